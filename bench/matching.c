// bench/matching.c: how long does DINA-O take for many users and fog nodes, and is its end stable?
//
// Markets, theta 2, one core, welfare guard and moves as by default:
//   cells  fog nodes on a grid, users at random among them, rate by distance (Shannon, alpha 3):
//          candidates are what is near, some 10 to 30 for each user
//   equal  one group of users, one of fog nodes, all candidates of all, `candidates` 16, through
//          algorithms/view.h: ties go to the lowest index, so that all have the same 16
//   all    cells' users and fog nodes, times by distance, every fog node a candidate of every user
// each with tau set and with none. judged: what slow_judge still finds to do, of users at an even
// distance (1 of `every`). Times are
// of the processor: candidates, start and search apart.
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "tests/slow_matching.h"

enum { THETA = 2, MAX_SWEEPS = 1000, JUDGED = 200, EQUAL_CANDIDATES = 16, EQUAL_JUDGED = 8 };

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct size {
    uint32_t users, fogs;
};

// Bytes per second over 20 MHz at d metres: 36 dB at 100 m, cube law.
static double rate_at(double d_m)
{
    return 20e6 * log2(1 + 4e3 * pow(100 / fmax(d_m, 1), 3)) / 8;
}

static void put(struct rng *rng, uint32_t side, double *x_m, double *y_m)
{
    *x_m = rng_uniform(rng) * side * 100;
    *y_m = rng_uniform(rng) * side * 100;
}

// Fog nodes 100 m apart; `reach_m`: INFINITY: all are candidates.
static struct market cells(struct size size, double reach_m, bool has_tau, struct arena *a)
{
    uint32_t       side = (uint32_t)ceil(sqrt(size.fogs)), room = 0, choice_room = 0;
    uint32_t      *first = ARENA_ARRAY(a, uint32_t, size.users + 1), *fogs = NULL;
    struct choice *choices = NULL;
    double        *backlog_s = ARENA_ARRAY(a, double, size.fogs);
    struct rng     rng;
    rng_init(&rng, 1, 0, "cells", size.users);
    for (uint32_t f = 0; f < size.fogs; f++) backlog_s[f] = 0.1 * rng_uniform(&rng);
    for (uint32_t u = 0; u < size.users; u++) {
        double x_m, y_m, work_s = 0.02 + 0.08 * rng_uniform(&rng);
        put(&rng, side, &x_m, &y_m);
        first[u + 1] = first[u];
        for (uint32_t f = 0; f < size.fogs; f++) {
            double d_m = hypot(x_m - 100 * (f % side + 0.5), y_m - 100 * ((double)(f / side) + 0.5));
            if (d_m > reach_m) continue;
            uint32_t pick = first[u + 1]++;
            double   alone_s = work_s * THETA + 1.2e6 / rate_at(d_m);
            fogs = arena_grow(a, fogs, &room, pick + 1, sizeof *fogs);
            choices = arena_grow(a, choices, &choice_room, pick + 1, sizeof *choices);
            fogs[pick] = f;
            choices[pick] = (struct choice){alone_s, work_s, 3 - alone_s};
        }
    }
    return (struct market){.user_count = size.users,
                           .fog_count = size.fogs,
                           .theta = THETA,
                           .quota = UINT32_MAX,
                           .max_sweeps = MAX_SWEEPS,
                           .open_slots = OPEN_MOVE,
                           .guard = true,
                           .has_tau = has_tau,
                           .backlog_s = backlog_s,
                           .first = first,
                           .fogs = fogs,
                           .choices = choices};
}

// Equal users, equal fog nodes 20 ms away, by way of a view.
struct equals {
    struct net            net;
    struct node_group     groups[2];
    struct link_spec      links[4];
    struct protocol       protocol;
    struct probe          probes[4];
    bool                  fits[2];
    struct scheme_options options;
    struct limits         limits;
    struct view           view;
};

static uint32_t *numbers(uint32_t first, uint32_t count, struct arena *a)
{
    uint32_t *out = ARENA_ARRAY(a, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) out[i] = first + i;
    return out;
}

static void set_equals(struct equals *w, struct size size, bool has_tau, struct arena *a)
{
    *w = (struct equals){.protocol = {.name = "bare", .encoding = 1, .segment_bytes = 1448}};
    w->groups[0] = (struct node_group){.role = ROLE_USER, .count = size.users};
    w->groups[1] = (struct node_group){.role = ROLE_FOG, .count = size.fogs};
    for (int i = 0; i < 4; i++) w->links[i] = (struct link_spec){1e7, 1e-3, &w->protocol};
    w->net = (struct net){.group_count = 2, .groups = w->groups, .links = w->links};
    net_finish(&w->net, a);
    w->probes[1] = (struct probe){.transmission_s = 0.02, .execution_s = 0.1};
    w->fits[0] = w->fits[1] = true;
    w->options = (struct scheme_options){.open_slots = OPEN_MOVE, .welfare_guard = true};
    w->limits = (struct limits){.tau_mode = has_tau ? TAU_SET : TAU_OFF,
                                .tau_s = 1000,
                                .theta = THETA,
                                .quota = UINT32_MAX,
                                .candidates = EQUAL_CANDIDATES};
    w->view = (struct view){.net = &w->net,
                            .options = &w->options,
                            .limits = &w->limits,
                            .users = numbers(0, size.users, a),
                            .fogs = numbers(size.users, size.fogs, a),
                            .user_count = size.users,
                            .fog_count = size.fogs,
                            .probes = w->probes,
                            .fits = w->fits};
}

static struct market equal(const struct view *v, struct arena *a)
{
    uint32_t      *first = ARENA_ARRAY(a, uint32_t, v->user_count + 1),
             *nodes = ARENA_ARRAY(a, uint32_t, v->fog_count),
             *fogs = ARENA_ARRAY(a, uint32_t, (size_t)v->user_count * EQUAL_CANDIDATES);
    struct choice *choices =
        ARENA_ARRAY(a, struct choice, (size_t)v->user_count * EQUAL_CANDIDATES);
    for (uint32_t u = 0; u < v->user_count; u++) {
        uint32_t count = view_candidates(v, v->users[u], NULL, a, nodes);
        first[u + 1] = first[u] + count;
        for (uint32_t i = 0; i < count; i++) {
            double alone_s = view_alone_s(v, v->users[u], nodes[i]);
            fogs[first[u] + i] = nodes[i] - v->user_count;
            choices[first[u] + i] = (struct choice){alone_s, alone_s / THETA, 1000 - alone_s};
        }
    }
    return (struct market){.user_count = v->user_count,
                           .fog_count = v->fog_count,
                           .theta = THETA,
                           .quota = UINT32_MAX,
                           .max_sweeps = MAX_SWEEPS,
                           .open_slots = OPEN_MOVE,
                           .guard = true,
                           .has_tau = v->limits->tau_mode != TAU_OFF,
                           .backlog_s = ARENA_ARRAY(a, double, v->fog_count),
                           .first = first,
                           .fogs = fogs,
                           .choices = choices};
}

static void run(const char *name, const struct market *m, double candidates_s, uint32_t judged,
                struct arena *a)
{
    struct matching x;
    struct rng      rng;
    rng_init(&rng, 1, 0, "matching", 0);
    double begin_s = cpu_s();
    matching_start(m, &rng, a, &x);
    double start_s = cpu_s();
    matching_settle(m, &x);
    double    end_s = cpu_s();
    uint32_t *fogs = ARENA_ARRAY(a, uint32_t, (size_t)m->user_count * THETA);
    uint32_t  every = m->user_count > judged ? m->user_count / judged : 1;
    for (uint32_t i = 0; i < m->user_count * THETA; i++)
        fogs[i] = matching_fog(m, &x, i / THETA, i % THETA);
    struct slow_verdict v = slow_judge(m, fogs, 0, every, a);
    printf("%-14s %5u x %4u %7.1f %5s %8.3f %8.3f %8.3f %8.2f %8lu %6lu %10lu %9lu  %s, %lu of %lu "
           "(1 of %u users)\n",
           name, m->user_count, m->fog_count, (double)m->first[m->user_count] / m->user_count,
           m->has_tau ? "set" : "off", candidates_s, start_s - begin_s, end_s - start_s,
           1e6 * (end_s - begin_s) / m->user_count, (unsigned long)x.accepted,
           (unsigned long)x.sweeps, (unsigned long)x.tested, (unsigned long)x.guard_blocked,
           x.settled && !v.acceptable ? "stable" : "NOT stable", (unsigned long)v.acceptable,
           (unsigned long)v.tried, every);
    fflush(stdout);
}

static void run_cells(const char *name, struct size size, double reach_m, bool has_tau)
{
    struct arena  a = {0};
    double        begin_s = cpu_s();
    struct market m = cells(size, reach_m, has_tau, &a);
    run(name, &m, cpu_s() - begin_s, JUDGED, &a);
    arena_free(&a);
}

static void run_equal(struct size size, bool has_tau)
{
    struct arena  a = {0};
    struct equals w;
    set_equals(&w, size, has_tau, &a);
    double        begin_s = cpu_s();
    struct market m = equal(&w.view, &a);
    run("equal", &m, cpu_s() - begin_s, EQUAL_JUDGED, &a);
    arena_free(&a);
}

int main(void)
{
    static const struct size sizes[] = {{1000, 100}, {3000, 300}, {10000, 1000}};
    printf("%-14s %12s %7s %5s %8s %8s %8s %8s %8s %6s %10s %9s  judged\n", "market", "size",
           "choices", "tau", "list s", "start s", "search s", "us/user", "accepted", "sweeps",
           "tested", "blocked");
    for (int tau = 1; tau >= 0; tau--)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            run_cells("cells", sizes[i], 250, tau);
    for (int tau = 1; tau >= 0; tau--)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) run_equal(sizes[i], tau);
    for (int tau = 1; tau >= 0; tau--)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            run_cells("all", sizes[i], INFINITY, tau);
    return 0;
}
