// kernels/op_lrn.c: local response normalisation across channels: y = x / (bias + alpha / size *
// s)^beta, s the sum of squares of `size` channels around x's own, clipped at the first and the
// last.
//
// Source: Krizhevsky et al., NIPS 2012, section 3.3; alpha is divided by size as ONNX and Caffe do.
#include <math.h>
#include <stddef.h>

#include "kernels/op.h"

static bool infer(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e)
{
    if (attr->lrn_size < 1) return err_add(e, "size: want at least 1, have %d", attr->lrn_size);
    if (!isfinite(attr->lrn_alpha) || !isfinite(attr->lrn_beta) || !isfinite(attr->lrn_bias))
        return err_add(e, "want finite alpha, beta and bias, have %g, %g, %g",
                       (double)attr->lrn_alpha, (double)attr->lrn_beta, (double)attr->lrn_bias);
    return op_infer_same(attr, input_count, in, out, e);
}

static struct span neighbours(const struct kernel_call *call,
                              int32_t                   c) // of an even size one more lies above
{
    int64_t size = call->attr->lrn_size, begin = c - (size - 1) / 2, end = c + size / 2 + 1;
    return (struct span){begin < 0 ? 0 : (int32_t)begin,
                         end > call->in[0].c ? call->in[0].c : (int32_t)end};
}

static void reference(const struct kernel_call *call)
{
    const struct kernel_attr *attr = call->attr;
    ptrdiff_t                 pixels = (ptrdiff_t)shape_pixels(&call->in[0]);
    for (int32_t c = 0; c < call->in[0].c; c++)
        for (ptrdiff_t i = 0; i < pixels; i++) {
            struct span near = neighbours(call, c);
            double      squares = 0, x = (double)call->x[0][c * pixels + i];
            for (int32_t n = near.begin; n < near.end; n++)
                squares += (double)call->x[0][n * pixels + i] * (double)call->x[0][n * pixels + i];
            double base =
                (double)attr->lrn_bias + (double)attr->lrn_alpha / attr->lrn_size * squares;
            call->y[c * pixels + i] = (float)(x / pow(base, (double)attr->lrn_beta));
        }
}

// y = x / base^beta. Three quarters, the exponent of every published network, is two square roots,
// which are vectorised.
static void divide(float *restrict y, const float *restrict x, const float *restrict base,
                   ptrdiff_t count, float beta)
{
    if (beta > 0.75f || beta < 0.75f)
        for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] / powf(base[i], beta);
    else
        for (ptrdiff_t i = 0; i < count; i++)
            y[i] = x[i] / (sqrtf(base[i]) * sqrtf(sqrtf(base[i])));
}

static void run(void *job)
{
    const struct kernel_call *call = ((const struct op_job *)job)->call;
    const struct kernel_attr *attr = call->attr;
    ptrdiff_t                 pixels = (ptrdiff_t)shape_pixels(&call->in[0]);
    float                     base[OP_CHUNK], alpha = attr->lrn_alpha / (float)attr->lrn_size;
    for (ptrdiff_t first = 0; first < pixels; first += OP_CHUNK) {
        ptrdiff_t count = pixels - first < OP_CHUNK ? pixels - first : OP_CHUNK;
        for (int32_t c = 0; c < call->in[0].c; c++) {
            struct span near = neighbours(call, c);
            for (ptrdiff_t i = 0; i < count; i++) base[i] = 0;
            for (int32_t n = near.begin; n < near.end; n++) {
                const float *x = call->x[0] + n * pixels + first;
                for (ptrdiff_t i = 0; i < count; i++) base[i] += x[i] * x[i];
            }
            for (ptrdiff_t i = 0; i < count; i++) base[i] = attr->lrn_bias + alpha * base[i];
            divide(call->y + c * pixels + first, call->x[0] + c * pixels + first, base, count,
                   attr->lrn_beta);
        }
    }
}

const struct kernel kernel_lrn = {
    .type = "lrn",
    .about = "local response normalisation across channels",
    .source = "ONNX LRN-13; Krizhevsky et al., NIPS 2012, section 3.3",
    .rows = ROWS_SAME,
    .mixes_channels = true,
    .infer = infer,
    .reference = reference,
    .prepare = op_prepare,
    .run = run,
    .finish = op_finish,
};
