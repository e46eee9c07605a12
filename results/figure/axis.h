// results/figure/axis.h: the values of a key, as texts, to places on an axis of a figure.
//
// Texts are what a run's point holds: "4", "10 Mbit/s", "retry". When all of them are numbers, or
// quantities (base/units.h) of one kind, the axis is numeric, in the unit of the first; else each
// has the place of its rank.
#ifndef FOGSIM_RESULTS_FIGURE_AXIS_H
#define FOGSIM_RESULTS_FIGURE_AXIS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct axis {
    const char *unit;    // "Mbit/s"; "": none, or not numeric
    bool        numeric; // else number[i] = i
    bool        logarithmic;
    double     *number; // [count], in `unit`
};

// `texts` differ from each other and are in the order of the sweep. Memory from `a`. O(count log
// count).
//
// Logarithmic when all are > 0 and there are three or more, the greatest at least five times the
// least, and the gaps between their logarithms are more even (standard deviation over mean) than
// those between themselves; two values: when they are a factor of 50 apart.
void axis_make(struct axis *out, struct arena *a, const char *const *texts, uint32_t count);

// Whether two texts tell the same value: "4" and "4.0", "10 Mbit/s" and "10000 kbit/s".
bool axis_same(const char *left, const char *right);

#endif
