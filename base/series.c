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
    assert(!b->full && !b->under_way);
    b->values = ARENA_ARRAY(a, struct quantile, BATCH_LIMIT);
}

// Batches 0 and 1 become the first, and so on. Rooms that fall free are used again.
static void pair_up(struct batches *b, struct arena *a)
{
    for (uint32_t i = 0; i < BATCH_LIMIT / 2; i++)
        b->mean[i] = (b->mean[2 * i] + b->mean[2 * i + 1]) / 2;
    for (uint32_t i = 0; b->values && i < BATCH_LIMIT / 2; i++) {
        quantile_merge(&b->values[2 * i], a, &b->values[2 * i + 1]);
        quantile_clear(&b->values[2 * i + 1]);
        struct quantile pair = b->values[2 * i];
        b->values[2 * i] = b->values[i]; // empty, unless i = 0
        b->values[i] = pair;
    }
    b->full = BATCH_LIMIT / 2;
    b->size *= 2;
}

void batches_add(struct batches *b, struct arena *a, double value)
{
    if (!b->size) b->size = 1;
    if (!b->under_way) b->mean[b->full] = 0;
    b->under_way++;
    b->mean[b->full] += (value - b->mean[b->full]) / (double)b->under_way;
    if (b->values) quantile_add(&b->values[b->full], a, value);
    if (b->under_way < b->size) return;
    b->under_way = 0;
    b->full++;
    if (b->full == BATCH_LIMIT) pair_up(b, a);
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

double batches_lag1(const struct batches *b)
{
    return lag1(b->mean, b->full);
}

// Variance under independence (n - 2) / (n^2 - 1), nearly normal from n = 8 on (Young, Ann. Math.
// Stat. 12(3), 1941). Values that are all equal do not depend on each other.
static bool are_independent(const double *x, uint32_t n)
{
    double sd = sqrt((n - 2.0) / ((double)n * n - 1));
    return !(lag1(x, n) > gsl_cdf_ugaussian_Pinv(0.95) * sd);
}

double batches_ci95(const struct batches *b)
{
    double   x[BATCH_LIMIT];
    uint32_t n = b->full;
    if (b->size < BATCH_SIZE_LEAST) return NAN;
    for (uint32_t i = 0; i < n; i++) x[i] = b->mean[i];
    if (n >= BATCH_LEAST && are_independent(x, n)) return stat_ci95(x, n);
    n /= 2;
    for (uint32_t i = 0; i < n; i++) x[i] = (x[2 * i] + x[2 * i + 1]) / 2;
    return n >= BATCH_LEAST && are_independent(x, n) ? stat_ci95(x, n) : NAN;
}

// Of `width` batches together each, 1 or 2. Returns how many.
static uint32_t quantiles(const struct batches *b, struct arena *scratch, double share,
                          uint32_t width, double *out)
{
    uint32_t n = b->full / width;
    for (uint32_t i = 0; i < n; i++) {
        struct arena_mark mark = arena_mark(scratch);
        struct quantile   joint = {0};
        if (width == 1) {
            joint = b->values[i];
        } else {
            quantile_merge(&joint, scratch, &b->values[2 * i]);
            quantile_merge(&joint, scratch, &b->values[2 * i + 1]);
        }
        quantile_at(&joint, scratch, &share, 1, &out[i]);
        arena_rewind(scratch, mark);
    }
    return n;
}

double batches_quantile_ci95(const struct batches *b, struct arena *scratch, double share)
{
    double x[BATCH_LIMIT];
    double beyond = fmin(share, 1 - share) * (double)b->size;
    if (!b->values || beyond < BATCH_BEYOND_LEAST) return NAN;
    for (uint32_t width = 1; width <= 2; width++) {
        if (b->full / width < BATCH_LEAST) break;
        uint32_t n = quantiles(b, scratch, share, width, x);
        if (are_independent(x, n)) return stat_ci95(x, n);
    }
    return NAN;
}
