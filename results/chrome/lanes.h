// results/chrome/lanes.h: on which track each operation of a run is drawn.
//
// Slices on one track may nest, not overlap otherwise. Where a place (a node, a link, the edge
// delay of a user) does several things at once it gets several lanes: operations are taken in the
// order of their starts, and each goes to the first lane that is free by then, which needs as many
// lanes as ever overlap and no more (interval partitioning; Kleinberg and Tardos, Algorithm Design,
// 4.1).
//
// The result is temporary tables, which SQLite keeps on disk where they grow large:
//   chrome_process(pid, kind)         what stands together: a kind of nodes, or the links
//   chrome_place(place, pid, name)    in the order of drawing
//   chrome_lane(task_id, op, place, pid, tid)   with an index by (task_id, op)
#ifndef FOGSIM_RESULTS_CHROME_LANES_H
#define FOGSIM_RESULTS_CHROME_LANES_H

#include <sqlite3.h>

#include "base/err.h"
#include "results/chrome/event.h"

enum { TASKS_PID = 1, FIRST_LANE = 1001 }; // tids of lanes differ from all pids

struct chrome_range { // of tasks, both included
    int64_t run_id, first_task, last_task;
};

// Makes the tables, and writes the names of the lanes. Their number goes to *lanes.
// O(n log n + n times the lanes of its place).
MUST_USE bool chrome_lanes(sqlite3 *db, const struct chrome_range *range, struct chrome *out,
                           uint64_t *lanes, const volatile int *interrupted, struct err *e);

// Writes the names of the processes that events stand in, once all of these are written.
MUST_USE bool chrome_processes(sqlite3 *db, const struct chrome_range *range, struct chrome *out,
                               struct err *e);

// Of a time in the database; NULL: -1.
sim_ns chrome_ns(sqlite3_stmt *q, int column);

// Prepares with ?1 the run and ?2, ?3 the tasks bound. false: e says why.
MUST_USE bool chrome_query(sqlite3 *db, const char *sql, const struct chrome_range *range,
                           sqlite3_stmt **out, struct err *e);

#endif
