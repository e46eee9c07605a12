#include "cli/inputs.h"

#include <string.h>
#include <unistd.h>

#include "cli/plugin.h"

// A scheme of the user's own is kept as if --scheme had named it.
static bool add_foreign(const struct arguments *args, struct scenario_edit *edit, struct err *e)
{
    if (!plugin_options(args, edit, e)) return false;
    uint32_t     count = edit->scheme_count;
    const char **labels = ARENA_ARRAY(args->arena, const char *, count + SCENARIO_FOREIGN);
    for (uint32_t i = 0; i < count; i++) labels[i] = edit->schemes[i];
    for (uint32_t i = 0; i < edit->foreign_count; i++) labels[count++] = edit->foreign[i].label;
    edit->schemes = labels;
    edit->scheme_count = count;
    return true;
}

bool inputs_scenario(const struct arguments *args, struct scenario *out, struct err *e)
{
    struct scenario_edit edit = {0};
    edit.sets = option_all(args, "set", &edit.set_count);
    edit.schemes = option_all(args, "scheme", &edit.scheme_count);
    edit.models = option_all(args, "model", &edit.model_count);
    if (!add_foreign(args, &edit, e)) return false;
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
