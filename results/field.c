#include "results/field.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void field_real(FILE *out, double value)
{
    char text[40];
    if (isinf(value)) {
        fputs(value < 0 ? "-9e999" : "9e999", out);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    fputs(text, out);
    if (!strpbrk(text, ".e")) fputs(".0", out);
}

static bool needs_quotes(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n') return true;
    return length == 0;
}

void field_csv_text(FILE *out, const char *text, size_t length)
{
    if (!needs_quotes(text, length)) {
        fwrite(text, 1, length, out);
        return;
    }
    fputc('"', out);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') fputc('"', out);
        fputc(text[i], out);
    }
    fputc('"', out);
}

static bool is_tail(const unsigned char *b, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        if ((b[i] & 0xc0) != 0x80) return false;
    return true;
}

// The length of the character that begins here; 0: none does (RFC 3629, section 4).
static size_t character(const unsigned char *b, size_t left)
{
    if (b[0] < 0x80) return 1;
    if (b[0] >= 0xc2 && b[0] <= 0xdf) return left >= 2 && is_tail(b, 1, 1) ? 2 : 0;
    if ((b[0] & 0xf0) == 0xe0) {
        if (left < 3 || !is_tail(b, 1, 2)) return 0;
        bool overlong = b[0] == 0xe0 && b[1] < 0xa0, surrogate = b[0] == 0xed && b[1] >= 0xa0;
        return overlong || surrogate ? 0 : 3;
    }
    if (b[0] < 0xf0 || b[0] > 0xf4 || left < 4 || !is_tail(b, 1, 3)) return 0;
    bool overlong = b[0] == 0xf0 && b[1] < 0x90, past_the_end = b[0] == 0xf4 && b[1] >= 0x90;
    return overlong || past_the_end ? 0 : 4;
}

bool field_is_utf8(const char *text, size_t length)
{
    const unsigned char *b = (const unsigned char *)text;
    for (size_t i = 0, step; i < length; i += step)
        if (!(step = character(b + i, length - i))) return false;
    return true;
}

static void json_ascii(FILE *out, unsigned char c)
{
    if (c == '"' || c == '\\')
        fprintf(out, "\\%c", c);
    else if (c == '\n')
        fputs("\\n", out);
    else if (c < ' ' || c == 0x7f)
        fprintf(out, "\\u%04x", c);
    else
        fputc(c, out);
}

void field_json_text(FILE *out, const char *text, size_t length)
{
    const unsigned char *b = (const unsigned char *)text;
    fputc('"', out);
    for (size_t i = 0; i < length;) {
        size_t step = character(b + i, length - i);
        if (step == 1)
            json_ascii(out, b[i]);
        else if (step == 0)
            fputs("\xef\xbf\xbd", out);
        else
            fwrite(b + i, 1, step, out);
        i += step ? step : 1;
    }
    fputc('"', out);
}

void field_hex(FILE *out, const void *bytes, size_t length)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < length; i++) fprintf(out, "%02x", b[i]);
}
