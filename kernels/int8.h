// kernels/int8.h: conv and fc on 8-bit integers, beside the fp32 ones of kernel.h.
//
// The arithmetic is that of the TensorFlow Lite 8-bit quantisation specification, as TFLite's
// reference kernels and CMSIS-NN's arm_convolve_s8 compute it (per-channel, symmetric weights):
//
//   real value          x_scale (x - x_zero_point); one scale and one zero point in [-128, 127] a
//                       tensor; x in [-128, 127]
//   weight              w_scale[o] w, one scale an output channel, no zero point; w in [-127, 127]
//   bias                x_scale w_scale[o] b, 32 bits; NULL: 0
//   sum (32 bits)       b[o] + sum over the taps of w (x - x_zero_point); padding is x_zero_point,
//                       that is a real 0
//   y                   clamp(y_zero_point + requantise(sum), y_min, y_max)
//
// requantise() multiplies by x_scale w_scale[o] / y_scale, kept as multiplier[o] 2^(shift[o] - 31).
// There are variants; this is TFLite's MultiplyByQuantizedMultiplier with its two roundings (its
// default, and CMSIS-NN's without CMSIS_NN_USE_SINGLE_ROUNDING):
//
//   1. s = sum 2^max(shift, 0)
//   2. h = floor((s multiplier + 2^30) / 2^31)   gemmlowp's SaturatingRoundingDoublingHighMul, to
//                                                the nearest, a tie upwards; Arm's SQRDMULH
//   3. h / 2^max(-shift, 0)                      gemmlowp's RoundingDivideByPOT, to the nearest, a
//                                                tie away from zero
//
// Where s leaves 32 bits, TFLite's result is undefined. Here it is cut off to that range; with
// multipliers of at least 2^30, as int8_quantise_multiplier() makes them, y is what the exact
// product would be clamped to.
//
// No sum overflows: |x - x_zero_point| <= 255 and |w| <= 128, so INT8_TAPS_MAX taps stay below
// 2^30, and so must a bias. The calls below assert both.
//
// Sources: TensorFlow Lite 8-bit quantization specification; Jacob et al., "Quantization and
// training of neural networks for efficient integer-arithmetic-only inference", CVPR 2018, 2.2 and
// 2.4; CMSIS-NN arm_nn_requantize.
#ifndef FOGSIM_KERNELS_INT8_H
#define FOGSIM_KERNELS_INT8_H

#include "kernels/kernel.h"

enum { INT8_TAPS_MAX = 1 << 15, INT8_BIAS_MAX = 1 << 30 };

// One operation on integers. Shapes, windows and layouts are those of struct kernel_call and its
// infer; the caller owns every array.
struct int8_call {
    const struct kernel_attr *attr;    // window, channels, groups
    struct shape              in, out; // conv: without frames
    const int8_t             *x;       // [in.c * in.h * in.w]
    int32_t                   x_zero_point;
    const int8_t             *weight; // conv: [channels][in.c / groups][kh][kw];
                                      // fc: [channels][in features]
    const int32_t *bias;              // [channels], |bias| <= INT8_BIAS_MAX; NULL: none
    const int32_t *multiplier;        // [channels], >= 0
    const int32_t *shift;             // [channels], -31 to 30
    int32_t        y_zero_point;      // -128 to 127
    int32_t        y_min, y_max;      // -128 <= y_min <= y_max <= 127: a fused relu narrows it
    int8_t        *y;                 // [out.c * out.h * out.w]
};

// As in struct kernel: a reference that follows the formula, and the timed path, whose result is
// the same to the bit.
struct int8_kernel {
    const char *type; // "conv", "fc"
    void (*reference)(const struct int8_call *call);
    void *(*prepare)(const struct int8_call *call, struct arena *a); // `call` outlives the job
    void (*run)(void *job);
    void (*finish)(void *job);
};

const struct int8_kernel *int8_find(const char *type); // NULL: there is none

// Steps 1 to 3 above.
int32_t int8_requantise(int32_t sum, int32_t multiplier, int32_t shift);

// The output of channel `o` whose sum is `sum`.
int8_t int8_output(const struct int8_call *call, int32_t o, int32_t sum);

// Asserts that the call keeps the ranges above; `taps` are the products of one output.
void int8_assert(const struct int8_call *call, int64_t taps);

// From real numbers to integers.

struct int8_scale { // real = scale (integer - zero_point)
    double  scale;  // > 0
    int32_t zero_point;
};

// The scale of a tensor whose values lie in [low, high], which is widened to hold 0 so that 0 is an
// integer: (high - low) / 255. A range of nothing but 0 has scale 1.
struct int8_scale int8_scale_of(double low, double high);

// `count` values to the nearest integer, a tie away from zero, in [-128, 127].
void int8_quantise(const float *real, int64_t count, struct int8_scale scale, int8_t *out);

// Weights [channels][per_channel]: scale[o] is the largest magnitude of channel o / 127 (1 if all
// are 0).
void int8_quantise_weights(const float *real, int32_t channels, int64_t per_channel, int8_t *out,
                           double *scale);

// real >= 0 as multiplier 2^(shift - 31), the multiplier in [2^30, 2^31) to the nearest; 0 and what
// is below 2^-32 give 0, 0. Asserts real < 2^30.
void int8_quantise_multiplier(double real, int32_t *multiplier, int32_t *shift);

// The fp32 call of `k`, a conv or fc, as an integer one, with its input and output in the given
// scales: input, weights and biases are quantised, y has room. Memory from `a`; attr stays the
// caller's. No activation is fused.
struct int8_call int8_from_float(const struct kernel *k, const struct kernel_call *call,
                                 struct int8_scale x, struct int8_scale y, struct arena *a);

#endif
