/* SPDX-License-Identifier: Apache-2.0 */
/* pskc_lock - key containers with encrypted seeds (RFC 6030, section 6): what opens one, and the plain container behind it.
 * AES-128-CBC under a key that was agreed on or is made of a passphrase by PBKDF2, with a MAC by HMAC-SHA1. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum pskc_lock_kind {
	PSKC_LOCK_NONE, /* nothing is encrypted */
	PSKC_LOCK_KEY,  /* 16 bytes, as they are or in hexadecimal */
	PSKC_LOCK_PASSPHRASE,
};

/* One encrypted seed. */
struct pskc_lock_value {
	size_t from, to;    /* of its element in the content */
	struct span prefix; /* of the element's name, with the colon; in the content */
	struct span value, mac;
};

struct pskc_lock {
	enum pskc_lock_kind kind;
	struct span name; /* of the key or passphrase, as the container has it; empty = none */
	struct span salt;
	uint64_t rounds;
	bool has_mac;
	struct span mac_key; /* encrypted; none = the key itself */
	struct pskc_lock_value *values;
	size_t count;
};

/* pskc_lock_find - what a file is locked by. What is no XML has no lock: whoever reads on says what it is.
 *
 *   lock  its texts lie in the arena and in content
 * Fails: INVALID something is encrypted in another way, and which · NO_MEMORY. */
fallible pskc_lock_find(struct span content, struct arena *arena, struct pskc_lock *lock);

/* pskc_lock_open - the same container with its seeds in plain. Every MAC is checked before anything is decrypted.
 *
 *   secret  the key or passphrase
 *   plain   gets the container; its owner wipes it
 * Fails: INPUT the secret is no key, or does not open it, or the container was changed · INVALID a value is broken ·
 * TOO_LARGE. Cost: as the rounds of the passphrase say. */
fallible pskc_lock_open(
	const struct pskc_lock *lock, struct span content, struct span secret, struct buf *plain);
