#include "sim/arrivals.h"

#include <gsl/gsl_randist.h>
#include <math.h>

sim_ns arrivals_gap(const struct arrivals *a, struct rng *r)
{
    if (a->kind == ARRIVAL_CLOSED) return ns_from_s(a->think_s);
    if (a->kind == ARRIVAL_PERIODIC) return ns_from_s(a->period_s);
    return ns_from_s(fmin(gsl_ran_exponential(&r->gsl, 1 / a->rate_per_s), NS_MAX_S));
}
