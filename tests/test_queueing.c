// tests/test_queueing.c: the engine against queueing theory (tests/queueing/), and the closed forms
// themselves by a second way: balance equations of birth and death, chains embedded at departures,
// conservation laws, iteration, numerical integration.
#include <check.h>
#include <math.h>
#include <string.h>

#include "tests/queueing/balance.h"
#include "tests/queueing/closed.h"
#include "tests/queueing/shares.h"
#include "tests/queueing/system.h"

Suite *queueing_suite(void);

// ---- birth and death

enum { STATES = 4000 };

struct chain { // births and deaths per second in state n
    double birth[STATES], death[STATES];
    double p[STATES];
};

// p_n death_n = p_{n-1} birth_{n-1}, normalised.
static void solve(struct chain *c)
{
    double sum = c->p[0] = 1;
    for (int n = 1; n < STATES; n++) {
        c->p[n] = c->death[n] > 0 ? c->p[n - 1] * c->birth[n - 1] / c->death[n] : 0;
        sum += c->p[n];
    }
    for (int n = 0; n < STATES; n++) c->p[n] /= sum;
}

static double mean_number(const struct chain *c)
{
    double sum = 0;
    for (int n = 0; n < STATES; n++) sum += n * c->p[n];
    return sum;
}

static struct chain chain;

static void mmck(double rate, double service_s, uint32_t servers, int room)
{
    for (int n = 0; n < STATES; n++) {
        chain.birth[n] = n < room ? rate : 0;
        chain.death[n] = n <= room ? fmin(n, servers) / service_s : 0;
    }
    solve(&chain);
}

START_TEST(waits_of_several_servers_solve_the_balance_equations)
{
    for (uint32_t c = 1; c <= 8; c *= 2) {
        double rate = 0.79 * c / 1.5;
        mmck(rate, 1.5, c, STATES);
        double wait_s = mean_number(&chain) / rate - 1.5, waits = 0;
        for (int n = (int)c; n < STATES; n++) waits += chain.p[n];
        ck_assert_double_eq_tol(closed_mmc_wait_s(rate, 1.5, c), wait_s, 1e-9 * wait_s);
        ck_assert_double_eq_tol(closed_erlang_c(c, rate * 1.5), waits, 1e-12);
    }
}
END_TEST

START_TEST(losses_solve_the_balance_equations)
{
    for (uint32_t c = 1; c <= 12; c++) {
        mmck(0.8 * c, 1, c, (int)c);
        ck_assert_double_eq_tol(closed_erlang_b(c, 0.8 * c), chain.p[c], 1e-14);
        mmck(0.8, 1.1, 1, (int)c);
        ck_assert_double_eq_tol(closed_mm1k_loss(0.88, c), chain.p[c], 1e-14);
        double sojourn_s = mean_number(&chain) / (0.8 * (1 - chain.p[c]));
        ck_assert_double_eq_tol(closed_mm1k_sojourn_s(0.8, 1.1, c), sojourn_s, 1e-12 * sojourn_s);
    }
}
END_TEST

// Little's law at the server: its mean number over its throughput.
START_TEST(the_finite_source_solves_the_balance_equations)
{
    enum { USERS = 7 };
    for (int n = 0; n < STATES; n++) {
        chain.birth[n] = n < USERS ? (USERS - n) / 4.0 : 0;
        chain.death[n] = n <= USERS ? 1 / 0.6 : 0;
    }
    solve(&chain);
    double sojourn_s = mean_number(&chain) * 0.6 / (1 - chain.p[0]);
    ck_assert_double_eq_tol(closed_finite_source_sojourn_s(USERS, 4, 0.6), sojourn_s, 1e-12);
}
END_TEST

// ---- M/G/1 by the chain embedded at departures (Kleinrock I 5.3)

// Of k arrivals during a service: Poisson (constant), geometric of odds r = 1 / (rate service)
// (exponential).
static double poisson(double mean, int k)
{
    return exp(k * log(mean) - mean - lgamma(k + 1.0));
}
static double geometric(double mean, int k)
{
    return exp(k * log(mean / (1 + mean))) / (1 + mean);
}
// Negative binomial (gamma of shape a).
static double negative_binomial(double mean, double a, int k)
{
    return exp(lgamma(a + k) - lgamma(a) - lgamma(k + 1.0) + k * log(mean / (mean + a)) +
               a * log(a / (mean + a)));
}

// pi_{n+1} = (pi_n - pi_0 a_n - sum_{j=1..n} pi_j a_{n+1-j}) / a_0; mean number at departures.
static double embedded_mean(const double *arrivals, double load)
{
    static double pi[STATES];
    double        mean = 0;
    pi[0] = 1 - load;
    for (int n = 0; n + 1 < 400; n++) {
        double x = pi[n] - pi[0] * arrivals[n];
        for (int j = 1; j <= n; j++) x -= pi[j] * arrivals[n + 1 - j];
        pi[n + 1] = fmax(x / arrivals[0], 0);
        mean += (n + 1) * pi[n + 1];
        if (pi[n + 1] < 1e-13) break; // below it differences of rounding errors
    }
    return mean;
}

START_TEST(pollaczek_and_khinchine_agree_with_the_embedded_chain)
{
    static double arrivals[STATES];
    const double  load = 0.6; // service 1 s
    for (int k = 0; k < 400; k++) arrivals[k] = poisson(load, k);
    double wait_s = embedded_mean(arrivals, load) / load - 1;
    ck_assert_double_eq_tol(closed_mg1_wait_s(load, 1, 1), wait_s, 1e-6);

    for (int k = 0; k < 400; k++) arrivals[k] = negative_binomial(load, 1 / 0.4, k);
    wait_s = embedded_mean(arrivals, load) / load - 1;
    ck_assert_double_eq_tol(closed_mg1_wait_s(load, 1, 1.4), wait_s, 1e-6);

    // Two exponentials of balanced means: 1 / (2 p), 1 / (2 (1 - p)) with p, 1 - p; cv2 = 3.
    double p = (1 + sqrt((3.0 - 1) / (3 + 1))) / 2;
    for (int k = 0; k < 400; k++)
        arrivals[k] =
            p * geometric(load / (2 * p), k) + (1 - p) * geometric(load / (2 * (1 - p)), k);
    wait_s = embedded_mean(arrivals, load) / load - 1;
    ck_assert_double_eq_tol(closed_mg1_wait_s(load, 1, 4), wait_s, 1e-6);
}
END_TEST

// ---- bursts

// The chain of (number, state) made uniform at 3 changes a second and iterated from empty, to 400
// jobs: the share above falls by a factor of about 0.9 a job.
START_TEST(bursts_solve_the_chain_of_number_and_state)
{
    enum { LEVELS = 400, STEPS = 30000 };
    const double  rate[] = {1.6, 0.2}, stay_s[] = {10, 20}, uniform = 3;
    static double p[LEVELS][2], next[LEVELS][2];
    p[0][0] = 1;
    for (int step = 0; step < STEPS; step++) {
        memcpy(next, p, sizeof p);
        for (int n = 0; n < LEVELS; n++)
            for (int i = 0; i < 2; i++) {
                double up = n + 1 < LEVELS ? p[n][i] * rate[i] / uniform : 0;
                double down = n ? p[n][i] / uniform : 0, over = p[n][i] / stay_s[i] / uniform;
                next[n][i] -= up + down + over;
                next[n][1 - i] += over;
                if (n + 1 < LEVELS) next[n + 1][i] += up;
                if (n) next[n - 1][i] += down;
            }
        memcpy(p, next, sizeof p);
    }
    double number = 0;
    for (int n = 0; n < LEVELS; n++) number += n * (p[n][0] + p[n][1]);
    double wait_s = number / (2.0 / 3) - 1;
    ck_assert_double_eq_tol(closed_mmpp_wait_s(rate, stay_s, 1), wait_s, 1e-8 * wait_s);
    // Equal rates: M/M/1.
    ck_assert_double_eq_tol(closed_mmpp_wait_s((const double[]){0.6, 0.6}, stay_s, 1), 1.5, 1e-12);
}
END_TEST

// ---- priorities

static const double rate[] = {0.2, 0.15, 0.1}, service_s[] = {1, 2, 0.5},
                    service_s2[] = {2, 5, 0.4};

// Kleinrock's conservation law: sum of rho_k W_k = rho W0 / (1 - rho), whatever the order.
START_TEST(waits_by_priority_keep_the_conservation_law)
{
    double load = 0, residual_s = 0, sum = 0;
    for (uint32_t k = 0; k < 3; k++) {
        load += rate[k] * service_s[k];
        residual_s += rate[k] * service_s2[k] / 2;
        sum += rate[k] * service_s[k] * closed_priority_wait_s(rate, service_s, service_s2, 3, k);
    }
    ck_assert_double_eq_tol(sum, load * residual_s / (1 - load), 1e-12);
    // The first class waits for what is in service and for its own kind: W = W0 + rho_0 W.
    double first_s = closed_priority_wait_s(rate, service_s, service_s2, 3, 0);
    ck_assert_double_eq_tol(first_s, residual_s + rate[0] * service_s[0] * first_s, 1e-12);
}
END_TEST

// Preemption with equal exponential service: the first class sees M/M/1 alone, both together are
// M/M/1, and the second is the difference.
START_TEST(sojourns_under_preemption_are_differences_of_two_mm1)
{
    const double r[] = {0.3, 0.4}, s[] = {1, 1}, s2[] = {2, 2};
    double       first = 0.3 / (1 - 0.3), both = 0.7 / (1 - 0.7); // mean numbers
    ck_assert_double_eq_tol(closed_preempt_sojourn_s(r, s, s2, 0), first / 0.3, 1e-12);
    ck_assert_double_eq_tol(closed_preempt_sojourn_s(r, s, s2, 1), (both - first) / 0.4, 1e-12);
    // One class, any law: M/G/1.
    double one = closed_mg1_wait_s(0.15, 2, 5) + 2;
    ck_assert_double_eq_tol(closed_preempt_sojourn_s(rate + 1, service_s + 1, service_s2 + 1, 0),
                            one, 1e-12);
}
END_TEST

// ---- networks and sharing

START_TEST(traffic_is_the_limit_of_its_iteration)
{
    const double entry[] = {0.3, 0.1, 0}, routing[] = {0.1, 0.3, 0.4, 0.2, 0, 0.5, 0.3, 0.1, 0};
    double       solved[3], flow[3] = {0};
    closed_traffic(3, entry, routing, solved);
    for (int round = 0; round < 1000; round++) {
        double next[3];
        for (int to = 0; to < 3; to++) {
            next[to] = entry[to];
            for (int from = 0; from < 3; from++) next[to] += flow[from] * routing[from * 3 + to];
        }
        memcpy(flow, next, sizeof flow);
    }
    for (int i = 0; i < 3; i++) ck_assert_double_eq_tol(solved[i], flow[i], 1e-12);
}
END_TEST

static const struct system *system_named(const char *id)
{
    for (uint32_t k = 0; k < system_count; k++)
        if (!strcmp(system_table[k].id, id)) return &system_table[k];
    ck_abort_msg("no system %s", id);
}

// Kleinrock's conservation law with equal exponential services holds for several servers too: the
// mean wait of all, and so the mean number, is that of M/M/c whoever is served first.
START_TEST(priorities_at_several_servers_keep_the_mean_of_all)
{
    const struct system *s = system_named("priority-mm2"), *t = system_named("preempt-mm2");
    double               wait_s =
        (s->measures[0].closed(s, &s->measures[0]) + s->measures[1].closed(s, &s->measures[1])) / 2;
    double sojourn_s =
        (t->measures[0].closed(t, &t->measures[0]) + t->measures[1].closed(t, &t->measures[1])) / 2;
    mmck(1.5, 1, 2, STATES);
    ck_assert_double_eq_tol(wait_s, mean_number(&chain) / 1.5 - 1, 1e-9);
    ck_assert_double_eq_tol(sojourn_s, mean_number(&chain) / 1.5, 1e-9);
}
END_TEST

// The mean size between two bounds by the midpoint rule over the density, over 1 - rho.
START_TEST(sojourns_by_size_are_means_over_the_density)
{
    const struct system *s = system_named("mm1-ps");
    for (uint32_t i = 1; i < system_measure_count(s); i++) {
        const struct measure *m = &s->measures[i];
        double                weight = 0, sum = 0, step = (m->size_high - m->size_low) / 100000;
        for (int k = 0; k < 100000; k++) {
            double x = m->size_low + (k + 0.5) * step;
            weight += exp(-x), sum += x * exp(-x);
        }
        ck_assert_double_eq_tol(m->closed(s, m), sum / weight / (1 - 0.7), 1e-8);
    }
}
END_TEST

// ---- the engine

// Of 100 000 draws of each law: mean and mean square within 6 standard errors of what the table
// says.
START_TEST(services_have_the_moments_that_the_closed_forms_use)
{
    enum { DRAWS = 100000 };
    static const double cv2[] = {[LAW_EXPONENTIAL] = 1,
                                 [LAW_CONSTANT] = 0,
                                 [LAW_GAMMA] = 0.4,
                                 [LAW_HYPEREXPONENTIAL] = 3,
                                 [LAW_TWO_SIZES] = 1};
    struct station      st = {.law = (enum law)_i, .service_s = 1.7, .cv2 = cv2[_i]};
    struct rng          rng;
    double              sum[3] = {0}; // of x, x^2, x^4
    rng_init(&rng, 3, 0, "test_queueing", 0);
    for (int i = 0; i < DRAWS; i++) {
        double x = station_draw(&st, &rng);
        sum[0] += x / DRAWS, sum[1] += x * x / DRAWS, sum[2] += x * x * x * x / DRAWS;
    }
    double square = 1.7 * 1.7 * (1 + cv2[_i]);
    ck_assert_double_eq_tol(sum[0], 1.7, 1e-9 + 6 * sqrt((square - 1.7 * 1.7) / DRAWS));
    ck_assert_double_eq_tol(sum[1], square,
                            1e-9 + 6 * sqrt(fmax(sum[2] - square * square, 0) / DRAWS));
}
END_TEST

// 5 standard errors of 10 replications: about once in 1400 by chance, and the seeds are fixed.
START_TEST(every_system_comes_near_its_closed_form)
{
    const struct system *s = &system_table[_i];
    struct estimate      x[MAX_MEASURES];
    struct err           e = {0};
    double               little = 0, traffic[MAX_STATIONS];
    ck_assert_msg(system_estimate(s, 2000, 100 + (uint64_t)_i, 10, PATH_AUTO, x, &little, NULL, &e),
                  "%s: %s", s->id, e.text);
    for (uint32_t i = 0; i < system_measure_count(s); i++)
        ck_assert_msg(x[i].standard_errors < 5, "%s, %s: want %g, have %g +- %g", s->id,
                      s->measures[i].about, x[i].closed, x[i].mean, x[i].half_width);
    ck_assert_msg(little < 1e-12, "%s: Little's law misses by %g", s->id, little);
    system_traffic(s, traffic);
    for (uint32_t i = 0; i < s->station_count; i++)
        ck_assert_double_le(traffic[i] * s->stations[i].service_s / s->stations[i].servers, 0.8001);
}
END_TEST

START_TEST(computed_and_event_driven_runs_have_equal_means)
{
    const struct system *s = &system_table[_i];
    struct replication   x, y;
    struct err           e = {0};
    ck_assert(system_replicate(s, 1000, 5, 3, PATH_AUTO, &x, &e));
    ck_assert(system_replicate(s, 1000, 5, 3, PATH_EVENTS, &y, &e));
    ck_assert_uint_eq(x.jobs, y.jobs);
    for (uint32_t i = 0; i < system_measure_count(s); i++)
        ck_assert_double_eq(x.value[i], y.value[i]);
}
END_TEST

// Binomial(200, 0.95) is in [181, 198] with probability 0.995; the seeds are fixed.
START_TEST(of_200_intervals_181_to_198_hold_the_closed_form)
{
    uint32_t   covered;
    struct err e = {0};
    ck_assert_msg(system_coverage(200, 1000, 7000, 6, &covered, NULL, &e), "%s", e.text);
    ck_assert_msg(covered >= 181 && covered <= 198, "%u of 200 hold it", covered);
}
END_TEST

START_TEST(shares_are_those_by_hand)
{
    for (uint32_t k = 0; k < share_count; k++) {
        double rate_bytes_per_s[SHARE_FLOWS], worst;
        share_rates(&share_table[k], rate_bytes_per_s, &worst);
        ck_assert_msg(worst < 1e-14, "%s: %g", share_table[k].id, worst);
    }
    double ends_s[SHARE_TRANSFERS];
    share_transfers(ends_s);
    for (int i = 0; i < SHARE_TRANSFERS; i++)
        ck_assert_double_eq_tol(ends_s[i], share_ends_s[i], 2e-9);
}
END_TEST

START_TEST(energy_of_tasks_is_that_of_nodes_above_idle)
{
    for (uint64_t seed = 0; seed < 5; seed++) {
        struct energy_balance x;
        struct err            e = {0};
        ck_assert_msg(balance_energy(seed, &x, &e), "%s", e.text);
        ck_assert_double_eq_tol(x.of_tasks, x.above_idle, 1e-9 * x.of_tasks);
        // A ns of rounding for each of at most 2400 operations at no more than 11 W.
        ck_assert_double_eq_tol(x.of_tasks, x.by_hand, 2400 * 11e-9);
    }
}
END_TEST

START_TEST(the_memory_peak_is_that_of_what_runs_together)
{
    double     peak_bytes;
    struct err e = {0};
    ck_assert_msg(balance_memory(&peak_bytes, &e), "%s", e.text);
    ck_assert_double_eq(peak_bytes, BALANCE_PEAK_BYTES);
}
END_TEST

Suite *queueing_suite(void)
{
    Suite *s = suite_create("queueing");
    TCase *tc = tcase_create("queueing");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, waits_of_several_servers_solve_the_balance_equations);
    tcase_add_test(tc, losses_solve_the_balance_equations);
    tcase_add_test(tc, the_finite_source_solves_the_balance_equations);
    tcase_add_test(tc, pollaczek_and_khinchine_agree_with_the_embedded_chain);
    tcase_add_test(tc, bursts_solve_the_chain_of_number_and_state);
    tcase_add_test(tc, waits_by_priority_keep_the_conservation_law);
    tcase_add_test(tc, sojourns_under_preemption_are_differences_of_two_mm1);
    tcase_add_test(tc, traffic_is_the_limit_of_its_iteration);
    tcase_add_test(tc, priorities_at_several_servers_keep_the_mean_of_all);
    tcase_add_test(tc, sojourns_by_size_are_means_over_the_density);
    tcase_add_loop_test(tc, services_have_the_moments_that_the_closed_forms_use, LAW_EXPONENTIAL,
                        LAW_TWO_SIZES + 1);
    tcase_add_loop_test(tc, every_system_comes_near_its_closed_form, 0, (int)system_count);
    tcase_add_loop_test(tc, computed_and_event_driven_runs_have_equal_means, 0, (int)system_count);
    tcase_add_test(tc, of_200_intervals_181_to_198_hold_the_closed_form);
    tcase_add_test(tc, shares_are_those_by_hand);
    tcase_add_test(tc, energy_of_tasks_is_that_of_nodes_above_idle);
    tcase_add_test(tc, the_memory_peak_is_that_of_what_runs_together);
    suite_add_tcase(s, tc);
    return s;
}
