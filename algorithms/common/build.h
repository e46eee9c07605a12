// algorithms/common/build.h: from "which node gets which part of each step" to a plan.
//
// Follows every tensor (pieces.h): which node holds which part since which operation. A slice's
// missing input travels from where it is (once: what arrived is held). With granularity `layer`
// every step's result returns to the user, is merged there and forgotten elsewhere; with `task` it
// stays, merge layers run on the step's lead, to which the tensors they read travel, and the answer
// returns at the end. Parts that are no ranges of rows or neurons (columns, frames, tiles, channels
// of a conv, partial sums) come together at the step's lead, or the user, as soon as they are made;
// the nodes that made them hold them still, but for partial sums. Nodes that are not connected send
// over the user.
//
// Cached weights: a load per slice and step whose `content` names model (view.class_id), step and
// range; rows, columns, frames and tiles, which need all of a step's, share one name. Only what the
// exit needs is computed. Cost: O(steps x nodes x pieces), pieces <= nodes + fetched ranges of one
// tensor.
#ifndef FOGSIM_ALGORITHMS_COMMON_BUILD_H
#define FOGSIM_ALGORITHMS_COMMON_BUILD_H

#include "algorithms/common/assignment.h"

void build_plan(const struct view *v, const struct task *t, const struct assignment *as,
                struct arena *scratch, struct plan *out, struct placement *where);

// The task at its user; PLAN_INFEASIBLE when the user cannot hold it.
enum plan_verdict build_local(const struct view *v, const struct task *t, struct arena *scratch,
                              struct plan *out, struct placement *where);

#endif
