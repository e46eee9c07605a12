#include "results/figure/query.h"

#include <string.h>

#include "results/schema.h"

bool query_run(sqlite3 *db, const char *sql, struct err *e)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || schema_fault(db, "query", e);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, const char *one, const char *two)
{
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK) return NULL;
    const int values = sqlite3_bind_parameter_count(q);
    if (values >= 1) sqlite3_bind_text(q, 1, one, -1, SQLITE_STATIC);
    if (values >= 2) sqlite3_bind_text(q, 2, two, -1, SQLITE_STATIC);
    return q;
}

bool query_bound(sqlite3 *db, const char *sql, const char *one, const char *two, struct err *e)
{
    sqlite3_stmt *q = prepare(db, sql, one, two);
    bool          ok = (q && sqlite3_step(q) == SQLITE_DONE) || schema_fault(db, "query", e);
    sqlite3_finalize(q);
    return ok;
}

bool query_texts(sqlite3 *db, struct arena *a, const char *sql, const char *one, struct texts *out,
                 struct err *e)
{
    sqlite3_stmt *q = prepare(db, sql, one, NULL);
    uint32_t      capacity = 0;
    int           code = SQLITE_ERROR;
    *out = (struct texts){0};
    while (q && (code = sqlite3_step(q)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(q, 0);
        out->text = arena_grow(a, out->text, &capacity, out->count + 1, sizeof *out->text);
        out->text[out->count++] = arena_string(a, text ? text : "");
    }
    bool ok = code == SQLITE_DONE || schema_fault(db, "query", e);
    sqlite3_finalize(q);
    return ok;
}

bool texts_have(const struct texts *texts, const char *text)
{
    for (uint32_t i = 0; i < texts->count; i++)
        if (strcmp(texts->text[i], text) == 0) return true;
    return false;
}
