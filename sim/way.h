// sim/way.h: shortest ways over groups, for pairs without a link of their own. Private to
// net_finish.
#ifndef FOGSIM_SIM_WAY_H
#define FOGSIM_SIM_WAY_H

#include "sim/net.h"

// The shortest way from one group to a target over intermediate groups: a row of the table that
// find_ways makes for each target.
struct way {
    sim_ns   length; // NS_END: none
    uint32_t hops, next;
    bool     is_final;
};

// ways[target * group_count + from]: zeroed. Dijkstra from each target backwards (Dijkstra, A Note
// on Two Problems in Connexion with Graphs, 1959). O(groups^3).
void find_ways(const struct net *n, struct way *ways);

#endif
