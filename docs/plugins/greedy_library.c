/* The scheme `greedy` as a shared object: the whole task to the candidate with the least estimated total time.
 *
 *     cc -std=c11 -O2 -ffp-contract=off -shared -fPIC $(pkg-config --cflags fogsim) -o greedy.so docs/plugins/greedy_library.c
 *     fogsim run jetson2 --scheme-library ./greedy.so
 *
 * The functions are fogsim's own, found in the program when it opens the library; nothing is linked.
 */
#include "algorithms/library.h"

static enum plan_verdict plan(const struct view *v, const struct association *as, const struct task *t,
                              struct arena *scratch, struct plan *out, struct placement *where, struct err *e)
{
    (void)as, (void)e;
    uint32_t *nodes = ARENA_ARRAY(scratch, uint32_t, v->fog_count), best = NO_NODE;
    uint32_t  count = view_candidates(v, t->user, NULL, scratch, nodes);
    double    best_s = 0;
    for (uint32_t i = 0; i < count; i++) { /* by node: of equal ones the first counts */
        double total_s = view_alone_s(v, t->user, nodes[i]) + view_backlog_s(v, nodes[i]);
        if (best != NO_NODE && !(total_s < best_s)) continue;
        best = nodes[i];
        best_s = total_s;
    }
    if (best == NO_NODE) return build_local(v, t, scratch, out, where);
    struct assignment whole;
    build_single(v, best, scratch, &whole);
    build_plan(v, t, &whole, scratch, out, where);
    return PLAN_READY;
}

static const struct scheme greedy = {
    .name = "greedy_library",
    .about = "greedy, from a library",
    .source = "algorithms/greedy.c",
    .options = OPTION_GRANULARITY | OPTION_WEIGHTS,
    .plan = plan,
};
FOGSIM_LIBRARY(greedy);
