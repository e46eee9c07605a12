// kernels/op_conv.c: convolution in two and three dimensions: groups, stride, dilation, padding
// that may differ on all sides.
//
// y[o][t][i][j] = bias[o] + sum over c, r, u, v of
//     weight[o][c][r][u][v] x[c][t s - P + r d][i s - P + u d][j s - P + v d],
// s, P and d being those of each axis, zero outside the input; c runs over the input channels of
// o's group. The timed path is that of tile.h: prepare lays inputs and weights out in blocks of
// channels (groups too small to fill one: in planes), run is nothing but tiles, finish brings the
// output back. An output frame is a two-dimensional convolution of the input frames under its
// kernel frames, taken for so many more input channels; kernel frames on padding are left out.
#include <stddef.h>

#include "kernels/op.h"
#include "kernels/tile.h"
#include "kernels/winograd.h"

static int64_t weights(const struct kernel_attr *attr, const struct shape *in)
{
    return (int64_t)attr->channels * (in->c / attr->groups) * window_size(&attr->window);
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
    int64_t taps = window_size(&attr->window);
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
    return shape_pixels(out) * weights(attr, in);
}

static float at_one_output(const struct kernel_call *call, int32_t oc, int32_t oz, int32_t oy,
                           int32_t ox)
{
    const struct window *w = &call->attr->window;
    const struct shape  *in = &call->in[0];
    int32_t              channels = in->c / call->attr->groups;
    int32_t              group = oc / (call->attr->channels / call->attr->groups);
    const float         *weight = call->weight + window_size(w) * channels * oc;
    double               sum = call->bias ? (double)call->bias[oc] : 0.0;
    for (int32_t c = 0; c < channels; c++)
        for (int32_t kz = 0; kz < window_kernel(w, AXIS_D); kz++)
            for (int32_t ky = 0; ky < w->kernel[AXIS_H]; ky++)
                for (int32_t kx = 0; kx < w->kernel[AXIS_W]; kx++, weight++) {
                    int32_t iz = window_at(w, AXIS_D, oz, kz), iy = window_at(w, AXIS_H, oy, ky),
                            ix = window_at(w, AXIS_W, ox, kx);
                    if (!op_holds(in, iz, iy, ix)) continue;
                    const float *x = call->x[0] + op_row(in, group * channels + c, iz, iy);
                    sum += (double)*weight * (double)x[ix];
                }
    return (float)sum;
}

static void reference(const struct kernel_call *call)
{
    float *y = call->y;
    for (int32_t oc = 0; oc < call->out.c; oc++)
        for (int32_t oz = 0; oz < shape_frames(&call->out); oz++)
            for (int32_t oy = 0; oy < call->out.h; oy++)
                for (int32_t ox = 0; ox < call->out.w; ox++)
                    *y++ = at_one_output(call, oc, oz, oy, ox);
}

static bool allows(const struct kernel_attr *attr, enum kernel_algorithm algorithm)
{
    return algorithm == ALGORITHM_DIRECT || winograd_allows(attr);
}

enum way {
    BLOCKED,   // tile.conv
    DEPTHWISE, // one channel in, one out per group: groups are gathered into blocks
    PLANAR,    // groups of few output channels: blocks of one channel, vectors along the rows
};

// A tensor as it is stored for the tiles: [groups][frames][blocks][rows][columns][block].
struct layout {
    int32_t   group; // channels per group; depthwise groups are gathered into one block each
    int32_t   groups, frames, blocks, block;
    ptrdiff_t row, plane; // floats of a row, of a plane of rows
};

struct job {
    const struct kernel_call *call;
    struct winograd          *winograd; // NULL: direct, and the rest is of that
    const struct tile        *tile;
    enum way                  way;
    struct tile_conv          conv; // of one frame
    struct layout             in, out;
    int32_t                   weight_in, weight_out; // channels side by side in the weights
    struct tile_conv         *parts;                 // [groups][output frames] what run computes
};

// Channels per block of the input. A cache line of them, so that a block's pixel is one; more with
// narrow kernels, whose runs would be short. Evenly cut, so that filling up costs less than one
// channel per block.
static int32_t block_of(int32_t channels, int32_t kernel_w)
{
    int32_t most = kernel_w == 1 ? 64 : 16;
    return op_divide_up(channels, op_divide_up(channels, most));
}

// Few output channels leave lanes of a block empty, narrow rows pixels of a vector. Both full, a
// planar tile takes 1.1 (3 x 3) to 1.4 times as long as a blocked one (Zen 4).
static enum way way_of(const struct kernel_call *call, const struct tile *tile)
{
    int32_t groups = call->attr->groups, lanes = tile->lanes, vector = lanes / 2;
    if (groups == 1) return BLOCKED;
    if (groups == call->in[0].c && groups == call->out.c) return DEPTHWISE;
    int32_t group = call->out.c / groups, width = call->out.w;
    double  blocked = (double)group / op_divide_up(group, lanes) / lanes;
    double  planar = (double)width / op_divide_up(width, vector) / vector;
    return 0.8 * planar > blocked ? PLANAR : BLOCKED;
}

static void lay_out_channels(struct job *j)
{
    const struct kernel_attr *attr = j->call->attr;
    int32_t                   lanes = j->tile->lanes, in = j->call->in[0].c, out = j->call->out.c;
    bool                      gathers = j->way == DEPTHWISE, planar = j->way == PLANAR;
    j->in.group = gathers ? lanes : in / attr->groups;
    j->out.group = gathers ? lanes : out / attr->groups;
    j->in.groups = j->out.groups = gathers ? op_divide_up(in, lanes) : attr->groups;
    j->in.block = gathers ? lanes : planar ? 1 : block_of(j->in.group, attr->window.kernel[AXIS_W]);
    j->out.block = planar ? 1 : lanes;
    j->in.blocks = op_divide_up(j->in.group, j->in.block);
    j->out.blocks = op_divide_up(j->out.group, j->out.block);
    j->weight_in = gathers ? 1 : planar ? j->in.group : j->in.block;
    j->weight_out = planar ? j->out.group : lanes;
}

// Floats of a row that planar reads: for each remainder by the stride all columns there are, and
// what the last vector of outputs reads past them.
static int32_t planar_width(const struct job *j)
{
    const struct window *w = &j->call->attr->window;
    int32_t              stride = w->stride[AXIS_W], vector = j->tile->lanes / 2;
    int32_t              padded = j->call->in[0].w + w->pad_begin[AXIS_W] + w->pad_end[AXIS_W];
    int32_t              columns = op_divide_up(padded, stride);
    int32_t              read =
        op_divide_up(j->call->out.w, vector) * vector + (window_reach(w, AXIS_W) - 1) / stride;
    return stride * (columns > read ? columns : read);
}

static void lay_out(struct job *j)
{
    const struct window *w = &j->call->attr->window;
    const struct shape  *in = &j->call->in[0], *out = &j->call->out;
    struct tile_conv    *c = &j->conv;
    int32_t              vector = j->tile->lanes / 2;
    j->way = way_of(j->call, j->tile);
    lay_out_channels(j);
    c->groups = 1;
    c->in_block = j->way == PLANAR ? j->in.group : j->in.block;
    c->in_blocks = j->way == PLANAR ? 1 : j->in.blocks;
    c->out_blocks = j->out.blocks;
    c->in_h = in->h;
    c->in_w =
        j->way == PLANAR ? planar_width(j) : in->w + w->pad_begin[AXIS_W] + w->pad_end[AXIS_W];
    c->out_h = out->h;
    c->out_w = out->w;
    c->pad_top = w->pad_begin[AXIS_H];
    for (int axis = 0; axis < AXIS_COUNT; axis++) {
        c->kernel[axis] = window_kernel(w, axis);
        c->stride[axis] = window_stride(w, axis);
        c->dilation[axis] = window_dilation(w, axis);
    }
    j->in.frames = shape_frames(in);
    j->out.frames = shape_frames(out);
    j->in.row = (ptrdiff_t)c->in_w * j->in.block;
    j->out.row = j->way == PLANAR ? (ptrdiff_t)op_divide_up(out->w, vector) * vector
                                  : (ptrdiff_t)out->w * j->out.block;
    j->in.plane = c->in_h * j->in.row;
    j->out.plane = c->out_h * j->out.row;
}

static float *room_for(const struct layout *l, struct arena *a)
{
    return ARENA_ARRAY(a, float,
                       (size_t)l->groups *(size_t)l->frames *(size_t)l->blocks *(size_t)l->plane);
}

static ptrdiff_t frame_of(const struct layout *l, int32_t group, int32_t frame)
{
    return ((ptrdiff_t)group * l->frames + frame) * l->blocks * l->plane;
}

// Where the first pixel of a channel is stored.
static ptrdiff_t place_of(const struct layout *l, int32_t channel, int32_t frame)
{
    int32_t in_group = channel % l->group;
    return frame_of(l, channel / l->group, frame) + in_group / l->block * l->plane +
           in_group % l->block;
}

// Input frames are stored in the order of their remainder by the dilation: those that one output
// frame reads are neighbours then.
static int32_t order_of(const struct job *j, int32_t frame)
{
    int32_t dilation = j->conv.dilation[AXIS_D], all = j->in.frames, remainder = frame % dilation;
    int32_t longer = all % dilation < remainder ? all % dilation : remainder;
    return remainder * (all / dilation) + longer + frame / dilation;
}

// Where column `ix` of the padded input is stored in its row.
static ptrdiff_t column_of(const struct job *j, int32_t ix)
{
    int32_t stride = j->conv.stride[AXIS_W];
    if (j->way != PLANAR) return (ptrdiff_t)ix * j->in.block;
    return ix % stride * (j->in.row / stride) + ix / stride;
}

static const ptrdiff_t *planar_taps(const struct job *j, struct arena *a)
{
    const int32_t *kernel = j->conv.kernel, *dilation = j->conv.dilation;
    if (j->way != PLANAR) return NULL;
    size_t     count = (size_t)kernel[AXIS_H] * (size_t)kernel[AXIS_W] * (size_t)j->in.group;
    ptrdiff_t *taps = ARENA_ARRAY(a, ptrdiff_t, count), *next = taps;
    for (int32_t ky = 0; ky < kernel[AXIS_H]; ky++)
        for (int32_t kx = 0; kx < kernel[AXIS_W]; kx++)
            for (int32_t c = 0; c < j->in.group; c++)
                *next++ = j->in.row * dilation[AXIS_H] * ky + j->in.plane * c +
                          column_of(j, kx * dilation[AXIS_W]);
    return taps;
}

static const float *pack_input(const struct job *j, struct arena *a)
{
    const struct shape *in = &j->call->in[0];
    const float        *x = j->call->x[0];
    float              *packed = room_for(&j->in, a);
    int32_t             left = j->call->attr->window.pad_begin[AXIS_W];
    for (int32_t channel = 0; channel < in->c; channel++)
        for (int32_t iz = 0; iz < j->in.frames; iz++) {
            float *to = packed + place_of(&j->in, channel, order_of(j, iz));
            for (int32_t iy = 0; iy < in->h; iy++, to += j->in.row)
                for (int32_t ix = 0; ix < in->w; ix++) to[column_of(j, ix + left)] = *x++;
        }
    return packed;
}

// Weights are stored as [groups][out blocks][kd][in blocks][kh][kw][weight_in][weight_out]: floats
// of one block in, one block out.
static ptrdiff_t weight_piece(const struct job *j)
{
    return (ptrdiff_t)j->conv.kernel[AXIS_H] * j->conv.kernel[AXIS_W] * j->weight_in *
           j->weight_out;
}

// Out blocks of a group in the weights, and in blocks of each, those of all kernel frames.
static int32_t weight_out_blocks(const struct job *j)
{
    return op_divide_up(j->out.group, j->weight_out);
}

static int32_t weight_in_blocks(const struct job *j)
{
    return j->conv.kernel[AXIS_D] * j->conv.in_blocks;
}

static const float *pack_weights(const struct job *j, struct arena *a)
{
    const struct tile_conv *c = &j->conv;
    int32_t   channels = j->way == DEPTHWISE ? 1 : j->in.group, side = j->weight_in * j->weight_out;
    int32_t   area = c->kernel[AXIS_H] * c->kernel[AXIS_W], per_output = weight_in_blocks(j);
    ptrdiff_t piece = weight_piece(j), out_blocks = weight_out_blocks(j);
    float    *packed = ARENA_ARRAY(
           a, float, (size_t)j->out.groups *(size_t)out_blocks *(size_t)per_output *(size_t)piece);
    const float *weight = j->call->weight;
    for (int32_t oc = 0; oc < j->call->out.c; oc++)
        for (int32_t ic = 0; ic < channels; ic++)
            for (int32_t kz = 0; kz < c->kernel[AXIS_D]; kz++) {
                int32_t   in_group = oc % j->out.group;
                ptrdiff_t out_block = oc / j->out.group * out_blocks + in_group / j->weight_out;
                ptrdiff_t in_block = (ptrdiff_t)kz * c->in_blocks + ic / j->weight_in;
                float    *to = packed + (out_block * per_output + in_block) * piece +
                            (ptrdiff_t)(ic % j->weight_in) * j->weight_out +
                            in_group % j->weight_out;
                for (int32_t k = 0; k < area; k++) to[(ptrdiff_t)k * side] = *weight++;
            }
    return packed;
}

// [groups][out blocks][weight_out]
static const float *pack_bias(const struct job *j, struct arena *a)
{
    ptrdiff_t per_group = (ptrdiff_t)weight_out_blocks(j) * j->weight_out;
    float    *packed = ARENA_ARRAY(a, float, (size_t)j->out.groups *(size_t)per_group);
    for (int32_t oc = 0; j->call->bias && oc < j->call->out.c; oc++)
        packed[oc / j->out.group * per_group + oc % j->out.group] = j->call->bias[oc];
    return packed;
}

// One group of one output frame. The input frames under it lie behind one another like so many
// blocks of channels; a frame that sees padding alone is one whose kernel rows all fall on padding.
static struct tile_conv part(const struct job *j, int32_t group, int32_t oz,
                             const struct span *no_rows)
{
    const struct window *w = &j->call->attr->window;
    struct span          frames = op_taps(w, AXIS_D, j->in.frames, oz);
    ptrdiff_t            first_out = (ptrdiff_t)group * weight_out_blocks(j);
    int32_t              per_output = weight_in_blocks(j);
    struct tile_conv     c = j->conv;
    c.y += frame_of(&j->out, group, oz);
    c.bias += first_out * j->weight_out;
    c.weight += (first_out * per_output + (ptrdiff_t)frames.begin * c.in_blocks) * weight_piece(j);
    if (frames.begin < frames.end) {
        int32_t first = window_at(w, AXIS_D, oz, frames.begin);
        c.x += frame_of(&j->in, group, order_of(j, first));
        c.in_blocks *= frames.end - frames.begin;
    } else {
        c.rows = no_rows;
    }
    c.blocks_skipped = per_output - c.in_blocks;
    return c;
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
    lay_out(j);
    struct tile_conv *c = &j->conv;
    c->rows = op_taps_of(&call->attr->window, AXIS_H, call->in[0].h, c->out_h, a);
    c->columns = op_taps_of(&call->attr->window, AXIS_W, call->in[0].w, c->out_w, a);
    c->taps = planar_taps(j, a);
    c->x = pack_input(j, a);
    c->weight = pack_weights(j, a);
    c->bias = pack_bias(j, a);
    c->y = room_for(&j->out, a);
    const struct span *no_rows = ARENA_ARRAY(a, struct span, (size_t)c->out_h);
    j->parts = ARENA_ARRAY(a, struct tile_conv, (size_t)j->out.groups * (size_t)j->out.frames);
    for (int32_t group = 0; group < j->out.groups; group++)
        for (int32_t oz = 0; oz < j->out.frames; oz++)
            j->parts[(ptrdiff_t)group * j->out.frames + oz] = part(j, group, oz, no_rows);
    return j;
}

static void run(void *job)
{
    const struct job *j = job;
    if (j->winograd) {
        winograd_run(j->winograd);
        return;
    }
    ptrdiff_t count = (ptrdiff_t)j->out.groups * j->out.frames;
    void (*compute)(const struct tile_conv *) = j->way == DEPTHWISE ? j->tile->depthwise
                                                : j->way == PLANAR  ? j->tile->planar
                                                                    : j->tile->conv;
    for (ptrdiff_t i = 0; i < count; i++) compute(&j->parts[i]);
}

static void finish(void *job)
{
    const struct job *j = job;
    if (j->winograd) {
        winograd_finish(j->winograd);
        return;
    }
    float *y = j->call->y;
    for (int32_t oc = 0; oc < j->call->out.c; oc++)
        for (int32_t oz = 0; oz < j->out.frames; oz++) {
            const float *from = j->conv.y + place_of(&j->out, oc, oz);
            for (int32_t oy = 0; oy < j->conv.out_h; oy++, from += j->out.row)
                for (int32_t ox = 0; ox < j->conv.out_w; ox++)
                    *y++ = from[(ptrdiff_t)ox * j->out.block];
        }
}

const struct kernel kernel_conv = {
    .type = "conv",
    .about = "convolution in 2 or 3 dimensions with groups, stride, dilation and padding",
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
