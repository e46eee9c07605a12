// algorithms/cut/mincut.h: the minimum s-t cut of a small directed network.
//
// Dinic's blocking flows over doubles. A capacity may be INFINITY: a cut through it is none. Each
// augmentation empties the narrowest arc of its path exactly (c - c == 0), so that rounding can
// make the flow inexact in its last digits but never keeps the search from ending; what is cut is
// read off what can still be reached. Cost: O(vertices^2 x arcs) (Dinic, Soviet Math. Doklady 11,
// 1970); on the graphs of networks, which are almost chains, a few times the number of arcs.
#ifndef FOGSIM_ALGORITHMS_CUT_MINCUT_H
#define FOGSIM_ALGORITHMS_CUT_MINCUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct mincut_arc { // private; arcs 2k and 2k + 1 are each other's reverse
    uint32_t to, next;
    double   capacity; // that is left
};

struct mincut { // private
    uint32_t           vertex_count, arc_count, arc_capacity;
    struct arena      *arena;
    struct mincut_arc *arcs;
    uint32_t          *first; // [vertex_count]
};

// An empty network of vertices 0, 1, ...; memory from `a`.
void mincut_init(struct mincut *m, uint32_t vertex_count, struct arena *a);

// A link of a capacity >= 0, or INFINITY. O(1).
void mincut_add(struct mincut *m, uint32_t from, uint32_t to, double capacity);

// The value of the maximum flow, which is the minimum cut's; `is_source_side` [vertex_count]
// becomes what stays with the source: of all minimum cuts the smallest such set. INFINITY: every
// cut is infinite, and `is_source_side` says nothing. Uses the network up.
double mincut_solve(struct mincut *m, uint32_t source, uint32_t sink, bool *is_source_side);

#endif
