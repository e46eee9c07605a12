// The header of an SQLite file (https://www.sqlite.org/fileformat2.html, 1.3) is read by hand
// first: only so can a refused file stay untouched to the byte, for SQLite may play back a journal
// or make a log on opening. Then the same questions are put to SQLite, because the answer may still
// be in a log.
#include "results/schema.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

enum { APPLICATION_ID = 0x666f6773, HEADER_BYTES = 100, BUSY_MS = 10000, CACHE_KIB = 16384 };

struct identity { // both 0: a file without a schema
    uint32_t application, version;
};

static const char schema_sql[] =
#include "schema.inc" // made from schema.sql
    ;
static const char views_sql[] =
#include "views.inc" // made from views.sql
    ;

static const char from_1_sql[] = "ALTER TABLE task ADD COLUMN attempts INTEGER;"
                                 "ALTER TABLE task ADD COLUMN cost REAL;"
                                 "ALTER TABLE node ADD COLUMN down_s REAL;"
                                 "ALTER TABLE node ADD COLUMN cost REAL;"
                                 "ALTER TABLE link ADD COLUMN queue_mean REAL;"
                                 "ALTER TABLE link ADD COLUMN queue_max INTEGER;"
                                 "ALTER TABLE link ADD COLUMN cost REAL;"
                                 "ALTER TABLE link ADD COLUMN down_s REAL;"
                                 "PRAGMA user_version = 2";

static const char from_2_sql[] =
    "ALTER TABLE run ADD COLUMN error TEXT;"
    "CREATE TABLE document(name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, text TEXT NOT NULL)"
    " WITHOUT ROWID;"
    "ALTER TABLE node ADD COLUMN x_m REAL;"
    "ALTER TABLE node ADD COLUMN y_m REAL;"
    "ALTER TABLE summary ADD COLUMN ci95 REAL;"
    "ALTER TABLE summary ADD COLUMN p50_ci95 REAL;"
    "ALTER TABLE summary ADD COLUMN p95_ci95 REAL;"
    "ALTER TABLE summary ADD COLUMN p99_ci95 REAL;"
    "PRAGMA user_version = 3";

static const struct migration {
    uint32_t    from_version;
    const char *sql; // sets user_version to the next
} migrations[] = {
    {0, schema_sql},
    {1, from_1_sql},
    {2, from_2_sql},
};

bool schema_fault(sqlite3 *db, const char *what, struct err *e)
{
    int         code = sqlite3_extended_errcode(db) & 0xff;
    int         system = sqlite3_system_errno(db);
    bool        disk = code == SQLITE_IOERR || code == SQLITE_CANTOPEN || code == SQLITE_FULL;
    const char *why = disk && system ? strerror(system) : "";
    return err_add(e, "%s%s%s%s%s", what, *what ? ": " : "", sqlite3_errmsg(db), *why ? ": " : "",
                   why);
}

sqlite3_stmt *schema_prepare(sqlite3 *db, const char *sql, struct err *e)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) schema_fault(db, "", e);
    return s;
}

// SQLite gives a meaning to "", ":memory:" and "file:..."; behind a "./" they are names like any
// other.
static char *plain_path(struct arena *a, const char *path)
{
    return arena_format(a, "%s%s", path[0] == '/' ? "" : "./", path);
}

static bool accept(struct identity id, struct err *e)
{
    if (id.version > SCHEMA_VERSION && (id.application == 0 || id.application == APPLICATION_ID))
        return err_add(e, "want schema version %d or older, have version %lu of a newer fogsim",
                       SCHEMA_VERSION, (unsigned long)id.version);
    if (id.application != APPLICATION_ID && (id.application != 0 || id.version != 0))
        return err_add(e, "want a fogsim database, have another program's SQLite database");
    return true;
}

static uint32_t big_endian(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

// What the file on disk says of itself; *exists is false when there is none. A file of no bytes is
// a new one.
static bool read_header(const char *path, bool *exists, struct identity *id, struct err *e)
{
    struct stat   s;
    unsigned char header[HEADER_BYTES];
    *id = (struct identity){0};
    *exists = stat(path, &s) == 0;
    if (!*exists) return errno == ENOENT || err_add(e, "cannot open: %s", strerror(errno));
    if (!S_ISREG(s.st_mode))
        return err_add(e, "want a fogsim database, have %s",
                       S_ISDIR(s.st_mode) ? "a directory" : "no regular file");
    if (s.st_size == 0) return true;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return err_add(e, "cannot open: %s", strerror(errno));
    ssize_t got = read(file, header, sizeof header);
    close(file);
    if (got != sizeof header || memcmp(header, "SQLite format 3", 16) != 0)
        return err_add(e, "want a fogsim database, have a file that is not SQLite");
    id->version = big_endian(header + 60);
    id->application = big_endian(header + 68);
    return true;
}

static bool query_int(sqlite3 *db, const char *sql, int64_t *out, struct err *e)
{
    sqlite3_stmt *q = NULL;
    bool          ok =
        sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW;
    if (ok)
        *out = sqlite3_column_int64(q, 0);
    else
        schema_fault(db, "", e);
    sqlite3_finalize(q);
    return ok;
}

// As read_header, through SQLite. Without a schema there must be no tables either.
static bool read_identity(sqlite3 *db, struct identity *id, struct err *e)
{
    int64_t application, version, objects;
    if (!query_int(db, "PRAGMA application_id", &application, e)) return false;
    if (!query_int(db, "PRAGMA user_version", &version, e)) return false;
    if (!query_int(db, "SELECT count(*) FROM sqlite_master", &objects, e)) return false;
    *id = (struct identity){(uint32_t)application, (uint32_t)version};
    if (!accept(*id, e)) return false;
    return (id->version == 0) == (objects == 0) ||
           err_add(e, "want a fogsim database, have another program's SQLite database");
}

static bool run_sql(sqlite3 *db, const char *sql, struct err *e)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || schema_fault(db, "", e);
}

// One transaction, and the version is read again inside: another process may have been faster.
static bool migrate(sqlite3 *db, struct err *e)
{
    struct identity id = {0};
    if (!run_sql(db, "BEGIN IMMEDIATE", e)) return false;
    bool     ok = read_identity(db, &id, e);
    uint32_t version = id.version;
    for (size_t i = 0; ok && i < sizeof migrations / sizeof *migrations; i++)
        if (migrations[i].from_version == id.version)
            ok = run_sql(db, migrations[i].sql, e) && read_identity(db, &id, e);
    if (ok && id.version != version) ok = run_sql(db, views_sql, e);
    ok = ok && run_sql(db, "COMMIT", e);
    if (!ok) sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

// A hostile file must not run code of its own: no triggers, no functions with side effects in its
// views.
static void harden(sqlite3 *db)
{
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, BUSY_MS);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
}

// Until the file is known to be ours, closing it must not write its log back.
static bool prepare_write(sqlite3 *db, struct err *e)
{
    struct identity id = {0};
    char            pragmas[200];
    harden(db);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (!read_identity(db, &id, e)) return false;
    if (sqlite3_db_readonly(db, "main")) return err_add(e, "the file cannot be written");
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
             "PRAGMA cache_size = -%d; PRAGMA temp_store = MEMORY",
             CACHE_KIB);
    return run_sql(db, pragmas, e) && migrate(db, e);
}

sqlite3 *schema_open_write(const char *path, bool *created, struct err *e)
{
    struct arena    a = {0};
    struct identity id = {0};
    sqlite3        *db = NULL;
    bool            exists = false;
    char           *name = plain_path(&a, path);
    bool            ok =
        *path ? read_header(name, &exists, &id, e) : err_add(e, "want the name of a database");
    *created = ok && !exists;
    ok = ok && accept(id, e);
    if (ok &&
        sqlite3_open_v2(name, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        ok = schema_fault(db, "cannot open", e);
    ok = ok && prepare_write(db, e);
    if (!ok) {
        sqlite3_close(db);
        db = NULL;
        if (*created) schema_remove(name);
        err_wrap(e, "%s", path);
    }
    arena_free(&a);
    return db;
}

// "file:PATH?mode=ro", PATH with all but the plainest characters as %XX.
static char *read_uri(struct arena *a, const char *name, bool immutable)
{
    char *out = arena_array(a, 3 * strlen(name) + 1, 1), *o = out;
    for (const char *c = name; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        if (isalnum(byte) || strchr("/._-", byte))
            *o++ = *c;
        else
            o += sprintf(o, "%%%02X", byte);
    }
    return arena_format(a, "file:%s?mode=ro%s", out, immutable ? "&immutable=1" : "");
}

// Whoever reads a file in log mode makes a log and an index and cannot delete them. With no log
// beside it, the file is whole and taken as immutable, which needs neither.
static sqlite3 *open_read(struct arena *a, const char *name, struct err *e)
{
    sqlite3        *db = NULL;
    struct identity id = {0};
    struct stat     s;
    bool            logged = stat(arena_format(a, "%s-wal", name), &s) == 0 && s.st_size > 0;
    int             flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    bool            ok = sqlite3_open_v2(read_uri(a, name, !logged), &db, flags, NULL) == SQLITE_OK;
    if (!ok) schema_fault(db, "cannot open", e);
    if (ok) harden(db);
    ok = ok && read_identity(db, &id, e);
    if (ok && id.version == 0) ok = err_add(e, "want a fogsim database, have one without runs");
    if (ok) return db;
    sqlite3_close(db);
    return NULL;
}

sqlite3 *schema_open_read(const char *path, struct err *e)
{
    struct arena    a = {0};
    struct identity id = {0};
    bool            exists = false;
    char           *name = plain_path(&a, path);
    bool            ok = read_header(name, &exists, &id, e) && accept(id, e);
    if (ok && !exists) ok = err_add(e, "cannot open: %s", strerror(ENOENT));
    sqlite3 *db = ok ? open_read(&a, name, e) : NULL;
    if (!db) err_wrap(e, "%s", path);
    arena_free(&a);
    return db;
}

sqlite3 *schema_open_memory(struct err *e)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL) ==
            SQLITE_OK &&
        run_sql(db, schema_sql, e))
        return db;
    if (!e->length) schema_fault(db, "", e);
    sqlite3_close(db);
    return NULL;
}

void schema_remove(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    struct arena             a = {0};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        unlink(arena_format(&a, "%s%s", path, endings[i]));
    arena_free(&a);
}
