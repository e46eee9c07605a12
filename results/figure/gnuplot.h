// results/figure/gnuplot.h: runs the external program gnuplot, never through a shell.
#ifndef FOGSIM_RESULTS_FIGURE_GNUPLOT_H
#define FOGSIM_RESULTS_FIGURE_GNUPLOT_H

#include <stdbool.h>

#include "base/err.h"

// Runs the script in `folder`, where it draws `picture` (a name that this process knows it by), in
// a gnuplot that reads no start-up file. `log_path` takes its messages. false: e holds the last of
// them, or says that gnuplot is missing; `picture` may be left behind.
MUST_USE bool gnuplot_run(const char *script, const char *folder, const char *picture,
                          const char *log_path, struct err *e);

#endif
