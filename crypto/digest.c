/* SPDX-License-Identifier: Apache-2.0 */
/* digest - nettle's running SHA-256, as in hash.c, its state kept as bytes so that no header needs the library. */
#include "crypto/digest.h"

#include <nettle/sha2.h>

_Static_assert(sizeof(struct digest) >= sizeof(struct sha256_ctx), "the library's state fits the bytes");

void digest_init(struct digest *digest)
{
	struct sha256_ctx state;
	sha256_init(&state);
	memcpy(digest->state, &state, sizeof state);
}

void digest_add(struct digest *digest, struct span piece)
{
	struct sha256_ctx state;
	if (piece.len == 0)
		return;
	memcpy(&state, digest->state, sizeof state);
	sha256_update(&state, piece.len, piece.at);
	memcpy(digest->state, &state, sizeof state);
}

void digest_end(struct digest *digest, uint8_t out[static HASH_SHA256])
{
	struct sha256_ctx state;
	memcpy(&state, digest->state, sizeof state);
	sha256_digest(&state, HASH_SHA256, out);
}
