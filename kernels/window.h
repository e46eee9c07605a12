// kernels/window.h: the sliding window of convolution and pooling, along rows, columns and frames.
//
// Integer arithmetic only. The output size is that of ONNX Conv and MaxPool (operators version 11)
// and of Caffe: out = floor((in + pads - dilation (kernel - 1) - 1) / stride) + 1; with `ceil` the
// division rounds up, and a last window that would start past the input and its leading pad is
// dropped (Caffe's and PyTorch's rule).
#ifndef FOGSIM_KERNELS_WINDOW_H
#define FOGSIM_KERNELS_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

enum { AXIS_H, AXIS_W, AXIS_D, AXIS_COUNT };

// Rows, columns, frames. The window of an input without frames leaves the third axis at zero; there
// a kernel, stride or dilation of 0 counts as 1, so read them through the functions below.
struct window {
    int32_t kernel[AXIS_COUNT], stride[AXIS_COUNT], dilation[AXIS_COUNT]; // >= 1
    int32_t pad_begin[AXIS_COUNT],
        pad_end[AXIS_COUNT]; // >= 0: top, left, front; bottom, right, back
    bool ceil;               // pools only
};

struct span { // half-open
    int32_t begin, end;
};

static inline int32_t window_kernel(const struct window *w, int axis)
{
    return w->kernel[axis] ? w->kernel[axis] : 1;
}

static inline int32_t window_stride(const struct window *w, int axis)
{
    return w->stride[axis] ? w->stride[axis] : 1;
}

static inline int32_t window_dilation(const struct window *w, int axis)
{
    return w->dilation[axis] ? w->dilation[axis] : 1;
}

// Kernel positions in all.
static inline int64_t window_size(const struct window *w)
{
    return (int64_t)window_kernel(w, AXIS_D) * window_kernel(w, AXIS_H) * window_kernel(w, AXIS_W);
}

// Inputs from the first tap to the last, both counted.
static inline int32_t window_reach(const struct window *w, int axis)
{
    return window_dilation(w, axis) * (window_kernel(w, axis) - 1) + 1;
}

// The input that kernel position k of output `out` falls on; outside [0, in) it is padding.
static inline int32_t window_at(const struct window *w, int axis, int32_t out, int32_t k)
{
    return out * window_stride(w, axis) - w->pad_begin[axis] + k * window_dilation(w, axis);
}

// Outputs along one axis; <= 0: the window is larger than the padded input.
int32_t window_out(const struct window *w, int axis, int32_t in);

// The inputs, clipped to [0, in), that outputs [out.begin, out.end) read (facts: [o s - P, (o - 1)
// s + span - P)). An empty span of outputs reads an empty span.
struct span window_in(const struct window *w, int axis, int32_t in, struct span out);

// Kernel positions of output `out` that fall on real inputs, not on padding: 0 to kernel.
int32_t window_taps(const struct window *w, int axis, int32_t in, int32_t out);

#endif
