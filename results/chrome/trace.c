// Passes over the run: lanes and their names (chrome_lanes.c), then task by task the operations
// with what joins them, then the counters. Order in the file is free in the format, but
// of one instant Perfetto keeps it, so an operation is followed at once by the ends of its flows.
#include "results/chrome/trace.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "results/chrome/lanes.h"
#include "results/chrome/task.h"
#include "results/field.h"
#include "results/schema.h"

static const struct chrome_track tasks_track = {TASKS_PID, FIRST_LANE - 1};

struct tracing {
    sqlite3                    *db;
    const struct chrome_trace  *request;
    struct chrome_range         range;
    struct chrome               out;
    struct arena                arena; // rewound after each task
    int64_t                     flow;  // of operation 0 of this task; 1 more for each operation
    struct chrome_trace_counts *counts;
};

static bool is_interrupted(const struct tracing *t)
{
    return t->request->interrupted && *t->request->interrupted;
}

// ---- one task -----------------------------------------------------------------------------------

static void write_slice_args(struct tracing *t, const struct chrome_task *task,
                             const struct chrome_op *o)
{
    struct chrome *c = &t->out;
    chrome_arg_int(c, "task", task->task);
    chrome_arg_int(c, "op", o->op);
    chrome_arg_int(c, "layer", o->layer);
    chrome_arg(c, "kind", o->kind);
    chrome_arg(c, "user", task->user);
    if (o->axis) {
        chrome_arg(c, "axis", o->axis);
        chrome_arg_int(c, "begin", o->begin);
        chrome_arg_int(c, "end", o->end);
    }
    chrome_arg_real(c, "bytes", o->bytes);
    chrome_arg_real(c, "ready_s", s_from_ns(o->ready));
    if (o->start >= 0) chrome_arg_real(c, "waiting_s", s_from_ns(o->start - o->ready));
    if (o->predecessor != NO_PREDECESSOR)
        chrome_arg_int(c, "after_op", task->ops[o->predecessor].op);
}

static const char *title(struct arena *a, const struct chrome_op *o)
{
    if (!strcmp(o->kind, "load")) return arena_format(a, "load %s", o->name);
    if (!strcmp(o->kind, "delay")) return arena_format(a, "edge delay %s", o->name);
    return o->name;
}

// What began and has no end, or waited and never began, is an instant; s: of its thread.
static void write_cut_off(struct tracing *t, const struct chrome_task *task,
                          const struct chrome_op *o)
{
    const char *what = o->start >= 0 ? "begun, no end recorded" : "waited, never begun";
    const char *name = arena_format(&t->arena, "%s: %s", title(&t->arena, o), what);
    chrome_open(&t->out, 'i', o->kind, name, o->track, o->start >= 0 ? o->start : o->ready);
    chrome_field(&t->out, "s", "t");
    write_slice_args(t, task, o);
    chrome_shut(&t->out);
}

static void write_flow(struct tracing *t, char phase, struct chrome_track track, sim_ns at,
                       int64_t id)
{
    chrome_open(&t->out, phase, "dependency", "dependency", track, at);
    chrome_field_int(&t->out, "id", id);
    if (phase == 'f') chrome_field(&t->out, "bp", "e"); // binds to the slice around it
    chrome_shut(&t->out);
}

// A flow leaves in the last ns of its operation, since at the end itself another may have begun on
// that lane; it arrives at the start of the one that waited.
static void write_operation(struct tracing *t, const struct chrome_task *task, uint32_t index,
                            const uint32_t *first_next, const uint32_t *next)
{
    const struct chrome_op *o = &task->ops[index];
    sim_ns                  length = o->finish - o->start;
    if (o->finish < 0) {
        write_cut_off(t, task, o);
        return;
    }
    chrome_open(&t->out, 'X', o->kind, title(&t->arena, o), o->track, o->start);
    chrome_field_ns(&t->out, "dur", length);
    write_slice_args(t, task, o);
    chrome_shut(&t->out);
    t->counts->operations++;
    if (o->predecessor != NO_PREDECESSOR) write_flow(t, 'f', o->track, o->start, t->flow + index);
    for (uint32_t i = first_next[index]; i != NO_PREDECESSOR; i = next[i])
        if (task->ops[i].finish >= 0) {
            write_flow(t, 's', o->track, o->finish - (length > 0), t->flow + i);
            t->counts->flows++;
        }
}

static void write_operations(struct tracing *t, const struct chrome_task *task)
{
    uint32_t *first_next = ARENA_ARRAY(&t->arena, uint32_t, task->count);
    uint32_t *next = ARENA_ARRAY(&t->arena, uint32_t, task->count);
    memset(first_next, 0xff, task->count * sizeof *first_next);
    for (uint32_t i = task->count; i-- > 0;) {
        uint32_t before = task->ops[i].predecessor;
        if (before == NO_PREDECESSOR) continue;
        next[i] = first_next[before];
        first_next[before] = i;
    }
    for (uint32_t i = 0; i < task->count; i++) write_operation(t, task, i, first_next, next);
    t->flow += task->count;
}

// A slice of the task's own track, from the first instant to the second; nothing if they are one.
static void write_part(struct tracing *t, const struct chrome_task *task, const char *category,
                       const char *name, sim_ns from, sim_ns to)
{
    static const char phases[] = "be";
    if (from >= to) return;
    for (int i = 0; i < 2; i++) {
        chrome_open(&t->out, phases[i], "task", name, tasks_track, i ? to : from);
        chrome_field_int(&t->out, "id", task->task);
        if (i == 0) chrome_arg(&t->out, "part", category);
        chrome_shut(&t->out);
    }
}

// The path that decided the end: each operation behind its wait.
static void write_path(struct tracing *t, const struct chrome_task *task)
{
    uint32_t *path = ARENA_ARRAY(&t->arena, uint32_t, task->count), length = 0;
    for (uint32_t i = chrome_task_last(task); i != NO_PREDECESSOR; i = task->ops[i].predecessor)
        path[length++] = i;
    if (!length) return;
    const struct chrome_op *first = &task->ops[path[length - 1]];
    if (task->attempts > 1)
        write_part(t, task, "earlier attempts", "earlier attempts", task->arrived, first->ready);
    for (uint32_t i = length; i-- > 0;) {
        const struct chrome_op *o = &task->ops[path[i]];
        write_part(t, task, "waiting", arena_format(&t->arena, "wait: %s", o->place), o->ready,
                   o->start);
        write_part(t, task, o->kind,
                   arena_format(&t->arena, "%s: %s", o->place, title(&t->arena, o)), o->start,
                   o->finish);
    }
}

static void write_instant(struct tracing *t, const struct chrome_task *task, const char *what,
                          sim_ns at)
{
    const char *name = arena_format(&t->arena, "task %" PRId64 " %s", task->task, what);
    chrome_open(&t->out, 'i', "task", name, tasks_track, at);
    chrome_field(&t->out, "s", "t");
    chrome_arg(&t->out, "user", task->user);
    chrome_arg(&t->out, "status", task->status);
    chrome_shut(&t->out);
}

static void write_task(struct tracing *t, struct chrome_task *task)
{
    struct chrome *c = &t->out;
    chrome_task_link(task, &t->arena);
    bool finished = task->finished >= 0;
    write_instant(t, task,
                  finished ? "arrives" : arena_format(&t->arena, "arrives, %s", task->status),
                  task->arrived);
    if (finished) {
        chrome_open(c, 'b', "task", task->user, tasks_track, task->arrived);
        chrome_field_int(c, "id", task->task);
        chrome_arg_int(c, "task", task->task);
        chrome_arg(c, "model", task->model);
        chrome_arg(c, "status", task->status);
        if (task->attempts) chrome_arg_int(c, "attempts", task->attempts);
        chrome_arg_real(c, "latency_s", s_from_ns(task->finished - task->arrived));
        chrome_shut(c);
        write_path(t, task);
        chrome_open(c, 'e', "task", task->user, tasks_track, task->finished);
        chrome_field_int(c, "id", task->task);
        chrome_shut(c);
        write_instant(t, task, task->status, task->finished);
    }
    write_operations(t, task);
    t->counts->tasks++;
}

// ---- all tasks ----------------------------------------------------------------------------------

static const char tasks_sql[] =
    "SELECT t.task_id, t.user, t.model, t.status, t.arrived_s, t.finished_s, ifnull(t.attempts, 0)"
    " FROM task t WHERE t.run_id = ?1 AND t.task_id BETWEEN ?2 AND ?3 ORDER BY t.task_id";

static const char ops_sql[] =
    "SELECT o.op, o.layer, o.kind, ifnull(y.name, 'step ' || o.layer), o.from_node, o.to_node,"
    " o.axis, o.\"begin\", o.\"end\", ifnull(o.bytes, 0), o.ready_s, o.start_s, o.finish_s, l.pid,"
    " l.tid, p.name"
    " FROM temp.chrome_lane l CROSS JOIN op o"
    " ON o.run_id = ?1 AND o.task_id = l.task_id AND o.op = l.op"
    " JOIN temp.chrome_place p ON p.place = l.place"
    " LEFT JOIN layer y ON y.run_id = ?1 AND y.task_id = l.task_id AND y.layer = o.layer"
    " WHERE l.task_id = ?2 ORDER BY l.op";

static const char *text_of(struct tracing *t, sqlite3_stmt *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    return text ? arena_string(&t->arena, text) : NULL;
}

static struct chrome_op read_operation(struct tracing *t, sqlite3_stmt *q)
{
    return (struct chrome_op){
        .op = sqlite3_column_int64(q, 0),
        .layer = sqlite3_column_int64(q, 1),
        .kind = text_of(t, q, 2),
        .name = text_of(t, q, 3),
        .from = text_of(t, q, 4),
        .to = text_of(t, q, 5),
        .axis = text_of(t, q, 6),
        .begin = sqlite3_column_int64(q, 7),
        .end = sqlite3_column_int64(q, 8),
        .bytes = sqlite3_column_double(q, 9),
        .ready = chrome_ns(q, 10),
        .start = chrome_ns(q, 11),
        .finish = chrome_ns(q, 12),
        .track = {(uint32_t)sqlite3_column_int64(q, 13), (uint32_t)sqlite3_column_int64(q, 14)},
        .place = text_of(t, q, 15),
    };
}

static bool read_operations(struct tracing *t, sqlite3_stmt *q, struct chrome_task *task,
                            struct err *e)
{
    uint32_t capacity = 0;
    int      code;
    sqlite3_reset(q);
    sqlite3_bind_int64(q, 2, task->task);
    while ((code = sqlite3_step(q)) == SQLITE_ROW) {
        task->ops = arena_grow(&t->arena, task->ops, &capacity, task->count + 1, sizeof *task->ops);
        task->ops[task->count++] = read_operation(t, q);
    }
    return code == SQLITE_DONE || schema_fault(t->db, "", e);
}

static bool write_tasks(struct tracing *t, struct err *e)
{
    sqlite3_stmt *tasks = NULL, *ops = NULL;
    int           code = SQLITE_DONE;
    bool          ok = chrome_query(t->db, tasks_sql, &t->range, &tasks, e) &&
              chrome_query(t->db, ops_sql, &t->range, &ops, e);
    while (ok && (code = sqlite3_step(tasks)) == SQLITE_ROW && !ferror(t->out.out)) {
        struct arena_mark  mark = arena_mark(&t->arena);
        struct chrome_task task = {.task = sqlite3_column_int64(tasks, 0),
                                   .user = text_of(t, tasks, 1),
                                   .model = text_of(t, tasks, 2),
                                   .status = text_of(t, tasks, 3),
                                   .arrived = chrome_ns(tasks, 4),
                                   .finished = chrome_ns(tasks, 5),
                                   .attempts = sqlite3_column_int64(tasks, 6)};
        ok = read_operations(t, ops, &task, e);
        if (ok) write_task(t, &task);
        arena_rewind(&t->arena, mark);
        if (ok && is_interrupted(t)) ok = err_add(e, "interrupted");
    }
    if (ok && code != SQLITE_DONE && code != SQLITE_ROW) ok = schema_fault(t->db, "", e);
    sqlite3_finalize(tasks);
    sqlite3_finalize(ops);
    return ok;
}

// ---- counters -----------------------------------------------------------------------------------

// How many of the operations that are drawn wait at a place; each row is a change.
static const char waiting_sql[] =
    "SELECT p.pid, p.name || ': operations waiting', c.t, sum(c.d) OVER (PARTITION BY c.place"
    " ORDER BY c.t) FROM (SELECT place, t, sum(d) AS d FROM"
    " (SELECT l.place, o.ready_s AS t, 1 AS d FROM temp.chrome_lane l JOIN op o"
    " ON o.run_id = ?1 AND o.task_id = l.task_id AND o.op = l.op WHERE o.start_s > o.ready_s"
    " UNION ALL SELECT l.place, o.start_s, -1 FROM temp.chrome_lane l JOIN op o"
    " ON o.run_id = ?1 AND o.task_id = l.task_id AND o.op = l.op WHERE o.start_s > o.ready_s)"
    " GROUP BY place, t HAVING sum(d) <> 0) c"
    " JOIN temp.chrome_place p ON p.place = c.place ORDER BY c.place, c.t";

// As the engine sampled them, between the first arrival and the last end of the tasks drawn; of
// samples that are alike the first.
static const char samples_sql[] =
    "WITH span AS (SELECT min(arrived_s) AS first_s, max(ifnull(finished_s, arrived_s)) AS last_s"
    " FROM task WHERE run_id = ?1 AND task_id BETWEEN ?2 AND ?3),"
    " changes AS (SELECT q.node, q.t_s, q.length, lag(q.length) OVER (PARTITION BY q.node"
    " ORDER BY q.t_s) AS before FROM queue_sample q, span"
    " WHERE q.run_id = ?1 AND q.t_s BETWEEN span.first_s AND span.last_s)"
    " SELECT p.pid, replace(c.node, '>', ' \xe2\x86\x92 ') || ': queue sampled', c.t_s, c.length"
    " FROM changes c LEFT JOIN node n ON n.run_id = ?1 AND n.node = c.node"
    " JOIN temp.chrome_process p ON p.kind ="
    " CASE WHEN instr(c.node, '>') THEN '' ELSE ifnull(n.kind, 'other') END"
    " WHERE c.length IS NOT c.before";

static bool write_counters(struct tracing *t, const char *sql, struct err *e)
{
    sqlite3_stmt *q = NULL;
    int           code = SQLITE_DONE;
    bool          ok = chrome_query(t->db, sql, &t->range, &q, e);
    while (ok && (code = sqlite3_step(q)) == SQLITE_ROW && !ferror(t->out.out)) {
        uint32_t pid = (uint32_t)sqlite3_column_int64(q, 0);
        chrome_open(&t->out, 'C', NULL, (const char *)sqlite3_column_text(q, 1),
                    (struct chrome_track){pid, pid}, chrome_ns(q, 2));
        chrome_arg_int(&t->out, "waiting", sqlite3_column_int64(q, 3));
        chrome_shut(&t->out);
        if (is_interrupted(t)) ok = err_add(e, "interrupted");
    }
    if (ok && code != SQLITE_DONE && code != SQLITE_ROW) ok = schema_fault(t->db, "", e);
    sqlite3_finalize(q);
    return ok;
}

// ---- the run ------------------------------------------------------------------------------------

static bool first_value(struct tracing *t, const char *sql, int64_t *out, struct err *e)
{
    sqlite3_stmt *q;
    bool          ok = chrome_query(t->db, sql, &t->range, &q, e);
    int           code = ok ? sqlite3_step(q) : SQLITE_DONE;
    *out = code == SQLITE_ROW && sqlite3_column_type(q, 0) != SQLITE_NULL
               ? sqlite3_column_int64(q, 0)
               : -1;
    if (ok && code != SQLITE_ROW && code != SQLITE_DONE) ok = schema_fault(t->db, "", e);
    sqlite3_finalize(q);
    return ok;
}

// Which run, and whether it has operations of these tasks.
static bool choose(struct tracing *t, bool *is_usage, struct err *e)
{
    static const char how[] =
        "want operations, which are kept with \"record\": \"ops\" in the scenario"
        " (fogsim run SCENARIO --set record=ops)";
    int64_t found, last;
    if (t->range.run_id < 0 && !first_value(t,
                                            "SELECT run_id FROM run WHERE EXISTS(SELECT 1 FROM op o"
                                            " WHERE o.run_id = run.run_id) ORDER BY run_id LIMIT 1",
                                            &t->range.run_id, e))
        return false;
    *is_usage = true;
    if (t->range.run_id < 0) return err_add(e, "%s; have none in any run", how);
    if (!first_value(t, "SELECT 1 FROM run WHERE run_id = ?1", &found, e)) return false;
    if (found < 0) return err_add(e, "want a run of the database, have %" PRId64, t->range.run_id);
    if (!first_value(t, "SELECT max(task_id) FROM op WHERE run_id = ?1", &last, e)) return false;
    if (last < 0) return err_add(e, "run %" PRId64 ": %s; have none", t->range.run_id, how);
    if (!first_value(t, "SELECT 1 FROM op WHERE run_id = ?1 AND task_id BETWEEN ?2 AND ?3 LIMIT 1",
                     &found, e))
        return false;
    if (found < 0)
        return err_add(e, "run %" PRId64 ": want tasks from 0 to %" PRId64 ", have none of these",
                       t->range.run_id, last);
    *is_usage = false;
    return true;
}

static bool write_head(struct tracing *t, struct err *e)
{
    static const char sql[] = "SELECT scenario, point, scheme, model, seed, replication, status,"
                              " fogsim_version, run_id FROM run WHERE run_id = ?1";
    sqlite3_stmt     *q;
    FILE             *out = t->out.out;
    if (!chrome_query(t->db, sql, &t->range, &q, e)) return false;
    bool ok = sqlite3_step(q) == SQLITE_ROW || schema_fault(t->db, "", e);
    fputs("{\"displayTimeUnit\":\"ms\",\"otherData\":{", out);
    for (int c = 0; ok && c < sqlite3_column_count(q); c++) {
        const char *value = (const char *)sqlite3_column_text(q, c);
        fprintf(out, "%s\"%s\":", c ? "," : "", sqlite3_column_name(q, c));
        field_json_text(out, value ? value : "", value ? strlen(value) : 0);
    }
    fputs("},\n\"traceEvents\":[\n", out);
    sqlite3_finalize(q);
    return ok;
}

static void name_tasks(struct tracing *t)
{
    const struct chrome_track process = {TASKS_PID, TASKS_PID};
    chrome_name(&t->out, "process_name", process, "tasks");
    chrome_sort(&t->out, "process_sort_index", process, TASKS_PID);
    chrome_name(&t->out, "thread_name", tasks_track, "arrivals and ends");
}

bool chrome_trace_write(sqlite3 *db, const struct chrome_trace *request, FILE *out,
                        struct chrome_trace_counts *counts, bool *is_usage, struct err *e)
{
    struct tracing t = {.db = db,
                        .request = request,
                        .range = {request->run_id, request->first_task, request->last_task},
                        .out = {.out = out},
                        .counts = counts};
    *counts = (struct chrome_trace_counts){0};
    *is_usage = false;
    bool ok = choose(&t, is_usage, e) && write_head(&t, e);
    counts->run_id = t.range.run_id;
    if (ok) name_tasks(&t);
    ok = ok && chrome_lanes(db, &t.range, &t.out, &counts->lanes, request->interrupted, e) &&
         write_tasks(&t, e) && write_counters(&t, waiting_sql, e) &&
         write_counters(&t, samples_sql, e) && chrome_processes(db, &t.range, &t.out, e);
    if (ok) fputs("\n]}\n", out);
    arena_free(&t.arena);
    return ok;
}
