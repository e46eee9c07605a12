// sim/wire.h: which resource is the link from one node to another; made when first used.
#ifndef FOGSIM_SIM_WIRE_H
#define FOGSIM_SIM_WIRE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/units.h"

struct down_time {   // of a node or a link
    uint32_t causes; // fault processes by which it is down
    sim_ns   since, sum_ns;
};

struct wire {
    uint32_t         from, to;
    uint32_t         resource;   // UINT32_MAX: none yet; set by wire_set_resource
    uint32_t         constraint; // UINT32_MAX: none yet
    sim_ns           used_ns;    // when a message last ended; -1: none did
    struct down_time down;
};

struct wire_slot { // what is asked most, at one look
    uint32_t from, to, resource;
    uint32_t index; // + 1, into wires; 0: empty
};

struct wire_table { // private: open addressing, at most half full
    struct arena     *arena;
    struct wire_slot *slots; // [slot_count]
    struct wire      *wires; // [count]
    uint32_t          slot_count, count, capacity;
};

void wire_init(struct wire_table *t, struct arena *a);

// Made if it is new; valid until the next one is made. O(1) on average.
struct wire *wire_of(struct wire_table *t, uint32_t from, uint32_t to);

// Its resource; UINT32_MAX: none yet. O(1) on average.
uint32_t wire_get_resource(struct wire_table *t, uint32_t from, uint32_t to);
void     wire_set_resource(struct wire_table *t, uint32_t from, uint32_t to, uint32_t resource);

// Brings what these look at into the cache.
void wire_fetch(const struct wire_table *t, uint32_t from, uint32_t to);

// NULL: there is none yet.
const struct wire *wire_find(const struct wire_table *t, uint32_t from, uint32_t to);

#endif
