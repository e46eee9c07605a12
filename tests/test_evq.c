// tests/test_evq.c: the event list gives back what it was given, in (at, key) order.
#include <check.h>
#include <stdlib.h>

#include "base/rng.h"
#include "sim/evq.h"

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
    tcase_add_test_raise_signal(tc, a_push_before_now_is_refused_by_an_assert, 6); // SIGABRT
    suite_add_tcase(suite, tc);
    return suite;
}
