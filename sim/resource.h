// sim/resource.h: what operations queue for: a node's processor, its port, its cards, a link.
//
// c servers and one first-come-first-served queue. Uses are named by a 64-bit handle and linked
// through a `next` that the caller keeps, so that a resource is a few words whatever waits for it.
// Statistics are exact: integrals in ns.
#ifndef FOGSIM_SIM_RESOURCE_H
#define FOGSIM_SIM_RESOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"

#define NO_USE UINT64_MAX

struct resource {
    uint32_t servers, busy; // busy <= servers
    uint32_t waiting, waiting_max;
    uint64_t first, last; // handles; NO_USE: nothing waits
    uint64_t served;      // uses started
    sim_ns   busy_ns;     // finished and running services, summed over servers
    sim_ns   changed_ns;  // when `waiting` last changed
    double   planned_ns; // processors: service of accepted operations that did not queue yet, ns; a
                         // sum of any size, exact below 2^53
    sim_ns free_ns;      // when the work accepted so far will be done; exact for one server
    double waiting_integral;                // ns x uses, up to changed_ns
    double bytes;                           // links: carried
    double memory_bytes, memory_peak_bytes; // processors: held by what runs
    double active_j;                        // processors
};

void resource_init(struct resource *r, uint32_t servers);

// Changes the number waiting by `by` at `now`, keeping integral and maximum.
void resource_count(struct resource *r, sim_ns now, int32_t by);

double resource_mean_waiting(const struct resource *r, sim_ns end); // over [0, end]

#endif
