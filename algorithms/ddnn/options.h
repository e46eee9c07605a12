// algorithms/ddnn/options.h: what a scenario may say of the scheme ddnn, what that means in
// a network, and whether both fit.
//
// All readers look at a view alone. Groups are indices of net.groups.
#ifndef FOGSIM_ALGORITHMS_DDNN_OPTIONS_H
#define FOGSIM_ALGORITHMS_DDNN_OPTIONS_H

#include "algorithms/ddnn/exits.h"
#include "algorithms/scheme.h"

enum {
    OWN_EXITS,
    OWN_RATES,
    OWN_RATES_THEN,
    OWN_THRESHOLDS,
    OWN_THRESHOLDS_THEN,
    OWN_THRESHOLD_AT,
    OWN_BETA_A,
    OWN_BETA_B,
    OWN_BINS,
    OWN_ENTROPIES,
    OWN_DEVICES,
    OWN_AGGREGATION,
    OWN_AGGREGATOR,
    OWN_EDGE,
    OWN_SERVER,
    OWN_CONTROL,
    OWN_INSTANCE,
    OWN_ACCURACY_EXITS,
    OWN_ACCURACY_LOCAL,
    OWN_ACCURACY_SERVER,
    OWN_ACCURACY_IDEAL,
    OWN_COUNT
};

enum { AGGREGATOR_EDGE, AGGREGATOR_SERVER };

extern const struct scheme_option ddnn_options[OWN_COUNT];

static inline const struct option_value *ddnn_own(const struct view *v, uint32_t rank)
{
    return &v->options->own[rank];
}

// The numbers that set the exits, rates or thresholds: of now, or from threshold_at on.
const struct option_value *ddnn_setting(const struct view *v, bool then);
struct exit_law            ddnn_law(const struct view *v);

uint32_t ddnn_server_group(const struct view *v); // NO_GROUP: there is none
uint32_t ddnn_tier_group(const struct view *v, uint32_t tier);
uint32_t ddnn_aggregator_group(const struct view *v);
uint32_t ddnn_devices(const struct view *v); // per sample

// Whether the scheme can serve the view's model in its network; false: e says why not.
bool ddnn_claims(const struct view *v, struct err *e);

#endif
