#include "results/pairs/runs.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "results/schema.h"

const char *const pairs_origin_names[PAIRS_ORIGINS] = {
    "the scenario's file", "the profile", "the profile's file", "the source of costs", "fogsim"};
const bool pairs_origin_is_digest[PAIRS_ORIGINS] = {[0] = true, [2] = true};

// Named columns, and the index by name: a file that lacks it is refused, for without it each value
// would cost a scan.
#define SUMMARY(column, row)                                                                       \
    "(SELECT s." column " FROM summary s INDEXED BY summary_key WHERE s.run_id = r.run_id"         \
    " AND s.metric = '" row "' AND ifnull(s.layer, -1) = -1)"
#define METRIC(row)                                                                                \
    "(SELECT m.value FROM metric m WHERE m.run_id = r.run_id AND m.name = '" row "')"

const struct pairs_metric pairs_metrics[] = {
    {"latency", "s", "mean time from arrival to answer", false, false, true,
     SUMMARY("mean", "latency_s")},
    {"computation", "s", "mean part of it spent computing", false, false, true,
     SUMMARY("mean", "computation_s")},
    {"transmission", "s", "mean part of it spent sending", false, false, true,
     SUMMARY("mean", "transmission_s")},
    {"p95", "s", "latency that 95 % of the tasks stay below", false, false, true,
     SUMMARY("p95", "latency_s")},
    {"deadline_misses", "", "share of the tasks with a deadline not done by it", false, true, true,
     METRIC("deadline_miss_share")},
    {"lost", "", "share of the tasks that never finished", false, true, true,
     "((r.tasks - " METRIC("tasks_done") " - " METRIC(
         "tasks_late") ") * 1.0 / nullif(r.tasks, 0))"},
    {"energy", "J", "mean energy of a task", false, false, true, SUMMARY("mean", "energy_j")},
    {"queueing", "s", "mean part of the latency spent waiting", false, false, false,
     SUMMARY("mean", "queueing_s")},
    {"loading", "s", "mean part of the latency spent loading weights", false, false, false,
     SUMMARY("mean", "loading_s")},
    {"p99", "s", "latency that 99 % of the tasks stay below", false, false, false,
     SUMMARY("p99", "latency_s")},
    {"throughput", "1/s", "tasks that finish in a second", true, false, false,
     METRIC("throughput_per_s")},
    {0},
};

enum {
    COLUMN_ID,
    COLUMN_SCENARIO,
    COLUMN_POINT,
    COLUMN_SCHEME,
    COLUMN_MODEL,
    COLUMN_SEED,
    COLUMN_REPLICATION,
    COLUMN_EVENTS,
    COLUMN_TASKS,
    COLUMN_SIMULATED,
    COLUMN_STATUS,
    COLUMN_DUE,
    COLUMN_ORIGIN,
    COLUMN_VALUES = COLUMN_ORIGIN + PAIRS_ORIGINS
};
static const char columns[] =
    "SELECT r.run_id, r.scenario, r.point, r.scheme, r.model, r.seed, r.replication, r.events,"
    " r.tasks, r.simulated_s, r.status, " METRIC(
        "deadline_tasks") ", r.scenario_sha256, r.profile, r.profile_sha256,"
                          " r.cost_source, r.fogsim_version";

static const double VALUE_MOST = 1e150; // squares of larger ones would not be finite

static double value_of(sqlite3_stmt *q, int column)
{
    int    type = sqlite3_column_type(q, column);
    double value = sqlite3_column_double(q, column);
    bool   is_number = type == SQLITE_FLOAT || type == SQLITE_INTEGER;
    return is_number && fabs(value) < VALUE_MOST ? value : NAN;
}

// `last`: the same text of the run before, used again where it is equal, as it mostly is.
static const char *text_of(sqlite3_stmt *q, int column, const char *last, struct arena *a)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    size_t      length = (size_t)sqlite3_column_bytes(q, column);
    if (!text) return "";
    if (last && strlen(last) == length && !memcmp(last, text, length)) return last;
    return clean_text(text, length, a);
}

struct member {
    const char *name, *value; // as JSON
};

static int by_name(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int                  order = strcmp(x->name, y->name);
    return order ? order : strcmp(x->value, y->value);
}

// cJSON prints some numbers an ulp off; here one is as many digits as it takes to be the same
// again, so that no two points become one. Depth: at most cJSON's, 1000.
static void keep_digits(cJSON *item)
{
    cJSON *member;
    cJSON_ArrayForEach(member, item) keep_digits(member);
    if (!cJSON_IsNumber(item)) return;
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, item->valuedouble);
        if (strtod(text, NULL) == item->valuedouble) break;
    }
    cJSON *raw = cJSON_CreateRaw(isfinite(item->valuedouble) ? text : "null");
    item->valuestring = raw->valuestring, raw->valuestring = NULL;
    item->type = cJSON_Raw;
    cJSON_Delete(raw);
}

static const char *json_text(const cJSON *item, struct arena *a)
{
    char       *text = cJSON_PrintUnformatted(item);
    const char *copy = arena_string(a, text ? text : "null");
    cJSON_free(text);
    return copy;
}

static const char *join(const struct member *members, uint32_t count, struct arena *a)
{
    size_t length = 3;
    for (uint32_t i = 0; i < count; i++)
        length += strlen(members[i].name) + strlen(members[i].value) + 2;
    char *out = arena_array(a, length, 1), *end = out;
    *end++ = '{';
    for (uint32_t i = 0; i < count; i++) {
        if (i) *end++ = ',';
        end = stpcpy(stpcpy(stpcpy(end, members[i].name), ":"), members[i].value);
    }
    *end = '}';
    return out;
}

// What is no object stays as it is.
static void canonical_point(struct pairs_run *run, const char *text, struct arena *a)
{
    cJSON *point = cJSON_Parse(text), *item;
    run->point = text, run->plugins = "";
    if (cJSON_IsObject(point)) {
        keep_digits(point);
        int            size = cJSON_GetArraySize(point);
        struct member *members = ARENA_ARRAY(a, struct member, (size_t)size);
        uint32_t       count = 0;
        cJSON_ArrayForEach(item, point)
        {
            struct member m = {.value = json_text(item, a)};
            if (strncmp(item->string, "--", 2) != 0) {
                cJSON *name = cJSON_CreateString(item->string);
                m.name = json_text(name, a);
                cJSON_Delete(name);
                members[count++] = m;
            } else {
                run->plugins = arena_format(a, "%s%s%s %s", run->plugins, *run->plugins ? ", " : "",
                                            item->string, m.value);
            }
        }
        qsort(members, count, sizeof *members, by_name);
        run->point = join(members, count, a);
    }
    cJSON_Delete(point);
}

struct reading { // one pass over a database
    struct pairs_runs *out;
    sqlite3_stmt      *q;
    const char        *scheme, *status, *raw_point;
    uint32_t           metric_count, seen_count;
    struct pairs_run   last; // its texts
    struct arena      *a;
};

static void note_scheme(struct reading *r, const char *scheme)
{
    const char *seen = r->out->schemes_seen, *at = strstr(seen, scheme);
    size_t      length = strlen(scheme);
    for (; at; at = strstr(at + 1, scheme))
        if ((at == seen || at[-1] == ' ') && (at[length] == '\0' || at[length] == ',')) return;
    if (r->seen_count++ < PAIRS_SEEN)
        r->out->schemes_seen = arena_format(r->a, "%s%s%.60s", seen, *seen ? ", " : "", scheme);
    else if (r->seen_count == PAIRS_SEEN + 1)
        r->out->schemes_seen = arena_format(r->a, "%s, ...", seen);
}

static void read_texts(struct reading *r, struct pairs_run *run)
{
    const char *raw = text_of(r->q, COLUMN_POINT, r->raw_point, r->a);
    run->point = r->last.point, run->plugins = r->last.plugins;
    if (raw != r->raw_point) canonical_point(run, raw, r->a);
    r->raw_point = raw;
    run->scheme = text_of(r->q, COLUMN_SCHEME, r->last.scheme, r->a);
    run->model = text_of(r->q, COLUMN_MODEL, r->last.model, r->a);
    if (run->scheme != r->last.scheme) note_scheme(r, run->scheme);
    for (int i = 0; i < PAIRS_ORIGINS; i++)
        run->origin[i] = text_of(r->q, COLUMN_ORIGIN + i, r->last.origin[i], r->a);
    r->status = text_of(r->q, COLUMN_STATUS, r->status, r->a);
    run->is_done = !strcmp(r->status, "done");
    r->last = *run;
}

static void add_run(struct reading *r, struct pairs_run run)
{
    struct pairs_runs *out = r->out;
    run.run_id = sqlite3_column_int64(r->q, COLUMN_ID);
    run.seed = sqlite3_column_int64(r->q, COLUMN_SEED);
    run.replication = sqlite3_column_int64(r->q, COLUMN_REPLICATION);
    run.events = sqlite3_column_int64(r->q, COLUMN_EVENTS);
    run.tasks = sqlite3_column_int64(r->q, COLUMN_TASKS);
    double due = value_of(r->q, COLUMN_DUE);
    run.due = due >= 1 && due < (double)run.tasks ? (int64_t)due : run.tasks;
    run.simulated_s = value_of(r->q, COLUMN_SIMULATED);
    run.values = ARENA_ARRAY(r->a, double, r->metric_count);
    for (uint32_t m = 0; m < r->metric_count; m++)
        run.values[m] = value_of(r->q, COLUMN_VALUES + (int)m);
    out->runs = arena_grow(r->a, out->runs, &out->capacity, out->count + 1, sizeof run);
    out->runs[out->count++] = run;
}

static bool read_run(struct reading *r, struct err *e)
{
    struct pairs_run run = {0};
    const char      *scenario = text_of(r->q, COLUMN_SCENARIO, r->out->scenario, r->a);
    if (!r->out->scenario) r->out->scenario = scenario;
    if (strcmp(scenario, r->out->scenario) != 0)
        return err_add(e, "%s: want runs of one scenario, have \"%.60s\" and \"%.60s\"",
                       r->out->path, r->out->scenario, scenario);
    read_texts(r, &run);
    if (!r->scheme || !strcmp(run.scheme, r->scheme)) add_run(r, run);
    return true;
}

static const char *query_of(const struct pairs_request *r, struct arena *a)
{
    const char *sql = columns;
    for (uint32_t m = 0; m < r->metric_count; m++)
        sql = arena_format(a, "%s, %s", sql, r->metrics[m]->sql);
    return arena_format(a, "%s FROM run r ORDER BY r.run_id", sql);
}

// A view under one of these names could go on for ever.
static bool check_tables(sqlite3 *db, const char *path, struct err *e)
{
    sqlite3_stmt *q = NULL;
    int           count = 0;
    bool          ok = sqlite3_prepare_v2(db,
                                          "SELECT count(*) FROM sqlite_master WHERE type = 'table' "
                                                   "AND name IN ('run', 'task', 'summary', 'metric') AND sql NOT "
                                                   "LIKE 'CREATE VIRTUAL%'",
                                          -1, &q, NULL) == SQLITE_OK &&
              sqlite3_step(q) == SQLITE_ROW;
    if (ok)
        count = sqlite3_column_int(q, 0);
    else
        schema_fault(db, path, e);
    sqlite3_finalize(q);
    return ok && (count == 4 || err_add(e,
                                        "%s: want the tables run, task, summary and metric, have "
                                        "%d of them",
                                        path, count));
}

bool pairs_runs_read(struct pairs_runs *out, sqlite3 *db, const char *path, const char *scheme,
                     const struct pairs_request *r, struct arena *a, struct err *e)
{
    *out = (struct pairs_runs){.path = path, .schemes_seen = ""};
    struct reading reading = {
        .out = out, .scheme = scheme, .metric_count = r->metric_count, .a = a};
    if (!check_tables(db, path, e)) return false;
    int  code = sqlite3_prepare_v2(db, query_of(r, a), -1, &reading.q, NULL);
    bool ok = code == SQLITE_OK;
    while (ok && (code = sqlite3_step(reading.q)) == SQLITE_ROW) ok = read_run(&reading, e);
    if (code != SQLITE_ROW && code != SQLITE_DONE) ok = schema_fault(db, path, e);
    sqlite3_finalize(reading.q);
    if (ok && !out->scenario) ok = err_add(e, "%s: want runs, have none", path);
    if (ok && !out->count)
        ok = err_add(e, "--schemes: want a scheme of %s (%s), have \"%.60s\"", path,
                     out->schemes_seen, scheme);
    return ok;
}

const char *pairs_run_name(const struct pairs_run *run, struct arena *a)
{
    return arena_format(a, "point %.200s model %.60s scheme %.60s seed %lld replication %lld",
                        run->point, run->model, run->scheme, (long long)run->seed,
                        (long long)run->replication);
}
