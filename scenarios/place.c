// scenarios/place.c: where the nodes of a group are: fixed, drawn, on their way, or recorded.
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "scenarios/parts.h"
#include "scenarios/trace.h"

// Metres. A way of waypoints has this many points at most, over all nodes of the group.
#define FAR_M 1e9
#define MAX_WAY_POINTS 2e7

struct area {
    double x_m, y_m, width_m, height_m;
};

static struct area read_area(struct json j)
{
    struct area a = {0, 0, 1, 1};
    if (!cJSON_IsArray(j.item) || json_count(j) != 4) {
        json_fault(j, "an area: [x, y, width, height] in m");
        return a;
    }
    a.x_m = json_as_quantity(json_at(j, 0), UNIT_LENGTH, -FAR_M, FAR_M);
    a.y_m = json_as_quantity(json_at(j, 1), UNIT_LENGTH, -FAR_M, FAR_M);
    a.width_m = json_as_quantity(json_at(j, 2), UNIT_LENGTH, 1e-3, FAR_M);
    a.height_m = json_as_quantity(json_at(j, 3), UNIT_LENGTH, 1e-3, FAR_M);
    return a;
}

// Tracks of one point each, all at the origin.
static void stand(struct node_group *g, struct arena *a)
{
    struct track_point *points = ARENA_ARRAY(a, struct track_point, g->count);
    g->mobility = PLACE_FIXED;
    g->tracks = ARENA_ARRAY(a, struct track, g->count);
    for (uint32_t i = 0; i < g->count; i++) g->tracks[i] = (struct track){&points[i], 1, NS_END};
}

static bool read_point(struct json j, struct track_point *p)
{
    if (!cJSON_IsArray(j.item) || json_count(j) != 2) return json_fault(j, "a point: [x, y] in m");
    p->x_m = json_as_quantity(json_at(j, 0), UNIT_LENGTH, -FAR_M, FAR_M);
    p->y_m = json_as_quantity(json_at(j, 1), UNIT_LENGTH, -FAR_M, FAR_M);
    return true;
}

// One point for all, or a list of one for each.
static void read_at(struct node_group *g, struct json at)
{
    stand(g, at.arena);
    struct json first = json_at(at, 0);
    if (!cJSON_IsArray(first.item)) {
        struct track_point p = {0};
        if (!read_point(at, &p)) return;
        for (uint32_t i = 0; i < g->count; i++) *g->tracks[i].points = p;
        return;
    }
    if (json_count(at) != g->count) {
        json_fault(at, "[x, y], or one for each of the %u nodes", g->count);
        return;
    }
    uint32_t i = 0;
    for (struct json j = first; j.item; j = json_next(j)) read_point(j, g->tracks[i++].points);
}

// The middles of the cells of an area, row by row.
static void read_grid(struct node_group *g, struct json j)
{
    struct json grid = json_get(j, "grid"), cells = json_need(j, "area");
    if (!cJSON_IsArray(grid.item) || json_count(grid) != 2) {
        json_fault(grid, "[columns, rows]");
        return;
    }
    int64_t columns = json_as_integer(json_at(grid, 0), 1, 1000000);
    int64_t rows = json_as_integer(json_at(grid, 1), 1, 1000000);
    if (!cells.item) return;
    struct area a = read_area(cells);
    if (columns * rows < (int64_t)g->count)
        json_fault(grid, "[columns, rows] with a cell for each of the %u nodes", g->count);
    stand(g, j.arena);
    for (int64_t i = 0; i < (int64_t)g->count; i++) {
        struct track_point *p = g->tracks[i].points;
        int64_t             column = i % columns, row = i / columns;
        p->x_m = a.x_m + a.width_m * ((double)column + 0.5) / (double)columns;
        p->y_m = a.y_m + a.height_m * ((double)row + 0.5) / (double)rows;
    }
}

// Stream "place" of the group: other groups move nothing in it.
static void read_uniform(struct node_group *g, struct json j, uint64_t seed, uint32_t group)
{
    struct area a = read_area(j);
    struct rng  r;
    rng_init(&r, seed, 0, "place", group);
    stand(g, j.arena);
    for (uint32_t i = 0; i < g->count; i++) {
        struct track_point *p = g->tracks[i].points;
        p->x_m = a.x_m + a.width_m * rng_uniform(&r);
        p->y_m = a.y_m + a.height_m * rng_uniform(&r);
    }
}

// A leg is about a third of the longer side: no way may need more points than there is room for.
static void check_length(const struct node_group *g, struct json j)
{
    const struct waypoints *w = &g->waypoints;
    double leg_s = fmax(w->width_m, w->height_m) / 3 / w->speed_high_m_per_s + w->pause_s;
    if (w->horizon_s / leg_s * g->count > MAX_WAY_POINTS)
        json_fault(j, "a shorter \"horizon\": at most %.0e points on all ways together",
                   MAX_WAY_POINTS);
}

static void read_waypoints(struct node_group *g, struct json j)
{
    static const char *const keys[] = {"area", "speed", "pause", "horizon", NULL};
    uint32_t                 before = j.doc->e->fault_count;
    json_keys(j, keys);
    if (!cJSON_IsObject(j.item)) return;
    struct json       cells = json_need(j, "area"), speed = json_need(j, "speed");
    struct waypoints *w = &g->waypoints;
    g->mobility = PLACE_WAYPOINTS;
    if (cells.item) {
        struct area a = read_area(cells);
        w->x_m = a.x_m, w->y_m = a.y_m, w->width_m = a.width_m, w->height_m = a.height_m;
    }
    if (speed.item && (!cJSON_IsArray(speed.item) || json_count(speed) != 2)) {
        json_fault(speed, "[low, high]");
    } else if (speed.item) {
        w->speed_low_m_per_s = json_as_quantity(json_at(speed, 0), UNIT_SPEED, 1e-3, 1e6);
        w->speed_high_m_per_s = json_as_quantity(json_at(speed, 1), UNIT_SPEED, 1e-3, 1e6);
        if (w->speed_low_m_per_s > w->speed_high_m_per_s)
            json_fault(speed, "[low, high] with low <= high");
    }
    w->pause_s = json_quantity(j, "pause", UNIT_TIME, 0, 0, 1e7);
    w->horizon_s = json_quantity(j, "horizon", UNIT_TIME, 3600, 1, 1e8);
    if (j.doc->e->fault_count == before) check_length(g, j);
}

static void read_trace(const struct scenario *s, struct node_group *g, struct json place)
{
    const char *file = json_string(place, "trace", NULL);
    if (!file) return;
    struct arena *a = place.arena;
    const char  **names = ARENA_ARRAY(a, const char *, g->count);
    for (uint32_t i = 0; i < g->count; i++)
        names[i] = g->count == 1 ? g->name : arena_format(a, "%s%u", g->name, i);
    struct err inner = {0};
    g->mobility = PLACE_TRACE;
    if (!trace_read_tracks(&g->tracks, a, parts_beside(s, a, file), names, g->count, &inner))
        parts_pass_on(&inner, json_get(place, "trace"));
}

void parts_read_place(const struct scenario *s, struct node_group *g, struct json group)
{
    static const char *const keys[] = {"at", "grid", "area", "uniform", "waypoints", "trace", NULL};
    static const char *const ways[] = {"at", "grid", "uniform", "waypoints", "trace"};
    static const char *const area[] = {"area", NULL};
    struct json              j = json_get(group, "place");
    int                      way = -1, count = 0;
    if (!parts_has(group, "place") || !json_keys(j, keys)) return;
    for (int i = 0; i < 5; i++)
        if (parts_has(j, ways[i])) way = i, count++;
    if (count != 1) {
        json_fault(j, "one of \"at\", \"grid\", \"uniform\", \"waypoints\", \"trace\"");
        return;
    }
    if (way != 1) parts_refuse(j, area, "without \"grid\"");
    uint32_t rank = (uint32_t)(g - s->net.groups);
    switch (way) {
    case 0: read_at(g, json_get(j, "at")); break;
    case 1: read_grid(g, j); break;
    case 2: read_uniform(g, json_get(j, "uniform"), s->seed, rank); break;
    case 3: read_waypoints(g, json_get(j, "waypoints")); break;
    default: read_trace(s, g, j); break;
    }
}
