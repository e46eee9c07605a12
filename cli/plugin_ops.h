// cli/plugin_ops.h: operations that a scheme's program states itself, instead of slices.
#ifndef FOGSIM_CLI_PLUGIN_OPS_H
#define FOGSIM_CLI_PLUGIN_OPS_H

#include "algorithms/view.h"
#include "base/json.h"
#include "sim/plan.h"

// A list of operations into a plan in `a`; what is wrong is a fault of the document. An operation
// waits for earlier ones only, so that there is no cycle.
void plugin_read_ops(struct json list, const struct view *v, uint32_t user, struct arena *a,
                     struct plan *out);

// The node of a user, fog or cloud that `user` has a way to, and back. NO_NODE: a fault was added.
uint32_t plugin_read_node(struct json j, const struct view *v, uint32_t user);

#endif
