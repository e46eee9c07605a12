// tests/test_export.c: `fogsim export`: fields by RFC 4180 and RFC 8259, written out by hand here,
// and whole databases against Python's csv, json and sqlite3 (tests/check_export.py).
#include <float.h>
#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#include "results/field.h"
#include "results/schema.h"
#include "tests/program.h"

Suite *export_suite(void);

// ---- fields
// --------------------------------------------------------------------------------------

#define WRITTEN(call)                                                                              \
    ({                                                                                             \
        char  *text_ = NULL;                                                                       \
        size_t length_;                                                                            \
        FILE  *file = open_memstream(&text_, &length_);                                            \
        call;                                                                                      \
        fclose(file);                                                                              \
        char *copy_ = arena_string(&arena, text_);                                                 \
        free(text_);                                                                               \
        copy_;                                                                                     \
    })

START_TEST(csv_quotes_what_must_be_quoted_and_nothing_else)
{
    static const char *const cases[][2] = {
        {"plain text", "plain text"}, {"", "\"\""},
        {"a,b", "\"a,b\""},           {"say \"x\"", "\"say \"\"x\"\"\""},
        {"\"", "\"\"\"\""},           {"two\nlines", "\"two\nlines\""},
        {"cr\r", "\"cr\r\""},         {"tab\t'|;", "tab\t'|;"},
        {"\xff\xfe", "\xff\xfe"},     {" ", " "}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(WRITTEN(field_csv_text(file, cases[i][0], strlen(cases[i][0]))),
                         cases[i][1]);
}
END_TEST

START_TEST(json_escapes_controls_and_keeps_characters)
{
    static const char *const cases[][2] = {
        {"", "\"\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"\n\r\t\x01\x7f", "\"\\n\\u000d\\u0009\\u0001\\u007f\""},
        {"\xc3\xa4 \xe2\x86\x92 \xf0\x9f\x98\x80", "\"\xc3\xa4 \xe2\x86\x92 \xf0\x9f\x98\x80\""},
        {"a\xff"
         "b",
         "\"a\xef\xbf\xbd"
         "b\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(WRITTEN(field_json_text(file, cases[i][0], strlen(cases[i][0]))),
                         cases[i][1]);
}
END_TEST

// The table of well-formed bytes, Unicode 15, table 3-7: the edges of its rows and what lies past
// them.
START_TEST(utf8_is_told_from_what_is_none)
{
    static const char *const good[] = {"",
                                       "a",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2\x41",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xe2\x86",
                                      "\xe2\x86\x41",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xf0\x90\x80"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(field_is_utf8(good[i], strlen(good[i])), "good %zu", i);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!field_is_utf8(bad[i], strlen(bad[i])), "bad %zu", i);
}
END_TEST

START_TEST(numbers_read_back_as_they_were_and_are_short)
{
    ck_assert_str_eq(WRITTEN(field_real(file, 0.1)), "0.1");
    ck_assert_str_eq(WRITTEN(field_real(file, 3)), "3.0");
    ck_assert_str_eq(WRITTEN(field_real(file, 0.1 + 0.2)), "0.30000000000000004");
    ck_assert_str_eq(WRITTEN(field_real(file, 1e300)), "1e+300");
    ck_assert_str_eq(WRITTEN(field_real(file, INFINITY)), "9e999");
    ck_assert_str_eq(WRITTEN(field_real(file, -INFINITY)), "-9e999");
    static const double hard[] = {-0.0,
                                  DBL_MAX,
                                  DBL_MIN,
                                  DBL_TRUE_MIN,
                                  5e-324,
                                  2.0 / 3,
                                  9007199254740993.0,
                                  123456789.123456789,
                                  1 + DBL_EPSILON};
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
        double back = strtod(WRITTEN(field_real(file, hard[i])), NULL);
        ck_assert(!memcmp(&back, &hard[i], sizeof back));
    }
}
END_TEST

// ---- databases
// -----------------------------------------------------------------------------------

static const char *make_database(const char *name, const char *sql)
{
    struct err  e = {0};
    bool        created;
    const char *path = in_folder(name);
    sqlite3    *db = schema_open_write(path, &created, &e);
    ck_assert_msg(db != NULL, "%s", e.text);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    return path;
}

static void check_all(const char *db)
{
    const char *command =
        arena_format(&arena, "/usr/bin/python3 %s %s %s >%s 2>&1", in_root("tests/check_export.py"),
                     program, db, in_folder("checked"));
    ck_assert_msg(system(command) == 0, "%s", read_text(in_folder("checked")));
}

// Metrics and documents take any text; values that are awkward in one format or the other.
static const char hostile[] =
    "INSERT INTO run(run_id, scenario, point, scheme, model, seed, replication, status, error)"
    " VALUES(1, 'a,b', '{\"k\":\"v\"}', 'say \"x\"', '', 9223372036854775807, 0, 'done',"
    " 'line' || char(13, 10) || 'two'), (2, char(128512) || ' na\xc3\xafve', '{}', 'x', '''',"
    " -9223372036854775808, 1, 'done', NULL);"
    "INSERT INTO document VALUES('nul', 'a' || char(0) || 'b', 'control' || char(1, 9, 127, 8232)),"
    " ('bytes', CAST(X'61FF62' AS TEXT), CAST(X'C0AF' AS TEXT)),"
    " ('blob', X'00FF22', X''), ('quote', '\"', '\"\"'), ('space', ' ', ','), ('cr', char(13), "
    "char(10));"
    "INSERT INTO metric VALUES(1, 'third', 1.0 / 3), (1, 'whole', 3.0), (1, 'zero', -0.0),"
    " (1, 'none', NULL), (1, 'inf', 9e999), (1, 'less', -9e999), (1, 'tiny', 5e-324),"
    " (1, 'large', 1.7976931348623157e308), (2, 'sum', 0.1 + 0.2), (2, '', 1e22), (2, 'NULL', 1);"
    "CREATE TABLE \"odd \"\"name\"\", x\"(\"a,b\" , \"c\"\"d\" TEXT, \"na\xc3\xafve\" BLOB);"
    "INSERT INTO \"odd \"\"name\"\", x\" VALUES(1, 'x', X'4142'), (2.5, NULL, NULL), ('t', '', '');"
    "CREATE TABLE empty(a, b);";

START_TEST(hostile_values_come_through_to_the_last_byte)
{
    check_all(make_database("t.db", hostile));
    MUST_RUN("export", in_folder("t.db"), "empty");
    ck_assert_str_eq(out, "a,b\r\n");
    MUST_RUN("export", in_folder("t.db"), "empty", "--format", "jsonl");
    ck_assert_str_eq(out, "");
    MUST_RUN("export", in_folder("t.db"), "odd \"name\", x");
    ck_assert_str_eq(out,
                     "\"a,b\",\"c\"\"d\",na\xc3\xafve\r\n1,x,X'4142'\r\n2.5,,\r\nt,\"\",\"\"\r\n");
    MUST_RUN("export", in_folder("t.db"), "odd \"name\", x", "--format", "jsonl");
    ck_assert_str_eq(out, "{\"a,b\":1,\"c\\\"d\":\"x\",\"na\xc3\xafve\":{\"hex\":\"4142\"}}\n"
                          "{\"a,b\":2.5,\"c\\\"d\":null,\"na\xc3\xafve\":null}\n"
                          "{\"a,b\":\"t\",\"c\\\"d\":\"\",\"na\xc3\xafve\":\"\"}\n");
}
END_TEST

START_TEST(all_tables_and_views_of_a_run_come_through)
{
    const char *path = write_text("w.json", SMALL);
    MUST_RUN("run", path, "--db", in_folder("w.db"), "--quiet", "--set", "record=ops", "--set",
             "observe={\"queues\": \"10 ms\", \"occupancy\": true}");
    check_all(in_folder("w.db"));
}
END_TEST

START_TEST(runs_are_chosen_in_the_order_given_and_once)
{
    const char *db = make_database("t.db", hostile);
    MUST_RUN("export", db, "metric", "--run", "2", "--run", "1", "--run", "2", "-o",
             in_folder("m.csv"));
    ck_assert_str_eq(out, arena_format(&arena, "%s: 11 rows\n", in_folder("m.csv")));
    const char *text = read_text(in_folder("m.csv"));
    ck_assert_ptr_eq(strstr(text, "run_id,name,value\r\n2,\"\",1e+22\r\n2,NULL,1.0\r\n2,sum,"
                                  "0.30000000000000004\r\n1,inf,9e999\r\n"),
                     text);
    MUST_RUN("export", db, "run", "--run", "1", "--format", "jsonl");
    ck_assert_ptr_nonnull(strstr(out, "{\"run_id\":1,"));
    ck_assert_ptr_null(strstr(out, "{\"run_id\":2,"));
}
END_TEST

START_TEST(a_name_is_looked_up_never_run)
{
    static const char *const names[] = {
        "nope", "", "run; DROP TABLE run", "run\" --", "sqlite_master", "sqlite_stat1", "RUN "};
    const char *db = make_database("t.db", "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ck_assert_int_eq(RUN("export", db, names[i], "-o", in_folder("x")), 2);
        check_lines(db,
                    (const char *const[]){"FILE: want a table or a view (document, layer, link, "
                                          "match, metric, node, occupancy, op, queue_sample, "
                                          "run, summary, task, v_improvement, v_layer_mean, "
                                          "v_run, v_scheme), have \"",
                                          NULL});
        ck_assert_str_eq(out, "");
    }
    ck_assert_int_eq(empty_folder(), 1);
}
END_TEST

START_TEST(wrong_requests_are_told_and_leave_what_was_there)
{
    const char              *db = make_database("t.db", hostile), *old = write_text("old", "old");
    static const char *const bad[][4] = {
        {"v_scheme", "--run", "1", "FILE: --run: v_scheme has no column run_id"},
        {"task", "--run", "9", "FILE: --run: want a run of the database, have 9"},
        {"task", "--run", "one", "--run: want an integer from 0"},
        {"task", "--format", "xml", "--format: want one of csv, jsonl"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(RUN("export", db, bad[i][0], bad[i][1], bad[i][2], "-o", old), 2);
        check_lines(db, (const char *const[]){bad[i][3], NULL});
        ck_assert_str_eq(read_text(old), "old");
    }
    ck_assert_int_eq(RUN("export", in_folder("none.db"), "run"), 2);
    ck_assert_int_eq(RUN("export", db, "run", "-o", in_folder("no/where")), 1);
    ck_assert_int_eq(run_to("/dev/full", (const char *const[]){"export", db, "run", NULL}), 1);
    ck_assert_int_eq(empty_folder(), 2); // t.db and old
}
END_TEST

// A page of the table is spoilt: what came before it may be out already, so the exit status tells;
// a file of that name stays as it was.
START_TEST(a_database_that_breaks_half_way_is_a_failure)
{
    const char *path = write_text("w.json", SMALL), *db = in_folder("w.db"), *old;
    MUST_RUN("run", path, "--db", db, "--quiet", "--set", "record=ops");
    double pages = query_file("w.db", "SELECT page_count FROM pragma_page_count");
    double size = query_file("w.db", "SELECT page_size FROM pragma_page_size");
    ck_assert_double_gt(pages, 30);
    FILE *file = fopen(db, "r+b"); // from the 24th page on: behind the first rows of op
    ck_assert(file && !fseek(file, (long)(23 * size), SEEK_SET));
    for (double i = 0; i < (pages - 23) * size; i++) fputc(0xa5, file);
    ck_assert_int_eq(fclose(file), 0);
    old = write_text("old", "old");
    ck_assert_int_eq(RUN("export", db, "op", "-o", old), 1);
    ck_assert_ptr_nonnull(strstr(err, "malformed"));
    ck_assert_str_eq(read_text(old), "old");
}
END_TEST

Suite *export_suite(void)
{
    Suite *s = suite_create("export");
    TCase *tc = tcase_create("fields");
    tcase_add_test(tc, csv_quotes_what_must_be_quoted_and_nothing_else);
    tcase_add_test(tc, json_escapes_controls_and_keeps_characters);
    tcase_add_test(tc, utf8_is_told_from_what_is_none);
    tcase_add_test(tc, numbers_read_back_as_they_were_and_are_short);
    suite_add_tcase(s, tc);
    tc = tcase_create("databases");
    tcase_add_checked_fixture(tc, program_setup, program_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, hostile_values_come_through_to_the_last_byte);
    tcase_add_test(tc, all_tables_and_views_of_a_run_come_through);
    tcase_add_test(tc, runs_are_chosen_in_the_order_given_and_once);
    tcase_add_test(tc, a_name_is_looked_up_never_run);
    tcase_add_test(tc, wrong_requests_are_told_and_leave_what_was_there);
    tcase_add_test(tc, a_database_that_breaks_half_way_is_a_failure);
    suite_add_tcase(s, tc);
    return s;
}
