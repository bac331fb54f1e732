/* SPDX-License-Identifier: Apache-2.0 */
/* hash - SHA-256 for the public tree, BLAKE2b for everything of our own: plain, keyed, and for deriving
 * keys. */
#pragma once

#include "base/ids.h"
#include "base/span.h"

enum { HASH_SHA256 = 32, HASH_BLAKE = 32, HASH_WIDE = 64, HASH_KEY = 32, HASH_TERM = 16 };

/* A key that only authenticates or hashes; never encrypts. */
struct mac_key {
	uint8_t bytes[HASH_KEY];
};

void mac_key_done(struct mac_key *key); /* wipes */

void hash_sha256(struct span message, uint8_t out[static HASH_SHA256]);

/* hash_sha256_parts - of the concatenation of count parts. */
void hash_sha256_parts(const struct span *parts, size_t count, uint8_t out[static HASH_SHA256]);

/* hash_blake - BLAKE2b-256 of the concatenation of count parts. */
void hash_blake(const struct span *parts, size_t count, uint8_t out[static HASH_BLAKE]);

/* hash_mac - keyed BLAKE2b-256 over the parts, each preceded by its length as 8 bytes big-endian, so that no
 * two lists of parts give the same input. hash_mac_wide - the same with 64 bytes. */
void hash_mac(
	const struct mac_key *key, const struct span *parts, size_t count, uint8_t out[static HASH_BLAKE]);
void hash_mac_wide(
	const struct mac_key *key, const struct span *parts, size_t count, uint8_t out[static HASH_WIDE]);

/* A key of short hashes: tables and look-ups that are checked afterwards. */
enum { HASH_SHORT_KEY = 16 };

/* hash_short - SipHash-2-4. Cheap; 64 bits, so that a hit has to be compared. */
uint64_t hash_short(const uint8_t key[static HASH_SHORT_KEY], struct span text);

/* hash_derive - a 32-byte sub-key: keyed BLAKE2b-256(key; label NUL-less ‖ 0 ‖ context). The label names the
 * use. */
void hash_derive(const uint8_t key[static HASH_KEY], const char *label, struct span context,
	uint8_t out[static HASH_KEY]);
