#include "sim/resource.h"

#include <assert.h>
#include <string.h>

void queues_init(struct queues *q, struct arena *a, uint32_t length_limit)
{
    *q = (struct queues){.arena = a, .free_line = NO_LINE, .length_limit = length_limit};
}

void resource_init(struct resource *r, uint32_t servers, enum service service)
{
    assert(servers > 0 && servers <= UINT16_MAX);
    *r = (struct resource){.servers = (uint16_t)servers,
                           .service = (uint8_t)service,
                           .line = NO_LINE,
                           .lengths = NO_LENGTHS};
}

void resource_observe(struct resource *r, struct queues *q)
{
    if (!q->length_limit) return;
    q->lengths = arena_grow(q->arena, q->lengths, &q->lengths_capacity, q->lengths_count + 1,
                            sizeof *q->lengths);
    r->lengths = q->lengths_count++;
    struct lengths *l = &q->lengths[r->lengths];
    *l = (struct lengths){.count = 1};
    l->ns = arena_grow(q->arena, NULL, &l->capacity, 1, sizeof *l->ns);
}

static void keep_length(struct queues *q, struct lengths *l, uint32_t length, sim_ns span)
{
    if (length >= q->length_limit) length = q->length_limit - 1;
    if (length >= l->count) {
        l->ns = arena_grow(q->arena, l->ns, &l->capacity, length + 1, sizeof *l->ns);
        l->count = length + 1;
    }
    l->ns[length] += span;
}

static void integrate(struct resource *r, struct queues *q, sim_ns now)
{
    sim_ns span = now - r->changed_ns;
    assert(span >= 0);
    if (r->service == SERVICE_SHARED) r->busy_ns += span * r->busy; // else known when one begins
    if (r->waiting) {
        r->waiting_integral += (double)span * r->waiting;
        r->area_ns += (uint64_t)span * r->waiting;
    }
    if (r->lengths != NO_LENGTHS && span) keep_length(q, &q->lengths[r->lengths], r->waiting, span);
    r->changed_ns = now;
}

void resource_count(struct resource *r, struct queues *q, sim_ns now, int32_t by)
{
    integrate(r, q, now);
    assert(by >= 0 || r->waiting >= (uint32_t)-by);
    r->waiting = (uint32_t)((int64_t)r->waiting + by);
    if (r->waiting > r->waiting_max) r->waiting_max = r->waiting;
}

static struct waiting *take_items(struct queues *q, uint32_t size)
{
    assert(size < LINE_SIZES);
    struct waiting *items = q->free_items[size];
    if (!items) return ARENA_ARRAY(q->arena, struct waiting, 4u << size);
    memcpy(&q->free_items[size], items, sizeof(struct waiting *));
    return items;
}

static void give_items(struct queues *q, struct line *l)
{
    memcpy(l->items, &q->free_items[l->size], sizeof(struct waiting *));
    q->free_items[l->size] = l->items;
}

static struct line *line_of(struct resource *r, struct queues *q)
{
    if (r->line != NO_LINE) return &q->lines[r->line];
    if (q->free_line != NO_LINE) {
        r->line = q->free_line;
        q->free_line = q->lines[r->line].next_free;
    } else {
        q->lines =
            arena_grow(q->arena, q->lines, &q->line_capacity, q->line_count + 1, sizeof *q->lines);
        r->line = q->line_count++;
    }
    q->lines[r->line] = (struct line){.items = take_items(q, 0)};
    return &q->lines[r->line];
}

static uint32_t mask(const struct line *l)
{
    return (4u << l->size) - 1;
}

// The ring is laid out from 0 in the new room; the old one serves another line.
static void grow(struct queues *q, struct line *l)
{
    struct line bigger = {take_items(q, l->size + 1), 0, l->count, l->size + 1, 0};
    for (uint32_t i = 0; i < l->count; i++) bigger.items[i] = l->items[(l->head + i) & mask(l)];
    give_items(q, l);
    *l = bigger;
}

static bool before(const struct waiting *a, const struct waiting *b)
{
    return a->rank < b->rank || (a->rank == b->rank && a->order < b->order);
}

static void sift_up(struct line *l, uint32_t hole, struct waiting item)
{
    for (; hole > 0 && before(&item, &l->items[(hole - 1) / 2]); hole = (hole - 1) / 2)
        l->items[hole] = l->items[(hole - 1) / 2];
    l->items[hole] = item;
}

static void sift_down(struct line *l, struct waiting item)
{
    uint32_t hole = 0;
    for (uint32_t child = 1; child < l->count; child = 2 * hole + 1) {
        if (child + 1 < l->count && before(&l->items[child + 1], &l->items[child])) child++;
        if (!before(&l->items[child], &item)) break;
        l->items[hole] = l->items[child];
        hole = child;
    }
    l->items[hole] = item;
}

void resource_wait(struct resource *r, struct queues *q, sim_ns now, int64_t rank, uint64_t order,
                   uint64_t handle)
{
    struct line   *l = line_of(r, q);
    struct waiting item = {rank, order, handle};
    if (l->count > mask(l)) grow(q, l);
    if (r->is_ordered)
        sift_up(l, l->count++, item);
    else
        l->items[(l->head + l->count++) & mask(l)] = item;
    resource_count(r, q, now, 1);
}

const struct waiting *resource_peek(const struct resource *r, const struct queues *q)
{
    return r->line == NO_LINE ? NULL : &q->lines[r->line].items[q->lines[r->line].head];
}

static void pop(struct resource *r, struct queues *q)
{
    struct line *l = &q->lines[r->line];
    if (r->is_ordered)
        l->count--, sift_down(l, l->items[l->count]);
    else
        l->head = (l->head + 1) & mask(l), l->count--;
    if (l->count) return;
    give_items(q, l);
    l->next_free = q->free_line;
    q->free_line = r->line;
    r->line = NO_LINE;
}

bool resource_next(struct resource *r, struct queues *q, uint64_t *handle)
{
    const struct waiting *w = resource_peek(r, q);
    if (!w) return false;
    *handle = w->handle;
    pop(r, q);
    return true;
}

void resource_advance(struct resource *r, struct queues *q, sim_ns now)
{
    for (const struct waiting *w; (w = resource_peek(r, q)) && w->rank <= now; pop(r, q))
        resource_count(r, q, w->rank, -1);
}

void resource_present(struct resource *r, struct queues *q, sim_ns now, int32_t by)
{
    integrate(r, q, now);
    uint32_t present = (uint32_t)((int64_t)r->waiting + r->busy + by);
    r->busy = (uint16_t)(present < r->servers ? present : r->servers);
    r->waiting = present - r->busy;
    if (r->waiting > r->waiting_max) r->waiting_max = r->waiting;
}

double resource_mean_waiting(const struct resource *r, sim_ns end)
{
    if (end <= 0) return 0;
    return (r->waiting_integral + (double)(end - r->changed_ns) * r->waiting) / (double)end;
}
