// tests/test_contract.c: what every scheme promises, on every model of the zoo that it claims, in a
// world with all roles: users, an access point, fog nodes, a cloud. Nothing to edit here when a
// scheme or a model is added.
//
// The first task of each user is planned and its plan looked at; then the scenario is run twice.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"
#include "cli/simulate.h"

Suite *contract_suite(void);

static const char SCENARIO[] =
    "{\"name\": \"contract\", \"models\": {\"nin_cifar10\": {}}, \"schemes\": {\"local\": {}},"
    " \"granularity\": \"task\", \"tau\": \"off\", \"theta\": 3, \"edge_delay\": \"1 ms\","
    " \"nodes\": {"
    "  \"user\": {\"count\": 2, \"device\": \"raspberry-pi-3b-plus\"},"
    "  \"ap\": {\"kind\": \"gateway\"},"
    "  \"fog\": {\"count\": 4, \"device\": \"raspberry-pi-4b\"},"
    "  \"cloud\": {\"kind\": \"cloud\", \"device\": \"server-v100\", \"nic_rate\": \"10 Gbit/s\"}},"
    " \"links\": {\"default\": {\"rate\": \"100 Mbit/s\", \"latency\": \"1 ms\"}},"
    " \"arrivals\": {\"kind\": \"closed\", \"tasks\": 3}}";

static struct arena   arena;
static struct paths   paths;
static struct profile profile;
static char           path[] = "/tmp/fogsim-contract-XXXXXX";
static const char   **models;
static uint32_t       model_count;

static void setup(void)
{
    struct err e = {0};
    arena = (struct arena){0};
    strcpy(path + strlen(path) - 6, "XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, SCENARIO, sizeof SCENARIO - 1), sizeof SCENARIO - 1);
    close(fd);
    bool ok = paths_find(&paths, &arena, &e) &&
              profile_load(&profile, &arena, "kernels/profiles/reference.json", &e) &&
              folder_list(paths.zoo, ".json", &arena, &models, &model_count, &e);
    ck_assert_msg(ok, "%s", e.text);
}

static void teardown(void)
{
    unlink(path);
    arena_free(&arena);
}

struct context {
    const struct scheme *s;
    const char          *model;
};

#define PROMISE(holds, c, what) ck_assert_msg(holds, "%s, %s: %s", (c)->s->name, (c)->model, what)

static void load(const struct context *c, struct scenario *out, struct arena *a)
{
    const struct scenario_edit edit = {NULL, 0, &c->s->name, &c->model, 1, 1};
    struct err                 e = {0};
    bool                       ok = scenario_load(out, a, path, &paths, &edit, &e);
    ck_assert_msg(ok, "%s, %s: %s", c->s->name, c->model, e.text);
}

static void check_op(const struct context *c, const struct view *v, const struct op *o)
{
    PROMISE(o->kind < OP_KIND_COUNT && o->from < v->net->node_count && o->to < v->net->node_count,
            c, "an operation of no kind, or on no node");
    PROMISE(isfinite(o->seconds) && isfinite(o->bytes) && isfinite(o->memory_bytes), c,
            "an infinite operation");
    PROMISE(o->stage < v->graph->step_count, c, "a stage that is no step");
    if (o->kind == OP_TRANSFER)
        PROMISE(o->from != o->to && view_is_connected(v, o->from, o->to), c,
                "a message to itself, or without a way");
    else
        PROMISE(o->kind == OP_DELAY || (net_group(v->net, o->to)->role != ROLE_GATEWAY &&
                                        net_group(v->net, o->to)->role != ROLE_BROKER),
                c, "work for a node that has no processor");
}

// Each part of a step's output is computed equally often (a batch or several observers: more than
// once), and at least once where the answer needs the step.
static void check_cover(const struct context *c, const struct view *v, const struct plan *plan)
{
    struct arena a = {0};
    bool        *needed = ARENA_ARRAY(&a, bool, v->graph->step_count);
    graph_exit_steps(v->graph, plan->exit ? plan->exit - 1 : v->graph->exit_count - 1, needed);
    for (uint32_t s = 0; s < v->graph->step_count; s++) {
        enum slice_axis axis = SLICE_NONE;
        uint32_t       *times = NULL, extent = 0;
        for (uint32_t i = 0; i < plan->op_count; i++) {
            const struct op *o = &plan->ops[i];
            if (o->kind != OP_COMPUTE || o->stage != s || !o->tag[0]) continue;
            if (!times) {
                axis = (enum slice_axis)o->tag[0];
                for (uint32_t k = i; k < plan->op_count; k++)
                    if (plan->ops[k].kind == OP_COMPUTE && plan->ops[k].stage == s &&
                        plan->ops[k].tag[0] && plan->ops[k].tag[2] > extent)
                        extent = plan->ops[k].tag[2];
                times = ARENA_ARRAY(&a, uint32_t, extent);
                if (axis != SLICE_GRID)
                    PROMISE(extent == (uint32_t)step_extent(v->graph, s, axis), c,
                            "a step not covered to its end");
            }
            PROMISE(o->tag[0] == axis && o->tag[1] < o->tag[2], c, "two axes, or an empty slice");
            for (uint32_t x = o->tag[1]; x < o->tag[2]; x++) times[x]++;
        }
        PROMISE(times || !needed[s], c, "a step that nobody computes");
        for (uint32_t x = 1; x < extent; x++)
            PROMISE(times[x] == times[0], c, "a part of a step computed more often than another");
    }
    arena_free(&a);
}

static void check_theta(const struct context *c, const struct view *v, const struct plan *plan)
{
    struct arena a = {0};
    bool        *computes = ARENA_ARRAY(&a, bool, v->net->node_count);
    uint32_t     count = 0;
    for (uint32_t i = 0; i < plan->op_count; i++)
        computes[plan->ops[i].to] |= plan->ops[i].kind == OP_COMPUTE;
    for (uint32_t i = 0; i < v->fog_count; i++) count += computes[v->fogs[i]];
    PROMISE(count <= v->limits->theta, c, "more fog nodes than theta");
    arena_free(&a);
}

// The answer arrives: the operations that nothing waits for end at the user.
static void check_plan(const struct context *c, const struct view *v, const struct plan *plan,
                       uint32_t user)
{
    bool at_user = false;
    PROMISE(plan->op_count > 0 && plan->exit <= v->graph->exit_count, c, "an empty plan");
    for (uint32_t i = 0; i < plan->op_count; i++) {
        check_op(c, v, &plan->ops[i]);
        for (uint32_t k = 0; k < plan->ops[i].dep_count; k++)
            PROMISE(plan->deps[plan->ops[i].first_dep + k] < i, c, "out of order");
        at_user |= plan->ops[i].to == user;
    }
    PROMISE(at_user, c, "nothing ends at the user");
    check_cover(c, v, plan);
    check_theta(c, v, plan);
}

static bool same_plans(const struct plan *a, const struct plan *b)
{
    bool same = a->op_count == b->op_count && a->dep_total == b->dep_total && a->exit == b->exit;
    for (uint32_t i = 0; same && i < a->op_count; i++) {
        const struct op *x = &a->ops[i], *y = &b->ops[i];
        same = x->kind == y->kind && x->stage == y->stage && x->from == y->from && x->to == y->to &&
               x->dep_count == y->dep_count &&
               !memcmp(&x->seconds, &y->seconds, sizeof x->seconds) &&
               !memcmp(&x->bytes, &y->bytes, sizeof x->bytes) &&
               !memcmp(x->tag, y->tag, sizeof x->tag);
    }
    return same && !memcmp(a->deps, b->deps, a->dep_total * sizeof *a->deps);
}

// From a state of its own, so that what the first plans leave there does not matter.
static void plan_first(const struct context *c, struct prepared *p, uint32_t user, struct arena *a,
                       struct plan *out)
{
    struct err         e = {0};
    struct association as = {0};
    bool               ok = simulate_begin(p, a, &e);
    ck_assert_msg(ok, "%s, %s: %s", c->s->name, c->model, e.text);
    if (c->s->associate) ok = c->s->associate(&p->valued, 0, a, &as, &e);
    ck_assert_msg(ok, "%s, %s: %s", c->s->name, c->model, e.text);
    *out = (struct plan){.arena = a};
    const struct task t = {(uint64_t)user << 40, p->scenario->users[user]};
    enum plan_verdict verdict = c->s->plan(&p->views[0], &as, &t, a, out, NULL, &e);
    ck_assert_msg(verdict == PLAN_READY, "%s, %s: verdict %d: %s", c->s->name, c->model, verdict,
                  e.text);
    simulate_end(p);
}

static void check_runs(const struct context *c, const struct prepared *p, struct arena *a)
{
    struct outcome      first, second;
    struct run_identity id = {0, 0, "{}"};
    struct err          e = {0};
    bool                ok =
        simulate(p, &id, NULL, NULL, a, &first, &e) && simulate(p, &id, NULL, NULL, a, &second, &e);
    ck_assert_msg(ok, "%s, %s: %s", c->s->name, c->model, e.text);
    PROMISE(first.result.by_status[JOB_DONE] == first.result.jobs && first.result.jobs == 6, c,
            "a task that does not finish");
    PROMISE(first.result.hash == second.result.hash && first.result.end_ns == second.result.end_ns,
            c, "another run from the same seed");
    // Parts sum to the latency: the store asserts it per task; here of the means.
    double parts = 0;
    for (int m = 0; m < LAYER_METRICS; m++) parts += first.statistics.all.task[m].moments.mean;
    double latency = first.statistics.all.task[METRIC_LATENCY].moments.mean;
    PROMISE(fabs(parts - latency) <= 1e-9 * latency, c, "parts that are not the whole");
}

START_TEST(every_scheme_keeps_the_contract_on_every_model_it_claims)
{
    struct context c = {scheme_table[_i], NULL};
    struct arena   a = {0};
    uint32_t       claimed = 0;
    for (uint32_t m = 0; m < model_count; m++) {
        struct scenario s;
        struct prepared p;
        struct plan     plan, again;
        struct err      e = {0};
        c.model = models[m];
        load(&c, &s, &a);
        simulate_prepare(&p, &a, &s, 0, &s.schemes[0], &profile);
        if (!c.s->claims || c.s->claims(&p.views[0], &e)) {
            claimed++;
            for (uint32_t u = 0; u < s.user_count; u++) {
                plan_first(&c, &p, u, &a, &plan);
                check_plan(&c, &p.views[0], &plan, s.users[u]);
                plan_first(&c, &p, u, &a, &again);
                PROMISE(same_plans(&plan, &again), &c, "another plan from the same seed");
            }
            check_runs(&c, &p, &a);
        } else {
            PROMISE(e.length > 0, &c, "a model refused without a reason");
        }
        arena_rewind(&a, (struct arena_mark){0});
    }
    ck_assert_msg(claimed > 0, "%s claims no model of the zoo", c.s->name);
    arena_free(&a);
}
END_TEST

START_TEST(every_scheme_documents_its_own_options)
{
    const struct scheme *s = scheme_table[_i];
    ck_assert(!s->own_count == !s->own);
    ck_assert(!s->observe == !s->observe_s);
    for (uint32_t i = 0; i < s->own_count; i++) {
        const struct scheme_option *o = &s->own[i];
        ck_assert(o->key && o->about && strlen(o->about) > 8);
        ck_assert(o->kind != OPTION_CHOICE || (o->words && o->words[(int)o->otherwise]));
        if (o->kind >= OPTION_INTEGER && o->kind <= OPTION_BANDWIDTH && isfinite(o->otherwise))
            ck_assert_msg(o->low <= o->otherwise && o->otherwise <= o->high, "%s.%s", s->name,
                          o->key);
        for (uint32_t k = 0; k < i; k++) ck_assert_str_ne(o->key, s->own[k].key);
    }
}
END_TEST

Suite *contract_suite(void)
{
    Suite *suite = suite_create("contract");
    TCase *tc = tcase_create("every scheme");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, every_scheme_keeps_the_contract_on_every_model_it_claims, 0,
                        (int)scheme_count);
    tcase_add_loop_test(tc, every_scheme_documents_its_own_options, 0, (int)scheme_count);
    suite_add_tcase(suite, tc);
    return suite;
}
