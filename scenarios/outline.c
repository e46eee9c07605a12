// scenarios/outline.c: what will run of a scenario, from its text alone; and that text with the
// edits of a point in it.
#include <string.h>

#include "scenarios/parts.h"

const char *parts_compact(const struct json_doc *doc, struct arena *a)
{
    char       *text = cJSON_PrintUnformatted(doc->root);
    const char *copy = arena_string(a, text ? text : "");
    cJSON_free(text);
    return copy;
}

static bool apply_sets(struct json_doc *doc, struct arena *a, const struct scenario_edit *edit)
{
    bool ok = true;
    for (uint32_t i = 0; edit && i < edit->set_count; i++) {
        char *key = arena_string(a, edit->sets[i]), *equals = strchr(key, '=');
        if (!equals) {
            ok = err_add(doc->e, "--set: want KEY=VALUE, have \"%.60s\"", key);
            continue;
        }
        *equals = '\0';
        ok &= json_set(doc, key, equals + 1);
    }
    return ok;
}

// The "sweep" part changes no run, so it is not in the digest: a point is the same whoever asks for
// it.
static void digest(struct json_doc *doc, struct arena *a, bool keep_sweep,
                   char sha256[DIGEST_TEXT_BYTES])
{
    struct arena_mark mark = arena_mark(a);
    cJSON            *sweep = cJSON_DetachItemFromObjectCaseSensitive(doc->root, "sweep");
    const char       *text = parts_compact(doc, a);
    digest_text(text, strlen(text), sha256);
    arena_rewind(a, mark);
    if (sweep && keep_sweep)
        cJSON_AddItemToObject(doc->root, "sweep", sweep);
    else
        cJSON_Delete(sweep);
}

bool parts_open(struct json_doc *doc, struct arena *a, const struct scenario_source *source,
                const struct scenario_edit *edit, char sha256[DIGEST_TEXT_BYTES], struct err *e)
{
    if (!json_parse(doc, source->path, source->text, source->length, e)) return false;
    if (!cJSON_IsObject(doc->root)) {
        json_fault(json_root(doc, a), "an object");
    } else if (apply_sets(doc, a, edit)) {
        digest(doc, a, !edit || !edit->is_point, sha256);
        return true;
    }
    return json_close(doc), false;
}

// Labels of the file that are wanted (all, when none is), then those that it lacks, once each: the
// order in which parts_read_models and parts_read_schemes take them.
static const char **list(struct json labels, const char *const *wanted, uint32_t wanted_count,
                         uint32_t *count)
{
    struct arena *a = labels.arena;
    const char  **out = ARENA_ARRAY(a, const char *, json_count(labels) + wanted_count);
    *count = 0;
    if (!cJSON_IsObject(labels.item)) return out;
    for (const cJSON *item = labels.item->child; item; item = item->next)
        if (!wanted_count || parts_is_among(wanted, wanted_count, item->string))
            out[(*count)++] = arena_string(a, item->string);
    for (uint32_t i = 0; i < wanted_count; i++)
        if (!json_get(labels, wanted[i]).item && !parts_is_among(wanted, i, wanted[i]))
            out[(*count)++] = arena_string(a, wanted[i]);
    return out;
}

// As read_classes of arrivals.c says it: one run of all models, if users draw among them or a trace
// names them; but --model takes a draw apart.
static bool is_mix(struct json root, uint32_t model_count, const struct scenario_edit *edit)
{
    struct json kind = json_get(json_get(root, "arrivals"), "kind"),
                nodes = json_get(root, "nodes");
    if (json_is_string(kind) && !strcmp(kind.item->valuestring, "trace")) return model_count > 1;
    if (edit && edit->model_count) return false;
    bool any = parts_has(root, "mix");
    for (struct json j = json_at(nodes, 0); j.item && !any; j = json_next(j))
        any = parts_has(j, "mix");
    return any;
}

bool scenario_outline(struct scenario_outline *out, struct arena *a,
                      const struct scenario_source *source, const struct scenario_edit *edit,
                      struct err *e)
{
    static const struct scenario_edit none = {0};
    const struct scenario_edit       *by = edit ? edit : &none;
    struct json_doc                   doc;
    uint32_t                          before = e->fault_count;
    *out = (struct scenario_outline){0};
    if (!parts_open(&doc, a, source, edit, out->sha256, e)) return false;
    struct json root = json_root(&doc, a);
    struct json models = json_need(root, "models"), schemes = json_need(root, "schemes");
    if (parts_has(root, "models") && !json_count(models)) json_fault(models, "an object of models");
    if (parts_has(root, "schemes") && !json_count(schemes))
        json_fault(schemes, "an object of schemes");
    out->models = list(models, by->models, by->model_count, &out->model_count);
    out->schemes = list(schemes, by->schemes, by->scheme_count, &out->scheme_count);
    parts_read_numbers(root, &out->seed, &out->replications);
    out->is_mix = is_mix(root, out->model_count, edit);
    json_close(&doc);
    return e->fault_count == before;
}
