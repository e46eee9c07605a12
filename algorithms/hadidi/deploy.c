#include "algorithms/hadidi/deploy.h"

#include <math.h>

static size_t at(const struct layout *l, uint32_t step, uint32_t devices)
{
    return (size_t)step * l->device_count + devices - 1;
}

// ---- what a step costs over k devices -----------------------------------------------------------

// Merge layers run on the device that the step before hands over to, the last ones where it ends.
static double merges_s(const struct cost_table *c, uint32_t step)
{
    const struct graph *g = c->graph;
    double              sum = step ? cost_merge_s(c, step - 1, step_axis(g, step - 1)) : 0;
    return step + 1 < g->step_count ? sum : sum + cost_merge_s(c, step, step_axis(g, step));
}

static double message_s(const struct view *v, uint32_t node, double bytes)
{
    sim_ns alone = bytes > 0 ? net_alone_ns(v->net, node, node + 1, bytes, v->now) : 0;
    return alone < NS_END ? s_from_ns(alone) : INFINITY;
}

struct candidate {
    struct method method;
    double        compute_s, extra_s, memory_bytes;
};

static struct candidate split(const struct view *v, uint32_t node, uint32_t step, struct method m,
                              uint32_t parts)
{
    const struct graph      *g = v->graph;
    const struct cost_table *costs = view_costs(v, node);
    const struct method      whole = {.axis = SLICE_NONE};
    double more = (double)(method_bytes(g, step, m, parts) - method_bytes(g, step, whole, 1));
    return (struct candidate){.method = m,
                              .compute_s = method_slowest_s(costs, step, m, parts) +
                                           merges_s(costs, step) +
                                           cost_merge_s(costs, step, m.axis) -
                                           cost_merge_s(costs, step, step_axis(g, step)),
                              .extra_s = message_s(v, node, more),
                              .memory_bytes = (double)method_memory_bytes(g, step, m, parts)};
}

static struct candidate whole(const struct view *v, uint32_t node, uint32_t step)
{
    const struct method m = {.axis = SLICE_NONE};
    return (struct candidate){.compute_s = method_slowest_s(view_costs(v, node), step, m, 1) +
                                           merges_s(view_costs(v, node), step),
                              .memory_bytes = (double)method_memory_bytes(v->graph, step, m, 1)};
}

// Copies compute whole inputs, each device every k-th: their latency per input.
static struct candidate copies(const struct view *v, uint32_t node, uint32_t step, uint32_t parts)
{
    struct candidate x = whole(v, node, step);
    x.compute_s /= parts;
    return x;
}

static bool is_better(const struct candidate *x, const struct candidate *y, double memory_bytes)
{
    bool x_fits = x->memory_bytes <= memory_bytes, y_fits = y->memory_bytes <= memory_bytes;
    if (x_fits != y_fits) return x_fits;
    return x->compute_s + x->extra_s < y->compute_s + y->extra_s;
}

static struct candidate fastest(const struct view *v, const struct deploy_rules *rules,
                                uint32_t node, double memory_bytes, uint32_t step, uint32_t parts)
{
    bool               is_conv = step_axis(v->graph, step) == SLICE_ROWS;
    enum method_choice only = is_conv ? rules->conv : rules->fc;
    struct candidate   best = {.compute_s = INFINITY, .memory_bytes = INFINITY};
    if (parts == 1) return whole(v, node, step);
    if (rules->is_parallel) best = copies(v, node, step, parts);
    // Copies of what exceeds a node's memory would not help: that is split all the same.
    if (rules->is_parallel && best.memory_bytes <= memory_bytes) return best;
    for (int m = METHOD_FIRST; m <= METHOD_THIRD; m++) {
        struct method method;
        if (only != METHOD_AUTO && (int)only != m) continue;
        if (!method_of(v->graph, step, (enum method_choice)m, parts, &method)) continue;
        struct candidate x = split(v, node, step, method, parts);
        if (is_better(&x, &best, memory_bytes)) best = x;
    }
    return best;
}

double deploy_whole_bytes(const struct graph *g)
{
    double weights = 0, tensors = 0;
    for (uint32_t s = 0; s < g->step_count; s++) {
        struct slice whole = step_whole(g, s);
        weights += (double)slice_weight_bytes(g, s, whole);
        tensors = fmax(tensors,
                       (double)(slice_input_bytes(g, s, whole) + slice_output_bytes(g, s, whole)));
    }
    return weights + tensors;
}

void deploy_layout(const struct view *v, const struct deploy_rules *rules, uint32_t node,
                   uint32_t device_count, struct arena *a, struct layout *out)
{
    uint32_t steps = v->graph->step_count;
    size_t   room = (size_t)steps * device_count;
    *out =
        (struct layout){.step_count = steps,
                        .device_count = device_count,
                        .methods = ARENA_ARRAY(a, struct method, room),
                        .compute_s = ARENA_ARRAY(a, double, room),
                        .extra_s = ARENA_ARRAY(a, double, room),
                        .memory_bytes = ARENA_ARRAY(a, double, room),
                        .factor = ARENA_ARRAY(a, double, steps),
                        .room_bytes = rules->memory_share * net_group(v->net, node)->memory_bytes};
    for (uint32_t s = 0; s < steps; s++) {
        out->factor[s] = 1;
        for (uint32_t k = 1; k <= device_count; k++) {
            struct candidate x = fastest(v, rules, node, out->room_bytes, s, k);
            out->methods[at(out, s, k)] = x.method;
            out->compute_s[at(out, s, k)] = x.compute_s;
            out->extra_s[at(out, s, k)] = x.extra_s;
            out->memory_bytes[at(out, s, k)] = x.memory_bytes;
        }
    }
}

// ---- stages -------------------------------------------------------------------------------------

static double latency_s(const struct layout *l, uint32_t step, uint32_t devices)
{
    double compute_s = l->compute_s[at(l, step, devices)];
    return compute_s < INFINITY ? l->factor[step] * compute_s + l->extra_s[at(l, step, devices)]
                                : INFINITY;
}

// `memory_bytes` INFINITY: whatever fits.
static uint32_t group(const struct view *v, const struct layout *l, uint32_t device_count,
                      bool splits, double memory_bytes, struct arena *a, struct deployment *out)
{
    uint32_t steps = l->step_count;
    double  *latency = ARENA_ARRAY(a, double, (size_t)steps *device_count),
           *weights = ARENA_ARRAY(a, double, steps), *tensors = ARENA_ARRAY(a, double, steps);
    for (uint32_t s = 0; s < steps; s++) {
        struct slice all = step_whole(v->graph, s);
        weights[s] = (double)slice_weight_bytes(v->graph, s, all);
        tensors[s] = l->memory_bytes[at(l, s, 1)] - weights[s];
        for (uint32_t k = 1; k <= device_count; k++) {
            bool may = (k == 1 || splits) && l->memory_bytes[at(l, s, k)] <= memory_bytes;
            latency[(size_t)s * device_count + k - 1] = may ? latency_s(l, s, k) : INFINITY;
        }
    }
    const struct stage_costs costs = {steps, device_count, latency, weights, tensors, memory_bytes};
    return out->stage_count = stages_group(&costs, out->stages, &out->slowest_s);
}

static const struct method *method_in(const struct layout *l, const struct stage *s)
{
    return &l->methods[at(l, s->first_step, s->device_count)];
}

static void count_weights(const struct view *v, const struct layout *l, struct deployment *d)
{
    for (uint32_t i = 0; i < d->stage_count; i++) {
        const struct stage *st = &d->stages[i];
        for (uint32_t s = st->first_step; s < st->end_step; s++)
            for (uint32_t part = 0; part < st->device_count; part++)
                d->weight_bytes[st->first_device + part] += (double)slice_weight_bytes(
                    v->graph, s,
                    method_slice(v->graph, s, *method_in(l, st), st->device_count, part));
    }
}

void deploy_group(const struct view *v, const struct layout *l, uint32_t node,
                  uint32_t device_count, bool splits, struct arena *a, struct deployment *out)
{
    bool swaps = net_group(v->net, node)->memory_rule == MEMORY_SWAP;
    *out = (struct deployment){.stages = ARENA_ARRAY(a, struct stage, l->step_count),
                               .weight_bytes = ARENA_ARRAY(a, double, device_count)};
    bool ok = (splits || !swaps) && group(v, l, device_count, splits, l->room_bytes, a, out);
    if (!ok && swaps) ok = group(v, l, device_count, splits, INFINITY, a, out);
    if (ok) count_weights(v, l, out);
}

double deploy_slowest_s(const struct layout *l, const struct deployment *d)
{
    double slowest_s = 0;
    for (uint32_t i = 0; i < d->stage_count; i++) {
        const struct stage *st = &d->stages[i];
        double              sum = 0;
        for (uint32_t s = st->first_step; s < st->end_step; s++)
            sum += latency_s(l, s, st->device_count);
        slowest_s = fmax(slowest_s, sum);
    }
    return slowest_s;
}

// ---- a task -------------------------------------------------------------------------------------

// The first device of a stage, or the copy whose turn it is.
static uint32_t leader(const struct layout *l, const struct stage *s, uint64_t turn)
{
    bool is_copied = s->device_count > 1 && method_in(l, s)->axis == SLICE_NONE;
    return s->first_device + (is_copied ? (uint32_t)(turn % s->device_count) : 0);
}

static void cut_step(const struct view *v, const struct layout *l, const struct stage *st,
                     uint32_t step, uint32_t device_count, uint64_t turn, struct grid *grids,
                     struct assignment *out)
{
    struct method m = *method_in(l, st);
    bool          is_whole = m.axis == SLICE_NONE;
    uint32_t      first = leader(l, st, turn), parts = is_whole ? 1 : st->device_count;
    int32_t      *cuts = out->cuts[step];
    out->axes[step] = is_whole ? step_axis(v->graph, step) : m.axis;
    grids[step] = m.grid;
    for (uint32_t i = first; i < device_count; i++)
        cuts[i + 1] =
            i < first + parts ? method_slice(v->graph, step, m, parts, i - first).end : cuts[i];
}

void deploy_assign(const struct view *v, const struct layout *l, const struct deployment *d,
                   uint32_t device_count, const uint32_t *nodes, uint64_t turn, struct arena *a,
                   struct assignment *out)
{
    uint32_t     steps = l->step_count;
    uint32_t    *leads = ARENA_ARRAY(a, uint32_t, steps);
    struct grid *grids = ARENA_ARRAY(a, struct grid, steps);
    build_assignment(v, device_count, nodes, a, out);
    for (uint32_t i = 0; i < d->stage_count; i++) {
        const struct stage *st = &d->stages[i], *next = i + 1 < d->stage_count ? st + 1 : st;
        for (uint32_t s = st->first_step; s < st->end_step; s++) {
            cut_step(v, l, st, s, device_count, turn, grids, out);
            leads[s] = nodes[leader(l, s + 1 < st->end_step ? st : next, turn)];
        }
    }
    out->grids = grids;
    out->leads = leads;
}
