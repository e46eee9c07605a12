// tests/test_clean.c: what is safe to show, by the rules of UTF-8 (RFC 3629) and of XML 1.0.
#include <check.h>
#include <string.h>

#include "base/clean.h"

Suite *clean_suite(void);

static const struct {
    const char *text, *want;
} CASES[] = {
    {"", ""},
    {"plain <a> & \"b\"", "plain <a> & \"b\""},
    {"tab\tnew\nline\r\x1b[31m\x7f", "tab?new?line??[31m?"},
    {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80",
     "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"},                 // 2, 3, 4 bytes
    {"\xc2\x85 \xc2\x9b", "? ?"},                               // C1: next line, control sequence
    {"\xc2\xa0", "\xc2\xa0"},                                   // the first behind C1
    {"\xc0\xaf \xc1\xbf", "?? ??"},                             // overlong, of one byte
    {"\xe0\x80\xaf \xe0\x9f\xbf", "??? ???"},                   // of two
    {"\xf0\x8f\xbf\xbf", "????"},                               // of three
    {"\xed\xa0\x80 \xed\xbf\xbf", "??? ???"},                   // surrogates
    {"\xed\x9f\xbf \xee\x80\x80", "\xed\x9f\xbf \xee\x80\x80"}, // their neighbours
    {"\xef\xbf\xbe \xef\xbf\xbf \xef\xbf\xbd",
     "? ? \xef\xbf\xbd"}, // U+FFFE, U+FFFF; U+FFFD may stay
    {"\xf4\x8f\xbf\xbd \xf4\x90\x80\x80", "\xf4\x8f\xbf\xbd ????"}, // the last plane, and past it
    {"\xf8\x88\x80\x80\x80 \xff \x80", "????? ? ?"},
    {"cut \xe2\x82", "cut ??"},
    {"\xe2\x82z", "??z"},
};

START_TEST(what_cannot_be_shown_is_a_question_mark)
{
    struct arena a = {0};
    ck_assert_str_eq(clean_text(CASES[_i].text, strlen(CASES[_i].text), &a), CASES[_i].want);
    arena_free(&a);
}
END_TEST

START_TEST(a_nul_and_the_length_are_kept_to)
{
    struct arena a = {0};
    ck_assert_str_eq(clean_text("a\0b", 3, &a), "a?b");
    ck_assert_str_eq(clean_text("abc", 2, &a), "ab");
    ck_assert_str_eq(clean_text("a\xc3\xa4", 2, &a), "a?"); // the second byte is not ours to read
    arena_free(&a);
}
END_TEST

Suite *clean_suite(void)
{
    Suite *s = suite_create("clean");
    TCase *tc = tcase_create("clean");
    tcase_add_loop_test(tc, what_cannot_be_shown_is_a_question_mark, 0,
                        (int)(sizeof CASES / sizeof *CASES));
    tcase_add_test(tc, a_nul_and_the_length_are_kept_to);
    suite_add_tcase(s, tc);
    return s;
}
