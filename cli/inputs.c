#include "cli/inputs.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <unistd.h>

#include "cli/plugin/plugin.h"
#include "scenarios/vary.h"

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

bool inputs_source(const struct arguments *args, struct scenario_source *source,
                   struct scenario_edit *edit, struct err *e)
{
    *edit = (struct scenario_edit){0};
    edit->sets = option_all(args, "set", &edit->set_count);
    edit->schemes = option_all(args, "scheme", &edit->scheme_count);
    edit->models = option_all(args, "model", &edit->model_count);
    if (!add_foreign(args, edit, e)) return false;
    const char *path = args->words[0];
    if (!strchr(path, '/') && access(path, F_OK)) {
        const char *bundled = arena_format(args->arena, "%s/%s.json", args->paths.scenarios, path);
        if (!access(bundled, F_OK)) path = bundled;
    }
    return scenario_open(source, args->arena, path, e);
}

bool inputs_scenario(const struct arguments *args, struct scenario *out, struct err *e)
{
    struct scenario_source source;
    struct scenario_edit   edit;
    return inputs_source(args, &source, &edit, e) &&
           scenario_read(out, args->arena, &source, &args->paths, &edit, e);
}

bool inputs_profile(const struct arguments *args, struct profile *out, struct err *e)
{
    const char *bundled = arena_format(args->arena, "%s/reference.json", args->paths.profiles);
    return profile_load(out, args->arena, option_value(args, "profile", bundled), e);
}

const char *inputs_point(const struct arguments *args, const char *const *sets, uint32_t count)
{
    static const char *const own[] = {"scheme-command", "scheme-library"};
    const char             **all = ARENA_ARRAY(args->arena, const char *, count + 2);
    for (uint32_t i = 0; i < count; i++) all[i] = sets[i];
    for (int i = 0; i < 2; i++)
        if (option_is_given(args, own[i])) {
            cJSON *value = cJSON_CreateString(option_value(args, own[i], ""));
            char  *json = cJSON_PrintUnformatted(value); // a program may be called "true"
            all[count++] = arena_format(args->arena, "--%s=%s", own[i], json);
            cJSON_free(json);
            cJSON_Delete(value);
        }
    return vary_sets_json(args->arena, all, count);
}
