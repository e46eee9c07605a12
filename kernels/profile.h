// kernels/profile.h: measured kernel timings of one machine, and the cost of what lies between the
// measured points.
//
// A profile holds, per layer shape, timings of the whole layer and of slices of it. The cost
// between them follows the *size* of a slice: for conv its valid taps (multiply-accumulates on real
// input rows; taps on padding rows are skipped by the kernels), for fc the bytes of its weights,
// for other layers its output elements. Along measured points the cost is linear in the size (below
// the smallest in proportion; fc keeps a constant), never falling. A shape that was not measured
// takes the rate of its kind, fitted over what was. docs/MODELS.md states the rule and its measured
// error. Immutable once loaded.
#ifndef FOGSIM_KERNELS_PROFILE_H
#define FOGSIM_KERNELS_PROFILE_H

#include "base/digest.h"
#include "kernels/kernel.h"
#include "kernels/timing.h"

struct profile_point {
    int32_t       begin, end; // output rows (conv and others) or output neurons (fc)
    double        size;       // valid taps, bytes or elements
    struct timing timing;
};

struct profile_layer {
    const char           *key; // profile_key()
    uint32_t              point_count;
    struct profile_point *points;
    // The cost curve: sizes rise strictly, seconds never fall.
    uint32_t curve_count;
    double  *curve_size, *curve_s;
};

// Kinds of layers whose unmeasured shapes share one fitted rate.
enum profile_kind {
    KIND_CONV,           // k x k, 16 or more input channels per group
    KIND_CONV_POINTWISE, // 1 x 1
    KIND_CONV_FEW,       // fewer input channels per group (first layers, depthwise)
    KIND_FC,
    KIND_POOL,
    KIND_NORM, // batchnorm, lrn
    KIND_OTHER,
    KIND_COUNT
};

struct profile_rate { // seconds = constant_s + size * s_per_size
    double s_per_size, constant_s;
};

struct profile {
    const char *name, *path, *machine, *cpu, *isa, *compiler, *flags, *commit, *date, *protocol;
    char        sha256[DIGEST_TEXT_BYTES];
    double   conv_flop_per_s; // of a whole ResNet-50, as device figures are quoted (2 FLOP per MAC)
    double   fc_bytes_per_s;  // of AlexNet's three fc layers, cold
    uint32_t layer_count;
    struct profile_layer *layers; // [layer_count], sorted by key
    struct profile_rate   rates[KIND_COUNT];
};

// Names a layer shape: "conv 64x27x27 192 k5x5 s1x1 p2,2,2,2 d1x1 g1". `in` is the first input.
const char       *profile_key(const struct kernel *kernel, const struct kernel_attr *attr,
                              const struct shape *in, struct arena *a);
enum profile_kind profile_kind(const struct kernel *kernel, const struct kernel_attr *attr,
                               const struct shape *in);

// What the cost of output rows [begin, end) follows: see above. O(rows x kernel) for conv.
double profile_size(const struct kernel *kernel, const struct kernel_attr *attr,
                    const struct shape *in, const struct shape *out, struct span rows);

MUST_USE bool profile_load(struct profile *out, struct arena *a, const char *path, struct err *e);
MUST_USE bool profile_save(const struct profile *p, const char *path,
                           struct err *e); // whole or not at all

// Makes curves and rates from the points; profile_load and calibrate call it.
void profile_fit(struct profile *p, struct arena *a);

const struct profile_layer *profile_find(const struct profile *p,
                                         const char           *key); // NULL: not measured; O(log n)

// Seconds of a slice of that size on the profile's machine. O(log points).
double profile_curve_s(const struct profile_layer *layer, enum profile_kind kind, double size);
double profile_rate_s(const struct profile *p, enum profile_kind kind, double size);

#endif
