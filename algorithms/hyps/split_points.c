#include "algorithms/hyps/split_points.h"

#include <math.h>
#include <string.h>

#include "models/slice.h"

static bool is_pool(const struct layer *l)
{
    return !l->kernel->heads_step && l->kernel->rows == ROWS_WINDOW;
}

// A layer that works on each element of what the layer before it made, and on nothing else.
static bool follows(const struct graph *g, uint32_t i)
{
    const struct layer *l = &g->layers[i];
    if (l->input_count != 1 || l->inputs[0] != i || l->kernel->heads_step || is_pool(l))
        return false;
    struct shape in = graph_tensor(g, i);
    return shape_elements(&in) == shape_elements(&l->out);
}

// Whether it may write where it reads: not where an output needs its neighbours as they were (lrn).
static bool runs_in_place(const struct graph *g, uint32_t i)
{
    const struct kernel *k = g->layers[i].kernel;
    return follows(g, i) && !(k->rows == ROWS_SAME && k->mixes_channels);
}

// The end of a layer and what follows it element by element.
static uint32_t group_end(const struct graph *g, uint32_t first)
{
    uint32_t end = first + 1;
    while (end < g->layer_count && follows(g, end)) end++;
    return end;
}

// The end of what one part of a complex layer can run: its step's chain up to the first layer that
// mixes channels, as far as these stand behind one another.
static uint32_t complex_end(const struct graph *g, uint32_t first)
{
    uint32_t           step = (uint32_t)g->layers[first].step;
    const struct step *s = &g->steps[step];
    uint32_t           count = slice_chain_count(g, step, SLICE_OUT), end = first + 1;
    for (uint32_t i = 1; i < count && s->chain[i] == end; i++) end++;
    return end;
}

static bool is_wanted(const struct layer *l, enum split_kind kind)
{
    if (kind == SPLIT_POOL) return is_pool(l);
    if (kind == SPLIT_CONV) return layer_is_conv(l);
    return kind == SPLIT_ALL && (l->kernel->heads_step || is_pool(l));
}

static void mark(struct split *s, uint32_t point, enum split_point kind)
{
    if (s->points[point] < (uint8_t)kind) s->points[point] = (uint8_t)kind;
}

// Those of the steps that the last answer needs, and what comes before any step.
static void find_wanted(struct split *s, struct arena *a)
{
    const struct graph *g = s->graph;
    bool               *needed = ARENA_ARRAY(a, bool, g->step_count);
    graph_exit_steps(g, g->exit_count - 1, needed);
    for (uint32_t i = 0; i < g->layer_count; i++) {
        int32_t step = g->layers[i].step;
        s->wanted[i] = g->exit_count == 1 || step == NO_STEP || needed[step];
    }
}

bool split_is_empty(const struct split *s, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++)
        if (s->wanted[i]) return false;
    return true;
}

static void find_readers(struct split *s)
{
    const struct graph *g = s->graph;
    for (uint32_t i = 0; i < g->layer_count; i++)
        for (uint32_t k = 0; s->wanted[i] && k < g->layers[i].input_count; k++)
            s->last_read[g->layers[i].inputs[k]] = i;
}

// Partitions of nothing that is wanted lie between mandatory points alone.
static void drop_empty(struct split *s)
{
    for (uint32_t first = 0, end; first < s->graph->layer_count; first = end) {
        for (end = first + 1; !s->points[end];) end++;
        if (!split_is_empty(s, first, end)) continue;
        if (s->points[first] == POINT_OPTIONAL)
            s->points[first] = POINT_NONE;
        else if (s->points[end] == POINT_OPTIONAL)
            s->points[end] = POINT_NONE;
    }
}

void split_find(const struct graph *g, int64_t threshold, enum split_kind optional, struct arena *a,
                struct split *out)
{
    *out = (struct split){.graph = g,
                          .points = ARENA_ARRAY(a, uint8_t, g->layer_count + 1),
                          .wanted = ARENA_ARRAY(a, bool, g->layer_count),
                          .complex = ARENA_ARRAY(a, bool, g->layer_count),
                          .last_read = ARENA_ARRAY(a, uint32_t, g->layer_count + 1),
                          .used = ARENA_ARRAY(a, uint32_t, g->layer_count + 1)};
    mark(out, 0, POINT_MANDATORY);
    mark(out, g->layer_count, POINT_MANDATORY);
    find_wanted(out, a);
    find_readers(out);
    for (uint32_t i = 0; i < g->layer_count; i++) {
        const struct layer *l = &g->layers[i];
        if (!out->wanted[i]) continue;
        bool     is_complex = l->kernel->heads_step && l->params >= threshold;
        uint32_t end = is_complex ? complex_end(g, i) : group_end(g, i);
        if (is_complex) {
            out->complex[i] = true;
            mark(out, i, POINT_MANDATORY);
            mark(out, end, POINT_MANDATORY);
            i = end - 1; // its pool, if a part can run it, is no place to cut
        } else if (is_wanted(l, optional)) {
            mark(out, end, POINT_OPTIONAL);
        }
    }
    drop_empty(out);
}

bool split_leaves(const struct split *s, uint32_t tensor, uint32_t end)
{
    return s->last_read[tensor] >= end || tensor == s->graph->layer_count;
}

// Into s->used: 1 + the last layer of the partition that reads the tensor; 0: none.
static void find_uses(const struct split *s, uint32_t first, uint32_t end)
{
    const struct graph *g = s->graph;
    memset(s->used, 0, (g->layer_count + 1) * sizeof *s->used);
    for (uint32_t i = first; i < end; i++)
        for (uint32_t k = 0; s->wanted[i] && k < g->layers[i].input_count; k++)
            s->used[g->layers[i].inputs[k]] = i + 1;
}

// Bytes alive while layer i of [first, end) runs.
static double live_at(const struct split *s, uint32_t i, uint32_t first, uint32_t end)
{
    const struct graph *g = s->graph;
    double              bytes = (double)graph_tensor_bytes(g, i + 1);
    for (uint32_t t = 0; t <= i; t++) { // those up to `first` come in, the others are made here
        bool is_alive = s->used[t] > i || (t > first && split_leaves(s, t, end));
        bool in_place = t == i && i > first && runs_in_place(g, i) && s->last_read[t] == i &&
                        graph_tensor_bits(g, t) == graph_tensor_bits(g, i + 1);
        if (is_alive && !in_place) bytes += (double)graph_tensor_bytes(g, t);
    }
    return bytes;
}

struct partition_need split_need(const struct split *s, uint32_t first, uint32_t end)
{
    const struct graph   *g = s->graph;
    struct partition_need n = {0};
    find_uses(s, first, end);
    for (uint32_t i = first; i < end; i++) {
        if (!s->wanted[i]) continue;
        n.weight_bytes += (double)layer_weight_bytes(&g->layers[i]);
        n.live_bytes = fmax(n.live_bytes, live_at(s, i, first, end));
        if (split_leaves(s, i + 1, end)) n.output_bytes += (double)graph_tensor_bytes(g, i + 1);
    }
    for (uint32_t t = 0; t <= first; t++)
        if (s->used[t]) n.input_bytes += (double)graph_tensor_bytes(g, t);
    return n;
}

uint32_t split_extent(const struct split *s, uint32_t first)
{
    const struct graph *g = s->graph;
    return (uint32_t)step_extent(g, (uint32_t)g->layers[first].step, SLICE_OUT);
}

uint32_t split_begin(uint32_t extent, uint32_t parts, uint32_t rank)
{
    return (uint32_t)((uint64_t)extent * rank / parts);
}

struct partition_need split_part_need(const struct split *s, uint32_t first, uint32_t end,
                                      uint32_t length)
{
    struct partition_need n = split_need(s, first, end);
    double                extent = split_extent(s, first);
    n.weight_bytes = ceil(n.weight_bytes * length / extent);
    n.output_bytes = ceil(n.output_bytes * length / extent);
    n.live_bytes = n.input_bytes + ceil((n.live_bytes - n.input_bytes) * length / extent);
    return n;
}
