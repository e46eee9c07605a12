// scenarios/parts.h: the larger parts of a scenario, one file each. For scenario.c.
//
// Each reads its keys of the root into `s` and adds its faults to the document; what a later part
// needs of an earlier one is named beside it.
#ifndef FOGSIM_SCENARIOS_PARTS_H
#define FOGSIM_SCENARIOS_PARTS_H

#include "base/json.h"
#include "scenarios/scenario.h"

struct reading { // what goes with a scenario to its readers
    const struct paths         *paths;
    const struct scenario_edit *edit;  // NULL: none
    struct shelf               *shelf; // NULL: none
};

// outline.c: the source's tree with the edit in it, and the digest of that; to be closed. false: e
// says why, nothing to close.
MUST_USE bool parts_open(struct json_doc *doc, struct arena *a,
                         const struct scenario_source *source, const struct scenario_edit *edit,
                         char sha256[DIGEST_TEXT_BYTES], struct err *e);
const char   *parts_compact(const struct json_doc *doc, struct arena *a); // without white space
// scenario.c: of the root; whether it has a key of that name.
bool parts_is_root_key(const char *name, size_t length);
void parts_read_numbers(struct json root, uint64_t *seed, uint32_t *replications);

void parts_read_models(struct scenario *s, struct json root, const struct reading *r);
void parts_read_schemes(struct scenario *s, struct json root, const struct scenario_edit *edit);

// options.c: the options that the scheme declares as its own; groups of nodes that they name are
// found when nodes are known.
void parts_read_own(struct scheme_options *out, const struct scheme *scheme, struct json j);
void parts_resolve_own(const struct scenario *s, struct json root);

// nodes.c: groups, their places (which draw from s->seed) and own deadlines (INFINITY: none), the
// broker.
void parts_read_nodes(struct scenario *s, struct json root, const struct reading *r);
// place.c: where the nodes of a group are; its name and count are set.
void parts_read_place(const struct scenario *s, struct node_group *g, struct json group);
// links.c: media and links between the groups.
void parts_read_links(struct scenario *s, struct json root, const struct reading *r);
// protocols.c: `key` of `j` (a name, or an object of changes to `otherwise`); absent: `otherwise`.
const struct protocol *parts_read_protocol(struct json j, const char *key,
                                           const struct protocol *otherwise,
                                           const struct reading  *r);

// arrivals.c: behind models; a trace needs the list of users (node_count 0: there is none).
void parts_read_arrivals(struct scenario *s, struct json root, const struct scenario_edit *edit);
// faults.c: behind nodes and links.
void parts_read_faults(struct scenario *s, struct json root);
// vary.c: the "sweep" part, of which a scenario keeps the number of points alone; behind the seed.
void parts_read_sweep(struct scenario *s, struct json root);
// check.c: what a run may assume of parts together.
void parts_check(const struct scenario *s, struct json root);

enum { MAX_LABELS = 1000 }; // of models, of schemes

bool parts_is_among(const char *const *names, uint32_t count, const char *name);
bool parts_has(struct json object, const char *key); // there, and not null
// A file beside the scenario ("net.json", "series/rate.csv"), or an absolute path.
const char *parts_beside(const struct scenario *s, struct arena *a, const char *name);
// The faults of a file that the scenario names at `place`, already told where they are in it.
void parts_pass_on(struct err *inner, struct json place);
// The group of that name; NO_GROUP.
uint32_t parts_find_group(const struct net *n, const char *name, size_t length);
// "FROM>TO" into its groups; false: they are not both there.
bool parts_find_pair(const struct net *n, const char *key, uint32_t *from, uint32_t *to);
// A fault for each of `keys` (NULL-terminated) that is there: 'no "KEY" WHY'.
void parts_refuse(struct json j, const char *const *keys, const char *why);

#endif
