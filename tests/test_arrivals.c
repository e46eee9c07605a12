// tests/test_arrivals.c: arrivals in bursts have the moments of their process, traces are followed,
// and what was there before draws as before.
//
// Bursts (MMPP), by hand. With p_i the share of time in state i, the mean rate is sum p_i l_i. Two
// states left at rates s1, s2, s = s1 + s2: the covariance of the rate at two instants tau apart is
// p1 p2 (l1 - l2)^2 exp(-s tau), so that the number N in a window t has
//   Var N / E N = 1 + 2 s1 s2 (l1 - l2)^2 / (s^2 (l1 s2 + l2 s1)) (1 - (1 - exp(-s t)) / (s t)),
// which is what Fischer and Meier-Hellstern (1993) give.
#include <check.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include "sim/arrivals.h"

Suite *arrivals_suite(void);

static struct rng rng;

static void setup(void)
{
    rng_init(&rng, 23, 0, "test_arrivals", 0);
}

static sim_ns gap(const struct arrivals *a, struct arrival_state *s, bool is_first, sim_ns now)
{
    uint32_t class_id = 99;
    sim_ns   got = arrivals_gap(a, s, &rng, 0, is_first, now, &class_id);
    ck_assert_uint_eq(class_id, 99);
    return got;
}

static void finish(struct arrivals *a)
{
    struct err e = {0};
    ck_assert_msg(arrivals_finish(a, &e), "%s", e.text);
}

// ---- bursts

// 40 /s for 0.5 s, nothing for 1.5 s: p = 1/4, 3/4; mean 10 /s.
static struct burst_state ON_OFF[] = {{40, 0.5, {0, 1}}, {0, 1.5, {1, 0}}};

static struct arrivals on_off(void)
{
    struct arrivals a = {.kind = ARRIVAL_BURSTS, .states = ON_OFF, .state_count = 2};
    finish(&a);
    return a;
}

START_TEST(two_states_start_by_their_shares_of_time)
{
    struct arrivals a = on_off();
    ck_assert_double_eq_tol(a.start[0], 0.25, 1e-15);
    ck_assert_double_eq_tol(a.start[1], 0.75, 1e-15);
}
END_TEST

// Random chains: shares of visits from the linear system v (P - I) = 0, sum v = 1, by GSL's LU.
START_TEST(the_start_is_the_stationary_state_that_a_linear_solver_finds)
{
    for (uint32_t round = 0; round < 200; round++) {
        struct burst_state states[MAX_BURST_STATES] = {0};
        const uint32_t     n = 2 + round % (MAX_BURST_STATES - 1);
        struct arrivals    a = {.kind = ARRIVAL_BURSTS, .states = states, .state_count = n};
        double             m[MAX_BURST_STATES * MAX_BURST_STATES], b[MAX_BURST_STATES] = {0};
        double             v[MAX_BURST_STATES], sum = 0;
        for (uint32_t i = 0; i < n; i++) {
            states[i].rate_per_s = 1;
            states[i].stay_s = exp(6 * rng_uniform(&rng) - 3);
            double total = 0;
            for (uint32_t j = 0; j < n;
                 j++) // some ways are missing; the next state always leads on
                total += states[i].next[j] =
                    i == j ? 0 : (rng_below(&rng, 3) ? rng_uniform(&rng) : 0) + (j == (i + 1) % n);
            for (uint32_t j = 0; j < n; j++) states[i].next[j] /= total;
        }
        finish(&a);
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t j = 0; j < n; j++)
                m[j * n + i] = j == n - 1 ? 1 : states[i].next[j] - (i == j);
        b[n - 1] = 1;
        gsl_matrix_view  mv = gsl_matrix_view_array(m, n, n);
        gsl_vector_view  bv = gsl_vector_view_array(b, n), vv = gsl_vector_view_array(v, n);
        gsl_permutation *p = gsl_permutation_alloc(n);
        int              sign;
        gsl_linalg_LU_decomp(&mv.matrix, p, &sign);
        gsl_linalg_LU_solve(&mv.matrix, p, &bv.vector, &vv.vector);
        gsl_permutation_free(p);
        for (uint32_t i = 0; i < n; i++) sum += v[i] * states[i].stay_s;
        for (uint32_t i = 0; i < n; i++)
            ck_assert_double_eq_tol(a.start[i], v[i] * states[i].stay_s / sum, 1e-12);
    }
}
END_TEST

struct counts {
    double mean, variance; // of the number of arrivals in a window
};

// Numbers in `windows` windows of `window_s`, each of a process that begins anew, so that they are
// independent.
static struct counts count_windows(const struct arrivals *a, double window_s, uint32_t windows)
{
    double sum = 0, squares = 0;
    for (uint32_t w = 0; w < windows; w++) {
        struct arrival_state s = {0};
        double               n = 0;
        for (sim_ns at = gap(a, &s, true, 0); at < ns_from_s(window_s); n++)
            at += gap(a, &s, false, at);
        sum += n;
        squares += n * n;
    }
    double mean = sum / windows;
    return (struct counts){mean, (squares - windows * mean * mean) / (windows - 1)};
}

// Var N / E N by the formula above.
static double dispersion(const struct burst_state *s, double t)
{
    double s1 = 1 / s[0].stay_s, s2 = 1 / s[1].stay_s, l1 = s[0].rate_per_s, l2 = s[1].rate_per_s;
    double all = s1 + s2;
    return 1 + 2 * s1 * s2 * (l1 - l2) * (l1 - l2) / (all * all * (l1 * s2 + l2 * s1)) *
                   (1 - (1 - exp(-all * t)) / (all * t));
}

// Windows of 0.1, 1 and 10 s; the mean within 4 standard errors, the dispersion (1.9, 6.7, 15; its
// own error is about sqrt(2 / windows) and more for skewed counts) within 8 %.
START_TEST(bursts_have_the_mean_and_the_dispersion_of_the_closed_form)
{
    const double    window_s[] = {0.1, 1, 10};
    const uint32_t  windows = _i < 2 ? 30000 : 8000;
    struct arrivals a = on_off();
    struct counts   got = count_windows(&a, window_s[_i], windows);
    double          want = dispersion(ON_OFF, window_s[_i]), mean = 10 * window_s[_i];
    ck_assert_double_gt(want, 1.5);
    ck_assert_double_eq_tol(got.mean, mean, 4 * sqrt(want * mean / windows));
    ck_assert_double_eq_tol(got.variance / got.mean, want, 0.08 * want);
}
END_TEST

// Three states on a ring with a short cut. Visits v = v P: v0 = v2, v1 = v0 / 2, v2 = v0 / 2 + v1:
// (2, 1, 2) / 5; times stays 1, 2, 3: (2, 2, 6) / 10; mean rate 0.2 x 30 + 0.2 x 5 + 0.6 x 1 = 7.6
// /s.
START_TEST(three_states_have_the_mean_rate_of_their_shares)
{
    struct burst_state states[] = {{30, 1, {0, 0.5, 0.5}}, {5, 2, {0, 0, 1}}, {1, 3, {1, 0, 0}}};
    struct arrivals    a = {.kind = ARRIVAL_BURSTS, .states = states, .state_count = 3};
    finish(&a);
    ck_assert_double_eq_tol(a.start[0], 0.2, 1e-15);
    ck_assert_double_eq_tol(a.start[1], 0.2, 1e-15);
    ck_assert_double_eq_tol(a.start[2], 0.6, 1e-15);
    struct counts got = count_windows(&a, 5, 20000);
    ck_assert_double_eq_tol(got.mean, 38, 4 * sqrt(got.variance / 20000));
}
END_TEST

// One state is a Poisson process: mean and variance 20; the standard error of the variance is close
// to 20 sqrt(2 / windows).
START_TEST(one_state_is_a_poisson_process)
{
    struct burst_state state = {.rate_per_s = 10};
    struct arrivals    a = {.kind = ARRIVAL_BURSTS, .states = &state, .state_count = 1};
    finish(&a);
    struct counts got = count_windows(&a, 2, 40000);
    ck_assert_double_eq_tol(got.mean, 20, 4 * sqrt(20.0 / 40000));
    ck_assert_double_eq_tol(got.variance, 20, 4.5 * 20 * sqrt(2.0 / 40000));
}
END_TEST

// Equal rates in two states: whatever the stays, Poisson again: dispersion 1.
START_TEST(states_of_one_rate_do_not_show)
{
    struct burst_state states[] = {{10, 0.1, {0, 1}}, {10, 3, {1, 0}}};
    struct arrivals    a = {.kind = ARRIVAL_BURSTS, .states = states, .state_count = 2};
    finish(&a);
    struct counts got = count_windows(&a, 2, 40000);
    ck_assert_double_eq_tol(got.mean, 20, 4 * sqrt(20.0 / 40000));
    ck_assert_double_eq_tol(got.variance, 20, 4.5 * 20 * sqrt(2.0 / 40000));
}
END_TEST

// A first arrival after 1e12 s is past the clock.
START_TEST(bursts_that_come_after_the_end_of_time_never_come)
{
    struct burst_state states[] = {{0, 1e12, {0, 1}}, {1, 1e-3, {1, 0}}};
    struct arrivals    a = {.kind = ARRIVAL_BURSTS, .states = states, .state_count = 2};
    finish(&a);
    struct arrival_state s = {0};
    ck_assert_int_eq(gap(&a, &s, true, 0), NS_END);
}
END_TEST

static const struct {
    uint32_t           count;
    struct burst_state states[3];
    const char        *want;
} FAULTS[] = {
    {0, {{1}}, "want 1 to 16 states, have 0"},
    {17, {{1}}, "want 1 to 16 states, have 17"},
    {1, {{0}}, "want a state with a rate above 0, have none"},
    {1, {{-1}}, "state 0: want a rate of at least 0, have -1"},
    {1, {{NAN}}, "state 0: want a rate of at least 0, have nan"},
    {2, {{1, 0, {0, 1}}, {1, 1, {1}}}, "state 0: want a mean stay above 0 s, have 0"},
    {2,
     {{1, 1, {0, 1}}, {1, 1, {0.5}}},
     "state 1: want probabilities of next states of sum 1, have 0.5"},
    {2,
     {{1, 1, {0.5, 0.5}}, {1, 1, {1}}},
     "state 0: next state 0: want a probability of 0 (a stay ends in another state), have 0.5"},
    {3,
     {{1, 1, {0, 2, -1}}, {1, 1, {0, 0, 1}}, {1, 1, {1}}},
     "state 0: next state 2: want a probability, have -1"},
    {3,
     {{1, 1, {0, 1}}, {1, 1, {1}}, {1, 1, {1}}},
     "state 0: want a way to every other, have none to state 2"},
};
enum { FAULT_COUNT = sizeof FAULTS / sizeof *FAULTS };

START_TEST(states_that_make_no_process_are_refused)
{
    struct burst_state states[3];
    memcpy(states, FAULTS[_i].states, sizeof states);
    struct arrivals a = {.kind = ARRIVAL_BURSTS, .states = states, .state_count = FAULTS[_i].count};
    struct err      e = {0};
    ck_assert(!arrivals_finish(&a, &e));
    ck_assert_msg(strstr(e.text, FAULTS[_i].want), "%s", e.text);
}
END_TEST

// ---- traces

START_TEST(a_trace_is_followed_user_by_user)
{
    struct trace_arrival  first[] = {{5, 1}, {5, 0}, {12, 2}}, second[] = {{7, 3}};
    struct trace_arrivals users[] = {{first, 3}, {second, 1}, {NULL, 0}};
    struct arrivals       a = {.kind = ARRIVAL_TRACE, .users = users};
    struct arrival_state  s[3] = {0};
    uint32_t              class_id = 99;
    const struct {
        uint32_t user;
        bool     is_first;
        sim_ns   now, gap;
        uint32_t class_id;
    } steps[] = {{0, true, 0, 5, 1},      {1, true, 0, 7, 3},      {0, false, 5, 0, 0},
                 {0, false, 5, 7, 2},     {2, true, 0, NS_END, 2}, {0, false, 12, NS_END, 2},
                 {1, false, 7, NS_END, 2}};
    for (uint32_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        ck_assert_int_eq(arrivals_gap(&a, &s[steps[i].user], &rng, steps[i].user, steps[i].is_first,
                                      steps[i].now, &class_id),
                         steps[i].gap);
        ck_assert_uint_eq(class_id, steps[i].class_id);
    }
}
END_TEST

// ---- the others

// Which draws are taken: none, or the one by hand from an equal stream.
START_TEST(closed_and_periodic_streams_draw_nothing)
{
    struct arrivals      closed = {.kind = ARRIVAL_CLOSED, .think_s = 0.5};
    struct arrivals      periodic = {.kind = ARRIVAL_PERIODIC, .period_s = 2};
    struct arrival_state s = {0};
    struct rng           same;
    rng_init(&same, 23, 0, "test_arrivals", 0);
    ck_assert_int_eq(gap(&closed, &s, true, 0), 0);
    ck_assert_int_eq(gap(&closed, &s, false, 3), 500000000);
    ck_assert_int_eq(gap(&periodic, &s, true, 0), 0);
    ck_assert_int_eq(gap(&periodic, &s, false, 3), 2000000000);
    ck_assert_uint_eq(rng_bits(&rng), rng_bits(&same));
}
END_TEST

START_TEST(poisson_gaps_are_one_exponential_draw_each)
{
    struct arrivals      a = {.kind = ARRIVAL_POISSON, .rate_per_s = 4};
    struct arrival_state s = {0};
    struct rng           same;
    rng_init(&same, 23, 0, "test_arrivals", 0);
    for (uint32_t i = 0; i < 10; i++)
        ck_assert_int_eq(gap(&a, &s, i == 0, 0), ns_from_s(gsl_ran_exponential(&same.gsl, 0.25)));
}
END_TEST

// The first uniform in [0, period): of 10 000 the mean is 1 within 4 x 2 / sqrt(12 x 10 000), the
// ends are come near; then one a period.
START_TEST(a_jittered_period_begins_anywhere_in_it)
{
    struct arrivals      a = {.kind = ARRIVAL_PERIODIC, .period_s = 2, .is_jittered = true};
    struct arrival_state s = {0};
    double               sum = 0, least = 2, most = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        double first_s = s_from_ns(gap(&a, &s, true, 0));
        sum += first_s;
        least = fmin(least, first_s);
        most = fmax(most, first_s);
    }
    ck_assert_double_eq_tol(sum / 10000, 1, 4 * 2 / sqrt(12 * 10000.0));
    ck_assert(least >= 0 && least < 0.01 && most > 1.99 && most <= 2);
    ck_assert_int_eq(gap(&a, &s, false, 0), 2000000000);
}
END_TEST

Suite *arrivals_suite(void)
{
    Suite *suite = suite_create("arrivals");
    TCase *tc = tcase_create("arrivals");
    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, two_states_start_by_their_shares_of_time);
    tcase_add_test(tc, the_start_is_the_stationary_state_that_a_linear_solver_finds);
    tcase_add_loop_test(tc, bursts_have_the_mean_and_the_dispersion_of_the_closed_form, 0, 3);
    tcase_add_test(tc, three_states_have_the_mean_rate_of_their_shares);
    tcase_add_test(tc, one_state_is_a_poisson_process);
    tcase_add_test(tc, states_of_one_rate_do_not_show);
    tcase_add_test(tc, bursts_that_come_after_the_end_of_time_never_come);
    tcase_add_loop_test(tc, states_that_make_no_process_are_refused, 0, FAULT_COUNT);
    tcase_add_test(tc, a_trace_is_followed_user_by_user);
    tcase_add_test(tc, closed_and_periodic_streams_draw_nothing);
    tcase_add_test(tc, poisson_gaps_are_one_exponential_draw_each);
    tcase_add_test(tc, a_jittered_period_begins_anywhere_in_it);
    suite_add_tcase(suite, tc);
    return suite;
}
