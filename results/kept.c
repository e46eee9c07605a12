#include "results/kept.h"

#include <string.h>
#include <sys/stat.h>

#include "results/schema.h"

static void add_run(struct kept *k, struct arena *a, uint32_t *room, sqlite3_stmt *q)
{
    k->runs = arena_grow(a, k->runs, room, k->run_count + 1, sizeof *k->runs);
    k->runs[k->run_count++] =
        (struct kept_run){sqlite3_column_int64(q, 0), sqlite3_column_int(q, 1) != 0};
}

static void add_document(struct kept *k, struct arena *a, uint32_t *room, sqlite3_stmt *q)
{
    const char *name = (const char *)sqlite3_column_text(q, 0);
    const char *text = (const char *)sqlite3_column_text(q, 1);
    if (!name || !text) return;
    k->documents = arena_grow(a, k->documents, room, k->document_count + 1, sizeof *k->documents);
    k->documents[k->document_count++] =
        (struct kept_document){arena_string(a, name), arena_string(a, text)};
}

typedef void add_row(struct kept *k, struct arena *a, uint32_t *room, sqlite3_stmt *q);

static bool read_rows(sqlite3 *db, const char *sql, add_row *add, struct kept *k, struct arena *a,
                      const char *path, struct err *e)
{
    sqlite3_stmt *q = NULL;
    uint32_t      room = 0;
    int           code = sqlite3_prepare_v2(db, sql, -1, &q, NULL);
    if (code == SQLITE_OK)
        while ((code = sqlite3_step(q)) == SQLITE_ROW) add(k, a, &room, q);
    bool ok = code == SQLITE_DONE || schema_fault(db, path, e);
    sqlite3_finalize(q);
    return ok;
}

// An older database has no documents.
static bool has_documents(sqlite3 *db)
{
    sqlite3_stmt *q = NULL;
    bool          ok = sqlite3_prepare_v2(db, "SELECT 1 FROM document", -1, &q, NULL) == SQLITE_OK;
    sqlite3_finalize(q);
    return ok;
}

bool kept_read(struct kept *out, struct arena *a, const char *path, struct err *e)
{
    struct stat s;
    *out = (struct kept){0};
    if (stat(path, &s) != 0) return true; // store_open says what else is wrong, of "" too
    if (S_ISREG(s.st_mode) && s.st_size == 0) return true;
    sqlite3 *db = schema_open_read(path, e);
    if (!db) return false;
    bool ok = read_rows(db, "SELECT run_id, status = 'done' FROM run ORDER BY run_id", add_run, out,
                        a, path, e);
    if (ok && has_documents(db))
        ok = read_rows(db, "SELECT name, text FROM document", add_document, out, a, path, e);
    sqlite3_close(db);
    return ok;
}

const char *kept_document(const struct kept *k, const char *name)
{
    for (uint32_t i = 0; i < k->document_count; i++)
        if (!strcmp(k->documents[i].name, name)) return k->documents[i].text;
    return NULL;
}
