// algorithms/registry.c: the table of schemes, made from the folder by the Makefile
// (build/schemes.def).
#include <string.h>

#include "algorithms/scheme.h"

#define SCHEME(name) extern const struct scheme scheme_##name;
#include "schemes.def"
#undef SCHEME

#define SCHEME(name) &scheme_##name,
const struct scheme *const scheme_table[] = {
#include "schemes.def"
};
#undef SCHEME

const uint32_t scheme_count = sizeof scheme_table / sizeof *scheme_table;

const struct scheme *scheme_find(const char *name)
{
    for (uint32_t i = 0; i < scheme_count; i++)
        if (!strcmp(scheme_table[i]->name, name)) return scheme_table[i];
    return NULL;
}
