// sim/core.h: the engine's inside, shared by its files. Private.
//
//   engine.c   events, arrivals, epochs: when things happen
//   life.c     a job from its plan to its report, attempt after attempt
//   resume.c   what of a failed attempt a new plan may build on
//   serve.c    operations on resources: begin, wait, be served, end
//   spend.c    what a use costs: energy, money, memory
//   site.c     resources of nodes and links, made when first used
//   chain.c    the short way of plans that are chains
//   share.c    what is shared: flows over links and media, processor sharing
//   outage.c   what fails and comes back, and whom that meets
//   observe.c  records of nodes, links and queues
//
// An event's handler may call down this list and `schedule`; nothing calls up but finish_op and
// fail_job, by which a resource tells the job.
#ifndef FOGSIM_SIM_CORE_H
#define FOGSIM_SIM_CORE_H

#include "sim/cache.h"
#include "sim/engine.h"
#include "sim/evq.h"
#include "sim/flow.h"
#include "sim/job.h"
#include "sim/wire.h"

enum { NODE_CPU, NODE_PORT, NODE_TX, NODE_RX, NODE_RESOURCES };

enum event_kind {
    EV_SAMPLE,
    EV_OBSERVE,
    EV_FLOW,
    EV_END,
    EV_DONE,
    EV_RATE,
    EV_FAULT,
    EV_EPOCH,
    EV_ARRIVAL,
    EV_RETRY,
    EV_BEGIN,
    EVENT_KINDS
};

// Order of the events of one instant; within a phase by (job, operation, leg).
enum phase {
    PHASE_SAMPLE,
    PHASE_FLOW, // makes ends
    PHASE_END,
    PHASE_RATE,
    PHASE_FAULT,
    PHASE_EPOCH,
    PHASE_ARRIVAL, // and new attempts
    PHASE_BEGIN
};

enum { LEG_BITS = 5, OP_BITS = 22, JOB_BITS = 34, ATTEMPT_BITS = 32 - OP_BITS, DONE_LEG = 31 };

enum { NO_SLOT = UINT32_MAX, NO_CONSTRAINT = UINT32_MAX };

struct user {
    uint32_t             node, remaining, class_id; // remaining: jobs it may still start
    uint32_t             started, arrived;          // jobs whose arrival is set; that arrived
    bool                 is_away;                   // asks again when its node is back
    struct arrival_state arrivals;
    uint64_t             stream[4]; // "arrivals"
};

enum spend { SPEND_BUSY, SPEND_SEND, SPEND_RECEIVE, SPEND_KINDS };

struct processor {       // what a node has beside its resources once it computes or moves something
    uint64_t ended;      // compute and load operations served; SERVICE_COMPUTED: accepted
    double   planned_ns; // service of accepted operations that did not queue yet, ns; a sum of any
                         // size, exact below 2^53
    double       memory_bytes, memory_peak_bytes; // held by what runs and by contents
    sim_ns       spent_ns[SPEND_KINDS];           // where it has a power or a price
    uint64_t    *running; // [running_count] handles, under DISCIPLINE_PREEMPT
    uint32_t     running_count, running_capacity;
    uint32_t     constraint; // DISCIPLINE_SHARING
    struct cache cache;
};

struct element { // of a fault process: a node, or a link between two nodes
    uint32_t                    from, to, rank, next_outage;
    const struct fault_process *process;
    bool                        is_down;
    sim_ns                      next_change; // NS_END: none
    struct rng                  rng;
};

struct last_message {     // on a route of one leg: what it came to
    double payload_bytes; // NaN: none yet
    double wire_bytes;
    sim_ns service_ns, after_ns;
};

struct engine {
    const struct engine_config *config;
    const struct net           *net; // of config
    const struct planner       *planner;
    const struct trace_sink    *sink;
    struct engine_result       *result;
    struct err                 *e;
    struct arena               *arena;
    bool                        failed, computes; // computes: SERVICE_COMPUTED where it may be
    bool                        can_fail, is_epoch_due;
    struct evq                  events;
    sim_ns                      now, warm_up_ns;
    sim_ns                      next_ns; // instant of the next event pending; NS_END: none
    struct job                **jobs;    // [job_count] slots
    uint32_t                    job_count, job_capacity, free_slot;
    struct resource            *resources; // [resource_count]
    uint32_t                    resource_count, resource_capacity;
    uint32_t            *node_resources;  // [node_count * NODE_RESOURCES] index + 1; 0: none yet
    uint32_t            *node_processors; // [node_count] index + 1; 0: none yet
    struct processor    *processors;      // [processor_count]
    uint32_t             processor_count, processor_capacity;
    struct last_message *last_messages; // [group_count * group_count]
    struct wire_table    wires;         // links used
    struct queues        queues;
    struct flows         flows;
    sim_ns               flow_event_ns; // instant of the EV_FLOW that counts; NS_END: none
    struct wire_table    cards;         // constraints of shared cards: (node, CONSTRAINT_TX or RX)
    struct rate_watch   *watches;       // [constraint]
    uint32_t             watch_capacity;
    uint32_t            *instances; // [net.instance_count] constraint of each medium
    struct element      *elements;  // [element_count]
    uint32_t             element_count;
    struct down_time    *node_down; // [node_count]; NULL: none fails
    struct user         *users;     // [user_count]
    uint32_t             user_count, active_jobs, epochs;
    struct stage_record *stages; // scratch
    uint32_t             stage_capacity;
};

struct rate_watch { // of a constraint whose capacity varies
    struct constraint what;
    sim_ns            next; // instant of the pending EV_RATE; 0: none
};

// engine.c
uint64_t event_key(enum phase phase, uint64_t job, uint64_t op, uint64_t leg);
void     schedule(struct engine *en, sim_ns at, uint64_t key, enum event_kind kind, uint32_t arg0,
                  uint32_t arg1);
void     next_arrival(struct engine *en, uint32_t user, sim_ns least_gap);

// life.c
void life_fetch(const struct engine *en, uint32_t slot, uint32_t depth, uint32_t op_and_attempt);
void life_arrive(struct engine *en, uint32_t user, uint32_t class_id);
bool is_current(const struct job *j, uint32_t op_and_attempt);
void on_retry(struct engine *en, uint32_t slot);
void begin_delay(struct engine *en, uint32_t slot, uint32_t op);
void on_done(struct engine *en, uint32_t slot, uint32_t op_and_attempt);
void finish_op(struct engine *en, uint32_t slot, uint32_t op);
void drop_job(struct engine *en, uint32_t slot); // met a full queue or memory
void fail_job(struct engine *en, uint32_t slot); // what it uses is down
void give_slot_if_idle(struct engine *en, uint32_t slot);

// site.c
uint32_t          node_resource(struct engine *en, uint32_t node, int kind);    // index
uint32_t          wire_resource(struct engine *en, uint32_t from, uint32_t to); // index
struct processor *node_processor(struct engine *en, uint32_t node);

// A call that makes a resource may move the others: so it is made before the address is taken.
static inline struct resource *resource_at(struct engine *en, uint32_t index)
{
    return &en->resources[index];
}

// spend.c
void spend_processor(struct engine *en, struct job *j, uint32_t node, sim_ns span);
void spend_hop(struct engine *en, struct job *j, struct resource *r, uint32_t from, uint32_t to,
               double wire_bytes, sim_ns span);
void spent_by(const struct processor *p, const struct node_group *g, double *active_j,
              double *cost);
void look_into_cache(struct engine *en, struct job *j, struct use *u, const struct op *o);
bool enter_processor(struct engine *en, struct job *j,
                     struct use *u); // false: its memory is refused
void release_memory(struct engine *en, struct use *u);

// serve.c
bool           is_processing(const struct op *o); // occupies a processor
struct message op_message(const struct op *o, const struct op_state *s);
void           schedule_op(struct engine *en, sim_ns at, enum phase phase, enum event_kind kind,
                           uint32_t slot, uint32_t op, uint32_t leg, uint32_t arg);
void schedule_begin(struct engine *en, sim_ns at, uint32_t slot, uint32_t op, uint32_t leg);
void schedule_done(struct engine *en, sim_ns at, uint32_t slot, uint32_t op, uint32_t leg);
// An operation's first leg, or processor.
void begin_now(struct engine *en, uint32_t slot, uint32_t op);
void on_begin(struct engine *en, uint32_t slot, uint32_t op_and_attempt, uint32_t leg);
void on_end(struct engine *en, uint32_t slot, uint32_t use);
void start_waiting(struct engine *en); // what was aborted has left servers free
void leave_resource(struct engine *en, uint32_t slot, uint32_t use); // from the line, or aborted

// resume.c
void note_late_leg(struct engine *en, struct job *j, const struct use *u);
void note_late(const struct engine *en, struct job *j, uint32_t attempt, uint32_t op,
               sim_ns finish);
void keep_attempt(const struct engine *en, struct job *j); // as the last one, before a new plan

// chain.c
bool chain_prepare(struct engine *en, struct job *j); // false: the plan must take the long way
void chain_begin(struct engine *en, uint32_t slot);
bool chain_go_on(struct engine *en, uint32_t slot,
                 uint32_t op); // after `op`; false: it was the last
void chain_serve(struct engine *en, uint32_t slot, uint32_t op);
void chain_account(const struct job *j, struct stage_record *stages, sim_ns part_ns[PART_COUNT]);

// share.c
void share_init(struct engine *en);
void share_begin(struct engine *en, uint32_t slot, uint32_t use);
void share_end(struct engine *en, uint32_t slot, uint32_t use); // served, or aborted
void on_flow(struct engine *en);
void on_rate(struct engine *en, uint32_t constraint);

// outage.c
void outage_init(struct engine *en);
void on_fault(struct engine *en, uint32_t element);
bool is_up(const struct engine *en, uint32_t node);
bool can_pass(const struct engine *en, uint32_t from,
              uint32_t to); // every node and link of the way
bool is_gone_for_good(const struct engine *en, uint32_t node);

// observe.c
void on_sample(struct engine *en);
void observe_end(struct engine *en); // queues up to the end; asserts Little's identity

#endif
