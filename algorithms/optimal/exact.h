// algorithms/optimal/exact.h: the choice for every step by which a task alone takes least, by
// mixed-integer programming (GLPK).
//
// The program (docs/models/optimal.md): a binary variable for each step and choice, exactly one of
// a step; for each pair of steps that share data a variable for each pair of choices, whose sums
// are the binary ones (so that a chain of whole steps is a shortest path, and its relaxation
// integral); a time for the end of each event, not before the end of the one whose data it needs,
// plus the way, plus its own time; the least latency; a node works no less than its events take
// together; at most `most_fogs` nodes besides the user; the edge delay once, if any is used.
//
// What the program leaves out (messages of different steps that queue for one link or card, and the
// order in which a node serves operations of parallel branches) makes it a lower bound. So its
// solution is timed (splits_plan_ns), and while one could be better by more than EXACT_TOLERANCE
// the program is solved again without it: a search by bound and cut that ends with the optimum of
// the timing (Hooker and Ottosson, Logic-based Benders decomposition, Math. Program. 96, 2003).
//
// GLPK prints nothing and takes its memory from malloc; exact_free gives it back. It aborts, as an
// assert does, where memory ends.
#ifndef FOGSIM_ALGORITHMS_OPTIMAL_EXACT_H
#define FOGSIM_ALGORITHMS_OPTIMAL_EXACT_H

#include "algorithms/optimal/splits.h"

#define EXACT_TOLERANCE 1e-6 // of the latency: that of the arithmetic of the program's solver

struct exact_effort {
    uint32_t solves;       // most programs
    double   time_limit_s; // of all together
};

struct exact_solution {
    uint32_t *choice_of;  // [step_count]
    sim_ns    latency_ns; // of its plan alone
    double    bound_ns;   // no choice takes less, but for the tolerance
    uint32_t  solves;
    bool      is_limited; // the effort ended the search; else bound_ns is latency_ns
};

// false: no choice has an end. The solution in `a`.
bool exact_solve(const struct split_problem *p, const struct splits *x,
                 const struct exact_effort *effort, struct arena *a, struct arena *scratch,
                 struct exact_solution *out);

void exact_free(void);

#endif
