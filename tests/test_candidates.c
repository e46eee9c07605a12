// tests/test_candidates.c: who may serve, who is nearest, and drawing from them, against the plain
// way: ask of every fog node, sort, list. Worlds are drawn: groups of fog nodes of few different
// times, so that there are ties, over wires or by radio; queues, failures and bounds.
#include <check.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "algorithms/common/draw.h"
#include "algorithms/scheme.h"

Suite *candidates_suite(void);

enum { GROUPS = 7, USER_GROUPS = 2, USERS = 9, FOGS = 300, NODES = USERS + FOGS };

static struct arena        arena;
static struct node_group   groups[GROUPS];
static struct link_spec    links[GROUPS * GROUPS];
static struct probe        probes[GROUPS * GROUPS];
static bool                fits[GROUPS], down[NODES];
static double              backlog_s[NODES];
static uint32_t            users[USERS], fogs[FOGS];
static struct protocol     protocol;
static struct radio        radio;
static struct message_pair messages[2];
static struct limits       limits;
static struct net          net;
static struct view         view;

static double backlog_of(void *ctx, uint32_t node)
{
    (void)ctx;
    return backlog_s[node];
}

static bool is_up(void *ctx, uint32_t node)
{
    (void)ctx;
    return !down[node];
}

// Users in groups of 4 and 5; fog nodes in `fog_groups` groups of any sizes.
static void set_groups(struct rng *r, uint32_t fog_groups)
{
    net = (struct net){.group_count = USER_GROUPS + fog_groups, .groups = groups, .links = links};
    uint32_t left = view.fog_count;
    for (uint32_t g = 0; g < net.group_count; g++) {
        bool     is_user = g < USER_GROUPS;
        uint32_t rest = net.group_count - 1 - g, count = g ? 5 : 4;
        if (!is_user) count = rest ? 1 + (uint32_t)rng_below(r, left - rest) : left;
        if (!is_user) left -= count;
        groups[g] = (struct node_group){.name = "group",
                                        .role = is_user ? ROLE_USER : ROLE_FOG,
                                        .count = count,
                                        .servers = 1,
                                        .queue_limit = QUEUE_INFINITE,
                                        .memory_bytes = INFINITY};
        fits[g] = true;
    }
}

// A point of a square of 3 km for each node; users move where `walks`.
static void place(struct rng *r, bool walks)
{
    for (uint32_t g = 0; g < net.group_count; g++) {
        bool moves = walks && g < USER_GROUPS;
        groups[g].mobility = moves ? PLACE_TRACE : PLACE_FIXED;
        groups[g].tracks = ARENA_ARRAY(&arena, struct track, groups[g].count);
        for (uint32_t i = 0; i < groups[g].count; i++) {
            struct track *t = &groups[g].tracks[i];
            t->count = moves ? 4 : 1;
            t->period = NS_END;
            t->points = ARENA_ARRAY(&arena, struct track_point, 4);
            for (uint32_t k = 0; k < t->count; k++)
                t->points[k] = (struct track_point){k * 3 * (sim_ns)NS_PER_S, 3000 * rng_uniform(r),
                                                    3000 * rng_uniform(r)};
        }
    }
}

static void set_links(bool by_radio)
{
    protocol = (struct protocol){.encoding = 1, .segment_bytes = 1448};
    // SNR = P G / (d^3 N): 0.05 at 1 km, 50 at 100 m.
    radio = (struct radio){.bandwidth_hz = 10e6,
                           .power_w = 0.2,
                           .gain = 5e-5,
                           .path_loss_exponent = 3,
                           .noise_w = 2e-13,
                           .efficiency = 0.6,
                           .rate_max_bytes_per_s = 3e6,
                           .step_ns = 100000000};
    for (uint32_t f = 0; f < net.group_count; f++)
        for (uint32_t t = 0; t < net.group_count; t++) {
            bool is_radio = by_radio && (f < USER_GROUPS) != (t < USER_GROUPS);
            links[f * net.group_count + t] =
                (struct link_spec){.rate_bytes_per_s = 1e6 * (1 + (f + t) % 3),
                                   .latency_s = 1e-3,
                                   .protocol = &protocol,
                                   .radio = is_radio ? &radio : NULL};
        }
}

static void set_bounds(struct rng *r, uint32_t round)
{
    limits = (struct limits){.theta = 3, .quota = UINT32_MAX, .candidates = UINT32_MAX};
    limits.tau_mode = round % 3 ? TAU_SET : TAU_OFF;
    limits.tau_s = 1 + 4 * rng_uniform(r);
    limits.gamma_bytes_per_s = round % 4 == 1 ? 2e5 * rng_uniform(r) : 0;
    if (round % 5) limits.candidates = 1 + (uint32_t)rng_below(r, round % 2 ? 8 : view.fog_count);
    for (uint32_t n = USERS; n < USERS + view.fog_count; n++) {
        down[n] = round % 7 > 3 && rng_below(r, 3) == 0;
        backlog_s[n] = round % 2 ? (double)rng_below(r, 4) : 0;
    }
}

enum way { WIRE, RADIO, WALKING, WAYS };

static void draw_world(struct rng *r, enum way way, uint32_t round)
{
    view = (struct view){.net = &net,
                         .limits = &limits,
                         .probes = probes,
                         .fits = fits,
                         .users = users,
                         .fogs = fogs,
                         .user_count = USERS,
                         .fog_count = 20 + (uint32_t)rng_below(r, 60),
                         .messages = messages,
                         .message_pair_count = 2,
                         .seed = 1,
                         .now = 7 * (sim_ns)NS_PER_S + 123,
                         .backlog_s = backlog_of,
                         .is_up = is_up};
    for (uint32_t i = 0; i < USERS; i++) users[i] = i;
    for (uint32_t i = 0; i < FOGS; i++) fogs[i] = USERS + i;
    set_groups(r, round % 4 < 2 ? 1 : 1 + (uint32_t)rng_below(r, GROUPS - USER_GROUPS));
    if (way != WIRE) place(r, way == WALKING);
    set_links(way != WIRE);
    if (round % 3) radio.rate_max_bytes_per_s = 1.5e5; // reached within 700 m: ties
    net_finish(&net, &arena);
    messages[0] = (struct message_pair){1e5, 2e5}, messages[1] = (struct message_pair){4e4, 1e4};
    for (uint32_t i = 0; i < GROUPS * GROUPS; i++)
        probes[i] = (struct probe){.execution_s = 1 + (double)rng_below(r, 3)};
    fits[USER_GROUPS] = net.group_count == USER_GROUPS + 1 || round % 11 != 3;
    set_bounds(r, round);
}

// ---- the plain way ------------------------------------------------------------------------------

static double alone_s[NODES]; // of the user asked for, by fog node

static bool may_serve(uint32_t user, uint32_t fog)
{
    double tau_s = limits.tau_mode == TAU_OFF ? INFINITY : limits.tau_s;
    return fits[net.group_of[fog]] && !down[fog] &&
           net_rate(&net, user, fog, view.now) >= limits.gamma_bytes_per_s &&
           alone_s[fog] + backlog_s[fog] <= tau_s;
}

// Of equal times: in order from the user's own rank on, which here is its node.
static bool is_before(uint32_t user, uint32_t a, uint32_t b)
{
    double   x = alone_s[a], y = alone_s[b];
    uint32_t begin = user % view.fog_count;
    if (x < y || x > y) return x < y;
    return (a - USERS + view.fog_count - begin) % view.fog_count <
           (b - USERS + view.fog_count - begin) % view.fog_count;
}

static uint32_t plain(uint32_t user, uint32_t *out)
{
    uint32_t all[FOGS], count = 0, kept = 0;
    for (uint32_t f = USERS; f < USERS + view.fog_count; f++)
        alone_s[f] = view_alone_s(&view, user, f);
    for (uint32_t f = USERS; f < USERS + view.fog_count; f++)
        if (may_serve(user, f)) all[count++] = f;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t before = 0;
        for (uint32_t k = 0; k < count; k++) before += k != i && is_before(user, all[k], all[i]);
        if (before < limits.candidates) out[kept++] = all[i];
    }
    return kept;
}

// ---- tests --------------------------------------------------------------------------------------

static void teardown(void)
{
    arena_free(&arena);
}

START_TEST(candidates_are_those_of_asking_everyone)
{
    struct rng r;
    uint32_t   found = 0;
    rng_init(&r, 8, 0, "test_candidates", (uint64_t)_i);
    for (uint32_t round = 0; round < (_i == WALKING ? 100 : 600); round++) {
        uint32_t want[FOGS], have[FOGS], user = (uint32_t)rng_below(&r, USERS);
        double   queues[FOGS];
        draw_world(&r, (enum way)_i, round);
        for (uint32_t f = 0; f < view.fog_count; f++) queues[f] = backlog_s[fogs[f]];
        uint32_t count = plain(user, want);
        for (int known = 0; known < 2; known++) {
            ck_assert_uint_eq(view_candidates(&view, user, known ? queues : NULL, &arena, have),
                              count);
            ck_assert_int_eq(memcmp(have, want, count * sizeof *have), 0);
        }
        for (uint32_t f = USERS; f < USERS + view.fog_count; f++)
            ck_assert(view_is_candidate(&view, user, f, backlog_s[f]) == may_serve(user, f));
        found += count;
        arena_rewind(&arena, (struct arena_mark){0});
    }
    ck_assert_uint_gt(found, 100); // or nothing was compared
}
END_TEST

// All fog nodes alike: every one is a candidate of as many users.
START_TEST(equal_fog_nodes_get_as_many_users)
{
    struct rng r;
    rng_init(&r, 8, 0, "test_candidates", 10);
    draw_world(&r, WIRE, 0);
    view.fog_count = 3;
    set_groups(&r, 1);
    set_links(false);
    net_finish(&net, &arena);
    limits.candidates = 2;
    static const uint32_t by_hand[][2] = {{0, 1}, {1, 2}, {0, 2}}; // of ranks 0, 1 and 2 modulo 3
    uint32_t              out[FOGS];
    for (uint32_t user = 0; user < USERS; user++) { // the second group goes on counting
        ck_assert_uint_eq(view_candidates(&view, user, NULL, &arena, out), 2);
        for (int i = 0; i < 2; i++) ck_assert_uint_eq(out[i], fogs[by_hand[user % 3][i]]);
    }
}
END_TEST

// A world of `count` wired fog nodes of which every `of`-th is up.
static void set_draws(uint32_t count, uint32_t of)
{
    struct rng r;
    rng_init(&r, 8, 0, "test_candidates", 20);
    draw_world(&r, WIRE, 0);
    view.fog_count = count;
    set_groups(&r, 4);
    set_links(false);
    net_finish(&net, &arena);
    for (uint32_t g = 0; g < GROUPS; g++) fits[g] = true;
    limits = (struct limits){
        .tau_mode = TAU_OFF, .theta = 3, .quota = UINT32_MAX, .candidates = UINT32_MAX};
    for (uint32_t n = 0; n < NODES; n++) down[n] = n % of != 0;
}

// As listed: the list's first `theta` after Fisher and Yates by the stream "nodes".
START_TEST(where_all_are_candidates_draws_are_as_from_their_list)
{
    set_draws(200, 1);
    for (uint64_t i = 0; i < 300; i++) {
        struct rng  r;
        uint32_t    list[FOGS], count;
        struct task t = {i, (uint32_t)i % USERS};
        rng_init(&r, view.seed, 0, "nodes", i);
        limits.theta = 1 + (uint32_t)i % 64;
        memcpy(list, fogs, sizeof list);
        const uint32_t *have = draw_nodes(&view, &t, &arena, &count);
        ck_assert_uint_eq(count, limits.theta);
        for (uint32_t k = 0; k < count; k++) {
            uint32_t other = k + (uint32_t)rng_below(&r, 200 - k), node = list[other];
            list[other] = list[k], list[k] = node;
            ck_assert_uint_eq(have[k], node);
        }
        arena_rewind(&arena, arena_mark(&arena));
    }
}
END_TEST

// Every third, so that few are refused; every thirtieth, so that most draws end in a list; every
// hundredth of 300: all 3 are drawn. Chi-square over the nodes, of the first and of the last drawn.
START_TEST(draws_are_uniform_over_the_candidates)
{
    enum { ROUNDS = 6000 };
    static const uint32_t every[] = {1, 3, 30, 100};
    uint32_t              of = every[_i], seen[3][NODES] = {{0}}, alone[NODES] = {0};
    set_draws(FOGS, of);
    uint32_t candidates = 0;
    for (uint32_t n = USERS; n < NODES; n++) candidates += !down[n];
    for (uint64_t i = 0; i < ROUNDS; i++) {
        struct arena_mark mark = arena_mark(&arena);
        struct task       t = {i, 0};
        uint32_t          count, *have = draw_nodes(&view, &t, &arena, &count);
        ck_assert_uint_eq(count, 3);
        ck_assert(have[0] != have[1] && have[1] != have[2] && have[0] != have[2]);
        for (int k = 0; k < 3; k++) seen[k][have[k]]++;
        struct rng r;
        struct urn u;
        rng_init(&r, 1, 0, "put back", i);
        urn_init(&u, &view, 0, &r, &arena);
        for (int k = 0; k < 3; k++) alone[urn_draw(&u)]++; // put back: the same one may come again
        arena_rewind(&arena, mark);
    }
    for (int k = 0; k < 4; k++) {
        double chi2 = 0, want = ROUNDS * (k < 3 ? 1.0 : 3.0) / candidates;
        for (uint32_t n = USERS; n < NODES; n++) {
            uint32_t times = k < 3 ? seen[k][n] : alone[n];
            if (down[n])
                ck_assert_uint_eq(times, 0);
            else
                chi2 += pow(times - want, 2) / want;
        }
        ck_assert_msg(gsl_cdf_chisq_Q(chi2, candidates - 1) > 1e-3, "draw %d: chi2 %g", k, chi2);
    }
}
END_TEST

START_TEST(fewer_candidates_than_wanted_are_all_drawn)
{
    for (uint32_t of = 50; of <= 400; of += 50) {
        uint32_t want = 0, count;
        set_draws(FOGS, of);
        limits.theta = 64;
        for (uint32_t n = USERS; n < NODES; n++) want += !down[n];
        const uint32_t *have = draw_nodes(&view, &(struct task){of, 1}, &arena, &count);
        ck_assert_uint_eq(count, want);
        for (uint32_t i = 0; i < count; i++) {
            ck_assert(!down[have[i]]);
            for (uint32_t k = 0; k < i; k++) ck_assert_uint_ne(have[i], have[k]);
        }
    }
}
END_TEST

Suite *candidates_suite(void)
{
    Suite *s = suite_create("candidates");
    TCase *tc = tcase_create("candidates");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_loop_test(tc, candidates_are_those_of_asking_everyone, 0, WAYS);
    tcase_add_test(tc, equal_fog_nodes_get_as_many_users);
    tcase_add_test(tc, where_all_are_candidates_draws_are_as_from_their_list);
    tcase_add_loop_test(tc, draws_are_uniform_over_the_candidates, 0, 4);
    tcase_add_test(tc, fewer_candidates_than_wanted_are_all_drawn);
    suite_add_tcase(s, tc);
    return s;
}
