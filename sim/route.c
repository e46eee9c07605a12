// sim/route.c: the legs of a message from a node of one group to a node of another.
#include "sim/route.h"

#include <assert.h>

#include "sim/pace.h"

// ---- legs ---------------------------------------------------------------------------------------

static const struct link_spec *link_between(const struct net *n, const struct route *r,
                                            uint32_t place)
{
    return &n->links[r->groups[place] * n->group_count + r->groups[place + 1]];
}

static void add_leg(struct route *r, struct leg leg)
{
    assert(r->leg_count < MAX_LEGS);
    r->legs[r->leg_count++] = leg;
}

static void add_port(struct route *r, uint32_t place, double fixed_s, double s_per_payload_byte,
                     double s_per_wire_byte)
{
    if (fixed_s + s_per_payload_byte + s_per_wire_byte > 0)
        add_leg(r, (struct leg){.resource = LEG_PORT,
                                .place = (uint8_t)place,
                                .next_place = (uint8_t)place,
                                .untimed_bytes = r->control_bytes,
                                .fixed_s = fixed_s,
                                .s_per_payload_byte = s_per_payload_byte,
                                .s_per_wire_byte = s_per_wire_byte});
}

// Control packets of MQTT after PUBLISH in one stretch (QoS 1, 2 and 4 packets in all), and those
// of them that the message waits for.
static double control_packets(const struct protocol *p)
{
    return p->qos == 0 ? 0 : p->qos == 1 ? 1 : 3;
}

static double awaited_packets(const struct protocol *p)
{
    return p->qos == 2 ? 2 : 0;
}

static double packet_bytes(const struct protocol *p)
{
    return p->control_bytes + p->header_bytes * ceil(p->control_bytes / p->segment_bytes);
}

static double untimed_bytes(const struct protocol *p)
{
    return p->qos ? (control_packets(p) - awaited_packets(p)) * packet_bytes(p) : 0;
}

static struct leg new_wire(const struct route *r, enum leg_resource resource, uint32_t place,
                           uint32_t next_place, double latency_s)
{
    return (struct leg){.resource = resource,
                        .place = (uint8_t)place,
                        .next_place = (uint8_t)next_place,
                        .untimed_bytes = untimed_bytes(r->protocol),
                        .is_cold_able = r->protocol->slow_start_segments > 0 && latency_s > 0,
                        .rtt_s = 2 * latency_s};
}

static void add_card(struct route *r, enum leg_resource resource, const struct node_group *g,
                     uint32_t place)
{
    if (!g->nic_shared) return;
    struct leg card = new_wire(r, resource, place, place, 0);
    if (resource == LEG_TX) card.next_place = (uint8_t)(place + 1), card.overlaps_next = true;
    card.s_per_wire_byte = 1 / g->nic_bytes_per_s;
    add_leg(r, card);
}

static void add_wire(const struct net *n, struct route *r, uint32_t place)
{
    const struct node_group *from = &n->groups[r->groups[place]],
                            *to = &n->groups[r->groups[place + 1]];
    const struct link_spec *link = link_between(n, r, place);
    add_card(r, LEG_TX, from, place);
    struct leg wire = new_wire(r, LEG_WIRE, place, place + 1, link->latency_s);
    wire.overlaps_next = to->nic_shared;
    wire.is_varying = link->radio || link->trace;
    if (!wire.is_varying) wire.s_per_wire_byte = 1 / link->rate_bytes_per_s;
    add_leg(r, wire);
    add_card(r, LEG_RX, to, place + 1);
    r->legs[r->leg_count - 1].latency_after_s = link->latency_s;
}

// ---- stretches: from port to port ---------------------------------------------------------------

static bool follow_way(const struct net *n, const struct way *ways, struct route *r, uint32_t to)
{
    uint32_t g = r->groups[r->place_count - 1];
    bool     is_direct = !n->links[g * n->group_count + to].is_absent;
    do {
        const struct way *way = &ways[to * n->group_count + g];
        if (!is_direct && way->length >= NS_END) return r->fault = ROUTE_NO_WAY, false;
        if (r->place_count == MAX_PLACES) return r->fault = ROUTE_TOO_LONG, false;
        g = is_direct ? to : way->next;
        r->groups[r->place_count++] = g;
    } while (g != to);
    return true;
}

static enum route_fault hop_fault(const struct net *n, const struct route *r, uint32_t place)
{
    const struct link_spec *link = link_between(n, r, place);
    uint32_t                from = r->groups[place], to = r->groups[place + 1];
    if (link->radio &&
        (n->groups[from].mobility == PLACE_NONE || n->groups[to].mobility == PLACE_NONE))
        return ROUTE_NO_POSITION;
    for (uint32_t i = 0; i < link->media_count; i++) {
        uint32_t per_group = n->media[link->media[i]].per_group;
        if (per_group != NO_GROUP && per_group != from && per_group != to)
            return ROUTE_MEDIUM_ELSEWHERE;
    }
    return ROUTE_OK;
}

static uint32_t constraint_count(const struct net *n, const struct route *r, uint32_t place)
{
    return (n->groups[r->groups[place]].nic_shared ? 1u : 0) + 1 +
           link_between(n, r, place)->media_count +
           (n->groups[r->groups[place + 1]].nic_shared ? 1u : 0);
}

static bool is_varying_flow(const struct net *n, const struct link_spec *link)
{
    bool varies = link->radio || link->trace;
    for (uint32_t i = 0; i < link->media_count; i++)
        varies = varies || n->media[link->media[i]].trace;
    return varies;
}

static void add_flow(const struct net *n, struct route *r, uint32_t first, uint32_t last)
{
    double   latency_s = 0;
    uint32_t constraints = 0;
    bool     varies = false;
    for (uint32_t place = first; place < last; place++) {
        latency_s += link_between(n, r, place)->latency_s;
        constraints += constraint_count(n, r, place);
        varies = varies || is_varying_flow(n, link_between(n, r, place));
    }
    if (constraints > MAX_CONSTRAINTS) r->fault = ROUTE_TOO_MANY_CONSTRAINTS;
    struct leg flow = new_wire(r, LEG_FLOW, first, last, latency_s);
    flow.latency_after_s = latency_s;
    flow.is_varying = varies;
    add_leg(r, flow);
}

// QoS 2: PUBREC and PUBREL pass the whole stretch before its last node hands on.
static void add_stretch(const struct net *n, const struct way *ways, struct route *r, uint32_t to)
{
    uint32_t first = r->place_count - 1;
    if (r->fault || !follow_way(n, ways, r, to)) return;
    uint32_t last = r->place_count - 1;
    bool     is_flow = false;
    double   latency_s = 0;
    for (uint32_t place = first; place < last; place++) {
        const struct link_spec *link = link_between(n, r, place);
        is_flow = is_flow || link->is_fair || link->media_count;
        latency_s += link->latency_s;
        r->is_fading = r->is_fading || (link->radio && link->radio->is_fading);
        if (!r->fault) r->fault = hop_fault(n, r, place);
    }
    if (is_flow)
        add_flow(n, r, first, last);
    else
        for (uint32_t place = first; place < last; place++) add_wire(n, r, place);
    r->legs[r->leg_count - 1].latency_after_s += awaited_packets(r->protocol) * latency_s;
}

// ---- the whole ----------------------------------------------------------------------------------

static void add_legs(const struct net *n, const struct way *ways, struct route *r, uint32_t from,
                     uint32_t to)
{
    const struct node_group *f = &n->groups[from], *t = &n->groups[to];
    const struct protocol   *p = r->protocol;
    bool third = p->brokered && n->broker == BROKER_THIRD && f->role != ROLE_BROKER &&
                 t->role != ROLE_BROKER;
    add_port(r, 0, p->message_s, p->serialise_s_per_byte * f->serialisation_ratio, 0);
    if (p->brokered && n->broker == BROKER_SENDER)
        add_port(r, 0, 0, 0, p->broker_s_per_byte * f->serialisation_ratio);
    if (third) {
        uint32_t b = n->group_of[n->broker_node];
        add_stretch(n, ways, r, b);
        add_port(r, r->place_count - 1, 0, 0,
                 p->broker_s_per_byte * n->groups[b].serialisation_ratio);
    }
    add_stretch(n, ways, r, to);
    if (p->brokered && n->broker == BROKER_RECEIVER)
        add_port(r, r->place_count - 1, 0, 0, p->broker_s_per_byte * t->serialisation_ratio);
    add_port(r, r->place_count - 1, 0, p->deserialise_s_per_byte * t->serialisation_ratio, 0);
}

void route_make(const struct net *n, const struct way *ways, struct route *r, uint32_t from,
                uint32_t to)
{
    const struct protocol *p = n->links[from * n->group_count + to].protocol;
    *r = (struct route){.protocol = p, .place_count = 1, .groups = {from}};
    r->control_bytes = p->qos ? control_packets(p) * packet_bytes(p) : 0;
    add_legs(n, ways, r, from, to);
    r->is_reachable = r->fault == ROUTE_OK;
    if (!r->is_reachable) r->leg_count = 0, r->place_count = 2, r->groups[1] = to;
    for (uint32_t i = 0; i < r->leg_count; i++)
        r->is_varying = r->is_varying || r->legs[i].is_varying;
}

// ---- rates --------------------------------------------------------------------------------------

static double card_rate(const struct node_group *g)
{
    return g->nic_shared ? g->nic_bytes_per_s : INFINITY;
}

static double wire_rate(const struct net *n, const struct route *r, const struct leg *l)
{
    double rate = fmin(card_rate(&n->groups[r->groups[l->place]]),
                       card_rate(&n->groups[r->groups[l->next_place]]));
    return l->is_varying ? rate : fmin(rate, link_between(n, r, l->place)->rate_bytes_per_s);
}

// Any two nodes have the same where nothing varies; of one group: its first and its last.
static double flow_rate(const struct net *n, const struct route *r, uint32_t leg)
{
    const struct node_group *f = &n->groups[r->groups[0]],
                            *t = &n->groups[r->groups[r->place_count - 1]];
    struct message m = {.from = f->first, .to = t->first + t->count - 1, .fading = 1};
    return pace_rate(n, &m, leg, 0);
}

void route_rate(const struct net *n, struct route *r)
{
    if (!r->is_reachable) return;
    bool is_peopled =
        n->groups[r->groups[0]].count && n->groups[r->groups[r->place_count - 1]].count;
    r->rate_bytes_per_s = INFINITY;
    for (uint32_t i = 0; i < r->leg_count; i++) {
        struct leg *l = &r->legs[i];
        if (l->resource == LEG_WIRE)
            r->rate_bytes_per_s = fmin(r->rate_bytes_per_s, wire_rate(n, r, l));
        if (l->resource != LEG_FLOW || l->is_varying || !is_peopled) continue;
        l->rate_bytes_per_s = flow_rate(n, r, i);
        r->rate_bytes_per_s = fmin(r->rate_bytes_per_s, l->rate_bytes_per_s);
    }
}
