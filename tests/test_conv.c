// tests/test_conv.c: convolution against an oracle that scatters: depthwise, with several outputs a
// channel, in two and three dimensions, strided, with padding "same" and with any other.
//
// The kernels gather: an output adds up the inputs under its window. The oracle goes the other way:
// each input gives its product with each weight to the output that this weight falls on, if there
// is one, found by dividing. It shares no index arithmetic with them.
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "kernels/kernel.h"

Suite *conv_suite(void);

enum { DRAWS = 250 };

static struct arena arena;
static struct rng   rng;

static void setup(void)
{
    arena = (struct arena){0};
    rng_init(&rng, 3, 0, "test_conv", 0);
}

static void teardown(void)
{
    arena_free(&arena);
}

static int32_t draw(int32_t low, int32_t high)
{
    return low + (int32_t)rng_below(&rng, (uint64_t)high - (uint64_t)low + 1);
}

static const float *noise(int64_t count)
{
    float *x = ARENA_ARRAY(&arena, float, (size_t)count);
    for (int64_t i = 0; i < count; i++) x[i] = (float)(2 * rng_uniform(&rng) - 1);
    return x;
}

// The output that kernel position k of input i falls on, or -1.
static int32_t target(const struct window *w, int axis, int32_t out, int32_t i, int32_t k)
{
    int32_t stride = window_stride(w, axis);
    int32_t at = i + w->pad_begin[axis] - k * window_dilation(w, axis);
    return at >= 0 && at % stride == 0 && at / stride < out ? at / stride : -1;
}

struct place {
    int32_t c, z, y, x;
};

// What one input gives to one output channel.
static void scatter(const struct kernel_call *call, struct place p, int32_t oc, const float *weight,
                    double x, double *sum)
{
    const struct window *w = &call->attr->window;
    const struct shape  *out = &call->out;
    int32_t              kernel_h = w->kernel[AXIS_H], kernel_w = w->kernel[AXIS_W];
    for (int32_t k = 0; k < (int32_t)window_size(w); k++) {
        int32_t oz = target(w, AXIS_D, shape_frames(out), p.z, k / (kernel_h * kernel_w));
        int32_t oy = target(w, AXIS_H, out->h, p.y, k / kernel_w % kernel_h);
        int32_t ox = target(w, AXIS_W, out->w, p.x, k % kernel_w);
        if (oz < 0 || oy < 0 || ox < 0) continue;
        sum[(((int64_t)oc * shape_frames(out) + oz) * out->h + oy) * out->w + ox] +=
            x * (double)weight[k];
    }
}

static double *oracle(const struct kernel_call *call)
{
    const struct shape *in = &call->in[0];
    int32_t             groups = call->attr->groups, group_in = in->c / groups,
            group_out = call->out.c / groups;
    int64_t      taps = window_size(&call->attr->window), i = 0;
    double      *sum = ARENA_ARRAY(&arena, double, (size_t)shape_elements(&call->out));
    struct place p;
    for (int32_t oc = 0; oc < call->out.c; oc++)
        for (int64_t k = 0; k < shape_pixels(&call->out) && call->bias; k++)
            sum[oc * shape_pixels(&call->out) + k] = (double)call->bias[oc];
    for (p.c = 0; p.c < in->c; p.c++)
        for (p.z = 0; p.z < shape_frames(in); p.z++)
            for (p.y = 0; p.y < in->h; p.y++)
                for (p.x = 0; p.x < in->w; p.x++, i++)
                    for (int32_t o = 0; o < group_out; o++) {
                        int32_t oc = p.c / group_in * group_out + o;
                        scatter(call, p, oc,
                                call->weight + ((int64_t)oc * group_in + p.c % group_in) * taps,
                                (double)call->x[0][i], sum);
                    }
    return sum;
}

static void assert_is(const char *what, const float *have, const double *want, int64_t count)
{
    double most = 1e-30;
    for (int64_t i = 0; i < count; i++) most = fmax(most, fabs(want[i]));
    for (int64_t i = 0; i < count; i++)
        if (!(fabs((double)have[i] - want[i]) <= 1e-5 * most))
            ck_abort_msg("%s: element %lld of %lld: have %g, want %g", what, (long long)i,
                         (long long)count, (double)have[i], want[i]);
}

static void check_call(struct kernel_call *call)
{
    const struct kernel *k = kernel_find("conv");
    const char          *isas[KERNEL_MAX_ISAS];
    struct err           e = {0};
    ck_assert_msg(k->infer(call->attr, 1, call->in, &call->out, &e), "%s", e.text);
    int64_t       count = shape_elements(&call->out);
    const double *want = oracle(call);
    call->y = ARENA_ARRAY(&arena, float, (size_t)count);
    k->reference(call);
    assert_is("reference", call->y, want, count);
    for (uint32_t i = 0, n = kernel_isa_list(isas); i < n; i++) {
        ck_assert_msg(kernel_isa_choose(isas[i], &e), "%s", e.text);
        void *job = k->prepare(call, &arena);
        k->run(job);
        k->finish(job);
        assert_is(isas[i], call->y, want, count);
    }
}

// Padding "same" of one axis, by its definition: in / stride outputs upwards.
static void same(struct window *w, int axis, int32_t in)
{
    int32_t out = (int32_t)ceil((double)in / w->stride[axis]);
    int32_t missing = (out - 1) * w->stride[axis] + window_reach(w, axis) - in;
    w->pad_begin[axis] = missing > 0 ? missing / 2 : 0;
    w->pad_end[axis] = missing > 0 ? (missing + 1) / 2 : 0;
}

static void draw_call(struct kernel_attr *attr, struct kernel_call *call, bool has_frames,
                      int32_t multiplier)
{
    int32_t channels = draw(0, 3) ? draw(1, 12) : draw(13, 70);
    *attr = (struct kernel_attr){.bias = draw(0, 1)};
    *call = (struct kernel_call){.attr = attr, .input_count = 1};
    attr->groups = multiplier ? channels : 1;
    attr->channels = multiplier ? channels * multiplier : draw(1, 20);
    call->in[0] = (struct shape){channels, draw(5, 14), draw(5, 20), has_frames ? draw(3, 6) : 0};
    const int32_t size[AXIS_COUNT] = {call->in[0].h, call->in[0].w, call->in[0].d};
    bool          is_same = draw(0, 1);
    for (int axis = 0; axis < (has_frames ? 3 : 2); axis++) {
        attr->window.kernel[axis] = draw(1, 3);
        attr->window.stride[axis] = draw(1, 2);
        attr->window.dilation[axis] = draw(0, 3) ? 1 : 2;
        attr->window.pad_begin[axis] = draw(0, 2);
        attr->window.pad_end[axis] = draw(0, 2);
        if (is_same) same(&attr->window, axis, size[axis]);
        if (window_out(&attr->window, axis, size[axis]) < 1) attr->window.dilation[axis] = 1;
    }
    call->x[0] = noise(shape_elements(&call->in[0]));
    call->weight =
        noise((int64_t)attr->channels * (channels / attr->groups) * window_size(&attr->window));
    call->bias = attr->bias ? noise(attr->channels) : NULL;
}

// _i: outputs of each input channel; 0: an ungrouped convolution. Every second one has frames.
START_TEST(convolutions_equal_the_scattering_oracle)
{
    for (int i = 0; i < DRAWS; i++) {
        struct kernel_attr attr;
        struct kernel_call call;
        draw_call(&attr, &call, i % 2, _i);
        check_call(&call);
        arena_rewind(&arena, (struct arena_mark){0});
    }
}
END_TEST

// Xception's: 3 x 3, stride 1, 728 channels of 19 x 19, and the strided ones of MobileNet's kind,
// whose 74 columns need one cell of padding at the end alone.
START_TEST(the_depthwise_layers_of_real_networks_equal_the_oracle)
{
    static const struct {
        int32_t channels, side, stride, multiplier, begin, end;
    } layers[] = {
        {728, 19, 1, 1, 1, 1}, {32, 74, 2, 1, 0, 1}, {96, 37, 2, 2, 1, 1}, {3, 74, 2, 8, 0, 1}};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        int32_t            c = layers[i].channels, side = layers[i].side, s = layers[i].stride;
        struct kernel_attr attr = {.channels = c * layers[i].multiplier, .groups = c};
        for (int axis = AXIS_H; axis <= AXIS_W; axis++) {
            attr.window.kernel[axis] = 3, attr.window.dilation[axis] = 1;
            attr.window.stride[axis] = s;
            same(&attr.window, axis, side);
            ck_assert_int_eq(attr.window.pad_begin[axis], layers[i].begin);
            ck_assert_int_eq(attr.window.pad_end[axis], layers[i].end);
        }
        struct kernel_call call = {.attr = &attr, .input_count = 1, .in = {{c, side, side}}};
        call.x[0] = noise(shape_elements(&call.in[0]));
        call.weight = noise((int64_t)attr.channels * 9);
        check_call(&call);
        ck_assert_int_eq(call.out.h, (side + s - 1) / s);
        arena_rewind(&arena, (struct arena_mark){0});
    }
}
END_TEST

Suite *conv_suite(void)
{
    Suite *s = suite_create("conv");
    TCase *tc = tcase_create("conv");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, convolutions_equal_the_scattering_oracle, 0, 4);
    tcase_add_test(tc, the_depthwise_layers_of_real_networks_equal_the_oracle);
    suite_add_tcase(s, tc);
    return s;
}
