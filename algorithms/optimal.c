// algorithms/optimal.c: the plan by which a task takes least when nothing else is under way: every
// step, or part of a step, on the best of a few nodes. Exact, so only for small instances.
//
// Who may compute: the user, if it can hold the task, and the `nodes` fog or cloud nodes of the
// least time alone among its candidates (view_candidates without queues, so that nothing of the
// moment counts but what is up); where none of them is a cloud, one more: the user's own
// (common/servers.h) if it is a candidate. Not gateways. At most theta beside the user.
//
// What is minimised is the latency of the task alone in the engine's semantics, as far as
// optimal/alone.h goes: computation, loading, messages with their protocol, ports, cards and queues
// behind each other, the edge delay once. Proven for whole steps and parts of them on networks of
// constant rates without sharing (tests/test_optimal.c: brute force through the engine). Where
// messages of one task share a medium or a fair link it is exact if they do not overlap (whole
// steps of a chain). Not in it: queues of others, cold connections, energy, cost.
//
// The plan follows from constants and from who is up and connected; so a solution is kept for each
// class, group of the user, groups of the nodes and connections between them, and used again. Nodes
// of one group count as equal: where their ways lead over different relays, those of the first user
// asked for stand for all. Cost: a plan O(fog nodes + solutions kept) and the building; a solution
// O(steps x choices^2) plans (optimal/splits.h) and the programs (optimal/exact.h).
#include <math.h>
#include <string.h>

#include "algorithms/optimal/exact.h"
#include "algorithms/common/servers.h"

enum own { OWN_NODES, OWN_PARTS, OWN_LIMIT, OWN_SOLVES, OWN_TIME, OWN_COUNT };

static const struct scheme_option own[OWN_COUNT] = {
    [OWN_NODES] = {.key = "nodes",
                   .about =
                       "fog and cloud nodes that a task may use: those of the least time alone",
                   .kind = OPTION_INTEGER,
                   .otherwise = 4,
                   .low = 1,
                   .high = 24},
    [OWN_PARTS] = {.key = "parts",
                   .about = "equal parts that a step may be divided into; 1: steps stay whole",
                   .kind = OPTION_INTEGER,
                   .otherwise = 1,
                   .low = 1,
                   .high = 64},
    [OWN_LIMIT] = {.key = "limit",
                   .about = "largest instance: steps x choices^2, a choice being who gets which "
                            "parts of a step",
                   .kind = OPTION_INTEGER,
                   .otherwise = 2000,
                   .low = 1,
                   .high = 1e6},
    [OWN_SOLVES] = {.key = "solves",
                    .about = "most programs solved for one solution; then the best so far counts",
                    .kind = OPTION_INTEGER,
                    .otherwise = 100,
                    .low = 1,
                    .high = 1e6},
    [OWN_TIME] = {.key = "time_limit",
                  .about = "wall-clock time for one solution; then the best so far counts, and the "
                           "run depends on the machine (metric optimal_limited)",
                  .kind = OPTION_TIME,
                  .otherwise = 60,
                  .low = 1e-3,
                  .high = 1e6},
};

enum { MOST_NODES = 26 }; // the user, `nodes`, a cloud

struct kept { // a solution
    struct kept          *next;
    uint32_t              class_id, node_count;
    uint32_t              groups[MOST_NODES]; // of the nodes, the user first
    uint32_t              linked[MOST_NODES]; // bit k: connected with node k
    struct splits         splits;             // without costs
    struct exact_solution solution;
    bool                  is_feasible;
};

struct state {
    struct arena *a;
    struct kept  *first;
};

static uint32_t most_nodes(const struct view *v)
{
    uint32_t nodes = (uint32_t)option_number(v, OWN_NODES);
    if (nodes > v->fog_count) nodes = v->fog_count;
    return 1 + nodes + (v->cloud_count && nodes < v->fog_count);
}

static bool computes(const struct node_group *g)
{
    return g->count && (g->role == ROLE_USER || g->role == ROLE_FOG || g->role == ROLE_CLOUD);
}

static bool has_varying_rates(const struct view *v)
{
    const struct net *n = v->net;
    for (uint32_t f = 0; f < n->group_count; f++)
        for (uint32_t t = 0; t < n->group_count; t++)
            if (computes(&n->groups[f]) && computes(&n->groups[t]) &&
                n->routes[f * n->group_count + t].is_reachable &&
                n->routes[f * n->group_count + t].is_varying)
                return true;
    return false;
}

static bool claims(const struct view *v, struct err *e)
{
    uint32_t parts = (uint32_t)option_number(v, OWN_PARTS), nodes = most_nodes(v);
    double   choices = splits_count(nodes, parts), steps = v->graph->step_count;
    double   size = steps * choices * choices, limit = option_number(v, OWN_LIMIT);
    if (size > limit)
        return err_add(e,
                       "%.0f steps x (%.0f choices on %u nodes)^2 = %.0f: want at most %.0f "
                       "(limit); fewer nodes, parts or steps",
                       steps, choices, nodes, size, limit);
    if (has_varying_rates(v))
        return err_add(e, "want links of constant rate: a solution is for the whole run");
    return true;
}

static bool begin(const struct view *views, uint32_t class_count, struct arena *a, void **state,
                  struct err *e)
{
    (void)views, (void)class_count, (void)e;
    struct state *s = ARENA_ARRAY(a, struct state, 1);
    s->a = a;
    *state = s;
    return true;
}

static void end(void *state)
{
    (void)state;
    exact_free();
}

// ---- who may compute ----------------------------------------------------------------------------

static bool is_cloud(const struct view *v, uint32_t node)
{
    return net_group(v->net, node)->role == ROLE_CLOUD;
}

// The user's own cloud, where it is a candidate and none is among the nodes.
static void add_cloud(const struct view *v, uint32_t user, uint32_t *nodes, uint32_t *count)
{
    for (uint32_t i = 1; i < *count; i++)
        if (is_cloud(v, nodes[i])) return;
    uint32_t cloud = servers_of(v, v->clouds, v->cloud_count, user);
    if (cloud != NO_NODE && view_is_candidate(v, user, cloud, 0)) nodes[(*count)++] = cloud;
}

static uint32_t find_nodes(const struct view *v, uint32_t user, struct arena *scratch,
                           uint32_t *nodes)
{
    struct view   view = *v;
    struct limits limits = *v->limits;
    uint32_t      most = (uint32_t)option_number(v, OWN_NODES);
    uint32_t     *found = ARENA_ARRAY(scratch, uint32_t, v->fog_count);
    if (limits.candidates > most) limits.candidates = most;
    view.limits = &limits;
    view.backlog_s = NULL;
    uint32_t count = view_candidates(&view, user, NULL, scratch, found);
    nodes[0] = user;
    memcpy(&nodes[1], found, count * sizeof *found);
    count++;
    add_cloud(&view, user, nodes, &count);
    return count;
}

// ---- solutions ----------------------------------------------------------------------------------

static void describe(const struct view *v, const uint32_t *nodes, uint32_t count, struct kept *out)
{
    *out = (struct kept){.class_id = v->class_id, .node_count = count};
    for (uint32_t i = 0; i < count; i++) {
        out->groups[i] = v->net->group_of[nodes[i]];
        for (uint32_t k = 0; k < count; k++)
            out->linked[i] |= (uint32_t)view_is_connected(v, nodes[i], nodes[k]) << k;
    }
}

static bool is_same(const struct kept *a, const struct kept *b)
{
    return a->class_id == b->class_id && a->node_count == b->node_count &&
           !memcmp(a->groups, b->groups, sizeof a->groups) &&
           !memcmp(a->linked, b->linked, sizeof a->linked);
}

// With rooms of its own: the caller's may be one.
static void solve(struct kept *k, const struct split_problem *p, struct arena *a)
{
    const struct exact_effort effort = {(uint32_t)option_number(p->v, OWN_SOLVES),
                                        option_number(p->v, OWN_TIME)};
    struct arena              costs = {0}, scratch = {0};
    splits_list(p, a, &k->splits);
    if (!k->splits.count) return;
    struct splits costed = k->splits;
    splits_cost(p, &costs, &scratch, &costed);
    k->is_feasible = exact_solve(p, &costed, &effort, a, &scratch, &k->solution);
    arena_free(&costs);
    arena_free(&scratch);
}

static struct kept *find_kept(struct state *s, const struct kept *wanted)
{
    struct kept *k = s->first;
    while (k && !is_same(k, wanted)) k = k->next;
    return k;
}

static struct kept *solution_for(const struct split_problem *p)
{
    struct state *s = p->v->state;
    struct kept   wanted;
    describe(p->v, p->nodes, p->node_count, &wanted);
    struct kept *k = find_kept(s, &wanted);
    if (k) return k;
    k = ARENA_ARRAY(s->a, struct kept, 1);
    *k = wanted;
    solve(k, p, s->a);
    k->next = s->first;
    s->first = k;
    return k;
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    uint32_t              nodes[MOST_NODES];
    struct view           by_task = *v;
    struct scheme_options options = *v->options;
    options.granularity = GRANULARITY_TASK;
    options.fc_split = SLICE_OUT;
    by_task.options = &options;
    struct split_problem p = {.v = &by_task,
                              .user = t->user,
                              .node_count = find_nodes(v, t->user, scratch, nodes),
                              .nodes = nodes,
                              .parts = (uint32_t)option_number(v, OWN_PARTS),
                              .most_fogs = v->limits->theta};
    struct kept         *k = solution_for(&p);
    struct assignment    assigned;
    if (!k->is_feasible) return PLAN_INFEASIBLE;
    splits_assign(&p, &k->splits, k->solution.choice_of, scratch, &assigned);
    build_plan(&by_task, t, &assigned, scratch, out, where);
    return PLAN_READY;
}

// Means and worst over the solutions, whatever the number of tasks that used them.
static bool report(const struct view *views, uint32_t class_count, const struct metric_sink *sink,
                   struct err *e)
{
    const struct state *s = views[0].state;
    double              count = 0, latency_s = 0, bound_s = 0, gap = 0, solves = 0, limited = 0;
    (void)class_count;
    for (const struct kept *k = s->first; k; k = k->next) {
        const struct exact_solution *x = &k->solution;
        if (!k->is_feasible) continue;
        double bound_ns =
            x->is_limited ? fmin(x->bound_ns, (double)x->latency_ns) : (double)x->latency_ns;
        count++;
        latency_s += s_from_ns(x->latency_ns);
        bound_s += bound_ns / NS_PER_S;
        if (x->latency_ns) gap = fmax(gap, 1 - bound_ns / (double)x->latency_ns);
        solves += x->solves;
        limited += x->is_limited;
    }
    return sink->add(sink->ctx, "optimal_solutions", count, e) &&
           sink->add(sink->ctx, "optimal_latency_s", count > 0 ? latency_s / count : 0, e) &&
           sink->add(sink->ctx, "optimal_bound_s", count > 0 ? bound_s / count : 0, e) &&
           sink->add(sink->ctx, "optimal_gap", gap, e) &&
           sink->add(sink->ctx, "optimal_programs", solves, e) &&
           sink->add(sink->ctx, "optimal_limited", limited, e);
}

const struct scheme scheme_optimal = {
    .name = "optimal",
    .about = "least latency of a task alone over all placements of its steps, or parts of them",
    .source = "mixed-integer program and exact timing; docs/models/optimal.md",
    .stays_at_user = true,
    .options = OPTION_WEIGHTS,
    .granularity = GRANULARITY_TASK,
    .own = own,
    .own_count = OWN_COUNT,
    .claims = claims,
    .begin = begin,
    .end = end,
    .plan = plan,
    .report = report,
};
