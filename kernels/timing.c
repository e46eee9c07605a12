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

enum { LINE_BYTES = 64 };

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

void timing_sample(const struct timing_protocol *p, void (*call)(void *ctx), void *ctx,
                   struct timing_samples *samples)
{
    assert(p->sample_count >= 1 && samples->count + p->sample_count <= TIMING_SAMPLES);
    bool     switched;
    uint32_t end = samples->count + p->sample_count, spare = p->sample_count;
    for (int i = 0; i < 2; i++) sample(p, call, ctx, 1, &switched);
    uint32_t calls = calls_for(p, call, ctx);
    while (samples->count < end) {
        double seconds = sample(p, call, ctx, calls, &switched);
        if (switched && spare > 0) {
            spare--;
            samples->dropped_count++;
        } else {
            samples->seconds[samples->count++] = seconds;
        }
    }
    samples->calls_per_sample = calls;
}

void timing_summarise(struct timing_samples *samples, struct timing *out)
{
    assert(samples->count > 0);
    const double *sorted = samples->seconds;
    stat_sort(samples->seconds, samples->count);
    *out = (struct timing){
        .median_s = stat_quantile(sorted, samples->count, 0.5),
        .q1_s = stat_quantile(sorted, samples->count, 0.25),
        .q3_s = stat_quantile(sorted, samples->count, 0.75),
        .min_s = sorted[0],
        .sample_count = samples->count,
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
