#include "sim/net.h"

#include <assert.h>
#include <math.h>

const struct node_group *net_group(const struct net *n, uint32_t node)
{
    return &n->groups[n->group_of[node]];
}

const struct route *net_route(const struct net *n, uint32_t from, uint32_t to)
{
    return &n->routes[n->group_of[from] * n->group_count + n->group_of[to]];
}

static void add_leg(struct route *r, struct leg leg)
{
    assert(r->leg_count < MAX_LEGS);
    r->legs[r->leg_count++] = leg;
}

static void add_port(struct route *r, uint8_t place, double fixed_s, double s_per_payload_byte,
                     double s_per_wire_byte)
{
    if (fixed_s + s_per_payload_byte + s_per_wire_byte > 0)
        add_leg(r, (struct leg){.resource = LEG_PORT,
                                .place = place,
                                .next_place = place,
                                .fixed_s = fixed_s,
                                .s_per_payload_byte = s_per_payload_byte,
                                .s_per_wire_byte = s_per_wire_byte});
}

static void add_wire(struct route *r, const struct node_group *from, const struct node_group *to,
                     const struct link_spec *link, uint8_t place)
{
    struct leg wire = {.resource = LEG_WIRE, .place = place, .next_place = (uint8_t)(place + 1)};
    if (from->nic_shared) {
        wire.resource = LEG_TX, wire.overlaps_next = true;
        wire.s_per_wire_byte = 1 / from->nic_bytes_per_s;
        add_leg(r, wire);
    }
    wire.resource = LEG_WIRE, wire.overlaps_next = to->nic_shared;
    wire.s_per_wire_byte = 1 / link->rate_bytes_per_s;
    add_leg(r, wire);
    if (to->nic_shared) {
        wire.resource = LEG_RX, wire.place = wire.next_place, wire.overlaps_next = false;
        wire.s_per_wire_byte = 1 / to->nic_bytes_per_s;
        add_leg(r, wire);
    }
    r->legs[r->leg_count - 1].latency_after_s = link->latency_s;
    double rate = link->rate_bytes_per_s;
    if (from->nic_shared) rate = fmin(rate, from->nic_bytes_per_s);
    if (to->nic_shared) rate = fmin(rate, to->nic_bytes_per_s);
    r->rate_bytes_per_s = r->rate_bytes_per_s > 0 ? fmin(r->rate_bytes_per_s, rate) : rate;
}

static void make_route(const struct net *n, struct route *r, uint32_t from, uint32_t to)
{
    const struct node_group *f = &n->groups[from], *t = &n->groups[to];
    const struct link_spec  *link = &n->links[from * n->group_count + to];
    const struct protocol   *p = link->protocol;
    bool third = p->brokered && n->broker == BROKER_THIRD && f->role != ROLE_BROKER &&
                 t->role != ROLE_BROKER;
    r->protocol = p;
    r->is_reachable = true;
    r->place_count = third ? 3 : 2;
    r->groups[0] = from;
    r->groups[r->place_count - 1] = to;
    uint8_t last = (uint8_t)(r->place_count - 1);
    add_port(r, 0, p->message_s, p->serialise_s_per_byte * f->serialisation_ratio, 0);
    if (p->brokered && n->broker == BROKER_SENDER)
        add_port(r, 0, 0, 0, p->broker_s_per_byte * f->serialisation_ratio);
    if (third) {
        uint32_t                 b = n->group_of[n->broker_node];
        const struct node_group *broker = &n->groups[b];
        r->groups[1] = b;
        add_wire(r, f, broker, &n->links[from * n->group_count + b], 0);
        add_port(r, 1, 0, 0, p->broker_s_per_byte * broker->serialisation_ratio);
        add_wire(r, broker, t, &n->links[b * n->group_count + to], 1);
    } else {
        add_wire(r, f, t, link, 0);
    }
    if (p->brokered && n->broker == BROKER_RECEIVER)
        add_port(r, last, 0, 0, p->broker_s_per_byte * t->serialisation_ratio);
    add_port(r, last, 0, p->deserialise_s_per_byte * t->serialisation_ratio, 0);
}

void net_finish(struct net *n, struct arena *a)
{
    n->node_count = 0;
    for (uint32_t g = 0; g < n->group_count; g++) n->node_count += n->groups[g].count;
    n->group_of = ARENA_ARRAY(a, uint32_t, n->node_count);
    uint32_t node = 0;
    for (uint32_t g = 0; g < n->group_count; g++) {
        n->groups[g].first = node;
        for (uint32_t i = 0; i < n->groups[g].count; i++) n->group_of[node++] = g;
    }
    n->broker_node = NO_NODE;
    for (uint32_t g = 0; g < n->group_count; g++)
        if (n->groups[g].role == ROLE_BROKER && n->groups[g].count && n->broker_node == NO_NODE)
            n->broker_node = n->groups[g].first;
    assert(n->broker != BROKER_THIRD || n->broker_node != NO_NODE);
    n->routes = ARENA_ARRAY(a, struct route, (size_t)n->group_count * n->group_count);
    for (uint32_t f = 0; f < n->group_count; f++)
        for (uint32_t t = 0; t < n->group_count; t++)
            make_route(n, &n->routes[f * n->group_count + t], f, t);
}

double route_wire_bytes(const struct route *r, double payload_bytes)
{
    const struct protocol *p = r->protocol;
    double                 bytes = payload_bytes * p->encoding + p->message_bytes;
    return bytes + p->header_bytes * ceil(bytes / p->segment_bytes);
}

uint32_t net_place(const struct net *n, uint32_t from, uint32_t to, uint32_t place)
{
    const struct route *r = net_route(n, from, to);
    if (place == 0) return from;
    return place + 1 == r->place_count ? to : n->groups[r->groups[place]].first;
}

double net_link_rate(const struct net *n, uint32_t from, uint32_t to, sim_ns at, double fading,
                     sim_ns *until)
{
    (void)at, (void)fading;
    *until = NS_END;
    return n->links[n->group_of[from] * n->group_count + n->group_of[to]].rate_bytes_per_s;
}

double net_rate(const struct net *n, uint32_t from, uint32_t to, sim_ns at)
{
    (void)at;
    return net_route(n, from, to)->rate_bytes_per_s;
}

sim_ns net_leg_ns(const struct net *n, const struct message *m, uint32_t leg, sim_ns start)
{
    (void)start;
    const struct leg *l = &net_route(n, m->from, m->to)->legs[leg];
    return ns_or_end(l->fixed_s + l->s_per_payload_byte * m->payload_bytes +
                     l->s_per_wire_byte * m->wire_bytes);
}

sim_ns net_message_ns(const struct net *n, const struct message *m, sim_ns at)
{
    const struct route *r = net_route(n, m->from, m->to);
    sim_ns              sum = 0, group = 0; // group: the longest of the legs that overlap
    for (uint32_t i = 0; i < r->leg_count; i++) {
        sim_ns leg = net_leg_ns(n, m, i, at + sum);
        if (leg > group) group = leg;
        if (r->legs[i].overlaps_next) continue;
        sum += group;
        sum = sum < NS_END ? sum + ns_or_end(r->legs[i].latency_after_s) : NS_END;
        if (sum > NS_END) sum = NS_END;
        group = 0;
    }
    return sum;
}

sim_ns net_alone_ns(const struct net *n, uint32_t from, uint32_t to, double payload_bytes,
                    sim_ns at)
{
    const struct route *r = net_route(n, from, to);
    struct message      m = {from, to, payload_bytes, route_wire_bytes(r, payload_bytes), 1, false};
    return net_message_ns(n, &m, at);
}

const struct link_spec *net_link(const struct net *n, uint32_t from, uint32_t to)
{
    return &n->links[n->group_of[from] * n->group_count + n->group_of[to]];
}

bool net_is_fair(const struct net *n, uint32_t from, uint32_t to)
{
    const struct link_spec *l = net_link(n, from, to);
    return l->is_fair || l->media_count > 0;
}

uint32_t net_constraints(const struct net *n, const struct message *m, uint32_t leg,
                         struct constraint out[MAX_CONSTRAINTS])
{
    (void)n, (void)leg;
    out[0] = (struct constraint){CONSTRAINT_LINK, m->from, m->to};
    return 1;
}

double net_capacity(const struct net *n, struct constraint c, sim_ns at, sim_ns *until)
{
    return net_link_rate(n, c.a, c.b, at, 1, until);
}
