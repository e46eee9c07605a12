// tests/test_tile.c: direct convolution of layers that are too large for one strip of rows or one
// chunk of weights, and of rows that end within a tile. What is small, test_kernels.c draws.
//
// The expected values are those of the operator's plain reference.
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "kernels/kernel.h"

Suite *tile_suite(void);

static const struct layer {
    struct shape in;
    int32_t      channels, kernel, stride, dilation, pad;
} layers[] = {
    {{64, 30, 200}, 8, 3, 1, 1, 1}, // 53 kB a row of inputs: strips of 9
    {{64, 41, 200}, 8, 5, 2, 1, 2}, // two input rows an output row; both edges have rows of two
                                    // kinds
    {{40, 61, 300}, 4, 3, 1, 7, 7}, // dilated: seven rows at each edge lack a kernel row
    {{2000, 5, 70}, 3, 1, 1, 1, 0}, // one row is more than a strip
    {{300, 7, 7}, 70, 3, 1, 1, 1},  // several chunks; two rows fill one tile
    {{257, 6, 1}, 33, 3, 1, 1, 1},  // rows of one pixel: a tile spans as many rows as it has
    {{3, 2, 500}, 40, 7, 3, 1, 3},  // few rows, no two with the same kernel rows
    {{33, 9, 5}, 65, 2, 1, 1, 4},   // rows that see padding only between rows that do not
};

static struct arena arena;
static struct rng   rng;

static void teardown(void)
{
    arena_free(&arena);
}

static float *noise(int64_t count)
{
    float *x = ARENA_ARRAY(&arena, float, (size_t)count);
    for (int64_t i = 0; i < count; i++) x[i] = (float)(rng_uniform(&rng) - 0.5);
    return x;
}

START_TEST(large_layers_agree_with_reference)
{
    const struct layer  *l = &layers[_i];
    const struct kernel *conv = kernel_find("conv");
    struct kernel_attr   attr = {
          .window = {{l->kernel, l->kernel},
                     {l->stride, l->stride},
                     {l->dilation, l->dilation},
                     {l->pad, l->pad},
                     {l->pad, l->pad},
                     false},
          .channels = l->channels,
          .groups = 1,
          .bias = true,
    };
    struct kernel_call call = {.attr = &attr, .input_count = 1, .in = {l->in}};
    struct err         e = {0};
    rng_init(&rng, 1, (uint32_t)_i, "test_tile", 0);
    ck_assert_msg(conv->infer(&attr, 1, call.in, &call.out, &e), "%s", e.text);
    int64_t count = shape_elements(&call.out);
    float  *want = ARENA_ARRAY(&arena, float, (size_t)count);
    float  *have = ARENA_ARRAY(&arena, float, (size_t)count);
    call.x[0] = noise(shape_elements(&l->in));
    call.weight = noise((int64_t)l->channels * l->in.c * l->kernel * l->kernel);
    call.bias = noise(l->channels);
    call.y = want;
    conv->reference(&call);
    double most = 0;
    for (int64_t i = 0; i < count; i++) most = fmax(most, fabs((double)want[i]));
    const char *isas[KERNEL_MAX_ISAS];
    for (uint32_t isa = 0, isa_count = kernel_isa_list(isas); isa < isa_count; isa++) {
        ck_assert_msg(kernel_isa_choose(isas[isa], &e), "%s", e.text);
        call.y = have;
        void *job = conv->prepare(&call, &arena);
        conv->run(job);
        conv->run(job);
        conv->finish(job);
        for (int64_t i = 0; i < count; i++)
            if (!(fabs((double)have[i] - (double)want[i]) <= 1e-5 * most))
                ck_abort_msg("layer %d on %s: element %lld of %lld: have %g, want %g", _i,
                             kernel_isa(), (long long)i, (long long)count, (double)have[i],
                             (double)want[i]);
    }
}
END_TEST

Suite *tile_suite(void)
{
    Suite *s = suite_create("tile");
    TCase *tc = tcase_create("tile");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, large_layers_agree_with_reference, 0,
                        (int)(sizeof layers / sizeof *layers));
    suite_add_tcase(s, tc);
    return s;
}
