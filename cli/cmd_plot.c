// cli/cmd_plot.c: draws a figure from a database.
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "results/figure/figure.h"

// Of one given with "-o" or "--gnuplot" the figure knows nothing; all others are its own.
static void read_options(const struct arguments *args, struct figure_request *r)
{
    struct figure_option *given =
        ARENA_ARRAY(args->arena, struct figure_option, args->option_count);
    for (uint32_t i = 0; i < args->option_count; i++) {
        const char *name = args->options[i].spec->name;
        if (!strcmp(name, "o") || !strcmp(name, "gnuplot")) continue;
        given[r->option_count++] = (struct figure_option){name, args->options[i].value};
    }
    r->options = given;
    r->keep_folder = option_value(args, "gnuplot", NULL);
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    struct figure        *figures;
    uint32_t              count;
    const char           *name = args->words[1];
    struct figure_request r = {.db_path = args->words[0]};
    if (!figure_list(args->paths.plots, args->arena, &figures, &count, e)) return EXIT_FAILED;
    r.out_path = option_value(args, "o", arena_format(args->arena, "%s.svg", name));
    read_options(args, &r);
    char *all = arena_string(args->arena, "");
    for (uint32_t i = 0; i < count; i++) {
        if (!strcmp(figures[i].name, name)) {
            if (!figure_draw(&figures[i], &r, e)) return EXIT_BAD_INPUT;
            printf("%s\n", r.out_path);
            return EXIT_DONE;
        }
        all = arena_format(args->arena, "%s%s%s", all, i ? ", " : "", figures[i].name);
    }
    err_add(e, "plot: want a figure (%s), have \"%.60s\"", all, name);
    return EXIT_BAD_INPUT;
}

static const struct option_spec options[] = {
    {"o", "FILE", "where to; .svg, .png or .pdf (default: FIGURE.svg)"},
    {"x", "KEY", "the horizontal axis: a key of the sweep, scheme or model"},
    {"y", "METRIC|KEY", "what is drawn over it: latency, p95, energy, ...; of heatmap a key"},
    {"z", "METRIC", "of heatmap: what the colours show"},
    {"series", "KEY", "what lines of different colour stand for (default: scheme)"},
    {"at", "KEY=VALUE", "only this point of the sweep (repeatable)"},
    {"scheme", "NAME", "only this scheme (repeatable)"},
    {"model", "NAME", "only this model (repeatable)"},
    {"base", "SCHEME", "of improvement and gap: the scheme that others are compared with"},
    {"run", "N", "of timeline: this run (run.run_id)"},
    {"task", "N", "of timeline: this task of the run (default: the first that finished)"},
    {"title", "TEXT", "a line above the picture"},
    {"gnuplot", "FOLDER", "keep script and data there, to adapt them (a new or empty folder)"},
    {0}};

const struct command command_plot = {
    "plot",
    "DB FIGURE",
    "draw a figure from a database of results (needs gnuplot)",
    "`fogsim list figures` tells which there are, docs/FIGURES.md what each takes.",
    2,
    2,
    options,
    run};
