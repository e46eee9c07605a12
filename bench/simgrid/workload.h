// bench/simgrid/workload.h: jobs given to fogsim and to SimGrid alike, and when each of them ends
// them.
#ifndef FOGSIM_BENCH_SIMGRID_WORKLOAD_H
#define FOGSIM_BENCH_SIMGRID_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum stage {       // what a job passes
    STAGE_LINK,    // a FIFO link of its user's own
    STAGE_SHARED,  // its user's own link and a medium of all users, max-min fair
    STAGE_SERVER,  // a FIFO server
    STAGE_SHARING, // a processor that is shared
    STAGE_NONE
};

struct workload {
    const char *id, *about;
    uint32_t    users, jobs_per_user;
    double      rate_per_s; // of each user
    double      bytes;      // mean of a transfer, exponential, whole bytes, at least 1; 0: none
    double      service_s;  // mean of a service, exponential; 0: none
    double      link_bytes_per_s, medium_bytes_per_s; // user u's link: times 1 + u % 4
    enum stage  network, processor;
};

struct job {
    uint32_t user;
    double   arrived_s, bytes, service_s;
    double   ours_s, theirs_s; // when it ended
};

struct jobs {
    struct job *items; // [count] in order of arrival
    uint32_t    count;
};

double workload_link_rate(const struct workload *w, uint32_t user);

// Draws the jobs and runs them through fogsim's engine: everything but theirs_s.
MUST_USE bool run_ours(const struct workload *w, struct jobs *out, struct arena *a, struct err *e);

// Runs them through SimGrid. Once in a process: SimGrid has one engine.
void run_theirs(const struct workload *w, struct jobs *jobs);

#endif
