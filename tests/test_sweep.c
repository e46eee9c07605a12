// tests/test_sweep.c: sweeps as a user runs them, in one process and in several, interrupted,
// killed and resumed; and the parts that hand out the work. What several processes write is judged
// by what one process alone writes, that by counting and by `fogsim run`.
#include "cli/sweep/lead.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/sweep/run.h"
#include "tests/program.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static const char *small; // path of the scenario

static void setup(void)
{
    program_setup();
    small = write_text("small.json", SMALL);
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static const char *text_of(const char *name, const char *sql)
{
    sqlite3      *db = open_db(name);
    sqlite3_stmt *q = NULL;
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    ck_assert_int_eq(sqlite3_step(q), SQLITE_ROW);
    const char *value = (const char *)sqlite3_column_text(q, 0);
    value = arena_string(&arena, value ? value : "NULL");
    sqlite3_finalize(q);
    sqlite3_close(db);
    return value;
}

static void must_exec(sqlite3 *db, const char *sql)
{
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
}

static void change(const char *name, const char *sql)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(in_folder(name), &db), SQLITE_OK);
    const char *keys = strstr(sql, "DELETE") ? "ON" : "OFF"; // children go, but do not hinder
    sql = arena_format(&arena, "PRAGMA foreign_keys = %s; %s", keys, sql);
    must_exec(db, sql);
    sqlite3_close(db);
}

// Runs in a database that somebody may be writing; 0: there is none yet.
static int runs_in(const char *name)
{
    sqlite3      *db = NULL;
    sqlite3_stmt *q = NULL;
    int           count = 0;
    if (sqlite3_open_v2(in_folder(name), &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK) {
        sqlite3_busy_timeout(db, 10000);
        if (sqlite3_prepare_v2(db, "SELECT count(*) FROM run", -1, &q, NULL) == SQLITE_OK &&
            sqlite3_step(q) == SQLITE_ROW)
            count = sqlite3_column_int(q, 0);
    }
    sqlite3_finalize(q);
    sqlite3_close(db);
    return count;
}

static pid_t start(const char *const *args)
{
    char *argv[32] = {program};
    for (int i = 0; args[i]; i++) argv[i + 1] = arena_string(&arena, args[i]);
    return program_start(in_folder("out"), argv);
}

#define START(...) start((const char *const[]){__VA_ARGS__, NULL})

// Processes whose parent is `pid`, from /proc.
static int children_of(pid_t pid, pid_t *pids, int room)
{
    FILE *file = fopen(arena_format(&arena, "/proc/%d/task/%d/children", pid, pid), "r");
    int   count = 0;
    while (file && count < room && fscanf(file, "%d", &pids[count]) == 1) count++;
    if (file) fclose(file);
    return count;
}

static bool is_gone(pid_t pid)
{
    char  state = 'Z';
    FILE *file = fopen(arena_format(&arena, "/proc/%d/stat", pid), "r");
    if (file && fscanf(file, "%*d %*s %c", &state) != 1) state = 'Z';
    if (file) fclose(file);
    return state == 'Z' || state == 'X';
}

// Shows the first line that differs, for the texts are long.
static void expect_same(const char *have, const char *want)
{
    size_t same = 0, line = 0;
    for (; have[same] && have[same] == want[same]; same++)
        if (have[same] == '\n') line = same + 1;
    if (have[same] == want[same]) return;
    ck_abort_msg("want %.*s\nhave %.*s", (int)strcspn(want + line, "\n"), want + line,
                 (int)strcspn(have + line, "\n"), have + line);
}

static void expect_text(const char *have, const char *want)
{
    ck_assert_msg(strstr(have, want) != NULL, "want: %s\nhave: %s", want, have);
}

// ---- rows

// Of one run each: what is different about it. --jobs and --db come behind.
static const char *const SWEEPS[][12] = {
    {"--vary", "nodes.fog.count=1..6", "--set", "record=ops"},
    {"--vary", "nodes.fog.count=2,0,3,-1,4", "--replications", "3"}, // two points cannot be read
    {"--vary", "links.default.rate=10 Mbit/s,100 Mbit/s,1 Gbit/s", "--vary", "seed=1..3",
     "--method", "zip", "--set", "warm_up=1 ms", "--set", "record=tasks"},
    {"--vary", "scheme=greedy,dina", "--vary", "nodes.fog.count=1..3"},
};

START_TEST(several_processes_write_the_rows_of_one)
{
    char *rows = NULL;
    for (int jobs = 1; jobs <= 3; jobs++) {
        const char *args[24] = {"sweep", small};
        int         n = 2;
        for (int i = 0; SWEEPS[_i][i]; i++) args[n++] = SWEEPS[_i][i];
        args[n++] = "--db", args[n++] = arena_format(&arena, "%d.db", jobs);
        args[n++] = "--jobs", args[n++] = arena_format(&arena, "%d", jobs);
        ck_assert_msg(run_to(in_folder("out"), args) == (_i == 1), "%s", err);
        char *these = dump_file(arena_format(&arena, "%d.db", jobs));
        if (rows) expect_same(these, rows);
        rows = these;
    }
    ck_assert_ptr_nonnull(strstr(rows, "-- task\n1:0|")); // there is something to compare
}
END_TEST

// Two models in one run.
static const char MIX[] =
    "{\"name\": \"mix\", \"models\": {\"a\": {\"model\": \"nin_cifar10\"}, \"b\": {\"model\": "
    "\"resnet18\"}}, \"mix\": {\"a\": 0.5, \"b\": 0.5}, \"schemes\": {\"greedy\": {}, "
    "\"random\": {}}, \"nodes\": {\"user\": {\"count\": 2, \"device\": \"laptop-i5-8365u\"}, "
    "\"fog\": {\"count\": 2, \"device\": \"jetson-nano-pytorch\"}}, \"links\": {\"default\": "
    "{\"rate\": \"1 Gbit/s\", \"latency\": \"0.1 ms\"}}, \"arrivals\": {\"tasks\": 9}, \"tau\": "
    "\"off\", \"record\": \"layers\"}";

START_TEST(a_mix_is_one_run_of_each_scheme)
{
    const char *mix = write_text("mix.json", MIX);
    MUST_RUN("sweep", mix, "--vary", "nodes.fog.count=1..5", "--jobs", "1", "--db", "1.db");
    MUST_RUN("sweep", mix, "--vary", "nodes.fog.count=1..5", "--jobs", "2", "--db", "2.db");
    expect_same(dump_file("2.db"), dump_file("1.db"));
    ck_assert_double_eq(query_file("2.db", "SELECT count(*) FROM run WHERE model = 'mix'"), 10);
}
END_TEST

START_TEST(a_run_is_its_rank_and_has_the_rows_of_fogsim_run)
{
    MUST_RUN("sweep", small, "--vary", "nodes.fog.count=3,1", "--vary",
             "links.default.latency=1 ms,2 ms", "--jobs", "2", "--db", "s.db");
    // Points: (3, 1 ms), (3, 2 ms), (1, 1 ms), (1, 2 ms); each one model, three schemes, twice.
    ck_assert_double_eq(query_file("s.db", "SELECT count(*) FROM run"), 24);
    ck_assert_double_eq(query_file("s.db", "SELECT max(run_id) - min(run_id) FROM run"), 23);
    ck_assert_str_eq(text_of("s.db", "SELECT point || scheme || replication FROM run WHERE "
                                     "run_id = 2 * 6 + 1 * 2 + 1"),
                     "{\"nodes.fog.count\":1,\"links.default.latency\":\"1 ms\"}random1");
    MUST_RUN("run", small, "--set", "nodes.fog.count=1", "--set", "links.default.latency=1 ms",
             "--db", "r.db", "--quiet");
    // Made alike: the sweep's without its other runs, the other's with the ids of the sweep.
    change("s.db", "DELETE FROM run WHERE run_id NOT BETWEEN 12 AND 17; DELETE FROM document");
    static const char *const tables[] = {"run",     "task",   "layer",     "node",     "link",
                                         "summary", "metric", "occupancy", "\"match\""};
    for (int i = 0; i < COUNT(tables); i++)
        change("r.db", arena_format(&arena, "UPDATE %s SET run_id = run_id + 12", tables[i]));
    change("r.db", "DELETE FROM document");
    expect_same(dump_file("s.db"), dump_file("r.db"));
    ck_assert_double_eq(query_file("s.db", "SELECT count(*) FROM task"), 18);
}
END_TEST

START_TEST(the_database_says_what_it_was_made_from)
{
    MUST_RUN("sweep", small, "--vary", "nodes.fog.count=1,2", "--set", "deadline=1 s", "--db",
             "s.db");
    expect_text(text_of("s.db", "SELECT text FROM document WHERE name = 'scenario'"),
                "\"name\":\"small\"");
    expect_text(text_of("s.db", "SELECT text FROM document WHERE name = 'sweep'"),
                "nodes.fog.count");
    expect_text(text_of("s.db", "SELECT text FROM document WHERE name = 'settings'"),
                "\"set\":[\"deadline=1 s\"]");
    expect_text(out, "12 runs of 2 points in ");
    expect_text(out, ", in s.db; figures: fogsim plot s.db sweep\n");
}
END_TEST

// ---- what fails

START_TEST(a_point_that_fails_is_recorded_and_the_others_are_done)
{
    for (int jobs = 1; jobs <= 2; jobs++) {
        ck_assert_int_eq(RUN("sweep", small, "--vary", "nodes.fog.count=-1,2,3,0", "--jobs",
                             arena_format(&arena, "%d", jobs), "--db", "s.db", "--replace"),
                         1);
        ck_assert_str_eq(text_of("s.db", "SELECT group_concat(n) FROM (SELECT count(*) AS n FROM "
                                         "run GROUP BY point, status ORDER BY min(run_id))"),
                         "6,6,6,6");
        ck_assert_str_eq(text_of("s.db", "SELECT group_concat(DISTINCT error) FROM run WHERE "
                                         "status = 'failed' AND run_id < 6"),
                         arena_format(&arena,
                                      "%s: nodes.fog.count: want an integer from 0 to 1000000, "
                                      "have -1",
                                      small));
        ck_assert_double_eq(query_file("s.db", "SELECT count(*) FROM run WHERE status = 'done' AND "
                                               "error IS NULL AND wall_s > 0"),
                            12);
        expect_text(err, "s.db: 12 of 24 runs failed; first: ");
        expect_text(out, "24 runs of 4 points in ");
        expect_text(out, ", 12 failed, in s.db");
    }
}
END_TEST

START_TEST(a_scheme_that_refuses_a_model_fails_alone)
{
    for (int jobs = 1; jobs <= 2; jobs++) { // ddnn needs a network with exits
        ck_assert_int_eq(RUN("sweep", small, "--vary", "nodes.fog.count=1..3", "--scheme", "ddnn",
                             "--scheme", "greedy", "--jobs", arena_format(&arena, "%d", jobs),
                             "--db", arena_format(&arena, "%d.db", jobs)),
                         1);
        expect_text(err, "6 of 12 runs failed; first: ");
        expect_text(err, "schemes.ddnn: model nin: ");
    }
    expect_same(dump_file("2.db"), dump_file("1.db"));
    ck_assert_double_eq(query_file("2.db", "SELECT count(*) FROM run WHERE status = 'done' AND "
                                           "scheme = 'greedy'"),
                        6);
}
END_TEST

START_TEST(a_misspelt_key_is_told_at_once_and_nothing_is_written)
{
    ck_assert_int_eq(RUN("sweep", small, "--vary", "nodes.fog.cuont=1,2", "--vary", "seed=1,2"), 2);
    const char *const want[] = {"FILE: nodes.fog.cuont: want a known key", NULL};
    check_lines(small, want);
    ck_assert_int_ne(access(in_folder("small.sweep.db"), F_OK), 0);
}
END_TEST

static const struct {
    const char *args[6], *want;
} REFUSED[] = {
    {{"--db", ""}, ": want the name of a database"},
    {{"--jobs", "0"}, "--jobs: want an integer from 1 to 1024, have \"0\""},
    {{"--seed", "1", "--vary", "seed=1,2"}, "--seed: want it once, have seed among what is varied"},
    {{"--replications", "1", "--vary", "replications=1,2"}, "--replications: want it once"},
    {{"--scheme", "dina", "--vary", "scheme=greedy"}, "--scheme: want it once, have scheme among"},
    {{"--model", "nin", "--vary", "model=nin"}, "--model: want it once, have model among"},
    {{"--scheme-command", "true", "--vary", "scheme=greedy"},
     "--scheme-command: want \"command\" among the schemes that are varied"},
    {{"--vary", "name=a,b"}, "--vary name: want a key that changes a run"},
    {{"--method", "grit"}, "--method: want one of grid, zip, latin, have \"grit\""},
    {{"--samples", "0"}, "--samples: want an integer from 1"},
    {{"--resume", "--replace"}, "--resume: want it or --replace, have both"},
    {{"--profile", "none.json"}, "none.json"},
};

START_TEST(options_that_make_no_sense_are_refused)
{
    const char *args[16] = {"sweep", small, "--db", "s.db"};
    int         n = 4;
    bool        varies = false;
    for (int i = 0; i < 6 && REFUSED[_i].args[i]; i++) {
        args[n++] = REFUSED[_i].args[i];
        varies |= !strcmp(REFUSED[_i].args[i], "--vary");
    }
    if (!varies) args[n++] = "--vary", args[n++] = "nodes.fog.count=1,2";
    ck_assert_int_eq(run_to(in_folder("out"), args), 2);
    expect_text(err, REFUSED[_i].want);
    ck_assert_int_ne(access(in_folder("s.db"), F_OK), 0);
}
END_TEST

START_TEST(a_dry_run_writes_nothing)
{
    MUST_RUN("sweep", small, "--vary", "nodes.fog.count=1,2", "--dry-run");
    ck_assert_str_eq(out, "{\"nodes.fog.count\":1}  6 runs: nin/dina nin/random nin/greedy\n"
                          "{\"nodes.fog.count\":2}  6 runs: nin/dina nin/random nin/greedy\n"
                          "2 points, 12 runs; nothing was simulated\n");
    ck_assert_int_ne(access(in_folder("small.sweep.db"), F_OK), 0);
    MUST_RUN("sweep", small, "--vary", "nodes.fog.count=1,2", "--quiet");
    ck_assert_str_eq(out, "");
    ck_assert_int_eq(access(in_folder("small.sweep.db"), F_OK), 0);
}
END_TEST

// ---- databases that are there

static char *file_bytes(const char *name, size_t *length)
{
    struct stat s;
    ck_assert_int_eq(stat(in_folder(name), &s), 0);
    *length = (size_t)s.st_size;
    char *bytes = arena_array(&arena, *length + 1, 1);
    FILE *file = fopen(in_folder(name), "rb");
    ck_assert_uint_eq(fread(bytes, 1, *length, file), *length);
    fclose(file);
    return bytes;
}

static const struct {
    const char *args[6], *want;
} OTHERS[] = {
    {{NULL}, "holds 12 runs; give --resume, --replace or another --db"},
    {{"--resume", "--seed", "2"}, "cannot resume, want a database of this sweep: other options"},
    {{"--resume", "--replications", "2"}, "cannot resume, want a database of this sweep: other"},
    {{"--resume", "--scheme", "dina"}, "cannot resume, want a database of this sweep: other"},
    {{"--resume", "--set", "deadline=1 s"}, "cannot resume, want a database of this sweep: other"},
    {{"--resume", "--vary", "seed=1,2"}, "cannot resume, want a database of this sweep: other val"},
    {{"--resume", "CHANGED"}, "cannot resume, want a database of this sweep: the scenario has"},
    {{"--replace", "RENAMED"}, "holds runs of scenario small; give another --db"},
};

START_TEST(a_database_of_something_else_is_refused_untouched)
{
    size_t before_length, after_length;
    MUST_RUN("sweep", small, "--vary", "nodes.fog.count=1,2", "--db", "s.db");
    char       *before = file_bytes("s.db", &before_length);
    const char *args[16] = {"sweep", small, "--vary", "nodes.fog.count=1,2", "--db", "s.db"};
    int         n = 6;
    for (int i = 0; i < 6 && OTHERS[_i].args[i]; i++) args[n++] = OTHERS[_i].args[i];
    char *text = arena_string(&arena, SMALL);
    if (!strcmp(args[n - 1], "CHANGED")) {
        memcpy(strstr(text, "0.1 ms"), "0.2 ms", 6);
        args[--n] = NULL;
        args[1] = write_text("small.json", text);
    } else if (!strcmp(args[n - 1], "RENAMED")) {
        memcpy(strstr(text, "small"), "other", 5);
        args[--n] = NULL;
        args[1] = write_text("small.json", text);
    }
    ck_assert_int_eq(run_to(in_folder("out"), args), 2);
    expect_text(err, OTHERS[_i].want);
    char *after = file_bytes("s.db", &after_length);
    ck_assert(before_length == after_length && !memcmp(before, after, before_length));
}
END_TEST

START_TEST(a_database_without_a_sweep_or_of_an_older_profile_is_not_resumed)
{
    MUST_RUN("run", small, "--db", "r.db", "--quiet");
    ck_assert_int_eq(RUN("sweep", small, "--vary", "seed=1,2", "--db", "r.db", "--resume"), 2);
    expect_text(err, "r.db: cannot resume, want a database of this sweep: this one is of no sweep");
    write_text("garbage", "this is no database, and long enough to be looked at by SQLite: 100 "
                          "bytes of head are what it wants to see");
    ck_assert_int_eq(RUN("sweep", small, "--vary", "seed=1,2", "--db", "garbage", "--replace"), 2);
    expect_text(err, "garbage: want a fogsim database, have a file that is not SQLite");
}
END_TEST

// A trace, a model of the user's own: rows of two versions would stand side by side.
START_TEST(a_file_that_the_scenario_names_must_be_as_it_was)
{
#define TRACED                                                                                     \
    "sweep", small, "--set", "arrivals={\"kind\": \"trace\", \"file\": \"t.csv\"}", "--vary",      \
        "nodes.fog.count=1..2", "--db", "s.db"
    size_t length, now;
    write_text("t.csv", "time,user,model\n0,0,0\n");
    MUST_RUN(TRACED);
    char *before = file_bytes("s.db", &length);
    write_text("t.csv", "time,user,model\n0,0,0\n1,0,0\n");
    ck_assert_int_eq(RUN(TRACED, "--resume"), 2);
    expect_text(err, "a file that the scenario names has changed");
    char *after = file_bytes("s.db", &now);
    ck_assert(now == length && !memcmp(before, after, length));
    write_text("t.csv", "time,user,model\n0,0,0\n");
    MUST_RUN(TRACED, "--resume");
#undef TRACED
}
END_TEST

START_TEST(resume_does_what_is_missing_or_failed_and_nothing_twice)
{
    MUST_RUN("sweep", small, "--vary", "nodes.fog.count=1..4", "--db", "s.db", "--resume");
    char *rows = dump_file("s.db");
    MUST_RUN("sweep", small, "--vary", "nodes.fog.count=1..4", "--db", "s.db", "--resume");
    expect_text(out, "0 runs of 4 points beside 24 done before in ");
    for (int jobs = 1; jobs <= 2; jobs++) {
        change("s.db",
               "DELETE FROM run WHERE run_id IN (0, 7, 23); UPDATE run SET status = 'failed', "
               "error = 'x', wall_s = -1 WHERE run_id = 5; UPDATE run SET wall_s = -2 WHERE "
               "run_id = 6");
        MUST_RUN("sweep", small, "--vary", "nodes.fog.count=1..4", "--db", "s.db", "--resume",
                 "--jobs", arena_format(&arena, "%d", jobs));
        expect_text(out, "4 runs of 4 points beside 20 done before in ");
        expect_same(dump_file("s.db"), rows);
        ck_assert_double_eq(query_file("s.db", "SELECT sum(wall_s = -2) FROM run"), 1);
        ck_assert_double_eq(query_file("s.db", "SELECT sum(wall_s = -1) FROM run"), 0);
    }
}
END_TEST

START_TEST(replace_forgets_what_was_there)
{
    MUST_RUN("sweep", small, "--vary", "nodes.fog.count=1..4", "--db", "s.db");
    MUST_RUN("sweep", small, "--vary", "seed=1,2", "--db", "s.db", "--replace");
    ck_assert_double_eq(query_file("s.db", "SELECT count(*) FROM run"), 12);
    expect_text(text_of("s.db", "SELECT text FROM document WHERE name = 'sweep'"), "seed");
}
END_TEST

// ---- ends before the end

// 60 runs that take long enough to be met at work.
#define LONG                                                                                       \
    "--vary", "nodes.fog.count=1..10", "--set", "arrivals.tasks=600", "--set", "record=tasks"

static void wait_for_runs(const char *db, int least)
{
    for (int i = 0; i < 20000 && runs_in(db) < least; i++) pause_ms(3);
}

START_TEST(the_first_ctrl_c_ends_it_whole_and_resume_goes_on)
{
    const char *jobs = _i == 1 ? "1" : "2";
    MUST_RUN("sweep", small, LONG, "--jobs", "1", "--db", "whole.db");
    pid_t pid = START("sweep", small, LONG, "--jobs", jobs, "--db", "s.db");
    wait_for_runs("s.db", 1);
    kill(pid, _i == 2 ? SIGTERM : SIGINT);
    ck_assert_int_eq(program_finish(pid), 1);
    ck_assert_int_ne(access(in_folder("s.db-wal"), F_OK), 0);
    int stored = runs_in("s.db");
    ck_assert_int_gt(stored, 0);
    ck_assert_int_lt(stored, 60);
    ck_assert_str_eq(
        err,
        arena_format(&arena, "s.db: interrupted after %d of 60 runs; --resume goes on\n", stored));
    ck_assert_double_eq(query_file("s.db", "SELECT count(*) FROM run WHERE status <> 'done'"), 0);
    MUST_RUN("sweep", small, LONG, "--db", "s.db", "--resume", "--jobs", jobs);
    expect_text(out, arena_format(&arena, "%d runs of 10 points beside %d done before", 60 - stored,
                                  stored));
    expect_same(dump_file("s.db"), dump_file("whole.db"));
}
END_TEST

// The second waits for the lock that is held here, and is let in when the runs of another are
// there.
START_TEST(a_sweep_that_another_forestalled_is_refused)
{
    sqlite3    *db;
    const char *args[] = {"sweep", small, "--vary", "seed=1,2", "--db", "s.db", NULL, NULL};
    if (_i) args[6] = "--resume";
    MUST_RUN("sweep", small, "--vary", "nodes.fog.count=1..4", "--db", "s.db");
    MUST_RUN("sweep", small, "--vary", "nodes.fog.count=1..4", "--db", "whole.db");
    change("s.db", "DELETE FROM run");
    ck_assert_int_eq(sqlite3_open(in_folder("s.db"), &db), SQLITE_OK);
    must_exec(db, "PRAGMA journal_mode = DELETE");
    must_exec(db, "BEGIN IMMEDIATE");
    pid_t pid = start(args);
    pause_ms(1000);
    must_exec(db,
              arena_format(&arena, "ATTACH '%s' AS w; INSERT INTO run SELECT * FROM w.run; COMMIT",
                           in_folder("whole.db")));
    sqlite3_close(db);
    ck_assert_int_eq(program_finish(pid), 2);
    ck_assert_str_eq(err, "s.db: another process has written to it, it holds 24 runs now\n");
    ck_assert_double_eq(query_file("s.db", "SELECT count(*) FROM run"), 24);
}
END_TEST

// A limit on the size of files stands for a full disk; the program inherits it.
START_TEST(a_full_disk_ends_it_and_is_named)
{
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){300000, 300000});
    ck_assert_int_eq(
        RUN("sweep", small, LONG, "--set", "record=ops", "--db", "s.db", "--jobs", _i ? "2" : "1"),
        1);
    expect_text(err, "disk"); // "database or disk is full", "disk I/O error: File too large"
    ck_assert_int_ne(access(in_folder("s.db-wal"), F_OK), 0);
}
END_TEST

START_TEST(workers_end_with_the_first_process)
{
    pid_t workers[8];
    int   count = 0;
    pid_t pid = START("sweep", small, LONG, "--jobs", "3", "--db", "s.db");
    wait_for_runs("s.db", 1);
    count = children_of(pid, workers, 8);
    ck_assert_int_eq(count, 3);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    for (int w = 0; w < count; w++) {
        for (int i = 0; i < 5000 && !is_gone(workers[w]); i++) pause_ms(2);
        ck_assert_msg(is_gone(workers[w]), "a worker goes on alone");
    }
}
END_TEST

START_TEST(a_worker_that_is_killed_costs_its_run_alone)
{
    pid_t workers[8];
    MUST_RUN("sweep", small, LONG, "--jobs", "1", "--db", "whole.db");
    pid_t pid = START("sweep", small, LONG, "--jobs", "2", "--db", "s.db");
    wait_for_runs("s.db", 1);
    ck_assert_int_eq(children_of(pid, workers, 8), 2);
    kill(workers[0], SIGKILL);
    ck_assert_int_eq(program_finish(pid), 1);
    ck_assert_double_eq(query_file("s.db", "SELECT count(*) FROM run"), 60);
    ck_assert_double_eq(query_file("s.db", "SELECT count(*) FROM run WHERE status = 'failed' AND "
                                           "error = 'worker ended by signal 9 (Killed)'"),
                        1);
    expect_text(err, "s.db: 1 of 60 runs failed; first: worker ended by signal 9 (Killed)");
    MUST_RUN("sweep", small, LONG, "--jobs", "2", "--db", "s.db", "--resume");
    expect_text(out, "1 run of 10 points beside 59 done before");
    expect_same(dump_file("s.db"), dump_file("whole.db"));
}
END_TEST

// ---- killed at random

#define MANY                                                                                       \
    "--vary", "nodes.fog.count=1..80", "--set", "arrivals.tasks=60", "--set", "record=tasks"
enum { MANY_RUNS = 480, KILLS = 50 };

// Ends a sweep at a random moment after the first runs that it adds. false: it was faster.
static bool kill_once(unsigned *draw, int *within)
{
    int   before = runs_in("s.db");
    pid_t pid = START("sweep", small, MANY, "--jobs", "2", "--db", "s.db", "--resume");
    int   status;
    for (int i = 0; i < 20000 && runs_in("s.db") <= before; i++) {
        pause_ms(1);
        if (waitpid(pid, &status, WNOHANG) == pid) return false;
    }
    pause_ms(rand_r(draw) % 40);
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    int after = runs_in("s.db");
    *within += after > before && after < MANY_RUNS;
    return WIFSIGNALED(status);
}

static void check_whole(const char *rows)
{
    MUST_RUN("sweep", small, MANY, "--jobs", "2", "--db", "s.db", "--resume");
    expect_same(dump_file("s.db"), rows);
    unlink(in_folder("s.db"));
}

START_TEST(fifty_kills_at_random_leave_nothing_but_whole_runs)
{
    unsigned draw = 7;
    int      kills = 0, within = 0, sweeps = 0;
    MUST_RUN("sweep", small, MANY, "--jobs", "1", "--db", "whole.db");
    char             *rows = dump_file("whole.db");
    struct arena_mark mark = arena_mark(&arena);
    ck_assert_int_eq(runs_in("whole.db"), MANY_RUNS);
    while (kills < KILLS || sweeps == 0) {
        bool killed = kill_once(&draw, &within);
        kills += killed;
        if (killed && kills < KILLS && kills % 5) continue;
        check_whole(rows);
        sweeps++;
        arena_rewind(&arena, mark);
    }
    printf("%d kills, %d of them with some runs written and some not, in %d sweeps\n", kills,
           within, sweeps);
    ck_assert_int_ge(within, KILLS / 2);
}
END_TEST

// ---- schemes of the user's own

static void must_shell(const char *command)
{
    ck_assert_msg(system(command) == 0, "%s", command);
}

// Plans locally, but as the option says dies at replication 1.
static const char CRASHING[] =
    "#include \"algorithms/library.h\"\n#include <stdlib.h>\n#include <unistd.h>\n"
    "static const struct scheme_option own[] = {{.key = \"how\", .about = \"end\", .kind = "
    "OPTION_INTEGER, .low = 0, .high = 3}};\n"
    "static enum plan_verdict plan(const struct view *v, const struct association *as, const "
    "struct task *t, struct arena *scratch, struct plan *out, struct placement *where, struct err "
    "*e)\n"
    "{ (void)as; (void)e;\n"
    "  if (v->replication == 1 && option_number(v, 0) == 1) abort();\n"
    "  if (v->replication == 1 && option_number(v, 0) == 2) _exit(3);\n"
    "  return build_local(v, t, scratch, out, where); }\n"
    "static const struct scheme s = {.name = \"crashing\", .own = own, .own_count = 1, .plan = "
    "plan};\n"
    "FOGSIM_LIBRARY(s);\n";

START_TEST(a_scheme_that_crashes_costs_its_runs_alone)
{
    static const char *const why[] = {NULL, "worker ended by signal 6 (Aborted)",
                                      "worker ended with status 3"};
    const char              *source = write_text("x.c", CRASHING);
    must_shell(arena_format(&arena, "${CC:-cc} -std=c11 -shared -fPIC -I. -I$(dirname %s) -o %s %s",
                            program, in_folder("x.so"), source));
    for (int how = 0; how < 3; how++) {
        const char *set = arena_format(&arena, "schemes.library.how=%d", how);
        int         code =
            RUN("sweep", small, "--vary", "nodes.fog.count=1..3", "--scheme-library", "./x.so",
                "--set", set, "--replications", "4", "--jobs", "2", "--db", "s.db", "--replace");
        ck_assert_msg(code == (how > 0), "%d: %s", how, err);
        ck_assert_double_eq(query_file("s.db", "SELECT count(*) FROM run WHERE status = 'done'"),
                            how ? 9 : 12);
        if (!how) continue;
        ck_assert_str_eq(text_of("s.db", "SELECT DISTINCT error FROM run WHERE replication = 1"),
                         why[how]);
        expect_text(err, "s.db: 3 of 12 runs failed; first: worker ended");
    }
}
END_TEST

START_TEST(a_program_as_a_scheme_runs_in_every_worker)
{
    const char *command = arena_format(&arena, "python3 %s", in_root("docs/plugins/greedy.py"));
    for (int jobs = 1; jobs <= 2; jobs++)
        MUST_RUN("sweep", small, "--vary", "nodes.fog.count=1..2", "--scheme-command", command,
                 "--scheme", "greedy", "--jobs", arena_format(&arena, "%d", jobs), "--db",
                 arena_format(&arena, "%d.db", jobs));
    expect_same(dump_file("2.db"), dump_file("1.db"));
    ck_assert_double_eq(query_file("2.db", "SELECT count(*) FROM run WHERE scheme = 'command' AND "
                                           "status = 'done'"),
                        4);
    expect_text(text_of("2.db", "SELECT text FROM document WHERE name = 'settings'"), "greedy.py");
}
END_TEST

// ---- replications until a precision is met

#define PRECISE                                                                                    \
    "--vary", "nodes.fog.count=2,-1,3", "--set", "arrivals.tasks=2", "--precision", "0.5%"

START_TEST(a_precision_takes_as_many_replications_as_in_a_run_however_it_came_about)
{
    for (int jobs = 1; jobs <= 2; jobs++) // -1: a point that cannot be read does not go on for ever
        ck_assert_int_eq(RUN("sweep", small, PRECISE, "--scheme", "ddnn", "--scheme", "random",
                             "--scheme", "greedy", "--db", arena_format(&arena, "%d.db", jobs),
                             "--jobs", arena_format(&arena, "%d", jobs)),
                         1);
    char *rows = dump_file("1.db");
    expect_same(dump_file("2.db"), rows);
    ck_assert_double_eq(query_file("1.db", "SELECT count(*) FROM run WHERE status = 'failed' AND "
                                           "point LIKE '%-1%'"),
                        30);
    static const char *const counts[] = {"2", "3"};
    int                      more = 0;
    for (int i = 0; i < 2; i++) {
        MUST_RUN("run", small, "--set", arena_format(&arena, "nodes.fog.count=%s", counts[i]),
                 "--set", "arrivals.tasks=2", "--precision", "0.5%", "--scheme", "random",
                 "--scheme", "greedy", "--db", "r.db", "--quiet");
        double want = query_file("r.db", "SELECT count(*) FROM run WHERE scheme = 'greedy'");
        more += want > 10;
        static const char *const schemes[] = {"greedy", "random", "ddnn"};
        for (int k = 0; k < 3; k++)
            ck_assert_double_eq(
                query_file("1.db", arena_format(&arena,
                                                "SELECT count(*) FROM run WHERE scheme = '%s' AND "
                                                "point = '{\"nodes.fog.count\":%s}'",
                                                schemes[k], counts[i])),
                want);
    }
    ck_assert_int_gt(more, 0);                                 // else nothing was added
    change("2.db", "DELETE FROM run WHERE run_id % 1000 > 7"); // as if it had been killed
    ck_assert_int_eq(RUN("sweep", small, PRECISE, "--scheme", "ddnn", "--scheme", "random",
                         "--scheme", "greedy", "--db", "2.db", "--jobs", "2", "--resume"),
                     1);
    expect_same(dump_file("2.db"), rows);
}
END_TEST

// ---- the queue

static void make_sweep(struct sweep *s, struct arena *a, uint32_t points, const uint32_t *runs)
{
    *s = (struct sweep){.cell_count = points};
    s->vary.count = points;
    s->cells = ARENA_ARRAY(a, struct sweep_cell, points);
    s->first_cell = ARENA_ARRAY(a, uint32_t, points + 1);
    for (uint32_t p = 0; p < points; p++) {
        s->cells[p] =
            (struct sweep_cell){.first_run = s->run_count, .point = p, .replications = runs[p]};
        s->first_cell[p + 1] = p + 1;
        s->run_count += runs[p];
    }
}

START_TEST(one_worker_takes_the_runs_in_order)
{
    static const uint32_t runs[] = {3, 1, 5};
    struct sweep          s;
    struct sweep_queue    q;
    int64_t               run;
    make_sweep(&s, &arena, 3, runs);
    sweep_queue_init(&q, &arena, &s, 1);
    sweep_queue_leave(&q, 3, SWEEP_DONE); // all of the second point
    for (int64_t want = 0; want < 9; want++) {
        if (want == 3) continue;
        ck_assert(sweep_queue_take(&q, 0, &run));
        ck_assert_int_eq(run, want);
        sweep_queue_done(&q, run);
    }
    ck_assert(!sweep_queue_take(&q, 0, &run));
}
END_TEST

START_TEST(a_point_stays_with_a_worker_until_one_must_help)
{
    static const uint32_t runs[] = {4, 4, 2};
    // By hand: each begins a point; the first done takes the third; then both help.
    static const struct {
        uint32_t worker;
        int64_t  run;
    } steps[] = {{0, 0}, {1, 4}, {0, 1}, {0, 2}, {1, 5}, {0, 3}, {0, 8}, {0, 9}, {0, 6}, {1, 7}};
    struct sweep       s;
    struct sweep_queue q;
    int64_t            run;
    make_sweep(&s, &arena, 3, runs);
    sweep_queue_init(&q, &arena, &s, 2);
    for (int i = 0; i < COUNT(steps); i++) {
        ck_assert(sweep_queue_take(&q, steps[i].worker, &run));
        ck_assert_int_eq(run, steps[i].run);
    }
    ck_assert(!sweep_queue_take(&q, 0, &run));
}
END_TEST

// Workers take, finish, lose; what was lost is taken again, and all is done once.
START_TEST(whatever_is_lost_every_run_is_done_once)
{
    enum { POINTS = 12, WORKERS = 5, MOST = 200 };
    unsigned draw = (unsigned)_i;
    for (int round = 0; round < 200; round++) {
        uint32_t           runs[POINTS], done[MOST] = {0};
        int64_t            held[WORKERS][2], run;
        int                count[WORKERS] = {0}, left = 0;
        struct sweep       s;
        struct sweep_queue q;
        struct arena       a = {0};
        for (int p = 0; p < POINTS; p++) left += (int)(runs[p] = (uint32_t)rand_r(&draw) % 16);
        make_sweep(&s, &a, POINTS, runs);
        sweep_queue_init(&q, &a, &s, WORKERS);
        for (int64_t r = 0; r < s.run_count; r++)
            if (rand_r(&draw) % 4 == 0) sweep_queue_leave(&q, r, SWEEP_HELD);
        while (left) {
            uint32_t w = (uint32_t)rand_r(&draw) % WORKERS;
            int64_t  any = rand_r(&draw) % (int)s.run_count;
            if (q.states[any] == SWEEP_HELD) sweep_queue_want(&q, any);
            if (count[w] < 2 && rand_r(&draw) % 2) {
                if (sweep_queue_take(&q, w, &run)) held[w][count[w]++] = run;
            } else if (count[w] && rand_r(&draw) % 4) {
                sweep_queue_done(&q, held[w][0]);
                done[held[w][0]]++, left--;
                held[w][0] = held[w][1], count[w]--;
            } else {
                while (count[w]) sweep_queue_want(&q, held[w][--count[w]]);
            }
        }
        ck_assert_int_eq(q.wanted_count, 0);
        for (int64_t r = 0; r < s.run_count; r++) ck_assert_uint_eq(done[r], 1);
        arena_free(&a);
    }
}
END_TEST

// ---- the crew

enum { BIG = 3 << 20 };

// Answers n with n bytes of n; 250: ends; 251: leaves; 252: a long answer.
static void echo(void *ctx, struct crew *c)
{
    unsigned char work[CREW_WORK_BYTES], *bytes = ctx;
    size_t        length;
    while (crew_next(c, work, &length)) {
        if (work[0] == 250) _exit(9);
        if (work[0] == 251 && !crew_tell(c, CREW_LEFT, "no desk", 8)) _exit(1);
        if (work[0] == 251) _exit(0);
        size_t size = work[0] == 252 ? BIG : work[0];
        memset(bytes, work[0], size);
        if (!crew_tell(c, CREW_BYTES, bytes, size)) _exit(1);
    }
}

static struct crew_answer must_take(struct crew *c, uint32_t from, enum crew_kind kind)
{
    struct crew_answer a;
    crew_take(c, from, 60, &a);
    ck_assert_int_eq(a.kind, kind);
    return a;
}

static void must_give(struct crew *c, uint32_t worker, unsigned char n)
{
    ck_assert(crew_give(c, worker, &n, 1));
}

START_TEST(a_crew_answers_in_order_and_tells_who_is_gone)
{
    struct err         e = {0};
    struct crew       *c = crew_open(&arena, &e);
    struct crew_answer a;
    ck_assert_ptr_nonnull(c);
    ck_assert_uint_eq(crew_rank(c), 0);
    ck_assert(crew_start(c, 3, echo, arena_array(&arena, BIG, 1), &e));
    ck_assert_uint_eq(crew_size(c), 3);
    for (unsigned char n = 0; n < 100; n++) must_give(c, n % 3, n);
    unsigned next[3] = {0, 1, 2};
    for (int i = 0; i < 100; i++) {
        a = must_take(c, CREW_ANYBODY, CREW_BYTES);
        ck_assert_uint_eq(a.length, next[a.worker]); // of one worker in the order of its work
        next[a.worker] += 3;
        for (size_t k = 0; k < a.length; k++)
            ck_assert_uint_eq(((const unsigned char *)a.bytes)[k], a.length);
    }
    crew_take(c, CREW_ANYBODY, 0.001, &a);
    ck_assert_int_eq(a.kind, CREW_NOTHING);
    must_give(c, 0, 5), must_give(c, 2, 252), must_give(c, 1, 7), must_give(c, 1, 250);
    a = must_take(c, 2, CREW_BYTES); // the others wait
    ck_assert(a.worker == 2 && a.length == BIG);
    ck_assert_uint_eq(must_take(c, 1, CREW_BYTES).length, 7);
    a = must_take(c, 1, CREW_LOST);
    ck_assert_str_eq(a.bytes, "worker ended with status 9");
    ck_assert(!crew_give(c, 1, "x", 1));
    ck_assert_uint_eq(must_take(c, CREW_ANYBODY, CREW_BYTES).length, 5);
    ck_assert(!crew_renew(c, 0) && crew_renew(c, 1) && !crew_renew(c, 1) && !crew_renew(c, 7));
    must_give(c, 1, 6);
    ck_assert_uint_eq(must_take(c, 1, CREW_BYTES).length, 6);
    must_give(c, 1, 251);
    ck_assert_str_eq(must_take(c, CREW_ANYBODY, CREW_LEFT).bytes, "no desk");
    crew_close(c, false);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); // no child is left
}
END_TEST

// ---- the lead, with workers of the test's own

static struct sweep_call {
    struct sweep        sweep;
    struct arguments    args;
    struct option_given given[8];
    struct sweep_lead   lead;
    struct progress_bar bar;
    volatile int        interrupted;
} call;

static const struct option_spec vary_spec = {"vary", "", ""}, set_spec = {"set", "", ""},
                                replications_spec = {"replications", "", ""};

// Nine runs of a megabyte and more of rows each.
static void read_call(void)
{
    static const char *words[1];
    struct err         e = {0};
    words[0] = small;
    call.given[0] = (struct option_given){&vary_spec, "nodes.fog.count=1..3"};
    call.given[1] = (struct option_given){&set_spec, "arrivals.tasks=400"};
    call.given[2] = (struct option_given){&set_spec, "record=ops"};
    call.given[3] = (struct option_given){&replications_spec, "1"};
    call.args = (struct arguments){
        .words = words, .word_count = 1, .options = call.given, .option_count = 4, .arena = &arena};
    bool ok = paths_find(&call.args.paths, &arena, &e) && sweep_read(&call.sweep, &call.args, &e);
    ck_assert_msg(ok, "%s", e.text);
    ck_assert_int_eq(call.sweep.run_count, 9);
}

static void lead_with(const char *db, uint32_t jobs, crew_work *work, uint64_t done)
{
    struct err   e = {0};
    struct crew *crew = crew_open(&arena, &e);
    call.lead = (struct sweep_lead){
        .sweep = &call.sweep, .bar = &call.bar, .interrupted = &call.interrupted};
    call.lead.store = store_open(in_folder(db), "small", &e);
    ck_assert_msg(call.lead.store != NULL, "%s", e.text);
    sweep_queue_init(&call.lead.queue, &arena, &call.sweep, jobs);
    sweep_lead_begin(&call.lead, &arena);
    bool ok = jobs == 1 ? sweep_alone(&call.lead, &e)
                        : crew_start(crew, jobs, work, &call.sweep, &e) &&
                              sweep_with_crew(&call.lead, crew, &e);
    ck_assert_msg(ok && store_flush(call.lead.store, &e), "%s", e.text);
    ck_assert_uint_eq(store_tally(call.lead.store).done, done);
    crew_close(crew, false);
    store_close(call.lead.store);
}

static struct sweep_runner runner;
static int                 chunks_told;

static bool tell_chunk(void *ctx, const void *bytes, size_t length, struct err *e)
{
    static const int64_t dies_at = 4;
    if (runner.cell == dies_at && chunks_told++ == 1 && runner.sweep->seed == -2) raise(SIGKILL);
    return crew_tell(ctx, CREW_BYTES, bytes, length) || err_add(e, "gone");
}

// As sweep_work, but passes on every chunk as soon as it is full.
static void stream(void *ctx, struct crew *c)
{
    struct store *store = store_open_tape(1, tell_chunk, c);
    struct err    e = {0};
    int64_t       run_id;
    size_t        length;
    bool          is_done;
    sweep_runner_init(&runner, ctx, store);
    while (crew_next(c, &run_id, &length))
        if (!sweep_runner_do(&runner, run_id, NULL, &is_done, &e)) _exit(1);
}

START_TEST(runs_that_arrive_in_pieces_are_whole)
{
    read_call();
    lead_with("1.db", 1, NULL, 9);
    lead_with("3.db", 3, stream, 9);
    expect_same(dump_file("3.db"), dump_file("1.db"));
    ck_assert_double_gt(query_file("1.db", "SELECT count(*) FROM op WHERE run_id = 4"), 10000);
    sweep_free(&call.sweep);
}
END_TEST

START_TEST(a_worker_that_dies_amid_its_rows_leaves_none_of_them)
{
    read_call();
    lead_with("1.db", 1, NULL, 9);
    call.sweep.seed = -2; // the sign to die
    lead_with("3.db", 3, stream, 8);
    ck_assert_double_eq(query_file("3.db", "SELECT count(*) FROM op WHERE run_id = 4"), 0);
    ck_assert_str_eq(text_of("3.db", "SELECT error FROM run WHERE run_id = 4"),
                     "worker ended by signal 9 (Killed)");
    ck_assert_double_eq(query_file("3.db", "SELECT count(*) FROM op"),
                        query_file("1.db", "SELECT count(*) FROM op WHERE run_id <> 4"));
    sweep_free(&call.sweep);
}
END_TEST

// The second of them cannot work at all.
static void leave(void *ctx, struct crew *c)
{
    static const char *const lock = "desk.lock";
    FILE                    *file = fopen(in_folder(lock), "wx");
    if (!file) {
        sweep_work(ctx, c);
        return;
    }
    fclose(file);
    if (!crew_tell(c, CREW_LEFT, "cannot read my inputs", 22)) _exit(1);
}

START_TEST(the_work_of_one_that_leaves_goes_to_others)
{
    read_call();
    lead_with("1.db", 1, NULL, 9);
    lead_with("2.db", 2, leave, 9);
    ck_assert_str_eq(call.lead.left_why, "cannot read my inputs");
    expect_same(dump_file("2.db"), dump_file("1.db"));
    sweep_free(&call.sweep);
}
END_TEST

Suite *sweep_suite(void);

static void add(Suite *suite, const char *name, const TTest *const *tests, int count)
{
    TCase *tc = tcase_create(name);
    tcase_set_timeout(tc, 300);
    tcase_add_checked_fixture(tc, setup, program_teardown);
    for (int i = 0; i < count; i++) tcase_add_test(tc, tests[i]);
    suite_add_tcase(suite, tc);
}

Suite *sweep_suite(void)
{
    Suite *suite = suite_create("sweep");
    TCase *loops = tcase_create("loops");
    tcase_set_timeout(loops, 300);
    tcase_add_checked_fixture(loops, setup, program_teardown);
    tcase_add_loop_test(loops, several_processes_write_the_rows_of_one, 0, COUNT(SWEEPS));
    tcase_add_loop_test(loops, options_that_make_no_sense_are_refused, 0, COUNT(REFUSED));
    tcase_add_loop_test(loops, a_database_of_something_else_is_refused_untouched, 0, COUNT(OTHERS));
    tcase_add_loop_test(loops, the_first_ctrl_c_ends_it_whole_and_resume_goes_on, 0, 3);
    tcase_add_loop_test(loops, a_sweep_that_another_forestalled_is_refused, 0, 2);
    tcase_add_loop_test(loops, a_full_disk_ends_it_and_is_named, 0, 2);
    tcase_add_loop_test(loops, whatever_is_lost_every_run_is_done_once, 0, 3);
    suite_add_tcase(suite, loops);
    const TTest *const tests[] = {
        a_mix_is_one_run_of_each_scheme,
        a_run_is_its_rank_and_has_the_rows_of_fogsim_run,
        the_database_says_what_it_was_made_from,
        a_point_that_fails_is_recorded_and_the_others_are_done,
        a_scheme_that_refuses_a_model_fails_alone,
        a_misspelt_key_is_told_at_once_and_nothing_is_written,
        a_dry_run_writes_nothing,
        a_database_without_a_sweep_or_of_an_older_profile_is_not_resumed,
        a_file_that_the_scenario_names_must_be_as_it_was,
        resume_does_what_is_missing_or_failed_and_nothing_twice,
        replace_forgets_what_was_there,
        workers_end_with_the_first_process,
        a_worker_that_is_killed_costs_its_run_alone,
        fifty_kills_at_random_leave_nothing_but_whole_runs,
        a_scheme_that_crashes_costs_its_runs_alone,
        a_program_as_a_scheme_runs_in_every_worker,
        a_precision_takes_as_many_replications_as_in_a_run_however_it_came_about,
        one_worker_takes_the_runs_in_order,
        a_point_stays_with_a_worker_until_one_must_help,
        a_crew_answers_in_order_and_tells_who_is_gone,
        runs_that_arrive_in_pieces_are_whole,
        a_worker_that_dies_amid_its_rows_leaves_none_of_them,
        the_work_of_one_that_leaves_goes_to_others,
    };
    add(suite, "sweep", tests, COUNT(tests));
    return suite;
}
