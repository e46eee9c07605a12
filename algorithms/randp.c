// algorithms/randp.c: random nodes, split by DINA-P.
//
// min(theta, candidates) distinct random nodes; utilities with the queue of now. Cost: the draws
// O(theta) expected (algorithms/common/draw.h), and O(steps x theta).
#include "algorithms/common/draw.h"
#include "algorithms/common/partition.h"

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    uint32_t      count, *nodes = draw_nodes(v, t, scratch, &count);
    struct match *matches = ARENA_ARRAY(scratch, struct match, count);
    for (uint32_t i = 0; i < count; i++) {
        double queue_s = view_backlog_s(v, nodes[i]);
        matches[i] =
            (struct match){t->user, nodes[i], view_utility_user(v, t->user, nodes[i], queue_s),
                           view_utility_fog(v, t->user, nodes[i], queue_s)};
    }
    return partition_plan(v, t, matches, count, scratch, out, where);
}

const struct scheme scheme_randp = {
    .name = "randp",
    .about = "random nodes, shares by utility (DINA-P)",
    .source = "Mohammed et al., INFOCOM 2020, baseline RANDP",
    .options =
        OPTION_GRANULARITY | OPTION_WEIGHTS | OPTION_FC_SPLIT | OPTION_LOCAL_SHARE | OPTION_SHARES,
    .is_random = true,
    .plan = plan,
};
