// kernels/timing.h: how long a function takes on this machine, so that the answer repeats.
//
// Protocol: the thread is pinned to one core; a call or two warm up; then samples, each of as many
// calls as fill at least `sample_s` (one call when cold: the caches are evicted before each call,
// outside the measured time). A sample that saw an involuntary context switch is dropped and taken
// again, at most `sample_count` times more. Samples are taken in several rounds, so that minutes in
// which a neighbour slows the machine do not meet one function alone.
//
// Each sample is bracketed by a probe of the clock, and is reported in cycles as well as seconds:
// the clock of a shared machine drifts by several percent within minutes, cycles do not. What
// remains in cycles is disturbance, which lasts longer than a sample and only adds: so the figure
// that is kept is the least over the rounds of a round's median ("cycles"). Of seconds the median
// and the minimum are kept (a minimum of cycles would pick the samples whose probe read too low).
#ifndef FOGSIM_KERNELS_TIMING_H
#define FOGSIM_KERNELS_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct timing_protocol {
    double   sample_s;     // least length of a warm sample, s
    uint32_t sample_count; // samples of a round
    bool     cold;         // evict the caches before every call
};

enum { TIMING_SAMPLES = 64 };

struct timing_samples {               // zero-initialise; rounds are added
    double   seconds[TIMING_SAMPLES]; // per call
    double   cycles[TIMING_SAMPLES];
    double   least_cycles; // of the rounds' medians
    uint32_t count, dropped_count, calls_per_sample;
};

struct timing {                                   // per call
    double   cycles;                              // least median of a round
    double   median_cycles, q1_cycles, q3_cycles; // of all samples: their spread
    double   min_s, median_s;
    uint32_t sample_count;  // samples behind them
    uint32_t dropped_count; // samples thrown away for involuntary switches
    uint32_t calls_per_sample;
};

// Pins the calling thread to the core it runs on. false: e says why.
MUST_USE bool timing_pin(struct err *e);

// Cycles per second of this core at this moment: a chain of additions that each wait for the one
// before, one cycle each on every core this was meant for, the quickest of a few. Takes some 0.1
// ms.
double timing_clock_hz(void);

// Reads more than three times the largest cache (at least 96 MiB), so that what was
// cached is not any more.
void timing_evict(void);

// Adds a round of protocol->sample_count samples; no more than TIMING_SAMPLES in all.
void timing_sample(const struct timing_protocol *protocol, void (*call)(void *ctx), void *ctx,
                   struct timing_samples *samples);
void timing_summarise(struct timing_samples *samples, struct timing *out); // sorts them

// One round.
void timing_measure(const struct timing_protocol *protocol, void (*call)(void *ctx), void *ctx,
                    struct timing *out);

#endif
