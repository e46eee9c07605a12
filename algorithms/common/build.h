// algorithms/common/build.h: from "which node gets which part of each step" to a plan.
//
// Follows every tensor: which node holds which range since which operation. A slice's missing input
// travels from where it is (once: what arrived is held); with granularity `layer` every step's
// result returns to the user, is merged there and forgotten elsewhere; with `task` it stays, merge
// layers run on the node with the largest share, and the answer returns at the end. Nodes that are
// not connected send over the user. Cached weights: a load per slice and step whose `content` names
// model (view.class_id), step and range; rows, which need all of a step's, share one name. Cost:
// O(steps x nodes x pieces), pieces <= nodes + fetched ranges of one tensor.
#ifndef FOGSIM_ALGORITHMS_COMMON_BUILD_H
#define FOGSIM_ALGORITHMS_COMMON_BUILD_H

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
    uint32_t hub;  // every message between two other nodes passes it, and it keeps what passed
    uint32_t exit; // of the graph's exits: where the answer is taken
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

void build_plan(const struct view *v, const struct task *t, const struct assignment *as,
                struct arena *scratch, struct plan *out, struct placement *where);

// The task at its user; PLAN_INFEASIBLE when the user cannot hold it.
enum plan_verdict build_local(const struct view *v, const struct task *t, struct arena *scratch,
                              struct plan *out, struct placement *where);

#endif
