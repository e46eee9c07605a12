#include "algorithms/common/candidates.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "algorithms/common/reach.h"

// Whether nothing constant rules out the fog nodes of a group; then `out` has its time.
static bool is_eligible(const struct view *v, uint32_t user_group, uint32_t group, double tau_s,
                        struct fog_run *out)
{
    const struct net   *n = v->net;
    const struct probe *p = &v->probes[user_group * n->group_count + group];
    const struct route *there = &n->routes[user_group * n->group_count + group],
                       *back = &n->routes[group * n->group_count + user_group];
    out->alone_s = p->transmission_s + p->execution_s + p->loading_s + p->edge_delay_s;
    out->is_varying = there->is_varying || back->is_varying;
    if (!v->fits[group] || !there->is_reachable || !back->is_reachable) return false;
    if (isinf(p->transmission_s) || out->alone_s > tau_s) return false;
    return there->is_varying || there->rate_bytes_per_s >= v->limits->gamma_bytes_per_s;
}

void candidates_eligible(const struct view *v, uint32_t user, struct arena *scratch,
                         struct eligible *out)
{
    const struct net *n = v->net;
    *out = (struct eligible){ARENA_ARRAY(scratch, struct fog_run, n->group_count), 0, 0,
                             view_tau_s(v, user), false};
    for (uint32_t i = 0, end; i < v->fog_count; i = end) {
        uint32_t       group = n->group_of[v->fogs[i]];
        uint32_t       rest = n->groups[group].first + n->groups[group].count - v->fogs[i];
        struct fog_run run = {.first = v->fogs[i], .place = i, .count = v->fog_count - i};
        if (rest < run.count) run.count = rest;
        end = i + run.count;
        assert(v->fogs[end - 1] - run.first == run.count - 1);
        if (!is_eligible(v, n->group_of[user], group, out->tau_s, &run)) continue;
        out->runs[out->run_count++] = run;
        out->count += run.count;
        out->any_varies |= run.is_varying;
    }
}

uint32_t candidates_at(const struct eligible *x, uint32_t rank, const struct fog_run **run)
{
    const struct fog_run *r = x->runs;
    assert(rank < x->count);
    while (rank >= r->count) rank -= (r++)->count;
    *run = r;
    return r->first + rank;
}

double candidates_queue_s(const struct view *v, const struct eligible *x, uint32_t fog)
{
    return isinf(x->tau_s) ? 0 : view_backlog_s(v, fog);
}

// A way of which the rate depends on the pair of nodes or on time.
static bool serves_varying(const struct view *v, uint32_t user, uint32_t fog, double queue_s,
                           double tau_s)
{
    if (net_route(v->net, user, fog)->is_varying) {
        double rate = net_rate(v->net, user, fog, v->now);
        if (!(rate > 0 && rate >= v->limits->gamma_bytes_per_s)) return false;
    }
    return isinf(tau_s) || view_alone_s(v, user, fog) + queue_s <= tau_s;
}

bool candidates_serves(const struct view *v, uint32_t user, const struct eligible *x,
                       const struct fog_run *run, uint32_t fog, double queue_s)
{
    if (run->alone_s + queue_s > x->tau_s) return false;
    if (v->is_up && !v->is_up(v->now_ctx, fog)) return false;
    if (v->is_reachable &&
        !(v->is_reachable(v->now_ctx, user, fog) && v->is_reachable(v->now_ctx, fog, user)))
        return false;
    return !run->is_varying || serves_varying(v, user, fog, queue_s, x->tau_s);
}

bool view_is_candidate(const struct view *v, uint32_t user, uint32_t fog, double queue_s)
{
    struct eligible x = {.tau_s = view_tau_s(v, user)};
    struct fog_run  run = {.first = fog, .count = 1};
    return is_eligible(v, v->net->group_of[user], v->net->group_of[fog], x.tau_s, &run) &&
           candidates_serves(v, user, &x, &run, fog, queue_s);
}

// ---- the nearest --------------------------------------------------------------------------------

// Where a user's ties begin: the fog node of its rank among the users, modulo their number.
static uint32_t first_of_ties(const struct view *v, uint32_t user)
{
    const struct net *n = v->net;
    uint32_t          rank = user - net_group(n, user)->first;
    for (uint32_t g = 0; g < n->group_of[user]; g++)
        if (n->groups[g].role == ROLE_USER) rank += n->groups[g].count;
    return v->fogs[rank % v->fog_count];
}

// The element that would stand at `rank` if x were sorted; reorders x. Hoare's selection with the
// middle as pivot; O(count) expected.
static double select_rank(double *x, uint32_t count, uint32_t rank)
{
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        double   pivot = x[low + (high - low) / 2];
        uint32_t i = low, j = high;
        for (;;) {
            while (x[i] < pivot) i++;
            while (pivot < x[j]) j--;
            if (i >= j) break;
            double swap = x[i];
            x[i++] = x[j];
            x[j--] = swap;
        }
        if (rank <= j)
            high = j;
        else
            low = j + 1;
    }
    return x[rank];
}

// Keeps the `most` of the least time alone.
static uint32_t keep_nearest(const struct view *v, uint32_t user, uint32_t most,
                             struct arena *scratch, uint32_t *out, uint32_t count)
{
    if (count <= most) return count;
    struct arena_mark mark = arena_mark(scratch);
    double           *alone_s = ARENA_ARRAY(scratch, double, count),
           *order = ARENA_ARRAY(scratch, double, count);
    for (uint32_t i = 0; i < count; i++) order[i] = alone_s[i] = view_alone_s(v, user, out[i]);
    double   last_s = select_rank(order, count, most - 1);
    uint32_t begin = first_of_ties(v, user), late = most, early, kept = 0;
    for (uint32_t i = 0; i < count; i++) late -= alone_s[i] < last_s;
    early = late; // of those that take as long as the last: behind the beginning, then before it
    for (uint32_t i = 0; i < count; i++)
        early -= early && out[i] >= begin && !(alone_s[i] < last_s || alone_s[i] > last_s);
    late -= early;
    for (uint32_t i = 0; i < count; i++) {
        bool      is_less = alone_s[i] < last_s, is_tie = !is_less && !(alone_s[i] > last_s);
        uint32_t *ties = out[i] < begin ? &early : &late;
        if (is_less || (is_tie && *ties)) out[kept++] = out[i];
        if (is_tie && *ties) --*ties;
    }
    arena_rewind(scratch, mark);
    return kept;
}

struct walk { // collects candidates until there are enough
    const struct view     *v;
    const struct eligible *x;
    const double          *queues;
    uint32_t               user, most, count, *out;
};

static double queue_of(const struct walk *w, const struct fog_run *run, uint32_t fog)
{
    return w->queues ? w->queues[run->place + (fog - run->first)]
                     : candidates_queue_s(w->v, w->x, fog);
}

static void walk_over(struct walk *w, const struct fog_run *run, uint32_t first, uint32_t end)
{
    for (uint32_t fog = first; fog < end && w->count < w->most; fog++)
        if (candidates_serves(w->v, w->user, w->x, run, fog, queue_of(w, run, fog)))
            w->out[w->count++] = fog;
}

static int by_time(const void *a, const void *b)
{
    const struct fog_run *x = a, *y = b;
    if (x->alone_s < y->alone_s || x->alone_s > y->alone_s) return x->alone_s < y->alone_s ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

static int by_node(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

// The runs [first, end) take the same time: from `begin` on, then those before it.
static void walk_ties(struct walk *w, const struct fog_run *first, const struct fog_run *end,
                      uint32_t begin)
{
    for (const struct fog_run *r = first; r < end; r++)
        walk_over(w, r, r->first > begin ? r->first : begin, r->first + r->count);
    for (const struct fog_run *r = first; r < end; r++) {
        uint32_t last = r->first + r->count;
        walk_over(w, r, r->first, last < begin ? last : begin);
    }
}

// Where no time varies: runs in order of their time.
static void walk_nearest(struct walk *w, struct eligible *x)
{
    uint32_t              begin = first_of_ties(w->v, w->user);
    const struct fog_run *end = x->runs + x->run_count;
    qsort(x->runs, x->run_count, sizeof *x->runs, by_time);
    for (const struct fog_run *r = x->runs, *next; r < end && w->count < w->most; r = next) {
        for (next = r + 1; next < end && !(next->alone_s > r->alone_s);) next++;
        walk_ties(w, r, next, begin);
    }
    qsort(w->out, w->count, sizeof *w->out, by_node);
}

// ---- by distance --------------------------------------------------------------------------------

// The fog nodes of a run within reach, and how far they are.
static uint32_t within_reach(const struct walk *w, const struct fog_run *run, const struct reach *r,
                             uint32_t *near, double *distance_m)
{
    uint32_t count = 0;
    for (uint32_t fog = run->first; fog < run->first + run->count; fog++) {
        near[count] = fog;
        distance_m[count] = reach_distance_m(w->v, r, w->user, fog);
        count += distance_m[count] <= r->most_m;
    }
    return count;
}

static void walk_list(struct walk *w, const struct fog_run *run, const uint32_t *fogs,
                      uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (candidates_serves(w->v, w->user, w->x, run, fogs[i], queue_of(w, run, fogs[i])))
            w->out[w->count++] = fogs[i];
}

// Whether `most` of w->out take less time than any fog node that is farther than `far`.
static bool are_nearest(const struct walk *w, uint32_t most, uint32_t far)
{
    double   limit_s = view_alone_s(w->v, w->user, far);
    uint32_t less = 0;
    for (uint32_t i = 0; i < w->count && less < most; i++)
        less += view_alone_s(w->v, w->user, w->out[i]) < limit_s;
    return less == most;
}

// Where the time rises with the distance: the nearest fog nodes, more and more of them until those
// left out cannot be among the `most` of the least time, nor tie with them.
static void walk_outwards(struct walk *w, const struct fog_run *run, const uint32_t *near,
                          const double *distance_m, uint32_t count, uint32_t most,
                          struct arena *scratch)
{
    double   *order = ARENA_ARRAY(scratch, double, count);
    uint32_t *inner = ARENA_ARRAY(scratch, uint32_t, count), taken = count, before = w->count;
    for (uint32_t wanted = 2 * most; wanted < count; wanted *= 2) {
        uint32_t far = 0;
        for (uint32_t i = 0; i < count; i++) order[i] = distance_m[i];
        double radius_m = select_rank(order, count, wanted - 1);
        taken = 0;
        for (uint32_t i = 0; i < count; i++) {
            if (distance_m[i] <= radius_m * REACH_WIDER) inner[taken++] = near[i];
            if (!(distance_m[i] < radius_m || distance_m[i] > radius_m)) far = near[i];
        }
        w->count = before;
        walk_list(w, run, inner, taken);
        if (are_nearest(w, most, far)) return;
    }
    w->count = before;
    walk_list(w, run, near, count);
}

// All candidates of a run; of a run that is the only one those alone that may be among the nearest.
static void walk_run(struct walk *w, const struct fog_run *run, struct arena *scratch)
{
    struct reach r = {0};
    if (run->is_varying) r = reach_of(w->v, w->user, run->first, run->alone_s, w->x->tau_s);
    if (!r.is_bound) {
        walk_over(w, run, run->first, run->first + run->count);
        return;
    }
    uint32_t *near = ARENA_ARRAY(scratch, uint32_t, run->count + 1);
    double   *distance_m = ARENA_ARRAY(scratch, double, run->count + 1);
    uint32_t  count = within_reach(w, run, &r, near, distance_m), most = w->v->limits->candidates;
    if (r.is_ordered && w->x->run_count == 1 && most < count / 2)
        walk_outwards(w, run, near, distance_m, count, most, scratch);
    else
        walk_list(w, run, near, count);
}

uint32_t view_candidates(const struct view *v, uint32_t user, const double *queues,
                         struct arena *scratch, uint32_t *out)
{
    struct arena_mark mark = arena_mark(scratch);
    struct eligible   x;
    candidates_eligible(v, user, scratch, &x);
    bool        nearest = v->limits->candidates < x.count && !x.any_varies;
    struct walk w = {v, &x, queues, user, nearest ? v->limits->candidates : x.count, 0, out};
    if (nearest)
        walk_nearest(&w, &x);
    else
        for (const struct fog_run *r = x.runs; r < x.runs + x.run_count; r++)
            walk_run(&w, r, scratch);
    arena_rewind(scratch, mark);
    return keep_nearest(v, user, v->limits->candidates, scratch, out, w.count);
}
