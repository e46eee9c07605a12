#include "cli/simulate.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/stat.h"
#include "cli/version.h"

const char *const metric_names[METRIC_COUNT] = {
    "computation_s",
    "transmission_s",
    "queueing_s",
    "edge_delay_s",
    "loading_s",
    "latency_s",
    "computation_and_loading_s",
    "computation_work_s",
    "transmission_work_s",
    "energy_j",
};

struct series { // values of counted tasks; grows
    double  *values;
    uint32_t capacity;
};

struct simulation {
    const struct prepared *p;
    struct view            view; // with this run's seed and queues
    struct store          *store;
    struct arena          *arena;   // of the run
    struct arena           scratch; // rewound after each plan
    struct association     association;
    struct arena           matching[2]; // association of the current epoch, and room for the next
    uint32_t               current;
    uint32_t               count; // counted tasks that finished
    struct series          task[METRIC_COUNT];
    struct series         *layer; // [step_count * LAYER_METRICS]
    uint64_t               swaps, sweeps, guard_blocked;
    uint64_t               local_plans; // tasks that never left their user
};

static double backlog_s(void *ctx, uint32_t node)
{
    return engine_backlog_s(ctx, node);
}

static bool stays_at(const struct plan *p, uint32_t node)
{
    for (uint32_t i = 0; i < p->op_count; i++)
        if (p->ops[i].to != node) return false;
    return true;
}

static enum plan_verdict plan(void *ctx, const struct engine *en, const struct job_request *request,
                              struct plan *out, struct err *e)
{
    struct simulation *sim = ctx;
    // By user and its own rank, so that schemes which change who comes when see the same draws.
    struct task       t = {(uint64_t)request->user << 40 | request->rank, request->home};
    struct arena_mark mark = arena_mark(&sim->scratch);
    sim->view.now_ctx = (void *)en;
    enum plan_verdict verdict = sim->p->scheme->scheme->plan(&sim->view, &sim->association, &t,
                                                             &sim->scratch, out, NULL, e);
    arena_rewind(&sim->scratch, mark);
    sim->local_plans += verdict == PLAN_READY && stays_at(out, request->home);
    return verdict;
}

static bool store_matches(struct simulation *sim, uint32_t epoch, struct err *e)
{
    for (uint32_t i = 0; sim->store && i < sim->association.match_count; i++) {
        const struct match *m = &sim->association.matches[i];
        if (!store_match(sim->store, epoch, m->user, m->fog, m->utility_user, m->utility_fog, e))
            return false;
    }
    return true;
}

static bool epoch(void *ctx, const struct engine *en, uint32_t number, sim_ns now, struct err *e)
{
    struct simulation *sim = ctx;
    struct arena      *room = &sim->matching[sim->current ^= 1];
    (void)now;
    arena_rewind(room, (struct arena_mark){0});
    sim->view.now_ctx = (void *)en;
    if (!sim->p->scheme->scheme->associate(&sim->view, number, room, &sim->association, e))
        return false;
    sim->swaps += sim->association.swaps;
    sim->sweeps += sim->association.sweeps;
    sim->guard_blocked += sim->association.guard_blocked;
    return store_matches(sim, number, e);
}

static void append(struct series *s, struct arena *a, uint32_t index, double value)
{
    s->values = arena_grow(a, s->values, &s->capacity, index + 1, sizeof *s->values);
    s->values[index] = value;
}

static void count_task(struct simulation *sim, const struct job_record *job)
{
    static const enum part part_of[LAYER_METRICS] = {PART_COMPUTATION, PART_TRANSMISSION,
                                                     PART_QUEUEING, PART_EDGE_DELAY, PART_LOADING};
    uint32_t               i = sim->count++;
    for (int m = 0; m < LAYER_METRICS; m++)
        append(&sim->task[m], sim->arena, i, s_from_ns(job->part_ns[part_of[m]]));
    append(&sim->task[METRIC_LATENCY], sim->arena, i,
           s_from_ns(job->finished_ns - job->arrived_ns));
    append(&sim->task[METRIC_COMPUTATION_AND_LOADING], sim->arena, i,
           s_from_ns(job->part_ns[PART_COMPUTATION] + job->part_ns[PART_LOADING]));
    append(&sim->task[METRIC_COMPUTATION_WORK], sim->arena, i, s_from_ns(job->computation_work_ns));
    append(&sim->task[METRIC_TRANSMISSION_WORK], sim->arena, i,
           s_from_ns(job->transmission_work_ns));
    append(&sim->task[METRIC_ENERGY], sim->arena, i, job->energy_j);
    for (uint32_t s = 0; s < sim->view.graph->step_count; s++)
        for (int m = 0; m < LAYER_METRICS; m++) {
            double value = s < job->stage_count ? s_from_ns(job->stages[s].part_ns[part_of[m]]) : 0;
            append(&sim->layer[s * LAYER_METRICS + (uint32_t)m], sim->arena, i, value);
        }
}

static bool on_job(void *ctx, const struct job_record *job, struct err *e)
{
    struct simulation *sim = ctx;
    if (job->counted && job->finished_ns >= 0) count_task(sim, job);
    return !sim->store || store_job(sim->store, job, e);
}

void simulate_prepare(struct prepared *out, struct arena *a, const struct scenario *s,
                      const struct scenario_model *model, const struct scenario_scheme *scheme,
                      const struct profile *profile)
{
    *out = (struct prepared){.scenario = s, .model = model, .scheme = scheme, .profile = profile};
    struct cost_table *costs = ARENA_ARRAY(a, struct cost_table, s->net.group_count);
    for (uint32_t g = 0; g < s->net.group_count; g++)
        if (s->net.groups[g].role != ROLE_BROKER)
            cost_init(&costs[g], a, &model->graph, &s->devices[g], profile);
    out->view = (struct view){
        .graph = &model->graph,
        .net = &s->net,
        .costs = costs,
        .options = &scheme->options,
        .limits = &s->limits,
        .users = s->users,
        .fogs = s->fogs,
        .user_count = s->user_count,
        .fog_count = s->fog_count,
        .seed = s->seed,
    };
    view_prepare(&out->view, a);
}

uint32_t simulate_fitted(const struct prepared *p)
{
    uint32_t most = 0;
    for (uint32_t g = 0; g < p->scenario->net.group_count; g++)
        if (p->scenario->net.groups[g].role != ROLE_BROKER && p->view.costs[g].fitted_count > most)
            most = p->view.costs[g].fitted_count;
    return most;
}

static const char *source_of(const struct prepared *p, struct arena *a)
{
    bool     any_measured = false, any_scaled = false;
    uint32_t fitted = simulate_fitted(p);
    for (uint32_t g = 0; g < p->scenario->net.group_count; g++) {
        if (p->scenario->net.groups[g].role == ROLE_BROKER) continue;
        any_measured |= p->view.costs[g].is_measured;
        any_scaled |= !p->view.costs[g].is_measured;
    }
    const char *how = any_measured && any_scaled ? "mixed" : any_scaled ? "scaled" : "measured";
    return fitted ? arena_format(a, "%s, %u layers fitted", how, fitted) : how;
}

static void describe(const struct prepared *p, const struct run_identity *id, struct arena *a,
                     struct run_info *info)
{
    static const char *const kinds[] = {"user", "fog", "cloud", "broker", "gateway"};
    const struct scenario   *s = p->scenario;
    const char             **names = ARENA_ARRAY(a, const char *, s->net.node_count),
               **node_kinds = ARENA_ARRAY(a, const char *, s->net.node_count);
    const char **devices = ARENA_ARRAY(a, const char *, s->net.node_count),
               **classes = ARENA_ARRAY(a, const char *, 1);
    const char **stages = ARENA_ARRAY(a, const char *, p->view.graph->step_count);
    const char **stage_kinds = ARENA_ARRAY(a, const char *, p->view.graph->step_count);
    for (uint32_t n = 0; n < s->net.node_count; n++) {
        names[n] = scenario_node_name(s, n, a);
        node_kinds[n] = kinds[net_group(&s->net, n)->role];
        devices[n] = s->devices[s->net.group_of[n]].name;
    }
    for (uint32_t i = 0; i < p->view.graph->step_count; i++) {
        const struct layer *head = &p->view.graph->layers[p->view.graph->steps[i].chain[0]];
        stages[i] = head->name;
        stage_kinds[i] = head->kernel->type;
    }
    classes[0] = p->model->label;
    time_t    now = time(NULL);
    struct tm utc;
    char      started[32];
    gmtime_r(&now, &utc);
    strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", &utc);
    *info = (struct run_info){
        .run_id = id->run_id,
        .scenario = s->name,
        .scenario_sha256 = s->sha256,
        .point = id->point,
        .scheme = p->scheme->label,
        .model = p->model->label,
        .seed = s->seed,
        .replication = id->replication,
        .profile = p->profile->name,
        .profile_sha256 = p->profile->sha256,
        .cost_source = source_of(p, a),
        .fogsim_version = FOGSIM_VERSION,
        .started_utc = arena_string(a, started),
        .record = (enum record_level)s->record,
        .node_names = names,
        .node_kinds = node_kinds,
        .node_devices = devices,
        .class_names = classes,
        .stage_names = stages,
        .stage_kinds = stage_kinds,
        .tag_names = slice_axis_names,
    };
}

static bool store_series(struct simulation *sim, int64_t layer, const char *metric,
                         const double *values, struct err *e)
{
    uint32_t          n = sim->count;
    struct arena_mark mark = arena_mark(&sim->scratch);
    double           *sorted = ARENA_ARRAY(&sim->scratch, double, n);
    if (n) memcpy(sorted, values, n * sizeof *sorted);
    stat_sort(sorted, n);
    struct summary_row row = {layer,
                              metric,
                              n,
                              stat_mean(values, n),
                              stat_sd(values, n),
                              stat_quantile(sorted, n, 0.5),
                              stat_quantile(sorted, n, 0.95),
                              stat_quantile(sorted, n, 0.99)};
    arena_rewind(&sim->scratch, mark);
    return n == 0 || store_summary(sim->store, &row, e);
}

static bool store_statistics(struct simulation *sim, const struct engine *en,
                             const struct engine_result *r, struct err *e)
{
    const struct net *net = sim->view.net;
    double            span_s = s_from_ns(r->end_ns);
    bool              ok = true;
    for (uint32_t n = 0; ok && n < net->node_count; n++) {
        struct node_record record;
        engine_node(en, n, &record);
        ok = store_node(sim->store, &record, e);
    }
    for (uint32_t i = 0; ok && i < engine_link_count(en); i++) {
        struct link_record record;
        engine_link(en, i, &record);
        ok = store_link(sim->store, &record, e);
    }
    for (int m = 0; ok && m < METRIC_COUNT; m++)
        ok = store_series(sim, -1, metric_names[m], sim->task[m].values, e);
    for (uint32_t i = 0; ok && i < sim->view.graph->step_count * LAYER_METRICS; i++)
        ok = store_series(sim, i / LAYER_METRICS, metric_names[i % LAYER_METRICS],
                          sim->layer[i].values, e);
    static const char *const statuses[JOB_STATUS_COUNT] = {"tasks_done",       "tasks_late",
                                                           "tasks_dropped",    "tasks_lost",
                                                           "tasks_infeasible", "tasks_unfinished"};
    for (int s = 0; ok && s < JOB_STATUS_COUNT; s++)
        ok = store_metric(sim->store, statuses[s], (double)r->by_status[s], e);
    double counted_s = span_s - sim->p->scenario->warm_up_s; // as the other means, without warm-up
    return ok &&
           store_metric(sim->store, "throughput_per_s", counted_s > 0 ? sim->count / counted_s : 0,
                        e) &&
           store_metric(sim->store, "matching_swaps", (double)sim->swaps, e) &&
           store_metric(sim->store, "matching_sweeps", (double)sim->sweeps, e) &&
           store_metric(sim->store, "matching_guard_blocked", (double)sim->guard_blocked, e);
}

static void summarise(const struct simulation *sim, const struct engine *en, struct outcome *out)
{
    out->task_count = sim->count;
    out->local_plans = sim->local_plans;
    for (int m = 0; m < METRIC_COUNT; m++) {
        out->values[m] = sim->task[m].values;
        out->mean[m] = stat_mean(sim->task[m].values, sim->count);
    }
    out->node_subtasks_min = UINT64_MAX;
    for (uint32_t i = 0; i < sim->view.fog_count; i++) {
        struct node_record record;
        engine_node(en, sim->view.fogs[i], &record);
        if (record.subtasks < out->node_subtasks_min) out->node_subtasks_min = record.subtasks;
    }
}

static bool run(struct simulation *sim, const struct run_identity *id,
                const volatile int *interrupted, struct outcome *out, struct err *e)
{
    const struct scenario *s = sim->p->scenario;
    struct engine_config   config = {
          .net = &s->net,
          .arrivals = s->arrivals,
          .warm_up_s = s->warm_up_s,
          .deadline_s = s->deadline_s,
          .sample_s = s->sample_s,
          .seed = s->seed,
          .replication = id->replication,
          .interrupted = interrupted,
    };
    struct planner    planner = {sim, plan, sim->p->scheme->scheme->associate ? epoch : NULL,
                                 s->epoch_s};
    struct trace_sink sink = {sim, on_job, NULL};
    struct engine    *en;
    double            start_s = clock_wall_s();
    if (!engine_run(&config, &planner, &sink, sim->arena, &en, &out->result, e)) return false;
    if (out->result.interrupted) return false;
    summarise(sim, en, out);
    if (!sim->store) return true;
    struct run_end end = {
        clock_wall_s() - start_s, out->result.planning_s, s_from_ns(out->result.end_ns),
        out->result.events,       out->result.jobs,       "done"};
    return store_statistics(sim, en, &out->result, e) && store_commit(sim->store, &end, e);
}

bool simulate(const struct prepared *p, const struct run_identity *id, struct store *store,
              const volatile int *interrupted, struct arena *a, struct outcome *out, struct err *e)
{
    struct simulation sim = {.p = p, .view = p->view, .store = store, .arena = a};
    struct run_info   info;
    *out = (struct outcome){0};
    sim.view.replication = id->replication;
    sim.view.backlog_s = backlog_s;
    sim.layer = ARENA_ARRAY(a, struct series, (size_t)p->view.graph->step_count * LAYER_METRICS);
    describe(p, id, a, &info);
    bool ok = !store || store_begin(store, &info, e);
    ok = ok && run(&sim, id, interrupted, out, e);
    if (!ok && store) store_rollback(store);
    arena_free(&sim.scratch);
    arena_free(&sim.matching[0]);
    arena_free(&sim.matching[1]);
    return ok || out->result.interrupted;
}
