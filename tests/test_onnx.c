// tests/test_onnx.c: the operators against the test vectors that ONNX publishes for its own.
//
// Every case of one node, of an operator that fogsim has, is found in Debian's libonnx-testdata;
// each either runs, on the reference and on the timed path of every instruction set, or stands in
// the list below with the reason why it cannot. What differs in form only is mapped: a batch is a
// loop, one dimension is a height of 1, the rows of Gemm's first matrix are as many calls of fc,
// other axes of Softmax and Concat are reshaped.
#include <check.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernel.h"
#include "onnx.pb-c.h"

Suite *onnx_suite(void);

#define VECTORS "/usr/share/libonnx-testdata/data/node"

enum { MAX_RANK = 5, MAX_TENSORS = 6, CASES_RUN = 69, CASES_OUTSIDE = 7 };

static const struct {
    const char *name, *reason;
} outside[] = {
    {"test_add_bcast", "broadcasts"},
    {"test_add_uint8", "8-bit integers"},
    {"test_batchnorm_epsilon_training_mode", "training"},
    {"test_batchnorm_example_training_mode", "training"},
    {"test_maxpool_2d_uint8", "8-bit integers"},
    {"test_maxpool_with_argmax_2d_precomputed_pads", "second output, of indices"},
    {"test_maxpool_with_argmax_2d_precomputed_strides", "second output, of indices"},
};
enum { OUTSIDE = sizeof outside / sizeof *outside };

static struct arena arena;

struct tensor {
    int64_t dim[MAX_RANK]; // filled up with 1
    size_t  rank;
    int64_t count;
    float  *x; // [count]
};

struct vector {
    const char            *name;
    const Onnx__NodeProto *node;
    struct tensor          in[MAX_TENSORS], want; // an input left out has count 0
    size_t                 in_count;
};

// Reading.

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "want %s", path);
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    uint8_t *bytes = ARENA_ARRAY(&arena, uint8_t, *size);
    ck_assert_uint_eq(fread(bytes, 1, *size, f), *size);
    fclose(f);
    return bytes;
}

static struct tensor read_tensor(const char *path)
{
    size_t             size;
    uint8_t           *bytes = read_file(path, &size);
    Onnx__TensorProto *proto = onnx__tensor_proto__unpack(NULL, size, bytes);
    ck_assert_msg(proto != NULL && proto->n_dims <= MAX_RANK, "%s: not a tensor", path);
    ck_assert_int_eq(proto->data_type, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    struct tensor t = {.rank = proto->n_dims, .count = 1};
    for (size_t i = 0; i < MAX_RANK; i++) t.dim[i] = i < t.rank ? proto->dims[i] : 1;
    for (size_t i = 0; i < t.rank; i++) t.count *= t.dim[i];
    t.x = ARENA_ARRAY(&arena, float, (size_t)t.count);
    bool raw = proto->raw_data.len > 0;
    ck_assert_uint_eq(raw ? proto->raw_data.len / sizeof(float) : proto->n_float_data,
                      (size_t)t.count);
    if (t.count)
        memcpy(t.x, raw ? (const void *)proto->raw_data.data : proto->float_data,
               (size_t)t.count * sizeof(float));
    onnx__tensor_proto__free_unpacked(proto, NULL);
    return t;
}

static const Onnx__AttributeProto *attribute(const struct vector *v, const char *name)
{
    for (size_t i = 0; i < v->node->n_attribute; i++)
        if (!strcmp(v->node->attribute[i]->name, name)) return v->node->attribute[i];
    return NULL;
}

static int64_t integer(const struct vector *v, const char *name, int64_t otherwise)
{
    const Onnx__AttributeProto *a = attribute(v, name);
    return a ? a->i : otherwise;
}

static float real(const struct vector *v, const char *name, float otherwise)
{
    const Onnx__AttributeProto *a = attribute(v, name);
    return a ? a->f : otherwise;
}

static int32_t element(const struct vector *v, const char *name, size_t i, int32_t otherwise)
{
    const Onnx__AttributeProto *a = attribute(v, name);
    if (!a) return otherwise;
    ck_assert_uint_lt(i, a->n_ints);
    return (int32_t)a->ints[i];
}

// Running.

static void compare(const struct vector *v, const char *path, const float *have, const float *want,
                    int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        double tolerance = 1e-5 + 1e-4 * fabs((double)want[i]);
        double error = fabs((double)have[i] - (double)want[i]);
        if (!(error <= tolerance)) // one ck_assert each would be slow
            ck_abort_msg("%s, %s: element %lld: have %g, want %g", v->name, path, (long long)i,
                         (double)have[i], (double)want[i]);
    }
}

static float *unwritten(int64_t count)
{
    float *y = ARENA_ARRAY(&arena, float, (size_t)count);
    for (int64_t i = 0; i < count; i++) y[i] = NAN;
    return y;
}

// One call, whose output must have `count` elements equal to `want`.
static void run(const struct vector *v, const char *type, struct kernel_call call,
                const float *want, int64_t count)
{
    const char          *isas[KERNEL_MAX_ISAS];
    const struct kernel *k = kernel_find(type);
    struct err           e = {0};
    ck_assert_msg(k->infer(call.attr, call.input_count, call.in, &call.out, &e), "%s: %s", v->name,
                  e.text);
    ck_assert_msg(shape_elements(&call.out) == count, "%s: output %d,%d,%d, want %lld elements",
                  v->name, call.out.c, call.out.h, call.out.w, (long long)count);
    call.y = unwritten(count);
    k->reference(&call);
    compare(v, "reference", call.y, want, count);
    for (uint32_t i = 0, isa_count = kernel_isa_list(isas); i < isa_count; i++) {
        ck_assert_msg(kernel_isa_choose(isas[i], &e), "%s", e.text);
        call.y = unwritten(count);
        void *job = k->prepare(&call, &arena);
        k->run(job);
        k->finish(job);
        compare(v, kernel_isa(), call.y, want, count);
    }
}

// One call for each image of the batch: n,c,d,h,w or n,c,h,w or n,c,w (height 1) or n,c.
static void run_batch(const struct vector *v, const char *type, const struct kernel_attr *attr,
                      const float *weight, const float *bias)
{
    const struct tensor *x = &v->in[0];
    int64_t              n = x->dim[0], in_size = x->count / n, out_size = v->want.count / n;
    bool                 flat = x->rank == 3, deep = x->rank == 5;
    ck_assert_msg(x->rank >= 2 && v->want.dim[0] == n, "%s: not a batch of images", v->name);
    for (int64_t i = 0; i < n; i++) {
        struct kernel_call call = {.attr = attr, .input_count = 1, .weight = weight, .bias = bias};
        call.in[0] = (struct shape){(int32_t)x->dim[1], flat ? 1 : (int32_t)x->dim[deep ? 3 : 2],
                                    (int32_t)x->dim[flat   ? 2
                                                    : deep ? 4
                                                           : 3],
                                    deep ? (int32_t)x->dim[2] : 0};
        call.x[0] = x->x + i * in_size;
        run(v, type, call, v->want.x + i * out_size, out_size);
    }
}

// auto_pad is arithmetic on the input's size: as much padding as makes the output ceil(in /
// stride), the odd one after (SAME_UPPER) or before (SAME_LOWER).
static void auto_pad(const struct vector *v, struct window *w, int axis, int64_t in)
{
    const Onnx__AttributeProto *a = attribute(v, "auto_pad");
    char                        mode[16] = "NOTSET";
    if (a) snprintf(mode, sizeof mode, "%.*s", (int)a->s.len, (const char *)a->s.data);
    if (!strcmp(mode, "NOTSET") || !strcmp(mode, "VALID")) return;
    ck_assert_msg(!strcmp(mode, "SAME_UPPER") || !strcmp(mode, "SAME_LOWER"), "%s: auto_pad %s",
                  v->name, mode);
    int32_t out = ((int32_t)in + w->stride[axis] - 1) / w->stride[axis];
    int32_t total =
        (out - 1) * w->stride[axis] + w->dilation[axis] * (w->kernel[axis] - 1) + 1 - (int32_t)in;
    if (total < 0) total = 0;
    w->pad_begin[axis] = !strcmp(mode, "SAME_UPPER") ? total / 2 : total - total / 2;
    w->pad_end[axis] = total - w->pad_begin[axis];
}

static struct window window_of(const struct vector *v)
{
    struct window w = {{1, 1}, {1, 1}, {1, 1}, {0, 0}, {0, 0}, integer(v, "ceil_mode", 0) != 0};
    size_t        axes = v->in[0].rank - 2;
    const int     order[AXIS_COUNT] = {AXIS_D, AXIS_H, AXIS_W};
    ck_assert_msg(axes >= 1 && axes <= 3, "%s: not an image", v->name);
    for (size_t i = 0; i < axes; i++) {
        int axis = order[AXIS_COUNT - axes + i];
        // Conv may leave kernel_shape to its weights
        w.kernel[axis] = element(v, "kernel_shape", i, (int32_t)v->in[1].dim[2 + i]);
        w.stride[axis] = element(v, "strides", i, 1);
        w.dilation[axis] = element(v, "dilations", i, 1);
        w.pad_begin[axis] = element(v, "pads", i, 0);
        w.pad_end[axis] = element(v, "pads", i + axes, 0);
        auto_pad(v, &w, axis, v->in[0].dim[2 + i]);
    }
    return w;
}

static void run_conv(const struct vector *v)
{
    struct kernel_attr attr = {.window = window_of(v),
                               .channels = (int32_t)v->in[1].dim[0],
                               .groups = (int32_t)integer(v, "group", 1),
                               .bias = v->in_count > 2};
    run_batch(v, "conv", &attr, v->in[1].x, attr.bias ? v->in[2].x : NULL);
}

static void run_maxpool(const struct vector *v)
{
    struct kernel_attr attr = {.window = window_of(v)};
    run_batch(v, "maxpool", &attr, NULL, NULL);
}

static void run_avgpool(const struct vector *v)
{
    struct kernel_attr attr = {.window = window_of(v),
                               .count_include_pad = integer(v, "count_include_pad", 0) != 0};
    run_batch(v, "avgpool", &attr, NULL, NULL);
}

static void run_global_avgpool(const struct vector *v)
{
    struct kernel_attr attr = {0};
    run_batch(v, "global_avgpool", &attr, NULL, NULL);
}

static void run_lrn(const struct vector *v)
{
    struct kernel_attr attr = {.lrn_size = (int32_t)integer(v, "size", 0),
                               .lrn_alpha = real(v, "alpha", 1e-4f),
                               .lrn_beta = real(v, "beta", 0.75f),
                               .lrn_bias = real(v, "bias", 1)};
    run_batch(v, "lrn", &attr, NULL, NULL);
}

static void run_batchnorm(const struct vector *v)
{
    struct kernel_attr attr = {.epsilon = real(v, "epsilon", 1e-5f)};
    int64_t            channels = v->in[0].dim[1];
    float             *weight = ARENA_ARRAY(&arena, float, (size_t)(4 * channels));
    for (int i = 0; i < 4; i++)
        memcpy(weight + i * channels, v->in[1 + i].x, (size_t)channels * sizeof *weight);
    run_batch(v, "batchnorm", &attr, weight, NULL);
}

static void run_relu(const struct vector *v)
{
    struct kernel_attr attr = {0};
    struct kernel_call call = {.attr = &attr,
                               .input_count = 1,
                               .in = {{(int32_t)v->in[0].count, 1, 1}},
                               .x = {v->in[0].x}};
    run(v, "relu", call, v->want.x, v->want.count);
}

static void run_add(const struct vector *v)
{
    struct kernel_attr attr = {0};
    struct kernel_call call = {.attr = &attr, .input_count = (uint32_t)v->in_count};
    for (size_t i = 0; i < v->in_count; i++) {
        call.in[i] = (struct shape){(int32_t)v->in[i].count, 1, 1};
        call.x[i] = v->in[i].x;
    }
    run(v, "add", call, v->want.x, v->want.count);
}

// `axis` of the node as one axis of three: what lies before it is a loop, what lies behind it is a
// row of pixels.
static size_t axis_of(const struct vector *v, int64_t otherwise, int64_t *outer, int64_t *inner)
{
    int64_t rank = (int64_t)v->in[0].rank, axis = integer(v, "axis", otherwise);
    if (axis < 0) axis += rank;
    ck_assert_msg(axis >= 0 && axis < rank, "%s: axis", v->name);
    *outer = *inner = 1;
    for (int64_t i = 0; i < axis; i++) *outer *= v->in[0].dim[i];
    for (int64_t i = axis + 1; i < rank; i++) *inner *= v->in[0].dim[i];
    return (size_t)axis;
}

static void run_concat(const struct vector *v)
{
    struct kernel_attr attr = {0};
    int64_t            outer, inner;
    size_t             axis = axis_of(v, 0, &outer, &inner);
    for (int64_t o = 0; o < outer; o++) {
        struct kernel_call call = {.attr = &attr, .input_count = (uint32_t)v->in_count};
        for (size_t i = 0; i < v->in_count; i++) {
            call.in[i] = (struct shape){(int32_t)v->in[i].dim[axis], 1, (int32_t)inner};
            call.x[i] = v->in[i].x + o * v->in[i].dim[axis] * inner;
        }
        run(v, "concat", call, v->want.x + o * (v->want.count / outer), v->want.count / outer);
    }
}

static void run_softmax(const struct vector *v)
{
    struct kernel_attr attr = {0};
    int64_t            outer, inner;
    size_t             axis = axis_of(v, -1, &outer, &inner);
    for (int64_t o = 0; o < outer; o++) {
        int64_t            size = v->in[0].dim[axis] * inner;
        struct kernel_call call = {.attr = &attr,
                                   .input_count = 1,
                                   .in = {{(int32_t)v->in[0].dim[axis], 1, (int32_t)inner}},
                                   .x = {v->in[0].x + o * size}};
        run(v, "softmax", call, v->want.x + o * size, size);
    }
}

// alpha A B + beta C: row m of A is the input, the weights are alpha B, the bias is row m of beta
// C.
static void run_gemm(const struct vector *v)
{
    const struct tensor *a = &v->in[0], *b = &v->in[1], *c = v->in_count > 2 ? &v->in[2] : NULL;
    bool    turn_a = integer(v, "transA", 0) != 0, turn_b = integer(v, "transB", 0) != 0;
    int64_t rows = a->dim[turn_a], depth = a->dim[!turn_a], columns = b->dim[!turn_b];
    float  *weight = ARENA_ARRAY(&arena, float, (size_t)(columns * depth)),
          *x = ARENA_ARRAY(&arena, float, (size_t)depth);
    float *bias = ARENA_ARRAY(&arena, float, (size_t)columns), alpha = real(v, "alpha", 1),
          beta = real(v, "beta", 1);
    ck_assert_int_eq(b->dim[turn_b], depth);
    for (int64_t n = 0; n < columns; n++)
        for (int64_t k = 0; k < depth; k++)
            weight[n * depth + k] = alpha * b->x[turn_b ? n * depth + k : k * columns + n];
    struct kernel_attr attr = {.channels = (int32_t)columns, .bias = c != NULL};
    for (int64_t m = 0; m < rows; m++) {
        for (int64_t k = 0; k < depth; k++) x[k] = a->x[turn_a ? k * rows + m : m * depth + k];
        for (int64_t n = 0; c && n < columns;
             n++) { // C is as wide as it has to be, or one wide; so with its rows
            int64_t wide = c->rank > 0 ? c->dim[c->rank - 1] : 1,
                    high = c->rank > 1 ? c->dim[0] : 1;
            bias[n] = beta * c->x[(high > 1 ? m * wide : 0) + (wide > 1 ? n : 0)];
        }
        struct kernel_call call = {.attr = &attr,
                                   .input_count = 1,
                                   .in = {{(int32_t)depth, 1, 1}},
                                   .x = {x},
                                   .weight = weight,
                                   .bias = c ? bias : NULL};
        run(v, "fc", call, v->want.x + m * columns, columns);
    }
}

static const struct {
    const char *op;
    void (*run)(const struct vector *v);
} operators[] = {
    {"Add", run_add},
    {"AveragePool", run_avgpool},
    {"BatchNormalization", run_batchnorm},
    {"Concat", run_concat},
    {"Conv", run_conv},
    {"Gemm", run_gemm},
    {"GlobalAveragePool", run_global_avgpool},
    {"LRN", run_lrn},
    {"MaxPool", run_maxpool},
    {"Relu", run_relu},
    {"Softmax", run_softmax},
};
enum { OPERATORS = sizeof operators / sizeof *operators };

// Going through the folder.

static int operator_of(const Onnx__ModelProto *model) // -1: more nodes than one, or none of ours
{
    for (int i = 0; model->graph->n_node == 1 && i < OPERATORS; i++)
        if (!strcmp(model->graph->node[0]->op_type, operators[i].op)) return i;
    return -1;
}

static int outside_of(const char *name)
{
    for (int i = 0; i < OUTSIDE; i++)
        if (!strcmp(outside[i].name, name)) return i;
    return -1;
}

static void run_case(const char *name, const Onnx__ModelProto *model, int op)
{
    const Onnx__NodeProto *node = model->graph->node[0];
    struct vector          v = {.name = name, .node = node, .in_count = node->n_input};
    ck_assert_msg(node->n_output == 1 && node->n_input <= MAX_TENSORS,
                  "%s: %zu outputs, not in the list", name, node->n_output);
    if (!strcmp(node->op_type, "Softmax"))
        ck_assert_int_ge(model->opset_import[0]->version, 13); // before: all axes behind
    for (size_t i = 0; i < v.in_count; i++)
        v.in[i] =
            read_tensor(arena_format(&arena, VECTORS "/%s/test_data_set_0/input_%zu.pb", name, i));
    v.want = read_tensor(arena_format(&arena, VECTORS "/%s/test_data_set_0/output_0.pb", name));
    operators[op].run(&v);
}

struct tally {
    int  found, run, outside;
    bool seen[OUTSIDE];
    char reasons[4096];
};

static void visit(const char *name, struct tally *tally)
{
    size_t   size;
    uint8_t *bytes = read_file(arena_format(&arena, VECTORS "/%s/model.onnx", name), &size);
    Onnx__ModelProto *model = onnx__model_proto__unpack(NULL, size, bytes);
    ck_assert_msg(model && model->graph, "%s: not a model", name);
    int op = operator_of(model), listed = outside_of(name);
    if (op >= 0) {
        tally->found++;
        if (listed >= 0) {
            size_t used = strlen(tally->reasons);
            snprintf(tally->reasons + used, sizeof tally->reasons - used, "%s%s: %s",
                     used ? "; " : "", name, outside[listed].reason);
            tally->outside++;
            tally->seen[listed] = true;
        } else {
            run_case(name, model, op);
            tally->run++;
        }
    }
    onnx__model_proto__free_unpacked(model, NULL);
    arena_rewind(&arena, (struct arena_mark){0});
}

static int is_case(const struct dirent *entry)
{
    return !strncmp(entry->d_name, "test_", 5);
}

START_TEST(every_case_runs_or_is_listed_with_its_reason)
{
    struct dirent **entries;
    struct tally    tally = {0};
    int             count = scandir(VECTORS, &entries, is_case, alphasort);
    ck_assert_msg(count > 0, "want %s (package libonnx-testdata)", VECTORS);
    for (int i = 0; i < count; i++) {
        visit(entries[i]->d_name, &tally);
        free(entries[i]);
    }
    free(entries);
    printf("onnx vectors: %d run, %d outside (%s)\n", tally.run, tally.outside, tally.reasons);
    fflush(stdout);
    for (int i = 0; i < OUTSIDE; i++)
        ck_assert_msg(tally.seen[i], "%s is in the list but not in the folder", outside[i].name);
    ck_assert_int_eq(tally.run + tally.outside, tally.found);
    ck_assert_int_eq(tally.run, CASES_RUN);
    ck_assert_int_eq(tally.outside, CASES_OUTSIDE);
    arena_free(&arena);
}
END_TEST

Suite *onnx_suite(void)
{
    Suite *s = suite_create("onnx");
    TCase *tc = tcase_create("onnx");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, every_case_runs_or_is_listed_with_its_reason);
    suite_add_tcase(s, tc);
    return s;
}
