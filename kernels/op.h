// kernels/op.h: what the operator files share: shape checks and the job of an operator that needs
// no layout of its own.
//
// Private to kernels/. A shape rule runs on numbers from a file, so every size is bounded here
// before it is multiplied: 16384 along d, h, w and each number of a window, 2^31 - 1 elements in a
// tensor or in the weights of one operator.
#ifndef FOGSIM_KERNELS_OP_H
#define FOGSIM_KERNELS_OP_H

#include "kernels/kernel.h"

enum { OP_AXIS_MAX = 16384 };
enum { OP_CHUNK = 256 }; // pixels that a loop over channels keeps in the L1 cache

// Every axis at least 1, and no more than the bounds above. false: e says which shape was had.
MUST_USE bool op_shape_ok(const struct shape *s, struct err *e);

// Exactly one input, of an acceptable shape.
MUST_USE bool op_one_input(uint32_t input_count, const struct shape *in, struct err *e);

// Shape rule of relu, batchnorm, lrn, softmax, dropout: one input, the output as large.
bool op_infer_same(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                   struct shape *out, struct err *e);

// Shape rule of everything with a window: `channels` maps of the window's output size.
MUST_USE bool op_infer_window(const struct window *w, const struct shape *in, int32_t channels,
                              struct shape *out, struct err *e);

// The same for pools, whose windows must each hold a real input (else there is nothing to take the
// largest of).
bool op_infer_pool(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                   struct shape *out, struct err *e);

// Kernel positions of output `out` that fall on real inputs. O(1). With any dilation they are
// consecutive.
struct span op_taps(const struct window *w, int axis, int32_t in, int32_t out);

// The same for each of `count` outputs.
const struct span *op_taps_of(const struct window *w, int axis, int32_t in, int32_t count,
                              struct arena *a);

// One row of a pool's input with its padding, and what a last window of ceil mode reads past it,
// filled with `padding`.
float *op_pool_row(const struct kernel_call *call, float padding, struct arena *a);

// Where in x row `iy` of frame `iz` of channel `c` begins.
static inline int64_t op_row(const struct shape *s, int32_t c, int32_t iz, int32_t iy)
{
    return (((int64_t)c * shape_frames(s) + iz) * s->h + iy) * s->w;
}

// Whether that pixel is a real input, not padding.
static inline bool op_holds(const struct shape *s, int32_t iz, int32_t iy, int32_t ix)
{
    return iz >= 0 && iz < shape_frames(s) && iy >= 0 && iy < s->h && ix >= 0 && ix < s->w;
}

// Parameters: `count` weights, and one bias per channel if there is one.
int64_t op_weights(int64_t count, const struct kernel_attr *attr);

// The job of an operator that reads call->x and writes call->y as they are.
struct op_job {
    const struct kernel_call *call;
    float                    *scratch; // what the operator took in its own prepare, or NULL
};
void *op_prepare(const struct kernel_call *call, struct arena *a);
void  op_finish(void *job); // does nothing
void  op_copy(void *job);   // y = x, for operators that only rename
void  op_copy_reference(const struct kernel_call *call);

// a / b upwards; a >= 1, as large as an int32_t can be.
static inline int32_t op_divide_up(int32_t a, int32_t b)
{
    return (a - 1) / b + 1;
}

static inline float op_max(float a, float b)
{
    return a > b ? a : b;
}

#endif
