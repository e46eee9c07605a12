// tests/test_plugins.c: schemes of the user's own, seen from outside: examples that give greedy's
// rows, programs and libraries that misbehave. What an answer may say: test_answers.c.
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "tests/program.h"

Suite *plugins_suite(void);

#define PYTHON "exec /usr/bin/python3 "

static const char *bad(const char *how, int when)
{
    return arena_format(&arena, PYTHON "%s '%s' %d", in_root("tests/plugins/bad.py"), how, when);
}

static void must_shell(const char *command)
{
    ck_assert_msg(system(command) == 0, "%s", command);
}

// A process that was killed is gone in a moment.
static void check_gone(const char *name)
{
    pid_t pid = (pid_t)atoi(read_text(in_folder(name)));
    ck_assert_int_gt(pid, 1);
    for (int i = 0; i < 5000 && !kill(pid, 0); i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    ck_assert_msg(kill(pid, 0) && errno == ESRCH, "process %d lives on", (int)pid);
}

// ---- programs that misbehave

// In the small scenario the user's three tasks come one after another: the second request finds one
// that has ended.
static const struct {
    const char *how;
    const char *want; // in the first line
    int         tasks;
} BAD[] = {
    {"dies", "want a line that answers request 2 (plan), but it ended with exit status 3", 1},
    {"is-killed", "want a line that answers request 2 (plan), but it was killed by signal 11", 1},
    {"hangs", "want an answer to request 2 (plan) within 1 s (--scheme-timeout), have none", 1},
    {"half", "within 1 s (--scheme-timeout), have a line without end", 1},
    {"nonsense", "answer to request 2 (plan): line 1, column 1: want valid JSON, have \"what", 1},
    {"empty", "want a JSON object, have an empty line", 1},
    {"list", "want an object, have a list of 2", 1},
    {"long", "want an answer to request 2 (plan) of at most 16777216 bytes, have more", 1},
    {"deep", "want at most 64 levels of brackets, have more", 1},
    {"bytes", "line 1, column 12: want UTF-8", 1},
    {"nul", "want JSON text, have a NUL byte", 1},
    {"two-at-once", "want no line behind the answer to request 2 (plan), have \"{\"type\"", 1},
    {"more-later", "answer to request 3 (plan)", 2},
    {"closes-output", "but it closed its standard output and goes on", 1},
    {"closes-input", "request 3 (plan), but it closed its standard input and goes on", 2},
    {"wrong-id", "id: want an integer from 2 to 2, have 0", 1},
    {"wrong-type", "type: want one of \"plan\", have \"associate\"", 1},
    {"no-type", "type: want a value, have nothing", 1},
    {"more-keys", "plan: want a known key, have \"plan\" (did you mean \"plans\"?)", 1},
    {"twice", "want every name once, have \"type\" twice", 1},
    {"missing", "plans: want a list of 1 plans (one for each task), have a list of 0", 1},
    {"no-plans", "plans: want a value, have nothing", 1},
    {"unknown-task", "plans[0].task: want an integer from 1 to 1, have 77", 1},
    {"nan", "want valid JSON, have \"NaN", 1},
    {"hangs-at-end", "want its end within 1 s (--scheme-timeout) after its input ended", 3},
    {"fails-at-end", "want exit status 0 at the end, but it ended with exit status 5", 3},
    {"bad-metric", "metrics.a b: want a name of 1 to 63 letters, digits, _, have 1", 3},
};

START_TEST(a_program_that_misbehaves_is_named_and_what_the_run_had_is_kept)
{
    const char *small = write_text("small.json", SMALL);
    int code = RUN("run", small, "--scheme-command", bad(BAD[_i].how, 1), "--scheme-timeout", "1",
                   "--db", "r.db");
    ck_assert_int_eq(code, 1);
    const char *start = "--scheme-command \"" PYTHON;
    ck_assert_msg(!strncmp(err, start, strlen(start)), "%s", err);
    char *end = strchr(err, '\n'), *want = strstr(err, BAD[_i].want);
    ck_assert_msg(want && want < end, "want %s\nhave %s", BAD[_i].want, err);
    ck_assert_ptr_nonnull(strstr(err, "r.db: 0 of 2 runs are whole; of the next one the tasks that "
                                      "had ended are kept, marked failed\n"));
    ck_assert_str_eq(out, "");
    check_gone("pid");
    sqlite3 *db = open_db("r.db");
    ck_assert_double_eq(query(db, "SELECT count(*) FROM run"), 1);
    ck_assert_double_eq(
        query(db, "SELECT count(*) FROM run WHERE status = 'failed' AND scheme = "
                  "'command' AND wall_s IS NULL AND point LIKE '%--scheme-command%bad.py%'"),
        1);
    ck_assert_double_eq(query(db, "SELECT count(*) FROM task WHERE status = 'done'"),
                        BAD[_i].tasks);
    ck_assert_double_eq(query(db, "SELECT count(*) FROM task"), BAD[_i].tasks);
    ck_assert_double_eq(query(db, "SELECT count(*) FROM v_run"), 0);
    sqlite3_close(db);
}
END_TEST

static const struct {
    const char *how, *want;
} BAD_HELLO[] = {
    {"protocol-2", "answer to request 0 (hello): protocol: want an integer from 1 to 1, have 2"},
    {"hangs-at-hello", "want an answer to request 0 (hello) within 1 s"},
    {"first", "(hello)"}, // taken for the answer, or found to be a line too many
    {"dies", NULL},       // at the first request: nothing has ended yet
};

START_TEST(a_run_in_which_nothing_ended_is_not_kept)
{
    const char *small = write_text("small.json", SMALL);
    ck_assert_int_eq(RUN("run", small, "--scheme-command", bad(BAD_HELLO[_i].how, 0),
                         "--scheme-timeout", "1", "--db", "r.db"),
                     1);
    if (BAD_HELLO[_i].want) ck_assert_msg(strstr(err, BAD_HELLO[_i].want) != NULL, "%s", err);
    check_gone("pid");
    ck_assert_int_ne(access(in_folder("r.db"), F_OK), 0);
}
END_TEST

START_TEST(a_database_is_not_replaced_by_a_run_that_could_not_begin)
{
    const char *small = write_text("small.json", SMALL);
    MUST_RUN("run", small, "--scheme", "greedy", "--db", "r.db", "--quiet");
    ck_assert_int_eq(RUN("run", small, "--scheme-command", "no-such-program", "--db", "r.db"), 1);
    ck_assert_ptr_nonnull(strstr(err, "(hello), but it ended with exit status 127"));
    ck_assert_double_eq(query_file("r.db", "SELECT count(*) FROM run WHERE scheme = 'greedy'"), 2);
}
END_TEST

START_TEST(runs_before_the_one_that_failed_stay_whole)
{
    const char *small = write_text("small.json", SMALL);
    ck_assert_int_eq(
        RUN("run", small, "--scheme-command", bad("dies-in-second", 2), "--db", "r.db"), 1);
    ck_assert_ptr_nonnull(strstr(err, "r.db: 1 of 2 runs are whole"));
    sqlite3 *db = open_db("r.db");
    ck_assert_double_eq(query(db, "SELECT count(*) FROM task JOIN run USING (run_id) WHERE "
                                  "run.status = 'done'"),
                        3);
    // The same world: what ended before is the same in both.
    ck_assert_double_eq(query(db,
                              "SELECT count(*) FROM task a JOIN task b ON a.task_id = b.task_id "
                              "AND a.latency_s = b.latency_s WHERE a.run_id = 0 AND b.run_id = "
                              "1"),
                        2);
    sqlite3_close(db);
}
END_TEST

START_TEST(much_on_standard_error_harms_nobody)
{
    const char *small = write_text("small.json", SMALL);
    MUST_RUN("run", small, "--scheme-command", bad("floods", 1), "--db", "r.db", "--quiet");
    ck_assert_uint_gt(strlen(err), 300000);
    ck_assert_double_eq(query_file("r.db", "SELECT count(*) FROM v_run"), 2);
}
END_TEST

START_TEST(programs_of_earlier_runs_are_no_zombies)
{
    const char *small = write_text("small.json", SMALL);
    MUST_RUN("run", small, "--scheme-command", bad("siblings", 0), "--db", "z.db", "--quiet",
             "--replications", "4");
    const char *most = "SELECT max(value) FROM metric WHERE name = 'command_siblings'";
    ck_assert_double_eq(query_file("z.db", most), 1);
}
END_TEST

// A program that hangs, of `command`, which then gets the signal; what fogsim printed is in err.
static int interrupt(const char *command, int number)
{
    const char *small = write_text("small.json", SMALL);
    const bool  is_plan = strcmp(command, "plan") == 0;
    char       *argv[] = {program,
                          arena_string(&arena, command),
                          arena_string(&arena, small),
                          "--scheme-command",
                          arena_string(&arena, bad("with-child", is_plan ? 0 : 1)),
                    is_plan ? NULL : "--db",
                          "r.db",
                          NULL};
    signal(number, SIG_DFL); // whoever runs the tests may ignore it (nohup), and we would too
    pid_t pid = program_start(in_folder("out"), argv);
    for (int i = 0; i < 5000 && access(in_folder("pid2"), F_OK); i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL); // into the request that hangs
    kill(pid, number);
    return program_finish(pid);
}

START_TEST(an_interrupted_run_ends_its_program_and_all_it_started)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    ck_assert_int_eq(interrupt("run", numbers[_i]), 1);
    ck_assert_str_eq(err, "r.db: interrupted after 0 of 2 runs; these are whole, the rest is "
                          "missing\n");
    check_gone("pid");
    check_gone("pid2");
    ck_assert_int_ne(access(in_folder("r.db"), F_OK), 0);
}
END_TEST

START_TEST(an_interrupted_plan_ends_its_program_and_all_it_started)
{
    ck_assert_int_eq(interrupt("plan", SIGINT), 1);
    ck_assert_str_eq(err, "plan: interrupted\n");
    check_gone("pid");
    check_gone("pid2");
}
END_TEST

// ---- batches

// Three users; a task takes about 0.06 s alone.

START_TEST(tasks_of_an_instant_are_asked_for_together_by_a_program_that_wants_so)
{
    const char *small = write_text("small.json", SMALL);
    const char *periodic = "arrivals={\"kind\": \"periodic\", \"period\": \"1 s\", \"tasks\": 3}";
    MUST_RUN("run", small, "--scheme-command", bad("batches", 9), "--db", "b.db", "--quiet",
             "--set", "nodes.user.count=3", "--set", periodic);
    MUST_RUN("run", small, "--scheme-command", bad("metrics", 9), "--db", "t.db", "--quiet",
             "--set", "nodes.user.count=3", "--set", periodic);
    const char *asked = "SELECT value FROM metric WHERE name = 'command_asked' AND run_id = 0";
    ck_assert_double_eq(query_file("b.db", asked), 3);
    ck_assert_double_eq(query_file("t.db", asked), 9);
    const char *late = "SELECT sum(latency_s) FROM task";
    ck_assert_double_eq(query_file("b.db", late), query_file("t.db", late));
}
END_TEST

START_TEST(a_closed_loop_is_asked_for_together_at_its_beginning)
{
    // All three at 0; then each when its last task has ended, at instants of their own.
    const char *small = write_text("small.json", SMALL);
    MUST_RUN("run", small, "--scheme-command", bad("batches", 9), "--db", "b.db", "--quiet",
             "--set", "nodes.user.count=3");
    ck_assert_double_eq(
        query_file("b.db", "SELECT value FROM metric WHERE name = 'command_asked' AND run_id = 0"),
        1 + 6);
}
END_TEST

START_TEST(each_task_of_a_batch_gets_its_own_plan)
{
    const char *small = write_text("small.json", SMALL);
    MUST_RUN("run", small, "--scheme-command", bad("uneven", 99), "--db", "b.db", "--quiet",
             "--set", "nodes.user.count=3", "--set",
             "arrivals={\"kind\": \"periodic\", \"period\": \"1 s\", \"tasks\": 3}", "--set",
             "record=ops", "--replications", "1");
    sqlite3 *db = open_db("b.db");
    // Of the users 0, 1, 2 the middle one stays where it is, each time; node 3 is fog0.
    const char *away = "SELECT count(DISTINCT task_id) FROM op JOIN task USING (run_id, task_id) "
                       "WHERE kind = 'compute' AND to_node = 'fog0' AND user = 'user%d'";
    ck_assert_double_eq(query(db, arena_format(&arena, away, 0)), 3);
    ck_assert_double_eq(query(db, arena_format(&arena, away, 1)), 0);
    ck_assert_double_eq(query(db, arena_format(&arena, away, 2)), 3);
    sqlite3_close(db);
}
END_TEST

START_TEST(a_task_answered_twice_in_a_batch_is_a_fault)
{
    const char *small = write_text("small.json", SMALL);
    ck_assert_int_eq(RUN("run", small, "--scheme-command", bad("same-task-twice", 9), "--db",
                         "b.db", "--set", "nodes.user.count=3"),
                     1);
    ck_assert_msg(strstr(err, "plans[1].task: want a task that has no plan yet, have 0") != NULL,
                  "%s", err);
}
END_TEST

START_TEST(operations_of_a_program_are_simulated_as_they_stand)
{
    // 0.25 s on a fog node and 0.125 s of delay behind it; another 0.3 s beside them.
    const char *small = write_text("small.json", SMALL);
    const char *ops = "{\"task\":TASK,\"operations\":["
                      "{\"kind\":\"compute\",\"node\":1,\"seconds\":0.25},"
                      "{\"kind\":\"delay\",\"node\":0,\"seconds\":0.125,\"after\":[0]},"
                      "{\"kind\":\"load\",\"node\":2,\"seconds\":0.3,\"bytes\":1}]}";
    MUST_RUN("run", small, "--scheme-command", bad(ops, 0), "--db", "o.db", "--quiet", "--set",
             "arrivals.tasks=1", "--replications", "1", "--set", "record=ops");
    sqlite3 *db = open_db("o.db");
    ck_assert_double_eq(query(db, "SELECT latency_s FROM task"), 0.375);
    ck_assert_double_eq(query(db, "SELECT computation_s FROM task"), 0.25);
    ck_assert_double_eq(query(db, "SELECT finish_s FROM op WHERE kind = 'load'"), 0.3);
    sqlite3_close(db);
}
END_TEST

START_TEST(plan_shows_operations_that_no_slices_stand_behind)
{
    const char *small = write_text("small.json", SMALL);
    const char *command = bad(
        "{\"task\":TASK,\"operations\":[{\"kind\":\"transfer\",\"from\":0,\"to\":1,\"bytes\":1000},"
        "{\"kind\":\"compute\",\"node\":1,\"seconds\":0.2,\"after\":[0]}]}",
        0);
    MUST_RUN("plan", small, "--scheme-command", command);
    ck_assert_msg(strstr(out, "1         compute    fog0       fog0       conv1") != NULL, "%s",
                  out);
    MUST_RUN("plan", small, "--scheme-command", command, "--format", "json");
    cJSON *root = cJSON_Parse(out),
          *task = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "tasks"), 0);
    cJSON *list = cJSON_GetObjectItem(task, "operations"), *second = cJSON_GetArrayItem(list, 1);
    ck_assert_int_eq(cJSON_GetArraySize(list), 2);
    ck_assert_double_eq(cJSON_GetObjectItem(second, "seconds")->valuedouble, 0.2);
    ck_assert_double_eq(cJSON_GetArrayItem(cJSON_GetObjectItem(second, "after"), 0)->valuedouble,
                        0);
    cJSON_Delete(root);
}
END_TEST

START_TEST(plan_says_where_the_answer_is_taken)
{
    const char *file = in_root("scenarios/ddnn-surveillance.json");
    MUST_RUN("plan", file, "--scheme", "t04", "--set", "schemes.t04.exit_rates=[1, 0]");
    ck_assert_msg(strstr(out, "task of device, answered at exit_local\n") != NULL, "%s", out);
    MUST_RUN("plan", file, "--scheme", "t04", "--set", "schemes.t04.exit_rates=[0, 1]", "--format",
             "json");
    ck_assert_msg(strstr(out, "\"exit\":\t\"exit_server\"") != NULL, "%s", out);
    MUST_RUN("plan", write_text("small.json", SMALL), "--scheme", "greedy");
    ck_assert_msg(strstr(out, "answered at") == NULL, "%s", out);
}
END_TEST

START_TEST(a_program_that_matches_is_asked_each_epoch)
{
    const char *small = write_text("small.json", SMALL);
    MUST_RUN("run", small, "--scheme-command", bad("matches", 9), "--db", "m.db", "--quiet",
             "--set", "nodes.user.count=3", "--replications", "1");
    sqlite3 *db = open_db("m.db");
    ck_assert_double_eq(query(db, "SELECT count(*) FROM \"match\" WHERE epoch = 0 AND fog = 'fog0' "
                                  "AND utility_user = 2.5 AND utility_fog > 0"),
                        3);
    sqlite3_close(db);
}
END_TEST

// ---- greedy, three times

static const struct {
    const char *scenario, *sets[3];
} SCENARIOS[] = {
    {"jetson2", {"models={\"alexnet\": {}, \"nin\": {\"model\": \"nin\"}}", "record=ops", NULL}},
    {"jetson2", {"granularity=task", "weights=per_task", "tau=local"}},
    {"campus", {"arrivals.duration=4 s", "record=ops", NULL}},
    {"city", {"nodes.user.count=60", "arrivals.tasks=3", "record=ops"}},
    {"jetson2", // nine tasks an instant
     {"models={\"nin\": {\"model\": \"nin_cifar10\"}}", "nodes.user.count=9",
      "arrivals={\"kind\": \"periodic\", \"period\": \"0.1 s\", \"tasks\": 5}"}},
    {"flaky", {"recovery.rule=replan", "arrivals.duration=20 s", "record=ops"}},
};

enum { EXAMPLES = 4 }; // the last: whole instants, counting its own plans

static const char *build_command(void)
{
    const char *binary = in_folder("greedy");
    must_shell(arena_format(&arena, "${CC:-cc} -O1 -Wall -Wextra -Werror -o %s %s -lcjson", binary,
                            in_root("docs/plugins/greedy.c")));
    return binary;
}

// By what `make install` puts in place.
static const char *build_library(void)
{
    const char *prefix = in_folder("usr"), *object = in_folder("greedy.so");
    must_shell(arena_format(&arena,
                            "make -s --no-print-directory install-headers PREFIX=%s "
                            "B=$(dirname %s) && PKG_CONFIG_PATH=%s/lib/pkgconfig sh -c '${CC:-cc} "
                            "-std=c11 -O1 -Wall -Wextra -Werror -ffp-contract=off -shared -fPIC "
                            "$(pkg-config --cflags fogsim) -o %s docs/plugins/greedy_library.c'; "
                            "code=$?; rm -rf %s; exit $code",
                            prefix, program, prefix, object, prefix));
    return object;
}

static void run_as(int scenario, const char *option, const char *value, const char *db)
{
    const char *args[20] = {
        "run",    SCENARIOS[scenario].scenario, option, value, "--db", db, "--replications", "2",
        "--quiet"};
    int count = 9;
    for (int i = 0; i < 3 && SCENARIOS[scenario].sets[i]; i++) {
        args[count++] = "--set";
        args[count++] = SCENARIOS[scenario].sets[i];
    }
    ck_assert_msg(run_to(in_folder("out"), args) == 0, "%s", err);
}

// Every row of every table; who made it, when and how fast aside.
static void check_same_rows(const char *other)
{
    static const char *const tables[] = {"run",    "task",         "layer",     "op",
                                         "node",   "link",         "\"match\"", "summary",
                                         "metric", "queue_sample", "occupancy"};
    sqlite3                 *db;
    ck_assert_int_eq(sqlite3_open(in_folder("greedy.db"), &db), SQLITE_OK);
    const char *attach = arena_format(
        &arena,
        "ATTACH '%s' AS x;"
        "UPDATE main.run SET point = '', scheme = '', started_utc = '', wall_s = 0, planning_s = 0;"
        "UPDATE x.run SET point = '', scheme = '', started_utc = '', wall_s = 0, planning_s = 0;"
        "UPDATE main.task SET scheme = ''; UPDATE x.task SET scheme = ''",
        in_folder(other));
    ck_assert_int_eq(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
    ck_assert_double_gt(query(db, "SELECT count(*) FROM main.task"), 5);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const char *t = tables[i];
        const char *sql =
            arena_format(&arena,
                         "SELECT (SELECT count(*) FROM main.%s) <> (SELECT count(*) FROM x.%s)"
                         " OR EXISTS (SELECT * FROM main.%s EXCEPT SELECT * FROM x.%s)",
                         t, t, t, t);
        ck_assert_msg(query(db, sql) == 0, "table %s differs", t);
    }
    sqlite3_close(db);
}

START_TEST(the_examples_give_the_rows_of_greedy)
{
    int scenario = _i / EXAMPLES, example = _i % EXAMPLES;
    run_as(scenario, "--scheme", "greedy", "greedy.db");
    if (example == 0)
        run_as(scenario, "--scheme-command",
               arena_format(&arena, PYTHON "%s", in_root("docs/plugins/greedy.py")), "x.db");
    else if (example == 3)
        run_as(scenario, "--scheme-command",
               arena_format(&arena, PYTHON "%s instant", in_root("docs/plugins/greedy.py")),
               "x.db");
    else if (example == 1)
        run_as(scenario, "--scheme-command", build_command(), "x.db");
    else
        run_as(scenario, "--scheme-library", build_library(), "x.db");
    check_same_rows("x.db");
}
END_TEST

// ---- libraries

static const struct {
    const char *source, *want;
} LIBRARIES[] = {
    {"int x;", "want the symbol fogsim_scheme_abi (write FOGSIM_LIBRARY), have none"},
    {"#include <stdint.h>\nconst uint32_t fogsim_scheme_abi = 1;",
     "want it compiled with the headers of this fogsim (interface "},
    {"#include \"abi.inc\"\n#include <stdint.h>\nconst uint32_t fogsim_scheme_abi = "
     "FOGSIM_SCHEME_ABI;",
     "want the symbol fogsim_scheme, have none"},
    {"#include \"abi.inc\"\n#include <stdint.h>\nconst uint32_t fogsim_scheme_abi = "
     "FOGSIM_SCHEME_ABI;\nvoid *fogsim_scheme(void) { return 0; }",
     "want a scheme, have NULL"},
    {"#include \"algorithms/library.h\"\nstatic const struct scheme s = {.name = "
     "\"s\"};\nFOGSIM_LIBRARY(s);",
     "want a scheme with \"plan\", have none"},
    {"#include \"algorithms/library.h\"\nint nowhere(void);\nstatic int own(void) { return "
     "nowhere(); "
     "}\nint (*const p)(void) = own;",
     "cannot load: "},
};

START_TEST(a_library_that_does_not_fit_is_refused)
{
    const char *small = write_text("small.json", SMALL);
    const char *source = write_text("x.c", LIBRARIES[_i].source);
    must_shell(arena_format(&arena, "${CC:-cc} -std=c11 -shared -fPIC -I. -I$(dirname %s) -o %s %s",
                            program, in_folder("x.so"), source));
    ck_assert_int_eq(RUN("run", small, "--scheme-library", "x.so"), 2);
    ck_assert_msg(!strncmp(err, "--scheme-library x.so: ", 23), "%s", err);
    ck_assert_msg(strstr(err, LIBRARIES[_i].want) != NULL, "%s", err);
    ck_assert_int_ne(access(in_folder("small.db"), F_OK), 0);
}
END_TEST

// Plans locally; fails at the task of that rank; says at the end how many it planned.
static const char COUNTING[] =
    "#include \"algorithms/library.h\"\n"
    "static const struct scheme_option own[] = {{.key = \"fail_at\", .about = \"task\", .kind = "
    "OPTION_INTEGER, .otherwise = 99, .low = 0, .high = 99}};\n"
    "static bool begin(const struct view *v, uint32_t n, struct arena *a, void **s, struct err "
    "*e)\n"
    "{ (void)v; (void)n; (void)e; *s = ARENA_ARRAY(a, uint32_t, 1); return true; }\n"
    "static enum plan_verdict plan(const struct view *v, const struct association *as, const "
    "struct "
    "task *t, struct arena *scratch, struct plan *out, struct placement *where, struct err *e)\n"
    "{ uint32_t *count = v->state; (void)as;\n"
    "  if ((*count)++ == (uint32_t)option_number(v, 0)) return err_add(e, \"as told\"), "
    "PLAN_FAILED;\n"
    "  return build_local(v, t, scratch, out, where); }\n"
    "static bool report(const struct view *v, uint32_t n, const struct metric_sink *sink, struct "
    "err "
    "*e)\n"
    "{ (void)n; return sink->add(sink->ctx, \"planned\", *(uint32_t *)v->state, e); }\n"
    "static const struct scheme s = {.name = \"counting\", .own = own, .own_count = 1, .begin = "
    "begin, "
    ".plan = plan, .report = report};\n"
    "FOGSIM_LIBRARY(s);\n";

START_TEST(a_library_has_options_state_and_metrics_and_may_fail)
{
    const char *small = write_text("small.json", SMALL), *source = write_text("x.c", COUNTING);
    must_shell(arena_format(&arena, "${CC:-cc} -std=c11 -shared -fPIC -I. -I$(dirname %s) -o %s %s",
                            program, in_folder("x.so"), source));
    MUST_RUN("run", small, "--scheme-library", "./x.so", "--db", "l.db", "--quiet");
    ck_assert_double_eq(query_file("l.db", "SELECT min(value) FROM metric WHERE name = 'planned'"),
                        3);
    ck_assert_int_eq(RUN("run", small, "--scheme-library", "x.so", "--db", "l.db", "--set",
                         "schemes.library.fail_at=2"),
                     1);
    ck_assert_ptr_nonnull(strstr(err, "--scheme-library: counting: as told\nl.db: 0 of 2 runs are "
                                      "whole; of the next one the tasks"));
    ck_assert_double_eq(query_file("l.db",
                                   "SELECT count(*) FROM task JOIN run USING (run_id) WHERE "
                                   "run.status = 'failed' AND task.scheme = 'library'"),
                        2);
    ck_assert_int_eq(
        RUN("run", small, "--scheme-library", "x.so", "--set", "schemes.library.fail_at=100"), 2);
    ck_assert_ptr_nonnull(strstr(err, "schemes.library.fail_at: want an integer from 0 to 99"));
}
END_TEST

// One operation, spoilt as the option says.
static const char SPOILT[] =
    "#include \"algorithms/library.h\"\n"
    "static const struct scheme_option own[] = {{.key = \"how\", .about = \"fault\", .kind = "
    "OPTION_INTEGER, .low = 0, .high = 9}};\n"
    "static enum plan_verdict plan(const struct view *v, const struct association *as, const "
    "struct "
    "task *t, struct arena *scratch, struct plan *out, struct placement *where, struct err *e)\n"
    "{ int how = (int)option_number(v, 0); (void)as; (void)t; (void)scratch; (void)where; "
    "(void)e;\n"
    "  struct op op = {.kind = OP_COMPUTE, .from = 1, .to = 1, .seconds = 1};\n"
    "  if (how == 1) op.from = op.to = 77;\n"
    "  if (how == 2) op.stage = 99;\n"
    "  if (how == 3) op.memory_bytes = -1;\n"
    "  if (how == 4) op.kind = (enum op_kind)9;\n"
    "  if (how == 5) op.kind = OP_TRANSFER;\n"
    "  if (how != 6) plan_add(out, op, NULL, 0);\n"
    "  return PLAN_READY; }\n"
    "static const struct scheme s = {.name = \"spoilt\", .own = own, .own_count = 1, .plan = "
    "plan};\n"
    "FOGSIM_LIBRARY(s);\n";

START_TEST(a_library_s_plan_that_cannot_be_is_refused)
{
    static const char *const want[] = {"",
                                       "operation 0: want nodes that exist, have kind 0, nodes 77",
                                       "operation 0: want a stage that is a step of the model",
                                       "operation 0: want memory of 0 bytes or more",
                                       "operation 0: want a kind of operation, have kind 9",
                                       "operation 0: want two nodes",
                                       "want a plan, have no operation"};
    const char *small = write_text("small.json", SMALL), *source = write_text("x.c", SPOILT);
    must_shell(arena_format(&arena, "${CC:-cc} -std=c11 -shared -fPIC -I. -I$(dirname %s) -o %s %s",
                            program, in_folder("x.so"), source));
    for (int how = 0; how < 7; how++) {
        const char *set = arena_format(&arena, "schemes.library.how=%d", how);
        ck_assert_int_eq(RUN("run", small, "--scheme-library", "./x.so", "--set", set),
                         how ? 1 : 0);
        ck_assert_msg(strstr(err, want[how]) != NULL, "%d: %s", how, err);
        if (how) ck_assert_ptr_nonnull(strstr(err, "--scheme-library: spoilt: "));
        if (how)
            ck_assert_int_eq(RUN("plan", small, "--scheme-library", "./x.so", "--set", set), 1);
    }
}
END_TEST

// ---- who may name a program

static const struct {
    const char *edit, *want;
} SCENARIO_EDITS[] = {
    {"scheme-command=evil", "scheme-command: want a known key"},
    {"schemes.command={}", "schemes.command: want a scheme ("},
    {"schemes.x={\"scheme\": \"command\"}", "schemes.x: want a scheme ("},
    {"schemes.library={}", "schemes.library: want a scheme ("},
    {"schemes.greedy.command=evil", "schemes.greedy.command: want a known key"},
    {"schemes.greedy.library=evil.so", "schemes.greedy.library: want a known key"},
};

START_TEST(a_scenario_cannot_name_a_program_or_a_library)
{
    const char *small = write_text("small.json", SMALL);
    ck_assert_int_eq(RUN("run", small, "--set", SCENARIO_EDITS[_i].edit), 2);
    ck_assert_msg(strstr(err, SCENARIO_EDITS[_i].want) != NULL, "%s", err);
}
END_TEST

START_TEST(options_for_plug_ins_say_what_they_want)
{
    const char *small = write_text("small.json", SMALL);
    ck_assert_int_eq(RUN("run", small, "--scheme-timeout", "3"), 2);
    ck_assert_ptr_nonnull(strstr(err, "want a --scheme-command too"));
    ck_assert_int_eq(RUN("run", small, "--scheme-command", "a", "--scheme-command", "b"), 2);
    ck_assert_ptr_nonnull(strstr(err, "--scheme-command: want it once, have it 2 times"));
    ck_assert_int_eq(RUN("run", small, "--scheme-command", "a", "--scheme-timeout", "0"), 2);
    ck_assert_ptr_nonnull(strstr(err, "--scheme-timeout: want an integer from 1 to 86400"));
    ck_assert_int_eq(RUN("run", small, "--scheme-command", ""), 2);
    ck_assert_int_eq(
        RUN("run", small, "--scheme-command", "a", "--set", "schemes.command.scheme=greedy"), 2);
    ck_assert_ptr_nonnull(strstr(err, "schemes.command.scheme: want no other scheme under"));
    ck_assert_int_eq(
        RUN("run", small, "--scheme-command", "a", "--set", "schemes.command.command=b"), 2);
    ck_assert_ptr_nonnull(strstr(err, "schemes.command.command: want a known key"));
}
END_TEST

START_TEST(plan_and_run_take_a_program_beside_other_schemes)
{
    const char *small = write_text("small.json", SMALL), *command = build_command();
    MUST_RUN("plan", small, "--scheme-command", command);
    const char *own = strchr(arena_string(&arena, out), '\n');
    MUST_RUN("plan", small, "--scheme", "greedy");
    ck_assert_str_eq(own, strchr(out, '\n')); // behind the line that names the scheme
    MUST_RUN("run", small, "--scheme", "greedy", "--scheme-command", command, "--db", "r.db",
             "--quiet");
    ck_assert_double_eq(query_file("r.db", "SELECT count(DISTINCT scheme) FROM run"), 2);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

static TCase *program_case(void)
{
    TCase *tc = tcase_create("program");
    tcase_add_checked_fixture(tc, program_setup, program_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_program_that_misbehaves_is_named_and_what_the_run_had_is_kept, 0,
                        COUNT(BAD));
    tcase_add_loop_test(tc, a_run_in_which_nothing_ended_is_not_kept, 0, COUNT(BAD_HELLO));
    tcase_add_test(tc, a_database_is_not_replaced_by_a_run_that_could_not_begin);
    tcase_add_test(tc, runs_before_the_one_that_failed_stay_whole);
    tcase_add_test(tc, much_on_standard_error_harms_nobody);
    tcase_add_test(tc, programs_of_earlier_runs_are_no_zombies);
    tcase_add_loop_test(tc, an_interrupted_run_ends_its_program_and_all_it_started, 0, 3);
    tcase_add_test(tc, an_interrupted_plan_ends_its_program_and_all_it_started);
    tcase_add_test(tc, tasks_of_an_instant_are_asked_for_together_by_a_program_that_wants_so);
    tcase_add_test(tc, a_closed_loop_is_asked_for_together_at_its_beginning);
    tcase_add_test(tc, each_task_of_a_batch_gets_its_own_plan);
    tcase_add_test(tc, a_task_answered_twice_in_a_batch_is_a_fault);
    tcase_add_test(tc, operations_of_a_program_are_simulated_as_they_stand);
    tcase_add_test(tc, plan_shows_operations_that_no_slices_stand_behind);
    tcase_add_test(tc, plan_says_where_the_answer_is_taken);
    tcase_add_test(tc, a_program_that_matches_is_asked_each_epoch);
    tcase_add_loop_test(tc, the_examples_give_the_rows_of_greedy, 0, COUNT(SCENARIOS) * EXAMPLES);
    tcase_add_loop_test(tc, a_library_that_does_not_fit_is_refused, 0, COUNT(LIBRARIES));
    tcase_add_test(tc, a_library_s_plan_that_cannot_be_is_refused);
    tcase_add_test(tc, a_library_has_options_state_and_metrics_and_may_fail);
    tcase_add_loop_test(tc, a_scenario_cannot_name_a_program_or_a_library, 0,
                        COUNT(SCENARIO_EDITS));
    tcase_add_test(tc, options_for_plug_ins_say_what_they_want);
    tcase_add_test(tc, plan_and_run_take_a_program_beside_other_schemes);
    return tc;
}

Suite *plugins_suite(void)
{
    Suite *s = suite_create("plugins");
    suite_add_tcase(s, program_case());
    return s;
}
