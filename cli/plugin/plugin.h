// cli/plugin/plugin.h: schemes of the user's own: a program that talks (docs/PLUGINS.md), or a
// library.
//
// Only the command line names them; a scenario file cannot make fogsim start anything.
#ifndef FOGSIM_CLI_PLUGIN_PLUGIN_H
#define FOGSIM_CLI_PLUGIN_PLUGIN_H

#include "cli/command.h"
#include "scenarios/scenario.h"

// For option tables; behind --scheme.
#define PLUGIN_OPTIONS                                                                             \
    {"scheme-command", "COMMAND",                                                                  \
     "a scheme of your own: a program that answers requests (docs/PLUGINS.md)"},                   \
        {"scheme-timeout", "SECONDS", "for each of its answers (default: 10)"},                    \
    {                                                                                              \
        "scheme-library", "FILE", "a scheme of your own: a shared object (docs/PLUGINS.md)"        \
    }

// The schemes that these options name, into edit->foreign.
MUST_USE bool plugin_options(const struct arguments *args, struct scenario_edit *edit,
                             struct err *e);

struct plugin_command { // what `given` of scheme_command points to
    const char *command;
    double      timeout_s;
};
extern const struct scheme scheme_command;

// What became of a plan of a foreign scheme: that of a library is looked through first, since an
// operation that cannot be would end the whole program. O(operations).
enum plan_verdict plugin_verdict(const struct scheme *s, const struct view *v,
                                 const struct plan *plan, enum plan_verdict given, struct err *e);

// Opens a library; NULL: e says why. It stays open until the program ends.
const struct scheme *plugin_open_library(const char *path, struct arena *a, struct err *e);

#endif
