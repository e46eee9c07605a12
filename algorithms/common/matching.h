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
// more than EPSILON. Cost: a sweep tests O((U theta)^2) swaps and O(U theta F) moves, each O(users
// of the two nodes).
#ifndef FOGSIM_ALGORITHMS_COMMON_MATCHING_H
#define FOGSIM_ALGORITHMS_COMMON_MATCHING_H

#include <stdbool.h>
#include <stdint.h>

#include "algorithms/view.h"
#include "base/rng.h"

#define MATCHING_EPSILON 1e-9

enum { NO_FOG = UINT32_MAX };

struct market { // indices, not nodes: user 0 .. user_count, fog 0 .. fog_count
    uint32_t        user_count, fog_count, theta, quota, max_sweeps;
    enum open_slots open_slots;
    bool            guard;
    void           *ctx;
    bool (*is_candidate)(void *ctx, uint32_t user, uint32_t fog);
    double (*work)(void *ctx, uint32_t user,
                   uint32_t fog); // what the user brings to the fog node (s)
    // Utilities given the work that others bring to that node.
    double (*utility_user)(void *ctx, uint32_t user, uint32_t fog, double others_work);
    double (*utility_fog)(void *ctx, uint32_t user, uint32_t fog, double others_work);
};

struct matching {
    uint32_t *fogs;         // [user_count * theta] NO_FOG: free
    uint32_t *users;        // [fog_count * room] members, the first member_count of each
    uint32_t *member_count; // [fog_count]
    uint32_t  room;         // most members of a fog node
    uint64_t  accepted, sweeps,
        guard_blocked; // blocked: pairs that in the end only the guard forbids
    bool settled;      // a whole sweep accepted nothing
};

// Each user, in random order, takes up to theta random candidates with free places.
void matching_start(const struct market *m, struct rng *rng, struct arena *a, struct matching *out);

// Sweeps until nothing is acceptable, or max_sweeps.
void matching_settle(const struct market *m, struct matching *x);

double matching_utility_user(const struct market *m, const struct matching *x, uint32_t user,
                             uint32_t fog);
double matching_utility_fog(const struct market *m, const struct matching *x, uint32_t user,
                            uint32_t fog);

#endif
