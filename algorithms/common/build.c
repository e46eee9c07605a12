#include "algorithms/common/build.h"

#include <assert.h>

enum { NO_PIECE = UINT32_MAX };

struct piece { // a range of a tensor on a node since an operation
    uint32_t node, op, next;
    int32_t  begin, end;
};

struct op_list {
    uint32_t *ops;
    uint32_t  count, capacity;
};

struct builder {
    const struct view       *v;
    const struct graph      *g;
    const struct assignment *as;
    struct arena            *scratch;
    struct plan             *plan;
    struct placement        *where;
    uint32_t                 user, lead; // lead: where merge layers run
    bool                     by_layer, any_remote;
    uint32_t                *first_piece; // [layer_count + 1] by tensor
    struct piece            *pieces;
    uint32_t                 piece_count, piece_capacity;
    uint32_t                *task_load;   // [node_count] the load of everything, NO_OP before it
    uint32_t                 floor;       // operation that everything in the round waits for; NO_OP
    struct op_list           deps, round; // scratch; what ended the last round
};

// Ranges of a tensor are rows; of a vector, its elements.
static int32_t tensor_extent(const struct graph *g, uint32_t tensor)
{
    struct shape s = graph_tensor(g, tensor);
    return shape_pixels(&s) == 1 ? s.c : s.h;
}

static void list_add(struct builder *b, struct op_list *list, uint32_t op)
{
    if (op == NO_OP) return;
    list->ops =
        arena_grow(b->scratch, list->ops, &list->capacity, list->count + 1, sizeof *list->ops);
    list->ops[list->count++] = op;
}

static void add_piece(struct builder *b, uint32_t tensor, uint32_t node, int32_t begin, int32_t end,
                      uint32_t op)
{
    b->pieces = arena_grow(b->scratch, b->pieces, &b->piece_capacity, b->piece_count + 1,
                           sizeof *b->pieces);
    b->pieces[b->piece_count] = (struct piece){node, op, NO_PIECE, begin, end};
    uint32_t *link = &b->first_piece[tensor]; // behind the others: who made a range is asked first
    while (*link != NO_PIECE) link = &b->pieces[*link].next;
    *link = b->piece_count++;
}

// The piece at `x` on `node`, or else on any node; `*end` becomes how far it can serve.
static const struct piece *find_piece(const struct builder *b, uint32_t tensor, uint32_t node,
                                      int32_t x, int32_t *end)
{
    const struct piece *other = NULL;
    int32_t             own_begin = *end;
    for (uint32_t i = b->first_piece[tensor]; i != NO_PIECE; i = b->pieces[i].next) {
        const struct piece *p = &b->pieces[i];
        bool                covers = p->begin <= x && x < p->end;
        if (p->node == node && covers) {
            if (p->end < *end) *end = p->end;
            return p;
        }
        if (p->node == node && p->begin > x && p->begin < own_begin) own_begin = p->begin;
        if (covers && !other) other = p;
    }
    assert(other);
    *end = own_begin < other->end ? own_begin : other->end;
    return other;
}

static uint32_t add_transfer(struct builder *b, uint32_t stage, uint32_t from, uint32_t to,
                             double bytes, uint32_t after)
{
    const uint32_t deps[] = {after, b->floor};
    return plan_add(
        b->plan,
        (struct op){.kind = OP_TRANSFER, .stage = stage, .from = from, .to = to, .bytes = bytes},
        deps, 2);
}

// Two nodes that cannot reach each other send over the user, which all of them reach.
static uint32_t add_way(struct builder *b, uint32_t stage, uint32_t from, uint32_t to, double bytes,
                        uint32_t after)
{
    if (from != b->user && to != b->user && !view_is_connected(b->v, from, to)) {
        after = add_transfer(b, stage, from, b->user, bytes, after);
        from = b->user;
    }
    return add_transfer(b, stage, from, to, bytes, after);
}

// Brings [begin, end) of a tensor to a node; what it waits for goes to b->deps.
static void need(struct builder *b, uint32_t tensor, uint32_t node, int32_t begin, int32_t end,
                 uint32_t stage)
{
    int64_t unit_bytes = graph_tensor_bytes(b->g, tensor) / tensor_extent(b->g, tensor);
    for (int32_t x = begin, y; x < end; x = y) {
        y = end;
        struct piece p = *find_piece(b, tensor, node, x, &y);
        uint32_t     op = p.op;
        if (p.node != node) {
            op = add_way(b, stage, p.node, node, (double)(unit_bytes * (y - x)), p.op);
            add_piece(b, tensor, node, x, y, op);
        }
        list_add(b, &b->deps, op);
    }
}

static void need_all(struct builder *b, uint32_t tensor, uint32_t node, uint32_t stage)
{
    need(b, tensor, node, 0, tensor_extent(b->g, tensor), stage);
}

// The input of a slice, as ranges of the tensor it reads.
static void need_input(struct builder *b, uint32_t step, struct slice s, uint32_t node)
{
    uint32_t     tensor = b->g->steps[step].input;
    struct shape shape = graph_tensor(b->g, tensor);
    bool         is_vector = shape_pixels(&shape) == 1;
    struct span  in = slice_input(b->g, step, s);
    if ((s.axis == SLICE_ROWS && !is_vector) || (s.axis == SLICE_IN && is_vector)) {
        need(b, tensor, node, in.begin, in.end, step);
    } else if (s.axis == SLICE_IN && node != b->user && b->by_layer) {
        // Neurons of a flattened image do not lie in rows; the user has all of it and sends the
        // share.
        list_add(
            b, &b->deps,
            add_transfer(b, step, b->user, node, (double)slice_input_bytes(b->g, step, s), NO_OP));
    } else {
        need_all(b, tensor, node, step);
    }
}

static struct slice slice_of(const struct builder *b, uint32_t step, uint32_t i)
{
    struct slice s = {
        .axis = b->as->axes[step], .begin = b->as->cuts[step][i], .end = b->as->cuts[step][i + 1]};
    if (s.axis == SLICE_GRID) {
        s.grid_rows = b->as->grids[step].rows;
        s.grid_columns = b->as->grids[step].columns;
    }
    return s;
}

// SplitMix64's mixing step, a bijection (Steele, Lea and Flood, OOPSLA 2014).
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

// The name of a slice's parameters: rows need all of the step's, so they share one.
static uint64_t content_of(const struct builder *b, uint32_t step, struct slice s)
{
    if (s.axis == SLICE_ROWS) s.begin = s.end = 0;
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
    return plan_add(b->plan, load, b->deps.ops, b->deps.count);
}

// Loading waits for the input, as the call that brings it names the layer.
static void load_weights(struct builder *b, uint32_t step, uint32_t i, struct slice s)
{
    enum weights_mode mode = b->v->options->weights;
    uint32_t          node = b->as->nodes[i];
    double            bytes = (double)slice_weight_bytes(b->g, step, s);
    if (mode == WEIGHTS_PER_LAYER || mode == WEIGHTS_CACHED) {
        uint64_t content = mode == WEIGHTS_CACHED ? content_of(b, step, s) : 0;
        list_add(b, &b->deps, add_load(b, step, node, bytes, content));
    }
    if (mode != WEIGHTS_PER_TASK) return;
    if (b->task_load[i] == NO_OP) {
        bytes = 0;
        for (uint32_t other = 0; other < b->g->step_count; other++) {
            struct slice part = slice_of(b, other, i);
            if (part.begin < part.end) bytes += (double)slice_weight_bytes(b->g, other, part);
        }
        b->task_load[i] = add_load(b, step, node, bytes, 0);
    }
    list_add(b, &b->deps, b->task_load[i]);
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

static uint32_t compute_slice(struct builder *b, uint32_t step, uint32_t i, struct slice s)
{
    uint32_t node = b->as->nodes[i];
    b->deps.count = 0;
    list_add(b, &b->deps, b->floor);
    need_input(b, step, s, node);
    load_weights(b, step, i, s);
    struct op op = {.kind = OP_COMPUTE, .stage = step, .from = node, .to = node};
    op.seconds = cost_slice_s(view_costs(b->v, node), step, s);
    op.memory_bytes =
        (double)(slice_input_bytes(b->g, step, s) + slice_output_bytes(b->g, step, s) +
                 slice_weight_bytes(b->g, step, s));
    op.tag[0] = s.axis;
    op.tag[1] = (uint32_t)s.begin;
    op.tag[2] = (uint32_t)s.end;
    note(b, step, node, s, op.seconds);
    return plan_add(b->plan, op, b->deps.ops, b->deps.count);
}

// What only the merging node can run, when all of b->deps have arrived; b->round then holds what
// ends the step there.
static void add_merge(struct builder *b, uint32_t step, enum slice_axis axis, uint32_t node)
{
    const struct step *st = &b->g->steps[step];
    bool               sums = axis == SLICE_IN;
    if (st->merge_count || sums) {
        double    seconds = cost_merge_s(view_costs(b->v, node), step, axis);
        struct op op = {.kind = seconds > 0 ? OP_COMPUTE : OP_DELAY,
                        .stage = step,
                        .from = node,
                        .to = node,
                        .seconds = seconds};
        uint32_t  merge = plan_add(b->plan, op, b->deps.ops, b->deps.count);
        b->deps.count = 0;
        list_add(b, &b->deps, merge);
        if (sums) add_piece(b, st->output, node, 0, tensor_extent(b->g, st->output), merge);
        for (uint32_t i = 0; i < st->merge_count; i++)
            add_piece(b, st->merge[i] + 1, node, 0, tensor_extent(b->g, st->merge[i] + 1), merge);
    }
    b->round.count = 0;
    for (uint32_t i = 0; i < b->deps.count; i++) list_add(b, &b->round, b->deps.ops[i]);
}

// The tensors from before the merge that its layers read.
static void need_merge_inputs(struct builder *b, uint32_t step, uint32_t node)
{
    const struct step *st = &b->g->steps[step];
    for (uint32_t i = 0; i < st->merge_count; i++) {
        const struct layer *l = &b->g->layers[st->merge[i]];
        for (uint32_t k = 0; k < l->input_count; k++)
            if (b->first_piece[l->inputs[k]] != NO_PIECE) need_all(b, l->inputs[k], node, step);
    }
}

static void merge_step(struct builder *b, uint32_t step, const uint32_t *computed)
{
    const struct step *st = &b->g->steps[step];
    enum slice_axis    axis = b->as->axes[step];
    b->deps.count = 0;
    list_add(b, &b->deps, b->floor);
    if (axis == SLICE_IN) { // partial sums of everything come together and are added
        double bytes = (double)slice_output_bytes(b->g, step, slice_of(b, step, 0));
        for (uint32_t i = 0; i < b->as->node_count; i++) {
            uint32_t node = b->as->nodes[i], op = computed[i];
            if (op != NO_OP && node != b->lead) op = add_way(b, step, node, b->lead, bytes, op);
            list_add(b, &b->deps, op);
        }
    } else if (b->by_layer) {
        need_all(b, st->output, b->lead, step);
    }
    if (!b->by_layer && !st->merge_count && axis != SLICE_IN)
        return; // the result stays where it is
    need_merge_inputs(b, step, b->lead);
    add_merge(b, step, axis, b->lead);
}

// Merged at the user: one whole tensor, there since the round ended (the next round's floor),
// nowhere else.
static void hold_at_user(struct builder *b, uint32_t tensor)
{
    b->first_piece[tensor] = NO_PIECE;
    add_piece(b, tensor, b->user, 0, tensor_extent(b->g, tensor), NO_OP);
}

// Delta, and the point where the last round is over.
static void begin_round(struct builder *b, uint32_t step, bool is_remote)
{
    struct op delay = {.kind = OP_DELAY, .stage = step, .from = b->user, .to = b->user};
    delay.seconds = is_remote ? b->v->limits->edge_delay_s : 0;
    if (b->round.count || delay.seconds > 0)
        b->floor = plan_add(b->plan, delay, b->round.ops, b->round.count);
    b->round.count = 0;
}

static bool step_is_remote(const struct builder *b, uint32_t step)
{
    for (uint32_t i = 0; i < b->as->node_count; i++)
        if (b->as->nodes[i] != b->user && b->as->cuts[step][i] < b->as->cuts[step][i + 1])
            return true;
    return false;
}

static void build_step(struct builder *b, uint32_t step)
{
    const struct step *st = &b->g->steps[step];
    struct shape       out = graph_tensor(b->g, st->output);
    bool               is_vector = shape_pixels(&out) == 1;
    uint32_t          *computed = ARENA_ARRAY(b->scratch, uint32_t, b->as->node_count);
    if (b->by_layer) begin_round(b, step, step_is_remote(b, step));
    for (uint32_t i = 0; i < b->as->node_count; i++) {
        struct slice s = slice_of(b, step, i);
        computed[i] = NO_OP;
        if (s.begin >= s.end) continue; // empty slices are dropped
        computed[i] = compute_slice(b, step, i, s);
        if (s.axis == SLICE_IN) continue;
        if (s.axis == SLICE_ROWS && is_vector) s.end = out.c; // its one row is all of it
        add_piece(b, st->output, b->as->nodes[i], s.begin, s.end, computed[i]);
    }
    merge_step(b, step, computed);
    if (!b->by_layer) return;
    hold_at_user(b, st->input);
    hold_at_user(b, st->output);
}

static uint32_t largest_share(const struct builder *b)
{
    uint32_t best = 0;
    double   best_share = -1;
    for (uint32_t i = 0; i < b->as->node_count; i++) {
        double share = 0;
        for (uint32_t s = 0; s < b->g->step_count; s++)
            share += (double)(b->as->cuts[s][i + 1] - b->as->cuts[s][i]) /
                     b->as->cuts[s][b->as->node_count];
        if (share > best_share) best_share = share, best = i;
    }
    return b->as->nodes[best];
}

void build_plan(const struct view *v, const struct task *t, const struct assignment *as,
                struct arena *scratch, struct plan *out, struct placement *where)
{
    struct builder b = {.v = v,
                        .g = v->graph,
                        .as = as,
                        .scratch = scratch,
                        .plan = out,
                        .where = where,
                        .user = t->user};
    for (uint32_t s = 0; s < b.g->step_count; s++) b.any_remote |= step_is_remote(&b, s);
    b.by_layer = v->options->granularity == GRANULARITY_LAYER && b.any_remote;
    b.lead = b.by_layer ? t->user : largest_share(&b);
    b.floor = NO_OP;
    b.first_piece = ARENA_ARRAY(scratch, uint32_t, b.g->layer_count + 1);
    b.task_load = ARENA_ARRAY(scratch, uint32_t, as->node_count);
    for (uint32_t i = 0; i <= b.g->layer_count; i++) b.first_piece[i] = NO_PIECE;
    for (uint32_t i = 0; i < as->node_count; i++) b.task_load[i] = NO_OP;
    add_piece(&b, 0, t->user, 0, tensor_extent(b.g, 0), NO_OP);

    if (!b.by_layer && b.any_remote) begin_round(&b, 0, true);
    for (uint32_t s = 0; s < b.g->step_count; s++) build_step(&b, s);
    need_all(&b, b.g->layer_count, t->user, b.g->step_count - 1); // the answer
}

void build_assignment(const struct view *v, uint32_t node_count, const uint32_t *nodes,
                      struct arena *a, struct assignment *out)
{
    uint32_t steps = v->graph->step_count;
    *out = (struct assignment){.node_count = node_count,
                               .nodes = nodes,
                               .axes = ARENA_ARRAY(a, enum slice_axis, steps),
                               .cuts = ARENA_ARRAY(a, int32_t *, steps),
                               .exit = v->graph->exit_count - 1};
    for (uint32_t s = 0; s < steps; s++) {
        enum slice_axis axis = step_axis(v->graph, s);
        out->axes[s] = axis == SLICE_ROWS ? axis : v->options->fc_split;
        out->cuts[s] = ARENA_ARRAY(a, int32_t, node_count + 1);
    }
}

void build_whole(const struct view *v, uint32_t node_count, const uint32_t *nodes,
                 const uint32_t *node_of, struct arena *a, struct assignment *out)
{
    build_assignment(v, node_count, nodes, a, out);
    for (uint32_t s = 0; s < v->graph->step_count; s++) {
        out->axes[s] = step_axis(v->graph, s); // nothing is cut, so nothing is summed
        int32_t extent = step_extent(v->graph, s, out->axes[s]);
        for (uint32_t i = node_of[s] + 1; i <= node_count; i++) out->cuts[s][i] = extent;
    }
}

void build_placed(const struct view *v, uint32_t node_count, const uint32_t *nodes,
                  const uint32_t *node_of, struct arena *a, struct assignment *out)
{
    uint32_t *leads = ARENA_ARRAY(a, uint32_t, v->graph->step_count);
    build_whole(v, node_count, nodes, node_of, a, out);
    for (uint32_t s = 0; s < v->graph->step_count; s++) leads[s] = nodes[node_of[s]];
    out->leads = leads;
}

void build_single(const struct view *v, uint32_t node, struct arena *a, struct assignment *out)
{
    uint32_t *nodes = ARENA_ARRAY(a, uint32_t, 1),
             *node_of = ARENA_ARRAY(a, uint32_t, v->graph->step_count);
    nodes[0] = node;
    build_whole(v, 1, nodes, node_of, a, out);
}

void build_shares(const struct view *v, uint32_t node_count, const uint32_t *nodes,
                  const double *weights, struct arena *a, struct assignment *out)
{
    build_assignment(v, node_count, nodes, a, out);
    for (uint32_t s = 0; s < v->graph->step_count; s++)
        slice_cuts(weights, node_count, step_extent(v->graph, s, out->axes[s]), out->cuts[s]);
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
