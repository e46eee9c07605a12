// bench/slices.c: how far the cost between measured points is from the truth.
//
// Slices that the profile does not hold (3, 5 and 6 parts of every conv, 3 and 5 of every fc) are
// timed beside the whole layer; their share of it is compared with the share that the profile's
// curve gives. Shares, because the clock of a shared machine drifts by more than the model's error
// between two runs; the drift of the whole layers against the profile is printed too. bench-slices
// [PROFILE]: of this machine.
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/stat.h"
#include "kernels/profile.h"
#include "models/exec.h"
#include "models/load.h"

enum { MAX_ERRORS = 4096 };

struct tally {
    double   share_error[MAX_ERRORS]; // |model's share / measured share - 1|
    double   drift[MAX_ERRORS];       // |profile's whole / measured whole - 1|
    uint32_t count, whole_count;
};

struct bench {
    const struct profile *profile;
    struct rng            rng;
    struct tally          conv, fc;
};

static double measure_s(struct bench *b, const struct graph *g, uint32_t layer, struct span part)
{
    struct timing_protocol protocol = {0.004, 9, g->layers[layer].kernel->rows != ROWS_WINDOW};
    struct arena           scratch = {0};
    struct exec_job        job;
    struct timing          timing;
    exec_job(g, layer, part, &b->rng, &scratch, &job);
    timing_measure(&protocol, exec_job_run, &job, &timing);
    arena_free(&scratch);
    return timing.min_s; // as the profile's curves
}

static double model_s(const struct bench *b, const struct graph *g, uint32_t layer,
                      struct span part)
{
    const struct layer *l = &g->layers[layer];
    struct arena        scratch = {0};
    struct shape        in[KERNEL_MAX_INPUTS];
    layer_inputs(g, layer, in);
    const char                 *key = profile_key(l->kernel, &l->attr, &in[0], &scratch);
    const struct profile_layer *known = profile_find(b->profile, key);
    double                      size = profile_size(l->kernel, &l->attr, &in[0], &l->out, part);
    double s = known ? profile_curve_s(known, profile_kind(l->kernel, &l->attr, &in[0]), size) : 0;
    arena_free(&scratch);
    return s;
}

static void measure_layer(struct bench *b, const struct graph *g, uint32_t layer)
{
    static const int32_t divisors[] = {3, 5, 6};
    const struct layer  *l = &g->layers[layer];
    bool                 is_fc = l->kernel->rows != ROWS_WINDOW;
    struct tally        *t = is_fc ? &b->fc : &b->conv;
    int32_t              n = is_fc ? l->out.c : l->out.h;
    struct span          whole = {0, n};
    double               expected_s = model_s(b, g, layer, whole);
    if (expected_s <= 0 || t->count + 8 > MAX_ERRORS) return;
    for (int i = 0; i < (is_fc ? 2 : 3); i++) {
        int32_t size = n / divisors[i];
        if (size < 1) continue;
        for (int k = 0; k < (is_fc ? 1 : 2); k++) { // an edge, and one inside
            struct span part = {k * size, (k + 1) * size};
            double whole_s = measure_s(b, g, layer, whole), part_s = measure_s(b, g, layer, part);
            double share = part_s / whole_s, modelled = model_s(b, g, layer, part) / expected_s;
            t->share_error[t->count++] = fabs(modelled / share - 1);
            t->drift[t->whole_count++] = fabs(expected_s / whole_s - 1);
        }
    }
}

static void report(const char *name, struct tally *t)
{
    stat_sort(t->share_error, t->count);
    stat_sort(t->drift, t->whole_count);
    printf("%-10s %3u held-out slices: error mean %.1f %%, median %.1f %%, 95 %% below %.1f %%; "
           "drift of whole layers since the profile: median %.1f %%\n",
           name, t->count, 100 * stat_mean(t->share_error, t->count),
           100 * stat_quantile(t->share_error, t->count, 0.5),
           100 * stat_quantile(t->share_error, t->count, 0.95),
           100 * stat_quantile(t->drift, t->whole_count, 0.5));
}

int main(int argc, char **argv)
{
    static const char *const zoo[] = {"alexnet_torchvision", "vgg16", "resnet34", "nin_imagenet"};
    static struct bench      b;
    struct arena             arena = {0};
    struct profile           p;
    struct err               e = {0};
    gsl_set_error_handler_off();
    rng_init(&b.rng, 1, 0, "bench", 0);
    b.profile = &p;
    const char *path = argc > 1 ? argv[1] : "kernels/profiles/reference.json";
    if (!profile_load(&p, &arena, path, &e) || !timing_pin(&e)) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    for (size_t m = 0; m < sizeof zoo / sizeof *zoo; m++) {
        struct graph g;
        path = arena_format(&arena, "models/zoo/%s.json", zoo[m]);
        if (!model_load(&g, &arena, path, NULL, &e)) return 1;
        for (uint32_t i = 0; i < g.layer_count; i++)
            if (g.layers[i].kernel->heads_step) measure_layer(&b, &g, i);
    }
    report("conv, warm", &b.conv);
    report("fc, cold", &b.fc);
    printf("{\"conv_warm_mape\": %.4f, \"fc_cold_mape\": %.4f}\n",
           stat_mean(b.conv.share_error, b.conv.count), stat_mean(b.fc.share_error, b.fc.count));
    arena_free(&arena);
    return 0;
}
