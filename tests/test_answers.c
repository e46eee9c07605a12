// tests/test_answers.c: answers of a scheme's program, as they may come from anywhere: refused with
// their place, or the plan that they say.
#include <cjson/cJSON.h>
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "cli/plugin/read.h"
#include "sim/evq.h"
#include "tests/fixture.h"

Suite *answers_suite(void);

// The fixture's world: users 0 to 2, fog nodes 3 to 7, a model of three steps or more.
static struct world world;

static void world_setup(void)
{
    world_load(&world, "nin_cifar10");
    world_ready(&world);
}

static void world_teardown(void)
{
    world_free(&world);
}

static bool read_one(const char *text, size_t length, struct plugin_choice *out, struct err *e)
{
    const struct plugin_task task = {.due = {.user = 0}, .id = 4};
    const struct plugin_line line = {"answer", text, length, 9};
    return plugin_read_plans(&line, &world.view, &task, 1, &world.arena, out, e);
}

static const char *in_answer(const char *plan)
{
    return arena_format(&world.arena, "{\"type\":\"plan\",\"id\":9,\"plans\":[{\"task\":4,%s}]}",
                        plan);
}

// Whole steps on node 3 up to the last, which is cut in two with node 5.
static const char *sliced(const char *last)
{
    char    *text = arena_string(&world.arena, "\"nodes\":[3,5],\"steps\":[");
    uint32_t count = world.graph.step_count;
    for (uint32_t s = 0; s + 1 < count; s++) {
        int32_t extent = step_extent(&world.graph, s, step_axis(&world.graph, s));
        text = arena_format(&world.arena, "%s{\"cuts\":[0,%d,%d]},", text, extent, extent);
    }
    return arena_format(&world.arena, "%s%s]", text, last);
}

#define OP "\"operations\":["

static const struct {
    const char *plan, *want;
} BAD_PLANS[] = {
    {"\"node\":8", "plans[0].node: want an integer from 0 to 7, have 8"},
    {"\"node\":-1", "plans[0].node: want an integer from 0 to 7, have -1"},
    {"\"node\":3.5", "plans[0].node: want an integer from 0 to 7, have 3.5"},
    {"\"node\":1e999", "plans[0].node: want an integer"},
    {"\"node\":\"fog0\"", "plans[0].node: want an integer from 0 to 7, have \"fog0\""},
    {"\"node\":null", "plans[0].node: want an integer from 0 to 7, have null"},
    {"\"local\":1", "plans[0].local: want true, have 1"},
    {"\"local\":false", "plans[0].local: want true, have false"},
    {"\"local\":true,\"node\":3",
     "plans[0]: want exactly one of \"local\", \"infeasible\", \"node\""},
    {"\"where\":3", "plans[0]: want exactly one of \"local\""},
    {"\"node\":3,\"exit\":0", "plans[0].exit: want a known key"},
    {"\"nodes\":[3],\"steps\":[]", "plans[0].steps: want a list of "},
    {"\"steps\":[]", "plans[0].nodes: want a value, have nothing"},
    {"\"nodes\":[3,3],\"steps\":[]", "plans[0].nodes[1]: want every node once, have 3"},
    {"\"nodes\":[],\"steps\":[]", "plans[0].nodes: want a list of 1 to 256 nodes"},
    {"\"nodes\":3,\"steps\":[]", "plans[0].nodes: want a list of 1 to 256 nodes, have 3"},
    {OP "]", "plans[0].operations: want a list of 1 to 65535 operations"},
    {OP "7]", "plans[0].operations[0]: want an object, have 7"},
    {OP "{\"node\":3}]", "operations[0].kind: want a value, have nothing"},
    {OP "{\"kind\":\"think\"}]", "operations[0].kind: want one of \"compute\", \"load\""},
    {OP "{\"kind\":\"compute\",\"node\":3}]", "operations[0].seconds: want a value, have nothing"},
    {OP "{\"kind\":\"compute\",\"node\":3,\"seconds\":-1}]", "seconds: want a number from 0 to"},
    {OP "{\"kind\":\"compute\",\"node\":3,\"seconds\":1e999}]", "seconds: want a number from 0 to"},
    {OP "{\"kind\":\"compute\",\"node\":3,\"seconds\":\"1 s\"}]", "seconds: want a number from 0"},
    {OP "{\"kind\":\"compute\",\"node\":99,\"seconds\":1}]", "operations[0].node: want an integer"},
    {OP "{\"kind\":\"compute\",\"node\":3,\"seconds\":1,\"step\":999}]", "step: want an integer"},
    {OP "{\"kind\":\"compute\",\"node\":3,\"seconds\":1,\"from\":0}]", "from: want a known key"},
    {OP "{\"kind\":\"transfer\",\"from\":3,\"to\":3,\"bytes\":1}]", "to: want another node than"},
    {OP "{\"kind\":\"transfer\",\"from\":3,\"to\":0}]", "bytes: want a value, have nothing"},
    {OP "{\"kind\":\"delay\",\"node\":0,\"seconds\":1,\"after\":[0]}]",
     "after: want an empty list: no operation comes before the first"},
    {OP
     "{\"kind\":\"delay\",\"node\":0,\"seconds\":1},{\"kind\":\"delay\",\"node\":0,\"seconds\":1,"
     "\"after\":[1]}]",
     "operations[1].after[0]: want an integer from 0 to 0, have 1"},
    {OP "{\"kind\":\"delay\",\"node\":0,\"seconds\":1,\"after\":0}]", "after: want a list of oper"},
};

START_TEST(a_plan_that_cannot_be_is_refused_with_its_place)
{
    struct plugin_choice choice;
    struct err           e = {0};
    const char          *text = in_answer(BAD_PLANS[_i].plan);
    ck_assert(!read_one(text, strlen(text), &choice, &e));
    char *end = strchr(e.text, '\n'), *want = strstr(e.text, BAD_PLANS[_i].want);
    ck_assert_msg(want && want < end, "want %s\nhave %s", BAD_PLANS[_i].want, e.text);
    ck_assert_ptr_nonnull(strstr(e.text, "answer: the line was \"{"));
}
END_TEST

// Cuts of the last step of that many rows.
static const struct {
    const char *cuts, *want;
} BAD_CUTS[] = {
    {"{\"cuts\":[0,9,%d]}", "cuts[1]: want an integer from 0 to 8, have 9"},
    {"{\"cuts\":[1,4,%d]}", "cuts[0]: want an integer from 0 to 0, have 1"},
    {"{\"cuts\":[0,4,7]}", "cuts[2]: want an integer from 8 to 8, have 7"},
    {"{\"cuts\":[0,%d]}", "cuts: want a list of 3 cuts (one more than nodes), have a list of 2"},
    {"{\"cuts\":[0,2.5,%d]}", "cuts[1]: want an integer"},
    {"{\"axis\":\"out\",\"cuts\":[0,4,%d]}", ""},
    {"{\"axis\":\"diagonal\",\"cuts\":[0,4,%d]}", "axis: want one of \"rows\""},
    {"{\"axis\":4,\"cuts\":[0,4,%d]}", "axis: want one of \"rows\""},
    {"{\"cuts\":[0,4,%d],\"tiles\":[2,2]}", "tiles: want \"tiles\" of axis \"grid\" alone"},
    {"{\"axis\":\"grid\",\"cuts\":[0,4,%d]}", "tiles: want a value, have nothing"},
    {"{\"axis\":\"grid\",\"tiles\":[4,2],\"cuts\":[0,3,%d]}",
     "cuts[1]: want tiles of one row of 2, or whole rows (from tile 0 on), have 3"},
    {"{\"axis\":\"grid\",\"tiles\":[9,2],\"cuts\":[0,4,%d]}",
     "tiles[0]: want an integer from 1 to 8"},
    {"{\"axis\":\"grid\",\"tiles\":[2],\"cuts\":[0,4,%d]}", "tiles: want a list of 2 numbers"},
    {"{\"cuts\":[0,4,%d],\"lead\":77}", "lead: want an integer from 0 to 7, have 77"},
    {"{}", "cuts: want a value, have nothing"},
    {"null", "want an object, have null"},
};

START_TEST(cuts_that_do_not_divide_a_step_are_refused)
{
    struct plugin_choice choice;
    struct err           e = {0};
    uint32_t             last = world.graph.step_count - 1;
    int32_t              extent = step_extent(&world.graph, last, SLICE_ROWS);
    ck_assert_int_eq(extent, 8); // of nin_cifar10: three halvings of 32 rows
    ck_assert(layer_is_conv(&world.graph.layers[world.graph.steps[last].chain[0]]));
    char cuts[128];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(cuts, sizeof cuts, BAD_CUTS[_i].cuts, extent);
#pragma GCC diagnostic pop
    const char *text = in_answer(sliced(cuts));
    ck_assert(!read_one(text, strlen(text), &choice, &e));
    ck_assert_msg(strstr(e.text, BAD_CUTS[_i].want) != NULL, "want %s\nhave %s", BAD_CUTS[_i].want,
                  e.text);
}
END_TEST

START_TEST(cuts_never_fall)
{
    struct plugin_choice choice;
    struct err           e = {0};
    char                *text = arena_string(&world.arena, "\"nodes\":[3,4,5],\"steps\":[");
    for (uint32_t s = 0; s < world.graph.step_count; s++) {
        int32_t extent = step_extent(&world.graph, s, step_axis(&world.graph, s));
        text = arena_format(&world.arena, "%s%s{\"cuts\":[0,%d,%d,%d]}", text, s ? "," : "",
                            s ? 2 : 3, s ? 4 : 2, extent);
    }
    const char *whole = in_answer(arena_format(&world.arena, "%s]", text));
    ck_assert(!read_one(whole, strlen(whole), &choice, &e));
    ck_assert_msg(strstr(e.text, "steps[0].cuts[2]: want an integer from 3 to 32, have 2") != NULL,
                  "%s", e.text);
}
END_TEST

static void build(const struct plugin_choice *choice, struct plan *out)
{
    const struct task t = {0, 0};
    *out = (struct plan){.arena = &world.arena};
    build_plan(&world.view, &t, &choice->assignment, &world.arena, out, NULL);
}

static void check_same_plan(const struct plan *a, const struct plan *b)
{
    ck_assert_uint_eq(a->op_count, b->op_count);
    for (uint32_t i = 0; i < a->op_count; i++) {
        ck_assert_int_eq(a->ops[i].kind, b->ops[i].kind);
        ck_assert_uint_eq(a->ops[i].from, b->ops[i].from);
        ck_assert_uint_eq(a->ops[i].to, b->ops[i].to);
        ck_assert_uint_eq(a->ops[i].dep_count, b->ops[i].dep_count);
        ck_assert_double_eq(a->ops[i].seconds, b->ops[i].seconds);
        ck_assert_double_eq(a->ops[i].bytes, b->ops[i].bytes);
    }
}

START_TEST(slices_of_an_answer_are_the_builder_s)
{
    struct plugin_choice choice;
    struct err           e = {0};
    struct plan          have, want = {.arena = &world.arena};
    const struct task    t = {0, 0};
    world.options.granularity = GRANULARITY_TASK;
    const char *text = in_answer(sliced("{\"axis\":\"rows\",\"cuts\":[0,3,8],\"lead\":5}"));
    ck_assert_msg(read_one(text, strlen(text), &choice, &e), "%s", e.text);
    build(&choice, &have);
    // The same by hand: every step on node 3, the last in rows 0 to 3 and 3 to 8, merged on 5.
    const uint32_t    nodes[] = {3, 5};
    struct assignment as;
    uint32_t count = world.graph.step_count, *on_first = ARENA_ARRAY(&world.arena, uint32_t, count);
    build_placed(&world.view, 2, nodes, on_first, &world.arena, &as);
    uint32_t *leads = ARENA_ARRAY(&world.arena, uint32_t, count);
    for (uint32_t s = 0; s < count; s++) leads[s] = s + 1 < count ? 3 : 5;
    as.leads = leads;
    as.cuts[count - 1][1] = 3;
    build_plan(&world.view, &t, &as, &world.arena, &want, NULL);
    check_same_plan(&have, &want);
    ck_assert_uint_eq(want.ops[want.op_count - 1].from, 5); // the answer comes from the merge
}
END_TEST

// Step s whole on node 3 where it is before `count`, else null.
static const char *steps_before(uint32_t count)
{
    char *text = arena_string(&world.arena, "\"nodes\":[3],\"steps\":[");
    for (uint32_t s = 0; s < world.graph.step_count; s++) {
        const char *comma = s ? "," : "";
        int32_t     extent = step_extent(&world.graph, s, step_axis(&world.graph, s));
        if (s < count)
            text = arena_format(&world.arena, "%s%s{\"cuts\":[0,%d]}", text, comma, extent);
        else
            text = arena_format(&world.arena, "%s%snull", text, comma);
    }
    return arena_format(&world.arena, "%s]", text);
}

START_TEST(an_early_exit_needs_its_own_steps_alone)
{
    world_free(&world);
    world_load(&world, "ddnn_shallow");
    world_ready(&world);
    struct plugin_choice choice;
    struct err           e = {0};
    struct plan          plan;
    uint32_t             steps = world.graph.exits[0].step + 1; // exit_local: the third step
    ck_assert_uint_eq(steps, 3);
    const char *text = in_answer(arena_format(&world.arena, "%s,\"exit\":0", steps_before(steps)));
    ck_assert_msg(read_one(text, strlen(text), &choice, &e), "%s", e.text);
    build(&choice, &plan);
    ck_assert_uint_eq(plan.exit, 1); // from 1
    for (uint32_t i = 0; i < plan.op_count; i++) ck_assert_uint_lt(plan.ops[i].stage, steps);
    text = in_answer(arena_format(&world.arena, "%s,\"exit\":0", steps_before(steps - 1)));
    ck_assert(!read_one(text, strlen(text), &choice, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "steps[2]: want an object, have null"));
    e = (struct err){0};
    text = in_answer(steps_before(steps)); // the last exit needs what follows
    ck_assert(!read_one(text, strlen(text), &choice, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "steps[3]: want an object, have null"));
    e = (struct err){0};
    text = in_answer(arena_format(&world.arena, "%s,\"exit\":2", steps_before(steps)));
    ck_assert(!read_one(text, strlen(text), &choice, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "exit: want an integer from 0 to 1, have 2"));
}
END_TEST

START_TEST(operations_of_an_answer_are_the_plan)
{
    struct plugin_choice choice;
    struct err           e = {0};
    const char          *text =
        in_answer(OP "{\"kind\":\"transfer\",\"from\":0,\"to\":3,\"bytes\":100},"
                     "{\"kind\":\"load\",\"node\":3,\"seconds\":0.5,\"bytes\":7},"
                     "{\"kind\":\"compute\",\"node\":3,\"seconds\":0.25,\"after\":[0,1],\"step\":1,"
                     "\"memory_bytes\":12},"
                     "{\"kind\":\"delay\",\"node\":0,\"seconds\":0.125,\"after\":[2]}]");
    ck_assert_msg(read_one(text, strlen(text), &choice, &e), "%s", e.text);
    const struct plan *p = &choice.ops;
    ck_assert_uint_eq(p->op_count, 4);
    ck_assert_uint_eq(p->stage_count, 2);
    ck_assert(p->ops[0].kind == OP_TRANSFER && p->ops[0].from == 0 && p->ops[0].to == 3);
    ck_assert_double_eq(p->ops[0].bytes, 100);
    ck_assert(p->ops[1].kind == OP_LOAD && p->ops[1].from == 3 && p->ops[1].to == 3);
    ck_assert_double_eq(p->ops[1].seconds, 0.5);
    ck_assert_double_eq(p->ops[1].bytes, 7);
    ck_assert(p->ops[2].kind == OP_COMPUTE && p->ops[2].stage == 1 && p->ops[2].dep_count == 2);
    ck_assert_double_eq(p->ops[2].memory_bytes, 12);
    ck_assert_uint_eq(p->deps[p->ops[2].first_dep + 1], 1);
    ck_assert(p->ops[3].kind == OP_DELAY && p->deps[p->ops[3].first_dep] == 2);
}
END_TEST

START_TEST(a_node_without_a_way_to_it_or_back_is_refused)
{
    const int others[] = {GROUP_USER, GROUP_NEAR};
    for (int i = 0; i < 2; i++) // no way there, or none back
        world.links[_i ? GROUP_FAR * GROUPS + others[i] : others[i] * GROUPS + GROUP_FAR]
            .is_absent = true;
    world_ready(&world);
    struct plugin_choice choice;
    struct err           e = {0};
    const char          *text = in_answer("\"node\":5");
    ck_assert(!read_one(text, strlen(text), &choice, &e));
    ck_assert_msg(strstr(e.text, "node: want a node that the user 0 has a way to, and back") !=
                      NULL,
                  "%s", e.text);
}
END_TEST

// A good answer with some bytes changed, doubled, left out, or exchanged for tokens.
static size_t mutate(struct rng *rng, const char *from, char *to, size_t room)
{
    static const char *const tokens[] = {"null",     "-1",   "1e308", "[]",  "{}",
                                         "\"rows\"", "true", "0",     "4e9", "[[",
                                         "\\u0000",  "\xff", ",",     "3"};
    size_t                   length = strlen(from);
    ck_assert_uint_lt(length, room);
    memcpy(to, from, length + 1);
    for (uint64_t n = 1 + rng_below(rng, 3); n > 0; n--) {
        size_t      at = rng_below(rng, length + 1), cut = rng_below(rng, 4);
        const char *token = tokens[rng_below(rng, sizeof tokens / sizeof *tokens)];
        size_t      added = rng_below(rng, 2) ? strlen(token) : 0;
        if (at + cut > length) cut = length - at;
        if (length - cut + added + 1 > room) continue;
        memmove(to + at + added, to + at + cut, length - at - cut);
        memcpy(to + at, token, added);
        length += added - cut;
    }
    return length;
}

START_TEST(whatever_is_answered_is_refused_or_can_be_built)
{
    const char *good[] = {
        in_answer("\"node\":3"),
        in_answer("\"local\":true"),
        in_answer(sliced("{\"axis\":\"rows\",\"cuts\":[0,3,8],\"lead\":5}")),
        in_answer(OP
                  "{\"kind\":\"transfer\",\"from\":0,\"to\":3,\"bytes\":100},{\"kind\":\"compute\","
                  "\"node\":3,\"seconds\":0.25,\"after\":[0],\"step\":1}]"),
        "{\"type\":\"plan\",\"id\":9,\"plans\":[{\"task\":4,\"infeasible\":true}]}",
    };
    struct rng rng;
    int        accepted = 0, built = 0, refused = 0;
    for (int i = 0; i < 20000; i++) {
        struct arena_mark    mark = arena_mark(&world.arena);
        struct plugin_choice choice;
        struct err           e = {0};
        char                 text[4096];
        rng_init(&rng, 11, 0, "answers", (uint64_t)i);
        world.options.granularity = i % 2 ? GRANULARITY_TASK : GRANULARITY_LAYER;
        size_t length = mutate(&rng, good[i % 5], text, sizeof text);
        bool   ok = read_one(text, length, &choice, &e);
        ck_assert_int_eq(ok, e.fault_count == 0);
        accepted += ok, refused += !ok;
        if (ok && choice.verdict == VERDICT_SLICES) {
            struct plan plan;
            build(&choice, &plan);
            ck_assert_uint_gt(plan.op_count, 0);
            built++;
        }
        ck_assert(!ok || choice.verdict != VERDICT_OPS || choice.ops.op_count > 0);
        arena_rewind(&world.arena, mark);
    }
    ck_assert_int_gt(accepted, 200); // else it would be blunt
    ck_assert_int_gt(built, 100);
    ck_assert_int_gt(refused, 10000);
}
END_TEST

// ---- what a program is told

static double number_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(object, key);
    ck_assert_msg(cJSON_IsNumber(item), "no number %s", key);
    return item->valuedouble;
}

static cJSON *parse(const struct plugin_text *t)
{
    ck_assert_int_eq(t->line[t->length - 1], '\n');
    ck_assert_ptr_null(memchr(t->line, '\n', t->length - 1));
    cJSON *root = cJSON_ParseWithLength(t->line, t->length);
    ck_assert_ptr_nonnull(root);
    return root;
}

static double element(const cJSON *list, int i)
{
    return cJSON_GetArrayItem(list, i)->valuedouble;
}

// Doubles, to the last bit: a scheme that compares them decides as one within fogsim.
START_TEST(a_request_says_exactly_what_the_view_says)
{
    world_vary(&world, 65); // backlogs
    for (uint32_t i = 0; i < WORLD_NODES; i++) world.backlog_s[i] = 0.1 / (3 + i);
    world_ready(&world);
    const struct plugin_task tasks[] = {{.due = {.number = 3ull << 40 | 7, .user = 1}, .id = 12},
                                        {.due = {.user = 2}, .id = 13, .attempt = 2}};
    struct plugin_text       t = {.arena = &world.arena};
    plugin_say_tasks(&t, &world.view, &world.view, 5, tasks, 2, &world.arena);
    cJSON *root = parse(&t), *list = cJSON_GetObjectItem(root, "tasks");
    ck_assert_double_eq(number_of(root, "id"), 5);
    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetObjectItem(root, "backlog_s")), WORLD_FOGS);
    ck_assert_int_eq(cJSON_GetArraySize(list), 2);
    ck_assert_double_eq(number_of(cJSON_GetArrayItem(list, 0), "rank"), 7);
    ck_assert_double_eq(number_of(cJSON_GetArrayItem(list, 1), "attempt"), 2);
    for (int i = 0; i < 2; i++) {
        const cJSON *task = cJSON_GetArrayItem(list, i), *c;
        uint32_t     user = tasks[i].due.user, nodes[WORLD_FOGS], seen = 0;
        uint32_t     count = view_candidates(&world.view, user, NULL, &world.arena, nodes);
        ck_assert_double_eq(number_of(task, "task"), (double)tasks[i].id);
        ck_assert_double_eq(number_of(task, "user"), user);
        cJSON_ArrayForEach(c, cJSON_GetObjectItem(task, "candidates"))
        {
            ck_assert_uint_lt(seen, count);
            ck_assert_double_eq(element(c, 0), nodes[seen]);
            ck_assert_double_eq(element(c, 1), view_alone_s(&world.view, user, nodes[seen]));
            ck_assert_double_eq(element(c, 2), world.backlog_s[nodes[seen]]);
            seen++;
        }
        ck_assert_uint_eq(seen, count);
        ck_assert_uint_gt(count, 0);
    }
    cJSON_Delete(root);
}
END_TEST

START_TEST(hello_says_exactly_what_the_view_says)
{
    struct plugin_text t = {.arena = &world.arena};
    plugin_say_hello(&t, &world.view, 1);
    cJSON *root = parse(&t);
    const cJSON *class = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "classes"), 0), *x;
    ck_assert_double_eq(number_of(root, "protocol"), 1);
    ck_assert_double_eq(number_of(root, "nodes"), WORLD_NODES);
    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetObjectItem(root, "groups")), GROUPS);
    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetObjectItem(root, "links")), GROUPS * GROUPS);
    cJSON_ArrayForEach(x, cJSON_GetObjectItem(class, "alone"))
    {
        int    group = (int)number_of(x, "group");
        double sum = number_of(x, "transmission_s") + number_of(x, "execution_s") +
                     number_of(x, "loading_s") + number_of(x, "edge_delay_s");
        uint32_t node = world.groups[group].first;
        ck_assert_double_eq(sum, view_alone_s(&world.view, 0, node));
    }
    const cJSON *steps = cJSON_GetObjectItem(class, "steps");
    ck_assert_int_eq(cJSON_GetArraySize(steps), (int)world.graph.step_count);
    for (int g = 0; g < GROUPS; g++) { // whole steps, with what merges them, are the whole model
        double sum = 0;
        cJSON_ArrayForEach(x, steps) sum += element(cJSON_GetObjectItem(x, "seconds"), g);
        ck_assert_double_eq_tol(sum, world.costs[g].whole_s, 1e-12 * sum);
    }
    int64_t macs = 0;
    cJSON_ArrayForEach(x, cJSON_GetObjectItem(class, "layers")) macs +=
        (int64_t)number_of(x, "macs");
    ck_assert_int_eq(macs, graph_macs(&world.graph));
    cJSON_Delete(root);
}
END_TEST

// ---- any cut of any step

// The world's task with every step cut at random, along any axis that hello tells of, or a grid.
static const char *random_slices(struct rng *rng)
{
    const struct graph *g = &world.graph;
    char               *text = arena_string(&world.arena, "\"nodes\":[3,0,5],\"steps\":[");
    for (uint32_t s = 0; s < g->step_count; s++) {
        enum slice_axis axis;
        do axis = (enum slice_axis)(1 + rng_below(rng, SLICE_AXIS_COUNT - 1));
        while (!plugin_axis_is_known(g, s, axis));
        const char *tiles = "";
        int32_t     extent, unit = 1;
        if (axis == SLICE_GRID) { // whole rows of tiles
            extent = 1 + (int32_t)rng_below(rng, (uint64_t)step_extent(g, s, SLICE_ROWS));
            unit = 1 + (int32_t)rng_below(rng, (uint64_t)step_extent(g, s, SLICE_COLUMNS));
            tiles = arena_format(&world.arena, ",\"tiles\":[%d,%d]", extent, unit);
        } else {
            extent = step_extent(g, s, axis);
        }
        int32_t a = (int32_t)rng_below(rng, (uint64_t)extent + 1),
                b = (int32_t)rng_below(rng, (uint64_t)extent + 1);
        text = arena_format(&world.arena, "%s%s{\"axis\":\"%s\"%s,\"cuts\":[0,%d,%d,%d]%s}", text,
                            s ? "," : "", slice_axis_names[axis], tiles, unit * (a < b ? a : b),
                            unit * (a < b ? b : a), unit * extent,
                            rng_below(rng, 2) ? ",\"lead\":5" : "");
    }
    const char *hub = rng_below(rng, 3) ? "" : ",\"hub\":4";
    return arena_format(&world.arena, "%s],\"exit\":%d%s", text, (int)rng_below(rng, g->exit_count),
                        hub);
}

static const char *const MODELS[] = {"nin_cifar10",  "ddnn_shallow", "ddnn_deep",
                                     "c3d_sports1m", "xception",     "resnet18"};

START_TEST(any_cut_along_any_axis_can_be_built)
{
    world_free(&world);
    world_load(&world, MODELS[_i]);
    struct rng rng;
    rng_init(&rng, 3, 0, "cuts", (uint64_t)_i);
    for (int i = 0; i < 30; i++) {
        world.options.granularity = i % 2 ? GRANULARITY_TASK : GRANULARITY_LAYER;
        world.options.weights = (enum weights_mode)(i / 2 % 4);
        world_ready(&world);
        struct plugin_choice choice;
        struct err           e = {0};
        struct plan          plan;
        const char          *text = in_answer(random_slices(&rng));
        ck_assert_msg(read_one(text, strlen(text), &choice, &e), "%s", e.text);
        build(&choice, &plan);
        ck_assert_uint_gt(plan.op_count, world.graph.exits[0].step);
    }
}
END_TEST

static const struct {
    const char *matches, *want;
} BAD_MATCHES[] = {
    {"{\"user\":0}", "matches[0].fog: want a value, have nothing"},
    {"{\"user\":3,\"fog\":4}", "matches[0].user: want the node of a user, have 3"},
    {"{\"user\":0,\"fog\":1}", "matches[0].fog: want a fog or cloud node, have 1"},
    {"{\"user\":0,\"fog\":3},{\"user\":0,\"fog\":3}",
     "want every pair once, have user 0 with fog 3"},
    {"{\"user\":0,\"fog\":3,\"utility_fog\":\"x\"}", "utility_fog: want a number, have \"x\""},
    {"5", "matches[0]: want an object, have 5"},
};

START_TEST(a_match_that_cannot_be_is_refused)
{
    struct association as;
    struct err         e = {0};
    const char        *text =
        arena_format(&world.arena, "{\"type\":\"associate\",\"id\":9,\"matches\":[%s]}",
                     BAD_MATCHES[_i].matches);
    const struct plugin_line line = {"answer", text, strlen(text), 9};
    ck_assert(!plugin_read_matches(&line, &world.view, &world.arena, &as, &e));
    ck_assert_msg(strstr(e.text, BAD_MATCHES[_i].want) != NULL, "%s", e.text);
}
END_TEST

START_TEST(the_events_of_an_instant_are_found_wherever_they_lie)
{
    // Against all that were pushed and not popped.
    struct arena a = {0};
    struct evq  *q = ARENA_ARRAY(&a, struct evq, 1);
    struct rng   rng;
    sim_ns       pending[4000];
    uint32_t     count = 0;
    evq_init(q, &a);
    rng_init(&rng, 7, 0, "walk", 0);
    for (int round = 0; round < 4000; round++) {
        struct event ev = {.key = (uint64_t)round};
        sim_ns       at;
        uint64_t     key;
        if (count < 3000 && (count < 10 || rng_below(&rng, 5) < 3)) {
            ev.at =
                q->now + (sim_ns)(rng_below(&rng, 3) ? rng_below(&rng, 4) : rng_below(&rng, 9999));
            evq_push(q, ev);
            pending[count++] = ev.at;
        } else if (evq_pop(q, &ev)) {
            for (uint32_t i = 0; i < count; i++)
                if (pending[i] == ev.at) {
                    pending[i] = pending[--count];
                    break;
                }
        }
        if (!evq_peek(q, &at, &key)) continue;
        uint32_t want = 0, have = 0, place = 0;
        for (uint32_t i = 0; i < count; i++) want += pending[i] == at;
        for (const struct event *x; (x = evq_walk(q, at, &place));) have += x->at == at;
        ck_assert_uint_eq(have, want);
    }
    arena_free(&a);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

Suite *answers_suite(void)
{
    Suite *s = suite_create("answers");
    TCase *tc = tcase_create("answers");
    tcase_add_checked_fixture(tc, world_setup, world_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_plan_that_cannot_be_is_refused_with_its_place, 0, COUNT(BAD_PLANS));
    tcase_add_loop_test(tc, cuts_that_do_not_divide_a_step_are_refused, 0, COUNT(BAD_CUTS));
    tcase_add_test(tc, cuts_never_fall);
    tcase_add_test(tc, a_request_says_exactly_what_the_view_says);
    tcase_add_test(tc, hello_says_exactly_what_the_view_says);
    tcase_add_test(tc, slices_of_an_answer_are_the_builder_s);
    tcase_add_loop_test(tc, any_cut_along_any_axis_can_be_built, 0, COUNT(MODELS));
    tcase_add_test(tc, an_early_exit_needs_its_own_steps_alone);
    tcase_add_test(tc, operations_of_an_answer_are_the_plan);
    tcase_add_loop_test(tc, a_node_without_a_way_to_it_or_back_is_refused, 0, 2);
    tcase_add_test(tc, whatever_is_answered_is_refused_or_can_be_built);
    tcase_add_loop_test(tc, a_match_that_cannot_be_is_refused, 0, COUNT(BAD_MATCHES));
    tcase_add_test(tc, the_events_of_an_instant_are_found_wherever_they_lie);
    suite_add_tcase(s, tc);
    return s;
}
