// scenarios/links.c: media, and the links between groups: fixed, shared, radio, absent.
#include <math.h>
#include <string.h>

#include "scenarios/parts.h"
#include "scenarios/trace.h"

enum { MAX_MEDIA_NAMED = 1000 };

// What reading the links has in hand.
struct linking {
    struct scenario      *s;
    const struct reading *r;
    struct link_spec      common;      // "default"
    bool                  common_rate; // it has a rate or a radio
};

// The series in the file `key` of `j` names; NULL: none, or a fault was added.
static const struct rate_trace *read_trace(const struct scenario *s, struct json j)
{
    const char *file = json_string(j, "trace", NULL);
    if (!file) return NULL;
    struct rate_trace *t = ARENA_ARRAY(j.arena, struct rate_trace, 1);
    struct err         inner = {0};
    if (trace_read_rates(t, j.arena, parts_beside(s, j.arena, file), &inner)) return t;
    parts_pass_on(&inner, json_get(j, "trace"));
    return NULL;
}

static void read_medium(struct scenario *s, struct json j)
{
    static const char *const keys[] = {"rate", "per", "trace", NULL};
    struct medium           *m = &s->net.media[s->net.media_count++];
    *m = (struct medium){.name = arena_string(j.arena, json_key(j)), .per_group = NO_GROUP};
    if (!json_keys(j, keys) && !cJSON_IsObject(j.item)) return;
    json_need(j, "rate");
    m->rate_bytes_per_s = json_quantity(j, "rate", UNIT_RATE, 125e6, 1250, 1e15);
    m->trace = read_trace(s, j);
    const char *per = json_string(j, "per", NULL);
    if (!per) return;
    m->per_group = parts_find_group(&s->net, per, strlen(per));
    if (m->per_group == NO_GROUP) json_fault(json_get(j, "per"), "the name of a group of nodes");
}

static void read_media(struct scenario *s, struct json root)
{
    struct json media = json_get(root, "media");
    uint32_t    count = json_count(media);
    if (!parts_has(root, "media")) return;
    if (!cJSON_IsObject(media.item) || count > MAX_MEDIA_NAMED) {
        json_fault(media, "an object of at most %d media", MAX_MEDIA_NAMED);
        return;
    }
    s->net.media = ARENA_ARRAY(root.arena, struct medium, count);
    for (struct json j = json_at(media, 0); j.item; j = json_next(j)) read_medium(s, j);
}

static const struct radio *read_radio(struct json j)
{
    static const char *const keys[] = {"bandwidth", "power",    "gain_db", "path_loss_exponent",
                                       "noise",     "rate_max", "fading",  "efficiency",
                                       "step",      NULL};
    struct radio            *r = ARENA_ARRAY(j.arena, struct radio, 1);
    json_keys(j, keys);
    if (!cJSON_IsObject(j.item)) return NULL;
    json_need(j, "bandwidth");
    json_need(j, "power");
    json_need(j, "path_loss_exponent");
    json_need(j, "noise");
    r->bandwidth_hz = json_quantity(j, "bandwidth", UNIT_HERTZ, 1, 1, 1e12);
    r->power_w = json_quantity(j, "power", UNIT_POWER, 1, 1e-12, 1e6);
    r->gain = pow(10, json_quantity(j, "gain_db", UNIT_NONE, 0, -300, 100) / 10);
    r->path_loss_exponent = json_quantity(j, "path_loss_exponent", UNIT_NONE, 1, 0, 10);
    r->noise_w = json_quantity(j, "noise", UNIT_POWER, 1, 1e-21, 1e3);
    r->efficiency = json_quantity(j, "efficiency", UNIT_NONE, 1, 1e-3, 1);
    r->rate_max_bytes_per_s = json_quantity(j, "rate_max", UNIT_RATE, INFINITY, 1250, 1e15);
    r->is_fading = json_bool(j, "fading", false);
    r->step_ns = ns_from_s(json_quantity(j, "step", UNIT_TIME, 1, 1e-3, 1e6));
    return r;
}

static void read_link_media(struct link_spec *link, const struct net *n, struct json list)
{
    if (!cJSON_IsArray(list.item) || json_count(list) > MAX_MEDIA) {
        json_fault(list, "a list of at most %d names of media", MAX_MEDIA);
        return;
    }
    link->media_count = 0;
    for (struct json j = json_at(list, 0); j.item; j = json_next(j)) {
        uint32_t m = 0;
        while (json_is_string(j) && m < n->media_count &&
               strcmp(n->media[m].name, j.item->valuestring) != 0)
            m++;
        bool known = json_is_string(j) && m < n->media_count;
        for (uint32_t i = 0; known && i < link->media_count; i++) known = link->media[i] != m;
        if (known)
            link->media[link->media_count++] = m;
        else
            json_fault(j, "the name of one of \"media\", once");
    }
}

static void read_link_sharing(struct link_spec *link, const struct net *n, struct json j)
{
    static const char *const ways[] = {"fifo", "fair", NULL};
    if (parts_has(j, "media")) read_link_media(link, n, json_get(j, "media"));
    bool was_fair = link->is_fair;
    link->is_fair = json_choice(j, "sharing", ways, was_fair) == 1;
    if (parts_has(j, "sharing") && !link->is_fair && link->media_count)
        json_fault(json_get(j, "sharing"), "\"fair\" beside media, which are shared fairly");
}

static void read_link(const struct linking *l, struct link_spec *link, struct json j)
{
    static const char *const keys[] = {"rate",  "latency", "protocol", "sharing",      "media",
                                       "radio", "trace",   "absent",   "price_per_gb", NULL};
    json_keys(j, keys);
    link->is_absent = json_bool(j, "absent", false);
    if (parts_has(j, "rate")) {
        link->rate_bytes_per_s = json_quantity(j, "rate", UNIT_RATE, 125e6, 1250, 1e15);
        link->radio = NULL;
    }
    if (parts_has(j, "radio") && parts_has(j, "rate"))
        json_fault(json_get(j, "radio"), "\"rate\" or \"radio\", not both");
    if (parts_has(j, "radio")) link->radio = read_radio(json_get(j, "radio"));
    link->latency_s = json_quantity(j, "latency", UNIT_TIME, link->latency_s, 0, 1e4);
    link->protocol = parts_read_protocol(j, "protocol", link->protocol, l->r);
    read_link_sharing(link, &l->s->net, j);
    if (parts_has(j, "trace")) link->trace = read_trace(l->s, j);
    link->price_per_byte =
        json_quantity(j, "price_per_gb", UNIT_NONE, link->price_per_byte * 1e9, 0, 1e9) / 1e9;
}

static void read_default(struct linking *l, struct json links)
{
    struct json j = json_get(links, "default");
    l->common_rate = true;
    if (!parts_has(links, "default")) return;
    read_link(l, &l->common, j);
    l->common_rate = parts_has(j, "rate") || parts_has(j, "radio");
    if (cJSON_IsObject(j.item) && !l->common_rate && !l->common.is_absent) json_need(j, "rate");
}

// From the default a link takes the media that it can have: a medium of each node of a group needs
// an end there.
static struct link_spec inherit(const struct linking *l, uint32_t from, uint32_t to)
{
    struct link_spec link = l->common;
    link.media_count = 0;
    for (uint32_t i = 0; i < l->common.media_count; i++) {
        uint32_t per = l->s->net.media[l->common.media[i]].per_group;
        if (per == NO_GROUP || per == from || per == to)
            link.media[link.media_count++] = l->common.media[i];
    }
    return link;
}

static void check_media(const struct net *n, const struct link_spec *link, uint32_t from,
                        uint32_t to, struct json j)
{
    for (uint32_t i = 0; i < link->media_count; i++) {
        const struct medium *m = &n->media[link->media[i]];
        if (m->per_group != NO_GROUP && m->per_group != from && m->per_group != to)
            json_fault(json_get(j, "media"), "media of one end; \"%s\" is one for each node of %s",
                       m->name, n->groups[m->per_group].name);
    }
}

static void read_pair(const struct linking *l, struct json j)
{
    struct net *n = &l->s->net;
    uint32_t    from, to;
    if (!parts_find_pair(n, json_key(j), &from, &to)) {
        err_add(j.doc->e,
                "%s: %s: want \"default\" or \"FROM>TO\" with names of node groups, have "
                "\"%.60s\"",
                j.doc->name, j.place, json_key(j));
        return;
    }
    struct link_spec *link = &n->links[from * n->group_count + to];
    read_link(l, link, j);
    if (link->is_absent || !cJSON_IsObject(j.item)) return;
    if (!l->common_rate && !parts_has(j, "rate") && !parts_has(j, "radio"))
        json_fault(j, "\"rate\" or \"radio\", as the default has none");
    check_media(n, link, from, to, j);
}

void parts_read_links(struct scenario *s, struct json root, const struct reading *r)
{
    struct linking l = {s, r, {.rate_bytes_per_s = 125e6}, false};
    struct json    links = json_need(root, "links");
    uint32_t       n = s->net.group_count;
    l.common.protocol = parts_read_protocol(root, "protocol", NULL, r);
    read_media(s, root);
    if (links.item && !cJSON_IsObject(links.item)) json_fault(links, "an object with \"default\"");
    read_default(&l, links);
    s->net.links = ARENA_ARRAY(root.arena, struct link_spec, (size_t)n * n);
    for (uint32_t i = 0; i < n * n; i++) s->net.links[i] = inherit(&l, i / n, i % n);
    if (!cJSON_IsObject(links.item)) return;
    for (struct json j = json_at(links, 0); j.item; j = json_next(j))
        if (strcmp(json_key(j), "default") != 0) read_pair(&l, j);
}
