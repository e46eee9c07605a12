#include "algorithms/cut/mincut.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { NO_ARC = UINT32_MAX, NO_LEVEL = UINT32_MAX };

struct search {
    struct mincut *m;
    uint32_t       source, sink;
    uint32_t      *level; // [vertex_count] arcs from the source; NO_LEVEL: cannot be reached
    uint32_t      *queue; // [vertex_count]
    uint32_t      *arc;   // [vertex_count] the next to be tried in this phase
    uint32_t      *path;  // [vertex_count] arcs from the source on
    uint32_t       length;
};

void mincut_init(struct mincut *m, uint32_t vertex_count, struct arena *a)
{
    *m = (struct mincut){.vertex_count = vertex_count, .arena = a};
    m->first = ARENA_ARRAY(a, uint32_t, vertex_count);
    for (uint32_t i = 0; i < vertex_count; i++) m->first[i] = NO_ARC;
}

static void add_arc(struct mincut *m, uint32_t from, uint32_t to, double capacity)
{
    m->arcs = (struct mincut_arc *)arena_grow(m->arena, m->arcs, &m->arc_capacity, m->arc_count + 1,
                                              sizeof *m->arcs);
    m->arcs[m->arc_count] = (struct mincut_arc){to, m->first[from], capacity};
    m->first[from] = m->arc_count++;
}

void mincut_add(struct mincut *m, uint32_t from, uint32_t to, double capacity)
{
    assert(from < m->vertex_count && to < m->vertex_count && capacity >= 0);
    add_arc(m, from, to, capacity);
    add_arc(m, to, from, 0);
}

// Breadth first over what is left; whether the sink can be reached.
static bool find_levels(struct search *s)
{
    uint32_t head = 0, tail = 0;
    for (uint32_t i = 0; i < s->m->vertex_count; i++) s->level[i] = NO_LEVEL;
    s->level[s->source] = 0;
    s->queue[tail++] = s->source;
    while (head < tail) {
        uint32_t v = s->queue[head++];
        for (uint32_t i = s->m->first[v]; i != NO_ARC; i = s->m->arcs[i].next) {
            const struct mincut_arc *arc = &s->m->arcs[i];
            if (!(arc->capacity > 0) || s->level[arc->to] != NO_LEVEL) continue;
            s->level[arc->to] = s->level[v] + 1;
            s->queue[tail++] = arc->to;
        }
    }
    return s->level[s->sink] != NO_LEVEL;
}

// Sends the most that the path bears and cuts it back to where an arc is empty.
static double augment(struct search *s)
{
    struct mincut_arc *arcs = s->m->arcs;
    double             flow = INFINITY;
    for (uint32_t i = 0; i < s->length; i++) flow = fmin(flow, arcs[s->path[i]].capacity);
    if (isinf(flow)) return flow;
    uint32_t keep = s->length;
    for (uint32_t i = s->length; i-- > 0;) {
        arcs[s->path[i]].capacity -= flow; // of an infinite one infinity is left
        arcs[s->path[i] ^ 1].capacity += flow;
        if (arcs[s->path[i]].capacity == 0) keep = i;
    }
    s->length = keep;
    return flow;
}

// One arc further towards the sink, or a dead end left for good.
static bool advance(struct search *s, uint32_t v)
{
    for (; s->arc[v] != NO_ARC; s->arc[v] = s->m->arcs[s->arc[v]].next) {
        const struct mincut_arc *arc = &s->m->arcs[s->arc[v]];
        if (!(arc->capacity > 0) || s->level[arc->to] != s->level[v] + 1) continue;
        s->path[s->length++] = s->arc[v];
        return true;
    }
    return false;
}

static double blocking_flow(struct search *s)
{
    double sum = 0;
    memcpy(s->arc, s->m->first, s->m->vertex_count * sizeof *s->arc);
    s->length = 0;
    for (;;) {
        uint32_t v = s->length ? s->m->arcs[s->path[s->length - 1]].to : s->source;
        if (v == s->sink) {
            sum += augment(s);
            if (isinf(sum)) return sum;
        } else if (!advance(s, v)) {
            if (!s->length) return sum;
            uint32_t back = s->path[--s->length], from = s->m->arcs[back ^ 1].to;
            s->arc[from] = s->m->arcs[back].next;
        }
    }
}

double mincut_solve(struct mincut *m, uint32_t source, uint32_t sink, bool *is_source_side)
{
    assert(source != sink);
    struct search s = {.m = m, .source = source, .sink = sink};
    s.level = ARENA_ARRAY(m->arena, uint32_t, m->vertex_count);
    s.queue = ARENA_ARRAY(m->arena, uint32_t, m->vertex_count);
    s.arc = ARENA_ARRAY(m->arena, uint32_t, m->vertex_count);
    s.path = ARENA_ARRAY(m->arena, uint32_t, m->vertex_count);
    double flow = 0;
    while (flow < INFINITY && find_levels(&s)) flow += blocking_flow(&s);
    for (uint32_t i = 0; i < m->vertex_count; i++) is_source_side[i] = s.level[i] != NO_LEVEL;
    return flow;
}
