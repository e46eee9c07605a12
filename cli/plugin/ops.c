// cli/plugin/ops.c: operations that a program states itself, instead of slices.
#include "cli/plugin/parts.h"

enum { MOST_OPS = 1 << 16 };
#define MOST_S 1e9
#define MOST_BYTES 1e15

static const char *const KINDS[] = {[OP_COMPUTE] = "compute",
                                    [OP_LOAD] = "load",
                                    [OP_TRANSFER] = "transfer",
                                    [OP_DELAY] = "delay",
                                    [OP_KIND_COUNT] = NULL};

// A number that must be there, at least 0.
static double read_amount(struct json j, const char *key, double most)
{
    struct json value = json_need(j, key);
    if (!value.item || cJSON_IsNull(value.item)) return 0;
    if (cJSON_IsNumber(value.item) && value.item->valuedouble >= 0 &&
        value.item->valuedouble <= most)
        return value.item->valuedouble;
    json_fault(value, "a number from 0 to %g", most);
    return 0;
}

static uint32_t read_end(struct json j, const char *key, const struct view *v, uint32_t user)
{
    struct json value = json_need(j, key);
    return value.item && !cJSON_IsNull(value.item) ? plugin_read_node(value, v, user) : NO_NODE;
}

static void read_transfer(struct json j, const struct view *v, uint32_t user, struct op *out)
{
    static const char *const keys[] = {"kind", "step", "after", "from", "to", "bytes", NULL};
    json_keys(j, keys);
    out->from = read_end(j, "from", v, user);
    out->to = read_end(j, "to", v, user);
    out->bytes = read_amount(j, "bytes", MOST_BYTES);
    if (out->from == NO_NODE || out->to == NO_NODE) return;
    if (out->from == out->to)
        json_fault(json_get(j, "to"), "another node than \"from\"");
    else if (!net_route(v->net, out->from, out->to)->is_reachable)
        json_fault(json_get(j, "to"), "a node that %u has a way to", out->from);
}

static void read_local(struct json j, const struct view *v, uint32_t user, struct op *out)
{
    static const char *const keys[][8] = {
        [OP_COMPUTE] = {"kind", "step", "after", "node", "seconds", "memory_bytes", NULL},
        [OP_LOAD] = {"kind", "step", "after", "node", "seconds", "bytes", NULL},
        [OP_DELAY] = {"kind", "step", "after", "node", "seconds", NULL},
    };
    json_keys(j, keys[out->kind]);
    out->from = out->to = read_end(j, "node", v, user);
    out->seconds = read_amount(j, "seconds", MOST_S);
    if (out->kind == OP_LOAD) out->bytes = read_amount(j, "bytes", MOST_BYTES);
    if (out->kind == OP_COMPUTE && json_get(j, "memory_bytes").item)
        out->memory_bytes = read_amount(j, "memory_bytes", MOST_BYTES);
}

// Which operations it waits for: earlier ones.
static uint32_t *read_after(struct json list, uint32_t rank, struct arena *a, uint32_t *count)
{
    *count = 0;
    if (!list.item) return NULL;
    if (!cJSON_IsArray(list.item)) return json_fault(list, "a list of operations"), NULL;
    if (json_count(list) && !rank)
        return json_fault(list, "an empty list: no operation comes before the first"), NULL;
    uint32_t *deps = ARENA_ARRAY(a, uint32_t, json_count(list));
    for (struct json j = json_at(list, 0); j.item; j = json_next(j))
        deps[(*count)++] = (uint32_t)json_as_integer(j, 0, (int64_t)rank - 1);
    return deps;
}

static void read_op(struct json j, const struct view *v, uint32_t user, struct arena *a,
                    struct plan *out)
{
    uint32_t before = j.doc->e->fault_count;
    if (!cJSON_IsObject(j.item)) {
        json_fault(j, "an object");
        return;
    }
    json_need(j, "kind");
    struct op op = {.kind = (enum op_kind)json_choice(j, "kind", KINDS, 0)};
    if (j.doc->e->fault_count > before) return;
    op.stage = (uint32_t)json_integer(j, "step", 0, 0, v->graph->step_count - 1);
    if (op.kind == OP_TRANSFER)
        read_transfer(j, v, user, &op);
    else
        read_local(j, v, user, &op);
    uint32_t count, *deps = read_after(json_get(j, "after"), out->op_count, a, &count);
    if (j.doc->e->fault_count == before) plan_add(out, op, deps, count);
}

void plugin_read_ops(struct json list, const struct view *v, uint32_t user, struct arena *a,
                     struct plan *out)
{
    uint32_t before = list.doc->e->fault_count;
    *out = (struct plan){.arena = a};
    if (!cJSON_IsArray(list.item) || !json_count(list) || json_count(list) >= MOST_OPS) {
        json_fault(list, "a list of 1 to %d operations", MOST_OPS - 1);
        return;
    }
    for (struct json j = json_at(list, 0); list.doc->e->fault_count == before && j.item;
         j = json_next(j))
        read_op(j, v, user, a, out);
}
