#include "kernels/timing.h"

#include "base/stat.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MAX_SAMPLES = 64, LINE_BYTES = 64 };

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

static void map_other(void)
{
    long   cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
    size_t least = (size_t)96 << 20, size = cache > 0 ? 3 * (size_t)cache + ((size_t)1 << 20) : 0;
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

// Seconds per call of one sample; `switched`: another thread got the core meanwhile.
static double sample(const struct timing_protocol *p, void (*call)(void *), void *ctx,
                     uint32_t calls, bool *switched)
{
    if (p->cold) timing_evict();
    long   before = involuntary_switches();
    double start = now_s();
    for (uint32_t i = 0; i < calls; i++) call(ctx);
    double stop = now_s();
    *switched = involuntary_switches() != before;
    return (stop - start) / calls;
}

static uint32_t calls_for(const struct timing_protocol *p, void (*call)(void *), void *ctx)
{
    bool     switched;
    uint32_t calls = 1;
    while (!p->cold && calls < UINT32_MAX / 2 &&
           sample(p, call, ctx, calls, &switched) * calls < p->sample_s)
        calls *= 2;
    return calls;
}

void timing_measure(const struct timing_protocol *p, void (*call)(void *ctx), void *ctx,
                    struct timing *out)
{
    assert(p->sample_count >= 1 && p->sample_count <= MAX_SAMPLES);
    double   sorted[MAX_SAMPLES] = {0};
    bool     switched;
    uint32_t count = 0, dropped = 0;
    for (int i = 0; i < 2; i++) sample(p, call, ctx, 1, &switched);
    uint32_t calls = calls_for(p, call, ctx);
    while (count < p->sample_count) {
        double seconds = sample(p, call, ctx, calls, &switched);
        if (switched && dropped < p->sample_count)
            dropped++;
        else
            sorted[count++] = seconds;
    }
    stat_sort(sorted, count);
    *out = (struct timing){
        .median_s = stat_quantile(sorted, count, 0.5),
        .q1_s = stat_quantile(sorted, count, 0.25),
        .q3_s = stat_quantile(sorted, count, 0.75),
        .min_s = sorted[0],
        .sample_count = count,
        .dropped_count = dropped,
        .calls_per_sample = calls,
    };
}
