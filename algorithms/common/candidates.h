// algorithms/common/candidates.h: which fog nodes may serve a user, without asking each of them.
//
// What is constant about a fog node is so for its whole group: whether the task fits, there is a
// way, and the time alone or the rate (where they do not vary) are within tau and Gamma. A user's
// *eligible* fog nodes are those of the groups that pass: a few runs of view.fogs. Queues, what is
// down and what varies are asked of single nodes (candidates_serves), of as few as a scheme needs.
#ifndef FOGSIM_ALGORITHMS_COMMON_CANDIDATES_H
#define FOGSIM_ALGORITHMS_COMMON_CANDIDATES_H

#include "algorithms/view.h"

struct fog_run {           // the fog nodes of a group
    uint32_t first, count; // nodes [first, first + count)
    uint32_t place;        // of the first in view.fogs
    double   alone_s;      // of each; where it varies: at least this
    bool     is_varying;   // the time alone depends on the node or the instant
};

struct eligible {         // of a user; no way of constant properties rules them out
    struct fog_run *runs; // [run_count] ascending
    uint32_t        run_count, count;
    double          tau_s;
    bool            any_varies;
};

// In `scratch`. O(groups).
void candidates_eligible(const struct view *v, uint32_t user, struct arena *scratch,
                         struct eligible *out);

// The node of a rank below `count`, ascending. O(runs).
uint32_t candidates_at(const struct eligible *x, uint32_t rank, const struct fog_run **run);

// The backlog of a node as far as it matters here: without tau it does not.
double candidates_queue_s(const struct view *v, const struct eligible *x, uint32_t fog);

// Whether a node of a run may serve now, with `queue_s`: the rest of view_is_candidate.
bool candidates_serves(const struct view *v, uint32_t user, const struct eligible *x,
                       const struct fog_run *run, uint32_t fog, double queue_s);

#endif
