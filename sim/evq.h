// sim/evq.h: the future event list.
//
// A binary min-heap over (at, key): events of one instant leave in the order of their keys, which
// the caller makes unique, so a run depends on its scenario and seed alone. `kind` and `arg` mean
// nothing here.
#ifndef FOGSIM_SIM_EVQ_H
#define FOGSIM_SIM_EVQ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/units.h"

struct event {
    sim_ns   at;     // instant it fires, ns since the start of the run
    uint64_t key;    // unique among pending events of one instant
    uint32_t kind;   // row of the engine's handler table
    uint32_t arg[2]; // by kind
};

struct evq { // private
    struct arena *arena;
    struct event *heap;
    uint32_t      count, capacity;
    sim_ns        now; // time of the last event popped; no push may precede it
};

void evq_init(struct evq *q, struct arena *a);

void evq_push(struct evq  *q,
              struct event event); // O(log n); doubles its room when full; asserts at >= now
bool evq_pop(struct evq *q, struct event *out); // O(log n); false: empty, `out` untouched

// The event that evq_pop would give; false: empty.
bool evq_peek(const struct evq *q, struct event *out);

#endif
