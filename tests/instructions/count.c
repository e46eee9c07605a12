// tests/instructions/count.c: the instructions of one run of every kernel, counted by callgrind.
//
// A count is exact where a time is not: a kernel that became slower because it executes more is
// caught on any machine, however busy. tests/instructions.sh runs this program and compares. Each
// case is prepared and run once uncounted (symbols are bound, first uses are over); the next run
// lies between two requests to callgrind, whose dump bears the case's name. Without valgrind the
// requests do nothing.
//
// What could make two counts of the same code differ is taken away: the environment is emptied
// (no kernel should depend on it), and all memory comes from one block, the same for every
// case: libc's memcpy, which is counted too, takes its path by where the two arrays lie.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "kernels/int8.h"
#include "kernels/kernel.h"

enum { WRONG = 1, ISA_MISSING = 77, BLOCK_BYTES = 1 << 23 };

struct count_case {
    const char           *name, *type;
    int32_t               in[3];  // c, h, w of each input
    int32_t               frames; // 0: none, else the window has a third axis like the others
    int32_t               channels, kernel, pad;
    int32_t               stride, dilation, groups, inputs; // 0 stands for 1
    bool                  slice; // rows from the middle of a layer: no padding above and below
    enum kernel_algorithm algorithm;
    bool                  int8; // on 8-bit integers
};

// Small, so that all of them take seconds under callgrind. One more case is one more line.
// clang-format off
static const struct count_case cases[] = {
    {"add", "add", .in = {32, 14, 14}, .inputs = 2},
    {"avgpool 3x3", "avgpool", .in = {32, 14, 14}, .kernel = 3, .pad = 1},
    {"batchnorm", "batchnorm", .in = {32, 14, 14}},
    {"bconv 3x3 14 wide", "bconv", .in = {64, 14, 14}, .channels = 64, .kernel = 3, .pad = 1},
    {"bconv 3x3 odd channels", "bconv", .in = {70, 14, 14}, .channels = 36, .kernel = 3, .pad = 1},
    {"binarize", "binarize", .in = {32, 14, 14}},
    {"blinear", "blinear", .in = {64, 14, 14}, .channels = 10},
    {"concat", "concat", .in = {32, 14, 14}, .inputs = 2},
    {"conv first layer 3x3", "conv", .in = {3, 28, 28}, .channels = 32, .kernel = 3, .pad = 1},
    {"conv first layer 7x7 stride 2", "conv", .in = {3, 35, 35}, .channels = 32, .kernel = 7, .pad = 3, .stride = 2},
    {"conv first layer 11x11 stride 4", "conv", .in = {3, 59, 59}, .channels = 32, .kernel = 11, .pad = 2, .stride = 4},
    {"conv 5x5", "conv", .in = {32, 13, 13}, .channels = 32, .kernel = 5, .pad = 2},
    {"conv 3x3 28 wide", "conv", .in = {32, 28, 28}, .channels = 32, .kernel = 3, .pad = 1},
    {"conv 3x3 14 wide", "conv", .in = {64, 14, 14}, .channels = 32, .kernel = 3, .pad = 1},
    {"conv 3x3 7 wide", "conv", .in = {64, 7, 7}, .channels = 64, .kernel = 3, .pad = 1},
    {"conv 3x3 6 wide", "conv", .in = {64, 6, 6}, .channels = 64, .kernel = 3, .pad = 1},
    {"conv 3x3 odd channels", "conv", .in = {20, 14, 14}, .channels = 36, .kernel = 3, .pad = 1},
    {"conv 3x3 stride 2", "conv", .in = {32, 28, 28}, .channels = 32, .kernel = 3, .pad = 1, .stride = 2},
    {"conv 3x3 dilated", "conv", .in = {32, 14, 14}, .channels = 32, .kernel = 3, .pad = 2, .dilation = 2},
    {"conv 3x3 grouped", "conv", .in = {64, 14, 14}, .channels = 64, .kernel = 3, .pad = 1, .groups = 4},
    {"conv 3x3 depthwise", "conv", .in = {64, 28, 28}, .channels = 64, .kernel = 3, .pad = 1, .groups = 64},
    {"conv 3x3 depthwise stride 2", "conv", .in = {64, 28, 28}, .channels = 64, .kernel = 3, .pad = 1, .groups = 64, .stride = 2},
    {"conv 3x3 slice of 14 rows", "conv", .in = {32, 16, 28}, .channels = 32, .kernel = 3, .pad = 1, .slice = true},
    {"conv 3x3 slice of 7 rows", "conv", .in = {32, 9, 28}, .channels = 32, .kernel = 3, .pad = 1, .slice = true},
    {"conv 3x3 slice of 4 rows", "conv", .in = {32, 6, 28}, .channels = 32, .kernel = 3, .pad = 1, .slice = true},
    {"conv 1x1 28 wide", "conv", .in = {64, 28, 28}, .channels = 32, .kernel = 1},
    {"conv 1x1 7 wide", "conv", .in = {128, 7, 7}, .channels = 128, .kernel = 1},
    {"conv 1x1 stride 2", "conv", .in = {64, 28, 28}, .channels = 64, .kernel = 1, .stride = 2},
    {"conv winograd2 28 wide", "conv", .in = {32, 28, 28}, .channels = 32, .kernel = 3, .pad = 1, .algorithm = ALGORITHM_WINOGRAD2},
    {"conv winograd2 7 wide", "conv", .in = {64, 7, 7}, .channels = 64, .kernel = 3, .pad = 1, .algorithm = ALGORITHM_WINOGRAD2},
    {"conv winograd4 28 wide", "conv", .in = {32, 28, 28}, .channels = 32, .kernel = 3, .pad = 1, .algorithm = ALGORITHM_WINOGRAD4},
    {"conv winograd4 7 wide", "conv", .in = {64, 7, 7}, .channels = 64, .kernel = 3, .pad = 1, .algorithm = ALGORITHM_WINOGRAD4},
    {"conv 3x3x3", "conv", .in = {32, 14, 14}, .frames = 4, .channels = 32, .kernel = 3, .pad = 1},
    {"conv 3x3x3 first layer", "conv", .in = {3, 28, 28}, .frames = 4, .channels = 32, .kernel = 3, .pad = 1},
    {"dropout", "dropout", .in = {32, 14, 14}},
    {"fc", "fc", .in = {1024, 1, 1}, .channels = 256},
    {"fc odd", "fc", .in = {1003, 1, 1}, .channels = 63},
    {"fconv 3x3", "fconv", .in = {3, 28, 28}, .channels = 32, .kernel = 3, .pad = 1},
    {"flatten", "flatten", .in = {32, 14, 14}},
    {"global_avgpool", "global_avgpool", .in = {64, 7, 7}},
    {"int8 conv first layer 3x3", "conv", .in = {3, 28, 28}, .channels = 32, .kernel = 3, .pad = 1, .int8 = true},
    {"int8 conv 3x3 14 wide", "conv", .in = {64, 14, 14}, .channels = 32, .kernel = 3, .pad = 1, .int8 = true},
    {"int8 conv 3x3 7 wide", "conv", .in = {64, 7, 7}, .channels = 64, .kernel = 3, .pad = 1, .int8 = true},
    {"int8 conv 3x3 depthwise", "conv", .in = {64, 28, 28}, .channels = 64, .kernel = 3, .pad = 1, .groups = 64, .int8 = true},
    {"int8 conv 1x1 7 wide", "conv", .in = {128, 7, 7}, .channels = 128, .kernel = 1, .int8 = true},
    {"int8 fc", "fc", .in = {1024, 1, 1}, .channels = 256, .int8 = true},
    {"leaky_relu", "leaky_relu", .in = {32, 14, 14}},
    {"lrn", "lrn", .in = {32, 14, 14}},
    {"maxpool 2x2", "maxpool", .in = {32, 28, 28}, .kernel = 2, .stride = 2},
    {"maxpool 3x3", "maxpool", .in = {32, 28, 28}, .kernel = 3, .stride = 2, .pad = 1},
    {"maxpool 2x2x2", "maxpool", .in = {32, 14, 14}, .frames = 8, .kernel = 2, .stride = 2},
    {"relu", "relu", .in = {32, 14, 14}},
    {"softmax", "softmax", .in = {1000, 1, 1}},
};
// clang-format on
enum { CASES = sizeof cases / sizeof *cases };

static struct arena arena;

static int32_t or_one(int32_t x)
{
    return x ? x : 1;
}

static struct kernel_attr attr_of(const struct count_case *cc)
{
    struct kernel_attr attr = {
        .channels = cc->channels,
        .groups = or_one(cc->groups),
        .bias = true,
        .lrn_size = 5,
        .lrn_alpha = 1e-4f,
        .lrn_beta = 0.75f,
        .lrn_bias = 1,
        .epsilon = 1e-5f,
        .slope = 0.1f,
    };
    for (int axis = 0; axis < AXIS_COUNT; axis++) {
        if (axis == AXIS_D && !cc->frames) continue;
        int32_t pad = cc->slice && axis == AXIS_H ? 0 : cc->pad;
        attr.window.kernel[axis] = or_one(cc->kernel);
        attr.window.stride[axis] = or_one(cc->stride);
        attr.window.dilation[axis] = or_one(cc->dilation);
        attr.window.pad_begin[axis] = attr.window.pad_end[axis] = pad;
    }
    return attr;
}

static bool allows(const struct count_case *cc, enum kernel_algorithm algorithm)
{
    const struct kernel *k = kernel_find(cc->type);
    struct kernel_attr   attr = attr_of(cc);
    assert(k);
    return algorithm == ALGORITHM_DIRECT || (k->allows && k->allows(&attr, algorithm));
}

// An operator of the table, or an algorithm it has for any of the cases, must be counted.
static bool every_kernel_has_a_case(void)
{
    bool ok = true;
    for (uint32_t i = 0; i < kernel_count; i++)
        for (enum kernel_algorithm algorithm = 0; algorithm < ALGORITHM_COUNT; algorithm++) {
            bool wanted = algorithm == ALGORITHM_DIRECT, counted = false;
            for (int n = 0; n < CASES; n++) {
                if (strcmp(cases[n].type, kernel_table[i]->type) != 0) continue;
                wanted |= allows(&cases[n], algorithm);
                counted |= cases[n].algorithm == algorithm;
            }
            if (!wanted || counted) continue;
            printf("%s, algorithm %d: no case in tests/instructions/count.c\n",
                   kernel_table[i]->type, algorithm);
            ok = false;
        }
    return ok;
}

static float *values(int64_t count, float low) // in [low, low + 1)
{
    float *x = ARENA_ARRAY(&arena, float, (size_t)count);
    for (int64_t i = 0; i < count; i++) x[i] = low + (float)(i * 37 % 101) / 101;
    return x;
}

static void count(void (*run)(void *job), void *job, const char *name)
{
    run(job);
    CALLGRIND_ZERO_STATS;
    run(job);
    CALLGRIND_DUMP_STATS_AT(name);
}

static bool count_case(const struct count_case *cc)
{
    const struct kernel *k = kernel_find(cc->type);
    struct kernel_attr   attr = attr_of(cc);
    struct kernel_call   call = {
          .attr = &attr, .algorithm = cc->algorithm, .input_count = (uint32_t)or_one(cc->inputs)};
    struct err e = {0};
    arena_rewind(&arena, (struct arena_mark){0});
    for (uint32_t i = 0; i < call.input_count; i++) {
        call.in[i] =
            (struct shape){.c = cc->in[0], .h = cc->in[1], .w = cc->in[2], .d = cc->frames};
        call.x[i] = values(shape_elements(&call.in[i]), -0.5f);
    }
    if (!k->infer(&attr, call.input_count, call.in, &call.out, &e))
        return printf("%s: %s\n", cc->name, e.text), false;
    if (k->params) call.weight = values(k->params(&attr, call.in), 0.1f);
    if (k->heads_step) call.bias = values(attr.channels, -0.5f);
    call.y = ARENA_ARRAY(&arena, float, (size_t)shape_elements(&call.out));
    if (!cc->int8) return count(k->run, k->prepare(&call, &arena), cc->name), true;
    const struct int8_kernel *k8 = int8_find(cc->type);
    struct int8_scale         scale = int8_scale_of(-1, 1);
    struct int8_call          call8 = int8_from_float(k, &call, scale, scale, &arena);
    count(k8->run, k8->prepare(&call8, &arena), cc->name);
    return true;
}

int main(int argc, char **argv)
{
    const char *isa = argc == 3 && !strcmp(argv[1], "--isa") ? argv[2] : NULL;
    if (!isa) return printf("usage: valgrind --tool=callgrind count --isa NAME\n"), WRONG;
    if (clearenv() || setenv("FOGSIM_ISA", isa, 1)) return perror("environment"), WRONG;
    if (strcmp(kernel_isa(), isa) != 0)
        return printf("no %s here: the best is %s\n", isa, kernel_isa()), ISA_MISSING;
    if (!every_kernel_has_a_case()) return WRONG;
    (void)arena_array(&arena, 1, BLOCK_BYTES); // the block that every case rewinds and uses
    for (int n = 0; n < CASES; n++)
        if (allows(&cases[n], cases[n].algorithm) && !count_case(&cases[n])) return WRONG;
    arena_free(&arena);
    return 0;
}
