// bench/store.c: what does the store cost over SQLite itself?
//
// 10 000 tasks of 20 layers through store_job against the same layer rows through one prepared
// insert in one transaction, on the same disk and the same schema, in turns; medians of five.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "results/schema.h"
#include "results/store.h"

enum { TASKS = 10000, LAYERS = 20, TURNS = 5 };

static const char *const nodes[] = {"user0", "fog0"}, *const kinds[] = {"user", "fog"};
static const char *const classes[] = {"bench"}, *const tags[] = {"", "rows"};
static const char *stage_names[LAYERS], *stage_kinds[LAYERS];

static const struct run_info info = {
    .run_id = 1,
    .scenario = "bench",
    .scenario_sha256 = "",
    .point = "{}",
    .scheme = "dina",
    .model = "bench",
    .profile = "",
    .profile_sha256 = "",
    .cost_source = "bench",
    .fogsim_version = "",
    .started_utc = "",
    .record = RECORD_LAYERS,
    .node_names = nodes,
    .node_kinds = kinds,
    .node_devices = kinds,
    .class_names = classes,
    .stage_names = stage_names,
    .stage_kinds = stage_kinds,
    .tag_names = tags,
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void stop(const char *why)
{
    fprintf(stderr, "bench/store: %s\n", why);
    exit(1);
}

static void fill(struct stage_record *stages, struct job_record *job)
{
    for (uint32_t i = 0; i < LAYERS; i++)
        stages[i] = (struct stage_record){.part_ns = {1000003 + i, 2000003, 17, 300000, 4000},
                                          .computation_work_ns = 1900000,
                                          .transmission_work_ns = 3900000,
                                          .bytes_sent = 602112,
                                          .bytes_returned = 3211264,
                                          .slices = 2};
    *job = (struct job_record){.finished_ns = 1,
                               .stage_count = LAYERS,
                               .stages = stages,
                               .counted = true,
                               .energy_j = 1.5};
}

static double through_store_s(const char *path)
{
    struct err           e = {0};
    struct stage_record  stages[LAYERS];
    struct job_record    job;
    const struct run_end end = {.status = "done", .tasks = TASKS};
    fill(stages, &job);
    struct store *s = store_open(path, "bench", &e);
    if (!s) stop(e.text);
    double start_s = now_s();
    bool   ok = store_begin(s, &info, &e);
    for (job.job = 0; ok && job.job < TASKS; job.job++) ok = store_job(s, &job, &e);
    if (!ok || !store_commit(s, &end, &e)) stop(e.text);
    double took_s = now_s() - start_s;
    store_close(s);
    schema_remove(path);
    return took_s;
}

static void insert_layers(sqlite3_stmt *q, int task)
{
    for (int i = 0; i < LAYERS; i++) {
        sqlite3_bind_int(q, 1, 1), sqlite3_bind_int(q, 2, task), sqlite3_bind_int(q, 3, i);
        sqlite3_bind_text(q, 4, stage_names[i], -1, SQLITE_STATIC);
        sqlite3_bind_text(q, 5, stage_kinds[i], -1, SQLITE_STATIC);
        sqlite3_bind_int(q, 6, 2);
        for (int c = 7; c <= 15; c++) sqlite3_bind_double(q, c, 0.001000003 * c);
        if (sqlite3_step(q) != SQLITE_DONE) stop("a raw insert failed");
        sqlite3_reset(q);
    }
}

// Nothing of SQLite's own checks that the store does not need: no foreign keys, no task rows.
static double raw_s(const char *path)
{
    struct err    e = {0};
    bool          created;
    sqlite3_stmt *q;
    sqlite3      *db = schema_open_write(path, &created, &e);
    if (!db) stop(e.text);
    sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF", NULL, NULL, NULL);
    sqlite3_prepare_v2(db, "INSERT INTO layer VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, &q, NULL);
    double start_s = now_s();
    sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    for (int task = 0; task < TASKS; task++) insert_layers(q, task);
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    double took_s = now_s() - start_s;
    sqlite3_finalize(q);
    sqlite3_close(db);
    schema_remove(path);
    return took_s;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : ".";
    char        path[4096], names[LAYERS][16];
    double      store[TURNS], raw[TURNS];
    snprintf(path, sizeof path, "%s/bench-store-%ld.db", folder, (long)getpid());
    for (int i = 0; i < LAYERS; i++) {
        snprintf(names[i], sizeof names[i], "conv%d", i + 1);
        stage_names[i] = names[i];
        stage_kinds[i] = "conv";
    }
    for (int i = 0; i < TURNS; i++) {
        store[i] = through_store_s(path);
        raw[i] = raw_s(path);
    }
    qsort(store, TURNS, sizeof *store, by_size);
    qsort(raw, TURNS, sizeof *raw, by_size);
    double rows = (double)TASKS * LAYERS;
    double store_rate = rows / store[TURNS / 2], raw_rate = rows / raw[TURNS / 2];
    printf("store  %10.0f layer rows/s (and a task row for every %d)\n", store_rate, LAYERS);
    printf("raw    %10.0f layer rows/s\nratio  %10.2f\n", raw_rate, store_rate / raw_rate);
    printf("{\"bench\": \"store\", \"rows\": %.0f, \"store_rows_per_s\": %.0f, "
           "\"raw_rows_per_s\": %.0f, \"ratio\": %.3f}\n",
           rows, store_rate, raw_rate, store_rate / raw_rate);
    return 0;
}
