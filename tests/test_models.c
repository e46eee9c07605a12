// tests/test_models.c: the zoo against the reference tables; steps; cuts; hostile model files.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/load.h"
#include "models/slice.h"
#include "tests/expected_models.h"

Suite *models_suite(void);

enum { EXPECTED = sizeof expected_models / sizeof *expected_models };

static struct arena arena;
static struct err   e;

static void setup(void)
{
    arena = (struct arena){0};
    e = (struct err){0};
}

static void teardown(void)
{
    arena_free(&arena);
}

static struct graph load(const char *name, const struct model_options *o)
{
    struct graph g;
    const char  *path = model_find("models/zoo", name, &arena, &e);
    ck_assert_msg(path && model_load(&g, &arena, path, o, &e), "%s", e.text);
    return g;
}

START_TEST(every_layer_equals_the_reference_table)
{
    const struct expected_model *want = &expected_models[_i];
    struct graph                 g = load(want->name, NULL);
    int64_t                      bytes = 0;
    ck_assert_uint_eq(g.layer_count, want->layer_count);
    for (uint32_t i = 0; i < g.layer_count; i++) {
        const struct expected_layer *w = &want->layers[i];
        const struct layer          *l = &g.layers[i];
        ck_assert_str_eq(l->name, w->name);
        ck_assert_int_eq(l->out.d, w->frames);
        ck_assert_msg(l->out.c == w->out[0] && l->out.h == w->out[1] && l->out.w == w->out[2],
                      "%s %s: want %dx%dx%d, have %dx%dx%d", g.name, l->name, w->out[0], w->out[1],
                      w->out[2], l->out.c, l->out.h, l->out.w);
        ck_assert_int_eq(l->params, w->params);
        ck_assert_int_eq(l->macs, w->macs);
        ck_assert_int_eq(graph_tensor_bytes(&g, i + 1), w->bytes);
        bytes += graph_tensor_bytes(&g, i + 1);
    }
    ck_assert_int_eq(graph_params(&g), want->params);
    ck_assert_int_eq(graph_running_stats(&g), want->running_stats);
    ck_assert_int_eq(graph_macs(&g), want->macs);
    ck_assert_int_eq(bytes, want->bytes);
}
END_TEST

// Parameters and MACs of the layers whose names begin alike, batchnorm's learned half counted.
static void block_sum(const struct graph *g, const char *prefix, const char *without, int64_t *macs,
                      int64_t *params)
{
    *macs = *params = 0;
    for (uint32_t i = 0; i < g->layer_count; i++) {
        const struct layer *l = &g->layers[i];
        if (strncmp(l->name, prefix, strlen(prefix)) != 0) continue;
        if (without && !strncmp(l->name, without, strlen(without))) continue;
        *macs += l->macs;
        *params += l->params - l->running_stats;
    }
}

// facts.md 6: ResNet50, stride on the 3x3: block sums (computed by a script of its own, totals
// match published).
START_TEST(resnet50_equals_the_published_block_sums)
{
    static const struct {
        const char *block, *shortcut;
        int64_t     macs, params, shortcut_macs, shortcut_params;
    } want[] = {
        {"conv2_1", "conv2_1p", 179830784, 58112, 51380224, 16896},
        {"conv2_2", NULL, 218365952, 70400, 0, 0},
        {"conv3_1", "conv3_1p", 269746176, 247296, 102760448, 132096},
        {"conv3_4", NULL, 218365952, 280064, 0, 0},
        {"conv4_1", "conv4_1p", 269746176, 986112, 102760448, 526336},
        {"conv4_6", NULL, 218365952, 1117184, 0, 0},
        {"conv5_1", "conv5_1p", 269746176, 3938304, 102760448, 2101248},
        {"conv5_3", NULL, 218365952, 4462592, 0, 0},
    };
    struct graph g = load("resnet50", NULL);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        int64_t macs, params;
        block_sum(&g, want[i].block, want[i].shortcut, &macs, &params);
        ck_assert_int_eq(macs, want[i].macs);
        ck_assert_int_eq(params, want[i].params);
        if (!want[i].shortcut) continue;
        block_sum(&g, want[i].shortcut, NULL, &macs, &params);
        ck_assert_int_eq(macs, want[i].shortcut_macs);
        ck_assert_int_eq(params, want[i].shortcut_params);
    }
    ck_assert_int_eq(graph_macs(&g), 4089184256);
    ck_assert_int_eq(graph_params(&g) - graph_running_stats(&g), 25557032);
}
END_TEST

// facts.md 6, rows of other inputs and class counts.
START_TEST(classes_and_input_size_can_be_set)
{
    static const struct {
        const char          *name;
        struct model_options o;
        int64_t              macs, params;
    } want[] = {
        {"alexnet", {0, 227, 227}, 716767232, 61100840},
        {"alexnet", {12, 227, 227}, 712720384, 57053004},
        {"vgg16", {12, 0, 0}, 15466217472, 134309708},
        {"nin", {12, 0, 0}, 222511104, 967372},
        {"nin_imagenet", {0, 227, 227}, 1105996320, 7595176},
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct graph g = load(want[i].name, &want[i].o);
        ck_assert_int_eq(graph_macs(&g), want[i].macs);
        ck_assert_int_eq(graph_params(&g), want[i].params);
    }
}
END_TEST

// AlexNet: 8 steps; what follows a conv up to the next belongs to it.
START_TEST(a_step_is_a_conv_or_fc_with_what_follows)
{
    struct graph g = load("alexnet", NULL);
    ck_assert_uint_eq(g.step_count, 8);
    ck_assert_uint_eq(g.steps[0].chain_count, 3); // conv1, relu1, pool1
    ck_assert_str_eq(g.layers[g.steps[0].chain[2]].name, "pool1");
    ck_assert_uint_eq(g.steps[5].chain_count, 3); // fc6, relu6, drop6
    ck_assert_uint_eq(g.steps[7].chain_count, 1); // fc8; softmax is merged
    ck_assert_uint_eq(g.steps[7].merge_count, 1);
    // NiN: the 8x8 pool that leaves one value is a global pool and is not cut.
    g = load("nin", NULL);
    ck_assert_uint_eq(g.step_count, 9);
    ck_assert_uint_eq(g.steps[8].chain_count, 2);
    ck_assert_uint_eq(g.steps[8].merge_count, 2);
    // ResNet34: 33 convs of the main path, 3 projections, 1 fc. The addition and its relu are
    // merged.
    g = load("resnet34", NULL);
    ck_assert_uint_eq(g.step_count, 37);
    ck_assert_uint_eq(g.steps[2].chain_count, 2); // conv2_1b and its batchnorm
    ck_assert_uint_eq(g.steps[2].merge_count, 2);
}
END_TEST

// ResNet34 inside its first block: pool1 (the skip) and the block's inside are both alive, each
// counted once: 64 x 56 x 56 x 4 = 802816 bytes a tensor.
START_TEST(a_cut_counts_a_live_tensor_once)
{
    struct graph g = load("resnet34", NULL);
    uint32_t     pool1 = 0;
    while (strcmp(g.layers[pool1].name, "pool1") != 0) pool1++;
    ck_assert_int_eq(graph_cut_bytes(&g, pool1 + 1), 802816);     // two readers, one tensor
    ck_assert_int_eq(graph_cut_bytes(&g, pool1 + 2), 2 * 802816); // conv2_1a and the skip
    ck_assert_int_eq(graph_cut_bytes(&g, 0), 3 * 224 * 224 * 4);
    ck_assert_int_eq(graph_cut_bytes(&g, g.layer_count), 0);
    struct graph vgg = load("vgg16", NULL); // a chain: every cut is one tensor
    for (uint32_t i = 1; i < vgg.layer_count; i++)
        ck_assert_int_eq(graph_cut_bytes(&vgg, i), graph_tensor_bytes(&vgg, i));
}
END_TEST

static struct graph load_file(const char *path)
{
    struct graph g;
    ck_assert_msg(model_load(&g, &arena, path, NULL, &e), "%s", e.text);
    return g;
}

// By hand. Output pixels times weights: conv1 3200 * 8 * 81, conv2 800 * 16 * 216, conv3 50 * 10 *
// 432, fc4 20 * 500, fc5 5 * 20.
START_TEST(a_small_three_dimensional_model_has_the_sizes_worked_out_by_hand)
{
    static const struct {
        const char *name;
        int32_t     out[4]; // c, d, h, w; a vector has no frames
        int64_t     params, macs;
    } want[] = {
        {"conv1", {8, 8, 20, 20}, 656, 2073600}, {"relu1", {8, 8, 20, 20}, 0, 0},
        {"pool1", {8, 8, 10, 10}, 0, 0},         {"conv2", {16, 8, 10, 10}, 3472, 2764800},
        {"norm2", {16, 8, 10, 10}, 64, 0},       {"relu2", {16, 8, 10, 10}, 0, 0},
        {"pool2", {16, 4, 5, 5}, 0, 0},          {"conv3", {10, 2, 5, 5}, 4330, 216000},
        {"fc4", {20, 0, 1, 1}, 10020, 10000},    {"relu4", {20, 0, 1, 1}, 0, 0},
        {"fc5", {5, 0, 1, 1}, 105, 100},         {"prob", {5, 0, 1, 1}, 0, 0},
    };
    struct graph g = load_file("tests/models/c3d_small.json");
    ck_assert_uint_eq(g.layer_count, sizeof want / sizeof *want);
    for (uint32_t i = 0; i < g.layer_count; i++) {
        const struct layer *l = &g.layers[i];
        ck_assert_str_eq(l->name, want[i].name);
        ck_assert_msg(l->out.c == want[i].out[0] && l->out.d == want[i].out[1] &&
                          l->out.h == want[i].out[2] && l->out.w == want[i].out[3],
                      "%s: have %d,%d,%d,%d", l->name, l->out.c, l->out.d, l->out.h, l->out.w);
        ck_assert_int_eq(l->params, want[i].params);
        ck_assert_int_eq(l->macs, want[i].macs);
    }
    ck_assert_uint_eq(g.step_count, 5);
    ck_assert_int_eq(graph_cut_bytes(&g, 0), 3 * 8 * 20 * 20 * 4);
    ck_assert_int_eq(graph_cut_bytes(&g, 7), 16 * 4 * 5 * 5 * 4);
}
END_TEST

// Tran et al. 2015 and its successors quote 38.5 GMAC and 78.4 million parameters; to the last one,
// by hand: weights of each layer times the pixels of its output.
START_TEST(c3d_has_its_published_size)
{
    struct graph g = load_file("tests/models/c3d.json");
    ck_assert_int_eq(graph_params(&g), 78409573);
    ck_assert_int_eq(graph_macs(&g), 200704 * 5184LL + 50176 * 221184LL +
                                         6272 * (884736LL + 1769472) + 784 * (3538944LL + 7077888) +
                                         98 * 2 * 7077888LL + 8192 * 4096 + 4096 * 4096 +
                                         4096 * 101);
    ck_assert_double_eq_tol((double)graph_macs(&g), 38.5e9, 0.1e9);
}
END_TEST

static struct graph loaded; // by the last load_text

static bool load_text(const char *text)
{
    char path[] = "/tmp/fogsim-model-XXXXXX";
    int  file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    e = (struct err){0};
    bool ok = model_load(&loaded, &arena, path, NULL, &e);
    unlink(path);
    return ok;
}

START_TEST(a_bad_model_file_is_refused_with_its_place)
{
    static const struct {
        const char *layers, *want;
    } bad[] = {
        {"[{\"name\":\"a\",\"type\":\"conv\",\"inputs\":[\"b\"],\"kernel\":3,\"channels\":4},"
         "{\"name\":\"b\",\"type\":\"conv\",\"inputs\":[\"a\"],\"kernel\":3,\"channels\":4}]",
         "layers[0].inputs[0]: want an earlier layer"},
        {"[{\"name\":\"a\",\"type\":\"cnov\"}]", "layers[0].type"},
        {"[{\"name\":\"a\",\"type\":\"conv\",\"kernel\":9,\"channels\":4}]", "layers[0]"},
        {"[{\"name\":\"a\",\"type\":\"conv\",\"kernel\":3,\"channels\":-4}]", "layers[0].channels"},
        {"[{\"name\":\"a\",\"type\":\"conv\",\"kernel\":3,\"pad\":3,\"channels\":4}]",
         "layers[0].pad"},
        {"[{\"name\":\"a\",\"type\":\"conv\",\"kernel\":3,\"groups\":2,\"channels\":4}]",
         "layers[0]"},
        {"[{\"name\":\"a\",\"type\":\"relu\"}]", "layers"},
        {"[{\"name\":\"a\",\"type\":\"fc\",\"units\":4},{\"name\":\"a\",\"type\":\"relu\"}]",
         "layers[1].name"},
        {"[{\"name\":\"a\",\"type\":\"fc\",\"units\":4,\"color\":1}]", "layers[0].color"},
        {"[]", "layers"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[1024];
        snprintf(text, sizeof text, "{\"name\":\"x\",\"input\":[3,8,8],\"layers\":%s}",
                 bad[i].layers);
        ck_assert_msg(!load_text(text), "accepted: %s", text);
        ck_assert_msg(strstr(e.text, bad[i].want), "want %s in: %s", bad[i].want, e.text);
    }
}
END_TEST

// With frames, lists have three numbers and pads six.
START_TEST(a_bad_window_along_frames_is_refused_with_its_place)
{
    static const struct {
        const char *input, *layer, *want;
    } bad[] = {
        {"[3,4,8,8]", "\"kernel\":[3,3]", "layers[0].kernel: want an integer or [frames, rows, "},
        {"[3,8,8]", "\"kernel\":[3,3,3]", "layers[0].kernel: want an integer or [rows, "},
        {"[3,4,8,8]", "\"kernel\":3,\"pad\":[1,1,1,1]", "layers[0].pad: want an integer or [fra"},
        {"[3,4,8,8]", "\"kernel\":3,\"stride\":[0,1,1]", "layers[0].stride[0]"},
        {"[3,4,8,8]", "\"kernel\":3,\"pad\":[0,0,0,3,0,0]",
         "layers[0].pad: want padding smaller than the kernel's reach (3 x 3 x 3)"},
        {"[3,4,8,8]", "\"kernel\":[5,3,3]", "want an input that holds the window of 5 frames"},
        {"[3,0,8,8]", "\"kernel\":3", "input[1]"},
        {"[3,1,4,8,8]", "\"kernel\":3", "input: want [channels, rows, columns] or [channels, fra"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{\"name\":\"x\",\"input\":%s,\"layers\":[{\"name\":\"a\",\"type\":\"conv\","
                 "\"channels\":4,%s}]}",
                 bad[i].input, bad[i].layer);
        ck_assert_msg(!load_text(text), "accepted: %s", text);
        ck_assert_msg(strstr(e.text, bad[i].want), "want %s in: %s", bad[i].want, e.text);
    }
}
END_TEST

static const struct layer *layer_named(const struct graph *g, const char *name)
{
    for (uint32_t i = 0; i < g->layer_count; i++)
        if (!strcmp(g->layers[i].name, name)) return &g->layers[i];
    ck_abort_msg("%s has no layer %s", g->name, name);
}

// By hand, weights of each of the nine convolutions times the pixels of its output: 416, 208, 104,
// 52, 26, 13, 13, 13, 13 on a side. Darknet prints 6.97 billion operations, two for each product.
START_TEST(tiny_yolov2_has_its_published_size)
{
    static const int64_t weights[] = {432,     4608,    18432,   73728, 294912,
                                      1179648, 4718592, 9437184, 128000};
    static const int64_t full[] = {416, 208, 104, 52, 26, 13, 13, 13, 13},
                         small[] = {224, 112, 56, 28, 14, 7, 7, 7, 7};
    struct graph g = load("tiny_yolov2", NULL),
                 dads = load("tiny_yolov2", &(struct model_options){0, 224, 224});
    int64_t macs = 0, macs_small = 0, all = 0;
    for (int i = 0; i < 9; i++) {
        const char *name = arena_format(&arena, "conv%d", i + 1);
        ck_assert_int_eq(layer_named(&g, name)->macs, weights[i] * full[i] * full[i]);
        ck_assert_int_eq(layer_named(&dads, name)->out.h, small[i]);
        macs += weights[i] * full[i] * full[i], macs_small += weights[i] * small[i] * small[i];
        all += weights[i];
    }
    ck_assert_int_eq(graph_macs(&g), macs);
    ck_assert_int_eq(graph_macs(&dads), macs_small);
    ck_assert_double_eq_tol(2e-9 * (double)macs, 6.97, 0.005);
    ck_assert_uint_eq(g.step_count, 9);
    // biases of the last, four numbers a channel of eight normalisations
    ck_assert_int_eq(graph_params(&g), all + 125 + 4 * (16 + 32 + 64 + 128 + 256 + 512 + 2 * 1024));
    // pool6: 2 x 2 of stride 1 keeps the size, its one column of padding stands at the end
    const struct window *w = &layer_named(&g, "pool6")->attr.window;
    ck_assert_int_eq(w->pad_begin[AXIS_H] + w->pad_begin[AXIS_W], 0);
    ck_assert(w->pad_end[AXIS_H] == 1 && w->pad_end[AXIS_W] == 1);
}
END_TEST

// TensorFlow's rule, by hand: outputs in / stride upwards; missing cells (out - 1) s + k - in, half
// of them in front, the odd one behind.
START_TEST(same_padding_is_that_of_keras)
{
    static const struct {
        int32_t in, kernel, stride, dilation, out, begin, end;
    } want[] = {
        {147, 3, 2, 1, 74, 1, 1}, {74, 3, 2, 1, 37, 0, 1},  {37, 3, 2, 1, 19, 1, 1},
        {19, 3, 1, 1, 19, 1, 1},  {147, 1, 2, 1, 74, 0, 0}, {13, 2, 1, 1, 13, 0, 1},
        {12, 2, 2, 1, 6, 0, 0},   {13, 2, 2, 1, 7, 0, 1},   {10, 5, 3, 1, 4, 2, 2},
        {11, 3, 2, 2, 6, 2, 2},   {8, 2, 3, 1, 3, 0, 0},    {9, 4, 2, 1, 5, 1, 2},
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{\"input\":[2,7,%d,%d],\"layers\":[{\"name\":\"a\",\"type\":\"conv\","
                 "\"channels\":4,\"kernel\":[3,%d,%d],\"stride\":[2,%d,%d],"
                 "\"dilation\":[1,%d,%d],\"pad\":\"same\"}]}",
                 want[i].in, want[i].in, want[i].kernel, want[i].kernel, want[i].stride,
                 want[i].stride, want[i].dilation, want[i].dilation);
        ck_assert_msg(load_text(text), "%s", e.text);
        const struct layer  *l = &loaded.layers[0];
        const struct window *w = &l->attr.window;
        for (int axis = AXIS_H; axis <= AXIS_W; axis++) {
            ck_assert_int_eq(w->pad_begin[axis], want[i].begin);
            ck_assert_int_eq(w->pad_end[axis], want[i].end);
        }
        ck_assert(l->out.h == want[i].out && l->out.w == want[i].out);
        ck_assert(l->out.d == 4 && w->pad_begin[AXIS_D] == 1 && w->pad_end[AXIS_D] == 1);
    }
}
END_TEST

// Facts of DDNN with 64 filters; a map of 64 x 32 x 32 signs is 8 KB on the wire.
START_TEST(ddnn_sends_signs_and_has_two_exits)
{
    static const struct {
        const char *name, *before; // the layer whose output the server reads
        uint32_t    exit_step, step_count;
        int64_t     device_macs;
    } want[] = {{"ddnn_deep", "fconv_sign", 1, 7, 1769472 + 655360},
                {"ddnn_shallow", "bconv_sign", 2, 6, 1769472 + 37748736 + 655360}};
    for (int i = 0; i < 2; i++) {
        struct graph g = load(want[i].name, NULL);
        bool         needed[8];
        int64_t      macs = 0;
        ck_assert_uint_eq(g.exit_count, 2);
        ck_assert_str_eq(g.exits[0].name, "exit_local");
        ck_assert_str_eq(g.exits[1].name, "exit_server");
        ck_assert_uint_eq(g.exits[1].layer, g.layer_count - 1);
        ck_assert_uint_eq(g.step_count, want[i].step_count);
        ck_assert_uint_eq(g.exits[0].step, want[i].exit_step);
        graph_exit_steps(&g, 0, needed);
        for (uint32_t s = 0; s < g.step_count; s++) ck_assert(needed[s] == (s <= g.exits[0].step));
        graph_exit_steps(&g, 1, needed); // all but the exit of the device
        for (uint32_t s = 0; s < g.step_count; s++) ck_assert(needed[s] == (s != g.exits[0].step));
        for (uint32_t l = 0; l <= g.exits[0].layer; l++) macs += g.layers[l].macs;
        ck_assert_int_eq(macs, want[i].device_macs);
        // the server reads the signs before the exit
        uint32_t server = g.steps[g.exits[0].step + 1].input;
        ck_assert_str_eq(g.layers[server - 1].name, want[i].before);
        ck_assert_uint_eq(graph_tensor_bits(&g, server), 1);
        ck_assert_int_eq(graph_tensor_bytes(&g, server), 8192);
        ck_assert_int_eq(graph_cut_bytes(&g, g.exits[0].layer + 1), 8192);
        ck_assert_int_eq(layer_named(&g, "conv1")->macs, 37748736);
        ck_assert_uint_eq(graph_tensor_bits(&g, g.layer_count), 32);
    }
}
END_TEST

// 1728, 36864 and 655360 weights of one bit; 4 * 64 floats of a batchnorm; a server's conv in
// floats.
START_TEST(weights_of_signs_take_one_bit)
{
    struct graph g = load("ddnn_shallow", NULL);
    ck_assert_int_eq(layer_weight_bytes(layer_named(&g, "fconv")), 216);
    ck_assert_int_eq(layer_weight_bytes(layer_named(&g, "bconv")), 4608);
    ck_assert_int_eq(layer_weight_bytes(layer_named(&g, "exit_linear")), 81920);
    ck_assert_int_eq(layer_weight_bytes(layer_named(&g, "bconv_bn")), 1024);
    ck_assert_int_eq(layer_weight_bytes(layer_named(&g, "conv1")), 4 * 36864);
    ck_assert_int_eq(layer_weight_bytes(layer_named(&g, "linear")), 4 * 655370);
    // an odd number of weights fills its last byte; a bias is a float: 27 bits, 4 bytes
    ck_assert(load_text("{\"input\":[3,8,8],\"layers\":[{\"name\":\"a\",\"type\":\"fconv\","
                        "\"kernel\":3,\"channels\":1,\"bias\":true}]}"));
    ck_assert_int_eq(layer_weight_bytes(&loaded.layers[0]), 4 + 4);
}
END_TEST

// Signs stay signs where they are only chosen or moved; a sum of signs is none.
START_TEST(bits_follow_the_layers)
{
    static const struct {
        const char *name;
        uint32_t    bits;
    } want[] = {{"c", 32}, {"s", 1},  {"p", 1}, {"d", 1}, {"j", 1}, {"k", 32},
                {"a", 32}, {"g", 32}, {"t", 1}, {"f", 1}, {"x", 32}};
    ck_assert_msg(
        load_text("{\"input\":[3,8,8],\"layers\":["
                  "{\"name\":\"c\",\"type\":\"fconv\",\"kernel\":3,\"pad\":1,\"channels\":3},"
                  "{\"name\":\"s\",\"type\":\"binarize\"},"
                  "{\"name\":\"p\",\"type\":\"maxpool\",\"kernel\":3,\"pad\":1},"
                  "{\"name\":\"d\",\"type\":\"dropout\"},"
                  "{\"name\":\"j\",\"type\":\"concat\",\"inputs\":[\"d\",\"s\"]},"
                  "{\"name\":\"k\",\"type\":\"concat\",\"inputs\":[\"d\",\"c\"]},"
                  "{\"name\":\"a\",\"type\":\"add\",\"inputs\":[\"d\",\"s\"]},"
                  "{\"name\":\"g\",\"type\":\"avgpool\",\"kernel\":2,\"inputs\":[\"j\"]},"
                  "{\"name\":\"t\",\"type\":\"binarize\"},"
                  "{\"name\":\"f\",\"type\":\"flatten\"},"
                  "{\"name\":\"x\",\"type\":\"blinear\",\"units\":7}]}"),
        "%s", e.text);
    for (uint32_t i = 0; i < sizeof want / sizeof *want; i++) {
        ck_assert_str_eq(loaded.layers[i].name, want[i].name);
        ck_assert_msg(graph_tensor_bits(&loaded, i + 1) == want[i].bits, "%s: %u bits",
                      want[i].name, graph_tensor_bits(&loaded, i + 1));
    }
    ck_assert_uint_eq(graph_tensor_bits(&loaded, 0), 32);
    ck_assert_int_eq(graph_tensor_bytes(&loaded, 2), 24);  // 3 x 8 x 8 signs
    ck_assert_int_eq(graph_tensor_bytes(&loaded, 10), 37); // 6 x 7 x 7 = 294 signs, whole bytes
}
END_TEST

START_TEST(without_the_key_the_last_layer_is_the_one_exit)
{
    struct graph g = load("resnet18", NULL);
    bool         needed[64];
    ck_assert_uint_eq(g.exit_count, 1);
    ck_assert_str_eq(g.exits[0].name, "prob");
    ck_assert_uint_eq(g.exits[0].step, g.step_count - 1);
    graph_exit_steps(&g, 0, needed);
    for (uint32_t s = 0; s < g.step_count; s++) ck_assert(needed[s]);
}
END_TEST

START_TEST(bad_exits_and_inputs_of_signs_are_refused_with_their_place)
{
    static const struct {
        const char *exits, *want;
    } bad[] = {
        {"[\"e\",\"x\"]", NULL},
        {"[\"z\"]", NULL},
        {"[\"e\",\"z\"]", NULL},
        {"\"z\"", "exits: want a list of names of layers"},
        {"[]", "exits: want a list of names of layers"},
        {"[\"e\",\"nobody\"]", "exits[1]: want the name of a layer, have \"nobody\""},
        {"[\"data\",\"z\"]", "exits[0]: want the name of a layer"},
        {"[3]", "exits[0]: want the name of a layer, have 3"},
        {"[null]", "exits[0]: want the name of a layer"},
        {"[\"s\",\"z\"]", "exits[0]: want a layer that no other layer reads, have \"s\""},
        {"[\"z\",\"e\"]", "exits[1]: want a layer behind the exit before it, have \"e\""},
        {"[\"e\",\"e\",\"z\"]", "exits[1]: want a layer behind the exit before it"},
        {"[\"e\"]", "exits[0]: want the last layer (\"z\"), have \"e\""},
        {"[\"e\",\"z\",\"c\",\"s\",\"z\"]", "exits: want a list of names of layers"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bool is_last_x = i == 0; // another last layer
        char text[1024];
        snprintf(text, sizeof text,
                 "{\"input\":[3,8,8],\"exits\":%s,\"layers\":["
                 "{\"name\":\"c\",\"type\":\"conv\",\"kernel\":3,\"channels\":3},"
                 "{\"name\":\"s\",\"type\":\"binarize\"},"
                 "{\"name\":\"e\",\"type\":\"blinear\",\"units\":3},"
                 "{\"name\":\"%s\",\"type\":\"fc\",\"inputs\":[\"s\"],\"units\":3}]}",
                 bad[i].exits, is_last_x ? "x" : "z");
        bool ok = load_text(text);
        if (!bad[i].want) {
            ck_assert_msg(ok, "%s: %s", bad[i].exits, e.text);
            continue;
        }
        ck_assert_msg(!ok, "accepted: %s", bad[i].exits);
        ck_assert_msg(strstr(e.text, bad[i].want), "want %s in: %s", bad[i].want, e.text);
    }
    ck_assert(!load_text("{\"input\":[3,8,8],\"layers\":[{\"name\":\"b\",\"type\":\"bconv\","
                         "\"kernel\":3,\"channels\":3}]}"));
    ck_assert_msg(strstr(e.text, "layers[0]: want an input of signs for a bconv"), "%s", e.text);
}
END_TEST

Suite *models_suite(void)
{
    Suite *s = suite_create("models");
    TCase *tc = tcase_create("models");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, every_layer_equals_the_reference_table, 0, EXPECTED);
    tcase_add_test(tc, resnet50_equals_the_published_block_sums);
    tcase_add_test(tc, classes_and_input_size_can_be_set);
    tcase_add_test(tc, a_step_is_a_conv_or_fc_with_what_follows);
    tcase_add_test(tc, a_cut_counts_a_live_tensor_once);
    tcase_add_test(tc, a_bad_model_file_is_refused_with_its_place);
    tcase_add_test(tc, a_small_three_dimensional_model_has_the_sizes_worked_out_by_hand);
    tcase_add_test(tc, c3d_has_its_published_size);
    tcase_add_test(tc, tiny_yolov2_has_its_published_size);
    tcase_add_test(tc, same_padding_is_that_of_keras);
    tcase_add_test(tc, ddnn_sends_signs_and_has_two_exits);
    tcase_add_test(tc, weights_of_signs_take_one_bit);
    tcase_add_test(tc, bits_follow_the_layers);
    tcase_add_test(tc, without_the_key_the_last_layer_is_the_one_exit);
    tcase_add_test(tc, bad_exits_and_inputs_of_signs_are_refused_with_their_place);
    tcase_add_test(tc, a_bad_window_along_frames_is_refused_with_its_place);
    suite_add_tcase(s, tc);
    return s;
}
