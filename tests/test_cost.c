// tests/test_cost.c: what lies between measured points, by hand; devices scale, slices add up.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "models/calibration.h"
#include "models/cost.h"
#include "models/load.h"

Suite *cost_suite(void);

static struct arena arena;

static void setup(void)
{
    arena = (struct arena){0};
}

static void teardown(void)
{
    arena_free(&arena);
}

// Timed warm at 1 GHz, so that 1e9 cycles are a second; an fc cold, in seconds.
static struct profile_layer layer_of(const char *key, uint32_t count, const double *size,
                                     const double *s)
{
    struct profile_layer l = {.key = key,
                              .point_count = count,
                              .points = ARENA_ARRAY(&arena, struct profile_point, count)};
    for (uint32_t i = 0; i < count; i++) {
        struct timing t = {.cycles = 1e9 * s[i], .median_s = s[i], .sample_count = 1};
        l.points[i] = (struct profile_point){.begin = 0, .end = 1, .size = size[i]};
        *(strncmp(key, "fc", 2) ? &l.points[i].warm : &l.points[i].cold) = t;
    }
    return l;
}

static struct profile profile_of(uint32_t count, const struct profile_layer *layers)
{
    struct profile p = {.name = "by hand",
                        .clock_hz = 1e9,
                        .conv_flop_per_s = {{100e9}},
                        .fc_bytes_per_s = 20e9,
                        .layer_count = count};
    p.layers = ARENA_ARRAY(&arena, struct profile_layer, count);
    memcpy(p.layers, layers, count * sizeof *layers);
    profile_fit(&p, &arena);
    return p;
}

// Points (1000, 1 s), (2000, 2.2 s), (4000, 4 s): at 3000 half way between 2.2 and 4; below 1000 in
// proportion; past 4000 along the last line: 4 + 1000 * 1.8 / 2000.
START_TEST(conv_costs_are_linear_between_measured_sizes)
{
    const double         size[] = {4000, 1000, 2000}, s[] = {4, 1, 2.2};
    struct profile_layer l = layer_of("conv 64x8x8 64 k3x3 s1x1 p1,1,1,1 d1x1 g1", 3, size, s);
    struct profile       p = profile_of(1, &l);
    ck_assert_double_eq_tol(profile_curve_s(&p.layers[0], KIND_CONV, 1000), 1, 1e-12);
    ck_assert_double_eq_tol(profile_curve_s(&p.layers[0], KIND_CONV, 3000), 3.1, 1e-12);
    ck_assert_double_eq_tol(profile_curve_s(&p.layers[0], KIND_CONV, 500), 0.5, 1e-12);
    ck_assert_double_eq_tol(profile_curve_s(&p.layers[0], KIND_CONV, 5000), 4.9, 1e-12);
    ck_assert_double_eq(profile_curve_s(&p.layers[0], KIND_CONV, 0), 0);
}
END_TEST

// An fc keeps its constant below the smallest slice: line through (100, 1.5), (200, 2): at 50 1.25.
START_TEST(an_fc_is_bytes_plus_a_constant)
{
    const double         size[] = {100, 200, 400}, s[] = {1.5, 2, 3};
    struct profile_layer l = layer_of("fc 10 10", 3, size, s);
    struct profile       p = profile_of(1, &l);
    ck_assert_double_eq_tol(profile_curve_s(&p.layers[0], KIND_FC, 50), 1.25, 1e-12);
    ck_assert_double_eq_tol(profile_curve_s(&p.layers[0], KIND_FC, 300), 2.5, 1e-12);
    // The same line is what an fc of unmeasured shape gets: 1 + 0.005 size, at 1000: 6.
    ck_assert_double_eq_tol(profile_rate_s(&p, KIND_FC, 1000), 6, 1e-9);
}
END_TEST

// An fc that is mostly constant, as small ones are: 5 s for 100, 6 s for 400. What was measured is
// given back, and 7 s for 700; half in proportion (2.5 s for 50 are less than the line's 4.83) is a
// bound below the smallest only, where a steep line, 1 s and 3 s, would lead below zero.
START_TEST(an_fc_costs_what_was_measured_however_large_its_constant)
{
    const double         size[] = {100, 400}, s[] = {5, 6}, steep[] = {1, 3};
    const double         near[] = {100, 150};
    struct profile_layer layers[] = {layer_of("fc 10 10", 2, size, s),
                                     layer_of("fc 20 10", 2, near, steep)};
    struct profile       p = profile_of(2, layers);
    ck_assert_double_eq_tol(profile_curve_s(&p.layers[0], KIND_FC, 400), 6, 1e-12);
    ck_assert_double_eq_tol(profile_curve_s(&p.layers[0], KIND_FC, 700), 7, 1e-12);
    ck_assert_double_eq_tol(profile_curve_s(&p.layers[0], KIND_FC, 50), 5 - 50 / 300.0, 1e-12);
    ck_assert_double_eq_tol(profile_curve_s(&p.layers[1], KIND_FC, 50), 0.25, 1e-12);
}
END_TEST

START_TEST(noise_never_makes_a_larger_slice_cheaper)
{
    const double         size[] = {1000, 2000, 2000, 3000}, s[] = {1, 2.2, 2.0, 1.9};
    struct profile_layer l = layer_of("conv 64x8x8 64 k3x3 s1x1 p1,1,1,1 d1x1 g1", 4, size, s);
    struct profile       p = profile_of(1, &l);
    ck_assert_uint_eq(p.layers[0].curve_count, 3);
    ck_assert_double_eq_tol(profile_curve_s(&p.layers[0], KIND_CONV, 2000), 2.1,
                            1e-12); // the mean of two
    ck_assert_double_eq_tol(profile_curve_s(&p.layers[0], KIND_CONV, 3000), 2.1, 1e-12);
}
END_TEST

// VGG conv5 (512x14x14, 3x3, pad 1): a one-row slice at the top edge has 2 of 3 kernel rows on real
// input: 2 * 3 * 14 * 512 * 512 taps (kernels.md 3 measured 0.67 of an interior row).
START_TEST(only_taps_on_real_rows_count)
{
    const struct kernel     *conv = kernel_find("conv");
    const struct kernel_attr attr = {
        .window = {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, false}, .channels = 512, .groups = 1};
    const struct shape shape = {512, 14, 14};
    double edge = profile_size(conv, &attr, ALGORITHM_DIRECT, &shape, &shape, (struct span){0, 1});
    double inside =
        profile_size(conv, &attr, ALGORITHM_DIRECT, &shape, &shape, (struct span){5, 6});
    ck_assert_double_eq(edge, 2.0 * 3 * 14 * 512 * 512);
    ck_assert_double_eq_tol(edge / inside, 2 / 3.0, 1e-12);
}
END_TEST

static struct graph load(const char *name)
{
    struct graph g;
    struct err   e = {0};
    ck_assert(model_load(&g, &arena, arena_format(&arena, "models/zoo/%s.json", name), NULL, &e));
    return g;
}

static const struct device plain = {.name = "plain",
                                    .profile = "by hand",
                                    .conv_flop_per_s = 1e9,
                                    .fc_bytes_per_s = 1e9,
                                    .load_bytes_per_s = INFINITY,
                                    .memory_bytes = INFINITY};

// A profile of one rate per kind: conv 1e-10 s a tap, fc 1e-9 s a byte, others 1e-9 s an element.
static struct profile one_rate(void)
{
    const double               one[] = {1e6}, conv[] = {1e-4}, fc[] = {1e-3}, other[] = {1e-3};
    const struct profile_layer layers[] = {
        layer_of("conv 64x8x8 64 k3x3 s1x1 p1,1,1,1 d1x1 g1", 1, one, conv),
        layer_of("fc 1 1", 1, one, fc), layer_of("relu 1x1x1", 1, one, other)};
    return profile_of(3, layers);
}

// VGG16 conv1_1 has 224 rows of which two lose a kernel row: 86 704 128 MACs less 2 * 3 * 224 * 64
// * 3 taps, at 1e-10 s each (few channels, but only one conv rate is known), and a relu of 64 * 224
// * 224 elements at 1e-9.
START_TEST(a_step_costs_its_chain)
{
    struct profile    p = one_rate();
    struct graph      g = load("vgg16");
    struct cost_table c;
    cost_init(&c, &arena, &g, &plain, &p);
    double taps = 86704128.0 - 2.0 * 3 * 224 * 64 * 3, elements = 64.0 * 224 * 224;
    ck_assert_double_eq_tol(cost_slice_s(&c, 0, step_whole(&g, 0)), taps * 1e-10 + elements * 1e-9,
                            1e-9);
    // fc7: 4096 * 4096 * 4 bytes of weights and a relu of 4096 elements; half of the neurons cost
    // half.
    uint32_t fc7 = g.step_count - 2;
    double   whole = 4096.0 * 4096 * 4 * 1e-9 + 4096 * 1e-9;
    ck_assert_double_eq_tol(cost_slice_s(&c, fc7, step_whole(&g, fc7)), whole, 1e-9);
    ck_assert_double_eq_tol(
        cost_slice_s(&c, fc7, (struct slice){.axis = SLICE_OUT, .begin = 0, .end = 2048}),
        whole / 2, 1e-9);
}
END_TEST

START_TEST(slices_cost_together_what_the_whole_costs_and_the_overlap)
{
    static const char *const names[] = {"alexnet_torchvision", "vgg16", "resnet34", "nin_cifar10"};
    struct profile           p = one_rate();
    for (int m = 0; m < 4; m++) {
        struct graph      g = load(names[m]);
        struct cost_table c;
        cost_init(&c, &arena, &g, &plain, &p);
        for (uint32_t s = 0; s < g.step_count; s++) {
            struct slice whole = step_whole(&g, s);
            double       sum = 0, all = cost_slice_s(&c, s, whole);
            int32_t      third = whole.end / 3;
            sum +=
                cost_slice_s(&c, s, (struct slice){.axis = whole.axis, .begin = 0, .end = third});
            sum += cost_slice_s(
                &c, s, (struct slice){.axis = whole.axis, .begin = third, .end = 2 * third});
            sum += cost_slice_s(
                &c, s, (struct slice){.axis = whole.axis, .begin = 2 * third, .end = whole.end});
            ck_assert_double_ge(sum, all * (1 - 1e-12));
            // Only rows under an overlapping pool are computed twice.
            bool pooled = g.steps[s].chain_count > 2 && g.steps[s].chain_count < MAX_CHAIN;
            if (!pooled || whole.axis != SLICE_ROWS) ck_assert_double_eq_tol(sum, all, all * 1e-9);
        }
    }
}
END_TEST

// VGG16 conv1_1 again: half of the columns are half of its taps (all kernel columns count) and of
// its relu's elements; so are tiles of one row of two. The upper of two rows of tiles, rows [0,
// 112), has 112 * 3 - 1 kernel rows of 224 * 3 - 2.
START_TEST(columns_and_tiles_cost_their_share_of_the_rows)
{
    struct profile    p = one_rate();
    struct graph      g = load("vgg16");
    struct cost_table c;
    cost_init(&c, &arena, &g, &plain, &p);
    double taps = (86704128.0 - 2.0 * 3 * 224 * 64 * 3) * 1e-10, relu = 64.0 * 224 * 224 * 1e-9;
    struct slice half = {.axis = SLICE_COLUMNS, .begin = 112, .end = 224},
                 tile = {SLICE_GRID, 1, 2, 1, 2}, corner = {SLICE_GRID, 1, 2, 2, 2};
    ck_assert_double_eq_tol(cost_slice_s(&c, 0, half), (taps + relu) / 2, 1e-12);
    ck_assert_double_eq_tol(cost_slice_s(&c, 0, tile), (taps + relu) / 2, 1e-12);
    ck_assert_double_eq_tol(cost_slice_s(&c, 0, corner), taps * 335 / 670 / 2 + relu / 4, 1e-12);
    struct slice none = {SLICE_GRID, 0, 1, 300, 1}; // the first of 300 rows of tiles of 224 rows
    ck_assert_double_eq(cost_slice_s(&c, 0, none), 0);
}
END_TEST

// c3d_small's conv1: 8 frames by 3, pad 1: 22 valid kernel frames, of which the first frame has 2,
// the second 3. pool1 halves rows and columns alone, so frames [0, 2) are conv1's.
START_TEST(frames_cost_their_valid_taps)
{
    struct profile    p = one_rate();
    struct graph      g = load("../../tests/models/c3d_small");
    struct cost_table c;
    cost_init(&c, &arena, &g, &plain, &p);
    struct slice two = {.axis = SLICE_FRAMES, .begin = 0, .end = 2};
    double       taps = 3.0 * 8 * (20 * 3 - 2) * 3 * 20, others = 0;
    for (uint32_t i = 1; i < g.steps[0].chain_count; i++)
        others += (double)shape_elements(&g.layers[g.steps[0].chain[i]].out);
    ck_assert_double_eq_tol(cost_slice_s(&c, 0, two), taps * 5 * 1e-10 + others / 4 * 1e-9, 1e-12);
}
END_TEST

// A conv of 64 x 8 x 8 by 3 x 3, pad 1, 64 channels: 64 * 64 * 8 columns * 3 * (8 * 3 - 2) rows of
// taps. Four rows from row 0: 3 * 4 - 1 kernel rows; they read input rows 0 to 4 and so move 4 * (9
// * 64 * 64 + 64 * 5 * 8 + 64 * 4 * 8) = 165 888 bytes. Timed: 2e-10 s a tap warm; cold 3 ns a byte
// of the two points more (at 1 GHz: 3 cycles).
static const struct kernel_attr square = {
    .window = {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, false}, .channels = 64, .groups = 1};
static const struct shape square_shape = {64, 8, 8};

static struct profile square_profile(void)
{
    const double         pair = 64.0 * 64 * 8 * 3, taps[] = {pair * 22, pair * 11};
    const double         s[] = {pair * 22 * 2e-10, pair * 11 * 2e-10};
    const char          *key = "conv 64x8x8 64 k3x3 s1x1 p1,1,1,1 d1x1 g1";
    struct profile_layer l = layer_of(key, 2, taps, s), w2 = layer_of(key, 1, taps, s), w4 = w2;
    for (uint32_t i = 0; i < 2; i++) {
        l.points[i].bytes = i ? 165888 : 4.0 * (9 * 64 * 64 + 2 * 64 * 64);
        l.points[i].cold = l.points[i].warm;
        l.points[i].cold.cycles += 3 * l.points[i].bytes;
    }
    // Winograd: 16 products for each of 4 x 4 tiles of 2 x 2, or 36 for 2 x 2 of 4 x 4; 1e-10 s
    // each.
    w2.algorithm = ALGORITHM_WINOGRAD2, w4.algorithm = ALGORITHM_WINOGRAD4;
    w2.points[0].size = 64.0 * 64 * 16 * 16;
    w4.points = ARENA_ARRAY(&arena, struct profile_point, 1);
    w4.points[0] = w2.points[0];
    w4.points[0].size = 64.0 * 64 * 36 * 4;
    w2.points[0].warm.cycles = w2.points[0].size * 1e-10 * 1e9;
    w4.points[0].warm.cycles = w4.points[0].size * 1e-10 * 1e9;
    const double               one[] = {1e6}, fc[] = {1e-3};
    const struct profile_layer layers[] = {l, w2, w4, layer_of("fc 1 1", 1, one, fc),
                                           layer_of("relu 1x1x1", 1, one, fc)};
    struct profile             p = profile_of(5, layers);
    p.conv_flop_per_s[CONV_FASTEST][CACHES_WARM] = 300e9;
    return p;
}

START_TEST(cold_adds_a_constant_for_each_byte)
{
    struct profile       p = square_profile();
    const struct kernel *conv = kernel_find("conv");
    struct span          rows = {0, 4};
    ck_assert_double_eq(
        profile_bytes(&square, ALGORITHM_DIRECT, &square_shape, &square_shape, rows), 165888);
    double warm = 64.0 * 64 * 8 * 3 * 11 * 2e-10;
    ck_assert_double_eq_tol(profile_slice_s(&p, conv, &square, ALGORITHM_DIRECT, CACHES_WARM,
                                            &square_shape, &square_shape, rows, &arena),
                            warm, 1e-15);
    ck_assert_double_eq_tol(profile_slice_s(&p, conv, &square, ALGORITHM_DIRECT, CACHES_COLD,
                                            &square_shape, &square_shape, rows, &arena),
                            warm + 165888 * 3e-9, 1e-12);
    // A shape that was not measured takes the rate of its kind, for its bytes as well.
    const struct shape other = {64, 16, 8};
    double taps = 64.0 * 64 * 8 * 3 * (16 * 3 - 2), bytes = 4.0 * (9 * 64 * 64 + 2 * 64 * 16 * 8);
    ck_assert_double_eq_tol(profile_slice_s(&p, conv, &square, ALGORITHM_DIRECT, CACHES_COLD,
                                            &other, &other, (struct span){0, 16}, &arena),
                            taps * 2e-10 + bytes * 3e-9, 1e-12);
}
END_TEST

// C3D's conv1a: 3 x 16 x 112 x 112 by 3 x 3 x 3, pad 1: 16 frames of which two lack one of three
// kernel frames, 112 rows of which two lack one of three kernel rows, 3 x 112 columns' taps each.
START_TEST(frames_count_in_size_key_and_bytes)
{
    const struct kernel     *conv = kernel_find("conv"), *relu = kernel_find("relu");
    const struct kernel_attr attr = {
        .window = {{3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, false},
        .channels = 64,
        .groups = 1};
    const struct shape in = {3, 112, 112, 16}, out = {64, 112, 112, 16}, fewer = {3, 112, 112, 8};
    struct span        all = {0, 112};
    ck_assert_double_eq(profile_size(conv, &attr, ALGORITHM_DIRECT, &in, &out, all),
                        3.0 * 64 * (16 * 3 - 2) * (112 * 3 - 2) * 3 * 112);
    ck_assert_double_eq(profile_size(relu, &attr, ALGORITHM_DIRECT, &out, &out, all),
                        64.0 * 16 * 112 * 112);
    ck_assert_double_eq(profile_bytes(&attr, ALGORITHM_DIRECT, &in, &out, all),
                        4.0 * (27 * 3 * 64 + (3 + 64) * 16 * 112 * 112));
    ck_assert_str_ne(profile_key(conv, &attr, &in, &arena),
                     profile_key(conv, &attr, &fewer, &arena));
    ck_assert(!conv->allows(&attr, ALGORITHM_WINOGRAD2)); // 3 x 3, but of frames
}
END_TEST

// Winograd's slices cost whole tiles: of 8 rows of outputs 5 need three tiles of 2 or two of 4, and
// its weights are 16 or 36 numbers for nine.
START_TEST(winograd_costs_whole_tiles)
{
    struct profile       p = square_profile();
    const struct kernel *conv = kernel_find("conv");
    struct span          rows = {1, 6};
    double w2 = profile_slice_s(&p, conv, &square, ALGORITHM_WINOGRAD2, CACHES_WARM, &square_shape,
                                &square_shape, rows, &arena);
    double w4 = profile_slice_s(&p, conv, &square, ALGORITHM_WINOGRAD4, CACHES_WARM, &square_shape,
                                &square_shape, rows, &arena);
    ck_assert_double_eq_tol(w2, 64 * 64 * 16 * (3 * 4) * 1e-10, 1e-15);
    ck_assert_double_eq_tol(w4, 64 * 64 * 36 * (2 * 2) * 1e-10, 1e-15);
    ck_assert_double_eq(profile_weight_bytes(&square, ALGORITHM_WINOGRAD2, &square_shape),
                        4.0 * 16 * 64 * 64);
    ck_assert_double_eq(profile_weight_bytes(&square, ALGORITHM_WINOGRAD4, &square_shape),
                        4.0 * 36 * 64 * 64);
}
END_TEST

// conv 100 GFLOP/s on the profile's machine, 25 on the device: 4 times as long; fc 20 against 5
// GB/s: 4; 1 ms a call.
START_TEST(another_device_scales_and_adds_its_overhead)
{
    struct profile      p = one_rate();
    struct graph        g = load("vgg16");
    const struct device slow = {.name = "slow",
                                .conv_flop_per_s = 25e9,
                                .fc_bytes_per_s = 5e9,
                                .overhead_s = 1e-3,
                                .load_bytes_per_s = 1e8,
                                .memory_bytes = INFINITY};
    struct cost_table   fast_costs, slow_costs;
    cost_init(&fast_costs, &arena, &g, &plain, &p);
    cost_init(&slow_costs, &arena, &g, &slow, &p);
    ck_assert_double_eq_tol(device_conv_ratio(&slow, &p), 4, 1e-12);
    for (uint32_t s = 0; s < g.step_count; s++) {
        double fast = cost_slice_s(&fast_costs, s, step_whole(&g, s));
        ck_assert_double_eq_tol(cost_slice_s(&slow_costs, s, step_whole(&g, s)), 4 * fast + 1e-3,
                                1e-9);
    }
    ck_assert_double_eq_tol(cost_load_s(&slow, 5e8), 5, 1e-12);
    ck_assert_str_eq(cost_source(&fast_costs), "measured");
    ck_assert_str_eq(cost_source(&slow_costs), "scaled");
}
END_TEST

// The costs of rows of a layer, the slow way: the least of the algorithms that the stack has.
static double plain_layer_s(const struct profile *p, const struct graph *g, uint32_t layer,
                            struct span rows, const struct device *d)
{
    const struct layer *l = &g->layers[layer];
    struct shape        in[KERNEL_MAX_INPUTS];
    double              direct = INFINITY, winograd = INFINITY;
    if (l->kernel->is_free) return 0;
    layer_inputs(g, layer, in);
    for (int k = 0; k < ALGORITHM_COUNT; k++) {
        enum kernel_algorithm algorithm = (enum kernel_algorithm)k;
        if (!profile_offers(l->kernel, &l->attr, &in[0], algorithm)) continue;
        double s = profile_slice_s(p, l->kernel, &l->attr, algorithm, d->caches, &in[0], &l->out,
                                   rows, &arena);
        if (k == ALGORITHM_DIRECT)
            direct = s;
        else
            winograd = fmin(winograd, s);
    }
    if (d->conv == CONV_DIRECT || isinf(winograd)) return direct;
    return d->conv == CONV_WINOGRAD ? winograd : fmin(direct, winograd);
}

START_TEST(tables_give_what_the_profile_gives)
{
    static const char *const names[] = {"alexnet_torchvision", "vgg16", "resnet34", "nin_imagenet"};
    struct profile           p;
    struct err               e = {0};
    struct rng               rng;
    rng_init(&rng, 1, 0, "test_cost", (uint64_t)_i);
    ck_assert_msg(profile_load(&p, &arena, "kernels/profiles/reference.json", &e), "%s", e.text);
    struct device d = {.name = "reference",
                       .profile = p.name,
                       .conv = (enum conv_choice)(_i / CACHES_COUNT),
                       .caches = (enum caches)(_i % CACHES_COUNT)};
    for (int m = 0; m < 4; m++) {
        struct graph      g = load(names[m]);
        struct cost_table c;
        cost_init(&c, &arena, &g, &d, &p);
        for (uint32_t s = 0; s < g.step_count; s++) {
            if (step_axis(&g, s) != SLICE_ROWS) continue;
            int32_t extent = step_extent(&g, s, SLICE_ROWS);
            for (int k = 0; k < 5; k++) {
                int32_t      begin = (int32_t)rng_below(&rng, (uint64_t)extent);
                int32_t      end = begin + 1 + (int32_t)rng_below(&rng, (uint64_t)(extent - begin));
                struct slice slice = {SLICE_ROWS, begin, end};
                struct block blocks[MAX_CHAIN];
                double       want = 0;
                slice_blocks(&g, s, slice, blocks);
                for (uint32_t i = 0; i < g.steps[s].chain_count; i++)
                    want += plain_layer_s(&p, &g, g.steps[s].chain[i], blocks[i].at[AXIS_H], &d);
                ck_assert_double_eq_tol(cost_slice_s(&c, s, slice), want, 1e-9 * want);
            }
        }
    }
}
END_TEST

// Half of the output channels: half of the taps, of the weights and of the output, all of the
// input; of the input channels likewise. By the rates of a profile that measured one other shape.
START_TEST(channel_slices_move_their_share_of_the_bytes)
{
    struct profile      p = square_profile();
    struct graph        g = load("vgg16");
    const struct device cold = {.name = "cold", .profile = "by hand", .caches = CACHES_COLD};
    struct cost_table   c;
    cost_init(&c, &arena, &g, &cold, &p);
    uint32_t s = 2; // conv2_1: 64 -> 128 channels of 112 x 112, then a relu of 1e-9 s an element
    double   taps = 64.0 * 128 * 3 * 112 * (112 * 3 - 2), map = 4.0 * 112 * 112,
           weights = 4.0 * 9 * 64 * 128, relu = 128.0 * 112 * 112 * 1e-9;
    ck_assert_int_eq(step_extent(&g, s, SLICE_OUT), 128);
    double out = cost_slice_s(&c, s, (struct slice){.axis = SLICE_OUT, .begin = 0, .end = 64});
    double in = cost_slice_s(&c, s, (struct slice){.axis = SLICE_IN, .begin = 16, .end = 48});
    ck_assert_uint_eq(slice_chain_count(&g, s, SLICE_OUT), 2);
    ck_assert_double_eq_tol(
        out, taps / 2 * 2e-10 + 3e-9 * (weights / 2 + 64 * map + 64 * map) + relu / 2, 1e-9);
    ck_assert_double_eq_tol(in, taps / 2 * 2e-10 + 3e-9 * (weights / 2 + 32 * map + 128 * map),
                            1e-9);
}
END_TEST

// A device's own rate is one of a whole network by its stack's algorithm, so it is compared with
// the profile's by the same: 300 GFLOP/s against 30.
START_TEST(a_device_is_compared_by_its_own_algorithm)
{
    struct profile      p = square_profile();
    const struct device fastest = {.name = "ncnn", .conv_flop_per_s = 30e9, .conv = CONV_FASTEST};
    const struct device direct = {.name = "other", .conv_flop_per_s = 30e9};
    ck_assert_double_eq_tol(device_conv_ratio(&fastest, &p), 10, 1e-12);
    ck_assert_double_eq_tol(device_conv_ratio(&direct, &p), 100 / 30.0, 1e-12);
}
END_TEST

START_TEST(the_shipped_profile_has_every_layer_of_the_zoo)
{
    static const char *const names[] = {
        "alexnet_torchvision", "alexnet_1tower", "alexnet_2tower", "vgg16", "resnet34", "resnet50",
        "nin_cifar10",         "nin_imagenet"};
    struct profile p;
    struct err     e = {0};
    ck_assert_msg(profile_load(&p, &arena, "kernels/profiles/reference.json", &e), "%s", e.text);
    for (int m = 0; m < 8; m++) {
        struct graph      g = load(names[m]);
        struct cost_table c;
        cost_init(&c, &arena, &g, &plain, &p);
        ck_assert_msg(c.fitted_count == 0, "%s: %u layers not measured", names[m], c.fitted_count);
    }
}
END_TEST

#define TIMING                                                                                     \
    "{\"cycles\": 2000, \"median_cycles\": 2000, \"q1_cycles\": 2000, \"q3_cycles\": 2000, "       \
    "\"min_s\": 1e-6, \"median_s\": 1e-6}"
#define WARM "[{\"size\": 1, \"warm\": " TIMING "}]"
#define COLD "[{\"size\": 4, \"cold\": " TIMING "}]"

// A profile of one fc, one relu and one layer more.
static const char *profile_text(const char *fc_points, const char *key, const char *points)
{
    const char *rates = "{\"warm\": 1e9, \"cold\": 1e9}";
    return arena_format(
        &arena,
        "{\"format\": 2, \"clock_hz\": 1e9, \"reference\": {\"fc_bytes_per_s\": 1e9, "
        "\"conv_flop_per_s\": {\"direct\": %s, \"winograd\": %s, \"fastest\": %s}}, "
        "\"layers\": [{\"key\": \"fc 1 1\", \"points\": %s}, {\"key\": \"relu 1x1x1\", "
        "\"points\": " WARM "}, {\"key\": \"%s\", \"points\": %s}]}",
        rates, rates, rates, fc_points, key, points);
}

// Loads a profile of that text; NULL: it is taken, else what is wrong with it.
static const char *fault_of(const char *text)
{
    const char    *path = arena_format(&arena, "/tmp/fogsim-profile-%d.json", (int)getpid());
    struct profile p;
    struct err     e = {0};
    FILE          *file = fopen(path, "w");
    ck_assert(file && fputs(text, file) >= 0 && !fclose(file));
    bool ok = profile_load(&p, &arena, path, &e);
    unlink(path);
    return ok ? NULL : arena_string(&arena, e.text);
}

static void faulty(const char *text, const char *want)
{
    const char *fault = fault_of(text);
    ck_assert_msg(fault && strstr(fault, want), "want \"%s\", have \"%s\"", want,
                  fault ? fault : "no fault");
}

// Each of these was taken, and gave costs that nobody measured.
START_TEST(a_profile_that_says_two_things_is_refused)
{
    const char *conv = "conv 1x1x1 1 k1x1";
    ck_assert_ptr_null(fault_of(profile_text(COLD, conv, WARM)));
    faulty(profile_text(WARM, conv, WARM),
           "layers[0].points[0]: want a timing, \"cold\" alone (an fc)");
    faulty(profile_text(COLD, conv, COLD), "layers[2].points[0]: want a timing, \"warm\"");
    faulty(profile_text(COLD, "relu 1x1x1", WARM),
           "layers: want each layer once by an algorithm, have \"relu 1x1x1\" (direct) again");
    faulty(profile_text(COLD, conv, "{\"size\": 1}"), "want a list of 1 to 64 measured points");
    faulty(profile_text(COLD, conv, "[{\"size\": null, \"warm\": " TIMING "}]"),
           "layers[2].points[0].size: want a value, have null"); // not the default
}
END_TEST

// 1 x 1 x 1 over frames: the kind that its shape has is the kind that its timing teaches.
START_TEST(a_measured_conv_teaches_its_own_kind)
{
    const struct kernel_attr attr = {.window = {.kernel = {1, 1, 1}}, .channels = 64, .groups = 1};
    const struct shape       in = {64, 8, 8, 4};
    const double             size[] = {1e6}, s[] = {1e-3}, other[] = {5e-3};
    struct profile_layer     layers[] = {
            layer_of("conv 64x8x8 64 k1x1 s1x1 p0,0,0,0 d1x1 g1 f4 k1 s1 p0,0 d1", 1, size, s),
            layer_of("conv 64x8x8 64 k1x1 s1x1 p0,0,0,0 d1x1 g1 f4 k3 s1 p1,1 d1", 1, size, other)};
    struct profile p = profile_of(2, layers);
    ck_assert_int_eq(profile_kind(kernel_find("conv"), &attr, &in, ALGORITHM_DIRECT),
                     KIND_CONV_POINTWISE);
    ck_assert_double_eq_tol(p.rates[KIND_CONV_POINTWISE].s_per_size, 1e-9, 1e-15);
    ck_assert_double_eq_tol(p.rates[KIND_CONV].s_per_size, 5e-9, 1e-15);
}
END_TEST

// Its fc is large enough for a reference.
static struct graph small_model(void)
{
    const char  *path = arena_format(&arena, "/tmp/fogsim-model-%d.json", (int)getpid());
    FILE        *file = fopen(path, "w");
    struct graph g;
    struct err   e = {0};
    ck_assert_ptr_nonnull(file);
    fputs("{\"name\": \"small\", \"input\": [16, 8, 8], \"classes\": 3, \"layers\": ["
          "{\"name\": \"c\", \"type\": \"conv\", \"kernel\": 3, \"pad\": 1, \"channels\": 16}, "
          "{\"name\": \"r\", \"type\": \"relu\"}, "
          "{\"name\": \"f\", \"type\": \"fc\", \"units\": 1024}]}",
          file);
    fclose(file);
    ck_assert_msg(model_load(&g, &arena, path, NULL, &e), "%s", e.text);
    unlink(path);
    return g;
}

START_TEST(what_is_calibrated_loads_and_holds)
{
    const struct calibration_effort effort = {1, 1, 1, 0, 8};
    const char         *path = arena_format(&arena, "/tmp/fogsim-cal-%d.json", (int)getpid());
    struct graph        g = small_model();
    struct calibration *c = calibration_new(&effort, &arena), *again;
    struct profile      p, q;
    struct err          e = {0};
    calibration_add(c, &g);
    ck_assert(calibration_measure(c, NULL, NULL));
    calibration_finish(c, &g, &g, &p);
    p.machine = p.cpu = p.isa = p.compiler = p.flags = p.commit = p.date = p.protocol = "?";
    ck_assert_msg(profile_save(&p, path, &e) && profile_load(&q, &arena, path, &e), "%s", e.text);
    unlink(path);
    // All of the points that the profile has are found again, and of another model none.
    again = calibration_new(&effort, &arena);
    calibration_add(again, &g);
    uint32_t count = 0;
    for (uint32_t i = 0; i < q.layer_count; i++) count += q.layers[i].point_count;
    ck_assert_uint_eq(calibration_keep(again, &q, 1000), count);
    struct graph other = load("nin_cifar10");
    again = calibration_new(&effort, &arena);
    calibration_add(again, &other);
    ck_assert_uint_eq(calibration_keep(again, &q, 1000), 0);
}
END_TEST

// What devices are compared with is the profile's own cost of a whole ResNet-50, and of AlexNet's
// fc layers, of 4096 and 1000 neurons.
START_TEST(the_shipped_reference_rates_are_those_of_its_points)
{
    static const char *const fc[] = {"fc 9216 4096", "fc 4096 4096", "fc 4096 1000"};
    struct profile           p;
    struct err               e = {0};
    struct graph             g = load("resnet50");
    struct cost_table        c;
    double                   fc_s = 0, fc_bytes = 0;
    ck_assert_msg(profile_load(&p, &arena, "kernels/profiles/reference.json", &e), "%s", e.text);
    for (int choice = 0; choice < CONV_CHOICE_COUNT; choice++)
        for (int caches = 0; caches < CACHES_COUNT; caches++) {
            struct device own = {.name = "own", .profile = p.name};
            own.conv = (enum conv_choice)choice, own.caches = (enum caches)caches;
            cost_init(&c, &arena, &g, &own, &p);
            ck_assert_double_eq_tol(
                2.0 * (double)graph_macs(&g) / c.whole_s / p.conv_flop_per_s[choice][caches], 1,
                1e-4); // times are stored to five digits
        }
    for (int i = 0; i < 3; i++) {
        const struct profile_layer *l = profile_find(&p, fc[i], ALGORITHM_DIRECT);
        ck_assert_ptr_nonnull(l);
        fc_s += l->curve_s[l->curve_count - 1], fc_bytes += l->curve_size[l->curve_count - 1];
    }
    ck_assert_double_eq_tol(fc_bytes / fc_s / p.fc_bytes_per_s, 1, 1e-3); // biases are few
}
END_TEST

// A slice of a large fc streams its share of the weights: n slices of 1 / n together take what the
// whole takes, but for ramping up (0.96 to 1.41 was measured on another machine).
START_TEST(slices_of_a_large_fc_add_up)
{
    struct profile p;
    struct err     e = {0};
    uint32_t       seen = 0;
    ck_assert(profile_load(&p, &arena, "kernels/profiles/reference.json", &e));
    for (uint32_t i = 0; i < p.layer_count; i++) {
        const struct profile_layer *l = &p.layers[i];
        uint32_t                    last = l->curve_count - 1;
        if (strncmp(l->key, "fc ", 3) != 0 || l->curve_size[last] < 16e6) continue;
        for (uint32_t k = 0; k < last; k++, seen++) {
            double sum = l->curve_s[k] * l->curve_size[last] / l->curve_size[k] / l->curve_s[last];
            ck_assert_msg(sum > 0.85 && sum < 1.25, "%s: slices of %g bytes: %g of the whole",
                          l->key, l->curve_size[k], sum);
        }
    }
    ck_assert_uint_ge(seen, 12);
}
END_TEST

START_TEST(a_saved_profile_reads_back_the_same)
{
    struct profile p, q;
    struct err     e = {0};
    char          *path = arena_format(&arena, "%s/fogsim-profile-%d.json", "/tmp", (int)getpid());
    ck_assert(profile_load(&p, &arena, "kernels/profiles/reference.json", &e));
    ck_assert_msg(profile_save(&p, path, &e) && profile_load(&q, &arena, path, &e), "%s", e.text);
    unlink(path);
    ck_assert_str_eq(p.sha256, q.sha256);
    ck_assert_uint_eq(p.layer_count, q.layer_count);
    for (uint32_t i = 0; i < p.layer_count; i++) {
        ck_assert_str_eq(p.layers[i].key, q.layers[i].key);
        ck_assert_mem_eq(p.layers[i].curve_s, q.layers[i].curve_s,
                         p.layers[i].curve_count * sizeof(double));
    }
}
END_TEST

Suite *cost_suite(void)
{
    Suite *s = suite_create("cost");
    TCase *tc = tcase_create("cost");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, conv_costs_are_linear_between_measured_sizes);
    tcase_add_test(tc, an_fc_is_bytes_plus_a_constant);
    tcase_add_test(tc, an_fc_costs_what_was_measured_however_large_its_constant);
    tcase_add_test(tc, noise_never_makes_a_larger_slice_cheaper);
    tcase_add_test(tc, only_taps_on_real_rows_count);
    tcase_add_test(tc, a_step_costs_its_chain);
    tcase_add_test(tc, columns_and_tiles_cost_their_share_of_the_rows);
    tcase_add_test(tc, frames_cost_their_valid_taps);
    tcase_add_test(tc, slices_cost_together_what_the_whole_costs_and_the_overlap);
    tcase_add_test(tc, another_device_scales_and_adds_its_overhead);
    tcase_add_test(tc, cold_adds_a_constant_for_each_byte);
    tcase_add_test(tc, frames_count_in_size_key_and_bytes);
    tcase_add_test(tc, winograd_costs_whole_tiles);
    tcase_add_loop_test(tc, tables_give_what_the_profile_gives, 0,
                        CONV_CHOICE_COUNT * CACHES_COUNT);
    tcase_add_test(tc, channel_slices_move_their_share_of_the_bytes);
    tcase_add_test(tc, a_device_is_compared_by_its_own_algorithm);
    tcase_add_test(tc, the_shipped_profile_has_every_layer_of_the_zoo);
    tcase_add_test(tc, a_profile_that_says_two_things_is_refused);
    tcase_add_test(tc, a_measured_conv_teaches_its_own_kind);
    tcase_add_test(tc, what_is_calibrated_loads_and_holds);
    tcase_add_test(tc, the_shipped_reference_rates_are_those_of_its_points);
    tcase_add_test(tc, slices_of_a_large_fc_add_up);
    tcase_add_test(tc, a_saved_profile_reads_back_the_same);
    suite_add_tcase(s, tc);
    return s;
}
