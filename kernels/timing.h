// kernels/timing.h: how long a function takes on this machine, so that the answer repeats.
//
// Protocol: the thread is pinned to one core; two calls warm up; then samples, each of as many
// calls as fill at least `sample_s` (one call when cold: the caches are evicted before each call,
// outside the measured time); a sample that saw an involuntary context switch is dropped and taken
// again, at most `sample_count` times more. Samples can be taken in several rounds, so that minutes
// in which a neighbour slows the machine do not meet one function alone. Reported are the median,
// the quartiles and the minimum of seconds per call. On a shared machine disturbance only adds, and
// the least of many samples repeats best (2 % against 2.5 to 3 % for medians of 25, measured).
#ifndef FOGSIM_KERNELS_TIMING_H
#define FOGSIM_KERNELS_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct timing_protocol {
    double   sample_s;     // least length of a warm sample, s
    uint32_t sample_count; // samples kept, at most 64
    bool     cold;         // evict the caches before every call
};

enum { TIMING_SAMPLES = 64 };

struct timing_samples {               // zero-initialise; rounds are added
    double   seconds[TIMING_SAMPLES]; // per call
    uint32_t count, dropped_count, calls_per_sample;
};

struct timing {
    double   median_s, q1_s, q3_s, min_s; // seconds per call
    uint32_t sample_count;                // samples behind them
    uint32_t dropped_count;               // samples thrown away for involuntary switches
    uint32_t calls_per_sample;
};

// Pins the calling thread to the core it runs on. false: e says why.
MUST_USE bool timing_pin(struct err *e);

// Reads more than three times the last-level cache (sysconf, at least 96 MiB), so that what was
// cached is not any more.
void timing_evict(void);

// Adds protocol->sample_count samples; no more than TIMING_SAMPLES in all.
void timing_sample(const struct timing_protocol *protocol, void (*call)(void *ctx), void *ctx,
                   struct timing_samples *samples);
void timing_summarise(struct timing_samples *samples, struct timing *out); // sorts them

// One round.
void timing_measure(const struct timing_protocol *protocol, void (*call)(void *ctx), void *ctx,
                    struct timing *out);

#endif
