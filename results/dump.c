// The name is looked up among the tables and views of the file before it becomes part of a
// statement, and then stands quoted. Where runs are chosen, each is bound in turn, so their number
// has no limit, and rows come run by run.
#include "results/dump.h"

#include <string.h>

#include "results/field.h"
#include "results/schema.h"

static bool fault(sqlite3 *db, const struct dump *d, struct err *e)
{
    return schema_fault(db, d->name, e);
}

// Text of one value, from the arena; "" if there is none. false: e says why.
static bool look_up(sqlite3 *db, struct arena *a, const char *sql, const char *name,
                    const char **out, struct err *e)
{
    sqlite3_stmt *q = NULL;
    *out = "";
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK) return schema_fault(db, "", e);
    if (name) sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
    int code = sqlite3_step(q);
    if (code == SQLITE_ROW && sqlite3_column_text(q, 0))
        *out = arena_string(a, (const char *)sqlite3_column_text(q, 0));
    bool ok = code == SQLITE_ROW || code == SQLITE_DONE || schema_fault(db, "", e);
    sqlite3_finalize(q);
    return ok;
}

#define TABLES                                                                                     \
    "(SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')"                        \
    " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name)"

static bool check_name(sqlite3 *db, struct arena *a, const struct dump *d, bool *is_usage,
                       struct err *e)
{
    const char *found, *all;
    if (!look_up(db, a, "SELECT name FROM " TABLES " WHERE name = ?", d->name, &found, e) ||
        !look_up(db, a, "SELECT group_concat(name, ', ') FROM " TABLES, NULL, &all, e))
        return false;
    if (*found) return true;
    *is_usage = true;
    return err_add(e, "want a table or a view (%s), have \"%.60s\"", all, d->name);
}

static bool check_runs(sqlite3 *db, struct arena *a, const struct dump *d, bool *is_usage,
                       struct err *e)
{
    const char *found;
    if (!d->run_count) return true;
    if (!look_up(db, a, "SELECT name FROM pragma_table_info(?) WHERE name = 'run_id'", d->name,
                 &found, e))
        return false;
    *is_usage = true;
    if (!*found) return err_add(e, "--run: %s has no column run_id", d->name);
    for (uint32_t i = 0; i < d->run_count; i++) {
        const char *id = arena_format(a, "%lld", (long long)d->runs[i]);
        if (!look_up(db, a, "SELECT run_id FROM run WHERE run_id = CAST(? AS INTEGER)", id, &found,
                     e))
            return false;
        if (!*found) err_add(e, "--run: want a run of the database, have %s", id);
    }
    *is_usage = e->fault_count > 0;
    return e->fault_count == 0;
}

static void csv_value(FILE *out, sqlite3_stmt *q, int column)
{
    const void *bytes;
    switch (sqlite3_column_type(q, column)) {
    case SQLITE_INTEGER: fprintf(out, "%lld", (long long)sqlite3_column_int64(q, column)); break;
    case SQLITE_FLOAT: field_real(out, sqlite3_column_double(q, column)); break;
    case SQLITE_TEXT:
        bytes = sqlite3_column_text(q, column); // before its length is asked for
        field_csv_text(out, bytes, (size_t)sqlite3_column_bytes(q, column));
        break;
    case SQLITE_BLOB:
        bytes = sqlite3_column_blob(q, column);
        fputs("X'", out);
        field_hex(out, bytes, (size_t)sqlite3_column_bytes(q, column));
        fputc('\'', out);
        break;
    default: break; // NULL
    }
}

static void json_bytes(FILE *out, const void *bytes, size_t length)
{
    fputs("{\"hex\":\"", out);
    field_hex(out, bytes, length);
    fputs("\"}", out);
}

static void json_text(FILE *out, sqlite3_stmt *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    size_t      length = (size_t)sqlite3_column_bytes(q, column);
    if (field_is_utf8(text, length))
        field_json_text(out, text, length);
    else
        json_bytes(out, text, length);
}

static void json_value(FILE *out, sqlite3_stmt *q, int column)
{
    const void *bytes;
    switch (sqlite3_column_type(q, column)) {
    case SQLITE_INTEGER: fprintf(out, "%lld", (long long)sqlite3_column_int64(q, column)); break;
    case SQLITE_FLOAT: field_real(out, sqlite3_column_double(q, column)); break;
    case SQLITE_TEXT: json_text(out, q, column); break;
    case SQLITE_BLOB:
        bytes = sqlite3_column_blob(q, column);
        json_bytes(out, bytes, (size_t)sqlite3_column_bytes(q, column));
        break;
    default: fputs("null", out); break;
    }
}

static void csv_row(FILE *out, sqlite3_stmt *q, int columns)
{
    for (int c = 0; c < columns; c++) {
        if (c) fputc(',', out);
        csv_value(out, q, c);
    }
    fputs("\r\n", out);
}

static void csv_names(FILE *out, sqlite3_stmt *q, int columns)
{
    for (int c = 0; c < columns; c++) {
        const char *name = sqlite3_column_name(q, c);
        if (c) fputc(',', out);
        field_csv_text(out, name, strlen(name));
    }
    fputs("\r\n", out);
}

static void json_row(FILE *out, sqlite3_stmt *q, int columns)
{
    for (int c = 0; c < columns; c++) {
        const char *name = sqlite3_column_name(q, c);
        fputc(c ? ',' : '{', out);
        field_json_text(out, name, strlen(name));
        fputc(':', out);
        json_value(out, q, c);
    }
    fputs("}\n", out);
}

static bool write_rows(sqlite3 *db, const struct dump *d, sqlite3_stmt *q, FILE *out,
                       uint64_t *rows, struct err *e)
{
    int columns = sqlite3_column_count(q), code;
    while ((code = sqlite3_step(q)) == SQLITE_ROW) {
        if (d->format == DUMP_CSV)
            csv_row(out, q, columns);
        else
            json_row(out, q, columns);
        if (ferror(out)) return true; // told by who closes the file
        if (d->interrupted && *d->interrupted) return err_add(e, "%s: interrupted", d->name);
        ++*rows;
    }
    return code == SQLITE_DONE || fault(db, d, e);
}

static bool write_table(sqlite3 *db, const struct dump *d, FILE *out, uint64_t *rows, struct err *e)
{
    char *sql =
        sqlite3_mprintf("SELECT * FROM \"%w\"%s", d->name, d->run_count ? " WHERE run_id = ?" : "");
    sqlite3_stmt *q = NULL;
    bool          ok = sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK || fault(db, d, e);
    if (ok && d->format == DUMP_CSV) csv_names(out, q, sqlite3_column_count(q));
    if (ok && !d->run_count) ok = write_rows(db, d, q, out, rows, e);
    for (uint32_t i = 0; ok && i < d->run_count; i++) {
        sqlite3_reset(q);
        sqlite3_bind_int64(q, 1, d->runs[i]);
        ok = write_rows(db, d, q, out, rows, e);
    }
    sqlite3_finalize(q);
    sqlite3_free(sql);
    return ok;
}

bool dump_rows(sqlite3 *db, const struct dump *d, FILE *out, uint64_t *rows, bool *is_usage,
               struct err *e)
{
    struct arena a = {0};
    *rows = 0;
    *is_usage = false;
    bool ok = check_name(db, &a, d, is_usage, e) && check_runs(db, &a, d, is_usage, e) &&
              write_table(db, d, out, rows, e);
    arena_free(&a);
    return ok;
}
