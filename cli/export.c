#include "cli/export.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(object, key, value);
    else
        cJSON_AddNullToObject(object, key);
}

enum { INTERVALS = 7 };

static const char *const interval_names[INTERVALS] = {
    "p50_ci95",       "p95_ci95",       "p99_ci95",      "ci95_batch",
    "p50_ci95_batch", "p95_ci95_batch", "p99_ci95_batch"};

static double interval_of(const struct figure_of_merit *f, int i)
{
    const double values[INTERVALS] = {f->p50_ci95,  f->p95_ci95,  f->p99_ci95, f->batch.mean,
                                      f->batch.p50, f->batch.p95, f->batch.p99};
    return values[i];
}

static void add_merit(cJSON *object, const char *key, const struct figure_of_merit *f)
{
    cJSON *metric = cJSON_AddObjectToObject(object, key);
    add_number(metric, "mean", f->mean);
    add_number(metric, "ci95", f->ci95);
    add_number(metric, "p50", f->p50);
    add_number(metric, "p95", f->p95);
    add_number(metric, "p99", f->p99);
    cJSON_AddNumberToObject(metric, "n", (double)f->n);
    for (int i = 0; i < INTERVALS; i++) add_number(metric, interval_names[i], interval_of(f, i));
}

// The models of a mix, each by itself.
static void add_classes(cJSON *object, const struct result_row *row)
{
    cJSON *models = cJSON_AddObjectToObject(object, "models");
    for (uint32_t c = 0; c < row->class_count; c++)
        add_merit(cJSON_AddObjectToObject(models, row->class_names[c]),
                  metric_names[METRIC_LATENCY], &row->class_latency[c]);
}

// Beside the metrics, which are of finished tasks alone: what became of all tasks past the warm-up.
static void add_tasks(cJSON *object, const struct result_row *row)
{
    cJSON *tasks = cJSON_AddObjectToObject(object, "tasks");
    for (int s = 0; s < JOB_STATUS_COUNT; s++)
        cJSON_AddNumberToObject(tasks, job_status_names[s], (double)row->counted_by_status[s]);
    add_number(object, "availability", row->availability);
    add_number(object, "link_availability", row->link_availability);
}

// What --precision asked for, and what is.
static void add_precision(cJSON *object, const struct result_row *row, const struct study *study)
{
    const struct precision *wanted = study->precision;
    cJSON                  *list = cJSON_AddArrayToObject(object, "precision");
    for (uint32_t i = 0; i < study->precision_count; i++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(list, one);
        cJSON_AddStringToObject(one, "metric", metric_names[wanted[i].metric]);
        cJSON_AddStringToObject(one, "of", wanted[i].column);
        cJSON_AddNumberToObject(one, "wanted", wanted[i].share);
        add_number(one, "reached", row->precision[i]);
        cJSON_AddBoolToObject(one, "is_met", row->precision[i] <= wanted[i].share);
    }
}

// Of "warm_up": "mser5".
static void add_warm_up(cJSON *object, const struct result_row *row)
{
    cJSON *warm_up = cJSON_AddObjectToObject(object, "warm_up");
    cJSON_AddNumberToObject(warm_up, "mean_s", row->warm_up_s);
    cJSON_AddNumberToObject(warm_up, "most_s", row->warm_up_most_s);
    cJSON_AddNumberToObject(warm_up, "too_short", row->warm_up_short);
}

void export_json(const struct study *study, const struct result_row *rows, uint32_t count)
{
    cJSON *array = cJSON_CreateArray();
    for (uint32_t i = 0; i < count; i++) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddItemToArray(array, row);
        cJSON_AddStringToObject(row, "scheme", rows[i].scheme->label);
        cJSON_AddStringToObject(row, "model", rows[i].model);
        for (int m = 0; m < METRIC_COUNT; m++) add_merit(row, metric_names[m], &rows[i].metrics[m]);
        add_tasks(row, &rows[i]);
        if (rows[i].class_count) add_classes(row, &rows[i]);
        cJSON_AddNumberToObject(row, "replications", rows[i].replications);
        if (study->precision_count) add_precision(row, &rows[i], study);
        if (study->scenario->finds_warm_up) add_warm_up(row, &rows[i]);
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

void export_csv(const struct result_row *rows, uint32_t count)
{
    printf("scheme,model,metric,mean,ci95,p50,p95,p99,n");
    for (int i = 0; i < INTERVALS; i++) printf(",%s", interval_names[i]);
    printf("\r\n");
    for (uint32_t i = 0; i < count; i++)
        for (int m = 0; m < METRIC_COUNT; m++) {
            const struct figure_of_merit *f = &rows[i].metrics[m];
            print_csv_text(rows[i].scheme->label);
            putchar(',');
            print_csv_text(rows[i].model);
            printf(",%s", metric_names[m]);
            const double values[] = {f->mean, f->ci95, f->p50, f->p95, f->p99};
            for (int k = 0; k < 5; k++) print_csv_number(values[k]);
            printf(",%llu", (unsigned long long)f->n);
            for (int k = 0; k < INTERVALS; k++) print_csv_number(interval_of(f, k));
            printf("\r\n");
        }
}
