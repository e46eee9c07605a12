// kernels/op_flatten.c: a tensor read as a vector of all its features. In memory nothing moves.
#include "kernels/op.h"

static bool infer(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e)
{
    (void)attr;
    if (!op_one_input(input_count, in, e)) return false;
    *out = (struct shape){(int32_t)shape_elements(in), 1, 1}; // fits: op_one_input bounds it
    return true;
}

const struct kernel kernel_flatten = {
    .type = "flatten",
    .about = "a tensor read as a vector",
    .source = "ONNX Flatten-13 with axis = 1",
    .rows = ROWS_NONE,
    .bits = BITS_SAME,
    .is_free = true,
    .infer = infer,
    .reference = op_copy_reference,
    .prepare = op_prepare,
    .run = op_copy,
    .finish = op_finish,
};
