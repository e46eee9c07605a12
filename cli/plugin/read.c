#include "cli/plugin/read.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/plugin/parts.h"

enum { METRIC_NAME_BYTES = 64 };

struct reader { // of one answer
    struct json_doc doc;
    struct arena    scratch;
    uint32_t        faults_before;
};

// Says which line it was, where something was wrong with it.
static bool end_reading(struct reader *r, const struct plugin_line *l, struct err *e)
{
    enum { SHOWN = 80 };
    bool ok = e->fault_count == r->faults_before;
    json_close(&r->doc);
    arena_free(&r->scratch);
    int shown = l->length < SHOWN ? (int)l->length : SHOWN;
    if (!ok)
        err_add(e, "%s: the line was \"%.*s%s\"", l->name, shown, l->text,
                l->length > SHOWN ? "..." : "");
    return ok;
}

// The id says which request it answers; who gets out of step is found at once.
static bool begin_reading(struct reader *r, const struct plugin_line *l, const char *type,
                          const char *const *keys, struct json *root, struct err *e)
{
    *r = (struct reader){.faults_before = e->fault_count};
    if (!l->length) return err_add(e, "%s: want a JSON object, have an empty line", l->name);
    if (!json_parse(&r->doc, l->name, l->text, l->length, e)) return false;
    const char *const types[] = {type, NULL};
    *root = json_root(&r->doc, &r->scratch);
    if (!cJSON_IsObject(root->item)) return json_fault(*root, "an object");
    json_need(*root, "type");
    json_choice(*root, "type", types, 0);
    if (e->fault_count > r->faults_before || !json_keys(*root, keys)) return false;
    if (strcmp(type, "hello") != 0) {
        struct json id = json_need(*root, "id");
        if (id.item && !cJSON_IsNull(id.item)) json_as_integer(id, (int64_t)l->id, (int64_t)l->id);
    }
    return e->fault_count == r->faults_before;
}

bool plugin_read_hello(const struct plugin_line *l, struct plugin_hello *out, struct err *e)
{
    static const char *const keys[] = {"type", "protocol", "associate", "batch", NULL};
    static const char *const batches[] = {"task", "instant", NULL};
    struct reader            r;
    struct json              root;
    *out = (struct plugin_hello){0};
    if (begin_reading(&r, l, "hello", keys, &root, e)) {
        struct json protocol = json_need(root, "protocol");
        if (protocol.item && !cJSON_IsNull(protocol.item))
            json_as_integer(protocol, PLUGIN_PROTOCOL, PLUGIN_PROTOCOL);
        out->associates = json_bool(root, "associate", false);
        out->by_instant = json_choice(root, "batch", batches, 0) == 1;
    }
    return end_reading(&r, l, e);
}

// ---- plans --------------------------------------------------------------------------------------

// Which of the forms an answer has: exactly one of these keys.
static int form_of(struct json j, const char *const *forms)
{
    int form = -1, count = 0;
    for (int i = 0; forms[i]; i++)
        if (json_get(j, forms[i]).item) form = i, count++;
    if (count != 1)
        json_fault(j,
                   "exactly one of \"local\", \"infeasible\", \"node\", \"steps\", \"operations\"");
    return count == 1 ? form : -1;
}

static void want_true(struct json j)
{
    if (!cJSON_IsTrue(j.item)) json_fault(j, "true");
}

// A key of another form would have no effect.
static void check_keys(struct json j, int form)
{
    static const char *const keys[][7] = {
        {"task", "local", NULL},      {"task", "infeasible", NULL},
        {"task", "node", NULL},       {"task", "nodes", "steps", "exit", "hub", NULL},
        {"task", "operations", NULL},
    };
    json_keys(j, keys[form]);
}

static void read_plan(struct json j, const struct view *v, uint32_t user, struct arena *a,
                      struct plugin_choice *out)
{
    static const char *const forms[] = {"local", "infeasible", "node", "steps", "operations", NULL};
    int                      form = form_of(j, forms);
    if (form < 0) return;
    check_keys(j, form);
    struct json value = json_get(j, forms[form]);
    switch (form) {
    case 0: want_true(value), out->verdict = VERDICT_LOCAL; return;
    case 1: want_true(value), out->verdict = VERDICT_INFEASIBLE; return;
    case 2: {
        uint32_t node = plugin_read_node(value, v, user);
        out->verdict = VERDICT_SLICES;
        if (node != NO_NODE) build_single(v, node, a, &out->assignment);
        return;
    }
    case 3:
        out->verdict = VERDICT_SLICES, plugin_read_slices(j, v, user, a, &out->assignment);
        return;
    default: out->verdict = VERDICT_OPS, plugin_read_ops(value, v, user, a, &out->ops); return;
    }
}

// The rank of the task that a plan is for; UINT32_MAX: a fault.
static uint32_t read_task(struct json j, const struct plugin_task *tasks, uint32_t count,
                          const struct plugin_choice *have)
{
    uint32_t before = j.doc->e->fault_count;
    if (!cJSON_IsObject(j.item)) return json_fault(j, "an object"), UINT32_MAX;
    struct json id = json_need(j, "task");
    if (j.doc->e->fault_count > before) return UINT32_MAX;
    int64_t  first = (int64_t)tasks[0].id;
    uint32_t rank = (uint32_t)(json_as_integer(id, first, first + count - 1) - first);
    if (j.doc->e->fault_count > before) return UINT32_MAX;
    if (have[rank].verdict != VERDICT_NONE)
        return json_fault(id, "a task that has no plan yet"), UINT32_MAX;
    return rank;
}

bool plugin_read_plans(const struct plugin_line *l, const struct view *views,
                       const struct plugin_task *tasks, uint32_t count, struct arena *a,
                       struct plugin_choice *out, struct err *e)
{
    static const char *const keys[] = {"type", "id", "plans", NULL};
    struct reader            r;
    struct json              root;
    if (begin_reading(&r, l, "plan", keys, &root, e)) {
        struct json plans = json_need(root, "plans");
        if (plans.item) plugin_is_list(plans, count, count, "plans (one for each task)");
        memset(out, 0, count * sizeof *out);
        for (struct json j = json_at(plans, 0); e->fault_count == r.faults_before && j.item;
             j = json_next(j)) {
            uint32_t rank = read_task(j, tasks, count, out);
            if (rank == UINT32_MAX) continue;
            const struct due *due = &tasks[rank].due;
            read_plan(j, &views[due->class_id], due->user, a, &out[rank]);
        }
    }
    return end_reading(&r, l, e);
}

// ---- matches ------------------------------------------------------------------------------------

static int by_user_and_fog(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    if (x->user != y->user) return x->user < y->user ? -1 : 1;
    return (x->fog > y->fog) - (x->fog < y->fog);
}

static double read_utility(struct json j, const char *key, double otherwise)
{
    struct json value = json_get(j, key);
    if (!value.item) return otherwise;
    if (cJSON_IsNumber(value.item) && isfinite(value.item->valuedouble))
        return value.item->valuedouble;
    json_fault(value, "a number");
    return otherwise;
}

static void read_match(struct json j, const struct view *v, struct match *out)
{
    static const char *const keys[] = {"user", "fog", "utility_user", "utility_fog", NULL};
    uint32_t                 before = j.doc->e->fault_count;
    if (!json_keys(j, keys)) return;
    struct json user = json_need(j, "user"), fog = json_need(j, "fog");
    if (j.doc->e->fault_count > before) return;
    uint32_t u = (uint32_t)json_as_integer(user, 0, v->net->node_count - 1);
    if (net_group(v->net, u)->role != ROLE_USER) json_fault(user, "the node of a user");
    if (j.doc->e->fault_count > before) return;
    uint32_t f = plugin_read_node(fog, v, u);
    if (f == NO_NODE) return;
    if (net_group(v->net, f)->role == ROLE_USER) {
        json_fault(fog, "a fog or cloud node");
        return;
    }
    double queue_s = view_backlog_s(v, f);
    *out =
        (struct match){u, f, read_utility(j, "utility_user", view_utility_user(v, u, f, queue_s)),
                       read_utility(j, "utility_fog", view_utility_fog(v, u, f, queue_s))};
}

bool plugin_read_matches(const struct plugin_line *l, const struct view *v, struct arena *a,
                         struct association *out, struct err *e)
{
    static const char *const keys[] = {"type", "id", "matches", NULL};
    struct reader            r;
    struct json              root;
    *out = (struct association){0};
    if (begin_reading(&r, l, "associate", keys, &root, e)) {
        struct json list = json_need(root, "matches");
        if (list.item) plugin_is_list(list, 0, UINT32_MAX, "matches");
        out->matches = ARENA_ARRAY(a, struct match, json_count(list));
        for (struct json j = json_at(list, 0); e->fault_count == r.faults_before && j.item;
             j = json_next(j))
            read_match(j, v, &out->matches[out->match_count++]);
        qsort(out->matches, out->match_count, sizeof *out->matches, by_user_and_fog);
        for (uint32_t i = 1; e->fault_count == r.faults_before && i < out->match_count; i++)
            if (!by_user_and_fog(&out->matches[i - 1], &out->matches[i]))
                err_add(e, "%s: matches: want every pair once, have user %u with fog %u twice",
                        l->name, out->matches[i].user, out->matches[i].fog);
    }
    return end_reading(&r, l, e);
}

// ---- the end ------------------------------------------------------------------------------------

static bool is_metric_name(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return length > 0 && length < METRIC_NAME_BYTES && !name[length];
}

static bool read_metric(struct json j, const struct metric_sink *sink, struct err *e)
{
    if (!is_metric_name(json_key(j)))
        return json_fault(j, "a name of 1 to %d letters, digits, _", METRIC_NAME_BYTES - 1);
    if (!cJSON_IsNumber(j.item) || !isfinite(j.item->valuedouble)) return json_fault(j, "a number");
    char name[METRIC_NAME_BYTES + 16];
    snprintf(name, sizeof name, "command_%s", json_key(j));
    return !sink || sink->add(sink->ctx, name, j.item->valuedouble, e);
}

bool plugin_read_end(const struct plugin_line *l, const struct metric_sink *sink, struct err *e)
{
    static const char *const keys[] = {"type", "id", "metrics", NULL};
    struct reader            r;
    struct json              root;
    if (begin_reading(&r, l, "end", keys, &root, e)) {
        struct json metrics = json_get(root, "metrics");
        if (metrics.item && !cJSON_IsObject(metrics.item)) json_fault(metrics, "an object");
        bool ok = true;
        for (struct json j = json_at(metrics, 0); ok && j.item; j = json_next(j))
            ok = read_metric(j, sink, e);
    }
    return end_reading(&r, l, e);
}
