// kernels/tile.h: the inner loops of conv and fc, compiled once per instruction set.
//
// The idea: a tile of `pixels` neighbouring outputs times one block of `lanes` output channels (two
// vectors) stays in registers while all taps pass by; each step loads the two weight vectors once,
// and one input per pixel that it multiplies both with. A row's end is no end of a tile, so that
// the tiles of a 7 x 7 map are as full as those of a large one. Nothing is unrolled into a matrix
// first (no im2col): inputs lie in blocks of channels with the channel innermost, so that the taps
// of one kernel row are one straight run of memory. Taps on padding rows are not computed, so that
// rows of unlike padding are not put into one tile; nor are those on padding columns (which are
// stored as zeros) where there are rows enough to fill a tile with a column. Strips of rows are
// done one after the other: their inputs and sums stay in the L2 cache while all weights pass by,
// chunk by chunk, each fetched while the one before is used.
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
    const struct span *columns; // [out_w] the same of columns; NULL: all, though some read zeros
    const float       *x;       // [groups][in_blocks][in_h][in_w][in_block]
    const float       *weight;  // [groups][out_blocks][in_blocks][kh][kw][in_block][lanes]
    const float       *bias;    // [groups][out_blocks][lanes]
    float             *y;       // [groups][out_blocks][out_h][out_w][lanes]
};

// A convolution of signs, packed 64 to a word: bit 1 is +1, bit 0 is -1. The channels of a pixel
// are neighbours; bits past the last are 0 in both x and weight. Taps on padding are left out.
struct tile_binary {
    const struct window *window;
    int32_t              channels, words; // of an input pixel; words = channels / 64, up
    int32_t              in[AXIS_COUNT], out[AXIS_COUNT], out_channels;
    const struct span   *taps[AXIS_COUNT]; // [out] kernel positions of each on real inputs
    const uint64_t      *x;                // [d][h][w][words]
    const uint64_t      *weight;           // [out_channels][kd][kh][kw][words]
    int32_t             *y;                // [d][h][w][out_channels] agreements - disagreements
    uint64_t            *patch;            // scratch of one pixel: [kh][kw][words]
};

struct winograd; // kernels/winograd.h

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
    void (*binary)(const struct tile_binary *c);
    // Winograd's transforms of tiles [first, first + count): w->x into w->transformed, w->product.y
    // into w->y.
    void (*winograd_input)(const struct winograd *w, int32_t first, int32_t count);
    void (*winograd_output)(const struct winograd *w, int32_t first, int32_t count);
};

// Those of this CPU, the best first; tile_plain is the last. Returns how many.
enum { TILE_MAX = 4 };
uint32_t tile_list(const struct tile *out[TILE_MAX]);

// The one in use: the one chosen, else the one that FOGSIM_ISA names if this CPU has it, else the
// best.
const struct tile *tile_best(void);
void               tile_choose(const struct tile *tile); // of tile_list; NULL: takes it back

extern const struct tile tile_plain;
#if defined(__x86_64__)
extern const struct tile tile_sse2, tile_avx2, tile_avx512;
#else
extern const struct tile tile_neon; // 64-bit ARM; 32-bit ARM with the hard-float convention
#endif

#endif
