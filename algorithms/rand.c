// algorithms/rand.c: the whole task, or each whole step, to one random candidate.
//
// Called Greedy in the DINA thesis and RAND in the paper. Cost: O(fog nodes + steps).
#include "algorithms/common/build.h"
#include "algorithms/common/draw.h"

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    uint32_t *nodes = ARENA_ARRAY(scratch, uint32_t, v->fog_count),
             count = view_candidates(v, t->user, NULL, scratch, nodes);
    uint32_t *node_of = ARENA_ARRAY(scratch, uint32_t, v->graph->step_count);
    if (!count) return build_local(v, t, scratch, out, where);
    struct rng rng;
    draw_stream(v, t, "nodes", &rng);
    for (uint32_t s = 0; s < v->graph->step_count; s++)
        node_of[s] =
            s && v->options->node == DRAW_PER_TASK ? node_of[0] : (uint32_t)rng_below(&rng, count);
    struct assignment whole;
    build_whole(v, count, nodes, node_of, scratch, &whole);
    build_plan(v, t, &whole, scratch, out, where);
    return PLAN_READY;
}

const struct scheme scheme_rand = {
    .name = "rand",
    .about = "whole task (or step) to one random node (the thesis' Greedy)",
    .source = "DINA thesis ch. 5, Greedy; Mohammed et al., INFOCOM 2020, baseline RAND",
    .options = OPTION_GRANULARITY | OPTION_WEIGHTS | OPTION_NODE,
    .is_random = true,
    .plan = plan,
};
