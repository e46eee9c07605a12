// cli/plugin_library.c: a scheme from a shared object (algorithms/library.h).
#include <dlfcn.h>
#include <string.h>

#include "algorithms/library.h"
#include "cli/plugin.h"

static bool has_abi(void *handle, const char *path, struct err *e)
{
    const uint32_t *abi = dlsym(handle, "fogsim_scheme_abi");
    if (!abi)
        return err_add(e,
                       "--scheme-library %s: want the symbol fogsim_scheme_abi (write "
                       "FOGSIM_LIBRARY), have none",
                       path);
    return *abi == FOGSIM_SCHEME_ABI ||
           err_add(e,
                   "--scheme-library %s: want it compiled with the headers of this fogsim "
                   "(interface %u), have %u",
                   path, FOGSIM_SCHEME_ABI, *abi);
}

// What may be missing in a struct that its author filled.
static bool is_whole(const struct scheme *s, const char *path, struct err *e)
{
    const char *missing = !s->name                      ? "name"
                          : !s->plan                    ? "plan"
                          : s->own_count && !s->own     ? "own"
                          : s->observe && !s->observe_s ? "observe_s"
                          : s->end && !s->begin         ? "begin"
                                                        : NULL;
    return !missing ||
           err_add(e, "--scheme-library %s: want a scheme with \"%s\", have none", path, missing);
}

// A bare name would be looked for in the system's folders.
static const char *as_path(const char *path, struct arena *a)
{
    return strchr(path, '/') ? path : arena_format(a, "./%s", path);
}

const struct scheme *plugin_open_library(const char *path, struct arena *a, struct err *e)
{
    void *handle = dlopen(as_path(path, a), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        err_add(e, "--scheme-library %s: cannot load: %s", path, dlerror());
        return NULL;
    }
    const struct scheme *(*find)(void) = NULL;
    if (has_abi(handle, path, e)) {
        void *symbol = dlsym(handle, "fogsim_scheme");
        memcpy(&find, &symbol, sizeof find); // ISO C has no cast from object to function
        if (!symbol)
            err_add(e, "--scheme-library %s: want the symbol fogsim_scheme, have none", path);
    }
    const struct scheme *given = find ? find() : NULL;
    if (find && !given) err_add(e, "--scheme-library %s: want a scheme, have NULL", path);
    if (!given || !is_whole(given, path, e)) return dlclose(handle), NULL;
    struct scheme *scheme = ARENA_ARRAY(a, struct scheme, 1);
    *scheme = *given;
    scheme->is_foreign = true;
    return scheme;
}
