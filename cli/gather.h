// cli/gather.h: what the replications of one model and scheme come to: a row of the report.
#ifndef FOGSIM_CLI_GATHER_H
#define FOGSIM_CLI_GATHER_H

#include "cli/precision.h"
#include "cli/simulate.h"

struct study { // what all rows of a report share
    const struct scenario  *scenario;
    const struct profile   *profile;
    const struct precision *precision; // [precision_count] what is wanted of each row
    uint32_t                precision_count;
};

struct figure_of_merit {      // over the replications of one model and scheme
    double mean, ci95;        // of the replications' means; ci95 NaN when n < 2
    double p5, p50, p95, p99; // pooled over tasks
    // Half-widths of the quantiles' 95 % intervals, from each replication's own; NaN when n < 2.
    double          p50_ci95, p95_ci95, p99_ci95;
    struct interval batch; // within the run by batch means, where there is one alone; else NaN
    uint64_t        n;     // replications
};

struct result_row { // one model, or a mix, under one scheme
    const char                   *model;
    uint32_t                      model_rank; // as of simulate_prepare
    const struct scenario_scheme *scheme;
    struct figure_of_merit        metrics[METRIC_COUNT];
    uint32_t                      fitted_layers; // conv and fc layers that the profile lacks
    uint64_t                      tasks, local_plans, by_status[JOB_STATUS_COUNT];
    uint64_t                      counted, counted_by_status[JOB_STATUS_COUNT]; // past the warm-up
    double   availability, link_availability; // means over the replications; NaN: nothing can fail
    uint32_t replications;
    const double      *precision; // [study.precision_count] half-width over mean: what is had
    double             warm_up_s, warm_up_most_s; // left out: mean and most over the replications
    uint32_t           warm_up_short;             // replications too short to tell
    uint32_t           class_count;               // models of a mix; one model: 0
    const char *const *class_names;               // [class_count]
    struct figure_of_merit *class_latency;        // [class_count]
};

enum { POOL_MEAN, POOL_P50, POOL_P95, POOL_P99, POOL_FIGURES };

struct pool { // one metric over the replications
    struct quantile values;
    double         *figures[POOL_FIGURES]; // [count] of each replication
    uint32_t        room[POOL_FIGURES];
    uint32_t        count;  // replications with a task that finished
    struct interval within; // the first one
};

struct gather { // private
    struct arena *arena;
    struct pool   metrics[METRIC_COUNT];
    struct pool  *class_latency; // [row.class_count]
    uint32_t      runs;
};

// `row`: model, scheme and classes are set. Memory in `a`, but the row's own in `rows`.
void gather_begin(struct gather *g, struct result_row *row, struct arena *a, struct arena *rows);
void gather_add(struct gather *g, struct result_row *row, const struct outcome *run);
void gather_end(struct gather *g, struct result_row *row);

// Tasks past the warm-up of which no mean tells anything, for they never finished: a share of all.
double gather_unfinished_share(const struct result_row *row);

#endif
