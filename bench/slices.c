// bench/slices.c: how far the costs of slices are from the truth.
//
// Every slice of a cut into 2, 3, 4 and 8 even parts of every conv, and 2, 4 and 8 of every fc, of
// AlexNet, VGG16, ResNet34 and NiN is timed, conv warm and cold, fc cold, and compared with the
// cost that the profile gives it. Of the slices the profile holds a few per layer; the rest lies
// between them. Two errors: of the time itself, which contains whatever changed on the machine
// since the profile was measured, and of the slice's share of the whole layer, which is what the
// model adds. bench-slices [PROFILE]: one of this machine, measured just now.
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
    const char *name;
    double      time_error[MAX_ERRORS], share_error[MAX_ERRORS]; // |model / measured - 1|
    double      worst;
    const char *worst_layer;
    struct span worst_rows;
    uint32_t    count;
};

struct bench {
    const struct profile *profile;
    struct rng            rng;
    struct arena         *arena;
    const char          **seen; // keys of the shapes that are done
    uint32_t              seen_count, seen_capacity;
    struct tally          direct[CACHES_COUNT], winograd[CACHES_COUNT], fc;
};

struct subject { // one layer by one algorithm
    const struct graph   *graph;
    uint32_t              layer;
    enum kernel_algorithm algorithm;
    enum caches           caches;
    struct exec_weights   weights;
    struct shape          in;
};

// In seconds, the way the profile has it (profile_point_s).
static double measure_s(struct bench *b, const struct subject *s, struct span part)
{
    bool                   is_fc = s->graph->layers[s->layer].kernel->rows != ROWS_WINDOW;
    bool                   is_cold = is_fc || s->caches == CACHES_COLD;
    struct timing_protocol protocol = {0.004, is_cold ? 7 : 5, is_cold};
    struct arena           scratch = {0};
    struct exec_job        job;
    struct timing_samples  samples = {0};
    struct timing          timing;
    exec_job(s->graph, s->layer, part, s->algorithm, &s->weights, &b->rng, &scratch, &job);
    for (int round = 0; round < 3; round++) timing_sample(&protocol, exec_job_run, &job, &samples);
    timing_summarise(&samples, &timing);
    arena_free(&scratch);
    return is_fc ? timing.min_s : timing.cycles / b->profile->clock_hz;
}

static double model_s(const struct bench *b, const struct subject *s, struct span part)
{
    const struct layer *l = &s->graph->layers[s->layer];
    struct arena        scratch = {0};
    double seconds = profile_slice_s(b->profile, l->kernel, &l->attr, s->algorithm, s->caches,
                                     &s->in, &l->out, part, &scratch);
    arena_free(&scratch);
    return seconds;
}

static void compare(struct bench *b, const struct subject *s, struct tally *t)
{
    static const int32_t divisors[] = {2, 3, 4, 8};
    const struct layer  *l = &s->graph->layers[s->layer];
    bool                 is_fc = l->kernel->rows != ROWS_WINDOW;
    int32_t              n = is_fc ? l->out.c : l->out.h;
    struct span          whole = {0, n};
    double               whole_s = measure_s(b, s, whole), whole_model_s = model_s(b, s, whole);
    for (int i = 0; i < 4; i++) {
        int32_t parts = divisors[i];
        if (parts > n || (is_fc && parts == 3)) continue;
        for (int32_t k = 0; k < (is_fc ? 1 : parts) && t->count < MAX_ERRORS;
             k++) { // fc: all alike
            struct span rows = {(int32_t)((int64_t)n * k / parts),
                                (int32_t)((int64_t)n * (k + 1) / parts)};
            double      now = measure_s(b, s, rows), then = model_s(b, s, rows);
            double      error = fabs(then / now - 1);
            t->time_error[t->count] = error;
            t->share_error[t->count++] = fabs(then / whole_model_s / (now / whole_s) - 1);
            if (error > t->worst) t->worst = error, t->worst_layer = l->name, t->worst_rows = rows;
        }
    }
}

static bool is_new(struct bench *b, const char *key)
{
    for (uint32_t i = 0; i < b->seen_count; i++)
        if (!strcmp(b->seen[i], key)) return false;
    b->seen = arena_grow(b->arena, b->seen, &b->seen_capacity, b->seen_count + 1, sizeof *b->seen);
    b->seen[b->seen_count++] = key;
    return true;
}

static void bench_layer(struct bench *b, const struct graph *g, uint32_t layer)
{
    const struct layer *l = &g->layers[layer];
    struct shape        in[KERNEL_MAX_INPUTS];
    struct arena        scratch = {0};
    layer_inputs(g, layer, in);
    const char *key = profile_key(l->kernel, &l->attr, &in[0], b->arena);
    if (!l->kernel->heads_step || !is_new(b, key)) return;
    struct subject s = {.graph = g, .layer = layer, .in = in[0]};
    exec_weights(g, layer, &b->rng, &scratch, &s.weights);
    for (int k = 0; k < ALGORITHM_COUNT; k++) {
        s.algorithm = (enum kernel_algorithm)k;
        if (!profile_find(b->profile, key, s.algorithm)) continue;
        for (int caches = 0; caches < CACHES_COUNT; caches++) {
            s.caches = (enum caches)caches;
            if (l->kernel->rows == ROWS_WINDOW)
                compare(b, &s, k == ALGORITHM_DIRECT ? &b->direct[caches] : &b->winograd[caches]);
            else if (s.caches == CACHES_COLD)
                compare(b, &s, &b->fc);
        }
    }
    arena_free(&scratch);
}

static void report(struct tally *t)
{
    if (!t->count) return;
    double mean_share = stat_mean(t->share_error, t->count);
    stat_sort(t->time_error, t->count);
    printf("%-18s %4u slices: error of the time mean %.1f %%, median %.1f %%, 95 %% below %.1f %%, "
           "most %.0f %% (%s, rows %d to %d); of the share of the layer mean %.1f %%\n",
           t->name, t->count, 100 * stat_mean(t->time_error, t->count),
           100 * stat_quantile(t->time_error, t->count, 0.5),
           100 * stat_quantile(t->time_error, t->count, 0.95), 100 * t->worst, t->worst_layer,
           t->worst_rows.begin, t->worst_rows.end - 1, 100 * mean_share);
}

static double mean_error(const struct tally *t)
{
    return t->count ? stat_mean(t->time_error, t->count) : NAN;
}

int main(int argc, char **argv)
{
    static const char *const zoo[] = {"alexnet_torchvision", "vgg16", "resnet34", "nin_imagenet"};
    static struct bench      b = {.direct = {{.name = "conv, warm"}, {.name = "conv, cold"}},
                                  .winograd = {{.name = "Winograd, warm"}, {.name = "Winograd, cold"}},
                                  .fc = {.name = "fc, cold"}};
    struct arena             arena = {0};
    struct profile           p;
    struct err               e = {0};
    gsl_set_error_handler_off();
    rng_init(&b.rng, 1, 0, "bench", 0);
    b.profile = &p;
    b.arena = &arena;
    const char *path = argc > 1 ? argv[1] : "kernels/profiles/reference.json";
    if (!profile_load(&p, &arena, path, &e) || !timing_pin(&e)) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    for (size_t m = 0; m < sizeof zoo / sizeof *zoo; m++) {
        struct graph *g = ARENA_ARRAY(&arena, struct graph, 1);
        path = arena_format(&arena, "models/zoo/%s.json", zoo[m]);
        if (!model_load(g, &arena, path, NULL, &e)) {
            fprintf(stderr, "%s\n", e.text);
            return 1;
        }
        for (uint32_t i = 0; i < g->layer_count; i++) bench_layer(&b, g, i);
    }
    for (int caches = 0; caches < CACHES_COUNT; caches++) report(&b.direct[caches]);
    for (int caches = 0; caches < CACHES_COUNT; caches++) report(&b.winograd[caches]);
    report(&b.fc);
    printf("{\"conv_warm_mape\": %.4f, \"conv_cold_mape\": %.4f, \"fc_cold_mape\": %.4f}\n",
           mean_error(&b.direct[CACHES_WARM]), mean_error(&b.direct[CACHES_COLD]),
           mean_error(&b.fc));
    arena_free(&arena);
    return 0;
}
