#include "sim/rate.h"

#include <assert.h>

#include "sim/place.h"
#include "sim/radio.h"

static void sooner(sim_ns *until, sim_ns at)
{
    if (at < *until) *until = at;
}

double trace_factor(const struct rate_trace *t, sim_ns at, sim_ns *until)
{
    bool     repeats = t->period < NS_END;
    sim_ns   now = repeats ? at % t->period : at, begin = at - now;
    uint32_t low = 0, high = t->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (t->from[middle] <= now)
            low = middle;
        else
            high = middle;
    }
    if (high < t->count)
        sooner(until, begin + t->from[high]);
    else if (repeats && t->count > 1)
        sooner(until, begin + t->period);
    return t->factor[low];
}

// Both ends stand still until `still`: on the grid, the first instant after it.
static sim_ns next_look(sim_ns step, sim_ns still)
{
    if (still >= NS_END) return NS_END;
    sim_ns next = (still / step + 1) * step;
    return next < NS_END ? next : NS_END;
}

static double radio_link_rate(const struct net *n, const struct radio *r, uint32_t from,
                              uint32_t to, sim_ns at, double fading, sim_ns *until)
{
    assert(r->step_ns > 0);
    sim_ns look = at - at % r->step_ns;
    double distance_m = 0;
    bool   have_positions = net_distance_m(n, from, to, look, &distance_m);
    assert(have_positions);
    sim_ns still = NS_END;
    sooner(&still, track_still_until(net_track(n, from), look));
    sooner(&still, track_still_until(net_track(n, to), look));
    *until = next_look(r->step_ns, still);
    return radio_rate(r, distance_m, fading);
}

double net_link_rate(const struct net *n, uint32_t from, uint32_t to, sim_ns at, double fading,
                     sim_ns *until)
{
    const struct link_spec *l = net_link(n, from, to);
    *until = NS_END;
    double rate =
        l->radio ? radio_link_rate(n, l->radio, from, to, at, fading, until) : l->rate_bytes_per_s;
    return l->trace ? rate * trace_factor(l->trace, at, until) : rate;
}

const struct medium *medium_of(const struct net *n, uint32_t instance)
{
    uint32_t m = n->media_count;
    while (m > 0 && n->media[m - 1].first > instance) m--;
    assert(m > 0 && instance < n->instance_count);
    return &n->media[m - 1];
}

static double medium_rate(const struct net *n, uint32_t instance, sim_ns at, sim_ns *until)
{
    const struct medium *m = medium_of(n, instance);
    *until = NS_END;
    return m->rate_bytes_per_s * (m->trace ? trace_factor(m->trace, at, until) : 1);
}

double net_capacity(const struct net *n, struct constraint c, sim_ns at, sim_ns *until)
{
    switch (c.kind) {
    case CONSTRAINT_MEDIUM: return medium_rate(n, c.a, at, until);
    case CONSTRAINT_LINK: return net_link_rate(n, c.a, c.b, at, 1, until);
    case CONSTRAINT_TX:
    case CONSTRAINT_RX: break;
    }
    *until = NS_END;
    return net_group(n, c.a)->nic_bytes_per_s;
}
