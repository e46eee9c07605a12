// tests/test_coverage.c: intervals hold what they say they hold, on systems whose truth is known;
// seeds are fixed. What is only reported (batch means, MSER-5, precision) is in build/queueing
// study and docs/STATISTICS.md.
#include <check.h>
#include <math.h>

#include "base/paths.h"
#include "cli/simulate.h"
#include "tests/queueing/study.h"

// Of 1000 intervals 95 % hold the truth, if it is so: between 930 and 970 with probability 0.996.
// M/M/1 at load 0.5: the mean time in the system is 1 / (mu - lambda) = 2 s.
START_TEST(of_1000_intervals_from_replications_930_to_970_hold_the_mean)
{
    const struct design d = {
        .load = 0.5, .replications = 10, .warm_up = 100, .jobs = 400, .quantile = 0};
    struct coverage c;
    struct err      e = {0};
    ck_assert_msg(study_coverage(&d, 1000, 20000, &c, &e), "%s", e.text);
    ck_assert_double_eq(c.truth, 2);
    ck_assert_uint_eq(c.known, 1000);
    ck_assert_msg(c.held >= 930 && c.held <= 970, "%u of 1000 hold it", c.held);
    // 10 000 replications: the standard error of their mean is 0.2 %.
    ck_assert_double_eq_tol(c.mean, 2, 0.02);
}
END_TEST

// From empty the first jobs meet no queue. Far from it they meet one of 100 s.
START_TEST(what_the_transient_does_to_the_mean_is_seen_and_removed)
{
    struct design   d = {.load = 0.9, .replications = 10, .jobs = 1000};
    struct coverage c;
    struct err      e = {0};
    ck_assert(study_coverage(&d, 100, 1, &c, &e));
    ck_assert_double_lt(c.mean, 0.95 * c.truth); // too small
    d.warm_up = 1000;
    ck_assert(study_coverage(&d, 100, 1, &c, &e));
    ck_assert_double_eq_tol(c.mean, c.truth, 0.05 * c.truth);

    d = (struct design){.load = 0.5, .shock_s = 100, .replications = 10, .jobs = 2000};
    ck_assert(study_coverage(&d, 50, 1, &c, &e));
    ck_assert_double_gt(c.mean, 2 * c.truth);
    d.mser = true;
    ck_assert(study_coverage(&d, 50, 1, &c, &e));
    ck_assert_double_eq_tol(c.mean, c.truth, 0.05 * c.truth);
}
END_TEST

// ---- common random numbers

enum { PAIRS = 16 };

static struct arena    arena;
static struct scenario scenario;
static struct profile  profile;

static void setup(void)
{
    static const char *const schemes[] = {"rand", "greedy"};
    static const char *const sets[] = {"record=summary"};
    struct scenario_edit     edit = {
            .sets = sets, .set_count = 1, .schemes = schemes, .scheme_count = 2};
    struct paths paths;
    struct err   e = {0};
    arena = (struct arena){0};
    bool ok = paths_find(&paths, &arena, &e) &&
              profile_load(&profile, &arena, "kernels/profiles/reference.json", &e) &&
              scenario_load(&scenario, &arena, "scenarios/campus.json", &paths, &edit, &e);
    ck_assert_msg(ok, "%s", e.text);
}

static void teardown(void)
{
    arena_free(&arena);
}

static double latency_s(uint32_t scheme, uint32_t replication)
{
    struct arena_mark   mark = arena_mark(&arena);
    struct prepared     p;
    struct outcome      out;
    struct err          e = {0};
    struct run_identity id = {0, replication, "{}"};
    simulate_prepare(&p, &arena, &scenario, 0, &scenario.schemes[scheme], &profile);
    ck_assert_msg(simulate(&p, &id, NULL, NULL, &arena, &out, &e), "%s", e.text);
    arena_rewind(&arena, mark);
    return moments_mean(&out.statistics.all.task[METRIC_LATENCY].moments);
}

// The same 16 replications of both schemes, and 16 others of the second: the difference of a pair
// varies less than that of strangers.
START_TEST(differences_of_pairs_vary_less_than_those_of_strangers)
{
    double pair_s[PAIRS], stranger_s[PAIRS];
    for (uint32_t r = 0; r < PAIRS; r++) {
        double first_s = latency_s(0, r);
        pair_s[r] = first_s - latency_s(1, r);
        stranger_s[r] = first_s - latency_s(1, PAIRS + r);
    }
    double gain = pow(stat_sd(stranger_s, PAIRS) / stat_sd(pair_s, PAIRS), 2);
    ck_assert_msg(gain > 4, "the variance of pairs is only %.3g times smaller", gain);
}
END_TEST

Suite *coverage_suite(void);
Suite *coverage_suite(void)
{
    Suite *s = suite_create("coverage");
    TCase *intervals = tcase_create("intervals"), *pairs = tcase_create("pairs");
    tcase_set_timeout(intervals, 300);
    tcase_add_test(intervals, of_1000_intervals_from_replications_930_to_970_hold_the_mean);
    tcase_add_test(intervals, what_the_transient_does_to_the_mean_is_seen_and_removed);
    suite_add_tcase(s, intervals);
    tcase_add_checked_fixture(pairs, setup, teardown);
    tcase_set_timeout(pairs, 300);
    tcase_add_test(pairs, differences_of_pairs_vary_less_than_those_of_strangers);
    suite_add_tcase(s, pairs);
    return s;
}
