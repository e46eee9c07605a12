// cli/plugin/parts.h: parts of an answer: nodes, slices, operations. What is wrong is a fault of
// its document.
#ifndef FOGSIM_CLI_PLUGIN_PARTS_H
#define FOGSIM_CLI_PLUGIN_PARTS_H

#include "algorithms/common/assignment.h"
#include "base/json.h"

// Whether it is a list of `least` to `most` elements; a fault if not.
bool plugin_is_list(struct json list, uint32_t least, uint32_t most, const char *of);

// The node of a user, fog or cloud that `user` has a way to, and back. NO_NODE: a fault was added.
uint32_t plugin_read_node(struct json j, const struct view *v, uint32_t user);

// Members nodes, steps, exit, hub of `j`, in `a`. Without fault it can be built.
void plugin_read_slices(struct json j, const struct view *v, uint32_t user, struct arena *a,
                        struct assignment *out);

// A list of operations into a plan in `a`. An operation waits for earlier ones only, so that there
// is no cycle.
void plugin_read_ops(struct json list, const struct view *v, uint32_t user, struct arena *a,
                     struct plan *out);

#endif
