// Rows (store_rows.c) go in through prepared statements inside a transaction, or onto a tape, as
// records whose tag is the statement. What is text in a row (names, kinds) stays with the caller
// until the commit, so it is bound without a copy. The log is written back into the file when the
// store closes, so that one file remains.
#include "results/store.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "results/schema.h"
#include "results/store_inside.h"

#define UPDATE_RUN_SQL                                                                             \
    "UPDATE run SET wall_s = ?2, planning_s = ?3, simulated_s = ?4, events = ?5, tasks = ?6, "     \
    "status = ?7, error = ?8 WHERE run_id = ?1"

static const char *const statement_sql[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [SAVEPOINT] = "SAVEPOINT run",
    [RELEASE] = "RELEASE run",
    [GO_BACK] = "ROLLBACK TO run",
    [DATA_VERSION] = "PRAGMA data_version",
    [VALUE] = "SELECT mean, p50, p95, p99 FROM summary WHERE run_id = ? AND metric = ? AND "
              "ifnull(layer, -1) = -1",
    [DELETE_RUN] = "DELETE FROM run WHERE run_id = ?",
    [DELETE_ALL] = "DELETE FROM run",
    [DELETE_DOCUMENTS] = "DELETE FROM document",
    [DOCUMENT] = "INSERT OR REPLACE INTO document VALUES(?,?,?)",
    [INSERT_RUN] =
        "INSERT INTO run VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,NULL,NULL,NULL,NULL,NULL,?,NULL)",
    [UPDATE_RUN] = UPDATE_RUN_SQL,
    [TASK] = "INSERT INTO task VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [LAYER] = "INSERT INTO layer VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [OP] = "INSERT INTO op VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [NODE] = "INSERT INTO node VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [LINK] = "INSERT INTO link VALUES(?,?,?,?,?,?,?,?,?,?,?)",
    [MATCH] = "INSERT INTO \"match\" VALUES(?,?,?,?,?,?)",
    [SUMMARY] =
        "INSERT INTO summary(run_id, layer, metric, n, mean, sd, p50, p95, p99, ci95, p50_ci95, "
        "p95_ci95, p99_ci95, rowid) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [METRIC] = "INSERT INTO metric VALUES(?,?,?)",
    [WARMUP] = "INSERT OR IGNORE INTO metric VALUES(?,'warmup_tasks',?)",
    [QUEUE] = "INSERT INTO queue_sample VALUES(?,?,?,?)",
    [OCCUPANCY] = "INSERT INTO occupancy VALUES(?,?,?,?)",
};

const char *const job_status_names[JOB_STATUS_COUNT] = {
    [JOB_DONE] = "done",
    [JOB_LATE] = "late",
    [JOB_DROPPED] = "dropped",
    [JOB_LOST] = "lost",
    [JOB_INFEASIBLE] = "infeasible",
    [JOB_UNFINISHED] = "unfinished",
};

static bool fault(struct store *s, struct err *e)
{
    return schema_fault(s->db, s->path, e);
}

struct row store_row_begin(struct store *s, enum statement which)
{
    assert(s->in_run);
    struct row r = {s->statements[which], s->db ? NULL : &s->tape, 1};
    if (r.tape) tape_begin(r.tape, (uint8_t)which);
    row_int(&r, s->info.run_id);
    return r;
}

bool store_row_end(struct store *s, struct row *r, struct err *e)
{
    if (r->tape) return tape_end(r->tape, e);
    assert(r->next == sqlite3_bind_parameter_count(r->s) + 1);
    if (sqlite3_step(r->s) == SQLITE_DONE && sqlite3_reset(r->s) == SQLITE_OK) return true;
    fault(s, e); // before the reset forgets it
    sqlite3_reset(r->s);
    return false;
}

static bool run_statement(struct store *s, enum statement which, struct err *e)
{
    struct row r = {s->statements[which], NULL, 1};
    return store_row_end(s, &r, e);
}

static bool add_run(struct store *s, const struct run_info *info, struct err *e)
{
    struct row r = store_row_begin(s, INSERT_RUN);
    row_text(&r, info->scenario);
    row_text(&r, info->scenario_sha256);
    row_text(&r, info->point);
    row_text(&r, info->scheme);
    row_text(&r, info->model);
    row_int(&r, (int64_t)info->seed);
    row_int(&r, info->replication);
    row_text(&r, info->profile);
    row_text(&r, info->profile_sha256);
    row_text(&r, info->cost_source);
    row_text(&r, info->fogsim_version);
    row_text(&r, info->started_utc);
    row_text(&r, "unfinished"); // UPDATE_RUN gives this and what is NULL
    return store_row_end(s, &r, e);
}

void store_document(struct store *s, const char *name, const char *text)
{
    assert(s->document_count < DOCUMENTS_MAX);
    s->documents[s->document_count++] = (struct document){name, text};
}

static bool add_documents(struct store *s, struct err *e)
{
    for (uint32_t i = 0; i < s->document_count; i++) {
        const struct document *d = &s->documents[i];
        char                   sha256[DIGEST_TEXT_BYTES];
        struct row             r = {s->statements[DOCUMENT], NULL, 1};
        digest_text(d->text, strlen(d->text), sha256);
        row_text(&r, d->name);
        row_text(&r, sha256);
        row_text(&r, d->text);
        if (!store_row_end(s, &r, e)) return false;
    }
    return true;
}

static int data_version(struct store *s)
{
    sqlite3_stmt *q = s->statements[DATA_VERSION];
    int           version = sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_int(q, 0) : -1;
    sqlite3_reset(q);
    return version;
}

// Runs that are gathered are the runs of one sweep: another's must not come among them.
static bool is_only_writer(struct store *s, struct err *e)
{
    return s->share_s == 0 || data_version(s) == s->data_version ||
           err_add(e, "%s: want one process that writes, have another that wrote meanwhile",
                   s->path);
}

// SQLite may have taken a transaction back by itself (a full disk), with all runs in it.
static bool begin_transaction(struct store *s, struct err *e)
{
    if (s->in_transaction && sqlite3_get_autocommit(s->db))
        return err_add(e, "%s: the last runs could not be written", s->path);
    if (!s->in_transaction) {
        if (!run_statement(s, BEGIN, e)) return false;
        s->in_transaction = true;
        s->due_s = clock_wall_s() + s->share_s;
        if (!is_only_writer(s, e)) return false;
    }
    return s->share_s == 0 || run_statement(s, SAVEPOINT, e);
}

// A run begins with what was there under its id.
static bool begin_run(struct store *s, int64_t run_id, struct err *e)
{
    if (s->db && !begin_transaction(s, e)) return false;
    s->in_run = true;
    s->info.run_id = run_id;
    if (!s->db) return true;
    if (s->replaces_all &&
        (!run_statement(s, DELETE_ALL, e) || !run_statement(s, DELETE_DOCUMENTS, e)))
        return false;
    if (!add_documents(s, e)) return false;
    struct row old = store_row_begin(s, DELETE_RUN);
    return store_row_end(s, &old, e);
}

bool store_flush(struct store *s, struct err *e)
{
    assert(!s->in_run);
    if (!s->in_transaction) return true;
    if (!run_statement(s, COMMIT, e)) return false;
    s->in_transaction = false;
    return true;
}

void store_gather(struct store *s, double seconds)
{
    s->share_s = seconds;
}

static void count(struct store *s, const char *status, const char *error)
{
    bool is_done = !strcmp(status, "done");
    s->tally.done += is_done;
    s->tally.failed += !is_done;
    if (!is_done && !s->tally.first_error)
        s->tally.first_error = arena_string(&s->memory, error ? error : status);
}

struct store_tally store_tally(const struct store *s)
{
    return s->tally;
}

static bool end_transaction(struct store *s, struct err *e)
{
    if (s->share_s > 0 && !run_statement(s, RELEASE, e)) return false;
    s->in_run = false;
    if (s->share_s == 0 || clock_wall_s() >= s->due_s) s->in_run = !store_flush(s, e);
    return !s->in_run;
}

static bool end_run(struct store *s, const char *status, const char *error, struct err *e)
{
    if (!(s->db ? end_transaction(s, e) : tape_finish(&s->tape, e))) return false;
    s->replaces_all = false;
    s->document_count = 0;
    s->in_run = false;
    count(s, status, error);
    return true;
}

// The run's row comes first, because the others refer to it, and is completed at the commit.
bool store_begin(struct store *s, const struct run_info *info, struct err *e)
{
    assert(!s->in_run);
    if (info->seed > INT64_MAX) return err_add(e, "%s: want a seed below 2^63", s->path);
    s->info = *info;
    s->warmup_tasks = 0;
    s->summary_rows = 0;
    return begin_run(s, info->run_id, e) && add_run(s, info, e);
}

void store_replace_all(struct store *s)
{
    s->replaces_all = true;
}

bool store_commit(struct store *s, const struct run_end *end, struct err *e)
{
    if (s->warmup_tasks > 0) {
        struct row w = store_row_begin(s, WARMUP);
        row_real(&w, (double)s->warmup_tasks);
        if (!store_row_end(s, &w, e)) return false;
    }
    struct row r = store_row_begin(s, UPDATE_RUN);
    row_real(&r, end->wall_s);
    row_real(&r, end->planning_s);
    row_real(&r, end->simulated_s);
    row_int(&r, (int64_t)end->events);
    row_int(&r, (int64_t)end->tasks);
    row_text(&r, end->status);
    row_text(&r, end->error);
    return store_row_end(s, &r, e) && end_run(s, end->status, end->error, e);
}

// Whoever has a part of the tape is told.
static void forget_tape(struct store *s)
{
    struct err ignored = {0};
    if (tape_forget(&s->tape)) return;
    struct row r = store_row_begin(s, ROLLBACK);
    if (!store_row_end(s, &r, &ignored) || !tape_finish(&s->tape, &ignored)) assert(ignored.length);
}

// Some errors (a full disk) make SQLite roll back by itself; then there is nothing left to do.
static void take_back(struct store *s)
{
    struct err ignored = {0};
    if (sqlite3_get_autocommit(s->db)) return;
    bool ok = s->share_s > 0
                  ? run_statement(s, GO_BACK, &ignored) && run_statement(s, RELEASE, &ignored)
                  : run_statement(s, ROLLBACK, &ignored);
    assert(ok || ignored.length);
    if (s->share_s == 0) s->in_transaction = false;
}

void store_rollback(struct store *s)
{
    if (s->in_run && s->db)
        take_back(s);
    else if (s->in_run)
        forget_tape(s);
    s->in_run = false;
}

// A record begins with its run. Which statements may come is decided by where the run stands.
static bool replay_allowed(const struct store *s, uint8_t tag, uint32_t values)
{
    bool is_row = tag >= INSERT_RUN && tag < STATEMENT_COUNT;
    if (tag == ROLLBACK) return values == 1 && s->in_run;
    return is_row && s->in_run == (tag != INSERT_RUN) &&
           (int)values == sqlite3_bind_parameter_count(s->statements[tag]);
}

// The end of a run: what was bound to its statement says how it ended.
static bool replay_end(struct store *s, const struct tape_value *status,
                       const struct tape_value *error, struct err *e)
{
    struct arena a = {0};
    bool         ok = status->type == TAPE_TEXT || err_add(e, "a tape has a run without a status");
    ok = ok && end_run(s, arena_format(&a, "%.*s", (int)status->length, status->text),
                       error->type == TAPE_TEXT
                           ? arena_format(&a, "%.*s", (int)error->length, error->text)
                           : NULL,
                       e);
    arena_free(&a);
    return ok;
}

static bool replay_record(struct store *s, struct tape_reader *reader, struct err *e)
{
    uint8_t           tag;
    uint32_t          values;
    struct tape_value v, before = {0};
    if (!tape_record(reader, &tag, &values, e)) return false;
    if (!replay_allowed(s, tag, values)) return err_add(e, "a tape has a record out of place");
    if (!tape_value(reader, &v, e)) return false;
    if (v.type != TAPE_INT || (tag != INSERT_RUN && v.integer != s->info.run_id))
        return err_add(e, "a tape has a record of another run");
    if (tag == ROLLBACK) {
        store_rollback(s);
        return true;
    }
    if (tag == INSERT_RUN && !begin_run(s, v.integer, e)) return false;
    struct row r = store_row_begin(s, (enum statement)tag);
    for (uint32_t i = 1; i < values; i++) {
        before = v;
        if (!tape_value(reader, &v, e)) return false;
        row_value(&r, &v);
    }
    return store_row_end(s, &r, e) && (tag != UPDATE_RUN || replay_end(s, &before, &v, e));
}

bool store_replay(struct store *s, const void *tape, size_t length, struct err *e)
{
    struct tape_reader reader;
    bool               ok = tape_open(&reader, tape, length, e);
    while (ok && !tape_at_end(&reader)) ok = replay_record(s, &reader, e);
    return ok;
}

double store_value(struct store *s, int64_t run_id, const char *metric, const char *column)
{
    struct row r = {s->statements[VALUE], NULL, 1};
    double     value = NAN;
    row_int(&r, run_id);
    row_text(&r, metric);
    bool found = sqlite3_step(r.s) == SQLITE_ROW;
    for (int i = 0; found && i < sqlite3_column_count(r.s); i++)
        if (!strcmp(sqlite3_column_name(r.s, i), column) &&
            sqlite3_column_type(r.s, i) != SQLITE_NULL)
            value = sqlite3_column_double(r.s, i);
    sqlite3_reset(r.s);
    return value;
}

bool store_in_run(const struct store *s)
{
    return s->in_run;
}

static bool prepare(struct store *s, struct err *e)
{
    for (int i = 0; i < STATEMENT_COUNT; i++)
        if (sqlite3_prepare_v3(s->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &s->statements[i], NULL) != SQLITE_OK) {
            return err_add(e, "%s: want a fogsim database, have one without its tables: %s",
                           s->path, sqlite3_errmsg(s->db));
        }
    return true;
}

// Runs of other scenarios cannot be compared by point and scheme alone.
static bool same_scenario(struct store *s, const char *scenario, struct err *e)
{
    sqlite3_stmt *q = NULL;
    const char   *sql = "SELECT scenario FROM run WHERE scenario <> ? LIMIT 1";
    int           code = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
    if (code == SQLITE_OK) {
        sqlite3_bind_text(q, 1, scenario, -1, SQLITE_STATIC);
        code = sqlite3_step(q);
    }
    if (code == SQLITE_ROW)
        err_add(e, "%s: holds runs of scenario %s; give another --db", s->path,
                (const char *)sqlite3_column_text(q, 0));
    else if (code != SQLITE_DONE)
        fault(s, e);
    sqlite3_finalize(q);
    return code == SQLITE_DONE;
}

// Last of all, because it marks the file: a refused one stays as it was.
static bool write_ahead(struct store *s, struct err *e)
{
    const char *sql = "PRAGMA journal_mode = WAL";
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || fault(s, e);
}

static bool holds_no_run(struct store *s)
{
    sqlite3_stmt *q = NULL;
    bool none = sqlite3_prepare_v2(s->db, "SELECT 1 FROM run LIMIT 1", -1, &q, NULL) == SQLITE_OK &&
                sqlite3_step(q) == SQLITE_DONE;
    sqlite3_finalize(q);
    return none;
}

struct store *store_open(const char *path, const char *scenario, struct err *e)
{
    bool     created;
    sqlite3 *db = schema_open_write(path, &created, e);
    if (!db) return NULL;
    struct arena  memory = {0};
    struct store *s = ARENA_ARRAY(&memory, struct store, 1);
    s->path = arena_string(&memory, path);
    s->db = db;
    s->created = created;
    s->memory = memory;
    if (!prepare(s, e) || !same_scenario(s, scenario, e) || !write_ahead(s, e)) {
        store_close(s);
        return NULL;
    }
    s->data_version = data_version(s);
    return s;
}

struct store *store_open_tape(size_t limit_bytes, tape_put *put, void *ctx)
{
    struct arena  memory = {0};
    struct store *s = ARENA_ARRAY(&memory, struct store, 1);
    s->path = "tape";
    s->memory = memory;
    tape_init(&s->tape, limit_bytes, put, ctx);
    return s;
}

static void close_database(struct store *s)
{
    if (s->in_transaction && !sqlite3_get_autocommit(s->db)) {
        struct err ignored = {0};
        if (!run_statement(s, ROLLBACK, &ignored)) assert(ignored.length);
    }
    bool remove = s->created && holds_no_run(s);
    for (int i = 0; i < STATEMENT_COUNT; i++) sqlite3_finalize(s->statements[i]);
    // Who wrote nothing leaves the log to others: writing it back would look like a change to them.
    if (s->tally.done + s->tally.failed)
        sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_close(s->db);
    if (remove) schema_remove(s->path);
}

void store_close(struct store *s)
{
    if (!s) return;
    store_rollback(s);
    if (s->db)
        close_database(s);
    else
        tape_free(&s->tape);
    struct arena memory = s->memory; // `s` lies in it
    arena_free(&memory);
}
