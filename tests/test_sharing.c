// tests/test_sharing.c: messages that share links and media, and processors shared by all that are
// present, in the engine; by hand. Times in comments are ns.
#include <math.h>

#include "tests/bed.h"

Suite *sharing_suite(void);

static struct medium     media[2];
static struct rate_trace trace;
static sim_ns            trace_from[4];
static double            trace_factor_of[4];

static void fair(int from, int to)
{
    links[from * GROUPS + to].is_fair = true;
}

// One after the other at 0, 400, ... by a delay; 1000 bytes each to the last node.
static void send_staggered(struct plan *p, const struct job_request *r)
{
    uint32_t d = r->job ? delay(p, 400.0 * (double)r->job, NO_OP) : NO_OP;
    transfer(p, r->home, net.node_count - 1, 1000, d);
}

static void one_medium(uint32_t users)
{
    world(users, 1);
    media[0] = (struct medium){.name = "cell", .rate_bytes_per_s = 1e9, .per_group = NO_GROUP};
    net.media = media;
    net.media_count = 1;
    links[USER * GROUPS + FOG].media_count = 1;
}

// Alone until 400 (400 B), then half each: 600 B take 1200, until 1600; job 1 has 400 B left,
// alone: until 2000. Alone each would take 1000: queueing 600 each.
START_TEST(two_messages_in_a_cell_get_half_each)
{
    one_medium(2);
    groups[USER].power_send_w = 5, groups[FOG].power_receive_w = 7;
    struct run *run = run_of(send_staggered);
    ck_op(run, 0, 0, 0, 0, 1600);
    ck_op(run, 1, 1, 400, 400, 2000);
    ck_parts(run, 0, (struct parts){.transmission = 1000, .queueing = 600});
    ck_parts(run, 1, (struct parts){.transmission = 1000, .queueing = 600, .edge_delay = 400});
    ck_assert_int_eq(link_of(run, 0, 2).busy_ns, 1600);
    ck_assert_int_eq(link_of(run, 1, 2).busy_ns, 1600);
    ck_assert_double_eq_tol(run->jobs[1].record.energy_j, 12 * 1600e-9, 1e-18);
    ck_assert_double_eq_tol(node(run, 2).energy_j, 7 * 3200e-9, 1e-18);
}
END_TEST

static void set_trace(uint32_t count, sim_ns at, double factor)
{
    trace = (struct rate_trace){"trace", count, trace_from, trace_factor_of, NS_END};
    trace_factor_of[0] = 1;
    trace_from[1] = at, trace_factor_of[1] = factor;
}

// The rate halves for ever at 500 or, after job 0, at 1700. Two messages of 1000 B from 3000 on
// have a quarter of the rate each: 4000.
static void send_one_then_two(struct plan *p, const struct job_request *r)
{
    uint32_t d = delay(p, 3000, NO_OP);
    transfer(p, r->home, 1, 1000, NO_OP);
    transfer(p, r->home, 1, 1000, d);
    transfer(p, r->home, 1, 1000, d);
}

START_TEST(a_rate_that_changed_for_good_while_nobody_looked_is_seen)
{
    for (int idle = 0; idle < 2; idle++) {
        world(1, 1);
        fair(USER, FOG);
        set_trace(2, idle ? 1700 : 500, 0.5);
        links[USER * GROUPS + FOG].trace = &trace;
        struct run *run = run_of(send_one_then_two);
        ck_op(run, 0, 1, 0, 0, idle ? 1000 : 1500);
        ck_op(run, 0, 2, 3000, 3000, 7000);
        ck_op(run, 0, 3, 3000, 3000, 7000);
    }
}
END_TEST

// Done at 1000; that the rate would have changed at 5000 is no part of the run.
START_TEST(a_run_does_not_last_until_the_next_change_of_a_rate)
{
    one_medium(1);
    set_trace(2, 5000, 0.5);
    media[0].trace = &trace;
    struct run *run = run_of(send_staggered);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_assert_int_eq(run->result.end_ns, 1000);
}
END_TEST

// The rate is ten times higher from 500 on: what would have ended at 1000 ends at 550, and so does
// the run.
START_TEST(a_run_ends_when_what_is_faster_than_foreseen_ends)
{
    one_medium(1);
    set_trace(2, 500, 10);
    media[0].trace = &trace;
    links[USER * GROUPS + FOG].rate_bytes_per_s = 1e11;
    struct run *run = run_of(send_staggered);
    ck_op(run, 0, 0, 0, 0, 550);
    ck_assert_int_eq(run->result.end_ns, 550);
}
END_TEST

// User to gateway over a cell of 1e9 B/s, gateway to fog over a link of 1e9 B/s: fluid over both.
// The gateway's own message shares the link: a third each until its 100 B have passed at 300. The
// others have 900 B left then, and half of the rate each: until 2100.
static void over_the_gateway(struct plan *p, const struct job_request *r)
{
    transfer(p, r->home, 2, 1000, NO_OP);
    if (r->job == 0) transfer(p, 3, 2, 100, NO_OP);
}

START_TEST(a_way_of_a_cell_and_a_link_is_one_flow)
{
    world(2, 1);
    groups[EDGE].count = 1;
    groups[EDGE].role = ROLE_GATEWAY;
    media[0] = (struct medium){.name = "cell", .rate_bytes_per_s = 1e9, .per_group = NO_GROUP};
    net.media = media;
    net.media_count = 1;
    links[USER * GROUPS + FOG].is_absent = true;
    links[USER * GROUPS + EDGE].media_count = 1;
    struct run *run = run_of(over_the_gateway);
    ck_op(run, 0, 0, 0, 0, 2100);
    ck_op(run, 1, 0, 0, 0, 2100);
    ck_op(run, 0, 1, 0, 0, 300);
    ck_assert_uint_eq(link_of(run, 0, 3).transfers, 1);
    ck_assert_int_eq(link_of(run, 0, 3).busy_ns, 2100);
    ck_assert_int_eq(link_of(run, 3, 2).busy_ns, 2100);
    ck_assert_double_eq(link_of(run, 3, 2).bytes, 2100);
    ck_assert_uint_eq(link_of(run, 3, 2).transfers, 3);
    ck_assert_uint_eq(engine_link_count(run->en), 3); // no link from user to fog
}
END_TEST

// Node 0 sends 1000 B over a fair link and 1000 B over one that is not, through one card of 1e9
// B/s: the card gives half to each, and both are done at 2000. What a node receives likewise.
static void send_to_both(struct plan *p, const struct job_request *r)
{
    transfer(p, r->home, groups[FOG].first, 1000, NO_OP);
    transfer(p, r->home, groups[EDGE].first, 1000, NO_OP);
}

static void receive_from_both(struct plan *p, const struct job_request *r)
{
    transfer(p, groups[FOG].first, r->home, 1000, NO_OP);
    transfer(p, groups[EDGE].first, r->home, 1000, NO_OP);
}

START_TEST(a_card_gives_its_rate_once_to_links_of_either_kind)
{
    for (int receives = 0; receives < 2; receives++) {
        world(1, 1);
        groups[EDGE].count = 1;
        groups[USER].nic_shared = true;
        fair(receives ? FOG : USER, receives ? USER : FOG);
        struct run *run = run_of(receives ? receive_from_both : send_to_both);
        ck_op(run, 0, 0, 0, 0, 2000);
        ck_op(run, 0, 1, 0, 0, 2000);
    }
}
END_TEST

Suite *sharing_suite(void)
{
    Suite *suite = suite_create("sharing");
    TCase *tc = new_case(suite, "sharing");
    tcase_add_test(tc, two_messages_in_a_cell_get_half_each);
    tcase_add_test(tc, a_rate_that_changed_for_good_while_nobody_looked_is_seen);
    tcase_add_test(tc, a_run_does_not_last_until_the_next_change_of_a_rate);
    tcase_add_test(tc, a_run_ends_when_what_is_faster_than_foreseen_ends);
    tcase_add_test(tc, a_way_of_a_cell_and_a_link_is_one_flow);
    tcase_add_test(tc, a_card_gives_its_rate_once_to_links_of_either_kind);
    return suite;
}
