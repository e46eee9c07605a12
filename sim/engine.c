#include "sim/core.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "sim/account.h"

enum { REFUSED_PAUSE_NS = 1000000 };

static uint64_t key_of(uint64_t phase, uint64_t job, uint64_t op, uint64_t leg)
{
    assert(job < (1ull << JOB_BITS) && op < (1u << OP_BITS) && leg < (1u << LEG_BITS));
    return phase << (JOB_BITS + OP_BITS + LEG_BITS) | job << (OP_BITS + LEG_BITS) | op << LEG_BITS |
           leg;
}

static void schedule(struct engine *en, sim_ns at, uint64_t key, enum event_kind kind,
                     uint32_t arg0, uint32_t arg1)
{
    if (at >= NS_END) {
        if (!en->failed)
            err_add(en->e,
                    "the simulated time passes %.0f s: want faster links or devices, or fewer jobs",
                    NS_MAX_S);
        en->failed = true;
        return;
    }
    evq_push(&en->events, (struct event){at, key, kind, {arg0, arg1}});
}

void schedule_op(struct engine *en, sim_ns at, enum event_kind kind, uint32_t slot, uint32_t op,
                 uint32_t leg, uint32_t arg)
{
    struct job *j = en->jobs[slot];
    uint64_t    phase = kind == EV_BEGIN ? 3 : 0;
    j->pending++;
    schedule(en, at, key_of(phase, j->id, op, leg), kind, slot, arg);
}

static uint32_t take_slot(struct engine *en)
{
    uint32_t slot = en->free_slot;
    if (slot != NO_SLOT) {
        en->free_slot = en->jobs[slot]->next_free;
        return slot;
    }
    en->jobs =
        arena_grow(en->arena, en->jobs, &en->job_capacity, en->job_count + 1, sizeof *en->jobs);
    en->jobs[en->job_count] = ARENA_ARRAY(en->arena, struct job, 1);
    en->jobs[en->job_count]->plan.arena = en->arena;
    return en->job_count++;
}

void give_slot_if_idle(struct engine *en, uint32_t slot)
{
    struct job *j = en->jobs[slot];
    if (j->alive || j->pending) return;
    j->next_free = en->free_slot;
    en->free_slot = slot;
}

static void hash_word(uint64_t *hash, uint64_t word)
{
    for (int i = 0; i < 8; i++, word >>= 8) *hash = (*hash ^ (word & 0xff)) * 0x100000001b3u;
}

static void hash_job(struct engine *en, const struct job *j)
{
    for (uint32_t i = 0; i < j->plan.op_count; i++) {
        hash_word(&en->result->hash, j->id << OP_BITS | i);
        hash_word(&en->result->hash, (uint64_t)j->times[i].ready_ns);
        hash_word(&en->result->hash, (uint64_t)j->times[i].start_ns);
        hash_word(&en->result->hash, (uint64_t)j->times[i].finish_ns);
    }
}

static bool is_late(const struct engine *en, const struct job *j)
{
    if (!en->config->deadline_s) return false;
    double deadline_s = en->config->deadline_s[en->config->net->group_of[j->home]];
    return isfinite(deadline_s) && en->now - j->arrived_ns > ns_from_s(fmin(deadline_s, NS_MAX_S));
}

static void next_arrival(struct engine *en, uint32_t user, sim_ns least_gap);

// Tells the sink; a closed-loop user goes on.
void report(struct engine *en, struct job *j, enum job_status status)
{
    struct job_record record = {
        .job = j->id,
        .home = j->home,
        .class_id = j->class_id,
        .status = status,
        .arrived_ns = j->arrived_ns,
        .finished_ns = -1,
        .energy_j = j->energy_j,
        .counted = j->counted,
        .stage_count = j->plan.stage_count,
        .op_count = j->plan.op_count,
        .ops = j->plan.ops,
        .times = j->times,
    };
    en->stages = arena_grow(en->arena, en->stages, &en->stage_capacity, record.stage_count,
                            sizeof *en->stages);
    record.stages = en->stages;
    if (status != JOB_INFEASIBLE) account_work(j, en->stages);
    for (uint32_t s = 0; s < record.stage_count; s++) {
        record.computation_work_ns += en->stages[s].computation_work_ns;
        record.transmission_work_ns += en->stages[s].transmission_work_ns;
    }
    if (status == JOB_DONE || status == JOB_LATE) {
        record.finished_ns = en->now;
        account_job(j, en->resources, en->arena, en->stages, record.part_ns);
        hash_job(en, j);
    }
    en->result->by_status[status]++;
    en->active_jobs--;
    if (!en->sink->job(en->sink->ctx, &record, en->e)) en->failed = true;
    if (en->config->arrivals.kind != ARRIVAL_CLOSED) return;
    // Who may ask without end and was refused on the spot comes back a little later: without a
    // pause the run would never leave its instant.
    bool endless = en->config->arrivals.jobs_per_user == UINT32_MAX && en->now == j->arrived_ns;
    next_arrival(en, j->user, endless ? REFUSED_PAUSE_NS : 0);
}

static void begin_op(struct engine *en, uint32_t slot, uint32_t op)
{
    struct job      *j = en->jobs[slot];
    const struct op *o = &j->plan.ops[op];
    j->times[op].ready_ns = en->now;
    if (o->kind == OP_TRANSFER) {
        const struct route *r = net_route(en->config->net, o->from, o->to);
        j->wire_bytes[op] = route_wire_bytes(r, o->bytes);
        j->alone_ns[op] = net_alone_ns(en->config->net, o->from, o->to, o->bytes, en->now);
    } else {
        j->alone_ns[op] = ns_or_end(o->seconds);
    }
    if (o->kind == OP_DELAY) {
        j->times[op].start_ns = en->now;
        schedule_op(en, en->now + j->alone_ns[op], EV_DONE, slot, op, DONE_LEG, op);
    } else {
        schedule_op(en, en->now, EV_BEGIN, slot, op, 0, op);
    }
}

static void finish_job(struct engine *en, uint32_t slot)
{
    struct job *j = en->jobs[slot];
    j->alive = false;
    report(en, j, is_late(en, j) ? JOB_LATE : JOB_DONE);
    give_slot_if_idle(en, slot);
}

void finish_op(struct engine *en, uint32_t slot, uint32_t op)
{
    struct job *j = en->jobs[slot];
    j->times[op].finish_ns = en->now;
    for (uint32_t i = j->first_next[op]; i < j->first_next[op + 1]; i++)
        if (--j->waits_for[j->nexts[i]] == 0) begin_op(en, slot, j->nexts[i]);
    if (--j->unfinished == 0) finish_job(en, slot);
}

static void on_done(struct engine *en, uint32_t slot, uint32_t op)
{
    struct job *j = en->jobs[slot];
    j->pending--;
    if (j->alive)
        finish_op(en, slot, op);
    else
        give_slot_if_idle(en, slot);
}

static void next_arrival(struct engine *en, uint32_t user, sim_ns least_gap)
{
    struct user           *u = &en->users[user];
    const struct arrivals *a = &en->config->arrivals;
    if (!u->remaining) return;
    sim_ns gap =
        arrivals_gap(a, &u->arrivals, &u->rng, user, u->started == 0, en->now, &u->class_id);
    sim_ns at = en->now + (gap > least_gap ? gap : least_gap);
    if (isfinite(a->duration_s) && at >= ns_from_s(a->duration_s)) return;
    if (u->remaining != UINT32_MAX) u->remaining--;
    u->started++;
    schedule(en, at, key_of(2, user, 0, 0), EV_ARRIVAL, user, 0);
    en->active_jobs++;
}

// Accepted work counts in a node's backlog from now on, not only when its input has arrived.
static void count_planned(struct engine *en, const struct job *j)
{
    for (uint32_t i = 0; i < j->plan.op_count; i++) {
        const struct op *o = &j->plan.ops[i];
        if (is_processing(o))
            node_processor(en, o->to)->planned_ns += (double)ns_or_end(o->seconds);
    }
}

static void on_arrival(struct engine *en, uint32_t user)
{
    uint32_t    slot = take_slot(en), node = en->users[user].node;
    struct job *j = en->jobs[slot];
    j->id = en->result->jobs++;
    j->home = node;
    j->user = user;
    uint64_t rank = en->users[user].arrived++;
    j->class_id = en->users[user].class_id;
    j->arrived_ns = en->now;
    j->counted = en->now >= ns_from_s(en->config->warm_up_s);
    j->alive = true;
    j->pending = 0;
    j->plan.op_count = j->plan.dep_total = j->plan.stage_count = 0;
    if (en->config->arrivals.kind != ARRIVAL_CLOSED) next_arrival(en, user, 0);

    struct job_request request = {j->id, node, j->class_id, user, rank, 0, en->now};
    double             before = clock_wall_s();
    enum plan_verdict  verdict = en->planner->plan(en->planner->ctx, en, &request, &j->plan, en->e);
    en->result->planning_s += clock_wall_s() - before;
    if (verdict == PLAN_READY && j->plan.op_count >= 1u << OP_BITS) {
        err_add(en->e,
                "a plan of %u operations: want fewer than %u; fewer nodes per task or layers",
                j->plan.op_count, 1u << OP_BITS);
        verdict = PLAN_FAILED;
    }
    if (verdict == PLAN_FAILED) {
        en->failed = true;
        return;
    }
    job_prepare(j, en->arena);
    if (verdict != PLAN_READY) {
        j->alive = false;
        j->plan.op_count = j->plan.stage_count = 0;
        report(en, j, JOB_INFEASIBLE);
        give_slot_if_idle(en, slot);
        return;
    }
    assert(j->plan.op_count > 0);
    count_planned(en, j);
    for (uint32_t i = 0; i < j->plan.op_count; i++)
        if (!j->waits_for[i]) begin_op(en, slot, i);
}

static void on_epoch(struct engine *en)
{
    double before = clock_wall_s();
    if (!en->planner->epoch(en->planner->ctx, en, en->epochs++, en->now, en->e)) en->failed = true;
    en->result->planning_s += clock_wall_s() - before;
    if (isfinite(en->planner->epoch_s) && en->active_jobs)
        schedule(en, en->now + ns_from_s(en->planner->epoch_s), key_of(1, 0, 0, 0), EV_EPOCH, 0, 0);
}

static void handle(struct engine *en, const struct event *ev)
{
    uint32_t leg = (uint32_t)(ev->key & ((1u << LEG_BITS) - 1));
    switch ((enum event_kind)ev->kind) {
    case EV_END: on_end(en, ev->arg[0], ev->arg[1]); break;
    case EV_DONE: on_done(en, ev->arg[0], ev->arg[1]); break;
    case EV_EPOCH: on_epoch(en); break;
    case EV_ARRIVAL: on_arrival(en, ev->arg[0]); break;
    case EV_BEGIN: on_begin(en, ev->arg[0], ev->arg[1], leg); break;
    case EVENT_KINDS: assert(false);
    }
}

static void add_nodes(struct engine *en)
{
    const struct net *net = en->config->net;
    for (uint32_t node = 0; node < net->node_count; node++) {
        const struct node_group *g = net_group(net, node);
        add_resource(en, g->servers);
        for (int i = NODE_PORT; i < NODE_RESOURCES; i++) add_resource(en, 1);
        en->user_count += g->role == ROLE_USER;
    }
    en->users = ARENA_ARRAY(en->arena, struct user, en->user_count);
    uint32_t user = 0;
    for (uint32_t node = 0; node < net->node_count; node++) {
        if (net_group(net, node)->role != ROLE_USER) continue;
        en->users[user].node = node;
        en->users[user].remaining = en->config->arrivals.jobs_per_user;
        rng_init(&en->users[user].rng, en->config->seed, en->config->replication, "arrivals", user);
        user++;
    }
}

static int by_ends(const void *a, const void *b)
{
    const struct wire *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

bool engine_run(const struct engine_config *config, const struct planner *planner,
                const struct trace_sink *sink, struct arena *a, struct engine **out,
                struct engine_result *result, struct err *e)
{
    struct engine *en = ARENA_ARRAY(a, struct engine, 1);
    *result = (struct engine_result){.hash = 0xcbf29ce484222325u};
    *en = (struct engine){.config = config,
                          .planner = planner,
                          .sink = sink,
                          .result = result,
                          .e = e,
                          .arena = a,
                          .free_slot = NO_SLOT};
    *out = en;
    evq_init(&en->events, a);
    wire_init(&en->wires, a);
    add_nodes(en);
    if (planner->epoch) schedule(en, 0, key_of(1, 0, 0, 0), EV_EPOCH, 0, 0);
    for (uint32_t u = 0; u < en->user_count; u++) next_arrival(en, u, 0);

    struct event ev;
    while (!en->failed && evq_pop(&en->events, &ev)) {
        if (config->interrupted && *config->interrupted) {
            result->interrupted = true;
            break;
        }
        if (ev.kind == EV_EPOCH && !en->active_jobs) continue; // nobody left to match
        en->now = ev.at;
        result->events++;
        handle(en, &ev);
    }
    // In order for the reports: nothing looks wires up any more.
    if (en->wires.count) qsort(en->wires.wires, en->wires.count, sizeof *en->wires.wires, by_ends);
    result->end_ns = en->now;
    return !en->failed;
}

double engine_backlog_s(const struct engine *en, uint32_t node)
{
    const struct resource *r = &en->resources[node * NODE_RESOURCES + NODE_CPU];
    sim_ns                 queued_ns = r->free_ns > en->now ? r->free_ns - en->now : 0;
    return s_from_ns(queued_ns) + r->planned_ns / NS_PER_S / r->servers;
}

bool engine_node_is_up(const struct engine *en, uint32_t node)
{
    (void)en, (void)node;
    return true;
}

bool engine_is_reachable(const struct engine *en, uint32_t from, uint32_t to)
{
    return net_route(en->config->net, from, to)->is_reachable;
}

sim_ns engine_now(const struct engine *en)
{
    return en->now;
}

void engine_node(const struct engine *en, uint32_t node, struct node_record *out)
{
    const struct resource   *r = &en->resources[node * NODE_RESOURCES + NODE_CPU];
    const struct node_group *g = net_group(en->config->net, node);
    double                   span_s = s_from_ns(en->now);
    *out = (struct node_record){
        .node = node,
        .subtasks = r->served,
        .busy_ns = r->busy_ns,
        .utilization = en->now > 0 ? (double)r->busy_ns / ((double)en->now * r->servers) : 0,
        .queue_mean = resource_mean_waiting(r, en->now),
        .queue_max = r->waiting_max,
        .memory_peak_bytes = r->memory_peak_bytes,
        .energy_j = g->power_idle_w * span_s + r->active_j,
    };
}

uint32_t engine_link_count(const struct engine *en)
{
    return en->wires.count;
}

void engine_link(const struct engine *en, uint32_t index, struct link_record *out)
{
    // The table of a finished run is put in order once: nothing looks wires up any more.
    if (index == 0) qsort(en->wires.wires, en->wires.count, sizeof *en->wires.wires, by_ends);
    const struct wire     *w = &en->wires.wires[index];
    const struct resource *r = &en->resources[w->resource];
    *out = (struct link_record){
        .from = w->from,
        .to = w->to,
        .transfers = r->served,
        .bytes = r->bytes,
        .busy_ns = r->busy_ns,
        .utilization = en->now > 0 ? (double)r->busy_ns / (double)en->now : 0,
    };
}
