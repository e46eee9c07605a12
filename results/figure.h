// results/figure.h: figures from a database by the bundled gnuplot scripts.
//
// One figure, one file plots/NAME.gp. Adding a figure is adding a file. Its leading comments are
// read: `# about:` one line for `fogsim list figures`; `# needs:` what a database must hold, for
// the error when a query has no rows; `# query NAME:` and lines of SQL behind `#  `, whose rows are
// the data file NAME. What all figures share is in plots/common.sql and plots/style.gnuplot.
#ifndef FOGSIM_RESULTS_FIGURE_H
#define FOGSIM_RESULTS_FIGURE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct figure {
    const char *name, *about, *path;
};

// The figures of a folder, sorted by name. false: the folder cannot be read.
MUST_USE bool figure_list(const char *folder, struct arena *a, struct figure **out, uint32_t *count,
                          struct err *e);

// Draws into `out_path`; its ending chooses the format: .svg, .png, .pdf. The file appears whole or
// not at all.
MUST_USE bool figure_draw(const struct figure *f, const char *db_path, const char *out_path,
                          struct err *e);

#endif
