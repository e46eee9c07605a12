// tests/test_report.c: the page of a database: nothing of it can be markup, its numbers are those
// of rows made by hand, and what is missing is said to be.
//
// How it looks and behaves in a browser: tests/report_browser.py.
#include <math.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/html.h"
#include "results/overview.h"
#include "results/schema.h"
#include "tests/program.h"

Suite *report_suite(void);

// ---- html

static const char *shown(const char *text)
{
    static char buffer[4096];
    FILE       *f = fmemopen(buffer, sizeof buffer, "w");
    *buffer = '\0'; // nothing written, nothing ended
    html_text(f, text);
    fclose(f);
    return buffer;
}

#define BAD "\xef\xbf\xbd"

START_TEST(what_could_be_markup_becomes_a_reference)
{
    ck_assert_str_eq(shown("<b a=\"x\" b='y'>&amp;</b>"),
                     "&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;&lt;/b&gt;");
    ck_assert_str_eq(shown(""), "");
    ck_assert_str_eq(shown(NULL), "");
    ck_assert_str_eq(shown("a\tb\nc"), "a\tb\nc");
}
END_TEST

// Sequences of RFC 3629 by hand: two, three and four bytes; then a lone continuation, an overlong
// "/", a surrogate, a code past U+10FFFF, and one that is cut off.
START_TEST(what_is_no_utf8_and_what_is_not_seen_becomes_the_replacement_character)
{
    ck_assert_str_eq(shown("\xc2\xb5 \xe2\x86\x92 \xf0\x9f\x99\x82"),
                     "\xc2\xb5 \xe2\x86\x92 \xf0\x9f\x99\x82");
    ck_assert_str_eq(shown("a\x80z"), "a" BAD "z");
    ck_assert_str_eq(shown("\xc0\xaf"), BAD BAD);
    ck_assert_str_eq(shown("\xed\xa0\x80"), BAD BAD BAD);
    ck_assert_str_eq(shown("\xf4\x90\x80\x80"), BAD BAD BAD BAD);
    ck_assert_str_eq(shown("\xe2\x86"), BAD BAD);
    ck_assert_str_eq(shown("\xff<"), BAD "&lt;");
    ck_assert_str_eq(shown("a\x1b[2J"), "a" BAD "[2J");
    ck_assert_str_eq(shown("\xc2\x9b"), BAD); // C1: CSI
    ck_assert_str_eq(shown("\xe2\x80\xae"
                           "x"),
                     BAD "x"); // right-to-left override
}
END_TEST

START_TEST(put_escapes_what_it_is_given_and_not_the_markup)
{
    char  buffer[200];
    FILE *f = fmemopen(buffer, sizeof buffer, "w");
    html_put(f, "<i title=\"%s\">%u %d %llu %lld 5%%</i>", "\"><script>", 7u, -3, 1ull << 63, -4ll);
    fclose(f);
    ck_assert_str_eq(buffer,
                     "<i title=\"&quot;&gt;&lt;script&gt;\">7 -3 9223372036854775808 -4 5%</i>");
}
END_TEST

START_TEST(numbers_have_no_exponent_where_a_reader_expects_none)
{
    char text[HTML_NUMBER_BYTES];
    ck_assert_str_eq(html_number_text(0.0123456, 4, text), "0.01235");
    ck_assert_str_eq(html_number_text(12345.6, 4, text), "12346");
    ck_assert_str_eq(html_number_text(-98765.4, 2, text), "-98765");
    ck_assert_str_eq(html_number_text(0, 4, text), "0");
    ck_assert_str_eq(html_number_text(NAN, 4, text), "–");
}
END_TEST

// RFC 4648, section 10; then a length past one chunk, decoded again.
START_TEST(base64_is_that_of_the_standard_over_any_length)
{
    static const char *const vectors[][2] = {{"f", "Zg=="},         {"fo", "Zm8="},
                                             {"foo", "Zm9v"},       {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    static char              text[12000];
    unsigned char            bytes[8000], back[8000];
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        FILE *f = fmemopen(text, sizeof text, "w");
        html_base64(f, vectors[i][0], strlen(vectors[i][0]));
        fclose(f);
        ck_assert_str_eq(text, vectors[i][1]);
    }
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * i >> 3);
    FILE  *f = fmemopen(text, sizeof text, "w");
    size_t length;
    html_base64(f, bytes, sizeof bytes);
    fclose(f);
    ck_assert_int_eq(sodium_base642bin(back, sizeof back, text, strlen(text), NULL, &length, NULL,
                                       sodium_base64_VARIANT_ORIGINAL),
                     0);
    ck_assert_uint_eq(length, sizeof bytes);
    ck_assert_mem_eq(back, bytes, sizeof bytes);
}
END_TEST

// ---- databases made by hand

static void run_sql(const char *name, const char *sql)
{
    struct err e = {0};
    bool       created;
    char      *message = NULL;
    sqlite3   *db = schema_open_write(in_folder(name), &created, &e);
    ck_assert_msg(db != NULL, "%s", e.text);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK, "%s", message);
    sqlite3_close(db);
}

#define RUN_ROW                                                                                    \
    "INSERT INTO run(run_id, scenario, point, scheme, model, seed, replication, status) VALUES"
#define SUMMARY "INSERT INTO summary(run_id, metric, n, mean, p50, p95, p99) VALUES"
#define TASK                                                                                       \
    "INSERT INTO task(run_id, task_id, user, model, scheme, arrived_s, latency_s, status) VALUES"

// One scheme: runs of means 1, 2, 3 s, one that failed; of another one run. Tasks of the first
// scheme: one in the warm-up (100 s), 1 to 5 s over the runs, one lost.
static const char by_hand[] = RUN_ROW
    "(0,'s','{}','dina','m',1,0,'done'),(1,'s','{}','dina','m',1,1,'done'),"
    "(2,'s','{}','dina','m',1,2,'done'),(3,'s','{}','dina','m',1,3,'failed'),"
    "(4,'s','{}','rand','m',1,0,'done');" SUMMARY
    "(0,'latency_s',2,1,1,1,1),(1,'latency_s',2,2,2,2,2),(2,'latency_s',1,3,3,3,3),"
    "(4,'latency_s',9,5,5,7,9),(3,'latency_s',9,1000,0,0,0),"
    "(0,'computation_s',2,0.5,0,0,0),(1,'computation_s',2,0.5,0,0,0);"
    "INSERT INTO summary(run_id, layer, metric, n, mean) VALUES(0,0,'latency_s',1,77);"
    "INSERT INTO metric VALUES(0,'warmup_tasks',1),(0,'tasks_done',3),(0,'tasks_lost',1),"
    "(1,'tasks_done',2),(2,'tasks_done',2),(3,'tasks_done',50),(0,'throughput_per_s',4);" TASK
    "(0,0,'u','m','dina',0,100,'done'),(0,1,'u','m','dina',0,1,'done'),"
    "(0,2,'u','m','dina',0,2,'late'),(0,3,'u','m','dina',0,NULL,'lost'),"
    "(1,0,'u','m','dina',0,3,'done'),(1,1,'u','m','dina',0,5,'done'),"
    "(2,0,'u','m','dina',0,4,'done'),(3,0,'u','m','dina',0,900,'done');";

static struct overview read_overview(const char *name, uint32_t points, uint64_t tasks)
{
    struct overview o;
    struct err      e = {0};
    sqlite3        *db = schema_open_read(in_folder(name), &e);
    ck_assert_msg(db && overview_read(&o, db, &arena, points, tasks, &e), "%s", e.text);
    sqlite3_close(db);
    return o;
}

// By hand: mean 2, standard deviation 1, t(0.975, 2) = 4.302653: 4.302653 / sqrt 3 = 2.484138.
// Quantiles linear between order statistics of 1, 2, 3, 4, 5 s: 3, 4 + 0.8, 4 + 0.96.
START_TEST(means_are_over_the_runs_that_are_done_and_quantiles_over_tasks_past_the_warm_up)
{
    run_sql("a.db", by_hand);
    struct overview            o = read_overview("a.db", 10, 1000);
    const struct overview_row *r = overview_find(&o, 0, 0, 0);
    ck_assert_uint_eq(o.row_count, 2);
    ck_assert_uint_eq(o.runs_in_all, 5);
    ck_assert_uint_eq(r->run_count, 3);
    ck_assert_uint_eq(r->failed_count, 1);
    ck_assert_double_eq_tol(r->values[OVERVIEW_LATENCY].mean, 2, 1e-12);
    ck_assert_double_eq_tol(r->values[OVERVIEW_LATENCY].ci95, 2.484138, 1e-5);
    ck_assert_uint_eq(r->values[OVERVIEW_COMPUTATION].n, 2);
    ck_assert_double_eq_tol(r->values[OVERVIEW_COMPUTATION].mean, 0.5, 1e-12);
    ck_assert_double_eq_tol(r->values[OVERVIEW_THROUGHPUT].mean, 4, 1e-12);
    ck_assert(r->is_pooled);
    ck_assert_double_eq_tol(r->quantile_s[OVERVIEW_P50], 3, 1e-12);
    ck_assert_double_eq_tol(r->quantile_s[OVERVIEW_P95], 4.8, 1e-12);
    ck_assert_double_eq_tol(r->quantile_s[OVERVIEW_P99], 4.96, 1e-12);
    ck_assert_double_eq_tol(overview_share(r, JOB_LOST), 1.0 / 8, 1e-12);
}
END_TEST

START_TEST(where_tasks_are_not_stored_or_too_many_quantiles_are_means_of_the_runs_own)
{
    run_sql("a.db", by_hand);
    struct overview            o = read_overview("a.db", 10, 1000);
    const struct overview_row *r = overview_find(&o, 0, 0, 1);
    ck_assert(!r->is_pooled && !o.is_cut);
    ck_assert_double_eq_tol(r->quantile_s[OVERVIEW_P95], 7, 1e-12);
    ck_assert_double_nan(r->values[OVERVIEW_LATENCY].ci95);
    ck_assert_double_nan(r->values[OVERVIEW_ENERGY].mean);
    o = read_overview("a.db", 10, 7); // of the 8 tasks that the first row has
    r = overview_find(&o, 0, 0, 0);
    ck_assert(!r->is_pooled && o.is_cut);
    ck_assert_double_eq_tol(r->quantile_s[OVERVIEW_P50], 2, 1e-12);
    ck_assert_ptr_null(overview_find(&o, 0, 1, 0));
}
END_TEST

START_TEST(one_replication_takes_the_interval_within_the_run_where_there_is_one)
{
    run_sql("a.db", by_hand);
    run_sql("a.db", "UPDATE summary SET ci95 = 0.25 WHERE run_id IN (0, 4) AND layer IS NULL");
    struct overview o = read_overview("a.db", 10, 1000);
    ck_assert_double_eq_tol(o.rows[1].values[OVERVIEW_LATENCY].ci95, 0.25, 1e-12);
    ck_assert(o.rows[1].values[OVERVIEW_LATENCY].is_within);
    ck_assert_double_eq_tol(o.rows[0].values[OVERVIEW_LATENCY].ci95, 2.484138, 1e-5);
}
END_TEST

// ---- pages

// Without gnuplot, where figures do not matter: quick.
static const char *page_of(const char *name)
{
    setenv("PATH", "/nonexistent", 1);
    MUST_RUN("report", in_folder(name), "-o", in_folder("page.html"));
    ck_assert_str_eq(out, arena_format(&arena, "%s\n", in_folder("page.html")));
    char *page = read_text(in_folder("page.html"));
    ck_assert_uint_lt(strlen(page), TEXT_BYTES - 1);
    ck_assert_ptr_nonnull(strstr(page, "</html>\n"));
    return page;
}

static bool has(const char *page, const char *text)
{
    return strstr(page, text) != NULL;
}

#define CHECK_HAS(page, text) ck_assert_msg(has(page, text), "missing: %s", text)
#define CHECK_LACKS(page, text) ck_assert_msg(!has(page, text), "not wanted: %s", text)

START_TEST(the_page_has_the_numbers_of_the_rows)
{
    run_sql("a.db", by_hand);
    const char *page = page_of("a.db");
    CHECK_HAS(page, "<caption>m: times in s</caption>");
    CHECK_HAS(page, "<tr><th scope=\"row\">dina</th><td class=\"n\">2 ± 2.5</td>"
                    "<td class=\"n\">3</td><td class=\"n\">4.8</td><td class=\"n\">4.96</td>"
                    "<td class=\"n\">0.5 ± 0</td>");
    CHECK_HAS(page, "<td class=\"n\">12.5</td>");  // lost, of 8 tasks
    CHECK_HAS(page, "<td class=\"n\">2.5×*</td>"); // 5 s over 2 s
    CHECK_HAS(page, "<td class=\"n\">3, 1 failed</td>");
    CHECK_HAS(page, "1 of 5 runs failed");
    CHECK_HAS(page, "m: some tasks never finished (dropped, lost, infeasible or unfinished): "
                    "dina 12.5 %.");
    CHECK_HAS(page, "1 to 3"); // replications
    CHECK_HAS(page, "The database does not hold the scenario");
    CHECK_LACKS(page, "1000"); // of the failed run
}
END_TEST

// Of model a, runs of means 1 and 3 s: 2 s, and 12.7062 sqrt 2 / sqrt 2 for the interval. Its tasks
// past the warm-up: 1 s, twice 3 s, 5 s; p95 linear between them: 3 + 0.85 (5 - 3) = 4.7 s. Of
// model b one task.
START_TEST(each_model_of_a_mix_has_its_quantile_over_the_tasks_of_all_replications)
{
    run_sql(
        "a.db", RUN_ROW
        "(0,'s','{}','dina','mix',1,0,'done'),(1,'s','{}','dina','mix',1,1,'done');" SUMMARY
        "(0,'latency_s',2,1,1,1,1),(1,'latency_s',4,3,3,3,3),(0,'latency_s/a',1,1,1,1,1),"
        "(1,'latency_s/a',3,3,3,77,3),(1,'latency_s/b',1,7,7,7,7);"
        "INSERT INTO metric VALUES(0,'warmup_tasks',1),(0,'tasks_done',2),(1,'tasks_done',5);" TASK
        "(0,0,'u','a','dina',0,100,'done'),(0,1,'u','a','dina',0,1,'done'),"
        "(1,0,'u','a','dina',0,3,'done'),(1,1,'u','a','dina',0,3,'done'),"
        "(1,2,'u','a','dina',0,5,'done'),(1,3,'u','b','dina',0,7,'done'),"
        "(1,4,'u','a','dina',0,900,'lost')");
    const char *page = page_of("a.db");
    CHECK_HAS(page, "<tr><th scope=\"row\">a</th><td>dina</td><td class=\"n\">2000 ± 12706</td>"
                    "<td class=\"n\">4700</td></tr>");
    CHECK_HAS(page, "<tr><th scope=\"row\">b</th><td>dina</td><td class=\"n\">7000</td>"
                    "<td class=\"n\">7000</td></tr>");
    run_sql("a.db", "DELETE FROM task"); // not stored: the mean of 1 and 77 s
    CHECK_HAS(page_of("a.db"), "<td class=\"n\">39000</td>");
}
END_TEST

// Every name of the database, and both documents, by somebody who wishes us ill.
#define EVIL "<script>alert(1)</script>"

START_TEST(hostile_names_are_shown_and_are_no_markup)
{
    run_sql("a.db", by_hand);
    run_sql("a.db",
            "UPDATE run SET scheme = '" EVIL "' WHERE scheme = 'rand';"
            "UPDATE run SET scenario = 'x\"><img src=x onerror=alert(2)>',"
            " cost_source = 'fitted " EVIL "', profile = '" EVIL "', fogsim_version = '" EVIL "',"
            " error = '" EVIL "', model = '\xff</td>" EVIL "',"
            " point = '{\"" EVIL "\":\"</pre>" EVIL "\"}';"
            "INSERT INTO metric VALUES(1, '" EVIL "', 1), (1, '%s%n', 2);"
            "INSERT INTO node(run_id, node, kind, device, utilization) VALUES"
            "(0, '" EVIL "', '" EVIL "', '../" EVIL "', 0.5);"
            "INSERT INTO layer(run_id, task_id, layer, name) VALUES(0, 0, 0, '" EVIL "');"
            "INSERT INTO summary(run_id, layer, metric, n, mean) VALUES(0, 0, 'loading_s', 1, 1);"
            "INSERT INTO document VALUES('scenario', 'x',"
            " '{\"about\": \"</title>" EVIL "\", \"" EVIL "\": 1, \"nodes\": {\"" EVIL
            "\": {\"" EVIL "\": \"" EVIL "\"}}, \"published\": [\"" EVIL "\"]}'),"
            "('sweep', 'x', '{\"vary\": {\"" EVIL "\": [\"" EVIL "\"]}}')");
    const char *page = page_of("a.db");
    CHECK_LACKS(page, "<script");
    CHECK_LACKS(page, "<img src=x");
    CHECK_LACKS(page, "\xff");
    CHECK_HAS(page, "&lt;script&gt;alert(1)&lt;/script&gt;");
    CHECK_HAS(page, "%s%n");
    CHECK_HAS(page, "x&quot;&gt;&lt;img src=x onerror=alert(2)&gt;: results of fogsim</title>");
    CHECK_HAS(page, "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:;");
}
END_TEST

// Each "#id" that is referred to is there, and there once.
START_TEST(the_contents_lead_to_headings_that_are_there_once)
{
    run_sql("a.db", by_hand);
    const char *page = page_of("a.db");
    int         count = 0;
    for (const char *at = page; (at = strstr(at, "href=\"#")); count++) {
        at += strlen("href=\"#");
        const char *id = arena_format(&arena, " id=\"%.*s\"", (int)strcspn(at, "\""), at);
        const char *first = strstr(page, id);
        ck_assert_msg(first && !strstr(first + 1, id), "%s", id);
    }
    ck_assert_int_ge(count, 13); // eight sections, a model, four checks, past the skip link
}
END_TEST

START_TEST(a_database_of_failed_runs_only_has_a_page_that_says_why)
{
    run_sql("a.db", RUN_ROW "(0,'s','{}','dina','m',1,0,'failed');"
                            "UPDATE run SET error = 'child: no answer <in> 10 s'");
    const char *page = page_of("a.db");
    CHECK_HAS(page, "1 of 1 runs failed");
    CHECK_HAS(page, "child: no answer &lt;in&gt; 10 s");
    CHECK_HAS(page, "<td class=\"n\">0, 1 failed</td>");
    CHECK_HAS(page, "No layer of a finished task");
    CHECK_HAS(page, "No node or link of a finished run");
}
END_TEST

static void raw_sql(const char *name, const char *sql)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(in_folder(name), &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

START_TEST(databases_of_older_versions_have_pages_and_stay_as_they_are)
{
    const char *file = arena_format(&arena, "tests/schema/version_%d.sql", _i);
    raw_sql("old.db", read_text(file));
    raw_sql("old.db", RUN_ROW "(0,'s','{}','dina','m',1,0,'done'),(1,'s','{}','dina','m',1,1,"
                              "'failed');" SUMMARY "(0,'latency_s',1,3,3,3,3);"
                              "INSERT INTO node(run_id, node, kind, device, utilization) VALUES"
                              "(0,'fog0','fog','nano',0.25);"
                              "INSERT INTO link(run_id, from_node, to_node, utilization) VALUES"
                              "(0,'user','fog0',0.125)");
    const char *page = page_of("old.db");
    CHECK_HAS(page, "The database does not hold the scenario's text");
    CHECK_HAS(page, arena_format(&arena, "<dt>version of the schema</dt><dd>%d</dd>", _i));
    CHECK_HAS(page, "<th scope=\"row\">fog0</th><td>fog nano</td><td class=\"n\">25</td>");
    CHECK_HAS(page, "<th scope=\"row\">user → fog0</th><td class=\"n\">12.5</td>");
    CHECK_HAS(page, "<td class=\"n\">1, 1 failed</td>");
    ck_assert_double_eq(query_file("old.db", "PRAGMA user_version"), _i);
}
END_TEST

START_TEST(of_many_points_the_first_are_shown_and_the_page_says_so)
{
    run_sql("a.db",
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999)"
            "INSERT INTO run(run_id, scenario, point, scheme, model, seed, replication, status)"
            " SELECT i, 's', json_object('k', i), 'dina', 'm', 1, 0, 'done' FROM n;"
            "INSERT INTO summary(run_id, metric, n, mean) SELECT run_id, 'latency_s', 1,"
            " 1 + run_id FROM run");
    const char *page = page_of("a.db");
    CHECK_HAS(page, "The first 200 of 5000 points are shown");
    CHECK_HAS(page, "<th scope=\"row\">199</th><td class=\"n\">200</td>");
    CHECK_LACKS(page, "<th scope=\"row\">200</th>");
    CHECK_HAS(page, "<dt>points</dt><dd>5000 of a sweep over k</dd>");
    CHECK_HAS(page, "fogsim sweep s.json");
    CHECK_HAS(page, "Figure sweep is left out at more than 500 points");
}
END_TEST

// By hand from the rows: rand 5 s over dina's 2 s. Its tasks are not stored, so no spread.
START_TEST(published_figures_stand_beside_ours)
{
    run_sql("a.db", by_hand);
    run_sql("a.db", "INSERT INTO document VALUES('scenario', 'x', '{\"published\": ["
                    "{\"metric\": \"latency\", \"model\": \"m\", \"against\": \"rand\","
                    " \"range\": [2, 2.4], \"source\": \"Fig. 7\"},"
                    "{\"metric\": \"latency\", \"model\": \"m\", \"range\": [1, 9]},"
                    "{\"metric\": \"queueing\", \"model\": \"m\", \"range\": [1, 1]},"
                    "{\"metric\": \"latency\", \"model\": \"other\", \"range\": [1, 1]}]}')");
    const char *page = page_of("a.db");
    CHECK_HAS(page, "<th scope=\"row\">m</th><td>latency: rand / dina</td>"
                    "<td class=\"n\">2 to 2.4</td><td class=\"n\">2.5</td>"
                    "<td class=\"n\">– to –</td><td>above</td><td class=\"w\">Fig. 7</td>");
    // 5 and 95 % of 1, 2, 3, 4, 5 s: 1.2 and 4.8.
    CHECK_HAS(page, "<td>latency: dina</td><td class=\"n\">1 to 9</td><td class=\"n\">2</td>"
                    "<td class=\"n\">1.2 to 4.8</td><td>inside</td>");
    CHECK_HAS(page, "2 of 4 are left out");
}
END_TEST

START_TEST(the_command_to_repeat_is_safe_to_paste)
{
    run_sql("a.db", by_hand);
    run_sql("a.db", "UPDATE run SET scenario = 'it''s; rm -rf $HOME',"
                    " point = '{\"links.default.rate\":\"10 Mbit/s\"}'");
    const char *page = page_of("a.db");
    CHECK_HAS(page, "fogsim run &#39;it&#39;\\&#39;&#39;s; rm -rf $HOME.json&#39; "
                    "--set &#39;links.default.rate=10 Mbit/s&#39; --seed 1 --replications 4</pre>");
}
END_TEST

START_TEST(the_command_of_a_sweep_has_what_it_varied_and_was_told)
{
    run_sql("a.db", by_hand);
    run_sql("a.db", "UPDATE run SET point = json_object('theta', run_id % 2);"
                    "INSERT INTO document VALUES('sweep', 'x', '{\"vary\": {\"theta\": [0, 1],"
                    " \"rate\": [\"1 bit/s\", \"2 bit/s\"]}, \"method\": \"zip\"}'),"
                    "('settings', 'x', '{\"set\": [\"tau=off\"], \"scheme\": [\"command\"],"
                    " \"scheme-command\": \"python3 me.py\", \"replications\": \"3\","
                    " \"profile_sha256\": \"f00d\"}')");
    CHECK_HAS(page_of("a.db"), "fogsim sweep s.json --vary theta=0,1 "
                               "--vary &#39;rate=1 bit/s,2 bit/s&#39; --method zip --set tau=off "
                               "--replications 3 --scheme-command &#39;python3 me.py&#39;</pre>");
    run_sql("a.db", "UPDATE document SET text = '{\"vary\": {\"theta\": \"0..1\"},"
                    " \"method\": \"latin\", \"samples\": 2, \"seed\": 7}' WHERE name = 'sweep'");
    const char *page = page_of("a.db");
    CHECK_HAS(page, "with the sweep above, where it has one, as its part &quot;sweep&quot;");
    CHECK_LACKS(page, "--vary");
}
END_TEST

START_TEST(what_is_no_database_with_runs_leaves_no_page)
{
    const char *html = in_folder("page.html");
    run_sql("empty.db", "SELECT 1");
    write_text("text.db", "no database");
    ck_assert_int_eq(RUN("report", in_folder("empty.db"), "-o", html), 2);
    CHECK_HAS(err, "want a database with runs, have none");
    ck_assert_int_eq(RUN("report", in_folder("text.db"), "-o", html), 2);
    CHECK_HAS(err, "want a fogsim database, have a file that is not SQLite");
    ck_assert_int_eq(RUN("report", in_folder("none.db"), "-o", html), 2);
    ck_assert_int_eq(access(html, F_OK), -1);
}
END_TEST

START_TEST(a_page_never_replaces_its_database_and_appears_whole_or_not)
{
    run_sql("a.db", by_hand);
    const char *db = in_folder("a.db");
    ck_assert_int_eq(RUN("report", db, "-o", db), 2);
    CHECK_HAS(err, "want another name for the page than the database's");
    ck_assert_int_eq((int)query_file("a.db", "SELECT count(*) FROM run"), 5);
    setenv("PATH", "/nonexistent", 1);
    ck_assert_int_eq(RUN("report", db, "-o", in_folder("none/page.html")), 2);
    CHECK_HAS(err, "none/page.html");
    ck_assert_int_eq(mkdir(in_folder("page.html"), 0700), 0); // cannot be renamed over
    ck_assert_int_eq(RUN("report", db, "-o", in_folder("page.html")), 2);
    ck_assert_int_eq(rmdir(in_folder("page.html")), 0);
    ck_assert_int_eq(empty_folder(), 1); // the database
}
END_TEST

// Of a real run, with gnuplot: pictures that are whole, each with its words.
START_TEST(a_run_has_its_figures_on_the_page)
{
    static const char png_or_svg[] = "src=\"data:image/svg+xml;base64,";
    const char       *file = write_text("small.json", SMALL);
    MUST_RUN("run", file, "--db", "small.db", "--quiet");
    MUST_RUN("report", "small.db");
    ck_assert_str_eq(out, "small.html\n"); // beside the database
    const char *page = read_text(in_folder("small.html"));
    int         count = 0;
    CHECK_LACKS(page, "could not be drawn");
    for (const char *at = page; (at = strstr(at, png_or_svg)); count++) {
        size_t         length, room = strcspn(at += strlen(png_or_svg), "\"");
        unsigned char *svg = arena_array(&arena, room + 1, 1);
        ck_assert_int_eq(sodium_base642bin(svg, room, at, room, NULL, &length, NULL,
                                           sodium_base64_VARIANT_ORIGINAL),
                         0);
        ck_assert_ptr_nonnull(strstr((const char *)svg, "</svg>"));
    }
    ck_assert_int_ge(count,
                     6); // computation, improvement, layers, total, transmission, utilization
    CHECK_HAS(page, "Nothing to draw in this database: ");
    CHECK_HAS(page, "<td class=\"w\">model = nin_cifar10</td>");
    CHECK_HAS(page, "&quot;replications&quot;:\t2"); // the scenario as JSON
}
END_TEST

Suite *report_suite(void)
{
    Suite *s = suite_create("report");
    TCase *html = tcase_create("html"), *numbers = tcase_create("numbers");
    TCase *page = tcase_create("page");
    tcase_add_test(html, what_could_be_markup_becomes_a_reference);
    tcase_add_test(html, what_is_no_utf8_and_what_is_not_seen_becomes_the_replacement_character);
    tcase_add_test(html, put_escapes_what_it_is_given_and_not_the_markup);
    tcase_add_test(html, numbers_have_no_exponent_where_a_reader_expects_none);
    tcase_add_test(html, base64_is_that_of_the_standard_over_any_length);
    tcase_add_checked_fixture(numbers, program_setup, program_teardown);
    tcase_add_test(numbers,
                   means_are_over_the_runs_that_are_done_and_quantiles_over_tasks_past_the_warm_up);
    tcase_add_test(numbers,
                   where_tasks_are_not_stored_or_too_many_quantiles_are_means_of_the_runs_own);
    tcase_add_test(numbers, one_replication_takes_the_interval_within_the_run_where_there_is_one);
    tcase_add_checked_fixture(page, program_setup, program_teardown);
    tcase_add_test(page, the_page_has_the_numbers_of_the_rows);
    tcase_add_test(page, each_model_of_a_mix_has_its_quantile_over_the_tasks_of_all_replications);
    tcase_add_test(page, hostile_names_are_shown_and_are_no_markup);
    tcase_add_test(page, the_contents_lead_to_headings_that_are_there_once);
    tcase_add_test(page, a_database_of_failed_runs_only_has_a_page_that_says_why);
    tcase_add_loop_test(page, databases_of_older_versions_have_pages_and_stay_as_they_are, 1, 3);
    tcase_add_test(page, of_many_points_the_first_are_shown_and_the_page_says_so);
    tcase_add_test(page, published_figures_stand_beside_ours);
    tcase_add_test(page, the_command_to_repeat_is_safe_to_paste);
    tcase_add_test(page, the_command_of_a_sweep_has_what_it_varied_and_was_told);
    tcase_add_test(page, what_is_no_database_with_runs_leaves_no_page);
    tcase_add_test(page, a_page_never_replaces_its_database_and_appears_whole_or_not);
    tcase_add_test(page, a_run_has_its_figures_on_the_page);
    suite_add_tcase(s, html);
    suite_add_tcase(s, numbers);
    suite_add_tcase(s, page);
    return s;
}
