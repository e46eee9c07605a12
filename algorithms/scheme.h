// algorithms/scheme.h: a scheme decides who computes what.
//
// One const struct per scheme, one file per scheme; the table is made from the folder. `plan` is
// required; a scheme that associates users and nodes network-wide has `associate`, called once per
// matching epoch. Schemes are pure: what they decide follows from view, task and their association;
// chance comes from streams named by cause and numbered by task, so that schemes that draw alike
// see the same draws.
#ifndef FOGSIM_ALGORITHMS_SCHEME_H
#define FOGSIM_ALGORITHMS_SCHEME_H

#include "algorithms/view.h"
#include "sim/plan.h"

struct match {          // one user and one of its fog nodes
    uint32_t user, fog; // nodes
    double   utility_user, utility_fog;
};

struct association { // of one epoch
    uint32_t      match_count;
    struct match *matches;       // [match_count] sorted by user, then fog
    uint64_t      swaps, sweeps; // accepted swaps and moves; sweeps over all pairs
    uint64_t      guard_blocked; // pairs of the end state that the welfare guard alone forbids
};

struct task {
    uint64_t number; // of user and rank among its tasks: numbers the streams
    uint32_t user;   // node
};

struct placed_slice { // what a plan computes where; for reports and tests
    uint32_t     step, node;
    struct slice slice;
    struct span  input;
    int64_t      bytes_in, bytes_out;
    double       seconds;
};

struct placement { // zero-initialise with an arena; NULL where nobody asks
    struct arena        *arena;
    struct placed_slice *slices;
    uint32_t             count, capacity;
};

struct scheme {
    const char *name, *about, *source; // key in a scenario; one line; paper and equation
    uint32_t    options;               // option_bits it reads
    bool        is_random;             // draws; its results spread over tasks

    // Network-wide, per epoch; `out` in `a`. NULL: the scheme needs none.
    bool (*associate)(const struct view *v, uint32_t epoch, struct arena *a,
                      struct association *out, struct err *e);

    // One task. `scratch` is rewound by the caller.
    enum plan_verdict (*plan)(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e);
};

extern const struct scheme *const scheme_table[]; // sorted by name
extern const uint32_t             scheme_count;

const struct scheme *scheme_find(const char *name); // NULL: there is none

#endif
