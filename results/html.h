// results/html.h: writes HTML in which nothing that came from a file can be markup.
//
// Markup is a literal of the program; what is put into it passes a conversion, and %s escapes. So a
// label such as "<script>" is shown, not run. Errors of the stream are found by its owner (ferror).
#ifndef FOGSIM_RESULTS_HTML_H
#define FOGSIM_RESULTS_HTML_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// Text for an element or a quoted attribute: & < > " ' as references. What is no UTF-8, control
// characters but tab and line feed, and characters that turn the direction of writing become
// U+FFFD. NULL is nothing. O(length).
void html_text(FILE *f, const char *text);

// Of printf's conversions %s (escaped), %u, %d, %llu, %lld and %%: any other is an assert.
void html_put(FILE *f, const char *markup, ...) __attribute__((format(printf, 2, 3)));

// Four digits, or `digits`, without an exponent where a reader expects none: 12345, 0.0012,
// 1.2e-07. NaN is a dash.
enum { HTML_NUMBER_BYTES = 40 };
const char *html_number_text(double value, int digits, char out[HTML_NUMBER_BYTES]);
void        html_number(FILE *f, double value, int digits);

// RFC 4648, without line breaks.
void html_base64(FILE *f, const void *bytes, size_t length);

#endif
