// sim/chain.c: the short way for plans that are chains.
//
// In a chain each operation waits for the one before and for nothing else, so that no two of a job
// are under way at once: none waits behind its own job, and all that it waits is queueing. Where
// besides every operation is one use of one computed resource (a processor, or a direct link of
// constant rate without ports and shared cards), a job needs neither successors nor records of
// uses. The times, the order of events and the parts are those of the long way (tests: both paths
// give the same run); the cost is about a third.
#include <string.h>

#include "sim/account.h"
#include "sim/core.h"

enum { CHAIN_LIMIT = 64 }; // operations: longer plans are worth the long way's set-up

static bool is_short_way(const struct route *r)
{
    return r->is_reachable && r->leg_count == 1 && r->legs[0].resource == LEG_WIRE &&
           !r->is_varying && !r->legs[0].is_cold_able;
}

static bool is_single_use(struct engine *en, const struct op *o)
{
    switch (o->kind) {
    case OP_COMPUTE:
    case OP_LOAD:
        return !o->content &&
               resource_at(en, node_resource(en, o->to, NODE_CPU))->service == SERVICE_COMPUTED;
    case OP_TRANSFER: return is_short_way(net_route(en->net, o->from, o->to));
    case OP_DELAY: return true;
    case OP_KIND_COUNT: break;
    }
    return false;
}

bool chain_fits(struct engine *en, const struct plan *p)
{
    if (!en->computes || p->op_count > CHAIN_LIMIT) return false;
    for (uint32_t i = 0; i < p->op_count; i++) {
        const struct op *o = &p->ops[i];
        if (o->dep_count != (i > 0) || (i > 0 && p->deps[o->first_dep] != i - 1)) return false;
        if (!is_single_use(en, o)) return false;
    }
    return true;
}

// One use: begin and end are known now. The link's latency, if any, lies behind its end.
static void serve(struct engine *en, struct resource *r, struct op_times *t, sim_ns service_ns)
{
    if (r->waiting) resource_advance(r, &en->queues, en->now);
    sim_ns start = r->free_ns > en->now ? r->free_ns : en->now, end = start + service_ns;
    if (end > NS_END) end = NS_END; // an error, told when it is scheduled
    r->free_ns = end;
    r->busy_ns += end - start;
    r->sojourn_ns += (uint64_t)(end - t->ready_ns);
    if (start > en->now) resource_wait(r, &en->queues, en->now, start, 0, 0);
    t->start_ns = start;
    t->finish_ns = end;
}

static void serve_transfer(struct engine *en, struct job *j, const struct op *o, struct op_times *t)
{
    const struct route *route = net_route(en->net, o->from, o->to);
    struct resource    *r = resource_at(en, wire_resource(en, o->from, o->to));
    double              wire_bytes = route_wire_bytes(route, o->bytes);
    const struct leg   *l = &route->legs[0];
    serve(en, r, t, leg_constant_ns(l, o->bytes, wire_bytes));
    r->served++;
    spend_hop(en, j, r, o->from, o->to, wire_bytes, t->finish_ns - t->start_ns);
    t->finish_ns += ns_from_s(l->latency_after_s);
    en->result->events++; // the end of the leg, which is none
}

static void serve_processor(struct engine *en, struct job *j, const struct op *o,
                            struct op_times *t)
{
    struct processor *p = node_processor(en, o->to);
    struct resource  *r = resource_at(en, node_resource(en, o->to, NODE_CPU));
    sim_ns            service_ns = ns_or_end(o->seconds);
    p->planned_ns -= (double)service_ns;
    if (p->cache.held_bytes + o->memory_bytes > p->memory_peak_bytes)
        p->memory_peak_bytes = p->cache.held_bytes + o->memory_bytes;
    spend_processor(en, j, o->to, service_ns);
    serve(en, r, t, service_ns);
    r->served += o->kind != OP_LOAD;
}

void chain_serve(struct engine *en, uint32_t slot, uint32_t op)
{
    struct job      *j = en->jobs[slot];
    const struct op *o = &j->plan.ops[op];
    struct op_times *t = &j->times[op];
    if (o->kind == OP_TRANSFER)
        serve_transfer(en, j, o, t);
    else
        serve_processor(en, j, o, t);
    schedule_done(en, t->finish_ns, slot, op, o->kind == OP_TRANSFER ? DONE_LEG : 0);
}

static void begin(struct engine *en, uint32_t slot, uint32_t op)
{
    struct job      *j = en->jobs[slot];
    struct op_times *t = &j->times[op];
    t->ready_ns = en->now;
    if (j->plan.ops[op].kind == OP_DELAY) {
        t->start_ns = en->now;
        t->finish_ns = en->now + ns_or_end(j->plan.ops[op].seconds);
        schedule_done(en, t->finish_ns, slot, op, DONE_LEG);
    } else {
        begin_now(en, slot, op);
    }
}

void chain_begin(struct engine *en, uint32_t slot)
{
    struct job *j = en->jobs[slot];
    j->times =
        arena_grow(en->arena, j->times, &j->times_capacity, j->plan.op_count, sizeof *j->times);
    begin(en, slot, 0);
}

bool chain_go_on(struct engine *en, uint32_t slot, uint32_t op)
{
    if (op + 1 == en->jobs[slot]->plan.op_count) return false;
    begin(en, slot, op + 1);
    return true;
}

void chain_account(const struct job *j, struct stage_record *stages, sim_ns part_ns[PART_COUNT])
{
    static const enum part part_of[OP_KIND_COUNT] = {PART_COMPUTATION, PART_LOADING,
                                                     PART_TRANSMISSION, PART_EDGE_DELAY};
    memset(stages, 0, j->plan.stage_count * sizeof *stages);
    for (uint32_t i = 0; i < j->plan.op_count; i++) {
        const struct op       *o = &j->plan.ops[i];
        const struct op_times *t = &j->times[i];
        struct stage_record   *s = &stages[o->stage];
        sim_ns                 wait = t->start_ns - t->ready_ns, own = t->finish_ns - t->start_ns;
        s->part_ns[PART_QUEUEING] += wait;
        s->part_ns[part_of[o->kind]] += own;
        part_ns[PART_QUEUEING] += wait;
        part_ns[part_of[o->kind]] += own;
        account_op(s, o, own, j->home);
    }
}
