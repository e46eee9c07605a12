// tests/test_json.c: base/: JSON reads and their faults, units, err, arena, rng, stat, digest.
//
// Expected values are worked out by hand, or come from the source that is named.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/stat.h"

Suite *json_suite(void);

static struct arena    arena;
static struct err      e;
static struct json_doc doc;

static void setup(void)
{
    arena = (struct arena){0};
    e = (struct err){0};
    doc = (struct json_doc){0};
}

static void teardown(void)
{
    json_close(&doc);
    arena_free(&arena);
}

static struct json parse(const char *text)
{
    ck_assert_msg(json_parse(&doc, "f", text, strlen(text), &e), "%s", e.text);
    return json_root(&doc, &arena);
}

// The text is refused with exactly these lines.
static void refuse_bytes(const char *text, size_t length, const char *want)
{
    e = (struct err){0};
    ck_assert_msg(!json_parse(&doc, "f", text, length, &e), "accepted: %s", text);
    ck_assert_str_eq(e.text, want);
    ck_assert_ptr_null(doc.root);
}

static void refuse(const char *text, const char *want)
{
    refuse_bytes(text, strlen(text), want);
}

START_TEST(a_syntax_error_is_told_with_line_and_column)
{
    refuse("{", "f: line 1, column 1: want valid JSON, have \"{\""); // cJSON names the last byte
    refuse("{\"a\": 1,\n \"b\": }", "f: line 2, column 7: want valid JSON, have \"}\"");
    refuse("{\n\n  \"a\" 1}", "f: line 3, column 7: want valid JSON, have \"1}\"");
    refuse("[1, 2] x", "f: line 1, column 8: want valid JSON, have \"x\"");
    refuse("nul", "f: line 1, column 1: want valid JSON, have \"nul\"");
    refuse("{'a': 1}", "f: line 1, column 3: want valid JSON, have \"a': 1}\"");
    refuse("[NaN]", "f: line 1, column 2: want valid JSON, have \"NaN]\"");
    refuse("[Infinity]", "f: line 1, column 2: want valid JSON, have \"Infinity]\"");
}
END_TEST

START_TEST(an_empty_text_is_no_object)
{
    refuse("", "f: want a JSON object, have an empty file");
    refuse(" \r\n\t ", "f: want a JSON object, have an empty file");
    refuse("\xef\xbb\xbf", "f: want a JSON object, have an empty file");
    refuse("\xef\xbb\xbf \n", "f: want a JSON object, have an empty file");
}
END_TEST

START_TEST(a_byte_order_mark_is_skipped)
{
    struct json root = parse("\xef\xbb\xbf{\"a\": 3}");
    ck_assert_int_eq(json_integer(root, "a", 0, 0, 9), 3);
}
END_TEST

START_TEST(nul_bytes_and_escapes_are_refused)
{
    refuse_bytes("{\"a\0b\": 1}", 10, "f: want JSON text, have a NUL byte");
    refuse_bytes("{}\0", 3, "f: want JSON text, have a NUL byte");
    refuse("{\"a\": \"b\\u0000c\"}",
           "f: line 1, column 9: want no NUL in a string, have \"\\u0000c\"}\"");
    struct json root = parse("{\"a\": \"b\\\\u0000c\"}"); // a backslash, then u0000
    ck_assert_str_eq(json_string(root, "a", ""), "b\\u0000c");
}
END_TEST

START_TEST(text_that_is_no_utf8_is_refused)
{
    static const char *const bad[] = {
        "\x80",         // a continuation alone
        "\xc3",         // cut short
        "\xc0\xaf",     // overlong "/"
        "\xe0\x9f\xbf", // overlong
        "\xed\xa0\x80", // a surrogate
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80" /* past U+10FFFF */,
        "\xf5\x80\x80\x80",
        "\xff",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[32], want[96];
        snprintf(text, sizeof text, "[\n\"%s\"]", bad[i]);
        snprintf(want, sizeof want, "f: line 2, column 2: want UTF-8, have \"%s\"]\"", bad[i]);
        refuse(text, want);
    }
    static const char *const good[] = {"\xc2\x80",     "\xe0\xa0\x80",     "\xed\x9f\xbf",
                                       "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char text[32];
        snprintf(text, sizeof text, "{\"a\":\"%s\"}", good[i]);
        ck_assert_str_eq(json_string(parse(text), "a", ""), good[i]);
        json_close(&doc);
    }
}
END_TEST

START_TEST(a_text_need_not_end_in_a_nul)
{
    char *text = malloc(4); // exactly: a sanitizer sees a read past it
    memcpy(text, "[1,2", 4);
    refuse_bytes(text, 4, "f: line 1, column 4: want valid JSON, have \"2\"");
    memcpy(text, "[12]", 4);
    e = (struct err){0};
    ck_assert(json_parse(&doc, "f", text, 4, &e));
    free(text);
}
END_TEST

START_TEST(brackets_nest_up_to_the_limit)
{
    char deep[2 * JSON_MAX_DEPTH + 3];
    for (int depth = JSON_MAX_DEPTH; depth <= JSON_MAX_DEPTH + 1; depth++) {
        memset(deep, '[', (size_t)depth);
        memset(deep + depth, ']', (size_t)depth);
        deep[2 * depth] = '\0';
        if (depth > JSON_MAX_DEPTH) {
            refuse(deep, "f: want at most 64 levels of brackets, have more");
        } else {
            parse(deep);
            json_close(&doc);
        }
    }
    // Brackets in strings do not count, and quotes in strings do not end them.
    char text[256] = "{\"a\": \"\\\"";
    memset(text + strlen(text), '[', 100);
    strcat(text, "\"}");
    parse(text);
}
END_TEST

START_TEST(a_name_given_twice_is_told_once_for_each_object)
{
    refuse("{\"a\": 1, \"b\": {\"c\": 1, \"c\": 2, \"c\": 3}, \"a\": [{\"d\": 1, \"d\": 1}]}",
           "f: b: want every name once, have \"c\" twice\n"
           "f: a[0]: want every name once, have \"d\" twice\n"
           "f: want every name once, have \"a\" twice");
    parse("{\"a\": {\"a\": {\"a\": 1}}, \"A\": 2}"); // other places, other names
}
END_TEST

START_TEST(numbers_are_read_as_they_stand)
{
    struct json root = parse("{\"a\": -0, \"b\": 1e3, \"c\": 2.5, \"d\": 1e999, \"e\": \"7\", "
                             "\"f\": 9007199254740993, \"g\": null, \"h\": -1e400}");
    ck_assert_int_eq(json_integer(root, "a", 5, -1, 1), 0);
    ck_assert_int_eq(json_integer(root, "b", 5, 0, 1000), 1000);
    ck_assert_int_eq(json_integer(root, "g", 5, 0, 9), 5); // null is absence
    ck_assert_int_eq(json_integer(root, "z", 6, 0, 9), 6);
    ck_assert_int_eq(json_integer(root, "f", 0, 0, INT64_MAX), 9007199254740992); // 2^53
    ck_assert_uint_eq(e.fault_count, 0);
    json_integer(root, "b", 5, 0, 999);
    json_integer(root, "c", 5, 0, 9);
    json_integer(root, "d", 5, 0, 9);
    json_integer(root, "e", 5, 0, 9);
    json_quantity(root, "d", UNIT_TIME, 0, 0, INFINITY);
    json_quantity(root, "h", UNIT_NONE, 0, 0, 1);
    ck_assert_str_eq(e.text, "f: b: want an integer from 0 to 999, have 1000\n"
                             "f: c: want an integer from 0 to 9, have 2.5\n"
                             "f: d: want an integer from 0 to 9, have inf\n"
                             "f: e: want an integer from 0 to 9, have \"7\"\n"
                             "f: h: want a number from 0 to 1, have -inf");
}
END_TEST

START_TEST(wrong_types_are_told_and_give_the_default)
{
    struct json root = parse("{\"b\": 1, \"s\": [], \"c\": \"red\", \"q\": {}, \"t\": true}");
    ck_assert(!json_bool(root, "b", true)); // a wrong bool is false, a wrong number the least
    ck_assert_str_eq(json_string(root, "s", "x"), "x");
    static const char *const names[] = {"blue", "green", NULL};
    ck_assert_int_eq(json_choice(root, "c", names, 1), 1);
    ck_assert_double_eq(json_quantity(root, "q", UNIT_BYTES, 3, 1, 9), 1); // the least
    ck_assert_ptr_null(json_need(root, "none").item);
    ck_assert_uint_eq(json_count(json_get(root, "t")), 0);
    ck_assert_ptr_null(json_at(json_get(root, "t"), 0).item);
    ck_assert_ptr_null(json_get(json_get(root, "t"), "x").item);
    ck_assert_str_eq(e.text, "f: b: want true or false, have 1\n"
                             "f: s: want a string, have a list of 0\n"
                             "f: c: want one of \"blue\", \"green\", have \"red\"\n"
                             "f: q: want a size such as \"1 GiB\", have an object\n"
                             "f: none: want a value, have nothing");
}
END_TEST

START_TEST(members_are_walked_in_order_with_their_places)
{
    struct json root =
        parse("{\"a.b\": [1, [2, 3], {\"c.d\": 4}], \"\": {\"\": 1, \"x\": 2}, \"e[0]\": "
              "[5, 6]}");
    static const char *const places[] = {"a.b", "", "e[0]"};
    uint32_t                 i = 0;
    for (struct json j = json_at(root, 0); j.item; j = json_next(j), i++)
        ck_assert_str_eq(j.place, places[i]);
    ck_assert_uint_eq(i, 3);
    struct json list = json_get(root, "a.b");
    ck_assert_str_eq(json_next(json_at(list, 0)).place, "a.b[1]");
    ck_assert_str_eq(json_next(json_at(json_at(list, 1), 0)).place, "a.b[1][1]");
    ck_assert_str_eq(json_at(json_at(list, 2), 0).place, "a.b[2].c.d");
    ck_assert_ptr_null(json_next(json_at(list, 2)).item);
    struct json empty = json_get(root, "");
    ck_assert_str_eq(json_key(json_next(json_at(empty, 0))), "x");
    ck_assert_str_eq(json_next(json_at(json_get(root, "e[0]"), 0)).place, "e[0][1]");
    ck_assert_ptr_null(json_at(list, 7).item);
}
END_TEST

START_TEST(a_long_name_is_shown_short)
{
    char text[2100] = "{\"";
    memset(text + 2, 'n', 2000);
    strcat(text, "\": {\"a\": 1, \"b\": 2}}");
    struct json long_one = json_at(parse(text), 0);
    struct json second = json_next(json_at(long_one, 0));
    ck_assert_str_eq(second.place + strlen(second.place) - 2, ".b");
    ck_assert_uint_lt(strlen(second.place), 70);
    json_fault(long_one, "%s", "less");
    ck_assert_uint_lt(e.length, 200);
}
END_TEST

START_TEST(an_unknown_key_names_the_nearest_one)
{
    static const char *const keys[] = {"deadline", "theta", "tau", NULL};
    struct json root = parse("{\"Theta\": 1, \"dedline\": 2, \"completely_else\": 3, \"tau\": 4}");
    ck_assert(!json_keys(root, keys));
    ck_assert_str_eq(e.text,
                     "f: Theta: want a known key, have \"Theta\" (did you mean \"theta\"?)\n"
                     "f: dedline: want a known key, have \"dedline\" (did you mean \"deadline\"?)\n"
                     "f: completely_else: want a known key, have \"completely_else\"");
}
END_TEST

START_TEST(values_are_set_by_dotted_paths)
{
    parse("{\"a\": {\"b\": 1}, \"c\": 2}");
    ck_assert(json_set(&doc, "a.b", "3 ms"));     // no JSON: a string
    ck_assert(json_set(&doc, "c.d.e", "[1, 2]")); // objects on the way, in place of a number
    ck_assert(json_set(&doc, "f", "\"1\""));      // a string that looks like a number
    ck_assert(json_set(&doc, "g", "true"));
    ck_assert(json_set(&doc, "h", ""));
    char *text = cJSON_PrintUnformatted(doc.root);
    ck_assert_str_eq(text,
                     "{\"a\":{\"b\":\"3 ms\"},\"c\":{\"d\":{\"e\":[1,2]}},\"f\":\"1\",\"g\":true,"
                     "\"h\":\"\"}");
    cJSON_free(text);
}
END_TEST

START_TEST(bad_paths_and_values_are_told)
{
    parse("{}");
    char deep[2 * JSON_MAX_DEPTH + 4];
    for (size_t i = 0; i < sizeof deep - 1; i++) deep[i] = i % 2 ? '.' : 'a';
    deep[sizeof deep - 1] = '\0';
    ck_assert(!json_set(&doc, "", "1"));
    ck_assert(!json_set(&doc, "a..b", "1"));
    ck_assert(!json_set(&doc, "a.", "1"));
    ck_assert(!json_set(&doc, ".a", "1"));
    ck_assert(!json_set(&doc, deep, "1"));
    ck_assert(!json_set(&doc, "a", "{\"x\": 1, \"x\": 2}"));
    ck_assert(!json_set(&doc, "a", "\xff"));
    ck_assert_uint_eq(e.fault_count, 7);
    ck_assert_ptr_nonnull(strstr(e.text, "f: a: want every name once, have \"x\" twice"));
    char brackets[200] = "";
    memset(brackets, '[', sizeof brackets - 1);
    ck_assert(json_set(&doc, "b", brackets)); // too deep to be JSON: a string
    ck_assert_str_eq(json_string(json_root(&doc, &arena), "b", ""), brackets);
}
END_TEST

START_TEST(files_that_are_no_json_files_are_refused)
{
    ck_assert(!json_open(&doc, "tests/no-such-file.json", &e));
    ck_assert(!json_open(&doc, "tests", &e));
    ck_assert(!json_open(&doc, "/dev/null", &e));
    ck_assert_str_eq(e.text, "tests/no-such-file.json: cannot open: No such file or directory\n"
                             "tests: want a JSON file, have a directory\n"
                             "/dev/null: want a JSON file, have no regular file");
}
END_TEST

// Factors by hand: 94.1 Mbit/s = 94.1e6 / 8 B/s; 1 KiB = 1024 B; ...
static const struct {
    enum unit   unit;
    const char *text;
    double      want;
} QUANTITIES[] = {
    {UNIT_POWER, "20 dBm", 0.1}, // 1 mW x 10^2
    {UNIT_POWER, "-30dBm", 1e-6},
    {UNIT_POWER, "0 dBm", 1e-3},
    {UNIT_HERTZ, "20 MHz", 2e7},
    {UNIT_HERTZ, "5 kHz", 5000},
    {UNIT_HERTZ, "2.5 GHz", 2.5e9},
    {UNIT_LENGTH, "1.2 km", 1200},
    {UNIT_LENGTH, "-3 m", -3},
    {UNIT_SPEED, "36 km/h", 10},
    {UNIT_SPEED, "1.5 m/s", 1.5},
    {UNIT_NONE, "2.5", 2.5},
    {UNIT_NONE, "50%", 0.5},
    {UNIT_NONE, "50 %", 0.5},
    {UNIT_TIME, "3", 3},
    {UNIT_TIME, "3 s", 3},
    {UNIT_TIME, "0.3 ms", 0.0003},
    {UNIT_TIME, "7us", 7e-6},
    {UNIT_TIME, "7 \xc2\xb5s", 7e-6}, // micro sign
    {UNIT_TIME, "12 ns", 12e-9},
    {UNIT_TIME, "1.5 min", 90},
    {UNIT_TIME, "2 h", 7200},
    {UNIT_TIME, "+4 s", 4},
    {UNIT_TIME, "-4 s", -4}, // ranges are the reader's business
    {UNIT_TIME, ".5 s", 0.5},
    {UNIT_TIME, "5. s", 5},
    {UNIT_TIME, "1e-3 s", 0.001},
    {UNIT_BYTES, "9", 9},
    {UNIT_BYTES, "9 B", 9},
    {UNIT_BYTES, "2 kB", 2000},
    {UNIT_BYTES, "2 MB", 2e6},
    {UNIT_BYTES, "2 GB", 2e9},
    {UNIT_BYTES, "2 TB", 2e12},
    {UNIT_BYTES, "3 KiB", 3072},
    {UNIT_BYTES, "3 MiB", 3145728},
    {UNIT_BYTES, "1 GiB", 1073741824},
    {UNIT_RATE, "8", 1}, // a bare rate is bit/s
    {UNIT_RATE, "8 bit/s", 1},
    {UNIT_RATE, "8 kbit/s", 1000},
    {UNIT_RATE, "94.1 Mbit/s", 11762500},
    {UNIT_RATE, "1 Gbit/s", 125e6},
    {UNIT_RATE, "5 B/s", 5},
    {UNIT_RATE, "5 kB/s", 5000},
    {UNIT_RATE, "12 MB/s", 12e6},
    {UNIT_RATE, "1 GB/s", 1e9},
    {UNIT_RATE, "1 MiB/s", 1048576},
    {UNIT_RATE, "1 GiB/s", 1073741824},
    {UNIT_BANDWIDTH, "8", 8}, // a bare bandwidth is B/s
    {UNIT_BANDWIDTH, "8 B/s", 8},
    {UNIT_BANDWIDTH, "4 kB/s", 4000},
    {UNIT_BANDWIDTH, "4 MB/s", 4e6},
    {UNIT_BANDWIDTH, "4 GB/s", 4e9},
    {UNIT_BANDWIDTH, "4 MiB/s", 4194304},
    {UNIT_BANDWIDTH, "4 GiB/s", 4294967296},
    {UNIT_POWER, "10 W", 10},
    {UNIT_POWER, "250 mW", 0.25},
    {UNIT_FLOPS, "5 FLOP/s", 5},
    {UNIT_FLOPS, "5 MFLOP/s", 5e6},
    {UNIT_FLOPS, "85 GFLOP/s", 85e9},
    {UNIT_FLOPS, "1 TFLOP/s", 1e12},
    {UNIT_FREQUENCY, "2 /s", 2},
    {UNIT_FREQUENCY, "2 Hz", 2},
    {UNIT_FREQUENCY, "30 /min", 0.5},
    {UNIT_FREQUENCY, "1800 /h", 0.5},
    {UNIT_TIME_PER_BYTE, "1 s/B", 1},
    {UNIT_TIME_PER_BYTE, "5 us/B", 5e-6},
    {UNIT_TIME_PER_BYTE, "5 ns/B", 5e-9},
};

START_TEST(every_unit_is_converted)
{
    double have = -77;
    ck_assert_msg(units_parse(QUANTITIES[_i].unit, QUANTITIES[_i].text, &have), "%s refused",
                  QUANTITIES[_i].text);
    ck_assert_double_eq_tol(have, QUANTITIES[_i].want, fabs(QUANTITIES[_i].want) * 1e-15);
}
END_TEST

START_TEST(what_is_no_quantity_is_refused)
{
    static const char *const bad[] = {"",        " 5 s",    "s",     "five s", "5 S",   "5 parsec",
                                      "5 MB",    "0x10",    "-0x1",  "inf",    "nan",   "-inf",
                                      "1e999 s", "1e308 h", "5 s s", "5,5 s",  "--5 s", ".",
                                      "+",       "5 ms/B",  "1 e3 s"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double have = -77;
        ck_assert_msg(!units_parse(UNIT_TIME, bad[i], &have), "accepted: %s", bad[i]);
        ck_assert_double_eq(have, -77); // untouched
    }
    double have;
    ck_assert(!units_parse(UNIT_BANDWIDTH, "8 Mbit/s", &have)); // memory is counted in bytes
    ck_assert(!units_parse(UNIT_RATE, "8 Mbit", &have));
    ck_assert(!units_parse(UNIT_NONE, "8 B", &have));
}
END_TEST

START_TEST(quantities_out_of_range_are_told_in_base_units)
{
    struct json root =
        parse("{\"r\": \"1 bit/s\", \"t\": \"-1 ms\", \"m\": \"0 B\", \"w\": \"5 m\"}");
    ck_assert_double_eq(json_quantity(root, "r", UNIT_RATE, 0, 1250, 1e15), 1250);
    ck_assert_double_eq(json_quantity(root, "t", UNIT_TIME, 0, 0, 10), 0);
    ck_assert_double_eq(json_quantity(root, "m", UNIT_BYTES, 0, 1, 10), 1);
    json_quantity(root, "w", UNIT_TIME, 0, 0, 10);
    ck_assert_double_eq(json_quantity(root, "none", UNIT_TIME, 0.25, 1, 2), 0.25); // the default
    ck_assert_str_eq(
        e.text,
        "f: r: want a rate such as \"94.1 Mbit/s\" from 1e+04 to 8e+15 bit/s, have \"1 bit/s\"\n"
        "f: t: want a time such as \"0.3 ms\" from 0 to 10 s, have \"-1 ms\"\n"
        "f: m: want a size such as \"1 GiB\" from 1 to 10 B, have \"0 B\"\n"
        "f: w: want a time such as \"0.3 ms\", have \"5 m\"");
}
END_TEST

START_TEST(seconds_round_to_the_nearest_nanosecond)
{
    ck_assert_int_eq(ns_from_s(0), 0);
    ck_assert_int_eq(ns_from_s(1.5), 1500000000);
    ck_assert_int_eq(ns_from_s(0.49e-9), 0);
    ck_assert_int_eq(ns_from_s(0.51e-9), 1);
    ck_assert_int_eq(ns_from_s(NS_MAX_S), 4000000000000000000);
    ck_assert_double_eq(s_from_ns(2500000000), 2.5);
}
END_TEST

START_TEST(faults_are_kept_until_the_room_is_full_and_counted_past_it)
{
    char long_text[900];
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    for (int i = 0; i < 100; i++) ck_assert(!err_add(&e, "%d %s", i, long_text));
    ck_assert_uint_eq(e.fault_count, 100);
    ck_assert_uint_gt(e.dropped_count, 0);
    uint32_t lines = 1;
    for (const char *c = e.text; *c; c++) lines += *c == '\n';
    ck_assert_uint_eq(lines + e.dropped_count, 100);
    ck_assert_uint_eq(strlen(e.text), e.length);
    ck_assert_uint_lt(e.length, ERR_TEXT_BYTES);
    ck_assert(!err_wrap(&e, "here"));
    ck_assert_uint_eq(e.fault_count, 100);
    ck_assert_uint_eq(strlen(e.text), e.length);
}
END_TEST

START_TEST(control_characters_cannot_reach_the_terminal)
{
    err_add(&e, "a\x1b[31m\nb\t\x7f");
    ck_assert_str_eq(e.text, "a?[31m?b??");
    err_wrap(&e, "f\n%s", "g");
    ck_assert_str_eq(e.text, "f?g: a?[31m?b??");
    struct err none = {0};
    err_wrap(&none, "where");
    ck_assert_str_eq(none.text, "where");
}
END_TEST

START_TEST(an_arena_gives_zeroed_aligned_memory_again_after_a_rewind)
{
    unsigned char *first = arena_array(&arena, 100, 1);
    ck_assert_uint_eq((uintptr_t)first % 64, 0);
    struct arena_mark mark = arena_mark(&arena);
    unsigned char    *a = arena_array(&arena, 1000, 8);
    memset(a, 0xee, 8000);
    unsigned char *large = arena_array(&arena, 1 << 20, 1); // a block of its own
    memset(large, 0xee, 1 << 20);
    arena_rewind(&arena, mark);
    unsigned char *b = arena_array(&arena, 1000, 8);
    ck_assert_ptr_eq(a, b);
    for (int i = 0; i < 8000; i++) ck_assert_uint_eq(b[i], 0);
    ck_assert_ptr_eq(arena_array(&arena, 1 << 20, 1), large); // kept, and used again
    ck_assert_ptr_nonnull(arena_array(&arena, 0, 8));
    ck_assert_str_eq(arena_format(&arena, "%s%d", arena_string(&arena, "a"), 7), "a7");
}
END_TEST

START_TEST(a_rewind_to_the_beginning_gives_everything_back)
{
    struct arena_mark empty = arena_mark(&arena);
    void             *a = arena_array(&arena, 10, 10);
    arena_array(&arena, 1 << 18, 1);
    arena_rewind(&arena, empty);
    ck_assert_ptr_eq(arena_array(&arena, 10, 10), a);
    arena_free(&arena);
    ck_assert_ptr_null(arena.first);
    ck_assert_ptr_nonnull(arena_array(&arena, 1, 1)); // usable again
}
END_TEST

START_TEST(an_array_that_grows_keeps_what_it_held)
{
    uint32_t  capacity = 0;
    uint32_t *values = NULL;
    for (uint32_t i = 0; i < 10000; i++) {
        values = arena_grow(&arena, values, &capacity, i + 1, sizeof *values);
        ck_assert_uint_gt(capacity, i);
        values[i] = i * i;
    }
    for (uint32_t i = 0; i < 10000; i++) ck_assert_uint_eq(values[i], i * i);
    ck_assert_uint_eq(capacity, 16384); // 16, doubled
    ck_assert_ptr_eq(arena_grow(&arena, values, &capacity, 16384, sizeof *values), values);
}
END_TEST

// The authors' C code from the state {1, 2, 3, 4}; the same vector is in rand_xoshiro's tests.
START_TEST(xoshiro256starstar_gives_the_published_numbers)
{
    static const uint64_t want[] = {11520u,
                                    0u,
                                    1509978240u,
                                    1215971899390074240u,
                                    1216172134540287360u,
                                    607988272756665600u,
                                    16172922978634559625u,
                                    8476171486693032832u,
                                    10595114339597558777u,
                                    2904607092377533576u};
    struct rng            r;
    rng_seed_state(&r, 0);
    for (uint64_t i = 0; i < 4; i++) r.state[i] = i + 1;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        ck_assert_uint_eq(rng_bits(&r), want[i]);
}
END_TEST

// SplitMix64 from 1234567, as published by its author's code and Rosetta Code.
START_TEST(the_state_is_seeded_by_splitmix64)
{
    static const uint64_t want[] = {6457827717110365317u, 3203168211198807973u,
                                    9817491932198370423u, 4593380528125082431u};
    struct rng            r;
    rng_seed_state(&r, 1234567);
    for (int i = 0; i < 4; i++) ck_assert_uint_eq(r.state[i], want[i]);
}
END_TEST

START_TEST(streams_differ_by_name_index_replication_and_seed)
{
    static const struct {
        uint64_t    seed;
        uint32_t    replication;
        const char *name;
        uint64_t    index;
    } streams[] = {{1, 0, "cuts", 0}, {1, 0, "cuts", 1}, {1, 1, "cuts", 0}, {2, 0, "cuts", 0},
                   {1, 0, "cut", 0},  {0, 1, "cuts", 0}, {0, 0, "cuts", 1}};
    enum { COUNT = sizeof streams / sizeof *streams };
    uint64_t first[COUNT];
    for (int i = 0; i < COUNT; i++) {
        struct rng r, again;
        rng_init(&r, streams[i].seed, streams[i].replication, streams[i].name, streams[i].index);
        rng_init(&again, streams[i].seed, streams[i].replication, streams[i].name,
                 streams[i].index);
        first[i] = rng_bits(&r);
        ck_assert_uint_eq(first[i], rng_bits(&again));
        for (int k = 0; k < i; k++) ck_assert_uint_ne(first[i], first[k]);
    }
}
END_TEST

START_TEST(draws_stay_in_their_range_and_reach_all_of_it)
{
    struct rng r;
    rng_init(&r, 7, 0, "test", 0);
    int seen[5] = {0};
    for (int i = 0; i < 10000; i++) {
        double u = rng_uniform(&r);
        ck_assert(u >= 0 && u < 1);
        seen[rng_below(&r, 5)]++;
    }
    // Expected 2000 each, standard deviation 40: five of them on either side.
    for (int i = 0; i < 5; i++) ck_assert_int_lt(abs(seen[i] - 2000), 200);
    ck_assert_uint_eq(rng_below(&r, 1), 0);
    ck_assert_uint_eq(gsl_rng_uniform_int(&r.gsl, 1), 0); // registered with GSL
}
END_TEST

// t(0.975): 12.706, 4.303, 2.776, 2.262 for 1, 2, 4, 9 degrees of freedom (any table).
START_TEST(the_interval_of_the_mean_is_by_student_t)
{
    static const double x[] = {2, 4, 4, 4, 5, 5, 7, 9, 3, 7};
    static const struct {
        size_t n;
        double t;
    } rows[] = {{2, 12.706}, {3, 4.303}, {5, 2.776}, {10, 2.262}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double n = (double)rows[i].n, sum = 0, squares = 0;
        for (size_t k = 0; k < rows[i].n; k++) sum += x[k], squares += x[k] * x[k];
        double sd = sqrt((squares - sum * sum / n) / (n - 1));
        ck_assert_double_eq_tol(stat_mean(x, rows[i].n), sum / n, 1e-12);
        ck_assert_double_eq_tol(stat_sd(x, rows[i].n), sd, 1e-12);
        ck_assert_double_eq_tol(stat_ci95(x, rows[i].n), rows[i].t * sd / sqrt(n), 1e-3);
    }
    ck_assert(isnan(stat_ci95(x, 1)) && isnan(stat_sd(x, 1)) && isnan(stat_mean(x, 0)));
}
END_TEST

START_TEST(quantiles_are_linear_between_order_statistics)
{
    double x[] = {30, 10, 20, 40, 50};
    stat_sort(x, 5);
    ck_assert_double_eq(stat_quantile(x, 5, 0), 10);
    ck_assert_double_eq(stat_quantile(x, 5, 0.5), 30);
    ck_assert_double_eq_tol(stat_quantile(x, 5, 0.95), 48, 1e-12); // 40 + 0.8 * 10
    ck_assert_double_eq(stat_quantile(x, 5, 1), 50);
    ck_assert(isnan(stat_quantile(x, 0, 0.5)));
}
END_TEST

// FIPS 180-2, appendix B.1; and the well-known digest of nothing.
START_TEST(digests_are_sha256)
{
    char have[DIGEST_TEXT_BYTES];
    digest_text("abc", 3, have);
    ck_assert_str_eq(have, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_text("", 0, have);
    ck_assert_str_eq(have, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

Suite *json_suite(void)
{
    Suite *s = suite_create("json");
    TCase *tc = tcase_create("base");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_syntax_error_is_told_with_line_and_column);
    tcase_add_test(tc, an_empty_text_is_no_object);
    tcase_add_test(tc, a_byte_order_mark_is_skipped);
    tcase_add_test(tc, nul_bytes_and_escapes_are_refused);
    tcase_add_test(tc, text_that_is_no_utf8_is_refused);
    tcase_add_test(tc, a_text_need_not_end_in_a_nul);
    tcase_add_test(tc, brackets_nest_up_to_the_limit);
    tcase_add_test(tc, a_name_given_twice_is_told_once_for_each_object);
    tcase_add_test(tc, numbers_are_read_as_they_stand);
    tcase_add_test(tc, wrong_types_are_told_and_give_the_default);
    tcase_add_test(tc, members_are_walked_in_order_with_their_places);
    tcase_add_test(tc, a_long_name_is_shown_short);
    tcase_add_test(tc, an_unknown_key_names_the_nearest_one);
    tcase_add_test(tc, values_are_set_by_dotted_paths);
    tcase_add_test(tc, bad_paths_and_values_are_told);
    tcase_add_test(tc, files_that_are_no_json_files_are_refused);
    tcase_add_loop_test(tc, every_unit_is_converted, 0, sizeof QUANTITIES / sizeof *QUANTITIES);
    tcase_add_test(tc, what_is_no_quantity_is_refused);
    tcase_add_test(tc, quantities_out_of_range_are_told_in_base_units);
    tcase_add_test(tc, seconds_round_to_the_nearest_nanosecond);
    tcase_add_test(tc, faults_are_kept_until_the_room_is_full_and_counted_past_it);
    tcase_add_test(tc, control_characters_cannot_reach_the_terminal);
    tcase_add_test(tc, an_arena_gives_zeroed_aligned_memory_again_after_a_rewind);
    tcase_add_test(tc, a_rewind_to_the_beginning_gives_everything_back);
    tcase_add_test(tc, an_array_that_grows_keeps_what_it_held);
    tcase_add_test(tc, xoshiro256starstar_gives_the_published_numbers);
    tcase_add_test(tc, the_state_is_seeded_by_splitmix64);
    tcase_add_test(tc, streams_differ_by_name_index_replication_and_seed);
    tcase_add_test(tc, draws_stay_in_their_range_and_reach_all_of_it);
    tcase_add_test(tc, the_interval_of_the_mean_is_by_student_t);
    tcase_add_test(tc, quantiles_are_linear_between_order_statistics);
    tcase_add_test(tc, digests_are_sha256);
    suite_add_tcase(s, tc);
    return s;
}
