// algorithms/hadidi/methods.h: the ways of Hadidi et al. to compute one step on several devices.
//
// fc: by output neurons (concatenated, each part with its activation) or by input neurons (partial
// sums, activation where they are added). conv: by output channels ("channel"), by a grid of d x d
// tiles or else by rows ("spatial"), by input channels ("filter": partial sums). All parts are
// even. Source: Hadidi et al., IEEE IoT J. 2020, section on model parallelism and Table II; its
// printed overheads and its eq. (2) for overlaps are not used as printed but worked out from the
// exact slices (docs/models/hadidi.md lists the errata).
#ifndef FOGSIM_ALGORITHMS_HADIDI_METHODS_H
#define FOGSIM_ALGORITHMS_HADIDI_METHODS_H

#include "algorithms/common/build.h"

struct method {
    enum slice_axis axis; // SLICE_NONE: whole
    struct grid     grid; // of SLICE_GRID
};

// Which of the two, or three, ways a step may take; METHOD_AUTO: the fastest of all.
enum method_choice { METHOD_AUTO, METHOD_FIRST, METHOD_SECOND, METHOD_THIRD };

// The way a choice names: fc: output, input; conv: channel, spatial, filter. false: the step has no
// such way, or cannot be cut into as many parts.
bool method_of(const struct graph *g, uint32_t step, enum method_choice choice, uint32_t parts,
               struct method *out);

// One of `parts` parts. SLICE_NONE: the whole step, whatever the part.
struct slice method_slice(const struct graph *g, uint32_t step, struct method m, uint32_t parts,
                          uint32_t part);

// What the parts receive and send, in bytes: the column "communication" of Table II. O(parts).
int64_t method_bytes(const struct graph *g, uint32_t step, struct method m, uint32_t parts);

// Bytes that a device holds for its part: weights, input, output; the most of all parts.
int64_t method_memory_bytes(const struct graph *g, uint32_t step, struct method m, uint32_t parts);

// Seconds of the slowest part on a device of `costs`, alone.
double method_slowest_s(const struct cost_table *costs, uint32_t step, struct method m,
                        uint32_t parts);

#endif
