// kernels/op_add.c: the sum of 2 to 16 tensors of one shape.
#include "kernels/op.h"

static bool infer(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e)
{
    (void)attr;
    if (input_count < 2 || input_count > KERNEL_MAX_INPUTS)
        return err_add(e, "want 2 to %d inputs, have %u", KERNEL_MAX_INPUTS, input_count);
    if (!op_shape_ok(&in[0], e)) return false;
    for (uint32_t i = 1; i < input_count; i++)
        if (in[i].c != in[0].c || in[i].d != in[0].d || in[i].h != in[0].h || in[i].w != in[0].w) {
            char want[SHAPE_TEXT_BYTES], have[SHAPE_TEXT_BYTES];
            return err_add(e, "want inputs of one shape, %s, have %s",
                           shape_text(&in[0], ',', want), shape_text(&in[i], ',', have));
        }
    *out = in[0];
    return true;
}

static void reference(const struct kernel_call *call)
{
    int64_t count = shape_elements(&call->out);
    for (int64_t i = 0; i < count; i++) {
        double sum = 0;
        for (uint32_t input = 0; input < call->input_count; input++)
            sum += (double)call->x[input][i];
        call->y[i] = (float)sum;
    }
}

static void run(void *job)
{
    const struct kernel_call *call = ((const struct op_job *)job)->call;
    int64_t                   count = shape_elements(&call->out);
    float *restrict y = call->y;
    const float *restrict a = call->x[0], *restrict b = call->x[1];
    for (int64_t i = 0; i < count; i++) y[i] = a[i] + b[i];
    for (uint32_t input = 2; input < call->input_count; input++) {
        const float *restrict x = call->x[input];
        for (int64_t i = 0; i < count; i++) y[i] += x[i];
    }
}

const struct kernel kernel_add = {
    .type = "add",
    .about = "element by element sum of equal shapes",
    .source = "ONNX Add-14 without broadcasting; Sum-13 for more than two",
    .rows = ROWS_NONE,
    .infer = infer,
    .reference = reference,
    .prepare = op_prepare,
    .run = run,
    .finish = op_finish,
};
