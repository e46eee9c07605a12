#include "algorithms/cut/crossing.h"

#include <assert.h>

// Which other steps read the tensor, into reads[step_count]; their number.
static uint32_t mark_readers(const struct graph *g, uint32_t tensor, int32_t producer, bool *reads)
{
    uint32_t count = 0;
    for (uint32_t s = 0; s < g->step_count; s++) reads[s] = false;
    for (uint32_t i = tensor; i < g->layer_count; i++) { // layers in front of it cannot read it
        const struct layer *l = &g->layers[i];
        for (uint32_t k = 0; k < l->input_count; k++) {
            if (l->inputs[k] != tensor || l->step == producer || reads[l->step]) continue;
            assert(l->step > producer);
            reads[l->step] = true;
            count++;
        }
    }
    return count;
}

void crossings_find(const struct graph *g, struct arena *a, struct crossings *out)
{
    bool *reads = ARENA_ARRAY(a, bool, g->step_count);
    *out = (struct crossings){.items = ARENA_ARRAY(a, struct crossing, g->layer_count + 1)};
    for (uint32_t t = 0; t <= g->layer_count; t++) {
        int32_t  producer = t ? g->layers[t - 1].step : NO_STEP;
        uint32_t count = mark_readers(g, t, producer, reads), *readers, n = 0;
        if (!count) continue;
        readers = ARENA_ARRAY(a, uint32_t, count);
        for (uint32_t s = 0; s < g->step_count; s++)
            if (reads[s]) readers[n++] = s;
        out->items[out->count++] =
            (struct crossing){(double)graph_tensor_bytes(g, t), producer, count, readers};
    }
}
