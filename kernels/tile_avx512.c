// kernels/tile_avx512.c: the tiles in 64-byte vectors: 14 pixels x 2 vectors are 28 of 32
// registers.
#if defined(__x86_64__)
#define TILE_VECTOR_BYTES 64
#define TILE_PIXELS 14
#define TILE_NAME tile_avx512
#define TILE_ISA "avx512"
#include "kernels/tile.inc"
#endif
