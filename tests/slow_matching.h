// tests/slow_matching.h: the swap matching of algorithms/common/matching.h in its plain form, the
// oracle of its tests and of bench/matching.c.
//
// Each sweep tries every swap and every move by doing it, works all utilities out again from who is
// where, and undoes what is not acceptable. slow_judge holds a settled matching against the
// definition of stability. A sweep costs O((U theta)^2 + U theta F) times the members of two nodes.
#ifndef FOGSIM_TESTS_SLOW_MATCHING_H
#define FOGSIM_TESTS_SLOW_MATCHING_H

#include "algorithms/common/matching.h"

struct slow_market { // as struct market, by functions of user and fog
    uint32_t        user_count, fog_count, theta, quota, max_sweeps;
    enum open_slots open_slots;
    bool            guard;
    void           *ctx;
    bool (*is_candidate)(void *ctx, uint32_t user, uint32_t fog);
    double (*work)(void *ctx, uint32_t user, uint32_t fog);
    double (*utility_user)(void *ctx, uint32_t user, uint32_t fog, double others_work);
    double (*utility_fog)(void *ctx, uint32_t user, uint32_t fog, double others_work);
};

struct slow_matching {
    uint32_t *fogs;         // [user_count * theta] NO_FOG: free
    uint32_t *users;        // [fog_count * room] members, the first member_count of each
    uint32_t *member_count; // [fog_count]
    uint32_t  room;         // most members of a fog node
    uint64_t  accepted, sweeps, guard_blocked;
    bool      settled;
};

void slow_settle(const struct slow_market *m, struct slow_matching *x);

struct slow_verdict {
    uint64_t tried, acceptable, blocked; // swaps and moves of the users asked
};

// What users first, first + step, ... could still do in `fogs` ([user_count * theta], NO_FOG: free;
// users with all others, not only later ones): nothing acceptable is left in a stable matching.
// With step 1 every swap is seen from both sides. `a`: scratch.
struct slow_verdict slow_judge(const struct market *m, const uint32_t *fogs, uint32_t first,
                               uint32_t step, struct arena *a);

#endif
