// kernels/op_fconv.c: a convolution of real inputs with the signs of its weights (FConv), the first
// block of a binary network: y = conv(x, sign(W)) + b.
//
// Additions and subtractions alone would do; on hardware with fused multiply-add they cost the same
// as products with +1 and -1, so the timed path is conv's.
#include "kernels/binary.h"

static bool infer(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e)
{
    return kernel_find("conv")->infer(attr, input_count, in, out, e);
}

static int64_t params(const struct kernel_attr *attr, const struct shape *in)
{
    return kernel_find("conv")->params(attr, in);
}

static int64_t macs(const struct kernel_attr *attr, const struct shape *in, const struct shape *out)
{
    return kernel_find("conv")->macs(attr, in, out);
}

// The same call with weights +1 and -1.
static const struct kernel_call *with_signs(const struct kernel_call *call, struct arena *a)
{
    struct kernel_attr plain = *call->attr;
    plain.bias = false;
    int64_t             count = params(&plain, &call->in[0]);
    float              *weight = ARENA_ARRAY(a, float, (size_t)count);
    struct kernel_call *signs = ARENA_ARRAY(a, struct kernel_call, 1);
    for (int64_t i = 0; i < count; i++) weight[i] = binary_sign(call->weight[i]);
    *signs = *call;
    signs->weight = weight;
    return signs;
}

static void reference(const struct kernel_call *call)
{
    struct arena scratch = {0};
    kernel_find("conv")->reference(with_signs(call, &scratch));
    arena_free(&scratch);
}

static void *prepare(const struct kernel_call *call, struct arena *a)
{
    return kernel_find("conv")->prepare(with_signs(call, a), a);
}

static void run(void *job)
{
    kernel_find("conv")->run(job);
}

static void finish(void *job)
{
    kernel_find("conv")->finish(job);
}

const struct kernel kernel_fconv = {
    .type = "fconv",
    .about = "convolution of real inputs with one-bit weights",
    .source = "Courbariaux et al., Binarized neural networks, 2016, section 1.5 (first layer)",
    .rows = ROWS_WINDOW,
    .heads_step = true,
    .mixes_channels = true,
    .sign_weights = true,
    .infer = infer,
    .params = params,
    .macs = macs,
    .reference = reference,
    .prepare = prepare,
    .run = run,
    .finish = finish,
};
