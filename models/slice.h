// models/slice.h: exact slices of a step.
//
// A slice is what one node computes of a step: rows, columns, frames or tiles of the chain's output
// (conv), output neurons or channels, or input neurons or channels (partial sums, added where they
// merge; the chain behind the head cannot run before that). What it needs is derived back through
// every layer of the chain: rows (columns, frames) that an overlapping pool needs twice are
// computed twice. Channels of a grouped conv read the input channels of their groups alone. Integer
// arithmetic throughout. Source: facts 2.1 of the thesis, reading 4 (exact receptive field), along
// each axis.
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
    // SLICE_GRID: tiles down and across, cut evenly (the output's row i R belongs to tile i of R
    // rows of tiles, i rows / R rounded down); else 0. [begin, end) must be a rectangle: tiles of
    // one row of them, or whole rows.
    int32_t grid_rows, grid_columns;
};

// A block of a tensor: rows, columns and frames by AXIS_*, and the same channels of each of so many
// equal groups (1 but for input channels of grouped convs).
struct block {
    struct span at[AXIS_COUNT], channels;
    int32_t     groups;
};

static inline struct block block_of_tensor(const struct graph *g, uint32_t tensor) // all of it
{
    struct shape s = graph_tensor(g, tensor);
    return (struct block){
        .at = {{0, s.h}, {0, s.w}, {0, shape_frames(&s)}}, .channels = {0, s.c}, .groups = 1};
}

int64_t block_elements(const struct block *b);
int64_t block_bytes(const struct graph *g, uint32_t tensor, const struct block *b);

// Along these a slice needs all parameters of its step: rows, columns, frames, tiles.
static inline bool axis_is_spatial(enum slice_axis axis)
{
    return axis == SLICE_ROWS || axis == SLICE_COLUMNS || axis == SLICE_FRAMES ||
           axis == SLICE_GRID;
}

// How the step is cut by default: a conv by rows, an fc by output neurons.
enum slice_axis step_axis(const struct graph *g, uint32_t step);
// What [begin, end) divides. Input channels of a grouped conv: those of one group, as a slice has
// the same of each. Asserts that the axis is not SLICE_GRID, which the step does not bound.
int32_t      step_extent(const struct graph *g, uint32_t step, enum slice_axis axis);
int32_t      slice_extent(const struct graph *g, uint32_t step, struct slice s); // grids too
struct slice step_whole(const struct graph *g, uint32_t step);
bool slice_is_whole(const struct graph *g, uint32_t step, struct slice s); // along step_axis

// How many layers of the chain a slice runs before it must be merged: all of them for rows,
// columns, frames and tiles; for channels those up to the first that mixes channels; for input
// slices the head alone.
static inline uint32_t slice_chain_count(const struct graph *g, uint32_t step, enum slice_axis axis)
{
    if (axis == SLICE_IN) return 1;
    return axis_is_spatial(axis) ? g->steps[step].chain_count : g->steps[step].apart_count;
}

// The tensor that the last of these layers makes.
static inline uint32_t slice_tensor(const struct graph *g, uint32_t step, enum slice_axis axis)
{
    return g->steps[step].chain[slice_chain_count(g, step, axis) - 1] + 1;
}

// What the slice makes of that tensor.
struct block slice_output(const struct graph *g, uint32_t step, struct slice s);

// What the slice computes of the output of each of its chain layers, blocks[0] being the head's.
// Returns what it reads of the step's input; neurons of a flattened image (slice_is_scattered) are
// no block: then all of it.
struct block slice_blocks(const struct graph *g, uint32_t step, struct slice s,
                          struct block blocks[MAX_CHAIN]);

// Nothing is computed: of more tiles than there are rows (columns) some are empty.
bool slice_is_empty(const struct graph *g, uint32_t step, struct slice s);

// A share of an fc's inputs that lies in an image: a range of its elements, not a block.
bool slice_is_scattered(const struct graph *g, uint32_t step, struct slice s);

// Half-open range of the step's input that the slice needs: columns, frames or input
// neurons/channels of slices along these, else rows (an fc: neurons).
struct span slice_input(const struct graph *g, uint32_t step, struct slice s);

int64_t slice_input_bytes(const struct graph *g, uint32_t step, struct slice s);
// Partial sums count as 32-bit numbers whatever the tensor is stored in.
int64_t slice_output_bytes(const struct graph *g, uint32_t step, struct slice s);
// The same of a slice whose blocks are known: what slice_blocks returns, the last of its blocks.
int64_t slice_read_bytes(const struct graph *g, uint32_t step, struct slice s,
                         const struct block *in);
int64_t slice_made_bytes(const struct graph *g, uint32_t step, struct slice s,
                         const struct block *out);
// Parameters the slice needs, in bytes: all of them for rows, columns, frames and tiles, its share
// for channels and neurons (rounded up to whole parameters, packed ones to whole bytes).
int64_t slice_weight_bytes(const struct graph *g, uint32_t step, struct slice s);

// One layer of the chain as an operation of its own that makes the block `out` of its output from
// `in`: the window (padding at the cut is gone) and shapes. Attributes of the channels stay those
// of the layer.
void slice_layer_block(const struct graph *g, uint32_t layer, const struct block *in,
                       const struct block *out, struct kernel_attr *attr, struct shape *in_shape,
                       struct shape *out_shape);
// The same for all columns, frames and channels of the rows `out`.
void slice_layer(const struct graph *g, uint32_t layer, struct span out, struct kernel_attr *attr,
                 struct shape *in, struct shape *out_shape);

// Cuts [0, extent) in proportion to `weights` (DINA-P; facts 2.1: o_i = floor(rho_i extent)), into
// cuts[count + 1]. Weights are taken as decimals of 12 digits, so that 0.3 of 10 is 3. Asserts that
// none is negative and one positive.
void slice_cuts(const double *weights, uint32_t count, int32_t extent, int32_t *cuts);

#endif
