#include "algorithms/cut/surgery.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "algorithms/cut/mincut.h"

enum {
    EDGE,  // source
    CLOUD, // sink
    FRAME, // the input: tied to the edge
    FIRST_STEP
};

enum { ZOOM = 8, ZOOM_ROUNDS = 20 };  // a finer grid has 2 ZOOM + 1 values an axis
static const double ZOOM_GAIN = 1e-3; // less of the maximum won: over

struct axis {
    double   values[SURGERY_GRID];
    uint32_t count;
};

struct hunt {
    const struct surgery *s;
    struct arena         *scratch;
    bool                 *found, *best; // [step_count]
    double                best_s;       // the maximum of `best`
    double                alpha, gamma; // of `best`
};

struct stages surgery_stages(const struct surgery *s, const bool *on_cloud)
{
    struct stages t = {0};
    for (uint32_t i = 0; i < s->step_count; i++) {
        if (on_cloud[i])
            t.cloud_s += s->cloud_s[i];
        else
            t.edge_s += s->edge_s[i];
    }
    for (uint32_t i = 0; i < s->crossings->count; i++) {
        const struct crossing *c = &s->crossings->items[i];
        bool                   is_read = false;
        if (c->producer != NO_STEP && on_cloud[c->producer]) continue;
        for (uint32_t k = 0; k < c->reader_count; k++) is_read |= on_cloud[c->readers[k]];
        if (is_read) t.send_s += s->send_s[i];
    }
    return t;
}

double stages_sum_s(struct stages t)
{
    return t.edge_s + t.send_s + t.cloud_s;
}

double stages_max_s(struct stages t)
{
    return fmax(t.edge_s, fmax(t.send_s, t.cloud_s));
}

// A tensor of several readers gets a vertex of its own, so that its transfer counts once.
static void add_crossing(struct mincut *m, const struct crossing *c, double send_s, uint32_t own)
{
    uint32_t from = c->producer == NO_STEP ? FRAME : FIRST_STEP + (uint32_t)c->producer;
    if (c->reader_count == 1) {
        mincut_add(m, from, FIRST_STEP + c->readers[0], send_s);
    } else {
        mincut_add(m, from, own, send_s);
        for (uint32_t k = 0; k < c->reader_count; k++)
            mincut_add(m, own, FIRST_STEP + c->readers[k], INFINITY);
    }
    for (uint32_t k = 0; k < c->reader_count; k++) // nothing comes back from the cloud
        mincut_add(m, FIRST_STEP + c->readers[k], from, INFINITY);
}

// The minimum cut with scaled seconds.
static void cut(const struct surgery *s, double alpha, double gamma, struct arena *scratch,
                bool *on_cloud)
{
    struct arena_mark mark = arena_mark(scratch);
    uint32_t          vertices = FIRST_STEP + s->step_count + s->crossings->count;
    bool             *at_edge = ARENA_ARRAY(scratch, bool, vertices);
    struct mincut     m;
    mincut_init(&m, vertices, scratch);
    mincut_add(&m, EDGE, FRAME, INFINITY);
    for (uint32_t i = 0; i < s->step_count; i++) {
        mincut_add(&m, EDGE, FIRST_STEP + i, gamma * s->cloud_s[i]);
        mincut_add(&m, FIRST_STEP + i, CLOUD, alpha * s->edge_s[i]);
    }
    for (uint32_t i = 0; i < s->crossings->count; i++)
        add_crossing(&m, &s->crossings->items[i], s->send_s[i], FIRST_STEP + s->step_count + i);
    double value = mincut_solve(&m, EDGE, CLOUD, at_edge);
    assert(value < INFINITY); // everything at the edge is finite
    for (uint32_t i = 0; i < s->step_count; i++) on_cloud[i] = !at_edge[FIRST_STEP + i];
    arena_rewind(scratch, mark);
}

void surgery_light(const struct surgery *s, struct arena *scratch, bool *on_cloud)
{
    cut(s, 1, 1, scratch, on_cloud);
}

static double sum_of(const double *values, uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) sum += values[i];
    return sum;
}

// [0, most] in steps of 1, or coarser; its end, too, for what is to be found may lie behind the
// last whole step.
static struct axis first_axis(double most)
{
    struct axis x = {.values = {0, 1}, .count = 2};
    if (!(most > 1)) return x;
    if (most <= SURGERY_GRID - 2) {
        for (; x.count < most; x.count++) x.values[x.count] = x.count;
        x.values[x.count++] = most;
    } else {
        for (; x.count < SURGERY_GRID; x.count++)
            x.values[x.count] = pow(most, (x.count - 1.0) / (SURGERY_GRID - 2.0));
    }
    return x;
}

// From the value before `at` to the one behind it.
static struct axis finer_axis(const struct axis *x, double at)
{
    struct axis out = {.count = 2 * ZOOM + 1};
    uint32_t    first = 0, last = x->count - 1; // it stands there several times at an end
    while (x->values[first] != at) first++;
    while (x->values[last] != at) last--;
    double low = first ? x->values[first - 1] : at;
    double high = last + 1 < x->count ? x->values[last + 1] : at;
    for (uint32_t k = 0; k < ZOOM; k++) {
        out.values[k] = low + (at - low) * k / ZOOM;
        out.values[ZOOM + 1 + k] = at + (high - at) * (k + 1) / ZOOM;
    }
    out.values[ZOOM] = at;
    return out;
}

static void try_all(struct hunt *h, const struct axis *alphas, const struct axis *gammas)
{
    for (uint32_t i = 0; i < alphas->count; i++)
        for (uint32_t k = 0; k < gammas->count; k++) {
            cut(h->s, alphas->values[i], gammas->values[k], h->scratch, h->found);
            double most_s = stages_max_s(surgery_stages(h->s, h->found));
            if (!(most_s < h->best_s)) continue;
            h->best_s = most_s;
            h->alpha = alphas->values[i];
            h->gamma = gammas->values[k];
            memcpy(h->best, h->found, h->s->step_count * sizeof *h->best);
        }
}

void surgery_heavy(const struct surgery *s, struct arena *scratch, bool *on_cloud)
{
    struct hunt h = {.s = s, .scratch = scratch, .best = on_cloud, .best_s = INFINITY};
    double      shortest_s = INFINITY, before_s = INFINITY;
    h.found = ARENA_ARRAY(scratch, bool, s->step_count);
    for (uint32_t i = 0; i < s->crossings->count; i++)
        if (s->send_s[i] > 0) shortest_s = fmin(shortest_s, s->send_s[i]);
    struct axis alphas = first_axis(sum_of(s->edge_s, s->step_count) / shortest_s),
                gammas = first_axis(sum_of(s->cloud_s, s->step_count) / shortest_s);
    try_all(&h, &alphas, &gammas);
    for (int i = 0; i < ZOOM_ROUNDS && h.best_s < (1 - ZOOM_GAIN) * before_s; i++) {
        before_s = h.best_s;
        alphas = finer_axis(&alphas, h.alpha);
        gammas = finer_axis(&gammas, h.gamma);
        try_all(&h, &alphas, &gammas);
    }
}
