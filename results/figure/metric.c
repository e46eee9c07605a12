// The metric that a figure shows (choice.h): what it is called, and its value in each finished run.
#include <string.h>

#include "results/figure/choice.h"

// Of the summary of a whole task; the other metrics are rows of the table metric, under their
// names.
struct task_metric {
    const char *name, *metric, *column, *label, *unit;
};

static const struct task_metric task_metrics[] = {
    {"latency", "latency_s", "mean", "latency per task", "s"},
    {"computation", "computation_s", "mean", "computation per task", "s"},
    {"transmission", "transmission_s", "mean", "transmission per task", "s"},
    {"queueing", "queueing_s", "mean", "queueing per task", "s"},
    {"loading", "loading_s", "mean", "loading per task", "s"},
    {"edge_delay", "edge_delay_s", "mean", "edge delay per task", "s"},
    {"energy", "energy_j", "mean", "energy per task", "J"},
    {"p50", "latency_s", "p50", "median latency", "s"},
    {"p95", "latency_s", "p95", "95th percentile of latency", "s"},
    {"p99", "latency_s", "p99", "99th percentile of latency", "s"},
};
enum { TASK_METRICS = sizeof task_metrics / sizeof *task_metrics };

// Names end in their unit; the longer ending first.
static const struct {
    const char *ending, *unit;
} units[] = {{"_per_s", "1/s"}, {"_s", "s"}, {"_j", "J"}, {"_bytes", "B"}};

static bool write_label(struct choice *c, const char *label, const char *unit, struct err *e)
{
    const char *whole = *unit ? arena_format(c->arena, "%s (%s)", label, unit) : label;
    return query_bound(c->db, "INSERT INTO metric_axis VALUES (0, ?1, ?2)", whole, unit, e);
}

static bool label_of_name(struct choice *c, const char *name, struct err *e)
{
    char       *label = arena_string(c->arena, name);
    const char *unit = "";
    for (size_t i = 0; i < sizeof units / sizeof *units && !*unit; i++) {
        const size_t length = strlen(label), tail = strlen(units[i].ending);
        if (length <= tail || strcmp(label + length - tail, units[i].ending) != 0) continue;
        label[length - tail] = '\0';
        unit = units[i].unit;
    }
    for (char *at = label; *at; at++)
        if (*at == '_') *at = ' ';
    return write_label(c, label, unit, e);
}

static bool of_summary(struct choice *c, const char *metric, const char *column, struct err *e)
{
    char *sql =
        arena_format(c->arena,
                     "INSERT OR IGNORE INTO metric_value SELECT u.run_id, u.%s FROM summary u"
                     " JOIN run r USING (run_id) WHERE r.status = 'done'"
                     " AND ifnull(u.layer, -1) = -1 AND u.metric = ?1", // as the index has it
                     column);
    return query_bound(c->db, sql, metric, NULL, e);
}

static bool of_table(struct choice *c, const char *name, struct err *e)
{
    return query_bound(c->db,
                       "INSERT INTO metric_value SELECT m.run_id, m.value FROM metric m"
                       " JOIN run r USING (run_id) WHERE r.status = 'done' AND m.name = ?1",
                       name, NULL, e);
}

static bool list_metrics(struct choice *c, struct texts *out, struct err *e)
{
    struct texts others;
    if (!query_texts(c->db, c->arena,
                     "SELECT DISTINCT name FROM metric"
                     " UNION ALL SELECT DISTINCT metric FROM summary"
                     " WHERE layer IS NULL AND metric LIKE '%/%'",
                     NULL, &others, e))
        return false;
    *out = (struct texts){ARENA_ARRAY(c->arena, const char *, TASK_METRICS + others.count), 0};
    for (uint32_t i = 0; i < TASK_METRICS; i++) out->text[out->count++] = task_metrics[i].name;
    for (uint32_t i = 0; i < others.count; i++) out->text[out->count++] = others.text[i];
    return true;
}

bool metric_make(struct choice *c, struct err *e)
{
    const char  *name = choice_option(c, c->script->metric.option);
    struct texts have;
    if (!name) name = c->script->metric.otherwise;
    if (!query_run(c->db,
                   "CREATE TEMP TABLE metric_axis(i INTEGER, label TEXT, unit TEXT);"
                   "CREATE TEMP TABLE metric_value(run_id INTEGER PRIMARY KEY, value REAL)",
                   e))
        return false;
    for (uint32_t i = 0; i < TASK_METRICS; i++) {
        const struct task_metric *m = &task_metrics[i];
        if (strcmp(name, m->name) == 0)
            return write_label(c, m->label, m->unit, e) && of_summary(c, m->metric, m->column, e);
    }
    if (!list_metrics(c, &have, e)) return false;
    if (!texts_have(&have, name))
        return choice_unknown(c, c->script->metric.option, name, &have, e);
    return label_of_name(c, name, e) && of_table(c, name, e) && of_summary(c, name, "mean", e);
}
