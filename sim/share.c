// sim/share.c: what is shared: messages that flow over fair links and media, and processors that
// all present jobs share. The rates are the matter of sim/flow.h; here they become events.
//
// One event stands for the next end of all flows; when a change moves that end, another is
// scheduled and the first is void. A capacity that varies is watched while flows pass it.
#include <assert.h>
#include <math.h>

#include "sim/core.h"

void share_init(struct engine *en)
{
    flows_init(&en->flows, en->arena);
    wire_init(&en->cards, en->arena);
    en->flow_event_ns = NS_END;
    en->instances = ARENA_ARRAY(en->arena, uint32_t, en->net->instance_count);
    for (uint32_t i = 0; i < en->net->instance_count; i++) en->instances[i] = NO_CONSTRAINT;
}

// The end of what ends next takes an event.
static void await_next_end(struct engine *en)
{
    sim_ns at;
    if (!flows_next(&en->flows, &at)) at = NS_END;
    if (at == en->flow_event_ns) return;
    en->flow_event_ns = at;
    if (at < NS_END) schedule(en, at, event_key(PHASE_FLOW, 0, 0, 0), EV_FLOW, 0, 0);
}

// ---- constraints --------------------------------------------------------------------------------

static uint32_t add_constraint(struct engine *en, struct constraint what)
{
    sim_ns   until;
    uint32_t index = flows_add_constraint(&en->flows, net_capacity(en->net, what, en->now, &until));
    en->watches =
        arena_grow(en->arena, en->watches, &en->watch_capacity, index + 1, sizeof *en->watches);
    en->watches[index] = (struct rate_watch){what, 0};
    return index;
}

static uint32_t *place_of(struct engine *en, struct constraint c)
{
    switch (c.kind) {
    case CONSTRAINT_MEDIUM: return &en->instances[c.a];
    case CONSTRAINT_LINK: return &wire_of(&en->wires, c.a, c.b)->constraint;
    case CONSTRAINT_TX:
    case CONSTRAINT_RX: break;
    }
    return &wire_of(&en->cards, c.a, c.kind)->constraint;
}

// The constraint's index, its capacity that of now; watched if it varies.
static uint32_t find_constraint(struct engine *en, struct constraint c)
{
    uint32_t *index = place_of(en, c);
    if (*index == NO_CONSTRAINT) *index = add_constraint(en, c);
    struct rate_watch *w = &en->watches[*index];
    sim_ns             until;
    if (w->next) return *index;
    double capacity = net_capacity(en->net, c, en->now, &until);
    flows_set_capacity(&en->flows, en->now, *index, capacity);
    if (until == NS_END) return *index; // it never varies, or does no more
    w->next = until;
    schedule(en, until, event_key(PHASE_RATE, *index, 0, 0), EV_RATE, *index, 0);
    return *index;
}

void on_rate(struct engine *en, uint32_t constraint)
{
    struct rate_watch *w = &en->watches[constraint];
    sim_ns             until;
    w->next = 0;
    if (!flows_present(&en->flows, constraint)) return; // looked at again when somebody comes
    flows_set_capacity(&en->flows, en->now, constraint,
                       net_capacity(en->net, w->what, en->now, &until));
    if (until < NS_END) {
        w->next = until;
        schedule(en, until, event_key(PHASE_RATE, constraint, 0, 0), EV_RATE, constraint, 0);
    }
    await_next_end(en);
}

// ---- uses ---------------------------------------------------------------------------------------

static void begin_message(struct engine *en, struct job *j, struct use *u, uint64_t handle)
{
    const struct op  *o = &j->plan.ops[u->op];
    struct op_state  *s = &j->states[u->op];
    struct message    m = op_message(o, s);
    struct constraint what[MAX_CONSTRAINTS];
    uint32_t          count = net_constraints(en->net, &m, u->leg, what);
    uint32_t          constraints[MAX_CONSTRAINTS];
    sim_ns            until; // a fade lasts for the whole message
    u->service_ns = net_leg_ns(en->net, &m, u->leg, en->now);
    u->left_ns = net_cold_ns(en->net, &m, u->leg, en->now); // after the flow
    for (uint32_t i = 0; i < count; i++) constraints[i] = find_constraint(en, what[i]);
    u->flow = flows_start(&en->flows, en->now, leg_bytes(u->leg_at, s->wire_bytes),
                          net_flow_bound(en->net, &m, u->leg, en->now, &until), constraints, count,
                          handle);
}

static void begin_sharing(struct engine *en, struct use *u, uint64_t handle)
{
    struct processor *p = node_processor(en, u->at);
    struct resource  *r = &en->resources[u->resource];
    if (p->constraint == NO_CONSTRAINT) // never watched: no rate of it varies
        p->constraint = flows_add_constraint(&en->flows, r->servers);
    r->free_ns = (r->free_ns > en->now ? r->free_ns : en->now) + u->left_ns / r->servers;
    if (r->free_ns > NS_END) r->free_ns = NS_END;
    u->flow = flows_start(&en->flows, en->now, s_from_ns(u->left_ns), 1, &p->constraint, 1, handle);
}

// The next hop of the leg after place `k`, its resource.
static uint32_t hop_resource(struct engine *en, const struct use *u, uint32_t k, uint32_t ends[2])
{
    ends[0] = net_place(en->net, u->from, u->to, k);
    ends[1] = net_place(en->net, u->from, u->to, k + 1);
    return wire_resource(en, ends[0], ends[1]);
}

static void begin_hops(struct engine *en, const struct use *u)
{
    uint32_t ends[2];
    for (uint32_t k = u->leg_at->place; k < u->leg_at->next_place; k++) {
        uint32_t index = hop_resource(en, u, k, ends);
        resource_present(&en->resources[index], &en->queues, en->now, 1);
        en->resources[index].served++;
    }
}

void share_begin(struct engine *en, uint32_t slot, uint32_t index)
{
    struct job *j = en->jobs[slot];
    struct use *u = &j->uses[index];
    uint64_t    handle = (uint64_t)slot << 32 | index;
    if (!u->leg_at && !enter_processor(en, j, u)) {
        u->state = USE_DONE;
        drop_job(en, slot);
        give_slot_if_idle(en, slot);
        return;
    }
    j->pending++; // the flow names the slot, then its end does
    u->is_shared = true;
    u->state = USE_RUNNING;
    u->start_ns = en->now;
    if (u->leg == 0) j->times[u->op].start_ns = en->now;
    if (u->leg_at) {
        begin_message(en, j, u, handle);
        begin_hops(en, u);
    } else {
        begin_sharing(en, u, handle);
        struct resource *r = &en->resources[u->resource];
        resource_present(r, &en->queues, en->now, 1);
        r->served += j->plan.ops[u->op].kind != OP_LOAD;
    }
    await_next_end(en);
}

void on_flow(struct engine *en)
{
    uint64_t handle;
    if (en->flow_event_ns != en->now) return; // another took its place
    en->flow_event_ns = NS_END;
    while (flows_pop(&en->flows, en->now, &handle)) {
        uint32_t    slot = (uint32_t)(handle >> 32), index = (uint32_t)(handle & UINT32_MAX);
        struct use *u = &en->jobs[slot]->uses[index];
        sim_ns      end = en->now + (u->leg_at ? u->left_ns : 0);
        // Alone is the least: the ends of pieces are rounded here and there.
        if (end < u->start_ns + u->service_ns) end = u->start_ns + u->service_ns;
        u->flow = NO_CONSTRAINT;
        u->finish_ns = end;
        schedule(en, end, event_key(PHASE_END, en->jobs[slot]->id, u->op, u->leg), EV_END, slot,
                 index);
    }
    await_next_end(en);
}

static void end_hops(struct engine *en, struct job *j, const struct use *u, double bytes)
{
    uint32_t ends[2];
    for (uint32_t k = u->leg_at->place; k < u->leg_at->next_place; k++) {
        struct resource *r = resource_at(en, hop_resource(en, u, k, ends));
        resource_present(r, &en->queues, en->now, -1);
        r->sojourn_ns += (uint64_t)(en->now - u->ready_ns);
        spend_hop(en, j, r, ends[0], ends[1], bytes, en->now - u->start_ns);
    }
}

void share_end(struct engine *en, uint32_t slot, uint32_t index)
{
    struct job *j = en->jobs[slot];
    struct use *u = &j->uses[index];
    double      bytes = u->wire_bytes;
    if (u->flow != NO_CONSTRAINT) { // aborted
        double left = flows_left(&en->flows, u->flow, en->now);
        if (!u->leg_at)
            spend_processor(en, j, u->at, -ns_from_s(left));
        else if (left > 0)
            bytes *= 1 - left / leg_bytes(u->leg_at, u->wire_bytes);
        flows_stop(&en->flows, en->now, u->flow);
        j->pending--;
        await_next_end(en);
    }
    if (u->leg_at) {
        end_hops(en, j, u, bytes);
        return;
    }
    struct resource *r = &en->resources[u->resource];
    resource_present(r, &en->queues, en->now, -1);
    r->sojourn_ns += (uint64_t)(en->now - u->ready_ns);
}
