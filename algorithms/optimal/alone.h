// algorithms/optimal/alone.h: how long a plan takes when nothing else is under way.
//
// The engine's semantics for one job in an idle world, to the ns: an operation begins when its
// predecessors have finished; what is ready at one instant begins in the order of the plan;
// processors (of their servers), links, ports and cards serve first come, first served; the legs of
// a message one after the other, or overlapped where its route says so. Not modelled: what depends
// on more than the plan (rates that vary are taken as from instant 0, connections as warm, without
// fading, contents as not held, memory as sufficient), and sharing: messages over fair links and
// media, and operations on a processor that is shared, take as long as alone, so that the result is
// a lower bound where two of them overlap. Cost: O(operations x (dependencies + pending)).
#ifndef FOGSIM_ALGORITHMS_OPTIMAL_ALONE_H
#define FOGSIM_ALGORITHMS_OPTIMAL_ALONE_H

#include "sim/net.h"
#include "sim/plan.h"

// From the begin of the plan to the end of its last operation; NS_END where a message has no way.
// finish_ns: [op_count] each operation's end, or NULL.
sim_ns alone_plan_ns(const struct net *n, const struct plan *p, struct arena *scratch,
                     sim_ns *finish_ns);

#endif
