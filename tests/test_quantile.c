// tests/test_quantile.c: quantiles of a stream against those of the whole sample, sorted.
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantile.h"
#include "base/rng.h"
#include "base/stat.h"

static struct arena arena;

static void setup(void)
{
    arena = (struct arena){0};
}

static void teardown(void)
{
    arena_free(&arena);
}

enum { SHARES = 8 };
static const double shares[SHARES] = {0, 0.001, 0.05, 0.5, 0.9, 0.95, 0.99, 1};

enum { KINDS = 4 };
static double draw(struct rng *r, int kind)
{
    double u = rng_uniform(r);
    switch (kind) {
    case 0: return u;                                // uniform
    case 1: return -log(1 - u);                      // exponential
    case 2: return pow(1 - u, -1.2) * 1e-9;          // Pareto: many octaves
    default: return u < 0.3 ? 0 : -log(1 - u) * 1e6; // with zeros
    }
}

static double *sample(size_t n, int kind)
{
    double    *x = ARENA_ARRAY(&arena, double, n);
    struct rng r = {0};
    rng_init(&r, 7, 0, "quantile", (uint64_t)kind);
    for (size_t i = 0; i < n; i++) x[i] = draw(&r, kind);
    return x;
}

static struct quantile fill(const double *x, size_t n)
{
    struct quantile q = {0};
    for (size_t i = 0; i < n; i++) quantile_add(&q, &arena, x[i]);
    return q;
}

static void expect_same(const struct quantile *a, const struct quantile *b)
{
    double of_a[SHARES], of_b[SHARES];
    quantile_at(a, &arena, shares, SHARES, of_a);
    quantile_at(b, &arena, shares, SHARES, of_b);
    ck_assert_uint_eq(a->n, b->n);
    for (int i = 0; i < SHARES; i++) ck_assert_double_eq(of_a[i], of_b[i]);
}

static void expect_near(const struct quantile *q, double *sorted, size_t n, double error)
{
    double have[SHARES];
    stat_sort(sorted, n);
    quantile_at(q, &arena, shares, SHARES, have);
    for (int i = 0; i < SHARES; i++) {
        double want = stat_quantile(sorted, n, shares[i]);
        ck_assert_msg(fabs(have[i] - want) <= error * want, "share %g: want %.17g, have %.17g",
                      shares[i], want, have[i]);
    }
}

START_TEST(the_quantiles_of_few_values_are_exact)
{
    double         *x = sample(QUANTILE_EXACT, _i);
    struct quantile q = fill(x, QUANTILE_EXACT);
    expect_near(&q, x, QUANTILE_EXACT, 0);
}
END_TEST

START_TEST(the_quantiles_of_many_values_keep_the_bound)
{
    const size_t sizes[] = {QUANTILE_EXACT + 1, 200000};
    for (int s = 0; s < 2; s++) {
        double         *x = sample(sizes[s], _i);
        struct quantile q = fill(x, sizes[s]);
        expect_near(&q, x, sizes[s], QUANTILE_ERROR * (1 + 1e-12));
    }
}
END_TEST

// 1 and 2 octaves' edges, and what lies just below them: the ends of bins are where a bound fails.
START_TEST(each_edge_of_a_bin_keeps_the_bound)
{
    for (int i = 0; i < 512; i++) {
        const double    edge = 3.0 * (1 + i / 512.0); // an edge of a bin at 1.5 octaves, or within
        const double    low = nextafter(edge, 0);
        const double    values[] = {edge * 1e-3, low, edge, edge * 1e3};
        struct quantile q = {0};
        for (int k = 0; k < 4 * QUANTILE_EXACT; k++) quantile_add(&q, &arena, values[k % 4]);
        double have[2];
        quantile_at(&q, &arena, (const double[]){0.375, 0.625}, 2, have);
        ck_assert_double_le(fabs(have[0] - low), QUANTILE_ERROR * low * (1 + 1e-12));
        ck_assert_double_le(fabs(have[1] - edge), QUANTILE_ERROR * edge * (1 + 1e-12));
    }
}
END_TEST

START_TEST(a_merge_is_the_pool_of_the_parts)
{
    static const size_t sizes[][3] = {
        {10, 20, 30}, {3000, 3000, 3000}, {9000, 5, 9000},        {0, 9000, 0},
        {5, 9000, 5}, {0, 0, 0},          {QUANTILE_EXACT, 1, 1}, {1, QUANTILE_EXACT, 0}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t          n = sizes[s][0] + sizes[s][1] + sizes[s][2], at = 0;
        double         *x = sample(n, _i);
        struct quantile pooled = fill(x, n), merged = {0};
        for (int part = 0; part < 3; at += sizes[s][part++]) {
            struct quantile q = fill(x + at, sizes[s][part]);
            quantile_merge(&merged, &arena, &q);
        }
        if (n) expect_same(&pooled, &merged);
        ck_assert_uint_eq(merged.n, n);
    }
}
END_TEST

START_TEST(the_order_of_the_values_does_not_matter)
{
    enum { N = 20000 };
    double         *x = sample(N, _i), *backwards = ARENA_ARRAY(&arena, double, N);
    struct quantile as_drawn = fill(x, N);
    stat_sort(x, N);
    for (int i = 0; i < N; i++) backwards[i] = x[N - 1 - i];
    struct quantile up = fill(x, N), down = fill(backwards, N);
    expect_same(&as_drawn, &up);
    expect_same(&as_drawn, &down);
}
END_TEST

START_TEST(memory_follows_the_spread_and_not_the_number)
{
    struct quantile q = {0};
    for (int i = 0; i < 1000000; i++) quantile_add(&q, &arena, 1 + (i % 1000) / 1001.0);
    ck_assert_uint_le(q.bin_count, 512); // one octave
    quantile_add(&q, &arena, 1e-9);
    quantile_add(&q, &arena, 4e9);
    ck_assert_uint_le(q.bin_count, 2 * 63 * 512); // 62 octaves, and as much room again at most
}
END_TEST

START_TEST(no_value_has_no_quantile_and_extremes_are_kept)
{
    struct quantile q = {0};
    double          out;
    quantile_at(&q, &arena, (const double[]){0.5}, 1, &out);
    ck_assert(isnan(out));
    for (int i = 0; i <= QUANTILE_EXACT; i++) quantile_add(&q, &arena, i ? 0 : -0.0);
    quantile_at(&q, &arena, (const double[]){0.5}, 1, &out);
    ck_assert_double_eq(out, 0);
    quantile_add(&q, &arena, 5e-324); // subnormal: told as it is only where it is the most
    quantile_at(&q, &arena, (const double[]){1}, 1, &out);
    ck_assert_double_eq(out, 5e-324);
    quantile_add(&q, &arena, 1e300);
    quantile_at(&q, &arena, (const double[]){1}, 1, &out);
    ck_assert_double_eq(out, 1e300);
}
END_TEST

// Sums of squares would leave nothing of the spread: (1e9 + {4, 7, 13, 16}) has variance 30.
START_TEST(the_spread_of_large_values_survives)
{
    static const double x[] = {4, 7, 13, 16};
    struct moments      m = {0};
    ck_assert(isnan(moments_mean(&m)));
    for (int i = 0; i < 4; i++) {
        moments_add(&m, 1e9 + x[i]);
        if (i == 0) ck_assert(isnan(moments_sd(&m)) && isnan(moments_ci95(&m)));
    }
    ck_assert_double_eq_tol(moments_mean(&m), 1e9 + 10, 1e-6);
    ck_assert_double_eq_tol(moments_sd(&m), sqrt(30), 1e-6);
    // t(0.975, 3) = 3.182446 (tables)
    ck_assert_double_eq_tol(moments_ci95(&m), 3.182446 * sqrt(30) / 2, 1e-5);
}
END_TEST

Suite *quantile_suite(void);

Suite *quantile_suite(void)
{
    Suite *s = suite_create("quantile");
    TCase *tc = tcase_create("quantile");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, the_quantiles_of_few_values_are_exact, 0, KINDS);
    tcase_add_loop_test(tc, the_quantiles_of_many_values_keep_the_bound, 0, KINDS);
    tcase_add_test(tc, each_edge_of_a_bin_keeps_the_bound);
    tcase_add_loop_test(tc, a_merge_is_the_pool_of_the_parts, 0, KINDS);
    tcase_add_loop_test(tc, the_order_of_the_values_does_not_matter, 0, KINDS);
    tcase_add_test(tc, memory_follows_the_spread_and_not_the_number);
    tcase_add_test(tc, no_value_has_no_quantile_and_extremes_are_kept);
    tcase_add_test(tc, the_spread_of_large_values_survives);
    suite_add_tcase(s, tc);
    return s;
}
