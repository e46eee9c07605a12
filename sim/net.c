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

static void add_port(struct route *r, enum leg_place place, double fixed_s,
                     double s_per_payload_byte, double s_per_wire_byte)
{
    if (fixed_s + s_per_payload_byte + s_per_wire_byte > 0)
        add_leg(r, (struct leg){LEG_PORT, place, place, fixed_s, s_per_payload_byte,
                                s_per_wire_byte, 0, false});
}

static void add_wire(struct route *r, const struct node_group *from, const struct node_group *to,
                     const struct link_spec *link, enum leg_place place, enum leg_place next)
{
    if (from->nic_shared)
        add_leg(r, (struct leg){LEG_TX, place, next, 0, 0, 1 / from->nic_bytes_per_s, 0, true});
    add_leg(r, (struct leg){LEG_WIRE, place, next, 0, 0, 1 / link->rate_bytes_per_s, 0,
                            to->nic_shared});
    if (to->nic_shared)
        add_leg(r, (struct leg){LEG_RX, next, next, 0, 0, 1 / to->nic_bytes_per_s, 0, false});
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
    add_port(r, AT_FROM, p->message_s, p->serialise_s_per_byte * f->serialisation_ratio, 0);
    if (p->brokered && n->broker == BROKER_SENDER)
        add_port(r, AT_FROM, 0, 0, p->broker_s_per_byte * f->serialisation_ratio);
    if (third) {
        uint32_t                 b = n->group_of[n->broker_node];
        const struct node_group *broker = &n->groups[b];
        add_wire(r, f, broker, &n->links[from * n->group_count + b], AT_FROM, AT_BROKER);
        add_port(r, AT_BROKER, 0, 0, p->broker_s_per_byte * broker->serialisation_ratio);
        add_wire(r, broker, t, &n->links[b * n->group_count + to], AT_BROKER, AT_TO);
    } else {
        add_wire(r, f, t, link, AT_FROM, AT_TO);
    }
    if (p->brokered && n->broker == BROKER_RECEIVER)
        add_port(r, AT_TO, 0, 0, p->broker_s_per_byte * t->serialisation_ratio);
    add_port(r, AT_TO, 0, p->deserialise_s_per_byte * t->serialisation_ratio, 0);
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

sim_ns route_leg_ns(const struct route *r, uint32_t leg, double payload_bytes, double wire_bytes)
{
    const struct leg *l = &r->legs[leg];
    return ns_or_end(l->fixed_s + l->s_per_payload_byte * payload_bytes +
                     l->s_per_wire_byte * wire_bytes);
}

sim_ns route_alone_ns(const struct route *r, double payload_bytes)
{
    double wire_bytes = route_wire_bytes(r, payload_bytes);
    sim_ns sum = 0, group = 0; // group: the longest of the legs that overlap
    for (uint32_t i = 0; i < r->leg_count; i++) {
        sim_ns leg = route_leg_ns(r, i, payload_bytes, wire_bytes);
        if (leg > group) group = leg;
        if (r->legs[i].overlaps_next) continue;
        sum += group;
        sum = sum < NS_END ? sum + ns_or_end(r->legs[i].latency_after_s) : NS_END;
        if (sum > NS_END) sum = NS_END;
        group = 0;
    }
    return sum;
}
