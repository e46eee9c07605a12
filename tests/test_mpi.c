// tests/test_mpi.c: fogsim-mpi under mpirun: ranks give the rows of one process, whatever happens
// to them.
//
// Open MPI frees little of its memory at the end and does things that sanitizers object to, so this
// is no test for their builds: where $FOGSIM names another build than build/fogsim, it is left out.
// mpirun is allowed to be root, for the tests alone.
#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include "tests/program.h"

Suite *mpi_suite(void);

#define VARY "--vary", "nodes.fog.count=1..6", "--set", "record=ops"
#define RUNS 72 // of 6 points, 3 schemes, 4 replications
#define TO_MPIRUN "mpirun", "-n", "4", "--oversubscribe"

static const char *fogsim, *ranks, *scenario; // paths

// Shared memory would need room in /dev/shm, which containers are short of.
static void setup(void)
{
    program_setup();
    fogsim = arena_string(&arena, program);
    ranks = in_root("build/fogsim-mpi");
    ck_assert_msg(access(ranks, X_OK) == 0, "want %s: make deps, then make", ranks);
    scenario = write_text("small.json", SMALL);
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    setenv("HWLOC_HIDE_ERRORS", "2",
           1); // where there is no /sys, Open MPI's library says so in every rank
    setenv("OMPI_MCA_btl_vader_backing_directory", folder, 1);
    setenv("TMPDIR", "/tmp", 1);
}

static const char *replications(const char *count)
{
    return arena_format(&arena, "replications=%s", count);
}

static void sweep_alone(const char *db)
{
    program = arena_string(&arena, fogsim);
    MUST_RUN("sweep", scenario, VARY, "--set", replications("4"), "--jobs", "1", "--quiet", "--db",
             db);
    program = "/usr/bin/env"; // finds mpirun
}

// Differences of any table, but for times taken.
static double differences(const char *x, const char *y)
{
    static const char *const tables[] = {"run",  "task",      "layer",   "op",     "node",
                                         "link", "\"match\"", "summary", "metric", "occupancy"};
    sqlite3                 *db;
    double                   count = 0;
    char                    *sql = arena_format(&arena,
                                                "ATTACH '%s' AS y; UPDATE main.run SET started_utc = 0, wall_s = 0, "
                                                                   "planning_s = 0; UPDATE y.run SET started_utc = 0, wall_s = 0, "
                                                                   "planning_s = 0",
                                                in_folder(y));
    ck_assert_int_eq(sqlite3_open(in_folder(x), &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (int way = 0; way < 2; way++)
            count += query(db, arena_format(&arena,
                                            "SELECT count(*) FROM (SELECT * FROM %s.%s EXCEPT "
                                            "SELECT * FROM %s.%s)",
                                            way ? "main" : "y", tables[i], way ? "y" : "main",
                                            tables[i]));
    sqlite3_close(db);
    return count;
}

static int lines_with(const char *text, const char *what)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, what)); at++) count++;
    return count;
}

START_TEST(ranks_give_the_rows_of_one_process)
{
    sweep_alone("one.db");
    MUST_RUN(TO_MPIRUN, ranks, "sweep", scenario, VARY, "--set", replications("4"), "--db", "m.db");
    ck_assert(differences("one.db", "m.db") == 0);
    ck_assert(query_file("m.db", "SELECT count(*) FROM run WHERE status = 'done'") == RUNS);
    ck_assert_int_eq(lines_with(out, "72 runs of 6 points"), 1);
    ck_assert_str_eq(err, "");
}
END_TEST

// Rows of a run that fill several messages.
START_TEST(long_answers_arrive_whole)
{
    program = arena_string(&arena, fogsim);
    const char *const long_runs = "arrivals.tasks=700";
    MUST_RUN("sweep", scenario, "--vary", "nodes.fog.count=2..4", "--set", "record=ops", "--set",
             long_runs, "--replications", "1", "--jobs", "1", "--quiet", "--db", "one.db");
    ck_assert(query_file("one.db", "SELECT count(*) FROM op WHERE run_id = 0") > 20000);
    program = "/usr/bin/env";
    MUST_RUN(TO_MPIRUN, ranks, "sweep", scenario, "--vary", "nodes.fog.count=2..4", "--set",
             "record=ops", "--set", long_runs, "--replications", "1", "--quiet", "--db", "m.db");
    ck_assert(differences("one.db", "m.db") == 0);
    ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(one_rank_is_enough)
{
    sweep_alone("one.db");
    MUST_RUN("mpirun", "-n", "1", ranks, "sweep", scenario, VARY, "--set", replications("4"),
             "--db", "m.db");
    ck_assert(differences("one.db", "m.db") == 0);
}
END_TEST

static const struct {
    const char *words[5], *want;
    int         code;
} CALLS[] = {
    {{"sweep", "nonesuch", "--vary", "seed=1,2"}, "nonesuch: cannot open: ", 2},
    {{"sweep", "jetson2", "--vary", "nodes.fog.count=0..2", "--shard=0/2"}, "--shard: want I/N", 2},
    {{"sweep", "jetson2", "--vary", "seed=1,2", "--db=/none/x.db"}, "/none/x.db: cannot open", 2},
    {{"sweep", "--nonsense"}, "sweep: want an option of `fogsim sweep`", 2},
    {{"run", "jetson2"},
     "fogsim-mpi: want sweep (see fogsim-mpi --help), have \"run\", which is",
     2},
    {{"--version"}, "", 0},
};

// A shell around each rank tells how that one ended.
START_TEST(rank_0_alone_speaks_and_all_ranks_end_alike)
{
    const char *const *w = CALLS[_i].words;
    const char        *args[] = {TO_MPIRUN, "sh",  "-c", "\"$@\"; echo rank $?",
                                 "sh",      ranks, w[0], w[1],
                                 w[2],      w[3],  w[4], NULL};
    program = "/usr/bin/env";
    ck_assert_int_eq(run_to(in_folder("out"), args), 0);
    ck_assert_int_eq(lines_with(out, arena_format(&arena, "rank %d\n", CALLS[_i].code)), 4);
    ck_assert_int_eq(lines_with(out, "rank "), 4);
    ck_assert_int_eq(lines_with(out, "fogsim "), CALLS[_i].code == 0);
    ck_assert_int_eq(lines_with(err, "\n"), CALLS[_i].code != 0);
    ck_assert_msg(!strncmp(err, CALLS[_i].want, strlen(CALLS[_i].want)), "%s", err);
    ck_assert_int_eq(empty_folder(), 1);
}
END_TEST

START_TEST(ranks_that_cannot_work_are_done_without)
{
    sweep_alone("one.db");
    const char *args[] = {
        "mpirun", "--oversubscribe", "-n",       "1",    ranks,  "sweep", scenario, VARY,
        "--set",  "replications=4",  "--quiet",  "--db", "m.db", ":",     "-n",     "2",
        ranks,    "sweep",           "nonesuch", NULL};
    ck_assert_msg(run_to(in_folder("out"), args) == 0, "%s", err);
    ck_assert_str_eq(err, "");
    ck_assert(differences("one.db", "m.db") == 0);
}
END_TEST

// ---- ends that nobody asked for

static pid_t start(const char *db)
{
    char *argv[] = {"env",     TO_MPIRUN, (char *)ranks,    "sweep", (char *)scenario,
                    VARY,      "--set",   "replications=4", "--set", "arrivals.tasks=40",
                    "--quiet", "--db",    (char *)db,       NULL};
    program = "/usr/bin/env";
    return program_start(in_folder("out"), argv);
}

// Waits until something is in the database.
static void wait_for_runs(const char *name)
{
    for (double count = 0; count < 1;) {
        sqlite3      *db = NULL;
        sqlite3_stmt *q = NULL;
        usleep(5000);
        if (access(in_folder(name), F_OK) != 0) continue;
        if (sqlite3_open_v2(in_folder(name), &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
            sqlite3_prepare_v2(db, "SELECT count(*) FROM run", -1, &q, NULL) == SQLITE_OK &&
            sqlite3_step(q) == SQLITE_ROW)
            count = sqlite3_column_double(q, 0);
        sqlite3_finalize(q);
        sqlite3_close(db);
    }
}

static bool file_has(const char *path, const char *what)
{
    static char text[1 << 16];
    FILE       *file = fopen(path, "rb");
    size_t      length = file ? fread(text, 1, sizeof text, file) : 0;
    if (file) fclose(file);
    return memmem(text, length, what, strlen(what)) != NULL;
}

// The process of that rank among the children of mpirun.
static pid_t rank_of(pid_t mpirun, int rank)
{
    const char *parent = arena_format(&arena, "\nPPid:\t%d\n", (int)mpirun);
    const char *want = arena_format(&arena, "OMPI_COMM_WORLD_RANK=%d", rank);
    DIR        *dir = opendir("/proc");
    pid_t       found = 0;
    for (struct dirent *d; !found && (d = readdir(dir));) {
        pid_t pid = (pid_t)atoi(d->d_name);
        if (pid > 0 && file_has(arena_format(&arena, "/proc/%d/status", (int)pid), parent) &&
            file_has(arena_format(&arena, "/proc/%d/environ", (int)pid), want))
            found = pid;
    }
    closedir(dir);
    ck_assert_int_gt(found, 0);
    return found;
}

static const struct {
    const char *who;
    int         rank, signal; // rank -1: mpirun itself
} ENDS[] = {
    {"a worker dies", 2, SIGKILL},
    {"the first process dies", 0, SIGKILL},
    {"mpirun is asked to pass on a signal", -1, SIGUSR1},
    {"the first process is asked to end, as mpirun does after Ctrl-C", 0, SIGTERM},
};

START_TEST(after_an_early_end_the_database_is_whole_and_resume_goes_on)
{
    program = arena_string(&arena, fogsim);
    MUST_RUN("sweep", scenario, VARY, "--set", replications("4"), "--set", "arrivals.tasks=40",
             "--jobs", "1", "--quiet", "--db", "one.db");
    pid_t mpirun = start("m.db");
    wait_for_runs("m.db");
    kill(ENDS[_i].rank < 0 ? mpirun : rank_of(mpirun, ENDS[_i].rank), ENDS[_i].signal);
    ck_assert_msg(program_finish(mpirun) != 0, "%s: it had ended before", ENDS[_i].who);
    ck_assert(query_file("m.db", "SELECT count(*) FROM run") < RUNS);
    ck_assert(query_file("m.db", "SELECT count(*) FROM run WHERE status <> 'done'") == 0);
    ck_assert(query_file("m.db", "SELECT count(*) FROM pragma_integrity_check WHERE "
                                 "integrity_check <> 'ok'") == 0);
    if (ENDS[_i].signal != SIGKILL) ck_assert_ptr_nonnull(strstr(err, "--resume goes on"));
    const char *args[] = {TO_MPIRUN,        ranks,      "sweep",
                          scenario,         VARY,       "--set",
                          "replications=4", "--set",    "arrivals.tasks=40",
                          "--quiet",        "--resume", "--db",
                          "m.db",           NULL};
    ck_assert_msg(run_to(in_folder("out"), args) == 0, "%s", err);
    ck_assert(differences("one.db", "m.db") == 0);
}
END_TEST

Suite *mpi_suite(void)
{
    Suite *s = suite_create("mpi");
    TCase *tc = tcase_create("mpi");
    tcase_add_checked_fixture(tc, setup, program_teardown);
    if (!getenv("FOGSIM")) {
        tcase_add_test(tc, ranks_give_the_rows_of_one_process);
        tcase_add_test(tc, long_answers_arrive_whole);
        tcase_add_test(tc, one_rank_is_enough);
        tcase_add_loop_test(tc, rank_0_alone_speaks_and_all_ranks_end_alike, 0,
                            sizeof CALLS / sizeof *CALLS);
        tcase_add_test(tc, ranks_that_cannot_work_are_done_without);
        tcase_add_loop_test(tc, after_an_early_end_the_database_is_whole_and_resume_goes_on, 0,
                            sizeof ENDS / sizeof *ENDS);
    }
    suite_add_tcase(s, tc);
    return s;
}
