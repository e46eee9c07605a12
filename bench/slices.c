// bench/slices.c: how far the costs of slices are from the truth.
//
// Every slice of a cut into 2, 3, 4 and 8 even parts of every conv, and 2, 4 and 8 of every fc, of
// AlexNet, VGG16, ResNet34 and NiN is timed (Winograd: of 2 and 8), conv warm and cold, fc cold;
// and beside it, in the same rounds, the points that a profile holds of that layer. The costs that
// these points give are compared with the slices' own times. In the same rounds, because memory and
// clock of a shared machine drift by more than the model's error within minutes: how far a profile
// has drifted says `fogsim calibrate --verify`.
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/stat.h"
#include "kernels/profile.h"
#include "models/exec.h"
#include "models/load.h"

enum { ROUNDS = 3, WARM_SAMPLES = 3, COLD_SAMPLES = 3, MAX_ERRORS = 4096 };
enum { MAX_PIECES = 64 + 17 }; // points that a profile may hold of a layer, parts

struct tally { // of |cost / measured - 1|
    const char *name;
    double      error[MAX_ERRORS], worst;
    const char *worst_layer;
    struct span worst_rows;
    uint32_t    count;
};

struct bench {
    const struct profile *profile; // which points are measured
    struct rng            rng;
    struct arena         *arena;
    const char          **seen; // keys of the shapes that are done
    uint32_t              seen_count, seen_capacity;
    struct tally          direct[CACHES_COUNT], winograd[CACHES_COUNT], fc;
};

struct piece { // something timed
    struct span           rows;
    bool                  is_warm, is_cold;
    struct exec_job       job;
    struct timing_samples warm_samples, cold_samples;
    struct timing         warm, cold;
};

static void time_pieces(struct piece *pieces, uint32_t count)
{
    const struct timing_protocol warm = {0.003, WARM_SAMPLES, false},
                                 cold = {0, COLD_SAMPLES, true};
    for (int round = 0; round < ROUNDS; round++)
        for (uint32_t i = 0; i < count; i++) {
            struct piece *p = &pieces[i];
            if (p->is_warm) timing_sample(&warm, exec_job_run, &p->job, &p->warm_samples);
            if (p->is_cold) timing_sample(&cold, exec_job_run, &p->job, &p->cold_samples);
        }
    for (uint32_t i = 0; i < count; i++) {
        struct piece *p = &pieces[i];
        if (p->is_warm) timing_summarise(&p->warm_samples, &p->warm);
        if (p->is_cold) timing_summarise(&p->cold_samples, &p->cold);
    }
}

// A profile of the one layer, from what was timed just now.
static void fit(struct profile *out, const struct profile_layer *layer, const struct piece *pieces,
                struct arena *a)
{
    struct profile_layer *fresh = ARENA_ARRAY(a, struct profile_layer, 1);
    *fresh = (struct profile_layer){
        .key = layer->key, .algorithm = layer->algorithm, .point_count = layer->point_count};
    fresh->points = ARENA_ARRAY(a, struct profile_point, layer->point_count);
    for (uint32_t i = 0; i < layer->point_count; i++) {
        fresh->points[i] = layer->points[i];
        fresh->points[i].warm = pieces[i].warm;
        fresh->points[i].cold = pieces[i].cold;
    }
    *out = (struct profile){.clock_hz = timing_clock_hz(), .layer_count = 1, .layers = fresh};
    profile_fit(out, a);
}

static uint32_t plan(const struct layer *l, const struct profile_layer *known, struct piece *pieces)
{
    static const int32_t divisors[] = {2, 3, 4, 8};
    bool                 is_fc = layer_is_fc(l);
    int32_t              n = is_fc ? l->out.c : l->out.h;
    uint32_t             count = 0;
    for (; count < known->point_count; count++) {
        const struct profile_point *p = &known->points[count];
        pieces[count].rows = (struct span){p->begin, p->end};
        pieces[count].is_warm = p->warm.sample_count > 0;
        pieces[count].is_cold = p->cold.sample_count > 0;
    }
    for (int i = 0; i < 4; i++) {
        int32_t parts = divisors[i];
        bool    is_left_out = is_fc ? parts == 3 : known->algorithm && parts != 2 && parts != 8;
        for (int32_t k = 0; k < parts && parts <= n && !is_left_out; k++) {
            struct span rows = {(int32_t)((int64_t)n * k / parts),
                                (int32_t)((int64_t)n * (k + 1) / parts)};
            pieces[count++] = (struct piece){.rows = rows, .is_warm = !is_fc, .is_cold = true};
            if (is_fc) break; // its slices are all alike
        }
    }
    return count;
}

static void add_error(struct tally *t, const char *layer, struct span rows, double cost_s,
                      double measured_s)
{
    double error = fabs(cost_s / measured_s - 1);
    if (t->count == MAX_ERRORS) return;
    t->error[t->count++] = error;
    if (error > t->worst) t->worst = error, t->worst_layer = layer, t->worst_rows = rows;
}

static void compare(struct bench *b, const struct graph *g, uint32_t layer,
                    const struct profile_layer *known, const struct exec_weights *weights)
{
    const struct layer *l = &g->layers[layer];
    struct arena        scratch = {0};
    struct piece       *pieces = ARENA_ARRAY(&scratch, struct piece, MAX_PIECES);
    uint32_t            count = plan(l, known, pieces);
    struct shape        in[KERNEL_MAX_INPUTS];
    struct profile      fresh;
    layer_inputs(g, layer, in);
    for (uint32_t i = 0; i < count; i++)
        exec_job(g, layer, pieces[i].rows, known->algorithm, weights, &b->rng, &scratch,
                 &pieces[i].job);
    time_pieces(pieces, count);
    fit(&fresh, known, pieces, &scratch);
    for (uint32_t i = known->point_count; i < count; i++)
        for (int caches = 0; caches < CACHES_COUNT; caches++) {
            const struct piece *p = &pieces[i];
            bool                is_cold = caches == CACHES_COLD;
            if (!p->is_warm && !is_cold) continue;
            double cost_s =
                profile_slice_s(&fresh, l->kernel, &l->attr, known->algorithm, (enum caches)caches,
                                &in[0], &l->out, p->rows, &scratch);
            if (!p->is_warm) // fc: seconds
                add_error(&b->fc, l->name, p->rows, cost_s, p->cold.median_s);
            else
                add_error(known->algorithm ? &b->winograd[caches] : &b->direct[caches], l->name,
                          p->rows, cost_s, (is_cold ? p->cold : p->warm).cycles / fresh.clock_hz);
        }
    arena_free(&scratch);
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
    struct exec_weights weights;
    layer_inputs(g, layer, in);
    const char *key = profile_key(l->kernel, &l->attr, &in[0], b->arena);
    if (!l->kernel->heads_step || !is_new(b, key)) return;
    exec_weights(g, layer, &b->rng, &scratch, &weights);
    for (int k = 0; k < ALGORITHM_COUNT; k++) {
        const struct profile_layer *known = profile_find(b->profile, key, (enum kernel_algorithm)k);
        if (known) compare(b, g, layer, known, &weights);
    }
    arena_free(&scratch);
}

static void report(struct tally *t)
{
    if (!t->count) return;
    stat_sort(t->error, t->count);
    printf(
        "%-15s %4u slices: error mean %.1f %%, median %.1f %%, 95 %% below %.1f %%, most %.0f %% "
        "(%s, %d to %d)\n",
        t->name, t->count, 100 * stat_mean(t->error, t->count),
        100 * stat_quantile(t->error, t->count, 0.5), 100 * stat_quantile(t->error, t->count, 0.95),
        100 * t->worst, t->worst_layer, t->worst_rows.begin, t->worst_rows.end - 1);
}

static double mean_error(const struct tally *t)
{
    return t->count ? stat_mean(t->error, t->count) : NAN;
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
