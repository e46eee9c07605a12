#include "scenarios/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/device.h"

enum { MAX_LABELS = 1000, MAX_GROUPS = 200, MAX_NODES = 2000000 };

static bool is_among(const char *const *names, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (!strcmp(names[i], name)) return true;
    return false;
}

// The faults of a file that the scenario names, already told where it does, among the scenario's
// own.
static void pass_on(struct err *inner, struct err *e)
{
    for (char *line = strtok(inner->text, "\n"); line; line = strtok(NULL, "\n"))
        err_add(e, "%s", line);
}

// A file beside the scenario ("net.json", "models/net.json"), or a name of the zoo.
static const char *model_path(const struct scenario *s, struct arena *a, const struct paths *paths,
                              const char *name, struct err *e)
{
    size_t length = strlen(name);
    if (length <= 5 || strcmp(name + length - 5, ".json") != 0)
        return model_find(paths->zoo, name, a, e);
    const char *slash = strrchr(s->path, '/');
    return *name == '/' || !slash
               ? arena_string(a, name)
               : arena_format(a, "%.*s/%s", (int)(slash - s->path), s->path, name);
}

static void add_model(struct scenario *s, struct arena *a, const struct paths *paths,
                      const char *label, const char *name, const struct model_options *o,
                      struct json place)
{
    struct err  inner = {0};
    const char *path = model_path(s, a, paths, name, &inner);
    s->models[s->model_count].label = label;
    if (path && model_load(&s->models[s->model_count].graph, a, path, o, &inner)) {
        s->model_count++;
        return;
    }
    err_wrap(&inner, "%s: %s", place.doc->name, place.place);
    pass_on(&inner, place.doc->e);
}

static void read_model(struct scenario *s, struct json j, const struct paths *paths)
{
    static const char *const keys[] = {"model", "input", "classes", NULL};
    uint32_t                 before = j.doc->e->fault_count;
    json_keys(j, keys);
    struct model_options o = {.classes = (int32_t)json_integer(j, "classes", 0, 1, 65536)};
    struct json          input = json_get(j, "input");
    if (json_count(input) == 2) {
        o.input_h = (int32_t)json_as_integer(json_at(input, 0), 1, 16384);
        o.input_w = (int32_t)json_as_integer(json_at(input, 1), 1, 16384);
    } else if (input.item) {
        o.input_h = o.input_w = (int32_t)json_as_integer(input, 1, 16384);
    }
    const char *name = json_string(j, "model", json_key(j));
    if (j.doc->e->fault_count > before) return; // an input of another size would fail elsewhere
    add_model(s, j.arena, paths, arena_string(j.arena, json_key(j)), name, &o, j);
}

void parts_read_models(struct scenario *s, struct json root, const struct paths *paths,
                       const struct scenario_edit *edit)
{
    struct json models = json_need(root, "models");
    uint32_t    count = json_count(models), wanted = edit ? edit->model_count : 0;
    if (models.item && (!cJSON_IsObject(models.item) || !count || count > MAX_LABELS)) {
        json_fault(models, "an object of 1 to %d models", MAX_LABELS);
        return;
    }
    s->models = ARENA_ARRAY(root.arena, struct scenario_model, count + wanted);
    for (struct json j = json_at(models, 0); j.item; j = json_next(j))
        if (!wanted || is_among(edit->models, wanted, json_key(j))) read_model(s, j, paths);
    for (uint32_t i = 0; i < wanted; i++) {
        struct json at = json_get(models, edit->models[i]);
        at.place = "--model";
        if (!at.item && !is_among(edit->models, i, edit->models[i]))
            add_model(s, root.arena, paths, arena_string(root.arena, edit->models[i]),
                      edit->models[i], NULL, at);
    }
}

static const struct option {
    const char *key;
    uint32_t    bit;
    const char *words[4]; // NULL: true or false
} OPTIONS[] = {
    {"granularity", OPTION_GRANULARITY, {"layer", "task", NULL}},
    {"weights", OPTION_WEIGHTS, {"resident", "per_task", "per_layer", NULL}},
    {"fc_split", OPTION_FC_SPLIT, {"output", "input", NULL}},
    {"local_share", OPTION_LOCAL_SHARE, {NULL}},
    {"open_slots", OPTION_OPEN_SLOTS, {"none", "two-sided", "move", NULL}},
    {"welfare_guard", OPTION_GUARD, {NULL}},
    {"cut", OPTION_CUT, {"per_task", "per_layer", NULL}},
    {"node", OPTION_NODE, {"per_task", "per_layer", NULL}},
    {"shares", OPTION_SHARES, {"fog", "user", NULL}},
};

static void read_options(struct scheme_options *o, struct json j)
{
    o->granularity =
        (enum granularity)json_choice(j, "granularity", OPTIONS[0].words, (int)o->granularity);
    o->weights = (enum weights_mode)json_choice(j, "weights", OPTIONS[1].words, (int)o->weights);
    o->fc_split = json_choice(j, "fc_split", OPTIONS[2].words, o->fc_split == SLICE_IN) ? SLICE_IN
                                                                                        : SLICE_OUT;
    o->local_share = json_bool(j, "local_share", o->local_share);
    o->open_slots =
        (enum open_slots)json_choice(j, "open_slots", OPTIONS[4].words, (int)o->open_slots);
    o->welfare_guard = json_bool(j, "welfare_guard", o->welfare_guard);
    o->cut = (enum draw)json_choice(j, "cut", OPTIONS[6].words, (int)o->cut);
    o->node = (enum draw)json_choice(j, "node", OPTIONS[7].words, (int)o->node);
    o->shares = (enum share_rule)json_choice(j, "shares", OPTIONS[8].words, (int)o->shares);
}

// An option that the scheme does not read would do nothing: said, not ignored.
static void check_options(struct json j, const struct scheme *scheme)
{
    static const char *const keys[] = {
        "scheme",        "granularity", "weights", "fc_split", "local_share", "open_slots",
        "welfare_guard", "cut",         "node",    "shares",   NULL};
    json_keys(j, keys);
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++)
        if (json_get(j, OPTIONS[i].key).item && !(scheme->options & OPTIONS[i].bit))
            json_fault(json_get(j, OPTIONS[i].key), "no \"%s\" (scheme %s does not read it)",
                       OPTIONS[i].key, scheme->name);
}

static void add_scheme(struct scenario *s, const char *label, const char *name,
                       const struct scheme_options *defaults, struct json j)
{
    const struct scheme *scheme = scheme_find(name);
    if (!scheme) {
        char   all[256] = "";
        size_t length = 0;
        for (uint32_t i = 0; i < scheme_count && length < sizeof all; i++)
            length += (size_t)snprintf(all + length, sizeof all - length, "%s%s", i ? ", " : "",
                                       scheme_table[i]->name);
        err_add(j.doc->e, "%s: %s: want a scheme (%s), have \"%.60s\"", j.doc->name, j.place, all,
                name);
        return;
    }
    struct scenario_scheme *out = &s->schemes[s->scheme_count++];
    *out = (struct scenario_scheme){label, scheme, *defaults};
    if (!j.item) return;
    check_options(j, scheme);
    read_options(&out->options, j);
}

void parts_read_schemes(struct scenario *s, struct json root, const struct scenario_edit *edit)
{
    struct scheme_options defaults = {
        .fc_split = SLICE_OUT, .open_slots = OPEN_MOVE, .welfare_guard = true};
    struct json schemes = json_need(root, "schemes");
    uint32_t    count = json_count(schemes), wanted = edit ? edit->scheme_count : 0;
    // Defaults of all schemes stand at the root; each may overrule them.
    defaults.granularity = (enum granularity)json_choice(root, "granularity", OPTIONS[0].words, 0);
    defaults.weights = (enum weights_mode)json_choice(root, "weights", OPTIONS[1].words, 0);
    defaults.fc_split = json_choice(root, "fc_split", OPTIONS[2].words, 0) ? SLICE_IN : SLICE_OUT;
    defaults.local_share = json_bool(root, "local_share", false);
    if (schemes.item && (!cJSON_IsObject(schemes.item) || !count || count > MAX_LABELS)) {
        json_fault(schemes, "an object of 1 to %d schemes", MAX_LABELS);
        return;
    }
    s->schemes = ARENA_ARRAY(root.arena, struct scenario_scheme, count + wanted);
    for (struct json j = json_at(schemes, 0); j.item; j = json_next(j)) {
        const char *label = arena_string(root.arena, json_key(j));
        if (wanted && !is_among(edit->schemes, wanted, label)) continue;
        if (!cJSON_IsObject(j.item))
            json_fault(j, "an object, such as {}");
        else
            add_scheme(s, label, json_string(j, "scheme", label), &defaults, j);
    }
    for (uint32_t i = 0; i < wanted; i++) {
        struct json at = json_get(schemes, edit->schemes[i]);
        at.place = "--scheme";
        if (!at.item && !is_among(edit->schemes, i, edit->schemes[i]))
            add_scheme(s, arena_string(root.arena, edit->schemes[i]), edit->schemes[i], &defaults,
                       at);
    }
}

static void read_group(struct scenario *s, struct json j, const struct paths *paths)
{
    static const char *const keys[] = {"kind", "count",    "device",   "servers", "queue",
                                       "nic",  "nic_rate", "override", NULL};
    static const char *const kinds[] = {"user", "fog", "cloud", "broker", NULL};
    static const char *const nics[] = {"dedicated", "shared", NULL};
    struct node_group       *g = &s->net.groups[s->net.group_count];
    struct device           *d = &s->devices[s->net.group_count++];
    *g = (struct node_group){.name = arena_string(j.arena, json_key(j))};
    if (!*g->name || strchr(g->name, '>')) json_fault(j, "a group with a name without \">\"");
    json_keys(j, keys);
    if (!cJSON_IsObject(j.item)) return;
    int kind = 0;
    while (kinds[kind] && strcmp(kinds[kind], g->name) != 0) kind++;
    if (!kinds[kind]) json_need(j, "kind"), kind = 0; // a group named like a kind is one
    g->role = (enum node_role)json_choice(j, "kind", kinds, kind);
    g->count = (uint32_t)json_integer(j, "count", 1, 0, 1000000);
    g->servers = (uint32_t)json_integer(j, "servers", 1, 1, 10000);
    g->queue_limit = (uint32_t)json_integer(j, "queue", QUEUE_INFINITE, 0, UINT32_MAX);
    g->nic_shared = json_choice(j, "nic", nics, 1) == 1;
    g->nic_bytes_per_s = json_quantity(j, "nic_rate", UNIT_RATE, 125e6, 1250, 1e15);

    *d = (struct device){.name = "none",
                         .conv_flop_per_s = 1,
                         .fc_bytes_per_s = 1,
                         .load_bytes_per_s = INFINITY,
                         .serialisation_ratio = 1,
                         .memory_bytes = INFINITY};
    if (g->role != ROLE_BROKER || json_get(j, "device").item) {
        json_need(j, "device");
        const char *name = json_string(j, "device", NULL);
        struct err  inner = {0};
        if (name && !device_load(d, j.arena, paths->devices, name, &inner)) {
            err_wrap(&inner, "%s: %s.device", j.doc->name, j.place);
            pass_on(&inner, j.doc->e);
        }
    }
    if (json_get(j, "override").item) device_override(d, json_get(j, "override"));
    g->serialisation_ratio = d->serialisation_ratio;
    g->memory_bytes = d->memory_bytes;
    g->power_idle_w = d->power_idle_w;
    g->power_busy_w = d->power_busy_w;
}

static const struct protocol *read_protocol(struct json j, const char *key, const char *otherwise,
                                            const struct paths *paths)
{
    const char *name = json_string(j, key, otherwise);
    if (!name) return NULL;
    struct protocol *p = ARENA_ARRAY(j.arena, struct protocol, 1);
    struct err       inner = {0};
    if (protocol_load(p, j.arena, paths->protocols, name, &inner)) return p;
    err_wrap(&inner, "%s: %s%s%s", j.doc->name, j.place, *j.place ? "." : "", key);
    pass_on(&inner, j.doc->e);
    return NULL;
}

static void read_link(struct link_spec *link, struct json j, const struct paths *paths)
{
    static const char *const keys[] = {"rate", "latency", "protocol", NULL};
    json_keys(j, keys);
    link->rate_bytes_per_s =
        json_quantity(j, "rate", UNIT_RATE, link->rate_bytes_per_s, 1250, 1e15);
    link->latency_s = json_quantity(j, "latency", UNIT_TIME, link->latency_s, 0, 1e4);
    const struct protocol *own = read_protocol(j, "protocol", NULL, paths);
    if (own) link->protocol = own;
}

static uint32_t find_group(const struct scenario *s, const char *name, size_t length)
{
    for (uint32_t g = 0; g < s->net.group_count; g++)
        if (strlen(s->net.groups[g].name) == length && !memcmp(s->net.groups[g].name, name, length))
            return g;
    return UINT32_MAX;
}

// "default" first; then "from>to" of groups, which takes what it leaves out from the default.
static void read_links(struct scenario *s, struct json root, const struct paths *paths)
{
    struct link_spec all = {.rate_bytes_per_s = 125e6,
                            .protocol = read_protocol(root, "protocol", "tcp", paths)};
    struct json      links = json_need(root, "links"), common = json_get(links, "default");
    uint32_t         n = s->net.group_count;
    if (links.item && !cJSON_IsObject(links.item)) json_fault(links, "an object with \"default\"");
    if (common.item) {
        json_need(common, "rate");
        read_link(&all, common, paths);
    }
    s->net.links = ARENA_ARRAY(root.arena, struct link_spec, (size_t)n * n);
    for (uint32_t i = 0; i < n * n; i++) s->net.links[i] = all;
    if (!cJSON_IsObject(links.item)) return;
    for (struct json j = json_at(links, 0); j.item; j = json_next(j)) {
        const char *key = json_key(j), *arrow = strchr(key, '>');
        if (!strcmp(key, "default")) continue;
        uint32_t from = arrow ? find_group(s, key, (size_t)(arrow - key)) : UINT32_MAX;
        uint32_t to = arrow ? find_group(s, arrow + 1, strlen(arrow + 1)) : UINT32_MAX;
        if (from == UINT32_MAX || to == UINT32_MAX)
            err_add(
                j.doc->e,
                "%s: %s: want \"default\" or \"FROM>TO\" with names of node groups, have \"%.60s\"",
                j.doc->name, j.place, key);
        else
            read_link(&s->net.links[from * n + to], j, paths);
    }
}

// A broker of its own, if one is needed and none is described: connected like the first users.
static void add_broker(struct scenario *s)
{
    struct net *n = &s->net;
    for (uint32_t g = 0; g < n->group_count; g++)
        if (n->groups[g].role == ROLE_BROKER && n->groups[g].count) return;
    struct node_group *g = &n->groups[n->group_count];
    *g = n->groups[0];
    *g = (struct node_group){.name = "broker",
                             .role = ROLE_BROKER,
                             .count = 1,
                             .servers = 1,
                             .queue_limit = QUEUE_INFINITE,
                             .nic_shared = g->nic_shared,
                             .nic_bytes_per_s = g->nic_bytes_per_s,
                             .serialisation_ratio = 1,
                             .memory_bytes = INFINITY};
    s->devices[n->group_count++] = (struct device){.name = "none",
                                                   .conv_flop_per_s = 1,
                                                   .fc_bytes_per_s = 1,
                                                   .load_bytes_per_s = INFINITY,
                                                   .serialisation_ratio = 1,
                                                   .memory_bytes = INFINITY};
}

// Nodes are named by group and rank ("fog3"; "fog" alone), and results are keyed by these names.
// True: the first node of `h`, or `h` itself, is named like a node of `g`.
static bool names_meet(const struct node_group *g, const struct node_group *h)
{
    size_t length = strlen(g->name);
    if (!g->count || !h->count || strncmp(h->name, g->name, length) != 0) return false;
    const char *tail = h->name + length;
    if (!*tail) return true;
    if (g->count == 1 || (*tail == '0' && (tail[1] || h->count > 1))) return false;
    if (strspn(tail, "0123456789") != strlen(tail) || strlen(tail) > 8) return false;
    long rank = strtol(tail, NULL, 10) * (h->count > 1 ? 10 : 1);
    return rank < (long)g->count;
}

static void check_node_names(const struct scenario *s, struct json nodes)
{
    for (uint32_t g = 0; g < s->net.group_count; g++)
        for (uint32_t h = 0; h < s->net.group_count; h++)
            if (g != h && (h > g || strcmp(s->net.groups[g].name, s->net.groups[h].name) != 0) &&
                names_meet(&s->net.groups[g], &s->net.groups[h]))
                err_add(nodes.doc->e,
                        "%s: nodes.%.60s: want names that no two nodes share, have a node of "
                        "\"%.60s\" named alike",
                        nodes.doc->name, s->net.groups[h].name, s->net.groups[g].name);
}

static void list_nodes(struct scenario *s, struct arena *a)
{
    struct net *n = &s->net;
    s->users = ARENA_ARRAY(a, uint32_t, n->node_count);
    s->fogs = ARENA_ARRAY(a, uint32_t, n->node_count);
    for (uint32_t node = 0; node < n->node_count; node++) {
        enum node_role role = net_group(n, node)->role;
        if (role == ROLE_USER) s->users[s->user_count++] = node;
        if (role == ROLE_FOG || role == ROLE_CLOUD) s->fogs[s->fog_count++] = node;
    }
}

void parts_read_net(struct scenario *s, struct json root, const struct paths *paths)
{
    static const char *const brokers[] = {"receiver", "sender", "third", NULL};
    struct json              nodes = json_need(root, "nodes");
    uint32_t                 count = json_count(nodes), before = root.doc->e->fault_count;
    uint64_t                 total = 1;
    if (!nodes.item) return;
    if (!cJSON_IsObject(nodes.item) || count > MAX_GROUPS) {
        json_fault(nodes, "an object of 1 to %d groups of nodes", MAX_GROUPS);
        return;
    }
    s->net.groups = ARENA_ARRAY(root.arena, struct node_group, count + 1);
    s->devices = ARENA_ARRAY(root.arena, struct device, count + 1);
    for (struct json j = json_at(nodes, 0); j.item; j = json_next(j)) read_group(s, j, paths);
    for (uint32_t g = 0; g < s->net.group_count; g++) total += s->net.groups[g].count;
    if (total > MAX_NODES) json_fault(nodes, "at most %d nodes in all", MAX_NODES);
    s->net.broker = (enum broker_place)json_choice(root, "broker", brokers, BROKER_RECEIVER);
    if (s->net.group_count && s->net.broker == BROKER_THIRD) add_broker(s);
    check_node_names(s, nodes);
    read_links(s, root, paths);
    if (root.doc->e->fault_count > before || !s->net.group_count) return;

    net_finish(&s->net, root.arena);
    list_nodes(s, root.arena);
}
