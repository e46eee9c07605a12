// Events, arrivals, epochs: when things happen.
#include "sim/engine.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "sim/core.h"

uint64_t event_key(enum phase phase, uint64_t job, uint64_t op, uint64_t leg)
{
    assert(job < (1ull << JOB_BITS) && op < (1u << OP_BITS) && leg < (1u << LEG_BITS));
    return (uint64_t)phase << (JOB_BITS + OP_BITS + LEG_BITS) | job << (OP_BITS + LEG_BITS) |
           op << LEG_BITS | leg;
}

void schedule(struct engine *en, sim_ns at, uint64_t key, enum event_kind kind, uint32_t arg0,
              uint32_t arg1)
{
    if (at >= NS_END) {
        if (!en->failed)
            err_add(en->e,
                    "the simulated time passes %.0f s: want faster links or devices, or fewer jobs",
                    NS_MAX_S);
        en->failed = true;
        return;
    }
    if (at < en->next_ns) en->next_ns = at;
    evq_push(&en->events, (struct event){at, key, kind, {arg0, arg1}});
}

// ---- arrivals -----------------------------------------------------------------------------------

void next_arrival(struct engine *en, uint32_t user, sim_ns least_gap)
{
    struct user           *u = &en->users[user];
    const struct arrivals *a = &en->config->arrivals;
    struct rng             rng;
    if (!u->remaining) return;
    rng_resume(&rng, u->stream);
    sim_ns gap = arrivals_gap(a, &u->arrivals, &rng, user, u->started == 0, en->now, &u->class_id);
    rng_keep(&rng, u->stream);
    if (gap >= NS_END) return;
    sim_ns at = en->now + (gap > least_gap ? gap : least_gap);
    if (isfinite(a->duration_s) && at >= ns_from_s(a->duration_s)) return;
    if (u->remaining != UINT32_MAX) u->remaining--;
    u->started++;
    schedule(en, at, event_key(PHASE_ARRIVAL, user, 0, 0), EV_ARRIVAL, user, u->class_id);
    en->active_jobs++;
}

// Whose node is down asks nothing: a stream passes it by, a closed loop waits for the node.
static void stay_away(struct engine *en, uint32_t user)
{
    struct user *u = &en->users[user];
    bool         is_closed = en->config->arrivals.kind == ARRIVAL_CLOSED;
    u->is_away = is_closed && !is_gone_for_good(en, u->node);
    if (u->is_away) return;
    en->active_jobs--;
    if (!is_closed) next_arrival(en, user, 0);
}

static void on_arrival(struct engine *en, uint32_t user, uint32_t class_id)
{
    if (!is_up(en, en->users[user].node)) {
        stay_away(en, user);
        return;
    }
    if (en->config->arrivals.kind != ARRIVAL_CLOSED) next_arrival(en, user, 0);
    life_arrive(en, user, class_id);
}

static void add_users(struct engine *en)
{
    const struct net *net = en->net;
    for (uint32_t g = 0; g < net->group_count; g++)
        if (net->groups[g].role == ROLE_USER) en->user_count += net->groups[g].count;
    en->users = ARENA_ARRAY(en->arena, struct user, en->user_count);
    uint32_t user = 0;
    for (uint32_t node = 0; node < net->node_count; node++) {
        if (net_group(net, node)->role != ROLE_USER) continue;
        struct rng rng;
        rng_init(&rng, en->config->seed, en->config->replication, "arrivals", user);
        en->users[user].node = node;
        en->users[user].remaining = en->config->arrivals.jobs_per_user;
        rng_keep(&rng, en->users[user].stream);
        user++;
    }
}

// ---- epochs -------------------------------------------------------------------------------------

static void on_epoch(struct engine *en, bool is_extra)
{
    double before = clock_wall_s();
    en->is_epoch_due &= !is_extra;
    if (!en->planner->epoch(en->planner->ctx, en, en->epochs++, en->now, en->e)) en->failed = true;
    en->result->planning_s += clock_wall_s() - before;
    if (!is_extra && isfinite(en->planner->epoch_s) && en->active_jobs)
        schedule(en, en->now + ns_from_s(en->planner->epoch_s), event_key(PHASE_EPOCH, 0, 0, 0),
                 EV_EPOCH, 0, 0);
}

// ---- observation --------------------------------------------------------------------------------

// An endless period, or the end of time: never.
static void await_observation(struct engine *en)
{
    double period_s = en->planner->observe ? en->planner->observe_s : 0;
    if (!(period_s > 0)) return;
    sim_ns period = ns_or_end(period_s), at = en->now + (period > 0 ? period : 1);
    if (at < NS_END)
        schedule(en, at, event_key(PHASE_SAMPLE, 0, 1, 0), EV_OBSERVE, 0, 0); // behind the sample
}

static void on_observe(struct engine *en)
{
    double before = clock_wall_s();
    if (!en->planner->observe(en->planner->ctx, en, en->now, en->e)) en->failed = true;
    en->result->planning_s += clock_wall_s() - before;
    await_observation(en);
}

// ---- the run ------------------------------------------------------------------------------------

static void handle(struct engine *en, const struct event *ev)
{
    switch ((enum event_kind)ev->kind) {
    case EV_SAMPLE: on_sample(en); break;
    case EV_OBSERVE: on_observe(en); break;
    case EV_FLOW: on_flow(en); break;
    case EV_END: on_end(en, ev->arg[0], ev->arg[1]); break;
    case EV_DONE: on_done(en, ev->arg[0], ev->arg[1]); break;
    case EV_RATE: on_rate(en, ev->arg[0]); break;
    case EV_FAULT: on_fault(en, ev->arg[0]); break;
    case EV_EPOCH: on_epoch(en, ev->arg[0]); break;
    case EV_ARRIVAL: on_arrival(en, ev->arg[0], ev->arg[1]); break;
    case EV_RETRY: on_retry(en, ev->arg[0]); break;
    case EV_BEGIN:
        on_begin(en, ev->arg[0], ev->arg[1], (uint32_t)(ev->key & ((1u << LEG_BITS) - 1)));
        break;
    case EVENT_KINDS: assert(false);
    }
}

// The last job has ended; what is still served for one that was given up goes on. The run ends with
// that: an event that has nothing to do with it is passed over, and the clock does not reach it.
static bool is_past(const struct engine *en, const struct event *ev)
{
    switch ((enum event_kind)ev->kind) {
    case EV_FLOW: return ev->at != en->flow_event_ns;
    case EV_RATE: return !flows_present(&en->flows, ev->arg[0]);
    case EV_END: {
        const struct use *u = &en->jobs[ev->arg[0]]->uses[ev->arg[1]];
        return u->state != USE_RUNNING || u->finish_ns != ev->at;
    }
    default: return true;
    }
}

static void pass_over(struct engine *en, const struct event *ev)
{
    if (ev->kind != EV_END && ev->kind != EV_DONE && ev->kind != EV_BEGIN) return;
    en->jobs[ev->arg[0]]->pending--;
    give_slot_if_idle(en, ev->arg[0]);
}

// Things that make the flows run and the observer look are no events of the model.
static bool is_logical(const struct event *ev)
{
    return ev->kind != EV_FLOW && ev->kind != EV_RATE && ev->kind != EV_SAMPLE &&
           ev->kind != EV_OBSERVE;
}

// Users, jobs and resources of a large run do not fit into the cache: what the events ahead will
// touch is fetched while this one is handled, a pointer further each time.
static void fetch_ahead(const struct engine *en)
{
    const struct event *far = evq_ahead(&en->events, 3), *mid = evq_ahead(&en->events, 2),
                       *near = evq_ahead(&en->events, 1);
    if (far) {
        if (far->kind == EV_ARRIVAL)
            __builtin_prefetch(&en->users[far->arg[0]]);
        else if (far->kind == EV_DONE)
            life_fetch(en, far->arg[0], 0, far->arg[1]);
    }
    if (mid && mid->kind == EV_DONE) life_fetch(en, mid->arg[0], 1, mid->arg[1]);
    if (near && near->kind == EV_DONE) life_fetch(en, near->arg[0], 2, near->arg[1]);
}

static void run(struct engine *en)
{
    struct event ev;
    uint64_t     key;
    while (!en->failed && evq_pop(&en->events, &ev)) {
        if (en->config->interrupted && *en->config->interrupted) {
            en->result->interrupted = true;
            return;
        }
        if (!en->active_jobs && is_past(en, &ev)) {
            pass_over(en, &ev);
            continue;
        }
        en->now = ev.at;
        if (!evq_peek(&en->events, &en->next_ns, &key)) en->next_ns = NS_END;
        fetch_ahead(en);
        en->result->events += is_logical(&ev);
        handle(en, &ev);
    }
}

// What is computed when it queues cannot leave the queue again: not where jobs can be dropped or
// aborted.
static bool can_compute(const struct engine *en)
{
    bool ok = en->config->path == PATH_AUTO && !en->can_fail;
    for (uint32_t g = 0; g < en->net->group_count; g++) {
        const struct node_group *x = &en->net->groups[g];
        ok &= x->queue_limit == QUEUE_INFINITE && x->memory_rule != MEMORY_REFUSE;
    }
    return ok;
}

static void set_up(struct engine *en)
{
    const struct engine_config *c = en->config;
    uint32_t                    n = en->net->node_count;
    evq_init(&en->events, en->arena);
    wire_init(&en->wires, en->arena);
    queues_init(&en->queues, en->arena, c->length_limit);
    share_init(en);
    en->warm_up_ns = ns_from_s(c->warm_up_s);
    en->node_resources = ARENA_ARRAY(en->arena, uint32_t, (size_t)n * NODE_RESOURCES);
    en->node_processors = ARENA_ARRAY(en->arena, uint32_t, n);
    size_t routes = (size_t)en->net->group_count * en->net->group_count;
    en->last_messages = ARENA_ARRAY(en->arena, struct last_message, routes);
    for (size_t i = 0; i < routes; i++) en->last_messages[i].payload_bytes = NAN;
    add_users(en);
    outage_init(en);
    en->computes = can_compute(en);
    if (en->planner->epoch) schedule(en, 0, event_key(PHASE_EPOCH, 0, 0, 0), EV_EPOCH, 0, 0);
    if (en->sink->queue && c->sample_s > 0 && isfinite(c->sample_s))
        schedule(en, 0, event_key(PHASE_SAMPLE, 0, 0, 0), EV_SAMPLE, 0, 0);
    await_observation(en);
    for (uint32_t u = 0; u < en->user_count; u++) next_arrival(en, u, 0);
}

bool engine_run(const struct engine_config *config, const struct planner *planner,
                const struct trace_sink *sink, struct arena *a, struct engine **out,
                struct engine_result *result, struct err *e)
{
    struct engine *en = ARENA_ARRAY(a, struct engine, 1);
    *result = (struct engine_result){0};
    *en = (struct engine){.config = config,
                          .net = config->net,
                          .planner = planner,
                          .sink = sink,
                          .result = result,
                          .e = e,
                          .arena = a,
                          .free_slot = NO_SLOT};
    *out = en;
    en->next_ns = NS_END;
    set_up(en);
    run(en);
    if (!en->failed && !result->interrupted) observe_end(en);
    result->end_ns = en->now;
    return !en->failed;
}

// ---- what a scheme may ask ----------------------------------------------------------------------

double engine_backlog_s(const struct engine *en, uint32_t node)
{
    uint32_t cpu = en->node_resources[(size_t)node * NODE_RESOURCES + NODE_CPU],
             processor = en->node_processors[node];
    double planned_ns = processor ? en->processors[processor - 1].planned_ns : 0, queued_s = 0;
    if (cpu && en->resources[cpu - 1].free_ns > en->now)
        queued_s = s_from_ns(en->resources[cpu - 1].free_ns - en->now);
    return queued_s + planned_ns / NS_PER_S / net_group(en->net, node)->servers;
}

bool engine_node_is_up(const struct engine *en, uint32_t node)
{
    return is_up(en, node);
}

bool engine_is_reachable(const struct engine *en, uint32_t from, uint32_t to)
{
    return can_pass(en, from, to);
}

sim_ns engine_now(const struct engine *en)
{
    return en->now;
}
