// algorithms/dina.c: DINA: swap matching (DINA-O), then shares by utility (DINA-P).
//
// Association: algorithms/common/matching.h with the thesis' utilities (3.1) and (3.2) of the whole
// task on a node. Queueing times, which the thesis sets to 0, are ours: T_que of a user at a node =
// its backlog at the epoch + half of the work that the others matched there bring (each its
// execution time over its number of nodes): as likely before it as behind; the fog's mean T_que
// leaves the backlog out. Partitioning: algorithms/common/partition.h. Cost: that of the matching
// per epoch; O(log matches + steps x theta) per task.
#include "algorithms/common/matching.h"
#include "algorithms/common/partition.h"

#include <stdlib.h>

enum { MAX_SWEEPS = 1000 };

struct dina_market {
    const struct view *v;
    uint32_t          *node_count; // [user_count] fog nodes a user can get
    bool              *candidate;  // [user_count * fog_count]
};

static bool is_candidate(void *ctx, uint32_t user, uint32_t fog)
{
    const struct dina_market *d = ctx;
    return d->candidate[(size_t)user * d->v->fog_count + fog];
}

static double work(void *ctx, uint32_t user, uint32_t fog)
{
    const struct dina_market *d = ctx;
    const struct probe       *p = view_probe(d->v, d->v->users[user], d->v->fogs[fog]);
    return (p->execution_s + p->loading_s) / d->node_count[user];
}

static double utility_user(void *ctx, uint32_t user, uint32_t fog, double others_work)
{
    const struct dina_market *d = ctx;
    uint32_t                  node = d->v->fogs[fog];
    return view_utility_user(d->v, d->v->users[user], node,
                             view_backlog_s(d->v, node) + others_work / 2);
}

static double utility_fog(void *ctx, uint32_t user, uint32_t fog, double others_work)
{
    const struct dina_market *d = ctx;
    return view_utility_fog(d->v, d->v->users[user], d->v->fogs[fog], others_work / 2);
}

static void find_candidates(struct dina_market *d, struct arena *a)
{
    const struct view *v = d->v;
    d->candidate = ARENA_ARRAY(a, bool, (size_t)v->user_count * v->fog_count);
    d->node_count = ARENA_ARRAY(a, uint32_t, v->user_count);
    for (uint32_t u = 0; u < v->user_count; u++) {
        for (uint32_t f = 0; f < v->fog_count; f++) {
            bool is = view_is_candidate(v, v->users[u], v->fogs[f], view_backlog_s(v, v->fogs[f]));
            d->candidate[(size_t)u * v->fog_count + f] = is;
            d->node_count[u] += is;
        }
        if (d->node_count[u] > v->limits->theta) d->node_count[u] = v->limits->theta;
    }
}

static int by_fog(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    return (x->fog > y->fog) - (x->fog < y->fog);
}

static void collect(const struct market *m, const struct matching *x, const struct view *v,
                    struct arena *a, struct association *out)
{
    out->matches = ARENA_ARRAY(a, struct match, (size_t)m->user_count * m->theta);
    for (uint32_t u = 0; u < m->user_count; u++) {
        uint32_t first = out->match_count;
        for (uint32_t slot = 0; slot < m->theta; slot++) {
            uint32_t fog = x->fogs[(size_t)u * m->theta + slot];
            if (fog == NO_FOG) continue;
            out->matches[out->match_count++] =
                (struct match){v->users[u], v->fogs[fog], matching_utility_user(m, x, u, fog),
                               matching_utility_fog(m, x, u, fog)};
        }
        qsort(out->matches + first, out->match_count - first, sizeof *out->matches, by_fog);
    }
}

static bool associate(const struct view *v, uint32_t epoch, struct arena *a,
                      struct association *out, struct err *e)
{
    (void)e;
    struct dina_market d = {.v = v};
    find_candidates(&d, a);
    struct market m = {
        .user_count = v->user_count,
        .fog_count = v->fog_count,
        .theta = v->limits->theta < v->fog_count ? v->limits->theta : v->fog_count,
        .quota = v->limits->quota,
        .max_sweeps = MAX_SWEEPS,
        .open_slots = v->options->open_slots,
        .guard = v->options->welfare_guard,
        .ctx = &d,
        .is_candidate = is_candidate,
        .work = work,
        .utility_user = utility_user,
        .utility_fog = utility_fog,
    };
    struct rng      rng;
    struct matching x;
    rng_init(&rng, v->seed, v->replication, "matching", epoch);
    matching_start(&m, &rng, a, &x);
    matching_settle(&m, &x);
    *out = (struct association){
        .swaps = x.accepted, .sweeps = x.sweeps, .guard_blocked = x.guard_blocked};
    collect(&m, &x, v, a, out);
    return true;
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)e;
    uint32_t first = 0, end = as->match_count; // the first match of the user, by bisection
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (as->matches[middle].user < t->user)
            first = middle + 1;
        else
            end = middle;
    }
    while (end < as->match_count && as->matches[end].user == t->user) end++;
    return partition_plan(v, t, as->matches + first, end - first, scratch, out, where);
}

const struct scheme scheme_dina = {
    .name = "dina",
    .about = "swap matching (DINA-O), shares by utility (DINA-P)",
    .source = "Mohammed et al., INFOCOM 2020; DINA thesis, Algorithms 1 and 2",
    .options = OPTION_GRANULARITY | OPTION_WEIGHTS | OPTION_FC_SPLIT | OPTION_LOCAL_SHARE |
               OPTION_SHARES | OPTION_OPEN_SLOTS | OPTION_GUARD,
    .associate = associate,
    .plan = plan,
};
