// tests/test_stat.c: statistics of a sample against values by hand and tables.
#include <check.h>
#include <math.h>

#include "base/stat.h"

// Mean 5, squares of the distances 9, 1, 1, 1, 0, 0, 4, 16: 32 over 7.
static const double eight[] = {2, 4, 4, 4, 5, 5, 7, 9};

START_TEST(mean_and_spread_are_those_by_hand)
{
    ck_assert_double_eq_tol(stat_mean(eight, 8), 5, 1e-15);
    ck_assert_double_eq_tol(stat_sd(eight, 8), sqrt(32.0 / 7), 1e-15);
}
END_TEST

// Student's t at 0.975 by the tables: 2.3646 with 7 degrees of freedom, 12.706 with 1, 2.2622 with
// 9.
START_TEST(the_interval_is_by_the_table_of_t)
{
    ck_assert_double_eq_tol(stat_ci95(eight, 8), 2.3646 * sqrt(32.0 / 7 / 8), 1e-4);
    ck_assert_double_eq_tol(stat_ci95((const double[]){1, 3}, 2), 12.706, 1e-3); // sd / sqrt(2) = 1
    double x[10] = {1};
    ck_assert_double_eq_tol(stat_ci95(x, 10), 2.2622 * 0.1, 1e-5); // sd^2 = 0.1
}
END_TEST

START_TEST(what_few_values_do_not_tell_is_not_a_number)
{
    struct moments none = {0}, one = {0};
    moments_add(&one, 4);
    ck_assert(isnan(stat_mean(eight, 0)) && isnan(stat_sd(eight, 1)) && isnan(stat_ci95(eight, 1)));
    ck_assert(isnan(stat_quantile(eight, 0, 0.5)));
    ck_assert(isnan(moments_mean(&none)) && isnan(moments_sd(&one)) && isnan(moments_ci95(&one)));
    ck_assert_double_eq(moments_mean(&one), 4);
}
END_TEST

START_TEST(a_stream_has_the_moments_of_its_values)
{
    struct moments m = {0};
    for (int i = 0; i < 8; i++) moments_add(&m, eight[i]);
    ck_assert_double_eq_tol(moments_mean(&m), 5, 1e-15);
    ck_assert_double_eq_tol(moments_sd(&m), sqrt(32.0 / 7), 1e-15);
    ck_assert_double_eq_tol(moments_ci95(&m), stat_ci95(eight, 8), 1e-15);
}
END_TEST

// The sum of squares would lose all its digits: 1e9^2 has 18 of them.
START_TEST(a_large_offset_costs_a_stream_no_digits)
{
    struct moments m = {0};
    for (int i = 0; i < 8; i++) moments_add(&m, 1e9 + eight[i]);
    ck_assert_double_eq_tol(moments_sd(&m), sqrt(32.0 / 7), 1e-6);
}
END_TEST

// Position q (n - 1) among the sorted values, linear between neighbours.
START_TEST(quantiles_lie_between_order_statistics)
{
    double x[] = {4, 1, 3, 2};
    stat_sort(x, 4);
    ck_assert_double_eq(stat_quantile(x, 4, 0), 1);
    ck_assert_double_eq_tol(stat_quantile(x, 4, 0.5), 2.5, 1e-15);
    ck_assert_double_eq_tol(stat_quantile(x, 4, 0.95), 3.85, 1e-14);
    ck_assert_double_eq(stat_quantile(x, 4, 1), 4);
}
END_TEST

Suite *stat_suite(void);
Suite *stat_suite(void)
{
    Suite *s = suite_create("stat");
    TCase *tc = tcase_create("stat");
    tcase_add_test(tc, mean_and_spread_are_those_by_hand);
    tcase_add_test(tc, the_interval_is_by_the_table_of_t);
    tcase_add_test(tc, what_few_values_do_not_tell_is_not_a_number);
    tcase_add_test(tc, a_stream_has_the_moments_of_its_values);
    tcase_add_test(tc, a_large_offset_costs_a_stream_no_digits);
    tcase_add_test(tc, quantiles_lie_between_order_statistics);
    suite_add_tcase(s, tc);
    return s;
}
