#include "algorithms/hyps/plan.h"

struct list {
    uint32_t *ops;
    uint32_t  count, capacity;
};

struct writer {
    const struct hyps_job *job;
    const struct graph    *g;
    struct arena          *scratch;
    struct plan           *plan;
    struct placement      *where;
    struct hyps_totals    *totals;
    uint32_t               floor;      // delta; NO_OP: there is none
    uint32_t              *images;     // [batch] the image is at the hub; NO_OP: from the start
    uint32_t              *made;       // [unit_count * batch] its map is at the hub
    uint32_t              *released;   // [worker_count] the last operation of the unit before
    double                *held_bytes; // [worker_count] resident: parameters of all its units
    uint32_t              *partition;  // [layer_count] of each layer
    bool                  *feeds;      // [partition_count] scratch
    struct list            deps;
};

// ---- what the hub holds -------------------------------------------------------------------------

void hub_store_of(const struct progress *done, uint32_t hub, struct arena *scratch,
                  struct hub_store *out)
{
    const struct plan *p = done->last;
    *out = (struct hub_store){ARENA_ARRAY(scratch, struct hub_map, p->op_count), 0};
    for (uint32_t i = 0; i < p->op_count; i++) {
        const struct op *o = &p->ops[i];
        bool             is_map = (o->kind == OP_TRANSFER || o->kind == OP_DELAY) && o->tag[2];
        if (!is_map || o->to != hub || done->times[i].finish_ns < 0) continue;
        struct hub_map m = {
            .end = o->tag[1] >> 16, .image = o->tag[1] & 0xffff, .parts = o->tag[2] & 0xffff};
        *(m.parts > 1 ? &m.part : &m.begin) = o->tag[2] >> 16;
        out->maps[out->count++] = m;
    }
}

// Parts are cut along this; a map that never is counts as one.
static uint32_t unit_extent(const struct writer *w, const struct hyps_unit *u)
{
    const struct split *s = &w->job->layout->split;
    return s->complex[u->first] ? split_extent(s, u->first) : 1;
}

// Whether a map at the hub has the tensor, which a unit makes, or a part of it. Complex layers are
// partitions of their own in every layout, so that parts are of the same one where they end alike.
static bool has_tensor(const struct split *s, const struct hub_map *m, const struct hyps_unit *u,
                       uint32_t tensor)
{
    if (m->parts > 1) return s->complex[u->first] && m->end == u->end;
    return m->begin < tensor && tensor <= m->end && split_leaves(s, tensor, m->end);
}

// Whether the hub holds of the tensor what the unit makes of it, in parts of any size.
static bool holds_tensor(const struct writer *w, const struct hyps_unit *u, uint32_t image,
                         uint32_t tensor)
{
    const struct hub_store *store = w->job->store;
    uint32_t extent = unit_extent(w, u), end = split_begin(extent, u->parts, u->part + 1);
    for (uint32_t x = split_begin(extent, u->parts, u->part), before; x < end;) {
        before = x;
        for (uint32_t i = 0; i < store->count; i++) {
            const struct hub_map *m = &store->maps[i];
            if (m->image != image || !has_tensor(&w->job->layout->split, m, u, tensor)) continue;
            uint32_t first = split_begin(extent, m->parts, m->part),
                     last = split_begin(extent, m->parts, m->part + 1);
            if (first <= x && x < last) x = last;
        }
        if (x == before) return false;
    }
    return true;
}

// Whether the hub holds all that leaves the unit.
static bool is_held(const struct writer *w, const struct hyps_unit *u, uint32_t image)
{
    const struct split *s = &w->job->layout->split;
    if (!w->job->store->count) return false;
    for (uint32_t t = u->first + 1; t <= u->end; t++)
        if (split_leaves(s, t, u->end) && !holds_tensor(w, u, image, t)) return false;
    return true;
}

static bool holds_image(const struct hub_store *s, uint32_t image)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->maps[i].end == 0 && s->maps[i].image == image) return true;
    return false;
}

// ---- operations ---------------------------------------------------------------------------------

static void want(struct writer *w, uint32_t op)
{
    if (op == NO_OP) return;
    w->deps.ops =
        arena_grow(w->scratch, w->deps.ops, &w->deps.capacity, w->deps.count + 1, sizeof(uint32_t));
    w->deps.ops[w->deps.count++] = op;
}

// With all that is wanted as predecessors, which is then forgotten.
static uint32_t add(struct writer *w, struct op op)
{
    uint32_t index = plan_add(w->plan, op, w->deps.ops, w->deps.count);
    w->deps.count = 0;
    return index;
}

static uint32_t stage_of(const struct writer *w, uint32_t layer)
{
    int32_t step = w->g->layers[layer].step;
    return step == NO_STEP ? 0 : (uint32_t)step;
}

// Of a unit's first and last wanted layer.
static uint32_t first_stage(const struct writer *w, const struct hyps_unit *u)
{
    uint32_t layer = u->first;
    while (!w->job->layout->split.wanted[layer]) layer++;
    return stage_of(w, layer);
}

static uint32_t last_stage(const struct writer *w, const struct hyps_unit *u)
{
    uint32_t layer = u->end - 1;
    while (!w->job->layout->split.wanted[layer]) layer--;
    return stage_of(w, layer);
}

// A map comes to the hub from `node`, or is there.
static uint32_t add_map(struct writer *w, uint32_t stage, uint32_t node, double bytes,
                        struct hub_map m)
{
    uint32_t  hub = w->job->hub;
    struct op op = {
        .kind = node == hub ? OP_DELAY : OP_TRANSFER,
        .stage = stage,
        .from = node,
        .to = hub,
        .bytes = node == hub ? 0 : bytes,
        .tag = {0, m.end << 16 | m.image, (m.parts > 1 ? m.part : m.begin) << 16 | m.parts}};
    return add(w, op);
}

static uint32_t add_transfer(struct writer *w, uint32_t stage, uint32_t from, uint32_t to,
                             double bytes)
{
    return add(w, (struct op){
                      .kind = OP_TRANSFER, .stage = stage, .from = from, .to = to, .bytes = bytes});
}

// A name for cached parameters: FNV-1a over class, layers and part.
static uint64_t content_of(const struct writer *w, const struct hyps_unit *u)
{
    const uint32_t words[] = {w->job->v->class_id, u->first, u->end, u->part, u->parts};
    uint64_t       name = 14695981039346656037u;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        name = (name ^ words[i]) * 1099511628211u;
    return name ? name : 1;
}

// Loading begins when the unit before has left the worker.
static void load(struct writer *w, const struct hyps_unit *u)
{
    enum weights_mode mode = w->job->v->options->weights;
    uint32_t          node = w->job->workers[u->worker].node;
    if (mode == WEIGHTS_RESIDENT || u->need.weight_bytes <= 0) return;
    struct op op = {.kind = OP_LOAD,
                    .stage = first_stage(w, u),
                    .from = node,
                    .to = node,
                    .bytes = u->need.weight_bytes,
                    .content = mode == WEIGHTS_CACHED ? content_of(w, u) : 0};
    op.seconds = cost_load_s(view_costs(w->job->v, node)->device, op.bytes);
    w->totals->loading_s += op.seconds;
    want(w, w->released[u->worker]);
    want(w, w->floor);
    w->released[u->worker] = add(w, op);
}

// The maps of an image that a unit reads, from the hub.
static void fetch(struct writer *w, const struct hyps_unit *u, uint32_t image)
{
    const struct layout *l = w->job->layout;
    bool                 reads_image = false;
    for (uint32_t p = 0; p < l->partition_count; p++) w->feeds[p] = false;
    for (uint32_t i = u->first; i < u->end; i++)
        for (uint32_t k = 0; l->split.wanted[i] && k < w->g->layers[i].input_count; k++) {
            uint32_t tensor = w->g->layers[i].inputs[k];
            if (tensor > u->first) continue; // made here
            reads_image |= tensor == 0;
            if (tensor) w->feeds[w->partition[tensor - 1]] = true;
        }
    if (reads_image) want(w, w->images[image]);
    for (uint32_t i = 0; i < l->unit_count; i++)
        if (w->feeds[l->units[i].partition]) want(w, w->made[(size_t)i * w->job->batch + image]);
    want(w, w->released[u->worker]);
    want(w, w->floor);
    uint32_t node = w->job->workers[u->worker].node;
    if (node == w->job->hub) return;
    want(w, add_transfer(w, first_stage(w, u), w->job->hub, node, u->need.input_bytes));
}

static struct slice slice_of(const struct writer *w, const struct hyps_unit *u, uint32_t step)
{
    if (u->parts == 1) return step_whole(w->g, step);
    uint32_t extent = unit_extent(w, u);
    return (struct slice){.axis = SLICE_OUT,
                          .begin = (int32_t)split_begin(extent, u->parts, u->part),
                          .end = (int32_t)split_begin(extent, u->parts, u->part + 1)};
}

static void note(struct writer *w, uint32_t step, uint32_t node, struct slice s, double seconds)
{
    struct placement *p = w->where;
    if (!p) return;
    p->slices = arena_grow(p->arena, p->slices, &p->capacity, p->count + 1, sizeof *p->slices);
    p->slices[p->count++] = (struct placed_slice){.step = step,
                                                  .node = node,
                                                  .slice = s,
                                                  .input = slice_input(w->g, step, s),
                                                  .bytes_in = slice_input_bytes(w->g, step, s),
                                                  .bytes_out = slice_output_bytes(w->g, step, s),
                                                  .seconds = seconds};
}

// Layers [first, end) of one step on a node; the overhead of a call into its runtime for each conv
// and fc, and for a unit that has neither. A part of a complex layer costs what its slice does;
// where not all that the slice runs stands behind it, in proportion.
static double run_s(const struct writer *w, const struct hyps_unit *u, uint32_t node,
                    uint32_t first, uint32_t end, bool has_head)
{
    const struct cost_table *costs = view_costs(w->job->v, node);
    const struct split      *split = &w->job->layout->split;
    bool   is_all = split_is_empty(split, u->first, first) && split_is_empty(split, end, u->end);
    bool   is_call = has_head || is_all;
    double seconds = is_call ? costs->device->overhead_s : 0, share = 1;
    if (u->parts > 1) {
        uint32_t     step = stage_of(w, first);
        struct slice s = slice_of(w, u, step);
        if (end - first == slice_chain_count(w->g, step, SLICE_OUT))
            return cost_slice_s(costs, step, s);
        share = (double)(s.end - s.begin) / unit_extent(w, u);
    }
    for (uint32_t i = first; i < end; i++) seconds += share * cost_layer_s(costs, i);
    return seconds;
}

static double memory_of(const struct writer *w, const struct hyps_unit *u)
{
    enum weights_mode mode = w->job->v->options->weights;
    if (mode == WEIGHTS_CACHED) return u->need.live_bytes; // the node counts its contents
    double weights = mode == WEIGHTS_RESIDENT ? w->held_bytes[u->worker] : u->need.weight_bytes;
    return weights + u->need.live_bytes;
}

// One image through a unit: an operation for each step whose layers stand together.
static void infer(struct writer *w, const struct hyps_unit *u, bool is_first)
{
    uint32_t    node = w->job->workers[u->worker].node;
    const bool *wanted = w->job->layout->split.wanted;
    for (uint32_t first = u->first, end; first < u->end; first = end) {
        uint32_t step = stage_of(w, first);
        bool     has_head = false;
        end = first + 1;
        if (!wanted[first]) continue;
        for (end = first; end < u->end && wanted[end] && stage_of(w, end) == step; end++)
            has_head |= w->g->layers[end].kernel->heads_step;
        struct op compute = {.kind = OP_COMPUTE,
                             .stage = step,
                             .from = node,
                             .to = node,
                             .seconds = run_s(w, u, node, first, end, has_head),
                             .memory_bytes = memory_of(w, u)};
        if (has_head) {
            struct slice s = slice_of(w, u, step);
            compute.tag[0] = s.axis;
            compute.tag[1] = (uint32_t)s.begin;
            compute.tag[2] = (uint32_t)s.end;
            if (is_first) note(w, step, node, s, compute.seconds);
        }
        w->totals->inferring_s += compute.seconds;
        want(w, add(w, compute));
    }
}

static void run_unit(struct writer *w, uint32_t index)
{
    const struct hyps_unit *u = &w->job->layout->units[index];
    uint32_t                batch = w->job->batch, node = w->job->workers[u->worker].node;
    uint32_t               *made = &w->made[(size_t)index * batch];
    bool                    is_first = true;
    for (uint32_t b = 0; b < batch; b++) {
        struct hub_map m = {u->first, u->end, b, u->part, u->parts};
        if (is_held(w, u, b)) {
            made[b] = add_map(w, last_stage(w, u), w->job->hub, 0, m);
            w->totals->kept++;
            continue;
        }
        if (is_first) load(w, u);
        fetch(w, u, b);
        infer(w, u, is_first);
        made[b] = w->released[u->worker] =
            add_map(w, last_stage(w, u), node, u->need.output_bytes, m);
        is_first = false;
    }
}

// ---- the whole ----------------------------------------------------------------------------------

static void bring_images(struct writer *w)
{
    double   bytes = (double)graph_tensor_bytes(w->g, 0);
    uint32_t user = w->job->task->user;
    for (uint32_t b = 0; b < w->job->batch; b++) {
        bool is_there = user == w->job->hub || holds_image(w->job->store, b);
        want(w, w->floor);
        w->images[b] =
            add_map(w, 0, is_there ? w->job->hub : user, bytes, (struct hub_map){0, 0, b, 0, 1});
    }
}

// To a user that is not the hub.
static void bring_answers(struct writer *w)
{
    const struct layout *l = w->job->layout;
    uint32_t             user = w->job->task->user, batch = w->job->batch;
    if (user == w->job->hub) return;
    for (uint32_t b = 0; b < batch; b++) {
        for (uint32_t i = 0; i < l->unit_count; i++)
            if (l->units[i].end == w->g->layer_count) want(w, w->made[(size_t)i * batch + b]);
        add_transfer(w, w->g->step_count - 1, w->job->hub, user,
                     (double)graph_tensor_bytes(w->g, w->g->layer_count));
    }
}

static uint32_t add_delay(struct writer *w)
{
    uint32_t user = w->job->task->user;
    bool     is_remote = w->job->hub != user;
    for (uint32_t i = 0; i < w->job->worker_count; i++)
        is_remote |= w->job->workers[i].node != user;
    double delay_s = w->job->v->limits->edge_delay_s;
    if (!is_remote || delay_s <= 0) return NO_OP;
    return add(w, (struct op){.kind = OP_DELAY, .from = user, .to = user, .seconds = delay_s});
}

void hyps_plan(const struct hyps_job *job, struct arena *scratch, struct plan *out,
               struct placement *where, struct hyps_totals *totals)
{
    const struct layout *l = job->layout;
    struct writer        w = {.job = job,
                              .g = job->v->graph,
                              .scratch = scratch,
                              .plan = out,
                              .where = where,
                              .totals = totals,
                              .images = ARENA_ARRAY(scratch, uint32_t, job->batch),
                              .made = ARENA_ARRAY(scratch, uint32_t, (size_t)l->unit_count * job->batch),
                              .released = ARENA_ARRAY(scratch, uint32_t, job->worker_count),
                              .held_bytes = ARENA_ARRAY(scratch, double, job->worker_count),
                              .partition = ARENA_ARRAY(scratch, uint32_t, job->v->graph->layer_count),
                              .feeds = ARENA_ARRAY(scratch, bool, l->partition_count)};
    *totals = (struct hyps_totals){0};
    for (uint32_t i = 0; i < job->worker_count; i++) w.released[i] = NO_OP;
    for (uint32_t i = 0; i < l->unit_count; i++) {
        const struct hyps_unit *u = &l->units[i];
        w.held_bytes[u->worker] += u->need.weight_bytes;
        for (uint32_t layer = u->first; layer < u->end; layer++) w.partition[layer] = u->partition;
    }
    w.floor = add_delay(&w);
    bring_images(&w);
    for (uint32_t i = 0; i < l->unit_count; i++) run_unit(&w, i);
    bring_answers(&w);
    if (w.g->exit_count > 1) out->exit = w.g->exit_count; // the last one answers
}
