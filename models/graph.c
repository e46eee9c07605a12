#include "models/graph.h"

#include <assert.h>

uint32_t layer_bits(const struct graph *g, const struct layer *l)
{
    uint32_t bits = 1;
    if (l->kernel->bits == BITS_ONE) return 1;
    if (l->kernel->bits == BITS_REAL) return 8 * BYTES_PER_ELEMENT;
    for (uint32_t i = 0; i < l->input_count; i++) { // a concat of unlike inputs is real
        uint32_t input = graph_tensor_bits(g, l->inputs[i]);
        if (input > bits) bits = input;
    }
    return bits;
}

int64_t graph_tensor_bytes(const struct graph *g, uint32_t tensor)
{
    struct shape s = graph_tensor(g, tensor);
    return (shape_elements(&s) * graph_tensor_bits(g, tensor) + 7) / 8;
}

int64_t layer_weight_bytes(const struct layer *l)
{
    if (!l->kernel->sign_weights) return l->params * BYTES_PER_ELEMENT;
    int64_t biases = l->attr.bias ? l->attr.channels : 0;
    return (l->params - biases + 7) / 8 + biases * BYTES_PER_ELEMENT;
}

int64_t graph_params(const struct graph *g)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < g->layer_count; i++) sum += g->layers[i].params;
    return sum;
}

int64_t graph_running_stats(const struct graph *g)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < g->layer_count; i++) sum += g->layers[i].running_stats;
    return sum;
}

int64_t graph_macs(const struct graph *g)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < g->layer_count; i++) sum += g->layers[i].macs;
    return sum;
}

void layer_inputs(const struct graph *g, uint32_t layer, struct shape *in)
{
    const struct layer *l = &g->layers[layer];
    for (uint32_t i = 0; i < l->input_count; i++) in[i] = graph_tensor(g, l->inputs[i]);
}

static bool reads(const struct layer *l, uint32_t tensor)
{
    for (uint32_t i = 0; i < l->input_count; i++)
        if (l->inputs[i] == tensor) return true;
    return false;
}

int64_t graph_cut_bytes(const struct graph *g, uint32_t cut)
{
    int64_t bytes = 0;
    for (uint32_t tensor = 0; tensor <= cut && tensor <= g->layer_count; tensor++) {
        bool live = false;
        for (uint32_t i = cut; i < g->layer_count && !live; i++)
            live = reads(&g->layers[i], tensor);
        if (live) bytes += graph_tensor_bytes(g, tensor);
    }
    return bytes;
}

static uint32_t reader_count(const struct graph *g, uint32_t tensor)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < g->layer_count; i++) count += reads(&g->layers[i], tensor);
    return count;
}

// A pool with one output row and column reads everything: it is a global pool by another name.
static bool can_be_cut(const struct layer *l)
{
    if (l->kernel->heads_step || l->kernel->rows == ROWS_NONE) return false;
    return l->kernel->rows == ROWS_SAME || l->out.h > 1 || l->out.w > 1;
}

// Layer i extends the chain of the step whose output it alone reads.
static bool extends_chain(const struct graph *g, uint32_t i)
{
    const struct layer *l = &g->layers[i];
    if (l->input_count != 1 || !can_be_cut(l) || l->inputs[0] == 0) return false;
    const struct layer *before = &g->layers[l->inputs[0] - 1];
    if (before->step == NO_STEP) return false;
    const struct step *s = &g->steps[before->step];
    if (s->output != l->inputs[0] || s->chain_count == MAX_CHAIN) return false;
    return reader_count(g, l->inputs[0]) == 1;
}

// A merge layer belongs to the last step that it hears of.
static int32_t last_step(const struct graph *g, const struct layer *l)
{
    int32_t step = NO_STEP;
    for (uint32_t i = 0; i < l->input_count; i++) {
        int32_t s = l->inputs[i] ? g->layers[l->inputs[i] - 1].step : NO_STEP;
        if (s > step) step = s;
    }
    return step;
}

// How many layers of a chain keep their channels apart: the head, and those up to the first that
// mixes them.
static uint32_t count_apart(const struct graph *g, const struct step *s)
{
    uint32_t count = 1;
    while (count < s->chain_count && !g->layers[s->chain[count]].kernel->mixes_channels) count++;
    return count;
}

static void sum_weights(const struct graph *g, struct step *s)
{
    for (uint32_t i = 0; i < s->chain_count; i++) {
        const struct layer *l = &g->layers[s->chain[i]];
        int64_t             bytes = layer_weight_bytes(l);
        if (bytes == l->params * BYTES_PER_ELEMENT)
            s->weights += l->params;
        else
            s->packed_weight_bytes += bytes;
    }
}

void graph_find_steps(struct graph *g, struct arena *a)
{
    g->steps = ARENA_ARRAY(a, struct step, g->layer_count + 1);
    g->step_count = 0;
    for (uint32_t i = 0; i < g->layer_count; i++) {
        struct layer *l = &g->layers[i];
        if (l->kernel->heads_step) {
            l->step = (int32_t)g->step_count++;
            struct step *s = &g->steps[l->step];
            s->chain = ARENA_ARRAY(a, uint32_t, g->layer_count - i);
            s->merge = ARENA_ARRAY(a, uint32_t, g->layer_count - i);
            s->chain[s->chain_count++] = i;
            s->input = l->inputs[0];
            s->output = i + 1;
        } else if (extends_chain(g, i)) {
            l->step = g->layers[l->inputs[0] - 1].step;
            struct step *s = &g->steps[l->step];
            s->chain[s->chain_count++] = i;
            s->output = i + 1;
        } else {
            l->step = last_step(g, l);
            if (l->step != NO_STEP) g->steps[l->step].merge[g->steps[l->step].merge_count++] = i;
        }
    }
    for (uint32_t i = 0; i < g->step_count; i++) {
        g->steps[i].apart_count = count_apart(g, &g->steps[i]);
        sum_weights(g, &g->steps[i]);
    }
    const struct layer *last = &g->layers[g->layer_count - 1];
    g->exits = ARENA_ARRAY(a, struct exit_point, 1);
    g->exits[0] = (struct exit_point){last->name, g->layer_count - 1, (uint32_t)last->step};
    g->exit_count = 1;
}

void graph_exit_steps(const struct graph *g, uint32_t exit, bool *needed)
{
    for (uint32_t s = 0; s < g->step_count; s++) needed[s] = false;
    needed[g->exits[exit].step] = true;
    for (uint32_t i = g->exits[exit].layer + 1; i-- > 0;) {
        const struct layer *l = &g->layers[i];
        if (l->step == NO_STEP || !needed[l->step]) continue;
        for (uint32_t k = 0; k < l->input_count; k++) {
            int32_t before = l->inputs[k] ? g->layers[l->inputs[k] - 1].step : NO_STEP;
            if (before != NO_STEP) needed[before] = true;
        }
    }
}
