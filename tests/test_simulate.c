// tests/test_simulate.c: runs of one model and of a mix, their statistics, and the table of them.
//
// The scenario is jetson2 with two models and one scheme; what a scenario cannot say is set by
// hand. Job records are made by hand, and so are the sums over them.
#include <check.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/classes.h"
#include "cli/export.h"
#include "cli/record.h"
#include "cli/report.h"
#include "results/schema.h"

enum { MS = 1000000 };

static struct arena    arena;
static struct scenario scenario;
static struct profile  profile;
static char            folder[64], path[96];
static double          one_class[] = {1, 0}, shares[] = {0.25, 0.75};
static uint32_t        rows_of[8]; // 0: all groups share a row

static void setup(void)
{
    static const char *const models[] = {"alexnet", "nin"}, *const schemes[] = {"dina"};
    static const char *const   sets[] = {"arrivals.tasks=4", "record=layers"};
    const struct scenario_edit edit = {sets, 2, schemes, models, 1, 2};
    struct paths               paths;
    struct err                 e = {0};
    arena = (struct arena){0};
    bool ok = paths_find(&paths, &arena, &e) &&
              profile_load(&profile, &arena, "kernels/profiles/reference.json", &e) &&
              scenario_load(&scenario, &arena, "scenarios/jetson2.json", &paths, &edit, &e);
    ck_assert_msg(ok, "%s", e.text);
    ck_assert_uint_le(scenario.net.group_count, 8);
    scenario.mix = (struct mix){0};
    strcpy(folder, "/tmp/fogsim-simulate-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/r.db", folder);
}

static void teardown(void)
{
    schema_remove(path);
    ck_assert_int_eq(rmdir(folder), 0);
    arena_free(&arena);
}

static struct prepared prepare(uint32_t model)
{
    struct prepared p;
    simulate_prepare(&p, &arena, &scenario, model, &scenario.schemes[0], &profile);
    return p;
}

static void must_run(const struct prepared *p, int64_t run_id, struct outcome *out)
{
    struct err          e = {0};
    struct run_identity id = {run_id, 0, "{}"};
    struct store       *store = store_open(path, scenario.name, &e);
    bool                ok = store && simulate(p, &id, store, NULL, &arena, out, &e);
    ck_assert_msg(ok, "%s", e.text);
    store_close(store);
}

static double ask(const char *sql)
{
    sqlite3      *db;
    sqlite3_stmt *q;
    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK, "%s: %s", sql,
                  sqlite3_errmsg(db));
    ck_assert_msg(sqlite3_step(q) == SQLITE_ROW, "%s: no row", sql);
    double value = sqlite3_column_double(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return value;
}

// Two stations send AlexNet's 602 112 B to the cloud over one access point, at 1 B/us each and 1
// B/us in their cell: 1.204224 s for both, then 0.3 + 8 ms. Alone it would be half of that.
START_TEST(a_cell_is_shared_by_messages_that_go_on_behind_it)
{
    static const char *const   schemes[] = {"rand"};
    static const char *const   sets[] = {"nodes.user.count=2",
                                         "nodes.ap.count=1",
                                         "nodes.fog.count=0",
                                         "mix={\"alexnet\": 1}",
                                         "media.cell.rate=8 Mbit/s",
                                         "links.user>ap.rate=8 Mbit/s",
                                         "protocol={\"header_bytes\": 0}",
                                         "arrivals={\"kind\": \"closed\", \"tasks\": 1}",
                                         "record=ops"};
    const struct scenario_edit edit = {sets, sizeof sets / sizeof *sets, schemes, NULL, 1, 0};
    struct paths               paths;
    struct err                 e = {0};
    struct outcome             out;
    bool                       ok = paths_find(&paths, &arena, &e) &&
              scenario_load(&scenario, &arena, "scenarios/campus.json", &paths, &edit, &e);
    ck_assert_msg(ok, "%s", e.text);
    struct prepared p = prepare(0);
    must_run(&p, 0, &out);
    ck_assert_double_eq(ask("SELECT count(*) FROM op WHERE to_node = 'cloud' AND kind = 'transfer'"
                            " AND abs(finish_s - 1.212524) < 1e-9"),
                        2);
    ck_assert_double_eq(ask("SELECT count(*) FROM link WHERE from_node = 'user0'"), 1);
    ck_assert_double_eq(ask("SELECT bytes FROM link WHERE to_node = 'cloud'"), 2 * 602112);
}
END_TEST

START_TEST(a_mix_with_one_model_alone_is_the_run_of_that_model)
{
    struct prepared alone = prepare(0);
    struct outcome  of_alone, of_mix;
    scenario.mix = (struct mix){2, one_class, rows_of};
    ck_assert_uint_eq(simulate_model_runs(&scenario), 1);
    struct prepared mix = prepare(0);
    ck_assert_str_eq(mix.label, "mix");
    ck_assert_uint_eq(mix.class_count, 2);
    must_run(&alone, 0, &of_alone);
    must_run(&mix, 1, &of_mix);
    ck_assert_uint_eq(of_alone.result.hash, of_mix.result.hash);
    ck_assert_double_eq(of_alone.statistics.all.task[METRIC_LATENCY].moments.mean,
                        of_mix.statistics.all.task[METRIC_LATENCY].moments.mean);
    ck_assert_double_eq(ask("SELECT count(*) FROM run WHERE model = 'mix'"), 1);
    ck_assert_double_eq(ask("SELECT count(*) FROM task WHERE run_id = 1 AND model = 'alexnet'"), 4);
    ck_assert_double_eq(ask("SELECT n FROM summary WHERE run_id = 1 AND layer IS NULL AND metric ="
                            " 'latency_s/alexnet'"),
                        4);
    ck_assert_double_eq(ask("SELECT count(*) FROM summary WHERE metric LIKE '%/nin'"), 0);
    ck_assert_double_eq(ask("SELECT value FROM metric WHERE name = 'tasks_done/alexnet'"), 4);
    ck_assert_double_eq(ask("SELECT count(*) FROM metric WHERE run_id = 0 AND name LIKE '%/%'"), 0);
    ck_assert_double_eq(ask("SELECT count(DISTINCT latency_s) FROM v_run"), 1);
}
END_TEST

// Each part of a probe is linear in the shares: 1/4 of alexnet's and 3/4 of nin's.
START_TEST(users_are_matched_by_the_mean_of_their_mix)
{
    scenario.mix = (struct mix){2, shares, rows_of};
    struct prepared p = prepare(0);
    uint32_t        groups = scenario.net.group_count;
    uint32_t        at =
        scenario.net.group_of[scenario.users[0]] * groups + scenario.net.group_of[scenario.fogs[0]];
    const struct probe *x = &p.views[0].probes[at], *y = &p.views[1].probes[at];
    const struct probe *mean = &p.valued.probes[at];
    ck_assert_double_ne(x->execution_s, y->execution_s);
    ck_assert_double_eq_tol(mean->execution_s, 0.25 * x->execution_s + 0.75 * y->execution_s,
                            1e-12);
    ck_assert_double_eq_tol(mean->transmission_s,
                            0.25 * x->transmission_s + 0.75 * y->transmission_s, 1e-12);
    ck_assert_double_eq_tol(mean->loading_s, 0.25 * x->loading_s + 0.75 * y->loading_s, 1e-12);
    ck_assert_ptr_eq(p.valued.graph, p.views[1].graph); // the greater share
    ck_assert_ptr_eq(p.views[1].graph, &scenario.models[1].graph);
    scenario.net.groups[scenario.net.group_of[scenario.fogs[0]]].memory_bytes = 6e7;
    struct prepared small = prepare(0); // nin fits in 60 MB, alexnet's tensors and weights do not
    uint32_t        fog = scenario.net.group_of[scenario.fogs[0]];
    ck_assert(small.views[1].fits[fog] && !small.views[0].fits[fog]);
    ck_assert(!small.valued.fits[fog]);
    scenario.mix.share = (const double[]){0, 1}; // nobody asks for alexnet
    struct prepared nin = prepare(0);
    ck_assert(nin.valued.fits[fog]);
}
END_TEST

// Of three recorded arrivals one is of the first model.
START_TEST(the_mix_of_a_recorded_stream_is_counted)
{
    struct trace_arrival  items[] = {{0, 1}, {1, 0}, {2, 1}};
    struct trace_arrivals user = {items, 3};
    scenario.mix = (struct mix){2, one_class, rows_of};
    scenario.arrivals.kind = ARRIVAL_TRACE;
    scenario.arrivals.users = &user;
    ck_assert_uint_eq(scenario.user_count, 1);
    struct prepared p = prepare(0);
    const double   *row = p.shares + 2 * scenario.net.group_of[scenario.users[0]];
    ck_assert_double_eq_tol(row[0], 1.0 / 3, 1e-15);
    ck_assert_double_eq_tol(row[1], 2.0 / 3, 1e-15);
}
END_TEST

// ---- what a scheme sees

static struct {
    uint32_t plans, epochs;
    sim_ns   last_now;
    uint64_t last_number;
    bool     is_valued_at_epochs, can_fail;
} seen;

static bool see_epoch(const struct view *v, uint32_t number, struct arena *a,
                      struct association *out, struct err *e)
{
    (void)a, (void)e;
    *out = (struct association){0};
    seen.epochs++;
    seen.is_valued_at_epochs = number == 0 && v->now == 0 && v->now_ctx &&
                               v->graph == &scenario.models[1].graph; // the most frequent
    return true;
}

// 5 ms at the user, whatever the task.
static enum plan_verdict see_plan(const struct view *v, const struct association *as,
                                  const struct task *t, struct arena *scratch, struct plan *out,
                                  struct placement *where, struct err *e)
{
    (void)as, (void)scratch, (void)where, (void)e;
    ck_assert(seen.can_fail == (v->is_up != NULL) && seen.can_fail == (v->is_reachable != NULL));
    ck_assert(!v->is_up || v->is_up(v->now_ctx, v->fogs[0]));
    ck_assert(!v->is_reachable || v->is_reachable(v->now_ctx, v->users[0], v->fogs[0]));
    ck_assert_double_eq(v->backlog_s(v->now_ctx, v->users[0]), 0);
    ck_assert_uint_eq(v->replication, 3);
    ck_assert_int_eq(v->now, seen.plans * 5 * MS); // one after the other
    seen.plans++;
    seen.last_now = v->now;
    seen.last_number = t->number;
    plan_add(out, (struct op){.kind = OP_COMPUTE, .from = t->user, .to = t->user, .seconds = 0.005},
             NULL, 0);
    return PLAN_READY;
}

// Who is up is only to be asked where somebody fails, or comes or goes: here long after the run.
START_TEST(a_scheme_sees_the_network_of_now)
{
    static const struct scheme scheme = {.name = "eye", .associate = see_epoch, .plan = see_plan};
    memset(&seen, 0, sizeof seen);
    seen.can_fail = _i;
    scenario.net.groups[scenario.net.group_of[scenario.fogs[0]]].leave_s = _i ? 1e6 : 0;
    scenario.schemes[0].scheme = &scheme;
    scenario.mix = (struct mix){2, shares, rows_of};
    struct prepared     p = prepare(0);
    struct outcome      out;
    struct err          e = {0};
    struct run_identity id = {0, 3, "{}"};
    ck_assert_msg(simulate(&p, &id, NULL, NULL, &arena, &out, &e), "%s", e.text);
    ck_assert_uint_eq(seen.plans, 4);
    ck_assert_int_eq(seen.last_now, 15 * MS);
    ck_assert_uint_eq(seen.last_number, 3); // user 0, its fourth
    ck_assert(seen.epochs == 1 && seen.is_valued_at_epochs);
    ck_assert_uint_eq(out.local_plans, 4);
    ck_assert_ptr_null(p.views[0].is_up); // what is so now is the run's, not the scenario's
}
END_TEST

// ---- statistics of records made by hand

static struct stage_record stages[3];

static struct job_record job_of(uint32_t class_id, double latency_ms, enum job_status status)
{
    bool              finished = status == JOB_DONE || status == JOB_LATE;
    struct job_record job = {.class_id = class_id,
                             .status = status,
                             .arrived_ns = 5 * MS,
                             .finished_ns = -1,
                             .counted = true,
                             .attempts = 1,
                             .stage_count = class_id ? 3 : 2,
                             .stages = stages};
    if (!finished) return job;
    job.finished_ns = 5 * MS + ns_from_s(latency_ms / 1e3);
    job.part_ns[PART_COMPUTATION] = job.finished_ns - 5 * MS;
    return job;
}

static const uint32_t first_stage[] = {0, 2, 5};

START_TEST(classes_and_their_layers_are_kept_apart)
{
    struct statistics s;
    statistics_init(&s, &arena, 2, first_stage);
    for (int i = 0; i < 4; i++) { // class 0: 10, 30; class 1: 20, 60 ms
        struct job_record job = job_of((uint32_t)i % 2, (double[]){10, 20, 30, 60}[i], JOB_DONE);
        for (int k = 0; k < 3; k++)
            stages[k].part_ns[PART_COMPUTATION] = (1 + k + 10 * (i % 2) + 100 * (i / 2)) * MS;
        statistics_add(&s, &job, false);
    }
    ck_assert_double_eq_tol(s.all.task[METRIC_LATENCY].moments.mean, 0.030, 1e-12);
    ck_assert_double_eq_tol(s.classes[0].task[METRIC_LATENCY].moments.mean, 0.020, 1e-12);
    ck_assert_double_eq_tol(s.classes[1].task[METRIC_LATENCY].moments.mean, 0.040, 1e-12);
    ck_assert_double_eq_tol(moments_sd(&s.classes[1].task[METRIC_LATENCY].moments), 0.020 * sqrt(2),
                            1e-12);
    // Stage k of class c lasts 1 + k + 10 c and 100 ms more: the mean is 51 + k + 10 c.
    static const double want_ms[] = {51, 52, 61, 62, 63};
    for (int i = 0; i < 5; i++) {
        const struct series *layer = &s.layers[i * LAYER_METRICS + METRIC_COMPUTATION];
        ck_assert_uint_eq(layer->moments.n, 2);
        ck_assert_double_eq_tol(layer->moments.mean, want_ms[i] / 1e3, 1e-12);
    }
    ck_assert_uint_eq(s.classes[0].by_status[JOB_DONE], 2);
}
END_TEST

START_TEST(what_did_not_finish_is_counted_and_has_no_times)
{
    static const enum job_status ends[] = {JOB_DONE, JOB_LATE,       JOB_DROPPED,
                                           JOB_LOST, JOB_INFEASIBLE, JOB_DONE};
    struct statistics            s;
    statistics_init(&s, &arena, 1, first_stage);
    for (int i = 0; i < 6; i++) {
        struct job_record job = job_of(0, 10, ends[i]);
        job.attempts = (uint32_t)i;       // beyond the first: 0, 0, 1, 2, 3, 4
        statistics_add(&s, &job, i != 0); // the first has no deadline
    }
    struct job_record early = job_of(0, 10, JOB_LOST);
    early.counted = false; // of the warm-up
    statistics_add(&s, &early, true);
    ck_assert_uint_eq(statistics_tasks(&s.all), 6);
    ck_assert_uint_eq(statistics_finished(&s.all), 3);
    ck_assert_uint_eq(s.all.task[METRIC_LATENCY].moments.n, 3);
    ck_assert_uint_eq(s.retries, 10);
    ck_assert_uint_eq(s.due, 5);
    ck_assert_uint_eq(s.missed, 4); // late, dropped, lost, infeasible
    ck_assert_ptr_null(s.classes);
}
END_TEST

START_TEST(memory_does_not_grow_with_tasks)
{
    struct statistics s;
    statistics_init(&s, &arena, 2, first_stage);
    for (int i = 0; i < 300000; i++) {
        struct job_record job = job_of((uint32_t)i % 2, 10 + i % 977, JOB_DONE);
        statistics_add(&s, &job, false);
        if (i != 20000) continue;
        struct arena_mark now = arena_mark(&arena);
        for (int k = 0; k < 20000; k++) statistics_add(&s, &job, false);
        struct arena_mark later = arena_mark(&arena);
        ck_assert(now.block == later.block && now.used == later.used);
    }
    ck_assert_uint_le(s.all.task[METRIC_LATENCY].values.bin_count, 2 * 7 * 512); // 10 to 987 ms
}
END_TEST

START_TEST(rows_of_users_are_left_out_of_large_summaries_alone)
{
    uint32_t user = scenario.users[0], fog = scenario.fogs[0];
    for (int record = RECORD_SUMMARY; record <= RECORD_TASKS; record++)
        for (uint32_t nodes = RECORD_USERS_MAX; nodes <= RECORD_USERS_MAX + 1; nodes++) {
            scenario.record = record;
            scenario.net.node_count = nodes;
            ck_assert(record_keeps(&scenario, fog));
            ck_assert_int_eq(record_keeps(&scenario, user),
                             record == RECORD_TASKS || nodes == RECORD_USERS_MAX);
        }
}
END_TEST

START_TEST(sums_over_the_world_are_those_of_its_rows)
{
    struct prepared p = prepare(0);
    struct outcome  out;
    must_run(&p, 0, &out);
    double energy_j = ask("SELECT sum(energy_j) FROM node");
    ck_assert_double_gt(energy_j, 0);
    ck_assert_double_eq_tol(ask("SELECT value FROM metric WHERE name = 'energy_total_j'"), energy_j,
                            1e-9 * energy_j);
    ck_assert_double_eq(ask("SELECT value FROM metric WHERE name = 'cost_total'"),
                        ask("SELECT sum(cost) FROM (SELECT cost FROM node UNION ALL SELECT cost"
                            " FROM link)"));
    ck_assert_double_eq(ask("SELECT value FROM metric WHERE name = 'lost_share'"), 0);
    ck_assert_double_eq(ask("SELECT value FROM metric WHERE name = 'retries'"), 0);
    ck_assert_double_eq(ask("SELECT count(*) FROM metric WHERE name LIKE '%availability'"), 0);
    ck_assert(isnan(out.availability));
}
END_TEST

// Two fog nodes of one group that can fail, joined at 10 ms: the first is down for 20 ms of what is
// left of the run.
START_TEST(availability_is_of_the_time_present)
{
    uint32_t             fog = scenario.net.group_of[scenario.fogs[0]];
    struct outage        outage = {0, 0.03, 0.05};
    struct fault_process fails = {.from = fog, .to = fog, .outages = &outage, .outage_count = 1};
    struct prepared      p;
    struct outcome       out;
    scenario.net.groups[fog].join_s = 0.01;
    p = prepare(0);
    must_run(&p, 0, &out);
    ck_assert(isnan(out.availability)); // who comes late does not fail
    scenario.faults = (struct faults){&fails, 1};
    scenario.recovery = (struct recovery){RECOVERY_RETRY, 0, 0.001, 1, 100};
    p = prepare(0);
    must_run(&p, 1, &out);
    ck_assert_uint_eq(scenario.net.groups[fog].count, 2);
    double present_s = s_from_ns(out.result.end_ns) - 0.01;
    ck_assert_double_gt(present_s, 0.05);
    ck_assert_double_eq_tol(out.availability, 1 - 0.02 / present_s / 2, 1e-9);
    ck_assert_double_eq(ask("SELECT value FROM metric WHERE name = 'availability'"),
                        out.availability);
}
END_TEST

// ---- the table

// What `print` writes to stdout.
static const char *printed(void (*print)(const struct result_row *rows), struct result_row *rows)
{
    static char text[1 << 14];
    char        name[96];
    snprintf(name, sizeof name, "%s/out", folder);
    fflush(stdout);
    int   saved = dup(STDOUT_FILENO);
    FILE *file = fopen(name, "w+");
    ck_assert(file && dup2(fileno(file), STDOUT_FILENO) >= 0);
    print(rows);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    unlink(name);
    return text;
}

static struct study study = {&scenario, &profile, NULL, 0};

static void print_table(const struct result_row *rows)
{
    report_table(&study, rows, 2);
}

static void print_json(const struct result_row *rows)
{
    export_json(&study, rows, 2);
}

// 200 tasks each; under the second scheme `lost` of them.
static void make_rows(struct result_row rows[2], uint64_t lost, double availability)
{
    static struct scenario_scheme schemes[2];
    schemes[0] = schemes[1] = scenario.schemes[0];
    schemes[1].label = "rand";
    scenario.schemes = schemes;
    scenario.scheme_count = 2;
    scenario.model_count = 1;
    for (int i = 0; i < 2; i++) {
        rows[i] = (struct result_row){.model = scenario.models[0].label,
                                      .scheme = &schemes[i],
                                      .counted = 200,
                                      .availability = availability,
                                      .link_availability = NAN};
        rows[i].counted_by_status[JOB_DONE] = 200 - (i ? lost : 0);
        rows[i].counted_by_status[JOB_LOST] = i ? lost : 0;
        for (int m = 0; m < METRIC_COUNT; m++)
            rows[i].metrics[m] = (struct figure_of_merit){.mean = i ? 2 : 4, .ci95 = NAN, .n = 1};
    }
}

START_TEST(a_ratio_of_survivors_is_marked)
{
    struct result_row rows[2];
    make_rows(rows, 30, 0.975);
    const char *table = printed(print_table, rows);
    ck_assert_msg(strstr(table, "0.50x*") != NULL, "%s", table);
    ck_assert_ptr_nonnull(strstr(table, "lost"));
    ck_assert_ptr_nonnull(strstr(table, "  15 %")); // 30 of 200
    ck_assert_ptr_nonnull(strstr(table, "97.5 %"));
    ck_assert_ptr_nonnull(strstr(table, "* of the tasks that finished"));
    ck_assert_ptr_null(strstr(table, "dropped"));
    make_rows(rows, 0, NAN);
    table = printed(print_table, rows);
    ck_assert_msg(strstr(table, "0.50x\n") != NULL, "%s", table);
    ck_assert_ptr_null(strstr(table, "*"));
    ck_assert_ptr_null(strstr(table, "nodes up"));
    ck_assert_ptr_null(strstr(table, "lost"));
}
END_TEST

// Latencies of 10, 20 and 60 ms by the first model, of 40 ms by the second, in two replications.
START_TEST(the_models_of_a_mix_are_told_apart)
{
    static const char *const names[] = {"alexnet", "nin"};
    struct result_row        rows[2];
    struct gather            gather;
    make_rows(rows, 0, NAN);
    scenario.mix = (struct mix){2, shares, rows_of};
    for (int i = 0; i < 2; i++) {
        rows[i] = (struct result_row){
            .model = "mix", .scheme = rows[i].scheme, .class_count = 2, .class_names = names};
        gather_begin(&gather, &rows[i], &arena, &arena);
        for (int r = 0; r < 2; r++) {
            struct outcome    run = {.availability = NAN, .link_availability = NAN};
            struct job_record first = job_of(0, r ? 60 : 10, JOB_DONE);
            struct job_record other = r ? job_of(1, 40, JOB_DONE) : job_of(0, 20, JOB_LATE);
            statistics_init(&run.statistics, &arena, 2, first_stage);
            statistics_add(&run.statistics, &first, false);
            statistics_add(&run.statistics, &other, false);
            gather_add(&gather, &rows[i], &run);
        }
        gather_end(&gather, &rows[i]);
    }
    ck_assert_double_eq_tol(rows[0].metrics[METRIC_LATENCY].mean, 0.0325, 1e-12); // 15 and 50
    ck_assert_double_eq_tol(rows[0].metrics[METRIC_LATENCY].p50, 0.030, 1e-12);   // of all four
    ck_assert_double_eq_tol(rows[0].class_latency[0].mean, 0.0375, 1e-12);        // 15 and 60
    ck_assert_double_eq_tol(rows[0].class_latency[0].p50, 0.020, 1e-12);
    ck_assert_uint_eq(rows[0].class_latency[1].n, 1); // in one replication alone
    ck_assert_uint_eq(rows[0].counted_by_status[JOB_LATE], 1);
    const char *table = printed(print_table, rows);
    ck_assert_msg(strstr(table, "\n  total of nin\n") && strstr(table, "40 ms\n"), "%s", table);
    ck_assert_ptr_nonnull(strstr(table, "\nmix\n"));
    ck_assert_ptr_nonnull(strstr(printed(print_json, rows), "\"nin\":"));
}
END_TEST

START_TEST(json_tells_what_became_of_tasks)
{
    struct result_row rows[2];
    make_rows(rows, 30, 0.975);
    const char *json = printed(print_json, rows);
    ck_assert_msg(strstr(json, "\"lost\":\t30") != NULL, "%s", json);
    ck_assert_ptr_nonnull(strstr(json, "\"availability\":\t0.975"));
    ck_assert_ptr_nonnull(strstr(json, "\"link_availability\":\tnull"));
}
END_TEST

Suite *simulate_suite(void);

Suite *simulate_suite(void)
{
    Suite *s = suite_create("simulate");
    TCase *tc = tcase_create("simulate");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_cell_is_shared_by_messages_that_go_on_behind_it);
    tcase_add_test(tc, a_mix_with_one_model_alone_is_the_run_of_that_model);
    tcase_add_test(tc, users_are_matched_by_the_mean_of_their_mix);
    tcase_add_test(tc, the_mix_of_a_recorded_stream_is_counted);
    tcase_add_loop_test(tc, a_scheme_sees_the_network_of_now, 0, 2);
    tcase_add_test(tc, classes_and_their_layers_are_kept_apart);
    tcase_add_test(tc, what_did_not_finish_is_counted_and_has_no_times);
    tcase_add_test(tc, memory_does_not_grow_with_tasks);
    tcase_add_test(tc, rows_of_users_are_left_out_of_large_summaries_alone);
    tcase_add_test(tc, sums_over_the_world_are_those_of_its_rows);
    tcase_add_test(tc, availability_is_of_the_time_present);
    tcase_add_test(tc, a_ratio_of_survivors_is_marked);
    tcase_add_test(tc, the_models_of_a_mix_are_told_apart);
    tcase_add_test(tc, json_tells_what_became_of_tasks);
    suite_add_tcase(s, tc);
    return s;
}
