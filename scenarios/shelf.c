#include "scenarios/shelf.h"

#include <limits.h>
#include <string.h>

#include "base/text.h"

static bool is_named(const char *folder, const char *name, const char *f, const char *n)
{
    return !strcmp(name, n) && (folder && f ? !strcmp(folder, f) : folder == f);
}

static bool is_same(const struct model_options *a, const struct model_options *b)
{
    return a->classes == b->classes && a->input_h == b->input_h && a->input_w == b->input_w &&
           a->input_bits == b->input_bits;
}

void shelf_note(struct shelf *shelf, const char *path)
{
    if (!shelf) return;
    for (uint32_t i = 0; i < shelf->file_count; i++)
        if (!strcmp(shelf->files[i], path)) return;
    shelf->files = arena_grow(&shelf->arena, shelf->files, &shelf->file_room, shelf->file_count + 1,
                              sizeof *shelf->files);
    shelf->files[shelf->file_count++] = arena_string(&shelf->arena, path);
}

void shelf_digest(const struct shelf *shelf, char out[DIGEST_TEXT_BYTES])
{
    struct arena a = {0};
    const char  *all = "";
    for (uint32_t i = 0; i < shelf->file_count; i++) {
        struct arena bytes = {0};
        struct err   ignored = {0};
        size_t       length = 0;
        const char *text = text_read(shelf->files[i], "a file", INT_MAX, &bytes, &length, &ignored);
        digest_text(text ? text : "", text ? length : 0, out);
        all = arena_format(&a, "%s%s ", all, out);
        arena_free(&bytes);
    }
    digest_text(all, strlen(all), out);
    arena_free(&a);
}

static bool load_model(struct shelf *shelf, struct graph *out, struct arena *a, const char *folder,
                       const char *name, const struct model_options *o, struct err *e)
{
    const char *path = folder ? model_find(folder, name, a, e) : name;
    if (path) shelf_note(shelf, path);
    return path && model_load(out, a, path, o, e);
}

bool shelf_model(struct shelf *shelf, struct graph *out, struct arena *a, const char *folder,
                 const char *name, const struct model_options *o, struct err *e)
{
    static const struct model_options as_it_is = {0};
    struct shelf_model_entry          x = {.options = o ? *o : as_it_is};
    if (!shelf) return load_model(shelf, out, a, folder, name, o, e);
    for (uint32_t i = 0; i < shelf->model_count; i++) {
        const struct shelf_model_entry *m = &shelf->models[i];
        if (is_named(m->folder, m->name, folder, name) && is_same(&m->options, &x.options))
            return *out = m->graph, true;
    }
    if (!load_model(shelf, &x.graph, &shelf->arena, folder, name, o, e)) return false;
    x.folder = folder ? arena_string(&shelf->arena, folder) : NULL;
    x.name = arena_string(&shelf->arena, name);
    shelf->models = arena_grow(&shelf->arena, shelf->models, &shelf->model_room,
                               shelf->model_count + 1, sizeof *shelf->models);
    shelf->models[shelf->model_count++] = x;
    *out = x.graph;
    return true;
}

static void note_preset(struct shelf *shelf, const char *folder, const char *name)
{
    shelf_note(shelf, arena_format(&shelf->arena, "%s/%s.json", folder, name));
}

bool shelf_device(struct shelf *shelf, struct device *out, struct arena *a, const char *folder,
                  const char *name, struct err *e)
{
    if (!shelf) return device_load(out, a, folder, name, e);
    for (uint32_t i = 0; i < shelf->device_count; i++) {
        const struct shelf_device_entry *d = &shelf->devices[i];
        if (is_named(d->folder, d->name, folder, name)) return *out = d->device, true;
    }
    note_preset(shelf, folder, name);
    if (!device_load(out, &shelf->arena, folder, name, e)) return false;
    shelf->devices = arena_grow(&shelf->arena, shelf->devices, &shelf->device_room,
                                shelf->device_count + 1, sizeof *shelf->devices);
    shelf->devices[shelf->device_count++] = (struct shelf_device_entry){
        arena_string(&shelf->arena, folder), arena_string(&shelf->arena, name), *out};
    return true;
}

bool shelf_protocol(struct shelf *shelf, struct protocol *out, struct arena *a, const char *folder,
                    const char *name, struct err *e)
{
    if (!shelf) return protocol_load(out, a, folder, name, e);
    for (uint32_t i = 0; i < shelf->protocol_count; i++) {
        const struct shelf_protocol_entry *p = &shelf->protocols[i];
        if (is_named(p->folder, p->name, folder, name)) return *out = p->protocol, true;
    }
    note_preset(shelf, folder, name);
    if (!protocol_load(out, &shelf->arena, folder, name, e)) return false;
    shelf->protocols = arena_grow(&shelf->arena, shelf->protocols, &shelf->protocol_room,
                                  shelf->protocol_count + 1, sizeof *shelf->protocols);
    shelf->protocols[shelf->protocol_count++] = (struct shelf_protocol_entry){
        arena_string(&shelf->arena, folder), arena_string(&shelf->arena, name), *out};
    return true;
}

void shelf_free(struct shelf *shelf)
{
    arena_free(&shelf->arena);
    *shelf = (struct shelf){0};
}
