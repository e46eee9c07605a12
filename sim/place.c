#include "sim/place.h"

#include <assert.h>
#include <math.h>

static sim_ns in_period(const struct track *t, sim_ns at)
{
    return t->period < NS_END && t->period > 0 ? at % t->period : at;
}

// The last point at or before the instant; 0 where all come later.
static uint32_t find_point(const struct track *t, sim_ns at)
{
    uint32_t low = 0, high = t->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (t->points[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void track_at(const struct track *t, sim_ns at, double *x_m, double *y_m)
{
    at = in_period(t, at);
    uint32_t                  i = find_point(t, at);
    const struct track_point *p = &t->points[i], *q = p + 1;
    *x_m = p->x_m, *y_m = p->y_m;
    if (at <= p->at || i + 1 == t->count) return;
    double share = (double)(at - p->at) / (double)(q->at - p->at);
    *x_m += share * (q->x_m - p->x_m);
    *y_m += share * (q->y_m - p->y_m);
}

sim_ns track_still_until(const struct track *t, sim_ns at)
{
    if (t->count == 1) return NS_END;
    sim_ns                    now = in_period(t, at), begin = at - now;
    uint32_t                  i = find_point(t, now);
    const struct track_point *p = &t->points[i];
    if (now < p->at) return begin + p->at;
    if (i + 1 == t->count) return t->period < NS_END ? begin + t->period - 1 : NS_END; // may jump
    return p->x_m == p[1].x_m && p->y_m == p[1].y_m ? begin + p[1].at : at;
}

const struct track *net_track(const struct net *n, uint32_t node)
{
    const struct node_group *g = net_group(n, node);
    return g->mobility != PLACE_NONE && g->tracks ? &g->tracks[node - g->first] : NULL;
}

bool net_position_m(const struct net *n, uint32_t node, sim_ns at, double *x, double *y)
{
    const struct track *t = net_track(n, node);
    if (t) track_at(t, at, x, y);
    return t;
}

bool net_distance_m(const struct net *n, uint32_t from, uint32_t to, sim_ns at, double *out)
{
    double fx, fy, tx, ty;
    if (!net_position_m(n, from, at, &fx, &fy) || !net_position_m(n, to, at, &tx, &ty))
        return false;
    *out = hypot(tx - fx, ty - fy);
    return true;
}

// ---- random waypoints ---------------------------------------------------------------------------

struct pen {
    struct track_point *points; // NULL: only counted
    uint32_t            count;
    struct track_point  last;
};

static void draw_to(struct pen *pen, sim_ns after, double x_m, double y_m)
{
    sim_ns at = pen->last.at + after;
    pen->last = (struct track_point){at < NS_END ? at : NS_END, x_m, y_m};
    if (pen->points) pen->points[pen->count] = pen->last;
    pen->count++;
}

static void walk_to(struct pen *pen, const struct waypoints *w, struct rng *r, double x_m,
                    double y_m)
{
    double speed =
        w->speed_low_m_per_s + (w->speed_high_m_per_s - w->speed_low_m_per_s) * rng_uniform(r);
    if (w->pause_s > 0) draw_to(pen, ns_or_end(w->pause_s), pen->last.x_m, pen->last.y_m);
    sim_ns span = ns_or_end(hypot(x_m - pen->last.x_m, y_m - pen->last.y_m) / speed);
    draw_to(pen, span > 0 ? span : 1, x_m, y_m);
}

uint32_t waypoints_make(const struct waypoints *w, struct rng *r, struct track_point *points,
                        sim_ns *period)
{
    assert(w->speed_low_m_per_s > 0 && w->speed_high_m_per_s >= w->speed_low_m_per_s);
    assert(w->width_m >= 0 && w->height_m >= 0 && w->pause_s >= 0);
    struct pen pen = {.points = points};
    double x_m = w->x_m + w->width_m * rng_uniform(r), y_m = w->y_m + w->height_m * rng_uniform(r);
    draw_to(&pen, 0, x_m, y_m);
    *period = NS_END;
    if (!(w->width_m > 0 || w->height_m > 0)) return pen.count;
    const sim_ns horizon = ns_or_end(w->horizon_s);
    do {
        double to_x_m = w->x_m + w->width_m * rng_uniform(r),
               to_y_m = w->y_m + w->height_m * rng_uniform(r);
        walk_to(&pen, w, r, to_x_m, to_y_m);
    } while (pen.last.at < horizon);
    walk_to(&pen, w, r, x_m, y_m);
    *period = pen.last.at < NS_END ? pen.last.at : NS_END;
    return pen.count;
}

static void move_group(struct node_group *g, struct arena *a, uint64_t seed, uint32_t replication)
{
    g->tracks = ARENA_ARRAY(a, struct track, g->count);
    for (uint32_t i = 0; i < g->count; i++) {
        struct track *t = &g->tracks[i];
        struct rng    r;
        rng_init(&r, seed, replication, "mobility", g->first + i);
        t->count = waypoints_make(&g->waypoints, &r, NULL, &t->period);
        t->points = ARENA_ARRAY(a, struct track_point, t->count);
        rng_init(&r, seed, replication, "mobility", g->first + i);
        waypoints_make(&g->waypoints, &r, t->points, &t->period);
    }
}

void net_move(struct net *n, struct arena *a, uint64_t seed, uint32_t replication)
{
    bool anybody = false;
    for (uint32_t g = 0; g < n->group_count; g++)
        anybody = anybody || n->groups[g].mobility == PLACE_WAYPOINTS;
    if (!anybody) return;
    struct node_group *groups = ARENA_ARRAY(a, struct node_group, n->group_count);
    for (uint32_t g = 0; g < n->group_count; g++) {
        groups[g] = n->groups[g];
        if (groups[g].mobility == PLACE_WAYPOINTS) move_group(&groups[g], a, seed, replication);
    }
    n->groups = groups;
}
