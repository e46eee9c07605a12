// kernels/binary.h: what the operators on signs share: the sign, its packing, and the product of
// packed signs.
//
// A sign is +1 or -1; that of zero is +1 (Courbariaux et al., "Binarized neural networks", 2016,
// equation 1). In fogsim's tensors a sign is a float +1 or -1; nodes store and send one bit of it.
// A tap on padding is neither: it is left out of the sum, as if the padding were 0, so that a
// binary convolution of c channels under k real taps lies in [-c k, c k] and has its parity.
// Private to kernels/.
#ifndef FOGSIM_KERNELS_BINARY_H
#define FOGSIM_KERNELS_BINARY_H

#include "kernels/op.h"
#include "kernels/tile.h"

enum { BINARY_WORD_BITS = 64 };

static inline bool binary_is_positive(float x)
{
    return x >= 0;
}

static inline float binary_sign(float x)
{
    return binary_is_positive(x) ? 1.0f : -1.0f;
}

static inline int32_t binary_words(int64_t signs)
{
    return (int32_t)((signs + BINARY_WORD_BITS - 1) / BINARY_WORD_BITS);
}

// Packs the signs of x[0], x[stride], ... (count of them) into words[binary_words(count)].
void binary_pack(const float *x, int64_t count, int64_t stride, uint64_t *words);

// The jobs of bconv and blinear. An input of `channels` signs per pixel of `in` under a window; the
// weights are [call->out.c][channels][taps of the window]. `call` outlives the job.
void *binary_prepare(const struct kernel_call *call, const struct window *window, struct shape in,
                     struct arena *a);
void  binary_run(void *job);
void  binary_finish(void *job); // y = sum + bias, C, D, H, W

#endif
