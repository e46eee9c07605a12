// scenarios/vary.h: the points of a sweep: values of keys of a scenario, together.
//
// Values come from the command line (--vary KEY=V1,V2,...) or from the "sweep" part of a scenario;
// docs/SCENARIOS.md says how they are written, range.h reads them. Three methods:
//   grid   every value with every other; the first key varies slowest
//   zip    lists of one length side by side
//   latin  Latin hypercube samples: of N samples each key has one in each N-th of its range, the
//          N-ths shuffled key by key (McKay, Beckman, Conover, "A comparison of three methods for
//          selecting values of input variables", Technometrics 21, 1979). A range "low..high" is
//          drawn from evenly, or evenly in its logarithm; of a list the value number floor(u x
//          count) is taken, u in [0, 1) the place within the range. Lists are coarse: samples that
//          come out equal are dropped, so there may be fewer points than samples.
// The keys "scheme" and "model" say what runs at a point; they change nothing in the scenario.
#ifndef FOGSIM_SCENARIOS_VARY_H
#define FOGSIM_SCENARIOS_VARY_H

#include "scenarios/scenario.h"

enum { VARY_MOST_POINTS = 100000 };

enum vary_method { VARY_GRID, VARY_ZIP, VARY_LATIN };

extern const char *const vary_method_names[]; // "grid", "zip", "latin", NULL

struct vary_point {
    const char *json;        // {"nodes.fog.count":4}, as run.point holds it; keys in the order of
                             // the sweep; without scheme and model
    const char *const *sets; // [set_count] "KEY=VALUE" as for --set
    uint32_t           set_count;
    const char        *scheme, *model; // the label that runs; NULL: all
};

struct vary {
    struct vary_point *points; // [count], no two alike
    uint32_t           count;
    uint32_t           drawn; // latin: samples, before equal ones were dropped; else count
    enum vary_method   method;
    const char        *json; // the definition, values written out: equal for equal sweeps
};

struct vary_request {         // what the command line says
    const char *const *given; // [given_count] of --vary; instead of all that the file varies
    uint32_t           given_count;
    int                method;  // enum vary_method; -1: the file's, else grid
    uint32_t           samples; // 0: the file's
    const char *const *sets;    // [set_count] of --set, on the file before its "sweep" is read
    uint32_t           set_count;
    bool               is_seeded; // latin: `seed` goes before the scenario's own, not before the
    uint64_t           seed;      // sweep's
};

// All in `a`. false: e says every fault; none of the command line or the file varies anything, too.
// O(points x keys), and sorting.
MUST_USE bool vary_read(struct vary *out, struct arena *a, const struct scenario_source *source,
                        const struct vary_request *r, struct err *e);

// A point for messages: {"nodes.fog.count":4} scheme dina.
const char *vary_point_text(struct arena *a, const struct vary_point *p);

// The edit that makes a point of a sweep: `base` (of the command line), then the point's own.
struct scenario_edit vary_edit(struct arena *a, const struct scenario_edit *base,
                               const struct vary_point *p);

// {"nodes.fog.count":4,"links.default.rate":"10 Mbit/s"} of "KEY=VALUE" texts as --set takes them;
// of a key that is there twice the last. Texts without "=" are left out.
const char *vary_sets_json(struct arena *a, const char *const *sets, uint32_t count);

#endif
