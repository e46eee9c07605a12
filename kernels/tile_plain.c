// kernels/tile_plain.c: the tiles without vectors (of one float each), for any CPU. 5 pixels x 2 of
// 16 registers, as in tile_sse2.c.
#define TILE_VECTOR_BYTES 4
#define TILE_PIXELS 5
#define TILE_NAME tile_plain
#define TILE_ISA "plain"
#include "kernels/tile.inc"
