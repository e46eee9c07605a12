// sim/route.h: the way from group to group, and its legs. Private to net_finish.
#ifndef FOGSIM_SIM_ROUTE_H
#define FOGSIM_SIM_ROUTE_H

#include "sim/way.h"

// Needs groups, links, media with their first instances, broker_node. O(MAX_LEGS).
void route_make(const struct net *n, const struct way *ways, struct route *r, uint32_t from,
                uint32_t to);

// The rates of its flows that do not vary, and the slowest of all; needs n->routes.
void route_rate(const struct net *n, struct route *r);

#endif
