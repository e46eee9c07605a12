// build/bench-simgrid: the same jobs through fogsim and through SimGrid: do they end at the same
// time? Prints a JSON array, one object a workload; `make bench-simgrid` keeps it in
// docs/simgrid.json. Exit 1: a mean differs by more than 1e-6 of itself.
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/simgrid/workload.h"

static const struct workload workloads[] = {
    {"pipeline", "16 Poisson users, a FIFO link each, one FIFO server with exponential service",
     .users = 16, .jobs_per_user = 1000, .rate_per_s = 1, .bytes = 5e4, .service_s = 0.045,
     .link_bytes_per_s = 1e5, .network = STAGE_LINK, .processor = STAGE_SERVER},
    {"shared", "16 Poisson users, links of four rates into one medium, max-min fair", .users = 16,
     .jobs_per_user = 1000, .rate_per_s = 1, .bytes = 5e4, .link_bytes_per_s = 1e5,
     .medium_bytes_per_s = 1.1e6, .network = STAGE_SHARED, .processor = STAGE_NONE},
    {"sharing", "16 Poisson users at one shared processor, exponential service", .users = 16,
     .jobs_per_user = 1000, .rate_per_s = 1, .service_s = 0.045, .network = STAGE_NONE,
     .processor = STAGE_SHARING, .link_bytes_per_s = 1e5},
    {"whole", "16 Poisson users, links of four rates into one medium, then one shared processor",
     .users = 16, .jobs_per_user = 1000, .rate_per_s = 1, .bytes = 5e4, .service_s = 0.045,
     .link_bytes_per_s = 1e5, .medium_bytes_per_s = 1.1e6, .network = STAGE_SHARED,
     .processor = STAGE_SHARING},
};

struct difference {
    double ours_s, theirs_s, largest_s; // mean sojourns, largest difference of a job
};

static struct difference compare(const struct jobs *jobs)
{
    struct difference d = {0};
    for (uint32_t i = 0; i < jobs->count; i++) {
        const struct job *j = &jobs->items[i];
        d.ours_s += (j->ours_s - j->arrived_s) / jobs->count;
        d.theirs_s += (j->theirs_s - j->arrived_s) / jobs->count;
        d.largest_s = fmax(d.largest_s, fabs(j->ours_s - j->theirs_s));
    }
    return d;
}

static int run(const struct workload *w)
{
    struct arena a = {0};
    struct jobs  jobs;
    struct err   e = {0};
    if (!run_ours(w, &jobs, &a, &e)) {
        fprintf(stderr, "%s: %s\n", w->id, e.text);
        return EXIT_FAILURE;
    }
    run_theirs(w, &jobs);
    struct difference d = compare(&jobs);
    double            relative = d.ours_s / d.theirs_s - 1;
    bool              ok = fabs(relative) <= 1e-6;
    printf("{\"id\": \"simgrid.%s\", \"about\": \"%s\", \"source\": \"SimGrid 3.32 (Debian), CM02 "
           "without window, cross traffic, factors; the same sampled jobs\", \"published\": %.12g, "
           "\"ours\": %.12g, \"error_pct\": %.3g, \"jobs\": %u, \"largest_difference_s\": %.3g, "
           "\"verdict\": \"%s\", \"parameters_from\": \"chosen: %g arrivals/s; transfers of mean "
           "%g B over %g to %g B/s; medium %g B/s; service of mean %g s\"}",
           w->id, w->about, d.theirs_s, d.ours_s, 100 * relative, jobs.count, d.largest_s,
           ok ? "equal to 1e-6" : "differs", w->rate_per_s * w->users, w->bytes,
           workload_link_rate(w, 0), workload_link_rate(w, 3), w->medium_bytes_per_s, w->service_s);
    fflush(stdout);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(void)
{
    int status = EXIT_SUCCESS;
    gsl_set_error_handler_off();
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++) {
        printf(i ? ",\n " : "[");
        fflush(stdout);
        pid_t child = fork(); // SimGrid has one engine a process
        if (child == 0) _exit(run(&workloads[i]));
        int result;
        if (child < 0 || waitpid(child, &result, 0) < 0 || result) status = EXIT_FAILURE;
    }
    printf("]\n");
    return status;
}
