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

static int64_t planes_of(struct shape s)
{
    return (int64_t)s.c * shape_frames(&s);
}

// Rows [rows.begin, rows.end) of every frame of every channel of `x`, packed.
static float *copy_rows(struct arena *a, const float *x, struct shape whole, struct span rows)
{
    int64_t n = (int64_t)(rows.end - rows.begin) * whole.w, planes = planes_of(whole);
    float  *out = ARENA_ARRAY(a, float, (size_t)(n * planes));
    for (int64_t p = 0; p < planes; p++)
        memcpy(out + p * n, x + (p * whole.h + rows.begin) * whole.w, (size_t)n * sizeof *out);
    return out;
}

static void paste_rows(float *y, struct shape whole, struct span rows, const float *part)
{
    int64_t n = (int64_t)(rows.end - rows.begin) * whole.w;
    for (int64_t p = 0; p < planes_of(whole); p++)
        memcpy(y + (p * whole.h + rows.begin) * whole.w, part + p * n, (size_t)n * sizeof *y);
}

static float *run_rows(const struct graph *g, uint32_t layer, struct span rows, const float *x,
                       const struct exec_weights *w, struct arena *a)
{
    struct kernel_attr attr;
    struct kernel_call call = {
        .attr = &attr, .input_count = 1, .x = {x}, .weight = w->weight, .bias = w->bias};
    slice_layer(g, layer, rows, &attr, call.in, &call.out);
    call.y = ARENA_ARRAY(a, float, (size_t)shape_elements(&call.out));
    call_kernel(g->layers[layer].kernel, &call, false);
    return call.y;
}

static void slice_by_rows(const struct graph *g, uint32_t step, struct slice s, const float *input,
                          const struct exec_weights *w, float *output, struct arena *a)
{
    const struct step *st = &g->steps[step];
    struct span        rows[MAX_CHAIN], in = slice_rows(g, step, s, rows);
    float             *x = copy_rows(a, input, graph_tensor(g, st->input), in);
    for (uint32_t i = 0; i < st->chain_count; i++)
        x = run_rows(g, st->chain[i], rows[i], x, &w[st->chain[i]], a);
    paste_rows(output, graph_tensor(g, st->output), (struct span){s.begin, s.end}, x);
}

// Output channels or neurons: each is a row of the weights.
static void slice_by_outputs(const struct graph *g, uint32_t step, struct slice s,
                             const float *input, const struct exec_weights *w, float *output,
                             struct arena *a)
{
    const struct step  *st = &g->steps[step];
    const struct layer *head = &g->layers[st->chain[0]];
    struct kernel_attr  attr = head->attr;
    int32_t             count = s.end - s.begin;
    assert(attr.groups == 1 || layer_is_fc(head));
    struct kernel_call call = {.attr = &attr, .input_count = 1, .x = {input}, .out = head->out};
    layer_inputs(g, st->chain[0], call.in);
    int64_t per_output = (head->params - (attr.bias ? attr.channels : 0)) / attr.channels;
    attr.channels = call.out.c = count;
    call.weight = w[st->chain[0]].weight + s.begin * per_output;
    call.bias = attr.bias ? w[st->chain[0]].bias + s.begin : NULL;
    for (uint32_t i = 0;;) {
        call.y = ARENA_ARRAY(a, float, (size_t)shape_elements(&call.out));
        call_kernel(g->layers[st->chain[i]].kernel, &call, false);
        if (++i == slice_chain_count(g, step, s.axis)) break;
        const struct layer *l = &g->layers[st->chain[i]];
        float              *own = NULL; // a batchnorm's numbers of these channels
        if (l->params) {
            own = ARENA_ARRAY(a, float, 4 * (size_t)count);
            for (int k = 0; k < 4; k++)
                memcpy(own + (int64_t)k * count,
                       w[st->chain[i]].weight + (int64_t)k * l->out.c + s.begin,
                       (size_t)count * sizeof *own);
        }
        call = (struct kernel_call){.attr = &l->attr,
                                    .input_count = 1,
                                    .in = {call.out},
                                    .x = {call.y},
                                    .out = l->out,
                                    .weight = own};
        call.out.c = count;
    }
    memcpy(output + s.begin * shape_pixels(&call.out), call.y,
           (size_t)shape_elements(&call.out) * sizeof *output);
}

// Input channels or neurons: a column block of the weights; the sums are added.
static void slice_by_inputs(const struct graph *g, uint32_t step, struct slice s,
                            const float *input, const struct exec_weights *w, float *output,
                            struct arena *a)
{
    const struct step  *st = &g->steps[step];
    const struct layer *head = &g->layers[st->chain[0]];
    struct kernel_attr  attr = head->attr;
    int32_t             extent = step_extent(g, step, SLICE_IN), count = s.end - s.begin;
    assert(attr.groups == 1 || layer_is_fc(head));
    struct kernel_call call = {.attr = &attr, .input_count = 1, .out = head->out};
    struct shape       in = graph_tensor(g, st->input);
    int64_t            area = layer_is_fc(head) ? 1 : shape_pixels(&in),
            taps = layer_is_fc(head) ? 1 : window_size(&attr.window);
    call.in[0] =
        layer_is_fc(head) ? (struct shape){count, 1, 1} : (struct shape){count, in.h, in.w, in.d};
    call.x[0] = input + s.begin * area;
    int64_t per_output = count * taps;
    float  *block = ARENA_ARRAY(a, float, (size_t)(attr.channels * per_output));
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

void exec_slice(const struct graph *g, uint32_t step, struct slice s, const float *input,
                const struct exec_weights *w, float *output)
{
    struct arena scratch = {0};
    if (s.begin < s.end && s.axis == SLICE_ROWS)
        slice_by_rows(g, step, s, input, w, output, &scratch);
    if (s.begin < s.end && s.axis == SLICE_OUT)
        slice_by_outputs(g, step, s, input, w, output, &scratch);
    if (s.begin < s.end && s.axis == SLICE_IN)
        slice_by_inputs(g, step, s, input, w, output, &scratch);
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
