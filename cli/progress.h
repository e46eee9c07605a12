// cli/progress.h: a bar on the terminal for work of many parts: how many are done, how fast it
// goes, when it will end. Nothing where standard error is no terminal.
#ifndef FOGSIM_CLI_PROGRESS_H
#define FOGSIM_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress_bar { // private
    const char *what; // "runs"
    double      start_s, shown_s;
    uint64_t    before, total;
    bool        is_shown;
};

// `before` of `total` parts were done by an earlier call.
void progress_begin(struct progress_bar *p, const char *what, uint64_t before, uint64_t total,
                    bool quiet);
// Draws at most ten times a second, so that it may be called after each part.
void progress_show(struct progress_bar *p, uint64_t done);
void progress_total(struct progress_bar *p, uint64_t total); // it has become another
void progress_end(struct progress_bar *p);                   // clears the line

#endif
