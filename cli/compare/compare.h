// cli/compare/compare.h: what became of every metric in every cell, and what that means together.
//
// A regression is worse, significant (p after Holm's correction over all tests of the comparison
// below alpha) and past the threshold, which is relative to the base's mean; where a share was 0
// before, it counts percentage points. Times and energies that were 0 before have changed without
// bound.
#ifndef FOGSIM_CLI_COMPARE_COMPARE_H
#define FOGSIM_CLI_COMPARE_COMPARE_H

#include <stdio.h>

#include "base/paired.h"
#include "results/pairs/pairs.h"

enum compare_verdict {
    VERDICT_WORSE,
    VERDICT_BETTER,
    VERDICT_SMALL,   // significant, but not past the threshold
    VERDICT_CHANCE,  // differs, not significantly
    VERDICT_SAME,    // all differences are 0
    VERDICT_UNKNOWN, // fewer than 2 pairs, but some
    VERDICT_ABSENT,  // no run of the cell has the metric
    VERDICT_COUNT
};

extern const char *const compare_verdict_names[VERDICT_COUNT]; // as in JSON: "regression"

struct compare_result { // of one metric in one cell
    struct paired        test;
    double               p_holm;               // NaN: no verdict
    double               change;               // relative; infinite from 0; NaN: not known
    bool                 is_in_points;         // a share from 0: `change` is the difference itself
    uint32_t             lacking[PAIRS_SIDES]; // pairs whose run of that side alone has no value
    enum compare_verdict verdict;
};

struct comparison {
    struct pairs                      pairs;
    const struct pairs_metric *const *metrics; // [metric_count]
    uint32_t                          metric_count;
    double                            alpha, threshold; // 0.01: 1 %
    struct compare_result            *results;          // [cell * metric_count + metric]
    uint32_t                          tests;            // results with a p
    uint32_t                          count[VERDICT_COUNT];
    uint32_t                          same_cells;  // all runs equal in every row
    uint32_t                          least, most; // pairs in a cell
};

// Of pairs, metrics, alpha and threshold; the rest is worked out. O(pairs x metrics).
void compare_judge(struct comparison *c, struct arena *a);

// Whether CI has to stop: a regression, or runs that were done and now fail.
bool compare_is_worse(const struct comparison *c);

// Whether there is a verdict on anything: a test, or every run equal.
bool compare_is_judged(const struct comparison *c);

const struct compare_result *compare_at(const struct comparison *c, uint32_t cell, uint32_t metric);

// For people: `all`: the rows that did not change, too.
void compare_table(const struct comparison *c, bool all, struct arena *a);

// One object; docs/CI.md has its keys.
void compare_json(const struct comparison *c, FILE *out);

// A test suite of one case per cell and metric.
void compare_junit(const struct comparison *c, FILE *out, struct arena *a);

// For people: "4.1 ms", "3.2 %", "0.5 J".
const char *compare_value(const struct pairs_metric *m, double value, struct arena *a);
// "+3.2 %", "+0.5 points", "from 0".
const char *compare_change(const struct compare_result *r, struct arena *a);
const char *compare_p(double p, struct arena *a);
// "fog 2, rate 10 Mbit/s"; "-" of {}.
const char *compare_point(const char *point, struct arena *a);
// "greedy", or "greedy > mine" where two are compared.
const char *compare_scheme(const struct pairs_cell *cell, struct arena *a);

#endif
