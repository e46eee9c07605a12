#include "kernels/profile.h"

#include <assert.h>
#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stat.h"

enum { FEW_CHANNELS = 16, BYTES = 4 }; // BYTES: of an element

const char *const conv_choice_names[] = {"direct", "winograd", "fastest", NULL};
const char *const caches_names[] = {"warm", "cold", NULL};
const char *const kernel_algorithm_names[] = {"direct", "winograd2", "winograd4", NULL};

static bool is_type(const struct kernel *kernel, const char *type)
{
    return !strcmp(kernel->type, type);
}

// Computed by conv's kernels: on floats.
static bool is_conv(const struct kernel *kernel)
{
    return is_type(kernel, "conv") || is_type(kernel, "fconv");
}

static bool counts_taps(const struct kernel *kernel)
{
    return is_conv(kernel) || is_type(kernel, "bconv");
}

static const char *image_key(const struct kernel *kernel, const struct kernel_attr *attr,
                             const struct shape *in, struct arena *a)
{
    const struct window *w = &attr->window;
    if (kernel->heads_step && kernel->rows != ROWS_WINDOW)
        return arena_format(a, "%s %lld %d", kernel->type, (long long)shape_elements(in),
                            attr->channels);
    char *key = arena_format(a, "%s %dx%dx%d", kernel->type, in->c, in->h, in->w);
    if (is_type(kernel, "lrn")) return arena_format(a, "%s n%d", key, attr->lrn_size);
    if (kernel->rows != ROWS_WINDOW) return key;
    key =
        arena_format(a, "%s %d k%dx%d s%dx%d p%d,%d,%d,%d d%dx%d", key, attr->channels,
                     w->kernel[0], w->kernel[1], w->stride[0], w->stride[1], w->pad_begin[0],
                     w->pad_begin[1], w->pad_end[0], w->pad_end[1], w->dilation[0], w->dilation[1]);
    return kernel->heads_step ? arena_format(a, "%s g%d", key, attr->groups)
                              : arena_format(a, "%s c%d", key, w->ceil);
}

const char *profile_key(const struct kernel *kernel, const struct kernel_attr *attr,
                        const struct shape *in, struct arena *a)
{
    const struct window *w = &attr->window;
    const char          *key = image_key(kernel, attr, in, a);
    if (!in->d || (kernel->heads_step && kernel->rows != ROWS_WINDOW)) return key;
    key = arena_format(a, "%s f%d", key, in->d); // what the frames add stands behind
    if (kernel->rows != ROWS_WINDOW) return key;
    return arena_format(a, "%s k%d s%d p%d,%d d%d", key, w->kernel[AXIS_D], w->stride[AXIS_D],
                        w->pad_begin[AXIS_D], w->pad_end[AXIS_D], w->dilation[AXIS_D]);
}

bool profile_offers(const struct kernel *kernel, const struct kernel_attr *attr,
                    const struct shape *in, enum kernel_algorithm algorithm)
{
    if (algorithm == ALGORITHM_DIRECT) return true;
    return kernel->allows && in->c / attr->groups >= FEW_CHANNELS &&
           kernel->allows(attr, algorithm);
}

enum profile_kind profile_kind(const struct kernel *kernel, const struct kernel_attr *attr,
                               const struct shape *in, enum kernel_algorithm algorithm)
{
    if (algorithm == ALGORITHM_WINOGRAD2) return KIND_WINOGRAD2;
    if (algorithm == ALGORITHM_WINOGRAD4) return KIND_WINOGRAD4;
    if (is_type(kernel, "fc")) return KIND_FC;
    if (is_type(kernel, "bconv")) return KIND_BCONV;
    if (is_type(kernel, "blinear")) return KIND_BLINEAR;
    if (is_conv(kernel)) {
        if (in->c / attr->groups < FEW_CHANNELS) return KIND_CONV_FEW;
        return window_size(&attr->window) == 1 ? KIND_CONV_POINTWISE : KIND_CONV;
    }
    if (kernel->rows == ROWS_WINDOW || is_type(kernel, "global_avgpool")) return KIND_POOL;
    return is_type(kernel, "batchnorm") || is_type(kernel, "lrn") ? KIND_NORM : KIND_OTHER;
}

// It multiplies a square of two more than its outputs.
int32_t profile_tile_rows(enum kernel_algorithm algorithm)
{
    return algorithm == ALGORITHM_WINOGRAD2 ? 2 : 4;
}

static double products_per_tile(enum kernel_algorithm algorithm)
{
    double side = profile_tile_rows(algorithm) + 2;
    return side * side;
}

static int32_t tiles(enum kernel_algorithm algorithm, int32_t outputs)
{
    int32_t m = profile_tile_rows(algorithm);
    return (outputs + m - 1) / m;
}

double profile_size(const struct kernel *kernel, const struct kernel_attr *attr,
                    enum kernel_algorithm algorithm, const struct shape *in,
                    const struct shape *out, struct span rows)
{
    if (is_type(kernel, "fc")) return (double)shape_elements(in) * (rows.end - rows.begin) * BYTES;
    if (is_type(kernel, "global_avgpool")) return (double)shape_elements(in);
    if (is_type(kernel, "blinear")) return (double)shape_elements(in) * (rows.end - rows.begin);
    if (!counts_taps(kernel))
        return (double)out->c * shape_frames(out) * out->w * (rows.end - rows.begin);
    int32_t group_in = in->c / attr->groups;
    double  pairs = (double)group_in * out->c; // of an input and an output channel
    if (algorithm != ALGORITHM_DIRECT)
        return pairs * products_per_tile(algorithm) * tiles(algorithm, out->w) *
               tiles(algorithm, rows.end - rows.begin);
    double taps = 0, frames = 0;
    for (int32_t frame = 0; frame < shape_frames(out); frame++)
        frames += window_taps(&attr->window, AXIS_D, shape_frames(in), frame);
    for (int32_t row = rows.begin; row < rows.end; row++)
        taps += window_taps(&attr->window, AXIS_H, in->h, row);
    return pairs * frames * taps * attr->window.kernel[AXIS_W] * out->w;
}

double profile_weight_bytes(const struct kernel_attr *attr, enum kernel_algorithm algorithm,
                            const struct shape *in)
{
    double  kernel = algorithm == ALGORITHM_DIRECT ? (double)window_size(&attr->window)
                                                   : products_per_tile(algorithm);
    int32_t group_in = in->c / attr->groups;
    return BYTES * kernel * group_in * attr->channels;
}

double profile_bytes(const struct kernel_attr *attr, enum kernel_algorithm algorithm,
                     const struct shape *in, const struct shape *out, struct span rows)
{
    struct span need = window_in(&attr->window, AXIS_H, in->h, rows);
    double      in_row = (double)shape_elements(in) / in->h,
           out_row = (double)shape_elements(out) / out->h;
    return profile_weight_bytes(attr, algorithm, in) +
           BYTES * (in_row * (need.end - need.begin) + out_row * (rows.end - rows.begin));
}

static int by_key(const void *a, const void *b)
{
    const struct profile_layer *x = a, *y = b;
    int                         order = strcmp(x->key, y->key);
    return order ? order : (x->algorithm > y->algorithm) - (x->algorithm < y->algorithm);
}

const struct profile_layer *profile_find(const struct profile *p, const char *key,
                                         enum kernel_algorithm algorithm)
{
    struct profile_layer wanted = {.key = key, .algorithm = algorithm};
    return p->layer_count ? bsearch(&wanted, p->layers, p->layer_count, sizeof wanted, by_key)
                          : NULL;
}

double profile_rate_s(const struct profile *p, enum profile_kind kind, double size)
{
    return size > 0 ? p->rates[kind].constant_s + size * p->rates[kind].s_per_size : 0;
}

double profile_curve_s(const struct profile_layer *layer, enum profile_kind kind, double size)
{
    const double *x = layer->curve_size, *y = layer->curve_s;
    uint32_t      n = layer->curve_count, i = 0;
    if (size <= 0) return 0;
    while (i < n && x[i] < size) i++;
    if (i == 0 && (kind != KIND_FC || n == 1))
        return y[0] * size / x[0]; // in proportion below the smallest
    if (i == n && n == 1) return y[0] * size / x[0];
    // Between two points, past the last along the last two; an fc below its smallest along the
    // first two (the constant of ramping up), but there never under half of what proportion gives.
    uint32_t high = i == 0 ? 1 : i == n ? n - 1 : i, low = high - 1;
    double   s = y[low] + (y[high] - y[low]) * (size - x[low]) / (x[high] - x[low]);
    return i == 0 ? fmax(s, 0.5 * y[0] * size / x[0]) : s;
}

double profile_slice_s(const struct profile *p, const struct kernel *kernel,
                       const struct kernel_attr *attr, enum kernel_algorithm algorithm,
                       enum caches caches, const struct shape *in, const struct shape *out,
                       struct span rows, struct arena *a)
{
    const struct profile_layer *layer =
        profile_find(p, profile_key(kernel, attr, in, a), algorithm);
    enum profile_kind kind = profile_kind(kernel, attr, in, algorithm);
    double            size = profile_size(kernel, attr, algorithm, in, out, rows);
    double s = layer ? profile_curve_s(layer, kind, size) : profile_rate_s(p, kind, size);
    if (caches == CACHES_WARM || !is_conv(kernel)) return s;
    double per_byte = layer && layer->cold_s_per_byte >= 0 ? layer->cold_s_per_byte
                                                           : p->rates[kind].cold_s_per_byte;
    return s + per_byte * profile_bytes(attr, algorithm, in, out, rows);
}

static int by_size(const void *a, const void *b)
{
    const struct profile_point *x = a, *y = b;
    return (x->size > y->size) - (x->size < y->size);
}

// fc in seconds (memory knows no cycles of the core), cold; the rest in cycles of a stated clock,
// warm (timing.h says why).
double profile_point_s(const struct profile *p, const struct profile_point *point)
{
    return point->warm.sample_count ? point->warm.cycles / p->clock_hz : point->cold.median_s;
}

// Points of one size are averaged; a larger slice never costs less.
static void fit_curve(const struct profile *p, struct profile_layer *layer, struct arena *a)
{
    qsort(layer->points, layer->point_count, sizeof *layer->points, by_size);
    layer->curve_size = ARENA_ARRAY(a, double, layer->point_count);
    layer->curve_s = ARENA_ARRAY(a, double, layer->point_count);
    layer->curve_count = 0;
    for (uint32_t i = 0, end; i < layer->point_count; i = end) {
        double sum = 0;
        for (end = i; end < layer->point_count && layer->points[end].size == layer->points[i].size;
             end++)
            sum += profile_point_s(p, &layer->points[end]);
        double mean = sum / (end - i),
               before = layer->curve_count ? layer->curve_s[layer->curve_count - 1] : 0;
        layer->curve_size[layer->curve_count] = layer->points[i].size;
        layer->curve_s[layer->curve_count++] = mean > before ? mean : before;
    }
}

// What a cold byte adds: the median over the points that were timed both ways.
static double fit_cold(const struct profile *p, const struct profile_layer *layer, struct arena *a)
{
    double *added = ARENA_ARRAY(a, double, layer->point_count);
    size_t  n = 0;
    for (uint32_t i = 0; i < layer->point_count; i++) {
        const struct profile_point *point = &layer->points[i];
        if (!point->warm.sample_count || !point->cold.sample_count || point->bytes <= 0) continue;
        double cycles = point->cold.cycles - point->warm.cycles;
        added[n++] = (cycles > 0 ? cycles : 0) / p->clock_hz / point->bytes;
    }
    if (!n) return -1;
    stat_sort(added, n);
    return stat_quantile(added, n, 0.5);
}

bool profile_key_is_fc(const char *key)
{
    return !strncmp(key, "fc ", 3);
}

// The kind of a measured layer, back from its key.
static enum profile_kind kind_of(const struct profile_layer *layer)
{
    int         c, h, w, out, kh, kw, kd = 1, groups = 1;
    const char *key = layer->key;
    if (layer->algorithm != ALGORITHM_DIRECT)
        return layer->algorithm == ALGORITHM_WINOGRAD2 ? KIND_WINOGRAD2 : KIND_WINOGRAD4;
    if (profile_key_is_fc(key)) return KIND_FC;
    if (!strncmp(key, "bconv ", 6)) return KIND_BCONV;
    if (!strncmp(key, "blinear ", 8)) return KIND_BLINEAR;
    if (!strncmp(key, "fconv ", 6)) key++; // as a conv
    if (sscanf(key, "conv %dx%dx%d %d k%dx%d", &c, &h, &w, &out, &kh, &kw) == 6) {
        const char *g = strrchr(key, 'g');
        if (g) groups = atoi(g + 1);
        if (groups < 1 || c / groups < FEW_CHANNELS) return KIND_CONV_FEW;
        const char *frames = strstr(key, " f"); // and the third axis of its kernel
        if (frames && sscanf(frames, " f%*d k%d", &kd) != 1) kd = 0;
        return kd == 1 && kh == 1 && kw == 1 ? KIND_CONV_POINTWISE : KIND_CONV;
    }
    if (strstr(key, "pool")) return KIND_POOL;
    return !strncmp(key, "batchnorm", 9) || !strncmp(key, "lrn", 3) ? KIND_NORM : KIND_OTHER;
}

// Bytes plus a constant by least relative squares; the rest by the median rate.
static struct profile_rate fit_rate(const double *size, const double *s, size_t n,
                                    bool with_constant, struct arena *a)
{
    double *weight = ARENA_ARRAY(a, double, n), *rate = ARENA_ARRAY(a, double, n);
    for (size_t i = 0; i < n; i++) weight[i] = 1 / (s[i] * s[i]), rate[i] = s[i] / size[i];
    stat_sort(rate, n);
    struct profile_rate fit = {.s_per_size = stat_quantile(rate, n, 0.5)};
    if (with_constant && n >= 3) {
        double c0, c1, v00, v01, v11, chi2;
        gsl_fit_wlinear(size, 1, weight, 1, s, 1, n, &c0, &c1, &v00, &v01, &v11, &chi2);
        if (c0 >= 0 && c1 > 0) fit = (struct profile_rate){.s_per_size = c1, .constant_s = c0};
    }
    return fit;
}

static void fit_kind(struct profile *p, enum profile_kind kind, double *size, double *s,
                     double *cold, struct arena *a)
{
    size_t n = 0, cold_count = 0;
    for (uint32_t i = 0; i < p->layer_count; i++) {
        const struct profile_layer *layer = &p->layers[i];
        if (kind_of(layer) != kind) continue;
        // fc: every slice, for the constant; others: the whole layer
        for (uint32_t k = kind == KIND_FC ? 0 : layer->curve_count - 1; k < layer->curve_count; k++)
            if (layer->curve_size[k] > 0)
                size[n] = layer->curve_size[k], s[n++] = layer->curve_s[k];
        if (layer->cold_s_per_byte >= 0) cold[cold_count++] = layer->cold_s_per_byte;
    }
    if (n) p->rates[kind] = fit_rate(size, s, n, kind == KIND_FC, a);
    stat_sort(cold, cold_count);
    if (cold_count) p->rates[kind].cold_s_per_byte = stat_quantile(cold, cold_count, 0.5);
}

void profile_fit(struct profile *p, struct arena *a)
{
    qsort(p->layers, p->layer_count, sizeof *p->layers, by_key);
    uint32_t total = 0;
    for (uint32_t i = 0; i < p->layer_count; i++) {
        fit_curve(p, &p->layers[i], a);
        p->layers[i].cold_s_per_byte = fit_cold(p, &p->layers[i], a);
        total += p->layers[i].point_count;
    }
    double *size = ARENA_ARRAY(a, double, total), *s = ARENA_ARRAY(a, double, total),
           *cold = ARENA_ARRAY(a, double, total);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        fit_kind(p, (enum profile_kind)kind, size, s, cold, a);
    // A kind of which nothing was measured takes the nearest one's rate; no Winograd measured is
    // none had.
    static const enum profile_kind near[KIND_COUNT] = {
        [KIND_CONV] = KIND_CONV_POINTWISE, [KIND_CONV_POINTWISE] = KIND_CONV_FEW,
        [KIND_CONV_FEW] = KIND_CONV,       [KIND_WINOGRAD2] = KIND_WINOGRAD2,
        [KIND_WINOGRAD4] = KIND_WINOGRAD4, [KIND_FC] = KIND_FC,
        [KIND_POOL] = KIND_NORM,           [KIND_NORM] = KIND_OTHER,
        [KIND_OTHER] = KIND_POOL,          [KIND_BCONV] = KIND_CONV,
        [KIND_BLINEAR] = KIND_BCONV,
    };
    for (int pass = 0; pass < KIND_COUNT; pass++)
        for (int kind = 0; kind < KIND_COUNT; kind++)
            if (p->rates[kind].s_per_size <= 0) p->rates[kind] = p->rates[near[kind]];
}
