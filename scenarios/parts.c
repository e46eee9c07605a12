// scenarios/parts.c: what the readers of the parts share.
#include "scenarios/parts.h"

#include <string.h>

#include "scenarios/shelf.h"

bool parts_is_among(const char *const *names, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (!strcmp(names[i], name)) return true;
    return false;
}

bool parts_has(struct json object, const char *key)
{
    const cJSON *item = json_get(object, key).item;
    return item && !cJSON_IsNull(item);
}

const char *parts_beside(const struct scenario *s, struct arena *a, const char *name)
{
    const char *slash = strrchr(s->path, '/');
    const char *path = *name == '/' || !slash
                           ? arena_string(a, name)
                           : arena_format(a, "%.*s/%s", (int)(slash - s->path), s->path, name);
    shelf_note(s->shelf, path);
    return path;
}

void parts_pass_on(struct err *inner, struct json place)
{
    err_wrap(inner, "%s: %s", place.doc->name, place.place);
    for (char *line = strtok(inner->text, "\n"); line; line = strtok(NULL, "\n"))
        err_add(place.doc->e, "%s", line);
}

uint32_t parts_find_group(const struct net *n, const char *name, size_t length)
{
    for (uint32_t g = 0; g < n->group_count; g++)
        if (strlen(n->groups[g].name) == length && !memcmp(n->groups[g].name, name, length))
            return g;
    return NO_GROUP;
}

bool parts_find_pair(const struct net *n, const char *key, uint32_t *from, uint32_t *to)
{
    const char *arrow = strchr(key, '>');
    if (!arrow) return false;
    *from = parts_find_group(n, key, (size_t)(arrow - key));
    *to = parts_find_group(n, arrow + 1, strlen(arrow + 1));
    return *from != NO_GROUP && *to != NO_GROUP;
}

void parts_refuse(struct json j, const char *const *keys, const char *why)
{
    for (; *keys; keys++)
        if (parts_has(j, *keys)) json_fault(json_get(j, *keys), "no \"%s\" %s", *keys, why);
}
