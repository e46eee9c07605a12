// tests/test_evq.c: the event set gives back what it was given, in (at, key) order, whatever the
// instants are like: against qsort, a scanned list, and a binary heap (tests/heap.h).
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "tests/heap.h"

Suite *evq_suite(void);

static struct arena arena;
static struct rng   rng;

static void setup(void)
{
    arena = (struct arena){0};
    rng_init(&rng, 11, 0, "test_evq", 0);
}

static void teardown(void)
{
    arena_free(&arena);
}

static int by_at_then_key(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->key > y->key) - (x->key < y->key);
}

static void ck_assert_same_event(struct event got, struct event want)
{
    ck_assert_int_eq(got.at, want.at);
    ck_assert_uint_eq(got.key, want.key);
    ck_assert_uint_eq(got.kind, want.kind);
    ck_assert_uint_eq(got.arg[0], want.arg[0]);
    ck_assert_uint_eq(got.arg[1], want.arg[1]);
}

START_TEST(an_empty_list_gives_nothing_and_leaves_out_alone)
{
    struct evq   q;
    struct event out = {5, 6, 7, {8, 9}};
    evq_init(&q, &arena);
    ck_assert(!evq_pop(&q, &out));
    ck_assert_same_event(out, (struct event){5, 6, 7, {8, 9}});
    evq_push(&q, (struct event){1, 2, 3, {4, 5}});
    ck_assert(evq_pop(&q, &out));
    ck_assert_same_event(out, (struct event){1, 2, 3, {4, 5}});
    ck_assert(!evq_pop(&q, &out));
}
END_TEST

// Sizes from 1 to 4096; instants from so few values that most are equal, or from so many that none
// are. Keys are unique: a random number above, the index below.
START_TEST(pops_come_in_the_order_that_qsort_gives)
{
    const uint32_t count = 1u << _i;
    const uint64_t instants[] = {1, 3, 40, 1ull << 50};
    for (uint32_t round = 0; round < 4; round++) {
        struct evq    q;
        struct event *want = ARENA_ARRAY(&arena, struct event, count), got;
        evq_init(&q, &arena);
        for (uint32_t i = 0; i < count; i++) {
            want[i] = (struct event){(sim_ns)rng_below(&rng, instants[round]),
                                     rng_below(&rng, 8) << 61 | rng_below(&rng, 100) << 32 | i,
                                     (uint32_t)rng_below(&rng, 6),
                                     {i, (uint32_t)rng_below(&rng, 1000)}};
            evq_push(&q, want[i]);
        }
        qsort(want, count, sizeof *want, by_at_then_key);
        for (uint32_t i = 0; i < count; i++) {
            ck_assert(evq_pop(&q, &got));
            ck_assert_same_event(got, want[i]);
        }
        ck_assert(!evq_pop(&q, &got));
    }
}
END_TEST

// Against a list that is scanned: 20 000 steps that push up to three events at or after now (a
// third of them at now itself, with keys below and above those popped) and pop one.
START_TEST(pushes_between_pops_keep_the_order_and_now_never_goes_back)
{
    enum { STEPS = 20000, ROOM = 4 * STEPS };
    struct event *pending = ARENA_ARRAY(&arena, struct event, ROOM), got;
    uint32_t      count = 0, serial = 0, popped = 0;
    sim_ns        now = 0;
    struct evq    q;
    evq_init(&q, &arena);
    for (uint32_t step = 0; step < STEPS; step++) {
        uint64_t pushes = count > 200 ? 0 : rng_below(&rng, 4);
        for (uint64_t i = 0; i < pushes; i++) {
            sim_ns       at = now + (sim_ns)(rng_below(&rng, 3) * rng_below(&rng, 20));
            struct event ev = {at, rng_below(&rng, 1000) << 40 | serial, 1, {serial, ~serial}};
            serial++;
            evq_push(&q, ev);
            pending[count++] = ev;
        }
        ck_assert_uint_eq(evq_pop(&q, &got), count > 0);
        if (!count) continue;
        uint32_t least = 0;
        for (uint32_t i = 1; i < count; i++)
            if (by_at_then_key(&pending[i], &pending[least]) < 0) least = i;
        ck_assert_same_event(got, pending[least]);
        ck_assert_int_ge(got.at, now);
        now = got.at;
        pending[least] = pending[--count];
        popped++;
    }
    ck_assert_uint_eq(popped + count, serial);
    ck_assert_uint_gt(popped, STEPS / 2);
}
END_TEST

// Room for 64 events once made serves any number of them: the arena stands where it stood.
START_TEST(a_steady_list_takes_no_memory)
{
    struct evq   q;
    struct event ev;
    evq_init(&q, &arena);
    for (uint32_t i = 0; i < 64; i++) evq_push(&q, (struct event){i, i, 0, {0, 0}});
    struct arena_mark before = arena_mark(&arena);
    for (uint32_t i = 64; i < 100000; i++) {
        ck_assert(evq_pop(&q, &ev));
        ck_assert_int_eq(ev.at, i - 64);
        evq_push(&q, (struct event){i, i, 0, {0, 0}});
    }
    struct arena_mark after = arena_mark(&arena);
    ck_assert_ptr_eq(before.block, after.block);
    ck_assert_uint_eq(before.used, after.used);
}
END_TEST

// How far ahead of now a push is: one way for each kind of trouble.
enum gaps {
    GAPS_EXPONENTIAL, // mean 1 s
    GAPS_EQUAL,       // all 1 ms: ties everywhere
    GAPS_NONE,        // all at now
    GAPS_SKEWED,      // from 1 ns to a century, log-uniform
    GAPS_BURSTS,      // nine in ten within 100 ns, the rest a day away
    GAPS_BIMODAL,     // 3 ns or 1 h
    GAPS_FAR_FIRST,   // ever shorter: the span sorted first was far too wide
    GAPS_COUNT
};

static sim_ns gap_ns(enum gaps gaps, uint32_t step)
{
    switch (gaps) {
    case GAPS_EXPONENTIAL: return (sim_ns)(-1e9 * log1p(-rng_uniform(&rng)));
    case GAPS_EQUAL: return 1000000;
    case GAPS_NONE: return 0;
    case GAPS_SKEWED: return (sim_ns)pow(2, 61 * rng_uniform(&rng)) % (NS_PER_S * 3155760000);
    case GAPS_BURSTS:
        return (sim_ns)(rng_below(&rng, 10) ? rng_below(&rng, 100) : 86400ull * NS_PER_S);
    case GAPS_BIMODAL: return rng_below(&rng, 2) ? 3 : (sim_ns)3600 * NS_PER_S;
    case GAPS_FAR_FIRST: return (sim_ns)rng_below(&rng, 1 + (1ull << 40) / (1 + step));
    case GAPS_COUNT: break;
    }
    return 0;
}

static struct event random_event(sim_ns now, enum gaps gaps, uint32_t step)
{
    sim_ns at = now > (sim_ns)1 << 60 ? now : now + gap_ns(gaps, step);
    // Few keys: stale events with equal (at, key) are common.
    return (struct event){at, rng_below(&rng, 16) << 60 | rng_below(&rng, 8), 1, {step, ~step}};
}

// Grows to 3000 pending, holds, shrinks to a few and gets many at once, three times over; one look
// in five. Of two with equal (at, key) either may come, so what is compared is (at, key), and at
// the end that every `arg` came.
START_TEST(any_instants_leave_as_from_a_heap)
{
    struct evq   q;
    struct heap  oracle = {.arena = &arena};
    struct event got, want;
    uint64_t     key, pushed = 0, sum = 0;
    sim_ns       now = 0, at;
    evq_init(&q, &arena);
    for (uint32_t step = 0; step < 60000; step++) {
        uint32_t phase = step / 4000 % 5, pushes = phase < 2 ? 2 : phase < 4 ? 1 : 0;
        if (oracle.count > 3000) pushes = 1;
        if (phase == 4 && oracle.count < 6) pushes = 300; // into what few had made a wide span
        for (uint32_t i = 0; i < pushes; i++) {
            struct event ev = random_event(now, (enum gaps)_i, step);
            evq_push(&q, ev);
            heap_push(&oracle, ev);
            pushed += step;
        }
        if (step % 5 == 0) {
            ck_assert_uint_eq(evq_peek(&q, &at, &key), oracle.count > 0);
            if (oracle.count) ck_assert_int_eq(at, oracle.events[0].at);
            if (oracle.count) ck_assert_uint_eq(key, oracle.events[0].key);
        }
        bool is_any = heap_pop(&oracle, &want);
        ck_assert_uint_eq(evq_pop(&q, &got), is_any);
        if (!is_any) continue;
        ck_assert_int_eq(got.at, want.at);
        ck_assert_uint_eq(got.key, want.key);
        ck_assert_uint_eq(got.arg[1], ~got.arg[0]);
        sum += got.arg[0];
        now = got.at;
    }
    for (; heap_pop(&oracle, &want); sum += got.arg[0]) {
        ck_assert(evq_pop(&q, &got));
        ck_assert(got.at == want.at && got.key == want.key);
    }
    ck_assert(!evq_pop(&q, &got));
    ck_assert_uint_eq(sum, pushed);
}
END_TEST

// A look makes the set ready for an event that is a second away; what is pushed before it, and just
// behind it, still comes in order.
START_TEST(what_is_pushed_after_a_look_may_come_before_what_was_seen)
{
    struct evq   q;
    struct event got;
    sim_ns       at;
    uint64_t     key;
    evq_init(&q, &arena);
    evq_push(&q, (struct event){NS_PER_S, 7, 0, {0, 0}});
    ck_assert(evq_peek(&q, &at, &key));
    ck_assert(at == NS_PER_S && key == 7);
    for (uint32_t i = 1000; i-- > 0;) evq_push(&q, (struct event){i, 0, 0, {0, 0}});
    evq_push(&q, (struct event){NS_PER_S, 6, 0, {0, 0}});
    evq_push(&q, (struct event){NS_PER_S + 1, 0, 0, {0, 0}});
    const struct event last[] = {
        {NS_PER_S, 6, 0, {0, 0}}, {NS_PER_S, 7, 0, {0, 0}}, {NS_PER_S + 1, 0, 0, {0, 0}}};
    for (uint32_t i = 0; i < 1003; i++) {
        ck_assert(evq_peek(&q, &at, &key));
        ck_assert(evq_pop(&q, &got));
        ck_assert_int_eq(got.at, i < 1000 ? i : last[i - 1000].at);
        ck_assert_uint_eq(got.key, i < 1000 ? 0 : last[i - 1000].key);
        ck_assert(at == got.at && key == got.key);
    }
    ck_assert(!evq_peek(&q, &at, &key));
}
END_TEST

START_TEST(the_first_and_the_last_instant_of_the_clock_are_in_range)
{
    struct evq   q;
    struct event got;
    evq_init(&q, &arena);
    const sim_ns at[] = {0, 1, 63, 64, NS_END, 2 * NS_END, INT64_MAX - 1, INT64_MAX};
    for (uint32_t i = 8; i-- > 0;) evq_push(&q, (struct event){at[i], UINT64_MAX, 0, {i, 0}});
    for (uint32_t i = 0; i < 8; i++) {
        ck_assert(evq_pop(&q, &got));
        ck_assert_int_eq(got.at, at[i]);
        ck_assert_uint_eq(got.arg[0], i);
    }
    evq_push(&q, (struct event){INT64_MAX, 0, 0, {9, 0}});
    ck_assert(evq_pop(&q, &got) && got.arg[0] == 9);
}
END_TEST

// Two events 34 s apart in one bucket of 69 s make a span of that width; 100 000 that then fall
// into it must not all end in the heap beside the sorted run, whose cost would grow with them.
START_TEST(a_span_that_proves_too_wide_is_made_narrower)
{
    const sim_ns half = 1ll << 35, first = 20 * half;
    struct evq   q;
    struct event got;
    sim_ns       now = first;
    evq_init(&q, &arena);
    evq_push(&q, (struct event){first, 0, 0, {0, 0}});
    evq_push(&q, (struct event){first + half, 0, 0, {0, 0}});
    ck_assert(evq_pop(&q, &got));
    for (uint32_t i = 0; i < 100000; i++) {
        sim_ns at = first + (sim_ns)rng_below(&rng, (uint64_t)half);
        evq_push(&q, (struct event){at, i, 0, {0, 0}});
        ck_assert_uint_le(q.late_count, 100);
    }
    for (uint32_t i = 0; i < 100001; i++, now = got.at) {
        ck_assert(evq_pop(&q, &got));
        ck_assert_int_ge(got.at, now);
    }
    ck_assert_int_eq(got.at, first + half);
    ck_assert(!evq_pop(&q, &got));
}
END_TEST

START_TEST(a_push_before_now_is_refused_by_an_assert)
{
    struct evq   q;
    struct event ev;
    evq_init(&q, &arena);
    evq_push(&q, (struct event){10, 0, 0, {0, 0}});
    ck_assert(evq_pop(&q, &ev));
    evq_push(&q, (struct event){9, 0, 0, {0, 0}});
}
END_TEST

Suite *evq_suite(void)
{
    Suite *suite = suite_create("evq");
    TCase *tc = tcase_create("evq");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, an_empty_list_gives_nothing_and_leaves_out_alone);
    tcase_add_loop_test(tc, pops_come_in_the_order_that_qsort_gives, 0, 13);
    tcase_add_test(tc, pushes_between_pops_keep_the_order_and_now_never_goes_back);
    tcase_add_test(tc, a_steady_list_takes_no_memory);
    tcase_add_loop_test(tc, any_instants_leave_as_from_a_heap, 0, GAPS_COUNT);
    tcase_add_test(tc, what_is_pushed_after_a_look_may_come_before_what_was_seen);
    tcase_add_test(tc, the_first_and_the_last_instant_of_the_clock_are_in_range);
    tcase_add_test(tc, a_span_that_proves_too_wide_is_made_narrower);
    tcase_add_test_raise_signal(tc, a_push_before_now_is_refused_by_an_assert, 6); // SIGABRT
    suite_add_tcase(suite, tc);
    return suite;
}
