// algorithms/common/matching.h: DINA-O: swap matching of users and fog nodes.
//
// Many-to-many: a user holds up to theta distinct fog nodes of its candidate set, a fog node up to
// `quota` users. A pair swap (u, f), (u', f') -> (u, f'), (u', f) is accepted by the weak rule
// (Bodine-Baron et al., SAGT 2011; DINA thesis text and Table 3.6): none of the four players worse,
// at least one better. Open-slot moves take a free place at a fog node: none; two-sided (the
// abandoned fog is a player too); move (only user and target count). Utilities depend on who else
// is on a node, so third parties may lose and the sum of the four is no potential: with `guard` the
// welfare (all utilities) must rise as well, which ends the search, as there are finitely many
// matchings. Without it `max_sweeps` does.
//
// Utility of a fog node: sum over its users; of a user: sum over its fog nodes. "Better" means by
// more than EPSILON. A user's utility at a fog node is (3.2), the fog node's of a user (3.1), both
// with half of the work that the others there bring as queueing time:
//   user 1 / (alone + backlog + others / 2); fog slack - others / 2, or 1 / (alone + others / 2)
//   where there is no tau.
//
// Order: sweeps over (user, slot) x (later user, slot), then moves by fog node, what is acceptable
// being done at once. Whether a swap or move is acceptable depends on the members of its two fog
// nodes alone, so one that was refused is skipped until one of the two changes, and bounds over all
// members of a fog node pass over most others; users that are alike never swap, as what one gains
// the other loses. The outcome is that of the plain sweeps (tests/slow_matching.h), at the cost of what changed. A sweep costs O(picks
// of users x theta) comparisons of stamps and bounds; a pair of fog nodes that is looked into O(1)
// per member with tau and without guard, else O(members) for the few whose users agree. Memory:
// candidates + U theta + F.
#ifndef FOGSIM_ALGORITHMS_COMMON_MATCHING_H
#define FOGSIM_ALGORITHMS_COMMON_MATCHING_H

#include <stdbool.h>
#include <stdint.h>

#include "algorithms/view.h"
#include "base/rng.h"

#define MATCHING_EPSILON 1e-9

enum { NO_FOG = UINT32_MAX };

struct choice {      // a user and one of its candidates
    double alone_s;  // T_tr + T_exe + loading + delta, > 0
    double work_s;   // what the user brings to the fog node, >= 0
    double slack_s;  // tau - T_tr - T_exe - loading; read where has_tau
};

struct market { // indices, not nodes: user 0 .. user_count, fog 0 .. fog_count
    uint32_t             user_count, fog_count, theta, quota, max_sweeps;
    enum open_slots      open_slots;
    bool                 guard, has_tau;
    const double        *backlog_s; // [fog_count]
    const uint32_t      *first;     // [user_count + 1] candidates of user u: picks [first[u],
                                    // first[u + 1])
    const uint32_t      *fogs;      // [first[user_count]] by pick, ascending for each user
    const struct choice *choices;   // by pick
};

struct seat { // a member of a fog node
    uint32_t      user, slot;
    uint32_t      kind; // of the user
    struct choice choice;
    double        spare_s; // most queueing time anywhere else with which it could be no worse off
};

struct members { // of a fog node
    struct seat *seats;
    uint32_t     count, capacity;
    double       work_s, most_work_s, most_spare_s; // sum; the largest of a member
    uint32_t     kind;    // of all of them; NO_FOG: several
    uint64_t     changed; // when somebody last came or went
};

struct matching {
    struct arena   *arena;
    uint32_t       *picks;   // [user_count * theta] NO_FOG: free
    uint64_t       *checked; // [user_count * theta] when the slot was last swept
    double         *least_alone_s; // [user_count] over its candidates
    uint32_t       *kinds;         // [user_count] alike: the same candidates and choices
    struct members *members; // [fog_count]
    uint64_t        clock;   // changes so far
    uint64_t        accepted, sweeps, tested; // tested: swaps and moves that were worked out
    uint64_t        guard_blocked; // pairs of the end state that only the guard forbids
    bool            settled;       // a whole sweep accepted nothing
};

// Nobody is with anybody.
void matching_init(const struct market *m, struct arena *a, struct matching *out);

// Each user, in random order, takes up to theta random candidates with free places.
void matching_start(const struct market *m, struct rng *rng, struct arena *a, struct matching *out);

// A user's slot gets the candidate `pick`; gives up what it has. O(members).
void matching_take(const struct market *m, struct matching *x, uint32_t user, uint32_t slot,
                   uint32_t pick);
void matching_drop(const struct market *m, struct matching *x, uint32_t user, uint32_t slot);

// Sweeps until nothing is acceptable, or max_sweeps in all; then counts what the guard blocks, by a
// sweep that skips nothing, and asserts that nothing acceptable is left where it has settled.
void matching_settle(const struct market *m, struct matching *x);

uint32_t matching_fog(const struct market *m, const struct matching *x, uint32_t user,
                      uint32_t slot); // NO_FOG: free
// Utilities of a user's slot, which is not free, and of its fog node for it.
double matching_utility_user(const struct market *m, const struct matching *x, uint32_t user,
                             uint32_t slot);
double matching_utility_fog(const struct market *m, const struct matching *x, uint32_t user,
                            uint32_t slot);

#endif
