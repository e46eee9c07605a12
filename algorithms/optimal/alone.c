#include "algorithms/optimal/alone.h"

#include <string.h>

enum what { WHAT_DONE, WHAT_BEGIN }; // of one instant in this order

struct pending {
    sim_ns    at;
    enum what what;
    uint32_t  op, leg;
};

enum site { SITE_CPU, SITE_PORT, SITE_TX, SITE_RX, SITE_WIRE };

struct resource {
    enum site kind;
    uint32_t  a, b; // a wire's ends; else a node, twice
    uint32_t  servers;
    sim_ns   *free_ns; // [servers]
};

struct alone {
    const struct net  *n;
    const struct plan *p;
    struct arena      *a;
    struct message    *messages;   // [op_count] of transfers
    uint32_t          *waits_for;  // [op_count] predecessors not finished
    sim_ns            *leg_end_ns; // [op_count] of the leg begun last
    sim_ns            *finish_ns;  // [op_count]
    struct pending    *pending;    // [count]
    struct resource   *resources;  // [resource_count]
    uint32_t           count, capacity, resource_count, resource_capacity;
};

static void push(struct alone *x, sim_ns at, enum what what, uint32_t op, uint32_t leg)
{
    x->pending = arena_grow(x->a, x->pending, &x->capacity, x->count + 1, sizeof *x->pending);
    x->pending[x->count++] = (struct pending){at < NS_END ? at : NS_END, what, op, leg};
}

static bool before(const struct pending *a, const struct pending *b)
{
    if (a->at != b->at) return a->at < b->at;
    if (a->what != b->what) return a->what < b->what;
    return a->op != b->op ? a->op < b->op : a->leg < b->leg;
}

static bool pop(struct alone *x, struct pending *out)
{
    uint32_t first = 0;
    if (!x->count) return false;
    for (uint32_t i = 1; i < x->count; i++)
        if (before(&x->pending[i], &x->pending[first])) first = i;
    *out = x->pending[first];
    x->pending[first] = x->pending[--x->count];
    return true;
}

static struct resource *resource_of(struct alone *x, enum site kind, uint32_t a, uint32_t b,
                                    uint32_t servers)
{
    for (uint32_t i = 0; i < x->resource_count; i++)
        if (x->resources[i].kind == kind && x->resources[i].a == a && x->resources[i].b == b)
            return &x->resources[i];
    x->resources = arena_grow(x->a, x->resources, &x->resource_capacity, x->resource_count + 1,
                              sizeof *x->resources);
    x->resources[x->resource_count] =
        (struct resource){kind, a, b, servers, ARENA_ARRAY(x->a, sim_ns, servers)};
    return &x->resources[x->resource_count++];
}

static sim_ns *first_free(struct resource *r)
{
    sim_ns *best = r->free_ns;
    for (uint32_t i = 1; i < r->servers; i++)
        if (r->free_ns[i] < *best) best = &r->free_ns[i];
    return best;
}

static void process(struct alone *x, uint32_t op, sim_ns now)
{
    const struct op *o = &x->p->ops[op];
    sim_ns           service = ns_or_end(o->seconds);
    if (o->kind == OP_DELAY) {
        push(x, now + service, WHAT_DONE, op, 0);
        return;
    }
    sim_ns *free_ns =
        first_free(resource_of(x, SITE_CPU, o->to, o->to, net_group(x->n, o->to)->servers));
    *free_ns = (*free_ns > now ? *free_ns : now) + service;
    push(x, *free_ns, WHAT_DONE, op, 0);
}

// NULL: a flow, which queues nowhere.
static sim_ns *leg_free(struct alone *x, const struct op *o, const struct leg *l)
{
    static const enum site kinds[] = {
        [LEG_PORT] = SITE_PORT, [LEG_TX] = SITE_TX, [LEG_RX] = SITE_RX, [LEG_WIRE] = SITE_WIRE};
    uint32_t here = net_place(x->n, o->from, o->to, l->place);
    if (l->resource == LEG_FLOW) return NULL;
    uint32_t there =
        l->resource == LEG_WIRE ? net_place(x->n, o->from, o->to, l->next_place) : here;
    return resource_of(x, kinds[l->resource], here, there, 1)->free_ns;
}

// As sim/serve.c: behind a leg that hands on while it sends, not before that one ends; what it
// hands on to begins so late that it would end with it.
static void send(struct alone *x, uint32_t op, uint32_t leg, sim_ns now)
{
    const struct op      *o = &x->p->ops[op];
    const struct message *m = &x->messages[op];
    const struct route   *r = net_route(x->n, o->from, o->to);
    const struct leg     *l = &r->legs[leg];
    sim_ns               *free_ns = leg_free(x, o, l), start = now;
    if (free_ns && *free_ns > now) start = *free_ns;
    sim_ns finish = start + net_leg_ns(x->n, m, leg, start);
    if (leg > 0 && l[-1].overlaps_next && x->leg_end_ns[op] > finish) finish = x->leg_end_ns[op];
    if (finish > NS_END) finish = NS_END;
    x->leg_end_ns[op] = finish;
    if (free_ns) *free_ns = finish;
    if (l->overlaps_next) {
        bool   waits = !l[1].is_varying && !l[1].overlaps_next;
        sim_ns begin = waits ? finish - net_leg_ns(x->n, m, leg + 1, start) : start;
        push(x, begin > start ? begin : start, WHAT_BEGIN, op, leg + 1);
        return;
    }
    bool is_last = leg + 1 == r->leg_count;
    push(x, finish + ns_or_end(l->latency_after_s), is_last ? WHAT_DONE : WHAT_BEGIN, op,
         is_last ? 0 : leg + 1);
}

static void finish(struct alone *x, uint32_t op, sim_ns now)
{
    const struct plan *p = x->p;
    x->finish_ns[op] = now;
    for (uint32_t i = op + 1; i < p->op_count; i++)
        for (uint32_t d = 0; d < p->ops[i].dep_count; d++)
            if (p->deps[p->ops[i].first_dep + d] == op && --x->waits_for[i] == 0)
                push(x, now, WHAT_BEGIN, i, 0);
}

static bool prepare(struct alone *x)
{
    const struct plan *p = x->p;
    for (uint32_t i = 0; i < p->op_count; i++) {
        const struct op *o = &p->ops[i];
        x->waits_for[i] = o->dep_count;
        if (!o->dep_count) push(x, 0, WHAT_BEGIN, i, 0);
        if (o->kind != OP_TRANSFER) continue;
        const struct route *r = net_route(x->n, o->from, o->to);
        if (!r->is_reachable) return false;
        x->messages[i] =
            (struct message){o->from, o->to, o->bytes, route_wire_bytes(r, o->bytes), 1, false};
    }
    return true;
}

sim_ns alone_plan_ns(const struct net *n, const struct plan *p, struct arena *scratch,
                     sim_ns *finish_ns)
{
    struct alone x = {.n = n, .p = p, .a = scratch};
    sim_ns       last = 0;
    x.messages = ARENA_ARRAY(scratch, struct message, p->op_count);
    x.waits_for = ARENA_ARRAY(scratch, uint32_t, p->op_count);
    x.leg_end_ns = ARENA_ARRAY(scratch, sim_ns, p->op_count);
    x.finish_ns = finish_ns ? finish_ns : ARENA_ARRAY(scratch, sim_ns, p->op_count);
    if (!prepare(&x)) return NS_END;
    for (struct pending e; pop(&x, &e);) {
        if (e.at >= NS_END) return NS_END;
        if (e.at > last) last = e.at;
        if (e.what == WHAT_DONE)
            finish(&x, e.op, e.at);
        else if (p->ops[e.op].kind == OP_TRANSFER)
            send(&x, e.op, e.leg, e.at);
        else
            process(&x, e.op, e.at);
    }
    return last;
}
