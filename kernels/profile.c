#include "kernels/profile.h"

#include <assert.h>
#include <errno.h>
#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/stat.h"

enum { FEW_CHANNELS = 16, MAX_POINTS = 64, MAX_PROFILE_LAYERS = 100000 };

static bool is_type(const struct kernel *kernel, const char *type)
{
    return !strcmp(kernel->type, type);
}

const char *profile_key(const struct kernel *kernel, const struct kernel_attr *attr,
                        const struct shape *in, struct arena *a)
{
    const struct window *w = &attr->window;
    if (is_type(kernel, "fc"))
        return arena_format(a, "fc %lld %d", (long long)shape_elements(in), attr->channels);
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

enum profile_kind profile_kind(const struct kernel *kernel, const struct kernel_attr *attr,
                               const struct shape *in)
{
    if (is_type(kernel, "fc")) return KIND_FC;
    if (is_type(kernel, "conv")) {
        if (in->c / attr->groups < FEW_CHANNELS) return KIND_CONV_FEW;
        return attr->window.kernel[AXIS_H] == 1 && attr->window.kernel[AXIS_W] == 1
                   ? KIND_CONV_POINTWISE
                   : KIND_CONV;
    }
    if (kernel->rows == ROWS_WINDOW || is_type(kernel, "global_avgpool")) return KIND_POOL;
    return is_type(kernel, "batchnorm") || is_type(kernel, "lrn") ? KIND_NORM : KIND_OTHER;
}

double profile_size(const struct kernel *kernel, const struct kernel_attr *attr,
                    const struct shape *in, const struct shape *out, struct span rows)
{
    if (is_type(kernel, "fc")) return (double)shape_elements(in) * (rows.end - rows.begin) * 4;
    if (is_type(kernel, "global_avgpool")) return (double)shape_elements(in);
    if (!is_type(kernel, "conv")) return (double)out->c * out->w * (rows.end - rows.begin);
    double taps = 0;
    for (int32_t row = rows.begin; row < rows.end; row++)
        taps += window_taps(&attr->window, AXIS_H, in->h, row);
    int32_t group_channels = in->c / attr->groups;
    return taps * attr->window.kernel[AXIS_W] * out->w * out->c * group_channels;
}

static int by_key(const void *a, const void *b)
{
    const struct profile_layer *x = a, *y = b;
    return strcmp(x->key, y->key);
}

const struct profile_layer *profile_find(const struct profile *p, const char *key)
{
    struct profile_layer wanted = {.key = key};
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
    // first two (the constant of ramping up), but never under half of what proportion gives.
    uint32_t high = i == 0 ? 1 : i == n ? n - 1 : i, low = high - 1;
    double   s = y[low] + (y[high] - y[low]) * (size - x[low]) / (x[high] - x[low]);
    double   floor_s = 0.5 * y[0] * size / x[0];
    return s > floor_s ? s : floor_s;
}

static int by_size(const void *a, const void *b)
{
    const struct profile_point *x = a, *y = b;
    return (x->size > y->size) - (x->size < y->size);
}

// The least of the samples counts (timing.h says why). Points of one size are averaged; a larger
// slice never costs less.
static void fit_curve(struct profile_layer *layer, struct arena *a)
{
    qsort(layer->points, layer->point_count, sizeof *layer->points, by_size);
    layer->curve_size = ARENA_ARRAY(a, double, layer->point_count);
    layer->curve_s = ARENA_ARRAY(a, double, layer->point_count);
    layer->curve_count = 0;
    for (uint32_t i = 0, end; i < layer->point_count; i = end) {
        double sum = 0;
        for (end = i; end < layer->point_count && layer->points[end].size == layer->points[i].size;
             end++)
            sum += layer->points[end].timing.min_s;
        double mean = sum / (end - i),
               before = layer->curve_count ? layer->curve_s[layer->curve_count - 1] : 0;
        layer->curve_size[layer->curve_count] = layer->points[i].size;
        layer->curve_s[layer->curve_count++] = mean > before ? mean : before;
    }
}

// The kind of a measured layer, back from its key.
static enum profile_kind kind_of_key(const char *key)
{
    int c, h, w, out, kh, kw, groups = 1;
    if (!strncmp(key, "fc ", 3)) return KIND_FC;
    if (sscanf(key, "conv %dx%dx%d %d k%dx%d", &c, &h, &w, &out, &kh, &kw) == 6) {
        const char *g = strrchr(key, 'g');
        if (g) groups = atoi(g + 1);
        if (groups < 1 || c / groups < FEW_CHANNELS) return KIND_CONV_FEW;
        return kh == 1 && kw == 1 ? KIND_CONV_POINTWISE : KIND_CONV;
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
    struct profile_rate fit = {stat_quantile(rate, n, 0.5), 0};
    if (with_constant && n >= 3) {
        double c0, c1, v00, v01, v11, chi2;
        gsl_fit_wlinear(size, 1, weight, 1, s, 1, n, &c0, &c1, &v00, &v01, &v11, &chi2);
        if (c0 >= 0 && c1 > 0) fit = (struct profile_rate){c1, c0};
    }
    return fit;
}

void profile_fit(struct profile *p, struct arena *a)
{
    qsort(p->layers, p->layer_count, sizeof *p->layers, by_key);
    uint32_t total = 0;
    for (uint32_t i = 0; i < p->layer_count; i++) {
        fit_curve(&p->layers[i], a);
        total += p->layers[i].point_count;
    }
    double *size = ARENA_ARRAY(a, double, total), *s = ARENA_ARRAY(a, double, total);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        size_t n = 0;
        for (uint32_t i = 0; i < p->layer_count; i++) {
            const struct profile_layer *layer = &p->layers[i];
            if ((int)kind_of_key(layer->key) != kind) continue;
            // fc: every slice, for the constant; others: the whole layer
            for (uint32_t k = kind == KIND_FC ? 0 : layer->curve_count - 1; k < layer->curve_count;
                 k++)
                if (layer->curve_size[k] > 0)
                    size[n] = layer->curve_size[k], s[n++] = layer->curve_s[k];
        }
        if (n) p->rates[kind] = fit_rate(size, s, n, kind == KIND_FC, a);
    }
    // A kind of which nothing was measured takes the nearest one's rate.
    static const enum profile_kind near[KIND_COUNT] = {
        KIND_CONV_POINTWISE, KIND_CONV_FEW, KIND_CONV, KIND_FC, KIND_NORM, KIND_OTHER, KIND_POOL};
    for (int pass = 0; pass < KIND_COUNT; pass++)
        for (int kind = 0; kind < KIND_COUNT; kind++)
            if (p->rates[kind].s_per_size <= 0) p->rates[kind] = p->rates[near[kind]];
}

static const char *const ROOT_KEYS[] = {"format",    "name",   "machine", "cpu",  "isa",
                                        "compiler",  "flags",  "commit",  "date", "protocol",
                                        "reference", "layers", NULL};
static const char *const REFERENCE_KEYS[] = {"conv_flop_per_s", "fc_bytes_per_s", "about", NULL};
static const char *const LAYER_KEYS[] = {"key", "points", NULL};
static const char *const POINT_KEYS[] = {"begin", "end",     "size",    "median_s", "q1_s", "q3_s",
                                         "min_s", "samples", "dropped", "calls",    NULL};

static double read_seconds(struct json j, const char *key)
{
    json_need(j, key);
    return json_quantity(j, key, UNIT_TIME, 1, 1e-9, 1e5);
}

static void read_point(struct json j, struct profile_point *point)
{
    json_keys(j, POINT_KEYS);
    point->begin = (int32_t)json_integer(j, "begin", 0, 0, INT32_MAX);
    point->end = (int32_t)json_integer(j, "end", 0, 0, INT32_MAX);
    json_need(j, "size");
    point->size = json_quantity(j, "size", UNIT_NONE, 1, 1, 1e18);
    struct timing *t = &point->timing;
    t->median_s = read_seconds(j, "median_s");
    t->q1_s = read_seconds(j, "q1_s");
    t->q3_s = read_seconds(j, "q3_s");
    t->min_s = read_seconds(j, "min_s");
    t->sample_count = (uint32_t)json_integer(j, "samples", 0, 0, 1000000);
    t->dropped_count = (uint32_t)json_integer(j, "dropped", 0, 0, 1000000);
    t->calls_per_sample = (uint32_t)json_integer(j, "calls", 1, 1, INT32_MAX);
}

static void read_layer(struct json j, struct profile_layer *layer)
{
    json_keys(j, LAYER_KEYS);
    json_need(j, "key");
    layer->key = json_string(j, "key", "?");
    struct json points = json_need(j, "points");
    layer->point_count = json_count(points);
    if (points.item && (!layer->point_count || layer->point_count > MAX_POINTS)) {
        json_fault(points, "1 to %d measured points", MAX_POINTS);
        layer->point_count = 0;
        return;
    }
    layer->points = ARENA_ARRAY(j.arena, struct profile_point, layer->point_count);
    uint32_t i = 0;
    for (struct json point = json_at(points, 0); point.item; point = json_next(point))
        read_point(point, &layer->points[i++]);
}

static void read_profile(struct profile *out, struct json root)
{
    json_keys(root, ROOT_KEYS);
    if (json_integer(root, "format", 0, 0, INT32_MAX) != 1)
        json_fault(json_get(root, "format"), "profile format 1");
    out->name = json_string(root, "name", "profile");
    out->machine = json_string(root, "machine", "?");
    out->cpu = json_string(root, "cpu", "?");
    out->isa = json_string(root, "isa", "?");
    out->compiler = json_string(root, "compiler", "?");
    out->flags = json_string(root, "flags", "?");
    out->commit = json_string(root, "commit", "?");
    out->date = json_string(root, "date", "?");
    out->protocol = json_string(root, "protocol", "?");
    struct json reference = json_need(root, "reference");
    if (reference.item) json_keys(reference, REFERENCE_KEYS);
    out->conv_flop_per_s = json_quantity(reference, "conv_flop_per_s", UNIT_FLOPS, 1, 1, 1e18);
    out->fc_bytes_per_s = json_quantity(reference, "fc_bytes_per_s", UNIT_BANDWIDTH, 1, 1, 1e18);
    struct json layers = json_need(root, "layers");
    out->layer_count = json_count(layers);
    if (layers.item && (!cJSON_IsArray(layers.item) || !out->layer_count ||
                        out->layer_count > MAX_PROFILE_LAYERS)) {
        json_fault(layers, "a list of 1 to %d layers", MAX_PROFILE_LAYERS);
        return;
    }
    out->layers = ARENA_ARRAY(root.arena, struct profile_layer, out->layer_count);
    uint32_t i = 0;
    for (struct json j = json_at(layers, 0); j.item; j = json_next(j))
        read_layer(j, &out->layers[i++]);
}

bool profile_load(struct profile *out, struct arena *a, const char *path, struct err *e)
{
    struct json_doc doc;
    uint32_t        before = e->fault_count;
    *out = (struct profile){.path = arena_string(a, path)};
    if (!json_open(&doc, path, e)) return false;
    read_profile(out, json_root(&doc, a));
    char *text = cJSON_PrintUnformatted(doc.root);
    assert(text);
    digest_text(text, strlen(text), out->sha256);
    cJSON_free(text);
    json_close(&doc);
    if (e->fault_count > before) return false;
    profile_fit(out, a);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (out->rates[kind].s_per_size <= 0)
            return err_add(
                e,
                "%s: layers: want timings of at least one conv, fc and other layer, have too few",
                path);
    return true;
}

static void write_point(FILE *file, const struct profile_point *p, bool last)
{
    const struct timing *t = &p->timing;
    fprintf(file,
            "      {\"begin\": %d, \"end\": %d, \"size\": %.17g, \"median_s\": %.5g, \"q1_s\": "
            "%.5g, \"q3_s\": %.5g, \"min_s\": %.5g, "
            "\"samples\": %u, \"dropped\": %u, \"calls\": %u}%s\n",
            p->begin, p->end, p->size, t->median_s, t->q1_s, t->q3_s, t->min_s, t->sample_count,
            t->dropped_count, t->calls_per_sample, last ? "" : ",");
}

static void write_text(FILE *file, const char *key, const char *text)
{
    cJSON *item = cJSON_CreateString(text);
    char  *quoted = cJSON_PrintUnformatted(item);
    assert(quoted);
    fprintf(file, "  \"%s\": %s,\n", key, quoted);
    cJSON_free(quoted);
    cJSON_Delete(item);
}

static void write_profile(FILE *file, const struct profile *p)
{
    fprintf(file, "{\n  \"format\": 1,\n");
    write_text(file, "name", p->name);
    write_text(file, "machine", p->machine);
    write_text(file, "cpu", p->cpu);
    write_text(file, "isa", p->isa);
    write_text(file, "compiler", p->compiler);
    write_text(file, "flags", p->flags);
    write_text(file, "commit", p->commit);
    write_text(file, "date", p->date);
    write_text(file, "protocol", p->protocol);
    fprintf(file,
            "  \"reference\": {\"conv_flop_per_s\": %.6g, \"fc_bytes_per_s\": %.6g, \"about\": "
            "\"whole ResNet-50, and AlexNet's fc layers cold\"},\n",
            p->conv_flop_per_s, p->fc_bytes_per_s);
    fprintf(file, "  \"layers\": [\n");
    for (uint32_t i = 0; i < p->layer_count; i++) {
        fprintf(file, "    {\"key\": \"%s\", \"points\": [\n", p->layers[i].key);
        for (uint32_t k = 0; k < p->layers[i].point_count; k++)
            write_point(file, &p->layers[i].points[k], k + 1 == p->layers[i].point_count);
        fprintf(file, "    ]}%s\n", i + 1 == p->layer_count ? "" : ",");
    }
    fprintf(file, "  ]\n}\n");
}

bool profile_save(const struct profile *p, const char *path, struct err *e)
{
    struct arena scratch = {0};
    char        *part = arena_format(&scratch, "%s.part%d", path, (int)getpid());
    FILE        *file = fopen(part, "w");
    bool         ok = file != NULL;
    if (file) {
        write_profile(file, p);
        ok = !ferror(file);
        ok = !fclose(file) && ok && !rename(part, path);
    }
    if (!ok) {
        err_add(e, "%s: cannot write: %s", path, strerror(errno));
        unlink(part);
    }
    arena_free(&scratch);
    return ok;
}
