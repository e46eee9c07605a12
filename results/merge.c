// Every input is looked at twice: all of them before anything is written, so that all faults are
// told at once and OUT is not even opened for nothing; then one after another inside the
// transaction, because a shard may still be growing. One at a time is open: there may be thousands.
// A new OUT is made beside its name and then renamed.
#include "results/merge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/schema.h"
#include "results/tables.h"

enum { IDENTITY_PARTS = 4 };

// What inputs must agree in, one text each, with how to say it. Documents come as one text too.
static const struct {
    const char *what, *sql, *hint;
} identity_parts[IDENTITY_PARTS] = {
    {"scenario", "SELECT DISTINCT scenario FROM main.run", ""},
    {"profile",
     "SELECT DISTINCT ifnull(profile, '') || ' ' || ifnull(profile_sha256, '') FROM main.run", ""},
    {"fogsim_version", "SELECT DISTINCT ifnull(fogsim_version, '') FROM main.run",
     ": run the shards again with one version"},
    {"documents",
     "SELECT group_concat(name || ': ' || text, char(10)) FROM (SELECT * FROM main.document ORDER "
     "BY "
     "name)",
     ": only parts of one and the same sweep can be merged"},
};

struct identity {
    const char *path; // of the database that it was read from; NULL: none yet
    const char *parts[IDENTITY_PARTS];
};

struct merge {
    struct arena        *a;
    const char          *out;
    struct identity      first; // what all must agree with
    sqlite3             *db;    // of OUT, in a transaction
    struct run_tables    tables;
    sqlite3_stmt        *status, *origin, *mark; // of a run in OUT; which file it came from
    const volatile int  *interrupted;
    struct merge_result *result;
};

// The faults of one file behind those of others; `path` in front of each. NULL: they name it.
static bool tell(struct err *e, struct err *own, const char *path)
{
    if (path) err_wrap(own, "%s", path);
    for (char *line = strtok(own->text, "\n"); line; line = strtok(NULL, "\n"))
        err_add(e, "%s", line);
    return false;
}

static bool execute(sqlite3 *db, const char *sql, struct err *e)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || schema_fault(db, "", e);
}

// The one row of a query, as text in `a`; NULL: it has none, or a null.
static bool read_text(sqlite3 *db, const char *sql, struct arena *a, const char **out,
                      uint32_t *rows, struct err *e)
{
    sqlite3_stmt *s = schema_prepare(db, sql, e);
    int           code = s ? sqlite3_step(s) : SQLITE_ERROR;
    *out = NULL;
    for (*rows = 0; code == SQLITE_ROW && *rows < 2; ++*rows) {
        const char *text = (const char *)sqlite3_column_text(s, 0);
        if (text && *rows == 0) *out = arena_string(a, text);
        code = sqlite3_step(s);
    }
    bool ok = s && (code == SQLITE_DONE || code == SQLITE_ROW);
    if (s && !ok) schema_fault(db, "", e);
    sqlite3_finalize(s);
    return ok;
}

static bool read_identity(sqlite3 *db, const char *path, struct arena *a, struct identity *out,
                          struct err *e)
{
    out->path = path;
    for (int i = 0; i < IDENTITY_PARTS; i++) {
        uint32_t rows;
        if (!read_text(db, identity_parts[i].sql, a, &out->parts[i], &rows, e)) return false;
        if (rows > 1)
            return err_add(e, "%s: want one for all runs, have several", identity_parts[i].what);
    }
    return true;
}

static bool same_identity(const struct identity *want, const struct identity *have, struct err *e)
{
    bool same = true;
    for (int i = 0; i < IDENTITY_PARTS; i++) {
        const char *x = want->parts[i] ? want->parts[i] : "",
                   *y = have->parts[i] ? have->parts[i] : "";
        if (!strcmp(x, y)) continue;
        same = i + 1 == IDENTITY_PARTS // too long to be shown
                   ? err_add(e, "%s: want those of %s, have others%s", identity_parts[i].what,
                             want->path, identity_parts[i].hint)
                   : err_add(e, "%s: want %s, as in %s, have %s%s", identity_parts[i].what, x,
                             want->path, y, identity_parts[i].hint);
    }
    return same;
}

static bool read_version(sqlite3 *db, struct err *e)
{
    struct arena a = {0};
    const char  *text;
    uint32_t     rows;
    bool         ok = read_text(db, "PRAGMA user_version", &a, &text, &rows, e);
    if (ok && (!text || strcmp(text, "3") != 0))
        ok = err_add(e, "want schema version %d, have version %s of an older fogsim: run it again",
                     SCHEMA_VERSION, text ? text : "0");
    arena_free(&a);
    return ok;
}

static uint64_t count_runs(sqlite3 *db)
{
    sqlite3_stmt *s = NULL;
    uint64_t      count = 0;
    if (sqlite3_prepare_v2(db, "SELECT count(*) FROM main.run", -1, &s, NULL) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW)
        count = (uint64_t)sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return count;
}

// One moment of a database that may be merged with those before. NULL: e says why not.
static sqlite3 *open_part(struct merge *m, const char *path, uint64_t *runs, struct err *e)
{
    struct err      own = {0};
    struct identity identity;
    sqlite3        *db = schema_open_read(path, &own); // names the file itself
    if (!db) return tell(e, &own, NULL), NULL;
    bool ok = execute(db, "BEGIN", &own) && read_version(db, &own) && tables_check(db, &own) &&
              read_identity(db, path, m->a, &identity, &own);
    *runs = ok ? count_runs(db) : 0;
    if (ok && *runs && m->first.path) ok = same_identity(&m->first, &identity, &own);
    if (ok && *runs && !m->first.path) m->first = identity;
    if (ok) return db;
    tell(e, &own, path);
    sqlite3_close(db);
    return NULL;
}

// ---- one run

enum taking { TAKE, KNOWN, CONFLICT };

static int64_t origin_of(struct merge *m, int64_t run_id)
{
    sqlite3_reset(m->origin);
    sqlite3_bind_int64(m->origin, 1, run_id);
    return sqlite3_step(m->origin) == SQLITE_ROW ? sqlite3_column_int64(m->origin, 0) : -1;
}

static bool mark_origin(struct merge *m, int64_t run_id, uint32_t input, struct err *e)
{
    sqlite3_reset(m->mark);
    sqlite3_bind_int64(m->mark, 1, run_id);
    sqlite3_bind_int64(m->mark, 2, input);
    return sqlite3_step(m->mark) == SQLITE_DONE || schema_fault(m->db, "", e);
}

static const char status_sql[] = "SELECT status, scenario, point, scheme, model, seed, replication "
                                 "FROM main.run WHERE run_id = ?";

static bool find_run(sqlite3_stmt *s, int64_t run_id)
{
    sqlite3_reset(s);
    sqlite3_bind_int64(s, 1, run_id);
    return sqlite3_step(s) == SQLITE_ROW;
}

static const char *text_at(sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    return text ? text : "";
}

static bool is_done(sqlite3_stmt *s)
{
    return !strcmp(text_at(s, 0), "done");
}

// What to do with a run that OUT may hold already.
static bool judge(struct merge *m, struct run_tables *from, sqlite3_stmt *theirs, int64_t run_id,
                  enum taking *out, struct err *e)
{
    *out = TAKE;
    if (!find_run(m->status, run_id)) return true;
    if (!find_run(theirs, run_id)) return schema_fault(from->db, "", e);
    for (int c = 1; c < sqlite3_column_count(theirs); c++)
        if (strcmp(text_at(m->status, c), text_at(theirs, c)) != 0) *out = CONFLICT;
    bool ours = is_done(m->status), other = is_done(theirs), same;
    if (*out == CONFLICT || (!ours && other)) return true;
    *out = KNOWN;
    if (!ours || !other) return true; // failed or cut short: either will do
    if (!tables_same(&m->tables, from, run_id, &same, e)) return false;
    if (!same) *out = CONFLICT;
    return true;
}

static bool merge_run(struct merge *m, struct run_tables *from, sqlite3_stmt *theirs,
                      int64_t run_id, uint32_t input, struct err *e)
{
    enum taking what;
    if (*m->interrupted) return err_add(e, "interrupted; %s is as it was", m->out);
    if (!judge(m, from, theirs, run_id, &what, e)) return false;
    if (what == KNOWN) return true;
    if (what == CONFLICT) {
        int64_t origin = origin_of(m, run_id);
        return err_add(e, "run %lld: want that of %s, have another with the same run_id",
                       (long long)run_id, origin < 0 ? m->out : m->result->inputs[origin].path);
    }
    sqlite3_reset(m->status); // a reader of the row would hold its deletion up
    m->result->inputs[input].taken++;
    return tables_copy(&m->tables, from, run_id, e) && mark_origin(m, run_id, input, e);
}

static bool merge_runs(struct merge *m, sqlite3 *db, uint32_t input, struct err *e)
{
    struct run_tables from = {0};
    sqlite3_stmt     *theirs = NULL, *ids = NULL;
    bool ok = tables_open(&from, db, false, e) && (theirs = schema_prepare(db, status_sql, e)) &&
              (ids = schema_prepare(db, "SELECT run_id FROM main.run ORDER BY 1", e));
    int code = SQLITE_DONE;
    while (ok && (code = sqlite3_step(ids)) == SQLITE_ROW)
        ok = sqlite3_column_type(ids, 0) == SQLITE_INTEGER
                 ? merge_run(m, &from, theirs, sqlite3_column_int64(ids, 0), input, e)
                 : err_add(e, "table run: want run_id an integer");
    if (ok && code != SQLITE_DONE) ok = schema_fault(db, "", e);
    sqlite3_finalize(ids);
    sqlite3_finalize(theirs);
    tables_close(&from);
    return ok;
}

// ---- all inputs

static const char documents_sql[] = "INSERT OR REPLACE INTO main.document VALUES(?,?,?)";

static bool copy_documents(struct merge *m, sqlite3 *db, struct err *e)
{
    sqlite3_stmt *in = schema_prepare(db, "SELECT name, sha256, text FROM main.document", e);
    sqlite3_stmt *out = in ? schema_prepare(m->db, documents_sql, e) : NULL;
    bool          ok = out != NULL;
    int           code = SQLITE_DONE;
    while (ok && (code = sqlite3_step(in)) == SQLITE_ROW) {
        for (int c = 0; c < 3; c++) sqlite3_bind_value(out, c + 1, sqlite3_column_value(in, c));
        ok = sqlite3_step(out) == SQLITE_DONE || schema_fault(m->db, "", e);
        sqlite3_reset(out);
    }
    if (ok && code != SQLITE_DONE) ok = schema_fault(db, "", e);
    sqlite3_finalize(in);
    sqlite3_finalize(out);
    return ok;
}

static bool merge_input(struct merge *m, uint32_t input, struct err *e)
{
    struct merge_input *in = &m->result->inputs[input];
    struct err          own = {0};
    sqlite3            *db = open_part(m, in->path, &in->runs, e);
    if (!db) return false;
    bool ok = !in->runs || (copy_documents(m, db, &own) && merge_runs(m, db, input, &own));
    sqlite3_close(db);
    return ok || tell(e, &own, in->path);
}

static bool merge_inputs(struct merge *m, struct err *e)
{
    bool ok = true;
    for (uint32_t i = 0; ok && i < m->result->input_count; i++)
        ok = m->result->inputs[i].is_out || merge_input(m, i, e);
    return ok;
}

static bool read_result(struct merge *m, struct err *e)
{
    struct merge_result *r = m->result;
    uint32_t             rows;
    r->run_count = count_runs(m->db);
    r->done_runs = ARENA_ARRAY(m->a, int64_t, (size_t)r->run_count);
    if (!read_text(m->db, "SELECT text FROM main.document WHERE name = 'settings'", m->a,
                   &r->settings, &rows, e))
        return false;
    sqlite3_stmt *s =
        schema_prepare(m->db, "SELECT run_id FROM main.run WHERE status = 'done' ORDER BY 1", e);
    while (s && sqlite3_step(s) == SQLITE_ROW && r->done_count < r->run_count)
        r->done_runs[r->done_count++] = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return s != NULL;
}

static bool begin(struct merge *m, struct err *e)
{
    const char *sql = "CREATE TEMP TABLE origin(run_id INTEGER PRIMARY KEY, input INTEGER);"
                      "BEGIN IMMEDIATE";
    return execute(m->db, sql, e) && tables_open(&m->tables, m->db, true, e) &&
           (m->status = schema_prepare(m->db, status_sql, e)) &&
           (m->origin =
                schema_prepare(m->db, "SELECT input FROM temp.origin WHERE run_id = ?", e)) &&
           (m->mark = schema_prepare(m->db, "INSERT OR REPLACE INTO temp.origin VALUES(?,?)", e));
}

static bool merge_into(struct merge *m, const char *path, struct err *e)
{
    struct err own = {0}; // of OUT
    bool       created, ok;
    m->db = schema_open_write(path, &created, e);
    if (!m->db) return false;
    ok = begin(m, &own) && merge_inputs(m, e) && read_result(m, &own);
    sqlite3_finalize(m->status);
    sqlite3_finalize(m->origin);
    sqlite3_finalize(m->mark);
    tables_close(&m->tables);
    ok = ok && execute(m->db, "COMMIT", &own);
    if (!ok) sqlite3_exec(m->db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(m->db);
    return ok || !own.length ? ok : tell(e, &own, m->out);
}

static bool make_new(struct merge *m, struct err *e)
{
    const char *beside = arena_format(m->a, "%s.%ld.part", m->out, (long)getpid());
    bool        ok = merge_into(m, beside, e);
    if (ok && rename(beside, m->out) != 0)
        ok = err_add(e, "%s: cannot rename %s: %s", m->out, beside, strerror(errno));
    if (!ok) schema_remove(beside);
    return ok;
}

static bool is_same_file(const struct stat *x, const char *path)
{
    struct stat y;
    return stat(path, &y) == 0 && x->st_dev == y.st_dev && x->st_ino == y.st_ino;
}

// Looks at OUT and every input, and reports the faults of all.
static bool check_parts(struct merge *m, bool exists, const struct stat *out, struct err *e)
{
    bool     ok = true;
    sqlite3 *db = NULL;
    if (exists) {
        ok = (db = open_part(m, m->out, &m->result->found_count, e)) != NULL;
        sqlite3_close(db);
    }
    for (uint32_t i = 0; i < m->result->input_count; i++) {
        struct merge_input *in = &m->result->inputs[i];
        in->is_out = exists && is_same_file(out, in->path);
        if (in->is_out) continue;
        db = open_part(m, in->path, &in->runs, e);
        ok = ok && db;
        sqlite3_close(db);
    }
    return ok;
}

bool merge_databases(const char *out, const char *const *in, uint32_t count,
                     const volatile int *interrupted, struct arena *a, struct merge_result *result,
                     struct err *e)
{
    struct merge m = {.a = a, .out = out, .interrupted = interrupted, .result = result};
    struct stat  s = {0};
    bool         exists = stat(out, &s) == 0 && !(S_ISREG(s.st_mode) && s.st_size == 0);
    *result = (struct merge_result){ARENA_ARRAY(a, struct merge_input, count), count};
    for (uint32_t i = 0; i < count; i++) result->inputs[i].path = in[i];
    if (!check_parts(&m, exists, &s, e)) return false;
    if (!m.first.path) return err_add(e, "%s: want runs to merge, have none", in[0]);
    return exists ? merge_into(&m, out, e) : make_new(&m, e);
}
