#include "kernels/timing.h"

#include "base/stat.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

enum { LINE_BYTES = 64, MAX_CALLS = 1 << 30 };

bool timing_pin(struct err *e)
{
    int core = sched_getcpu();
    if (core < 0) return err_add(e, "want the number of this core: %s", strerror(errno));
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)core, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        return err_add(e, "want to stay on core %d: %s", core, strerror(errno));
    return true;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static long involuntary_switches(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

// The one memory that outlives its call: what is in it means nothing, and mapping it anew would
// cost more than the eviction. Not from an arena, since it is no part of a run.
static struct {
    pthread_once_t          once;
    volatile unsigned char *bytes;
    size_t                  size;
} other = {.once = PTHREAD_ONCE_INIT};

// Bytes of the largest cache that this core reads through, by Linux; 0: it does not say. (sysconf's
// figure is the sum over all of a processor's parts where each part has a cache of its own.)
static size_t largest_cache(void)
{
    size_t largest = 0;
    for (int i = 0; i < 8; i++) {
        char          path[80];
        unsigned long kib = 0;
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", i);
        FILE *file = fopen(path, "r");
        if (!file) break;
        if (fscanf(file, "%9luK", &kib) == 1 && kib * 1024 > largest) largest = kib * 1024;
        fclose(file);
    }
    return largest;
}

static void map_other(void)
{
    size_t least = (size_t)96 << 20, size = 3 * largest_cache() + ((size_t)1 << 20);
    other.size = size > least ? size : least;
    void *memory =
        mmap(NULL, other.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert(memory != MAP_FAILED);
    memset(memory, 1,
           other.size); // unwritten pages are all the same page of zeros, which evicts nothing
    other.bytes = memory;
}

void timing_evict(void)
{
    pthread_once(&other.once, map_other);
    for (size_t i = 0; i < other.size; i += LINE_BYTES) (void)other.bytes[i];
}

double timing_clock_hz(void)
{
    enum { CHAINS = 5, STEPS = 8000, UNROLLED = 10 };
    double least_s = INFINITY;
    for (int chain = 0; chain < CHAINS; chain++) {
        unsigned long x = 1, y = 3; // one register, of 32-bit machines too
        double        start = now_s();
        for (int i = 0; i < STEPS; i++) {
// the empty statement keeps the compiler from folding the chain
#define STEP                                                                                       \
    x += y;                                                                                        \
    __asm__ volatile("" : "+r"(x), "+r"(y));
            STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP
#undef STEP
        }
        least_s = fmin(least_s, now_s() - start);
    }
    return STEPS * UNROLLED / least_s;
}

// Seconds of one sample of `calls` calls; `switched`: another thread got the core meanwhile.
static double sample(const struct timing_protocol *p, void (*call)(void *), void *ctx,
                     uint32_t calls, bool *switched)
{
    if (p->cold) timing_evict();
    long   before = involuntary_switches();
    double start = now_s();
    for (uint32_t i = 0; i < calls; i++) call(ctx);
    double stop = now_s();
    *switched = involuntary_switches() != before;
    return stop - start;
}

// The calls that fill a sample; finding them warms up.
static uint32_t calls_for(const struct timing_protocol *p, void (*call)(void *), void *ctx)
{
    bool     switched;
    uint32_t calls = 1;
    call(ctx);
    if (p->cold) return 1;
    for (;;) {
        double s = sample(p, call, ctx, calls, &switched);
        if (s >= p->sample_s || calls >= MAX_CALLS) return calls;
        double more = s > 0 ? 1.1 * p->sample_s / s : 10; // at most ten times as many at a go
        calls = (uint32_t)ceil(calls * fmin(fmax(more, 1.1), 10));
    }
}

void timing_sample(const struct timing_protocol *p, void (*call)(void *ctx), void *ctx,
                   struct timing_samples *samples)
{
    uint32_t first = samples->count, end = first + p->sample_count, spare = p->sample_count;
    assert(p->sample_count >= 1 && end <= TIMING_SAMPLES);
    uint32_t calls = calls_for(p, call, ctx);
    double   hz = timing_clock_hz();
    while (samples->count < end) {
        bool   switched;
        double seconds = sample(p, call, ctx, calls, &switched) / calls, before = hz;
        hz = timing_clock_hz(); // behind this sample and before the next
        if (switched && spare > 0) {
            spare--;
            samples->dropped_count++;
            continue;
        }
        samples->seconds[samples->count] = seconds;
        samples->cycles[samples->count++] = seconds * (before + hz) / 2;
    }
    samples->calls_per_sample = calls;
    stat_sort(samples->cycles + first, end - first);
    double median = stat_quantile(samples->cycles + first, end - first, 0.5);
    if (!first || median < samples->least_cycles) samples->least_cycles = median;
}

void timing_summarise(struct timing_samples *samples, struct timing *out)
{
    uint32_t n = samples->count;
    assert(n > 0);
    stat_sort(samples->seconds, n);
    stat_sort(samples->cycles, n);
    *out = (struct timing){
        .cycles = samples->least_cycles,
        .median_cycles = stat_quantile(samples->cycles, n, 0.5),
        .q1_cycles = stat_quantile(samples->cycles, n, 0.25),
        .q3_cycles = stat_quantile(samples->cycles, n, 0.75),
        .min_s = samples->seconds[0],
        .median_s = stat_quantile(samples->seconds, n, 0.5),
        .sample_count = n,
        .dropped_count = samples->dropped_count,
        .calls_per_sample = samples->calls_per_sample,
    };
}

void timing_measure(const struct timing_protocol *p, void (*call)(void *ctx), void *ctx,
                    struct timing *out)
{
    struct timing_samples samples = {0};
    timing_sample(p, call, ctx, &samples);
    timing_summarise(&samples, out);
}
