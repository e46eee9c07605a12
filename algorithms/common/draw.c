#include "algorithms/common/draw.h"

void draw_stream(const struct view *v, const struct task *t, const char *cause, struct rng *out)
{
    rng_init(out, v->seed, v->replication, cause, t->number);
}

uint32_t *draw_nodes(const struct view *v, const struct task *t, struct arena *scratch,
                     uint32_t *count)
{
    uint32_t  *nodes = ARENA_ARRAY(scratch, uint32_t, v->fog_count);
    uint32_t   candidates = view_candidates(v, t->user, NULL, scratch, nodes);
    struct rng rng;
    draw_stream(v, t, "nodes", &rng);
    *count = candidates < v->limits->theta ? candidates : v->limits->theta;
    for (uint32_t i = 0; i < *count; i++) { // Fisher and Yates, as far as needed
        uint32_t other = i + (uint32_t)rng_below(&rng, candidates - i), node = nodes[other];
        nodes[other] = nodes[i];
        nodes[i] = node;
    }
    return nodes;
}
