// tests/test_outages.c: what fails and comes back, who joins and leaves, attempts; by hand. Times
// in comments are ns.
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

static void compute_on_the_fog(struct plan *p, const struct job_request *r)
{
    (void)r;
    compute(p, groups[FOG].first, 1000, NO_OP, NO_OP);
}

static void send_to_the_fog(struct plan *p, const struct job_request *r)
{
    transfer(p, r->home, groups[FOG].first, 1000, NO_OP);
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

// Node 2 sends to both users through one card: job 0 in [0, 1000), job 1 behind it. The link to
// user 0 fails at 400: the card is free, job 1 passes in [400, 1400).
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

// Down in [400, 1000). Attempt 1 fails at 400; 100 until that is noticed, 200 of back-off: attempt
// 2 at 700 finds the node down; 100 + 2 x 200: attempt 3 at 1200 is served until 2200. All before
// 1200 is queueing.
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

// ---- interrupted, shared, relayed ---------------------------------------------------------------

static struct trace_arrival  asks[2];
static struct trace_arrivals asks_of[2];

static void two_ask(sim_ns first, sim_ns second)
{
    asks[0].at = first, asks[1].at = second;
    for (int u = 0; u < 2; u++) asks_of[u] = (struct trace_arrivals){&asks[u], 1};
    config.arrivals = (struct arrivals){.kind = ARRIVAL_TRACE,
                                        .users = asks_of,
                                        .jobs_per_user = UINT32_MAX,
                                        .duration_s = INFINITY};
}

// User 0 is served in [0, 200), then the urgent user 1 until the node fails at 300: 200 and 100 of
// work, paid so. The third cost is none: nothing was done twice.
START_TEST(interrupted_work_that_is_aborted_pays_for_what_was_done)
{
    world(1, 1);
    groups[OTHER].count = 1;
    groups[USER].priority = 1;
    groups[FOG].discipline = DISCIPLINE_PREEMPT;
    groups[FOG].power_busy_w = 1;
    down(false, FOG, FOG, 0, 300, 5000);
    two_ask(0, 200);
    struct run *run = run_of(compute_on_the_fog);
    ck_assert_double_eq_tol(run->jobs[0].record.energy_j, 200e-9, 1e-18);
    ck_assert_double_eq_tol(run->jobs[1].record.energy_j, 100e-9, 1e-18);
    ck_assert_double_eq_tol(node(run, 1).energy_j, 300e-9, 1e-18);
    ck_assert_int_eq(node(run, 1).busy_ns, 300);
    ck_assert_double_eq(engine_backlog_s(run->en, 1), 0);
}
END_TEST

// The first plan sends 2000 B over the fair link to node 1 and computes on node 2, which fails at
// 400. The second, at 500, computes on node 1. The message goes on meanwhile, until 2000, and is
// paid: nobody told the network. The job is done at 1500 and told with it.
static enum plan_verdict send_or_compute(void *ctx, const struct engine *en,
                                         const struct job_request *r, struct plan *out,
                                         struct err *e)
{
    (void)ctx, (void)en, (void)e;
    if (r->attempt == 0) {
        compute(out, 2, 1000, NO_OP, NO_OP);
        transfer(out, 0, 1, 2000, NO_OP);
    } else {
        compute(out, 1, 1000, NO_OP, NO_OP);
    }
    return PLAN_READY;
}

START_TEST(a_flow_of_a_plan_that_was_given_up_goes_on_and_is_paid)
{
    world(1, 2);
    links[USER * GROUPS + FOG].is_fair = true;
    groups[USER].power_send_w = 3;
    config.recovery = (struct recovery){RECOVERY_REPLAN, 100e-9, 0, 1, 2};
    down(false, FOG, FOG, 1, 400, 5000);
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {.ctx = run, .plan = send_or_compute};
    ck_assert(run_with(run, &planner, 1));
    ck_op(run, 0, 0, 500, 500, 1500);
    ck_parts(run, 0, (struct parts){.computation = 1000, .queueing = 500});
    ck_assert_int_eq(run->jobs[0].record.finished_ns, 1500);
    ck_assert_int_eq(run->result.end_ns, 2000);
    ck_assert_double_eq(link_of(run, 0, 1).bytes, 2000);
    ck_assert_int_eq(link_of(run, 0, 1).busy_ns, 2000);
    ck_assert_double_eq_tol(run->jobs[0].record.energy_j, 3 * 2000e-9, 1e-18);
}
END_TEST

// Three share node 1; it fails at 300, when each has had 100 of its 1000.
START_TEST(shared_work_that_is_aborted_pays_for_what_was_done)
{
    world(1, 1);
    groups[OTHER].count = 2;
    groups[FOG].discipline = DISCIPLINE_SHARING;
    groups[FOG].power_busy_w = 1;
    down(false, FOG, FOG, 0, 300, 5000);
    struct run *run = run_of(compute_on_the_fog);
    for (int j = 0; j < 3; j++)
        ck_assert_double_eq_tol(run->jobs[j].record.energy_j, 100e-9, 1e-18);
    ck_assert_double_eq_tol(node(run, 1).energy_j, 300e-9, 1e-18);
    ck_assert_int_eq(node(run, 1).busy_ns, 300);
    ck_assert_int_eq(run->result.end_ns, 300);
}
END_TEST

// A broker between user and fog: 1000 to it, 500 of its copy, 1000 from it. It fails at 1200 while
// it copies: the message is lost, though both ends are up.
START_TEST(a_broker_that_fails_loses_what_it_holds)
{
    world(1, 1);
    groups[BROKER].count = 1;
    protocol.brokered = true;
    protocol.broker_s_per_byte = 0.5e-9;
    net.broker = BROKER_THIRD;
    for (int at = 0; at < 2; at++) {
        config.faults.count = 0;
        down(false, BROKER, BROKER, 0, at ? 2600 : 1200, 5000);
        struct run *run = run_of(send_to_the_fog);
        ck_assert_int_eq(run->jobs[0].record.status, at ? JOB_DONE : JOB_LOST);
        ck_assert_int_eq(run->result.end_ns, at ? 2500 : 1200);
    }
}
END_TEST

// ---- users --------------------------------------------------------------------------------------

static void compute_at_home(struct plan *p, const struct job_request *r)
{
    compute(p, r->home, 1000, NO_OP, NO_OP);
}

// Closed loop: job 0 in [0, 1000), job 1 from 1000 on is lost at 1200; the user is away until 3000,
// then job 2 until 4000.
START_TEST(a_closed_loop_waits_while_its_node_is_down)
{
    world(1, 1);
    config.arrivals.jobs_per_user = 3;
    down(false, USER, USER, 0, 1200, 3000);
    struct run *run = run_of(compute_at_home);
    ck_assert_uint_eq(run->result.jobs, 3);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_assert_int_eq(run->jobs[1].record.status, JOB_LOST);
    ck_op(run, 2, 0, 3000, 3000, 4000);
    ck_assert_int_eq(node(run, 0).down_ns, 1800);
}
END_TEST

// A stream passes by what comes meanwhile: 0, 700, (1400, 2100, 2800), 3500.
START_TEST(a_stream_passes_by_what_comes_while_its_node_is_down)
{
    world(1, 1);
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_PERIODIC, .period_s = 700e-9, .jobs_per_user = 6, .duration_s = INFINITY};
    down(false, USER, USER, 0, 1300, 3000);
    struct run *run = run_of(compute_on_the_last_node);
    ck_assert_uint_eq(run->result.jobs, 3);
    ck_assert_int_eq(run->jobs[2].record.arrived_ns, 3500);
}
END_TEST

static void load_then_compute(struct plan *p, const struct job_request *r)
{
    struct op op = {.kind = OP_LOAD, .from = 1, .to = 1, .seconds = 300e-9, .bytes = 300};
    op.content = 7;
    uint32_t loaded = add(p, op, NO_OP, NO_OP);
    compute(p, 1, 1000, transfer(p, r->home, 1, 0, loaded), NO_OP);
}

// Loaded until 300, computed from there on. The node fails at 400: tried again at 500. It has
// lost what it held, and loads it again, until 800. Or the link is down at 300: again at 400,
// loaded.
START_TEST(a_node_that_failed_holds_nothing)
{
    world(1, 1);
    config.recovery = (struct recovery){RECOVERY_RETRY, 100e-9, 0, 1, 2};
    for (int is_link = 0; is_link < 2; is_link++) {
        config.faults.count = 0;
        down(is_link, is_link ? USER : FOG, FOG, 0, is_link ? 299 : 400, is_link ? 350 : 450);
        struct run *run = run_of(load_then_compute);
        ck_op(run, 0, 0, is_link ? 400 : 500, is_link ? 400 : 500, is_link ? 400 : 800);
        ck_op(run, 0, 2, is_link ? 400 : 800, is_link ? 400 : 800, is_link ? 1400 : 1800);
    }
}
END_TEST

static void compute_then_delay(struct plan *p, const struct job_request *r)
{
    struct op op = {.kind = OP_DELAY, .from = 1, .to = 1, .seconds = 1000e-9};
    add(p, op, compute(p, r->home, 500, NO_OP, NO_OP), NO_OP);
}

// It begins at 500 on a node that is down since 100, or is under way when that fails at 800.
START_TEST(a_delay_fails_with_its_node)
{
    world(1, 1);
    for (int later = 0; later < 2; later++) {
        config.faults.count = 0;
        down(false, FOG, FOG, 0, later ? 800 : 100, 5000);
        struct run *run = run_of(compute_then_delay);
        ck_assert_int_eq(run->jobs[0].record.status, JOB_LOST);
        ck_assert_int_eq(run->result.end_ns, later ? 800 : 500);
    }
}
END_TEST

static bool note_epoch(void *ctx, const struct engine *en, uint32_t epoch, sim_ns now,
                       struct err *e)
{
    (void)en, (void)e;
    uint64_t *seen = ctx;
    ck_assert_uint_lt(epoch, 16);
    *seen = *seen * 10000 + (uint64_t)now;
    return true;
}

static enum plan_verdict compute_on_1(void *ctx, const struct engine *en,
                                      const struct job_request *r, struct plan *out, struct err *e)
{
    (void)ctx, (void)en, (void)r, (void)e;
    compute(out, 1, 1000, NO_OP, NO_OP);
    return PLAN_READY;
}

static bool ignore(void *ctx, const struct job_record *job, struct err *e)
{
    (void)ctx, (void)job, (void)e;
    return true;
}

// The user's node is down in [500, 5000) and leaves at 3000 for good: the job is lost at 500, the
// user waits, and has no reason to any more at 3000. Epochs at 0, at the changes, every 2000.
START_TEST(a_user_who_waits_for_a_node_that_leaves_for_good_ends_the_run)
{
    world(1, 1);
    config.arrivals.jobs_per_user = 5;
    down(false, USER, USER, 0, 500, 5000);
    groups[USER].leave_s = 3000e-9;
    uint64_t             epochs = 1;
    struct planner       planner = {&epochs, compute_on_1, note_epoch, 2000e-9};
    struct trace_sink    sink = {.job = ignore};
    struct engine       *en;
    struct engine_result result;
    struct err           e = {0};
    net_finish(&net, &bed_arena);
    ck_assert(engine_run(&config, &planner, &sink, &bed_arena, &en, &result, &e));
    ck_assert_int_eq(result.end_ns, 3000);
    ck_assert_uint_eq(result.by_status[JOB_LOST], 1);
    ck_assert_uint_eq(epochs, 1000005002000); // 0, 500, 2000; at 3000 nobody is left
}
END_TEST

// A fog node joins at 500 and leaves at 2000: what asks for it before is lost, what comes at 600 is
// served, what is under way at 2000 is lost.
START_TEST(a_node_serves_from_its_join_to_its_leave)
{
    world(1, 1);
    groups[FOG].join_s = 500e-9, groups[FOG].leave_s = 2000e-9;
    groups[FOG].power_idle_w = 1;
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_PERIODIC, .period_s = 600e-9, .jobs_per_user = 3, .duration_s = INFINITY};
    struct run *run = run_of(compute_on_the_last_node);
    ck_assert_int_eq(run->jobs[0].record.status, JOB_LOST);
    ck_op(run, 1, 0, 600, 600, 1600);
    ck_op(run, 2, 0, 1200, 1600, -1);
    ck_assert_int_eq(run->jobs[2].record.status, JOB_LOST);
    ck_assert_int_eq(node(run, 1).down_ns, 500);
    ck_assert_int_eq(node(run, 1).busy_ns, 1400);
    ck_assert_double_eq_tol(node(run, 1).energy_j, 1500e-9 - 1400e-9, 1e-18); // busy power is 0
}
END_TEST

// The home is down when the second attempt is due at 700: it fails, the third at 1100 goes well.
START_TEST(an_attempt_fails_where_the_home_is_down)
{
    world(1, 1);
    config.recovery = (struct recovery){RECOVERY_RETRY, 100e-9, 200e-9, 1.5, 3};
    down(false, FOG, FOG, 0, 400, 500);
    down(false, USER, USER, 0, 600, 1000);
    struct run *run = run_of(compute_on_the_last_node);
    ck_op(run, 0, 0, 1100, 1100, 2100);
    ck_assert_uint_eq(run->jobs[0].record.attempts, 3);
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
    tcase_add_test(tc, interrupted_work_that_is_aborted_pays_for_what_was_done);
    tcase_add_test(tc, a_flow_of_a_plan_that_was_given_up_goes_on_and_is_paid);
    tcase_add_test(tc, shared_work_that_is_aborted_pays_for_what_was_done);
    tcase_add_test(tc, a_broker_that_fails_loses_what_it_holds);
    tcase_add_test(tc, a_closed_loop_waits_while_its_node_is_down);
    tcase_add_test(tc, a_stream_passes_by_what_comes_while_its_node_is_down);
    tcase_add_test(tc, a_node_that_failed_holds_nothing);
    tcase_add_test(tc, a_delay_fails_with_its_node);
    tcase_add_test(tc, a_user_who_waits_for_a_node_that_leaves_for_good_ends_the_run);
    tcase_add_test(tc, a_node_serves_from_its_join_to_its_leave);
    tcase_add_test(tc, an_attempt_fails_where_the_home_is_down);
    return suite;
}
