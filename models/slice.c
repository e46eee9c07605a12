#include "models/slice.h"

#include <assert.h>
#include <math.h>

const char *const slice_axis_names[SLICE_AXIS_COUNT] = {"",        "rows",   "out", "in",
                                                        "columns", "frames", "grid"};

static const struct layer *head(const struct graph *g, uint32_t step)
{
    return &g->layers[g->steps[step].chain[0]];
}

enum slice_axis step_axis(const struct graph *g, uint32_t step)
{
    return layer_is_conv(head(g, step)) ? SLICE_ROWS : SLICE_OUT;
}

int32_t step_extent(const struct graph *g, uint32_t step, enum slice_axis axis)
{
    struct shape out = graph_tensor(g, g->steps[step].output);
    assert(axis != SLICE_GRID && axis != SLICE_NONE);
    if (axis == SLICE_ROWS) return out.h;
    if (axis == SLICE_COLUMNS) return out.w;
    if (axis == SLICE_FRAMES) return shape_frames(&out);
    if (axis == SLICE_OUT) return head(g, step)->out.c;
    struct shape in = graph_tensor(g, g->steps[step].input);
    return layer_is_fc(head(g, step)) ? (int32_t)shape_elements(&in)
                                      : in.c / head(g, step)->attr.groups;
}

int32_t slice_extent(const struct graph *g, uint32_t step, struct slice s)
{
    return s.axis == SLICE_GRID ? s.grid_rows * s.grid_columns : step_extent(g, step, s.axis);
}

struct slice step_whole(const struct graph *g, uint32_t step)
{
    enum slice_axis axis = step_axis(g, step);
    return (struct slice){.axis = axis, .begin = 0, .end = step_extent(g, step, axis)};
}

bool slice_is_whole(const struct graph *g, uint32_t step, struct slice s)
{
    struct slice whole = step_whole(g, step);
    return s.axis == whole.axis && s.begin == 0 && s.end == whole.end;
}

// ---- blocks -------------------------------------------------------------------------------------

static int32_t length(struct span s)
{
    return s.end - s.begin;
}

static int32_t channels_of(const struct block *b)
{
    return length(b->channels) * b->groups;
}

int64_t block_elements(const struct block *b)
{
    return (int64_t)channels_of(b) * length(b->at[AXIS_H]) * length(b->at[AXIS_W]) *
           length(b->at[AXIS_D]);
}

int64_t block_bytes(const struct graph *g, uint32_t tensor, const struct block *b)
{
    return (block_elements(b) * graph_tensor_bits(g, tensor) + 7) / 8;
}

// Tiles [first, end) of `count` equal ones.
static struct span tiles(int32_t first, int32_t end, int32_t count, int32_t extent)
{
    return (struct span){(int32_t)((int64_t)first * extent / count),
                         (int32_t)((int64_t)end * extent / count)};
}

static void cut_tiles(struct slice s, struct block *b)
{
    int32_t columns = s.grid_columns, row = s.begin / columns, last = (s.end - 1) / columns;
    bool    rows_whole = s.begin % columns == 0 && s.end % columns == 0;
    assert(s.grid_rows > 0 && columns > 0 && s.end <= s.grid_rows * columns);
    assert(row == last || rows_whole);
    b->at[AXIS_H] = tiles(row, last + 1, s.grid_rows, b->at[AXIS_H].end);
    if (!rows_whole)
        b->at[AXIS_W] = tiles(s.begin % columns, s.end - row * columns, columns, b->at[AXIS_W].end);
}

// The axes of a tensor that slices along a slice_axis cut: [first, end).
static const struct span cut_axes[SLICE_AXIS_COUNT] = {[SLICE_ROWS] = {AXIS_H, AXIS_H + 1},
                                                       [SLICE_COLUMNS] = {AXIS_W, AXIS_W + 1},
                                                       [SLICE_FRAMES] = {AXIS_D, AXIS_D + 1},
                                                       [SLICE_GRID] = {AXIS_H, AXIS_W + 1}};

struct block slice_output(const struct graph *g, uint32_t step, struct slice s)
{
    struct block b = block_of_tensor(g, slice_tensor(g, step, s.axis));
    struct span  range = {s.begin, s.end};
    assert(s.begin >= 0 && s.begin <= s.end);
    if (s.axis == SLICE_IN) return b;
    if (s.axis == SLICE_GRID && s.begin < s.end) {
        cut_tiles(s, &b);
        return b;
    }
    if (s.axis == SLICE_GRID) range = (struct span){0, 0}; // tiles are no rows
    struct span *cut = axis_is_spatial(s.axis) ? &b.at[cut_axes[s.axis].begin] : &b.channels;
    assert(range.end <= cut->end);
    *cut = range;
    return b;
}

// The channels of its input, of `count`, that a layer reads for those of its output.
static struct span channels_before(const struct layer *l, int32_t count, struct span out)
{
    if (!l->kernel->mixes_channels) return out;
    if (!layer_is_conv(l)) return (struct span){0, count};
    int32_t of_in = count / l->attr.groups, of_out = l->out.c / l->attr.groups;
    if (out.begin >= out.end) return (struct span){0, 0};
    return (struct span){out.begin / of_out * of_in, ((out.end - 1) / of_out + 1) * of_in};
}

// What a layer reads of its input for a block of its output. Along axes that are not cut all of it
// is there, also what no window of a large stride reads.
static void block_before(const struct graph *g, const struct layer *l, const struct block *out,
                         enum slice_axis along, struct block *in)
{
    *in = block_of_tensor(g, l->inputs[0]);
    for (int axis = cut_axes[along].begin; axis < cut_axes[along].end; axis++) {
        if (l->kernel->rows == ROWS_SAME) in->at[axis] = out->at[axis];
        if (l->kernel->rows == ROWS_WINDOW)
            in->at[axis] = window_in(&l->attr.window, axis, in->at[axis].end, out->at[axis]);
    }
    if (l->kernel->rows == ROWS_NONE && block_elements(out) == 0) in->at[AXIS_H].end = 0;
    in->channels = channels_before(l, in->channels.end, out->channels);
}

struct block slice_blocks(const struct graph *g, uint32_t step, struct slice s,
                          struct block blocks[MAX_CHAIN])
{
    const struct step *st = &g->steps[step];
    struct block       need;
    uint32_t           count = slice_chain_count(g, step, s.axis);
    assert(st->chain_count <= MAX_CHAIN);
    blocks[count - 1] = slice_output(g, step, s);
    for (uint32_t i = count; i-- > 0;)
        block_before(g, &g->layers[st->chain[i]], &blocks[i], s.axis, i ? &blocks[i - 1] : &need);
    if (s.axis != SLICE_IN || slice_is_scattered(g, step, s)) return need;
    need.channels = (struct span){s.begin, s.end};
    need.groups = layer_is_conv(head(g, step)) ? head(g, step)->attr.groups : 1;
    return need;
}

bool slice_is_empty(const struct graph *g, uint32_t step, struct slice s)
{
    if (s.begin >= s.end || s.axis != SLICE_GRID) return s.begin >= s.end;
    struct block out = slice_output(g, step, s);
    return block_elements(&out) == 0;
}

bool slice_is_scattered(const struct graph *g, uint32_t step, struct slice s)
{
    if (s.axis != SLICE_IN || !layer_is_fc(head(g, step))) return false;
    struct shape in = graph_tensor(g, g->steps[step].input);
    return shape_pixels(&in) > 1;
}

struct span slice_input(const struct graph *g, uint32_t step, struct slice s)
{
    struct block blocks[MAX_CHAIN], in;
    if (s.axis == SLICE_IN) return (struct span){s.begin, s.end};
    if (!axis_is_spatial(s.axis) && layer_is_fc(head(g, step)))
        return (struct span){0, step_extent(g, step, SLICE_IN)};
    in = slice_blocks(g, step, s, blocks);
    return in.at[s.axis == SLICE_COLUMNS ? AXIS_W : s.axis == SLICE_FRAMES ? AXIS_D : AXIS_H];
}

// ---- bytes --------------------------------------------------------------------------------------

int64_t slice_read_bytes(const struct graph *g, uint32_t step, struct slice s,
                         const struct block *in)
{
    uint32_t tensor = g->steps[step].input;
    if (!slice_is_scattered(g, step, s)) return block_bytes(g, tensor, in);
    return ((int64_t)(s.end - s.begin) * graph_tensor_bits(g, tensor) + 7) / 8;
}

int64_t slice_input_bytes(const struct graph *g, uint32_t step, struct slice s)
{
    struct block blocks[MAX_CHAIN], in = slice_blocks(g, step, s, blocks);
    return slice_read_bytes(g, step, s, &in);
}

int64_t slice_made_bytes(const struct graph *g, uint32_t step, struct slice s,
                         const struct block *out)
{
    if (s.axis == SLICE_IN) return block_elements(out) * BYTES_PER_ELEMENT;
    return block_bytes(g, slice_tensor(g, step, s.axis), out);
}

int64_t slice_output_bytes(const struct graph *g, uint32_t step, struct slice s)
{
    struct block out = slice_output(g, step, s);
    return slice_made_bytes(g, step, s, &out);
}

static int64_t share_of(int64_t count, struct slice s, int32_t extent)
{
    return (count * (s.end - s.begin) + extent - 1) / extent;
}

int64_t slice_weight_bytes(const struct graph *g, uint32_t step, struct slice s)
{
    const struct step *st = &g->steps[step];
    if (axis_is_spatial(s.axis)) return st->weights * BYTES_PER_ELEMENT + st->packed_weight_bytes;
    int32_t extent = step_extent(g, step, s.axis);
    return share_of(st->weights, s, extent) * BYTES_PER_ELEMENT +
           share_of(st->packed_weight_bytes, s, extent);
}

// ---- a layer of a slice -------------------------------------------------------------------------

static int32_t at_least_0(int32_t x)
{
    return x > 0 ? x : 0;
}

static struct shape shape_of(const struct block *b, struct shape whole)
{
    return (struct shape){channels_of(b), length(b->at[AXIS_H]), length(b->at[AXIS_W]),
                          whole.d ? length(b->at[AXIS_D]) : 0};
}

// What padding is left at the two ends of the piece; an axis that is not cut keeps its own. So does
// a ceil-mode window at the very end.
static void cut_padding(struct window *w, int axis, struct span out, int32_t whole_out,
                        int32_t whole_in)
{
    if (length(out) == whole_out) return;
    int32_t first = window_at(w, axis, out.begin, 0);
    int32_t last = window_at(w, axis, out.end - 1, 0) + window_reach(w, axis);
    w->pad_begin[axis] = at_least_0(-first);
    if (!(w->ceil && out.end == whole_out)) w->pad_end[axis] = at_least_0(last - whole_in);
}

void slice_layer_block(const struct graph *g, uint32_t layer, const struct block *in,
                       const struct block *out, struct kernel_attr *attr, struct shape *in_shape,
                       struct shape *out_shape)
{
    const struct layer *l = &g->layers[layer];
    *attr = l->attr;
    layer_inputs(g, layer, in_shape);
    *out_shape = l->out;
    if (l->kernel->rows == ROWS_NONE) return;

    struct block whole_in = block_of_tensor(g, l->inputs[0]), whole = block_of_tensor(g, layer + 1);
    *in_shape = shape_of(in, *in_shape);
    *out_shape = shape_of(out, l->out);
    for (int axis = 0; axis < AXIS_COUNT && l->kernel->rows == ROWS_WINDOW; axis++)
        cut_padding(&attr->window, axis, out->at[axis], whole.at[axis].end, whole_in.at[axis].end);
}

void slice_layer(const struct graph *g, uint32_t layer, struct span out, struct kernel_attr *attr,
                 struct shape *in, struct shape *out_shape)
{
    struct block b = block_of_tensor(g, layer + 1), need;
    b.at[AXIS_H] = out;
    block_before(g, &g->layers[layer], &b, SLICE_ROWS, &need);
    slice_layer_block(g, layer, &need, &b, attr, in, out_shape);
}

// A sum of 2^31 weights of 12 digits, times an extent, fits 128 bits. A 32-bit machine has 64: room
// for 500 parts of 16384 rows.
#if defined(__SIZEOF_INT128__)
typedef __int128 wide;
#else
typedef int64_t wide;
#endif

void slice_cuts(const double *weights, uint32_t count, int32_t extent, int32_t *cuts)
{
    assert(count > 0 && extent >= 0);
    double largest = 0;
    for (uint32_t i = 0; i < count; i++) {
        assert(isfinite(weights[i]) && weights[i] >= 0);
        if (weights[i] > largest) largest = weights[i];
    }
    assert(largest > 0);
    // Decimal scale: the largest weight gets 12 digits before the point.
    double scale = pow(10, 11 - floor(log10(largest)));
    wide   total = 0, sum = 0;
    for (uint32_t i = 0; i < count; i++) total += llround(weights[i] * scale);
    assert(sizeof(wide) > 8 || total <= INT64_MAX / ((wide)extent + 1));
    cuts[0] = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += llround(weights[i] * scale);
        cuts[i + 1] = (int32_t)(sum * extent / total);
    }
}
