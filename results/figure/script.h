// results/figure/script.h: what the leading comments of a figure's script say (figure.h,
// docs/FIGURES.md).
#ifndef FOGSIM_RESULTS_FIGURE_SCRIPT_H
#define FOGSIM_RESULTS_FIGURE_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum { SCRIPT_QUERIES_MAX = 12, SCRIPT_AXES_MAX = 3 };

struct script_query {
    const char *name, *sql;
    bool        is_file; // "# query": its rows are a data file; "# table": for later SQL alone
};

struct script_choice { // "x=first|model": an option and what it is when it is not given, in turn
    const char *option, *otherwise;
};

struct script {
    const char          *about;
    const char          *needs; // what a database must hold, for the message when it does not
    const char          *takes; // names of its options, with a blank between
    struct script_choice axes[SCRIPT_AXES_MAX];
    uint32_t             axis_count;
    struct script_choice metric; // option NULL: none
    struct script_query  queries[SCRIPT_QUERIES_MAX];
    uint32_t             query_count;
    const char          *text; // the whole file
};

// Memory from `a`. false: unreadable, or a line that is not understood.
MUST_USE bool script_read(struct script *out, struct arena *a, const char *path, struct err *e);

#endif
