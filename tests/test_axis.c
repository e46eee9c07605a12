// tests/test_axis.c: values of a sweep's key to places on an axis.
#include <check.h>
#include <string.h>

#include "results/figure/axis.h"

static struct axis make(struct arena *a, const char *const *texts)
{
    struct axis axis;
    uint32_t    count = 0;
    while (texts[count]) count++;
    axis_make(&axis, a, texts, count);
    return axis;
}

#define AXIS(a, ...) make(a, (const char *const[]){__VA_ARGS__, NULL})

START_TEST(numbers_and_quantities_of_one_unit_stand_where_they_say)
{
    struct arena a = {0};
    struct axis  x = AXIS(&a, "2", "4.5", "-1e3", "7");
    ck_assert(x.numeric && !x.logarithmic);
    ck_assert_str_eq(x.unit, "");
    ck_assert_double_eq(x.number[1], 4.5);
    ck_assert_double_eq(x.number[2], -1000);
    x = AXIS(&a, "10 Mbit/s", "25Mbit/s");
    ck_assert(x.numeric);
    ck_assert_str_eq(x.unit, "Mbit/s");
    ck_assert_double_eq(x.number[1], 25);
    x = AXIS(&a, "-3 dBm", "20 dBm");
    ck_assert_str_eq(x.unit, "dBm");
    ck_assert_double_eq(x.number[0], -3);
    arena_free(&a);
}
END_TEST

// 1 Mbit/s = 1000 kbit/s; 1 kB/s = 8 kbit/s; a bare rate is bit/s; 1 KiB = 1.024 kB; 20 dBm is 0.1
// W.
START_TEST(units_of_one_kind_are_converted_to_the_first)
{
    struct arena a = {0};
    struct axis  x = AXIS(&a, "500 kbit/s", "1 Mbit/s", "1 kB/s", "3000");
    ck_assert(x.numeric);
    ck_assert_str_eq(x.unit, "kbit/s");
    ck_assert_double_eq_tol(x.number[1], 1000, 1e-9);
    ck_assert_double_eq_tol(x.number[2], 8, 1e-9);
    ck_assert_double_eq_tol(x.number[3], 3, 1e-9);
    x = AXIS(&a, "2 kB", "1 KiB");
    ck_assert_double_eq_tol(x.number[1], 1.024, 1e-12);
    x = AXIS(&a, "20 dBm", "5 mW");
    ck_assert_str_eq(x.unit, "mW");
    ck_assert_double_eq_tol(x.number[0], 100, 1e-9);
    arena_free(&a);
}
END_TEST

START_TEST(names_and_what_mixes_kinds_have_the_place_of_their_rank)
{
    struct arena      a = {0};
    const struct axis all[] = {AXIS(&a, "lost", "retry", "3"),
                               AXIS(&a, "1 s", "1 m"),
                               AXIS(&a, "10.0.0.1", "10.0.0.2"),
                               AXIS(&a, "nan", "inf"),
                               AXIS(&a, "0x10", "1"),
                               AXIS(&a, "", "1"),
                               AXIS(&a, "1 s", "-")};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        ck_assert_msg(!all[i].numeric && !all[i].logarithmic, "%zu", i);
        ck_assert_double_eq(all[i].number[1], 1);
        ck_assert_str_eq(all[i].unit, "");
    }
    arena_free(&a);
}
END_TEST

START_TEST(geometric_values_get_a_logarithmic_axis)
{
    struct arena a = {0};
    ck_assert(AXIS(&a, "1", "2", "4", "8", "16").logarithmic);
    ck_assert(AXIS(&a, "1", "2", "5", "10", "20", "50").logarithmic);
    ck_assert(AXIS(&a, "100 kbit/s", "1 Mbit/s", "10 Mbit/s").logarithmic);
    ck_assert(AXIS(&a, "10", "1", "100").logarithmic); // in any order
    ck_assert(AXIS(&a, "1", "50").logarithmic);
    ck_assert(!AXIS(&a, "1", "49").logarithmic);
    ck_assert(!AXIS(&a, "2", "4", "6", "8", "10", "12").logarithmic);
    ck_assert(!AXIS(&a, "1", "2", "4").logarithmic); // below a factor of 5
    ck_assert(!AXIS(&a, "0", "1", "10", "100").logarithmic);
    ck_assert(!AXIS(&a, "-1", "-10", "-100").logarithmic);
    ck_assert(!AXIS(&a, "7").logarithmic);
    ck_assert(!AXIS(&a, "7", "7.0", "7e0").logarithmic);
    arena_free(&a);
}
END_TEST

START_TEST(the_same_value_in_other_words_is_recognised)
{
    ck_assert(axis_same("4", "4.0"));
    ck_assert(axis_same("10 Mbit/s", "10000 kbit/s"));
    ck_assert(axis_same("10000 kbit/s", "10Mbit/s"));
    ck_assert(axis_same("retry", "retry"));
    ck_assert(axis_same("20 dBm", "100 mW"));
    ck_assert(axis_same("10000000", "10 Mbit/s"));
    ck_assert(!axis_same("4", "5"));
    ck_assert(!axis_same("10 Mbit/s", "10 kbit/s"));
    ck_assert(!axis_same("1 s", "1 m"));
    ck_assert(!axis_same("retry", "lost"));
    ck_assert(!axis_same("4", ""));
}
END_TEST

Suite *axis_suite(void);

Suite *axis_suite(void)
{
    Suite *suite = suite_create("axis");
    TCase *places = tcase_create("places");
    tcase_add_test(places, numbers_and_quantities_of_one_unit_stand_where_they_say);
    tcase_add_test(places, units_of_one_kind_are_converted_to_the_first);
    tcase_add_test(places, names_and_what_mixes_kinds_have_the_place_of_their_rank);
    tcase_add_test(places, geometric_values_get_a_logarithmic_axis);
    tcase_add_test(places, the_same_value_in_other_words_is_recognised);
    suite_add_tcase(suite, places);
    return suite;
}
