// kernels/tile_sse2.c: the tiles in 16-byte vectors, for what every 64-bit x86 has. Without a fused
// multiply-add each product needs a register, so 5 pixels x 2 vectors of 16 registers.
#if defined(__x86_64__)
#define TILE_VECTOR_BYTES 16
#define TILE_PIXELS 5
#define TILE_NAME tile_sse2
#define TILE_ISA "sse2"
#include "kernels/tile.inc"
#endif
