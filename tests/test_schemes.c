// tests/test_schemes.c: what every scheme promises, and what each of them does. Nothing to edit
// here when a scheme is added: the contract loops over the table.
#include <check.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "algorithms/common/build.h"
#include "algorithms/common/draw.h"
#include "algorithms/common/partition.h"
#include "tests/fixture.h"

Suite *schemes_suite(void);

static const char *const MODELS[] = {"alexnet_torchvision", "resnet34", "nin_cifar10", "vgg16"};
enum { MODEL_COUNT = sizeof MODELS / sizeof *MODELS, TASKS = 2 };

static struct world world;

static void teardown(void)
{
    world_free(&world);
}

static const struct scheme *scheme(const char *name)
{
    const struct scheme *s = scheme_find(name);
    ck_assert_msg(s != NULL, "no scheme %s", name);
    return s;
}

// ---- the contract

// Said of every failure: which scheme, model and variant.
struct context {
    const struct scheme *s;
    const char          *model;
    uint32_t             variant;
    struct task          task;
};

#define PROMISE(holds, c, what)                                                                    \
    ck_assert_msg(holds, "%s, %s, variant %u, task %u of user %u: %s", (c)->s->name, (c)->model,   \
                  (c)->variant, (uint32_t)(c)->task.number, (c)->task.user, what)

static void check_association(const struct context *c, const struct association *as)
{
    uint32_t of_user[WORLD_NODES] = {0}, of_fog[WORLD_NODES] = {0};
    for (uint32_t i = 0; i < as->match_count; i++) {
        const struct match *m = &as->matches[i], *before = i ? m - 1 : NULL;
        PROMISE(world_is_candidate(&world, m->user, m->fog), c,
                "a match outside of the candidates");
        PROMISE(!before || before->user < m->user ||
                    (before->user == m->user && before->fog < m->fog),
                c, "matches not sorted, or one twice");
        of_user[m->user]++;
        of_fog[m->fog]++;
    }
    for (uint32_t i = 0; i < WORLD_NODES; i++) {
        PROMISE(of_user[i] <= world.limits.theta, c, "more than theta fog nodes");
        PROMISE(of_fog[i] <= world.limits.quota, c, "a quota exceeded");
    }
}

static void check_nodes(const struct context *c, const struct placement *where)
{
    bool used[WORLD_NODES] = {false};
    bool may_share = world.options.local_share && (c->s->options & OPTION_LOCAL_SHARE);
    for (uint32_t i = 0; i < where->count; i++) {
        uint32_t node = where->slices[i].node;
        PROMISE(node == c->task.user || world_is_candidate(&world, c->task.user, node), c,
                "neither the user nor a candidate");
        used[node] = true;
    }
    uint32_t fogs = 0;
    for (uint32_t i = WORLD_USERS; i < WORLD_NODES; i++) fogs += used[i];
    // "at most theta at a time": rand with a node per step has one at a time
    bool one_by_one = c->s->options & OPTION_NODE && world.options.node == DRAW_PER_LAYER;
    PROMISE(fogs <= world.limits.theta || one_by_one, c, "more than theta fog nodes");
    PROMISE(!used[c->task.user] || !fogs || may_share, c, "the user computes a share unasked");
}

// Slices of one step come one after the other, in the order of their ranges.
static void check_cover(const struct context *c, const struct placement *where)
{
    uint32_t i = 0;
    for (uint32_t step = 0; step < world.graph.step_count; step++) {
        PROMISE(i < where->count, c, "a step that nobody computes");
        int32_t         covered = 0;
        uint32_t        seen = 0;
        enum slice_axis axis = where->slices[i].slice.axis;
        for (; i < where->count && where->slices[i].step == step; i++) {
            const struct placed_slice *p = &where->slices[i];
            PROMISE(p->slice.axis == axis, c, "two axes in one step");
            PROMISE(p->slice.begin == covered && p->slice.begin < p->slice.end, c,
                    "a gap, an overlap or an empty slice");
            PROMISE(!(seen & 1u << p->node), c, "a node twice in one step");
            covered = p->slice.end;
            seen |= 1u << p->node;
        }
        const struct layer *head = &world.graph.layers[world.graph.steps[step].chain[0]];
        bool                is_fc = !strcmp(head->kernel->type, "fc");
        struct shape        in = graph_tensor(&world.graph, world.graph.steps[step].input);
        struct shape        out = graph_tensor(&world.graph, world.graph.steps[step].output);
        int32_t want = !is_fc ? out.h : axis == SLICE_OUT ? head->out.c : in.c * in.h * in.w;
        PROMISE(is_fc ? axis != SLICE_ROWS : axis == SLICE_ROWS, c, "an axis of another kind");
        PROMISE(covered == want, c, "a step not covered to its end");
    }
    PROMISE(i == where->count, c, "slices of steps out of order");
}

static bool same_plans(const struct plan *a, const struct plan *b)
{
    if (a->op_count != b->op_count || a->dep_total != b->dep_total ||
        a->stage_count != b->stage_count)
        return false;
    for (uint32_t i = 0; i < a->op_count; i++) {
        const struct op *x = &a->ops[i], *y = &b->ops[i];
        if (x->kind != y->kind || x->stage != y->stage || x->from != y->from || x->to != y->to ||
            x->first_dep != y->first_dep || x->dep_count != y->dep_count ||
            memcmp(&x->seconds, &y->seconds, sizeof x->seconds) ||
            memcmp(&x->bytes, &y->bytes, sizeof x->bytes) ||
            memcmp(&x->memory_bytes, &y->memory_bytes, sizeof x->memory_bytes) ||
            memcmp(x->tag, y->tag, sizeof x->tag))
            return false;
    }
    return !memcmp(a->deps, b->deps, a->dep_total * sizeof *a->deps);
}

static void check_task(const struct context *c, const struct association *as)
{
    struct plan      plan, again;
    struct placement where, where_again;
    world_plan(&world, c->s, as, &c->task, &plan, &where);
    check_nodes(c, &where);
    check_cover(c, &where);
    world_plan(&world, c->s, as, &c->task, &again, &where_again);
    PROMISE(same_plans(&plan, &again), c, "another plan from the same seed");
    for (uint32_t i = 0; i < plan.op_count; i++) {
        const struct op *op = &plan.ops[i];
        PROMISE(op->from == c->task.user || world_is_candidate(&world, c->task.user, op->from), c,
                "an operation on a stranger");
        PROMISE(op->to == c->task.user || world_is_candidate(&world, c->task.user, op->to), c,
                "an operation on a stranger");
    }
}

START_TEST(every_scheme_keeps_the_contract)
{
    const struct scheme *s = scheme_table[_i];
    if (!world_is_enough(s)) return;
    for (uint32_t m = 0; m < MODEL_COUNT; m++) {
        world_load(&world, MODELS[m]);
        for (uint32_t v = 0; v < WORLD_VARIANTS; v++) {
            struct context     c = {s, MODELS[m], v, {0, 0}};
            struct association as, as_again;
            world_vary(&world, v);
            world_associate(&world, s, &as);
            world_associate(&world, s, &as_again);
            check_association(&c, &as);
            PROMISE(as.match_count == as_again.match_count, &c, "another matching, same seed");
            for (uint32_t i = 0; i < as.match_count; i++)
                PROMISE(as.matches[i].user == as_again.matches[i].user &&
                            as.matches[i].fog == as_again.matches[i].fog,
                        &c, "another matching, same seed");
            for (uint32_t t = 0; t < TASKS; t++) {
                c.task = (struct task){t, (t + v) % WORLD_USERS};
                check_task(&c, &as);
            }
        }
        world_free(&world);
    }
}
END_TEST

START_TEST(every_scheme_says_what_it_is)
{
    const struct scheme *s = scheme_table[_i];
    ck_assert(s->name && s->about && s->source && s->plan);
    ck_assert_ptr_eq(scheme_find(s->name), s);
    if (_i) ck_assert_int_lt(strcmp(scheme_table[_i - 1]->name, s->name), 0);
}
END_TEST

static bool never_up(void *ctx, uint32_t node)
{
    (void)ctx;
    return node < WORLD_USERS;
}

static bool only_outwards(void *ctx, uint32_t from, uint32_t to)
{
    (void)ctx;
    return from < WORLD_USERS || to >= WORLD_USERS; // answers do not come back
}

static void take_routes(uint32_t from, uint32_t to)
{
    world.net.routes[from * GROUPS + to].is_reachable = false;
    view_prepare(&world.view, &world.arena);
}

// Why no fog node may serve: after world_ready.
static void shut(int why)
{
    if (why == 3) take_routes(GROUP_USER, GROUP_NEAR), take_routes(GROUP_USER, GROUP_FAR);
    if (why == 4) take_routes(GROUP_NEAR, GROUP_USER), take_routes(GROUP_FAR, GROUP_USER);
    if (why == 5) world.view.is_up = never_up;
    if (why == 6) world.view.is_reachable = only_outwards;
}

enum { WHYS = 7 };

// Every fog node is out of reach: the user computes, and nothing travels.
START_TEST(without_candidates_the_user_computes)
{
    const struct scheme *s = scheme_table[_i];
    if (!world_is_enough(s)) return;
    for (int why = 0; why < WHYS; why++) {
        struct association as;
        struct plan        plan;
        struct placement   where;
        world_load(&world, "nin_cifar10");
        if (why == 0) world.limits.gamma_bytes_per_s = 1e12;
        if (why == 1)
            world.groups[GROUP_NEAR].memory_bytes = world.groups[GROUP_FAR].memory_bytes = 9;
        if (why == 2) world.limits.tau_mode = TAU_SET; // of 0 s
        world_ready(&world);
        shut(why);
        uint32_t out[WORLD_FOGS];
        ck_assert_uint_eq(view_candidates(&world.view, 1, NULL, &world.arena, out), 0);
        ck_assert(!view_is_candidate(&world.view, 1, FIRST_NEAR, 0));
        world_associate(&world, s, &as);
        world_plan(&world, s, &as, &(struct task){5, 1}, &plan, &where);
        for (uint32_t i = 0; i < plan.op_count; i++) {
            ck_assert(plan.ops[i].kind != OP_TRANSFER);
            ck_assert_uint_eq(plan.ops[i].to, 1);
        }
        ck_assert_uint_eq(where.count, world.graph.step_count);
        world_free(&world);
    }
}
END_TEST

// As a fog node fails after the epoch: its matches get nothing.
START_TEST(matches_that_have_failed_since_get_nothing)
{
    for (int why = 5; why < WHYS; why++) {
        struct association as;
        struct plan        plan;
        struct placement   where;
        world_load(&world, "nin_cifar10");
        world_associate(&world, scheme("dina"), &as);
        world_plan(&world, scheme("dina"), &as, &(struct task){5, 1}, &plan, &where);
        ck_assert_uint_ne(where.slices[0].node, 1);
        shut(why);
        world_plan(&world, scheme("dina"), &as, &(struct task){5, 1}, &plan, &where);
        for (uint32_t i = 0; i < where.count; i++) ck_assert_uint_eq(where.slices[i].node, 1);
        world_free(&world);
    }
}
END_TEST

// The user cannot hold the task, and nobody else is there.
START_TEST(what_only_the_unreachable_could_hold_is_infeasible)
{
    const struct scheme *s = scheme_table[_i];
    if (!world_is_enough(s)) return;
    for (int why = 3; why < WHYS; why++) {
        struct association as;
        struct err         e = {0};
        world_load(&world, "nin_cifar10");
        world.groups[GROUP_USER].memory_bytes = 9;
        world_ready(&world);
        shut(why);
        world_associate(&world, s, &as);
        struct plan plan = {.arena = &world.arena};
        ck_assert_int_eq(
            s->plan(&world.view, &as, &(struct task){0, 0}, &world.arena, &plan, NULL, &e),
            PLAN_INFEASIBLE);
        world_free(&world);
    }
}
END_TEST

START_TEST(a_gateway_computes_nothing)
{
    uint32_t out[WORLD_FOGS];
    world_load(&world, "nin_cifar10");
    world.groups[GROUP_FAR].role = ROLE_GATEWAY;
    world_ready(&world);
    ck_assert(world.view.fits[GROUP_NEAR] && !world.view.fits[GROUP_FAR]);
    ck_assert_uint_eq(view_candidates(&world.view, 0, NULL, &world.arena, out), 2);
}
END_TEST

// The way between users and far nodes varies, and is half as fast as when the view was prepared:
// what the view says is of now. By hand: 50e6 to 25e6 bytes per second makes all bytes take another
// 1 / 50e6 s each.
static void slow_down(uint32_t from, uint32_t to)
{
    struct route *r = &world.net.routes[from * GROUPS + to];
    world.links[from * GROUPS + to].rate_bytes_per_s /= 2;
    r->rate_bytes_per_s /= 2;
    for (uint32_t i = 0; i < r->leg_count; i++) r->legs[i].s_per_wire_byte *= 2;
}

START_TEST(where_rates_vary_the_view_is_of_now)
{
    uint32_t out[WORLD_FOGS];
    for (int g = 0; g < 2; g++) {
        world_load(&world, "alexnet_torchvision");
        world.options.granularity = (enum granularity)g;
        world.limits.edge_delay_s = 0.05;
        world_ready(&world);
        double before_s = world_total_s(&world, 0, FIRST_FAR), bytes = 0;
        for (uint32_t s = 0; s < world.graph.step_count; s++)
            bytes += world_tensor_bytes(&world, world.graph.steps[s].input) +
                     world_tensor_bytes(&world, world.graph.steps[s].output);
        if (g == GRANULARITY_TASK)
            bytes =
                world_tensor_bytes(&world, 0) + world_tensor_bytes(&world, world.graph.layer_count);
        world.net.routes[GROUP_USER * GROUPS + GROUP_FAR].is_varying = true;
        world.net.routes[GROUP_FAR * GROUPS + GROUP_USER].is_varying = true;
        view_prepare(&world.view, &world.arena);
        ck_assert_double_eq_tol(view_alone_s(&world.view, 0, FIRST_FAR), before_s, 1e-6);
        slow_down(GROUP_USER, GROUP_FAR), slow_down(GROUP_FAR, GROUP_USER);
        double now_s = before_s + bytes / 50e6;
        ck_assert_double_eq_tol(view_alone_s(&world.view, 0, FIRST_FAR), now_s, 1e-6);
        ck_assert_double_eq_tol(view_utility_user(&world.view, 0, FIRST_FAR, 0.3),
                                1 / (now_s + 0.3), 1e-6);
        world.limits.gamma_bytes_per_s = 25e6 + 1;
        ck_assert_uint_eq(view_candidates(&world.view, 0, NULL, &world.arena, out), 2);
        world.limits.gamma_bytes_per_s = 25e6;
        ck_assert_uint_eq(view_candidates(&world.view, 0, NULL, &world.arena, out), WORLD_FOGS);
        world.limits.tau_mode = TAU_SET;
        world.limits.tau_s = now_s - 1e-5;
        double delay_s = 0.05 * (g == GRANULARITY_LAYER ? world.graph.step_count : 1);
        ck_assert_double_eq_tol(view_utility_fog(&world.view, 0, FIRST_FAR, 0), delay_s - 1e-5,
                                1e-6);
        ck_assert(!view_is_candidate(&world.view, 0, FIRST_FAR, 0));
        ck_assert_uint_eq(view_candidates(&world.view, 0, NULL, &world.arena, out), 2);
        world.limits.tau_s = now_s + 1e-5;
        ck_assert(view_is_candidate(&world.view, 0, FIRST_FAR, 0));
        ck_assert(!view_is_candidate(&world.view, 0, FIRST_FAR, 2e-5));
        ck_assert_uint_eq(view_candidates(&world.view, 0, NULL, &world.arena, out), WORLD_FOGS);
        world_free(&world);
    }
}
END_TEST

// One user group and as many fog groups as nodes, so that every node has a time of its own; few
// values, so that there are ties. Against all pairs: a node stays if fewer than `most` are before
// it, by time and then by index.
START_TEST(the_limit_keeps_the_candidates_of_least_time_alone)
{
    enum { NODES = 60, ALL = NODES + 1 };
    static struct node_group groups[ALL];
    static struct link_spec  links[ALL * ALL];
    static struct probe      probes[ALL * ALL];
    static bool              fits[ALL];
    uint32_t                 fogs[NODES], out[NODES], user = 0;
    struct protocol          protocol = {.encoding = 1, .segment_bytes = 1448};
    struct limits            limits = {.tau_mode = TAU_OFF};
    struct net               net = {.group_count = ALL, .groups = groups, .links = links};
    struct arena             a = {0};
    struct rng               rng;
    rng_init(&rng, 5, 0, "test_schemes", 0);
    for (uint32_t i = 0; i < ALL * ALL; i++) links[i] = (struct link_spec){1e6, 0, &protocol};
    for (uint32_t i = 0; i < ALL; i++)
        groups[i] = (struct node_group){.role = i ? ROLE_FOG : ROLE_USER, .count = 1},
        fits[i] = true;
    for (uint32_t i = 0; i < NODES; i++) fogs[i] = i + 1;
    net_finish(&net, &a);
    struct view v = {.net = &net,
                     .limits = &limits,
                     .probes = probes,
                     .fits = fits,
                     .users = &user,
                     .fogs = fogs,
                     .user_count = 1,
                     .fog_count = NODES};
    for (uint32_t round = 0; round < 300; round++) {
        uint32_t values = round % 3 ? 1 + (uint32_t)rng_below(&rng, 9) : 1000000, next = 0;
        limits.candidates = 1 + (uint32_t)rng_below(&rng, NODES + 2);
        for (uint32_t i = 1; i < ALL; i++)
            probes[i].execution_s = 1 + (double)rng_below(&rng, values);
        uint32_t count = view_candidates(&v, 0, NULL, &a, out);
        for (uint32_t i = 1; i < ALL; i++) {
            uint32_t before = 0;
            for (uint32_t k = 1; k < ALL; k++)
                before += probes[k].execution_s < probes[i].execution_s ||
                          (k < i && !(probes[k].execution_s > probes[i].execution_s));
            if (before >= limits.candidates) continue;
            ck_assert_uint_lt(next, count);
            ck_assert_uint_eq(out[next++], i);
        }
        ck_assert_uint_eq(next, count);
    }
    arena_free(&a);
}
END_TEST

START_TEST(what_nobody_can_hold_is_infeasible)
{
    const struct scheme *s = scheme_table[_i];
    if (!world_is_enough(s)) return;
    struct association as;
    struct err         e = {0};
    world_load(&world, "nin_cifar10");
    for (uint32_t g = 0; g < GROUPS; g++) world.groups[g].memory_bytes = 9;
    world_ready(&world);
    world_associate(&world, s, &as);
    struct plan plan = {.arena = &world.arena};
    ck_assert_int_eq(s->plan(&world.view, &as, &(struct task){0, 0}, &world.arena, &plan, NULL, &e),
                     PLAN_INFEASIBLE);
}
END_TEST

// What a node must hold, by hand: everything resident or loaded per task: all parameters and the
// largest step's input and output; loaded per layer or kept while there is room: the largest sum of
// a step's own. Cached, a task that was there before loads nothing where all of it has room.
START_TEST(a_candidate_has_just_enough_memory)
{
    for (int mode = 0; mode < 4; mode++) {
        world_load(&world, "alexnet_torchvision");
        world.options.weights = (enum weights_mode)mode;
        double all = 0, tensors = 0, together = 0;
        for (uint32_t s = 0; s < world.graph.step_count; s++) {
            const struct step *st = &world.graph.steps[s];
            double             weights = 4 * world_step_params(&world, s);
            double             t =
                world_tensor_bytes(&world, st->input) + world_tensor_bytes(&world, st->output);
            all += weights;
            tensors = fmax(tensors, t);
            together = fmax(together, t + weights);
        }
        bool   one_by_one = mode == WEIGHTS_PER_LAYER || mode == WEIGHTS_CACHED;
        double need = one_by_one ? together : all + tensors;
        world.groups[GROUP_NEAR].memory_bytes = need;
        world.groups[GROUP_FAR].memory_bytes = need - 1;
        world_ready(&world);
        uint32_t out[WORLD_FOGS];
        ck_assert_uint_eq(view_candidates(&world.view, 0, NULL, &world.arena, out), 2);
        ck_assert(out[0] == FIRST_NEAR && out[1] == FIRST_NEAR + 1);
        ck_assert_double_eq_tol(view_probe(&world.view, 0, FIRST_NEAR).loading_s,
                                mode == WEIGHTS_RESIDENT ? 0 : all / 1e9, 1e-9);
        world.groups[GROUP_NEAR].memory_bytes = all + tensors;
        world_ready(&world);
        bool loads = mode == WEIGHTS_PER_LAYER || mode == WEIGHTS_PER_TASK;
        ck_assert_double_eq_tol(view_probe(&world.view, 0, FIRST_NEAR).loading_s,
                                loads ? all / 1e9 : 0, 1e-9);
        world_free(&world);
    }
}
END_TEST

// Gamma and tau are bounds that are met, not passed (facts 2.2: r >= Gamma, T <= tau).
START_TEST(gamma_and_tau_divide_the_candidates)
{
    uint32_t out[WORLD_FOGS];
    world_load(&world, "nin_cifar10");
    world.limits.gamma_bytes_per_s = 50e6; // the far links' rate
    ck_assert_uint_eq(view_candidates(&world.view, 0, NULL, &world.arena, out), WORLD_FOGS);
    world.limits.gamma_bytes_per_s = 50e6 + 1;
    ck_assert_uint_eq(view_candidates(&world.view, 0, NULL, &world.arena, out), 2);
    world.limits.gamma_bytes_per_s = 0;
    world.limits.tau_mode = TAU_SET;
    world.limits.tau_s = world_total_s(&world, 0, FIRST_FAR) + 1e-6;
    ck_assert_uint_eq(view_candidates(&world.view, 0, NULL, &world.arena, out), WORLD_FOGS);
    world.backlog_s[FIRST_FAR + 1] = 1e-3; // the queue counts
    ck_assert_uint_eq(view_candidates(&world.view, 0, NULL, &world.arena, out), WORLD_FOGS - 1);
    world.limits.tau_s = world_total_s(&world, 0, FIRST_FAR) - 1e-6;
    ck_assert_uint_eq(view_candidates(&world.view, 0, NULL, &world.arena, out), 2);
    world.limits.tau_mode =
        TAU_LOCAL; // the user is far slower: all but none of the fogs are better
    ck_assert_double_gt(world_total_s(&world, 0, 0), world_total_s(&world, 0, FIRST_FAR) + 1e-3);
    ck_assert_uint_eq(view_candidates(&world.view, 0, NULL, &world.arena, out), WORLD_FOGS);
}
END_TEST

// (3.1): tau - T_tr - T_exe - mean T_que, without delta; (3.2): 1 / T_fa with it.
START_TEST(utilities_follow_the_thesis)
{
    world_load(&world, "alexnet_torchvision");
    world.limits.tau_mode = TAU_SET;
    world.limits.tau_s = 10;
    world.limits.edge_delay_s = 0.05;
    for (int g = 0; g < 2; g++) {
        world.options.granularity = (enum granularity)g;
        world_ready(&world);
        double total_s = world_total_s(&world, 0, FIRST_FAR);
        double delay_s = 0.05 * (g == GRANULARITY_LAYER ? world.graph.step_count : 1);
        ck_assert_double_eq_tol(view_utility_user(&world.view, 0, FIRST_FAR, 0.3),
                                1 / (total_s + 0.3), 1e-7);
        ck_assert_double_eq_tol(view_utility_fog(&world.view, 0, FIRST_FAR, 0.2),
                                10 - (total_s - delay_s) - 0.2, 1e-7);
    }
}
END_TEST

// ---- DINA-P

static const struct match FOUR_SIX[] = {{0, FIRST_NEAR, 1, 4}, {0, FIRST_FAR, 1, 6}};

static void partition(const struct match *matches, uint32_t count, struct placement *where)
{
    struct plan plan = {.arena = &world.arena};
    *where = (struct placement){.arena = &world.arena};
    ck_assert_int_eq(partition_plan(&world.view, &(struct task){0, 0}, matches, count, &world.arena,
                                    &plan, where),
                     PLAN_READY);
}

static void check_rows(const struct placed_slice *p, uint32_t node, int32_t begin, int32_t end,
                       int32_t input_begin, int32_t input_end)
{
    ck_assert_uint_eq(p->node, node);
    ck_assert_int_eq(p->slice.begin, begin);
    ck_assert_int_eq(p->slice.end, end);
    ck_assert_int_eq(p->input.begin, input_begin);
    ck_assert_int_eq(p->input.end, input_end);
}

// Thesis, Algorithm 1 (facts 2.1): utilities 4.0 and 6.0, input 1x3x224x224, p = 3: slices of
// [1,3,90,224] and [1,3,136,224]. Output cut at floor(0.4 * 224) = 89; input 89 + 1 and 89 - 1.
START_TEST(the_worked_example_of_dina_p_sends_90_and_136_rows)
{
    struct placement where;
    world_load(&world, "vgg16");
    partition(FOUR_SIX, 2, &where);
    check_rows(&where.slices[0], FIRST_NEAR, 0, 89, 0, 90);
    check_rows(&where.slices[1], FIRST_FAR, 89, 224, 88, 224);
    ck_assert_int_eq(where.slices[0].bytes_in, 4LL * 3 * 90 * 224);
    ck_assert_int_eq(where.slices[1].bytes_in, 4LL * 3 * 136 * 224);

    struct assignment as; // and by the shares alone
    uint32_t          nodes[] = {FIRST_NEAR, FIRST_FAR};
    build_shares(&world.view, 2, nodes, (double[]){4, 6}, &world.arena, &as);
    ck_assert_int_eq(as.axes[0], SLICE_ROWS);
    ck_assert_int_eq(as.cuts[0][1], 89);
    ck_assert_int_eq(as.cuts[0][2], 224);
    for (uint32_t s = 0; s < world.graph.step_count; s++) // floor(2 H / 5), in integers
        ck_assert_int_eq(as.cuts[s][1], as.cuts[s][2] * 2 / 5);
}
END_TEST

#define CONV_ALONE(kernel, stride, pad)                                                            \
    "{\"name\": \"conv1\", \"about\": \"-\", \"source\": \"-\", \"input\": [3, 224, 224], "        \
    "\"layers\": [{\"name\": \"conv1\", \"type\": \"conv\", \"inputs\": [\"data\"], \"kernel\": "  \
    "[" kernel ", " kernel "], \"stride\": [" stride ", " stride "], \"pad\": [" pad ", " pad      \
    "], \"channels\": 64, \"bias\": false}]}"

// facts 2.1 item 5, of the convolution alone (behind it both networks pool): ResNet conv1 (112
// rows, cut 44) [0,90) and [85,224); AlexNet conv1 (55 rows, cut 22) [0,93) and [86,224).
START_TEST(strided_first_layers_have_the_slices_of_the_facts)
{
    struct placement where;
    world_load_text(&world, CONV_ALONE("7", "2", "3"));
    partition(FOUR_SIX, 2, &where);
    check_rows(&where.slices[0], FIRST_NEAR, 0, 44, 0, 90);
    check_rows(&where.slices[1], FIRST_FAR, 44, 112, 85, 224);
    world_free(&world);
    world_load_text(&world, CONV_ALONE("11", "4", "2"));
    partition(FOUR_SIX, 2, &where);
    check_rows(&where.slices[0], FIRST_NEAR, 0, 22, 0, 93);
    check_rows(&where.slices[1], FIRST_FAR, 22, 55, 86, 224);
}
END_TEST

// With shares by the user's utility the second weight of FOUR_SIX counts: 1:1.
START_TEST(shares_follow_the_chosen_utility)
{
    struct placement where;
    world_load(&world, "vgg16");
    world.options.shares = SHARE_USER;
    partition(FOUR_SIX, 2, &where);
    ck_assert_int_eq(where.slices[0].slice.end, 112);
}
END_TEST

// facts 2.1 item 9.
START_TEST(nodes_without_positive_utility_get_nothing)
{
    static const double bad[] = {0, -1, -1e-9, -INFINITY};
    world_load(&world, "nin_cifar10");
    for (int shares = 0; shares < 2; shares++)
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            struct match matches[] = {
                {0, FIRST_NEAR, 1, 5}, {0, FIRST_FAR, 1, bad[i]}, {0, FIRST_FAR + 1, 1, 5}};
            struct placement where;
            world.options.shares = (enum share_rule)shares;
            partition(matches, 3, &where);
            ck_assert_uint_eq(where.count, 2 * world.graph.step_count);
            for (uint32_t k = 0; k < where.count; k++)
                ck_assert_uint_ne(where.slices[k].node, FIRST_FAR);

            matches[0].utility_fog = matches[2].utility_fog = bad[i]; // all: the user computes
            partition(matches, 3, &where);
            ck_assert_uint_eq(where.count, world.graph.step_count);
            for (uint32_t k = 0; k < where.count; k++) ck_assert_uint_eq(where.slices[k].node, 0);
        }
}
END_TEST

// The user's own utility (3.1) is tau - T_exe of the whole task at home: with tau 20 s and fog
// nodes of utility x and y it gets u / (x + y + u) of the rows, behind the others.
START_TEST(local_share_adds_the_user_by_its_utility)
{
    struct placement where;
    world_load(&world, "vgg16");
    world.options.local_share = true;
    world.limits.tau_mode = TAU_SET;
    world.limits.tau_s = world_total_s(&world, 0, 0) + 5; // so that its utility is 5
    world.backlog_s[0] = 0;
    partition(FOUR_SIX, 2, &where);
    check_rows(&where.slices[0], FIRST_NEAR, 0, 59, 0, 60);    // floor(4/15 * 224) = floor(59.7)
    check_rows(&where.slices[1], FIRST_FAR, 59, 149, 58, 150); // floor(10/15 * 224) = floor(149.3)
    check_rows(&where.slices[2], 0, 149, 224, 148, 224);
    world.backlog_s[0] = 2.5; // its own queue counts: 2.5 of 12.5
    partition(FOUR_SIX, 2, &where);
    check_rows(&where.slices[2], 0, 179, 224, 178, 224); // floor(10/12.5 * 224) = floor(179.2)
    world.options.local_share = false;
    partition(FOUR_SIX, 2, &where);
    ck_assert_uint_eq(where.slices[2].step, 1);
}
END_TEST

// ---- greedy, rand, local

static uint32_t only_node(const struct placement *where)
{
    for (uint32_t i = 1; i < where->count; i++)
        ck_assert_uint_eq(where->slices[i].node, where->slices[0].node);
    return where->slices[0].node;
}

static bool greedy_down[WORLD_NODES];

static bool is_not_down(void *ctx, uint32_t node)
{
    (void)ctx;
    return !greedy_down[node];
}

// Of those that are up and within tau; WORLD_NODES: none is.
static uint32_t least_total(double tau_s)
{
    uint32_t best = WORLD_NODES;
    for (uint32_t n = FIRST_NEAR; n < WORLD_NODES; n++) {
        double total_s = world_total_s(&world, 0, n) + world.backlog_s[n];
        if (greedy_down[n] || total_s > tau_s) continue;
        if (best == WORLD_NODES ||
            total_s < world_total_s(&world, 0, best) + world.backlog_s[best] - 1e-7)
            best = n;
    }
    return best;
}

// Few backlogs, so that some are equal and the lowest index counts.
START_TEST(greedy_takes_the_node_of_least_total_time)
{
    struct rng rng;
    uint32_t   taken[WORLD_NODES + 1] = {0};
    rng_init(&rng, 30, 0, "test_schemes", 0);
    world_load(&world, "resnet34");
    for (int i = 0; i < 400; i++) {
        world.options.granularity = (enum granularity)(i % 2);
        world.limits.edge_delay_s = i % 3 ? 0.02 : 0;
        world.limits.tau_mode = i % 5 < 2 ? TAU_SET : TAU_OFF;
        for (uint32_t n = 0; n < WORLD_NODES; n++) {
            world.backlog_s[n] = i % 4 ? 0.5 * (double)rng_below(&rng, 4) : 2 * rng_uniform(&rng);
            greedy_down[n] = i % 7 > 4 && rng_below(&rng, 2);
        }
        world_ready(&world);
        world.view.is_up = is_not_down;
        world.limits.tau_s = world_total_s(&world, 0, FIRST_FAR) + 0.75;
        uint32_t         best = least_total(i % 5 < 2 ? world.limits.tau_s : INFINITY);
        struct plan      plan;
        struct placement where;
        world_plan(&world, scheme("greedy"), NULL, &(struct task){(uint64_t)i, 0}, &plan, &where);
        ck_assert_uint_eq(only_node(&where), best == WORLD_NODES ? 0 : best);
        taken[best]++;
    }
    for (uint32_t n = FIRST_NEAR; n <= WORLD_NODES; n++) ck_assert_uint_gt(taken[n], 5);
}
END_TEST

START_TEST(rand_uses_one_node_per_task_and_every_candidate_alike)
{
    enum { ROUNDS = 2000 };
    uint32_t seen[WORLD_NODES] = {0};
    double   chi2 = 0;
    world_load(&world, "nin_cifar10");
    struct arena_mark mark = arena_mark(&world.arena);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct plan      plan;
        struct placement where;
        world_plan(&world, scheme("rand"), NULL, &(struct task){i, i % 3}, &plan, &where);
        seen[only_node(&where)]++;
        arena_rewind(&world.arena, mark);
    }
    for (uint32_t n = FIRST_NEAR; n < WORLD_NODES; n++)
        chi2 += pow(seen[n] - ROUNDS / 5.0, 2) / (ROUNDS / 5.0);
    ck_assert_double_gt(gsl_cdf_chisq_Q(chi2, 4), 1e-3);
}
END_TEST

START_TEST(rand_per_layer_draws_a_node_for_each_step)
{
    uint32_t changes = 0;
    world_load(&world, "vgg16");
    world.options.node = DRAW_PER_LAYER;
    for (uint32_t i = 0; i < 20; i++) {
        struct plan      plan;
        struct placement where;
        world_plan(&world, scheme("rand"), NULL, &(struct task){i, 0}, &plan, &where);
        ck_assert_uint_eq(where.count, world.graph.step_count);
        for (uint32_t k = 1; k < where.count; k++)
            changes += where.slices[k].node != where.slices[k - 1].node;
    }
    // 20 x 15 pairs of neighbours, 4 of 5 differ: mean 240, sd 6.9
    ck_assert_uint_gt(changes, 205);
    ck_assert_uint_lt(changes, 275);
}
END_TEST

START_TEST(local_stays_at_home)
{
    struct plan      plan;
    struct placement where;
    world_load(&world, "resnet34");
    world_plan(&world, scheme("local"), NULL, &(struct task){0, 2}, &plan, &where);
    ck_assert_uint_eq(only_node(&where), 2);
}
END_TEST

// ---- random and randp

static uint32_t nodes_of(const struct placement *where) // a set, as bits
{
    uint32_t set = 0;
    for (uint32_t i = 0; i < where->count; i++) set |= 1u << where->slices[i].node;
    return set;
}

// With cuts of their own for each of ResNet's 36 steps no node is left without a row.
START_TEST(random_uses_exactly_theta_nodes_and_randp_the_same)
{
    world_load(&world, "resnet34");
    world.options.cut = DRAW_PER_LAYER;
    struct arena_mark mark = arena_mark(&world.arena);
    uint32_t          seen[1 << WORLD_NODES] = {0};
    for (uint32_t theta = 1; theta <= 7; theta++)
        for (uint32_t i = 0; i < 200; i++) {
            struct plan      plan;
            struct placement where, where_p;
            struct task      t = {i, i % 3};
            world.limits.theta = theta;
            world_plan(&world, scheme("random"), NULL, &t, &plan, &where);
            world_plan(&world, scheme("randp"), NULL, &t, &plan, &where_p);
            uint32_t nodes = nodes_of(&where);
            ck_assert_int_eq(__builtin_popcount(nodes), theta < 5 ? (int)theta : 5);
            ck_assert_uint_eq(nodes, nodes_of(&where_p));
            seen[nodes] += theta == 2;
            arena_rewind(&world.arena, mark);
        }
    double chi2 = 0; // the 10 pairs of 5 are as likely
    for (uint32_t set = 0; set < 1 << WORLD_NODES; set++)
        if (__builtin_popcount(set) == 2 && !(set & 7)) chi2 += pow(seen[set] - 20.0, 2) / 20;
    ck_assert_double_gt(gsl_cdf_chisq_Q(chi2, 9), 1e-3);
}
END_TEST

START_TEST(rand_draws_the_first_node_of_randp)
{
    world_load(&world, "nin_cifar10");
    world.limits.theta = 1;
    for (uint32_t i = 0; i < 100; i++) {
        struct plan      plan;
        struct placement where, where_p;
        world_plan(&world, scheme("rand"), NULL, &(struct task){i, 0}, &plan, &where);
        world_plan(&world, scheme("randp"), NULL, &(struct task){i, 0}, &plan, &where_p);
        ck_assert_uint_eq(nodes_of(&where), nodes_of(&where_p));
    }
}
END_TEST

// Where the cuts of a step lay: nodes without a slice had an empty one.
static void cuts_of(const struct placement *where, uint32_t step, const uint32_t *nodes,
                    uint32_t count, int32_t *cuts)
{
    cuts[0] = 0;
    for (uint32_t i = 0; i < count; i++) {
        cuts[i + 1] = cuts[i];
        for (uint32_t k = 0; k < where->count; k++)
            if (where->slices[k].step == step && where->slices[k].node == nodes[i])
                cuts[i + 1] = where->slices[k].slice.end;
    }
}

// n - 1 integers uniform in {0, ..., H_o} (design 3): over many tasks every value of AlexNet's
// first step (27 rows: 28 values) and of its third (13: 14) is as frequent; per task and per layer.
START_TEST(random_cuts_are_uniform_on_0_to_H)
{
    enum { ROUNDS = 5000 };
    static const uint32_t steps[] = {0, 2};
    world_load(&world, "alexnet_torchvision");
    struct arena_mark mark = arena_mark(&world.arena);
    world.options.cut = (enum draw)_i;
    world.limits.theta = 3;
    uint32_t seen[2][28] = {{0}};
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct plan      plan;
        struct placement where;
        struct task      t = {i, 0};
        uint32_t         count, *nodes = draw_nodes(&world.view, &t, &world.arena, &count);
        int32_t          cuts[4];
        world_plan(&world, scheme("random"), NULL, &t, &plan, &where);
        for (uint32_t s = 0; s < 2; s++) {
            cuts_of(&where, steps[s], nodes, count, cuts);
            seen[s][cuts[1]]++;
            seen[s][cuts[2]]++;
        }
        arena_rewind(&world.arena, mark);
    }
    for (uint32_t s = 0; s < 2; s++) {
        int    values = s ? 14 : 28;
        double chi2 = 0, want = 2.0 * ROUNDS / values;
        for (int k = 0; k < values; k++) chi2 += pow(seen[s][k] - want, 2) / want;
        ck_assert_msg(gsl_cdf_chisq_Q(chi2, values - 1) > 1e-3, "step %u: chi2 %g", s, chi2);
    }
}
END_TEST

START_TEST(cuts_per_task_are_one_draw_and_per_layer_many)
{
    world_load(&world, "resnet34");
    for (int per_layer = 0; per_layer < 2; per_layer++) {
        uint32_t differ = 0;
        world.options.cut = (enum draw)per_layer;
        for (uint32_t i = 0; i < 20; i++) {
            struct plan      plan;
            struct placement where;
            struct task      t = {i, 0};
            uint32_t         count, *nodes = draw_nodes(&world.view, &t, &world.arena, &count);
            int32_t          cuts[3], first[3];
            world_plan(&world, scheme("random"), NULL, &t, &plan, &where);
            cuts_of(&where, 1, nodes, count, first);
            for (uint32_t s = 2; s < 7; s++) { // the other convs of the first stage, 56 rows each
                cuts_of(&where, s, nodes, count, cuts);
                differ += cuts[1] != first[1];
            }
        }
        if (per_layer)
            ck_assert_uint_gt(differ, 80); // of 100, 56 of 57 differ
        else
            ck_assert_uint_eq(differ, 0);
    }
}
END_TEST

START_TEST(another_seed_or_replication_draws_otherwise)
{
    static const char *const drawing[] = {"random", "randp", "rand"};
    world_load(&world, "alexnet_torchvision");
    for (int s = 0; s < 3; s++) {
        uint32_t same[3] = {0};
        for (uint32_t i = 0; i < 100; i++)
            for (uint32_t change = 0; change < 3; change++) {
                struct plan      plan;
                struct placement where, other;
                world.view.seed = 1, world.view.replication = 0;
                world_plan(&world, scheme(drawing[s]), NULL, &(struct task){i, 0}, &plan, &where);
                world.view.seed = change == 0 ? 2 : 1, world.view.replication = change == 1;
                world_plan(&world, scheme(drawing[s]), NULL,
                           &(struct task){i + (change == 2) * 1000u, 0}, &plan, &other);
                same[change] += nodes_of(&where) == nodes_of(&other);
            }
        // one of 10 pairs, or of 5 nodes, by chance
        for (int change = 0; change < 3; change++) ck_assert_uint_lt(same[change], 40);
    }
}
END_TEST

// ---- dina

// One user: nothing to swap; with open places it ends on the theta nodes that are best for both.
START_TEST(dina_alone_takes_the_best_nodes_and_splits_by_their_utility)
{
    struct association as;
    struct plan        plan;
    struct placement   where;
    world_load(&world, "vgg16");
    world.limits.tau_mode = TAU_SET;
    world.limits.tau_s = 30;
    world.limits.quota = 1;
    world.view.user_count = 1;
    world.backlog_s[FIRST_NEAR] = 0.5;
    world_associate(&world, scheme("dina"), &as);
    ck_assert_uint_eq(as.match_count, 2);
    ck_assert_uint_eq(as.matches[0].fog, FIRST_NEAR);
    ck_assert_uint_eq(as.matches[1].fog, FIRST_NEAR + 1);
    double alone = world_total_s(&world, 0, FIRST_NEAR);
    ck_assert_double_eq_tol(as.matches[0].utility_fog, 30 - alone, 1e-7); // backlog left out
    ck_assert_double_eq_tol(as.matches[0].utility_user, 1 / (alone + 0.5), 1e-7);
    world_plan(&world, scheme("dina"), &as, &(struct task){0, 0}, &plan, &where);
    check_rows(&where.slices[0], FIRST_NEAR, 0, 112, 0, 113); // equal utilities: halves
}
END_TEST

// dina.c: T_que of a user = backlog + half of what the others matched there bring, each its
// execution over its number of nodes. Two users, one near node as the only candidate of both.
START_TEST(dina_counts_half_of_the_others_work)
{
    struct association as;
    world_load(&world, "nin_cifar10");
    world.limits.tau_mode = TAU_SET;
    world.limits.tau_s = 30;
    world.limits.theta = 1;
    world.view.user_count = 2;
    world.view.fog_count = 1;
    world_associate(&world, scheme("dina"), &as);
    ck_assert_uint_eq(as.match_count, 2);
    double alone = world_total_s(&world, 0, FIRST_NEAR), execution = 0;
    for (uint32_t s = 0; s < world.graph.step_count; s++)
        execution += cost_slice_s(&world.costs[GROUP_NEAR], s, step_whole(&world.graph, s)) +
                     cost_merge_s(&world.costs[GROUP_USER], s, step_axis(&world.graph, s));
    for (uint32_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(as.matches[i].user, i);
        ck_assert_double_eq_tol(as.matches[i].utility_user, 1 / (alone + execution / 2), 1e-6);
        ck_assert_double_eq_tol(as.matches[i].utility_fog, 30 - alone - execution / 2, 1e-6);
    }
}
END_TEST

// design 7: with theta = 2 and two fog nodes randp equals dina: the same nodes, the same shares.
START_TEST(with_two_fog_nodes_randp_equals_dina)
{
    world_load(&world, "alexnet_torchvision");
    world.limits.tau_mode = TAU_SET;
    world.limits.tau_s = 30;
    world.view.user_count = 1;
    world.view.fog_count = 2;
    struct association as;
    world_associate(&world, scheme("dina"), &as);
    for (uint32_t i = 0; i < 20; i++) {
        struct plan      plan;
        struct placement a, b;
        int32_t          rows[2][2] = {{0}};
        world_plan(&world, scheme("dina"), &as, &(struct task){i, 0}, &plan, &a);
        world_plan(&world, scheme("randp"), NULL, &(struct task){i, 0}, &plan, &b);
        ck_assert_uint_eq(nodes_of(&a), nodes_of(&b));
        ck_assert_uint_eq(a.count, b.count);
        for (int k = 0; k < 2; k++) {
            rows[0][k] = a.slices[k].slice.end - a.slices[k].slice.begin;
            rows[1][k] = b.slices[k].slice.end - b.slices[k].slice.begin;
        }
        ck_assert_int_eq(rows[0][0], rows[1][0]); // 27 rows: 13 and 14 in whichever order
    }
}
END_TEST

Suite *schemes_suite(void)
{
    Suite *s = suite_create("schemes");
    TCase *tc = tcase_create("schemes");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, every_scheme_keeps_the_contract, 0, (int)scheme_count);
    tcase_add_loop_test(tc, every_scheme_says_what_it_is, 0, (int)scheme_count);
    tcase_add_loop_test(tc, without_candidates_the_user_computes, 0, (int)scheme_count);
    tcase_add_loop_test(tc, what_nobody_can_hold_is_infeasible, 0, (int)scheme_count);
    tcase_add_loop_test(tc, what_only_the_unreachable_could_hold_is_infeasible, 0,
                        (int)scheme_count);
    tcase_add_test(tc, matches_that_have_failed_since_get_nothing);
    tcase_add_test(tc, a_gateway_computes_nothing);
    tcase_add_test(tc, where_rates_vary_the_view_is_of_now);
    tcase_add_test(tc, the_limit_keeps_the_candidates_of_least_time_alone);
    tcase_add_test(tc, a_candidate_has_just_enough_memory);
    tcase_add_test(tc, gamma_and_tau_divide_the_candidates);
    tcase_add_test(tc, utilities_follow_the_thesis);
    tcase_add_test(tc, the_worked_example_of_dina_p_sends_90_and_136_rows);
    tcase_add_test(tc, strided_first_layers_have_the_slices_of_the_facts);
    tcase_add_test(tc, shares_follow_the_chosen_utility);
    tcase_add_test(tc, nodes_without_positive_utility_get_nothing);
    tcase_add_test(tc, local_share_adds_the_user_by_its_utility);
    tcase_add_test(tc, greedy_takes_the_node_of_least_total_time);
    tcase_add_test(tc, rand_uses_one_node_per_task_and_every_candidate_alike);
    tcase_add_test(tc, rand_per_layer_draws_a_node_for_each_step);
    tcase_add_test(tc, local_stays_at_home);
    tcase_add_test(tc, random_uses_exactly_theta_nodes_and_randp_the_same);
    tcase_add_test(tc, rand_draws_the_first_node_of_randp);
    tcase_add_loop_test(tc, random_cuts_are_uniform_on_0_to_H, 0, 2);
    tcase_add_test(tc, cuts_per_task_are_one_draw_and_per_layer_many);
    tcase_add_test(tc, another_seed_or_replication_draws_otherwise);
    tcase_add_test(tc, dina_alone_takes_the_best_nodes_and_splits_by_their_utility);
    tcase_add_test(tc, dina_counts_half_of_the_others_work);
    tcase_add_test(tc, with_two_fog_nodes_randp_equals_dina);
    suite_add_tcase(s, tc);
    return s;
}
