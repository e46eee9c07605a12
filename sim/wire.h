// sim/wire.h: which resource is the link from one node to another; made when first used.
#ifndef FOGSIM_SIM_WIRE_H
#define FOGSIM_SIM_WIRE_H

#include <stdint.h>

#include "base/arena.h"

struct wire {
    uint32_t from, to, resource;
};

struct wire_table { // private: open addressing, at most half full
    struct arena *arena;
    uint32_t     *slots; // [slot_count] index + 1 into wires; 0: empty
    struct wire  *wires; // [count]
    uint32_t      slot_count, count, capacity;
};

void wire_init(struct wire_table *t, struct arena *a);

// The wire's index; a new one has resource UINT32_MAX. O(1) on average.
uint32_t wire_get(struct wire_table *t, uint32_t from, uint32_t to);

#endif
