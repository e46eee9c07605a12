// kernels/winograd.h: 3x3 convolution by Winograd's minimal filtering, F(2x2, 3x3) and F(4x4, 3x3).
//
// An output tile of m x m is A^T [(G g G^T) . (B^T d B)] A, where g are the 3 x 3 weights, d the
// (m + 2) x (m + 2) inputs under the tile and . the product element by element. Summed over input
// channels, that product is for each of the (m + 2)^2 positions a product of two matrices: tiles by
// input channels, input channels by output channels. These are what the register tiles compute for
// a 1x1 convolution, so a Winograd layer is a transform of inputs, one tile.conv whose groups are
// the positions, and a transform of outputs, block of tiles after block of tiles so that what is
// between stays in the cache. It takes 16/36 (m = 2) or 36/144 (m = 4) of the multiplications of
// the direct form; rows of tiles are computed whole, padding included.
//
// Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016: matrices
// (sections 4.1 and 4.3) and the form as matrix products (4.4).
#ifndef FOGSIM_KERNELS_WINOGRAD_H
#define FOGSIM_KERNELS_WINOGRAD_H

#include "kernels/kernel.h"
#include "kernels/tile.h"

enum { WINOGRAD_POSITIONS = 36 }; // at most

// A layer laid out. Blocks of channels are filled up with zeros.
struct winograd {
    const struct kernel_call *call;
    const struct tile        *tile;
    int32_t                   m; // outputs per tile and axis: 2 or 4
    int32_t                   tiles_w, tile_count, tiles_at_once;
    int32_t                   in_h, in_w; // with padding, and up to the end of the last tile
    int32_t                   out_h, out_w;
    const float              *x;    // [in_blocks][in_h][in_w][in_block]
    const float              *bias; // [out_blocks][lanes]
    float                    *y;    // [out_blocks][out_h][out_w][lanes]
    // The products, for tiles_at_once tiles: groups are positions, pixels are tiles.
    struct tile_conv product;
    float           *transformed; // product.x: [positions][in_blocks][tiles][in_block]
};

// Whether the layer is one: 3x3, stride, dilation and groups 1.
bool winograd_allows(const struct kernel_attr *attr);

// As prepare, run and finish of struct kernel; call->algorithm is one of the two.
struct winograd *winograd_prepare(const struct kernel_call *call, struct arena *a);
void             winograd_run(const struct winograd *w);
void             winograd_finish(const struct winograd *w);

#endif
