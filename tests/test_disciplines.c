// tests/test_disciplines.c: who is served next, by hand and against a simulator that goes from ns
// to ns. Times in comments are ns.
#include <math.h>
#include <string.h>

#include "tests/bed.h"

Suite *disciplines_suite(void);

enum { USERS_MOST = 16 };

static struct trace_arrival  arrival_items[USERS_MOST];
static struct trace_arrivals arrivals_of[USERS_MOST];
static double                service_ns[USERS_MOST], deadline_of[GROUPS];
static uint32_t              user_count;

// One job of each user: when it comes and how long it computes on the last FOG node.
static void user_asks(uint32_t user, sim_ns at, double ns)
{
    arrival_items[user] = (struct trace_arrival){at, 0};
    arrivals_of[user] = (struct trace_arrivals){&arrival_items[user], 1};
    service_ns[user] = ns;
    user_count = user + 1;
    config.arrivals = (struct arrivals){.kind = ARRIVAL_TRACE,
                                        .users = arrivals_of,
                                        .jobs_per_user = UINT32_MAX,
                                        .duration_s = INFINITY};
}

static void compute_service(struct plan *p, const struct job_request *r)
{
    compute(p, groups[FOG].first, service_ns[r->user], NO_OP, NO_OP);
}

// Users of group USER and of group OTHER, which is more urgent.
static void two_classes(uint32_t usual, uint32_t urgent, enum discipline d)
{
    world(usual, 1);
    groups[OTHER].count = urgent;
    groups[USER].priority = 5, groups[OTHER].priority = 1;
    groups[FOG].discipline = d;
    groups[FOG].power_busy_w = 1;
}

// ---- by hand ------------------------------------------------------------------------------------

// User 0 (usual) is served in [0, 1000), then user 2 (urgent, came at 200) before user 1 (at 100).
START_TEST(the_urgent_go_first_and_interrupt_nobody)
{
    two_classes(2, 1, DISCIPLINE_PRIORITY);
    user_asks(0, 0, 1000), user_asks(1, 100, 500), user_asks(2, 200, 300);
    struct run *run = run_of(compute_service);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 1, 0, 100, 1300, 1800);
    ck_op(run, 2, 0, 200, 1000, 1300);
    ck_parts(run, 1, (struct parts){.computation = 500, .queueing = 1200});
}
END_TEST

// User 2 interrupts user 0 at 200 and is done at 500; user 0 has 800 left and goes before user 1:
// until 1300. What user 0 lost is queueing. The node is busy from 0 to 1800.
START_TEST(the_urgent_interrupt_and_what_was_interrupted_resumes)
{
    two_classes(2, 1, DISCIPLINE_PREEMPT);
    user_asks(0, 0, 1000), user_asks(1, 100, 500), user_asks(2, 200, 300);
    struct run *run = run_of(compute_service);
    ck_op(run, 0, 0, 0, 0, 1300);
    ck_op(run, 1, 0, 100, 1300, 1800);
    ck_op(run, 2, 0, 200, 200, 500);
    ck_parts(run, 0, (struct parts){.computation = 1000, .queueing = 300});
    ck_parts(run, 2, (struct parts){.computation = 300});
    struct node_record n = node(run, 2);
    ck_assert_int_eq(n.busy_ns, 1800);
    ck_assert_uint_eq(n.subtasks, 3);
    ck_assert_uint_eq(n.queue_max, 2);
    // Waiting: user 1 for 1200, user 0 for 300, of 1800.
    ck_assert_double_eq_tol(n.queue_mean, 1500.0 / 1800, 1e-15);
    ck_assert_double_eq_tol(run->jobs[0].record.energy_j, 1000e-9, 1e-18);
    ck_assert_double_eq_tol(n.energy_j, 1800e-9, 1e-18);
}
END_TEST

// Two servers with users 0 and 1 (begun last): user 3 (urgent) takes the place of user 1 at 200,
// who resumes when user 3 ends at 500: 700 left, until 1200. Equal ones do not interrupt: user 2
// waits until user 0 ends at 1000.
START_TEST(of_equals_the_one_begun_last_is_interrupted)
{
    two_classes(3, 1, DISCIPLINE_PREEMPT);
    groups[FOG].servers = 2;
    user_asks(0, 0, 1000), user_asks(1, 100, 800), user_asks(2, 150, 400), user_asks(3, 200, 300);
    struct run *run = run_of(compute_service);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 1, 0, 100, 100, 1200);
    ck_op(run, 2, 0, 150, 1000, 1400);
    ck_op(run, 3, 0, 200, 200, 500);
}
END_TEST

// Room for one that waits: user 1. The urgent user 2 meets a full node and is dropped, like
// anybody.
START_TEST(a_full_node_drops_the_urgent_too)
{
    two_classes(2, 1, DISCIPLINE_PREEMPT);
    groups[FOG].queue_limit = 1;
    user_asks(0, 0, 1000), user_asks(1, 100, 500), user_asks(2, 200, 300);
    struct run *run = run_of(compute_service);
    ck_op(run, 0, 0, 0, 0, 1000);
    ck_op(run, 1, 0, 100, 1000, 1500);
    ck_assert_int_eq(run->jobs[2].record.status, JOB_DROPPED);
    ck_assert_uint_eq(node(run, 2).queue_max, 1);
}
END_TEST

// Deadlines 3000 after arrival for USER, 1000 for OTHER: user 1 at 3100, user 2 at 1200: user 2
// first. Without any deadline they come last, in order.
START_TEST(the_earliest_deadline_goes_first_and_none_is_last)
{
    two_classes(2, 1, DISCIPLINE_EDF);
    config.deadline_s = deadline_of;
    for (int has = 0; has < 2; has++) {
        deadline_of[USER] = has ? 3000e-9 : INFINITY, deadline_of[OTHER] = has ? 1000e-9 : INFINITY;
        user_asks(0, 0, 1000), user_asks(1, 100, 500), user_asks(2, 200, 300);
        struct run *run = run_of(compute_service);
        ck_op(run, 1, 0, 100, has ? 1300 : 1000, has ? 1800 : 1500);
        ck_op(run, 2, 0, 200, has ? 1000 : 1500, has ? 1300 : 1800);
        ck_assert_int_eq(run->jobs[2].record.status, has ? JOB_LATE : JOB_DONE); // 1100 > 1000
    }
}
END_TEST

// Alone until 300 (300 done), then half each: user 1's 200 take 400, until 700; user 0 has 500 left
// of 1000 then, alone until 1200. Two of them from 300 to 700: one "waits" for 400.
START_TEST(who_shares_a_processor_is_slowed_and_the_rest_is_queueing)
{
    two_classes(2, 0, DISCIPLINE_SHARING);
    user_asks(0, 0, 1000), user_asks(1, 300, 200);
    struct run *run = run_of(compute_service);
    ck_op(run, 0, 0, 0, 0, 1200);
    ck_op(run, 1, 0, 300, 300, 700);
    ck_parts(run, 0, (struct parts){.computation = 1000, .queueing = 200});
    ck_parts(run, 1, (struct parts){.computation = 200, .queueing = 200});
    ck_assert_int_eq(node(run, 2).busy_ns, 1200);
    ck_assert_double_eq_tol(node(run, 2).queue_mean, 400.0 / 1200, 1e-15);
    ck_assert_double_eq_tol(run->jobs[0].record.energy_j, 1000e-9, 1e-18);
    ck_assert_double_eq_tol(node(run, 2).energy_j, 1200e-9, 1e-18);
}
END_TEST

// Two servers. User 0 alone gets one of them: 400 done at 400. Three get two thirds each: 600 later
// users 1 and 2 are done; user 0 has had 800, and is done at 1200. Busy 400 + 2 x 600 + 200; of
// three one waits, for 600.
START_TEST(one_job_gets_at_most_one_server_of_a_shared_processor)
{
    two_classes(3, 0, DISCIPLINE_SHARING);
    groups[FOG].servers = 2;
    user_asks(0, 0, 1000), user_asks(1, 400, 400), user_asks(2, 400, 400);
    struct run *run = run_of(compute_service);
    ck_op(run, 0, 0, 0, 0, 1200);
    ck_op(run, 1, 0, 400, 400, 1000);
    ck_op(run, 2, 0, 400, 400, 1000);
    ck_assert_int_eq(node(run, 3).busy_ns, 1800);
    ck_assert_double_eq_tol(node(run, 3).queue_mean, 0.5, 1e-15);
}
END_TEST

// ---- from ns to ns ------------------------------------------------------------------------------

struct tick_job {
    sim_ns   at, service, left, start, finish;
    int64_t  rank;
    uint32_t order; // by arrival
    bool     present, running, dropped;
};

struct ticks {
    struct tick_job jobs[USERS_MOST];
    uint32_t        count, servers, limit;
    bool            preempts;
    sim_ns          now, busy, waited;
    uint32_t        waiting_max;
};

static bool goes_before(const struct tick_job *x, const struct tick_job *y)
{
    return x->rank < y->rank || (x->rank == y->rank && x->order < y->order);
}

static uint32_t count_running(const struct ticks *s, bool running)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->count; i++)
        n += s->jobs[i].present && s->jobs[i].running == running;
    return n;
}

static void serve_next(struct ticks *s)
{
    while (count_running(s, true) < s->servers) {
        struct tick_job *best = NULL;
        for (uint32_t i = 0; i < s->count; i++) {
            struct tick_job *j = &s->jobs[i];
            if (j->present && !j->running && (!best || goes_before(j, best))) best = j;
        }
        if (!best) return;
        best->running = true;
        if (best->start < 0) best->start = s->now;
    }
}

// Comes at `now`. Who is interrupted is the least urgent; with several of these any: they are told
// apart by the caller, which gives different ranks.
static void comes(struct ticks *s, struct tick_job *j)
{
    struct tick_job *worst = NULL;
    bool             is_full = count_running(s, true) == s->servers;
    if (is_full && count_running(s, false) >= s->limit) {
        j->dropped = true;
        return;
    }
    for (uint32_t i = 0; s->preempts && is_full && i < s->count; i++)
        if (s->jobs[i].present && s->jobs[i].running && s->jobs[i].rank > j->rank &&
            (!worst || s->jobs[i].rank > worst->rank))
            worst = &s->jobs[i];
    if (worst) worst->running = false;
    j->present = true;
    if (is_full && !worst) return;
    j->running = true;
    j->start = s->now;
}

static void run_ticks(struct ticks *s)
{
    for (s->now = 0; s->now < 4000; s->now++) {
        for (uint32_t i = 0; i < s->count; i++) {
            struct tick_job *j = &s->jobs[i];
            if (!j->present || !j->running || j->left) continue;
            j->present = j->running = false;
            j->finish = s->now;
        }
        serve_next(s);
        for (uint32_t order = 0; order < s->count; order++)
            for (uint32_t i = 0; i < s->count; i++)
                if (s->jobs[i].order == order && s->jobs[i].at == s->now) comes(s, &s->jobs[i]);
        uint32_t waiting = count_running(s, false);
        if (waiting > s->waiting_max) s->waiting_max = waiting;
        s->waited += waiting;
        for (uint32_t i = 0; i < s->count; i++)
            if (s->jobs[i].running) s->jobs[i].left--, s->busy++;
    }
}

// Jobs are numbered as they come, those of one instant by user.
static void number(struct ticks *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        s->jobs[i].order = 0;
        for (uint32_t k = 0; k < s->count; k++)
            s->jobs[i].order +=
                s->jobs[k].at < s->jobs[i].at || (s->jobs[k].at == s->jobs[i].at && k < i);
    }
}

static int64_t rank_of(enum discipline d, const struct node_group *g, uint32_t group, sim_ns at)
{
    if (d == DISCIPLINE_FIFO) return 0;
    if (d != DISCIPLINE_EDF) return g->priority;
    return isfinite(deadline_of[group]) ? at + llround(deadline_of[group] * 1e9) : INT64_MAX;
}

static void some_jobs(void)
{
    uint32_t n = groups[USER].count + groups[OTHER].count;
    for (uint32_t u = 0; u < n; u++)
        user_asks(u, (sim_ns)rng_below(&rng, 200), 1 + (double)rng_below(&rng, 100));
}

static void make_ticks(struct ticks *s, enum discipline d)
{
    *s = (struct ticks){.count = user_count,
                        .servers = groups[FOG].servers,
                        .limit = groups[FOG].queue_limit,
                        .preempts = d == DISCIPLINE_PREEMPT};
    for (uint32_t u = 0; u < user_count; u++) {
        uint32_t group = u < groups[USER].count ? USER : OTHER;
        sim_ns   service = llround(service_ns[u]), at = arrival_items[u].at;
        s->jobs[u] = (struct tick_job){at, service, service, -1, -1, 0};
        s->jobs[u].rank = rank_of(d, &groups[group], group, at);
    }
    number(s);
    run_ticks(s);
}

static void some_world(enum discipline d)
{
    two_classes(1 + (uint32_t)rng_below(&rng, 8), (uint32_t)rng_below(&rng, 8), d);
    groups[FOG].servers = 1 + (uint32_t)rng_below(&rng, 3);
    groups[FOG].queue_limit = rng_below(&rng, 3) ? QUEUE_INFINITE : (uint32_t)rng_below(&rng, 5);
    config.deadline_s = deadline_of;
    deadline_of[USER] = rng_below(&rng, 3) ? 400e-9 : INFINITY;
    deadline_of[OTHER] = rng_below(&rng, 3) ? 100e-9 : INFINITY;
    some_jobs();
}

static void ck_same_as_ticks(const struct run *run, const struct ticks *s, uint32_t i)
{
    for (uint32_t u = 0; u < s->count; u++) {
        const struct tick_job *j = &s->jobs[u];
        ck_assert_msg((run->jobs[j->order].record.status == JOB_DROPPED) == j->dropped,
                      "case %u user %u", i, u);
        ck_op(run, j->order, 0, j->at, j->start, j->finish);
        if (!j->dropped)
            ck_parts(run, j->order,
                     (struct parts){.computation = j->service,
                                    .queueing = j->finish - j->at - j->service});
    }
    struct node_record n = node(run, groups[FOG].first);
    ck_assert_int_eq(n.busy_ns, s->busy);
    ck_assert_uint_eq(n.queue_max, s->waiting_max);
    ck_assert_int_eq(llround(n.queue_mean * (double)run->result.end_ns), s->waited);
}

// With several servers who is interrupted among equals is settled by hand above; here one server
// under PREEMPT.
START_TEST(every_discipline_agrees_with_a_simulator_of_single_ns)
{
    static const enum discipline all[] = {DISCIPLINE_FIFO, DISCIPLINE_PRIORITY, DISCIPLINE_PREEMPT,
                                          DISCIPLINE_EDF};
    static struct ticks          s;
    for (uint32_t i = 0; i < 120; i++) {
        enum discipline d = all[i % 4];
        some_world(d);
        if (d == DISCIPLINE_PREEMPT) groups[FOG].servers = 1;
        struct run *run = run_of(compute_service);
        make_ticks(&s, d);
        ck_same_as_ticks(run, &s, i);
        arena_rewind(&bed_arena, (struct arena_mark){0});
    }
}
END_TEST

// Shared processors: the same in steps of 1 ns, in which an end within a step is put at its end,
// and what it leaves is lost: a ns for each job that ends before.
START_TEST(shared_processors_agree_with_a_simulator_of_single_ns)
{
    for (uint32_t i = 0; i < 40; i++) {
        some_world(DISCIPLINE_SHARING);
        double      left[USERS_MOST];
        uint32_t    order[USERS_MOST] = {0};
        struct run *run = run_of(compute_service);
        for (uint32_t u = 0; u < user_count; u++) {
            left[u] = service_ns[u];
            for (uint32_t k = 0; k < user_count; k++)
                order[u] += arrival_items[k].at < arrival_items[u].at ||
                            (arrival_items[k].at == arrival_items[u].at && k < u);
        }
        for (sim_ns now = 0; now < 4000; now++) {
            uint32_t present = 0;
            for (uint32_t u = 0; u < user_count; u++)
                present += arrival_items[u].at <= now && left[u] > 1e-9;
            double step = fmin(1, (double)groups[FOG].servers / fmax(1, present));
            for (uint32_t u = 0; u < user_count; u++) {
                if (arrival_items[u].at > now || left[u] <= 1e-9) continue;
                left[u] -= step;
                if (left[u] > 1e-9) continue;
                sim_ns have = run->jobs[order[u]].times[0].finish_ns;
                ck_assert_int_ge(have, now + 1 - (sim_ns)user_count);
                ck_assert_int_le(have, now + 2);
            }
        }
        arena_rewind(&bed_arena, (struct arena_mark){0});
    }
}
END_TEST

// With one server that never idles while there is work, the node is busy at the same instants
// whatever the order: wherever a job is present (shared processors: to 1 ns of rounding).
enum { SPAN = 4000 };
static void note_busy(const struct run *run, bool busy[SPAN])
{
    memset(busy, 0, SPAN * sizeof *busy);
    for (uint32_t j = 0; j < run->seen; j++)
        for (sim_ns t = run->jobs[j].times[0].ready_ns; t < run->jobs[j].times[0].finish_ns; t++)
            busy[t] = true;
}

START_TEST(all_disciplines_are_busy_at_the_same_instants)
{
    static bool fifo[SPAN], other[SPAN];
    for (uint32_t i = 0; i < 40; i++) {
        some_world(DISCIPLINE_FIFO);
        groups[FOG].servers = 1;
        groups[FOG].queue_limit = QUEUE_INFINITE;
        note_busy(run_of(compute_service), fifo);
        for (int d = DISCIPLINE_FIFO + 1; d < DISCIPLINE_COUNT; d++) {
            groups[FOG].discipline = (enum discipline)d;
            struct run *run = run_of(compute_service);
            int         differ = 0;
            note_busy(run, other);
            for (int t = 0; t < SPAN; t++) differ += fifo[t] != other[t];
            ck_assert_msg(differ <= (d == DISCIPLINE_SHARING ? 16 : 0), "discipline %d: %d ns", d,
                          differ);
        }
        arena_rewind(&bed_arena, (struct arena_mark){0});
    }
}
END_TEST

Suite *disciplines_suite(void)
{
    Suite *suite = suite_create("disciplines");
    TCase *tc = new_case(suite, "disciplines");
    tcase_add_test(tc, the_urgent_go_first_and_interrupt_nobody);
    tcase_add_test(tc, the_urgent_interrupt_and_what_was_interrupted_resumes);
    tcase_add_test(tc, of_equals_the_one_begun_last_is_interrupted);
    tcase_add_test(tc, a_full_node_drops_the_urgent_too);
    tcase_add_test(tc, the_earliest_deadline_goes_first_and_none_is_last);
    tcase_add_test(tc, who_shares_a_processor_is_slowed_and_the_rest_is_queueing);
    tcase_add_test(tc, one_job_gets_at_most_one_server_of_a_shared_processor);
    tcase_add_test(tc, shared_processors_agree_with_a_simulator_of_single_ns);
    tcase_add_test(tc, every_discipline_agrees_with_a_simulator_of_single_ns);
    tcase_add_test(tc, all_disciplines_are_busy_at_the_same_instants);
    return suite;
}
