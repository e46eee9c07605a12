// tests/test_merge.c: databases of shards put together again, and what may not be.
//
// The whole is what one call of the program gave; its parts are made by SQL that deletes, so that
// what a merge must give is known without it. Equality is told by SQL too: no row of any table is
// in one and not in the other.
#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "results/merge.h"
#include "results/schema.h"
#include "tests/program.h"

Suite *merge_suite(void);

enum { RUNS = 6, PARTS = 3, FILE_MAX = 1 << 20 };

static const char *const TABLES[] = {"run",    "task",         "layer",     "op",
                                     "node",   "link",         "\"match\"", "summary",
                                     "metric", "queue_sample", "occupancy", "document"};
enum { TABLE_COUNT = sizeof TABLES / sizeof *TABLES };

static void change(const char *name, const char *sql)
{
    sqlite3 *db;
    char    *why = NULL;
    ck_assert_int_eq(sqlite3_open(in_folder(name), &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s: %s", sql, why);
    sqlite3_close(db);
}

static const char *bytes_of(const char *name, size_t *length)
{
    char *text = arena_array(&arena, FILE_MAX, 1);
    FILE *file = fopen(in_folder(name), "rb");
    *length = file ? fread(text, 1, FILE_MAX, file) : 0;
    if (file) fclose(file);
    return text;
}

static void write_bytes(const char *name, const char *bytes, size_t length)
{
    FILE *file = fopen(in_folder(name), "wb");
    ck_assert(file && fwrite(bytes, 1, length, file) == length && fclose(file) == 0);
}

static void copy_file(const char *from, const char *to)
{
    size_t      length;
    const char *bytes = bytes_of(from, &length);
    ck_assert_uint_lt(length, FILE_MAX);
    write_bytes(to, bytes, length);
}

// What every test begins with: the whole, and a.db, b.db, c.db with every third run each; all
// tables have rows.
static struct {
    const char *name;
    char        bytes[FILE_MAX];
    size_t      length;
} made[1 + PARTS] = {{.name = "whole.db"}, {.name = "a.db"}, {.name = "b.db"}, {.name = "c.db"}};

static void make_parts(void)
{
    program_setup();
    MUST_RUN("run", write_text("small.json", SMALL), "--db", "whole.db", "--quiet", "--set",
             "record=ops", "--set", "observe.queues=1 ms");
    ck_assert(query_file("whole.db", "SELECT count(*) FROM run") == RUNS);
    for (int i = 0; i <= PARTS; i++) {
        if (i) copy_file("whole.db", made[i].name);
        if (i)
            change(made[i].name,
                   arena_format(&arena, "DELETE FROM run WHERE run_id %% 3 <> %d", i - 1));
        memcpy(made[i].bytes, bytes_of(made[i].name, &made[i].length), FILE_MAX);
    }
    program_teardown();
}

static void setup(void)
{
    program_setup();
    write_text("small.json", SMALL);
    for (int i = 0; i <= PARTS; i++) write_bytes(made[i].name, made[i].bytes, made[i].length);
}

// Files whose names begin so: a database, its log, what was to become it.
static int files_of(const char *name)
{
    DIR *dir = opendir(folder);
    int  count = 0;
    for (struct dirent *d; dir && (d = readdir(dir));)
        count += !strncmp(d->d_name, name, strlen(name));
    if (dir) closedir(dir);
    return count;
}

// Rows that one has and the other has not, both ways.
static double differences(const char *x, const char *y)
{
    sqlite3 *db = open_db(x);
    char    *sql = arena_format(&arena, "ATTACH '%s' AS y", in_folder(y));
    double   count = 0;
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    for (int i = 0; i < TABLE_COUNT; i++) {
        const char *t = TABLES[i];
        count += query(db, arena_format(&arena,
                                        "SELECT count(*) FROM (SELECT * FROM main.%s EXCEPT SELECT "
                                        "* FROM y.%s)",
                                        t, t));
        count += query(db, arena_format(&arena,
                                        "SELECT count(*) FROM (SELECT * FROM y.%s EXCEPT SELECT * "
                                        "FROM main.%s)",
                                        t, t));
        count += query(db, arena_format(&arena,
                                        "SELECT abs((SELECT count(*) FROM main.%s) - (SELECT "
                                        "count(*) FROM y.%s))",
                                        t, t));
    }
    sqlite3_close(db);
    return count;
}

START_TEST(the_parts_give_the_rows_of_the_whole_in_any_order)
{
    MUST_RUN("merge", "all.db", "c.db", "a.db", "b.db");
    ck_assert(differences("whole.db", "all.db") == 0);
    ck_assert_str_eq(out, "c.db: 2 runs\na.db: 2 runs\nb.db: 2 runs\nall.db: 6 runs\n");
    ck_assert(query_file("all.db", "SELECT count(*) FROM op") > 0);
    ck_assert(query_file("all.db", "SELECT count(*) FROM pragma_foreign_key_check") == 0);
    ck_assert_int_eq((int)query_file("all.db", "SELECT sum(rowid) FROM summary") ==
                         (int)query_file("whole.db", "SELECT sum(rowid) FROM summary"),
                     1);
}
END_TEST

START_TEST(the_output_grows_and_takes_nothing_twice)
{
    MUST_RUN("merge", "all.db", "a.db", "b.db");
    MUST_RUN("merge", "all.db", "all.db", "b.db", "c.db", "whole.db");
    ck_assert_str_eq(out, "all.db: the output itself, passed over\n"
                          "b.db: 0 of 2 runs, the rest was there\nc.db: 2 runs\n"
                          "whole.db: 0 of 6 runs, the rest was there\nall.db: 6 runs\n");
    ck_assert(differences("whole.db", "all.db") == 0);
}
END_TEST

START_TEST(times_taken_are_no_difference)
{
    change("whole.db", "UPDATE run SET wall_s = 9, planning_s = 8, started_utc = 'once'");
    MUST_RUN("merge", "all.db", "a.db", "b.db", "c.db", "whole.db");
    ck_assert(query_file("all.db", "SELECT count(*) FROM run WHERE wall_s = 9") == 0);
}
END_TEST

// What a run that failed leaves, beside what it gives when it is done: the done one stays.
START_TEST(a_failed_run_gives_way_to_a_done_one)
{
    copy_file("a.db", "failed.db");
    change("failed.db",
           "UPDATE run SET status = 'failed', error = 'lost', tasks = 1 WHERE run_id = 3;"
           "DELETE FROM task WHERE run_id = 3 AND task_id > 0;"
           "DELETE FROM metric WHERE run_id = 3");
    if (_i)
        MUST_RUN("merge", "all.db", "failed.db", "b.db", "c.db", "a.db");
    else
        MUST_RUN("merge", "all.db", "a.db", "b.db", "c.db", "failed.db");
    ck_assert(differences("whole.db", "all.db") == 0);
    MUST_RUN("merge", "some.db", "failed.db", "b.db", "c.db");
    ck_assert_ptr_nonnull(strstr(out, "some.db: 6 runs, 1 of them failed\n"));
}
END_TEST

static const char *const CHANGES[] = {
    "UPDATE run SET point = '{\"x\":1}' WHERE run_id = 3",
    "UPDATE run SET scheme = 'local' WHERE run_id = 3",
    "UPDATE run SET model = 'vgg16' WHERE run_id = 3",
    "UPDATE run SET seed = 77 WHERE run_id = 3",
    "UPDATE run SET replication = 7 WHERE run_id = 3",
    "UPDATE run SET events = events + 1 WHERE run_id = 3",
    "UPDATE task SET latency_s = latency_s + 1e-9 WHERE run_id = 3 AND task_id = 1",
    "UPDATE task SET finished_s = NULL WHERE run_id = 3 AND task_id = 1",
    "DELETE FROM layer WHERE run_id = 3 AND task_id = 1 AND layer = 2",
    "UPDATE op SET \"end\" = 1 + ifnull(\"end\", 0) WHERE run_id = 3 AND task_id = 1 AND op = 2",
    "UPDATE node SET device = 'other' WHERE run_id = 3 AND node = (SELECT max(node) FROM node)",
    "DELETE FROM link WHERE run_id = 3 AND from_node = (SELECT max(from_node) FROM link)",
    "INSERT INTO \"match\" VALUES(3, 99, 'x', 'y', 1, 1)",
    "UPDATE summary SET p99 = 7 WHERE run_id = 3 AND layer IS NULL AND metric = 'latency_s'",
    "INSERT INTO metric VALUES(3, 'zzz', 1)",
    "INSERT INTO queue_sample VALUES(3, 'zzz', 1, 1)",
    "INSERT INTO occupancy VALUES(3, 'zzz', 1, 1)",
};

START_TEST(another_run_of_that_number_is_refused_with_both_files_and_nothing_is_changed)
{
    size_t before, after;
    change("whole.db", CHANGES[_i]);
    const char *want = "whole.db: run 3: want that of a.db, have another with the same run_id\n";
    ck_assert_int_eq(RUN("merge", "all.db", "a.db", "whole.db"), 2);
    ck_assert_str_eq(err, want);
    ck_assert_str_eq(out, "");
    ck_assert_int_eq(files_of("all.db"), 0);
    const char *old = bytes_of("a.db", &before);
    ck_assert_int_eq(RUN("merge", "a.db", "b.db", "whole.db"), 2);
    ck_assert_str_eq(err, want);
    const char *now = bytes_of("a.db", &after);
    ck_assert(before == after && !memcmp(old, now, before));
}
END_TEST

static const struct {
    const char *sql, *want;
} STRANGERS[] = {
    {"UPDATE run SET scenario = 'other'", "scenario: want small, as in a.db, have other"},
    {"UPDATE run SET profile_sha256 = 'f00d'", "profile: want "},
    {"UPDATE run SET fogsim_version = '9.9'", "fogsim_version: want "},
    {"UPDATE run SET fogsim_version = '9.9' WHERE run_id = 4",
     "fogsim_version: want one for all runs, have several"},
    {"UPDATE document SET text = '{}' WHERE name = 'scenario'",
     "documents: want those of a.db, have others: only parts of one and the same sweep can be "},
    {"INSERT INTO document VALUES('sweep', '', '{}')",
     "documents: want those of a.db, have others"},
    {"PRAGMA user_version = 2", "want schema version 3, have version 2 of an older fogsim"},
    {"PRAGMA user_version = 4", "want schema version 3 or older, have version 4 of a newer fogsim"},
    {"PRAGMA application_id = 7", "want a fogsim database, have another program's SQLite database"},
    // Tables that are none of ours, or would run when they are read.
    {"DROP TABLE op", "table op: want the columns of a fogsim database, have no such table"},
    {"DROP TABLE document", "table document: want"},
    {"ALTER TABLE link DROP COLUMN down_s", "table link: want the columns of a fogsim database"},
    {"ALTER TABLE run ADD COLUMN more TEXT", "table run: want the columns of a fogsim database"},
    {"DROP TABLE metric; CREATE VIEW metric AS WITH RECURSIVE c(run_id) AS (SELECT 1 UNION ALL "
     "SELECT "
     "run_id + 1 FROM c) SELECT run_id, 'x' AS name, 1 AS value FROM c",
     "table metric: want the columns of a fogsim database, have others"},
    {"DROP TABLE metric; CREATE VIRTUAL TABLE metric USING fts5(run_id, name, value)",
     "table metric: want the columns of a fogsim database"},
    {"DROP TABLE metric; CREATE TABLE metric(run_id INTEGER, name TEXT, value AS (abs(run_id)))",
     "table metric: want the columns of a fogsim database, have others"},
    // Rows that the schema forbids.
    {"PRAGMA foreign_keys = OFF; INSERT INTO layer(run_id, task_id, layer, name) VALUES(4, 999, 0, "
     "'x')",
     "FOREIGN KEY constraint failed"},
    {"DROP TABLE occupancy; CREATE TABLE occupancy(run_id, node, length, time_s); INSERT INTO "
     "occupancy VALUES(4, NULL, 1, 2)",
     "NOT NULL constraint failed: occupancy.node"},
};

START_TEST(what_does_not_belong_is_refused_and_nothing_is_changed)
{
    size_t before, after;
    change("b.db", STRANGERS[_i].sql);
    const char *old = bytes_of("b.db", &before);
    ck_assert_int_eq(RUN("merge", "all.db", "a.db", "b.db", "c.db"), 2);
    check_lines("b.db",
                (const char *const[]){arena_format(&arena, "FILE: %s", STRANGERS[_i].want), NULL});
    const char *now = bytes_of("b.db", &after);
    ck_assert(before == after && !memcmp(old, now, before));
    ck_assert_str_eq(out, "");
    ck_assert_int_eq(files_of("all.db"), 0);
}
END_TEST

START_TEST(all_faults_are_told_at_once)
{
    change("b.db", "UPDATE run SET scenario = 'other', fogsim_version = '9'");
    write_text("text.db", "no database at all");
    ck_assert_int_eq(RUN("merge", "all.db", "a.db", "b.db", "none.db", "text.db", "c.db"), 2);
    check_lines("b.db",
                (const char *const[]){"FILE: scenario", "FILE: fogsim_version",
                                      "none.db: cannot open: ", "text.db: want a fogsim", NULL});
}
END_TEST

START_TEST(a_trigger_of_an_input_or_the_output_does_nothing)
{
    const char *evil = "CREATE TRIGGER evil AFTER INSERT ON run BEGIN DELETE FROM task; END;"
                       "CREATE VIEW evil_view AS SELECT * FROM nowhere";
    change("a.db", evil);
    change("b.db", evil);
    MUST_RUN("merge", "a.db", "b.db", "c.db");
    ck_assert(differences("whole.db", "a.db") == 0);
}
END_TEST

START_TEST(an_output_that_is_no_part_of_the_sweep_is_untouched)
{
    size_t before, after;
    write_text("notes.txt", "precious");
    ck_assert_int_eq(RUN("merge", "notes.txt", "a.db"), 2);
    ck_assert_str_eq(read_text(in_folder("notes.txt")), "precious");
    change("b.db", "UPDATE run SET scenario = 'other'");
    const char *old = bytes_of("b.db", &before);
    ck_assert_int_eq(RUN("merge", "b.db", "a.db"), 2);
    const char *now = bytes_of("b.db", &after);
    ck_assert(before == after && !memcmp(old, now, before));
    ck_assert_int_eq(RUN("merge", ".", "a.db"), 2);
    ck_assert_int_eq(RUN("merge", "nowhere/all.db", "a.db"), 2);
    ck_assert_int_eq(RUN("merge", "", "a.db"), 2);
    ck_assert_int_eq(RUN("merge", "all.db"), 2);
}
END_TEST

START_TEST(an_empty_file_is_an_output_like_none)
{
    write_text("all.db", "");
    MUST_RUN("merge", "all.db", "a.db", "b.db", "c.db");
    ck_assert(differences("whole.db", "all.db") == 0);
}
END_TEST

// A shard under way: its last runs are in its log only.
START_TEST(a_database_that_is_being_written_gives_what_is_committed)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(in_folder("b.db"), &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    sqlite3_exec(db, "DELETE FROM run WHERE run_id = 4; BEGIN IMMEDIATE; DELETE FROM run", NULL,
                 NULL, NULL);
    MUST_RUN("merge", "all.db", "a.db", "b.db");
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(db);
    ck_assert(query_file("all.db", "SELECT sum(run_id) FROM run") == 0 + 3 + 1);
}
END_TEST

START_TEST(what_the_sweep_lacks_is_named_by_number)
{
    for (int i = 0; i < PARTS; i++)
        change(arena_format(&arena, "%c.db", 'a' + i),
               "INSERT INTO document VALUES('settings', '', '{\"runs\": 9}')");
    MUST_RUN("merge", "all.db", "a.db", "c.db"); // 0, 3 and 2, 5 of 0 to 8
    ck_assert_ptr_nonnull(strstr(out, "all.db: 4 runs of 9\nnot done, by run_id: 1, 4, 6-8\n"));
    MUST_RUN("merge", "all.db", "b.db");
    ck_assert_ptr_nonnull(strstr(out, "all.db: 6 runs of 9\nnot done, by run_id: 6-8\n"));
}
END_TEST

#define SWEEP(...)                                                                                 \
    MUST_RUN("sweep", "small.json", "--vary", "nodes.fog.count=1..5", "--quiet", __VA_ARGS__)

START_TEST(shards_of_a_sweep_give_the_rows_of_an_undivided_one)
{
    SWEEP("--jobs", "1", "--db", "one.db");
    SWEEP("--shard", "1/3");
    SWEEP("--shard=3/3", "--jobs", "2");
    ck_assert(query_file("small.sweep.1-of-3.db",
                         "SELECT group_concat(DISTINCT point) = "
                         "'{\"nodes.fog.count\":1},{\"nodes.fog.count\":4}' FROM run") == 1);
    MUST_RUN("merge", "all.db", "small.sweep.3-of-3.db", "small.sweep.1-of-3.db");
    ck_assert_str_eq(out, "small.sweep.3-of-3.db: 6 runs\nsmall.sweep.1-of-3.db: 12 runs\n"
                          "all.db: 18 runs of 30\nshards of 3 that were not given: 2\n"
                          "not done, by run_id: 6-11, 24-29\n");
    // A shard that was cut short, then gone on with.
    SWEEP("--shard", "2/3", "--db", "two.db");
    change("two.db", "DELETE FROM run WHERE run_id % 2 = 0");
    ck_assert_int_eq(RUN("sweep", "small.json", "--vary", "nodes.fog.count=1..5", "--shard", "2/3",
                         "--db", "two.db"),
                     2);
    SWEEP("--shard", "2/3", "--db", "two.db", "--resume");
    MUST_RUN("merge", "all.db", "two.db");
    ck_assert_str_eq(out, "two.db: 12 runs\nall.db: 30 runs of 30\n");
    for (int i = 0; i < 2; i++)
        change(i ? "one.db" : "all.db",
               "UPDATE run SET started_utc = '', wall_s = 0, planning_s = 0");
    ck_assert(differences("one.db", "all.db") == 0);
}
END_TEST

START_TEST(the_whole_sweep_goes_on_where_shards_ended)
{
    SWEEP("--jobs", "1", "--db", "one.db");
    SWEEP("--shard", "1/2", "--db", "x.db");
    SWEEP("--db", "x.db", "--resume");
    SWEEP("--shard", "1/2", "--db", "x.db", "--resume"); // has the other's runs too
    for (int i = 0; i < 2; i++)
        change(i ? "one.db" : "x.db",
               "UPDATE run SET started_utc = '', wall_s = 0, planning_s = 0");
    ck_assert(differences("one.db", "x.db") == 0);
}
END_TEST

START_TEST(shards_of_other_sweeps_are_refused)
{
    SWEEP("--shard", "1/2", "--db", "x.db");
    MUST_RUN("sweep", "small.json", "--vary", "nodes.fog.count=1..6", "--quiet", "--shard", "2/2",
             "--db", "y.db");
    SWEEP("--shard", "2/2", "--db", "z.db", "--seed", "5");
    ck_assert_int_eq(RUN("merge", "all.db", "x.db", "y.db", "z.db", "whole.db"), 2);
    check_lines("", (const char *const[]){"FILEy.db: documents: want those of x.db",
                                          "FILEz.db: documents: want those of x.db",
                                          "FILEwhole.db: documents: want those of x.db", NULL});
    ck_assert_int_eq(files_of("all.db"), 0);
}
END_TEST

static const char *const BAD_SHARDS[] = {"0/2",
                                         "3/2",
                                         "1/0",
                                         "1",
                                         "1/2/3",
                                         "-1/2",
                                         "1/2x",
                                         "",
                                         "a/b",
                                         "1/100001",
                                         " 1/2",
                                         "1 /2",
                                         "99999999999999999999/2"};

START_TEST(a_bad_shard_is_refused)
{
    ck_assert_int_eq(
        RUN("sweep", "small.json", "--vary", "nodes.fog.count=1..5", "--shard", BAD_SHARDS[_i]), 2);
    check_lines(
        "", (const char *const[]){"FILE--shard: want I/N, I from 1 to N, N up to 100000", NULL});
    ck_assert_int_eq(files_of("small.sweep"), 0);
}
END_TEST

START_TEST(a_shard_without_points_does_nothing)
{
    MUST_RUN("sweep", "small.json", "--vary", "nodes.fog.count=1..2", "--shard", "3/3");
    ck_assert_int_eq(files_of("small.sweep"), 0);
    ck_assert_str_eq(err, "");
    ck_assert_str_eq(out, "shard 3 of 3 has no points: nothing to do\n");
}
END_TEST

static int in_child(void (*body)(void))
{
    int   status;
    pid_t pid = fork();
    if (pid == 0) body();
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool merge_here(const char *to, int interrupted, struct err *e)
{
    const char *const   in[] = {in_folder("b.db"), in_folder("c.db")};
    const volatile int  flag = interrupted;
    struct merge_result result;
    return merge_databases(in_folder(to), in, 2, &flag, &arena, &result, e);
}

static void fill_the_disk(void)
{
    struct err e = {0};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){150000, 150000});
    _exit(!merge_here("all.db", 0, &e) && !merge_here("a.db", 0, &e) && e.length ? 3 : 4);
}

START_TEST(a_full_disk_or_an_interruption_leaves_the_output_as_it_was)
{
    struct err e = {0};
    copy_file("a.db", "before.db");
    if (_i)
        ck_assert(!merge_here("all.db", 1, &e) && !merge_here("a.db", 1, &e));
    else
        ck_assert_int_eq(in_child(fill_the_disk), 3);
    ck_assert(differences("before.db", "a.db") == 0);
    ck_assert_int_eq(files_of("all.db"), 0);
}
END_TEST

Suite *merge_suite(void)
{
    enum { STRANGER_COUNT = sizeof STRANGERS / sizeof *STRANGERS };
    Suite *s = suite_create("merge");
    TCase *tc = tcase_create("merge");
    tcase_add_unchecked_fixture(tc, make_parts, NULL);
    tcase_add_checked_fixture(tc, setup, program_teardown);
    tcase_add_test(tc, the_parts_give_the_rows_of_the_whole_in_any_order);
    tcase_add_test(tc, the_output_grows_and_takes_nothing_twice);
    tcase_add_test(tc, times_taken_are_no_difference);
    tcase_add_loop_test(tc, a_failed_run_gives_way_to_a_done_one, 0, 2);
    tcase_add_loop_test(
        tc, another_run_of_that_number_is_refused_with_both_files_and_nothing_is_changed, 0,
        sizeof CHANGES / sizeof *CHANGES);
    tcase_add_loop_test(tc, what_does_not_belong_is_refused_and_nothing_is_changed, 0,
                        STRANGER_COUNT);
    tcase_add_test(tc, all_faults_are_told_at_once);
    tcase_add_test(tc, a_trigger_of_an_input_or_the_output_does_nothing);
    tcase_add_test(tc, an_output_that_is_no_part_of_the_sweep_is_untouched);
    tcase_add_test(tc, an_empty_file_is_an_output_like_none);
    tcase_add_test(tc, a_database_that_is_being_written_gives_what_is_committed);
    tcase_add_test(tc, what_the_sweep_lacks_is_named_by_number);
    tcase_add_test(tc, shards_of_a_sweep_give_the_rows_of_an_undivided_one);
    tcase_add_test(tc, the_whole_sweep_goes_on_where_shards_ended);
    tcase_add_test(tc, shards_of_other_sweeps_are_refused);
    tcase_add_loop_test(tc, a_bad_shard_is_refused, 0, sizeof BAD_SHARDS / sizeof *BAD_SHARDS);
    tcase_add_test(tc, a_shard_without_points_does_nothing);
    tcase_add_loop_test(tc, a_full_disk_or_an_interruption_leaves_the_output_as_it_was, 0, 2);
    suite_add_tcase(s, tc);
    return s;
}
