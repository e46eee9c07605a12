// tests/test_shelf.c: a scenario read again and again: from its text, with models, devices and
// protocols from a shelf, in outline. What scenario_load finds without any of these is the measure.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"
#include "scenarios/shelf.h"
#include "scenarios/vary.h"

Suite *shelf_suite(void);

static struct arena arena;
static struct err   e;
static struct paths paths;
static struct shelf shelf;
static char         folder[64];

static void setup(void)
{
    arena = (struct arena){0};
    e = (struct err){0};
    setenv("FOGSIM_DATA", ".", 1);
    ck_assert_msg(paths_find(&paths, &arena, &e), "%s", e.text);
    strcpy(folder, "/tmp/fogsim-shelf-XXXXXX");
    ck_assert(mkdtemp(folder) != NULL);
}

static const char *in_folder(const char *name)
{
    return arena_format(&arena, "%s/%s", folder, name);
}

static void teardown(void)
{
    static const char *const names[] = {"s.json", "net.json", "a.csv"};
    for (int i = 0; i < 3; i++) unlink(in_folder(names[i]));
    rmdir(folder);
    shelf_free(&shelf);
    arena_free(&arena);
}

static const char *write_file(const char *name, const char *text)
{
    const char *path = in_folder(name);
    FILE       *to = fopen(path, "w");
    ck_assert(to && fputs(text, to) >= 0 && !fclose(to));
    return path;
}

static void check_graph(const struct graph *a, const struct graph *b)
{
    ck_assert_str_eq(a->name, b->name);
    ck_assert(a->layer_count == b->layer_count && a->step_count == b->step_count);
    ck_assert(a->exit_count == b->exit_count && a->input_bits == b->input_bits);
    ck_assert(!memcmp(&a->input, &b->input, sizeof a->input));
    ck_assert_int_eq(graph_params(a), graph_params(b));
    ck_assert_int_eq(graph_macs(a), graph_macs(b));
    for (uint32_t i = 0; i < a->layer_count; i++) {
        const struct layer *x = &a->layers[i], *y = &b->layers[i];
        ck_assert_str_eq(x->name, y->name);
        ck_assert(x->kernel == y->kernel && x->input_count == y->input_count);
        ck_assert(!memcmp(x->inputs, y->inputs, x->input_count * sizeof *x->inputs));
        ck_assert(!memcmp(&x->out, &y->out, sizeof x->out));
        ck_assert(x->params == y->params && x->macs == y->macs && x->step == y->step);
        ck_assert_int_eq(graph_cut_bytes(a, i), graph_cut_bytes(b, i));
    }
    for (uint32_t i = 0; i < a->step_count; i++) {
        const struct step *x = &a->steps[i], *y = &b->steps[i];
        ck_assert(x->chain_count == y->chain_count && x->merge_count == y->merge_count);
        ck_assert(x->input == y->input && x->output == y->output && x->weights == y->weights);
    }
}

static void check_device(const struct device *a, const struct device *b)
{
    ck_assert_str_eq(a->name, b->name);
    ck_assert(a->conv_flop_per_s == b->conv_flop_per_s && a->fc_bytes_per_s == b->fc_bytes_per_s);
    ck_assert(a->overhead_s == b->overhead_s && a->load_bytes_per_s == b->load_bytes_per_s);
    ck_assert(a->memory_bytes == b->memory_bytes && a->power_busy_w == b->power_busy_w);
    ck_assert(a->conv == b->conv && a->caches == b->caches);
    ck_assert(!a->profile == !b->profile && (!a->profile || !strcmp(a->profile, b->profile)));
}

static void check_protocol(const struct protocol *a, const struct protocol *b)
{
    ck_assert_str_eq(a->name, b->name);
    ck_assert(a->encoding == b->encoding && a->message_bytes == b->message_bytes);
    ck_assert(a->segment_bytes == b->segment_bytes && a->header_bytes == b->header_bytes);
    ck_assert(a->serialise_s_per_byte == b->serialise_s_per_byte && a->qos == b->qos);
    ck_assert(a->brokered == b->brokered && a->slow_start_segments == b->slow_start_segments);
}

static void check_scenario(const struct scenario *a, const struct scenario *b)
{
    ck_assert_str_eq(a->sha256, b->sha256);
    ck_assert_str_eq(a->text, b->text);
    ck_assert(a->model_count == b->model_count && a->scheme_count == b->scheme_count);
    ck_assert(a->net.node_count == b->net.node_count && a->net.group_count == b->net.group_count);
    for (uint32_t m = 0; m < a->model_count; m++) {
        ck_assert_str_eq(a->models[m].label, b->models[m].label);
        check_graph(&a->models[m].graph, &b->models[m].graph);
    }
    for (uint32_t g = 0; g < a->net.group_count; g++) {
        check_device(&a->devices[g], &b->devices[g]);
        ck_assert_double_eq(a->net.groups[g].power_send_w, b->net.groups[g].power_send_w);
    }
    for (uint32_t i = 0; i < a->net.group_count * a->net.group_count; i++)
        check_protocol(a->net.links[i].protocol, b->net.links[i].protocol);
}

static void check_labels(const struct scenario_outline *o, const struct scenario *s)
{
    ck_assert_uint_eq(o->model_count, s->model_count);
    ck_assert_uint_eq(o->scheme_count, s->scheme_count);
    for (uint32_t i = 0; i < s->model_count; i++)
        ck_assert_str_eq(o->models[i], s->models[i].label);
    for (uint32_t i = 0; i < s->scheme_count; i++)
        ck_assert_str_eq(o->schemes[i], s->schemes[i].label);
}

static void check_outline(const struct scenario_source *source, const struct scenario_edit *edit,
                          const struct scenario *s)
{
    struct scenario_outline o;
    ck_assert_msg(scenario_outline(&o, &arena, source, edit, &e), "%s", e.text);
    check_labels(&o, s);
    ck_assert_msg(o.is_mix == (s->mix.class_count > 0), "%s: mix", s->name);
    ck_assert(o.seed == s->seed && o.replications == s->replications);
    ck_assert_str_eq(o.sha256, s->sha256);
}

// Alone, twice with the shelf (which it fills, then uses), and in outline.
static void check_path(const char *path, const struct scenario_edit *edit)
{
    struct scenario        alone, filling, using;
    struct scenario_source source;
    ck_assert_msg(scenario_load(&alone, &arena, path, &paths, edit, &e), "%s", e.text);
    ck_assert(scenario_open(&source, &arena, path, &e));
    source.shelf = &shelf;
    ck_assert(scenario_read(&filling, &arena, &source, &paths, edit, &e));
    uint32_t models = shelf.model_count;
    ck_assert(scenario_read(&using, &arena, &source, &paths, edit, &e));
    ck_assert_uint_eq(shelf.model_count, models);
    check_scenario(&alone, &filling);
    check_scenario(&alone, &using);
    check_outline(&source, edit, &alone);
}

START_TEST(every_bundled_scenario_is_the_same_from_the_shelf_and_in_outline)
{
    static const char *const        labels[] = {"nin", "resnet18", "nin", "resnet18"}, // once each
        *const                      schemes[] = {"greedy", "local"},
                             *const sets[] = {"seed=9", "replications=3", "theta=3"};
    const char                    **names;
    uint32_t                        count;
    ck_assert(folder_list("scenarios", ".json", &arena, &names, &count, &e) && count > 15);
    for (uint32_t i = 0; i < count; i++) {
        if (!strcmp(names[i], "city")) continue; // large, and like campus in all that is asked here
        const char          *path = arena_format(&arena, "scenarios/%s.json", names[i]);
        struct scenario_edit edit = {.sets = sets, .set_count = 3};
        check_path(path, NULL);
        check_path(path, &edit);
        if (strcmp(names[i], "jetson2") != 0 && strcmp(names[i], "campus") != 0) continue;
        edit.schemes = schemes;
        edit.scheme_count = 2;
        check_path(path, &edit);
        edit.models = labels;
        edit.model_count = 4;
        check_path(path, &edit);
    }
}
END_TEST

#define WITH(MODELS, USER, ARRIVALS)                                                               \
    "{\"name\": \"s\", \"models\": " MODELS ", \"schemes\": {\"greedy\": {}},"                     \
    " \"nodes\": {\"user\": {\"device\": \"laptop-i5-8365u\"" USER "},"                            \
    " \"fog\": {\"device\": \"jetson-nano-cpu\"}}, \"links\": {}, \"arrivals\": " ARRIVALS "}"
#define TWO "{\"a\": {\"model\": \"nin_cifar10\"}, \"b\": {\"model\": \"resnet18\"}}"

START_TEST(a_mix_is_one_run_in_outline_too)
{
    static const char *const label = "a";
    struct scenario_edit     only_a = {.models = &label, .model_count = 1};
    const char              *names[] = {
                     write_file("s.json", WITH(TWO, "", "{\"tasks\": 1}, \"mix\": {\"a\": 0.5, \"b\": 0.5}")),
                     NULL};
    check_path(names[0], NULL);
    check_path(names[0], &only_a);
    write_file("s.json", WITH(TWO, ", \"mix\": {\"b\": 1}", "{\"tasks\": 1}"));
    check_path(names[0], NULL);
    check_path(names[0], &only_a);
    write_file("s.json", WITH(TWO, "", "{\"tasks\": 1}"));
    check_path(names[0], NULL);
    write_file("a.csv", "time,user,model\n0,0,a\n1,0,b\n");
    write_file("s.json", WITH(TWO, "", "{\"kind\": \"trace\", \"file\": \"a.csv\"}"));
    check_path(names[0], NULL);
    write_file("a.csv", "time,user,model\n0,0,a\n");
    check_path(names[0], &only_a);
    write_file("s.json", WITH("{\"a\": {\"model\": \"resnet18\"}}", "",
                              "{\"kind\": \"trace\", \"file\": \"a.csv\"}"));
    check_path(names[0], NULL);
}
END_TEST

START_TEST(models_differ_by_input_classes_and_bits)
{
    static const struct model_options options[] = {{0},
                                                   {.classes = 12},
                                                   {.input_h = 64, .input_w = 64},
                                                   {.input_h = 64, .input_w = 48},
                                                   {.classes = 12, .input_h = 64, .input_w = 64},
                                                   {.input_bits = 8}};
    enum { COUNT = sizeof options / sizeof *options };
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < COUNT; i++) {
            struct graph alone, kept;
            ck_assert(model_load(&alone, &arena, "models/zoo/nin_cifar10.json", &options[i], &e));
            ck_assert_msg(
                shelf_model(&shelf, &kept, &arena, "models/zoo", "nin_cifar10", &options[i], &e),
                "%s", e.text);
            check_graph(&alone, &kept);
        }
    ck_assert_uint_eq(shelf.model_count, COUNT);
}
END_TEST

static const char NET[] = "{\"name\": \"%s\", \"input\": [3, 8, 8], \"layers\": ["
                          "{\"name\": \"fc\", \"type\": \"fc\", \"units\": %d}]}";

// Whatever becomes of the files, all points of a sweep see the same.
START_TEST(a_file_is_read_once)
{
    struct scenario        s;
    struct scenario_source source;
    write_file("net.json", arena_format(&arena, NET, "old", 10));
    const char *path =
        write_file("s.json", WITH("{\"n\": {\"model\": \"net.json\"}}", "", "{\"tasks\": 1}"));
    ck_assert_msg(scenario_open(&source, &arena, path, &e), "%s", e.text);
    source.shelf = &shelf;
    ck_assert_msg(scenario_read(&s, &arena, &source, &paths, NULL, &e), "%s", e.text);
    write_file("net.json", arena_format(&arena, NET, "new", 20));
    write_file("s.json", "{");
    ck_assert_msg(scenario_read(&s, &arena, &source, &paths, NULL, &e), "%s", e.text);
    ck_assert_str_eq(s.models[0].graph.name, "old");
    ck_assert_int_eq(s.models[0].graph.layers[0].out.c, 10);
    source.shelf = NULL;
    ck_assert_msg(scenario_read(&s, &arena, &source, &paths, NULL, &e), "%s", e.text);
    ck_assert_str_eq(s.models[0].graph.name, "new");
}
END_TEST

START_TEST(a_fault_is_told_each_time_and_nothing_is_kept_of_it)
{
    struct graph    g;
    struct device   d;
    struct protocol p;
    const char     *path = write_file("net.json", "{\"name\": 3}");
    for (uint32_t i = 0; i < 2; i++) {
        e = (struct err){0};
        ck_assert(!shelf_model(&shelf, &g, &arena, NULL, path, NULL, &e) && e.fault_count);
        ck_assert(!shelf_model(&shelf, &g, &arena, paths.zoo, "none", NULL, &e));
        ck_assert(!shelf_device(&shelf, &d, &arena, paths.devices, "none", &e));
        ck_assert(!shelf_protocol(&shelf, &p, &arena, paths.protocols, "none", &e));
        ck_assert_msg(strstr(e.text, "want a model of the zoo") != NULL, "%s", e.text);
    }
    ck_assert(!shelf.model_count && !shelf.device_count && !shelf.protocol_count);
    write_file("net.json", arena_format(&arena, NET, "now", 10));
    ck_assert(shelf_model(&shelf, &g, &arena, NULL, path, NULL, &e));
}
END_TEST

// What the scenario's own arena held is gone; what stands on the shelf is not.
START_TEST(what_stands_on_the_shelf_outlives_the_scenario)
{
    struct arena           own = {0};
    struct scenario        s, again;
    struct scenario_source source;
    ck_assert(scenario_open(&source, &arena, "scenarios/hyps-vgg16.json", &e));
    source.shelf = &shelf;
    ck_assert(scenario_read(&s, &own, &source, &paths, NULL, &e));
    arena_rewind(&own, (struct arena_mark){0}); // and what comes now is written over it
    ck_assert(scenario_load(&s, &own, "scenarios/campus.json", &paths, NULL, &e));
    ck_assert(scenario_read(&again, &arena, &source, &paths, NULL, &e));
    ck_assert(scenario_load(&s, &own, "scenarios/hyps-vgg16.json", &paths, NULL, &e));
    check_scenario(&s, &again);
    arena_free(&own);
}
END_TEST

START_TEST(an_outline_asks_for_models_and_schemes)
{
    static const struct {
        const char *set, *want;
    } faults[] = {
        {"models=[]", "models: want an object of models, have a list of 0"},
        {"models={}", "models: want an object of models, have an object"},
        {"schemes=3", "schemes: want an object of schemes, have 3"},
        {"schemes=null", "schemes: want a value, have null"},
        {"seed=-1", "seed: want an integer from 0 to 9007199254740992, have -1"},
    };
    struct scenario_source  source;
    struct scenario_outline o;
    ck_assert(scenario_open(&source, &arena, "scenarios/jetson2.json", &e));
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct scenario_edit edit = {.sets = &faults[i].set, .set_count = 1};
        e = (struct err){0};
        ck_assert(!scenario_outline(&o, &arena, &source, &edit, &e));
        ck_assert_str_eq(e.text,
                         arena_format(&arena, "scenarios/jetson2.json: %s", faults[i].want));
    }
}
END_TEST

Suite *shelf_suite(void)
{
    Suite *suite = suite_create("shelf");
    TCase *tc = tcase_create("all");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, every_bundled_scenario_is_the_same_from_the_shelf_and_in_outline);
    tcase_add_test(tc, a_mix_is_one_run_in_outline_too);
    tcase_add_test(tc, models_differ_by_input_classes_and_bits);
    tcase_add_test(tc, a_file_is_read_once);
    tcase_add_test(tc, a_fault_is_told_each_time_and_nothing_is_kept_of_it);
    tcase_add_test(tc, what_stands_on_the_shelf_outlives_the_scenario);
    tcase_add_test(tc, an_outline_asks_for_models_and_schemes);
    suite_add_tcase(suite, tc);
    return suite;
}
