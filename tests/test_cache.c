// tests/test_cache.c: the least recently used content goes first, and the bytes add up.
#include <check.h>
#include <math.h>

#include "base/rng.h"
#include "sim/cache.h"

Suite *cache_suite(void);

static struct arena arena;
static struct cache cache;

static void setup(void)
{
    arena = (struct arena){0};
    cache_init(&cache, &arena);
}

static void teardown(void)
{
    arena_free(&arena);
}

static void ck_assert_counts(uint64_t hits, uint64_t loads, uint64_t evictions, double held_bytes,
                             double peak_bytes)
{
    ck_assert_uint_eq(cache.hit_count, hits);
    ck_assert_uint_eq(cache.load_count, loads);
    ck_assert_uint_eq(cache.eviction_count, evictions);
    ck_assert_double_eq(cache.held_bytes, held_bytes);
    ck_assert_double_eq(cache.peak_bytes, peak_bytes);
}

// Room 100: A 40, B 30, C 20 fit (90). A is used again, so D 25 drives B out: A, C, D = 85. E 60
// drives out C (65 + 60 > 100) and A (25 + 60 = 85): D, E.
START_TEST(the_least_recently_used_goes_first)
{
    enum { A = 1, B, C, D, E };
    ck_assert(!cache_use(&cache, A, 40, 100));
    ck_assert(!cache_use(&cache, B, 30, 100));
    ck_assert(!cache_use(&cache, C, 20, 100));
    ck_assert_counts(0, 3, 0, 90, 90);
    ck_assert(cache_use(&cache, A, 40, 100));
    ck_assert(!cache_use(&cache, D, 25, 100));
    ck_assert_counts(1, 4, 1, 85, 90);
    ck_assert(cache_use(&cache, C, 20, 100));
    ck_assert(cache_use(&cache, A, 40, 100));
    ck_assert(cache_use(&cache, D, 25, 100));
    ck_assert(!cache_use(&cache, E, 60, 100));
    ck_assert_counts(4, 5, 3, 85, 90);
    ck_assert(cache_use(&cache, D, 25, 100));
    ck_assert(cache_use(&cache, E, 60, 100));
    ck_assert(!cache_use(&cache, A, 40, 100)); // 85 + 40: D, older than E, goes: 60 + 40 = 100
    ck_assert_counts(6, 6, 4, 100, 100);
    ck_assert(cache_use(&cache, E, 60, 100));
}
END_TEST

START_TEST(what_is_larger_than_the_room_is_not_kept_and_drives_nothing_out)
{
    ck_assert(!cache_use(&cache, 1, 60, 100));
    ck_assert(!cache_use(&cache, 2, 101, 100));
    ck_assert(!cache_use(&cache, 2, 101, 100));
    ck_assert_counts(0, 3, 0, 60, 60);
    ck_assert(cache_use(&cache, 1, 60, 100));
    ck_assert(!cache_use(&cache, 3, 100, 100)); // as large as the room: alone
    ck_assert_counts(1, 4, 1, 100, 100);
}
END_TEST

START_TEST(without_a_limit_all_is_kept_and_without_room_nothing)
{
    for (uint64_t i = 1; i <= 300; i++) ck_assert(!cache_use(&cache, i, 1e9, INFINITY));
    for (uint64_t i = 1; i <= 300; i++) ck_assert(cache_use(&cache, i, 1e9, INFINITY));
    ck_assert_counts(300, 300, 0, 300e9, 300e9);
    cache_init(&cache, &arena);
    for (uint32_t i = 0; i < 3; i++) ck_assert(!cache_use(&cache, 1, 1, 0));
    ck_assert_counts(0, 3, 0, 0, 0);
    ck_assert(!cache_use(&cache, 1, 0, -1));
    ck_assert_counts(0, 4, 0, 0, 0);
}
END_TEST

START_TEST(what_has_no_name_is_loaded_every_time)
{
    ck_assert(!cache_use(&cache, 0, 5, 100));
    ck_assert(!cache_use(&cache, 0, 5, 100));
    ck_assert_counts(0, 2, 0, 0, 0);
}
END_TEST

// Half of a layer, then the whole of it, under one name.
START_TEST(a_content_of_another_size_takes_the_place_of_the_old_one)
{
    ck_assert(!cache_use(&cache, 1, 20, 50));
    ck_assert(!cache_use(&cache, 2, 10, 50));
    ck_assert(!cache_use(&cache, 1, 40, 50));
    ck_assert_counts(0, 3, 0, 50, 50);
    ck_assert(cache_use(&cache, 2, 10, 50));
    ck_assert(cache_use(&cache, 1, 40, 50));
}
END_TEST

START_TEST(a_node_that_failed_loads_everything_again)
{
    ck_assert(!cache_use(&cache, 1, 20, 50));
    ck_assert(!cache_use(&cache, 2, 10, 50));
    cache_drop_all(&cache);
    ck_assert_counts(0, 2, 0, 0, 30);
    ck_assert(!cache_use(&cache, 2, 10, 50));
    ck_assert_counts(0, 3, 0, 10, 30);
}
END_TEST

// Against stamps: each content held has the time of its last use; the oldest of all goes. Sizes are
// fixed by name, in quarters of a byte, whose sums are exact; the room differs from round to round.
START_TEST(random_uses_go_as_a_list_of_stamps_goes)
{
    enum { NAMES = 40 };
    struct rng rng;
    rng_init(&rng, 29, 0, "test_cache", 0);
    for (uint32_t round = 0; round < 20; round++) {
        double   bytes[NAMES + 1], room = 20 + 30.0 * (double)rng_below(&rng, 20), peak = 0;
        uint64_t stamp[NAMES + 1] = {0}, evictions = 0, loads = 0, hits = 0; // stamp 0: not held
        for (uint32_t i = 1; i <= NAMES; i++) bytes[i] = 1 + (double)rng_below(&rng, 90) / 4;
        cache_init(&cache, &arena);
        for (uint64_t now = 1; now <= 3000; now++) {
            uint32_t name = 1 + (uint32_t)(rng_below(&rng, NAMES) * rng_below(&rng, NAMES) / NAMES);
            bool     want = stamp[name] > 0;
            if (rng_below(&rng, 500) == 0) {
                cache_drop_all(&cache);
                for (uint32_t i = 1; i <= NAMES; i++) stamp[i] = 0;
                continue;
            }
            ck_assert_uint_eq(cache_use(&cache, name, bytes[name], room), want);
            hits += want;
            loads += !want;
            if (!want && bytes[name] > room) continue;
            stamp[name] = now;
            for (;;) {
                double   held = 0;
                uint32_t oldest = 0;
                for (uint32_t i = 1; i <= NAMES; i++) {
                    if (!stamp[i]) continue;
                    held += bytes[i];
                    if (!oldest || stamp[i] < stamp[oldest]) oldest = i;
                }
                if (held <= room) {
                    ck_assert_double_eq(cache.held_bytes, held);
                    peak = fmax(peak, held);
                    break;
                }
                stamp[oldest] = 0;
                evictions++;
            }
        }
        ck_assert_uint_eq(cache.hit_count, hits);
        ck_assert_uint_eq(cache.load_count, loads);
        ck_assert_uint_eq(cache.eviction_count, evictions);
        ck_assert_double_eq(cache.peak_bytes, peak);
    }
}
END_TEST

START_TEST(uses_take_no_memory_once_the_contents_have_room)
{
    struct arena_mark before = {0};
    for (uint64_t i = 0; i < 10000; i++) {
        if (i == 200) before = arena_mark(&arena);
        cache_use(&cache, 1 + i % 100, 1, i < 5000 ? 1e9 : 50);
    }
    struct arena_mark after = arena_mark(&arena);
    ck_assert_ptr_eq(before.block, after.block);
    ck_assert_uint_eq(before.used, after.used);
}
END_TEST

Suite *cache_suite(void)
{
    Suite *suite = suite_create("cache");
    TCase *tc = tcase_create("cache");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, the_least_recently_used_goes_first);
    tcase_add_test(tc, what_is_larger_than_the_room_is_not_kept_and_drives_nothing_out);
    tcase_add_test(tc, without_a_limit_all_is_kept_and_without_room_nothing);
    tcase_add_test(tc, what_has_no_name_is_loaded_every_time);
    tcase_add_test(tc, a_content_of_another_size_takes_the_place_of_the_old_one);
    tcase_add_test(tc, a_node_that_failed_loads_everything_again);
    tcase_add_test(tc, random_uses_go_as_a_list_of_stamps_goes);
    tcase_add_test(tc, uses_take_no_memory_once_the_contents_have_room);
    suite_add_tcase(suite, tc);
    return suite;
}
