// scenarios/nodes.c: groups of nodes, their devices, names and the broker.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/parts.h"
#include "scenarios/shelf.h"

enum { MAX_GROUPS = 200, MAX_NODES = 2000000 };

static const struct device NO_DEVICE = {.name = "none",
                                        .conv_flop_per_s = 1,
                                        .fc_bytes_per_s = 1,
                                        .load_bytes_per_s = INFINITY,
                                        .serialisation_ratio = 1,
                                        .memory_bytes = INFINITY};

static const char *const KINDS[ROLE_COUNT + 1] = {"user", "fog", "cloud", "broker", "gateway"};

static enum node_role read_role(struct json j, const char *name)
{
    int kind = 0;
    while (KINDS[kind] && strcmp(KINDS[kind], name) != 0) kind++;
    if (!KINDS[kind]) json_need(j, "kind"), kind = 0; // a group named like a kind is one
    return (enum node_role)json_choice(j, "kind", KINDS, kind);
}

static void read_device(struct device *d, struct json j, enum node_role role,
                        const struct reading *r)
{
    *d = NO_DEVICE;
    bool is_needed = role != ROLE_BROKER && role != ROLE_GATEWAY;
    if (is_needed || parts_has(j, "device")) {
        json_need(j, "device");
        const char *name = json_string(j, "device", NULL);
        struct err  inner = {0};
        if (name && !shelf_device(r->shelf, d, j.arena, r->paths->devices, name, &inner))
            parts_pass_on(&inner, json_get(j, "device"));
    }
    if (parts_has(j, "override")) device_override(d, json_get(j, "override"));
}

static void read_memory(struct node_group *g, struct json j)
{
    static const char *const rules[] = {"ignore", "refuse", "swap", NULL};
    static const char *const rate[] = {"swap_rate", NULL};
    g->memory_rule = (enum memory_rule)json_choice(j, "memory", rules, MEMORY_IGNORE);
    if (g->memory_rule == MEMORY_SWAP)
        json_need(j, "swap_rate");
    else
        parts_refuse(j, rate, "without \"memory\": \"swap\"");
    g->swap_bytes_per_s = json_quantity(j, "swap_rate", UNIT_BANDWIDTH, 1e6, 1e3, 1e15);
    if (g->memory_rule != MEMORY_IGNORE && isinf(g->memory_bytes))
        json_fault(json_get(j, "memory"), "a device (or \"override\") with \"memory\"");
}

// How its processor serves; gateways and brokers have no say in it.
static void read_service(struct node_group *g, struct json j)
{
    static const char *const own[] = {"discipline", "memory", "swap_rate", "price_per_hour", NULL};
    static const char *const served[] = {"servers", "queue", NULL};
    static const char *const disciplines[] = {"fifo", "priority", "preemptive",
                                              "edf",  "sharing",  NULL};
    if (g->role == ROLE_BROKER) parts_refuse(j, own, "in a broker, which computes nothing");
    if (g->role == ROLE_GATEWAY) parts_refuse(j, own, "in a gateway, which computes nothing");
    if (g->role == ROLE_GATEWAY) parts_refuse(j, served, "in a gateway, which computes nothing");
    g->servers = (uint32_t)json_integer(j, "servers", 1, 1, 10000);
    g->queue_limit = (uint32_t)json_integer(j, "queue", QUEUE_INFINITE, 0, UINT32_MAX);
    g->discipline = (enum discipline)json_choice(j, "discipline", disciplines, DISCIPLINE_FIFO);
    if (g->discipline == DISCIPLINE_SHARING && parts_has(j, "queue"))
        json_fault(json_get(j, "queue"), "no \"queue\" with sharing, where nobody waits");
    g->price_per_s = json_quantity(j, "price_per_hour", UNIT_NONE, 0, 0, 1e9) / 3600;
}

// What only users have; the mix is read with the arrivals.
static void read_asking(struct node_group *g, double *deadline_s, struct json j)
{
    static const char *const own[] = {"priority", "deadline", "mix", NULL};
    if (g->role != ROLE_USER) parts_refuse(j, own, "but in groups of kind \"user\"");
    g->priority = (uint32_t)json_integer(j, "priority", 0, 0, UINT32_MAX);
    *deadline_s = json_quantity(j, "deadline", UNIT_TIME, INFINITY, 1e-9, 1e7);
}

static void read_presence(struct node_group *g, struct json j)
{
    g->join_s = json_quantity(j, "join", UNIT_TIME, 0, 0, 1e9);
    g->leave_s = json_quantity(j, "leave", UNIT_TIME, 0, 0, 1e9);
    if (parts_has(j, "leave") && g->leave_s <= g->join_s)
        json_fault(json_get(j, "leave"), "a time behind \"join\" (%g s)", g->join_s);
}

static void read_group(struct scenario *s, struct json j, const struct reading *r)
{
    static const char *const keys[] = {
        "kind",   "count",      "device",     "override",      "servers",        "queue",
        "nic",    "nic_rate",   "discipline", "priority",      "deadline",       "mix",
        "memory", "place",      "swap_rate",  "power_receive", "price_per_hour", "join",
        "leave",  "power_send", NULL};
    static const char *const nics[] = {"dedicated", "shared", NULL};
    struct node_group       *g = &s->net.groups[s->net.group_count];
    struct device           *d = &s->devices[s->net.group_count];
    double                  *deadline = &s->deadline_s[s->net.group_count++];
    *g = (struct node_group){.name = arena_string(j.arena, json_key(j))};
    *deadline = INFINITY;
    if (!*g->name || strchr(g->name, '>')) json_fault(j, "a group with a name without \">\"");
    json_keys(j, keys);
    if (!cJSON_IsObject(j.item)) return;
    g->role = read_role(j, g->name);
    g->count = (uint32_t)json_integer(j, "count", 1, 0, 1000000);
    read_service(g, j);
    g->nic_shared = json_choice(j, "nic", nics, 1) == 1;
    g->nic_bytes_per_s = json_quantity(j, "nic_rate", UNIT_RATE, 125e6, 1250, 1e15);
    read_device(d, j, g->role, r);
    g->serialisation_ratio = d->serialisation_ratio;
    g->memory_bytes = d->memory_bytes;
    g->power_idle_w = d->power_idle_w;
    g->power_busy_w = d->power_busy_w;
    g->power_send_w = json_quantity(j, "power_send", UNIT_POWER, d->power_send_w, 0, 1e6);
    g->power_receive_w = json_quantity(j, "power_receive", UNIT_POWER, d->power_receive_w, 0, 1e6);
    read_memory(g, j);
    read_asking(g, deadline, j);
    read_presence(g, j);
}

// A broker of its own, if one is needed and none is described: connected like the first users.
static void add_broker(struct scenario *s)
{
    struct net *n = &s->net;
    for (uint32_t g = 0; g < n->group_count; g++)
        if (n->groups[g].role == ROLE_BROKER && n->groups[g].count) return;
    n->groups[n->group_count] = (struct node_group){.name = "broker",
                                                    .role = ROLE_BROKER,
                                                    .count = 1,
                                                    .servers = 1,
                                                    .queue_limit = QUEUE_INFINITE,
                                                    .nic_shared = n->groups[0].nic_shared,
                                                    .nic_bytes_per_s = n->groups[0].nic_bytes_per_s,
                                                    .serialisation_ratio = 1,
                                                    .memory_bytes = INFINITY,
                                                    .swap_bytes_per_s = 1e6};
    s->deadline_s[n->group_count] = INFINITY;
    s->devices[n->group_count++] = NO_DEVICE;
}

// Nodes are named by group and rank ("fog3"; "fog" alone), and results are keyed by these names.
// True: the first node of `h`, or `h` itself, is named like a node of `g`.
static bool names_meet(const struct node_group *g, const struct node_group *h)
{
    size_t length = strlen(g->name);
    if (!g->count || !h->count || strncmp(h->name, g->name, length) != 0) return false;
    const char *tail = h->name + length;
    if (!*tail) return true;
    if (g->count == 1 || (*tail == '0' && (tail[1] || h->count > 1))) return false;
    if (strspn(tail, "0123456789") != strlen(tail) || strlen(tail) > 8) return false;
    long rank = strtol(tail, NULL, 10) * (h->count > 1 ? 10 : 1);
    return rank < (long)g->count;
}

static void check_node_names(const struct scenario *s, struct json nodes)
{
    for (uint32_t g = 0; g < s->net.group_count; g++)
        for (uint32_t h = 0; h < s->net.group_count; h++)
            if (g != h && (h > g || strcmp(s->net.groups[g].name, s->net.groups[h].name) != 0) &&
                names_meet(&s->net.groups[g], &s->net.groups[h]))
                err_add(nodes.doc->e,
                        "%s: nodes.%.60s: want names that no two nodes share, have a node of "
                        "\"%.60s\" named alike",
                        nodes.doc->name, s->net.groups[h].name, s->net.groups[g].name);
}

void parts_read_nodes(struct scenario *s, struct json root, const struct reading *r)
{
    static const char *const brokers[] = {"receiver", "sender", "third", NULL};
    struct json              nodes = json_need(root, "nodes");
    uint32_t                 count = json_count(nodes);
    uint64_t                 total = 1;
    if (!nodes.item) return;
    if (!cJSON_IsObject(nodes.item) || count > MAX_GROUPS) {
        json_fault(nodes, "an object of 1 to %d groups of nodes", MAX_GROUPS);
        return;
    }
    s->net.groups = ARENA_ARRAY(root.arena, struct node_group, count + 1);
    s->devices = ARENA_ARRAY(root.arena, struct device, count + 1);
    s->deadline_s = ARENA_ARRAY(root.arena, double, count + 1);
    for (struct json j = json_at(nodes, 0); j.item; j = json_next(j)) read_group(s, j, r);
    for (uint32_t g = 0; g < s->net.group_count; g++) total += s->net.groups[g].count;
    if (total > MAX_NODES) {
        json_fault(nodes, "at most %d nodes in all", MAX_NODES);
    } else {
        uint32_t g = 0; // groups stand in the order of the file
        for (struct json j = json_at(nodes, 0); j.item; j = json_next(j))
            parts_read_place(s, &s->net.groups[g++], j);
    }
    s->net.broker = (enum broker_place)json_choice(root, "broker", brokers, BROKER_RECEIVER);
    if (s->net.group_count && s->net.broker == BROKER_THIRD) add_broker(s);
    check_node_names(s, nodes);
}
