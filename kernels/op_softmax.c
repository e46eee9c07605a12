// kernels/op_softmax.c: y_c = exp(x_c) / sum over channels of exp(x), for every pixel; with h = w =
// 1 the usual one. The largest x is subtracted first, which changes nothing but keeps exp from
// overflowing.
#include <math.h>
#include <stddef.h>

#include "kernels/op.h"

static void reference(const struct kernel_call *call)
{
    ptrdiff_t pixels = (ptrdiff_t)shape_pixels(&call->in[0]);
    for (ptrdiff_t i = 0; i < pixels; i++) {
        const float *x = call->x[0] + i;
        float        most = x[0]; // not by fmax, on which gcc 12 for 64-bit ARM fails in a loop
        for (int32_t c = 1; c < call->in[0].c; c++) most = op_max(most, x[c * pixels]);
        double largest = (double)most, sum = 0;
        for (int32_t c = 0; c < call->in[0].c; c++) sum += exp((double)x[c * pixels] - largest);
        for (int32_t c = 0; c < call->in[0].c; c++)
            call->y[c * pixels + i] = (float)(exp((double)x[c * pixels] - largest) / sum);
    }
}

// Pixels [first, first + count), channel after channel, so that memory is read in the order it lies
// in.
static void chunk(const struct kernel_call *call, ptrdiff_t first, ptrdiff_t count)
{
    ptrdiff_t    pixels = (ptrdiff_t)shape_pixels(&call->in[0]);
    const float *x = call->x[0] + first;
    float       *y = call->y + first, largest[OP_CHUNK], sum[OP_CHUNK];
    for (ptrdiff_t i = 0; i < count; i++) largest[i] = x[i], sum[i] = 0;
    for (int32_t c = 1; c < call->in[0].c; c++)
        for (ptrdiff_t i = 0; i < count; i++) largest[i] = op_max(largest[i], x[c * pixels + i]);
    for (int32_t c = 0; c < call->in[0].c; c++)
        for (ptrdiff_t i = 0; i < count; i++)
            sum[i] += y[c * pixels + i] = expf(x[c * pixels + i] - largest[i]);
    for (ptrdiff_t i = 0; i < count; i++) sum[i] = 1.0f / sum[i];
    for (int32_t c = 0; c < call->in[0].c; c++)
        for (ptrdiff_t i = 0; i < count; i++) y[c * pixels + i] *= sum[i];
}

static void run(void *job)
{
    const struct kernel_call *call = ((const struct op_job *)job)->call;
    ptrdiff_t                 pixels = (ptrdiff_t)shape_pixels(&call->in[0]);
    for (ptrdiff_t first = 0; first < pixels; first += OP_CHUNK)
        chunk(call, first, pixels - first < OP_CHUNK ? pixels - first : OP_CHUNK);
}

const struct kernel kernel_softmax = {
    .type = "softmax",
    .about = "exponentials of the channels, scaled to sum to one",
    .source = "ONNX Softmax-13 with axis = 1",
    .rows = ROWS_NONE,
    .mixes_channels = true,
    .infer = op_infer_same,
    .reference = reference,
    .prepare = op_prepare,
    .run = run,
    .finish = op_finish,
};
