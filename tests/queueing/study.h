// tests/queueing/study.h: one M/M/1 run on the engine as an experiment of statistics: its times in
// the system in order of arrival, from an empty system, and what methods make of them.
//
// Service has mean 1 s. In the steady state the time in the system is exponential with mean
// 1 / (1 - load) s (Kleinrock, Queueing Systems I, 1975, 3.2), so its quantile at q is
// -ln(1 - q) / (1 - load).
#ifndef FOGSIM_TESTS_QUEUEING_STUDY_H
#define FOGSIM_TESTS_QUEUEING_STUDY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

// One run. shock_s > 0: the service of the first job, so that the run begins far above its steady
// state.
struct mm1 {
    double   load, shock_s;
    uint32_t jobs;
};

// Times in the system of all jobs, s, in `a`. NULL: e says why.
double *study_mm1(const struct mm1 *x, uint64_t seed, uint32_t replication, struct arena *a,
                  struct err *e);

enum method {
    METHOD_REPLICATIONS, // Student t over the replications
    METHOD_PRECISION,    // the same, their number by cli/precision.h
    METHOD_BATCHES,      // base/series.h, within one run
};

struct design { // of an experiment that ends in a 95 % interval
    const char *about;
    enum method method;
    double      load, shock_s;
    uint32_t    replications;  // METHOD_PRECISION: at least
    uint32_t    warm_up, jobs; // left out of each run; then counted
    bool        mser;          // instead of warm_up what MSER-5 says of all the jobs
    double      quantile;      // 0: the mean; of replications pooled
    double      share;         // METHOD_PRECISION: wanted
};

struct coverage {                // over experiments, each under a seed of its own
    uint32_t experiments, known; // known: that gave an interval
    uint32_t held;               // of these, that hold the truth
    double   truth, mean;        // mean of the estimates
    double   half_width;         // mean of the known ones
    double   replications;       // mean number
    double   left_out;           // mean number of jobs of a run
};

extern const struct design study_table[];
extern const uint32_t      study_count;

// Seeds [seed, seed + experiments).
bool study_coverage(const struct design *d, uint32_t experiments, uint64_t seed,
                    struct coverage *out, struct err *e);

#endif
