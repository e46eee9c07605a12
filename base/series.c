#include "base/series.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

static double mean_of_batch(const double *x)
{
    double sum = 0;
    for (int i = 0; i < MSER_BATCH; i++) sum += x[i];
    return sum / MSER_BATCH;
}

// From the last batch to the first, so that each d costs one more value of a mean and its squares.
size_t mser5(const double *x, size_t n, bool *is_short)
{
    size_t         count = n / MSER_BATCH, best = 0;
    double         least = INFINITY;
    struct moments kept = {0};
    *is_short = count / 2 < MSER_LEAST_BATCHES;
    if (*is_short) return 0;
    for (size_t d = count; d-- > 0;) {
        moments_add(&kept, mean_of_batch(x + d * MSER_BATCH));
        if (kept.n < MSER_LEAST_BATCHES) continue;
        double error = kept.squares / ((double)kept.n * (double)kept.n);
        if (error > least) continue;
        least = error;
        best = d;
    }
    *is_short = best > count / 2;
    return *is_short ? 0 : best * MSER_BATCH;
}

void batches_keep_values(struct batches *b, struct arena *a)
{
    assert(!b->ranks);
    b->values = ARENA_ARRAY(a, struct quantile, BATCH_LIMIT);
}

// Batches 0 and 1 become the first, and so on. Rooms that fall free are used again.
static void pair_up(struct batches *b, struct arena *a)
{
    for (size_t i = 0; i < BATCH_LIMIT; i++) {
        bool is_left = i < BATCH_LIMIT / 2;
        b->sum[i] = is_left ? b->sum[2 * i] + b->sum[2 * i + 1] : 0;
        b->count[i] = is_left ? b->count[2 * i] + b->count[2 * i + 1] : 0;
    }
    for (size_t i = 0; b->values && i < BATCH_LIMIT / 2; i++) {
        quantile_merge(&b->values[2 * i], a, &b->values[2 * i + 1]);
        quantile_clear(&b->values[2 * i + 1]);
        struct quantile pair = b->values[2 * i];
        b->values[2 * i] = b->values[i]; // empty, unless i = 0
        b->values[i] = pair;
    }
    b->size_log2++;
}

void batches_add(struct batches *b, struct arena *a, uint64_t rank, double value)
{
    while (rank >> b->size_log2 >= BATCH_LIMIT) pair_up(b, a);
    uint32_t i = (uint32_t)(rank >> b->size_log2);
    b->ranks = rank + 1 > b->ranks ? rank + 1 : b->ranks;
    b->count[i]++;
    b->sum[i] += value;
    if (b->values) quantile_add(&b->values[i], a, value);
}

// With both ends added it is 1 - half of von Neumann's ratio, so that its distribution under
// independence is symmetric (Fishman, Management Science 24(5), 1978).
static double lag1(const double *x, uint32_t n)
{
    double mean = stat_mean(x, n), squares = 0, steps = 0;
    for (uint32_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
    for (uint32_t i = 1; i < n; i++) steps += (x[i] - x[i - 1]) * (x[i] - x[i - 1]);
    return n < 3 || squares <= 0 ? NAN : 1 - steps / (2 * squares);
}

// Variance under independence (n - 2) / (n^2 - 1), nearly normal from n = 8 on (Young, Ann. Math.
// Stat. 12(3), 1941). Values that are all equal do not depend on each other.
static bool are_independent(const double *x, uint32_t n)
{
    double sd = sqrt((n - 2.0) / ((double)n * n - 1));
    return !(lag1(x, n) > gsl_cdf_ugaussian_Pinv(0.95) * sd);
}

static uint32_t full_batches(const struct batches *b)
{
    return (uint32_t)(b->ranks >> b->size_log2);
}

// The least number of values that a full batch has.
static uint64_t least_count(const struct batches *b)
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < full_batches(b); i++)
        least = b->count[i] < least ? b->count[i] : least;
    return least;
}

static double quantile_of(const struct quantile *q, struct arena *scratch, double share)
{
    double at;
    quantile_at(q, scratch, &share, 1, &at);
    return at;
}

// Of batch `i`, or with width 2 of the i-th pair; share: NaN: the mean.
static double figure(const struct batches *b, struct arena *scratch, uint32_t i, uint32_t width,
                     double share)
{
    uint32_t last = width * i + width - 1, first = width * i;
    if (isnan(share))
        return width == 1
                   ? b->sum[i] / (double)b->count[i]
                   : (b->sum[first] + b->sum[last]) / (double)(b->count[first] + b->count[last]);
    if (width == 1) return quantile_of(&b->values[i], scratch, share);
    struct arena_mark mark = arena_mark(scratch);
    struct quantile   pair = {0};
    quantile_merge(&pair, scratch, &b->values[first]);
    quantile_merge(&pair, scratch, &b->values[last]);
    double at = quantile_of(&pair, scratch, share);
    arena_rewind(scratch, mark);
    return at;
}

// Over single batches; if they depend on each other over pairs; if these do too, it is not known.
static double half_width(const struct batches *b, struct arena *scratch, double share)
{
    double x[BATCH_LIMIT];
    for (uint32_t width = 1; width <= 2; width++) {
        uint32_t n = full_batches(b) / width;
        if (n < BATCH_LEAST) break;
        for (uint32_t i = 0; i < n; i++) x[i] = figure(b, scratch, i, width, share);
        if (are_independent(x, n)) return stat_ci95(x, n);
    }
    return NAN;
}

double batches_ci95(const struct batches *b)
{
    return least_count(b) < BATCH_SIZE_LEAST ? NAN : half_width(b, NULL, NAN);
}

double batches_quantile_ci95(const struct batches *b, struct arena *scratch, double share)
{
    double beyond = fmin(share, 1 - share) * (double)least_count(b);
    return !b->values || beyond < BATCH_BEYOND_LEAST ? NAN : half_width(b, scratch, share);
}

double batches_lag1(const struct batches *b)
{
    double   x[BATCH_LIMIT];
    uint32_t n = full_batches(b);
    for (uint32_t i = 0; i < n; i++) x[i] = figure(b, NULL, i, 1, NAN);
    return lag1(x, n);
}
