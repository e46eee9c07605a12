// scenarios/faults.c: what fails when, and what becomes of the tasks it meets.
#include <stdlib.h>
#include <string.h>

#include "scenarios/parts.h"

enum { MAX_PAIRS = 1000000, MAX_OUTAGES = 1000000 };

// One shape for the times up and down, or [up, down].
static void read_shapes(struct fault_process *p, struct json j)
{
    struct json shape = json_need(j, "shape");
    if (cJSON_IsArray(shape.item)) {
        if (json_count(shape) != 2) {
            json_fault(shape, "a shape, or [up, down]");
            return;
        }
        p->up.shape = json_as_quantity(json_at(shape, 0), UNIT_NONE, 0.1, 100);
        p->down.shape = json_as_quantity(json_at(shape, 1), UNIT_NONE, 0.1, 100);
    } else {
        p->up.shape = p->down.shape = json_quantity(j, "shape", UNIT_NONE, 1, 0.1, 100);
    }
}

static void read_lifetimes(struct fault_process *p, struct json j)
{
    static const char *const distributions[] = {"exponential", "weibull", NULL};
    static const char *const shape[] = {"shape", NULL};
    json_need(j, "up");
    json_need(j, "down");
    p->up.mean_s = json_quantity(j, "up", UNIT_TIME, 1, 1e-3, 1e9);
    p->down.mean_s = json_quantity(j, "down", UNIT_TIME, 1, 1e-3, 1e9);
    p->up.shape = p->down.shape = 1;
    if (json_choice(j, "distribution", distributions, 0))
        read_shapes(p, j);
    else
        parts_refuse(j, shape, "without \"distribution\": \"weibull\"");
}

static uint32_t read_rank(struct json j, const struct node_group *g)
{
    return (uint32_t)json_as_integer(j, 0, g->count ? g->count - 1 : 0);
}

static struct outage read_outage(const struct net *n, const struct fault_process *p, struct json j)
{
    static const char *const node_keys[] = {"node", "from", "until", NULL};
    static const char *const link_keys[] = {"link", "from", "until", NULL};
    const struct node_group *from = &n->groups[p->from], *to = &n->groups[p->to];
    struct outage            o = {0};
    json_keys(j, p->is_link ? link_keys : node_keys);
    if (!cJSON_IsObject(j.item)) return o;
    struct json which = json_get(j, p->is_link ? "link" : "node");
    if (!which.item && from->count == 1 && to->count == 1) {
        o.rank = 0; // there is no other
    } else if (p->is_link) {
        if (json_count(which) == 2 && cJSON_IsArray(which.item))
            o.rank = (uint32_t)((uint64_t)read_rank(json_at(which, 0), from) * to->count +
                                read_rank(json_at(which, 1), to));
        else
            json_fault(which, "[rank in %s, rank in %s], from 0", from->name, to->name);
    } else {
        o.rank = read_rank(which, from);
    }
    json_need(j, "from");
    o.from_s = json_quantity(j, "from", UNIT_TIME, 0, 0, 1e9);
    o.until_s = json_quantity(j, "until", UNIT_TIME, NS_MAX_S, 0, 1e9);
    if (o.until_s <= o.from_s) json_fault(j, "\"until\" behind \"from\"");
    return o;
}

static int by_rank_and_time(const void *a, const void *b)
{
    const struct outage *x = a, *y = b;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    return (x->from_s > y->from_s) - (x->from_s < y->from_s);
}

static void read_outages(const struct net *n, struct fault_process *p, struct json list)
{
    uint32_t count = json_count(list);
    if (!cJSON_IsArray(list.item) || !count || count > MAX_OUTAGES) {
        json_fault(list, "a list of 1 to %d outages", MAX_OUTAGES);
        return;
    }
    p->outages = ARENA_ARRAY(list.arena, struct outage, count);
    for (struct json j = json_at(list, 0); j.item; j = json_next(j))
        p->outages[p->outage_count++] = read_outage(n, p, j);
    qsort(p->outages, count, sizeof *p->outages, by_rank_and_time);
    for (uint32_t i = 1; i < count; i++)
        if (p->outages[i].rank == p->outages[i - 1].rank &&
            p->outages[i].from_s < p->outages[i - 1].until_s) {
            json_fault(list, "outages of one element that do not overlap (there are two at %g s)",
                       p->outages[i].from_s);
            return;
        }
}

static bool find_elements(const struct net *n, struct fault_process *p, struct json j)
{
    const char *key = json_key(j);
    p->is_link = strchr(key, '>') != NULL;
    p->from = p->to = p->is_link ? NO_GROUP : parts_find_group(n, key, strlen(key));
    if (p->is_link ? !parts_find_pair(n, key, &p->from, &p->to) : p->from == NO_GROUP)
        return err_add(j.doc->e,
                       "%s: %s: want a group of nodes, or links as \"FROM>TO\", have \"%.60s\"",
                       j.doc->name, j.place, key);
    if (p->is_link && n->links && n->links[p->from * n->group_count + p->to].is_absent)
        return json_fault(j, "links that are there (\"%.60s\" is absent)", key);
    return true;
}

static void read_process(struct scenario *s, struct json j)
{
    static const char *const keys[] = {"up", "down", "distribution", "shape", "outages", NULL};
    static const char *const drawn[] = {"up", "down", "distribution", "shape", NULL};
    struct fault_process    *p = &s->faults.processes[s->faults.count];
    json_keys(j, keys);
    if (!find_elements(&s->net, p, j) || !cJSON_IsObject(j.item)) return;
    s->faults.count++;
    uint64_t pairs = (uint64_t)s->net.groups[p->from].count * s->net.groups[p->to].count;
    uint32_t most = parts_has(j, "outages") ? UINT32_MAX : MAX_PAIRS;
    if (p->is_link && pairs > most) json_fault(j, "at most %u links that fail", most);
    if (parts_has(j, "outages")) {
        parts_refuse(j, drawn, "beside \"outages\"");
        read_outages(&s->net, p, json_get(j, "outages"));
        return;
    }
    read_lifetimes(p, j);
}

static void read_recovery(struct scenario *s, struct json root)
{
    static const char *const keys[] = {"rule",           "timeout",  "backoff",
                                       "backoff_factor", "attempts", NULL};
    static const char *const rules[] = {"lost", "retry", "replan", NULL};
    struct recovery         *r = &s->recovery;
    struct json              j = json_get(root, "recovery");
    *r = (struct recovery){RECOVERY_LOST, 0, 0, 1, 1};
    if (!parts_has(root, "recovery")) return;
    json_keys(j, keys);
    if (!cJSON_IsObject(j.item)) return;
    r->rule = (enum recovery_rule)json_choice(j, "rule", rules, RECOVERY_LOST);
    r->timeout_s = json_quantity(j, "timeout", UNIT_TIME, 0, 0, 1e6);
    r->backoff_s = json_quantity(j, "backoff", UNIT_TIME, 1, 0, 1e6);
    r->backoff_factor = json_quantity(j, "backoff_factor", UNIT_NONE, 2, 1, 100);
    r->attempts = (uint32_t)json_integer(j, "attempts", 4, 1, 1000);
    if (r->rule == RECOVERY_LOST) r->attempts = 1; // so that the rule alone may be varied
}

void parts_read_faults(struct scenario *s, struct json root)
{
    struct json faults = json_get(root, "faults");
    read_recovery(s, root);
    if (!parts_has(root, "faults")) return;
    if (!cJSON_IsObject(faults.item)) {
        json_fault(faults, "an object of groups and links");
        return;
    }
    s->faults.processes = ARENA_ARRAY(root.arena, struct fault_process, json_count(faults));
    for (struct json j = json_at(faults, 0); j.item; j = json_next(j)) read_process(s, j);
}
