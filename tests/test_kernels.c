// tests/test_kernels.c: the operators: cases by hand, the timed path against the reference, slices,
// windows, hostile sizes.
//
// What loops over kernel_table needs no edit when an operator is added.
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "kernels/kernel.h"
#include "kernels/timing.h"

Suite *kernels_suite(void);

enum { CANARY = 16, DRAWS = 300 };

static struct arena arena;
static struct rng   rng;

static void setup(void)
{
    rng_init(&rng, 1, 0, "test_kernels", 0);
}

static void teardown(void)
{
    arena_free(&arena);
}

static int32_t draw(int32_t low, int32_t high) // in [low, high]
{
    return low + (int32_t)rng_below(&rng, (uint64_t)(high - low + 1));
}

// An output with room behind it that nobody may write.
static float *fresh_output(const struct kernel_call *call)
{
    int64_t count = shape_elements(&call->out);
    float  *y = ARENA_ARRAY(&arena, float, (size_t)count + CANARY);
    for (int64_t i = 0; i < count + CANARY; i++) y[i] = NAN;
    return y;
}

static void assert_canary(const struct kernel *k, const struct kernel_call *call)
{
    const float *behind = call->y + shape_elements(&call->out);
    for (int i = 0; i < CANARY; i++)
        if (!isnan(behind[i])) ck_abort_msg("%s writes past y", k->type);
}

static float *run_reference(const struct kernel *k, struct kernel_call call)
{
    float *y = call.y = fresh_output(&call);
    k->reference(&call);
    assert_canary(k, &call);
    return y;
}

static float *run_timed(const struct kernel *k, struct kernel_call call)
{
    float *y = call.y = fresh_output(&call);
    void  *job = k->prepare(&call, &arena);
    k->run(job);
    k->run(job); // a job is run many times: no state may be left over
    k->finish(job);
    assert_canary(k, &call);
    return y;
}

static double largest(const float *y, int64_t count)
{
    double most = 1e-30;
    for (int64_t i = 0; i < count; i++) most = fmax(most, fabs((double)y[i]));
    return most;
}

static void assert_close(const char *what, const float *have, const float *want, int64_t count,
                         double tolerance)
{
    // not one ck_assert an element: each of them writes to a file
    for (int64_t i = 0; i < count; i++)
        if (!(fabs((double)have[i] - (double)want[i]) <= tolerance))
            ck_abort_msg("%s: element %lld of %lld: have %g, want %g", what, (long long)i,
                         (long long)count, (double)have[i], (double)want[i]);
}

// Reference and timed path, on every instruction set this CPU has.
static void assert_both(const struct kernel *k, const struct kernel_call *call, const float *want,
                        double tolerance)
{
    int64_t count = shape_elements(&call->out);
    assert_close(k->type, run_reference(k, *call), want, count, tolerance);
    const char *isas[KERNEL_MAX_ISAS];
    struct err  e = {0};
    for (uint32_t i = 0, isa_count = kernel_isa_list(isas); i < isa_count; i++) {
        ck_assert_msg(kernel_isa_choose(isas[i], &e), "%s", e.text);
        assert_close(arena_format(&arena, "%s on %s", k->type, kernel_isa()), run_timed(k, *call),
                     want, count, tolerance);
    }
}

// Cases by hand.

struct hand {
    const char        *type;
    struct kernel_attr attr;
    uint32_t           input_count;
    struct shape       in[3];
    float              x[3][9], weight[8], bias[2];
    struct shape       out;
    float              y[9];
};

// A case is a paragraph, not a list.
// clang-format off
#define PLAIN {1, 1}, {1, 1}, {0, 0}, {0, 0}, false // stride, dilation, pads; the frames count as 1
static const struct hand hands[] = {
    // 1 2 3 / 4 5 6 / 7 8 9 under 1 2 / 3 4: 1 + 4 + 12 + 20 + 10 = 47; a step right adds 10, one
    // down adds 30
    {"conv", {.window = {{2, 2}, PLAIN}, .channels = 1, .groups = 1, .bias = true}, 1, {{1, 3, 3}},
     {{1, 2, 3, 4, 5, 6, 7, 8, 9}}, {1, 2, 3, 4}, {10}, {1, 2, 2}, {47, 57, 77, 87}},
    // one row of padding on top, one column on the right: 0 0 0 / 1 2 0 / 3 4 0, sums of 2 x 2
    {"conv", {.window = {{2, 2}, {1, 1}, {1, 1}, {1, 0}, {0, 1}, false}, .channels = 1,
     .groups = 1}, 1, {{1, 2, 2}},
     {{1, 2, 3, 4}}, {1, 1, 1, 1}, {0}, {1, 2, 2}, {3, 2, 10, 6}},
    // two groups of one channel: 1 2 doubled, 3 4 tripled
    {"conv", {.window = {{1, 1}, PLAIN}, .channels = 2, .groups = 2}, 1, {{2, 1, 2}},
     {{1, 2, 3, 4}}, {2, 3}, {0},
     {2, 1, 2}, {2, 4, 9, 12}},
    // stride 2, dilation 2: 1 + 10 * 3, 3 + 10 * 5, 5 + 10 * 7
    {"conv", {.window = {{1, 2}, {2, 2}, {2, 2}, {0, 0}, {0, 0}, false}, .channels = 1,
     .groups = 1}, 1, {{1, 1, 7}},
     {{1, 2, 3, 4, 5, 6, 7}}, {1, 10}, {0}, {1, 1, 3}, {31, 53, 75}},
    // more padding than kernel: the first and the last output see none of the input, only the bias
    {"conv", {.window = {{1, 1}, {1, 1}, {1, 1}, {1, 0}, {1, 0}, false}, .channels = 1,
     .groups = 1, .bias = true}, 1,
     {{1, 1, 1}}, {{3}}, {2}, {5}, {1, 3, 1}, {5, 11, 5}},
    // frames 1 2 / 3 4 under 1 10 / 100 1000: frames count before columns
    {"conv", {.window = {{1, 2, 2}, PLAIN}, .channels = 1, .groups = 1}, 1, {{1, 1, 2, 2}},
     {{1, 2, 3, 4}}, {1, 10, 100, 1000}, {0}, {1, 1, 1, 1}, {4321}},
    // one frame of padding in front, none behind: (pad 1) (1 2)
    {"conv", {.window = {{1, 1, 2}, {1, 1, 1}, {1, 1, 1}, {0, 0, 1}, {0}, false}, .channels = 1,
     .groups = 1}, 1, {{1, 1, 1, 2}},
     {{1, 2}}, {1, 10}, {0}, {1, 1, 1, 2}, {10, 21}},
    // two channels of two frames: 1 + 20 + 300 + 4000 is a pair of frames of both channels
    {"conv", {.window = {{1, 1, 2}, PLAIN}, .channels = 1, .groups = 1}, 1, {{2, 1, 1, 2}},
     {{1, 2, 3, 4}}, {1, 10, 100, 1000}, {0}, {1, 1, 1, 1}, {4321}},
    // stride 2, dilation 2 along the frames: 1 + 10 * 3, 3 + 10 * 5, 5 + 10 * 7
    {"conv", {.window = {{1, 1, 2}, {1, 1, 2}, {1, 1, 2}, {0}, {0}, false}, .channels = 1,
     .groups = 1}, 1, {{1, 1, 1, 7}},
     {{1, 2, 3, 4, 5, 6, 7}}, {1, 10}, {0}, {1, 1, 1, 3}, {31, 53, 75}},
    // the first and the last frame see none of the input
    {"conv", {.window = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 1}, {0, 0, 1}, false},
     .channels = 1, .groups = 1, .bias = true}, 1,
     {{1, 1, 1, 1}}, {{3}}, {2}, {5}, {1, 1, 1, 3}, {5, 11, 5}},
    // depthwise along the frames: 1 + 2 * 2; 30 + 4 * 40
    {"conv", {.window = {{1, 1, 2}, PLAIN}, .channels = 2, .groups = 2}, 1, {{2, 1, 1, 2}},
     {{1, 2, 30, 40}}, {1, 2, 1, 4}, {0}, {2, 1, 1, 1}, {5, 190}},
    // a kernel of one frame goes through the frames one by one
    {"conv", {.window = {{1, 2, 1}, PLAIN}, .channels = 1, .groups = 1}, 1, {{1, 1, 2, 2}},
     {{1, 2, 3, 4}}, {1, 10}, {0}, {1, 1, 1, 2}, {21, 43}},
    // signs alone: + - + under + -: (+ -) agrees twice, (- +) never; 0 is +
    {"bconv", {.window = {{1, 2}, PLAIN}, .channels = 1, .groups = 1}, 1, {{1, 1, 3}},
     {{3, -2, 0}}, {5, -0.1f}, {0}, {1, 1, 2}, {2, -2}},
    // a tap on padding is neither: (pad -), (- -) under + +
    {"bconv", {.window = {{1, 2}, {1, 1}, {1, 1}, {0, 1}, {0, 0}, false}, .channels = 1,
     .groups = 1}, 1, {{1, 1, 2}}, {{-1, -1}}, {1, 1}, {0}, {1, 1, 2}, {-1, -2}},
    // pixels (+ -), (- -) under (+ +) and (+ -): 0, -2 and 2, 0; and the bias, which is real
    {"bconv", {.window = {{1, 1}, PLAIN}, .channels = 2, .groups = 1, .bias = true}, 1, {{2, 1, 2}},
     {{1, -1, -1, -1}}, {1, 1, 1, -1}, {0.5f, -0.5f}, {2, 1, 2}, {0.5f, -1.5f, 1.5f, -0.5f}},
    // + . - under + . -
    {"bconv", {.window = {{1, 2}, {1, 1}, {1, 2}, {0}, {0}, false}, .channels = 1, .groups = 1}, 1,
     {{1, 1, 3}}, {{1, 1, -1}}, {1, -1}, {0}, {1, 1, 1}, {2}},
    // two frames, + - under - +
    {"bconv", {.window = {{1, 1, 2}, PLAIN}, .channels = 1, .groups = 1}, 1, {{1, 1, 1, 2}},
     {{1, -1}}, {-1, 2}, {0}, {1, 1, 1, 1}, {-2}},
    // + - + - under + + + + and + - + -
    {"blinear", {.channels = 2, .bias = true}, 1, {{2, 1, 2}}, {{0.1f, -0.2f, 0, -7}},
     {1, 1, 1, 1, 1, -1, 1, -1}, {10, 20}, {2, 1, 1}, {10, 24}},
    // 1 - 2, 2 - 4; two groups: 1 2 as they are, 3 4 negated
    {"fconv", {.window = {{1, 2}, PLAIN}, .channels = 1, .groups = 1}, 1, {{1, 1, 3}}, {{1, 2, 4}},
     {0.3f, -7}, {0}, {1, 1, 2}, {-1, -2}},
    {"fconv", {.window = {{1, 1}, PLAIN}, .channels = 2, .groups = 2}, 1, {{2, 1, 2}},
     {{1, 2, 3, 4}}, {9, -9}, {0}, {2, 1, 2}, {1, 2, -3, -4}},
    {"binarize", {.groups = 1}, 1, {{2, 1, 2}}, {{-0.5f, 0, -0.0f, 3}}, {0}, {0}, {2, 1, 2},
     {-1, 1, 1, 1}},
    {"leaky_relu", {.slope = 0.25f}, 1, {{1, 1, 3}}, {{-4, 0, 2}}, {0}, {0}, {1, 1, 3}, {-1, 0, 2}},
    // 1 - 3 + 10; 4 - 6 + 20
    {"fc", {.channels = 2, .bias = true}, 1, {{3, 1, 1}}, {{1, 0, -1}}, {1, 2, 3, 4, 5, 6},
     {10, 20}, {2, 1, 1}, {8, 18}},
    // padding never wins: (pad -1) (-2 -3) (-4 pad)
    {"maxpool", {.window = {{1, 2}, {1, 2}, {1, 1}, {0, 1}, {0, 1}, false}}, 1, {{1, 1, 4}},
     {{-1, -2, -3, -4}}, {0}, {0},
     {1, 1, 3}, {-1, -2, -4}},
    // ceil mode: (1 2) (3 4) (5)
    {"maxpool", {.window = {{1, 2}, {1, 2}, {1, 1}, {0, 0}, {0, 0}, true}}, 1, {{1, 1, 5}},
     {{1, 2, 3, 4, 5}}, {0}, {0},
     {1, 1, 3}, {2, 4, 5}},
    // (pad 2) (4 6) (8 pad), the padding not counted, then counted
    {"avgpool", {.window = {{1, 2}, {1, 2}, {1, 1}, {0, 1}, {0, 1}, false}}, 1, {{1, 1, 4}},
     {{2, 4, 6, 8}}, {0}, {0},
     {1, 1, 3}, {2, 5, 8}},
    {"avgpool", {.window = {{1, 2}, {1, 2}, {1, 1}, {0, 1}, {0, 1}, false},
     .count_include_pad = true}, 1, {{1, 1, 4}},
     {{2, 4, 6, 8}}, {0}, {0}, {1, 1, 3}, {1, 5, 4}},
    // ceil mode: (2 4 6) (6 8 .): what lies past the padding never counts
    {"avgpool", {.window = {{1, 3}, {1, 2}, {1, 1}, {0, 0}, {0, 0}, true},
     .count_include_pad = true}, 1, {{1, 1, 4}},
     {{2, 4, 6, 8}}, {0}, {0}, {1, 1, 2}, {4, 7}},
    // two frames of two columns: the largest of all four, then of (pad, frame), (frame, pad)
    {"maxpool", {.window = {{1, 2, 2}, PLAIN}}, 1, {{1, 1, 2, 2}}, {{1, 7, 3, 4}}, {0}, {0},
     {1, 1, 1, 1}, {7}},
    {"maxpool", {.window = {{1, 1, 2}, {1, 1, 2}, {1, 1, 1}, {0, 0, 1}, {0, 0, 1}, false}}, 1,
     {{1, 1, 2, 2}}, {{-1, -7, -3, -4}}, {0}, {0}, {1, 1, 2, 2}, {-1, -7, -3, -4}},
    // (pad 2) (4 pad) along the frames, the padding not counted, then counted
    {"avgpool", {.window = {{1, 1, 2}, {1, 1, 2}, {1, 1, 1}, {0, 0, 1}, {0, 0, 1}, false}}, 1,
     {{1, 1, 1, 2}}, {{2, 4}}, {0}, {0}, {1, 1, 1, 2}, {2, 4}},
    {"avgpool", {.window = {{1, 1, 2}, {1, 1, 2}, {1, 1, 1}, {0, 0, 1}, {0, 0, 1}, false},
     .count_include_pad = true}, 1, {{1, 1, 1, 2}}, {{2, 4}}, {0}, {0}, {1, 1, 1, 2}, {1, 2}},
    // frames belong to their channel: (1 + 2 + 3 + 6) / 4; (0 + 0 + 0 - 4) / 4
    {"global_avgpool", {.groups = 1}, 1, {{2, 1, 2, 2}}, {{1, 2, 3, 6, 0, 0, 0, -4}}, {0}, {0},
     {2, 1, 1, 1}, {3, -1}},
    // channel 0: 2 (x - 3) / 2 + 1; channel 1: x - 1
    {"batchnorm", {.epsilon = 1}, 1, {{2, 1, 1, 2}}, {{5, 3, 2, 4}}, {2, 1, 1, 0, 3, 1, 3, 0}, {0},
     {2, 1, 1, 2}, {3, 1, 1, 3}},
    // alpha / size = 1, bias 0: x / (sum of squares of both channels), frame by frame
    {"lrn", {.lrn_size = 3, .lrn_alpha = 3, .lrn_beta = 1, .lrn_bias = 0}, 1, {{2, 1, 1, 2}},
     {{1, 1, 1, 3}}, {0}, {0}, {2, 1, 1, 2}, {0.5f, 0.1f, 0.5f, 0.3f}},
    {"concat", {.groups = 1}, 2, {{1, 1, 1, 2}, {2, 1, 1, 2}}, {{1, 2}, {3, 4, 5, 6}}, {0}, {0},
     {3, 1, 1, 2}, {1, 2, 3, 4, 5, 6}},
    {"add", {.groups = 1}, 2, {{1, 1, 1, 2}, {1, 1, 1, 2}}, {{1, 2}, {3, 4}}, {0}, {0},
     {1, 1, 1, 2}, {4, 6}},
    {"relu", {.groups = 1}, 1, {{1, 1, 1, 3}}, {{-1, 0, 2}}, {0}, {0}, {1, 1, 1, 3}, {0, 0, 2}},
    {"dropout", {.groups = 1}, 1, {{1, 1, 1, 2}}, {{1, 2}}, {0}, {0}, {1, 1, 1, 2}, {1, 2}},
    {"flatten", {.groups = 1}, 1, {{2, 1, 1, 2}}, {{1, 2, 3, 4}}, {0}, {0}, {4, 1, 1},
     {1, 2, 3, 4}},
    {"fc", {.channels = 1}, 1, {{1, 1, 1, 3}}, {{1, 0, -1}}, {1, 2, 4}, {0}, {1, 1, 1}, {-3}},
    {"softmax", {.groups = 1}, 1, {{2, 1, 1, 2}}, {{0, 1000, 1.09861229f, 1000}}, {0}, {0},
     {2, 1, 1, 2}, {0.25f, 0.5f, 0.75f, 0.5f}},
    // (1 + 2 + 3 + 6) / 4; (0 + 0 + 0 - 4) / 4
    {"global_avgpool", {.groups = 1}, 1, {{2, 2, 2}}, {{1, 2, 3, 6, 0, 0, 0, -4}}, {0}, {0},
     {2, 1, 1}, {3, -1}},
    {"relu", {.groups = 1}, 1, {{1, 1, 3}}, {{-1, 0, 2}}, {0}, {0}, {1, 1, 3}, {0, 0, 2}},
    // scale 2, shift 1, mean 3, variance 3, epsilon 1: 2 (x - 3) / 2 + 1
    {"batchnorm", {.epsilon = 1}, 1, {{1, 1, 2}}, {{5, 3}}, {2, 1, 3, 3}, {0}, {1, 1, 2}, {3, 1}},
    // squares of neighbours: 1 + 4, 1 + 4 + 9, 4 + 9; alpha / size = 1, bias 1
    {"lrn", {.lrn_size = 3, .lrn_alpha = 3, .lrn_beta = 1, .lrn_bias = 1}, 1, {{3, 1, 1}},
     {{1, 2, 3}}, {0}, {0},
     {3, 1, 1}, {1.0f / 6, 2.0f / 15, 3.0f / 14}},
    // base 1 + 3.75 * 4 = 16, 16^0.75 = 8
    {"lrn", {.lrn_size = 1, .lrn_alpha = 3.75f, .lrn_beta = 0.75f, .lrn_bias = 1}, 1, {{1, 1, 1}},
     {{2}}, {0}, {0},
     {1, 1, 1}, {0.25f}},
    // an even window has one more channel above: 1 + 4, 4 + 9, 9; alpha / size = 1, bias 0
    {"lrn", {.lrn_size = 2, .lrn_alpha = 2, .lrn_beta = 1, .lrn_bias = 0}, 1, {{3, 1, 1}},
     {{1, 2, 3}}, {0}, {0},
     {3, 1, 1}, {1.0f / 5, 2.0f / 13, 1.0f / 3}},
    {"add", {.groups = 1}, 3, {{1, 1, 2}, {1, 1, 2}, {1, 1, 2}}, {{1, 2}, {3, 4}, {10, 20}}, {0},
     {0}, {1, 1, 2}, {14, 26}},
    {"concat", {.groups = 1}, 2, {{1, 1, 2}, {2, 1, 2}}, {{1, 2}, {3, 4, 5, 6}}, {0}, {0},
     {3, 1, 2}, {1, 2, 3, 4, 5, 6}},
    {"flatten", {.groups = 1}, 1, {{2, 1, 2}}, {{1, 2, 3, 4}}, {0}, {0}, {4, 1, 1}, {1, 2, 3, 4}},
    {"dropout", {.groups = 1}, 1, {{2, 1, 2}}, {{1, 2, 3, 4}}, {0}, {0}, {2, 1, 2}, {1, 2, 3, 4}},
    // two pixels, two channels: exp 0 : exp(ln 3) = 1 : 3; and equal ones, whose exp would overflow
    {"softmax", {.groups = 1}, 1, {{2, 1, 2}}, {{0, 1000, 1.09861229f, 1000}}, {0}, {0}, {2, 1, 2},
     {0.25f, 0.5f, 0.75f, 0.5f}},
};
// clang-format on

START_TEST(cases_by_hand_come_out)
{
    const struct hand   *h = &hands[_i];
    const struct kernel *k = kernel_find(h->type);
    struct err           e = {0};
    ck_assert_msg(k, "no operator %s", h->type);
    struct kernel_call call = {.attr = &h->attr,
                               .input_count = h->input_count,
                               .weight = h->weight,
                               .bias = h->attr.bias ? h->bias : NULL};
    for (uint32_t i = 0; i < h->input_count; i++) call.in[i] = h->in[i], call.x[i] = h->x[i];
    ck_assert_msg(k->infer(&h->attr, h->input_count, call.in, &call.out, &e), "%s: %s", h->type,
                  e.text);
    ck_assert_int_eq(call.out.c, h->out.c);
    ck_assert_int_eq(call.out.h, h->out.h);
    ck_assert_int_eq(call.out.w, h->out.w);
    ck_assert_int_eq(call.out.d, h->out.d);
    assert_both(k, &call, h->y, 1e-6 * largest(h->y, shape_elements(&h->out)));
}
END_TEST

START_TEST(sizes_by_hand_come_out)
{
    // AlexNet conv2 with its two groups: 256 * 48 * 25 weights + 256; times 27 * 27 outputs, 2 *
    // 223.9 MFLOP
    struct kernel_attr   attr = {.window = {{5, 5}, {1, 1}, {1, 1}, {2, 2}, {2, 2}, false},
                                 .channels = 256,
                                 .groups = 2,
                                 .bias = true};
    struct shape         in = {96, 27, 27}, out;
    struct err           e = {0};
    const struct kernel *conv = kernel_find("conv"), *fc = kernel_find("fc"),
                        *norm = kernel_find("batchnorm");
    ck_assert(conv->infer(&attr, 1, &in, &out, &e));
    ck_assert_int_eq(conv->params(&attr, &in), 307456);
    ck_assert_int_eq(conv->macs(&attr, &in, &out), 223948800);
    // C3D's conv3a: 256 * 128 * 27 weights + 256; times 8 * 28 * 28 outputs
    struct kernel_attr conv3a = {.window = {{3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}},
                                 .channels = 256,
                                 .groups = 1,
                                 .bias = true};
    in = (struct shape){128, 28, 28, 8};
    ck_assert(conv->infer(&conv3a, 1, &in, &out, &e));
    ck_assert_int_eq(out.d, 8);
    ck_assert_int_eq(conv->params(&conv3a, &in), 884992);
    ck_assert_int_eq(conv->macs(&conv3a, &in, &out), 5549064192);
    // fc6 of VGG16: 512 * 7 * 7 * 4096 weights + 4096
    struct kernel_attr fc6 = {.channels = 4096, .bias = true};
    in = (struct shape){512, 7, 7};
    ck_assert(fc->infer(&fc6, 1, &in, &out, &e));
    ck_assert_int_eq(fc->params(&fc6, &in), 102764544);
    ck_assert_int_eq(fc->macs(&fc6, &in, &out), 102760448);
    // DDNN's BConv and BLinear: facts of 64 filters on 32 x 32 maps
    struct kernel_attr block = {
        .window = {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, false}, .channels = 64, .groups = 1};
    const struct kernel *bconv = kernel_find("bconv"), *fconv = kernel_find("fconv");
    struct shape         map = {64, 32, 32}, image = {3, 32, 32};
    ck_assert(bconv->infer(&block, 1, &map, &out, &e));
    ck_assert_int_eq(bconv->macs(&block, &map, &out), 37748736);
    ck_assert_int_eq(bconv->params(&block, &map), 36864);
    ck_assert_int_eq(fconv->macs(&block, &image, &out), 1769472);
    ck_assert_int_eq(norm->params(&attr, &in), 2048);
    ck_assert_int_eq(norm->running_stats(&attr, &in), 1024);
}
END_TEST

// Random cases.

struct random_case {
    struct kernel_attr attr;
    struct kernel_call call;
};

static float *noise(int64_t count, bool positive)
{
    float *x = ARENA_ARRAY(&arena, float, (size_t)count);
    for (int64_t i = 0; i < count; i++) x[i] = (float)(rng_uniform(&rng) - (positive ? -0.1 : 0.5));
    return x;
}

static int32_t few(int32_t usual, int32_t most) // mostly up to `usual`, at times up to `most`
{
    return draw(1, draw(0, 3) ? usual : most);
}

// With `axes` 2 the window is one of rows and columns alone.
static struct kernel_attr draw_attr(int axes)
{
    int32_t            groups = draw(0, 1) ? 1 : draw(1, 6);
    struct kernel_attr attr = {
        .channels = groups * few(6, 40),
        .groups = groups,
        .bias = draw(0, 1),
        .count_include_pad = draw(0, 1),
        .lrn_size = draw(1, 6),
        .lrn_alpha = 0.5f,
        .lrn_beta = draw(0, 1) ? 0.75f : 0.6f,
        .lrn_bias = 1,
        .epsilon = 1e-5f,
        .slope = 0.2f,
        .window.ceil = draw(0, 1),
    };
    for (int axis = 0; axis < axes; axis++) {
        attr.window.kernel[axis] = axis == AXIS_D ? few(3, 5) : few(4, 11);
        attr.window.stride[axis] = draw(1, 3);
        attr.window.dilation[axis] = few(1, 3);
        attr.window.pad_begin[axis] = draw(0, 1) ? 0 : draw(0, 4);
        attr.window.pad_end[axis] = draw(0, 1) ? 0 : draw(0, 4);
    }
    return attr;
}

static bool try_case(const struct kernel *k, struct random_case *r)
{
    struct err e = {0};
    bool       has_frames = draw(0, 2) == 0;
    r->attr = draw_attr(has_frames ? 3 : 2);
    r->call = (struct kernel_call){
        .attr = &r->attr, .input_count = draw(0, 1) ? 1u : (uint32_t)draw(2, KERNEL_MAX_INPUTS)};
    struct shape first = {r->attr.groups * few(6, 70), few(9, 20), few(16, 40)};
    if (has_frames) first.d = few(5, 12), first.h = few(5, 9), first.w = few(7, 16);
    if (!draw(0, 3)) first.c = r->attr.groups = r->attr.channels; // depthwise
    for (uint32_t i = 0; i < r->call.input_count; i++) {
        r->call.in[i] = first;
        if (k->type[0] == 'c')
            r->call.in[i].c += r->attr.groups * (int32_t)(i % 3); // concat: channels may differ
    }
    return k->infer(&r->attr, r->call.input_count, r->call.in, &r->call.out, &e);
}

static void draw_case(const struct kernel *k, struct random_case *r)
{
    int tries = 0;
    while (!try_case(k, r))
        if (++tries == 1000) ck_abort_msg("%s: no shape fits", k->type);
    for (uint32_t i = 0; i < r->call.input_count; i++)
        r->call.x[i] = noise(shape_elements(&r->call.in[i]), false);
    if (k->params)
        r->call.weight = noise(k->params(&r->attr, r->call.in),
                               k->running_stats != NULL); // variances are positive
    if (r->attr.bias && k->heads_step) r->call.bias = noise(r->attr.channels, false);
}

START_TEST(timed_path_agrees_with_reference)
{
    const struct kernel *k = kernel_table[_i];
    for (int draw_number = 0; draw_number < DRAWS; draw_number++) {
        struct random_case r;
        draw_case(k, &r);
        const float *want = run_reference(k, r.call);
        // means may cancel: the rounding of what they add up stays
        assert_both(k, &r.call, want,
                    1e-5 * largest(want, shape_elements(&r.call.out)) +
                        1e-7 * largest(r.call.x[0], shape_elements(&r.call.in[0])));
        arena_rewind(&arena, (struct arena_mark){0});
    }
}
END_TEST

// Rows [span.begin, span.end) of every frame of every channel, on their own.
static float *cut_rows(const float *x, const struct shape *s, struct span span)
{
    int64_t rows = span.end - span.begin, planes = shape_elements(s) / s->h / s->w;
    float  *cut = ARENA_ARRAY(&arena, float, (size_t)(planes * rows * s->w));
    for (int64_t p = 0; p < planes; p++)
        memcpy(cut + p * rows * s->w, x + (p * s->h + span.begin) * s->w,
               (size_t)(rows * s->w) * sizeof *cut);
    return cut;
}

// The window of output rows `out`, as it stands in a slice that holds only the rows these need.
static struct window slice_window(const struct window *w, int32_t in, struct span out)
{
    struct window slice = *w;
    int32_t       first = out.begin * w->stride[AXIS_H] - w->pad_begin[AXIS_H];
    int32_t       end = (out.end - 1) * w->stride[AXIS_H] - w->pad_begin[AXIS_H] +
                  w->dilation[AXIS_H] * (w->kernel[AXIS_H] - 1) + 1;
    slice.pad_begin[AXIS_H] = first < 0 ? -first : 0;
    slice.pad_end[AXIS_H] = end > in ? end - in : 0;
    return slice;
}

// One slice of rows drawn from a drawn case must be those rows of the whole.
static void check_slice(const struct kernel *k)
{
    struct random_case r;
    draw_case(k, &r);
    r.attr.window.ceil =
        false; // a slice tells padding from what ceil mode reads past it only through its shape
    struct err e = {0};
    if (!k->infer(&r.attr, 1, r.call.in, &r.call.out, &e)) return;
    struct shape *in = &r.call.in[0], whole = r.call.out;
    struct span   out = {draw(0, whole.h - 1), 0}, rows;
    out.end = draw(out.begin + 1, whole.h);
    rows = k->rows == ROWS_SAME ? out : window_in(&r.attr.window, AXIS_H, in->h, out);
    if (rows.begin >= rows.end) return;
    const float *want = cut_rows(run_reference(k, r.call), &whole, out);

    r.call.x[0] = cut_rows(r.call.x[0], in, rows);
    if (k->rows == ROWS_WINDOW) r.attr.window = slice_window(&r.attr.window, in->h, out);
    in->h = rows.end - rows.begin;
    ck_assert_msg(k->infer(&r.attr, 1, in, &r.call.out, &e), "%s slice: %s", k->type, e.text);
    ck_assert_int_eq(r.call.out.h, out.end - out.begin);
    assert_both(k, &r.call, want, 1e-5 * largest(want, shape_elements(&r.call.out)));
}

START_TEST(slices_are_rows_of_the_whole)
{
    const struct kernel *k = kernel_table[_i];
    for (int draw_number = 0; k->rows != ROWS_NONE && draw_number < DRAWS; draw_number++) {
        check_slice(k);
        arena_rewind(&arena, (struct arena_mark){0});
    }
}
END_TEST

// What every operator promises.

START_TEST(the_table_is_sorted_and_complete)
{
    const struct kernel *k = kernel_table[_i];
    ck_assert(k->type && k->about && k->source && k->infer && k->reference && k->prepare &&
              k->run && k->finish);
    ck_assert(kernel_find(k->type) == k);
    if (_i > 0) ck_assert_str_lt(kernel_table[_i - 1]->type, k->type);
    ck_assert(!k->macs || k->params);
    ck_assert(!kernel_find("no such operator"));
}
END_TEST

static bool infers(const struct kernel *k, const struct kernel_attr *attr, uint32_t count,
                   struct shape in)
{
    struct shape inputs[KERNEL_MAX_INPUTS], out = {-1, -1, -1};
    struct err   e = {0};
    for (uint32_t i = 0; i < KERNEL_MAX_INPUTS; i++) inputs[i] = in;
    bool ok = k->infer(attr, count, inputs, &out, &e);
    bool sane = out.c >= 1 && out.h >= 1 && out.w >= 1 && shape_elements(&out) <= INT32_MAX;
    if (ok != (e.fault_count == 0) || (ok && !sane))
        ck_abort_msg("%s: %d,%d,%d %s", k->type, out.c, out.h, out.w, e.text);
    return ok;
}

START_TEST(impossible_shapes_are_refused)
{
    const struct kernel *k = kernel_table[_i];
    struct kernel_attr   attr = {
          .window = {{1, 1}, PLAIN}, .channels = 2, .groups = 1, .lrn_size = 1};
    struct shape good = {2, 4, 4};
    ck_assert(infers(k, &attr, 1, good) || infers(k, &attr, 2, good));
    ck_assert(!infers(k, &attr, 0, good));
    ck_assert(!infers(k, &attr, KERNEL_MAX_INPUTS + 1, good));
    static const struct shape bad[] = {{0, 4, 4},
                                       {2, 0, 4},
                                       {2, 4, 0},
                                       {-2, 4, 4},
                                       {2, -4, -4},
                                       {2, 16385, 4},
                                       {2, 4, 16385},
                                       {INT32_MAX, 2, 1},
                                       {INT32_MAX, INT32_MAX, INT32_MAX},
                                       {INT32_MIN, INT32_MIN, INT32_MIN},
                                       {2, 4, 4, -1},
                                       {2, 4, 4, 16385},
                                       {2, 16384, 16384, 16384},
                                       {INT32_MAX, 1, 1, 2}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (uint32_t count = 1; count <= 2; count++) ck_assert(!infers(k, &attr, count, bad[i]));
}
END_TEST

// A window has a third axis if the input has frames, and not more frames than these.
START_TEST(a_window_along_frames_needs_frames)
{
    static const char *const types[] = {"conv", "maxpool", "avgpool"};
    const struct kernel     *k = kernel_find(types[_i]);
    struct kernel_attr       attr = {.window = {{1, 1, 3}, PLAIN}, .channels = 2, .groups = 1};
    ck_assert(!infers(k, &attr, 1, (struct shape){2, 4, 4}));
    ck_assert(!infers(k, &attr, 1, (struct shape){2, 4, 4, 2}));
    ck_assert(infers(k, &attr, 1, (struct shape){2, 4, 4, 3}));
    attr.window.kernel[AXIS_D] = 1;
    ck_assert(infers(k, &attr, 1, (struct shape){2, 4, 4, 3}));
    ck_assert(!infers(k, &attr, 1, (struct shape){2, 4, 4}));
    attr.window.kernel[AXIS_D] = 0;
    ck_assert(infers(k, &attr, 1, (struct shape){2, 4, 4}));
    ck_assert(!infers(k, &attr, 1, (struct shape){2, 4, 4, 3}));
    attr.window.kernel[AXIS_H] = 0; // nothing counts as 1 but along the frames
    ck_assert(!infers(k, &attr, 1, (struct shape){2, 4, 4}));
    attr.window.kernel[AXIS_H] = 1;
    attr.window.pad_end[AXIS_D] = 1;
    ck_assert(!infers(k, &attr, 1, (struct shape){2, 4, 4}));
}
END_TEST

// Any numbers at all in the attributes: never a wrong answer, never undefined arithmetic (for the
// sanitizer to see).
START_TEST(hostile_attributes_do_no_harm)
{
    static const int32_t nasty[] = {INT32_MIN,     -1,       0, 1, 2, 3, 16383, 16384, 16385, 65536,
                                    INT32_MAX - 1, INT32_MAX};
    const struct kernel *k = kernel_table[_i];
    for (int n = 0; n < 20000; n++) {
        struct kernel_attr attr = {
            .window = {{1, 1}, PLAIN}, .channels = 1, .groups = 1, .lrn_size = 1};
        int32_t *fields[] = {&attr.window.kernel[0],
                             &attr.window.stride[0],
                             &attr.window.dilation[0],
                             &attr.window.pad_begin[0],
                             &attr.window.pad_end[0],
                             &attr.channels,
                             &attr.groups,
                             &attr.lrn_size,
                             &attr.window.kernel[1],
                             &attr.window.pad_end[1],
                             &attr.window.kernel[AXIS_D],
                             &attr.window.stride[AXIS_D],
                             &attr.window.dilation[AXIS_D],
                             &attr.window.pad_begin[AXIS_D]};
        for (int change = draw(1, 4); change > 0; change--)
            *fields[draw(0, (int32_t)(sizeof fields / sizeof *fields) - 1)] = nasty[draw(0, 11)];
        attr.window.ceil = draw(0, 1);
        struct shape in = {nasty[draw(3, 11)], nasty[draw(3, 8)], nasty[draw(3, 8)]}, out;
        if (draw(0, 1)) in.d = nasty[draw(0, 11)];
        struct err e = {0};
        if (infers(k, &attr, 1, in) && k->infer(&attr, 1, &in, &out, &e)) {
            if (k->params && k->params(&attr, &in) < 1) ck_abort_msg("%s: parameters", k->type);
            if (k->macs && k->macs(&attr, &in, &out) < 1)
                ck_abort_msg("%s: multiply-accumulates", k->type);
        }
    }
}
END_TEST

// Windows, by brute force.

// Whether kernel position k of output o reads an input, and which.
static bool reads(const struct window *w, int axis, int32_t in, int32_t o, int32_t k, int32_t *at)
{
    *at = o * w->stride[axis] - w->pad_begin[axis] + k * w->dilation[axis];
    return *at >= 0 && *at < in;
}

// Counts the places where the window fits, moving it by one stride each time.
static int32_t count_outputs(const struct window *w, int axis, int32_t in)
{
    int32_t padded = w->pad_begin[axis] + in + w->pad_end[axis],
            reach = w->dilation[axis] * (w->kernel[axis] - 1) + 1;
    int32_t count = 0, start = 0;
    for (; start + reach <= padded; start += w->stride[axis]) count++;
    if (!w->ceil || count == 0) return count;
    // one more that sticks out, if any of the padded input is left over; then the last goes if it
    // begins in the trailing padding
    int32_t last = start - w->stride[axis];
    if (last + reach < padded) last += w->stride[axis], count++;
    return count - (last >= w->pad_begin[axis] + in);
}

START_TEST(windows_agree_with_counting)
{
    for (int n = 0; n < 20000; n++) {
        struct window w = draw_attr(AXIS_COUNT).window;
        int32_t       in = draw(1, 30), axis = draw(0, AXIS_COUNT - 1);
        int32_t       out = window_out(&w, axis, in);
        ck_assert_int_eq(out > 0 ? out : 0, count_outputs(&w, axis, in));
        if (out <= 0) continue;
        struct span span = {draw(0, out - 1), 0};
        span.end = draw(span.begin, out);
        struct span have = window_in(&w, axis, in, span);
        int32_t     low = INT32_MAX, high = -1, at;
        for (int32_t o = span.begin; o < span.end; o++) {
            int32_t taps = 0;
            for (int32_t k = 0; k < w.kernel[axis]; k++) {
                if (!reads(&w, axis, in, o, k, &at)) continue;
                taps++;
                low = at < low ? at : low;
                high = at > high ? at : high;
            }
            if (window_taps(&w, axis, in, o) != taps) ck_abort_msg("output %d: %d taps", o, taps);
        }
        ck_assert(have.begin >= 0 && have.begin <= have.end && have.end <= in);
        if (span.begin == span.end) ck_assert_int_eq(have.begin, have.end);
        if (high < 0)
            continue; // dilated taps may straddle the input: no tap on it, though the span is not
                      // empty
        // the span holds all that is read; the first and last read bound it, up to taps that fall
        // on padding
        ck_assert(have.begin <= low && have.end > high);
        if (w.dilation[axis] == 1 && w.stride[axis] <= w.kernel[axis]) {
            ck_assert_int_eq(have.begin, low);
            ck_assert_int_eq(have.end, high + 1);
        }
    }
}
END_TEST

START_TEST(instruction_sets_are_chosen_by_name)
{
    const char *isas[KERNEL_MAX_ISAS];
    uint32_t    count = kernel_isa_list(isas);
    struct err  e = {0};
    ck_assert_uint_ge(count, 1);
    ck_assert_str_eq(isas[count - 1], "plain");
#if defined(__x86_64__)
    ck_assert_str_eq(isas[count - 2], "sse2"); // part of the architecture, as NEON is of 64-bit ARM
#elif defined(__aarch64__)
    ck_assert_str_eq(isas[0], "neon");
#endif
    unsetenv("FOGSIM_ISA");
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_msg(kernel_isa_choose(isas[i], &e), "%s", e.text);
        ck_assert_str_eq(kernel_isa(), isas[i]);
    }
    ck_assert(kernel_isa_choose(NULL, &e));
    ck_assert_str_eq(kernel_isa(), isas[0]);
}
END_TEST

START_TEST(environment_can_name_an_instruction_set)
{
    struct err e = {0};
    setenv("FOGSIM_ISA", "plain", 1);
    ck_assert_str_eq(kernel_isa(), "plain"); // before anything was chosen
    ck_assert(kernel_isa_choose(NULL, &e));
    ck_assert_str_eq(kernel_isa(), "plain");
    setenv("FOGSIM_ISA", "", 1);
    ck_assert(kernel_isa_choose(NULL, &e));
}
END_TEST

START_TEST(an_instruction_set_that_is_not_there_is_refused)
{
    const char *isas[KERNEL_MAX_ISAS], *absent = "neon";
    struct err  by_name = {0}, by_environment = {0};
    char        want[128];
    uint32_t    count = kernel_isa_list(isas);
    for (uint32_t i = 0; i < count; i++)
        if (!strcmp(isas[i], "neon")) absent = "avx2";
    ck_assert(kernel_isa_choose("plain", &by_name));
    ck_assert(!kernel_isa_choose(absent, &by_name));
    ck_assert_str_eq(kernel_isa(), "plain"); // unchanged
    ck_assert_msg(strstr(by_name.text, absent) && strstr(by_name.text, isas[0]) &&
                      strstr(by_name.text, "plain"),
                  "%s", by_name.text);
    setenv("FOGSIM_ISA", "AVX2", 1);
    ck_assert(!kernel_isa_choose(NULL, &by_environment));
    snprintf(want, sizeof want, "FOGSIM_ISA: want an instruction set of this CPU (%s", isas[0]);
    ck_assert_msg(!strncmp(by_environment.text, want, strlen(want)), "%s", by_environment.text);
}
END_TEST

// Timing.

static void busy(void *ctx)
{
    volatile uint32_t *calls = ctx;
    *calls += 1;
    for (volatile int i = 0; i < 20000; i++) continue;
}

START_TEST(timing_counts_calls_and_orders_its_quantiles)
{
    bool                   cold = _i == 1;
    struct timing_protocol protocol = {.sample_s = 1e-3, .sample_count = 5, .cold = cold};
    struct timing          t;
    struct err             e = {0};
    uint32_t               calls = 0;
    ck_assert_msg(timing_pin(&e), "%s", e.text);
    timing_measure(&protocol, busy, &calls, &t);
    ck_assert_uint_eq(t.sample_count, 5);
    ck_assert_uint_le(t.dropped_count, 5);
    ck_assert(t.min_s > 0 && t.min_s <= t.median_s);
    ck_assert(t.q1_cycles <= t.median_cycles && t.median_cycles <= t.q3_cycles);
    ck_assert_double_eq(t.cycles, t.median_cycles); // there was one round
    ck_assert_uint_ge(calls, 2 - cold + t.calls_per_sample * (t.sample_count + t.dropped_count));
    if (cold) ck_assert_uint_eq(calls, 1 + t.sample_count + t.dropped_count);
}
END_TEST

START_TEST(the_least_median_of_the_rounds_is_kept)
{
    struct timing_protocol protocol = {.sample_count = 3, .cold = false};
    struct timing_samples  samples = {0};
    struct timing          t;
    uint32_t               calls = 0;
    timing_sample(&protocol, busy, &calls, &samples);
    timing_sample(&protocol, busy, &calls, &samples);
    double a[] = {samples.cycles[0], samples.cycles[1], samples.cycles[2]},
           b[] = {samples.cycles[3], samples.cycles[4], samples.cycles[5]};
    ck_assert(a[0] <= a[1] && a[1] <= a[2] && b[0] <= b[1] && b[1] <= b[2]); // rounds are sorted
    timing_summarise(&samples, &t);
    ck_assert_double_eq(t.cycles, a[1] < b[1] ? a[1] : b[1]);
    ck_assert_uint_eq(t.sample_count, 6);
    ck_assert(t.q1_cycles <= t.q3_cycles && t.cycles <= t.q3_cycles);
}
END_TEST

// No clock is known from elsewhere: plausible, and what it says agrees with itself.
START_TEST(the_clock_probe_is_plausible)
{
    double hz = timing_clock_hz();
    ck_assert_msg(hz > 1e7 && hz < 1e10, "%g Hz", hz);
}
END_TEST

Suite *kernels_suite(void)
{
    Suite *s = suite_create("kernels");
    TCase *tc = tcase_create("kernels");
    int    count = (int)kernel_count;
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, cases_by_hand_come_out, 0, (int)(sizeof hands / sizeof *hands));
    tcase_add_test(tc, sizes_by_hand_come_out);
    tcase_add_loop_test(tc, timed_path_agrees_with_reference, 0, count);
    tcase_add_loop_test(tc, slices_are_rows_of_the_whole, 0, count);
    tcase_add_loop_test(tc, the_table_is_sorted_and_complete, 0, count);
    tcase_add_loop_test(tc, impossible_shapes_are_refused, 0, count);
    tcase_add_loop_test(tc, a_window_along_frames_needs_frames, 0, 3);
    tcase_add_loop_test(tc, hostile_attributes_do_no_harm, 0, count);
    tcase_add_test(tc, windows_agree_with_counting);
    tcase_add_test(tc, instruction_sets_are_chosen_by_name);
    tcase_add_test(tc, environment_can_name_an_instruction_set);
    tcase_add_test(tc, an_instruction_set_that_is_not_there_is_refused);
    tcase_add_loop_test(tc, timing_counts_calls_and_orders_its_quantiles, 0, 2);
    tcase_add_test(tc, the_least_median_of_the_rounds_is_kept);
    tcase_add_test(tc, the_clock_probe_is_plausible);
    suite_add_tcase(s, tc);
    return s;
}
