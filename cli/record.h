// cli/record.h: what a run stores of its world: nodes, links, queues, and sums over them.
//
// Rows of user nodes and of their links are left out of a run with "record": "summary" over more
// than RECORD_USERS_MAX nodes: nobody reads a million of them. The sums are over all.
#ifndef FOGSIM_CLI_RECORD_H
#define FOGSIM_CLI_RECORD_H

#include "cli/simulate.h"

enum { RECORD_USERS_MAX = 10000 };

// Whether rows of a node are stored; a link's: of both its nodes.
bool record_keeps(const struct scenario *s, uint32_t node);

// Sums over nodes and links after the run.
struct world_totals {
    double energy_j, cost;
    double availability, link_availability; // share of time up, where something can fail; else NaN
};
void record_totals(const struct scenario *s, const struct engine *en, struct world_totals *out);

// The rows of nodes with their occupancy, of links, and the metrics of the sums.
MUST_USE bool record_world(const struct scenario *s, const struct engine *en,
                           const struct world_totals *totals, struct store *store, struct err *e);

#endif
