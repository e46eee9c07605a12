#include "cli/simulate.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "cli/classes.h"
#include "cli/describe.h"
#include "cli/measure.h"
#include "cli/plugin/plugin.h"
#include "cli/record.h"
#include "cli/transient.h"

struct simulation {
    struct prepared    p; // with this run's views
    struct store      *store;
    struct arena       scratch; // rewound after each plan
    struct association association;
    struct arena       matching[2]; // association of the current epoch, and room for the next
    uint32_t           current;
    struct measure     measure; // where the scheme observes
    struct statistics  statistics;
    uint64_t           swaps, sweeps, guard_blocked;
    uint64_t           local_plans; // tasks that never left their user
    struct transient  *transient;   // NULL: not sought
    double             warm_up_s;
    bool               warm_up_is_short, is_past_warm_up, scheme_failed;
};

static double backlog_s(void *ctx, uint32_t node)
{
    return engine_backlog_s(ctx, node);
}

static bool is_up(void *ctx, uint32_t node)
{
    return engine_node_is_up(ctx, node);
}

static bool is_reachable(void *ctx, uint32_t from, uint32_t to)
{
    return engine_is_reachable(ctx, from, to);
}

static uint64_t number_of(const struct job_request *request)
{
    return (uint64_t)request->user << TASK_RANK_BITS | request->rank;
}

static const struct due *due(void *ctx, struct arena *scratch, uint32_t *count)
{
    *count = engine_due(ctx, NULL);
    struct job_request *requests = ARENA_ARRAY(scratch, struct job_request, *count);
    struct due         *out = ARENA_ARRAY(scratch, struct due, *count);
    if (*count) *count = engine_due(ctx, requests);
    for (uint32_t i = 0; i < *count; i++)
        out[i] = (struct due){number_of(&requests[i]), requests[i].home, requests[i].class_id};
    return out;
}

static void look_now(struct view *v, const struct engine *en, sim_ns now)
{
    v->now_ctx = (void *)en;
    v->now = now;
}

// In a run of one model a recorded stream may still name others.
static uint32_t class_of(const struct prepared *p, uint32_t class_id)
{
    return p->class_count > 1 ? class_id : 0;
}

static bool stays_at(const struct plan *p, uint32_t node)
{
    for (uint32_t i = 0; i < p->op_count; i++)
        if (p->ops[i].to != node) return false;
    return true;
}

static void see_arrival(struct simulation *sim, const struct job_request *request)
{
    measure_arrival(&sim->measure);
    if (sim->is_past_warm_up || request->now < ns_from_s(sim->warm_up_s)) return;
    statistics_begin(&sim->statistics, request->job);
    sim->is_past_warm_up = true;
}

// A task that is planned again keeps its number: it draws as before, and sees the network of now.
static enum plan_verdict plan(void *ctx, const struct engine *en, const struct job_request *request,
                              struct plan *out, struct err *e)
{
    struct simulation *sim = ctx;
    struct view       *view = &sim->p.views[class_of(&sim->p, request->class_id)];
    // By user and its own rank, so that schemes which change who comes when see the same draws.
    struct task          t = {number_of(request), request->home};
    const struct scheme *scheme = sim->p.scheme->scheme;
    struct arena_mark    mark = arena_mark(&sim->scratch);
    enum plan_verdict    verdict;
    look_now(view, en, request->now);
    if (request->last && scheme->replan) {
        struct progress done = {request->attempt, request->last, request->last_times};
        verdict = scheme->replan(view, &sim->association, &t, &done, &sim->scratch, out, e);
    } else {
        verdict = scheme->plan(view, &sim->association, &t, &sim->scratch, out, NULL, e);
    }
    arena_rewind(&sim->scratch, mark);
    if (scheme->is_foreign) verdict = plugin_verdict(scheme, view, out, verdict, e);
    sim->scheme_failed |= verdict == PLAN_FAILED;
    if (request->attempt == 0) see_arrival(sim, request);
    sim->local_plans +=
        request->attempt == 0 && verdict == PLAN_READY && stays_at(out, request->home);
    return verdict;
}

static bool store_matches(struct simulation *sim, uint32_t epoch, struct err *e)
{
    for (uint32_t i = 0; sim->store && i < sim->association.match_count; i++) {
        const struct match *m = &sim->association.matches[i];
        if (record_keeps(sim->p.scenario, m->user) &&
            !store_match(sim->store, epoch, m->user, m->fog, m->utility_user, m->utility_fog, e))
            return false;
    }
    return true;
}

static bool epoch(void *ctx, const struct engine *en, uint32_t number, sim_ns now, struct err *e)
{
    struct simulation *sim = ctx;
    struct arena      *room = &sim->matching[sim->current ^= 1];
    arena_rewind(room, (struct arena_mark){0});
    look_now(&sim->p.valued, en, now);
    if (!sim->p.scheme->scheme->associate(&sim->p.valued, number, room, &sim->association, e)) {
        sim->scheme_failed = true;
        return false;
    }
    sim->swaps += sim->association.swaps;
    sim->sweeps += sim->association.sweeps;
    sim->guard_blocked += sim->association.guard_blocked;
    return store_matches(sim, number, e);
}

static void look_all(struct simulation *sim, const struct engine *en, sim_ns now)
{
    for (uint32_t c = 0; c < sim->p.class_count; c++) look_now(&sim->p.views[c], en, now);
}

static bool observe(void *ctx, const struct engine *en, sim_ns now, struct err *e)
{
    struct simulation *sim = ctx;
    look_all(sim, en, now);
    bool ok = sim->p.scheme->scheme->observe(sim->p.views, sim->p.class_count,
                                             measure_take(&sim->measure, en, now), e);
    measure_begin(&sim->measure);
    return ok;
}

static bool on_job(void *ctx, const struct job_record *job, struct err *e)
{
    struct simulation     *sim = ctx;
    const struct scenario *s = sim->p.scenario;
    struct job_record      known = *job;
    known.class_id = class_of(&sim->p, job->class_id);
    bool has_deadline = s->deadline_s && isfinite(s->deadline_s[s->net.group_of[job->home]]);
    statistics_add(&sim->statistics, &known, has_deadline);
    measure_job(&sim->measure, &known);
    if (sim->transient) transient_add(sim->transient, &known);
    return !sim->store || store_job(sim->store, &known, e);
}

static bool on_queue(void *ctx, const struct queue_record *sample, struct err *e)
{
    struct simulation     *sim = ctx;
    const struct scenario *s = sim->p.scenario;
    return !record_keeps(s, sample->from) || !record_keeps(s, sample->to) ||
           store_queue(sim->store, sample, e);
}

uint32_t simulate_model_runs(const struct scenario *s)
{
    return s->mix.class_count ? 1 : s->model_count;
}

static struct view make_view(const struct prepared *p, const struct scenario_model *model,
                             struct arena *a)
{
    const struct scenario *s = p->scenario;
    struct cost_table     *costs = ARENA_ARRAY(a, struct cost_table, s->net.group_count);
    for (uint32_t g = 0; g < s->net.group_count; g++)
        if (s->net.groups[g].role != ROLE_BROKER)
            cost_init(&costs[g], a, &model->graph, &s->devices[g], p->profile);
    return (struct view){
        .graph = &model->graph,
        .class_id = (uint32_t)(model - p->models),
        .costs = costs,
        .options = &p->scheme->options,
        .limits = &s->limits,
        .users = s->users,
        .fogs = s->fogs,
        .clouds = s->clouds,
        .gateways = s->gateways,
        .user_count = s->user_count,
        .fog_count = s->fog_count,
        .cloud_count = s->cloud_count,
        .gateway_count = s->gateway_count,
        .seed = s->seed,
    };
}

void simulate_prepare(struct prepared *out, struct arena *a, const struct scenario *s,
                      uint32_t model, const struct scenario_scheme *scheme,
                      const struct profile *profile)
{
    bool is_mix = s->mix.class_count > 0;
    *out = (struct prepared){
        .scenario = s,
        .scheme = scheme,
        .profile = profile,
        .label = is_mix ? "mix" : s->models[model].label,
        .models = is_mix ? s->models : &s->models[model],
        .class_count = is_mix ? s->model_count : 1,
    };
    out->first_stage = ARENA_ARRAY(a, uint32_t, out->class_count + 1);
    out->views = ARENA_ARRAY(a, struct view, out->class_count);
    for (uint32_t c = 0; c < out->class_count; c++) {
        out->first_stage[c + 1] = out->first_stage[c] + out->models[c].graph.step_count;
        out->views[c] = make_view(out, &out->models[c], a);
    }
    out->shares = classes_shares(s, out->class_count, a);
    classes_place(out, classes_net(s, 0, a), a);
    describe_names(out, a);
}

// What a scheme says against a model, each fault with its place.
static void add_claims(const struct scenario *s, const char *scheme, const char *model,
                       struct err *said, struct err *e)
{
    err_wrap(said, "%s: schemes.%s: model %s", s->path, scheme, model);
    for (char *line = strtok(said->text, "\n"); line; line = strtok(NULL, "\n"))
        err_add(e, "%s", line);
}

bool simulate_claims(const struct prepared *p, struct err *e)
{
    const struct scheme *scheme = p->scheme->scheme;
    bool                 ok = true;
    for (uint32_t c = 0; scheme->claims && c < p->class_count; c++) {
        struct err inner = {0};
        if (scheme->claims(&p->views[c], &inner)) continue;
        add_claims(p->scenario, p->scheme->label, p->models[c].label, &inner, e);
        ok = false;
    }
    return ok;
}

bool simulate_check(const struct scenario *s, const struct profile *profile, struct err *e)
{
    struct arena a = {0};
    bool         ok = true;
    for (uint32_t i = 0; i < s->scheme_count; i++) {
        const struct scheme *scheme = s->schemes[i].scheme;
        for (uint32_t m = 0; scheme->claims && m < simulate_model_runs(s); m++) {
            struct prepared p;
            simulate_prepare(&p, &a, s, m, &s->schemes[i], profile);
            ok &= simulate_claims(&p, e);
            arena_rewind(&a, (struct arena_mark){0});
        }
    }
    arena_free(&a);
    return ok;
}

bool simulate_begin(struct prepared *p, struct arena *a, struct err *e)
{
    void *state = NULL;
    if (p->scheme->scheme->begin &&
        !p->scheme->scheme->begin(p->views, p->class_count, a, &state, e))
        return false;
    for (uint32_t c = 0; c < p->class_count; c++) p->views[c].state = state;
    p->valued.state = state;
    return true;
}

void simulate_end(struct prepared *p)
{
    if (p->scheme->scheme->end) p->scheme->scheme->end(p->valued.state);
}

uint32_t simulate_fitted(const struct prepared *p)
{
    uint32_t sum = 0;
    for (uint32_t c = 0; c < p->class_count; c++) {
        uint32_t most = 0;
        for (uint32_t g = 0; g < p->scenario->net.group_count; g++)
            if (p->scenario->net.groups[g].role != ROLE_BROKER &&
                p->views[c].costs[g].fitted_count > most)
                most = p->views[c].costs[g].fitted_count;
        sum += most;
    }
    return sum;
}

static bool add_metric(void *ctx, const char *name, double value, struct err *e)
{
    return store_metric(ctx, name, value, e);
}

// What the scheme tells of itself.
static bool store_report(struct simulation *sim, const struct engine *en, sim_ns end_ns,
                         struct err *e)
{
    const struct metric_sink sink = {sim->store, add_metric};
    if (!sim->p.scheme->scheme->report) return true;
    look_all(sim, en, end_ns);
    sim->scheme_failed = !sim->p.scheme->scheme->report(sim->p.views, sim->p.class_count, &sink, e);
    return !sim->scheme_failed;
}

static bool store_results(struct simulation *sim, const struct engine *en,
                          const struct outcome *out, const struct world_totals *totals,
                          struct err *e)
{
    const struct scenario *s = sim->p.scenario;
    // Per second after the warm-up, as the other means.
    double counted_s = s_from_ns(out->result.end_ns) - sim->warm_up_s;
    double finished = (double)statistics_finished(&sim->statistics.all);
    bool   ok =
        record_world(s, en, totals, sim->store, e) &&
        statistics_store(&sim->statistics, sim->p.names.class_names, &sim->scratch, sim->store, e);
    for (int i = 0; ok && i < JOB_STATUS_COUNT; i++)
        ok = store_metric(sim->store, arena_format(&sim->scratch, "tasks_%s", job_status_names[i]),
                          (double)out->result.by_status[i], e);
    if (s->finds_warm_up)
        ok = ok && store_metric(sim->store, "warm_up_s", sim->warm_up_s, e) &&
             store_metric(sim->store, "warm_up_short", sim->warm_up_is_short, e);
    return ok && store_report(sim, en, out->result.end_ns, e) &&
           store_metric(sim->store, "throughput_per_s", counted_s > 0 ? finished / counted_s : 0,
                        e) &&
           store_metric(sim->store, "matching_swaps", (double)sim->swaps, e) &&
           store_metric(sim->store, "matching_sweeps", (double)sim->sweeps, e) &&
           store_metric(sim->store, "matching_guard_blocked", (double)sim->guard_blocked, e);
}

static bool finish(struct simulation *sim, const struct engine *en, double wall_s,
                   struct outcome *out, struct err *e)
{
    struct world_totals totals;
    record_totals(sim->p.scenario, en, &totals);
    out->statistics = sim->statistics;
    out->local_plans = sim->local_plans;
    out->availability = totals.availability;
    out->link_availability = totals.link_availability;
    out->warm_up_s = sim->warm_up_s;
    out->warm_up_is_short = sim->warm_up_is_short;
    if (!sim->store) return true;
    const struct engine_result *r = &out->result;
    struct run_end end = {wall_s, r->planning_s, s_from_ns(r->end_ns), r->events, r->jobs, "done"};
    return store_results(sim, en, out, &totals, e) && store_commit(sim->store, &end, e);
}

static bool run(struct simulation *sim, const struct run_identity *id,
                const volatile int *interrupted, struct arena *a, struct outcome *out,
                struct err *e)
{
    const struct scenario *s = sim->p.scenario;
    struct engine_config   config = {
          .net = sim->p.valued.net,
          .arrivals = s->arrivals,
          .mix = s->mix,
          .faults = s->faults,
          .recovery = s->recovery,
          .warm_up_s = sim->warm_up_s,
          .deadline_s = s->deadline_s,
          .sample_s = s->sample_s,
          .length_limit = s->length_limit,
          .path = PATH_AUTO,
          .seed = s->seed,
          .replication = id->replication,
          .interrupted = interrupted,
    };
    bool                 samples = sim->store && s->sample_s > 0 && isfinite(s->sample_s);
    const struct scheme *scheme = sim->p.scheme->scheme;
    struct planner       planner = {.ctx = sim, .plan = plan, .epoch_s = s->epoch_s};
    if (scheme->associate && (!scheme->associates || scheme->associates(sim->p.valued.state)))
        planner.epoch = epoch;
    if (scheme->observe) {
        planner.observe = observe;
        planner.observe_s = scheme->observe_s(&sim->p.scheme->options);
    }
    struct trace_sink sink = {sim, on_job, samples ? on_queue : NULL};
    struct engine    *en;
    double            start_s = clock_wall_s();
    if (!engine_run(&config, &planner, &sink, a, &en, &out->result, e)) return false;
    return !out->result.interrupted && finish(sim, en, clock_wall_s() - start_s, out, e);
}

// What a run had when a scheme of the user's own failed: its tasks that ended, without means over
// them. One in which none had is not kept, nor one that was interrupted.
static bool keep_failed(struct simulation *sim, const struct outcome *out, struct err *e)
{
    const struct engine_result *r = &out->result;
    uint64_t                    ended = 0;
    for (int i = 0; i < JOB_STATUS_COUNT; i++) ended += r->by_status[i];
    struct run_end end = {.wall_s = NAN, // not known
                          .planning_s = r->planning_s,
                          .simulated_s = s_from_ns(r->end_ns),
                          .events = r->events,
                          .tasks = r->jobs,
                          .status = "failed",
                          .error = e->text};
    return sim->store && ended && sim->scheme_failed && sim->p.scheme->scheme->is_foreign &&
           store_commit(sim->store, &end, e);
}

// Otherwise everything is up for ever, and nobody need ask.
static bool can_fail(const struct scenario *s)
{
    bool can = s->faults.count > 0;
    for (uint32_t g = 0; g < s->net.group_count; g++)
        can |= s->net.groups[g].join_s > 0 || s->net.groups[g].leave_s > s->net.groups[g].join_s;
    return can;
}

// The views of this run: its own copies, for what is so now is written into them.
static void place(struct prepared *p, uint32_t replication, struct arena *a)
{
    struct view      *views = ARENA_ARRAY(a, struct view, p->class_count);
    const struct net *net = classes_net(p->scenario, replication, a);
    bool              fails = can_fail(p->scenario);
    memcpy(views, p->views, p->class_count * sizeof *views);
    p->views = views;
    if (net != &p->scenario->net) classes_place(p, net, a);
    for (uint32_t c = 0; c <= p->class_count; c++) {
        struct view *v = c < p->class_count ? &views[c] : &p->valued;
        v->replication = replication;
        v->backlog_s = backlog_s;
        v->due = due;
        v->is_up = fails ? is_up : NULL;
        v->is_reachable = fails ? is_reachable : NULL;
    }
}

static void init(struct simulation *sim, const struct prepared *p, const struct run_identity *id,
                 struct arena *a)
{
    *sim = (struct simulation){.p = *p, .warm_up_s = p->scenario->warm_up_s};
    place(&sim->p, id->replication, a);
    statistics_init(&sim->statistics, a, p->class_count, p->first_stage);
    measure_init(&sim->measure, a, sim->p.valued.net->node_count);
}

static void free_rooms(struct simulation *sim)
{
    arena_free(&sim->scratch);
    arena_free(&sim->matching[0]);
    arena_free(&sim->matching[1]);
}

// The run that is stored nowhere: the same events, after which the warm-up is known.
static bool find_warm_up(const struct prepared *p, const struct run_identity *id,
                         const volatile int *interrupted, struct arena *a, double *warm_up_s,
                         bool *is_short, struct err *e)
{
    struct arena_mark mark = arena_mark(a);
    struct outcome    out = {0};
    struct transient  transient = {0};
    struct simulation sim;
    init(&sim, p, id, a);
    sim.transient = &transient;
    bool begun = simulate_begin(&sim.p, a, e);
    bool ok = begun && run(&sim, id, interrupted, a, &out, e);
    if (begun) simulate_end(&sim.p);
    free_rooms(&sim);
    *warm_up_s = transient_end(&transient, is_short);
    arena_rewind(a, mark);
    return ok;
}

bool simulate(const struct prepared *p, const struct run_identity *id, struct store *store,
              const volatile int *interrupted, struct arena *a, struct outcome *out, struct err *e)
{
    struct simulation sim;
    struct run_info   info;
    double            warm_up_s = p->scenario->warm_up_s;
    bool              is_short = false;
    *out = (struct outcome){0};
    if (p->scenario->finds_warm_up &&
        !find_warm_up(p, id, interrupted, a, &warm_up_s, &is_short, e)) {
        out->result.interrupted = interrupted && *interrupted;
        return out->result.interrupted;
    }
    init(&sim, p, id, a);
    sim.store = store;
    sim.warm_up_s = warm_up_s;
    sim.warm_up_is_short = is_short;
    describe_run(&sim.p, id, a, &info);
    bool begun = simulate_begin(&sim.p, a, e);
    bool ok = begun && (!store || store_begin(store, &info, e));
    ok = ok && run(&sim, id, interrupted, a, out, e);
    if (begun) simulate_end(&sim.p);
    if (!ok && interrupted && *interrupted) out->result.interrupted = true;
    if (!ok && !out->result.interrupted) out->is_kept = keep_failed(&sim, out, e);
    if (!ok && !out->is_kept && store) store_rollback(store);
    free_rooms(&sim);
    return ok || out->result.interrupted;
}
