// scenarios/models.c: the models of a scenario, of the zoo or beside it.
#include <string.h>

#include "scenarios/parts.h"
#include "scenarios/shelf.h"

// A file beside the scenario ("net.json", "models/net.json"), or a name of the zoo.
static void add_model(struct scenario *s, struct arena *a, const struct reading *r,
                      const char *label, const char *name, const struct model_options *o,
                      struct json place)
{
    size_t      length = strlen(name);
    bool        is_file = length > 5 && !strcmp(name + length - 5, ".json");
    const char *folder = is_file ? NULL : r->paths->zoo;
    if (is_file) name = parts_beside(s, a, name);
    struct err inner = {0};
    s->models[s->model_count].label = label;
    if (shelf_model(r->shelf, &s->models[s->model_count].graph, a, folder, name, o, &inner)) {
        s->model_count++;
        return;
    }
    parts_pass_on(&inner, place);
}

static void read_model(struct scenario *s, struct json j, const struct reading *r)
{
    static const char *const keys[] = {"model", "input", "input_bits", "classes", NULL};
    uint32_t                 before = j.doc->e->fault_count;
    json_keys(j, keys);
    struct model_options o = {.classes = (int32_t)json_integer(j, "classes", 0, 1, 65536),
                              .input_bits = (int32_t)json_integer(j, "input_bits", 0, 1, 32)};
    struct json          input = json_get(j, "input");
    if (json_count(input) == 2) {
        o.input_h = (int32_t)json_as_integer(json_at(input, 0), 1, 16384);
        o.input_w = (int32_t)json_as_integer(json_at(input, 1), 1, 16384);
    } else if (input.item) {
        o.input_h = o.input_w = (int32_t)json_as_integer(input, 1, 16384);
    }
    const char *name = json_string(j, "model", json_key(j));
    if (j.doc->e->fault_count > before) return; // an input of another size would fail elsewhere
    add_model(s, j.arena, r, arena_string(j.arena, json_key(j)), name, &o, j);
}

void parts_read_models(struct scenario *s, struct json root, const struct reading *r)
{
    static const struct scenario_edit none = {0};
    const struct scenario_edit       *edit = r->edit ? r->edit : &none;
    struct json                       models = json_need(root, "models");
    uint32_t                          count = json_count(models), wanted = edit->model_count;
    if (models.item && (!cJSON_IsObject(models.item) || !count || count > MAX_LABELS)) {
        json_fault(models, "an object of 1 to %d models", MAX_LABELS);
        return;
    }
    s->models = ARENA_ARRAY(root.arena, struct scenario_model, count + wanted);
    for (struct json j = json_at(models, 0); j.item; j = json_next(j))
        if (!wanted || parts_is_among(edit->models, wanted, json_key(j))) read_model(s, j, r);
    for (uint32_t i = 0; i < wanted; i++) {
        struct json at = json_get(models, edit->models[i]);
        at.place = "--model";
        if (!at.item && !parts_is_among(edit->models, i, edit->models[i]))
            add_model(s, root.arena, r, arena_string(root.arena, edit->models[i]), edit->models[i],
                      NULL, at);
    }
}
