// cli/sweep/precision.h: replications of a sweep until a precision is met (precision.h).
//
// The schemes of a point and model get the same number of replications, the most that one of them
// needs, as in `fogsim run`. It is asked when all of them have as many; what it depends on is read
// back from the database, so that a sweep that was resumed goes the same way.
#ifndef FOGSIM_CLI_SWEEP_PRECISION_H
#define FOGSIM_CLI_SWEEP_PRECISION_H

#include "cli/sweep/queue.h"

struct sweep_group {
    uint32_t first_cell, cell_count;
    uint32_t asked; // replications of each cell
    uint32_t open;  // of these, runs that are still to be done
};

struct sweep_precision { // private to sweep_precision.c
    const struct sweep *sweep;
    struct sweep_queue *queue;
    struct store       *store;
    struct sweep_group *groups;   // [group_count]
    uint32_t           *group_of; // [cells]
    uint32_t            group_count;
    struct arena        scratch;
};

// What the database has is known to the queue by now. Holds back what is not wanted so far. Without
// a precision there is nothing to decide.
void sweep_precision_begin(struct sweep_precision *p, struct arena *a, const struct sweep *s,
                           struct sweep_queue *q, struct store *store);
// A run has ended, one way or the other; returns how many more are wanted for it.
uint64_t sweep_precision_ended(struct sweep_precision *p, int64_t run_id);
void     sweep_precision_free(struct sweep_precision *p);

#endif
