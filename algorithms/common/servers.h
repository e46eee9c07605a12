// algorithms/common/servers.h: which of some servers is a user's own.
//
// Users take turns over the list: user i begins at the server of rank i modulo their number; where
// that one cannot serve now (it does not hold the task, is down or not connected) the next one
// does. O(log users + servers).
#ifndef FOGSIM_ALGORITHMS_COMMON_SERVERS_H
#define FOGSIM_ALGORITHMS_COMMON_SERVERS_H

#include "algorithms/view.h"

uint32_t servers_of(const struct view *v, const uint32_t *servers, uint32_t count,
                    uint32_t user); // NO_NODE: none can

#endif
