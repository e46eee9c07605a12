// algorithms/common/assignment.h: which node gets which part of each step of a task.
//
// Made by schemes: filled by one of the functions here, then changed as needed (axes, grids, leads,
// hub, exit).
#ifndef FOGSIM_ALGORITHMS_COMMON_ASSIGNMENT_H
#define FOGSIM_ALGORITHMS_COMMON_ASSIGNMENT_H

#include "algorithms/scheme.h"

struct grid {
    int32_t rows, columns;
};

struct assignment {
    uint32_t         node_count;
    const uint32_t  *nodes; // [node_count] distinct
    enum slice_axis *axes;  // [step_count] what each step is cut along
    int32_t **cuts; // [step_count] of [node_count + 1]: node i gets [cuts[i], cuts[i + 1]) along
                    // that axis; a step whose cuts are all 0 is not computed
    const struct grid *grids; // [step_count] of steps cut along SLICE_GRID; NULL: there are none
    // Granularity task: the node where a step's merge layers run, and where the parts of a cut
    // come together that are no ranges of rows or neurons; NULL: for all steps the node with the
    // largest share of the task.
    const uint32_t *leads; // [step_count]
    bool            has_hub;
    // Every message between two other nodes passes it, and it keeps what passed (layer by layer:
    // till the step is over).
    uint32_t hub;
    uint32_t exit; // of the graph's exits: where the answer is taken; what it does not need is not
                   // computed, whatever its cuts
    bool tries_exits; // the exits before it are computed first, and what follows waits for them
};

// Axes by the options (rows for a conv, fc_split for an fc) and cuts that are all 0, to be filled.
void build_assignment(const struct view *v, uint32_t node_count, const uint32_t *nodes,
                      struct arena *a, struct assignment *out);

// An assignment of whole steps to one node each; nodes are listed once. `node_of[step]` indexes
// `nodes`.
void build_whole(const struct view *v, uint32_t node_count, const uint32_t *nodes,
                 const uint32_t *node_of, struct arena *a, struct assignment *out);

// The same with each step's merge layers where the step is (leads).
void build_placed(const struct view *v, uint32_t node_count, const uint32_t *nodes,
                  const uint32_t *node_of, struct arena *a, struct assignment *out);

// Every step whole on one node.
void build_single(const struct view *v, uint32_t node, struct arena *a, struct assignment *out);

// DINA-P: every step in proportion to `weights` (facts 2.1).
void build_shares(const struct view *v, uint32_t node_count, const uint32_t *nodes,
                  const double *weights, struct arena *a, struct assignment *out);

// What is computed: of a graph of one exit everything, else what the exits need (exit, and with
// tries_exits those before it); of the steps those that somebody has a part of. Into layers
// [layer_count] and steps[step_count].
void assignment_wanted(const struct graph *g, const struct assignment *as, bool *layers,
                       bool *steps);

// The node with the largest share of these steps, the first of such: leads NULL.
uint32_t assignment_lead(const struct graph *g, const struct assignment *as, const bool *steps);

#endif
