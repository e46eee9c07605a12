#include "kernels/int8_tile.h"

#include <string.h>

#include "kernels/tile.h"

const struct int8_tile *int8_tile_best(void)
{
#if defined(__x86_64__)
    const char *isa = tile_best()->isa;
    if (!strcmp(isa, int8_avx512.isa)) return &int8_avx512;
    if (!strcmp(isa, int8_avx2.isa)) return &int8_avx2;
#endif
    return &int8_base;
}
