// sim/flow.h: fluid flows over shared constraints: rates max-min fair, with changes under way.
//
// A flow has an amount left (bytes, or seconds of service), a bound of its own rate and up to
// MAX_CONSTRAINTS constraints; a constraint has a capacity that the rates of its flows may not pass
// together. Rates are the max-min fair ones: raise all alike until a constraint is full or a bound
// is reached, fix those, go on (progressive filling; Bertsekas and Gallager, Data Networks, 6.5.2).
// The same module serves links that are shared and processor sharing (capacity = servers, bound =
// 1, amounts in seconds of service). Rates are amount per second.
//
// A change finds anew the rates of the flows that are connected with it through constraints, and
// touches only those whose rate differs then (by more than 2^-44 of it, the noise of summing in
// another order): the others keep the instant of their end to the bit. A flow ends at the first ns
// at which its amount is done; what a thousandth of a ns (plus 2^-50 of the time that is left; half
// a ns at most) would move counts as done. Amounts left are kept in double the precision, so that
// ends do not drift with the number of changes. An end past NS_END is no end.
//
// Cost of a change, with n flows and m uses of constraints connected with it, N flows in all: O(n +
// m) to find them, O((n + m) log(n + m)) to fill, O(log N) for each rate that differs. Memory: the
// most flows ever under way, and for each constraint the most that ever passed it.
#ifndef FOGSIM_SIM_FLOW_H
#define FOGSIM_SIM_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "sim/net.h"

struct flow; // private to flow.c
struct flow_constraint;
struct flow_end;
struct flow_level;

struct flows { // private
    struct arena           *arena;
    sim_ns                  now; // of the last change
    struct flow            *items;
    struct flow_constraint *constraints;
    struct flow_end        *ends; // heap by (finish, handle) of all flows
    uint32_t                item_count, item_capacity, free_item;
    uint32_t                constraint_count, constraint_capacity;
    uint32_t                end_count, end_capacity;
    uint64_t                mark; // what a search has found carries its mark
    // Scratch of one change: the flows and constraints connected with it, levels to fill to.
    uint32_t          *near_flows, *near_constraints;
    struct flow_level *levels; // heap
    uint32_t near_flow_count, near_flow_capacity, near_constraint_count, near_constraint_capacity,
        level_count, level_capacity;
};

void flows_init(struct flows *f, struct arena *a); // all memory comes from `a`

uint32_t flows_add_constraint(struct flows *f, double capacity); // finite, >= 0; its index

// The capacity from `now` on; rates of the flows connected with it are found anew.
void flows_set_capacity(struct flows *f, sim_ns now, uint32_t constraint, double capacity);

// Begins a flow; returns its index, valid until it is popped or stopped. `handle` is unique among
// the flows under way and orders those that finish at one instant. `now` never goes back. `amount`
// finite, >= 0; 0 ends at `now` and takes part in nothing. `bound` >= 0, INFINITY if there is a
// constraint. A constraint named twice is used twice (a message relayed within one cell).
uint32_t flows_start(struct flows *f, sim_ns now, double amount, double bound,
                     const uint32_t *constraints, uint32_t count, uint64_t handle);
void     flows_stop(struct flows *f, sim_ns now, uint32_t flow); // before its end

// The instant of the next end; false: nothing will end (no flows, or all of rate 0). O(1).
bool flows_next(const struct flows *f, sim_ns *at);

// Takes one flow that has ended at `now` out, the lowest handle of one instant first; false: none
// has. Until it is taken out it keeps its share.
bool flows_pop(struct flows *f, sim_ns now, uint64_t *handle);

double flows_rate(const struct flows *f, uint32_t flow);
double flows_left(const struct flows *f, uint32_t flow, sim_ns now); // at or after the last change
uint32_t flows_present(const struct flows *f, uint32_t constraint); // uses of it by flows under way

#endif
