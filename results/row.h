// results/row.h: the values of one row, from left to right: bound to a prepared statement, or
// written to a tape.
//
// A bind can fail only on a wrong count, which the reader of `next` asserts, or for want of memory,
// which SQLite then reports on stepping the row; a tape tells at the row's end.
#ifndef FOGSIM_RESULTS_ROW_H
#define FOGSIM_RESULTS_ROW_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "results/tape.h"
#include "sim/trace.h"

struct row {
    sqlite3_stmt *s;
    struct tape  *tape; // NULL: `s` takes the values
    int           next; // place of the next value, from 1
};

void row_int(struct row *r, int64_t value);
void row_real(struct row *r, double value);      // NaN becomes NULL
void row_text(struct row *r, const char *value); // not copied by a statement; NULL becomes NULL
void row_given(struct row *r, char *value, void (*release)(void *)); // the row releases it
void row_null(struct row *r);
void row_ns(struct row *r, sim_ns value);      // in seconds
void row_instant(struct row *r, sim_ns value); // the same; NULL when negative: it never came
void row_parts(struct row *r, const sim_ns *part_ns,
               bool finished); // [PART_COUNT]; NULL: not finished
// A value of another row's tape, whose chunk outlives this row.
void row_value(struct row *r, const struct tape_value *value);

#endif
