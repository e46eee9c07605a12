// sim/place.h: where nodes are: tracks of timed points with straight lines between them, and the
// ways of random waypoint mobility.
//
// Random waypoint (Johnson and Maltz, Dynamic Source Routing, in Mobile Computing, 1996): pause,
// choose a point of the area and a speed, both uniformly, go there in a straight line, again. A
// lowest speed of 0 would let the mean speed of all nodes decay for ever (Yoon, Liu, Noble, Random
// Waypoint Considered Harmful, INFOCOM 2003), so it must be positive.
#ifndef FOGSIM_SIM_PLACE_H
#define FOGSIM_SIM_PLACE_H

#include "base/rng.h"
#include "sim/net.h"

// Position at an instant. O(log points).
void track_at(const struct track *t, sim_ns at, double *x_m, double *y_m);

// Until when the position stays as it is at `at`: `at` itself where it is moving; NS_END: for ever.
// It may answer early (a point between two rests). O(log points).
sim_ns track_still_until(const struct track *t, sim_ns at);

// The track of a node; NULL: it has no position.
const struct track *net_track(const struct net *n, uint32_t node);

// A closed way: after horizon_s the next leg leads back to the first point, where the way begins
// again. Asserts 0 < low <= high, sizes and pause >= 0. Draws from `r` in this order: first point
// (x, y), then for each leg target (x, y) and speed; the last leg only a speed. Call with the same
// stream twice: `points` NULL counts. Returns the number of points and the period (NS_END: the
// area is a point).
uint32_t waypoints_make(const struct waypoints *w, struct rng *r, struct track_point *points,
                        sim_ns *period);

#endif
