// base/err.h: what went wrong in the world (a file, a value, a disk), told to the user.
//
// An err collects one line per fault, so that a reader can report every fault of an input at once.
// The text has a fixed room; faults past it are counted, not kept. Zero-initialise: `struct err e =
// {0};`.
#ifndef FOGSIM_BASE_ERR_H
#define FOGSIM_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))

enum { ERR_TEXT_BYTES = 16384 };

struct err {
    uint32_t fault_count;          // faults added, kept or not
    uint32_t dropped_count;        // of these, faults that found no room
    size_t   length;               // bytes of text used, without the final NUL
    char     text[ERR_TEXT_BYTES]; // one fault per line, no newline after the last
};

// Adds one fault. Always false, so that a function can end in `return err_add(e, ...)`. Control
// characters that came from an input are replaced by '?', so that a hostile file cannot drive the
// terminal.
bool err_add(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Puts "WHERE: " in front of every fault. Always false.
bool err_wrap(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
