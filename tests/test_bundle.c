// tests/test_bundle.c: the data files inside a program. There are none in the program of this
// machine; the program for boards has them, and runs this suite emulated (make check-arm).
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bundle.h"
#include "base/folder.h"
#include "base/json.h"
#include "base/paths.h"
#include "scenarios/scenario.h"

Suite *bundle_suite(void);

static struct arena arena;

static void teardown(void)
{
    arena_free(&arena);
}

// The real file, read from the repository that the tests run in.
static const char *file_text(const char *path)
{
    enum { MOST = 1 << 20 };
    char *text = arena_array(&arena, MOST + 1, 1);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s: not in the repository", path);
    ck_assert_uint_lt(fread(text, 1, MOST, file), MOST);
    fclose(file);
    return text;
}

START_TEST(what_is_inside_is_what_the_files_say)
{
    for (const struct bundle_file *f = bundle; f->path; f++) {
        ck_assert(bundle_holds(f->path));
        ck_assert_ptr_eq(bundle_text(f->path), f->text);
        if (strcmp(f->text, file_text(f->path + strlen(BUNDLE_ROOT "/"))) != 0)
            ck_abort_msg("%s differs from the file", f->path);
    }
}
END_TEST

START_TEST(a_folder_inside_lists_what_the_real_one_does)
{
    static const char *const folders[] = {"models/zoo", "scenarios", "scenarios/devices",
                                          "scenarios/protocols"};
    const char             **inside, **real;
    uint32_t                 inside_count, real_count;
    struct err               e = {0};
    const char              *folder = arena_format(&arena, BUNDLE_ROOT "/%s", folders[_i]);
    ck_assert_msg(folder_list(folder, ".json", &arena, &inside, &inside_count, &e), "%s", e.text);
    ck_assert_msg(folder_list(folders[_i], ".json", &arena, &real, &real_count, &e), "%s", e.text);
    ck_assert_uint_gt(real_count, 0);
    ck_assert_uint_eq(inside_count, bundle->path ? real_count : 0);
    for (uint32_t i = 0; i < inside_count; i++) ck_assert_str_eq(inside[i], real[i]);
}
END_TEST

START_TEST(what_is_not_inside_is_a_fault)
{
    struct json_doc doc;
    struct err      e = {0};
    ck_assert(!bundle_holds(BUNDLE_ROOT) && !bundle_holds("models/zoo"));
    ck_assert_ptr_null(bundle_text(BUNDLE_ROOT "/models/zoo/none.json"));
    ck_assert_ptr_null(bundle_text("models/zoo/vgg16.json"));
    ck_assert(!json_open(&doc, BUNDLE_ROOT "/models/zoo/none.json", &e));
    ck_assert_ptr_nonnull(strstr(e.text, BUNDLE_ROOT "/models/zoo/none.json: cannot open"));
}
END_TEST

START_TEST(a_program_with_a_bundle_needs_no_folder)
{
    struct paths p;
    struct err   e = {0};
    unsetenv("FOGSIM_DATA");
    ck_assert_msg(paths_find(&p, &arena, &e), "%s", e.text);
    ck_assert_int_eq(!strcmp(p.root, BUNDLE_ROOT), bundle->path != NULL);
    const char **names;
    uint32_t     count;
    ck_assert_msg(folder_list(p.scenarios, ".json", &arena, &names, &count, &e), "%s", e.text);
    for (uint32_t i = 0; i < count; i++) {
        struct scenario s;
        const char     *path = arena_format(&arena, "%s/%s.json", p.scenarios, names[i]);
        ck_assert_msg(scenario_load(&s, &arena, path, &p, NULL, &e), "%s", e.text);
        ck_assert_uint_gt(s.model_count, 0);
    }
}
END_TEST

Suite *bundle_suite(void)
{
    Suite *s = suite_create("bundle");
    TCase *tc = tcase_create("bundle");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, what_is_inside_is_what_the_files_say);
    tcase_add_loop_test(tc, a_folder_inside_lists_what_the_real_one_does, 0, 4);
    tcase_add_test(tc, what_is_not_inside_is_a_fault);
    tcase_add_test(tc, a_program_with_a_bundle_needs_no_folder);
    suite_add_tcase(s, tc);
    return s;
}
