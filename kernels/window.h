// kernels/window.h: the sliding window of convolution and pooling, in one axis and in two.
//
// Integer arithmetic only. The output size is that of ONNX Conv and MaxPool (operators version 11)
// and of Caffe: out = floor((in + pads - dilation (kernel - 1) - 1) / stride) + 1; with `ceil` the
// division rounds up, and a last window that would start past the input and its leading pad is
// dropped (Caffe's and PyTorch's rule).
#ifndef FOGSIM_KERNELS_WINDOW_H
#define FOGSIM_KERNELS_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

enum { AXIS_H, AXIS_W, AXIS_COUNT };

struct window {
    int32_t kernel[AXIS_COUNT], stride[AXIS_COUNT], dilation[AXIS_COUNT]; // >= 1, rows then columns
    int32_t pad_begin[AXIS_COUNT], pad_end[AXIS_COUNT]; // >= 0: top, left; bottom, right
    bool    ceil;                                       // pools only
};

struct span { // half-open
    int32_t begin, end;
};

// Outputs along one axis; <= 0: the window is larger than the padded input.
int32_t window_out(const struct window *w, int axis, int32_t in);

// The inputs, clipped to [0, in), that outputs [out.begin, out.end) read (facts: [o s - P, (o - 1)
// s + span - P)). An empty span of outputs reads an empty span.
struct span window_in(const struct window *w, int axis, int32_t in, struct span out);

// Kernel positions of output `out` that fall on real inputs, not on padding: 0 to kernel.
int32_t window_taps(const struct window *w, int axis, int32_t in, int32_t out);

#endif
