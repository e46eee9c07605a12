#include "base/stat.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

double stat_mean(const double *x, size_t n)
{
    return n ? gsl_stats_mean(x, 1, n) : NAN;
}

double stat_sd(const double *x, size_t n)
{
    return n < 2 ? NAN : gsl_stats_sd(x, 1, n);
}

double stat_ci95(const double *x, size_t n)
{
    if (n < 2) return NAN;
    return gsl_cdf_tdist_Pinv(0.975, (double)(n - 1)) * stat_sd(x, n) / sqrt((double)n);
}

void stat_sort(double *x, size_t n)
{
    gsl_sort(x, 1, n);
}

double stat_quantile(const double *sorted, size_t n, double q)
{
    return n ? gsl_stats_quantile_from_sorted_data(sorted, 1, n, q) : NAN;
}

void moments_add(struct moments *m, double x)
{
    double delta = x - m->mean;
    m->n++;
    m->mean += delta / (double)m->n;
    m->squares += delta * (x - m->mean);
}

double moments_mean(const struct moments *m)
{
    return m->n ? m->mean : NAN;
}

double moments_sd(const struct moments *m)
{
    return m->n < 2 ? NAN : sqrt(m->squares / (double)(m->n - 1));
}

double moments_ci95(const struct moments *m)
{
    if (m->n < 2) return NAN;
    return gsl_cdf_tdist_Pinv(0.975, (double)(m->n - 1)) * moments_sd(m) / sqrt((double)m->n);
}
