#include "tests/slow_matching.h"

#include <assert.h>

static double others_work(const struct slow_market *m, const struct slow_matching *x, uint32_t user,
                          uint32_t fog)
{
    double sum = 0;
    for (uint32_t i = 0; i < x->member_count[fog]; i++) {
        uint32_t other = x->users[(size_t)fog * x->room + i];
        if (other != user) sum += m->work(m->ctx, other, fog);
    }
    return sum;
}

static double utility_user(const struct slow_market *m, const struct slow_matching *x, uint32_t user,
                             uint32_t fog)
{
    return m->utility_user(m->ctx, user, fog, others_work(m, x, user, fog));
}

static double utility_fog(const struct slow_market *m, const struct slow_matching *x, uint32_t user,
                            uint32_t fog)
{
    return m->utility_fog(m->ctx, user, fog, others_work(m, x, user, fog));
}

static double fog_total(const struct slow_market *m, const struct slow_matching *x, uint32_t fog)
{
    double sum = 0;
    for (uint32_t i = 0; fog != NO_FOG && i < x->member_count[fog]; i++)
        sum += utility_fog(m, x, x->users[(size_t)fog * x->room + i], fog);
    return sum;
}

static double members_total(const struct slow_market *m, const struct slow_matching *x, uint32_t fog)
{
    double sum = 0;
    for (uint32_t i = 0; fog != NO_FOG && i < x->member_count[fog]; i++)
        sum += utility_user(m, x, x->users[(size_t)fog * x->room + i], fog);
    return sum;
}

static double user_total(const struct slow_market *m, const struct slow_matching *x, uint32_t user)
{
    double sum = 0;
    for (uint32_t slot = 0; slot < m->theta; slot++) {
        uint32_t fog = x->fogs[(size_t)user * m->theta + slot];
        if (fog != NO_FOG) sum += utility_user(m, x, user, fog);
    }
    return sum;
}

static void join(const struct slow_market *m, struct slow_matching *x, uint32_t user, uint32_t slot,
                 uint32_t fog)
{
    x->fogs[(size_t)user * m->theta + slot] = fog;
    if (fog == NO_FOG) return;
    assert(x->member_count[fog] < x->room);
    x->users[(size_t)fog * x->room + x->member_count[fog]++] = user;
}

static void leave(const struct slow_market *m, struct slow_matching *x, uint32_t user, uint32_t slot)
{
    uint32_t fog = x->fogs[(size_t)user * m->theta + slot];
    x->fogs[(size_t)user * m->theta + slot] = NO_FOG;
    if (fog == NO_FOG) return;
    uint32_t *members = x->users + (size_t)fog * x->room, i = 0;
    while (members[i] != user) i++;
    members[i] = members[--x->member_count[fog]];
}

static bool holds(const struct slow_market *m, const struct slow_matching *x, uint32_t user, uint32_t fog)
{
    for (uint32_t slot = 0; slot < m->theta; slot++)
        if (x->fogs[(size_t)user * m->theta + slot] == fog) return true;
    return false;
}

// What a change may touch: up to two users and two fog nodes, and the members of these.
struct scene {
    uint32_t users[2], fogs[2]; // NO_FOG: nobody; users[1] may be NO_FOG too
    bool     fog_counts[2];     // a player of the rule
    double   user_before[2], fog_before[2], welfare_before;
};

static double scene_welfare(const struct slow_market *m, const struct slow_matching *x, const struct scene *s)
{
    double sum = 0;
    for (int i = 0; i < 2; i++)
        sum += fog_total(m, x, s->fogs[i]) + members_total(m, x, s->fogs[i]);
    return sum;
}

static void scene_remember(const struct slow_market *m, const struct slow_matching *x, struct scene *s)
{
    for (int i = 0; i < 2; i++) {
        s->user_before[i] = s->users[i] == NO_FOG ? 0 : user_total(m, x, s->users[i]);
        s->fog_before[i] = fog_total(m, x, s->fogs[i]);
    }
    s->welfare_before = scene_welfare(m, x, s);
}

// No player worse, one better.
static bool scene_improves(const struct slow_market *m, const struct slow_matching *x, const struct scene *s)
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

static bool scene_accept(const struct slow_market *m, struct slow_matching *x, const struct scene *s)
{
    if (!scene_improves(m, x, s)) return false;
    if (!m->guard || scene_welfare(m, x, s) - s->welfare_before > MATCHING_EPSILON) return true;
    x->guard_blocked++;
    return false;
}

static void exchange(const struct slow_market *m, struct slow_matching *x, uint32_t u, uint32_t slot,
                     uint32_t fog, uint32_t u2, uint32_t slot2, uint32_t fog2)
{
    leave(m, x, u, slot);
    leave(m, x, u2, slot2);
    join(m, x, u, slot, fog2);
    join(m, x, u2, slot2, fog);
}

static bool try_swap(const struct slow_market *m, struct slow_matching *x, uint32_t u, uint32_t slot,
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
static bool try_move(const struct slow_market *m, struct slow_matching *x, uint32_t u, uint32_t slot,
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
static bool is_another_free_place(const struct slow_market *m, const struct slow_matching *x, uint32_t u,
                                  uint32_t slot)
{
    const uint32_t *fogs = x->fogs + (size_t)u * m->theta;
    for (uint32_t before = 0; fogs[slot] == NO_FOG && before < slot; before++)
        if (fogs[before] == NO_FOG) return true;
    return false;
}

static uint64_t sweep(const struct slow_market *m, struct slow_matching *x)
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

void slow_settle(const struct slow_market *m, struct slow_matching *x)
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

// ---- the judge of large markets: from the definition, over lists of members in order of the user

struct hall { // who is where
    const struct market *m;
    const uint32_t      *fogs;
    uint32_t            *first, *members; // of fog f: members [first[f], first[f + 1])
    const struct choice **choice;         // [user_count * fog_count] NULL: no candidate
};

static struct hall hall_of(const struct market *m, const uint32_t *fogs, struct arena *a)
{
    struct hall h = {.m = m, .fogs = fogs};
    size_t      slots = (size_t)m->user_count * m->theta;
    h.first = ARENA_ARRAY(a, uint32_t, m->fog_count + 2);
    h.members = ARENA_ARRAY(a, uint32_t, slots);
    h.choice = ARENA_ARRAY(a, const struct choice *, (size_t)m->user_count * m->fog_count);
    for (uint32_t u = 0; u < m->user_count; u++)
        for (uint32_t pick = m->first[u]; pick < m->first[u + 1]; pick++)
            h.choice[(size_t)u * m->fog_count + m->fogs[pick]] = &m->choices[pick];
    for (size_t i = 0; i < slots; i++)
        if (fogs[i] != NO_FOG) h.first[fogs[i] + 2]++;
    for (uint32_t f = 0; f < m->fog_count; f++) h.first[f + 2] += h.first[f + 1];
    for (size_t i = 0; i < slots; i++)
        if (fogs[i] != NO_FOG) h.members[h.first[fogs[i] + 1]++] = (uint32_t)(i / m->theta);
    return h;
}

static const struct choice *choice_of(const struct hall *h, uint32_t user, uint32_t fog)
{
    return h->choice[(size_t)user * h->m->fog_count + fog];
}

struct worth { // of a fog node with its members, one of them exchanged
    double fog, users, player; // player: the user asked for alone
};

// Members of `fog` without `leaver`, with `joiner` (NO_FOG: nobody); `player` one of them.
static struct worth worth_of(const struct hall *h, uint32_t fog, uint32_t leaver, uint32_t joiner,
                             uint32_t player)
{
    const struct market *m = h->m;
    struct worth         w = {0};
    double               sum = joiner == NO_FOG ? 0 : choice_of(h, joiner, fog)->work_s;
    uint32_t             end = h->first[fog + 1];
    for (uint32_t i = h->first[fog]; i < end; i++)
        if (h->members[i] != leaver) sum += choice_of(h, h->members[i], fog)->work_s;
    for (uint32_t i = h->first[fog]; i <= end; i++) {
        uint32_t user = i < end ? h->members[i] : joiner;
        if (user == NO_FOG || (i < end && user == leaver)) continue;
        const struct choice *c = choice_of(h, user, fog);
        double               queue_s = (sum - c->work_s) / 2;
        double               own = 1 / (c->alone_s + m->backlog_s[fog] + queue_s);
        w.fog += m->has_tau ? c->slack_s - queue_s : 1 / (c->alone_s + queue_s);
        w.users += own;
        if (user == player) w.player = own;
    }
    return w;
}

static bool sits(const struct hall *h, uint32_t user, uint32_t fog)
{
    for (uint32_t i = 0; i < h->m->theta; i++)
        if (h->fogs[(size_t)user * h->m->theta + i] == fog) return true;
    return false;
}

// user leaves `fog` for `target`, `other` (NO_FOG: nobody) goes the other way.
static void try_change(const struct hall *h, uint32_t user, uint32_t fog, uint32_t other,
                       uint32_t target, struct slow_verdict *v)
{
    bool         swaps = other != NO_FOG, counts = swaps || h->m->open_slots == OPEN_TWO_SIDED;
    struct worth before[2] = {{0}}, after[2] = {{0}};
    double       gains[4] = {0}, welfare = 0;
    bool         better = false;
    v->tried++;
    after[1] = worth_of(h, target, other, user, user);
    if (fog != NO_FOG) before[0] = worth_of(h, fog, NO_FOG, NO_FOG, user);
    gains[0] = after[1].player - before[0].player;
    if (gains[0] < -MATCHING_EPSILON) return;
    if (fog != NO_FOG) after[0] = worth_of(h, fog, user, other, other);
    before[1] = worth_of(h, target, NO_FOG, NO_FOG, other);
    if (swaps) gains[1] = after[0].player - before[1].player;
    gains[2] = counts ? after[0].fog - before[0].fog : 0;
    gains[3] = after[1].fog - before[1].fog;
    for (int i = 0; i < 4; i++) {
        if (gains[i] < -MATCHING_EPSILON) return;
        better |= gains[i] > MATCHING_EPSILON;
    }
    for (int i = 0; i < 2; i++)
        welfare += after[i].fog - before[i].fog + after[i].users - before[i].users;
    if (!better) return;
    if (h->m->guard && welfare <= MATCHING_EPSILON)
        v->blocked++;
    else
        v->acceptable++;
}

static void judge_slot(const struct hall *h, uint32_t user, uint32_t fog, struct slow_verdict *v)
{
    const struct market *m = h->m;
    for (uint32_t target = 0; target < m->fog_count; target++) {
        if (!choice_of(h, user, target) || sits(h, user, target)) continue;
        for (uint32_t i = h->first[target]; fog != NO_FOG && i < h->first[target + 1]; i++) {
            uint32_t other = h->members[i];
            if (choice_of(h, other, fog) && !sits(h, other, fog))
                try_change(h, user, fog, other, target, v);
        }
        if (m->open_slots != OPEN_NONE && h->first[target + 1] - h->first[target] < m->quota)
            try_change(h, user, fog, NO_FOG, target, v);
    }
}

struct slow_verdict slow_judge(const struct market *m, const uint32_t *fogs, uint32_t first,
                               uint32_t step, struct arena *a)
{
    struct hall         h = hall_of(m, fogs, a);
    struct slow_verdict v = {0};
    for (uint32_t u = first; u < m->user_count; u += step) {
        bool free_seen = false; // free places are alike
        for (uint32_t slot = 0; slot < m->theta; slot++) {
            uint32_t fog = fogs[(size_t)u * m->theta + slot];
            if (fog != NO_FOG || !free_seen) judge_slot(&h, u, fog, &v);
            free_seen |= fog == NO_FOG;
        }
    }
    return v;
}
