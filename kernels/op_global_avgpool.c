// kernels/op_global_avgpool.c: the mean of each channel.
#include <stddef.h>

#include "kernels/op.h"

static bool infer(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e)
{
    (void)attr;
    if (!op_one_input(input_count, in, e)) return false;
    *out = (struct shape){in->c, 1, 1, in->d ? 1 : 0};
    return true;
}

static void reference(const struct kernel_call *call)
{
    ptrdiff_t    pixels = (ptrdiff_t)shape_pixels(&call->in[0]);
    const float *x = call->x[0];
    for (int32_t c = 0; c < call->out.c; c++) {
        double sum = 0;
        for (ptrdiff_t i = 0; i < pixels; i++) sum += (double)*x++;
        call->y[c] = (float)(sum / (double)pixels);
    }
}

enum { SUMS = 16 }; // kept apart, so that the compiler may vectorise without reordering one sum

static void run(void *job)
{
    const struct kernel_call *call = ((const struct op_job *)job)->call;
    ptrdiff_t                 pixels = (ptrdiff_t)shape_pixels(&call->in[0]);
    for (int32_t c = 0; c < call->out.c; c++) {
        const float *x = call->x[0] + c * pixels;
        float        sums[SUMS] = {0}, total = 0;
        ptrdiff_t    i = 0;
        for (; i + SUMS <= pixels; i += SUMS)
            for (int s = 0; s < SUMS; s++) sums[s] += x[i + s];
        for (; i < pixels; i++) total += x[i];
        for (int s = 0; s < SUMS; s++) total += sums[s];
        call->y[c] = total / (float)pixels;
    }
}

const struct kernel kernel_global_avgpool = {
    .type = "global_avgpool",
    .about = "mean of each channel",
    .source = "ONNX GlobalAveragePool-1",
    .rows = ROWS_NONE,
    .infer = infer,
    .reference = reference,
    .prepare = op_prepare,
    .run = run,
    .finish = op_finish,
};
