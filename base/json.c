#include "base/json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bundle.h"
#include "base/text.h"

// A place's text and the text of a value in a message stay short whatever the file holds.
enum { SHOWN_BYTES = 60 };

static void show(const cJSON *item, char out[SHOWN_BYTES + 8])
{
    if (!item) {
        snprintf(out, SHOWN_BYTES, "nothing");
    } else if (cJSON_IsObject(item)) {
        snprintf(out, SHOWN_BYTES, "an object");
    } else if (cJSON_IsArray(item)) {
        snprintf(out, SHOWN_BYTES, "a list of %d", cJSON_GetArraySize(item));
    } else if (cJSON_IsString(item)) {
        int length = (int)strlen(item->valuestring);
        snprintf(out, SHOWN_BYTES + 8, "\"%.*s%s\"", SHOWN_BYTES - 8, item->valuestring,
                 length > SHOWN_BYTES - 8 ? "..." : "");
    } else if (cJSON_IsNumber(item)) {
        snprintf(out, SHOWN_BYTES, "%.15g", item->valuedouble);
    } else {
        snprintf(out, SHOWN_BYTES, "%s",
                 cJSON_IsNull(item)   ? "null"
                 : cJSON_IsTrue(item) ? "true"
                                      : "false");
    }
}

bool json_fault(struct json j, const char *want, ...)
{
    char    wanted[512], have[SHOWN_BYTES + 8];
    va_list args;
    va_start(args, want);
    vsnprintf(wanted, sizeof wanted, want, args);
    va_end(args);
    show(j.item, have);
    return err_add(j.doc->e, "%s: %s%swant %s, have %s", j.doc->name, j.place, *j.place ? ": " : "",
                   wanted, have);
}

const char *json_text(const char *path, struct arena *a, size_t *length, struct err *e)
{
    const char *text = bundle_text(path);
    if (!text) return text_read(path, "a JSON file", JSON_MAX_BYTES, a, length, e);
    *length = strlen(text);
    return text;
}

bool json_open(struct json_doc *doc, const char *path, struct err *e)
{
    struct arena scratch = {0};
    size_t       length = 0;
    const char  *text = json_text(path, &scratch, &length, e);
    bool         ok = text && json_parse(doc, path, text, length, e);
    arena_free(&scratch);
    return ok;
}

// Depth of brackets outside strings: cJSON recurses, and so does what reads its tree.
static bool too_deep(const char *text, size_t length)
{
    int  depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (in_string) {
            if (c == '\\') i++;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_MAX_DEPTH) return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

struct text { // private; need not end in a NUL
    const char *name, *begin, *end;
};

static bool text_fault(const struct text *t, const char *at, const char *want, struct err *e)
{
    int line = 1, column = 1, shown = t->end - at < 20 ? (int)(t->end - at) : 20;
    for (const char *c = t->begin; c < at; c++) {
        column = *c == '\n' ? 1 : column + 1;
        line += *c == '\n';
    }
    return err_add(e, "%s: line %d, column %d: want %s, have \"%.*s\"", t->name, line, column, want,
                   shown ? shown : 19, shown ? at : "the end of the file");
}

static int by_name(const void *a, const void *b)
{
    const cJSON *const *x = a, *const *y = b;
    return strcmp((*x)->string, (*y)->string);
}

static struct json sibling(struct json parent, const cJSON *item, const char *prefix,
                           uint32_t index);

// Names are printed again, and a terminal would obey such characters.
static bool has_control(const char *text)
{
    for (; text && *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f) return true;
    return false;
}

static void check_characters(struct json j)
{
    if (!has_control(j.item->string) && !has_control(j.item->valuestring)) return;
    err_add(j.doc->e, "%s: %s: want text without control characters", j.doc->name, j.place);
}

// cJSON keeps the first of two members of one name silently; which one was meant cannot be known.
// Takes no memory for values without members: a hostile file may hold millions.
static void check_names(struct json j)
{
    struct arena_mark mark = arena_mark(j.arena);
    uint32_t          i = 0;
    for (const cJSON *child = j.item->child; child; child = child->next, i++) {
        if (!child->child && !child->string && !child->valuestring) continue; // numbers of a list
        struct json c = sibling(j, child, j.place, i);
        check_characters(c);
        if (child->child) check_names(c);
        arena_rewind(j.arena, mark);
    }
    if (!cJSON_IsObject(j.item)) return;

    uint32_t      count = i;
    const cJSON **members = arena_array(j.arena, count, sizeof *members);
    i = 0;
    for (const cJSON *child = j.item->child; child; child = child->next) members[i++] = child;
    qsort(members, count, sizeof *members, by_name);
    for (i = 1; i < count; i++)
        if (!strcmp(members[i]->string, members[i - 1]->string) &&
            (i < 2 || strcmp(members[i - 1]->string, members[i - 2]->string) != 0))
            err_add(j.doc->e, "%s: %s%swant every name once, have \"%.40s\" twice", j.doc->name,
                    j.place, *j.place ? ": " : "", members[i]->string);
    arena_rewind(j.arena, mark);
}

// How many bytes follow the first of a character; -1: none begins with it.
static int utf8_tail(unsigned char first)
{
    if (first < 0x80) return 0;
    if (first < 0xc2 || first > 0xf4) return -1;
    return first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
}

// The first byte that is no UTF-8 (RFC 3629), else NULL: names are printed again as JSON.
static const char *not_utf8(const struct text *t)
{
    const unsigned char *c = (const unsigned char *)t->begin;
    const unsigned char *end = (const unsigned char *)t->end;
    while (c < end) {
        int tail = utf8_tail(*c);
        if (tail < 0 || end - c <= tail) return (const char *)c;
        for (int i = 1; i <= tail; i++)
            if ((c[i] & 0xc0) != 0x80) return (const char *)c;
        // Overlong forms, surrogates and what lies past U+10FFFF show in the second byte.
        if ((*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] > 0x9f) ||
            (*c == 0xf0 && c[1] < 0x90) || (*c == 0xf4 && c[1] > 0x8f))
            return (const char *)c;
        c += tail + 1;
    }
    return NULL;
}

// cJSON turns the escape \u0000 into the end of the string.
static const char *nul_escape(const struct text *t)
{
    for (const char *c = t->begin; t->end - c >= 6; c++) {
        if (*c != '\\') continue;
        if (!memcmp(c, "\\u0000", 6)) return c;
        c++;
    }
    return NULL;
}

// Faults for text that cJSON would take, but not as it is meant, or not in bounded depth.
static bool check_text(const struct text *t, struct err *e)
{
    size_t      length = (size_t)(t->end - t->begin);
    const char *at;
    if (memchr(t->begin, 0, length))
        return err_add(e, "%s: want JSON text, have a NUL byte", t->name);
    if ((at = not_utf8(t))) return text_fault(t, at, "UTF-8", e);
    if ((at = nul_escape(t))) return text_fault(t, at, "no NUL in a string", e);
    if (too_deep(t->begin, length))
        return err_add(e, "%s: want at most %d levels of brackets, have more", t->name,
                       JSON_MAX_DEPTH);
    return true;
}

bool json_parse(struct json_doc *doc, const char *name, const char *text, size_t length,
                struct err *e)
{
    *doc = (struct json_doc){.name = name, .e = e};
    size_t start = length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0; // byte order mark
    while (start < length && strchr(" \t\r\n", text[start]) && text[start]) start++;
    if (start == length) return err_add(e, "%s: want a JSON object, have an empty file", name);
    struct text t = {name, text, text + length};
    if (!check_text(&t, e)) return false;
    const char *end = NULL;
    doc->root = cJSON_ParseWithLengthOpts(text + start, length - start, &end, false);
    if (!doc->root) return text_fault(&t, end && end < t.end ? end : t.end, "valid JSON", e);
    while (end < t.end && strchr(" \t\r\n", *end)) end++;
    if (end < t.end) return json_close(doc), text_fault(&t, end, "valid JSON", e);
    uint32_t     before = e->fault_count;
    struct arena scratch = {0};
    check_names(json_root(doc, &scratch));
    arena_free(&scratch);
    if (e->fault_count > before) return json_close(doc), false;
    return true;
}

void json_close(struct json_doc *doc)
{
    cJSON_Delete(doc->root);
    doc->root = NULL;
}

struct json json_root(const struct json_doc *doc, struct arena *a)
{
    return (struct json){doc, doc->root, "", a};
}

cJSON *json_value(const char *text)
{
    struct text t = {"", text, text + strlen(text)};
    cJSON      *item = NULL;
    if (!too_deep(text, strlen(text)) && !nul_escape(&t))
        item = cJSON_ParseWithOpts(text, NULL, true);
    return item ? item : cJSON_CreateString(text);
}

// The same, checked; NULL: a fault was added.
static cJSON *read_value(const struct json_doc *doc, const char *path, const char *value)
{
    struct text t = {path, value, value + strlen(value)};
    uint32_t    before = doc->e->fault_count;
    if (not_utf8(&t))
        return err_add(doc->e, "--set %.60s: want UTF-8, have other bytes", path), NULL;
    cJSON *item = json_value(value);
    if (cJSON_IsString(item)) return item;
    struct arena scratch = {0};
    check_names((struct json){doc, item, path, &scratch});
    arena_free(&scratch);
    if (doc->e->fault_count == before) return item;
    cJSON_Delete(item);
    return NULL;
}

// The object that holds the last name of a dotted path, objects made on the way; the name into
// `key`.
static cJSON *find_holder(struct json_doc *doc, const char *path, char key[128])
{
    cJSON *object = doc->root;
    for (int depth = 0;; depth++) {
        size_t length = strcspn(path, ".");
        if (length == 0 || length >= 128 || depth >= JSON_MAX_DEPTH) break;
        memcpy(key, path, length);
        key[length] = '\0';
        path += length;
        if (!*path++) return object;
        cJSON *child = cJSON_GetObjectItemCaseSensitive(object, key);
        if (child && !cJSON_IsObject(child))
            cJSON_DeleteItemFromObjectCaseSensitive(object, key), child = NULL;
        object = child ? child : cJSON_AddObjectToObject(object, key);
    }
    err_add(doc->e, "--set: want a dotted path into the scenario, have \"%.40s\"", path);
    return NULL;
}

bool json_set(struct json_doc *doc, const char *path, const char *value)
{
    char key[128];
    if (!cJSON_IsObject(doc->root))
        return err_add(doc->e, "%s: want an object, have another value", doc->name);
    cJSON *item = read_value(doc, path, value), *object = item ? find_holder(doc, path, key) : NULL;
    if (!object) {
        cJSON_Delete(item);
        return false;
    }
    if (cJSON_GetObjectItemCaseSensitive(object, key))
        return cJSON_ReplaceItemInObjectCaseSensitive(object, key, item);
    return cJSON_AddItemToObject(object, key, item);
}

// "PREFIX.KEY". By hand: printf would be half of the time that reading a file takes.
static const char *child_place(struct arena *a, const char *prefix, const char *key)
{
    size_t before = strlen(prefix), shown = strnlen(key, SHOWN_BYTES);
    char  *place = arena_array(a, before + 1 + shown + 1, 1), *end = place + before;
    memcpy(place, prefix, before + 1);
    if (before) *end++ = '.';
    memcpy(end, key, shown); // the arena's memory is zero behind it
    return place;
}

struct json json_get(struct json object, const char *key)
{
    const cJSON *item =
        cJSON_IsObject(object.item) ? cJSON_GetObjectItemCaseSensitive(object.item, key) : NULL;
    return (struct json){object.doc, item, child_place(object.arena, object.place, key),
                         object.arena};
}

static bool is_absent(struct json j)
{
    return !j.item || cJSON_IsNull(j.item);
}

struct json json_need(struct json object, const char *key)
{
    struct json j = json_get(object, key);
    if (is_absent(j)) json_fault(j, "a value");
    return j;
}

uint32_t json_count(struct json j)
{
    return cJSON_IsArray(j.item) || cJSON_IsObject(j.item) ? (uint32_t)cJSON_GetArraySize(j.item)
                                                           : 0;
}

static struct json sibling(struct json parent, const cJSON *item, const char *prefix,
                           uint32_t index)
{
    struct json j = {parent.doc, item, "", parent.arena};
    if (!item) return j;
    if (item->string)
        j.place = child_place(parent.arena, prefix, item->string);
    else
        j.place = arena_format(parent.arena, "%s[%u]", prefix, index);
    return j;
}

struct json json_at(struct json j, uint32_t index)
{
    bool holds = cJSON_IsArray(j.item) || cJSON_IsObject(j.item);
    return sibling(j, holds ? cJSON_GetArrayItem(j.item, (int)index) : NULL, j.place, index);
}

struct json json_next(struct json j)
{
    // The parent's place is this one's without its last part: ".key" or "[index]".
    char    *prefix = arena_string(j.arena, j.place);
    char    *cut = strrchr(prefix, j.item->string ? '.' : '[');
    uint32_t index = 0;
    if (!j.item->string) index = (uint32_t)strtoul(cut + 1, NULL, 10) + 1;
    if (j.item->string) { // the name itself may hold dots
        size_t name = strnlen(j.item->string, SHOWN_BYTES), all = strlen(prefix);
        cut = all > name ? prefix + all - name - 1 : prefix;
    }
    *cut = '\0';
    return sibling(j, j.item->next, prefix, index);
}

const char *json_key(struct json j)
{
    return j.item->string;
}

bool json_is_string(struct json j)
{
    return cJSON_IsString(j.item);
}

// Edit distance, for "did you mean"; names longer than 31 are compared by their beginning.
static int distance(const char *a, const char *b)
{
    int row[32], n = (int)strnlen(b, 31);
    for (int j = 0; j <= n; j++) row[j] = j;
    for (int i = 0; i < 31 && a[i]; i++) {
        int diagonal = row[0];
        row[0] = i + 1;
        for (int j = 1; j <= n; j++) {
            int replace = diagonal + (a[i] != b[j - 1]),
                other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = replace < other ? replace : other;
        }
    }
    return row[n];
}

static void unknown_key(struct json j, const char *const *keys)
{
    const char *near = NULL;
    int         best = 4;
    for (int i = 0; keys[i] && !j.doc->e->dropped_count; i++) // none when nobody will read it
        if (distance(j.item->string, keys[i]) < best)
            best = distance(j.item->string, keys[i]), near = keys[i];
    if (near)
        err_add(j.doc->e, "%s: %s: want a known key, have \"%.40s\" (did you mean \"%s\"?)",
                j.doc->name, j.place, j.item->string, near);
    else
        err_add(j.doc->e, "%s: %s: want a known key, have \"%.40s\"", j.doc->name, j.place,
                j.item->string);
}

bool json_keys(struct json object, const char *const *keys)
{
    if (!cJSON_IsObject(object.item)) return json_fault(object, "an object");
    bool ok = true;
    for (struct json j = json_at(object, 0); j.item; j = json_next(j)) {
        bool known = false;
        for (int i = 0; keys[i] && !known; i++) known = !strcmp(keys[i], j.item->string);
        if (!known) unknown_key(j, keys), ok = false;
    }
    return ok;
}

int64_t json_as_integer(struct json j, int64_t least, int64_t most)
{
    double value = cJSON_IsNumber(j.item) ? j.item->valuedouble : NAN;
    if (value >= (double)least && value <= (double)most && value == floor(value))
        return (int64_t)value;
    return json_fault(j, "an integer from %lld to %lld", (long long)least, (long long)most), least;
}

int64_t json_integer(struct json object, const char *key, int64_t otherwise, int64_t least,
                     int64_t most)
{
    struct json j = json_get(object, key);
    return is_absent(j) ? otherwise : json_as_integer(j, least, most);
}

double json_as_quantity(struct json j, enum unit unit, double least, double most)
{
    double value = NAN;
    if (cJSON_IsNumber(j.item)) value = units_from_number(unit, j.item->valuedouble);
    bool parsed = cJSON_IsNumber(j.item) ||
                  (cJSON_IsString(j.item) && units_parse(unit, j.item->valuestring, &value));
    if (!parsed) return json_fault(j, "%s", units_example(unit)), least;
    if (value >= least && value <= most) return value;
    double      scale = unit == UNIT_RATE ? 8 : 1;
    const char *base = unit == UNIT_RATE    ? " bit/s"
                       : unit == UNIT_TIME  ? " s"
                       : unit == UNIT_BYTES ? " B"
                                            : "";
    return json_fault(j, "%s from %.4g to %.4g%s", units_example(unit), least * scale, most * scale,
                      base),
           least;
}

double json_quantity(struct json object, const char *key, enum unit unit, double otherwise,
                     double least, double most)
{
    struct json j = json_get(object, key);
    return is_absent(j) ? otherwise : json_as_quantity(j, unit, least, most);
}

bool json_bool(struct json object, const char *key, bool otherwise)
{
    struct json j = json_get(object, key);
    if (is_absent(j)) return otherwise;
    if (!cJSON_IsBool(j.item)) return json_fault(j, "true or false");
    return cJSON_IsTrue(j.item);
}

const char *json_string(struct json object, const char *key, const char *otherwise)
{
    struct json j = json_get(object, key);
    if (is_absent(j)) return otherwise;
    if (!cJSON_IsString(j.item) || strlen(j.item->valuestring) > 4096)
        return json_fault(j, "a string"), otherwise;
    return arena_string(object.arena, j.item->valuestring);
}

int json_choice(struct json object, const char *key, const char *const *names, int otherwise)
{
    struct json j = json_get(object, key);
    if (is_absent(j)) return otherwise;
    char   all[256] = "";
    size_t length = 0;
    for (int i = 0; names[i]; i++) {
        if (cJSON_IsString(j.item) && !strcmp(names[i], j.item->valuestring)) return i;
        length += (size_t)snprintf(all + length, sizeof all - length, "%s\"%s\"", i ? ", " : "",
                                   names[i]);
        if (length >= sizeof all) length = sizeof all - 1;
    }
    return json_fault(j, "one of %s", all), otherwise;
}
