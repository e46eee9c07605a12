// models/graph.h: a DNN as a graph of layers with exact shapes, and its steps.
//
// Tensor 0 is the input; layer i makes tensor i + 1. Layers stand in topological order. Immutable
// once loaded.
//
// A step is what is distributed (design: one conv or fc layer with the element-wise, normalisation
// and pooling layers that follow it up to the next). Its *chain* is the part that can be cut: the
// head and the followers that each read the one before alone. Its *merge* layers run where the
// slices come together: additions, concatenations, flatten, softmax, global pools (also a pool
// whose output is 1 x 1), and whatever follows those before the next step.
#ifndef FOGSIM_MODELS_GRAPH_H
#define FOGSIM_MODELS_GRAPH_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernels/kernel.h"

enum {
    BYTES_PER_ELEMENT = 4,
    NO_STEP = -1,
    MAX_CHAIN = 64
}; // a longer chain is cut short: the rest is merged

struct layer {
    const char          *name;
    const struct kernel *kernel;
    struct kernel_attr   attr;
    uint32_t             input_count;
    const uint32_t      *inputs; // [input_count] tensors
    struct shape         out;
    int64_t              params, running_stats, macs;
    int32_t              step; // it belongs to; NO_STEP: before the first conv or fc
    uint32_t             bits; // of an element of its output: layer_bits()
};

struct step {
    uint32_t  chain_count, merge_count;
    uint32_t *chain;  // [chain_count] layers, the head first
    uint32_t *merge;  // [merge_count] layers
    uint32_t  input;  // tensor the head reads
    uint32_t  output; // tensor the chain makes
    // Of the chain: its first layers that keep channels apart, at least the head; parameters in 32
    // bits, and bytes of those that are stored in others.
    uint32_t apart_count;
    int64_t  weights, packed_weight_bytes;
};

struct exit_point {    // where an answer may be taken
    const char *name;  // of its layer
    uint32_t    layer; // whose output is the answer
    uint32_t    step;  // the layer's
};

struct graph {
    const char        *name, *about, *source;
    struct shape       input;
    uint32_t           input_bits; // of one element of the input as it is sent; 0: 32
    uint32_t           layer_count, step_count;
    struct layer      *layers; // [layer_count]
    struct step       *steps;  // [step_count]
    uint32_t           exit_count;
    struct exit_point *exits; // [exit_count] >= 1, in order of their layers; the last layer is the
                              // last
};

static inline struct shape graph_tensor(const struct graph *g, uint32_t tensor)
{
    assert(tensor <= g->layer_count);
    return tensor ? g->layers[tensor - 1].out : g->input;
}

static inline uint32_t graph_tensor_bits(const struct graph *g, uint32_t tensor) // of one element
{
    assert(tensor <= g->layer_count);
    if (tensor) return g->layers[tensor - 1].bits;
    return g->input_bits ? g->input_bits : 8 * BYTES_PER_ELEMENT;
}

int64_t graph_tensor_bytes(const struct graph *g, uint32_t tensor); // whole bytes
// Of its parameters, as they are stored: weights of which only the signs count as one bit each, the
// others, biases and a batchnorm's numbers as floats.
int64_t layer_weight_bytes(const struct layer *l);
// Bits of an element of what the layer makes: 1 where they are signs (behind a binarize, and what
// only chooses or moves them), else 32. For loaders; its inputs' layers must have theirs.
uint32_t layer_bits(const struct graph *g, const struct layer *l);
int64_t  graph_params(const struct graph *g);
int64_t  graph_running_stats(const struct graph *g);
int64_t  graph_macs(const struct graph *g);

// Bytes that cross from layers [0, cut) to the rest: each tensor that is made before and read
// behind counts once. cut 0: the input; cut layer_count: 0. O(layers x inputs).
int64_t graph_cut_bytes(const struct graph *g, uint32_t cut);

// Which steps an answer through that exit needs, into needed[step_count].
void graph_exit_steps(const struct graph *g, uint32_t exit, bool *needed);

// Groups the layers into steps; sets layer.step and g->steps, and the one exit behind the
// last layer. For loaders, when shapes are known.
void graph_find_steps(struct graph *g, struct arena *a);

// The two kinds of layers that head a step.
static inline bool layer_is_conv(const struct layer *l)
{
    return l->kernel->heads_step && l->kernel->rows == ROWS_WINDOW;
}

static inline bool layer_is_fc(const struct layer *l)
{
    return l->kernel->heads_step && l->kernel->rows != ROWS_WINDOW;
}

// The shapes of a layer's inputs, into in[KERNEL_MAX_INPUTS].
void layer_inputs(const struct graph *g, uint32_t layer, struct shape *in);

#endif
