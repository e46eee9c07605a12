// base/json.h: typed, checked reads over cJSON that report every fault with its place.
//
// A struct json is a value and where it stands: FILE: nodes.fog.count. Reading something wrong adds
// a fault to the document's err and returns the default, so a reader reads on and all faults come
// out at once; it asks json_ok() at the end. Files are hostile: size and depth are limited, names
// may not be given twice.
#ifndef FOGSIM_BASE_JSON_H
#define FOGSIM_BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/units.h"

enum { JSON_MAX_BYTES = 16 << 20, JSON_MAX_DEPTH = 64 };

struct json_doc { // one file or text; private
    const char *name;
    cJSON      *root;
    struct err *e;
};

struct json {
    const struct json_doc *doc;
    const cJSON           *item;  // NULL: absent
    const char            *place; // "nodes.fog.count", in the arena; "" for the root
    struct arena          *arena;
};

// Reads and parses a file, or a text. false: e says what and where (line and column); nothing to
// close.
MUST_USE bool json_open(struct json_doc *doc, const char *path, struct err *e);
MUST_USE bool json_parse(struct json_doc *doc, const char *name, const char *text, size_t length,
                         struct err *e);
void          json_close(struct json_doc *doc);
// The text of such a file, or of one inside the program, in `a`, for json_parse. NULL: e says why.
const char *json_text(const char *path, struct arena *a, size_t *length, struct err *e);
struct json json_root(const struct json_doc *doc, struct arena *a);

// Sets the value at a dotted path, making objects on the way; the value is JSON, or else a plain
// string.
MUST_USE bool json_set(struct json_doc *doc, const char *path, const char *value);

// A value as json_set takes it, without its checks of names and characters: JSON, or else a plain
// string. To be given to cJSON_Delete.
cJSON *json_value(const char *text);

// Adds "NAME: PLACE: want WANTED, have VALUE". Always false.
bool json_fault(struct json j, const char *want, ...) __attribute__((format(printf, 2, 3)));

struct json json_get(struct json object,
                     const char *key); // absent, or not an object: .item is NULL
struct json json_need(struct json object,
                      const char *key);             // the same; absence, or null, is a fault
uint32_t    json_count(struct json j);              // of an array or object; 0 for anything else
struct json json_at(struct json j, uint32_t index); // of an array or object; O(index)
struct json json_next(struct json j);               // first, then json_next until .item is NULL
const char *json_key(struct json j);                // of a member of an object
bool        json_is_string(struct json j);

// Faults for every member of `object` not among `keys` (NULL-terminated), and if it is not an
// object.
bool json_keys(struct json object, const char *const *keys);

// Each takes the member `key` of `object`; absent or null gives `otherwise`.
int64_t     json_integer(struct json object, const char *key, int64_t otherwise, int64_t least,
                         int64_t most);
double      json_quantity(struct json object, const char *key, enum unit unit, double otherwise,
                          double least, double most);
bool        json_bool(struct json object, const char *key, bool otherwise);
const char *json_string(struct json object, const char *key, const char *otherwise); // in the arena
// Index of the member among `names` (NULL-terminated).
int json_choice(struct json object, const char *key, const char *const *names, int otherwise);

// The same of the value itself.
int64_t json_as_integer(struct json j, int64_t least, int64_t most);
double  json_as_quantity(struct json j, enum unit unit, double least, double most);

#endif
