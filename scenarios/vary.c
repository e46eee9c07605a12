#include "scenarios/vary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "scenarios/parts.h"
#include "scenarios/range.h"

const char *const vary_method_names[] = {"grid", "zip", "latin", NULL};

enum { MAX_AXES = 32 };

struct axis {                 // private; one key
    const char  *key, *where; // where: for messages, FILE: sweep.vary.KEY or --vary KEY
    bool         is_scheme, is_model;
    struct range given, values; // as written; of a span what was drawn from it
    uint32_t    *picked;        // latin: [samples] rank of each sample's value
    const char **members;       // [values] "KEY":VALUE of a point's JSON
    const char **sets;          // [values] KEY=VALUE; of schemes and models the label
};

struct definition { // private; what a sweep is
    struct axis      axes[MAX_AXES];
    uint32_t         axis_count;
    enum vary_method method;
    uint32_t         samples;
    uint64_t         seed;
    const char      *where; // what varies: FILE: sweep.vary, or --vary
    struct arena    *a;
    struct err      *e;
};

static const char *quoted(struct arena *a, const char *text)
{
    cJSON      *item = cJSON_CreateString(text);
    char       *json = cJSON_PrintUnformatted(item);
    const char *copy = arena_string(a, json);
    cJSON_free(json);
    cJSON_Delete(item);
    return copy;
}

// One part of a path lies in another: "nodes.fog" and "nodes.fog.count".
static bool holds(const char *outer, const char *inner)
{
    size_t length = strlen(outer);
    return !strncmp(outer, inner, length) && (!inner[length] || inner[length] == '.');
}

static bool check_path(const struct definition *d, const char *key, const char *where)
{
    static const char *const own[] = {"$schema", "name", "about", "published", "sweep", NULL};
    size_t                   length = strcspn(key, ".");
    uint32_t                 depth = 0;
    for (const char *part = key; part; depth++) {
        size_t size = strcspn(part, ".");
        if (!size || size >= 128 || depth == JSON_MAX_DEPTH)
            return err_add(d->e, "%s: want a dotted path into the scenario, have \"%.60s\"", where,
                           key);
        part = part[size] ? part + size + 1 : NULL;
    }
    for (const char *const *o = own; *o; o++)
        if (strlen(*o) == length && !memcmp(*o, key, length))
            return err_add(d->e, "%s: want a key that changes a run, have \"%s\"", where, *o);
    return parts_is_root_key(key, length) ||
           err_add(d->e, "%s: want a key of the scenario, \"scheme\" or \"model\", have \"%.60s\"",
                   where, key);
}

// The values of one more key; false: e says what is wrong with it.
static bool add_axis(struct definition *d, const char *key, const char *where, const cJSON *list,
                     const char *text)
{
    bool is_label = !strcmp(key, "scheme") || !strcmp(key, "model");
    if (d->axis_count == MAX_AXES)
        return err_add(d->e, "%s: want at most %d keys, have more", d->where, MAX_AXES);
    if (!is_label && !check_path(d, key, where)) return false;
    for (uint32_t i = 0; i < d->axis_count; i++)
        if (holds(d->axes[i].key, key) || holds(key, d->axes[i].key))
            return err_add(d->e, "%s: want keys apart from each other, have \"%.60s\" too", where,
                           d->axes[i].key);
    struct axis *x = &d->axes[d->axis_count++];
    *x = (struct axis){.key = key, .where = where};
    x->is_scheme = !strcmp(key, "scheme");
    x->is_model = !strcmp(key, "model");
    bool takes_span = d->method == VARY_LATIN && !is_label;
    return list ? range_read_list(&x->given, d->a, list, where, d->e)
                : range_read(&x->given, d->a, text, takes_span, where, d->e);
}

static bool add_given(struct definition *d, const char *text)
{
    struct json_doc doc;
    const char     *equals = strchr(text, '=');
    if (!equals) return err_add(d->e, "--vary: want KEY=VALUES, have \"%.60s\"", text);
    const char *key = arena_format(d->a, "%.*s", (int)(equals - text), text);
    const char *json = quoted(d->a, key);
    if (!json_parse(&doc, "--vary", json, strlen(json), d->e)) return false; // no UTF-8
    json_close(&doc);
    return add_axis(d, key, arena_format(d->a, "--vary %.60s", key), NULL, equals + 1);
}

static bool add_member(struct definition *d, struct json j)
{
    const char *where = arena_format(d->a, "%s: %s", j.doc->name, j.place);
    const char *key = arena_string(d->a, json_key(j));
    if (cJSON_IsArray(j.item)) return add_axis(d, key, where, j.item, NULL);
    if (json_is_string(j)) return add_axis(d, key, where, NULL, j.item->valuestring);
    return json_fault(j, "a list of values, or a text such as \"2..16x2\"");
}

static void read_settings(struct definition *d, struct json sweep, const struct vary_request *r)
{
    static const char *const of_latin[] = {"samples", "seed", NULL};
    const char *const       *names = vary_method_names;
    enum vary_method         own = (enum vary_method)json_choice(sweep, "method", names, VARY_GRID);
    int64_t                  samples = json_integer(sweep, "samples", 0, 1, VARY_MOST_POINTS);
    d->method = r->method < 0 ? own : (enum vary_method)r->method;
    d->samples = r->samples ? r->samples : (uint32_t)samples;
    d->seed = (uint64_t)json_integer(sweep, "seed", (int64_t)d->seed, 0, 1ll << 53);
    if (own != VARY_LATIN) parts_refuse(sweep, of_latin, "without \"method\": \"latin\"");
    if (r->samples && d->method != VARY_LATIN)
        err_add(d->e, "--samples: want it with method latin, have method %s", names[d->method]);
    if (d->method != VARY_LATIN || d->samples) return;
    if (r->method < 0)
        json_fault(json_get(sweep, "samples"), "how many samples to draw");
    else
        err_add(d->e, "--method: want --samples N beside latin, have none");
}

// All faults at once, but of each key the first.
static bool read_definition(struct definition *d, struct json root, const struct vary_request *r)
{
    static const char *const keys[] = {"vary", "method", "samples", "seed", NULL};
    struct json              sweep = json_get(root, "sweep");
    uint32_t                 before = d->e->fault_count;
    bool                     ok = true, is_there = parts_has(root, "sweep");
    d->where = r->given_count ? "--vary" : arena_format(d->a, "%s: sweep.vary", root.doc->name);
    if (is_there) json_keys(sweep, keys);
    if (is_there && !cJSON_IsObject(sweep.item)) return false;
    read_settings(d, sweep, r);
    for (uint32_t i = 0; i < r->given_count; i++) ok &= add_given(d, r->given[i]);
    if (r->given_count) return d->e->fault_count == before;
    if (!is_there)
        return err_add(d->e, "%s: want a \"sweep\" part, or --vary KEY=VALUES, have neither",
                       root.doc->name);
    struct json vary = json_need(sweep, "vary");
    if (vary.item && (!cJSON_IsObject(vary.item) || !json_count(vary)))
        json_fault(vary, "an object of keys and their values");
    else
        for (struct json j = json_at(vary, 0); j.item; j = json_next(j)) ok &= add_member(d, j);
    return d->e->fault_count == before;
}

// One value in each N-th of the range, the N-ths in random order.
static void draw_axis(const struct definition *d, struct axis *x, uint32_t rank)
{
    uint32_t   n = d->samples, *order = ARENA_ARRAY(d->a, uint32_t, n);
    struct rng r;
    rng_init(&r, d->seed, 0, "sweep", rank);
    for (uint32_t i = 0; i < n; i++) { // Fisher and Yates, inside out
        uint32_t at = (uint32_t)rng_below(&r, i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    x->picked = ARENA_ARRAY(d->a, uint32_t, n);
    x->values = (struct range){.unit = ""};
    for (uint32_t i = 0; i < n; i++) {
        double u = (order[i] + rng_uniform(&r)) / n;
        if (x->given.count)
            x->picked[i] = (uint32_t)fmin(floor(u * x->given.count), x->given.count - 1);
        else
            range_draw(&x->given, u, d->a, &x->values), x->picked[i] = i;
    }
    if (x->given.count) x->values = x->given;
}

static const char *label_of(struct arena *a, const char *json)
{
    cJSON      *item = json_value(json);
    const char *label = arena_string(a, cJSON_IsString(item) ? item->valuestring : json);
    cJSON_Delete(item);
    return label;
}

static void write_values(const struct definition *d, struct axis *x)
{
    const char *key = quoted(d->a, x->key);
    x->members = ARENA_ARRAY(d->a, const char *, x->values.count);
    x->sets = ARENA_ARRAY(d->a, const char *, x->values.count);
    for (uint32_t i = 0; i < x->values.count; i++) {
        const char *json = x->values.jsons[i];
        x->members[i] = arena_format(d->a, "%s:%s", key, json);
        x->sets[i] = x->is_scheme || x->is_model
                         ? label_of(d->a, json)
                         : arena_format(d->a, "%s=%s", x->key, x->values.texts[i]);
    }
}

static bool check_lengths(const struct definition *d)
{
    const char *all = "";
    bool        ok = true;
    for (uint32_t i = 0; i < d->axis_count; i++) {
        const struct axis *x = &d->axes[i];
        ok &= x->given.count == d->axes[0].given.count;
        all = arena_format(d->a, "%s%s%u of %.60s", all, i ? ", " : "", x->given.count, x->key);
    }
    return ok ||
           err_add(d->e, "%s: want lists of one length with method zip, have %s", d->where, all);
}

// false: e says why there are none.
static bool count_points(struct definition *d, uint32_t *count)
{
    double product = 1;
    for (uint32_t i = 0; i < d->axis_count; i++) product *= d->axes[i].given.count;
    if (d->method == VARY_ZIP && !check_lengths(d)) return false;
    if (d->method == VARY_GRID && product > VARY_MOST_POINTS)
        return err_add(d->e, "%s: want at most %d points, have %.10g", d->where, VARY_MOST_POINTS,
                       product);
    *count = d->method == VARY_GRID    ? (uint32_t)product
             : d->method == VARY_LATIN ? d->samples
                                       : d->axes[0].given.count;
    return true;
}

// Rank of the axis' value at a point of number `at`. In a grid the last key varies fastest.
static uint32_t value_rank(const struct definition *d, uint32_t axis, uint32_t at)
{
    if (d->method == VARY_LATIN) return d->axes[axis].picked[at];
    if (d->method == VARY_ZIP) return at;
    for (uint32_t i = d->axis_count - 1; i > axis; i--) at /= d->axes[i].values.count;
    return at % d->axes[axis].values.count;
}

static const char *object_of(struct arena *a, const char *const *members, uint32_t count)
{
    size_t length = 3; // braces and NUL
    for (uint32_t i = 0; i < count; i++) length += strlen(members[i]) + 1;
    char *text = arena_array(a, length, 1), *end = text;
    *end++ = '{';
    for (uint32_t i = 0; i < count; i++) {
        if (i) *end++ = ',';
        size_t size = strlen(members[i]);
        memcpy(end, members[i], size);
        end += size;
    }
    *end = '}';
    return text;
}

static void make_point(const struct definition *d, uint32_t at, struct vary_point *out)
{
    const char  *members[MAX_AXES];
    const char **sets = ARENA_ARRAY(d->a, const char *, d->axis_count);
    *out = (struct vary_point){.sets = sets};
    for (uint32_t i = 0; i < d->axis_count; i++) {
        const struct axis *x = &d->axes[i];
        uint32_t           rank = value_rank(d, i, at);
        if (x->is_scheme) out->scheme = x->sets[rank];
        if (x->is_model) out->model = x->sets[rank];
        if (x->is_scheme || x->is_model) continue;
        members[out->set_count] = x->members[rank];
        sets[out->set_count++] = x->sets[rank];
    }
    out->json = object_of(d->a, members, out->set_count);
}

static int compare_labels(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int compare_points(const struct vary_point *a, const struct vary_point *b)
{
    int by_json = strcmp(a->json, b->json), by_scheme = compare_labels(a->scheme, b->scheme);
    return by_json ? by_json : by_scheme ? by_scheme : compare_labels(a->model, b->model);
}

// Equal points stand together, the earlier first.
static int by_content(const void *a, const void *b)
{
    const struct vary_point *const *x = a, *const *y = b;
    int                             order = compare_points(*x, *y);
    return order ? order : (*x > *y) - (*x < *y);
}

// Of equal points the first stays (latin), or there may be none.
static bool refuse_twice(const struct definition *d, struct vary *v)
{
    struct vary_point **sorted = ARENA_ARRAY(d->a, struct vary_point *, v->count);
    bool               *is_again = ARENA_ARRAY(d->a, bool, v->count);
    uint32_t            first = v->count, kept = 0;
    for (uint32_t i = 0; i < v->count; i++) sorted[i] = &v->points[i];
    qsort(sorted, v->count, sizeof(struct vary_point *), by_content);
    for (uint32_t i = 1; i < v->count; i++) {
        if (compare_points(sorted[i - 1], sorted[i]) != 0) continue;
        uint32_t at = (uint32_t)(sorted[i] - v->points);
        is_again[at] = true;
        if (at < first) first = at;
    }
    if (first < v->count && d->method != VARY_LATIN)
        return err_add(d->e, "%s: want every point once, have %.300s twice", d->where,
                       vary_point_text(d->a, &v->points[first]));
    for (uint32_t i = 0; i < v->count; i++)
        if (!is_again[i]) v->points[kept++] = v->points[i];
    v->count = kept;
    return true;
}

static cJSON *values_json(const struct definition *d, const struct axis *x)
{
    const struct range *g = &x->given;
    if (!g->count)
        return cJSON_CreateString(arena_format(d->a, "%.17g..%.17g%s%s", g->low, g->high,
                                               g->is_log ? " log" : "", g->unit));
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; i < g->count; i++)
        cJSON_AddItemToArray(list, x->is_scheme || x->is_model ? cJSON_CreateString(x->sets[i])
                                                               : cJSON_CreateRaw(g->jsons[i]));
    return list;
}

static const char *definition_json(const struct definition *d)
{
    cJSON *root = cJSON_CreateObject(), *vary = cJSON_AddObjectToObject(root, "vary");
    for (uint32_t i = 0; i < d->axis_count; i++)
        cJSON_AddItemToObject(vary, d->axes[i].key, values_json(d, &d->axes[i]));
    cJSON_AddStringToObject(root, "method", vary_method_names[d->method]);
    if (d->method == VARY_LATIN) {
        cJSON_AddNumberToObject(root, "samples", d->samples);
        cJSON_AddNumberToObject(root, "seed", (double)d->seed);
    }
    char       *text = cJSON_PrintUnformatted(root);
    const char *copy = arena_string(d->a, text);
    cJSON_free(text);
    cJSON_Delete(root);
    return copy;
}

static bool make_points(struct definition *d, struct vary *out)
{
    if (!count_points(d, &out->count)) return false;
    for (uint32_t i = 0; i < d->axis_count; i++) {
        struct axis *x = &d->axes[i];
        x->values = x->given;
        if (d->method == VARY_LATIN) draw_axis(d, x, i);
        write_values(d, x);
    }
    out->method = d->method;
    out->drawn = out->count;
    out->points = ARENA_ARRAY(d->a, struct vary_point, out->count);
    for (uint32_t i = 0; i < out->count; i++) make_point(d, i, &out->points[i]);
    out->json = definition_json(d);
    return refuse_twice(d, out);
}

bool vary_read(struct vary *out, struct arena *a, const struct scenario_source *source,
               const struct vary_request *r, struct err *e)
{
    const struct scenario_edit edit = {.sets = r->sets, .set_count = r->set_count};
    struct definition          d = {.a = a, .e = e};
    struct json_doc            doc;
    char                       sha256[DIGEST_TEXT_BYTES];
    *out = (struct vary){0};
    if (!parts_open(&doc, a, source, &edit, sha256, e)) return false;
    struct json root = json_root(&doc, a);
    uint32_t    before = e->fault_count, replications;
    parts_read_numbers(root, &d.seed, &replications);
    if (r->is_seeded) d.seed = r->seed;
    bool ok = e->fault_count == before && read_definition(&d, root, r);
    json_close(&doc);
    return ok && make_points(&d, out);
}

void parts_read_sweep(struct scenario *s, struct json root)
{
    static const struct vary_request as_it_is = {.method = -1};
    struct arena                     scratch = {0};
    struct definition                d = {.a = &scratch, .e = root.doc->e, .seed = s->seed};
    struct vary                      points = {0};
    if (!parts_has(root, "sweep")) return;
    if (read_definition(&d, root, &as_it_is) && make_points(&d, &points))
        s->point_count = points.count;
    arena_free(&scratch);
}
