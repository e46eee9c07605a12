// cli/plugin/read.h: the answers of a scheme's program (docs/PLUGINS.md), checked in full: what is
// accepted here can be built and run.
#ifndef FOGSIM_CLI_PLUGIN_READ_H
#define FOGSIM_CLI_PLUGIN_READ_H

#include "algorithms/common/build.h"
#include "cli/plugin/say.h"

struct plugin_line {  // an answer
    const char *name; // of whom and to what, for messages
    const char *text; // [length]
    size_t      length;
    uint64_t    id; // of the request
};

struct plugin_hello {
    bool associates;
    bool by_instant; // all tasks of an instant in one request
};

enum plugin_verdict {
    VERDICT_NONE,
    VERDICT_LOCAL,
    VERDICT_INFEASIBLE,
    VERDICT_SLICES,
    VERDICT_OPS
};

struct plugin_choice { // for one task
    enum plugin_verdict verdict;
    struct assignment   assignment; // VERDICT_SLICES
    struct plan         ops;        // VERDICT_OPS
};

// Each reads one answer; what it returns lies in `a`. false: e says what was wanted, what came, and
// where.
MUST_USE bool plugin_read_hello(const struct plugin_line *l, struct plugin_hello *out,
                                struct err *e);

// In the order of the tasks, into out[count].
MUST_USE bool plugin_read_plans(const struct plugin_line *l, const struct view *views,
                                const struct plugin_task *tasks, uint32_t count, struct arena *a,
                                struct plugin_choice *out, struct err *e);

// Sorted as an association is.
MUST_USE bool plugin_read_matches(const struct plugin_line *l, const struct view *v,
                                  struct arena *a, struct association *out, struct err *e);

// Tells `sink`, which may be NULL.
MUST_USE bool plugin_read_end(const struct plugin_line *l, const struct metric_sink *sink,
                              struct err *e);

// Whether a step may be cut along that axis.
bool plugin_axis_is_known(const struct graph *g, uint32_t step, enum slice_axis axis);

#endif
