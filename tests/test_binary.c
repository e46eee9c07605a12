// tests/test_binary.c: the operators on signs: exact, against a second derivation; their costs; the
// device of DDNN-FW.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "models/calibration.h"
#include "models/cost.h"
#include "models/exec.h"
#include "models/load.h"
#include "scenarios/device.h"

Suite *binary_suite(void);

enum { DRAWS = 400 };

static struct arena arena;
static struct rng   rng;
static struct err   e;

static void setup(void)
{
    arena = (struct arena){0};
    e = (struct err){0};
    rng_init(&rng, 5, 0, "test_binary", 0);
}

static void teardown(void)
{
    arena_free(&arena);
}

static int32_t draw(int32_t low, int32_t high)
{
    return low + (int32_t)rng_below(&rng, (uint64_t)high - (uint64_t)low + 1);
}

// With zeros of both signs among them.
static float *noise(int64_t count)
{
    float *x = ARENA_ARRAY(&arena, float, (size_t)count);
    for (int64_t i = 0; i < count; i++)
        x[i] = draw(0, 9) ? (float)(2 * rng_uniform(&rng) - 1) : draw(0, 1) ? 0.0f : -0.0f;
    return x;
}

static float *signs_of(const float *x, int64_t count)
{
    float *s = ARENA_ARRAY(&arena, float, (size_t)count);
    for (int64_t i = 0; i < count; i++) s[i] = x[i] < 0 ? -1.0f : 1.0f;
    return s;
}

// About 64 and its multiples the packing changes.
static int32_t draw_channels(void)
{
    return draw(0, 1) ? draw(1, 12) : 64 * draw(1, 3) + draw(-2, 2);
}

static void draw_call(struct kernel_attr *attr, struct kernel_call *call)
{
    bool has_frames = draw(0, 3) == 0;
    *attr = (struct kernel_attr){.channels = draw(1, 10), .groups = 1, .bias = draw(0, 1)};
    *call = (struct kernel_call){.attr = attr, .input_count = 1};
    call->in[0] =
        (struct shape){draw_channels(), draw(5, 9), draw(5, 12), has_frames ? draw(5, 6) : 0};
    for (int axis = 0; axis < (has_frames ? 3 : 2); axis++) {
        attr->window.kernel[axis] = draw(1, 3);
        attr->window.stride[axis] = draw(1, 3);
        attr->window.dilation[axis] = draw(1, 2);
        attr->window.pad_begin[axis] = draw(0, 3);
        attr->window.pad_end[axis] = draw(0, 3);
    }
    call->x[0] = noise(shape_elements(&call->in[0]));
}

static void give_weights(const struct kernel *k, struct kernel_call *call)
{
    struct kernel_attr plain = *call->attr;
    plain.bias = false;
    call->weight = noise(k->params(&plain, call->in));
    if (!call->attr->bias) return;
    float *bias = ARENA_ARRAY(&arena, float, (size_t)call->attr->channels);
    for (int32_t i = 0; i < call->attr->channels; i++) bias[i] = (float)draw(-8, 8) / 4;
    call->bias = bias;
}

static void assert_equal(const char *what, const float *have, const float *want, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (have[i] != want[i])
            ck_abort_msg("%s: element %lld of %lld: have %g, want %g", what, (long long)i,
                         (long long)count, (double)have[i], (double)want[i]);
}

// The reference and, on every instruction set, the packed path: to the last bit.
static void assert_exact(const struct kernel *k, struct kernel_call *call, const float *want)
{
    const char *isas[KERNEL_MAX_ISAS];
    int64_t     count = shape_elements(&call->out);
    call->y = ARENA_ARRAY(&arena, float, (size_t)count);
    k->reference(call);
    assert_equal("reference", call->y, want, count);
    for (uint32_t i = 0, n = kernel_isa_list(isas); i < n; i++) {
        ck_assert_msg(kernel_isa_choose(isas[i], &e), "%s", e.text);
        for (int64_t k2 = 0; k2 < count; k2++) call->y[k2] = NAN;
        void *job = k->prepare(call, &arena);
        k->run(job);
        k->run(job);
        k->finish(job);
        assert_equal(isas[i], call->y, want, count);
    }
}

// A binary convolution is a plain one of the numbers +1 and -1 with zeros around them; its sums are
// integers below 2^24, which floats hold exactly.
START_TEST(bconv_is_the_convolution_of_signs_with_padding_zero)
{
    const struct kernel *bconv = kernel_find("bconv"), *conv = kernel_find("conv");
    for (int i = 0; i < DRAWS; i++) {
        struct kernel_attr attr;
        struct kernel_call call;
        draw_call(&attr, &call);
        if (!bconv->infer(&attr, 1, call.in, &call.out, &e)) continue;
        give_weights(bconv, &call);
        struct kernel_call plain = call;
        plain.x[0] = signs_of(call.x[0], shape_elements(&call.in[0]));
        plain.weight =
            signs_of(call.weight, bconv->macs(&attr, call.in, &call.out) / shape_pixels(&call.out));
        plain.y = ARENA_ARRAY(&arena, float, (size_t)shape_elements(&call.out));
        conv->reference(&plain);
        assert_exact(bconv, &call, plain.y);
        arena_rewind(&arena, (struct arena_mark){0});
    }
}
END_TEST

// Of n signs a sum is n - 2 (those that differ): counted here from booleans.
START_TEST(blinear_counts_signs_that_differ)
{
    const struct kernel *k = kernel_find("blinear");
    for (int i = 0; i < DRAWS; i++) {
        struct kernel_attr attr = {.channels = draw(1, 9)};
        struct kernel_call call = {.attr = &attr, .input_count = 1};
        call.in[0] = (struct shape){draw_channels(), draw(1, 4), draw(1, 4)};
        ck_assert(k->infer(&attr, 1, call.in, &call.out, &e));
        int64_t features = shape_elements(&call.in[0]);
        float  *want = ARENA_ARRAY(&arena, float, (size_t)attr.channels);
        call.x[0] = noise(features);
        give_weights(k, &call);
        for (int32_t o = 0; o < attr.channels; o++) {
            int64_t differ = 0;
            for (int64_t n = 0; n < features; n++)
                differ += (call.x[0][n] < 0) != (call.weight[o * features + n] < 0);
            want[o] = (float)(features - 2 * differ);
        }
        assert_exact(k, &call, want);
        arena_rewind(&arena, (struct arena_mark){0});
    }
}
END_TEST

// n ones times n ones is n, with one sign other n - 2, whatever n: the words' last bits are no
// signs.
START_TEST(every_count_of_signs_comes_out)
{
    const struct kernel *k = kernel_find("blinear");
    for (int32_t n = 1; n <= 200; n++) {
        struct kernel_attr attr = {.channels = 3};
        struct kernel_call call = {.attr = &attr, .input_count = 1, .in = {{n, 1, 1}}};
        float             *x = ARENA_ARRAY(&arena, float, (size_t)n), *w = noise(3 * (int64_t)n);
        ck_assert(k->infer(&attr, 1, call.in, &call.out, &e));
        for (int32_t i = 0; i < n; i++) x[i] = w[i] = w[n + i] = 1, w[2 * n + i] = -1;
        w[n + n / 2] = -1;
        call.x[0] = x, call.weight = w;
        const float want[] = {(float)n, (float)(n - 2), (float)-n};
        assert_exact(k, &call, want);
        arena_rewind(&arena, (struct arena_mark){0});
    }
}
END_TEST

// Real inputs, signs of weights: sums of what is added and what is taken away.
START_TEST(fconv_adds_and_subtracts)
{
    const struct kernel *fconv = kernel_find("fconv"), *conv = kernel_find("conv");
    for (int i = 0; i < DRAWS; i++) {
        struct kernel_attr attr;
        struct kernel_call call;
        draw_call(&attr, &call);
        if (!fconv->infer(&attr, 1, call.in, &call.out, &e)) continue;
        for (int64_t n = 0; n < shape_elements(&call.in[0]); n++) // eighths: sums are exact
            ((float *)call.x[0])[n] = roundf(8 * call.x[0][n]) / 8;
        give_weights(fconv, &call);
        struct kernel_call plain = call;
        plain.weight =
            signs_of(call.weight, fconv->macs(&attr, call.in, &call.out) / shape_pixels(&call.out));
        plain.y = ARENA_ARRAY(&arena, float, (size_t)shape_elements(&call.out));
        conv->reference(&plain);
        assert_exact(fconv, &call, plain.y);
        arena_rewind(&arena, (struct arena_mark){0});
    }
}
END_TEST

static struct graph load_sized(const char *path, int32_t side) // 0: the file's own
{
    const struct model_options o = {.input_h = side, .input_w = side};
    struct graph               g;
    ck_assert_msg(model_load(&g, &arena, path, &o, &e), "%s", e.text);
    return g;
}

static struct graph load(const char *path)
{
    return load_sized(path, 0);
}

// BConv's step of the shallow network: its rows, computed apart, are those of the whole.
START_TEST(rows_of_a_binary_step_merge_to_the_whole)
{
    struct graph        g = load("models/zoo/ddnn_shallow.json");
    struct exec_weights w[32];
    const struct step  *st = &g.steps[1];
    struct shape        in = graph_tensor(&g, st->input), out = graph_tensor(&g, st->output);
    const float        *x = signs_of(noise(shape_elements(&in)), shape_elements(&in)), *from = x;
    float              *y = NULL;
    float              *parts = ARENA_ARRAY(&arena, float, (size_t)shape_elements(&out));
    for (uint32_t i = 0; i < st->chain_count; i++) {
        exec_weights(&g, st->chain[i], &rng, &arena, &w[st->chain[i]]);
        y = ARENA_ARRAY(&arena, float, (size_t)shape_elements(&g.layers[st->chain[i]].out));
        exec_layer(&g, st->chain[i], &from, &w[st->chain[i]], y, false);
        from = y;
    }
    static const int32_t cuts[] = {0, 1, 13, 14, 32};
    for (int i = 0; i < 4; i++)
        exec_slice(&g, 1, (struct slice){.axis = SLICE_ROWS, .begin = cuts[i], .end = cuts[i + 1]},
                   x, w, parts);
    assert_equal("rows", parts, y, shape_elements(&out));
    memset(parts, 0, (size_t)shape_elements(&out) * sizeof *parts);
    static const int32_t channels[] = {0, 7, 64};
    for (int i = 0; i < 2; i++)
        exec_slice(&g, 1,
                   (struct slice){.axis = SLICE_OUT, .begin = channels[i], .end = channels[i + 1]},
                   x, w, parts);
    assert_equal("channels", parts, y, shape_elements(&out));
}
END_TEST

static struct profile reference(void)
{
    struct profile p;
    ck_assert_msg(profile_load(&p, &arena, "kernels/profiles/reference.json", &e), "%s", e.text);
    return p;
}

static double step_s(const struct cost_table *c, uint32_t step)
{
    return cost_slice_s(c, step, step_whole(c->graph, step)) +
           cost_merge_s(c, step, step_axis(c->graph, step));
}

// BConv of the shallow network: 64 x 64 x 3 x 3 weights of one bit are 4608 bytes, its batchnorm's
// 4 x 64 numbers of four bytes 1024. Rows need all of it, half of the output channels half.
START_TEST(a_slice_of_a_binary_step_loads_packed_weights)
{
    struct graph g = load("models/zoo/ddnn_shallow.json");
    struct slice all = {.axis = SLICE_OUT, .begin = 0, .end = 64},
                 half = {.axis = SLICE_OUT, .begin = 32, .end = 64},
                 rows = {.axis = SLICE_ROWS, .begin = 3, .end = 9};
    ck_assert_int_eq(slice_weight_bytes(&g, 1, step_whole(&g, 1)), 4608 + 1024);
    ck_assert_int_eq(slice_weight_bytes(&g, 1, all), 4608 + 1024);
    ck_assert_int_eq(slice_weight_bytes(&g, 1, rows), 4608 + 1024);
    ck_assert_int_eq(slice_weight_bytes(&g, 1, half), 2304 + 512);
}
END_TEST

// A shape that the profile lacks. Valid taps of a 3 x 3 window on 48 rows: 142 kernel rows of 144
// fall on the map. 64 x 64 pairs of channels, 142 x 3 x 48 taps: at 2 FLOP each and 1 GFLOP/s.
START_TEST(a_binary_rate_sets_the_seconds_of_bconv_alone)
{
    struct profile    p = reference();
    struct graph      g = load_sized("models/zoo/ddnn_shallow.json", 48);
    struct device     d = {.name = "d", .conv_flop_per_s = 10e9, .fc_bytes_per_s = 1e9};
    struct cost_table as_conv, own;
    const double      taps = 64.0 * 64 * 142 * 3 * 48;
    cost_init(&as_conv, &arena, &g, &d, &p);
    d.binary_flop_per_s = 1e9;
    cost_init(&own, &arena, &g, &d, &p);
    double as_conv_s = taps * p.rates[KIND_BCONV].s_per_size * device_conv_ratio(&d, &p);
    ck_assert_double_eq_tol(step_s(&own, 1) - step_s(&as_conv, 1), 2 * taps / 1e9 - as_conv_s,
                            1e-12);
    for (uint32_t s = 0; s < g.step_count; s++)
        if (s != 1) ck_assert_double_eq(step_s(&own, s), step_s(&as_conv, s));
    // half of the rows, the edge's padding known: 71 of 142 kernel rows
    struct slice half = {.axis = SLICE_ROWS, .begin = 0, .end = 24};
    ck_assert_double_lt(cost_slice_s(&own, 1, half), 0.56 * step_s(&own, 1)); // its pool's halo
    ck_assert_double_gt(cost_slice_s(&own, 1, half), 0.5 * step_s(&own, 1));
}
END_TEST

// The two rows of Cheng et al. that set the preset's two rates come back from it: 0.586 s for the
// device's part of the deep network, 25.456 s for that of the shallow one.
START_TEST(the_odroid_gives_back_the_rows_it_is_calibrated_by)
{
    struct profile    p = reference();
    struct device     d;
    struct cost_table c;
    ck_assert_msg(device_load(&d, &arena, "scenarios/devices", "odroid-xu4-ddnn", &e), "%s",
                  e.text);
    struct graph deep = load("models/zoo/ddnn_deep.json"),
                 shallow = load("models/zoo/ddnn_shallow.json");
    cost_init(&c, &arena, &deep, &d, &p);
    ck_assert_double_eq_tol((step_s(&c, 0) + step_s(&c, 1)) / 0.586, 1, 0.01);
    cost_init(&c, &arena, &shallow, &d, &p);
    ck_assert_double_eq_tol((step_s(&c, 0) + step_s(&c, 1) + step_s(&c, 2)) / 25.456, 1, 0.01);
}
END_TEST

// Six steps of the deep network without its exit on the device: 0.016 s.
START_TEST(the_titan_xp_gives_back_the_row_it_is_calibrated_by)
{
    struct profile    p = reference();
    struct device     d;
    struct cost_table c;
    ck_assert_msg(device_load(&d, &arena, "scenarios/devices", "server-titan-xp", &e), "%s",
                  e.text);
    struct graph g = load("models/zoo/ddnn_deep.json");
    double       sum = 0;
    cost_init(&c, &arena, &g, &d, &p);
    for (uint32_t s = 0; s < g.step_count; s++)
        if (s != g.exits[0].step) sum += step_s(&c, s);
    ck_assert_double_eq_tol(sum / 0.016, 1, 0.01);
}
END_TEST

START_TEST(a_binary_rate_is_read_and_checked)
{
    static const char *const bad[] = {"5", "\"1 MB/s\"", "\"1 FLOP/s\"", "\"-1 GFLOP/s\""};
    char                     folder[] = "/tmp/fogsim-devices-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    const char *path = arena_format(&arena, "%s/d.json", folder);
    for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
        const char   *text = i ? bad[i - 1] : "\"3 MFLOP/s\"";
        FILE         *f = fopen(path, "w");
        struct device d;
        fprintf(f, "{\"conv_rate\": \"1 GFLOP/s\", \"fc_rate\": \"1 GB/s\", \"binary_rate\": %s}",
                text);
        fclose(f);
        e = (struct err){0};
        bool ok = device_load(&d, &arena, folder, "d", &e);
        if (i == 0)
            ck_assert_msg(ok && fabs(d.binary_flop_per_s - 3e6) < 1e-6, "%s", e.text);
        else
            ck_assert_msg(!ok && strstr(e.text, "binary_rate: want a speed"), "%s: %s", text,
                          e.text);
    }
    unlink(path);
    rmdir(folder);
}
END_TEST

static const char KEYS_MODEL[] =
    "{\"input\":[3,8,8],\"layers\":["
    "{\"name\":\"f\",\"type\":\"fconv\",\"kernel\":3,\"pad\":1,\"channels\":32},"
    "{\"name\":\"s\",\"type\":\"binarize\"},"
    "{\"name\":\"b\",\"type\":\"bconv\",\"kernel\":3,\"pad\":1,\"channels\":16},"
    "{\"name\":\"t\",\"type\":\"binarize\"},"
    "{\"name\":\"l\",\"type\":\"blinear\",\"units\":10},"
    "{\"name\":\"c\",\"type\":\"conv\",\"kernel\":3,\"channels\":16,\"inputs\":[\"t\"]},"
    "{\"name\":\"r\",\"type\":\"relu\"},"
    "{\"name\":\"fc\",\"type\":\"fc\",\"units\":3000}]}";

static struct graph load_text(const char *text)
{
    char  path[] = "/tmp/fogsim-binary-XXXXXX";
    int   fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");
    fputs(text, f);
    fclose(f);
    struct graph g = load(path);
    unlink(path);
    return g;
}

// What is calibrated of signs is found again, teaches its own kind and no other, is timed warm.
START_TEST(layers_of_signs_are_calibrated)
{
    static const struct {
        const char *key;
        double      size; // fconv, bconv: 22 of 24 kernel rows on the map
    } want[] = {{"fconv 3x8x8 32 k3x3 s1x1 p1,1,1,1 d1x1 g1", 3.0 * 32 * 22 * 3 * 8},
                {"bconv 32x8x8 16 k3x3 s1x1 p1,1,1,1 d1x1 g1", 32.0 * 16 * 22 * 3 * 8},
                {"blinear 1024 10", 10240},
                {"binarize 32x8x8", 2048}};
    const struct calibration_effort effort = {1, 1, 1, 0, 8};
    const char         *path = arena_format(&arena, "/tmp/fogsim-signs-%d.json", (int)getpid());
    struct graph        g = load_text(KEYS_MODEL);
    struct calibration *c = calibration_new(&effort, &arena);
    struct profile      p, q;
    calibration_add(c, &g);
    ck_assert(calibration_measure(c, NULL, NULL));
    calibration_finish(c, &g, &g, &p);
    p.machine = p.cpu = p.isa = p.compiler = p.flags = p.commit = p.date = p.protocol = "?";
    ck_assert_msg(profile_save(&p, path, &e) && profile_load(&q, &arena, path, &e), "%s", e.text);
    unlink(path);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct profile_layer *l = profile_find(&q, want[i].key, ALGORITHM_DIRECT);
        ck_assert_msg(l, "%s", want[i].key);
        ck_assert_double_eq(l->points[l->point_count - 1].size, want[i].size); // sorted: the whole
        for (uint32_t k = 0; k < l->point_count; k++) {
            ck_assert_uint_gt(l->points[k].warm.sample_count, 0);
            if (i) ck_assert_uint_eq(l->points[k].cold.sample_count, 0);
        }
        enum profile_kind kind = i == 1 ? KIND_BCONV : i == 2 ? KIND_BLINEAR : KIND_OTHER;
        if (i != 1 && i != 2) continue; // the only layer of its kind
        ck_assert_double_eq_tol(
            q.rates[kind].s_per_size * want[i].size / l->curve_s[l->curve_count - 1], 1, 1e-9);
    }
}
END_TEST

Suite *binary_suite(void)
{
    Suite *s = suite_create("binary");
    TCase *tc = tcase_create("binary");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, bconv_is_the_convolution_of_signs_with_padding_zero);
    tcase_add_test(tc, blinear_counts_signs_that_differ);
    tcase_add_test(tc, every_count_of_signs_comes_out);
    tcase_add_test(tc, fconv_adds_and_subtracts);
    tcase_add_test(tc, rows_of_a_binary_step_merge_to_the_whole);
    tcase_add_test(tc, a_slice_of_a_binary_step_loads_packed_weights);
    tcase_add_test(tc, a_binary_rate_sets_the_seconds_of_bconv_alone);
    tcase_add_test(tc, the_odroid_gives_back_the_rows_it_is_calibrated_by);
    tcase_add_test(tc, the_titan_xp_gives_back_the_row_it_is_calibrated_by);
    tcase_add_test(tc, a_binary_rate_is_read_and_checked);
    tcase_add_test(tc, layers_of_signs_are_calibrated);
    suite_add_tcase(s, tc);
    return s;
}
