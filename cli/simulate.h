// cli/simulate.h: one run: a model of a scenario under a scheme and a replication, from plan to
// statistics.
//
// Ties models, schemes, engine and store together; the one place where all of them meet.
#ifndef FOGSIM_CLI_SIMULATE_H
#define FOGSIM_CLI_SIMULATE_H

#include "kernels/profile.h"
#include "results/store.h"
#include "scenarios/scenario.h"
#include "sim/engine.h"

// Metrics of a task, and of a layer the first LAYER_METRICS of them.
enum metric {
    METRIC_COMPUTATION,
    METRIC_TRANSMISSION,
    METRIC_QUEUEING,
    METRIC_EDGE_DELAY,
    METRIC_LOADING,
    LAYER_METRICS,
    METRIC_LATENCY = LAYER_METRICS,
    METRIC_COMPUTATION_AND_LOADING,
    METRIC_COMPUTATION_WORK,
    METRIC_TRANSMISSION_WORK,
    METRIC_ENERGY,
    METRIC_COUNT
};

extern const char *const metric_names[METRIC_COUNT]; // as in the database: "computation_s"

struct prepared { // what the replications of one model and scheme share; constant
    const struct scenario        *scenario;
    const struct scenario_model  *model;
    const struct scenario_scheme *scheme;
    const struct profile         *profile;
    struct view                   view;
};

// Conv and fc layers of the model whose shape the profile lacks, on the device with most of them.
uint32_t simulate_fitted(const struct prepared *p);

struct outcome {                               // of one run
    uint64_t             task_count;           // counted tasks that finished
    double              *values[METRIC_COUNT]; // [task_count]
    double               mean[METRIC_COUNT];   // NaN when no task finished
    struct engine_result result;
    uint64_t             local_plans;       // tasks that never left their user
    uint64_t             node_subtasks_min; // least subtasks of a fog node
};

struct run_identity {
    int64_t     run_id;
    uint32_t    replication;
    const char *point;
};

void simulate_prepare(struct prepared *out, struct arena *a, const struct scenario *s,
                      const struct scenario_model *model, const struct scenario_scheme *scheme,
                      const struct profile *profile);

// Runs it and stores it (store NULL: nowhere); values live in `a`. false: e says why, the store is
// rolled back. An interrupted run is rolled back too, and is true with result.interrupted.
MUST_USE bool simulate(const struct prepared *p, const struct run_identity *id, struct store *store,
                       const volatile int *interrupted, struct arena *a, struct outcome *out,
                       struct err *e);

#endif
