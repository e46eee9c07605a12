#include "algorithms/common/matching.h"

#include <assert.h>

static double others_work(const struct market *m, const struct matching *x, uint32_t user,
                          uint32_t fog)
{
    double sum = 0;
    for (uint32_t i = 0; i < x->member_count[fog]; i++) {
        uint32_t other = x->users[(size_t)fog * x->room + i];
        if (other != user) sum += m->work(m->ctx, other, fog);
    }
    return sum;
}

double matching_utility_user(const struct market *m, const struct matching *x, uint32_t user,
                             uint32_t fog)
{
    return m->utility_user(m->ctx, user, fog, others_work(m, x, user, fog));
}

double matching_utility_fog(const struct market *m, const struct matching *x, uint32_t user,
                            uint32_t fog)
{
    return m->utility_fog(m->ctx, user, fog, others_work(m, x, user, fog));
}

static double fog_total(const struct market *m, const struct matching *x, uint32_t fog)
{
    double sum = 0;
    for (uint32_t i = 0; fog != NO_FOG && i < x->member_count[fog]; i++)
        sum += matching_utility_fog(m, x, x->users[(size_t)fog * x->room + i], fog);
    return sum;
}

static double members_total(const struct market *m, const struct matching *x, uint32_t fog)
{
    double sum = 0;
    for (uint32_t i = 0; fog != NO_FOG && i < x->member_count[fog]; i++)
        sum += matching_utility_user(m, x, x->users[(size_t)fog * x->room + i], fog);
    return sum;
}

static double user_total(const struct market *m, const struct matching *x, uint32_t user)
{
    double sum = 0;
    for (uint32_t slot = 0; slot < m->theta; slot++) {
        uint32_t fog = x->fogs[(size_t)user * m->theta + slot];
        if (fog != NO_FOG) sum += matching_utility_user(m, x, user, fog);
    }
    return sum;
}

static void join(const struct market *m, struct matching *x, uint32_t user, uint32_t slot,
                 uint32_t fog)
{
    x->fogs[(size_t)user * m->theta + slot] = fog;
    if (fog == NO_FOG) return;
    assert(x->member_count[fog] < x->room);
    x->users[(size_t)fog * x->room + x->member_count[fog]++] = user;
}

static void leave(const struct market *m, struct matching *x, uint32_t user, uint32_t slot)
{
    uint32_t fog = x->fogs[(size_t)user * m->theta + slot];
    x->fogs[(size_t)user * m->theta + slot] = NO_FOG;
    if (fog == NO_FOG) return;
    uint32_t *members = x->users + (size_t)fog * x->room, i = 0;
    while (members[i] != user) i++;
    members[i] = members[--x->member_count[fog]];
}

static bool holds(const struct market *m, const struct matching *x, uint32_t user, uint32_t fog)
{
    for (uint32_t slot = 0; slot < m->theta; slot++)
        if (x->fogs[(size_t)user * m->theta + slot] == fog) return true;
    return false;
}

void matching_start(const struct market *m, struct rng *rng, struct arena *a, struct matching *out)
{
    *out = (struct matching){.room = m->quota < m->user_count ? m->quota : m->user_count};
    out->fogs = ARENA_ARRAY(a, uint32_t, (size_t)m->user_count * m->theta);
    out->users = ARENA_ARRAY(a, uint32_t, (size_t)m->fog_count * out->room);
    out->member_count = ARENA_ARRAY(a, uint32_t, m->fog_count);
    for (size_t i = 0; i < (size_t)m->user_count * m->theta; i++) out->fogs[i] = NO_FOG;

    uint32_t *order = ARENA_ARRAY(a, uint32_t, m->user_count),
             *free_fogs = ARENA_ARRAY(a, uint32_t, m->fog_count);
    for (uint32_t u = 0; u < m->user_count; u++) {
        uint32_t other = (uint32_t)rng_below(rng, u + 1);
        order[u] = order[other];
        order[other] = u;
    }
    for (uint32_t i = 0; i < m->user_count; i++) {
        uint32_t user = order[i], count = 0;
        for (uint32_t f = 0; f < m->fog_count; f++)
            if (m->is_candidate(m->ctx, user, f) && out->member_count[f] < out->room)
                free_fogs[count++] = f;
        for (uint32_t slot = 0; slot < m->theta && count; slot++) {
            uint32_t pick = (uint32_t)rng_below(rng, count);
            join(m, out, user, slot, free_fogs[pick]);
            free_fogs[pick] = free_fogs[--count];
        }
    }
}

// What a change may touch: up to two users and two fog nodes, and the members of these.
struct scene {
    uint32_t users[2], fogs[2]; // NO_FOG: nobody; users[1] may be NO_FOG too
    bool     fog_counts[2];     // a player of the rule
    double   user_before[2], fog_before[2], welfare_before;
};

static double scene_welfare(const struct market *m, const struct matching *x, const struct scene *s)
{
    double sum = 0;
    for (int i = 0; i < 2; i++)
        sum += fog_total(m, x, s->fogs[i]) + members_total(m, x, s->fogs[i]);
    return sum;
}

static void scene_remember(const struct market *m, const struct matching *x, struct scene *s)
{
    for (int i = 0; i < 2; i++) {
        s->user_before[i] = s->users[i] == NO_FOG ? 0 : user_total(m, x, s->users[i]);
        s->fog_before[i] = fog_total(m, x, s->fogs[i]);
    }
    s->welfare_before = scene_welfare(m, x, s);
}

// No player worse, one better.
static bool scene_improves(const struct market *m, const struct matching *x, const struct scene *s)
{
    bool better = false;
    for (int i = 0; i < 2; i++) {
        double user = s->users[i] == NO_FOG ? 0 : user_total(m, x, s->users[i]) - s->user_before[i];
        double fog = s->fog_counts[i] ? fog_total(m, x, s->fogs[i]) - s->fog_before[i] : 0;
        if (user < -MATCHING_EPSILON || fog < -MATCHING_EPSILON) return false;
        better |= user > MATCHING_EPSILON || fog > MATCHING_EPSILON;
    }
    return better;
}

static bool scene_accept(const struct market *m, struct matching *x, const struct scene *s)
{
    if (!scene_improves(m, x, s)) return false;
    if (!m->guard || scene_welfare(m, x, s) - s->welfare_before > MATCHING_EPSILON) return true;
    x->guard_blocked++;
    return false;
}

static void exchange(const struct market *m, struct matching *x, uint32_t u, uint32_t slot,
                     uint32_t fog, uint32_t u2, uint32_t slot2, uint32_t fog2)
{
    leave(m, x, u, slot);
    leave(m, x, u2, slot2);
    join(m, x, u, slot, fog2);
    join(m, x, u2, slot2, fog);
}

static bool try_swap(const struct market *m, struct matching *x, uint32_t u, uint32_t slot,
                     uint32_t u2, uint32_t slot2)
{
    uint32_t fog = x->fogs[(size_t)u * m->theta + slot],
             fog2 = x->fogs[(size_t)u2 * m->theta + slot2];
    if (fog == NO_FOG || fog2 == NO_FOG || fog == fog2 || holds(m, x, u, fog2) ||
        holds(m, x, u2, fog))
        return false;
    if (!m->is_candidate(m->ctx, u, fog2) || !m->is_candidate(m->ctx, u2, fog)) return false;
    struct scene s = {{u, u2}, {fog, fog2}, {true, true}, {0}, {0}, 0};
    scene_remember(m, x, &s);
    exchange(m, x, u, slot, fog, u2, slot2, fog2);
    if (scene_accept(m, x, &s)) return true;
    exchange(m, x, u, slot, fog2, u2, slot2, fog);
    return false;
}

// Into a free place of `target`, from the slot's fog node or from none.
static bool try_move(const struct market *m, struct matching *x, uint32_t u, uint32_t slot,
                     uint32_t target)
{
    uint32_t fog = x->fogs[(size_t)u * m->theta + slot];
    if (target == fog || holds(m, x, u, target) || x->member_count[target] >= x->room) return false;
    if (!m->is_candidate(m->ctx, u, target)) return false;
    struct scene s = {
        {u, NO_FOG}, {fog, target}, {fog != NO_FOG && m->open_slots == OPEN_TWO_SIDED, true},
        {0},         {0},           0};
    scene_remember(m, x, &s);
    leave(m, x, u, slot);
    join(m, x, u, slot, target);
    if (scene_accept(m, x, &s)) return true;
    leave(m, x, u, slot);
    join(m, x, u, slot, fog);
    return false;
}

// Free places of a user are alike: a move out of the first of them stands for all.
static bool is_another_free_place(const struct market *m, const struct matching *x, uint32_t u,
                                  uint32_t slot)
{
    const uint32_t *fogs = x->fogs + (size_t)u * m->theta;
    for (uint32_t before = 0; fogs[slot] == NO_FOG && before < slot; before++)
        if (fogs[before] == NO_FOG) return true;
    return false;
}

static uint64_t sweep(const struct market *m, struct matching *x)
{
    uint64_t accepted = 0;
    for (uint32_t u = 0; u < m->user_count; u++)
        for (uint32_t slot = 0; slot < m->theta; slot++) {
            for (uint32_t u2 = u + 1; u2 < m->user_count; u2++)
                for (uint32_t slot2 = 0; slot2 < m->theta; slot2++)
                    accepted += try_swap(m, x, u, slot, u2, slot2);
            if (m->open_slots == OPEN_NONE || is_another_free_place(m, x, u, slot)) continue;
            for (uint32_t f = 0; f < m->fog_count; f++) accepted += try_move(m, x, u, slot, f);
        }
    return accepted;
}

void matching_settle(const struct market *m, struct matching *x)
{
    while (x->sweeps < m->max_sweeps) {
        x->guard_blocked = 0; // of this sweep: the last one counts
        uint64_t accepted = sweep(m, x);
        x->sweeps++;
        x->accepted += accepted;
        x->settled = accepted == 0;
        if (x->settled) return;
    }
}
