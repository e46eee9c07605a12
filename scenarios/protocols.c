// scenarios/protocols.c: protocol presets, and the changes that a scenario makes to them.
#include <math.h>
#include <string.h>

#include "scenarios/parts.h"
#include "scenarios/shelf.h"

static const char *const PROTOCOL_KEYS[] = {"name",
                                            "about",
                                            "source",
                                            "assumptions",
                                            "encoding",
                                            "message_bytes",
                                            "message_time",
                                            "header_bytes",
                                            "segment_bytes",
                                            "serialisation",
                                            "deserialisation",
                                            "brokered",
                                            "broker_copy",
                                            "qos",
                                            "control_bytes",
                                            "slow_start",
                                            NULL};

static const char *const OVERRIDE_KEYS[] = {"name",          "encoding",
                                            "message_bytes", "message_time",
                                            "header_bytes",  "segment_bytes",
                                            "serialisation", "deserialisation",
                                            "brokered",      "broker_copy",
                                            "qos",           "control_bytes",
                                            "slow_start",    NULL};

// A window of 0 segments: none. 10 segments: RFC 6928; idle for a retransmission timeout, at least
// 1 s: RFC 5681 (4.1), RFC 6298 (2.4).
static void read_slow_start(struct protocol *p, struct json protocol)
{
    static const char *const keys[] = {"segments", "idle", NULL};
    struct json              j = json_get(protocol, "slow_start");
    if (!parts_has(protocol, "slow_start")) return;
    json_keys(j, keys);
    double segments = p->slow_start_segments, idle_s = p->slow_start_idle_s;
    p->slow_start_segments =
        (double)json_integer(j, "segments", segments > 0 ? (int64_t)segments : 10, 0, 1000000);
    p->slow_start_idle_s = json_quantity(j, "idle", UNIT_TIME, segments > 0 ? idle_s : 1, 0, 1e7);
}

// What `j` says of the figures; what it leaves out stays as it is.
static void read_figures(struct protocol *p, struct json j)
{
    p->encoding = json_quantity(j, "encoding", UNIT_NONE, p->encoding, 0.01, 32);
    p->message_bytes = json_quantity(j, "message_bytes", UNIT_BYTES, p->message_bytes, 0, 1e6);
    p->message_s = json_quantity(j, "message_time", UNIT_TIME, p->message_s, 0, 100);
    p->header_bytes = json_quantity(j, "header_bytes", UNIT_BYTES, p->header_bytes, 0, 1e4);
    p->segment_bytes = json_quantity(j, "segment_bytes", UNIT_BYTES, p->segment_bytes, 64, 1e9);
    p->serialise_s_per_byte =
        json_quantity(j, "serialisation", UNIT_TIME_PER_BYTE, p->serialise_s_per_byte, 0, 1e-3);
    p->deserialise_s_per_byte =
        json_quantity(j, "deserialisation", UNIT_TIME_PER_BYTE, p->deserialise_s_per_byte, 0, 1e-3);
    p->brokered = json_bool(j, "brokered", p->brokered);
    p->broker_s_per_byte =
        json_quantity(j, "broker_copy", UNIT_TIME_PER_BYTE, p->broker_s_per_byte, 0, 1e-3);
    p->qos = (uint32_t)json_integer(j, "qos", p->qos, 0, 2);
    p->control_bytes = json_quantity(j, "control_bytes", UNIT_BYTES, p->control_bytes, 0, 1e6);
    read_slow_start(p, j);
    if (p->qos && !p->brokered)
        json_fault(json_get(j, parts_has(j, "qos") ? "qos" : "brokered"),
                   "a brokered protocol with qos %u", p->qos);
}

void protocol_override(struct protocol *p, struct json j)
{
    json_keys(j, OVERRIDE_KEYS);
    if (cJSON_IsObject(j.item)) read_figures(p, j);
}

bool protocol_load(struct protocol *out, struct arena *a, const char *folder, const char *name,
                   struct err *e)
{
    struct json_doc doc;
    uint32_t        before = e->fault_count;
    if (!preset_open(&doc, a, folder, name, e)) return false;
    struct json j = json_root(&doc, a);
    json_keys(j, PROTOCOL_KEYS);
    // An acknowledgement of MQTT 3.1.1 (PUBACK, PUBREC, PUBREL, PUBCOMP) has 4 bytes.
    *out = (struct protocol){.name = arena_string(a, name),
                             .about = json_string(j, "about", ""),
                             .source = json_string(j, "source", ""),
                             .encoding = 1,
                             .segment_bytes = 1448,
                             .control_bytes = 4};
    if (cJSON_IsObject(j.item)) read_figures(out, j);
    json_close(&doc);
    return e->fault_count == before;
}

static const struct protocol *load(struct json place, const char *name, const struct reading *r)
{
    struct protocol *p = ARENA_ARRAY(place.arena, struct protocol, 1);
    struct err       inner = {0};
    if (shelf_protocol(r->shelf, p, place.arena, r->paths->protocols, name, &inner)) return p;
    parts_pass_on(&inner, place);
    return NULL;
}

const struct protocol *parts_read_protocol(struct json j, const char *key,
                                           const struct protocol *otherwise,
                                           const struct reading  *r)
{
    struct json own = json_get(j, key);
    if (!parts_has(j, key)) return otherwise ? otherwise : load(own, "tcp", r);
    if (!cJSON_IsObject(own.item)) {
        const char            *name = json_string(j, key, NULL);
        const struct protocol *p = name ? load(own, name, r) : NULL;
        return p ? p : otherwise;
    }
    const char            *name = json_string(own, "name", otherwise ? NULL : "tcp");
    const struct protocol *from = name ? load(json_get(own, "name"), name, r) : otherwise;
    if (!from) return otherwise;
    struct protocol *p = ARENA_ARRAY(j.arena, struct protocol, 1);
    *p = *from;
    protocol_override(p, own);
    return p;
}
