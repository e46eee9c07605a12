#include "base/clean.h"

#include <stdbool.h>
#include <string.h>

enum { BAD = 0 };

// Length of the character that starts at `c`, of at most `room` bytes, and its code point; BAD: no
// UTF-8. Overlong forms, surrogates and what is past U+10FFFF are none (RFC 3629, 3).
static size_t decode(const unsigned char *c, size_t room, uint32_t *point)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t      least;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        if ((*c & forms[f].mask) != forms[f].lead) continue;
        if (f + 1 > room) return BAD;
        *point = *c & (unsigned char)~forms[f].mask;
        for (size_t i = 1; i <= f; i++) {
            if ((c[i] & 0xc0) != 0x80) return BAD;
            *point = *point << 6 | (c[i] & 0x3f);
        }
        bool is_surrogate = *point >= 0xd800 && *point < 0xe000;
        return *point < forms[f].least || *point > 0x10ffff || is_surrogate ? BAD : f + 1;
    }
    return BAD;
}

static bool is_shown(uint32_t point)
{
    return point >= 0x20 && !(point >= 0x7f && point < 0xa0) && point != 0xfffe && point != 0xffff;
}

char *clean_text(const char *text, size_t length, struct arena *a)
{
    char *out = arena_array(a, length + 1, 1), *o = out;
    for (size_t at = 0; at < length;) {
        uint32_t point = 0;
        size_t   bytes = decode((const unsigned char *)text + at, length - at, &point);
        if (bytes && is_shown(point))
            memcpy(o, text + at, bytes), o += bytes;
        else
            *o++ = '?';
        at += bytes ? bytes : 1;
    }
    return out;
}
