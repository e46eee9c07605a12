#include "cli/statistics.h"

#include <math.h>

const char *const metric_names[METRIC_COUNT] = {
    "computation_s",
    "transmission_s",
    "queueing_s",
    "edge_delay_s",
    "loading_s",
    "latency_s",
    "computation_and_loading_s",
    "computation_work_s",
    "transmission_work_s",
    "energy_j",
};

static const enum part part_of[LAYER_METRICS] = {PART_COMPUTATION, PART_TRANSMISSION, PART_QUEUEING,
                                                 PART_EDGE_DELAY, PART_LOADING};

void statistics_init(struct statistics *s, struct arena *a, uint32_t class_count,
                     const uint32_t *first_stage)
{
    *s = (struct statistics){.arena = a, .class_count = class_count, .first_stage = first_stage};
    s->layers = ARENA_ARRAY(a, struct series, (size_t)first_stage[class_count] * LAYER_METRICS);
    batches_keep_values(&s->all.batches[METRIC_LATENCY], a);
    if (class_count > 1) s->classes = ARENA_ARRAY(a, struct class_statistics, class_count);
}

void statistics_begin(struct statistics *s, uint64_t first_job)
{
    s->first_job = first_job;
}

static void add_value(struct series *series, struct arena *a, double value)
{
    moments_add(&series->moments, value);
    quantile_add(&series->values, a, value);
}

static void add_task(struct class_statistics *c, struct arena *a, uint64_t rank,
                     const double *values, enum job_status status)
{
    c->by_status[status]++;
    if (!values) return;
    for (int m = 0; m < METRIC_COUNT; m++) {
        add_value(&c->task[m], a, values[m]);
        batches_add(&c->batches[m], a, rank, values[m]);
    }
}

static void values_of(const struct job_record *job, double values[METRIC_COUNT])
{
    for (int m = 0; m < LAYER_METRICS; m++) values[m] = s_from_ns(job->part_ns[part_of[m]]);
    values[METRIC_LATENCY] = s_from_ns(job->finished_ns - job->arrived_ns);
    values[METRIC_COMPUTATION_AND_LOADING] =
        s_from_ns(job->part_ns[PART_COMPUTATION] + job->part_ns[PART_LOADING]);
    values[METRIC_COMPUTATION_WORK] = s_from_ns(job->computation_work_ns);
    values[METRIC_TRANSMISSION_WORK] = s_from_ns(job->transmission_work_ns);
    values[METRIC_ENERGY] = job->energy_j;
}

// A plan may end before the last stage; what it leaves out took no time.
static void add_layers(struct statistics *s, const struct job_record *job)
{
    uint32_t first = s->first_stage[job->class_id], end = s->first_stage[job->class_id + 1];
    for (uint32_t i = 0; i < end - first; i++)
        for (uint32_t m = 0; m < LAYER_METRICS; m++)
            add_value(&s->layers[(size_t)(first + i) * LAYER_METRICS + m], s->arena,
                      i < job->stage_count ? s_from_ns(job->stages[i].part_ns[part_of[m]]) : 0);
}

void statistics_add(struct statistics *s, const struct job_record *job, bool has_deadline)
{
    double        values[METRIC_COUNT];
    bool          is_finished = job->finished_ns >= 0;
    const double *known = is_finished ? values : NULL;
    if (!job->counted) return;
    uint64_t rank = job->job - s->first_job;
    if (is_finished) values_of(job, values);
    add_task(&s->all, s->arena, rank, known, job->status);
    if (s->classes) add_task(&s->classes[job->class_id], s->arena, rank, known, job->status);
    if (is_finished) add_layers(s, job);
    s->retries += job->attempts > 1 ? job->attempts - 1 : 0;
    s->due += has_deadline;
    s->missed += has_deadline && job->status != JOB_DONE;
}

uint64_t statistics_tasks(const struct class_statistics *c)
{
    uint64_t sum = 0;
    for (int i = 0; i < JOB_STATUS_COUNT; i++) sum += c->by_status[i];
    return sum;
}

uint64_t statistics_finished(const struct class_statistics *c)
{
    return c->by_status[JOB_DONE] + c->by_status[JOB_LATE];
}

struct interval statistics_interval(const struct class_statistics *c, enum metric metric,
                                    struct arena *scratch)
{
    const struct batches *b = &c->batches[metric];
    return (struct interval){
        .mean = batches_ci95(b),
        .p50 = batches_quantile_ci95(b, scratch, 0.5),
        .p95 = batches_quantile_ci95(b, scratch, 0.95),
        .p99 = batches_quantile_ci95(b, scratch, 0.99),
    };
}

static bool store_series(const struct series *series, int64_t layer, const char *metric,
                         struct interval within, struct arena *scratch, struct store *store,
                         struct err *e)
{
    static const double shares[] = {0.5, 0.95, 0.99};
    double              at[3];
    if (!series->moments.n) return true;
    quantile_at(&series->values, scratch, shares, 3, at);
    struct summary_row row = {layer,
                              metric,
                              series->moments.n,
                              moments_mean(&series->moments),
                              moments_sd(&series->moments),
                              at[0],
                              at[1],
                              at[2],
                              within.mean,
                              within.p50,
                              within.p95,
                              within.p99};
    return store_summary(store, &row, e);
}

// The whole task; `name`: of the metric, in a mix with its class.
static bool store_task(const struct class_statistics *c, enum metric metric, const char *name,
                       struct arena *scratch, struct store *store, struct err *e)
{
    return store_series(&c->task[metric], -1, name, statistics_interval(c, metric, scratch),
                        scratch, store, e);
}

static bool store_layers(const struct statistics *s, struct arena *scratch, struct store *store,
                         struct err *e)
{
    static const struct interval not_known = {NAN, NAN, NAN, NAN};
    bool                         ok = true;
    for (uint32_t i = 0; ok && i < s->first_stage[s->class_count] * LAYER_METRICS; i++)
        ok = store_series(&s->layers[i], i / LAYER_METRICS, metric_names[i % LAYER_METRICS],
                          not_known, scratch, store, e);
    return ok;
}

static bool store_share(struct store *store, const char *name, uint64_t part, uint64_t of,
                        struct err *e)
{
    return !of || store_metric(store, name, (double)part / (double)of, e);
}

static bool store_classes(const struct statistics *s, const char *const *class_names,
                          struct arena *scratch, struct store *store, struct err *e)
{
    bool ok = true;
    for (uint32_t c = 0; ok && s->classes && c < s->class_count; c++) {
        for (int m = 0; ok && m < METRIC_COUNT; m++)
            ok = store_task(&s->classes[c], (enum metric)m,
                            arena_format(scratch, "%s/%s", metric_names[m], class_names[c]),
                            scratch, store, e);
        for (int i = 0; ok && i < JOB_STATUS_COUNT; i++)
            ok = store_metric(
                store, arena_format(scratch, "tasks_%s/%s", job_status_names[i], class_names[c]),
                (double)s->classes[c].by_status[i], e);
    }
    return ok;
}

bool statistics_store(const struct statistics *s, const char *const *class_names,
                      struct arena *scratch, struct store *store, struct err *e)
{
    const uint64_t *by_status = s->all.by_status, tasks = statistics_tasks(&s->all);
    bool            ok = true;
    for (int m = 0; ok && m < METRIC_COUNT; m++)
        ok = store_task(&s->all, (enum metric)m, metric_names[m], scratch, store, e);
    double lag1 = batches_lag1(&s->all.batches[METRIC_LATENCY]);
    if (!isnan(lag1)) ok = ok && store_metric(store, "latency_batch_lag1", lag1, e);
    return ok && store_layers(s, scratch, store, e) &&
           store_classes(s, class_names, scratch, store, e) &&
           store_share(store, "dropped_share", by_status[JOB_DROPPED], tasks, e) &&
           store_share(store, "lost_share", by_status[JOB_LOST], tasks, e) &&
           store_share(store, "deadline_miss_share", s->missed, s->due, e) &&
           (!s->due || store_metric(store, "deadline_tasks", (double)s->due, e)) &&
           store_metric(store, "retries", (double)s->retries, e);
}
