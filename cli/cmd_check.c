// cli/cmd_check.c: validates a scenario, prints every fault with its place.
#include <stdio.h>
#include <string.h>

#include "cli/inputs.h"
#include "cli/report.h"
#include "cli/simulate.h"
#include "scenarios/shelf.h"
#include "scenarios/vary.h"

static void pass_on(struct err *e, struct err *inner, const char *point)
{
    for (char *line = strtok(inner->text, "\n"); line; line = strtok(NULL, "\n"))
        err_add(e, "%s, at %.300s", line, point);
}

// Each point of a sweep is a scenario of its own. Told are the faults of the first that has any,
// and how many have.
static bool check_points(const struct arguments *args, struct scenario_source *source,
                         const struct scenario_edit *edit, const struct profile *profile,
                         struct err *e)
{
    struct vary         v;
    struct arena        scratch = {0};
    struct shelf        shelf = {0};
    uint32_t            faulty = 0;
    struct vary_request r = {.method = -1, .sets = edit->sets, .set_count = edit->set_count};
    if (!vary_read(&v, args->arena, source, &r, e)) return false;
    source->shelf = &shelf;
    for (uint32_t i = 0; i < v.count; i++) {
        struct err           inner = {0};
        struct scenario      s;
        struct scenario_edit at = vary_edit(&scratch, edit, &v.points[i]);
        if (!scenario_read(&s, &scratch, source, &args->paths, &at, &inner) ||
            !simulate_check(&s, profile, &inner)) {
            if (!faulty++) pass_on(e, &inner, vary_point_text(&scratch, &v.points[i]));
        }
        arena_rewind(&scratch, (struct arena_mark){0});
    }
    source->shelf = NULL;
    arena_free(&scratch);
    shelf_free(&shelf);
    return !faulty || err_add(e, "%s: sweep: want points that can run, have faults at %u of %u",
                              source->path, faulty, v.count);
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    struct scenario        s;
    struct scenario_source source;
    struct scenario_edit   edit;
    struct profile         profile;
    if (!inputs_source(args, &source, &edit, e) ||
        !scenario_read(&s, args->arena, &source, &args->paths, &edit, e) ||
        !inputs_profile(args, &profile, e) || !simulate_check(&s, &profile, e))
        return EXIT_BAD_INPUT;
    if (s.point_count && !check_points(args, &source, &edit, &profile, e)) return EXIT_BAD_INPUT;
    printf("%s: valid: %u models, %u schemes, %u user and %u %s nodes, %u replications", s.path,
           s.model_count, s.scheme_count, s.user_count, s.fog_count, report_servers(&s),
           s.replications);
    if (s.point_count) printf(", a sweep of %u points", s.point_count);
    printf("\n");
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
