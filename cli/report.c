#include "cli/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

// `half`: half-width of the interval; NaN: not known.
static void print_value(double value, double half)
{
    char text[24], cell[64];
    time_text(value, text);
    if (isnan(half) || isnan(value))
        snprintf(cell, sizeof cell, "%s", text);
    else
        snprintf(cell, sizeof cell, "%s +- %.3g%%", text, value > 0 ? 100 * half / value : 0.0);
    printf("  %19s", cell);
}

// Over the replications; of one alone by batch means, as the head of the table says.
static void print_mean(const struct figure_of_merit *f)
{
    print_value(f->mean, isnan(f->ci95) ? f->batch.mean : f->ci95);
}

static void print_p95(const struct figure_of_merit *f)
{
    print_value(f->p95, isnan(f->p95_ci95) ? f->batch.p95 : f->p95_ci95);
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
    printf("\n%s\n  %-13s  %19s  %19s  %19s  %19s  %19s  %19s", model, "scheme", "total",
           "total, p95", "computation", "loading", "transmission", "queueing");
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
    static const int         parts[] = {METRIC_COMPUTATION, METRIC_LOADING, METRIC_TRANSMISSION,
                                        METRIC_QUEUEING};
    printf("  %-13s", row->scheme->label);
    print_mean(&row->metrics[METRIC_LATENCY]);
    print_p95(&row->metrics[METRIC_LATENCY]);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) print_mean(&row->metrics[parts[i]]);
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
            print_mean(&rows[i].class_latency[c]);
            print_p95(&rows[i].class_latency[c]);
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
        printf("  %-13s %-46s published %-14s ours %-26s %s\n", p->model, what, wanted, ours,
               p->source);
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

// The number of replications, and what +- means.
static void print_head_of_all(const struct study *study, const struct result_row *rows,
                              uint32_t count)
{
    const struct scenario *s = study->scenario;
    printf("%s: %s\n%u user and %u %s nodes, profile %s (%s), seed %llu, ", s->name, s->about,
           s->user_count, s->fog_count, report_servers(s), study->profile->name,
           study->profile->machine, (unsigned long long)s->seed);
    if (study->precision_count)
        printf("replications until precise; +- is half of the 95 %% interval\n");
    else if (count && rows[0].replications == 1)
        printf("1 replication; +- is half of the 95 %% interval by batch means\n");
    else
        printf("%u replications; +- is half of the 95 %% interval\n", s->replications);
}

// What --precision came to: once a model, and each row that lacks it.
static void print_precision(const struct study *study, const struct result_row *rows,
                            uint32_t count)
{
    for (uint32_t i = 0; i < count && study->precision_count; i++) {
        if (!i || rows[i - 1].model_rank != rows[i].model_rank)
            printf("note: %s: %u replications, from %u to %u\n", rows[i].model,
                   rows[i].replications, study->precision->least, study->precision->most);
        for (uint32_t k = 0; k < study->precision_count; k++) {
            const struct precision *p = &study->precision[k];
            if (rows[i].precision[k] <= p->share) continue;
            printf("note: %s, %s: %s of %s is not known to +- %.3g%%", rows[i].model,
                   rows[i].scheme->label, p->column, metric_names[p->metric], 100 * p->share);
            if (isfinite(rows[i].precision[k]))
                printf(" but to +- %.3g%%", 100 * rows[i].precision[k]);
            printf("\n");
        }
    }
}

// One long run whose batches say nothing of its mean.
static void print_unknown(const struct result_row *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct figure_of_merit *f = &rows[i].metrics[METRIC_LATENCY];
        if (rows[i].replications == 1 && f->n && isnan(f->batch.mean))
            printf(
                "note: %s, %s: no interval of the total: the run is short, or its batches depend "
                "on each other (a trend?); --replications tells more\n",
                rows[i].model, rows[i].scheme->label);
    }
}

// What MSER-5 left out.
static void print_warm_up(const struct result_row *rows, uint32_t count)
{
    char mean[24], most[24];
    for (uint32_t i = 0; i < count; i++) {
        const struct result_row *row = &rows[i];
        uint64_t                 cut = row->tasks - row->counted;
        printf("note: %s, %s: warm-up by MSER-5: %s in the mean, at most %s, %.3g %% of the tasks",
               row->model, row->scheme->label, time_text(row->warm_up_s, mean),
               time_text(row->warm_up_most_s, most),
               row->tasks ? 100 * (double)cut / (double)row->tasks : 0);
        if (row->warm_up_short)
            printf("; %u of %u replications are too short to tell and kept whole",
                   row->warm_up_short, row->replications);
        printf("\n");
    }
}

void report_table(const struct study *study, const struct result_row *rows, uint32_t count)
{
    const struct scenario *s = study->scenario;
    print_head_of_all(study, rows, count);
    for (uint32_t m = 0; m < simulate_model_runs(s); m++)
        print_model(s, rows, count, model_label(s, m));
    print_published(s, rows, count);
    printf("\n");
    print_precision(study, rows, count);
    print_unknown(rows, count);
    if (s->finds_warm_up) print_warm_up(rows, count);
    print_equal(s, rows, count);
    print_losses(rows, count);
    print_fitted(rows, count);
}
