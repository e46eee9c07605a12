// sim/radio.h: rate of a radio link by Shannon's capacity (Bell System Technical Journal 27, 1948),
// SNR by log-distance path loss from 1 m on (Rappaport, Wireless Communications).
#ifndef FOGSIM_SIM_RADIO_H
#define FOGSIM_SIM_RADIO_H

#include "sim/net.h"

// Bytes per second at a distance; below 1 m as at 1 m. `fading` multiplies the SNR; 1: none.
double radio_rate(const struct radio *r, double distance_m, double fading);

#endif
