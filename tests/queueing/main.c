// build/queueing: the systems of table.c against their closed forms; JSON, one object a line.
//
//   build/queueing [--fast] [SYSTEM]      one line for each measure
//   build/queueing coverage [--fast]      one line: of 200 intervals at 95 %, how many hold it
//   build/queueing exact                  what holds without chance: shares, energy, memory
//   build/queueing study [--fast]         one line for each row of study.c: coverage of intervals,
//   bias
// Exit 1: an estimate is 5 standard errors off (of 20 replications: once in 10 000 by chance), or
// the coverage is outside 181 to 198.
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/queueing/balance.h"
#include "tests/queueing/shares.h"
#include "tests/queueing/study.h"
#include "tests/queueing/system.h"

enum { REPLICATIONS = 20, INTERVALS = 200, COVERED_LOW = 181, COVERED_HIGH = 198 };

static void print_station(const struct station *st, uint32_t index)
{
    static const char *const laws[] = {"exponential", "constant", "gamma", "hyperexponential",
                                       "two sizes"};
    printf("%sstation %u: %s service of mean %g s, cv2 %g, %u server%s", index ? "; " : "", index,
           laws[st->law], st->service_s, st->cv2, st->servers, st->servers == 1 ? "" : "s");
    if (st->queue_limit != QUEUE_INFINITE) printf(", %u may wait", st->queue_limit);
}

static void print_measure(const struct system *s, uint32_t i, const struct estimate *x,
                          double little, uint64_t jobs)
{
    const struct measure *m = &s->measures[i];
    printf("{\"id\": \"queueing.%s.%s\", \"about\": \"%s: %s\", \"source\": \"%s\", ", s->id, m->id,
           s->about, m->about, s->source);
    printf("\"published\": %.9g, \"ours\": %.9g, \"error_pct\": %.4f, ", x->closed, x->mean,
           100 * (x->mean / x->closed - 1));
    printf("\"ci_low\": %.9g, \"ci_high\": %.9g, \"verdict\": \"%s\", ", x->mean - x->half_width,
           x->mean + x->half_width, estimate_covers(x) ? "inside" : "outside");
    printf("\"standard_errors\": %.3f, \"replications\": %d, \"jobs\": %llu, \"warm_up_s\": %.6g, ",
           x->standard_errors, REPLICATIONS, (unsigned long long)jobs, system_warm_up_s(s));
    printf("\"little_error\": %.3g, \"parameters_from\": \"chosen: %g arrivals/s; ", little,
           system_rate_per_s(s, ANY_CLASS));
    for (uint32_t k = 0; k < s->station_count; k++) print_station(&s->stations[k], k);
    printf("\"}\n");
    fflush(stdout);
}

static int run_systems(const char *only, double jobs)
{
    int status = EXIT_SUCCESS;
    for (uint32_t k = 0; k < system_count; k++) {
        const struct system *s = &system_table[k];
        struct estimate      x[MAX_MEASURES];
        struct err           e = {0};
        double               little = 0;
        uint64_t             counted = 0;
        if (only && strcmp(only, s->id)) continue;
        if (!system_estimate(s, jobs, k + 1, REPLICATIONS, PATH_AUTO, x, &little, &counted, &e)) {
            fprintf(stderr, "%s: %s\n", s->id, e.text);
            return EXIT_FAILURE;
        }
        for (uint32_t i = 0; i < system_measure_count(s); i++) {
            print_measure(s, i, &x[i], little, counted);
            if (x[i].standard_errors > 5 || little > 1e-9) status = EXIT_FAILURE;
        }
    }
    return status;
}

static int run_coverage(double jobs)
{
    uint32_t   covered, missed[64 * MAX_MEASURES][2] = {0};
    struct err e = {0};
    if (!system_coverage(INTERVALS, jobs, 1000, 10, &covered, missed, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return EXIT_FAILURE;
    }
    bool ok = covered >= COVERED_LOW && covered <= COVERED_HIGH;
    printf("{\"id\": \"queueing.coverage\", \"about\": \"of %d intervals at 95 %%, each of 10 "
           "replications under seeds of its own, those that hold the closed form\", "
           "\"source\": \"binomial: 181 to 198\", \"published\": %g, \"ours\": %u, \"error_pct\": "
           "%.4f, \"ci_low\": %d, \"ci_high\": %d, \"verdict\": \"%s\", \"parameters_from\": "
           "\"the systems above in turn, %g jobs a replication\", \"missed\": {",
           INTERVALS, 0.95 * INTERVALS, covered, 100 * (covered / (0.95 * INTERVALS) - 1),
           COVERED_LOW, COVERED_HIGH, ok ? "inside" : "outside", jobs);
    const char *comma = "";
    for (uint32_t k = 0; k < system_count; k++)
        for (uint32_t i = 0; i < MAX_MEASURES; i++)
            if (missed[k * MAX_MEASURES + i][1]) {
                printf("%s\"%s.%s\": \"%u of %u\"", comma, system_table[k].id,
                       system_table[k].measures[i].id, missed[k * MAX_MEASURES + i][1],
                       missed[k * MAX_MEASURES + i][0]);
                comma = ", ";
            }
    printf("}}\n");
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

// A row without chance; `worst` is what decides, relative.
static bool print_exact(const char *id, const char *about, const char *source, double want,
                        double have, double worst, double tolerance)
{
    bool ok = worst <= tolerance;
    printf("{\"id\": \"%s\", \"about\": \"%s\", \"source\": \"%s\", \"published\": %.12g, "
           "\"ours\": %.12g, \"error_pct\": %.3g, \"largest_error\": %.3g, \"verdict\": \"%s\", "
           "\"parameters_from\": \"chosen\"}\n",
           id, about, source, want, have, 100 * (have / want - 1), worst, ok ? "equal" : "differs");
    return ok;
}

static bool run_shares(void)
{
    const char *source = "by hand; Bertsekas and Gallager 6.5.2";
    bool        ok = true;
    for (uint32_t k = 0; k < share_count; k++) {
        const struct share_system *s = &share_table[k];
        double                     rate[SHARE_FLOWS], worst;
        uint32_t                   last = share_rates(s, rate, &worst) - 1;
        char                       id[64];
        snprintf(id, sizeof id, "shares.%s", s->id);
        ok &= print_exact(id, s->about, source, s->flows[last].rate, rate[last], worst, 1e-14);
    }
    double ends_s[SHARE_TRANSFERS], worst = 0;
    share_transfers(ends_s);
    for (uint32_t i = 0; i < SHARE_TRANSFERS; i++)
        worst = fmax(worst, fabs(ends_s[i] / share_ends_s[i] - 1));
    return print_exact("shares.transfers", "three transfers that come and go: the last end, s",
                       source, share_ends_s[0], ends_s[0], worst, 1e-9) &&
           ok;
}

static bool run_balances(void)
{
    struct energy_balance x = {0};
    double                peak_bytes = 0;
    struct err            e = {0};
    if (!balance_energy(1, &x, &e) || !balance_memory(&peak_bytes, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return false;
    }
    bool ok = print_exact(
        "energy.nodes", "300 random jobs, J: energy of nodes above idle, of tasks", "conservation",
        x.above_idle, x.of_tasks, fabs(x.of_tasks / x.above_idle - 1), 1e-12);
    ok &= print_exact("energy.hand",
                      "300 random jobs, J: power above idle x time, summed over the operations",
                      "by hand", x.by_hand, x.of_tasks, fabs(x.of_tasks / x.by_hand - 1), 1e-7);
    return print_exact("memory.peak", "three operations on two servers, bytes", "by hand",
                       BALANCE_PEAK_BYTES, peak_bytes, fabs(peak_bytes / BALANCE_PEAK_BYTES - 1),
                       0) &&
           ok;
}

static int run_exact(void)
{
    bool shares = run_shares(), balances = run_balances();
    return shares && balances ? EXIT_SUCCESS : EXIT_FAILURE;
}

// The methods of docs/STATISTICS.md on M/M/1: how often their intervals hold the truth, and bias.
static int run_study(uint32_t experiments)
{
    for (uint32_t k = 0; k < study_count; k++) {
        const struct design *d = &study_table[k];
        struct coverage      c;
        struct err           e = {0};
        if (!study_coverage(d, experiments, 1, &c, &e)) {
            fprintf(stderr, "%s\n", e.text);
            return EXIT_FAILURE;
        }
        printf("{\"id\": \"study.%u\", \"about\": \"%s\", \"load\": %g, \"quantile\": %g, "
               "\"warm_up\": %u, \"jobs\": %u, \"shock_s\": %g, \"wanted_pct\": %g, \"least\": %u, "
               "\"replications\": %.1f, "
               "\"left_out\": %.1f, \"experiments\": %u, \"known\": %u, \"held_pct\": %.1f, "
               "\"half_width_pct\": %.2f, \"truth\": %.6g, \"bias_pct\": %.3f}\n",
               k, d->about, d->load, d->quantile, d->warm_up, d->jobs, d->shock_s, 100 * d->share,
               d->replications, c.replications, c.left_out, c.experiments, c.known,
               100.0 * c.held / c.known, 100 * c.half_width / c.truth, c.truth,
               100 * (c.mean / c.truth - 1));
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    bool        is_fast = false, is_coverage = false;
    const char *only = NULL;
    gsl_set_error_handler_off();
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--fast"))
            is_fast = true;
        else if (!strcmp(argv[i], "coverage"))
            is_coverage = true;
        else
            only = argv[i];
    }
    if (only && !strcmp(only, "exact")) return run_exact();
    if (only && !strcmp(only, "study")) return run_study(is_fast ? 200 : 1000);
    return is_coverage ? run_coverage(is_fast ? 1000 : 5000)
                       : run_systems(only, is_fast ? 2000 : 100000);
}
