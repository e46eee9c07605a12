// kernels/int8_conv.c: two-dimensional convolution on integers: see int8.h, and op_conv.c, whose
// layout this is, in pairs of 16-bit numbers (int8_tile.h).
#include <assert.h>
#include <stddef.h>

#include "kernels/int8.h"
#include "kernels/int8_tile.h"
#include "kernels/op.h"

static int64_t taps_of(const struct int8_call *call)
{
    const struct window *w = &call->attr->window;
    return (int64_t)(call->in.c / call->attr->groups) * w->kernel[AXIS_H] * w->kernel[AXIS_W];
}

// What the other functions of this file take for granted.
static void assert_call(const struct int8_call *call)
{
    assert(!call->in.d && !call->out.d); // frames: fp32 alone has them
    int8_assert(call, taps_of(call));
}

static int32_t sum_of_one_output(const struct int8_call *call, int32_t oc, int32_t oy, int32_t ox)
{
    const struct window *w = &call->attr->window;
    const struct shape  *in = &call->in;
    int32_t              channels = in->c / call->attr->groups;
    int32_t              group = oc / (call->attr->channels / call->attr->groups);
    const int8_t        *weight = call->weight + oc * taps_of(call);
    int32_t              sum = call->bias ? call->bias[oc] : 0;
    for (int32_t c = 0; c < channels; c++)
        for (int32_t ky = 0; ky < w->kernel[AXIS_H]; ky++)
            for (int32_t kx = 0; kx < w->kernel[AXIS_W]; kx++, weight++) {
                int32_t iy = window_at(w, AXIS_H, oy, ky), ix = window_at(w, AXIS_W, ox, kx);
                if (!op_holds(in, 0, iy, ix)) continue; // a real 0
                const int8_t *x = call->x + op_row(in, group * channels + c, 0, iy);
                sum += *weight * (x[ix] - call->x_zero_point);
            }
    return sum;
}

static void reference(const struct int8_call *call)
{
    assert_call(call);
    int8_t *y = call->y;
    for (int32_t oc = 0; oc < call->out.c; oc++)
        for (int32_t oy = 0; oy < call->out.h; oy++)
            for (int32_t ox = 0; ox < call->out.w; ox++)
                *y++ = int8_output(call, oc, sum_of_one_output(call, oc, oy, ox));
}

struct job {
    const struct int8_call *call;
    const struct int8_tile *tile;
    struct int8_tile_conv   conv;
    bool    depthwise; // one channel in, one out per group: groups are gathered into blocks
    int32_t group_in, group_out; // channels per group of the layout; all of them if depthwise
};

// Channels per block of the input: a cache line of them, more with narrow kernels, evenly cut.
static int32_t block_of(int32_t channels, int32_t kernel_w)
{
    int32_t most = kernel_w == 1 ? 128 : 32;
    return op_divide_up(channels, op_divide_up(channels, most));
}

static void layout(struct job *j)
{
    const struct kernel_attr *attr = j->call->attr;
    const struct window      *w = &attr->window;
    const struct shape       *in = &j->call->in, *out = &j->call->out;
    struct int8_tile_conv    *c = &j->conv;
    int32_t                   lanes = j->tile->lanes;
    j->depthwise = attr->groups > 1 && attr->groups == in->c && attr->groups == attr->channels;
    j->group_in = j->depthwise ? in->c : in->c / attr->groups;
    j->group_out = j->depthwise ? out->c : out->c / attr->groups;
    c->groups = j->depthwise ? op_divide_up(in->c, lanes) : attr->groups;
    c->in_block = j->depthwise ? lanes : block_of(j->group_in, w->kernel[AXIS_W]);
    c->in_blocks = j->depthwise ? 1 : op_divide_up(j->group_in, c->in_block);
    c->out_blocks = j->depthwise ? 1 : op_divide_up(j->group_out, lanes);
    c->in_h = in->h;
    c->in_w = in->w + w->pad_begin[AXIS_W] + w->pad_end[AXIS_W];
    c->out_h = out->h;
    c->out_w = out->w;
    c->pad_top = w->pad_begin[AXIS_H];
    for (int axis = AXIS_H; axis <= AXIS_W; axis++) {
        c->kernel[axis] = w->kernel[axis];
        c->stride[axis] = w->stride[axis];
        c->dilation[axis] = w->dilation[axis];
    }
    // Undilated, the taps of a kernel row are neighbours in x and in weight: one run.
    bool dense = w->dilation[AXIS_W] == 1;
    c->runs = dense ? 1 : w->kernel[AXIS_W];
    c->pairs = op_divide_up(dense ? w->kernel[AXIS_W] * c->in_block : c->in_block, 2);
    c->y_zero_point = j->call->y_zero_point;
    c->y_min = j->call->y_min;
    c->y_max = j->call->y_max;
}

// Channel `channel` of a tensor whose groups of `per_group` channels are stored in whole blocks:
// the index of its block.
static ptrdiff_t block_index(int32_t channel, int32_t per_group, int32_t block)
{
    return (ptrdiff_t)(channel / per_group) * op_divide_up(per_group, block) +
           channel % per_group / block;
}

// Where output channel `oc` lies among [groups][out_blocks][lanes].
static ptrdiff_t lane_of(const struct job *j, int32_t oc)
{
    int32_t lanes = j->tile->lanes, lane = oc % j->group_out % lanes;
    if (j->depthwise) lane = lane % 2 * (lanes / 2) + lane / 2;
    return block_index(oc, j->group_out, lanes) * lanes + lane;
}

// Padding and channels that fill up a block are 0, which x_zero_point stands for.
static const int16_t *pack_input(const struct job *j, struct arena *a)
{
    const struct int8_tile_conv *c = &j->conv;
    const struct shape          *in = &j->call->in;
    int32_t       block = c->in_block, left = j->call->attr->window.pad_begin[AXIS_W];
    size_t        plane = (size_t)c->in_h * (size_t)c->in_w * (size_t)block;
    size_t        planes = (size_t)(j->depthwise ? c->groups : c->groups * c->in_blocks);
    int16_t      *packed = ARENA_ARRAY(a, int16_t, planes * plane + 1);
    const int8_t *x = j->call->x;
    for (int32_t ic = 0; ic < in->c; ic++) {
        int16_t *to =
            packed + (size_t)block_index(ic, j->group_in, block) * plane + ic % j->group_in % block;
        for (int32_t iy = 0; iy < in->h; iy++)
            for (int32_t ix = 0; ix < in->w; ix++)
                to[((ptrdiff_t)iy * c->in_w + ix + left) * block] =
                    (int16_t)(*x++ - j->call->x_zero_point);
    }
    return packed;
}

// [groups][out_blocks][in_blocks][kh][runs][pairs][lanes][2]
static const int16_t *pack_weights(const struct job *j, struct arena *a)
{
    const struct int8_tile_conv *c = &j->conv;
    int32_t                      lanes = j->tile->lanes, kernel_w = c->kernel[AXIS_W];
    ptrdiff_t                    run = (ptrdiff_t)c->pairs * 2 * lanes, row = c->runs * run;
    ptrdiff_t                    piece = c->kernel[AXIS_H] * row; // one block in, one block out
    int16_t                     *packed = ARENA_ARRAY(a, int16_t,
                                                      (size_t)c->groups * (size_t)c->out_blocks * (size_t)c->in_blocks *
                                                          (size_t)piece);
    const int8_t                *weight = j->call->weight;
    for (int32_t oc = 0; oc < j->call->out.c; oc++)
        for (int32_t ic = 0; ic < j->group_in; ic++) {
            ptrdiff_t out_block = block_index(oc, j->group_out, lanes);
            ptrdiff_t in_block = out_block * c->in_blocks + ic / c->in_block;
            ptrdiff_t lane = oc % j->group_out % lanes;
            int16_t  *to = packed + in_block * piece + 2 * lane;
            for (int32_t ky = 0; ky < c->kernel[AXIS_H]; ky++)
                for (int32_t kx = 0; kx < kernel_w; kx++) {
                    ptrdiff_t tap = (c->runs == 1 ? kx * c->in_block : 0) + ic % c->in_block;
                    ptrdiff_t at = ky * row + (c->runs == 1 ? 0 : kx) * run;
                    to[at + tap / 2 * 2 * lanes + tap % 2] = (int16_t)*weight++;
                }
        }
    return packed;
}

// [groups][kh][kw][2][lanes]
static const int16_t *pack_depthwise_weights(const struct job *j, struct arena *a)
{
    int32_t  lanes = j->tile->lanes, kernel = j->conv.kernel[AXIS_H] * j->conv.kernel[AXIS_W];
    int16_t *packed =
        ARENA_ARRAY(a, int16_t, (size_t)j->conv.groups * (size_t)kernel * 2 * (size_t)lanes);
    const int8_t *weight = j->call->weight;
    for (int32_t oc = 0; oc < j->call->out.c; oc++)
        for (int32_t k = 0; k < kernel; k++) {
            ptrdiff_t tap = (ptrdiff_t)(oc / lanes) * kernel + k;
            packed[(2 * tap + oc % lanes % 2) * lanes + oc % lanes] = (int16_t)*weight++;
        }
    return packed;
}

static void pack_channels(struct job *j, struct arena *a)
{
    struct int8_tile_conv *c = &j->conv;
    size_t   count = (size_t)c->groups * (size_t)c->out_blocks * (size_t)j->tile->lanes;
    int32_t *bias = ARENA_ARRAY(a, int32_t, count), *multiplier = ARENA_ARRAY(a, int32_t, count);
    int32_t *left = ARENA_ARRAY(a, int32_t, count), *right = ARENA_ARRAY(a, int32_t, count);
    for (int32_t oc = 0; oc < j->call->out.c; oc++) {
        ptrdiff_t to = lane_of(j, oc);
        int32_t   shift = j->call->shift[oc];
        bias[to] = j->call->bias ? j->call->bias[oc] : 0;
        multiplier[to] = j->call->multiplier[oc];
        left[to] = shift > 0 ? shift : 0;
        right[to] = shift < 0 ? -shift : 0;
        c->to_left |= shift > 0;
    }
    c->bias = bias, c->multiplier = multiplier, c->left = left, c->right = right;
}

static void *prepare(const struct int8_call *call, struct arena *a)
{
    struct job *j = ARENA_ARRAY(a, struct job, 1);
    assert_call(call);
    j->call = call;
    j->tile = int8_tile_best();
    layout(j);
    struct int8_tile_conv *c = &j->conv;
    size_t pixels = (size_t)c->out_h * (size_t)c->out_w, lanes = (size_t)j->tile->lanes;
    c->rows = op_taps_of(&call->attr->window, AXIS_H, c->in_h, c->out_h, a);
    c->x = pack_input(j, a);
    c->weight = j->depthwise ? pack_depthwise_weights(j, a) : pack_weights(j, a);
    pack_channels(j, a);
    c->sum = ARENA_ARRAY(a, int32_t, pixels * lanes);
    c->y = ARENA_ARRAY(a, int8_t, (size_t)c->groups * (size_t)c->out_blocks * pixels * lanes);
    return j;
}

static void run(void *job)
{
    const struct job *j = job;
    if (j->depthwise)
        j->tile->depthwise(&j->conv);
    else
        j->tile->conv(&j->conv);
}

static void finish(void *job)
{
    const struct job *j = job;
    int32_t           lanes = j->tile->lanes;
    ptrdiff_t         pixels = (ptrdiff_t)j->conv.out_h * j->conv.out_w;
    int8_t           *y = j->call->y;
    for (int32_t oc = 0; oc < j->call->out.c; oc++) {
        ptrdiff_t     lane = lane_of(j, oc);
        const int8_t *from = j->conv.y + lane / lanes * lanes * pixels + lane % lanes;
        for (ptrdiff_t i = 0; i < pixels; i++) *y++ = from[i * lanes];
    }
}

extern const struct int8_kernel int8_conv;
const struct int8_kernel        int8_conv = {
           .type = "conv",
           .reference = reference,
           .prepare = prepare,
           .run = run,
           .finish = finish,
};
