#include "algorithms/hyps/layout.h"

#include <math.h>

struct maker {
    const struct layout_rules *r;
    const struct worker       *workers;
    uint32_t                   worker_count, capacity, turn;
    double                     room_bytes; // of the largest worker
    bool                       any_swaps;
    double                    *weights_bytes, *live_bytes; // [worker_count] resident: held so far
    struct arena              *scratch;
    struct layout             *out;
};

static double held(const struct partition_need *n)
{
    return n->weight_bytes + n->live_bytes;
}

static bool fail(struct maker *m, uint32_t layer, double missing_bytes)
{
    m->out->missing_layer = layer;
    m->out->missing_bytes = missing_bytes;
    return false;
}

// ---- vertical -----------------------------------------------------------------------------------

// Drops optional points, those nearest to the input first, until at most `most` partitions are
// left.
static void merge_partitions(struct split *s, uint32_t most)
{
    uint32_t count = 0;
    for (uint32_t first = 0, p; first < s->graph->layer_count; first = p) {
        for (p = first + 1; !s->points[p];) p++;
        count += !split_is_empty(s, first, p);
    }
    for (uint32_t p = 1; p < s->graph->layer_count && count > most; p++) {
        if (s->points[p] != POINT_OPTIONAL) continue;
        s->points[p] = POINT_NONE;
        count--;
    }
}

// A point that was there before, nearest to the output, strictly inside; 0: none.
static uint32_t point_inside(const uint8_t *all, uint32_t first, uint32_t end)
{
    for (uint32_t p = end; p-- > first + 1;)
        if (all[p] != POINT_NONE) return p;
    return 0;
}

// Where [first, end) exceeds the memory, dropped points come back from the output's side.
static void restore_points(struct maker *m, const uint8_t *all, uint32_t first, uint32_t end)
{
    struct split *s = &m->out->split;
    while (end > first) {
        struct partition_need n = split_need(s, first, end);
        uint32_t              point = held(&n) > m->room_bytes ? point_inside(all, first, end) : 0;
        if (!point) return;
        s->points[point] = POINT_OPTIONAL;
        end = point;
    }
}

static void choose_points(struct maker *m)
{
    struct split *s = &m->out->split;
    uint32_t      count = s->graph->layer_count;
    uint8_t      *all = ARENA_ARRAY(m->scratch, uint8_t, count + 1);
    if (!m->r->partitions) return;
    for (uint32_t p = 0; p <= count; p++) all[p] = s->points[p];
    merge_partitions(s, m->r->partitions);
    for (uint32_t first = 0, end; first < count; first = end) {
        for (end = first + 1; !s->points[end];) end++;
        restore_points(m, all, first, end);
    }
}

// ---- horizontal ---------------------------------------------------------------------------------

static uint32_t parts_of(const struct maker *m, uint32_t first, uint32_t end)
{
    const struct split *s = &m->out->split;
    if (!s->complex[first]) return 1;
    uint32_t extent = split_extent(s, first);
    if (m->r->h_parts) return m->r->h_parts < extent ? m->r->h_parts : extent;
    for (uint32_t parts = 1; parts <= extent && parts <= LAYOUT_MOST_PARTS; parts++) {
        struct partition_need n = split_part_need(s, first, end, (extent + parts - 1) / parts);
        if (held(&n) <= m->room_bytes) return parts;
    }
    return 1; // none fits: whole, for a node that swaps
}

// ---- workers ------------------------------------------------------------------------------------

// What a worker would hold with this unit.
static double with_unit(const struct maker *m, uint32_t worker, const struct partition_need *n)
{
    if (!m->r->is_resident) return held(n);
    return m->weights_bytes[worker] + n->weight_bytes + fmax(m->live_bytes[worker], n->live_bytes);
}

static bool find_worker(struct maker *m, struct hyps_unit *u)
{
    double missing = INFINITY;
    for (int swaps = 0; swaps <= (int)m->any_swaps; swaps++)
        for (uint32_t i = 0; i < m->worker_count; i++) {
            uint32_t             w = (m->turn + i) % m->worker_count;
            const struct worker *x = &m->workers[w];
            double               over = with_unit(m, w, &u->need) - x->memory_bytes;
            missing = fmin(missing, over);
            if (over > 0 && !(swaps && x->may_swap)) continue;
            u->worker = w;
            return true;
        }
    return fail(m, u->first, missing);
}

static bool add_unit(struct maker *m, struct hyps_unit u)
{
    struct layout *out = m->out;
    if (!find_worker(m, &u)) return false;
    out->held_bytes = fmax(out->held_bytes, with_unit(m, u.worker, &u.need));
    m->weights_bytes[u.worker] += u.need.weight_bytes;
    m->live_bytes[u.worker] = fmax(m->live_bytes[u.worker], u.need.live_bytes);
    m->turn = (u.worker + 1) % m->worker_count;
    out->units =
        arena_grow(m->scratch, out->units, &m->capacity, out->unit_count + 1, sizeof *out->units);
    out->units[out->unit_count++] = u;
    return true;
}

static bool add_partition(struct maker *m, uint32_t first, uint32_t end)
{
    struct layout   *out = m->out;
    struct hyps_unit u = {.first = first, .end = end, .partition = out->partition_count++};
    u.parts = parts_of(m, first, end);
    if (u.parts > out->most_parts) out->most_parts = u.parts;
    if (u.parts == 1) {
        u.need = split_need(&out->split, first, end);
        return add_unit(m, u);
    }
    for (uint32_t extent = split_extent(&out->split, first); u.part < u.parts; u.part++) {
        uint32_t begin = split_begin(extent, u.parts, u.part);
        u.need = split_part_need(&out->split, first, end,
                                 split_begin(extent, u.parts, u.part + 1) - begin);
        if (!add_unit(m, u)) return false;
    }
    return true;
}

bool layout_make(const struct graph *g, const struct layout_rules *r, const struct worker *workers,
                 uint32_t worker_count, struct arena *scratch, struct layout *out)
{
    struct maker m = {.r = r,
                      .workers = workers,
                      .worker_count = worker_count,
                      .weights_bytes = ARENA_ARRAY(scratch, double, worker_count),
                      .live_bytes = ARENA_ARRAY(scratch, double, worker_count),
                      .scratch = scratch,
                      .out = out};
    *out = (struct layout){.most_parts = 1};
    split_find(g, r->threshold, r->optional, scratch, &out->split);
    for (uint32_t w = 0; w < worker_count; w++) {
        m.room_bytes = fmax(m.room_bytes, workers[w].memory_bytes);
        m.any_swaps |= workers[w].may_swap;
    }
    choose_points(&m);
    for (uint32_t first = 0, end; first < g->layer_count; first = end) {
        for (end = first + 1; !out->split.points[end];) end++;
        if (split_is_empty(&out->split, first, end)) continue;
        if (!add_partition(&m, first, end)) return false;
    }
    return true;
}

double layout_least_bytes(const struct graph *g, const struct layout_rules *r,
                          struct arena *scratch)
{
    struct split s;
    double       least = 0;
    split_find(g, r->threshold, r->optional, scratch, &s);
    for (uint32_t first = 0, end; first < g->layer_count; first = end) {
        for (end = first + 1; !s.points[end];) end++;
        struct partition_need n =
            s.complex[first] ? split_part_need(&s, first, end, 1) : split_need(&s, first, end);
        least = fmax(least, held(&n));
    }
    return least;
}
