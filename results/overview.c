// Two passes by keys: one over run for the list of rows and their runs, then a look into summary,
// metric and task for each of those runs. Views over whole tables are not used: they group every
// task of every point.
#include "results/overview.h"

#include <math.h>
#include <string.h>

#include "results/schema.h"
#include "results/store.h"

static const char *const metric_names[OVERVIEW_METRICS] = {
    [OVERVIEW_LATENCY] = "latency_s",
    [OVERVIEW_COMPUTATION] = "computation_s",
    [OVERVIEW_LOADING] = "loading_s",
    [OVERVIEW_TRANSMISSION] = "transmission_s",
    [OVERVIEW_QUEUEING] = "queueing_s",
    [OVERVIEW_EDGE_DELAY] = "edge_delay_s",
    [OVERVIEW_COMPUTATION_AND_LOADING] = "computation_and_loading_s",
    [OVERVIEW_ENERGY] = "energy_j",
    [OVERVIEW_THROUGHPUT] = "throughput_per_s",
    [OVERVIEW_ACCURACY] = "accuracy_overall",
};

static const char order_sql[] =
    "CREATE TEMP TABLE shown_point(i INTEGER, name TEXT PRIMARY KEY);"
    "CREATE TEMP TABLE shown_model(i INTEGER, name TEXT PRIMARY KEY);"
    "CREATE TEMP TABLE shown_scheme(i INTEGER, name TEXT PRIMARY KEY);"
    "INSERT INTO shown_point SELECT row_number() OVER (ORDER BY first) - 1, point FROM"
    " (SELECT point, min(run_id) AS first FROM run GROUP BY point ORDER BY first LIMIT %u);"
    "INSERT INTO shown_model SELECT row_number() OVER (ORDER BY first) - 1, model FROM"
    " (SELECT model, min(run_id) AS first FROM run JOIN shown_point ON name = point"
    "  GROUP BY model);"
    "INSERT INTO shown_scheme SELECT row_number() OVER (ORDER BY first) - 1, scheme FROM"
    " (SELECT scheme, min(run_id) AS first FROM run JOIN shown_point ON name = point"
    "  GROUP BY scheme)";

static const char runs_sql[] =
    "SELECT p.i, m.i, s.i, r.run_id, r.status FROM run r JOIN temp.shown_point p ON p.name = point"
    " JOIN temp.shown_model m ON m.name = model JOIN temp.shown_scheme s ON s.name = scheme"
    " ORDER BY 1, 2, 3, r.replication, r.run_id";

struct reading {
    sqlite3         *db;
    struct arena    *arena;
    struct overview *out;
    sqlite3_stmt    *summary, *metric;
    uint32_t         row_capacity, run_capacity;
    struct moments  *gathered; // [OVERVIEW_METRICS] of the row under way
    struct moments  *quantiles;
    double          *within_ci95;
};

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, struct err *e)
{
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK) schema_fault(db, "", e);
    return q;
}

static bool read_names(const char ***out, uint32_t *count, sqlite3 *db, struct arena *a,
                       const char *table, struct err *e)
{
    const char  **names = NULL;
    uint32_t      capacity = 0;
    sqlite3_stmt *q = prepare(db, arena_format(a, "SELECT name FROM temp.%s ORDER BY i", table), e);
    int           code = q ? SQLITE_OK : SQLITE_ERROR;
    *count = 0;
    while (q && (code = sqlite3_step(q)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(q, 0);
        names = arena_grow(a, names, &capacity, *count + 1, sizeof *names);
        names[(*count)++] = arena_string(a, text ? text : "");
    }
    *out = names;
    bool ok = code == SQLITE_DONE || (q && schema_fault(db, "", e));
    sqlite3_finalize(q);
    return ok;
}

static struct overview_row *row_for(struct reading *r, uint32_t point, uint32_t model,
                                    uint32_t scheme)
{
    struct overview     *o = r->out;
    struct overview_row *last = o->row_count ? &o->rows[o->row_count - 1] : NULL;
    if (last && last->point == point && last->model == model && last->scheme == scheme) return last;
    o->rows = arena_grow(r->arena, o->rows, &r->row_capacity, o->row_count + 1, sizeof *o->rows);
    last = &o->rows[o->row_count++];
    *last = (struct overview_row){.point = point, .model = model, .scheme = scheme};
    r->run_capacity = 0;
    return last;
}

static bool list_runs(struct reading *r, struct err *e)
{
    sqlite3_stmt *q = prepare(r->db, runs_sql, e);
    int           code = SQLITE_ERROR;
    while (q && (code = sqlite3_step(q)) == SQLITE_ROW) {
        struct overview_row *row =
            row_for(r, (uint32_t)sqlite3_column_int(q, 0), (uint32_t)sqlite3_column_int(q, 1),
                    (uint32_t)sqlite3_column_int(q, 2));
        const char *status = (const char *)sqlite3_column_text(q, 4);
        if (!status || strcmp(status, "done") != 0) {
            row->failed_count++;
            continue;
        }
        row->run_ids = arena_grow(r->arena, row->run_ids, &r->run_capacity, row->run_count + 1,
                                  sizeof *row->run_ids);
        row->run_ids[row->run_count++] = sqlite3_column_int64(q, 3);
    }
    bool ok = code == SQLITE_DONE || (q && schema_fault(r->db, "", e));
    sqlite3_finalize(q);
    return ok;
}

static int rank_of(const char *name)
{
    for (int m = 0; m < OVERVIEW_METRICS; m++)
        if (!strcmp(metric_names[m], name)) return m;
    return -1;
}

static int status_of(const char *name) // "tasks_late"
{
    for (int s = 0; !strncmp(name, "tasks_", 6) && s < JOB_STATUS_COUNT; s++)
        if (!strcmp(name + 6, job_status_names[s])) return s;
    return -1;
}

static const char *text_of(sqlite3_stmt *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    return text ? text : "";
}

static double real_of(sqlite3_stmt *q, int column)
{
    bool is_known = sqlite3_column_type(q, column) == SQLITE_FLOAT ||
                    sqlite3_column_type(q, column) == SQLITE_INTEGER;
    return is_known ? sqlite3_column_double(q, column) : NAN;
}

static void add_known(struct moments *m, double value)
{
    if (isfinite(value)) moments_add(m, value);
}

static bool end_query(struct reading *r, sqlite3_stmt *q, int code, struct err *e)
{
    bool ok = code == SQLITE_DONE || schema_fault(r->db, "", e);
    sqlite3_reset(q);
    return ok;
}

static bool read_summary(struct reading *r, int64_t run_id, struct err *e)
{
    sqlite3_stmt *q = r->summary;
    int           code;
    sqlite3_bind_int64(q, 1, run_id);
    while ((code = sqlite3_step(q)) == SQLITE_ROW) {
        int m = rank_of(text_of(q, 0));
        if (m < 0 || m >= OVERVIEW_TASK_METRICS) continue;
        add_known(&r->gathered[m], real_of(q, 1));
        r->within_ci95[m] = real_of(q, 5);
        for (int i = 0; m == OVERVIEW_LATENCY && i < OVERVIEW_QUANTILES; i++)
            add_known(&r->quantiles[i], real_of(q, 2 + i));
    }
    return end_query(r, q, code, e);
}

static bool read_metrics(struct reading *r, struct overview_row *row, int64_t run_id, struct err *e)
{
    sqlite3_stmt *q = r->metric;
    int           code;
    sqlite3_bind_int64(q, 1, run_id);
    while ((code = sqlite3_step(q)) == SQLITE_ROW) {
        const char *name = text_of(q, 0);
        double      value = real_of(q, 1);
        int         m = rank_of(name), status = status_of(name);
        if (m >= OVERVIEW_TASK_METRICS) add_known(&r->gathered[m], value);
        if (status < 0 || !isfinite(value) || value < 0) continue;
        row->by_status[status] += value;
        row->tasks += value;
    }
    return end_query(r, q, code, e);
}

static void end_row(struct reading *r, struct overview_row *row)
{
    for (int m = 0; m < OVERVIEW_METRICS; m++) {
        const struct moments  *g = &r->gathered[m];
        struct overview_value *v = &row->values[m];
        *v = (struct overview_value){moments_mean(g), moments_ci95(g), (uint32_t)g->n, false};
        if (g->n == 1 && m < OVERVIEW_TASK_METRICS && isfinite(r->within_ci95[m])) {
            v->ci95 = r->within_ci95[m];
            v->is_within = true;
        }
    }
    for (int i = 0; i < OVERVIEW_QUANTILES; i++)
        row->quantile_s[i] = moments_mean(&r->quantiles[i]);
}

static bool read_row(struct reading *r, struct overview_row *row, struct err *e)
{
    struct moments gathered[OVERVIEW_METRICS] = {{0}}, quantiles[OVERVIEW_QUANTILES] = {{0}};
    double         within[OVERVIEW_METRICS];
    bool           ok = true;
    for (int m = 0; m < OVERVIEW_METRICS; m++) within[m] = NAN;
    r->gathered = gathered;
    r->quantiles = quantiles;
    r->within_ci95 = within;
    for (uint32_t i = 0; ok && i < row->run_count; i++)
        ok = read_summary(r, row->run_ids[i], e) && read_metrics(r, row, row->run_ids[i], e);
    end_row(r, row);
    return ok;
}

bool overview_pool(sqlite3 *db, const struct overview_row *row, const char *columns,
                   const char *model, struct arena *a, struct quantile *out, struct err *e)
{
    sqlite3_stmt *q = prepare(
        db,
        arena_format(a,
                     "SELECT %s FROM task WHERE run_id = ?1 AND task_id >= ifnull((SELECT value"
                     " FROM metric WHERE run_id = ?1 AND name = 'warmup_tasks'), 0)"
                     " AND status IN ('done', 'late') AND model = ifnull(?2, model)",
                     columns),
        e);
    bool ok = q != NULL;
    if (ok && model) sqlite3_bind_text(q, 2, model, -1, SQLITE_STATIC);
    for (uint32_t i = 0; ok && i < row->run_count; i++) {
        int code;
        sqlite3_bind_int64(q, 1, row->run_ids[i]);
        while ((code = sqlite3_step(q)) == SQLITE_ROW) {
            double value = real_of(q, 0);
            if (isfinite(value) && value >= 0) quantile_add(out, a, value);
        }
        ok = code == SQLITE_DONE || schema_fault(db, "", e);
        sqlite3_reset(q);
    }
    sqlite3_finalize(q);
    return ok;
}

static bool pool_row(struct reading *r, struct overview_row *row, uint64_t *left, struct err *e)
{
    static const double shares[OVERVIEW_QUANTILES] = {0.5, 0.95, 0.99};
    struct arena        scratch = {0};
    struct quantile     pooled = {0};
    if ((double)*left < row->tasks) {
        r->out->is_cut = true;
        return true;
    }
    *left -= (uint64_t)row->tasks;
    bool ok = overview_pool(r->db, row, "latency_s", NULL, &scratch, &pooled, e);
    if (ok && pooled.n) {
        quantile_at(&pooled, &scratch, shares, OVERVIEW_QUANTILES, row->quantile_s);
        row->is_pooled = true;
    }
    arena_free(&scratch);
    return ok;
}

static bool read_counts(struct reading *r, struct err *e)
{
    sqlite3_stmt *q = prepare(r->db, "SELECT count(*), count(DISTINCT point) FROM run", e);
    bool          ok = q && (sqlite3_step(q) == SQLITE_ROW || schema_fault(r->db, "", e));
    if (ok) {
        r->out->runs_in_all = (uint64_t)sqlite3_column_int64(q, 0);
        r->out->points_in_all = (uint64_t)sqlite3_column_int64(q, 1);
    }
    sqlite3_finalize(q);
    return ok;
}

static bool read_order(struct reading *r, uint32_t most_points, struct err *e)
{
    struct overview *o = r->out;
    const char      *sql = arena_format(r->arena, order_sql, most_points);
    return (sqlite3_exec(r->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
            schema_fault(r->db, "", e)) &&
           read_names(&o->points, &o->point_count, r->db, r->arena, "shown_point", e) &&
           read_names(&o->models, &o->model_count, r->db, r->arena, "shown_model", e) &&
           read_names(&o->schemes, &o->scheme_count, r->db, r->arena, "shown_scheme", e) &&
           list_runs(r, e);
}

bool overview_read(struct overview *out, sqlite3 *db, struct arena *a, uint32_t most_points,
                   uint64_t most_tasks, struct err *e)
{
    struct reading r = {.db = db, .arena = a, .out = out};
    *out = (struct overview){0};
    bool ok = read_counts(&r, e) && read_order(&r, most_points, e);
    // ci95 came with version 3 of the schema: selected by name where there is one.
    bool has_ci95 = sqlite3_table_column_metadata(db, NULL, "summary", "ci95", NULL, NULL, NULL,
                                                  NULL, NULL) == SQLITE_OK;
    r.summary = !ok ? NULL
                    : prepare(db,
                              arena_format(a,
                                           "SELECT metric, mean, p50, p95, p99, %s FROM summary"
                                           " WHERE run_id = ? AND layer IS NULL"
                                           " AND metric IN ('latency_s', 'computation_s',"
                                           " 'loading_s', 'transmission_s', 'queueing_s',"
                                           " 'edge_delay_s', 'computation_and_loading_s',"
                                           " 'energy_j') AND ifnull(layer, -1) = -1",
                                           has_ci95 ? "ci95" : "NULL"),
                              e);
    r.metric = !ok ? NULL : prepare(db, "SELECT name, value FROM metric WHERE run_id = ?", e);
    ok = ok && r.summary && r.metric;
    for (uint32_t i = 0; ok && i < out->row_count; i++)
        ok = read_row(&r, &out->rows[i], e) && pool_row(&r, &out->rows[i], &most_tasks, e);
    sqlite3_finalize(r.summary);
    sqlite3_finalize(r.metric);
    return ok;
}

const struct overview_row *overview_find(const struct overview *o, uint32_t point, uint32_t model,
                                         uint32_t scheme)
{
    for (uint32_t low = 0, high = o->row_count; low < high;) {
        uint32_t                   middle = low + (high - low) / 2;
        const struct overview_row *r = &o->rows[middle];
        bool                       is_before = r->point != point   ? r->point < point
                                               : r->model != model ? r->model < model
                                                                   : r->scheme < scheme;
        if (r->point == point && r->model == model && r->scheme == scheme) return r;
        if (is_before)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

double overview_share(const struct overview_row *row, enum job_status status)
{
    return row->tasks > 0 ? row->by_status[status] / row->tasks : 0;
}
