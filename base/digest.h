// base/digest.h: fingerprints: SHA-256 (libsodium) of texts and files, so that a result names what
// it came from.
#ifndef FOGSIM_BASE_DIGEST_H
#define FOGSIM_BASE_DIGEST_H

#include <stddef.h>

enum { DIGEST_TEXT_BYTES = 65 };

void digest_text(const char *text, size_t length,
                 char out[DIGEST_TEXT_BYTES]); // 64 hexadecimal digits and NUL

#endif
