// scenarios/schemes.c: the schemes of a scenario and their options.
#include <stdio.h>
#include <string.h>

#include "scenarios/parts.h"

static const struct option {
    const char *key;
    uint32_t    bit;
    const char *words[5]; // NULL: true or false
} OPTIONS[] = {
    {"granularity", OPTION_GRANULARITY, {"layer", "task", NULL}},
    {"weights", OPTION_WEIGHTS, {"resident", "per_task", "per_layer", "cached", NULL}},
    {"fc_split", OPTION_FC_SPLIT, {"output", "input", NULL}},
    {"local_share", OPTION_LOCAL_SHARE, {NULL}},
    {"open_slots", OPTION_OPEN_SLOTS, {"none", "two-sided", "move", NULL}},
    {"welfare_guard", OPTION_GUARD, {NULL}},
    {"cut", OPTION_CUT, {"per_task", "per_layer", NULL}},
    {"node", OPTION_NODE, {"per_task", "per_layer", NULL}},
    {"shares", OPTION_SHARES, {"fog", "user", NULL}},
};

const char *scenario_option_key(uint32_t bit)
{
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++)
        if (OPTIONS[i].bit == 1u << bit) return OPTIONS[i].key;
    return NULL;
}

static void read_options(struct scheme_options *o, struct json j)
{
    o->granularity =
        (enum granularity)json_choice(j, "granularity", OPTIONS[0].words, (int)o->granularity);
    o->weights = (enum weights_mode)json_choice(j, "weights", OPTIONS[1].words, (int)o->weights);
    o->fc_split = json_choice(j, "fc_split", OPTIONS[2].words, o->fc_split == SLICE_IN) ? SLICE_IN
                                                                                        : SLICE_OUT;
    o->local_share = json_bool(j, "local_share", o->local_share);
    o->open_slots =
        (enum open_slots)json_choice(j, "open_slots", OPTIONS[4].words, (int)o->open_slots);
    o->welfare_guard = json_bool(j, "welfare_guard", o->welfare_guard);
    o->cut = (enum draw)json_choice(j, "cut", OPTIONS[6].words, (int)o->cut);
    o->node = (enum draw)json_choice(j, "node", OPTIONS[7].words, (int)o->node);
    o->shares = (enum share_rule)json_choice(j, "shares", OPTIONS[8].words, (int)o->shares);
}

// An option that the scheme does not read would do nothing: said, not ignored.
static void check_options(struct json j, const struct scheme *scheme)
{
    enum { COMMON = sizeof OPTIONS / sizeof *OPTIONS };
    const char **keys = ARENA_ARRAY(j.arena, const char *, COMMON + scheme->own_count + 2);
    uint32_t     count = 0;
    keys[count++] = "scheme";
    for (uint32_t i = 0; i < scheme->own_count; i++) keys[count++] = scheme->own[i].key;
    for (size_t i = 0; i < COMMON; i++) {
        if (parts_is_among(keys, count, OPTIONS[i].key)) continue;
        keys[count++] = OPTIONS[i].key;
        if (json_get(j, OPTIONS[i].key).item && !(scheme->options & OPTIONS[i].bit))
            json_fault(json_get(j, OPTIONS[i].key), "no \"%s\" (scheme %s does not read it)",
                       OPTIONS[i].key, scheme->name);
    }
    json_keys(j, keys);
}

// What the command line brings goes by its label alone.
static const struct scheme *find_scheme(const struct scenario_edit *edit, const char *name,
                                        const void **given)
{
    for (uint32_t i = 0; edit && i < edit->foreign_count; i++) {
        if (strcmp(edit->foreign[i].label, name) != 0) continue;
        *given = edit->foreign[i].given;
        return edit->foreign[i].scheme;
    }
    return scheme_find(name);
}

static void add_scheme(struct scenario *s, const char *label, const char *name,
                       const struct scheme_options *defaults, struct json j,
                       const struct scenario_edit *edit)
{
    const void          *given = NULL;
    const struct scheme *scheme = find_scheme(edit, name, &given);
    if (!scheme) {
        const char *all = "";
        for (uint32_t i = 0; i < scheme_count; i++)
            all = arena_format(j.arena, "%s%s%s", all, i ? ", " : "", scheme_table[i]->name);
        err_add(j.doc->e, "%s: %s: want a scheme (%s), have \"%.60s\"", j.doc->name, j.place, all,
                name);
        return;
    }
    struct scenario_scheme *out = &s->schemes[s->scheme_count++];
    *out = (struct scenario_scheme){label, scheme, *defaults};
    out->options.given = given;
    if (!(scheme->options & OPTION_GRANULARITY)) out->options.granularity = scheme->granularity;
    parts_read_own(&out->options, scheme, j);
    if (!j.item) return;
    check_options(j, scheme);
    read_options(&out->options, j);
}

// A label of the command line's scheme is no other scheme's.
static const char *scheme_of(struct json j, const char *label, const struct scenario_edit *edit)
{
    const char *name = json_string(j, "scheme", label);
    for (uint32_t i = 0; edit && i < edit->foreign_count; i++)
        if (!strcmp(edit->foreign[i].label, label) && strcmp(name, label) != 0)
            json_fault(json_get(j, "scheme"), "no other scheme under the label of --scheme-%s",
                       label);
    return name;
}

void parts_read_schemes(struct scenario *s, struct json root, const struct scenario_edit *edit)
{
    struct scheme_options defaults = {
        .fc_split = SLICE_OUT, .open_slots = OPEN_MOVE, .welfare_guard = true};
    struct json schemes = json_need(root, "schemes");
    uint32_t    count = json_count(schemes), wanted = edit ? edit->scheme_count : 0;
    // Defaults of all schemes stand at the root; each may overrule them.
    defaults.granularity = (enum granularity)json_choice(root, "granularity", OPTIONS[0].words, 0);
    defaults.weights = (enum weights_mode)json_choice(root, "weights", OPTIONS[1].words, 0);
    defaults.fc_split = json_choice(root, "fc_split", OPTIONS[2].words, 0) ? SLICE_IN : SLICE_OUT;
    defaults.local_share = json_bool(root, "local_share", false);
    if (schemes.item && (!cJSON_IsObject(schemes.item) || !count || count > MAX_LABELS)) {
        json_fault(schemes, "an object of 1 to %d schemes", MAX_LABELS);
        return;
    }
    s->schemes = ARENA_ARRAY(root.arena, struct scenario_scheme, count + wanted);
    for (struct json j = json_at(schemes, 0); j.item; j = json_next(j)) {
        const char *label = arena_string(root.arena, json_key(j));
        if (wanted && !parts_is_among(edit->schemes, wanted, label)) continue;
        if (!cJSON_IsObject(j.item))
            json_fault(j, "an object, such as {}");
        else
            add_scheme(s, label, scheme_of(j, label, edit), &defaults, j, edit);
    }
    for (uint32_t i = 0; i < wanted; i++) {
        struct json at = json_get(schemes, edit->schemes[i]);
        at.place = "--scheme";
        if (!at.item && !parts_is_among(edit->schemes, i, edit->schemes[i]))
            add_scheme(s, arena_string(root.arena, edit->schemes[i]), edit->schemes[i], &defaults,
                       at, edit);
    }
}
