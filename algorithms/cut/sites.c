#include "algorithms/cut/sites.h"

#include <math.h>

#include "algorithms/common/build.h"
#include "algorithms/common/servers.h"

// NULL: the option server is left out.
static const struct node_group *server_group(const struct view *v)
{
    double group = option_number(v, SITES_SERVER);
    return group < 0 ? NULL : &v->net->groups[(uint32_t)group];
}

bool sites_claims(const struct view *v, struct err *e)
{
    const struct node_group *g = server_group(v);
    if (v->graph->exit_count != 1)
        return err_add(e, "want a model of one exit, %s has %u", v->graph->name,
                       v->graph->exit_count);
    if (!g) return true;
    if (g->role != ROLE_FOG && g->role != ROLE_CLOUD)
        return err_add(e, "server: want a group of fog or cloud nodes, have \"%s\"", g->name);
    return g->count || err_add(e, "server: want nodes in the group \"%s\", have none", g->name);
}

static double *step_seconds(const struct view *v, uint32_t group, struct arena *a)
{
    const struct cost_table *c = &v->costs[group];
    uint32_t                 n = v->net->group_count;
    uint32_t                 user_group =
        v->net->groups[group].role == ROLE_USER ? group : v->net->group_of[v->users[0]];
    bool    loads = v->probes[user_group * n + group].loading_s > 0;
    double *seconds = ARENA_ARRAY(a, double, v->graph->step_count);
    for (uint32_t s = 0; s < v->graph->step_count; s++) {
        struct slice whole = step_whole(v->graph, s);
        seconds[s] = cost_slice_s(c, s, whole) + cost_merge_s(c, s, whole.axis);
        if (loads)
            seconds[s] += cost_load_s(c->device, (double)slice_weight_bytes(v->graph, s, whole));
    }
    return seconds;
}

static void init_model(struct sites_model *out, const struct view *v, struct arena *a)
{
    crossings_find(v->graph, a, &out->crossings);
    out->step_s = ARENA_ARRAY(a, double *, v->net->group_count);
    for (uint32_t g = 0; g < v->net->group_count; g++) {
        enum node_role role = v->net->groups[g].role;
        if (v->net->groups[g].count &&
            (role == ROLE_USER || role == ROLE_FOG || role == ROLE_CLOUD))
            out->step_s[g] = step_seconds(v, g, a);
    }
}

static void choose_servers(struct sites *out, const struct view *v, struct arena *a)
{
    const struct node_group *g = server_group(v);
    out->servers = v->cloud_count ? v->clouds : v->fogs;
    out->server_count = v->cloud_count ? v->cloud_count : v->fog_count;
    if (!g) return;
    uint32_t *nodes = ARENA_ARRAY(a, uint32_t, g->count);
    for (uint32_t i = 0; i < g->count; i++) nodes[i] = g->first + i;
    out->servers = nodes;
    out->server_count = g->count;
}

void sites_init(struct sites *out, const struct view *views, uint32_t class_count, struct arena *a)
{
    *out = (struct sites){.models = ARENA_ARRAY(a, struct sites_model, class_count)};
    for (uint32_t c = 0; c < class_count; c++) init_model(&out->models[c], &views[c], a);
    choose_servers(out, &views[0], a);
}

uint32_t sites_server(const struct sites *x, const struct view *v, uint32_t user)
{
    return servers_of(v, x->servers, x->server_count, user);
}

double sites_send_s(const struct view *v, uint32_t from, uint32_t to, double bytes)
{
    const struct route *r = net_route(v->net, from, to);
    if (!r->is_varying) {
        sim_ns alone = net_alone_ns(v->net, from, to, bytes, v->now);
        return alone < NS_END ? s_from_ns(alone) : INFINITY;
    }
    double seconds = route_wire_bytes(r, bytes) / net_rate(v->net, from, to, v->now);
    for (uint32_t i = 0; i < r->leg_count; i++) seconds += r->legs[i].latency_after_s;
    return seconds;
}

enum plan_verdict sites_plan(const struct view *v, const struct task *t, uint32_t server,
                             const bool *on_server, struct arena *scratch, struct plan *out,
                             struct placement *where)
{
    struct scheme_options options = *v->options;
    struct view           by_task = *v;
    struct assignment     as;
    uint32_t             *nodes = ARENA_ARRAY(scratch, uint32_t, 2),
             *node_of = ARENA_ARRAY(scratch, uint32_t, v->graph->step_count);
    options.granularity = GRANULARITY_TASK;
    by_task.options = &options;
    nodes[0] = t->user;
    nodes[1] = server;
    for (uint32_t s = 0; s < v->graph->step_count; s++) node_of[s] = on_server[s];
    build_placed(&by_task, 2, nodes, node_of, scratch, &as);
    build_plan(&by_task, t, &as, scratch, out, where);
    return PLAN_READY;
}
