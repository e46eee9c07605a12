// tests/test_scenario.c: a scenario file into a struct: defaults, edits, enumerations, links,
// names.
//
// Each test writes a small scenario, changed by --set, and reads it in this process. Expected
// values follow docs/SCENARIOS.md by hand: 1 Gbit/s = 125e6 B/s.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/device.h"
#include "scenarios/scenario.h"

Suite *scenario_suite(void);

static struct arena    arena;
static struct err      e;
static struct paths    paths;
static struct scenario s;
static char            file[64];

static const char SMALL[] =
    "{\"name\": \"small\", \"models\": {\"nin\": {\"model\": \"nin_cifar10\"}},"
    " \"schemes\": {\"dina\": {}},"
    " \"nodes\": {\"user\": {\"device\": \"laptop-i5-8365u\"},"
    " \"fog\": {\"count\": 3, \"device\": \"jetson-nano-cpu\"}},"
    " \"links\": {\"default\": {\"rate\": \"100 Mbit/s\"}}, \"arrivals\": {\"tasks\": 3}}";

static void setup(void)
{
    arena = (struct arena){0};
    e = (struct err){0};
    setenv("FOGSIM_DATA", ".", 1);
    ck_assert_msg(paths_find(&paths, &arena, &e), "%s", e.text);
    strcpy(file, "/tmp/fogsim-scenario-XXXXXX");
    int fd = mkstemp(file);
    ck_assert_int_eq(write(fd, SMALL, sizeof SMALL - 1), sizeof SMALL - 1);
    close(fd);
}

static void teardown(void)
{
    unlink(file);
    arena_free(&arena);
}

static bool load(const char *const *sets)
{
    struct scenario_edit edit = {.sets = sets};
    while (sets[edit.set_count]) edit.set_count++;
    e = (struct err){0};
    return scenario_load(&s, &arena, file, &paths, &edit, &e);
}

#define LOAD(...) ck_assert_msg(load((const char *const[]){__VA_ARGS__, NULL}), "%s", e.text)

// Refused with exactly these lines, each behind "FILE: ".
static void refuse(const char *set, const char *want)
{
    ck_assert_msg(!load((const char *const[]){set, NULL}), "accepted: %s", set);
    const char *begin = e.text;
    if (!strncmp(begin, file, strlen(file))) begin += strlen(file) + 2;
    ck_assert_str_eq(begin, want);
    ck_assert_uint_eq(e.fault_count, 1);
}

START_TEST(what_is_left_out_has_the_documented_default)
{
    LOAD(NULL);
    ck_assert_str_eq(s.name, "small");
    ck_assert_str_eq(s.about, "");
    ck_assert_uint_eq(s.seed, 1);
    ck_assert_uint_eq(s.replications, 1);
    ck_assert_str_eq(record_names[s.record], "layers");
    ck_assert_int_eq(s.limits.tau_mode, TAU_LOCAL);
    ck_assert_double_eq(s.limits.gamma_bytes_per_s, 0);
    ck_assert_double_eq(s.limits.edge_delay_s, 0);
    ck_assert_uint_eq(s.limits.theta, 2);
    ck_assert_uint_eq(s.limits.quota, UINT32_MAX);
    ck_assert(isinf(s.deadline_s[0]) && isinf(s.epoch_s));
    ck_assert_double_eq(s.warm_up_s, 0);
    ck_assert_int_eq(s.arrivals.kind, ARRIVAL_CLOSED);
    ck_assert_uint_eq(s.arrivals.jobs_per_user, 3);
    ck_assert(isinf(s.arrivals.duration_s));
    const struct scheme_options *o = &s.schemes[0].options;
    ck_assert_int_eq(o->granularity, GRANULARITY_LAYER);
    ck_assert_int_eq(o->weights, WEIGHTS_RESIDENT);
    ck_assert_int_eq(o->fc_split, SLICE_OUT);
    ck_assert_int_eq(o->open_slots, OPEN_MOVE);
    ck_assert_int_eq(o->cut, DRAW_PER_TASK);
    ck_assert_int_eq(o->node, DRAW_PER_TASK);
    ck_assert_int_eq(o->shares, SHARE_FOG);
    ck_assert(o->welfare_guard && !o->local_share);
    const struct node_group *g = &s.net.groups[1];
    ck_assert(g->nic_shared && g->servers == 1 && g->queue_limit == QUEUE_INFINITE);
    ck_assert_double_eq(g->nic_bytes_per_s, 125e6);
    ck_assert_int_eq(s.net.broker, BROKER_RECEIVER);
    ck_assert_str_eq(s.net.links[1].protocol->name, "tcp");
    ck_assert_double_eq(s.net.links[1].rate_bytes_per_s, 12.5e6);
    ck_assert_double_eq(s.net.links[1].latency_s, 0);
}
END_TEST

START_TEST(nodes_are_numbered_by_group_and_named)
{
    LOAD("nodes.cloud={\"device\": \"server-v100\"}", "nodes.user.count=2");
    static const char *const names[] = {"user0", "user1", "fog0", "fog1", "fog2", "cloud"};
    ck_assert_uint_eq(s.net.node_count, 6);
    for (uint32_t i = 0; i < 6; i++) ck_assert_str_eq(scenario_node_name(&s, i, &arena), names[i]);
    ck_assert_uint_eq(s.user_count, 2);
    ck_assert_uint_eq(s.users[1], 1);
    ck_assert_uint_eq(s.fog_count, 4); // the cloud is a candidate too
    ck_assert_uint_eq(s.fogs[0], 2);
    ck_assert_uint_eq(s.fogs[3], 5);
}
END_TEST

START_TEST(links_overrule_the_default_in_their_direction)
{
    LOAD("links.user>fog={\"latency\": \"5 ms\", \"protocol\": \"mqtt\"}",
         "links.fog>fog.rate=1 Gbit/s", "protocol=grpc");
    const struct link_spec *l = s.net.links; // from * 2 + to
    ck_assert_double_eq(l[1].latency_s, 0.005);
    ck_assert_double_eq(l[1].rate_bytes_per_s, 12.5e6); // from the default
    ck_assert_str_eq(l[1].protocol->name, "mqtt");
    ck_assert_double_eq(l[2].latency_s, 0);
    ck_assert_str_eq(l[2].protocol->name, "grpc");
    ck_assert_double_eq(l[3].rate_bytes_per_s, 125e6);
    LOAD("links={}");
    ck_assert_double_eq(s.net.links[1].rate_bytes_per_s, 125e6);
}
END_TEST

START_TEST(a_third_broker_is_added_or_taken)
{
    LOAD("broker=third", "protocol=mqtt", "links.user>broker={\"rate\": \"8 Mbit/s\"}");
    ck_assert_uint_eq(s.net.group_count, 3);
    ck_assert_str_eq(scenario_node_name(&s, s.net.broker_node, &arena), "broker");
    ck_assert_double_eq(s.net.links[0 * 3 + 2].rate_bytes_per_s, 1e6);
    ck_assert_uint_eq(s.fog_count, 3);
    LOAD("broker=third", "nodes.hub={\"kind\": \"broker\", \"nic_rate\": \"10 Gbit/s\"}");
    ck_assert_uint_eq(s.net.group_count, 3);
    ck_assert_str_eq(scenario_node_name(&s, s.net.broker_node, &arena), "hub");
    LOAD("broker=sender");
    ck_assert_uint_eq(s.net.broker_node, NO_NODE);
}
END_TEST

START_TEST(options_of_the_root_are_defaults_of_all_schemes)
{
    LOAD(
        "granularity=task", "weights=per_task", "fc_split=input", "local_share=true", "tau=off",
        "schemes.randp={\"weights\": \"per_layer\", \"local_share\": false, \"shares\": \"user\"}",
        "schemes.still={\"scheme\": \"dina\", \"open_slots\": \"none\", \"welfare_guard\": false}");
    const struct scheme_options *dina = &s.schemes[0].options, *randp = &s.schemes[1].options;
    ck_assert(dina->granularity == GRANULARITY_TASK && randp->granularity == GRANULARITY_TASK);
    ck_assert(dina->weights == WEIGHTS_PER_TASK && randp->weights == WEIGHTS_PER_LAYER);
    ck_assert(dina->fc_split == SLICE_IN && randp->fc_split == SLICE_IN);
    ck_assert(dina->local_share && !randp->local_share);
    ck_assert(dina->shares == SHARE_FOG && randp->shares == SHARE_USER);
    ck_assert_str_eq(s.schemes[2].label, "still");
    ck_assert_str_eq(s.schemes[2].scheme->name, "dina");
    ck_assert(s.schemes[2].options.open_slots == OPEN_NONE && !s.schemes[2].options.welfare_guard);
}
END_TEST

START_TEST(every_word_is_the_value_it_names)
{
    static const char *const slots[] = {"none", "two-sided", "move"};
    for (int i = 0; i < 3; i++) {
        LOAD(arena_format(&arena, "schemes.dina.open_slots=%s", slots[i]));
        ck_assert_int_eq((int)s.schemes[0].options.open_slots, i);
    }
    static const char *const weights[] = {"resident", "per_task", "per_layer"};
    for (int i = 0; i < 3; i++) {
        LOAD(arena_format(&arena, "weights=%s", weights[i]));
        ck_assert_int_eq((int)s.schemes[0].options.weights, i);
    }
    for (int i = 0; record_names[i]; i++) {
        LOAD(arena_format(&arena, "record=%s", record_names[i]));
        ck_assert_int_eq(s.record, i);
    }
    LOAD("schemes={\"random\": {\"cut\": \"per_layer\"}, \"rand\": {\"node\": \"per_layer\"}}");
    ck_assert_int_eq(s.schemes[0].options.cut, DRAW_PER_LAYER);
    ck_assert_int_eq(s.schemes[1].options.node, DRAW_PER_LAYER);
    LOAD("arrivals={\"kind\": \"periodic\", \"period\": \"2 s\", \"duration\": \"1 min\"}");
    ck_assert_int_eq(s.arrivals.kind, ARRIVAL_PERIODIC);
    ck_assert_double_eq(s.arrivals.period_s, 2);
    ck_assert_double_eq(s.arrivals.duration_s, 60);
    LOAD("arrivals={\"kind\": \"poisson\", \"rate\": \"30 /min\", \"tasks\": 1}");
    ck_assert_int_eq(s.arrivals.kind, ARRIVAL_POISSON);
    ck_assert_double_eq(s.arrivals.rate_per_s, 0.5);
    LOAD("tau=off");
    ck_assert_int_eq(s.limits.tau_mode, TAU_OFF);
    LOAD("tau=1.5 s");
    ck_assert_int_eq(s.limits.tau_mode, TAU_SET);
    ck_assert_double_eq(s.limits.tau_s, 1.5);
    LOAD("nodes.fog.nic=dedicated", "nodes.fog.queue=0", "nodes.fog.servers=4");
    ck_assert(!s.net.groups[1].nic_shared && s.net.groups[1].queue_limit == 0 &&
              s.net.groups[1].servers == 4);
}
END_TEST

START_TEST(an_override_changes_the_figures_that_it_names)
{
    LOAD("nodes.fog.override={\"conv_rate\": \"1 GFLOP/s\", \"memory\": \"1 GiB\"}");
    ck_assert_double_eq(s.devices[1].conv_flop_per_s, 1e9);
    ck_assert_double_eq(s.devices[1].fc_bytes_per_s, 4e9); // jetson-nano-cpu.json
    ck_assert_double_eq(s.net.groups[1].memory_bytes, 1073741824);
    ck_assert_double_eq(s.net.groups[1].power_busy_w, 10);
    ck_assert_int_eq(s.devices[1].conv, CONV_FASTEST); // its stack is ncnn
    ck_assert_int_eq(s.devices[1].caches, CACHES_WARM);
    LOAD("nodes.fog.override={\"conv\": \"winograd\", \"caches\": \"cold\"}");
    ck_assert_int_eq(s.devices[1].conv, CONV_WINOGRAD);
    ck_assert_int_eq(s.devices[1].caches, CACHES_COLD);
}
END_TEST

START_TEST(input_and_classes_reach_the_model)
{
    LOAD("models.nin={\"model\": \"nin_cifar10\", \"classes\": 12, \"input\": [64, 48]}");
    const struct graph *g = &s.models[0].graph;
    ck_assert_int_eq(g->input.h, 64);
    ck_assert_int_eq(g->input.w, 48);
    ck_assert_int_eq(graph_tensor(g, g->layer_count).c, 12);
}
END_TEST

START_TEST(the_digest_follows_the_values_not_the_layout)
{
    LOAD(NULL);
    char before[DIGEST_TEXT_BYTES];
    strcpy(before, s.sha256);
    LOAD("name=small");
    ck_assert_str_eq(s.sha256, before);
    LOAD("seed=2");
    ck_assert_str_ne(s.sha256, before);
}
END_TEST

static const struct {
    const char *set, *want;
} FAULTS[] = {
    {"arrivals={}",
     "arrivals: want \"tasks\" or \"duration\", so that the run ends, have an object"},
    {"arrivals={\"kind\": \"closed\", \"tasks\": 1, \"rate\": 3}",
     "arrivals.rate: want no \"rate\" with arrivals of kind \"closed\", have 3"},
    {"schemes.dina.cut=per_task",
     "schemes.dina.cut: want no \"cut\" (scheme dina does not read it), have \"per_task\""},
    {"nodes.edge={\"device\": \"server-v100\"}", "nodes.edge.kind: want a value, have nothing"},
    {"nodes.fog.count=0",
     "nodes: want at least one node of kind \"fog\" or \"cloud\", have an object"},
    {"nodes.user.count=0", "nodes: want at least one node of kind \"user\", have an object"},
    {"nodes.fog2={\"kind\": \"fog\", \"device\": \"server-v100\"}",
     "nodes.fog2: want names that no two nodes share, have a node of \"fog\" named alike"},
    {"nodes.a>b={\"kind\": \"fog\", \"device\": \"server-v100\"}",
     "nodes.a>b: want a group with a name without \">\", have an object"},
    {"links.user>cloud={}",
     "links.user>cloud: want \"default\" or \"FROM>TO\" with names of node groups, have "
     "\"user>cloud\""},
    {"protocol=udp", "protocol: want one of grpc, mqtt, tcp, have \"udp\""},
    {"nodes.fog.override.conv=fft",
     "nodes.fog.override.conv: want one of \"direct\", \"winograd\", \"fastest\", have \"fft\""},
    {"nodes.fog.override.caches=1",
     "nodes.fog.override.caches: want one of \"warm\", \"cold\", have 1"},
    {"nodes.fog.override.power_busy=\"1 W\"",
     "nodes.fog.override.power_busy: want at least power_idle (2 W), have \"1 W\""},
    {"models.nin.input=[1, 2, 3]",
     "models.nin.input: want an integer from 1 to 16384, have a list of 3"},
    {"name=\"\"", "name: want a name without \"/\", have \"\""},
    {"theta", "--set: want KEY=VALUE, have \"theta\""},
};

START_TEST(a_fault_is_told_once_with_its_place)
{
    refuse(FAULTS[_i].set, FAULTS[_i].want);
}
END_TEST

// fog0 .. fog2 are taken; these are not.
START_TEST(names_that_only_look_alike_are_accepted)
{
    static const char *const names[] = {"fog3", "fog01", "fo", "fogg", "fog2x", "fog30"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        LOAD(arena_format(&arena, "nodes.%s={\"kind\": \"fog\", \"device\": \"server-v100\"}",
                          names[i]));
    LOAD("nodes.fog.count=1", "nodes.fog0={\"kind\": \"fog\", \"device\": \"server-v100\"}");
    LOAD("nodes.fog.count=10",
         "nodes.fog1={\"kind\": \"fog\", \"count\": 2, \"device\": \"server-v100\"}");
    const char *const meet[] = {
        "nodes.fog.count=11",
        "nodes.fog1={\"kind\": \"fog\", \"count\": 2, \"device\": \"server-v100\"}", NULL};
    ck_assert(!load(meet)); // fog10 twice
}
END_TEST

START_TEST(every_bundled_preset_is_read)
{
    static const char *const devices[] = {
        "jetson-nano-cpu", "jetson-nano-gpu",      "jetson-nano-pytorch", "jetson-tx2",
        "laptop-i5-8365u", "raspberry-pi-3b-plus", "raspberry-pi-4b",     "server-v100"};
    struct device   d;
    struct protocol p;
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        ck_assert_msg(device_load(&d, &arena, paths.devices, devices[i], &e), "%s", e.text);
    ck_assert(protocol_load(&p, &arena, paths.protocols, "mqtt", &e));
    ck_assert(p.brokered);
    ck_assert_double_eq(p.broker_s_per_byte, 1e-9);
    ck_assert(!device_load(&d, &arena, paths.devices, "../devices/server-v100", &e));
    ck_assert(!device_load(&d, &arena, paths.devices, "", &e));
}
END_TEST

Suite *scenario_suite(void)
{
    Suite *suite = suite_create("scenario");
    TCase *tc = tcase_create("load");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, what_is_left_out_has_the_documented_default);
    tcase_add_test(tc, nodes_are_numbered_by_group_and_named);
    tcase_add_test(tc, links_overrule_the_default_in_their_direction);
    tcase_add_test(tc, a_third_broker_is_added_or_taken);
    tcase_add_test(tc, options_of_the_root_are_defaults_of_all_schemes);
    tcase_add_test(tc, every_word_is_the_value_it_names);
    tcase_add_test(tc, an_override_changes_the_figures_that_it_names);
    tcase_add_test(tc, input_and_classes_reach_the_model);
    tcase_add_test(tc, the_digest_follows_the_values_not_the_layout);
    tcase_add_loop_test(tc, a_fault_is_told_once_with_its_place, 0, sizeof FAULTS / sizeof *FAULTS);
    tcase_add_test(tc, names_that_only_look_alike_are_accepted);
    tcase_add_test(tc, every_bundled_preset_is_read);
    suite_add_tcase(suite, tc);
    return suite;
}
