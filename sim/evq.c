#include "sim/evq.h"

enum { LATE_LIMIT = 64, FIRST_SLAB_CHUNKS = 96 };

void evq_init(struct evq *q, struct arena *a)
{
    *q = (struct evq){.arena = a, .fresh_room = FIRST_SLAB_CHUNKS / 2};
    for (uint32_t l = 0; l < EVQ_LEVELS; l++)
        for (uint32_t d = 0; d < EVQ_DIGITS; d++) q->buckets[l][d].count = EVQ_CHUNK;
    q->late = arena_grow(a, NULL, &q->late_capacity, 2 * LATE_LIMIT, sizeof *q->late);
}

static struct evq_chunk *take_chunk(struct evq *q)
{
    struct evq_chunk *c = q->free;
    if (c) {
        q->free = c->next;
        return c;
    }
    if (!q->fresh_count) {
        q->fresh_room = q->fresh_count = 2 * q->fresh_room;
        q->fresh = ARENA_ARRAY(q->arena, struct evq_chunk, q->fresh_room);
    }
    return &q->fresh[--q->fresh_count];
}

static void give_chunk(struct evq *q, struct evq_chunk *c)
{
    c->next = q->free;
    q->free = c;
}

void evq_open_chunk(struct evq *q, uint32_t level, uint32_t digit)
{
    struct evq_bucket *b = &q->buckets[level][digit];
    struct evq_chunk  *c = take_chunk(q);
    c->next = b->chunk;
    *b = (struct evq_bucket){c, 0};
    q->levels |= 1u << level;
    q->digits[level] |= 1ull << digit;
}

// Takes the first bucket of the lowest level out and makes its start the base.
static struct evq_bucket take_bucket(struct evq *q, uint32_t *level)
{
    uint32_t l = *level = (uint32_t)__builtin_ctz(q->levels);
    uint32_t d = (uint32_t)__builtin_ctzll(q->digits[l]);
    q->digits[l] &= q->digits[l] - 1;
    if (!q->digits[l]) q->levels &= q->levels - 1;
    struct evq_bucket b = q->buckets[l][d];
    q->buckets[l][d] = (struct evq_bucket){NULL, EVQ_CHUNK};
    uint32_t shift = l * EVQ_DIGIT_BITS;
    uint64_t above = l + 1 < EVQ_LEVELS ? q->base >> (shift + EVQ_DIGIT_BITS) : 0;
    q->base = (above << EVQ_DIGIT_BITS | d) << shift;
    return b;
}

static void push_late(struct evq *q, const struct event *event)
{
    q->late = arena_grow(q->arena, q->late, &q->late_capacity, q->late_count + 1, sizeof *q->late);
    uint32_t hole = q->late_count++;
    while (hole > 0 && event_before(event, &q->late[(hole - 1) / 2])) {
        event_copy(&q->late[hole], &q->late[(hole - 1) / 2]);
        hole = (hole - 1) / 2;
    }
    event_copy(&q->late[hole], event);
}

static void insert_run(struct evq *q, const struct event *event)
{
    uint32_t hole = q->run_count++;
    while (hole > 0 && event_before(&q->run[hole - 1], event)) {
        event_copy(&q->run[hole], &q->run[hole - 1]);
        hole--;
    }
    event_copy(&q->run[hole], event);
}

enum deal { TO_RUN, TO_LATE, TO_BUCKETS };

static void deal_bucket(struct evq *q, struct evq_bucket b, enum deal to)
{
    while (b.chunk) {
        struct evq_chunk *next = b.chunk->next;
        for (uint32_t i = 0; i < b.count; i++) {
            if (to == TO_BUCKETS)
                evq_put(q, &b.chunk->events[i]);
            else if (to == TO_RUN)
                insert_run(q, &b.chunk->events[i]);
            else
                push_late(q, &b.chunk->events[i]);
        }
        give_chunk(q, b.chunk);
        b = (struct evq_bucket){next, EVQ_CHUNK};
    }
}

bool evq_refill(struct evq *q)
{
    while (q->levels) {
        uint32_t          level;
        struct evq_bucket b = take_bucket(q, &level);
        bool              is_few = !b.chunk->next && b.count <= EVQ_RUN;
        if (!is_few && level > 0) {
            deal_bucket(q, b, TO_BUCKETS);
            continue;
        }
        q->near_end = q->base + (1ull << (level * EVQ_DIGIT_BITS));
        deal_bucket(q, b, is_few ? TO_RUN : TO_LATE); // level 0: all of one instant
        return true;
    }
    return false;
}

// All of [base, near_end) back into buckets: they are of levels below the one that the span was a
// bucket of, and those are empty. Nothing is near then.
static void spread(struct evq *q)
{
    q->near_end = q->base;
    while (q->run_count) evq_put(q, &q->run[--q->run_count]);
    while (q->late_count) evq_put(q, &q->late[--q->late_count]);
}

// A span of few events far apart may be filled later by many: then it was too wide. Events of one
// ns cannot be spread, and before base there are no buckets (a look at the next event may set base
// after now).
void evq_push_near(struct evq *q, const struct event *event)
{
    push_late(q, event);
    if (q->late_count > LATE_LIMIT && q->near_end - q->base > 1 && q->base <= (uint64_t)q->now)
        spread(q);
}

void evq_drop_late(struct evq *q)
{
    struct event last = q->late[--q->late_count];
    uint32_t     hole = 0;
    for (uint32_t child = 1; child < q->late_count; child = 2 * hole + 1) {
        if (child + 1 < q->late_count && event_before(&q->late[child + 1], &q->late[child]))
            child++;
        if (!event_before(&q->late[child], &last)) break;
        q->late[hole] = q->late[child];
        hole = child;
    }
    if (q->late_count) q->late[hole] = last;
}
