#include "algorithms/common/build.h"

#include "algorithms/common/pieces.h"

struct builder {
    const struct view       *v;
    const struct graph      *g;
    const struct assignment *as;
    struct arena            *scratch;
    struct plan             *plan;
    struct placement        *where;
    uint32_t                 user, lead; // lead: where merge layers run unless as->leads says
    bool                     by_layer, any_remote;
    bool                     merges, gathers; // the step that is being built
    struct pieces            pieces;          // who holds what
    uint32_t                *task_load; // [node_count] the load of everything, NO_OP before it
    struct op_list           round;     // what ended the last round
    bool                    *is_wanted; // [layer_count] the exit needs it
    bool                    *is_built;  // [step_count]
};

static void wait_for(struct builder *b, uint32_t op)
{
    op_list_add(&b->pieces.deps, b->scratch, op);
}

// Clears what the next operation waits for; all wait for the end of the last round.
static void begin_waiting(struct builder *b)
{
    b->pieces.deps.count = 0;
    wait_for(b, b->pieces.floor);
}

static uint32_t add_waiting(struct builder *b, struct op op)
{
    return plan_add(b->plan, op, b->pieces.deps.ops, b->pieces.deps.count);
}

static uint32_t lead_of(const struct builder *b, uint32_t step)
{
    if (b->by_layer) return b->user;
    return b->as->leads ? b->as->leads[step] : b->lead;
}

// Brings what a slice reads to its node.
static void need_input(struct builder *b, uint32_t step, struct slice s, uint32_t node,
                       const struct block *in, int64_t bytes)
{
    if (node != b->user && b->by_layer && slice_is_scattered(b->g, step, s))
        // Neurons of a flattened image do not lie in rows; the user has all of it and sends the
        // share.
        wait_for(b, pieces_send(&b->pieces, step, b->user, node, (double)bytes, NO_OP));
    else
        pieces_need(&b->pieces, b->g->steps[step].input, node, in, step);
}

// The part of a node; nothing of a step: begin >= end.
static struct slice slice_of(const struct builder *b, uint32_t step, uint32_t i)
{
    struct slice s = {
        .axis = b->as->axes[step], .begin = b->as->cuts[step][i], .end = b->as->cuts[step][i + 1]};
    if (s.axis != SLICE_GRID) return s;
    s.grid_rows = b->as->grids[step].rows;
    s.grid_columns = b->as->grids[step].columns;
    if (slice_is_empty(b->g, step, s)) s.end = s.begin; // more tiles than rows or columns
    return s;
}

static bool has_part(const struct builder *b, uint32_t step, uint32_t i)
{
    struct slice s = slice_of(b, step, i);
    return s.begin < s.end;
}

// SplitMix64's mixing step, a bijection (Steele, Lea and Flood, OOPSLA 2014).
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

// The name of a slice's parameters: rows, columns, frames and tiles need all of the step's, so they
// share one.
static uint64_t content_of(const struct builder *b, uint32_t step, struct slice s)
{
    if (axis_is_spatial(s.axis)) s = (struct slice){.axis = SLICE_ROWS};
    uint64_t name = mix((uint64_t)b->v->class_id << 32 | step);
    name = mix(name + (uint64_t)s.axis + 1);
    name = mix(name + ((uint64_t)(uint32_t)s.begin << 32 | (uint32_t)s.end));
    return name ? name : 1;
}

// `content`: 0, or what a node that holds it need not load.
static uint32_t add_load(struct builder *b, uint32_t stage, uint32_t node, double bytes,
                         uint64_t content)
{
    struct op load = {.kind = OP_LOAD,
                      .stage = stage,
                      .from = node,
                      .to = node,
                      .bytes = bytes,
                      .content = content};
    load.seconds = cost_load_s(view_costs(b->v, node)->device, bytes);
    return add_waiting(b, load);
}

// Loading waits for the input, as the call that brings it names the layer.
static void load_weights(struct builder *b, uint32_t step, uint32_t i, struct slice s, double bytes)
{
    enum weights_mode mode = b->v->options->weights;
    uint32_t          node = b->as->nodes[i];
    if (mode == WEIGHTS_PER_LAYER || mode == WEIGHTS_CACHED) {
        uint64_t content = mode == WEIGHTS_CACHED ? content_of(b, step, s) : 0;
        wait_for(b, add_load(b, step, node, bytes, content));
    }
    if (mode != WEIGHTS_PER_TASK) return;
    if (b->task_load[i] == NO_OP) {
        bytes = 0;
        for (uint32_t other = 0; other < b->g->step_count; other++) {
            struct slice part = slice_of(b, other, i);
            if (b->is_built[other] && part.begin < part.end)
                bytes += (double)slice_weight_bytes(b->g, other, part);
        }
        b->task_load[i] = add_load(b, step, node, bytes, 0);
    }
    wait_for(b, b->task_load[i]);
}

static void note(struct builder *b, uint32_t step, uint32_t node, struct slice s, double seconds)
{
    struct placement *w = b->where;
    if (!w) return;
    w->slices = arena_grow(w->arena, w->slices, &w->capacity, w->count + 1, sizeof *w->slices);
    w->slices[w->count++] = (struct placed_slice){
        .step = step,
        .node = node,
        .slice = s,
        .input = slice_input(b->g, step, s),
        .bytes_in = slice_input_bytes(b->g, step, s),
        .bytes_out = slice_output_bytes(b->g, step, s),
        .seconds = seconds,
    };
}

// Of a slice that is not empty; what it made is a piece there then, but for partial sums.
static uint32_t compute_slice(struct builder *b, uint32_t step, uint32_t i, struct slice s)
{
    uint32_t            node = b->as->nodes[i], op_at;
    struct block        blocks[MAX_CHAIN], in = slice_blocks(b->g, step, s, blocks);
    const struct block *made = &blocks[slice_chain_count(b->g, step, s.axis) - 1];
    int64_t             bytes_in = slice_read_bytes(b->g, step, s, &in),
            bytes_out = slice_made_bytes(b->g, step, s, made),
            weight_bytes = slice_weight_bytes(b->g, step, s);
    begin_waiting(b);
    need_input(b, step, s, node, &in, bytes_in);
    load_weights(b, step, i, s, (double)weight_bytes);
    struct op op = {.kind = OP_COMPUTE, .stage = step, .from = node, .to = node};
    op.seconds = cost_blocks_s(view_costs(b->v, node), step, s, &in, blocks);
    op.memory_bytes = (double)(bytes_in + bytes_out + weight_bytes);
    op.tag[0] = s.axis;
    op.tag[1] = (uint32_t)s.begin;
    op.tag[2] = (uint32_t)s.end;
    note(b, step, node, s, op.seconds);
    op_at = add_waiting(b, op);
    if (s.axis != SLICE_IN)
        pieces_add_block(&b->pieces, slice_tensor(b->g, step, s.axis), node, made, op_at);
    return op_at;
}

// Seconds of what runs where the slices come together: the rest of the chain, and the merge layers
// that are wanted.
static double merge_s(const struct builder *b, uint32_t step, enum slice_axis axis, uint32_t node)
{
    const struct step       *st = &b->g->steps[step];
    const struct cost_table *costs = view_costs(b->v, node);
    double                   sum = 0;
    for (uint32_t i = slice_chain_count(b->g, step, axis); i < st->chain_count; i++)
        sum += cost_layer_s(costs, st->chain[i]);
    for (uint32_t i = 0; i < st->merge_count; i++)
        if (b->is_wanted[st->merge[i]]) sum += cost_layer_s(costs, st->merge[i]);
    return sum;
}

static bool has_merge_layers(const struct builder *b, uint32_t step)
{
    const struct step *st = &b->g->steps[step];
    for (uint32_t i = 0; i < st->merge_count; i++)
        if (b->is_wanted[st->merge[i]]) return true;
    return false;
}

// Whether the parts of a step come together at its lead as they are: partial sums, parts that are
// no ranges of rows or neurons, and parts of what the rest of the chain needs as a whole.
static bool comes_together(const struct builder *b, uint32_t step)
{
    const struct step *st = &b->g->steps[step];
    enum slice_axis    axis = b->as->axes[step];
    if (axis == SLICE_ROWS) return false;
    if (axis == SLICE_IN || slice_chain_count(b->g, step, axis) < st->chain_count) return true;
    struct shape out = graph_tensor(b->g, st->output);
    if (axis == SLICE_OUT && shape_pixels(&out) == 1) return false;
    uint32_t parts = 0;
    for (uint32_t i = 0; i < b->as->node_count; i++) parts += has_part(b, step, i);
    return parts > 1;
}

// What only the merging node can run, when all of the deps have arrived; b->round then holds what
// ends the step there.
static void add_merge(struct builder *b, uint32_t step, uint32_t node)
{
    const struct step *st = &b->g->steps[step];
    if (b->merges || b->gathers) {
        double    seconds = merge_s(b, step, b->as->axes[step], node);
        struct op op = {.kind = seconds > 0 ? OP_COMPUTE : OP_DELAY,
                        .stage = step,
                        .from = node,
                        .to = node,
                        .seconds = seconds};
        uint32_t  merge = add_waiting(b, op);
        b->pieces.deps.count = 0;
        wait_for(b, merge);
        if (b->gathers) pieces_add_whole(&b->pieces, st->output, node, merge);
        for (uint32_t i = 0; i < st->merge_count; i++)
            if (b->is_wanted[st->merge[i]])
                pieces_add_whole(&b->pieces, st->merge[i] + 1, node, merge);
    }
    b->round.count = 0;
    for (uint32_t i = 0; i < b->pieces.deps.count; i++)
        op_list_add(&b->round, b->scratch, b->pieces.deps.ops[i]);
}

static bool is_merged_in(const struct graph *g, uint32_t step, uint32_t tensor)
{
    const struct step *st = &g->steps[step];
    for (uint32_t i = 0; i < st->merge_count; i++)
        if (st->merge[i] + 1 == tensor) return true;
    return false;
}

// The tensors from before the merge that its layers read.
static void need_merge_inputs(struct builder *b, uint32_t step, uint32_t node)
{
    const struct step *st = &b->g->steps[step];
    for (uint32_t i = 0; i < st->merge_count; i++) {
        const struct layer *l = &b->g->layers[st->merge[i]];
        for (uint32_t k = 0; b->is_wanted[st->merge[i]] && k < l->input_count; k++) {
            // what is gathered becomes the chain's output only there
            bool is_made = is_merged_in(b->g, step, l->inputs[k]) ||
                           (b->gathers && l->inputs[k] == st->output);
            if (!is_made) pieces_need_whole(&b->pieces, l->inputs[k], node, step);
        }
    }
}

static void gather(struct builder *b, uint32_t step, uint32_t lead, const uint32_t *computed)
{
    for (uint32_t i = 0; i < b->as->node_count; i++) {
        struct slice s = slice_of(b, step, i);
        uint32_t     node = b->as->nodes[i], op = computed[i];
        if (op == NO_OP) continue;
        if (s.axis == SLICE_IN) {
            double bytes = (double)slice_output_bytes(b->g, step, s);
            if (node != lead) op = pieces_send(&b->pieces, step, node, lead, bytes, op);
            wait_for(b, op);
        } else {
            struct block made = slice_output(b->g, step, s);
            pieces_need(&b->pieces, slice_tensor(b->g, step, s.axis), lead, &made, step);
        }
    }
}

static void merge_step(struct builder *b, uint32_t step, const uint32_t *computed)
{
    uint32_t lead = lead_of(b, step);
    b->merges = has_merge_layers(b, step);
    b->gathers = comes_together(b, step);
    begin_waiting(b);
    if (b->gathers)
        gather(b, step, lead, computed);
    else if (b->by_layer)
        pieces_need_whole(&b->pieces, b->g->steps[step].output, lead, step);
    if (!b->by_layer && !b->merges && !b->gathers) return; // the result stays where it is
    need_merge_inputs(b, step, lead);
    add_merge(b, step, lead);
}

// Merged at the user: one whole tensor, there since the round ended (the next round's floor),
// nowhere else.
static void hold_at_user(struct builder *b, uint32_t tensor)
{
    pieces_forget(&b->pieces, tensor);
    pieces_add_whole(&b->pieces, tensor, b->user, NO_OP);
}

// Delta, and the point where the last round is over.
static void begin_round(struct builder *b, uint32_t step, bool is_remote)
{
    struct op delay = {.kind = OP_DELAY, .stage = step, .from = b->user, .to = b->user};
    delay.seconds = is_remote ? b->v->limits->edge_delay_s : 0;
    if (b->round.count || delay.seconds > 0)
        b->pieces.floor = plan_add(b->plan, delay, b->round.ops, b->round.count);
    b->round.count = 0;
}

static bool step_is_remote(const struct builder *b, uint32_t step)
{
    for (uint32_t i = 0; i < b->as->node_count; i++)
        if (b->as->nodes[i] != b->user && has_part(b, step, i)) return true;
    return false;
}

static void build_step(struct builder *b, uint32_t step)
{
    const struct step *st = &b->g->steps[step];
    uint32_t          *computed = ARENA_ARRAY(b->scratch, uint32_t, b->as->node_count);
    if (b->by_layer) begin_round(b, step, step_is_remote(b, step));
    for (uint32_t i = 0; i < b->as->node_count; i++) {
        struct slice s = slice_of(b, step, i);
        computed[i] = NO_OP;
        if (s.begin < s.end) computed[i] = compute_slice(b, step, i, s); // empty ones are dropped
    }
    merge_step(b, step, computed);
    if (!b->by_layer) return;
    hold_at_user(b, st->input);
    hold_at_user(b, st->output);
}

// An exit before the job's own: nothing after it begins before its answer is there, where the step
// is merged. (Layer by layer the next round waits for it anyway.)
static void try_exits(struct builder *b, uint32_t step)
{
    uint32_t lead = lead_of(b, step);
    for (uint32_t i = 0; b->as->tries_exits && !b->by_layer && i < b->as->exit; i++) {
        if (b->g->exits[i].step != step) continue;
        begin_waiting(b);
        pieces_need_whole(&b->pieces, b->g->exits[i].layer + 1, lead, step);
        b->pieces.floor =
            add_waiting(b, (struct op){.kind = OP_DELAY, .stage = step, .from = lead, .to = lead});
    }
}

void build_plan(const struct view *v, const struct task *t, const struct assignment *as,
                struct arena *scratch, struct plan *out, struct placement *where)
{
    const struct graph *g = v->graph;
    struct builder      b = {
             .v = v, .g = g, .as = as, .scratch = scratch, .plan = out, .where = where, .user = t->user};
    b.is_wanted = ARENA_ARRAY(scratch, bool, g->layer_count);
    b.is_built = ARENA_ARRAY(scratch, bool, g->step_count);
    assignment_wanted(g, as, b.is_wanted, b.is_built);
    for (uint32_t s = 0; s < g->step_count; s++)
        b.any_remote |= b.is_built[s] && step_is_remote(&b, s);
    b.by_layer = v->options->granularity == GRANULARITY_LAYER && b.any_remote;
    b.lead = b.by_layer ? t->user : assignment_lead(g, as, b.is_built);
    b.task_load = ARENA_ARRAY(scratch, uint32_t, as->node_count);
    for (uint32_t i = 0; i < as->node_count; i++) b.task_load[i] = NO_OP;
    pieces_init(&b.pieces, v, t->user, as->has_hub ? as->hub : NO_HUB, scratch, out);
    pieces_add_whole(&b.pieces, 0, t->user, NO_OP);

    if (!b.by_layer && b.any_remote) begin_round(&b, 0, true);
    for (uint32_t s = 0; s < g->step_count; s++) {
        if (!b.is_built[s]) continue;
        build_step(&b, s);
        try_exits(&b, s);
    }
    const struct exit_point *exit = &g->exits[as->exit];
    pieces_need_whole(&b.pieces, exit->layer + 1, t->user, exit->step); // the answer
    if (g->exit_count > 1) out->exit = as->exit + 1;
}

enum plan_verdict build_local(const struct view *v, const struct task *t, struct arena *scratch,
                              struct plan *out, struct placement *where)
{
    struct assignment as;
    if (!v->fits[v->net->group_of[t->user]]) return PLAN_INFEASIBLE;
    build_single(v, t->user, scratch, &as);
    build_plan(v, t, &as, scratch, out, where);
    return PLAN_READY;
}
