// results/chrome/trace.h: the operations of a run as Chrome trace events, for ui.perfetto.dev and
// chrome://tracing.
//
// The format is "Trace Event Format" (D. Sinclair, N. Duca; JSON object format); docs/TRACE.md says
// what is drawn how, and what is derived. Operations are read in the order of their starts and
// written at once; what is kept are the operations of the tasks that are under way and one number a
// lane, so memory grows with these, not with the file. SQLite sorts, on disk where needed:
// O(n log n).
#ifndef FOGSIM_RESULTS_CHROME_TRACE_H
#define FOGSIM_RESULTS_CHROME_TRACE_H

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct chrome_trace {
    int64_t             run_id;                // -1: the first that has operations
    int64_t             first_task, last_task; // both included
    const volatile int *interrupted;           // not 0: stop; may be NULL
};

struct chrome_trace_counts { // of what was written
    int64_t  run_id;
    uint64_t operations, tasks, flows, lanes;
};

// false: e says why; `*is_usage` where nothing was written because there is no such run, or no
// operation of these tasks.
MUST_USE bool chrome_trace_write(sqlite3 *db, const struct chrome_trace *t, FILE *out,
                                 struct chrome_trace_counts *counts, bool *is_usage, struct err *e);

#endif
