#include "models/exec.h"

#include <assert.h>
#include <math.h>
#include <string.h>

void exec_random(float *x, int64_t count, struct rng *rng)
{
    enum { PERIOD = 65521 };
    for (int64_t i = 0; i < count && i < PERIOD; i++) x[i] = (float)(2 * rng_uniform(rng) - 1);
    for (int64_t done = PERIOD; done < count; done += PERIOD)
        memcpy(x + done, x, (size_t)(count - done < PERIOD ? count - done : PERIOD) * sizeof *x);
}

void exec_weights(const struct graph *g, uint32_t layer, struct rng *rng, struct arena *a,
                  struct exec_weights *out)
{
    const struct layer *l = &g->layers[layer];
    *out = (struct exec_weights){0};
    if (!l->params) return;
    int64_t biases = l->kernel->heads_step && l->attr.bias ? l->attr.channels : 0,
            weights = l->params - biases;
    out->weight = ARENA_ARRAY(a, float, (size_t)weights);
    exec_random(out->weight, weights, rng);
    if (l->kernel->heads_step) {
        float scale = 1 / sqrtf((float)weights / (float)l->attr.channels);
        for (int64_t i = 0; i < weights; i++) out->weight[i] *= scale;
    } else { // batchnorm: the last quarter are variances
        for (int64_t i = weights / 4 * 3; i < weights; i++)
            out->weight[i] = 1.5f + 0.5f * out->weight[i];
    }
    if (!biases) return;
    out->bias = ARENA_ARRAY(a, float, (size_t)biases);
    exec_random(out->bias, biases, rng);
}

static void call_kernel(const struct kernel *kernel, const struct kernel_call *call,
                        bool by_reference)
{
    if (by_reference) {
        kernel->reference(call);
        return;
    }
    struct arena scratch = {0};
    void        *job = kernel->prepare(call, &scratch);
    kernel->run(job);
    kernel->finish(job);
    arena_free(&scratch);
}

void exec_layer(const struct graph *g, uint32_t layer, const float *const *x,
                const struct exec_weights *w, float *y, bool by_reference)
{
    const struct layer *l = &g->layers[layer];
    struct kernel_call  call = {.attr = &l->attr,
                                .input_count = l->input_count,
                                .out = l->out,
                                .weight = w->weight,
                                .bias = w->bias,
                                .y = y};
    layer_inputs(g, layer, call.in);
    for (uint32_t i = 0; i < l->input_count; i++) call.x[i] = x[i];
    call_kernel(l->kernel, &call, by_reference);
}

// ---- slices -------------------------------------------------------------------------------------

// Row `y` of frame `z` of channel `c` of a tensor begins there.
static int64_t row_at(const struct shape *s, int32_t c, int32_t z, int32_t y)
{
    return (((int64_t)c * shape_frames(s) + z) * s->h + y) * s->w;
}

// Copies between a tensor and a block of it, which is packed. `to_block` false: into the tensor.
static void copy_block(float *tensor, struct shape whole, const struct block *b, float *packed,
                       bool to_block)
{
    int32_t     per_group = whole.c / b->groups;
    struct span x = b->at[AXIS_W];
    size_t      bytes = (size_t)(x.end - x.begin) * sizeof *packed;
    for (int32_t group = 0; group < b->groups; group++)
        for (int32_t c = b->channels.begin; c < b->channels.end; c++)
            for (int32_t z = b->at[AXIS_D].begin; z < b->at[AXIS_D].end; z++)
                for (int32_t y = b->at[AXIS_H].begin; y < b->at[AXIS_H].end; y++) {
                    float *row = tensor + row_at(&whole, group * per_group + c, z, y) + x.begin;
                    memcpy(to_block ? packed : row, to_block ? row : packed, bytes);
                    packed += x.end - x.begin;
                }
}

static float *block_from(struct arena *a, const float *tensor, struct shape whole,
                         const struct block *b)
{
    float *packed = ARENA_ARRAY(a, float, (size_t)block_elements(b));
    copy_block((float *)(uintptr_t)tensor, whole, b, packed, true);
    return packed;
}

// A follower's own numbers of the channels [channels.begin, channels.end): a batchnorm's.
static const float *weights_of(const struct layer *l, const struct exec_weights *w,
                               struct span channels, struct arena *a)
{
    int32_t count = channels.end - channels.begin;
    if (!l->params || layer_is_conv(l) || count == l->out.c) return w->weight;
    assert(l->params == 4 * (int64_t)l->out.c);
    float *own = ARENA_ARRAY(a, float, 4 * (size_t)count);
    for (int32_t k = 0; k < 4; k++)
        memcpy(own + (int64_t)k * count, w->weight + (int64_t)k * l->out.c + channels.begin,
               (size_t)count * sizeof *own);
    return own;
}

// A block of a layer's output from the block of its input that it needs.
static float *run_block(const struct graph *g, uint32_t layer, const struct block *in,
                        const struct block *out, const float *x, const struct exec_weights *w,
                        struct arena *a)
{
    struct kernel_attr attr;
    struct kernel_call call = {.attr = &attr,
                               .input_count = 1,
                               .x = {x},
                               .weight = weights_of(&g->layers[layer], w, out->channels, a),
                               .bias = w->bias};
    slice_layer_block(g, layer, in, out, &attr, call.in, &call.out);
    call.y = ARENA_ARRAY(a, float, (size_t)shape_elements(&call.out));
    call_kernel(g->layers[layer].kernel, &call, false);
    return call.y;
}

// Output channels (neurons) [channels.begin, channels.end) of the head: each is a row of the
// weights. They lie in whole groups or in one.
static void run_channels(const struct graph *g, uint32_t layer, struct span channels,
                         const float *input, const struct exec_weights *w, float *y)
{
    const struct layer *l = &g->layers[layer];
    struct kernel_attr  attr = l->attr;
    struct shape        in = graph_tensor(g, l->inputs[0]);
    int32_t             count = channels.end - channels.begin, groups = 1, per_group = l->out.c;
    if (layer_is_conv(l)) per_group = l->out.c / attr.groups;
    if (channels.begin % per_group == 0 && channels.end % per_group == 0)
        groups = count / per_group;
    struct kernel_call call = {.attr = &attr, .input_count = 1, .in = {in}, .out = l->out, .y = y};
    call.x[0] = input;
    if (layer_is_conv(l)) {
        call.in[0].c = in.c / l->attr.groups * groups;
        call.x[0] +=
            (int64_t)(channels.begin / per_group) * (in.c / l->attr.groups) * shape_pixels(&in);
        attr.groups = groups;
    }
    int64_t per_output = (l->params - (attr.bias ? attr.channels : 0)) / attr.channels;
    attr.channels = call.out.c = count;
    call.weight = w->weight + channels.begin * per_output;
    call.bias = attr.bias ? w->bias + channels.begin : NULL;
    call_kernel(l->kernel, &call, false);
}

// The head's channels: those of the first group begun, of whole groups, of the last group begun.
static float *run_head(const struct graph *g, uint32_t layer, struct span channels,
                       const float *input, const struct exec_weights *w, struct arena *a)
{
    const struct layer *l = &g->layers[layer];
    int32_t             per_group = layer_is_conv(l) ? l->out.c / l->attr.groups : l->out.c;
    int64_t             pixels = shape_pixels(&l->out);
    float *y = ARENA_ARRAY(a, float, (size_t)((channels.end - channels.begin) * pixels));
    for (int32_t c = channels.begin, end; c < channels.end; c = end) {
        int32_t group_end = (c / per_group + 1) * per_group;
        end = channels.end / per_group * per_group; // of the last whole group
        if (c % per_group || end <= c) end = group_end < channels.end ? group_end : channels.end;
        run_channels(g, layer, (struct span){c, end}, input, w, y + (c - channels.begin) * pixels);
    }
    return y;
}

// Input channels or neurons: a column block of the weights; the sums are added.
static void slice_by_inputs(const struct graph *g, uint32_t step, struct slice s,
                            const float *input, const struct exec_weights *w, float *output,
                            struct arena *a)
{
    const struct step  *st = &g->steps[step];
    const struct layer *head = &g->layers[st->chain[0]];
    bool                is_fc = layer_is_fc(head);
    struct kernel_attr  attr = head->attr;
    int32_t             extent = step_extent(g, step, SLICE_IN), count = s.end - s.begin;
    struct kernel_call  call = {.attr = &attr, .input_count = 1, .out = head->out};
    struct shape        in = graph_tensor(g, st->input);
    int64_t             taps = is_fc ? 1 : window_size(&attr.window), per_output = count * taps;
    call.in[0] = (struct shape){count * attr.groups, in.h, in.w, in.d};
    if (is_fc) call.in[0] = (struct shape){count, 1, 1, 0};
    struct block blocks[MAX_CHAIN], need = slice_blocks(g, step, s, blocks);
    call.x[0] = is_fc ? input + s.begin : block_from(a, input, in, &need);
    float *block = ARENA_ARRAY(a, float, (size_t)(attr.channels * per_output));
    for (int32_t o = 0; o < attr.channels; o++)
        memcpy(block + o * per_output,
               w[st->chain[0]].weight + ((int64_t)o * extent + s.begin) * taps,
               (size_t)per_output * sizeof *block);
    call.weight = block;
    attr.bias = attr.bias && s.begin == 0;
    call.bias = attr.bias ? w[st->chain[0]].bias : NULL;
    call.y = ARENA_ARRAY(a, float, (size_t)shape_elements(&call.out));
    call_kernel(head->kernel, &call, false);
    for (int64_t i = 0; i < shape_elements(&call.out); i++) output[i] += call.y[i];
}

// Every other axis: blocks through the chain, the last of them to its place.
static void slice_by_blocks(const struct graph *g, uint32_t step, struct slice s,
                            const float *input, const struct exec_weights *w, float *output,
                            struct arena *a)
{
    const struct step *st = &g->steps[step];
    uint32_t           count = slice_chain_count(g, step, s.axis), i = 0;
    struct block       blocks[MAX_CHAIN], need = slice_blocks(g, step, s, blocks);
    float             *x;
    if (s.axis == SLICE_OUT)
        x = run_head(g, st->chain[i++], blocks[0].channels, input, &w[st->chain[0]], a);
    else
        x = block_from(a, input, graph_tensor(g, st->input), &need);
    for (; i < count; i++)
        x = run_block(g, st->chain[i], i ? &blocks[i - 1] : &need, &blocks[i], x, &w[st->chain[i]],
                      a);
    copy_block(output, g->layers[st->chain[count - 1]].out, &blocks[count - 1], x, false);
}

void exec_slice(const struct graph *g, uint32_t step, struct slice s, const float *input,
                const struct exec_weights *w, float *output)
{
    struct arena scratch = {0};
    bool         is_empty = slice_is_empty(g, step, s);
    if (!is_empty && s.axis == SLICE_IN)
        slice_by_inputs(g, step, s, input, w, output, &scratch);
    else if (!is_empty)
        slice_by_blocks(g, step, s, input, w, output, &scratch);
    arena_free(&scratch);
}

void exec_job(const struct graph *g, uint32_t layer, struct span part,
              enum kernel_algorithm algorithm, const struct exec_weights *w, struct rng *rng,
              struct arena *a, struct exec_job *out)
{
    const struct layer *l = &g->layers[layer];
    *out = (struct exec_job){.kernel = l->kernel};
    struct kernel_call *call = &out->call;
    *call = (struct kernel_call){.attr = &out->attr,
                                 .algorithm = algorithm,
                                 .input_count = l->input_count,
                                 .weight = w->weight,
                                 .bias = w->bias};
    slice_layer(g, layer, part, &out->attr, call->in, &call->out);
    if (layer_is_fc(l))
        out->attr.channels = call->out.c =
            part.end - part.begin; // the first so many neurons: all cost the same
    for (uint32_t i = 0; i < l->input_count; i++) {
        float *x = ARENA_ARRAY(a, float, (size_t)shape_elements(&call->in[i]));
        exec_random(x, shape_elements(&call->in[i]), rng);
        call->x[i] = x;
    }
    call->y = ARENA_ARRAY(a, float, (size_t)shape_elements(&call->out));
    out->job = out->kernel->prepare(call, a);
}

void exec_job_run(void *exec_job)
{
    const struct exec_job *j = exec_job;
    j->kernel->run(j->job);
}
