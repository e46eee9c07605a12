// results/pairs/runs.h: the runs of a database with the values that are compared; a part of
// pairs.c.
#ifndef FOGSIM_RESULTS_PAIRS_RUNS_H
#define FOGSIM_RESULTS_PAIRS_RUNS_H

#include <sqlite3.h>

#include "results/pairs/pairs.h"

enum { PAIRS_ORIGINS = 5, PAIRS_SEEN = 12 };

extern const char *const pairs_origin_names[PAIRS_ORIGINS]; // for people: "the profile"
extern const bool        pairs_origin_is_digest[PAIRS_ORIGINS];

struct pairs_run {
    int64_t     run_id;
    const char *point;   // JSON, canonical: members by name, without those of plug-ins
    const char *plugins; // these: "--scheme-command \"python3 mine.py\""; "": none
    const char *scheme, *model;
    int64_t     seed, replication, events, tasks;
    int64_t     due; // tasks with a deadline, past the warm-up; not told: all tasks
    double      simulated_s;
    bool        is_done;
    const char *origin[PAIRS_ORIGINS]; // what it was made from; "": not known
    double     *values;                // [metrics] NaN: has none
};

struct pairs_runs {
    const char       *path, *scenario;
    struct pairs_run *runs; // [count] by run_id
    uint32_t          count, capacity;
    const char       *schemes_seen; // "dina, greedy", for messages; shortened after PAIRS_SEEN
};

// Those of `scheme` (NULL: of all). Texts are clean (base/clean.h). false: e says why.
MUST_USE bool pairs_runs_read(struct pairs_runs *out, sqlite3 *db, const char *path,
                              const char *scheme, const struct pairs_request *r, struct arena *a,
                              struct err *e);

// "point {} model nin scheme dina seed 1 replication 0"
const char *pairs_run_name(const struct pairs_run *run, struct arena *a);

#endif
