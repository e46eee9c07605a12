// sim/pace.c: at what pace a leg goes that needs more than its own numbers: what a flow shares,
// rates that change under way, slow start.
#include "sim/pace.h"

#include <assert.h>

// ---- what a flow shares -------------------------------------------------------------------------

struct basket {
    struct constraint *list; // [MAX_CONSTRAINTS]
    uint32_t           count;
};

static void put(struct basket *b, enum constraint_kind kind, uint32_t x, uint32_t y)
{
    assert(b->count < MAX_CONSTRAINTS);
    b->list[b->count++] = (struct constraint){kind, x, y};
}

static void put_hop(const struct net *n, struct basket *b, uint32_t from, uint32_t to)
{
    const struct link_spec *l = net_link(n, from, to);
    if (net_group(n, from)->nic_shared) put(b, CONSTRAINT_TX, from, 0);
    put(b, CONSTRAINT_LINK, from, to);
    for (uint32_t i = 0; i < l->media_count; i++) {
        const struct medium *m = &n->media[l->media[i]];
        uint32_t             rank = 0;
        if (m->per_group != NO_GROUP) {
            uint32_t end = n->group_of[from] == m->per_group ? from : to;
            assert(n->group_of[end] == m->per_group);
            rank = end - n->groups[m->per_group].first;
        }
        put(b, CONSTRAINT_MEDIUM, m->first + rank, 0);
    }
    if (net_group(n, to)->nic_shared) put(b, CONSTRAINT_RX, to, 0);
}

uint32_t net_constraints(const struct net *n, const struct message *m, uint32_t leg,
                         struct constraint out[MAX_CONSTRAINTS])
{
    const struct leg *l = &net_route(n, m->from, m->to)->legs[leg];
    struct basket     b = {.list = out};
    assert(l->resource == LEG_FLOW);
    uint32_t from = net_place(n, m->from, m->to, l->place);
    for (uint32_t place = l->place; place < l->next_place; place++) {
        uint32_t to = net_place(n, m->from, m->to, place + 1);
        put_hop(n, &b, from, to);
        from = to;
    }
    return b.count;
}

// ---- the pace of one leg alone ------------------------------------------------------------------

// A wire is a course of one constraint, its link.
struct course {
    struct constraint list[MAX_CONSTRAINTS];
    uint32_t          times[MAX_CONSTRAINTS]; // how often the same one is listed
    uint32_t          count;
    double            fading;
    bool              is_shared; // a flow: LINK holds without fading too
};

static void find_course(const struct net *n, const struct message *m, uint32_t leg,
                        struct course *c)
{
    const struct leg *l = &net_route(n, m->from, m->to)->legs[leg];
    c->fading = m->fading;
    c->is_shared = l->resource == LEG_FLOW;
    if (c->is_shared) {
        c->count = net_constraints(n, m, leg, c->list);
    } else {
        c->count = 1;
        c->list[0] = (struct constraint){CONSTRAINT_LINK, net_place(n, m->from, m->to, l->place),
                                         net_place(n, m->from, m->to, l->next_place)};
    }
    for (uint32_t i = 0; i < c->count; i++) {
        c->times[i] = 0;
        for (uint32_t k = 0; k < c->count; k++)
            c->times[i] += c->list[k].kind == c->list[i].kind && c->list[k].a == c->list[i].a &&
                           c->list[k].b == c->list[i].b;
    }
}

static double course_rate(const struct net *n, const struct course *c, sim_ns at, sim_ns *until)
{
    double least = INFINITY;
    *until = NS_END;
    for (uint32_t i = 0; i < c->count; i++) {
        struct constraint k = c->list[i];
        sim_ns            end = NS_END;
        bool              is_link = k.kind == CONSTRAINT_LINK;
        double            fading = !is_link ? 1 : c->is_shared ? fmin(c->fading, 1) : c->fading;
        double            rate =
            is_link ? net_link_rate(n, k.a, k.b, at, fading, &end) : net_capacity(n, k, at, &end);
        least = fmin(least, rate / c->times[i]);
        if (end < *until) *until = end;
    }
    return least;
}

double pace_rate(const struct net *n, const struct message *m, uint32_t leg, sim_ns at)
{
    struct course c;
    sim_ns        until;
    find_course(n, m, leg, &c);
    return course_rate(n, &c, at, &until);
}

double net_flow_bound(const struct net *n, const struct message *m, uint32_t leg, sim_ns at,
                      sim_ns *until)
{
    double bound = INFINITY;
    *until = NS_END;
    if (m->fading == 1) return bound;
    struct constraint list[MAX_CONSTRAINTS];
    uint32_t          count = net_constraints(n, m, leg, list);
    for (uint32_t i = 0; i < count; i++) {
        sim_ns end;
        if (list[i].kind != CONSTRAINT_LINK || !net_link(n, list[i].a, list[i].b)->radio) continue;
        bound = fmin(bound, net_link_rate(n, list[i].a, list[i].b, at, m->fading, &end));
        if (end < *until) *until = end;
    }
    return bound;
}

// ---- how long -----------------------------------------------------------------------------------

enum { MAX_PIECES = 10000000 }; // a second of work; then it counts as endless

// Piece after piece: what is left after a piece is what the piece did not carry. Only the end is
// rounded to the clock.
static sim_ns integrate(const struct net *n, const struct course *c, double bytes, sim_ns start)
{
    double   left = bytes;
    uint32_t pieces = 0;
    for (sim_ns t = start; left > 0;) {
        if (t >= NS_END || pieces++ == MAX_PIECES) return NS_END;
        sim_ns until, end;
        double rate = course_rate(n, c, t, &until);
        end = t + ns_or_end(left / rate);
        if (end >= NS_END && until >= NS_END) return NS_END;
        if (end <= until) return end - start;
        left = fmax(left - rate * s_from_ns(until - t), 0);
        t = until;
        if (left <= 0) return t - start;
    }
    return 0;
}

static double constant_s(const struct leg *l, const struct message *m)
{
    double bytes = leg_bytes(l, m->wire_bytes);
    if (l->resource == LEG_FLOW) return bytes / l->rate_bytes_per_s;
    return l->fixed_s + l->s_per_payload_byte * m->payload_bytes + l->s_per_wire_byte * bytes;
}

static sim_ns warm_ns(const struct net *n, const struct message *m, uint32_t leg, sim_ns start)
{
    const struct leg *l = &net_route(n, m->from, m->to)->legs[leg];
    if (!l->is_varying) return ns_or_end(constant_s(l, m));
    struct course c;
    find_course(n, m, leg, &c);
    return integrate(n, &c, leg_bytes(l, m->wire_bytes), start);
}

static double extra_s(const struct protocol *p, double bytes, double rate, double rtt_s)
{
    double window = p->slow_start_segments * (p->segment_bytes + p->header_bytes), extra = 0;
    while (bytes > window && window / rate < rtt_s) {
        extra += rtt_s - window / rate;
        bytes -= window;
        window *= 2;
    }
    return extra;
}

sim_ns net_cold_ns(const struct net *n, const struct message *m, uint32_t leg, sim_ns start)
{
    const struct route *r = net_route(n, m->from, m->to);
    const struct leg   *l = &r->legs[leg];
    if (!m->is_cold || !l->is_cold_able || start >= NS_END) return 0;
    double rate = l->is_varying             ? pace_rate(n, m, leg, start)
                  : l->resource == LEG_FLOW ? l->rate_bytes_per_s
                                            : 1 / l->s_per_wire_byte;
    if (leg > 0 && l[-1].overlaps_next) rate = fmin(rate, 1 / l[-1].s_per_wire_byte);
    if (l->overlaps_next) rate = fmin(rate, 1 / l[1].s_per_wire_byte);
    return ns_or_end(extra_s(r->protocol, leg_bytes(l, m->wire_bytes), rate, l->rtt_s));
}

// A cold wire goes at the pace of the slowest of link and cards, and waits on top of that.
sim_ns net_slow_leg_ns(const struct net *n, const struct message *m, uint32_t leg, sim_ns start)
{
    const struct leg *l = &net_route(n, m->from, m->to)->legs[leg];
    sim_ns            span = warm_ns(n, m, leg, start);
    if (!m->is_cold || !l->is_cold_able) return span;
    for (uint32_t k = 0; k < 2; k++) {
        uint32_t other = k ? leg + 1 : leg - 1;
        if (k ? !l->overlaps_next : leg == 0 || !l[-1].overlaps_next) continue;
        sim_ns card = warm_ns(n, m, other, start);
        if (card > span) span = card;
    }
    span += net_cold_ns(n, m, leg, start);
    return span < NS_END ? span : NS_END;
}

double net_rate(const struct net *n, uint32_t from, uint32_t to, sim_ns at)
{
    const struct route *r = net_route(n, from, to);
    double              rate = r->rate_bytes_per_s;
    struct message      m = {.from = from, .to = to, .fading = 1};
    if (!r->is_varying || !r->is_reachable) return rate;
    for (uint32_t i = 0; i < r->leg_count; i++)
        if (r->legs[i].is_varying) rate = fmin(rate, pace_rate(n, &m, i, at));
    return rate;
}
