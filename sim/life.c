// sim/life.c: a job from its plan to its report, attempt after attempt.
//
// A job that meets what is down gives up its attempt: what it queues for it leaves, what is served
// where nothing failed goes on to its end (nobody tells the server), what is served on what failed
// is aborted by outage.c. Then, by the rule, it is lost, or begins anew after timeout and back-off,
// by the same plan or a new one.
#include <assert.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "base/clock.h"
#include "sim/account.h"
#include "sim/core.h"

enum {
    REFUSED_PAUSE_NS = 1000000,
    PLANS_TIMED =
        1024,         // each of these, then one in PLANS_STRIDE: reading the clock costs as much as
    PLANS_STRIDE = 64 // a small plan
};

// ---- slots --------------------------------------------------------------------------------------

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
    en->jobs[en->job_count]->plan.arena = en->jobs[en->job_count]->last.arena = en->arena;
    return en->job_count++;
}

void life_fetch(const struct engine *en, uint32_t slot, uint32_t depth, uint32_t op_and_attempt)
{
    const struct job *j = en->jobs[slot];
    uint32_t          next = (op_and_attempt & ((1u << OP_BITS) - 1)) + 1;
    if (depth == 0) {
        __builtin_prefetch(j);
        __builtin_prefetch((const char *)j + 64);
        __builtin_prefetch((const char *)j + 128);
        __builtin_prefetch((const char *)j + 192);
    } else if (j->is_chain && depth == 1) {
        __builtin_prefetch(&j->links[next]);
        __builtin_prefetch(&j->times[next]);
        __builtin_prefetch(&j->plan.ops[next]);
    } else if (j->is_chain && next < j->plan.op_count && j->links[next].resource != NO_OP) {
        __builtin_prefetch(&en->resources[j->links[next].resource]);
    }
}

// ---- reports ------------------------------------------------------------------------------------

// One multiplication and one shift a word (the finaliser of SplitMix64), chained.
static void hash_word(uint64_t *hash, uint64_t word)
{
    uint64_t x = (*hash ^ word) * 0xbf58476d1ce4e5b9u;
    *hash = x ^ x >> 29;
}

// Sums, since of two jobs that end at one instant either may be handled first (what takes no time
// ends before or after others of its instant, computed or by events).
static void hash_job(struct engine *en, const struct job *j)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint32_t i = 0; i < j->plan.op_count; i++) {
        hash_word(&hash, j->id << OP_BITS | i);
        hash_word(&hash, (uint64_t)j->times[i].ready_ns);
        hash_word(&hash, (uint64_t)j->times[i].start_ns);
        hash_word(&hash, (uint64_t)j->times[i].finish_ns);
    }
    en->result->hash += hash;
}

// Tells the sink, when nothing of the job is under way any more.
static void tell(struct engine *en, struct job *j)
{
    struct job_record record = {
        .job = j->id,
        .home = j->home,
        .class_id = j->class_id,
        .status = j->status,
        .arrived_ns = j->arrived_ns,
        .finished_ns = j->finished_ns,
        .energy_j = j->energy_j,
        .cost = j->cost,
        .attempts = j->attempt + 1u,
        .counted = j->counted,
        .exit = j->plan.exit,
        .stage_count = j->plan.stage_count,
        .op_count = j->plan.op_count,
        .ops = j->plan.ops,
        .times = j->times,
    };
    en->stages = arena_grow(en->arena, en->stages, &en->stage_capacity, record.stage_count,
                            sizeof *en->stages);
    record.stages = en->stages;
    if (j->is_chain)
        chain_account(j, en->stages, record.part_ns);
    else if (j->status != JOB_INFEASIBLE)
        account_work(j, en->stages);
    for (uint32_t s = 0; s < record.stage_count; s++) {
        record.computation_work_ns += en->stages[s].computation_work_ns;
        record.transmission_work_ns += en->stages[s].transmission_work_ns;
    }
    if (j->finished_ns >= 0 && !j->is_chain)
        account_job(j, en->resources, en->arena, en->stages, record.part_ns);
    if (!en->sink->job(en->sink->ctx, &record, en->e)) en->failed = true;
}

void give_slot_if_idle(struct engine *en, uint32_t slot)
{
    struct job *j = en->jobs[slot];
    if (j->alive || j->pending) return;
    tell(en, j);
    j->next_free = en->free_slot;
    en->free_slot = slot;
}

// The job is over; a closed-loop user goes on. It is told when the last of what is still served for
// it has ended, so that its energy and cost are whole; then its slot is free.
static void end_job(struct engine *en, struct job *j, enum job_status status)
{
    bool is_done = status == JOB_DONE || status == JOB_LATE;
    j->status = status;
    j->finished_ns = is_done ? en->now : -1;
    if (is_done) hash_job(en, j);
    j->alive = false;
    en->result->by_status[status]++;
    en->active_jobs--;
    if (en->config->arrivals.kind != ARRIVAL_CLOSED) return;
    // Who may ask without end and was refused on the spot comes back a little later: without a
    // pause the run would never leave its instant.
    bool endless = en->config->arrivals.jobs_per_user == UINT32_MAX && en->now == j->arrived_ns;
    next_arrival(en, j->user, endless ? REFUSED_PAUSE_NS : 0);
}

// ---- operations ---------------------------------------------------------------------------------

// The h of a radio link without line of sight (Rayleigh fading): power exponential of mean 1.
static double draw_fading(const struct engine *en, const struct job *j, uint32_t op)
{
    struct rng rng;
    uint64_t   message = ((uint64_t)j->user << 40 | (j->rank & 0xffffff) << 16) ^ op;
    rng_init(&rng, en->config->seed, en->config->replication, "fading", message);
    return gsl_ran_exponential(&rng.gsl, 1);
}

static void prepare_message(struct engine *en, const struct job *j, uint32_t op)
{
    const struct op *o = &j->plan.ops[op];
    struct op_state *s = &j->states[op];
    s->route = net_route(en->net, o->from, o->to);
    s->wire_bytes = route_wire_bytes(s->route, o->bytes);
    s->fading = s->route->is_fading ? draw_fading(en, j, op) : 1;
    if (s->route->protocol->slow_start_segments > 0) {
        struct wire *w = wire_of(&en->wires, o->from, o->to);
        double       idle_s = s->route->protocol->slow_start_idle_s;
        s->is_cold = w->used_ns < 0 || s_from_ns(en->now - w->used_ns) > idle_s;
        w->used_ns = en->now;
    }
    struct message m = op_message(o, s);
    s->alone_ns = net_message_ns(en->net, &m, en->now);
}

void begin_delay(struct engine *en, uint32_t slot, uint32_t op)
{
    struct job *j = en->jobs[slot];
    j->times[op].start_ns = en->now;
    schedule_done(en, en->now + j->states[op].alone_ns, slot, op, DONE_LEG);
}

static void begin_op(struct engine *en, uint32_t slot, uint32_t op)
{
    struct job      *j = en->jobs[slot];
    const struct op *o = &j->plan.ops[op];
    j->times[op].ready_ns = en->now;
    if (o->kind == OP_TRANSFER)
        prepare_message(en, j, op);
    else
        j->states[op].alone_ns = ns_or_end(o->seconds);
    if (o->kind == OP_DELAY && is_up(en, o->to))
        begin_delay(en, slot, op);
    else
        begin_now(en, slot, op);
}

static void begin_ready_ops(struct engine *en, uint32_t slot)
{
    struct job *j = en->jobs[slot];
    for (uint32_t i = 0; i < j->plan.op_count; i++)
        if (!j->plan.ops[i].dep_count) begin_op(en, slot, i);
}

static void finish_job(struct engine *en, uint32_t slot)
{
    end_job(en, en->jobs[slot], en->now > en->jobs[slot]->deadline_ns ? JOB_LATE : JOB_DONE);
    give_slot_if_idle(en, slot);
}

void finish_op(struct engine *en, uint32_t slot, uint32_t op)
{
    struct job *j = en->jobs[slot];
    if (j->is_chain) {
        if (!chain_go_on(en, slot, op)) finish_job(en, slot);
        return;
    }
    j->times[op].finish_ns = en->now;
    if (j->states[op].route && j->states[op].route->protocol->slow_start_segments > 0) {
        const struct op *o = &j->plan.ops[op];
        wire_of(&en->wires, o->from, o->to)->used_ns = en->now;
    }
    for (uint32_t i = j->first_next[op]; i < j->first_next[op + 1]; i++)
        if (--j->states[j->nexts[i]].waits_for == 0) begin_op(en, slot, j->nexts[i]);
    if (--j->unfinished == 0) finish_job(en, slot);
}

bool is_current(const struct job *j, uint32_t op_and_attempt)
{
    uint32_t attempt = op_and_attempt >> OP_BITS;
    return j->alive && !j->is_waiting && attempt == (j->attempt & ((1u << ATTEMPT_BITS) - 1));
}

void on_done(struct engine *en, uint32_t slot, uint32_t op_and_attempt)
{
    struct job *j = en->jobs[slot];
    j->pending--;
    if (is_current(j, op_and_attempt)) {
        finish_op(en, slot, op_and_attempt & ((1u << OP_BITS) - 1));
    } else {
        note_late(en, j, op_and_attempt >> OP_BITS, op_and_attempt & ((1u << OP_BITS) - 1),
                  en->now);
        give_slot_if_idle(en, slot);
    }
}

// ---- plans --------------------------------------------------------------------------------------

static enum plan_verdict ask_planner(struct engine *en, struct job *j)
{
    struct job_request request = {.job = j->id,
                                  .home = j->home,
                                  .class_id = j->class_id,
                                  .user = j->user,
                                  .rank = j->rank,
                                  .attempt = j->attempt,
                                  .now = en->now};
    if (j->attempt > 0) request.last = &j->last, request.last_times = j->last_times;
    bool   is_timed = en->result->plans < PLANS_TIMED || en->result->plans % PLANS_STRIDE == 0;
    double before = is_timed ? clock_wall_s() : 0;
    plan_reset(&j->plan);
    enum plan_verdict verdict = en->planner->plan(en->planner->ctx, en, &request, &j->plan, en->e);
    if (is_timed)
        en->result->planning_s +=
            (clock_wall_s() - before) * (en->result->plans < PLANS_TIMED ? 1 : (int)PLANS_STRIDE);
    en->result->plans++;
    if (verdict == PLAN_READY && j->plan.op_count >= 1u << OP_BITS) {
        err_add(en->e,
                "a plan of %u operations: want fewer than %u; fewer nodes per task or layers",
                j->plan.op_count, 1u << OP_BITS);
        verdict = PLAN_FAILED;
    }
    if (verdict == PLAN_FAILED) en->failed = true;
    if (verdict != PLAN_READY) plan_reset(&j->plan);
    assert(verdict != PLAN_READY || j->plan.op_count > 0);
    return verdict;
}

// Accepted work counts in a node's backlog from now on, not only when its input has arrived.
static void begin_plan(struct engine *en, uint32_t slot)
{
    struct job *j = en->jobs[slot];
    j->plan_attempt = j->attempt;
    for (uint32_t i = 0; i < j->plan.op_count; i++) {
        const struct op *o = &j->plan.ops[i];
        if (is_processing(o))
            node_processor(en, o->to)->planned_ns += (double)ns_or_end(o->seconds);
    }
    j->is_chain = chain_prepare(en, j);
    if (j->is_chain) {
        chain_begin(en, slot);
    } else {
        job_prepare(j, en->arena);
        begin_ready_ops(en, slot);
    }
}

static uint32_t draw_class(const struct engine *en, const struct job *j)
{
    const struct mix *m = &en->config->mix;
    const double     *share = m->share;
    struct rng        rng;
    if (m->class_count < 2) return 0;
    share += (size_t)m->row_of_group[en->net->group_of[j->home]] * m->class_count;
    rng_init(&rng, en->config->seed, en->config->replication, "mix",
             (uint64_t)j->user << 32 | (j->rank & UINT32_MAX));
    double   left = rng_uniform(&rng);
    uint32_t class_id = 0;
    while (class_id + 1 < m->class_count && left >= share[class_id]) left -= share[class_id++];
    while (class_id > 0 && share[class_id] == 0) class_id--; // rounding met a share of nothing
    return class_id;
}

static sim_ns deadline_of(const struct engine *en, const struct job *j)
{
    const double *deadline_s = en->config->deadline_s;
    double        own_s = deadline_s ? deadline_s[en->net->group_of[j->home]] : INFINITY;
    return isfinite(own_s) ? en->now + ns_from_s(fmin(own_s, NS_MAX_S)) : INT64_MAX;
}

void life_arrive(struct engine *en, uint32_t user, uint32_t class_id)
{
    uint32_t     slot = take_slot(en);
    struct job  *j = en->jobs[slot];
    struct user *u = &en->users[user];
    j->id = en->result->jobs++;
    j->rank = u->arrived++;
    j->home = u->node;
    j->user = user;
    j->class_id = en->config->arrivals.kind == ARRIVAL_TRACE ? class_id : draw_class(en, j);
    j->arrived_ns = en->now;
    j->deadline_ns = deadline_of(en, j);
    j->priority = net_group(en->net, j->home)->priority;
    j->counted = en->now >= en->warm_up_ns;
    j->alive = true;
    j->is_waiting = j->is_chain = false;
    j->attempt = 0;
    j->pending = j->use_count = j->first_use = 0;
    j->energy_j = j->cost = 0;

    enum plan_verdict verdict = ask_planner(en, j);
    if (verdict == PLAN_FAILED) return;
    if (verdict == PLAN_READY) {
        begin_plan(en, slot);
    } else {
        job_prepare(j, en->arena);
        end_job(en, j, JOB_INFEASIBLE);
        give_slot_if_idle(en, slot);
    }
}

// ---- giving up ----------------------------------------------------------------------------------

// Its attempt ends here: what waits leaves the queues; what had not queued yet never will.
static void give_up(struct engine *en, uint32_t slot)
{
    struct job *j = en->jobs[slot];
    for (uint32_t i = j->first_use; i < j->use_count; i++)
        if (j->uses[i].state == USE_WAITING) leave_resource(en, slot, i);
    for (uint32_t i = 0; i < j->plan.op_count; i++) {
        const struct op *o = &j->plan.ops[i];
        if (is_processing(o) && j->states[i].last_use == NO_OP)
            node_processor(en, o->to)->planned_ns -= (double)ns_or_end(o->seconds);
    }
}

void drop_job(struct engine *en, uint32_t slot)
{
    give_up(en, slot);
    end_job(en, en->jobs[slot], JOB_DROPPED);
}

static void lose(struct engine *en, uint32_t slot)
{
    end_job(en, en->jobs[slot], JOB_LOST);
    give_slot_if_idle(en, slot);
}

static void try_later(struct engine *en, uint32_t slot)
{
    struct job            *j = en->jobs[slot];
    const struct recovery *r = &en->config->recovery;
    if (r->rule == RECOVERY_LOST || j->attempt + 1u >= r->attempts) {
        lose(en, slot);
        return;
    }
    j->is_waiting = true;
    j->pending++;
    double wait_s = r->timeout_s;
    if (r->backoff_s > 0) wait_s += r->backoff_s * pow(r->backoff_factor, j->attempt);
    schedule(en, en->now + ns_or_end(wait_s), event_key(PHASE_ARRIVAL, j->id, 1, 0), EV_RETRY, slot,
             0);
}

void fail_job(struct engine *en, uint32_t slot)
{
    give_up(en, slot);
    try_later(en, slot);
}

void on_retry(struct engine *en, uint32_t slot)
{
    struct job *j = en->jobs[slot];
    j->pending--;
    j->is_waiting = false;
    j->attempt++;
    en->result->retries++;
    enum plan_verdict verdict = PLAN_READY;
    if (!is_up(en, j->home)) { // as when it fails under way
        try_later(en, slot);
        return;
    }
    if (en->config->recovery.rule == RECOVERY_REPLAN) {
        keep_attempt(en, j);
        verdict = ask_planner(en, j);
    }
    if (verdict == PLAN_READY)
        begin_plan(en, slot);
    else if (verdict == PLAN_INFEASIBLE) // nobody now: perhaps later
        try_later(en, slot);
}
