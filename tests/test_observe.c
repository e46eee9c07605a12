// tests/test_observe.c: what a planner is shown of a node while the run goes on, of the attempt
// that failed, and what it tells of exits; by hand. Times in comments are ns.
#include <math.h>
#include <string.h>

#include "tests/bed.h"

Suite *observe_suite(void);

enum { MOST = 64 };

struct observer { // also the ctx of the plans
    struct run       run;
    uint32_t         node, count;
    sim_ns           at[MOST];
    struct node_look looks[MOST];
};

static struct observer o;

static bool note(void *ctx, const struct engine *en, sim_ns now, struct err *e)
{
    (void)ctx, (void)e;
    ck_assert_uint_lt(o.count, MOST);
    ck_assert_int_eq(engine_now(en), now);
    o.at[o.count] = now;
    engine_look(en, o.node, &o.looks[o.count++]);
    return true;
}

static void watch(build_fn build, uint32_t node_index, double period_ns, enum engine_path path)
{
    memset(&o, 0, sizeof o);
    o.node = node_index;
    o.run.build = build;
    config.path = path;
    struct planner planner = {
        .ctx = &o.run, .plan = plan_by_function, .observe = note, .observe_s = period_ns * 1e-9};
    ck_assert_msg(run_with(&o.run, &planner, 8), "%s", o.run.e.text);
    config.path = PATH_AUTO;
}

static void ck_look(uint32_t i, sim_ns at, uint64_t served, sim_ns busy, uint64_t area,
                    uint32_t waiting)
{
    ck_assert_uint_lt(i, o.count);
    const struct node_look *l = &o.looks[i];
    ck_assert_msg(o.at[i] == at && l->served == served && l->busy_ns == busy &&
                      l->area_ns == area && l->waiting == waiting,
                  "look %u: want at %lld served %llu busy %lld area %llu waiting %u, have %lld "
                  "%llu %lld %llu %u",
                  i, (long long)at, (unsigned long long)served, (long long)busy,
                  (unsigned long long)area, waiting, (long long)o.at[i],
                  (unsigned long long)l->served, (long long)l->busy_ns,
                  (unsigned long long)l->area_ns, l->waiting);
}

// ---- a node's processor -------------------------------------------------------------------------

// User 0 needs 1000 of the fog node, user 1 loads for 200 and computes for 800.
static void ask_the_fog(struct plan *p, const struct job_request *r)
{
    uint32_t at = groups[FOG].first;
    if (r->user == 0)
        compute(p, at, 1000, NO_OP, NO_OP);
    else
        compute(p, at, 800, load(p, at, 200, NO_OP), NO_OP);
}

// Served: [0, 1000) by user 0, [1000, 1200) and [1200, 2000) by user 1, who waited for 1000. What
// ends or begins at the instant of a look has not yet; at 2000 the last is still served.
START_TEST(a_look_shows_what_was_done_up_to_its_instant)
{
    for (int path = 0; path < 2; path++) {
        world(2, 1);
        watch(ask_the_fog, 2, 500, path ? PATH_EVENTS : PATH_AUTO);
        ck_assert_uint_eq(o.count, 4);
        ck_look(0, 500, 0, 500, 500, 1);
        ck_look(1, 1000, 0, 1000, 1000, 1);
        ck_look(2, 1500, 2, 1500, 1000, 0);
        ck_look(3, 2000, 2, 2000, 1000, 0);
        ck_assert_int_eq(o.run.result.end_ns, 2000);
        struct node_look after;
        engine_look(o.run.en, 2, &after);
        ck_assert(after.served == 3 && after.busy_ns == 2000 && after.area_ns == 1000);
        engine_look(o.run.en, 0, &after); // never computed
        ck_assert(!after.served && !after.busy_ns && !after.area_ns && !after.waiting);
    }
}
END_TEST

static void compute_by_user(struct plan *p, const struct job_request *r)
{
    compute(p, groups[FOG].first, 400 + 200 * r->user, NO_OP, NO_OP);
}

// Two servers: 400 in [0, 400), 600 in [0, 600), 800 waits for 400: [400, 1200).
START_TEST(a_look_sums_over_the_servers)
{
    world(3, 1);
    groups[FOG].servers = 2;
    watch(compute_by_user, 3, 300, PATH_AUTO);
    ck_assert_uint_eq(o.count, 4);
    ck_look(0, 300, 0, 600, 300, 1);
    ck_look(1, 600, 1, 1200, 400, 0);
    ck_look(2, 900, 2, 1500, 400, 0);
    ck_look(3, 1200, 2, 1800, 400, 0);
}
END_TEST

static void compute_a_thousand(struct plan *p, const struct job_request *r)
{
    (void)r;
    compute(p, groups[FOG].first, 1000, NO_OP, NO_OP);
}

// Two share one server: both end at 2000. One counts as waiting.
START_TEST(a_look_counts_those_who_share_beyond_the_servers_as_waiting)
{
    world(2, 1);
    groups[FOG].discipline = DISCIPLINE_SHARING;
    watch(compute_a_thousand, 2, 600, PATH_AUTO);
    ck_assert_uint_eq(o.count, 3);
    ck_look(0, 600, 0, 600, 600, 1);
    ck_look(2, 1800, 0, 1800, 1800, 1);
}
END_TEST

static void urgent_later(struct plan *p, const struct job_request *r)
{
    uint32_t at = groups[FOG].first;
    if (r->user == 0)
        compute(p, at, 1000, NO_OP, NO_OP);
    else
        compute(p, at, 500, delay(p, 300, NO_OP), NO_OP);
}

// User 0 is served in [0, 300) and [800, 1500), interrupted for user 1 in [300, 800).
START_TEST(a_look_sees_an_interruption)
{
    world(1, 1);
    groups[OTHER].count = 1;
    groups[USER].priority = 1;
    groups[FOG].discipline = DISCIPLINE_PREEMPT;
    watch(urgent_later, 1, 200, PATH_AUTO);
    ck_assert_uint_eq(o.count, 7);
    ck_look(0, 200, 0, 200, 0, 0);
    ck_look(1, 400, 0, 400, 100, 1);
    ck_look(3, 800, 0, 800, 500, 1);
    ck_look(4, 1000, 1, 1000, 500, 0);
    ck_look(6, 1400, 1, 1400, 500, 0);
}
END_TEST

static struct outage        outages[2];
static struct fault_process processes[2];

// The node is down in [from, until) ns.
static void down(uint32_t i, uint32_t rank, double from, double until)
{
    outages[i] = (struct outage){rank, from * 1e-9, until * 1e-9};
    processes[i] =
        (struct fault_process){.from = FOG, .to = FOG, .outages = &outages[i], .outage_count = 1};
    config.faults = (struct faults){processes, i + 1};
}

// Job 0 is aborted at 300, job 1 leaves the line then; both again from 800: [800, 1800), [1800,
// 2800).
START_TEST(a_look_does_not_count_what_was_aborted)
{
    world(2, 1);
    config.recovery = (struct recovery){RECOVERY_RETRY, 500e-9, 0, 1, 2};
    down(0, 0, 300, 400);
    watch(compute_a_thousand, 2, 600, PATH_AUTO);
    ck_assert_uint_eq(o.count, 4);
    ck_look(0, 600, 0, 300, 300, 0);
    ck_look(1, 1200, 0, 700, 700, 1);
    ck_look(2, 1800, 0, 1300, 1300, 1);
    ck_look(3, 2400, 1, 1900, 1300, 0);
}
END_TEST

// ---- when ---------------------------------------------------------------------------------------

START_TEST(looking_changes_nothing_and_ends_with_the_last_job)
{
    static const double never[] = {0, INFINITY, 1e300, 1e12};
    world(2, 1);
    struct run *alone = run_of(ask_the_fog);
    watch(ask_the_fog, 2, 300, PATH_AUTO); // 300, ... 1800; not 2100
    ck_assert_uint_eq(o.count, 6);
    ck_assert_int_eq(o.at[5], 1800);
    ck_assert_int_eq(o.run.result.end_ns, 2000);
    ck_assert_uint_eq(o.run.result.events, alone->result.events);
    ck_assert_uint_eq(o.run.result.hash, alone->result.hash);
    for (int i = 0; i < 4; i++) {
        watch(ask_the_fog, 2, never[i], PATH_AUTO);
        ck_assert_uint_eq(o.count, 0);
        ck_assert_int_eq(o.run.result.end_ns, 2000);
    }
}
END_TEST

// The job is lost at 400, its message goes on until 2000, the run with it: nobody looks any more.
static void send_and_compute(struct plan *p, const struct job_request *r)
{
    (void)r;
    compute(p, 2, 1000, NO_OP, NO_OP);
    transfer(p, 0, 1, 2000, NO_OP);
}

START_TEST(nobody_looks_when_only_what_was_given_up_goes_on)
{
    world(1, 2);
    links[USER * GROUPS + FOG].is_fair = true;
    config.recovery = (struct recovery){RECOVERY_LOST, 0, 0, 1, 1};
    down(0, 1, 400, 5000);
    watch(send_and_compute, 2, 150, PATH_AUTO);
    ck_assert_uint_eq(o.count, 2);
    ck_assert_int_eq(o.run.result.end_ns, 2000);
}
END_TEST

static bool refuse(void *ctx, const struct engine *en, sim_ns now, struct err *e)
{
    (void)ctx, (void)en;
    err_add(e, "at %lld", (long long)now);
    return false;
}

START_TEST(an_observer_that_fails_stops_the_run)
{
    world(1, 1);
    struct run     run = {.build = compute_a_thousand};
    struct planner planner = {
        .ctx = &run, .plan = plan_by_function, .observe = refuse, .observe_s = 700e-9};
    ck_assert(!run_with(&run, &planner, 1));
    ck_assert_str_eq(run.e.text, "at 700");
}
END_TEST

// ---- the attempt before -------------------------------------------------------------------------

enum { ATTEMPTS = 4 };

struct shown { // to the planner, of the attempt before
    bool            is_given;
    uint32_t        op_count;
    struct op       ops[3];
    struct op_times times[3];
};

struct story {
    build_fn     first;      // the plan of attempt 0; later ones compute 1000 on the last node
    uint32_t     infeasible; // bit a: attempt a gets no plan
    struct shown shown[ATTEMPTS];
};

static struct story story;

static enum plan_verdict tell(void *ctx, const struct engine *en, const struct job_request *r,
                              struct plan *out, struct err *e)
{
    (void)ctx, (void)en, (void)e;
    struct shown *s = &story.shown[r->attempt];
    ck_assert(!r->last == !r->last_times);
    ck_assert_ptr_ne(r->last, out);
    s->is_given = r->last != NULL;
    s->op_count = r->last ? r->last->op_count : 0;
    for (uint32_t i = 0; i < s->op_count; i++)
        s->ops[i] = r->last->ops[i], s->times[i] = r->last_times[i];
    if (story.infeasible >> r->attempt & 1) return PLAN_INFEASIBLE;
    if (r->attempt == 0)
        story.first(out, r);
    else
        compute(out, net.node_count - 1, 1000, NO_OP, NO_OP);
    return PLAN_READY;
}

static uint32_t more_outages; // 1: outages[1], too

// Node 2 (of nodes 1 to 3) fails at 1400 for good; a new plan `pause` ns later.
static struct run *run_story(build_fn first, uint32_t infeasible, double pause)
{
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {.plan = tell};
    story = (struct story){.first = first, .infeasible = infeasible};
    world(1, 3);
    config.recovery = (struct recovery){RECOVERY_REPLAN, pause * 1e-9, 0, 1, ATTEMPTS};
    down(0, 1, 1400, 1e9);
    for (; more_outages; more_outages--)
        down(1, outages[1].rank, outages[1].from_s * 1e9, outages[1].until_s * 1e9);
    ck_assert_msg(run_with(run, &planner, 1), "%s", run->e.text);
    return run;
}

static void ck_shown(uint32_t attempt, uint32_t op, sim_ns ready, sim_ns start, sim_ns finish)
{
    ck_assert(story.shown[attempt].is_given);
    ck_assert_uint_lt(op, story.shown[attempt].op_count);
    struct op_times t = story.shown[attempt].times[op];
    ck_assert_msg(t.ready_ns == ready && t.start_ns == start && t.finish_ns == finish,
                  "attempt %u operation %u: want %lld %lld %lld, have %lld %lld %lld", attempt, op,
                  (long long)ready, (long long)start, (long long)finish, (long long)t.ready_ns,
                  (long long)t.start_ns, (long long)t.finish_ns);
}

static void one_then_two(struct plan *p, const struct job_request *r)
{
    (void)r;
    uint32_t first = compute(p, 1, 1000, NO_OP, NO_OP);
    compute(p, 2, 700, first, NO_OP);
}

// The first operation is done at 1000, the second is under way on what fails at 1400.
START_TEST(a_new_plan_is_made_with_the_last_one_and_what_of_it_is_done)
{
    struct run *run = run_story(one_then_two, 0, 100);
    ck_assert(!story.shown[0].is_given);
    ck_assert_uint_eq(story.shown[1].op_count, 2);
    ck_shown(1, 0, 0, 0, 1000);
    ck_shown(1, 1, 1000, 1000, -1);
    ck_assert_uint_eq(story.shown[1].ops[0].to, 1);
    ck_assert_uint_eq(story.shown[1].ops[1].to, 2);
    ck_assert_double_eq_tol(story.shown[1].ops[1].seconds, 700e-9, 1e-18);
    ck_assert_uint_eq(story.shown[1].ops[1].dep_count, 1);
    ck_op(run, 0, 0, 1500, 1500, 2500); // the new one
    ck_assert_uint_eq(run->jobs[0].record.op_count, 1);
}
END_TEST

// Node 1 is down from 1450 to 1500: it comes back without the result. Attempt 1 is at 1500.
START_TEST(a_result_is_gone_when_its_node_was_down_since)
{
    more_outages = 1;
    outages[1] = (struct outage){0, 1450e-9, 1500e-9};
    (void)run_story(one_then_two, 0, 100);
    ck_shown(1, 0, 0, 0, -1);
    ck_shown(1, 1, 1000, 1000, -1);
}
END_TEST

static void wait_then_two(struct plan *p, const struct job_request *r)
{
    (void)r;
    compute(p, 2, 2000, compute(p, 1, 1000, delay(p, 200, NO_OP), NO_OP), NO_OP);
}

// Node 1 is down from 100 to 150, before it has anything: 200 to 1200 is done.
START_TEST(a_result_stays_when_its_node_was_down_before)
{
    more_outages = 1;
    outages[1] = (struct outage){0, 100e-9, 150e-9};
    (void)run_story(wait_then_two, 0, 100);
    ck_shown(1, 1, 200, 200, 1200);
    ck_shown(1, 2, 1200, 1200, -1);
}
END_TEST

static void three_at_once(struct plan *p, const struct job_request *r)
{
    (void)r;
    compute(p, 1, 1600, NO_OP, NO_OP);
    compute(p, 2, 2000, NO_OP, NO_OP);
    transfer(p, 0, 3, 1500, NO_OP);
}

// Given up at 1400; node 1 goes on to 1600, the message to 1500, then 200 of latency.
START_TEST(what_goes_on_is_done_when_it_ends_before_the_new_plan)
{
    static const struct {
        double pause;
        sim_ns computed, sent;
    } cases[] = {{100, -1, -1}, {199, -1, -1}, {200, 1600, -1}, {299, 1600, -1}, {300, 1600, 1700}};
    for (int i = 0; i < 5; i++) {
        links[USER * GROUPS + FOG].latency_s = 200e-9;
        (void)run_story(three_at_once, 0, cases[i].pause);
        ck_shown(1, 0, 0, 0, cases[i].computed);
        ck_shown(1, 1, 0, 0, -1);
        ck_shown(1, 2, 0, 0, cases[i].sent);
    }
}
END_TEST

static void delay_and_two(struct plan *p, const struct job_request *r)
{
    (void)r;
    delay(p, 1450, NO_OP);
    compute(p, 2, 2000, NO_OP, NO_OP);
}

START_TEST(a_delay_that_has_passed_is_done)
{
    (void)run_story(delay_and_two, 0, 100);
    ck_shown(1, 0, 0, 0, 1450);
    (void)run_story(delay_and_two, 0, 40);
    ck_shown(1, 0, 0, 0, -1);
}
END_TEST

// Attempt 1 at 1500 gets no plan, attempt 2 at 1600 is shown the one of attempt 0 again, with what
// ended at 1600.
START_TEST(an_attempt_without_a_plan_leaves_the_one_before)
{
    struct run *run = run_story(three_at_once, 1 << 1, 100);
    ck_shown(1, 0, 0, 0, -1);
    ck_shown(2, 0, 0, 0, 1600);
    ck_assert_uint_eq(story.shown[2].op_count, 3);
    ck_op(run, 0, 0, 1600, 1600, 2600);
}
END_TEST

static void two_then_two(struct plan *p, const struct job_request *r)
{
    (void)r;
    compute(p, 2, 2000, compute(p, 2, 500, NO_OP, NO_OP), NO_OP);
}

// Node 3 fails at 2000: attempt 1 (1500 to 2500) fails too, attempt 2 at 2100 is shown that one.
START_TEST(each_attempt_is_shown_the_one_before)
{
    (void)run_story(two_then_two, 0, 100);
    ck_shown(1, 0, 0, 0, -1); // done at 500 on what is down
    more_outages = 1;
    outages[1] = (struct outage){2, 2000e-9, 2050e-9};
    struct run *run = run_story(two_then_two, 0, 100);
    ck_assert_uint_eq(story.shown[2].op_count, 1);
    ck_shown(2, 0, 1500, 1500, -1);
    ck_op(run, 0, 0, 2100, 2100, 3100);
}
END_TEST

// ---- exits --------------------------------------------------------------------------------------

static void leave_by_rank(struct plan *p, const struct job_request *r)
{
    compute(p, r->home, 100, NO_OP, NO_OP);
    if (r->rank == 0) p->exit = 2;
}

START_TEST(the_exit_of_a_plan_is_told_and_forgotten_with_it)
{
    world(1, 1);
    config.arrivals.jobs_per_user = 2; // one after the other, in one slot
    struct run *run = run_of(leave_by_rank);
    ck_assert_uint_eq(run->jobs[0].record.exit, 2);
    ck_assert_uint_eq(run->jobs[1].record.exit, 0);
}
END_TEST

static void leave_early(struct plan *p, const struct job_request *r)
{
    one_then_two(p, r);
    p->exit = 1;
}

START_TEST(a_new_plan_has_an_exit_of_its_own)
{
    struct run *run = run_story(leave_early, 0, 100);
    ck_assert_int_eq(run->jobs[0].record.status, JOB_DONE);
    ck_assert_uint_eq(run->jobs[0].record.exit, 0);
}
END_TEST

Suite *observe_suite(void)
{
    Suite *suite = suite_create("observe");
    TCase *tc = new_case(suite, "observe");
    tcase_add_test(tc, a_look_shows_what_was_done_up_to_its_instant);
    tcase_add_test(tc, a_look_sums_over_the_servers);
    tcase_add_test(tc, a_look_counts_those_who_share_beyond_the_servers_as_waiting);
    tcase_add_test(tc, a_look_sees_an_interruption);
    tcase_add_test(tc, a_look_does_not_count_what_was_aborted);
    tcase_add_test(tc, looking_changes_nothing_and_ends_with_the_last_job);
    tcase_add_test(tc, nobody_looks_when_only_what_was_given_up_goes_on);
    tcase_add_test(tc, an_observer_that_fails_stops_the_run);
    tcase_add_test(tc, a_new_plan_is_made_with_the_last_one_and_what_of_it_is_done);
    tcase_add_test(tc, a_result_is_gone_when_its_node_was_down_since);
    tcase_add_test(tc, a_result_stays_when_its_node_was_down_before);
    tcase_add_test(tc, what_goes_on_is_done_when_it_ends_before_the_new_plan);
    tcase_add_test(tc, a_delay_that_has_passed_is_done);
    tcase_add_test(tc, an_attempt_without_a_plan_leaves_the_one_before);
    tcase_add_test(tc, each_attempt_is_shown_the_one_before);
    tcase_add_test(tc, the_exit_of_a_plan_is_told_and_forgotten_with_it);
    tcase_add_test(tc, a_new_plan_has_an_exit_of_its_own);
    return suite;
}
