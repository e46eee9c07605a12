// algorithms/greedy.c: the whole task to the node with the least estimated total time.
//
// T_fa = T_tr + T_exe + T_que + delta with the queue of now, over the candidates; ties: the lowest
// index. Cost: O(steps) for the plan; the choice O(candidates) where their number is limited, else
// O(fog nodes): each one's backlog and a sum, and the rest of its test only where that is the least
// so far. Where no time varies a group is left when an idle node of it is found.
#include "algorithms/common/build.h"
#include "algorithms/common/candidates.h"

struct choice_of_node {
    uint32_t node; // NO_NODE: none yet
    double   total_s;
};

static void choose(const struct view *v, const struct task *t, const struct eligible *x,
                   const struct fog_run *run, struct choice_of_node *best)
{
    for (uint32_t fog = run->first; fog < run->first + run->count; fog++) {
        // Nobody after it takes less than its time alone.
        if (best->node != NO_NODE && run->alone_s >= best->total_s) return;
        double queue_s = view_backlog_s(v, fog), total_s = run->alone_s + queue_s;
        if (best->node != NO_NODE && !(total_s < best->total_s)) continue;
        if (run->is_varying) total_s = view_alone_s(v, t->user, fog) + queue_s;
        if (best->node != NO_NODE && !(total_s < best->total_s)) continue;
        if (!candidates_serves(v, t->user, x, run, fog, queue_s)) continue;
        *best = (struct choice_of_node){fog, total_s};
    }
}

static struct choice_of_node best_of_all(const struct view *v, const struct task *t,
                                         const struct eligible *x)
{
    struct choice_of_node best = {NO_NODE, 0};
    for (const struct fog_run *r = x->runs; r < x->runs + x->run_count; r++)
        choose(v, t, x, r, &best);
    return best;
}

static struct choice_of_node best_of_nearest(const struct view *v, const struct task *t,
                                             struct arena *scratch)
{
    struct choice_of_node best = {NO_NODE, 0};
    uint32_t             *nodes = ARENA_ARRAY(scratch, uint32_t, v->fog_count),
             count = view_candidates(v, t->user, NULL, scratch, nodes);
    for (uint32_t i = 0; i < count; i++) {
        double total_s = view_alone_s(v, t->user, nodes[i]) + view_backlog_s(v, nodes[i]);
        if (i == 0 || total_s < best.total_s) best = (struct choice_of_node){nodes[i], total_s};
    }
    return best;
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    struct eligible x;
    candidates_eligible(v, t->user, scratch, &x);
    struct choice_of_node best =
        v->limits->candidates < x.count ? best_of_nearest(v, t, scratch) : best_of_all(v, t, &x);
    if (best.node == NO_NODE) return build_local(v, t, scratch, out, where);
    struct assignment single;
    build_single(v, best.node, scratch, &single);
    build_plan(v, t, &single, scratch, out, where);
    return PLAN_READY;
}

const struct scheme scheme_greedy = {
    .name = "greedy",
    .about = "whole task to the node with the least estimated total time (GANC)",
    .source = "Mohammed et al., INFOCOM 2020, baseline GANC; thesis eq. for T_fa",
    .options = OPTION_GRANULARITY | OPTION_WEIGHTS,
    .plan = plan,
};
