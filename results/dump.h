// results/dump.h: the rows of a table or a view of a database, as CSV (RFC 4180) or JSON lines.
//
// CSV: a line of names, lines end in CR LF; NULL is an empty field, an empty text is "", a blob is
// X'...' in hexadecimal digits; bytes of texts are written as they are.
// JSON lines: an object a row, its keys the names of the columns in their order; NULL is null; a
// blob, and a text that is no UTF-8, is {"hex":"..."}.
// Rows come in the order of the table (its key); they are streamed, so memory does not grow.
#ifndef FOGSIM_RESULTS_DUMP_H
#define FOGSIM_RESULTS_DUMP_H

#include <sqlite3.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"

enum dump_format { DUMP_CSV, DUMP_JSONL };

struct dump {
    const char         *name; // of a table or a view of the database
    enum dump_format    format;
    const int64_t      *runs; // [run_count] only rows of these, run by run; 0: all rows
    uint32_t            run_count;
    const volatile int *interrupted; // not 0: stop; may be NULL
};

// The number of rows goes to *rows. false: e says why; *is_usage: nothing is written, for something
// was asked that the database has not. Ends early, and is true, where `out` has an error: its owner
// tells that.
MUST_USE bool dump_rows(sqlite3 *db, const struct dump *d, FILE *out, uint64_t *rows,
                        bool *is_usage, struct err *e);

#endif
