// results/chrome/task.h: the operations of one task, what each of them waited for, and the path
// that decided when the task was done.
//
// A database has no list of dependencies, but it has what decides one: an operation becomes ready
// at the instant when the last of those that it waits for ends (sim/engine.h), and plans list an
// operation behind those that it waits for. So its *predecessor* here is the operation of the same
// task with a lower number that ended at just that instant; of several, one whose result lies where
// the operation begins, then the lowest (as the parts of a latency are accounted, sim/account.h).
// Delays of no length are where branches of a plan join: they are passed over.
#ifndef FOGSIM_RESULTS_CHROME_TASK_H
#define FOGSIM_RESULTS_CHROME_TASK_H

#include "base/arena.h"
#include "results/chrome/event.h"

struct chrome_op {
    int64_t             op, layer;
    const char         *kind, *name, *from, *to, *axis; // name: of the layer; axis NULL: no slice
    int64_t             begin, end;                     // of the slice
    double              bytes;
    sim_ns              ready, start, finish; // the last two -1: it never got there
    struct chrome_track track;
    const char         *place;       // the track's name
    uint32_t            predecessor; // index into the task's ops; NO_PREDECESSOR
};

enum { NO_PREDECESSOR = UINT32_MAX };

struct chrome_task {
    int64_t           task;
    const char       *user, *model, *status;
    sim_ns            arrived, finished; // finished -1: never
    int64_t           attempts;          // 0: not known
    struct chrome_op *ops;               // [count] in the order of their numbers
    uint32_t          count;
};

// Sets `predecessor` of all. O(n log n); memory from `a`.
void chrome_task_link(struct chrome_task *t, struct arena *a);

// The operation that ended last (of several the lowest), from which the path goes back over the
// predecessors; NO_PREDECESSOR: none ended.
uint32_t chrome_task_last(const struct chrome_task *t);

#endif
