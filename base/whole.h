// base/whole.h: a file that appears whole or not at all.
//
// It is written beside its name and renamed when everything is on it, so that a full disk or a
// fault half way leaves what was there before. "-" is the standard output, where what was written
// stays: who reads it learns of a failure from the exit status.
#ifndef FOGSIM_BASE_WHOLE_H
#define FOGSIM_BASE_WHOLE_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"

struct whole {
    FILE       *file; // to write to
    const char *path; // the caller's
    const char *part; // beside it; NULL: standard output
};

// false: e says why, and there is nothing to close. `path` outlives the file.
MUST_USE bool whole_open(struct whole *w, struct arena *a, const char *path, struct err *e);

// Closes it: under its name if `ok` and all of it could be written, else it is gone. The result is
// whether it is there. It adds no fault where !ok, for there is one, nor of the standard output,
// which the program checks at its end, whoever wrote to it.
MUST_USE bool whole_close(struct whole *w, bool ok, struct err *e);

#endif
