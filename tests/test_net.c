// tests/test_net.c: how long a message takes alone: by hand, by symmetry, and as the engine runs
// it.
//
// The hand-made nets have two or three groups of one node each. Where nothing else is said a link
// carries 1e9 B/s (1 ns a byte) without latency and the protocol adds nothing, so that bytes are
// ns.
#include <check.h>
#include <math.h>

#include "sim/engine.h"
#include "sim/wire.h"

Suite *net_suite(void);

enum { USER, FOG, THIRD, GROUPS };

static struct arena      arena;
static struct rng        rng;
static struct protocol   protocol;
static struct node_group groups[GROUPS];
static struct link_spec  links[GROUPS * GROUPS];
static struct net        net;

static void setup(void)
{
    arena = (struct arena){0};
    rng_init(&rng, 12, 0, "test_net", 0);
    protocol = (struct protocol){.name = "plain", .encoding = 1, .segment_bytes = 1};
    const enum node_role roles[GROUPS] = {ROLE_USER, ROLE_FOG, ROLE_BROKER};
    for (int g = 0; g < GROUPS; g++)
        groups[g] = (struct node_group){.name = "group",
                                        .role = roles[g],
                                        .count = 1,
                                        .servers = 1,
                                        .queue_limit = QUEUE_INFINITE,
                                        .nic_bytes_per_s = 1e9,
                                        .serialisation_ratio = 1,
                                        .memory_bytes = INFINITY};
    for (int l = 0; l < GROUPS * GROUPS; l++) links[l] = (struct link_spec){1e9, 0, &protocol};
    net = (struct net){.group_count = GROUPS, .groups = groups, .links = links};
}

static void teardown(void)
{
    arena_free(&arena);
}

static struct link_spec *link_of(uint32_t from, uint32_t to)
{
    return &links[from * GROUPS + to];
}

static sim_ns alone(uint32_t from, uint32_t to, double bytes)
{
    net_finish(&net, &arena);
    return net_alone_ns(&net, from, to, bytes, 0);
}

// ---- by hand ------------------------------------------------------------------------------------

// 100 000 / 1448 = 69.06: 70 segments, 70 * 66 = 4620 bytes of headers, 104 620 bytes in all.
// 100 Mbit/s = 12.5e6 B/s: 104 620 / 12.5e6 = 8.3696 ms.
START_TEST(tcp_adds_66_bytes_to_each_started_1448)
{
    protocol.header_bytes = 66, protocol.segment_bytes = 1448;
    link_of(USER, FOG)->rate_bytes_per_s = 12.5e6;
    ck_assert_int_eq(alone(USER, FOG, 1e5), 8369600);
    const struct route *r = net_route(&net, USER, FOG);
    ck_assert_double_eq(route_wire_bytes(r, 1e5), 104620);
    ck_assert_double_eq(route_wire_bytes(r, 1447), 1447 + 66);
    ck_assert_double_eq(route_wire_bytes(r, 1448), 1448 + 66);
    ck_assert_double_eq(route_wire_bytes(r, 1449), 1449 + 132);
    ck_assert_double_eq(r->rate_bytes_per_s, 12.5e6);
}
END_TEST

// The measurements of facts 7: t = D + 8 (S + 66 ceil(S / 1448) - B) / R. With D = 0.075 ms and no
// burst, 10 MB at 100 Mbit/s: ceil(10^7 / 1448) = 6907 (6906 * 1448 = 9 999 888), 10^7 + 455 862 =
// 10 455 862 B, * 8 / 10^8 = 836.46896 ms, and the latency.
START_TEST(a_large_transfer_takes_what_the_measured_formula_says)
{
    protocol.header_bytes = 66, protocol.segment_bytes = 1448;
    *link_of(USER, FOG) = (struct link_spec){12.5e6, 75e-6, &protocol};
    ck_assert_int_eq(alone(USER, FOG, 1e7), 836468960 + 75000);
}
END_TEST

// 1000 bytes at 1 ns each and 0.3 ms on the way.
START_TEST(latency_is_added_once)
{
    link_of(USER, FOG)->latency_s = 0.3e-3;
    ck_assert_int_eq(alone(USER, FOG, 1000), 1000 + 300000);
    ck_assert_int_eq(alone(FOG, USER, 1000), 1000); // the other direction has its own
}
END_TEST

// 8000 bytes as text: 4.5 * 8000 = 36 000, and 24 for the message: 36 024. In segments of 1000 with
// 10 bytes each: 37 segments, 370 bytes: 36 394 bytes at 1 ns.
START_TEST(encoding_and_message_bytes_come_before_the_headers)
{
    protocol = (struct protocol){
        .encoding = 4.5, .message_bytes = 24, .header_bytes = 10, .segment_bytes = 1000};
    ck_assert_int_eq(alone(USER, FOG, 8000), 36394);
}
END_TEST

// Sender: 2000 ns for the message + 1000 B * 3 ns * 2 (its ratio) = 8000. Wire 1000. Receiver: 1000
// B
// * 5 ns * 0.5 = 2500. Back: ser. at the fog 2000 + 1000 * 3 * 0.5 = 3500, 1000, 1000 * 5 * 2 =
// 10000.
START_TEST(serialisation_counts_at_both_ends_with_each_ends_ratio)
{
    protocol.message_s = 2e-6;
    protocol.serialise_s_per_byte = 3e-9, protocol.deserialise_s_per_byte = 5e-9;
    groups[USER].serialisation_ratio = 2, groups[FOG].serialisation_ratio = 0.5;
    ck_assert_int_eq(alone(USER, FOG, 1000), 8000 + 1000 + 2500);
    ck_assert_int_eq(alone(FOG, USER, 1000), 3500 + 1000 + 10000);
}
END_TEST

// Serialisation counts payload: encoding 2 doubles the wire (2000 ns), not the port (3000 ns).
START_TEST(serialisation_counts_payload_and_not_what_the_encoding_makes_of_it)
{
    protocol.encoding = 2;
    protocol.serialise_s_per_byte = 3e-9;
    ck_assert_int_eq(alone(USER, FOG, 1000), 3000 + 2000);
}
END_TEST

// Cut-through: 1000 bytes at 1 ns on the link; cards of k and m ns a byte: the slowest of the three
// decides, and it is not a sum.
START_TEST(of_cards_and_link_the_slowest_decides)
{
    static const struct {
        double sender_ns, link_ns, receiver_ns;
        sim_ns want;
    } cases[] = {{2, 1, 1, 2000}, {1, 1, 3, 3000}, {0.5, 1, 0.25, 1000}, {4, 1, 3, 4000},
                 {3, 8, 3, 8000}, {1, 1, 1, 1000}, {2, 5, 7, 7000},      {0.5, 0.25, 0.125, 500}};
    groups[USER].nic_shared = groups[FOG].nic_shared = true;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        groups[USER].nic_bytes_per_s = 1e9 / cases[i].sender_ns;
        groups[FOG].nic_bytes_per_s = 1e9 / cases[i].receiver_ns;
        link_of(USER, FOG)->rate_bytes_per_s = 1e9 / cases[i].link_ns;
        ck_assert_int_eq(alone(USER, FOG, 1000), cases[i].want);
        ck_assert_double_eq_tol(net_route(&net, USER, FOG)->rate_bytes_per_s,
                                1e12 / (double)cases[i].want, 1e-3);
    }
}
END_TEST

// Its rate is written in the group, but a dedicated card is no bottleneck: 1000 ns, not 9000.
START_TEST(a_dedicated_card_does_not_count)
{
    groups[USER].nic_bytes_per_s = groups[FOG].nic_bytes_per_s = 1e9 / 9;
    ck_assert_int_eq(alone(USER, FOG, 1000), 1000);
    groups[FOG].nic_shared = true;
    ck_assert_int_eq(alone(USER, FOG, 1000), 9000); // enters through the fog's
    ck_assert_int_eq(alone(FOG, USER, 1000), 9000); // leaves through it
    ck_assert_int_eq(alone(USER, THIRD, 1000), 1000);
}
END_TEST

// The broker copies wire bytes: 1000 B + 100 B of headers (1 per 10) at 2 ns = 2200, times the
// ratio of the node it runs on: receiver 3: 6600; sender 0.5: 1100. Wire 1100.
START_TEST(a_broker_at_an_end_adds_its_copy_there)
{
    protocol = (struct protocol){.encoding = 1,
                                 .header_bytes = 1,
                                 .segment_bytes = 10,
                                 .brokered = true,
                                 .broker_s_per_byte = 2e-9};
    groups[USER].serialisation_ratio = 0.5, groups[FOG].serialisation_ratio = 3;
    net.broker = BROKER_RECEIVER;
    ck_assert_int_eq(alone(USER, FOG, 1000), 1100 + 6600);
    net.broker = BROKER_SENDER;
    ck_assert_int_eq(alone(USER, FOG, 1000), 1100 + 1100);
    protocol.brokered = false;
    ck_assert_int_eq(alone(USER, FOG, 1000), 1100);
}
END_TEST

// Store and forward: wire to the broker 1000 * 2 ns + 300 ns of latency, copy 1000 * 4 ns * ratio 2
// = 8000, wire to the fog 1000 * 5 ns + 700 ns. 2300 + 8000 + 5700 = 16 000. Serialisation only at
// the ends: 1000 * 1 ns * ratio 3 + 1000 * 1 ns * ratio 1 = 4000. The direct link is not used.
START_TEST(a_broker_on_a_third_node_stores_and_forwards_over_two_wires)
{
    protocol = (struct protocol){.encoding = 1,
                                 .segment_bytes = 1,
                                 .brokered = true,
                                 .broker_s_per_byte = 4e-9,
                                 .serialise_s_per_byte = 1e-9,
                                 .deserialise_s_per_byte = 1e-9};
    groups[USER].serialisation_ratio = 3, groups[THIRD].serialisation_ratio = 2;
    *link_of(USER, FOG) = (struct link_spec){1, 1, &protocol};
    *link_of(USER, THIRD) = (struct link_spec){1e9 / 2, 300e-9, &protocol};
    *link_of(THIRD, FOG) = (struct link_spec){1e9 / 5, 700e-9, &protocol};
    net.broker = BROKER_THIRD;
    ck_assert_int_eq(alone(USER, FOG, 1000), 16000 + 4000);
    // To the broker's own node it is one wire: 3000 + 2000 + 300 + deserialisation 1000 * 2.
    ck_assert_int_eq(alone(USER, THIRD, 1000), 3000 + 2300 + 2000);
    // Shared cards, all of 7 ns a byte: each wire takes 7000, now with the broker's card twice.
    for (int g = 0; g < GROUPS; g++)
        groups[g].nic_shared = true, groups[g].nic_bytes_per_s = 1e9 / 7;
    ck_assert_int_eq(alone(USER, FOG, 1000), 7300 + 8000 + 7700 + 4000);
}
END_TEST

// Facts 7, two equal hops: about twice the time of one (1.95 to 2.03 measured).
START_TEST(two_equal_hops_take_twice_the_time_of_one)
{
    sim_ns direct = alone(USER, FOG, 1e6);
    protocol.brokered = true;
    net.broker = BROKER_THIRD;
    ck_assert_int_eq(alone(USER, FOG, 1e6), 2 * direct);
}
END_TEST

// An empty message has no payload: nothing on the wire but the message's own 40 bytes (ns) in one
// segment of 66, its 500 ns at the sender and the latency of 200.
START_TEST(zero_bytes_cost_what_the_message_costs)
{
    ck_assert_int_eq(alone(USER, FOG, 0), 0);
    protocol = (struct protocol){
        .encoding = 1, .header_bytes = 66, .segment_bytes = 1448, .serialise_s_per_byte = 1e-9};
    ck_assert_int_eq(alone(USER, FOG, 0), 0); // ceil(0 / 1448) = 0 segments
    protocol.message_bytes = 40, protocol.message_s = 500e-9;
    link_of(USER, FOG)->latency_s = 200e-9;
    ck_assert_int_eq(alone(USER, FOG, 0), 500 + 106 + 200);
}
END_TEST

// Groups of 3, 1 and 2 nodes: nodes 0-2, 3, 4-5; the broker is the first of its group.
START_TEST(nodes_are_numbered_group_by_group)
{
    static const uint32_t counts[] = {3, 1, 2}, want[] = {0, 0, 0, 1, 2, 2};
    for (int g = 0; g < GROUPS; g++) groups[g].count = counts[g];
    net_finish(&net, &arena);
    ck_assert_uint_eq(net.node_count, 6);
    for (uint32_t node = 0; node < 6; node++)
        ck_assert_ptr_eq(net_group(&net, node), &groups[want[node]]);
    ck_assert_uint_eq(groups[FOG].first, 3);
    ck_assert_uint_eq(groups[THIRD].first, 4);
    ck_assert_uint_eq(net.broker_node, 4);
    groups[THIRD].role = ROLE_CLOUD;
    net_finish(&net, &arena);
    ck_assert_uint_eq(net.broker_node, NO_NODE);
}
END_TEST

// ---- random nets --------------------------------------------------------------------------------

static double pick(double low, double high) // uniform on a logarithmic scale
{
    return low * pow(high / low, rng_uniform(&rng));
}

static double one_of_two(double a, double b)
{
    return rng_below(&rng, 2) ? a : b;
}

static void randomise(void)
{
    protocol = (struct protocol){.encoding = one_of_two(1, pick(1, 5)),
                                 .message_bytes = one_of_two(0, floor(pick(1, 300))),
                                 .message_s = one_of_two(0, pick(1e-6, 1e-3)),
                                 .header_bytes = one_of_two(0, 66),
                                 .segment_bytes = one_of_two(1448, 65536),
                                 .serialise_s_per_byte = one_of_two(0, pick(1e-10, 1e-7)),
                                 .deserialise_s_per_byte = one_of_two(0, pick(1e-10, 1e-7)),
                                 .brokered = rng_below(&rng, 2),
                                 .broker_s_per_byte = one_of_two(0, pick(1e-10, 1e-8))};
    net.broker = (enum broker_place)rng_below(&rng, 3);
    for (int g = 0; g < GROUPS; g++) {
        groups[g].nic_shared = rng_below(&rng, 2);
        groups[g].nic_bytes_per_s = pick(1e5, 1e9);
        groups[g].serialisation_ratio = pick(0.2, 20);
    }
    for (int l = 0; l < GROUPS * GROUPS; l++)
        links[l] = (struct link_spec){pick(1e5, 1e9), one_of_two(0, pick(1e-6, 0.1)), &protocol};
}

// The same net read backwards: costs of the ends, cards and links in both directions alike.
START_TEST(a_symmetric_net_takes_the_same_time_both_ways)
{
    for (int i = 0; i < 500; i++) {
        randomise();
        if (protocol.brokered) net.broker = BROKER_THIRD; // at an end it would be one-sided
        groups[FOG].serialisation_ratio = groups[USER].serialisation_ratio;
        protocol.deserialise_s_per_byte = protocol.serialise_s_per_byte;
        protocol.message_s = 0;
        for (uint32_t f = 0; f < GROUPS; f++)
            for (uint32_t t = 0; t < f; t++) *link_of(f, t) = *link_of(t, f);
        double bytes = floor(pick(1, 1e7));
        ck_assert_int_eq(alone(USER, FOG, bytes), alone(FOG, USER, bytes));
    }
}
END_TEST

// Wire time from the inputs alone: bytes over the slowest rate of each hop, in long double, and all
// costs of the ends. Each of at most 7 serial spans is rounded to the ns: 4 ns is the worst sum.
START_TEST(random_routes_agree_with_their_closed_form)
{
    for (int i = 0; i < 2000; i++) {
        randomise();
        long double n = floor(pick(1, 1e7)), sent = n * protocol.encoding + protocol.message_bytes;
        sent += protocol.header_bytes * ceill(sent / protocol.segment_bytes);
        long double want = protocol.message_s +
                           n * protocol.serialise_s_per_byte * groups[USER].serialisation_ratio +
                           n * protocol.deserialise_s_per_byte * groups[FOG].serialisation_ratio;
        const uint32_t two[] = {USER, THIRD, FOG}, one[] = {USER, FOG};
        bool           third = protocol.brokered && net.broker == BROKER_THIRD;
        if (protocol.brokered)
            want += sent * protocol.broker_s_per_byte *
                    groups[net.broker == BROKER_RECEIVER ? FOG
                           : net.broker == BROKER_SENDER ? USER
                                                         : THIRD]
                        .serialisation_ratio;
        for (int hop = 0; hop < (third ? 2 : 1); hop++) {
            uint32_t    f = (third ? two : one)[hop], t = (third ? two : one)[hop + 1];
            long double rate = link_of(f, t)->rate_bytes_per_s;
            if (groups[f].nic_shared) rate = fminl(rate, groups[f].nic_bytes_per_s);
            if (groups[t].nic_shared) rate = fminl(rate, groups[t].nic_bytes_per_s);
            want += sent / rate + link_of(f, t)->latency_s;
        }
        ck_assert_int_le(llabs(alone(USER, FOG, (double)n) - llroundl(want * 1e9L)), 4);
    }
}
END_TEST

// 20 000 draws from 20 * 200 pairs, against a square of the answers: so many that most slots
// collide.
START_TEST(a_pair_of_nodes_keeps_its_wire_while_the_table_grows)
{
    static uint32_t   wire[20][200]; // + 1; 0: not yet
    struct wire_table t;
    uint32_t          count = 0;
    wire_init(&t, &arena);
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t from = (uint32_t)rng_below(&rng, 20), to = (uint32_t)rng_below(&rng, 200);
        if (!wire[from][to]) {
            ck_assert_ptr_null(wire_find(&t, from, to));
            ck_assert_uint_eq(wire_get_resource(&t, from, to), UINT32_MAX);
            wire_set_resource(&t, from, to, i);
            wire[from][to] = ++count;
        }
        const struct wire *w = wire_of(&t, from, to);
        ck_assert_ptr_eq(w, &t.wires[wire[from][to] - 1]); // as they came
        ck_assert_ptr_eq(wire_find(&t, from, to), w);
        ck_assert(w->from == from && w->to == to);
        ck_assert_uint_eq(wire_get_resource(&t, from, to), w->resource);
        ck_assert_uint_le(w->resource, i);
    }
    ck_assert_uint_eq(t.count, count);
}
END_TEST

static double sent_bytes;

static enum plan_verdict send_once(void *ctx, const struct engine *en, const struct job_request *r,
                                   struct plan *out, struct err *e)
{
    (void)ctx, (void)en, (void)e;
    plan_add(out, (struct op){.kind = OP_TRANSFER, .from = r->home, .to = FOG, .bytes = sent_bytes},
             NULL, 0);
    return PLAN_READY;
}

static bool keep_finish(void *ctx, const struct job_record *job, struct err *e)
{
    (void)e;
    *(sim_ns *)ctx = job->finished_ns;
    return true;
}

// MQTT's control packets, rates that follow a trace, a gateway instead of the link.
static void randomise_more(void)
{
    static sim_ns            from[] = {0, 1000000, 5000000};
    static double            factor[] = {1, 0.3, 1.7};
    static struct rate_trace series = {"series", 3, from, factor, 7000000};
    protocol.qos = (uint32_t)rng_below(&rng, 3), protocol.control_bytes = 4;
    groups[THIRD].role = rng_below(&rng, 2) ? ROLE_BROKER : ROLE_GATEWAY;
    link_of(USER, FOG)->is_absent = groups[THIRD].role == ROLE_GATEWAY;
    if (groups[THIRD].role == ROLE_GATEWAY && net.broker == BROKER_THIRD)
        net.broker = BROKER_SENDER;
    for (int l = 0; l < GROUPS * GROUPS; l++) links[l].trace = rng_below(&rng, 3) ? NULL : &series;
}

START_TEST(a_single_transfer_in_the_engine_takes_the_time_alone_to_the_ns)
{
    for (int i = 0; i < 1000; i++) {
        randomise();
        groups[THIRD].role = ROLE_BROKER;
        if (i % 2) randomise_more();
        sent_bytes = floor(pick(1, 1e7)) - 1;
        sim_ns               want = alone(USER, FOG, sent_bytes), finish = -1;
        struct engine_config config = {.net = &net,
                                       .arrivals = {.jobs_per_user = 1, .duration_s = INFINITY},
                                       .deadline_s = NULL};
        struct planner       planner = {.plan = send_once};
        struct trace_sink    sink = {&finish, keep_finish};
        struct engine       *en;
        struct engine_result result;
        struct err           e = {0};
        ck_assert(engine_run(&config, &planner, &sink, &arena, &en, &result, &e));
        ck_assert_int_eq(finish, want);
        ck_assert_int_eq(result.end_ns, want);
        arena_rewind(&arena, (struct arena_mark){0});
    }
}
END_TEST

Suite *net_suite(void)
{
    Suite *suite = suite_create("net");
    TCase *tc = tcase_create("net");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, tcp_adds_66_bytes_to_each_started_1448);
    tcase_add_test(tc, a_large_transfer_takes_what_the_measured_formula_says);
    tcase_add_test(tc, latency_is_added_once);
    tcase_add_test(tc, encoding_and_message_bytes_come_before_the_headers);
    tcase_add_test(tc, serialisation_counts_at_both_ends_with_each_ends_ratio);
    tcase_add_test(tc, serialisation_counts_payload_and_not_what_the_encoding_makes_of_it);
    tcase_add_test(tc, of_cards_and_link_the_slowest_decides);
    tcase_add_test(tc, a_dedicated_card_does_not_count);
    tcase_add_test(tc, a_broker_at_an_end_adds_its_copy_there);
    tcase_add_test(tc, a_broker_on_a_third_node_stores_and_forwards_over_two_wires);
    tcase_add_test(tc, two_equal_hops_take_twice_the_time_of_one);
    tcase_add_test(tc, zero_bytes_cost_what_the_message_costs);
    tcase_add_test(tc, nodes_are_numbered_group_by_group);
    tcase_add_test(tc, a_symmetric_net_takes_the_same_time_both_ways);
    tcase_add_test(tc, random_routes_agree_with_their_closed_form);
    tcase_add_test(tc, a_pair_of_nodes_keeps_its_wire_while_the_table_grows);
    tcase_add_test(tc, a_single_transfer_in_the_engine_takes_the_time_alone_to_the_ns);
    suite_add_tcase(suite, tc);
    return suite;
}
