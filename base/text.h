// base/text.h: a whole file of text.
#ifndef FOGSIM_BASE_TEXT_H
#define FOGSIM_BASE_TEXT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

// The file's bytes in `a`, followed by a NUL; `length` without it. NULL: e says why (no regular
// file, more than `most_bytes`, unreadable); `kind` names what was wanted: "a JSON file". Opened
// without blocking: a pipe that nobody writes to is refused, not waited for.
char *text_read(const char *path, const char *kind, long most_bytes, struct arena *a,
                size_t *length, struct err *e);

#endif
