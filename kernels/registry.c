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
    // Shapes come from files: two factors of 31 bits fit, the third may not, and all above
    // INT32_MAX is too large alike.
    int64_t plane = (int64_t)s->h * s->w;
    return plane > INT32_MAX ? plane : plane * s->c;
}

const char *kernel_isa(void)
{
    return tile_best()->isa;
}
