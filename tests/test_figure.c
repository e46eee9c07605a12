// tests/test_figure.c: every script in results/plots draws, in every format, from a fabricated
// database.
//
// The database resembles the testbed of the DINA thesis: four models, five schemes, five
// replications.
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/figure/figure.h"
#include "results/schema.h"
#include "results/store.h"
#include "results/figure/table.h"

#ifndef FIGURE_FOLDER
#define FIGURE_FOLDER "results/plots"
#endif

enum { MODELS_MAX = 6, SCHEMES_MAX = 10, LAYERS_MAX = 37, NODES = 3, TASKS = 3, OPS_PER_LAYER = 6 };

static const char *const scheme_names[SCHEMES_MAX] = {
    "random", "dina", "rand",         "randp", "greedy", // dina second: figures must put it first
    "local",  "dads", "neurosurgeon", "ddnn",  "optimal"};
static const double scheme_factor[SCHEMES_MAX] = {1.75, 1.0, 2.3, 1.02, 1.9,
                                                  3.1,  1.5, 1.4, 1.3,  0.9};

struct fixture_model {
    const char *name;
    uint32_t    layers;
    double      seconds, bytes; // of an average layer
};
static const struct fixture_model fixture_models[MODELS_MAX] = {
    {"alexnet", 8, 0.055, 9e5}, {"vgg16", 16, 0.31, 5e6},    {"resnet34", 37, 0.034, 1.2e6},
    {"nin", 9, 0.0045, 2e5},    {"resnet18", 21, 0.03, 1e6}, {"c3d", 11, 0.9, 9e6}};

static const char *const node_names[NODES] = {"user0", "fog0", "fog1"};
static const char *const node_kinds[NODES] = {"user", "fog", "fog"};
static const char *const node_devices[NODES] = {"latitude", "jetson-nano", "jetson-nano"};
static const char *const tag_names[] = {"", "rows", "out", "in"};

static uint64_t noise_state;

static double noise(double half_width) // uniform in 1 +- half_width
{
    noise_state = noise_state * 6364136223846793005u + 1442695040888963407u;
    return 1 + half_width * ((double)(noise_state >> 11) / 4503599627370496.0 - 1);
}

// One step on two fog nodes: send, load, compute, return; the second fog node is a little faster.
static sim_ns add_step(struct stage_record *g, struct op *ops, struct op_times *times,
                       uint32_t stage, double seconds, double bytes, sim_ns now)
{
    const sim_ns send = ns_from_s(bytes / 1.2e7), load = ns_from_s(0.15 * seconds);
    sim_ns       end = now;
    for (uint32_t f = 0; f < 2; f++) {
        const double          share = f ? 0.9 : 1.0;
        const uint32_t        tag[OP_TAGS] = {1, 20 * f, 20 * f + 20};
        const sim_ns          compute = ns_from_s(share * seconds), at = now + (f ? send / 5 : 0);
        const struct op_times t[3] = {
            {now, at, at + send},
            {at + send, at + send, at + send + load},
            {at + send + load, at + send + load, at + send + load + compute}};
        const struct op o[3] = {{.kind = OP_TRANSFER, .stage = stage, .to = 1 + f, .bytes = bytes},
                                {.kind = OP_LOAD, .stage = stage, .from = 1 + f, .to = 1 + f},
                                {.kind = OP_COMPUTE,
                                 .stage = stage,
                                 .from = 1 + f,
                                 .to = 1 + f,
                                 .tag = {tag[0], tag[1], tag[2]}}};
        memcpy(ops + 3 * f, o, sizeof o);
        memcpy(times + 3 * f, t, sizeof t);
        if (t[2].finish_ns > end) end = t[2].finish_ns;
    }
    *g = (struct stage_record){.slices = 2, .bytes_sent = 2 * bytes, .bytes_returned = bytes};
    g->part_ns[PART_TRANSMISSION] = send;
    g->part_ns[PART_LOADING] = load;
    g->part_ns[PART_COMPUTATION] = end - now - send - load;
    g->computation_work_ns = 2 * g->part_ns[PART_COMPUTATION];
    g->transmission_work_ns = 2 * send;
    return end;
}

static void summarise(struct store *s, const sim_ns *part_ns)
{
    static const char *const metrics[] = {"computation_s", "transmission_s", "queueing_s",
                                          "edge_delay_s", "loading_s"};
    struct err               e = {0};
    double                   total_s = 0;
    for (int p = 0; p < PART_COUNT; p++) {
        double mean = s_from_ns(part_ns[p]) / TASKS;
        total_s += mean;
        ck_assert(
            store_summary(s, &(struct summary_row){-1, metrics[p], TASKS, mean, 0, 0, 0, 0}, &e));
    }
    ck_assert(
        store_summary(s, &(struct summary_row){-1, "latency_s", TASKS, total_s, 0, 0, 0, 0}, &e));
    ck_assert(store_metric(s, "tasks_done", TASKS - 2, &e) &&
              store_metric(s, "tasks_late", 1, &e) && store_metric(s, "tasks_lost", 1, &e));
}

static void add_tasks(struct store *s, const struct fixture_model *m, double factor)
{
    static struct stage_record stages[LAYERS_MAX];
    static struct op           ops[LAYERS_MAX * OPS_PER_LAYER];
    static struct op_times     times[LAYERS_MAX * OPS_PER_LAYER];
    struct err                 e = {0};
    sim_ns                     now = 0, all_parts_ns[PART_COUNT] = {0};
    for (uint32_t t = 0; t < TASKS; t++) {
        struct job_record job = {.job = t,
                                 .arrived_ns = now,
                                 .counted = true,
                                 .energy_j = 3,
                                 .stage_count = m->layers,
                                 .op_count = m->layers * OPS_PER_LAYER,
                                 .stages = stages,
                                 .ops = ops,
                                 .times = times};
        for (uint32_t l = 0; l < m->layers; l++) {
            double size =
                (1.0 + 3.0 * (double)l / m->layers) * (1.0 - (double)l / m->layers) + 0.02;
            now = add_step(&stages[l], ops + l * OPS_PER_LAYER, times + l * OPS_PER_LAYER, l,
                           m->seconds * size * factor * noise(0.2),
                           m->bytes * size * (0.5 + factor / 2) * noise(0.2), now);
            for (int p = 0; p < PART_COUNT; p++) job.part_ns[p] += stages[l].part_ns[p];
        }
        job.finished_ns = now;
        for (int p = 0; p < PART_COUNT; p++) all_parts_ns[p] += job.part_ns[p];
        ck_assert_msg(store_job(s, &job, &e), "%s", e.text);
    }
    summarise(s, all_parts_ns);
}

// A node and a link with a queue that comes and goes.
static void add_queues(struct store *s)
{
    struct err e = {0};
    for (uint32_t i = 0; i < 300; i++) {
        const uint32_t            length = (uint32_t)(4 * noise(1));
        const struct queue_record of_node = {(sim_ns)i * 100000000, 1, 1, length},
                                  of_link = {(sim_ns)i * 100000000, 0, 1, length / 2};
        ck_assert_msg(store_queue(s, &of_node, &e) && store_queue(s, &of_link, &e), "%s", e.text);
    }
    for (uint32_t length = 0; length < 8; length++)
        ck_assert_msg(store_occupancy(s, 1, length, 1000000000 >> length, &e), "%s", e.text);
}

static void add_run(struct store *s, int64_t id, uint32_t scheme, uint32_t model,
                    uint32_t replication, enum record_level record)
{
    static char                 names[LAYERS_MAX][32];
    static const char          *stage_names[LAYERS_MAX], *stage_kinds[LAYERS_MAX];
    const struct fixture_model *m = &fixture_models[model];
    const struct run_info       info = {.run_id = id,
                                        .scenario = "jetson2",
                                        .scenario_sha256 = "",
                                        .point = "{}",
                                        .scheme = scheme_names[scheme],
                                        .model = m->name,
                                        .seed = 7,
                                        .replication = replication,
                                        .profile = "",
                                        .profile_sha256 = "",
                                        .cost_source = "measured",
                                        .fogsim_version = "0",
                                        .started_utc = "2026-11-21T06:00:00Z",
                                        .record = record,
                                        .node_names = node_names,
                                        .node_kinds = node_kinds,
                                        .node_devices = node_devices,
                                        .class_names = &m->name,
                                        .stage_names = stage_names,
                                        .stage_kinds = stage_kinds,
                                        .tag_names = tag_names};
    struct err                  e = {0};
    for (uint32_t l = 0; l < m->layers; l++) {
        snprintf(names[l], sizeof names[l], "conv%u_%u%c", l / 7 + 1, l % 7 / 2 + 1, "ab"[l % 2]);
        stage_names[l] = names[l];
        stage_kinds[l] = "conv";
    }
    noise_state = (uint64_t)id;
    ck_assert_msg(store_begin(s, &info, &e), "%s", e.text);
    add_tasks(s, m, scheme_factor[scheme] * noise(0.1));
    for (uint32_t n = 0; n < NODES; n++) {
        const struct node_record node = {.node = n, .utilization = n ? 0.4 * noise(0.3) : 0.03};
        ck_assert_msg(store_node(s, &node, &e), "%s", e.text);
    }
    if (record > RECORD_SUMMARY) add_queues(s);
    ck_assert_msg(store_commit(s, &(struct run_end){.status = "done", .tasks = TASKS}, &e), "%s",
                  e.text);
}

static void make_database(const char *path, uint32_t models, uint32_t schemes,
                          uint32_t replications, enum record_level record)
{
    struct err    e = {0};
    struct store *s = store_open(path, "jetson2", &e);
    int64_t       id = 0;
    ck_assert_msg(s != NULL, "%s", e.text);
    for (uint32_t m = 0; m < models; m++)
        for (uint32_t c = 0; c < schemes; c++)
            for (uint32_t r = 0; r < replications; r++, id++)
                add_run(s, id, c, m, r, record == RECORD_OPS && id > 0 ? RECORD_LAYERS : record);
    store_close(s);
}

#ifndef DRAW // bench and eyes use the database above alone

static char folder[64], db_path[128];

static void make_folder(void)
{
    strcpy(folder, "/tmp/fogsim-fig 'x'-XXXXXX"); // blanks and quotes are fine in a name
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(db_path, sizeof db_path, "%s/runs.db", folder);
}

static uint32_t count_files(void)
{
    uint32_t count = 0;
    DIR     *dir = opendir(folder);
    for (struct dirent *entry; (entry = readdir(dir));) count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void remove_folder(void)
{
    char           name[512];
    DIR           *dir = opendir(folder);
    struct dirent *entry;
    while ((entry = readdir(dir))) {
        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.') unlink(name);
    }
    closedir(dir);
    ck_assert_int_eq(rmdir(folder), 0);
}

static struct figure *list(struct arena *a, uint32_t *count)
{
    struct figure *figures;
    struct err     e = {0};
    ck_assert_msg(figure_list(FIGURE_FOLDER, a, &figures, count, &e), "%s", e.text);
    return figures;
}

static struct figure find(struct arena *a, const char *name)
{
    uint32_t       count;
    struct figure *figures = list(a, &count);
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(figures[i].name, name) == 0) return figures[i];
    ck_abort_msg("no figure %s", name);
}

static bool draw_plain(const struct figure *f, const char *path, struct err *e)
{
    const struct figure_request r = {.db_path = db_path, .out_path = path};
    return figure_draw(f, &r, e);
}

static bool starts_as(const char *path, const char *ending)
{
    char  head[64] = "";
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    size_t got = fread(head, 1, sizeof head - 1, file);
    fclose(file);
    const char *magic = strcmp(ending, "svg") == 0   ? "<?xml"
                        : strcmp(ending, "png") == 0 ? "\x89PNG"
                                                     : "%PDF";
    return got > 8 && memcmp(head, magic, strlen(magic)) == 0;
}

static const char *read_picture(const char *path)
{
    static char text[1 << 20];
    FILE       *file = fopen(path, "rb");
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

// Every text of an SVG stands inside the picture: gnuplot places what a margin has no room for
// outside, and a viewer cuts it off. A text that runs upwards stands to the left of its point.
static void check_inside(const char *svg, const char *path)
{
    double      width, height, x, y;
    const char *box = strstr(svg, "viewBox=");
    ck_assert(box && sscanf(box, "viewBox=\"0 0 %lf %lf\"", &width, &height) == 2);
    for (const char *at = svg; (at = strstr(at, "translate(")); at++)
        if (sscanf(at, "translate(%lf,%lf)", &x, &y) == 2) {
            const double left = strncmp(strchr(at, ')'), ") rotate(270", 12) == 0 ? 10 : 0;
            ck_assert_msg(x >= left && x <= width && y > 0 && y <= height - 2,
                          "%s: a text at %g, %g of %g x %g", path, x, y, width, height);
        }
}

// All figures but those in `except`, in all formats; nothing else may appear in the folder.
static void draw_all(const char *except)
{
    static const char *const endings[] = {"svg", "png", "pdf"};
    struct arena             a = {0};
    uint32_t                 count;
    struct figure           *figures = list(&a, &count);
    uint32_t                 before = count_files(), drawn = 0;
    for (uint32_t i = 0; i < count; i++)
        for (int k = 0; k < 3 && !strstr(except, figures[i].name); k++, drawn++) {
            struct err e = {0};
            char *path = arena_format(&a, "%s/%s it's.%s", folder, figures[i].name, endings[k]);
            ck_assert_msg(draw_plain(&figures[i], path, &e), "%s", e.text);
            ck_assert_msg(starts_as(path, endings[k]), "%s: not of its format", path);
            if (k == 0) check_inside(read_picture(path), path);
        }
    ck_assert_uint_eq(count_files(), before + drawn);
    arena_free(&a);
}

START_TEST(the_bundled_figures_are_listed_by_name)
{
    struct arena   a = {0};
    uint32_t       count;
    struct figure *figures = list(&a, &count);
    ck_assert_uint_ge(count, 7);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_gt(strlen(figures[i].about), 10);
        if (i > 0) ck_assert_int_lt(strcmp(figures[i - 1].name, figures[i].name), 0);
    }
    arena_free(&a);
}
END_TEST

START_TEST(every_figure_draws_in_every_format)
{
    make_database(db_path, 4, 5, 5, RECORD_OPS);
    draw_all("gap"); // needs optimal
}
END_TEST

START_TEST(one_run_is_enough_but_for_a_comparison)
{
    make_database(db_path, 1, 1, 1, RECORD_OPS);
    draw_all("improvement gap");
}
END_TEST

START_TEST(six_models_and_ten_schemes_fit)
{
    make_database(db_path, MODELS_MAX, SCHEMES_MAX, 2, RECORD_OPS);
    draw_all("");
}
END_TEST

// A kept folder redraws the same picture, without fogsim.
START_TEST(a_kept_folder_draws_the_same_picture_again)
{
    struct arena   a = {0};
    struct err     e = {0};
    uint32_t       count;
    struct figure *figures = list(&a, &count);
    make_database(db_path, 2, SCHEMES_MAX, 2, RECORD_OPS);
    for (uint32_t i = 0; i < count; i++) {
        const char                 *name = figures[i].name;
        const char                 *keep = arena_format(&a, "/tmp/fogsim-kept%ld", (long)getpid());
        const char                 *out = arena_format(&a, "%s.svg", keep);
        const struct figure_request r = {.db_path = db_path, .out_path = out, .keep_folder = keep};
        ck_assert_msg(figure_draw(&figures[i], &r, &e), "%s", e.text);
        ck_assert_int_eq(
            system(arena_format(&a,
                                "cd %s && cmp -s %s.svg %s && mv %s.svg first && gnuplot %s.gp"
                                " 2>/dev/null && cmp first %s.svg && ! grep -l /tmp *.gp* *.tsv",
                                keep, name, out, name, name, name)),
            0);
        ck_assert_int_eq(system(arena_format(&a, "rm -r %s %s", keep, out)), 0);
    }
    arena_free(&a);
}
END_TEST

static void must_exec(const char *sql)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(db_path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

// The picture's text, drawn as SVG.
static const char *draw_text(const char *name)
{
    struct arena  a = {0};
    struct err    e = {0};
    struct figure f = find(&a, name);
    char         *path = arena_format(&a, "%s/%s.svg", folder, name);
    ck_assert_msg(draw_plain(&f, path, &e), "%s", e.text);
    const char *text = read_picture(path);
    check_inside(text, path);
    arena_free(&a);
    return text;
}

static uint32_t times_in(const char *text, const char *word)
{
    uint32_t count = 0;
    for (; (text = strstr(text, word)); text++) count++;
    return count;
}

// Twenty of them: too many bars, and more queues than twelve panels. The longest are shown: the
// queue of server k is k long.
START_TEST(many_servers_are_sorted_and_the_longest_queues_shown)
{
    make_database(db_path, 1, 2, 1, RECORD_TASKS);
    ck_assert_uint_eq(times_in(draw_text("utilization"), "the busiest first"), 0);
    must_exec("WITH RECURSIVE k(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM k WHERE i < 29)"
              " INSERT INTO node(run_id, node, kind, utilization) SELECT run_id, 'server' || i,"
              " 'fog', i / 100.0 FROM k, run");
    must_exec("DELETE FROM queue_sample");
    must_exec("WITH RECURSIVE k(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM k WHERE i < 29)"
              " INSERT INTO queue_sample SELECT run_id, 'server' || i, t.t, i FROM k, run,"
              " (SELECT 1 AS t UNION SELECT 2) t");
    ck_assert_uint_eq(times_in(draw_text("utilization"), "the busiest first"), 1);
    const char *queues = draw_text("queue");
    ck_assert_uint_eq(times_in(queues, ">server"), 12);
    ck_assert_uint_eq(times_in(queues, ">server18<"), 1);
    ck_assert_uint_eq(times_in(queues, ">server17<"), 0);
}
END_TEST

// Where a text stands, from the left, as a share of the picture's width.
static double left_of(const char *svg, const char *text)
{
    double      width = 0, x = -1;
    const char *end = strstr(svg, text), *at = svg;
    ck_assert_msg(end != NULL, "no %s", text);
    ck_assert_int_eq(sscanf(strstr(svg, "viewBox="), "viewBox=\"0 0 %lf", &width), 1);
    for (const char *next; (next = strstr(at, "translate(")) && next < end; at = next + 1)
        ck_assert_int_eq(sscanf(next, "translate(%lf", &x), 1);
    return x / width;
}

// Nine servers and two models: panels side by side, each with its title in the middle. The user,
// who computes nothing, has no bars.
START_TEST(utilization_of_some_servers_has_a_panel_a_model_and_no_idle_users)
{
    make_database(db_path, 2, 2, 1, RECORD_TASKS);
    must_exec("UPDATE node SET utilization = 0 WHERE kind = 'user'");
    must_exec("WITH RECURSIVE k(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM k WHERE i < 8)"
              " INSERT INTO node(run_id, node, kind, utilization) SELECT run_id, 'fog' || i,"
              " 'fog', i / 100.0 FROM k, run");
    const char *text = draw_text("utilization");
    ck_assert_uint_eq(times_in(text, ">user0<"), 0);
    ck_assert_uint_eq(times_in(text, ">fog8<"), 2);
    ck_assert_double_eq_tol(left_of(text, ">alexnet<"), 0.25, 0.04);
    ck_assert_double_eq_tol(left_of(text, ">vgg16<"), 0.75, 0.04);
}
END_TEST

static void expect_error(const char *figure, const char *ending, const char *why)
{
    struct arena  a = {0};
    struct err    e = {0};
    struct figure f = find(&a, figure);
    uint32_t      before = count_files();
    char         *path = arena_format(&a, "%s/out%s", folder, ending);
    ck_assert_msg(!draw_plain(&f, path, &e), "drawn");
    ck_assert_msg(strstr(e.text, why) != NULL, "want '%s', have '%s'", why, e.text);
    ck_assert_uint_eq(count_files(), before);
    arena_free(&a);
}

START_TEST(what_cannot_be_drawn_says_why_and_leaves_nothing)
{
    expect_error("total", ".png", "No such file");
    make_database(db_path, 1, 2, 1, RECORD_SUMMARY);
    expect_error("total", ".jpg", ".svg, .png or .pdf");
    expect_error("total", "", ".svg, .png or .pdf");
    expect_error("layers", ".png", "\"record\": \"layers\"");
    expect_error("timeline", ".svg", "\"record\": \"ops\"");
    expect_error("queue", ".svg", "samples of queues");
    expect_error("occupancy", ".svg", "with occupancy");
    expect_error("total", "/missing/x.png", "cannot write");
}
END_TEST

START_TEST(databases_that_hold_nothing_are_refused)
{
    FILE *file = fopen(db_path, "w");
    fclose(file);
    expect_error("total", ".png", "want a fogsim database, have one without runs");
    unlink(db_path);
    bool       created;
    struct err e = {0};
    sqlite3_close(schema_open_write(db_path, &created, &e));
    expect_error("total", ".png", "figure total needs finished runs");
    expect_error("layers", ".png", "figure layers needs");
}
END_TEST

START_TEST(a_missing_gnuplot_names_its_package)
{
    make_database(db_path, 1, 2, 1, RECORD_SUMMARY);
    setenv("PATH", folder, 1); // each test has a process of its own
    expect_error("total", ".png", "gnuplot-nox");
}
END_TEST

// common.sql finds the means of the view v_run by another way.
START_TEST(the_runs_of_a_figure_are_those_of_the_view)
{
    static const char script[] =
        "# about: what differs\n# table faults:\n"
        "#   SELECT 'rows differ' FROM (SELECT * FROM v_run EXCEPT SELECT * FROM runs)\n"
        "#   UNION ALL SELECT 'more rows' FROM (SELECT * FROM runs EXCEPT SELECT * FROM v_run)\n"
        "#   UNION ALL SELECT 'columns differ' FROM (SELECT group_concat(name) AS names\n"
        "#   FROM pragma_table_info('v_run')) JOIN (SELECT group_concat(name) AS others\n"
        "#   FROM pragma_table_info('runs')) ON names <> others\n"
        "#   UNION ALL SELECT count(*) || ' runs' FROM runs\n"
        "nonsense\n";
    char          path[160];
    struct err    e = {0};
    struct figure f = {"bad", "", path, "scheme"};
    make_database(db_path, 2, 2, 3, RECORD_LAYERS);
    snprintf(path, sizeof path, "%s/common.sql", folder);
    ck_assert_msg(table_copy(FIGURE_FOLDER "/common.sql", path, &e), "%s", e.text);
    snprintf(path, sizeof path, "%s/bad.gp", folder);
    FILE *file = fopen(path, "w");
    fputs(script, file);
    fclose(file);
    char out[160];
    snprintf(out, sizeof out, "%s/out.png", folder);
    ck_assert(!draw_plain(&f, out, &e));
    ck_assert_msg(strstr(e.text, "12 runs") && !strstr(e.text, "differ") && !strstr(e.text, "more"),
                  "%s", e.text);
}
END_TEST

START_TEST(a_failing_script_reports_what_gnuplot_said)
{
    static const char *const names[] = {"common.sql", "style.gnuplot", "bad.gp"};
    static const char *const texts[] = {
        "CREATE TEMP TABLE x AS SELECT 1;", "\n",
        "# about: a figure that fails\n# query rows: SELECT 'a \"b\"' "
        "UNION SELECT ci95(column1) FROM (VALUES (1), (3))\n"
        "nonsense 1 2\n"};
    char       path[160];
    struct err e = {0};
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        FILE *file = fopen(path, "w");
        fputs(texts[i], file);
        fclose(file);
    }
    make_database(db_path, 1, 1, 1, RECORD_SUMMARY);
    const struct figure f = {"bad", "", path, ""};
    char                out[160];
    snprintf(out, sizeof out, "%s/out.png", folder);
    ck_assert(!draw_plain(&f, out, &e));
    ck_assert_msg(strstr(e.text, "figure bad") && strstr(e.text, "invalid command"), "%s", e.text);
    ck_assert_int_ne(access(out, F_OK), 0);
}
END_TEST

Suite *figure_suite(void);

Suite *figure_suite(void)
{
    Suite *suite = suite_create("figure");
    TCase *drawing = tcase_create("drawing");
    tcase_set_timeout(drawing, 240);
    tcase_add_checked_fixture(drawing, make_folder, remove_folder);
    tcase_add_test(drawing, the_bundled_figures_are_listed_by_name);
    tcase_add_test(drawing, every_figure_draws_in_every_format);
    tcase_add_test(drawing, one_run_is_enough_but_for_a_comparison);
    tcase_add_test(drawing, six_models_and_ten_schemes_fit);
    tcase_add_test(drawing, a_kept_folder_draws_the_same_picture_again);
    tcase_add_test(drawing, many_servers_are_sorted_and_the_longest_queues_shown);
    tcase_add_test(drawing, utilization_of_some_servers_has_a_panel_a_model_and_no_idle_users);
    tcase_add_test(drawing, what_cannot_be_drawn_says_why_and_leaves_nothing);
    tcase_add_test(drawing, databases_that_hold_nothing_are_refused);
    tcase_add_test(drawing, a_missing_gnuplot_names_its_package);
    tcase_add_test(drawing, the_runs_of_a_figure_are_those_of_the_view);
    tcase_add_test(drawing, a_failing_script_reports_what_gnuplot_said);
    suite_add_tcase(suite, drawing);
    return suite;
}

#endif
