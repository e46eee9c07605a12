// tests/test_paired.c: the paired t test and Holm's correction against published data, closed
// forms, the closure of Bonferroni's test, and their promises over many samples.
#include <check.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "base/paired.h"
#include "base/rng.h"

Suite *paired_suite(void);

static struct arena arena;

static void setup(void)
{
    arena = (struct arena){0};
}

static void teardown(void)
{
    arena_free(&arena);
}

// Hours of sleep gained by ten patients under two drugs: Student, The probable error of a mean,
// Biometrika 6(1), 1908, p. 20. His means 0.75 and 2.33 and the difference 1.58; t = 4.0621 on 9
// degrees of freedom, p = 0.002833, interval 0.7001 to 2.4599 as printed by R's t.test(paired).
START_TEST(students_sleep_data_give_the_published_t_and_p)
{
    static const double dextro[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    static const double laevo[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    struct paired       r;
    paired_test(dextro, laevo, 10, 0, &r);
    ck_assert_uint_eq(r.n, 10);
    ck_assert_uint_eq(r.differing, 9); // the fifth patient slept the same
    ck_assert_double_eq_tol(r.base_mean, 0.75, 1e-12);
    ck_assert_double_eq_tol(r.other_mean, 2.33, 1e-12);
    ck_assert_double_eq_tol(r.difference, 1.58, 1e-12);
    ck_assert_double_eq_tol(r.t, 4.0621, 5e-5);
    ck_assert_double_eq_tol(r.p, 0.002833, 5e-7);
    ck_assert_double_eq_tol(r.difference - r.ci95, 0.7001142, 5e-8);
    ck_assert_double_eq_tol(r.difference + r.ci95, 2.4598858, 5e-8);
    struct paired back;
    paired_test(laevo, dextro, 10, 0, &back);
    ck_assert_double_eq(back.t, -r.t);
    ck_assert_double_eq(back.p, r.p);
}
END_TEST

// P(|T| >= t): for 1, 2 and 4 degrees of freedom the integral of the density is elementary.
static double two_sided(double t, int freedom)
{
    double u = t / sqrt(freedom + t * t);
    if (freedom == 1) return 1 - 2 / M_PI * atan(t);
    if (freedom == 2) return 1 - u;
    return 1 - (1.5 * u - 0.5 * u * u * u); // 4
}

// Differences m + s and m - s in turn have mean m and squares n s^2.
START_TEST(p_is_that_of_the_closed_form)
{
    static const int freedoms[] = {1, 2, 4};
    int              freedom = freedoms[_i], n = freedom + 1;
    for (double m = 0.01; m < 30; m *= 1.7) {
        double base[5] = {10, 20, 30, 40, 50}, other[5], squares = 0;
        for (int i = 0; i < n; i++) {
            double step = n == 2 ? (i ? -1 : 1) : i - (n - 1) / 2.0; // sums to 0
            squares += step * step;
            other[i] = base[i] + m + step;
        }
        double        t = m / sqrt(squares / (n - 1) / n);
        struct paired r;
        paired_test(base, other, (size_t)n, 0, &r);
        ck_assert_double_eq_tol(r.t, t, 1e-11 * t);
        ck_assert_double_eq_tol(r.p, two_sided(t, freedom), 1e-11);
    }
}
END_TEST

START_TEST(equal_pairs_are_no_difference)
{
    static const double x[] = {0.1, 0.2, 0.7};
    struct paired       r;
    paired_test(x, x, 3, 0, &r);
    ck_assert_uint_eq(r.differing, 0);
    ck_assert_double_eq(r.t, 0);
    ck_assert_double_eq(r.p, 1);
    ck_assert_double_eq(r.ci95, 0);
    paired_test(x, x, 3, 0.25, &r); // of counts too
    ck_assert_double_eq(r.t, 0);
    ck_assert_double_eq(r.p, 1);
    ck_assert_double_eq(r.ci95, 0);
}
END_TEST

START_TEST(the_same_difference_in_every_pair_is_certain)
{
    static const double base[] = {1, 2, 3, 4}, more[] = {1.5, 2.5, 3.5, 4.5},
                        less[] = {0.5, 1.5, 2.5, 3.5};
    struct paired r;
    paired_test(base, more, 4, 0, &r);
    ck_assert(isinf(r.t) && r.t > 0);
    ck_assert_double_eq(r.p, 0);
    ck_assert_double_eq(r.difference, 0.5);
    ck_assert_double_eq(r.ci95, 0);
    paired_test(base, less, 4, 0, &r);
    ck_assert(isinf(r.t) && r.t < 0);
    ck_assert_double_eq(r.p, 0);
}
END_TEST

START_TEST(differences_that_cancel_are_no_difference)
{
    static const double base[] = {1, 2}, other[] = {2, 1};
    struct paired       r;
    paired_test(base, other, 2, 0, &r);
    ck_assert_uint_eq(r.differing, 2);
    ck_assert_double_eq(r.t, 0);
    ck_assert_double_eq(r.p, 1);
    // standard error sqrt(2)/sqrt(2) = 1; t(0.975, 1) = tan(0.475 pi) = 12.7062
    ck_assert_double_eq_tol(r.ci95, tan(0.475 * M_PI), 1e-9);
}
END_TEST

START_TEST(fewer_than_two_pairs_have_no_verdict)
{
    static const double base[] = {1}, other[] = {2};
    struct paired       r;
    paired_test(base, other, 1, 0, &r);
    ck_assert_double_eq(r.difference, 1);
    ck_assert_uint_eq(r.differing, 1);
    ck_assert(isnan(r.p) && isnan(r.t) && isnan(r.ci95));
    paired_test(base, other, 0, 0, &r);
    ck_assert(isnan(r.p) && isnan(r.difference) && isnan(r.base_mean) && isnan(r.other_mean));
}
END_TEST

// One task of three late in each of two replications: spread 0, taken as 1/3. By hand: t = (1/3) /
// (1/3 / sqrt(2)) = sqrt(2), p = 1 - 2/pi atan(sqrt(2)) = 0.39183.
START_TEST(a_share_is_known_no_better_than_to_one_task)
{
    static const double base[] = {0, 0}, other[] = {1.0 / 3, 1.0 / 3};
    struct paired       r;
    paired_test(base, other, 2, 1.0 / 3, &r);
    ck_assert_double_eq_tol(r.t, sqrt(2), 1e-12);
    ck_assert_double_eq_tol(r.p, 0.39183, 5e-6);
    static const double wide[] = {0.5, 0.9}; // a spread above it is left as it is
    struct paired       plain;
    paired_test(base, wide, 2, 0.1, &r);
    paired_test(base, wide, 2, 0, &plain);
    ck_assert_double_eq(r.t, plain.t);
}
END_TEST

// ---- many at once

// By hand, m = 4, sorted .005 .01 .03 .04: 4 x .005 = .02, 3 x .01 = .03, 2 x .03 = .06,
// 1 x .04 = .04, which may not fall below .06.
START_TEST(holm_by_hand)
{
    double p[] = {0.01, 0.04, NAN, 0.03, 0.005};
    holm_adjust(p, 5, &arena);
    ck_assert_double_eq_tol(p[0], 0.03, 1e-15);
    ck_assert_double_eq_tol(p[1], 0.06, 1e-15);
    ck_assert(isnan(p[2]));
    ck_assert_double_eq_tol(p[3], 0.06, 1e-15);
    ck_assert_double_eq_tol(p[4], 0.02, 1e-15);
    double none[] = {NAN, NAN}, one[] = {0.04}, ends[] = {1, 0, 0.6};
    holm_adjust(none, 2, &arena);
    ck_assert(isnan(none[0]) && isnan(none[1]));
    holm_adjust(none, 0, &arena);
    holm_adjust(one, 1, &arena);
    ck_assert_double_eq(one[0], 0.04);
    holm_adjust(ends, 3, &arena);
    ck_assert_double_eq(ends[0], 1);
    ck_assert_double_eq(ends[1], 0);
    ck_assert_double_eq(ends[2], 1); // 2 x 0.6 is no probability
}
END_TEST

// Holm's rule is the closure of Bonferroni's test (Marcus, Peritz, Gabriel, Biometrika 63(3),
// 1976): a hypothesis falls when every set that it is in falls, a set when its least p times its
// size is small. Over all sets, which is exponential and has nothing of the sorted rule.
START_TEST(holm_is_the_closure_of_bonferroni)
{
    enum { MOST = 9 };
    struct rng r;
    rng_init(&r, 11, 0, "holm", 0);
    for (int round = 0; round < 60; round++) {
        size_t m = 1 + rng_below(&r, MOST);
        double p[MOST], adjusted[MOST];
        for (size_t i = 0; i < m; i++) {
            p[i] = pow(rng_uniform(&r), 3);
            if (i && rng_uniform(&r) < 0.2) p[i] = p[i - 1]; // ties
            adjusted[i] = p[i];
        }
        holm_adjust(adjusted, m, &arena);
        for (size_t i = 0; i < m; i++) {
            double worst = 0;
            for (unsigned set = 1; set < 1u << m; set++) {
                double least = 1;
                for (size_t k = 0; k < m; k++)
                    if (set >> k & 1) least = fmin(least, p[k]);
                double value = fmin(1, least * __builtin_popcount(set));
                if (set >> i & 1) worst = fmax(worst, value);
            }
            ck_assert_double_eq_tol(adjusted[i], worst, 1e-15);
        }
    }
}
END_TEST

// ---- what the two promise together

enum { TABLES = 3000, CELLS = 20, PAIRS = 8 };

// Pairs under common random numbers: half of the noise is shared.
static double least_adjusted(struct rng *r, double shift, size_t cells, size_t pairs)
{
    double p[CELLS], least = 1;
    for (size_t c = 0; c < cells; c++) {
        double        base[16], other[16];
        struct paired result;
        for (size_t i = 0; i < pairs; i++) {
            double shared = gsl_ran_gaussian(&r->gsl, 1);
            base[i] = 5 + shared + gsl_ran_gaussian(&r->gsl, M_SQRT1_2);
            other[i] = 5 + shared + gsl_ran_gaussian(&r->gsl, M_SQRT1_2) + shift;
        }
        paired_test(base, other, pairs, 0, &result);
        p[c] = result.p;
    }
    holm_adjust(p, cells, &arena);
    for (size_t c = 0; c < cells; c++) least = fmin(least, p[c]);
    arena_rewind(&arena, (struct arena_mark){0});
    return least;
}

static double share_below(double alpha, double shift, size_t cells, size_t pairs)
{
    int        count = 0;
    struct rng r;
    rng_init(&r, 5, 0, "tables", cells);
    for (int i = 0; i < TABLES; i++) count += least_adjusted(&r, shift, cells, pairs) < alpha;
    return (double)count / TABLES;
}

// Nothing changed: some false alarm among 20 independent tests in 1 - (1 - 0.05/20)^20 = 4.88 % of
// the tables (the least of them falls as Bonferroni's), within 3.5 standard deviations.
START_TEST(false_alarms_of_a_family_keep_to_alpha)
{
    double want = 1 - pow(1 - 0.05 / CELLS, CELLS);
    double bound = 3.5 * sqrt(want * (1 - want) / TABLES);
    ck_assert_double_eq_tol(share_below(0.05, 0, CELLS, PAIRS), want, bound);
}
END_TEST

// A shift of one standard deviation of the differences, 10 pairs, one test: 80.31 % (the
// noncentral t distribution with 9 degrees of freedom and parameter sqrt(10), integrated
// numerically).
START_TEST(a_known_shift_is_found_as_often_as_theory_says)
{
    double bound = 3.5 * sqrt(0.8031 * 0.1969 / TABLES);
    ck_assert_double_eq_tol(share_below(0.05, 1, 1, 10), 0.8031, bound);
}
END_TEST

// Counts of few tasks in few replications fall on the same difference by chance: without the floor
// of one count that would be "certain" in more than one of ten tables where nothing changed.
START_TEST(shares_of_few_tasks_raise_no_more_false_alarms_than_alpha)
{
    static const struct {
        unsigned tasks;
        size_t   pairs;
        double   chance;
    } worlds[] = {{3, 2, 0.5}, {10, 2, 0.1}, {50, 2, 0.02},
                  {3, 5, 0.5}, {10, 5, 0.5}, {50, 10, 0.1}};
    struct rng r;
    rng_init(&r, 6, 0, "shares", (uint64_t)_i);
    int with = 0, without = 0;
    for (int table = 0; table < TABLES; table++) {
        double        share[2][10];
        struct paired result;
        for (int s = 0; s < 2; s++)
            for (size_t i = 0; i < worlds[_i].pairs; i++)
                share[s][i] = gsl_ran_binomial(&r.gsl, worlds[_i].chance, worlds[_i].tasks) /
                              (double)worlds[_i].tasks;
        paired_test(share[0], share[1], worlds[_i].pairs, 1.0 / worlds[_i].tasks, &result);
        with += result.p < 0.05;
        paired_test(share[0], share[1], worlds[_i].pairs, 0, &result);
        without += result.p < 0.05;
    }
    ck_assert_double_le((double)with / TABLES, 0.05 + 3.5 * sqrt(0.05 * 0.95 / TABLES));
    if (_i == 0) ck_assert_double_ge((double)without / TABLES, 0.1); // what it is there for
}
END_TEST

Suite *paired_suite(void)
{
    Suite *s = suite_create("paired");
    TCase *tc = tcase_create("paired");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, students_sleep_data_give_the_published_t_and_p);
    tcase_add_loop_test(tc, p_is_that_of_the_closed_form, 0, 3);
    tcase_add_test(tc, equal_pairs_are_no_difference);
    tcase_add_test(tc, the_same_difference_in_every_pair_is_certain);
    tcase_add_test(tc, differences_that_cancel_are_no_difference);
    tcase_add_test(tc, fewer_than_two_pairs_have_no_verdict);
    tcase_add_test(tc, a_share_is_known_no_better_than_to_one_task);
    tcase_add_test(tc, holm_by_hand);
    tcase_add_test(tc, holm_is_the_closure_of_bonferroni);
    tcase_add_test(tc, false_alarms_of_a_family_keep_to_alpha);
    tcase_add_test(tc, a_known_shift_is_found_as_often_as_theory_says);
    tcase_add_loop_test(tc, shares_of_few_tasks_raise_no_more_false_alarms_than_alpha, 0, 6);
    suite_add_tcase(s, tc);
    return s;
}
