// tests/fixture.h: a small world for tests of schemes and plans: three users, two near fog nodes,
// three far ones, costs by round rates, no header on the wire.
//
// Change devices, links, limits, options, backlogs as a test needs, then call world_ready. What
// world_total_s says is worked out here from shapes and rates, not by the code under test.
#ifndef FOGSIM_TESTS_FIXTURE_H
#define FOGSIM_TESTS_FIXTURE_H

#include "algorithms/scheme.h"
#include "models/load.h"

enum { GROUP_USER, GROUP_NEAR, GROUP_FAR, GROUPS };
enum { WORLD_USERS = 3, WORLD_FOGS = 5, WORLD_NODES = WORLD_USERS + WORLD_FOGS };
enum { FIRST_NEAR = 3, FIRST_FAR = 5 }; // nodes 3, 4 and 5, 6, 7

struct world {
    struct arena          arena;
    struct arena_mark     loaded; // what came after is made anew by world_ready
    struct graph          graph;
    struct net            net;
    struct node_group     groups[GROUPS];
    struct link_spec      links[GROUPS * GROUPS];
    struct protocol       protocol;
    struct profile        profile;
    struct device         devices[GROUPS];
    struct cost_table     costs[GROUPS];
    struct scheme_options options;
    struct limits         limits;
    uint32_t              users[WORLD_USERS], fogs[WORLD_FOGS];
    double                backlog_s[WORLD_NODES];
    struct view           view;
};

void world_load(struct world *w, const char *model);     // of the zoo; defaults: see the .c
void world_load_text(struct world *w, const char *json); // a model as the text of its file
void world_ready(struct world *w);
void world_free(struct world *w);

// One of WORLD_VARIANTS sets of options, limits and backlogs: all combinations of granularity,
// weights, fc_split, local_share, cut with node, and with them limits that go round.
enum { WORLD_VARIANTS = 2 * 4 * 2 * 2 * 2 };
void world_vary(struct world *w, uint32_t variant);

double world_tensor_bytes(const struct world *w, uint32_t tensor); // 4 bytes per element
double world_step_params(const struct world *w, uint32_t step);    // of the chain
// T_tr + T_exe + loading + delta of the whole task, without queues.
double world_total_s(const struct world *w, uint32_t user, uint32_t node);
bool   world_is_candidate(const struct world *w, uint32_t user, uint32_t node);

// Whether a scheme chooses among the candidates of the view and needs nothing else, so that this
// world can be its; the others' contract is tests/test_contract.c.
bool world_is_enough(const struct scheme *s);

// Runs associate, if there is one, and plan; ck_asserts that it is ready. Memory from w->arena.
void world_associate(struct world *w, const struct scheme *s, struct association *out);
void world_plan(struct world *w, const struct scheme *s, const struct association *as,
                const struct task *t, struct plan *out, struct placement *where);

#endif
