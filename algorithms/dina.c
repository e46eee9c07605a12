// algorithms/dina.c: DINA: swap matching (DINA-O), then shares by utility (DINA-P).
//
// Association: algorithms/common/matching.h with the thesis' utilities (3.1) and (3.2) of the whole
// task on a node. Queueing times, which the thesis sets to 0, are ours: T_que of a user at a node =
// its backlog at the epoch + half of the work that the others matched there bring (each its
// execution time over its number of nodes): as likely before it as behind; the fog's mean T_que
// leaves the backlog out. Partitioning: algorithms/common/partition.h; a match that is down or out of
// reach when the task comes gets nothing. Cost per epoch: O(users x fog nodes) tests of candidates
// (algorithms/view.h) and that of the matching; memory by candidates, not by users x fog nodes. Per
// task: O(log matches + steps x theta).
#include "algorithms/common/matching.h"
#include "algorithms/common/partition.h"

#include <assert.h>
#include <stdlib.h>

enum { MAX_SWEEPS = 1000 };

// Backlogs of the epoch, by fog.
static double *queues_of(const struct view *v, struct arena *a)
{
    double *queues = ARENA_ARRAY(a, double, v->fog_count);
    for (uint32_t f = 0; f < v->fog_count; f++) queues[f] = view_backlog_s(v, v->fogs[f]);
    return queues;
}

// Candidates of each user as places in v->fogs: both lists ascend with the node.
static void find_candidates(const struct view *v, struct arena *a, struct market *m)
{
    uint32_t *first = ARENA_ARRAY(a, uint32_t, v->user_count + 1),
             *nodes = ARENA_ARRAY(a, uint32_t, v->fog_count), *fogs = NULL, room = 0;
    for (uint32_t u = 0; u < v->user_count; u++) {
        uint32_t count = view_candidates(v, v->users[u], m->backlog_s, a, nodes), fog = 0;
        assert(count <= UINT32_MAX - first[u]);
        first[u + 1] = first[u] + count;
        fogs = arena_grow(a, fogs, &room, first[u + 1], sizeof *fogs);
        for (uint32_t i = 0; i < count; i++) {
            while (v->fogs[fog] != nodes[i]) fog++;
            fogs[first[u] + i] = fog;
        }
    }
    m->first = first;
    m->fogs = fogs;
}

static void value_candidates(const struct view *v, struct arena *a, struct market *m)
{
    struct choice *choices = ARENA_ARRAY(a, struct choice, m->first[v->user_count]);
    for (uint32_t u = 0; u < v->user_count; u++) {
        uint32_t first = m->first[u], end = m->first[u + 1], count = end - first;
        double   tau_s = view_tau_s(v, v->users[u]);
        if (count > v->limits->theta) count = v->limits->theta;
        for (uint32_t pick = first; pick < end; pick++) {
            struct probe p = view_probe(v, v->users[u], v->fogs[m->fogs[pick]]);
            choices[pick] = (struct choice){
                .alone_s = p.transmission_s + p.execution_s + p.loading_s + p.edge_delay_s,
                .work_s = (p.execution_s + p.loading_s) / count,
                .slack_s = tau_s - p.transmission_s - p.execution_s - p.loading_s};
        }
    }
    m->choices = choices;
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
            uint32_t fog = matching_fog(m, x, u, slot);
            if (fog == NO_FOG) continue;
            out->matches[out->match_count++] =
                (struct match){v->users[u], v->fogs[fog], matching_utility_user(m, x, u, slot),
                               matching_utility_fog(m, x, u, slot)};
        }
        qsort(out->matches + first, out->match_count - first, sizeof *out->matches, by_fog);
    }
}

static bool associate(const struct view *v, uint32_t epoch, struct arena *a,
                      struct association *out, struct err *e)
{
    (void)e;
    struct market m = {
        .user_count = v->user_count,
        .fog_count = v->fog_count,
        .theta = v->limits->theta < v->fog_count ? v->limits->theta : v->fog_count,
        .quota = v->limits->quota,
        .max_sweeps = MAX_SWEEPS,
        .open_slots = v->options->open_slots,
        .guard = v->options->welfare_guard,
        .has_tau = v->limits->tau_mode != TAU_OFF,
        .backlog_s = queues_of(v, a),
    };
    find_candidates(v, a, &m);
    value_candidates(v, a, &m);
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
