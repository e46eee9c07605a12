// models/slice.h: exact slices of a step.
//
// A slice is what one node computes of a step: rows of the chain's output (conv), output neurons or
// channels, or input neurons or channels (partial sums, added where they merge; the chain behind
// the head cannot run before that). Rows are derived back through every layer of the chain: rows
// that an overlapping pool needs twice are computed twice. Integer arithmetic throughout. Source:
// facts 2.1 of the thesis, reading 4 (exact receptive field).
#ifndef FOGSIM_MODELS_SLICE_H
#define FOGSIM_MODELS_SLICE_H

#include "models/graph.h"

enum slice_axis {
    SLICE_NONE,
    SLICE_ROWS,
    SLICE_OUT, // output neurons of an fc, output channels of a conv
    SLICE_IN,  // input neurons, input channels: partial sums
    SLICE_COLUMNS,
    SLICE_FRAMES, // of a video
    SLICE_GRID,   // tiles of rows x columns, in row-major order
    SLICE_AXIS_COUNT
};

extern const char *const slice_axis_names[SLICE_AXIS_COUNT]; // "", "rows", "out", "in", ...

struct slice { // half-open, of the step's output (in: of its head's input)
    enum slice_axis axis;
    int32_t         begin, end;
    int32_t grid_rows, grid_columns; // SLICE_GRID: tiles down and across, cut evenly; else 0
};

// How the step is cut by default: a conv by rows, an fc by output neurons.
enum slice_axis step_axis(const struct graph *g, uint32_t step);
int32_t         step_extent(const struct graph *g, uint32_t step,
                            enum slice_axis axis); // what [begin, end) divides
struct slice    step_whole(const struct graph *g, uint32_t step);

// How many layers of the chain a slice runs before it must be merged: all of them for rows; for
// channels those up to the first that mixes channels; for input slices the head alone.
uint32_t slice_chain_count(const struct graph *g, uint32_t step, enum slice_axis axis);

// Output rows of each chain layer that the slice computes, rows[0] being the head's. Returns the
// rows of the head's input that it reads. Slices along other axes compute all rows.
struct span slice_rows(const struct graph *g, uint32_t step, struct slice s,
                       struct span rows[MAX_CHAIN]);

// Half-open range of the step's input that the slice needs: rows, or neurons/channels; input of
// other axes is whole.
struct span slice_input(const struct graph *g, uint32_t step, struct slice s);

int64_t slice_input_bytes(const struct graph *g, uint32_t step, struct slice s);
int64_t slice_output_bytes(const struct graph *g, uint32_t step, struct slice s);
// Parameters the slice needs, in bytes: all of them for rows, its share for channels and neurons
// (rounded up).
int64_t slice_weight_bytes(const struct graph *g, uint32_t step, struct slice s);

// One layer of the chain as an operation of its own on the rows `out` of its output: attributes
// (padding at the cut is gone) and shapes.
void slice_layer(const struct graph *g, uint32_t layer, struct span out, struct kernel_attr *attr,
                 struct shape *in, struct shape *out_shape);

// Cuts [0, extent) in proportion to `weights` (DINA-P; facts 2.1: o_i = floor(rho_i extent)), into
// cuts[count + 1]. Weights are taken as decimals of 12 digits, so that 0.3 of 10 is 3. Asserts that
// none is negative and one positive.
void slice_cuts(const double *weights, uint32_t count, int32_t extent, int32_t *cuts);

#endif
