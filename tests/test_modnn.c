// tests/test_modnn.c: MoDNN: shares of computing power, merged at the group owner. Expected values:
// by hand.
#include <check.h>

#include "tests/fixture.h"

Suite *modnn_suite(void);

enum own { WORKERS, OWNER_SHARE, OWN_COUNT }; // in the order of algorithms/modnn.c

static struct world         world;
static struct option_value  own[OWN_COUNT];
static const struct scheme *modnn;
static struct plan          plan;
static struct placement     where;

static void load(const char *model)
{
    world_load(&world, model);
    modnn = scheme_find("modnn");
    ck_assert_uint_eq(modnn->own_count, OWN_COUNT);
    for (uint32_t i = 0; i < OWN_COUNT; i++)
        own[i] = (struct option_value){.number = modnn->own[i].otherwise};
    world.options.own = own;
}

static void teardown(void)
{
    arena_free(&world.arena);
}

static void make_plan(void)
{
    world_plan(&world, modnn, NULL, &(struct task){0, 1}, &plan, &where);
}

static void ck_slices(uint32_t step, const uint32_t *nodes, const int32_t *cuts, uint32_t count)
{
    uint32_t seen = 0;
    for (uint32_t i = 0; i < where.count; i++) {
        const struct placed_slice *s = &where.slices[i];
        if (s->step != step) continue;
        ck_assert_uint_lt(seen, count);
        ck_assert_uint_eq(s->node, nodes[seen]);
        ck_assert_int_eq(s->slice.begin, cuts[seen]);
        ck_assert_int_eq(s->slice.end, cuts[seen + 1]);
        seen++;
    }
    ck_assert_uint_eq(seen, count);
}

// Conv rates of near, near and user: 40, 40 and 0.5 GFLOP/s, so shares of 80 / 161, 80 / 161, 1 /
// 161. 224 rows: cuts at floor(111.30), floor(222.61); 112 behind pool1: 55.65, 111.30; fc6's 4096
// neurons: 2035.28, 4070.56.
START_TEST(shares_follow_computing_power_alone)
{
    const uint32_t nodes[] = {FIRST_NEAR, FIRST_NEAR + 1, 1};
    load("vgg16");
    make_plan();
    ck_slices(0, nodes, (const int32_t[]){0, 111, 222, 224}, 3);
    ck_slices(1, nodes, (const int32_t[]){0, 55, 111, 112}, 3);
    ck_slices(13, nodes, (const int32_t[]){0, 2035, 4070, 4096}, 3);
    for (uint32_t i = 0; i < where.count; i++)
        ck_assert_int_eq(where.slices[i].slice.axis,
                         where.slices[i].step < 13 ? SLICE_ROWS : SLICE_OUT);
    // Neither a slow link nor a queue of the second changes that.
    for (uint32_t g = 0; g < GROUPS; g++)
        world.links[GROUP_NEAR * GROUPS + g].rate_bytes_per_s = 1e3;
    world.backlog_s[FIRST_NEAR + 1] = 1e3;
    world.options.granularity = GRANULARITY_TASK; // nor options that it does not read
    world.options.fc_split = SLICE_IN;
    world_ready(&world);
    make_plan();
    ck_slices(0, nodes, (const int32_t[]){0, 111, 222, 224}, 3);
    ck_slices(13, nodes, (const int32_t[]){0, 2035, 4070, 4096}, 3);
}
END_TEST

// Near nodes are twice as fast as far ones: both of them, then the first of the far.
START_TEST(the_strongest_workers_are_taken_as_many_as_asked_for)
{
    load("vgg16");
    own[OWNER_SHARE].number = 0;
    own[WORKERS].number = 3;
    make_plan(); // theta is 2
    ck_slices(0, (const uint32_t[]){FIRST_NEAR, FIRST_NEAR + 1}, (const int32_t[]){0, 112, 224}, 2);
    world.limits.theta = 3; // 224 rows by 2, 2, 1: 89.6, 179.2
    make_plan();
    ck_slices(0, (const uint32_t[]){FIRST_NEAR, FIRST_NEAR + 1, FIRST_FAR},
              (const int32_t[]){0, 89, 179, 224}, 3);
    own[WORKERS].number = 1;
    make_plan();
    ck_slices(0, (const uint32_t[]){FIRST_NEAR}, (const int32_t[]){0, 224}, 1);
    own[WORKERS].number = 0;
    world.limits.theta = 1;
    make_plan();
    ck_slices(0, (const uint32_t[]){FIRST_NEAR}, (const int32_t[]){0, 224}, 1);
}
END_TEST

// All messages have the owner at one end, and what a step sends out waits for all that the step
// before it computed.
START_TEST(every_step_is_merged_at_the_group_owner)
{
    load("vgg16");
    world.options.granularity = GRANULARITY_TASK; // which is not asked
    world.options.fc_split = SLICE_IN;
    make_plan();
    for (uint32_t i = 0; i < plan.op_count; i++) {
        const struct op *o = &plan.ops[i];
        if (o->kind == OP_TRANSFER) ck_assert((o->from == 1) != (o->to == 1));
        if (o->kind != OP_COMPUTE || !o->stage) continue;
        bool *before = ARENA_ARRAY(&world.arena, bool, plan.op_count);
        before[i] = true;
        for (uint32_t k = i + 1; k-- > 0;)
            for (uint32_t d = 0; before[k] && d < plan.ops[k].dep_count; d++)
                before[plan.deps[plan.ops[k].first_dep + d]] = true;
        for (uint32_t k = 0; k < i; k++)
            if (plan.ops[k].kind == OP_COMPUTE && plan.ops[k].stage == o->stage - 1)
                ck_assert(before[k]);
    }
}
END_TEST

static void set_memory(uint32_t group, double bytes)
{
    world.groups[group].memory_bytes = bytes;
    world_ready(&world);
    make_plan();
}

// VGG16 has 14,714,688 parameters in convs and 123,642,856 in fc: a half of these each. The most
// tensors are conv1_2's: 113 rows of 224 x 64 in, 56 of 112 x 64 out. Layer by layer the most is
// fc6's: 2048 neurons of 25088 weights and a bias.
START_TEST(a_worker_holds_all_convs_and_its_share_of_the_fc)
{
    const double all = 4 * (14714688 + 123642856.0 / 2 + 113 * 224 * 64 + 56 * 112 * 64),
                 one = 4 * (2048 * 25089.0 + 25088 + 2048);
    load("vgg16");
    own[OWNER_SHARE].number = 0;
    set_memory(GROUP_NEAR, all);
    ck_slices(13, (const uint32_t[]){FIRST_NEAR, FIRST_NEAR + 1}, (const int32_t[]){0, 2048, 4096},
              2);
    set_memory(GROUP_NEAR, all - 1); // one leaves; the other's share of two thirds is too much
    ck_slices(13, (const uint32_t[]){FIRST_FAR, FIRST_FAR + 1}, (const int32_t[]){0, 2048, 4096},
              2);
    world.options.weights = WEIGHTS_PER_LAYER;
    set_memory(GROUP_NEAR, one);
    ck_slices(13, (const uint32_t[]){FIRST_NEAR, FIRST_NEAR + 1}, (const int32_t[]){0, 2048, 4096},
              2);
    set_memory(GROUP_NEAR, one - 1);
    ck_slices(13, (const uint32_t[]){FIRST_FAR, FIRST_FAR + 1}, (const int32_t[]){0, 2048, 4096},
              2);
}
END_TEST

// Nodes that can hold no share at all take no candidate's place.
START_TEST(who_cannot_hold_the_convs_is_no_candidate)
{
    load("vgg16");
    own[OWNER_SHARE].number = 0;
    world.limits.candidates = 2;
    set_memory(GROUP_NEAR, 4 * 14714688 - 1);
    ck_slices(0, (const uint32_t[]){FIRST_FAR, FIRST_FAR + 1}, (const int32_t[]){0, 112, 224}, 2);
}
END_TEST

// The owner's 161st: 26, 26 and 7 neurons of the fc, and three rows of 224 x 64 for one of 112 x 64
// of conv1_2. Without it the workers share alone.
START_TEST(the_owner_computes_a_share_only_if_it_can_hold_that)
{
    const double bytes =
        4 * (14714688 + 26 * 25089.0 + 26 * 4097 + 7 * 4097 + 3 * 224 * 64 + 112 * 64);
    load("vgg16");
    set_memory(GROUP_USER, bytes);
    ck_slices(0, (const uint32_t[]){FIRST_NEAR, FIRST_NEAR + 1, 1},
              (const int32_t[]){0, 111, 222, 224}, 3);
    set_memory(GROUP_USER, bytes - 1);
    ck_slices(0, (const uint32_t[]){FIRST_NEAR, FIRST_NEAR + 1}, (const int32_t[]){0, 112, 224}, 2);
}
END_TEST

START_TEST(without_candidates_the_owner_computes_alone)
{
    load("vgg16");
    world.limits.gamma_bytes_per_s = 1e12;
    make_plan();
    ck_assert_uint_eq(where.count, world.graph.step_count);
    for (uint32_t i = 0; i < where.count; i++) ck_assert_uint_eq(where.slices[i].node, 1);
}
END_TEST

Suite *modnn_suite(void)
{
    Suite *suite = suite_create("modnn");
    TCase *tc = tcase_create("modnn");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, shares_follow_computing_power_alone);
    tcase_add_test(tc, the_strongest_workers_are_taken_as_many_as_asked_for);
    tcase_add_test(tc, every_step_is_merged_at_the_group_owner);
    tcase_add_test(tc, a_worker_holds_all_convs_and_its_share_of_the_fc);
    tcase_add_test(tc, who_cannot_hold_the_convs_is_no_candidate);
    tcase_add_test(tc, the_owner_computes_a_share_only_if_it_can_hold_that);
    tcase_add_test(tc, without_candidates_the_owner_computes_alone);
    suite_add_tcase(suite, tc);
    return suite;
}
