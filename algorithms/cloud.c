// algorithms/cloud.c: every task whole to a cloud node, server-only inference.
//
// The users take turns over the cloud nodes (common/servers.h). Nothing is computed at the user:
// where no cloud node is up, connected and large enough now, the task is infeasible (a failed one
// may be tried again); a network without any is refused before the run. O(steps + clouds).
#include "algorithms/common/build.h"
#include "algorithms/common/servers.h"

static bool claims(const struct view *v, struct err *e)
{
    bool fits = false, has_way = false;
    for (uint32_t i = 0; i < v->cloud_count; i++) {
        fits |= v->fits[v->net->group_of[v->clouds[i]]];
        for (uint32_t u = 0; u < v->user_count && !has_way; u++)
            has_way = view_is_connected(v, v->users[u], v->clouds[i]);
    }
    if (!v->cloud_count) return err_add(e, "want a node of the kind \"cloud\", have none");
    if (!fits) return err_add(e, "want a cloud node with memory for the task, have none");
    return has_way || err_add(e, "want a way between users and cloud nodes, have none");
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    uint32_t          cloud = servers_of(v, v->clouds, v->cloud_count, t->user);
    struct assignment single;
    if (cloud == NO_NODE) return PLAN_INFEASIBLE;
    build_single(v, cloud, scratch, &single);
    build_plan(v, t, &single, scratch, out, where);
    return PLAN_READY;
}

const struct scheme scheme_cloud = {
    .name = "cloud",
    .about = "every task whole to a cloud node, users in turn (server-only)",
    .source = "baseline of Neurosurgeon (ASPLOS 2017), DADS (INFOCOM 2019) and others",
    .options = OPTION_GRANULARITY | OPTION_WEIGHTS,
    .claims = claims,
    .plan = plan,
};
