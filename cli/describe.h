// cli/describe.h: what a run is called in the database: its nodes, models, layers, inputs.
#ifndef FOGSIM_CLI_DESCRIBE_H
#define FOGSIM_CLI_DESCRIBE_H

#include "cli/simulate.h"

// The names of nodes, classes and stages, as far as the scenario's run_info goes; once for all
// replications, in `a`. O(nodes).
void describe_names(struct prepared *p, struct arena *a);

// All of it, for one run, whose network `p->valued` has.
void describe_run(const struct prepared *p, const struct run_identity *id, struct arena *a,
                  struct run_info *out);

// "2026-11-21T06:00:00Z"
const char *describe_now(struct arena *a);

#endif
