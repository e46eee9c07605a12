#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64, FIRST_BLOCK_BYTES = 1 << 16 };

struct arena_block {
    struct arena_block *next;
    size_t              size, used; // of data, in bytes
    unsigned char      *data;       // aligned to ALIGN
};

static size_t round_up(size_t bytes)
{
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

static struct arena_block *block_new(size_t size)
{
    struct arena_block *block = malloc(sizeof *block);
    unsigned char      *data = aligned_alloc(ALIGN, size);
    assert(block && data);
    *block = (struct arena_block){.size = size, .data = data};
    return block;
}

// Makes `a->current` a block with room for `bytes`. Blocks behind the current one are left over
// from before a rewind.
static void find_block(struct arena *a, size_t bytes)
{
    size_t size = a->current ? 2 * a->current->size : FIRST_BLOCK_BYTES;
    while (a->current && a->current->next) {
        a->current = a->current->next;
        a->current->used = 0;
        if (a->current->size >= bytes) return;
        if (2 * a->current->size > size) size = 2 * a->current->size;
    }
    struct arena_block *block = block_new(size > bytes ? size : round_up(bytes));
    if (a->current)
        a->current->next = block;
    else
        a->first = block;
    a->current = block;
}

void *arena_array(struct arena *a, size_t count, size_t size_bytes)
{
    assert(size_bytes > 0 && count <= SIZE_MAX / 4 / size_bytes);
    size_t bytes = round_up(count * size_bytes + (count == 0));
    if (!a->current || a->current->size - a->current->used < bytes) find_block(a, bytes);
    void *memory = a->current->data + a->current->used;
    a->current->used += bytes;
    return memset(memory, 0, count * size_bytes);
}

char *arena_string(struct arena *a, const char *text)
{
    size_t length = strlen(text);
    return memcpy(arena_array(a, length + 1, 1), text, length + 1);
}

char *arena_format(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(length >= 0);
    char *text = arena_array(a, (size_t)length + 1, 1);
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->current, a->current ? a->current->used : 0};
}

void arena_rewind(struct arena *a, struct arena_mark mark)
{
    a->current = mark.block ? mark.block : a->first;
    if (a->current) a->current->used = mark.block ? mark.used : 0;
}

void arena_free(struct arena *a)
{
    for (struct arena_block *block = a->first, *next; block; block = next) {
        next = block->next;
        free(block->data);
        free(block);
    }
    *a = (struct arena){0};
}

void *arena_grow_more(struct arena *a, void *old, uint32_t *capacity, uint32_t need,
                      size_t size_bytes)
{
    uint32_t bigger = *capacity ? *capacity : 4;
    while (bigger < need) {
        assert(bigger <= UINT32_MAX / 2);
        bigger *= 2;
    }
    void *memory = arena_array(a, bigger, size_bytes);
    if (*capacity) memcpy(memory, old, *capacity * size_bytes);
    *capacity = bigger;
    return memory;
}
