#include "kernels/tile.h"

#include <stdlib.h>
#include <string.h>

// Fills `out` from the best to the baseline.
static int available(const struct tile *out[3])
{
    int count = 0;
#if defined(__x86_64__)
    // what the compiler may use in tile_avx512.c: see the Makefile
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
        out[count++] = &tile_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out[count++] = &tile_avx2;
#endif
    out[count++] = &tile_sse2;
    return count;
}

const struct tile *tile_best(void)
{
    const struct tile *tiles[3];
    int                count = available(tiles);
    const char        *wish = getenv("FOGSIM_ISA");
    for (int i = 0; wish && i < count; i++)
        if (!strcmp(tiles[i]->isa, wish)) return tiles[i];
    return tiles[0];
}
