// kernels/int8_base.c: the int8 tiles in 16-byte vectors, for what every CPU of the compiler's
// target has.
#define TILE_VECTOR_BYTES 16
#define TILE_PIXELS 5
#define TILE_NAME int8_base
#define TILE_ISA "base"
#include "kernels/int8_tile.inc"
