// tests/test_hyps.c: HyPS: split points, units that fit a memory, their life cycle, the hub, and
// what a new plan builds on. Expected values: by hand, from shapes and rates.
#include <check.h>
#include <math.h>
#include <string.h>

#include "algorithms/hyps/plan.h"
#include "sim/engine.h"
#include "tests/fixture.h"

Suite *hyps_suite(void);

// In the order of algorithms/hyps.c.
enum own { THRESHOLD, OPTIONAL, PARTITIONS, H_PARTS, DEVICES, BATCH, HUB, OWN_COUNT };

static struct world         world;
static struct option_value  own[OWN_COUNT];
static const struct scheme *hyps;

static void set_own(void)
{
    hyps = scheme_find("hyps");
    ck_assert_uint_eq(hyps->own_count, OWN_COUNT);
    for (uint32_t i = 0; i < OWN_COUNT; i++)
        own[i] = (struct option_value){.number = hyps->own[i].otherwise};
    own[HUB].number = -1;
    world.options.own = own;
}

static void load(const char *model)
{
    world_load(&world, model);
    set_own();
}

static void teardown(void)
{
    arena_free(&world.arena);
}

// ---- split points -------------------------------------------------------------------------------

static struct split split_of(int64_t threshold, enum split_kind kind)
{
    struct split s;
    split_find(&world.graph, threshold, kind, &world.arena, &s);
    return s;
}

static void ck_points(const struct split *s, const uint32_t *want, uint32_t count)
{
    uint32_t seen = 0;
    for (uint32_t p = 1; p <= world.graph.layer_count; p++) {
        if (s->points[p] == POINT_NONE) continue;
        ck_assert_uint_lt(seen, count);
        ck_assert_uint_eq(p, want[seen++]);
    }
    ck_assert_uint_eq(seen, count);
}

// Layers of VGG16: pools are 4, 9, 16, 23, 30; fc6 is 31 with relu and dropout behind it, fc7 34,
// fc8 37, softmax 38. Only fc6 has more than 25 million parameters.
START_TEST(mandatory_points_of_vgg16_stand_around_fc1_and_give_three_partitions)
{
    load("vgg16");
    struct split s = split_of(25000000, SPLIT_NONE);
    ck_points(&s, (uint32_t[]){31, 34, 39}, 3);
    for (uint32_t i = 0; i < 39; i++) ck_assert_int_eq(s.complex[i], i == 31);
}
END_TEST

START_TEST(points_behind_pools_give_seven_as_pool5_meets_the_first_mandatory_one)
{
    load("vgg16");
    struct split s = split_of(25000000, SPLIT_POOL);
    ck_points(&s, (uint32_t[]){5, 10, 17, 24, 31, 34, 39}, 7);
    ck_assert_int_eq(s.points[24], POINT_OPTIONAL);
    ck_assert_int_eq(s.points[31], POINT_MANDATORY);
}
END_TEST

START_TEST(a_cut_behind_every_layer_gives_the_21_partitions_of_the_thesis)
{
    load("vgg16");
    struct split s = split_of(25000000, SPLIT_ALL);
    ck_points(&s, (uint32_t[]){2,  4,  5,  7,  9,  10, 12, 14, 16, 17, 19,
                               21, 23, 24, 26, 28, 30, 31, 34, 37, 39},
              21);
    s = split_of(25000000, SPLIT_CONV); // 13 convs, around fc6, the end
    ck_points(&s, (uint32_t[]){2, 4, 7, 9, 12, 14, 16, 19, 21, 23, 26, 28, 30, 31, 34, 39}, 16);
}
END_TEST

START_TEST(the_threshold_is_the_least_that_is_complex)
{
    load("vgg16");
    struct split s = split_of(102764544, SPLIT_NONE); // fc6 has just as many
    ck_points(&s, (uint32_t[]){31, 34, 39}, 3);
    s = split_of(102764545, SPLIT_NONE);
    ck_points(&s, (uint32_t[]){39}, 1);
    s = split_of(16781312, SPLIT_NONE); // fc7 as well: its first point is fc6's second
    ck_points(&s, (uint32_t[]){31, 34, 37, 39}, 4);
}
END_TEST

// conv1_1 to pool1: 1792 and 36928 parameters; 224 x 224 x 64 floats before and behind conv1_2.
START_TEST(a_partition_holds_its_parameters_and_the_most_tensors_alive_at_a_time)
{
    load("vgg16");
    struct split          s = split_of(25000000, SPLIT_POOL);
    struct partition_need n = split_need(&s, 0, 5);
    ck_assert_double_eq(n.weight_bytes, 4 * (1792 + 36928));
    ck_assert_double_eq(n.input_bytes, 4 * 3 * 224 * 224);
    ck_assert_double_eq(n.output_bytes, 4 * 64 * 112 * 112);
    ck_assert_double_eq(n.live_bytes, 2 * 4 * 64 * 224 * 224);
    n = split_need(&s, 31, 34); // relu and dropout in place
    ck_assert_double_eq(n.weight_bytes, 4.0 * 102764544);
    ck_assert_double_eq(n.live_bytes, 4 * (25088 + 4096));
    n = split_part_need(&s, 31, 34, 1024); // one of four: 103 MB
    ck_assert_double_eq(n.weight_bytes, 102764544);
    ck_assert_double_eq(n.input_bytes, 4 * 25088);
    ck_assert_double_eq(n.output_bytes, 4 * 1024);
    ck_assert_double_eq(n.live_bytes, 4 * (25088 + 1024));
}
END_TEST

// conv1 of AlexNet makes 96 x 55 x 55 floats; relu1 in place, norm1 needs its neighbours as they
// were.
START_TEST(a_normalisation_over_channels_is_not_done_in_place)
{
    load("alexnet_1tower");
    struct split s = split_of(25000000, SPLIT_POOL);
    ck_assert_double_eq(split_need(&s, 0, 4).live_bytes, 2 * 4 * 96 * 55 * 55);
}
END_TEST

static const char RESIDUAL[] =
    "{\"name\": \"r\", \"about\": \"\", \"source\": \"\", \"input\": [1, 4, 4], \"layers\": ["
    "{\"name\": \"a\", \"type\": \"conv\", \"inputs\": [\"data\"], \"kernel\": [1, 1], "
    "\"channels\": 1, \"bias\": false},"
    "{\"name\": \"b\", \"type\": \"conv\", \"inputs\": [\"a\"], \"kernel\": [1, 1], "
    "\"channels\": 1, \"bias\": false},"
    "{\"name\": \"c\", \"type\": \"conv\", \"inputs\": [\"b\"], \"kernel\": [1, 1], "
    "\"channels\": 1, \"bias\": false},"
    "{\"name\": \"sum\", \"type\": \"add\", \"inputs\": [\"a\", \"c\"]}]}";

// All tensors have 64 bytes. a stays alive until the sum: with b and c behind it, then itself, c
// and the sum.
START_TEST(tensors_that_pass_a_partition_by_are_alive_where_they_are_needed)
{
    world_load_text(&world, RESIDUAL);
    struct split          s = split_of(1000, SPLIT_CONV);
    struct partition_need n = split_need(&s, 0, 4);
    ck_assert_double_eq(n.live_bytes, 3 * 64);
    ck_assert_double_eq(n.output_bytes, 64);
    n = split_need(&s, 0, 1); // a leaves, once, though two read it
    ck_assert_double_eq(n.live_bytes, 2 * 64);
    ck_assert_double_eq(n.output_bytes, 64);
    n = split_need(&s, 0, 3); // a and c leave: both are there while c is made of b
    ck_assert_double_eq(n.live_bytes, 3 * 64);
    ck_assert_double_eq(n.output_bytes, 2 * 64);
    n = split_need(&s, 0, 2); // a leaves, and is there while b is made of it: not a third time
    ck_assert_double_eq(n.live_bytes, 2 * 64);
    n = split_need(&s, 1, 2); // reads a, makes b: a is fetched again where it is needed
    ck_assert_double_eq(n.live_bytes, 2 * 64);
    n = split_need(&s, 3, 4);
    ck_assert_double_eq(n.input_bytes, 2 * 64);
    ck_assert_double_eq(n.live_bytes, 3 * 64);
}
END_TEST

// ---- units --------------------------------------------------------------------------------------

static struct layout layout_in(double memory_bytes, struct layout_rules r, bool *ok)
{
    static struct worker workers[2];
    struct layout        l;
    workers[0] = (struct worker){3, memory_bytes, false};
    workers[1] = (struct worker){4, memory_bytes, false};
    *ok = layout_make(&world.graph, &r, workers, 2, &world.arena, &l);
    return l;
}

// One of four parts needs 4 (25088 x 1024 + 1024 + 25088 + 1024) bytes; of three the largest (1366
// neurons) 137.2 MB.
START_TEST(fc1_of_vgg16_is_cut_into_four_from_103_to_137_MB)
{
    bool                ok;
    struct layout_rules r = {.threshold = 25000000, .optional = SPLIT_POOL};
    const double        least = 4.0 * (25088.0 * 1024 + 1024 + 25088 + 1024),
                 next = 4.0 * (25088.0 * 1366 + 1366 + 25088 + 1366);
    load("vgg16");
    const struct {
        double   memory_bytes;
        uint32_t parts;
    } cases[] = {{least - 1, 5}, {least, 4}, {next - 1, 4}, {next, 3}, {1e9, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct layout l = layout_in(cases[i].memory_bytes, r, &ok);
        ck_assert(ok);
        ck_assert_uint_eq(l.partition_count, 7);
        ck_assert_uint_eq(l.most_parts, cases[i].parts);
        ck_assert_uint_eq(l.unit_count, 6 + cases[i].parts);
        ck_assert_double_le(l.held_bytes, cases[i].memory_bytes);
        for (uint32_t u = 0; u < l.unit_count; u++) ck_assert_uint_eq(l.units[u].worker, u % 2);
    }
    struct layout l = layout_in(least, r, &ok);
    ck_assert_double_eq(l.held_bytes, least);
}
END_TEST

START_TEST(what_does_not_fit_is_infeasible_by_as_many_bytes)
{
    bool                ok;
    struct layout_rules r = {.threshold = 25000000, .optional = SPLIT_POOL, .h_parts = 3};
    load("vgg16");
    struct layout l = layout_in(128e6, r, &ok); // 1365 neurons come first
    ck_assert(!ok);
    ck_assert_uint_eq(l.missing_layer, 31);
    ck_assert_double_eq(l.missing_bytes, 4.0 * (25088.0 * 1365 + 1365 + 25088 + 1365) - 128e6);
    r.h_parts = 0; // fc7 and fc8, 20,878,312 parameters, cannot be cut
    l = layout_in(80e6, r, &ok);
    ck_assert(!ok);
    ck_assert_uint_eq(l.missing_layer, 34);
    ck_assert_double_eq(l.missing_bytes, 4 * (20878312.0 + 4096 + 4096) - 80e6);
}
END_TEST

START_TEST(a_worker_that_is_too_small_is_passed_over_and_one_that_swaps_is_not)
{
    struct layout       l;
    struct layout_rules r = {.threshold = 25000000, .optional = SPLIT_POOL};
    struct worker       workers[] = {{3, 50e6, false}, {4, 1e9, false}};
    load("vgg16");
    ck_assert(layout_make(&world.graph, &r, workers, 2, &world.arena, &l));
    const uint32_t want[] = {0, 1, 0, 1, 0, 1, 1}; // fc6, and fc7 with fc8: the large one
    for (uint32_t u = 0; u < 7; u++) ck_assert_uint_eq(l.units[u].worker, want[u]);
    ck_assert_uint_eq(l.most_parts, 1); // the fewest that fit somewhere
    workers[1] = (struct worker){4, 50e6, true};
    r.h_parts = 1;
    ck_assert(layout_make(&world.graph, &r, workers, 2, &world.arena, &l));
    for (uint32_t u = 0; u < 7; u++) ck_assert_uint_eq(l.units[u].worker, want[u]);
}
END_TEST

// With four partitions the point nearest to the output stays, behind pool4. Where what lies before
// it (30.5 MB of parameters, 25.7 MB of tensors) exceeds the memory, pool3's comes back.
START_TEST(optional_points_near_the_output_stay_and_come_back_first)
{
    bool                ok;
    struct layout_rules r = {.threshold = 10000000, .optional = SPLIT_POOL, .partitions = 5};
    load("vgg16");
    struct layout l = layout_in(60e6, r, &ok);
    ck_assert(ok);
    ck_points(&l.split, (uint32_t[]){24, 31, 34, 37, 39}, 5);
    l = layout_in(50e6, r, &ok);
    ck_assert(ok);
    ck_points(&l.split, (uint32_t[]){17, 24, 31, 34, 37, 39}, 6);
    ck_assert_uint_eq(l.partition_count, 6);
    r.partitions = 1; // mandatory ones stay
    l = layout_in(1e9, r, &ok);
    ck_points(&l.split, (uint32_t[]){31, 34, 37, 39}, 4);
}
END_TEST

// Resident, all units of a worker must fit at a time: fc6 whole beside pool-block partitions.
START_TEST(resident_units_of_a_worker_must_fit_together)
{
    bool                ok;
    struct layout_rules r = {
        .threshold = 25000000, .optional = SPLIT_NONE, .is_resident = true, .h_parts = 1};
    load("vgg16");
    // Worker 0: convs (14,714,688 parameters), and fc7 with fc8; tensors of the convs.
    double first = 4.0 * (14714688 + 20878312) + 2 * 4 * 64 * 224 * 224,
           second = 4.0 * (102764544 + 25088 + 4096);
    struct layout l = layout_in(second, r, &ok);
    ck_assert(ok);
    ck_assert_double_eq(l.held_bytes, fmax(first, second));
    l = layout_in(second - 1, r, &ok);
    ck_assert(!ok);
    struct worker alone = {3, first + 4.0 * 102764544 - 1, false};
    ck_assert(!layout_make(&world.graph, &r, &alone, 1, &world.arena, &l));
    alone.memory_bytes++;
    ck_assert(layout_make(&world.graph, &r, &alone, 1, &world.arena, &l));
}
END_TEST

// ---- a life in round numbers --------------------------------------------------------------------

// Three fc of 1000 x 1000: 4 MB each, 1 s to compute, 2 s to load; tensors of 4000 bytes, 0.1 s on
// the way.
static const char THREE[] =
    "{\"name\": \"three\", \"about\": \"\", \"source\": \"\", \"input\": [1000, 1, 1], "
    "\"layers\": ["
    "{\"name\": \"f1\", \"type\": \"fc\", \"inputs\": [\"data\"], \"units\": 1000, \"bias\": "
    "false},"
    "{\"name\": \"f2\", \"type\": \"fc\", \"inputs\": [\"f1\"], \"units\": 1000, \"bias\": false},"
    "{\"name\": \"f3\", \"type\": \"fc\", \"inputs\": [\"f2\"], \"units\": 1000, \"bias\": "
    "false}]}";

enum { A = FIRST_NEAR, B = FIRST_NEAR + 1, C = FIRST_FAR };

static void load_three(void)
{
    world_load_text(&world, THREE);
    set_own();
    own[THRESHOLD].number = 1e12;
    own[OPTIONAL].number = SPLIT_ALL;
    world.options.weights = WEIGHTS_PER_TASK;
    for (int g = 0; g < GROUPS; g++) {
        world.devices[g].fc_bytes_per_s = 4e6;
        world.devices[g].load_bytes_per_s = 2e6;
        world.devices[g].overhead_s = 0;
    }
    for (int i = 0; i < GROUPS * GROUPS; i++)
        world.links[i] = (struct link_spec){40e3, 0, &world.protocol};
    world_ready(&world);
}

struct life { // a run of one task of user 0
    uint32_t        plans;
    struct plan     last; // copied
    struct op_times times[256];
    double          end_s;
    enum job_status status;
    uint32_t        attempts;
};

static bool is_up(void *ctx, uint32_t node)
{
    return engine_node_is_up(ctx, node);
}

static enum plan_verdict plan_hyps(void *ctx, const struct engine *en, const struct job_request *r,
                                   struct plan *out, struct err *e)
{
    struct life      *life = ctx;
    struct task       t = {r->rank, r->home};
    enum plan_verdict verdict;
    if (r->home != 0) return PLAN_INFEASIBLE;
    struct view *v = &world.view;
    v->now_ctx = (void *)en;
    v->now = r->now;
    v->is_up = is_up;
    v->backlog_s = NULL;
    struct progress done = {r->attempt, r->last, r->last_times};
    verdict = r->last ? hyps->replan(v, NULL, &t, &done, &world.arena, out, e)
                      : hyps->plan(v, NULL, &t, &world.arena, out, NULL, e);
    life->plans++;
    life->last = (struct plan){.arena = &world.arena};
    for (uint32_t i = 0; i < out->op_count; i++)
        plan_add(&life->last, out->ops[i], out->deps + out->ops[i].first_dep,
                 out->ops[i].dep_count);
    return verdict;
}

static bool note_job(void *ctx, const struct job_record *job, struct err *e)
{
    (void)e;
    struct life *life = ctx;
    if (job->home != 0) return true;
    life->status = job->status;
    life->attempts = job->attempts;
    life->end_s = s_from_ns(job->finished_ns);
    ck_assert_uint_le(job->op_count, 256);
    for (uint32_t i = 0; i < job->op_count; i++) life->times[i] = job->times[i];
    return true;
}

static struct engine *run(struct life *life, struct fault_process *fault)
{
    struct engine_config config = {
        .net = &world.net,
        .arrivals = {.jobs_per_user = 1, .duration_s = INFINITY},
        .recovery = {.rule = RECOVERY_REPLAN, .backoff_s = 0.5, .backoff_factor = 1, .attempts = 4},
        .seed = 1};
    if (fault) config.faults = (struct faults){fault, 1};
    struct planner       planner = {.ctx = life, .plan = plan_hyps, .epoch_s = INFINITY};
    struct trace_sink    sink = {life, note_job, NULL};
    struct engine       *en;
    struct engine_result result;
    struct err           e = {0};
    *life = (struct life){0};
    ck_assert_msg(engine_run(&config, &planner, &sink, &world.arena, &en, &result, &e), "%s",
                  e.text);
    return en;
}

// When the rank-th operation of that kind began and ended on that node.
static void ck_span(const struct life *life, enum op_kind kind, uint32_t node, uint32_t rank,
                    double start_s, double finish_s)
{
    for (uint32_t i = 0; i < life->last.op_count; i++) {
        const struct op *o = &life->last.ops[i];
        if (o->kind != kind || o->to != node || rank--) continue;
        ck_assert_double_eq_tol(s_from_ns(life->times[i].start_ns), start_s, 1e-8);
        ck_assert_double_eq_tol(s_from_ns(life->times[i].finish_ns), finish_s, 1e-8);
        return;
    }
    ck_abort_msg("no such operation");
}

// load 2, fetch 0.1, infer 1, publish 0.1, three times.
START_TEST(one_device_loads_runs_and_releases_one_partition_after_the_other)
{
    struct life life;
    load_three();
    own[DEVICES].number = 1;
    struct engine     *en = run(&life, NULL);
    struct node_record n;
    ck_assert_double_eq_tol(life.end_s, 9.6, 1e-8);
    for (uint32_t k = 0; k < 3; k++) {
        ck_span(&life, OP_LOAD, A, k, 3.2 * k, 3.2 * k + 2);
        ck_span(&life, OP_TRANSFER, A, k, 3.2 * k + 2, 3.2 * k + 2.1);
        ck_span(&life, OP_COMPUTE, A, k, 3.2 * k + 2.1, 3.2 * k + 3.1);
        ck_span(&life, OP_TRANSFER, 0, k, 3.2 * k + 3.1, 3.2 * k + 3.2);
    }
    engine_node(en, A, &n); // one partition and one image at a time
    ck_assert_double_eq(n.memory_peak_bytes, 4e6 + 4000 + 4000);
}
END_TEST

// f1, f3 on A, f2 on B: f2 loads beside f1; f3 when f1's map has left A, beside f2's computing.
START_TEST(later_partitions_load_while_earlier_ones_compute)
{
    struct life life;
    load_three();
    own[DEVICES].number = 2;
    run(&life, NULL);
    ck_span(&life, OP_LOAD, A, 0, 0, 2);
    ck_span(&life, OP_LOAD, B, 0, 0, 2);
    ck_span(&life, OP_COMPUTE, A, 0, 2.1, 3.1);
    ck_span(&life, OP_TRANSFER, B, 0, 3.2, 3.3);
    ck_span(&life, OP_COMPUTE, B, 0, 3.3, 4.3);
    ck_span(&life, OP_LOAD, A, 1, 3.2, 5.2);
    ck_span(&life, OP_COMPUTE, A, 1, 5.3, 6.3);
    ck_assert_double_eq_tol(life.end_s, 6.4, 1e-8);
    own[DEVICES].number = world.limits.theta = 3; // f3 loads at once: 4.4 + 0.1 + 1 + 0.1
    run(&life, NULL);
    ck_span(&life, OP_LOAD, C, 0, 0, 2);
    ck_assert_double_eq_tol(life.end_s, 5.6, 1e-8);
}
END_TEST

// Two images: A runs both through f1 (to 4.4), B follows one image behind (to 5.6), A loads f3 at
// 4.4 and runs both.
START_TEST(a_batch_loads_each_partition_once_and_runs_all_images_through_it)
{
    struct life life;
    load_three();
    own[DEVICES].number = 2;
    own[BATCH].number = 2;
    run(&life, NULL);
    ck_span(&life, OP_COMPUTE, A, 0, 2.1, 3.1);
    ck_span(&life, OP_COMPUTE, A, 1, 3.3, 4.3);
    ck_span(&life, OP_COMPUTE, B, 0, 3.3, 4.3);
    ck_span(&life, OP_COMPUTE, B, 1, 4.5, 5.5);
    ck_span(&life, OP_LOAD, A, 1, 4.4, 6.4);
    ck_span(&life, OP_COMPUTE, A, 2, 6.5, 7.5);
    ck_assert_double_eq_tol(life.end_s, 8.8, 1e-8);
    uint32_t loads = 0;
    for (uint32_t i = 0; i < life.last.op_count; i++) loads += life.last.ops[i].kind == OP_LOAD;
    ck_assert_uint_eq(loads, 3);
}
END_TEST

// Each fc in two parts: load 1, fetch 0.1, infer 0.5, publish 0.05. All four units of two layers'
// worth of A and B run side by side.
START_TEST(parts_of_a_complex_layer_run_side_by_side_and_meet_at_the_hub)
{
    struct life life;
    load_three();
    own[DEVICES].number = 2;
    own[THRESHOLD].number = 1e6;
    world.groups[GROUP_NEAR].memory_bytes = 2e6 + 4000 + 2000; // a half, its input, its output
    world.groups[GROUP_NEAR].memory_rule = MEMORY_REFUSE;
    world_ready(&world);
    run(&life, NULL);
    ck_assert_int_eq(life.status, JOB_DONE);
    for (uint32_t k = 0; k < 3; k++)
        for (uint32_t node = A; node <= B; node++) {
            ck_span(&life, OP_LOAD, node, k, 1.65 * k, 1.65 * k + 1);
            ck_span(&life, OP_COMPUTE, node, k, 1.65 * k + 1.1, 1.65 * k + 1.6);
        }
    ck_assert_double_eq_tol(life.end_s, 3 * 1.65, 1e-8);
    world.groups[GROUP_NEAR].memory_bytes--; // 334 of 1000
    world_ready(&world);
    run(&life, NULL);
    uint32_t computes = 0;
    for (uint32_t i = 0; i < life.last.op_count; i++)
        computes += life.last.ops[i].kind == OP_COMPUTE;
    ck_assert_uint_eq(computes, 9);
}
END_TEST

START_TEST(forced_parts_that_exceed_the_memory_are_infeasible_unless_the_worker_swaps)
{
    struct life life;
    load_three();
    own[DEVICES].number = 2;
    own[THRESHOLD].number = 1e6;
    own[H_PARTS].number = 1;
    world.groups[GROUP_NEAR].memory_bytes = world.groups[GROUP_FAR].memory_bytes = 3e6;
    world_ready(&world);
    run(&life, NULL);
    ck_assert_int_eq(life.status, JOB_INFEASIBLE);
    world.groups[GROUP_NEAR].memory_rule = MEMORY_SWAP;
    world.groups[GROUP_NEAR].swap_bytes_per_s = 1e6;
    world_ready(&world);
    run(&life, NULL);
    ck_assert_int_eq(life.status, JOB_DONE);
    // The missing 1,008,000 bytes are written and read back: 2.016 s more to compute each.
    ck_span(&life, OP_COMPUTE, A, 0, 2.1, 2.1 + 1 + 2.016);
}
END_TEST

START_TEST(weights_say_when_a_partition_is_loaded)
{
    struct life life;
    load_three();
    own[DEVICES].number = 1;
    world.options.weights = WEIGHTS_RESIDENT; // 1.2 s each
    run(&life, NULL);
    ck_assert_double_eq_tol(life.end_s, 3.6, 1e-8);
    world.options.weights = WEIGHTS_CACHED; // nothing is there at first
    run(&life, NULL);
    ck_assert_double_eq_tol(life.end_s, 9.6, 1e-8);
    uint64_t names[3];
    uint32_t count = 0;
    for (uint32_t i = 0; i < life.last.op_count; i++)
        if (life.last.ops[i].kind == OP_LOAD) names[count++] = life.last.ops[i].content;
    ck_assert_uint_eq(count, 3);
    ck_assert(names[0] && names[0] != names[1] && names[1] != names[2] && names[0] != names[2]);
}
END_TEST

// ---- the hub ------------------------------------------------------------------------------------

static void ck_passes_hub(uint32_t hub)
{
    struct plan      plan;
    struct placement where;
    world_plan(&world, hyps, NULL, &(struct task){0, 1}, &plan, &where);
    uint32_t messages = 0;
    for (uint32_t i = 0; i < plan.op_count; i++) {
        const struct op *o = &plan.ops[i];
        if (o->kind != OP_TRANSFER) continue;
        ck_assert(o->from == hub || o->to == hub);
        messages++;
    }
    ck_assert_uint_gt(messages, 0);
}

START_TEST(every_transfer_has_the_hub_at_one_end)
{
    static const char *const models[] = {"vgg16", "resnet34", "nin_cifar10"};
    for (uint32_t m = 0; m < 3; m++)
        for (int kind = 0; kind < 4; kind++) {
            load(models[m]);
            own[OPTIONAL].number = kind;
            own[THRESHOLD].number = 1e6;
            own[H_PARTS].number = kind;
            own[BATCH].number = 1 + kind % 2;
            world_ready(&world);
            ck_passes_hub(1);
            own[HUB].number = GROUP_FAR;
            ck_passes_hub(FIRST_FAR);
            world.options.local_share = true; // the manager is a worker, too
            ck_passes_hub(FIRST_FAR);
            world_free(&world);
        }
    load("nin_cifar10");
}
END_TEST

// What goes out of the hub to a unit is what it reads, what comes back is what others read; of a
// chain that is the one tensor at the cut.
START_TEST(messages_are_the_tensors_that_cross_the_cuts)
{
    struct plan      plan;
    struct placement where;
    load("vgg16");
    own[THRESHOLD].number = 25e6;
    world_plan(&world, hyps, NULL, &(struct task){0, 0}, &plan, &where);
    const uint32_t points[] = {0, 5, 10, 17, 24, 31, 34, 39};
    uint32_t       seen = 0;
    for (uint32_t i = 0; i < plan.op_count; i++) {
        const struct op *o = &plan.ops[i];
        if (o->kind != OP_TRANSFER) continue;
        uint32_t point = points[seen / 2 + seen % 2];
        ck_assert_double_eq(o->bytes, (double)graph_tensor_bytes(&world.graph, point));
        ck_assert_uint_eq(seen % 2 ? o->to : o->from, 0);
        seen++;
    }
    ck_assert_uint_eq(seen, 14);
    ck_assert_uint_eq(where.count, world.graph.step_count);
}
END_TEST

// Whether `op` waits for `before`, by any way.
static bool waits_for(const struct plan *p, uint32_t op, uint32_t before)
{
    bool *is_ancestor = ARENA_ARRAY(&world.arena, bool, p->op_count);
    is_ancestor[op] = true;
    for (uint32_t i = op + 1; i-- > before;)
        for (uint32_t k = 0; is_ancestor[i] && k < p->ops[i].dep_count; k++)
            is_ancestor[p->deps[p->ops[i].first_dep + k]] = true;
    return is_ancestor[before];
}

static bool makes(const struct op *o, uint32_t tensor)
{
    return o->kind == OP_COMPUTE && tensor &&
           (int32_t)o->stage == world.graph.layers[tensor - 1].step;
}

// Also where a network is no chain: all that makes what a step's layers read, every part of it,
// ends before the step's last operation begins.
START_TEST(a_step_waits_for_all_that_it_reads)
{
    static const char *const models[] = {"alexnet_torchvision", "resnet34"};
    for (uint32_t m = 0; m < 2; m++)
        for (int kind = SPLIT_NONE; kind <= SPLIT_ALL; kind++) {
            struct plan      plan;
            struct placement where;
            load(models[m]);
            own[OPTIONAL].number = kind;
            own[THRESHOLD].number = 2e6;
            own[H_PARTS].number = 3;
            world_plan(&world, hyps, NULL, &(struct task){0, 0}, &plan, &where);
            for (uint32_t l = 0; l < world.graph.layer_count; l++) {
                uint32_t last = 0; // of this layer's step
                for (uint32_t i = 0; i < plan.op_count; i++)
                    if (makes(&plan.ops[i], l + 1)) last = i;
                for (uint32_t k = 0; k < world.graph.layers[l].input_count; k++)
                    for (uint32_t i = 0; i < plan.op_count; i++) {
                        uint32_t tensor = world.graph.layers[l].inputs[k];
                        if (!makes(&plan.ops[i], tensor) || makes(&plan.ops[last], tensor))
                            continue;
                        ck_assert_msg(waits_for(&plan, last, i), "%s, layer %u", models[m], l);
                    }
            }
            world_free(&world);
        }
}
END_TEST

// A hub that is out of reach is none: the user is.
static bool not_far(void *ctx, uint32_t node)
{
    (void)ctx;
    return node < FIRST_FAR;
}

START_TEST(the_user_stands_in_for_a_hub_that_is_down)
{
    load("nin_cifar10");
    own[HUB].number = GROUP_FAR;
    world.view.is_up = not_far;
    ck_passes_hub(1);
}
END_TEST

START_TEST(the_whole_costs_what_its_steps_cost_wherever_it_is_cut)
{
    static const char *const models[] = {"vgg16", "resnet34"};
    for (uint32_t m = 0; m < 2; m++) {
        load(models[m]);
        double want_s = world.costs[GROUP_NEAR].whole_s;
        for (int kind = SPLIT_NONE; kind <= SPLIT_POOL; kind++) {
            struct plan      plan;
            struct placement where;
            double           sum_s = 0;
            own[OPTIONAL].number = kind;
            own[DEVICES].number = 2;
            world_plan(&world, hyps, NULL, &(struct task){0, 0}, &plan, &where);
            for (uint32_t i = 0; i < plan.op_count; i++)
                if (plan.ops[i].kind == OP_COMPUTE) sum_s += plan.ops[i].seconds;
            ck_assert_double_eq_tol(sum_s, want_s, 1e-9);
        }
        if (!m) world_free(&world);
    }
}
END_TEST

// ---- resuming -----------------------------------------------------------------------------------

// B fails at 3.5 s, computing f2; f1's map is at the hub since 3.2. At 4 s the rest is planned for
// A, which is still loading f3 for nothing until 5.2: load f2 7.2, fetch 7.3, infer 8.3,
// publish 8.4, and f3 in 3.2 more.
START_TEST(when_a_worker_fails_the_others_go_on_from_what_the_hub_has)
{
    struct life          life;
    struct outage        outage = {1, 3.5, 1e9};
    struct fault_process fault = {
        .from = GROUP_NEAR, .to = GROUP_NEAR, .outages = &outage, .outage_count = 1};
    load_three();
    own[DEVICES].number = 2;
    world.groups[GROUP_FAR].memory_bytes = 9; // nobody else
    world_ready(&world);
    run(&life, &fault);
    ck_assert_uint_eq(life.plans, 2);
    ck_assert_int_eq(life.status, JOB_DONE);
    ck_span(&life, OP_COMPUTE, A, 0, 7.3, 8.3);
    ck_assert_double_eq_tol(life.end_s, 11.6, 1e-8);
    uint32_t computed[3] = {0};
    for (uint32_t i = 0; i < life.last.op_count; i++)
        if (life.last.ops[i].kind == OP_COMPUTE) computed[life.last.ops[i].stage]++;
    ck_assert(computed[0] == 0 && computed[1] == 1 && computed[2] == 1);
}
END_TEST

// Plans again after an attempt of which everything before `op` was done, but for the operation
// `open` (NO_OP: none).
static struct plan again_but(const struct plan *last, uint32_t op, uint32_t open,
                             const struct task *t)
{
    struct op_times *times = ARENA_ARRAY(&world.arena, struct op_times, last->op_count);
    struct plan      out = {.arena = &world.arena};
    struct err       e = {0};
    for (uint32_t i = 0; i < last->op_count; i++) times[i].finish_ns = i < op && i != open ? 1 : -1;
    struct progress done = {1, last, times};
    ck_assert_int_eq(hyps->replan(&world.view, NULL, t, &done, &world.arena, &out, &e), PLAN_READY);
    return out;
}

static struct plan again(const struct plan *last, uint32_t op, const struct task *t)
{
    return again_but(last, op, NO_OP, t);
}

static uint32_t count_computes(const struct plan *p)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->op_count; i++) count += p->ops[i].kind == OP_COMPUTE;
    return count;
}

// The place behind the n-th message of the plan to the hub (which is user 0).
static uint32_t behind_map(const struct plan *p, uint32_t n)
{
    for (uint32_t i = 0; i < p->op_count; i++)
        if (p->ops[i].kind == OP_TRANSFER && p->ops[i].to == 0 && !n--) return i + 1;
    ck_abort_msg("no such message");
    return 0;
}

START_TEST(of_a_batch_only_the_missing_images_are_computed_again_also_the_second_time)
{
    struct task      t = {0, 0};
    struct plan      first;
    struct placement where;
    load_three();
    own[DEVICES].number = 2;
    own[BATCH].number = 3;
    world_plan(&world, hyps, NULL, &t, &first, &where);
    ck_assert_uint_eq(count_computes(&first), 9);
    // Written unit by unit: f1 of three images, f2 of the first.
    struct plan second = again(&first, behind_map(&first, 3), &t);
    ck_assert_uint_eq(count_computes(&second), 5);
    struct plan third = again(&second, behind_map(&second, 0), &t); // f2 of the second image too
    ck_assert_uint_eq(count_computes(&third), 4);
    uint32_t loads = 0;
    for (uint32_t i = 0; i < third.op_count; i++) loads += third.ops[i].kind == OP_LOAD;
    ck_assert_uint_eq(loads, 2); // f1 is not needed any more
    struct plan none = again(&first, 0, &t);
    ck_assert_uint_eq(count_computes(&none), 9);
    struct plan all = again(&third, third.op_count, &t);
    ck_assert_uint_eq(count_computes(&all), 0);
}
END_TEST

// Two halves of f1 at the hub are f1, whatever it is cut into next time; one half and the third
// that lies in it are not all of it.
START_TEST(parts_at_the_hub_count_by_what_they_cover)
{
    struct task      t = {0, 0};
    struct plan      first;
    struct placement where;
    load_three();
    own[DEVICES].number = 2;
    own[THRESHOLD].number = 1e6;
    own[H_PARTS].number = 2;
    world_plan(&world, hyps, NULL, &t, &first, &where);
    ck_assert_uint_eq(count_computes(&first), 6);
    own[H_PARTS].number = 3;
    struct plan second = again(&first, behind_map(&first, 1), &t);
    ck_assert_uint_eq(count_computes(&second), 6); // f2, f3
    second = again(&first, behind_map(&first, 0), &t);
    ck_assert_uint_eq(count_computes(&second), 8); // but the first third

    // In any order, and of several sizes: [500, 1000), [0, 500), [250, 500) of f1.
    const uint32_t parts[3][2] = {{1, 2}, {0, 2}, {1, 4}};
    struct plan    last = {.arena = &world.arena};
    for (int i = 0; i < 3; i++)
        plan_add(&last,
                 (struct op){.kind = OP_DELAY,
                             .tag = {0, (uint32_t)1 << 16, parts[i][0] << 16 | parts[i][1]}},
                 NULL, 0);
    second = again(&last, 3, &t);
    ck_assert_uint_eq(count_computes(&second), 6);
    second = again(&last, 1, &t); // [500, 1000) covers [666, 1000) alone
    ck_assert_uint_eq(count_computes(&second), 8);
}
END_TEST

// b and c read a, the sum reads both.
static const char FORK[] =
    "{\"name\": \"f\", \"about\": \"\", \"source\": \"\", \"input\": [1, 4, 4], \"layers\": ["
    "{\"name\": \"a\", \"type\": \"conv\", \"inputs\": [\"data\"], \"kernel\": [1, 1], "
    "\"channels\": 1, \"bias\": false},"
    "{\"name\": \"b\", \"type\": \"conv\", \"inputs\": [\"a\"], \"kernel\": [1, 1], "
    "\"channels\": 1, \"bias\": false},"
    "{\"name\": \"c\", \"type\": \"conv\", \"inputs\": [\"a\"], \"kernel\": [1, 1], "
    "\"channels\": 1, \"bias\": false},"
    "{\"name\": \"sum\", \"type\": \"add\", \"inputs\": [\"b\", \"c\"]}]}";

// Cut behind each conv, c's map comes to the hub before b's: a partition of a, b and c would end
// where c did, but is not there. With b's it is. As one partition a, b and c leave b and c at the
// hub, and not a.
START_TEST(a_partition_is_at_the_hub_if_all_is_that_leaves_it)
{
    struct task      t = {0, 0};
    struct plan      first;
    struct placement where;
    world_load_text(&world, FORK);
    set_own();
    own[OPTIONAL].number = SPLIT_CONV;
    own[DEVICES].number = 2;
    world_plan(&world, hyps, NULL, &t, &first, &where);
    ck_assert_uint_eq(count_computes(&first), 4); // the sum apart
    own[PARTITIONS].number = 2;
    uint32_t    of_b = behind_map(&first, 1) - 1, end = behind_map(&first, 2);
    struct plan second = again_but(&first, end, of_b, &t);
    ck_assert_uint_eq(count_computes(&second), 4);
    second = again(&first, end, &t);
    ck_assert_uint_eq(count_computes(&second), 1);
    own[PARTITIONS].number = 0;
    struct plan third = again(&second, behind_map(&second, 0) - 1, &t);
    ck_assert_uint_eq(count_computes(&third), 2); // a, the sum
    third = again_but(&first, end, of_b, &t);
    ck_assert_uint_eq(count_computes(&third), 2); // b, the sum
}
END_TEST

START_TEST(maps_at_another_hub_are_of_no_use)
{
    struct task      t = {0, 0};
    struct plan      first;
    struct placement where;
    load_three();
    own[DEVICES].number = 2;
    world_plan(&world, hyps, NULL, &t, &first, &where);
    own[HUB].number = GROUP_FAR;
    struct plan second = again(&first, first.op_count, &t);
    ck_assert_uint_eq(count_computes(&second), 3);
}
END_TEST

// ---- workers ------------------------------------------------------------------------------------

static void ck_workers(const uint32_t *want, uint32_t count)
{
    struct plan      plan;
    struct placement where;
    bool             used[WORLD_NODES] = {false};
    uint32_t         seen = 0;
    world_plan(&world, hyps, NULL, &(struct task){0, 0}, &plan, &where);
    for (uint32_t i = 0; i < where.count; i++) {
        seen += !used[where.slices[i].node];
        used[where.slices[i].node] = true;
    }
    ck_assert_uint_eq(seen, count);
    for (uint32_t i = 0; i < count; i++) ck_assert(used[want[i]]);
}

static bool only_first_near(void *ctx, uint32_t node)
{
    (void)ctx;
    return node <= FIRST_NEAR;
}

// Near nodes are twice as fast as far ones. Each unit goes to the next worker.
START_TEST(workers_are_those_of_the_least_time_that_can_hold_a_unit)
{
    load("vgg16"); // 7 units for 5 fog nodes
    world.limits.theta = 1;
    ck_workers((const uint32_t[]){3}, 1);
    world.limits.theta = 64;
    ck_workers((const uint32_t[]){3, 4, 5, 6, 7}, 5);
    world.options.local_share = true;
    ck_workers((const uint32_t[]){3, 4, 5, 6, 7, 0}, 6);
    world.options.local_share = false;
    own[DEVICES].number = 2;
    ck_workers((const uint32_t[]){3, 4}, 2);
    own[DEVICES].number = 4; // within theta
    world.limits.theta = 2;
    ck_workers((const uint32_t[]){3, 4}, 2);
    own[DEVICES].number = 2;
    world.limits.theta = 64;
    world.backlog_s[4] = 1e3;
    ck_workers((const uint32_t[]){3, 5}, 2);
    own[DEVICES].number = 0;
    world.limits.candidates = 1;
    ck_workers((const uint32_t[]){3}, 1);
    world.limits.candidates = UINT32_MAX;
    world.limits.gamma_bytes_per_s = 60e6; // far nodes have 50
    ck_workers((const uint32_t[]){3, 4}, 2);
    world.limits.gamma_bytes_per_s = 0;
    world.view.is_up = only_first_near;
    ck_workers((const uint32_t[]){3}, 1);
    world.view.is_up = NULL;
    world.limits.tau_mode = TAU_SET;
    world.limits.tau_s = 500; // node 4 waits for longer
    ck_workers((const uint32_t[]){3, 5, 6, 7}, 4);
    world.limits.tau_mode = TAU_OFF;
    // fc7 and fc8 cannot be cut: 83,546,016 bytes
    world.groups[GROUP_FAR].memory_bytes = 83546015;
    ck_workers((const uint32_t[]){3, 4}, 2);
    world.groups[GROUP_FAR].memory_bytes = 83546016;
    ck_workers((const uint32_t[]){3, 4, 5, 6, 7}, 5);
}
END_TEST

START_TEST(without_workers_the_user_computes_alone_if_it_can)
{
    struct plan      plan;
    struct placement where;
    struct task      t = {0, 2};
    struct err       e = {0};
    load("vgg16");
    world.groups[GROUP_NEAR].memory_bytes = world.groups[GROUP_FAR].memory_bytes = 9;
    world_plan(&world, hyps, NULL, &t, &plan, &where);
    for (uint32_t i = 0; i < plan.op_count; i++) {
        ck_assert(plan.ops[i].kind != OP_TRANSFER);
        ck_assert_uint_eq(plan.ops[i].to, 2);
    }
    ck_assert_uint_eq(where.count, world.graph.step_count);
    ck_assert(!hyps->stays_at_user); // its way out: the report says so
    world.groups[GROUP_USER].memory_bytes = 9;
    plan = (struct plan){.arena = &world.arena};
    ck_assert_int_eq(hyps->plan(&world.view, NULL, &t, &world.arena, &plan, NULL, &e),
                     PLAN_INFEASIBLE);
}
END_TEST

// Step 1 is the first exit's: layers 4 to 6, an fc, its batchnorm and softmax. Wherever it is cut,
// also behind every layer, and with every conv and fc complex, so that nothing but the exit lies
// between two points.
START_TEST(a_network_of_several_exits_computes_what_the_last_one_needs)
{
    for (int kind = SPLIT_NONE; kind <= SPLIT_ALL; kind++)
        for (int threshold = 1; threshold <= 1000000; threshold *= 1000) {
            struct plan      plan;
            struct placement where;
            double           want_bytes = 0, have_bytes = 0;
            load("ddnn_deep");
            own[OPTIONAL].number = kind;
            own[THRESHOLD].number = threshold;
            world.options.weights = WEIGHTS_PER_TASK;
            world_plan(&world, hyps, NULL, &(struct task){0, 0}, &plan, &where);
            ck_assert_uint_eq(plan.exit, 2);
            ck_assert_uint_eq(world.graph.step_count, 7);
            ck_assert_uint_eq(where.count, 6);
            for (uint32_t i = 0; i < world.graph.layer_count; i++)
                if (i < 4 || i > 6)
                    want_bytes += (double)layer_weight_bytes(&world.graph.layers[i]);
            for (uint32_t i = 0; i < plan.op_count; i++) {
                ck_assert_uint_ne(plan.ops[i].stage, 1);
                if (plan.ops[i].kind == OP_TRANSFER) ck_assert_double_gt(plan.ops[i].bytes, 0);
                if (plan.ops[i].kind == OP_LOAD) have_bytes += plan.ops[i].bytes;
            }
            ck_assert_double_eq(have_bytes, want_bytes);
            world_free(&world);
        }
    load("ddnn_deep");
    struct split s = split_of(1, SPLIT_ALL);
    ck_assert(split_is_empty(&s, 4, 7) && !split_is_empty(&s, 4, 8));
}
END_TEST

// ---- metrics ------------------------------------------------------------------------------------

static double reported[16];
static bool   take(void *ctx, const char *name, double value, struct err *e)
{
    static const char *const names[] = {"hyps_partitions", "hyps_units",         "hyps_h_parts",
                                        "hyps_infeasible", "hyps_missing_bytes", "hyps_held_bytes",
                                        "hyps_resumed",    "hyps_maps_kept"};
    (void)ctx, (void)e;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i])) reported[i] = value;
    return true;
}

START_TEST(metrics_tell_partitions_parts_and_why_a_task_is_infeasible)
{
    struct task        t = {0, 0};
    struct plan        plan;
    struct placement   where;
    struct metric_sink sink = {NULL, take};
    struct err         e = {0};
    load_three();
    ck_assert(hyps->begin(&world.view, 1, &world.arena, &world.view.state, &e));
    own[DEVICES].number = 2;
    own[THRESHOLD].number = 1e6;
    own[H_PARTS].number = 2;
    world_plan(&world, hyps, NULL, &t, &plan, &where);
    plan = again(&plan, behind_map(&plan, 1), &t);
    own[H_PARTS].number = 1;
    world.groups[GROUP_NEAR].memory_bytes = world.groups[GROUP_FAR].memory_bytes = 3e6;
    plan = (struct plan){.arena = &world.arena};
    ck_assert_int_eq(hyps->plan(&world.view, NULL, &t, &world.arena, &plan, NULL, &e),
                     PLAN_INFEASIBLE);
    ck_assert(hyps->report(&world.view, 1, &sink, &e));
    const double want[] = {3, 6, 2, 1, 1008000, 2006000, 1, 2};
    for (int i = 0; i < 8; i++) ck_assert_double_eq(reported[i], want[i]);
}
END_TEST

START_TEST(a_hub_must_be_able_to_keep_maps)
{
    struct err e = {0};
    load("nin_cifar10");
    own[HUB].number = GROUP_FAR;
    ck_assert(hyps->claims(&world.view, &e));
    world.groups[GROUP_FAR].role = ROLE_GATEWAY;
    ck_assert(!hyps->claims(&world.view, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "far"));
}
END_TEST

START_TEST(a_number_of_partitions_wants_optional_points)
{
    struct err e = {0};
    load("vgg16");
    own[PARTITIONS] = (struct option_value){.number = 4, .is_given = true};
    ck_assert(hyps->claims(&world.view, &e));
    own[OPTIONAL].number = SPLIT_NONE;
    ck_assert(!hyps->claims(&world.view, &e));
    ck_assert_str_eq(e.text, "partitions: nobody reads it with optional none");
}
END_TEST

static TCase *add_case(Suite *suite, const char *name)
{
    TCase *tc = tcase_create(name);
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(suite, tc);
    return tc;
}

Suite *hyps_suite(void)
{
    Suite *suite = suite_create("hyps");
    TCase *tc = add_case(suite, "split points");
    tcase_add_test(tc, mandatory_points_of_vgg16_stand_around_fc1_and_give_three_partitions);
    tcase_add_test(tc, points_behind_pools_give_seven_as_pool5_meets_the_first_mandatory_one);
    tcase_add_test(tc, a_cut_behind_every_layer_gives_the_21_partitions_of_the_thesis);
    tcase_add_test(tc, the_threshold_is_the_least_that_is_complex);
    tcase_add_test(tc, a_normalisation_over_channels_is_not_done_in_place);
    tcase_add_test(tc, a_partition_holds_its_parameters_and_the_most_tensors_alive_at_a_time);
    tcase_add_test(tc, tensors_that_pass_a_partition_by_are_alive_where_they_are_needed);
    tc = add_case(suite, "units");
    tcase_add_test(tc, fc1_of_vgg16_is_cut_into_four_from_103_to_137_MB);
    tcase_add_test(tc, what_does_not_fit_is_infeasible_by_as_many_bytes);
    tcase_add_test(tc, a_worker_that_is_too_small_is_passed_over_and_one_that_swaps_is_not);
    tcase_add_test(tc, optional_points_near_the_output_stay_and_come_back_first);
    tcase_add_test(tc, resident_units_of_a_worker_must_fit_together);
    tc = add_case(suite, "life");
    tcase_add_test(tc, one_device_loads_runs_and_releases_one_partition_after_the_other);
    tcase_add_test(tc, later_partitions_load_while_earlier_ones_compute);
    tcase_add_test(tc, a_batch_loads_each_partition_once_and_runs_all_images_through_it);
    tcase_add_test(tc, parts_of_a_complex_layer_run_side_by_side_and_meet_at_the_hub);
    tcase_add_test(tc, forced_parts_that_exceed_the_memory_are_infeasible_unless_the_worker_swaps);
    tcase_add_test(tc, weights_say_when_a_partition_is_loaded);
    tc = add_case(suite, "hub");
    tcase_add_test(tc, every_transfer_has_the_hub_at_one_end);
    tcase_add_test(tc, messages_are_the_tensors_that_cross_the_cuts);
    tcase_add_test(tc, a_step_waits_for_all_that_it_reads);
    tcase_add_test(tc, the_user_stands_in_for_a_hub_that_is_down);
    tcase_add_test(tc, the_whole_costs_what_its_steps_cost_wherever_it_is_cut);
    tc = add_case(suite, "resume");
    tcase_add_test(tc, when_a_worker_fails_the_others_go_on_from_what_the_hub_has);
    tcase_add_test(tc, of_a_batch_only_the_missing_images_are_computed_again_also_the_second_time);
    tcase_add_test(tc, parts_at_the_hub_count_by_what_they_cover);
    tcase_add_test(tc, a_partition_is_at_the_hub_if_all_is_that_leaves_it);
    tcase_add_test(tc, maps_at_another_hub_are_of_no_use);
    tc = add_case(suite, "workers");
    tcase_add_test(tc, workers_are_those_of_the_least_time_that_can_hold_a_unit);
    tcase_add_test(tc, without_workers_the_user_computes_alone_if_it_can);
    tcase_add_test(tc, a_network_of_several_exits_computes_what_the_last_one_needs);
    tc = add_case(suite, "metrics");
    tcase_add_test(tc, metrics_tell_partitions_parts_and_why_a_task_is_infeasible);
    tcase_add_test(tc, a_hub_must_be_able_to_keep_maps);
    tcase_add_test(tc, a_number_of_partitions_wants_optional_points);
    return suite;
}
