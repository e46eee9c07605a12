// bench/kernels/roofs.c: what this core can do at best, by instruction set.
//
// Each set has its own vectors and its own copies of two loops: multiply-adds on registers alone,
// as many chains as hide their latency (4 cycles x 2 pipes, and some), and reads.
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
    float    start[CHAINS * 16], factor;
    uint32_t steps;
};
struct read {
    const void *memory;
    size_t      size, passes; // size: a multiple of STREAMS x 64
    uint32_t    sum;          // so that reading is not in vain
};

#define ROOFS(isa, bytes, attributes)                                                               \
    typedef float          floats_##isa __attribute__((vector_size(bytes), aligned(4), may_alias)); \
    typedef uint32_t       words_##isa __attribute__((vector_size(bytes), aligned(4), may_alias));  \
    attributes static void fma_##isa(void *job)                                                     \
    {                                                                                               \
        struct fma  *f = job;                                                                       \
        floats_##isa chain[CHAINS];                                                                 \
        UNROLL                                                                                      \
        for (int i = 0; i < CHAINS; i++) chain[i] = *(const floats_##isa *)(f->start + 16 * i);     \
        for (uint32_t step = 0; step < f->steps; step++) UNROLL                                     \
        for (int i = 0; i < CHAINS; i++) chain[i] = chain[i] * f->factor + f->factor;               \
        UNROLL                                                                                      \
        for (int i = 0; i < CHAINS; i++) *(floats_##isa *)(f->start + 16 * i) = chain[i];           \
    }                                                                                               \
    attributes static void read_##isa(void *job)                                                    \
    {                                                                                               \
        struct read *r = job;                                                                       \
        words_##isa  sum[STREAMS] = {{0}};                                                          \
        for (size_t pass = 0; pass < r->passes; pass++) {                                           \
            const words_##isa *at = r->memory, *end = at + r->size / (bytes);                       \
            for (; at < end; at += STREAMS) UNROLL                                                  \
            for (int i = 0; i < STREAMS; i++) sum[i] += at[i];                                      \
        }                                                                                           \
        UNROLL                                                                                      \
        for (int i = 1; i < STREAMS; i++) sum[0] += sum[i];                                         \
        r->sum += sum[0][0];                                                                        \
    }

#if defined(__x86_64__)
ROOFS(avx512, 64, __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma"))))
ROOFS(avx2, 32, __attribute__((target("avx2,fma"))))
#endif
ROOFS(baseline, 16, )

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

struct stream {
    struct read        read;
    const struct roof *roof; // that read memory fastest
};

static struct sample median_of(void (*run)(void *), void *job)
{
    struct sample samples[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) samples[i] = sample_warm(run, job, 1);
    return sample_median(samples, SAMPLES);
}

static double flop_per_cycle(const struct roof *roof)
{
    struct fma f = {.factor = 0.5f, .steps = 1 << 20};
    for (int i = 0; i < CHAINS * 16; i++) f.start[i] = (float)i; // equal chains would be made one
    return 2.0 * roof->lanes * CHAINS * f.steps / median_of(roof->fma, &f).cycles;
}

static double read_bytes_per_s(const struct roof *roof, const void *memory, size_t size)
{
    enum { LEAST_BYTES = 1 << 28 }; // of a sample: some ms
    struct read r = {.memory = memory,
                     .size = size / (STREAMS * 64) * (STREAMS * 64),
                     .passes = size < LEAST_BYTES ? LEAST_BYTES / size : 1};
    return (double)r.size * (double)r.passes / median_of(roof->read, &r).seconds;
}

// Written, since unwritten pages are all the same page of zeros.
void *stream_prepare(struct arena *a)
{
    struct stream *s = ARENA_ARRAY(a, struct stream, 1);
    char          *memory = ARENA_ARRAY(a, char, STREAM_BYTES);
    memset(memory, 1, STREAM_BYTES);
    s->read = (struct read){.memory = memory, .size = STREAM_BYTES, .passes = 1};
    s->roof = roof_of(kernel_isa());
    return s;
}

void stream_run(void *stream)
{
    struct stream *s = stream;
    s->roof->read(&s->read);
}

void roofs_print(void *stream)
{
    // halves of the caches of most cores of today: L1, L2, L3
    const size_t   sizes[] = {1 << 14, 1 << 19, 1 << 24, STREAM_BYTES};
    struct stream *s = stream;
    double         most = 0;
    printf("roofs     FMA FLOP/cycle  read GB/s:  16 KiB   512 KiB    16 MiB     1 GiB\n");
    for (const struct roof *r = roof_of(kernel_isa()); r < roofs + ROOF_COUNT; r++) {
        double bytes_per_s = 0;
        printf("%-9s %14.1f            ", r->isa, flop_per_cycle(r));
        for (int i = 0; i < 4; i++) {
            bytes_per_s = read_bytes_per_s(r, s->read.memory, sizes[i]);
            printf(" %9.1f", 1e-9 * bytes_per_s);
        }
        printf("\n");
        if (bytes_per_s > most) {
            most = bytes_per_s;
            s->roof = r;
        }
    }
}
