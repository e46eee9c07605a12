// kernels/op_relu.c: max(x, 0).
#include "kernels/op.h"

static void reference(const struct kernel_call *call)
{
    int64_t count = shape_elements(&call->out);
    for (int64_t i = 0; i < count; i++) call->y[i] = op_max(call->x[0][i], 0);
}

static void run(void *job)
{
    const struct kernel_call *call = ((const struct op_job *)job)->call;
    int64_t                   count = shape_elements(&call->out);
    const float *restrict x = call->x[0];
    float *restrict y = call->y;
    for (int64_t i = 0; i < count; i++) y[i] = op_max(x[i], 0);
}

const struct kernel kernel_relu = {
    .type = "relu",
    .about = "negative inputs become zero",
    .source = "ONNX Relu-14",
    .rows = ROWS_SAME,
    .infer = op_infer_same,
    .reference = reference,
    .prepare = op_prepare,
    .run = run,
    .finish = op_finish,
};
