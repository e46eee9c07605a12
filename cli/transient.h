// cli/transient.h: the latencies of a run in order of arrival, and where its transient ends
// (MSER-5, base/series.h). Of tasks that finished; 16 bytes a task, twice that while it grows.
#ifndef FOGSIM_CLI_TRANSIENT_H
#define FOGSIM_CLI_TRANSIENT_H

#include <stdbool.h>

#include "base/arena.h"
#include "sim/trace.h"

struct transient_task {
    sim_ns arrived_ns, latency_ns; // latency_ns: one more than it took; 0: never finished
};

struct transient { // zero-initialise
    struct arena           arena;
    struct transient_task *tasks; // [count] by rank of arrival
    uint32_t               count, capacity;
};

void transient_add(struct transient *t, const struct job_record *job);

// Arrival of the first task to keep, s; 0 and *is_short: the run is too short to tell. Frees `t`.
double transient_end(struct transient *t, bool *is_short);

#endif
