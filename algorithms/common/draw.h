// algorithms/common/draw.h: random nodes for a task, the same for every scheme that draws them.
#ifndef FOGSIM_ALGORITHMS_COMMON_DRAW_H
#define FOGSIM_ALGORITHMS_COMMON_DRAW_H

#include "algorithms/common/candidates.h"
#include "algorithms/scheme.h"
#include "base/rng.h"

// The stream `cause` of this task. Numbered by task, so that draws do not depend on the order of
// decisions.
void draw_stream(const struct view *v, const struct task *t, const char *cause, struct rng *out);

// The candidates of a task, to be drawn from. Not listed at first: a fog node is drawn of all that
// are eligible (candidates.h); one that cannot serve now stays out, and the next is drawn, which
// leaves the draws uniform over the candidates. Where all are candidates they are as if drawn from
// their list. Past DRAW_REFUSALS refusals, and where limits.candidates chooses, they are listed:
// O(fog nodes), or O(limit) (view_candidates).
enum { DRAW_REFUSALS = 64 };

struct urn {
    const struct view *v;
    struct arena      *scratch;
    struct rng        *rng; // of the draws
    uint32_t           user;
    struct eligible    eligible;
    struct moved      *moved;        // of the ranks that are out: what lies in their stead
    uint32_t           out, refused; // ranks out: refused or taken
    uint32_t          *taken;        // [taken_count] nodes
    uint32_t           taken_count;
    uint32_t          *nodes; // [count] the candidates, those taken first; NULL: not listed
    uint32_t           count;
};
void urn_init(struct urn *u, const struct view *v, uint32_t user, struct rng *rng,
              struct arena *scratch);

// A candidate that is not taken; NO_NODE: there is none.
uint32_t urn_draw(struct urn *u);
// The same, and takes it: theta times at most.
uint32_t urn_take(struct urn *u);

// min(theta, candidates) distinct candidates, uniformly, in the order drawn; their number in
// *count. Stream "nodes".
uint32_t *draw_nodes(const struct view *v, const struct task *t, struct arena *scratch,
                     uint32_t *count);

#endif
