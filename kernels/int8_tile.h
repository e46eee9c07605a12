// kernels/int8_tile.h: the inner loops of int8 conv and fc, compiled once per instruction set.
//
// As tile.h, with two differences. Inputs and weights are widened to 16 bits, the zero point
// already subtracted (so that padding is 0), and neighbouring channels go in pairs: one instruction
// (pmaddwd) multiplies a pair of inputs with the pairs of a vector of output channels and adds each
// pair up in 32 bits, which is exact. Weights therefore hold the two of a pair side by side; a run
// of odd length ends in a weight of 0, and meets one input too many.
#ifndef FOGSIM_KERNELS_INT8_TILE_H
#define FOGSIM_KERNELS_INT8_TILE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/window.h"

// A convolution in the layout of the tiles. Blocks of channels are filled up with zeros.
struct int8_tile_conv {
    int32_t groups, in_blocks, out_blocks; // blocks per group
    int32_t in_block;   // channels in a block of the input; blocks of the output have tile.lanes
    int32_t in_h, in_w; // in_w: with padding left and right
    int32_t out_h, out_w;
    int32_t kernel[AXIS_COUNT], stride[AXIS_COUNT], dilation[AXIS_COUNT], pad_top;
    int32_t runs, pairs;     // a kernel row is so many runs, each of so many pairs of taps
    const struct span *rows; // [out_h] kernel rows of each output row that fall on real input rows
    const int16_t     *x;    // [groups][in_blocks][in_h][in_w][in_block], one more behind
    const int16_t     *weight; // [groups][out_blocks][in_blocks][kh][runs][pairs][lanes][2]
    const int32_t     *bias;   // [groups][out_blocks][lanes]; so the three that rescale:
    const int32_t     *multiplier, *left, *right; // the shift to the left and to the right
    bool               to_left;                   // any of `left` is not 0
    int32_t            y_zero_point, y_min, y_max;
    int32_t           *sum; // [out_h][out_w][lanes]: of the block that is being computed
    int8_t            *y;   // [groups][out_blocks][out_h][out_w][lanes]
};

struct int8_tile {
    const char *isa;
    int32_t     lanes; // output channels in a block: two vectors of 32-bit sums

    void (*conv)(const struct int8_tile_conv *c);
    // As conv with every channel a group, on whole blocks of channels: groups counts the blocks,
    // in_blocks and out_blocks are 1, in_block is lanes. x is multiplied as if its channels were
    // pairs, with pairs of which one is 0: weight is [groups][kh][kw][2][lanes], the even channels
    // and then the odd ones of a block, 0 elsewhere; in that order bias, what rescales, and y.
    void (*depthwise)(const struct int8_tile_conv *c);
    // sum = weight x; weight is [rows][columns]. Of each whole 2 lanes columns x has the even ones
    // first, as shifts split the bytes of 16 bits; the rest is as it is.
    void (*product)(const int8_t *weight, const int16_t *x, int32_t *sum, int64_t rows,
                    int64_t columns);
};

// That of the instruction set which tile_best() has chosen; int8_base for all that have no own.
const struct int8_tile *int8_tile_best(void);

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "an even byte is the lower one");

extern const struct int8_tile int8_base; // what the compiler targets anyway, 16-byte vectors
#if defined(__x86_64__)
extern const struct int8_tile int8_avx2, int8_avx512;
#endif

#endif
