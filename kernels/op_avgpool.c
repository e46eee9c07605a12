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

static float at_one_output(const struct kernel_call *call, int32_t c, int32_t oz, int32_t oy,
                           int32_t ox)
{
    const struct window *w = &call->attr->window;
    const struct shape  *in = &call->in[0];
    double               sum = 0;
    for (int32_t kz = 0; kz < window_kernel(w, AXIS_D); kz++)
        for (int32_t ky = 0; ky < w->kernel[AXIS_H]; ky++)
            for (int32_t kx = 0; kx < w->kernel[AXIS_W]; kx++) {
                int32_t iz = window_at(w, AXIS_D, oz, kz), iy = window_at(w, AXIS_H, oy, ky),
                        ix = window_at(w, AXIS_W, ox, kx);
                if (!op_holds(in, iz, iy, ix)) continue;
                sum += (double)call->x[0][op_row(in, c, iz, iy) + ix];
            }
    return (float)(sum / counted(call->attr, AXIS_D, shape_frames(in), oz) /
                   counted(call->attr, AXIS_H, in->h, oy) / counted(call->attr, AXIS_W, in->w, ox));
}

static void reference(const struct kernel_call *call)
{
    float *y = call->y;
    for (int32_t c = 0; c < call->out.c; c++)
        for (int32_t oz = 0; oz < shape_frames(&call->out); oz++)
            for (int32_t oy = 0; oy < call->out.h; oy++)
                for (int32_t ox = 0; ox < call->out.w; ox++)
                    *y++ = at_one_output(call, c, oz, oy, ox);
}

struct job {
    const struct kernel_call *call;
    float                    *row;               // [input width with padding] sums down the columns
    float                    *share[AXIS_COUNT]; // [outputs along the axis] 1 / inputs counted
};

static float *shares(const struct kernel_call *call, int axis, int32_t in, int32_t out,
                     struct arena *a)
{
    float *share = ARENA_ARRAY(a, float, (size_t)out);
    for (int32_t o = 0; o < out; o++) share[o] = 1.0f / (float)counted(call->attr, axis, in, o);
    return share;
}

static void *prepare(const struct kernel_call *call, struct arena *a)
{
    const struct shape *in = &call->in[0], *out = &call->out;
    struct job         *j = ARENA_ARRAY(a, struct job, 1);
    j->call = call;
    j->row = op_pool_row(call, 0, a);
    j->share[AXIS_D] = shares(call, AXIS_D, shape_frames(in), shape_frames(out), a);
    j->share[AXIS_H] = shares(call, AXIS_H, in->h, out->h, a);
    j->share[AXIS_W] = shares(call, AXIS_W, in->w, out->w, a);
    return j;
}

static void output_row(const struct job *j, int32_t c, int32_t oz, int32_t oy, float *restrict y)
{
    const struct kernel_call *call = j->call;
    const struct window      *w = &call->attr->window;
    const struct shape       *in = &call->in[0];
    int32_t                   in_w = in->w, out_w = call->out.w, stride = w->stride[AXIS_W];
    struct span               frames = op_taps(w, AXIS_D, shape_frames(in), oz);
    struct span               rows = op_taps(w, AXIS_H, in->h, oy);
    float                     share = j->share[AXIS_D][oz] * j->share[AXIS_H][oy];
    float *restrict row = j->row + w->pad_begin[AXIS_W];
    for (int32_t ix = 0; ix < in_w; ix++) row[ix] = 0;
    for (int32_t kz = frames.begin; kz < frames.end; kz++)
        for (int32_t ky = rows.begin; ky < rows.end; ky++) {
            int32_t iz = window_at(w, AXIS_D, oz, kz), iy = window_at(w, AXIS_H, oy, ky);
            const float *restrict x = call->x[0] + op_row(in, c, iz, iy);
            for (int32_t ix = 0; ix < in_w; ix++) row[ix] += x[ix];
        }
    for (int32_t ox = 0; ox < out_w; ox++) y[ox] = 0;
    for (int32_t k = 0; k < w->kernel[AXIS_W]; k++) {
        const float *restrict x = j->row + (ptrdiff_t)k * w->dilation[AXIS_W];
        for (int32_t ox = 0; ox < out_w; ox++) y[ox] += x[(ptrdiff_t)ox * stride];
    }
    for (int32_t ox = 0; ox < out_w; ox++) y[ox] *= share * j->share[AXIS_W][ox];
}

static void run(void *job)
{
    const struct job   *j = job;
    const struct shape *out = &j->call->out;
    float              *y = j->call->y;
    for (int32_t c = 0; c < out->c; c++)
        for (int32_t oz = 0; oz < shape_frames(out); oz++)
            for (int32_t oy = 0; oy < out->h; oy++, y += out->w) output_row(j, c, oz, oy, y);
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
