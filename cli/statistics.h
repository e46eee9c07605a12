// cli/statistics.h: what is kept of the tasks of a run while it goes on: sums and quantiles, whose
// memory does not grow with the tasks.
//
// Counted are the tasks that finished after the warm-up; shares are of all tasks after the warm-up.
// A run has one class of tasks per model: one, or the models of a mix. The stages of all classes
// are numbered through: first_stage[class] + stage.
#ifndef FOGSIM_CLI_STATISTICS_H
#define FOGSIM_CLI_STATISTICS_H

#include "base/quantile.h"
#include "base/series.h"
#include "base/stat.h"
#include "results/store.h"

// Metrics of a task, and of a layer the first LAYER_METRICS of them.
enum metric {
    METRIC_COMPUTATION,
    METRIC_TRANSMISSION,
    METRIC_QUEUEING,
    METRIC_EDGE_DELAY,
    METRIC_LOADING,
    LAYER_METRICS,
    METRIC_LATENCY = LAYER_METRICS,
    METRIC_COMPUTATION_AND_LOADING,
    METRIC_COMPUTATION_WORK,
    METRIC_TRANSMISSION_WORK,
    METRIC_ENERGY,
    METRIC_COUNT
};

extern const char *const metric_names[METRIC_COUNT]; // as in the database: "computation_s"

struct series {
    struct moments  moments;
    struct quantile values;
};

// `batches`: in order of arrival; with quantiles only the latency's of all classes together.
struct class_statistics {
    struct series  task[METRIC_COUNT];
    struct batches batches[METRIC_COUNT];
    uint64_t       by_status[JOB_STATUS_COUNT]; // past the warm-up
};

struct statistics {
    struct arena            *arena; // what grows lies here
    uint32_t                 class_count;
    const uint32_t          *first_stage; // [class_count + 1] the last: of all
    struct class_statistics  all;
    struct class_statistics *classes;     // [class_count]; one class: NULL, it is `all`
    struct series           *layers;      // [stages * LAYER_METRICS]
    uint64_t                 first_job;   // rank of the first that arrived after the warm-up
    uint64_t                 retries;     // attempts beyond the first
    uint64_t                 due, missed; // tasks with a deadline; of these not done by it
};

void statistics_init(struct statistics *s, struct arena *a, uint32_t class_count,
                     const uint32_t *first_stage);

// The first task after the warm-up has arrived; before any of those is added. Not called: the
// first of all.
void statistics_begin(struct statistics *s, uint64_t first_job);

// One task that ended. O(metrics + its class's stages).
void statistics_add(struct statistics *s, const struct job_record *job, bool has_deadline);

// Half-widths of 95 % intervals within this one run, by batch means; NaN: not known.
struct interval {
    double mean, p50, p95, p99;
};
struct interval statistics_interval(const struct class_statistics *c, enum metric metric,
                                    struct arena *scratch);

uint64_t statistics_tasks(const struct class_statistics *c);    // past the warm-up
uint64_t statistics_finished(const struct class_statistics *c); // of these done or late

// The rows of summary, and of metric those that follow from tasks. In a mix, what is of one class
// alone has its name behind a slash: "latency_s/alexnet".
MUST_USE bool statistics_store(const struct statistics *s, const char *const *class_names,
                               struct arena *scratch, struct store *store, struct err *e);

#endif
