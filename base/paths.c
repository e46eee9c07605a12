#include "base/paths.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bundle.h"

static void fill(struct paths *out, struct arena *a, const char *root)
{
    out->root = root;
    out->zoo = arena_format(a, "%s/models/zoo", root);
    out->devices = arena_format(a, "%s/scenarios/devices", root);
    out->protocols = arena_format(a, "%s/scenarios/protocols", root);
    out->profiles = arena_format(a, "%s/kernels/profiles", root);
    out->plots = arena_format(a, "%s/results/plots", root);
    out->scenarios = arena_format(a, "%s/scenarios", root);
}

static bool is_there(const struct paths *p)
{
    return !access(p->zoo, R_OK | X_OK);
}

bool paths_find(struct paths *out, struct arena *a, struct err *e)
{
    const char *given = getenv("FOGSIM_DATA");
    if (given && *given) {
        fill(out, a, arena_string(a, given));
        if (is_there(out)) return true;
        return err_add(e, "%s: want a folder with models/zoo (FOGSIM_DATA), have none", given);
    }
    if (bundle->path) {
        fill(out, a, BUNDLE_ROOT);
        return true;
    }
    char    program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0) return err_add(e, "cannot find the program's own folder; set FOGSIM_DATA");
    program[length] = '\0';
    char *slash = strrchr(program, '/');
    if (slash) *slash = '\0';
    static const char *const places[] = {"..", "../share/fogsim", "../.."};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *root = realpath(arena_format(a, "%s/%s", program, places[i]), NULL);
        if (root) fill(out, a, arena_string(a, root));
        free(root);
        if (root && is_there(out)) return true;
    }
    return err_add(e,
                   "%s: want fogsim's data beside the program or in ../share/fogsim, have neither; "
                   "set FOGSIM_DATA",
                   program);
}
