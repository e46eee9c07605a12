// results/row.h: binds the values of one row to a prepared statement, from left to right.
//
// A bind can fail only on a wrong count, which the reader of `next` asserts, or for want of memory,
// which SQLite then reports on stepping the row.
#ifndef FOGSIM_RESULTS_ROW_H
#define FOGSIM_RESULTS_ROW_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/trace.h"

struct row {
    sqlite3_stmt *s;
    int           next; // place of the next value, from 1
};

void row_int(struct row *r, int64_t value);
void row_real(struct row *r, double value);      // NaN becomes NULL
void row_text(struct row *r, const char *value); // not copied; NULL becomes NULL
void row_given(struct row *r, char *value, void (*release)(void *)); // the row releases it
void row_null(struct row *r);
void row_ns(struct row *r, sim_ns value);      // in seconds
void row_instant(struct row *r, sim_ns value); // the same; NULL when negative: it never came
void row_parts(struct row *r, const sim_ns *part_ns,
               bool finished); // [PART_COUNT]; NULL: not finished

#endif
