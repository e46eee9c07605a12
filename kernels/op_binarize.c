// kernels/op_binarize.c: the binary activation: +1 for x >= 0, else -1. What it makes is stored and
// sent as bits, so the timed path packs them; finish brings the floats back.
#include "kernels/binary.h"

struct job {
    const struct kernel_call *call;
    uint64_t                 *bits;
};

static void reference(const struct kernel_call *call)
{
    int64_t count = shape_elements(&call->out);
    for (int64_t i = 0; i < count; i++) call->y[i] = call->x[0][i] >= 0 ? 1.0f : -1.0f;
}

static void *prepare(const struct kernel_call *call, struct arena *a)
{
    struct job *j = ARENA_ARRAY(a, struct job, 1);
    size_t      words = (size_t)binary_words(shape_elements(&call->out));
    *j = (struct job){call, ARENA_ARRAY(a, uint64_t, words)};
    return j;
}

static void run(void *job)
{
    const struct job *j = job;
    binary_pack(j->call->x[0], shape_elements(&j->call->out), 1, j->bits);
}

static void finish(void *job)
{
    const struct job *j = job;
    int64_t           count = shape_elements(&j->call->out);
    for (int64_t i = 0; i < count; i++)
        j->call->y[i] = j->bits[i / BINARY_WORD_BITS] >> i % BINARY_WORD_BITS & 1 ? 1.0f : -1.0f;
}

const struct kernel kernel_binarize = {
    .type = "binarize",
    .about = "the sign of each input, +1 or -1: one bit",
    .source = "Courbariaux et al., Binarized neural networks, 2016, equation 1",
    .rows = ROWS_SAME,
    .bits = BITS_ONE,
    .infer = op_infer_same,
    .reference = reference,
    .prepare = prepare,
    .run = run,
    .finish = finish,
};
