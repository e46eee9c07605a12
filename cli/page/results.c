// Tables of results: for one point a table per model with the schemes as rows; for several the
// latency with the points as rows, and all columns folded below.
#include <math.h>
#include <string.h>

#include "cli/page/page.h"
#include "results/store.h"

static const struct {
    const char *title;
    int         metric;
} parts[] = {{"compu\u00adtation", OVERVIEW_COMPUTATION}, // where it may break: U+00AD
             {"loading", OVERVIEW_LOADING},
             {"trans\u00admission", OVERVIEW_TRANSMISSION},
             {"queueing", OVERVIEW_QUEUEING},
             {"edge delay", OVERVIEW_EDGE_DELAY}};
enum { PARTS = sizeof parts / sizeof *parts };

struct columns { // of one model's tables
    bool             part[PARTS], status[JOB_STATUS_COUNT];
    bool             energy, throughput, accuracy, dina, optimal;
    uint32_t         dina_rank, optimal_rank;
    struct page_unit unit;
};

static bool is_more(double value) // NaN: not known
{
    return value > 0;
}

static uint32_t rank_of(const struct overview *o, const char *scheme)
{
    uint32_t i = 0;
    while (i < o->scheme_count && strcmp(o->schemes[i], scheme) != 0) i++;
    return i;
}

static struct columns find_columns(const struct overview *o, uint32_t model)
{
    struct columns c = {.dina_rank = rank_of(o, "dina"), .optimal_rank = rank_of(o, "optimal")};
    double         largest_s = 0;
    for (uint32_t i = 0; i < o->row_count; i++) {
        const struct overview_row *r = &o->rows[i];
        if (r->model != model) continue;
        for (int k = 0; k < PARTS; k++) c.part[k] |= is_more(r->values[parts[k].metric].mean);
        for (int s = JOB_LATE; s < JOB_STATUS_COUNT; s++) c.status[s] |= r->by_status[s] > 0;
        c.energy |= is_more(r->values[OVERVIEW_ENERGY].mean);
        c.throughput |= r->values[OVERVIEW_THROUGHPUT].n > 0;
        c.accuracy |= r->values[OVERVIEW_ACCURACY].n > 0;
        c.dina |= r->scheme == c.dina_rank;
        c.optimal |= r->scheme == c.optimal_rank;
        if (r->values[OVERVIEW_LATENCY].mean > largest_s)
            largest_s = r->values[OVERVIEW_LATENCY].mean;
    }
    c.dina &= o->scheme_count > 1;
    c.optimal &= o->scheme_count > 1;
    c.unit = page_unit_for(largest_s);
    return c;
}

static void write_head(struct page *p, const struct columns *c)
{
    page_head_begin(p);
    page_point_head(p);
    page_head(p, "scheme", false);
    page_head(p, "total", true);
    page_head(p, "p50", true);
    page_head(p, "p95", true);
    page_head(p, "p99", true);
    for (int k = 0; k < PARTS; k++)
        if (c->part[k]) page_head(p, parts[k].title, true);
    for (int s = JOB_LATE; s < JOB_STATUS_COUNT; s++)
        if (c->status[s]) page_head(p, arena_format(p->arena, "%s, %%", job_status_names[s]), true);
    if (c->throughput) page_head(p, "tasks/s", true);
    if (c->energy) page_head(p, "energy, J/task", true);
    if (c->accuracy) page_head(p, "accuracy", true);
    if (c->dina) page_head(p, "times dina's", true);
    if (c->optimal) page_head(p, "over optimal", true);
    page_head(p, "runs", true);
    page_head_end(p);
}

static double latency_of(const struct overview *o, const struct overview_row *like, uint32_t scheme)
{
    const struct overview_row *r = overview_find(o, like->point, like->model, scheme);
    return r ? r->values[OVERVIEW_LATENCY].mean : NAN;
}

static bool has_losses(const struct overview *o, const struct overview_row *like, uint32_t scheme)
{
    const struct overview_row *r = overview_find(o, like->point, like->model, scheme);
    bool                       any = false;
    for (int s = JOB_LATE + 1; r && s < JOB_STATUS_COUNT; s++) any |= r->by_status[s] > 0;
    return any;
}

// "1.75×"; a star where tasks of either side never finished.
static void write_ratio(struct page *p, const struct overview_row *r, uint32_t scheme)
{
    const struct overview *o = &p->overview;
    double                 ratio = r->values[OVERVIEW_LATENCY].mean / latency_of(o, r, scheme);
    bool                   is_starred = has_losses(o, r, scheme) || has_losses(o, r, r->scheme);
    if (r->scheme == scheme || !isfinite(ratio)) {
        page_cell(p, "");
        return;
    }
    fputs("<td class=\"n\">", p->out);
    html_number(p->out, ratio, 3);
    fputs(is_starred ? "×*</td>" : "×</td>", p->out);
}

static void write_gap(struct page *p, const struct overview_row *r, uint32_t optimal)
{
    double ratio = r->values[OVERVIEW_LATENCY].mean / latency_of(&p->overview, r, optimal);
    char   text[HTML_NUMBER_BYTES];
    if (r->scheme == optimal || !isfinite(ratio))
        page_cell(p, "");
    else
        html_put(p->out, "<td class=\"n\">%s%s %%</td>", ratio >= 1 ? "+" : "",
                 html_number_text(100 * (ratio - 1), 3, text));
}

static void write_row(struct page *p, const struct columns *c, const struct overview_row *r)
{
    const struct overview *o = &p->overview;
    fputs("<tr>", p->out);
    page_point_cells(p, r->point);
    html_put(p->out, "<th scope=\"row\">%s</th>", o->schemes[r->scheme]);
    page_value(p, &r->values[OVERVIEW_LATENCY], c->unit.seconds);
    for (int i = 0; i < OVERVIEW_QUANTILES; i++) page_number(p, r->quantile_s[i] / c->unit.seconds);
    for (int k = 0; k < PARTS; k++)
        if (c->part[k]) page_value(p, &r->values[parts[k].metric], c->unit.seconds);
    for (int s = JOB_LATE; s < JOB_STATUS_COUNT; s++)
        if (c->status[s])
            page_number(p, r->tasks > 0 ? 100 * overview_share(r, (enum job_status)s) : NAN);
    if (c->throughput) page_value(p, &r->values[OVERVIEW_THROUGHPUT], 1);
    if (c->energy) page_value(p, &r->values[OVERVIEW_ENERGY], 1);
    if (c->accuracy) page_value(p, &r->values[OVERVIEW_ACCURACY], 1);
    if (c->dina) write_ratio(p, r, c->dina_rank);
    if (c->optimal) write_gap(p, r, c->optimal_rank);
    html_put(p->out,
             r->failed_count ? "<td class=\"n\">%u, %u failed</td></tr>\n"
                             : "<td class=\"n\">%u</td></tr>\n",
             r->run_count, r->failed_count);
}

static uint32_t rows_of(const struct overview *o, uint32_t model)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < o->row_count; i++) count += o->rows[i].model == model;
    return count;
}

static void write_full(struct page *p, uint32_t model)
{
    const struct overview *o = &p->overview;
    struct columns         c = find_columns(o, model);
    uint32_t               all = rows_of(o, model), shown = 0;
    const char            *cut = all > PAGE_ROWS ? arena_format(p->arena,
                                                                "; the first %d of %u rows (all: fogsim "
                                                                           "export)",
                                                                PAGE_ROWS, all)
                                                 : "";
    page_table(p, arena_format(p->arena, "%s: times in %s%s", o->models[model], c.unit.name, cut));
    write_head(p, &c);
    for (uint32_t i = 0; i < o->row_count && shown < PAGE_ROWS; i++) {
        if (o->rows[i].model != model) continue;
        write_row(p, &c, &o->rows[i]);
        shown++;
    }
    page_table_end(p);
}

// The points as rows, the latency under each scheme.
static void write_by_point(struct page *p, uint32_t model)
{
    const struct overview *o = &p->overview;
    struct page_unit       unit = find_columns(o, model).unit;
    page_table(
        p, arena_format(p->arena, "%s: total time of a task in %s", o->models[model], unit.name));
    page_head_begin(p);
    page_point_head(p);
    for (uint32_t s = 0; s < o->scheme_count; s++) page_head(p, o->schemes[s], true);
    page_head_end(p);
    for (uint32_t i = 0; i < o->point_count; i++) {
        fputs("<tr>", p->out);
        page_point_cells(p, i);
        for (uint32_t s = 0; s < o->scheme_count; s++) {
            const struct overview_row *r = overview_find(o, i, model, s);
            if (r)
                page_value(p, &r->values[OVERVIEW_LATENCY], unit.seconds);
            else
                page_number(p, NAN);
        }
        fputs("</tr>\n", p->out);
    }
    page_table_end(p);
}

struct class_row {       // one model of a mix under one scheme
    const char    *name; // NULL: none yet
    uint32_t       scheme;
    struct moments means, p95; // of the replications
};
enum { CLASS_ROWS = 400, CLASS_TASKS = 30 << 20 }; // shown; read for their quantiles

struct classes {
    uint32_t mix, shown; // model's rank; rows
    double   tasks;      // read
};

// Over the tasks of all replications where those of the row are.
static double class_p95(struct page *p, struct classes *all, const struct class_row *c)
{
    const struct overview_row *row = overview_find(&p->overview, 0, all->mix, c->scheme);
    struct arena               scratch = {0};
    struct quantile            pooled = {0};
    double                     share = 0.95, p95 = moments_mean(&c->p95);
    if (row && row->is_pooled && (all->tasks += row->tasks) <= CLASS_TASKS) {
        if (!overview_pool(p->db, row, "latency_s", c->name, &scratch, &pooled, p->e))
            p->failed = true;
        else if (pooled.n)
            quantile_at(&pooled, &scratch, &share, 1, &p95);
    }
    arena_free(&scratch);
    return p95;
}

static void write_class(struct page *p, struct classes *all, const struct class_row *c)
{
    const struct overview_value mean = {moments_mean(&c->means), moments_ci95(&c->means),
                                        (uint32_t)c->means.n, false};
    if (!c->name || all->shown++ >= CLASS_ROWS) return;
    html_put(p->out, "<tr><th scope=\"row\">%s</th>", c->name);
    page_cell(p, p->overview.schemes[c->scheme]);
    page_value(p, &mean, 1e-3);
    page_number(p, 1e3 * class_p95(p, all, c));
    fputs("</tr>\n", p->out);
}

static void begin_classes(struct page *p)
{
    const char *title = "each model of the mix by itself: total time in ms";
    page_table(p, p->overview.point_count > 1
                      ? arena_format(p->arena, "%s, at %s", title, page_point_text(p, 0))
                      : title);
    page_head_begin(p);
    page_head(p, "model", false);
    page_head(p, "scheme", false);
    page_head(p, "total", true);
    page_head(p, "p95", true);
    page_head_end(p);
}

// What the models of a mix take, each by itself: summary has them behind a slash.
static void write_classes(struct page *p, uint32_t mix)
{
    sqlite3_stmt *q =
        page_query(p, "SELECT substr(s.metric, 11) AS class, c.i, s.mean, s.p95 FROM run r"
                      " JOIN temp.shown_scheme c ON c.name = r.scheme JOIN summary s USING (run_id)"
                      " WHERE r.status = 'done' AND r.point = ?1 AND r.model = 'mix'"
                      " AND s.metric > 'latency_s/' AND s.metric < 'latency_s0' AND s.layer IS NULL"
                      " ORDER BY class, c.i, r.replication, r.run_id");
    struct class_row row = {0};
    struct classes   all = {.mix = mix};
    if (q) sqlite3_bind_text(q, 1, p->overview.points[0], -1, SQLITE_STATIC);
    while (page_next(p, &q)) {
        uint32_t scheme = (uint32_t)sqlite3_column_int(q, 1);
        if (!row.name) begin_classes(p);
        if (!row.name || strcmp(row.name, page_text(q, 0)) != 0 || row.scheme != scheme) {
            write_class(p, &all, &row);
            row = (struct class_row){.name = page_kept(p, q, 0), .scheme = scheme};
        }
        if (isfinite(page_real(q, 2))) moments_add(&row.means, page_real(q, 2));
        if (isfinite(page_real(q, 3))) moments_add(&row.p95, page_real(q, 3));
    }
    write_class(p, &all, &row);
    if (row.name) page_table_end(p);
}

static void write_model(struct page *p, uint32_t model)
{
    const struct overview *o = &p->overview;
    const char            *id = arena_format(p->arena, "results-%u", model);
    page_heading(p, 3, id, o->models[model]);
    if (o->point_count == 1) {
        write_full(p, model);
        return;
    }
    if (o->point_count > PAGE_FOLDED)
        page_fold(p, arena_format(p->arena, "Total time at %u points", o->point_count));
    write_by_point(p, model);
    if (o->point_count > PAGE_FOLDED) page_fold_end(p);
    page_fold(p, "All columns: quantiles, parts of the time, shares, throughput, energy");
    write_full(p, model);
    page_fold_end(p);
}

struct metric_row { // of the table under way
    const char *name;
    double     *means; // [scheme_count] NaN: none
    bool        is_zero;
};

// A metric that is 0 under every scheme says nothing.
static void write_metric(struct page *p, const struct metric_row *row)
{
    if (!row->name || row->is_zero) return;
    html_put(p->out, "<tr><th scope=\"row\">%s</th>", row->name);
    for (uint32_t s = 0; s < p->overview.scheme_count; s++) page_number(p, row->means[s]);
    fputs("</tr>\n", p->out);
}

static void write_metric_rows(struct page *p, sqlite3_stmt *q)
{
    struct metric_row row = {.means = ARENA_ARRAY(p->arena, double, p->overview.scheme_count)};
    while (page_next(p, &q)) {
        if (!row.name || strcmp(row.name, page_text(q, 0)) != 0) {
            write_metric(p, &row);
            row.name = page_kept(p, q, 0);
            row.is_zero = true;
            for (uint32_t s = 0; s < p->overview.scheme_count; s++) row.means[s] = NAN;
        }
        double mean = page_real(q, 2);
        row.means[sqlite3_column_int(q, 1)] = mean;
        row.is_zero &= mean == 0;
    }
    write_metric(p, &row);
}

// Everything that runs, and schemes, told of themselves.
static void write_metrics(struct page *p, uint32_t model)
{
    const struct overview *o = &p->overview;
    sqlite3_stmt          *q =
        page_query(p, "SELECT k.name, c.i, avg(k.value) FROM run r JOIN temp.shown_scheme c"
                      " ON c.name = r.scheme JOIN metric k USING (run_id)"
                      " WHERE r.status = 'done' AND r.point = ?1 AND r.model = ?2"
                      " GROUP BY k.name, c.i ORDER BY k.name, c.i LIMIT ?3");
    if (q) {
        sqlite3_bind_text(q, 1, o->points[0], -1, SQLITE_STATIC);
        sqlite3_bind_text(q, 2, o->models[model], -1, SQLITE_STATIC);
        sqlite3_bind_int(q, 3, PAGE_ROWS);
    }
    page_fold(p, "All metrics, means over the runs");
    page_table(p, o->point_count > 1
                      ? arena_format(p->arena, "%s at %s", o->models[model], page_point_text(p, 0))
                      : o->models[model]);
    page_head_begin(p);
    page_head(p, "metric", false);
    for (uint32_t s = 0; s < o->scheme_count; s++) page_head(p, o->schemes[s], true);
    page_head_end(p);
    write_metric_rows(p, q);
    page_table_end(p);
    page_fold_end(p);
}

static void write_legend(struct page *p)
{
    const struct overview *o = &p->overview;
    bool                   any_pooled = false, all_pooled = true, any_starred = false;
    for (uint32_t i = 0; i < o->row_count; i++) {
        any_pooled |= o->rows[i].is_pooled;
        all_pooled &= o->rows[i].is_pooled || !o->rows[i].run_count;
        any_starred |= has_losses(o, &o->rows[i], o->rows[i].scheme);
    }
    fputs(
        "<p class=\"faint\">Means over replications of the tasks that finished after the warm-up; "
        "± is half of the 95 % interval (Student t). ",
        p->out);
    if (any_pooled && all_pooled)
        fputs("Quantiles are over the tasks of all replications. ", p->out);
    else if (any_pooled)
        fputs("Quantiles are over the tasks of all replications; where these are not stored or too "
              "many to read, means of the replications' own. ",
              p->out);
    else
        fputs("Quantiles are means of the replications' own. ", p->out);
    fputs("Shares are of all tasks, those of the warm-up too.", p->out);
    if (any_starred && rank_of(o, "dina") < o->scheme_count)
        fputs(" * of the tasks that finished, under each scheme others: a smaller mean is no win "
              "where more tasks were lost.",
              p->out);
    fputs("</p>\n", p->out);
}

void page_results(struct page *p)
{
    page_heading(p, 2, "results", "Results");
    write_legend(p);
    for (uint32_t m = 0; m < p->overview.model_count; m++) {
        write_model(p, m);
        if (!strcmp(p->overview.models[m], "mix")) write_classes(p, m);
        write_metrics(p, m);
    }
}
