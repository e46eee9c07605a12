// results/store_inside.h: what store.c (runs, transactions, tapes) and store_rows.c (the rows of a
// run) share; nobody else includes it.
#ifndef FOGSIM_RESULTS_STORE_INSIDE_H
#define FOGSIM_RESULTS_STORE_INSIDE_H

#include <sqlite3.h>

#include "base/arena.h"
#include "results/row.h"
#include "results/store.h"

enum statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    SAVEPOINT,
    RELEASE,
    GO_BACK,
    DATA_VERSION,
    VALUE,
    DELETE_RUN,
    DELETE_ALL,
    DELETE_DOCUMENTS,
    DOCUMENT,
    INSERT_RUN,
    UPDATE_RUN,
    TASK,
    LAYER,
    OP,
    NODE,
    LINK,
    MATCH,
    SUMMARY,
    METRIC,
    WARMUP,
    QUEUE,
    OCCUPANCY,
    STATEMENT_COUNT
};

enum { DOCUMENTS_MAX = 4 };

struct document {
    const char *name, *text;
};

struct store {
    struct arena       memory; // holds this struct too
    sqlite3           *db;     // NULL: rows go onto the tape
    struct tape        tape;
    sqlite3_stmt      *statements[STATEMENT_COUNT];
    const char        *path;
    struct run_info    info;         // of the run under way
    bool               replaces_all; // the next run to be committed
    uint64_t           warmup_tasks; // the highest task seen that does not count, plus one
    int64_t            summary_rows;
    struct store_tally tally;
    bool               created, in_run;
    bool               in_transaction; // of this run, or of several
    double             share_s, due_s; // how long several may share one; when this one ends
    int                data_version;   // SQLite's; another when another process has written
    struct document    documents[DOCUMENTS_MAX]; // to be written with the next run
    uint32_t           document_count;
};

// A row of the run under way, onto the tape or into the database; its first value is the run, and
// has been bound.
struct row store_row_begin(struct store *s, enum statement which);
bool       store_row_end(struct store *s, struct row *r, struct err *e);

#endif
