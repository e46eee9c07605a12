#include "scenarios/scenario.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "scenarios/parts.h"

static const char *const ROOT_KEYS[] = {
    "$schema", "name",     "about",       "seed",      "replications", "models",     "schemes",
    "nodes",   "media",    "links",       "protocol",  "broker",       "edge_delay", "arrivals",
    "mix",     "tau",      "deadline",    "Gamma",     "theta",        "quota",      "candidates",
    "epoch",   "faults",   "recovery",    "warm_up",   "record",       "observe",    "granularity",
    "weights", "fc_split", "local_share", "published", "sweep",        NULL};

const char *const record_names[] = {"summary", "tasks", "layers", "ops", NULL};

bool parts_is_root_key(const char *name, size_t length)
{
    for (const char *const *key = ROOT_KEYS; *key; key++)
        if (strlen(*key) == length && !memcmp(*key, name, length)) return true;
    return false;
}

static void read_limits(struct scenario *s, struct json root)
{
    static const char *const modes[] = {"local", "off", NULL};
    struct json              tau = json_get(root, "tau");
    bool is_word = json_is_string(tau) && (!strcmp(tau.item->valuestring, "local") ||
                                           !strcmp(tau.item->valuestring, "off"));
    s->limits.tau_mode = TAU_LOCAL;
    if (is_word) {
        s->limits.tau_mode = (enum tau_mode)json_choice(root, "tau", modes, TAU_LOCAL);
    } else if (tau.item && !cJSON_IsNull(tau.item)) {
        s->limits.tau_mode = TAU_SET;
        s->limits.tau_s = json_as_quantity(tau, UNIT_TIME, 1e-6, 1e7);
    }
    s->limits.gamma_bytes_per_s = json_quantity(root, "Gamma", UNIT_RATE, 0, 0, 1e15);
    s->limits.theta = (uint32_t)json_integer(root, "theta", 2, 1, 64);
    s->limits.quota = (uint32_t)json_integer(root, "quota", UINT32_MAX, 1, UINT32_MAX);
    s->limits.edge_delay_s = json_quantity(root, "edge_delay", UNIT_TIME, 0, 0, 1e4);
    double deadline_s = json_quantity(root, "deadline", UNIT_TIME, INFINITY, 1e-9, 1e7);
    for (uint32_t g = 0; g < s->net.group_count; g++) // of a group goes before
        if (isinf(s->deadline_s[g])) s->deadline_s[g] = deadline_s;
    s->limits.candidates = (uint32_t)json_integer(root, "candidates", UINT32_MAX, 1, UINT32_MAX);
    s->epoch_s = json_quantity(root, "epoch", UNIT_TIME, INFINITY, 1e-6, 1e7);
}

static void read_warm_up(struct scenario *s, struct json root)
{
    struct json j = json_get(root, "warm_up");
    double      time_s;
    s->finds_warm_up = json_is_string(j) && !strcmp(j.item->valuestring, "mser5");
    if (s->finds_warm_up) return;
    if (json_is_string(j) && !units_parse(UNIT_TIME, j.item->valuestring, &time_s))
        json_fault(j, "\"mser5\" or %s", units_example(UNIT_TIME));
    else
        s->warm_up_s = json_quantity(root, "warm_up", UNIT_TIME, 0, 0, 1e7);
}

// Occupancy is kept by length below OCCUPANCY_LENGTHS, where there are few enough nodes or it is
// asked for.
static void read_observe(struct scenario *s, struct json root)
{
    enum { OCCUPANCY_NODES = 1000, OCCUPANCY_LENGTHS = 1000 };
    static const char *const keys[] = {"queues", "occupancy", NULL};
    struct json              j = json_get(root, "observe");
    if (parts_has(root, "observe")) json_keys(j, keys);
    s->sample_s = json_quantity(j, "queues", UNIT_TIME, INFINITY, 1e-6, 1e7);
    bool is_observed = json_bool(j, "occupancy", s->net.node_count <= OCCUPANCY_NODES);
    s->length_limit = is_observed ? OCCUPANCY_LENGTHS : 0;
}

static void read_published_one(struct published *p, struct json j)
{
    static const char *const keys[] = {"metric", "model",  "scheme", "against",
                                       "range",  "source", NULL};
    static const char *const metrics[] = {"latency",  "computation", "transmission",
                                          "queueing", "loading",     "computation_and_loading",
                                          NULL};
    json_keys(j, keys);
    if (!cJSON_IsObject(j.item)) return;
    json_need(j, "metric");
    p->metric = metrics[json_choice(j, "metric", metrics, 0)];
    json_need(j, "model");
    p->model = json_string(j, "model", "");
    p->scheme = json_string(j, "scheme", "dina");
    p->against = json_string(j, "against", NULL);
    p->source = json_string(j, "source", "");
    struct json range = json_need(j, "range");
    if (range.item && json_count(range) != 2) {
        json_fault(range, "[low, high]");
    } else if (range.item) {
        p->low = json_as_quantity(json_at(range, 0), UNIT_NONE, 0, 1e9);
        p->high = json_as_quantity(json_at(range, 1), UNIT_NONE, 0, 1e9);
        if (p->low > p->high) json_fault(range, "[low, high] with low <= high");
    }
}

struct published *scenario_published(struct json root, uint32_t *count)
{
    struct json list = json_get(root, "published");
    *count = 0;
    if (list.item && !cJSON_IsArray(list.item)) {
        json_fault(list, "a list");
        return NULL;
    }
    struct published *out = ARENA_ARRAY(root.arena, struct published, json_count(list));
    for (struct json j = json_at(list, 0); j.item; j = json_next(j))
        read_published_one(&out[(*count)++], j);
    return out;
}

static void list_nodes(struct scenario *s, struct arena *a)
{
    struct net *n = &s->net;
    s->users = ARENA_ARRAY(a, uint32_t, n->node_count);
    s->fogs = ARENA_ARRAY(a, uint32_t, n->node_count);
    s->clouds = ARENA_ARRAY(a, uint32_t, n->node_count);
    s->gateways = ARENA_ARRAY(a, uint32_t, n->node_count);
    for (uint32_t node = 0; node < n->node_count; node++) {
        enum node_role role = net_group(n, node)->role;
        if (role == ROLE_USER) s->users[s->user_count++] = node;
        if (role == ROLE_FOG || role == ROLE_CLOUD) s->fogs[s->fog_count++] = node;
        if (role == ROLE_CLOUD) s->clouds[s->cloud_count++] = node;
        if (role == ROLE_GATEWAY) s->gateways[s->gateway_count++] = node;
    }
}

// Nodes and links; with a fault in them there is no network (node_count 0).
static void read_net(struct scenario *s, struct json root, const struct reading *r)
{
    uint32_t before = root.doc->e->fault_count;
    parts_read_nodes(s, root, r);
    parts_read_links(s, root, r);
    if (root.doc->e->fault_count > before || !s->net.group_count) return;
    net_finish(&s->net, root.arena);
    list_nodes(s, root.arena);
}

void parts_read_numbers(struct json root, uint64_t *seed, uint32_t *replications)
{
    *seed = (uint64_t)json_integer(root, "seed", 1, 0, 1ll << 53);
    *replications = (uint32_t)json_integer(root, "replications", 1, 1, 100000);
}

static void read_root(struct scenario *s, struct json root, const struct reading *r)
{
    json_keys(root, ROOT_KEYS);
    s->name = json_string(root, "name", NULL);
    if (!s->name) json_need(root, "name"), s->name = "?";
    if (!*s->name || strchr(s->name, '/'))
        json_fault(json_get(root, "name"), "a name without \"/\"");
    s->about = json_string(root, "about", "");
    parts_read_numbers(root, &s->seed, &s->replications);
    s->record = json_choice(root, "record", record_names, 2);
    parts_read_models(s, root, r);
    parts_read_schemes(s, root, r->edit);
    read_net(s, root, r);
    parts_resolve_own(s, root);
    read_limits(s, root);
    read_warm_up(s, root);
    parts_read_arrivals(s, root, r->edit);
    parts_read_faults(s, root);
    read_observe(s, root);
    s->published = scenario_published(root, &s->published_count);
    parts_check(s, root);
    parts_read_sweep(s, root);
}

bool scenario_open(struct scenario_source *out, struct arena *a, const char *path, struct err *e)
{
    struct json_doc doc;
    *out = (struct scenario_source){.path = arena_string(a, path)};
    out->text = json_text(out->path, a, &out->length, e);
    if (!out->text || !json_parse(&doc, out->path, out->text, out->length, e)) return false;
    out->compact = parts_compact(&doc, a);
    json_close(&doc);
    return true;
}

bool scenario_read(struct scenario *out, struct arena *a, const struct scenario_source *source,
                   const struct paths *paths, const struct scenario_edit *edit, struct err *e)
{
    struct json_doc doc;
    uint32_t        before = e->fault_count;
    *out = (struct scenario){.path = source->path,
                             .shelf = source->shelf,
                             .text = source->compact,
                             .is_edited = edit && edit->set_count};
    if (!parts_open(&doc, a, source, edit, out->sha256, e)) return false;
    read_root(out, json_root(&doc, a), &(struct reading){paths, edit, source->shelf});
    json_close(&doc);
    return e->fault_count == before;
}

bool scenario_load(struct scenario *out, struct arena *a, const char *path,
                   const struct paths *paths, const struct scenario_edit *edit, struct err *e)
{
    struct scenario_source source;
    return scenario_open(&source, a, path, e) && scenario_read(out, a, &source, paths, edit, e);
}

const char *scenario_node_name(const struct scenario *s, uint32_t node, struct arena *a)
{
    const struct node_group *g = net_group(&s->net, node);
    return g->count == 1 ? g->name : arena_format(a, "%s%u", g->name, node - g->first);
}
