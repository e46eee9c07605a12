// cli/cmd_report.c: a database as one page for people.
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/page/page.h"

// "results/jetson2.db" -> "results/jetson2.html".
static const char *page_name(const struct arguments *args)
{
    const char *db = args->words[0], *dot = strrchr(db, '.'), *slash = strrchr(db, '/');
    bool        has_ending = dot && dot != db && (!slash || dot > slash + 1);
    return arena_format(args->arena, "%.*s.html", has_ending ? (int)(dot - db) : (int)strlen(db),
                        db);
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    const char *out = option_value(args, "o", page_name(args));
    if (!page_write(args->words[0], out, &args->paths, args->arena, e)) return EXIT_BAD_INPUT;
    printf("%s\n", out);
    return EXIT_DONE;
}

static const struct option_spec options[] = {
    {"o", "FILE", "where to (default: the database's name with .html)"}, {0}};

const struct command command_report = {
    "report",
    "DB",
    "write a database of results as one HTML page",
    "The page holds tables, figures, the scenario and where the numbers come from; it needs no "
    "network, no other file and no script. Figures need gnuplot.",
    1,
    1,
    options,
    run};
