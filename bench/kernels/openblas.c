// bench/kernels/openblas.c: im2col and sgemm of OpenBLAS, as many frameworks of their time did.
#include <cblas.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/kernels/bench.h"

// GSL brings a slow library with the same names, and links decide which of the two is called.
const char *openblas_start(struct arena *a)
{
    Dl_info info;
    if (!dladdr((void *)(uintptr_t)cblas_sgemm, &info) || !strstr(info.dli_fname, "openblas")) {
        fprintf(stderr, "bench-kernels: want cblas_sgemm from OpenBLAS\n");
        exit(1);
    }
    openblas_set_num_threads(1);
    return arena_format(a, "%s on %s", openblas_get_config(), openblas_get_corename());
}

struct job {
    const struct work *work;
    int32_t depth, pixels; // of the product, per group: [channels][depth] [depth][pixels]
    float  *columns;       // [depth][pixels]; NULL: the input is that already
};

static void *prepare(const struct work *w, struct arena *a)
{
    struct job               *j = ARENA_ARRAY(a, struct job, 1);
    const struct kernel_attr *attr = w->call.attr;
    const struct window      *win = &attr->window;
    j->work = w;
    if (w->is_fc) return j;
    int32_t taps = win->kernel[AXIS_H] * win->kernel[AXIS_W];
    j->depth = w->call.in[0].c / attr->groups * taps;
    j->pixels = w->call.out.h * w->call.out.w;
    if (taps > 1 || win->stride[AXIS_H] > 1 || win->stride[AXIS_W] > 1 ||
        j->pixels != w->call.in[0].h * w->call.in[0].w)
        j->columns = ARENA_ARRAY(a, float, (size_t)j->depth *(size_t)j->pixels);
    return j;
}

static int32_t clamp(int32_t x, int32_t least, int32_t most)
{
    return x < least ? least : x > most ? most : x;
}

// The outputs of a row whose kernel column `kx` falls on real inputs.
static struct span real_outputs(const struct kernel_call *c, int32_t kx)
{
    const struct window *w = &c->attr->window;
    int32_t first = kx * w->dilation[AXIS_W] - w->pad_begin[AXIS_W], s = w->stride[AXIS_W];
    int32_t begin = first < 0 ? (-first + s - 1) / s : 0;
    int32_t end = first < c->in[0].w ? (c->in[0].w - first + s - 1) / s : 0;
    return (struct span){clamp(begin, 0, c->out.w), clamp(end, 0, c->out.w)};
}

// One row of one tap: out.w inputs from `x`, the row that the tap falls on.
static void gather_row(const struct kernel_call *c, const float *x, int32_t kx, struct span real,
                       float *to)
{
    const struct window *w = &c->attr->window;
    int32_t              stride = w->stride[AXIS_W];
    ptrdiff_t            first = (ptrdiff_t)kx * w->dilation[AXIS_W] - w->pad_begin[AXIS_W];
    for (int32_t i = 0; i < real.begin; i++) to[i] = 0;
    if (stride == 1 && real.begin < real.end)
        memcpy(to + real.begin, x + real.begin + first,
               (size_t)(real.end - real.begin) * sizeof *to);
    else
        for (int32_t i = real.begin; i < real.end; i++) to[i] = x[(ptrdiff_t)i * stride + first];
    for (int32_t i = real.end; i < c->out.w; i++) to[i] = 0;
}

static void im2col(const struct kernel_call *c, int32_t group, float *to)
{
    const struct window *w = &c->attr->window;
    const struct shape  *in = &c->in[0];
    int32_t              channels = in->c / c->attr->groups;
    for (int32_t channel = group * channels; channel < (group + 1) * channels; channel++)
        for (int32_t ky = 0; ky < w->kernel[AXIS_H]; ky++)
            for (int32_t kx = 0; kx < w->kernel[AXIS_W]; kx++) {
                struct span real = real_outputs(c, kx);
                for (int32_t oy = 0; oy < c->out.h; oy++, to += c->out.w) {
                    int32_t iy =
                        oy * w->stride[AXIS_H] - w->pad_begin[AXIS_H] + ky * w->dilation[AXIS_H];
                    if (iy < 0 || iy >= in->h)
                        memset(to, 0, (size_t)c->out.w * sizeof *to);
                    else
                        gather_row(c, c->x[0] + ((ptrdiff_t)channel * in->h + iy) * in->w, kx, real,
                                   to);
                }
            }
}

static void run_fc(const struct kernel_call *c)
{
    int features = (int)shape_elements(&c->in[0]);
    if (c->bias) memcpy(c->y, c->bias, (size_t)c->out.c * sizeof *c->y);
    cblas_sgemv(CblasRowMajor, CblasNoTrans, c->out.c, features, 1, c->weight, features, c->x[0], 1,
                c->bias ? 1 : 0, c->y, 1);
}

static void run(void *job)
{
    const struct job         *j = job;
    const struct kernel_call *c = &j->work->call;
    if (j->work->is_fc) {
        run_fc(c);
        return;
    }
    int32_t channels = c->out.c / c->attr->groups;
    for (int32_t group = 0; group < c->attr->groups; group++) {
        ptrdiff_t    first = (ptrdiff_t)group * channels;
        float       *y = c->y + first * j->pixels;
        const float *x = c->x[0] + (ptrdiff_t)group * j->depth * j->pixels;
        if (j->columns) im2col(c, group, j->columns);
        for (int32_t i = 0; c->bias && i < channels; i++)
            for (int32_t p = 0; p < j->pixels; p++)
                y[(ptrdiff_t)i * j->pixels + p] = c->bias[first + i];
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, channels, j->pixels, j->depth, 1,
                    c->weight + first * j->depth, j->depth, j->columns ? j->columns : x, j->pixels,
                    c->bias ? 1 : 0, y, j->pixels);
    }
}

static void finish(void *job)
{
    (void)job; // y is in its order already
}

const struct contender openblas = {"OpenBLAS", true, prepare, run, finish, NULL};
