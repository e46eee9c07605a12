// base/arena.h: memory with one lifetime.
//
// An arena hands out zeroed memory and frees it all at once. Its blocks double in size, so n bytes
// cost O(log n) calls of malloc, which appears nowhere else in the project. A mark and a rewind
// give back what was taken since: rewound blocks are kept and used again, so a loop that rewinds
// allocates nothing once it has warmed up. Out of memory is an assert: fogsim cannot go on without
// it.
#ifndef FOGSIM_BASE_ARENA_H
#define FOGSIM_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_block; // private

struct arena { // zero-initialise; private to arena.c
    struct arena_block *first, *current;
};

struct arena_mark { // private
    struct arena_block *block;
    size_t              used;
};

// `count` zeroed elements of `size_bytes` each, aligned to 64 bytes (a cache line, a vector
// register). Never NULL.
void *arena_array(struct arena *a, size_t count, size_t size_bytes);
char *arena_string(struct arena *a, const char *text); // a copy of `text`
char *arena_format(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark); // forgets what was taken since `mark`
void arena_free(struct arena *a);                           // the arena is empty again, and usable

#define ARENA_ARRAY(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))

// Grows an array that doubles: makes room for `need` elements, keeps the old ones, O(1) amortised.
// The old room is not given back before the arena is, so that the sum of all rooms is below twice
// the last.
static inline void *arena_grow(struct arena *a, void *old, uint32_t *capacity, uint32_t need,
                               size_t size_bytes)
{
    void *arena_grow_more(struct arena *, void *, uint32_t *, uint32_t, size_t); // private
    return need <= *capacity ? old : arena_grow_more(a, old, capacity, need, size_bytes);
}

#endif
