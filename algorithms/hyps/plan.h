// algorithms/hyps/plan.h: from HyPS' units to a plan, and what the hub had when it failed.
//
// A task is a batch of images. Of each unit: it is *placed* at its worker, *loading* as soon as the
// unit before it there has been released, *loaded*, and *inferring* image after image (Algorithm
// 3): the image's feature maps come from the hub, are computed on, and go back to the hub, which
// keeps them; then the next image. So a worker holds one unit's parameters and one image's tensors
// at a time, and the next unit there loads when the last image's output has left. The hub
// concatenates the parts of a complex layer: who reads it waits for all of them. Nothing travels
// where the worker is the hub. Source: HyPS, 3.2; that a worker fetches anew what it made itself is
// our reading: the published communication of one board is that of three.
//
// Names: an operation that brings a map to the hub (a transfer; a delay of 0 s where it is made or
// held there already) has tag[0] = 0, tag[1] = end << 16 | image, and tag[2] = begin << 16 | 1 of a
// whole partition, part << 16 | parts of a part of a complex layer, [begin, end) being the layers
// of the partition (both 0: the input image). Its tensors are those made in [begin, end) that are
// read behind `end`. A new plan, whose partitions may be others, finds by them what it need not
// compute again: a unit all of whose tensors are there.
#ifndef FOGSIM_ALGORITHMS_HYPS_PLAN_H
#define FOGSIM_ALGORITHMS_HYPS_PLAN_H

#include "algorithms/hyps/layout.h"
#include "algorithms/scheme.h"

struct hub_map {                             // what of one image a unit left at the hub
    uint32_t begin, end, image, part, parts; // begin: of parts > 1 that of the complex layer there
};

struct hub_store {
    struct hub_map *maps; // [count]
    uint32_t        count;
};

// What of the last attempt the hub holds. In `scratch`. O(operations).
void hub_store_of(const struct progress *done, uint32_t hub, struct arena *scratch,
                  struct hub_store *out);

struct hyps_job {
    const struct view      *v;
    const struct task      *task;
    const struct layout    *layout;
    const struct worker    *workers;
    uint32_t                worker_count, hub, batch;
    const struct hub_store *store; // count 0: a first attempt
};

struct hyps_totals { // of a plan
    double   loading_s, inferring_s;
    uint32_t kept; // units x images that the hub held already
};

// Cost: O(batch x units x (partitions + store) + batch x layers x store).
void hyps_plan(const struct hyps_job *job, struct arena *scratch, struct plan *out,
               struct placement *where, struct hyps_totals *totals);

#endif
