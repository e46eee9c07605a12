#include "sim/way.h"

#include "sim/radio.h"

enum { HOP_BYTES = 1448 }; // a full segment of TCP over Ethernet with time stamps

static sim_ns hop_length(const struct net *n, uint32_t from, uint32_t to)
{
    const struct link_spec *l = &n->links[from * n->group_count + to];
    if (l->is_absent) return NS_END;
    double rate = l->radio ? radio_rate(l->radio, 1, 1) : l->rate_bytes_per_s;
    return ns_or_end(l->latency_s + HOP_BYTES / rate);
}

static bool is_intermediate(const struct net *n, uint32_t g)
{
    enum node_role role = n->groups[g].role;
    return n->groups[g].count && role != ROLE_USER && role != ROLE_BROKER;
}

static bool is_shorter(const struct way *x, const struct way *y)
{
    if (x->length != y->length) return x->length < y->length;
    return x->hops != y->hops ? x->hops < y->hops : x->next < y->next;
}

static void extend(const struct net *n, struct way *way, uint32_t from, uint32_t over)
{
    sim_ns     sum = hop_length(n, from, over) + way[over].length;
    struct way longer = {sum, way[over].hops + 1, over, way[from].is_final};
    if (sum < NS_END && is_shorter(&longer, &way[from])) way[from] = longer;
}

// Only intermediate groups other than the target are settled; all others are relaxed from them.
static void find_ways_to(const struct net *n, struct way *way, uint32_t target)
{
    for (uint32_t g = 0; g < n->group_count; g++)
        way[g] = (struct way){hop_length(n, g, target), 1, target, !is_intermediate(n, g)};
    way[target] = (struct way){NS_END, 0, target, true};
    for (;;) {
        uint32_t best = NO_GROUP;
        for (uint32_t g = 0; g < n->group_count; g++)
            if (!way[g].is_final && way[g].length < NS_END &&
                (best == NO_GROUP || is_shorter(&way[g], &way[best])))
                best = g;
        if (best == NO_GROUP) break;
        way[best].is_final = true;
        for (uint32_t g = 0; g < n->group_count; g++)
            if (g == target || !is_intermediate(n, g) || !way[g].is_final) extend(n, way, g, best);
    }
}

void find_ways(const struct net *n, struct way *ways)
{
    for (uint32_t t = 0; t < n->group_count; t++)
        find_ways_to(n, &ways[(size_t)t * n->group_count], t);
}
