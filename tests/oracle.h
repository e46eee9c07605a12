// tests/oracle.h: a second simulator, small and slow, that the engine is compared with.
//
// It knows legs and jobs, no event list, no queues and no keys: what is under way lies in a bag
// that is scanned for the next instant and, at an instant, again and again until nothing changes.
// Who waits longest for a resource is found by scanning for the least (ready, job, operation, leg).
// Times of legs come from the net's inputs (rates, costs, ratios), not from net.c's routes; the
// decomposition looks at every interval between two changes of a resource and asks whether another
// job was served in it. Cost: about the square of what is under way.
#ifndef FOGSIM_TESTS_ORACLE_H
#define FOGSIM_TESTS_ORACLE_H

#include "sim/engine.h"

struct oracle_leg {
    struct oracle_job *job;
    uint32_t           op, number;
    uint64_t           resource;
    sim_ns             service, latency_after;
    bool               overlaps_next;
    sim_ns             ready, start, finish; // -1: not yet
    bool               admitted, done;
};

struct oracle_op {
    struct oracle_leg *legs; // [leg_count]; a delay has none
    uint32_t           leg_count;
    sim_ns             alone, ready, start, finish; // -1: not yet
    sim_ns             lands;                       // instant it will be done; -1: unknown
};

struct oracle_job {
    uint64_t          id;
    uint32_t          home, user;
    sim_ns            arrived, ended; // ended: -1 while under way
    enum job_status   status;         // JOB_UNFINISHED while under way
    struct plan       plan;
    struct oracle_op *ops; // [plan.op_count]
    uint32_t          left;
    sim_ns (*stage_part)[PART_COUNT]; // [plan.stage_count]
    sim_ns part[PART_COUNT];
};

struct oracle { // the result; job_limit bounds the jobs that it has room for
    struct oracle_job *jobs;
    uint32_t           job_count;
    sim_ns             end;
};

// Simulates to the end. `planner->plan` is called with a NULL engine and must not look at it.
void oracle_run(struct oracle *out, const struct engine_config *config,
                const struct planner *planner, uint32_t job_limit, struct arena *a);

// Legs of operations at one resource. Resources are named by what they are.
uint64_t oracle_cpu(uint32_t node);
uint64_t oracle_wire(uint32_t from, uint32_t to);

struct oracle_use { // sums over the legs at one resource
    uint64_t starts;
    sim_ns   busy, waited; // service as held; start - ready of the legs that started
};
struct oracle_use oracle_sum(const struct oracle *o, uint64_t resource);

#endif
