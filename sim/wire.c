#include "sim/wire.h"

void wire_init(struct wire_table *t, struct arena *a)
{
    *t = (struct wire_table){.arena = a, .slot_count = 64};
    t->slots = ARENA_ARRAY(a, struct wire_slot, t->slot_count);
}

static uint32_t first_slot(const struct wire_table *t, uint32_t from, uint32_t to)
{
    uint64_t hash = ((uint64_t)from << 32 | to) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash >> 32) & (t->slot_count - 1);
}

void wire_fetch(const struct wire_table *t, uint32_t from, uint32_t to)
{
    __builtin_prefetch(&t->slots[first_slot(t, from, to)]);
}

static struct wire_slot *find_slot(const struct wire_table *t, uint32_t from, uint32_t to)
{
    uint32_t at = first_slot(t, from, to);
    while (t->slots[at].index && (t->slots[at].from != from || t->slots[at].to != to))
        at = (at + 1) & (t->slot_count - 1);
    return &t->slots[at];
}

static void grow(struct wire_table *t)
{
    t->slot_count *= 2;
    t->slots = ARENA_ARRAY(t->arena, struct wire_slot, t->slot_count);
    for (uint32_t i = 0; i < t->count; i++) {
        const struct wire *w = &t->wires[i];
        *find_slot(t, w->from, w->to) = (struct wire_slot){w->from, w->to, w->resource, i + 1};
    }
}

static struct wire_slot *get(struct wire_table *t, uint32_t from, uint32_t to)
{
    struct wire_slot *slot = find_slot(t, from, to);
    if (slot->index) return slot;
    if (2 * (t->count + 1) > t->slot_count) {
        grow(t);
        slot = find_slot(t, from, to);
    }
    t->wires = arena_grow(t->arena, t->wires, &t->capacity, t->count + 1, sizeof *t->wires);
    t->wires[t->count] = (struct wire){from, to, UINT32_MAX, UINT32_MAX, -1, {0}};
    *slot = (struct wire_slot){from, to, UINT32_MAX, ++t->count};
    return slot;
}

struct wire *wire_of(struct wire_table *t, uint32_t from, uint32_t to)
{
    uint32_t index = get(t, from, to)->index - 1; // may move the wires
    return &t->wires[index];
}

uint32_t wire_get_resource(struct wire_table *t, uint32_t from, uint32_t to)
{
    return get(t, from, to)->resource;
}

void wire_set_resource(struct wire_table *t, uint32_t from, uint32_t to, uint32_t resource)
{
    struct wire_slot *slot = get(t, from, to);
    slot->resource = t->wires[slot->index - 1].resource = resource;
}

const struct wire *wire_find(const struct wire_table *t, uint32_t from, uint32_t to)
{
    const struct wire_slot *slot = find_slot(t, from, to);
    return slot->index ? &t->wires[slot->index - 1] : NULL;
}
