// sim/engine.h: executes plans over nodes and links, one clock, one event list.
//
// The engine asks a planner for the plan of each arriving job and knows nothing of what it means.
// Events of one instant leave in the order: samples, flows, ends, rates, faults, epochs, arrivals,
// beginnings; each by (job, operation, leg), so that the order does not depend on how the engine
// came to them. Same input, same events. It allocates while it grows, and nothing once it has.
//
// Cost: a few events a leg, each O(1) in practice (sim/evq.h); a flow that comes or goes
// O(connected flows, with a logarithm); a failure O(jobs under way). Memory grows with nodes and
// links used and jobs under way.
#ifndef FOGSIM_SIM_ENGINE_H
#define FOGSIM_SIM_ENGINE_H

#include "sim/arrivals.h"
#include "sim/faults.h"
#include "sim/net.h"
#include "sim/trace.h"

struct job_request {
    uint64_t job;
    uint32_t home, class_id;
    uint32_t user;    // index among the users
    uint64_t rank;    // of the job among this user's, from 0
    uint32_t attempt; // 0, then one more each time it is planned again
    sim_ns   now;
    // The last attempt that had a plan, where the job is planned again; else NULL. finish_ns >= 0:
    // that operation is done by now, and the node where its result lies has not been down since.
    // What was being served where nothing failed went on to its end; a message got no further
    // than the leg that it was on.
    const struct plan     *last;
    const struct op_times *last_times; // [last->op_count]
};

struct engine;

// What decides. `plan` fills an empty plan (its arena is set). PLAN_FAILED: e says why, the run
// stops.
struct planner {
    void *ctx;
    enum plan_verdict (*plan)(void *ctx, const struct engine *en, const struct job_request *request,
                              struct plan *out, struct err *e);
    // Called at 0, then every epoch_s and when nodes or links come or go; NULL: never.
    bool (*epoch)(void *ctx, const struct engine *en, uint32_t epoch, sim_ns now, struct err *e);
    double epoch_s; // INFINITY: only at 0
    // Called every observe_s, first at observe_s, before what else happens at that instant, as long
    // as jobs are under way or to come; NULL, or a period of 0 or INFINITY: never.
    bool (*observe)(void *ctx, const struct engine *en, sim_ns now, struct err *e);
    double observe_s;
};

// Which class a job of a user belongs to, where no trace says so: drawn from the stream "mix".
struct mix {
    uint32_t        class_count;  // 0: every job is of class 0
    const double   *share;        // [class_count * mix_count], by the user's group's row; sum 1
    const uint32_t *row_of_group; // [group_count]
};

enum engine_path {
    PATH_AUTO,   // what needs no event is computed
    PATH_EVENTS, // every end of service is an event: the oracle of the other
};

struct engine_config {
    const struct net *net;
    struct arrivals   arrivals;
    struct mix        mix;
    struct faults     faults;
    struct recovery   recovery;
    double            warm_up_s; // jobs arriving before it are not counted
    const double
            *deadline_s;   // [net.group_count] of the jobs of its users; INFINITY: none; NULL: none
    double   sample_s;     // queue lengths to the sink this often; INFINITY or 0: never
    uint32_t length_limit; // occupancy by length below it, the rest together; 0: not observed
    enum engine_path    path;
    uint64_t            seed;
    uint32_t            replication;
    const volatile int *interrupted; // not 0: stop; may be NULL
};

struct engine_result {
    uint64_t events, jobs, hash; // hash: sum over the finished jobs of a hash of (op, ready, start,
                                 // finish) of all their operations
    uint64_t plans, retries;     // calls of the planner; attempts after a first one
    uint64_t by_status[JOB_STATUS_COUNT];
    sim_ns   end_ns;   // last instant anything happened
    double planning_s; // wall clock spent in the planner; past 1024 plans by a sample of one in 64
    bool   interrupted;
};

// Runs to the end. false: the sink or the planner failed, or time ran out of range; e says why.
MUST_USE bool engine_run(const struct engine_config *config, const struct planner *planner,
                         const struct trace_sink *sink, struct arena *a, struct engine **out,
                         struct engine_result *result, struct err *e);

// Service of the accepted work that a node's processor has not done, divided by its servers, s.
// Work counts from the moment its plan is accepted, not only when its input has arrived. O(1).
double engine_backlog_s(const struct engine *en, uint32_t node);

// A node's processor from the beginning up to now. Asked for by planner.observe, which comes before
// all else of its instant: what ends or begins just then has not. The same numbers however the
// engine comes to the times. O(1), and those who began since the node was last used.
struct node_look {
    uint64_t served;  // compute and load operations that ended
    sim_ns   busy_ns; // summed over the servers
    uint64_t area_ns; // integral of the number waiting over time
    uint32_t waiting; // now
};
void engine_look(const struct engine *en, uint32_t node, struct node_look *out);

// Whether a node is up and present now; whether a message can pass from node to node.
bool   engine_node_is_up(const struct engine *en, uint32_t node);
bool   engine_is_reachable(const struct engine *en, uint32_t from, uint32_t to);
sim_ns engine_now(const struct engine *en);

// After the run: statistics of each node, and of each link that carried something, sorted by (from,
// to).
void     engine_node(const struct engine *en, uint32_t node, struct node_record *out);
uint32_t engine_link_count(const struct engine *en);
void     engine_link(const struct engine *en, uint32_t index, struct link_record *out);

#endif
