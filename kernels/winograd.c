#include "kernels/winograd.h"

#include <stddef.h>

#include "kernels/op.h"

// A block of tiles takes BETWEEN_BYTES of transformed inputs and products, half an L2 cache, so
// that they are still there when read; but TILES_LEAST tiles at least, or too few products would be
// made of each weight that comes from further away. Measured on Zen 4: budgets of 256 KiB to 2 MiB
// are within 5 % of one another, 4 MiB is slower, and so are 14 tiles where weights are many.
enum { KERNEL = 3, TAPS = 9, BLOCK_CHANNELS = 64, BETWEEN_BYTES = 512 * 1024, TILES_LEAST = 28 };

bool winograd_allows(const struct kernel_attr *attr)
{
    const struct window *w = &attr->window;
    for (int axis = AXIS_H; axis <= AXIS_W; axis++)
        if (w->kernel[axis] != KERNEL || w->stride[axis] != 1 || w->dilation[axis] != 1)
            return false;
    return attr->groups == 1 && !w->kernel[AXIS_D]; // of inputs without frames
}

static int32_t positions(const struct winograd *w)
{
    return (w->m + KERNEL - 1) * (w->m + KERNEL - 1);
}

// How many tiles are transformed at a time. All of them evenly cut.
static int32_t tiles_at_once(const struct winograd *w)
{
    const struct tile_conv *p = &w->product;
    int64_t                 per_tile =
        (int64_t)sizeof(float) * p->groups *
        ((int64_t)p->in_blocks * p->in_block + (int64_t)p->out_blocks * w->tile->lanes);
    int64_t most = BETWEEN_BYTES / per_tile;
    if (most < TILES_LEAST) most = TILES_LEAST;
    if (most > w->tile_count) most = w->tile_count;
    return op_divide_up(w->tile_count, op_divide_up(w->tile_count, (int32_t)most));
}

static void layout(struct winograd *w)
{
    const struct shape *in = &w->call->in[0], *out = &w->call->out;
    struct tile_conv   *p = &w->product;
    int32_t             vector = w->tile->lanes / 2, tiles_h = op_divide_up(out->h, w->m);
    w->tiles_w = op_divide_up(out->w, w->m);
    w->tile_count = tiles_h * w->tiles_w;
    w->in_h = tiles_h * w->m + KERNEL - 1;
    w->in_w = w->tiles_w * w->m + KERNEL - 1;
    w->out_h = out->h;
    w->out_w = out->w;
    int32_t block = op_divide_up(in->c, op_divide_up(in->c, BLOCK_CHANNELS));
    *p = (struct tile_conv){
        .groups = positions(w),
        .in_block = op_divide_up(block, vector) * vector,
        .out_blocks = op_divide_up(out->c, w->tile->lanes),
        .in_h = 1,
        .out_h = 1,
        .kernel = {1, 1},
        .stride = {1, 1},
        .dilation = {1, 1},
    };
    p->in_blocks = op_divide_up(in->c, p->in_block);
    w->tiles_at_once = tiles_at_once(w);
}

// Channels innermost in blocks, zeros around: a convolution's padding, and what the last tiles read
// past it.
static const float *pack_input(const struct winograd *w, struct arena *a)
{
    const struct shape  *in = &w->call->in[0];
    const struct window *window = &w->call->attr->window;
    int32_t              block = w->product.in_block;
    ptrdiff_t            plane = (ptrdiff_t)w->in_h * w->in_w * block;
    float       *packed = ARENA_ARRAY(a, float, (size_t)w->product.in_blocks *(size_t)plane);
    const float *x = w->call->x[0];
    for (int32_t c = 0; c < in->c; c++)
        for (int32_t y = 0; y < in->h; y++) {
            ptrdiff_t row = (ptrdiff_t)(y + window->pad_begin[AXIS_H]) * w->in_w;
            float    *to = packed + c / block * plane + c % block;
            for (int32_t i = 0; i < in->w; i++)
                to[(row + i + window->pad_begin[AXIS_W]) * block] = *x++;
        }
    return packed;
}

// G g along one axis: `from` and `to` have elements `from_step` and `to_step` apart.
static void weight_axis(ptrdiff_t m, double *to, ptrdiff_t to_step, const double *from,
                        ptrdiff_t from_step)
{
    static const double g2[4][KERNEL] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
    static const double g4[6][KERNEL] = {
        {1.0 / 4, 0, 0},
        {-1.0 / 6, -1.0 / 6, -1.0 / 6},
        {-1.0 / 6, 1.0 / 6, -1.0 / 6},
        {1.0 / 24, 1.0 / 12, 1.0 / 6},
        {1.0 / 24, -1.0 / 12, 1.0 / 6},
        {0, 0, 1},
    };
    for (ptrdiff_t i = 0; i < m + KERNEL - 1; i++) {
        const double *g = m == 2 ? g2[i] : g4[i];
        to[i * to_step] = g[0] * from[0] + g[1] * from[from_step] + g[2] * from[2 * from_step];
    }
}

// G g G^T of one pair of channels, in double: this is not timed.
static void transform_weight(ptrdiff_t m, double *to, const float *weight)
{
    ptrdiff_t side = m + KERNEL - 1;
    double    g[TAPS], half[6 * KERNEL]; // half: [side][KERNEL]
    for (int i = 0; i < TAPS; i++) g[i] = (double)weight[i];
    for (ptrdiff_t column = 0; column < KERNEL; column++)
        weight_axis(m, half + column, KERNEL, g + column, KERNEL);
    for (ptrdiff_t row = 0; row < side; row++)
        weight_axis(m, to + row * side, 1, half + row * KERNEL, 1);
}

// [positions][out_blocks][in_blocks][in_block][lanes]
static const float *pack_weights(const struct winograd *w, struct arena *a)
{
    const struct tile_conv *p = &w->product;
    int32_t                 lanes = w->tile->lanes, in = w->call->in[0].c;
    ptrdiff_t               channels = (ptrdiff_t)p->in_blocks * p->in_block;
    ptrdiff_t               plane = p->out_blocks * channels * lanes;
    float                  *packed = ARENA_ARRAY(a, float, (size_t)p->groups *(size_t)plane);
    double                  transformed[WINOGRAD_POSITIONS];
    const float            *weight = w->call->weight;
    for (int32_t oc = 0; oc < w->call->out.c; oc++)
        for (int32_t ic = 0; ic < in; ic++, weight += TAPS) {
            float *to = packed + (oc / lanes * channels + ic) * lanes + oc % lanes;
            transform_weight(w->m, transformed, weight);
            for (int32_t i = 0; i < p->groups; i++) to[i * plane] = (float)transformed[i];
        }
    return packed;
}

struct winograd *winograd_prepare(const struct kernel_call *call, struct arena *a)
{
    static const struct span one_row = {0, 1};
    struct winograd         *w = ARENA_ARRAY(a, struct winograd, 1);
    struct tile_conv        *p = &w->product;
    w->call = call;
    w->tile = tile_best();
    w->m = call->algorithm == ALGORITHM_WINOGRAD2 ? 2 : 4;
    layout(w);
    size_t lanes = (size_t)w->tile->lanes, out_blocks = (size_t)p->out_blocks;
    size_t at_once = (size_t)p->groups * (size_t)w->tiles_at_once;
    w->x = pack_input(w, a);
    w->y = ARENA_ARRAY(a, float, out_blocks *(size_t)w->out_h *(size_t)w->out_w *lanes);
    float *bias = ARENA_ARRAY(a, float, out_blocks *lanes);
    for (int32_t oc = 0; call->bias && oc < call->out.c; oc++) bias[oc] = call->bias[oc];
    w->bias = bias;
    w->transformed = ARENA_ARRAY(a, float, at_once *(size_t)p->in_blocks *(size_t)p->in_block);
    p->x = w->transformed;
    p->y = ARENA_ARRAY(a, float, at_once *out_blocks *lanes);
    p->weight = pack_weights(w, a);
    p->bias = ARENA_ARRAY(a, float, (size_t)p->groups *out_blocks *lanes); // zeros
    p->rows = &one_row;
    return w;
}

void winograd_run(const struct winograd *w)
{
    struct tile_conv product = w->product;
    for (int32_t first = 0; first < w->tile_count; first += w->tiles_at_once) {
        int32_t left = w->tile_count - first;
        int32_t count = left < w->tiles_at_once ? left : w->tiles_at_once;
        product.in_w = product.out_w = count;
        w->tile->winograd_input(w, first, count);
        w->tile->conv(&product);
        w->tile->winograd_output(w, first, count);
    }
}

void winograd_finish(const struct winograd *w)
{
    int32_t   lanes = w->tile->lanes;
    ptrdiff_t pixels = (ptrdiff_t)w->out_h * w->out_w;
    float    *y = w->call->y;
    for (int32_t oc = 0; oc < w->call->out.c; oc++) {
        const float *from = w->y + oc / lanes * pixels * lanes + oc % lanes;
        for (ptrdiff_t i = 0; i < pixels; i++) *y++ = from[i * lanes];
    }
}
