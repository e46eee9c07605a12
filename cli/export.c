#include "cli/export.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "results/field.h"

static void add_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(object, key, value);
    else
        cJSON_AddNullToObject(object, key);
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

void export_json(const struct result_row *rows, uint32_t count)
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

static void print_csv_text(const char *text)
{
    field_csv_text(stdout, text, strlen(text));
}

void export_csv(const struct result_row *rows, uint32_t count)
{
    printf("scheme,model,metric,mean,ci95,p50,p95,p99,n\r\n");
    for (uint32_t i = 0; i < count; i++)
        for (int m = 0; m < METRIC_COUNT; m++) {
            const struct figure_of_merit *f = &rows[i].metrics[m];
            print_csv_text(rows[i].scheme->label);
            putchar(',');
            print_csv_text(rows[i].model);
            printf(",%s", metric_names[m]);
            const double values[] = {f->mean, f->ci95, f->p50, f->p95, f->p99};
            for (int k = 0; k < 5; k++) print_csv_number(values[k]);
            printf(",%llu\r\n", (unsigned long long)f->n);
        }
}
