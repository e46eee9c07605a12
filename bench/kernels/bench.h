// bench/kernels/bench.h: what the files of bench-kernels share.
//
// The question: how near are fogsim's kernels to the best that libraries do on the same core? Every
// contender computes the same layer on the same numbers, in turns, in one process on one core,
// since the clock and the neighbours of a shared machine move by more than what is asked. Layouts
// are prepared beforehand on all sides.
#ifndef FOGSIM_BENCH_KERNELS_BENCH_H
#define FOGSIM_BENCH_KERNELS_BENCH_H

#include <stddef.h>

#include "kernels/kernel.h"

// One layer, for one contender: y is its own.
struct work {
    const struct kernel *kernel;
    struct kernel_call   call;
    bool                 is_fc; // else a conv
};

struct contender {
    const char *name;
    bool        capped; // keeps to the instruction set of --isa; others sit such a run out
    // As in struct kernel, but prepare gives NULL where the contender has no such algorithm, and
    // finish also gives back what is not from `a`.
    void *(*prepare)(const struct work *w, struct arena *a);
    void (*run)(void *job);
    void (*finish)(void *job);
    const char *(*method)(void *job, struct arena *a); // what the library chose; NULL: no choice
};

enum {
    OURS_DIRECT,
    OURS_WINOGRAD2,
    OURS_WINOGRAD4,
    ONEDNN_DIRECT,
    ONEDNN_WINOGRAD, // of its choice of tile
    OPENBLAS,        // im2col, as part of what is timed, and sgemm; fc: sgemv
    XNNPACK,
    CONTENDERS,
    OURS_END = ONEDNN_DIRECT,
};

extern const struct contender ours_direct, ours_winograd2, ours_winograd4, onednn_direct,
    onednn_winograd, openblas, xnnpack;
extern const struct contender *const contenders[CONTENDERS]; // in the order of the enum

// One line on the library as it was started; to be called before the first prepare. `isa`: NULL or
// the cap. What cannot be done ends the program.
const char *onednn_start(const char *isa, struct arena *a);
const char *openblas_start(struct arena *a);
const char *xnnpack_start(void);

// One sample of a call, per call. Processor time of the whole process: what others do on this core
// does not count, nor would a library gain by threads.
struct sample {
    double seconds, cycles;
};

enum { MAX_ROUNDS = 64 };

uint32_t      sample_calls(void (*run)(void *), void *job); // that fill a sample
struct sample sample_warm(void (*run)(void *), void *job, uint32_t calls);
struct sample sample_once(void (*run)(void *), void *job);
struct sample sample_cold(void (*run)(void *), void *job); // once, caches evicted before
struct sample sample_median(const struct sample *samples, size_t count); // of each field

// The limits of this core: multiply-adds from registers, and reads.
enum { STREAM_BYTES = 1 << 30, MAX_SETS = 3 }; // that no cache holds
const void *stream_prepare(struct arena *a);
uint32_t    stream_set_count(void); // instruction sets up to that of ours: the widest need not be
                                    // the fastest at reading
double stream_bytes_per_s(const void *stream, uint32_t set); // one pass
void   roofs_print(const void *stream);

struct graph;

// Largest differences from oneDNN direct, or from our reference where that takes no second, as a
// share of the largest output; seconds 0: has not such an algorithm.
struct layer_result {
    const char   *name; // of the first of `count` equal layers
    uint32_t      index, count;
    struct work   work;
    struct sample sample[CONTENDERS];
    double        error[CONTENDERS];
    const char   *method[CONTENDERS];   // NULL: nothing to say
    double        stream_bytes_per_s;   // fc: read from DRAM in the same rounds
    double        flop, flop_real_rows; // taps on padding count; those on padding rows do not
    double        weight_bytes;
};

struct model_result {
    const char          *name;
    uint32_t             layer_count;
    struct layer_result *layers;
};

struct options {
    const char *isa; // NULL: the best there is
    uint32_t    rounds;
};

void measure_model(const char *name, const struct graph *g, const struct options *o,
                   const void *stream, struct arena *a, struct model_result *out);

void table_model(const struct model_result *m);
bool table_errors(const struct model_result *models, uint32_t count); // false: one is too large
void table_json(const struct model_result *models, uint32_t count);

#endif
