// kernels/op_fc.c: a fully connected layer: y = W x + b, x being any tensor read as a vector.
//
// Every weight is used once, so its speed is that of memory: the timed path streams the matrix as
// it lies, some rows at a time, and any rearrangement would only cost.
#include "kernels/op.h"
#include "kernels/tile.h"

static bool infer(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e)
{
    if (!op_one_input(input_count, in, e)) return false;
    int64_t features = shape_elements(in);
    if (attr->channels < 1 || attr->channels > INT32_MAX / features)
        return err_add(e, "channels: want 1 to %lld with %lld input features, have %d",
                       (long long)(INT32_MAX / features), (long long)features, attr->channels);
    *out = (struct shape){attr->channels, 1, 1};
    return true;
}

static int64_t weights(const struct kernel_attr *attr, const struct shape *in)
{
    return attr->channels * shape_elements(in);
}

static int64_t params(const struct kernel_attr *attr, const struct shape *in)
{
    return op_weights(weights(attr, in), attr);
}

static int64_t macs(const struct kernel_attr *attr, const struct shape *in, const struct shape *out)
{
    (void)out;
    return weights(attr, in);
}

static void reference(const struct kernel_call *call)
{
    int64_t      features = shape_elements(&call->in[0]);
    const float *weight = call->weight;
    for (int32_t o = 0; o < call->out.c; o++) {
        double sum = call->bias ? (double)call->bias[o] : 0.0;
        for (int64_t i = 0; i < features; i++) sum += (double)*weight++ * (double)call->x[0][i];
        call->y[o] = (float)sum;
    }
}

struct job {
    const struct kernel_call *call;
    const struct tile        *tile;
};

static void *prepare(const struct kernel_call *call, struct arena *a)
{
    struct job *j = ARENA_ARRAY(a, struct job, 1);
    *j = (struct job){call, tile_best()};
    return j;
}

static void run(void *job)
{
    const struct job         *j = job;
    const struct kernel_call *call = j->call;
    j->tile->product(call->weight, call->x[0], call->bias, call->y, call->out.c,
                     shape_elements(&call->in[0]));
}

const struct kernel kernel_fc = {
    .type = "fc",
    .about = "fully connected layer, a matrix times a vector",
    .source = "ONNX Gemm-13 with transB = 1 and one row",
    .rows = ROWS_NONE,
    .heads_step = true,
    .mixes_channels = true,
    .infer = infer,
    .params = params,
    .macs = macs,
    .reference = reference,
    .prepare = prepare,
    .run = run,
    .finish = op_finish,
};
