// bench/kernels.c: how fast are the timed paths on this machine? One line a layer, then one JSON
// object.
//
// Speed is quoted in FLOP per cycle as well, since the clock drifts by several percent: each figure
// is bracketed by a probe that counts the cycles of dependent integer additions, one cycle each.
// Operations are two per multiply-accumulate and count taps on padding, as published tables do, so
// that a layer which skips them can pass the peak.
#include <stdio.h>
#include <time.h>

#include "base/rng.h"
#include "kernels/kernel.h"
#include "kernels/timing.h"

struct layer {
    const char  *name, *type;
    struct shape in;
    int32_t      channels, kernel, stride, pad, groups;
};

static const struct layer layers[] = {
    {"vgg16 conv1_1", "conv", {3, 224, 224}, 64, 3, 1, 1, 1},
    {"vgg16 conv1_2", "conv", {64, 224, 224}, 64, 3, 1, 1, 1},
    {"vgg16 conv3_2", "conv", {256, 56, 56}, 256, 3, 1, 1, 1},
    {"vgg16 conv5_1", "conv", {512, 14, 14}, 512, 3, 1, 1, 1},
    {"alexnet conv1", "conv", {3, 224, 224}, 64, 11, 4, 2, 1},
    {"resnet l4 conv", "conv", {512, 7, 7}, 512, 3, 1, 1, 1},
    {"nin cccp3", "conv", {256, 27, 27}, 256, 1, 1, 0, 1},
    {"depthwise 112", "conv", {32, 112, 112}, 32, 3, 1, 1, 32},
    {"vgg16 fc6", "fc", {25088, 1, 1}, 4096, 1, 1, 0, 1},
};
enum { LAYERS = sizeof layers / sizeof *layers };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// Cycles per second of this core, now: the best of a few short chains of additions that each wait
// for the one before.
static double clock_hz(void)
{
    enum { CHAINS = 9, STEPS = 20000, UNROLLED = 10 };
    double best = 0;
    for (int chain = 0; chain < CHAINS; chain++) {
        uint64_t x = 1, y = 3;
        double   start = now_s();
        for (int i = 0; i < STEPS; i++) {
#define STEP                                                                                       \
    x += y;                                                                                        \
    __asm__ volatile("" : "+r"(x), "+r"(y)); // the compiler must not fold the chain
            STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP
#undef STEP
        }
        double hz = STEPS * UNROLLED / (now_s() - start);
        if (hz > best) best = hz;
    }
    return best;
}

static float *noise(struct arena *a, struct rng *r, int64_t count)
{
    float *x = ARENA_ARRAY(a, float, (size_t)count);
    for (int64_t i = 0; i < count; i++) x[i] = (float)(rng_uniform(r) - 0.5);
    return x;
}

static struct kernel_attr attr_of(const struct layer *l)
{
    struct kernel_attr attr = {.channels = l->channels, .groups = l->groups, .bias = true};
    for (int axis = 0; axis < AXIS_COUNT; axis++) {
        attr.window.kernel[axis] = l->kernel;
        attr.window.stride[axis] = l->stride;
        attr.window.dilation[axis] = 1;
        attr.window.pad_begin[axis] = attr.window.pad_end[axis] = l->pad;
    }
    return attr;
}

struct result {
    double seconds, flop, weight_bytes, hz;
};

// false: the layer is not one, e says why.
static bool measure(const struct layer *l, struct arena *a, struct result *out, struct err *e)
{
    const struct kernel *k = kernel_find(l->type);
    struct kernel_attr   attr = attr_of(l);
    struct kernel_call   call = {.attr = &attr, .input_count = 1, .in = {l->in}};
    struct rng           r;
    rng_init(&r, 1, 0, l->name, 0);
    if (!k->infer(&attr, 1, call.in, &call.out, e)) return false;
    int64_t weights = k->params(&attr, call.in) - attr.channels;
    call.x[0] = noise(a, &r, shape_elements(&l->in));
    call.weight = noise(a, &r, weights);
    call.bias = noise(a, &r, attr.channels);
    call.y = ARENA_ARRAY(a, float, (size_t)shape_elements(&call.out));

    struct timing_protocol protocol = {
        .sample_s = 0.02, .sample_count = 15, .cold = k->macs && call.out.h == 1};
    struct timing t;
    void         *job = k->prepare(&call, a);
    double        before = clock_hz();
    timing_measure(&protocol, k->run, job, &t);
    double after = clock_hz();
    k->finish(job);
    *out = (struct result){t.median_s, 2.0 * (double)k->macs(&attr, call.in, &call.out),
                           4.0 * (double)weights, (before + after) / 2};
    return true;
}

int main(void)
{
    struct arena  a = {0};
    struct err    e = {0};
    struct result results[LAYERS];
    if (!timing_pin(&e)) fprintf(stderr, "bench: %s (unpinned)\n", e.text);
    printf("instruction set %s\n%-16s %10s %9s %11s %6s\n", kernel_isa(), "layer", "ms", "GFLOP/s",
           "FLOP/cycle", "GHz");
    for (int i = 0; i < LAYERS; i++) {
        struct result *r = &results[i];
        if (!measure(&layers[i], &a, r, &e))
            return fprintf(stderr, "bench: %s: %s\n", layers[i].name, e.text), 1;
        printf("%-16s %10.4f %9.1f %11.1f %6.2f", layers[i].name, 1e3 * r->seconds,
               1e-9 * r->flop / r->seconds, r->flop / r->seconds / r->hz, 1e-9 * r->hz);
        if (layers[i].type[0] == 'f')
            printf("  %.1f GB/s, cold", 1e-9 * r->weight_bytes / r->seconds);
        printf("\n");
        arena_free(&a);
    }
    printf("{\"isa\":\"%s\",\"layers\":[", kernel_isa());
    for (int i = 0; i < LAYERS; i++)
        printf("%s{\"name\":\"%s\",\"seconds\":%.6g,\"gflop_per_s\":%.4g,\"flop_per_cycle\":%.4g,"
               "\"weight_gb_per_s\":%.4g}",
               i ? "," : "", layers[i].name, results[i].seconds,
               1e-9 * results[i].flop / results[i].seconds,
               results[i].flop / results[i].seconds / results[i].hz,
               1e-9 * results[i].weight_bytes / results[i].seconds);
    printf("]}\n");
    return 0;
}
