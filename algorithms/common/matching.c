#include "algorithms/common/matching.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define WIDER 1e-9 // bounds pass over only what is surely refused, whatever rounding says

// ---- state

static double value_to_user(const struct market *m, const struct choice *c, uint32_t fog,
                            double others_s)
{
    return 1 / (c->alone_s + (m->backlog_s[fog] + others_s / 2));
}

static double value_to_fog(const struct market *m, const struct choice *c, double others_s)
{
    return m->has_tau ? c->slack_s - others_s / 2 : 1 / (c->alone_s + others_s / 2);
}

uint32_t matching_fog(const struct market *m, const struct matching *x, uint32_t user,
                      uint32_t slot)
{
    uint32_t pick = x->picks[(size_t)user * m->theta + slot];
    return pick == NO_FOG ? NO_FOG : m->fogs[pick];
}

static double work_of_others(const struct members *at, uint32_t user)
{
    double sum = 0;
    for (uint32_t i = 0; i < at->count; i++)
        if (at->seats[i].user != user) sum += at->seats[i].choice.work_s;
    return sum;
}

double matching_utility_user(const struct market *m, const struct matching *x, uint32_t user,
                             uint32_t slot)
{
    uint32_t pick = x->picks[(size_t)user * m->theta + slot], fog = m->fogs[pick];
    return value_to_user(m, &m->choices[pick], fog, work_of_others(&x->members[fog], user));
}

double matching_utility_fog(const struct market *m, const struct matching *x, uint32_t user,
                            uint32_t slot)
{
    uint32_t pick = x->picks[(size_t)user * m->theta + slot];
    return value_to_fog(m, &m->choices[pick],
                        work_of_others(&x->members[m->fogs[pick]], user));
}

// The time at a fog node with which a user that has `value` now is not worse off.
static double reach_of(double value)
{
    double least = value - MATCHING_EPSILON;
    return least > 0 ? 1 / least : INFINITY;
}

// The sums are made anew, so that no error adds up from change to change.
static void note_change(const struct market *m, struct matching *x, uint32_t fog)
{
    struct members *at = &x->members[fog];
    at->work_s = at->most_work_s = 0;
    at->most_spare_s = -INFINITY;
    at->kind = at->count ? at->seats[0].kind : NO_FOG;
    for (uint32_t i = 0; i < at->count; i++) {
        at->work_s += at->seats[i].choice.work_s;
        at->most_work_s = fmax(at->most_work_s, at->seats[i].choice.work_s);
        if (at->seats[i].kind != at->kind) at->kind = NO_FOG;
    }
    for (uint32_t i = 0; i < at->count; i++) {
        struct seat *s = &at->seats[i];
        double others_s = at->work_s - s->choice.work_s;
        double       reach_s = reach_of(value_to_user(m, &s->choice, fog, others_s));
        s->spare_s = reach_s * (1 + WIDER) - x->least_alone_s[s->user];
        at->most_spare_s = fmax(at->most_spare_s, s->spare_s);
    }
    at->changed = ++x->clock;
}

void matching_drop(const struct market *m, struct matching *x, uint32_t user, uint32_t slot)
{
    uint32_t fog = matching_fog(m, x, user, slot), i = 0;
    if (fog == NO_FOG) return;
    struct members *at = &x->members[fog];
    while (at->seats[i].user != user) i++;
    at->seats[i] = at->seats[--at->count];
    x->picks[(size_t)user * m->theta + slot] = NO_FOG;
    note_change(m, x, fog);
}

void matching_take(const struct market *m, struct matching *x, uint32_t user, uint32_t slot,
                   uint32_t pick)
{
    uint32_t        fog = m->fogs[pick];
    struct members *at = &x->members[fog];
    matching_drop(m, x, user, slot);
    assert(at->count < m->quota);
    at->seats = arena_grow(x->arena, at->seats, &at->capacity, at->count + 1, sizeof *at->seats);
    at->seats[at->count++] = (struct seat){user, slot, x->kinds[user], m->choices[pick], 0};
    x->picks[(size_t)user * m->theta + slot] = pick;
    note_change(m, x, fog);
}

static bool holds(const struct market *m, const struct matching *x, uint32_t user, uint32_t fog)
{
    for (uint32_t slot = 0; slot < m->theta; slot++)
        if (matching_fog(m, x, user, slot) == fog) return true;
    return false;
}

// The pick of a user that is `fog`, by bisection; NO_FOG: no candidate.
static uint32_t find_pick(const struct market *m, uint32_t user, uint32_t fog)
{
    uint32_t first = m->first[user], end = m->first[user + 1];
    if (end - first == m->fog_count) return first + fog;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (m->fogs[middle] < fog)
            first = middle + 1;
        else
            end = middle;
    }
    return first < m->first[user + 1] && m->fogs[first] == fog ? first : NO_FOG;
}

static bool are_alike(const struct market *m, uint32_t u, uint32_t u2)
{
    uint32_t a = m->first[u], b = m->first[u2], count = m->first[u + 1] - a;
    return m->first[u2 + 1] - b == count &&
           !memcmp(m->fogs + a, m->fogs + b, count * sizeof *m->fogs) &&
           !memcmp(m->choices + a, m->choices + b, count * sizeof *m->choices);
}

// Kinds of users, by a table of the first user of each. Two users that are alike but for the sign
// of a zero are two kinds, which costs time and nothing else.
static uint32_t *find_kinds(const struct market *m, struct arena *a)
{
    uint32_t *kinds = ARENA_ARRAY(a, uint32_t, m->user_count), size = 1, kind = 0;
    while (size < 2 * m->user_count) size *= 2;
    uint32_t *table = ARENA_ARRAY(a, uint32_t, size); // user + 1
    for (uint32_t u = 0; u < m->user_count; u++) {
        uint64_t hash = 0;
        for (uint32_t pick = m->first[u]; pick < m->first[u + 1]; pick++) {
            uint64_t bits;
            memcpy(&bits, &m->choices[pick].alone_s, sizeof bits);
            hash = (hash ^ bits ^ m->fogs[pick]) * 0x9e3779b97f4a7c15u;
            hash ^= hash >> 32;
        }
        uint32_t place = (uint32_t)hash & (size - 1);
        while (table[place] && !are_alike(m, table[place] - 1, u)) place = (place + 1) & (size - 1);
        if (!table[place]) table[place] = u + 1, kinds[u] = kind++;
        kinds[u] = kinds[table[place] - 1];
    }
    return kinds;
}

void matching_init(const struct market *m, struct arena *a, struct matching *out)
{
    size_t slots = (size_t)m->user_count * m->theta;
    *out = (struct matching){.arena = a, .clock = 1};
    out->picks = ARENA_ARRAY(a, uint32_t, slots);
    out->checked = ARENA_ARRAY(a, uint64_t, slots); // 0: never
    out->members = ARENA_ARRAY(a, struct members, m->fog_count);
    out->least_alone_s = ARENA_ARRAY(a, double, m->user_count);
    out->kinds = find_kinds(m, a);
    for (uint32_t u = 0; u < m->user_count; u++) {
        double least_s = INFINITY;
        for (uint32_t pick = m->first[u]; pick < m->first[u + 1]; pick++)
            least_s = fmin(least_s, m->choices[pick].alone_s);
        out->least_alone_s[u] = least_s;
    }
    for (size_t i = 0; i < slots; i++) out->picks[i] = NO_FOG;
    for (uint32_t f = 0; f < m->fog_count; f++) out->members[f].changed = 1;
}

void matching_start(const struct market *m, struct rng *rng, struct arena *a, struct matching *out)
{
    matching_init(m, a, out);
    uint32_t *order = ARENA_ARRAY(a, uint32_t, m->user_count),
             *free_picks = ARENA_ARRAY(a, uint32_t, m->fog_count);
    for (uint32_t u = 0; u < m->user_count; u++) {
        uint32_t other = (uint32_t)rng_below(rng, u + 1);
        order[u] = order[other];
        order[other] = u;
    }
    for (uint32_t i = 0; i < m->user_count; i++) {
        uint32_t user = order[i], count = 0;
        for (uint32_t pick = m->first[user]; pick < m->first[user + 1]; pick++)
            if (out->members[m->fogs[pick]].count < m->quota) free_picks[count++] = pick;
        for (uint32_t slot = 0; slot < m->theta && count; slot++) {
            uint32_t drawn = (uint32_t)rng_below(rng, count);
            matching_take(m, out, user, slot, free_picks[drawn]);
            free_picks[drawn] = free_picks[--count];
        }
    }
}

// ---- what is acceptable

struct change { // at one fog node; NO_FOG: nowhere
    uint32_t             fog, leaver_user;
    const struct choice *leaver, *joiner; // NULL: nobody
    double               others_s;        // work of those who stay
};

enum verdict { REFUSED, BLOCKED, ACCEPTABLE, VERDICTS };

struct tally {
    uint64_t of[VERDICTS];
};

static double shift_of(const struct change *c)
{
    return (c->joiner ? c->joiner->work_s : 0) - (c->leaver ? c->leaver->work_s : 0);
}

// What the fog node's utility gains. With tau it is linear in the work, so the sum over those who
// stay is their number times what one of them changes.
static double fog_gain(const struct market *m, const struct matching *x, const struct change *c)
{
    if (c->fog == NO_FOG) return 0;
    const struct members *at = &x->members[c->fog];
    double shift_s = shift_of(c), gain = c->joiner ? value_to_fog(m, c->joiner, c->others_s) : 0;
    if (c->leaver) gain -= value_to_fog(m, c->leaver, c->others_s);
    if (m->has_tau) return gain - (at->count - (c->leaver ? 1 : 0)) * shift_s / 2;
    for (uint32_t i = 0; i < at->count; i++) {
        const struct seat *s = &at->seats[i];
        double             others_s = at->work_s - s->choice.work_s;
        if (c->leaver && s->user == c->leaver_user) continue;
        gain += value_to_fog(m, &s->choice, others_s + shift_s) -
                value_to_fog(m, &s->choice, others_s);
    }
    return gain;
}

// What the users gain who stay.
static double stayers_gain(const struct market *m, const struct matching *x,
                           const struct change *c)
{
    if (c->fog == NO_FOG) return 0;
    const struct members *at = &x->members[c->fog];
    double                shift_s = shift_of(c), gain = 0;
    for (uint32_t i = 0; i < at->count; i++) {
        const struct seat *s = &at->seats[i];
        double             others_s = at->work_s - s->choice.work_s;
        if (c->leaver && s->user == c->leaver_user) continue;
        gain += value_to_user(m, &s->choice, c->fog, others_s + shift_s) -
                value_to_user(m, &s->choice, c->fog, others_s);
    }
    return gain;
}

// Who leaves c[0] joins c[1], and the other way round. `left_counts`: the fog node of c[0] is a
// player; that of c[1] always is.
static enum verdict judge(const struct market *m, struct matching *x, const struct change c[2],
                          bool left_counts)
{
    double welfare = 0;
    bool   better = false;
    x->tested++;
    for (int i = 0; i < 2; i++) {
        const struct change *from = &c[i], *to = &c[1 - i];
        double gain = to->joiner ? value_to_user(m, to->joiner, to->fog, to->others_s) : 0;
        if (from->leaver) gain -= value_to_user(m, from->leaver, from->fog, from->others_s);
        if (gain < -MATCHING_EPSILON) return REFUSED;
        better |= gain > MATCHING_EPSILON;
        welfare += gain;
    }
    for (int i = 0; i < 2; i++) {
        bool   counts = i == 1 || left_counts;
        double gain = counts || m->guard ? fog_gain(m, x, &c[i]) : 0;
        if (counts && gain < -MATCHING_EPSILON) return REFUSED;
        better |= counts && gain > MATCHING_EPSILON;
        welfare += gain;
    }
    if (!better) return REFUSED;
    if (!m->guard) return ACCEPTABLE;
    welfare += stayers_gain(m, x, &c[0]) + stayers_gain(m, x, &c[1]);
    return welfare > MATCHING_EPSILON ? ACCEPTABLE : BLOCKED;
}

// ---- sweeps

struct row { // a slot and what it may be exchanged for
    uint32_t             user, slot, fog; // NO_FOG: free
    const struct choice *own;             // NULL: free
    double               others_s, queue_s; // that others bring; with the backlog
    double               reach_s; // time at a fog node with which the user is not worse off
    uint64_t             since;   // swept then: pairs unchanged since are refused still
};

static void row_read(const struct market *m, const struct matching *x, struct row *r)
{
    uint32_t pick = x->picks[(size_t)r->user * m->theta + r->slot];
    r->fog = NO_FOG, r->own = NULL;
    if (pick == NO_FOG) return;
    r->fog = m->fogs[pick];
    r->own = &m->choices[pick];
    r->others_s = x->members[r->fog].work_s - r->own->work_s;
    r->reach_s = reach_of(value_to_user(m, r->own, r->fog, r->others_s));
    r->queue_s = m->backlog_s[r->fog] + r->others_s / 2;
}

static bool is_clean(const struct matching *x, const struct row *r, uint32_t fog)
{
    return x->members[fog].changed <= r->since &&
           (r->fog == NO_FOG || x->members[r->fog].changed <= r->since);
}

static enum verdict judge_swap(const struct market *m, struct matching *x, const struct row *r,
                               uint32_t pick, const struct seat *s)
{
    uint32_t fog = m->fogs[pick], back = find_pick(m, s->user, r->fog);
    if (back == NO_FOG) return REFUSED;
    const struct change c[2] = {
        {r->fog, r->user, r->own, &m->choices[back], r->others_s},
        {fog, s->user, &s->choice, &m->choices[pick], x->members[fog].work_s - s->choice.work_s}};
    return judge(m, x, c, true);
}

static enum verdict judge_move(const struct market *m, struct matching *x, const struct row *r,
                               uint32_t pick)
{
    uint32_t fog = m->fogs[pick];
    if (fog == r->fog || x->members[fog].count >= m->quota || holds(m, x, r->user, fog))
        return REFUSED;
    const struct change c[2] = {{r->fog, r->user, r->own, NULL, r->others_s},
                                {fog, NO_FOG, NULL, &m->choices[pick], x->members[fog].work_s}};
    return judge(m, x, c, r->own && m->open_slots == OPEN_TWO_SIDED);
}

static uint64_t key_of(const struct market *m, uint32_t user, uint32_t slot)
{
    return (uint64_t)user * m->theta + slot;
}

// The first acceptable swap with a member of the pick's fog node, by key in [from, before);
// `before`: there is none. With a tally it counts and looks at all.
// Bounds come first, a little wide: the work that has to leave so that the row's user is not worse
// off, the queue at the row's fog node that the other can bear, and (with tau) the slack with which
// the pick's fog node is not worse off.
static uint64_t first_swap(const struct market *m, struct matching *x, const struct row *r,
                           uint32_t pick, uint64_t from, uint64_t before, struct tally *tally)
{
    uint32_t              fog = m->fogs[pick];
    const struct members *at = &x->members[fog];
    const struct choice  *own = &m->choices[pick];
    uint64_t              first = before;
    double                queue_s = r->queue_s * (1 - WIDER) - WIDER;
    double                least_work_s =
        at->work_s - 2 * (r->reach_s - own->alone_s - m->backlog_s[fog]);
    least_work_s -= WIDER * (at->work_s + r->reach_s);
    if (at->most_spare_s < queue_s || at->most_work_s < least_work_s) return first;
    if (at->kind == x->kinds[r->user]) return first;
    if (fog == r->fog || holds(m, x, r->user, fog)) return first;
    double half = ((double)at->count - 1) / 2, most_slack_s = INFINITY;
    if (m->has_tau)
        most_slack_s = own->slack_s - half * own->work_s + 2 * MATCHING_EPSILON +
                       1e-12 * (fabs(own->slack_s) + half * at->most_work_s);
    for (uint32_t i = 0; i < at->count; i++) {
        const struct seat *s = &at->seats[i];
        uint64_t           key = key_of(m, s->user, s->slot);
        if (s->spare_s < queue_s || s->choice.work_s < least_work_s) continue;
        if (key < from || key >= first || s->kind == x->kinds[r->user]) continue;
        if (s->choice.slack_s - half * s->choice.work_s > most_slack_s) continue;
        if (holds(m, x, s->user, r->fog)) continue;
        enum verdict verdict = judge_swap(m, x, r, pick, s);
        if (tally)
            tally->of[verdict]++;
        else if (verdict == ACCEPTABLE)
            first = key;
    }
    return first;
}

static void exchange(const struct market *m, struct matching *x, const struct row *r, uint64_t key)
{
    uint32_t user = (uint32_t)(key / m->theta), slot = (uint32_t)(key % m->theta);
    uint32_t fog = matching_fog(m, x, user, slot);
    uint32_t there = find_pick(m, r->user, fog), back = find_pick(m, user, r->fog);
    matching_drop(m, x, r->user, r->slot);
    matching_drop(m, x, user, slot);
    matching_take(m, x, r->user, r->slot, there);
    matching_take(m, x, user, slot, back);
}

static uint64_t sweep_swaps(const struct market *m, struct matching *x, struct row *r)
{
    uint64_t accepted = 0, from = key_of(m, r->user + 1, 0);
    while (r->own) {
        uint64_t first = UINT64_MAX;
        for (uint32_t pick = m->first[r->user]; pick < m->first[r->user + 1]; pick++)
            if (!is_clean(x, r, m->fogs[pick]))
                first = first_swap(m, x, r, pick, from, first, NULL);
        if (first == UINT64_MAX) break;
        exchange(m, x, r, first);
        row_read(m, x, r);
        accepted++;
        from = first + 1;
    }
    return accepted;
}

static uint64_t sweep_moves(const struct market *m, struct matching *x, struct row *r)
{
    uint64_t accepted = 0;
    for (uint32_t pick = m->first[r->user]; pick < m->first[r->user + 1]; pick++) {
        if (is_clean(x, r, m->fogs[pick]) || judge_move(m, x, r, pick) != ACCEPTABLE) continue;
        matching_take(m, x, r->user, r->slot, pick);
        row_read(m, x, r);
        accepted++;
    }
    return accepted;
}

// Free places of a user are alike: a move out of the first of them stands for all.
static bool is_another_free_place(const struct market *m, const struct matching *x,
                                  const struct row *r)
{
    for (uint32_t before = 0; !r->own && before < r->slot; before++)
        if (matching_fog(m, x, r->user, before) == NO_FOG) return true;
    return false;
}

static uint64_t sweep(const struct market *m, struct matching *x)
{
    uint64_t accepted = 0;
    for (uint32_t u = 0; u < m->user_count; u++)
        for (uint32_t slot = 0; slot < m->theta; slot++) {
            uint64_t  *checked = &x->checked[key_of(m, u, slot)];
            struct row r = {.user = u, .slot = slot, .since = *checked};
            row_read(m, x, &r);
            if (is_another_free_place(m, x, &r)) continue;
            *checked = x->clock;
            accepted += sweep_swaps(m, x, &r);
            if (m->open_slots != OPEN_NONE) accepted += sweep_moves(m, x, &r);
        }
    return accepted;
}

// Everything once more, skipping and changing nothing.
static struct tally take_stock(const struct market *m, struct matching *x)
{
    struct tally t = {{0}};
    for (uint32_t u = 0; u < m->user_count; u++)
        for (uint32_t slot = 0; slot < m->theta; slot++) {
            struct row r = {.user = u, .slot = slot};
            row_read(m, x, &r);
            if (is_another_free_place(m, x, &r)) continue;
            for (uint32_t pick = m->first[u]; pick < m->first[u + 1]; pick++) {
                if (r.own) (void)first_swap(m, x, &r, pick, key_of(m, u + 1, 0), UINT64_MAX, &t);
                if (m->open_slots != OPEN_NONE) t.of[judge_move(m, x, &r, pick)]++;
            }
        }
    return t;
}

void matching_settle(const struct market *m, struct matching *x)
{
    while (x->sweeps < m->max_sweeps && !x->settled) {
        uint64_t accepted = sweep(m, x);
        x->sweeps++;
        x->accepted += accepted;
        x->settled = accepted == 0;
    }
    struct tally left = take_stock(m, x);
    assert(!x->settled || !left.of[ACCEPTABLE]);
    x->guard_blocked = left.of[BLOCKED];
}
