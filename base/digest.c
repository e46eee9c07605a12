#include "base/digest.h"

#include <sodium.h>

void digest_text(const char *text, size_t length, char out[DIGEST_TEXT_BYTES])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)text, length);
    sodium_bin2hex(out, DIGEST_TEXT_BYTES, hash, sizeof hash);
}
