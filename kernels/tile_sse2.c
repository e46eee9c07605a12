// kernels/tile_sse2.c: the tiles in 16-byte vectors, for what every CPU of the compiler's target
// has. Without a fused multiply-add each product needs a register, so 5 pixels x 2 vectors of 16
// registers.
#define TILE_VECTOR_BYTES 16
#define TILE_PIXELS 5
#define TILE_NAME tile_sse2
#if defined(__x86_64__)
#define TILE_ISA "sse2"
#elif defined(__ARM_NEON)
#define TILE_ISA "neon"
#else
#define TILE_ISA "plain"
#endif
#include "kernels/tile.inc"
