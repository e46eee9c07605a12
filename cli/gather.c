#include "cli/gather.h"

#include <math.h>

void gather_begin(struct gather *g, struct result_row *row, struct arena *a, struct arena *rows,
                  uint32_t replications)
{
    *g = (struct gather){.arena = a};
    g->class_latency = ARENA_ARRAY(a, struct pool, row->class_count);
    row->class_latency = ARENA_ARRAY(rows, struct figure_of_merit, row->class_count);
    for (int m = 0; m < METRIC_COUNT; m++)
        g->metrics[m].means = ARENA_ARRAY(a, double, replications);
    for (uint32_t c = 0; c < row->class_count; c++)
        g->class_latency[c].means = ARENA_ARRAY(a, double, replications);
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

static void add_series(struct pool *p, struct arena *a, const struct series *series)
{
    if (!series->moments.n) return; // has no mean
    quantile_merge(&p->values, a, &series->values);
    p->means[p->count++] = moments_mean(&series->moments);
}

void gather_add(struct gather *g, struct result_row *row, const struct outcome *run)
{
    const struct statistics *s = &run->statistics;
    add_tasks(row, run);
    g->runs++;
    row->availability += run->availability;
    row->link_availability += run->link_availability;
    for (int m = 0; m < METRIC_COUNT; m++) add_series(&g->metrics[m], g->arena, &s->all.task[m]);
    for (uint32_t c = 0; c < row->class_count; c++)
        add_series(&g->class_latency[c], g->arena, &s->classes[c].task[METRIC_LATENCY]);
}

static struct figure_of_merit merit(const struct pool *p, struct arena *scratch)
{
    static const double shares[] = {0.05, 0.5, 0.95, 0.99};
    double              at[4];
    quantile_at(&p->values, scratch, shares, 4, at);
    return (struct figure_of_merit){
        .mean = stat_mean(p->means, p->count),
        .ci95 = stat_ci95(p->means, p->count),
        .p5 = at[0],
        .p50 = at[1],
        .p95 = at[2],
        .p99 = at[3],
        .n = p->count,
    };
}

void gather_end(struct gather *g, struct result_row *row)
{
    row->availability /= g->runs;
    row->link_availability /= g->runs;
    for (int m = 0; m < METRIC_COUNT; m++) row->metrics[m] = merit(&g->metrics[m], g->arena);
    for (uint32_t c = 0; c < row->class_count; c++)
        row->class_latency[c] = merit(&g->class_latency[c], g->arena);
}

double gather_unfinished_share(const struct result_row *row)
{
    uint64_t finished = row->counted_by_status[JOB_DONE] + row->counted_by_status[JOB_LATE];
    return row->counted ? (double)(row->counted - finished) / (double)row->counted : 0;
}
