// tests/test_maps.c: the figures cdf and network: their data, kept by --gnuplot, against what was
// worked out by hand from rows that are told here.
#include <dirent.h>
#include <math.h>
#include <unistd.h>

#include "results/schema.h"
#include "tests/program.h"

Suite *maps_suite(void);

enum { FIELDS_MAX = 12 };

static sqlite3 *database; // of the test, while it is filled

static void make(const char *name)
{
    struct err e = {0};
    bool       created;
    database = schema_open_write(in_folder(name), &created, &e);
    ck_assert_msg(database != NULL, "%s", e.text);
}

static void sql(const char *text)
{
    ck_assert_msg(sqlite3_exec(database, text, NULL, NULL, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(database));
}

// A finished run: figures show those that have the summary of a latency.
static void add_run(int id, const char *scheme, int replication)
{
    sql(arena_format(&arena,
                     "INSERT INTO run(run_id, scenario, point, scheme, model, seed, replication,"
                     " status) VALUES(%d, 'hand', '{}', '%s', 'net', 1, %d, 'done');"
                     "INSERT INTO summary(run_id, metric, n, mean) VALUES(%d, 'latency_s', 1, 1)",
                     id, scheme, replication, id));
}

// Tasks in their order; a latency below 0: dropped. The first `late` of them were late.
static void add_tasks(int run, const double *latency_s, int count, int late)
{
    for (int i = 0; i < count; i++) {
        bool        came = latency_s[i] >= 0;
        const char *times =
            came ? arena_format(&arena, "%.17g, %.17g", i + latency_s[i], latency_s[i])
                 : "NULL, NULL";
        sql(arena_format(&arena,
                         "INSERT INTO task(run_id, task_id, user, model, scheme, arrived_s,"
                         " finished_s, latency_s, status)"
                         " VALUES(%d, %d, 'user', 'net', 'x', %d, %s, '%s')",
                         run, i, i, times,
                         !came      ? "dropped"
                         : i < late ? "late"
                                    : "done"));
    }
}

static void plot(const char *name, const char *figure)
{
    ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
    MUST_RUN("plot", in_folder(name), figure, "-o", in_folder("p.svg"), "--gnuplot",
             in_folder("kept"));
    ck_assert_ptr_nonnull(strstr(read_text(in_folder("p.svg")), "</svg>"));
}

static void teardown(void)
{
    DIR *dir = opendir(in_folder("kept"));
    for (struct dirent *d; dir && (d = readdir(dir));)
        if (d->d_name[0] != '.')
            unlink(arena_format(&arena, "%s/%s", in_folder("kept"), d->d_name));
    if (dir) closedir(dir);
    rmdir(in_folder("kept"));
    program_teardown();
}

// The rows of a data file without its line of names; numbers of fields that are texts are NaN.
static int rows_of(const char *file, double (*rows)[FIELDS_MAX], int most)
{
    char *text = read_text(arena_format(&arena, "%s/%s.tsv", in_folder("kept"), file)), *line;
    int   count = 0;
    strsep(&text, "\n");
    while ((line = strsep(&text, "\n")) && *line) {
        ck_assert_int_lt(count, most);
        char *field;
        for (int f = 0; (field = strsep(&line, "\t")); f++) {
            char *end;
            rows[count][f] = strtod(field, &end);
            if (*end) rows[count][f] = NAN;
        }
        count++;
    }
    return count;
}

#define CK_ROW(have, ...)                                                                          \
    do {                                                                                           \
        const double want_[] = {__VA_ARGS__};                                                      \
        for (size_t k_ = 0; k_ < sizeof want_ / sizeof *want_; k_++)                               \
            if (!isnan(want_[k_])) ck_assert_double_eq_tol((have)[k_], want_[k_], 1e-12);          \
    } while (0)

static double rows[4000][FIELDS_MAX];

// ---- cdf
// -----------------------------------------------------------------------------------------

// dina: two replications; the first task of the first lies in the warm-up. Of the five others 1, 2,
// 3 and 4 s long, one was dropped: the curve climbs by fifths and ends at 0.8. It passes one half
// at the third. Of greedy all came: 0.5 s twice.
START_TEST(tasks_past_the_warm_up_climb_to_the_share_that_came)
{
    make("t.db");
    add_run(0, "dina", 0);
    add_run(1, "dina", 1);
    add_run(2, "greedy", 0);
    add_tasks(0, (const double[]){9, 2, 1, -1}, 4, 2);
    add_tasks(1, (const double[]){4, 3}, 2, 0);
    add_tasks(2, (const double[]){0.5, 0.5}, 2, 0);
    sql("INSERT INTO metric VALUES(0, 'warmup_tasks', 1)");
    plot("t.db", "cdf");
    ck_assert_int_eq(rows_of("curve", rows, 20), 8); // model, scheme, latency, share
    CK_ROW(rows[0], 0, 0, 1, 0);
    CK_ROW(rows[1], 0, 0, 1, 0.2);
    CK_ROW(rows[2], 0, 0, 2, 0.4);
    CK_ROW(rows[3], 0, 0, 3, 0.6);
    CK_ROW(rows[4], 0, 0, 4, 0.8);
    CK_ROW(rows[5], 0, 1, 0.5, 0);
    CK_ROW(rows[7], 0, 1, 0.5, 1);
    ck_assert_int_eq(rows_of("ends", rows, 20), 2); // model, scheme, tasks, share, least, most
    CK_ROW(rows[0], 0, 0, 5, 0.8, 1, 4);
    CK_ROW(rows[1], 0, 1, 2, 1, 0.5, 0.5);
    ck_assert_int_eq(rows_of("marks", rows, 20), 4); // model, scheme, share, latency
    CK_ROW(rows[0], 0, 0, 0.5, 3);
    CK_ROW(rows[1], 0, 1, 0.5, 0.5);
    CK_ROW(rows[3], 0, 1, 0.99, 0.5);
}
END_TEST

// 7919 is prime to 5003, so the latencies (7919 k mod 5003) / 100 + 1 s are 5003 different ones in
// a disorder; the share done within the j-th is (j + 1) / 5003.
START_TEST(a_thinned_curve_is_nowhere_off_by_more_than_a_thousandth)
{
    enum { N = 5003 };
    static double latency_s[N];
    for (int k = 0; k < N; k++) latency_s[k] = (double)(7919 * k % N) / 100 + 1;
    make("t.db");
    add_run(0, "dina", 0);
    sql("BEGIN");
    add_tasks(0, latency_s, N, 0);
    sql("COMMIT");
    plot("t.db", "cdf");
    int count = rows_of("curve", rows, 2000), at = 0;
    ck_assert_int_gt(count, 900);
    for (int j = 0; j < N; j++) {
        double latency = j / 100.0 + 1;
        while (at + 1 < count && rows[at + 1][2] <= latency + 1e-9) at++;
        double share = rows[at][2] <= latency + 1e-9 ? rows[at][3] : 0, want = (j + 1.0) / N;
        ck_assert_double_le(share, want + 1e-12);
        ck_assert_double_ge(share, want - 0.001 - 1e-12);
    }
    CK_ROW(rows[count - 1], 0, 0, (N - 1) / 100.0 + 1, 1);
}
END_TEST

START_TEST(without_tasks_it_says_what_to_record)
{
    make("t.db");
    add_run(0, "dina", 0);
    ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
    ck_assert_int_ne(RUN("plot", in_folder("t.db"), "cdf", "-o", in_folder("p.svg")), 0);
    ck_assert_ptr_nonnull(strstr(err, "\"record\": \"tasks\""));
    ck_assert_int_ne(access(in_folder("p.svg"), F_OK), 0);
}
END_TEST

// ---- network
// -------------------------------------------------------------------------------------

static void add_users(int count)
{
    for (int i = 0; i < count; i++)
        sql(arena_format(&arena,
                         "INSERT INTO node(run_id, node, kind, device, utilization)"
                         " VALUES(0, 'user%d', 'user', 'd', %d.0 / 100)",
                         i, i));
}

#define NODE(name, kind, utilization)                                                              \
    sql("INSERT INTO node(run_id, node, kind, device, utilization) VALUES(0, '" name "', '" kind   \
        "', 'd', " #utilization ")")
#define LINK(from, to, bytes, utilization)                                                         \
    sql("INSERT INTO link(run_id, from_node, to_node, bytes, utilization) VALUES(0, '" from        \
        "', '" to "', " #bytes ", " #utilization ")")

// Without places: 15 users are one symbol (mean 7 %), two fog nodes above, a cloud on top. Users to
// fog0: two links of 10 and 30 %, mean 20, back 50: 50, 450 B. fog0 to fog1: 1000 B, the most.
static void fill_layers(void)
{
    make("t.db");
    add_run(0, "dina", 0);
    add_users(15);
    NODE("fog0", "fog", 0.5);
    NODE("fog1", "fog", 0.25);
    NODE("cloud", "cloud", 0);
    LINK("user0", "fog0", 100, 0.1);
    LINK("user1", "fog0", 300, 0.3);
    LINK("fog0", "user0", 50, 0.5);
    LINK("user2", "user3", 77, 0.9); // inside of the symbol
    LINK("fog0", "fog1", 1000, 0.02);
    LINK("fog1", "cloud", 10, 0.01);
}

static void check_layers(void)
{
    ck_assert_int_eq(rows_of("spots", rows, 20), 4); // scheme, x, y, kind, %, name, nodes, in row
    CK_ROW(rows[0], 0, 0.5, 0, 0, 7, NAN, 15, 1);
    CK_ROW(rows[1], 0, 0.25, 1, 3, 50, NAN, 1, 2);
    CK_ROW(rows[2], 0, 0.75, 1, 3, 25, NAN, 1, 2);
    CK_ROW(rows[3], 0, 0.5, 2, 4, 0, NAN, 1, 1);
    ck_assert_ptr_nonnull(strstr(read_text(arena_format(&arena, "%s/spots.tsv", in_folder("kept"))),
                                 "\t15 × user\t"));
}

START_TEST(nodes_without_places_stand_in_layers_and_large_groups_are_one_symbol)
{
    fill_layers();
    plot("t.db", "network");
    check_layers();
}
END_TEST

// scheme, x, y, to x, to y, %, bytes, width: int(5.999 sqrt(450 / 1000)) = 4, of 10 B 0, of the
// most 5. An arch of 12 pieces over half the width is 0.1 + 0.3 / 2 high in its middle.
START_TEST(links_between_symbols_are_bundled_both_ways)
{
    fill_layers();
    plot("t.db", "network");
    int count = rows_of("drawn", rows, 40), pieces = 0, found = 0;
    ck_assert_int_eq(count, 1 + 2 + 12);
    CK_ROW(rows[0], -1, 0, 0, 0, 0, 50, 0, 0); // the busiest symbol; none is left out
    for (int i = 1; i < count; i++) {
        const double *r = rows[i];
        bool          is_middle = fabs(r[3] - 0.5) < 1e-9;
        if (r[6] == 450) CK_ROW(r, 0, 0.25, 1, 0.5, 0, 50, 450, 4);
        if (r[6] == 10) CK_ROW(r, 0, 0.5, 2, 0.75, 1, 1, 10, 0);
        if (r[6] == 1000) CK_ROW(r, 0, NAN, NAN, NAN, NAN, 2, 1000, 5);
        if (r[6] == 1000 && is_middle) CK_ROW(r, 0, NAN, NAN, 0.5, 1.25);
        pieces += r[6] == 1000;
        found += r[6] == 450 || r[6] == 10 || (r[6] == 1000 && is_middle);
    }
    ck_assert_int_eq(pieces, 12);
    ck_assert_int_eq(found, 3);
}
END_TEST

// A file of version 2 has no places at all.
START_TEST(a_database_of_an_older_version_is_drawn_in_layers)
{
    fill_layers();
    sql("ALTER TABLE node DROP COLUMN x_m; ALTER TABLE node DROP COLUMN y_m;"
        "DROP TABLE document; PRAGMA user_version = 2");
    plot("t.db", "network");
    check_layers();
}
END_TEST

START_TEST(nodes_with_places_stand_there_and_others_above)
{
    make("t.db");
    add_run(0, "dina", 0);
    add_users(2);
    NODE("fog0", "fog", 0.5);
    NODE("cloud", "cloud", 0.1);
    sql("UPDATE node SET x_m = 100, y_m = 20 WHERE node = 'user0';"
        "UPDATE node SET x_m = 300, y_m = 120 WHERE node = 'user1';"
        "UPDATE node SET x_m = 250, y_m = 40 WHERE node = 'fog0'");
    plot("t.db", "network");
    ck_assert_int_eq(rows_of("spots", rows, 20), 4);
    CK_ROW(rows[0], 0, 100, 20, 0, 0);
    CK_ROW(rows[1], 0, 300, 120, 0, 1);
    CK_ROW(rows[2], 0, 250, 40, 3, 50);
    CK_ROW(rows[3], 0, 200, 20 + 1.15 * 100, 4, 10); // in the middle, above the map
}
END_TEST

// 160 users in two corners: a symbol for each corner, where their mean place is.
START_TEST(many_nodes_with_places_are_one_symbol_a_cell)
{
    make("t.db");
    add_run(0, "dina", 0);
    sql("BEGIN");
    add_users(160);
    NODE("fog0", "fog", 0.5);
    sql("UPDATE node SET x_m = 0.5 * (rowid_ % 2), y_m = 0 FROM (SELECT node AS n,"
        " CAST(substr(node, 5) AS INTEGER) AS rowid_ FROM node) WHERE node.node = n"
        " AND rowid_ < 80 AND kind = 'user';"
        "UPDATE node SET x_m = 100, y_m = 100 WHERE kind = 'user' AND x_m IS NULL;"
        "UPDATE node SET x_m = 50, y_m = 50 WHERE kind = 'fog'; COMMIT");
    plot("t.db", "network");
    ck_assert_int_eq(rows_of("spots", rows, 20), 3);
    CK_ROW(rows[0], 0, 0.25, 0, 0, 39.5, NAN, 80); // mean of 0 to 79 %
    CK_ROW(rows[1], 0, 100, 100, 0, 119.5, NAN, 80);
    CK_ROW(rows[2], 0, 50, 50, 3, 50, NAN, 1);
}
END_TEST

Suite *maps_suite(void)
{
    Suite *s = suite_create("maps");
    TCase *tc = tcase_create("figures");
    tcase_add_checked_fixture(tc, program_setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, tasks_past_the_warm_up_climb_to_the_share_that_came);
    tcase_add_test(tc, a_thinned_curve_is_nowhere_off_by_more_than_a_thousandth);
    tcase_add_test(tc, without_tasks_it_says_what_to_record);
    tcase_add_test(tc, nodes_without_places_stand_in_layers_and_large_groups_are_one_symbol);
    tcase_add_test(tc, links_between_symbols_are_bundled_both_ways);
    tcase_add_test(tc, a_database_of_an_older_version_is_drawn_in_layers);
    tcase_add_test(tc, nodes_with_places_stand_there_and_others_above);
    tcase_add_test(tc, many_nodes_with_places_are_one_symbol_a_cell);
    suite_add_tcase(s, tc);
    return s;
}
