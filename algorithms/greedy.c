// algorithms/greedy.c: the whole task to the node with the least estimated total time.
//
// T_fa = T_tr + T_exe + T_que + delta with the queue of now, over the candidates; ties: the lowest
// index. Cost: O(fog nodes + steps).
#include "algorithms/common/build.h"

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    uint32_t *nodes = ARENA_ARRAY(scratch, uint32_t, v->fog_count),
             count = view_candidates(v, t->user, NULL, scratch, nodes), best = 0;
    double best_s = 0;
    if (!count) return build_local(v, t, scratch, out, where);
    for (uint32_t i = 0; i < count; i++) {
        double total_s = view_alone_s(v, t->user, nodes[i]) + view_backlog_s(v, nodes[i]);
        if (i == 0 || total_s < best_s) best_s = total_s, best = nodes[i];
    }
    struct assignment single;
    build_single(v, best, scratch, &single);
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
