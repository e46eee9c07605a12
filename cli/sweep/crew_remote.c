// This program has no workers but those it forks.
#include "cli/sweep/crew.h"

const struct crew_remote *const crew_remote = NULL;
