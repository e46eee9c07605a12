// results/pairs/pairs.h: runs of one or two databases that answer each other: the same point,
// scheme, model, seed and replication, both done.
//
// A cell is a point, a model and a scheme (or two: of base and of new); its pairs are the
// replications. Members of a point whose names begin with "--" say where a plug-in came from, not
// what was simulated: they are left out, and the order of the members does not matter. Read-only;
// what a database holds is taken for hostile.
#ifndef FOGSIM_RESULTS_PAIRS_PAIRS_H
#define FOGSIM_RESULTS_PAIRS_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum { PAIRS_BASE, PAIRS_NEW, PAIRS_SIDES, PAIRS_NAMED = 3 };

struct pairs_metric {
    const char *name;  // "latency", "p95"
    const char *unit;  // "s", "J", "1/s"; "": a share
    const char *about; // one line
    bool        is_more_better, is_share, is_default;
    const char *sql; // private: its value in the run r
};

extern const struct pairs_metric pairs_metrics[]; // ends with name NULL

struct pairs_request {
    const char                       *path[PAIRS_SIDES];   // may be the same
    const char                       *scheme[PAIRS_SIDES]; // NULL, both: every scheme with itself
    const struct pairs_metric *const *metrics;             // [metric_count]
    uint32_t                          metric_count;
};

enum pairs_rows {
    PAIRS_DIFFER,  // some row differs
    PAIRS_EQUAL,   // every row of run, summary, metric and task is the same, but for wall times
    PAIRS_NO_TASKS // as PAIRS_EQUAL, but some run stored no tasks
};

struct pairs_cell {
    const char     *point; // a JSON object, its members in order of their names
    const char     *model, *scheme[PAIRS_SIDES];
    uint32_t        first, count; // its pairs
    uint32_t        tasks;        // of its smallest run
    uint32_t        due;          // likewise: those that deadline_misses is a share of
    bool            are_copies;   // on each side all replications are one: nothing is drawn
    enum pairs_rows rows;         // of one scheme with another: of summary and task alone
};

struct pairs_side {
    const char *path;
    uint32_t    runs, done;               // of the schemes that are compared
    uint32_t    alone;                    // done, without a run to answer it
    const char *alone_names[PAIRS_NAMED]; // the first of these, for people
};

struct pairs {
    const char        *scenario;
    struct pairs_side  side[PAIRS_SIDES];
    struct pairs_cell *cells; // [cell_count] in the order of the base
    uint32_t           cell_count, pair_count;
    double            *value[PAIRS_SIDES]; // [metric * pair_count + pair]; NaN: the run has none
    uint32_t           failed;             // done in the base, there but not done in the new
    const char        *failed_names[PAIRS_NAMED];
    const char       **notes; // [note_count] what else differs between the two, for people
    uint32_t           note_count;
};

// Everything in `a`. false: e says why: no database, two scenarios, a scheme that is not there, a
// run that is there twice, nothing in common. O(runs log runs + what is compared).
MUST_USE bool pairs_read(struct pairs *out, struct arena *a, const struct pairs_request *r,
                         struct err *e);

#endif
