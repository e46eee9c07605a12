// tests/test_slice.c: slices are exact: by arithmetic, and by running them through the kernels.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/exec.h"
#include "models/load.h"

Suite *slice_suite(void);

static struct arena arena;
static struct rng   rng;

static void setup(void)
{
    arena = (struct arena){0};
    rng_init(&rng, 7, 0, "test_slice", 0);
}

static void teardown(void)
{
    arena_free(&arena);
}

static const char *const zoo[] = {"alexnet_torchvision",
                                  "alexnet_1tower",
                                  "alexnet_2tower",
                                  "vgg16",
                                  "resnet34",
                                  "resnet50",
                                  "nin_cifar10",
                                  "nin_imagenet",
                                  "../../tests/models/c3d_small"};
enum { ZOO = sizeof zoo / sizeof *zoo };

static struct graph load(const char *name)
{
    struct graph g;
    struct err   e = {0};
    ck_assert_msg(
        model_load(&g, &arena, arena_format(&arena, "models/zoo/%s.json", name), NULL, &e), "%s",
        e.text);
    return g;
}

static struct graph load_text(const char *json)
{
    char         path[] = "/tmp/fogsim-test-XXXXXX";
    int          fd = mkstemp(path);
    FILE        *f = fd < 0 ? NULL : fdopen(fd, "w");
    struct graph g;
    struct err   e = {0};
    ck_assert(f && fputs(json, f) >= 0 && !fclose(f));
    ck_assert_msg(model_load(&g, &arena, path, NULL, &e), "%s: %s", e.text, json);
    unlink(path);
    return g;
}

// Thesis, Algorithm 1's example as facts 2.1 verified it: utilities 4.0 and 6.0, input 1x3x224x224,
// p = 3 (VGG16 conv1_1): o_1 = floor(0.4 * 224) = 89, input rows [0, 90) and [88, 224): 90 and 136
// rows.
START_TEST(the_worked_example_of_the_thesis_gives_90_and_136_rows)
{
    const double weights[] = {4, 6};
    int32_t      cuts[3];
    struct graph g = load("vgg16");
    slice_cuts(weights, 2, 224, cuts);
    ck_assert_int_eq(cuts[1], 89);
    struct span a =
        slice_input(&g, 0, (struct slice){.axis = SLICE_ROWS, .begin = cuts[0], .end = cuts[1]});
    struct span b =
        slice_input(&g, 0, (struct slice){.axis = SLICE_ROWS, .begin = cuts[1], .end = cuts[2]});
    ck_assert_int_eq(a.end - a.begin, 90);
    ck_assert_int_eq(b.end - b.begin, 136);
}
END_TEST

// facts 2.1 item 5: exact slices of ResNet conv1 (7x7, stride 2, pad 3, 112 rows: cut 44) and of
// AlexNet conv1 (11x11, stride 4, pad 2, 55 rows: cut 22), utilities 4:6, of the convolution alone.
START_TEST(strided_first_layers_have_the_slices_of_the_facts)
{
    static const struct {
        const char *model;
        int32_t     rows, cut;
        struct span a, b;
    } want[] = {{"resnet34", 112, 44, {0, 90}, {85, 224}},
                {"alexnet_torchvision", 55, 22, {0, 93}, {86, 224}}};
    const double weights[] = {4, 6};
    for (int i = 0; i < 2; i++) {
        struct graph g = load(want[i].model);
        int32_t      cuts[3];
        slice_cuts(weights, 2, want[i].rows, cuts);
        ck_assert_int_eq(cuts[1], want[i].cut);
        const struct window *w = &g.layers[0].attr.window;
        struct span          a = window_in(w, AXIS_H, 224, (struct span){0, cuts[1]});
        struct span          b = window_in(w, AXIS_H, 224, (struct span){cuts[1], want[i].rows});
        ck_assert(a.begin == want[i].a.begin && a.end == want[i].a.end);
        ck_assert(b.begin == want[i].b.begin && b.end == want[i].b.end);
    }
}
END_TEST

// c3d_small: rows [0, 5) of pool1's 8x8x10x10 need conv1's rows [0, 10) and [0, 11) of the input,
// of all 8 frames of 3 channels; channels and sums hold all frames too.
START_TEST(a_slice_of_rows_holds_all_frames)
{
    struct graph g = load("../../tests/models/c3d_small");
    struct slice rows = {SLICE_ROWS, 0, 5}, out = {SLICE_OUT, 0, 4}, in = {SLICE_IN, 0, 4};
    struct span  need = slice_input(&g, 0, rows);
    ck_assert(need.begin == 0 && need.end == 11);
    ck_assert_int_eq(slice_input_bytes(&g, 0, rows), 3 * 8 * 11 * 20 * 4);
    ck_assert_int_eq(slice_output_bytes(&g, 0, rows), 8 * 8 * 5 * 10 * 4);
    ck_assert_int_eq(slice_output_bytes(&g, 0, out), 4 * 8 * 10 * 10 * 4);
    ck_assert_int_eq(slice_input_bytes(&g, 1, in), 4 * 8 * 10 * 10 * 4);
    ck_assert_int_eq(slice_output_bytes(&g, 1, in), 16 * 8 * 10 * 10 * 4);
}
END_TEST

// The literal printed form (cut w - (p - 1) = 222 rows at floor(0.4 * 222) = 88, add p - 1 to each)
// is an oracle for the worked example only: 88 + 2 = 90, 222 - 88 + 2 = 136.
START_TEST(the_literal_form_agrees_with_the_worked_example)
{
    const double weights[] = {4, 6};
    int32_t      cuts[3];
    slice_cuts(weights, 2, 224 - 2, cuts);
    ck_assert_int_eq(cuts[1] + 2, 90);
    ck_assert_int_eq(222 - cuts[1] + 2, 136);
}
END_TEST

// 0.3 as a double is below 3/10, and 0.3 * 10 may be floored to 2: shares are decimals here.
START_TEST(decimal_shares_do_not_fall_one_short)
{
    const double thirds[] = {0.3, 0.7}, equal[] = {1, 1, 1}, zero[] = {0, 5};
    int32_t      cuts[4];
    slice_cuts(thirds, 2, 10, cuts);
    ck_assert_int_eq(cuts[1], 3);
    slice_cuts(equal, 3, 9, cuts);
    ck_assert_int_eq(cuts[1], 3);
    ck_assert_int_eq(cuts[2], 6);
    slice_cuts(zero, 2, 7, cuts);
    ck_assert_int_eq(cuts[1], 0);
    ck_assert_int_eq(cuts[2], 7);
}
END_TEST

START_TEST(cuts_cover_the_output_once_and_follow_the_shares)
{
    for (int round = 0; round < 20000; round++) {
        double   weights[8], total = 0;
        int32_t  cuts[9], extent = (int32_t)rng_below(&rng, 5000);
        uint32_t n = 1 + (uint32_t)rng_below(&rng, 8);
        for (uint32_t i = 0; i < n; i++)
            total += weights[i] = rng_uniform(&rng) * pow(10, (double)rng_below(&rng, 5));
        slice_cuts(weights, n, extent, cuts);
        ck_assert_int_eq(cuts[0], 0);
        ck_assert_int_eq(cuts[n], extent);
        double sum = 0;
        for (uint32_t i = 0; i < n; i++) {
            ck_assert_int_le(cuts[i], cuts[i + 1]);
            ck_assert_double_ge(extent * sum / total, cuts[i] - 1e-6);
            ck_assert_double_le(extent * sum / total, cuts[i] + 1 + 1e-6);
            sum += weights[i];
        }
    }
}
END_TEST

// One tensor per chain layer: the whole run, whose last is what slices must reproduce.
static float *run_whole(const struct graph *g, const struct step *st, const float *x,
                        const struct exec_weights *w, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        float *y = ARENA_ARRAY(&arena, float, (size_t)shape_elements(&g->layers[st->chain[i]].out));
        exec_layer(g, st->chain[i], &x, &w[st->chain[i]], y, false);
        x = y;
    }
    return (float *)x;
}

static int32_t below(int32_t bound)
{
    return (int32_t)rng_below(&rng, (uint64_t)bound);
}

// Two to four parts of a step that together are all of it; tiles: each alone, or whole rows.
static uint32_t random_parts(const struct graph *g, uint32_t step, enum slice_axis axis,
                             struct slice *parts)
{
    uint32_t count = 2 + (uint32_t)below(3);
    double   weights[4];
    int32_t  cuts[5], rows = 1 + below(4), columns = 1 + below(4);
    for (uint32_t i = 0; i < count; i++) weights[i] = 1e-3 + rng_uniform(&rng);
    bool by_rows = axis == SLICE_GRID && below(2);
    if (axis == SLICE_GRID && !by_rows) {
        for (int32_t i = 0; i < rows * columns; i++)
            parts[i] = (struct slice){axis, i, i + 1, rows, columns};
        return (uint32_t)(rows * columns);
    }
    slice_cuts(weights, count, by_rows ? rows : step_extent(g, step, axis), cuts);
    for (uint32_t i = 0; i < count; i++) {
        parts[i] = (struct slice){.axis = axis, .begin = cuts[i], .end = cuts[i + 1]};
        if (by_rows)
            parts[i] =
                (struct slice){axis, cuts[i] * columns, cuts[i + 1] * columns, rows, columns};
    }
    return count;
}

enum { MOST_PARTS = 16 };

static void check_merged(const struct graph *g, uint32_t step, enum slice_axis axis, const float *x,
                         const struct exec_weights *w)
{
    const struct step *st = &g->steps[step];
    uint32_t           count = slice_chain_count(g, step, axis);
    struct shape       out = g->layers[st->chain[count - 1]].out;
    float             *whole = run_whole(g, st, x, w, count);
    float             *merged = ARENA_ARRAY(&arena, float, (size_t)shape_elements(&out));
    struct slice       parts[MOST_PARTS];
    uint32_t           n = random_parts(g, step, axis, parts);
    for (uint32_t i = 0; i < n; i++) exec_slice(g, step, parts[i], x, w, merged);
    double largest = 0, error = 0;
    for (int64_t i = 0; i < shape_elements(&out); i++) {
        largest = fmax(largest, fabs((double)whole[i]));
        error = fmax(error, fabs((double)whole[i] - (double)merged[i]));
    }
    ck_assert_double_gt(largest, 0);
    ck_assert_msg(error <= 1e-5 * largest, "%s %s by %s: error %g of %g", g->name,
                  g->layers[st->chain[0]].name, slice_axis_names[axis], error, largest);
}

static void check_step(const struct graph *g, uint32_t step)
{
    struct arena_mark    mark = arena_mark(&arena);
    const struct step   *st = &g->steps[step];
    struct exec_weights *w = ARENA_ARRAY(&arena, struct exec_weights, g->layer_count);
    struct shape         in = graph_tensor(g, st->input);
    float               *x = ARENA_ARRAY(&arena, float, (size_t)shape_elements(&in));
    exec_random(x, shape_elements(&in), &rng);
    for (uint32_t i = 0; i < st->chain_count; i++)
        exec_weights(g, st->chain[i], &rng, &arena, &w[st->chain[i]]);
    const struct layer *head = &g->layers[st->chain[0]];
    for (int axis = SLICE_ROWS; axis < SLICE_AXIS_COUNT; axis++) {
        bool is_channels = axis == SLICE_OUT || axis == SLICE_IN;
        if (layer_is_fc(head) ? !is_channels : head->macs > 100e6 && axis > SLICE_IN)
            continue; // the large ones of the zoo: as ever
        check_merged(g, step, (enum slice_axis)axis, x, w);
    }
    arena_rewind(&arena, mark);
}

// Equal shapes of the zoo behave alike: a shape seen before is skipped.
static bool seen_before(const struct graph *g, uint32_t step)
{
    const struct layer *l = &g->layers[g->steps[step].chain[0]];
    struct shape        in = graph_tensor(g, g->steps[step].input);
    for (uint32_t s = 0; s < step; s++) {
        const struct layer *o = &g->layers[g->steps[s].chain[0]];
        struct shape        other = graph_tensor(g, g->steps[s].input);
        if (!memcmp(&l->attr, &o->attr, sizeof l->attr) && !memcmp(&in, &other, sizeof in) &&
            g->steps[s].chain_count == g->steps[step].chain_count)
            return true;
    }
    return false;
}

START_TEST(slices_run_and_merged_equal_the_whole_layer)
{
    struct graph g = load(zoo[_i]);
    for (uint32_t step = 0; step < g.step_count; step++)
        if (!seen_before(&g, step)) check_step(&g, step);
}
END_TEST

// ---- random layers ------------------------------------------------------------------------------

static const char *window_of(int32_t axes, int32_t kernel, int32_t stride, int32_t dilation,
                             bool same)
{
    int32_t pads[6];
    for (int i = 0; i < 6; i++) pads[i] = below((kernel - 1) * dilation / 2 + 1);
    const char *pad =
        same        ? "\"same\""
        : axes == 2 ? arena_format(&arena, "[%d, %d, %d, %d]", pads[0], pads[1], pads[2], pads[3])
                    : arena_format(&arena, "[%d, %d, %d, %d, %d, %d]", pads[0], pads[1], pads[2],
                                   pads[3], pads[4], pads[5]);
    return arena_format(&arena, "\"kernel\": %d, \"stride\": %d, \"dilation\": %d, \"pad\": %s",
                        kernel, stride, dilation, pad);
}

static const char *more(const char *text, const char *type, const char *fields)
{
    return arena_format(&arena, "%s, {\"name\": \"%s\", \"type\": \"%s\"%s}", text, type, type,
                        fields);
}

// A conv of any kind over images or videos, a batchnorm, a pool (which may overlap, count padding,
// or end in a partial window), a relu, and a layer that mixes channels.
static struct graph random_chain(bool has_frames)
{
    static const char *const pools[] = {"maxpool", "avgpool"};
    int32_t                  axes = has_frames ? 3 : 2, groups = (int32_t[]){1, 1, 2, 8}[below(4)];
    const char              *frames = has_frames ? arena_format(&arena, "%d, ", 13 + below(3)) : "";
    const char              *text = arena_format(
                     &arena,
                     "{\"name\": \"random\", \"input\": [8, %s%d, %d], \"layers\": [{\"name\": \"a\", \"type\": "
                                  "\"conv\", \"channels\": %d, \"groups\": %d, \"bias\": %s, %s}",
                     frames, 13 + below(9), 13 + below(9), 8 * (1 + below(2)), groups,
        below(2) ? "true" : "false",
                     window_of(axes, 1 + below(4), 1 + below(3), 1 + below(2), below(3) == 0));
    if (below(2)) text = more(text, "batchnorm", "");
    const char *partial = below(2) ? "\"ceil\": true, " : "",
               *counted = below(2) ? "\"count_include_pad\": true, " : "";
    if (below(2)) {
        const char *window = window_of(axes, 2 + below(2), 1 + below(2), 1, below(3) == 0);
        const char *pool = pools[below(2)];
        if (pool == pools[0]) counted = "";
        text = more(text, pool, arena_format(&arena, ", %s%s%s", partial, counted, window));
    }
    if (below(2)) text = more(text, "relu", "");
    if (below(3) == 0) text = more(text, "lrn", "");
    return load_text(arena_format(&arena, "%s]}", text));
}

START_TEST(slices_of_random_layers_merge_to_the_whole)
{
    rng_init(&rng, 7, 0, "random_chain", (uint64_t)_i);
    for (int round = 0; round < 60; round++) {
        struct arena_mark mark = arena_mark(&arena);
        struct graph      g = random_chain(_i % 2);
        check_step(&g, 0);
        arena_rewind(&arena, mark);
    }
}
END_TEST

// ---- receptive fields, element by element -------------------------------------------------------

// Whether each element of a layer's input is read for some element of its output that is wanted.
static bool *read_by(const struct graph *g, const struct layer *l, const bool *wanted)
{
    struct shape         in = graph_tensor(g, l->inputs[0]), out = l->out;
    const struct window *w = &l->attr.window;
    bool                *read = ARENA_ARRAY(&arena, bool, (size_t)shape_elements(&in));
    bool                 windowed = l->kernel->rows == ROWS_WINDOW;
    int32_t              groups = layer_is_conv(l) ? l->attr.groups : out.c, of_in = in.c / groups,
            of_out = out.c / groups;
    if (!strcmp(l->kernel->type, "lrn")) of_in = in.c, of_out = out.c;
    for (int32_t i = 0, c = 0; c < out.c; c++)
        for (int32_t z = 0; z < shape_frames(&out); z++)
            for (int32_t y = 0; y < out.h; y++)
                for (int32_t x = 0; x < out.w; x++, i++) {
                    if (!wanted[i]) continue;
                    for (int32_t k = 0; k < (windowed ? window_size(w) : 1); k++) {
                        int32_t kw = windowed ? w->kernel[1] : 1, kh = windowed ? w->kernel[0] : 1;
                        int32_t iz = windowed ? window_at(w, AXIS_D, z, k / kw / kh) : z,
                                iy = windowed ? window_at(w, AXIS_H, y, k / kw % kh) : y,
                                ix = windowed ? window_at(w, AXIS_W, x, k % kw) : x;
                        if (iz < 0 || iy < 0 || ix < 0 || iz >= shape_frames(&in) || iy >= in.h ||
                            ix >= in.w)
                            continue;
                        for (int32_t ic = c / of_out * of_in; ic < (c / of_out + 1) * of_in; ic++)
                            read[((ic * shape_frames(&in) + iz) * in.h + iy) * in.w + ix] = true;
                    }
                }
    return read;
}

static bool holds(const struct block *b, int32_t c, int32_t z, int32_t y, int32_t x)
{
    return c >= b->channels.begin && c < b->channels.end && z >= b->at[AXIS_D].begin &&
           z < b->at[AXIS_D].end && y >= b->at[AXIS_H].begin && y < b->at[AXIS_H].end &&
           x >= b->at[AXIS_W].begin && x < b->at[AXIS_W].end;
}

static bool *elements_of(const struct block *b, struct shape s)
{
    bool   *set = ARENA_ARRAY(&arena, bool, (size_t)shape_elements(&s));
    int64_t i = 0;
    for (int32_t c = 0; c < s.c; c++)
        for (int32_t z = 0; z < shape_frames(&s); z++)
            for (int32_t y = 0; y < s.h; y++)
                for (int32_t x = 0; x < s.w; x++) set[i++] = holds(b, c, z, y, x);
    return set;
}

// Along an axis that is cut the first and last element that are read are the block's; channels
// likewise. (Along the others all are taken; a dilated window's clipped end may read less.)
static void check_ends(const struct block *b, const struct block *read, enum slice_axis axis)
{
    bool rows = axis == SLICE_ROWS || axis == SLICE_GRID,
         columns = axis == SLICE_COLUMNS || axis == SLICE_GRID;
    for (int i = 0; i < AXIS_COUNT; i++) {
        bool is_cut = (i == AXIS_H && rows) || (i == AXIS_W && columns) ||
                      (i == AXIS_D && axis == SLICE_FRAMES);
        ck_assert_int_le(b->at[i].begin, read->at[i].begin);
        ck_assert_int_ge(b->at[i].end, read->at[i].end);
        if (!is_cut) continue;
        ck_assert_int_eq(b->at[i].begin, read->at[i].begin);
        ck_assert_int_eq(b->at[i].end, read->at[i].end);
    }
    ck_assert_int_eq(b->channels.begin, read->channels.begin);
    ck_assert_int_eq(b->channels.end, read->channels.end);
}

static void extend(struct span *s, int32_t x)
{
    if (s->end == 0) *s = (struct span){x, x + 1};
    if (x < s->begin) s->begin = x;
    if (x >= s->end) s->end = x + 1;
}

static struct block hull_of(const bool *set, struct shape s)
{
    struct block b = {.groups = 1};
    int64_t      i = 0;
    for (int32_t c = 0; c < s.c; c++)
        for (int32_t z = 0; z < shape_frames(&s); z++)
            for (int32_t y = 0; y < s.h; y++)
                for (int32_t x = 0; x < s.w; x++)
                    if (set[i++])
                        extend(&b.channels, c), extend(&b.at[AXIS_D], z), extend(&b.at[AXIS_H], y),
                            extend(&b.at[AXIS_W], x);
    return b;
}

static bool has_dilation(const struct graph *g)
{
    for (uint32_t i = 0; i < g->layer_count; i++)
        if (window_dilation(&g->layers[i].attr.window, AXIS_H) > 1) return true;
    return false;
}

START_TEST(a_slice_reads_what_its_elements_read_and_no_more)
{
    rng_init(&rng, 8, 0, "receptive", (uint64_t)_i);
    for (int round = 0; round < 60; round++) {
        struct arena_mark  mark = arena_mark(&arena);
        struct graph       g = random_chain(_i % 2);
        const struct step *st = &g.steps[0];
        for (int a = SLICE_ROWS; a < SLICE_AXIS_COUNT && !has_dilation(&g); a++) {
            enum slice_axis axis = (enum slice_axis)a;
            struct slice    parts[MOST_PARTS];
            uint32_t        n = axis == SLICE_IN ? 0 : random_parts(&g, 0, axis, parts);
            for (uint32_t i = 0; i < n; i++) {
                struct block blocks[MAX_CHAIN], in = slice_blocks(&g, 0, parts[i], blocks);
                uint32_t     last = slice_chain_count(&g, 0, axis);
                if (slice_is_empty(&g, 0, parts[i])) continue;
                bool *set = elements_of(&blocks[last - 1], g.layers[st->chain[last - 1]].out);
                for (uint32_t k = last; k-- > 0;) set = read_by(&g, &g.layers[st->chain[k]], set);
                struct block hull = hull_of(set, g.input);
                check_ends(&in, &hull, axis);
                ck_assert_int_eq(slice_input_bytes(&g, 0, parts[i]), 4 * block_elements(&in));
            }
        }
        arena_rewind(&arena, mark);
    }
}
END_TEST

// ---- Hadidi et al., IEEE IoT Journal 2020, Table II ---------------------------------------------

// A convolution of stride 1 and same padding, H x W of `in` channels, k filters of f x f. Sums over
// all devices: channel splitting of k' filters each sends (k/k' C_i + k) H W, filter splitting of
// C_b channels each (C_i + k C_i/C_b) H W (k and C_i multiples of k' and C_b), and the baseline
// (C_i + k) H W. (The text's overhead of channel splitting is misprinted: (k/k' - 1) C_i H W is
// meant.)
START_TEST(bytes_of_channel_and_filter_splits_are_those_of_hadidis_table)
{
    enum { H = 12, W = 10, IN = 8, K = 6, F = 3 };
    const char  *json = "{\"name\": \"h\", \"input\": [8, 12, 10], \"layers\": [{\"name\": \"a\", "
                        "\"type\": \"conv\", \"channels\": 6, \"kernel\": 3, \"pad\": 1}]}";
    struct graph g = load_text(json);
    for (int32_t devices = 1; devices <= 2; devices++) {
        int64_t channel = 0, filter = 0, weights = 0;
        for (int32_t i = 0; i < devices; i++) {
            struct slice out = {.axis = SLICE_OUT, .begin = K / devices * i},
                         in = {.axis = SLICE_IN, .begin = IN / devices * i};
            out.end = out.begin + K / devices;
            in.end = in.begin + IN / devices;
            channel += slice_input_bytes(&g, 0, out) + slice_output_bytes(&g, 0, out);
            filter += slice_input_bytes(&g, 0, in) + slice_output_bytes(&g, 0, in);
            weights += slice_weight_bytes(&g, 0, out);
        }
        ck_assert_int_eq(channel, 4 * (devices * IN + K) * H * W);
        ck_assert_int_eq(filter, 4 * (IN + K * devices) * H * W);
        ck_assert_int_eq(weights, 4 * (K * IN * F * F + K)); // each filter and its bias once
    }
}
END_TEST

// Spatial splitting into d x d: all inputs once and, for each of 2 d (d - 1) inner borders, f / 2
// rows or columns (rounded down) of the other side's inputs to both sides: strips as long as a part
// is wide and, which equation (2) leaves out, the corners: (f / 2)^2 from each diagonal neighbour,
// 4 (d - 1)^2 of them.
START_TEST(bytes_of_a_spatial_split_are_hadidis_strips_and_the_corners)
{
    static const int32_t sides[] = {12, 24}, kernels[] = {1, 3, 5};
    for (int n = 0; n < 2 * 3 * 3; n++) {
        int32_t      side = sides[n % 2], f = kernels[n / 2 % 3], d = 1 + n / 6, half = f / 2;
        const char  *json = arena_format(&arena,
                                         "{\"name\": \"h\", \"input\": [8, %d, %d], \"layers\": "
                                          "[{\"name\": \"a\", \"type\": \"conv\", \"channels\": 6, "
                                          "\"kernel\": %d, \"pad\": \"same\"}]}",
                                         side, side, f);
        struct graph g = load_text(json);
        int64_t      in = 0, out = 0;
        for (int32_t tile = 0; tile < d * d; tile++) {
            struct slice s = {SLICE_GRID, tile, tile + 1, d, d};
            in += slice_input_bytes(&g, 0, s);
            out += slice_output_bytes(&g, 0, s);
            ck_assert_int_eq(slice_weight_bytes(&g, 0, s), 4 * (6 * 8 * f * f + 6));
        }
        int64_t strips = 2 * d * (d - 1) * 2 * half * (side / d),
                corners = 4 * (d - 1) * (d - 1) * half * half;
        ck_assert_int_eq(in, 4 * 8 * (side * side + strips + corners));
        ck_assert_int_eq(out, 4 * 6 * side * side);
    }
}
END_TEST

// DDNN's exit reads signs: 64 x 32 x 32 bits; 17 rows of 64 x 32 bits are 4352 bytes, 3 inputs of
// the classifier one byte; a share of 10 neurons of 65 536 signs 8192 bytes each (no bias).
START_TEST(slices_of_signs_are_bits)
{
    struct graph g = load("ddnn_shallow");
    struct slice rows = {.axis = SLICE_ROWS, .end = 17}, in = {.axis = SLICE_IN, .end = 3},
                 out = {.axis = SLICE_OUT, .end = 4};
    uint32_t bconv = 1, linear = 2;
    ck_assert_str_eq(g.layers[g.steps[bconv].chain[0]].name, "bconv");
    // two pools and convolutions of 3 x 3 behind one another: rows [0, 17 + 2) of the input
    ck_assert_int_eq(slice_input_bytes(&g, bconv, rows), 64 * 32 * 19 / 8);
    ck_assert_int_eq(slice_output_bytes(&g, bconv, rows), 64 * 32 * 17 / 8);
    ck_assert_int_eq(slice_input_bytes(&g, linear, in), 1);
    ck_assert_int_eq(slice_output_bytes(&g, linear, in), 4 * 10);
    ck_assert_int_eq(slice_input_bytes(&g, linear, out), 64 * 32 * 32 / 8);
}
END_TEST

Suite *slice_suite(void)
{
    Suite *s = suite_create("slice");
    TCase *tc = tcase_create("slice");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 600);
    tcase_add_test(tc, the_worked_example_of_the_thesis_gives_90_and_136_rows);
    tcase_add_test(tc, strided_first_layers_have_the_slices_of_the_facts);
    tcase_add_test(tc, a_slice_of_rows_holds_all_frames);
    tcase_add_test(tc, the_literal_form_agrees_with_the_worked_example);
    tcase_add_test(tc, decimal_shares_do_not_fall_one_short);
    tcase_add_test(tc, cuts_cover_the_output_once_and_follow_the_shares);
    tcase_add_loop_test(tc, slices_of_random_layers_merge_to_the_whole, 0, 4);
    tcase_add_loop_test(tc, a_slice_reads_what_its_elements_read_and_no_more, 0, 2);
    tcase_add_test(tc, bytes_of_channel_and_filter_splits_are_those_of_hadidis_table);
    tcase_add_test(tc, bytes_of_a_spatial_split_are_hadidis_strips_and_the_corners);
    tcase_add_test(tc, slices_of_signs_are_bits);
    tcase_add_loop_test(tc, slices_run_and_merged_equal_the_whole_layer, 0, ZOO);
    suite_add_tcase(s, tc);
    return s;
}
