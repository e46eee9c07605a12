// kernels/kernel.h: what a DNN operator is to fogsim.
//
// One operator, one file (op_<type>.c), one const struct kernel; the table is made from the folder.
// An operator knows its shape rule, its size (parameters, multiply-accumulates) and how to compute:
// a plain reference that follows the formula word by word (the test oracle), and a run that is
// timed. Batch 1, fp32, tensors in C,H,W order with W innermost; a vector of n features is n,1,1; a
// video is C,D,H,W. Names and semantics are those of ONNX.
#ifndef FOGSIM_KERNELS_KERNEL_H
#define FOGSIM_KERNELS_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernels/window.h"

enum { KERNEL_MAX_INPUTS = 16, SHAPE_TEXT_BYTES = 48 };

struct shape {
    int32_t c, h, w;
    int32_t d; // frames, between c and h in memory; 0: the tensor has no such axis, counts as 1
};

// Everything an operator can be told; each reads the fields of its own and ignores the rest.
struct kernel_attr {
    struct window window;                        // conv, maxpool, avgpool
    int32_t       channels;                      // conv: output channels; fc: output neurons
    int32_t       groups;                        // conv: >= 1, divides input and output channels
    bool          bias;                          // conv, fc
    bool          count_include_pad;             // avgpool: padding counts in the divisor
    int32_t       lrn_size;                      // lrn: channels in the window
    float         lrn_alpha, lrn_beta, lrn_bias; // y = x / (bias + alpha / size * sum x^2)^beta
    float         epsilon;                       // batchnorm
    float         slope;                         // leaky_relu: of negative inputs
};

// How a row of the output depends on rows of the input, which decides whether it can be cut into
// rows.
enum kernel_rows {
    ROWS_NONE,   // on all of them, or it has several inputs: not cut (fc, add, concat, flatten,
                 // softmax, global pools)
    ROWS_SAME,   // row i on row i (relu, batchnorm, lrn, dropout)
    ROWS_WINDOW, // through attr.window (conv, maxpool, avgpool)
};

// Bits of an element of the output, as a node stores and sends it.
enum kernel_bits {
    BITS_REAL, // 32: a float
    BITS_ONE,  // a sign, +1 or -1
    BITS_SAME, // each element is one of the inputs', or padding that never wins: as they are
};

// How a convolution is computed. The result is the same but for rounding; Winograd's grows with the
// size of its tile (F(m x m, r x r): m outputs from m + r - 1 inputs per axis; Lavin and Gray,
// "Fast algorithms for convolutional neural networks", CVPR 2016).
enum kernel_algorithm {
    ALGORITHM_DIRECT,
    ALGORITHM_WINOGRAD2, // F(2x2, 3x3)
    ALGORITHM_WINOGRAD4, // F(4x4, 3x3)
    ALGORITHM_COUNT
};

// One operation on real numbers. The caller owns every array.
struct kernel_call {
    const struct kernel_attr *attr;
    enum kernel_algorithm     algorithm; // of the timed path; one that the kernel allows
    uint32_t                  input_count;
    struct shape              in[KERNEL_MAX_INPUTS];
    struct shape              out;
    const float              *x[KERNEL_MAX_INPUTS]; // [elements of in[i]]
    const float *weight; // conv: [channels][in.c / groups][kd][kh][kw]; fc: [channels][in
                         // features]; batchnorm: [4][c]: scale, shift, mean, variance; else NULL
    const float *bias;   // [channels]; NULL: none
    float       *y;      // [elements of out]
};

struct kernel {
    const char      *type;   // its name in a model file, and in ONNX where they are the same
    const char      *about;  // one line
    const char      *source; // where the formula stands
    enum kernel_rows rows;
    bool             heads_step; // conv and fc: what is distributed starts with these
    bool             is_free;    // only renames its input: costs nothing (dropout, flatten)
    bool mixes_channels;   // an output channel depends on other input channels (conv, fc, lrn,
                           // softmax)
    enum kernel_bits bits; // of its output
    bool             sign_inputs; // wants inputs of one bit: it reads no more than their signs
    bool sign_weights; // of its weights only the signs count: one bit each (its bias is real)

    // Output shape. false: the inputs do not fit, e says what was wanted.
    bool (*infer)(const struct kernel_attr *attr, uint32_t input_count, const struct shape *in,
                  struct shape *out, struct err *e);
    // Parameters, all of them and those that are running statistics (batchnorm); NULL: none.
    int64_t (*params)(const struct kernel_attr *attr, const struct shape *in);
    int64_t (*running_stats)(const struct kernel_attr *attr, const struct shape *in);
    // Multiply-accumulates; taps on padding count, as published tables count them. NULL: none.
    int64_t (*macs)(const struct kernel_attr *attr, const struct shape *in,
                    const struct shape *out);

    // Whether the timed path has that algorithm for such a layer. NULL: ALGORITHM_DIRECT alone.
    bool (*allows)(const struct kernel_attr *attr, enum kernel_algorithm algorithm);

    void (*reference)(
        const struct kernel_call *call); // the formula; slow, exact as fp32 goes (sums in double)

    // The timed path: prepare lays weights and inputs out as run wants them (not timed, memory from
    // `a`), run computes into a buffer of its own, finish writes call->y in C,H,W order. `call`
    // outlives the job.
    void *(*prepare)(const struct kernel_call *call, struct arena *a);
    void (*run)(void *job);
    void (*finish)(void *job);
};

extern const struct kernel *const kernel_table[]; // sorted by type
extern const uint32_t             kernel_count;

const struct kernel *kernel_find(const char *type); // NULL: there is none
int64_t              shape_elements(const struct shape *s);

// "3,16,112,112": c, d if there is one, h, w, with `separator` between them. Returns `text`.
const char *shape_text(const struct shape *s, char separator, char text[SHAPE_TEXT_BYTES]);

static inline int32_t shape_frames(const struct shape *s)
{
    return s->d ? s->d : 1;
}

// Elements of one channel. The shape must have passed its shape rule, so that this fits.
static inline int64_t shape_pixels(const struct shape *s)
{
    return (int64_t)shape_frames(s) * s->h * s->w;
}

// Instruction sets of the timed paths that this CPU has, the best first, of "avx512", "avx2",
// "sse2", "neon" and "plain" (which is always there, and last). Returns how many.
enum { KERNEL_MAX_ISAS = 4 };
uint32_t kernel_isa_list(const char *names[KERNEL_MAX_ISAS]);

// Chooses one for the process: `name`, or if NULL what the environment variable FOGSIM_ISA names,
// or else the best. false: this CPU lacks it; e lists those it has.
MUST_USE bool kernel_isa_choose(const char *name, struct err *e);

// The one in use. Where none was chosen: what FOGSIM_ISA names if this CPU has it, else the best.
const char *kernel_isa(void);

#endif
