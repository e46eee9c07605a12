#include "kernels/window.h"

int32_t window_out(const struct window *w, int axis, int32_t in)
{
    int32_t padded = in + w->pad_begin[axis] + w->pad_end[axis];
    int32_t room = padded - window_reach(w, axis), stride = window_stride(w, axis);
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
    int32_t begin = window_at(w, axis, out.begin, 0);
    int32_t end = window_at(w, axis, out.end - 1, 0) + window_reach(w, axis);
    return (struct span){clip(begin, 0, in), clip(end, 0, in)};
}

int32_t window_taps(const struct window *w, int axis, int32_t in, int32_t out)
{
    int32_t taps = 0;
    for (int32_t k = 0; k < window_kernel(w, axis); k++) {
        int32_t at = window_at(w, axis, out, k);
        taps += at >= 0 && at < in;
    }
    return taps;
}
