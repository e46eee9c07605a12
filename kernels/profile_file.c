// The files of profiles: reads them as hostile input, writes them whole or not at all.
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "kernels/profile.h"

enum { FORMAT = 2, MAX_POINTS = 64, MAX_PROFILE_LAYERS = 100000 };

static const char *const ROOT_KEYS[] = {"format",   "name",      "machine", "cpu",  "isa",
                                        "compiler", "flags",     "commit",  "date", "protocol",
                                        "clock_hz", "reference", "layers",  NULL};
static const char *const REFERENCE_KEYS[] = {"conv_flop_per_s", "fc_bytes_per_s", "about", NULL};
static const char *const LAYER_KEYS[] = {"key", "algorithm", "points", NULL};
static const char *const POINT_KEYS[] = {"begin", "end", "size", "bytes", "warm", "cold", NULL};
static const char *const TIMING_KEYS[] = {
    "cycles",   "median_cycles", "q1_cycles", "q3_cycles", "min_s",
    "median_s", "samples",       "dropped",   "calls",     NULL};

static double read_seconds(struct json j, const char *key)
{
    json_need(j, key);
    return json_quantity(j, key, UNIT_TIME, 1, 1e-9, 1e5);
}

static double read_cycles(struct json j, const char *key)
{
    json_need(j, key);
    return json_quantity(j, key, UNIT_NONE, 1, 1, 1e15);
}

static void read_timing(struct json j, struct timing *t)
{
    if (!j.item || !json_keys(j, TIMING_KEYS)) return;
    t->cycles = read_cycles(j, "cycles");
    t->median_cycles = read_cycles(j, "median_cycles");
    t->q1_cycles = read_cycles(j, "q1_cycles");
    t->q3_cycles = read_cycles(j, "q3_cycles");
    t->min_s = read_seconds(j, "min_s");
    t->median_s = read_seconds(j, "median_s");
    t->sample_count = (uint32_t)json_integer(j, "samples", 1, 1, 1000000);
    t->dropped_count = (uint32_t)json_integer(j, "dropped", 0, 0, 1000000);
    t->calls_per_sample = (uint32_t)json_integer(j, "calls", 1, 1, INT32_MAX);
}

static void read_point(struct json j, bool is_fc, struct profile_point *point)
{
    if (!json_keys(j, POINT_KEYS)) return;
    point->begin = (int32_t)json_integer(j, "begin", 0, 0, INT32_MAX);
    point->end = (int32_t)json_integer(j, "end", 0, 0, INT32_MAX);
    json_need(j, "size");
    point->size = json_quantity(j, "size", UNIT_NONE, 1, 1, 1e18);
    point->bytes = json_quantity(j, "bytes", UNIT_NONE, 0, 0, 1e18);
    struct json warm = json_get(j, "warm"), cold = json_get(j, "cold");
    if (is_fc ? !cold.item || warm.item : !warm.item) // the curve is made of the one
        json_fault(j, is_fc ? "a timing, \"cold\" alone (an fc)" : "a timing, \"warm\"");
    read_timing(warm, &point->warm);
    read_timing(cold, &point->cold);
}

static void read_layer(struct json j, struct profile_layer *layer)
{
    json_keys(j, LAYER_KEYS);
    json_need(j, "key");
    layer->key = json_string(j, "key", "?");
    int algorithm = json_choice(j, "algorithm", kernel_algorithm_names, ALGORITHM_DIRECT);
    layer->algorithm = (enum kernel_algorithm)algorithm;
    struct json points = json_need(j, "points");
    layer->point_count = json_count(points);
    if (points.item &&
        (!cJSON_IsArray(points.item) || !layer->point_count || layer->point_count > MAX_POINTS)) {
        json_fault(points, "a list of 1 to %d measured points", MAX_POINTS);
        layer->point_count = 0;
        return;
    }
    layer->points = ARENA_ARRAY(j.arena, struct profile_point, layer->point_count);
    uint32_t i = 0;
    for (struct json point = json_at(points, 0); point.item; point = json_next(point))
        read_point(point, profile_key_is_fc(layer->key), &layer->points[i++]);
}

static void read_reference(struct profile *out, struct json j)
{
    if (!j.item || !json_keys(j, REFERENCE_KEYS)) return;
    json_need(j, "fc_bytes_per_s");
    out->fc_bytes_per_s = json_quantity(j, "fc_bytes_per_s", UNIT_BANDWIDTH, 1, 1, 1e18);
    struct json choices = json_need(j, "conv_flop_per_s");
    if (!choices.item || !json_keys(choices, conv_choice_names)) return;
    for (int choice = 0; choice < CONV_CHOICE_COUNT; choice++) {
        struct json caches = json_need(choices, conv_choice_names[choice]);
        if (!caches.item || !json_keys(caches, caches_names)) continue;
        for (int k = 0; k < CACHES_COUNT; k++) {
            json_need(caches, caches_names[k]);
            out->conv_flop_per_s[choice][k] =
                json_quantity(caches, caches_names[k], UNIT_FLOPS, 1, 1, 1e18);
        }
    }
}

static void read_profile(struct profile *out, struct json root)
{
    json_keys(root, ROOT_KEYS);
    if (json_integer(root, "format", 0, 0, INT32_MAX) != FORMAT) { // what follows means nothing
        json_fault(
            json_get(root, "format"),
            "profile format %d (one of another version is measured anew by fogsim calibrate)",
            FORMAT);
        return;
    }
    out->name = json_string(root, "name", "profile");
    out->machine = json_string(root, "machine", "?");
    out->cpu = json_string(root, "cpu", "?");
    out->isa = json_string(root, "isa", "?");
    out->compiler = json_string(root, "compiler", "?");
    out->flags = json_string(root, "flags", "?");
    out->commit = json_string(root, "commit", "?");
    out->date = json_string(root, "date", "?");
    out->protocol = json_string(root, "protocol", "?");
    json_need(root, "clock_hz");
    out->clock_hz = json_quantity(root, "clock_hz", UNIT_NONE, 1e9, 1e3, 1e12);
    read_reference(out, json_need(root, "reference"));
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

// Of two timings of one layer, which is its cost? Neighbours, now that the layers are sorted.
static bool is_each_once(const struct profile *p, struct err *e)
{
    for (uint32_t i = 1; i < p->layer_count; i++)
        if (!strcmp(p->layers[i - 1].key, p->layers[i].key) &&
            p->layers[i - 1].algorithm == p->layers[i].algorithm)
            return err_add(e,
                           "%s: layers: want each layer once by an algorithm, have \"%.60s\" (%s) "
                           "again",
                           p->path, p->layers[i].key,
                           kernel_algorithm_names[p->layers[i].algorithm]);
    return true;
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
    if (!is_each_once(out, e)) return false;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (out->rates[kind].s_per_size <= 0 && kind != KIND_WINOGRAD2 && kind != KIND_WINOGRAD4)
            return err_add(
                e,
                "%s: layers: want timings of at least one conv, fc and other layer, have too few",
                path);
    return true;
}

static void write_timing(FILE *file, const char *name, const struct timing *t)
{
    if (!t->sample_count) return;
    fprintf(file,
            ", \"%s\": {\"cycles\": %.5g, \"median_cycles\": %.5g, \"q1_cycles\": %.5g, "
            "\"q3_cycles\": %.5g, \"min_s\": %.5g, \"median_s\": %.5g, \"samples\": %u, "
            "\"dropped\": %u, \"calls\": %u}",
            name, t->cycles, t->median_cycles, t->q1_cycles, t->q3_cycles, t->min_s, t->median_s,
            t->sample_count, t->dropped_count, t->calls_per_sample);
}

static void write_point(FILE *file, const struct profile_point *p, bool last)
{
    fprintf(file, "      {\"begin\": %d, \"end\": %d, \"size\": %.17g, \"bytes\": %.17g", p->begin,
            p->end, p->size, p->bytes);
    write_timing(file, "warm", &p->warm);
    write_timing(file, "cold", &p->cold);
    fprintf(file, "}%s\n", last ? "" : ",");
}

static void write_reference(FILE *file, const struct profile *p)
{
    fprintf(file, "  \"reference\": {\"conv_flop_per_s\": {");
    for (int choice = 0; choice < CONV_CHOICE_COUNT; choice++) {
        fprintf(file, "%s\"%s\": {", choice ? ", " : "", conv_choice_names[choice]);
        for (int k = 0; k < CACHES_COUNT; k++)
            fprintf(file, "%s\"%s\": %.6g", k ? ", " : "", caches_names[k],
                    p->conv_flop_per_s[choice][k]);
        fprintf(file, "}");
    }
    fprintf(file,
            "}, \"fc_bytes_per_s\": %.6g, \"about\": \"whole ResNet-50, and AlexNet's fc layers "
            "cold\"},\n",
            p->fc_bytes_per_s);
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
    fprintf(file, "{\n  \"format\": %d,\n", FORMAT);
    write_text(file, "name", p->name);
    write_text(file, "machine", p->machine);
    write_text(file, "cpu", p->cpu);
    write_text(file, "isa", p->isa);
    write_text(file, "compiler", p->compiler);
    write_text(file, "flags", p->flags);
    write_text(file, "commit", p->commit);
    write_text(file, "date", p->date);
    write_text(file, "protocol", p->protocol);
    fprintf(file, "  \"clock_hz\": %.6g,\n", p->clock_hz);
    write_reference(file, p);
    fprintf(file, "  \"layers\": [\n");
    for (uint32_t i = 0; i < p->layer_count; i++) {
        fprintf(file, "    {\"key\": \"%s\", \"algorithm\": \"%s\", \"points\": [\n",
                p->layers[i].key, kernel_algorithm_names[p->layers[i].algorithm]);
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
