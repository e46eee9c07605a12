// sim/pace.h: the rate of a wire or flow leg alone.
#ifndef FOGSIM_SIM_PACE_H
#define FOGSIM_SIM_PACE_H

#include "sim/net.h"

// Bytes per second of a wire or flow at an instant, with the message's fading; a wire without the
// cards beside it. O(constraints^2).
double pace_rate(const struct net *n, const struct message *m, uint32_t leg, sim_ns at);

#endif
