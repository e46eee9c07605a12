// results/gnuplot.h: runs the external program gnuplot, never through a shell.
#ifndef FOGSIM_RESULTS_GNUPLOT_H
#define FOGSIM_RESULTS_GNUPLOT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

// Runs the scripts one after the other in one gnuplot that reads no start-up file; what it draws to
// its standard output is written to `out_path`, which must not exist. `log_path` takes its
// messages. false: e holds the last of them, or says that gnuplot is missing; `out_path` may be
// left behind.
MUST_USE bool gnuplot_run(const char *const *scripts, uint32_t count, const char *out_path,
                          const char *log_path, struct err *e);

// Writes `text` as a string constant of gnuplot's language. O(length).
void gnuplot_quote(FILE *file, const char *text);

#endif
