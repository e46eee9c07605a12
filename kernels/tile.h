// kernels/tile.h: the inner loops of conv and fc, compiled once per instruction set.
//
// The idea: a tile of `pixels` neighbouring outputs of one row times one block of `lanes` output
// channels (two vectors) stays in registers while all taps pass by; each step loads the two weight
// vectors once, and one input per pixel that it multiplies both with. Nothing is unrolled into a
// matrix first (no im2col): inputs lie in blocks of channels with the channel innermost, so that
// the taps of one kernel row are one straight run of memory. Kernel rows on padding are not
// computed; padding at the left and right is stored as zeros.
//
// Source: the register-tile argument (accumulators >= latency x throughput of the multiply-add) is
// that of Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34,
// 2008; blocked channels after Georganas et al., "Anatomy of high-performance deep learning
// convolutions on SIMD architectures", SC 2018.
#ifndef FOGSIM_KERNELS_TILE_H
#define FOGSIM_KERNELS_TILE_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/window.h"

// A convolution in the layout of the tiles. Blocks of channels are filled up with zeros.
struct tile_conv {
    int32_t groups, in_blocks, out_blocks; // blocks per group
    int32_t in_block;   // channels in a block of the input; blocks of the output have tile.lanes
    int32_t in_h, in_w; // in_w: with padding left and right
    int32_t out_h, out_w;
    int32_t kernel[AXIS_COUNT], stride[AXIS_COUNT], dilation[AXIS_COUNT], pad_top;
    int32_t blocks_skipped;  // in_blocks that `weight` has besides, after those of each out_block
    const ptrdiff_t   *taps; // [kh][kw][in_block] planar: floats from the first to each, see below
    const struct span *rows; // [out_h] kernel rows of each output row that fall on real input rows
    const float       *x;    // [groups][in_blocks][in_h][in_w][in_block]
    const float       *weight; // [groups][out_blocks][in_blocks][kh][kw][in_block][lanes]
    const float       *bias;   // [groups][out_blocks][lanes]
    float             *y;      // [groups][out_blocks][out_h][out_w][lanes]
};

struct tile {
    const char *isa;
    int32_t     lanes; // output channels in a block: two vectors

    void (*conv)(const struct tile_conv *c);
    // As conv with every channel a group, on whole blocks of channels: groups counts the blocks,
    // out_blocks is 1, in_block is lanes, the in_blocks are added up (they are frames), weight is
    // [groups][in_blocks][kh][kw][lanes].
    void (*depthwise)(const struct tile_conv *c);
    // As conv for groups of few output channels, where blocks of lanes would stand half empty: the
    // vectors lie along the rows instead. One group; x [in_blocks][in_block][in_h][in_w], whose
    // rows hold first the columns 0, s, 2s, ... (s: the stride), then 1, s + 1, ..., so that
    // neighbouring outputs read neighbours; `taps` says where. What is read past the last output
    // must be there. out_blocks are of one channel: weight
    // [in_blocks][kh][kw][in_block][out_blocks]; bias [out_blocks]; y [out_blocks][out_h][out_w up
    // to whole vectors].
    void (*planar)(const struct tile_conv *c);
    // y = weight x (+ bias unless NULL); weight is [rows][columns].
    void (*product)(const float *weight, const float *x, const float *bias, float *y, int64_t rows,
                    int64_t columns);
};

// The best this CPU runs, or the one that FOGSIM_ISA names, if the CPU has it.
const struct tile *tile_best(void);

extern const struct tile tile_sse2; // what the compiler targets anyway, 16-byte vectors
#if defined(__x86_64__)
extern const struct tile tile_avx2, tile_avx512;
#endif

#endif
