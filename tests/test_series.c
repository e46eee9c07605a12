// tests/test_series.c: MSER-5 and batch means against values by hand and against the formulas
// written out over the whole series.
#include <check.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "base/series.h"

static struct arena arena;

static void setup(void)
{
    arena = (struct arena){0};
}

static void teardown(void)
{
    arena_free(&arena);
}

// ---- MSER-5

// Five times each: batches with these means.
static double *spread(const double *z, size_t k)
{
    double *x = ARENA_ARRAY(&arena, double, k * 5);
    for (size_t i = 0; i < 5 * k; i++) x[i] = z[i / 5];
    return x;
}

// Means 5, 3, 1, 3, 1, 3, 1, 3, 1, 3. By hand: nothing left out 16.4 / 100 = 0.164; the first
// 8.889 / 81 = 0.1097; two 8 / 64 = 0.125; three 6.857 / 49 = 0.1399; four 6 / 36; five 4.8 / 25.
START_TEST(a_series_by_hand_loses_its_first_batch)
{
    const double z[] = {5, 3, 1, 3, 1, 3, 1, 3, 1, 3};
    bool         is_short = true;
    ck_assert_uint_eq(mser5(spread(z, 10), 50, &is_short), 5);
    ck_assert(!is_short);
}
END_TEST

// Means of batches decide, not what they are of: 0 to 4 has the mean 2.
START_TEST(a_batch_counts_by_its_mean)
{
    double x[50];
    bool   is_short;
    for (int i = 0; i < 50; i++) x[i] = i < 10 ? 20 : i % 5;
    ck_assert_uint_eq(mser5(x, 50, &is_short), 10);
    ck_assert_uint_eq(mser5(x, 54, &is_short), 10); // four more are no batch; never read past 50
}
END_TEST

START_TEST(a_steady_series_is_kept_whole)
{
    double x[100];
    bool   is_short;
    for (int i = 0; i < 100; i++) x[i] = 7;
    ck_assert_uint_eq(mser5(x, 100, &is_short), 0);
    ck_assert(!is_short);
}
END_TEST

// k values in a row have squares k (k^2 - 1) / 12, over k^2 about k / 12: the fewest are the best.
START_TEST(a_series_that_never_settles_is_too_short)
{
    double x[100];
    bool   is_short = false;
    for (int i = 0; i < 100; i++) x[i] = i;
    ck_assert_uint_eq(mser5(x, 100, &is_short), 0);
    ck_assert(is_short);
    // The same when it settles behind the middle; just before it is found.
    for (int i = 0; i < 100; i++) x[i] = i < 55 ? 9 : i % 5;
    ck_assert_uint_eq(mser5(x, 100, &is_short), 0);
    ck_assert(is_short);
    for (int i = 0; i < 100; i++) x[i] = i < 50 ? 9 : i % 5;
    ck_assert_uint_eq(mser5(x, 100, &is_short), 50);
    ck_assert(!is_short);
}
END_TEST

START_TEST(fewer_than_ten_batches_are_too_short)
{
    double x[50] = {1};
    bool   is_short = false;
    ck_assert_uint_eq(mser5(x, 49, &is_short), 0);
    ck_assert(is_short);
    mser5(x, 50, &is_short);
    ck_assert(!is_short);
    ck_assert_uint_eq(mser5(x, 0, &is_short), 0);
    ck_assert(is_short);
}
END_TEST

// White (1997) written out: for each d the mean, then the squares, of what is kept.
static size_t slow_mser5(const double *x, size_t n, bool *is_short)
{
    size_t k = n / 5, best = 0;
    double least = INFINITY;
    for (size_t d = 0; d + 5 <= k; d++) {
        double mean = 0, squares = 0, kept = (double)(k - d);
        for (size_t i = 5 * d; i < 5 * k; i++) mean += x[i] / (5 * kept);
        for (size_t b = d; b < k; b++) {
            const double *y = x + 5 * b;
            double        away = (y[0] + y[1] + y[2] + y[3] + y[4]) / 5 - mean;
            squares += away * away;
        }
        if (squares / (kept * kept) < least) least = squares / (kept * kept), best = d;
    }
    *is_short = k < 10 || best > k / 2;
    return *is_short ? 0 : 5 * best;
}

// Autoregressive, from far above or below its mean.
static void wander(struct rng *r, double start, double memory, double *x, size_t n)
{
    double at = start;
    for (size_t i = 0; i < n; i++) {
        at = memory * at + gsl_ran_gaussian(&r->gsl, 1);
        x[i] = 10 + at;
    }
}

START_TEST(one_pass_finds_what_the_formula_finds)
{
    enum { MOST = 1500 };
    static double x[MOST];
    struct rng    r;
    uint32_t      cut = 0, too_short = 0;
    rng_init(&r, 5, 0, "series", 0);
    for (int run = 0; run < 300; run++) {
        size_t n = 1 + rng_below(&r, MOST);
        wander(&r, 40 * (rng_uniform(&r) - 0.5), 0.98 * rng_uniform(&r), x, n);
        bool   is_short, want_short;
        size_t want = slow_mser5(x, n, &want_short);
        ck_assert_uint_eq(mser5(x, n, &is_short), want);
        ck_assert(is_short == want_short);
        cut += want > 0;
        too_short += want_short;
    }
    ck_assert_uint_ge(cut, 50); // the cases are there
    ck_assert_uint_ge(too_short, 20);
}
END_TEST

// ---- batches

static struct batches of(const double *x, uint32_t n)
{
    struct batches b = {0};
    for (uint32_t i = 0; i < n; i++) batches_add(&b, NULL, i, x[i]);
    return b;
}

// 0 to 15: squares 16 x 255 / 12 = 340, 15 steps of 1: 1 - 15 / 680.
START_TEST(the_correlation_of_a_line_is_that_by_hand)
{
    double x[16];
    for (int i = 0; i < 16; i++) x[i] = i;
    struct batches b = of(x, 16);
    ck_assert_uint_eq(b.size_log2, 0);
    ck_assert_double_eq_tol(batches_lag1(&b), 1 - 15 / 680.0, 1e-12);
}
END_TEST

// A series of n values: batches of the least power of two that leaves at most 32 begun.
static uint32_t size_of(uint32_t n)
{
    uint32_t size = 1;
    while ((n + size - 1) / size > 32) size *= 2;
    return size;
}

static double slow_figure(double *x, uint32_t n, double share)
{
    if (isnan(share)) return stat_mean(x, n);
    double *sorted = ARENA_ARRAY(&arena, double, n);
    memcpy(sorted, x, n * sizeof *x);
    stat_sort(sorted, n);
    return stat_quantile(sorted, n, share);
}

// Von Neumann's ratio of squared successive differences to squares; independent when at most
// 2 (1 + 1.645 sqrt((k - 2) / (k^2 - 1))) below 2.
static bool slow_independent(const double *y, uint32_t k)
{
    double squares = (k - 1) * pow(stat_sd(y, k), 2), steps = 0;
    for (uint32_t i = 1; i < k; i++) steps += pow(y[i] - y[i - 1], 2);
    return steps / squares >= 2 * (1 - 1.6448536 * sqrt((k - 2.0) / (k * (double)k - 1)));
}

// The whole series at hand: what batches_ci95 and batches_quantile_ci95 are to tell.
static double slow_ci95(double *x, uint32_t n, double share)
{
    double   y[32], part = isnan(share) ? 1 : fmin(share, 1 - share);
    uint32_t size = size_of(n);
    if (part * size < 10) return NAN;
    for (uint32_t width = 1; width <= 2; width++) {
        uint32_t k = n / size / width;
        if (k < 10) return NAN;
        for (uint32_t i = 0; i < k; i++)
            y[i] = slow_figure(x + i * size * width, size * width, share);
        if (slow_independent(y, k)) return stat_ci95(y, k);
    }
    return NAN;
}

static void ck_close(double have, double want)
{
    ck_assert_msg(isnan(have) ? isnan(want) : fabs(have - want) <= 1e-9 * want,
                  "want %.17g, have %.17g", want, have);
}

// Of the batches as they are, whatever they depend on.
static double singles_ci95(const struct batches *b, uint32_t k)
{
    double y[BATCH_LIMIT];
    for (uint32_t i = 0; i < k; i++) y[i] = b->sum[i] / (double)b->count[i];
    return stat_ci95(y, k);
}

START_TEST(intervals_are_those_of_the_whole_series)
{
    enum { MOST = 20000 };
    static double x[MOST];
    struct rng    r;
    uint32_t      known = 0, pairs = 0, unknown = 0;
    rng_init(&r, 6, 0, "series", 0);
    for (int run = 0; run < 150; run++) {
        uint32_t n = 1 + (uint32_t)rng_below(&r, run % 3 ? 1500 : MOST);
        wander(&r, 0, run % 4 == 1 ? 0.9995 : run % 2 ? 0.999 * rng_uniform(&r) : 0, x, n);
        for (uint32_t i = 0; i < n; i++) x[i] = fabs(x[i]);
        struct batches b = {0};
        batches_keep_values(&b, &arena);
        for (uint32_t i = 0; i < n; i++) batches_add(&b, &arena, i, x[i]);
        double want = slow_ci95(x, n, NAN);
        ck_close(batches_ci95(&b), want);
        ck_close(batches_quantile_ci95(&b, &arena, 0.5), slow_ci95(x, n, 0.5));
        ck_close(batches_quantile_ci95(&b, &arena, 0.95), slow_ci95(x, n, 0.95));
        known += isnan(want) ? 0 : 1;
        unknown += isnan(want) && n > 600;
        pairs += !isnan(want) && fabs(want - singles_ci95(&b, n / size_of(n))) > 1e-9;
        arena_rewind(&arena, (struct arena_mark){0});
    }
    ck_assert_uint_ge(known, 40); // the cases are there
    ck_assert_uint_ge(unknown, 3);
    ck_assert_uint_ge(pairs, 2);
}
END_TEST

// Tasks end in another order than they come; batches are by when they came.
START_TEST(the_order_in_which_values_come_does_not_matter)
{
    enum { N = 5000 };
    static double   x[N];
    static uint32_t order[N];
    struct rng      r;
    struct batches  b = {0};
    rng_init(&r, 7, 0, "series", 0);
    wander(&r, 0, 0.5, x, N);
    for (uint32_t i = 0; i < N; i++) order[i] = i;
    gsl_ran_shuffle(&r.gsl, order, N, sizeof *order);
    for (uint32_t i = 0; i < N; i++) x[i] = fabs(x[i]);
    batches_keep_values(&b, &arena);
    for (uint32_t i = 0; i < N; i++) batches_add(&b, &arena, order[i], x[order[i]]);
    ck_assert(!isnan(batches_ci95(&b)));
    ck_close(batches_ci95(&b), slow_ci95(x, N, NAN));
    ck_close(batches_quantile_ci95(&b, &arena, 0.5), slow_ci95(x, N, 0.5));
}
END_TEST

// Every third task never finished: two thirds of a batch's ranks have a value.
START_TEST(ranks_without_a_value_leave_the_batches_where_they_are)
{
    struct batches b = {0};
    struct rng     r;
    double         y[32] = {0};
    rng_init(&r, 8, 0, "series", 0);
    for (uint32_t i = 0; i < 960; i++) { // 30 batches of 32 ranks
        double x = rng_uniform(&r);
        if (i % 3 == 0) continue;
        batches_add(&b, NULL, i, x);
        y[i / 32] += x;
    }
    uint32_t counts[32] = {0};
    for (uint32_t i = 0; i < 960; i++) counts[i / 32] += i % 3 != 0;
    for (uint32_t i = 0; i < 30; i++) y[i] /= counts[i];
    ck_assert_uint_eq(b.size_log2, 5);
    ck_close(batches_ci95(&b), stat_ci95(y, 30));
}
END_TEST

START_TEST(a_batch_with_hardly_a_value_tells_nothing)
{
    struct batches b = {0};
    for (uint32_t i = 0; i < 960; i++)
        if (i / 32 != 7 || i % 32 < 9) batches_add(&b, NULL, i, i % 32);
    ck_assert(isnan(batches_ci95(&b)));
    batches_add(&b, NULL, 7 * 32 + 9, 3);
    ck_assert(!isnan(batches_ci95(&b)));
}
END_TEST

START_TEST(values_that_are_all_equal_are_known_exactly)
{
    double x[1000];
    for (int i = 0; i < 1000; i++) x[i] = 0.25;
    struct batches b = of(x, 1000);
    ck_assert_double_eq(batches_ci95(&b), 0);
    ck_assert(isnan(batches_lag1(&b)));
    struct batches none = {0};
    ck_assert(isnan(batches_ci95(&none)));
    ck_assert(isnan(batches_quantile_ci95(&none, &arena, 0.5)));
}
END_TEST

// A random walk of 30 000 steps: batches of any size that is left depend on each other.
START_TEST(a_random_walk_has_no_interval)
{
    enum { N = 30000 };
    static double x[N];
    struct rng    r;
    rng_init(&r, 9, 0, "series", 0);
    wander(&r, 0, 1, x, N);
    struct batches b = of(x, N);
    ck_assert(isnan(batches_ci95(&b)));
    ck_assert_double_gt(batches_lag1(&b), 0.5);
}
END_TEST

// Of 2^20 values still no more than 32 batches, and the memory of 32 sketches: 64 KiB of values
// and 4 KiB an octave each (base/quantile.h).
START_TEST(memory_does_not_grow_with_the_series)
{
    struct batches b = {0};
    struct rng     r;
    rng_init(&r, 10, 0, "series", 0);
    batches_keep_values(&b, &arena);
    for (uint32_t i = 0; i < 1u << 20; i++)
        batches_add(&b, &arena, i, 1 + rng_uniform(&r)); // one octave
    ck_assert_uint_eq(b.size_log2, 15);
    ck_assert_uint_eq(b.ranks >> b.size_log2, 32);
    uint64_t held = 0;
    for (int i = 0; i < BATCH_LIMIT; i++)
        held += b.values[i].capacity * sizeof(double) + b.values[i].bin_count * sizeof(uint64_t);
    ck_assert_uint_le(held, 32 * (64 + 4) * 1024);
    ck_assert(!isnan(batches_quantile_ci95(&b, &arena, 0.99)));
}
END_TEST

Suite *series_suite(void);
Suite *series_suite(void)
{
    Suite *s = suite_create("series");
    TCase *mser = tcase_create("mser5"), *batches = tcase_create("batches");
    tcase_add_checked_fixture(mser, setup, teardown);
    tcase_add_test(mser, a_series_by_hand_loses_its_first_batch);
    tcase_add_test(mser, a_batch_counts_by_its_mean);
    tcase_add_test(mser, a_steady_series_is_kept_whole);
    tcase_add_test(mser, a_series_that_never_settles_is_too_short);
    tcase_add_test(mser, fewer_than_ten_batches_are_too_short);
    tcase_add_test(mser, one_pass_finds_what_the_formula_finds);
    suite_add_tcase(s, mser);
    tcase_add_checked_fixture(batches, setup, teardown);
    tcase_add_test(batches, the_correlation_of_a_line_is_that_by_hand);
    tcase_add_test(batches, intervals_are_those_of_the_whole_series);
    tcase_add_test(batches, the_order_in_which_values_come_does_not_matter);
    tcase_add_test(batches, ranks_without_a_value_leave_the_batches_where_they_are);
    tcase_add_test(batches, a_batch_with_hardly_a_value_tells_nothing);
    tcase_add_test(batches, values_that_are_all_equal_are_known_exactly);
    tcase_add_test(batches, a_random_walk_has_no_interval);
    tcase_add_test(batches, memory_does_not_grow_with_the_series);
    suite_add_tcase(s, batches);
    return s;
}
