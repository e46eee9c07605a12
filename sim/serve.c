// sim/serve.c: operations use resources: begin, wait, be served, end; a job that meets a full queue
// is dropped.
//
// What is first come, first served by one server and cannot be interrupted is computed when it
// begins to wait: begins leave the event list in order of time, so each is the latest of its
// resource. Everything else takes an event at its end. Both give the same times.
#include <assert.h>
#include <math.h>

#include "sim/core.h"

bool is_processing(const struct op *o)
{
    return o->kind == OP_COMPUTE || o->kind == OP_LOAD;
}

void schedule_op(struct engine *en, sim_ns at, enum phase phase, enum event_kind kind,
                 uint32_t slot, uint32_t op, uint32_t leg, uint32_t arg)
{
    struct job *j = en->jobs[slot];
    j->pending++;
    schedule(en, at, event_key(phase, j->id, op, leg), kind, slot, arg);
}

static uint32_t with_attempt(const struct job *j, uint32_t op)
{
    return (uint32_t)j->attempt << OP_BITS | op;
}

void schedule_begin(struct engine *en, sim_ns at, uint32_t slot, uint32_t op, uint32_t leg)
{
    schedule_op(en, at, PHASE_BEGIN, EV_BEGIN, slot, op, leg, with_attempt(en->jobs[slot], op));
}

void schedule_done(struct engine *en, sim_ns at, uint32_t slot, uint32_t op, uint32_t leg)
{
    schedule_op(en, at, PHASE_END, EV_DONE, slot, op, leg, with_attempt(en->jobs[slot], op));
}

// as a shared one; share.c counts it at every hop.
static uint32_t use_resource(struct engine *en, const struct op *o, const struct use *u)
{
    static const int kinds[] = {[LEG_PORT] = NODE_PORT, [LEG_TX] = NODE_TX, [LEG_RX] = NODE_RX};
    if (!u->leg_at) return node_resource(en, u->at, NODE_CPU);
    if (u->leg_at->resource == LEG_WIRE) return wire_resource(en, u->at, u->towards);
    if (u->leg_at->resource == LEG_FLOW) // of its first hop; it is present at all of them
        return wire_resource(en, u->at, net_place(en->net, o->from, o->to, u->leg_at->place + 1u));
    return node_resource(en, u->at, kinds[u->leg_at->resource]);
}

struct message op_message(const struct op *o, const struct op_state *s)
{
    return (struct message){o->from, o->to, o->bytes, s->wire_bytes, s->fading, s->is_cold};
}

// ---- both ways ----------------------------------------------------------------------------------

static bool behind_overlap(const struct use *u)
{
    return u->leg_at && u->leg > 0 && (u->leg_at - 1)->overlaps_next;
}

// The use begins to be served at `start`: its service and its end.
static void set_times(struct engine *en, struct job *j, struct use *u, sim_ns start)
{
    const struct op *o = &j->plan.ops[u->op];
    struct op_state *s = &j->states[u->op];
    if (u->leg_at) {
        struct message m = op_message(o, s);
        u->service_ns = u->left_ns = net_leg_ns(en->net, &m, u->leg, start);
    }
    u->start_ns = start;
    u->finish_ns = start + u->left_ns;
    // Behind a leg that hands on while it sends: not before that one ends.
    if (behind_overlap(u) && s->leg_end_ns > u->finish_ns) u->finish_ns = s->leg_end_ns;
    if (u->finish_ns > NS_END) u->finish_ns = NS_END; // an error, told when it is scheduled
    s->leg_end_ns = u->finish_ns;
    if (u->leg == 0) j->times[u->op].start_ns = start;
    if (u->leg_at && u->leg_at->resource == LEG_WIRE)
        spend_hop(en, j, &en->resources[u->resource], u->at, u->towards, s->wire_bytes,
                  u->finish_ns - start);
}

// When the leg begins that this one hands on to while it sends: so late that it ends with this one
// when nothing stands in its way, since a card is held for the bytes that it moves at its own rate,
// not for as long as a slower link takes. A leg between two others begins with the first; so does
// one whose rate varies: its time is not known before it begins.
static sim_ns next_begin(const struct engine *en, const struct job *j, const struct use *u)
{
    if (u->leg_at[1].is_varying || u->leg_at[1].overlaps_next) return u->start_ns;
    struct message m = op_message(&j->plan.ops[u->op], &j->states[u->op]);
    sim_ns         begin = u->finish_ns - net_leg_ns(en->net, &m, u->leg + 1u, u->start_ns);
    return begin > u->start_ns ? begin : u->start_ns;
}

static void continue_op(struct engine *en, uint32_t slot, uint32_t op, uint32_t leg, sim_ns end)
{
    const struct route *r = en->jobs[slot]->states[op].route;
    sim_ns              at = end + ns_from_s(r->legs[leg].latency_after_s);
    if (r->legs[leg].overlaps_next) return; // began with it
    if (leg + 1 == r->leg_count)
        schedule_done(en, at, slot, op, DONE_LEG);
    else
        schedule_begin(en, at, slot, op, leg + 1);
}

// ---- computed -----------------------------------------------------------------------------------

static void compute_use(struct engine *en, struct resource *r, uint32_t slot, uint32_t index)
{
    struct job *j = en->jobs[slot];
    struct use *u = &j->uses[index];
    resource_advance(r, &en->queues, en->now);
    sim_ns start = r->free_ns > en->now ? r->free_ns : en->now;
    bool   is_leg = u->leg_at;
    if (!is_leg && !enter_processor(en, j, u)) assert(false); // refusing nodes are QUEUED
    set_times(en, j, u, start);
    if (!is_leg) {
        release_memory(en, u);
        node_processor(en, u->at)->ended++;
    }
    r->served += j->plan.ops[u->op].kind != OP_LOAD;
    r->free_ns = u->finish_ns;
    r->busy_ns += u->finish_ns - start;
    r->sojourn_ns += (uint64_t)(u->finish_ns - u->ready_ns);
    u->state = USE_DONE;
    if (start > en->now) resource_wait(r, &en->queues, en->now, start, 0, 0);
    uint32_t op = u->op, leg = u->leg;
    sim_ns   end = u->finish_ns;
    if (!is_leg) {
        schedule_done(en, end, slot, op, 0);
        return;
    }
    en->result->events++; // its end, which is none
    if (u->leg_at->overlaps_next)
        schedule_begin(en, next_begin(en, j, u), slot, op, leg + 1);
    else
        continue_op(en, slot, op, leg, end);
}

// ---- queued -------------------------------------------------------------------------------------

static uint64_t handle_of(uint32_t slot, uint32_t index)
{
    return (uint64_t)slot << 32 | index;
}

static bool is_preemptive(const struct engine *en, const struct use *u)
{
    return !u->leg_at && net_group(en->net, u->at)->discipline == DISCIPLINE_PREEMPT;
}

static void note_running(struct engine *en, const struct use *u, uint64_t handle)
{
    if (!is_preemptive(en, u)) return;
    struct processor *p = node_processor(en, u->at);
    p->running = arena_grow(en->arena, p->running, &p->running_capacity, p->running_count + 1,
                            sizeof *p->running);
    p->running[p->running_count++] = handle;
}

static void forget_running(struct engine *en, const struct use *u, uint64_t handle)
{
    if (!is_preemptive(en, u)) return;
    struct processor *p = node_processor(en, u->at);
    uint32_t          kept = 0; // in the order they began
    for (uint32_t i = 0; i < p->running_count; i++)
        if (p->running[i] != handle) p->running[kept++] = p->running[i];
    p->running_count = kept;
}

// The waiting use takes a server; a job whose memory is refused is dropped instead.
static void start_use(struct engine *en, uint32_t slot, uint32_t index)
{
    struct job      *j = en->jobs[slot];
    struct use      *u = &j->uses[index];
    struct resource *r = &en->resources[u->resource];
    sim_ns           first_start = u->start_ns;
    sim_ns           foreseen_ns = u->left_ns;
    if (!u->leg_at && first_start < 0 && !enter_processor(en, j, u)) {
        u->state = USE_DONE;
        r->sojourn_ns += (uint64_t)(en->now - u->ready_ns);
        r->free_ns -= u->left_ns / r->servers;
        drop_job(en, slot);
        return;
    }
    if (u->left_ns > foreseen_ns) { // swapping is work, too
        r->free_ns += u->left_ns / r->servers - foreseen_ns / r->servers;
        if (r->free_ns > NS_END) r->free_ns = NS_END;
    }
    u->state = USE_RUNNING;
    if (first_start < 0) {
        set_times(en, j, u, en->now);
        r->served += j->plan.ops[u->op].kind != OP_LOAD;
    } else { // resumes
        u->finish_ns = en->now + u->left_ns;
    }
    r->busy++;
    r->busy_ns += u->finish_ns - en->now;
    r->ends_ns += (uint64_t)u->finish_ns;
    note_running(en, u, handle_of(slot, index));
    schedule_op(en, u->finish_ns, PHASE_END, EV_END, slot, u->op, u->leg, index);
    if (u->leg_at && u->leg_at->overlaps_next)
        schedule_begin(en, next_begin(en, j, u), slot, u->op, u->leg + 1u);
}

static int64_t rank_of(const struct engine *en, const struct job *j, const struct use *u)
{
    if (u->leg_at) return 0;
    return net_group(en->net, u->at)->discipline == DISCIPLINE_EDF ? j->deadline_ns : j->priority;
}

static void wait_in_line(struct engine *en, uint32_t slot, uint32_t index)
{
    struct job *j = en->jobs[slot];
    struct use *u = &j->uses[index];
    u->state = USE_WAITING;
    resource_wait(&en->resources[u->resource], &en->queues, en->now, rank_of(en, j, u), u->order,
                  handle_of(slot, index));
    j->pending++;
}

static void start_next(struct engine *en, uint32_t resource)
{
    uint64_t handle;
    while (en->resources[resource].busy < en->resources[resource].servers &&
           resource_next(&en->resources[resource], &en->queues, &handle)) {
        uint32_t    slot = (uint32_t)(handle >> 32), index = (uint32_t)(handle & UINT32_MAX);
        struct job *j = en->jobs[slot];
        j->pending--;
        if (j->uses[index].state == USE_WAITING) {
            resource_count(&en->resources[resource], &en->queues, en->now, -1);
            start_use(en, slot, index);
        }
        give_slot_if_idle(en, slot); // it was given up while it waited, or is refused now
    }
}

void start_waiting(struct engine *en)
{
    for (uint32_t i = 0; i < en->resource_count; i++)
        if (en->resources[i].service == SERVICE_QUEUED) start_next(en, i);
}

// Interrupts the least urgent of the running uses (the one begun last among equals) if it is less
// urgent than `priority`: its server is free afterwards.
static void interrupt_for(struct engine *en, uint32_t node, uint32_t priority)
{
    struct processor *p = node_processor(en, node);
    uint64_t          worst = 0;
    uint32_t          lowest = priority;
    for (uint32_t i = 0; i < p->running_count; i++) {
        uint32_t own = en->jobs[p->running[i] >> 32]->priority;
        if (own <= priority || own < lowest) continue;
        lowest = own;
        worst = p->running[i];
    }
    if (lowest == priority) return;
    uint32_t         slot = (uint32_t)(worst >> 32), index = (uint32_t)(worst & UINT32_MAX);
    struct use      *u = &en->jobs[slot]->uses[index];
    struct resource *r = &en->resources[u->resource];
    u->left_ns = u->finish_ns - en->now;
    r->busy--;
    r->busy_ns -= u->left_ns;
    r->ends_ns -= (uint64_t)u->finish_ns;
    u->finish_ns = -1; // its end is none any more
    forget_running(en, u, worst);
    wait_in_line(en, slot, index);
}

static bool is_full(const struct engine *en, const struct resource *r, const struct use *u)
{
    return !u->leg_at && r->busy == r->servers &&
           r->waiting >= net_group(en->net, u->at)->queue_limit;
}

static void queue_use(struct engine *en, struct resource *r, uint32_t slot, uint32_t index)
{
    struct job *j = en->jobs[slot];
    struct use *u = &j->uses[index];
    u->order = en->queues.arrivals++;
    if (is_full(en, r, u)) { // also for who would interrupt another: that one would have to wait
        u->state = USE_DONE; // refused
        drop_job(en, slot);
        give_slot_if_idle(en, slot);
        return;
    }
    if (is_preemptive(en, u) && r->busy == r->servers) interrupt_for(en, u->at, j->priority);
    if (!u->leg_at) { // the work that waits
        r->free_ns = (r->free_ns > en->now ? r->free_ns : en->now) + u->left_ns / r->servers;
        if (r->free_ns > NS_END) r->free_ns = NS_END;
    }
    if (r->busy < r->servers) {
        uint32_t resource = u->resource;
        start_use(en, slot, index);
        give_slot_if_idle(en, slot);
        start_next(en, resource); // refused: who was interrupted for it goes on
    } else {
        wait_in_line(en, slot, index);
    }
}

// ---- events -------------------------------------------------------------------------------------

static uint32_t add_use(struct engine *en, struct job *j, uint32_t op, uint32_t leg)
{
    const struct op *o = &j->plan.ops[op];
    struct op_state *s = &j->states[op];
    j->uses = arena_grow(en->arena, j->uses, &j->use_capacity, j->use_count + 1, sizeof *j->uses);
    struct use *u = &j->uses[j->use_count];
    *u = (struct use){.op = op,
                      .before = s->last_use,
                      .attempt = j->attempt,
                      .leg = (uint8_t)leg,
                      .state = USE_WAITING,
                      .at = o->to,
                      .towards = o->to,
                      .from = o->from,
                      .to = o->to,
                      .wire_bytes = s->wire_bytes,
                      .ready_ns = en->now,
                      .start_ns = -1,
                      .finish_ns = -1};
    if (o->kind == OP_TRANSFER) {
        u->leg_at = &s->route->legs[leg];
        u->at = net_place(en->net, o->from, o->to, u->leg_at->place);
        u->towards = net_place(en->net, o->from, o->to, u->leg_at->next_place);
    } else {
        u->service_ns = u->left_ns = s->alone_ns;
        node_processor(en, o->to)->planned_ns -= (double)s->alone_ns;
        look_into_cache(en, j, u, o);
    }
    u->resource = use_resource(en, o, u);
    s->last_use = j->use_count;
    return j->use_count++;
}

static void begin_leg(struct engine *en, uint32_t slot, uint32_t op, uint32_t leg)
{
    if (en->jobs[slot]->is_chain) {
        chain_serve(en, slot, op);
        return;
    }
    uint32_t         index = add_use(en, en->jobs[slot], op, leg);
    struct resource *r = &en->resources[en->jobs[slot]->uses[index].resource];
    switch ((enum service)r->service) {
    case SERVICE_COMPUTED: compute_use(en, r, slot, index); break;
    case SERVICE_QUEUED: queue_use(en, r, slot, index); break;
    case SERVICE_SHARED: share_begin(en, slot, index); break;
    }
}

// The event would be the next: nothing else is pending at this instant. Only where no job can be
// dropped under the hands of who begins its operations.
void begin_now(struct engine *en, uint32_t slot, uint32_t op)
{
    if (!en->computes || en->next_ns <= en->now) {
        schedule_begin(en, en->now, slot, op, 0);
        return;
    }
    en->result->events++;
    begin_leg(en, slot, op, 0);
}

void on_begin(struct engine *en, uint32_t slot, uint32_t op_and_attempt, uint32_t leg)
{
    struct job *j = en->jobs[slot];
    uint32_t    op = op_and_attempt & ((1u << OP_BITS) - 1);
    j->pending--;
    if (!is_current(j, op_and_attempt))
        give_slot_if_idle(en, slot);
    else if (en->can_fail && !can_pass(en, j->plan.ops[op].from, j->plan.ops[op].to))
        fail_job(en, slot);
    else if (j->plan.ops[op].kind == OP_DELAY) // its node has come back at this instant
        begin_delay(en, slot, op);
    else
        begin_leg(en, slot, op, leg);
}

// The use is over: its server is free, its job goes on.
static void end_use(struct engine *en, uint32_t slot, uint32_t index)
{
    struct job *j = en->jobs[slot];
    struct use  u = j->uses[index];
    j->uses[index].state = USE_DONE;
    release_memory(en, &j->uses[index]);
    if (!u.leg_at) node_processor(en, u.at)->ended++;
    if (u.is_shared) {
        share_end(en, slot, index);
    } else {
        en->resources[u.resource].sojourn_ns += (uint64_t)(en->now - u.ready_ns);
        en->resources[u.resource].busy--;
        en->resources[u.resource].ends_ns -= (uint64_t)en->now;
        forget_running(en, &u, handle_of(slot, index));
        start_next(en, u.resource);
    }
    j->pending--; // only now: until then the slot is not free, whatever leaves the queue
    if (!j->alive || u.attempt != j->attempt || j->is_waiting) {
        note_late_leg(en, j, &u);
        give_slot_if_idle(en, slot);
    } else if (!u.leg_at)
        finish_op(en, slot, u.op);
    else
        continue_op(en, slot, u.op, u.leg, en->now);
}

void on_end(struct engine *en, uint32_t slot, uint32_t index)
{
    struct job       *j = en->jobs[slot];
    const struct use *u = &j->uses[index];
    if (u->state == USE_RUNNING && u->finish_ns == en->now) {
        end_use(en, slot, index);
        return;
    }
    en->result->events--; // was interrupted or aborted
    j->pending--;
    give_slot_if_idle(en, slot);
}

// What was not done of it costs nothing.
static void refund(struct engine *en, struct job *j, const struct use *u, sim_ns left_ns)
{
    if (left_ns == 0) return;
    if (!u->leg_at)
        spend_processor(en, j, u->at, -left_ns);
    else if (u->leg_at->resource == LEG_WIRE)
        spend_hop(en, j, &en->resources[u->resource], u->at, u->towards,
                  -u->wire_bytes * (double)left_ns / (double)(u->finish_ns - u->start_ns),
                  -left_ns);
}

void leave_resource(struct engine *en, uint32_t slot, uint32_t index)
{
    struct use      *u = &en->jobs[slot]->uses[index];
    struct resource *r = &en->resources[u->resource];
    if (u->is_shared) {
        share_end(en, slot, index);
        release_memory(en, u);
        u->state = USE_DONE;
        return;
    }
    r->sojourn_ns += (uint64_t)(en->now - u->ready_ns);
    sim_ns left_ns = u->state == USE_RUNNING ? u->finish_ns - en->now : u->left_ns;
    if (u->state == USE_RUNNING) {
        r->busy--;
        r->busy_ns -= left_ns;
        r->ends_ns -= (uint64_t)u->finish_ns;
        forget_running(en, u, handle_of(slot, index));
    } else { // the entry in the line is skipped when it comes up
        resource_count(r, &en->queues, en->now, -1);
    }
    if (!u->leg_at) r->free_ns -= left_ns / r->servers;
    if (u->start_ns >= 0) refund(en, en->jobs[slot], u, left_ns); // interrupted ones, too
    release_memory(en, u);
    u->state = USE_DONE;
}
