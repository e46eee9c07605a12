#include "cli/report.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/stat.h"

static void pool(struct figure_of_merit *f, struct arena *a, const struct outcome *outcomes,
                 uint32_t count, int metric)
{
    size_t total = 0, n = 0, runs = 0;
    for (uint32_t i = 0; i < count; i++) total += outcomes[i].task_count;
    double *values = ARENA_ARRAY(a, double, total), *means = ARENA_ARRAY(a, double, count);
    for (uint32_t i = 0; i < count; i++) {
        if (!outcomes[i].task_count) continue;
        memcpy(values + n, outcomes[i].values[metric], outcomes[i].task_count * sizeof *values);
        n += outcomes[i].task_count;
        means[runs++] = outcomes[i].mean[metric];
    }
    stat_sort(values, n);
    *f = (struct figure_of_merit){
        .mean = stat_mean(means, runs),
        .ci95 = stat_ci95(means, runs),
        .p5 = stat_quantile(values, n, 0.05),
        .p50 = stat_quantile(values, n, 0.5),
        .p95 = stat_quantile(values, n, 0.95),
        .p99 = stat_quantile(values, n, 0.99),
        .n = runs,
    };
}

void report_row(struct result_row *out, struct arena *a, const struct outcome *outcomes,
                uint32_t count)
{
    for (int m = 0; m < METRIC_COUNT; m++) pool(&out->metrics[m], a, outcomes, count, m);
    for (uint32_t i = 0; i < count; i++) {
        out->tasks += outcomes[i].result.jobs;
        out->local_plans += outcomes[i].local_plans;
        for (int s = 0; s < JOB_STATUS_COUNT; s++)
            out->by_status[s] += outcomes[i].result.by_status[s];
    }
}

static const struct result_row *find_row(const struct result_row *rows, uint32_t count,
                                         const char *model, const char *scheme)
{
    for (uint32_t i = 0; i < count; i++)
        if (!strcmp(rows[i].model->label, model) && !strcmp(rows[i].scheme->label, scheme))
            return &rows[i];
    return NULL;
}

// Milliseconds or seconds, whichever reads better.
static const char *time_text(double s, char out[24])
{
    if (isnan(s))
        snprintf(out, 24, "-");
    else if (s < 0.9995)
        snprintf(out, 24, "%.4g ms", s * 1e3);
    else
        snprintf(out, 24, "%.4g s", s);
    return out;
}

static void print_cell(const struct figure_of_merit *f)
{
    char mean[24], cell[64];
    time_text(f->mean, mean);
    if (isnan(f->ci95) || isnan(f->mean))
        snprintf(cell, sizeof cell, "%s", mean);
    else
        snprintf(cell, sizeof cell, "%s +- %.3g%%", mean,
                 f->mean > 0 ? 100 * f->ci95 / f->mean : 0.0);
    printf("  %19s", cell);
}

static void print_ratio(const struct result_row *dina, const struct result_row *row, int metric)
{
    double ratio = row->metrics[metric].mean / dina->metrics[metric].mean;
    if (isfinite(ratio) && ratio > 0)
        printf("  %7.2fx", ratio);
    else
        printf("  %8s", "-");
}

static void print_model(const struct scenario *s, const struct result_row *rows, uint32_t count,
                        const char *model)
{
    static const int         columns[] = {METRIC_LATENCY, METRIC_COMPUTATION, METRIC_LOADING,
                                          METRIC_TRANSMISSION, METRIC_QUEUEING};
    const struct result_row *dina = find_row(rows, count, model, "dina");
    printf("\n%s\n  %-10s  %19s  %19s  %19s  %19s  %19s", model, "scheme", "total", "computation",
           "loading", "transmission", "queueing");
    if (dina && s->scheme_count > 1) printf("  times dina's: total, comp.+loading, transm.");
    printf("\n");
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(rows[i].model->label, model) != 0) continue;
        printf("  %-10s", rows[i].scheme->label);
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
            print_cell(&rows[i].metrics[columns[c]]);
        if (dina && dina != &rows[i]) {
            print_ratio(dina, &rows[i], METRIC_LATENCY);
            print_ratio(dina, &rows[i], METRIC_COMPUTATION_AND_LOADING);
            print_ratio(dina, &rows[i], METRIC_TRANSMISSION);
        }
        printf("\n");
    }
}

static int metric_of(const char *name)
{
    for (int m = 0; m < METRIC_COUNT; m++)
        if (!strncmp(metric_names[m], name, strlen(name)) &&
            !strcmp(metric_names[m] + strlen(name), "_s"))
            return m;
    return METRIC_LATENCY;
}

static void print_published(const struct scenario *s, const struct result_row *rows, uint32_t count)
{
    bool any = false;
    for (uint32_t i = 0; i < s->published_count; i++) {
        const struct published  *p = &s->published[i];
        const struct result_row *own = find_row(rows, count, p->model, p->scheme);
        const struct result_row *other =
            p->against ? find_row(rows, count, p->model, p->against) : own;
        int metric = metric_of(p->metric);
        if (!own || !other) continue;
        const struct figure_of_merit *o = &other->metrics[metric];
        double                        scale = p->against ? own->metrics[metric].mean : 1;
        if (!isfinite(o->mean / scale)) continue; // no task finished, or nothing to compare with
        if (!any)
            printf("\npublished figures beside ours (mean; 5 to 95 %% of the tasks)%s\n",
                   s->is_edited ? "; the scenario is changed by --set, they are not of this set-up"
                                : "");
        any = true;
        char what[80], wanted[48], ours[64];
        snprintf(what, sizeof what, p->against ? "%s: %s / %s" : "%s: %s%s", p->metric,
                 p->against ? p->against : p->scheme, p->against ? p->scheme : "");
        snprintf(wanted, sizeof wanted, p->low == p->high ? "%.3g" : "%.3g to %.3g", p->low,
                 p->high);
        snprintf(ours, sizeof ours, "%.3g (%.3g to %.3g)", o->mean / scale, o->p5 / scale,
                 o->p95 / scale);
        printf("  %-10s %-46s published %-14s ours %-26s %s\n", p->model, what, wanted, ours,
               p->source);
    }
}

static bool decide_alike(const struct scenario *s, const struct result_row *rows, uint32_t count,
                         const char *a, const char *b)
{
    for (uint32_t m = 0; m < s->model_count; m++) {
        const struct result_row *x = find_row(rows, count, s->models[m].label, a);
        const struct result_row *y = find_row(rows, count, s->models[m].label, b);
        if (!x || !y) return false;
        for (int i = 0; i < METRIC_COUNT; i++)
            if (x->metrics[i].mean != y->metrics[i].mean || x->metrics[i].p99 != y->metrics[i].p99)
                return false;
    }
    return true;
}

// Two schemes whose results are equal to the last digit: say so, before somebody wonders.
static void print_equal(const struct scenario *s, const struct result_row *rows, uint32_t count)
{
    for (uint32_t a = 0; a < s->scheme_count; a++)
        for (uint32_t b = a + 1; b < s->scheme_count; b++) {
            const struct scenario_scheme *x = &s->schemes[a], *y = &s->schemes[b];
            if (!decide_alike(s, rows, count, x->label, y->label)) continue;
            bool both_split = x->scheme->options & y->scheme->options & OPTION_SHARES;
            printf("note: %s equals %s here", y->label, x->label);
            if (both_split && s->limits.theta >= s->fog_count)
                printf(" (theta = %u and %u fog nodes: every split takes them all)",
                       s->limits.theta, s->fog_count);
            printf("\n");
        }
}

static void print_losses(const struct result_row *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].local_plans && strcmp(rows[i].scheme->scheme->name, "local") != 0)
            printf("note: %s, %s: %llu of %llu tasks computed at their user: no fog node met tau, "
                   "Gamma and memory\n",
                   rows[i].model->label, rows[i].scheme->label,
                   (unsigned long long)rows[i].local_plans, (unsigned long long)rows[i].tasks);
    static const char *const names[] = {"done", "late",       "dropped",
                                        "lost", "infeasible", "unfinished"};
    for (uint32_t i = 0; i < count; i++)
        for (int s = JOB_LATE; s < JOB_STATUS_COUNT; s++)
            if (rows[i].by_status[s])
                printf("note: %s, %s: %llu of %llu tasks %s\n", rows[i].model->label,
                       rows[i].scheme->label, (unsigned long long)rows[i].by_status[s],
                       (unsigned long long)rows[i].tasks, names[s]);
}

// Once a model: its first row.
static void print_fitted(const struct result_row *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].fitted_layers && (!i || rows[i - 1].model != rows[i].model))
            printf(
                "note: %s: the profile lacks %u of its conv and fc layers; they are costed by the "
                "rate of their kind\n",
                rows[i].model->label, rows[i].fitted_layers);
}

void report_table(const struct scenario *s, const struct profile *p, const struct result_row *rows,
                  uint32_t count)
{
    printf("%s: %s\n", s->name, s->about);
    printf("%u user and %u fog nodes, profile %s (%s), seed %llu, %u replications; +- is half of "
           "the 95 %% interval\n",
           s->user_count, s->fog_count, p->name, p->machine, (unsigned long long)s->seed,
           s->replications);
    for (uint32_t m = 0; m < s->model_count; m++) print_model(s, rows, count, s->models[m].label);
    print_published(s, rows, count);
    printf("\n");
    print_equal(s, rows, count);
    print_losses(rows, count);
    print_fitted(rows, count);
}

static void add_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(object, key, value);
    else
        cJSON_AddNullToObject(object, key);
}

void report_json(const struct result_row *rows, uint32_t count)
{
    cJSON *array = cJSON_CreateArray();
    for (uint32_t i = 0; i < count; i++) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddItemToArray(array, row);
        cJSON_AddStringToObject(row, "scheme", rows[i].scheme->label);
        cJSON_AddStringToObject(row, "model", rows[i].model->label);
        for (int m = 0; m < METRIC_COUNT; m++) {
            const struct figure_of_merit *f = &rows[i].metrics[m];
            cJSON                        *metric = cJSON_AddObjectToObject(row, metric_names[m]);
            add_number(metric, "mean", f->mean);
            add_number(metric, "ci95", f->ci95);
            add_number(metric, "p50", f->p50);
            add_number(metric, "p95", f->p95);
            add_number(metric, "p99", f->p99);
            cJSON_AddNumberToObject(metric, "n", (double)f->n);
        }
    }
    char *text = cJSON_Print(array);
    if (text) puts(text);
    cJSON_free(text);
    cJSON_Delete(array);
}

static void print_csv_number(double value)
{
    if (isfinite(value))
        printf(",%.9g", value);
    else
        printf(",");
}

// RFC 4180: a field with a comma, a quote or a line break is quoted, quotes doubled.
static void print_csv_text(const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        printf("%s", text);
        return;
    }
    putchar('"');
    for (const char *c = text; *c; c++) printf(*c == '"' ? "\"\"" : "%c", *c);
    putchar('"');
}

void report_csv(const struct result_row *rows, uint32_t count)
{
    printf("scheme,model,metric,mean,ci95,p50,p95,p99,n\r\n");
    for (uint32_t i = 0; i < count; i++)
        for (int m = 0; m < METRIC_COUNT; m++) {
            const struct figure_of_merit *f = &rows[i].metrics[m];
            print_csv_text(rows[i].scheme->label);
            putchar(',');
            print_csv_text(rows[i].model->label);
            printf(",%s", metric_names[m]);
            const double values[] = {f->mean, f->ci95, f->p50, f->p95, f->p99};
            for (int k = 0; k < 5; k++) print_csv_number(values[k]);
            printf(",%llu\r\n", (unsigned long long)f->n);
        }
}
