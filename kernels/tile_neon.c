// kernels/tile_neon.c: the tiles in 16-byte vectors of ARM. The most pixels whose inner loop keeps
// all sums in registers and all pointers too, as gcc 12 compiles it: 10 of 64-bit ARM (36
// instructions for 20 multiply-adds), 5 of 32-bit ARM (23 for 10).
#if defined(__aarch64__) || defined(__ARM_PCS_VFP) // the latter: armhf
#define TILE_VECTOR_BYTES 16
#if defined(__aarch64__)
#define TILE_PIXELS 10
#else
#define TILE_PIXELS 5
#endif
#define TILE_NAME tile_neon
#define TILE_ISA "neon"
#include "kernels/tile.inc"
#endif
