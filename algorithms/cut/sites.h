// algorithms/cut/sites.h: a user and one server between whom a task's steps are divided.
//
// What neurosurgeon and dads have in common: the seconds of each step at either end, the tensors
// that may cross and how long each takes, which server a user has, and the plan. A step's seconds
// are those of its chain and its merge layers, and of loading its parameters where the weights are
// not resident. Neither the way back of the answer nor the edge delay counts: the papers' sums have
// neither, and both are the same for all cuts that use the server.
#ifndef FOGSIM_ALGORITHMS_CUT_SITES_H
#define FOGSIM_ALGORITHMS_CUT_SITES_H

#include "algorithms/cut/crossing.h"
#include "algorithms/scheme.h"

struct sites_model {
    struct crossings crossings;
    double         **step_s; // [group_count] of [step_count]; NULL: of the group computes nothing
};

struct sites {
    struct sites_model *models; // [class_count]
    const uint32_t     *servers;
    uint32_t            server_count;
};

// The first own option of each scheme of this kind.
enum { SITES_SERVER };
#define SITES_SERVER_OPTION                                                                        \
    {                                                                                              \
        .key = "server",                                                                           \
        .about = "group of nodes that computes what the user does not; default: all clouds, else " \
                 "all fog nodes",                                                                  \
        .kind = OPTION_NODES                                                                       \
    }

// Models of one exit, and servers that compute; false: e says so.
bool sites_claims(const struct view *v, struct err *e);

// In `a`. Of what is claimed. O(classes x groups x steps).
void sites_init(struct sites *out, const struct view *views, uint32_t class_count, struct arena *a);

// The server of a user now (common/servers.h); NO_NODE: none.
uint32_t sites_server(const struct sites *x, const struct view *v, uint32_t user);

// Seconds of a message alone, at the rate of now: a rate that varies counts as if it stayed.
double sites_send_s(const struct view *v, uint32_t from, uint32_t to, double bytes);

// The task with its steps where on_server[step_count] says. Granularity task.
enum plan_verdict sites_plan(const struct view *v, const struct task *t, uint32_t server,
                             const bool *on_server, struct arena *scratch, struct plan *out,
                             struct placement *where);

#endif
