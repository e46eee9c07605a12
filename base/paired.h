// base/paired.h: two series measured under the same conditions: what changed, and is it chance?
//
// With common random numbers the replications of two schemes differ by the scheme alone, so the
// test is of the differences, pair by pair. p by Student's t test of paired samples (Student,
// Biometrika 6(1), 1908); many tests at once are corrected by Holm's step-down rule (Scandinavian
// Journal of Statistics 6(2), 1979), which keeps the chance of any false alarm among them below
// alpha whatever their dependence.
//
// Differences that are all the same: all 0 is p = 1. All the same but not 0 has no spread that a t
// could be made of; of values from a continuum that does not come about by chance, so it is
// certain: t is infinite, p = 0. Of counts over few tasks it does come about by chance (one task
// late in each of two replications): their spread is taken to be at least one count, `resolution`.
#ifndef FOGSIM_BASE_PAIRED_H
#define FOGSIM_BASE_PAIRED_H

#include <stddef.h>

#include "base/arena.h"

struct paired {
    size_t n;                     // pairs
    size_t differing;             // of them
    double base_mean, other_mean; // NaN when n = 0
    double difference;            // mean of other - base; NaN when n = 0
    double ci95;                  // half-width of its 95 % interval, Student t; NaN when n < 2
    double t;                     // difference over its standard error; NaN when n < 2
    double p;                     // two-sided; NaN when n < 2: no verdict
};

// `base` and `other` have `n` finite values of size below 1e150. `resolution`: the step of a value
// that is a share of a count; 0 of a continuum. O(n).
void paired_test(const double *base, const double *other, size_t n, double resolution,
                 struct paired *out);

// p values of a family of `n` tests to those that may each be held against alpha; NaN (no verdict)
// is no member and stays. In place; O(n log n), memory from `scratch`.
void holm_adjust(double *p, size_t n, struct arena *scratch);

#endif
