#include "cli/plugin/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum { SHORT = 64 };

static char *room_for(struct plugin_text *t, uint32_t bytes)
{
    t->line = arena_grow(t->arena, t->line, &t->capacity, t->length + bytes + 1, 1);
    return t->line + t->length;
}

void text_raw(struct plugin_text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(room_for(t, SHORT), SHORT, format, args);
    va_end(args);
    if (length >= SHORT) {
        va_start(args, format);
        vsnprintf(room_for(t, (uint32_t)length), (size_t)length + 1, format, args);
        va_end(args);
    }
    t->length += (uint32_t)length;
}

void text_comma(struct plugin_text *t)
{
    char last = '{';
    if (t->length) last = t->line[t->length - 1];
    if (last == '{' || last == '[' || last == ':') return;
    *room_for(t, 1) = ',';
    t->length++;
}

// Names of a scenario hold no control characters (base/json.h), those of a device file neither.
static void text_string(struct plugin_text *t, const char *text)
{
    text_raw(t, "\"");
    for (const char *c = text; *c; c++) {
        char *at = room_for(t, 2);
        if (*c == '"' || *c == '\\') *at++ = '\\', t->length++;
        *at = *c;
        if ((unsigned char)*c < 0x20) *at = ' ';
        t->length++;
    }
    text_raw(t, "\"");
}

void text_number(struct plugin_text *t, double value)
{
    if (isfinite(value))
        text_raw(t, "%.17g", value);
    else
        text_raw(t, "null");
}

void text_key(struct plugin_text *t, const char *key)
{
    text_comma(t);
    text_raw(t, "\"%s\":", key);
}

void text_member_string(struct plugin_text *t, const char *key, const char *text)
{
    text_key(t, key);
    text_string(t, text);
}

void text_member_number(struct plugin_text *t, const char *key, double value)
{
    text_key(t, key);
    text_number(t, value);
}

void text_member_integer(struct plugin_text *t, const char *key, int64_t value)
{
    text_key(t, key);
    text_raw(t, "%" PRId64, value);
}

void text_member_bool(struct plugin_text *t, const char *key, bool value)
{
    text_key(t, key);
    text_raw(t, value ? "true" : "false");
}

void text_member_limit(struct plugin_text *t, const char *key, uint32_t value)
{
    text_member_number(t, key, value == UINT32_MAX ? (double)INFINITY : (double)value);
}
