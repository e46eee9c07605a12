// cli/simulate.h: one run: a model of a scenario, or all in a mix, under a scheme and a
// replication, from plan to statistics.
//
// Ties models, schemes, engine and store together; the one place where all of them meet.
#ifndef FOGSIM_CLI_SIMULATE_H
#define FOGSIM_CLI_SIMULATE_H

#include "cli/statistics.h"
#include "kernels/profile.h"
#include "results/store.h"
#include "scenarios/scenario.h"
#include "sim/engine.h"

struct prepared { // what the replications of one model (or mix) and scheme share; constant
    const struct scenario        *scenario;
    const struct scenario_scheme *scheme;
    const struct profile         *profile;
    const char                   *label;  // the model's, or "mix"
    const struct scenario_model  *models; // [class_count] of each class of tasks
    uint32_t                      class_count;
    uint32_t                     *first_stage; // [class_count + 1] stages of all classes
    const double                 *shares;      // [group_count * class_count] by user's group
    struct view                  *views;       // [class_count] of a task of each class
    struct view                   valued; // what users and nodes are matched by: the mean of a mix
    struct run_info               names;  // of nodes, classes, stages (describe.h)
};

// Runs of one scheme and replication: one per model, or one for the mix of all.
uint32_t simulate_model_runs(const struct scenario *s);

// `model`: which of them.
void simulate_prepare(struct prepared *out, struct arena *a, const struct scenario *s,
                      uint32_t model, const struct scenario_scheme *scheme,
                      const struct profile *profile);

// Whether the scheme can serve the models of `p`; false: e says which not, and why.
MUST_USE bool simulate_claims(const struct prepared *p, struct err *e);

// Whether every scheme can serve every model in this network; false: e says which not, and why.
// O(schemes that ask x what simulate_prepare costs).
MUST_USE bool simulate_check(const struct scenario *s, const struct profile *profile,
                             struct err *e);

// The scheme's state, as its `begin` makes it, for the views of `p`; to be ended. For who plans
// without simulating: simulate() does it for each run.
MUST_USE bool simulate_begin(struct prepared *p, struct arena *a, struct err *e);
void          simulate_end(struct prepared *p);

// Conv and fc layers of the models whose shape the profile lacks, on the device with most of them.
uint32_t simulate_fitted(const struct prepared *p);

struct outcome { // of one run
    struct statistics    statistics;
    struct engine_result result;
    uint64_t             local_plans;       // tasks that never left their user
    bool                 is_kept;           // failed, but what it had is stored, marked
    double               availability;      // NaN: nothing can fail
    double               link_availability; // of those that carried something; NaN: none can fail
    double               warm_up_s;         // what was left out
    bool                 warm_up_is_short;  // MSER-5: the run is too short to tell; 0 was left out
};

struct run_identity {
    int64_t     run_id;
    uint32_t    replication;
    const char *point;
};

// Runs it and stores it, with "warm_up": "mser5" once before to find the transient (store NULL:
// nowhere); the outcome lives in `a`. false: e says why, the store is rolled back, or where a
// foreign scheme failed has the tasks that ended (is_kept). An interrupted run is rolled back too,
// and is true with result.interrupted.
MUST_USE bool simulate(const struct prepared *p, const struct run_identity *id, struct store *store,
                       const volatile int *interrupted, struct arena *a, struct outcome *out,
                       struct err *e);

#endif
