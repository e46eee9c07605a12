// sim/account.h: to which part each instant of a finished job belongs.
//
// Walks back from the operation that finished last to the predecessor that finished last (ties: the
// lowest operation), so that the path covers the job's latency without gap or overlap, and every ns
// goes to one part (design: decomposition). An operation's own part is the time it would take
// alone; waiting behind operations of its own job belongs to its part too; the rest of the waiting
// is queueing. An instant counts as waiting behind one's own job when all servers of the resource
// serve that job. Cost: O(path + operations), and where operations waited O(uses log uses) plus the
// uses ahead of each wait.
#ifndef FOGSIM_SIM_ACCOUNT_H
#define FOGSIM_SIM_ACCOUNT_H

#include "sim/job.h"

// Fills stages[0 .. plan.stage_count) and returns the sum of their parts in part_ns. `resources`
// are the engine's; `a` is where the job's arrays grow.
void account_job(struct job *j, const struct resource *resources, struct arena *a,
                 struct stage_record *stages, sim_ns part_ns[PART_COUNT]);

// Work, bytes and slices of one operation that takes `alone_ns` when nothing else is under way.
void account_op(struct stage_record *stage, const struct op *o, sim_ns alone_ns, uint32_t home);

// Work, bytes and slices of all operations that finished, also of a job that did not.
void account_work(const struct job *j, struct stage_record *stages);

#endif
