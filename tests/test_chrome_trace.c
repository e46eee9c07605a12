// tests/test_chrome_trace.c: `fogsim trace`: a hand-made run against the events worked out for it,
// and runs of every kind against tests/check_trace.py, which shares no code with what it checks.
#include <sys/wait.h>
#include <unistd.h>

#include "results/schema.h"
#include "tests/program.h"

Suite *chrome_trace_suite(void);

// Run 5 kept no operations. Run 7, times in us:
//   task 0, arrives at 1, done at 9: input to fog0 [1, 3); two slices there, op 2 from 4 to 6 after
//   a wait of 1, op 3 from 3 to 7; the answer waits for op 3 and the link, [8, 9). Op 1 is a join.
//   task 1, arrives at 5, lost: a slice at fog0 that began at 6 and has no end.
static const char hand_made[] =
    "INSERT INTO run(run_id, scenario, point, scheme, model, seed, replication, status)"
    " VALUES(5, 'hand', '{}', 'dina', 'net', 1, 0, 'done'),"
    "       (7, 'hand', '{\"a\":1}', 'greedy', 'net', 1, 0, 'done');"
    "INSERT INTO node(run_id, node, kind) VALUES(7, 'user', 'user'), (7, 'fog0', 'fog'),"
    " (7, 'cloud', 'cloud');"
    "INSERT INTO task(run_id, task_id, user, model, scheme, arrived_s, finished_s, latency_s,"
    " status, attempts) VALUES(7, 0, 'user', 'net', 'greedy', 1e-6, 9e-6, 8e-6, 'done', 1),"
    " (7, 1, 'user', 'net', 'greedy', 5e-6, NULL, NULL, 'lost', 2);"
    "INSERT INTO layer(run_id, task_id, layer, name, kind) VALUES(7, 0, 0, 'conv\"1\"', 'conv'),"
    " (7, 0, 1, 'fc', 'fc'), (7, 1, 0, 'conv\"1\"', 'conv');"
    "INSERT INTO op VALUES"
    "(7, 0, 0, 0, 'transfer', 'user', 'fog0', NULL, NULL, NULL, 1e-6, 1e-6, 3e-6, 250.5),"
    "(7, 0, 1, 0, 'delay', 'user', 'user', NULL, NULL, NULL, 3e-6, 3e-6, 3e-6, 0),"
    "(7, 0, 2, 0, 'compute', 'fog0', 'fog0', 'rows', 0, 4, 3e-6, 4e-6, 6e-6, 0),"
    "(7, 0, 3, 0, 'compute', 'fog0', 'fog0', 'rows', 4, 9, 3e-6, 3e-6, 7e-6, 0),"
    "(7, 0, 4, 1, 'transfer', 'fog0', 'user', NULL, NULL, NULL, 7e-6, 8e-6, 9e-6, 10),"
    "(7, 1, 0, 0, 'compute', 'fog0', 'fog0', 'rows', 0, 9, 5e-6, 6e-6, NULL, 0),"
    "(7, 1, 1, 1, 'transfer', 'fog0', 'user', NULL, NULL, NULL, NULL, NULL, NULL, 10);"
    "INSERT INTO queue_sample VALUES(7, 'cloud', 2e-6, 3), (7, 'cloud', 3e-6, 3),"
    " (7, 'cloud', 4e-6, 0), (7, 'fog0>user', 8e-6, 1);";

static const char *make_database(const char *name, const char *sql)
{
    struct err  e = {0};
    bool        created;
    const char *path = in_folder(name);
    sqlite3    *db = schema_open_write(path, &created, &e);
    ck_assert_msg(db != NULL, "%s", e.text);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    return path;
}

static cJSON *trace_of(const char *path) // read by cJSON; freed by the caller
{
    cJSON *trace = cJSON_Parse(read_text(path));
    ck_assert_ptr_nonnull(trace);
    return trace;
}

static int has_line(const char *text, const char *line)
{
    return strstr(text, line) != NULL;
}

static int check(const char *json, const char *db, const char *tasks)
{
    const char *command =
        arena_format(&arena, "/usr/bin/python3 %s %s %s %s >%s 2>&1",
                     in_root("tests/check_trace.py"), json, db, tasks, in_folder("checked"));
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define CHECKED(json, db, tasks)                                                                   \
    ck_assert_msg(check(json, db, tasks) == 0, "%s", read_text(in_folder("checked")))

#define HAS(line) ck_assert_msg(has_line(text, line), "missing: %s", line)
#define LACKS(line) ck_assert_msg(!has_line(text, line), "there is: %s", line)

// pids: tasks 1, then kinds of this run: user 2, fog 3, cloud 4, other 5, links 6. Lanes in that
// order, of links by name: fog0 1001 and 1002, fog0 to user 1003, user to fog0 1004.
START_TEST(a_run_made_by_hand_gives_the_events_worked_out_for_it)
{
    const char *db = make_database("t.db", hand_made);
    MUST_RUN("trace", db, "-o", in_folder("t.json"));
    ck_assert_ptr_nonnull(strstr(out, "run 7, 2 tasks, 4 operations on 4 tracks"));
    const char *text = read_text(in_folder("t.json"));
    HAS("\"otherData\":{\"scenario\":\"hand\",\"point\":\"{\\\"a\\\":1}\",\"scheme\":\"greedy\"");
    HAS("{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":3,\"tid\":3,\"args\":{\"name\":"
        "\"fog nodes\"}}");
    HAS("{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":3,\"tid\":1002,\"args\":{\"name\":"
        "\"fog0 #2\"}}");
    HAS("\"pid\":6,\"tid\":1004,\"args\":{\"name\":\"user \xe2\x86\x92 fog0\"}}");
    HAS("{\"ph\":\"X\",\"name\":\"conv\\\"1\\\"\",\"pid\":6,\"tid\":1004,\"cat\":\"transfer\","
        "\"ts\":1.000,\"dur\":2.000,\"args\":{\"task\":0,\"op\":0,\"layer\":0,\"kind\":"
        "\"transfer\",\"user\":\"user\",\"bytes\":250.5,\"ready_s\":1e-06,\"waiting_s\":0.0}}");
    HAS("\"pid\":3,\"tid\":1002,\"cat\":\"compute\",\"ts\":4.000,\"dur\":2.000,\"args\":{\"task\":"
        "0,\"op\":2,\"layer\":0,\"kind\":\"compute\",\"user\":\"user\",\"axis\":\"rows\",\"begin\":"
        "0,\"end\":4,\"bytes\":0.0,\"ready_s\":3e-06,\"waiting_s\":1e-06,\"after_op\":0}}");
    HAS("\"pid\":3,\"tid\":1001,\"cat\":\"compute\",\"ts\":3.000,\"dur\":4.000");
    HAS("\"pid\":6,\"tid\":1003,\"cat\":\"transfer\",\"ts\":8.000,\"dur\":1.000");
    LACKS("\"cat\":\"delay\"");
    // Lost: an instant where it began; what never was ready is not there.
    HAS("{\"ph\":\"i\",\"name\":\"conv\\\"1\\\": begun, no end recorded\",\"pid\":3,\"tid\":1001,"
        "\"cat\":\"compute\",\"ts\":6.000,\"s\":\"t\"");
    HAS("\"name\":\"task 1 arrives, lost\"");
    HAS("\"name\":\"task 0 done\",\"pid\":1,\"tid\":1000,\"cat\":\"task\",\"ts\":9.000");
}
END_TEST

// Arrows from the input to both slices, and from op 3, which ended last, to the answer.
START_TEST(flows_lead_from_what_ended_last_to_what_waited_for_it)
{
    const char *db = make_database("t.db", hand_made);
    MUST_RUN("trace", db, "-o", in_folder("t.json"));
    const char *text = read_text(in_folder("t.json"));
    HAS("{\"ph\":\"s\",\"name\":\"dependency\",\"pid\":6,\"tid\":1004,\"cat\":\"dependency\","
        "\"ts\":2.999,\"id\":1}"); // ids: rank among the drawn operations
    HAS("{\"ph\":\"f\",\"name\":\"dependency\",\"pid\":3,\"tid\":1002,\"cat\":\"dependency\","
        "\"ts\":4.000,\"id\":1,\"bp\":\"e\"}");
    HAS("\"tid\":1004,\"cat\":\"dependency\",\"ts\":2.999,\"id\":2}");
    HAS("\"tid\":1001,\"cat\":\"dependency\",\"ts\":3.000,\"id\":2,\"bp\":\"e\"}");
    HAS("\"tid\":1001,\"cat\":\"dependency\",\"ts\":6.999,\"id\":3}");
    HAS("\"tid\":1003,\"cat\":\"dependency\",\"ts\":8.000,\"id\":3,\"bp\":\"e\"}");
    LACKS("\"id\":4,\"bp\"");
}
END_TEST

// Two ended when op 2 at fog0 became ready: op 0 at the user, whose result does not lie there, and
// op 1, whose does. Where none's does, the lowest stands for them: op 3 at the cloud. What ends
// then too but has a higher number is nobody's predecessor.
START_TEST(of_several_that_ended_the_one_whose_result_is_there_counts)
{
    const char *db = make_database(
        "t.db", "INSERT INTO run(run_id, scenario, point, scheme, model, seed, replication, status)"
                " VALUES(0, 'hand', '{}', 'dina', 'net', 1, 0, 'done');"
                "INSERT INTO task(run_id, task_id, user, model, scheme, arrived_s, finished_s,"
                " status, attempts) VALUES(0, 0, 'user', 'net', 'dina', 0, 5e-6, 'done', NULL),"
                " (0, 1, 'user', 'net', 'dina', 0, 6e-6, 'done', 2);"
                "INSERT INTO op VALUES"
                "(0, 0, 0, 0, 'compute', 'user', 'user', NULL, NULL, NULL, 0, 0, 2e-6, 0),"
                "(0, 0, 1, 0, 'transfer', 'user', 'fog0', NULL, NULL, NULL, 0, 0, 2e-6, 9),"
                "(0, 0, 2, 0, 'compute', 'fog0', 'fog0', NULL, NULL, NULL, 2e-6, 2e-6, 5e-6, 0),"
                "(0, 0, 3, 0, 'compute', 'cloud', 'cloud', NULL, NULL, NULL, 2e-6, 3e-6, 4e-6, 0),"
                "(0, 0, 4, 0, 'transfer', 'user', 'fog0', NULL, NULL, NULL, 0, 0, 2e-6, 9),"
                "(0, 1, 0, 0, 'compute', 'fog0', 'fog0', NULL, NULL, NULL, 5e-6, 5e-6, 6e-6, 0),"
                "(0, 1, 1, 0, 'transfer', 'user', 'fog0', NULL, NULL, NULL, 0, 3e-6, 5e-6, 9);");
    MUST_RUN("trace", db, "-o", in_folder("t.json"));
    const char *text = read_text(in_folder("t.json"));
    HAS("\"op\":2,\"layer\":0,\"kind\":\"compute\",\"user\":\"user\",\"bytes\":0.0,\"ready_s\":2e-"
        "06,"
        "\"waiting_s\":0.0,\"after_op\":1}}");
    HAS("\"op\":3,\"layer\":0,\"kind\":\"compute\",\"user\":\"user\",\"bytes\":0.0,\"ready_s\":2e-"
        "06,"
        "\"waiting_s\":1e-06,\"after_op\":0}}");
    HAS("\"ready_s\":5e-06,\"waiting_s\":0.0}}");
    // Task 1 was begun anew: its last attempt had its first operation ready at 5.
    HAS("{\"ph\":\"b\",\"name\":\"earlier "
        "attempts\",\"pid\":1,\"tid\":1000,\"cat\":\"task\",\"ts\":0.000,"
        "\"id\":1");
    HAS("{\"ph\":\"e\",\"name\":\"earlier "
        "attempts\",\"pid\":1,\"tid\":1000,\"cat\":\"task\",\"ts\":5.000,"
        "\"id\":1");
    CHECKED(in_folder("t.json"), db, "");
}
END_TEST

// The path that decided the end of task 0: input [1, 3), op 3 [3, 7), a wait [7, 8), answer [8, 9).
START_TEST(a_task_is_a_slice_with_the_path_that_decided_its_end_inside)
{
    static const char *const want[][3] = {
        {"user", "1.000", "9.000"},
        {"user \xe2\x86\x92 fog0: conv\\\"1\\\"", "1.000", "3.000"},
        {"fog0: conv\\\"1\\\"", "3.000", "7.000"},
        {"wait: fog0 \xe2\x86\x92 user", "7.000", "8.000"},
        {"fog0 \xe2\x86\x92 user: fc", "8.000", "9.000"}};
    const char *db = make_database("t.db", hand_made);
    MUST_RUN("trace", db, "-o", in_folder("t.json"));
    const char *text = read_text(in_folder("t.json"));
    for (int i = 0; i < 5; i++)
        for (int end = 0; end < 2; end++)
            HAS(arena_format(&arena,
                             "{\"ph\":\"%c\",\"name\":\"%s\",\"pid\":1,\"tid\":1000,\"cat\":"
                             "\"task\",\"ts\":%s,\"id\":0",
                             "be"[end], want[i][0], want[i][1 + end]));
    int slices = 0;
    for (const char *c = text; (c = strstr(c, "{\"ph\":\"b\"")); c++) slices++;
    ck_assert_int_eq(slices, 5);
}
END_TEST

// At fog0 one waits over [3, 4) and one over [5, 6), on the way back one over [7, 8). Samples that
// repeat the last are left out, and so is what lies behind the last end.
START_TEST(counters_tell_how_many_wait)
{
    const char *db = make_database("t.db", hand_made);
    MUST_RUN("trace", db, "-o", in_folder("t.json"));
    const char              *text = read_text(in_folder("t.json"));
    static const char *const want[] = {
        "fog0: operations waiting\",\"pid\":3,\"tid\":3,\"ts\":3.000,\"args\":{\"waiting\":1}}",
        "fog0: operations waiting\",\"pid\":3,\"tid\":3,\"ts\":4.000,\"args\":{\"waiting\":0}}",
        "fog0: operations waiting\",\"pid\":3,\"tid\":3,\"ts\":5.000,\"args\":{\"waiting\":1}}",
        "fog0: operations waiting\",\"pid\":3,\"tid\":3,\"ts\":6.000,\"args\":{\"waiting\":0}}",
        "user: operations waiting\",\"pid\":6,\"tid\":6,\"ts\":7.000,\"args\":{\"waiting\":1}}",
        "user: operations waiting\",\"pid\":6,\"tid\":6,\"ts\":8.000,\"args\":{\"waiting\":0}}",
        "cloud: queue sampled\",\"pid\":4,\"tid\":4,\"ts\":2.000,\"args\":{\"waiting\":3}}",
        "cloud: queue sampled\",\"pid\":4,\"tid\":4,\"ts\":4.000,\"args\":{\"waiting\":0}}",
        "user: queue sampled\",\"pid\":6,\"tid\":6,\"ts\":8.000,\"args\":{\"waiting\":1}}"};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) HAS(want[i]);
    int counters = 0;
    for (const char *c = text; (c = strstr(c, "{\"ph\":\"C\"")); c++) counters++;
    ck_assert_int_eq(counters, 9);
}
END_TEST

// ---- the checker
// ---------------------------------------------------------------------------------

// Where several things happen at once, are interrupted, fail, are dropped or are refused.
static const char *const worlds[][16] = {
    {"nodes.user.count=1"},
    {"nodes.user.count=4", "nodes.fog.servers=3", "links.default.sharing=fair"},
    {"nodes.user.count=5", "nodes.fog.discipline=sharing", "links.default.latency=20 ms"},
    {"nodes.user.count=5", "nodes.fog.discipline=preemptive",
     "nodes.fast={\"kind\": \"user\", \"priority\": 0, \"device\": \"laptop-i5-8365u\"}",
     "nodes.user.priority=1"},
    {"nodes.user.count=6", "nodes.fog.queue=1",
     "arrivals={\"kind\": \"poisson\", \"rate\": \"40 /s\", \"duration\": \"1 s\"}",
     "observe={\"queues\": \"10 ms\"}"},
    {"nodes.user.count=4", "faults={\"fog\": {\"up\": \"100 ms\", \"down\": \"50 ms\"}}",
     "recovery={\"rule\": \"replan\", \"timeout\": \"20 ms\", \"attempts\": 3}",
     "arrivals={\"kind\": \"poisson\", \"rate\": \"20 /s\", \"duration\": \"2 s\"}"},
    {"nodes.user.count=3", "edge_delay=7 ms", "granularity=layer"},
};

START_TEST(every_kind_of_run_passes_the_checker)
{
    const char *args[40] = {"run",       write_text("w.json", SMALL),
                            "--db",      in_folder("w.db"),
                            "--quiet",   "--replications",
                            "1",         "--scheme",
                            "dina",      "--set",
                            "record=ops"};
    int         n = 11;
    for (int i = 0; worlds[_i][i]; i++) args[n++] = "--set", args[n++] = worlds[_i][i];
    ck_assert_msg(run_to(in_folder("out"), args) == 0, "%s", err);
    MUST_RUN("trace", in_folder("w.db"), "-o", in_folder("w.trace"));
    CHECKED(in_folder("w.trace"), in_folder("w.db"), "");
    MUST_RUN("trace", in_folder("w.db"), "-o", in_folder("w.trace"), "--tasks", "2..5");
    CHECKED(in_folder("w.trace"), in_folder("w.db"), "2 5");
}
END_TEST

// Each change is one that the format, or the database, forbids.
static const char *const damages[][2] = {
    {"\"ts\":4.000,\"dur\":2.000", "\"ts\":4.000,\"dur\":2.0005"}, // finer than a ns
    {"\"tid\":1002,\"cat\":\"compute\",\"ts\":4.000",
     "\"tid\":1001,\"cat\":\"compute\",\"ts\":2.500"},
    {"\"dur\":4.000", "\"dur\":5.000"},
    {"\"ts\":2.999,\"id\":2", "\"ts\":2.999,\"id\":9"},
    {"\"ts\":6.999,\"id\":3", "\"ts\":7.000,\"id\":3"},
    {"\"bp\":\"e\"", "\"bp\":\"s\""},
    {"{\"ph\":\"e\",\"name\":\"fog0: conv", "{\"ph\":\"e\",\"name\":\"fog1: conv"},
    {"\"thread_name\",\"pid\":3,\"tid\":1002", "\"thread_name\",\"pid\":3,\"tid\":1012"},
    {"\"args\":{\"waiting\":1}", "\"args\":{\"waiting\":2}"},
    {"\"after_op\":3", "\"after_op\":2"},
    {"\"begin\":4,\"end\":9", "\"begin\":4,\"end\":8"},
    {"\"displayTimeUnit\":\"ms\"", "\"displayTimeUnit\":\"us\""},
};

START_TEST(the_checker_notices_every_damage)
{
    const char *db = make_database("t.db", hand_made);
    MUST_RUN("trace", db, "-o", in_folder("t.json"));
    CHECKED(in_folder("t.json"), db, "");
    char *text = read_text(in_folder("t.json"));
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        char *place = strstr(text, damages[i][0]);
        ck_assert_msg(place != NULL, "%s", damages[i][0]);
        const char *damaged =
            write_text("d.json", arena_format(&arena, "%.*s%s%s", (int)(place - text), text,
                                              damages[i][1], place + strlen(damages[i][0])));
        ck_assert_msg(check(damaged, db, "") == 1, "%s: not noticed", damages[i][1]);
    }
}
END_TEST

// ---- requests
// ------------------------------------------------------------------------------------

START_TEST(tasks_are_chosen_by_number)
{
    const char              *db = make_database("t.db", hand_made);
    static const char *const given[] = {"0", "1", "0..0", "1..", "0..1", "0..99"};
    static const int         want[] = {1, 1, 1, 1, 2, 2};
    for (int i = 0; i < 6; i++) {
        MUST_RUN("trace", db, "--tasks", given[i], "-o", in_folder("t.json"));
        ck_assert_ptr_nonnull(strstr(out, arena_format(&arena, "run 7, %d tasks", want[i])));
    }
}
END_TEST

START_TEST(what_cannot_be_drawn_is_said_and_leaves_nothing)
{
    const char              *db = make_database("t.db", hand_made);
    static const char *const bad[][5] = {
        {"--run", "5", "FILE: run 5: want operations, which are kept with \"record\": \"ops\""},
        {"--run", "6", "FILE: want a run of the database, have 6"},
        {"--run", "x", "--run: want an integer"},
        {"--tasks", "2..9", "FILE: run 7: want tasks from 0 to 1, have none of these"},
        {"--tasks", "5..2", "--tasks: want numbers of tasks such as 0..19"},
        {"--tasks", "", "--tasks: want numbers of tasks"},
        {"--tasks", "1...3", "--tasks: want numbers of tasks"},
        {"--tasks", "-1", "--tasks: want numbers of tasks"},
        {"--tasks", "99999999999999999999", "--tasks: want numbers of tasks"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(RUN("trace", db, bad[i][0], bad[i][1], "-o", in_folder("t.json")), 2);
        check_lines(db, (const char *const[]){bad[i][2], NULL});
    }
    ck_assert_int_eq(RUN("trace", db, "-o", in_folder("no/t.json")), 1);
    ck_assert_int_eq(RUN("trace", in_folder("none.db"), "-o", in_folder("t.json")), 2);
    ck_assert_int_eq(empty_folder(), 1); // t.db
}
END_TEST

START_TEST(a_database_without_operations_says_how_to_keep_them)
{
    const char *path = write_text("w.json", SMALL), *db = in_folder("w.db");
    MUST_RUN("run", path, "--db", db, "--quiet", "--replications", "1");
    ck_assert_int_eq(RUN("trace", db, "-o", in_folder("t.json")), 2);
    check_lines(db, (const char *const[]){"FILE: want operations, which are kept with \"record\": "
                                          "\"ops\" in the scenario (fogsim run SCENARIO --set "
                                          "record=ops); have none in any run",
                                          NULL});
    ck_assert_int_ne(access(in_folder("t.json"), F_OK), 0);
}
END_TEST

START_TEST(standard_output_takes_the_same_text_and_a_full_one_is_a_failure)
{
    const char *db = make_database("t.db", hand_made);
    MUST_RUN("trace", db, "-o", in_folder("t.json"));
    const char *text = read_text(in_folder("t.json"));
    MUST_RUN("trace", db, "-o", "-");
    ck_assert_str_eq(out, text);
    ck_assert_int_eq(run_to("/dev/full", (const char *const[]){"trace", db, "-o", "-", NULL}), 1);
    cJSON_Delete(trace_of(in_folder("t.json")));
}
END_TEST

// A file that was there stays as it was when the new one cannot be whole.
START_TEST(an_old_trace_stays_until_the_new_one_is_whole)
{
    const char *db = make_database("t.db", hand_made), *old = write_text("t.json", "old");
    ck_assert_int_eq(RUN("trace", db, "--run", "5", "-o", old), 2);
    ck_assert_str_eq(read_text(old), "old");
    MUST_RUN("trace", db, "-o", old);
    ck_assert_ptr_nonnull(strstr(read_text(old), "traceEvents"));
}
END_TEST

Suite *chrome_trace_suite(void)
{
    Suite *s = suite_create("chrome_trace");
    TCase *tc = tcase_create("trace");
    tcase_add_checked_fixture(tc, program_setup, program_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, a_run_made_by_hand_gives_the_events_worked_out_for_it);
    tcase_add_test(tc, flows_lead_from_what_ended_last_to_what_waited_for_it);
    tcase_add_test(tc, of_several_that_ended_the_one_whose_result_is_there_counts);
    tcase_add_test(tc, a_task_is_a_slice_with_the_path_that_decided_its_end_inside);
    tcase_add_test(tc, counters_tell_how_many_wait);
    tcase_add_loop_test(tc, every_kind_of_run_passes_the_checker, 0,
                        sizeof worlds / sizeof *worlds);
    tcase_add_test(tc, the_checker_notices_every_damage);
    tcase_add_test(tc, tasks_are_chosen_by_number);
    tcase_add_test(tc, what_cannot_be_drawn_is_said_and_leaves_nothing);
    tcase_add_test(tc, a_database_without_operations_says_how_to_keep_them);
    tcase_add_test(tc, standard_output_takes_the_same_text_and_a_full_one_is_a_failure);
    tcase_add_test(tc, an_old_trace_stays_until_the_new_one_is_whole);
    suite_add_tcase(s, tc);
    return s;
}
