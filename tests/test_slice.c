// tests/test_slice.c: slices are exact: by arithmetic, and by running them through the kernels.
#include <check.h>
#include <math.h>
#include <string.h>

#include "models/exec.h"
#include "models/load.h"

Suite *slice_suite(void);

static struct arena arena;
static struct rng   rng;

static void setup(void)
{
    arena = (struct arena){0};
    rng_init(&rng, 7, 0, "test_slice", 0);
}

static void teardown(void)
{
    arena_free(&arena);
}

static const char *const zoo[] = {"alexnet_torchvision",
                                  "alexnet_1tower",
                                  "alexnet_2tower",
                                  "vgg16",
                                  "resnet34",
                                  "resnet50",
                                  "nin_cifar10",
                                  "nin_imagenet",
                                  "../../tests/models/c3d_small"};
enum { ZOO = sizeof zoo / sizeof *zoo };

static struct graph load(const char *name)
{
    struct graph g;
    struct err   e = {0};
    ck_assert_msg(
        model_load(&g, &arena, arena_format(&arena, "models/zoo/%s.json", name), NULL, &e), "%s",
        e.text);
    return g;
}

// Thesis, Algorithm 1's example as facts 2.1 verified it: utilities 4.0 and 6.0, input 1x3x224x224,
// p = 3 (VGG16 conv1_1): o_1 = floor(0.4 * 224) = 89, input rows [0, 90) and [88, 224): 90 and 136
// rows.
START_TEST(the_worked_example_of_the_thesis_gives_90_and_136_rows)
{
    const double weights[] = {4, 6};
    int32_t      cuts[3];
    struct graph g = load("vgg16");
    slice_cuts(weights, 2, 224, cuts);
    ck_assert_int_eq(cuts[1], 89);
    struct span a =
        slice_input(&g, 0, (struct slice){.axis = SLICE_ROWS, .begin = cuts[0], .end = cuts[1]});
    struct span b =
        slice_input(&g, 0, (struct slice){.axis = SLICE_ROWS, .begin = cuts[1], .end = cuts[2]});
    ck_assert_int_eq(a.end - a.begin, 90);
    ck_assert_int_eq(b.end - b.begin, 136);
}
END_TEST

// facts 2.1 item 5: exact slices of ResNet conv1 (7x7, stride 2, pad 3, 112 rows: cut 44) and of
// AlexNet conv1 (11x11, stride 4, pad 2, 55 rows: cut 22), utilities 4:6, of the convolution alone.
START_TEST(strided_first_layers_have_the_slices_of_the_facts)
{
    static const struct {
        const char *model;
        int32_t     rows, cut;
        struct span a, b;
    } want[] = {{"resnet34", 112, 44, {0, 90}, {85, 224}},
                {"alexnet_torchvision", 55, 22, {0, 93}, {86, 224}}};
    const double weights[] = {4, 6};
    for (int i = 0; i < 2; i++) {
        struct graph g = load(want[i].model);
        int32_t      cuts[3];
        slice_cuts(weights, 2, want[i].rows, cuts);
        ck_assert_int_eq(cuts[1], want[i].cut);
        const struct window *w = &g.layers[0].attr.window;
        struct span          a = window_in(w, AXIS_H, 224, (struct span){0, cuts[1]});
        struct span          b = window_in(w, AXIS_H, 224, (struct span){cuts[1], want[i].rows});
        ck_assert(a.begin == want[i].a.begin && a.end == want[i].a.end);
        ck_assert(b.begin == want[i].b.begin && b.end == want[i].b.end);
    }
}
END_TEST

// c3d_small: rows [0, 5) of pool1's 8x8x10x10 need conv1's rows [0, 10) and [0, 11) of the input,
// of all 8 frames of 3 channels; channels and sums hold all frames too.
START_TEST(a_slice_of_rows_holds_all_frames)
{
    struct graph g = load("../../tests/models/c3d_small");
    struct slice rows = {SLICE_ROWS, 0, 5}, out = {SLICE_OUT, 0, 4}, in = {SLICE_IN, 0, 4};
    struct span  need = slice_input(&g, 0, rows);
    ck_assert(need.begin == 0 && need.end == 11);
    ck_assert_int_eq(slice_input_bytes(&g, 0, rows), 3 * 8 * 11 * 20 * 4);
    ck_assert_int_eq(slice_output_bytes(&g, 0, rows), 8 * 8 * 5 * 10 * 4);
    ck_assert_int_eq(slice_output_bytes(&g, 0, out), 4 * 8 * 10 * 10 * 4);
    ck_assert_int_eq(slice_input_bytes(&g, 1, in), 4 * 8 * 10 * 10 * 4);
    ck_assert_int_eq(slice_output_bytes(&g, 1, in), 16 * 8 * 10 * 10 * 4);
}
END_TEST

// The literal printed form (cut w - (p - 1) = 222 rows at floor(0.4 * 222) = 88, add p - 1 to each)
// is an oracle for the worked example only: 88 + 2 = 90, 222 - 88 + 2 = 136.
START_TEST(the_literal_form_agrees_with_the_worked_example)
{
    const double weights[] = {4, 6};
    int32_t      cuts[3];
    slice_cuts(weights, 2, 224 - 2, cuts);
    ck_assert_int_eq(cuts[1] + 2, 90);
    ck_assert_int_eq(222 - cuts[1] + 2, 136);
}
END_TEST

// 0.3 as a double is below 3/10, and 0.3 * 10 may be floored to 2: shares are decimals here.
START_TEST(decimal_shares_do_not_fall_one_short)
{
    const double thirds[] = {0.3, 0.7}, equal[] = {1, 1, 1}, zero[] = {0, 5};
    int32_t      cuts[4];
    slice_cuts(thirds, 2, 10, cuts);
    ck_assert_int_eq(cuts[1], 3);
    slice_cuts(equal, 3, 9, cuts);
    ck_assert_int_eq(cuts[1], 3);
    ck_assert_int_eq(cuts[2], 6);
    slice_cuts(zero, 2, 7, cuts);
    ck_assert_int_eq(cuts[1], 0);
    ck_assert_int_eq(cuts[2], 7);
}
END_TEST

START_TEST(cuts_cover_the_output_once_and_follow_the_shares)
{
    for (int round = 0; round < 20000; round++) {
        double   weights[8], total = 0;
        int32_t  cuts[9], extent = (int32_t)rng_below(&rng, 5000);
        uint32_t n = 1 + (uint32_t)rng_below(&rng, 8);
        for (uint32_t i = 0; i < n; i++)
            total += weights[i] = rng_uniform(&rng) * pow(10, (double)rng_below(&rng, 5));
        slice_cuts(weights, n, extent, cuts);
        ck_assert_int_eq(cuts[0], 0);
        ck_assert_int_eq(cuts[n], extent);
        double sum = 0;
        for (uint32_t i = 0; i < n; i++) {
            ck_assert_int_le(cuts[i], cuts[i + 1]);
            ck_assert_double_ge(extent * sum / total, cuts[i] - 1e-6);
            ck_assert_double_le(extent * sum / total, cuts[i] + 1 + 1e-6);
            sum += weights[i];
        }
    }
}
END_TEST

// One tensor per chain layer: the whole run, whose last is what slices must reproduce.
static float *run_whole(const struct graph *g, const struct step *st, const float *x,
                        const struct exec_weights *w, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        float *y = ARENA_ARRAY(&arena, float, (size_t)shape_elements(&g->layers[st->chain[i]].out));
        exec_layer(g, st->chain[i], &x, &w[st->chain[i]], y, false);
        x = y;
    }
    return (float *)x;
}

static void check_merged(const struct graph *g, uint32_t step, enum slice_axis axis, const float *x,
                         const struct exec_weights *w)
{
    const struct step *st = &g->steps[step];
    uint32_t     count = slice_chain_count(g, step, axis), n = 2 + (uint32_t)rng_below(&rng, 3);
    struct shape out = g->layers[st->chain[count - 1]].out;
    float       *whole = run_whole(g, st, x, w, count);
    float       *merged = ARENA_ARRAY(&arena, float, (size_t)shape_elements(&out));
    double       weights[4];
    int32_t      cuts[5], extent = step_extent(g, step, axis);
    for (uint32_t i = 0; i < n; i++) weights[i] = 1e-3 + rng_uniform(&rng);
    slice_cuts(weights, n, extent, cuts);
    for (uint32_t i = 0; i < n; i++)
        exec_slice(g, step, (struct slice){.axis = axis, .begin = cuts[i], .end = cuts[i + 1]}, x,
                   w, merged);
    double largest = 0, error = 0;
    for (int64_t i = 0; i < shape_elements(&out); i++) {
        largest = fmax(largest, fabs((double)whole[i]));
        error = fmax(error, fabs((double)whole[i] - (double)merged[i]));
    }
    ck_assert_double_gt(largest, 0);
    ck_assert_msg(error <= 1e-5 * largest, "%s %s by %s: error %g of %g", g->name,
                  g->layers[st->chain[0]].name, slice_axis_names[axis], error, largest);
}

// Equal shapes of the zoo behave alike: a shape seen before is skipped.
static bool seen_before(const struct graph *g, uint32_t step)
{
    const struct layer *l = &g->layers[g->steps[step].chain[0]];
    struct shape        in = graph_tensor(g, g->steps[step].input);
    for (uint32_t s = 0; s < step; s++) {
        const struct layer *o = &g->layers[g->steps[s].chain[0]];
        struct shape        other = graph_tensor(g, g->steps[s].input);
        if (!memcmp(&l->attr, &o->attr, sizeof l->attr) && !memcmp(&in, &other, sizeof in) &&
            g->steps[s].chain_count == g->steps[step].chain_count)
            return true;
    }
    return false;
}

START_TEST(slices_run_and_merged_equal_the_whole_layer)
{
    struct graph g = load(zoo[_i]);
    for (uint32_t step = 0; step < g.step_count; step++) {
        if (seen_before(&g, step)) continue;
        struct arena_mark    mark = arena_mark(&arena);
        const struct step   *st = &g.steps[step];
        struct exec_weights *w = ARENA_ARRAY(&arena, struct exec_weights, g.layer_count);
        struct shape         in = graph_tensor(&g, st->input);
        float               *x = ARENA_ARRAY(&arena, float, (size_t)shape_elements(&in));
        exec_random(x, shape_elements(&in), &rng);
        for (uint32_t i = 0; i < st->chain_count; i++)
            exec_weights(&g, st->chain[i], &rng, &arena, &w[st->chain[i]]);
        bool is_grouped = g.layers[st->chain[0]].attr.groups > 1;
        if (step_axis(&g, step) == SLICE_ROWS) check_merged(&g, step, SLICE_ROWS, x, w);
        if (!is_grouped) check_merged(&g, step, SLICE_OUT, x, w);
        if (!is_grouped) check_merged(&g, step, SLICE_IN, x, w);
        arena_rewind(&arena, mark);
    }
}
END_TEST

Suite *slice_suite(void)
{
    Suite *s = suite_create("slice");
    TCase *tc = tcase_create("slice");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 600);
    tcase_add_test(tc, the_worked_example_of_the_thesis_gives_90_and_136_rows);
    tcase_add_test(tc, strided_first_layers_have_the_slices_of_the_facts);
    tcase_add_test(tc, a_slice_of_rows_holds_all_frames);
    tcase_add_test(tc, the_literal_form_agrees_with_the_worked_example);
    tcase_add_test(tc, decimal_shares_do_not_fall_one_short);
    tcase_add_test(tc, cuts_cover_the_output_once_and_follow_the_shares);
    tcase_add_loop_test(tc, slices_run_and_merged_equal_the_whole_layer, 0, ZOO);
    suite_add_tcase(s, tc);
    return s;
}
