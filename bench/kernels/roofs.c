// bench/kernels/roofs.c: what this core can do at best, by instruction set.
//
// Each set has its own vectors and its own copies of two loops: multiply-adds on registers alone,
// as many chains as hide their latency (4 cycles x 2 pipes, and some), and reads, of one stream
// (several were not faster).
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bench/kernels/bench.h"

enum { CHAINS = 12, STREAMS = 8, SAMPLES = 9 };

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

struct fma {
    float    start[CHAINS][16], factor; // 16: floats in the longest vector
    uint32_t steps;
};

struct read {
    const void *memory;
    size_t      size, passes; // size: a multiple of STREAMS x 64
    uint32_t    sum;          // so that reading is not in vain
};

#if defined(__x86_64__)
#define ROOF_BYTES 64
#define ROOF_TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma")))
#define ROOF(name) name##_avx512
#include "bench/kernels/roof.inc"
#define ROOF_BYTES 32
#define ROOF_TARGET __attribute__((target("avx2,fma")))
#define ROOF(name) name##_avx2
#include "bench/kernels/roof.inc"
#endif
#define ROOF_BYTES 16
#define ROOF_TARGET
#define ROOF(name) name##_baseline
#include "bench/kernels/roof.inc"

static const struct roof {
    const char *isa;
    int32_t     lanes;
    void (*fma)(void *), (*read)(void *);
} roofs[] = {
#if defined(__x86_64__)
    {"avx512", 16, fma_avx512, read_avx512},
    {"avx2", 8, fma_avx2, read_avx2},
#endif
    {"baseline", 4, fma_baseline, read_baseline},
};
enum { ROOF_COUNT = sizeof roofs / sizeof *roofs };

static const struct roof *roof_of(const char *isa)
{
    for (int i = 0; i < ROOF_COUNT; i++)
        if (!strcmp(roofs[i].isa, isa)) return &roofs[i];
    return &roofs[ROOF_COUNT - 1];
}

static struct sample median_of(void (*run)(void *), void *job)
{
    struct sample samples[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) samples[i] = sample_warm(run, job, 1);
    return sample_median(samples, SAMPLES);
}

static double flop_per_cycle(const struct roof *roof)
{
    struct fma f = {.factor = 0.5f, .steps = 1 << 20};
    for (int i = 0; i < CHAINS; i++) // equal chains would be made one
        for (int lane = 0; lane < 16; lane++) f.start[i][lane] = (float)(i + lane);
    return 2.0 * roof->lanes * CHAINS * f.steps / median_of(roof->fma, &f).cycles;
}

static double read_bytes_per_s(const struct roof *roof, const void *memory, size_t size)
{
    enum { LEAST_BYTES = 1 << 28 }; // of a sample: some ms
    struct read r = {
        .memory = memory, .size = size, .passes = size < LEAST_BYTES ? LEAST_BYTES / size : 1};
    return (double)r.size * (double)r.passes / median_of(roof->read, &r).seconds;
}

// Written, since unwritten pages are all the same page of zeros.
const void *stream_prepare(struct arena *a)
{
    char *memory = ARENA_ARRAY(a, char, STREAM_BYTES);
    memset(memory, 1, STREAM_BYTES);
    return memory;
}

static const struct roof *first_roof(void)
{
    return roof_of(kernel_isa());
}

uint32_t stream_set_count(void)
{
    return (uint32_t)(roofs + ROOF_COUNT - first_roof());
}

double stream_bytes_per_s(const void *stream, uint32_t set)
{
    struct read r = {.memory = stream, .size = STREAM_BYTES, .passes = 1};
    return STREAM_BYTES / sample_once(first_roof()[set].read, &r).seconds;
}

void roofs_print(const void *stream)
{
    // halves of the caches of most cores of today: L1, L2, L3
    const size_t sizes[] = {1 << 14, 1 << 19, 1 << 24, STREAM_BYTES};
    printf("roofs     FMA FLOP/cycle  read GB/s:  16 KiB   512 KiB    16 MiB     1 GiB\n");
    for (const struct roof *r = first_roof(); r < roofs + ROOF_COUNT; r++) {
        printf("%-9s %14.1f            ", r->isa, flop_per_cycle(r));
        for (int i = 0; i < 4; i++) printf(" %9.1f", 1e-9 * read_bytes_per_s(r, stream, sizes[i]));
        printf("\n");
    }
}
