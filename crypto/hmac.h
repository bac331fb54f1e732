/* SPDX-License-Identifier: Apache-2.0 */
/* hmac - the HMACs of other servers' protocols, and the hash inside; what is our own is hashed by crypto/hash.h. */
#pragma once

#include "base/span.h"

enum { HMAC_SHA1 = 20, HMAC_SHA512 = 64 };

/* hmac_sha1, hmac_sha512 - of one message. Source: RFC 2104. */
void hmac_sha1(struct span key, struct span message, uint8_t out[static HMAC_SHA1]);
void hmac_sha512(struct span key, struct span message, uint8_t out[static HMAC_SHA512]);

/* hmac_hash_sha512 - the plain hash. Source: FIPS 180-4. */
void hmac_hash_sha512(struct span message, uint8_t out[static HMAC_SHA512]);
