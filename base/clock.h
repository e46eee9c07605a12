// base/clock.h: the wall clock, for what is reported of fogsim's own speed; never for results.
#ifndef FOGSIM_BASE_CLOCK_H
#define FOGSIM_BASE_CLOCK_H

double clock_wall_s(void); // monotonic, since an arbitrary start

#endif
