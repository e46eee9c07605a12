// sim/flow.h: fluid flows over shared constraints: rates max-min fair, with changes under way.
//
// A flow has an amount left (bytes, or seconds of service), a bound of its own rate and up to
// MAX_CONSTRAINTS constraints; a constraint has a capacity that the rates of its flows may not pass
// together. Rates are the max-min fair ones: raise all alike until a constraint is full or a bound
// is reached, fix those, go on (progressive filling; Bertsekas and Gallager, Data Networks, 6.5.2).
// A change touches only the flows that are connected with it through constraints. The same module
// serves links that are shared and processor sharing (capacity = servers, bound = 1).
#ifndef FOGSIM_SIM_FLOW_H
#define FOGSIM_SIM_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "sim/net.h"

struct flow_constraint;
struct flow;

struct flows { // private
    struct arena           *arena;
    struct flow            *items;
    struct flow_constraint *constraints;
    uint32_t                item_count, item_capacity, free_item;
    uint32_t                constraint_count, constraint_capacity;
    uint32_t               *heap, *scratch; // by (finish, handle)
    uint32_t                heap_count, heap_capacity, scratch_capacity;
    uint32_t                mark;
};

void flows_init(struct flows *f, struct arena *a);

uint32_t flows_add_constraint(struct flows *f, double capacity); // >= 0; its index

// The capacity from `now` on; rates of the flows connected with it are found anew.
void flows_set_capacity(struct flows *f, sim_ns now, uint32_t constraint, double capacity);

// Begins a flow; returns its index, valid until it is popped or stopped. `handle` is unique among
// the flows under way and orders those that finish at one instant. `now` never goes back.
uint32_t flows_start(struct flows *f, sim_ns now, double amount, double bound,
                     const uint32_t *constraints, uint32_t count, uint64_t handle);
void     flows_stop(struct flows *f, sim_ns now, uint32_t flow); // before its end

// The instant of the next end; false: nothing will end (no flows, or all of rate 0). O(1).
bool flows_next(const struct flows *f, sim_ns *at);

// Takes one flow that has ended at `now` (the lowest handle first) out; false: none has.
bool flows_pop(struct flows *f, sim_ns now, uint64_t *handle);

double   flows_rate(const struct flows *f, uint32_t flow);
double   flows_left(const struct flows *f, uint32_t flow, sim_ns now);
uint32_t flows_present(const struct flows *f, uint32_t constraint); // flows that pass it

#endif
