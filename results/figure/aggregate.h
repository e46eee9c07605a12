// results/figure/aggregate.h: functions that the SQL of figures may use beside SQLite's own.
//
//   ci95(x)          half the width of the 95 % interval of the mean, Student t; NULL when n < 2
//   ratio(y, x)      mean of y over mean of x, pairs in which neither is NULL; NULL without any or
//                    when the mean of x is 0
//   ratio_ci95(y, x) half the width of its 95 % interval by the pairs; NULL when n < 2
//   same_value(a, b) 1 when two texts tell the same quantity (axis.h)
//
// The interval of a ratio is that of the ratio estimator: the residuals y - R x, whose mean is 0,
// have the standard error sd / sqrt(n); over the mean of x that is the standard error of R
// (Cochran, Sampling Techniques, 3rd ed. 1977, chapter 6, of an infinite population), times
// Student's t of n - 1. Pairs of common random numbers go up and down together, so it is narrow
// where the schemes share their luck.
#ifndef FOGSIM_RESULTS_FIGURE_AGGREGATE_H
#define FOGSIM_RESULTS_FIGURE_AGGREGATE_H

#include <sqlite3.h>

#include "base/err.h"

// Adds the functions to a connection. false: e says why.
MUST_USE bool aggregate_register(sqlite3 *db, struct err *e);

#endif
