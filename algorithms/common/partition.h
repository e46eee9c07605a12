// algorithms/common/partition.h: DINA-P: a task over given nodes in shares that follow their
// utilities.
//
// Source: DINA thesis, Algorithm 1, in the verified reading of facts 2.1: weight_j = phi_j (the
// printed quotient contradicts the worked example), cuts floor(rho H_o) on the output, receptive
// field behind. Nodes whose utility is not positive would miss tau: they get nothing, nor
// do nodes that are down or not connected to the user now; where none is left, the user computes. With local_share the user is one more node. Cost: O(steps x nodes).
#ifndef FOGSIM_ALGORITHMS_COMMON_PARTITION_H
#define FOGSIM_ALGORITHMS_COMMON_PARTITION_H

#include "algorithms/scheme.h"

// `matches` name the nodes and their utilities; the option `shares` says which of the two is the
// weight.
enum plan_verdict partition_plan(const struct view *v, const struct task *t,
                                 const struct match *matches, uint32_t count, struct arena *scratch,
                                 struct plan *out, struct placement *where);

#endif
