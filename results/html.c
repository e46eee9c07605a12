#include "results/html.h"

#include <assert.h>
#include <math.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

// Bytes of the character that begins here (RFC 3629), and what it is; 0: it is none.
static int read_character(const unsigned char *s, uint32_t *out)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    int                   length = *s < 0x80             ? 1
                                   : (*s & 0xe0) == 0xc0 ? 2
                                   : (*s & 0xf0) == 0xe0 ? 3
                                   : (*s & 0xf8) == 0xf0 ? 4
                                                         : 0;
    uint32_t              c = length == 1 ? *s : *s & (0x7fu >> length);
    for (int i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80) return 0; // the final NUL too
        c = c << 6 | (s[i] & 0x3fu);
    }
    bool is_surrogate = c >= 0xd800 && c < 0xe000;
    *out = c;
    return length && c >= least[length] && c <= 0x10ffff && !is_surrogate ? length : 0;
}

// Controls of C0 and C1; marks and overrides of direction (Unicode 9, explicit formatting).
static bool is_shown(uint32_t c)
{
    if (c < 0x20) return c == '\t' || c == '\n';
    return !(c >= 0x7f && c < 0xa0) && !(c >= 0x202a && c <= 0x202e) &&
           !(c >= 0x2066 && c <= 0x2069) && c != 0x200e && c != 0x200f;
}

void html_text(FILE *f, const char *text)
{
    for (const unsigned char *s = (const unsigned char *)text; s && *s;) {
        uint32_t c = 0;
        int      length = read_character(s, &c);
        if (!length || !is_shown(c))
            fputs("\xef\xbf\xbd", f);
        else if (c == '&')
            fputs("&amp;", f);
        else if (c == '<')
            fputs("&lt;", f);
        else if (c == '>')
            fputs("&gt;", f);
        else if (c == '"')
            fputs("&quot;", f);
        else if (c == '\'')
            fputs("&#39;", f);
        else
            fwrite(s, 1, (size_t)length, f);
        s += length ? length : 1;
    }
}

static const char *after(const char *text, const char *start)
{
    size_t length = strlen(start);
    return strncmp(text, start, length) ? NULL : text + length;
}

void html_put(FILE *f, const char *markup, ...)
{
    va_list args;
    va_start(args, markup);
    for (const char *c = markup, *rest; *c;) {
        size_t plain = strcspn(c, "%");
        fwrite(c, 1, plain, f);
        c += plain;
        if (!*c) break;
        if ((rest = after(c, "%s")))
            html_text(f, va_arg(args, const char *));
        else if ((rest = after(c, "%u")))
            fprintf(f, "%u", va_arg(args, unsigned));
        else if ((rest = after(c, "%d")))
            fprintf(f, "%d", va_arg(args, int));
        else if ((rest = after(c, "%llu")))
            fprintf(f, "%llu", va_arg(args, unsigned long long));
        else if ((rest = after(c, "%lld")))
            fprintf(f, "%lld", va_arg(args, long long));
        else if ((rest = after(c, "%%")))
            fputc('%', f);
        assert(rest);
        c = rest;
    }
    va_end(args);
}

const char *html_number_text(double value, int digits, char out[HTML_NUMBER_BYTES])
{
    double size = fabs(value);
    if (isnan(value))
        strcpy(out, "–");
    else if (size >= 1000 && size < 1e15)
        snprintf(out, HTML_NUMBER_BYTES, "%.0f", value);
    else
        snprintf(out, HTML_NUMBER_BYTES, "%.*g", digits, value);
    return out;
}

void html_number(FILE *f, double value, int digits)
{
    char text[HTML_NUMBER_BYTES];
    fputs(html_number_text(value, digits, text), f);
}

void html_base64(FILE *f, const void *bytes, size_t length)
{
    enum { CHUNK = 3 * 1024 }; // a multiple of 3: no padding between chunks
    char text[sodium_base64_ENCODED_LEN(CHUNK, sodium_base64_VARIANT_ORIGINAL)];
    for (size_t at = 0; at < length; at += CHUNK) {
        size_t count = length - at < CHUNK ? length - at : CHUNK;
        sodium_bin2base64(text, sizeof text, (const unsigned char *)bytes + at, count,
                          sodium_base64_VARIANT_ORIGINAL);
        fputs(text, f);
    }
}
