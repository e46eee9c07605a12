#include "kernels/int8.h"

#include <assert.h>
#include <math.h>
#include <string.h>

extern const struct int8_kernel int8_conv, int8_fc;

const struct int8_kernel *int8_find(const char *type)
{
    static const struct int8_kernel *const kernels[] = {&int8_conv, &int8_fc};
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
        if (!strcmp(kernels[i]->type, type)) return kernels[i];
    return NULL;
}

static int64_t clamp(int64_t x, int64_t low, int64_t high)
{
    return x < low ? low : x > high ? high : x;
}

// To the nearest; a tie upwards.
static int32_t doubling_high_product(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

// To the nearest; a tie away from zero.
static int32_t divide_by_power(int32_t x, int32_t exponent)
{
    int64_t power = (int64_t)1 << exponent, twice = 2 * (int64_t)x + (x < 0 ? -power : power);
    return (int32_t)(twice / (2 * power)); // towards zero
}

int32_t int8_requantise(int32_t sum, int32_t multiplier, int32_t shift)
{
    int32_t left = shift > 0 ? shift : 0, right = shift < 0 ? -shift : 0;
    int64_t scaled = (int64_t)sum * ((int64_t)1 << left);
    int32_t cut = (int32_t)clamp(scaled, INT32_MIN, INT32_MAX);
    return divide_by_power(doubling_high_product(cut, multiplier), right);
}

int8_t int8_output(const struct int8_call *call, int32_t o, int32_t sum)
{
    int64_t y = int8_requantise(sum, call->multiplier[o], call->shift[o]);
    return (int8_t)clamp(y + call->y_zero_point, call->y_min, call->y_max);
}

void int8_assert(const struct int8_call *call, int64_t taps)
{
    assert(taps >= 1 && taps <= INT8_TAPS_MAX);
    assert(call->x_zero_point >= INT8_MIN && call->x_zero_point <= INT8_MAX);
    assert(call->y_zero_point >= INT8_MIN && call->y_zero_point <= INT8_MAX);
    assert(call->y_min >= INT8_MIN && call->y_min <= call->y_max && call->y_max <= INT8_MAX);
    for (int32_t o = 0; o < call->attr->channels; o++) {
        assert(call->multiplier[o] >= 0 && call->shift[o] >= -31 && call->shift[o] <= 30);
        assert(!call->bias || (call->bias[o] >= -INT8_BIAS_MAX && call->bias[o] <= INT8_BIAS_MAX));
    }
}

struct int8_scale int8_scale_of(double low, double high)
{
    low = fmin(low, 0), high = fmax(high, 0);
    double scale = low < high ? (high - low) / 255 : 1;
    return (struct int8_scale){scale, (int32_t)clamp(llround(-128 - low / scale), -128, 127)};
}

static int64_t nearest(double real, int64_t low, int64_t high)
{
    return (int64_t)round(fmin(fmax(real, (double)low), (double)high));
}

void int8_quantise(const float *real, int64_t count, struct int8_scale scale, int8_t *out)
{
    int64_t low = -128 - scale.zero_point, high = 127 - scale.zero_point;
    for (int64_t i = 0; i < count; i++)
        out[i] = (int8_t)(nearest((double)real[i] / scale.scale, low, high) + scale.zero_point);
}

void int8_quantise_weights(const float *real, int32_t channels, int64_t per_channel, int8_t *out,
                           double *scale)
{
    for (int32_t o = 0; o < channels; o++, real += per_channel, out += per_channel) {
        double largest = 0;
        for (int64_t i = 0; i < per_channel; i++) {
            double size = fabs((double)real[i]); // fmax() here crashes GCC 12 for aarch64
            if (size > largest) largest = size;
        }
        scale[o] = largest > 0 ? largest / 127 : 1;
        for (int64_t i = 0; i < per_channel; i++)
            out[i] = (int8_t)nearest((double)real[i] / scale[o], -127, 127);
    }
}

void int8_quantise_multiplier(double real, int32_t *multiplier, int32_t *shift)
{
    assert(real >= 0 && real < 1 << 30);
    int     exponent;
    double  fraction = frexp(real, &exponent); // in [1/2, 1), or 0
    int64_t q = llround(fraction * 0x1p31);
    if (q == (int64_t)1 << 31) q /= 2, exponent++;
    if (exponent < -31) q = exponent = 0;
    *multiplier = (int32_t)q;
    *shift = exponent;
}

struct int8_call int8_from_float(const struct kernel *k, const struct kernel_call *call,
                                 struct int8_scale x, struct int8_scale y, struct arena *a)
{
    int32_t  channels = call->attr->channels;
    int64_t  inputs = shape_elements(&call->in[0]), outputs = shape_elements(&call->out);
    int64_t  taps = k->macs(call->attr, call->in, &call->out) / outputs;
    double  *scale = ARENA_ARRAY(a, double, (size_t)channels);
    int8_t  *in = ARENA_ARRAY(a, int8_t, (size_t)inputs);
    int8_t  *weight = ARENA_ARRAY(a, int8_t, (size_t)(channels * taps));
    int32_t *bias = ARENA_ARRAY(a, int32_t, (size_t)channels);
    int32_t *multiplier = ARENA_ARRAY(a, int32_t, (size_t)channels);
    int32_t *shift = ARENA_ARRAY(a, int32_t, (size_t)channels);
    int8_quantise(call->x[0], inputs, x, in);
    int8_quantise_weights(call->weight, channels, taps, weight, scale);
    for (int32_t o = 0; o < channels; o++) {
        double of_sum = x.scale * scale[o]; // the scale of sums and biases
        int8_quantise_multiplier(of_sum / y.scale, &multiplier[o], &shift[o]);
        if (call->bias)
            bias[o] =
                (int32_t)nearest((double)call->bias[o] / of_sum, -INT8_BIAS_MAX, INT8_BIAS_MAX);
    }
    return (struct int8_call){
        .attr = call->attr,
        .in = call->in[0],
        .out = call->out,
        .x = in,
        .x_zero_point = x.zero_point,
        .weight = weight,
        .bias = call->bias ? bias : NULL,
        .multiplier = multiplier,
        .shift = shift,
        .y_zero_point = y.zero_point,
        .y_min = INT8_MIN,
        .y_max = INT8_MAX,
        .y = ARENA_ARRAY(a, int8_t, (size_t)outputs),
    };
}
