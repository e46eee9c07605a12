// kernels/op_maxpool.c: the largest real input under each window; padding never wins.
//
// The timed path takes the maximum down the columns (and through the frames) first, into one row,
// then along that row: kh + kw steps instead of kh kw, and the first of them is vectorised.
#include <math.h>
#include <stddef.h>

#include "kernels/op.h"

static float at_one_output(const struct kernel_call *call, int32_t c, int32_t oz, int32_t oy,
                           int32_t ox)
{
    const struct window *w = &call->attr->window;
    const struct shape  *in = &call->in[0];
    float                best = -INFINITY;
    for (int32_t kz = 0; kz < window_kernel(w, AXIS_D); kz++)
        for (int32_t ky = 0; ky < w->kernel[AXIS_H]; ky++)
            for (int32_t kx = 0; kx < w->kernel[AXIS_W]; kx++) {
                int32_t iz = window_at(w, AXIS_D, oz, kz), iy = window_at(w, AXIS_H, oy, ky),
                        ix = window_at(w, AXIS_W, ox, kx);
                if (!op_holds(in, iz, iy, ix)) continue;
                best = op_max(best, call->x[0][op_row(in, c, iz, iy) + ix]);
            }
    return best;
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

static void *prepare(const struct kernel_call *call, struct arena *a)
{
    struct op_job *job = op_prepare(call, a);
    job->scratch = op_pool_row(call, -INFINITY, a);
    return job;
}

static void output_row(const struct op_job *j, int32_t c, int32_t oz, int32_t oy, float *restrict y)
{
    const struct kernel_call *call = j->call;
    const struct window      *w = &call->attr->window;
    const struct shape       *in = &call->in[0];
    int32_t                   in_w = in->w, out_w = call->out.w, stride = w->stride[AXIS_W];
    struct span               frames = op_taps(w, AXIS_D, shape_frames(in), oz);
    struct span               rows = op_taps(w, AXIS_H, in->h, oy);
    float *restrict row = j->scratch + w->pad_begin[AXIS_W];
    for (int32_t ix = 0; ix < in_w; ix++) row[ix] = -INFINITY;
    for (int32_t kz = frames.begin; kz < frames.end; kz++)
        for (int32_t ky = rows.begin; ky < rows.end; ky++) {
            int32_t iz = window_at(w, AXIS_D, oz, kz), iy = window_at(w, AXIS_H, oy, ky);
            const float *restrict x = call->x[0] + op_row(in, c, iz, iy);
            for (int32_t ix = 0; ix < in_w; ix++) row[ix] = op_max(row[ix], x[ix]);
        }
    for (int32_t ox = 0; ox < out_w; ox++) y[ox] = -INFINITY;
    for (int32_t k = 0; k < w->kernel[AXIS_W]; k++) {
        const float *restrict x = j->scratch + (ptrdiff_t)k * w->dilation[AXIS_W];
        for (int32_t ox = 0; ox < out_w; ox++) y[ox] = op_max(y[ox], x[(ptrdiff_t)ox * stride]);
    }
}

static void run(void *job)
{
    const struct op_job *j = job;
    const struct shape  *out = &j->call->out;
    float               *y = j->call->y;
    for (int32_t c = 0; c < out->c; c++)
        for (int32_t oz = 0; oz < shape_frames(out); oz++)
            for (int32_t oy = 0; oy < out->h; oy++, y += out->w) output_row(j, c, oz, oy, y);
}

const struct kernel kernel_maxpool = {
    .type = "maxpool",
    .about = "largest input under each window",
    .source = "ONNX MaxPool-12",
    .rows = ROWS_WINDOW,
    .bits = BITS_SAME,
    .infer = op_infer_pool,
    .reference = reference,
    .prepare = prepare,
    .run = run,
    .finish = op_finish,
};
