#include "algorithms/common/partition.h"

#include "algorithms/common/build.h"

// Since the match was made, its node may have failed or gone out of reach.
static bool is_there(const struct view *v, const struct match *m)
{
    return (!v->is_up || v->is_up(v->now_ctx, m->fog)) && view_is_connected(v, m->user, m->fog);
}

static void add_node(const struct view *v, const struct match *m, uint32_t *nodes, double *weights,
                     uint32_t *count)
{
    double weight = v->options->shares == SHARE_FOG ? m->utility_fog : m->utility_user;
    if (m->utility_fog <= 0 || weight <= 0) return; // would miss tau
    if (!is_there(v, m)) return;
    nodes[*count] = m->fog;
    weights[(*count)++] = weight;
}

enum plan_verdict partition_plan(const struct view *v, const struct task *t,
                                 const struct match *matches, uint32_t count, struct arena *scratch,
                                 struct plan *out, struct placement *where)
{
    uint32_t *nodes = ARENA_ARRAY(scratch, uint32_t, count + 1), used = 0;
    double   *weights = ARENA_ARRAY(scratch, double, count + 1);
    for (uint32_t i = 0; i < count; i++) add_node(v, &matches[i], nodes, weights, &used);
    if (!used) return build_local(v, t, scratch, out, where);
    if (v->options->local_share && v->fits[v->net->group_of[t->user]]) {
        double       queue_s = view_backlog_s(v, t->user);
        struct match self = {t->user, t->user, view_utility_user(v, t->user, t->user, queue_s),
                             view_utility_fog(v, t->user, t->user, queue_s)};
        add_node(v, &self, nodes, weights, &used);
    }
    struct assignment as;
    build_shares(v, used, nodes, weights, scratch, &as);
    build_plan(v, t, &as, scratch, out, where);
    return PLAN_READY;
}
