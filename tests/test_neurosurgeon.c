// tests/test_neurosurgeon.c: the best cut of a chain by hand for three bandwidths, by energy, under
// load; of graphs that are no chains against every cut in the order of their steps.
//
// The chain by hand: fc layers of 1000 -> 250 -> 1000 -> 10 neurons, 1 MB, 1 MB and 40 kB of
// weights. The user reads 10 MB/s of weights, the server 1 GB/s: 0.1, 0.1, 0.004 s and 1, 1, 0.04
// ms. Cuts 0 to 3 send 4000, 1000, 4000, 0 bytes.
#include <check.h>
#include <math.h>
#include <string.h>

#include "algorithms/common/build.h"
#include "algorithms/cut/sites.h"
#include "tests/fixture.h"

Suite *neurosurgeon_suite(void);

enum { SERVER, OBJECTIVE, LOAD, BACKLOG, OWN };
enum { STEPS = 3 };

static const char CHAIN[] =
    "{\"name\": \"chain\", \"about\": \"a\", \"source\": \"by hand\", \"input\": [1000, 1, 1],"
    " \"classes\": 10, \"layers\": ["
    "{\"name\": \"a\", \"type\": \"fc\", \"inputs\": [\"data\"], \"units\": 250, \"bias\": false},"
    "{\"name\": \"b\", \"type\": \"fc\", \"inputs\": [\"a\"], \"units\": 1000, \"bias\": false},"
    "{\"name\": \"c\", \"type\": \"fc\", \"inputs\": [\"b\"], \"units\": 10, \"bias\": false}]}";

static struct world        world;
static struct option_value own[OWN];

static void teardown(void)
{
    world_free(&world);
}

static const struct scheme *neurosurgeon(void)
{
    return scheme_find("neurosurgeon");
}

// The user's links at that rate, without latency.
static void set_rate(double bytes_per_s)
{
    for (uint32_t i = 0; i < GROUPS * GROUPS; i++) {
        world.links[i].rate_bytes_per_s = bytes_per_s;
        world.links[i].latency_s = 0;
    }
}

static void begin(void)
{
    struct err e = {0};
    world.options.own = own;
    ck_assert_msg(neurosurgeon()->begin(&world.view, 1, &world.arena, &world.view.state, &e), "%s",
                  e.text);
}

static void load_chain(double bytes_per_s)
{
    own[SERVER].number = -1;
    own[OBJECTIVE].number = 0;
    own[LOAD].number = own[BACKLOG].number = 1;
    world_load_text(&world, CHAIN);
    set_rate(bytes_per_s);
    for (uint32_t g = 0; g < GROUPS; g++) {
        world.devices[g].overhead_s = 0;
        world.devices[g].fc_bytes_per_s = g == GROUP_USER ? 1e7 : 1e9;
    }
    world_ready(&world);
    begin();
    ck_assert_double_eq_tol(cost_slice_s(&world.costs[GROUP_USER], 0, step_whole(&world.graph, 0)),
                            0.1, 1e-12);
    ck_assert_double_eq_tol(cost_slice_s(&world.costs[GROUP_NEAR], 2, step_whole(&world.graph, 2)),
                            4e-5, 1e-12);
}

// How many of the first steps the user computes; the rest is on one other node.
static uint32_t device_steps(uint32_t user, struct plan *plan)
{
    struct placement where;
    uint32_t         cut = 0;
    world_plan(&world, neurosurgeon(), NULL, &(struct task){user, user}, plan, &where);
    ck_assert_uint_eq(where.count, world.graph.step_count);
    while (cut < where.count && where.slices[cut].node == user) cut++;
    for (uint32_t i = cut; i < where.count; i++) {
        ck_assert_uint_ge(where.slices[i].node, WORLD_USERS);
        ck_assert_uint_eq(where.slices[i].node, where.slices[cut].node);
    }
    return cut;
}

static uint32_t cut_of_chain(void)
{
    struct plan plan;
    return device_steps(0, &plan);
}

static uint32_t cut_at(double bytes_per_s)
{
    load_chain(bytes_per_s);
    uint32_t cut = cut_of_chain();
    teardown();
    return cut;
}

// Sums for cuts 0 to 3 at 1 MB/s: 0.006, 0.102, 0.204, 0.204; at 20 kB/s: 0.202, 0.151, 0.400,
// 0.204; at 5 kB/s: 0.802, 0.301, 1.000, 0.204 s.
START_TEST(the_best_cut_by_hand_for_three_bandwidths)
{
    ck_assert_uint_eq(cut_at(1e6), 0);
    ck_assert_uint_eq(cut_at(2e4), 1);
    ck_assert_uint_eq(cut_at(5e3), 3);
}
END_TEST

// 1 W above idle while it computes, 3 W above while it sends. At 200 kB/s: 0.06, 0.115, 0.26,
// 0.204; at 40 kB/s: 0.3, 0.175, 0.5, 0.204; at 20 kB/s: 0.6, 0.25, 0.8, 0.204 J.
START_TEST(the_best_cut_by_energy_by_hand)
{
    const double   rates[] = {2e5, 4e4, 2e4};
    const uint32_t want[] = {0, 1, 3};
    for (int i = 0; i < 3; i++) {
        load_chain(rates[i]);
        own[OBJECTIVE].number = 1;
        world.groups[GROUP_USER].power_idle_w = 4;
        world.groups[GROUP_USER].power_busy_w = 5;
        world.groups[GROUP_USER].power_send_w = 3;
        world.backlog_s[FIRST_NEAR] = 1e3; // no matter of the user's energy
        ck_assert_uint_eq(cut_of_chain(), want[i]);
        teardown();
    }
}
END_TEST

// At 20 kB/s cut 1 takes 0.15 s and 1.04 ms of the server, cut 3 0.204 s: they are equal when the
// server takes 0.054 s: at 51.92 times the load, or with 52.96 ms waiting there.
START_TEST(a_loaded_server_gets_nothing_from_the_point_by_hand_on)
{
    load_chain(2e4);
    own[LOAD].number = 51;
    ck_assert_uint_eq(cut_of_chain(), 1);
    own[LOAD].number = 53;
    ck_assert_uint_eq(cut_of_chain(), 3);
    own[LOAD].number = 1;
    world.backlog_s[FIRST_NEAR] = 0.052;
    ck_assert_uint_eq(cut_of_chain(), 1);
    world.backlog_s[FIRST_NEAR] = 0.054;
    ck_assert_uint_eq(cut_of_chain(), 3);
    own[BACKLOG].number = 0;
    ck_assert_uint_eq(cut_of_chain(), 1);
}
END_TEST

// The sum that a plan takes: what it computes, and what it sends away from the user.
static double sum_of_plan(const struct plan *plan, uint32_t user)
{
    double sum = 0;
    for (uint32_t i = 0; i < plan->op_count; i++) {
        const struct op *op = &plan->ops[i];
        sum += op->seconds;
        if (op->kind == OP_TRANSFER && op->from == user)
            sum += s_from_ns(net_alone_ns(&world.net, op->from, op->to, op->bytes, 0));
    }
    return sum;
}

// The plan of each cut, made by the builder, which follows the tensors by itself.
static double least_of_all_cuts(uint32_t user, uint32_t server)
{
    double                 least = INFINITY;
    const uint32_t         nodes[] = {user, server};
    const enum granularity before = world.options.granularity;
    world.options.granularity = GRANULARITY_TASK;
    for (uint32_t cut = 0; cut <= world.graph.step_count; cut++) {
        uint32_t         *node_of = ARENA_ARRAY(&world.arena, uint32_t, world.graph.step_count);
        struct assignment as;
        struct plan       plan = {.arena = &world.arena};
        for (uint32_t s = cut; s < world.graph.step_count; s++) node_of[s] = 1;
        build_placed(&world.view, 2, nodes, node_of, &world.arena, &as);
        build_plan(&world.view, &(struct task){0, user}, &as, &world.arena, &plan, NULL);
        least = fmin(least, sum_of_plan(&plan, user));
    }
    world.options.granularity = before;
    return least;
}

START_TEST(no_cut_in_the_order_of_the_steps_is_better)
{
    static const char *const models[] = {"resnet34", "resnet50", "alexnet_torchvision", "resnet18"};
    const double             rates[] = {3e5, 3e6, 3e7};
    own[SERVER].number = GROUP_FAR;
    own[OBJECTIVE].number = 0;
    own[LOAD].number = 1;
    bool inner = false;
    for (uint32_t i = 0; i < 12; i++) {
        struct plan plan;
        world_load(&world, models[i / 3]);
        set_rate(rates[i % 3]);
        world.options.weights = i % 2 ? WEIGHTS_PER_LAYER : WEIGHTS_RESIDENT;
        world_ready(&world);
        begin();
        uint32_t cut = device_steps(1, &plan);
        inner |= cut > 0 && cut < world.graph.step_count;
        double least = least_of_all_cuts(1, FIRST_FAR + 1);
        ck_assert_double_eq_tol(sum_of_plan(&plan, 1), least, 1e-8);
        teardown();
    }
    ck_assert(inner); // not only all or nothing
}
END_TEST

static bool second_is_down(void *ctx, uint32_t node)
{
    (void)ctx;
    return node != FIRST_FAR + 1;
}

static bool none_is_up(void *ctx, uint32_t node)
{
    (void)ctx;
    return node < WORLD_USERS;
}

// Users go round over the servers named, past those that are down; without one they compute alone.
START_TEST(each_user_has_a_server_that_is_up)
{
    struct plan plan;
    load_chain(1e6);
    own[SERVER].number = GROUP_FAR;
    begin();
    for (uint32_t user = 0; user < WORLD_USERS; user++) {
        ck_assert_uint_eq(device_steps(user, &plan), 0);
        ck_assert_uint_eq(plan.ops[plan.op_count - 1].from, FIRST_FAR + user);
    }
    world.view.is_up = second_is_down;
    ck_assert_uint_eq(device_steps(1, &plan), 0);
    ck_assert_uint_eq(plan.ops[plan.op_count - 1].from, FIRST_FAR + 2);
    world.view.is_up = none_is_up;
    ck_assert_uint_eq(device_steps(1, &plan), STEPS);
    world.view.is_up = NULL;
    world.groups[GROUP_USER].memory_bytes = 1e6; // 2 MB of weights: the server has to
    view_prepare(&world.view, &world.arena);
    set_rate(5e3);
    ck_assert_uint_eq(device_steps(1, &plan), 0);
}
END_TEST

START_TEST(users_are_no_servers)
{
    struct err e = {0};
    load_chain(1e6);
    own[SERVER].number = GROUP_USER;
    ck_assert(!neurosurgeon()->claims(&world.view, &e));
    ck_assert_str_eq(e.text, "server: want a group of fog or cloud nodes, have \"user\"");
}
END_TEST

START_TEST(what_the_energy_does_not_ask_for_is_refused)
{
    struct err e = {0};
    load_chain(1e6);
    own[LOAD].is_given = own[BACKLOG].is_given = true;
    ck_assert(neurosurgeon()->claims(&world.view, &e));
    own[OBJECTIVE].number = 1;
    ck_assert(!neurosurgeon()->claims(&world.view, &e));
    ck_assert_str_eq(e.text, "server_load: nobody reads it with objective energy\n"
                             "backlog: nobody reads it with objective energy");
}
END_TEST

START_TEST(an_empty_group_named_as_servers_is_refused)
{
    struct err e = {0};
    load_chain(1e6);
    own[SERVER].number = GROUP_FAR;
    ck_assert(neurosurgeon()->claims(&world.view, &e));
    world.groups[GROUP_FAR].count = 0;
    ck_assert(!neurosurgeon()->claims(&world.view, &e));
    ck_assert_msg(strstr(e.text, "server: want nodes in the group"), "%s", e.text);
}
END_TEST

static bool take_metric(void *ctx, const char *name, double value, struct err *e)
{
    (void)e;
    ck_assert_str_eq(name, "neurosurgeon_device_steps_mean");
    *(double *)ctx = value;
    return true;
}

START_TEST(the_mean_of_the_steps_at_the_user_is_told)
{
    double                   mean = -1;
    struct err               e = {0};
    const struct metric_sink sink = {&mean, take_metric};
    load_chain(2e4);
    ck_assert(neurosurgeon()->report(&world.view, 1, &sink, &e));
    ck_assert_double_eq(mean, 0);
    ck_assert_uint_eq(cut_of_chain(), 1);
    world.backlog_s[FIRST_NEAR] = 1;
    ck_assert_uint_eq(cut_of_chain(), 3);
    ck_assert(neurosurgeon()->report(&world.view, 1, &sink, &e));
    ck_assert_double_eq(mean, 2);
    world.view.is_up = none_is_up; // without a server all steps are the user's
    ck_assert_uint_eq(cut_of_chain(), STEPS);
    ck_assert_uint_eq(cut_of_chain(), STEPS);
    ck_assert(neurosurgeon()->report(&world.view, 1, &sink, &e));
    ck_assert_double_eq(mean, (1 + 3 + STEPS + STEPS) / 4.0);
    world.view.is_up = NULL; // a task that failed is planned again, and counted once
    world.backlog_s[FIRST_NEAR] = 0;
    struct plan           plan = {.arena = &world.arena};
    const struct task     task = {0, 0};
    const struct progress done = {.attempt = 1};
    ck_assert(neurosurgeon()->replan(&world.view, NULL, &task, &done, &world.arena, &plan, &e) ==
              PLAN_READY);
    ck_assert_uint_gt(plan.op_count, 0);
    ck_assert(neurosurgeon()->report(&world.view, 1, &sink, &e));
    ck_assert_double_eq(mean, (1 + 3 + STEPS + STEPS) / 4.0);
}
END_TEST

Suite *neurosurgeon_suite(void)
{
    Suite *suite = suite_create("neurosurgeon");
    TCase *tc = tcase_create("neurosurgeon");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, the_best_cut_by_hand_for_three_bandwidths);
    tcase_add_test(tc, the_best_cut_by_energy_by_hand);
    tcase_add_test(tc, a_loaded_server_gets_nothing_from_the_point_by_hand_on);
    tcase_add_test(tc, no_cut_in_the_order_of_the_steps_is_better);
    tcase_add_test(tc, each_user_has_a_server_that_is_up);
    tcase_add_test(tc, users_are_no_servers);
    tcase_add_test(tc, what_the_energy_does_not_ask_for_is_refused);
    tcase_add_test(tc, an_empty_group_named_as_servers_is_refused);
    tcase_add_test(tc, the_mean_of_the_steps_at_the_user_is_told);
    suite_add_tcase(suite, tc);
    return suite;
}
