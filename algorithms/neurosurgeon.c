// algorithms/neurosurgeon.c: one cut of the chain of steps: the first i at the user, the rest at
// the server.
//
// With t_dev and t_srv the seconds of a step at either, D_i what crosses the cut and K the factor
// of the server's load:
//   latency  i* = argmin_i sum_{j < i} t_dev(j) + D_i / B + [i < n] (W + K sum_{j >= i} t_srv(j))
//   energy   i* = argmin_i P_dev sum_{j < i} t_dev(j) + P_tx D_i / B
// i = 0: all at the server, D_0 the input; i = n: all at the user. W is the work that waits at the
// server now (option backlog). A graph that is no chain is cut in the order of its steps (which is
// topological, as in DADS, section V): D_i is then the sum over all tensors made before the cut and
// read behind it. P_dev and P_tx are the active powers of the user, as the engine counts a task's
// energy. Ties: the smallest i. Cost: O(steps) per task, plus the crossing tensors' times where the
// rate varies. Source: Kang et al., Neurosurgeon, ASPLOS 2017; the sums follow from its
// description. Its regression models of layers are the cost table here.
#include <math.h>

#include "algorithms/common/build.h"
#include "algorithms/cut/sites.h"

enum { OWN_SERVER = SITES_SERVER, OWN_OBJECTIVE, OWN_SERVER_LOAD, OWN_BACKLOG, OWN_COUNT };
enum { OBJECTIVE_LATENCY, OBJECTIVE_ENERGY };

static const char *const OBJECTIVES[] = {"latency", "energy", NULL};

static const struct scheme_option OWN[OWN_COUNT] = {
    [OWN_SERVER] = SITES_SERVER_OPTION,
    [OWN_OBJECTIVE] = {.key = "objective",
                       .about = "what the cut makes least: the task's latency, or the energy that "
                                "the user spends on it; default: latency",
                       .kind = OPTION_CHOICE,
                       .words = OBJECTIVES},
    [OWN_SERVER_LOAD] = {.key = "server_load",
                         .about =
                             "objective latency: factor on the server's time of a task; default: 1",
                         .kind = OPTION_NUMBER,
                         .otherwise = 1,
                         .low = 1,
                         .high = 1e6},
    [OWN_BACKLOG] = {.key = "backlog",
                     .about =
                         "objective latency: whether what waits at the server now counts as well; "
                         "default: true",
                     .kind = OPTION_BOOL,
                     .otherwise = 1},
};

static bool claims(const struct view *v, struct err *e)
{
    bool is_timed = option_number(v, OWN_OBJECTIVE) == OBJECTIVE_LATENCY;
    return sites_claims(v, e) &
           option_is_read(v, OWN, OWN_SERVER_LOAD, is_timed, "objective energy", e) &
           option_is_read(v, OWN, OWN_BACKLOG, is_timed, "objective energy", e);
}

struct state {
    struct sites sites;
    double    ***send_s; // [class_count] of [group_count^2] of [step_count + 1]; NULL: it varies
    uint64_t     planned;
    double       device_steps; // summed over the tasks planned
};

// Seconds of what crosses each cut, into send_s[step_count + 1]. O(crossings + what they span).
static void fill_send(const struct view *v, const struct crossings *x, uint32_t user,
                      uint32_t server, double *send_s)
{
    for (uint32_t i = 0; i <= v->graph->step_count; i++) send_s[i] = 0;
    for (uint32_t k = 0; k < x->count; k++) {
        const struct crossing *c = &x->items[k];
        uint32_t               last = c->readers[c->reader_count - 1];
        double                 seconds = sites_send_s(v, user, server, c->bytes);
        for (uint32_t i = (uint32_t)(c->producer + 1); i <= last; i++) send_s[i] += seconds;
    }
}

static bool is_server(const struct node_group *g)
{
    return g->count && (g->role == ROLE_FOG || g->role == ROLE_CLOUD);
}

// For all pairs of groups whose way does not vary.
static double **prepare_sends(const struct view *v, const struct sites *x, struct arena *a)
{
    const struct net *net = v->net;
    double **send_s = ARENA_ARRAY(a, double *, (size_t)net->group_count * net->group_count);
    for (uint32_t u = 0; u < net->group_count; u++)
        for (uint32_t g = 0; g < net->group_count; g++) {
            const struct node_group *user = &net->groups[u], *server = &net->groups[g];
            if (user->role != ROLE_USER || !user->count || !is_server(server)) continue;
            const struct route *r = net_route(net, user->first, server->first);
            if (r->is_varying || !r->is_reachable) continue;
            double *to = ARENA_ARRAY(a, double, v->graph->step_count + 1);
            fill_send(v, &x->models[v->class_id].crossings, user->first, server->first, to);
            send_s[u * net->group_count + g] = to;
        }
    return send_s;
}

static bool begin(const struct view *views, uint32_t class_count, struct arena *a, void **state,
                  struct err *e)
{
    (void)e;
    struct state *s = ARENA_ARRAY(a, struct state, 1);
    *state = s;
    sites_init(&s->sites, views, class_count, a);
    s->send_s = ARENA_ARRAY(a, double **, class_count);
    for (uint32_t c = 0; c < class_count; c++)
        s->send_s[c] = prepare_sends(&views[c], &s->sites, a);
    return true;
}

struct terms { // of the objective
    double        dev_weight, send_weight, srv_weight, srv_fixed;
    const double *dev_s, *srv_s, *send_s; // [step_count], [step_count], [step_count + 1]
};

static uint32_t best_cut(const struct terms *t, uint32_t step_count)
{
    double before = 0, behind = 0, best = INFINITY;
    for (uint32_t s = 0; s < step_count; s++) behind += t->srv_s[s];
    uint32_t cut = 0;
    for (uint32_t i = 0; i <= step_count; i++) {
        double sum = t->dev_weight * before + t->send_weight * t->send_s[i];
        if (i < step_count) sum += t->srv_fixed + t->srv_weight * behind;
        if (sum < best) best = sum, cut = i;
        if (i == step_count) break;
        before += t->dev_s[i];
        behind -= t->srv_s[i];
    }
    return cut;
}

static uint32_t choose(const struct view *v, const struct state *s, uint32_t user, uint32_t server,
                       struct arena *scratch)
{
    uint32_t                  ug = v->net->group_of[user], sg = v->net->group_of[server];
    const struct sites_model *m = &s->sites.models[v->class_id];
    const struct node_group  *g = &v->net->groups[ug];
    struct terms              t = {.dev_weight = 1,
                                   .send_weight = 1,
                                   .srv_weight = option_number(v, OWN_SERVER_LOAD),
                                   .srv_fixed = option_number(v, OWN_BACKLOG) ? view_backlog_s(v, server) : 0,
                                   .dev_s = m->step_s[ug],
                                   .srv_s = m->step_s[sg],
                                   .send_s = s->send_s[v->class_id][ug * v->net->group_count + sg]};
    if (option_number(v, OWN_OBJECTIVE) == OBJECTIVE_ENERGY) {
        t.dev_weight = (g->power_busy_w - g->power_idle_w) / g->servers;
        t.send_weight = g->power_send_w;
        t.srv_weight = t.srv_fixed = 0;
    }
    if (!t.send_s) {
        double *send_s = ARENA_ARRAY(scratch, double, v->graph->step_count + 1);
        fill_send(v, &m->crossings, user, server, send_s);
        t.send_s = send_s;
    }
    return v->fits[ug] ? best_cut(&t, v->graph->step_count) : 0;
}

static void count(struct state *s, uint32_t device_steps)
{
    s->planned++;
    s->device_steps += device_steps;
}

static enum plan_verdict make(const struct view *v, const struct task *t, bool is_counted,
                              struct arena *scratch, struct plan *out, struct placement *where)
{
    struct state *s = v->state;
    uint32_t      server = sites_server(&s->sites, v, t->user);
    uint32_t      steps = v->graph->step_count;
    if (server == NO_NODE) {
        enum plan_verdict verdict = build_local(v, t, scratch, out, where);
        if (is_counted && verdict == PLAN_READY) count(s, steps);
        return verdict;
    }
    uint32_t cut = choose(v, s, t->user, server, scratch);
    bool    *on_server = ARENA_ARRAY(scratch, bool, steps);
    for (uint32_t i = cut; i < steps; i++) on_server[i] = true;
    if (is_counted) count(s, cut);
    return sites_plan(v, t, server, on_server, scratch, out, where);
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    return make(v, t, true, scratch, out, where);
}

// The task is counted once.
static enum plan_verdict replan(const struct view *v, const struct association *as,
                                const struct task *t, const struct progress *done,
                                struct arena *scratch, struct plan *out, struct err *e)
{
    (void)as, (void)done, (void)e;
    return make(v, t, false, scratch, out, NULL);
}

static bool report(const struct view *views, uint32_t class_count, const struct metric_sink *sink,
                   struct err *e)
{
    (void)class_count;
    const struct state *s = views[0].state;
    double              mean = s->planned ? s->device_steps / (double)s->planned : 0;
    return sink->add(sink->ctx, "neurosurgeon_device_steps_mean", mean, e);
}

const struct scheme scheme_neurosurgeon = {
    .name = "neurosurgeon",
    .about = "one cut of the chain between user and server, by latency or energy",
    .source = "Kang et al., Neurosurgeon, ASPLOS 2017",
    .stays_at_user = true,
    .options = OPTION_WEIGHTS,
    .granularity = GRANULARITY_TASK,
    .own = OWN,
    .own_count = OWN_COUNT,
    .claims = claims,
    .begin = begin,
    .plan = plan,
    .replan = replan,
    .report = report,
};
