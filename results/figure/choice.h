// results/figure/choice.h: which runs a figure shows, and where on its axes they stand, as
// temporary tables for its SQL.
//
//   parameter(name, value)            the options as they were given
//   chosen(run_id, point, scheme, model, seed, replication, status)
//                                     the runs, of any status, that --scheme, --model and --at
//                                     leave; of a figure without axes: those of one point alone
//   schemes(i, name), models(i, name) of these, in the order of drawing: dina first, else as run
//   caption(i, text)                  lines below the picture: what was fixed, what failed
//   heading(i, text)                  the line above it (--title), if there is one
// and with "# axis" lines, for each axis NAME:
//   NAME_axis(i, key, label, unit, numeric, logarithmic)   one row
//   NAME_value(i, text, label, number)   its values in order: as text, "count = 4", place (axis.h)
//   NAME_run(run_id, i)
//   panel(i, text)                    a panel for each model and scheme that is on no axis
//   panel_run(run_id, i, j)           j: 0; of points that are samples, not a grid: their rank,
//   from 1
// and with a "# metric" line:
//   metric_axis(i, label, unit)       one row
//   metric_value(run_id, value)       of all finished runs, so that chosen ones have others to be
//                                     compared with
//
// A key that is neither on an axis nor fixed by --at must not vary unseen: means over its values
// would depend on which were swept. So where it still varies at a place of the figure, its first
// value is taken, and the caption says so. A key that goes along with an axis (zipped) stays.
#ifndef FOGSIM_RESULTS_FIGURE_CHOICE_H
#define FOGSIM_RESULTS_FIGURE_CHOICE_H

#include <sqlite3.h>

#include "results/figure/figure.h"
#include "results/figure/query.h"
#include "results/figure/script.h"

struct choice { // zero-initialise what follows `request`
    sqlite3                     *db;
    struct arena                *arena;
    const struct script         *script;
    const struct figure_request *request;
    const char                  *axis_key[SCRIPT_AXES_MAX]; // of the script's axes
    bool nothing; // choice_make failed since the database lacks what the figure needs
};

// Makes the tables. false: an unknown key, value, scheme, model or metric (e lists what there is).
MUST_USE bool choice_make(struct choice *c, struct err *e);

// Appends a text to the caption, broken into lines.
MUST_USE bool choice_note(struct choice *c, const char *text, struct err *e);

// "at k = v" for what the user fixed to one value.
MUST_USE bool choice_note_fixed(struct choice *c, struct err *e);

// For the parts of this module. The value of an option, NULL: not given. An option's value is not
// among what there is; always false.
const char *choice_option(const struct choice *c, const char *name);
bool choice_unknown(struct choice *c, const char *name, const char *value, const struct texts *have,
                    struct err *e);

// Keys of the sweep with more than one value among the chosen runs, in its order.
MUST_USE bool choice_varied(struct choice *c, struct texts *out, struct err *e);

// axes.c: the keys of the axes, and what else must be fixed; then the axes' tables. metric.c: the
// metric's.
MUST_USE bool axes_choose(struct choice *c, struct err *e);
MUST_USE bool axes_make(struct choice *c, struct err *e);
MUST_USE bool metric_make(struct choice *c, struct err *e);

#endif
