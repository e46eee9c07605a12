// tests/test_outages.c: what fails and comes back, who joins and leaves, attempts; by hand. Times in
// comments are ns.
#include <math.h>
#include <string.h>

#include "tests/bed.h"

Suite *outages_suite(void);

enum { MAX_PROCESSES = 4, MAX_OUTAGES = 4 };

static struct fault_process processes[MAX_PROCESSES];
static struct outage        outages[MAX_PROCESSES][MAX_OUTAGES];

static void new_world(void)
{
    setup();
    memset(processes, 0, sizeof processes);
    config.faults = (struct faults){.processes = processes};
    config.recovery = (struct recovery){RECOVERY_LOST, 0, 0, 1, 1};
}

// The element of that rank is down in [from, until) ns; a process of its own.
static void down(bool is_link, uint32_t from_group, uint32_t to_group, uint32_t rank, double from,
                 double until)
{
    uint32_t i = config.faults.count++;
    outages[i][0] = (struct outage){rank, from * 1e-9, until * 1e-9};
    processes[i] = (struct fault_process){
        .is_link = is_link, .from = from_group, .to = to_group, .outages = outages[i]};
    processes[i].outage_count = 1;
}

static struct link_record link_of(const struct run *run, uint32_t from, uint32_t to)
{
    struct link_record out = {0};
    for (uint32_t i = 0; i < engine_link_count(run->en); i++) {
        engine_link(run->en, i, &out);
        if (out.from == from && out.to == to) return out;
    }
    ck_abort_msg("link %u to %u carried nothing", from, to);
    return out;
}

static void compute_on_the_last_node(struct plan *p, const struct job_request *r)
{
    (void)r;
    compute(p, net.node_count - 1, 1000, NO_OP, NO_OP);
}

// ---- lost ---------------------------------------------------------------------------------------

// Served in [0, 400), then the node fails. Busy power for 400 only, no idle power while it is down;
// nothing happens after 400, and what would have ended at 1000 is no instant of the run.
START_TEST(work_on_a_node_that_fails_is_aborted_and_lost)
{
    world(1, 1);
    groups[FOG].power_idle_w = 2, groups[FOG].power_busy_w = 10, groups[FOG].price_per_s = 3;
    down(false, FOG, FOG, 0, 400, 2000);
    struct run *run = run_of(compute_on_the_last_node);
    ck_op(run, 0, 0, 0, 0, -1);
    ck_assert_int_eq(run->jobs[0].record.status, JOB_LOST);
    ck_assert_int_eq(run->jobs[0].record.finished_ns, -1);
    ck_assert_int_eq(run->result.end_ns, 400);
    struct node_record n = node(run, 1);
    ck_assert_int_eq(n.busy_ns, 400);
    ck_assert_int_eq(n.down_ns, 0);
    ck_assert_double_eq_tol(n.utilization, 1, 1e-15);
    ck_assert_double_eq_tol(n.energy_j, 10 * 400e-9, 1e-20);
    ck_assert_double_eq_tol(n.cost, 3 * 400e-9, 1e-20);
    ck_assert_double_eq_tol(run->jobs[0].record.energy_j, 8 * 400e-9, 1e-20);
    ck_assert_double_eq_tol(run->jobs[0].record.cost, 3 * 400e-9, 1e-20);
}
END_TEST

static void send_home(struct plan *p, const struct job_request *r)
{
    transfer(p, 2, r->home, 1000, NO_OP);
}

// Node 2 sends to both users through one card: job 0 in [0, 1000), job 1 behind it. The link to user
// 0 fails at 400: the card is free, job 1 passes in [400, 1400).
START_TEST(a_link_that_fails_frees_the_card_for_those_who_wait)
{
    world(2, 1);
    groups[FOG].nic_shared = true;
    down(true, FOG, USER, 0, 400, 10000);
    struct run *run = run_of(send_home);
    ck_assert_int_eq(run->jobs[0].record.status, JOB_LOST);
    ck_op(run, 1, 0, 0, 400, 1400);
    ck_parts(run, 1, (struct parts){.transmission = 1000, .queueing = 400});
    ck_assert_int_eq(link_of(run, 2, 0).busy_ns, 400);
}
END_TEST

// The same where the receiver fails.
START_TEST(a_receiver_that_fails_frees_the_card_of_the_sender)
{
    world(2, 1);
    groups[FOG].nic_shared = true;
    down(false, USER, USER, 0, 400, 10000);
    struct run *run = run_of(send_home);
    ck_assert_int_eq(run->jobs[0].record.status, JOB_LOST);
    ck_op(run, 1, 0, 0, 400, 1400);
}
END_TEST

static void send_to_last(struct plan *p, const struct job_request *r)
{
    transfer(p, r->home, net.node_count - 1, 1000, NO_OP);
}

// Of a message that was cut off at 250 of 1000 a quarter has passed, and is paid for.
START_TEST(a_message_that_is_cut_off_has_carried_what_passed)
{
    world(1, 1);
    groups[USER].power_send_w = 4;
    links[USER * GROUPS + FOG].price_per_byte = 2;
    for (int fair = 0; fair < 2; fair++) {
        links[USER * GROUPS + FOG].is_fair = fair;
        config.faults.count = 0;
        down(true, USER, FOG, 0, 250, 10000);
        struct run *run = run_of(send_to_last);
        ck_assert_int_eq(run->jobs[0].record.status, JOB_LOST);
        ck_assert_double_eq_tol(run->jobs[0].record.energy_j, 4 * 250e-9, 1e-20);
        ck_assert_double_eq_tol(run->jobs[0].record.cost, 2 * 250, 1e-9);
        ck_assert_double_eq_tol(link_of(run, 0, 1).bytes, 250, 1e-9);
        ck_assert_double_eq_tol(link_of(run, 0, 1).cost, 2 * 250, 1e-9);
        ck_assert_int_eq(link_of(run, 0, 1).busy_ns, 250);
    }
}
END_TEST

// ---- again --------------------------------------------------------------------------------------

// Down in [400, 1000). Attempt 1 fails at 400; 100 until that is noticed, 200 of back-off: attempt 2
// at 700 finds the node down; 100 + 2 x 200: attempt 3 at 1200 is served until 2200. All before 1200
// is queueing.
START_TEST(a_job_is_tried_again_after_timeout_and_growing_back_off)
{
    world(1, 1);
    config.recovery = (struct recovery){RECOVERY_RETRY, 100e-9, 200e-9, 2, 3};
    down(false, FOG, FOG, 0, 400, 1000);
    groups[FOG].power_busy_w = 1;
    struct run *run = run_of(compute_on_the_last_node);
    ck_op(run, 0, 0, 1200, 1200, 2200);
    ck_parts(run, 0, (struct parts){.computation = 1000, .queueing = 1200});
    ck_assert_uint_eq(run->jobs[0].record.attempts, 3);
    ck_assert_uint_eq(run->result.retries, 2);
    ck_assert_int_eq(run->jobs[0].record.computation_work_ns, 1000);
    ck_assert_int_eq(node(run, 1).busy_ns, 1400);
    ck_assert_int_eq(node(run, 1).down_ns, 600);
    ck_assert_double_eq_tol(run->jobs[0].record.energy_j, 1400e-9, 1e-18);
    ck_assert_double_eq(engine_backlog_s(run->en, 1), 0);
}
END_TEST

// The same with two attempts: the second fails at 700 and is the last.
START_TEST(a_job_whose_attempts_are_used_up_is_lost)
{
    world(1, 1);
    config.recovery = (struct recovery){RECOVERY_RETRY, 100e-9, 200e-9, 2, 2};
    down(false, FOG, FOG, 0, 400, 1000);
    struct run *run = run_of(compute_on_the_last_node);
    ck_assert_int_eq(run->jobs[0].record.status, JOB_LOST);
    ck_assert_uint_eq(run->jobs[0].record.attempts, 2);
    ck_assert_int_eq(run->result.end_ns, 700);
    ck_assert_int_eq(node(run, 1).down_ns, 300);
    ck_assert_double_eq(engine_backlog_s(run->en, 1), 0);
}
END_TEST

// ---- down, present, away ------------------------------------------------------------------------

// Down in [100, 300) by one cause and in [200, 400) by another: 300 in all. The job on node 1 is
// lost at 100; that on node 2 is done at 1000.
static void compute_by_job(struct plan *p, const struct job_request *r)
{
    compute(p, 2 + (uint32_t)r->job, 1000, NO_OP, NO_OP);
}

START_TEST(time_down_for_two_causes_counts_once)
{
    world(2, 2);
    down(false, FOG, FOG, 0, 100, 300);
    down(false, FOG, FOG, 0, 200, 400);
    down(true, USER, FOG, 0, 100, 300);
    down(true, USER, FOG, 0, 200, 400);
    struct run *run = run_of(compute_by_job);
    ck_assert_int_eq(run->jobs[0].record.status, JOB_LOST);
    ck_op(run, 1, 0, 0, 0, 1000);
    ck_assert_int_eq(node(run, 2).down_ns, 300);
}
END_TEST

Suite *outages_suite(void)
{
    Suite *suite = suite_create("outages");
    TCase *tc = tcase_create("outages");
    tcase_add_checked_fixture(tc, new_world, teardown);
    suite_add_tcase(suite, tc);
    tcase_add_test(tc, work_on_a_node_that_fails_is_aborted_and_lost);
    tcase_add_test(tc, a_link_that_fails_frees_the_card_for_those_who_wait);
    tcase_add_test(tc, a_receiver_that_fails_frees_the_card_of_the_sender);
    tcase_add_test(tc, a_message_that_is_cut_off_has_carried_what_passed);
    tcase_add_test(tc, a_job_is_tried_again_after_timeout_and_growing_back_off);
    tcase_add_test(tc, a_job_whose_attempts_are_used_up_is_lost);
    tcase_add_test(tc, time_down_for_two_causes_counts_once);
    return suite;
}
