// results/pairs/rows.h: whether two runs left the same rows, to the last bit; a part of pairs.c.
#ifndef FOGSIM_RESULTS_PAIRS_ROWS_H
#define FOGSIM_RESULTS_PAIRS_ROWS_H

#include <sqlite3.h>

#include "results/pairs/pairs.h"

enum { PAIRS_TABLES = 3 };

struct pairs_rows_reader { // private
    sqlite3      *db[PAIRS_SIDES];
    sqlite3_stmt *query[PAIRS_TABLES][PAIRS_SIDES];
};

// `with_metrics`: the table metric too, which between two schemes differs by what they tell of
// themselves. To be closed in any case. false: e says why.
MUST_USE bool pairs_rows_open(struct pairs_rows_reader *r, sqlite3 *base, sqlite3 *other,
                              bool with_metrics, struct err *e);
void          pairs_rows_close(struct pairs_rows_reader *r);

// Of these tables; *out is what they say. Stops at the first row that differs. O(rows).
MUST_USE bool pairs_rows_compare(struct pairs_rows_reader *r, int64_t base_id, int64_t new_id,
                                 enum pairs_rows *out, struct err *e);

#endif
