// A point is the JSON object of what a sweep, or --set, changed. Its keys are columns while they
// are few; else the object is one cell.
#include <string.h>

#include "cli/page/page.h"

static bool is_known(const struct page *p, const char *key)
{
    for (uint32_t k = 0; k < p->key_count; k++)
        if (!strcmp(p->keys[k], key)) return true;
    return false;
}

static cJSON *parse_point(const struct page *p, uint32_t point)
{
    cJSON *json = cJSON_Parse(p->overview.points[point]);
    if (cJSON_IsObject(json)) return json;
    cJSON_Delete(json);
    return NULL;
}

// false: one is no object, or there are too many keys.
static bool find_keys(struct page *p)
{
    bool ok = true;
    p->keys = ARENA_ARRAY(p->arena, const char *, PAGE_KEYS);
    for (uint32_t i = 0; ok && i < p->overview.point_count; i++) {
        cJSON *json = parse_point(p, i);
        ok = json != NULL;
        for (const cJSON *c = json ? json->child : NULL; ok && c; c = c->next) {
            if (is_known(p, c->string)) continue;
            ok = p->key_count < PAGE_KEYS;
            if (ok) p->keys[p->key_count++] = arena_string(p->arena, c->string);
        }
        cJSON_Delete(json);
    }
    return ok;
}

void page_points_read(struct page *p)
{
    uint32_t count = p->overview.point_count;
    bool     is_split = find_keys(p);
    if (!is_split) {
        p->keys[0] = "point";
        p->key_count = 1;
    }
    p->key_values = ARENA_ARRAY(p->arena, const char *, (size_t)count *(p->key_count + 1));
    for (uint32_t i = 0; i < count; i++) {
        cJSON *json = is_split ? parse_point(p, i) : NULL;
        for (uint32_t k = 0; k < p->key_count; k++)
            p->key_values[i * p->key_count + k] =
                is_split
                    ? page_json_text(p->arena, cJSON_GetObjectItemCaseSensitive(json, p->keys[k]))
                    : p->overview.points[i];
        cJSON_Delete(json);
    }
}

void page_point_head(struct page *p)
{
    for (uint32_t k = 0; k < p->key_count; k++) page_head(p, p->keys[k], false);
}

void page_point_cells(struct page *p, uint32_t point)
{
    for (uint32_t k = 0; k < p->key_count; k++) {
        const char *value = p->key_values[point * p->key_count + k];
        html_put(p->out, "<th scope=\"row\">%s</th>", *value ? value : "–");
    }
}

const char *page_point_text(struct page *p, uint32_t point)
{
    const char *text = "";
    for (uint32_t k = 0; k < p->key_count; k++) {
        const char *value = p->key_values[point * p->key_count + k];
        if (*value)
            text =
                arena_format(p->arena, "%s%s%s = %s", text, *text ? ", " : "", p->keys[k], value);
    }
    return *text ? text : "as in the scenario";
}

bool page_is_edited(const struct page *p)
{
    return p->key_count > 0;
}
