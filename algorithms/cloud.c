// algorithms/cloud.c: the whole task to the user's server (cloud-only). O(steps).
#include <string.h>

#include "algorithms/common/build.h"
#include "algorithms/common/sites.h"

enum { OWN_SERVER = SITES_SERVER, OWN_COUNT };

static const struct scheme_option OWN[OWN_COUNT] = {[OWN_SERVER] = SITES_SERVER_OPTION};

static bool begin(const struct view *views, uint32_t class_count, struct arena *a, void **state,
                  struct err *e)
{
    struct sites *s = ARENA_ARRAY(a, struct sites, 1);
    *state = s;
    (void)e;
    sites_init(s, views, class_count, a);
    return true;
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    uint32_t server = sites_server(v->state, v, t->user);
    if (server == NO_NODE) return build_local(v, t, scratch, out, where);
    bool *all = ARENA_ARRAY(scratch, bool, v->graph->step_count);
    memset(all, true, v->graph->step_count * sizeof *all);
    return sites_plan(v, t, server, all, scratch, out, where);
}

const struct scheme scheme_cloud = {
    .name = "cloud",
    .about = "the user's server computes the whole task (cloud-only)",
    .source = "baseline of Neurosurgeon and DADS",
    .options = OPTION_WEIGHTS,
    .own = OWN,
    .own_count = OWN_COUNT,
    .claims = sites_claims,
    .begin = begin,
    .plan = plan,
};
