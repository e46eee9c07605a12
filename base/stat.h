// base/stat.h: sample statistics, by GSL; and of a stream, value by value.
#ifndef FOGSIM_BASE_STAT_H
#define FOGSIM_BASE_STAT_H

#include <stddef.h>
#include <stdint.h>

double stat_mean(const double *x, size_t n); // NaN when n = 0
double stat_sd(const double *x, size_t n);   // with n - 1; NaN when n < 2
double
       stat_ci95(const double *x,
                 size_t n); // half-width of the 95 % interval of the mean, Student t; NaN when n < 2
void   stat_sort(double *x, size_t n);
double stat_quantile(const double *sorted, size_t n,
                     double q); // linear between order statistics; NaN when n = 0

// Mean and spread in one pass (Welford, Technometrics 4(3), 1962): no difference of large sums.
struct moments { // zero-initialise
    uint64_t n;
    double   mean, squares; // squares: sum of (x - mean)^2
};

void   moments_add(struct moments *m, double x);
double moments_mean(const struct moments *m); // NaN when n = 0
double moments_sd(const struct moments *m);   // with n - 1; NaN when n < 2
double moments_ci95(const struct moments *m); // as stat_ci95

#endif
