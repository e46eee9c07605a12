#include "cli/program.h"

#include <assert.h>
#include <gsl/gsl_errno.h>
#include <string.h>

#include "cli/command.h"
#include "cli/version.h"

static bool has_one_command(void)
{
    return command_count == 1;
}

static char joint(void)
{
    return has_one_command() ? '-' : ' ';
}

static bool is_offered(const struct program *p, const struct command *c)
{
    return !p->only || !strcmp(p->only, c->name);
}

static void print_usage(const struct program *p, FILE *out)
{
    fprintf(out,
            "fogsim %s: simulates DNN inference over fog nodes, on measured kernel timings\n\n",
            FOGSIM_VERSION);
    fprintf(out, "usage: %s COMMAND [ARGUMENTS]\n\n", p->name);
    for (uint32_t i = 0; i < command_count; i++)
        if (is_offered(p, command_table[i]))
            fprintf(out, "  %-10s %s\n", command_table[i]->name, command_table[i]->about);
    fprintf(out,
            "\n`%s COMMAND --help` tells more; `man fogsim` tells all. Start with: fogsim run "
            "jetson2\n",
            p->name);
}

// "-o", as compilers have it; every other one is shown with two, "--x" too.
static const char *dashes(const struct option_spec *spec)
{
    return strcmp(spec->name, "o") != 0 ? "--" : "-";
}

static void print_help(const struct program *p, const struct command *c)
{
    printf("usage: %s%c%s%s%s%s\n\n%s\n", p->name, joint(), c->name, *c->words ? " " : "", c->words,
           c->options->name ? " [OPTION]..." : "", c->about);
    if (c->details) printf("\n%s\n", c->details);
    if (c->options->name) printf("\n");
    for (const struct option_spec *o = c->options; o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "%s%s%s%s", dashes(o), o->name, o->argument ? " " : "",
                 o->argument ? o->argument : "");
        printf("  %-22s %s\n", left, o->help);
    }
    printf("  %-22s %s\n  %-22s %s\n", "--help", "this text", "--version", "the program's version");
}

static const struct command *find_command(const struct program *p, const char *name)
{
    for (uint32_t i = 0; i < command_count; i++)
        if (is_offered(p, command_table[i]) && !strcmp(command_table[i]->name, name))
            return command_table[i];
    return NULL;
}

// A name of one letter may have one dash or two, a longer one two.
static const struct option_spec *find_option(const struct command *c, const char *text,
                                             size_t length)
{
    const char *name = text + (text[1] == '-' ? 2 : 1);
    size_t      name_length = length - (size_t)(name - text);
    for (const struct option_spec *o = c->options; o->name; o++)
        if (strlen(o->name) == name_length && !strncmp(name, o->name, name_length) &&
            (text[1] == '-' || name_length == 1))
            return o;
    return NULL;
}

// "--name value", "--name=value", "-o value"; "--" ends the options; "-" alone is a word.
static bool parse(const struct command *c, int argc, char **argv, struct arguments *args,
                  struct err *e)
{
    const char **words = ARENA_ARRAY(args->arena, const char *, (size_t)argc + 1);
    args->options = ARENA_ARRAY(args->arena, struct option_given, (size_t)argc + 1);
    args->words = words;
    bool only_words = false;
    for (int i = 0; i < argc; i++) {
        const char *text = argv[i];
        if (only_words || text[0] != '-' || !text[1]) {
            words[args->word_count++] = text;
            continue;
        }
        if (!strcmp(text, "--")) {
            only_words = true;
            continue;
        }
        size_t                    length = text[1] == '-' ? strcspn(text, "=") : strlen(text);
        const struct option_spec *spec = find_option(c, text, length);
        if (!spec)
            return err_add(e, "%s: want an option of `fogsim%c%s` (see --help), have \"%.60s\"",
                           c->name, joint(), c->name, text);
        const char *value = text[length] == '=' ? text + length + 1 : NULL;
        if (!spec->argument && value)
            return err_add(e, "%s%s: want no value, have \"%.60s\"", dashes(spec), spec->name,
                           value);
        if (spec->argument && !value && i + 1 >= argc)
            return err_add(e, "%s%s: want %s, have nothing", dashes(spec), spec->name,
                           spec->argument);
        if (spec->argument && !value) value = argv[++i];
        args->options[args->option_count++] = (struct option_given){spec, value};
    }
    if (args->word_count < c->least_words)
        return err_add(e, "%s: want %s, have %u of them", c->name, c->words, args->word_count);
    if (args->word_count > c->most_words)
        return err_add(e, "%s: want nothing behind %s, have \"%.60s\"", c->name,
                       *c->words ? c->words : "the command", words[c->most_words]);
    return true;
}

static bool is_asked(int argc, char **argv, const char *name, const char *letter)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (!strcmp(argv[i], name) || (letter && !strcmp(argv[i], letter))) return true;
    return false;
}

// What was printed counts as written only when it is: a full disk is a failure.
static bool flush_output(struct err *e)
{
    return (!fflush(stdout) && !ferror(stdout)) || err_add(e, "standard output: cannot write");
}

static enum exit_code run_command(const struct program *p, const struct command *c, int argc,
                                  char **argv)
{
    struct arena     arena = {0};
    struct arguments args = {.arena = &arena};
    struct err       e = {0};
    enum exit_code   code = EXIT_BAD_INPUT;
    if (parse(c, argc, argv, &args, &e) && paths_find(&args.paths, &arena, &e))
        code = c->run(&args, &e);
    if (!flush_output(&e) && !code) code = EXIT_FAILED;
    if (e.length) fprintf(p->err, "%s\n", e.text);
    if (e.dropped_count) fprintf(p->err, "... and %u faults more\n", e.dropped_count);
    arena_free(&arena);
    return code;
}

// Texts about the program itself; false: none was asked for.
static bool print_about(const struct program *p, const struct command *c, int argc, char **argv)
{
    if (is_asked(argc, argv, "--help", "-h") || (!c && argc && !strcmp(argv[0], "help"))) {
        if (c)
            print_help(p, c);
        else
            print_usage(p, stdout);
        return true;
    }
    if (!is_asked(argc, argv, "--version", NULL)) return false;
    printf("fogsim %s\n", FOGSIM_VERSION);
    return true;
}

int program_main(const struct program *p, int argc, char **argv)
{
    gsl_set_error_handler_off();           // GSL aborts by default
    int words = has_one_command() ? 1 : 2; // before the arguments
    assert(command_table[0]);              // a program without commands is not linked
    if (argc < words) {
        print_usage(p, p->err);
        return EXIT_BAD_INPUT;
    }
    const struct command *c = has_one_command() ? command_table[0] : find_command(p, argv[1]);
    if (print_about(p, c, c ? argc - words : 1, c ? argv + words : argv + 1)) {
        struct err e = {0};
        if (flush_output(&e)) return EXIT_DONE;
        fprintf(p->err, "%s\n", e.text);
        return EXIT_FAILED;
    }
    if (!c) {
        fprintf(p->err, "%s: want %s (see %s --help), have \"%.60s\"%s\n", p->name,
                p->only ? p->only : "a command", p->name, argv[1],
                find_command(&(struct program){0}, argv[1]) ? ", which is of fogsim" : "");
        return EXIT_BAD_INPUT;
    }
    return (int)run_command(p, c, argc - words, argv + words);
}
