// kernels/op_avgpool.c: the mean under each window: of the real inputs, or, with count_include_pad,
// of these and the zeros of the padding. What a last window of ceil mode covers past the padding
// counts in neither.
//
// The timed path sums as maxpool does, columns first.
#include <stddef.h>

#include "kernels/op.h"

// Positions of the window along one axis that the mean divides by.
static int32_t counted(const struct kernel_attr *attr, int axis, int32_t in, int32_t out)
{
    if (!attr->count_include_pad) return window_taps(&attr->window, axis, in, out);
    struct window padded = attr->window; // the padding taken for inputs
    padded.pad_begin[axis] = 0;
    return window_taps(&padded, axis,
                       in + attr->window.pad_begin[axis] + attr->window.pad_end[axis], out);
}

static float at_one_output(const struct kernel_call *call, const float *plane, int32_t oy,
                           int32_t ox)
{
    const struct window *w = &call->attr->window;
    double               sum = 0;
    for (int32_t ky = 0; ky < w->kernel[AXIS_H]; ky++)
        for (int32_t kx = 0; kx < w->kernel[AXIS_W]; kx++) {
            int32_t iy = oy * w->stride[AXIS_H] - w->pad_begin[AXIS_H] + ky * w->dilation[AXIS_H];
            int32_t ix = ox * w->stride[AXIS_W] - w->pad_begin[AXIS_W] + kx * w->dilation[AXIS_W];
            if (iy < 0 || iy >= call->in[0].h || ix < 0 || ix >= call->in[0].w) continue;
            sum += (double)plane[(ptrdiff_t)iy * call->in[0].w + ix];
        }
    return (float)(sum / counted(call->attr, AXIS_H, call->in[0].h, oy) /
                   counted(call->attr, AXIS_W, call->in[0].w, ox));
}

static void reference(const struct kernel_call *call)
{
    ptrdiff_t plane = (ptrdiff_t)call->in[0].h * call->in[0].w;
    float    *y = call->y;
    for (int32_t c = 0; c < call->out.c; c++)
        for (int32_t oy = 0; oy < call->out.h; oy++)
            for (int32_t ox = 0; ox < call->out.w; ox++)
                *y++ = at_one_output(call, call->x[0] + c * plane, oy, ox);
}

struct job {
    const struct kernel_call *call;
    float                    *row;     // [input width with padding] sums down the columns
    float                    *share_h; // [out.h] 1 / rows counted
    float                    *share_w; // [out.w] 1 / columns counted
};

static void *prepare(const struct kernel_call *call, struct arena *a)
{
    struct job *j = ARENA_ARRAY(a, struct job, 1);
    j->call = call;
    j->row = op_pool_row(call, 0, a);
    j->share_h = ARENA_ARRAY(a, float, (size_t)call->out.h);
    j->share_w = ARENA_ARRAY(a, float, (size_t)call->out.w);
    for (int32_t oy = 0; oy < call->out.h; oy++)
        j->share_h[oy] = 1.0f / (float)counted(call->attr, AXIS_H, call->in[0].h, oy);
    for (int32_t ox = 0; ox < call->out.w; ox++)
        j->share_w[ox] = 1.0f / (float)counted(call->attr, AXIS_W, call->in[0].w, ox);
    return j;
}

static void run(void *job)
{
    const struct job         *j = job;
    const struct kernel_call *call = j->call;
    const struct window      *w = &call->attr->window;
    int32_t                   in_w = call->in[0].w, out_w = call->out.w, stride = w->stride[AXIS_W];
    float *restrict y = call->y;
    for (int32_t c = 0; c < call->out.c; c++)
        for (int32_t oy = 0; oy < call->out.h; oy++, y += out_w) {
            struct span rows = op_taps(w, AXIS_H, call->in[0].h, oy);
            int64_t     from = op_pool_offset(call, c, oy);
            float *restrict row = j->row + w->pad_begin[AXIS_W];
            for (int32_t ix = 0; ix < in_w; ix++) row[ix] = 0;
            for (int32_t k = rows.begin; k < rows.end; k++) {
                const float *restrict x =
                    call->x[0] + from + (int64_t)k * w->dilation[AXIS_H] * in_w;
                for (int32_t ix = 0; ix < in_w; ix++) row[ix] += x[ix];
            }
            for (int32_t ox = 0; ox < out_w; ox++) y[ox] = 0;
            for (int32_t k = 0; k < w->kernel[AXIS_W]; k++) {
                const float *restrict x = j->row + (ptrdiff_t)k * w->dilation[AXIS_W];
                for (int32_t ox = 0; ox < out_w; ox++) y[ox] += x[(ptrdiff_t)ox * stride];
            }
            for (int32_t ox = 0; ox < out_w; ox++) y[ox] *= j->share_h[oy] * j->share_w[ox];
        }
}

const struct kernel kernel_avgpool = {
    .type = "avgpool",
    .about = "mean of the inputs under each window",
    .source = "ONNX AveragePool-11",
    .rows = ROWS_WINDOW,
    .infer = op_infer_pool,
    .reference = reference,
    .prepare = prepare,
    .run = run,
    .finish = op_finish,
};
