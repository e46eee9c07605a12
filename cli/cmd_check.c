// cli/cmd_check.c: validates a scenario, prints every fault with its place.
#include <stdio.h>

#include "cli/inputs.h"
#include "cli/report.h"
#include "cli/simulate.h"

static enum exit_code run(const struct arguments *args, struct err *e)
{
    struct scenario s;
    struct profile  profile;
    if (!inputs_scenario(args, &s, e) || !inputs_profile(args, &profile, e) ||
        !simulate_check(&s, &profile, e))
        return EXIT_BAD_INPUT;
    printf("%s: valid: %u models, %u schemes, %u user and %u %s nodes, %u replications\n", s.path,
           s.model_count, s.scheme_count, s.user_count, s.fog_count, report_servers(&s),
           s.replications);
    return EXIT_DONE;
}

static const struct option_spec options[] = {
    {"set", "KEY=VALUE", "change a value before checking (repeatable)"}, {0}};

const struct command command_check = {
    "check",
    "SCENARIO",
    "validate a scenario; print every fault with its place",
    "Exit 0: valid. Exit 2: faults, each as FILE: PLACE: what was wanted, what was there.",
    1,
    1,
    options,
    run};
