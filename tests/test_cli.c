// tests/test_cli.c: the program as its users see it: exit codes, what it says, what it leaves.
//
// Broken inputs: every fault with its place, exit 2, no database left.
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kernels/kernel.h"
#include "tests/program.h"

Suite *cli_suite(void);

// ---- broken scenarios

#define RATE_RANGE "want a rate such as \"94.1 Mbit/s\" from 1e+04 to 8e+15 bit/s, have "

static const struct {
    const char *file;
    const char *lines[16];
} BROKEN[] = {
    {"syntax.json", {"FILE: line 30, column 4: want valid JSON, have \"?}?\""}},
    {"unknown-key.json",
     {"FILE: deadlin: want a known key, have \"deadlin\" (did you mean \"deadline\"?)",
      "FILE: nodes.fog.cuont: want a known key, have \"cuont\" (did you mean \"count\"?)"}},
    {"wrong-unit.json",
     {"FILE: links.default.rate: want a rate such as \"94.1 Mbit/s\", have \"1 GB\"",
      "FILE: links.default.latency: want a time such as \"0.3 ms\", have \"0.1 Mbit/s\"",
      "FILE: epoch: want a time such as \"0.3 ms\", have \"5 parsec\""}},
    {"negative-rate.json",
     {"FILE: links.default.rate: " RATE_RANGE "\"-1 Mbit/s\"",
      "FILE: links.user>fog.rate: " RATE_RANGE "-5",
      "FILE: arrivals.rate: want a frequency such as \"2 /s\" from 1e-07 to 1e+06"}},
    {"unknown-model.json", {"FILE: models.ninn: want a model of the zoo (", "FILE: models.gone: "}},
    {"no-fog.json", {"FILE: nodes: want at least one node of kind \"fog\" or \"cloud\""}},
    {"duplicate-names.json",
     {"FILE: schemes: want every name once, have \"dina\" twice",
      "FILE: want every name once, have \"name\" twice"}},
    {"cyclic-model.json", {"FILE: models.cycle: "}},
    {"absurd-sizes.json",
     {"FILE: seed: want an integer from 0 to 9007199254740992, have 1e+300",
      "FILE: replications: want an integer from 1 to 100000, have 1000000000000",
      "FILE: models.nin.input: want an integer from 1 to 16384, have 1000000",
      "FILE: nodes.fog.count: want an integer from 0 to 1000000, have 4000000000",
      "FILE: nodes: want at most 2000000 nodes in all",
      "FILE: links.default.rate: " RATE_RANGE "\"1e300 Gbit/s\"",
      "FILE: theta: want an integer from 1 to 64, have 65",
      "FILE: arrivals.tasks: want an integer from 1 to 1000000000, have 0"}},
    {"empty.json", {"FILE: want a JSON object, have an empty file"}},
    {".", {"FILE: want a JSON file, have a directory"}},
    {"none.json", {"FILE: cannot open: No such file or directory"}},
};

START_TEST(options_of_schemes_are_listed_with_their_defaults_and_ranges)
{
    MUST_RUN("list", "schemes");
    ck_assert_ptr_nonnull(strstr(out, "option optional (pool, none, conv, all): "));
    ck_assert_ptr_nonnull(strstr(out, "option tolerance (0.1; 0 to 1): "));
    ck_assert_ptr_nonnull(strstr(out, "option owner_share (true): "));
    ck_assert_ptr_nonnull(strstr(out, "option hub: "));
}
END_TEST

START_TEST(a_scheme_says_all_that_it_lacks_each_with_its_place)
{
    static const char *const want[] = {
        "FILE: schemes.t04: model deep: edge: want a group of fog or cloud nodes, there is none",
        "FILE: schemes.t04: model deep: devices_per_sample: want at most the 1 nodes of device,",
        NULL};
    const char *file = in_root("scenarios/ddnn-surveillance.json");
    ck_assert_int_eq(RUN("run", file, "--set", "schemes.t04.devices_per_sample=5", "--db", "r.db"),
                     2);
    check_lines(file, want);
    ck_assert_int_ne(access(in_folder("r.db"), F_OK), 0);
}
END_TEST

START_TEST(a_broken_scenario_is_refused_with_every_fault_and_leaves_nothing)
{
    const char *file = in_root(arena_format(&arena, "tests/broken/%s", BROKEN[_i].file));
    ck_assert_int_eq(RUN("run", file), 2);
    check_lines(file, BROKEN[_i].lines);
    ck_assert_str_eq(out, "");
    ck_assert_int_eq(empty_folder(), 0);
    ck_assert_int_eq(RUN("run", file, "--db", "results.db"), 2);
    ck_assert_int_eq(RUN("plan", file, "--scheme", "dina"), 2);
    ck_assert_int_eq(RUN("check", file), 2);
    check_lines(file, BROKEN[_i].lines);
    ck_assert_int_eq(empty_folder(), 0);
}
END_TEST

START_TEST(the_place_of_a_fault_in_a_model_is_told_too)
{
    RUN("check", in_root("tests/broken/cyclic-model.json"));
    ck_assert_ptr_nonnull(
        strstr(err, "cyclic-model/net.json: layers[1].inputs[1]: want an earlier layer (this one "
                    "comes later: the graph has a cycle or is not in order), have \"c\""));
}
END_TEST

// Every line of many-faults.json with a fault, in the order of reading: 38 by hand.
START_TEST(all_faults_of_a_file_come_at_once)
{
    static const char *const places[] = {"name",
                                         "about",
                                         "seed",
                                         "replications",
                                         "record",
                                         "models.nin.classes",
                                         "granularity",
                                         "weights",
                                         "fc_split",
                                         "local_share",
                                         "schemes.dina.cut",
                                         "schemes.dina.open_slots",
                                         "schemes.rand.node",
                                         "schemes.best",
                                         "nodes.user.device",
                                         "nodes.fog.count",
                                         "nodes.fog.servers",
                                         "nodes.fog.nic",
                                         "nodes.edge.kind",
                                         "nodes.edge.device",
                                         "broker",
                                         "protocol",
                                         "links.default.rate",
                                         "links.user>edges",
                                         "tau",
                                         "Gamma",
                                         "theta",
                                         "quota",
                                         "edge_delay",
                                         "deadline",
                                         "epoch",
                                         "warm_up",
                                         "arrivals.think",
                                         "arrivals.rate",
                                         "arrivals",
                                         "published[0].metric",
                                         "published[0].model",
                                         "published[0].range",
                                         "published[1]"};
    enum { COUNT = sizeof places / sizeof *places };
    const char *file = in_root("tests/broken/many-faults.json");
    const char *want[COUNT + 1] = {0};
    for (int i = 0; i < COUNT; i++) want[i] = arena_format(&arena, "FILE: %s: want ", places[i]);
    ck_assert_int_eq(RUN("check", file), 2);
    check_lines(file, want);
}
END_TEST

START_TEST(a_sweep_is_checked_at_each_of_its_points)
{
    const char *file = in_folder("s.json");
    write_text("s.json", SMALL);
    MUST_RUN("check", file, "--set", "sweep.vary={\"nodes.fog.count\": \"1..4\"}");
    ck_assert_msg(strstr(out, ", a sweep of 4 points\n") != NULL, "%s", out);
    ck_assert_int_eq(RUN("check", file, "--set",
                         "sweep.vary={\"nodes.fog.count\": [2, 0], \"theta\": \"63..65\"}"),
                     2);
    check_lines(file, (const char *const[]){
                          "FILE: theta: want an integer from 1 to 64, have 65, at "
                          "{\"nodes.fog.count\":2,\"theta\":65}",
                          "FILE: sweep: want points that can run, have faults at 4 of 6", NULL});
    ck_assert_int_eq(RUN("check", file, "--set", "sweep.vary={\"model\": [\"nin\", \"none\"]}"), 2);
    ck_assert_msg(strstr(err, ", at model none\n") != NULL, "%s", err);
    ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(a_hundred_megabytes_of_brackets_are_refused)
{
    enum { CHUNK = 1 << 20, CHUNKS = 100 };
    static char chunk[CHUNK];
    const char *path = in_folder("brackets.json");
    memset(chunk, '[', sizeof chunk);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < CHUNKS; i++) ck_assert_uint_eq(fwrite(chunk, 1, CHUNK, file), CHUNK);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(RUN("run", path), 2);
    check_lines(path,
                (const char *const[]){"FILE: want at most 16777216 bytes, have 104857600", NULL});
    ck_assert_int_eq(truncate(path, 10 * CHUNK), 0); // small enough to be read
    ck_assert_int_eq(RUN("run", path), 2);
    check_lines(path,
                (const char *const[]){"FILE: want at most 64 levels of brackets, have more", NULL});
    ck_assert_int_eq(empty_folder(), 1); // itself
}
END_TEST

// ---- usage

static const struct {
    const char *args[8], *want;
} USAGE[] = {
    {{"nothing"}, "fogsim: want a command (see fogsim --help), have \"nothing\"\n"},
    {{"run"}, "run: want SCENARIO, have 0 of them\n"},
    {{"run", "a", "b"}, "run: want nothing behind SCENARIO, have \"b\"\n"},
    {{"run", "a", "--frob"}, "run: want an option of `fogsim run` (see --help), have \"--frob\"\n"},
    {{"run", "a", "-x"}, "run: want an option of `fogsim run` (see --help), have \"-x\"\n"},
    {{"run", "a", "--seed"}, "--seed: want N, have nothing\n"},
    {{"run", "a", "--quiet=yes"}, "--quiet: want no value, have \"yes\"\n"},
    {{"run", "jetson2", "--seed", "x"},
     "--seed: want an integer from 0 to 9007199254740992, have \"x\"\n"},
    {{"run", "jetson2", "--seed=-1"},
     "--seed: want an integer from 0 to 9007199254740992, have \"-1\"\n"},
    {{"run", "jetson2", "--replications", "0"},
     "--replications: want an integer from 1 to 100000, have \"0\"\n"},
    {{"run", "jetson2", "--replications", "1e3"},
     "--replications: want an integer from 1 to 100000, have \"1e3\"\n"},
    {{"run", "jetson2", "--replications", "99999999999999999999"},
     "--replications: want an integer from 1 to 100000, have \"99999999999999999999\"\n"},
    {{"run", "jetson2", "--format", "xml"},
     "--format: want one of table, json, csv, have \"xml\"\n"},
    {{"plan", "jetson2", "--scheme", "dina", "--format", "csv"},
     "--format: want one of table, json, have \"csv\"\n"},
    {{"plan", "jetson2"}, "plan: want one scheme, as --scheme NAME, have 5\n"},
    {{"list"},
     "list: want schemes|models|devices|protocols|scenarios|figures|kernels, have 0 of"
     " them\n"},
    {{"model", "nin", "--classes", "0"},
     "--classes: want an integer from 1 to 65536, have \"0\"\n"},
    {{"run", "jetson2", "--db", ""}, ": want the name of a database\n"},
    {{"run", "--", "--db"}, "--db: cannot open: No such file or directory\n"},
    {{"run", ""}, ": cannot open: No such file or directory\n"},
};

START_TEST(bad_usage_is_told_with_exit_2)
{
    ck_assert_int_eq(run_to(in_folder("out"), USAGE[_i].args), 2);
    ck_assert_str_eq(err, USAGE[_i].want);
    ck_assert_str_eq(out, "");
    ck_assert_int_eq(empty_folder(), 0);
}
END_TEST

// Shapes by hand as in test_models.c: conv3 halves 4 frames that are padded in front alone.
START_TEST(a_three_dimensional_model_is_shown_with_its_frames)
{
    static const char *const table[] = {"input 3 x 8 x 20 x 20", "1x2x2    1x2x2", "16x4x5x5",
                                        "20x1x1"};
    static const char *const json[] = {"\"input\":\t[3, 8, 20, 20]", "\"kernel\":\t[1, 2, 2]",
                                       "\"stride\":\t[2, 1, 1]",     "\"pad\":\t[1, 1, 1, 0, 1, 1]",
                                       "\"out\":\t[10, 2, 5, 5]",    "\"out\":\t[20]"};
    const char              *file = in_root("tests/models/c3d_small.json");
    MUST_RUN("model", file);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        ck_assert_msg(strstr(out, table[i]), "want %s in: %s", table[i], out);
    MUST_RUN("model", file, "--format", "json");
    for (size_t i = 0; i < sizeof json / sizeof *json; i++)
        ck_assert_msg(strstr(out, json[i]), "want %s in: %s", json[i], out);
}
END_TEST

START_TEST(help_and_version_are_everywhere)
{
    static const char *const commands[] = {"run",   "plan", "check",    "list",
                                           "model", "plot", "calibrate"};
    MUST_RUN("--help");
    ck_assert_ptr_nonnull(strstr(out, "usage: fogsim COMMAND"));
    MUST_RUN("-h");
    MUST_RUN("help");
    MUST_RUN("--version");
    char *version = out;
    ck_assert_int_eq(strncmp(version, "fogsim 0.", 9), 0);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        MUST_RUN(commands[i], "--help");
        ck_assert_ptr_nonnull(strstr(out, arena_format(&arena, "usage: fogsim %s", commands[i])));
        MUST_RUN(commands[i], "--version");
        ck_assert_str_eq(out, version);
        MUST_RUN(commands[i], "--frob", "-h"); // help wins over what is wrong
    }
    ck_assert_int_eq(run_to(in_folder("out"), (const char *const[]){NULL}), 2);
    ck_assert_ptr_nonnull(strstr(err, "usage: fogsim COMMAND"));
    ck_assert_int_eq(empty_folder(), 0);
}
END_TEST

START_TEST(an_instruction_set_that_is_not_there_is_told_with_exit_2)
{
    setenv("FOGSIM_ISA", "mmx", 1);
    ck_assert_int_eq(RUN("calibrate", "--quick"), 2);
    ck_assert_int_eq(strncmp(err, "FOGSIM_ISA: want an instruction set of this CPU (", 49), 0);
    ck_assert_ptr_nonnull(strstr(err, "plain), have \"mmx\"\n"));
    ck_assert_int_eq(RUN("calibrate", "--quick", "--isa", "mmx2"), 2);
    ck_assert_int_eq(strncmp(err, "--isa: want an instruction set of this CPU (", 44), 0);
    ck_assert_ptr_nonnull(strstr(err, "plain), have \"mmx2\"\n"));
    MUST_RUN("calibrate", "--self-test", "--isa", "plain"); // the option counts
    unsetenv("FOGSIM_ISA");
    ck_assert_int_eq(empty_folder(), 0);
}
END_TEST

// Before anything is measured, which takes minutes.
START_TEST(calibrate_says_at_once_what_would_come_to_nothing)
{
    const char *path = in_folder("alien.json");
    const char *timing = "{\"cycles\": 2000, \"median_cycles\": 2000, \"q1_cycles\": 2000, "
                         "\"q3_cycles\": 2000, \"min_s\": 1e-6, \"median_s\": 1e-6}";
    const char *rates = "{\"warm\": 1e9, \"cold\": 1e9}";
    FILE       *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fprintf(
        file,
        "{\"format\": 2, \"clock_hz\": 1e9, \"reference\": {\"fc_bytes_per_s\": 1e9, "
        "\"conv_flop_per_s\": {\"direct\": %s, \"winograd\": %s, \"fastest\": %s}}, \"layers\": ["
        "{\"key\": \"fc 1 1\", \"points\": [{\"size\": 4, \"cold\": %s}]}, "
        "{\"key\": \"relu 1x1x1\", \"points\": [{\"size\": 1, \"warm\": %s}]}, "
        "{\"key\": \"conv 1x1x1 1 k1x1\", \"points\": [{\"size\": 1, \"warm\": %s}]}]}",
        rates, rates, rates, timing, timing, timing);
    fclose(file);
    ck_assert_int_eq(RUN("calibrate", "--verify", path), 2); // none of its layers: nothing held
    ck_assert_ptr_nonnull(strstr(err, "alien.json: layers: want some of these models, have none"));
    unlink(path);
    ck_assert_int_eq(RUN("calibrate", "--model", "x", "-o", in_folder("none/x.json")), 1);
    ck_assert_ptr_nonnull(strstr(err, "none/x.json: cannot write: No such file"));
    ck_assert_int_eq(RUN("calibrate", "--model", "x", "-o", folder), 1);
    ck_assert_ptr_nonnull(strstr(err, ": cannot write: Is a directory"));
    ck_assert_int_eq(RUN("calibrate", "--verify", "x", "-o", "y"), 2);
    ck_assert_str_eq(err, "--verify: want no -o beside it, have one\n");
    ck_assert_int_eq(RUN("calibrate", "--self-test", "--model", "vgg16"), 2);
    ck_assert_str_eq(err, "--self-test: want no --model beside it, have one\n");
    ck_assert_int_eq(RUN("calibrate", "--name", ""), 2);
    ck_assert_int_eq(RUN("calibrate", "--name", "a/b"), 2);
    ck_assert_str_eq(err, "--name: want a name without \"/\", have \"a/b\"\n");
    // What is no file would be replaced by one.
    const char *link = in_folder("link.json");
    ck_assert_int_eq(symlink("/dev/null", link), 0);
    ck_assert_int_eq(RUN("calibrate", "-o", link), 1);
    ck_assert_ptr_nonnull(strstr(err, "link.json: want a regular file"));
    ck_assert_int_eq(unlink(link), 0);
    ck_assert_int_eq(RUN("calibrate", "-o", "/dev/full"), 1);
    ck_assert_int_eq(empty_folder(), 0);
}
END_TEST

START_TEST(the_self_test_prints_a_line_per_kernel_and_instruction_set)
{
    uint32_t lines = 0;
    MUST_RUN("calibrate", "--self-test", "--isa", "plain");
    for (const char *c = out; (c = strstr(c, "  ok\n")); c++) lines++;
    ck_assert_uint_ge(lines, kernel_count); // more where one has several algorithms
    ck_assert_int_eq(strncmp(out, "plain   add ", 12), 0);
    ck_assert_ptr_null(strstr(out, "sse2"));
    MUST_RUN("calibrate", "--self-test");
    ck_assert_ptr_nonnull(strstr(out, "plain   conv "));
#if defined(__x86_64__)
    ck_assert_ptr_nonnull(strstr(out, "sse2    conv "));
#endif
    ck_assert_int_eq(empty_folder(), 0);
}
END_TEST

START_TEST(a_result_that_cannot_be_written_is_a_failure)
{
    static const char *const calls[][9] = {
        {"--help"},
        {"--version"},
        {"run", "--help"},
        {"list", "schemes"},
        {"list", "models"},
        {"model", "nin"},
        {"model", "nin", "--format", "json"},
        {"check", "jetson2"},
        {"plan", "jetson2", "--scheme", "dina", "--format", "json"},
        {"run", "jetson2", "--model", "nin", "--scheme", "dina", "--db=full.db"},
        {"run", "jetson2", "--model", "nin", "--scheme", "dina", "--db=full.db", "--format=csv"}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        ck_assert_msg(run_to("/dev/full", calls[i]) == 1, "%s %s", calls[i][0], calls[i][1]);
        ck_assert_ptr_nonnull(strstr(err, "standard output: cannot write"));
    }
}
END_TEST

static const struct {
    const char *set, *want; // want: a line begins so, behind "FILE"
} SETS[] = {
    {"theta", "--set: want KEY=VALUE, have \"theta\""},
    {"=3", "--set: want a dotted path into the scenario, have \"\""},
    {"nodes..count=3", "--set: want a dotted path into the scenario, have \".count\""},
    {"theta=0", "FILE: theta: want an integer from 1 to 64, have 0"},
    {"theta=", "FILE: theta: want an integer from 1 to 64, have \"\""},
    {"theta=[2]", "FILE: theta: want an integer from 1 to 64, have a list of 1"},
    {"thet=2", "FILE: thet: want a known key, have \"thet\" (did you mean \"theta\"?)"},
    {"links.default.rate=10 Mbit", "FILE: links.default.rate: want a rate such as"},
    {"nodes.fog.device=tape", "FILE: nodes.fog.device: want one of "},
    {"models={}", "FILE: models: want an object of 1 to 1000 models, have an object"},
    {"models.x.model=y", "FILE: models.x: want a model of the zoo ("},
    {"models.nin=5", "FILE: models.nin: want an object, have 5"},
    {"schemes.dina=null", "FILE: schemes.dina: want an object, such as {}, have null"},
    {"nodes={\"user\": {}, \"user\": {}}",
     "FILE: nodes: want every name once, have \"user\" twice"},
    {"nodes.fog1={\"kind\": \"fog\", \"device\": \"server-v100\"}",
     "FILE: nodes.fog1: want names that no two nodes share"},
    {"links=[1]", "FILE: links: want an object with \"default\", have a list of 1"},
    {"arrivals=5", "FILE: arrivals: want an object, have 5"},
    {"name=a\xff", "--set name: want UTF-8, have other bytes"},
    {"nodes.fog.override.speed=5", "FILE: nodes.fog.override.speed: want a known key"},
    {"nodes.fog.override.conv_rate=5", "FILE: nodes.fog.override.conv_rate: want a speed"},
};

START_TEST(a_bad_set_is_told_with_its_place)
{
    const char *file = write_text("small.json", SMALL);
    ck_assert_int_eq(RUN("run", file, "--set", SETS[_i].set), 2);
    check_lines(file, (const char *const[]){SETS[_i].want, NULL});
    ck_assert_int_eq(empty_folder(), 1); // the scenario
}
END_TEST

START_TEST(schemes_and_models_of_the_command_line_need_not_be_in_the_scenario)
{
    const char *file = write_text("small.json", SMALL);
    MUST_RUN("run", file, "--scheme", "local", "--scheme", "dina", "--scheme", "local", "--model",
             "vgg16", "--format", "json", "--replications", "1");
    cJSON *list = cJSON_Parse(out);
    ck_assert_int_eq(cJSON_GetArraySize(list), 2); // each once, whatever was given twice
    for (int i = 0; i < 2; i++) {
        cJSON *row = cJSON_GetArrayItem(list, i);
        ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(row, "model")), "vgg16");
        ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(row, "scheme")),
                         i ? "local" : "dina");
    }
    cJSON_Delete(list);
    ck_assert_int_eq(RUN("run", file, "--scheme", "best", "--model", "none"), 2);
    check_lines(file, (const char *const[]){"FILE: --model: want a model of the zoo (",
                                            "FILE: --scheme: want a scheme (", NULL});
}
END_TEST

static double mean_latency(const cJSON *list, const char *scheme)
{
    const cJSON *row;
    cJSON_ArrayForEach(row, list) if (
        !strcmp(
            cJSON_GetStringValue(cJSON_GetObjectItem(row, "scheme")),
            scheme)) return cJSON_GetNumberValue(cJSON_GetObjectItem(cJSON_GetObjectItem(row,
                                                                                         "latency_"
                                                                                         "s"),
                                                                     "mean"));
    return NAN;
}

// The gap in the table is that of the means, of every scheme but optimal itself.
START_TEST(the_table_says_how_far_each_scheme_is_from_optimal)
{
    const char *file = write_text("small.json", SMALL);
    char        gap[32];
    MUST_RUN("run", file, "--scheme", "optimal", "--scheme", "local", "--format", "json");
    cJSON *list = cJSON_Parse(out);
    double ratio = mean_latency(list, "local") / mean_latency(list, "optimal");
    cJSON_Delete(list);
    ck_assert_double_ge(ratio, 1);
    snprintf(gap, sizeof gap, "%+10.1f %%", 100 * (ratio - 1));
    MUST_RUN("run", file, "--scheme", "optimal", "--scheme", "local");
    ck_assert_ptr_nonnull(strstr(out, "  over optimal\n"));
    const char *local = strstr(out, "\n  local"), *at = local ? strstr(local, gap) : NULL;
    ck_assert(at && at - local < (ptrdiff_t)strcspn(local + 1, "\n"));
    MUST_RUN("run", file, "--scheme", "greedy", "--scheme", "local");
    ck_assert_ptr_null(strstr(out, "over optimal"));
}
END_TEST

Suite *cli_suite(void)
{
    Suite *s = suite_create("cli");
    TCase *tc = tcase_create("program");
    tcase_add_checked_fixture(tc, program_setup, program_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_broken_scenario_is_refused_with_every_fault_and_leaves_nothing, 0,
                        sizeof BROKEN / sizeof *BROKEN);
    tcase_add_test(tc, options_of_schemes_are_listed_with_their_defaults_and_ranges);
    tcase_add_test(tc, a_scheme_says_all_that_it_lacks_each_with_its_place);
    tcase_add_test(tc, the_place_of_a_fault_in_a_model_is_told_too);
    tcase_add_test(tc, all_faults_of_a_file_come_at_once);
    tcase_add_test(tc, a_sweep_is_checked_at_each_of_its_points);
    tcase_add_test(tc, a_hundred_megabytes_of_brackets_are_refused);
    tcase_add_loop_test(tc, bad_usage_is_told_with_exit_2, 0, sizeof USAGE / sizeof *USAGE);
    tcase_add_test(tc, a_three_dimensional_model_is_shown_with_its_frames);
    tcase_add_test(tc, help_and_version_are_everywhere);
    tcase_add_test(tc, an_instruction_set_that_is_not_there_is_told_with_exit_2);
    tcase_add_test(tc, calibrate_says_at_once_what_would_come_to_nothing);
    tcase_add_test(tc, the_self_test_prints_a_line_per_kernel_and_instruction_set);
    tcase_add_test(tc, a_result_that_cannot_be_written_is_a_failure);
    tcase_add_loop_test(tc, a_bad_set_is_told_with_its_place, 0, sizeof SETS / sizeof *SETS);
    tcase_add_test(tc, schemes_and_models_of_the_command_line_need_not_be_in_the_scenario);
    tcase_add_test(tc, the_table_says_how_far_each_scheme_is_from_optimal);
    suite_add_tcase(s, tc);
    return s;
}
