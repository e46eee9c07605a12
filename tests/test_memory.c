// tests/test_memory.c: memory of nodes: what is not free, and the contents they hold; by hand.
// Times in comments are ns.
#include <math.h>

#include "tests/bed.h"

Suite *memory_suite(void);

static uint32_t compute_with(struct plan *p, double ns, double bytes, uint32_t dep)
{
    struct op op = {.kind = OP_COMPUTE, .seconds = ns * 1e-9};
    op.from = op.to = groups[FOG].first;
    op.memory_bytes = bytes;
    return add(p, op, dep, NO_OP);
}

// Content c of `bytes`, loaded at 1 byte per ns.
static uint32_t load_content(struct plan *p, uint64_t c, double bytes, uint32_t dep)
{
    struct op op = {.kind = OP_LOAD, .from = 1, .to = 1, .seconds = bytes * 1e-9, .bytes = bytes};
    op.content = c;
    return add(p, op, dep, NO_OP);
}

static void memory(enum memory_rule rule, double bytes)
{
    world(1, 1);
    groups[FOG].memory_rule = rule;
    groups[FOG].memory_bytes = bytes;
    groups[FOG].swap_bytes_per_s = 1e9;
}

// ---- what is not free ---------------------------------------------------------------------------

static void two_at_once(struct plan *p, const struct job_request *r)
{
    (void)r;
    compute_with(p, 1000, 60, NO_OP);
    compute_with(p, 500, 60, NO_OP);
}

static double backlog_seen_s;

static void swap_then_long(struct plan *p, const struct job_request *r)
{
    (void)r;
    uint32_t a = compute_with(p, 500, 120, NO_OP);
    compute_with(p, 100, 10, a);
}

// 100 bytes, two servers: the second operation misses 20: written and read at 1 B/ns, 40 longer. Of
// its 540 it would take 500 alone.
START_TEST(what_does_not_fit_is_swapped_and_takes_longer)
{
    memory(MEMORY_SWAP, 100);
    groups[FOG].servers = 2;
    groups[FOG].power_busy_w = 2;
    struct run *run = run_of(two_at_once);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 0, 1, 0, 0, 540);
    ck_assert_double_eq(node(run, 1).memory_peak_bytes, 120);
    ck_assert_int_eq(node(run, 1).busy_ns, 1540);
    ck_assert_double_eq_tol(run->jobs[0].record.energy_j, 1 * 1540e-9, 1e-18); // 2 W of 2 servers
    // Alone it misses 20 bytes: 540, of which 40 are queueing.
    groups[FOG].servers = 1;
    run = run_of(swap_then_long);
    ck_op(run, 0, 0, 0, 0, 540);
    ck_op(run, 0, 1, 540, 540, 640);
    ck_parts(run, 0, (struct parts){.computation = 600, .queueing = 40});
    ck_assert_int_eq(run->jobs[0].record.computation_work_ns, 600);
}
END_TEST

static enum plan_verdict look_and_plan(void *ctx, const struct engine *en,
                                       const struct job_request *r, struct plan *out, struct err *e)
{
    (void)ctx, (void)e;
    if (r->job == 1) backlog_seen_s = engine_backlog_s(en, 2);
    struct op op = {.kind = OP_COMPUTE, .from = 2, .to = 2, .seconds = 500e-9};
    op.memory_bytes = 120;
    (void)plan_add(out, op, NULL, 0);
    return PLAN_READY;
}

// At 520 the first operation is swapping until 540: 20 are left. (User 1 comes then, by its
// period.)
START_TEST(time_to_swap_is_backlog)
{
    memory(MEMORY_SWAP, 100);
    groups[USER].count = 2;
    static struct trace_arrival  at[2] = {{0, 0}, {520, 0}};
    static struct trace_arrivals users[2] = {{&at[0], 1}, {&at[1], 1}};
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_TRACE, .users = users, .jobs_per_user = UINT32_MAX, .duration_s = INFINITY};
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {.ctx = run, .plan = look_and_plan};
    ck_assert(run_with(run, &planner, 2));
    ck_assert_double_eq_tol(backlog_seen_s, 20e-9, 1e-18);
    ck_op(run, 1, 0, 520, 540, 1080);
}
END_TEST

static void big_then_small(struct plan *p, const struct job_request *r)
{
    compute_with(p, 1000, r->job == 1 ? 60 : 50, NO_OP);
}

// Users 0, 1, 2 at 0 on two servers of 100 bytes: 50 are held, 60 are refused, 50 fit.
START_TEST(what_does_not_fit_is_refused_and_the_next_gets_the_server)
{
    memory(MEMORY_REFUSE, 100);
    groups[USER].count = 3;
    groups[FOG].servers = 2;
    struct run *run = run_of(big_then_small);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_assert_int_eq(run->jobs[1].record.status, JOB_DROPPED);
    ck_op(run, 1, 0, 0, -1, -1);
    ck_op(run, 2, 0, 0, 0, 1000);
    ck_assert_double_eq(node(run, 3).memory_peak_bytes, 100);
    ck_assert_uint_eq(node(run, 3).subtasks, 2);
    ck_assert_double_eq(engine_backlog_s(run->en, 3), 0);
}
END_TEST

// The urgent user 1 interrupts user 0 at 200 and is refused (50 are held, 60 wanted): user 0 goes
// on at once.
START_TEST(who_is_interrupted_for_one_that_is_refused_goes_on)
{
    memory(MEMORY_REFUSE, 100);
    groups[OTHER].count = 1;
    groups[USER].priority = 1;
    groups[FOG].discipline = DISCIPLINE_PREEMPT;
    static struct trace_arrival  at[2] = {{0, 0}, {200, 0}};
    static struct trace_arrivals users[2] = {{&at[0], 1}, {&at[1], 1}};
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_TRACE, .users = users, .jobs_per_user = UINT32_MAX, .duration_s = INFINITY};
    struct run *run = run_of(big_then_small);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_assert_int_eq(run->jobs[1].record.status, JOB_DROPPED);
    ck_assert_int_eq(run->result.end_ns, 1000);
}
END_TEST

// ---- contents -----------------------------------------------------------------------------------

static void three_loads(struct plan *p, const struct job_request *r)
{
    (void)r;
    uint32_t a = load_content(p, 7, 300, NO_OP), b = load_content(p, 8, 400, a);
    uint32_t c = load_content(p, 7, 300, b); // held
    uint32_t d = load_content(p, 9, 500, c); // 1200 > 1000: 8 goes, which was used longest ago
    uint32_t e = load_content(p, 7, 300, d); // held
    load_content(p, 8, 400, e);              // gone: 9 goes
}

START_TEST(what_a_node_holds_is_not_loaded_again_and_the_least_recently_used_goes)
{
    for (int rule = MEMORY_IGNORE; rule <= MEMORY_SWAP; rule++) {
        memory((enum memory_rule)rule, 1000);
        struct run *run = run_of(three_loads);
        ck_op(run, 0, 0, 0, 0, 300);
        ck_op(run, 0, 1, 300, 300, 700);
        ck_op(run, 0, 2, 700, 700, 700);
        ck_op(run, 0, 3, 700, 700, 1200);
        ck_op(run, 0, 4, 1200, 1200, 1200);
        ck_op(run, 0, 5, 1200, 1200, 1600);
        ck_parts(run, 0, (struct parts){.loading = 1600});
        ck_assert_double_eq(node(run, 1).memory_peak_bytes, 800); // 300 + 500
        ck_assert_int_eq(node(run, 1).busy_ns, 1600);
        ck_assert_uint_eq(node(run, 1).subtasks, 0);
    }
}
END_TEST

static void load_and_compute(struct plan *p, const struct job_request *r)
{
    (void)r;
    uint32_t a = load_content(p, 7, 300, NO_OP);
    compute_with(p, 100, 50, a);
    load_content(p, 8, 200, a); // queues with the computation and runs behind it
}

static void load_load_compute(struct plan *p, const struct job_request *r)
{
    uint32_t a = load_content(p, 1, 60, NO_OP), b = load_content(p, 2, 30, a);
    uint32_t c = compute_with(p, 1000, r->job == 0 ? 50 : 80, b);
    load_content(p, 1, 60, c);
}

// 100 bytes. Job 0: content 1 (60) in [0, 60), content 2 (30) in [60, 90); an operation of 50 finds
// 10 free, so content 1 goes and is loaded again, [1090, 1150). Job 1 holds 2 and 1: content 1 is
// held, content 2 too; an operation of 80 drives out 1, but not 2, used last: 30 and 80 do not fit.
START_TEST(contents_make_room_but_for_the_one_used_last)
{
    memory(MEMORY_REFUSE, 100);
    config.arrivals.jobs_per_user = 2;
    struct run *run = run_of(load_load_compute);
    ck_op(run, 0, 1, 60, 60, 90);
    ck_op(run, 0, 2, 90, 90, 1090);
    ck_op(run, 0, 3, 1090, 1090, 1150);
    ck_assert_int_eq(run->jobs[0].record.status, JOB_DONE);
    ck_op(run, 1, 0, 1150, 1150, 1150);
    ck_op(run, 1, 1, 1150, 1150, 1150);
    ck_assert_int_eq(run->jobs[1].record.status, JOB_DROPPED);
}
END_TEST

// The contents loaded before it and its own memory: 350; behind it 500 of contents.
START_TEST(the_peak_is_of_what_is_held_together)
{
    memory(MEMORY_IGNORE, INFINITY);
    struct run *run = run_of(load_and_compute);
    ck_op(run, 0, 1, 300, 300, 400);
    ck_op(run, 0, 2, 300, 400, 600);
    ck_assert_double_eq(node(run, 1).memory_peak_bytes, 500);
    ck_parts(run, 0, (struct parts){.computation = 0, .loading = 600});
}
END_TEST

Suite *memory_suite(void)
{
    Suite *suite = suite_create("memory");
    TCase *tc = new_case(suite, "memory");
    tcase_add_test(tc, what_does_not_fit_is_swapped_and_takes_longer);
    tcase_add_test(tc, time_to_swap_is_backlog);
    tcase_add_test(tc, what_does_not_fit_is_refused_and_the_next_gets_the_server);
    tcase_add_test(tc, who_is_interrupted_for_one_that_is_refused_goes_on);
    tcase_add_test(tc, what_a_node_holds_is_not_loaded_again_and_the_least_recently_used_goes);
    tcase_add_test(tc, contents_make_room_but_for_the_one_used_last);
    tcase_add_test(tc, the_peak_is_of_what_is_held_together);
    return suite;
}
