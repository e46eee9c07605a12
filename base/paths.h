// base/paths.h: where fogsim's data files are: beside the program, or under PREFIX/share/fogsim.
#ifndef FOGSIM_BASE_PATHS_H
#define FOGSIM_BASE_PATHS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct paths { // folders
    const char *root, *zoo, *devices, *protocols, *profiles, *plots, *scenarios;
};

// The root is $FOGSIM_DATA, else what the program holds itself (bundle.h), else the folder above
// the program's, else ../share/fogsim from there: the first that holds models/zoo. false: none
// does.
MUST_USE bool paths_find(struct paths *out, struct arena *a, struct err *e);

#endif
