#include <stdio.h>
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

const char *kernel_isa(void)
{
    return tile_best()->isa;
}
