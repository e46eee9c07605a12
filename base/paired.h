// base/paired.h: two series measured under the same conditions: what changed, and is it chance?
//
// With common random numbers the replications of two schemes differ by the scheme alone, so the
// test is of the differences, pair by pair. p by Student's t test of paired samples (Student,
// Biometrika 6(1), 1908); many tests at once are corrected by Holm's step-down rule (Scandinavian
// Journal of Statistics 6(2), 1979), which keeps the chance of any false alarm among them below
// alpha whatever their dependence.
#ifndef FOGSIM_BASE_PAIRED_H
#define FOGSIM_BASE_PAIRED_H

#include <stddef.h>

#include "base/arena.h"

struct paired {
    size_t n;                     // pairs
    double base_mean, other_mean; // NaN when n = 0
    double difference;            // mean of other - base; NaN when n = 0
    double ci95;                  // half-width of its 95 % interval, Student t; NaN when n < 2
    double t;                     // difference over its standard error; 0: all differences are 0
    double p;                     // two-sided; NaN when n < 2: no verdict
    size_t nonzero;               // pairs that differ
};

// `base` and `other` have `n` finite values. Differences that are all the same are certain, not
// noisy: all 0 gives p = 1, all the same but not 0 gives t = +-infinity and p = 0. O(n).
void paired_test(const double *base, const double *other, size_t n, struct paired *out);

// p values of a family of `n` tests to those that may each be held against alpha; NaN (no verdict)
// is no member and stays. In place; O(n log n), memory from `scratch`.
void holm_adjust(double *p, size_t n, struct arena *scratch);

#endif
