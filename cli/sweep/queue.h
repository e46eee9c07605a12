// cli/sweep/queue.h: which run is done next, and by whom.
//
// A point tends to stay with one worker, which then loads it once: a worker takes the runs of its
// point in order, then a point that nobody has, and when there is none left, it helps where most is
// to do. O(1) a run, but for helping: O(workers).
#ifndef FOGSIM_CLI_SWEEP_QUEUE_H
#define FOGSIM_CLI_SWEEP_QUEUE_H

#include "cli/sweep/sweep.h"

enum sweep_state {
    SWEEP_WANTED,
    SWEEP_GIVEN, // to a worker
    SWEEP_DONE,  // or failed, in the database; or of another shard
    SWEEP_HELD,  // not wanted so far: the precision may be met without it
};

struct sweep_queue { // private, but `states` before the first sweep_next
    const struct sweep *sweep;
    struct arena       *arena;
    uint8_t            *states;   // [run_count] enum sweep_state
    int64_t            *next;     // [points] no run of the point before it is wanted
    uint32_t           *wanted;   // [points] runs
    bool               *is_loose; // [points] among `loose`
    uint32_t           *loose;    // [loose_count] points that came back
    uint32_t           *points;   // [worker_count] of each worker; UINT32_MAX: none
    uint32_t            loose_count, worker_count, fresh; // fresh: no worker had one from it on
    int64_t             wanted_count;
};

// All runs wanted; in `a`.
void sweep_queue_init(struct sweep_queue *q, struct arena *a, const struct sweep *s,
                      uint32_t worker_count);
// Before anything is taken: no run of that state is wanted.
void sweep_queue_leave(struct sweep_queue *q, int64_t run_id, enum sweep_state state);

// The next run of a worker. false: none is wanted.
MUST_USE bool sweep_queue_take(struct sweep_queue *q, uint32_t worker, int64_t *run_id);
void          sweep_queue_done(struct sweep_queue *q, int64_t run_id);
// Wanted (again): its worker was lost, or it was held.
void sweep_queue_want(struct sweep_queue *q, int64_t run_id);

#endif
