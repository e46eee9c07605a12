// tests/test_plan.c: plans are well formed, and what travels, waits and loads is what must.
//
// Bytes are worked out here from kernel, stride, padding and shapes, not by models/slice.h; small
// models have all their transfers written out by hand.
#include <check.h>
#include <math.h>
#include <string.h>

#include "algorithms/common/build.h"
#include "base/rng.h"
#include "tests/fixture.h"

Suite *plan_suite(void);

static const char *const MODELS[] = {"alexnet_torchvision", "resnet34", "nin_cifar10", "vgg16"};
enum { MODEL_COUNT = sizeof MODELS / sizeof *MODELS };

static struct world world;

static void teardown(void)
{
    world_free(&world);
}

struct context {
    const char *scheme, *model;
    uint32_t    variant, user;
};

#define PROMISE(holds, c, what)                                                                    \
    ck_assert_msg(holds, "%s, %s, variant %u, user %u: %s", (c)->scheme, (c)->model, (c)->variant, \
                  (c)->user, what)

// ---- bytes by own arithmetic

static bool has_window(const struct layer *l)
{
    return !strcmp(l->kernel->type, "conv") || !strcmp(l->kernel->type, "maxpool") ||
           !strcmp(l->kernel->type, "avgpool");
}

// facts 2.1, reading 4, through every layer of the chain: rows [o s - P, (o' - 1) s + p - P).
static double own_input_bytes(const struct placed_slice *p)
{
    const struct graph *g = &world.graph;
    const struct step  *st = &g->steps[p->step];
    struct shape        in = graph_tensor(g, st->input);
    int32_t             begin = p->slice.begin, end = p->slice.end;
    if (p->slice.axis == SLICE_IN) return 4.0 * (end - begin);
    if (p->slice.axis == SLICE_OUT) return world_tensor_bytes(&world, st->input);
    for (uint32_t i = st->chain_count; i-- > 0;) {
        const struct layer  *l = &g->layers[st->chain[i]];
        const struct window *w = &l->attr.window;
        int32_t              height = graph_tensor(g, l->inputs[0]).h;
        if (!has_window(l)) continue;
        int32_t span = (w->kernel[0] - 1) * w->dilation[0] + 1;
        begin = begin * w->stride[0] - w->pad_begin[0];
        end = (end - 1) * w->stride[0] + span - w->pad_begin[0];
        begin = begin < 0 ? 0 : begin;
        end = end > height ? height : end;
    }
    return 4.0 * in.c * in.w * (end - begin);
}

static double own_output_bytes(const struct placed_slice *p)
{
    const struct step *st = &world.graph.steps[p->step];
    struct shape       out = graph_tensor(&world.graph, st->output);
    if (p->slice.axis == SLICE_ROWS) return 4.0 * out.c * out.w * (p->slice.end - p->slice.begin);
    if (p->slice.axis == SLICE_OUT) return 4.0 * (p->slice.end - p->slice.begin); // neurons
    return 4.0 * world.graph.layers[st->chain[0]].out.c; // a partial sum for every neuron
}

static double own_weight_bytes(const struct placed_slice *p)
{
    const struct layer *head = &world.graph.layers[world.graph.steps[p->step].chain[0]];
    struct shape        in = graph_tensor(&world.graph, world.graph.steps[p->step].input);
    double              params = world_step_params(&world, p->step);
    if (p->slice.axis == SLICE_ROWS) return 4 * params;
    double extent = p->slice.axis == SLICE_OUT ? head->out.c : (double)in.c * in.h * in.w;
    return 4 * ceil(params * (p->slice.end - p->slice.begin) / extent);
}

// ---- the shape of a plan

static void check_ops(const struct context *c, const struct plan *p)
{
    PROMISE(p->stage_count == world.graph.step_count, c, "stages are not steps");
    for (uint32_t i = 0; i < p->op_count; i++) {
        const struct op *op = &p->ops[i];
        PROMISE(op->stage < p->stage_count, c, "a stage past the last");
        PROMISE((op->kind == OP_TRANSFER) == (op->from != op->to), c, "a transfer to oneself");
        PROMISE(op->kind != OP_TRANSFER || op->bytes > 0, c, "a transfer of nothing");
        PROMISE(op->dep_count || op->from == c->user, c, "it does not begin at the user");
        PROMISE(op->first_dep + op->dep_count <= p->dep_total, c, "predecessors past the last");
        for (uint32_t k = 0; k < op->dep_count; k++) {
            uint32_t dep = p->deps[op->first_dep + k];
            PROMISE(dep < i, c, "a predecessor that comes later");
            PROMISE(p->ops[dep].to == op->from || p->ops[dep].kind == OP_DELAY, c,
                    "it waits for what happens elsewhere");
        }
    }
}

// What no other operation waits for, ends at the user: nothing is computed or sent in vain.
static void check_ends(const struct context *c, const struct plan *p)
{
    bool    *has_successor = ARENA_ARRAY(&world.arena, bool, p->op_count);
    uint32_t ends = 0;
    for (uint32_t i = 0; i < p->dep_total; i++) has_successor[p->deps[i]] = true;
    for (uint32_t i = 0; i < p->op_count; i++) {
        if (has_successor[i]) continue;
        ends++;
        PROMISE(p->ops[i].to == c->user, c, "a dead end away from the user");
        PROMISE(p->ops[i].stage == world.graph.step_count - 1, c, "an end before the last step");
    }
    // one, or one per slice of an answer that nothing merges
    const struct step *last = &world.graph.steps[world.graph.step_count - 1];
    PROMISE(last->merge_count ? ends == 1 : ends >= 1, c, "several ends");
}

static bool is_local(const struct context *c, const struct placement *where)
{
    for (uint32_t i = 0; i < where->count; i++)
        if (where->slices[i].node != c->user) return false;
    return true;
}

// delta once per round of a step with a remote slice; once per task with granularity task.
static void check_delay(const struct context *c, const struct plan *p,
                        const struct placement *where)
{
    double   total_s = 0;
    uint32_t rounds = 0;
    for (uint32_t s = 0; s < world.graph.step_count; s++) {
        bool remote = false;
        for (uint32_t i = 0; i < where->count; i++)
            remote |= where->slices[i].step == s && where->slices[i].node != c->user;
        rounds += remote;
    }
    if (rounds && world.options.granularity == GRANULARITY_TASK) rounds = 1;
    for (uint32_t i = 0; i < p->op_count; i++)
        if (p->ops[i].kind == OP_DELAY) total_s += p->ops[i].seconds;
    PROMISE(fabs(total_s - rounds * world.limits.edge_delay_s) < 1e-9, c, "edge delay");
}

// When a node loads: per layer each slice's parameters, per task all of them at once.
static void check_loads(const struct context *c, const struct plan *p,
                        const struct placement *where)
{
    double   want[WORLD_NODES] = {0}, have[WORLD_NODES] = {0};
    uint32_t want_ops[WORLD_NODES] = {0}, have_ops[WORLD_NODES] = {0};
    for (uint32_t i = 0; i < where->count; i++) {
        uint32_t node = where->slices[i].node;
        if (world.options.weights == WEIGHTS_RESIDENT) break;
        want[node] += own_weight_bytes(&where->slices[i]);
        want_ops[node] = world.options.weights == WEIGHTS_PER_TASK ? 1 : want_ops[node] + 1;
    }
    for (uint32_t i = 0; i < p->op_count; i++) {
        const struct op *op = &p->ops[i];
        if (op->kind != OP_LOAD) continue;
        have[op->to] += op->bytes;
        have_ops[op->to]++;
        PROMISE(fabs(op->seconds - op->bytes / 1e9) < 1e-12, c, "seconds of a load");
        PROMISE((op->content != 0) == (world.options.weights == WEIGHTS_CACHED), c,
                "a name for what is not cached, or none for what is");
    }
    for (uint32_t n = 0; n < WORLD_NODES; n++) {
        PROMISE(have[n] == want[n], c, "bytes loaded");
        PROMISE(have_ops[n] == want_ops[n], c, "number of loads");
    }
}

// Granularity layer: per step the inputs of its remote slices leave the user, each in one message,
// and their outputs return to it; nothing else travels.
static void check_layer_bytes(const struct context *c, const struct plan *p,
                              const struct placement *where)
{
    enum { MOST_STEPS = 64 };
    double in[MOST_STEPS][WORLD_NODES] = {{0}}, out[MOST_STEPS][WORLD_NODES] = {{0}};
    ck_assert_uint_le(world.graph.step_count, MOST_STEPS);
    for (uint32_t i = 0; i < where->count; i++) {
        const struct placed_slice *s = &where->slices[i];
        PROMISE(s->bytes_in == (int64_t)own_input_bytes(s), c, "bytes_in of a slice");
        PROMISE(s->bytes_out == (int64_t)own_output_bytes(s), c, "bytes_out of a slice");
        if (s->node == c->user) continue;
        in[s->step][s->node] = own_input_bytes(s);
        out[s->step][s->node] = own_output_bytes(s);
    }
    for (uint32_t i = 0; i < p->op_count; i++) {
        const struct op *op = &p->ops[i];
        if (op->kind != OP_TRANSFER) continue;
        PROMISE(op->from == c->user || op->to == c->user, c, "a transfer between fog nodes");
        double *left = op->from == c->user ? &in[op->stage][op->to] : &out[op->stage][op->from];
        PROMISE(*left == op->bytes, c, "a message is not just a slice's input or output");
        *left = 0;
    }
    for (uint32_t s = 0; s < world.graph.step_count; s++)
        for (uint32_t n = 0; n < WORLD_NODES; n++)
            PROMISE(in[s][n] == 0 && out[s][n] == 0, c, "something did not travel");
}

// The compute operations are the placed slices, in order and with their seconds; others are merges.
static void check_computes(const struct context *c, const struct plan *p,
                           const struct placement *where)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < p->op_count; i++) {
        const struct op *op = &p->ops[i];
        if (op->kind != OP_COMPUTE || op->tag[0] == SLICE_NONE) continue;
        PROMISE(next < where->count, c, "more slices computed than placed");
        const struct placed_slice *s = &where->slices[next++];
        PROMISE(op->stage == s->step && op->to == s->node && op->tag[0] == s->slice.axis, c,
                "another slice computed than placed");
        PROMISE(op->tag[1] == (uint32_t)s->slice.begin && op->tag[2] == (uint32_t)s->slice.end, c,
                "another range computed than placed");
        PROMISE(op->seconds == s->seconds && op->seconds > 0, c, "seconds of a slice");
        PROMISE(op->memory_bytes == own_input_bytes(s) + own_output_bytes(s) + own_weight_bytes(s),
                c, "memory of a slice");
    }
    PROMISE(next == where->count, c, "fewer slices computed than placed");
}

START_TEST(every_plan_is_well_formed)
{
    const struct scheme *s = scheme_table[_i];
    if (!world_is_enough(s)) return;
    for (uint32_t m = 0; m < MODEL_COUNT; m++) {
        world_load(&world, MODELS[m]);
        for (uint32_t v = 0; v < WORLD_VARIANTS; v++) {
            struct association as;
            world_vary(&world, v);
            world_associate(&world, s, &as);
            uint32_t         user = v % WORLD_USERS;
            struct context   c = {s->name, MODELS[m], v, user};
            struct plan      p;
            struct placement where;
            world_plan(&world, s, &as, &(struct task){v, user}, &p, &where);
            check_ops(&c, &p);
            check_ends(&c, &p);
            check_delay(&c, &p, &where);
            check_loads(&c, &p, &where);
            check_computes(&c, &p, &where);
            if (world.options.granularity == GRANULARITY_LAYER || is_local(&c, &where))
                check_layer_bytes(&c, &p, &where);
        }
        world_free(&world);
    }
}
END_TEST

// ---- transfers by hand

struct sent {
    uint32_t stage, from, to;
    double   bytes;
};

static void check_transfers(const struct plan *p, const struct sent *want, uint32_t count)
{
    uint32_t seen = 0, found = 0;
    ck_assert_uint_le(count, 32);
    for (uint32_t i = 0; i < p->op_count; i++) {
        const struct op *op = &p->ops[i];
        if (op->kind != OP_TRANSFER) continue;
        uint32_t k = 0;
        while (k < count &&
               (seen >> k & 1 || want[k].stage != op->stage || want[k].from != op->from ||
                want[k].to != op->to || want[k].bytes != op->bytes))
            k++;
        ck_assert_msg(k < count, "unwanted: step %u, %u to %u, %g bytes", op->stage, op->from,
                      op->to, op->bytes);
        seen |= 1u << k;
        found++;
    }
    ck_assert_uint_eq(found, count);
}

#define CHECK_TRANSFERS(plan, ...)                                                                 \
    check_transfers(plan, (const struct sent[]){__VA_ARGS__},                                      \
                    sizeof((const struct sent[]){__VA_ARGS__}) / sizeof(struct sent))

enum { U = 0, X = FIRST_NEAR, Y = FIRST_FAR };

static struct plan split(double x, double y)
{
    static const uint32_t nodes[] = {X, Y};
    const double          weights[] = {x, y};
    struct plan           p = {.arena = &world.arena};
    struct assignment     as;
    build_shares(&world.view, 2, nodes, weights, &world.arena, &as);
    build_plan(&world.view, &(struct task){0, U}, &as, &world.arena, &p, NULL);
    return p;
}

static struct plan single(uint32_t node)
{
    struct plan       p = {.arena = &world.arena};
    struct assignment as;
    build_single(&world.view, node, &world.arena, &as);
    build_plan(&world.view, &(struct task){0, U}, &as, &world.arena, &p, NULL);
    return p;
}

// Input 3 x 227 x 227 or as the file says; the answer is the last layer's (AlexNet's softmax:
// 1000).
START_TEST(a_whole_task_on_one_node_is_two_transfers)
{
    static const struct {
        const char *model;
        double      in, out;
    } cases[] = {{"alexnet_torchvision", 4.0 * 3 * 224 * 224, 4.0 * 1000},
                 {"vgg16", 4.0 * 3 * 224 * 224, 4.0 * 1000},
                 {"nin_cifar10", 4.0 * 3 * 32 * 32, 4.0 * 10},
                 {"resnet34", 4.0 * 3 * 224 * 224, 4.0 * 1000}};
    for (int i = 0; i < 4; i++) {
        world_load(&world, cases[i].model);
        world.options.granularity = GRANULARITY_TASK;
        struct plan p = single(X);
        CHECK_TRANSFERS(&p, {0, U, X, cases[i].in},
                        {world.graph.step_count - 1, X, U, cases[i].out});
        world_free(&world);
    }
}
END_TEST

#define MODEL(input, layers)                                                                       \
    "{\"name\": \"small\", \"about\": \"-\", \"source\": \"-\", \"input\": " input                 \
    ", \"layers\": [" layers "]}"
#define CONV(name, from, kernel, stride, pad, channels)                                            \
    "{\"name\": \"" name "\", \"type\": \"conv\", \"inputs\": [\"" from "\"], \"kernel\": " kernel \
    ", \"stride\": " stride ", \"pad\": " pad ", \"channels\": " channels "}"
#define LAYER(name, type, from)                                                                    \
    "{\"name\": \"" name "\", \"type\": \"" type "\", \"inputs\": [" from "]}"
#define FC(name, from, units)                                                                      \
    "{\"name\": \"" name "\", \"type\": \"fc\", \"inputs\": [\"" from "\"], \"units\": " units "}"

// conv1 3x3 s1 p1: 4 x 16 x 10; conv2 5x5 s2 p2: 6 x 8 x 5 (floor((10 - 1) / 2) + 1 = 5); fc 8.
static const char CHAIN[] =
    MODEL("[3, 16, 10]", CONV("conv1", "data", "3", "1", "1", "4") "," CONV(
                             "conv2", "conv1", "5", "2", "2", "6") "," FC("fc", "conv2", "8"));

// Shares 1:3. conv1: cut 16/4 = 4, X reads input rows [0, 5), Y [3, 16); a row is 3 x 10 x 4 = 120.
// conv2: cut 8/4 = 2. X's [0, 2) reads [-2, 1 x 2 + 5 - 2) = rows 0 to 4 of conv1: row 4 is Y's.
// Y's [2, 8) reads [2 x 2 - 2, ...) = rows 2 to 15: 2 and 3 are X's. A row is 4 x 10 x 4 = 160.
// fc: X 2 neurons, Y 6; each needs all 8 rows of 6 x 5 x 4 = 120. The answer: 2 and 6 x 4 bytes.
START_TEST(between_convolutions_only_the_halo_travels)
{
    world_load_text(&world, CHAIN);
    world.options.granularity = GRANULARITY_TASK;
    struct plan p = split(1, 3);
    CHECK_TRANSFERS(&p, {0, U, X, 5 * 120}, {0, U, Y, 13 * 120}, {1, Y, X, 160}, {1, X, Y, 2 * 160},
                    {2, Y, X, 6 * 120}, {2, X, Y, 2 * 120}, {2, X, U, 2 * 4}, {2, Y, U, 6 * 4});
}
END_TEST

// The same, layer by layer: inputs [0, 5) and [2, 16) of conv1 go out from the user again, as one
// message each; fc needs all of 6 x 8 x 5 on both.
START_TEST(layer_by_layer_each_slice_is_one_message_there_and_one_back)
{
    world_load_text(&world, CHAIN);
    struct plan p = split(1, 3);
    CHECK_TRANSFERS(&p, {0, U, X, 5 * 120}, {0, U, Y, 13 * 120}, {0, X, U, 4 * 160},
                    {0, Y, U, 12 * 160}, {1, U, X, 5 * 160}, {1, U, Y, 14 * 160},
                    {1, X, U, 2 * 120}, {1, Y, U, 6 * 120}, {2, U, X, 960}, {2, U, Y, 960},
                    {2, X, U, 8}, {2, Y, U, 24});
}
END_TEST

// fc by input neurons: conv2's 240 elements are cut at 60; partial sums of all 8 neurons return.
START_TEST(an_fc_cut_by_inputs_gets_its_share_and_returns_partial_sums)
{
    world_load_text(&world, CHAIN);
    world.options.fc_split = SLICE_IN;
    struct plan p = split(1, 3);
    CHECK_TRANSFERS(&p, {0, U, X, 5 * 120}, {0, U, Y, 13 * 120}, {0, X, U, 4 * 160},
                    {0, Y, U, 12 * 160}, {1, U, X, 5 * 160}, {1, U, Y, 14 * 160},
                    {1, X, U, 2 * 120}, {1, Y, U, 6 * 120}, {2, U, X, 60 * 4}, {2, U, Y, 180 * 4},
                    {2, X, U, 8 * 4}, {2, Y, U, 8 * 4});
}
END_TEST

static bool never(void *ctx, uint32_t from, uint32_t to)
{
    (void)ctx;
    return from == U || to == U;
}

// The halo of between_convolutions_only_the_halo_travels by way of the user, where X and Y cannot
// reach each other: because there is no way, or because there is none now.
START_TEST(nodes_that_are_not_connected_send_over_the_user)
{
    for (int now = 0; now < 2; now++) {
        world_load_text(&world, CHAIN);
        world.options.granularity = GRANULARITY_TASK;
        if (now)
            world.view.is_reachable = never;
        else
            world.net.routes[GROUP_NEAR * GROUPS + GROUP_FAR].is_reachable = false;
        struct plan p = split(1, 3);
        CHECK_TRANSFERS(&p, {0, U, X, 5 * 120}, {0, U, Y, 13 * 120}, {1, Y, U, 160}, {1, U, X, 160},
                        {1, X, U, 2 * 160}, {1, U, Y, 2 * 160}, {2, Y, U, 6 * 120},
                        {2, U, X, 6 * 120}, {2, X, U, 2 * 120}, {2, U, Y, 2 * 120},
                        {2, X, U, 2 * 4}, {2, Y, U, 6 * 4});
        world_free(&world);
    }
}
END_TEST

// The names of what X and Y load of each step.
static void contents_of(const struct plan *p, uint64_t out[3][2])
{
    memset(out, 0, 6 * sizeof out[0][0]);
    for (uint32_t i = 0; i < p->op_count; i++)
        if (p->ops[i].kind == OP_LOAD) out[p->ops[i].stage][p->ops[i].to == Y] = p->ops[i].content;
}

// Rows need all parameters of a step wherever they are cut: one name. Neurons need their own: a
// name for each range. Another model's are others.
START_TEST(cached_weights_are_named_by_model_step_and_range)
{
    for (int g = 0; g < 2; g++) {
        uint64_t names[3][2], again[3][2];
        world_load_text(&world, CHAIN);
        world.options.granularity = (enum granularity)g;
        world.options.weights = WEIGHTS_CACHED;
        struct plan p = split(1, 3);
        contents_of(&p, names);
        for (int step = 0; step < 2; step++) ck_assert(names[step][0] == names[step][1]);
        ck_assert(names[0][0] != names[1][0] && names[1][0] != names[2][0]);
        ck_assert(names[2][0] != names[2][1] && names[2][0] != names[0][0]);
        p = split(1, 1); // fc: [0, 4) and [4, 8) instead of [0, 2) and [2, 8)
        contents_of(&p, again);
        for (int step = 0; step < 2; step++) ck_assert(again[step][0] == names[step][0]);
        for (int i = 0; i < 4; i++) ck_assert(again[2][i / 2] != names[2][i % 2]);
        p = split(1, 3);
        contents_of(&p, again);
        ck_assert_mem_eq(names, again, sizeof names);
        world.options.fc_split = SLICE_IN;
        p = split(1, 3); // [0, 60) of the inputs
        contents_of(&p, again);
        ck_assert(again[2][0] != names[2][0]);
        world.options.fc_split = SLICE_OUT;
        world.view.class_id = 1;
        p = split(1, 3);
        contents_of(&p, again);
        for (int i = 0; i < 6; i++) ck_assert(again[i / 2][i % 2] != names[i / 2][i % 2]);
        world_free(&world);
    }
}
END_TEST

// A block: conv1 (a row of its output is 4 x 8 x 4 = 128), conv2 on it, a 1x1 conv on it, their
// sum.
static const char BLOCK[] = MODEL(
    "[2, 8, 8]",
    CONV("conv1", "data", "3", "1", "1", "4") "," LAYER("relu1", "relu", "\"conv1\"") "," CONV(
        "conv2", "relu1", "3", "1", "1",
        "4") "," CONV("skip", "relu1", "1", "1", "0",
                      "4") "," LAYER("sum", "add", "\"conv2\", \"skip\"") "," LAYER("relu2", "relu",
                                                                                    "\"sum\""));

// Halves. conv1: rows [0, 5) and [3, 8) of 2 x 8 x 4 = 64. conv2: a halo row each way. skip: its
// rows are there already. The sum is made on X (first of equal shares), which fetches Y's 4 rows of
// conv2 and of skip; the answer goes to the user.
START_TEST(a_projection_reads_what_has_arrived_already)
{
    world_load_text(&world, BLOCK);
    world.options.granularity = GRANULARITY_TASK;
    struct plan p = split(1, 1);
    CHECK_TRANSFERS(&p, {0, U, X, 5 * 64}, {0, U, Y, 5 * 64}, {1, Y, X, 128}, {1, X, Y, 128},
                    {2, Y, X, 4 * 128}, {2, Y, X, 4 * 128}, {2, X, U, 8 * 128});
}
END_TEST

// The identity shortcut: relu1 itself is added. X has rows 0 to 3 and fetched 4 as a halo, so rows
// 5 to 7 of relu1 come once, with the 4 of conv2.
static const char IDENTITY[] =
    MODEL("[2, 8, 8]", CONV("conv1", "data", "3", "1", "1", "4") "," LAYER(
                           "relu1", "relu", "\"conv1\"") "," CONV("conv2", "relu1", "3", "1", "1",
                                                                  "4") "," LAYER("sum", "add",
                                                                                 "\"conv2\", "
                                                                                 "\"relu1\""));

START_TEST(a_skip_tensor_travels_at_most_once_to_a_node)
{
    world_load_text(&world, IDENTITY);
    world.options.granularity = GRANULARITY_TASK;
    struct plan p = split(1, 1);
    CHECK_TRANSFERS(&p, {0, U, X, 5 * 64}, {0, U, Y, 5 * 64}, {1, Y, X, 128}, {1, X, Y, 128},
                    {1, Y, X, 4 * 128}, {1, Y, X, 3 * 128}, {1, X, U, 8 * 128});
}
END_TEST

// conv1 at home, conv2 on X, fc at home: one round with a remote slice, one delta, two messages.
START_TEST(a_step_at_home_costs_no_delta_and_no_message)
{
    static const uint32_t nodes[] = {U, X}, node_of[] = {0, 1, 0};
    struct assignment     as;
    double                delay_s = 0;
    world_load_text(&world, CHAIN);
    world.limits.edge_delay_s = 0.01;
    struct plan p = {.arena = &world.arena};
    build_whole(&world.view, 2, nodes, node_of, &world.arena, &as);
    build_plan(&world.view, &(struct task){0, U}, &as, &world.arena, &p, NULL);
    CHECK_TRANSFERS(&p, {1, U, X, 16 * 160}, {1, X, U, 8 * 120});
    for (uint32_t i = 0; i < p.op_count; i++)
        if (p.ops[i].kind == OP_DELAY) delay_s += p.ops[i].seconds;
    ck_assert_double_eq(delay_s, 0.01);
}
END_TEST

// The shares of between_convolutions_only_the_halo_travels, every message over Z, which is another
// node: what Z has got already, rows [0, 5) of the input for X, leaves from there.
START_TEST(a_hub_keeps_what_passes)
{
    enum { Z = FIRST_FAR + 1 };
    static const uint32_t nodes[] = {X, Y};
    const double          weights[] = {1, 3};
    struct assignment     as;
    world_load_text(&world, CHAIN);
    world.options.granularity = GRANULARITY_TASK;
    struct plan p = {.arena = &world.arena};
    build_shares(&world.view, 2, nodes, weights, &world.arena, &as);
    as.has_hub = true, as.hub = Z;
    build_plan(&world.view, &(struct task){0, U}, &as, &world.arena, &p, NULL);
    CHECK_TRANSFERS(&p, {0, U, Z, 5 * 120}, {0, Z, X, 5 * 120}, {0, Z, Y, 2 * 120},
                    {0, U, Z, 11 * 120}, {0, Z, Y, 11 * 120}, {1, Y, Z, 160}, {1, Z, X, 160},
                    {1, X, Z, 2 * 160}, {1, Z, Y, 2 * 160}, {2, Y, Z, 6 * 120}, {2, Z, X, 6 * 120},
                    {2, X, Z, 2 * 120}, {2, Z, Y, 2 * 120}, {2, X, Z, 8}, {2, Z, U, 8},
                    {2, Y, Z, 24}, {2, Z, U, 24});
}
END_TEST

// conv1 and the projection on X, conv2 on Y: relu1 (4 x 8 x 8 x 4 = 1024 bytes) goes to Y, conv2's
// result comes to X, where the step of the sum is.
START_TEST(a_sum_is_made_where_its_step_is)
{
    static const uint32_t nodes[] = {X, Y}, node_of[] = {0, 1, 0};
    struct assignment     as;
    world_load_text(&world, BLOCK);
    world.options.granularity = GRANULARITY_TASK;
    struct plan p = {.arena = &world.arena};
    build_placed(&world.view, 2, nodes, node_of, &world.arena, &as);
    build_plan(&world.view, &(struct task){0, U}, &as, &world.arena, &p, NULL);
    CHECK_TRANSFERS(&p, {0, U, X, 8 * 64}, {1, X, Y, 1024}, {2, Y, X, 1024}, {2, X, U, 1024});
}
END_TEST

static uint32_t node_of_layer(const uint32_t *nodes, const uint32_t *node_of, uint32_t layer)
{
    return nodes[node_of[world.graph.layers[layer].step]];
}

// Rows of a tensor that a layer reads: the stride of a 1 x 1 projection leaves out the last.
static int32_t rows_read(const struct layer *l, int32_t rows)
{
    const struct window *w = &l->attr.window;
    int32_t              last = (l->out.h - 1) * w->stride[0] - w->pad_begin[0] + w->kernel[0];
    return has_window(l) && last < rows ? last : rows;
}

// What a placement must send: of each tensor the rows that are read on a node, once to each node
// but its maker's, and the answer to the user.
static double bytes_of_placement(const uint32_t *nodes, const uint32_t *node_of)
{
    const struct graph *g = &world.graph;
    double              bytes = 0;
    for (uint32_t tensor = 0; tensor <= g->layer_count; tensor++) {
        uint32_t     maker = tensor ? node_of_layer(nodes, node_of, tensor - 1) : U;
        struct shape shape = graph_tensor(g, tensor);
        int32_t      gets[WORLD_NODES] = {0};
        if (tensor == g->layer_count) gets[U] = shape.h;
        for (uint32_t i = 0; i < g->layer_count; i++)
            for (uint32_t k = 0; k < g->layers[i].input_count; k++) {
                uint32_t node = node_of_layer(nodes, node_of, i);
                int32_t  rows = rows_read(&g->layers[i], shape.h);
                if (g->layers[i].inputs[k] == tensor && rows > gets[node]) gets[node] = rows;
            }
        for (uint32_t n = 0; n < WORLD_NODES; n++)
            if (n != maker) bytes += 4.0 * shape.c * shape.w * gets[n];
    }
    return bytes;
}

START_TEST(a_placed_resnet_sends_each_tensor_once_to_a_node)
{
    static const uint32_t nodes[] = {U, X, Y};
    struct rng            rng;
    rng_init(&rng, 5, 0, "test_plan", 0);
    world_load(&world, "resnet18");
    world.options.granularity = GRANULARITY_TASK;
    for (int round = 0; round < 50; round++) {
        uint32_t node_of[64];
        for (uint32_t s = 0; s < world.graph.step_count; s++)
            node_of[s] = (uint32_t)rng_below(&rng, 3);
        struct assignment as;
        struct plan       p = {.arena = &world.arena};
        double            sent = 0;
        build_placed(&world.view, 3, nodes, node_of, &world.arena, &as);
        build_plan(&world.view, &(struct task){0, U}, &as, &world.arena, &p, NULL);
        for (uint32_t i = 0; i < p.op_count; i++)
            if (p.ops[i].kind == OP_TRANSFER) sent += p.ops[i].bytes;
        ck_assert_double_eq(sent, bytes_of_placement(nodes, node_of));
    }
}
END_TEST

static const char EXITS[] =
    "{\"name\": \"small\", \"input\": [3, 8, 8], \"exits\": [\"near\", \"far\"], \"layers\": "
    "[" CONV("conv1", "data", "3", "1", "1", "4") "," FC("near", "conv1", "5") "," CONV(
        "conv2", "conv1", "3", "1", "1", "6") "," FC("far", "conv2", "5") "]}";

static struct plan through(uint32_t exit, bool tries, enum weights_mode weights)
{
    static const uint32_t nodes[] = {U, X}, node_of[] = {0, 0, 1, 1};
    struct assignment     as;
    world_load_text(&world, EXITS);
    world.options.granularity = GRANULARITY_TASK;
    world.options.weights = weights;
    struct plan p = {.arena = &world.arena};
    build_placed(&world.view, 2, nodes, node_of, &world.arena, &as);
    as.exit = exit;
    as.tries_exits = tries;
    if (!tries && exit == 1) as.cuts[1][1] = as.cuts[1][2] = 0; // not even asked for
    build_plan(&world.view, &(struct task){0, U}, &as, &world.arena, &p, NULL);
    return p;
}

static uint32_t computed_in(const struct plan *p, uint32_t stage)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->op_count; i++)
        count += p->ops[i].kind == OP_COMPUTE && p->ops[i].stage == stage;
    return count;
}

// conv1 makes 4 x 8 x 8 x 4 = 1024 bytes at the user; the far exit's 5 numbers come back. What the
// exit does not need is neither computed nor loaded: 4 (3 x 9 + 1) + 5 (256 + 1) parameters near.
START_TEST(only_what_the_exit_needs_is_computed)
{
    struct plan p = through(0, false, WEIGHTS_PER_TASK);
    double      loaded = 0;
    for (uint32_t i = 0; i < p.op_count; i++) {
        ck_assert_int_ne(p.ops[i].kind, OP_TRANSFER);
        if (p.ops[i].kind == OP_LOAD) loaded += p.ops[i].bytes;
    }
    ck_assert_double_eq(loaded, 4 * (4 * 28 + 5 * 257));
    ck_assert(computed_in(&p, 0) && computed_in(&p, 1) && !computed_in(&p, 2) &&
              !computed_in(&p, 3));
    ck_assert_uint_eq(p.exit, 1);
    world_free(&world);
    p = through(1, false, WEIGHTS_RESIDENT);
    CHECK_TRANSFERS(&p, {2, U, X, 1024}, {3, X, U, 20});
    ck_assert(computed_in(&p, 0) && !computed_in(&p, 1) && computed_in(&p, 2) &&
              computed_in(&p, 3));
    ck_assert_uint_eq(p.exit, 2);
}
END_TEST

// The same messages, but the first leaves when the near answer is there.
START_TEST(an_exit_that_is_tried_comes_before_the_rest)
{
    struct plan p = through(1, true, WEIGHTS_RESIDENT);
    CHECK_TRANSFERS(&p, {2, U, X, 1024}, {3, X, U, 20});
    ck_assert_uint_eq(computed_in(&p, 1), 1);
    uint32_t near = 0, send = 0;
    while (p.ops[near].stage != 1 || p.ops[near].kind != OP_COMPUTE) near++;
    while (p.ops[send].kind != OP_TRANSFER) send++;
    bool *before = ARENA_ARRAY(&world.arena, bool, p.op_count);
    before[send] = true;
    for (uint32_t i = send + 1; i-- > 0;)
        for (uint32_t k = 0; before[i] && k < p.ops[i].dep_count; k++)
            before[p.deps[p.ops[i].first_dep + k]] = true;
    ck_assert(before[near]);
}
END_TEST

// Columns and tiles need all parameters of a step, as rows do; channels their own.
START_TEST(cached_weights_of_columns_and_tiles_are_those_of_rows)
{
    static const uint32_t        nodes[] = {X, Y};
    static const enum slice_axis axes[] = {SLICE_ROWS, SLICE_COLUMNS, SLICE_GRID, SLICE_OUT,
                                           SLICE_IN};
    const double                 weights[] = {1, 1};
    uint64_t                     names[5][3][2];
    world_load_text(&world, CHAIN);
    world.options.weights = WEIGHTS_CACHED;
    for (int i = 0; i < 5; i++) {
        struct assignment as;
        struct grid       grids[3] = {{1, 2}, {1, 2}};
        struct plan       p = {.arena = &world.arena};
        build_shares(&world.view, 2, nodes, weights, &world.arena, &as);
        for (uint32_t s = 0; s < 2; s++) {
            as.axes[s] = axes[i];
            slice_cuts(weights, 2,
                       axes[i] == SLICE_GRID ? 2 : step_extent(&world.graph, s, axes[i]),
                       as.cuts[s]);
        }
        as.grids = grids;
        build_plan(&world.view, &(struct task){0, U}, &as, &world.arena, &p, NULL);
        contents_of(&p, names[i]);
    }
    for (int step = 0; step < 2; step++) {
        for (int i = 0; i < 3; i++)
            ck_assert(names[i][step][0] == names[0][step][0] &&
                      names[i][step][1] == names[0][step][0]);
        ck_assert(names[3][step][0] != names[3][step][1] && names[3][step][0] != names[0][step][0]);
        ck_assert(names[4][step][0] != names[4][step][1] && names[4][step][0] != names[3][step][0]);
    }
}
END_TEST

// Over a whole ResNet-34, task by task: no tensor is sent to a node in more bytes than it has.
// Transfers carry no tensor's name, so the sum is bounded: what any node can receive in a step are
// the step's input and, where it merges, the merge layers' inputs.
START_TEST(no_step_of_a_resnet_sends_more_than_its_tensors)
{
    world_load(&world, "resnet34");
    world.options.granularity = GRANULARITY_TASK;
    struct plan p = split(2, 3);
    for (uint32_t s = 0; s < world.graph.step_count; s++) {
        const struct step *st = &world.graph.steps[s];
        double             to_x = 0, to_y = 0, most = world_tensor_bytes(&world, st->input);
        for (uint32_t i = 0; i < p.op_count; i++) {
            if (p.ops[i].kind != OP_TRANSFER || p.ops[i].stage != s) continue;
            if (p.ops[i].to == X) to_x += p.ops[i].bytes;
            if (p.ops[i].to == Y) to_y += p.ops[i].bytes;
        }
        double merge = st->merge_count ? world_tensor_bytes(&world, st->output) : 0;
        for (uint32_t i = 0; i < st->merge_count; i++) {
            const struct layer *l = &world.graph.layers[st->merge[i]];
            for (uint32_t k = 0; l->input_count == 2 && k < 2; k++)
                if (l->inputs[k] != st->output) merge += world_tensor_bytes(&world, l->inputs[k]);
        }
        // the greater share, 3 of 5, is Y's: it merges
        ck_assert_double_le(to_x, most);
        ck_assert_double_le(to_y, most + merge);
    }
}
END_TEST

// Nothing of a step starts before the step before it has returned as a whole: with granularity
// layer there is a moment between two steps at which only the user holds anything.
START_TEST(layer_by_layer_a_step_waits_for_all_of_the_last)
{
    world_load(&world, "resnet34");
    world.limits.edge_delay_s = 0.01;
    struct plan p = split(2, 3);
    bool       *before = ARENA_ARRAY(&world.arena, bool, p.op_count);
    for (uint32_t last = p.op_count; last-- > 0;) {
        const struct op *op = &p.ops[last];
        if (op->kind != OP_TRANSFER || op->from != U) continue;
        memset(before, 0, p.op_count * sizeof *before); // all that this message waits for
        before[last] = true;
        for (uint32_t i = last + 1; i-- > 0;)
            for (uint32_t k = 0; before[i] && k < p.ops[i].dep_count; k++)
                before[p.deps[p.ops[i].first_dep + k]] = true;
        for (uint32_t i = 0; i < p.op_count; i++)
            ck_assert_msg(before[i] || p.ops[i].stage >= op->stage,
                          "step %u does not wait for operation %u of step %u", op->stage, i,
                          p.ops[i].stage);
    }
}
END_TEST

// A step's inputs are on its node before it computes: layer by layer the transfers that a slice
// waits for carry just its input.
START_TEST(a_slice_waits_for_its_whole_input)
{
    world_load(&world, "alexnet_torchvision");
    for (int fc = 0; fc < 2; fc++) {
        world.options.fc_split = fc ? SLICE_IN : SLICE_OUT;
        struct plan p = split(2, 3);
        for (uint32_t i = 0; i < p.op_count; i++) {
            const struct op *op = &p.ops[i];
            if (op->kind != OP_COMPUTE || op->tag[0] == SLICE_NONE) continue;
            double              bytes = 0;
            struct placed_slice s = {
                .step = op->stage,
                .slice = {(enum slice_axis)op->tag[0], (int32_t)op->tag[1], (int32_t)op->tag[2]}};
            for (uint32_t k = 0; k < op->dep_count; k++)
                bytes += p.ops[p.deps[op->first_dep + k]].bytes;
            ck_assert_double_eq(bytes, own_input_bytes(&s));
        }
    }
}
END_TEST

// plan_add: unknown predecessors are skipped, repeated ones kept once.
START_TEST(plan_add_keeps_each_predecessor_once)
{
    struct arena   a = {0};
    struct plan    p = {.arena = &a};
    const uint32_t deps[] = {NO_OP, 0, 1, 0, NO_OP, 1};
    ck_assert_uint_eq(plan_add(&p, (struct op){.kind = OP_DELAY}, NULL, 0), 0);
    ck_assert_uint_eq(plan_add(&p, (struct op){.kind = OP_DELAY, .stage = 4}, deps, 2), 1);
    ck_assert_uint_eq(plan_add(&p, (struct op){.kind = OP_DELAY, .stage = 2}, deps, 6), 2);
    ck_assert_uint_eq(p.ops[1].dep_count, 1);
    ck_assert_uint_eq(p.ops[2].dep_count, 2);
    ck_assert_uint_eq(p.deps[p.ops[2].first_dep], 0);
    ck_assert_uint_eq(p.deps[p.ops[2].first_dep + 1], 1);
    ck_assert_uint_eq(p.stage_count, 5);
    arena_free(&a);
}
END_TEST

Suite *plan_suite(void)
{
    Suite *s = suite_create("plan");
    TCase *tc = tcase_create("plan");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, every_plan_is_well_formed, 0, (int)scheme_count);
    tcase_add_test(tc, a_whole_task_on_one_node_is_two_transfers);
    tcase_add_test(tc, between_convolutions_only_the_halo_travels);
    tcase_add_test(tc, layer_by_layer_each_slice_is_one_message_there_and_one_back);
    tcase_add_test(tc, an_fc_cut_by_inputs_gets_its_share_and_returns_partial_sums);
    tcase_add_test(tc, nodes_that_are_not_connected_send_over_the_user);
    tcase_add_test(tc, cached_weights_are_named_by_model_step_and_range);
    tcase_add_test(tc, a_projection_reads_what_has_arrived_already);
    tcase_add_test(tc, a_skip_tensor_travels_at_most_once_to_a_node);
    tcase_add_test(tc, a_step_at_home_costs_no_delta_and_no_message);
    tcase_add_test(tc, a_hub_keeps_what_passes);
    tcase_add_test(tc, a_sum_is_made_where_its_step_is);
    tcase_add_test(tc, a_placed_resnet_sends_each_tensor_once_to_a_node);
    tcase_add_test(tc, only_what_the_exit_needs_is_computed);
    tcase_add_test(tc, an_exit_that_is_tried_comes_before_the_rest);
    tcase_add_test(tc, cached_weights_of_columns_and_tiles_are_those_of_rows);
    tcase_add_test(tc, no_step_of_a_resnet_sends_more_than_its_tensors);
    tcase_add_test(tc, layer_by_layer_a_step_waits_for_all_of_the_last);
    tcase_add_test(tc, a_slice_waits_for_its_whole_input);
    tcase_add_test(tc, plan_add_keeps_each_predecessor_once);
    suite_add_tcase(s, tc);
    return s;
}
