// cli/report.h: what `fogsim run` prints: one table people can read, or JSON, or CSV.
#ifndef FOGSIM_CLI_REPORT_H
#define FOGSIM_CLI_REPORT_H

#include "cli/simulate.h"

struct figure_of_merit {        // over the replications of one model and scheme
    double   mean, ci95;        // of the replications' means; ci95 NaN when n < 2
    double   p5, p50, p95, p99; // pooled over tasks
    uint64_t n;                 // replications
};

struct result_row { // one model under one scheme
    const struct scenario_model  *model;
    const struct scenario_scheme *scheme;
    struct figure_of_merit        metrics[METRIC_COUNT];
    uint32_t                      fitted_layers; // conv and fc layers that the profile lacks
    uint64_t                      tasks, local_plans, by_status[JOB_STATUS_COUNT];
};

// From the outcomes of the replications.
void report_row(struct result_row *out, struct arena *a, const struct outcome *outcomes,
                uint32_t count);

void report_table(const struct scenario *s, const struct profile *p, const struct result_row *rows,
                  uint32_t count);
void report_json(const struct result_row *rows, uint32_t count);
void report_csv(const struct result_row *rows, uint32_t count);

#endif
