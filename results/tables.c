// Rows are read in the order of their keys, so that two databases can be read side by side.
#include "results/tables.h"

#include <stdio.h>
#include <string.h>

#include "results/schema.h"

static const struct {
    const char *name, *order, *more; // more: columns that * leaves out
} tables[RUN_TABLES] = {
    {"run", "run_id", ""},
    {"task", "task_id", ""},
    {"layer", "task_id, layer", ""},
    {"op", "task_id, op", ""},
    {"node", "node", ""},
    {"link", "from_node, to_node", ""},
    {"match", "epoch, user, fog", ""},
    {"summary", "metric, ifnull(layer, -1)", ", rowid"}, // says in which order they were written
    {"metric", "name", ""},
    {"queue_sample", "node, t_s", ""},
    {"occupancy", "node, length", ""},
};

// A table's kind and columns as one text each: "table", "run_id 0, task_id 0, ...". Hidden columns
// (computed ones) show by their number.
static const char shape_sql[] =
    "SELECT (SELECT type FROM pragma_table_list(?1) WHERE schema = 'main'),"
    " (SELECT group_concat(name || ' ' || hidden, ', ') FROM pragma_table_xinfo(?1))";

// false: no such table, or SQLite cannot tell.
static bool shape_of(sqlite3_stmt *s, const char *table)
{
    sqlite3_reset(s);
    sqlite3_bind_text(s, 1, table, -1, SQLITE_STATIC);
    return sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0) && sqlite3_column_text(s, 1);
}

static bool same_shape(sqlite3_stmt *want, sqlite3_stmt *have, const char *table, struct err *e)
{
    bool same = shape_of(want, table) && shape_of(have, table);
    for (int i = 0; same && i < 2; i++)
        same = !strcmp((const char *)sqlite3_column_text(want, i),
                       (const char *)sqlite3_column_text(have, i));
    if (same) return true;
    bool none = sqlite3_data_count(have) == 2 && !sqlite3_column_text(have, 0);
    return err_add(e, "table %s: want the columns of a fogsim database, have %s", table,
                   none ? "no such table" : "others");
}

bool tables_check(sqlite3 *db, struct err *e)
{
    sqlite3      *ours = schema_open_memory(e);
    sqlite3_stmt *want = ours ? schema_prepare(ours, shape_sql, e) : NULL;
    sqlite3_stmt *have = want ? schema_prepare(db, shape_sql, e) : NULL;
    bool          ok = have && same_shape(want, have, "document", e);
    for (int i = 0; ok && i < RUN_TABLES; i++) ok = same_shape(want, have, tables[i].name, e);
    sqlite3_finalize(have);
    sqlite3_finalize(want);
    sqlite3_close(ours);
    return ok;
}

// The columns by name, as the SELECT has them.
static sqlite3_stmt *prepare_insert(sqlite3 *db, const char *table, sqlite3_stmt *select,
                                    struct err *e)
{
    char names[512] = "", marks[128] = "", sql[800];
    int  length = 0, marked = 0;
    for (int c = 0; c < sqlite3_column_count(select); c++) {
        length += snprintf(names + length, sizeof names - (size_t)length, "%s\"%s\"", c ? "," : "",
                           sqlite3_column_name(select, c));
        marked += snprintf(marks + marked, sizeof marks - (size_t)marked, c ? ",?" : "?");
        if (marked + 4 > (int)sizeof marks || length + 64 > (int)sizeof names)
            return err_add(e, "table %s: has too many columns", table), NULL;
    }
    snprintf(sql, sizeof sql, "INSERT INTO main.\"%s\"(%s) VALUES(%s)", table, names, marks);
    return schema_prepare(db, sql, e);
}

static bool prepare_table(struct run_tables *t, int i, bool writes, struct err *e)
{
    char sql[256];
    snprintf(sql, sizeof sql, "SELECT *%s FROM main.\"%s\" WHERE run_id = ? ORDER BY %s",
             tables[i].more, tables[i].name, tables[i].order);
    t->select[i] = schema_prepare(t->db, sql, e);
    if (!t->select[i] || !writes) return t->select[i] != NULL;
    t->insert[i] = prepare_insert(t->db, tables[i].name, t->select[i], e);
    return t->insert[i] != NULL;
}

bool tables_open(struct run_tables *out, sqlite3 *db, bool writes, struct err *e)
{
    *out = (struct run_tables){.db = db};
    bool ok = true;
    for (int i = 0; ok && i < RUN_TABLES; i++) ok = prepare_table(out, i, writes, e);
    if (!ok || !writes) return ok;
    out->delete = schema_prepare(db, "DELETE FROM main.run WHERE run_id = ?", e);
    return out->delete != NULL;
}

void tables_close(struct run_tables *t)
{
    for (int i = 0; i < RUN_TABLES; i++) {
        sqlite3_finalize(t->select[i]);
        sqlite3_finalize(t->insert[i]);
    }
    sqlite3_finalize(t->delete);
    *t = (struct run_tables){0};
}

static bool step_done(sqlite3 *db, sqlite3_stmt *s, struct err *e)
{
    bool ok = sqlite3_step(s) == SQLITE_DONE || schema_fault(db, "", e);
    sqlite3_reset(s);
    return ok;
}

static sqlite3_stmt *rows_of(struct run_tables *t, int table, int64_t run_id)
{
    sqlite3_bind_int64(t->select[table], 1, run_id);
    return t->select[table];
}

static bool copy_table(struct run_tables *to, struct run_tables *from, int table, int64_t run_id,
                       struct err *e)
{
    sqlite3_stmt *in = rows_of(from, table, run_id), *out = to->insert[table];
    bool          ok = true;
    int           code = SQLITE_DONE;
    while (ok && (code = sqlite3_step(in)) == SQLITE_ROW) {
        for (int c = 0; c < sqlite3_column_count(in); c++)
            sqlite3_bind_value(out, c + 1, sqlite3_column_value(in, c));
        ok = step_done(to->db, out, e);
    }
    if (ok && code != SQLITE_DONE) ok = schema_fault(from->db, "", e);
    sqlite3_reset(in);
    sqlite3_clear_bindings(out);
    return ok;
}

bool tables_copy(struct run_tables *to, struct run_tables *from, int64_t run_id, struct err *e)
{
    sqlite3_bind_int64(to->delete, 1, run_id);
    bool ok = step_done(to->db, to->delete, e);
    for (int i = 0; ok && i < RUN_TABLES; i++) ok = copy_table(to, from, i, run_id, e);
    return ok;
}

static bool is_time(const char *column)
{
    return !strcmp(column, "started_utc") || !strcmp(column, "wall_s") ||
           !strcmp(column, "planning_s");
}

static bool same_value(sqlite3_stmt *x, sqlite3_stmt *y, int column)
{
    int type = sqlite3_column_type(x, column);
    if (type != sqlite3_column_type(y, column)) return false;
    if (type == SQLITE_NULL) return true;
    if (type == SQLITE_INTEGER)
        return sqlite3_column_int64(x, column) == sqlite3_column_int64(y, column);
    if (type == SQLITE_FLOAT)
        return sqlite3_column_double(x, column) == sqlite3_column_double(y, column);
    const void *a = sqlite3_column_blob(x, column), *b = sqlite3_column_blob(y, column);
    int         length = sqlite3_column_bytes(x, column);
    return length == sqlite3_column_bytes(y, column) &&
           (length == 0 || !memcmp(a, b, (size_t)length));
}

static bool same_row(sqlite3_stmt *x, sqlite3_stmt *y)
{
    bool same = sqlite3_column_count(x) == sqlite3_column_count(y);
    for (int c = 0; same && c < sqlite3_column_count(x); c++)
        same = is_time(sqlite3_column_name(x, c)) || same_value(x, y, c);
    return same;
}

static bool same_table(struct run_tables *x, struct run_tables *y, int table, int64_t run_id,
                       bool *same, struct err *e)
{
    sqlite3_stmt *in = rows_of(x, table, run_id), *out = rows_of(y, table, run_id);
    int           one = SQLITE_ROW, other = SQLITE_ROW;
    while (*same && one == SQLITE_ROW && other == SQLITE_ROW) {
        one = sqlite3_step(in);
        other = sqlite3_step(out);
        *same = one == other && (one != SQLITE_ROW || same_row(in, out));
    }
    bool ok = true;
    if (one != SQLITE_ROW && one != SQLITE_DONE) ok = schema_fault(x->db, "", e);
    if (other != SQLITE_ROW && other != SQLITE_DONE) ok = schema_fault(y->db, "", e);
    sqlite3_reset(in);
    sqlite3_reset(out);
    return ok;
}

bool tables_same(struct run_tables *x, struct run_tables *y, int64_t run_id, bool *same,
                 struct err *e)
{
    bool ok = true;
    *same = true;
    for (int i = 0; ok && *same && i < RUN_TABLES; i++) ok = same_table(x, y, i, run_id, same, e);
    return ok;
}
