#include "algorithms/view.h"

#include <math.h>

const struct cost_table *view_costs(const struct view *v, uint32_t node)
{
    return &v->costs[v->net->group_of[node]];
}

double view_backlog_s(const struct view *v, uint32_t node)
{
    return v->backlog_s ? v->backlog_s(v->now_ctx, node) : 0;
}

static bool computes(enum node_role role)
{
    return role == ROLE_USER || role == ROLE_FOG || role == ROLE_CLOUD;
}

// Of a whole task on one node: each step's, or the input and the answer.
static void list_messages(struct view *v, struct arena *a)
{
    const struct graph *g = v->graph;
    bool                by_layer = v->options->granularity == GRANULARITY_LAYER;
    v->message_pair_count = by_layer ? g->step_count : 1;
    struct message_pair *pairs = ARENA_ARRAY(a, struct message_pair, v->message_pair_count);
    for (uint32_t s = 0; by_layer && s < g->step_count; s++) {
        struct slice whole = step_whole(g, s);
        pairs[s] = (struct message_pair){(double)slice_input_bytes(g, s, whole),
                                         (double)slice_output_bytes(g, s, whole)};
    }
    if (!by_layer)
        pairs[0] = (struct message_pair){(double)graph_tensor_bytes(g, 0),
                                         (double)graph_tensor_bytes(g, g->layer_count)};
    v->messages = pairs;
}

static double message_s(const struct view *v, uint32_t from, uint32_t to, double bytes, sim_ns at)
{
    sim_ns alone = net_alone_ns(v->net, from, to, bytes, at);
    return alone < NS_END ? s_from_ns(alone) : INFINITY;
}

static double transmission_s(const struct view *v, uint32_t user, uint32_t node, sim_ns at)
{
    double sum = 0;
    for (uint32_t i = 0; i < v->message_pair_count && sum < INFINITY; i++) {
        sum += message_s(v, user, node, v->messages[i].up_bytes, at);
        sum += message_s(v, node, user, v->messages[i].down_bytes, at);
    }
    return sum;
}

static bool is_varying(const struct view *v, uint32_t user, uint32_t node)
{
    return net_route(v->net, user, node)->is_varying || net_route(v->net, node, user)->is_varying;
}

static bool has_way(const struct view *v, uint32_t a, uint32_t b)
{
    return net_route(v->net, a, b)->is_reachable && net_route(v->net, b, a)->is_reachable;
}

// Of nodes of two groups, by the first of each.
static double group_transmission_s(const struct view *v, uint32_t user_group, uint32_t group)
{
    uint32_t user = v->net->groups[user_group].first, node = v->net->groups[group].first;
    if (!has_way(v, user, node)) return INFINITY;
    return is_varying(v, user, node) ? 0 : transmission_s(v, user, node, 0);
}

// Each step in turn: input there, load, compute, output back, merge at the user.
static struct probe probe_layers(const struct view *v, uint32_t user_group, uint32_t group)
{
    const struct graph *g = v->graph;
    struct probe        p = {.transmission_s = group_transmission_s(v, user_group, group)};
    for (uint32_t s = 0; s < g->step_count; s++) {
        struct slice whole = step_whole(g, s);
        p.execution_s += cost_slice_s(&v->costs[group], s, whole) +
                         cost_merge_s(&v->costs[user_group], s, whole.axis);
        p.edge_delay_s += v->limits->edge_delay_s;
    }
    return p;
}

static struct probe probe_task(const struct view *v, uint32_t user_group, uint32_t group)
{
    return (struct probe){.transmission_s = group_transmission_s(v, user_group, group),
                          .execution_s = v->costs[group].whole_s,
                          .edge_delay_s = v->limits->edge_delay_s};
}

struct need {                          // bytes that a task asks of a node
    double tensors, together, weights; // largest step's tensors; with its weights; all weights
};

static struct need need_of(const struct graph *g)
{
    struct need n = {0};
    for (uint32_t s = 0; s < g->step_count; s++) {
        struct slice whole = step_whole(g, s);
        double       weights = (double)slice_weight_bytes(g, s, whole);
        double tensors = (double)(slice_input_bytes(g, s, whole) + slice_output_bytes(g, s, whole));
        n.weights += weights;
        n.tensors = fmax(n.tensors, tensors);
        n.together = fmax(n.together, tensors + weights);
    }
    return n;
}

static bool holds_all(const struct view *v, uint32_t group)
{
    struct need n = need_of(v->graph);
    return n.tensors + n.weights <= v->net->groups[group].memory_bytes;
}

// Whole steps, the largest at a time when weights are loaded per layer or make room for others.
static bool can_hold(const struct view *v, uint32_t group)
{
    bool one_by_one =
        v->options->weights == WEIGHTS_PER_LAYER || v->options->weights == WEIGHTS_CACHED;
    return one_by_one ? need_of(v->graph).together <= v->net->groups[group].memory_bytes
                      : holds_all(v, group);
}

static struct probe make_probe(const struct view *v, uint32_t user_group, uint32_t group)
{
    enum weights_mode weights = v->options->weights;
    bool              is_local = v->net->groups[group].role == ROLE_USER;
    struct probe      p = {.execution_s = v->costs[group].whole_s};
    if (!is_local)
        p = v->options->granularity == GRANULARITY_LAYER ? probe_layers(v, user_group, group)
                                                         : probe_task(v, user_group, group);
    if (weights == WEIGHTS_RESIDENT || (weights == WEIGHTS_CACHED && holds_all(v, group))) return p;
    for (uint32_t s = 0; s < v->graph->step_count; s++) {
        int64_t bytes = slice_weight_bytes(v->graph, s, step_whole(v->graph, s));
        p.loading_s += cost_load_s(v->costs[group].device, (double)bytes);
    }
    return p;
}

void view_prepare(struct view *v, struct arena *a)
{
    uint32_t      n = v->net->group_count;
    struct probe *probes = ARENA_ARRAY(a, struct probe, (size_t)n * n);
    bool         *fits = ARENA_ARRAY(a, bool, n);
    list_messages(v, a);
    for (uint32_t g = 0; g < n; g++) {
        if (!computes(v->net->groups[g].role)) continue;
        fits[g] = can_hold(v, g);
        for (uint32_t u = 0; u < n; u++)
            if (v->net->groups[u].role == ROLE_USER) probes[u * n + g] = make_probe(v, u, g);
    }
    v->probes = probes;
    v->fits = fits;
}

static const struct probe *group_probe(const struct view *v, uint32_t user, uint32_t node)
{
    return &v->probes[v->net->group_of[user] * v->net->group_count + v->net->group_of[node]];
}

struct probe view_probe(const struct view *v, uint32_t user, uint32_t node)
{
    struct probe p = *group_probe(v, user, node);
    if (user != node && is_varying(v, user, node) && has_way(v, user, node))
        p.transmission_s = transmission_s(v, user, node, v->now);
    return p;
}

double view_alone_s(const struct view *v, uint32_t user, uint32_t node)
{
    struct probe p = view_probe(v, user, node);
    return p.transmission_s + p.execution_s + p.loading_s + p.edge_delay_s;
}

double view_tau_s(const struct view *v, uint32_t user)
{
    if (v->limits->tau_mode == TAU_OFF) return INFINITY;
    return v->limits->tau_mode == TAU_SET ? v->limits->tau_s : view_alone_s(v, user, user);
}

double view_utility_fog(const struct view *v, uint32_t user, uint32_t node, double mean_queue_s)
{
    // tau is the user's own time: exactly nothing is left, whatever rounding says.
    if (user == node && v->limits->tau_mode == TAU_LOCAL) return -mean_queue_s;
    double tau_s = view_tau_s(v, user);
    if (isinf(tau_s)) return view_utility_user(v, user, node, mean_queue_s);
    struct probe p = view_probe(v, user, node);
    return tau_s - p.transmission_s - p.execution_s - p.loading_s - mean_queue_s;
}

double view_utility_user(const struct view *v, uint32_t user, uint32_t node, double queue_s)
{
    return 1 / (view_alone_s(v, user, node) + queue_s);
}

bool view_is_connected(const struct view *v, uint32_t a, uint32_t b)
{
    if (a == b) return true;
    return has_way(v, a, b) && (!v->is_reachable || (v->is_reachable(v->now_ctx, a, b) &&
                                                     v->is_reachable(v->now_ctx, b, a)));
}
