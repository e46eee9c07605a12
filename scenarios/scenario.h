// scenarios/scenario.h: a scenario file into one constant struct; what a run may assume is checked
// here, once.
//
// docs/SCENARIOS.md explains every key. All faults of the file, and of the models, devices and
// protocols that it names, are reported at once, each with its place.
#ifndef FOGSIM_SCENARIOS_SCENARIO_H
#define FOGSIM_SCENARIOS_SCENARIO_H

#include "algorithms/scheme.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/paths.h"
#include "models/load.h"
#include "sim/engine.h"

struct scenario_model {
    const char  *label; // key in the scenario
    struct graph graph;
};

struct scenario_scheme {
    const char           *label;
    const struct scheme  *scheme;
    struct scheme_options options;
};

struct published {              // a figure of the literature, printed beside ours
    const char *metric;         // a metric of results: "transmission", "computation", ...
    const char *model, *scheme; // labels; scheme: whose figure it is
    const char *against;        // label of the scheme it is a ratio to (against / scheme); NULL: an
                                // absolute figure
    double      low, high;
    const char *source;
};

struct shelf; // shelf.h

struct scenario {
    const char   *name, *about, *path;
    struct shelf *shelf;                // that it was read with; NULL: none
    const char   *text;                 // of the file, before --set, without white space
    bool          is_edited;            // by --set
    char     sha256[DIGEST_TEXT_BYTES]; // of the JSON after --set, without white space and "sweep"
    uint64_t seed;
    uint32_t replications;
    uint32_t model_count, scheme_count, published_count;
    struct scenario_model  *models;    // [model_count]
    struct scenario_scheme *schemes;   // [scheme_count]
    struct published       *published; // [published_count]
    struct net              net;
    struct device          *devices;                  // [net.group_count] of each group
    uint32_t       *users, *fogs, *clouds, *gateways; // node indices; the clouds are among the fogs
    uint32_t        user_count, fog_count, cloud_count, gateway_count;
    struct limits   limits;
    struct arrivals arrivals;
    struct mix      mix; // class_count 0: each model is a run of its own
    struct faults   faults;
    struct recovery recovery;
    double          epoch_s, warm_up_s; // INFINITY: off
    bool            finds_warm_up;      // "mser5": each run its own; warm_up_s is 0
    double         *deadline_s;         // [net.group_count] of the jobs of its users; INFINITY: off
    double          sample_s;           // INFINITY: off
    uint32_t        length_limit;       // of occupancy; 0: off
    uint32_t        point_count;        // of its "sweep" part; 0: it has none
    int             record; // 0 summary, 1 tasks, 2 layers, 3 ops, as enum record_level of results
};

enum { SCENARIO_FOREIGN = 2 };

struct scenario_foreign { // a scheme that the command line brings along; a file cannot
    const struct scheme *scheme;
    const char          *label; // as which it stands among the scenario's schemes
    const void          *given; // into its options
};

struct scenario_edit {            // of the file before it is read
    const char *const      *sets; // [set_count] "KEY=VALUE"
    uint32_t                set_count;
    const char *const      *schemes,
        *const             *models; // labels to keep; one that the file lacks is added as it is
    uint32_t                scheme_count, model_count;
    struct scenario_foreign foreign[SCENARIO_FOREIGN]; // [foreign_count] kept like `schemes`
    uint32_t                foreign_count;
    bool                    is_point; // of a sweep that was read from the same text: its "sweep"
                                      // part is not looked at again
};

// A file read once: every point of a sweep is made from the same text, whatever becomes of the
// file.
struct scenario_source {
    const char   *path, *text;
    size_t        length;
    const char   *compact; // the same JSON without white space
    struct shelf *shelf;   // of the files that it names; NULL: none, each is read
};

extern const char *const record_names[]; // "summary", "tasks", "layers", "ops", NULL

// Reads the text, into `a`; shelf NULL. false: no JSON, e says where.
MUST_USE bool scenario_open(struct scenario_source *out, struct arena *a, const char *path,
                            struct err *e);
// edit NULL: none. The scenario lives in `a`, and needs the source and its shelf.
MUST_USE bool scenario_read(struct scenario *out, struct arena *a,
                            const struct scenario_source *source, const struct paths *paths,
                            const struct scenario_edit *edit, struct err *e);
// The two in one, without a shelf.
MUST_USE bool scenario_load(struct scenario *out, struct arena *a, const char *path,
                            const struct paths *paths, const struct scenario_edit *edit,
                            struct err *e);

struct scenario_outline {           // what a sweep must know of a point before it runs
    const char **models, **schemes; // [model_count], [scheme_count] labels, in the order of runs
    uint32_t     model_count, scheme_count;
    bool         is_mix; // all models in one run
    uint64_t     seed;
    uint32_t     replications;
    char         sha256[DIGEST_TEXT_BYTES]; // as of the scenario
};

// As scenario_read would find it, without opening another file. false: it has not even these
// parts; true does not say that the rest is valid. Lives in `a`. O(length of the text).
MUST_USE bool scenario_outline(struct scenario_outline *out, struct arena *a,
                               const struct scenario_source *source,
                               const struct scenario_edit *edit, struct err *e);

// The figures of the literature that the root of a scenario holds; faults go to its document.
struct published *scenario_published(struct json root, uint32_t *count);

// The key of the option of that bit (1 << bit, enum option_bit); NULL: there is none.
const char *scenario_option_key(uint32_t bit);

// "fog3": the group's name and the rank in it, if there are several.
const char *scenario_node_name(const struct scenario *s, uint32_t node, struct arena *a);

#endif
