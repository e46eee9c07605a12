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

// Means, and where wanted quantiles, of batches of equally many successive ranks; a rank past the
// last of BATCH_LIMIT batches pairs them up and doubles their size. So a stream of any length has
// between half of BATCH_LIMIT and BATCH_LIMIT of them: Schmeiser (Oper. Res. 30(3), 1982): 10 to 30
// serve, more gain next to nothing. Values may come in any order, and ranks may stay without one: a
// batch is of those that came.
enum { BATCH_LIMIT = 32, BATCH_LEAST = 10, BATCH_SIZE_LEAST = 10, BATCH_BEYOND_LEAST = 10 };

struct batches { // zero-initialise; private to series.c
    double           sum[BATCH_LIMIT];
    uint64_t         count[BATCH_LIMIT];
    struct quantile *values;    // [BATCH_LIMIT] NULL: means alone
    uint64_t         ranks;     // the highest seen, plus one
    uint32_t         size_log2; // of the ranks of a batch
};

// Also quantiles: at most BATCH_LIMIT x what one struct quantile may take.
void batches_keep_values(struct batches *b, struct arena *a);

// O(1) amortised. `a` is only used for quantiles; value as quantile_add has it.
void batches_add(struct batches *b, struct arena *a, uint64_t rank, double value);

// Half-width of the 95 % interval of the mean, Student t over the full batches; NaN: fewer than
// BATCH_LEAST batches, one of fewer than BATCH_SIZE_LEAST values, or their means depend on each
// other (lag-1 correlation, one-sided at 5 %), also when paired up once more.
double batches_ci95(const struct batches *b);

// The same of the quantile at `share`; NaN too: fewer than BATCH_BEYOND_LEAST values of a batch lie
// beyond it. O(values or bins held).
double batches_quantile_ci95(const struct batches *b, struct arena *scratch, double share);

// Correlation of successive batch means; NaN with fewer than 3 full ones, or when all are equal.
double batches_lag1(const struct batches *b);

#endif
