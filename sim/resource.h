// sim/resource.h: what operations queue for: a node's processor, its port, its cards, a link.
//
// A resource is one cache line; what its waiting needs is made when somebody first waits, and the
// room for those who wait comes from a pool and goes back with the last. Three kinds of service:
//   COMPUTED  first come, first served by one server: begin and end are known on arrival, as
//             max(arrival, end of the one before) + service (Lindley, 1952), and need no event. The
//             line holds begins, so that the number waiting is known at every instant.
//   QUEUED    an event at each end; the line holds uses, in order of arrival or by rank.
//   SHARED    nobody waits: all that are present share (sim/flow.h); those beyond the servers count
//             as waiting.
// Statistics are exact: integrals in ns. Little's law as an identity of the sample path (the
// integral of the number present is the sum of the sojourn times) is kept in integers modulo 2^64
// and asserted at the end of every run.
#ifndef FOGSIM_SIM_RESOURCE_H
#define FOGSIM_SIM_RESOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/units.h"

enum service { SERVICE_COMPUTED, SERVICE_QUEUED, SERVICE_SHARED };

enum { NO_QUEUE = UINT32_MAX };

struct resource {
    _Alignas(64) sim_ns busy_ns; // finished and running services, summed over servers
    sim_ns   free_ns;            // when the work accepted so far will be done; exact for one server
    uint64_t sojourn_ns;         // modulo 2^64, of those that left
    uint64_t served;             // uses started
    double   bytes;              // links: carried
    uint32_t queue;              // of queues; NO_QUEUE: nobody has waited
    uint32_t waiting;            // now
    uint16_t servers, busy;
    uint8_t  service;    // enum service
    uint8_t  is_ordered; // QUEUED: by rank
    uint64_t ends_ns;    // QUEUED: sum of the ends of the services under way, modulo 2^64
};

struct waiting {
    int64_t  rank; // lowest first, then lowest order; COMPUTED: begin
    uint64_t order, handle;
};

struct queue {
    sim_ns          changed_ns;       // when the number waiting (or present) last changed
    double          waiting_integral; // ns x uses, up to changed_ns
    uint64_t        area_ns;          // the same, modulo 2^64
    struct waiting *items; // [4 << size] NULL: nobody waits. A ring where first come is first
                           // served, else a binary heap
    uint32_t head, count, size;
    uint32_t waiting_max;
    sim_ns  *length_ns; // [length_count] time with each number waiting; NULL: not observed
    uint32_t length_count, length_capacity;
};

enum { ROOM_SIZES = 26 };

struct queues { // the pool
    struct arena   *arena;
    struct queue   *items;                  // [count]
    struct waiting *free_rooms[ROOM_SIZES]; // by size; the first element points to the next
    uint32_t        count, capacity;
    uint32_t        length_limit; // lengths from here on are counted together
    uint64_t        arrivals;     // numbers what queues: the caller's matter
};

void queues_init(struct queues *q, struct arena *a, uint32_t length_limit);

void resource_init(struct resource *r, uint32_t servers, enum service service);

// From now on the time with each number waiting is kept.
void resource_observe(struct resource *r, struct queues *q);

// Changes the number waiting by `by` at `now`, keeping integrals and maximum.
void resource_count(struct resource *r, struct queues *q, sim_ns now, int32_t by);

// One more waits; `order` decides within a rank. O(1); ordered: O(log waiting).
void resource_wait(struct resource *r, struct queues *q, sim_ns now, int64_t rank, uint64_t order,
                   uint64_t handle);

// Takes the next out of the line; false: there is none. Does not count: what left the queue before
// its turn was counted then. O(1); ordered: O(log waiting).
bool resource_next(struct resource *r, struct queues *q, uint64_t *handle);

// The next without taking it; NULL: there is none.
const struct waiting *resource_peek(const struct resource *r, const struct queues *q);

// COMPUTED: those whose begin has come by `now` wait no more. O(1) amortised.
void resource_advance(struct resource *r, struct queues *q, sim_ns now);

// SHARED: one more (+1) or less (-1) is present.
void resource_present(struct resource *r, struct queues *q, sim_ns now, int32_t by);

// The pool's; NULL: nobody has waited.
const struct queue *resource_queue(const struct resource *r, const struct queues *q);

double resource_mean_waiting(const struct resource *r, const struct queues *q,
                             sim_ns end); // over [0, end]

#endif
