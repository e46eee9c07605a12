// sim/chain.c: the short way for plans that are chains.
//
// In a chain each operation waits for the one before and for nothing else, so that no two of a job
// are under way at once: none waits behind its own job, and all that it waits is queueing. Where
// besides every operation is one use of one computed resource (a processor, or a direct link of
// constant rate without ports and shared cards), its resource and its service are known when the
// plan is, and a job needs neither successors nor records of uses. The times, the order of events
// and the parts are those of the long way (tests: PATH_EVENTS takes it, and gives the same run).
#include <string.h>

#include "sim/account.h"
#include "sim/core.h"

enum { CHAIN_LIMIT = 64 }; // operations

static bool is_paid_hop(const struct engine *en, uint32_t from, uint32_t to)
{
    return net_link(en->net, from, to)->price_per_byte != 0 ||
           net_group(en->net, from)->power_send_w != 0 ||
           net_group(en->net, to)->power_receive_w != 0;
}

static bool fit_transfer(struct engine *en, const struct op *o, struct link_of_chain *l)
{
    const struct route *r = net_route(en->net, o->from, o->to);
    const struct leg   *leg = &r->legs[0];
    if (!r->is_reachable || r->leg_count != 1 || leg->resource != LEG_WIRE || r->is_varying ||
        leg->is_cold_able)
        return false;
    struct last_message *m = &en->last_messages[r - en->net->routes];
    if (m->payload_bytes != o->bytes) { // most messages of a route are alike
        m->payload_bytes = o->bytes;
        m->wire_bytes = route_wire_bytes(r, o->bytes);
        m->service_ns = leg_constant_ns(leg, o->bytes, m->wire_bytes);
        m->after_ns = ns_from_s(leg->latency_after_s);
    }
    l->wire_bytes = m->wire_bytes;
    l->service_ns = m->service_ns;
    l->after_ns = m->after_ns;
    l->resource = wire_resource(en, o->from, o->to);
    l->processor = NO_OP;
    l->is_paid = is_paid_hop(en, o->from, o->to);
    return true;
}

static bool fit_processing(struct engine *en, const struct op *o, struct link_of_chain *l)
{
    const struct node_group *g = net_group(en->net, o->to);
    uint32_t                 resource = node_resource(en, o->to, NODE_CPU);
    if (o->content || en->resources[resource].service != SERVICE_COMPUTED) return false;
    (void)node_processor(en, o->to);
    l->resource = resource;
    l->processor = en->node_processors[o->to] - 1;
    l->service_ns = ns_or_end(o->seconds);
    l->after_ns = 0;
    l->wire_bytes = 0;
    l->is_paid = g->power_busy_w != g->power_idle_w || g->price_per_s != 0;
    return true;
}

static bool fit(struct engine *en, const struct op *o, struct link_of_chain *l)
{
    if (o->kind == OP_TRANSFER) return fit_transfer(en, o, l);
    if (is_processing(o)) return fit_processing(en, o, l);
    *l = (struct link_of_chain){
        .resource = NO_OP, .processor = NO_OP, .service_ns = ns_or_end(o->seconds)};
    return true;
}

bool chain_prepare(struct engine *en, struct job *j)
{
    const struct plan *p = &j->plan;
    uint32_t           n = p->op_count;
    if (!en->computes || n > CHAIN_LIMIT || p->dep_total != n - 1) return false;
    j->links = arena_grow(en->arena, j->links, &j->links_capacity, n, sizeof *j->links);
    for (uint32_t i = 0; i < n; i++) // all looks wait at once, not one after the other
        if (p->ops[i].kind == OP_TRANSFER) wire_fetch(&en->wires, p->ops[i].from, p->ops[i].to);
    for (uint32_t i = 0; i < n; i++) {
        const struct op *o = &p->ops[i];
        if (o->dep_count != (i > 0) || (i > 0 && p->deps[o->first_dep] != i - 1)) return false;
        if (!fit(en, o, &j->links[i])) return false;
        if (i == 0 && j->links[0].resource != NO_OP)
            __builtin_prefetch(&en->resources[j->links[0].resource]);
    }
    j->times = arena_grow(en->arena, j->times, &j->times_capacity, n, sizeof *j->times);
    return true;
}

static void pay(struct engine *en, struct job *j, const struct op *o, const struct link_of_chain *l,
                sim_ns busy_ns)
{
    if (o->kind == OP_TRANSFER)
        spend_hop(en, j, resource_at(en, l->resource), o->from, o->to, l->wire_bytes, busy_ns);
    else
        spend_processor(en, j, o->to, busy_ns);
}

static void note_processing(struct engine *en, const struct op *o, const struct link_of_chain *l)
{
    struct processor *p = &en->processors[l->processor];
    double            held = p->cache.held_bytes + o->memory_bytes;
    p->planned_ns -= (double)l->service_ns;
    p->ended++;
    if (held > p->memory_peak_bytes) p->memory_peak_bytes = held;
}

// Begin and end of the use are known now. A link's latency lies behind its end.
void chain_serve(struct engine *en, uint32_t slot, uint32_t op)
{
    struct job                 *j = en->jobs[slot];
    const struct link_of_chain *l = &j->links[op];
    const struct op            *o = &j->plan.ops[op];
    struct op_times            *t = &j->times[op];
    struct resource            *r = &en->resources[l->resource];
    if (r->waiting) resource_advance(r, &en->queues, en->now);
    sim_ns start = r->free_ns > en->now ? r->free_ns : en->now, end = start + l->service_ns;
    if (end > NS_END) end = NS_END; // an error, told when it is scheduled
    r->free_ns = end;
    r->busy_ns += end - start;
    r->sojourn_ns += (uint64_t)(end - en->now);
    r->served += o->kind != OP_LOAD;
    if (start > en->now) resource_wait(r, &en->queues, en->now, start, 0, 0);
    if (l->processor != NO_OP) note_processing(en, o, l);
    if (l->is_paid)
        pay(en, j, o, l, end - start);
    else
        r->bytes += l->wire_bytes;
    t->start_ns = start;
    t->finish_ns = end + l->after_ns;
    en->result->events += o->kind == OP_TRANSFER; // the end of the leg, which is none
    schedule_done(en, t->finish_ns, slot, op, o->kind == OP_TRANSFER ? DONE_LEG : 0);
}

static void begin(struct engine *en, uint32_t slot, uint32_t op)
{
    struct job                 *j = en->jobs[slot];
    const struct link_of_chain *l = &j->links[op];
    struct op_times            *t = &j->times[op];
    t->ready_ns = en->now;
    if (l->resource != NO_OP) {
        begin_now(en, slot, op);
        return;
    }
    t->start_ns = en->now;
    t->finish_ns = en->now + l->service_ns;
    schedule_done(en, t->finish_ns, slot, op, DONE_LEG);
}

void chain_begin(struct engine *en, uint32_t slot)
{
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
