// base/series.h: a series of dependent values: where its initial transient ends, and how sure the
// mean of one long series is.
//
// docs/STATISTICS.md derives each rule and says how well it does.
#ifndef FOGSIM_BASE_SERIES_H
#define FOGSIM_BASE_SERIES_H

#include <stdbool.h>

#include "base/quantile.h"
#include "base/stat.h"

enum { MSER_BATCH = 5, MSER_LEAST_BATCHES = 5 };

// How many of the first values to leave out: MSER-5, a multiple of 5. Over means of 5 successive
// values z[0..k), the d in [0, k - 5] that makes the sum of (z[i] - mean of z[d..k))^2 over d <= i
// < k, divided by (k - d)^2, least; of several the smallest. A d past k / 2 says that the series is
// too short to tell: `*is_short`, and 0, as with k < 10. Values past the last full batch do not
// take part. O(n), no memory.
// White, Simulation 69(6), 1997; White, Cobb and Spratt, WSC 2000; the bounds on d: Hoad, Robinson
// and Davies, J. Oper. Res. Soc. 61(9), 2010.
size_t mser5(const double *x, size_t n, bool *is_short);

// Means, and where wanted quantiles, of successive batches of equal size; when BATCH_LIMIT are full
// they are paired up and the size doubles. So a stream of any length has between half of
// BATCH_LIMIT and BATCH_LIMIT of them: Schmeiser (Oper. Res. 30(3), 1982): 10 to 30 serve, more
// gain next to nothing.
enum { BATCH_LIMIT = 32, BATCH_LEAST = 10, BATCH_SIZE_LEAST = 10, BATCH_BEYOND_LEAST = 10 };

struct batches { // zero-initialise; private to series.c
    double           mean[BATCH_LIMIT];
    struct quantile *values;          // [BATCH_LIMIT] NULL: means alone
    uint64_t         size, under_way; // values in a full batch; in the one being filled
    uint32_t         full;
};

// Also quantiles: at most BATCH_LIMIT x what one struct quantile may take.
void batches_keep_values(struct batches *b, struct arena *a);

// O(1) amortised. `a` is only used for quantiles; value as quantile_add has it.
void batches_add(struct batches *b, struct arena *a, double value);

// Half-width of the 95 % interval of the mean, Student t over the full batches; NaN: fewer than
// BATCH_LEAST batches of BATCH_SIZE_LEAST values, or their means depend on each other (lag-1
// correlation, one-sided at 5 %), also when paired up once more.
double batches_ci95(const struct batches *b);

// The same of the quantile at `share`; NaN too: fewer than BATCH_BEYOND_LEAST values of a
// batch lie beyond it.
double batches_quantile_ci95(const struct batches *b, struct arena *scratch, double share);

// Correlation of successive batch means; NaN with fewer than 3, or when all are equal.
double batches_lag1(const struct batches *b);

#endif
