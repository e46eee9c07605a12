// bench/int8.c: how much faster are conv and fc on integers than in fp32? One line a layer, then
// one JSON object.
//
// Both run by turns in one process, so that the clock and the neighbours meet them alike: the ratio
// is the median over rounds of fp32 / int8. Layouts are prepared beforehand on both sides; int8
// includes bringing sums back to 8 bits. conv is timed warm, fc cold.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/rng.h"
#include "kernels/int8.h"
#include "kernels/timing.h"

static const struct layer {
    const char  *name, *type;
    struct shape in;
    int32_t      channels, kernel, stride, pad, groups;
} layers[] = {
    {"alexnet conv1", "conv", {3, 224, 224}, 64, 11, 4, 2, 1},
    {"alexnet conv2", "conv", {64, 27, 27}, 192, 5, 1, 2, 1},
    {"alexnet conv4", "conv", {384, 13, 13}, 256, 3, 1, 1, 1},
    {"alexnet fc6", "fc", {9216, 1, 1}, 4096, 1, 1, 0, 1},
    {"alexnet fc7", "fc", {4096, 1, 1}, 4096, 1, 1, 0, 1},
    {"vgg16 conv1_1", "conv", {3, 224, 224}, 64, 3, 1, 1, 1},
    {"vgg16 conv1_2", "conv", {64, 224, 224}, 64, 3, 1, 1, 1},
    {"vgg16 conv3_2", "conv", {256, 56, 56}, 256, 3, 1, 1, 1},
    {"vgg16 conv5_1", "conv", {512, 14, 14}, 512, 3, 1, 1, 1},
    {"vgg16 fc6", "fc", {25088, 1, 1}, 4096, 1, 1, 0, 1},
    {"resnet34 conv1", "conv", {3, 224, 224}, 64, 7, 2, 3, 1},
    {"resnet34 l2", "conv", {128, 28, 28}, 128, 3, 1, 1, 1},
    {"resnet34 l3 down", "conv", {128, 28, 28}, 256, 1, 2, 0, 1},
    {"resnet34 l4", "conv", {512, 7, 7}, 512, 3, 1, 1, 1},
    {"nin cccp1", "conv", {96, 54, 54}, 96, 1, 1, 0, 1},
    {"nin conv4", "conv", {384, 6, 6}, 1024, 3, 1, 1, 1},
    {"depthwise 112", "conv", {32, 112, 112}, 32, 3, 1, 1, 32},
};
enum { LAYERS = sizeof layers / sizeof *layers, ROUNDS = 25 };

static double now_s(void) // of this thread, so that waiting for others does not count
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
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
    for (int axis = AXIS_H; axis <= AXIS_W; axis++) {
        attr.window.kernel[axis] = l->kernel;
        attr.window.stride[axis] = l->stride;
        attr.window.dilation[axis] = 1;
        attr.window.pad_begin[axis] = attr.window.pad_end[axis] = l->pad;
    }
    return attr;
}

// Seconds a call, of as many calls as take 3 ms, or of one call with cold caches.
static double seconds(void (*run)(void *job), void *job, bool cold)
{
    double begin, end;
    int    calls = 0;
    if (cold)
        timing_evict();
    else
        run(job);
    begin = now_s();
    do {
        run(job);
        calls++;
        end = now_s();
    } while (!cold && end - begin < 3e-3);
    return (end - begin) / calls;
}

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double median(double *x)
{
    qsort(x, ROUNDS, sizeof *x, ascending);
    return x[ROUNDS / 2];
}

struct result {
    double fp32_s, int8_s, ratio, macs, weights;
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

    struct int8_scale         x = int8_scale_of(-0.5, 0.5), y = int8_scale_of(-8, 8);
    struct int8_call          integer = int8_from_float(k, &call, x, y, a);
    const struct int8_kernel *k8 = int8_find(l->type);
    void                     *job = k->prepare(&call, a), *job8 = k8->prepare(&integer, a);
    bool                      cold = call.out.h == 1;
    double                    fp32[ROUNDS], int8[ROUNDS], ratio[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        fp32[i] = seconds(k->run, job, cold);
        int8[i] = seconds(k8->run, job8, cold);
        ratio[i] = fp32[i] / int8[i];
    }
    *out = (struct result){median(fp32), median(int8), median(ratio),
                           (double)k->macs(&attr, call.in, &call.out), (double)weights};
    return true;
}

int main(void)
{
    struct arena  a = {0};
    struct err    e = {0};
    struct result results[LAYERS];
    if (!timing_pin(&e)) fprintf(stderr, "bench: %s (unpinned)\n", e.text);
    printf("instruction set %s\n%-18s %10s %10s %9s %10s\n", kernel_isa(), "layer", "fp32 ms",
           "int8 ms", "GMAC/s", "fp32/int8");
    for (int i = 0; i < LAYERS; i++) {
        struct result *r = &results[i];
        if (!measure(&layers[i], &a, r, &e))
            return fprintf(stderr, "bench: %s: %s\n", layers[i].name, e.text), 1;
        printf("%-18s %10.4f %10.4f %9.1f %10.2f", layers[i].name, 1e3 * r->fp32_s, 1e3 * r->int8_s,
               1e-9 * r->macs / r->int8_s, r->ratio);
        if (layers[i].type[0] == 'f')
            printf("  %.1f and %.1f GB/s of weights", 4e-9 * r->weights / r->fp32_s,
                   1e-9 * r->weights / r->int8_s);
        printf("\n");
        arena_free(&a);
    }
    printf("{\"isa\":\"%s\",\"layers\":[", kernel_isa());
    for (int i = 0; i < LAYERS; i++)
        printf("%s{\"name\":\"%s\",\"fp32_s\":%.6g,\"int8_s\":%.6g,\"fp32_over_int8\":%.4g}",
               i ? "," : "", layers[i].name, results[i].fp32_s, results[i].int8_s,
               results[i].ratio);
    printf("]}\n");
    return 0;
}
