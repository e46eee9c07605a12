// tests/test_winograd.c: Winograd convolution against the formula: exactly on integers, to rounding
// on random shapes.
//
// The expected values are those of the operator's plain reference, which knows no transform.
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "kernels/kernel.h"
#include "kernels/winograd.h"

Suite *winograd_suite(void);

// Names an instruction set may have; what this CPU lacks falls back to its best.
enum { CANARY = 16, DRAWS = 150 };

static struct arena arena;
static struct rng   rng;

static void setup(void)
{
    rng_init(&rng, 1, 0, "test_winograd", 0);
}

static void teardown(void)
{
    arena_free(&arena);
}

static int32_t draw(int32_t low, int32_t high) // in [low, high]
{
    return low + (int32_t)rng_below(&rng, (uint64_t)(high - low + 1));
}

static struct kernel_attr square(int32_t channels, int32_t pad)
{
    return (struct kernel_attr){
        .window = {{3, 3}, {1, 1}, {1, 1}, {pad, pad}, {pad, pad}, false},
        .channels = channels,
        .groups = 1,
        .bias = true,
    };
}

// Real numbers, or integers in [-most, most] times `unit`.
static float *numbers(int64_t count, double scale)
{
    float *x = ARENA_ARRAY(&arena, float, (size_t)count);
    for (int64_t i = 0; i < count; i++) x[i] = (float)(scale * (rng_uniform(&rng) - 0.5));
    return x;
}

static float *integers(int64_t count, int32_t most, float unit)
{
    float *x = ARENA_ARRAY(&arena, float, (size_t)count);
    for (int64_t i = 0; i < count; i++) x[i] = unit * (float)draw(-most, most);
    return x;
}

static struct kernel_call call_of(const struct kernel_attr *attr, struct shape in)
{
    struct kernel_call call = {.attr = attr, .input_count = 1, .in = {in}};
    struct err         e = {0};
    if (!kernel_find("conv")->infer(attr, 1, call.in, &call.out, &e)) ck_abort_msg("%s", e.text);
    return call;
}

static int64_t weight_count(const struct kernel_call *call)
{
    return (int64_t)call->attr->channels * call->in[0].c * 9;
}

// An output with room on both sides that nobody may write.
static float *fresh_output(const struct kernel_call *call)
{
    int64_t count = shape_elements(&call->out);
    float  *y = ARENA_ARRAY(&arena, float, (size_t)count + 2 * CANARY);
    for (int64_t i = 0; i < count + 2 * CANARY; i++) y[i] = NAN;
    return y + CANARY;
}

static float *computed(struct kernel_call call, enum kernel_algorithm algorithm)
{
    const struct kernel *conv = kernel_find("conv");
    float               *y = call.y = fresh_output(&call);
    call.algorithm = algorithm;
    void *job = conv->prepare(&call, &arena);
    conv->run(job);
    conv->run(job); // a job is run many times: no state may be left over
    conv->finish(job);
    int64_t count = shape_elements(&call.out);
    for (int i = 0; i < CANARY; i++)
        if (!isnan(y[-1 - i]) || !isnan(y[count + i])) ck_abort_msg("writes outside y");
    return y;
}

static float *expected(struct kernel_call call)
{
    float *y = call.y = fresh_output(&call);
    kernel_find("conv")->reference(&call);
    return y;
}

// Both algorithms on every instruction set, within `share` of the largest output.
static void assert_agrees(const struct kernel_call *call, double share)
{
    const float *want = expected(*call);
    int64_t      count = shape_elements(&call->out);
    double       most = 1e-30;
    for (int64_t i = 0; i < count; i++) most = fmax(most, fabs((double)want[i]));
    const char *isas[KERNEL_MAX_ISAS];
    struct err  e = {0};
    for (uint32_t i = 0, isa_count = kernel_isa_list(isas); i < isa_count; i++) {
        ck_assert_msg(kernel_isa_choose(isas[i], &e), "%s", e.text);
        for (int algorithm = ALGORITHM_WINOGRAD2; algorithm <= ALGORITHM_WINOGRAD4; algorithm++) {
            const float *have = computed(*call, (enum kernel_algorithm)algorithm);
            for (int64_t j = 0; j < count; j++)
                if (!(fabs((double)have[j] - (double)want[j]) <= share * most))
                    ck_abort_msg("algorithm %d on %s, %d,%d,%d to %d,%d,%d: element %lld: have "
                                 "%.9g, want %.9g",
                                 algorithm, kernel_isa(), call->in[0].c, call->in[0].h,
                                 call->in[0].w, call->out.c, call->out.h, call->out.w, (long long)j,
                                 (double)have[j], (double)want[j]);
        }
    }
}

// With weights that the denominators of G g G^T divide (576 for F(4x4)), every number in between is
// an integer. The rows of A^T |.| G |.| B^T sum to 48 at most along one axis (5 + 5 + 14 + 14 +
// 10), so that with three channels of inputs -1, 0, 1 none exceeds 3 . 576 . 48^2 < 2^24 and
// nothing is rounded: any wrong entry of a matrix shows as a wrong integer.
START_TEST(integers_come_out_exactly)
{
    for (int n = 0; n < 60; n++) {
        struct kernel_attr attr = square(draw(1, 5), draw(0, 2));
        struct kernel_call call =
            call_of(&attr, (struct shape){draw(1, 3), draw(3, 11), draw(3, 11)});
        call.x[0] = integers(shape_elements(&call.in[0]), 1, 1);
        call.weight = integers(weight_count(&call), 1, 576);
        call.bias = integers(attr.channels, 9, 1);
        assert_agrees(&call, 0);
        arena_rewind(&arena, (struct arena_mark){0});
    }
}
END_TEST

// One weight and one input that are not zero: the output is their product at one place.
START_TEST(each_weight_meets_each_input)
{
    struct kernel_attr attr = square(1, 1);
    attr.bias = false;
    for (int tap = 0; tap < 9; tap++)
        for (int pixel = 0; pixel < 36; pixel++) {
            float              x[36] = {0}, weight[9] = {0};
            struct kernel_call call = call_of(&attr, (struct shape){1, 6, 6});
            x[pixel] = 1, weight[tap] = 576;
            call.x[0] = x, call.weight = weight;
            // y[i][j] = weight[u][v] x[i + u - 1][j + v - 1]
            int at_y = pixel / 6 - tap / 3 + 1, at_x = pixel % 6 - tap % 3 + 1;
            for (int algorithm = ALGORITHM_WINOGRAD2; algorithm <= ALGORITHM_WINOGRAD4;
                 algorithm++) {
                const float *y = computed(call, (enum kernel_algorithm)algorithm);
                for (int i = 0; i < 36; i++)
                    ck_assert_float_eq(y[i], i / 6 == at_y && i % 6 == at_x ? 576.0f : 0.0f);
            }
            arena_rewind(&arena, (struct arena_mark){0});
        }
}
END_TEST

static int32_t few(int32_t usual, int32_t most) // mostly up to `usual`, at times up to `most`
{
    return draw(1, draw(0, 3) ? usual : most);
}

START_TEST(random_shapes_agree_with_reference)
{
    for (int n = 0; n < DRAWS; n++) {
        struct kernel_attr attr = square(few(20, 70), 0);
        attr.bias = draw(0, 1);
        struct shape in = {few(20, 70), 0, 0};
        for (int axis = AXIS_H; axis <= AXIS_W; axis++) {
            int32_t begin = draw(0, 2), end = draw(0, 2), size = few(9, 30);
            if (begin + size + end < 3) size = 3; // the least that holds the window
            attr.window.pad_begin[axis] = begin;
            attr.window.pad_end[axis] = end;
            *(axis == AXIS_H ? &in.h : &in.w) = size;
        }
        struct kernel_call call = call_of(&attr, in);
        call.x[0] = numbers(shape_elements(&in), 1);
        call.weight = numbers(weight_count(&call), 1);
        if (attr.bias) call.bias = numbers(attr.channels, 1);
        assert_agrees(&call, 1e-4);
        arena_rewind(&arena, (struct arena_mark){0});
    }
}
END_TEST

// Padding larger than the window, and a layer of many tiles that is done in several blocks.
START_TEST(unusual_shapes_agree_with_reference)
{
    static const struct {
        struct shape in;
        int32_t      channels, pad;
    } cases[] = {{{1, 1, 1}, 1, 5}, {{2, 3, 3}, 3, 0}, {{40, 61, 59}, 33, 1}};
    struct kernel_attr attr = square(cases[_i].channels, cases[_i].pad);
    struct kernel_call call = call_of(&attr, cases[_i].in);
    call.x[0] = numbers(shape_elements(&call.in[0]), 1);
    call.weight = numbers(weight_count(&call), 1);
    call.bias = numbers(attr.channels, 1);
    assert_agrees(&call, 1e-4);
}
END_TEST

// Weights and inputs as a trained, normalised layer has them: inputs not negative, weights of
// variance 2 / fan in. The bounds are those that the bench states; about ten times what is had.
START_TEST(errors_are_small_on_realistic_weights)
{
    struct kernel_attr attr = square(64, 1);
    struct kernel_call call = call_of(&attr, (struct shape){128, 14, 14});
    float             *x = numbers(shape_elements(&call.in[0]), 4);
    for (int64_t i = 0; i < shape_elements(&call.in[0]); i++) x[i] = x[i] > 0 ? x[i] : 0;
    call.x[0] = x;
    call.weight = numbers(weight_count(&call), sqrt(2.0 / (128 * 9) * 12));
    call.bias = numbers(attr.channels, 0.2);
    assert_agrees(&call, 1e-4);
}
END_TEST

// What Winograd is not for is refused: one number of the window changed at a time.
START_TEST(only_plain_3x3_layers_allow_it)
{
    const struct kernel *conv = kernel_find("conv");
    struct kernel_attr   plain = square(4, 1);
    for (int algorithm = 0; algorithm < ALGORITHM_COUNT; algorithm++)
        ck_assert(conv->allows(&plain, (enum kernel_algorithm)algorithm));
    for (int axis = AXIS_H; axis <= AXIS_W; axis++) {
        struct kernel_attr kernel = plain, stride = plain, dilation = plain;
        kernel.window.kernel[axis] = 5;
        stride.window.stride[axis] = 2;
        dilation.window.dilation[axis] = 2;
        const struct kernel_attr *const others[] = {&kernel, &stride, &dilation};
        for (int i = 0; i < 3; i++) {
            ck_assert(conv->allows(others[i], ALGORITHM_DIRECT));
            ck_assert(!conv->allows(others[i], ALGORITHM_WINOGRAD2));
            ck_assert(!conv->allows(others[i], ALGORITHM_WINOGRAD4));
        }
    }
    plain.groups = 2;
    ck_assert(!conv->allows(&plain, ALGORITHM_WINOGRAD4));
}
END_TEST

Suite *winograd_suite(void)
{
    Suite *s = suite_create("winograd");
    TCase *tc = tcase_create("winograd");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, integers_come_out_exactly);
    tcase_add_test(tc, each_weight_meets_each_input);
    tcase_add_test(tc, random_shapes_agree_with_reference);
    tcase_add_loop_test(tc, unusual_shapes_agree_with_reference, 0, 3);
    tcase_add_test(tc, errors_are_small_on_realistic_weights);
    tcase_add_test(tc, only_plain_3x3_layers_allow_it);
    suite_add_tcase(s, tc);
    return s;
}
