// bench/slices.c: how far the cost between measured points is from the truth: slices that the
// profile does not hold (3, 5 and 6 parts of every conv, 3 and 5 of every fc) are timed and
// compared with what the profile says of them. The profile must be of this machine and measured
// shortly before: bench-slices [PROFILE] measures nothing but the held-out slices.
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
    double   relative[MAX_ERRORS];
    uint32_t count;
};

static void measure(const struct graph *g, uint32_t layer, struct span part,
                    const struct profile *p, struct rng *rng, struct tally *t)
{
    const struct layer    *l = &g->layers[layer];
    bool                   is_fc = l->kernel->rows != ROWS_WINDOW;
    struct arena           scratch = {0};
    struct exec_job        job;
    struct timing          timing;
    struct shape           in[KERNEL_MAX_INPUTS];
    struct timing_protocol protocol = {0.004, 9, is_fc};
    layer_inputs(g, layer, in);
    const struct profile_layer *known =
        profile_find(p, profile_key(l->kernel, &l->attr, &in[0], &scratch));
    if (!known || t->count == MAX_ERRORS) {
        arena_free(&scratch);
        return;
    }
    exec_job(g, layer, part, rng, &scratch, &job);
    timing_measure(&protocol, exec_job_run, &job, &timing);
    double model_s = profile_curve_s(known, profile_kind(l->kernel, &l->attr, &in[0]),
                                     profile_size(l->kernel, &l->attr, &in[0], &l->out, part));
    t->relative[t->count++] = fabs(model_s / timing.median_s - 1);
    arena_free(&scratch);
}

static void measure_layer(const struct graph *g, uint32_t layer, const struct profile *p,
                          struct rng *rng, struct tally *conv, struct tally *fc)
{
    static const int32_t divisors[] = {3, 5, 6};
    const struct layer  *l = &g->layers[layer];
    bool                 is_fc = l->kernel->rows != ROWS_WINDOW;
    int32_t              n = is_fc ? l->out.c : l->out.h;
    for (int i = 0; i < (is_fc ? 2 : 3); i++) {
        int32_t size = n / divisors[i];
        if (size < 1) continue;
        measure(g, layer, (struct span){0, size}, p, rng, is_fc ? fc : conv);
        if (!is_fc) measure(g, layer, (struct span){size, 2 * size}, p, rng, conv);
    }
}

static void report(const char *name, struct tally *t)
{
    stat_sort(t->relative, t->count);
    printf(
        "%-28s %4u slices: error of the model mean %.1f %%, median %.1f %%, 95 %% below %.1f %%\n",
        name, t->count, 100 * stat_mean(t->relative, t->count),
        100 * stat_quantile(t->relative, t->count, 0.5),
        100 * stat_quantile(t->relative, t->count, 0.95));
}

int main(int argc, char **argv)
{
    static const char *const zoo[] = {"alexnet_torchvision", "vgg16", "resnet34", "nin_imagenet"};
    static struct tally      conv, fc;
    struct arena             arena = {0};
    struct profile           p;
    struct rng               rng;
    struct err               e = {0};
    gsl_set_error_handler_off();
    rng_init(&rng, 1, 0, "bench", 0);
    if (!profile_load(&p, &arena, argc > 1 ? argv[1] : "kernels/profiles/reference.json", &e) ||
        !timing_pin(&e)) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    for (size_t m = 0; m < sizeof zoo / sizeof *zoo; m++) {
        struct graph g;
        if (!model_load(&g, &arena, arena_format(&arena, "models/zoo/%s.json", zoo[m]), NULL, &e))
            return 1;
        for (uint32_t i = 0; i < g.layer_count; i++)
            if (g.layers[i].kernel->heads_step) measure_layer(&g, i, &p, &rng, &conv, &fc);
    }
    report("conv, warm, held-out slices", &conv);
    report("fc, cold, held-out slices", &fc);
    printf("{\"conv_warm_mape\": %.4f, \"fc_cold_mape\": %.4f}\n",
           stat_mean(conv.relative, conv.count), stat_mean(fc.relative, fc.count));
    arena_free(&arena);
    return 0;
}
