// cli/measure.h: what a scheme is told of its run, period by period.
#ifndef FOGSIM_CLI_MEASURE_H
#define FOGSIM_CLI_MEASURE_H

#include "algorithms/scheme.h"
#include "sim/engine.h"

struct measure { // private
    struct observation   now;
    struct node_measure *nodes; // [node_count]
    struct node_look    *last;  // [node_count]
    uint32_t             node_count;
};

void measure_init(struct measure *m, struct arena *a, uint32_t node_count);

// A task arrived; a task ended.
void measure_arrival(struct measure *m);
void measure_job(struct measure *m, const struct job_record *job);

// What was measured since the last period ended; measure_begin starts the next. O(nodes).
const struct observation *measure_take(struct measure *m, const struct engine *en, sim_ns now);
void                      measure_begin(struct measure *m);

#endif
