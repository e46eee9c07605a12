#include "sim/faults.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>

double lifetime_draw(const struct lifetime *l, struct rng *r)
{
    return gsl_ran_weibull(&r->gsl, l->mean_s / gsl_sf_gamma(1 + 1 / l->shape), l->shape);
}
