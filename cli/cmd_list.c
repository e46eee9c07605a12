// cli/cmd_list.c: what there is: schemes, models, devices, protocols, scenarios, figures, kernels.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/scheme.h"
#include "base/folder.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/scheme_json.h"
#include "models/load.h"
#include "results/figure/figure.h"
#include "scenarios/device.h"

// With what it may be, the default first or told.
static void print_option(const struct scheme_option *o)
{
    printf("%-12s   option %s", "", o->key);
    if (o->kind == OPTION_BOOL) printf(" (%s)", o->otherwise != 0 ? "true" : "false");
    if (o->kind == OPTION_CHOICE) {
        printf(" (%s", o->words[(int)o->otherwise]);
        for (int i = 0; o->words[i]; i++)
            if (i != (int)o->otherwise) printf(", %s", o->words[i]);
        putchar(')');
    }
    if (o->kind == OPTION_INTEGER || o->kind == OPTION_NUMBER || o->kind == OPTION_TIME ||
        o->kind == OPTION_BYTES)
        printf(" (%g; %g to %g)", o->otherwise, o->low, o->high);
    printf(": %s\n", o->about);
}

static bool list_schemes(const struct arguments *args, struct err *e)
{
    (void)e;
    if (option_is_given(args, "json")) {
        scheme_json();
        return true;
    }
    for (uint32_t i = 0; i < scheme_count; i++) {
        const struct scheme *s = scheme_table[i];
        printf("%-12s %s\n%-12s   source: %s\n", s->name, s->about, "", s->source);
        for (uint32_t k = 0; k < s->own_count; k++) print_option(&s->own[k]);
    }
    return true;
}

static bool list_kernels(const struct arguments *args, struct err *e)
{
    (void)args, (void)e;
    for (uint32_t i = 0; i < kernel_count; i++)
        printf("%-16s %s\n%-16s   source: %s\n", kernel_table[i]->type, kernel_table[i]->about, "",
               kernel_table[i]->source);
    return true;
}

static bool list_models(const struct arguments *args, struct err *e)
{
    const char **names;
    uint32_t     count;
    if (!folder_list(args->paths.zoo, ".json", args->arena, &names, &count, e)) return false;
    for (uint32_t i = 0; i < count; i++) {
        struct graph g;
        const char  *path = arena_format(args->arena, "%s/%s.json", args->paths.zoo, names[i]);
        if (!model_load(&g, args->arena, path, NULL, e)) return false;
        char shape[SHAPE_TEXT_BYTES];
        printf("%-20s %-13s %8.3f M parameters  %9.3f M MACs  %s\n", names[i],
               shape_text(&g.input, 'x', shape), (double)graph_params(&g) / 1e6,
               (double)graph_macs(&g) / 1e6, g.about);
    }
    return true;
}

static bool list_devices(const struct arguments *args, struct err *e)
{
    const char   **names;
    uint32_t       count;
    struct profile profile;
    if (!inputs_profile(args, &profile, e)) return false;
    if (!folder_list(args->paths.devices, ".json", args->arena, &names, &count, e)) return false;
    printf(
        "times of profile %s (conv %.1f GFLOP/s direct, %.1f fastest; fc %.1f GB/s) are multiplied "
        "by the ratios:\n",
        profile.name, profile.conv_flop_per_s[CONV_DIRECT][CACHES_WARM] / 1e9,
        profile.conv_flop_per_s[CONV_FASTEST][CACHES_WARM] / 1e9, profile.fc_bytes_per_s / 1e9);
    for (uint32_t i = 0; i < count; i++) {
        struct device d;
        if (!device_load(&d, args->arena, args->paths.devices, names[i], e)) return false;
        printf("%-24s conv x %-7.3g (%s, %s) fc x %-7.3g overhead %-6.3g ms  %s\n", d.name,
               device_conv_ratio(&d, &profile), conv_choice_names[d.conv], caches_names[d.caches],
               device_fc_ratio(&d, &profile), d.overhead_s * 1e3, d.about);
    }
    return true;
}

static bool list_protocols(const struct arguments *args, struct err *e)
{
    const char **names;
    uint32_t     count;
    if (!folder_list(args->paths.protocols, ".json", args->arena, &names, &count, e)) return false;
    for (uint32_t i = 0; i < count; i++) {
        struct protocol p;
        if (!protocol_load(&p, args->arena, args->paths.protocols, names[i], e)) return false;
        printf("%-10s %s\n", p.name, p.about);
    }
    return true;
}

static bool list_scenarios(const struct arguments *args, struct err *e)
{
    const char **names;
    uint32_t     count;
    if (!folder_list(args->paths.scenarios, ".json", args->arena, &names, &count, e)) return false;
    for (uint32_t i = 0; i < count; i++) {
        struct scenario s;
        const char *path = arena_format(args->arena, "%s/%s.json", args->paths.scenarios, names[i]);
        if (!scenario_load(&s, args->arena, path, &args->paths, NULL, e)) return false;
        printf("%-16s %s\n", names[i], s.about);
    }
    return true;
}

static bool list_figures(const struct arguments *args, struct err *e)
{
    struct figure *figures;
    uint32_t       count;
    if (!figure_list(args->paths.plots, args->arena, &figures, &count, e)) return false;
    for (uint32_t i = 0; i < count; i++) printf("%-14s %s\n", figures[i].name, figures[i].about);
    return true;
}

static const struct {
    const char *what;
    bool (*list)(const struct arguments *args, struct err *e);
} LISTS[] = {
    {"schemes", list_schemes},     {"models", list_models},       {"devices", list_devices},
    {"protocols", list_protocols}, {"scenarios", list_scenarios}, {"figures", list_figures},
    {"kernels", list_kernels},
};

static enum exit_code run(const struct arguments *args, struct err *e)
{
    if (option_is_given(args, "json") && strcmp(args->words[0], "schemes") != 0) {
        err_add(e, "list: --json: want schemes, have %.60s", args->words[0]);
        return EXIT_BAD_INPUT;
    }
    for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++)
        if (!strcmp(LISTS[i].what, args->words[0]))
            return LISTS[i].list(args, e) ? EXIT_DONE : EXIT_BAD_INPUT;
    err_add(e,
            "list: want schemes, models, devices, protocols, scenarios, figures or kernels, have "
            "\"%.60s\"",
            args->words[0]);
    return EXIT_BAD_INPUT;
}

static const struct option_spec options[] = {
    {"profile", "FILE", "kernel timings that devices are compared with"},
    {"json", NULL, "schemes: with all of their options, as JSON"},
    {0}};

const struct command command_list = {"list",
                                     "schemes|models|devices|protocols|scenarios|figures|kernels",
                                     "what there is to choose from",
                                     NULL,
                                     1,
                                     1,
                                     options,
                                     run};
