// bench/kernels/sample.c: one sample, in seconds and in cycles.
#include <math.h>
#include <time.h>

#include "base/stat.h"
#include "bench/kernels/bench.h"
#include "kernels/timing.h"

static const double SAMPLE_S = 0.004;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds_of(void (*run)(void *), void *job, uint32_t calls)
{
    double start = now_s();
    for (uint32_t i = 0; i < calls; i++) run(job);
    return (now_s() - start) / calls;
}

static struct sample bracketed(void (*run)(void *), void *job, uint32_t calls)
{
    double before = timing_clock_hz(), seconds = seconds_of(run, job, calls);
    return (struct sample){seconds, seconds * (before + timing_clock_hz()) / 2};
}

uint32_t sample_calls(void (*run)(void *), void *job)
{
    seconds_of(run, job, 1);
    double once = fmin(seconds_of(run, job, 1), seconds_of(run, job, 1));
    return (uint32_t)fmax(1, ceil(SAMPLE_S / once));
}

struct sample sample_warm(void (*run)(void *), void *job, uint32_t calls)
{
    run(job); // the others' data leave the caches
    return bracketed(run, job, calls);
}

struct sample sample_once(void (*run)(void *), void *job)
{
    return bracketed(run, job, 1);
}

struct sample sample_cold(void (*run)(void *), void *job)
{
    timing_evict();
    return bracketed(run, job, 1);
}

struct sample sample_median(const struct sample *samples, size_t count)
{
    double seconds[MAX_ROUNDS], cycles[MAX_ROUNDS];
    for (size_t i = 0; i < count; i++) {
        seconds[i] = samples[i].seconds;
        cycles[i] = samples[i].cycles;
    }
    stat_sort(seconds, count);
    stat_sort(cycles, count);
    return (struct sample){stat_quantile(seconds, count, 0.5), stat_quantile(cycles, count, 0.5)};
}
