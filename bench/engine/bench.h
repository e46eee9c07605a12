// bench/engine/bench.h: what build/fogsim-bench measures, one file per question.
#ifndef FOGSIM_BENCH_ENGINE_BENCH_H
#define FOGSIM_BENCH_ENGINE_BENCH_H

#include <stdbool.h>
#include <stdint.h>

struct bench_options {
    uint64_t users, tasks, pending, seed; // pending 0: the sizes of the issue
    bool     events;                      // engine: every end of service is an event
};

double cpu_s(void); // processor time of this process so far, s
// The most memory it ever had, kB; -1: unknown. Not getrusage, which remembers the program before
// exec.
long peak_kb(void);

// How many times a second the event set gives its earliest event and takes one back, beside a
// binary heap.
int bench_hold(const struct bench_options *o);

// Tasks per second of the engine on tandems of two links and a node.
int bench_engine(const struct bench_options *o);

#endif
