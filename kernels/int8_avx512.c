// kernels/int8_avx512.c: the int8 tiles in 64-byte vectors: 14 pixels x 2 vectors, two weights, one
// input and one product are 32 of 32 registers.
#if defined(__x86_64__)
#define TILE_VECTOR_BYTES 64
#define TILE_PIXELS 14
#define TILE_NAME int8_avx512
#define TILE_ISA "avx512"
#include "kernels/int8_tile.inc"
#endif
