#include "base/paired.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>

#include "base/stat.h"

// p = P(|T| >= |t|) of Student's T with n - 1 degrees of freedom.
static void judge(struct paired *out, double sd)
{
    double freedom = (double)(out->n - 1), error = sd / sqrt((double)out->n);
    out->ci95 = gsl_cdf_tdist_Pinv(0.975, freedom) * error;
    if (out->differing == 0) {
        out->t = 0, out->p = 1;
    } else if (error > 0) {
        out->t = out->difference / error;
        out->p = fmin(1, 2 * gsl_cdf_tdist_Q(fabs(out->t), freedom));
    } else {
        out->t = copysign(INFINITY, out->difference), out->p = 0;
    }
}

void paired_test(const double *base, const double *other, size_t n, double resolution,
                 struct paired *out)
{
    struct moments of_base = {0}, of_other = {0}, differences = {0};
    *out = (struct paired){.n = n, .ci95 = NAN, .t = NAN, .p = NAN};
    for (size_t i = 0; i < n; i++) {
        moments_add(&of_base, base[i]);
        moments_add(&of_other, other[i]);
        moments_add(&differences, other[i] - base[i]);
        out->differing += base[i] != other[i];
    }
    out->base_mean = moments_mean(&of_base);
    out->other_mean = moments_mean(&of_other);
    out->difference = moments_mean(&differences);
    if (n < 2) return;
    double sd = moments_sd(&differences);
    judge(out, out->differing ? fmax(sd, resolution) : 0);
}

void holm_adjust(double *p, size_t n, struct arena *scratch)
{
    double *known = ARENA_ARRAY(scratch, double, n);
    size_t *place = ARENA_ARRAY(scratch, size_t, n), *order = ARENA_ARRAY(scratch, size_t, n);
    size_t  count = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i])) {
            known[count] = p[i];
            place[count++] = i;
        }
    gsl_sort_index(order, known, 1, count);
    double least = 0; // adjusted values do not fall where p rises
    for (size_t i = 0; i < count; i++) {
        least = fmax(least, fmin(1, (double)(count - i) * known[order[i]]));
        p[place[order[i]]] = least;
    }
}
