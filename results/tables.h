// results/tables.h: all rows of one run, whatever their columns: copied from a database to another,
// or compared.
//
// What a run is made of is what schema.sql says; the order of the tables is one that foreign keys
// allow.
#ifndef FOGSIM_RESULTS_TABLES_H
#define FOGSIM_RESULTS_TABLES_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { RUN_TABLES = 11 }; // run first

struct run_tables { // statements on one database; private
    sqlite3      *db;
    sqlite3_stmt *select[RUN_TABLES], *insert[RUN_TABLES], *delete;
};

// Whether every table of schema.sql is a table here with its columns, and no view or virtual table
// that would run when it is read. false: e says which is not.
MUST_USE bool tables_check(sqlite3 *db, struct err *e);

// For tables_copy to it (`writes`), from it, and tables_same. false: e says why. Close it either
// way.
MUST_USE bool tables_open(struct run_tables *out, sqlite3 *db, bool writes, struct err *e);
void          tables_close(struct run_tables *t);

// Replaces the run of that number. false: e says why, the transaction is to be rolled back.
MUST_USE bool tables_copy(struct run_tables *to, struct run_tables *from, int64_t run_id,
                          struct err *e);

// Whether both hold the same rows of that run, but for when it started, how long it and its
// planning took. false: e says why it cannot be told.
MUST_USE bool tables_same(struct run_tables *x, struct run_tables *y, int64_t run_id, bool *same,
                          struct err *e);

#endif
