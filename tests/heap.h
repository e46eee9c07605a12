// tests/heap.h: an ordinary binary heap of events, as in any textbook: what sim/evq.h is checked
// against here, and measured against in bench/engine.
#ifndef FOGSIM_TESTS_HEAP_H
#define FOGSIM_TESTS_HEAP_H

#include "sim/evq.h"

struct heap { // zero-initialise but for the arena
    struct arena *arena;
    struct event *events; // [count]
    uint32_t      count, capacity;
};

static inline void heap_push(struct heap *h, struct event event)
{
    h->events = arena_grow(h->arena, h->events, &h->capacity, h->count + 1, sizeof *h->events);
    uint32_t hole = h->count++;
    while (hole > 0 && event_before(&event, &h->events[(hole - 1) / 2])) {
        h->events[hole] = h->events[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    h->events[hole] = event;
}

static inline bool heap_pop(struct heap *h, struct event *out)
{
    if (!h->count) return false;
    *out = h->events[0];
    struct event last = h->events[--h->count];
    uint32_t     hole = 0;
    for (uint32_t child = 1; child < h->count; child = 2 * hole + 1) {
        if (child + 1 < h->count && event_before(&h->events[child + 1], &h->events[child])) child++;
        if (!event_before(&h->events[child], &last)) break;
        h->events[hole] = h->events[child];
        hole = child;
    }
    if (h->count) h->events[hole] = last;
    return true;
}

#endif
