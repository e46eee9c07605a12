// kernels/op_concat.c: 1 to 16 tensors of equal height, width and frames, one after the other along
// the channels.
#include <string.h>

#include "kernels/op.h"

static bool infer(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e)
{
    (void)attr;
    if (input_count < 1 || input_count > KERNEL_MAX_INPUTS)
        return err_add(e, "want 1 to %d inputs, have %u", KERNEL_MAX_INPUTS, input_count);
    int64_t channels = 0;
    for (uint32_t i = 0; i < input_count; i++) {
        if (!op_shape_ok(&in[i], e)) return false;
        if (in[i].d != in[0].d)
            return err_add(e, "want inputs of %d frames, have %d", in[0].d, in[i].d);
        if (in[i].h != in[0].h || in[i].w != in[0].w)
            return err_add(e, "want inputs of %d x %d, have %d x %d", in[0].h, in[0].w, in[i].h,
                           in[i].w);
        channels += in[i].c;
    }
    if (channels > INT32_MAX)
        return err_add(e, "want at most 2147483647 channels, have %lld", (long long)channels);
    struct shape all = {(int32_t)channels, in[0].h, in[0].w, in[0].d};
    if (!op_shape_ok(&all, e)) return err_wrap(e, "output");
    *out = all;
    return true;
}

static void reference(const struct kernel_call *call)
{
    float *y = call->y;
    for (uint32_t input = 0; input < call->input_count; input++)
        for (int64_t i = 0; i < shape_elements(&call->in[input]); i++) *y++ = call->x[input][i];
}

static void run(void *job)
{
    const struct kernel_call *call = ((const struct op_job *)job)->call;
    float                    *y = call->y;
    for (uint32_t input = 0; input < call->input_count; input++) {
        int64_t count = shape_elements(&call->in[input]);
        memcpy(y, call->x[input], (size_t)count * sizeof *y);
        y += count;
    }
}

const struct kernel kernel_concat = {
    .type = "concat",
    .about = "inputs one after the other along the channels",
    .source = "ONNX Concat-13 with axis = 1",
    .rows = ROWS_NONE,
    .bits = BITS_SAME,
    .infer = infer,
    .reference = reference,
    .prepare = op_prepare,
    .run = run,
    .finish = op_finish,
};
