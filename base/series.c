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
    *is_short = count < 2 * MSER_LEAST_BATCHES;
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
    for (uint32_t i = 0; i < BATCH_LIMIT / 2; i++) {
        const double   *mean = &b->mean[2 * i];
        const uint64_t *count = &b->count[2 * i];
        uint64_t        both = count[0] + count[1];
        double joint = both ? mean[0] + (mean[1] - mean[0]) * ((double)count[1] / (double)both) : 0;
        b->mean[i] = joint;
        b->count[i] = both;
    }
    for (uint32_t i = BATCH_LIMIT / 2; i < BATCH_LIMIT; i++) b->mean[i] = 0, b->count[i] = 0;
    for (uint32_t i = 0; b->values && i < BATCH_LIMIT / 2; i++) {
        quantile_merge(&b->values[2 * i], a, &b->values[2 * i + 1]);
        quantile_clear(&b->values[2 * i + 1]);
        struct quantile pair = b->values[2 * i];
        b->values[2 * i] = b->values[i]; // empty, unless i = 0
        b->values[i] = pair;
    }
    b->size *= 2;
}

void batches_add(struct batches *b, struct arena *a, uint64_t rank, double value)
{
    if (!b->size) b->size = 1;
    while (rank / b->size >= BATCH_LIMIT) pair_up(b, a);
    uint32_t i = (uint32_t)(rank / b->size);
    b->ranks = rank + 1 > b->ranks ? rank + 1 : b->ranks;
    b->count[i]++;
    b->mean[i] += (value - b->mean[i]) / (double)b->count[i];
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
    return b->size ? (uint32_t)(b->ranks / b->size) : 0;
}

// The least number of values that a full batch has.
static uint64_t least_count(const struct batches *b)
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < full_batches(b); i++)
        least = b->count[i] < least ? b->count[i] : least;
    return least;
}

// Joint figure of `width` batches, 1 or 2, from number `first` on; share: NaN: the mean.
static double figure(const struct batches *b, struct arena *scratch, uint32_t first, uint32_t width,
                     double share)
{
    struct quantile   joint = {0};
    struct arena_mark mark;
    double            sum = 0, at;
    uint64_t          count = 0;
    if (isnan(share)) {
        for (uint32_t i = first; i < first + width; i++) {
            sum += b->mean[i] * (double)b->count[i];
            count += b->count[i];
        }
        return sum / (double)count;
    }
    mark = arena_mark(scratch);
    for (uint32_t i = first; i < first + width; i++) quantile_merge(&joint, scratch, &b->values[i]);
    quantile_at(&joint, scratch, &share, 1, &at);
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
        for (uint32_t i = 0; i < n; i++) x[i] = figure(b, scratch, i * width, width, share);
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
    return lag1(b->mean, full_batches(b));
}
