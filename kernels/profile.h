// kernels/profile.h: measured kernel timings of one machine, and the cost of what lies between the
// measured points.
//
// A profile holds, per layer shape and algorithm, timings of the whole layer and of slices of it.
// The cost between them follows the *size* of a slice: for a direct conv its valid taps
// (multiply-accumulates on real input rows; taps on padding rows are skipped by the kernels), for
// Winograd the products of its tiles (whole tiles, padding not skipped), for fc the bytes of its
// weights, for layers of signs their valid taps (blinear: its products), for other layers its
// output elements (global pooling: input elements). Along measured points the cost is linear in the
// size (below the smallest in proportion; fc keeps a constant), never falling. That is the cost of
// a conv whose operands lie in the caches; cold, each byte that it moves costs a further constant:
// a sum, since one core's reads from memory and its arithmetic hardly overlap (measured, see
// docs/MODELS.md). A shape that was not measured takes the rates of its kind, fitted over what was.
// Immutable once loaded.
#ifndef FOGSIM_KERNELS_PROFILE_H
#define FOGSIM_KERNELS_PROFILE_H

#include "base/digest.h"
#include "kernels/kernel.h"
#include "kernels/timing.h"

struct profile_point {
    int32_t       begin, end; // output rows (conv and others) or output neurons (fc)
    double        size;       // valid taps, products, bytes or elements
    double        bytes;      // conv: weights, input and output of the slice; else 0
    struct timing warm, cold; // sample_count 0: not measured (fc is timed cold, the rest warm)
};

struct profile_layer {
    const char           *key; // profile_key()
    enum kernel_algorithm algorithm;
    uint32_t              point_count;
    struct profile_point *points;
    // The cost curve (fc: cold, the rest: warm): sizes rise strictly, seconds never fall.
    uint32_t curve_count;
    double  *curve_size, *curve_s;
    double   cold_s_per_byte; // conv: what a cold byte adds; < 0: not measured
};

// Kinds of layers whose unmeasured shapes share one fitted rate. Those of conv stand first, up to
// KIND_WINOGRAD4.
enum profile_kind {
    KIND_CONV,           // k x k, 16 or more input channels per group
    KIND_CONV_POINTWISE, // 1 x 1
    KIND_CONV_FEW,       // fewer input channels per group (first layers, depthwise)
                         // (fconv is computed as a conv: it has conv's kinds)
    KIND_WINOGRAD2,
    KIND_WINOGRAD4,
    KIND_FC,
    KIND_POOL,
    KIND_NORM, // batchnorm, lrn
    KIND_OTHER,
    KIND_BCONV, // signs times signs: xor and popcount
    KIND_BLINEAR,
    KIND_COUNT
};

struct profile_rate { // seconds = constant_s + size * s_per_size (+ bytes * cold_s_per_byte)
    double s_per_size, constant_s, cold_s_per_byte;
};

// Which algorithm a stack computes a conv by, where there is a choice (profile_offers): direct;
// Winograd, F(2x2) or F(4x4), whichever is faster for the slice; or the fastest of them all.
enum conv_choice { CONV_DIRECT, CONV_WINOGRAD, CONV_FASTEST, CONV_CHOICE_COUNT };
// Where a conv's operands are when it begins. fc is cold either way: its weights fit no cache.
enum caches { CACHES_WARM, CACHES_COLD, CACHES_COUNT };
extern const char *const conv_choice_names[]; // NULL-terminated
extern const char *const caches_names[];
extern const char *const kernel_algorithm_names[];

struct profile {
    const char *name, *path, *machine, *cpu, *isa, *compiler, *flags, *commit, *date, *protocol;
    char        sha256[DIGEST_TEXT_BYTES];
    double      clock_hz; // seconds = cycles / clock_hz
    // Of a whole ResNet-50, as device figures are quoted (2 FLOP per MAC).
    double                conv_flop_per_s[CONV_CHOICE_COUNT][CACHES_COUNT];
    double                fc_bytes_per_s; // of AlexNet's three fc layers, cold
    uint32_t              layer_count;
    struct profile_layer *layers; // [layer_count], sorted by key
    struct profile_rate   rates[KIND_COUNT];
};

// Names a layer shape: "conv 64x27x27 192 k5x5 s1x1 p2,2,2,2 d1x1 g1". `in` is the first input.
const char *profile_key(const struct kernel *kernel, const struct kernel_attr *attr,
                        const struct shape *in, struct arena *a);

bool profile_key_is_fc(const char *key);

// Whether stacks would compute such a layer by that algorithm: direct always, Winograd where the
// kernel has it and each output is the sum of 16 input channels or more (with fewer, transforming
// costs more than it saves).
bool profile_offers(const struct kernel *kernel, const struct kernel_attr *attr,
                    const struct shape *in, enum kernel_algorithm algorithm);

enum profile_kind profile_kind(const struct kernel *kernel, const struct kernel_attr *attr,
                               const struct shape *in, enum kernel_algorithm algorithm);

// What the cost of output rows (fc: neurons) `rows` of the whole layer follows: see above. O(rows x
// kernel) for conv.
double profile_size(const struct kernel *kernel, const struct kernel_attr *attr,
                    enum kernel_algorithm algorithm, const struct shape *in,
                    const struct shape *out, struct span rows);

// Output rows of one of Winograd's tiles: a slice costs whole tiles.
int32_t profile_tile_rows(enum kernel_algorithm algorithm);

// Bytes of a conv's weights as the algorithm keeps them; transformed ones of Winograd are larger.
double profile_weight_bytes(const struct kernel_attr *attr, enum kernel_algorithm algorithm,
                            const struct shape *in);

// What rows `rows` of a conv move: the weights, the input rows they read, the rows themselves.
double profile_bytes(const struct kernel_attr *attr, enum kernel_algorithm algorithm,
                     const struct shape *in, const struct shape *out, struct span rows);

MUST_USE bool profile_load(struct profile *out, struct arena *a, const char *path, struct err *e);
MUST_USE bool profile_save(const struct profile *p, const char *path,
                           struct err *e); // whole or not at all

// Makes curves and rates from the points; profile_load and calibrate call it.
void profile_fit(struct profile *p, struct arena *a);

// NULL: not measured. O(log n).
const struct profile_layer *profile_find(const struct profile *p, const char *key,
                                         enum kernel_algorithm algorithm);

// Seconds of a measured point, as the curves take them: fc cold and in seconds, the median; the
// rest warm, cycles at the profile's clock.
double profile_point_s(const struct profile *p, const struct profile_point *point);

// Seconds of a slice of that size on the profile's machine. O(log points).
double profile_curve_s(const struct profile_layer *layer, enum profile_kind kind, double size);
double profile_rate_s(const struct profile *p, enum profile_kind kind, double size);

// All of it together: seconds of output rows (fc: neurons) `rows` of a layer by that algorithm,
// with a conv's operands warm or cold. `a` holds scratch. models/cost.h has the same from tables.
double profile_slice_s(const struct profile *p, const struct kernel *kernel,
                       const struct kernel_attr *attr, enum kernel_algorithm algorithm,
                       enum caches caches, const struct shape *in, const struct shape *out,
                       struct span rows, struct arena *a);

#endif
