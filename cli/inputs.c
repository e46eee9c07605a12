#include "cli/inputs.h"

#include <string.h>
#include <unistd.h>

bool inputs_scenario(const struct arguments *args, struct scenario *out, struct err *e)
{
    struct scenario_edit edit;
    edit.sets = option_all(args, "set", &edit.set_count);
    edit.schemes = option_all(args, "scheme", &edit.scheme_count);
    edit.models = option_all(args, "model", &edit.model_count);
    const char *path = args->words[0];
    if (!strchr(path, '/') && access(path, F_OK)) {
        const char *bundled = arena_format(args->arena, "%s/%s.json", args->paths.scenarios, path);
        if (!access(bundled, F_OK)) path = bundled;
    }
    return scenario_load(out, args->arena, path, &args->paths, &edit, e);
}

bool inputs_profile(const struct arguments *args, struct profile *out, struct err *e)
{
    const char *bundled = arena_format(args->arena, "%s/reference.json", args->paths.profiles);
    return profile_load(out, args->arena, option_value(args, "profile", bundled), e);
}
