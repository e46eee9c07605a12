// cli/plugin/text.h: JSON written piece by piece into one growing line.
//
// Numbers have 17 digits, so that who reads them has the very double; what is not finite is null.
#ifndef FOGSIM_CLI_PLUGIN_TEXT_H
#define FOGSIM_CLI_PLUGIN_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct plugin_text { // zero-initialise with an arena
    struct arena *arena;
    char         *line; // [length], no NUL behind it
    uint32_t      length, capacity;
};

void text_raw(struct plugin_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

// A member of an object, with the comma that the last character asks for: text_key, then a value.
void text_key(struct plugin_text *t, const char *key);
void text_comma(struct plugin_text *t); // where an element of a list begins
void text_number(struct plugin_text *t, double value);

void text_member_string(struct plugin_text *t, const char *key, const char *text);
void text_member_number(struct plugin_text *t, const char *key, double value);
void text_member_integer(struct plugin_text *t, const char *key, int64_t value);
void text_member_bool(struct plugin_text *t, const char *key, bool value);
void text_member_limit(struct plugin_text *t, const char *key, uint32_t value); // UINT32_MAX: null

#endif
