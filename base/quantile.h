// base/quantile.h: quantiles of a stream of values >= 0 in bounded memory; two may be merged.
//
// Up to QUANTILE_EXACT values are kept as they are, and a quantile of them is exact. Beyond that
// each falls into a bin, and only bins are counted. What is held follows from the multiset of
// values alone: neither their order nor how they were merged changes a quantile.
//
// Bins and their error bound follow DDSketch (Masson, Rim, Lee, VLDB 2019), with its fast
// mapping, the logarithm interpolated linearly within an octave: that is cut into 2^9 bins of equal
// width, so that a double's exponent and the upper nine bits of its mantissa are its bin. Values of
// a bin [a, b) are told as 2 a b / (a + b), which is off by at most (b - a) / (a + b) <= 1 / 1025
// of the value. Zeros are counted apart; subnormals are zeros.
//
// Memory: at most 64 KiB for values, 4 KiB per octave between the least and the most value.
#ifndef FOGSIM_BASE_QUANTILE_H
#define FOGSIM_BASE_QUANTILE_H

#include "base/arena.h"

enum { QUANTILE_EXACT = 4096 };

#define QUANTILE_ERROR (1.0 / 1025) // of a value told by its bin

struct quantile {        // zero-initialise; private to quantile.c
    uint64_t  n, zeros;  // zeros: only once there are bins
    double   *values;    // [n] while n <= QUANTILE_EXACT
    uint64_t *bins;      // [bin_count] beyond
    uint32_t  capacity;  // of values
    uint32_t  bin_first; // what bins[0] counts
    uint32_t  bin_count;
    double    least, most;
};

// O(1); grows in `a`, always the same one. Asserts value finite and >= 0.
void quantile_add(struct quantile *q, struct arena *a, double value);

// As if each value of `from` had been added; O(values or bins held).
void quantile_merge(struct quantile *q, struct arena *a, const struct quantile *from);

// Empty again; its room is kept.
void quantile_clear(struct quantile *q);

// out[i] = the quantile of shares[i] in [0, 1], linear between order statistics; NaN when n = 0.
void quantile_at(const struct quantile *q, struct arena *scratch, const double *shares,
                 uint32_t count, double *out);

#endif
