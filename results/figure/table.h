// results/figure/table.h: tables of a database as files for gnuplot.
#ifndef FOGSIM_RESULTS_FIGURE_TABLE_H
#define FOGSIM_RESULTS_FIGURE_TABLE_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/err.h"

// Writes the temporary table `name` to a new file: fields with a tab between, the first line their
// names behind "# ", NULL as NaN, an empty text as a blank. Control characters become blanks and
// quotation marks apostrophes, so that no text ends its field or looks like quoting; backslashes
// become slashes, since gnuplot reads "\n" in a label as its end of line. A name "[x]"
// or
// "... [x]" is that of the axis or metric of the table x_axis. O(rows).
MUST_USE bool table_write(sqlite3 *db, const char *name, const char *path, uint32_t *rows,
                          struct err *e);

// Copies a file to a new one, which must not exist.
MUST_USE bool table_copy(const char *from, const char *to, struct err *e);

#endif
