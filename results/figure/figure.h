// results/figure/figure.h: figures from a database by the bundled gnuplot scripts.
//
// One figure, one file plots/NAME.gp. Adding a figure is adding a file. Its leading comments are
// read:
//   # about: one line for `fogsim list figures`
//   # needs: what a database must hold, for the error when a query has no rows
//   # takes: names of the options that it heeds: "at scheme model title x y"
//   # axis: those of its options that name a key of the sweep, and # metric: the one that names a
//     metric (docs/FIGURES.md)
//   # query NAME: and lines of SQL behind `#  `, whose rows are the data file NAME
// What all figures share is in plots/common.sql and plots/style.gnuplot.
//
// Options reach SQL as rows of the temporary table parameter(name, value), never as part of its
// text, and gnuplot as data, never as part of a script: no label can become a command.
#ifndef FOGSIM_RESULTS_FIGURE_FIGURE_H
#define FOGSIM_RESULTS_FIGURE_FIGURE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct figure {
    const char *name, *about, *path;
    const char *takes; // names of its options, with a blank between
};

// A value for an option. Every option but at, scheme and model is given at most once.
struct figure_option {
    const char *name;  // "x", "at": one that some figure takes
    const char *value; // "nodes.fog.count", "links.default.rate=10 Mbit/s"
};

struct figure_request { // zero-initialise
    const char                 *db_path;
    const char                 *out_path; // its ending chooses the format: .svg, .png, .pdf
    const struct figure_option *options;
    uint32_t                    option_count;
    const char                 *keep_folder; // keeps script and data there; NULL: nowhere
    bool *nothing; // set when false is returned because the database lacks what the figure needs,
                   // so that who draws all figures may pass over it; NULL: not asked
};

// The figures of a folder, sorted by name. false: the folder cannot be read.
MUST_USE bool figure_list(const char *folder, struct arena *a, struct figure **out, uint32_t *count,
                          struct err *e);

// Whether the figure heeds the option `name`.
bool figure_takes(const struct figure *f, const char *name);

// Draws. The picture appears whole or not at all, and so does the kept folder, which must not exist
// or be empty. false: an option that the figure does not take, a key, metric or value that the
// database does not have (e lists what there is), nothing to draw, gnuplot.
MUST_USE bool figure_draw(const struct figure *f, const struct figure_request *r, struct err *e);

#endif
