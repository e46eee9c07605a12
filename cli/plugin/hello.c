// cli/plugin/hello.c: the world as a scheme's program is told it once: network, limits, models.
#include <inttypes.h>
#include <math.h>

#include "cli/plugin/read.h"
#include "cli/version.h"

static const char *const ROLES[ROLE_COUNT] = {
    [ROLE_USER] = "user",     [ROLE_FOG] = "fog",         [ROLE_CLOUD] = "cloud",
    [ROLE_BROKER] = "broker", [ROLE_GATEWAY] = "gateway",
};

static bool computes(enum node_role role)
{
    return role == ROLE_USER || role == ROLE_FOG || role == ROLE_CLOUD;
}

// ---- hello: the network -------------------------------------------------------------------------

static void say_options(struct plugin_text *t, const struct view *v)
{
    static const char *const     weights[] = {"resident", "per_task", "per_layer", "cached"};
    const struct scheme_options *o = v->options;
    text_key(t, "options");
    text_raw(t, "{");
    text_member_string(t, "granularity", o->granularity == GRANULARITY_LAYER ? "layer" : "task");
    text_member_string(t, "weights", weights[o->weights]);
    text_member_string(t, "fc_split", o->fc_split == SLICE_IN ? "input" : "output");
    text_member_bool(t, "local_share", o->local_share);
    text_raw(t, "}");
}

static void say_limits(struct plugin_text *t, const struct view *v)
{
    const struct limits *l = v->limits;
    text_key(t, "limits");
    text_raw(t, "{");
    text_member_number(t, "rate_bytes_per_s", l->gamma_bytes_per_s);
    text_member_integer(t, "theta", l->theta);
    text_member_limit(t, "quota", l->quota);
    text_member_limit(t, "candidates", l->candidates);
    text_member_number(t, "edge_delay_s", l->edge_delay_s);
    text_raw(t, "}");
}

static void say_device(struct plugin_text *t, const struct device *d)
{
    text_key(t, "device");
    text_raw(t, "{");
    text_member_string(t, "name", d->name);
    text_member_number(t, "conv_flop_per_s", d->conv_flop_per_s);
    text_member_number(t, "fc_bytes_per_s", d->fc_bytes_per_s);
    text_member_number(t, "overhead_s", d->overhead_s);
    text_member_number(t, "load_bytes_per_s", d->load_bytes_per_s);
    text_raw(t, "}");
}

static void say_groups(struct plugin_text *t, const struct view *v)
{
    text_key(t, "groups");
    text_raw(t, "[");
    for (uint32_t i = 0; i < v->net->group_count; i++) {
        const struct node_group *g = &v->net->groups[i];
        text_comma(t);
        text_raw(t, "{");
        text_member_string(t, "name", g->name);
        text_member_string(t, "role", ROLES[g->role]);
        text_member_integer(t, "first", g->first);
        text_member_integer(t, "count", g->count);
        text_member_integer(t, "servers", g->servers);
        text_member_limit(t, "queue_limit", g->queue_limit);
        text_member_number(t, "memory_bytes", g->memory_bytes);
        text_member_number(t, "power_idle_w", g->power_idle_w);
        text_member_number(t, "power_busy_w", g->power_busy_w);
        text_member_number(t, "price_per_s", g->price_per_s);
        if (computes(g->role)) say_device(t, v->costs[i].device);
        text_raw(t, "}");
    }
    text_raw(t, "]");
}

static void say_way(struct plugin_text *t, const struct net *n, uint32_t from, uint32_t to)
{
    const struct route     *r = &n->routes[from * n->group_count + to];
    const struct link_spec *l = &n->links[from * n->group_count + to];
    text_comma(t);
    text_raw(t, "{");
    text_member_integer(t, "from", from);
    text_member_integer(t, "to", to);
    text_member_bool(t, "reachable", r->is_reachable);
    if (r->is_reachable) {
        text_member_bool(t, "direct", !l->is_absent);
        text_member_bool(t, "varying", r->is_varying);
        text_member_number(t, "rate_bytes_per_s", r->is_varying ? NAN : r->rate_bytes_per_s);
        text_member_number(t, "latency_s", l->is_absent ? NAN : l->latency_s);
        text_member_string(t, "protocol", r->protocol->name);
    }
    text_raw(t, "}");
}

// Nodes of one role follow each other in groups: half-open ranges of them.
static void say_role(struct plugin_text *t, const struct view *v, const char *key,
                     enum node_role role, enum node_role other)
{
    text_key(t, key);
    text_raw(t, "[");
    for (uint32_t i = 0; i < v->net->group_count; i++) {
        const struct node_group *g = &v->net->groups[i];
        if ((g->role != role && g->role != other) || !g->count) continue;
        text_comma(t);
        text_raw(t, "[%u,%u]", g->first, g->first + g->count);
    }
    text_raw(t, "]");
}

static void say_network(struct plugin_text *t, const struct view *v)
{
    uint32_t n = v->net->group_count;
    text_member_integer(t, "nodes", v->net->node_count);
    say_groups(t, v);
    say_role(t, v, "users", ROLE_USER, ROLE_USER);
    say_role(t, v, "fogs", ROLE_FOG, ROLE_CLOUD);
    say_role(t, v, "clouds", ROLE_CLOUD, ROLE_CLOUD);
    text_key(t, "links");
    text_raw(t, "[");
    for (uint32_t i = 0; i < n * n; i++) say_way(t, v->net, i / n, i % n);
    text_raw(t, "]");
}

// ---- hello: models ------------------------------------------------------------------------------

static void say_shape(struct plugin_text *t, const char *key, struct shape s)
{
    text_key(t, key);
    text_raw(t, "{\"channels\":%d,\"frames\":%d,\"rows\":%d,\"columns\":%d}", s.c, s.d ? s.d : 1,
             s.h, s.w);
}

static void say_layers(struct plugin_text *t, const struct graph *g)
{
    text_key(t, "layers");
    text_raw(t, "[");
    for (uint32_t i = 0; i < g->layer_count; i++) {
        const struct layer *l = &g->layers[i];
        text_comma(t);
        text_raw(t, "{");
        text_member_string(t, "name", l->name);
        text_member_string(t, "type", l->kernel->type);
        text_key(t, "inputs");
        text_raw(t, "[");
        for (uint32_t k = 0; k < l->input_count; k++)
            text_comma(t), text_raw(t, "%u", l->inputs[k]);
        text_raw(t, "]");
        say_shape(t, "output", l->out);
        text_member_integer(t, "output_bytes", graph_tensor_bytes(g, i + 1));
        text_member_integer(t, "macs", l->macs);
        text_member_integer(t, "params", l->params);
        text_member_integer(t, "step", l->step);
        text_raw(t, "}");
    }
    text_raw(t, "]");
}

static void say_list(struct plugin_text *t, const char *key, const uint32_t *list, uint32_t count)
{
    text_key(t, key);
    text_raw(t, "[");
    for (uint32_t i = 0; i < count; i++) text_comma(t), text_raw(t, "%u", list[i]);
    text_raw(t, "]");
}

// What a step can be cut along, and how long that is.
static void say_axes(struct plugin_text *t, const struct graph *g, uint32_t step)
{
    text_member_string(t, "axis", slice_axis_names[step_axis(g, step)]);
    text_key(t, "axes");
    text_raw(t, "{");
    for (int axis = SLICE_ROWS; axis < SLICE_AXIS_COUNT; axis++)
        if (axis != SLICE_GRID && plugin_axis_is_known(g, step, (enum slice_axis)axis))
            text_member_integer(t, slice_axis_names[axis],
                                step_extent(g, step, (enum slice_axis)axis));
    text_raw(t, "}");
}

// Seconds of the whole step on a device of each group, what merges it included.
static void say_step_seconds(struct plugin_text *t, const struct view *v, uint32_t step)
{
    struct slice whole = step_whole(v->graph, step);
    text_key(t, "seconds");
    text_raw(t, "[");
    for (uint32_t g = 0; g < v->net->group_count; g++) {
        text_comma(t);
        text_number(t, computes(v->net->groups[g].role)
                           ? cost_slice_s(&v->costs[g], step, whole) +
                                 cost_merge_s(&v->costs[g], step, whole.axis)
                           : NAN);
    }
    text_raw(t, "]");
}

static void say_step(struct plugin_text *t, const struct view *v, uint32_t step)
{
    const struct graph *g = v->graph;
    const struct step  *s = &g->steps[step];
    struct slice        whole = step_whole(g, step);
    text_comma(t);
    text_raw(t, "{");
    text_member_string(t, "name", g->layers[s->chain[0]].name);
    text_member_string(t, "type", g->layers[s->chain[0]].kernel->type);
    say_list(t, "chain", s->chain, s->chain_count);
    say_list(t, "merge", s->merge, s->merge_count);
    say_axes(t, g, step);
    text_member_integer(t, "input_bytes", slice_input_bytes(g, step, whole));
    text_member_integer(t, "output_bytes", slice_output_bytes(g, step, whole));
    text_member_integer(t, "weight_bytes", slice_weight_bytes(g, step, whole));
    say_step_seconds(t, v, step);
    text_raw(t, "}");
}

// A whole task of a user of each group on an idle node of each group.
static void say_alone(struct plugin_text *t, const struct view *v)
{
    uint32_t n = v->net->group_count;
    text_key(t, "alone");
    text_raw(t, "[");
    for (uint32_t i = 0; i < n * n; i++) {
        const struct node_group *user = &v->net->groups[i / n], *node = &v->net->groups[i % n];
        const struct probe      *p = &v->probes[i];
        if (user->role != ROLE_USER || !computes(node->role)) continue;
        text_comma(t);
        text_raw(t, "{");
        text_member_integer(t, "user_group", i / n);
        text_member_integer(t, "group", i % n);
        text_member_bool(t, "fits", v->fits[i % n]);
        bool varies =
            v->net->routes[i].is_varying || v->net->routes[(i % n) * n + i / n].is_varying;
        text_member_number(t, "transmission_s", varies && i / n != i % n ? NAN : p->transmission_s);
        text_member_number(t, "execution_s", p->execution_s);
        text_member_number(t, "loading_s", p->loading_s);
        text_member_number(t, "edge_delay_s", p->edge_delay_s);
        text_raw(t, "}");
    }
    text_raw(t, "]");
}

static void say_exits(struct plugin_text *t, const struct graph *g)
{
    text_key(t, "exits");
    text_raw(t, "[");
    for (uint32_t i = 0; i < g->exit_count; i++) {
        text_comma(t);
        text_raw(t, "{");
        text_member_string(t, "name", g->exits[i].name);
        text_member_integer(t, "layer", g->exits[i].layer);
        text_member_integer(t, "step", g->exits[i].step);
        text_raw(t, "}");
    }
    text_raw(t, "]");
}

static void say_class(struct plugin_text *t, const struct view *v)
{
    const struct graph *g = v->graph;
    text_comma(t);
    text_raw(t, "{");
    text_member_string(t, "model", g->name);
    say_shape(t, "input", g->input);
    text_member_integer(t, "input_bytes", graph_tensor_bytes(g, 0));
    say_layers(t, g);
    text_key(t, "steps");
    text_raw(t, "[");
    for (uint32_t s = 0; s < g->step_count; s++) say_step(t, v, s);
    text_raw(t, "]");
    say_exits(t, g);
    say_alone(t, v);
    text_raw(t, "}");
}

void plugin_say_hello(struct plugin_text *t, const struct view *views, uint32_t class_count)
{
    plugin_begin_line(t, "hello");
    text_member_integer(t, "protocol", PLUGIN_PROTOCOL);
    text_member_string(t, "fogsim", FOGSIM_VERSION);
    text_member_integer(t, "seed", (int64_t)views->seed);
    text_member_integer(t, "replication", views->replication);
    say_options(t, views);
    say_limits(t, views);
    say_network(t, views);
    text_key(t, "classes");
    text_raw(t, "[");
    for (uint32_t c = 0; c < class_count; c++) say_class(t, &views[c]);
    text_raw(t, "]");
    plugin_end_line(t);
}
