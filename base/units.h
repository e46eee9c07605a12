// base/units.h: physical quantities: their text in a scenario, and the bridge from seconds to the
// clock.
//
// Inside fogsim a rate is bytes per second and a time is seconds (costs) or integer nanoseconds
// (the clock). Bits exist only in text and are converted here. 1 kB = 1000 B, 1 KiB = 1024 B.
#ifndef FOGSIM_BASE_UNITS_H
#define FOGSIM_BASE_UNITS_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

typedef int64_t sim_ns; // instant or span of the simulated clock, ns

enum unit {
    UNIT_NONE,          // a plain number; "%" divides by 100
    UNIT_TIME,          // s: "0.3 ms"
    UNIT_BYTES,         // B: "1 GiB"
    UNIT_RATE,          // bytes per second: "94.1 Mbit/s", "12 MB/s"; a bare number is bit/s
    UNIT_BANDWIDTH,     // bytes per second of memory: "4 GB/s"; a bare number is B/s
    UNIT_POWER,         // W: "10 W"; "20 dBm" is 1 mW x 10^(20/10)
    UNIT_FLOPS,         // FLOP per second: "85 GFLOP/s"
    UNIT_FREQUENCY,     // events per second: "2 /s", "30 /min"
    UNIT_TIME_PER_BYTE, // s per byte: "5 ns/B"
    UNIT_HERTZ,         // width of a radio channel: "20 MHz"
    UNIT_LENGTH,        // m: "250 m", "1.2 km"
    UNIT_SPEED          // m per second: "1.5 m/s", "50 km/h"
};

// Reads "NUMBER [UNIT]". false: `text` is no finite quantity of this kind, `out` untouched.
MUST_USE bool units_parse(enum unit unit, const char *text, double *out);

// Whether some kind of quantity has a unit of that name.
bool units_known(const char *name);

// What a quantity of this kind looks like, for messages: "a rate such as \"94.1 Mbit/s\"".
const char *units_example(enum unit unit);

// A bare JSON number in SI base units; only UNIT_RATE differs from the identity (bit/s).
double units_from_number(enum unit unit, double number);

#define NS_PER_S 1000000000
#define NS_MAX_S                                                                                   \
    4e9 // 126 years; far below the 9.2e9 s that int64_t ns can hold, so that sums stay in range

// Past every instant; two of them are in range of sim_ns.
#define NS_END ((sim_ns)(NS_MAX_S * NS_PER_S) + 1)

// The only way from seconds to the clock: rounds to the nearest ns, halves up. Asserts finite and
// 0 <= seconds <= NS_MAX_S. (In the loop of a simulation: llround is a call, this is none.)
static inline sim_ns ns_from_s(double seconds)
{
    assert(seconds >= 0 && seconds <= NS_MAX_S);
    double ns = seconds * NS_PER_S;
    sim_ns whole = (sim_ns)ns;
    return whole + (ns - (double)whole >= 0.5);
}

// The same for what a plan or a network may ask for: past NS_MAX_S (infinity too) it is NS_END.
static inline sim_ns ns_or_end(double seconds)
{
    return seconds > NS_MAX_S ? NS_END : ns_from_s(seconds);
}

static inline double s_from_ns(sim_ns ns)
{
    return (double)ns / NS_PER_S;
}

#endif
