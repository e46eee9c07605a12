// What users and nodes are matched by is a task not yet known: the mean over the models that the
// user's group mixes, by their shares, of the time that each takes. A node fits if it can hold all
// of them. In a run of one model that is the model itself. Whatever else of a view depends on the
// model is that of the model with the greatest share among the first users.
#include "cli/classes.h"

// How often each model comes in the recorded streams of the users of each group.
static void count_trace(const struct scenario *s, double *shares, uint32_t class_count)
{
    for (uint32_t u = 0; u < s->user_count; u++) {
        const struct trace_arrivals *t = &s->arrivals.users[u];
        for (uint32_t i = 0; i < t->count; i++)
            shares[s->net.group_of[s->users[u]] * class_count + t->items[i].class_id]++;
    }
    for (uint32_t g = 0; g < s->net.group_count; g++) {
        double *row = shares + (size_t)g * class_count, sum = 0;
        for (uint32_t c = 0; c < class_count; c++) sum += row[c];
        for (uint32_t c = 0; c < class_count && sum > 0; c++) row[c] /= sum;
    }
}

const double *classes_shares(const struct scenario *s, uint32_t class_count, struct arena *a)
{
    double *shares = ARENA_ARRAY(a, double, (size_t)s->net.group_count *class_count);
    if (class_count > 1 && s->arrivals.kind == ARRIVAL_TRACE) {
        count_trace(s, shares, class_count);
        return shares;
    }
    for (uint32_t g = 0; g < s->net.group_count; g++)
        for (uint32_t c = 0; c < class_count; c++)
            shares[g * class_count + c] =
                class_count == 1 ? 1
                                 : s->mix.share[(size_t)s->mix.row_of_group[g] * class_count + c];
    return shares;
}

static double share_of(const struct prepared *p, uint32_t group, uint32_t class_id)
{
    return p->shares[group * p->class_count + class_id];
}

static struct probe mean_probe(const struct prepared *p, uint32_t user_group, uint32_t group)
{
    struct probe mean = {0};
    for (uint32_t c = 0; c < p->class_count; c++) {
        const struct probe *x =
            &p->views[c].probes[user_group * p->scenario->net.group_count + group];
        double share = share_of(p, user_group, c);
        mean.transmission_s += share * x->transmission_s;
        mean.execution_s += share * x->execution_s;
        mean.loading_s += share * x->loading_s;
        mean.edge_delay_s += share * x->edge_delay_s;
    }
    return mean;
}

static bool is_asked_for(const struct prepared *p, uint32_t class_id)
{
    const struct net *net = &p->scenario->net;
    bool              asked = false;
    for (uint32_t g = 0; g < net->group_count; g++)
        asked |= net->groups[g].role == ROLE_USER && share_of(p, g, class_id) > 0;
    return asked;
}

static uint32_t most_frequent(const struct prepared *p)
{
    uint32_t group = p->scenario->net.group_of[p->scenario->users[0]], most = 0;
    for (uint32_t c = 1; c < p->class_count; c++)
        if (share_of(p, group, c) > share_of(p, group, most)) most = c;
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
    for (uint32_t c = 0; c < p->class_count; c++) {
        p->views[c].net = net;
        view_prepare(&p->views[c], a);
    }
    p->valued = p->views[most_frequent(p)];
    if (p->class_count > 1) average(p, a);
}
