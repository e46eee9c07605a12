// scenarios/vary_text.c: a point as the edit that makes it, as the JSON of the database, as words.
#include <string.h>

#include "base/json.h"
#include "scenarios/vary.h"

const char *vary_point_text(struct arena *a, const struct vary_point *p)
{
    const char *text = p->set_count ? p->json : "";
    if (p->scheme) text = arena_format(a, "%s%sscheme %s", text, *text ? " " : "", p->scheme);
    if (p->model) text = arena_format(a, "%s%smodel %s", text, *text ? " " : "", p->model);
    return text;
}

struct scenario_edit vary_edit(struct arena *a, const struct scenario_edit *base,
                               const struct vary_point *p)
{
    struct scenario_edit edit = *base;
    const char         **sets = ARENA_ARRAY(a, const char *, base->set_count + p->set_count);
    for (uint32_t i = 0; i < base->set_count; i++) sets[i] = base->sets[i];
    for (uint32_t i = 0; i < p->set_count; i++) sets[base->set_count + i] = p->sets[i];
    edit.sets = sets;
    edit.set_count += p->set_count;
    edit.is_point = true;
    if (p->scheme) {
        edit.schemes = &p->scheme;
        edit.scheme_count = 1;
    }
    if (p->model) {
        edit.models = &p->model;
        edit.model_count = 1;
    }
    return edit;
}

const char *vary_sets_json(struct arena *a, const char *const *sets, uint32_t count)
{
    cJSON *object = cJSON_CreateObject();
    for (uint32_t i = 0; i < count; i++) {
        char *key = arena_string(a, sets[i]), *equals = strchr(key, '=');
        if (!equals) continue;
        *equals = '\0';
        cJSON_DeleteItemFromObjectCaseSensitive(object, key);
        cJSON_AddItemToObject(object, key, json_value(equals + 1));
    }
    char       *text = cJSON_PrintUnformatted(object);
    const char *copy = arena_string(a, text ? text : "{}");
    cJSON_free(text);
    cJSON_Delete(object);
    return copy;
}
