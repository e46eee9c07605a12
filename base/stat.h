// base/stat.h: sample statistics, by GSL.
#ifndef FOGSIM_BASE_STAT_H
#define FOGSIM_BASE_STAT_H

#include <stddef.h>

double stat_mean(const double *x, size_t n); // NaN when n = 0
double stat_sd(const double *x, size_t n);   // with n - 1; NaN when n < 2
double
       stat_ci95(const double *x,
                 size_t n); // half-width of the 95 % interval of the mean, Student t; NaN when n < 2
void   stat_sort(double *x, size_t n);
double stat_quantile(const double *sorted, size_t n,
                     double q); // linear between order statistics; NaN when n = 0

#endif
