// sim/core.h: the engine's inside, shared by engine.c (events, jobs, arrivals) and serve.c
// (resources). Private.
#ifndef FOGSIM_SIM_CORE_H
#define FOGSIM_SIM_CORE_H

#include "sim/engine.h"
#include "sim/evq.h"
#include "sim/job.h"
#include "sim/wire.h"

enum { NODE_CPU, NODE_PORT, NODE_TX, NODE_RX, NODE_RESOURCES };
enum event_kind { EV_END, EV_DONE, EV_EPOCH, EV_ARRIVAL, EV_BEGIN, EVENT_KINDS };
enum { NO_SLOT = UINT32_MAX, LEG_BITS = 5, OP_BITS = 22, JOB_BITS = 35, DONE_LEG = 31 };

struct user {
    uint32_t             node, remaining;  // jobs it may still start
    uint64_t             started, arrived; // jobs whose arrival is set; jobs that arrived
    uint32_t             class_id;
    struct arrival_state arrivals;
    struct rng           rng; // stream "arrivals"
};

struct engine {
    const struct engine_config *config;
    const struct planner       *planner;
    const struct trace_sink    *sink;
    struct engine_result       *result;
    struct err                 *e;
    struct arena               *arena;
    bool                        failed;
    struct evq                  events;
    sim_ns                      now;
    struct job                **jobs; // [job_count] slots
    uint32_t                    job_count, job_capacity, free_slot;
    struct resource            *resources; // four a node, then the wires
    uint32_t                    resource_count, resource_capacity;
    struct wire_table           wires;
    struct user                *users; // [user_count]
    uint32_t                    user_count, active_jobs, epochs;
    struct stage_record        *stages; // scratch
    uint32_t                    stage_capacity;
};

// engine.c: when things happen.
void schedule_op(struct engine *en, sim_ns at, enum event_kind kind, uint32_t slot, uint32_t op,
                 uint32_t leg, uint32_t arg);
void finish_op(struct engine *en, uint32_t slot, uint32_t op);
void give_slot_if_idle(struct engine *en, uint32_t slot);
void report(struct engine *en, struct job *j,
            enum job_status status); // to the sink; a closed loop goes on

// serve.c: who waits for what.
bool             is_processing(const struct op *o); // occupies a processor
struct resource *node_processor(struct engine *en, uint32_t node);
uint32_t         add_resource(struct engine *en, uint32_t servers);
void             on_begin(struct engine *en, uint32_t slot, uint32_t op, uint32_t leg_index);
void             on_end(struct engine *en, uint32_t slot, uint32_t index);

#endif
