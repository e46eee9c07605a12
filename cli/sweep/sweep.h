// cli/sweep/sweep.h: a sweep as every process of it knows it: what is varied, and the list of runs.
//
// A cell is a point, a model (or the mix of all) and a scheme; its replications are consecutive
// runs. The run_id of a run is its rank in the list of all: points outermost, then models, schemes,
// replications. The list depends on the scenario and the command line alone, not on who does a run
// or when; where replications are added until a precision is met, it counts the most there may be.
#ifndef FOGSIM_CLI_SWEEP_SWEEP_H
#define FOGSIM_CLI_SWEEP_SWEEP_H

#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/precision.h"
#include "results/store.h"
#include "scenarios/shelf.h"
#include "scenarios/vary.h"

struct sweep_cell {
    int64_t     first_run; // run_id of replication 0
    uint32_t    point, replications;
    uint32_t    model, scheme;              // ranks in the scenario of the point
    const char *model_label, *scheme_label; // "?": the point is not even read so far
};

struct sweep { // constant once read, but for the shelf
    struct scenario_source source;
    struct shelf           shelf;
    struct scenario_edit   edit; // of the command line, without what is varied
    struct paths           paths;
    struct vary            vary;
    struct profile         profile;
    const char            *name;         // of the scenario
    int64_t                seed;         // of the command line; -1: the scenario's
    uint32_t               replications; // of the command line; 0: the scenario's
    struct precision      *precision;    // [precision_count]; with any the list has their most
    uint32_t               precision_count;
    struct sweep_cell     *cells; // [cell_count] by first_run
    uint32_t               cell_count;
    uint32_t              *first_cell; // [vary.count + 1] of each point
    int64_t                run_count;
    char                   files_sha256[DIGEST_TEXT_BYTES]; // of what the scenario names
    const char            *settings; // JSON: what else a row depends on, see sweep_settings
};

// What `options` of a command must have for sweep_read, beside SCENARIO_OPTIONS.
#define SWEEP_OPTIONS                                                                              \
    {"vary", "KEY=V1,V2,...",                                                                      \
     "values of a key: lists, 2..16x2, 1..10/10log (repeatable; instead of the file's)"},          \
        {"method", "METHOD", "grid (default), zip or latin"},                                      \
        {"samples", "N", "points of a Latin hypercube"},                                           \
        {"seed", "N", "seed (default: the scenario's)"},                                           \
    {                                                                                              \
        "replications", "N", "independent repetitions (default: the scenario's)"                   \
    }

// Reads everything, into the arena of the command. A point that cannot be read is no fault as long
// as there is one that can. false: e says every fault. To be freed.
MUST_USE bool sweep_read(struct sweep *out, const struct arguments *args, struct err *e);
void          sweep_free(struct sweep *s);

// The scenario of a point, as its runs see it.
MUST_USE bool sweep_scenario(struct scenario *out, struct arena *a, const struct sweep *s,
                             uint32_t point, struct err *e);

// The cell of a run. O(log cells).
uint32_t sweep_cell_of(const struct sweep *s, int64_t run_id);

// What is known of a run without its scenario: for one that has no more than an error.
void sweep_describe(struct run_info *out, struct arena *a, const struct sweep *s, int64_t run_id);

#endif
