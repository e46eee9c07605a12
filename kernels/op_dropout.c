// kernels/op_dropout.c: dropout at inference, which passes its input on.
#include "kernels/op.h"

const struct kernel kernel_dropout = {
    .type = "dropout",
    .about = "nothing, at inference",
    .source = "ONNX Dropout-13 with training_mode = 0",
    .rows = ROWS_SAME,
    .bits = BITS_SAME,
    .is_free = true,
    .infer = op_infer_same,
    .reference = op_copy_reference,
    .prepare = op_prepare,
    .run = op_copy,
    .finish = op_finish,
};
