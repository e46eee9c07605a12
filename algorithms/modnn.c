// algorithms/modnn.c: MoDNN: each step in shares of computing power, merged at the group owner.
//
// The group owner is the task's user: after every step all results return to it and are merged, and
// it computes its share as well (`owner_share`). Shares follow the devices' conv rates alone, not
// links or queues (BODP: rows of a conv's output; facts: identical to DINA-P's cuts with those
// weights). An fc is cut by output neurons in the same shares: the paper's clustering of sparse
// weights (MSCC) was not to be had in detail, and with dense weights there is nothing to cluster.
// Nor was its wake-up time of a worker: `edge_delay` stands for it. Workers: the candidates of the
// most computing power (ties: in order), at most `workers`, or theta where that is not given.
// Source: Mao et al., "MoDNN: Local distributed mobile computing system for deep neural network",
// DATE 2017 (abstract), and the DINA thesis 3.1. Cost: O(candidates x workers + steps x workers).
#include "algorithms/common/build.h"

enum own { WORKERS, OWNER_SHARE, OWN_COUNT };

static const struct scheme_option OWN[OWN_COUNT] = {
    [WORKERS] = {.key = "workers",
                 .about = "most nodes beside the group owner; 0: theta",
                 .kind = OPTION_INTEGER,
                 .high = 1e6},
    [OWNER_SHARE] = {.key = "owner_share",
                     .about = "the group owner, which is the user, computes a share as well",
                     .kind = OPTION_BOOL,
                     .otherwise = 1},
};

static double power_of(const struct view *v, uint32_t node)
{
    return view_costs(v, node)->device->conv_flop_per_s;
}

// The `most` strongest, in the order of their index; their number.
static uint32_t keep_strongest(const struct view *v, uint32_t *nodes, uint32_t count, uint32_t most)
{
    uint32_t kept = 0;
    for (uint32_t next = 0; next < count && most; next++) {
        if (kept == most) {
            uint32_t weakest = 0; // the last of such
            for (uint32_t i = 1; i < kept; i++)
                if (power_of(v, nodes[i]) <= power_of(v, nodes[weakest])) weakest = i;
            if (power_of(v, nodes[next]) <= power_of(v, nodes[weakest])) continue;
            for (uint32_t i = weakest + 1; i < kept; i++) nodes[i - 1] = nodes[i];
            kept--;
        }
        nodes[kept++] = nodes[next];
    }
    return kept;
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    uint32_t *nodes = ARENA_ARRAY(scratch, uint32_t, v->fog_count + 1),
             most = (uint32_t)option_number(v, WORKERS),
             count = view_candidates(v, t->user, NULL, scratch, nodes);
    count = keep_strongest(v, nodes, count, most ? most : v->limits->theta);
    if (!count) return build_local(v, t, scratch, out, where);
    if (option_number(v, OWNER_SHARE) > 0 && v->fits[v->net->group_of[t->user]])
        nodes[count++] = t->user;
    double *weights = ARENA_ARRAY(scratch, double, count);
    for (uint32_t i = 0; i < count; i++) weights[i] = power_of(v, nodes[i]);

    struct scheme_options by_layer = *v->options;
    struct view           merged = *v;
    struct assignment     shares;
    by_layer.granularity = GRANULARITY_LAYER;
    by_layer.fc_split = SLICE_OUT;
    merged.options = &by_layer;
    build_shares(&merged, count, nodes, weights, scratch, &shares);
    build_plan(&merged, t, &shares, scratch, out, where);
    return PLAN_READY;
}

const struct scheme scheme_modnn = {
    .name = "modnn",
    .about = "each step in shares of computing power, merged at the group owner (MoDNN)",
    .source = "Mao et al., MoDNN, DATE 2017 (BODP); DINA thesis 3.1",
    .options = OPTION_WEIGHTS,
    .granularity = GRANULARITY_LAYER,
    .own = OWN,
    .own_count = OWN_COUNT,
    .plan = plan,
};
