// tests/test_selftest.c: the self-test of the kernels finds kernels that are wrong.
#include <check.h>
#include <math.h>

#include "kernels/selftest.h"

Suite *selftest_suite(void);

enum { CASES = 20 };

static struct selftest test(const struct kernel *k, enum kernel_algorithm algorithm)
{
    struct rng      rng;
    struct selftest t;
    rng_init(&rng, 1, 0, "test_selftest", 0);
    selftest_run(k, algorithm, CASES, &rng, &t);
    return t;
}

START_TEST(true_kernels_pass)
{
    const struct kernel *k = kernel_table[_i];
    struct selftest      t = test(k, ALGORITHM_DIRECT);
    ck_assert_msg(t.ok, "%s: error %g", k->type, t.worst);
    ck_assert_uint_eq(t.case_count, CASES);
}
END_TEST

// Kernels whose timed path is the reference with one fault.

static void *prepare(const struct kernel_call *call, struct arena *a)
{
    const struct kernel_call **job = ARENA_ARRAY(a, const struct kernel_call *, 1);
    *job = call;
    return job;
}

static void run(void *job)
{
    (void)job;
}

static const struct kernel_call *finish_truly(void *job)
{
    const struct kernel_call *call = *(const struct kernel_call **)job;
    kernel_find("conv")->reference(call);
    return call;
}

static void finish_with_one_element_wrong(void *job)
{
    const struct kernel_call *call = finish_truly(job);
    int64_t                   count = shape_elements(&call->out);
    double                    largest = 0;
    for (int64_t i = 0; i < count; i++)
        largest = largest > fabs((double)call->y[i]) ? largest : fabs((double)call->y[i]);
    call->y[count - 1] += (float)(3e-5 * largest); // above 1e-5, below 1e-4 of the largest
}

static void finish_with_one_element_left_out(void *job)
{
    const struct kernel_call *call = finish_truly(job);
    call->y[0] = NAN; // as it was
}

static bool allows(const struct kernel_attr *attr, enum kernel_algorithm algorithm)
{
    return algorithm != ALGORITHM_WINOGRAD2 && attr->window.kernel[AXIS_H] == 3;
}

static struct kernel faulty(void (*finish)(void *job))
{
    struct kernel k = *kernel_find("conv");
    k.prepare = prepare, k.run = run, k.finish = finish, k.allows = allows;
    return k;
}

START_TEST(a_wrong_element_is_found)
{
    struct kernel   k = faulty(finish_with_one_element_wrong);
    struct selftest direct = test(&k, ALGORITHM_DIRECT), winograd = test(&k, ALGORITHM_WINOGRAD4);
    ck_assert(!direct.ok);
    ck_assert_double_eq_tol(direct.worst, 3e-5, 1e-6);
    ck_assert(winograd.ok); // whose bound is 1e-4
    ck_assert_uint_eq(winograd.case_count, CASES);
}
END_TEST

START_TEST(an_element_left_out_is_found)
{
    struct kernel   k = faulty(finish_with_one_element_left_out);
    struct selftest t = test(&k, ALGORITHM_DIRECT);
    ck_assert(!t.ok && isnan(t.worst));
}
END_TEST

START_TEST(an_algorithm_that_is_not_allowed_has_no_cases)
{
    struct kernel   k = faulty(finish_with_one_element_wrong);
    struct selftest t = test(&k, ALGORITHM_WINOGRAD2);
    ck_assert(!t.ok);
    ck_assert_uint_eq(t.case_count, 0);
}
END_TEST

Suite *selftest_suite(void)
{
    Suite *s = suite_create("selftest");
    TCase *tc = tcase_create("selftest");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, true_kernels_pass, 0, (int)kernel_count);
    tcase_add_test(tc, a_wrong_element_is_found);
    tcase_add_test(tc, an_element_left_out_is_found);
    tcase_add_test(tc, an_algorithm_that_is_not_allowed_has_no_cases);
    suite_add_tcase(s, tc);
    return s;
}
