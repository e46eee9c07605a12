// What users and nodes are matched by is a task not yet known: the mean over the models that the
// user's group mixes, by their shares, of the time that each takes. A node fits if it can hold all
// of them. In a run of one model that is the model itself. Whatever else of a view depends on the
// model is that of the model with the greatest share among the first users.
#include "cli/classes.h"

#include <assert.h>

static double share_of(const struct mix *mix, uint32_t group, uint32_t class_count, uint32_t c)
{
    if (!mix->share) return 1.0 / class_count; // a recorded stream: unknown until it comes
    uint32_t row = mix->row_of_group ? mix->row_of_group[group] : 0;
    return mix->share[(size_t)row * class_count + c];
}

static struct probe mean_probe(const struct prepared *p, uint32_t user_group, uint32_t group)
{
    const struct mix *mix = &p->scenario->mix;
    struct probe      mean = {0};
    for (uint32_t c = 0; c < p->class_count; c++) {
        const struct probe *x =
            &p->views[c].probes[user_group * p->scenario->net.group_count + group];
        double share = share_of(mix, user_group, p->class_count, c);
        mean.transmission_s += share * x->transmission_s;
        mean.execution_s += share * x->execution_s;
        mean.loading_s += share * x->loading_s;
        mean.edge_delay_s += share * x->edge_delay_s;
    }
    return mean;
}

static bool is_asked_for(const struct prepared *p, uint32_t c)
{
    const struct net *net = &p->scenario->net;
    bool              asked = false;
    for (uint32_t g = 0; g < net->group_count; g++)
        asked |= net->groups[g].role == ROLE_USER &&
                 share_of(&p->scenario->mix, g, p->class_count, c) > 0;
    return asked;
}

static uint32_t most_frequent(const struct prepared *p)
{
    uint32_t group = p->scenario->net.group_of[p->scenario->users[0]], most = 0;
    for (uint32_t c = 1; c < p->class_count; c++)
        if (share_of(&p->scenario->mix, group, p->class_count, c) >
            share_of(&p->scenario->mix, group, p->class_count, most))
            most = c;
    return most;
}

static void average(struct prepared *p, struct arena *a)
{
    uint32_t      n = p->scenario->net.group_count;
    struct probe *probes = ARENA_ARRAY(a, struct probe, (size_t)n * n);
    bool         *fits = ARENA_ARRAY(a, bool, n);
    for (uint32_t g = 0; g < n; g++) {
        fits[g] = true;
        for (uint32_t c = 0; c < p->class_count; c++)
            fits[g] &= p->views[c].fits[g] || !is_asked_for(p, c);
        for (uint32_t u = 0; u < n; u++)
            if (p->scenario->net.groups[u].role == ROLE_USER)
                probes[u * n + g] = mean_probe(p, u, g);
    }
    p->valued.probes = probes;
    p->valued.fits = fits;
}

const struct net *classes_net(const struct scenario *s, uint32_t replication, struct arena *a)
{
    bool moves = false;
    for (uint32_t g = 0; g < s->net.group_count; g++)
        moves |= s->net.groups[g].mobility == PLACE_WAYPOINTS;
    if (!moves) return &s->net;
    struct net *net = ARENA_ARRAY(a, struct net, 1);
    *net = s->net;
    net_move(net, a, s->seed, replication);
    return net;
}

void classes_place(struct prepared *p, const struct net *net, struct arena *a)
{
    assert(p->class_count == 1 || p->scenario->mix.class_count == p->class_count);
    for (uint32_t c = 0; c < p->class_count; c++) {
        p->views[c].net = net;
        view_prepare(&p->views[c], a);
    }
    p->valued = p->views[most_frequent(p)];
    if (p->class_count > 1) average(p, a);
}
