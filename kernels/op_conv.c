// kernels/op_conv.c: two-dimensional convolution: groups, stride, dilation, padding that may differ
// on all four sides.
//
// y[o][i][j] = bias[o] + sum over c, u, v of weight[o][c][u][v] x[c][i s - P + u d][j s - P + v d],
// zero outside the input; c runs over the input channels of o's group. The timed path is that of
// tile.h: prepare lays inputs and weights out in blocks of channels, run is nothing but tiles,
// finish brings the output back.
#include <stddef.h>

#include "kernels/op.h"
#include "kernels/tile.h"
#include "kernels/winograd.h"

static int64_t weights(const struct kernel_attr *attr, const struct shape *in)
{
    return (int64_t)attr->channels * (in->c / attr->groups) * attr->window.kernel[AXIS_H] *
           attr->window.kernel[AXIS_W];
}

static bool infer(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e)
{
    struct shape have;
    if (!op_one_input(input_count, in, e)) return false;
    if (attr->channels < 1) return err_add(e, "channels: want at least 1, have %d", attr->channels);
    if (attr->groups < 1 || in->c % attr->groups || attr->channels % attr->groups)
        return err_add(e, "groups: want a divisor of %d input and %d output channels, have %d",
                       in->c, attr->channels, attr->groups);
    struct window floored = attr->window; // `ceil` is for pools
    floored.ceil = false;
    if (!op_infer_window(&floored, in, attr->channels, &have, e)) return false;
    int64_t per_row = (int64_t)attr->channels * (in->c / attr->groups); // 2^62 at most
    int64_t taps = (int64_t)attr->window.kernel[AXIS_H] * attr->window.kernel[AXIS_W];
    if (per_row > INT32_MAX / taps)
        return err_add(e, "want at most 2147483647 weights, have %lld x %lld", (long long)per_row,
                       (long long)taps);
    *out = have;
    return true;
}

static int64_t params(const struct kernel_attr *attr, const struct shape *in)
{
    return op_weights(weights(attr, in), attr);
}

static int64_t macs(const struct kernel_attr *attr, const struct shape *in, const struct shape *out)
{
    return (int64_t)out->h * out->w * weights(attr, in);
}

static float at_one_output(const struct kernel_call *call, int32_t oc, int32_t oy, int32_t ox)
{
    const struct window *w = &call->attr->window;
    const struct shape  *in = &call->in[0];
    int32_t              channels = in->c / call->attr->groups;
    int32_t              group = oc / (call->attr->channels / call->attr->groups);
    const float         *weight =
        call->weight + (ptrdiff_t)oc * channels * w->kernel[AXIS_H] * w->kernel[AXIS_W];
    double sum = call->bias ? (double)call->bias[oc] : 0.0;
    for (int32_t c = 0; c < channels; c++)
        for (int32_t ky = 0; ky < w->kernel[AXIS_H]; ky++)
            for (int32_t kx = 0; kx < w->kernel[AXIS_W]; kx++, weight++) {
                int32_t iy =
                    oy * w->stride[AXIS_H] - w->pad_begin[AXIS_H] + ky * w->dilation[AXIS_H];
                int32_t ix =
                    ox * w->stride[AXIS_W] - w->pad_begin[AXIS_W] + kx * w->dilation[AXIS_W];
                if (iy < 0 || iy >= in->h || ix < 0 || ix >= in->w) continue;
                ptrdiff_t i = ((ptrdiff_t)(group * channels + c) * in->h + iy) * in->w + ix;
                sum += (double)*weight * (double)call->x[0][i];
            }
    return (float)sum;
}

static void reference(const struct kernel_call *call)
{
    float *y = call->y;
    for (int32_t oc = 0; oc < call->out.c; oc++)
        for (int32_t oy = 0; oy < call->out.h; oy++)
            for (int32_t ox = 0; ox < call->out.w; ox++) *y++ = at_one_output(call, oc, oy, ox);
}

static bool allows(const struct kernel_attr *attr, enum kernel_algorithm algorithm)
{
    return algorithm == ALGORITHM_DIRECT || winograd_allows(attr);
}

struct job {
    const struct kernel_call *call;
    struct winograd          *winograd; // NULL: direct, and the rest is of that
    const struct tile        *tile;
    struct tile_conv          conv;
    bool    depthwise; // one channel in, one out per group: groups are gathered into blocks
    int32_t group_in, group_out; // channels per group of the layout; all of them if depthwise
};

static int32_t divide_up(int32_t a, int32_t b)
{
    return (a - 1) / b + 1; // a >= 1, as large as an int32_t can be
}

// Channels per block of the input. A cache line of them, so that a block's pixel is one; more with
// narrow kernels, whose runs would be short. Evenly cut, so that filling up costs less than one
// channel per block.
static int32_t block_of(int32_t channels, int32_t kernel_w)
{
    int32_t most = kernel_w == 1 ? 64 : 16;
    return divide_up(channels, divide_up(channels, most));
}

static void layout(struct job *j)
{
    const struct kernel_attr *attr = j->call->attr;
    const struct window      *w = &attr->window;
    const struct shape       *in = &j->call->in[0], *out = &j->call->out;
    struct tile_conv         *c = &j->conv;
    j->depthwise = attr->groups > 1 && attr->groups == in->c && attr->groups == attr->channels;
    j->group_in = j->depthwise ? in->c : in->c / attr->groups;
    j->group_out = j->depthwise ? out->c : out->c / attr->groups;
    c->groups = j->depthwise ? divide_up(in->c, j->tile->lanes) : attr->groups;
    c->in_block = j->depthwise ? j->tile->lanes : block_of(j->group_in, w->kernel[AXIS_W]);
    c->in_blocks = j->depthwise ? 1 : divide_up(j->group_in, c->in_block);
    c->out_blocks = j->depthwise ? 1 : divide_up(j->group_out, j->tile->lanes);
    c->in_h = in->h;
    c->in_w = in->w + w->pad_begin[AXIS_W] + w->pad_end[AXIS_W];
    c->out_h = out->h;
    c->out_w = out->w;
    c->pad_top = w->pad_begin[AXIS_H];
    for (int axis = 0; axis < AXIS_COUNT; axis++) {
        c->kernel[axis] = w->kernel[axis];
        c->stride[axis] = w->stride[axis];
        c->dilation[axis] = w->dilation[axis];
    }
}

// Channel `channel` of a tensor whose groups of `per_group` channels are stored in whole blocks:
// the index of its block.
static ptrdiff_t block_index(int32_t channel, int32_t per_group, int32_t block)
{
    return (ptrdiff_t)(channel / per_group) * divide_up(per_group, block) +
           channel % per_group / block;
}

// Kernel positions along an axis that fall on real inputs, for each of `count` outputs.
static const struct span *real_taps(const struct job *j, int axis, int32_t in, int32_t count,
                                    struct arena *a)
{
    struct span *taps = ARENA_ARRAY(a, struct span, (size_t)count);
    for (int32_t o = 0; o < count; o++) taps[o] = op_taps(&j->call->attr->window, axis, in, o);
    return taps;
}

static const float *pack_input(const struct job *j, struct arena *a)
{
    const struct tile_conv *c = &j->conv;
    const struct shape     *in = &j->call->in[0];
    size_t                  plane = (size_t)c->in_h * (size_t)c->in_w * (size_t)c->in_block;
    float       *packed = ARENA_ARRAY(a, float, (size_t)c->groups *(size_t)c->in_blocks *plane);
    const float *x = j->call->x[0];
    for (int32_t channel = 0; channel < in->c; channel++) {
        float *to = packed + (size_t)block_index(channel, j->group_in, c->in_block) * plane +
                    channel % j->group_in % c->in_block;
        for (int32_t iy = 0; iy < in->h; iy++)
            for (int32_t ix = 0; ix < in->w; ix++)
                to[((ptrdiff_t)iy * c->in_w + ix + j->call->attr->window.pad_begin[AXIS_W]) *
                   c->in_block] = *x++;
    }
    return packed;
}

static const float *pack_weights(const struct job *j, struct arena *a)
{
    const struct tile_conv *c = &j->conv;
    int32_t                 lanes = j->tile->lanes, channels = j->depthwise ? 1 : j->group_in;
    int32_t kernel = c->kernel[AXIS_H] * c->kernel[AXIS_W], block = j->depthwise ? 1 : c->in_block;
    size_t  piece = (size_t)kernel * (size_t)block * (size_t)lanes; // one block in, one block out
    float  *packed = ARENA_ARRAY(
         a, float, (size_t)c->groups *(size_t)c->out_blocks *(size_t)c->in_blocks *piece);
    const float *weight = j->call->weight;
    for (int32_t oc = 0; oc < j->call->out.c; oc++)
        for (int32_t ic = 0; ic < channels; ic++) {
            ptrdiff_t out_block = block_index(oc, j->group_out, lanes);
            float    *to = packed + (size_t)(out_block * c->in_blocks + ic / block) * piece +
                        (ptrdiff_t)(ic % block) * lanes + oc % j->group_out % lanes;
            for (int32_t k = 0; k < kernel; k++) to[(ptrdiff_t)k * block * lanes] = *weight++;
        }
    return packed;
}

static const float *pack_bias(const struct job *j, struct arena *a)
{
    int32_t lanes = j->tile->lanes;
    float  *packed =
        ARENA_ARRAY(a, float, (size_t)j->conv.groups *(size_t)j->conv.out_blocks *(size_t)lanes);
    for (int32_t oc = 0; j->call->bias && oc < j->call->out.c; oc++)
        packed[block_index(oc, j->group_out, lanes) * lanes + oc % j->group_out % lanes] =
            j->call->bias[oc];
    return packed;
}

static void *prepare(const struct kernel_call *call, struct arena *a)
{
    struct job *j = ARENA_ARRAY(a, struct job, 1);
    j->call = call;
    if (call->algorithm != ALGORITHM_DIRECT) {
        j->winograd = winograd_prepare(call, a);
        return j;
    }
    j->tile = tile_best();
    layout(j);
    struct tile_conv *c = &j->conv;
    c->rows = real_taps(j, AXIS_H, c->in_h, c->out_h, a);
    c->columns = real_taps(j, AXIS_W, j->call->in[0].w, c->out_w, a);
    c->x = pack_input(j, a);
    c->weight = pack_weights(j, a);
    c->bias = pack_bias(j, a);
    c->y = ARENA_ARRAY(a, float,
                       (size_t)c->groups *(size_t)c->out_blocks *(size_t)c->out_h *(size_t)
                           c->out_w *(size_t)j->tile->lanes);
    return j;
}

static void run(void *job)
{
    const struct job *j = job;
    if (j->winograd)
        winograd_run(j->winograd);
    else if (j->depthwise)
        j->tile->depthwise(&j->conv);
    else
        j->tile->conv(&j->conv);
}

static void finish(void *job)
{
    const struct job *j = job;
    if (j->winograd) {
        winograd_finish(j->winograd);
        return;
    }
    int32_t   lanes = j->tile->lanes;
    ptrdiff_t pixels = (ptrdiff_t)j->conv.out_h * j->conv.out_w;
    float    *y = j->call->y;
    for (int32_t oc = 0; oc < j->call->out.c; oc++) {
        const float *from = j->conv.y + block_index(oc, j->group_out, lanes) * pixels * lanes +
                            oc % j->group_out % lanes;
        for (ptrdiff_t i = 0; i < pixels; i++) *y++ = from[i * lanes];
    }
}

const struct kernel kernel_conv = {
    .type = "conv",
    .about = "convolution with groups, stride, dilation and padding",
    .source = "ONNX Conv-11",
    .rows = ROWS_WINDOW,
    .heads_step = true,
    .mixes_channels = true,
    .infer = infer,
    .params = params,
    .macs = macs,
    .allows = allows,
    .reference = reference,
    .prepare = prepare,
    .run = run,
    .finish = finish,
};
