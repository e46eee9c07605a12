// base/clean.h: text from outside, made safe to show on a terminal, in JSON and in XML.
#ifndef FOGSIM_BASE_CLEAN_H
#define FOGSIM_BASE_CLEAN_H

#include <stddef.h>

#include "base/arena.h"

// A copy of `length` bytes in `a` in which every control character (C0, DEL, C1: Unicode's Cc),
// every character that XML 1.0 cannot hold (its production 2, Char) and every byte that is no UTF-8
// (RFC 3629) is a '?'.
char *clean_text(const char *text, size_t length, struct arena *a);

#endif
