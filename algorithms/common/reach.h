// algorithms/common/reach.h: how far a fog node may be from its user: a bound in front of rates and
// times that have to be worked out for each pair of nodes.
//
// Over a radio link without trace (sim/net.h, Shannon) the rate falls with the distance, so that
// the rate Gamma is a distance, by the formula solved for it; where neither end moves the messages
// of a task take at least their payload over the rates, so that tau is a distance too, by
// bisection; and of two fog nodes of a group the nearer one takes no longer. Bounds are a little
// wide (1e-9, rounding is 1e-15): what is within them is asked exactly, what is beyond is refused
// for sure.
#ifndef FOGSIM_ALGORITHMS_COMMON_REACH_H
#define FOGSIM_ALGORITHMS_COMMON_REACH_H

#include "algorithms/view.h"

#define REACH_WIDER (1 + 1e-9)

struct reach {
    bool   is_bound;   // the distance says something
    bool   is_ordered; // the time alone does not fall with it
    double most_m;     // who is farther cannot serve; INFINITY
    sim_ns look;       // instant of the positions
};

// Of a user and the fog nodes of a group, by one of them; `alone_s`: of each at least, without
// transmission. O(messages).
struct reach reach_of(const struct view *v, uint32_t user, uint32_t fog, double alone_s,
                      double tau_s);

double reach_distance_m(const struct view *v, const struct reach *r, uint32_t user, uint32_t fog);

#endif
