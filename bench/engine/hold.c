// bench/engine/hold.c: the hold model (Vaucher and Duval, "A comparison of simulation event list
// algorithms", CACM 18, 1975): N events pending; take the earliest, put one back an exponential
// time later, and so on.
//
// The gaps are drawn beforehand: the set is measured, not the logarithm. Event set and binary heap
// take turns, each time from an empty set; medians.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "bench/engine/bench.h"
#include "tests/heap.h"

enum { GAPS = 1 << 16, TURNS = 5, HOLDS = 4000000 };

struct hold {
    uint64_t pending;
    sim_ns   gaps[GAPS];
    uint64_t sum; // of the instants: the same for both, and it cannot be optimised away
};

static struct event event_after(const struct hold *h, sim_ns now, uint64_t serial)
{
    return (struct event){now + h->gaps[serial % GAPS], serial, 1, {(uint32_t)serial, 0}};
}

// The same loop over either; a macro so that both are compiled into it.
#define HOLD_LOOP(name, set, push, pop)                                                            \
    static double name(struct hold *h, struct arena *a)                                            \
    {                                                                                              \
        struct set  *q = ARENA_ARRAY(a, struct set, 1);                                            \
        struct event ev = {0};                                                                     \
        uint64_t     serial = 0, warm = h->pending + 2 * h->pending;                               \
        set##_start(q, a);                                                                         \
        while (serial < h->pending) push(q, event_after(h, 0, serial)), serial++;                  \
        while (serial < warm && pop(q, &ev)) push(q, event_after(h, ev.at, serial)), serial++;     \
        double start = cpu_s();                                                                    \
        h->sum = 0;                                                                                \
        for (uint64_t i = 0; i < HOLDS && pop(q, &ev); i++, serial++) {                            \
            h->sum += (uint64_t)ev.at;                                                             \
            push(q, event_after(h, ev.at, serial));                                                \
        }                                                                                          \
        return HOLDS / (cpu_s() - start);                                                          \
    }

static void evq_start(struct evq *q, struct arena *a)
{
    evq_init(q, a);
}

static void heap_start(struct heap *q, struct arena *a)
{
    *q = (struct heap){.arena = a};
}

HOLD_LOOP(through_evq, evq, evq_push, evq_pop)
HOLD_LOOP(through_heap, heap, heap_push, heap_pop)

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool measure(struct hold *h)
{
    double evq[TURNS], heap[TURNS];
    for (int turn = 0; turn < TURNS; turn++) {
        struct arena a = {0};
        evq[turn] = through_evq(h, &a);
        uint64_t sum = h->sum;
        arena_free(&a);
        heap[turn] = through_heap(h, &a);
        arena_free(&a);
        if (sum == h->sum) continue;
        fputs("fogsim-bench hold: the heap gives another order\n", stderr);
        return false;
    }
    qsort(evq, TURNS, sizeof *evq, by_value);
    qsort(heap, TURNS, sizeof *heap, by_value);
    double set = evq[TURNS / 2], rival = heap[TURNS / 2];
    printf("%9llu pending: %6.1f M holds/s, a binary heap %6.1f, ratio %.2f\n",
           (unsigned long long)h->pending, set * 1e-6, rival * 1e-6, set / rival);
    printf("{\"pending\":%llu,\"holds_per_s\":%.0f,\"heap_holds_per_s\":%.0f}\n",
           (unsigned long long)h->pending, set, rival);
    return true;
}

int bench_hold(const struct bench_options *o)
{
    static struct hold    h;
    static const uint64_t sizes[] = {10, 1000, 100000, 1000000};
    struct rng            rng;
    rng_init(&rng, o->seed, 0, "hold", 0);
    for (int i = 0; i < GAPS; i++) h.gaps[i] = (sim_ns)(-1e9 * log1p(-rng_uniform(&rng)));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        h.pending = o->pending ? o->pending : sizes[i];
        if (!measure(&h)) return 1;
        if (o->pending) break;
    }
    return 0;
}
