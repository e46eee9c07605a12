#include "models/calibration.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/stat.h"
#include "models/cost.h"
#include "models/exec.h"

enum { MAX_PARTS = 8, LARGE_FC = 1 << 20, LEAST_OF_KIND = 8 };

// Together some ten minutes, or one, on a machine that does 100 GFLOP/s.
const struct calibration_effort calibration_full = {6, 5, 3, 0.004, 8};
const struct calibration_effort calibration_quick = {1, 3, 1, 0.002, 2};

struct work { // for one layer of the profile
    const struct graph    *graph;
    uint32_t               layer;
    struct timing_samples *warm, *cold; // [point_count]
};

struct calibration {
    struct calibration_effort effort;
    struct profile profile; // layers and points as planned (sample_count of a timing not 0: to be
                            // taken); timings when measured
    struct work  *work;     // [profile.layer_count], in the same order
    uint32_t      layer_capacity, work_capacity;
    double       *clock_hz; // [clock_count] probes
    uint32_t      clock_count, clock_capacity;
    struct arena *arena;
    struct rng    rng;
};

struct calibration *calibration_new(const struct calibration_effort *effort, struct arena *a)
{
    struct calibration *c = ARENA_ARRAY(a, struct calibration, 1);
    *c = (struct calibration){.effort = *effort, .arena = a};
    rng_init(&c->rng, 1, 0, "calibrate", 0);
    return c;
}

struct point_plan {
    struct span part;
    bool        is_warm, is_cold;
};

// Weights of signs stay in the caches: what reads them is timed warm alone.
static bool streams_weights(const struct layer *l)
{
    return layer_is_fc(l) && !l->kernel->sign_weights;
}

static bool has_cold_points(const struct layer *l)
{
    return l->kernel->heads_step && !l->kernel->sign_inputs;
}

// The whole, and slices of 1 / 2, 1 / 4, 1 / 8; of a direct conv one at the edge and one inside,
// which lack padding. Cold takes much longer, so of a conv only where the bytes differ most.
static uint32_t choose_points(const struct layer *l, enum kernel_algorithm algorithm,
                              int32_t least_divisor, struct point_plan points[MAX_PARTS])
{
    int32_t  n = layer_is_fc(l) ? l->out.c : l->out.h;
    uint32_t count = 0;
    points[count++] = (struct point_plan){{0, n}, !streams_weights(l), has_cold_points(l)};
    if (!l->kernel->heads_step) return count;
    for (int32_t divisor = 2; divisor <= least_divisor && divisor <= n; divisor *= 2) {
        int32_t size = n / divisor, middle = (n - size) / 2;
        bool    is_cold = streams_weights(l) ||
                       (has_cold_points(l) &&
                        (divisor == 2 || (divisor == 8 && algorithm == ALGORITHM_DIRECT)));
        points[count++] = (struct point_plan){{0, size}, !streams_weights(l), is_cold};
        if (layer_is_conv(l) && algorithm == ALGORITHM_DIRECT && divisor > 2 && middle > 0)
            points[count++] = (struct point_plan){{middle, middle + size}, true, false};
    }
    return count;
}

static void plan(struct calibration *c, const struct graph *g, uint32_t layer, const char *key,
                 const struct shape *in, enum kernel_algorithm algorithm)
{
    const struct layer *l = &g->layers[layer];
    struct profile     *p = &c->profile;
    struct point_plan   plans[MAX_PARTS];
    uint32_t            n = p->layer_count;
    uint32_t            count = choose_points(l, algorithm, c->effort.least_divisor, plans);
    p->layers = arena_grow(c->arena, p->layers, &c->layer_capacity, n + 1, sizeof *p->layers);
    c->work = arena_grow(c->arena, c->work, &c->work_capacity, n + 1, sizeof *c->work);
    p->layer_count++;
    struct profile_point *points = ARENA_ARRAY(c->arena, struct profile_point, count);
    for (uint32_t i = 0; i < count; i++) {
        struct span part = plans[i].part;
        points[i] = (struct profile_point){.begin = part.begin, .end = part.end};
        points[i].size = profile_size(l->kernel, &l->attr, algorithm, in, &l->out, part);
        if (layer_is_conv(l) && has_cold_points(l))
            points[i].bytes = profile_bytes(&l->attr, algorithm, in, &l->out, part);
        if (plans[i].is_warm) points[i].warm.sample_count = c->effort.samples;
        if (plans[i].is_cold) points[i].cold.sample_count = c->effort.cold_samples;
    }
    p->layers[n] = (struct profile_layer){
        .key = key, .algorithm = algorithm, .point_count = count, .points = points};
    c->work[n] = (struct work){.graph = g, .layer = layer};
    c->work[n].warm = ARENA_ARRAY(c->arena, struct timing_samples, count);
    c->work[n].cold = ARENA_ARRAY(c->arena, struct timing_samples, count);
}

static bool is_planned(const struct calibration *c, const char *key)
{
    for (uint32_t i = 0; i < c->profile.layer_count; i++)
        if (!strcmp(c->profile.layers[i].key, key)) return true;
    return false;
}

void calibration_add(struct calibration *c, const struct graph *g)
{
    for (uint32_t i = 0; i < g->layer_count; i++) {
        const struct layer *l = &g->layers[i];
        struct shape        in[KERNEL_MAX_INPUTS];
        layer_inputs(g, i, in);
        const char *key = profile_key(l->kernel, &l->attr, &in[0], c->arena);
        if (l->kernel->is_free || is_planned(c, key)) continue;
        for (int k = 0; k < ALGORITHM_COUNT; k++) {
            enum kernel_algorithm algorithm = (enum kernel_algorithm)k;
            if (profile_offers(l->kernel, &l->attr, &in[0], algorithm))
                plan(c, g, i, key, &in[0], algorithm);
        }
    }
}

static enum profile_kind kind_of(const struct calibration *c, uint32_t i)
{
    const struct work  *w = &c->work[i];
    const struct layer *l = &w->graph->layers[w->layer];
    struct shape        in[KERNEL_MAX_INPUTS];
    layer_inputs(w->graph, w->layer, in);
    return profile_kind(l->kernel, &l->attr, &in[0], c->profile.layers[i].algorithm);
}

static const struct profile_point *same_point(const struct profile *p, const char *key,
                                              enum kernel_algorithm       algorithm,
                                              const struct profile_point *point)
{
    const struct profile_layer *layer = profile_find(p, key, algorithm);
    for (uint32_t i = 0; layer && i < layer->point_count; i++)
        if (layer->points[i].begin == point->begin && layer->points[i].end == point->end)
            return &layer->points[i];
    return NULL;
}

uint32_t calibration_keep(struct calibration *c, const struct profile *p, uint32_t count)
{
    uint32_t known[KIND_COUNT] = {0}, seen[KIND_COUNT] = {0}, all = 0, left = 0;
    for (uint32_t i = 0; i < c->profile.layer_count; i++) {
        const struct profile_layer *l = &c->profile.layers[i];
        for (uint32_t k = 0; k < l->point_count; k++)
            if (same_point(p, l->key, l->algorithm, &l->points[k])) known[kind_of(c, i)]++, all++;
    }
    for (uint32_t i = 0; i < c->profile.layer_count; i++) {
        struct profile_layer *l = &c->profile.layers[i];
        enum profile_kind     kind = kind_of(c, i);
        // its share of the count, but a few of every kind
        uint32_t want = all ? (uint32_t)ceil((double)count * known[kind] / all) : 0, kept = 0;
        if (want < LEAST_OF_KIND) want = LEAST_OF_KIND;
        for (uint32_t k = 0; k < l->point_count; k++) {
            if (!same_point(p, l->key, l->algorithm, &l->points[k])) continue;
            uint32_t at = seen[kind]++; // keep the first point of each of `want` equal stretches
            if (known[kind] <= want ||
                (uint64_t)at * want / known[kind] != ((uint64_t)at + 1) * want / known[kind])
                l->points[kept++] = l->points[k];
        }
        l->point_count = kept;
        left += kept;
    }
    return left;
}

static void probe_clock(struct calibration *c)
{
    c->clock_hz = arena_grow(c->arena, c->clock_hz, &c->clock_capacity, c->clock_count + 1,
                             sizeof *c->clock_hz);
    c->clock_hz[c->clock_count++] = timing_clock_hz();
}

static void measure_layer(struct calibration *c, uint32_t i)
{
    const struct work          *w = &c->work[i];
    const struct profile_layer *l = &c->profile.layers[i];
    struct timing_protocol      warm = {.sample_s = c->effort.sample_s}, cold = {.cold = true};
    struct arena                scratch = {0};
    struct exec_weights         weights;
    exec_weights(w->graph, w->layer, &c->rng, &scratch, &weights);
    for (uint32_t k = 0; k < l->point_count; k++) {
        struct arena_mark mark = arena_mark(&scratch);
        struct exec_job   job;
        struct span       part = {l->points[k].begin, l->points[k].end};
        exec_job(w->graph, w->layer, part, l->algorithm, &weights, &c->rng, &scratch, &job);
        warm.sample_count = l->points[k].warm.sample_count;
        cold.sample_count = l->points[k].cold.sample_count;
        if (warm.sample_count) timing_sample(&warm, exec_job_run, &job, &w->warm[k]);
        if (cold.sample_count) timing_sample(&cold, exec_job_run, &job, &w->cold[k]);
        arena_rewind(&scratch, mark);
    }
    arena_free(&scratch);
    probe_clock(c);
}

bool calibration_measure(struct calibration *c, bool (*progress)(void *ctx, double done), void *ctx)
{
    struct profile *p = &c->profile;
    assert(c->effort.rounds <= 8 && c->effort.samples <= 8 && c->effort.cold_samples <= 8);
    probe_clock(c);
    uint32_t total = c->effort.rounds * p->layer_count, done = 0;
    for (uint32_t round = 0; round < c->effort.rounds; round++)
        for (uint32_t i = 0; i < p->layer_count; i++, done++) {
            if (progress && !progress(ctx, (double)done / total)) return false;
            if (p->layers[i].point_count) measure_layer(c, i);
        }
    if (progress && !progress(ctx, 1)) return false;
    stat_sort(c->clock_hz, c->clock_count);
    p->clock_hz = stat_quantile(c->clock_hz, c->clock_count, 0.5);
    for (uint32_t i = 0; i < p->layer_count; i++)
        for (uint32_t k = 0; k < p->layers[i].point_count; k++) {
            struct profile_point *point = &p->layers[i].points[k];
            if (point->warm.sample_count) timing_summarise(&c->work[i].warm[k], &point->warm);
            if (point->cold.sample_count) timing_summarise(&c->work[i].cold[k], &point->cold);
        }
    return true;
}

// The two rates that devices are compared by (profile.h), from the costs themselves.
static void find_reference(struct profile *p, const struct graph *resnet50,
                           const struct graph *alexnet, struct arena *a)
{
    double fc_s = 0, fc_bytes = 0;
    for (int choice = 0; choice < CONV_CHOICE_COUNT; choice++)
        for (int caches = 0; caches < CACHES_COUNT; caches++) {
            struct cost_table   costs;
            const struct device own = {.name = p->name,
                                       .profile = p->name,
                                       .conv = (enum conv_choice)choice,
                                       .caches = (enum caches)caches};
            cost_init(&costs, a, resnet50, &own, p);
            p->conv_flop_per_s[choice][caches] = 2.0 * (double)graph_macs(resnet50) / costs.whole_s;
        }
    for (uint32_t i = 0; i < alexnet->layer_count; i++) {
        const struct layer *l = &alexnet->layers[i];
        struct shape        in[KERNEL_MAX_INPUTS];
        if (!streams_weights(l) || l->params < LARGE_FC) continue;
        layer_inputs(alexnet, i, in);
        const char                 *key = profile_key(l->kernel, &l->attr, &in[0], a);
        const struct profile_layer *fc = profile_find(p, key, ALGORITHM_DIRECT);
        assert(fc); // both models were added
        fc_s += fc->curve_s[fc->curve_count - 1];
        fc_bytes += (double)l->params * BYTES_PER_ELEMENT;
    }
    p->fc_bytes_per_s = fc_bytes / fc_s;
}

void calibration_finish(struct calibration *c, const struct graph *resnet50,
                        const struct graph *alexnet, struct profile *out)
{
    *out = c->profile;
    out->name = "this machine"; // until the caller names it
    profile_fit(out, c->arena);
    find_reference(out, resnet50, alexnet, c->arena);
}

void calibration_compare(const struct calibration *c, const struct profile *p,
                         struct calibration_drift out[KIND_COUNT])
{
    struct arena scratch = {0};
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        struct calibration_drift *d = &out[kind];
        double                   *drift = NULL;
        uint32_t                  capacity = 0;
        *d = (struct calibration_drift){0};
        for (uint32_t i = 0; i < c->profile.layer_count; i++) {
            const struct profile_layer *l = &c->profile.layers[i];
            if ((int)kind_of(c, i) != kind) continue;
            for (uint32_t k = 0; k < l->point_count; k++) {
                const struct profile_point *then =
                    same_point(p, l->key, l->algorithm, &l->points[k]);
                double now = profile_point_s(&c->profile, &l->points[k]);
                drift = arena_grow(&scratch, drift, &capacity, d->count + 1, sizeof *drift);
                drift[d->count] = now / profile_point_s(p, then) - 1;
                if (fabs(drift[d->count]) >= fabs(d->worst))
                    d->worst = drift[d->count], d->worst_key = l->key;
                d->count++;
            }
        }
        if (!d->count) continue;
        stat_sort(drift, d->count);
        d->median = stat_quantile(drift, d->count, 0.5);
        d->q1 = stat_quantile(drift, d->count, 0.25);
        d->q3 = stat_quantile(drift, d->count, 0.75);
    }
    arena_free(&scratch);
}
