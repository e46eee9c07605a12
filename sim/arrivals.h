// sim/arrivals.h: when users ask.
//
// Bursts are a Markov-modulated Poisson process (Fischer and Meier-Hellstern, The Markov-modulated
// Poisson process (MMPP) cookbook, Performance Evaluation 18, 1993). It starts in its stationary
// state, so that its mean rate, sum of start[i] rate[i], holds from the first instant on. All draws
// come from the user's own stream.
#ifndef FOGSIM_SIM_ARRIVALS_H
#define FOGSIM_SIM_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rng.h"
#include "base/units.h"

enum arrival_kind {
    ARRIVAL_CLOSED,   // the next job when the last has finished, after a pause
    ARRIVAL_PERIODIC, // every period, whatever the last one does
    ARRIVAL_POISSON,  // exponential gaps of mean 1 / rate
    ARRIVAL_BURSTS,   // Markov-modulated Poisson: states with rates, exponential stays, next state
    ARRIVAL_TRACE,    // recorded: time, user, class
};

enum { MAX_BURST_STATES = 16 };

struct burst_state {
    double rate_per_s;             // >= 0: of arrivals while in this state
    double stay_s;                 // mean, exponential
    double next[MAX_BURST_STATES]; // probability of each next state; sum 1, its own is 0; of no
                                   // meaning where there is one state: it stays
};

struct trace_arrival {
    sim_ns   at;
    uint32_t class_id; // index of a model of the scenario
};

struct trace_arrivals {          // of one user, ascending
    struct trace_arrival *items; // [count]
    uint32_t              count;
};

struct arrivals {
    enum arrival_kind   kind;
    double              think_s, period_s, rate_per_s; // by kind
    bool                is_jittered; // periodic: the first job of a user uniform in [0, period)
    struct burst_state *states;      // [state_count] ARRIVAL_BURSTS
    uint32_t            state_count; // <= MAX_BURST_STATES
    double              start[MAX_BURST_STATES]; // share of time in each state; by arrivals_finish
    struct trace_arrivals *users;                // [user_count] ARRIVAL_TRACE
    uint32_t jobs_per_user; // UINT32_MAX: no limit; then duration_s is finite or a trace
    double   duration_s;    // no arrival at or after it; INFINITY: no limit
};

// One user's stream of arrivals; 64 bytes or less beside its rng.
struct arrival_state {
    uint32_t burst_state, trace_next;
    double   burst_left_s; // of the stay in burst_state
};

// Checks the states of ARRIVAL_BURSTS and fills `start`; other kinds need nothing. To be called
// once they are read, and before the first gap. false: "state 2: want ..., have ...", one line a
// fault. O(state_count^3).
MUST_USE bool arrivals_finish(struct arrivals *a, struct err *e);

// Nanoseconds from one arrival of an open stream (or from the end of a job, closed) to the next;
// NS_END: there is none. `is_first`: the user's first. `now`: of the arrival before, 0 at first.
// `class_id`: of the arrival, by a trace; else untouched. O(1); bursts: of the changes of state on
// the way.
sim_ns arrivals_gap(const struct arrivals *a, struct arrival_state *s, struct rng *r, uint32_t user,
                    bool is_first, sim_ns now, uint32_t *class_id);

#endif
