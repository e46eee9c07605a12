// scenarios/arrivals.c: when users ask, and for which model.
#include <math.h>
#include <string.h>

#include "scenarios/parts.h"
#include "scenarios/trace.h"

static const char *const ARRIVAL_KINDS[] = {"closed", "periodic", "poisson",
                                            "bursts", "trace",    NULL};

// Keys that one kind reads; a trace ends by itself.
static const struct own_key {
    const char       *key;
    enum arrival_kind kind;
    bool              is_needed;
} OWN_KEYS[] = {
    {"think", ARRIVAL_CLOSED, false},    {"period", ARRIVAL_PERIODIC, true},
    {"jitter", ARRIVAL_PERIODIC, false}, {"rate", ARRIVAL_POISSON, true},
    {"states", ARRIVAL_BURSTS, true},    {"next", ARRIVAL_BURSTS, false},
    {"file", ARRIVAL_TRACE, true},
};

// [state][next state] of probabilities.
static void read_next(struct arrivals *a, struct json next)
{
    if (!cJSON_IsArray(next.item) || json_count(next) != a->state_count) {
        json_fault(next, "%u lists, one for each state", a->state_count);
        return;
    }
    uint32_t i = 0;
    for (struct json row = json_at(next, 0); row.item; row = json_next(row), i++) {
        double   sum = 0;
        uint32_t k = 0;
        if (!cJSON_IsArray(row.item) || json_count(row) != a->state_count) {
            json_fault(row, "%u probabilities, one for each next state", a->state_count);
            continue;
        }
        for (struct json p = json_at(row, 0); p.item; p = json_next(p), k++)
            sum += a->states[i].next[k] = json_as_quantity(p, UNIT_NONE, 0, 1);
        if (a->states[i].next[i] > 0)
            json_fault(json_at(row, i), "0: a state that goes on is a longer stay");
        if (fabs(sum - 1) > 1e-9) json_fault(row, "a sum of 1, not %.10g", sum);
    }
}

static void read_bursts(struct arrivals *a, struct json j)
{
    static const char *const keys[] = {"rate", "stay", NULL};
    struct json              states = json_get(j, "states");
    uint32_t                 count = json_count(states);
    double                   highest = 0;
    if (!states.item) return;
    if (!cJSON_IsArray(states.item) || count < 2 || count > MAX_BURST_STATES) {
        json_fault(states, "a list of 2 to %d states", MAX_BURST_STATES);
        return;
    }
    uint32_t before = j.doc->e->fault_count;
    a->states = ARENA_ARRAY(j.arena, struct burst_state, count);
    for (struct json x = json_at(states, 0); x.item; x = json_next(x)) {
        struct burst_state *s = &a->states[a->state_count++];
        json_keys(x, keys);
        if (!cJSON_IsObject(x.item)) continue;
        json_need(x, "rate");
        json_need(x, "stay");
        s->rate_per_s = json_quantity(x, "rate", UNIT_FREQUENCY, 0, 0, 1e6);
        s->stay_s = json_quantity(x, "stay", UNIT_TIME, 1, 1e-6, 1e7);
        s->next[a->state_count % count] = 1; // round and round
        highest = fmax(highest, s->rate_per_s);
    }
    if (highest <= 0 && j.doc->e->fault_count == before)
        json_fault(states, "a state with a rate above 0");
    if (parts_has(j, "next")) read_next(a, json_get(j, "next"));
    struct err inner = {0};
    if (j.doc->e->fault_count == before && !arrivals_finish(a, &inner))
        parts_pass_on(&inner, states);
}

static void read_trace(struct scenario *s, struct json j)
{
    const char   *file = json_string(j, "file", NULL);
    struct arena *a = j.arena;
    if (!file || !s->user_count) return; // there are faults elsewhere
    const char **users = ARENA_ARRAY(a, const char *, s->user_count);
    const char **models = ARENA_ARRAY(a, const char *, s->model_count);
    for (uint32_t i = 0; i < s->user_count; i++) users[i] = scenario_node_name(s, s->users[i], a);
    for (uint32_t i = 0; i < s->model_count; i++) models[i] = s->models[i].label;
    struct err inner = {0};
    if (!trace_read_arrivals(&s->arrivals.users, a, parts_beside(s, a, file), users, s->user_count,
                             models, s->model_count, &inner))
        parts_pass_on(&inner, json_get(j, "file"));
}

static void read_timing(struct scenario *s, struct json j)
{
    struct arrivals *a = &s->arrivals;
    for (size_t i = 0; i < sizeof OWN_KEYS / sizeof *OWN_KEYS; i++) {
        const struct own_key *k = &OWN_KEYS[i];
        if (k->kind == a->kind && k->is_needed) json_need(j, k->key);
        if (k->kind != a->kind && parts_has(j, k->key))
            json_fault(json_get(j, k->key), "no \"%s\" with arrivals of kind \"%s\"", k->key,
                       ARRIVAL_KINDS[a->kind]);
    }
    a->think_s = json_quantity(j, "think", UNIT_TIME, 0, 0, 1e7);
    a->period_s = json_quantity(j, "period", UNIT_TIME, 1, 1e-6, 1e7);
    a->is_jittered = json_bool(j, "jitter", false);
    a->rate_per_s = json_quantity(j, "rate", UNIT_FREQUENCY, 1, 1e-7, 1e6);
    if (a->kind == ARRIVAL_BURSTS) read_bursts(a, j);
    if (a->kind == ARRIVAL_TRACE) read_trace(s, j);
}

// One row of shares by class; `models`: of the file, of which --model may have left some out.
static void read_mix(const struct scenario *s, struct json j, struct json models, double *row)
{
    double sum = 0;
    if (!cJSON_IsObject(j.item) || !json_count(j)) {
        json_fault(j, "an object of shares, as {\"%s\": 1}",
                   s->model_count ? s->models[0].label : "MODEL");
        return;
    }
    for (struct json x = json_at(j, 0); x.item; x = json_next(x)) {
        double   share = json_as_quantity(x, UNIT_NONE, 0, 1);
        uint32_t m = 0;
        sum += share;
        while (m < s->model_count && strcmp(s->models[m].label, json_key(x)) != 0) m++;
        if (m < s->model_count)
            row[m] = share;
        else if (!json_get(models, json_key(x)).item)
            json_fault(x, "the label of one of \"models\"");
    }
    if (fabs(sum - 1) > 1e-9) json_fault(j, "shares with a sum of 1, not %.10g", sum);
}

// One row for each group of users that has a mix of its own, the first for all others.
static void read_mixes(struct scenario *s, struct json root)
{
    struct json models = json_get(root, "models"), nodes = json_get(root, "nodes");
    uint32_t    n = s->net.group_count, rows = 1;
    double     *share = ARENA_ARRAY(root.arena, double, (size_t)s->model_count *(n + 1));
    uint32_t   *row_of = ARENA_ARRAY(root.arena, uint32_t, n);
    bool        any = parts_has(root, "mix"), all = any;
    if (any) read_mix(s, json_get(root, "mix"), models, share);
    for (uint32_t g = 0; g < n; g++) {
        struct json group = json_get(nodes, s->net.groups[g].name);
        if (s->net.groups[g].role != ROLE_USER || !parts_has(group, "mix")) continue;
        row_of[g] = rows++;
        read_mix(s, json_get(group, "mix"), models, share + (size_t)row_of[g] * s->model_count);
        any = true;
    }
    if (!any) return;
    for (uint32_t g = 0; g < n; g++)
        if (s->net.groups[g].role == ROLE_USER && !row_of[g] && !all && json_count(models) > 1)
            json_fault(json_get(nodes, s->net.groups[g].name),
                       "a \"mix\", as other users have one (or one at the root for all)");
    if (!all && s->model_count) share[0] = 1;
    s->mix = (struct mix){s->model_count, share, row_of};
}

// A trace that names several models makes one run of them; nothing is drawn from these shares.
static void mix_of_trace(struct scenario *s, struct arena *a)
{
    double   *share = ARENA_ARRAY(a, double, s->model_count);
    uint32_t *row_of = ARENA_ARRAY(a, uint32_t, s->net.group_count);
    if (s->model_count < 2) return;
    share[0] = 1;
    s->mix = (struct mix){s->model_count, share, row_of};
}

static void read_classes(struct scenario *s, struct json root, const struct scenario_edit *edit)
{
    static const char *const mix[] = {"mix", NULL};
    if (s->arrivals.kind == ARRIVAL_TRACE) {
        const char *why = "with arrivals of kind \"trace\": the file names the models";
        parts_refuse(root, mix, why);
        for (uint32_t g = 0; g < s->net.group_count; g++)
            parts_refuse(json_get(json_get(root, "nodes"), s->net.groups[g].name), mix, why);
        mix_of_trace(s, root.arena);
        return;
    }
    read_mixes(s, root);
    if (edit && edit->model_count) s->mix = (struct mix){0}; // each named model is a run
}

void parts_read_arrivals(struct scenario *s, struct json root, const struct scenario_edit *edit)
{
    static const char *const keys[] = {"kind", "tasks",  "duration", "think", "period", "jitter",
                                       "rate", "states", "next",     "file",  NULL};
    struct json              j = json_need(root, "arrivals");
    struct arrivals         *a = &s->arrivals;
    *a = (struct arrivals){.jobs_per_user = UINT32_MAX, .duration_s = INFINITY};
    if (!j.item) return;
    json_keys(j, keys);
    if (!cJSON_IsObject(j.item)) return;
    a->kind = (enum arrival_kind)json_choice(j, "kind", ARRIVAL_KINDS, ARRIVAL_CLOSED);
    a->jobs_per_user = (uint32_t)json_integer(j, "tasks", UINT32_MAX, 1, 1000000000);
    a->duration_s = json_quantity(j, "duration", UNIT_TIME, INFINITY, 1e-6, 1e8);
    read_timing(s, j);
    if (a->jobs_per_user == UINT32_MAX && isinf(a->duration_s) && a->kind != ARRIVAL_TRACE)
        json_fault(j, "\"tasks\" or \"duration\", so that the run ends");
    read_classes(s, root, edit);
}
