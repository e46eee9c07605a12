// tests/test_cli.c: the program as its users see it: exit codes, what it says, what it leaves.
//
// Each test runs the program of $FOGSIM (default build/fogsim) in a new folder of its own, with the
// streams in files there. Broken inputs: every fault with its place, exit 2, no database left.
#include <cjson/cJSON.h>
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "kernels/kernel.h"

Suite *cli_suite(void);

extern char **environ;

enum { MAX_ARGS = 24, TEXT_BYTES = 1 << 20 };

static char         root[PATH_MAX], program[PATH_MAX], folder[64];
static struct arena arena;
static char        *out, *err; // of the last call

static void setup(void)
{
    const char *given = getenv("FOGSIM");
    arena = (struct arena){0};
    ck_assert_ptr_nonnull(getcwd(root, sizeof root));
    ck_assert_msg(realpath(given ? given : "build/fogsim", program) != NULL, "no program to test");
    strcpy(folder, "/tmp/fogsim-cli-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static const char *in_folder(const char *name)
{
    return arena_format(&arena, "%s/%s", folder, name);
}

static const char *in_root(const char *name)
{
    return arena_format(&arena, "%s/%s", root, name);
}

// Removes what the folder holds; returns the number of files that are not the streams.
static int empty_folder(void)
{
    DIR *dir = opendir(folder);
    int  count = 0;
    for (struct dirent *d; dir && (d = readdir(dir));) {
        if (d->d_name[0] == '.') continue;
        count += strcmp(d->d_name, "out") && strcmp(d->d_name, "err");
        unlink(in_folder(d->d_name));
    }
    if (dir) closedir(dir);
    return count;
}

static void teardown(void)
{
    empty_folder();
    ck_assert_int_eq(rmdir(folder), 0);
    arena_free(&arena);
}

static char *read_text(const char *path)
{
    char  *text = arena_array(&arena, TEXT_BYTES, 1);
    FILE  *file = fopen(path, "rb");
    size_t length = file ? fread(text, 1, TEXT_BYTES - 1, file) : 0;
    if (file) fclose(file);
    text[length] = '\0';
    return text;
}

static const char *write_text(const char *name, const char *text)
{
    const char *path = in_folder(name);
    FILE       *file = fopen(path, "wb");
    ck_assert(file && fputs(text, file) >= 0 && !fclose(file));
    return path;
}

static pid_t start(const char *stdout_path, char *const *argv)
{
    posix_spawn_file_actions_t actions;
    pid_t                      pid;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, stdout_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, in_folder("err"), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    ck_assert_int_eq(posix_spawn(&pid, program, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static int finish(pid_t pid)
{
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    out = read_text(in_folder("out"));
    err = read_text(in_folder("err"));
    ck_assert_msg(WIFEXITED(status), "killed by signal %d: %s", WTERMSIG(status), err);
    return WEXITSTATUS(status);
}

static int run_to(const char *stdout_path, const char *const *args)
{
    char *argv[MAX_ARGS + 2] = {program};
    for (int i = 0; args[i]; i++) {
        ck_assert_int_lt(i, MAX_ARGS);
        argv[i + 1] = arena_string(&arena, args[i]);
    }
    return finish(start(stdout_path, argv));
}

#define RUN(...) run_to(in_folder("out"), (const char *const[]){__VA_ARGS__, NULL})
#define MUST_RUN(...) ck_assert_msg(RUN(__VA_ARGS__) == 0, "%s", err)

// One small scenario: what is not told here is told by --set.
#define SMALL                                                                                      \
    "{\"name\": \"small\", \"models\": {\"nin\": {\"model\": \"nin_cifar10\"}},"                   \
    " \"schemes\": {\"dina\": {}, \"random\": {}, \"greedy\": {}},"                                \
    " \"nodes\": {\"user\": {\"device\": \"laptop-i5-8365u\"},"                                    \
    " \"fog\": {\"count\": 2, \"device\": \"jetson-nano-pytorch\"}},"                              \
    " \"links\": {\"default\": {\"rate\": \"1 Gbit/s\", \"latency\": \"0.1 ms\"}},"                \
    " \"arrivals\": {\"tasks\": 3}, \"tau\": \"off\", \"replications\": 2}"

static sqlite3 *open_db(const char *name)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open_v2(in_folder(name), &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    return db;
}

static double query(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *q = NULL;
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK, "%s: %s", sql,
                  sqlite3_errmsg(db));
    ck_assert_int_eq(sqlite3_step(q), SQLITE_ROW);
    double value = sqlite3_column_double(q, 0);
    sqlite3_finalize(q);
    return value;
}

static double query_file(const char *name, const char *sql)
{
    sqlite3 *db = open_db(name);
    double   value = query(db, sql);
    sqlite3_close(db);
    return value;
}

// ---- broken scenarios

// The lines of stderr begin with these, in this order, and there are no others. FILE and ROOT
// stand for paths.
static void check_lines(const char *file, const char *const *want)
{
    char *rest = err;
    int   i = 0;
    for (char *line; (line = strsep(&rest, "\n")) && *line; i++) {
        ck_assert_msg(want[i] != NULL, "not expected: %s", line);
        const char *tail = strncmp(line, file, strlen(file)) ? NULL : line + strlen(file);
        const char *text = tail ? arena_format(&arena, "FILE%s", tail) : line;
        ck_assert_msg(!strncmp(text, want[i], strlen(want[i])), "want %s\nhave %s", want[i], text);
    }
    ck_assert_msg(want[i] == NULL, "missing: %s", want[i]);
}

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
                                            "FILE: --scheme: want a scheme (dina, greedy,", NULL});
}
END_TEST

// ---- hostile models and profiles

#define CONV "{\"name\": \"a\", \"type\": \"conv\", \"kernel\": 3, \"channels\": 4"
#define MODEL(input, layers) "{\"name\": \"m\", \"input\": " input ", \"layers\": [" layers "]}"

static const struct {
    const char *text, *want;
} MODELS[] = {
    {MODEL("[-3, 8, 8]", CONV "}"), "FILE: input[0]: want an integer from 1 to 65536, have -3"},
    {MODEL("[3, 8]", CONV "}"), "FILE: input: want [channels, rows, columns] or [channels, frames, "
                                "rows, columns], have a list of 2"},
    {MODEL("[3, 1e9, 8]", CONV "}"), "FILE: input[1]: want an integer from 1 to 16384"},
    {MODEL("[3, 8.5, 8]", CONV "}"), "FILE: input[1]: want an integer from 1 to 16384, have 8.5"},
    {MODEL("[3, NaN, 8]", CONV "}"), "FILE: line 1, column 28: want valid JSON, have \"NaN"},
    {MODEL("[3, 1e999, 8]", CONV "}"), "FILE: input[1]: want an integer from 1 to 16384, have inf"},
    {MODEL("[3, 8, 8]", CONV ", \"stride\": 0}"),
     "FILE: layers[0].stride: want an integer from 1 to 127, have 0"},
    {MODEL("[3, 8, 8]", CONV ", \"stride\": [1, 2, 3]}"),
     "FILE: layers[0].stride: want an integer or [rows, columns], have a list of 3"},
    {MODEL("[3, 8, 8]", CONV ", \"dilation\": 127}"), "FILE: layers[0] (\"a\", conv): "},
    {MODEL("[3, 8, 8]", CONV ", \"pad\": [127, 0]}"),
     "FILE: layers[0].pad: want padding smaller than the kernel's reach (3 x 3), have a list of 2"},
    {MODEL("[3, 8, 8]", CONV ", \"groups\": 2}"), "FILE: layers[0] (\"a\", conv): "},
    {MODEL("[3, 8, 8]", CONV ", \"inputs\": []}"), "FILE: layers[0].inputs: want a list of 1 to"},
    {MODEL("[3, 8, 8]", CONV ", \"inputs\": [\"a\"]}"), "FILE: layers[0].inputs[0]: want an"},
    {MODEL("[3, 8, 8]",
           "{\"name\": \"a\", \"type\": \"conv\", \"kernel\": 100000, \"channels\": 4}"),
     "FILE: layers[0].kernel: want an integer from 1 to 127, have 100000"},
    {MODEL("[65536, 16384, 16384]", CONV "}"), "FILE: layers[0] (\"a\", conv): "},
    {MODEL("[3, 8, 8]", "{\"name\": \"a\", \"type\": \"fc\", \"units\": 65537}"),
     "FILE: layers[0].units: want an integer from 1 to 65536, have 65537"},
    {MODEL("[3, 8, 8]", CONV "}, " CONV "}"), "FILE: layers[1].name: want a name not used before"},
    {MODEL("[3, 8, 8]", "{\"name\": \"data\", \"type\": \"relu\"}"),
     "FILE: layers[0].name: want a name not used before, have \"data\""},
    {MODEL("[3, 8, 8]", "{\"name\": \"a\", \"type\": \"magic\"}"),
     "FILE: layers[0].type: want a layer type (fogsim list kernels), have \"magic\""},
    {MODEL("[3, 8, 8]", "{\"name\": \"a\", \"type\": \"relu\"}"),
     "FILE: layers: want at least one"},
    {MODEL("[3, 8, 8]", ""), "FILE: layers: want a list of 1 to 4096 layers, have a list of 0"},
    {MODEL("[3, 8, 8]", "7"), "FILE: layers[0]: want an object, have 7"},
    {"[1, 2]", "FILE: want an object, have a list of 2"},
    {"{\"name\": \"\\u0000\"}", "FILE: line 1, column 11: want no NUL in a string"},
    {"{\"name\": \"\xff\"}", "FILE: line 1, column 11: want UTF-8"},
    {"{\"name\": \"\\ud800\"}", "FILE: line 1, column 11: want valid JSON"},
};

START_TEST(a_hostile_model_is_refused_with_the_place)
{
    const char *file = write_text("m.json", MODELS[_i].text);
    ck_assert_int_eq(RUN("model", file), 2);
    check_lines(file, (const char *const[]){MODELS[_i].want, NULL});
    ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(a_deeply_nested_model_is_refused)
{
    char *text = arena_array(&arena, 4000, 1);
    strcpy(text, "{\"layers\": ");
    for (int i = 0; i < 200; i++) strcat(text, "[{\"a\": ");
    const char *file = write_text("m.json", text);
    ck_assert_int_eq(RUN("model", file), 2);
    check_lines(file,
                (const char *const[]){"FILE: want at most 64 levels of brackets, have more", NULL});
}
END_TEST

START_TEST(any_name_comes_out_as_valid_json)
{
    static const char name[] = "q\"u\\o </script> \xc3\xa9";
    cJSON            *model = cJSON_Parse(MODEL("[3, 8, 8]", CONV "}"));
    cJSON            *layer = cJSON_GetArrayItem(cJSON_GetObjectItem(model, "layers"), 0);
    cJSON_ReplaceItemInObject(model, "name", cJSON_CreateString(name));
    cJSON_ReplaceItemInObject(layer, "name", cJSON_CreateString(name));
    char       *text = cJSON_Print(model);
    const char *file = write_text("m.json", text);
    MUST_RUN("model", file, "--format", "json");
    cJSON *have = cJSON_Parse(out);
    ck_assert_ptr_nonnull(have);
    ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(have, "model")), name);
    cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItem(have, "layers"), 0);
    ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(first, "name")), name);
    cJSON_Delete(have);
    cJSON_Delete(model);
    cJSON_free(text);
}
END_TEST

static const struct {
    const char *text, *want[10];
} PROFILES[] = {
    {"", {"FILE: want a JSON object, have an empty file"}},
    {"{}",
     {"FILE: format: want profile format 2"}}, // of another format nothing else is worth saying
    {"{\"format\": 1, \"layers\": [{\"key\": \"fc 1 1\"}]}",
     {"FILE: format: want profile format 2"}},
    {"{\"format\": 2, \"reference\": {}, \"layers\": {}}",
     {"FILE: clock_hz: want a value", "FILE: reference.fc_bytes_per_s: want a value",
      "FILE: reference.conv_flop_per_s: want a value",
      "FILE: layers: want a list of 1 to 100000 layers, have an object"}},
    {"{\"format\": 2, \"clock_hz\": 0, \"reference\": {\"fc_bytes_per_s\": 1e9, "
     "\"conv_flop_per_s\": {\"direct\": {\"warm\": 0}}}, \"layers\": [5]}",
     {"FILE: clock_hz: want a number", "FILE: reference.conv_flop_per_s.direct.warm: want a speed",
      "FILE: reference.conv_flop_per_s.direct.cold: want a value",
      "FILE: reference.conv_flop_per_s.winograd: want a value",
      "FILE: reference.conv_flop_per_s.fastest: want a value", "FILE: layers[0]: want an object",
      "FILE: layers[0].key: want a value", "FILE: layers[0].points: want a value"}},
    {"{\"format\": 2, \"clock_hz\": 1e9, \"reference\": {\"fc_bytes_per_s\": 1, "
     "\"conv_flop_per_s\": 5}, \"layers\": [{\"key\": \"fc 1 1\", \"algorithm\": "
     "\"fft\", \"points\": [{\"size\": 4}, {\"size\": 4, \"cold\": {\"cycles\": 0, "
     "\"median_cycles\": 1, \"q1_cycles\": 1, \"q3_cycles\": 1, \"median_s\": 1, "
     "\"min_s\": \"1 m\"}}]}]}",
     {"FILE: reference.conv_flop_per_s: want an object",
      "FILE: layers[0].algorithm: want one of \"direct\", \"winograd2\"",
      "FILE: layers[0].points[0]: want a timing, \"cold\" alone",
      "FILE: layers[0].points[1].cold.cycles: want a number",
      "FILE: layers[0].points[1].cold.min_s: want a time"}},
};

START_TEST(a_bad_profile_is_refused_with_the_place)
{
    const char *small = write_text("small.json", SMALL);
    const char *file = write_text("p.json", PROFILES[_i].text);
    ck_assert_int_eq(RUN("run", small, "--profile", file), 2);
    check_lines(file, PROFILES[_i].want);
    ck_assert_int_eq(RUN("list", "devices", "--profile", file), 2);
    ck_assert_int_eq(empty_folder(), 2); // the two inputs
}
END_TEST

// ---- results

START_TEST(plan_prints_the_keys_of_the_contract)
{
    MUST_RUN("plan", "jetson2", "--scheme", "dina", "--model", "alexnet", "--format", "json");
    cJSON *plan = cJSON_Parse(out);
    ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(plan, "scheme")), "dina");
    ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(plan, "model")), "alexnet");
    cJSON *matching = cJSON_GetObjectItem(plan, "matching"), *item;
    ck_assert_int_eq(cJSON_GetArraySize(matching), 2); // theta 2, two fog nodes
    cJSON_ArrayForEach(item, matching)
    {
        ck_assert(cJSON_IsString(cJSON_GetObjectItem(item, "user")));
        ck_assert(cJSON_IsString(cJSON_GetObjectItem(item, "fog")));
        ck_assert(cJSON_IsNumber(cJSON_GetObjectItem(item, "utility_user")));
        ck_assert(cJSON_IsNumber(cJSON_GetObjectItem(item, "utility_fog")));
    }
    cJSON *task = cJSON_GetArrayItem(cJSON_GetObjectItem(plan, "tasks"), 0);
    ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(task, "user")), "user");
    cJSON *layers = cJSON_GetObjectItem(task, "layers"), *layer;
    ck_assert_int_eq(cJSON_GetArraySize(layers), 8); // AlexNet: five conv, three fc
    static const char *const numbers[] = {"begin",    "end",       "input_begin", "input_end",
                                          "bytes_in", "bytes_out", "seconds"};
    cJSON_ArrayForEach(layer, layers)
    {
        ck_assert(cJSON_IsString(cJSON_GetObjectItem(layer, "layer")));
        double end = 0; // the slices are half-open and follow each other
        cJSON_ArrayForEach(item, cJSON_GetObjectItem(layer, "slices"))
        {
            ck_assert(cJSON_IsString(cJSON_GetObjectItem(item, "node")));
            ck_assert(cJSON_IsString(cJSON_GetObjectItem(item, "axis")));
            for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
                ck_assert(cJSON_IsNumber(cJSON_GetObjectItem(item, numbers[i])));
            ck_assert_double_eq(cJSON_GetObjectItem(item, "begin")->valuedouble, end);
            end = cJSON_GetObjectItem(item, "end")->valuedouble;
        }
        ck_assert_double_gt(end, 0);
    }
    cJSON_Delete(plan);
}
END_TEST

START_TEST(run_prints_json_and_csv_of_the_same_numbers)
{
    static const char *const metrics[] = {
        "latency_s",    "computation_s", "transmission_s",           "queueing_s",
        "edge_delay_s", "loading_s",     "computation_and_loading_s"};
    const char *file = write_text("small.json", SMALL);
    MUST_RUN("run", file, "--format", "json", "--quiet");
    cJSON *rows = cJSON_Parse(out), *row;
    ck_assert_int_eq(cJSON_GetArraySize(rows), 3);
    cJSON_ArrayForEach(row, rows) for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
    {
        cJSON *m = cJSON_GetObjectItem(row, metrics[i]);
        ck_assert_msg(cJSON_IsNumber(cJSON_GetObjectItem(m, "mean")), "%s", metrics[i]);
        ck_assert(cJSON_HasObjectItem(m, "ci95"));
        ck_assert(cJSON_IsNumber(cJSON_GetObjectItem(m, "p50")));
        ck_assert(cJSON_IsNumber(cJSON_GetObjectItem(m, "p95")));
        ck_assert(cJSON_IsNumber(cJSON_GetObjectItem(m, "p99")));
        ck_assert_double_eq(cJSON_GetObjectItem(m, "n")->valuedouble, 2);
    }
    MUST_RUN("run", file, "--format", "csv");
    char *rest = out, *line = strsep(&rest, "\n");
    ck_assert_str_eq(line, "scheme,model,metric,mean,ci95,p50,p95,p99,n\r");
    int count = 0;
    while ((line = strsep(&rest, "\n")) && *line) {
        char   scheme[32], model[32], metric[40];
        double mean;
        ck_assert_int_eq(sscanf(line, "%31[^,],%31[^,],%39[^,],%lf", scheme, model, metric, &mean),
                         4);
        ck_assert_int_eq(line[strlen(line) - 1], '\r');
        cJSON *same = NULL;
        cJSON_ArrayForEach(
            row, rows) if (!strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(row, "scheme")),
                                   scheme)) same = row;
        double want = cJSON_GetObjectItem(cJSON_GetObjectItem(same, metric), "mean")->valuedouble;
        ck_assert_double_eq_tol(mean, want, 1e-8 * fabs(want) + 1e-300);
        count++;
    }
    ck_assert_int_eq(count % 3, 0);
    ck_assert_int_ge(count, 3 * 7);
    cJSON_Delete(rows);
    MUST_RUN("run", file, "--replications", "1", "--format", "json", "--scheme", "local");
    ck_assert_ptr_nonnull(strstr(out, "null")); // no interval of one replication
    MUST_RUN("run", file, "--quiet");
    ck_assert_str_eq(out, "");
    ck_assert_str_eq(err, "");
}
END_TEST

// Every row of every table but the three columns of the clock on the wall, as text.
static char *dump(const char *name)
{
    static const char *const queries[] = {
        "SELECT run_id, scenario, scenario_sha256, point, scheme, model, seed, replication, "
        "profile,"
        " profile_sha256, cost_source, fogsim_version, simulated_s, events, tasks, status FROM run",
        "SELECT * FROM task ORDER BY 1, 2",
        "SELECT * FROM layer ORDER BY 1, 2, 3",
        "SELECT * FROM op ORDER BY 1, 2, 3",
        "SELECT * FROM node ORDER BY 1, 2",
        "SELECT * FROM link ORDER BY 1, 2, 3",
        "SELECT * FROM \"match\" ORDER BY 1, 2, 3, 4",
        "SELECT * FROM summary ORDER BY 1, 2, 3",
        "SELECT * FROM metric ORDER BY 1, 2",
        "SELECT * FROM queue_sample ORDER BY 1, 2, 3",
        "SELECT * FROM occupancy ORDER BY 1, 2, 3"};
    char    *text = NULL;
    size_t   length = 0;
    FILE    *file = open_memstream(&text, &length);
    sqlite3 *db = open_db(name);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        sqlite3_stmt *q = NULL;
        ck_assert_int_eq(sqlite3_prepare_v2(db, queries[i], -1, &q, NULL), SQLITE_OK);
        while (sqlite3_step(q) == SQLITE_ROW) {
            for (int c = 0; c < sqlite3_column_count(q); c++) {
                if (sqlite3_column_type(q, c) == SQLITE_FLOAT)
                    fprintf(file, "%a|", sqlite3_column_double(q, c));
                else if (sqlite3_column_type(q, c) == SQLITE_NULL)
                    fprintf(file, "null|");
                else
                    fprintf(file, "%s|", (const char *)sqlite3_column_text(q, c));
            }
            fprintf(file, "\n");
        }
        sqlite3_finalize(q);
    }
    sqlite3_close(db);
    fclose(file);
    char *copy = arena_string(&arena, text);
    free(text);
    return copy;
}

START_TEST(the_same_run_gives_the_same_rows)
{
    const char *file = write_text("small.json", SMALL);
    MUST_RUN("run", file, "--db", "a.db", "--set", "record=ops");
    char *a = dump("a.db");
    MUST_RUN("run", file, "--db", "b.db", "--set", "record=ops");
    ck_assert_uint_gt(strlen(a), 10000);
    ck_assert_str_eq(a, dump("b.db"));
    MUST_RUN("run", file, "--db", "b.db", "--set", "record=ops"); // in place of the old runs
    ck_assert_str_eq(a, dump("b.db"));
    MUST_RUN("run", file, "--db", "b.db", "--set", "record=ops", "--seed", "2");
    ck_assert_str_ne(a, dump("b.db"));
}
END_TEST

START_TEST(record_says_how_much_is_kept)
{
    static const struct {
        const char *record;
        bool        task, layer, op;
    } rows[] = {{"summary", false, false, false},
                {"tasks", true, false, false},
                {"layers", true, true, false},
                {"ops", true, true, true}};
    const char *file = write_text("small.json", SMALL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *db = arena_format(&arena, "%zu.db", i);
        MUST_RUN("run", file, "--db", db, "--set",
                 arena_format(&arena, "record=%s", rows[i].record));
        ck_assert_int_eq(query_file(db, "SELECT count(*) FROM task") > 0, rows[i].task);
        ck_assert_int_eq(query_file(db, "SELECT count(*) FROM layer") > 0, rows[i].layer);
        ck_assert_int_eq(query_file(db, "SELECT count(*) FROM op") > 0, rows[i].op);
        ck_assert_double_eq(query_file(db, "SELECT count(*) FROM run"), 6);
        ck_assert_double_gt(query_file(db, "SELECT count(*) FROM summary"), 0);
    }
}
END_TEST

START_TEST(the_database_of_another_scenario_is_left_untouched)
{
    const char *file = write_text("small.json", SMALL);
    MUST_RUN("run", file, "--db", "a.db");
    char  before[TEXT_BYTES / 16];
    FILE *db = fopen(in_folder("a.db"), "rb");
    ck_assert_ptr_nonnull(db);
    size_t length = fread(before, 1, sizeof before, db);
    fclose(db);
    ck_assert_int_eq(RUN("run", file, "--db", "a.db", "--set", "name=other"), 2);
    ck_assert_ptr_nonnull(strstr(err, "a.db: "));
    char after[TEXT_BYTES / 16];
    db = fopen(in_folder("a.db"), "rb");
    ck_assert_ptr_nonnull(db);
    ck_assert_uint_eq(fread(after, 1, sizeof after, db), length);
    fclose(db);
    ck_assert_mem_eq(before, after, length);
    ck_assert_int_eq(RUN("run", file, "--db", "small.json"), 2); // no database at all
    ck_assert_str_eq(read_text(file), SMALL);
    ck_assert_int_eq(RUN("run", file, "--db", "no/such/folder.db"), 2);
    ck_assert_int_eq(empty_folder(), 2); // the scenario and a.db, without logs
}
END_TEST

START_TEST(an_interrupt_leaves_whole_runs)
{
    const char *file = write_text("small.json", SMALL);
    char       *argv[] = {program,
                          "run",
                          arena_string(&arena, file),
                          "--replications",
                          "100000",
                          "--db",
                          "a.db",
                          "--set",
                          "arrivals.tasks=300",
                          NULL};
    pid_t       pid = start(in_folder("out"), argv);
    // Once there is something to keep: the log has grown past its first few runs.
    struct stat info;
    for (int i = 0; i < 400; i++) {
        if (!stat(in_folder("a.db-wal"), &info) && info.st_size > 200000) break;
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    kill(pid, SIGINT);
    ck_assert_int_eq(finish(pid), 1);
    ck_assert_str_eq(out, "");
    unsigned done = 0, total = 0;
    ck_assert_int_eq(sscanf(err, "a.db: interrupted after %u of %u runs", &done, &total), 2);
    ck_assert_uint_eq(total, 300000);
    sqlite3 *db = open_db("a.db");
    double   runs = query(db, "SELECT count(*) FROM run");
    ck_assert_double_ge(runs, 1);
    ck_assert(runs >= done && runs <= done + 1); // a signal may come right behind a commit
    ck_assert_double_eq(query(db, "SELECT count(*) FROM run WHERE status <> 'done'"), 0);
    ck_assert_double_eq(query(db, "SELECT count(*) FROM task"),
                        300 * runs); // a run is mostly simulation
    ck_assert_double_eq(query(db, "SELECT count(*) FROM node"), 3 * runs);
    ck_assert_double_eq(query(db, "SELECT count(DISTINCT run_id) FROM metric"), runs);
    sqlite3_close(db);
}
END_TEST

START_TEST(an_interrupted_calibration_leaves_nothing)
{
    char *argv[] = {program, "calibrate", "-o", "p.json", NULL};
    pid_t pid = start(in_folder("out"), argv);
    nanosleep(&(struct timespec){.tv_sec = 1}, NULL); // of minutes
    kill(pid, SIGINT);
    ck_assert_int_eq(finish(pid), 1);
    ck_assert_str_eq(out, "");
    ck_assert_str_eq(err, "calibrate: interrupted, nothing is written\n");
    ck_assert_int_eq(empty_folder(), 0);
}
END_TEST

// A layer that the profile does not hold is costed by the rate of its kind: nobody should have to
// look into the database to learn that.
START_TEST(layers_that_the_profile_lacks_are_told)
{
    const char *file = write_text("small.json", SMALL);
    MUST_RUN("run", file, "--db", "a.db");
    ck_assert_ptr_null(strstr(out, "the profile lacks"));
    MUST_RUN("run", file, "--db", "a.db", "--set", "models.nin.classes=7");
    ck_assert_ptr_nonnull(strstr(out, "conv and fc layers; they are costed by the rate of"));
}
END_TEST

START_TEST(jetson2_uses_both_fog_nodes_and_every_latency_is_the_sum_of_its_parts)
{
    MUST_RUN("run", "jetson2", "--db", "j.db", "--replications", "2", "--quiet");
    sqlite3 *db = open_db("j.db");
    ck_assert_double_eq(query(db, "SELECT count(*) FROM run"), 4 * 5 * 2);
    ck_assert_double_eq(query(db, "SELECT count(*) FROM task"), 4 * 5 * 2 * 20);
    ck_assert_double_eq(query(db, "SELECT count(*) FROM task WHERE status <> 'done'"), 0);
    ck_assert_double_eq(query(db, "SELECT count(*) FROM node n JOIN run r USING (run_id) WHERE"
                                  " r.scheme = 'dina' AND n.kind = 'fog' AND n.subtasks > 0"),
                        4 * 2 * 2);
    ck_assert_double_le(query(db, "SELECT max(abs(latency_s - computation_s - transmission_s -"
                                  " queueing_s - edge_delay_s - loading_s)) FROM task"),
                        1.01e-9);
    ck_assert_double_le(
        query(db, "SELECT max(abs(latency_s - (finished_s - arrived_s))) FROM task"), 1.01e-9);
    // The task's parts are the sums of its layers'.
    ck_assert_double_le(
        query(db,
              "SELECT max(abs(t.transmission_s - l.s)) FROM task t JOIN (SELECT run_id, task_id,"
              " sum(transmission_s) AS s FROM layer GROUP BY 1, 2) l USING (run_id, task_id)"),
        1.01e-9);
    sqlite3_close(db);
}
END_TEST

// What an earlier call left would be averaged with the new rows: other replications, schemes,
// rates.
START_TEST(a_run_replaces_all_that_its_database_holds)
{
    MUST_RUN("run", "jetson2", "--model", "nin", "--scheme", "dina", "--scheme", "rand",
             "--replications", "3", "--db", in_folder("r.db"), "--quiet");
    MUST_RUN("run", "jetson2", "--model", "nin", "--scheme", "rand", "--replications", "2", "--set",
             "links.default.rate=10 Mbit/s", "--db", in_folder("r.db"), "--quiet");
    ck_assert_double_eq(query_file("r.db", "SELECT count(*) FROM run"), 2);
    ck_assert_double_eq(query_file("r.db", "SELECT count(DISTINCT run_id) FROM task"), 2);
    ck_assert_double_eq(query_file("r.db",
                                   "SELECT count(*) FROM run WHERE scheme = 'rand' AND point ->> "
                                   "'$.\"links.default.rate\"' = '10 Mbit/s'"),
                        2);
}
END_TEST

// Under `local` nothing travels: figures of zeros are figures too.
START_TEST(figures_are_drawn_where_nothing_travels)
{
    static const char *const names[] = {"computation", "transmission", "total", "layers",
                                        "utilization"};
    MUST_RUN("run", "jetson2", "--model", "nin", "--scheme", "local", "--replications", "1", "--db",
             in_folder("l.db"), "--quiet");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        MUST_RUN("plot", in_folder("l.db"), names[i], "-o", in_folder("l.svg"));
}
END_TEST

START_TEST(a_broker_costs_and_one_of_its_own_costs_more)
{
    static const char *const sets[][2] = {{"protocol=grpc", "broker=receiver"},
                                          {"protocol=mqtt", "broker=receiver"},
                                          {"protocol=mqtt", "broker=third"}};
    double                   before = 0;
    for (int i = 0; i < 3; i++) {
        const char *db = arena_format(&arena, "%d.db", i);
        MUST_RUN("run", "jetson2", "--model", "vgg16", "--scheme", "dina", "--replications", "1",
                 "--set", sets[i][0], "--set", sets[i][1], "--db", db, "--quiet");
        double have = query_file(db, "SELECT avg(transmission_s) FROM task");
        ck_assert_double_gt(have, before);
        before = have;
        ck_assert_double_eq(query_file(db, "SELECT count(*) FROM node WHERE kind = 'broker'"),
                            i == 2);
    }
}
END_TEST

START_TEST(every_list_prints_something)
{
    static const char *const what[] = {"schemes",   "models",  "devices", "protocols",
                                       "scenarios", "figures", "kernels"};
    for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
        MUST_RUN("list", what[i]);
        ck_assert_uint_gt(strlen(out), 40);
    }
    ck_assert_int_eq(RUN("list", "frobs"), 2);
}
END_TEST

Suite *cli_suite(void)
{
    Suite *s = suite_create("cli");
    TCase *tc = tcase_create("program");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_broken_scenario_is_refused_with_every_fault_and_leaves_nothing, 0,
                        sizeof BROKEN / sizeof *BROKEN);
    tcase_add_test(tc, the_place_of_a_fault_in_a_model_is_told_too);
    tcase_add_test(tc, all_faults_of_a_file_come_at_once);
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
    tcase_add_loop_test(tc, a_hostile_model_is_refused_with_the_place, 0,
                        sizeof MODELS / sizeof *MODELS);
    tcase_add_test(tc, a_deeply_nested_model_is_refused);
    tcase_add_test(tc, any_name_comes_out_as_valid_json);
    tcase_add_loop_test(tc, a_bad_profile_is_refused_with_the_place, 0,
                        sizeof PROFILES / sizeof *PROFILES);
    tcase_add_test(tc, plan_prints_the_keys_of_the_contract);
    tcase_add_test(tc, run_prints_json_and_csv_of_the_same_numbers);
    tcase_add_test(tc, the_same_run_gives_the_same_rows);
    tcase_add_test(tc, record_says_how_much_is_kept);
    tcase_add_test(tc, the_database_of_another_scenario_is_left_untouched);
    tcase_add_test(tc, an_interrupt_leaves_whole_runs);
    tcase_add_test(tc, an_interrupted_calibration_leaves_nothing);
    tcase_add_test(tc, layers_that_the_profile_lacks_are_told);
    tcase_add_test(tc, jetson2_uses_both_fog_nodes_and_every_latency_is_the_sum_of_its_parts);
    tcase_add_test(tc, a_broker_costs_and_one_of_its_own_costs_more);
    tcase_add_test(tc, a_run_replaces_all_that_its_database_holds);
    tcase_add_test(tc, figures_are_drawn_where_nothing_travels);
    tcase_add_test(tc, every_list_prints_something);
    suite_add_tcase(s, tc);
    return s;
}
