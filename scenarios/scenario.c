#include "scenarios/scenario.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "scenarios/parts.h"

static const char *const ROOT_KEYS[] = {
    "$schema",     "name",    "about",    "seed",        "replications", "models",   "schemes",
    "nodes",       "links",   "protocol", "broker",      "edge_delay",   "arrivals", "tau",
    "deadline",    "Gamma",   "theta",    "quota",       "epoch",        "warm_up",  "record",
    "granularity", "weights", "fc_split", "local_share", "published",    NULL};

const char *const record_names[] = {"summary", "tasks", "layers", "ops", NULL};

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
    s->deadline_s = ARENA_ARRAY(root.arena, double, s->net.group_count);
    double deadline_s = json_quantity(root, "deadline", UNIT_TIME, INFINITY, 1e-9, 1e7);
    for (uint32_t g = 0; g < s->net.group_count; g++) s->deadline_s[g] = deadline_s;
    s->sample_s = INFINITY;
    s->limits.candidates = UINT32_MAX;
    s->epoch_s = json_quantity(root, "epoch", UNIT_TIME, INFINITY, 1e-6, 1e7);
    s->warm_up_s = json_quantity(root, "warm_up", UNIT_TIME, 0, 0, 1e7);
}

static void read_arrivals(struct scenario *s, struct json root)
{
    static const char *const keys[] = {"kind",   "tasks", "duration", "think",
                                       "period", "rate",  NULL};
    static const char *const kinds[] = {"closed", "periodic", "poisson", NULL};
    static const char *const own[] = {"think", "period", "rate"};
    struct json              j = json_need(root, "arrivals");
    struct arrivals         *a = &s->arrivals;
    *a = (struct arrivals){.jobs_per_user = UINT32_MAX, .duration_s = INFINITY};
    if (!j.item) return;
    json_keys(j, keys);
    if (!cJSON_IsObject(j.item)) return;
    a->kind = (enum arrival_kind)json_choice(j, "kind", kinds, ARRIVAL_CLOSED);
    for (int i = 0; i < 3; i++)
        if (i != (int)a->kind && json_get(j, own[i]).item)
            json_fault(json_get(j, own[i]), "no \"%s\" with arrivals of kind \"%s\"", own[i],
                       kinds[a->kind]);
    a->jobs_per_user = (uint32_t)json_integer(j, "tasks", UINT32_MAX, 1, 1000000000);
    a->duration_s = json_quantity(j, "duration", UNIT_TIME, INFINITY, 1e-6, 1e8);
    a->think_s = json_quantity(j, "think", UNIT_TIME, 0, 0, 1e7);
    if (a->kind == ARRIVAL_PERIODIC) json_need(j, "period");
    if (a->kind == ARRIVAL_POISSON) json_need(j, "rate");
    a->period_s = json_quantity(j, "period", UNIT_TIME, 1, 1e-6, 1e7);
    a->rate_per_s = json_quantity(j, "rate", UNIT_FREQUENCY, 1, 1e-7, 1e6);
    if (a->jobs_per_user == UINT32_MAX && isinf(a->duration_s))
        json_fault(j, "\"tasks\" or \"duration\", so that the run ends");
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

static void read_published(struct scenario *s, struct json root)
{
    struct json list = json_get(root, "published");
    if (list.item && !cJSON_IsArray(list.item)) {
        json_fault(list, "a list");
        return;
    }
    s->published = ARENA_ARRAY(root.arena, struct published, json_count(list));
    for (struct json j = json_at(list, 0); j.item; j = json_next(j))
        read_published_one(&s->published[s->published_count++], j);
}

// A group of that role, with nodes; `any`: or without.
static bool has_role(const struct scenario *s, enum node_role role, bool any)
{
    for (uint32_t g = 0; g < s->net.group_count; g++)
        if (s->net.groups[g].role == role && (any || s->net.groups[g].count)) return true;
    return false;
}

static void check_roles(const struct scenario *s, struct json nodes)
{
    bool only_local = true;
    bool any = !s->net.node_count; // faults elsewhere: a count may not be what was meant
    for (uint32_t i = 0; i < s->scheme_count; i++)
        only_local &= s->schemes[i].scheme && !strcmp(s->schemes[i].scheme->name, "local");
    if (!cJSON_IsObject(nodes.item)) return;
    if (!has_role(s, ROLE_USER, any)) json_fault(nodes, "at least one node of kind \"user\"");
    if (!has_role(s, ROLE_FOG, any) && !has_role(s, ROLE_CLOUD, any) && !only_local)
        json_fault(nodes, "at least one node of kind \"fog\" or \"cloud\"");
}

// With tau at its default, the user's own time, its utility (3.1) is 0 and local_share would do
// nothing.
static void check_local_share(const struct scenario *s, struct json root)
{
    for (uint32_t i = 0; i < s->scheme_count; i++) {
        const struct scenario_scheme *x = &s->schemes[i];
        if (s->limits.tau_mode != TAU_LOCAL || !x->options.local_share) continue;
        if (!(x->scheme->options & OPTION_LOCAL_SHARE)) continue;
        json_fault(json_get(root, "tau"), "a time or \"off\" beside local_share of %s", x->label);
    }
}

static void read_root(struct scenario *s, struct json root, const struct paths *paths,
                      const struct scenario_edit *edit)
{
    json_keys(root, ROOT_KEYS);
    s->name = json_string(root, "name", NULL);
    if (!s->name) json_need(root, "name"), s->name = "?";
    if (!*s->name || strchr(s->name, '/'))
        json_fault(json_get(root, "name"), "a name without \"/\"");
    s->about = json_string(root, "about", "");
    s->seed = (uint64_t)json_integer(root, "seed", 1, 0, 1ll << 53);
    s->replications = (uint32_t)json_integer(root, "replications", 1, 1, 100000);
    s->record = json_choice(root, "record", record_names, 2);
    parts_read_models(s, root, paths, edit);
    parts_read_schemes(s, root, edit);
    parts_read_net(s, root, paths);
    read_limits(s, root);
    read_arrivals(s, root);
    read_published(s, root);
    check_roles(s, json_get(root, "nodes"));
    check_local_share(s, root);
}

static bool apply_sets(struct json_doc *doc, struct arena *a, const struct scenario_edit *edit)
{
    bool ok = true;
    for (uint32_t i = 0; edit && i < edit->set_count; i++) {
        char *key = arena_string(a, edit->sets[i]), *equals = strchr(key, '=');
        if (!equals) {
            ok = err_add(doc->e, "--set: want KEY=VALUE, have \"%.60s\"", key);
            continue;
        }
        *equals = '\0';
        ok &= json_set(doc, key, equals + 1);
    }
    return ok;
}

bool scenario_load(struct scenario *out, struct arena *a, const char *path,
                   const struct paths *paths, const struct scenario_edit *edit, struct err *e)
{
    struct json_doc doc;
    uint32_t        before = e->fault_count;
    *out = (struct scenario){.path = arena_string(a, path), .is_edited = edit && edit->set_count};
    if (!json_open(&doc, out->path, e)) return false;
    if (!cJSON_IsObject(doc.root)) {
        json_fault(json_root(&doc, a), "an object");
    } else if (apply_sets(&doc, a, edit)) {
        char *text = cJSON_PrintUnformatted(doc.root);
        if (text) digest_text(text, strlen(text), out->sha256);
        cJSON_free(text);
        read_root(out, json_root(&doc, a), paths, edit);
    }
    json_close(&doc);
    return e->fault_count == before;
}

const char *scenario_node_name(const struct scenario *s, uint32_t node, struct arena *a)
{
    const struct node_group *g = net_group(&s->net, node);
    return g->count == 1 ? g->name : arena_format(a, "%s%u", g->name, node - g->first);
}
