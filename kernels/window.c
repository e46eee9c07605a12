#include "kernels/window.h"

static int32_t reach(const struct window *w,
                     int axis) // inputs from the first tap to the last, both counted
{
    return w->dilation[axis] * (w->kernel[axis] - 1) + 1;
}

int32_t window_out(const struct window *w, int axis, int32_t in)
{
    int32_t room = in + w->pad_begin[axis] + w->pad_end[axis] - reach(w, axis),
            stride = w->stride[axis];
    if (room < 0) return 0;
    int32_t out = (w->ceil ? (room + stride - 1) / stride : room / stride) + 1;
    if (w->ceil && (out - 1) * stride >= in + w->pad_begin[axis]) out--;
    return out;
}

static int32_t clip(int32_t x, int32_t low, int32_t high)
{
    return x < low ? low : x > high ? high : x;
}

struct span window_in(const struct window *w, int axis, int32_t in, struct span out)
{
    if (out.begin >= out.end) return (struct span){0, 0};
    int32_t begin = out.begin * w->stride[axis] - w->pad_begin[axis];
    int32_t end = (out.end - 1) * w->stride[axis] - w->pad_begin[axis] + reach(w, axis);
    return (struct span){clip(begin, 0, in), clip(end, 0, in)};
}

int32_t window_taps(const struct window *w, int axis, int32_t in, int32_t out)
{
    int32_t taps = 0, first = out * w->stride[axis] - w->pad_begin[axis];
    for (int32_t k = 0; k < w->kernel[axis]; k++) {
        int32_t at = first + k * w->dilation[axis];
        taps += at >= 0 && at < in;
    }
    return taps;
}
