// algorithms/local.c: the user computes everything. O(steps).
#include "algorithms/common/build.h"

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    return build_local(v, t, scratch, out, where);
}

const struct scheme scheme_local = {
    .name = "local",
    .about = "the user itself computes the whole task (device-only)",
    .source = "baseline; the tau of the DINA thesis",
    .stays_at_user = true,
    .options = OPTION_WEIGHTS,
    .plan = plan,
};
