/* SPDX-License-Identifier: Apache-2.0 */
/* digest - SHA-256 of a message that comes in pieces: init, add, end. */
#pragma once

#include "base/span.h"
#include "crypto/hash.h"

struct digest {
	_Alignas(8) uint8_t state[120]; /* the library's */
};

/* digest_init - nothing read yet. digest_add - the next piece, of any length. */
void digest_init(struct digest *digest);
void digest_add(struct digest *digest, struct span piece);

/* digest_end - the hash of all pieces; begin again with digest_init. */
void digest_end(struct digest *digest, uint8_t out[static HASH_SHA256]);
