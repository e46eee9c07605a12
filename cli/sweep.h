// cli/sweep.h: the runs of a sweep: which there are, in which order, and which are still to do.
//
// A cell is a point, a model (or the mix) and a scheme; its replications are consecutive runs. The
// run_id of a run is its rank in the list of all: points outermost, then models, schemes,
// replications. It depends on the scenario and what is varied alone, not on who does the run or
// when.
#ifndef FOGSIM_CLI_SWEEP_H
#define FOGSIM_CLI_SWEEP_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct sweep_cell {
    int64_t  first_run; // run_id of replication 0
    uint32_t point, model, scheme;
    uint32_t replications; // at most
};

enum sweep_state {
    SWEEP_WANTED,
    SWEEP_DONE,      // in the database already
    SWEEP_ELSEWHERE, // of another shard
};

struct sweep_list {
    struct sweep_cell *cells; // [cell_count] by first_run
    uint32_t           cell_count, point_count;
    int64_t            run_count;
    uint8_t           *states; // [run_count] enum sweep_state
};

#endif
