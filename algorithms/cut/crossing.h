// algorithms/cut/crossing.h: which tensors a cut between the steps of a model sends.
//
// A step is never cut inside. Before a pool its tensor is larger than behind it, so that a cut
// there would win only where the link outruns the pool itself; before an element-wise or
// normalisation layer the tensor is as large as behind it, so that a cut there would win that
// layer's time at most. What a plan computes in one place is a step.
#ifndef FOGSIM_ALGORITHMS_CUT_CROSSING_H
#define FOGSIM_ALGORITHMS_CUT_CROSSING_H

#include "models/graph.h"

struct crossing { // a tensor that steps other than its own read
    double          bytes;
    int32_t         producer; // its step; NO_STEP: it is where the task is asked (the input)
    uint32_t        reader_count;
    const uint32_t *readers; // [reader_count] steps, ascending; all behind the producer
};

struct crossings {
    uint32_t         count;
    struct crossing *items; // [count] by tensor: the input first
};

// In `a`. O(layers x steps).
void crossings_find(const struct graph *g, struct arena *a, struct crossings *out);

#endif
