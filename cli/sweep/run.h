// cli/sweep/run.h: does runs of a sweep, one after the other, and keeps what the next may share:
// the scenario of a point, what a model and a scheme prepare.
#ifndef FOGSIM_CLI_SWEEP_RUN_H
#define FOGSIM_CLI_SWEEP_RUN_H

#include "cli/simulate.h"
#include "cli/sweep/sweep.h"

struct sweep_runner { // private to sweep_run.c
    const struct sweep *sweep;
    struct store       *store;
    struct arena        point_arena, cell_arena, run_arena;
    uint32_t            point, cell; // what is loaded; UINT32_MAX: nothing
    struct scenario     scenario;
    struct prepared     prepared;
    struct err          point_fault, cell_fault; // why it has no runs; of length 0: it has
};

void sweep_runner_init(struct sweep_runner *r, const struct sweep *s, struct store *store);
void sweep_runner_free(struct sweep_runner *r);

// Does a run and stores it; one that fails is stored as failed. `interrupted`, which may be NULL,
// stops a scheme that is another program; then *is_done is false and nothing is stored. false: the
// store failed, e says how.
MUST_USE bool sweep_runner_do(struct sweep_runner *r, int64_t run_id,
                              const volatile int *interrupted, bool *is_done, struct err *e);

// Stores a run that has no more than an error.
MUST_USE bool sweep_store_failed(const struct sweep *s, struct store *store, int64_t run_id,
                                 const char *why, struct err *e);

#endif
