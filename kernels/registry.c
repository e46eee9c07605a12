#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernel.h"
#include "kernels/tile.h"

#define KERNEL(type) extern const struct kernel kernel_##type;
#include "kernels.def"
#undef KERNEL

const struct kernel *const kernel_table[] = {
#define KERNEL(type) &kernel_##type,
#include "kernels.def"
#undef KERNEL
};
const uint32_t kernel_count = sizeof kernel_table / sizeof *kernel_table;

const struct kernel *kernel_find(const char *type)
{
    for (uint32_t i = 0; i < kernel_count; i++)
        if (!strcmp(kernel_table[i]->type, type)) return kernel_table[i];
    return NULL;
}

int64_t shape_elements(const struct shape *s)
{
    // Shapes come from files: two factors of 31 bits fit, more may not, and all above INT32_MAX is
    // too large alike.
    int64_t plane = (int64_t)s->h * s->w;
    if (plane > INT32_MAX) return plane;
    int64_t volume = plane * shape_frames(s);
    return volume > INT32_MAX ? volume : volume * s->c;
}

const char *shape_text(const struct shape *s, char separator, char text[SHAPE_TEXT_BYTES])
{
    if (s->d)
        snprintf(text, SHAPE_TEXT_BYTES, "%d%c%d%c%d%c%d", s->c, separator, s->d, separator, s->h,
                 separator, s->w);
    else
        snprintf(text, SHAPE_TEXT_BYTES, "%d%c%d%c%d", s->c, separator, s->h, separator, s->w);
    return text;
}

_Static_assert((int)KERNEL_MAX_ISAS == (int)TILE_MAX, "one instruction set, one tile");

uint32_t kernel_isa_list(const char *names[KERNEL_MAX_ISAS])
{
    const struct tile *tiles[TILE_MAX];
    uint32_t           count = tile_list(tiles);
    for (uint32_t i = 0; i < count; i++) names[i] = tiles[i]->isa;
    return count;
}

bool kernel_isa_choose(const char *name, struct err *e)
{
    const struct tile *tiles[TILE_MAX];
    uint32_t           count = tile_list(tiles);
    const char        *given = getenv("FOGSIM_ISA");
    const char        *wish = name ? name : given && *given ? given : NULL;
    char               all[64] = "";
    size_t             length = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (wish && !strcmp(tiles[i]->isa, wish)) return tile_choose(tiles[i]), true;
        length += (size_t)snprintf(all + length, sizeof all - length, "%s%s", i ? ", " : "",
                                   tiles[i]->isa);
    }
    if (!wish) return tile_choose(tiles[0]), true;
    return err_add(e, "%swant an instruction set of this CPU (%s), have \"%.40s\"",
                   name ? "" : "FOGSIM_ISA: ", all, wish);
}

const char *kernel_isa(void)
{
    return tile_best()->isa;
}
