#include "sim/cache.h"

#include <assert.h>
#include <math.h>
#include <string.h>

void cache_init(struct cache *c, struct arena *a)
{
    *c = (struct cache){.arena = a};
}

// The sum anew, O(count) like all here: sums and differences under way would drift.
static double sum_bytes(const struct cache *c)
{
    double sum = 0;
    for (uint32_t i = 0; i < c->count; i++) sum += c->items[i].bytes;
    return sum;
}

static void remove_items(struct cache *c, uint32_t first, uint32_t count)
{
    c->count -= count;
    memmove(c->items + first, c->items + first + count, (c->count - first) * sizeof *c->items);
}

static void append(struct cache *c, struct cached item)
{
    c->items = arena_grow(c->arena, c->items, &c->capacity, c->count + 1, sizeof *c->items);
    c->items[c->count++] = item;
}

// Drives out the least recently used until `bytes` more fit.
static void make_room(struct cache *c, double bytes, double room_bytes)
{
    uint32_t gone = 0;
    double   held = sum_bytes(c);
    for (; gone < c->count && held + bytes > room_bytes; gone++) held -= c->items[gone].bytes;
    if (!gone) return;
    remove_items(c, 0, gone);
    c->eviction_count += gone;
}

void cache_yield(struct cache *c, double room_bytes)
{
    uint32_t gone = 0;
    while (gone + 1 < c->count && c->held_bytes > room_bytes) {
        c->held_bytes -= c->items[gone++].bytes;
    }
    if (!gone) return;
    remove_items(c, 0, gone);
    c->eviction_count += gone;
    c->held_bytes = sum_bytes(c);
}

static void load(struct cache *c, struct cached item, double room_bytes)
{
    c->load_count++;
    if (item.content && item.bytes <= room_bytes) {
        make_room(c, item.bytes, room_bytes);
        append(c, item);
    }
    c->held_bytes = sum_bytes(c);
    c->peak_bytes = fmax(c->peak_bytes, c->held_bytes);
}

bool cache_use(struct cache *c, uint64_t content, double bytes, double room_bytes)
{
    assert(bytes >= 0 && isfinite(bytes) && !isnan(room_bytes));
    struct cached item = {content, bytes};
    uint32_t      i = 0;
    while (i < c->count && c->items[i].content != content) i++;
    bool is_named = i < c->count;
    bool is_held = is_named && c->items[i].bytes == bytes;
    if (is_named) remove_items(c, i, 1);
    if (is_held) {
        append(c, item);
        c->hit_count++;
    } else {
        load(c, item, room_bytes);
    }
    return is_held;
}

void cache_drop_all(struct cache *c)
{
    c->count = 0;
    c->held_bytes = 0;
}
