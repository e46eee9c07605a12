#include "sim/resource.h"

#include <assert.h>
#include <string.h>

void queues_init(struct queues *q, struct arena *a, uint32_t length_limit)
{
    *q = (struct queues){.arena = a, .length_limit = length_limit};
}

void resource_init(struct resource *r, uint32_t servers, enum service service)
{
    static_assert(sizeof *r == 64, "a cache line");
    assert(servers > 0 && servers <= UINT16_MAX);
    *r = (struct resource){
        .servers = (uint16_t)servers, .service = (uint8_t)service, .queue = NO_QUEUE};
}

static struct queue *queue_of(struct resource *r, struct queues *q)
{
    if (r->queue != NO_QUEUE) return &q->items[r->queue];
    q->items = arena_grow(q->arena, q->items, &q->capacity, q->count + 1, sizeof *q->items);
    r->queue = q->count++;
    q->items[r->queue] = (struct queue){0};
    return &q->items[r->queue];
}

const struct queue *resource_queue(const struct resource *r, const struct queues *q)
{
    return r->queue == NO_QUEUE ? NULL : &q->items[r->queue];
}

void resource_observe(struct resource *r, struct queues *q)
{
    if (!q->length_limit) return;
    struct queue *x = queue_of(r, q);
    x->length_ns = arena_grow(q->arena, NULL, &x->length_capacity, 1, sizeof *x->length_ns);
    x->length_count = 1;
}

// ---- statistics ---------------------------------------------------------------------------------

static void keep_length(struct queues *q, struct queue *x, uint32_t length, sim_ns span)
{
    if (length >= q->length_limit) length = q->length_limit - 1;
    if (length >= x->length_count) {
        x->length_ns = arena_grow(q->arena, x->length_ns, &x->length_capacity, length + 1,
                                  sizeof *x->length_ns);
        x->length_count = length + 1;
    }
    x->length_ns[length] += span;
}

static void integrate(struct resource *r, struct queues *q, struct queue *x, sim_ns now)
{
    sim_ns span = now - x->changed_ns;
    assert(span >= 0);
    if (r->service == SERVICE_SHARED) r->busy_ns += span * r->busy; // else known when one begins
    if (r->waiting) {
        x->waiting_integral += (double)span * r->waiting;
        x->area_ns += (uint64_t)span * r->waiting;
    }
    if (x->length_ns && span) keep_length(q, x, r->waiting, span);
    x->changed_ns = now;
}

static void set_waiting(struct resource *r, struct queue *x, uint32_t waiting)
{
    r->waiting = waiting;
    if (waiting > x->waiting_max) x->waiting_max = waiting;
}

void resource_count(struct resource *r, struct queues *q, sim_ns now, int32_t by)
{
    if (r->queue == NO_QUEUE && by == 0) return;
    struct queue *x = queue_of(r, q);
    assert(by >= 0 || r->waiting >= (uint32_t)-by);
    integrate(r, q, x, now);
    set_waiting(r, x, (uint32_t)((int64_t)r->waiting + by));
}

void resource_present(struct resource *r, struct queues *q, sim_ns now, int32_t by)
{
    struct queue *x = queue_of(r, q);
    integrate(r, q, x, now);
    uint32_t present = (uint32_t)((int64_t)r->waiting + r->busy + by);
    r->busy = (uint16_t)(present < r->servers ? present : r->servers);
    set_waiting(r, x, present - r->busy);
}

double resource_mean_waiting(const struct resource *r, const struct queues *q, sim_ns end)
{
    const struct queue *x = resource_queue(r, q);
    if (end <= 0 || !x) return 0;
    return (x->waiting_integral + (double)(end - x->changed_ns) * r->waiting) / (double)end;
}

// ---- who waits ----------------------------------------------------------------------------------

static struct waiting *take_room(struct queues *q, uint32_t size)
{
    assert(size < ROOM_SIZES);
    struct waiting *items = q->free_rooms[size];
    if (!items) return ARENA_ARRAY(q->arena, struct waiting, 4u << size);
    memcpy(&q->free_rooms[size], items, sizeof(struct waiting *));
    return items;
}

static void give_room(struct queues *q, struct waiting *items, uint32_t size)
{
    memcpy(items, &q->free_rooms[size], sizeof(struct waiting *));
    q->free_rooms[size] = items;
}

static uint32_t mask(const struct queue *x)
{
    return (4u << x->size) - 1;
}

// The ring is laid out from 0 in the new room; the old one serves another queue.
static void make_room(struct queues *q, struct queue *x)
{
    if (!x->items) {
        x->items = take_room(q, 0);
        x->head = x->size = 0;
    }
    if (x->count <= mask(x)) return;
    struct waiting *bigger = take_room(q, x->size + 1);
    for (uint32_t i = 0; i < x->count; i++) bigger[i] = x->items[(x->head + i) & mask(x)];
    give_room(q, x->items, x->size);
    x->items = bigger;
    x->head = 0;
    x->size++;
}

static bool before(const struct waiting *a, const struct waiting *b)
{
    return a->rank < b->rank || (a->rank == b->rank && a->order < b->order);
}

static void sift_up(struct queue *x, uint32_t hole, struct waiting item)
{
    for (; hole > 0 && before(&item, &x->items[(hole - 1) / 2]); hole = (hole - 1) / 2)
        x->items[hole] = x->items[(hole - 1) / 2];
    x->items[hole] = item;
}

static void sift_down(struct queue *x, struct waiting item)
{
    uint32_t hole = 0;
    for (uint32_t child = 1; child < x->count; child = 2 * hole + 1) {
        if (child + 1 < x->count && before(&x->items[child + 1], &x->items[child])) child++;
        if (!before(&x->items[child], &item)) break;
        x->items[hole] = x->items[child];
        hole = child;
    }
    x->items[hole] = item;
}

void resource_wait(struct resource *r, struct queues *q, sim_ns now, int64_t rank, uint64_t order,
                   uint64_t handle)
{
    struct queue  *x = queue_of(r, q);
    struct waiting item = {rank, order, handle};
    make_room(q, x);
    if (r->is_ordered)
        sift_up(x, x->count++, item);
    else
        x->items[(x->head + x->count++) & mask(x)] = item;
    resource_count(r, q, now, 1);
}

const struct waiting *resource_peek(const struct resource *r, const struct queues *q)
{
    const struct queue *x = resource_queue(r, q);
    return x && x->items ? &x->items[x->head] : NULL;
}

static void pop(struct resource *r, struct queues *q)
{
    struct queue *x = &q->items[r->queue];
    if (r->is_ordered)
        x->count--, sift_down(x, x->items[x->count]);
    else
        x->head = (x->head + 1) & mask(x), x->count--;
    if (x->count) return;
    give_room(q, x->items, x->size);
    x->items = NULL;
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
