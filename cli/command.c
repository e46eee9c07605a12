#include "cli/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND(name) extern const struct command command_##name;
#include "commands.def"
#undef COMMAND

#define COMMAND(name) &command_##name,
const struct command *const command_table[] = {
#include "commands.def"
};
#undef COMMAND

const uint32_t command_count = sizeof command_table / sizeof *command_table;

const char *option_value(const struct arguments *args, const char *name, const char *otherwise)
{
    for (uint32_t i = args->option_count; i-- > 0;)
        if (!strcmp(args->options[i].spec->name, name)) return args->options[i].value;
    return otherwise;
}

bool option_is_given(const struct arguments *args, const char *name)
{
    for (uint32_t i = 0; i < args->option_count; i++)
        if (!strcmp(args->options[i].spec->name, name)) return true;
    return false;
}

const char **option_all(const struct arguments *args, const char *name, uint32_t *count)
{
    const char **values = ARENA_ARRAY(args->arena, const char *, args->option_count);
    *count = 0;
    for (uint32_t i = 0; i < args->option_count; i++)
        if (!strcmp(args->options[i].spec->name, name)) values[(*count)++] = args->options[i].value;
    return values;
}

bool option_integer(const struct arguments *args, const char *name, int64_t otherwise,
                    int64_t least, int64_t most, int64_t *out, struct err *e)
{
    const char *text = option_value(args, name, NULL);
    *out = otherwise;
    if (!text) return true;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || *end || value < least || value > most)
        return err_add(e, "--%s: want an integer from %lld to %lld, have \"%.40s\"", name,
                       (long long)least, (long long)most, text);
    *out = value;
    return true;
}

int option_choice(const struct arguments *args, const char *name, const char *const *names,
                  int otherwise, struct err *e)
{
    const char *text = option_value(args, name, NULL);
    if (!text) return otherwise;
    char *all = arena_string(args->arena, "");
    for (int i = 0; names[i]; i++) {
        if (!strcmp(names[i], text)) return i;
        all = arena_format(args->arena, "%s%s%s", all, i ? ", " : "", names[i]);
    }
    err_add(e, "--%s: want one of %s, have \"%.40s\"", name, all, text);
    return -1;
}
