// tests/test_range.c: the values of a sweep as a user writes them. Expected lists are written by
// hand; logarithmic ones follow low x (high / low)^(i / (n - 1)).
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/range.h"

Suite *range_suite(void);

static struct arena arena;
static struct err   e;
static struct range range;

static void setup(void)
{
    arena = (struct arena){0};
    e = (struct err){0};
}

static void teardown(void)
{
    arena_free(&arena);
}

static bool read_text(const char *text, bool takes_span)
{
    e = (struct err){0};
    return range_read(&range, &arena, text, takes_span, "HERE", &e);
}

static const char *join(const char *const *texts, const char *between)
{
    const char *all = "";
    for (uint32_t i = 0; i < range.count; i++)
        all = arena_format(&arena, "%s%s%s", all, i ? between : "", texts[i]);
    return all;
}

static const struct {
    const char *text, *jsons;
} LISTS[] = {
    {"3", "3"},
    {"1,2,3", "1 2 3"},
    {"8,2, 4 ", "8 2 4"}, // the order is the user's
    {"10 Mbit/s,  1 Gbit/s", "\"10 Mbit/s\" \"1 Gbit/s\""},
    {"true,4,\"text\",[1,2],{\"a\":1},null", "true 4 \"text\" [1,2] {\"a\":1} null"},
    {"fifo,edf", "\"fifo\" \"edf\""},
    {"\"4\",4", "\"4\" 4"},
    {"\"a,b\",\"\\\",]\"", "\"a,b\" \"\\\",]\""},
    {"[[1],{\"x\":[2,3]}],5", "[[1],{\"x\":[2,3]}] 5"},
    {"\"\"", "\"\""},
    {"\"2..16\"", "\"2..16\""}, // a text in quotes is none
    {"../a.csv,a..b", "\"../a.csv\" \"a..b\""},
    {"4.0,1e3,0.10", "4 1000 0.1"},
    {"\xc3\xb5,\t x", "\"\xc3\xb5\" \"x\""},
    {"2..6", "2 3 4 5 6"},
    {"-2..2", "-2 -1 0 1 2"},
    {"7..7", "7"},
    {"2..16+2", "2 4 6 8 10 12 14 16"},
    {"2..17+5", "2 7 12 17"},
    {"2..16+5", "2 7 12"},
    {"0..1+0.1", "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1"},
    {"0..0.3+0.1", "0 0.1 0.2 0.3"}, // 0.3 / 0.1 is below 3 in doubles
    {"-1e100..1/2", "-1e+100 1"},    // both ends, though one is lost beside the other
    {"2..16x2", "2 4 8 16"},
    {"2..15x2", "2 4 8"},
    {"1..1000x10", "1 10 100 1000"},
    {"0.5..2x2", "0.5 1 2"},
    {"0..1/11", "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1"},
    {"-1..1/3", "-1 0 1"},
    {"-1..1/5", "-1 -0.5 0 0.5 1"},
    {"1e3..3e3/3", "1000 2000 3000"},
    {".5..1.5/3", "0.5 1 1.5"},
    {"1..1000/4log", "1 10 100 1000"},
    {"1..1000/4 log", "1 10 100 1000"},
    // 10 x 10^(1/3) and 10 x 10^(2/3): 10^(1/3) = 2.15443469003188..., its square 4.64158883361278
    {"10..100/4log Mbit/s",
     "\"10 Mbit/s\" \"21.5443469003 Mbit/s\" \"46.4158883361 Mbit/s\" \"100 Mbit/s\""},
    {"10..30+10 %", "\"10 %\" \"20 %\" \"30 %\""},
    {"1..3 /s", "\"1 /s\" \"2 /s\" \"3 /s\""},
    {"1..3/s", "\"1 /s\" \"2 /s\" \"3 /s\""},
    {"1..2/2 ms", "\"1 ms\" \"2 ms\""},
    {"1,4..6,\"x\",10..30+20 ms,9", "1 4 5 6 \"x\" \"10 ms\" \"30 ms\" 9"},
};

START_TEST(a_list_is_what_it_says)
{
    ck_assert_msg(read_text(LISTS[_i].text, false), "%s", e.text);
    ck_assert_str_eq(join(range.jsons, " "), LISTS[_i].jsons);
}
END_TEST

START_TEST(the_text_of_a_value_reads_back_as_its_json)
{
    ck_assert(read_text(LISTS[_i].text, false));
    for (uint32_t i = 0; i < range.count; i++) {
        cJSON *a = json_value(range.texts[i]), *b = cJSON_Parse(range.jsons[i]);
        ck_assert_msg(cJSON_Compare(a, b, true), "%s and %s", range.texts[i], range.jsons[i]);
        cJSON_Delete(a), cJSON_Delete(b);
    }
}
END_TEST

START_TEST(a_list_of_json_is_taken_as_it_stands)
{
    cJSON *list = cJSON_Parse("[\"2..4\", 2, \"10 Mbit/s\", null, {\"b\": [1, 2]}, \"4\"]");
    ck_assert_msg(range_read_list(&range, &arena, list, "HERE", &e), "%s", e.text);
    ck_assert_str_eq(join(range.jsons, " "), "\"2..4\" 2 \"10 Mbit/s\" null {\"b\":[1,2]} \"4\"");
    ck_assert_str_eq(join(range.texts, " "), "2..4 2 10 Mbit/s null {\"b\":[1,2]} \"4\"");
    cJSON_Delete(list);
}
END_TEST

START_TEST(logarithmic_values_stand_in_one_ratio_and_meet_both_ends)
{
    for (int n = 2; n < 60; n++) {
        double ratio = pow(5e7 / 0.003, 1.0 / (n - 1));
        ck_assert_msg(read_text(arena_format(&arena, "0.003..5e7/%dlog", n), false), "%s", e.text);
        ck_assert_uint_eq(range.count, (uint32_t)n);
        ck_assert_str_eq(range.texts[0], "0.003");
        ck_assert_str_eq(range.texts[n - 1], "50000000");
        for (int i = 1; i < n; i++) { // 12 digits: each within 5e-12 of its value
            double now = strtod(range.texts[i], NULL), last = strtod(range.texts[i - 1], NULL);
            ck_assert_double_eq_tol(now / last / ratio, 1, 1.1e-11);
        }
    }
}
END_TEST

START_TEST(a_span_is_taken_only_where_it_is_asked_for)
{
    ck_assert(read_text(" 0.5..2 ", true));
    ck_assert(range.count == 0 && !range.is_log && range.low == 0.5 && range.high == 2);
    ck_assert(read_text("1..1000log Mbit/s ", true));
    ck_assert(range.count == 0 && range.is_log && range.low == 1 && range.high == 1000);
    ck_assert_str_eq(range.unit, " Mbit/s");
    ck_assert(read_text("1..8", true) && range.count == 0);
    ck_assert(read_text("1..8+1", true) && range.count == 8);
    ck_assert(read_text("1..3,7", true) && range.count == 4);
    ck_assert(read_text("1..8", false) && range.count == 8);
    ck_assert(!read_text("0.5..2", false));
}
END_TEST

START_TEST(a_span_is_drawn_evenly_or_evenly_in_its_logarithm)
{
    struct range span, values = {0};
    ck_assert(range_read(&span, &arena, "10..30 ms", true, "HERE", &e));
    for (int i = 0; i <= 4; i++) range_draw(&span, i / 4.0, &arena, &values);
    ck_assert(range_read(&span, &arena, "1..10000log", true, "HERE", &e));
    for (int i = 0; i <= 4; i++) range_draw(&span, i / 4.0, &arena, &values);
    range = values;
    ck_assert_str_eq(join(values.texts, ","), "10 ms,15 ms,20 ms,25 ms,30 ms,1,10,100,1000,10000");
    ck_assert_str_eq(values.jsons[0], "\"10 ms\"");
    ck_assert_str_eq(values.jsons[9], "10000");
}
END_TEST

static const struct {
    const char *text, *want;
} HOSTILE[] = {
    {"", "a value between commas"},
    {" ", "a value between commas"},
    {"1,,2", "a value between commas"},
    {"1,2,", "a value between commas"},
    {"[1,2", "every bracket and quote closed"},
    {"\"a", "every bracket and quote closed"},
    {"{\"a\":\"}\"", "every bracket and quote closed"},
    {"1e999", "a number within reach"},
    {"-1e999", "a number within reach"},
    {"{\"a\":1,\"a\":2}", "every name once"},
    {"a\xff", "UTF-8"},
    {"a\x1bJ", "text without control characters"},
    {"nan..3", "a range such as"},
    {"inf..3", "a range such as"},
    {"1..nan", "a range such as"},
    {"0x1..5", "a range such as"},
    {"1..", "a range such as"},
    {"1..x", "a range such as"},
    {"1....2", "a range such as"},
    {"2..16+", "a range such as"},
    {"2..16x", "a range such as"},
    {"2..8 16", "a unit such as"},
    {"2..16*2", "a unit such as"},
    {"2..16+2x2", "a unit such as"},
    {"2..16 furlongs", "a unit such as"},
    {"2..16 Mbit/s Mbit/s", "a unit such as"},
    {"2..0x2", "the lower number first"},
    {"1..1e999", "numbers up to 1e100"},
    {"-1e308..1e308/3", "numbers up to 1e100"},
    {"1..1e9", "at most 100000 values"},
    {"1..100001", "at most 100000 values"},
    {"1..2x1.0000001", "at most 100000 values"},
    {"1..60000,1..60000", "at most 100000 values"},
    {"0..1+1e-300", "at most 100000 values"},
    {"16..2", "the lower number first"},
    {"16..2x2", "the lower number first"},
    {"2..16+0", "a step above 0"},
    {"2..16+-2", "a step above 0"},
    {"2..16x1", "a factor above 1"},
    {"2..16x0", "a factor above 1"},
    {"2..16x0.5", "a factor above 1"},
    {"0..16x2", "a low end above 0"},
    {"-4..16x2", "a low end above 0"},
    {"0..1/5log", "a low end above 0"},
    {"-1..1/5log", "a low end above 0"},
    {"0.5..3", "whole numbers, or a step"},
    {"1..2.5", "whole numbers, or a step"},
    {"1..10/1", "from 2 to 100000 values"},
    {"1..10/0", "from 2 to 100000 values"},
    {"1..10/2.5", "from 2 to 100000 values"},
    {"1..10/100001", "from 2 to 100000 values"},
    {"3..3/2", "two different ends"},
    {"1..10log", "log behind a count"},
    {"1..16x2log", "log behind a count"},
    {"1..10 log", "log behind a count"},
};

START_TEST(a_wrong_list_is_refused_with_what_was_wanted)
{
    ck_assert_msg(!read_text(HOSTILE[_i].text, false), "accepted: %s", HOSTILE[_i].text);
    ck_assert_msg(!strncmp(e.text, "HERE: ", 6), "%s", e.text);
    ck_assert_msg(strstr(e.text, HOSTILE[_i].want) != NULL, "%s: %s", HOSTILE[_i].text, e.text);
    ck_assert_uint_eq(e.fault_count, 1);
}
END_TEST

START_TEST(a_wrong_span_is_refused)
{
    static const char *const texts[] = {"3..3",     "4..3",        "0..1log",
                                        "-1..1log", "1..2 parsec", "1..1e999"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ck_assert_msg(!read_text(texts[i], true), "accepted: %s", texts[i]);
        ck_assert_uint_eq(e.fault_count, 1);
    }
}
END_TEST

START_TEST(as_many_values_as_are_allowed_are_taken)
{
    ck_assert(read_text("1..100000", false) && range.count == 100000);
    ck_assert_str_eq(range.texts[99999], "100000");
    ck_assert(read_text("0..1/100000", false) && range.count == 100000);
}
END_TEST

START_TEST(deep_json_is_a_text_as_for_set)
{
    char deep[300];
    memset(deep, '[', 100), memset(deep + 100, ']', 100);
    deep[200] = '\0';
    ck_assert_msg(read_text(deep, false), "%s", e.text);
    ck_assert_str_eq(range.texts[0], deep);
    ck_assert_int_eq(range.jsons[0][0], '"');
}
END_TEST

Suite *range_suite(void)
{
    Suite *suite = suite_create("range");
    TCase *tc = tcase_create("all");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, a_list_is_what_it_says, 0, sizeof LISTS / sizeof *LISTS);
    tcase_add_loop_test(tc, the_text_of_a_value_reads_back_as_its_json, 0,
                        sizeof LISTS / sizeof *LISTS);
    tcase_add_test(tc, a_list_of_json_is_taken_as_it_stands);
    tcase_add_test(tc, logarithmic_values_stand_in_one_ratio_and_meet_both_ends);
    tcase_add_test(tc, a_span_is_taken_only_where_it_is_asked_for);
    tcase_add_test(tc, a_span_is_drawn_evenly_or_evenly_in_its_logarithm);
    tcase_add_loop_test(tc, a_wrong_list_is_refused_with_what_was_wanted, 0,
                        sizeof HOSTILE / sizeof *HOSTILE);
    tcase_add_test(tc, a_wrong_span_is_refused);
    tcase_add_test(tc, as_many_values_as_are_allowed_are_taken);
    tcase_add_test(tc, deep_json_is_a_text_as_for_set);
    suite_add_tcase(suite, tc);
    return suite;
}
