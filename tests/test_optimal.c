// tests/test_optimal.c: the optimum against brute force: every assignment of small random instances
// is made into a plan and run by the engine, alone; the least of them is what `optimal` must reach.
//
// Models of 3 to 5 steps: chains, sums and concatenations over earlier layers; 2 to 4 nodes of
// random devices, links, cards and ports.
#include <check.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/optimal/alone.h"
#include "algorithms/common/build.h"
#include "base/rng.h"
#include "sim/engine.h"
#include "tests/fixture.h"

Suite *optimal_suite(void);

enum { MOST_NODES = 4, MOST_STEPS = 6, INSTANCES = 8, LAYERS_TEXT = 4096 };

static struct world        world;
static struct rng          rng;
static struct option_value own[5];

static const struct scheme *optimal(void)
{
    return scheme_find("optimal");
}

static uint32_t below(uint64_t n)
{
    return (uint32_t)rng_below(&rng, n);
}

static double between(double low, double high) // log-uniform
{
    return low * pow(high / low, rng_uniform(&rng));
}

// ---- models -------------------------------------------------------------------------------------

struct text {
    char   chars[LAYERS_TEXT], last[16]; // last: the layer that the next one reads
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->chars + t->length, sizeof t->chars - t->length, format, args);
    va_end(args);
    ck_assert(n > 0 && t->length + (size_t)n < sizeof t->chars);
    t->length += (size_t)n;
}

static void say_conv(struct text *t, uint32_t i)
{
    uint32_t k = 1 + 2 * below(3);
    say(t,
        "%s{\"name\": \"c%u\", \"type\": \"conv\", \"inputs\": [\"%s\"], \"kernel\": [%u, %u], "
        "\"stride\": [1, 1], \"pad\": [%u, %u], \"channels\": 8}",
        i ? ", " : "", i, t->last, k, k, k / 2, k / 2);
    snprintf(t->last, sizeof t->last, "c%u", i);
    if (below(3)) return;
    say(t, ", {\"name\": \"r%u\", \"type\": \"relu\", \"inputs\": [\"c%u\"]}", i, i);
    snprintf(t->last, sizeof t->last, "r%u", i);
}

// Convolutions of equal size, each behind the one before, here and there the sum or concatenation
// with an earlier one; at the end, now and then, fully connected layers and a softmax.
static void random_model(uint32_t steps, bool is_chain)
{
    struct text    t = {.last = "data"};
    const uint32_t fcs = below(3) ? 0 : 1 + below(2), convs = steps - fcs;
    say(&t, "{\"name\": \"tiny\", \"input\": [8, %u, 12], \"layers\": [", 12 + below(20));
    for (uint32_t i = 0; i < convs; i++) {
        say_conv(&t, i);
        if (is_chain || i == 0 || below(2)) continue;
        say(&t, ", {\"name\": \"m%u\", \"type\": \"%s\", \"inputs\": [\"%s\", \"c%u\"]}", i,
            below(2) ? "add" : "concat", t.last, below(i));
        snprintf(t.last, sizeof t.last, "m%u", i);
    }
    for (uint32_t i = 0; i < fcs; i++) {
        say(&t, ", {\"name\": \"f%u\", \"type\": \"fc\", \"inputs\": [\"%s\"], \"units\": %u}", i,
            t.last, 6 + 4 * below(9));
        snprintf(t.last, sizeof t.last, "f%u", i);
    }
    if (below(2))
        say(&t, ", {\"name\": \"p\", \"type\": \"softmax\", \"inputs\": [\"%s\"]}", t.last);
    say(&t, "]}");
    world_load_text(&world, t.chars);
}

// ---- worlds -------------------------------------------------------------------------------------

static void random_devices(void)
{
    for (uint32_t g = 0; g < GROUPS; g++) {
        double speed = between(0.05, g == GROUP_USER ? 0.5 : 5);
        world.devices[g].conv_flop_per_s = 2e9 * speed;
        world.devices[g].fc_bytes_per_s = 1e9 * speed * between(0.5, 2);
        world.devices[g].overhead_s = 1e-5 * below(20);
        world.devices[g].load_bytes_per_s = between(1e7, 1e9);
        world.groups[g].servers = below(4) ? 1 : 2;
        world.groups[g].nic_shared = below(2);
        world.groups[g].nic_bytes_per_s = between(2e7, 5e8);
        world.groups[g].serialisation_ratio = 1 + below(3);
    }
}

static bool are_fair; // all links

static void random_world(uint32_t nodes, uint32_t parts)
{
    random_devices();
    world.protocol.header_bytes = 40 * below(2);
    world.protocol.serialise_s_per_byte = 2e-9 * below(3);
    world.protocol.deserialise_s_per_byte = 3e-9 * below(2);
    for (uint32_t i = 0; i < GROUPS * GROUPS; i++)
        world.links[i] = (struct link_spec){between(1e7, 3e8), 1e-5 * below(30), &world.protocol};
    for (uint32_t i = 0; i < GROUPS * GROUPS; i++) world.links[i].is_fair = are_fair;
    static const enum weights_mode weights[] = {WEIGHTS_RESIDENT, WEIGHTS_PER_TASK,
                                                WEIGHTS_PER_LAYER};
    world.options.weights = weights[below(3)];
    world.limits.theta = below(3) ? 9 : 1;
    world.limits.edge_delay_s = below(2) ? 1e-4 * below(20) : 0;
    world_ready(&world);
    uint32_t first = FIRST_NEAR + below(2); // two near nodes and a far one, or one and two
    for (uint32_t i = 0; i < 3; i++) world.fogs[i] = first + i;
    world.view.fog_count = nodes - 1;
    const double values[] = {3, parts, 1e6, 1e6, 1e6};
    for (uint32_t i = 0; i < optimal()->own_count; i++) own[i].number = values[i];
    world.options.own = own;
}

// ---- the engine ---------------------------------------------------------------------------------

struct solo { // tasks of one user one after the other, nothing else
    const struct plan *plan;
    uint32_t           user;
    sim_ns             latency_ns; // of the last
};

static enum plan_verdict copy_plan(void *ctx, const struct engine *en, const struct job_request *r,
                                   struct plan *out, struct err *e)
{
    (void)en, (void)e;
    const struct plan *p = ((struct solo *)ctx)->plan;
    if (r->user != ((struct solo *)ctx)->user) return PLAN_INFEASIBLE;
    for (uint32_t i = 0; i < p->op_count; i++)
        plan_add(out, p->ops[i], p->deps + p->ops[i].first_dep, p->ops[i].dep_count);
    return PLAN_READY;
}

static bool note_latency(void *ctx, const struct job_record *job, struct err *e)
{
    (void)e;
    if (job->status == JOB_DONE)
        ((struct solo *)ctx)->latency_ns = job->finished_ns - job->arrived_ns;
    return true;
}

static sim_ns engine_ns(const struct plan *p, uint32_t user, uint32_t tasks)
{
    struct arena         a = {0};
    struct solo          solo = {p, user, -1};
    struct engine_config config = {
        .net = &world.net, .arrivals = {.jobs_per_user = tasks, .duration_s = INFINITY}, .seed = 1};
    struct planner       planner = {.ctx = &solo, .plan = copy_plan};
    struct trace_sink    sink = {&solo, note_latency, NULL};
    struct engine       *en;
    struct engine_result result;
    struct err           e = {0};
    bool                 ok = engine_run(&config, &planner, &sink, &a, &en, &result, &e);
    ck_assert_msg(ok, "%s", e.text);
    arena_free(&a);
    return solo.latency_ns;
}

// ---- brute force --------------------------------------------------------------------------------

// The ways to give `parts` parts to the nodes: counted through as numbers to the base parts + 1.
static uint32_t list_ways(uint32_t nodes, uint32_t parts, uint32_t ways[][MOST_NODES])
{
    uint32_t count = 0, all = 1;
    for (uint32_t i = 0; i < nodes; i++) all *= parts + 1;
    for (uint32_t code = 0; code < all; code++) {
        uint32_t rest = code, sum = 0;
        for (uint32_t i = 0; i < nodes; i++, rest /= parts + 1)
            sum += ways[count][i] = rest % (parts + 1);
        count += sum == parts;
    }
    return count;
}

struct brute {
    uint32_t nodes[MOST_NODES], node_count, parts;
    uint32_t ways[64][MOST_NODES], way_count;
    sim_ns   best_ns;
    uint64_t plans;
};

static void assign(const struct brute *b, const uint32_t *way_of, struct assignment *out)
{
    uint32_t *leads = ARENA_ARRAY(&world.arena, uint32_t, world.graph.step_count);
    build_assignment(&world.view, b->node_count, b->nodes, &world.arena, out);
    for (uint32_t s = 0; s < world.graph.step_count; s++) {
        const uint32_t *way = b->ways[way_of[s]];
        uint32_t        given = 0, most = 0;
        for (uint32_t i = 0; i < b->node_count; i++) {
            given += way[i];
            out->cuts[s][i + 1] =
                (int32_t)((uint32_t)step_extent(&world.graph, s, out->axes[s]) * given / b->parts);
            if (way[i] > most) most = way[i], leads[s] = b->nodes[i];
        }
    }
    out->leads = leads;
}

static bool is_allowed(const struct brute *b, const uint32_t *way_of)
{
    uint32_t fogs = 0;
    for (uint32_t i = 1; i < b->node_count; i++) {
        bool used = false;
        for (uint32_t s = 0; s < world.graph.step_count; s++) used |= b->ways[way_of[s]][i] > 0;
        fogs += used;
    }
    return fogs <= world.limits.theta;
}

static void try(struct brute *b, const uint32_t *way_of)
{
    struct arena_mark mark = arena_mark(&world.arena);
    struct assignment as;
    struct plan       plan = {.arena = &world.arena};
    struct task       t = {0, 0};
    assign(b, way_of, &as);
    build_plan(&world.view, &t, &as, &world.arena, &plan, NULL);
    sim_ns span = engine_ns(&plan, 0, 1);
    // The timing that the search trusts is the engine's, to the ns, of every plan; but that the
    // ends of flows are rounded.
    sim_ns alone = alone_plan_ns(&world.net, &plan, &world.arena, NULL);
    ck_assert_int_le(llabs(alone - span), are_fair ? plan.op_count : 0);
    if (b->best_ns < 0 || span < b->best_ns) b->best_ns = span;
    b->plans++;
    arena_rewind(&world.arena, mark);
}

static sim_ns brute_force(uint32_t node_count, uint32_t parts)
{
    struct brute b = {.node_count = node_count, .parts = parts, .best_ns = -1};
    uint32_t     way_of[MOST_STEPS] = {0}, steps = world.graph.step_count;
    ck_assert_uint_le(steps, MOST_STEPS);
    for (uint32_t i = 1; i < node_count; i++) b.nodes[i] = world.fogs[i - 1];
    b.way_count = list_ways(node_count, parts, b.ways);
    world.options.granularity = GRANULARITY_TASK;
    for (uint32_t s = 0; s < steps;) { // an odometer
        if (is_allowed(&b, way_of)) try(&b, way_of);
        for (s = 0; s < steps && ++way_of[s] == b.way_count; s++) way_of[s] = 0;
    }
    ck_assert_uint_gt(b.plans, 1);
    return b.best_ns;
}

// ---- the scheme ---------------------------------------------------------------------------------

struct metrics {
    double latency_s, bound_s, gap, limited, solutions, programs;
};

static bool note_metric(void *ctx, const char *name, double value, struct err *e)
{
    (void)e;
    struct metrics *m = ctx;
    if (!strcmp(name, "optimal_latency_s")) m->latency_s = value;
    if (!strcmp(name, "optimal_bound_s")) m->bound_s = value;
    if (!strcmp(name, "optimal_gap")) m->gap = value;
    if (!strcmp(name, "optimal_limited")) m->limited = value;
    if (!strcmp(name, "optimal_solutions")) m->solutions = value;
    if (!strcmp(name, "optimal_programs")) m->programs = value;
    return true;
}

static void begin(void)
{
    struct err e = {0};
    void      *state;
    ck_assert(optimal()->begin(&world.view, 1, &world.arena, &state, &e));
    world.view.state = state;
}

static struct metrics end(void)
{
    struct metrics     m;
    struct err         e = {0};
    struct metric_sink sink = {&m, note_metric};
    ck_assert(optimal()->report(&world.view, 1, &sink, &e));
    optimal()->end(world.view.state);
    return m;
}

static struct plan plan_of(uint32_t user, enum plan_verdict want)
{
    struct plan       plan = {.arena = &world.arena};
    struct task       t = {0, user};
    struct err        e = {0};
    enum plan_verdict verdict =
        optimal()->plan(&world.view, NULL, &t, &world.arena, &plan, NULL, &e);
    ck_assert_int_eq(verdict, want);
    return plan;
}

static bool uses(const struct plan *p, uint32_t node)
{
    for (uint32_t i = 0; i < p->op_count; i++)
        if (p->ops[i].from == node || p->ops[i].to == node) return true;
    return false;
}

static void check(uint32_t steps, uint32_t nodes, uint32_t parts, bool is_chain, const char *what,
                  int loop, uint32_t instance)
{
    random_model(steps, is_chain);
    random_world(nodes, parts);
    begin();
    struct plan    plan = plan_of(0, PLAN_READY);
    sim_ns         have = engine_ns(&plan, 0, 1);
    struct metrics m = end();
    sim_ns         best = brute_force(nodes, parts);
    double         slack_ns = are_fair ? 2.0 * plan.op_count : 1;
    ck_assert_msg(have >= best && (double)have <= (double)best * (1 + 1e-6) + slack_ns,
                  "%s %d.%u: %u steps on %u nodes: brute force %lld, optimal %lld", what, loop,
                  instance, steps, nodes, (long long)best, (long long)have);
    ck_assert_msg(m.limited == 0 && m.gap == 0 && m.solutions == 1, "%s: gap %g", what, m.gap);
    ck_assert_double_eq_tol(m.latency_s, (double)have / NS_PER_S,
                            are_fair ? slack_ns * 1e-9 : 1e-15);
    world_free(&world);
}

START_TEST(whole_steps_of_chains_are_placed_as_well_as_by_brute_force)
{
    for (uint32_t i = 0; i < INSTANCES; i++) {
        rng_init(&rng, 5, (uint32_t)_i, "chains", i);
        check(3 + below(3), 2 + below(3), 1, true, "chain", _i, i);
    }
}
END_TEST

START_TEST(whole_steps_of_graphs_are_placed_as_well_as_by_brute_force)
{
    for (uint32_t i = 0; i < INSTANCES; i++) {
        rng_init(&rng, 6, (uint32_t)_i, "graphs", i);
        check(3 + below(3), 2 + below(3), 1, false, "graph", _i, i);
    }
}
END_TEST

START_TEST(halves_of_steps_are_placed_as_well_as_by_brute_force)
{
    for (uint32_t i = 0; i < INSTANCES / 2; i++) {
        rng_init(&rng, 7, (uint32_t)_i, "halves", i);
        check(3 + below(2), 2 + below(2), 2, i % 2, "halves", _i, i);
    }
}
END_TEST

START_TEST(thirds_of_steps_are_placed_as_well_as_by_brute_force)
{
    rng_init(&rng, 8, (uint32_t)_i, "thirds", 0);
    check(3, 2 + below(2), 3, _i % 2, "thirds", _i, 0);
}
END_TEST

// No two messages of a chain of whole steps are under way at once.
START_TEST(chains_are_placed_as_well_over_links_that_are_shared)
{
    are_fair = true;
    for (uint32_t i = 0; i < INSTANCES; i++) {
        rng_init(&rng, 9, (uint32_t)_i, "fair", i);
        check(3 + below(3), 2 + below(3), 1, true, "fair", _i, i);
    }
    are_fair = false;
}
END_TEST

// From its second task on a user finds the weights where they were.
START_TEST(cached_weights_count_as_held)
{
    for (uint32_t i = 0; i < INSTANCES; i++) {
        rng_init(&rng, 10, (uint32_t)_i, "cached", i);
        random_model(3 + below(3), true);
        random_world(2 + below(3), 1);
        world.options.weights = WEIGHTS_CACHED;
        view_prepare(&world.view, &world.arena);
        begin();
        struct plan    plan = plan_of(0, PLAN_READY);
        struct metrics m = end();
        ck_assert_double_eq_tol(m.latency_s, (double)engine_ns(&plan, 0, 2) / NS_PER_S, 1e-15);
        world_free(&world);
    }
}
END_TEST

// ---- effort -------------------------------------------------------------------------------------

// With one program at most the best so far is planned, and the bound holds below the optimum.
START_TEST(what_the_effort_ends_has_a_bound_and_a_gap)
{
    uint32_t limited = 0;
    for (uint32_t i = 0; i < 4 * INSTANCES; i++) {
        rng_init(&rng, 11, 0, "effort", i);
        random_model(3, i % 2);
        random_world(2 + below(2), 1 + i % 2);
        own[3].number = 1;
        begin();
        struct plan    plan = plan_of(0, PLAN_READY);
        sim_ns         have = engine_ns(&plan, 0, 1);
        struct metrics m = end();
        double         best_s = (double)brute_force(1 + world.view.fog_count, 1 + i % 2) / NS_PER_S;
        ck_assert_double_le(m.programs, 1);
        ck_assert_double_le(m.bound_s, best_s * (1 + 1e-6));
        ck_assert_double_eq_tol(m.latency_s, (double)have / NS_PER_S, 1e-15);
        ck_assert_double_eq_tol(m.gap, 1 - m.bound_s / m.latency_s, 1e-12);
        limited += m.limited > 0;
        world_free(&world);
    }
    ck_assert_uint_gt(limited, 0);
}
END_TEST

START_TEST(no_time_gives_the_best_single_choice)
{
    rng_init(&rng, 12, 0, "time", 0);
    random_model(4, true);
    random_world(3, 1);
    own[4].number = 0;
    begin();
    struct plan    plan = plan_of(0, PLAN_READY);
    struct metrics m = end();
    ck_assert_double_eq(m.limited, 1);
    ck_assert_double_eq(m.gap, 1);
    ck_assert_double_eq(m.programs, 0);
    ck_assert_int_gt(engine_ns(&plan, 0, 1), 0);
    world_free(&world);
}
END_TEST

// ---- what is kept -------------------------------------------------------------------------------

static uint32_t cut_off = NO_NODE;

static bool reaches(void *ctx, uint32_t from, uint32_t to)
{
    (void)ctx;
    return from != cut_off && to != cut_off;
}

static bool is_there(void *ctx, uint32_t node)
{
    (void)ctx;
    return node != cut_off;
}

// Near nodes are far quicker than the rest, and each user has one of them: node 3, node 4.
START_TEST(equal_users_share_a_solution_each_on_nodes_of_its_own)
{
    world_load(&world, "alexnet_torchvision");
    world.options.own = own;
    own[0].number = own[1].number = 1;
    own[2].number = own[3].number = own[4].number = 1e6;
    begin();
    struct plan first = plan_of(0, PLAN_READY), second = plan_of(1, PLAN_READY),
                again = plan_of(0, PLAN_READY);
    ck_assert(uses(&first, 3) && !uses(&first, 4));
    ck_assert(uses(&second, 4) && !uses(&second, 3));
    ck_assert_uint_eq(first.op_count, again.op_count);
    ck_assert_int_eq(engine_ns(&first, 0, 1), engine_ns(&second, 1, 1));
    ck_assert_double_eq(end().solutions, 1);
    world_free(&world);
}
END_TEST

START_TEST(who_is_cut_off_is_not_used_and_has_a_solution_apart)
{
    world_load(&world, "alexnet_torchvision");
    world.options.own = own;
    own[0].number = 2, own[1].number = 1;
    own[2].number = own[3].number = own[4].number = 1e6;
    world.groups[GROUP_NEAR].count = 2;
    world.view.is_reachable = reaches;
    world.view.is_up = is_there;
    begin();
    struct plan all = plan_of(0, PLAN_READY);
    uint32_t    used = uses(&all, 3) ? 3 : 4;
    ck_assert(uses(&all, used));
    cut_off = used;
    struct plan rest = plan_of(0, PLAN_READY);
    ck_assert(!uses(&rest, used));
    cut_off = NO_NODE;
    struct plan back = plan_of(0, PLAN_READY);
    ck_assert(uses(&back, used));
    ck_assert_double_eq(end().solutions, 2);
    world_free(&world);
}
END_TEST

// A cloud beyond the nearest nodes is one more: here by far the best.
START_TEST(the_users_cloud_is_among_the_nodes)
{
    world_load(&world, "vgg16");
    world.groups[GROUP_FAR].role = ROLE_CLOUD;
    world.devices[GROUP_FAR].conv_flop_per_s = 1e15;
    world.devices[GROUP_FAR].fc_bytes_per_s = 1e15;
    world.devices[GROUP_FAR].overhead_s = 0;
    world.links[GROUP_USER * GROUPS + GROUP_FAR].latency_s = 0.05;
    for (int cloud = 0; cloud < 2; cloud++) {
        world_ready(&world);
        world.view.clouds = &world.fogs[2];
        world.view.cloud_count = cloud ? 3 : 0;
        world.options.own = own;
        own[0].number = own[1].number = 1;
        own[2].number = own[3].number = own[4].number = 1e6;
        if (!cloud) world.view.fog_count = 2;
        begin();
        struct plan plan = plan_of(1, PLAN_READY);
        ck_assert(uses(&plan, FIRST_FAR + 1) == cloud); // of user 1
        ck_assert(!uses(&plan, FIRST_FAR) && !uses(&plan, FIRST_FAR + 2));
        (void)end();
    }
    world_free(&world);
}
END_TEST

// ---- refused ------------------------------------------------------------------------------------

START_TEST(a_user_that_cannot_hold_the_task_computes_nothing)
{
    world_load(&world, "alexnet_torchvision");
    world.groups[GROUP_USER].memory_bytes = 1e6;
    world_ready(&world);
    world.options.own = own;
    own[0].number = 3, own[1].number = 1;
    own[2].number = own[3].number = own[4].number = 1e6;
    begin();
    struct plan plan = plan_of(0, PLAN_READY);
    for (uint32_t i = 0; i < plan.op_count; i++)
        ck_assert(plan.ops[i].kind != OP_COMPUTE || plan.ops[i].to >= WORLD_USERS);
    (void)end();
    world.groups[GROUP_NEAR].memory_bytes = world.groups[GROUP_FAR].memory_bytes = 1e6;
    world_ready(&world);
    begin();
    (void)plan_of(0, PLAN_INFEASIBLE);
    ck_assert_double_eq(end().solutions, 0);
    world_free(&world);
}
END_TEST

static void ck_claims(const struct scheme *s, const char *want)
{
    struct err e = {0};
    bool       ok = s->claims(&world.view, &e);
    ck_assert_msg(ok == !want && (ok || strstr(e.text, want)), "want \"%s\", have \"%s\"", want,
                  e.text);
}

// AlexNet: 8 steps; the user and 5 fog nodes: 6 choices of a whole step, 21 of two halves.
START_TEST(what_is_too_large_or_varies_is_refused)
{
    world_load(&world, "alexnet_torchvision");
    world.options.own = own;
    own[0].number = 9, own[1].number = 1, own[2].number = 288;
    ck_claims(optimal(), NULL);
    own[2].number = 287;
    ck_claims(optimal(), "8 steps x (6 choices on 6 nodes)^2 = 288: want at most 287 (limit)");
    own[1].number = 2, own[2].number = 3527;
    ck_claims(optimal(), "8 steps x (21 choices on 6 nodes)^2 = 3528");
    own[2].number = 3528;
    ck_claims(optimal(), NULL);
    world.net.routes[GROUP_USER * GROUPS + GROUP_NEAR].is_varying = true;
    ck_claims(optimal(), "links of constant rate");
    world_free(&world);
}
END_TEST

// ---- cloud --------------------------------------------------------------------------------------

static uint32_t cloud_of(uint32_t user, enum plan_verdict want)
{
    struct plan plan = {.arena = &world.arena};
    struct task t = {0, user};
    struct err  e = {0};
    uint32_t    node = NO_NODE;
    ck_assert_int_eq(
        scheme_find("cloud")->plan(&world.view, NULL, &t, &world.arena, &plan, NULL, &e), want);
    for (uint32_t i = 0; i < plan.op_count; i++) {
        if (plan.ops[i].kind != OP_COMPUTE) continue;
        ck_assert(node == NO_NODE || node == plan.ops[i].to);
        node = plan.ops[i].to;
    }
    return node;
}

// Users 0 to 2, clouds 5 and 6: in turn, and the other one where one's own is down.
START_TEST(cloud_sends_every_task_to_the_users_cloud)
{
    world_load(&world, "nin_cifar10");
    world.options.granularity = GRANULARITY_TASK;
    world_ready(&world);
    ck_claims(scheme_find("cloud"), "want a node of the kind \"cloud\", have none");
    world.view.clouds = &world.fogs[2];
    world.view.cloud_count = 2;
    world.view.is_reachable = reaches;
    world.view.is_up = is_there;
    ck_claims(scheme_find("cloud"), NULL);
    for (uint32_t u = 0; u < 3; u++) ck_assert_uint_eq(cloud_of(u, PLAN_READY), 5 + u % 2);
    cut_off = 6;
    for (uint32_t u = 0; u < 3; u++) ck_assert_uint_eq(cloud_of(u, PLAN_READY), 5);
    world.view.cloud_count = 1;
    cut_off = 5;
    (void)cloud_of(0, PLAN_INFEASIBLE); // not the user
    cut_off = NO_NODE;
    world.groups[GROUP_FAR].memory_bytes = 1000;
    world_ready(&world);
    world.view.clouds = &world.fogs[2];
    world.view.cloud_count = 2;
    ck_claims(scheme_find("cloud"), "memory");
    world_free(&world);
}
END_TEST

Suite *optimal_suite(void)
{
    Suite *suite = suite_create("optimal");
    TCase *tc = tcase_create("optimal");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, whole_steps_of_chains_are_placed_as_well_as_by_brute_force, 0, 10);
    tcase_add_loop_test(tc, whole_steps_of_graphs_are_placed_as_well_as_by_brute_force, 0, 10);
    tcase_add_loop_test(tc, halves_of_steps_are_placed_as_well_as_by_brute_force, 0, 10);
    tcase_add_loop_test(tc, thirds_of_steps_are_placed_as_well_as_by_brute_force, 0, 10);
    tcase_add_loop_test(tc, chains_are_placed_as_well_over_links_that_are_shared, 0, 3);
    tcase_add_loop_test(tc, cached_weights_count_as_held, 0, 3);
    tcase_add_test(tc, what_the_effort_ends_has_a_bound_and_a_gap);
    tcase_add_test(tc, no_time_gives_the_best_single_choice);
    tcase_add_test(tc, equal_users_share_a_solution_each_on_nodes_of_its_own);
    tcase_add_test(tc, who_is_cut_off_is_not_used_and_has_a_solution_apart);
    tcase_add_test(tc, the_users_cloud_is_among_the_nodes);
    tcase_add_test(tc, a_user_that_cannot_hold_the_task_computes_nothing);
    tcase_add_test(tc, what_is_too_large_or_varies_is_refused);
    tcase_add_test(tc, cloud_sends_every_task_to_the_users_cloud);
    suite_add_tcase(suite, tc);
    return suite;
}
