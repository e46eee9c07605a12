#include "algorithms/common/assignment.h"

#include <assert.h>

void build_assignment(const struct view *v, uint32_t node_count, const uint32_t *nodes,
                      struct arena *a, struct assignment *out)
{
    uint32_t steps = v->graph->step_count;
    *out = (struct assignment){.node_count = node_count,
                               .nodes = nodes,
                               .axes = ARENA_ARRAY(a, enum slice_axis, steps),
                               .cuts = ARENA_ARRAY(a, int32_t *, steps),
                               .exit = v->graph->exit_count - 1};
    for (uint32_t s = 0; s < steps; s++) {
        enum slice_axis axis = step_axis(v->graph, s);
        out->axes[s] = axis == SLICE_ROWS ? axis : v->options->fc_split;
        out->cuts[s] = ARENA_ARRAY(a, int32_t, node_count + 1);
    }
}

void build_whole(const struct view *v, uint32_t node_count, const uint32_t *nodes,
                 const uint32_t *node_of, struct arena *a, struct assignment *out)
{
    build_assignment(v, node_count, nodes, a, out);
    for (uint32_t s = 0; s < v->graph->step_count; s++) {
        out->axes[s] = step_axis(v->graph, s); // nothing is cut, so nothing is summed
        int32_t extent = step_extent(v->graph, s, out->axes[s]);
        for (uint32_t i = node_of[s] + 1; i <= node_count; i++) out->cuts[s][i] = extent;
    }
}

void build_placed(const struct view *v, uint32_t node_count, const uint32_t *nodes,
                  const uint32_t *node_of, struct arena *a, struct assignment *out)
{
    uint32_t *leads = ARENA_ARRAY(a, uint32_t, v->graph->step_count);
    build_whole(v, node_count, nodes, node_of, a, out);
    for (uint32_t s = 0; s < v->graph->step_count; s++) leads[s] = nodes[node_of[s]];
    out->leads = leads;
}

void build_single(const struct view *v, uint32_t node, struct arena *a, struct assignment *out)
{
    uint32_t *nodes = ARENA_ARRAY(a, uint32_t, 1),
             *node_of = ARENA_ARRAY(a, uint32_t, v->graph->step_count);
    nodes[0] = node;
    build_whole(v, 1, nodes, node_of, a, out);
}

void build_shares(const struct view *v, uint32_t node_count, const uint32_t *nodes,
                  const double *weights, struct arena *a, struct assignment *out)
{
    build_assignment(v, node_count, nodes, a, out);
    for (uint32_t s = 0; s < v->graph->step_count; s++)
        slice_cuts(weights, node_count, step_extent(v->graph, s, out->axes[s]), out->cuts[s]);
}

// The layers that an exit needs, itself included.
static void want_layers(const struct graph *g, uint32_t exit, bool *wanted)
{
    wanted[g->exits[exit].layer] = true;
    for (uint32_t i = g->exits[exit].layer + 1; i-- > 0;)
        for (uint32_t k = 0; wanted[i] && k < g->layers[i].input_count; k++)
            if (g->layers[i].inputs[k]) wanted[g->layers[i].inputs[k] - 1] = true;
}

void assignment_wanted(const struct graph *g, const struct assignment *as, bool *layers,
                       bool *steps)
{
    assert(as->exit < g->exit_count);
    bool is_all = g->exit_count == 1;
    for (uint32_t i = 0; i < g->layer_count; i++) layers[i] = is_all;
    for (uint32_t s = 0; s < g->step_count; s++)
        steps[s] = is_all && as->cuts[s][as->node_count] > 0;
    if (is_all) return;
    for (uint32_t exit = as->tries_exits ? 0 : as->exit; exit <= as->exit; exit++)
        want_layers(g, exit, layers);
    for (uint32_t i = 0; i < g->layer_count; i++) {
        int32_t s = g->layers[i].step;
        if (layers[i] && s != NO_STEP) steps[s] = as->cuts[s][as->node_count] > 0;
    }
}

uint32_t assignment_lead(const struct graph *g, const struct assignment *as, const bool *steps)
{
    uint32_t best = 0;
    double   best_share = -1;
    for (uint32_t i = 0; i < as->node_count; i++) {
        double share = 0;
        for (uint32_t s = 0; s < g->step_count; s++)
            if (steps[s])
                share +=
                    (double)(as->cuts[s][i + 1] - as->cuts[s][i]) / as->cuts[s][as->node_count];
        if (share > best_share) best_share = share, best = i;
    }
    return as->nodes[best];
}
