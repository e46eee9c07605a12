// algorithms/common/draw.h: random nodes for a task, the same for every scheme that draws them.
#ifndef FOGSIM_ALGORITHMS_COMMON_DRAW_H
#define FOGSIM_ALGORITHMS_COMMON_DRAW_H

#include "algorithms/scheme.h"
#include "base/rng.h"

// The stream `cause` of this task. Numbered by task, so that draws do not depend on the order of
// decisions.
void draw_stream(const struct view *v, const struct task *t, const char *cause, struct rng *out);

// min(theta, candidates) distinct candidates, uniformly, in the order drawn; their number in
// *count.
uint32_t *draw_nodes(const struct view *v, const struct task *t, struct arena *scratch,
                     uint32_t *count);

#endif
