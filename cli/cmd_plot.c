// cli/cmd_plot.c: draws a figure from a database.
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "results/figure.h"

static enum exit_code run(const struct arguments *args, struct err *e)
{
    struct figure *figures;
    uint32_t       count;
    const char    *db = args->words[0], *name = args->words[1];
    if (!figure_list(args->paths.plots, args->arena, &figures, &count, e)) return EXIT_FAILED;
    const char *out = option_value(args, "o", arena_format(args->arena, "%s.svg", name));
    char       *all = arena_string(args->arena, "");
    for (uint32_t i = 0; i < count; i++) {
        if (!strcmp(figures[i].name, name)) {
            const struct figure_request r = {.db_path = db, .out_path = out};
            if (!figure_draw(&figures[i], &r, e)) return EXIT_BAD_INPUT;
            printf("%s\n", out);
            return EXIT_DONE;
        }
        all = arena_format(args->arena, "%s%s%s", all, i ? ", " : "", figures[i].name);
    }
    err_add(e, "plot: want a figure (%s), have \"%.60s\"", all, name);
    return EXIT_BAD_INPUT;
}

static const struct option_spec options[] = {
    {"o", "FILE", "where to; .svg, .png or .pdf (default: FIGURE.svg)"}, {0}};

const struct command command_plot = {"plot",
                                     "DB FIGURE",
                                     "draw a figure from a database of results (needs gnuplot)",
                                     "fogsim list figures tells which there are.",
                                     2,
                                     2,
                                     options,
                                     run};
