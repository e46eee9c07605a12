#include "cli/plugin/plugin.h"

static bool is_once(const struct arguments *args, const char *name, struct err *e)
{
    uint32_t count;
    option_all(args, name, &count);
    return count < 2 || err_add(e, "--%s: want it once, have it %u times", name, count);
}

static bool add_command(const struct arguments *args, struct scenario_edit *edit, struct err *e)
{
    enum { USUAL_S = 10, MOST_S = 86400 };
    const char            *command = option_value(args, "scheme-command", NULL);
    struct plugin_command *given = ARENA_ARRAY(args->arena, struct plugin_command, 1);
    int64_t                timeout_s;
    if (!option_integer(args, "scheme-timeout", USUAL_S, 1, MOST_S, &timeout_s, e)) return false;
    if (!command && option_is_given(args, "scheme-timeout"))
        return err_add(e, "--scheme-timeout: want a --scheme-command too, have none");
    if (!command) return true;
    if (!*command) return err_add(e, "--scheme-command: want a command, have nothing");
    *given = (struct plugin_command){command, (double)timeout_s};
    edit->foreign[edit->foreign_count++] =
        (struct scenario_foreign){&scheme_command, "command", given};
    return true;
}

static bool add_library(const struct arguments *args, struct scenario_edit *edit, struct err *e)
{
    const char *path = option_value(args, "scheme-library", NULL);
    if (!path) return true;
    const struct scheme *scheme = plugin_open_library(path, args->arena, e);
    if (!scheme) return false;
    edit->foreign[edit->foreign_count++] = (struct scenario_foreign){scheme, "library", NULL};
    return true;
}

bool plugin_options(const struct arguments *args, struct scenario_edit *edit, struct err *e)
{
    return is_once(args, "scheme-command", e) && is_once(args, "scheme-library", e) &&
           add_command(args, edit, e) && add_library(args, edit, e);
}
