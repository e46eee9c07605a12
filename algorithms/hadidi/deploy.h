// algorithms/hadidi/deploy.h: Procedure 1 of Hadidi et al. without its loop: what each device of a
// pipeline computes, and a task's plan on it.
//
// A layout is what a model costs on 1 to `device_count` equal devices: for each step and number of
// devices the method that is fastest (or the one asked for), its seconds and bytes. A deployment is
// the stages that follow from it. Where the parts of a split step come together is the first device
// of the next stage, which runs the merge layers; the answer's are on the last stage's first. The
// latency of a step is its slowest part's computing, the merge before it and the bytes that the
// split sends more than the whole step would, alone on the way between two devices.
#ifndef FOGSIM_ALGORITHMS_HADIDI_DEPLOY_H
#define FOGSIM_ALGORITHMS_HADIDI_DEPLOY_H

#include "algorithms/hadidi/methods.h"
#include "algorithms/hadidi/stages.h"

struct deploy_rules {
    enum method_choice fc, conv;
    bool               splits;       // false: the simple pipeline
    bool               is_parallel;  // slow steps are copied to several devices, inputs in turn
    double             memory_share; // of a device's memory, for this model; the others of a mix
                                     // hold the rest
};

struct layout {
    uint32_t step_count, device_count; // the most devices
    struct method
           *methods; // [step_count * device_count] over k devices at k - 1; k = 1: SLICE_NONE
    double *compute_s, *extra_s; // the same: computing; sending more than the whole would
    double *memory_bytes;        // the same: of one device
    double *factor;              // [step_count] measured over estimated computing; 1 at first
    double  room_bytes;          // on each device, for this model
};

struct deployment {
    struct stage *stages;       // [stage_count]
    uint32_t      stage_count;  // 0: the devices cannot hold it
    double        slowest_s;    // latency of the slowest stage
    double       *weight_bytes; // [device_count] that stay on each device
};

// Bytes of a model on one device: all weights, and the tensors of its largest step. O(steps).
double deploy_whole_bytes(const struct graph *g);

// What a model costs on nodes like `node`. O(steps x devices^2).
void deploy_layout(const struct view *v, const struct deploy_rules *rules, uint32_t node,
                   uint32_t device_count, struct arena *a, struct layout *out);

// Stages on the first `device_count` devices, with the factors of now. Steps whose weights, input
// and output exceed its room on a device are split until they fit, and stages are no larger than
// it; where that is not possible (or the pipeline is the simple one) and the devices swap, they
// overflow. Linear in the steps. Memory from `a`.
void deploy_group(const struct view *v, const struct layout *l, uint32_t node,
                  uint32_t device_count, bool splits, struct arena *a, struct deployment *out);

// Latency of the slowest stage of a deployment with the factors of now.
double deploy_slowest_s(const struct layout *l, const struct deployment *d);

// The assignment of a task that finds the copies of parallel stages at `turn`; `nodes`: of the
// devices, in order.
void deploy_assign(const struct view *v, const struct layout *l, const struct deployment *d,
                   uint32_t device_count, const uint32_t *nodes, uint64_t turn, struct arena *a,
                   struct assignment *out);

#endif
