// algorithms/random.c: random nodes, random cut points.
//
// min(theta, candidates) distinct random nodes; n - 1 integers uniform in [0, H_o], sorted; empty
// slices are dropped. With `cut` per_task one draw of fractions serves every step of the task.
// Cost: the draws O(theta) expected (algorithms/common/draw.h), and O(steps x theta).
#include <stdlib.h>

#include "algorithms/common/build.h"
#include "algorithms/common/draw.h"

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void draw_fractions(struct rng *rng, double *fractions, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) fractions[i] = rng_uniform(rng);
    qsort(fractions, count, sizeof *fractions, by_value);
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    uint32_t count, *nodes = draw_nodes(v, t, scratch, &count);
    if (!count) return build_local(v, t, scratch, out, where);
    double           *fractions = ARENA_ARRAY(scratch, double, count);
    struct assignment split;
    struct rng        rng;
    draw_stream(v, t, "cuts", &rng);
    build_assignment(v, count, nodes, scratch, &split);
    for (uint32_t s = 0; s < v->graph->step_count; s++) {
        int32_t extent = step_extent(v->graph, s, split.axes[s]);
        if (s == 0 || v->options->cut == DRAW_PER_LAYER) draw_fractions(&rng, fractions, count - 1);
        for (uint32_t i = 1; i < count; i++)
            split.cuts[s][i] =
                (int32_t)(fractions[i - 1] * (extent + 1.0)); // uniform in 0 .. extent
        split.cuts[s][count] = extent;
    }
    build_plan(v, t, &split, scratch, out, where);
    return PLAN_READY;
}

const struct scheme scheme_random = {
    .name = "random",
    .about = "random nodes, random cut points",
    .source = "DINA thesis ch. 5, Random",
    .options = OPTION_GRANULARITY | OPTION_WEIGHTS | OPTION_FC_SPLIT | OPTION_CUT,
    .is_random = true,
    .plan = plan,
};
