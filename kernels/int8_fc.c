// kernels/int8_fc.c: a fully connected layer on integers: see int8.h.
//
// As op_fc.c: the matrix is streamed as it lies, a quarter of the bytes. Weights are widened on the
// way from memory; the input is once, before.
#include "kernels/int8.h"
#include "kernels/int8_tile.h"

static void reference(const struct int8_call *call)
{
    int64_t features = shape_elements(&call->in);
    int8_assert(call, features);
    const int8_t *weight = call->weight;
    for (int32_t o = 0; o < call->out.c; o++) {
        int32_t sum = call->bias ? call->bias[o] : 0;
        for (int64_t i = 0; i < features; i++) sum += *weight++ * (call->x[i] - call->x_zero_point);
        call->y[o] = int8_output(call, o, sum);
    }
}

struct job {
    const struct int8_call *call;
    const struct int8_tile *tile;
    int64_t                 features;
    int16_t                *x;   // [features], without the zero point
    int32_t                *sum; // [channels]
    int8_t                 *y;   // [channels]
};

static void *prepare(const struct int8_call *call, struct arena *a)
{
    struct job *j = ARENA_ARRAY(a, struct job, 1);
    j->call = call;
    j->tile = int8_tile_best();
    j->features = shape_elements(&call->in);
    int8_assert(call, j->features);
    j->x = ARENA_ARRAY(a, int16_t, (size_t)j->features);
    j->sum = ARENA_ARRAY(a, int32_t, (size_t)call->out.c);
    j->y = ARENA_ARRAY(a, int8_t, (size_t)call->out.c);
    int64_t lanes = j->tile->lanes, whole = j->features / (2 * lanes) * (2 * lanes);
    for (int64_t i = 0; i < j->features; i++) {
        int64_t at = i % (2 * lanes); // see product
        int64_t to = i < whole ? i - at + at % 2 * lanes + at / 2 : i;
        j->x[to] = (int16_t)(call->x[i] - call->x_zero_point);
    }
    return j;
}

static void run(void *job)
{
    const struct job       *j = job;
    const struct int8_call *call = j->call;
    j->tile->product(call->weight, j->x, j->sum, call->out.c, j->features);
    for (int32_t o = 0; o < call->out.c; o++)
        j->y[o] = int8_output(call, o, j->sum[o] + (call->bias ? call->bias[o] : 0));
}

static void finish(void *job)
{
    const struct job *j = job;
    for (int32_t o = 0; o < j->call->out.c; o++) j->call->y[o] = j->y[o];
}

extern const struct int8_kernel int8_fc;
const struct int8_kernel        int8_fc = {
           .type = "fc",
           .reference = reference,
           .prepare = prepare,
           .run = run,
           .finish = finish,
};
