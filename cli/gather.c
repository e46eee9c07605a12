#include "cli/gather.h"

#include <math.h>

void gather_begin(struct gather *g, struct result_row *row, struct arena *a, struct arena *rows)
{
    *g = (struct gather){.arena = a};
    g->class_latency = ARENA_ARRAY(a, struct pool, row->class_count);
    row->class_latency = ARENA_ARRAY(rows, struct figure_of_merit, row->class_count);
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

// `is_first`: perhaps the only one, of which batch means tell.
static void add_metric(struct pool *p, struct arena *a, const struct class_statistics *of,
                       enum metric metric, bool is_first)
{
    static const double  shares[] = {0.5, 0.95, 0.99};
    const struct series *series = &of->task[metric];
    double               figures[POOL_FIGURES];
    if (!series->moments.n) return; // has no mean
    figures[POOL_MEAN] = moments_mean(&series->moments);
    quantile_at(&series->values, a, shares, 3, &figures[POOL_P50]);
    quantile_merge(&p->values, a, &series->values);
    for (int i = 0; i < POOL_FIGURES; i++) {
        p->figures[i] =
            arena_grow(a, p->figures[i], &p->room[i], p->count + 1, sizeof *p->figures[i]);
        p->figures[i][p->count] = figures[i];
    }
    p->count++;
    if (is_first) p->within = statistics_interval(of, metric, a);
}

void gather_add(struct gather *g, struct result_row *row, const struct outcome *run)
{
    const struct statistics *s = &run->statistics;
    add_tasks(row, run);
    g->runs++;
    row->availability += run->availability;
    row->link_availability += run->link_availability;
    row->warm_up_s += run->warm_up_s;
    row->warm_up_most_s = fmax(row->warm_up_most_s, run->warm_up_s);
    row->warm_up_short += run->warm_up_is_short;
    for (int m = 0; m < METRIC_COUNT; m++)
        add_metric(&g->metrics[m], g->arena, &s->all, (enum metric)m, g->runs == 1);
    for (uint32_t c = 0; c < row->class_count; c++)
        add_metric(&g->class_latency[c], g->arena, &s->classes[c], METRIC_LATENCY, g->runs == 1);
}

static struct figure_of_merit merit(const struct pool *p, uint32_t runs, struct arena *scratch)
{
    static const double          shares[] = {0.05, 0.5, 0.95, 0.99};
    static const struct interval not_known = {NAN, NAN, NAN, NAN};
    double                       at[4];
    quantile_at(&p->values, scratch, shares, 4, at);
    return (struct figure_of_merit){
        .mean = stat_mean(p->figures[POOL_MEAN], p->count),
        .ci95 = stat_ci95(p->figures[POOL_MEAN], p->count),
        .p5 = at[0],
        .p50 = at[1],
        .p95 = at[2],
        .p99 = at[3],
        .p50_ci95 = stat_ci95(p->figures[POOL_P50], p->count),
        .p95_ci95 = stat_ci95(p->figures[POOL_P95], p->count),
        .p99_ci95 = stat_ci95(p->figures[POOL_P99], p->count),
        .batch = runs == 1 && p->count ? p->within : not_known,
        .n = p->count,
    };
}

void gather_end(struct gather *g, struct result_row *row)
{
    row->availability /= g->runs;
    row->link_availability /= g->runs;
    row->warm_up_s /= g->runs;
    row->replications = g->runs;
    for (int m = 0; m < METRIC_COUNT; m++)
        row->metrics[m] = merit(&g->metrics[m], g->runs, g->arena);
    for (uint32_t c = 0; c < row->class_count; c++)
        row->class_latency[c] = merit(&g->class_latency[c], g->runs, g->arena);
}

double gather_unfinished_share(const struct result_row *row)
{
    uint64_t finished = row->counted_by_status[JOB_DONE] + row->counted_by_status[JOB_LATE];
    return row->counted ? (double)(row->counted - finished) / (double)row->counted : 0;
}
