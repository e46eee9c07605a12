// sim/arrivals.h: when users ask.
#ifndef FOGSIM_SIM_ARRIVALS_H
#define FOGSIM_SIM_ARRIVALS_H

#include <stdint.h>

#include "base/rng.h"
#include "base/units.h"

enum arrival_kind {
    ARRIVAL_CLOSED,   // the next job when the last has finished, after a pause
    ARRIVAL_PERIODIC, // every period, whatever the last one does
    ARRIVAL_POISSON,  // exponential gaps of mean 1 / rate
};

struct arrivals {
    enum arrival_kind kind;
    double            think_s, period_s, rate_per_s; // by kind
    uint32_t          jobs_per_user; // UINT32_MAX: no limit; then duration_s is finite
    double            duration_s;    // no arrival at or after it; INFINITY: no limit
};

// Nanoseconds from one arrival of an open stream (or from the end of a job, closed) to the next.
sim_ns arrivals_gap(const struct arrivals *a, struct rng *r);

#endif
