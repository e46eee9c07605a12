// cli/classes.h: what schemes see of each class of tasks, and of their mean.
#ifndef FOGSIM_CLI_CLASSES_H
#define FOGSIM_CLI_CLASSES_H

#include "cli/simulate.h"

// [group_count * class_count] how much of the tasks of a group's users is of each class: by the
// scenario's mix, or counted in its recorded streams.
const double *classes_shares(const struct scenario *s, uint32_t class_count, struct arena *a);

// The scenario's network in a replication: its own, or a copy in `a` where nodes move at random.
const struct net *classes_net(const struct scenario *s, uint32_t replication, struct arena *a);

// Fills `views` and `valued` of `p` for that network, in `a`; what the views hold beside stays.
void classes_place(struct prepared *p, const struct net *net, struct arena *a);

#endif
