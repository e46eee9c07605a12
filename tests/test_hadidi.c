// tests/test_hadidi.c: splitting methods, stages of equal latency, and Procedure 1 of Hadidi et al.
//
// Byte counts are Table II of the paper by hand. Chains have steps of whole seconds: a conv 1 x 1
// over 10 x 10 pixels at 1e4 MAC per second. Stages are compared with all there are.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/hadidi/deploy.h"
#include "base/rng.h"
#include "tests/fixture.h"
#include "tests/program.h"

Suite *hadidi_suite(void);

static struct world world;

static void world_teardown(void)
{
    world_free(&world);
}

// ---- methods: bytes that the parts receive and send, Table II
// -------------------------------------

#define CONV                                                                                       \
    "{\"name\": \"conv\", \"input\": [4, 8, 8], \"classes\": 1, \"layers\": [{\"name\": \"a\","    \
    " \"type\": \"conv\", \"inputs\": [\"data\"], \"kernel\": [3, 3], \"stride\": [1, 1],"         \
    " \"pad\": [1, 1], \"channels\": 6, \"bias\": false}]}"

#define FC                                                                                         \
    "{\"name\": \"fc\", \"input\": [4, 1, 1], \"classes\": 1, \"layers\": ["                       \
    "{\"name\": \"a\", \"type\": \"fc\", \"inputs\": [\"data\"], \"units\": 120, \"bias\": "       \
    "false},"                                                                                      \
    "{\"name\": \"b\", \"type\": \"fc\", \"inputs\": [\"a\"], \"units\": 30, \"bias\": false}]}"

static int64_t elements(uint32_t step, enum method_choice choice, uint32_t parts)
{
    struct method m;
    ck_assert(method_of(&world.graph, step, choice, parts, &m));
    return method_bytes(&world.graph, step, m, parts) / BYTES_PER_ELEMENT;
}

// C_i = 4, k = 6, H = W = 8, f = 3.
START_TEST(splits_of_a_conv_send_what_table_2_says)
{
    world_load_text(&world, CONV);
    const struct method whole = {.axis = SLICE_NONE};
    ck_assert_int_eq(method_bytes(&world.graph, 0, whole, 1), 4 * (4 + 6) * 64);
    // channel, k' = 2: (k/k' C_i + k) H W
    ck_assert_int_eq(elements(0, METHOD_FIRST, 3), (3 * 4 + 6) * 64);
    // filter, C_b = 2: (C_i + k C_i/C_b) H W
    ck_assert_int_eq(elements(0, METHOD_THIRD, 2), (4 + 6 * 2) * 64);
    // spatial, rows: 4 rows of the output need 5 of the input, at the border of the picture
    ck_assert_int_eq(elements(0, METHOD_SECOND, 2), 2 * (5 * 8 * 4) + 6 * 64);
    // rows in three: [0, 2), [2, 5), [5, 8) need 3, 5 and 4
    ck_assert_int_eq(elements(0, METHOD_SECOND, 3), (3 + 5 + 4) * 8 * 4 + 6 * 64);
}
END_TEST

// 2 x 2 tiles of 4 x 4 need 5 x 5 each. The same by the paper's eq. (2) read as strips: H W C_i,
// 4 floor(f/2) d (d - 1) = 8 strips of H/d C_i each, and 4 corners of floor(f/2)^2 C_i.
START_TEST(tiles_overlap_in_strips_and_corners)
{
    world_load_text(&world, CONV);
    struct method m;
    ck_assert(method_of(&world.graph, 0, METHOD_SECOND, 4, &m));
    ck_assert_int_eq(m.axis, SLICE_GRID);
    ck_assert_int_eq(m.grid.rows, 2);
    ck_assert_int_eq(m.grid.columns, 2);
    ck_assert_int_eq(4 * 25 * 4, 8 * 8 * 4 + 8 * (4 * 4) + 4 * 4);
    ck_assert_int_eq(elements(0, METHOD_SECOND, 4), 4 * 25 * 4 + 6 * 64);
}
END_TEST

START_TEST(splits_of_an_fc_send_what_table_2_says)
{
    world_load_text(&world, FC);
    for (uint32_t n = 1; n <= 4; n++) {
        ck_assert_int_eq(elements(0, METHOD_FIRST, n), n * 4 + 120);
        ck_assert_int_eq(elements(0, METHOD_SECOND, n), 4 + n * 120);
        ck_assert_int_eq(elements(1, METHOD_FIRST, n), n * 120 + 30);
        ck_assert_int_eq(elements(1, METHOD_SECOND, n), 120 + n * 30);
    }
}
END_TEST

// Weights d_i d_o / n in both, and of a conv a share by channel and filter, all of them by tiles.
START_TEST(splits_hold_their_share_of_the_weights)
{
    struct method m;
    world_load_text(&world, FC);
    ck_assert(method_of(&world.graph, 1, METHOD_FIRST, 3, &m));
    ck_assert_int_eq(method_memory_bytes(&world.graph, 1, m, 3), 4 * (1200 + 120 + 10));
    ck_assert(method_of(&world.graph, 1, METHOD_SECOND, 3, &m));
    ck_assert_int_eq(method_memory_bytes(&world.graph, 1, m, 3), 4 * (1200 + 40 + 30));
    world_free(&world);
    world_load_text(&world, CONV);
    ck_assert(method_of(&world.graph, 0, METHOD_FIRST, 3, &m));
    ck_assert_int_eq(method_memory_bytes(&world.graph, 0, m, 3), 4 * (2 * 36 + 256 + 128));
    ck_assert(method_of(&world.graph, 0, METHOD_SECOND, 2, &m));
    ck_assert_int_eq(method_memory_bytes(&world.graph, 0, m, 2), 4 * (216 + 160 + 192));
    ck_assert(method_of(&world.graph, 0, METHOD_THIRD, 2, &m));
    ck_assert_int_eq(method_memory_bytes(&world.graph, 0, m, 2), 4 * (2 * 54 + 128 + 384));
}
END_TEST

START_TEST(nothing_is_cut_into_more_parts_than_it_has)
{
    struct method m;
    world_load_text(&world, CONV);
    ck_assert(method_of(&world.graph, 0, METHOD_FIRST, 6, &m));
    ck_assert(!method_of(&world.graph, 0, METHOD_FIRST, 7, &m));
    ck_assert(!method_of(&world.graph, 0, METHOD_THIRD, 5, &m));
    ck_assert(!method_of(&world.graph, 0, METHOD_SECOND, 10, &m)); // 8 rows
    ck_assert(method_of(&world.graph, 0, METHOD_SECOND, 64, &m));  // 8 x 8 tiles
    ck_assert(!method_of(&world.graph, 0, METHOD_AUTO, 2, &m));
}
END_TEST

// ---- stages
// ---------------------------------------------------------------------------------------

enum { MOST_STEPS = 6, MOST_DEVICES = 5 };

static double       latency[MOST_STEPS * MOST_DEVICES], weights[MOST_STEPS], tensors[MOST_STEPS];
static struct stage stages[MOST_STEPS];

static struct stage_costs costs_of(uint32_t steps, uint32_t devices)
{
    return (struct stage_costs){steps, devices, latency, weights, tensors, INFINITY};
}

// Whole steps of these seconds; over k devices an ideal k-th where it `splits`.
static void set_chain(const double *seconds, uint32_t steps, uint32_t devices, bool splits)
{
    memset(weights, 0, sizeof weights);
    memset(tensors, 0, sizeof tensors);
    for (uint32_t s = 0; s < steps; s++)
        for (uint32_t k = 1; k <= devices; k++)
            latency[s * devices + k - 1] = k == 1 ? seconds[s] : splits ? seconds[s] / k : INFINITY;
}

static void ck_stage(uint32_t i, uint32_t first, uint32_t end, uint32_t device, uint32_t count)
{
    ck_assert_uint_eq(stages[i].first_step, first);
    ck_assert_uint_eq(stages[i].end_step, end);
    ck_assert_uint_eq(stages[i].first_device, device);
    ck_assert_uint_eq(stages[i].device_count, count);
}

START_TEST(whole_steps_are_grouped_as_by_hand)
{
    const double seconds[] = {1, 2, 3, 4};
    const double want[] = {10, 6, 4, 4}; // with 1 to 4 devices
    for (uint32_t n = 1; n <= 4; n++) {
        double slowest;
        set_chain(seconds, 4, n, false);
        struct stage_costs c = costs_of(4, n);
        ck_assert_uint_gt(stages_group(&c, stages, &slowest), 0);
        ck_assert_double_eq(slowest, want[n - 1]);
    }
    double slowest;
    set_chain(seconds, 4, 3, false);
    struct stage_costs c = costs_of(4, 3);
    ck_assert_uint_eq(stages_group(&c, stages, &slowest), 3); // 1 + 2, 3, 4
    ck_stage(0, 0, 2, 0, 1);
    ck_stage(1, 2, 3, 1, 1);
    ck_stage(2, 3, 4, 2, 1);
}
END_TEST

// 1, 1, 9, 1: with five devices 9 takes three and everything is at most 3; with four it takes two.
START_TEST(a_slow_step_takes_several_devices)
{
    const double seconds[] = {1, 1, 9, 1};
    double       slowest;
    set_chain(seconds, 4, 5, true);
    struct stage_costs c = costs_of(4, 5);
    ck_assert_uint_eq(stages_group(&c, stages, &slowest), 3);
    ck_assert_double_eq(slowest, 3);
    ck_stage(0, 0, 2, 0, 1);
    ck_stage(1, 2, 3, 1, 3);
    ck_stage(2, 3, 4, 4, 1);
    ck_assert_double_eq(stages_latency_s(&c, &stages[0]), 2);
    ck_assert_double_eq(stages_latency_s(&c, &stages[1]), 3);
    set_chain(seconds, 4, 4, true);
    c = costs_of(4, 4);
    ck_assert_uint_eq(stages_group(&c, stages, &slowest), 3);
    ck_assert_double_eq(slowest, 4.5);
    ck_stage(1, 2, 3, 1, 2);
}
END_TEST

START_TEST(stages_are_no_larger_than_a_device)
{
    const double seconds[] = {1, 1, 1, 1};
    double       slowest;
    set_chain(seconds, 4, 3, false);
    for (int s = 0; s < 4; s++) weights[s] = 4, tensors[s] = 1 + s;
    struct stage_costs c = costs_of(4, 3);
    c.memory_bytes = 11; // two steps: 8 + at most 3: not those that end with the last
    ck_assert_uint_eq(stages_group(&c, stages, &slowest), 3);
    ck_stage(0, 0, 2, 0, 1);
    ck_stage(1, 2, 3, 1, 1);
    ck_stage(2, 3, 4, 2, 1);
    c.memory_bytes = 10;
    ck_assert_uint_eq(stages_group(&c, stages, &slowest), 3); // 8 + 2 still fits
    c.memory_bytes = 9;                                       // one step each: four devices
    ck_assert_uint_eq(stages_group(&c, stages, &slowest), 0);
}
END_TEST

// The least slowest stage of all ways to have steps [step, ...) on `devices` devices.
static double try_all(const struct stage_costs *c, uint32_t step, uint32_t devices)
{
    double best = INFINITY, sum = 0, weight = 0, tensor = 0;
    if (step == c->step_count) return 0;
    const double *own = &c->latency_s[step * c->device_count];
    for (uint32_t k = 2; k <= devices; k++)
        best = fmin(best, fmax(own[k - 1], try_all(c, step + 1, devices - k)));
    for (uint32_t end = step + 1; devices && end <= c->step_count; end++) {
        sum += c->latency_s[(end - 1) * c->device_count];
        weight += c->weight_bytes[end - 1];
        tensor = fmax(tensor, c->tensor_bytes[end - 1]);
        if (end > step + 1 && weight + tensor > c->memory_bytes) break;
        best = fmin(best, fmax(sum, try_all(c, end, devices - 1)));
    }
    return best;
}

START_TEST(no_stages_are_better_than_those_found)
{
    struct rng r;
    rng_init(&r, 5, 0, "stages", 0);
    int feasible = 0, split = 0;
    for (int round = 0; round < 3000; round++) {
        uint32_t steps = 1 + (uint32_t)(rng_uniform(&r) * MOST_STEPS);
        uint32_t devices = 1 + (uint32_t)(rng_uniform(&r) * MOST_DEVICES);
        for (uint32_t i = 0; i < steps * devices; i++)
            latency[i] = rng_uniform(&r) < 0.2 ? INFINITY : floor(1 + 20 * rng_uniform(&r));
        for (uint32_t s = 0; s < steps; s++)
            weights[s] = floor(4 * rng_uniform(&r)), tensors[s] = floor(4 * rng_uniform(&r));
        struct stage_costs c = costs_of(steps, devices);
        c.memory_bytes = rng_uniform(&r) < 0.5 ? INFINITY : 8;
        double   slowest = NAN, want = try_all(&c, 0, devices), seen = 0;
        uint32_t count = stages_group(&c, stages, &slowest), step = 0, device = 0;
        ck_assert_int_eq(count > 0, want < INFINITY);
        if (!count) continue;
        feasible++;
        ck_assert_double_eq(slowest, want);
        for (uint32_t i = 0; i < count; i++) {
            ck_stage(i, step, stages[i].end_step, device, stages[i].device_count);
            seen = fmax(seen, stages_latency_s(&c, &stages[i]));
            step = stages[i].end_step, device += stages[i].device_count;
            split += stages[i].device_count > 1;
        }
        ck_assert_double_eq(seen, slowest);
        ck_assert_uint_eq(step, steps);
        ck_assert_uint_le(device, devices);
    }
    ck_assert_int_gt(feasible, 1000); // both cases are met often
    ck_assert_int_gt(split, 300);
}
END_TEST

// ---- the procedure
// --------------------------------------------------------------------------------

enum { FC_HOW, CONV_HOW, DEVICES, DATA_PARALLEL, PROCEDURE, OBSERVE, TOLERANCE, ITERATIONS, OWN };

static struct option_value own[OWN];

static const struct scheme *hadidi(void)
{
    return scheme_find("hadidi");
}

#define CONV1(name, from, channels)                                                                \
    "{\"name\": \"" name "\", \"type\": \"conv\", \"inputs\": [\"" from                            \
    "\"], \"kernel\": [1, 1], \"stride\": [1, 1], \"pad\": [0, 0], \"channels\": " channels        \
    ", \"bias\": false}"
#define MODEL(layers)                                                                              \
    "{\"name\": \"chain\", \"input\": [10, 10, 10], \"classes\": 1, \"layers\": [" layers "]}"

// The far nodes (5, 6, 7) are the fastest group: 1e4 MAC per second, no overhead.
static void load_chain(const char *model)
{
    world_load_text(&world, model);
    for (uint32_t g = 0; g < GROUPS; g++) {
        world.devices[g].conv_flop_per_s = g == GROUP_FAR ? 2e4 : 1e4;
        world.devices[g].overhead_s = 0;
    }
    world.limits.theta = 64;
    ck_assert_uint_eq(hadidi()->own_count, OWN);
    for (uint32_t i = 0; i < OWN; i++)
        own[i] = (struct option_value){.number = hadidi()->own[i].otherwise};
    world.options.own = own;
}

static void begin(void)
{
    struct err e = {0};
    void      *state;
    world_ready(&world);
    ck_assert(hadidi()->claims(&world.view, &e));
    ck_assert(hadidi()->begin(&world.view, 1, &world.arena, &state, &e));
    world.view.state = state;
}

static struct placement where;
static struct plan      last;

static void plan_task(void)
{
    struct association as = {0};
    world_plan(&world, hadidi(), &as, &(struct task){0, 0}, &last, &where);
}

// Placed in the order of steps: the nodes of all slices, as digits.
static void ck_nodes(const char *digits)
{
    char have[64] = "";
    plan_task();
    ck_assert_uint_lt(where.count, sizeof have);
    for (uint32_t i = 0; i < where.count; i++) have[i] = (char)('0' + where.slices[i].node);
    ck_assert_str_eq(have, digits);
}

struct reported {
    const char *name;
    double      value;
};

static bool note_metric(void *ctx, const char *name, double value, struct err *e)
{
    struct reported *r = ctx;
    (void)e;
    if (!strcmp(name, r->name)) r->value = value;
    return true;
}

static double metric(const char *name)
{
    struct reported          r = {name, NAN};
    const struct metric_sink sink = {&r, note_metric};
    struct err               e = {0};
    ck_assert(hadidi()->report(&world.view, 1, &sink, &e));
    return r.value;
}

START_TEST(the_simple_pipeline_cuts_between_steps_alone)
{
    // 1, 2, 2, 3 s: 1 + 2, 2, 3
    load_chain(MODEL(CONV1("a", "data", "10") "," CONV1("b", "a", "20") "," CONV1(
        "c", "b", "10") "," CONV1("d", "c", "30")));
    own[PROCEDURE].number = 1;
    begin();
    ck_nodes("5567");
    ck_assert_double_eq_tol(where.slices[1].seconds, 2, 1e-9);
    ck_assert_double_eq_tol(where.slices[3].seconds, 3, 1e-9);
    own[DEVICES].number = 2; // 1 + 2 + 2, 3
    begin();
    ck_nodes("5556");
    world.limits.theta = 1;
    begin();
    ck_nodes("5555");
    own[OBSERVE].number = 7;
    ck_assert_double_eq(hadidi()->observe_s(&world.options), 0); // nothing to look at
}
END_TEST

// 1 s, then 6 s: over two devices by rows, which send nothing twice where a kernel is 1 x 1.
START_TEST(what_the_simple_pipeline_does_not_do_is_refused)
{
    static const uint32_t unread[] = {FC_HOW,  CONV_HOW,  DATA_PARALLEL,
                                      OBSERVE, TOLERANCE, ITERATIONS};
    load_chain(MODEL(CONV1("a", "data", "10")));
    begin();
    for (uint32_t i = 0; i < OWN; i++) own[i].is_given = true;
    struct err e = {0};
    ck_assert(hadidi()->claims(&world.view, &e));
    own[PROCEDURE].number = 1;
    for (uint32_t i = 0; i < OWN; i++) own[i].is_given = i == DEVICES || i == PROCEDURE;
    ck_assert(hadidi()->claims(&world.view, &e));
    for (uint32_t i = 0; i < sizeof unread / sizeof *unread; i++) {
        e = (struct err){0};
        own[unread[i]].is_given = true;
        ck_assert(!hadidi()->claims(&world.view, &e));
        ck_assert(strstr(e.text, hadidi()->own[unread[i]].key) == e.text);
        ck_assert_ptr_nonnull(strstr(e.text, ": nobody reads it with procedure off"));
        own[unread[i]].is_given = false;
    }
}
END_TEST

START_TEST(a_slow_step_is_split_as_asked_for)
{
    load_chain(MODEL(CONV1("a", "data", "10") "," CONV1("b", "a", "60")));
    begin();
    ck_nodes("567");
    ck_assert_int_eq(where.slices[1].slice.axis, SLICE_ROWS);
    ck_assert_int_eq(where.slices[1].slice.end, 5);
    ck_assert_double_eq_tol(where.slices[1].seconds, 3, 1e-9);
    own[CONV_HOW].number = METHOD_FIRST;
    begin();
    ck_nodes("567");
    ck_assert_int_eq(where.slices[1].slice.axis, SLICE_OUT);
    own[CONV_HOW].number = METHOD_THIRD;
    begin();
    ck_nodes("567");
    ck_assert_int_eq(where.slices[2].slice.axis, SLICE_IN);
    ck_assert_int_eq(where.slices[2].slice.begin, 5);
    // partial sums meet on the last stage's first device, 6: nothing of step 1 is sent to 7
    for (uint32_t i = 0; i < last.op_count; i++)
        if (last.ops[i].kind == OP_TRANSFER && last.ops[i].from == 7)
            ck_assert_uint_eq(last.ops[i].to, 6);
    ck_assert_double_eq(hadidi()->observe_s(&world.options), 12);
}
END_TEST

// 6 s over two devices, then 1.2 s: whatever the split, what leaves the two goes to the third
// alone.
START_TEST(parts_go_to_the_next_stage_and_meet_there)
{
    load_chain(MODEL(CONV1("a", "data", "60") "," CONV1("b", "a", "2")));
    for (int how = METHOD_AUTO; how <= METHOD_THIRD; how++) {
        uint32_t among = 0;
        own[CONV_HOW].number = how;
        begin();
        ck_nodes("567");
        for (uint32_t i = 0; i < last.op_count; i++) {
            const struct op *o = &last.ops[i];
            if (o->kind != OP_TRANSFER || o->from < FIRST_FAR || o->to < FIRST_FAR) continue;
            ck_assert_uint_ne(o->from, 7);
            ck_assert_uint_eq(o->to, 7);
            among++;
        }
        ck_assert_uint_eq(among, 2);
    }
}
END_TEST

// Bytes decide where computing is equal: 4 inputs and 120 outputs, and the other way round.
START_TEST(an_fc_is_split_where_it_sends_less)
{
    struct method m;
    world_load_text(&world, FC);
    world.devices[GROUP_FAR].fc_bytes_per_s = 100;
    world.devices[GROUP_NEAR].fc_bytes_per_s = 50;
    world.links[GROUP_FAR * GROUPS + GROUP_FAR].rate_bytes_per_s = 1000;
    world_ready(&world);
    struct layout             l;
    const struct deploy_rules rules = {.splits = true, .memory_share = 1};
    deploy_layout(&world.view, &rules, FIRST_FAR, 2, &world.arena, &l);
    ck_assert_int_eq(l.methods[0 * 2 + 1].axis, SLICE_OUT); // 4 more against 120 more
    ck_assert_int_eq(l.methods[1 * 2 + 1].axis, SLICE_IN);  // 120 more against 30 more
    // 480 weights of 4 B at 100 B/s on one device, half on each of two; 16 B more at 1000 B/s
    ck_assert_double_eq_tol(l.compute_s[0], 19.2, 0.02);
    ck_assert_double_eq_tol(l.compute_s[1], 9.6, 0.02);
    ck_assert_double_eq_tol(l.extra_s[1], 0.016 + 1e-3, 1e-9);
    ck_assert(method_of(&world.graph, 0, METHOD_FIRST, 2, &m));
}
END_TEST

START_TEST(copies_take_turns)
{
    load_chain(MODEL(CONV1("a", "data", "10") "," CONV1("b", "a", "60")));
    own[DATA_PARALLEL].number = 1;
    begin();
    ck_nodes("56");
    ck_nodes("57");
    ck_nodes("56");
    ck_assert_double_eq_tol(where.slices[1].seconds, 6, 1e-9);
}
END_TEST

// Step b: 2400 B of weights, 4000 B in, 24000 B out: 30400 B. In two parts at most 17200 B.
START_TEST(what_exceeds_a_device_is_on_the_list_to_be_split)
{
    const char *model = MODEL(CONV1("a", "data", "60") "," CONV1("b", "a", "10"));
    load_chain(model);
    world.devices[GROUP_FAR].conv_flop_per_s = 2e9; // computing takes no time: only memory matters
    begin();
    ck_nodes("56"); // 60 ms each: over more devices one of them would still take as long
    world.groups[GROUP_FAR].memory_bytes = 20000;
    own[DEVICES].number = 2; // two steps in two parts want four devices: the user computes
    begin();
    ck_nodes("00");
    world.groups[GROUP_FAR].memory_rule = MEMORY_SWAP; // or they overflow
    world.groups[GROUP_FAR].swap_bytes_per_s = 1e6;
    begin();
    ck_nodes("56");
    world.groups[GROUP_FAR].memory_rule = MEMORY_REFUSE; // 4800 B of weights, 28000 B of tensors
    world.groups[GROUP_FAR].memory_bytes = 32800;
    own[DEVICES].number = 1;
    begin();
    ck_nodes("55");
    world.groups[GROUP_FAR].memory_bytes = 32799; // each alone fits, both together do not
    begin();
    ck_nodes("00");
    own[DEVICES].number = 2;
    begin();
    ck_nodes("56");
}
END_TEST

START_TEST(the_list_takes_the_fewest_devices_that_fit)
{
    load_chain(MODEL(CONV1("a", "data", "10") "," CONV1("b", "a", "60")));
    world.devices[GROUP_FAR].conv_flop_per_s = 2e9;
    world.groups[GROUP_FAR].memory_bytes = 20000;
    begin();
    ck_nodes("567");
}
END_TEST

// a: 400 B of weights, 4000 + 4000 B; b the same; c: 2400 B of weights, 4000 + 24000 B. One
// operation of a device carries all weights there, the others their tensors.
START_TEST(weights_that_stay_are_counted_once_per_task)
{
    load_chain(MODEL(CONV1("a", "data", "10") "," CONV1("b", "a", "10") "," CONV1("c", "b", "60")));
    own[PROCEDURE].number = 1;
    own[DEVICES].number = 2;
    begin();
    ck_nodes("556");
    double held[3], count = 0;
    for (uint32_t i = 0; i < last.op_count; i++)
        if (last.ops[i].kind == OP_COMPUTE) held[(int)count++] = last.ops[i].memory_bytes;
    ck_assert_double_eq(count, 3);
    ck_assert_double_eq(held[0], 800 + 8000);
    ck_assert_double_eq(held[1], 8000);
    ck_assert_double_eq(held[2], 2400 + 28000);
}
END_TEST

// a: 800 B of weights, 4000 + 8000 B; b: 1600 B, 8000 + 8000 B: b's tensors are the most.
START_TEST(the_weights_come_on_top_of_the_most_tensors)
{
    load_chain(MODEL(CONV1("a", "data", "20") "," CONV1("b", "a", "20")));
    own[PROCEDURE].number = 1;
    own[DEVICES].number = 1;
    begin();
    ck_nodes("55");
    double held[2], count = 0;
    for (uint32_t i = 0; i < last.op_count; i++)
        if (last.ops[i].kind == OP_COMPUTE) held[(int)count++] = last.ops[i].memory_bytes;
    ck_assert_double_eq(count, 2);
    ck_assert_double_eq(held[0], 12000);
    ck_assert_double_eq(held[1], 2400 + 16000);
}
END_TEST

START_TEST(nodes_that_are_away_are_left_out)
{
    load_chain(MODEL(CONV1("a", "data", "10") "," CONV1("b", "a", "60")));
    begin();
    ck_nodes("567");
    world.limits.tau_mode = TAU_SET; // 6 waits for too long
    world.limits.tau_s = 100;
    world.backlog_s[6] = 100;
    ck_nodes("57");
    world.backlog_s[6] = 0;
    ck_nodes("567");
    for (int i = 5; i < 8; i++) world.backlog_s[i] = 100;
    ck_nodes("00");
    for (int i = 5; i < 8; i++) world.backlog_s[i] = 0;
}
END_TEST

// ---- observation
// ----------------------------------------------------------------------------------

static struct node_measure measures[WORLD_NODES];
static double              clock_s;

static void observe(void)
{
    struct err               e = {0};
    const struct observation o = {.from_s = clock_s, .until_s = clock_s + 12, .nodes = measures};
    ck_assert(hadidi()->observe(&world.view, 1, &o, &e));
    clock_s += 12;
}

// What a run would measure where each step really takes truth[step] of its estimate: `served`
// operations of each device that has some, and a queue at the first.
static void measure_truth(const double *truth, uint64_t served)
{
    memset(measures, 0, sizeof measures);
    plan_task();
    for (uint32_t node = FIRST_FAR; node < WORLD_NODES; node++) {
        double sum = 0;
        int    count = 0;
        for (uint32_t i = 0; i < where.count; i++)
            if (where.slices[i].node == node)
                sum += where.slices[i].seconds * truth[where.slices[i].step], count++;
        if (!count) continue;
        measures[node] =
            (struct node_measure){.busy_s = sum / count * (double)served, .served = served};
    }
    measures[FIRST_FAR].queue_mean = 3;
}

static void load_four(void)
{
    load_chain(MODEL(CONV1("a", "data", "10") "," CONV1("b", "a", "10") "," CONV1(
        "c", "b", "10") "," CONV1("d", "c", "10")));
    clock_s = 0;
    begin();
    ck_nodes("5566"); // 1 + 1, 1 + 1: three devices make it no faster
}

static const double RIGHT[] = {1, 1, 1, 1}, WRONG[] = {3, 1, 1, 1};

START_TEST(a_deployment_stays_where_nothing_is_measured)
{
    load_four();
    memset(measures, 0, sizeof measures);
    for (int i = 0; i < 50; i++) observe();
    ck_nodes("5566");
    ck_assert_double_eq(metric("hadidi_iterations"), 0);
}
END_TEST

// Slow, but nobody waits on average as long as one is served: no bottleneck to be moved.
START_TEST(a_deployment_stays_where_nobody_waits)
{
    load_four();
    measure_truth(WRONG, 60);
    measures[FIRST_FAR].queue_mean = 0.9;
    for (int i = 0; i < 50; i++) observe();
    ck_nodes("5566");
    ck_assert_double_eq(metric("hadidi_iterations"), 0);
}
END_TEST

START_TEST(twenty_tasks_of_each_device_are_enough)
{
    load_four();
    measure_truth(WRONG, 2); // two operations are one task on each device
    for (int i = 0; i < 19; i++) observe();
    ck_assert_double_eq(metric("hadidi_iterations"), 0);
    observe();
    ck_assert_double_eq(metric("hadidi_iterations"), 1);
    ck_nodes("5677");
}
END_TEST

START_TEST(a_deployment_stays_where_the_estimates_were_right)
{
    load_four();
    for (int i = 0; i < 30; i++) {
        measure_truth(RIGHT, 60);
        observe();
        ck_nodes("5566");
    }
    ck_assert_double_eq(metric("hadidi_iterations"), 1); // stable, and watched no more
    measure_truth(WRONG, 60);
    observe();
    ck_nodes("5566");
    ck_assert_double_eq(metric("hadidi_deployments"), 1);
}
END_TEST

// By hand. Steps of 1 s, of which the first takes 3: devices measure 3 + 1 and 1 + 1 where 2 were
// expected, so the estimates become 2, 2, 1, 1: one, one, two steps. Then 3, 1, 1, 1 are known, and
// no stages on three devices are faster than 3 s.
START_TEST(measured_latencies_move_the_stages_until_they_are_stable)
{
    load_four();
    ck_assert_double_eq_tol(metric("hadidi_slowest_stage_s"), 2, 1e-6);
    measure_truth(WRONG, 60);
    observe();
    ck_nodes("5677");
    ck_assert_double_eq_tol(metric("hadidi_slowest_stage_s"), 2, 1e-6);
    measure_truth(RIGHT, 60); // of tasks of the old deployment, still under way: not counted
    measures[6].busy_s *= 100;
    observe();
    ck_assert_double_eq(metric("hadidi_iterations"), 1);
    for (int i = 0; i < 30; i++) {
        measure_truth(WRONG, 60);
        observe();
        ck_nodes("5677");
    }
    ck_assert_double_eq_tol(metric("hadidi_slowest_stage_s"), 3, 1e-6);
    ck_assert_double_eq(metric("hadidi_iterations"), 2);
    ck_assert_double_eq(metric("hadidi_deployments"), 2);
    ck_assert_double_eq(metric("hadidi_stages"), 3);
}
END_TEST

// As above; but then it is b that takes 10 s: 10 s where 4 were measured before, and on three
// devices there is nothing better. So it goes back.
START_TEST(what_was_measured_to_be_the_fastest_stays)
{
    const double other[] = {1, 10, 1, 1};
    load_four();
    measure_truth(WRONG, 60);
    observe();
    ck_nodes("5677");
    observe(); // not counted
    measure_truth(other, 60);
    observe();
    ck_nodes("5566");
    ck_assert_double_eq_tol(metric("hadidi_slowest_stage_s"), 4, 1e-6);
    ck_assert_double_eq(metric("hadidi_iterations"), 2);
}
END_TEST

// 4 s become 2: by half. Where more is asked for, they stay.
START_TEST(a_gain_within_the_tolerance_is_left)
{
    load_four();
    own[TOLERANCE].number = 0.51;
    measure_truth(WRONG, 60);
    observe();
    ck_nodes("5566");
    world_free(&world);
    load_four();
    own[TOLERANCE].number = 0.49;
    measure_truth(WRONG, 60);
    observe();
    ck_nodes("5677");
}
END_TEST

START_TEST(whatever_is_measured_it_ends)
{
    struct rng r;
    rng_init(&r, 3, 0, "truth", 0);
    int moved = 0;
    for (int round = 0; round < 40; round++) {
        double truth[4];
        load_four();
        own[ITERATIONS].number = 5;
        own[TOLERANCE].number = 0;
        for (int i = 0; i < 200; i++) {
            for (int s = 0; s < 4; s++) truth[s] = 0.1 + 4 * rng_uniform(&r); // never the same
            measure_truth(truth, 80);
            observe();
        }
        ck_assert_double_le(metric("hadidi_iterations"), 5);
        moved += metric("hadidi_deployments") > 2;
        world_free(&world);
    }
    ck_assert_int_gt(moved, 5);
}
END_TEST

// ---- a run
// ----------------------------------------------------------------------------------------

#define PIPELINE                                                                                   \
    "{\"name\": \"pipeline\", \"models\": {\"nin\": {\"model\": \"nin_cifar10\"}},"                \
    " \"schemes\": {\"hadidi\": {\"observe\": \"0.1 s\"}},"                                        \
    " \"nodes\": {\"user\": {\"device\": \"laptop-i5-8365u\"}, \"fog\": {\"count\": 3,"            \
    " \"device\": \"raspberry-pi-3b-tensorflow\", \"queue\": 10}},"                                \
    " \"links\": {\"default\": {\"rate\": \"1 Gbit/s\"}}, \"tau\": \"off\", \"theta\": 3,"         \
    " \"arrivals\": {\"kind\": \"periodic\", \"period\": \"50 ms\", \"duration\": \"60 s\"}}"

// 20 tasks a second come, about 0.4 GFLOP each against 3.7 GFLOP/s: ten at most wait, one more is
// dropped, and the slowest device works all the time.
START_TEST(a_full_queue_drops_and_the_slowest_device_never_rests)
{
    const char *file = write_text("p.json", PIPELINE);
    MUST_RUN("run", file, "--db", in_folder("p.db"), "--quiet");
    ck_assert_double_eq(
        query_file("p.db", "SELECT max(length) FROM occupancy WHERE node LIKE 'fog%'"), 10);
    ck_assert_double_eq(query_file("p.db", "SELECT max(queue_max) FROM node WHERE kind = 'fog'"),
                        10);
    ck_assert_double_gt(query_file("p.db", "SELECT value FROM metric WHERE name = 'tasks_dropped'"),
                        300);
    ck_assert_double_eq(query_file("p.db", "SELECT count(*) FROM task"), 1200);
    ck_assert_double_gt(query_file("p.db", "SELECT max(utilization) FROM node WHERE kind = 'fog'"),
                        0.97);
    ck_assert_double_le(
        query_file("p.db", "SELECT value FROM metric WHERE name = 'throughput_per_s'"),
        3.69 / 0.445);
    ck_assert_double_ge(
        query_file("p.db", "SELECT value FROM metric WHERE name = 'hadidi_iterations'"), 1);
}
END_TEST

#define MIX                                                                                        \
    "{\"name\": \"mix\", \"models\": {\"nin\": {\"model\": \"nin_cifar10\"}, \"alexnet\": {}},"    \
    " \"mix\": {\"nin\": 0.9, \"alexnet\": 0.1}, \"schemes\": {\"hadidi\": {\"observe\": \"1 "     \
    "s\"}},"                                                                                       \
    " \"nodes\": {\"user\": {\"count\": 10, \"device\": \"laptop-i5-8365u\"}, \"fog\": "           \
    "{\"count\": 6,"                                                                               \
    " \"device\": \"raspberry-pi-3b-tensorflow\"}}, \"tau\": \"off\", \"theta\": 6,"               \
    " \"links\": {\"default\": {\"rate\": \"1 Gbit/s\"}},"                                         \
    " \"arrivals\": {\"kind\": \"closed\", \"duration\": \"1000 s\"}}"

// Estimates are exact: conv2 of AlexNet has 224 of 714 million MACs and no part of it is another
// stage's, so what is measured of the slowest stage is what was estimated, whoever came.
START_TEST(of_a_mix_enough_is_seen_to_tell_its_models_apart)
{
    const char *file = write_text("m.json", MIX);
    double      least_s = INFINITY, most_s = 0;
    for (int seed = 1; seed <= 3; seed++) {
        char set[32];
        snprintf(set, sizeof set, "seed=%d", seed);
        MUST_RUN("run", file, "--set", set, "--db", in_folder("m.db"), "--quiet");
        double slowest_s =
            query_file("m.db", "SELECT value FROM metric WHERE name = 'hadidi_slowest_stage_s' "
                               "ORDER BY run_id DESC LIMIT 1");
        least_s = fmin(least_s, slowest_s), most_s = fmax(most_s, slowest_s);
        remove(in_folder("m.db"));
    }
    ck_assert_double_le(most_s, 1.07 * least_s);
}
END_TEST

#define TWICE                                                                                      \
    "{\"name\": \"twice\", \"models\": {\"a\": {\"model\": \"alexnet\"}, \"b\": {\"model\": "      \
    "\"alexnet\"}},"                                                                               \
    " \"mix\": {\"a\": 0.5, \"b\": 0.5}, \"schemes\": {\"hadidi\": {}},"                           \
    " \"nodes\": {\"user\": {\"device\": \"laptop-i5-8365u\"}, \"fog\": {\"count\": 2, "           \
    "\"memory\":"                                                                                  \
    " \"refuse\", \"override\": {\"memory\": \"400 MB\"}, \"device\": "                            \
    "\"raspberry-pi-3b-tensorflow\"}},"                                                            \
    " \"links\": {\"default\": {\"rate\": \"1 Gbit/s\"}}, \"tau\": \"off\","                       \
    " \"arrivals\": {\"kind\": \"closed\", \"tasks\": 20}}"

// All fc layers of one AlexNet have 234 MB: those of two do not fit one device. So fc6 (151 MB) of
// both goes with the convs (9 MB), the others (84 MB) to the second device.
START_TEST(the_models_of_a_mix_share_a_devices_memory)
{
    const char *file = write_text("t.json", TWICE);
    MUST_RUN("run", file, "--db", in_folder("t.db"), "--quiet");
    ck_assert_double_eq(query_file("t.db", "SELECT count(*) FROM task WHERE status = 'done'"), 20);
    ck_assert_double_gt(
        query_file("t.db", "SELECT min(memory_peak_bytes) FROM node WHERE kind = 'fog'"), 167e6);
    ck_assert_double_lt(
        query_file("t.db", "SELECT max(memory_peak_bytes) FROM node WHERE kind = 'fog'"), 330e6);
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *const *tests, int count)
{
    TCase *tc = tcase_create(name);
    tcase_add_checked_fixture(tc, NULL, world_teardown);
    for (int i = 0; i < count; i++) tcase_add_test(tc, tests[i]);
    suite_add_tcase(suite, tc);
}

#define CASE(suite, name, ...)                                                                     \
    add_case(suite, name, (const TTest *const[]){__VA_ARGS__},                                     \
             sizeof((const TTest *const[]){__VA_ARGS__}) / sizeof(TTest *))

Suite *hadidi_suite(void)
{
    Suite *suite = suite_create("hadidi");
    CASE(suite, "methods", splits_of_a_conv_send_what_table_2_says,
         tiles_overlap_in_strips_and_corners, splits_of_an_fc_send_what_table_2_says,
         splits_hold_their_share_of_the_weights, nothing_is_cut_into_more_parts_than_it_has);
    CASE(suite, "stages", whole_steps_are_grouped_as_by_hand, a_slow_step_takes_several_devices,
         stages_are_no_larger_than_a_device, no_stages_are_better_than_those_found);
    CASE(suite, "procedure", the_simple_pipeline_cuts_between_steps_alone,
         what_the_simple_pipeline_does_not_do_is_refused, a_slow_step_is_split_as_asked_for,
         parts_go_to_the_next_stage_and_meet_there, an_fc_is_split_where_it_sends_less,
         copies_take_turns, what_exceeds_a_device_is_on_the_list_to_be_split,
         the_list_takes_the_fewest_devices_that_fit, weights_that_stay_are_counted_once_per_task,
         the_weights_come_on_top_of_the_most_tensors, nodes_that_are_away_are_left_out);
    CASE(suite, "observation", a_deployment_stays_where_nothing_is_measured,
         a_deployment_stays_where_nobody_waits, twenty_tasks_of_each_device_are_enough,
         a_deployment_stays_where_the_estimates_were_right,
         measured_latencies_move_the_stages_until_they_are_stable,
         what_was_measured_to_be_the_fastest_stays, a_gain_within_the_tolerance_is_left,
         whatever_is_measured_it_ends);
    TCase *tc = tcase_create("run");
    tcase_add_checked_fixture(tc, program_setup, program_teardown);
    tcase_add_test(tc, a_full_queue_drops_and_the_slowest_device_never_rests);
    tcase_add_test(tc, the_models_of_a_mix_share_a_devices_memory);
    tcase_add_test(tc, of_a_mix_enough_is_seen_to_tell_its_models_apart);
    suite_add_tcase(suite, tc);
    return suite;
}
