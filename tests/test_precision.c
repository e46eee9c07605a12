// tests/test_precision.c: replications until a wanted precision: the rule by hand, and as a user
// sees it.
#include <check.h>
#include <math.h>

#include "base/rng.h"
#include "cli/precision.h"
#include "tests/program.h"

// ---- the rule

static struct precision wanted(double share, uint32_t least, uint32_t most)
{
    return (struct precision){.metric = METRIC_LATENCY,
                              .column = "mean",
                              .quantile = NAN,
                              .share = share,
                              .least = least,
                              .most = most};
}

// Mean 5 and sd sqrt(32 / 7): half-width 2.3646 sqrt(32 / 7 / 8) = 1.7875, 35.75 % of the mean.
static const double eight[] = {2, 4, 4, 4, 5, 5, 7, 9};

START_TEST(the_share_is_that_by_hand)
{
    ck_assert_double_eq_tol(precision_share(eight, 8), 0.3575, 1e-4);
    struct precision just = wanted(0.3576, 8, 1000), not = wanted(0.3574, 8, 1000);
    ck_assert_uint_eq(precision_wanted(&just, eight, 8), 8);
    ck_assert_uint_eq(precision_wanted(&not, eight, 8), 10);
}
END_TEST

START_TEST(it_is_looked_at_after_each_quarter_more)
{
    static const uint32_t looks[] = {10, 12, 15, 18, 22, 27, 33, 41, 51, 60};
    double                x[60];
    struct precision      never = wanted(1e-9, 10, 60);
    for (int i = 0; i < 60; i++) x[i] = i;
    ck_assert_uint_eq(precision_wanted(&never, x, 0), 10);
    ck_assert_uint_eq(precision_wanted(&never, x, 9), 10);
    for (int i = 0; i < 9; i++)
        for (uint32_t n = looks[i]; n < looks[i + 1]; n++)
            ck_assert_uint_eq(precision_wanted(&never, x, n), looks[i + 1]);
    ck_assert_uint_eq(precision_wanted(&never, x, 60), 60); // all there may be
}
END_TEST

// However many replications are at hand when it is asked, it ends at the first look that is
// precise; so a sweep that was interrupted between two looks goes on as if it had not been.
START_TEST(the_end_does_not_depend_on_how_it_is_come_to)
{
    struct rng r;
    double     x[400];
    rng_init(&r, 3, 0, "precision", 0);
    for (int run = 0; run < 200; run++) {
        struct precision p = wanted(0.05 + 0.1 * rng_uniform(&r), 10, 300);
        for (int i = 0; i < 400; i++) x[i] = rng_uniform(&r);
        uint32_t end = 0, n = 0;
        while (precision_wanted(&p, x, end) > end) end = precision_wanted(&p, x, end);
        while (precision_wanted(&p, x, n) > n) { // in steps of its own
            uint32_t next = precision_wanted(&p, x, n), step = (uint32_t)rng_below(&r, 5) + 1;
            n = n + step < next ? n + step : next;
        }
        ck_assert_uint_eq(n, end);
        ck_assert(end == 300 || precision_share(x, end) <= p.share);
    }
}
END_TEST

START_TEST(a_mean_of_zero_is_precise_when_all_values_are_zero)
{
    const double     zeros[10] = {0}, around[10] = {1, -1, 1, -1, 1, -1, 1, -1, 1, -1};
    struct precision p = wanted(1, 10, 1000);
    ck_assert_double_eq(precision_share(zeros, 10), 0);
    ck_assert_uint_eq(precision_wanted(&p, zeros, 10), 10);
    ck_assert_double_gt(precision_share(around, 10), 1e6); // rounding leaves the mean at 1e-17
    ck_assert_uint_eq(precision_wanted(&p, around, 10), 12);
}
END_TEST

START_TEST(replications_without_a_mean_are_left_out)
{
    const double     some[] = {NAN, 2, 4, NAN, 4, 4, 5, 5, 7, 9}, one[] = {NAN, 7, NAN};
    const double     none[] = {NAN, NAN, NAN};
    struct precision p = wanted(1, 3, 1000);
    ck_assert_double_eq_tol(precision_share(some, 10), 0.3575, 1e-4);
    ck_assert_double_eq(precision_share(one, 3), INFINITY);
    ck_assert_uint_eq(precision_wanted(&p, one, 3), 4);
    ck_assert_double_eq(precision_share(none, 3), INFINITY);
    ck_assert_uint_eq(precision_wanted(&p, none, 2), 3);
    ck_assert_uint_eq(precision_wanted(&p, none, 3), 3); // a fourth would have none either
}
END_TEST

// ---- the option

static double number(const cJSON *row, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(row, key);
    ck_assert_msg(cJSON_IsNumber(item) || cJSON_IsBool(item), "%s", key);
    return cJSON_IsBool(item) ? cJSON_IsTrue(item) : item->valuedouble;
}

// Under `random` times vary, under the others they do not: all get what `random` needs.
START_TEST(the_schemes_of_a_model_get_the_same_number_of_replications)
{
    const char *file = write_text("small.json", SMALL);
    MUST_RUN("run", file, "--precision", "0.75%", "--db", in_folder("p.db"), "--format", "json");
    cJSON *rows = cJSON_Parse(out), *row;
    double n = number(cJSON_GetArrayItem(rows, 0), "replications");
    ck_assert_double_gt(n, 10);
    cJSON_ArrayForEach(row, rows)
    {
        const cJSON *one = cJSON_GetArrayItem(cJSON_GetObjectItem(row, "precision"), 0);
        const cJSON *latency = cJSON_GetObjectItem(row, "latency_s");
        ck_assert_double_eq(number(row, "replications"), n);
        ck_assert_double_eq(number(latency, "n"), n);
        ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(one, "metric")), "latency_s");
        ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(one, "of")), "mean");
        ck_assert_double_eq(number(one, "is_met"), 1);
        ck_assert_double_eq_tol(number(one, "reached"),
                                number(latency, "ci95") / number(latency, "mean"), 1e-12);
        ck_assert_double_le(number(one, "reached"), 0.0075);
    }
    ck_assert_double_eq(query_file("p.db", "SELECT count(*) FROM run"), 3 * n);
    // One look earlier it was not so.
    char earlier[16];
    snprintf(earlier, sizeof earlier, "%d", n <= 12 ? 10 : n <= 15 ? 12 : n <= 18 ? 15 : 18);
    MUST_RUN("run", file, "--replications", earlier, "--db", in_folder("q.db"), "--format", "json",
             "--scheme", "random");
    cJSON       *before = cJSON_Parse(out);
    const cJSON *latency = cJSON_GetObjectItem(cJSON_GetArrayItem(before, 0), "latency_s");
    ck_assert_double_le(n, 22);
    ck_assert_double_gt(number(latency, "ci95") / number(latency, "mean"), 0.0075);
    cJSON_Delete(before);
    cJSON_Delete(rows);
}
END_TEST

// The rows of a replication do not depend on why it was run.
START_TEST(a_replication_is_the_same_with_and_without_precision)
{
    const char *file = write_text("small.json", SMALL),
               *sum =
                   "SELECT sum(latency_s * (replication + 1)) FROM v_run WHERE scheme = 'random'";
    MUST_RUN("run", file, "--precision", "100%", "--db", in_folder("p.db"), "--quiet");
    MUST_RUN("run", file, "--replications", "10", "--db", in_folder("q.db"), "--quiet");
    ck_assert_double_eq(query_file("p.db", "SELECT count(*) FROM run"), 30);
    ck_assert_double_eq_tol(query_file("p.db", sum), query_file("q.db", sum), 1e-12);
}
END_TEST

START_TEST(a_precision_out_of_reach_is_said)
{
    const char *file = write_text("small.json", SMALL);
    MUST_RUN("run", file, "--precision", "0.01%", "--precision", "p95=0.02%", "--max-replications",
             "20", "--db", in_folder("p.db"), "--scheme", "random");
    ck_assert_msg(strstr(out, "note: nin: 20 replications, from 10 to 20") != NULL, "%s", out);
    ck_assert_msg(strstr(out, "random: mean of latency_s is not known to +- 0.01% but to +- "),
                  "%s", out);
    ck_assert_msg(strstr(out, "random: p95 of latency_s is not known to +- 0.02%"), "%s", out);
    MUST_RUN("run", file, "--precision", "computation=0.01%", "--max-replications", "12", "--db",
             in_folder("p.db"), "--scheme", "random", "--format", "json");
    cJSON       *rows = cJSON_Parse(out);
    const cJSON *one =
        cJSON_GetArrayItem(cJSON_GetObjectItem(cJSON_GetArrayItem(rows, 0), "precision"), 0);
    ck_assert_double_eq(number(one, "is_met"), 0);
    ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(one, "metric")), "computation_s");
    cJSON_Delete(rows);
}
END_TEST

// Nothing fits the user's memory, so no task of `local` finishes: a run and a sweep stop alike.
START_TEST(a_scheme_that_finishes_nothing_asks_for_no_more)
{
    const char *file = write_text("small.json", SMALL), *count = "SELECT count(*) FROM run";
    const char *of_local = "SELECT count(*) FROM run WHERE scheme = 'local' AND status = 'done'";
#define NOTHING_FITS                                                                               \
    "--scheme", "random", "--scheme", "local", "--set", "schemes.local={}", "--set",               \
        "nodes.user.memory=refuse", "--set", "nodes.user.override={\"memory\": \"1 kB\"}",         \
        "--precision", "50%", "--max-replications", "40", "--quiet"
    MUST_RUN("run", file, NOTHING_FITS, "--db", in_folder("p.db"));
    MUST_RUN("sweep", file, NOTHING_FITS, "--vary", "theta=1,2", "--db", in_folder("s.db"));
    ck_assert_double_eq(query_file("p.db", count), 20);
    ck_assert_double_eq(query_file("s.db", count), 40);
    ck_assert_double_eq(query_file("p.db", of_local), 10);
    ck_assert_double_eq(query_file("p.db", "SELECT count(*) FROM v_run WHERE scheme = 'local'"), 0);
}
END_TEST

START_TEST(what_is_no_precision_is_refused)
{
    static const char *const bad[] = {"2",       "x%",       "0%",   "-1%", "101%",  "nan%", "2%%",
                                      "latency", "speed=2%", "p95=", "",    "p95=5", "=2%",  "2% "};
    const char              *file = write_text("small.json", SMALL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(RUN("run", file, "--precision", bad[i], "--db", in_folder("p.db")), 2);
        ck_assert_msg(strstr(err, "--precision: want ") == err, "%s: %s", bad[i], err);
    }
    ck_assert_int_eq(RUN("run", file, "--max-replications", "20"), 2);
    ck_assert_str_eq(err, "--max-replications: want --precision beside it, have none\n");
    ck_assert_int_eq(RUN("run", file, "--precision", "2%", "--max-replications", "9"), 2);
    ck_assert_int_eq(
        RUN("run", file, "--precision", "2%", "--replications", "30", "--max-replications", "29"),
        2);
    ck_assert_str_eq(err, "--max-replications: want an integer from 30 to 100000, have \"29\"\n");
}
END_TEST

Suite *precision_suite(void);
Suite *precision_suite(void)
{
    Suite *s = suite_create("precision");
    TCase *rule = tcase_create("rule"), *option = tcase_create("option");
    tcase_add_test(rule, the_share_is_that_by_hand);
    tcase_add_test(rule, it_is_looked_at_after_each_quarter_more);
    tcase_add_test(rule, the_end_does_not_depend_on_how_it_is_come_to);
    tcase_add_test(rule, a_mean_of_zero_is_precise_when_all_values_are_zero);
    tcase_add_test(rule, replications_without_a_mean_are_left_out);
    suite_add_tcase(s, rule);
    tcase_add_checked_fixture(option, program_setup, program_teardown);
    tcase_set_timeout(option, 120);
    tcase_add_test(option, the_schemes_of_a_model_get_the_same_number_of_replications);
    tcase_add_test(option, a_replication_is_the_same_with_and_without_precision);
    tcase_add_test(option, a_precision_out_of_reach_is_said);
    tcase_add_test(option, a_scheme_that_finishes_nothing_asks_for_no_more);
    tcase_add_test(option, what_is_no_precision_is_refused);
    suite_add_tcase(s, option);
    return s;
}
