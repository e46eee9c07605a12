// tests/test_store.c: what a database of results promises, checked by SQL of our own over it.
//
// The fabricated run has one step with the parts 5, 4, 3, 2, 1 ms and a second of 10, 8, 6, 4, 2 ms
// (computation, transmission, queueing, edge delay, loading), times task + 1: sums are done by
// hand.
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "results/schema.h"
#include "results/store.h"

enum { MS = 1000000, STEPS = 2, OPS = 4, FILE_MAX = 1 << 16 };

static char folder[64], path[128];

static const char *const nodes[] = {"user0", "fog0"}, *const kinds[] = {"user", "fog"};
static const char *const devices[] = {"laptop", "nano"}, *const classes[] = {"alexnet", "nin"};
static const char *const stages[] = {"conv1", "fc2", "nin_conv1", "nin_conv2"};
static const char *const stage_kinds[] = {"conv", "fc", "conv", "conv"};
static const char *const tags[] = {"", "rows"};

static void make_folder(void)
{
    strcpy(folder, "/tmp/fogsim-store-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/it's 100%% \"ours\".db", folder);
}

static void remove_folder(void)
{
    static const char *const others[] = {"dir", "garbage", "foreign.db"};
    char                     name[160];
    schema_remove(path);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        snprintf(name, sizeof name, "%s/%s", folder, others[i]);
        if (remove(name) != 0) continue;
    }
    ck_assert_msg(rmdir(folder) == 0, "%s: something was left behind", folder);
}

static struct run_info info_of(int64_t run_id, const char *scheme, enum record_level record)
{
    return (struct run_info){.run_id = run_id,
                             .scenario = "jetson2",
                             .scenario_sha256 = "5ca1e",
                             .point = "{}",
                             .scheme = scheme,
                             .model = "alexnet",
                             .seed = 7,
                             .profile = "ref",
                             .profile_sha256 = "f00d",
                             .cost_source = "measured",
                             .fogsim_version = "0.1",
                             .started_utc = "2026-11-21T06:00:00Z",
                             .record = record,
                             .node_names = nodes,
                             .node_kinds = kinds,
                             .node_devices = devices,
                             .class_names = classes,
                             .stage_names = stages,
                             .stage_kinds = stage_kinds,
                             .tag_names = tags};
}

static const struct op ops[OPS] = {
    {.kind = OP_DELAY, .stage = 0},
    {.kind = OP_TRANSFER, .stage = 0, .from = 0, .to = 1, .bytes = 1000},
    {.kind = OP_LOAD, .stage = 0, .from = 1, .to = 1, .bytes = 500},
    {.kind = OP_COMPUTE, .stage = 1, .from = 1, .to = 1, .tag = {1, 3, 9}}};

// Task `id` lasts 45 (id + 1) ms: 15 and 30 of its two steps.
static bool add_job(struct store *s, uint64_t id, enum job_status status, struct err *e)
{
    struct stage_record   steps[STEPS] = {{.slices = 2, .bytes_sent = 10, .bytes_returned = 20}};
    const struct op_times times[OPS] = {
        {0, 0, MS}, {MS, MS, 2 * MS}, {-1, -1, -1}, {2 * MS, -1, -1}};
    struct job_record job = {.job = id,
                             .status = status,
                             .arrived_ns = (sim_ns)id * 7,
                             .counted = true,
                             .stage_count = STEPS,
                             .op_count = OPS,
                             .stages = steps,
                             .ops = ops,
                             .times = times,
                             .energy_j = 2.5,
                             .cost = 0.5,
                             .attempts = 3,
                             .exit = id == 1 ? 4 : 0};
    bool              finished = status == JOB_DONE || status == JOB_LATE;
    sim_ns            total_ns = 0;
    for (int i = 0; i < STEPS; i++)
        for (int p = 0; p < PART_COUNT; p++) {
            steps[i].part_ns[p] = (sim_ns)(id + 1) * (i + 1) * (PART_COUNT - p) * MS;
            job.part_ns[p] += steps[i].part_ns[p];
            total_ns += steps[i].part_ns[p];
        }
    job.finished_ns = finished ? job.arrived_ns + total_ns : -1;
    return store_job(s, &job, e);
}

static bool add_rest(struct store *s, double scale, struct err *e)
{
    static const char *const  metrics[] = {"latency_s",  "computation_s", "transmission_s",
                                           "queueing_s", "edge_delay_s",  "loading_s"};
    static const double       means[] = {15, 5, 4, 3, 2, 1};
    const struct node_record  node = {.node = 1,
                                      .subtasks = 4,
                                      .busy_ns = 3 * MS,
                                      .utilization = 0.5,
                                      .down_ns = 7 * MS,
                                      .cost = 11};
    const struct link_record  link = {.from = 0,
                                      .to = 1,
                                      .transfers = 2,
                                      .bytes = 99,
                                      .busy_ns = MS,
                                      .queue_mean = 1.25,
                                      .queue_max = 6,
                                      .cost = 13,
                                      .down_ns = 9 * MS};
    const struct queue_record of_node = {5 * MS, 1, 1, 3}, of_link = {5 * MS, 0, 1, 8};
    bool ok = store_node(s, &node, e) && store_link(s, &link, e) && store_queue(s, &of_node, e) &&
              store_queue(s, &of_link, e) && store_occupancy(s, 1, 2, 4 * MS, e) &&
              store_metric(s, "swaps", 3, e) && store_match(s, 0, 0, 1, 2.0, NAN, e);
    for (int i = 0; ok && i < 6; i++)
        ok = store_summary(
                 s, &(struct summary_row){-1, metrics[i], 1, scale * means[i], NAN, 0, 0, 0}, e) &&
             store_summary(s, &(struct summary_row){0, metrics[i], 1, 1e9, 1, 0, 0, 0}, e);
    return ok;
}

static const struct run_end done = {1.5, 0.25, 60, 1000, 3, "done"};

static bool add_run(struct store *s, const struct run_info *info, double scale, struct err *e)
{
    return store_begin(s, info, e) && add_job(s, 0, JOB_DONE, e) && add_job(s, 1, JOB_LATE, e) &&
           add_job(s, 2, JOB_LOST, e) && add_rest(s, scale, e) && store_commit(s, &done, e);
}

static struct store *must_open(void)
{
    struct err    e = {0};
    struct store *s = store_open(path, "jetson2", &e);
    ck_assert_msg(s != NULL, "%s", e.text);
    return s;
}

static void must_add(struct store *s, int64_t run_id, const char *scheme, enum record_level record,
                     double scale)
{
    struct err      e = {0};
    struct run_info info = info_of(run_id, scheme, record);
    ck_assert_msg(add_run(s, &info, scale, &e), "%s", e.text);
}

// The first value of the first row, through SQLite alone; NaN: NULL.
static double ask(const char *sql)
{
    sqlite3      *db;
    sqlite3_stmt *q;
    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    int code = sqlite3_prepare_v2(db, sql, -1, &q, NULL);
    ck_assert_msg(code == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
    ck_assert_msg(sqlite3_step(q) == SQLITE_ROW, "%s: no row", sql);
    double value = sqlite3_column_type(q, 0) == SQLITE_NULL ? NAN : sqlite3_column_double(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return value;
}

static void expect(const char *sql, double value)
{
    double got = ask(sql);
    ck_assert_msg(fabs(got - value) <= 1e-12 * (1 + fabs(value)), "%s: want %.17g, have %.17g", sql,
                  value, got);
}

static void expect_null(const char *sql)
{
    ck_assert_msg(isnan(ask(sql)), "%s: want NULL", sql);
}

static bool exists(const char *name)
{
    return access(name, F_OK) == 0;
}

static void expect_one_file(void)
{
    char name[160];
    snprintf(name, sizeof name, "%s-wal", path);
    ck_assert_msg(exists(path) && !exists(name), "want the database alone, without a log");
    snprintf(name, sizeof name, "%s-shm", path);
    ck_assert_msg(!exists(name), "want the database alone, without an index of the log");
}

START_TEST(parts_add_up_and_no_row_is_an_orphan)
{
    struct store *s = must_open();
    for (int64_t run = 0; run < 3; run++) must_add(s, run, "dina", RECORD_OPS, 1);
    store_close(s);
    expect_one_file();
    expect("SELECT count(*) FROM task", 9);
    expect("SELECT sum(exit) FROM task", 3 * 4); // of the second task of each run
    expect("SELECT count(*) FROM task WHERE exit IS NULL", 6);
    expect("SELECT count(*) FROM layer", 18);
    expect("SELECT count(*) FROM op", 36);
    expect("SELECT count(*) FROM task WHERE latency_s IS NOT NULL", 6);
    expect("SELECT count(*) FROM task WHERE abs(latency_s - computation_s - transmission_s"
           " - queueing_s - edge_delay_s - loading_s) > 1e-9",
           0);
    expect("SELECT count(*) FROM task WHERE abs(finished_s - arrived_s - latency_s) > 1e-9", 0);
    expect("SELECT max(abs(d)) FROM (SELECT t.computation_s - sum(l.computation_s)"
           " + t.queueing_s - sum(l.queueing_s) + t.loading_s - sum(l.loading_s) AS d"
           " FROM task t JOIN layer l USING (run_id, task_id) GROUP BY run_id, task_id)",
           0);
    expect("SELECT count(*) FROM pragma_foreign_key_check", 0);
    expect("SELECT count(*) FROM layer LEFT JOIN task USING (run_id, task_id)"
           " WHERE task.status IS NULL",
           0);
    expect("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'", 0);
}
END_TEST

START_TEST(values_arrive_in_their_columns)
{
    struct store *s = must_open();
    must_add(s, 4, "dina", RECORD_OPS, 1);
    store_close(s);
    expect("SELECT latency_s FROM task WHERE task_id = 1 AND status = 'late'", 0.090); // 2 x 45 ms
    expect("SELECT transmission_s FROM layer WHERE task_id = 1 AND name = 'fc2' AND kind = 'fc'",
           0.016);
    expect("SELECT \"end\" - \"begin\" FROM op WHERE task_id = 0 AND axis = 'rows' AND layer = 1",
           6);
    expect_null("SELECT axis FROM op WHERE task_id = 0 AND op = 1");
    expect_null("SELECT finish_s FROM op WHERE task_id = 0 AND op = 3");
    expect("SELECT bytes FROM op WHERE task_id = 0 AND kind = 'transfer' AND to_node = 'fog0'",
           1000);
    expect_null("SELECT latency_s FROM task WHERE status = 'lost'");
    expect_null("SELECT computation_s FROM layer WHERE task_id = 2 AND layer = 0");
    expect("SELECT sum(bytes_sent) FROM layer WHERE task_id = 2", 10);
    expect("SELECT events + wall_s + seed FROM run WHERE run_id = 4 AND status = 'done'", 1008.5);
    expect("SELECT busy_s FROM node WHERE node = 'fog0' AND device = 'nano' AND kind = 'fog'",
           0.003);
    expect("SELECT bytes FROM link WHERE from_node = 'user0' AND to_node = 'fog0'", 99);
    expect("SELECT attempts + 10 * cost FROM task WHERE task_id = 0", 8);
    expect("SELECT down_s + 10 * cost FROM node WHERE node = 'fog0'", 110.007);
    expect("SELECT queue_mean + 10 * queue_max FROM link", 61.25);
    expect("SELECT 10 * cost + down_s FROM link", 130.009);
    expect("SELECT length FROM queue_sample WHERE node = 'fog0' AND t_s = 0.005", 3);
    expect("SELECT length FROM queue_sample WHERE node = 'user0>fog0' AND t_s = 0.005", 8);
    expect("SELECT time_s FROM occupancy WHERE node = 'fog0' AND length = 2", 0.004);
    expect_null("SELECT utility_fog FROM \"match\" WHERE user = 'user0' AND fog = 'fog0'");
    expect_null("SELECT sd FROM summary WHERE layer IS NULL AND metric = 'latency_s'");
    expect("SELECT value FROM metric WHERE name = 'swaps'", 3);
    expect("PRAGMA user_version", SCHEMA_VERSION);
}
END_TEST

START_TEST(the_record_level_says_how_much_is_kept) // _i: the level
{
    struct store *s = must_open();
    must_add(s, 0, "dina", (enum record_level)_i, 1);
    store_close(s);
    expect("SELECT count(*) FROM task", _i >= RECORD_TASKS ? 3 : 0);
    expect("SELECT count(*) FROM layer", _i >= RECORD_LAYERS ? 6 : 0);
    expect("SELECT count(*) FROM op", _i >= RECORD_OPS ? 12 : 0);
    expect("SELECT latency_s FROM v_scheme", 15);
}
END_TEST

START_TEST(views_have_the_values_done_by_hand)
{
    struct store *s = must_open();
    must_add(s, 0, "dina", RECORD_LAYERS, 1); // v_run latency 15, computation + loading 6
    must_add(s, 1, "dina", RECORD_LAYERS, 3);
    must_add(s, 2, "rand", RECORD_LAYERS, 5);
    store_close(s);
    expect("SELECT latency_s FROM v_scheme WHERE scheme = 'dina'", 30); // (15 + 45) / 2
    expect("SELECT computation_loading_s FROM v_scheme WHERE scheme = 'dina'", 12);
    expect("SELECT replications FROM v_scheme WHERE scheme = 'dina'", 2);
    expect("SELECT latency FROM v_improvement WHERE scheme = 'rand'", 2.5); // 75 / 30
    expect("SELECT transmission FROM v_improvement WHERE scheme = 'rand'", 2.5);
    expect("SELECT count(*) FROM v_improvement", 1);
    // tasks 0 and 1 finished: 1 and 2 times 2 x 5 ms of computation in step 1
    expect("SELECT computation_s FROM v_layer_mean WHERE scheme = 'dina' AND name = 'fc2'", 0.015);
    expect("SELECT computation_loading_s FROM v_layer_mean WHERE scheme = 'dina' AND layer = 1",
           0.018);
    expect("SELECT count(*) FROM v_layer_mean", 4);
}
END_TEST

START_TEST(the_warm_up_does_not_enter_the_layer_means)
{
    struct err        e = {0};
    struct store     *s = must_open();
    struct run_info   info = info_of(0, "dina", RECORD_LAYERS);
    struct job_record job = {.job = 0, .finished_ns = 1, .counted = false};
    ck_assert(store_begin(s, &info, &e) && store_job(s, &job, &e));
    ck_assert(add_job(s, 1, JOB_DONE, &e) && store_commit(s, &done, &e));
    store_close(s);
    expect("SELECT value FROM metric WHERE name = 'warmup_tasks'", 1);
    expect("SELECT computation_s FROM v_layer_mean WHERE layer = 0", 0.010);
}
END_TEST

// Task 0 ended before its first layer, task 1 computes 10 ms in it; of a second run the only task
// left early, too. So 5 ms, and 2.5 ms over both: the parts of all layers add up to the task's.
START_TEST(a_layer_left_out_by_an_early_exit_took_no_time)
{
    struct err        e = {0};
    struct store     *s = must_open();
    struct run_info   info = info_of(0, "dina", RECORD_LAYERS);
    struct job_record early = {.job = 0, .finished_ns = 1, .counted = true, .exit = 1};
    ck_assert(store_begin(s, &info, &e) && store_job(s, &early, &e));
    ck_assert(add_job(s, 1, JOB_DONE, &e) && store_commit(s, &done, &e));
    store_close(s);
    expect("SELECT computation_s FROM v_layer_mean WHERE layer = 0", 0.005);
    expect(
        "SELECT sum(computation_s) / 2 - (SELECT sum(computation_s) FROM v_layer_mean) FROM task",
        0);
    s = must_open();
    info = info_of(1, "dina", RECORD_LAYERS);
    info.replication = 1;
    ck_assert(store_begin(s, &info, &e) && store_job(s, &early, &e) && store_commit(s, &done, &e));
    store_close(s);
    expect("SELECT computation_s FROM v_layer_mean WHERE layer = 0", 0.0025);
    expect("SELECT replications FROM v_layer_mean WHERE layer = 0", 2);
    expect("SELECT slices FROM v_layer_mean WHERE layer = 0",
           ask("SELECT avg(slices) FROM layer WHERE layer = 0"));
}
END_TEST

START_TEST(a_mix_names_the_layers_of_each_model)
{
    static const uint32_t     first[] = {0, 2};
    const struct stage_record step[2] = {{.slices = 1}, {.slices = 1}};
    struct err                e = {0};
    struct store             *s = must_open();
    struct run_info           info = info_of(0, "dina", RECORD_LAYERS);
    info.model = "mix";
    info.class_first_stage = first;
    ck_assert(store_begin(s, &info, &e));
    for (uint32_t c = 0; c < 2; c++) {
        const struct job_record job = {.job = c,
                                       .class_id = c,
                                       .finished_ns = 1,
                                       .counted = true,
                                       .stage_count = 2,
                                       .stages = step};
        ck_assert(store_job(s, &job, &e));
    }
    ck_assert(store_commit(s, &done, &e));
    store_close(s);
    expect("SELECT count(*) FROM v_layer_mean WHERE model = 'nin' AND name = 'nin_conv2'", 1);
    expect("SELECT count(*) FROM v_layer_mean WHERE model = 'alexnet' AND name = 'fc2'", 1);
    expect("SELECT count(*) FROM v_layer_mean", 4);
}
END_TEST

START_TEST(a_run_of_the_same_id_is_replaced_whole)
{
    struct store *s = must_open();
    must_add(s, 0, "dina", RECORD_OPS, 1);
    must_add(s, 1, "dina", RECORD_OPS, 1);
    store_close(s);
    s = must_open();
    must_add(s, 0, "rand", RECORD_TASKS, 2);
    store_close(s);
    expect("SELECT count(*) FROM run", 2);
    expect("SELECT count(*) FROM task WHERE run_id = 0 AND scheme = 'rand'", 3);
    expect("SELECT count(*) FROM op WHERE run_id = 0", 0);
    expect("SELECT count(*) FROM layer WHERE run_id = 0", 0);
    expect("SELECT count(*) FROM summary WHERE run_id = 0", 12);
    expect("SELECT count(*) FROM op WHERE run_id = 1", 12);
}
END_TEST

START_TEST(rollback_leaves_the_older_run)
{
    struct err      e = {0};
    struct store   *s = must_open();
    struct run_info info = info_of(0, "rand", RECORD_OPS);
    must_add(s, 0, "dina", RECORD_OPS, 1);
    ck_assert(store_begin(s, &info, &e) && add_job(s, 0, JOB_DONE, &e));
    store_rollback(s);
    info.run_id = 1;
    ck_assert(store_begin(s, &info, &e) && add_job(s, 0, JOB_DONE, &e));
    store_close(s); // rolls back too
    expect("SELECT count(*) FROM run WHERE scheme = 'dina'", 1);
    expect("SELECT count(*) FROM run", 1);
    expect("SELECT count(*) FROM task", 3);
}
END_TEST

START_TEST(a_file_without_a_run_is_removed_if_it_is_new)
{
    struct err      e = {0};
    struct store   *s = must_open();
    struct run_info info = info_of(0, "rand", RECORD_OPS);
    ck_assert(store_begin(s, &info, &e));
    store_close(s);
    ck_assert(!exists(path));
    int file = open(path, O_CREAT | O_WRONLY, 0600); // made by someone else: stays
    close(file);
    store_close(must_open());
    ck_assert(exists(path));
}
END_TEST

// Two sweeps into one file: the later one sees it as it was before the first wrote, and each would
// take the other's runs for its own.
START_TEST(a_second_writer_does_not_come_among_the_runs_of_a_sweep)
{
    struct err      e = {0};
    struct run_info info = info_of(1, "rand", RECORD_TASKS);
    struct store   *first = must_open(), *second = must_open();
    store_gather(first, 0.001);
    store_gather(second, 0.001);
    store_replace_all(second);
    must_add(first, 0, "dina", RECORD_OPS, 1);
    ck_assert(store_flush(first, &e));
    ck_assert(!store_begin(second, &info, &e));
    ck_assert_msg(strstr(e.text, "another that wrote meanwhile") != NULL, "%s", e.text);
    store_close(second);
    e = (struct err){0};
    ck_assert(store_open(path, "another", &e) == NULL); // is refused, and wrote nothing
    must_add(first, 1, "dina", RECORD_OPS, 1);
    e = (struct err){0};
    ck_assert_msg(store_flush(first, &e), "%s", e.text);
    store_close(first);
    expect("SELECT count(*) FROM run WHERE scheme = 'dina'", 2);
    expect_one_file();
}
END_TEST

START_TEST(a_second_row_of_the_same_key_is_an_error)
{
    struct err      e = {0};
    struct store   *s = must_open();
    struct run_info info = info_of(0, "dina", RECORD_OPS);
    ck_assert(store_begin(s, &info, &e) && add_job(s, 0, JOB_DONE, &e));
    ck_assert(!add_job(s, 0, JOB_DONE, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "UNIQUE"));
    ck_assert_ptr_nonnull(strstr(e.text, path));
    store_close(s);
}
END_TEST

START_TEST(a_seed_too_large_for_the_database_is_refused)
{
    struct err      e = {0};
    struct store   *s = must_open();
    struct run_info info = info_of(0, "dina", RECORD_OPS);
    info.seed = UINT64_MAX;
    ck_assert(!store_begin(s, &info, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "seed"));
    store_close(s);
}
END_TEST

// Files that are not ours
// --------------------------------------------------------------------------

static size_t read_bytes(const char *name, unsigned char *bytes)
{
    FILE *file = fopen(name, "rb");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(bytes, 1, FILE_MAX, file);
    fclose(file);
    return size;
}

static void expect_refused(const char *name, const char *scenario, const char *why)
{
    static unsigned char before[FILE_MAX], after[FILE_MAX];
    struct err           e = {0};
    size_t               size = read_bytes(name, before);
    ck_assert_msg(store_open(name, scenario, &e) == NULL, "%s: opened", name);
    ck_assert_msg(strstr(e.text, why) && strstr(e.text, name), "want '%s', have '%s'", why, e.text);
    ck_assert_uint_eq(read_bytes(name, after), size);
    ck_assert_msg(memcmp(before, after, size) == 0, "%s: changed", name);
}

static void run_sql(const char *name, const char *sql)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(name, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

START_TEST(foreign_files_are_refused_untouched)
{
    char name[160];
    snprintf(name, sizeof name, "%s/garbage", folder);
    FILE *file = fopen(name, "w");
    fputs(
        "{\"this\": \"is a scenario, not a database; it is long enough to hold a header of SQLite, "
        "of 100 bytes\"}",
        file);
    fclose(file);
    expect_refused(name, "jetson2", "not SQLite");
    ck_assert_int_eq(truncate(name, 50), 0);
    expect_refused(name, "jetson2", "not SQLite");
    snprintf(name, sizeof name, "%s/foreign.db", folder);
    run_sql(name, "CREATE TABLE photos(name)");
    expect_refused(name, "jetson2", "another program");
    run_sql(name, "PRAGMA user_version = 1");
    expect_refused(name, "jetson2", "another program");
    run_sql(name, "PRAGMA application_id = 7; PRAGMA user_version = 99");
    expect_refused(name, "jetson2", "another program");
}
END_TEST

START_TEST(a_newer_schema_is_refused_untouched)
{
    struct store *s = must_open();
    must_add(s, 0, "dina", RECORD_TASKS, 1);
    store_close(s);
    run_sql(path, "PRAGMA user_version = 99");
    expect_refused(path, "jetson2", "version 99 of a newer fogsim");
    expect_one_file();
}
END_TEST

START_TEST(another_scenario_is_refused_untouched)
{
    struct store *s = must_open();
    must_add(s, 0, "dina", RECORD_TASKS, 1);
    store_close(s);
    expect_refused(path, "city", "holds runs of scenario jetson2; give another --db");
    run_sql(path, "PRAGMA journal_mode = DELETE");
    expect_refused(path, "city", "holds runs of scenario jetson2; give another --db");
}
END_TEST

START_TEST(a_gutted_database_is_refused)
{
    struct store *s = must_open();
    must_add(s, 0, "dina", RECORD_TASKS, 1);
    store_close(s);
    run_sql(path, "DROP TABLE layer");
    expect_refused(path, "jetson2", "without its tables");
}
END_TEST

START_TEST(triggers_of_a_hostile_file_do_not_run)
{
    struct store *s = must_open();
    must_add(s, 0, "dina", RECORD_TASKS, 1);
    store_close(s);
    run_sql(path, "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM run; END");
    s = must_open();
    must_add(s, 1, "dina", RECORD_TASKS, 1);
    store_close(s);
    expect("SELECT count(*) FROM run", 2);
}
END_TEST

START_TEST(an_older_file_is_migrated) // version 0 is a file without tables, here with a page size
                                      // of its own
{
    run_sql(path, "PRAGMA page_size = 8192; CREATE TABLE x(y); DROP TABLE x; VACUUM");
    ck_assert(exists(path));
    struct store *s = must_open();
    must_add(s, 0, "dina", RECORD_TASKS, 1);
    store_close(s);
    expect("PRAGMA user_version", SCHEMA_VERSION);
    expect("PRAGMA page_size", 8192);
    expect("SELECT count(*) FROM run", 1);
}
END_TEST

static char *read_text(const char *name)
{
    FILE *file = fopen(name, "rb");
    ck_assert_msg(file != NULL, "%s: cannot be read", name);
    static char text[FILE_MAX];
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

// Every column of the file is as in one that is made now.
static void expect_schema_of_today(void)
{
    struct err e = {0};
    char       fresh[128], attach[256];
    snprintf(fresh, sizeof fresh, "%s/foreign.db", folder);
    struct store *other = store_open(fresh, "jetson2", &e);
    ck_assert(other &&
              store_begin(other,
                          &(struct run_info){
                              .scenario = "jetson2", .point = "{}", .scheme = "", .model = ""},
                          &e) &&
              store_commit(other, &done, &e));
    store_close(other);
    sqlite3      *db = NULL;
    sqlite3_stmt *q;
    snprintf(attach, sizeof attach, "ATTACH '%s' AS fresh", fresh);
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
    const char *differing =
        "WITH a AS (SELECT m.name AS t, c.cid, c.name, c.type, c.pk FROM main.sqlite_master m,"
        " pragma_table_info(m.name, 'main') c), b AS (SELECT m.name AS t, c.cid, c.name, c.type,"
        " c.pk FROM fresh.sqlite_master m, pragma_table_info(m.name, 'fresh') c)"
        " SELECT (SELECT count(*) FROM b), (SELECT count(*) FROM (SELECT * FROM a EXCEPT SELECT *"
        " FROM b)) + (SELECT count(*) FROM (SELECT * FROM b EXCEPT SELECT * FROM a))";
    ck_assert_int_eq(sqlite3_prepare_v2(db, differing, -1, &q, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(q), SQLITE_ROW);
    ck_assert_int_gt(sqlite3_column_int(q, 0), 100);
    ck_assert_int_eq(sqlite3_column_int(q, 1), 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
}

// tests/schema/version_1.sql is what fogsim wrote before it knew attempts, costs and link queues.
START_TEST(a_file_of_version_1_is_migrated_with_its_rows)
{
    run_sql(path, read_text("tests/schema/version_1.sql"));
    run_sql(path, "INSERT INTO run VALUES(0,'jetson2','','{}','dina','nin',1,0,'','','','','',1,1,"
                  "1,1,1,'done');"
                  "INSERT INTO task VALUES(0,0,'user','nin','dina',0,3,3,1,2,0,0,0,1,2,4,NULL,"
                  "'late');"
                  "INSERT INTO node VALUES(0,'fog0','fog','nano',7,1,1,1,1,1,1);"
                  "INSERT INTO link VALUES(0,'user','fog0',5,1,1,1)");
    struct err e = {0};
    sqlite3   *db = schema_open_read(path, &e); // figures of an old file need no migration
    ck_assert_msg(db != NULL, "%s", e.text);
    sqlite3_close(db);
    expect("PRAGMA user_version", 1);
    struct store *s = must_open();
    must_add(s, 1, "rand", RECORD_TASKS, 1);
    store_close(s);
    expect("PRAGMA user_version", SCHEMA_VERSION);
    expect("SELECT latency_s FROM task WHERE run_id = 0 AND status = 'late'", 3);
    expect_null("SELECT attempts FROM task WHERE run_id = 0");
    expect("SELECT attempts FROM task WHERE run_id = 1 AND task_id = 0", 3);
    expect("SELECT subtasks FROM node WHERE run_id = 0 AND down_s IS NULL", 7);
    expect("SELECT transfers FROM link WHERE run_id = 0 AND queue_max IS NULL", 5);
    expect_schema_of_today();
}
END_TEST

// tests/schema/version_2.sql is what fogsim wrote before it knew errors, documents and positions.
START_TEST(a_file_of_version_2_is_migrated_with_its_rows)
{
    run_sql(path, read_text("tests/schema/version_2.sql"));
    run_sql(path, "INSERT INTO run VALUES(0,'jetson2','','{}','dina','nin',1,0,'','','','','',1,1,"
                  "1,1,1,'done');"
                  "INSERT INTO node VALUES(0,'fog0','fog','nano',7,1,1,1,1,1,1,0,2);"
                  "INSERT INTO summary VALUES(0,NULL,'latency_s',4,2,1,2,3,4)");
    struct store *s = must_open();
    must_add(s, 1, "rand", RECORD_TASKS, 1);
    store_close(s);
    expect("PRAGMA user_version", SCHEMA_VERSION);
    expect("SELECT count(*) FROM run WHERE error IS NULL", 2);
    expect("SELECT cost FROM node WHERE run_id = 0 AND x_m IS NULL", 2);
    expect("SELECT p99 FROM summary WHERE run_id = 0 AND p99_ci95 IS NULL", 4);
    expect_schema_of_today();
}
END_TEST

START_TEST(documents_go_in_with_the_first_run_and_are_replaced_with_all_runs)
{
    struct store *s = must_open();
    store_document(s, "scenario", "{}");
    must_add(s, 0, "dina", RECORD_TASKS, 1);
    must_add(s, 1, "dina", RECORD_TASKS, 1);
    store_close(s);
    // printf '{}' | sha256sum
    expect("SELECT text = '{}' AND sha256 ="
           " '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' FROM document",
           1);
    s = must_open();
    store_replace_all(s);
    store_document(s, "sweep", "[]");
    must_add(s, 0, "dina", RECORD_TASKS, 1);
    store_close(s);
    expect("SELECT count(*) FROM document WHERE name = 'sweep'", 1);
    expect("SELECT count(*) FROM document", 1);
}
END_TEST

START_TEST(places_that_cannot_be_written_say_so)
{
    char       name[160];
    struct err e[4] = {{0}};
    snprintf(name, sizeof name, "%s/dir", folder);
    ck_assert_int_eq(mkdir(name, 0700), 0);
    ck_assert_ptr_null(store_open(name, "jetson2", &e[0]));
    ck_assert_ptr_nonnull(strstr(e[0].text, "a directory"));
    ck_assert_ptr_null(store_open("/dev/null", "jetson2", &e[1]));
    ck_assert_ptr_nonnull(strstr(e[1].text, "no regular file"));
    snprintf(name, sizeof name, "%s/missing/x.db", folder);
    ck_assert_ptr_null(store_open(name, "jetson2", &e[2]));
    ck_assert_ptr_nonnull(strstr(e[2].text, "No such file"));
    ck_assert_ptr_null(store_open("", "jetson2", &e[3]));
    ck_assert_ptr_nonnull(strstr(e[3].text, "name of a database"));
}
END_TEST

// Things that go wrong in a process of their own
// -----------------------------------------------------

static int in_child(void (*act)(void))
{
    int   status;
    pid_t child = fork();
    if (child == 0) {
        act();
        _exit(0);
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void open_without_rights(void) // root writes anywhere, so we become nobody
{
    struct err e = {0};
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(77);
    struct store   *s = store_open(path, "jetson2", &e);
    struct run_info info = info_of(1, "dina", RECORD_TASKS);
    bool            ok = s && store_begin(s, &info, &e);
    _exit(!ok && e.length > 0 && strstr(e.text, path) ? 3 : 4);
}

START_TEST(a_folder_that_is_read_only_is_an_error)
{
    chmod(folder, 0555);
    int code = in_child(open_without_rights);
    ck_assert_msg(code == 3 || code == 77, "exit %d", code);
    ck_assert(!exists(path));
    chmod(folder, 0755);
    struct store *s = must_open();
    must_add(s, 0, "dina", RECORD_TASKS, 1);
    store_close(s);
    chmod(path, 0444);
    chmod(folder, 0555);
    code = in_child(open_without_rights);
    ck_assert_msg(code == 3 || code == 77, "exit %d", code);
    chmod(folder, 0755);
    expect("SELECT count(*) FROM run", 1);
}
END_TEST

static void fill_the_disk(void) // as far as this process may write
{
    struct err      e = {0};
    struct run_info info = info_of(1, "rand", RECORD_OPS);
    struct store   *s = store_open(path, "jetson2", &e);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){200000, 200000});
    bool ok = s && store_begin(s, &info, &e);
    for (uint64_t i = 0; ok && i < 100000; i++) ok = add_job(s, i, JOB_DONE, &e);
    ok = ok && store_commit(s, &done, &e);
    bool told = e.length > 0 && strstr(e.text, path);
    store_close(s);
    _exit(!ok && told ? 3 : 4);
}

START_TEST(a_full_disk_keeps_what_was_there)
{
    struct store *s = must_open();
    must_add(s, 0, "dina", RECORD_OPS, 1);
    store_close(s);
    ck_assert_int_eq(in_child(fill_the_disk), 3);
    s = must_open();
    must_add(s, 2, "dina", RECORD_OPS, 1);
    store_close(s);
    expect("SELECT count(*) FROM run WHERE scheme = 'dina'", 2);
    expect("SELECT count(*) FROM run", 2);
    expect("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'", 0);
}
END_TEST

static void die_in_the_third_run(void)
{
    struct err      e = {0};
    struct run_info info = info_of(2, "rand", RECORD_OPS);
    struct store   *s = store_open(path, "jetson2", &e);
    must_add(s, 0, "dina", RECORD_OPS, 1);
    must_add(s, 1, "dina", RECORD_OPS, 1);
    if (!store_begin(s, &info, &e)) _exit(4);
    for (uint64_t i = 0; i < 20000; i++) // more than the cache holds, so that rows are in the log
        if (!add_job(s, i, JOB_DONE, &e)) _exit(4);
    raise(SIGKILL);
}

START_TEST(a_killed_program_leaves_whole_runs_only)
{
    ck_assert_int_eq(in_child(die_in_the_third_run), -SIGKILL);
    store_close(must_open());
    expect("SELECT count(*) FROM run", 2);
    expect("SELECT count(*) FROM task", 6);
    expect("SELECT count(*) FROM run WHERE status <> 'done'", 0);
    expect("SELECT count(*) FROM pragma_foreign_key_check", 0);
    expect_one_file();
}
END_TEST

Suite *store_suite(void);

Suite *store_suite(void)
{
    Suite *suite = suite_create("store");
    TCase *rows = tcase_create("rows"), *files = tcase_create("files"),
          *crash = tcase_create("crash");
    tcase_add_checked_fixture(rows, make_folder, remove_folder);
    tcase_add_test(rows, parts_add_up_and_no_row_is_an_orphan);
    tcase_add_test(rows, values_arrive_in_their_columns);
    tcase_add_loop_test(rows, the_record_level_says_how_much_is_kept, 0, RECORD_OPS + 1);
    tcase_add_test(rows, views_have_the_values_done_by_hand);
    tcase_add_test(rows, the_warm_up_does_not_enter_the_layer_means);
    tcase_add_test(rows, a_layer_left_out_by_an_early_exit_took_no_time);
    tcase_add_test(rows, a_mix_names_the_layers_of_each_model);
    tcase_add_test(rows, a_run_of_the_same_id_is_replaced_whole);
    tcase_add_test(rows, rollback_leaves_the_older_run);
    tcase_add_test(rows, a_file_without_a_run_is_removed_if_it_is_new);
    tcase_add_test(rows, a_second_writer_does_not_come_among_the_runs_of_a_sweep);
    tcase_add_test(rows, a_second_row_of_the_same_key_is_an_error);
    tcase_add_test(rows, a_seed_too_large_for_the_database_is_refused);
    suite_add_tcase(suite, rows);
    tcase_add_checked_fixture(files, make_folder, remove_folder);
    tcase_add_test(files, foreign_files_are_refused_untouched);
    tcase_add_test(files, a_newer_schema_is_refused_untouched);
    tcase_add_test(files, another_scenario_is_refused_untouched);
    tcase_add_test(files, a_gutted_database_is_refused);
    tcase_add_test(files, triggers_of_a_hostile_file_do_not_run);
    tcase_add_test(files, an_older_file_is_migrated);
    tcase_add_test(files, a_file_of_version_1_is_migrated_with_its_rows);
    tcase_add_test(files, a_file_of_version_2_is_migrated_with_its_rows);
    tcase_add_test(files, documents_go_in_with_the_first_run_and_are_replaced_with_all_runs);
    tcase_add_test(files, places_that_cannot_be_written_say_so);
    suite_add_tcase(suite, files);
    tcase_set_timeout(crash, 30);
    tcase_add_checked_fixture(crash, make_folder, remove_folder);
    tcase_add_test(crash, a_folder_that_is_read_only_is_an_error);
    tcase_add_test(crash, a_full_disk_keeps_what_was_there);
    tcase_add_test(crash, a_killed_program_leaves_whole_runs_only);
    suite_add_tcase(suite, crash);
    return suite;
}
