// results/merge.h: the runs of several databases in one: what the shards of a sweep gave.
//
// A run and all its rows are copied under its run_id, which is its rank in the list of the whole
// sweep, so that the result has the rows of an undivided one. Only what belongs together is taken:
// runs of one scenario, with the same documents, under one profile and version of fogsim. A run
// that two databases hold is taken once when both say the same, but for the times that it took; of
// a failed one and a done one the done one stays. One transaction: OUT has all or is as it was.
// Inputs are read only, and trusted with nothing: their tables must be tables with the columns of
// schema.sql. O(rows), a row in memory at a time.
#ifndef FOGSIM_RESULTS_MERGE_H
#define FOGSIM_RESULTS_MERGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct merge_input { // of one database
    const char *path;
    uint64_t    runs;   // that it holds
    uint64_t    taken;  // of these: copied, in place of a failed one too
    bool        is_out; // it is OUT itself, and passed over
};

struct merge_result {
    struct merge_input *inputs; // [input_count] in the order given
    uint32_t            input_count;
    const char         *settings;  // the document of that name; NULL: none
    int64_t            *done_runs; // [done_count] run_ids in OUT that are done, ascending
    uint64_t            done_count, run_count, found_count; // found: OUT held them before
};

// Merges in[0..count) into `out`, made when it is missing. Memory from `a`. false: e names the file
// and the fault, or *interrupted became true; `out` is as it was.
MUST_USE bool merge_databases(const char *out, const char *const *in, uint32_t count,
                              const volatile int *interrupted, struct arena *a,
                              struct merge_result *result, struct err *e);

#endif
