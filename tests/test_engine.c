// tests/test_engine.c: the engine against hand-solved cases, an independent oracle
// (tests/oracle.h), and laws that hold whatever the numbers (Little, conservation, M/M/1).
//
// The hand-made world has USERS user nodes 0, 1, ..., then fog nodes; a link carries 1e9 B/s
// without latency and the protocol adds nothing, so that a byte is a ns. Times in comments are ns.
#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bed.h"
#include "tests/oracle.h"

Suite *engine_suite(void);

// ---- one thing at a time ------------------------------------------------------------------------

static void one_compute(struct plan *p, const struct job_request *r)
{
    (void)r;
    compute(p, 1, 1000, NO_OP, NO_OP);
}

START_TEST(one_compute_lasts_its_seconds)
{
    world(1, 1);
    struct run *run = run_of(one_compute);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_parts(run, 0, (struct parts){.computation = 1000});
    ck_assert_int_eq(run->result.end_ns, 1000);
    ck_assert_uint_eq(run->result.jobs, 1);
    ck_assert_uint_eq(run->result.by_status[JOB_DONE], 1);
    ck_assert_int_eq(run->jobs[0].record.status, JOB_DONE);
    ck_assert_int_eq(run->jobs[0].record.computation_work_ns, 1000);
}
END_TEST

static void compute_on_the_last_node(struct plan *p, const struct job_request *r)
{
    (void)r;
    compute(p, net.node_count - 1, 1000, NO_OP, NO_OP);
}

// Both arrive at 0; job 0 (the lower) is served in [0, 1000), job 1 in [1000, 2000).
START_TEST(two_tasks_at_one_node_are_served_one_after_the_other)
{
    world(2, 1);
    struct run *run = run_of(compute_on_the_last_node);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 1, 0, 0, 1000, 2000);
    ck_parts(run, 1, (struct parts){.computation = 1000, .queueing = 1000});
    struct node_record n = node(run, 2);
    ck_assert_uint_eq(n.queue_max, 1);
    ck_assert_double_eq_tol(n.queue_mean, 0.5, 1e-15); // one waits for 1000 of 2000
    ck_assert_double_eq_tol(n.utilization, 1, 1e-15);
}
END_TEST

// Two servers, three jobs at 0: [0, 1000), [0, 1000), [1000, 2000). Busy 3000 of 2 * 2000.
START_TEST(two_servers_serve_two_at_once)
{
    world(3, 1);
    groups[FOG].servers = 2;
    struct run *run = run_of(compute_on_the_last_node);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 1, 0, 0, 0, 1000);
    ck_op(run, 2, 0, 0, 1000, 2000);
    ck_assert_int_eq(node(run, 3).busy_ns, 3000);
    ck_assert_double_eq_tol(node(run, 3).utilization, 0.75, 1e-15);
}
END_TEST

// Room for one that waits: job 0 runs, job 1 waits, jobs 2 and 3 are dropped at once.
START_TEST(a_full_queue_drops_the_jobs_that_meet_it)
{
    world(4, 1);
    groups[FOG].queue_limit = 1;
    struct run *run = run_of(compute_on_the_last_node);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 1, 0, 0, 1000, 2000);
    for (uint32_t j = 2; j < 4; j++) {
        ck_op(run, j, 0, 0, -1, -1);
        ck_assert_int_eq(run->jobs[j].record.status, JOB_DROPPED);
        ck_assert_int_eq(run->jobs[j].record.finished_ns, -1);
    }
    ck_assert_uint_eq(run->result.by_status[JOB_DONE], 2);
    ck_assert_uint_eq(run->result.by_status[JOB_DROPPED], 2);
    ck_assert_uint_eq(node(run, 4).queue_max, 1);
}
END_TEST

// Service 1000, pause 500: arrivals 0, 1500, 3000; ends 1000, 2500, 4000.
START_TEST(a_closed_loop_user_asks_again_after_a_pause)
{
    world(1, 1);
    config.arrivals.jobs_per_user = 3;
    config.arrivals.think_s = 500e-9;
    struct run *run = run_of(one_compute);
    for (uint32_t j = 0; j < 3; j++) ck_op(run, j, 0, 1500 * j, 1500 * j, 1500 * j + 1000);
    ck_assert_int_eq(run->result.end_ns, 4000);
    ck_assert_double_eq_tol(node(run, 1).utilization, 0.75, 1e-15);
    ck_assert_double_eq(node(run, 1).queue_mean, 0);
}
END_TEST

// Period 700, service 1000: arrivals 0, 700, 1400; starts 0, 1000, 2000; waits 0, 300, 600, in sum
// 900 of 3000. A deadline of 1300 is met by job 1 (latency 1300) and missed by job 2 (1600).
START_TEST(periodic_arrivals_come_whatever_the_last_one_does)
{
    world(1, 1);
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_PERIODIC, .period_s = 700e-9, .jobs_per_user = 3, .duration_s = INFINITY};
    set_deadline(1300e-9);
    config.warm_up_s = 700e-9;
    struct run *run = run_of(one_compute);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 1, 0, 700, 1000, 2000);
    ck_op(run, 2, 0, 1400, 2000, 3000);
    ck_parts(run, 2, (struct parts){.computation = 1000, .queueing = 600});
    ck_assert_double_eq_tol(node(run, 1).queue_mean, 0.3, 1e-15);
    ck_assert_int_eq(run->jobs[1].record.status, JOB_DONE);
    ck_assert_int_eq(run->jobs[2].record.status, JOB_LATE);
    ck_assert(!run->jobs[0].record.counted && run->jobs[1].record.counted);
}
END_TEST

// No arrival at or after 2100: 0, 700, 1400 and no more.
START_TEST(arrivals_stop_before_the_duration_ends)
{
    world(1, 1);
    config.arrivals = (struct arrivals){.kind = ARRIVAL_PERIODIC,
                                        .period_s = 700e-9,
                                        .jobs_per_user = UINT32_MAX,
                                        .duration_s = 2100e-9};
    ck_assert_uint_eq(run_of(one_compute)->result.jobs, 3);
    config.arrivals.duration_s = 2101e-9;
    ck_assert_uint_eq(run_of(one_compute)->result.jobs, 4);
}
END_TEST

// ---- cards and links ----------------------------------------------------------------------------

static void two_slices(struct plan *p, const struct job_request *r)
{
    (void)r;
    for (uint32_t fog = 1; fog <= 2; fog++) {
        uint32_t there = transfer(p, 0, fog, 1000, NO_OP);
        compute(p, fog, 500, there, NO_OP);
    }
}

// Each slice has a link of its own: both arrive at 1000, both computed at 1500.
START_TEST(slices_leave_side_by_side_through_dedicated_cards)
{
    world(1, 2);
    struct run *run = run_of(two_slices);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 0, 2, 0, 0, 1000);
    ck_op(run, 0, 3, 1000, 1000, 1500);
    ck_parts(run, 0, (struct parts){.computation = 500, .transmission = 1000});
}
END_TEST

// One card: the second leaves in [1000, 2000), computed at 2500. It waited behind its own job:
// 2000 of transmission, no queueing.
START_TEST(slices_leave_one_after_the_other_through_a_shared_card)
{
    world(1, 2);
    groups[USER].nic_shared = true;
    struct run *run = run_of(two_slices);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 0, 2, 0, 1000, 2000);
    ck_op(run, 0, 3, 2000, 2000, 2500);
    ck_parts(run, 0, (struct parts){.computation = 500, .transmission = 2000});
}
END_TEST

static void send_to_the_fog(struct plan *p, const struct job_request *r)
{
    transfer(p, r->home, 2, 1000, NO_OP);
}

// Two users send to one fog. Its card takes job 0 in [0, 1000), job 1 in [1000, 2000): 1000 behind
// another's job. With a dedicated card both are there at 1000.
START_TEST(a_receivers_shared_card_lets_one_in_at_a_time)
{
    world(2, 1);
    groups[FOG].nic_shared = true;
    struct run *run = run_of(send_to_the_fog);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 1, 0, 0, 0, 2000);
    ck_parts(run, 0, (struct parts){.transmission = 1000});
    ck_parts(run, 1, (struct parts){.transmission = 1000, .queueing = 1000});
    groups[FOG].nic_shared = false;
    run = run_of(send_to_the_fog);
    ck_op(run, 1, 0, 0, 0, 1000);
}
END_TEST

static void send_twice(struct plan *p, const struct job_request *r)
{
    transfer(p, r->home, net.node_count - 1, 1000, NO_OP);
    transfer(p, r->home, net.node_count - 1, 1000, NO_OP);
}

// Cards of 1 ns a byte, a link of 2, latency 300. First: card [0, 1000), link [0, 2000), receiving
// card [0, 2000) (no faster than the link): there at 2300. Second: card [1000, 2000), link from
// 2000 to 4000, receiving card [2000, 4000): there at 4300. The wait for its own job is
// transmission.
START_TEST(a_message_that_is_cut_through_ends_with_its_slowest_leg)
{
    world(1, 1);
    groups[USER].nic_shared = groups[FOG].nic_shared = true;
    links[USER * GROUPS + FOG] = (struct link_spec){0.5e9, 300e-9, &protocol};
    struct run *run = run_of(send_twice);
    ck_op(run, 0, 0, 0, 0, 2300);
    ck_op(run, 0, 1, 0, 1000, 4300);
    ck_parts(run, 0, (struct parts){.transmission = 4300});
    ck_assert_int_eq(run->jobs[0].record.transmission_work_ns, 4600);
}
END_TEST

// A slow sending card (3 ns a byte), a link of 1, a receiving card of 2: card [0, 3000), [3000,
// 6000); the link is held as long as the card sends: [0, 3000), [3000, 6000), and so is the
// receiving card.
START_TEST(a_slow_card_holds_the_link_and_the_card_behind_it)
{
    world(1, 1);
    groups[USER].nic_shared = groups[FOG].nic_shared = true;
    groups[USER].nic_bytes_per_s = 1e9 / 3, groups[FOG].nic_bytes_per_s = 1e9 / 2;
    struct run *run = run_of(send_twice);
    ck_op(run, 0, 0, 0, 0, 3000);
    ck_op(run, 0, 1, 0, 3000, 6000);
    struct link_record link;
    ck_assert_uint_eq(engine_link_count(run->en), 1);
    engine_link(run->en, 0, &link);
    ck_assert_uint_eq(link.from, 0);
    ck_assert_uint_eq(link.to, 1);
    ck_assert_uint_eq(link.transfers, 2);
    ck_assert_double_eq(link.bytes, 2000);
    ck_assert_int_eq(link.busy_ns, 6000);
    ck_assert_double_eq_tol(link.utilization, 1, 1e-15);
}
END_TEST

// Two users behind links of 10 ns a byte, a node with one card of 1 ns a byte: the links take
// [0, 10000) side by side; the card takes each message's own 1000 ns at the end, [9000, 10000) and
// [10000, 11000), not the 10 000 ns that the slow links need.
START_TEST(a_fast_card_is_held_for_its_own_time_behind_slow_links)
{
    world(2, 1);
    groups[FOG].nic_shared = true;
    links[USER * GROUPS + FOG].rate_bytes_per_s = 1e8;
    struct run *run = run_of(send_to_the_fog);
    ck_op(run, 0, 0, 0, 0, 10000);
    ck_op(run, 1, 0, 0, 0, 11000);
    ck_parts(run, 1, (struct parts){.transmission = 10000, .queueing = 1000});
}
END_TEST

// Cards of 1 ns a byte before and after a port: serialisation 2 ns, deserialisation 3 ns a byte.
// First: port [0, 2000), wire [2000, 3000), port there [3000, 6000). Second: port [2000, 4000),
// wire [4000, 5000), port there waits until 6000: 9000. All of one job: transmission.
START_TEST(ports_at_different_ends_work_at_once)
{
    world(1, 1);
    protocol.serialise_s_per_byte = 2e-9, protocol.deserialise_s_per_byte = 3e-9;
    struct run *run = run_of(send_twice);
    ck_op(run, 0, 0, 0, 0, 6000);
    ck_op(run, 0, 1, 0, 2000, 9000);
    ck_parts(run, 0, (struct parts){.transmission = 9000});
}
END_TEST

static void send_and_return(struct plan *p, const struct job_request *r)
{
    uint32_t there = transfer(p, r->home, 3, 1000, NO_OP);
    transfer(p, 3, r->home, 100, compute(p, 3, 400, there, NO_OP));
}

// Three users, links of their own: all there at 1000; computed at 1400, 1800, 2200; back 100 later.
START_TEST(users_contend_for_a_node_in_the_order_of_their_jobs)
{
    world(3, 1);
    struct run *run = run_of(send_and_return);
    for (uint32_t j = 0; j < 3; j++) {
        ck_op(run, j, 0, 0, 0, 1000);
        ck_op(run, j, 1, 1000, 1000 + 400 * j, 1400 + 400 * j);
        ck_op(run, j, 2, 1400 + 400 * j, 1400 + 400 * j, 1500 + 400 * j);
        ck_parts(run, j,
                 (struct parts){.computation = 400, .transmission = 1100, .queueing = 400 * j});
        ck_assert_double_eq(run->jobs[j].stages[0].bytes_sent, 1000);
        ck_assert_double_eq(run->jobs[j].stages[0].bytes_returned, 100);
    }
    ck_assert_double_eq_tol(node(run, 3).queue_mean, 1200.0 / 2300, 1e-15);
}
END_TEST

// ---- loads, delays, joins -----------------------------------------------------------------------

static void load_then_compute(struct plan *p, const struct job_request *r)
{
    uint32_t ready = load(p, net.node_count - 1, 300, NO_OP);
    (void)r;
    compute(p, net.node_count - 1, 700, ready, NO_OP);
}

// Job 0: load [0, 300), compute waits behind the load of job 1 [300, 600), runs [600, 1300). Job 1:
// load waits 300, compute [1300, 2000) waits from 600: 700. Loads are no subtasks, but hold the
// node.
START_TEST(a_load_occupies_the_node_and_is_its_own_part)
{
    world(2, 1);
    struct run *run = run_of(load_then_compute);
    ck_op(run, 0, 0, 0, 0, 300);
    ck_op(run, 0, 1, 300, 600, 1300);
    ck_op(run, 1, 0, 0, 300, 600);
    ck_op(run, 1, 1, 600, 1300, 2000);
    ck_parts(run, 0, (struct parts){.computation = 700, .loading = 300, .queueing = 300});
    ck_parts(run, 1, (struct parts){.computation = 700, .loading = 300, .queueing = 1000});
    ck_assert_uint_eq(node(run, 2).subtasks, 2);
    ck_assert_int_eq(node(run, 2).busy_ns, 2000);
    ck_assert_int_eq(run->jobs[0].record.computation_work_ns, 700);
}
END_TEST

static void three_delays(struct plan *p, const struct job_request *r)
{
    (void)r;
    uint32_t first = delay(p, 250, NO_OP);
    delay(p, 250, NO_OP);
    compute(p, 1, 100, delay(p, 0, first), NO_OP);
}

// Delays occupy nothing: two at once; one of 0 takes no time. 250 + 0 + 100.
START_TEST(delays_occupy_nothing)
{
    world(1, 1);
    struct run *run = run_of(three_delays);
    ck_op(run, 0, 0, 0, 0, 250);
    ck_op(run, 0, 1, 0, 0, 250);
    ck_op(run, 0, 2, 250, 250, 250);
    ck_op(run, 0, 3, 250, 250, 350);
    ck_parts(run, 0, (struct parts){.edge_delay = 250, .computation = 100});
    ck_assert_int_eq(node(run, 1).busy_ns, 100);
}
END_TEST

static double branch_ns[2];

static void diamond(struct plan *p, const struct job_request *r)
{
    (void)r;
    struct op op = {.kind = OP_COMPUTE, .stage = 1, .from = 1, .to = 1};
    uint32_t  a = compute(p, 1, 100, NO_OP, NO_OP);
    op.seconds = branch_ns[0] * 1e-9;
    uint32_t b = add(p, op, a, NO_OP);
    op.stage = 2, op.from = op.to = 2, op.seconds = branch_ns[1] * 1e-9;
    uint32_t c = add(p, op, a, NO_OP);
    compute(p, 1, 200, b, c);
}

// A [0, 100), B to 400 and C to 600 at once, D [600, 800): the path is A, C, D. With B and C of 300
// both end at 400: the lower, B, is the path.
START_TEST(a_join_waits_for_its_last_branch_and_ties_go_to_the_lowest)
{
    world(1, 2);
    branch_ns[0] = 300, branch_ns[1] = 500;
    struct run *run = run_of(diamond);
    ck_op(run, 0, 1, 100, 100, 400);
    ck_op(run, 0, 2, 100, 100, 600);
    ck_op(run, 0, 3, 600, 600, 800);
    ck_assert_uint_eq(run->jobs[0].record.stage_count, 3);
    ck_assert_int_eq(run->jobs[0].stages[0].part_ns[PART_COMPUTATION], 300);
    ck_assert_int_eq(run->jobs[0].stages[1].part_ns[PART_COMPUTATION], 0);
    ck_assert_int_eq(run->jobs[0].stages[2].part_ns[PART_COMPUTATION], 500);
    ck_assert_int_eq(run->jobs[0].record.computation_work_ns, 1100);
    branch_ns[1] = 300;
    run = run_of(diamond);
    ck_assert_int_eq(run->jobs[0].stages[1].part_ns[PART_COMPUTATION], 300);
    ck_assert_int_eq(run->jobs[0].stages[2].part_ns[PART_COMPUTATION], 0);
    ck_assert_int_eq(run->jobs[0].record.finished_ns, 600);
}
END_TEST

static void two_ends_at_once(struct plan *p, const struct job_request *r)
{
    (void)r;
    struct op op = {.kind = OP_COMPUTE, .stage = 0, .from = 1, .to = 1, .seconds = 100e-9};
    add(p, op, NO_OP, NO_OP);
    op.kind = OP_LOAD, op.stage = 1, op.from = op.to = 2;
    add(p, op, NO_OP, NO_OP);
}

// Both operations end the job at 100: the path is operation 0, a computation.
START_TEST(of_two_last_operations_the_lowest_is_the_path)
{
    world(1, 2);
    ck_parts(run_of(two_ends_at_once), 0, (struct parts){.computation = 100});
}
END_TEST

// ---- waiting: behind oneself, behind others -----------------------------------------------------

static uint32_t fog_node;

static void one_behind_two(struct plan *p, const struct job_request *r)
{
    if (r->home == 0) {
        compute(p, fog_node, 100, NO_OP, NO_OP);
        compute(p, fog_node, 100, delay(p, 10, NO_OP), NO_OP);
    } else {
        compute(p, fog_node, 50, NO_OP, NO_OP);
    }
}

// Node: job 0 [0, 100), job 1 [100, 150), job 0 again, ready at 10, [150, 250). It waited [10, 100)
// behind its own job: computation 90 + 100; [100, 150) behind job 1: queueing 50; delay 10 first.
START_TEST(waiting_counts_as_queueing_only_while_others_are_served)
{
    world(2, 1);
    fog_node = 2;
    struct run *run = run_of(one_behind_two);
    ck_op(run, 0, 2, 10, 150, 250);
    ck_op(run, 1, 0, 0, 100, 150);
    ck_parts(run, 0, (struct parts){.edge_delay = 10, .computation = 190, .queueing = 50});
    ck_parts(run, 1, (struct parts){.computation = 50, .queueing = 100});
}
END_TEST

// Two servers: job 0 [0, 100), job 1 [0, 50) and then job 0 again, ready at 10, [50, 150). While it
// waited one server served job 1: all 40 are queueing.
START_TEST(with_two_servers_one_that_serves_another_is_enough)
{
    world(2, 1);
    fog_node = 2;
    groups[FOG].servers = 2;
    struct run *run = run_of(one_behind_two);
    ck_op(run, 0, 2, 10, 50, 150);
    ck_parts(run, 0, (struct parts){.edge_delay = 10, .computation = 100, .queueing = 40});
}
END_TEST

static void transfers_behind_two(struct plan *p, const struct job_request *r)
{
    if (r->home == 0) {
        transfer(p, 0, 2, 1000, NO_OP);
        transfer(p, 0, 2, 300, delay(p, 200, NO_OP));
    } else {
        transfer(p, 1, 2, 500, delay(p, 100, NO_OP));
    }
}

// The fog's shared card: job 0 [0, 1000), job 1 (ready 100) [1000, 1500), job 0's second. That one
// waits from 200 for its own link until 1000, is then held by the card until 1500: queueing 500,
// transmission 800 + 300, delay 200.
START_TEST(waiting_behind_ones_own_transfers_is_transmission)
{
    world(2, 1);
    groups[FOG].nic_shared = true;
    struct run *run = run_of(transfers_behind_two);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 1, 1, 100, 100, 1500);
    ck_op(run, 0, 2, 200, 1000, 1800);
    ck_parts(run, 0, (struct parts){.edge_delay = 200, .transmission = 1100, .queueing = 500});
    ck_parts(run, 1, (struct parts){.edge_delay = 100, .transmission = 500, .queueing = 900});
}
END_TEST

static void hidden_wait(struct plan *p, const struct job_request *r)
{
    if (r->home == 0)
        transfer(p, 0, 2, 100, NO_OP);
    else
        transfer(p, 1, 2, 100, NO_OP);
}

// Sending cards of 10 ns a byte, a receiving card of 5: job 0's bytes pass the receiving card
// during [0, 1000). Job 1's wait for it until 1000 and then need 500 more: finish 1500, 500 past
// the 1000 it takes alone; of the 1000 it waited only these were lost.
START_TEST(a_wait_hidden_behind_a_slow_card_is_no_queueing)
{
    world(2, 1);
    groups[USER].nic_shared = groups[FOG].nic_shared = true;
    groups[USER].nic_bytes_per_s = 1e8, groups[FOG].nic_bytes_per_s = 2e8;
    struct run *run = run_of(hidden_wait);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 1, 0, 0, 0, 1500);
    ck_parts(run, 1, (struct parts){.transmission = 1000, .queueing = 500});
}
END_TEST

static void own_wait_then_hidden_wait(struct plan *p, const struct job_request *r)
{
    if (r->home == 0) {
        transfer(p, 0, 3, 100, NO_OP);
        transfer(p, 0, 2, 100, NO_OP);
    } else {
        transfer(p, 1, 2, 100, delay(p, 500, NO_OP));
    }
}

// As above, and job 0 sends twice. Its second waits [0, 1000) for its own card and leaves in [1000,
// 2000). The receiving card takes job 1 in [500, 1500), then the second in [1500, 2000): that wait
// behind job 1 cost nothing, the one behind its own job 1000. No queueing.
START_TEST(what_was_lost_behind_ones_own_job_is_not_blamed_on_others)
{
    world(2, 1);
    groups[EDGE].count = 1;
    groups[USER].nic_shared = groups[FOG].nic_shared = true;
    groups[USER].nic_bytes_per_s = 1e8, groups[FOG].nic_bytes_per_s = 2e8;
    struct run *run = run_of(own_wait_then_hidden_wait);
    ck_op(run, 0, 1, 0, 1000, 2000);
    ck_op(run, 1, 1, 500, 500, 1500);
    ck_parts(run, 0, (struct parts){.transmission = 2000});
}
END_TEST

// ---- random scenarios against the oracle --------------------------------------------------------

struct random_case {
    uint64_t seed;
    uint32_t op_low, op_span, node_count, stages;
};

static double coarse(struct rng *r, uint64_t steps, double step)
{
    return (double)rng_below(r, steps) * step;
}

static struct op random_op(struct rng *r, const struct random_case *c)
{
    static const enum op_kind kinds[] = {OP_TRANSFER, OP_TRANSFER, OP_TRANSFER, OP_COMPUTE,
                                         OP_COMPUTE,  OP_COMPUTE,  OP_LOAD,     OP_DELAY};
    struct op op = {.kind = kinds[rng_below(r, 8)], .stage = (uint32_t)rng_below(r, c->stages)};
    op.from = op.to = (uint32_t)rng_below(r, c->node_count);
    if (op.kind == OP_TRANSFER) {
        op.to = (op.from + 1 + (uint32_t)rng_below(r, c->node_count - 1)) % c->node_count;
        op.bytes = coarse(r, 10, 100);
    } else {
        op.seconds = coarse(r, 10, 100e-9);
    }
    op.tag[0] = (uint32_t)rng_below(r, 2);
    op.memory_bytes = op.kind == OP_COMPUTE ? coarse(r, 5, 10) : 0;
    return op;
}

// A plan depends on the case and the job alone, so that engine and oracle get the same. One job in
// forty is infeasible.
static enum plan_verdict random_plan(void *ctx, const struct engine *en,
                                     const struct job_request *request, struct plan *out,
                                     struct err *e)
{
    (void)en, (void)e;
    const struct random_case *c = ctx;
    struct rng                r;
    rng_init(&r, c->seed, 0, "plan", request->job);
    if (rng_below(&r, 40) == 0) return PLAN_INFEASIBLE;
    uint32_t count = c->op_low + (uint32_t)rng_below(&r, c->op_span);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t deps[3], dep_count = 0, most = (uint32_t)rng_below(&r, 4);
        for (uint32_t d = 0; d < most && i > 0; d++) // near ones, so that plans are deep
            deps[dep_count++] = i - 1 - (uint32_t)rng_below(&r, i < 6 ? i : 6);
        plan_add(out, random_op(&r, c), deps, dep_count);
    }
    return PLAN_READY;
}

static double choose(const double *of, uint64_t count)
{
    return of[rng_below(&rng, count)];
}

// Rates of whole ns a byte and costs in whole ns, so that instants coincide; every fourth net has
// rates as they come.
static void randomise_net(bool coarse_times)
{
    static const double ns_per_byte[] = {1, 2, 2, 5, 10}, ports[] = {0, 0, 1, 2};
    protocol = (struct protocol){.encoding = rng_below(&rng, 3) ? 1 : 4.5,
                                 .message_bytes = coarse(&rng, 2, 50),
                                 .message_s = coarse(&rng, 2, 100e-9),
                                 .header_bytes = coarse(&rng, 2, 10),
                                 .segment_bytes = 100,
                                 .serialise_s_per_byte = 1e-9 * choose(ports, 4),
                                 .deserialise_s_per_byte = 1e-9 * choose(ports, 4),
                                 .brokered = rng_below(&rng, 2),
                                 .broker_s_per_byte = 1e-9 * choose(ports, 4),
                                 .qos = (uint32_t)rng_below(&rng, 3),
                                 .control_bytes = coarse(&rng, 2, 20)};
    net.broker = (enum broker_place)rng_below(&rng, 3);
    static const uint64_t least[GROUPS] = {1, 1, 0, 0, 0}, span[GROUPS] = {4, 3, 3, 2, 1};
    for (int g = 0; g < GROUPS; g++) {
        struct node_group *group = &groups[g];
        group->count = (uint32_t)(least[g] + rng_below(&rng, span[g]));
        group->servers = 1 + (uint32_t)rng_below(&rng, 3);
        group->queue_limit = rng_below(&rng, 4) ? QUEUE_INFINITE : (uint32_t)rng_below(&rng, 4);
        group->nic_shared = rng_below(&rng, 2);
        group->nic_bytes_per_s = 1e9 / choose(ns_per_byte, 5);
        group->serialisation_ratio = (double)rng_below(&rng, 3);
        group->power_idle_w = 2, group->power_busy_w = 10;
        if (!coarse_times) {
            group->nic_bytes_per_s *= 0.3 + rng_uniform(&rng);
            group->serialisation_ratio *= 0.3 + rng_uniform(&rng);
        }
    }
    if (net.broker == BROKER_THIRD) groups[BROKER].count = 1;
    for (int l = 0; l < GROUPS * GROUPS; l++) {
        links[l] =
            (struct link_spec){1e9 / choose(ns_per_byte, 5), coarse(&rng, 4, 100e-9), &protocol};
        if (!coarse_times) links[l].rate_bytes_per_s *= 0.3 + rng_uniform(&rng);
        bool has_edge = l / GROUPS == EDGE || l % GROUPS == EDGE; // over which all are reached
        links[l].is_absent = !has_edge && groups[EDGE].count && !rng_below(&rng, 3);
    }
    net_finish(&net, &bed_arena);
}

static void randomise_arrivals(void)
{
    config.arrivals = (struct arrivals){.kind = (enum arrival_kind)rng_below(&rng, 3),
                                        .think_s = coarse(&rng, 3, 500e-9),
                                        .period_s = 1e-6 + coarse(&rng, 4, 1e-6),
                                        .rate_per_s = 2e5 + coarse(&rng, 5, 2e5),
                                        .jobs_per_user = 1 + (uint32_t)rng_below(&rng, 4),
                                        .duration_s = rng_below(&rng, 3) ? INFINITY : 8e-6};
    set_deadline(rng_below(&rng, 2) ? INFINITY : 5e-6);
    config.seed = rng_bits(&rng);
    config.replication = (uint32_t)rng_below(&rng, 3);
}

static void ck_same_job(const struct seen *have, const struct oracle_job *want, const char *where)
{
    const struct job_record *r = &have->record;
    ck_assert_msg(r->home == want->home && r->arrived_ns == want->arrived, "%s", where);
    ck_assert_msg(r->status == want->status, "%s: want status %d, have %d", where, want->status,
                  r->status);
    if (want->status == JOB_INFEASIBLE) return;
    ck_assert_uint_eq(r->op_count, want->plan.op_count);
    for (uint32_t i = 0; i < r->op_count; i++) {
        const struct oracle_op *op = &want->ops[i];
        struct op_times         t = have->times[i];
        ck_assert_msg(t.ready_ns == op->ready && t.start_ns == op->start &&
                          t.finish_ns == op->finish,
                      "%s, operation %u: want %lld %lld %lld, have %lld %lld %lld", where, i,
                      (long long)op->ready, (long long)op->start, (long long)op->finish,
                      (long long)t.ready_ns, (long long)t.start_ns, (long long)t.finish_ns);
    }
    if (want->status == JOB_DROPPED) return;
    ck_assert_msg(r->finished_ns == want->ended, "%s: end", where);
    for (int part = 0; part < PART_COUNT; part++) {
        ck_assert_msg(r->part_ns[part] == want->part[part], "%s: part %d: want %lld, have %lld",
                      where, part, (long long)want->part[part], (long long)r->part_ns[part]);
        for (uint32_t s = 0; s < r->stage_count; s++)
            ck_assert_msg(have->stages[s].part_ns[part] == want->stage_part[s][part],
                          "%s: stage %u part %d", where, s, part);
    }
}

// Nodes and links: busy time, number served and the waiting, summed from the oracle's legs.
// Little's law as an identity: the integral of the number waiting is the sum of the waits, ns for
// ns.
static void ck_same_nodes(const struct run *run, const struct oracle *o, bool drops,
                          const char *where)
{
    for (uint32_t n = 0; n < net.node_count; n++) {
        struct node_record have = node(run, n);
        struct oracle_use  want = oracle_sum(o, oracle_cpu(n));
        ck_assert_msg(have.busy_ns == want.busy, "%s: busy of node %u", where, n);
        if (!drops)
            ck_assert_msg(llround(have.queue_mean * (double)o->end) == want.waited,
                          "%s: node %u: waits of %lld, integral %f", where, n,
                          (long long)want.waited, have.queue_mean * (double)o->end);
        // idle 2 W, busy 10 W with all servers busy
        double energy_j =
            2e-9 * (double)o->end + 8e-9 * (double)want.busy / net_group(&net, n)->servers;
        ck_assert_double_eq_tol(have.energy_j, energy_j, 1e-12);
    }
    uint32_t used = 0;
    for (uint32_t i = 0; i < engine_link_count(run->en); i++) {
        struct link_record link;
        engine_link(run->en, i, &link);
        struct oracle_use want = oracle_sum(o, oracle_wire(link.from, link.to));
        ck_assert_msg(link.transfers == want.starts && link.busy_ns == want.busy,
                      "%s: link %u to %u", where, link.from, link.to);
    }
    for (uint32_t f = 0; f < net.node_count; f++)
        for (uint32_t t = 0; t < net.node_count; t++)
            used += oracle_sum(o, oracle_wire(f, t)).starts > 0;
    ck_assert_msg(used <= engine_link_count(run->en), "%s: links", where);
}

enum { CASES = 60 }; // a loop step

START_TEST(random_scenarios_agree_with_the_oracle_to_the_ns)
{
    rng_init(&rng, 2024, 0, "oracle", (uint64_t)_i);
    for (uint32_t i = 0; i < CASES; i++) {
        randomise_net(i % 4 != 0);
        randomise_arrivals();
        struct random_case c = {.seed = rng_bits(&rng),
                                .op_low = 10,
                                .op_span = rng_below(&rng, 4) ? 8 : 51,
                                .node_count = net.node_count,
                                .stages = 1 + (uint32_t)rng_below(&rng, 5)};
        struct planner     planner = {.ctx = &c, .plan = random_plan};
        struct run        *run = ARENA_ARRAY(&bed_arena, struct run, 1);
        struct oracle      o;
        char               where[64];
        ck_assert_msg(run_with(run, &planner, 32), "%s", run->e.text);
        oracle_run(&o, &config, &planner, 32, &bed_arena);
        snprintf(where, sizeof where, "scenario %u", i);
        ck_assert_msg(run->result.jobs == o.job_count && run->seen == o.job_count, "%s", where);
        ck_same_by_events(run, &planner);
        bool drops = false;
        for (uint32_t j = 0; j < o.job_count; j++) {
            snprintf(where, sizeof where, "scenario %u, job %u", i, j);
            ck_same_job(&run->jobs[j], &o.jobs[j], where);
            drops = drops || o.jobs[j].status == JOB_DROPPED;
        }
        snprintf(where, sizeof where, "scenario %u", i);
        ck_assert_msg(run->result.end_ns == o.end || drops, "%s: end", where);
        if (run->result.end_ns == o.end) ck_same_nodes(run, &o, drops, where);
        arena_rewind(&bed_arena, (struct arena_mark){0});
    }
}
END_TEST

// Chains (each operation waits for the one before) of one job find every FIFO resource free; there
// is nobody else to queue behind even when the plan is a DAG.
START_TEST(a_single_job_never_queues)
{
    for (uint32_t i = 0; i < 100; i++) {
        randomise_net(true);
        groups[USER].count = 1;
        for (int g = 0; g < GROUPS; g++) groups[g].queue_limit = QUEUE_INFINITE;
        net_finish(&net, &bed_arena);
        struct random_case c = {rng_bits(&rng), 10, 51, net.node_count, 3};
        struct planner     planner = {.ctx = &c, .plan = random_plan};
        struct run        *run = ARENA_ARRAY(&bed_arena, struct run, 1);
        config.arrivals.jobs_per_user = 5;
        ck_assert(run_with(run, &planner, 8));
        for (uint32_t j = 0; j < 5; j++)
            ck_assert_int_eq(run->jobs[j].record.part_ns[PART_QUEUEING], 0);
        arena_rewind(&bed_arena, (struct arena_mark){0});
    }
}
END_TEST

// ---- statistics ---------------------------------------------------------------------------------

// Little's law on a longer run without an oracle: 4 Poisson users at a node that is busy 4/5 of the
// time; waits in whole ns from the records.
START_TEST(the_integral_of_the_number_waiting_is_the_sum_of_the_waits)
{
    world(4, 1);
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_POISSON, .rate_per_s = 2e5, .jobs_per_user = 500, .duration_s = INFINITY};
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {.ctx = run, .plan = plan_by_function};
    run->build = compute_on_the_last_node;
    ck_assert(run_with(run, &planner, 2000));
    sim_ns waits = 0;
    for (uint32_t j = 0; j < 2000; j++)
        waits += run->jobs[j].times[0].start_ns - run->jobs[j].times[0].ready_ns;
    struct node_record n = node(run, 4);
    ck_assert_int_gt(waits, 0);
    ck_assert_int_eq(llround(n.queue_mean * (double)run->result.end_ns), waits);
    ck_assert_int_eq(n.busy_ns, 2000 * 1000);
    ck_assert_uint_eq(n.subtasks, 2000);
}
END_TEST

static void memory_users(struct plan *p, const struct job_request *r)
{
    (void)r;
    for (uint32_t i = 0; i < 3; i++) {
        struct op op = {.kind = OP_COMPUTE, .from = 1, .to = 1, .seconds = (100 + 100 * i) * 1e-9};
        op.memory_bytes = 10 * pow(10, i);
        plan_add(p, op, NULL, 0);
    }
}

// Two servers. 10 B during [0, 100), 100 B during [0, 200), 1000 B from 100 to 400: the peak is
// 100 + 1000. What is held returns to zero: a hundred jobs more do not raise the peak.
START_TEST(memory_is_held_while_an_operation_runs_and_then_given_back)
{
    world(1, 1);
    groups[FOG].servers = 2;
    ck_assert_double_eq(node(run_of(memory_users), 1).memory_peak_bytes, 1100);
    config.arrivals.jobs_per_user = 50;
    ck_assert_double_eq(node(run_of(memory_users), 1).memory_peak_bytes, 1100);
    ck_assert_double_eq(node(run_of(memory_users), 0).memory_peak_bytes, 0);
}
END_TEST

// Idle 5 W over the span of 800 ns, and 7 W more while busy: node 1 for 100 + 300 + 200, node 2 for
// 500. The job's energy is the active part of both.
START_TEST(energy_is_idle_power_over_the_span_and_active_power_over_the_work)
{
    world(1, 2);
    groups[FOG].power_idle_w = 5, groups[FOG].power_busy_w = 12;
    branch_ns[0] = 300, branch_ns[1] = 500;
    struct run *run = run_of(diamond);
    ck_assert_double_eq_tol(node(run, 1).energy_j, 5 * 800e-9 + 7 * 600e-9, 1e-18);
    ck_assert_double_eq_tol(node(run, 2).energy_j, 5 * 800e-9 + 7 * 500e-9, 1e-18);
    ck_assert_double_eq(node(run, 0).energy_j, 0);
    ck_assert_double_eq_tol(run->jobs[0].record.energy_j, 7 * 1100e-9, 1e-18);
}
END_TEST

// Headers of 66 per 1448 count on the link, once a transfer: users 2 and then 0 and 1, each 1000 B
// there (1066) and 100 back (166). Links are listed by (from, to).
START_TEST(links_carry_their_wire_bytes_and_are_listed_in_order)
{
    world(3, 1);
    protocol.header_bytes = 66, protocol.segment_bytes = 1448;
    config.arrivals.jobs_per_user = 2;
    struct run *run = run_of(send_and_return);
    ck_assert_uint_eq(engine_link_count(run->en), 6);
    for (uint32_t i = 0; i < 6; i++) {
        struct link_record link;
        engine_link(run->en, i, &link);
        ck_assert_uint_eq(link.from, i < 3 ? i : 3);
        ck_assert_uint_eq(link.to, i < 3 ? 3 : i - 3);
        ck_assert_uint_eq(link.transfers, 2);
        ck_assert_double_eq(link.bytes, i < 3 ? 2132 : 332);
        ck_assert_int_eq(link.busy_ns, i < 3 ? 2132 : 332);
    }
}
END_TEST

// Wires are found again however many there are: 40 users to 20 fogs, each pair once.
static void send_everywhere(struct plan *p, const struct job_request *r)
{
    for (uint32_t fog = 40; fog < 60; fog++) transfer(p, r->home, fog, fog, NO_OP);
}

START_TEST(each_pair_of_nodes_has_one_link)
{
    world(40, 20);
    config.arrivals.jobs_per_user = 1;
    struct run *run = run_of(send_everywhere);
    ck_assert_uint_eq(engine_link_count(run->en), 800);
    for (uint32_t i = 0; i < 800; i++) {
        struct link_record link;
        engine_link(run->en, i, &link);
        ck_assert_uint_eq(link.from, i / 20);
        ck_assert_uint_eq(link.to, 40 + i % 20);
        ck_assert_uint_eq(link.transfers, 1);
        ck_assert_double_eq(link.bytes, 40 + i % 20);
    }
}
END_TEST

static double   backlog_s[4];
static uint32_t backlogs;

static enum plan_verdict plan_and_look(void *ctx, const struct engine *en,
                                       const struct job_request *r, struct plan *out, struct err *e)
{
    (void)ctx, (void)r, (void)e;
    backlog_s[backlogs++] = engine_backlog_s(en, 1);
    compute(out, 1, 1000, NO_OP, NO_OP);
    return PLAN_READY;
}

// Period 300, service 1000, one server: at 0 nothing; at 300 700 are left of the first; at 600 400
// and the second's 1000; at 900 100 and two of 1000.
START_TEST(a_planner_sees_the_work_that_is_left)
{
    world(1, 1);
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_PERIODIC, .period_s = 300e-9, .jobs_per_user = 4, .duration_s = INFINITY};
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {.ctx = run, .plan = plan_and_look};
    backlogs = 0;
    ck_assert(run_with(run, &planner, 8));
    static const double want_ns[] = {0, 700, 1400, 2100};
    for (int i = 0; i < 4; i++) ck_assert_double_eq_tol(backlog_s[i], want_ns[i] * 1e-9, 1e-18);
    ck_assert_double_eq(engine_backlog_s(run->en, 1), 0);
}
END_TEST

static enum plan_verdict plan_behind_a_delay(void *ctx, const struct engine *en,
                                             const struct job_request *r, struct plan *out,
                                             struct err *e)
{
    (void)ctx, (void)e;
    backlog_s[r->job] = engine_backlog_s(en, 2);
    compute(out, 2, 1000, delay(out, 500, NO_OP), NO_OP);
    return PLAN_READY;
}

// Two users ask at 0 for 1000 ns of node 2, which is to begin at 500: the second sees the first's
// work although nothing waits there yet. At 400 both tasks are still on their way: 2000.
START_TEST(accepted_work_is_backlog_before_it_arrives)
{
    world(2, 1);
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_PERIODIC, .period_s = 400e-9, .jobs_per_user = 2, .duration_s = INFINITY};
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {.ctx = run, .plan = plan_behind_a_delay};
    ck_assert(run_with(run, &planner, 8));
    static const double want_ns[] = {0, 1000, 2000, 3000};
    for (int i = 0; i < 4; i++) ck_assert_double_eq_tol(backlog_s[i], want_ns[i] * 1e-9, 1e-18);
    ck_assert_double_eq(engine_backlog_s(run->en, 2), 0);
}
END_TEST

// ---- dropped jobs -------------------------------------------------------------------------------

static void refused_while_it_waits_elsewhere(struct plan *p, const struct job_request *r)
{
    if (r->home == 0) {
        compute(p, 3, 100, NO_OP, NO_OP);
        compute(p, 3, 100, NO_OP, NO_OP);
        compute(p, 4, 10, delay(p, 50, NO_OP), NO_OP);
    } else if (r->home == 1) {
        compute(p, 4, 1000, NO_OP, NO_OP);
    } else {
        compute(p, 3, 30, delay(p, 60, NO_OP), NO_OP);
        if (r->now > 0) delay(p, 2500, NO_OP); // still there when the next round comes
    }
}

// Node 4 (no room to wait) is busy with job 1 until 1000. Job 0 runs on node 3 [0, 100), waits
// there with its second operation, and is dropped at 50. The second leaves the queue: job 2, ready
// at 60, runs at 100. Every 2000 all comes again, in the slots that are free by then and, as job 2
// now stays for 2500, in one more: the same but later.
START_TEST(a_dropped_job_leaves_every_queue_and_its_slot_is_used_once)
{
    world(3, 1);
    groups[EDGE].count = 1;
    groups[EDGE].queue_limit = 0;
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_PERIODIC, .period_s = 2000e-9, .jobs_per_user = 5, .duration_s = INFINITY};
    struct run *run = run_of(refused_while_it_waits_elsewhere);
    ck_assert_uint_eq(run->result.jobs, 15);
    for (uint32_t i = 0; i < 5; i++) {
        sim_ns at = 2000 * i;
        ck_assert_int_eq(run->jobs[3 * i].record.status, JOB_DROPPED);
        ck_op(run, 3 * i, 1, at, -1, -1);
        ck_op(run, 3 * i, 3, at + 50, -1, -1);
        ck_op(run, 3 * i + 1, 0, at, at, at + 1000);
        ck_op(run, 3 * i + 2, 1, at + 60, at + 100, at + 130);
        ck_parts(run, 3 * i + 2,
                 i ? (struct parts){.edge_delay = 2500}
                   : (struct parts){.edge_delay = 60, .computation = 30, .queueing = 40});
    }
    ck_assert_uint_eq(run->result.by_status[JOB_DROPPED], 5);
    ck_assert_int_eq(node(run, 3).busy_ns, 5 * 130);
}
END_TEST

static void refused_with_much_under_way(struct plan *p, const struct job_request *r)
{
    if (r->home == 0) {
        transfer(p, 0, 2, 1000, NO_OP); // serialised in [0, 1000), never sent
        compute(p, 0, 500, NO_OP, NO_OP);
        compute(p, 2, 10, delay(p, 50, NO_OP), NO_OP);
    } else {
        compute(p, 2, 1000, NO_OP, NO_OP);
    }
}

// What a dropped job had under way at 50 is not finished (trace.h: -1, never got there); only the
// delay is. No work is counted for it but the slices that ended.
START_TEST(what_was_under_way_when_a_job_was_dropped_has_no_finish)
{
    world(2, 1);
    protocol.serialise_s_per_byte = 1e-9;
    groups[FOG].queue_limit = 0;
    struct run *run = run_of(refused_with_much_under_way);
    ck_assert_int_eq(run->jobs[0].record.status, JOB_DROPPED);
    ck_op(run, 0, 0, 0, 0, -1);
    ck_op(run, 0, 1, 0, 0, -1);
    ck_op(run, 0, 2, 0, 0, 50);
    ck_op(run, 0, 3, 50, -1, -1);
    ck_assert_int_eq(run->jobs[0].record.transmission_work_ns, 0);
    ck_assert_double_eq(run->jobs[0].stages[0].bytes_sent, 0);
}
END_TEST

static enum plan_verdict look_after_a_drop(void *ctx, const struct engine *en,
                                           const struct job_request *r, struct plan *out,
                                           struct err *e)
{
    (void)ctx, (void)e;
    if (r->now > 0) {
        backlog_s[r->home] = engine_backlog_s(en, 2);
        delay(out, 1, NO_OP);
    } else if (r->home == 0) {
        compute(out, 2, 1000, NO_OP, NO_OP);
        compute(out, 2, 1000, NO_OP, NO_OP);
        compute(out, 3, 10, delay(out, 50, NO_OP), NO_OP);
    } else {
        compute(out, 3, 5000, NO_OP, NO_OP);
    }
    return PLAN_READY;
}

// Job 0 is dropped at 50 by node 3. At 300 node 2 still has 700 of its first operation to do; the
// second, of 1000, has left the queue.
START_TEST(the_work_of_a_dropped_job_that_waited_is_no_backlog)
{
    world(2, 1);
    groups[EDGE].count = 1;
    groups[EDGE].queue_limit = 0;
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_PERIODIC, .period_s = 300e-9, .jobs_per_user = 2, .duration_s = INFINITY};
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {.ctx = run, .plan = look_after_a_drop};
    ck_assert(run_with(run, &planner, 8));
    ck_assert_int_eq(run->jobs[0].record.status, JOB_DROPPED);
    ck_assert_double_eq_tol(backlog_s[0], 700e-9, 1e-18);
    ck_assert_double_eq_tol(backlog_s[1], 700e-9, 1e-18);
}
END_TEST

// ---- determinism --------------------------------------------------------------------------------

static uint64_t hash_of(const struct planner *planner)
{
    struct run *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    ck_assert_msg(run_with(run, planner, 64), "%s", run->e.text);
    return run->result.hash;
}

static void busy_world(struct random_case *c)
{
    randomise_net(true);
    groups[USER].count = 3;
    for (int g = 0; g < GROUPS; g++) groups[g].queue_limit = QUEUE_INFINITE;
    net_finish(&net, &bed_arena);
    *c = (struct random_case){rng_bits(&rng), 10, 30, net.node_count, 3};
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_POISSON, .rate_per_s = 1e5, .jobs_per_user = 10, .duration_s = INFINITY};
}

START_TEST(the_same_input_gives_the_same_hash_and_another_seed_another)
{
    struct random_case c;
    busy_world(&c);
    struct planner planner = {.ctx = &c, .plan = random_plan};
    uint64_t       first = hash_of(&planner);
    ck_assert_uint_eq(hash_of(&planner), first);
    config.seed = 2;
    uint64_t other = hash_of(&planner);
    ck_assert_uint_ne(other, first);
    config.seed = 1, config.replication = 1;
    ck_assert_uint_ne(hash_of(&planner), first);
    ck_assert_uint_ne(hash_of(&planner), other);
    config.replication = 0;
    ck_assert_uint_eq(hash_of(&planner), first);
}
END_TEST

// The same operations, but the plan's arrays are outgrown at odd moments, dependencies come with
// NO_OP and repetitions, and the run's arena is full of what was there before.
static enum plan_verdict messy_plan(void *ctx, const struct engine *en, const struct job_request *r,
                                    struct plan *out, struct err *e)
{
    struct plan       tidy = {.arena = &bed_arena};
    enum plan_verdict verdict = random_plan(ctx, en, r, &tidy, e);
    out->ops = NULL, out->deps = NULL, out->op_capacity = out->dep_capacity = 0;
    for (uint32_t i = 0; i < tidy.op_count; i++) {
        const struct op *op = &tidy.ops[i];
        uint32_t         deps[12], count = 0;
        for (uint32_t d = 0; d < op->dep_count; d++) {
            deps[count++] = NO_OP;
            deps[count++] = tidy.deps[op->first_dep + d];
            deps[count++] = tidy.deps[op->first_dep + d];
        }
        memset(arena_array(&bed_arena, 1 + i, 1), 0xa5, 1 + i);
        plan_add(out, *op, deps, count);
    }
    return verdict;
}

START_TEST(the_hash_does_not_depend_on_where_plans_lie)
{
    struct random_case c;
    busy_world(&c);
    struct planner tidy = {.ctx = &c, .plan = random_plan}, messy = {.ctx = &c, .plan = messy_plan};
    uint64_t       want = hash_of(&tidy);
    struct arena_mark mark = arena_mark(&bed_arena);
    memset(arena_array(&bed_arena, 1 << 20, 1), 0x5a, 1 << 20);
    arena_rewind(&bed_arena, mark);
    ck_assert_uint_eq(hash_of(&messy), want);
}
END_TEST

// By hand: each of job << 22 | operation, ready, start, finish is mixed in by x = (hash ^ word) *
// 0xbf58476d1ce4e5b9, hash = x ^ x >> 29; one job of one compute, [0, 1000).
START_TEST(the_hash_chains_the_times_of_all_operations)
{
    world(1, 1);
    uint64_t words[] = {0, 0, 0, 1000}, want = 14695981039346656037u;
    for (int w = 0; w < 4; w++) {
        uint64_t x = (want ^ words[w]) * 13787848793156543929u;
        want = x ^ x >> 29;
    }
    ck_assert_uint_eq(run_of(one_compute)->result.hash, want);
}
END_TEST

// ---- M/M/1 --------------------------------------------------------------------------------------

struct mm1 {
    struct rng service;
    double     sojourn_s;
};

static enum plan_verdict exponential_service(void *ctx, const struct engine *en,
                                             const struct job_request *r, struct plan *out,
                                             struct err *e)
{
    (void)en, (void)r, (void)e;
    struct op op = {.kind = OP_COMPUTE, .from = 1, .to = 1};
    op.seconds = gsl_ran_exponential(&((struct mm1 *)ctx)->service.gsl, 1);
    plan_add(out, op, NULL, 0);
    return PLAN_READY;
}

static bool sum_sojourn(void *ctx, const struct job_record *job, struct err *e)
{
    (void)e;
    ((struct mm1 *)ctx)->sojourn_s += s_from_ns(job->finished_ns - job->arrived_ns);
    return true;
}

// M/M/1 at rate 0.5 and mean service 1: mean sojourn 1 / (1 - 0.5) = 2 s (Kleinrock, Queueing
// Systems I, 3.2), mean number waiting rho^2 / (1 - rho) = 0.5. 20 replications of 20 000 jobs; the
// 95 % Student interval of their means contains it for this seed.
START_TEST(an_mm1_queue_has_its_mean_sojourn)
{
    enum { REPLICATIONS = 20, JOBS = 20000 };
    double sum = 0, squares = 0, waiting = 0;
    world(1, 1);
    net_finish(&net, &bed_arena);
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_POISSON, .rate_per_s = 0.5, .jobs_per_user = JOBS, .duration_s = INFINITY};
    for (uint32_t i = 0; i < REPLICATIONS; i++) {
        struct mm1           mm1 = {.sojourn_s = 0};
        struct planner       planner = {.ctx = &mm1, .plan = exponential_service};
        struct trace_sink    sink = {&mm1, sum_sojourn};
        struct arena         a = {0};
        struct engine       *en;
        struct engine_result result;
        struct node_record   n;
        struct err           e = {0};
        config.replication = i;
        rng_init(&mm1.service, config.seed, i, "service", 1);
        ck_assert(engine_run(&config, &planner, &sink, &a, &en, &result, &e));
        engine_node(en, 1, &n);
        double mean = mm1.sojourn_s / JOBS;
        sum += mean, squares += mean * mean, waiting += n.queue_mean;
        arena_free(&a);
    }
    double mean = sum / REPLICATIONS;
    double sd = sqrt((squares - sum * mean) / (REPLICATIONS - 1));
    double half = gsl_cdf_tdist_Pinv(0.975, REPLICATIONS - 1) * sd / sqrt(REPLICATIONS);
    ck_assert_msg(fabs(mean - 2) < half, "mean %f, half width %f", mean, half);
    ck_assert_double_lt(half, 0.05); // about 3 sd of a mean of 400 000 dependent sojourns
    ck_assert_double_eq_tol(waiting / REPLICATIONS, 0.5, 0.05);
}
END_TEST

// ---- memory -------------------------------------------------------------------------------------

struct steady {
    struct arena       arena;
    struct random_case c;
    struct arena_mark  at_1000;
    size_t             heap_at_1000;
    uint64_t           jobs;
};

static bool look_at_memory(void *ctx, const struct job_record *job, struct err *e)
{
    (void)job, (void)e;
    struct steady *s = ctx;
    if (++s->jobs == 1000) {
        s->at_1000 = arena_mark(&s->arena);
        s->heap_at_1000 = mallinfo2().uordblks;
    }
    return true;
}

// Four plans come round and round, each of 30 operations.
static enum plan_verdict plans_in_turn(void *ctx, const struct engine *en,
                                       const struct job_request *r, struct plan *out, struct err *e)
{
    struct steady     *s = ctx;
    struct job_request turn = *r;
    turn.job = r->job % 4;
    (void)random_plan(&s->c, en, &turn, out, e);
    return PLAN_READY;
}

// A closed loop of 3 users. The arena (no part of it is given back) stands after 10 000 jobs where
// it stood after 1000, and so does the heap (mallinfo2 says 0 under ASan, which is no harm).
START_TEST(the_steady_state_takes_no_memory)
{
    static struct steady s;
    randomise_net(true);
    world(3, 2);
    for (int g = 0; g < GROUPS; g++) groups[g].queue_limit = QUEUE_INFINITE;
    net_finish(&net, &bed_arena);
    config.arrivals.jobs_per_user = 10000 / 3 + 1;
    // Found by hand: a case whose first four plans are all feasible.
    s.c = (struct random_case){4, 30, 1, net.node_count, 3};
    struct planner       planner = {.ctx = &s, .plan = plans_in_turn};
    struct trace_sink    sink = {&s, look_at_memory};
    struct engine       *en;
    struct engine_result result;
    static struct err    e;
    bool                 ok = engine_run(&config, &planner, &sink, &s.arena, &en, &result, &e);
    size_t               heap = mallinfo2().uordblks;
    struct arena_mark    end = arena_mark(&s.arena);
    ck_assert_msg(ok, "%s", e.text);
    ck_assert_uint_eq(s.jobs, 10002);
    ck_assert_uint_eq(result.by_status[JOB_DONE], 10002);
    ck_assert_ptr_eq(end.block, s.at_1000.block);
    ck_assert_uint_eq(end.used, s.at_1000.used);
    ck_assert_uint_eq(heap, s.heap_at_1000);
    arena_free(&s.arena);
}
END_TEST

// ---- epochs -------------------------------------------------------------------------------------

static sim_ns   epoch_ns[16];
static uint32_t epoch_count;

static bool note_epoch(void *ctx, const struct engine *en, uint32_t epoch, sim_ns now,
                       struct err *e)
{
    (void)ctx, (void)en;
    ck_assert_uint_eq(epoch, epoch_count);
    epoch_ns[epoch_count++] = now;
    return epoch < 10 || err_add(e, "no more epochs");
}

static enum plan_verdict plan_after_the_epoch(void *ctx, const struct engine *en,
                                              const struct job_request *r, struct plan *out,
                                              struct err *e)
{
    (void)ctx, (void)en, (void)e;
    ck_assert_uint_gt(epoch_count, 0);
    ck_assert_int_le(epoch_ns[epoch_count - 1], r->now);
    ck_assert_int_gt(epoch_ns[epoch_count - 1] + 400, r->now); // the one of its instant has been
    compute(out, 1, 1000, NO_OP, NO_OP);
    return PLAN_READY;
}

// Jobs in [0, 1000) and [1000, 2000): epochs at 0, 400, ..., 1600 and, at 2000, after the end of
// the last job, none. An infinite epoch comes once, at 0.
START_TEST(epochs_come_before_the_arrivals_of_their_instant_and_end_with_the_jobs)
{
    world(1, 1);
    config.arrivals.jobs_per_user = 2;
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {run, plan_after_the_epoch, note_epoch, 400e-9};
    epoch_count = 0;
    ck_assert(run_with(run, &planner, 4));
    ck_assert_uint_eq(epoch_count, 5);
    for (uint32_t i = 0; i < 5; i++) ck_assert_int_eq(epoch_ns[i], 400 * i);
    ck_assert_int_eq(run->result.end_ns, 2000);
    epoch_count = 0;
    run = ARENA_ARRAY(&bed_arena, struct run, 1);
    planner = (struct planner){run, plan_by_function, note_epoch, INFINITY};
    run->build = one_compute;
    ck_assert(run_with(run, &planner, 4));
    ck_assert_uint_eq(epoch_count, 1);
}
END_TEST

START_TEST(an_epoch_that_fails_stops_the_run)
{
    world(1, 1);
    config.arrivals.jobs_per_user = UINT32_MAX, config.arrivals.duration_s = 1;
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {run, plan_by_function, note_epoch, 100e-9};
    run->build = one_compute;
    epoch_count = 0;
    ck_assert(!run_with(run, &planner, 64));
    ck_assert_str_eq(run->e.text, "no more epochs");
    ck_assert_int_eq(run->result.end_ns, 1000); // epoch 10, the eleventh
}
END_TEST

// ---- failures -----------------------------------------------------------------------------------

static bool refuse_the_third(void *ctx, const struct job_record *job, struct err *e)
{
    (void)job;
    return ++*(uint32_t *)ctx < 3 || err_add(e, "disk full");
}

START_TEST(a_sink_that_fails_stops_the_run)
{
    world(1, 1);
    net_finish(&net, &bed_arena);
    config.arrivals.jobs_per_user = 1000;
    uint32_t          calls = 0;
    struct run        run = {.build = one_compute};
    struct planner    planner = {.ctx = &run, .plan = plan_by_function};
    struct trace_sink sink = {&calls, refuse_the_third};
    ck_assert(!engine_run(&config, &planner, &sink, &bed_arena, &run.en, &run.result, &run.e));
    ck_assert_uint_eq(calls, 3);
    ck_assert_str_eq(run.e.text, "disk full");
    ck_assert_int_eq(run.result.end_ns, 3000);
}
END_TEST

static enum plan_verdict verdict_by_job(void *ctx, const struct engine *en,
                                        const struct job_request *r, struct plan *out,
                                        struct err *e)
{
    (void)ctx, (void)en;
    if (r->job == 4) {
        err_add(e, "no such scheme");
        return PLAN_FAILED;
    }
    compute(out, 1, 1000, NO_OP, NO_OP); // an unfinished plan may be left behind
    return r->job % 2 ? PLAN_INFEASIBLE : PLAN_READY;
}

// Jobs 0 and 2 run, 1 and 3 cannot and are told at once; the pause of 10 is kept after all of them:
// arrivals 0, 1010, 1020, 2030. Job 4 would arrive at 2040.
START_TEST(infeasible_jobs_are_told_and_a_failed_plan_stops_the_run)
{
    world(1, 1);
    config.arrivals.jobs_per_user = 4, config.arrivals.think_s = 10e-9;
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {.ctx = run, .plan = verdict_by_job};
    ck_assert_msg(run_with(run, &planner, 8), "%s", run->e.text);
    static const sim_ns arrived[] = {0, 1010, 1020, 2030};
    for (uint32_t j = 0; j < 4; j++) {
        ck_assert_int_eq(run->jobs[j].record.arrived_ns, arrived[j]);
        ck_assert_int_eq(run->jobs[j].record.status, j % 2 ? JOB_INFEASIBLE : JOB_DONE);
        ck_assert_uint_eq(run->jobs[j].record.op_count, j % 2 ? 0 : 1);
    }
    ck_assert_uint_eq(run->result.by_status[JOB_INFEASIBLE], 2);
    ck_assert_uint_eq(run->e.fault_count, 0);

    config.arrivals.jobs_per_user = 10;
    run = ARENA_ARRAY(&bed_arena, struct run, 1);
    planner.ctx = run;
    ck_assert(!run_with(run, &planner, 8));
    ck_assert_str_eq(run->e.text, "no such scheme");
    ck_assert_int_eq(run->result.end_ns, 2040);
}
END_TEST

// A failed plan says nothing about the job: what the sink gets are the four jobs before.
START_TEST(the_job_of_a_failed_plan_is_not_told)
{
    world(1, 1);
    config.arrivals.jobs_per_user = 10;
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {.ctx = run, .plan = verdict_by_job};
    ck_assert(!run_with(run, &planner, 8));
    ck_assert_uint_eq(run->seen, 4);
    ck_assert_uint_eq(run->result.by_status[JOB_INFEASIBLE], 2);
}
END_TEST

static int stop;

static bool stop_after_five(void *ctx, const struct job_record *job, struct err *e)
{
    (void)job, (void)e;
    stop = ++*(uint32_t *)ctx == 5;
    return true;
}

START_TEST(an_interrupted_run_stops_soon_and_is_no_failure)
{
    world(1, 1);
    net_finish(&net, &bed_arena);
    config.arrivals.jobs_per_user = 1000;
    config.interrupted = &stop;
    uint32_t          calls = 0;
    struct run        run = {.build = one_compute};
    struct planner    planner = {.ctx = &run, .plan = plan_by_function};
    struct trace_sink sink = {&calls, stop_after_five};
    stop = 0;
    ck_assert(engine_run(&config, &planner, &sink, &bed_arena, &run.en, &run.result, &run.e));
    ck_assert(run.result.interrupted);
    ck_assert_uint_eq(calls, 5);
    ck_assert_int_eq(run.result.end_ns, 5000);
}
END_TEST

static void two_wait_and_one_ends(struct plan *p, const struct job_request *r)
{
    if (r->home < 2)
        compute(p, 3, 1000, NO_OP, NO_OP);
    else
        compute(p, 2, 500, NO_OP, NO_OP);
}

static bool stop_at_once(void *ctx, const struct job_record *job, struct err *e)
{
    (void)ctx, (void)job, (void)e;
    stop = 1;
    return true;
}

// Stopped at 500, when job 2 ends on its user's node: at node 3 job 1 has waited all the time.
START_TEST(the_queue_of_an_interrupted_run_counts_to_its_end)
{
    world(3, 1);
    net_finish(&net, &bed_arena);
    config.interrupted = &stop;
    struct run        run = {.build = two_wait_and_one_ends};
    struct planner    planner = {.ctx = &run, .plan = plan_by_function};
    struct trace_sink sink = {&run, stop_at_once};
    stop = 0;
    ck_assert(engine_run(&config, &planner, &sink, &bed_arena, &run.en, &run.result, &run.e));
    ck_assert_int_eq(run.result.end_ns, 500);
    ck_assert_double_eq_tol(node(&run, 3).queue_mean, 1, 1e-15);
}
END_TEST

static double   huge_s;
static uint32_t huge_count;

static void huge_computes(struct plan *p, const struct job_request *r)
{
    (void)r;
    for (uint32_t i = 0; i < huge_count; i++)
        plan_add(p, (struct op){.kind = OP_COMPUTE, .from = 1, .to = 1, .seconds = huge_s}, NULL,
                 0);
}

static void huge_delay(struct plan *p, const struct job_request *r)
{
    (void)r;
    plan_add(p, (struct op){.kind = OP_DELAY, .seconds = huge_s}, NULL, 0);
}

static void huge_transfer(struct plan *p, const struct job_request *r)
{
    (void)r;
    transfer(p, 0, 1, huge_s * 1e9, NO_OP); // 1 ns a byte
}

static void ck_out_of_range(build_fn build, uint32_t count, double seconds)
{
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {.ctx = run, .plan = plan_by_function};
    run->build = build;
    huge_s = seconds, huge_count = count;
    ck_assert(!run_with(run, &planner, 64));
    ck_assert_msg(strstr(run->e.text, "simulated time"), "%s", run->e.text);
}

// The clock ends at 4e9 s: two of 3e9 s one after the other pass it.
START_TEST(time_beyond_the_range_is_an_error)
{
    world(1, 1);
    ck_out_of_range(huge_computes, 2, 3e9);
}
END_TEST

// Work accepted runs past the end of the clock, and past int64, while the first is served.
START_TEST(more_work_than_the_clock_can_hold_is_an_error)
{
    world(1, 1);
    ck_out_of_range(huge_computes, 4, 3e9);
}
END_TEST

START_TEST(a_compute_longer_than_the_clock_is_an_error)
{
    world(1, 1);
    ck_out_of_range(huge_computes, 1, 5e9);
}
END_TEST

START_TEST(a_delay_longer_than_the_clock_is_an_error)
{
    world(1, 1);
    ck_out_of_range(huge_delay, 1, 1e30);
}
END_TEST

START_TEST(a_transfer_longer_than_the_clock_is_an_error)
{
    world(1, 1);
    ck_out_of_range(huge_transfer, 1, 5e9);
}
END_TEST

// Each leg fits (3e9 s), all of them do not fit into int64: port, wire, port.
START_TEST(a_route_longer_than_the_clock_is_an_error)
{
    world(1, 1);
    protocol.serialise_s_per_byte = protocol.deserialise_s_per_byte = 1e-9;
    links[USER * GROUPS + FOG].latency_s = 3e9;
    ck_out_of_range(huge_transfer, 1, 3e9);
}
END_TEST

// ---- suite --------------------------------------------------------------------------------------

static void add_hand_solved(TCase *tc)
{
    tcase_add_test(tc, one_compute_lasts_its_seconds);
    tcase_add_test(tc, two_tasks_at_one_node_are_served_one_after_the_other);
    tcase_add_test(tc, two_servers_serve_two_at_once);
    tcase_add_test(tc, a_full_queue_drops_the_jobs_that_meet_it);
    tcase_add_test(tc, a_closed_loop_user_asks_again_after_a_pause);
    tcase_add_test(tc, periodic_arrivals_come_whatever_the_last_one_does);
    tcase_add_test(tc, arrivals_stop_before_the_duration_ends);
    tcase_add_test(tc, slices_leave_side_by_side_through_dedicated_cards);
    tcase_add_test(tc, slices_leave_one_after_the_other_through_a_shared_card);
    tcase_add_test(tc, a_receivers_shared_card_lets_one_in_at_a_time);
    tcase_add_test(tc, a_message_that_is_cut_through_ends_with_its_slowest_leg);
    tcase_add_test(tc, a_slow_card_holds_the_link_and_the_card_behind_it);
    tcase_add_test(tc, a_fast_card_is_held_for_its_own_time_behind_slow_links);
    tcase_add_test(tc, ports_at_different_ends_work_at_once);
    tcase_add_test(tc, users_contend_for_a_node_in_the_order_of_their_jobs);
    tcase_add_test(tc, a_load_occupies_the_node_and_is_its_own_part);
    tcase_add_test(tc, delays_occupy_nothing);
    tcase_add_test(tc, a_join_waits_for_its_last_branch_and_ties_go_to_the_lowest);
    tcase_add_test(tc, of_two_last_operations_the_lowest_is_the_path);
    tcase_add_test(tc, waiting_counts_as_queueing_only_while_others_are_served);
    tcase_add_test(tc, with_two_servers_one_that_serves_another_is_enough);
    tcase_add_test(tc, waiting_behind_ones_own_transfers_is_transmission);
    tcase_add_test(tc, a_wait_hidden_behind_a_slow_card_is_no_queueing);
    tcase_add_test(tc, what_was_lost_behind_ones_own_job_is_not_blamed_on_others);
}

static void add_laws(TCase *tc)
{
    tcase_add_loop_test(tc, random_scenarios_agree_with_the_oracle_to_the_ns, 0, 15);
    tcase_add_test(tc, a_single_job_never_queues);
    tcase_add_test(tc, the_integral_of_the_number_waiting_is_the_sum_of_the_waits);
    tcase_add_test(tc, memory_is_held_while_an_operation_runs_and_then_given_back);
    tcase_add_test(tc, energy_is_idle_power_over_the_span_and_active_power_over_the_work);
    tcase_add_test(tc, links_carry_their_wire_bytes_and_are_listed_in_order);
    tcase_add_test(tc, each_pair_of_nodes_has_one_link);
    tcase_add_test(tc, a_planner_sees_the_work_that_is_left);
    tcase_add_test(tc, accepted_work_is_backlog_before_it_arrives);
    tcase_add_test(tc, the_same_input_gives_the_same_hash_and_another_seed_another);
    tcase_add_test(tc, the_hash_does_not_depend_on_where_plans_lie);
    tcase_add_test(tc, the_hash_chains_the_times_of_all_operations);
    tcase_add_test(tc, an_mm1_queue_has_its_mean_sojourn);
    tcase_add_test(tc, the_steady_state_takes_no_memory);
}

static void add_ends(TCase *tc)
{
    tcase_add_test(tc, a_dropped_job_leaves_every_queue_and_its_slot_is_used_once);
    tcase_add_test(tc, what_was_under_way_when_a_job_was_dropped_has_no_finish);
    tcase_add_test(tc, the_work_of_a_dropped_job_that_waited_is_no_backlog);
    tcase_add_test(tc, epochs_come_before_the_arrivals_of_their_instant_and_end_with_the_jobs);
    tcase_add_test(tc, an_epoch_that_fails_stops_the_run);
    tcase_add_test(tc, a_sink_that_fails_stops_the_run);
    tcase_add_test(tc, infeasible_jobs_are_told_and_a_failed_plan_stops_the_run);
    tcase_add_test(tc, the_job_of_a_failed_plan_is_not_told);
    tcase_add_test(tc, an_interrupted_run_stops_soon_and_is_no_failure);
    tcase_add_test(tc, the_queue_of_an_interrupted_run_counts_to_its_end);
    tcase_add_test(tc, time_beyond_the_range_is_an_error);
    tcase_add_test(tc, more_work_than_the_clock_can_hold_is_an_error);
    tcase_add_test(tc, a_compute_longer_than_the_clock_is_an_error);
    tcase_add_test(tc, a_delay_longer_than_the_clock_is_an_error);
    tcase_add_test(tc, a_transfer_longer_than_the_clock_is_an_error);
    tcase_add_test(tc, a_route_longer_than_the_clock_is_an_error);
}

Suite *engine_suite(void)
{
    Suite *suite = suite_create("engine");
    add_hand_solved(new_case(suite, "hand-solved"));
    add_laws(new_case(suite, "laws"));
    add_ends(new_case(suite, "ends"));
    return suite;
}
