#include "sim/net.h"

#include <assert.h>

#include "sim/route.h"

const char *route_fault_text(enum route_fault fault)
{
    static const char *const texts[ROUTE_FAULTS] = {
        [ROUTE_OK] = "a route",
        [ROUTE_NO_WAY] = "no way over gateways, fog or cloud nodes",
        [ROUTE_TOO_LONG] = "the shortest way passes more than 8 nodes",
        [ROUTE_MEDIUM_ELSEWHERE] = "a hop uses a medium per node of a group that is not at the hop",
        [ROUTE_TOO_MANY_CONSTRAINTS] = "links, media and cards of the way are more than 16",
        [ROUTE_NO_POSITION] = "a radio link between groups without positions",
    };
    static_assert(MAX_PLACES == 8 && MAX_CONSTRAINTS == 16, "as the texts say");
    return texts[fault];
}

static void number_nodes(struct net *n, struct arena *a)
{
    n->node_count = 0;
    for (uint32_t g = 0; g < n->group_count; g++) n->node_count += n->groups[g].count;
    n->group_of = ARENA_ARRAY(a, uint32_t, n->node_count);
    uint32_t node = 0;
    for (uint32_t g = 0; g < n->group_count; g++) {
        n->groups[g].first = node;
        for (uint32_t i = 0; i < n->groups[g].count; i++) n->group_of[node++] = g;
    }
}

static void find_broker(struct net *n)
{
    n->broker_node = NO_NODE;
    for (uint32_t g = 0; g < n->group_count; g++)
        if (n->groups[g].role == ROLE_BROKER && n->groups[g].count && n->broker_node == NO_NODE)
            n->broker_node = n->groups[g].first;
    assert(n->broker != BROKER_THIRD || n->broker_node != NO_NODE);
}

static void number_media(struct net *n)
{
    n->instance_count = 0;
    for (uint32_t m = 0; m < n->media_count; m++) {
        uint32_t per_group = n->media[m].per_group;
        n->media[m].first = n->instance_count;
        n->instance_count += per_group == NO_GROUP ? 1 : n->groups[per_group].count;
    }
}

static void make_routes(struct net *n, const struct way *ways)
{
    for (uint32_t f = 0; f < n->group_count; f++)
        for (uint32_t t = 0; t < n->group_count; t++)
            route_make(n, ways, &n->routes[f * n->group_count + t], f, t);
}

static bool make_fair(struct link_spec *link)
{
    if (link->is_absent || link->is_fair || link->media_count) return false;
    link->is_fair = true;
    return true;
}

// The hop, and all that go through a card of its ends.
static bool spread_from_hop(struct net *n, uint32_t from, uint32_t to)
{
    bool changed = make_fair(&n->links[from * n->group_count + to]);
    for (uint32_t g = 0; g < n->group_count; g++) {
        if (n->groups[from].nic_shared) changed |= make_fair(&n->links[from * n->group_count + g]);
        if (n->groups[to].nic_shared) changed |= make_fair(&n->links[g * n->group_count + to]);
    }
    return changed;
}

// A link or a shared card on the way of a flow is shared fairly by all its messages: else those of
// other routes would queue for it and not see the flows, and its rate would be given twice. true:
// one was not yet.
static bool spread_fairness(struct net *n)
{
    bool changed = false;
    for (size_t i = 0; i < (size_t)n->group_count * n->group_count; i++) {
        const struct route *r = &n->routes[i];
        uint32_t            from = (uint32_t)i / n->group_count, to = (uint32_t)i % n->group_count;
        if (!n->groups[from].count || !n->groups[to].count) continue; // nobody there
        if (from == to && n->groups[to].count == 1) continue;         // nobody else there
        for (uint32_t l = 0; l < r->leg_count; l++) {
            if (r->legs[l].resource != LEG_FLOW) continue;
            for (uint32_t k = r->legs[l].place; k < r->legs[l].next_place; k++)
                changed |= spread_from_hop(n, r->groups[k], r->groups[k + 1]);
        }
    }
    return changed;
}

void net_finish(struct net *n, struct arena *a)
{
    size_t pairs = (size_t)n->group_count * n->group_count;
    number_nodes(n, a);
    find_broker(n);
    number_media(n);
    n->routes = ARENA_ARRAY(a, struct route, pairs);
    struct arena_mark mark = arena_mark(a);
    struct way       *ways = ARENA_ARRAY(a, struct way, pairs);
    find_ways(n, ways);
    do make_routes(n, ways);
    while (spread_fairness(n)); // what flows share must flow everywhere
    arena_rewind(a, mark);
    for (size_t i = 0; i < pairs; i++) route_rate(n, &n->routes[i]);
}

uint32_t net_between(const struct net *n, uint32_t from, uint32_t to, uint32_t group)
{
    const struct node_group *g = &n->groups[group], *f = net_group(n, from), *t = net_group(n, to);
    if (g->role == ROLE_BROKER || g->count == 1) return g->first;
    uint32_t rank = t->count > f->count ? to - t->first : from - f->first;
    return g->first + rank % g->count;
}

double route_wire_bytes(const struct route *r, double payload_bytes)
{
    const struct protocol *p = r->protocol;
    double                 bytes = payload_bytes * p->encoding + p->message_bytes;
    return bytes + p->header_bytes * ceil(bytes / p->segment_bytes) + r->control_bytes;
}

sim_ns net_message_ns(const struct net *n, const struct message *m, sim_ns at)
{
    const struct route *r = net_route(n, m->from, m->to);
    sim_ns              sum = 0, group = 0; // group: the longest of the legs that overlap
    if (!r->is_reachable) return NS_END;
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

bool net_is_fair(const struct net *n, uint32_t from, uint32_t to)
{
    const struct link_spec *l = net_link(n, from, to);
    return l->is_fair || l->media_count > 0;
}
