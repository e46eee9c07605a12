#include "cli/gather.h"

#include <math.h>

void gather_begin(struct gather *g, struct arena *a, uint32_t replications)
{
    *g = (struct gather){.arena = a};
    for (int m = 0; m < METRIC_COUNT; m++) g->means[m] = ARENA_ARRAY(a, double, replications);
}

static void add_tasks(struct result_row *row, const struct outcome *run)
{
    row->tasks += run->result.jobs;
    row->local_plans += run->local_plans;
    row->counted += statistics_tasks(&run->statistics.all);
    for (int s = 0; s < JOB_STATUS_COUNT; s++) {
        row->by_status[s] += run->result.by_status[s];
        row->counted_by_status[s] += run->statistics.all.by_status[s];
    }
}

void gather_add(struct gather *g, struct result_row *row, const struct outcome *run)
{
    add_tasks(row, run);
    g->runs++;
    row->availability += run->availability;
    row->link_availability += run->link_availability;
    if (!statistics_finished(&run->statistics.all)) return; // has no means
    for (int m = 0; m < METRIC_COUNT; m++) {
        const struct series *series = &run->statistics.all.task[m];
        quantile_merge(&g->values[m], g->arena, &series->values);
        g->means[m][g->finished_runs] = moments_mean(&series->moments);
    }
    g->finished_runs++;
}

void gather_end(struct gather *g, struct result_row *row)
{
    static const double shares[] = {0.05, 0.5, 0.95, 0.99};
    row->availability /= g->runs;
    row->link_availability /= g->runs;
    for (int m = 0; m < METRIC_COUNT; m++) {
        double at[4];
        quantile_at(&g->values[m], g->arena, shares, 4, at);
        row->metrics[m] = (struct figure_of_merit){
            .mean = stat_mean(g->means[m], g->finished_runs),
            .ci95 = stat_ci95(g->means[m], g->finished_runs),
            .p5 = at[0],
            .p50 = at[1],
            .p95 = at[2],
            .p99 = at[3],
            .n = g->finished_runs,
        };
    }
}

double gather_unfinished_share(const struct result_row *row)
{
    uint64_t finished = row->counted_by_status[JOB_DONE] + row->counted_by_status[JOB_LATE];
    return row->counted ? (double)(row->counted - finished) / (double)row->counted : 0;
}
