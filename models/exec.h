// models/exec.h: runs layers and slices of a model through the kernels, on numbers.
//
// For calibration (the timed run of one layer's slice) and for checking that slices merged are the
// whole. Weights are random, scaled by 1 / sqrt(inputs of a neuron), so that values keep their size
// through the layers.
#ifndef FOGSIM_MODELS_EXEC_H
#define FOGSIM_MODELS_EXEC_H

#include "base/rng.h"
#include "models/slice.h"

struct exec_weights { // of one layer; NULL where it has none
    float *weight, *bias;
};

void exec_weights(const struct graph *g, uint32_t layer, struct rng *rng, struct arena *a,
                  struct exec_weights *out);
// Uniform in [-1, 1); past the first 65 521 they repeat (a prime, so that no axis of a tensor
// divides it): the weights of a large fc would take longer to draw than to use.
void exec_random(float *x, int64_t count, struct rng *rng);

// The whole of a layer, by the timed path or by the plain reference. `x` are the tensors it reads.
void exec_layer(const struct graph *g, uint32_t layer, const float *const *x,
                const struct exec_weights *w, float *y, bool by_reference);

// A slice of a step, from the step's whole input to its place in the whole output of the slice's
// last chain layer (slice_chain_count). Slices along the input axis add their sums, without bias
// for all but the first (begin 0). `w` is by layer.
void exec_slice(const struct graph *g, uint32_t step, struct slice s, const float *input,
                const struct exec_weights *w, float *output);

// A layer's rows (or an fc's neurons) [part.begin, part.end) by that algorithm, with the weights of
// the whole layer, ready to be timed: run(job) as often as wanted.
struct exec_job {
    const struct kernel *kernel;
    struct kernel_call   call;
    struct kernel_attr   attr;
    void                *job;
};
void exec_job(const struct graph *g, uint32_t layer, struct span part,
              enum kernel_algorithm algorithm, const struct exec_weights *w, struct rng *rng,
              struct arena *a, struct exec_job *out);
void exec_job_run(void *exec_job); // for timing_measure

#endif
