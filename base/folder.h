// base/folder.h: the files of a folder.
#ifndef FOGSIM_BASE_FOLDER_H
#define FOGSIM_BASE_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

// Names of the files (of a real folder or of one in the program: bundle.h) that end in `ending`
// (".json"), without it, sorted. false: the folder cannot be read, e says why.
MUST_USE bool folder_list(const char *folder, const char *ending, struct arena *a,
                          const char ***names, uint32_t *count, struct err *e);

#endif
