// tests/test_int8.c: conv and fc on integers: rounding against exact quotients, cases by hand, the
// vectors that ONNX publishes, the timed path against the reference to the bit, fp32 within the
// bound of the theory.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "kernels/int8.h"
#include "onnx.pb-c.h"

Suite *int8_suite(void);

// Names an instruction set may have; what this CPU lacks falls back to its best.
enum { CANARY = 16, DRAWS = 400, UNWRITTEN = 0x55 };

static struct arena arena;
static struct rng   rng;

static void setup(void)
{
    rng_init(&rng, 1, 0, "test_int8", 0);
}

static void teardown(void)
{
    arena_free(&arena);
}

static int32_t draw(int32_t low, int32_t high) // in [low, high]
{
    return (int32_t)(low + (int64_t)rng_below(&rng, (uint64_t)((int64_t)high - low + 1)));
}

// Requantisation.

// To the nearest, by quotient and remainder; `tie_up` says where halves go: up, else from zero.
static int64_t nearest_quotient(int64_t dividend, int64_t divisor, bool tie_up)
{
    int64_t quotient = dividend / divisor, rest = dividend % divisor;
    if (rest < 0) quotient--, rest += divisor; // 0 <= rest < divisor
    if (rest > divisor - rest) return quotient + 1;
    bool up = rest == divisor - rest && (tie_up || dividend > 0);
    return quotient + up;
}

static int64_t exact_requantised(int64_t sum, int64_t multiplier, int32_t shift)
{
    int64_t s = sum;
    for (int32_t i = 0; i < shift; i++) s *= 2;
    if (s > INT32_MAX) s = INT32_MAX;
    if (s < INT32_MIN) s = INT32_MIN;
    int64_t power = 1;
    for (int32_t i = 0; i > shift; i--) power *= 2;
    return nearest_quotient(nearest_quotient(s * multiplier, INT64_C(1) << 31, true), power, false);
}

static void check_requantise(int32_t sum, int32_t multiplier, int32_t shift)
{
    int64_t want = exact_requantised(sum, multiplier, shift);
    int32_t have = int8_requantise(sum, multiplier, shift);
    if (have != want)
        ck_abort_msg("%d by %d, %d: have %d, want %lld", sum, multiplier, shift, have,
                     (long long)want);
}

START_TEST(requantised_is_the_exact_quotient_rounded_twice)
{
    static const int32_t multipliers[] = {0,       1,          1 << 30,       (1 << 30) + 1,
                                          3 << 29, 0x55555555, INT32_MAX - 1, INT32_MAX};
    for (int32_t shift = -31; shift <= 30; shift++)
        for (size_t m = 0; m < sizeof multipliers / sizeof *multipliers; m++)
            for (int power = 0; power < 31; power++)
                for (int32_t off = -3; off <= 3; off++) {
                    int32_t sum = (int32_t)((INT64_C(1) << power) + off);
                    check_requantise(sum, multipliers[m], shift);
                    check_requantise(-sum, multipliers[m], shift);
                    check_requantise(INT32_MIN + 3 + off, multipliers[m], shift);
                    check_requantise(INT32_MAX - 3 + off, multipliers[m], shift);
                }
    for (int i = 0; i < 1000000; i++)
        check_requantise(draw(INT32_MIN, INT32_MAX) >> draw(0, 30), draw(0, INT32_MAX),
                         draw(-31, 30));
}
END_TEST

START_TEST(requantised_by_hand_comes_out)
{
    enum { HALF = 1 << 30 }; // one half with shift 0
    static const struct {
        int32_t sum, multiplier, shift, want;
    } hands[] = {
        {5, HALF, 1, 5},   // one is a half doubled
        {1, HALF, 0, 1},   // 0.5: the first rounding goes up
        {-1, HALF, 0, 0},  // -0.5: also
        {-3, HALF, 0, -1}, // -1.5
        {1, HALF, -1, 1},  // 0.25: 0.5 is 1, 1 / 2 = 0.5 is 1; rounded once it were 0
        {-1, HALF, -1, 0},
        {-3, HALF, -1, -1}, // -0.75: -1.5 is -1, -0.5 goes away from zero
        {-6, HALF, -1, -2}, // -1.5: -3 / 2 goes away from zero
        {6, HALF, -1, 2},
        {100, 1717986918, -3, 10},        // 0.8 / 8
        {INT32_MIN, HALF, 0, -(1 << 30)}, // no carry
        {INT32_MAX, INT32_MAX, 0, 0x7ffffffe},
        {3, HALF, 30, 0x40000000}, // 3 2^30 is cut to 2^31 - 1, of which half
        {-3, HALF, 30, -0x40000000},
        {INT32_MAX, INT32_MAX, -31, 1}, // just below 1
        {12345, 0, 5, 0},
    };
    for (size_t i = 0; i < sizeof hands / sizeof *hands; i++)
        ck_assert_int_eq(int8_requantise(hands[i].sum, hands[i].multiplier, hands[i].shift),
                         hands[i].want);
}
END_TEST

// Numbers to integers.

START_TEST(multipliers_are_the_nearest_31_bits)
{
    static const struct {
        double  real;
        int32_t multiplier, shift;
    } hands[] = {
        {0, 0, 0},
        {1, 1 << 30, 1},
        {0.5, 1 << 30, 0},
        {0.75, 3 << 29, 0},
        {0.1, 1717986918, -3},                   // 0.8 2^31 = 1717986918.4
        {1 - 0x1p-40, 1 << 30, 1},               // rounds up to 2^31
        {0x1p-32, 1 << 30, -31},                 // the least
        {0x1p-33, 0, 0},                         // below it
        {0x1p-32 * (1 - 0x1p-40), 1 << 30, -31}, // rounds up to the least
        {0x1p29, 1 << 30, 30},
    };
    for (size_t i = 0; i < sizeof hands / sizeof *hands; i++) {
        int32_t multiplier, shift;
        int8_quantise_multiplier(hands[i].real, &multiplier, &shift);
        ck_assert_int_eq(multiplier, hands[i].multiplier);
        ck_assert_int_eq(shift, hands[i].shift);
    }
    for (int i = 0; i < 100000; i++) {
        int32_t multiplier, shift;
        double  real = ldexp(0.5 + rng_uniform(&rng) / 2, draw(-31, 29));
        int8_quantise_multiplier(real, &multiplier, &shift);
        ck_assert(multiplier >= 1 << 30);
        ck_assert(fabs(ldexp(multiplier, shift - 31) - real) <= ldexp(0.5, shift - 31));
    }
}
END_TEST

START_TEST(scales_and_weights_by_hand_come_out)
{
    struct int8_scale s = int8_scale_of(-1, 4.1); // 5.1 / 255 = 0.02: -1 is 50 steps below 0
    ck_assert_double_eq_tol(s.scale, 0.02, 1e-12);
    ck_assert_int_eq(s.zero_point, -78);
    s = int8_scale_of(1, 2.55); // widened to 0
    ck_assert_double_eq_tol(s.scale, 0.01, 1e-12);
    ck_assert_int_eq(s.zero_point, -128);
    s = int8_scale_of(-5, -1);
    ck_assert_int_eq(s.zero_point, 127);
    s = int8_scale_of(0, 0);
    ck_assert_double_eq(s.scale, 1);

    const float         real[] = {0, 1, -0.75f, 0.75f, 100, -100, 0.24f};
    int8_t              have[7];
    static const int8_t want[] = {10, 12, 8, 12, 127, -128, 10}; // ties away from the zero
    int8_quantise(real, 7, (struct int8_scale){0.5, 10}, have);
    ck_assert_mem_eq(have, want, sizeof want);

    const float         weight[] = {127, -1.5f, 1.4f, 0, 0, 0, -2.54f, 1.27f, 0.02f};
    static const int8_t want_weight[] = {127, -2, 1, 0, 0, 0, -127, 64, 1};
    int8_t              have_weight[9];
    double              scale[3];
    int8_quantise_weights(weight, 3, 3, have_weight, scale);
    ck_assert_mem_eq(have_weight, want_weight, sizeof want_weight);
    ck_assert_double_eq_tol(scale[0], 1, 1e-12);
    ck_assert_double_eq_tol(scale[1], 1, 1e-12);
    ck_assert_double_eq_tol(scale[2], 0.02, 1e-7);
}
END_TEST

// Calls.

static int64_t outputs(const struct int8_call *call)
{
    return shape_elements(&call->out);
}

// An output with room before and behind it that nobody may write.
static int8_t *fresh_output(const struct int8_call *call)
{
    size_t  count = (size_t)outputs(call) + 2 * CANARY;
    int8_t *y = ARENA_ARRAY(&arena, int8_t, count);
    memset(y, UNWRITTEN, count);
    return y + CANARY;
}

static void assert_canaries(const struct int8_call *call)
{
    for (int i = 0; i < CANARY; i++)
        if (call->y[-1 - i] != UNWRITTEN || call->y[outputs(call) + i] != UNWRITTEN)
            ck_abort_msg("written outside y");
}

static const int8_t *run_reference(const struct int8_kernel *k, struct int8_call call)
{
    call.y = fresh_output(&call);
    k->reference(&call);
    assert_canaries(&call);
    return call.y;
}

static const int8_t *run_timed(const struct int8_kernel *k, struct int8_call call)
{
    call.y = fresh_output(&call);
    void *job = k->prepare(&call, &arena);
    k->run(job);
    k->run(job); // a job is run many times: no state may be left over
    k->finish(job);
    assert_canaries(&call);
    return call.y;
}

static void assert_same(const char *what, const int8_t *have, const int8_t *want, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (have[i] != want[i])
            ck_abort_msg("%s: element %lld of %lld: have %d, want %d", what, (long long)i,
                         (long long)count, have[i], want[i]);
}

// Reference and timed path, on every instruction set this CPU has.
static void assert_both(const char *type, const struct int8_call *call, const int8_t *want)
{
    const struct int8_kernel *k = int8_find(type);
    assert_same("reference", run_reference(k, *call), want, outputs(call));
    const char *isas[KERNEL_MAX_ISAS];
    struct err  e = {0};
    for (uint32_t i = 0, isa_count = kernel_isa_list(isas); i < isa_count; i++) {
        ck_assert_msg(kernel_isa_choose(isas[i], &e), "%s", e.text);
        assert_same(arena_format(&arena, "%s on %s", type, kernel_isa()), run_timed(k, *call), want,
                    outputs(call));
    }
}

// The output shape, by the rule of the fp32 operator.
static bool infer(const char *type, struct int8_call *call)
{
    struct err e = {0};
    return kernel_find(type)->infer(call->attr, 1, &call->in, &call->out, &e);
}

struct hand {
    const char        *type;
    struct kernel_attr attr;
    struct shape       in;
    int8_t             x[9];
    int32_t            x_zero_point;
    int8_t             weight[8];
    int32_t            bias[2], multiplier[2], shift[2], y_zero_point, y_min, y_max;
    struct shape       out;
    int8_t             y[9];
};

// clang-format off
#define PLAIN {1, 1}, {1, 1}, {0, 0}, {0, 0}, false // stride, dilation, pads
#define HALF (1 << 30)
static const struct hand hands[] = {
    // x - 1 = 0 1 2 / 3 4 5 / 6 7 8 under 1 2 / 3 -4: 0 + 2 + 9 - 16 = -5, a step right adds 2, one
    // down 6: -5 -3 / 1 3, plus 10: 5 7 / 11 13; by one half: 2.5 3.5 5.5 6.5 upwards; minus 3
    {"conv", {.window = {{2, 2}, PLAIN}, .channels = 1, .groups = 1}, {1, 3, 3},
     {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, {1, 2, 3, -4}, {10}, {HALF}, {0}, -3, -128, 127,
     {1, 2, 2}, {0, 1, 3, 4}},
    // padding is the zero point: 0 0 0 / 1 2 0 / 3 4 0 (x + 5), sums of 2 x 2, as fp32's case
    {"conv", {.window = {{2, 2}, {1, 1}, {1, 1}, {1, 0}, {0, 1}, false}, .channels = 1,
     .groups = 1}, {1, 2, 2},
     {-4, -3, -2, -1}, -5, {1, 1, 1, 1}, {0}, {HALF}, {1}, 0, -128, 127,
     {1, 2, 2}, {3, 2, 10, 6}},
    // two groups of one channel, a multiplier each: (1 2) 4 / 2, (3 4) 6 / 4 = 4.5 and 6, where 9
    // and 12 come from the first rounding of 18 and 24 by one half
    {"conv", {.window = {{1, 1}, PLAIN}, .channels = 2, .groups = 2}, {2, 1, 2},
     {1, 2, 3, 4}, 0, {4, 6}, {0}, {HALF, HALF}, {0, -1}, 0, -128, 127,
     {2, 1, 2}, {2, 4, 5, 6}},
    // stride 2, dilation 2: 1 + 10 * 3, 3 + 10 * 5, 5 + 10 * 7; cut off at 60
    {"conv", {.window = {{1, 2}, {2, 2}, {2, 2}, {0, 0}, {0, 0}, false}, .channels = 1,
     .groups = 1}, {1, 1, 7},
     {1, 2, 3, 4, 5, 6, 7}, 0, {1, 10}, {0}, {HALF}, {1}, 0, 40, 60, {1, 1, 3}, {40, 53, 60}},
    // x + 128 = 128 127 126: 128 - 126 + 1 = 3; 4 * 128 + 5 * 127 + 6 * 126 + 20 = 1923, saturated
    {"fc", {.channels = 2}, {3, 1, 1}, {0, -1, -2}, -128, {1, 0, -1, 4, 5, 6}, {1, 20},
     {HALF, HALF}, {1, 1}, 100, -128, 127, {2, 1, 1}, {103, 127}},
    // -7 by one half is -3.5, up to -3; -7 by a quarter: -3 by one half is -1.5, down to -2
    {"fc", {.channels = 2}, {1, 1, 1}, {-7}, 0, {1, 1}, {0}, {HALF, HALF}, {0, -1}, 0, -128, 127,
     {2, 1, 1}, {-3, -2}},
};
// clang-format on

START_TEST(cases_by_hand_come_out)
{
    const struct hand *h = &hands[_i];
    struct int8_call   call = {.attr = &h->attr,
                               .in = h->in,
                               .x = h->x,
                               .x_zero_point = h->x_zero_point,
                               .weight = h->weight,
                               .bias = h->bias,
                               .multiplier = h->multiplier,
                               .shift = h->shift,
                               .y_zero_point = h->y_zero_point,
                               .y_min = h->y_min,
                               .y_max = h->y_max};
    ck_assert(infer(h->type, &call));
    ck_assert_mem_eq(&call.out, &h->out, sizeof h->out);
    assert_both(h->type, &call, h->y);
}
END_TEST

// As many taps as may be, each the largest product, and the largest bias: 255 * 127 * 32768 + 2^30
// is 2134900736, below 2^31.
START_TEST(the_largest_sums_do_not_overflow)
{
    enum { CHANNELS = 3 };
    int8_t *x = ARENA_ARRAY(&arena, int8_t, INT8_TAPS_MAX);
    int8_t *weight = ARENA_ARRAY(&arena, int8_t, (size_t)CHANNELS * INT8_TAPS_MAX);
    memset(x, 127, INT8_TAPS_MAX);
    memset(weight, 127, INT8_TAPS_MAX);
    memset(weight + INT8_TAPS_MAX, -127, INT8_TAPS_MAX);
    memset(weight + 2 * INT8_TAPS_MAX, -128, INT8_TAPS_MAX); // outside the specification, exact
    static const int32_t bias[] = {INT8_BIAS_MAX, -INT8_BIAS_MAX, -INT8_BIAS_MAX};
    // 2134900736 / 2^25 = 63.6; 2^30 + 255 * 2^22 = 2143289344 / 2^25 = 63.9; the other way -64
    static const int32_t multiplier[] = {HALF, HALF, HALF}, shift[] = {-24, -24, -24};
    static const int8_t  want[] = {64, -64, -64};
    struct kernel_attr   fc = {.channels = CHANNELS};
    struct kernel_attr   conv = {.window = {{1, 1}, PLAIN}, .channels = CHANNELS, .groups = 1};
    struct int8_call     call = {.attr = &fc,
                                 .in = {INT8_TAPS_MAX, 1, 1},
                                 .x = x,
                                 .x_zero_point = -128,
                                 .weight = weight,
                                 .bias = bias,
                                 .multiplier = multiplier,
                                 .shift = shift,
                                 .y_min = -128,
                                 .y_max = 127};
    ck_assert(infer("fc", &call));
    assert_both("fc", &call, want);
    call.attr = &conv;
    assert_both("conv", &call, want);
}
END_TEST

// Random cases.

static int8_t *noise(int64_t count, int32_t low)
{
    int8_t *x = ARENA_ARRAY(&arena, int8_t, (size_t)count);
    for (int64_t i = 0; i < count; i++) x[i] = (int8_t)draw(low, 127);
    return x;
}

static int32_t few(int32_t usual, int32_t most) // mostly up to `usual`, at times up to `most`
{
    return draw(1, draw(0, 3) ? usual : most);
}

static void draw_attr(struct kernel_attr *attr)
{
    int32_t groups = draw(0, 1) ? 1 : draw(1, 6);
    *attr = (struct kernel_attr){.channels = groups * few(6, 70), .groups = groups};
    for (int axis = AXIS_H; axis <= AXIS_W; axis++) {
        attr->window.kernel[axis] = few(4, 11);
        attr->window.stride[axis] = draw(1, 3);
        attr->window.dilation[axis] = few(1, 3);
        attr->window.pad_begin[axis] = draw(0, 1) ? 0 : draw(0, 4);
        attr->window.pad_end[axis] = draw(0, 1) ? 0 : draw(0, 4);
    }
}

// Either any multiplier at all, or one that brings sums of `taps` products into range.
static void draw_channels(struct int8_call *call, int64_t taps)
{
    size_t   channels = (size_t)call->attr->channels;
    bool     wild = !draw(0, 3);
    int32_t *bias = ARENA_ARRAY(&arena, int32_t, channels);
    int32_t *multiplier = ARENA_ARRAY(&arena, int32_t, channels);
    int32_t *shift = ARENA_ARRAY(&arena, int32_t, channels);
    double   typical = 70 * 70 * sqrt((double)taps);
    for (size_t o = 0; o < channels; o++) {
        int8_quantise_multiplier(60 * (0.2 + rng_uniform(&rng)) / typical, &multiplier[o],
                                 &shift[o]);
        bias[o] = draw(-(int32_t)typical, (int32_t)typical);
        if (!wild) continue;
        multiplier[o] = draw(0, INT32_MAX) >> draw(0, 30);
        shift[o] = draw(-31, 30);
        bias[o] = draw(-INT8_BIAS_MAX, INT8_BIAS_MAX) >> draw(0, 30);
    }
    call->bias = draw(0, 3) ? bias : NULL;
    call->multiplier = multiplier;
    call->shift = shift;
    call->x_zero_point = draw(-128, 127);
    call->y_zero_point = draw(0, 1) ? draw(-20, 20) : draw(-128, 127);
    call->y_min = draw(0, 1) ? -128 : draw(-128, 127);
    call->y_max = draw(0, 1) ? 127 : draw(call->y_min, 127);
}

static bool try_case(const char *type, struct kernel_attr *attr, struct int8_call *call)
{
    draw_attr(attr);
    *call = (struct int8_call){.attr = attr};
    call->in = (struct shape){attr->groups * few(6, 150), few(9, 20), few(16, 40)};
    if (!draw(0, 3)) call->in.c = attr->groups = attr->channels; // depthwise
    if (!infer(type, call)) return false;
    int64_t taps = kernel_find(type)->macs(attr, &call->in, &call->out) / outputs(call);
    if (taps > INT8_TAPS_MAX) return false;
    draw_channels(call, taps);
    call->x = noise(shape_elements(&call->in), -128);
    call->weight = noise(taps * attr->channels, draw(0, 7) ? -127 : -128);
    return true;
}

START_TEST(timed_path_is_the_reference_to_the_bit)
{
    static const char *const types[] = {"conv", "fc"};
    bool                     seen[256] = {false};
    int                      values = 0;
    for (int draw_number = 0; draw_number < DRAWS; draw_number++) {
        struct kernel_attr attr;
        struct int8_call   call;
        while (!try_case(types[_i], &attr, &call)) {
        }
        const int8_t *want = run_reference(int8_find(types[_i]), call);
        assert_both(types[_i], &call, want);
        for (int64_t i = 0; i < outputs(&call); i++) seen[want[i] + 128] = true;
        arena_rewind(&arena, (struct arena_mark){0});
    }
    for (int i = 0; i < 256; i++) values += seen[i];
    ck_assert_int_eq(values, 256); // the cases are not all saturated
}
END_TEST

// fp32.

static float *real_noise(int64_t count, double low, double high)
{
    float *x = ARENA_ARRAY(&arena, float, (size_t)count);
    for (int64_t i = 0; i < count; i++) x[i] = (float)(low + (high - low) * rng_uniform(&rng));
    return x;
}

static const float *fp32_output(const struct kernel *k, struct kernel_call call)
{
    call.y = ARENA_ARRAY(&arena, float, (size_t)shape_elements(&call.out));
    k->reference(&call);
    return call.y;
}

static struct int8_scale scale_of(const float *x, int64_t count)
{
    double low = 0, high = 0;
    for (int64_t i = 0; i < count; i++)
        low = fmin(low, (double)x[i]), high = fmax(high, (double)x[i]);
    return int8_scale_of(low, high);
}

// |y - y'| for y = sum of w x + b, each off by half a step of its scale, and the rounding of y':
// x_scale / 2 sum |w| + w_scale / 2 sum |x'| + x_scale w_scale / 2 + 3/4 y_scale (rounded to half a
// unit, before that to half of what is then divided by 2 or more). Sums over taps on the image, for
// which fp32's own reference serves: with |w| on an image of ones, and with ones on |x'|.
static void check_against_fp32(const struct kernel *k, const struct kernel_call *call,
                               int64_t weights)
{
    int64_t           inputs = shape_elements(&call->in[0]), count = shape_elements(&call->out);
    int64_t           per_channel = weights / call->attr->channels;
    const float      *want = fp32_output(k, *call);
    struct int8_scale x = scale_of(call->x[0], inputs), y = scale_of(want, count);
    struct int8_call  quantised = int8_from_float(k, call, x, y, &arena);
    const int8_t     *have = run_timed(int8_find(k->type), quantised);

    float *ones = ARENA_ARRAY(&arena, float, (size_t)(inputs + weights));
    float *x_size = ARENA_ARRAY(&arena, float, (size_t)inputs);
    float *w_size = ARENA_ARRAY(&arena, float, (size_t)weights);
    for (int64_t i = 0; i < inputs + weights; i++) ones[i] = 1;
    for (int64_t i = 0; i < weights; i++) w_size[i] = fabsf(call->weight[i]);
    for (int64_t i = 0; i < inputs; i++)
        x_size[i] = (float)(x.scale * abs(quantised.x[i] - x.zero_point));
    struct kernel_call of_weights = *call, of_inputs = *call;
    of_weights.x[0] = of_inputs.weight = ones;
    of_weights.weight = w_size, of_inputs.x[0] = x_size;
    of_weights.bias = of_inputs.bias = NULL;
    const float *sum_w = fp32_output(k, of_weights), *sum_x = fp32_output(k, of_inputs);

    for (int32_t o = 0; o < call->attr->channels; o++) {
        double w_scale = 0; // by its definition
        for (int64_t i = 0; i < per_channel; i++)
            w_scale = fmax(w_scale, (double)w_size[o * per_channel + i] / 127);
        for (int64_t p = 0; p < count / call->attr->channels; p++) {
            int64_t i = o * (count / call->attr->channels) + p;
            double  bound = x.scale / 2 * (double)sum_w[i] + w_scale / 2 * (double)sum_x[i] +
                           x.scale * w_scale / 2 + 0.75 * y.scale;
            double off = fabs(y.scale * (have[i] - y.zero_point) - (double)want[i]);
            if (!(off <= bound * (1 + 1e-5)))
                ck_abort_msg("%s: off by %g, bound %g, of %g", k->type, off, bound,
                             (double)want[i]);
        }
    }
}

START_TEST(integers_approximate_fp32_within_the_bound)
{
    const struct kernel *k = kernel_find(_i ? "fc" : "conv");
    for (int i = 0; i < 100; i++) {
        struct kernel_attr attr;
        struct kernel_call call = {.attr = &attr, .input_count = 1};
        struct err         e = {0};
        do {
            draw_attr(&attr);
            attr.bias = draw(0, 1);
            call.in[0] = (struct shape){attr.groups * few(6, 60), few(9, 20), few(16, 30)};
        } while (!k->infer(&attr, 1, call.in, &call.out, &e) ||
                 k->params(&attr, call.in) / attr.channels > INT8_TAPS_MAX);
        int64_t weights = k->params(&attr, call.in) - (attr.bias ? attr.channels : 0);
        double  low = -rng_uniform(&rng), high = rng_uniform(&rng);
        call.x[0] = real_noise(shape_elements(&call.in[0]), low, high);
        call.weight = real_noise(weights, -0.3, 0.3);
        call.bias = attr.bias ? real_noise(attr.channels, -2, 2) : NULL;
        check_against_fp32(k, &call, weights);
        arena_rewind(&arena, (struct arena_mark){0});
    }
}
END_TEST

// The vectors of ONNX: QLinearConv, QLinearMatMul, ConvInteger, MatMulInteger. Theirs are of
// unsigned 8 bits, ours the same less 128. Weights have a zero point there and span -255 to 255, so
// each becomes three of ours that add up to it, on three copies of the input. Integer outputs are
// had with a multiplier of one.

#define VECTORS "/usr/share/libonnx-testdata/data/node"
enum { COPIES = 3 };

struct tensor {
    int64_t        dim[4], count; // dim filled up with 1
    size_t         rank;
    const uint8_t *bytes;
};

static struct tensor read_tensor(const char *name, const char *which)
{
    const char *path = arena_format(&arena, VECTORS "/%s/test_data_set_0/%s.pb", name, which);
    FILE       *f = fopen(path, "rb");
    uint8_t     file[4096];
    ck_assert_msg(f != NULL, "want %s (package libonnx-testdata)", path);
    size_t size = fread(file, 1, sizeof file, f);
    fclose(f);
    Onnx__TensorProto *proto = onnx__tensor_proto__unpack(NULL, size, file);
    ck_assert_msg(proto && proto->n_dims <= 4 && proto->raw_data.len, "%s: not a tensor", path);
    struct tensor t = {.dim = {1, 1, 1, 1}, .count = 1, .rank = proto->n_dims};
    for (size_t i = 0; i < t.rank; i++) t.count *= t.dim[i] = proto->dims[i];
    uint8_t *bytes = ARENA_ARRAY(&arena, uint8_t, proto->raw_data.len);
    memcpy(bytes, proto->raw_data.data, proto->raw_data.len);
    t.bytes = bytes;
    onnx__tensor_proto__free_unpacked(proto, NULL);
    return t;
}

static float real_of(const char *name, const char *which)
{
    float x;
    memcpy(&x, read_tensor(name, which).bytes, sizeof x);
    return x;
}

static const struct onnx_case {
    const char *name;
    bool        is_conv, has_scales;
    int32_t     pad;
} onnx_cases[] = {
    {"test_basic_convinteger", true, false, 0},
    {"test_convinteger_with_padding", true, false, 1},
    {"test_convinteger_without_padding", true, false, 0},
    {"test_qlinearconv", true, true, 0},
    {"test_matmulinteger", false, false, 0},
    {"test_qlinearmatmul_2D", false, true, 0},
    {"test_qlinearmatmul_3D", false, true, 0},
};

// Element `i` of a tensor less its zero point, as a part of each copy.
static int8_t part(const struct tensor *w, int64_t i, int32_t zero_point, int32_t copy)
{
    int32_t rest = w->bytes[i] - zero_point, piece = 0;
    for (int32_t k = 0; k <= copy; k++) {
        piece = rest > 127 ? 127 : rest < -127 ? -127 : rest;
        rest -= piece;
    }
    return (int8_t)piece;
}

static void run_onnx(const struct onnx_case *c, struct int8_call *call, const struct tensor *want,
                     int64_t first)
{
    int64_t count = outputs(call);
    int8_t *y = ARENA_ARRAY(&arena, int8_t, (size_t)count);
    for (int64_t i = 0; i < count; i++) {
        int32_t value = want->bytes[first + i] - 128;
        if (!c->has_scales) memcpy(&value, want->bytes + 4 * (first + i), sizeof value);
        y[i] = (int8_t)value;
    }
    assert_both(c->is_conv ? "conv" : "fc", call, y);
}

// One image of one channel, one output channel: all that the vectors have.
static void run_onnx_conv(const struct onnx_case *c, struct int8_call *call,
                          struct kernel_attr *attr, const struct tensor *x, const struct tensor *w,
                          int32_t w_zero_point, const struct tensor *want)
{
    int8_t *in = ARENA_ARRAY(&arena, int8_t, (size_t)(COPIES * x->count));
    int8_t *weight = ARENA_ARRAY(&arena, int8_t, (size_t)(COPIES * w->count));
    ck_assert(x->rank == 4 && x->dim[0] * x->dim[1] * w->dim[0] * w->dim[1] == 1);
    for (int32_t copy = 0; copy < COPIES; copy++) {
        for (int64_t i = 0; i < x->count; i++)
            in[copy * x->count + i] = (int8_t)(x->bytes[i] - 128);
        for (int64_t i = 0; i < w->count; i++)
            weight[copy * w->count + i] = part(w, i, w_zero_point, copy);
    }
    int32_t pad = c->pad;
    *attr = (struct kernel_attr){.channels = 1,
                                 .groups = 1,
                                 .window = {{(int32_t)w->dim[2], (int32_t)w->dim[3]},
                                            {1, 1},
                                            {1, 1},
                                            {pad, pad},
                                            {pad, pad},
                                            false}};
    call->in = (struct shape){COPIES, (int32_t)x->dim[2], (int32_t)x->dim[3]};
    call->x = in;
    call->weight = weight;
    ck_assert(infer("conv", call));
    ck_assert_int_eq(outputs(call), want->count);
    run_onnx(c, call, want, 0);
}

// A matrix times a matrix, or several: one call for each row of the first.
static void run_onnx_matmul(const struct onnx_case *c, struct int8_call *call,
                            struct kernel_attr *attr, const struct tensor *x,
                            const struct tensor *w, int32_t w_zero_point, const struct tensor *want)
{
    int64_t depth = w->dim[w->rank - 2], columns = w->dim[w->rank - 1];
    int64_t rows = x->count / depth, rows_a_batch = x->dim[x->rank - 2];
    *attr = (struct kernel_attr){.channels = (int32_t)columns};
    for (int64_t row = 0; row < rows; row++) {
        int8_t *in = ARENA_ARRAY(&arena, int8_t, (size_t)(COPIES * depth));
        int8_t *weight = ARENA_ARRAY(&arena, int8_t, (size_t)(COPIES * depth * columns));
        int64_t batch = w->rank > 2 ? row / rows_a_batch : 0;
        for (int32_t copy = 0; copy < COPIES; copy++)
            for (int64_t k = 0; k < depth; k++) {
                in[copy * depth + k] = (int8_t)(x->bytes[row * depth + k] - 128);
                for (int64_t n = 0; n < columns; n++)
                    weight[(n * COPIES + copy) * depth + k] =
                        part(w, (batch * depth + k) * columns + n, w_zero_point, copy);
            }
        call->in = (struct shape){(int32_t)(COPIES * depth), 1, 1};
        call->x = in;
        call->weight = weight;
        ck_assert(infer("fc", call));
        run_onnx(c, call, want, row * columns);
    }
}

START_TEST(vectors_of_onnx_come_out)
{
    const struct onnx_case *c = &onnx_cases[_i];
    bool                    scaled = c->has_scales, matmul = !strcmp(c->name, "test_matmulinteger");
    struct tensor           x = read_tensor(c->name, "input_0");
    struct tensor           w = read_tensor(c->name, scaled ? "input_3" : "input_1");
    struct tensor           x_zero = read_tensor(c->name, "input_2");
    struct tensor           want = read_tensor(c->name, "output_0");
    int32_t                 w_zero = scaled   ? read_tensor(c->name, "input_5").bytes[0]
                                     : matmul ? read_tensor(c->name, "input_3").bytes[0]
                                              : 0;
    double                  real = 1;
    if (scaled)
        real = (double)real_of(c->name, "input_1") * (double)real_of(c->name, "input_4") /
               (double)real_of(c->name, "input_6");
    int32_t multiplier[8], shift[8];
    for (int i = 0; i < 8; i++) int8_quantise_multiplier(real, &multiplier[i], &shift[i]);
    struct kernel_attr attr;
    struct int8_call   call = {
          .attr = &attr,
          .x_zero_point = x_zero.bytes[0] - 128,
          .multiplier = multiplier,
          .shift = shift,
          .y_zero_point = scaled ? read_tensor(c->name, "input_7").bytes[0] - 128 : 0,
          .y_min = -128,
          .y_max = 127,
    };
    (c->is_conv ? run_onnx_conv : run_onnx_matmul)(c, &call, &attr, &x, &w, w_zero, &want);
}
END_TEST

// The integers know two axes: a frame left out would be a wrong number.
START_TEST(a_conv_of_frames_is_refused_by_an_assert)
{
    static const int8_t  x[2] = {1, 1}, weight[1] = {1};
    static const int32_t multiplier[1] = {1 << 30}, shift[1] = {0};
    int8_t               y[2];
    struct kernel_attr   attr = {.channels = 1, .groups = 1};
    for (int axis = 0; axis < AXIS_COUNT; axis++)
        attr.window.kernel[axis] = attr.window.stride[axis] = attr.window.dilation[axis] = 1;
    struct int8_call call = {.attr = &attr,
                             .in = {1, 1, 1, 2},
                             .x = x,
                             .weight = weight,
                             .multiplier = multiplier,
                             .shift = shift,
                             .y_min = -128,
                             .y_max = 127,
                             .y = y};
    ck_assert(infer("conv", &call));
    int8_find("conv")->prepare(&call, &arena);
}
END_TEST

Suite *int8_suite(void)
{
    Suite *s = suite_create("int8");
    TCase *tc = tcase_create("int8");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, requantised_is_the_exact_quotient_rounded_twice);
    tcase_add_test(tc, requantised_by_hand_comes_out);
    tcase_add_test(tc, multipliers_are_the_nearest_31_bits);
    tcase_add_test(tc, scales_and_weights_by_hand_come_out);
    tcase_add_loop_test(tc, cases_by_hand_come_out, 0, (int)(sizeof hands / sizeof *hands));
    tcase_add_test(tc, the_largest_sums_do_not_overflow);
    tcase_add_loop_test(tc, timed_path_is_the_reference_to_the_bit, 0, 2);
    tcase_add_loop_test(tc, integers_approximate_fp32_within_the_bound, 0, 2);
    tcase_add_test_raise_signal(tc, a_conv_of_frames_is_refused_by_an_assert, 6); // SIGABRT
    tcase_add_loop_test(tc, vectors_of_onnx_come_out, 0,
                        (int)(sizeof onnx_cases / sizeof *onnx_cases));
    suite_add_tcase(s, tc);
    return s;
}
