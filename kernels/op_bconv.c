// kernels/op_bconv.c: a convolution of signs with signs (BConv):
//
// y[o][t][i][j] = bias[o] + sum over c, r, u, v of
//     sign(weight[o][c][r][u][v]) sign(x[c][t s - P + r d][i s - P + u d][j s - P + v d]),
// taps on padding left out. All sums are integers, so the timed path, which counts unlike bits of
// packed words, equals the reference exactly. The scale of the weights that XNOR-Net adds is left
// to the batchnorm that follows, as in the binarized networks of Courbariaux et al. 2016.
#include "kernels/binary.h"

static bool infer(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e)
{
    if (attr->groups != 1) return err_add(e, "groups: want 1, have %d", attr->groups);
    return kernel_find("conv")->infer(attr, input_count, in, out, e);
}

static int64_t params(const struct kernel_attr *attr, const struct shape *in)
{
    return op_weights((int64_t)attr->channels * in->c * window_size(&attr->window), attr);
}

static int64_t macs(const struct kernel_attr *attr, const struct shape *in, const struct shape *out)
{
    return shape_elements(out) * in->c * window_size(&attr->window);
}

static float at_one_output(const struct kernel_call *call, int32_t oc, int32_t oz, int32_t oy,
                           int32_t ox)
{
    const struct window *w = &call->attr->window;
    const struct shape  *in = &call->in[0];
    const float         *weight = call->weight + window_size(w) * in->c * oc;
    int64_t              sum = 0;
    for (int32_t c = 0; c < in->c; c++)
        for (int32_t kz = 0; kz < window_kernel(w, AXIS_D); kz++)
            for (int32_t ky = 0; ky < w->kernel[AXIS_H]; ky++)
                for (int32_t kx = 0; kx < w->kernel[AXIS_W]; kx++, weight++) {
                    int32_t iz = window_at(w, AXIS_D, oz, kz), iy = window_at(w, AXIS_H, oy, ky),
                            ix = window_at(w, AXIS_W, ox, kx);
                    if (!op_holds(in, iz, iy, ix)) continue;
                    float x = call->x[0][op_row(in, c, iz, iy) + ix];
                    sum += binary_is_positive(x) == binary_is_positive(*weight) ? 1 : -1;
                }
    return (float)((double)sum + (call->bias ? (double)call->bias[oc] : 0.0));
}

static void reference(const struct kernel_call *call)
{
    float *y = call->y;
    for (int32_t oc = 0; oc < call->out.c; oc++)
        for (int32_t oz = 0; oz < shape_frames(&call->out); oz++)
            for (int32_t oy = 0; oy < call->out.h; oy++)
                for (int32_t ox = 0; ox < call->out.w; ox++)
                    *y++ = at_one_output(call, oc, oz, oy, ox);
}

static void *prepare(const struct kernel_call *call, struct arena *a)
{
    return binary_prepare(call, &call->attr->window, call->in[0], a);
}

const struct kernel kernel_bconv = {
    .type = "bconv",
    .about = "convolution of one-bit inputs with one-bit weights",
    .source = "Rastegari et al., XNOR-Net, ECCV 2016, section 3.2, without its scales",
    .rows = ROWS_WINDOW,
    .heads_step = true,
    .mixes_channels = true,
    .sign_inputs = true,
    .sign_weights = true,
    .infer = infer,
    .params = params,
    .macs = macs,
    .reference = reference,
    .prepare = prepare,
    .run = binary_run,
    .finish = binary_finish,
};
