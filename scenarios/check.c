// scenarios/check.c: what a run may assume of the parts of a scenario together.
#include <math.h>
#include <string.h>

#include "scenarios/parts.h"

// A group of that role, with nodes; `any`: or without.
static bool has_role(const struct scenario *s, enum node_role role, bool any)
{
    for (uint32_t g = 0; g < s->net.group_count; g++)
        if (s->net.groups[g].role == role && (any || s->net.groups[g].count)) return true;
    return false;
}

static bool is_only_local(const struct scenario *s)
{
    for (uint32_t i = 0; i < s->scheme_count; i++)
        if (strcmp(s->schemes[i].scheme->name, "local") != 0) return false;
    return true;
}

static void check_roles(const struct scenario *s, struct json nodes)
{
    bool any = !s->net.node_count; // faults elsewhere: a count may not be what was meant
    if (!cJSON_IsObject(nodes.item)) return;
    if (!has_role(s, ROLE_USER, any)) json_fault(nodes, "at least one node of kind \"user\"");
    if (!has_role(s, ROLE_FOG, any) && !has_role(s, ROLE_CLOUD, any) && !is_only_local(s))
        json_fault(nodes, "at least one node of kind \"fog\" or \"cloud\"");
}

// With tau at its default, the user's own time, its utility (3.1) is 0 and local_share would do
// nothing.
static void check_local_share(const struct scenario *s, struct json root)
{
    for (uint32_t i = 0; i < s->scheme_count; i++) {
        const struct scenario_scheme *x = &s->schemes[i];
        if (s->limits.tau_mode != TAU_LOCAL || !x->options.local_share) continue;
        if (!(x->scheme->options & OPTION_LOCAL_SHARE)) continue;
        json_fault(json_get(root, "tau"), "a time or \"off\" beside local_share of %s", x->label);
    }
}

// Who is served by deadlines needs users that have one.
static void check_deadlines(const struct scenario *s, struct json nodes)
{
    for (uint32_t g = 0; g < s->net.group_count; g++)
        if (s->net.groups[g].role == ROLE_USER && isfinite(s->deadline_s[g])) return;
    for (uint32_t g = 0; g < s->net.group_count; g++)
        if (s->net.groups[g].discipline == DISCIPLINE_EDF)
            json_fault(json_get(json_get(nodes, s->net.groups[g].name), "discipline"),
                       "a \"deadline\" of some users beside \"edf\"");
}

static bool lacks_place(const struct net *n, uint32_t from, uint32_t to)
{
    if (from == to && n->groups[from].count < 2) return false; // nothing is sent to oneself
    return n->groups[from].mobility == PLACE_NONE || n->groups[to].mobility == PLACE_NONE;
}

// A radio link needs a distance. A pair that has its radio from the default is told once.
static void check_radios(const struct scenario *s, struct json links)
{
    const struct net *n = &s->net;
    bool              told = false;
    for (uint32_t i = 0; i < n->group_count * n->group_count; i++) {
        uint32_t    from = i / n->group_count, to = i % n->group_count;
        const char *name =
            arena_format(links.arena, "%s>%s", n->groups[from].name, n->groups[to].name);
        struct json own = json_get(links, name);
        if (!n->links[i].radio || n->links[i].is_absent || !lacks_place(n, from, to)) continue;
        bool        is_own = parts_has(own, "radio");
        const char *without =
            n->groups[from].mobility == PLACE_NONE ? n->groups[from].name : n->groups[to].name;
        if (is_own || !told)
            json_fault(json_get(is_own ? own : json_get(links, "default"), "radio"),
                       "places at both ends of %s (%s has none)", name, without);
        told |= !is_own;
    }
}

static enum route_fault fault_of(const struct net *n, uint32_t from, uint32_t to)
{
    return n->routes[from * n->group_count + to].fault;
}

static bool has_tasks(const struct net *n, uint32_t from, uint32_t to)
{
    enum node_role f = n->groups[from].role, t = n->groups[to].role;
    bool           is_computing = f <= ROLE_CLOUD && t <= ROLE_CLOUD;
    return is_computing && !(f == ROLE_USER && t == ROLE_USER);
}

// Where there is a way between nodes that compute it must be one that messages can take; radio
// without places is told before.
static void check_routes(const struct net *n, struct json links)
{
    for (uint32_t i = 0; i < n->group_count * n->group_count; i++) {
        uint32_t         from = i / n->group_count, to = i % n->group_count;
        enum route_fault fault = fault_of(n, from, to);
        if (fault == ROUTE_OK || fault == ROUTE_NO_WAY || fault == ROUTE_NO_POSITION) continue;
        if (!has_tasks(n, from, to)) continue;
        err_add(links.doc->e,
                "%s: links: want ways that messages can take, have from %.60s to %.60s: %s",
                links.doc->name, n->groups[from].name, n->groups[to].name, route_fault_text(fault));
    }
}

static void check_ways(const struct scenario *s, struct json nodes)
{
    const struct net *n = &s->net;
    for (uint32_t u = 0; u < n->group_count; u++) {
        bool any = n->groups[u].role != ROLE_USER || !n->groups[u].count;
        for (uint32_t f = 0; f < n->group_count && !any; f++)
            any = (n->groups[f].role == ROLE_FOG || n->groups[f].role == ROLE_CLOUD) &&
                  n->groups[f].count && fault_of(n, u, f) != ROUTE_NO_WAY &&
                  fault_of(n, f, u) != ROUTE_NO_WAY;
        if (!any)
            json_fault(json_get(nodes, n->groups[u].name),
                       "links to some fog or cloud node and back, over gateways or not");
    }
}

void parts_check(const struct scenario *s, struct json root)
{
    struct json nodes = json_get(root, "nodes");
    check_roles(s, nodes);
    check_local_share(s, root);
    check_deadlines(s, nodes);
    if (!s->net.node_count) return; // the network has faults of its own
    check_radios(s, json_get(root, "links"));
    check_routes(&s->net, json_get(root, "links"));
    if (s->fog_count && !is_only_local(s)) check_ways(s, nodes);
}
