// sim/rate.h: rates at an instant, and until when they hold: traces, radio links, media.
//
// Every rate is piecewise constant. A trace changes at its points. A radio link looks positions up
// on the grid k step_ns: its piece ends at the next instant of the grid at which an end may have
// moved.
#ifndef FOGSIM_SIM_RATE_H
#define FOGSIM_SIM_RATE_H

#include "sim/net.h"

// The factor at an instant; *until becomes the earlier of itself and the end of that piece.
// O(log points).
double trace_factor(const struct rate_trace *t, sim_ns at, sim_ns *until);

// The medium of an instance. O(media).
const struct medium *medium_of(const struct net *n, uint32_t instance);

#endif
