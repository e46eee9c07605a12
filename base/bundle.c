#include "base/bundle.h"

#include <stddef.h>
#include <string.h>

// clang-format off
const struct bundle_file bundle[] = {
#include "bundle.inc"
    {NULL, NULL},
};
// clang-format on

bool bundle_holds(const char *path)
{
    return !strncmp(path, BUNDLE_ROOT "/", strlen(BUNDLE_ROOT "/"));
}

const char *bundle_text(const char *path)
{
    for (const struct bundle_file *f = bundle; f->path; f++)
        if (!strcmp(f->path, path)) return f->text;
    return NULL;
}
