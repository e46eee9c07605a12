// results/field.h: values as fields of CSV (RFC 4180) and JSON (RFC 8259).
//
// Numbers read back as they were: of the texts of 15, 16 and 17 significant digits the shortest
// that does (17 always do, IEEE 754), with a point or an exponent, so that 3 and 3.0 stay apart.
// There is no NaN in a database; infinity is 9e999, which readers round to it.
#ifndef FOGSIM_RESULTS_FIELD_H
#define FOGSIM_RESULTS_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

void field_real(FILE *out, double value);

// Quoted where a comma, a quote or a line break is in it, quotes doubled; other bytes as they are.
// An empty text is "", so that it differs from an empty field.
void field_csv_text(FILE *out, const char *text, size_t length);

// With its quotes. Bytes that are no UTF-8 are written as U+FFFD; see field_is_utf8.
void field_json_text(FILE *out, const char *text, size_t length);

// As RFC 3629 has it: no overlong forms, no surrogates, nothing past U+10FFFF. O(length).
bool field_is_utf8(const char *text, size_t length);

void field_hex(FILE *out, const void *bytes, size_t length); // two digits a byte, nothing around

#endif
