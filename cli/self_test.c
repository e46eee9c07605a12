#include "cli/self_test.h"

#include <stdio.h>

#include "kernels/selftest.h"

enum { CASES = 40 };

static bool test_kernel(const struct kernel *k, enum kernel_algorithm algorithm)
{
    static const char *const suffix[ALGORITHM_COUNT] = {"", " F(2x2)", " F(4x4)"};
    struct rng               rng;
    struct selftest          t;
    char                     name[32];
    rng_init(&rng, 1, 0, k->type, algorithm);
    selftest_run(k, algorithm, CASES, &rng, &t);
    if (!t.case_count && algorithm != ALGORITHM_DIRECT) return true; // has none such
    snprintf(name, sizeof name, "%s%s", k->type, suffix[algorithm]);
    printf("%-7s %-16s %3u cases, largest error %.1e  %s\n", kernel_isa(), name, t.case_count,
           t.worst, t.ok ? "ok" : "DIFFERS");
    return t.ok;
}

static bool test_isa(void)
{
    bool ok = true;
    for (uint32_t i = 0; i < kernel_count; i++)
        for (int algorithm = 0; algorithm < ALGORITHM_COUNT; algorithm++)
            ok &= test_kernel(kernel_table[i], (enum kernel_algorithm)algorithm);
    return ok;
}

enum exit_code self_test(const struct arguments *args, struct err *e)
{
    const char *isas[KERNEL_MAX_ISAS];
    uint32_t    count = kernel_isa_list(isas);
    bool        ok = true;
    if (option_is_given(args, "isa")) isas[0] = kernel_isa(), count = 1;
    for (uint32_t i = 0; i < count; i++) {
        if (!kernel_isa_choose(isas[i], e)) return EXIT_FAILED;
        ok &= test_isa();
    }
    if (ok) return EXIT_DONE;
    err_add(e, "self-test: a kernel differs from its reference: timings would mean nothing");
    return EXIT_FAILED;
}
