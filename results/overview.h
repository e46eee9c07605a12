// results/overview.h: what a database says of each point, model and scheme, as far as a reader can
// take it in.
//
// The unit of a mean is the run: means and their 95 % intervals (Student t) are over the
// replications that are done. Quantiles of the latency are pooled over the tasks past the warm-up
// where tasks are stored and few enough, else they are the mean of the runs' own.
#ifndef FOGSIM_RESULTS_OVERVIEW_H
#define FOGSIM_RESULTS_OVERVIEW_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/quantile.h"
#include "base/stat.h"
#include "sim/trace.h"

enum overview_metric {
    OVERVIEW_LATENCY,
    OVERVIEW_COMPUTATION,
    OVERVIEW_LOADING,
    OVERVIEW_TRANSMISSION,
    OVERVIEW_QUEUEING,
    OVERVIEW_EDGE_DELAY,
    OVERVIEW_COMPUTATION_AND_LOADING,
    OVERVIEW_ENERGY,       // of a task, J
    OVERVIEW_TASK_METRICS, // those above have rows in summary, those below in metric
    OVERVIEW_THROUGHPUT = OVERVIEW_TASK_METRICS, // tasks per s
    OVERVIEW_ACCURACY,
    OVERVIEW_METRICS
};
enum { OVERVIEW_P50, OVERVIEW_P95, OVERVIEW_P99, OVERVIEW_QUANTILES };

struct overview_value {
    double   mean, ci95; // NaN: not known; ci95: half of the interval
    uint32_t n;          // replications that have one
    bool     is_within;  // one replication: the interval is of batch means within it
};

struct overview_row {
    uint32_t              point, model, scheme; // ranks below
    uint32_t              run_count, failed_count;
    int64_t              *run_ids; // [run_count] of those done, by replication
    struct overview_value values[OVERVIEW_METRICS];
    double                quantile_s[OVERVIEW_QUANTILES]; // NaN: not known
    bool                  is_pooled;
    double                tasks, by_status[JOB_STATUS_COUNT]; // of all runs done, warm-up included
};

struct overview { // everything in order of the first run
    uint64_t             points_in_all, runs_in_all;
    uint32_t             point_count, model_count, scheme_count, row_count;
    const char         **points;  // [point_count] JSON objects: the first of all
    const char         **models;  // [model_count]
    const char         **schemes; // [scheme_count]
    struct overview_row *rows;    // [row_count] by point, model, scheme; none where no run is
    bool                 is_cut;  // of the tasks there were too many to pool
};

// At most `most_points` points; pools at most `most_tasks` tasks. O(runs + runs shown x metrics +
// tasks pooled), by keys alone. Leaves the temporary tables shown_point, shown_model and
// shown_scheme(i, name) for the caller's queries. false: e says why.
MUST_USE bool overview_read(struct overview *out, sqlite3 *db, struct arena *a,
                            uint32_t most_points, uint64_t most_tasks, struct err *e);

const struct overview_row *overview_find(const struct overview *o, uint32_t point, uint32_t model,
                                         uint32_t scheme); // NULL: none
// Its share of the tasks; 0 where there are none.
double overview_share(const struct overview_row *row, enum job_status status);

// The values of a metric of tasks (a column of task, as "latency_s"; of several their sum, as
// "computation_s + loading_s": SQL, never input), past the warm-up, of the row's runs. O(tasks of
// the row). Nothing is added where tasks are not stored. `model`: those of one model of a mix
// alone; NULL: all.
MUST_USE bool overview_pool(sqlite3 *db, const struct overview_row *row, const char *columns,
                            const char *model, struct arena *a, struct quantile *out,
                            struct err *e);

#endif
