// tests/test_mincut.c: maximum flow and minimum cut: by hand, against all cuts of small networks,
// against the plainest algorithm (Edmonds and Karp, JACM 1972) on larger ones.
#include <assert.h>
#include <check.h>
#include <math.h>

#include "algorithms/cut/mincut.h"
#include "base/rng.h"

Suite *mincut_suite(void);

enum { SMALL = 9, LARGE = 40 };

static struct arena arena;
static double       capacity[LARGE][LARGE]; // summed over parallel links

static void teardown(void)
{
    arena_free(&arena);
}

static void add_all(struct mincut *m, uint32_t n)
{
    mincut_init(m, n, &arena);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n; k++)
            if (capacity[i][k] > 0) mincut_add(m, i, k, capacity[i][k]);
}

static double cut_value(uint32_t n, const bool *side)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n; k++)
            if (side[i] && !side[k] && capacity[i][k] > 0) sum += capacity[i][k];
    return sum;
}

// Source 0, sink n - 1.
static double least_of_all_cuts(uint32_t n)
{
    double least = INFINITY;
    assert(n >= 2 && n <= SMALL);
    for (uint32_t set = 0; set < 1u << (n - 2); set++) {
        bool side[SMALL] = {true};
        for (uint32_t i = 1; i + 1 < n; i++) side[i] = set >> (i - 1) & 1;
        least = fmin(least, cut_value(n, side));
    }
    return least;
}

// Shortest augmenting paths on a matrix; uses it up.
static double edmonds_karp(uint32_t n)
{
    static double left[LARGE][LARGE];
    double        sum = 0;
    assert(n >= 2 && n <= LARGE);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n; k++) left[i][k] = capacity[i][k];
    for (;;) {
        uint32_t before[LARGE], queue[LARGE], head = 0, tail = 1;
        for (uint32_t i = 0; i < n; i++) before[i] = n;
        queue[0] = before[0] = 0;
        for (; head < tail; head++)
            for (uint32_t k = 0; k < n; k++)
                if (left[queue[head]][k] > 0 && before[k] == n)
                    before[k] = queue[head], queue[tail++] = k;
        if (before[n - 1] == n) return sum;
        double flow = INFINITY;
        for (uint32_t k = n - 1; k; k = before[k]) flow = fmin(flow, left[before[k]][k]);
        for (uint32_t k = n - 1; k; k = before[k]) {
            left[before[k]][k] -= flow;
            left[k][before[k]] += flow;
        }
        sum += flow;
    }
}

// Integers, so that sums are exact in any order; or any number.
static void draw_network(struct rng *r, uint32_t n, uint32_t one_in, uint32_t round)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n; k++) {
            bool   there = i != k && rng_below(r, one_in) == 0;
            double value = round % 2 ? (double)rng_below(r, 20) : rng_uniform(r);
            capacity[i][k] = there ? value : 0;
            if (there && round % 3 == 0 && rng_below(r, 8) == 0) capacity[i][k] = INFINITY;
        }
}

START_TEST(no_cut_of_a_small_network_is_smaller)
{
    struct rng r;
    uint32_t   infinite = 0;
    rng_init(&r, 1, 0, "mincut", 0);
    for (uint32_t round = 0; round < 2000; round++) {
        uint32_t      n = 2 + (uint32_t)rng_below(&r, SMALL - 1);
        struct mincut m;
        bool          side[SMALL];
        draw_network(&r, n, 3, round);
        add_all(&m, n);
        double want = least_of_all_cuts(n), flow = mincut_solve(&m, 0, n - 1, side);
        infinite += isinf(want) != 0;
        if (isinf(want)) {
            ck_assert(isinf(flow));
        } else {
            ck_assert_double_eq_tol(flow, want, 1e-12 * (1 + want));
            ck_assert(side[0] && !side[n - 1]);
            ck_assert_double_eq_tol(cut_value(n, side), want, 1e-12 * (1 + want));
        }
        teardown();
    }
    ck_assert_uint_gt(infinite, 20); // both sorts were met
    ck_assert_uint_lt(infinite, 1000);
}
END_TEST

START_TEST(the_flow_is_that_of_the_plainest_algorithm)
{
    struct rng r;
    rng_init(&r, 2, 0, "mincut", 0);
    for (uint32_t round = 0; round < 200; round++) {
        struct mincut m;
        bool          side[LARGE];
        draw_network(&r, LARGE, 10, 1 + 2 * (round % 2)); // finite, and with infinite links
        for (uint32_t i = 0; i < LARGE; i++)              // none of them into the sink
            if (isinf(capacity[i][LARGE - 1])) capacity[i][LARGE - 1] = 5;
        add_all(&m, LARGE);
        double want = edmonds_karp(LARGE);
        ck_assert_double_eq_tol(mincut_solve(&m, 0, LARGE - 1, side), want, 1e-9 * (1 + want));
        ck_assert_double_eq_tol(cut_value(LARGE, side), want, 1e-9 * (1 + want));
        teardown();
    }
}
END_TEST

// By hand: 0 -3-> 1 -2-> 3, 0 -2-> 2 -3-> 3, 1 -1-> 2: flow 5, cut after the source. With 1 -5-> 3
// in place of 2 the flow stays 5; of the two minimum cuts ({0}) is the smaller.
START_TEST(of_minimum_cuts_the_smallest_source_side_is_told)
{
    bool          side[4];
    struct mincut m;
    for (int wide = 0; wide < 2; wide++) {
        mincut_init(&m, 4, &arena);
        mincut_add(&m, 0, 1, 3);
        mincut_add(&m, 0, 2, 2);
        mincut_add(&m, 1, 3, wide ? 5 : 2);
        mincut_add(&m, 2, 3, 3);
        mincut_add(&m, 1, 2, 1);
        ck_assert_double_eq(mincut_solve(&m, 0, 3, side), 5);
        ck_assert(side[0] && !side[1] && !side[2] && !side[3]);
    }
}
END_TEST

START_TEST(parallel_links_add_up_and_nothing_comes_of_none)
{
    bool          side[3];
    struct mincut m;
    mincut_init(&m, 3, &arena);
    ck_assert_double_eq(mincut_solve(&m, 0, 2, side), 0);
    ck_assert(side[0] && !side[1] && !side[2]);
    mincut_init(&m, 3, &arena);
    mincut_add(&m, 0, 2, 0.25);
    mincut_add(&m, 0, 2, 0.5);
    mincut_add(&m, 2, 0, 7);
    mincut_add(&m, 0, 1, INFINITY);
    mincut_add(&m, 1, 2, 1);
    ck_assert_double_eq(mincut_solve(&m, 0, 2, side), 1.75);
    ck_assert(side[0] && side[1] && !side[2]);
}
END_TEST

Suite *mincut_suite(void)
{
    Suite *suite = suite_create("mincut");
    TCase *tc = tcase_create("mincut");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, no_cut_of_a_small_network_is_smaller);
    tcase_add_test(tc, the_flow_is_that_of_the_plainest_algorithm);
    tcase_add_test(tc, of_minimum_cuts_the_smallest_source_side_is_told);
    tcase_add_test(tc, parallel_links_add_up_and_nothing_comes_of_none);
    suite_add_tcase(suite, tc);
    return suite;
}
