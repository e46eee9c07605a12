#include "algorithms/ddnn/tiers.h"

#include <assert.h>
#include <math.h>

enum { ABSENT = UINT32_MAX - 1 }; // not on that node; NO_OP: there from the beginning

struct climb { // one sample's way, while it is planned
    const struct view       *v;
    const struct graph      *g;
    const struct tiers      *t;
    const struct tier_route *r;
    struct arena            *scratch;
    struct plan             *plan;
    struct placement        *where;
    uint32_t                 tensors; // layers and the input
    uint32_t                *made;    // [devices * tensors] by each device
    uint32_t                *there;   // [tiers * tensors] on each tier's node; the first: unused
    uint32_t                *asked;   // [devices] request for the tensors; ABSENT: not yet
    uint32_t                *deps;    // scratch: all that an operation may wait for
    uint32_t                 dep_count;
    uint32_t                 judged; // the last judgement
};

static uint32_t *on_device(const struct climb *c, uint32_t device)
{
    return &c->made[(size_t)device * c->tensors];
}

static uint32_t *on_tier(const struct climb *c, uint32_t tier)
{
    return &c->there[(size_t)tier * c->tensors];
}

// ---- sections -----------------------------------------------------------------------------------

void tiers_find(struct tiers *out, const struct graph *g, struct arena *a)
{
    bool *needed = ARENA_ARRAY(a, bool, g->step_count);
    *out = (struct tiers){g->exit_count, ARENA_ARRAY(a, uint32_t, g->step_count)};
    for (uint32_t s = 0; s < g->step_count; s++) out->tier_of[s] = NO_TIER;
    for (uint32_t tier = 0; tier < out->count; tier++) {
        graph_exit_steps(g, tier, needed);
        for (uint32_t s = 0; s < g->step_count; s++)
            if (needed[s] && out->tier_of[s] == NO_TIER) out->tier_of[s] = tier;
    }
}

// Whether a tensor is the devices' own: behind the aggregator there may be one of each.
static bool is_of_devices(const struct tiers *t, const struct graph *g, uint32_t tensor)
{
    int32_t step = tensor ? g->layers[tensor - 1].step : NO_STEP;
    return step == NO_STEP || t->tier_of[step] == 0;
}

double tiers_bytes(const struct tiers *t, const struct graph *g, uint32_t tier, uint32_t wide)
{
    double weights = 0, tensors = 0;
    for (uint32_t s = 0; s < g->step_count; s++) {
        struct slice whole = step_whole(g, s);
        if (t->tier_of[s] != tier) continue;
        double times = tier && is_of_devices(t, g, g->steps[s].input) ? wide : 1;
        weights += times * (double)slice_weight_bytes(g, s, whole);
        tensors = fmax(tensors, times * (double)slice_input_bytes(g, s, whole) +
                                    (double)slice_output_bytes(g, s, whole));
    }
    return weights + tensors;
}

bool tiers_check(const struct tiers *t, const struct graph *g, struct err *e)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (t->tier_of[g->exits[i].step] != i)
            return err_add(e, "want a conv or fc of its own for the exit %s", g->exits[i].name);
    return true;
}

// ---- operations ---------------------------------------------------------------------------------

static uint32_t send(struct climb *c, uint32_t step, uint32_t from, uint32_t to, double bytes,
                     const uint32_t *deps, uint32_t dep_count)
{
    struct op op = {.kind = OP_TRANSFER, .stage = step, .from = from, .to = to, .bytes = bytes};
    return plan_add(c->plan, op, deps, dep_count);
}

// Behind what has `arrived` from each device. Element-wise, each device's elements once.
static uint32_t combine(struct climb *c, uint32_t step, uint32_t tensor, const uint32_t *arrived)
{
    const struct cost_table *costs = view_costs(c->v, c->r->aggregator);
    struct shape             shape = graph_tensor(c->g, tensor);
    double                   elements = (double)shape_elements(&shape) * c->r->device_count;
    struct op                op = {.kind = OP_COMPUTE, .stage = step};
    op.from = op.to = c->r->aggregator;
    op.seconds = costs->device->overhead_s + profile_rate_s(costs->profile, KIND_OTHER, elements) *
                                                 device_conv_ratio(costs->device, costs->profile);
    op.memory_bytes = (double)graph_tensor_bytes(c->g, tensor) * c->r->device_count;
    return plan_add(c->plan, op, arrived, c->r->device_count);
}

// How many times the channels of a tensor of the devices there are behind the aggregator.
static uint32_t widening(const struct climb *c, uint32_t tensor)
{
    return is_of_devices(c->t, c->g, tensor) ? tiers_wide(c->r) : 1;
}

static uint32_t ask(struct climb *c, uint32_t device, uint32_t step)
{
    if (c->asked[device] == ABSENT)
        c->asked[device] = send(c, step, c->r->aggregator, c->r->devices[device],
                                c->r->request_bytes, &c->judged, 1);
    return c->asked[device];
}

// A tensor of all devices, together at the aggregator.
static uint32_t gather(struct climb *c, uint32_t tensor, uint32_t step)
{
    uint32_t *arrived = ARENA_ARRAY(c->scratch, uint32_t, c->r->device_count);
    for (uint32_t k = 0; k < c->r->device_count; k++) {
        const uint32_t deps[] = {on_device(c, k)[tensor], ask(c, k, step)};
        arrived[k] = send(c, step, c->r->devices[k], c->r->aggregator,
                          (double)graph_tensor_bytes(c->g, tensor), deps, 2);
    }
    return combine(c, step, tensor, arrived);
}

// Since when a tier's node has a tensor; the nearest tier below that has it sends it.
static uint32_t bring(struct climb *c, uint32_t tier, uint32_t tensor, uint32_t step)
{
    uint32_t *there = &on_tier(c, tier)[tensor], below = tier;
    if (*there != ABSENT) return *there;
    while (--below > 0 && on_tier(c, below)[tensor] == ABSENT) {
    }
    bool     is_gathered = below == 0 && c->r->device_count > 1;
    uint32_t from = is_gathered ? c->r->aggregator : c->r->nodes[below];
    uint32_t since = is_gathered  ? gather(c, tensor, step)
                     : below == 0 ? c->made[tensor]
                                  : on_tier(c, below)[tensor];

    const uint32_t deps[] = {since, c->judged};
    double         bytes = (double)graph_tensor_bytes(c->g, tensor) * widening(c, tensor);
    bool           is_there = from == c->r->nodes[tier];
    return *there = is_there ? since : send(c, step, from, c->r->nodes[tier], bytes, deps, 2);
}

static uint32_t tensor_at(struct climb *c, uint32_t tier, uint32_t device, uint32_t tensor,
                          uint32_t step)
{
    return tier ? bring(c, tier, tensor, step) : on_device(c, device)[tensor];
}

// ---- a step -------------------------------------------------------------------------------------

static void need_inputs(struct climb *c, uint32_t tier, uint32_t device, uint32_t step,
                        const uint32_t *layers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct layer *l = &c->g->layers[layers[i]];
        for (uint32_t k = 0; k < l->input_count; k++) {
            uint32_t tensor = l->inputs[k];
            bool     is_own = tensor && c->g->layers[tensor - 1].step == (int32_t)step;
            if (!is_own) c->deps[c->dep_count++] = tensor_at(c, tier, device, tensor, step);
        }
    }
}

static void note(struct climb *c, uint32_t step, uint32_t node, const struct op *op)
{
    struct placement *w = c->where;
    struct slice      whole = step_whole(c->g, step);
    if (!w) return;
    w->slices = arena_grow(w->arena, w->slices, &w->capacity, w->count + 1, sizeof *w->slices);
    w->slices[w->count++] = (struct placed_slice){
        .step = step,
        .node = node,
        .slice = whole,
        .input = slice_input(c->g, step, whole),
        .bytes_in = slice_input_bytes(c->g, step, whole),
        .bytes_out = slice_output_bytes(c->g, step, whole),
        .seconds = op->seconds,
    };
}

// The whole step on one node, its merge layers with it. `wide`: times its input channels.
static struct op step_op(const struct climb *c, uint32_t step, uint32_t node, uint32_t wide)
{
    const struct cost_table *costs = view_costs(c->v, node);
    struct slice             whole = step_whole(c->g, step);
    double                   overhead_s = costs->device->overhead_s;
    struct op                op = {.kind = OP_COMPUTE, .stage = step, .from = node, .to = node};
    op.seconds = overhead_s + wide * (cost_slice_s(costs, step, whole) - overhead_s) +
                 cost_merge_s(costs, step, whole.axis);
    op.memory_bytes = (double)slice_output_bytes(c->g, step, whole) +
                      wide * ((double)slice_input_bytes(c->g, step, whole) +
                              (double)slice_weight_bytes(c->g, step, whole));
    op.tag[0] = whole.axis;
    op.tag[1] = (uint32_t)whole.begin;
    op.tag[2] = (uint32_t)whole.end;
    return op;
}

static void run_step(struct climb *c, uint32_t tier, uint32_t device, uint32_t step)
{
    const struct step *st = &c->g->steps[step];
    uint32_t           node = tier ? c->r->nodes[tier] : c->r->devices[device];
    struct op          op = step_op(c, step, node, tier ? widening(c, st->input) : 1);
    if (tier + 1 == c->t->count) op.memory_bytes = fmax(op.memory_bytes, c->r->instance_bytes);
    c->dep_count = 0;
    need_inputs(c, tier, device, step, st->chain, st->chain_count);
    need_inputs(c, tier, device, step, st->merge, st->merge_count);
    uint32_t  done = plan_add(c->plan, op, c->deps, c->dep_count);
    uint32_t *mine = tier ? on_tier(c, tier) : on_device(c, device);
    for (uint32_t i = 0; i < st->chain_count; i++) mine[st->chain[i] + 1] = done;
    for (uint32_t i = 0; i < st->merge_count; i++) mine[st->merge[i] + 1] = done;
    note(c, step, node, &op);
}

// ---- the climb ----------------------------------------------------------------------------------

static void run_section(struct climb *c, uint32_t tier, uint32_t device)
{
    for (uint32_t s = 0; s < c->g->step_count; s++)
        if (c->t->tier_of[s] == tier) run_step(c, tier, device, s);
}

static uint32_t leave_device(struct climb *c, uint32_t after)
{
    struct op delay = {.kind = OP_DELAY,
                       .stage = c->g->exits[0].step,
                       .from = c->r->devices[0],
                       .to = c->r->devices[0],
                       .seconds = c->v->limits->edge_delay_s};
    return delay.seconds > 0 ? plan_add(c->plan, delay, &after, 1) : after;
}

// The devices' section, and the judgement of the first exit.
static void run_devices(struct climb *c, bool goes_on)
{
    uint32_t tensor = c->g->exits[0].layer + 1, step = c->g->exits[0].step;
    bool     is_alone = c->r->device_count == 1;
    for (uint32_t k = 0; k < c->r->device_count; k++) run_section(c, 0, k);
    c->judged = c->made[tensor];
    if (goes_on || !is_alone) c->judged = leave_device(c, c->judged);
    if (is_alone) return;
    uint32_t *arrived = ARENA_ARRAY(c->scratch, uint32_t, c->r->device_count);
    for (uint32_t k = 0; k < c->r->device_count; k++) {
        uint32_t since = k ? on_device(c, k)[tensor] : c->judged;
        arrived[k] = send(c, step, c->r->devices[k], c->r->aggregator,
                          (double)graph_tensor_bytes(c->g, tensor), &since, 1);
    }
    c->judged = combine(c, step, tensor, arrived);
}

static void prepare(struct climb *c)
{
    struct arena *scratch = c->scratch;
    uint32_t      devices = c->r->device_count, inputs = 0;
    for (uint32_t i = 0; i < c->g->layer_count; i++) inputs += c->g->layers[i].input_count;
    c->tensors = c->g->layer_count + 1;
    c->made = ARENA_ARRAY(scratch, uint32_t, (size_t)devices * c->tensors);
    c->there = ARENA_ARRAY(scratch, uint32_t, (size_t)c->t->count * c->tensors);
    c->asked = ARENA_ARRAY(scratch, uint32_t, devices);
    c->deps = ARENA_ARRAY(scratch, uint32_t, (size_t)inputs);
    // What no step makes (the input) is on the devices from the beginning.
    for (uint32_t i = 0; i < devices * c->tensors; i++) c->made[i] = NO_OP;
    for (uint32_t i = 0; i < c->t->count * c->tensors; i++) c->there[i] = ABSENT;
    for (uint32_t k = 0; k < devices; k++) c->asked[k] = ABSENT;
}

void tiers_plan(const struct view *v, const struct tiers *t, const struct tier_route *r,
                uint32_t exit, struct arena *scratch, struct plan *out, struct placement *where)
{
    struct climb c = {.v = v,
                      .g = v->graph,
                      .t = t,
                      .r = r,
                      .scratch = scratch,
                      .plan = out,
                      .where = where,
                      .judged = NO_OP};
    uint32_t     at = r->device_count > 1 ? r->aggregator : r->devices[0];
    prepare(&c);
    run_devices(&c, exit > 0);
    for (uint32_t tier = 1; tier <= exit; tier++) {
        run_section(&c, tier, 0);
        c.judged = on_tier(&c, tier)[v->graph->exits[tier].layer + 1];
        at = r->nodes[tier];
    }
    if (at != r->devices[0])
        send(&c, v->graph->exits[exit].step, at, r->devices[0],
             (double)graph_tensor_bytes(v->graph, v->graph->exits[exit].layer + 1), &c.judged, 1);
    out->exit = exit + 1;
}
