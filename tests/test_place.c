// tests/test_place.c: where nodes are: tracks by hand, and what every random way must be.
#include <check.h>
#include <math.h>
#include <string.h>

#include "sim/place.h"

Suite *place_suite(void);

static struct arena arena;

static void teardown(void)
{
    arena_free(&arena);
}

static struct track_point corner[] = {{200, 0, 0}, {1000, 8, 0}, {3000, 8, 20}};

static void ck_at(const struct track *t, sim_ns at, double x_m, double y_m)
{
    double x, y;
    track_at(t, at, &x, &y);
    ck_assert_double_eq_tol(x, x_m, 1e-12);
    ck_assert_double_eq_tol(y, y_m, 1e-12);
}

// From (0, 0) at 200 to (8, 0) at 1000 (1 m in 100 ns), then 20 m up by 3000 (1 m in 100 ns).
START_TEST(between_two_points_a_node_goes_in_a_straight_line)
{
    struct track t = {corner, 3, NS_END};
    ck_at(&t, 0, 0, 0); // stands still before the first
    ck_at(&t, 200, 0, 0);
    ck_at(&t, 600, 4, 0);
    ck_at(&t, 1000, 8, 0);
    ck_at(&t, 1700, 8, 7);
    ck_at(&t, 3000, 8, 20);
    ck_at(&t, NS_END, 8, 20); // and at the end
}
END_TEST

START_TEST(a_periodic_track_begins_again)
{
    struct track t = {corner, 3, 4000};
    ck_at(&t, 3999, 8, 20);
    ck_at(&t, 4000, 0, 0);
    ck_at(&t, 4600, 4, 0);
    ck_at(&t, 41700, 8, 7);
}
END_TEST

// Still until 200 and from 3000 on; with a period of 4000 it may jump at 4000.
START_TEST(a_track_says_until_when_its_node_stands_still)
{
    struct track t = {corner, 3, NS_END};
    ck_assert_int_eq(track_still_until(&t, 50), 200);
    ck_assert_int_eq(track_still_until(&t, 200), 200);
    ck_assert_int_eq(track_still_until(&t, 1500), 1500);
    ck_assert_int_eq(track_still_until(&t, 3000), NS_END);
    t.period = 4000;
    ck_assert_int_eq(track_still_until(&t, 3500), 3999);
    ck_assert_int_eq(track_still_until(&t, 8050), 8200);
    struct track_point rest[] = {{0, 1, 1}, {500, 1, 1}, {600, 2, 1}};
    struct track       pause = {rest, 3, NS_END}, fixed = {rest, 1, NS_END};
    ck_assert_int_eq(track_still_until(&pause, 100), 500);
    ck_assert_int_eq(track_still_until(&fixed, 100), NS_END);
}
END_TEST

// ---- a net of two users and one fog node --------------------------------------------------------

static struct protocol   protocol = {.name = "plain", .encoding = 1, .segment_bytes = 1};
static struct node_group groups[2];
static struct link_spec  links[4];
static struct net        net;

static void setup(void)
{
    arena = (struct arena){0};
    memset(groups, 0, sizeof groups);
    groups[0].count = 2, groups[1].count = 1, groups[1].role = ROLE_FOG;
    for (int l = 0; l < 4; l++) links[l] = (struct link_spec){1e9, 0, &protocol};
    net = (struct net){.group_count = 2, .groups = groups, .links = links};
    net_finish(&net, &arena);
}

static struct waypoints area = {10, 20, 300, 200, 0.5, 2, 30, 3600};

static void roam(void)
{
    groups[0].mobility = PLACE_WAYPOINTS;
    groups[0].waypoints = area;
}

// The fog at (3, 4), user 1 at (0, 0) then (8, 0): 5 m, then sqrt(25 + 16).
START_TEST(a_distance_is_that_of_the_instant)
{
    struct track_point fog_point = {0, 3, 4}, home = {0, 1, 1};
    struct track       tracks[] = {{&home, 1, NS_END}, {corner, 3, NS_END}};
    struct track       fog = {&fog_point, 1, NS_END};
    double             d = -1;
    ck_assert(!net_distance_m(&net, 1, 2, 0, &d));
    groups[0].mobility = groups[1].mobility = PLACE_FIXED;
    groups[0].tracks = tracks;
    ck_assert(!net_distance_m(&net, 1, 2, 0, &d)); // the other end has none
    groups[1].tracks = &fog;
    ck_assert(net_distance_m(&net, 1, 2, 0, &d));
    ck_assert_double_eq_tol(d, 5, 1e-12);
    ck_assert(net_distance_m(&net, 2, 1, 1000, &d));
    ck_assert_double_eq_tol(d, sqrt(41), 1e-12);
    ck_assert(net_distance_m(&net, 0, 2, 1000, &d));
    ck_assert_double_eq_tol(d, sqrt(13), 1e-12);
}
END_TEST

static void ck_leg(const struct track_point *p, const struct track_point *q)
{
    double m = hypot(q->x_m - p->x_m, q->y_m - p->y_m), s = s_from_ns(q->at - p->at);
    ck_assert_int_gt(q->at, p->at);
    if (m > 0)
        ck_assert(m / s > 0.5 - 1e-6 && m / s < 2 + 1e-6);
    else
        ck_assert_double_eq_tol(s, 30, 1e-9);
    ck_assert(q->x_m >= 10 && q->x_m < 310 && q->y_m >= 20 && q->y_m < 220);
}

// Pause and leg take turns, so points are odd in number; the last leg starts after the horizon.
START_TEST(a_random_way_is_closed_and_keeps_to_its_area_and_speeds)
{
    roam();
    net_move(&net, &arena, 1, 0);
    for (uint32_t node = 0; node < 2; node++) {
        const struct track *t = net_track(&net, node);
        ck_assert_uint_gt(t->count, 10); // a leg takes at most 361 m / 0.5 m/s + 30 s < 760 s
        ck_assert_uint_eq(t->count % 2, 1);
        for (uint32_t i = 0; i + 1 < t->count; i++) ck_leg(&t->points[i], &t->points[i + 1]);
        const struct track_point *last = &t->points[t->count - 1];
        ck_assert_int_eq(t->points[0].at, 0);
        ck_assert_double_eq(last->x_m, t->points[0].x_m);
        ck_assert_double_eq(last->y_m, t->points[0].y_m);
        ck_assert_int_eq(t->period, last->at);
        ck_assert_int_ge(t->points[t->count - 3].at, 3600 * (sim_ns)NS_PER_S);
        ck_assert_int_lt(t->points[t->count - 5].at, 3600 * (sim_ns)NS_PER_S);
    }
}
END_TEST

static double first_x(uint64_t seed, uint32_t replication, uint32_t node)
{
    struct net copy = net;
    net_move(&copy, &arena, seed, replication);
    return net_track(&copy, node)->points[0].x_m;
}

START_TEST(ways_differ_by_node_seed_and_replication_and_by_nothing_else)
{
    roam();
    double x = first_x(1, 0, 0);
    ck_assert_double_eq(first_x(1, 0, 0), x);
    ck_assert_double_ne(first_x(1, 0, 1), x);
    ck_assert_double_ne(first_x(2, 0, 0), x);
    ck_assert_double_ne(first_x(1, 1, 0), x);
    groups[1].count = 1, groups[0].waypoints.pause_s = 0; // another pause: the same points
    ck_assert_double_eq(first_x(1, 0, 0), x);
}
END_TEST

// 2000 first points and targets of an area from 10 to 310: their mean is 160 with a deviation of
// 300 / sqrt(12 x 2000) = 1.94; four of them either side.
START_TEST(targets_are_uniform_over_the_area)
{
    double   sum = 0;
    uint32_t count = 0;
    for (uint64_t i = 0; count < 2000; i++) {
        struct rng         r;
        struct track_point points[400];
        sim_ns             period;
        rng_init(&r, 3, 0, "mobility", i);
        uint32_t n = waypoints_make(&area, &r, NULL, &period);
        ck_assert_uint_lt(n, 400);
        rng_init(&r, 3, 0, "mobility", i);
        ck_assert_uint_eq(waypoints_make(&area, &r, points, &period), n);
        for (uint32_t k = 0; k + 2 < n && count < 2000; k += 2, count++) sum += points[k].x_m;
    }
    ck_assert_double_eq_tol(sum / 2000, 160, 4 * 1.94);
}
END_TEST

START_TEST(moving_leaves_the_net_of_other_runs_alone)
{
    struct net copy = net;
    net_move(&copy, &arena, 1, 0);
    ck_assert_ptr_eq(copy.groups, net.groups); // nobody moves
    roam();
    net_move(&copy, &arena, 1, 0);
    ck_assert_ptr_ne(copy.groups, net.groups);
    ck_assert_ptr_null(net.groups[0].tracks);
    ck_assert_ptr_null(net_track(&net, 0));
    ck_assert_ptr_nonnull(net_track(&copy, 0));
    ck_assert_ptr_null(net_track(&copy, 2));
}
END_TEST

START_TEST(an_area_without_extent_is_one_point)
{
    roam();
    groups[0].waypoints.width_m = groups[0].waypoints.height_m = 0;
    net_move(&net, &arena, 1, 0);
    ck_assert_uint_eq(net_track(&net, 1)->count, 1);
    ck_at(net_track(&net, 1), 12345, 10, 20);
}
END_TEST

Suite *place_suite(void)
{
    Suite *suite = suite_create("place");
    TCase *tc = tcase_create("place");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, between_two_points_a_node_goes_in_a_straight_line);
    tcase_add_test(tc, a_periodic_track_begins_again);
    tcase_add_test(tc, a_track_says_until_when_its_node_stands_still);
    tcase_add_test(tc, a_distance_is_that_of_the_instant);
    tcase_add_test(tc, a_random_way_is_closed_and_keeps_to_its_area_and_speeds);
    tcase_add_test(tc, ways_differ_by_node_seed_and_replication_and_by_nothing_else);
    tcase_add_test(tc, targets_are_uniform_over_the_area);
    tcase_add_test(tc, moving_leaves_the_net_of_other_runs_alone);
    tcase_add_test(tc, an_area_without_extent_is_one_point);
    suite_add_tcase(suite, tc);
    return suite;
}
