// kernels/op_leaky_relu.c: x where it is positive, slope x where it is negative.
#include <math.h>

#include "kernels/op.h"

static bool infer(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e)
{
    if (!isfinite(attr->slope))
        return err_add(e, "slope: want a number, have %g", (double)attr->slope);
    return op_infer_same(attr, input_count, in, out, e);
}

static void reference(const struct kernel_call *call)
{
    int64_t count = shape_elements(&call->out);
    for (int64_t i = 0; i < count; i++) {
        float x = call->x[0][i];
        call->y[i] = x < 0 ? call->attr->slope * x : x;
    }
}

static void run(void *job)
{
    const struct kernel_call *call = ((const struct op_job *)job)->call;
    int64_t                   count = shape_elements(&call->out);
    float                     slope = call->attr->slope;
    const float *restrict x = call->x[0];
    float *restrict y = call->y;
    for (int64_t i = 0; i < count; i++) y[i] = x[i] < 0 ? slope * x[i] : x[i];
}

const struct kernel kernel_leaky_relu = {
    .type = "leaky_relu",
    .about = "negative inputs are scaled by a small slope",
    .source = "ONNX LeakyRelu-16 (its alpha is our slope)",
    .rows = ROWS_SAME,
    .infer = infer,
    .reference = reference,
    .prepare = op_prepare,
    .run = run,
    .finish = op_finish,
};
