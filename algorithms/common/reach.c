#include "algorithms/common/reach.h"

#include <assert.h>
#include <math.h>

#include "sim/radio.h"

// One hop, by radio, of a rate that follows from the distance alone; NULL: it is none.
static const struct radio *plain_radio(const struct net *n, uint32_t from, uint32_t to)
{
    const struct link_spec *l = net_link(n, from, to);
    bool is_plain = net_route(n, from, to)->place_count == 2 && !l->trace && !l->media_count;
    return is_plain ? l->radio : NULL;
}

// Where the rate is Gamma: Shannon's formula, solved for the distance.
static double distance_of_rate(const struct radio *r, double bytes_per_s)
{
    if (bytes_per_s <= 0) return INFINITY;
    double snr = expm1(8 * bytes_per_s * M_LN2 / (r->efficiency * r->bandwidth_hz));
    return pow(r->power_w * r->gain / (r->noise_w * snr), 1 / r->path_loss_exponent) * REACH_WIDER;
}

// A lower bound of the time that bytes take over a distance; NULL: of those nothing is known.
static double least_s(const struct radio *r, double bytes, double distance_m)
{
    return r ? bytes / radio_rate(r, distance_m, 1) : 0;
}

struct load { // all messages of a task
    const struct radio *up, *down;
    double              up_bytes, down_bytes;
};

// Beyond the result the messages alone take longer than `spare_s`; INFINITY: not up to FARTHEST_M.
static double distance_of_time(const struct load *x, double spare_s)
{
    enum { STEPS = 40 };
    const double FARTHEST_M = 1e9;
    double       low = 1, high = FARTHEST_M;
    for (int i = 0; i < STEPS; i++) {
        double middle = i ? sqrt(low * high) : high;
        bool   is_late =
            least_s(x->up, x->up_bytes, middle) + least_s(x->down, x->down_bytes, middle) >
            spare_s * REACH_WIDER;
        if (!i && !is_late) return INFINITY;
        if (is_late)
            high = middle;
        else
            low = middle;
    }
    return high * REACH_WIDER;
}

static bool is_still(const struct net *n, uint32_t node)
{
    return net_group(n, node)->mobility == PLACE_FIXED;
}

struct reach reach_of(const struct view *v, uint32_t user, uint32_t fog, double alone_s,
                      double tau_s)
{
    const struct net *n = v->net;
    struct load       x = {.up = plain_radio(n, user, fog), .down = plain_radio(n, fog, user)};
    struct reach      r = {.most_m = INFINITY};
    if (!x.up) return r;
    r.is_bound = true;
    r.look = v->now - v->now % x.up->step_ns;
    r.most_m = distance_of_rate(x.up, v->limits->gamma_bytes_per_s);
    r.is_ordered =
        is_still(n, user) && is_still(n, fog) && (x.down || !net_route(n, fog, user)->is_varying);
    if (!r.is_ordered || isinf(tau_s)) return r;
    for (uint32_t i = 0; i < v->message_pair_count; i++) {
        x.up_bytes += v->messages[i].up_bytes;
        x.down_bytes += v->messages[i].down_bytes;
    }
    double rounding_s = 1e-9 * v->message_pair_count; // half a ns each, there and back
    r.most_m = fmin(r.most_m, distance_of_time(&x, tau_s - alone_s + rounding_s));
    return r;
}

double reach_distance_m(const struct view *v, const struct reach *r, uint32_t user, uint32_t fog)
{
    double distance_m = 0;
    bool   have_positions = net_distance_m(v->net, user, fog, r->look, &distance_m);
    assert(have_positions);
    return distance_m;
}
