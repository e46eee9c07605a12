// base/bundle.h: data files inside the program, for one that is copied alone to another machine.
//
// The Makefile says which (BUNDLE): all that calibration reads in fogsim-calibrate, none in fogsim.
// folder_list and json_open look here for what is below BUNDLE_ROOT.
#ifndef FOGSIM_BASE_BUNDLE_H
#define FOGSIM_BASE_BUNDLE_H

#include <stdbool.h>

#define BUNDLE_ROOT "(built in)"

struct bundle_file {
    const char *path; // BUNDLE_ROOT and the path in the repository: ".../models/zoo/vgg16.json"
    const char *text;
};

extern const struct bundle_file bundle[]; // ends with path NULL

// Whether a path is below BUNDLE_ROOT.
bool bundle_holds(const char *path);

// The text of a file; NULL: there is none of that path.
const char *bundle_text(const char *path);

#endif
