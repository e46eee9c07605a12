// kernels/op_blinear.c: a fully connected layer of signs (BLinear): y = sign(W) sign(x) + b, x
// being any tensor read as a vector. To the timed path it is a binary convolution of one pixel.
#include "kernels/binary.h"

static bool infer(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e)
{
    return kernel_find("fc")->infer(attr, input_count, in, out, e);
}

static int64_t params(const struct kernel_attr *attr, const struct shape *in)
{
    return op_weights(attr->channels * shape_elements(in), attr);
}

static int64_t macs(const struct kernel_attr *attr, const struct shape *in, const struct shape *out)
{
    (void)out;
    return attr->channels * shape_elements(in);
}

static void reference(const struct kernel_call *call)
{
    int64_t      features = shape_elements(&call->in[0]);
    const float *weight = call->weight;
    for (int32_t o = 0; o < call->out.c; o++) {
        int64_t sum = 0;
        for (int64_t i = 0; i < features; i++, weight++)
            sum += binary_is_positive(call->x[0][i]) == binary_is_positive(*weight) ? 1 : -1;
        call->y[o] = (float)((double)sum + (call->bias ? (double)call->bias[o] : 0.0));
    }
}

static void *prepare(const struct kernel_call *call, struct arena *a)
{
    static const struct window one = {.kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}};
    int32_t                    features = (int32_t)shape_elements(&call->in[0]);
    return binary_prepare(call, &one, (struct shape){features, 1, 1}, a);
}

const struct kernel kernel_blinear = {
    .type = "blinear",
    .about = "fully connected layer of one-bit inputs and weights",
    .source = "Courbariaux et al., Binarized neural networks, 2016, section 1",
    .rows = ROWS_NONE,
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
