// algorithms/modnn.c: MoDNN: each step in shares of computing power, merged at the group owner.
//
// The group owner is the task's user: after every step all results return to it and are merged, and
// it computes its share as well (`owner_share`). Shares follow the devices' conv rates alone, not
// links or queues (BODP: rows of a conv's output; facts: identical to DINA-P's cuts with those
// weights). An fc is cut by output neurons in the same shares: the paper's clustering of sparse
// weights (MSCC) was not to be had in detail, and with dense weights there is nothing to cluster.
// Nor was its wake-up time of a worker: `edge_delay` stands for it. Workers: the candidates of the
// most computing power (ties: in order), at most `workers` (0: as many) and theta of them,
// that can hold their parts: all weights of a conv, as rows need them, and a share of an fc's. Who
// cannot leaves (the weakest first), the next strongest comes in, and shares are made anew.
// Source: Mao et al., "MoDNN: Local distributed mobile computing system for deep neural network",
// DATE 2017 (abstract), and the DINA thesis 3.1. Cost: O((candidates + steps) x workers), again for
// each node that leaves.
#include <math.h>
#include <string.h>

#include "algorithms/common/build.h"

enum own { WORKERS, OWNER_SHARE, OWN_COUNT };

static const struct scheme_option OWN[OWN_COUNT] = {
    [WORKERS] = {.key = "workers",
                 .about = "most fog nodes beside the group owner, at most theta; 0: theta",
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

// The `most` strongest into `out`, in the order of their index; their number.
static uint32_t take_strongest(const struct view *v, const uint32_t *nodes, uint32_t count,
                               uint32_t most, uint32_t *out)
{
    uint32_t taken = 0;
    for (uint32_t i = 0; i < count; i++) {
        out[taken++] = nodes[i];
        if (taken <= most) continue;
        uint32_t weakest = 0;
        for (uint32_t k = 1; k < taken; k++)
            if (power_of(v, out[k]) <= power_of(v, out[weakest])) weakest = k;
        memmove(&out[weakest], &out[weakest + 1], (taken - weakest - 1) * sizeof *out);
        taken--;
    }
    return taken;
}

// ---- memory -------------------------------------------------------------------------------------

// Weights are there one step's at a time.
static bool is_one_by_one(const struct view *v)
{
    return v->options->weights == WEIGHTS_PER_LAYER || v->options->weights == WEIGHTS_CACHED;
}

// What the i-th node holds: the weights of its parts, and the most tensors.
static double held_bytes(const struct view *v, const struct assignment *as, uint32_t i)
{
    double weights = 0, tensors = 0, together = 0;
    for (uint32_t step = 0; step < v->graph->step_count; step++) {
        struct slice s = {
            .axis = as->axes[step], .begin = as->cuts[step][i], .end = as->cuts[step][i + 1]};
        if (s.begin >= s.end) continue;
        double own = (double)slice_weight_bytes(v->graph, step, s),
               moved = (double)(slice_input_bytes(v->graph, step, s) +
                                slice_output_bytes(v->graph, step, s));
        weights += own;
        tensors = fmax(tensors, moved);
        together = fmax(together, own + moved);
    }
    return is_one_by_one(v) ? together : weights + tensors;
}

// What a node holds however small its share.
static double least_bytes(const struct view *v)
{
    double sum = 0, most = 0;
    for (uint32_t step = 0; step < v->graph->step_count; step++) {
        if (step_axis(v->graph, step) != SLICE_ROWS) continue;
        double bytes = (double)slice_weight_bytes(v->graph, step, step_whole(v->graph, step));
        sum += bytes;
        most = fmax(most, bytes);
    }
    return is_one_by_one(v) ? most : sum;
}

// The candidates that can hold some share, into out[fog_count]; their number.
static uint32_t find_candidates(const struct view *v, uint32_t user, struct arena *scratch,
                                uint32_t *out)
{
    struct view open = *v;
    bool       *fits = ARENA_ARRAY(scratch, bool, v->net->group_count);
    double      bytes = least_bytes(v);
    for (uint32_t g = 0; g < v->net->group_count; g++)
        fits[g] = bytes <= v->net->groups[g].memory_bytes;
    open.fits = fits;
    return view_candidates(&open, user, NULL, scratch, out);
}

// The weakest that cannot hold its part (ties: the last); NO_NODE: all can.
static uint32_t find_too_small(const struct view *v, const struct assignment *as)
{
    uint32_t found = NO_NODE;
    for (uint32_t i = 0; i < as->node_count; i++) {
        uint32_t node = as->nodes[i];
        if (held_bytes(v, as, i) <= net_group(v->net, node)->memory_bytes) continue;
        if (found == NO_NODE || power_of(v, node) <= power_of(v, found)) found = node;
    }
    return found;
}

static uint32_t leave_out(uint32_t *nodes, uint32_t count, uint32_t node)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (nodes[i] != node) nodes[kept++] = nodes[i];
    return kept;
}

// ---- a task -------------------------------------------------------------------------------------

// Workers that can hold their parts, and these; false: there are none.
static bool share_out(const struct view *v, uint32_t user, struct arena *scratch,
                      struct assignment *out)
{
    uint32_t *nodes = ARENA_ARRAY(scratch, uint32_t, v->fog_count + 1),
             *crew = ARENA_ARRAY(scratch, uint32_t, v->fog_count + 2),
             most = (uint32_t)option_number(v, WORKERS),
             count = find_candidates(v, user, scratch, nodes);
    double *powers = ARENA_ARRAY(scratch, double, v->fog_count + 2);
    bool    owner_shares = option_number(v, OWNER_SHARE) > 0;
    if (!most || most > v->limits->theta) most = v->limits->theta;
    struct arena_mark mark = arena_mark(scratch);
    while (count) {
        uint32_t taken = take_strongest(v, nodes, count, most, crew), too_small;
        if (owner_shares) crew[taken++] = user;
        for (uint32_t i = 0; i < taken; i++) powers[i] = power_of(v, crew[i]);
        arena_rewind(scratch, mark);
        build_shares(v, taken, crew, powers, scratch, out);
        if ((too_small = find_too_small(v, out)) == NO_NODE) return true;
        if (too_small == user)
            owner_shares = false;
        else
            count = leave_out(nodes, count, too_small);
    }
    return false;
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    struct scheme_options by_layer = *v->options;
    struct view           merged = *v;
    struct assignment     shares;
    by_layer.granularity = GRANULARITY_LAYER;
    by_layer.fc_split = SLICE_OUT;
    merged.options = &by_layer;
    if (!share_out(&merged, t->user, scratch, &shares))
        return build_local(v, t, scratch, out, where);
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
