#include "algorithms/hadidi/methods.h"

#include <math.h>

static bool is_conv(const struct graph *g, uint32_t step)
{
    return layer_is_conv(&g->layers[g->steps[step].chain[0]]);
}

static struct method spatial(const struct graph *g, uint32_t step, uint32_t parts)
{
    struct shape out = graph_tensor(g, g->steps[step].output);
    int32_t      side = (int32_t)lround(sqrt(parts));
    if (side > 1 && (uint32_t)(side * side) == parts && side <= out.h && side <= out.w)
        return (struct method){SLICE_GRID, {side, side}};
    return (struct method){SLICE_ROWS, {0, 0}};
}

static int32_t extent(const struct graph *g, uint32_t step, struct method m)
{
    return m.axis == SLICE_GRID ? m.grid.rows * m.grid.columns : step_extent(g, step, m.axis);
}

bool method_of(const struct graph *g, uint32_t step, enum method_choice choice, uint32_t parts,
               struct method *out)
{
    static const enum slice_axis fc[] = {SLICE_NONE, SLICE_OUT, SLICE_IN, SLICE_NONE},
                                 conv[] = {SLICE_NONE, SLICE_OUT, SLICE_ROWS, SLICE_IN};
    *out = (struct method){.axis = is_conv(g, step) ? conv[choice] : fc[choice]};
    if (out->axis == SLICE_NONE) return false;
    if (out->axis == SLICE_ROWS) *out = spatial(g, step, parts);
    return (int64_t)extent(g, step, *out) >= (int64_t)parts;
}

struct slice method_slice(const struct graph *g, uint32_t step, struct method m, uint32_t parts,
                          uint32_t part)
{
    if (m.axis == SLICE_NONE) return step_whole(g, step);
    int64_t all = extent(g, step, m);
    return (struct slice){.axis = m.axis,
                          .begin = (int32_t)(all * part / parts),
                          .end = (int32_t)(all * (part + 1) / parts),
                          .grid_rows = m.grid.rows,
                          .grid_columns = m.grid.columns};
}

int64_t method_bytes(const struct graph *g, uint32_t step, struct method m, uint32_t parts)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < parts; i++) {
        struct slice s = method_slice(g, step, m, parts, i);
        sum += slice_input_bytes(g, step, s) + slice_output_bytes(g, step, s);
    }
    return sum;
}

int64_t method_memory_bytes(const struct graph *g, uint32_t step, struct method m, uint32_t parts)
{
    int64_t most = 0;
    for (uint32_t i = 0; i < parts; i++) {
        struct slice s = method_slice(g, step, m, parts, i);
        int64_t      bytes = slice_weight_bytes(g, step, s) + slice_input_bytes(g, step, s) +
                        slice_output_bytes(g, step, s);
        if (bytes > most) most = bytes;
    }
    return most;
}

double method_slowest_s(const struct cost_table *costs, uint32_t step, struct method m,
                        uint32_t parts)
{
    double slowest_s = 0;
    for (uint32_t i = 0; i < parts; i++)
        slowest_s = fmax(slowest_s,
                         cost_slice_s(costs, step, method_slice(costs->graph, step, m, parts, i)));
    return slowest_s;
}
