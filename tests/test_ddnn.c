// tests/test_ddnn.c: early exits over tiers. A network small enough to be counted by hand: c1
// (2x4x4 to 4x2x2), on it the exit e1 and c2 (to 2x2x2), on that the exit e2 and c3 (to 2x2x2), on
// that e3; three classes, 4 bytes an element.
#include <check.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "algorithms/ddnn/exits.h"
#include "tests/fixture.h"

Suite *ddnn_suite(void);

#define LAYERS                                                                                     \
    "\"input\": [2, 4, 4], \"classes\": 3, \"layers\": ["                                          \
    "{\"name\": \"c1\", \"type\": \"conv\", \"inputs\": [\"data\"], \"kernel\": [3, 3],"           \
    " \"stride\": [1, 1], \"pad\": [0, 0], \"channels\": 4, \"bias\": false},"                     \
    "{\"name\": \"e1\", \"type\": \"fc\", \"inputs\": [\"c1\"], \"units\": 3, \"bias\": false},"   \
    "{\"name\": \"c2\", \"type\": \"conv\", \"inputs\": [\"c1\"], \"kernel\": [1, 1],"             \
    " \"stride\": [1, 1], \"pad\": [0, 0], \"channels\": 2, \"bias\": false},"                     \
    "{\"name\": \"e2\", \"type\": \"fc\", \"inputs\": [\"c2\"], \"units\": 3, \"bias\": false},"   \
    "{\"name\": \"c3\", \"type\": \"conv\", \"inputs\": [\"c2\"], \"kernel\": [1, 1],"             \
    " \"stride\": [1, 1], \"pad\": [0, 0], \"channels\": 2, \"bias\": false},"                     \
    "{\"name\": \"e3\", \"type\": \"fc\", \"inputs\": [\"c3\"], \"units\": 3, \"bias\": false}]}"

static const char THREE[] =
    "{\"name\": \"three\", \"source\": \"test\", \"exits\": [\"e1\", \"e2\", \"e3\"], " LAYERS;
static const char TWO[] =
    "{\"name\": \"two\", \"source\": \"test\", \"exits\": [\"e1\", \"e3\"], " LAYERS;

// The edge reads c1; the server reads c0, past the edge, and c2, and adds what comes of them.
#define POINTWISE(name, input)                                                                     \
    "{\"name\": \"" name "\", \"type\": \"conv\", \"inputs\": [\"" input                           \
    "\"], \"kernel\": [1, 1], \"stride\": [1, 1], \"pad\": [0, 0], \"channels\": 2,"               \
    " \"bias\": false},"
#define EXIT(name, input)                                                                          \
    "{\"name\": \"" name "\", \"type\": \"fc\", \"inputs\": [\"" input                             \
    "\"], \"units\": 3, \"bias\": false}"
#define SKIPPING(skipped)                                                                          \
    "{\"name\": \"skip\", \"source\": \"test\", \"exits\": [\"e1\", \"e2\", \"e3\"],"              \
    " \"input\": [2, 4, 4], \"classes\": 3, \"layers\": [" POINTWISE("c0", "data")                 \
        POINTWISE("c1", "c0") EXIT("e1", "c1") "," POINTWISE("c2", "c1")                           \
            EXIT("e2", "c2") "," POINTWISE("c3", skipped)                                          \
                POINTWISE("c4", "c2") "{\"name\": \"sum\", \"type\": \"add\", \"inputs\": "        \
                                      "[\"c3\", \"c4\"]}," EXIT("e3", "sum") "]}"
static const char SKIP[] = SKIPPING("c0"), AGAIN[] = SKIPPING("c1");

enum { C1, E1, C2, E2, C3, E3 };            // steps
enum { MAP1 = 64, MAP2 = 32, VECTOR = 12 }; // bytes: 4 x 2 x 2 x 4; 2 x 2 x 2 x 4; 3 x 4
// Seconds of each step on the reference machine: taps (4 x 4 pixels x 18, 2 x 4 x 4, 2 x 4 x 2) and
// bytes of weights (16 x 3, 8 x 3, 8 x 3, of 4 bytes), each 1e-9 s.
static const double STEP_S[] = {288e-9, 192e-9, 32e-9, 96e-9, 16e-9, 96e-9};
static const double SLOWER[GROUPS] = {4, 0.05, 0.1}; // than the reference machine (fixture)

enum { SERVER = FIRST_FAR, EDGE = FIRST_NEAR, MAX_OWN = 32 };
static const double OVERHEAD_S = 1e-4;

static struct world        world;
static struct option_value own[MAX_OWN];
static struct arena        state_arena;

static const struct scheme *ddnn(void)
{
    const struct scheme *s = scheme_find("ddnn");
    ck_assert_ptr_nonnull(s);
    ck_assert_uint_le(s->own_count, MAX_OWN);
    return s;
}

static struct option_value *option(const char *key)
{
    for (uint32_t i = 0; i < ddnn()->own_count; i++)
        if (!strcmp(ddnn()->own[i].key, key)) return &own[i];
    ck_abort_msg("no option %s", key);
    return NULL;
}

static void set(const char *key, double number)
{
    option(key)->number = number;
    option(key)->is_given = true;
}

static void set_list(const char *key, uint32_t count, ...)
{
    static double list[MAX_OWN][16];
    double       *numbers = list[option(key) - own];
    va_list       args;
    va_start(args, count);
    for (uint32_t i = 0; i < count; i++) numbers[i] = va_arg(args, double);
    va_end(args);
    *option(key) = (struct option_value){.numbers = numbers, .count = count, .is_given = true};
}

static void set_word(const char *key, const char *word)
{
    const char *const *words = ddnn()->own[option(key) - own].words;
    double             rank = 0;
    while (strcmp(words[(int)rank], word)) rank++;
    set(key, rank);
}

static void leave_out_all(void)
{
    for (uint32_t i = 0; i < ddnn()->own_count; i++)
        own[i] = (struct option_value){
            .number = ddnn()->own[i].kind == OPTION_NODES ? -1 : ddnn()->own[i].otherwise};
}

// Users, near nodes as the edge, far ones as servers.
static void load(const char *model)
{
    world_load_text(&world, model);
    leave_out_all();
    world.options.own = own;
    world.groups[GROUP_FAR].role = ROLE_CLOUD;
    world_ready(&world);
}

static void teardown(void)
{
    arena_free(&state_arena);
    world_free(&world);
}

// After the options are set.
static void start(void)
{
    struct err e = {0};
    bool       ok = ddnn()->begin(&world.view, 1, &state_arena, &world.view.state, &e);
    ck_assert_msg(ok, "%s", e.text);
}

static struct task task_of(uint32_t user, uint64_t rank)
{
    return (struct task){(uint64_t)user << TASK_RANK_BITS | rank, user};
}

static void plan_task(struct task t, struct plan *out)
{
    struct association none = {0};
    struct placement   where;
    world_plan(&world, ddnn(), &none, &t, out, &where);
}

static uint32_t exit_of(struct task t)
{
    struct arena_mark mark = arena_mark(&world.arena);
    struct plan       plan;
    plan_task(t, &plan);
    arena_rewind(&world.arena, mark);
    return plan.exit;
}

// All samples leave through `exit`.
static void always(uint32_t exit, uint32_t exits)
{
    double share[3] = {exit == 1, exit == 2, exit == 3};
    if (exits == 3)
        set_list("exit_rates", 3, share[0], share[1], share[2]);
    else
        set_list("exit_rates", 2, share[0], share[1]);
}

// ---- what a plan has to be, written down by hand

struct expected {
    enum op_kind kind;
    uint32_t     stage, from, to;
    double       amount; // s, or bytes of a transfer
    uint32_t     dep_count, deps[6];
};

static double step_s(uint32_t step, uint32_t group)
{
    return OVERHEAD_S + STEP_S[step] * SLOWER[group];
}

static double combine_s(double elements, uint32_t group)
{
    return OVERHEAD_S + elements * 1e-9 * SLOWER[group];
}

static void check_plan(const struct plan *plan, const struct expected *want, uint32_t count)
{
    ck_assert_uint_eq(plan->op_count, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct op *op = &plan->ops[i];
        ck_assert_msg(op->kind == want[i].kind && op->stage == want[i].stage &&
                          op->from == want[i].from && op->to == want[i].to,
                      "operation %u: kind %d, stage %u, from %u to %u", i, (int)op->kind, op->stage,
                      op->from, op->to);
        double amount = op->kind == OP_TRANSFER ? op->bytes : op->seconds;
        ck_assert_msg(fabs(amount - want[i].amount) <= 1e-12 * want[i].amount,
                      "operation %u: %.12g instead of %.12g", i, amount, want[i].amount);
        ck_assert_msg(op->dep_count == want[i].dep_count, "operation %u waits for %u", i,
                      op->dep_count);
        for (uint32_t k = 0; k < op->dep_count; k++)
            ck_assert_msg(plan->deps[op->first_dep + k] == want[i].deps[k],
                          "operation %u: dependency %u is %u", i, k, plan->deps[op->first_dep + k]);
    }
}

#define COMPUTE(step, node, group, ...)                                                            \
    {                                                                                              \
        OP_COMPUTE, step, node, node, step_s(step, group), __VA_ARGS__                             \
    }

START_TEST(a_sample_that_leaves_first_stays_on_its_device)
{
    load(THREE);
    always(1, 3);
    world.limits.edge_delay_s = 0.5; // not paid: nothing travels
    start();
    struct plan plan;
    plan_task(task_of(1, 0), &plan);
    const struct expected want[] = {COMPUTE(C1, 1, GROUP_USER, 0),
                                    COMPUTE(E1, 1, GROUP_USER, 1, {0})};
    check_plan(&plan, want, 2);
    ck_assert_uint_eq(plan.exit, 1);
}
END_TEST

START_TEST(the_tensor_before_the_exit_travels_after_the_judgement)
{
    load(THREE);
    always(2, 3);
    start();
    struct plan plan;
    plan_task(task_of(1, 0), &plan); // user 1 of its group: edge node 1, server 1
    const struct expected want[] = {
        COMPUTE(C1, 1, GROUP_USER, 0),
        COMPUTE(E1, 1, GROUP_USER, 1, {0}),
        {OP_TRANSFER, C2, 1, EDGE + 1, MAP1, 2, {0, 1}},
        COMPUTE(C2, EDGE + 1, GROUP_NEAR, 1, {2}),
        COMPUTE(E2, EDGE + 1, GROUP_NEAR, 1, {3}),
        {OP_TRANSFER, E2, EDGE + 1, 1, VECTOR, 1, {4}},
    };
    check_plan(&plan, want, 6);
    ck_assert_uint_eq(plan.exit, 2);
}
END_TEST

START_TEST(the_last_exit_is_three_tiers_up_and_delta_is_paid_once)
{
    load(THREE);
    always(3, 3);
    world.limits.edge_delay_s = 0.5;
    start();
    struct plan plan;
    plan_task(task_of(2, 0), &plan); // rank 2: edge node 2 mod 2, server 2
    const struct expected want[] = {
        COMPUTE(C1, 2, GROUP_USER, 0),
        COMPUTE(E1, 2, GROUP_USER, 1, {0}),
        {OP_DELAY, E1, 2, 2, 0.5, 1, {1}},
        {OP_TRANSFER, C2, 2, EDGE, MAP1, 2, {0, 2}},
        COMPUTE(C2, EDGE, GROUP_NEAR, 1, {3}),
        COMPUTE(E2, EDGE, GROUP_NEAR, 1, {4}),
        {OP_TRANSFER, C3, EDGE, SERVER + 2, MAP2, 2, {4, 5}},
        COMPUTE(C3, SERVER + 2, GROUP_FAR, 1, {6}),
        COMPUTE(E3, SERVER + 2, GROUP_FAR, 1, {7}),
        {OP_TRANSFER, E3, SERVER + 2, 2, VECTOR, 1, {8}},
    };
    check_plan(&plan, want, 10);
    ck_assert_uint_eq(plan.exit, 3);
}
END_TEST

START_TEST(with_two_exits_nobody_computes_the_edge_s)
{
    load(TWO);
    always(2, 2);
    set("instance_memory", 1e6);
    start();
    struct plan plan;
    plan_task(task_of(0, 0), &plan);
    const struct expected want[] = {
        COMPUTE(C1, 0, GROUP_USER, 0),
        COMPUTE(E1, 0, GROUP_USER, 1, {0}),
        {OP_TRANSFER, C2, 0, SERVER, MAP1, 2, {0, 1}},
        COMPUTE(C2, SERVER, GROUP_FAR, 1, {2}),
        COMPUTE(C3, SERVER, GROUP_FAR, 1, {3}),
        COMPUTE(E3, SERVER, GROUP_FAR, 1, {4}),
        {OP_TRANSFER, E3, SERVER, 0, VECTOR, 1, {5}},
    };
    check_plan(&plan, want, 7);
    ck_assert_double_eq(plan.ops[3].memory_bytes, 1e6);            // an instance of the model
    ck_assert_double_eq(plan.ops[0].memory_bytes, 128 + 64 + 288); // input, output, 4 x 18 weights
}
END_TEST

static uint32_t find_transfer(const struct plan *plan, uint32_t from, uint32_t to, uint32_t stage)
{
    uint32_t found = NO_OP;
    for (uint32_t i = 0; i < plan->op_count; i++) {
        const struct op *op = &plan->ops[i];
        if (op->kind != OP_TRANSFER || op->from != from || op->to != to || op->stage != stage)
            continue;
        ck_assert_uint_eq(found, NO_OP);
        found = i;
    }
    ck_assert_uint_ne(found, NO_OP);
    return found;
}

static bool waits_for(const struct plan *plan, uint32_t op, uint32_t before)
{
    for (uint32_t k = 0; k < plan->ops[op].dep_count; k++)
        if (plan->deps[plan->ops[op].first_dep + k] == before) return true;
    return false;
}

enum { S_C0, S_C1, S_E1, S_C2, S_E2, S_C3, S_C4, S_E3 }; // steps of SKIP

START_TEST(a_tensor_that_skips_a_tier_waits_for_that_tier_s_judgement)
{
    load(SKIP);
    always(3, 3);
    start();
    struct plan plan;
    plan_task(task_of(0, 0), &plan); // c0 c1 e1, c1 up, c2 e2, c0 up, c3, c2 up, c4 + sum, e3, back
    ck_assert_uint_eq(plan.op_count, 3 + 1 + 2 + 1 + 1 + 1 + 1 + 1 + 1);
    uint32_t skip = find_transfer(&plan, 0, SERVER, S_C3), judged = 5;
    ck_assert_uint_eq(plan.ops[judged].stage, S_E2);
    ck_assert_uint_eq(plan.ops[judged].to, EDGE);
    ck_assert(waits_for(&plan, skip, judged) && waits_for(&plan, skip, 0));
    ck_assert_double_eq(plan.ops[skip].bytes, 2 * 4 * 4 * 4);
    uint32_t last = plan.op_count - 3; // c4 with the sum, which needs c3
    ck_assert_uint_eq(plan.ops[last].stage, S_C4);
    ck_assert(waits_for(&plan, last, find_transfer(&plan, EDGE, SERVER, S_C4)));
    ck_assert(waits_for(&plan, last, skip + 1));
    // 2 x 16 x 2 taps, and 32 elements added
    ck_assert_double_eq_tol(plan.ops[last].seconds, OVERHEAD_S + (64e-9 + 32e-9) * 0.1, 1e-15);
}
END_TEST

START_TEST(the_nearest_tier_that_holds_a_tensor_sends_it)
{
    load(AGAIN);
    always(3, 3);
    set("devices_per_sample", 2);
    set_word("aggregation", "concatenate");
    start();
    struct plan plan;
    uint32_t    sent = 0;
    plan_task(task_of(0, 0), &plan);
    for (uint32_t i = 0; i < plan.op_count; i++)
        sent += plan.ops[i].kind == OP_TRANSFER && plan.ops[i].from < WORLD_USERS;
    ck_assert_uint_eq(sent, 2 * 2); // vector, c1
    ck_assert_double_eq(plan.ops[find_transfer(&plan, EDGE, SERVER, S_C3)].bytes, 2 * 128);
    ck_assert_double_eq(plan.ops[find_transfer(&plan, EDGE, SERVER, S_C4)].bytes, 128);
}
END_TEST

START_TEST(devices_are_asked_once_for_all_their_tensors)
{
    load(SKIP);
    always(3, 3);
    set("devices_per_sample", 2);
    start();
    struct plan plan;
    uint32_t    asked = 0, sent = 0;
    plan_task(task_of(0, 0), &plan);
    for (uint32_t i = 0; i < plan.op_count; i++) {
        const struct op *op = &plan.ops[i];
        asked += op->kind == OP_TRANSFER && op->from == EDGE && op->to < WORLD_USERS;
        sent += op->kind == OP_TRANSFER && op->from < WORLD_USERS && op->to == EDGE;
    }
    ck_assert_uint_eq(asked, 2);
    ck_assert_uint_eq(sent, 2 * 3); // vector, c1, c0
    ck_assert_double_eq(plan.ops[find_transfer(&plan, EDGE, SERVER, S_C3)].bytes, 128);
}
END_TEST

// ---- several devices

START_TEST(vectors_of_several_devices_meet_at_the_edge)
{
    load(THREE);
    always(1, 3);
    set("devices_per_sample", 3);
    world.limits.edge_delay_s = 0.5;
    start();
    struct plan plan;
    plan_task(task_of(1, 0), &plan); // users 1, 2 and, round again, 0
    const struct expected want[] = {
        COMPUTE(C1, 1, GROUP_USER, 0),
        COMPUTE(E1, 1, GROUP_USER, 1, {0}),
        COMPUTE(C1, 2, GROUP_USER, 0),
        COMPUTE(E1, 2, GROUP_USER, 1, {2}),
        COMPUTE(C1, 0, GROUP_USER, 0),
        COMPUTE(E1, 0, GROUP_USER, 1, {4}),
        {OP_DELAY, E1, 1, 1, 0.5, 1, {1}},
        {OP_TRANSFER, E1, 1, EDGE + 1, VECTOR, 1, {6}},
        {OP_TRANSFER, E1, 2, EDGE + 1, VECTOR, 1, {3}},
        {OP_TRANSFER, E1, 0, EDGE + 1, VECTOR, 1, {5}},
        {OP_COMPUTE, E1, EDGE + 1, EDGE + 1, combine_s(3 * 3, GROUP_NEAR), 3, {7, 8, 9}},
        {OP_TRANSFER, E1, EDGE + 1, 1, VECTOR, 1, {10}},
    };
    check_plan(&plan, want, 12);
}
END_TEST

// Two devices, two exits: the maps pass the edge and go on to the server.
static void check_two_devices(const char *how, double forwarded, double wide)
{
    load(TWO);
    always(2, 2);
    set("devices_per_sample", 2);
    set_word("aggregation", how);
    set("control", 10);
    start();
    struct plan plan;
    plan_task(task_of(0, 0), &plan);
    const struct expected want[] = {
        COMPUTE(C1, 0, GROUP_USER, 0),
        COMPUTE(E1, 0, GROUP_USER, 1, {0}),
        COMPUTE(C1, 1, GROUP_USER, 0),
        COMPUTE(E1, 1, GROUP_USER, 1, {2}),
        {OP_TRANSFER, E1, 0, EDGE, VECTOR, 1, {1}},
        {OP_TRANSFER, E1, 1, EDGE, VECTOR, 1, {3}},
        {OP_COMPUTE, E1, EDGE, EDGE, combine_s(2 * 3, GROUP_NEAR), 2, {4, 5}},
        {OP_TRANSFER, C2, EDGE, 0, 10, 1, {6}},
        {OP_TRANSFER, C2, 0, EDGE, MAP1, 2, {0, 7}},
        {OP_TRANSFER, C2, EDGE, 1, 10, 1, {6}},
        {OP_TRANSFER, C2, 1, EDGE, MAP1, 2, {2, 9}},
        {OP_COMPUTE, C2, EDGE, EDGE, combine_s(2 * 16, GROUP_NEAR), 2, {8, 10}},
        {OP_TRANSFER, C2, EDGE, SERVER, forwarded, 2, {11, 6}},
        {OP_COMPUTE, C2, SERVER, SERVER, OVERHEAD_S + wide * STEP_S[C2] * 0.1, 1, {12}},
        COMPUTE(C3, SERVER, GROUP_FAR, 1, {13}), // reads c2, which is no wider
        COMPUTE(E3, SERVER, GROUP_FAR, 1, {14}),
        {OP_TRANSFER, E3, SERVER, 0, VECTOR, 1, {15}},
    };
    check_plan(&plan, want, 17);
    // out 32, in 64, weights 4 x 2 x 4
    ck_assert_double_eq(plan.ops[13].memory_bytes, 32 + wide * (64 + 32));
    teardown();
}

START_TEST(maximum_and_average_keep_the_size_and_concatenation_multiplies_it)
{
    check_two_devices("max", MAP1, 1);
    check_two_devices("average", MAP1, 1);
    check_two_devices("concatenate", 2 * MAP1, 2);
    load(TWO);
}
END_TEST

START_TEST(the_server_may_aggregate_itself)
{
    load(TWO);
    always(2, 2);
    set("devices_per_sample", 2);
    set_word("aggregator", "server");
    start();
    struct plan plan;
    double      bytes[WORLD_NODES] = {0}; // sent by each node
    plan_task(task_of(0, 0), &plan);
    for (uint32_t i = 0; i < plan.op_count; i++)
        if (plan.ops[i].kind == OP_TRANSFER) bytes[plan.ops[i].from] += plan.ops[i].bytes;
    ck_assert_double_eq(bytes[0], VECTOR + MAP1);
    ck_assert_double_eq(bytes[1], VECTOR + MAP1);
    ck_assert_double_eq(bytes[EDGE], 0);
    ck_assert_double_eq(bytes[SERVER], 2 * 16 + VECTOR); // requests of the default size; the answer
}
END_TEST

// ---- what fails

static bool all_but_node(void *ctx, uint32_t node)
{
    (void)ctx;
    return node != 1 && node != EDGE;
}

START_TEST(nodes_that_are_down_are_passed_over_and_devices_left_out)
{
    load(TWO);
    always(1, 2);
    set("devices_per_sample", 3);
    world.view.is_up = all_but_node;
    start();
    struct plan plan;
    plan_task(task_of(0, 0), &plan); // devices 0 and 2; the edge's other node
    ck_assert_uint_eq(plan.op_count, 4 + 2 + 1 + 1);
    for (uint32_t i = 0; i < plan.op_count; i++) {
        ck_assert_uint_ne(plan.ops[i].to, 1);
        ck_assert_uint_ne(plan.ops[i].to, EDGE);
    }
    ck_assert_uint_eq(plan.ops[plan.op_count - 1].from, EDGE + 1);
}
END_TEST

static bool no_server(void *ctx, uint32_t node)
{
    (void)ctx;
    return node < FIRST_FAR;
}

struct metrics {
    uint32_t count;
    char     names[16][32];
    double   values[16];
};

static bool add(void *ctx, const char *name, double value, struct err *e)
{
    struct metrics *m = ctx;
    (void)e;
    strncpy(m->names[m->count], name, sizeof m->names[0] - 1);
    m->values[m->count++] = value;
    return true;
}

static double metric(const char *name)
{
    struct metrics           m = {0};
    const struct metric_sink sink = {&m, add};
    struct err               e = {0};
    ck_assert(ddnn()->report(&world.view, 1, &sink, &e));
    for (uint32_t i = 0; i < m.count; i++)
        if (!strcmp(m.names[i], name)) return m.values[i];
    return NAN;
}

START_TEST(without_a_server_the_last_answer_that_can_be_had_is_taken)
{
    load(THREE);
    set_list("exit_rates", 3, 0.0, 0.0, 1.0);
    start();
    world.view.is_up = no_server;
    ck_assert_uint_eq(exit_of(task_of(0, 0)), 2);
    world.view.is_up = NULL;
    ck_assert_uint_eq(exit_of(task_of(0, 1)), 3);
    ck_assert_double_eq(metric("exits_forced"), 1);
    ck_assert_double_eq(metric("exit_rate_2"), 0.5);
    ck_assert_double_eq(metric("exit_rate_3"), 0.5);
}
END_TEST

START_TEST(a_section_that_does_not_fit_is_not_run)
{
    load(THREE);
    always(3, 3);
    start();
    // The edge's section: weights of c2 and e2, 8 x 4 + 24 x 4, its largest tensors 64 + 32.
    world.groups[GROUP_NEAR].memory_bytes = 32 + 96 + 96;
    ck_assert_uint_eq(exit_of(task_of(0, 0)), 3);
    world.groups[GROUP_NEAR].memory_bytes = 32 + 96 + 96 - 1;
    ck_assert_uint_eq(exit_of(task_of(0, 0)), 1);
    world.groups[GROUP_USER].memory_bytes = 100;
    struct task       t = task_of(0, 0);
    struct plan       plan = {.arena = &world.arena};
    struct err        e = {0};
    enum plan_verdict verdict = ddnn()->plan(&world.view, NULL, &t, &world.arena, &plan, NULL, &e);
    ck_assert_int_eq(verdict, PLAN_INFEASIBLE);
}
END_TEST

// The server's section: weights of c2, c3, e3 of 32, 16 and 96 bytes, c2's tensors 64 + 32. Behind
// two devices' concatenated maps c2's input and weights are twice that.
START_TEST(a_section_that_reads_concatenated_maps_wants_room_for_them)
{
    static const struct {
        const char *how;
        double      bytes;
    } cases[] = {{"max", 32 + 16 + 96 + 64 + 32},
                 {"average", 32 + 16 + 96 + 64 + 32},
                 {"concatenate", 2 * 32 + 16 + 96 + 2 * 64 + 32}};
    for (int i = 0; i < 3; i++) {
        load(TWO);
        always(2, 2);
        set("devices_per_sample", 2);
        set_word("aggregation", cases[i].how);
        start();
        world.groups[GROUP_FAR].memory_bytes = cases[i].bytes;
        ck_assert_uint_eq(exit_of(task_of(0, 0)), 2);
        world.groups[GROUP_FAR].memory_bytes = cases[i].bytes - 1;
        ck_assert_uint_eq(exit_of(task_of(0, 0)), 1);
        teardown();
    }
    load(TWO);
}
END_TEST

START_TEST(a_task_planned_again_draws_the_same_exit_and_counts_once)
{
    load(TWO);
    set_list("exit_rates", 2, 0.5, 0.5);
    start();
    uint32_t left = 0;
    for (uint32_t i = 0; i < 50; i++) {
        struct task           t = task_of(0, i);
        struct plan           first, again = {.arena = &world.arena};
        const struct progress done = {1, NULL, NULL};
        struct err            e = {0};
        plan_task(t, &first);
        left += first.exit == 1;
        for (int k = 0; first.exit == 1 && k < 2; k++) // those alone, so that counting them shows
            ck_assert_int_eq(ddnn()->replan(&world.view, NULL, &t, &done, &world.arena, &again, &e),
                             PLAN_READY);
        if (first.exit == 1) ck_assert_uint_eq(again.exit, 1);
    }
    ck_assert_double_eq_tol(metric("exit_rate_1"), left / 50.0, 1e-12);
    ck_assert_double_eq_tol(metric("exit_rate_2"), 1 - left / 50.0, 1e-12);
}
END_TEST

// ---- exits

START_TEST(chances_are_those_of_the_distributions)
{
    const double     rates[] = {0.2, 0.3, 0.5}, thresholds[] = {0.5, 0.75};
    const double     a[] = {2, 1}, b[] = {1, 1}, bins[] = {1, 3, 5, 0};
    struct exit_rule rules[2];
    struct exit_law  law = {.source = EXITS_TABLE, .exit_count = 3};
    exits_rules(&law, rates, rules);
    ck_assert_double_eq_tol(rules[0].chance, 0.2, 1e-15);
    ck_assert_double_eq_tol(rules[1].chance, 0.3 / 0.8, 1e-15); // of those who come there
    law =
        (struct exit_law){.source = EXITS_DISTRIBUTION, .exit_count = 3, .beta_a = a, .beta_b = b};
    exits_rules(&law, thresholds, rules);
    ck_assert_double_eq_tol(rules[0].chance, 0.25, 1e-12); // Beta(2, 1): F(x) = x^2
    ck_assert_double_eq_tol(rules[1].chance, 0.75, 1e-12); // Beta(1, 1): uniform
    law = (struct exit_law){
        .source = EXITS_DISTRIBUTION, .exit_count = 3, .bins = bins, .bin_count = 2};
    exits_rules(&law, thresholds, rules);
    ck_assert_double_eq_tol(rules[0].chance, 1.0 / 4, 1e-15);
    ck_assert_double_eq_tol(rules[1].chance, 1, 1e-15); // all of it lies below 1/2
}
END_TEST

START_TEST(threshold_one_accepts_all_and_zero_none)
{
    const double    a[] = {0.3}, b[] = {0.7}, one[] = {1}, zero[] = {0}, seen[] = {0, 1};
    struct exit_law laws[] = {
        {.source = EXITS_DISTRIBUTION, .exit_count = 2, .beta_a = a, .beta_b = b},
        {.source = EXITS_TRACE, .exit_count = 2, .entropies = seen, .sample_count = 2}};
    struct rng rng;
    rng_init(&rng, 1, 0, "test", 0);
    for (uint32_t l = 0; l < 2; l++)
        for (uint64_t i = 0; i < 1000; i++) {
            struct exit_rule all, none;
            exits_rules(&laws[l], one, &all);
            exits_rules(&laws[l], zero, &none);
            ck_assert(exits_leaves(&laws[l], &all, 0, i, &rng));
            ck_assert(!exits_leaves(&laws[l], &none, 0, i, &rng));
        }
}
END_TEST

START_TEST(a_higher_threshold_lets_the_same_samples_leave_and_more)
{
    enum { SAMPLES = 400 };
    bool     left_before[SAMPLES] = {false};
    uint32_t before = 0;
    for (int step = 0; step <= 10; step++) {
        uint32_t count = 0;
        load(TWO);
        set_word("exits", "distribution");
        set_list("entropy_a", 1, 3.0);
        set_list("entropy_b", 1, 2.0);
        set_list("thresholds", 1, step / 10.0);
        start();
        for (uint32_t i = 0; i < SAMPLES; i++) {
            bool leaves = exit_of(task_of(i % WORLD_USERS, i)) == 1;
            ck_assert(leaves || !left_before[i]);
            left_before[i] = leaves;
            count += leaves;
        }
        if (step == 0) ck_assert_uint_eq(count, 0);
        if (step > 2) ck_assert_uint_gt(count, before);
        before = count;
        if (step < 10) teardown();
    }
    ck_assert_uint_eq(before, SAMPLES);
}
END_TEST

START_TEST(a_trace_is_seen_sample_after_sample)
{
    load(THREE);
    set_word("exits", "trace");
    set_list("entropies", 6, 0.1, 0.9, 0.6, 0.2, 0.9, 0.9); // of three samples
    set_list("thresholds", 2, 0.5, 0.5);
    start();
    const uint32_t want[] = {1, 2, 3};
    for (uint32_t user = 0; user < WORLD_USERS; user++)
        for (uint64_t rank = 0; rank < 7; rank++)
            ck_assert_uint_eq(exit_of(task_of(user, rank)), want[(user + rank) % 3]);
}
END_TEST

// Binomial: the count is within four standard deviations (1 of 16 000 seeds would fail).
static void check_binomial(double count, double samples, double chance)
{
    double sd = sqrt(samples * chance * (1 - chance));
    ck_assert_msg(fabs(count - samples * chance) <= 4 * sd, "%g of %g with chance %g", count,
                  samples, chance);
}

START_TEST(one_exit_is_a_bernoulli_trial)
{
    enum { SAMPLES = 1000000 };
    const double     rates[] = {0.43, 0.57};
    struct exit_law  law = {.source = EXITS_TABLE, .exit_count = 2};
    struct exit_rule rule;
    struct rng       rng;
    uint32_t         count = 0;
    exits_rules(&law, rates, &rule);
    rng_init(&rng, 1, 0, "test", 0);
    for (uint64_t i = 0; i < SAMPLES; i++) count += exits_leaves(&law, &rule, 0, i, &rng);
    check_binomial(count, SAMPLES, 0.43);
}
END_TEST

START_TEST(exit_rates_are_binomial)
{
    enum { SAMPLES = 20000 };
    // Thresholds 0.4 and 0.8 of Cheng, Sun and Tu: 2 % and 43 % leave on the device.
    const double local[] = {0.02, 0.43};
    for (int i = 0; i < 2; i++) {
        load(TWO);
        set_list("exit_rates", 2, local[i], 1 - local[i]);
        start();
        for (uint32_t k = 0; k < SAMPLES; k++) exit_of(task_of(k % 3, k / 3));
        check_binomial(metric("exit_rate_1") * SAMPLES, SAMPLES, local[i]);
        teardown();
    }
    load(THREE); // uniform entropies: 30 % of all, half of the rest
    set_word("exits", "distribution");
    set_list("entropy_bins", 2, 1.0, 1.0);
    set_list("thresholds", 2, 0.3, 0.5);
    start();
    for (uint32_t k = 0; k < SAMPLES; k++) exit_of(task_of(k % 3, k / 3));
    check_binomial(metric("exit_rate_1") * SAMPLES, SAMPLES, 0.3);
    check_binomial(metric("exit_rate_2") * SAMPLES, SAMPLES, 0.35);
    check_binomial(metric("exit_rate_3") * SAMPLES, SAMPLES, 0.35);
}
END_TEST

// ---- broadcast

START_TEST(new_thresholds_hold_once_a_message_would_have_come)
{
    load(THREE);
    set_word("exits", "trace");
    set_list("entropies", 2, 0.5, 0.5);
    set_list("thresholds", 2, 0.0, 0.0);
    set_list("thresholds_then", 2, 0.0, 1.0); // of the edge alone
    set("threshold_at", 10);
    set("control", 50);
    world.links[GROUP_FAR * GROUPS + GROUP_NEAR].latency_s = 5e-3;
    world_ready(&world);
    start();
    // 50 bytes at 50 MB/s take 1 us, then 5 ms.
    const sim_ns at = 10000000000, way = 5001000;
    const struct {
        sim_ns   now;
        uint32_t exit;
    } cases[] = {{0, 3}, {at, 3}, {at + way - 1, 3}, {at + way, 2}, {2 * at, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world.view.now = cases[i].now;
        ck_assert_uint_eq(exit_of(task_of(0, 0)), cases[i].exit);
    }
}
END_TEST

START_TEST(devices_and_servers_hear_at_their_own_times)
{
    load(TWO);
    set_list("exit_rates", 2, 0.0, 1.0);
    set_list("exit_rates_then", 2, 1.0, 0.0);
    set("threshold_at", 10);
    set("devices_per_sample", 2);
    set_word("aggregator", "server"); // which judges, and knows at once
    start();
    world.view.now = 10000000000 - 1;
    ck_assert_uint_eq(exit_of(task_of(0, 0)), 2);
    world.view.now = 10000000000;
    ck_assert_uint_eq(exit_of(task_of(0, 0)), 1);
    set("devices_per_sample", 1); // the device: 16 bytes at 50 MB/s, 1 ms
    ck_assert_uint_eq(exit_of(task_of(0, 0)), 2);
    world.view.now += 1000319;
    ck_assert_uint_eq(exit_of(task_of(0, 0)), 2);
    world.view.now += 1;
    ck_assert_uint_eq(exit_of(task_of(0, 0)), 1);
}
END_TEST

// ---- accuracy

START_TEST(accuracies_are_carried_through_and_weighed_by_the_exits)
{
    load(TWO);
    set_word("exits", "trace");
    set_list("entropies", 4, 0.1, 0.9, 0.9, 0.9); // one in four leaves on the device
    set_list("thresholds", 1, 0.5);
    set("accuracy_local", 0.44);
    set("accuracy_server", 0.64);
    set("accuracy_ideal", 0.72);
    start();
    for (uint32_t i = 0; i < 8; i++) exit_of(task_of(0, i));
    ck_assert_double_eq(metric("exit_rate_1"), 0.25);
    ck_assert_double_eq(metric("accuracy_local"), 0.44);
    ck_assert_double_eq(metric("accuracy_server"), 0.64);
    ck_assert_double_eq(metric("accuracy_ideal"), 0.72);
    ck_assert_double_eq_tol(metric("accuracy_overall"), 0.25 * 0.44 + 0.75 * 0.64, 1e-15);
    set_list("accuracy_exits", 2, 0.8, 0.6); // of those who leave there
    ck_assert_double_eq_tol(metric("accuracy_overall"), 0.25 * 0.8 + 0.75 * 0.6, 1e-15);
}
END_TEST

START_TEST(nothing_is_said_of_accuracies_that_are_unknown)
{
    load(THREE);
    always(1, 3);
    set("accuracy_local", 0.44);
    start();
    exit_of(task_of(0, 0));
    ck_assert(isnan(metric("accuracy_overall")) && isnan(metric("accuracy_server")));
    ck_assert_double_eq(metric("accuracy_local"), 0.44);
}
END_TEST

// ---- faults of a scenario

static void refuse(const char *what)
{
    struct err e = {0};
    bool       ok = ddnn()->claims(&world.view, &e);
    ck_assert_msg(!ok && strstr(e.text, what), "want \"%s\", have \"%s\"", what, e.text);
    leave_out_all();
}

START_TEST(options_that_do_not_fit_are_told)
{
    load(THREE);
    struct err e = {0};
    ck_assert_msg(ddnn()->claims(&world.view, &e), "%s", e.text); // equal shares
    set_list("exit_rates", 2, 0.5, 0.5);
    refuse("exit_rates: want 3 numbers for the 3 exits of three, have 2");
    set_list("exit_rates", 3, 0.5, 0.5, 0.5);
    refuse("exit_rates: want a sum of 1, have 1.5");
    set_list("thresholds", 2, 0.5, 0.5);
    refuse("thresholds: nobody reads it with exits table");
    set_word("exits", "distribution");
    set_list("thresholds", 2, 0.5, 0.5);
    refuse("want entropy_a with entropy_b, or entropy_bins");
    set_word("exits", "distribution");
    set_list("thresholds", 2, 0.5, 0.5);
    set_list("entropy_a", 2, 0.5, 0.5);
    refuse("want entropy_a with entropy_b, or entropy_bins");
    set_word("exits", "distribution");
    set_list("thresholds", 2, 0.5, 0.5);
    set_list("entropy_bins", 4, 1.0, 1.0, 0.0, 0.0);
    refuse("entropy_bins: want a weight above 0 for exit 2");
    set_word("exits", "distribution");
    set_list("entropy_bins", 2, 1.0, 1.0);
    refuse("thresholds: want it with exits distribution");
    set_word("exits", "trace");
    set_list("thresholds", 2, 0.5, 0.5);
    refuse("exits trace: want entropies");
    set_word("exits", "trace");
    set_list("thresholds", 2, 0.5, 0.5);
    set_list("entropies", 3, 0.5, 0.5, 0.5);
    refuse("entropies: want a multiple of 2 numbers");
    set_list("exit_rates_then", 3, 1.0, 0.0, 0.0);
    refuse("threshold_at: want the time");
    set("threshold_at", 1);
    refuse("exit_rates_then: want it with exits table and threshold_at");
    set("devices_per_sample", 4);
    refuse("devices_per_sample: want at most the 3 nodes of user, have 4");
    set_word("aggregation", "average");
    refuse("aggregation: nobody reads it with devices_per_sample 1");
    set_word("aggregator", "server");
    refuse("aggregator: nobody reads it with devices_per_sample 1");
    set("control", 99);
    refuse("control: nobody reads it with devices_per_sample 1 and no threshold_at");
    world.limits.theta = 1;
    refuse("theta: want 2 fog nodes of a task, the edge and the server, have 1");
    world.limits.theta = 2;
    set("edge", GROUP_USER);
    option("edge")->text = "user";
    refuse("edge: want a group of fog or cloud nodes, have user");
    world.graph.exit_count = 1;
    refuse("want a model with two exits or more");
}
END_TEST

START_TEST(options_that_have_an_effect_are_taken)
{
    struct err e = {0};
    load(TWO);
    option("edge")->text = "near";
    set("edge", GROUP_NEAR);
    refuse("edge: nobody reads it with two exits and no aggregator edge");
    option("edge")->text = "near";
    set("edge", GROUP_NEAR);
    set("devices_per_sample", 2);
    set_word("aggregation", "average");
    set_word("aggregator", "edge");
    set("control", 99);
    ck_assert_msg(ddnn()->claims(&world.view, &e), "%s", e.text);
    set_word("aggregator", "server");
    refuse("edge: nobody reads it with two exits and no aggregator edge");
    set_list("exit_rates_then", 2, 1.0, 0.0);
    set("threshold_at", 1);
    set("control", 99);
    ck_assert_msg(ddnn()->claims(&world.view, &e), "%s", e.text);
}
END_TEST

START_TEST(models_of_unlike_exits_are_refused_together)
{
    struct world other = {0};
    struct err   e = {0};
    void        *state;
    load(THREE);
    world_load_text(&other, TWO);
    struct view both[2] = {world.view, world.view};
    both[1].graph = &other.graph;
    both[1].class_id = 1;
    ck_assert(!ddnn()->begin(both, 2, &state_arena, &state, &e)); // equal shares fit each of them
    ck_assert_msg(strstr(e.text, "want models of as many exits, three has 3 and two 2"), "%s",
                  e.text);
    world_free(&other);
}
END_TEST

Suite *ddnn_suite(void)
{
    Suite *suite = suite_create("ddnn");
    TCase *tc = tcase_create("ddnn");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, a_sample_that_leaves_first_stays_on_its_device);
    tcase_add_test(tc, the_tensor_before_the_exit_travels_after_the_judgement);
    tcase_add_test(tc, the_last_exit_is_three_tiers_up_and_delta_is_paid_once);
    tcase_add_test(tc, with_two_exits_nobody_computes_the_edge_s);
    tcase_add_test(tc, a_tensor_that_skips_a_tier_waits_for_that_tier_s_judgement);
    tcase_add_test(tc, the_nearest_tier_that_holds_a_tensor_sends_it);
    tcase_add_test(tc, devices_are_asked_once_for_all_their_tensors);
    tcase_add_test(tc, vectors_of_several_devices_meet_at_the_edge);
    tcase_add_test(tc, maximum_and_average_keep_the_size_and_concatenation_multiplies_it);
    tcase_add_test(tc, the_server_may_aggregate_itself);
    tcase_add_test(tc, nodes_that_are_down_are_passed_over_and_devices_left_out);
    tcase_add_test(tc, without_a_server_the_last_answer_that_can_be_had_is_taken);
    tcase_add_test(tc, a_section_that_does_not_fit_is_not_run);
    tcase_add_test(tc, a_section_that_reads_concatenated_maps_wants_room_for_them);
    tcase_add_test(tc, a_task_planned_again_draws_the_same_exit_and_counts_once);
    tcase_add_test(tc, chances_are_those_of_the_distributions);
    tcase_add_test(tc, threshold_one_accepts_all_and_zero_none);
    tcase_add_test(tc, a_higher_threshold_lets_the_same_samples_leave_and_more);
    tcase_add_test(tc, a_trace_is_seen_sample_after_sample);
    tcase_add_test(tc, one_exit_is_a_bernoulli_trial);
    tcase_add_test(tc, exit_rates_are_binomial);
    tcase_add_test(tc, new_thresholds_hold_once_a_message_would_have_come);
    tcase_add_test(tc, devices_and_servers_hear_at_their_own_times);
    tcase_add_test(tc, accuracies_are_carried_through_and_weighed_by_the_exits);
    tcase_add_test(tc, nothing_is_said_of_accuracies_that_are_unknown);
    tcase_add_test(tc, options_that_do_not_fit_are_told);
    tcase_add_test(tc, options_that_have_an_effect_are_taken);
    tcase_add_test(tc, models_of_unlike_exits_are_refused_together);
    suite_add_tcase(suite, tc);
    return suite;
}
