// Each record of a run as a row: ns become seconds here and nowhere else.
#include <assert.h>
#include <math.h>

#include "results/store_inside.h"

// The rowid of a summary's row is its run and its rank there, so that the table does not depend on
// which run came first.
enum { SUMMARY_RANK_BITS = 24 };

static const char *const op_names[OP_KIND_COUNT] = {
    [OP_COMPUTE] = "compute", [OP_LOAD] = "load", [OP_TRANSFER] = "transfer", [OP_DELAY] = "delay"};

static bool add_layer(struct store *s, const struct job_record *job, uint32_t stage, struct err *e)
{
    const struct stage_record *g = &job->stages[stage];
    const uint32_t            *first = s->info.class_first_stage;
    uint32_t                   name = stage + (first ? first[job->class_id] : 0);
    struct row                 r = store_row_begin(s, LAYER);
    row_int(&r, (int64_t)job->job);
    row_int(&r, stage);
    row_text(&r, s->info.stage_names[name]);
    row_text(&r, s->info.stage_kinds[name]);
    row_int(&r, g->slices);
    row_parts(&r, g->part_ns, job->finished_ns >= 0);
    row_ns(&r, g->computation_work_ns);
    row_ns(&r, g->transmission_work_ns);
    row_real(&r, g->bytes_sent);
    row_real(&r, g->bytes_returned);
    return store_row_end(s, &r, e);
}

static bool add_op(struct store *s, const struct job_record *job, uint32_t index, struct err *e)
{
    const struct op       *op = &job->ops[index];
    const struct op_times *t = &job->times[index];
    struct row             r = store_row_begin(s, OP);
    row_int(&r, (int64_t)job->job);
    row_int(&r, index);
    row_int(&r, op->stage);
    row_text(&r, op_names[op->kind]);
    row_text(&r, s->info.node_names[op->from]);
    row_text(&r, s->info.node_names[op->to]);
    if (op->tag[0] == 0) {
        row_null(&r), row_null(&r), row_null(&r);
    } else {
        row_text(&r, s->info.tag_names[op->tag[0]]);
        row_int(&r, op->tag[1]);
        row_int(&r, op->tag[2]);
    }
    row_instant(&r, t->ready_ns);
    row_instant(&r, t->start_ns);
    row_instant(&r, t->finish_ns);
    row_real(&r, op->bytes);
    return store_row_end(s, &r, e);
}

static bool add_task(struct store *s, const struct job_record *job, struct err *e)
{
    bool       finished = job->finished_ns >= 0;
    struct row r = store_row_begin(s, TASK);
    row_int(&r, (int64_t)job->job);
    row_text(&r, s->info.node_names[job->home]);
    row_text(&r, s->info.class_names[job->class_id]);
    row_text(&r, s->info.scheme);
    row_ns(&r, job->arrived_ns);
    row_instant(&r, job->finished_ns);
    row_instant(&r, finished ? job->finished_ns - job->arrived_ns : -1);
    row_parts(&r, job->part_ns, finished);
    row_ns(&r, job->computation_work_ns);
    row_ns(&r, job->transmission_work_ns);
    row_real(&r, job->energy_j);
    if (job->exit)
        row_int(&r, job->exit);
    else
        row_null(&r);
    row_text(&r, job_status_names[job->status]);
    row_int(&r, job->attempts);
    row_real(&r, job->cost);
    return store_row_end(s, &r, e);
}

bool store_job(struct store *s, const struct job_record *job, struct err *e)
{
    assert(s->in_run);
    if (!job->counted && job->job >= s->warmup_tasks) s->warmup_tasks = job->job + 1;
    if (s->info.record < RECORD_TASKS) return true;
    if (!add_task(s, job, e)) return false;
    for (uint32_t i = 0; s->info.record >= RECORD_LAYERS && i < job->stage_count; i++)
        if (!add_layer(s, job, i, e)) return false;
    for (uint32_t i = 0; s->info.record >= RECORD_OPS && i < job->op_count; i++)
        if (!add_op(s, job, i, e)) return false;
    return true;
}

bool store_node(struct store *s, const struct node_record *node, struct err *e)
{
    struct row r = store_row_begin(s, NODE);
    row_text(&r, s->info.node_names[node->node]);
    row_text(&r, s->info.node_kinds[node->node]);
    row_text(&r, s->info.node_devices[node->node]);
    row_int(&r, (int64_t)node->subtasks);
    row_ns(&r, node->busy_ns);
    row_real(&r, node->utilization);
    row_real(&r, node->queue_mean);
    row_int(&r, node->queue_max);
    row_real(&r, node->memory_peak_bytes);
    row_real(&r, node->energy_j);
    row_ns(&r, node->down_ns);
    row_real(&r, node->cost);
    row_real(&r, s->info.node_x_m ? s->info.node_x_m[node->node] : NAN);
    row_real(&r, s->info.node_y_m ? s->info.node_y_m[node->node] : NAN);
    return store_row_end(s, &r, e);
}

bool store_link(struct store *s, const struct link_record *link, struct err *e)
{
    struct row r = store_row_begin(s, LINK);
    row_text(&r, s->info.node_names[link->from]);
    row_text(&r, s->info.node_names[link->to]);
    row_int(&r, (int64_t)link->transfers);
    row_real(&r, link->bytes);
    row_ns(&r, link->busy_ns);
    row_real(&r, link->utilization);
    row_real(&r, link->queue_mean);
    row_int(&r, link->queue_max);
    row_real(&r, link->cost);
    row_ns(&r, link->down_ns);
    return store_row_end(s, &r, e);
}

// A link's name is made for the row, and goes with it.
static void row_place(struct row *r, const struct store *s, uint32_t from, uint32_t to)
{
    const char *name = s->info.node_names[from];
    if (from == to)
        row_text(r, name);
    else
        row_given(r, sqlite3_mprintf("%s>%s", name, s->info.node_names[to]), sqlite3_free);
}

bool store_queue(struct store *s, const struct queue_record *sample, struct err *e)
{
    struct row r = store_row_begin(s, QUEUE);
    row_place(&r, s, sample->from, sample->to);
    row_ns(&r, sample->at);
    row_int(&r, sample->length);
    return store_row_end(s, &r, e);
}

bool store_occupancy(struct store *s, uint32_t node, uint32_t length, sim_ns time_ns, struct err *e)
{
    struct row r = store_row_begin(s, OCCUPANCY);
    row_text(&r, s->info.node_names[node]);
    row_int(&r, length);
    row_ns(&r, time_ns);
    return store_row_end(s, &r, e);
}

bool store_match(struct store *s, uint32_t epoch, uint32_t user, uint32_t fog, double utility_user,
                 double utility_fog, struct err *e)
{
    struct row r = store_row_begin(s, MATCH);
    row_int(&r, epoch);
    row_text(&r, s->info.node_names[user]);
    row_text(&r, s->info.node_names[fog]);
    row_real(&r, utility_user);
    row_real(&r, utility_fog);
    return store_row_end(s, &r, e);
}

bool store_summary(struct store *s, const struct summary_row *row, struct err *e)
{
    struct row r = store_row_begin(s, SUMMARY);
    if (row->layer < 0)
        row_null(&r);
    else
        row_int(&r, row->layer);
    row_text(&r, row->metric);
    row_int(&r, (int64_t)row->n);
    const double values[] = {row->mean, row->sd,       row->p50,      row->p95,     row->p99,
                             row->ci95, row->p50_ci95, row->p95_ci95, row->p99_ci95};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) row_real(&r, values[i]);
    row_int(&r, s->info.run_id << SUMMARY_RANK_BITS | s->summary_rows++);
    return store_row_end(s, &r, e);
}

bool store_metric(struct store *s, const char *name, double value, struct err *e)
{
    struct row r = store_row_begin(s, METRIC);
    row_text(&r, name);
    row_real(&r, value);
    return store_row_end(s, &r, e);
}
