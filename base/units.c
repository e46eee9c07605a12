#include "base/units.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct unit_name {
    enum unit   unit;
    const char *name;
    double      factor; // SI base units of fogsim per one of this; 0: dB over 1 mW
};

static const struct unit_name NAMES[] = {
    {UNIT_NONE, "%", 0.01},
    {UNIT_TIME, "s", 1},
    {UNIT_TIME, "ms", 1e-3},
    {UNIT_TIME, "us", 1e-6},
    {UNIT_TIME, "µs", 1e-6},
    {UNIT_TIME, "ns", 1e-9},
    {UNIT_TIME, "min", 60},
    {UNIT_TIME, "h", 3600},
    {UNIT_BYTES, "B", 1},
    {UNIT_BYTES, "kB", 1e3},
    {UNIT_BYTES, "MB", 1e6},
    {UNIT_BYTES, "GB", 1e9},
    {UNIT_BYTES, "TB", 1e12},
    {UNIT_BYTES, "KiB", 1024},
    {UNIT_BYTES, "MiB", 1048576},
    {UNIT_BYTES, "GiB", 1073741824},
    {UNIT_RATE, "bit/s", 1 / 8.0},
    {UNIT_RATE, "kbit/s", 1e3 / 8},
    {UNIT_RATE, "Mbit/s", 1e6 / 8},
    {UNIT_RATE, "Gbit/s", 1e9 / 8},
    {UNIT_RATE, "B/s", 1},
    {UNIT_RATE, "kB/s", 1e3},
    {UNIT_RATE, "MB/s", 1e6},
    {UNIT_RATE, "GB/s", 1e9},
    {UNIT_RATE, "MiB/s", 1048576},
    {UNIT_RATE, "GiB/s", 1073741824},
    {UNIT_BANDWIDTH, "B/s", 1},
    {UNIT_BANDWIDTH, "kB/s", 1e3},
    {UNIT_BANDWIDTH, "MB/s", 1e6},
    {UNIT_BANDWIDTH, "GB/s", 1e9},
    {UNIT_BANDWIDTH, "MiB/s", 1048576},
    {UNIT_BANDWIDTH, "GiB/s", 1073741824},
    {UNIT_POWER, "W", 1},
    {UNIT_POWER, "mW", 1e-3},
    {UNIT_POWER, "dBm", 0},
    {UNIT_FLOPS, "FLOP/s", 1},
    {UNIT_FLOPS, "MFLOP/s", 1e6},
    {UNIT_FLOPS, "GFLOP/s", 1e9},
    {UNIT_FLOPS, "TFLOP/s", 1e12},
    {UNIT_FREQUENCY, "/s", 1},
    {UNIT_FREQUENCY, "Hz", 1},
    {UNIT_FREQUENCY, "/min", 1 / 60.0},
    {UNIT_FREQUENCY, "/h", 1 / 3600.0},
    {UNIT_HERTZ, "Hz", 1},
    {UNIT_HERTZ, "kHz", 1e3},
    {UNIT_HERTZ, "MHz", 1e6},
    {UNIT_HERTZ, "GHz", 1e9},
    {UNIT_LENGTH, "m", 1},
    {UNIT_LENGTH, "km", 1e3},
    {UNIT_SPEED, "m/s", 1},
    {UNIT_SPEED, "km/h", 1 / 3.6},
    {UNIT_TIME_PER_BYTE, "s/B", 1},
    {UNIT_TIME_PER_BYTE, "us/B", 1e-6},
    {UNIT_TIME_PER_BYTE, "ns/B", 1e-9},
};

bool units_parse(enum unit unit, const char *text, double *out)
{
    // strtod also takes "inf", "nan" and hexadecimal; a quantity starts with a digit, a sign or a
    // point.
    const char *start = text;
    if (*start == '+' || *start == '-') start++;
    if (!isdigit((unsigned char)*start) && *start != '.') return false;
    if (start[0] == '0' && (start[1] == 'x' || start[1] == 'X')) return false;
    char  *end;
    double number = strtod(text, &end);
    if (end == text || !isfinite(number)) return false;
    while (*end == ' ') end++;
    if (!*end) return *out = units_from_number(unit, number), true;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (NAMES[i].unit == unit && !strcmp(NAMES[i].name, end)) {
            double factor = NAMES[i].factor;
            double value = factor > 0 ? number * factor : 1e-3 * pow(10, number / 10);
            if (!isfinite(value)) return false;
            return *out = value, true;
        }
    return false;
}

bool units_known(const char *name)
{
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (!strcmp(NAMES[i].name, name)) return true;
    return false;
}

const char *units_example(enum unit unit)
{
    static const char *const examples[] = {
        [UNIT_NONE] = "a number",
        [UNIT_TIME] = "a time such as \"0.3 ms\"",
        [UNIT_BYTES] = "a size such as \"1 GiB\"",
        [UNIT_RATE] = "a rate such as \"94.1 Mbit/s\"",
        [UNIT_BANDWIDTH] = "a bandwidth such as \"4 GB/s\"",
        [UNIT_POWER] = "a power such as \"10 W\"",
        [UNIT_FLOPS] = "a speed such as \"85 GFLOP/s\"",
        [UNIT_FREQUENCY] = "a frequency such as \"2 /s\"",
        [UNIT_TIME_PER_BYTE] = "a time per byte such as \"5 ns/B\"",
        [UNIT_HERTZ] = "a bandwidth such as \"20 MHz\"",
        [UNIT_LENGTH] = "a length such as \"250 m\"",
        [UNIT_SPEED] = "a speed such as \"1.5 m/s\"",
    };
    return examples[unit];
}

double units_from_number(enum unit unit, double number)
{
    return unit == UNIT_RATE ? number / 8 : number;
}
