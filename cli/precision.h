// cli/precision.h: how many replications a wanted precision takes.
//
// Sequential: replications are added until half of the 95 % interval of a mean over replications
// (Student t) is at most a wanted share of that mean (Law, Simulation Modeling and Analysis, 2015,
// 9.4.1; Law, Kelton and Koenig, Commun. Stat. B 10, 1981). Asked at fixed counts only: `least`,
// then each time a quarter more. So what is said depends on the values in order of replication
// alone, and serial, parallel and resumed work stops at the same count.
//
// Several models, schemes or targets that are to have the same number of replications take the
// largest answer, and are done when all answer what they have.
#ifndef FOGSIM_CLI_PRECISION_H
#define FOGSIM_CLI_PRECISION_H

#include "cli/command.h"
#include "cli/statistics.h"

// Ten to begin with: with five a narrow interval found by chance ends it too early (91 % of the
// intervals held the mean instead of 94 %, docs/STATISTICS.md); ten is also Law's advice.
enum { PRECISION_LEAST = 10, PRECISION_MOST = 1000 };

struct precision {
    enum metric metric;
    const char *column;      // of table summary, layer NULL: "mean", "p50", "p95" or "p99"
    double      quantile;    // the same as a share of the tasks; NaN: the mean
    double      share;       // wanted half-width over mean
    uint32_t    least, most; // replications
};

// How many replications in all are wanted, given those so far: n itself: enough, or all there may
// be. means[i]: of replication i, p->column of p->metric; NaN: it has none (no task finished), and
// is left out. Where none has one more are not wanted: they would have none either. O(n).
uint32_t precision_wanted(const struct precision *p, const double *means, uint32_t n);

// Half of the 95 % interval over the mean. A mean of 0 has nothing to be relative to: 0 when all
// values are 0, else INFINITY, which is never enough; so with fewer than 2 values.
double precision_share(const double *means, uint32_t n);

// The value of one replication, as it is in the database; NaN: no task finished.
double precision_value(const struct precision *p, const struct statistics *s,
                       struct arena *scratch);

// --precision [METRIC=]P% (any number of them) and --max-replications N; `least`: what the user or
// the scenario asks for. out[]: lives in the arguments' arena; *count 0: none is wanted.
MUST_USE bool precision_read(const struct arguments *args, uint32_t least, struct precision **out,
                             uint32_t *count, struct err *e);

#define PRECISION_OPTIONS                                                                          \
    {"precision", "[METRIC=]P%",                                                                   \
     "replicate until half of the 95 % interval is P % of the mean (latency; p95=5%, ...)"},       \
    {                                                                                              \
        "max-replications", "N", "with --precision: no more than this (default: 1000)"             \
    }

#endif
