#include "sim/arrivals.h"

#include <gsl/gsl_randist.h>
#include <math.h>

sim_ns arrivals_gap(const struct arrivals *a, struct arrival_state *s, struct rng *r, uint32_t user,
                    bool is_first, sim_ns now, uint32_t *class_id)
{
    (void)s, (void)user, (void)now, (void)class_id;
    if (is_first && a->kind != ARRIVAL_POISSON) return 0;
    if (a->kind == ARRIVAL_CLOSED) return ns_from_s(a->think_s);
    if (a->kind == ARRIVAL_PERIODIC) return ns_from_s(a->period_s);
    return ns_from_s(fmin(gsl_ran_exponential(&r->gsl, 1 / a->rate_per_s), NS_MAX_S));
}
