// cli/published.h: a figure of the literature beside ours; what `fogsim run` prints and `fogsim
// report` shows.
#ifndef FOGSIM_CLI_PUBLISHED_H
#define FOGSIM_CLI_PUBLISHED_H

#include "cli/gather.h"

struct published_ours { // as times or as ratios, whatever the published figure is
    double mean, p5, p95;
};

enum { PUBLISHED_TEXT_BYTES = 100 };

// Of results: "transmission" is METRIC_TRANSMISSION.
enum metric published_metric(const struct published *p);

// Whose tasks are looked at: the other scheme's where the figure is a ratio to it.
const char *published_scheme(const struct published *p);

// `own`: of the scheme whose figure it is; `other`: of published_scheme (the same, for an absolute
// figure). A ratio is the mean, or a quantile over tasks, of the other by the mean of the own.
// false: no task finished, or nothing to compare with.
MUST_USE bool published_compare(const struct published *p, const struct figure_of_merit *own,
                                const struct figure_of_merit *other, struct published_ours *out);

// "transmission: random / dina", "1.1 to 2.9".
const char *published_what(const struct published *p, char out[PUBLISHED_TEXT_BYTES]);
const char *published_range(const struct published *p, char out[PUBLISHED_TEXT_BYTES]);

#endif
