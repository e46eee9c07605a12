// tests/test_route.c: ways over groups, the nodes they pass, flows and what they share, MQTT's
// packets: by hand.
//
// Where nothing else is said a link carries 1e9 B/s (1 ns a byte) without latency and the protocol
// adds nothing, so that bytes are ns. Absent are the links that a test cuts.
#include <check.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "sim/net.h"

Suite *route_suite(void);

enum { USER, GATE, FOG, CLOUD, BROKER, GROUPS };

static struct arena      arena;
static struct protocol   protocol;
static struct node_group groups[GROUPS];
static struct link_spec  links[GROUPS * GROUPS];
static struct medium     media[4];
static struct net        net;

static void setup(void)
{
    arena = (struct arena){0};
    protocol = (struct protocol){.name = "plain", .encoding = 1, .segment_bytes = 1};
    const enum node_role roles[GROUPS] = {ROLE_USER, ROLE_GATEWAY, ROLE_FOG, ROLE_CLOUD,
                                          ROLE_BROKER};
    for (int g = 0; g < GROUPS; g++)
        groups[g] = (struct node_group){.role = roles[g],
                                        .count = 1,
                                        .servers = 1,
                                        .nic_bytes_per_s = 1e9,
                                        .serialisation_ratio = 1};
    for (int l = 0; l < GROUPS * GROUPS; l++) links[l] = (struct link_spec){1e9, 0, &protocol};
    for (int m = 0; m < 4; m++)
        media[m] = (struct medium){.rate_bytes_per_s = 1e9, .per_group = NO_GROUP};
    net = (struct net){
        .group_count = GROUPS, .groups = groups, .links = links, .media = media, .media_count = 4};
}

static void teardown(void)
{
    arena_free(&arena);
}

static struct link_spec *link_of(uint32_t from, uint32_t to)
{
    return &links[from * GROUPS + to];
}

static void cut_all(void)
{
    for (int l = 0; l < GROUPS * GROUPS; l++) links[l].is_absent = true;
}

static void join(uint32_t from, uint32_t to, double rate_bytes_per_s, double latency_s)
{
    *link_of(from, to) = (struct link_spec){rate_bytes_per_s, latency_s, &protocol};
}

static const struct route *route(uint32_t from, uint32_t to)
{
    net_finish(&net, &arena);
    return &net.routes[from * GROUPS + to];
}

static sim_ns alone(uint32_t from, uint32_t to, double bytes) // of groups of one node
{
    net_finish(&net, &arena);
    return net_alone_ns(&net, groups[from].first, groups[to].first, bytes, 0);
}

static void ck_way(const struct route *r, uint32_t count, const uint32_t *want)
{
    ck_assert(r->is_reachable);
    ck_assert_uint_eq(r->place_count, count);
    for (uint32_t i = 0; i < count; i++) ck_assert_uint_eq(r->groups[i], want[i]);
}

#define CK_WAY(route, ...)                                                                         \
    do {                                                                                           \
        const uint32_t want[] = {__VA_ARGS__};                                                     \
        ck_way(route, sizeof want / sizeof *want, want);                                           \
    } while (0)

// ---- ways ---------------------------------------------------------------------------------------

// Two hops: 1000 B at 1 ns + 100 ns, then 1000 B at 2 ns + 200 ns. Hops are stored and forwarded.
START_TEST(without_a_link_a_message_goes_over_the_gateway)
{
    cut_all();
    join(USER, GATE, 1e9, 100e-9), join(GATE, FOG, 0.5e9, 200e-9);
    ck_assert_int_eq(alone(USER, FOG, 1000), 1100 + 2200);
    CK_WAY(route(USER, FOG), USER, GATE, FOG);
    ck_assert_double_eq(route(USER, FOG)->rate_bytes_per_s, 0.5e9);
    ck_assert_int_eq(route(FOG, USER)->fault, ROUTE_NO_WAY); // links are directed
    ck_assert(!route(FOG, USER)->is_reachable);
    ck_assert_int_eq(alone(FOG, USER, 1000), NS_END);
    ck_assert_double_eq(net_rate(&net, groups[FOG].first, groups[USER].first, 0), 0);
}
END_TEST

// The gateway's card, 5 ns a byte, is slower than both links; it receives and sends one after the
// other: 5000 + 100, then 5000 + 200.
START_TEST(a_gateways_shared_card_counts_at_both_hops)
{
    cut_all();
    join(USER, GATE, 1e9, 100e-9), join(GATE, FOG, 0.5e9, 200e-9);
    groups[GATE].nic_shared = true, groups[GATE].nic_bytes_per_s = 1e9 / 5;
    ck_assert_int_eq(alone(USER, FOG, 1000), 5100 + 5200);
    ck_assert_double_eq(route(USER, FOG)->rate_bytes_per_s, 1e9 / 5);
}
END_TEST

START_TEST(a_link_of_their_own_is_taken_however_slow)
{
    join(USER, FOG, 1, 1);
    CK_WAY(route(USER, FOG), USER, FOG);
}
END_TEST

// A hop is its latency and 1448 bytes: over the gateway 10 us + 1.448 us + 10 us + 1.448 us
// = 22.896 us; over the cloud 0 + 11.448 us (1448 B at 0.1265 GB/s) twice = 22.893 us; at 0.126
// GB/s 22.984.
START_TEST(the_way_is_the_shortest_for_a_full_segment)
{
    cut_all();
    join(USER, GATE, 1e9, 10e-6), join(GATE, FOG, 1e9, 10e-6);
    join(USER, CLOUD, 0.1265e9, 0), join(CLOUD, FOG, 0.1265e9, 0);
    CK_WAY(route(USER, FOG), USER, CLOUD, FOG);
    join(USER, CLOUD, 0.126e9, 0), join(CLOUD, FOG, 0.126e9, 0);
    CK_WAY(route(USER, FOG), USER, GATE, FOG);
}
END_TEST

// 1.448 us each hop and 1 ms on one: three fast hops (4.3 us) beat two with a slow one.
START_TEST(more_hops_may_be_shorter)
{
    cut_all();
    join(USER, GATE, 1e9, 0), join(GATE, CLOUD, 1e9, 0), join(CLOUD, FOG, 1e9, 0);
    join(GATE, FOG, 1e9, 1e-3);
    CK_WAY(route(USER, FOG), USER, GATE, CLOUD, FOG);
    CK_WAY(route(GATE, FOG), GATE, FOG); // has a link of its own
}
END_TEST

// Both ways last 6 us: 2 us + 4 us over the cloud, 2 + 2 + 2 over gateway and cloud... (rates
// without end: only latencies count), and two of equal hops.
START_TEST(of_equal_ways_fewer_hops_and_then_the_lowest_groups)
{
    cut_all();
    join(USER, GATE, INFINITY, 2e-6), join(GATE, CLOUD, INFINITY, 2e-6);
    join(CLOUD, FOG, INFINITY, 2e-6), join(USER, CLOUD, INFINITY, 4e-6);
    CK_WAY(route(USER, FOG), USER, CLOUD, FOG);
    join(GATE, FOG, INFINITY, 4e-6);
    CK_WAY(route(USER, FOG), USER, GATE, FOG);
    join(USER, CLOUD, INFINITY, 3.999e-6);
    CK_WAY(route(USER, FOG), USER, CLOUD, FOG);
}
END_TEST

START_TEST(no_way_leads_over_users_or_brokers_or_groups_without_nodes)
{
    cut_all();
    join(FOG, USER, 1e9, 0), join(USER, CLOUD, 1e9, 0);
    join(FOG, BROKER, 1e9, 0), join(BROKER, CLOUD, 1e9, 0);
    ck_assert_int_eq(route(FOG, CLOUD)->fault, ROUTE_NO_WAY);
    join(FOG, GATE, 1e9, 0), join(GATE, CLOUD, 1e9, 0);
    CK_WAY(route(FOG, CLOUD), FOG, GATE, CLOUD);
    groups[GATE].count = 0;
    ck_assert_int_eq(route(FOG, CLOUD)->fault, ROUTE_NO_WAY);
}
END_TEST

// Fog nodes see each other over the gateway only; the way from a group to itself is no empty one.
START_TEST(nodes_of_one_group_reach_each_other_over_a_gateway)
{
    cut_all();
    groups[FOG].count = 3;
    join(FOG, GATE, 1e9, 0), join(GATE, FOG, 0.5e9, 0);
    CK_WAY(route(FOG, FOG), FOG, GATE, FOG);
    ck_assert_int_eq(net_alone_ns(&net, 2, 4, 1000, 0), 3000);
}
END_TEST

// Users 0 to 4, gateways 5 and 6, fog 7 to 9: user i over gateway i mod 2, both ways, whatever the
// fog node. Fog to cloud (one node): by the fog node's rank.
START_TEST(user_i_goes_over_gateway_i_mod_count_both_ways)
{
    cut_all();
    groups[USER].count = 5, groups[GATE].count = 2, groups[FOG].count = 3;
    const uint32_t ends[] = {USER, FOG, CLOUD};
    for (int i = 0; i < 3; i++) join(ends[i], GATE, 1e9, 0), join(GATE, ends[i], 1e9, 0);
    CK_WAY(route(USER, FOG), USER, GATE, FOG);
    for (uint32_t u = 0; u < 5; u++)
        for (uint32_t f = 7; f < 10; f++) {
            ck_assert_uint_eq(net_place(&net, u, f, 0), u);
            ck_assert_uint_eq(net_place(&net, u, f, 1), 5 + u % 2);
            ck_assert_uint_eq(net_place(&net, u, f, 2), f);
            ck_assert_uint_eq(net_place(&net, f, u, 1), 5 + u % 2);
        }
    for (uint32_t f = 7; f < 10; f++) ck_assert_uint_eq(net_place(&net, f, 10, 1), 5 + (f - 7) % 2);
    groups[FOG].count = 5; // equal counts: the sender's rank
    net_finish(&net, &arena);
    ck_assert_uint_eq(net_place(&net, 3, 7, 1), 6);
    ck_assert_uint_eq(net_place(&net, 7, 3, 1), 5);
}
END_TEST

// The same over the broker: user -> gateway -> broker -> gateway -> fog, wires of 1, 2, 3, 4 ns and
// a copy of 1000 ns at the broker, whose group's second node is not the broker.
START_TEST(a_way_to_the_broker_and_on_may_pass_gateways)
{
    cut_all();
    groups[BROKER].count = 2, groups[GATE].count = 2, groups[USER].count = 2;
    join(USER, GATE, 1e9, 0), join(GATE, BROKER, 1e9 / 2, 0);
    join(BROKER, GATE, 1e9 / 3, 0), join(GATE, FOG, 1e9 / 4, 0);
    protocol.brokered = true, protocol.broker_s_per_byte = 1e-9;
    net.broker = BROKER_THIRD;
    CK_WAY(route(USER, FOG), USER, GATE, BROKER, GATE, FOG);
    ck_assert_int_eq(net_alone_ns(&net, 1, 4, 1000, 0), 1000 + 2000 + 1000 + 3000 + 4000);
    const uint32_t places[] = {1, 3, 6, 3, 4};
    for (uint32_t i = 0; i < 5; i++) ck_assert_uint_eq(net_place(&net, 1, 4, i), places[i]);
}
END_TEST

// Every simple way over intermediate groups, tried one after the other in ascending order of their
// groups, so that the first of equals stays.
struct best {
    sim_ns   length;
    uint32_t count, groups[GROUPS + 1];
};

static sim_ns hop(uint32_t from, uint32_t to)
{
    return ns_from_s(link_of(from, to)->latency_s) +
           llround(1448e9 / link_of(from, to)->rate_bytes_per_s);
}

static void try_all(uint32_t *way, uint32_t count, sim_ns length, uint32_t to, struct best *best)
{
    uint32_t here = way[count - 1];
    for (uint32_t g = 0; g < GROUPS; g++) {
        bool between = g == GATE || g == FOG || g == CLOUD, seen = g == way[0];
        for (uint32_t i = 1; i < count; i++) seen = seen || way[i] == g;
        if (link_of(here, g)->is_absent || (g != to && (!between || seen))) continue;
        sim_ns sum = length + hop(here, g);
        way[count] = g;
        if (g != to) {
            try_all(way, count + 1, sum, to, best);
        } else if (!best->count || sum < best->length ||
                   (sum == best->length && count + 1 < best->count)) {
            best->length = sum, best->count = count + 1;
            memcpy(best->groups, way, (count + 1) * sizeof *way);
        }
    }
}

// Latencies of 0 to 3 us and rates of 1 or 2 ns a byte, so that many ways are equally long.
START_TEST(random_ways_are_the_best_of_all_that_there_are)
{
    struct rng rng;
    uint32_t   found = 0;
    rng_init(&rng, 15, 0, "test_route", 0);
    for (int i = 0; i < 500; i++) {
        for (int l = 0; l < GROUPS * GROUPS; l++)
            links[l] = (struct link_spec){rng_below(&rng, 2) ? 1e9 : 0.5e9,
                                          1e-6 * (double)rng_below(&rng, 4), &protocol,
                                          .is_absent = rng_below(&rng, 2)};
        net_finish(&net, &arena);
        for (uint32_t f = 0; f < GROUPS; f++)
            for (uint32_t t = 0; t < GROUPS; t++) {
                if (!link_of(f, t)->is_absent) continue; // of their own
                uint32_t            way[GROUPS + 1] = {f};
                struct best         best = {0};
                const struct route *r = &net.routes[f * GROUPS + t];
                try_all(way, 1, 0, t, &best);
                ck_assert_int_eq(r->is_reachable, best.count > 0);
                if (best.count) ck_way(r, best.count, best.groups);
                found += best.count > 3;
            }
        arena_rewind(&arena, (struct arena_mark){0});
    }
    ck_assert_uint_gt(found, 100); // of three hops and more
}
END_TEST

// ---- long ways, in a line of groups -------------------------------------------------------------

enum { LINE = 10 };
static struct node_group line_groups[LINE];
static struct link_spec  line_links[LINE * LINE];

static struct net line(void)
{
    for (uint32_t g = 0; g < LINE; g++) {
        line_groups[g] = groups[g ? FOG : USER];
        line_groups[g].nic_shared = true;
        for (uint32_t t = 0; t < LINE; t++)
            line_links[g * LINE + t] =
                (struct link_spec){1e9, 0, &protocol, .is_absent = t != g + 1};
    }
    struct net n = {.group_count = LINE, .groups = line_groups, .links = line_links};
    net_finish(&n, &arena);
    return n;
}

// Eight places are seven hops of 1000 ns; with cards, ports and legs as many as there can be.
START_TEST(a_way_passes_at_most_eight_places)
{
    protocol.serialise_s_per_byte = protocol.deserialise_s_per_byte = 1e-9;
    protocol.brokered = true, protocol.broker_s_per_byte = 1e-9;
    struct net n = line();
    ck_assert_uint_eq(n.routes[7].place_count, 8);
    ck_assert_uint_eq(n.routes[7].leg_count, 7 * 3 + 3);
    ck_assert_int_eq(net_alone_ns(&n, 0, 7, 1000, 0), 7000 + 3000);
    ck_assert_int_eq(n.routes[8].fault, ROUTE_TOO_LONG);
    ck_assert(!n.routes[8].is_reachable);
    ck_assert_int_eq(net_alone_ns(&n, 0, 8, 1000, 0), NS_END);
}
END_TEST

// Seven hops as one flow: link and two cards each are 21 constraints; five hops have 15.
START_TEST(a_flow_has_at_most_sixteen_constraints)
{
    line();
    for (int l = 0; l < LINE * LINE; l++) line_links[l].is_fair = true;
    struct net n = {.group_count = LINE, .groups = line_groups, .links = line_links};
    net_finish(&n, &arena);
    ck_assert_int_eq(n.routes[5].fault, ROUTE_OK);
    ck_assert_int_eq(n.routes[6].fault, ROUTE_TOO_MANY_CONSTRAINTS);
    ck_assert(!n.routes[6].is_reachable);
}
END_TEST

START_TEST(a_hop_needs_a_node_of_its_media_and_positions_for_its_radio)
{
    static const struct radio radio = {.step_ns = 1};
    media[0].per_group = GATE;
    link_of(USER, FOG)->media_count = 1;
    ck_assert_int_eq(route(USER, FOG)->fault, ROUTE_MEDIUM_ELSEWHERE);
    link_of(USER, GATE)->media_count = link_of(GATE, FOG)->media_count = 1;
    ck_assert_int_eq(route(USER, GATE)->fault, ROUTE_OK);
    ck_assert_int_eq(route(GATE, FOG)->fault, ROUTE_OK);
    link_of(USER, CLOUD)->radio = &radio;
    groups[USER].mobility = PLACE_FIXED;
    ck_assert_int_eq(route(USER, CLOUD)->fault, ROUTE_NO_POSITION);
    groups[CLOUD].mobility = PLACE_FIXED;
    ck_assert_int_eq(route(USER, CLOUD)->fault, ROUTE_OK);
    for (int f = 0; f < ROUTE_FAULTS; f++)
        ck_assert_uint_gt(strlen(route_fault_text((enum route_fault)f)), 4);
}
END_TEST

// ---- flows --------------------------------------------------------------------------------------

// Fluid over both hops at once: 1000 B at the slower, 2 ns, and both latencies at the end.
START_TEST(a_fair_hop_makes_the_whole_stretch_one_flow)
{
    cut_all();
    join(USER, GATE, 1e9, 100e-9), join(GATE, FOG, 0.5e9, 200e-9);
    link_of(GATE, FOG)->is_fair = true;
    protocol.serialise_s_per_byte = 1e-9;
    const struct route *r = route(USER, FOG);
    ck_assert_uint_eq(r->leg_count, 2); // port, flow
    ck_assert_int_eq(r->legs[1].resource, LEG_FLOW);
    ck_assert_uint_eq(r->legs[1].place, 0);
    ck_assert_uint_eq(r->legs[1].next_place, 2);
    ck_assert_double_eq_tol(r->legs[1].latency_after_s, 300e-9, 1e-20);
    ck_assert_double_eq(r->rate_bytes_per_s, 0.5e9);
    ck_assert_int_eq(alone(USER, FOG, 1000), 1000 + 2000 + 300);
}
END_TEST

// Over a broker the stretches are two: the first shared, the second not.
START_TEST(a_broker_ends_a_flow)
{
    protocol.brokered = true, net.broker = BROKER_THIRD;
    link_of(USER, BROKER)->is_fair = true;
    groups[BROKER].nic_shared = true;
    const struct route *r = route(USER, FOG);
    ck_assert_uint_eq(r->leg_count, 3);
    ck_assert_int_eq(r->legs[0].resource, LEG_FLOW);
    ck_assert_int_eq(r->legs[1].resource, LEG_TX);
    ck_assert_int_eq(r->legs[2].resource, LEG_WIRE);
    ck_assert_int_eq(alone(USER, FOG, 1000), 2000);
}
END_TEST

static bool lists(const struct constraint *list, uint32_t count, enum constraint_kind kind,
                  uint32_t x, uint32_t y)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i].kind == kind && list[i].a == x && list[i].b == y) return true;
    return false;
}

// Users 0 to 2, gateways 3 and 4, fog 5. User 1 -> gateway 4 (cell of that gateway) -> fog (through
// the backbone, medium 1). Media 0 has an instance per gateway: 0 and 1; medium 1 is instance 2.
START_TEST(a_flow_shares_links_media_and_shared_cards)
{
    cut_all();
    groups[USER].count = 3, groups[GATE].count = 2, groups[GATE].nic_shared = true;
    join(USER, GATE, 1e9, 0), join(GATE, FOG, 2e9, 0);
    media[0] = (struct medium){.rate_bytes_per_s = 3e8, .per_group = GATE};
    media[1] = (struct medium){.rate_bytes_per_s = 4e8, .per_group = NO_GROUP};
    link_of(USER, GATE)->media_count = 1, link_of(USER, GATE)->media[0] = 0;
    link_of(GATE, FOG)->media_count = 1, link_of(GATE, FOG)->media[0] = 1;
    net_finish(&net, &arena);
    ck_assert_uint_eq(net.instance_count, 2 + 3);
    struct constraint list[MAX_CONSTRAINTS];
    struct message    m = {.from = 1, .to = 5, .fading = 1};
    uint32_t          count = net_constraints(&net, &m, 0, list);
    ck_assert_uint_eq(count, 6);
    ck_assert(lists(list, count, CONSTRAINT_LINK, 1, 4));
    ck_assert(lists(list, count, CONSTRAINT_LINK, 4, 5));
    ck_assert(lists(list, count, CONSTRAINT_MEDIUM, 1, 0));
    ck_assert(lists(list, count, CONSTRAINT_MEDIUM, 2, 0));
    ck_assert(lists(list, count, CONSTRAINT_RX, 4, 0));
    ck_assert(lists(list, count, CONSTRAINT_TX, 4, 0));
    static const double capacity[] = {3e8, 3e8, 4e8};
    sim_ns              until;
    for (uint32_t i = 0; i < 3; i++) {
        struct constraint c = {CONSTRAINT_MEDIUM, i, 0};
        ck_assert_double_eq(net_capacity(&net, c, 0, &until), capacity[i]);
        ck_assert_int_eq(until, NS_END);
    }
    struct constraint link = {CONSTRAINT_LINK, 4, 5}, card = {CONSTRAINT_TX, 4, 0};
    ck_assert_double_eq(net_capacity(&net, link, 0, &until), 2e9);
    ck_assert_double_eq(net_capacity(&net, card, 0, &until), 1e9);
    ck_assert_double_eq(net_rate(&net, 1, 5, 0), 3e8);
    ck_assert_int_eq(net_alone_ns(&net, 1, 5, 3000, 0), 10000);
}
END_TEST

// Station to station over the access point: both hops in one cell of 1 ns a byte, so 2 ns; user 0's
// cell and user 1's are two where the cell is per user.
START_TEST(a_medium_that_two_hops_use_carries_the_flow_twice)
{
    cut_all();
    groups[USER].count = 2;
    join(USER, GATE, 4e9, 0), join(GATE, USER, 4e9, 0);
    link_of(USER, GATE)->media_count = link_of(GATE, USER)->media_count = 1;
    for (int i = 0; i < 3; i++) {
        static const uint32_t per[] = {NO_GROUP, GATE, USER};
        media[0].per_group = per[i];
        net_finish(&net, &arena);
        ck_assert_int_eq(net_alone_ns(&net, 0, 1, 1000, 0), i == 2 ? 1000 : 2000);
        ck_assert_double_eq(net_rate(&net, 0, 1, 0), i == 2 ? 1e9 : 0.5e9);
    }
}
END_TEST

// ---- MQTT's packets -----------------------------------------------------------------------------

// 1000 B + 66 = 1066. A control packet: 4 + 66 = 70. QoS 1: one PUBACK that nobody waits for. QoS
// 2: PUBREC and PUBREL (140 B) and two latencies of 300 ns before the message is handed on, PUBCOMP
// behind it; four packets in all.
START_TEST(qos_counts_its_packets_and_waits_for_two_of_them_at_2)
{
    static const double wire[] = {1066, 1066 + 70, 1066 + 210};
    static const sim_ns want[] = {1066 + 300, 1066 + 300, 1066 + 140 + 900};
    protocol.header_bytes = 66, protocol.segment_bytes = 1448, protocol.control_bytes = 4;
    protocol.brokered = true;
    link_of(USER, FOG)->latency_s = 300e-9;
    for (uint32_t qos = 0; qos < 3; qos++) {
        protocol.qos = qos, protocol.broker_s_per_byte = 0;
        net.broker = BROKER_RECEIVER;
        ck_assert_int_eq(alone(USER, FOG, 1000), want[qos]);
        ck_assert_double_eq(route_wire_bytes(route(USER, FOG), 1000), wire[qos]);
        link_of(USER, FOG)->is_fair = true;
        ck_assert_int_eq(alone(USER, FOG, 1000), want[qos]);
        link_of(USER, FOG)->is_fair = false;
        protocol.broker_s_per_byte = 2e-9; // copies the message, not the control packets
        ck_assert_int_eq(alone(USER, FOG, 1000), want[qos] + 2132);
        net.broker = BROKER_SENDER;
        ck_assert_int_eq(alone(USER, FOG, 1000), want[qos] + 2132);
    }
}
END_TEST

// Client to broker (1 ns a byte, 300 ns) and broker to client (2 ns, 500 ns), each with its
// packets: 1000 + 200 + 900, 2 x 1200 + 1500.
START_TEST(qos_2_waits_at_both_hops_of_a_third_broker)
{
    protocol.brokered = true, protocol.qos = 2, protocol.control_bytes = 100;
    net.broker = BROKER_THIRD;
    join(USER, BROKER, 1e9, 300e-9), join(BROKER, FOG, 0.5e9, 500e-9);
    ck_assert_int_eq(alone(USER, FOG, 1000), 2100 + 3900);
}
END_TEST

// A stretch of two hops stored and forwarded: 1200 each, latencies 300 and 500 three times.
START_TEST(qos_2_packets_pass_the_gateways_of_their_stretch)
{
    cut_all();
    protocol.qos = 2, protocol.control_bytes = 100;
    join(USER, GATE, 1e9, 300e-9), join(GATE, FOG, 1e9, 500e-9);
    ck_assert_int_eq(alone(USER, FOG, 1000), 2400 + 3 * 800);
    link_of(USER, GATE)->is_fair = true; // as a flow both hops at once
    ck_assert_int_eq(alone(USER, FOG, 1000), 1200 + 3 * 800);
}
END_TEST

static void add_ways(TCase *tc)
{
    tcase_add_test(tc, without_a_link_a_message_goes_over_the_gateway);
    tcase_add_test(tc, a_gateways_shared_card_counts_at_both_hops);
    tcase_add_test(tc, a_link_of_their_own_is_taken_however_slow);
    tcase_add_test(tc, the_way_is_the_shortest_for_a_full_segment);
    tcase_add_test(tc, more_hops_may_be_shorter);
    tcase_add_test(tc, of_equal_ways_fewer_hops_and_then_the_lowest_groups);
    tcase_add_test(tc, no_way_leads_over_users_or_brokers_or_groups_without_nodes);
    tcase_add_test(tc, nodes_of_one_group_reach_each_other_over_a_gateway);
    tcase_add_test(tc, user_i_goes_over_gateway_i_mod_count_both_ways);
    tcase_add_test(tc, a_way_to_the_broker_and_on_may_pass_gateways);
    tcase_add_test(tc, random_ways_are_the_best_of_all_that_there_are);
    tcase_add_test(tc, a_way_passes_at_most_eight_places);
    tcase_add_test(tc, a_flow_has_at_most_sixteen_constraints);
    tcase_add_test(tc, a_hop_needs_a_node_of_its_media_and_positions_for_its_radio);
}

Suite *route_suite(void)
{
    Suite *suite = suite_create("route");
    TCase *tc = tcase_create("route");
    tcase_add_checked_fixture(tc, setup, teardown);
    add_ways(tc);
    tcase_add_test(tc, a_fair_hop_makes_the_whole_stretch_one_flow);
    tcase_add_test(tc, a_broker_ends_a_flow);
    tcase_add_test(tc, a_flow_shares_links_media_and_shared_cards);
    tcase_add_test(tc, a_medium_that_two_hops_use_carries_the_flow_twice);
    tcase_add_test(tc, qos_counts_its_packets_and_waits_for_two_of_them_at_2);
    tcase_add_test(tc, qos_2_waits_at_both_hops_of_a_third_broker);
    tcase_add_test(tc, qos_2_packets_pass_the_gateways_of_their_stretch);
    suite_add_tcase(suite, tc);
    return suite;
}
