// sim/evq.h: the future event set.
//
// Events leave in the order of (at, key), so a run depends on its scenario and seed alone; two with
// equal (at, key) both leave, one after the other in either order. `kind` and `arg` mean nothing
// here.
//
// The idea: what is far away need not be in order. Time is written in digits of six bits. An event
// lies in the bucket (level, digit) of the highest digit in which its instant differs from `base`,
// an instant that no pending event precedes; a bucket keeps no order. When the first bucket of the
// lowest level is due it is sorted where it holds few events (one chunk), else it is dealt out to
// the levels below. What is pushed into the span of time that is sorted already waits in a small
// binary heap beside it; when that heap grows the span is made narrower.
//
// Cost: an event is written at most once per level (11), about log64 of the number pending times in
// practice, always into memory written last, so that 1e6 pending cost little more than 1e3.
// Whatever the instants are like it is O(11 + log n): equal instants end in the heap.
// Source: the radix heap of Ahuja, Mehlhorn, Orlin and Tarjan, "Faster algorithms for the shortest
// path problem", J. ACM 37 (1990), with digits as in the timing wheels of Varghese and Lauck (SOSP
// 1987), and with the sorted bottom of a ladder queue. Measured in docs/PERFORMANCE.md.
#ifndef FOGSIM_SIM_EVQ_H
#define FOGSIM_SIM_EVQ_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/units.h"

struct event {
    sim_ns   at;     // instant it fires, ns since the start of the run; >= 0
    uint64_t key;    // orders events of one instant
    uint32_t kind;   // row of the engine's handler table
    uint32_t arg[2]; // by kind
};

enum { EVQ_DIGIT_BITS = 6, EVQ_DIGITS = 1 << EVQ_DIGIT_BITS, EVQ_LEVELS = 11 };
enum { EVQ_CHUNK = 15, EVQ_RUN = EVQ_CHUNK };

struct evq_chunk { // 512 bytes
    struct evq_chunk *next;
    uint64_t          unused;
    struct event      events[EVQ_CHUNK];
};

struct evq_bucket {
    struct evq_chunk *chunk; // the one being filled; the others, behind it, are full
    uint32_t          count; // of its events; an empty bucket: NULL and EVQ_CHUNK
};

struct evq { // private
    struct arena *arena;
    sim_ns        now;            // of the last event popped; no push may precede it
    uint64_t      base, near_end; // what is before near_end lies in run and late
    // Apart: one look at both would wait for the store to one of them.
    uint32_t          run_count;
    uint32_t          levels; // bit l: a bucket of level l holds something
    uint32_t          late_count, late_capacity;
    uint64_t          digits[EVQ_LEVELS];      // bit d: bucket (l, d) does
    struct event      run[EVQ_RUN];            // descending
    struct event     *late;                    // binary heap
    struct evq_chunk *free;                    // chunks to be used again
    struct evq_chunk *fresh;                   // [fresh_count] never used
    uint32_t          fresh_count, fresh_room; // fresh_room: of the last slab
    struct evq_bucket buckets[EVQ_LEVELS][EVQ_DIGITS];
};

void evq_init(struct evq *q, struct arena *a); // memory from `a`, in slabs that double

// Private: what the functions below rarely need.
void evq_open_chunk(struct evq *q, uint32_t level, uint32_t digit);
void evq_push_near(struct evq *q, const struct event *event);
bool evq_refill(struct evq *q); // false: nothing is pending
void evq_drop_late(struct evq *q);

static inline bool event_before(const struct event *a, const struct event *b)
{
    return a->at < b->at || (a->at == b->at && a->key < b->key);
}

// Member by member: a copy in 16-byte moves would wait for the narrower stores that made the event
// (store forwarding), which took half the time of a push.
static inline void event_copy(struct event *to, const struct event *from)
{
    to->at = from->at;
    to->key = from->key;
    to->kind = from->kind;
    to->arg[0] = from->arg[0];
    to->arg[1] = from->arg[1];
}

// Into its bucket.
static inline void evq_put(struct evq *q, const struct event *event)
{
    uint64_t differs = ((uint64_t)event->at ^ q->base) | 1;
    uint32_t level = (63u - (uint32_t)__builtin_clzll(differs)) / EVQ_DIGIT_BITS;
    uint32_t digit = (uint32_t)((uint64_t)event->at >> (level * EVQ_DIGIT_BITS)) % EVQ_DIGITS;
    struct evq_bucket *b = &q->buckets[level][digit];
    if (b->count == EVQ_CHUNK) evq_open_chunk(q, level, digit);
    event_copy(&b->chunk->events[b->count++], event);
}

// Asserts at >= that of the last event popped.
static inline void evq_push(struct evq *q, struct event event)
{
    assert(event.at >= q->now);
    if ((uint64_t)event.at < q->near_end)
        evq_push_near(q, &event);
    else
        evq_put(q, &event);
}

// Whether the next event is late[0], not the last of run. One of them is there.
static inline bool evq_late_is_next(const struct evq *q)
{
    return q->late_count && (!q->run_count || event_before(&q->late[0], &q->run[q->run_count - 1]));
}

// The instant and key of the event that evq_pop would give. false: empty, both untouched.
static inline bool evq_peek(struct evq *q, sim_ns *at, uint64_t *key)
{
    if (!q->run_count && !q->late_count && !evq_refill(q)) return false;
    const struct event *next = evq_late_is_next(q) ? &q->late[0] : &q->run[q->run_count - 1];
    *at = next->at;
    *key = next->key;
    return true;
}

// The event `ahead` places behind the next one, as far as the order is known already; NULL where it
// is not. A hint for prefetching: a push may come between.
static inline const struct event *evq_ahead(const struct evq *q, uint32_t ahead)
{
    return ahead < q->run_count ? &q->run[q->run_count - 1 - ahead] : NULL;
}

// Walks over the pending events of the instant of the next one, in no order, while `*place` counts
// from 0 on and nothing is pushed or popped: NULL behind the last. All of them lie in run and late,
// once evq_peek has looked: the buckets hold what is later. O(run + late) in all.
static inline const struct event *evq_walk(const struct evq *q, sim_ns at, uint32_t *place)
{
    while (*place < q->run_count + q->late_count) {
        uint32_t            i = (*place)++;
        const struct event *ev = i < q->run_count ? &q->run[i] : &q->late[i - q->run_count];
        if (ev->at == at) return ev;
    }
    return NULL;
}

static inline bool evq_pop(struct evq *q, struct event *out) // false: empty, `out` untouched
{
    if (!q->run_count && !q->late_count && !evq_refill(q)) return false;
    if (evq_late_is_next(q)) {
        event_copy(out, &q->late[0]);
        evq_drop_late(q);
    } else {
        event_copy(out, &q->run[--q->run_count]);
    }
    q->now = out->at;
    return true;
}

#endif
