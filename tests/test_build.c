// tests/test_build.c: plans of random assignments, followed element by element.
//
// A little interpreter walks a plan beside the assignment it came from. It keeps, per node and
// tensor, what the node got at once: a set of elements and the operation since when. Each transfer
// must carry just the rows that its receiver lacks, from a node that has them; each computation
// must find all that it reads on its node, and wait for what brought it. Blocks and bytes are
// worked out here from windows and shapes, not by models/slice.h.
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/common/build.h"
#include "base/rng.h"
#include "tests/fixture.h"

Suite *build_suite(void);

static struct world world;
static struct rng   rng;

static void teardown(void)
{
    world_free(&world);
}

static int32_t below(int32_t bound)
{
    return (int32_t)rng_below(&rng, (uint64_t)bound);
}

// ---- a random model -----------------------------------------------------------------------------

struct text {
    char   at[8192];
    size_t length;
};

#define ADD(t, ...)                                                                                \
    ((t)->length +=                                                                                \
     (size_t)snprintf((t)->at + (t)->length, sizeof(t)->at - (t)->length, __VA_ARGS__))

static void add_conv(struct text *t, const char *name, const char *input, int32_t kernel,
                     int32_t stride, int32_t pad, int32_t channels, int32_t groups)
{
    ADD(t,
        ", {\"name\": \"%s\", \"type\": \"conv\", \"inputs\": [\"%s\"], \"kernel\": %d, "
        "\"stride\": "
        "%d, \"pad\": %d, \"channels\": %d, \"groups\": %d}",
        name, input, kernel, stride, pad, channels, groups);
}

static void add_layer(struct text *t, const char *name, const char *type, const char *inputs,
                      const char *more)
{
    ADD(t, ", {\"name\": \"%s\", \"type\": \"%s\", \"inputs\": [%s]%s}", name, type, inputs, more);
}

// Convolutions of all kinds, pools that overlap, a layer that mixes channels behind one, a
// projection and the sum of both, two fc layers.
static const char *random_model(struct text *t)
{
    static const char *const pools[] = {
        ", \"kernel\": 3, \"stride\": 2", ", \"kernel\": 3, \"stride\": 2, \"ceil\": true",
        ", \"kernel\": 2, \"stride\": 2", ", \"kernel\": 3, \"stride\": 1, \"pad\": 1"};
    t->length = 0;
    ADD(t,
        "{\"name\": \"random\", \"input\": [%d, %d, %d], \"classes\": 5, \"layers\": [{\"name\": "
        "\"a\", \"type\": \"conv\", \"kernel\": %d, \"stride\": %d, \"pad\": 1, \"channels\": 6}",
        2 + below(2), 16 + below(4), 16 + below(4), 3 + 2 * below(2), 1 + below(2));
    const char *last = "a";
    if (below(2)) add_layer(t, "a_pool", "maxpool", "\"a\"", pools[below(4)]), last = "a_pool";
    const char *quoted = last[1] ? "\"a_pool\"" : "\"a\"";
    if (below(3) == 0) add_layer(t, "a_lrn", "lrn", quoted, ""), last = "a_lrn";
    add_conv(t, "b", last, 3, 1, below(2), 6, (int32_t[]){1, 2, 6}[below(3)]);
    add_layer(t, "b_relu", "relu", "\"b\"", "");
    int32_t kernel = 1 + 2 * below(2);
    ADD(t,
        ", {\"name\": \"c\", \"type\": \"conv\", \"inputs\": [\"b_relu\"], \"kernel\": 3, \"pad\": "
        "1, \"channels\": 6}, {\"name\": \"d\", \"type\": \"conv\", \"inputs\": [\"b_relu\"], "
        "\"kernel\": %d, \"pad\": %d, \"channels\": 6, \"groups\": %d}",
        kernel, kernel / 2, 1 + below(2));
    add_layer(t, "sum", "add", below(2) ? "\"c\", \"d\"" : "\"d\", \"c\"", "");
    add_conv(t, "e", "sum", 3, 1 + below(2), 1, 4, 1);
    if (below(2)) add_layer(t, "e_pool", "global_avgpool", "\"e\"", "");
    ADD(t, ", {\"name\": \"f\", \"type\": \"fc\", \"units\": 7}");
    ADD(t, ", {\"name\": \"g\", \"type\": \"fc\", \"units\": 5}");
    if (below(2)) ADD(t, ", {\"name\": \"answer\", \"type\": \"softmax\"}");
    ADD(t, "]}");
    return t->at;
}

// ---- a random assignment ------------------------------------------------------------------------

static enum slice_axis random_axis(const struct layer *head)
{
    static const enum slice_axis conv[] = {SLICE_ROWS, SLICE_COLUMNS, SLICE_GRID,
                                           SLICE_OUT,  SLICE_IN,      SLICE_FRAMES},
                                 fc[] = {SLICE_OUT, SLICE_IN};
    return layer_is_conv(head) ? conv[below(6)] : fc[below(2)];
}

// Parts of any size, none among them, of what the axis has; tiles: whole rows of them, or one each.
static void random_cuts(int32_t *cuts, uint32_t count, int32_t extent, int32_t unit)
{
    double  weights[8];
    int32_t units = extent / unit;
    for (uint32_t i = 0; i < count; i++) weights[i] = below(4) ? 0.1 + rng_uniform(&rng) : 0;
    weights[below((int32_t)count)] = 1;
    slice_cuts(weights, count, units, cuts);
    for (uint32_t i = 0; i <= count; i++) cuts[i] *= unit;
}

static void random_grid(struct grid *grid, int32_t *cuts, uint32_t count)
{
    *grid = (struct grid){1 + below(3), 1 + below(3)};
    if (below(2) || grid->rows * grid->columns > (int32_t)count) {
        random_cuts(cuts, count, grid->rows * grid->columns, grid->columns);
        return;
    }
    for (uint32_t i = 0; i <= count; i++) {
        int32_t tiles = grid->rows * grid->columns;
        cuts[i] = (int32_t)i < tiles ? (int32_t)i : tiles;
    }
}

static void random_assignment(struct assignment *as)
{
    const struct graph *g = &world.graph;
    uint32_t            count = 1 + (uint32_t)below(5), *nodes, *leads;
    struct grid        *grids = ARENA_ARRAY(&world.arena, struct grid, g->step_count);
    nodes = ARENA_ARRAY(&world.arena, uint32_t, count);
    leads = ARENA_ARRAY(&world.arena, uint32_t, g->step_count);
    uint32_t first = (uint32_t)below(WORLD_NODES);
    for (uint32_t i = 0; i < count; i++) nodes[i] = (first + i) % WORLD_NODES;
    build_assignment(&world.view, count, nodes, &world.arena, as);
    for (uint32_t s = 0; s < g->step_count; s++) {
        leads[s] = (uint32_t)below(WORLD_NODES);
        as->axes[s] = random_axis(&g->layers[g->steps[s].chain[0]]);
        if (as->axes[s] == SLICE_GRID)
            random_grid(&grids[s], as->cuts[s], count);
        else
            random_cuts(as->cuts[s], count, step_extent(g, s, as->axes[s]), 1);
    }
    as->grids = grids;
    if (below(2)) as->leads = leads;
    as->has_hub = below(2);
    as->hub = (uint32_t)below(WORLD_NODES);
}

// ---- the interpreter ----------------------------------------------------------------------------

struct holding { // what a node got of a tensor at once
    uint32_t node, tensor, op;
    bool    *has; // [elements]
};

struct region { // of a tensor: [c, z, y, x]
    int32_t begin[4], end[4];
    int32_t group_size; // the channels are the same of every so many; 0: no groups
};

static struct walk {
    const struct plan       *p;
    const struct assignment *as;
    uint32_t                 user, at, floor; // at: the next operation
    bool                     by_layer;
    bool                   **before; // [op][op] it waits for, itself included
    struct holding           held[4096];
    uint32_t                 held_count;
    double                   sent_bytes;
} w;

static void find_before(const struct plan *p)
{
    w.before = ARENA_ARRAY(&world.arena, bool *, p->op_count);
    for (uint32_t i = 0; i < p->op_count; i++) {
        w.before[i] = ARENA_ARRAY(&world.arena, bool, p->op_count);
        w.before[i][i] = true;
        for (uint32_t k = 0; k < p->ops[i].dep_count; k++) {
            const bool *dep = w.before[p->deps[p->ops[i].first_dep + k]];
            for (uint32_t o = 0; o < i; o++) w.before[i][o] |= dep[o];
        }
    }
}

static int64_t place_of(struct shape s, int32_t c, int32_t z, int32_t y, int32_t x)
{
    return (((int64_t)c * (s.d ? s.d : 1) + z) * s.h + y) * s.w + x;
}

static struct region whole_of(uint32_t tensor)
{
    struct shape s = graph_tensor(&world.graph, tensor);
    return (struct region){.end = {s.c, s.d ? s.d : 1, s.h, s.w}};
}

static bool in_region(const struct region *r, int32_t c)
{
    int32_t channel = r->group_size ? c % r->group_size : c;
    return channel >= r->begin[0] && channel < r->end[0];
}

// The rows of a tensor, one by one; a vector's elements are its rows. Row `y` of a region as a set.
static int32_t row_count(uint32_t tensor)
{
    struct shape s = graph_tensor(&world.graph, tensor);
    return s.h * s.w * (s.d ? s.d : 1) == 1 ? s.c : s.h;
}

static int64_t row_set(uint32_t tensor, const struct region *r, int32_t row, bool *set)
{
    struct shape s = graph_tensor(&world.graph, tensor);
    bool         is_vector = shape_pixels(&s) == 1;
    int64_t      count = 0;
    memset(set, 0, (size_t)shape_elements(&s));
    for (int32_t c = 0; c < s.c; c++)
        for (int32_t z = r->begin[1]; z < r->end[1]; z++)
            for (int32_t y = r->begin[2]; y < r->end[2]; y++)
                for (int32_t x = r->begin[3]; x < r->end[3]; x++)
                    if (in_region(r, c) && (is_vector ? c : y) == row)
                        set[place_of(s, c, z, y, x)] = true, count++;
    return count;
}

static bool includes(const bool *outer, const bool *inner, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (inner[i] && !outer[i]) return false;
    return true;
}

enum { ANY_TIME = UINT32_MAX - 1 };

// Whether a node has a set of elements from one operation that `waiting` waits for.
static bool has(uint32_t node, uint32_t tensor, const bool *set, uint32_t waiting)
{
    struct shape s = graph_tensor(&world.graph, tensor);
    for (uint32_t i = 0; i < w.held_count; i++) {
        const struct holding *h = &w.held[i];
        if (h->node != node || h->tensor != tensor) continue;
        if (waiting != ANY_TIME && h->op != NO_OP && !w.before[waiting][h->op]) continue;
        if (includes(h->has, set, shape_elements(&s))) return true;
    }
    return false;
}

static void hold(uint32_t node, uint32_t tensor, uint32_t op, const bool *set)
{
    struct shape s = graph_tensor(&world.graph, tensor);
    bool        *own = ARENA_ARRAY(&world.arena, bool, (size_t)shape_elements(&s));
    ck_assert_uint_lt(w.held_count, 4096);
    memcpy(own, set, (size_t)shape_elements(&s));
    w.held[w.held_count++] = (struct holding){node, tensor, op, own};
}

static void hold_region(uint32_t node, uint32_t tensor, uint32_t op, const struct region *r)
{
    struct shape s = graph_tensor(&world.graph, tensor);
    bool        *all = ARENA_ARRAY(&world.arena, bool, (size_t)shape_elements(&s)),
         *row = ARENA_ARRAY(&world.arena, bool, (size_t)shape_elements(&s));
    for (int32_t y = 0; y < row_count(tensor); y++) {
        row_set(tensor, r, y, row);
        for (int64_t i = 0; i < shape_elements(&s); i++) all[i] |= row[i];
    }
    hold(node, tensor, op, all);
}

static void forget(uint32_t tensor)
{
    for (uint32_t i = 0; i < w.held_count; i++)
        if (w.held[i].tensor == tensor) w.held[i] = w.held[--w.held_count], i--;
}

// The next operation, which is a transfer of that step.
static uint32_t take_transfer(uint32_t step)
{
    ck_assert_uint_lt(w.at, w.p->op_count);
    const struct op *op = &w.p->ops[w.at];
    ck_assert_msg(op->kind == OP_TRANSFER && op->stage == step, "step %u: no transfer but %d at %u",
                  step, op->kind, w.at);
    ck_assert(w.floor == NO_OP || w.before[w.at][w.floor]);
    ck_assert_uint_ne(op->from, op->to);
    w.sent_bytes += op->bytes;
    return w.at++;
}

static bool passes_hub(uint32_t from, uint32_t to)
{
    return w.as->has_hub && from != w.as->hub && to != w.as->hub;
}

// A message to `node` that begins with the transfer `first`; over the hub: the second leg. Whether
// the hub stands between is seen in the receiver of the first.
static uint32_t take_legs(uint32_t step, uint32_t first, uint32_t node)
{
    const struct op *op = &w.p->ops[first];
    if (!passes_hub(op->from, node)) {
        ck_assert_uint_eq(op->to, node);
        return first;
    }
    ck_assert_uint_eq(op->to, w.as->hub);
    uint32_t         second = take_transfer(step);
    const struct op *next = &w.p->ops[second];
    ck_assert(next->from == w.as->hub && next->to == node && next->bytes == op->bytes);
    ck_assert(w.before[second][first]);
    return second;
}

// One transfer carries the missing rows from `y` on; returns the first row behind.
static int32_t receive(uint32_t tensor, uint32_t node, const struct region *r, int32_t y,
                       uint32_t step)
{
    struct shape s = graph_tensor(&world.graph, tensor);
    bool        *row = ARENA_ARRAY(&world.arena, bool, (size_t)shape_elements(&s)),
         *all = ARENA_ARRAY(&world.arena, bool, (size_t)shape_elements(&s));
    uint32_t         first = take_transfer(step);
    const struct op *op = &w.p->ops[first];
    int64_t          left = (int64_t)op->bytes;
    for (; left > 0; y++) {
        ck_assert_int_lt(y, row_count(tensor));
        left -= 4 * row_set(tensor, r, y, row);
        ck_assert_msg(!has(node, tensor, row, ANY_TIME), "tensor %u: it has row %d", tensor, y);
        ck_assert_msg(has(op->from, tensor, row, first), "tensor %u: the sender lacks row %d",
                      tensor, y);
        if (w.as->has_hub && has(w.as->hub, tensor, row, ANY_TIME))
            ck_assert_uint_eq(op->from, w.as->hub);
        for (int64_t i = 0; i < shape_elements(&s); i++) all[i] |= row[i];
    }
    ck_assert_int_eq(left, 0);
    uint32_t last = take_legs(step, first, node);
    if (last != first) hold(w.as->hub, tensor, first, all);
    hold(node, tensor, last, all);
    return y;
}

// Everything of a region comes to a node, unless it is there.
static void bring(uint32_t tensor, uint32_t node, const struct region *r, uint32_t step)
{
    struct shape s = graph_tensor(&world.graph, tensor);
    bool        *row = ARENA_ARRAY(&world.arena, bool, (size_t)shape_elements(&s));
    for (int32_t y = 0; y < row_count(tensor);) {
        if (row_set(tensor, r, y, row) && !has(node, tensor, row, ANY_TIME))
            y = receive(tensor, node, r, y, step);
        else
            y++;
    }
}

// ... and who waits for it finds it there.
static void found(uint32_t tensor, uint32_t node, const struct region *r, uint32_t waiting)
{
    struct shape s = graph_tensor(&world.graph, tensor);
    bool        *row = ARENA_ARRAY(&world.arena, bool, (size_t)shape_elements(&s));
    for (int32_t y = 0; y < row_count(tensor); y++)
        if (row_set(tensor, r, y, row))
            ck_assert_msg(has(node, tensor, row, waiting), "tensor %u: row %d is not there", tensor,
                          y);
    ck_assert(w.floor == NO_OP || w.before[waiting][w.floor]);
}

// ---- what a slice reads and makes, by own arithmetic --------------------------------------------

static uint32_t made_count(const struct step *st, enum slice_axis axis)
{
    uint32_t count = 1;
    if (axis == SLICE_IN) return 1;
    if (axis != SLICE_OUT) return st->chain_count;
    while (count < st->chain_count &&
           strcmp(world.graph.layers[st->chain[count]].kernel->type, "lrn"))
        count++;
    return count;
}

static struct region made_region(uint32_t step, struct slice s)
{
    const struct step *st = &world.graph.steps[step];
    struct region      r = whole_of(st->chain[made_count(st, s.axis) - 1] + 1);
    static const int   axes[] = {
          [SLICE_ROWS] = 2, [SLICE_COLUMNS] = 3, [SLICE_FRAMES] = 1, [SLICE_OUT] = 0};
    int32_t height = r.end[2], width = r.end[3];
    if (s.axis == SLICE_IN) return r;
    if (s.axis != SLICE_GRID) {
        r.begin[axes[s.axis]] = s.begin;
        r.end[axes[s.axis]] = s.end;
        return r;
    }
    int32_t columns = s.grid_columns, first = s.begin, last = s.end - 1; // tiles at two corners
    r.begin[2] = first / columns * height / s.grid_rows;
    r.end[2] = (last / columns + 1) * height / s.grid_rows;
    r.begin[3] = first % columns * width / columns;
    r.end[3] = (last % columns + 1) * width / columns;
    return r;
}

static void before_window(const struct layer *l, int axis, int32_t limit, int32_t *begin,
                          int32_t *end)
{
    const struct window *window = &l->attr.window;
    int32_t              stride = window->stride[axis], pad = window->pad_begin[axis];
    *begin = *begin * stride - pad;
    *end = (*end - 1) * stride - pad + window->kernel[axis];
    *begin = *begin < 0 ? 0 : *begin;
    *end = *end > limit ? limit : *end;
}

static struct region read_region(uint32_t step, struct slice s)
{
    const struct step  *st = &world.graph.steps[step];
    const struct layer *head = &world.graph.layers[st->chain[0]];
    struct region       r = made_region(step, s), in = whole_of(st->input);
    bool                by_rows = s.axis == SLICE_ROWS || s.axis == SLICE_GRID,
         by_columns = s.axis == SLICE_COLUMNS || s.axis == SLICE_GRID;
    for (uint32_t i = made_count(st, s.axis); i-- > 0;) {
        const struct layer *l = &world.graph.layers[st->chain[i]];
        struct shape        shape = graph_tensor(&world.graph, l->inputs[0]);
        if (strcmp(l->kernel->type, "conv") && strcmp(l->kernel->type, "maxpool")) continue;
        if (by_rows) before_window(l, AXIS_H, shape.h, &r.begin[2], &r.end[2]);
        if (by_columns) before_window(l, AXIS_W, shape.w, &r.begin[3], &r.end[3]);
    }
    if (by_rows) in.begin[2] = r.begin[2], in.end[2] = r.end[2];
    if (by_columns) in.begin[3] = r.begin[3], in.end[3] = r.end[3];
    int32_t groups = layer_is_conv(head) ? head->attr.groups : 1, of_in = in.end[0] / groups;
    if (s.axis == SLICE_OUT && groups > 1) { // of which groups some channel is made
        int32_t of_out = head->out.c / groups;
        in.begin[0] = s.begin / of_out * of_in;
        in.end[0] = (s.end + of_out - 1) / of_out * of_in;
    }
    if (s.axis == SLICE_IN && layer_is_conv(head)) {
        in.begin[0] = s.begin, in.end[0] = s.end;
        in.group_size = of_in;
    }
    return in;
}

// ---- steps --------------------------------------------------------------------------------------

static struct slice slice_at(uint32_t step, uint32_t i)
{
    struct slice s = {w.as->axes[step], w.as->cuts[step][i], w.as->cuts[step][i + 1], 0, 0};
    if (s.axis != SLICE_GRID) return s;
    s.grid_rows = w.as->grids[step].rows;
    s.grid_columns = w.as->grids[step].columns;
    return s;
}

// Of more tiles than rows or columns some are empty.
static bool has_part(uint32_t step, uint32_t i)
{
    struct slice s = slice_at(step, i);
    if (s.begin >= s.end) return false;
    struct region r = made_region(step, s);
    return r.begin[2] < r.end[2] && r.begin[3] < r.end[3];
}

// A share of a vector's neurons, or what lies behind an image: then layer by layer the user sends
// the share, else all comes.
static void read_fc_share(uint32_t step, struct slice s, uint32_t node, struct region *in)
{
    struct shape shape = graph_tensor(&world.graph, world.graph.steps[step].input);
    if (shape_pixels(&shape) == 1) {
        in->begin[0] = s.begin, in->end[0] = s.end;
        bring(world.graph.steps[step].input, node, in, step);
    } else if (!w.by_layer || node == w.user) {
        bring(world.graph.steps[step].input, node, in, step);
    } else {
        uint32_t first = take_transfer(step);
        ck_assert(w.p->ops[first].from == w.user && w.p->ops[first].bytes == 4 * (s.end - s.begin));
        uint32_t last = take_legs(step, first, node);
        hold_region(node, world.graph.steps[step].input, last, in); // the share is what it needs
    }
}

static uint32_t walk_slice(uint32_t step, struct slice s, uint32_t node)
{
    const struct step  *st = &world.graph.steps[step];
    const struct layer *head = &world.graph.layers[st->chain[0]];
    struct region       in = read_region(step, s), out = made_region(step, s);
    if (s.axis == SLICE_IN && layer_is_fc(head))
        read_fc_share(step, s, node, &in);
    else
        bring(st->input, node, &in, step);
    uint32_t         here = w.at++;
    const struct op *op = &w.p->ops[here];
    ck_assert_msg(op->kind == OP_COMPUTE && op->stage == step && op->to == node,
                  "step %u, operation %u: want a slice on node %u", step, here, node);
    ck_assert(op->tag[0] == s.axis && op->tag[1] == (uint32_t)s.begin &&
              op->tag[2] == (uint32_t)s.end);
    found(st->input, node, &in, here);
    if (s.axis != SLICE_IN)
        hold_region(node, st->chain[made_count(st, s.axis) - 1] + 1, here, &out);
    return here;
}

static bool comes_together(uint32_t step)
{
    const struct step *st = &world.graph.steps[step];
    enum slice_axis    axis = w.as->axes[step];
    struct shape       out = graph_tensor(&world.graph, st->output);
    uint32_t           parts = 0;
    for (uint32_t i = 0; i < w.as->node_count; i++) parts += has_part(step, i);
    if (axis == SLICE_IN || made_count(st, axis) < st->chain_count) return true;
    if (axis == SLICE_ROWS || (axis == SLICE_OUT && shape_pixels(&out) == 1)) return false;
    return parts > 1;
}

// The node of the greatest share, the first of those.
static uint32_t lead_at(uint32_t step)
{
    double   most = -1;
    uint32_t best = 0;
    if (w.by_layer) return w.user;
    if (w.as->leads) return w.as->leads[step];
    for (uint32_t i = 0; i < w.as->node_count; i++) {
        double share = 0;
        for (uint32_t s = 0; s < world.graph.step_count; s++)
            share +=
                (double)(w.as->cuts[s][i + 1] - w.as->cuts[s][i]) / w.as->cuts[s][w.as->node_count];
        if (share > most) most = share, best = w.as->nodes[i];
    }
    return best;
}

// Parts come to the lead; returns what the merge must wait for, by op in `must`.
static void walk_parts(uint32_t step, uint32_t lead, const uint32_t *computed, bool *must)
{
    const struct step *st = &world.graph.steps[step];
    for (uint32_t i = 0; i < w.as->node_count; i++) {
        struct slice s = slice_at(step, i);
        uint32_t     node = w.as->nodes[i], op = computed[i];
        if (op == NO_OP) continue;
        struct region out = made_region(step, s);
        if (s.axis != SLICE_IN) {
            bring(st->chain[made_count(st, s.axis) - 1] + 1, lead, &out, step);
        } else if (node != lead) {
            struct shape made = world.graph.layers[st->chain[0]].out;
            uint32_t     first = take_transfer(step);
            ck_assert(w.p->ops[first].from == node && w.before[first][op]);
            ck_assert_double_eq(w.p->ops[first].bytes, 4.0 * (double)shape_elements(&made));
            op = take_legs(step, first, lead);
        }
        if (s.axis == SLICE_IN) must[op] = true;
    }
}

static void walk_merge(uint32_t step, const uint32_t *computed)
{
    const struct step *st = &world.graph.steps[step];
    uint32_t           lead = lead_at(step);
    struct region      whole = whole_of(st->output);
    bool *must = ARENA_ARRAY(&world.arena, bool, w.p->op_count), together = comes_together(step);
    if (together)
        walk_parts(step, lead, computed, must);
    else if (w.by_layer)
        bring(st->output, lead, &whole, step);
    if (!together && !st->merge_count) return;
    for (uint32_t i = 0; i < st->merge_count; i++) {
        const struct layer *l = &world.graph.layers[st->merge[i]];
        for (uint32_t k = 0; k < l->input_count; k++) {
            bool is_inner = together && l->inputs[k] == st->output;
            for (uint32_t j = 0; j < i; j++) is_inner |= st->merge[j] + 1 == l->inputs[k];
            struct region all = whole_of(l->inputs[k]);
            if (!is_inner) bring(l->inputs[k], lead, &all, step);
        }
    }
    uint32_t         here = w.at++;
    const struct op *op = &w.p->ops[here];
    ck_assert(op->stage == step && op->to == lead && op->kind != OP_TRANSFER);
    for (uint32_t o = 0; o < w.p->op_count; o++) ck_assert(!must[o] || w.before[here][o]);
    for (uint32_t i = 0; together && i < w.as->node_count; i++) {
        struct region part = made_region(step, slice_at(step, i));
        if (computed[i] != NO_OP && w.as->axes[step] != SLICE_IN)
            found(st->chain[made_count(st, w.as->axes[step]) - 1] + 1, lead, &part, here);
    }
    for (uint32_t i = 0; i < st->merge_count; i++) {
        const struct layer *l = &world.graph.layers[st->merge[i]];
        for (uint32_t k = 0; k < l->input_count; k++) {
            bool is_inner = together && l->inputs[k] == st->output;
            for (uint32_t j = 0; j < i; j++) is_inner |= st->merge[j] + 1 == l->inputs[k];
            struct region all = whole_of(l->inputs[k]);
            if (!is_inner) found(l->inputs[k], lead, &all, here);
        }
    }
    if (together) hold_region(lead, st->output, here, &whole);
    for (uint32_t i = 0; i < st->merge_count; i++) {
        struct region all = whole_of(st->merge[i] + 1);
        hold_region(lead, st->merge[i] + 1, here, &all);
    }
}

static void only_the_user_has(uint32_t tensor)
{
    struct region all = whole_of(tensor);
    forget(tensor);
    hold_region(w.user, tensor, NO_OP, &all);
}

// A round begins with an operation that does nothing, or lasts as long as delta.
static void walk_round(uint32_t step)
{
    if (w.at < w.p->op_count && w.p->ops[w.at].kind == OP_DELAY && w.p->ops[w.at].stage == step) {
        for (uint32_t o = 0; o < w.at; o++) ck_assert(w.before[w.at][o]);
        w.floor = w.at++;
    }
}

static void walk_step(uint32_t step)
{
    uint32_t computed[8];
    if (w.by_layer) walk_round(step);
    for (uint32_t i = 0; i < w.as->node_count; i++) {
        struct slice s = slice_at(step, i);
        computed[i] = has_part(step, i) ? walk_slice(step, s, w.as->nodes[i]) : NO_OP;
    }
    walk_merge(step, computed);
    if (!w.by_layer) return;
    only_the_user_has(world.graph.steps[step].input);
    only_the_user_has(world.graph.steps[step].output);
    for (uint32_t i = 0; i < world.graph.steps[step].merge_count; i++)
        only_the_user_has(world.graph.steps[step].merge[i] + 1);
}

static bool is_remote(const struct assignment *as, uint32_t user)
{
    for (uint32_t s = 0; s < world.graph.step_count; s++)
        for (uint32_t i = 0; i < as->node_count; i++)
            if (as->nodes[i] != user && has_part(s, i)) return true;
    return false;
}

static void walk_plan(const struct plan *p, const struct assignment *as, uint32_t user)
{
    const struct graph *g = &world.graph;
    w = (struct walk){.p = p, .as = as, .user = user, .floor = NO_OP};
    w.by_layer = world.options.granularity == GRANULARITY_LAYER && is_remote(as, user);
    find_before(p);
    struct region input = whole_of(0), answer = whole_of(g->layer_count);
    hold_region(user, 0, NO_OP, &input);
    for (uint32_t s = 0; s < g->step_count; s++) walk_step(s);
    bring(g->layer_count, user, &answer, g->step_count - 1);
    ck_assert_uint_eq(w.at, p->op_count);
}

enum { ROUNDS = 400 };

START_TEST(every_operation_finds_what_it_reads_and_nothing_travels_in_vain)
{
    struct text text;
    rng_init(&rng, 11, 0, "test_build", (uint64_t)_i);
    for (int round = 0; round < ROUNDS / 8; round++) {
        world_load_text(&world, random_model(&text));
        for (int k = 0; k < 8; k++) {
            struct arena_mark mark = arena_mark(&world.arena);
            struct assignment as;
            struct plan       p = {.arena = &world.arena};
            uint32_t          user = (uint32_t)below(WORLD_USERS);
            world.options.granularity = below(3) ? GRANULARITY_TASK : GRANULARITY_LAYER;
            random_assignment(&as);
            build_plan(&world.view, &(struct task){0, user}, &as, &world.arena, &p, NULL);
            walk_plan(&p, &as, user);
            arena_rewind(&world.arena, mark);
        }
        world_free(&world);
    }
}
END_TEST

Suite *build_suite(void)
{
    Suite *s = suite_create("build");
    TCase *tc = tcase_create("build");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, every_operation_finds_what_it_reads_and_nothing_travels_in_vain, 0, 4);
    suite_add_tcase(s, tc);
    return s;
}
