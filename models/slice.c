#include "models/slice.h"

#include <assert.h>
#include <math.h>

const char *const slice_axis_names[SLICE_AXIS_COUNT] = {"", "rows", "out", "in"};

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
    struct shape in = graph_tensor(g, g->steps[step].input);
    bool         is_fc = layer_is_fc(head(g, step));
    if (axis == SLICE_ROWS) return graph_tensor(g, g->steps[step].output).h;
    if (axis == SLICE_OUT) return head(g, step)->out.c;
    return is_fc ? (int32_t)shape_elements(&in) : in.c / head(g, step)->attr.groups;
}

struct slice step_whole(const struct graph *g, uint32_t step)
{
    enum slice_axis axis = step_axis(g, step);
    return (struct slice){.axis = axis, .begin = 0, .end = step_extent(g, step, axis)};
}

uint32_t slice_chain_count(const struct graph *g, uint32_t step, enum slice_axis axis)
{
    const struct step *s = &g->steps[step];
    if (axis == SLICE_ROWS) return s->chain_count;
    if (axis == SLICE_IN) return 1;
    uint32_t count = 1;
    while (count < s->chain_count && !g->layers[s->chain[count]].kernel->mixes_channels) count++;
    return count;
}

// Rows of a layer's input that rows `out` of its output need.
static struct span rows_in(const struct graph *g, const struct layer *l, struct span out)
{
    int32_t in_h = graph_tensor(g, l->inputs[0]).h;
    if (l->kernel->rows == ROWS_WINDOW) return window_in(&l->attr.window, AXIS_H, in_h, out);
    if (l->kernel->rows == ROWS_SAME) return out;
    return (struct span){0, out.begin < out.end ? in_h : 0};
}

struct span slice_rows(const struct graph *g, uint32_t step, struct slice s,
                       struct span rows[MAX_CHAIN])
{
    const struct step *st = &g->steps[step];
    assert(st->chain_count <= MAX_CHAIN && s.begin >= 0 && s.begin <= s.end);
    bool        by_rows = s.axis == SLICE_ROWS;
    struct span need = {by_rows ? s.begin : 0, by_rows ? s.end : graph_tensor(g, st->output).h};
    assert(need.end <= graph_tensor(g, st->output).h);
    for (uint32_t i = st->chain_count; i-- > 0;) {
        rows[i] = need;
        need = rows_in(g, &g->layers[st->chain[i]], need);
    }
    return need;
}

struct span slice_input(const struct graph *g, uint32_t step, struct slice s)
{
    if (s.axis == SLICE_IN) return (struct span){s.begin, s.end};
    struct span rows[MAX_CHAIN];
    if (s.axis == SLICE_ROWS) return slice_rows(g, step, s, rows);
    // all of the input: rows of a conv's, neurons of an fc's
    bool is_conv = step_axis(g, step) == SLICE_ROWS;
    return (struct span){0, is_conv ? graph_tensor(g, g->steps[step].input).h
                                    : step_extent(g, step, SLICE_IN)};
}

int64_t slice_input_bytes(const struct graph *g, uint32_t step, struct slice s)
{
    struct shape in = graph_tensor(g, g->steps[step].input);
    struct span  range = slice_input(g, step, s);
    int64_t      length = range.end - range.begin;
    if (s.axis == SLICE_ROWS) return shape_elements(&in) / in.h * length * BYTES_PER_ELEMENT;
    if (s.axis == SLICE_OUT) return graph_tensor_bytes(g, g->steps[step].input);
    return graph_tensor_bytes(g, g->steps[step].input) / step_extent(g, step, SLICE_IN) * length;
}

int64_t slice_output_bytes(const struct graph *g, uint32_t step, struct slice s)
{
    uint32_t     last = g->steps[step].chain[slice_chain_count(g, step, s.axis) - 1];
    struct shape out = g->layers[last].out;
    int64_t      length = s.end - s.begin;
    if (s.axis == SLICE_ROWS) return shape_elements(&out) / out.h * length * BYTES_PER_ELEMENT;
    if (s.axis == SLICE_OUT) return shape_pixels(&out) * length * BYTES_PER_ELEMENT;
    return shape_elements(&out) * BYTES_PER_ELEMENT; // partial sums of everything
}

int64_t slice_weight_bytes(const struct graph *g, uint32_t step, struct slice s)
{
    int64_t params = 0;
    for (uint32_t i = 0; i < g->steps[step].chain_count; i++)
        params += g->layers[g->steps[step].chain[i]].params;
    if (s.axis == SLICE_ROWS) return params * BYTES_PER_ELEMENT;
    int32_t extent = step_extent(g, step, s.axis);
    return (params * (s.end - s.begin) + extent - 1) / extent * BYTES_PER_ELEMENT;
}

static int32_t at_least_0(int32_t x)
{
    return x > 0 ? x : 0;
}

void slice_layer(const struct graph *g, uint32_t layer, struct span out, struct kernel_attr *attr,
                 struct shape *in, struct shape *out_shape)
{
    const struct layer *l = &g->layers[layer];
    *attr = l->attr;
    layer_inputs(g, layer, in);
    *out_shape = l->out;
    if (l->kernel->rows == ROWS_NONE) return;

    int32_t     whole_h = in->h;
    struct span need = rows_in(g, l, out);
    in->h = need.end - need.begin;
    out_shape->h = out.end - out.begin;
    if (l->kernel->rows == ROWS_SAME) return;

    // What padding is left at the two ends of the piece. A ceil-mode window at the very end keeps
    // its own rule.
    struct window *w = &attr->window;
    int32_t        first = window_at(w, AXIS_H, out.begin, 0);
    int32_t        last = window_at(w, AXIS_H, out.end - 1, 0) + window_reach(w, AXIS_H);
    w->pad_begin[AXIS_H] = at_least_0(-first);
    if (!(w->ceil && out.end == l->out.h)) w->pad_end[AXIS_H] = at_least_0(last - whole_h);
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
