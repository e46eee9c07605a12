// kernels/op_maxpool.c: the largest real input under each window; padding never wins.
//
// The timed path takes the maximum down the columns first, into one row, then along that row: kh +
// kw steps instead of kh kw, and the first of them is vectorised.
#include <math.h>
#include <stddef.h>

#include "kernels/op.h"

static float at_one_output(const struct kernel_call *call, const float *plane, int32_t oy,
                           int32_t ox)
{
    const struct window *w = &call->attr->window;
    float                best = -INFINITY;
    for (int32_t ky = 0; ky < w->kernel[AXIS_H]; ky++)
        for (int32_t kx = 0; kx < w->kernel[AXIS_W]; kx++) {
            int32_t iy = oy * w->stride[AXIS_H] - w->pad_begin[AXIS_H] + ky * w->dilation[AXIS_H];
            int32_t ix = ox * w->stride[AXIS_W] - w->pad_begin[AXIS_W] + kx * w->dilation[AXIS_W];
            if (iy < 0 || iy >= call->in[0].h || ix < 0 || ix >= call->in[0].w) continue;
            best = op_max(best, plane[(ptrdiff_t)iy * call->in[0].w + ix]);
        }
    return best;
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

static void *prepare(const struct kernel_call *call, struct arena *a)
{
    struct op_job *job = op_prepare(call, a);
    job->scratch = op_pool_row(call, -INFINITY, a);
    return job;
}

static void run(void *job)
{
    const struct op_job      *j = job;
    const struct kernel_call *call = j->call;
    const struct window      *w = &call->attr->window;
    int32_t                   in_w = call->in[0].w, out_w = call->out.w, stride = w->stride[AXIS_W];
    float *restrict y = call->y;
    for (int32_t c = 0; c < call->out.c; c++)
        for (int32_t oy = 0; oy < call->out.h; oy++, y += out_w) {
            struct span rows = op_taps(w, AXIS_H, call->in[0].h, oy);
            int64_t     from = op_pool_offset(call, c, oy);
            float *restrict row = j->scratch + w->pad_begin[AXIS_W];
            for (int32_t ix = 0; ix < in_w; ix++) row[ix] = -INFINITY;
            for (int32_t k = rows.begin; k < rows.end; k++) {
                const float *restrict x =
                    call->x[0] + from + (int64_t)k * w->dilation[AXIS_H] * in_w;
                for (int32_t ix = 0; ix < in_w; ix++) row[ix] = op_max(row[ix], x[ix]);
            }
            for (int32_t ox = 0; ox < out_w; ox++) y[ox] = -INFINITY;
            for (int32_t k = 0; k < w->kernel[AXIS_W]; k++) {
                const float *restrict x = j->scratch + (ptrdiff_t)k * w->dilation[AXIS_W];
                for (int32_t ox = 0; ox < out_w; ox++)
                    y[ox] = op_max(y[ox], x[(ptrdiff_t)ox * stride]);
            }
        }
}

const struct kernel kernel_maxpool = {
    .type = "maxpool",
    .about = "largest input under each window",
    .source = "ONNX MaxPool-12",
    .rows = ROWS_WINDOW,
    .infer = op_infer_pool,
    .reference = reference,
    .prepare = prepare,
    .run = run,
    .finish = op_finish,
};
