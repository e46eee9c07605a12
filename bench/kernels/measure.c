// bench/kernels/measure.c: every contender on every distinct conv and fc layer of a model.
#include <math.h>
#include <string.h>

#include "base/stat.h"
#include "bench/kernels/bench.h"
#include "kernels/profile.h"
#include "models/exec.h"

const struct contender *const contenders[CONTENDERS] = {
    &ours_direct,     &ours_winograd2, &ours_winograd4, &onednn_direct,
    &onednn_winograd, &openblas,       &xnnpack,
};

// Share of a conv's taps that are on real input rows.
static double real_rows(const struct kernel_call *c)
{
    int64_t taps = 0;
    for (int32_t oy = 0; oy < c->out.h; oy++)
        taps += window_taps(&c->attr->window, AXIS_H, c->in[0].h, oy);
    return (double)taps / ((double)c->out.h * c->attr->window.kernel[AXIS_H]);
}

static void describe_layer(const struct graph *g, uint32_t layer, struct layer_result *out)
{
    const struct layer *l = &g->layers[layer];
    struct work        *w = &out->work;
    out->name = l->name;
    out->index = layer;
    w->kernel = l->kernel;
    w->is_fc = layer_is_fc(l);
    w->call = (struct kernel_call){.attr = &l->attr, .input_count = 1, .out = l->out};
    layer_inputs(g, layer, w->call.in);
    out->flop = 2.0 * (double)l->macs;
    out->flop_real_rows = w->is_fc ? out->flop : out->flop * real_rows(&w->call);
    out->weight_bytes = 4.0 * (double)(l->params - (l->attr.bias ? l->attr.channels : 0));
}

static void find_layers(const struct graph *g, struct arena *a, struct model_result *out)
{
    const char **keys = ARENA_ARRAY(a, const char *, g->layer_count);
    out->layers = ARENA_ARRAY(a, struct layer_result, g->layer_count);
    for (uint32_t i = 0; i < g->layer_count; i++) {
        const struct layer *l = &g->layers[i];
        struct shape        in[KERNEL_MAX_INPUTS];
        uint32_t            known = 0;
        if (!l->kernel->heads_step) continue;
        layer_inputs(g, i, in);
        const char *key = profile_key(l->kernel, &l->attr, in, a);
        while (known < out->layer_count && strcmp(keys[known], key) != 0) known++;
        if (known == out->layer_count) {
            keys[out->layer_count++] = key;
            describe_layer(g, i, &out->layers[known]);
        }
        out->layers[known].count++;
    }
}

// Largest difference as a share of the largest value of `expected`; infinite if one is no number.
static double difference(const float *y, const float *expected, int64_t count)
{
    double most = 0, largest = 0;
    for (int64_t i = 0; i < count; i++) {
        double d = fabs((double)y[i] - (double)expected[i]);
        if (isnan(d)) return INFINITY;
        most = fmax(most, d);
        largest = fmax(largest, fabs((double)expected[i]));
    }
    return most / largest;
}

static void compare(struct layer_result *r, const struct work *works, void *const *jobs,
                    struct arena *a)
{
    enum { SMALL_MACS = 130000000 }; // a second of the reference, or less
    int64_t      count = shape_elements(&r->work.call.out);
    const float *expected = works[ONEDNN_DIRECT].call.y;
    if (r->flop / 2 <= SMALL_MACS) {
        struct kernel_call call = r->work.call;
        expected = call.y = ARENA_ARRAY(a, float, (size_t)count);
        r->work.kernel->reference(&call);
    }
    for (int i = 0; i < CONTENDERS; i++)
        if (jobs[i]) r->error[i] = difference(works[i].call.y, expected, count);
}

// The contenders of a layer, in turns; each round begins with another.
static void sample_layer(struct layer_result *r, void *const *jobs, const struct options *o,
                         const void *stream)
{
    struct sample samples[CONTENDERS][MAX_ROUNDS];
    uint32_t      calls[CONTENDERS] = {0};
    double        read[MAX_SETS][MAX_ROUNDS]; // of memory, bytes per s
    for (int i = 0; i < CONTENDERS; i++)
        if (jobs[i]) calls[i] = sample_calls(contenders[i]->run, jobs[i]);
    for (uint32_t round = 0; round < o->rounds; round++) {
        for (uint32_t turn = 0; turn < CONTENDERS; turn++) {
            uint32_t i = (round + turn) % CONTENDERS;
            if (!jobs[i]) continue;
            samples[i][round] = r->work.is_fc ? sample_cold(contenders[i]->run, jobs[i])
                                              : sample_warm(contenders[i]->run, jobs[i], calls[i]);
        }
        for (uint32_t set = 0; r->work.is_fc && set < stream_set_count(); set++)
            read[set][round] = stream_bytes_per_s(stream, set);
    }
    for (int i = 0; i < CONTENDERS; i++)
        if (jobs[i]) r->sample[i] = sample_median(samples[i], o->rounds);
    for (uint32_t set = 0; r->work.is_fc && set < stream_set_count(); set++) {
        stat_sort(read[set], o->rounds);
        r->stream_bytes_per_s =
            fmax(r->stream_bytes_per_s, stat_quantile(read[set], o->rounds, 0.5));
    }
}

static void measure_layer(const struct graph *g, struct layer_result *r, const struct options *o,
                          const void *stream, struct arena *keep)
{
    struct arena        a = {0};
    struct rng          rng;
    struct exec_weights weights;
    struct work         works[CONTENDERS];
    void               *jobs[CONTENDERS] = {0};
    struct kernel_call *c = &r->work.call;
    int64_t             inputs = shape_elements(&c->in[0]);
    float              *x = ARENA_ARRAY(&a, float, (size_t)inputs);
    rng_init(&rng, 1, 0, "bench-kernels", 0);
    exec_weights(g, r->index, &rng, &a, &weights);
    exec_random(x, inputs, &rng);
    c->x[0] = x;
    c->weight = weights.weight;
    c->bias = weights.bias;
    for (int i = 0; i < CONTENDERS; i++) {
        works[i] = r->work;
        works[i].call.y = ARENA_ARRAY(&a, float, (size_t)shape_elements(&c->out));
        if (contenders[i]->capped || !o->isa) jobs[i] = contenders[i]->prepare(&works[i], &a);
    }
    sample_layer(r, jobs, o, stream);
    for (int i = 0; i < CONTENDERS; i++) {
        if (!jobs[i]) continue;
        if (contenders[i]->method) r->method[i] = contenders[i]->method(jobs[i], keep);
        contenders[i]->finish(jobs[i]);
    }
    compare(r, works, jobs, &a);
    c->x[0] = c->weight = c->bias = NULL; // they go
    arena_free(&a);
}

void measure_model(const char *name, const struct graph *g, const struct options *o,
                   const void *stream, struct arena *a, struct model_result *out)
{
    *out = (struct model_result){.name = name};
    find_layers(g, a, out);
    for (uint32_t i = 0; i < out->layer_count; i++) measure_layer(g, &out->layers[i], o, stream, a);
}
