// tests/test_run.c: what `fogsim run` and `fogsim plan` leave: rows, tables, JSON, CSV.

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kernels/kernel.h"
#include "tests/program.h"

Suite *run_suite(void);

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
    ck_assert_str_eq(line, "scheme,model,metric,mean,ci95,p50,p95,p99,n,p50_ci95,p95_ci95,p99_ci95,"
                           "ci95_batch,p50_ci95_batch,p95_ci95_batch,p99_ci95_batch\r");
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

// Common random numbers: who asks what and when depends on no scheme.
START_TEST(schemes_see_the_same_arrivals)
{
    MUST_RUN("run", "campus", "--scheme", "rand", "--scheme", "greedy", "--scheme", "local",
             "--replications", "2", "--set", "record=tasks", "--db", in_folder("c.db"), "--quiet");
    sqlite3    *db = open_db("c.db");
    const char *same = "SELECT count(*) FROM run r JOIN task a USING(run_id) JOIN run s ON "
                       "s.replication = r.replication AND s.scheme <> r.scheme LEFT JOIN task b ON "
                       "b.run_id = s.run_id AND b.task_id = a.task_id AND b.user = a.user AND "
                       "b.model = a.model AND b.arrived_s = a.arrived_s WHERE b.run_id IS ";
    ck_assert_double_eq(query(db, arena_format(&arena, "%s NULL", same)), 0);
    ck_assert_double_gt(query(db, arena_format(&arena, "%s NOT NULL", same)), 6 * 2000);
    ck_assert_double_eq(query(db,
                              "SELECT count(DISTINCT n) FROM (SELECT count(*) n FROM task GROUP "
                              "BY run_id)"),
                        2); // each replication its own
    sqlite3_close(db);
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
    pid_t       pid = program_start(in_folder("out"), argv);
    // Once there is something to keep: the log has grown past its first few runs.
    struct stat info;
    for (int i = 0; i < 400; i++) {
        if (!stat(in_folder("a.db-wal"), &info) && info.st_size > 200000) break;
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    kill(pid, SIGINT);
    ck_assert_int_eq(program_finish(pid), 1);
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
    pid_t pid = program_start(in_folder("out"), argv);
    nanosleep(&(struct timespec){.tv_sec = 1}, NULL); // of minutes
    kill(pid, SIGINT);
    ck_assert_int_eq(program_finish(pid), 1);
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

// As a sweep's points have them, so that a run and a point of equal values are known to be the
// same.
START_TEST(values_of_set_that_are_json_stand_as_json_in_the_point)
{
    sqlite3_stmt *q = NULL;
    MUST_RUN("run", "jetson2", "--model", "nin", "--scheme", "rand", "--replications", "1", "--set",
             "nodes.fog.count=3", "--set", "links.default.rate=10 Mbit/s", "--set",
             "local_share=false", "--db", in_folder("r.db"), "--quiet");
    sqlite3 *db = open_db("r.db");
    ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT point FROM run", -1, &q, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(q), SQLITE_ROW);
    ck_assert_str_eq((const char *)sqlite3_column_text(q, 0),
                     "{\"nodes.fog.count\":3,\"links.default.rate\":\"10 Mbit/s\","
                     "\"local_share\":false}");
    sqlite3_finalize(q);
    sqlite3_close(db);
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

static bool shows(const char *figure, const char *text)
{
    MUST_RUN("plot", in_folder("r.db"), figure, "-o", in_folder("r.svg"));
    return strstr(read_text(in_folder("r.svg")), text);
}

START_TEST(the_figure_of_a_mix_has_its_models_too)
{
    MUST_RUN("run", "jetson2", "--scheme", "greedy", "--replications", "1", "--db",
             in_folder("r.db"), "--set", "mix={\"nin\": 0.5, \"alexnet\": 0.5}", "--quiet");
    ck_assert(shows("total", ">mix<") && shows("total", ">nin<") && shows("total", ">alexnet<"));
    ck_assert(!shows("total", ">vgg16<") && !shows("computation", ">nin<"));
}
END_TEST

// All tasks late: 100 %, all of it hatched; none: nothing to draw.
START_TEST(the_outcome_shows_what_was_late)
{
    MUST_RUN("run", "jetson2", "--model", "nin", "--scheme", "greedy", "--replications", "1",
             "--db", in_folder("r.db"), "--set", "deadline=1 us", "--quiet");
    ck_assert(shows("outcome", "the part that was late") && shows("outcome", "> 100<"));
    MUST_RUN("run", "jetson2", "--model", "nin", "--scheme", "greedy", "--replications", "1",
             "--db", in_folder("r.db"), "--quiet");
    ck_assert_int_eq(RUN("plot", in_folder("r.db"), "outcome", "-o", in_folder("none.svg")), 2);
    ck_assert_msg(strstr(err, "figure outcome needs tasks that were late"), "%s", err);
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

// Two models in one run, their tasks drawn by the shares; rows, summaries and JSON of each.
START_TEST(models_that_are_mixed_are_one_run)
{
    const char *file = write_text("small.json", SMALL);
    MUST_RUN("run", file, "--db", "m.db", "--set", "models.alexnet={\"model\": \"alexnet_2tower\"}",
             "--set", "mix={\"nin\": 0.75, \"alexnet\": 0.25}", "--set", "arrivals.tasks=40",
             "--scheme", "dina", "--format", "json");
    cJSON *rows = cJSON_Parse(out), *row = cJSON_GetArrayItem(rows, 0);
    ck_assert_int_eq(cJSON_GetArraySize(rows), 1);
    ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(row, "model")), "mix");
    cJSON *models = cJSON_GetObjectItem(row, "models");
    ck_assert_int_eq(cJSON_GetArraySize(models), 2);
    cJSON_Delete(rows);
    sqlite3 *db = open_db("m.db");
    ck_assert_double_eq(query(db, "SELECT count(*) FROM run WHERE model = 'mix'"), 2);
    double nin = query(db, "SELECT count(*) FROM task WHERE model = 'nin'");
    ck_assert(nin > 45 && nin < 75); // of 80, binomial: 60 +- 3.9 standard deviations
    ck_assert_double_eq(query(db, "SELECT sum(n) FROM summary WHERE metric = 'latency_s/nin'"),
                        nin);
    ck_assert_double_eq(query(db, "SELECT count(DISTINCT layer) FROM summary"), 9 + 8);
    // The first rows are nin's: as many tasks passed its first layer as are of it.
    ck_assert_double_eq(query(db, "SELECT sum(n) FROM summary WHERE layer = 0 AND metric ="
                                  " 'computation_s'"),
                        nin);
    ck_assert_double_le(
        query(db, "SELECT max(abs(s.mean - t.mean)) FROM summary s JOIN (SELECT run_id, model,"
                  " avg(latency_s) AS mean FROM task GROUP BY 1, 2) t ON t.run_id = s.run_id AND"
                  " s.metric = 'latency_s/' || t.model"),
        1e-12);
    sqlite3_close(db);
    MUST_RUN("plan", file, "--scheme", "dina", "--set",
             "models.alexnet={\"model\": \"alexnet_2tower\"}", "--set",
             "mix={\"nin\": 0.75, \"alexnet\": 0.25}", "--format", "json");
    rows = cJSON_Parse(out);
    ck_assert_int_eq(cJSON_GetArraySize(rows), 2); // a plan for each
    cJSON_Delete(rows);
}
END_TEST

// HyPS: a board has 44.1 s of loading and computing, and 0.1 s for image and answer; layer by layer
// it would exchange 90 MB more at 100 Mbit/s. HyPS does not, whatever the scenario says to others.
START_TEST(tau_follows_what_a_scheme_does_that_does_not_read_granularity)
{
    MUST_RUN("run", "hyps-vgg16", "--scheme", "hyps-3", "--set", "tau=45 s", "--set",
             "granularity=layer", "--db", in_folder("t.db"), "--quiet");
    ck_assert_double_eq(
        query_file("t.db", "SELECT count(*) FROM node WHERE kind = 'fog' AND subtasks > 0"), 3);
}
END_TEST

Suite *run_suite(void)
{
    Suite *s = suite_create("run");
    TCase *tc = tcase_create("program");
    tcase_add_checked_fixture(tc, program_setup, program_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, plan_prints_the_keys_of_the_contract);
    tcase_add_test(tc, run_prints_json_and_csv_of_the_same_numbers);
    tcase_add_test(tc, schemes_see_the_same_arrivals);
    tcase_add_test(tc, the_same_run_gives_the_same_rows);
    tcase_add_test(tc, record_says_how_much_is_kept);
    tcase_add_test(tc, the_database_of_another_scenario_is_left_untouched);
    tcase_add_test(tc, an_interrupt_leaves_whole_runs);
    tcase_add_test(tc, an_interrupted_calibration_leaves_nothing);
    tcase_add_test(tc, layers_that_the_profile_lacks_are_told);
    tcase_add_test(tc, jetson2_uses_both_fog_nodes_and_every_latency_is_the_sum_of_its_parts);
    tcase_add_test(tc, a_broker_costs_and_one_of_its_own_costs_more);
    tcase_add_test(tc, a_run_replaces_all_that_its_database_holds);
    tcase_add_test(tc, values_of_set_that_are_json_stand_as_json_in_the_point);
    tcase_add_test(tc, figures_are_drawn_where_nothing_travels);
    tcase_add_test(tc, the_figure_of_a_mix_has_its_models_too);
    tcase_add_test(tc, the_outcome_shows_what_was_late);
    tcase_add_test(tc, models_that_are_mixed_are_one_run);
    tcase_add_test(tc, every_list_prints_something);
    tcase_add_test(tc, tau_follows_what_a_scheme_does_that_does_not_read_granularity);
    suite_add_tcase(s, tc);
    return s;
}
