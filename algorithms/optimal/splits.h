// algorithms/optimal/splits.h: the choices of who computes which parts of a step, and what they
// cost: the coefficients of an optimisation over all of them.
//
// A step's output is cut into `parts` equal ranges (of rows, or neurons of an fc); a choice gives
// each node a number of them, in the order of the nodes, so that each computes one range. One part:
// a choice is a node. Merge layers run on the node with most parts (ties: the first). Only choices
// of at most `most_fogs` nodes beside the user are listed.
//
// Costs are read off plans that common/build.h makes, timed by optimal/alone.h: each event (a slice
// on a node, or the merge of a step) with its own time, and edges: how long after an event another
// one can begin, because data must travel. An edge depends on the choices of its two steps alone,
// and is a lower bound: messages of one event to several nodes queue for its card where that is
// certain, everything else is taken as idle. Cost: O(steps x choices^2) plans.
#ifndef FOGSIM_ALGORITHMS_OPTIMAL_SPLITS_H
#define FOGSIM_ALGORITHMS_OPTIMAL_SPLITS_H

#include "algorithms/common/build.h"

struct split_problem {
    const struct view *v; // granularity task, fc along their outputs
    uint32_t           user;
    uint32_t           node_count;
    const uint32_t    *nodes; // [node_count] the user first
    uint32_t           parts, most_fogs;
};

enum { FROM_INPUT = -1 };

// Events of a step: a slice by the rank of its node (one part: 0, wherever it is); node_count: the
// merge.

struct split_edge {
    int32_t  from_step; // FROM_INPUT: the task's input, there when the task begins
    uint32_t from_choice;
    uint32_t to_step; // graph.step_count: the answer at the user
    uint32_t to_choice;
    uint32_t from_event, to_event;
    sim_ns   wait_ns;
};

struct splits {
    uint32_t  count;             // choices of a step
    uint32_t *shares;            // [count * node_count] parts
    uint32_t *leads;             // [count] rank of the node that merges
    uint32_t *fogs;              // [count] bits of the nodes used beside the user
    sim_ns   *slice_ns;          // [(step * count + choice) * node_count + rank] -1: none
    sim_ns   *load_ns;           // the same of loading its weights; 0: none
    bool      loads_in_turn;     // each event waits for its own weights; else a node loads all of
                                 // them with the first, and nothing is said of the others
    sim_ns            *merge_ns; // [step * count + choice] -1: none
    struct split_edge *edges;    // [edge_count] sorted by (from_step, from_event, to_step,
                                 // to_event); one of each pair of choices
    uint32_t edge_count, edge_capacity;
};

// An event's own time, with the loading that it is sure to wait for. -1: there is none.
sim_ns splits_event_ns(const struct split_problem *p, const struct splits *x, uint32_t step,
                       uint32_t choice, uint32_t event);

// How many choices a step has: (parts + nodes - 1 over parts), at most UINT32_MAX.
uint32_t splits_count(uint32_t node_count, uint32_t parts);

// Lists the choices; `splits` without costs. In `a`.
void splits_list(const struct split_problem *p, struct arena *a, struct splits *out);

// Costs and edges, in `a`; `scratch` is another.
void splits_cost(const struct split_problem *p, struct arena *a, struct arena *scratch,
                 struct splits *out);

// The assignment of a choice to each step.
void splits_assign(const struct split_problem *p, const struct splits *x, const uint32_t *choice_of,
                   struct arena *a, struct assignment *out);

// The plan of a choice for each step, and how long it takes alone: contents that a node can keep
// are there.
sim_ns splits_plan_ns(const struct split_problem *p, const struct splits *x,
                      const uint32_t *choice_of, struct arena *scratch);

#endif
