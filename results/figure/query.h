// results/figure/query.h: short ways to run SQL on a connection.
#ifndef FOGSIM_RESULTS_FIGURE_QUERY_H
#define FOGSIM_RESULTS_FIGURE_QUERY_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct texts {
    const char **text; // [count]
    uint32_t     count;
};

// Statements without values.
MUST_USE bool query_run(sqlite3 *db, const char *sql, struct err *e);

// One statement with ?1 and ?2; NULL is NULL.
MUST_USE bool query_bound(sqlite3 *db, const char *sql, const char *one, const char *two,
                          struct err *e);

// The first column of all rows, in `a`; NULL as "".
MUST_USE bool query_texts(sqlite3 *db, struct arena *a, const char *sql, const char *one,
                          struct texts *out, struct err *e);

bool texts_have(const struct texts *texts, const char *text);

#endif
