// What speaks for and against the numbers: published figures beside ours, what devices were assumed
// to be, costs that were fitted, runs that failed.
#include <math.h>
#include <string.h>

#include "cli/page/page.h"
#include "cli/published.h"
#include "scenarios/device.h"

enum { FAILED_SHOWN = 50 };

static const struct {
    enum metric metric;
    int         overview;
    const char *columns; // of task
} metrics[] = {
    {METRIC_LATENCY, OVERVIEW_LATENCY, "latency_s"},
    {METRIC_COMPUTATION, OVERVIEW_COMPUTATION, "computation_s"},
    {METRIC_LOADING, OVERVIEW_LOADING, "loading_s"},
    {METRIC_TRANSMISSION, OVERVIEW_TRANSMISSION, "transmission_s"},
    {METRIC_QUEUEING, OVERVIEW_QUEUEING, "queueing_s"},
    {METRIC_COMPUTATION_AND_LOADING, OVERVIEW_COMPUTATION_AND_LOADING, "computation_s + loading_s"},
};

static uint32_t rank_of(const char *const *names, uint32_t count, const char *name)
{
    uint32_t i = 0;
    while (i < count && strcmp(names[i], name) != 0) i++;
    return i;
}

static const struct overview_row *find_row(const struct page *p, const char *model,
                                           const char *scheme)
{
    const struct overview *o = &p->overview;
    return overview_find(o, 0, rank_of(o->models, o->model_count, model),
                         rank_of(o->schemes, o->scheme_count, scheme));
}

// The mean, and with `is_spread` the tasks' 5 and 95 %; NaN what is not known.
static struct figure_of_merit merit_of(struct page *p, const struct overview_row *row,
                                       enum metric metric, bool is_spread)
{
    static const double    shares[] = {0.05, 0.95};
    struct figure_of_merit f = {.mean = NAN, .p5 = NAN, .p95 = NAN};
    size_t                 i = 0;
    while (i < sizeof metrics / sizeof *metrics && metrics[i].metric != metric) i++;
    if (i == sizeof metrics / sizeof *metrics) return f;
    f.mean = row->values[metrics[i].overview].mean;
    if (!is_spread || !row->is_pooled) return f;
    struct arena    scratch = {0};
    struct quantile pooled = {0};
    double          at[2];
    if (overview_pool(p->db, row, metrics[i].columns, NULL, &scratch, &pooled, p->e)) {
        quantile_at(&pooled, &scratch, shares, 2, at);
        f.p5 = at[0];
        f.p95 = at[1];
    } else {
        p->failed = true;
    }
    arena_free(&scratch);
    return f;
}

static void write_published_row(struct page *p, const struct published *k,
                                const struct published_ours *ours)
{
    char        what[PUBLISHED_TEXT_BYTES], range[PUBLISHED_TEXT_BYTES], low[HTML_NUMBER_BYTES];
    char        high[HTML_NUMBER_BYTES];
    const char *verdict = k->low == k->high      ? ""
                          : ours->mean < k->low  ? "below"
                          : ours->mean > k->high ? "above"
                                                 : "inside";
    html_put(p->out, "<tr><th scope=\"row\">%s</th><td>%s</td><td class=\"n\">%s</td>", k->model,
             published_what(k, what), published_range(k, range));
    page_number(p, ours->mean);
    html_put(p->out, "<td class=\"n\">%s to %s</td><td>%s</td><td class=\"w\">%s</td></tr>\n",
             html_number_text(ours->p5, 3, low), html_number_text(ours->p95, 3, high), verdict,
             k->source);
}

static void begin_published(struct page *p)
{
    page_table(p, "ratios are of the means; absolute figures are in seconds");
    page_head_begin(p);
    page_head(p, "model", false);
    page_head(p, "figure", false);
    page_head(p, "published", true);
    page_head(p, "ours", true);
    page_head(p, "ours, 5 to 95 % of the tasks", true);
    page_head(p, "ours is", false);
    page_head(p, "source", false);
    page_head_end(p);
}

static uint32_t write_rows(struct page *p, const struct published *list, uint32_t count)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < count && !p->failed; i++) {
        const struct published    *k = &list[i];
        const struct overview_row *own = find_row(p, k->model, k->scheme);
        const struct overview_row *other = find_row(p, k->model, published_scheme(k));
        if (!own || !other) continue;
        struct figure_of_merit mine = merit_of(p, own, published_metric(k), false);
        struct figure_of_merit theirs = merit_of(p, other, published_metric(k), true);
        struct published_ours  ours;
        if (!published_compare(k, &mine, &theirs, &ours)) continue;
        if (!shown++) begin_published(p);
        write_published_row(p, k, &ours);
    }
    return shown;
}

static void write_published(struct page *p)
{
    struct err      e = {0};
    struct json_doc doc;
    uint32_t        count = 0, shown = 0;
    page_heading(p, 3, "published", "Published figures beside ours");
    if (!p->scenario_text ||
        !json_parse(&doc, "scenario", p->scenario_text, strlen(p->scenario_text), &e)) {
        fputs("<p>The database does not hold the scenario, so none is known.</p>\n", p->out);
        return;
    }
    const struct published *list = scenario_published(json_root(&doc, p->arena), &count);
    if (page_is_edited(p))
        html_put(p->out,
                 "<p>The scenario is changed (%s): the published figures are not of this "
                 "set-up.</p>\n",
                 page_point_text(p, 0));
    if (!e.fault_count && count) shown = write_rows(p, list, count);
    if (shown) page_table_end(p);
    json_close(&doc);
    if (!count)
        fputs("<p>The scenario names none.</p>\n", p->out);
    else if (e.fault_count)
        html_put(p->out, "<p>They cannot be read:</p><pre class=\"wrap\">%s</pre>\n", e.text);
    else if (shown < count)
        html_put(p->out,
                 "<p class=\"faint\">%u of %u are left out: their schemes or models were not run, "
                 "or no task finished.</p>\n",
                 count - shown, count);
}

static void write_costs(struct page *p)
{
    sqlite3_stmt *q = page_query(p, "SELECT model, ifnull(cost_source, 'not told'), count(*)"
                                    " FROM run GROUP BY 1, 2 ORDER BY min(run_id) LIMIT 200");
    page_heading(p, 3, "costs", "Where costs come from");
    fputs("<p class=\"faint\">measured: timed on that device; scaled: timed on the machine of the "
          "profile and multiplied by the device's ratios; fitted: a shape that the profile lacks, "
          "costed by the rate of its kind.</p>\n",
          p->out);
    page_table(p, "costs by model");
    page_head_begin(p);
    page_head(p, "model", false);
    page_head(p, "costs", false);
    page_head(p, "runs", true);
    page_head_end(p);
    while (page_next(p, &q))
        html_put(p->out, "<tr><th scope=\"row\">%s</th><td>%s</td><td class=\"n\">%s</td></tr>\n",
                 page_text(q, 0), page_text(q, 1), page_text(q, 2));
    page_table_end(p);
}

static void write_list(struct page *p, const cJSON *list)
{
    if (!cJSON_GetArraySize(list)) return;
    fputs("<ul>\n", p->out);
    for (const cJSON *c = list->child; c; c = c->next)
        html_put(p->out, "<li>%s</li>\n", page_json_text(p->arena, c));
    fputs("</ul>\n", p->out);
}

// As the file of the preset says now.
static void write_device(struct page *p, const char *name)
{
    struct json_doc doc;
    struct err      e = {0};
    if (!preset_open(&doc, p->arena, p->paths->devices, name, &e)) {
        html_put(p->out, "<p><b>%s</b>: no device of this fogsim; see the scenario.</p>\n", name);
        return;
    }
    html_put(p->out, "<p><b>%s</b>: %s. Source: %s.</p>\n", name,
             page_json_string(doc.root, "about", ""),
             page_json_string(doc.root, "source", "not told"));
    write_list(p, cJSON_GetObjectItemCaseSensitive(doc.root, "assumptions"));
    json_close(&doc);
}

static void write_devices(struct page *p)
{
    uint32_t      count = 0;
    sqlite3_stmt *q = page_query(
        p, "SELECT DISTINCT device FROM node WHERE device > '' AND run_id IN"
           " (SELECT min(run_id) FROM run JOIN temp.shown_point ON name = point GROUP BY point)"
           " LIMIT 40");
    page_heading(p, 3, "devices", "What devices are assumed to be");
    while (page_next(p, &q)) {
        if (!count++) page_fold(p, "Devices, their sources and assumptions");
        write_device(p, page_kept(p, q, 0));
    }
    if (count)
        page_fold_end(p);
    else
        fputs("<p>The database names no device.</p>\n", p->out);
}

static void write_failed_row(struct page *p, sqlite3_stmt *q)
{
    html_put(p->out, "<tr><th scope=\"row\">%s</th>", page_text(q, 0));
    for (int c = 1; c < 5; c++) page_cell(p, page_text(q, c));
    html_put(p->out, "<td class=\"w\">%s</td></tr>\n", page_text(q, 5));
}

static void write_failed(struct page *p)
{
    const char   *error = page_has_column(p, "run", "error") ? "ifnull(error, '')" : "''";
    sqlite3_stmt *q = page_query(
        p, arena_format(p->arena,
                        "SELECT run_id, model, scheme, replication, status || CASE WHEN point = "
                        "'{}' THEN '' ELSE ' at ' || point END, %s"
                        " FROM run WHERE status <> 'done' ORDER BY run_id LIMIT %d",
                        error, FAILED_SHOWN));
    bool any = false;
    page_heading(p, 3, "failed", "Failed runs");
    while (page_next(p, &q)) {
        if (!any) {
            page_table(p, arena_format(p->arena, "runs that are not whole (at most %d are shown)",
                                       FAILED_SHOWN));
            page_head_begin(p);
            page_head(p, "run", false);
            page_head(p, "model", false);
            page_head(p, "scheme", false);
            page_head(p, "replication", false);
            page_head(p, "status", false);
            page_head(p, "error", false);
            page_head_end(p);
        }
        any = true;
        write_failed_row(p, q);
    }
    if (any)
        page_table_end(p);
    else
        fputs("<p>None.</p>\n", p->out);
}

void page_checks(struct page *p)
{
    page_heading(p, 2, "checks", "Checks");
    write_published(p);
    write_costs(p);
    write_devices(p);
    write_failed(p);
}
