#include "algorithms/view.h"

#include <math.h>

const struct cost_table *view_costs(const struct view *v, uint32_t node)
{
    return &v->costs[v->net->group_of[node]];
}

const struct probe *view_probe(const struct view *v, uint32_t user, uint32_t node)
{
    return &v->probes[v->net->group_of[user] * v->net->group_count + v->net->group_of[node]];
}

double view_backlog_s(const struct view *v, uint32_t node)
{
    return v->backlog_s ? v->backlog_s(v->now_ctx, node) : 0;
}

static int64_t step_weight_bytes(const struct graph *g, uint32_t step)
{
    return slice_weight_bytes(g, step, step_whole(g, step));
}

// Each step in turn: input there, load, compute, output back, merge at the user.
static struct probe probe_layers(const struct view *v, uint32_t user_group, uint32_t group)
{
    const struct graph *g = v->graph;
    uint32_t            user = v->net->groups[user_group].first, node = v->net->groups[group].first;
    struct probe        p = {0};
    for (uint32_t s = 0; s < g->step_count; s++) {
        struct slice whole = step_whole(g, s);
        p.transmission_s +=
            s_from_ns(net_alone_ns(v->net, user, node, (double)slice_input_bytes(g, s, whole), 0));
        p.transmission_s +=
            s_from_ns(net_alone_ns(v->net, node, user, (double)slice_output_bytes(g, s, whole), 0));
        p.execution_s += cost_slice_s(&v->costs[group], s, whole) +
                         cost_merge_s(&v->costs[user_group], s, whole.axis);
        p.edge_delay_s += v->limits->edge_delay_s;
    }
    return p;
}

static struct probe probe_task(const struct view *v, uint32_t user_group, uint32_t group)
{
    const struct graph *g = v->graph;
    uint32_t            user = v->net->groups[user_group].first, node = v->net->groups[group].first;
    struct probe        p = {.execution_s = v->costs[group].whole_s,
                             .edge_delay_s = v->limits->edge_delay_s};
    p.transmission_s =
        s_from_ns(net_alone_ns(v->net, user, node, (double)graph_tensor_bytes(g, 0), 0));
    p.transmission_s += s_from_ns(
        net_alone_ns(v->net, node, user, (double)graph_tensor_bytes(g, g->layer_count), 0));
    return p;
}

static struct probe make_probe(const struct view *v, uint32_t user_group, uint32_t group)
{
    bool         is_local = v->net->groups[group].role == ROLE_USER;
    struct probe p = {.execution_s = v->costs[group].whole_s};
    if (!is_local)
        p = v->options->granularity == GRANULARITY_LAYER ? probe_layers(v, user_group, group)
                                                         : probe_task(v, user_group, group);
    if (v->options->weights == WEIGHTS_RESIDENT) return p;
    for (uint32_t s = 0; s < v->graph->step_count; s++)
        p.loading_s += cost_load_s(v->costs[group].device, (double)step_weight_bytes(v->graph, s));
    return p;
}

// Whole steps, the largest at a time when weights are loaded per layer.
static bool can_hold(const struct view *v, uint32_t group)
{
    double largest = 0, all_weights = 0;
    for (uint32_t s = 0; s < v->graph->step_count; s++) {
        struct slice whole = step_whole(v->graph, s);
        double       weights = (double)step_weight_bytes(v->graph, s);
        double       tensors = (double)(slice_input_bytes(v->graph, s, whole) +
                                  slice_output_bytes(v->graph, s, whole));
        all_weights += weights;
        largest = fmax(largest, tensors + (v->options->weights == WEIGHTS_PER_LAYER ? weights : 0));
    }
    return largest + (v->options->weights == WEIGHTS_PER_LAYER ? 0 : all_weights) <=
           v->net->groups[group].memory_bytes;
}

void view_prepare(struct view *v, struct arena *a)
{
    uint32_t      n = v->net->group_count;
    struct probe *probes = ARENA_ARRAY(a, struct probe, (size_t)n * n);
    bool         *fits = ARENA_ARRAY(a, bool, n);
    for (uint32_t g = 0; g < n; g++) {
        if (v->net->groups[g].role == ROLE_BROKER) continue; // computes nothing
        fits[g] = can_hold(v, g);
        for (uint32_t u = 0; u < n; u++)
            if (v->net->groups[u].role == ROLE_USER) probes[u * n + g] = make_probe(v, u, g);
    }
    v->probes = probes;
    v->fits = fits;
}

double view_alone_s(const struct view *v, uint32_t user, uint32_t node)
{
    const struct probe *p = view_probe(v, user, node);
    return p->transmission_s + p->execution_s + p->loading_s + p->edge_delay_s;
}

double view_tau_s(const struct view *v, uint32_t user)
{
    if (v->limits->tau_mode == TAU_OFF) return INFINITY;
    return v->limits->tau_mode == TAU_SET ? v->limits->tau_s : view_alone_s(v, user, user);
}

double view_utility_fog(const struct view *v, uint32_t user, uint32_t node, double mean_queue_s)
{
    const struct probe *p = view_probe(v, user, node);
    // tau is the user's own time: exactly nothing is left, whatever rounding says.
    if (user == node && v->limits->tau_mode == TAU_LOCAL) return -mean_queue_s;
    double tau_s = view_tau_s(v, user);
    if (isinf(tau_s)) return view_utility_user(v, user, node, mean_queue_s);
    return tau_s - p->transmission_s - p->execution_s - p->loading_s - mean_queue_s;
}

double view_utility_user(const struct view *v, uint32_t user, uint32_t node, double queue_s)
{
    return 1 / (view_alone_s(v, user, node) + queue_s);
}

bool view_is_candidate(const struct view *v, uint32_t user, uint32_t fog, double queue_s)
{
    return v->fits[v->net->group_of[fog]] &&
           net_route(v->net, user, fog)->rate_bytes_per_s >= v->limits->gamma_bytes_per_s &&
           view_alone_s(v, user, fog) + queue_s <= view_tau_s(v, user);
}

uint32_t view_candidates(const struct view *v, uint32_t user, uint32_t *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < v->fog_count; i++)
        if (view_is_candidate(v, user, v->fogs[i], view_backlog_s(v, v->fogs[i])))
            out[count++] = v->fogs[i];
    return count;
}
