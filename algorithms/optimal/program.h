// algorithms/optimal/program.h: the mixed-integer program of optimal/exact.h, for GLPK. Private to
// it.
//
// Formulas: docs/models/optimal.md.
#ifndef FOGSIM_ALGORITHMS_OPTIMAL_PROGRAM_H
#define FOGSIM_ALGORITHMS_OPTIMAL_PROGRAM_H

#include <glpk.h>

#include "algorithms/optimal/splits.h"

// Columns and rows are numbered from 1. Times in units of the first solution, so that no time is
// above 1 and 1 is enough to void a row.
struct program {
    const struct split_problem *p;
    const struct splits        *x;
    struct arena               *a;
    glp_prob                   *lp;
    double                      unit_ns;
    uint32_t                    steps, events;   // events: of a step
    int                         latency, remote; // columns
    int                        *used;            // [node_count]
    int                        *choice;          // [steps * count]
    int                        *end;             // [steps * events]
    // Where loading is no part of the events: [node_count] its end, all of it; [steps *
    // node_count].
    int     *loaded, *total, *first;
    int     *last;           // [2 * steps] slices, merge
    int     *pair;           // [steps * steps] the first of count * count; 0: none
    int     *rows, *columns; // [1 .. entries] of the matrix
    double  *values;
    uint32_t entries, rows_capacity, columns_capacity, values_capacity;
};

// Memory from `a`; the caller deletes lp. `unit_ns`: how long the best plan known takes.
void program_make(struct program *g, const struct split_problem *p, const struct splits *x,
                  double unit_ns, struct arena *a);

// Not all of these together again.
void program_forbid(struct program *g, const uint32_t *choice_of);

static inline int program_choice(const struct program *g, uint32_t step, uint32_t choice)
{
    return g->choice[step * g->x->count + choice];
}

#endif
