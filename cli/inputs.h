// cli/inputs.h: what several commands read alike: the scenario with its edits, the profile.
#ifndef FOGSIM_CLI_INPUTS_H
#define FOGSIM_CLI_INPUTS_H

#include "cli/command.h"
#include "cli/plugin/plugin.h"
#include "kernels/profile.h"
#include "scenarios/scenario.h"

// Options of every command that reads a scenario; for option tables.
#define SCENARIO_OPTIONS                                                                           \
    {"scheme", "NAME", "only this scheme (several: give it again)"}, PLUGIN_OPTIONS,               \
        {"model", "NAME", "only this model (several: give it again)"},                             \
        {"set", "KEY=VALUE",                                                                       \
         "change a value: --set \"links.default.rate=10 Mbit/s\" (repeatable)"},                   \
    {                                                                                              \
        "profile", "FILE", "kernel timings to use (default: the bundled reference)"                \
    }

// The first word is the scenario; a bare name is looked for among the bundled ones.
MUST_USE bool inputs_source(const struct arguments *args, struct scenario_source *source,
                            struct scenario_edit *edit, struct err *e);
// Both at once: the scenario as the command line changes it.
MUST_USE bool inputs_scenario(const struct arguments *args, struct scenario *out, struct err *e);
MUST_USE bool inputs_profile(const struct arguments *args, struct profile *out, struct err *e);

// run.point: the JSON object of `sets` ("KEY=VALUE") and of what else says which run it was:
// {"links.default.rate":"10 Mbit/s","--scheme-command":"python3 mine.py"}. In the arena.
const char *inputs_point(const struct arguments *args, const char *const *sets, uint32_t count);

#endif
