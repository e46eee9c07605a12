// kernels/int8_avx2.c: the int8 tiles in 32-byte vectors: 6 pixels x 2 vectors, two weights, one
// input and one product are 16 of 16 registers.
#if defined(__x86_64__)
#define TILE_VECTOR_BYTES 32
#define TILE_PIXELS 6
#define TILE_NAME int8_avx2
#define TILE_ISA "avx2"
#include "kernels/int8_tile.inc"
#endif
