// kernels/op_batchnorm.c: batch normalisation at inference: y = scale (x - mean) / sqrt(variance +
// epsilon) + shift per channel, mean and variance being constants learnt in training.
#include <math.h>
#include <stddef.h>

#include "kernels/op.h"

static bool infer(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e)
{
    if (!(attr->epsilon >= 0))
        return err_add(e, "epsilon: want at least 0, have %g", (double)attr->epsilon);
    return op_infer_same(attr, input_count, in, out, e);
}

static int64_t params(const struct kernel_attr *attr, const struct shape *in)
{
    (void)attr;
    return 4 * (int64_t)in->c;
}

static int64_t running_stats(const struct kernel_attr *attr, const struct shape *in)
{
    (void)attr;
    return 2 * (int64_t)in->c;
}

static void reference(const struct kernel_call *call)
{
    int32_t      channels = call->in[0].c;
    ptrdiff_t    pixels = (ptrdiff_t)shape_pixels(&call->in[0]);
    const float *scale = call->weight, *shift = scale + channels, *mean = shift + channels,
                *variance = mean + channels;
    for (int32_t c = 0; c < channels; c++) {
        double deviation = sqrt((double)variance[c] + (double)call->attr->epsilon);
        for (ptrdiff_t i = c * pixels; i < (c + 1) * pixels; i++)
            call->y[i] =
                (float)((double)scale[c] * ((double)call->x[0][i] - (double)mean[c]) / deviation +
                        (double)shift[c]);
    }
}

static void run(void *job)
{
    const struct kernel_call *call = ((const struct op_job *)job)->call;
    int32_t                   channels = call->in[0].c;
    ptrdiff_t                 pixels = (ptrdiff_t)shape_pixels(&call->in[0]);
    const float *scale = call->weight, *shift = scale + channels, *mean = shift + channels,
                *variance = mean + channels;
    for (int32_t c = 0; c < channels; c++) {
        float slope = scale[c] / sqrtf(variance[c] + call->attr->epsilon), centre = mean[c],
              offset = shift[c];
        const float *restrict x = call->x[0] + c * pixels;
        float *restrict y = call->y + c * pixels;
        for (ptrdiff_t i = 0; i < pixels; i++) y[i] = (x[i] - centre) * slope + offset;
    }
}

const struct kernel kernel_batchnorm = {
    .type = "batchnorm",
    .about = "scale and shift per channel by learnt statistics",
    .source = "ONNX BatchNormalization-15 with training_mode = 0",
    .rows = ROWS_SAME,
    .infer = infer,
    .params = params,
    .running_stats = running_stats,
    .reference = reference,
    .prepare = op_prepare,
    .run = run,
    .finish = op_finish,
};
