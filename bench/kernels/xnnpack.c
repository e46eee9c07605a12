// bench/kernels/xnnpack.c: operators of XNNPACK, on tensors in H, W, C order. Its creation of an
// operator packs the weights.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <xnnpack.h>

#include "bench/kernels/bench.h"

static void must(enum xnn_status status, const char *what)
{
    if (status == xnn_status_success) return;
    fprintf(stderr, "bench-kernels: XNNPACK: %s: status %d\n", what, (int)status);
    exit(1);
}

const char *xnnpack_start(void)
{
    must(xnn_initialize(NULL), "initialise");
    return "XNNPACK, instruction set of its choice";
}

struct job {
    const struct work *work;
    xnn_operator_t     operator;
    float             *x, *y; // [h][w][c]
};

// To [pixels][channels] from [channels][pixels].
static void transpose(const float *from, int64_t channels, int64_t pixels, float *to)
{
    for (int64_t c = 0; c < channels; c++)
        for (int64_t p = 0; p < pixels; p++) to[p * channels + c] = *from++;
}

static float *tensor(const struct shape *s, struct arena *a)
{
    return arena_array(a, 1, (size_t)shape_elements(s) * sizeof(float) + XNN_EXTRA_BYTES);
}

static void create_conv(struct job *j, struct arena *a)
{
    const struct kernel_call *c = &j->work->call;
    const struct window      *w = &c->attr->window;
    uint32_t                  groups = (uint32_t)c->attr->groups;
    size_t                    in = (size_t)c->in[0].c, out = (size_t)c->out.c;
    int64_t                   inner = c->in[0].c / c->attr->groups;
    int64_t                   taps = (int64_t)w->kernel[AXIS_H] * w->kernel[AXIS_W];
    float *kernel = ARENA_ARRAY(a, float, out *(size_t)(inner * taps)); // [out][kh][kw][in]
    for (int64_t oc = 0; oc < c->out.c; oc++)
        transpose(c->weight + oc * inner * taps, inner, taps, kernel + oc * inner * taps);
    must(xnn_create_convolution2d_nhwc_f32(
             (uint32_t)w->pad_begin[AXIS_H], (uint32_t)w->pad_end[AXIS_W],
             (uint32_t)w->pad_end[AXIS_H], (uint32_t)w->pad_begin[AXIS_W],
             (uint32_t)w->kernel[AXIS_H], (uint32_t)w->kernel[AXIS_W], (uint32_t)w->stride[AXIS_H],
             (uint32_t)w->stride[AXIS_W], (uint32_t)w->dilation[AXIS_H],
             (uint32_t)w->dilation[AXIS_W], groups, in / groups, out / groups, in, out, kernel,
             c->bias, -INFINITY, INFINITY, 0, &j->operator),
         "convolution");
    must(xnn_setup_convolution2d_nhwc_f32(j->operator, 1, (size_t)c->in[0].h, (size_t)c->in[0].w,
                                          j->x, j->y, NULL),
         "convolution");
}

static void create_fc(struct job *j)
{
    const struct kernel_call *c = &j->work->call;
    size_t                    in = (size_t)shape_elements(&c->in[0]), out = (size_t)c->out.c;
    must(xnn_create_fully_connected_nc_f32(in, out, in, out, c->weight, c->bias, -INFINITY,
                                           INFINITY, 0, &j->operator),
         "fully connected");
    must(xnn_setup_fully_connected_nc_f32(j->operator, 1, j->x, j->y, NULL), "fully connected");
}

static void *prepare(const struct work *w, struct arena *a)
{
    struct job         *j = ARENA_ARRAY(a, struct job, 1);
    const struct shape *in = &w->call.in[0];
    j->work = w;
    j->x = tensor(in, a);
    j->y = tensor(&w->call.out, a);
    if (w->is_fc) { // the weights are for a vector in C, H, W order
        transpose(w->call.x[0], shape_elements(in), 1, j->x);
        create_fc(j);
    } else {
        transpose(w->call.x[0], in->c, (int64_t)in->h * in->w, j->x);
        create_conv(j, a);
    }
    return j;
}

static void run(void *job)
{
    must(xnn_run_operator(((struct job *)job)->operator, NULL), "run");
}

static void finish(void *job)
{
    struct job         *j = job;
    const struct shape *out = &j->work->call.out;
    transpose(j->y, (int64_t)out->h * out->w, out->c, j->work->call.y);
    xnn_delete_operator(j->operator);
}

const struct contender xnnpack = {"XNNPACK", false, prepare, run, finish, NULL};
