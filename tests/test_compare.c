// tests/test_compare.c: `fogsim compare` as its users see it: a scheme made worse, a refactoring,
// verdicts by hand, databases that do not fit or mean no good, JUnit XML.
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/program.h"

Suite *compare_suite(void);

#define PYTHON "exec /usr/bin/python3 "
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static int shell(const char *command)
{
    int status = system(command);
    ck_assert_int_ne(status, -1);
    return status;
}

// Changes a database by SQL.
static void edit(const char *name, const char *sql)
{
    sqlite3 *db;
    char    *message = NULL;
    ck_assert_int_eq(sqlite3_open(in_folder(name), &db), SQLITE_OK);
    sqlite3_exec(db, sql, NULL, NULL, &message);
    ck_assert_msg(!message, "%s: %s", sql, message);
    sqlite3_close(db);
}

static void copy(const char *from, const char *to)
{
    edit(from, arena_format(&arena, "VACUUM INTO '%s'", in_folder(to)));
}

// base.db of the small scenario: dina, random, greedy, `replications` each; new.db is its copy.
static void make(const char *replications)
{
    const char *file = write_text("small.json", SMALL);
    MUST_RUN("run", file, "--db", "base.db", "--replications", replications, "--quiet");
    copy("base.db", "new.db");
}

#define EXPECT(code, ...) ck_assert_msg(RUN(__VA_ARGS__) == (code), "%s%s", out, err)

static void says(const char *text)
{
    ck_assert_msg(strstr(out, text) != NULL, "want \"%s\", have\n%s%s", text, out, err);
}

static void complains(const char *text)
{
    ck_assert_msg(strstr(err, text) != NULL, "want \"%s\", have\n%s", text, err);
    ck_assert_str_eq(out, "");
}

// The verdict in a JSON answer.
static const char *verdict(const char *scheme, const char *metric)
{
    cJSON *root = cJSON_Parse(out), *cell;
    char  *copied = NULL;
    cJSON_ArrayForEach(cell, cJSON_GetObjectItem(root, "cells"))
    {
        cJSON *m = cJSON_GetObjectItem(cJSON_GetObjectItem(cell, "metrics"), metric);
        if (!strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(cell, "base_scheme")), scheme))
            copied = arena_string(&arena, cJSON_GetStringValue(cJSON_GetObjectItem(m, "verdict")));
    }
    cJSON_Delete(root);
    ck_assert_msg(copied != NULL, "no cell of %s: %s%s", scheme, out, err);
    return copied;
}

static double number(const char *key)
{
    cJSON *root = cJSON_Parse(out);
    double value = cJSON_GetNumberValue(cJSON_GetObjectItem(root, key));
    cJSON_Delete(root);
    return value;
}

// ---- what it is for

// Fog nodes of two kinds, so that the second best is another.
static const char uneven[] =
    "{\"name\": \"uneven\", \"models\": {\"nin\": {\"model\": \"nin_cifar10\"}},"
    " \"nodes\": {\"user\": {\"count\": 3, \"device\": \"raspberry-pi-3b-plus\"},"
    " \"fog\": {\"device\": \"jetson-tx2\"}, \"slow\": {\"kind\": \"fog\", "
    "\"count\": 3, \"device\": \"raspberry-pi-3b-plus\"}},"
    " \"links\": {\"default\": {\"rate\": \"1 Gbit/s\", \"latency\": \"0.1 ms\"}},"
    " \"granularity\": \"task\", \"schemes\": {\"greedy\": {}}, \"replications\": 6,"
    " \"arrivals\": {\"kind\": \"poisson\", \"rate\": \"20 /s\", \"duration\": \"1 s\"},"
    " \"tau\": \"off\", \"record\": \"tasks\"}";

static void run_plug_in(const char *file, const char *db)
{
    const char *scenario = write_text("uneven.json", uneven);
    const char *command = arena_format(&arena, PYTHON "%s", in_root(file));
    MUST_RUN("run", scenario, "--scheme-command", command, "--db", db, "--quiet");
}

START_TEST(a_plug_in_made_worse_is_caught)
{
    run_plug_in("docs/plugins/greedy.py", "base.db");
    run_plug_in("tests/plugins/second_best.py", "new.db");
    EXPECT(1, "compare", "base.db", "new.db", "--format", "json");
    ck_assert_str_eq(verdict("command", "latency"), "regression");
    ck_assert_str_eq(verdict("command", "computation"), "regression");
    ck_assert_str_eq(verdict("command", "lost"), "equal");
    ck_assert_double_eq(number("pairs"), 6);
    ck_assert_double_eq(number("identical_cells"), 0);
    EXPECT(1, "compare", "base.db", "new.db");
    says("regressions (worse, significant, past the threshold): ");
    says("second_best.py");                    // the plug-in is no part of the point, but told
    EXPECT(0, "compare", "new.db", "base.db"); // the other way it is an improvement
    says("improvements");
}
END_TEST

START_TEST(a_refactored_plug_in_has_identical_rows)
{
    run_plug_in("docs/plugins/greedy.py", "base.db");
    run_plug_in("tests/plugins/greedy_again.py", "new.db");
    EXPECT(0, "compare", "base.db", "new.db");
    says("identical rows in the one cell\n");
    says("no regression\n");
    // The built-in scheme decides alike (docs/plugins/greedy.py): two schemes of two databases.
    MUST_RUN("run", in_folder("uneven.json"), "--db", "built-in.db", "--quiet");
    EXPECT(0, "compare", "base.db", "built-in.db", "--schemes", "command,greedy");
    says("identical rows in the one cell\n");
    says("base is command of base.db, new is greedy of built-in.db");
}
END_TEST

START_TEST(random_databases_give_what_a_second_derivation_gives)
{
    const char *command = arena_format(&arena, "cd %s && /usr/bin/python3 %s %s %d >out 2>&1",
                                       folder, in_root("tests/compare.py"), program, _i);
    ck_assert_msg(shell(command) == 0, "%s", read_text(in_folder("out")));
}
END_TEST

// ---- equal to the last bit, or nearly

START_TEST(a_database_equals_itself)
{
    make("2");
    EXPECT(0, "compare", "base.db", "base.db");
    says("identical rows in all 3 cells\n");
    says("no regression\n");
    says("equal in every pair: 18 (--all shows them)\n"); // 3 schemes, 6 metrics that they have
    EXPECT(0, "compare", "base.db", "new.db", "--all");
    says("equal in every pair: 18\n");
    says("greedy");
}
END_TEST

static const char *const SMALLEST_EDITS[] = {
    "UPDATE task SET finished_s = finished_s + 1e-9 WHERE run_id = 0 AND task_id = 0",
    "UPDATE task SET user = 'another' WHERE run_id = 0 AND task_id = 2",
    "UPDATE task SET exit = 7 WHERE run_id = 0 AND task_id = 1",
    "DELETE FROM task WHERE run_id = 0 AND task_id = 2",
    "UPDATE summary SET sd = sd + 1e-9 WHERE run_id = 0 AND layer = 1 AND metric = 'loading_s'",
    "UPDATE metric SET value = value + 1 WHERE run_id = 0 AND name = 'matching_sweeps'",
    "UPDATE run SET events = events + 1 WHERE run_id = 0",
};

START_TEST(one_changed_value_ends_identity_without_an_alarm)
{
    make("2");
    edit("new.db", SMALLEST_EDITS[_i]);
    EXPECT(0, "compare", "base.db", "new.db");
    says("identical rows in 2 of 3 cells\n");
    says("equal in every pair: 18");
}
END_TEST

START_TEST(times_on_the_wall_and_the_order_of_runs_are_no_difference)
{
    make("2");
    edit("new.db", "UPDATE run SET wall_s = 9, planning_s = 9, started_utc = 'x';"
                   "UPDATE run SET run_id = run_id + 100; UPDATE task SET run_id = run_id + 100;"
                   "UPDATE summary SET run_id = run_id + 100;"
                   "UPDATE metric SET run_id = run_id + 100;"
                   "UPDATE run SET run_id = 305 - run_id; UPDATE task SET run_id = 305 - run_id;"
                   "UPDATE summary SET run_id = 305 - run_id;"
                   "UPDATE metric SET run_id = 305 - run_id");
    EXPECT(0, "compare", "base.db", "new.db");
    says("identical rows in all 3 cells\n");
}
END_TEST

START_TEST(runs_without_rows_of_tasks_say_so)
{
    make("2");
    edit("base.db", "DELETE FROM task");
    edit("new.db", "DELETE FROM task");
    EXPECT(0, "compare", "base.db", "new.db");
    says("identical rows in all 3 cells (3 of them without rows of tasks)\n");
}
END_TEST

// ---- verdicts by hand: the same change in every run

static const struct {
    const char *sql, *metric, *verdict;
    int         code;
} VERDICTS[] = {
    {"UPDATE summary SET mean = mean * 1.05 WHERE metric = 'latency_s'", "latency", "regression",
     1},
    {"UPDATE summary SET mean = mean * 0.95 WHERE metric = 'latency_s'", "latency", "improvement",
     0},
    {"UPDATE summary SET mean = mean * 1.009 WHERE metric = 'latency_s'", "latency",
     "below_threshold", 0},
    {"UPDATE summary SET mean = mean * 1.05 WHERE metric = 'latency_s' AND layer = 0", "latency",
     "equal", 0},
    {"UPDATE summary SET p95 = p95 * 1.05 WHERE metric = 'latency_s'", "p95", "regression", 1},
    {"UPDATE summary SET p99 = p99 * 1.05 WHERE metric = 'latency_s'", "p99", "regression", 1},
    {"UPDATE summary SET mean = mean * 1.05 WHERE metric = 'energy_j'", "energy", "regression", 1},
    {"UPDATE summary SET mean = mean * 1.05 WHERE metric = 'computation_s'", "computation",
     "regression", 1},
    {"UPDATE summary SET mean = mean * 1.05 WHERE metric = 'transmission_s'", "transmission",
     "regression", 1},
    {"UPDATE summary SET mean = mean + 1 WHERE metric = 'queueing_s'", "queueing", "regression", 1},
    {"UPDATE summary SET mean = mean + 1 WHERE metric = 'loading_s'", "loading", "regression", 1},
    {"UPDATE metric SET value = value * 0.9 WHERE name = 'throughput_per_s'", "throughput",
     "regression", 1},
    {"UPDATE metric SET value = value * 1.1 WHERE name = 'throughput_per_s'", "throughput",
     "improvement", 0},
    // All 3 tasks of a run are lost in every run: 0 to 100 points, known to a task, 12 pairs.
    {"UPDATE metric SET value = 0 WHERE name = 'tasks_done'", "lost", "regression", 1},
    {"UPDATE metric SET value = 2 WHERE name = 'tasks_done';"
     "INSERT INTO metric SELECT run_id, 'x', 1 FROM run",
     "lost", "regression", 1},
    {"DELETE FROM metric WHERE name = 'tasks_done'", "lost", NULL, 2}, // nothing is left to judge
    {"DELETE FROM summary WHERE metric = 'latency_s'", "latency", "regression", 1}, // none finished
    {"UPDATE summary SET mean = 9e999 WHERE metric = 'latency_s'", "latency", "regression", 1},
    {"UPDATE summary SET mean = 'much' WHERE metric = 'latency_s'", "latency", "regression", 1},
    {"DELETE FROM summary WHERE metric = 'latency_s' AND run_id % 2 = 0", "latency", "equal", 0},
};

START_TEST(what_a_change_in_every_run_is)
{
    make("12");
    edit("new.db", VERDICTS[_i].sql);
    EXPECT(VERDICTS[_i].code, "compare", "base.db", "new.db", "--format", "json", "--metric",
           VERDICTS[_i].metric);
    if (!VERDICTS[_i].verdict) {
        complains("compare: want a metric that 2 or more pairs of a cell have, have none");
        return;
    }
    ck_assert_str_eq(verdict("dina", VERDICTS[_i].metric), VERDICTS[_i].verdict);
    ck_assert_str_eq(verdict("random", VERDICTS[_i].metric), VERDICTS[_i].verdict);
}
END_TEST

START_TEST(the_threshold_and_alpha_decide)
{
    make("4");
    edit("new.db", "UPDATE summary SET mean = mean * 1.05 WHERE metric = 'latency_s'");
    EXPECT(1, "compare", "base.db", "new.db", "--threshold", "4.9");
    EXPECT(0, "compare", "base.db", "new.db", "--threshold", "5.1%");
    says("significant, but not past the threshold: 3");
    // In one pair of four +5 %: t = 1 on 3 degrees of freedom, p = 0.391.
    copy("base.db", "one.db");
    edit("one.db",
         "UPDATE summary SET mean = mean * 1.5 WHERE metric = 'latency_s' AND run_id = 0");
    EXPECT(0, "compare", "base.db", "one.db");
    says("differences that may be chance: 1 (--all shows them)");
    EXPECT(0, "compare", "base.db", "one.db", "--metric", "latency", "--alpha", "0.5");
    says("differences that may be chance: 1"); // 3 x 0.391 after Holm
    edit("one.db", "DELETE FROM run WHERE scheme <> 'dina'");
    EXPECT(1, "compare", "base.db", "one.db", "--metric", "latency", "--alpha", "0.5");
    says("0.39\n");
    EXPECT(0, "compare", "base.db", "one.db", "--metric", "latency", "--alpha", "0.39");
}
END_TEST

// Two shares that were 0: 1 of 100 tasks is 1 point, which is not past 1 %.
START_TEST(a_share_that_was_0_is_held_against_percentage_points)
{
    make("12");
    edit("base.db", "UPDATE run SET tasks = 1000; UPDATE metric SET value = 1000 WHERE name = "
                    "'tasks_done'");
    copy("base.db", "more.db");
    edit("more.db", "UPDATE metric SET value = 991 WHERE name = 'tasks_done'");
    EXPECT(0, "compare", "base.db", "more.db");
    says("+0.9 points");
    EXPECT(1, "compare", "base.db", "more.db", "--threshold", "0.8");
    copy("more.db", "most.db");
    edit("most.db", "UPDATE metric SET value = 982 WHERE name = 'tasks_done'");
    EXPECT(1, "compare", "more.db", "most.db", "--threshold", "99");
    says("+100 %"); // 0.9 % to 1.8 %
    EXPECT(0, "compare", "more.db", "most.db", "--threshold", "101");
}
END_TEST

// Two replications of three tasks. Where both are one and the same run, that none finishes any more
// is certain; else it is 3 tasks of 3 with a spread of one: t = sqrt(2) / (1/3), p = 0.147.
START_TEST(where_nothing_is_random_a_share_is_certain)
{
    make("2");
    edit("base.db", "UPDATE run SET simulated_s = 1 + 0.1 * replication * (scheme <> 'dina'),"
                    " events = 9; UPDATE summary SET mean = 1");
    copy("base.db", "lost.db");
    edit("lost.db", "UPDATE metric SET value = 0 WHERE name = 'tasks_done'");
    EXPECT(1, "compare", "base.db", "lost.db", "--metric", "lost", "--format", "json");
    ck_assert_str_eq(verdict("dina", "lost"), "regression");
    ck_assert_str_eq(verdict("greedy", "lost"), "not_significant");
    EXPECT(1, "compare", "base.db", "lost.db", "--metric", "lost");
    says("note: nothing is random in 1 of 3 cells: ");
}
END_TEST

// One of three tasks with a deadline is late in each of two replications, of a thousand tasks in
// all: its spread is that of one of three, p = 0.39 (test_paired). Of a thousand: 0.0014.
START_TEST(a_share_of_deadlines_is_known_to_one_task_that_has_one)
{
    make("2");
    edit("base.db", "UPDATE run SET tasks = 1000 WHERE scheme = 'random';"
                    "INSERT INTO metric SELECT run_id, 'deadline_miss_share', 0 FROM run;"
                    "INSERT INTO metric SELECT run_id, 'deadline_tasks', 3 FROM run");
    copy("base.db", "late.db");
    edit("late.db", "UPDATE metric SET value = 1.0 / 3 WHERE name = 'deadline_miss_share'");
    EXPECT(0, "compare", "base.db", "late.db", "--schemes", "random,random", "--metric",
           "deadline_misses", "--format", "json");
    ck_assert_str_eq(verdict("random", "deadline_misses"), "not_significant");
    // A database that does not tell takes them for all tasks.
    edit("base.db", "DELETE FROM metric WHERE name = 'deadline_tasks'");
    edit("late.db", "DELETE FROM metric WHERE name = 'deadline_tasks'");
    EXPECT(1, "compare", "base.db", "late.db", "--schemes", "random,random", "--metric",
           "deadline_misses", "--format", "json");
    ck_assert_str_eq(verdict("random", "deadline_misses"), "regression");
}
END_TEST

START_TEST(one_replication_is_no_verdict)
{
    make("1");
    EXPECT(0, "compare", "base.db", "new.db");
    says("identical rows in all 3 cells\n");
    says("no verdict: fewer than 2 pairs: 18");
    edit("new.db", "UPDATE summary SET mean = mean * 2 WHERE metric = 'latency_s'");
    EXPECT(2, "compare", "base.db", "new.db");
    complains("want 2 or more replications of a cell in common, have 1");
}
END_TEST

START_TEST(runs_that_fail_now_are_a_regression)
{
    make("3");
    edit("new.db", "UPDATE run SET status = 'failed' WHERE run_id = 1");
    EXPECT(1, "compare", "base.db", "new.db");
    says("regression: runs done in base and not in new: 1 (point {} model nin scheme dina seed 1 "
         "replication 1)\n");
    EXPECT(0, "compare", "new.db", "base.db");
    says("note: runs done in new without a partner in base: 1 (");
}
END_TEST

// ---- what belongs together

START_TEST(runs_without_a_partner_are_counted_and_named)
{
    make("8");
    edit("new.db", "DELETE FROM run WHERE replication > 2; UPDATE run SET seed = 5 WHERE "
                   "scheme = 'random'");
    EXPECT(0, "compare", "base.db", "new.db");
    says("6 pairs of runs in 2 cells (of a point, model and scheme), 3 in each");
    says("note: runs done in base without a partner in new: 18 (point {} model nin scheme dina "
         "seed 1 replication 3; ");
    says("; ...)\n");
    says("note: runs done in new without a partner in base: 3 (");
    edit("new.db", "UPDATE run SET seed = 5");
    EXPECT(2, "compare", "base.db", "new.db");
    complains("want a run with the point, model, scheme, seed and replication of one in base.db, "
              "have none in common; the first there: point {} model nin scheme dina seed 1 "
              "replication 0; here: point {} model nin scheme dina seed 5 replication 0");
}
END_TEST

START_TEST(what_else_differs_is_said_and_not_refused)
{
    make("2");
    edit("new.db",
         "UPDATE run SET scenario_sha256 = 'abc', profile = 'board', cost_source = 'mine',"
         "fogsim_version = '9.9'");
    EXPECT(0, "compare", "base.db", "new.db");
    says("note: the scenario's file differs in 6 of 6 pairs: ");
    says(", then abc\n");
    says("note: the profile differs in 6 of 6 pairs: reference, then board\n");
    says("note: the source of costs differs in 6 of 6 pairs: ");
    says(", then 9.9\n");
    edit("new.db", "UPDATE run SET scenario = 'another'");
    EXPECT(2, "compare", "base.db", "new.db");
    complains("new.db: want runs of scenario \"small\" as in base.db, have \"another\"");
}
END_TEST

START_TEST(the_order_of_a_point_s_members_and_plug_ins_do_not_matter)
{
    make("2");
    edit("base.db", "UPDATE run SET point = '{\"b\":1,\"a\":0.1}'");
    edit("new.db",
         "UPDATE run SET point = '{\"a\": 0.10, \"--scheme-library\": \"x.so\", \"b\": 1}'");
    EXPECT(0, "compare", "base.db", "new.db", "--all");
    says("identical rows in all 3 cells");
    says("a 0.1, b 1");
    says("--scheme-library");
    edit("new.db", "UPDATE run SET point = '{\"a\":0.1000000000000001,\"b\":1}'");
    EXPECT(2, "compare", "base.db", "new.db");
    complains("none in common");
}
END_TEST

START_TEST(two_schemes_of_one_database)
{
    make("4");
    EXPECT(1, "compare", "base.db", "--schemes", "dina,random", "--format", "json");
    ck_assert_double_eq(number("pairs"), 4);
    const char *one = verdict("dina", "latency");
    ck_assert(!strcmp(one, "regression") || !strcmp(one, "not_significant"));
    edit("new.db", "DELETE FROM run WHERE scheme <> 'greedy'");
    EXPECT(0, "compare", "base.db", "new.db", "--schemes", "greedy,greedy");
    says("identical rows in the one cell");
}
END_TEST

START_TEST(an_older_database_is_read)
{
    make("2");
    unlink(in_folder("new.db"));
    edit("new.db", read_text(in_root("tests/schema/version_1.sql")));
    edit("new.db",
         arena_format(&arena,
                      "ATTACH '%s' AS b; INSERT INTO run SELECT run_id, scenario, scenario_sha256,"
                      " point, scheme, model, seed, replication, profile, profile_sha256,"
                      " cost_source, fogsim_version, started_utc, wall_s, planning_s, simulated_s,"
                      " events, tasks, status FROM b.run;"
                      "INSERT INTO task SELECT run_id, task_id, user, model, scheme, arrived_s,"
                      " finished_s, latency_s, computation_s, transmission_s, queueing_s,"
                      " edge_delay_s, loading_s, computation_work_s, transmission_work_s, energy_j,"
                      " exit, status FROM b.task;"
                      "INSERT INTO summary SELECT run_id, layer, metric, n, mean, sd, p50, p95, p99"
                      " FROM b.summary; INSERT INTO metric SELECT * FROM b.metric",
                      in_folder("base.db")));
    EXPECT(0, "compare", "base.db", "new.db");
    says("identical rows in all 3 cells");
    ck_assert_double_eq(query_file("new.db", "PRAGMA user_version"), 1); // not migrated
}
END_TEST

// ---- bad input

static const struct {
    const char *args[6];
    const char *want;
} BAD_ARGUMENTS[] = {
    {{"base.db"}, "compare: want a second database, or --schemes A,B"},
    {{"base.db", "--schemes", "dina"}, "--schemes: want two names with a comma between them"},
    {{"base.db", "--schemes", "a,b,c"}, "--schemes: want two names with a comma between them"},
    {{"base.db", "--schemes", "dina,dina"}, "--schemes: want two schemes of one database"},
    {{"base.db", "--schemes", "dina,magic"},
     "--schemes: want a scheme of base.db (dina, random, greedy), have \"magic\""},
    {{"base.db", "new.db", "--metric", "speed"},
     "--metric: want one of latency, computation, transmission, p95, deadline_misses, lost, "
     "energy"},
    {{"base.db", "new.db", "--threshold", "-1"}, "--threshold: want percents from 0 to 1000000"},
    {{"base.db", "new.db", "--threshold", "nan"}, "--threshold: want percents from 0 to 1000000"},
    {{"base.db", "new.db", "--threshold", "5 pct"}, "--threshold: want percents"},
    {{"base.db", "new.db", "--alpha", "0"}, "--alpha: want a number from 1e-12 to 0.5"},
    {{"base.db", "new.db", "--alpha", "5%"}, "--alpha: want a number from 1e-12 to 0.5"},
    {{"base.db", "new.db", "--format", "csv"}, "--format: want one of table, json, junit"},
    {{"base.db", "none.db"}, "none.db: cannot open: No such file"},
    {{"base.db", "new.db", "--junit", "/dev/null"}, "--junit: want a file to write, have"},
    {{"base.db", "new.db", "--junit", "none/x.xml"}, "none/x.xml: cannot write: No such file"},
};

START_TEST(bad_arguments_are_told_and_end_with_2)
{
    make("2");
    const char *args[8] = {"compare"};
    for (int i = 0; BAD_ARGUMENTS[_i].args[i]; i++) args[i + 1] = BAD_ARGUMENTS[_i].args[i];
    ck_assert_int_eq(run_to(in_folder("out"), args), 2);
    complains(BAD_ARGUMENTS[_i].want);
}
END_TEST

static const struct {
    const char *sql, *want; // want NULL: read as if it were nothing special
} HOSTILE[] = {
    {"DROP INDEX summary_key", "no such index: summary_key"},
    {"DROP TABLE metric", "new.db: want the tables run, task, summary and metric"},
    {"DROP INDEX summary_key; CREATE INDEX summary_key ON summary(mean)", NULL}, // slow, no more
    {"DROP TABLE run; CREATE VIEW run AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1"
     " FROM r) SELECT n AS run_id, 's' AS scenario FROM r",
     "new.db: want the tables run, task, summary and metric, have 3 of them"},
    {"UPDATE run SET run_id = 77 WHERE run_id = 1; UPDATE run SET replication = 0",
     "replication 0: want it once, have it in runs 0 and 77"},
    {"UPDATE run SET scenario = 'b' WHERE run_id = 3", "new.db: want runs of one scenario"},
    {"DELETE FROM run", "new.db: want runs, have none"},
    {"UPDATE run SET status = 'interrupted'", "here: no run that is done"},
    {"UPDATE run SET point = CAST(zeroblob(40000000) AS TEXT)", "new.db: string or blob too big"},
    {"UPDATE run SET point = '{'", "none in common"},
    {"UPDATE run SET point = ''", "none in common"},
    {"UPDATE run SET point = '{\"a\":' || replace(hex(zeroblob(3000)), '0', '[') || '}'",
     "none in common"},
    {"UPDATE run SET scheme = 'x' || char(27) || '[31m' || char(10)", "scheme x?[31m? seed 1"},
    {"UPDATE run SET tasks = -5, events = 'many', simulated_s = 9e999", NULL},
    {"UPDATE run SET tasks = 9223372036854775807, events = NULL", NULL},
    {"UPDATE run SET profile = x'ff00fe1b'", NULL},
    {"UPDATE summary SET mean = 1e300 * run_id, p95 = -9e999", NULL},
    {"UPDATE metric SET value = 'x'", NULL},
};

START_TEST(a_hostile_database_harms_nobody)
{
    make("2");
    edit("new.db", "PRAGMA foreign_keys = OFF");
    edit("new.db", HOSTILE[_i].sql);
    int code = RUN("compare", "base.db", "new.db");
    if (HOSTILE[_i].want) {
        ck_assert_int_eq(code, 2);
        complains(HOSTILE[_i].want);
    } else {
        ck_assert_msg(code == 0 || code == 1, "%s%s", out, err);
    }
    ck_assert_ptr_null(strchr(out, 27));
    ck_assert_ptr_null(strchr(err, 27));
    for (const char *format = "json"; format; format = strcmp(format, "json") ? NULL : "junit") {
        RUN("compare", "new.db", "new.db", "--format", format);
        ck_assert_ptr_null(strchr(out, 27));
    }
}
END_TEST

START_TEST(a_file_that_is_no_database_is_refused)
{
    make("2");
    write_text("text.db", "no database, though it has the length of a header and some more of it "
                          "than a hundred bytes, as a header has.");
    EXPECT(2, "compare", "base.db", "text.db");
    complains("text.db: want a fogsim database, have a file that is not SQLite");
    EXPECT(2, "compare", "text.db", "none.db"); // both are told
    complains("none.db: cannot open");
    complains("text.db: want a fogsim database");
}
END_TEST

START_TEST(a_broken_page_is_a_fault_and_no_verdict)
{
    make("2");
    FILE *file = fopen(in_folder("new.db"), "r+b");
    ck_assert_ptr_nonnull(file);
    static const char noise[8192] = {1, 2, 3};
    ck_assert_int_eq(fseek(file, 4096 * 4, SEEK_SET), 0);
    for (int i = 0; i < 20; i++) fwrite(noise, 1, sizeof noise, file);
    fclose(file);
    EXPECT(2, "compare", "base.db", "new.db");
    complains("malformed");
}
END_TEST

// ---- JUnit XML

// Parsed by Python, and held against the grammar where xmllint is installed.
static void check_xml(const char *name)
{
    const char *path = in_folder(name);
    ck_assert_msg(shell(arena_format(&arena,
                                     "/usr/bin/python3 -c \"import xml.dom.minidom as m; "
                                     "m.parse('%s')\"",
                                     path)) == 0,
                  "%s", read_text(path));
    ck_assert_msg(shell(arena_format(&arena,
                                     "! command -v xmllint >/dev/null || xmllint --noout --relaxng "
                                     "%s %s 2>%s",
                                     in_root("tests/schema/junit.rng"), path, in_folder("lint"))) ==
                      0,
                  "%s", read_text(in_folder("lint")));
}

static int count_of(const char *text, const char *what)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, what)); at++) count++;
    return count;
}

START_TEST(junit_has_a_case_for_each_cell_and_metric)
{
    make("3");
    edit("new.db", "UPDATE summary SET mean = mean * 2 WHERE metric = 'latency_s' AND run_id < 3");
    EXPECT(1, "compare", "base.db", "new.db", "--junit", "report.xml");
    says("regression");
    check_xml("report.xml");
    const char *xml = read_text(in_folder("report.xml"));
    ck_assert_int_eq(count_of(xml, "<testcase "), 3 * 7 + 1); // and one for runs that fail
    ck_assert_int_eq(count_of(xml, "<failure "), 1);
    ck_assert_int_eq(count_of(xml, "<skipped "), 3); // no task has a deadline
    ck_assert_ptr_nonnull(strstr(xml, "tests=\"22\" failures=\"1\" errors=\"0\" skipped=\"3\""));
    ck_assert_ptr_nonnull(strstr(xml, "classname=\"small.nin.dina\" name=\"latency\""));
    ck_assert_ptr_nonnull(strstr(xml, "latency +100 %: "));
    EXPECT(1, "compare", "base.db", "new.db", "--format", "junit");
    ck_assert_str_eq(out, read_text(in_folder("report.xml")));
}
END_TEST

START_TEST(junit_escapes_what_xml_cannot_hold)
{
    make("2");
    static const char odd[] =
        "UPDATE run SET scheme = '<a> & \"b\" ''c'' ]]>' || char(27, 11, 65534, 133) || scheme,"
        "model = CAST(x'c3a4ff80' AS TEXT), point = '{\"k<\":\"\\u0001\\u001b&\"}', profile = 'x<'";
    edit("base.db", odd);
    edit("new.db", odd);
    edit("new.db", "UPDATE run SET profile = '\"y>' || char(7)");
    EXPECT(0, "compare", "base.db", "new.db", "--junit", "odd.xml");
    check_xml("odd.xml");
    says("note: the profile differs in 6 of 6 pairs: x<, then \"y>?\n");
    const char *xml = read_text(in_folder("odd.xml"));
    ck_assert_ptr_nonnull(strstr(xml, "&lt;a&gt; &amp; &quot;b&quot; 'c' ]]&gt;????dina"));
    ck_assert_ptr_nonnull(strstr(xml, "latency at k&lt; ??&amp;"));
    ck_assert_ptr_nonnull(
        strstr(xml, ".\xc3\xa4??.")); // the model: one letter, two bytes that are none
    EXPECT(0, "compare", "base.db", "new.db", "--format", "json");
    cJSON *root = cJSON_Parse(out);
    ck_assert_ptr_nonnull(root);
    cJSON_Delete(root);
}
END_TEST

START_TEST(a_report_is_whole_or_not_there)
{
    make("1");
    edit("new.db", "UPDATE summary SET mean = mean * 2 WHERE metric = 'latency_s'");
    write_text("report.xml", "the last one");
    EXPECT(2, "compare", "base.db", "new.db", "--junit", "report.xml"); // nothing to judge
    ck_assert_str_eq(read_text(in_folder("report.xml")), "the last one");
    ck_assert_int_eq(mkdir(in_folder("folder"), 0700), 0);
    EXPECT(2, "compare", "base.db", "base.db", "--junit", "folder");
    complains("--junit: want a file to write");
    ck_assert_int_eq(rmdir(in_folder("folder")), 0);
    EXPECT(0, "compare", "base.db", "base.db", "--junit", "report.xml", "--format", "json");
    ck_assert_ptr_nonnull(strstr(read_text(in_folder("report.xml")), "</testsuites>\n"));
    ck_assert_int_eq(empty_folder(), 4); // two databases, the scenario, the report; no part of one
}
END_TEST

START_TEST(json_has_the_keys_of_the_contract)
{
    static const char *const keys[] = {"result",
                                       "scenario",
                                       "base",
                                       "new",
                                       "alpha",
                                       "threshold",
                                       "pairs",
                                       "tests",
                                       "identical_cells",
                                       "failed_runs",
                                       "first_failed_runs",
                                       "verdicts",
                                       "notes",
                                       "cells"};
    static const char *const of_cell[] = {"point", "model", "base_scheme",       "new_scheme",
                                          "pairs", "rows",  "nothing_is_random", "metrics"};
    static const char *const of_metric[] = {
        "verdict",   "unit",     "better",     "pairs",           "pairs_that_differ",
        "base_mean", "new_mean", "difference", "difference_ci95", "relative_change",
        "t",         "p",        "p_holm",     "only_in_base",    "only_in_new"};
    make("2");
    EXPECT(0, "compare", "base.db", "new.db", "--format", "json");
    cJSON *root = cJSON_Parse(out),
          *cell = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "cells"), 0);
    cJSON *metric = cJSON_GetObjectItem(cJSON_GetObjectItem(cell, "metrics"), "latency");
    for (int i = 0; i < COUNT(keys); i++)
        ck_assert_msg(cJSON_HasObjectItem(root, keys[i]), "%s", keys[i]);
    for (int i = 0; i < COUNT(of_cell); i++)
        ck_assert_msg(cJSON_HasObjectItem(cell, of_cell[i]), "%s", of_cell[i]);
    for (int i = 0; i < COUNT(of_metric); i++)
        ck_assert_msg(cJSON_HasObjectItem(metric, of_metric[i]), "%s", of_metric[i]);
    ck_assert_int_eq(cJSON_GetArraySize(root), COUNT(keys));
    ck_assert_int_eq(cJSON_GetArraySize(cell), COUNT(of_cell));
    ck_assert_int_eq(cJSON_GetArraySize(metric), COUNT(of_metric));
    cJSON_Delete(root);
}
END_TEST

static TCase *compare_case(void)
{
    TCase *tc = tcase_create("compare");
    tcase_add_checked_fixture(tc, program_setup, program_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, a_plug_in_made_worse_is_caught);
    tcase_add_test(tc, a_refactored_plug_in_has_identical_rows);
    tcase_add_loop_test(tc, random_databases_give_what_a_second_derivation_gives, 0, 12);
    tcase_add_test(tc, a_database_equals_itself);
    tcase_add_loop_test(tc, one_changed_value_ends_identity_without_an_alarm, 0,
                        COUNT(SMALLEST_EDITS));
    tcase_add_test(tc, times_on_the_wall_and_the_order_of_runs_are_no_difference);
    tcase_add_test(tc, runs_without_rows_of_tasks_say_so);
    tcase_add_loop_test(tc, what_a_change_in_every_run_is, 0, COUNT(VERDICTS));
    tcase_add_test(tc, the_threshold_and_alpha_decide);
    tcase_add_test(tc, a_share_that_was_0_is_held_against_percentage_points);
    tcase_add_test(tc, where_nothing_is_random_a_share_is_certain);
    tcase_add_test(tc, a_share_of_deadlines_is_known_to_one_task_that_has_one);
    tcase_add_test(tc, one_replication_is_no_verdict);
    tcase_add_test(tc, runs_that_fail_now_are_a_regression);
    tcase_add_test(tc, runs_without_a_partner_are_counted_and_named);
    tcase_add_test(tc, what_else_differs_is_said_and_not_refused);
    tcase_add_test(tc, the_order_of_a_point_s_members_and_plug_ins_do_not_matter);
    tcase_add_test(tc, two_schemes_of_one_database);
    tcase_add_test(tc, an_older_database_is_read);
    tcase_add_loop_test(tc, bad_arguments_are_told_and_end_with_2, 0, COUNT(BAD_ARGUMENTS));
    tcase_add_loop_test(tc, a_hostile_database_harms_nobody, 0, COUNT(HOSTILE));
    tcase_add_test(tc, a_file_that_is_no_database_is_refused);
    tcase_add_test(tc, a_broken_page_is_a_fault_and_no_verdict);
    tcase_add_test(tc, junit_has_a_case_for_each_cell_and_metric);
    tcase_add_test(tc, junit_escapes_what_xml_cannot_hold);
    tcase_add_test(tc, a_report_is_whole_or_not_there);
    tcase_add_test(tc, json_has_the_keys_of_the_contract);
    return tc;
}

Suite *compare_suite(void)
{
    Suite *s = suite_create("compare");
    suite_add_tcase(s, compare_case());
    return s;
}
