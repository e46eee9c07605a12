#include "kernels/op.h"

#include <string.h>

bool op_shape_ok(const struct shape *s, struct err *e)
{
    bool ok = s->c >= 1 && s->h >= 1 && s->w >= 1 && s->d >= 0 && s->h <= OP_AXIS_MAX &&
              s->w <= OP_AXIS_MAX && s->d <= OP_AXIS_MAX;
    if (ok && shape_elements(s) <= INT32_MAX) return true;
    char text[SHAPE_TEXT_BYTES];
    return err_add(e,
                   "want c,%sh,w of at least 1, %sh and w of at most %d, 2147483647 elements in "
                   "all, have %s",
                   s->d ? "d," : "", s->d ? "d, " : "", OP_AXIS_MAX, shape_text(s, ',', text));
}

bool op_one_input(uint32_t input_count, const struct shape *in, struct err *e)
{
    if (input_count != 1) return err_add(e, "want 1 input, have %u", input_count);
    return op_shape_ok(&in[0], e);
}

bool op_infer_same(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                   struct shape *out, struct err *e)
{
    (void)attr;
    if (!op_one_input(input_count, in, e)) return false;
    *out = in[0];
    return true;
}

static bool within(const int32_t value[AXIS_COUNT], int32_t low, const char *what, struct err *e)
{
    for (int axis = 0; axis < AXIS_COUNT; axis++)
        if (value[axis] < (axis == AXIS_D ? 0 : low) || value[axis] > OP_AXIS_MAX)
            return err_add(e, "%s: want %d to %d, have %d", what, low, OP_AXIS_MAX, value[axis]);
    return true;
}

static bool window_ok(const struct window *w, const struct shape *in, struct err *e)
{
    if (!within(w->kernel, 1, "kernel", e) || !within(w->stride, 1, "stride", e) ||
        !within(w->dilation, 1, "dilation", e) || !within(w->pad_begin, 0, "padding", e) ||
        !within(w->pad_end, 0, "padding", e))
        return false;
    bool has_frames = w->kernel[AXIS_D] || w->pad_begin[AXIS_D] || w->pad_end[AXIS_D];
    if (in->d && !w->kernel[AXIS_D])
        return err_add(e, "want a kernel of three axes, for an input of %d frames", in->d);
    if (!in->d && has_frames)
        return err_add(e, "want an input with frames, for a kernel of three axes");
    return true;
}

bool op_infer_window(const struct window *w, const struct shape *in, int32_t channels,
                     struct shape *out, struct err *e)
{
    if (!window_ok(w, in, e))
        return false; // from here on 32 bits are enough: window.c adds and multiplies bounded
                      // numbers
    struct shape have = {channels, window_out(w, AXIS_H, in->h), window_out(w, AXIS_W, in->w),
                         in->d ? window_out(w, AXIS_D, in->d) : 0};
    if (have.h < 1 || have.w < 1)
        return err_add(
            e, "want an input that holds the window of %d x %d (dilation %d x %d), have %d x %d",
            w->kernel[AXIS_H], w->kernel[AXIS_W], w->dilation[AXIS_H], w->dilation[AXIS_W], in->h,
            in->w);
    if (in->d && have.d < 1)
        return err_add(e, "want an input that holds the window of %d frames (dilation %d), have %d",
                       window_kernel(w, AXIS_D), window_dilation(w, AXIS_D), in->d);
    if (!op_shape_ok(&have, e)) return err_wrap(e, "output");
    *out = have;
    return true;
}

static bool every_window_reads(const struct window *w, int axis, int32_t in, int32_t out,
                               struct err *e)
{
    for (int32_t o = 0; o < out; o++) {
        struct span taps = op_taps(w, axis, in, o);
        if (taps.begin >= taps.end)
            return err_add(e, "want less padding: window %d along axis %c holds no input", o,
                           "hwd"[axis]);
    }
    return true;
}

bool op_infer_pool(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                   struct shape *out, struct err *e)
{
    const struct window *w = &attr->window;
    struct shape         have;
    if (!op_one_input(input_count, in, e) || !op_infer_window(w, in, in->c, &have, e) ||
        !every_window_reads(w, AXIS_H, in->h, have.h, e) ||
        !every_window_reads(w, AXIS_W, in->w, have.w, e) ||
        !every_window_reads(w, AXIS_D, shape_frames(in), shape_frames(&have), e))
        return false;
    *out = have;
    return true;
}

struct span op_taps(const struct window *w, int axis, int32_t in, int32_t out)
{
    int32_t first = window_at(w, axis, out, 0), dilation = window_dilation(w, axis);
    int32_t begin = first < 0 ? (-first + dilation - 1) / dilation : 0;
    int32_t end = first < in ? (in - 1 - first) / dilation + 1 : 0;
    if (end > window_kernel(w, axis)) end = window_kernel(w, axis);
    return begin < end ? (struct span){begin, end} : (struct span){0, 0};
}

const struct span *op_taps_of(const struct window *w, int axis, int32_t in, int32_t count,
                              struct arena *a)
{
    struct span *taps = ARENA_ARRAY(a, struct span, (size_t)count);
    for (int32_t o = 0; o < count; o++) taps[o] = op_taps(w, axis, in, o);
    return taps;
}

float *op_pool_row(const struct kernel_call *call, float padding, struct arena *a)
{
    const struct window *w = &call->attr->window;
    int32_t              last = (call->out.w - 1) * w->stride[AXIS_W] + window_reach(w, AXIS_W);
    int32_t              width = w->pad_begin[AXIS_W] + call->in[0].w + w->pad_end[AXIS_W];
    int32_t              length = width > last ? width : last;
    float               *row = ARENA_ARRAY(a, float, (size_t)length);
    for (int32_t i = 0; i < length; i++) row[i] = padding;
    return row;
}

int64_t op_weights(int64_t count, const struct kernel_attr *attr)
{
    return count + (attr->bias ? attr->channels : 0);
}

void *op_prepare(const struct kernel_call *call, struct arena *a)
{
    struct op_job *job = ARENA_ARRAY(a, struct op_job, 1);
    job->call = call;
    return job;
}

void op_finish(void *job)
{
    (void)job;
}

void op_copy_reference(const struct kernel_call *call)
{
    memcpy(call->y, call->x[0], (size_t)shape_elements(&call->out) * sizeof *call->y);
}

void op_copy(void *job)
{
    const struct op_job *j = job;
    op_copy_reference(j->call);
}
