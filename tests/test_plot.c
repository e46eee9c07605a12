// tests/test_plot.c: what the figures with options plot: their data files against values computed
// by hand from rows that the test puts into a database. The files are those of a kept folder.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/figure/figure.h"
#include "results/schema.h"

#ifndef FIGURE_FOLDER
#define FIGURE_FOLDER "results/plots"
#endif

// Student's t at 97.5 %, 2 degrees of freedom (any table), for n = 3.
#define T2 4.302653

static char     folder[64], db_path[96];
static sqlite3 *db;
static int      next_run;

static void start(void)
{
    bool       created;
    struct err e = {0};
    strcpy(folder, "/tmp/fogsim-plot-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(db_path, sizeof db_path, "%s/runs.db", folder);
    db = schema_open_write(db_path, &created, &e);
    ck_assert_msg(db != NULL, "%s", e.text);
}

static void finish(void)
{
    char command[128];
    sqlite3_close(db);
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static void insert(const char *sql, int run, const char *a, const char *b, const char *c,
                   const char *d, int replication, double value)
{
    sqlite3_stmt *q;
    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    sqlite3_bind_int(q, 1, run);
    sqlite3_bind_text(q, 2, a, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 3, b, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 4, c, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 5, d, -1, SQLITE_STATIC);
    sqlite3_bind_int(q, 6, replication);
    sqlite3_bind_double(q, 7, value);
    ck_assert_msg(sqlite3_step(q) == SQLITE_DONE, "%s", sqlite3_errmsg(db));
    sqlite3_finalize(q);
}

// A run whose mean latency is `value`, half of it transmission, a tenth loading, the rest
// computation; its 95th percentile is twice the mean and its throughput one over it. NaN: failed.
static void add(const char *point, const char *scheme, const char *model, int replication,
                double value)
{
    const char *status = isnan(value) ? "failed" : "done";
    const int   run = next_run++;
    insert("INSERT INTO run(run_id, scenario, point, scheme, model, seed, status, replication)"
           " VALUES (?1, 'test', ?2, ?3, ?4, 1, ?5, ?6 + 0 * ?7)",
           run, point, scheme, model, status, replication, 0);
    if (isnan(value)) return;
    insert("INSERT INTO summary(run_id, metric, n, mean, p50, p95, p99)"
           " SELECT ?1, column1, 10, ?7 * column2, ?7, 2 * ?7, 3 * ?7 FROM (VALUES"
           " ('latency_s', 1), ('transmission_s', 0.5), ('loading_s', 0.1), ('computation_s', 0.4),"
           " ('queueing_s', 0), ('edge_delay_s', 0), ('energy_j', 10)) WHERE ?2 || ?3 || ?4 || ?5"
           " IS NOT NULL AND ?6 >= 0",
           run, "", "", "", "", 0, value);
    insert("INSERT INTO metric SELECT ?1, 'throughput_per_s', 1 / ?7 WHERE ?2 || ?3 || ?4 || ?5"
           " IS NOT NULL AND ?6 >= 0",
           run, "", "", "", "", 0, value);
}

static void add_three(const char *point, const char *scheme, const char *model, double a, double b,
                      double c)
{
    add(point, scheme, model, 0, a);
    add(point, scheme, model, 1, b);
    add(point, scheme, model, 2, c);
}

// Options are "name", "value", ... NULL.
static bool try(const char *name, const char *const *words, struct err *e)
{
    struct arena          a = {0};
    uint32_t              count;
    struct figure        *figures;
    struct figure_option  options[8];
    const char           *keep = arena_format(&a, "%s/kept", folder);
    const char           *out = arena_format(&a, "%s/out.svg", folder);
    struct figure_request r = {
        .db_path = db_path, .out_path = out, .options = options, .keep_folder = keep};
    for (const char *const *w = words; *w; w += 2)
        options[r.option_count++] = (struct figure_option){w[0], w[1]};
    ck_assert_int_eq(system(arena_format(&a, "rm -rf %s %s", keep, out)), 0);
    ck_assert(figure_list(FIGURE_FOLDER, &a, &figures, &count, e));
    bool drawn = false;
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(figures[i].name, name) == 0) drawn = figure_draw(&figures[i], &r, e);
    arena_free(&a);
    return drawn;
}

static void draw(const char *const *words)
{
    struct err e = {0};
    ck_assert_msg(try(words[0], words + 1, &e), "%s: %s", words[0], e.text);
}

// The first word is the figure's name.
#define DRAW(...) draw((const char *const[]){__VA_ARGS__, NULL})

static const char *file_text(const char *name)
{
    static char text[1 << 20];
    char        path[160];
    snprintf(path, sizeof path, "%s/kept/%s", folder, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "no %s", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static uint32_t row_count(const char *name)
{
    uint32_t lines = 0;
    for (const char *at = file_text(name); (at = strchr(at, '\n')); at++) lines++;
    return lines - 1;
}

// Row 0 is the line of names.
static const char *field(const char *name, uint32_t row, uint32_t column)
{
    static char value[512];
    const char *at = file_text(name);
    for (; row > 0; row--) {
        at = strchr(at, '\n');
        ck_assert_msg(at && at[1], "%s: too few rows", name);
        at++;
    }
    for (; column > 0; column--) {
        at += strcspn(at, "\t\n");
        ck_assert_msg(*at == '\t', "%s: too few columns", name);
        at++;
    }
    snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\t\n"), at);
    return value;
}

static void expect(const char *name, uint32_t row, uint32_t column, double want)
{
    const char  *text = field(name, row, column);
    const double have = atof(text);
    ck_assert_msg(fabs(have - want) <= 1e-6 * fmax(1, fabs(want)), "%s %u %u: want %.9g, have %s",
                  name, row, column, want, text);
}

static void expect_nan(const char *name, uint32_t row, uint32_t column)
{
    ck_assert_str_eq(field(name, row, column), "NaN");
}

// Columns of lines.tsv.
enum { PANEL, SERIES, X, RANK, RUNS, MEAN, HALF, SAMPLE };

static void fog_sweep(void)
{
    add_three("{\"nodes.fog.count\":2}", "greedy", "nin", 4, 5, 9);
    add_three("{\"nodes.fog.count\":2}", "dina", "nin", 1, 2, 3);
    add_three("{\"nodes.fog.count\":10}", "greedy", "nin", 2, 2, 2);
    add_three("{\"nodes.fog.count\":10}", "dina", "nin", 1, 1, 4);
}

// 1, 2, 3: mean 2, sd 1. 4, 5, 9: mean 6, sd sqrt(7). 1, 1, 4: mean 2, sd sqrt(3). Halves are
// t sd / sqrt(3).
START_TEST(a_sweep_shows_means_and_intervals_over_the_replications)
{
    fog_sweep();
    DRAW("sweep");
    ck_assert_str_eq(field("x_axis.tsv", 1, 2), "nodes.fog.count");
    ck_assert_str_eq(field("lines.tsv", 0, X), "nodes.fog.count");
    ck_assert_str_eq(field("lines.tsv", 0, MEAN), "mean of latency per task (s)");
    ck_assert_uint_eq(row_count("lines.tsv"), 4);
    const double want[4][4] = {{0, 2, 2, T2 * 1 / sqrt(3)}, // dina is first
                               {0, 10, 2, T2},
                               {1, 2, 6, T2 * sqrt(7) / sqrt(3)},
                               {1, 10, 2, 0}};
    for (uint32_t r = 0; r < 4; r++) {
        expect("lines.tsv", r + 1, SERIES, want[r][0]);
        expect("lines.tsv", r + 1, X, want[r][1]);
        expect("lines.tsv", r + 1, RUNS, 3);
        expect("lines.tsv", r + 1, MEAN, want[r][2]);
        expect("lines.tsv", r + 1, HALF, want[r][3]);
    }
    ck_assert_str_eq(field("series_value.tsv", 1, 1), "dina");
}
END_TEST

START_TEST(the_metric_is_of_the_summary_or_of_the_table_of_metrics)
{
    fog_sweep();
    DRAW("sweep", "y", "p95");
    expect("lines.tsv", 1, MEAN, 4);
    ck_assert_str_eq(field("metric_axis.tsv", 1, 1), "95th percentile of latency (s)");
    DRAW("sweep", "y", "energy");
    expect("lines.tsv", 1, MEAN, 20);
    DRAW("sweep", "y", "transmission");
    expect("lines.tsv", 1, MEAN, 1);
    DRAW("sweep", "y", "throughput_per_s");
    expect("lines.tsv", 1, MEAN, (1 + 0.5 + 1 / 3.0) / 3);
    ck_assert_str_eq(field("metric_axis.tsv", 1, 1), "throughput (1/s)");
}
END_TEST

START_TEST(axes_may_be_chosen_and_schemes_and_models_are_keys)
{
    fog_sweep();
    add_three("{\"nodes.fog.count\":2}", "dina", "vgg16", 7, 8, 9);
    DRAW("sweep", "x", "scheme", "series", "nodes.fog.count");
    ck_assert_str_eq(field("x_value.tsv", 1, 1), "dina");
    ck_assert_str_eq(field("series_value.tsv", 2, 2), "count = 10");
    ck_assert_str_eq(field("panel.tsv", 1, 1), "nin");
    ck_assert_str_eq(field("panel.tsv", 2, 1), "vgg16");
    expect("lines.tsv", 5, MEAN, 8);
    DRAW("sweep", "series", "model");
    ck_assert_str_eq(field("panel.tsv", 2, 1), "greedy");
    DRAW("sweep", "model", "vgg16");
    ck_assert_uint_eq(row_count("lines.tsv"), 1);
    DRAW("sweep", "scheme", "greedy");
    ck_assert_uint_eq(row_count("lines.tsv"), 2);
    expect("lines.tsv", 1, MEAN, 6);
}
END_TEST

// More lines than can be told apart are not drawn, and the caption says so.
START_TEST(the_first_24_lines_are_drawn)
{
    char point[64];
    for (int series = 0; series < 30; series++)
        for (int x = 1; x <= 2; x++) {
            snprintf(point, sizeof point, "{\"a\":%d,\"b\":%d}", x, series);
            add(point, "dina", "nin", 0, x + series);
        }
    DRAW("sweep", "x", "a", "series", "b");
    ck_assert_uint_eq(row_count("lines.tsv"), 48);
    ck_assert_ptr_nonnull(strstr(file_text("caption.tsv"), "the first 24 of 30 lines"));
    ck_assert_ptr_nonnull(strstr(file_text("sweep.svg"), ">b = 23<"));
    ck_assert_ptr_null(strstr(file_text("sweep.svg"), ">b = 24<"));
}
END_TEST

START_TEST(quantities_stand_in_one_unit_and_in_order)
{
    add("{\"links.default.rate\":\"2 Mbit/s\"}", "dina", "nin", 0, 3);
    add("{\"links.default.rate\":\"500 kbit/s\"}", "dina", "nin", 0, 5);
    add("{\"links.default.rate\":\"20 Mbit/s\"}", "dina", "nin", 0, 4);
    DRAW("sweep");
    ck_assert_str_eq(field("x_axis.tsv", 1, 2), "links.default.rate (Mbit/s)");
    expect("x_axis.tsv", 1, 4, 1);
    expect("x_axis.tsv", 1, 5, 1); // 0.5, 2, 20: 4 and 10 times are more even than 1.5 and 18
    ck_assert_str_eq(field("x_value.tsv", 1, 1), "500 kbit/s");
    expect("lines.tsv", 1, X, 0.5);
    expect("lines.tsv", 1, MEAN, 5);
    expect("lines.tsv", 3, X, 20);
    expect_nan("lines.tsv", 1, HALF);
    ck_assert_ptr_nonnull(strstr(file_text("caption.tsv"), "one replication: no interval"));
}
END_TEST

START_TEST(failed_runs_leave_a_gap_and_are_counted)
{
    const double means[5] = {3, 4, NAN, 5, 6};
    char         point[20];
    for (int n = 0; n < 5; n++) {
        snprintf(point, sizeof point, "{\"n\":%d}", n);
        add(point, "dina", "nin", 0, means[n]);
    }
    add("{\"n\":3}", "dina", "nin", 1, NAN);
    DRAW("sweep");
    expect_nan("lines.tsv", 3, MEAN);
    expect("lines.tsv", 3, RUNS, 0);
    expect("lines.tsv", 4, MEAN, 5);
    expect("lines.tsv", 4, RUNS, 1);
    ck_assert_ptr_nonnull(strstr(file_text("caption.tsv"), "2 runs failed"));
    // The first line in dina's colour is two pieces: one on each side of the gap.
    const char *line = strstr(file_text("sweep.svg"), "<path stroke='rgb(  0, 114, 178)'");
    uint32_t    pieces = 0;
    for (; *line != '>'; line++) pieces += *line == 'M';
    ck_assert_uint_eq(pieces, 2);
}
END_TEST

// A grid of 2 x 2 x 2.
static void grid(void)
{
    char text[80];
    for (int i = 0; i < 8; i++) {
        snprintf(text, sizeof text, "{\"a\":%d,\"b\":%d,\"c\":\"%s\"}", i / 4 + 1, i / 2 % 2 + 3,
                 i % 2 ? "on" : "off");
        add(text, "dina", "nin", 0, i + 1);
    }
}

START_TEST(a_key_on_no_axis_keeps_one_value_and_the_caption_says_which)
{
    grid();
    DRAW("sweep");
    ck_assert_uint_eq(row_count("lines.tsv"), 2);
    expect("lines.tsv", 1, MEAN, 1);
    expect("lines.tsv", 2, MEAN, 5);
    ck_assert_ptr_nonnull(strstr(file_text("caption.tsv"), "at b = 3, c = off (choose with --at)"));
    DRAW("sweep", "at", "c=on");
    expect("lines.tsv", 1, MEAN, 2);
    ck_assert_ptr_nonnull(strstr(file_text("caption.tsv"), "at c = on"));
    ck_assert_ptr_nonnull(strstr(file_text("caption.tsv"), "at b = 3 (choose with --at)"));
    DRAW("sweep", "at", "c=on", "at", "b=4.0");
    expect("lines.tsv", 2, MEAN, 8);
    ck_assert_ptr_null(strstr(file_text("caption.tsv"), "choose"));
    DRAW("sweep", "x", "b", "series", "a", "at", "c=on");
    expect("lines.tsv", 1, MEAN, 2);
    expect("lines.tsv", 2, MEAN, 4);
    expect("lines.tsv", 4, MEAN, 8);
}
END_TEST

START_TEST(keys_that_go_along_with_the_axis_are_not_fixed)
{
    add("{\"a\":1,\"b\":10}", "dina", "nin", 0, 3);
    add("{\"a\":2,\"b\":20}", "dina", "nin", 0, 4);
    add("{\"a\":3,\"b\":30}", "dina", "nin", 0, 5);
    DRAW("sweep");
    ck_assert_uint_eq(row_count("lines.tsv"), 3);
    ck_assert_ptr_nonnull(strstr(file_text("caption.tsv"), "varies along: b"));
}
END_TEST

START_TEST(samples_of_no_grid_are_marks_of_their_own)
{
    add("{\"a\":1,\"b\":0.3}", "dina", "nin", 0, 3);
    add("{\"a\":1,\"b\":0.7}", "dina", "nin", 0, 4);
    add("{\"a\":2,\"b\":0.1}", "dina", "nin", 0, 5);
    add("{\"a\":3,\"b\":0.9}", "dina", "nin", 0, 6);
    DRAW("sweep");
    ck_assert_uint_eq(row_count("lines.tsv"), 4);
    expect("lines.tsv", 1, MEAN, 3);
    expect("lines.tsv", 2, MEAN, 4);
    expect("lines.tsv", 2, SAMPLE, 2);
    ck_assert_ptr_nonnull(strstr(file_text("caption.tsv"), "which differs in b"));
    DRAW("heatmap");
    ck_assert_uint_eq(row_count("cells.tsv"), 4);
    // Samples that all differ look zipped, but for what the sweep says.
    DRAW("sweep", "x", "b");
    ck_assert_ptr_nonnull(strstr(file_text("caption.tsv"), "varies along: a"));
    ck_assert_int_eq(sqlite3_exec(db,
                                  "INSERT INTO document VALUES ('sweep', '',"
                                  " '{\"method\":\"latin\"}')",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    DRAW("sweep", "x", "b");
    expect("lines.tsv", 4, SAMPLE, 4);
    ck_assert_ptr_nonnull(strstr(file_text("caption.tsv"), "which differs in a"));
}
END_TEST

START_TEST(figures_of_one_point_show_the_one_that_is_chosen)
{
    grid();
    DRAW("total");
    expect("bars.tsv", 1, 2, 1);
    ck_assert_ptr_nonnull(
        strstr(file_text("caption.tsv"), "at a = 1, b = 3, c = off (the first of 8"));
    DRAW("total", "at", "a=2", "at", "b=4", "at", "c=off");
    expect("bars.tsv", 1, 2, 7);
    ck_assert_ptr_nonnull(strstr(file_text("caption.tsv"), "at a = 2, b = 4, c = off"));
    ck_assert_ptr_null(strstr(file_text("caption.tsv"), "first"));
    DRAW("total", "at", "a=2");
    expect("bars.tsv", 1, 2, 5);
    ck_assert_ptr_nonnull(strstr(file_text("caption.tsv"), "the first of 4"));
}
END_TEST

START_TEST(a_heat_map_has_the_mean_of_each_cell)
{
    grid();
    add("{\"a\":1,\"b\":3,\"c\":\"off\"}", "dina", "nin", 1, 5); // beside 1
    DRAW("heatmap", "at", "c=off");
    ck_assert_uint_eq(row_count("cells.tsv"), 4);
    const double want[4][3] = {{0, 0, 3}, {0, 1, 3}, {1, 0, 5}, {1, 1, 7}};
    for (uint32_t r = 0; r < 4; r++)
        for (uint32_t k = 0; k < 3; k++) expect("cells.tsv", r + 1, k + 1, want[r][k]);
    DRAW("heatmap", "x", "c", "y", "b", "z", "p95");
    expect("cells.tsv", 1, 3, 6); // twice the mean of 1 and 5
    expect("cells.tsv", 4, 3, 8);
    DRAW("heatmap", "x", "a", "y", "scheme");
    ck_assert_str_eq(field("y_value.tsv", 1, 1), "dina");
}
END_TEST

// Pairs (2, 1), (4, 2), (6, 4): the ratio is 12/7. Residuals 2 - 12/7, 4 - 24/7, 6 - 48/7 are 2/7,
// 4/7, -6/7: sd sqrt(56/49 / 2) = sqrt(4/7), over sqrt(3) and over the mean 7/3.
static const double ratio = 12 / 7.0;
#define RATIO_HALF (T2 * sqrt(4 / 7.0) / sqrt(3) / (7 / 3.0))

START_TEST(the_gap_to_the_optimum_is_a_ratio_of_means_with_its_paired_interval)
{
    add_three("{\"n\":1}", "optimal", "nin", 1, 2, 4);
    add_three("{\"n\":1}", "dina", "nin", 2, 4, 6);
    add_three("{\"n\":2}", "dina", "nin", 3, 6, 12); // three times, always: no spread
    add_three("{\"n\":2}", "optimal", "nin", 1, 2, 4);
    DRAW("gap");
    ck_assert_uint_eq(row_count("lines.tsv"), 2);
    expect("lines.tsv", 1, MEAN, 100 * (ratio - 1));
    expect("lines.tsv", 1, HALF, 100 * RATIO_HALF);
    expect("lines.tsv", 2, MEAN, 200);
    expect("lines.tsv", 2, HALF, 0);
    DRAW("gap", "scheme", "dina"); // what it is held against need not be shown
    expect("lines.tsv", 1, MEAN, 100 * (ratio - 1));
    DRAW("gap", "base", "dina");
    expect("lines.tsv", 1, MEAN, 100 * (7 / 12.0 - 1));
}
END_TEST

START_TEST(only_replications_that_both_have_are_compared)
{
    add_three("{}", "optimal", "nin", 1, NAN, 4);
    add_three("{}", "dina", "nin", 2, 4, NAN);
    DRAW("gap");
    expect("lines.tsv", 1, RUNS, 1);
    expect("lines.tsv", 1, MEAN, 100);
    expect_nan("lines.tsv", 1, HALF);
}
END_TEST

START_TEST(improvement_has_any_scheme_as_its_base)
{
    add_three("{}", "greedy", "nin", 2, 4, 6);
    add_three("{}", "local", "nin", 1, 2, 4);
    DRAW("improvement", "base", "local");
    expect("ratios.tsv", 1, 2, ratio);
    expect("ratios.tsv", 1, 3, RATIO_HALF);
    expect("ratios.tsv", 1, 4, ratio);
    DRAW("improvement"); // without dina the first
    expect("ratios.tsv", 1, 2, 1 / ratio);
    add_three("{}", "dina", "nin", 1, 1, 1);
    DRAW("improvement");
    ck_assert_uint_eq(row_count("ratios.tsv"), 2);
    expect("ratios.tsv", 1, 2, 4); // greedy
    DRAW("improvement", "scheme", "local");
    ck_assert_uint_eq(row_count("base.tsv"), 1);
}
END_TEST

static void run_sql(const char *sql)
{
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
}

// Two tasks of one layer: computation 1 and 3 s, loading 0.5, transmission 4, edge delay 1 s.
static void two_tasks(void)
{
    add("{}", "dina", "nin", 0, 7);
    run_sql("INSERT INTO task(run_id, task_id, user, model, scheme, arrived_s, latency_s, status)"
            " SELECT 0, column1, 'user', 'nin', 'dina', 10 * column1, 7, 'done'"
            " FROM (VALUES (0), (1))");
    run_sql("INSERT INTO layer(run_id, task_id, layer, name, computation_s, loading_s,"
            " transmission_s, queueing_s, edge_delay_s) VALUES"
            " (0, 0, 0, 'conv1', 1, 0.5, 4, 0, 1), (0, 1, 0, 'conv1', 3, 0.5, 4, 0, 1)");
}

START_TEST(the_parts_of_a_layer_are_stacked)
{
    two_tasks();
    DRAW("layers");
    ck_assert_uint_eq(row_count("parts.tsv"), 1);
    const double tops[5] = {2, 2.5, 6.5, 6.5, 7.5};
    for (uint32_t p = 0; p < 5; p++) expect("parts.tsv", 1, 3 + p, tops[p]);
    ck_assert_str_eq(field("names.tsv", 1, 2), "conv1");
}
END_TEST

static void refuse(const char *name, const char *const *words, const char *why)
{
    struct err e = {0};
    char       path[128];
    ck_assert_msg(!try(name, words, &e), "%s drawn", name);
    ck_assert_msg(strstr(e.text, why) != NULL, "want '%s', have '%s'", why, e.text);
    snprintf(path, sizeof path, "%s/kept", folder);
    ck_assert_int_ne(access(path, F_OK), 0);
    snprintf(path, sizeof path, "%s/out.svg", folder);
    ck_assert_int_ne(access(path, F_OK), 0);
}

#define REFUSE(name, why, ...) refuse(name, (const char *const[]){__VA_ARGS__, NULL}, why)

START_TEST(what_there_is_not_is_refused_with_what_there_is)
{
    fog_sweep();
    add_three("{\"nodes.fog.count\":2}", "dina", "vgg16", 7, 8, 9);
    REFUSE("total", "figure total takes no --x; it takes at scheme model title", "x", "a");
    REFUSE("sweep", "takes no --z", "z", "latency");
    REFUSE("sweep", "--x: want one of nodes.fog.count, scheme, model, have \"fog\"", "x", "fog");
    REFUSE("sweep", "--series: want one of nodes.fog.count, scheme, model", "series", "fog");
    REFUSE("sweep", "--x and --series: want two keys", "x", "model", "series", "model");
    REFUSE("sweep", "--y: want one of latency, computation,", "y", "latency_s");
    REFUSE("sweep", "throughput_per_s, have \"through\"", "y", "through");
    REFUSE("sweep", "--at: want nodes.fog.count, have \"fog\"", "at", "fog=2");
    REFUSE("sweep", "--at nodes.fog.count: want one of 2, 10, have \"3\"", "at",
           "nodes.fog.count=3");
    REFUSE("sweep", "--at: want KEY=VALUE", "at", "nodes.fog.count");
    REFUSE("sweep", "--scheme: want one of greedy, dina, have \"optimal\"", "scheme", "optimal");
    REFUSE("total", "--model: want one of nin, vgg16, have \"alexnet\"", "model", "alexnet");
    REFUSE("sweep", "--x: want one value, have \"scheme\" and \"model\"", "x", "scheme", "x",
           "model");
    REFUSE("improvement", "--base: want one of greedy, dina, have \"x\"", "base", "x");
    REFUSE("gap", "needs finished runs of scheme optimal", "title", "t");
    REFUSE("timeline", "needs a finished run recorded", "task", "3");
}
END_TEST

START_TEST(a_timeline_is_of_the_task_that_is_chosen)
{
    two_tasks();
    run_sql("INSERT INTO op(run_id, task_id, op, layer, kind, from_node, to_node, ready_s, start_s,"
            " finish_s) VALUES (0, 0, 0, 0, 'compute', 'fog', 'fog', 0, 1, 2),"
            " (0, 1, 0, 0, 'transfer', 'user', 'fog', 10, 12, 15)");
    DRAW("timeline");
    expect("operations.tsv", 1, 3, 1);
    DRAW("timeline", "run", "0", "task", "1");
    expect("shown.tsv", 1, 2, 1);
    ck_assert_str_eq(field("places.tsv", 1, 1), "user \xe2\x86\x92 fog");
    expect("operations.tsv", 1, 1, 2); // a transfer, 2 to 5 s after its task arrived
    expect("operations.tsv", 1, 3, 2);
    expect("operations.tsv", 1, 4, 5);
    REFUSE("timeline", "--task: want a finished task of run 0, such as 0 or 1, have \"2\"", "task",
           "2");
    REFUSE("timeline", "--task: want a finished task", "task", "1x");
    REFUSE("timeline", "--run: want a run of this point with operations, such as 0, have \"5\"",
           "run", "5");
}
END_TEST

START_TEST(only_failed_runs_are_nothing_to_draw)
{
    add("{\"n\":1}", "dina", "nin", 0, NAN);
    REFUSE("sweep", "nothing to draw", "title", "t");
    REFUSE("heatmap", "nothing to draw", "title", "t");
    REFUSE("total", "nothing to draw", "title", "t");
}
END_TEST

// Everything that gnuplot or a shell could take for a command, where texts of the user end up.
START_TEST(no_text_of_the_user_is_executed)
{
    char        evil[6][200], point[600], title[600], path[128];
    const char *forms[6] = {"\"); system(\"touch %s\"); (\"",
                            "'.system('touch %s').'",
                            "`touch %s`",
                            "@x\n!touch %s\n",
                            "$(touch %s)",
                            "# 50 %% of %%d %s \\\n;"};
    snprintf(path, sizeof path, "%s/pwned", folder);
    for (int i = 0; i < 6; i++) snprintf(evil[i], sizeof evil[i], forms[i], path);
    for (int i = 0; i < 6; i++) {
        snprintf(point, sizeof point, "{\"'.system('touch %s').' `touch %s`\":\"v%d `touch %s`\"}",
                 path, path, i % 2, path);
        for (int r = 0; r < 4; r++) add(point, evil[i / 2], evil[4 + r / 2], r % 2, 1 + i + r);
    }
    snprintf(title, sizeof title, "'; system('touch %s') `touch %s`\n!touch %s", path, path, path);
    static const char *const names[] = {"sweep", "heatmap", "total", "improvement", "computation"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        DRAW(names[i], "title", title);
        ck_assert_ptr_nonnull(
            strstr(file_text(strcat(strcpy(point, names[i]), ".svg")), "; system("));
    }
    // A model is a label of a tic, which gnuplot takes for a format.
    ck_assert_ptr_nonnull(strstr(file_text("computation.svg"), "# 50 % of %d"));
    DRAW("gap", "base", evil[0]);
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(a_kept_folder_must_be_new_or_empty_and_a_picture_whole)
{
    struct arena a = {0};
    struct err   e = {0};
    fog_sweep();
    struct figure              *figures;
    uint32_t                    count, i = 0;
    const char                 *keep = arena_format(&a, "%s/mine", folder);
    const char                 *out = arena_format(&a, "%s/mine.png", folder);
    const struct figure_request r = {.db_path = db_path, .out_path = out, .keep_folder = keep};
    ck_assert(figure_list(FIGURE_FOLDER, &a, &figures, &count, &e));
    while (strcmp(figures[i].name, "sweep") != 0) i++;
    ck_assert_int_eq(mkdir(keep, 0700), 0); // empty: taken
    ck_assert_msg(figure_draw(&figures[i], &r, &e), "%s", e.text);
    ck_assert_int_eq(access(arena_format(&a, "%s/sweep.gp", keep), R_OK), 0);
    ck_assert_int_eq(unlink(out), 0);
    ck_assert(!figure_draw(&figures[i], &r, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "want a new or an empty folder"));
    ck_assert_int_ne(access(out, F_OK), 0);
    arena_free(&a);
}
END_TEST

Suite *plot_suite(void);

Suite *plot_suite(void)
{
    Suite *suite = suite_create("plot");
    TCase *data = tcase_create("data");
    tcase_set_timeout(data, 120);
    tcase_add_checked_fixture(data, start, finish);
    tcase_add_test(data, a_sweep_shows_means_and_intervals_over_the_replications);
    tcase_add_test(data, the_metric_is_of_the_summary_or_of_the_table_of_metrics);
    tcase_add_test(data, axes_may_be_chosen_and_schemes_and_models_are_keys);
    tcase_add_test(data, the_first_24_lines_are_drawn);
    tcase_add_test(data, quantities_stand_in_one_unit_and_in_order);
    tcase_add_test(data, failed_runs_leave_a_gap_and_are_counted);
    tcase_add_test(data, a_key_on_no_axis_keeps_one_value_and_the_caption_says_which);
    tcase_add_test(data, keys_that_go_along_with_the_axis_are_not_fixed);
    tcase_add_test(data, samples_of_no_grid_are_marks_of_their_own);
    tcase_add_test(data, figures_of_one_point_show_the_one_that_is_chosen);
    tcase_add_test(data, a_heat_map_has_the_mean_of_each_cell);
    tcase_add_test(data, the_gap_to_the_optimum_is_a_ratio_of_means_with_its_paired_interval);
    tcase_add_test(data, only_replications_that_both_have_are_compared);
    tcase_add_test(data, improvement_has_any_scheme_as_its_base);
    tcase_add_test(data, the_parts_of_a_layer_are_stacked);
    tcase_add_test(data, a_timeline_is_of_the_task_that_is_chosen);
    tcase_add_test(data, what_there_is_not_is_refused_with_what_there_is);
    tcase_add_test(data, only_failed_runs_are_nothing_to_draw);
    tcase_add_test(data, no_text_of_the_user_is_executed);
    tcase_add_test(data, a_kept_folder_must_be_new_or_empty_and_a_picture_whole);
    suite_add_tcase(suite, data);
    return suite;
}
