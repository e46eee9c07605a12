#include "kernels/tile.h"

#include <stdlib.h>
#include <string.h>
#if defined(__ARM_PCS_VFP)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

uint32_t tile_list(const struct tile *out[TILE_MAX])
{
    uint32_t count = 0;
#if defined(__x86_64__)
    // what the compiler may use in tile_avx512.c: see the Makefile
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
        out[count++] = &tile_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out[count++] = &tile_avx2;
    out[count++] = &tile_sse2;
#elif defined(__aarch64__)
    out[count++] = &tile_neon; // every one has it
#elif defined(__ARM_PCS_VFP)
    unsigned long want = HWCAP_NEON | HWCAP_VFPv4;
    if ((getauxval(AT_HWCAP) & want) == want) out[count++] = &tile_neon;
#endif
    out[count++] = &tile_plain;
    return count;
}

// The choice is the process's, as the CPU is the machine's.
static const struct tile *chosen;

void tile_choose(const struct tile *tile)
{
    chosen = tile;
}

const struct tile *tile_best(void)
{
    if (chosen) return chosen;
    const struct tile *tiles[TILE_MAX];
    uint32_t           count = tile_list(tiles);
    const char        *wish = getenv("FOGSIM_ISA");
    for (uint32_t i = 0; wish && i < count; i++)
        if (!strcmp(tiles[i]->isa, wish)) return tiles[i];
    return tiles[0];
}
