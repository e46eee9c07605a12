// tests/test_within.c: what is worked out within one run, as a user finds it: the warm-up by MSER-5
// and the intervals by batch means, each against the tasks that the database holds.
#include <math.h>
#include <string.h>

#include "base/series.h"
#include "tests/program.h"

enum { TASKS_MOST = 20000 };

struct tasks { // of a run, those that finished after `from_s`, in order of arrival
    int64_t  rank[TASKS_MOST];
    double   arrived_s[TASKS_MOST], latency_s[TASKS_MOST];
    uint32_t count;
};

static struct tasks tasks;

static void read_tasks(sqlite3 *db, int run_id, double from_s)
{
    sqlite3_stmt *q = NULL;
    ck_assert_int_eq(
        sqlite3_prepare_v2(db,
                           "SELECT task_id, arrived_s, latency_s FROM task WHERE run_id "
                           "= ? AND arrived_s >= ? AND finished_s IS NOT NULL ORDER BY "
                           "task_id",
                           -1, &q, NULL),
        SQLITE_OK);
    sqlite3_bind_int(q, 1, run_id);
    sqlite3_bind_double(q, 2, from_s);
    for (tasks.count = 0; sqlite3_step(q) == SQLITE_ROW; tasks.count++) {
        ck_assert_uint_lt(tasks.count, TASKS_MOST);
        tasks.rank[tasks.count] = sqlite3_column_int64(q, 0);
        tasks.arrived_s[tasks.count] = sqlite3_column_double(q, 1);
        tasks.latency_s[tasks.count] = sqlite3_column_double(q, 2);
    }
    sqlite3_finalize(q);
}

#define CAMPUS(db, ...)                                                                            \
    MUST_RUN("run", "campus", "--scheme", "rand", "--set", "record=tasks", "--quiet", "--db",      \
             in_folder(db), "--set", __VA_ARGS__)

// Also where queues are full and tasks are dropped: these have no latency, and are not in the
// series.
START_TEST(mser5_leaves_out_what_the_tasks_say)
{
    uint32_t cut = 0;
    if (_i)
        CAMPUS("m.db", "warm_up=mser5", "--set", "nodes.fog.queue=0");
    else
        CAMPUS("m.db", "warm_up=mser5");
    sqlite3 *db = open_db("m.db");
    double   dropped = query(db, "SELECT count(*) FROM task WHERE status = 'dropped'");
    ck_assert(_i ? dropped > 100 : dropped == 0);
    for (int run_id = 0; run_id < 5; run_id++) {
        bool   is_short;
        double warm_up_s = query(
            db, arena_format(&arena,
                             "SELECT value FROM metric WHERE name = 'warm_up_s' AND run_id = %d",
                             run_id));
        read_tasks(db, run_id, 0);
        size_t first = mser5(tasks.latency_s, tasks.count, &is_short);
        ck_assert_double_eq(warm_up_s, first ? tasks.arrived_s[first] : 0);
        ck_assert_double_eq(
            query(db,
                  arena_format(&arena,
                               "SELECT value FROM metric WHERE name = 'warm_up_short' AND run_id "
                               "= %d",
                               run_id)),
            is_short);
        read_tasks(db, run_id, warm_up_s);
        ck_assert_double_eq(
            query(db, arena_format(&arena,
                                   "SELECT n FROM summary WHERE metric = 'latency_s' AND layer "
                                   "IS NULL AND run_id = %d",
                                   run_id)),
            tasks.count);
        cut += first > 0;
    }
    ck_assert_uint_gt(cut, 0); // there is something to see
    sqlite3_close(db);
}
END_TEST

// The second run is that of a fixed warm-up: nothing of the first one is left in it.
START_TEST(a_warm_up_that_was_found_is_as_good_as_one_that_was_given)
{
    CAMPUS("m.db", "warm_up=mser5");
    double found_s = query_file("m.db", "SELECT max(value) FROM metric WHERE name = 'warm_up_s'");
    int run_id = (int)query_file("m.db", "SELECT run_id FROM metric WHERE name = 'warm_up_s' ORDER "
                                         "BY value DESC");
    ck_assert_double_gt(found_s, 0);
    CAMPUS("f.db", arena_format(&arena, "warm_up=%.17g", found_s));
    sqlite3 *db = open_db("m.db");
    char    *sql = arena_format(&arena, "ATTACH '%s' AS given", in_folder("f.db"));
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    static const char *const tables[] = {"summary", "task", "node"};
    for (int i = 0; i < 3; i++) {
        const char *name = tables[i];
        sql = arena_format(&arena,
                           "SELECT count(*) FROM (SELECT * FROM main.%s WHERE run_id = %d EXCEPT "
                           "SELECT * FROM given.%s)",
                           name, run_id, name);
        ck_assert_msg(query(db, sql) == 0, "%s differs", name);
    }
    sql = arena_format(&arena,
                       "SELECT count(*) FROM (SELECT * FROM main.metric WHERE run_id = %d AND name "
                       "NOT LIKE 'warm_up_%%' EXCEPT SELECT * FROM given.metric)",
                       run_id);
    ck_assert_double_eq(query(db, sql), 0);
    sqlite3_close(db);
}
END_TEST

START_TEST(a_run_too_short_to_tell_is_counted_whole_and_told)
{
    const char *file = write_text("small.json", SMALL);
    MUST_RUN("run", file, "--set", "warm_up=mser5", "--db", in_folder("s.db"), "--scheme", "dina");
    ck_assert_msg(strstr(out, "dina: warm-up by MSER-5: 0 ms in the mean, at most 0 ms, 0 % of the "
                              "tasks; 2 of 2 replications are too short to tell and kept whole"),
                  "%s", out);
    ck_assert_double_eq(query_file("s.db", "SELECT n FROM summary WHERE metric = 'latency_s'"), 3);
    MUST_RUN("run", file, "--set", "warm_up=mser5", "--db", in_folder("s.db"), "--format", "json");
    cJSON *rows = cJSON_Parse(out);
    cJSON *warm_up = cJSON_GetObjectItem(cJSON_GetArrayItem(rows, 0), "warm_up");
    ck_assert_double_eq(cJSON_GetObjectItem(warm_up, "too_short")->valuedouble, 2);
    cJSON_Delete(rows);
    ck_assert_int_eq(RUN("run", file, "--set", "warm_up=mser6"), 2);
    ck_assert_ptr_nonnull(strstr(err, "small.json: warm_up: want \"mser5\" or a time such as"));
}
END_TEST

enum { REPLICATIONS = 10, FIGURES = 4 };

// Half of the 95 % interval: t(0.975, 9) = 2.2621572.
static double half_width(const double x[REPLICATIONS], double *mean)
{
    double squares = 0;
    *mean = 0;
    for (int i = 0; i < REPLICATIONS; i++) *mean += x[i] / REPLICATIONS;
    for (int i = 0; i < REPLICATIONS; i++) squares += (x[i] - *mean) * (x[i] - *mean);
    return 2.2621572 * sqrt(squares / (REPLICATIONS - 1) / REPLICATIONS);
}

static void is_near(const cJSON *object, const char *key, double want)
{
    const cJSON *item = cJSON_GetObjectItem(object, key);
    ck_assert_msg(cJSON_IsNumber(item), "%s", key);
    ck_assert_msg(fabs(item->valuedouble - want) <= 1e-7 * want, "%s: want %.17g, have %.17g", key,
                  want, item->valuedouble);
}

// What `run` tells of ten replications, worked out again from the tasks past the warm-up of 0.5 s.
START_TEST(what_run_tells_is_what_its_tasks_say)
{
    static const double      shares[FIGURES] = {NAN, 0.5, 0.95, 0.99};
    static const char *const keys[] = {"mean", "p50", "p95", "p99"},
                             *halves[] = {"ci95", "p50_ci95", "p95_ci95", "p99_ci95"};
    static double own[FIGURES][REPLICATIONS], all[TASKS_MOST], mean[FIGURES], half[FIGURES];
    size_t        count = 0;
    const char   *file = write_text(
          "told.json", arena_format(&arena,
                                    "%.*s, \"published\": [{\"metric\": \"latency\", "
                                      "\"model\": \"nin\", \"scheme\": \"random\", \"range\": "
                                      "[0, 3], \"source\": \"nobody\"}]}",
                                    (int)strlen(SMALL) - 1, SMALL));
#define TOLD                                                                                       \
    "run", file, "--scheme", "random", "--set", "arrivals.tasks=40", "--set", "warm_up=0.5 s",     \
        "--set", "deadline=1 min", "--set", "record=tasks", "--precision", "p95=100%",             \
        "--precision", "100%", "--db", in_folder("t.db")
    MUST_RUN(TOLD, "--format", "json");
    cJSON   *rows = cJSON_Parse(out), *row = cJSON_GetArrayItem(rows, 0);
    cJSON   *latency = cJSON_GetObjectItem(row, "latency_s");
    sqlite3 *db = open_db("t.db");
    for (int r = 0; r < REPLICATIONS; r++) {
        read_tasks(db, r, 0.5);
        ck_assert(tasks.count > 10 && tasks.count < 40);
        ck_assert_double_eq_tol(
            query(db, arena_format(&arena,
                                   "SELECT value * (simulated_s - 0.5) FROM metric JOIN run USING "
                                   "(run_id) WHERE run_id = %d AND name = 'throughput_per_s'",
                                   r)),
            tasks.count, 1e-9);
        ck_assert_double_eq(
            query(db, arena_format(&arena,
                                   "SELECT value FROM metric WHERE run_id = %d AND name = "
                                   "'deadline_tasks'",
                                   r)),
            tasks.count);
        memcpy(all + count, tasks.latency_s, tasks.count * sizeof *all);
        count += tasks.count;
        own[0][r] = stat_mean(tasks.latency_s, tasks.count);
        stat_sort(tasks.latency_s, tasks.count);
        for (int f = 1; f < FIGURES; f++)
            own[f][r] = stat_quantile(tasks.latency_s, tasks.count, shares[f]);
    }
    stat_sort(all, count);
    for (int f = 0; f < FIGURES; f++) {
        half[f] = half_width(own[f], &mean[f]);
        ck_assert_double_gt(half[f], 0);
        is_near(latency, keys[f], f ? stat_quantile(all, count, shares[f]) : mean[0]);
        is_near(latency, halves[f], half[f]);
    }
    cJSON *precision = cJSON_GetObjectItem(row, "precision");
    is_near(cJSON_GetArrayItem(precision, 0), "reached", half[2] / mean[2]);
    is_near(cJSON_GetArrayItem(precision, 1), "reached", half[0] / mean[0]);
    cJSON_Delete(rows);
    sqlite3_close(db);
    MUST_RUN(TOLD);
    const char *ours =
        arena_format(&arena, " ours %.3g (%.3g to %.3g) ", mean[0], stat_quantile(all, count, 0.05),
                     stat_quantile(all, count, 0.95));
    ck_assert_msg(strstr(out, ours) != NULL, "%s: %s", ours, out);
}
END_TEST

// Batches of 256 arrivals after the 5 s of warm-up, written out.
START_TEST(the_interval_of_a_run_is_that_of_its_batches)
{
    double   sum[32] = {0}, mean[32];
    uint32_t count[32] = {0};
    MUST_RUN("run", "campus", "--scheme", "greedy", "--replications", "1", "--set", "record=tasks",
             "--db", in_folder("b.db"), "--quiet");
    sqlite3 *db = open_db("b.db");
    read_tasks(db, 0, 5);
    int64_t first = (int64_t)query(db, "SELECT min(task_id) FROM task WHERE arrived_s >= 5");
    ck_assert_int_gt(tasks.rank[tasks.count - 1] - first, 4096);
    ck_assert_int_lt(tasks.rank[tasks.count - 1] - first, 8192);
    for (uint32_t i = 0; i < tasks.count; i++) {
        int64_t batch = (tasks.rank[i] - first) / 256;
        sum[batch] += tasks.latency_s[i];
        count[batch]++;
    }
    uint32_t k = (uint32_t)((tasks.rank[tasks.count - 1] - first + 1) / 256);
    for (uint32_t i = 0; i < k; i++) mean[i] = sum[i] / count[i];
    ck_assert_double_eq_tol(
        query(db, "SELECT ci95 FROM summary WHERE metric = 'latency_s' AND layer IS NULL"),
        stat_ci95(mean, k), 1e-12);
    ck_assert_double_eq(query(db,
                              "SELECT count(*) FROM summary WHERE layer IS NOT NULL AND ci95 IS "
                              "NOT NULL"),
                        0);
    sqlite3_close(db);
}
END_TEST

START_TEST(one_replication_is_told_by_its_batches)
{
    MUST_RUN("run", "campus", "--scheme", "greedy", "--replications", "1", "--db",
             in_folder("b.db"));
    ck_assert_ptr_nonnull(
        strstr(out, "1 replication; +- is half of the 95 % interval by batch means"));
    MUST_RUN("run", "campus", "--scheme", "greedy", "--replications", "1", "--db",
             in_folder("b.db"), "--format", "json");
    cJSON *rows = cJSON_Parse(out);
    cJSON *latency = cJSON_GetObjectItem(cJSON_GetArrayItem(rows, 0), "latency_s");
    ck_assert(cJSON_IsNull(cJSON_GetObjectItem(latency, "ci95")));
    ck_assert(cJSON_IsNull(cJSON_GetObjectItem(latency, "p95_ci95")));
    ck_assert_double_eq_tol(
        cJSON_GetObjectItem(latency, "ci95_batch")->valuedouble,
        query_file("b.db", "SELECT ci95 FROM summary WHERE metric = 'latency_s' AND layer IS NULL"),
        1e-15);
    ck_assert(cJSON_IsNumber(cJSON_GetObjectItem(latency, "p95_ci95_batch")));
    ck_assert(cJSON_IsNull(cJSON_GetObjectItem(latency, "p99_ci95_batch"))); // too few tasks
    cJSON_Delete(rows);
    MUST_RUN("run", "campus", "--scheme", "greedy", "--replications", "2", "--db",
             in_folder("b.db"), "--format", "json");
    rows = cJSON_Parse(out);
    latency = cJSON_GetObjectItem(cJSON_GetArrayItem(rows, 0), "latency_s");
    ck_assert(cJSON_IsNull(cJSON_GetObjectItem(latency, "ci95_batch"))); // of which run?
    // t with 1 degree of freedom, 12.706, times half of the distance of the two runs' quantiles
    double apart_s = query_file("b.db", "SELECT max(p95) - min(p95) FROM summary WHERE metric = "
                                        "'latency_s' AND layer IS NULL");
    ck_assert_double_eq_tol(cJSON_GetObjectItem(latency, "p95_ci95")->valuedouble,
                            12.7062 * apart_s / 2, 1e-5 * apart_s);
    cJSON_Delete(rows);
}
END_TEST

Suite *within_suite(void);
Suite *within_suite(void)
{
    Suite *s = suite_create("within");
    TCase *tc = tcase_create("within");
    tcase_add_checked_fixture(tc, program_setup, program_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, mser5_leaves_out_what_the_tasks_say, 0, 2);
    tcase_add_test(tc, a_warm_up_that_was_found_is_as_good_as_one_that_was_given);
    tcase_add_test(tc, a_run_too_short_to_tell_is_counted_whole_and_told);
    tcase_add_test(tc, what_run_tells_is_what_its_tasks_say);
    tcase_add_test(tc, the_interval_of_a_run_is_that_of_its_batches);
    tcase_add_test(tc, one_replication_is_told_by_its_batches);
    suite_add_tcase(s, tc);
    return s;
}
