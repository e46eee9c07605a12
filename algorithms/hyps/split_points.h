// algorithms/hyps/split_points.h: where HyPS may cut a network, and the partitions between cuts.
//
// Layers stand in topological order, and a point p lies between layers p - 1 and p. *Mandatory*
// points stand before and behind every complex layer, one of at least `threshold` parameters (HyPS,
// Algorithm 1); *optional* ones behind pooling layers (Algorithm 2), or as wanted. What follows a
// layer element by element (relu, batchnorm, dropout, flatten, softmax) stays with it, as a
// framework's layer has its activation inside; no point comes between them. A *partition* is what
// lies between two points; many tensors may cross a point of a network that is no chain. Of a
// network of several exits the last one answers: what only the others need is left out.
// Source: Kaboubi, "Hybrid Partitioning System for Embedded and Distributed CNNs Inference on Edge
// Devices", thesis 2023, 3.2 (HyPS). Cost: O(layers x inputs).
#ifndef FOGSIM_ALGORITHMS_HYPS_SPLIT_POINTS_H
#define FOGSIM_ALGORITHMS_HYPS_SPLIT_POINTS_H

#include "models/graph.h"

enum split_kind { // where optional points stand
    SPLIT_NONE,
    SPLIT_POOL, // behind pooling layers (the thesis)
    SPLIT_CONV, // behind convolutions
    SPLIT_ALL   // behind every conv, pool and fc
};

enum split_point { POINT_NONE, POINT_OPTIONAL, POINT_MANDATORY };

struct split {
    const struct graph *graph;
    uint8_t            *points;    // [layer_count + 1] enum split_point; the ends are mandatory
    bool               *wanted;    // [layer_count] its step is needed for the last answer
    bool               *complex;   // [layer_count] the layer's partition begins here and is complex
    uint32_t           *last_read; // [layer_count + 1] last wanted layer that reads the tensor; 0:
                                   // none
    uint32_t *used;                // [layer_count + 1] private: of the partition at hand
};

void split_find(const struct graph *g, int64_t threshold, enum split_kind optional, struct arena *a,
                struct split *out);

// Whether nothing of layers [first, end) is wanted: no partition, but the layers of an early exit.
bool split_is_empty(const struct split *s, uint32_t first, uint32_t end);

// Whether a tensor that is made before `end` is needed behind: it is read there, or the answer.
bool split_leaves(const struct split *s, uint32_t tensor, uint32_t end);

// What a worker holds while it runs layers [first, end) for one image: parameters, and the most
// bytes of tensors that are alive at a time: inputs until their last use, what is made until its
// last use or to the end if it leaves. What follows element by element is done in place (but an
// lrn). O(layers x those of the partition).
struct partition_need {
    double weight_bytes, input_bytes, output_bytes; // what comes in, what leaves
    double live_bytes;                              // most at a time, input and output included
};
struct partition_need split_need(const struct split *s, uint32_t first, uint32_t end);

// The same of a part of a complex partition, `length` of its output neurons or channels: all of the
// input, its share of the rest, rounded up to bytes.
struct partition_need split_part_need(const struct split *s, uint32_t first, uint32_t end,
                                      uint32_t length);

// Output neurons (fc) or channels (conv) that a complex partition can be cut by, and the first of
// part `rank`: floor(rank extent / parts).
uint32_t split_extent(const struct split *s, uint32_t first);
uint32_t split_begin(uint32_t extent, uint32_t parts, uint32_t rank);

#endif
