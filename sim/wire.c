#include "sim/wire.h"

void wire_init(struct wire_table *t, struct arena *a)
{
    *t = (struct wire_table){.arena = a, .slot_count = 64};
    t->slots = ARENA_ARRAY(a, uint32_t, t->slot_count);
}

static uint32_t *find_slot(const struct wire_table *t, uint32_t from, uint32_t to)
{
    uint64_t hash = ((uint64_t)from << 32 | to) * 0x9e3779b97f4a7c15u;
    uint32_t slot = (uint32_t)(hash >> 32) & (t->slot_count - 1);
    while (t->slots[slot]) {
        const struct wire *w = &t->wires[t->slots[slot] - 1];
        if (w->from == from && w->to == to) break;
        slot = (slot + 1) & (t->slot_count - 1);
    }
    return &t->slots[slot];
}

static void grow(struct wire_table *t)
{
    t->slot_count *= 2;
    t->slots = ARENA_ARRAY(t->arena, uint32_t, t->slot_count);
    for (uint32_t i = 0; i < t->count; i++) *find_slot(t, t->wires[i].from, t->wires[i].to) = i + 1;
}

uint32_t wire_get(struct wire_table *t, uint32_t from, uint32_t to)
{
    uint32_t *slot = find_slot(t, from, to);
    if (*slot) return *slot - 1;
    if (2 * (t->count + 1) > t->slot_count) {
        grow(t);
        slot = find_slot(t, from, to);
    }
    t->wires = arena_grow(t->arena, t->wires, &t->capacity, t->count + 1, sizeof *t->wires);
    t->wires[t->count] = (struct wire){from, to, UINT32_MAX, UINT32_MAX, -1, {0}};
    *slot = t->count + 1;
    return t->count++;
}

struct wire *wire_of(struct wire_table *t, uint32_t from, uint32_t to)
{
    uint32_t index = wire_get(t, from, to); // may move the wires
    return &t->wires[index];
}

const struct wire *wire_find(const struct wire_table *t, uint32_t from, uint32_t to)
{
    uint32_t slot = *find_slot(t, from, to);
    return slot ? &t->wires[slot - 1] : NULL;
}
