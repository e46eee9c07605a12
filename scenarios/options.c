// scenarios/options.c: the options that a scheme declares as its own.
#include <string.h>

#include "scenarios/parts.h"

static enum unit unit_of(enum option_kind kind)
{
    if (kind == OPTION_TIME) return UNIT_TIME;
    if (kind == OPTION_BYTES) return UNIT_BYTES;
    return kind == OPTION_BANDWIDTH ? UNIT_BANDWIDTH : UNIT_NONE;
}

static void read_numbers(struct option_value *v, struct json list, const struct scheme_option *o)
{
    if (!cJSON_IsArray(list.item)) {
        json_fault(list, "a list of numbers");
        return;
    }
    double *numbers = ARENA_ARRAY(list.arena, double, json_count(list) + 1);
    for (struct json j = json_at(list, 0); j.item; j = json_next(j))
        numbers[v->count++] = json_as_quantity(j, UNIT_NONE, o->low, o->high);
    v->numbers = numbers;
}

static void read_option(struct option_value *v, struct json j, const struct scheme_option *o)
{
    *v = (struct option_value){.number = o->otherwise, .is_given = parts_has(j, o->key)};
    switch (o->kind) {
    case OPTION_BOOL: v->number = json_bool(j, o->key, o->otherwise != 0); return;
    case OPTION_CHOICE: v->number = json_choice(j, o->key, o->words, (int)o->otherwise); return;
    case OPTION_INTEGER:
        v->number = (double)json_integer(j, o->key, (int64_t)o->otherwise, (int64_t)o->low,
                                         (int64_t)o->high);
        return;
    case OPTION_NUMBERS:
        if (v->is_given) read_numbers(v, json_get(j, o->key), o);
        return;
    case OPTION_NODES: // its group is known later
        v->number = -1;
        v->text = json_string(j, o->key, NULL);
        return;
    case OPTION_TEXT: v->text = json_string(j, o->key, NULL); return;
    case OPTION_NUMBER:
    case OPTION_TIME:
    case OPTION_BYTES:
    case OPTION_BANDWIDTH:
        v->number = json_quantity(j, o->key, unit_of(o->kind), o->otherwise, o->low, o->high);
        return;
    }
}

void parts_read_own(struct scheme_options *out, const struct scheme *scheme, struct json j)
{
    struct option_value *values = ARENA_ARRAY(j.arena, struct option_value, scheme->own_count + 1);
    for (uint32_t i = 0; i < scheme->own_count; i++) read_option(&values[i], j, &scheme->own[i]);
    out->own = values;
}

// The values are this reader's until the scenario is whole.
static void find_group(const struct scenario *s, struct option_value *v, struct json place)
{
    uint32_t group = parts_find_group(&s->net, v->text, strlen(v->text));
    if (group == NO_GROUP)
        json_fault(place, "the name of a group of nodes");
    else
        v->number = group;
}

void parts_resolve_own(const struct scenario *s, struct json root)
{
    for (uint32_t i = 0; i < s->scheme_count && s->net.node_count; i++) {
        const struct scenario_scheme *x = &s->schemes[i];
        struct option_value          *own = (struct option_value *)x->options.own;
        struct json                   part = json_get(json_get(root, "schemes"), x->label);
        for (uint32_t k = 0; k < x->scheme->own_count; k++)
            if (x->scheme->own[k].kind == OPTION_NODES && own[k].text)
                find_group(s, &own[k], json_get(part, x->scheme->own[k].key));
    }
}
