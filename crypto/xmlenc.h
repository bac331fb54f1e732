/* SPDX-License-Identifier: Apache-2.0 */
/* xmlenc - how other people's key containers are encrypted: AES-128-CBC, and a key made of a passphrase. For reading alone;
 * what is ours is sealed by crypto/seal.h. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum {
	XMLENC_KEY = 16,
	XMLENC_BLOCK = 16,
	XMLENC_VALUE_MAX = 1024,              /* bytes of an encrypted value */
	XMLENC_ROUNDS_MAX = 10 * 1000 * 1000, /* some seconds */
	XMLENC_SALT_MAX = 128,
};

/* xmlenc_derive - PBKDF2 with HMAC-SHA1. Source: RFC 8018, section 5.2.
 * Fails: INVALID no rounds or too many, no salt or one that is too long. Cost: half a microsecond a round. */
fallible xmlenc_derive(
	struct span passphrase, struct span salt, uint64_t rounds, uint8_t key[static XMLENC_KEY]);

/* xmlenc_open - AES-128-CBC of an initialisation vector and whole blocks, whose last byte says how many at the end are padding.
 * Whether the key was the right one it does not tell: a MAC over the value has to be checked before. Source: XML Encryption
 * 1.0, section 5.2.
 *
 *   plain  gets the bytes; its owner wipes it
 * Fails: INVALID no whole blocks, more than XMLENC_VALUE_MAX, or a padding that is none. */
fallible xmlenc_open(const uint8_t key[static XMLENC_KEY], struct span value, struct buf *plain);
