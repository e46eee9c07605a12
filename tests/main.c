// tests/main.c: runs every suite; the list is made from the folder (build/suites.def). Name one to
// run it alone, or a part as I/N: of N that take turns over the list the I-th.
#include <check.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdbool.h>
#include <string.h>

#define SUITE(name) Suite *name##_suite(void);
#include "suites.def"
#undef SUITE

static bool is_wanted(const char *word, const char *name, size_t rank)
{
    unsigned part, parts;
    if (!word) return true;
    if (sscanf(word, "%u/%u", &part, &parts) == 2 && parts) return rank % parts + 1 == part;
    return !strcmp(word, name);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        Suite *(*make)(void);
    } suites[] = {
#define SUITE(name) {#name, name##_suite},
#include "suites.def"
#undef SUITE
    };
    gsl_set_error_handler_off(); // as the program does
    SRunner *runner = srunner_create(NULL);
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
        if (is_wanted(argc < 2 ? NULL : argv[1], suites[i].name, i))
            srunner_add_suite(runner, suites[i].make());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed || !run ? EXIT_FAILURE : EXIT_SUCCESS;
}
