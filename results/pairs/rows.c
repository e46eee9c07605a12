#include "results/pairs/rows.h"

#include <string.h>

#include "results/schema.h"

enum { TABLE_TASK, TABLE_SUMMARY, TABLE_METRIC };

// What every version of the schema has; not the task's scheme, which may be the difference asked
// for.
static const char *const queries[PAIRS_TABLES] = {
    "SELECT task_id, user, model, arrived_s, finished_s, latency_s, computation_s, transmission_s,"
    " queueing_s, edge_delay_s, loading_s, computation_work_s, transmission_work_s, energy_j, exit,"
    " status FROM task WHERE run_id = ?1 ORDER BY task_id",
    "SELECT metric, ifnull(layer, -1), n, mean, sd, p50, p95, p99 FROM summary INDEXED BY"
    " summary_key WHERE run_id = ?1 ORDER BY metric, ifnull(layer, -1)",
    "SELECT name, value FROM metric WHERE run_id = ?1 ORDER BY name",
};

bool pairs_rows_open(struct pairs_rows_reader *r, sqlite3 *base, sqlite3 *other, bool with_metrics,
                     struct err *e)
{
    bool ok = true;
    *r = (struct pairs_rows_reader){.db = {base, other}};
    for (int t = 0; t < (with_metrics ? PAIRS_TABLES : TABLE_METRIC); t++)
        for (int s = 0; ok && s < PAIRS_SIDES; s++)
            if (sqlite3_prepare_v2(r->db[s], queries[t], -1, &r->query[t][s], NULL) != SQLITE_OK)
                ok = schema_fault(r->db[s], "cannot read the rows of a run", e);
    return ok;
}

void pairs_rows_close(struct pairs_rows_reader *r)
{
    for (int t = 0; t < PAIRS_TABLES; t++)
        for (int s = 0; s < PAIRS_SIDES; s++) sqlite3_finalize(r->query[t][s]);
}

static bool same_value(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
    int type = sqlite3_column_type(a, column);
    if (type != sqlite3_column_type(b, column)) return false;
    if (type == SQLITE_INTEGER)
        return sqlite3_column_int64(a, column) == sqlite3_column_int64(b, column);
    if (type == SQLITE_FLOAT)
        return sqlite3_column_double(a, column) == sqlite3_column_double(b, column);
    int length = sqlite3_column_bytes(a, column);
    if (type == SQLITE_NULL || length != sqlite3_column_bytes(b, column))
        return type == SQLITE_NULL;
    return !length ||
           !memcmp(sqlite3_column_blob(a, column), sqlite3_column_blob(b, column), (size_t)length);
}

static bool same_row(sqlite3_stmt *a, sqlite3_stmt *b)
{
    bool same = true;
    for (int c = 0; same && c < sqlite3_column_count(a); c++) same = same_value(a, b, c);
    return same;
}

// *broken: the side that could not be read on, else untouched.
static bool rows_are_same(sqlite3_stmt *const q[PAIRS_SIDES], uint64_t *rows, int *broken)
{
    int  code[PAIRS_SIDES];
    bool same;
    do {
        for (int s = 0; s < PAIRS_SIDES; s++) code[s] = sqlite3_step(q[s]);
        same = code[0] == code[1] && (code[0] == SQLITE_DONE || same_row(q[0], q[1]));
        *rows += code[0] == SQLITE_ROW;
    } while (same && code[0] == SQLITE_ROW);
    for (int s = 0; s < PAIRS_SIDES; s++)
        if (code[s] != SQLITE_ROW && code[s] != SQLITE_DONE) *broken = s;
    return same;
}

bool pairs_rows_compare(struct pairs_rows_reader *r, int64_t base_id, int64_t new_id,
                        enum pairs_rows *out, struct err *e)
{
    const int64_t id[PAIRS_SIDES] = {base_id, new_id};
    bool          same = true;
    int           broken = -1;
    uint64_t      rows[PAIRS_TABLES] = {0};
    for (int t = 0; same && broken < 0 && t < PAIRS_TABLES; t++) {
        if (!r->query[t][0]) continue;
        for (int s = 0; s < PAIRS_SIDES; s++) sqlite3_bind_int64(r->query[t][s], 1, id[s]);
        same = rows_are_same(r->query[t], &rows[t], &broken);
        if (broken >= 0) schema_fault(r->db[broken], "cannot read the rows of a run", e);
        for (int s = 0; s < PAIRS_SIDES; s++) sqlite3_reset(r->query[t][s]);
    }
    *out = !same ? PAIRS_DIFFER : rows[TABLE_TASK] ? PAIRS_EQUAL : PAIRS_NO_TASKS;
    return broken < 0;
}
