#include "cli/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/published.h"

const char *report_servers(const struct scenario *s)
{
    bool has_fog = false, has_cloud = false;
    for (uint32_t g = 0; g < s->net.group_count; g++) {
        has_fog |= s->net.groups[g].role == ROLE_FOG && s->net.groups[g].count;
        has_cloud |= s->net.groups[g].role == ROLE_CLOUD && s->net.groups[g].count;
    }
    return !has_cloud ? "fog" : has_fog ? "fog and cloud" : "cloud";
}

static bool is_of_model(const struct result_row *row, const char *model)
{
    return strcmp(row->model, model) == 0;
}

static const struct result_row *find_row(const struct result_row *rows, uint32_t count,
                                         const char *model, const char *scheme)
{
    for (uint32_t i = 0; i < count; i++)
        if (is_of_model(&rows[i], model) && !strcmp(rows[i].scheme->label, scheme)) return &rows[i];
    return NULL;
}

static const char *model_label(const struct scenario *s, uint32_t rank)
{
    return s->mix.class_count ? "mix" : s->models[rank].label;
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

// How many times dina's: of the tasks that finished. Where some did not, on either side, a mark
// says so: who loses the slow tasks has the better mean.
static void print_ratio(const struct result_row *dina, const struct result_row *row, int metric)
{
    double ratio = row->metrics[metric].mean / dina->metrics[metric].mean;
    bool   is_of_survivors = gather_unfinished_share(row) > 0 || gather_unfinished_share(dina) > 0;
    if (isfinite(ratio) && ratio > 0)
        printf("  %7.2fx%s", ratio, is_of_survivors ? "*" : "");
    else
        printf("  %8s%s", "-", is_of_survivors ? " " : "");
}

enum { COLUMN_AVAILABILITY = JOB_STATUS_COUNT, COLUMN_LINKS, COLUMNS };

struct columns { // which ones beyond the times a model's table has
    bool shown[COLUMNS];
};

static double column_of(const struct result_row *row, int column)
{
    if (column == COLUMN_AVAILABILITY) return row->availability;
    if (column == COLUMN_LINKS) return row->link_availability;
    return row->counted ? (double)row->counted_by_status[column] / (double)row->counted : 0;
}

// What became of tasks: a column where it is so under some scheme. Availability: where things fail.
static struct columns find_columns(const struct result_row *rows, uint32_t count, const char *model)
{
    struct columns c = {{false}};
    for (uint32_t i = 0; i < count; i++)
        for (int k = JOB_LATE; k < COLUMNS && is_of_model(&rows[i], model); k++) {
            double value = column_of(&rows[i], k);
            c.shown[k] |= k < JOB_STATUS_COUNT ? value > 0 : !isnan(value);
        }
    return c;
}

struct measures { // rows that others are measured by; NULL: none
    const struct result_row *dina, *optimal;
};

static void print_head(const struct columns *c, const struct measures *by, const char *model)
{
    printf("\n%s\n  %-13s  %19s  %19s  %19s  %19s  %19s", model, "scheme", "total", "computation",
           "loading", "transmission", "queueing");
    for (int k = JOB_LATE; k < COLUMNS; k++)
        if (c->shown[k])
            printf("  %10s", k == COLUMN_AVAILABILITY ? "nodes up"
                             : k == COLUMN_LINKS      ? "links up"
                                                      : job_status_names[k]);
    if (by->optimal) printf("  over optimal");
    if (by->dina) printf("  times dina's: total, comp.+loading, transm.");
    printf("\n");
}

// The gap to the least time of a task alone; under load a scheme may have it with no fault of its
// own.
static void print_gap(const struct result_row *optimal, const struct result_row *row)
{
    double ratio = row->metrics[METRIC_LATENCY].mean / optimal->metrics[METRIC_LATENCY].mean;
    if (optimal != row && isfinite(ratio))
        printf("  %+10.1f %%", 100 * (ratio - 1));
    else
        printf("  %12s", "");
}

static void print_row(const struct columns *c, const struct result_row *row,
                      const struct measures *by)
{
    const struct result_row *dina = by->dina;
    static const int         times[] = {METRIC_LATENCY, METRIC_COMPUTATION, METRIC_LOADING,
                                        METRIC_TRANSMISSION, METRIC_QUEUEING};
    printf("  %-13s", row->scheme->label);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) print_cell(&row->metrics[times[i]]);
    for (int k = JOB_LATE; k < COLUMNS; k++)
        if (c->shown[k] && isnan(column_of(row, k)))
            printf("  %10s", "-");
        else if (c->shown[k])
            printf("  %8.3g %%", 100 * column_of(row, k));
    if (by->optimal) print_gap(by->optimal, row);
    if (dina && dina != row) {
        print_ratio(dina, row, METRIC_LATENCY);
        print_ratio(dina, row, METRIC_COMPUTATION_AND_LOADING);
        print_ratio(dina, row, METRIC_TRANSMISSION);
    }
    printf("\n");
}

// What the models of a mix take, each by itself.
static void print_classes(const struct result_row *rows, uint32_t count)
{
    for (uint32_t c = 0; c < rows->class_count; c++) {
        printf("  total of %s\n", rows->class_names[c]);
        for (uint32_t i = 0; i < count; i++) {
            printf("  %-13s", rows[i].scheme->label);
            print_cell(&rows[i].class_latency[c]);
            printf("\n");
        }
    }
}

static void print_model(const struct scenario *s, const struct result_row *rows, uint32_t count,
                        const char *model)
{
    const struct result_row *dina = find_row(rows, count, model, "dina");
    struct columns           c = find_columns(rows, count, model);
    struct measures          by = {0};
    bool                     is_marked = false;
    if (s->scheme_count > 1) by = (struct measures){dina, find_row(rows, count, model, "optimal")};
    print_head(&c, &by, model);
    for (uint32_t i = 0; i < count; i++) {
        if (!is_of_model(&rows[i], model)) continue;
        print_row(&c, &rows[i], &by);
        is_marked |= dina && dina != &rows[i] &&
                     gather_unfinished_share(&rows[i]) + gather_unfinished_share(dina) > 0;
    }
    if (s->mix.class_count && count) print_classes(rows, count);
    if (is_marked)
        printf("  * of the tasks that finished, under each scheme others: a smaller mean is no win "
               "where more tasks were lost\n");
}

static void print_published(const struct scenario *s, const struct result_row *rows, uint32_t count)
{
    bool any = false;
    for (uint32_t i = 0; i < s->published_count; i++) {
        const struct published  *p = &s->published[i];
        const struct result_row *own = find_row(rows, count, p->model, p->scheme);
        const struct result_row *other = find_row(rows, count, p->model, published_scheme(p));
        int                      metric = published_metric(p);
        struct published_ours    o;
        if (!own || !other) continue;
        if (!published_compare(p, &own->metrics[metric], &other->metrics[metric], &o)) continue;
        if (!any)
            printf("\npublished figures beside ours (mean; 5 to 95 %% of the tasks)%s\n",
                   s->is_edited ? "; the scenario is changed by --set, they are not of this set-up"
                                : "");
        any = true;
        char what[PUBLISHED_TEXT_BYTES], wanted[PUBLISHED_TEXT_BYTES], ours[64];
        snprintf(ours, sizeof ours, "%.3g (%.3g to %.3g)", o.mean, o.p5, o.p95);
        printf("  %-13s %-46s published %-14s ours %-26s %s\n", p->model, published_what(p, what),
               published_range(p, wanted), ours, p->source);
    }
}

static bool decide_alike(const struct scenario *s, const struct result_row *rows, uint32_t count,
                         const char *a, const char *b)
{
    for (uint32_t m = 0; m < simulate_model_runs(s); m++) {
        const struct result_row *x = find_row(rows, count, model_label(s, m), a);
        const struct result_row *y = find_row(rows, count, model_label(s, m), b);
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
        if (rows[i].local_plans && !rows[i].scheme->scheme->stays_at_user)
            printf(
                "note: %s, %s: %llu of %llu tasks computed at their user: no node up and in reach "
                "met tau, Gamma and memory\n",
                rows[i].model, rows[i].scheme->label, (unsigned long long)rows[i].local_plans,
                (unsigned long long)rows[i].tasks);
    for (uint32_t i = 0; i < count; i++) {
        bool any = false;
        for (int s = JOB_LATE; s < JOB_STATUS_COUNT; s++) {
            if (!rows[i].by_status[s]) continue;
            if (!any)
                printf("note: %s, %s: of %llu tasks, with those of the warm-up,", rows[i].model,
                       rows[i].scheme->label, (unsigned long long)rows[i].tasks);
            printf("%s %llu %s", any ? "," : "", (unsigned long long)rows[i].by_status[s],
                   job_status_names[s]);
            any = true;
        }
        if (any) printf("\n");
    }
}

// Once a model: its first row.
static void print_fitted(const struct result_row *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].fitted_layers && (!i || rows[i - 1].model_rank != rows[i].model_rank))
            printf(
                "note: %s: the profile lacks %u of its conv and fc layers; they are costed by the "
                "rate of their kind\n",
                rows[i].model, rows[i].fitted_layers);
}

void report_table(const struct scenario *s, const struct profile *p, const struct result_row *rows,
                  uint32_t count)
{
    printf("%s: %s\n", s->name, s->about);
    printf("%u user and %u %s nodes, profile %s (%s), seed %llu, %u replications; +- is half of "
           "the 95 %% interval\n",
           s->user_count, s->fog_count, report_servers(s), p->name, p->machine,
           (unsigned long long)s->seed, s->replications);
    for (uint32_t m = 0; m < simulate_model_runs(s); m++)
        print_model(s, rows, count, model_label(s, m));
    print_published(s, rows, count);
    printf("\n");
    print_equal(s, rows, count);
    print_losses(rows, count);
    print_fitted(rows, count);
}
