// algorithms/rand.c: the whole task, or each whole step, to one random candidate.
//
// Called Greedy in the DINA thesis and RAND in the paper. Cost: of the draws O(1) expected where
// most fog nodes are candidates (algorithms/common/draw.h), and the plan: O(steps), or O(steps^2)
// with a node per step.
#include <stdlib.h>

#include "algorithms/common/build.h"
#include "algorithms/common/draw.h"

static int by_node(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

// Lists the nodes of `drawn` once, ascending; `drawn` then indexes the list.
static uint32_t list_nodes(uint32_t *drawn, uint32_t steps, uint32_t *nodes)
{
    uint32_t count = 0;
    for (uint32_t s = 0; s < steps; s++) nodes[s] = drawn[s];
    qsort(nodes, steps, sizeof *nodes, by_node);
    for (uint32_t s = 0; s < steps; s++)
        if (!count || nodes[count - 1] != nodes[s]) nodes[count++] = nodes[s];
    for (uint32_t s = 0; s < steps; s++) {
        uint32_t i = 0;
        while (nodes[i] != drawn[s]) i++;
        drawn[s] = i;
    }
    return count;
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    uint32_t   steps = v->options->node == DRAW_PER_TASK ? 1 : v->graph->step_count;
    uint32_t  *drawn = ARENA_ARRAY(scratch, uint32_t, steps);
    struct rng rng;
    struct urn u;
    draw_stream(v, t, "nodes", &rng);
    urn_init(&u, v, t->user, &rng, scratch);
    for (uint32_t s = 0; s < steps; s++) {
        drawn[s] = urn_draw(&u);
        if (drawn[s] == NO_NODE) return build_local(v, t, scratch, out, where);
    }
    struct assignment whole;
    if (steps == 1) {
        build_single(v, drawn[0], scratch, &whole);
    } else {
        uint32_t *nodes = ARENA_ARRAY(scratch, uint32_t, steps),
                 count = list_nodes(drawn, steps, nodes);
        build_whole(v, count, nodes, drawn, scratch, &whole);
    }
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
