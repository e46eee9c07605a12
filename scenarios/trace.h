// scenarios/trace.h: recorded series from CSV files: arrivals, rates, ways of nodes.
//
// One table a file: a line of column names, exactly those below, then a row a line. Fields are
// separated by commas, blanks around them do not count, there are no quotes; lines end in LF or
// CRLF; empty lines are skipped. Times are seconds from 0 to NS_MAX_S and are rounded to the
// nearest ns. A file that is wrong is refused at its first wrong line: "FILE: line 3: want ...,
// have ...". Users, nodes and models are given by name, or by index where no name is the text.
// Files are at most 256 MiB. Cost: O(rows log rows + names log names); while it is read, memory of
// the file and some 100 bytes a row. What is returned is in `a`, and untouched where false is.
#ifndef FOGSIM_SCENARIOS_TRACE_H
#define FOGSIM_SCENARIOS_TRACE_H

#include "base/arena.h"
#include "base/err.h"
#include "sim/arrivals.h"
#include "sim/net.h"

// Columns time,user,model: when a user asks for what. `out`: [user_count] the list of each user,
// ascending in time, in the order of the file where times are equal; a user without rows has an
// empty list. At least one row. class_id is the rank in `models`.
MUST_USE bool trace_read_arrivals(struct trace_arrivals **out, struct arena *a, const char *path,
                                  const char *const *users, uint32_t user_count,
                                  const char *const *models, uint32_t model_count, struct err *e);

// Columns time,factor: the factor of the nominal rate from that time on, > 0. The first time is 0,
// times ascend strictly. Fills count, from and factor; the name is `path`, the period NS_END (no
// repetition): a caller that repeats the series sets it, past the last time.
MUST_USE bool trace_read_rates(struct rate_trace *out, struct arena *a, const char *path,
                               struct err *e);

// Columns time,node,x,y in metres: where a node is at that time. `out`: [node_count] the track of
// each node, sorted by time; two points of one node at one time and a node without points are
// faults. Periods are NS_END: they stand still at the end.
MUST_USE bool trace_read_tracks(struct track **out, struct arena *a, const char *path,
                                const char *const *nodes, uint32_t node_count, struct err *e);

#endif
