// sim/cache.h: the contents that a node holds (parameters it has loaded), least recently used goes
// first.
//
// A content is a number that names it, and a size. They stand in an array by recency, so that a use
// costs O(contents held): a node holds tens, at most a few hundred, and then a scan of 16 bytes
// each is cheaper than a list with an index. Memory: the most contents ever held, used again.
#ifndef FOGSIM_SIM_CACHE_H
#define FOGSIM_SIM_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct cached { // private
    uint64_t content;
    double   bytes;
};

struct cache {
    struct arena  *arena;           // private
    struct cached *items;           // private: [count] the least recently used first
    uint32_t       count, capacity; // capacity: private
    double         held_bytes, peak_bytes;
    uint64_t       hit_count, load_count, eviction_count;
};

void cache_init(struct cache *c, struct arena *a); // takes no memory before the first content

// Uses `content` of `bytes` >= 0 where `room_bytes` are there for all contents (INFINITY: no limit;
// below 0: what runs takes more than there is, and nothing fits).
// true: it was held; it is the most recent now. false: it is loaded now, and the least recently
// used have gone until all fits; what alone is larger than the room is not kept and drives nothing
// out. The room is looked at only where something is loaded. A content is held by name and size:
// one of another size is loaded in place of the old one, which is no eviction. Content 0 has no
// name: it is loaded every time and never kept.
bool cache_use(struct cache *c, uint64_t content, double bytes, double room_bytes);

// The least recently used go until those held fit into `room_bytes`; the most recent stays: who
// makes room has just used it. O(count).
void cache_yield(struct cache *c, double room_bytes);

// The node has failed: it holds nothing any more. Counts stay; no evictions.
void cache_drop_all(struct cache *c);

#endif
