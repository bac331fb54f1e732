/* SPDX-License-Identifier: Apache-2.0 */
/* seal - the record format MNV1: every ciphertext of state on disk. Commits to its key, its header and its
 * place.
 *
 * Source: docs/formats.md "MNV1"; XChaCha20-Poly1305-IETF under a key derived per record by BLAKE2b-512 with
 * a commitment. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/ids.h"
#include "base/span.h"

enum {
	SEAL_KEY = 32,
	SEAL_OVERHEAD = 96, /* bytes before padding */
	SEAL_CONTEXT = 112, /* bytes, encoded */
	SEAL_PAD = 64,      /* plaintext of fields is padded to a multiple of this */
	SEAL_WRAPPED = 128, /* bytes of a wrapped key */
};

/* A key that only seals. */
struct seal_key {
	uint8_t bytes[SEAL_KEY];
};

void seal_key_done(struct seal_key *key); /* wipes */

/* Byte 6 of a record. Never renumber. */
enum seal_type {
	SEAL_FIELD = 1,    /* a secret field of a credential */
	SEAL_LABEL = 2,    /* names, labels, addresses in state rows */
	SEAL_DATA_KEY = 3, /* wrapped data key */
	SEAL_KEY_WRAP = 4, /* wrapped tenant, client or person key */
	SEAL_SLOT = 5,     /* an unseal slot's private key */
	SEAL_ROOT = 6,     /* the root key's metadata */
	SEAL_FILE = 7,
	SEAL_GRANT = 8,
	SEAL_DEPOSIT = 9,
	SEAL_SHRED = 10, /* the outer wrap under the shred key */
	SEAL_SHORT = 11, /* short-lived: outbox, slips, idempotency answers */
	SEAL_SEED = 12,  /* a TOTP seed */
};

/* Where a record stands; all of it is authenticated, none of it is stored in the record. */
struct seal_context {
	struct id tenant;
	struct id client;    /* or person; none where the subject is the tenant */
	struct id object;    /* credential, factor, row */
	struct id field;     /* field or parent key */
	uint64_t version;    /* monotonic per object */
	uint8_t object_type; /* enum seal_type */
	uint8_t field_type;  /* the noun's own numbering */
	uint16_t max_modes;  /* bits of enum use_mode: the ceiling (credentials) */
	uint32_t key_epoch;
	uint8_t policy[32]; /* BLAKE2b-256 of the policy in force, or zero */
};

/* seal_box - append one record to out.
 *
 *   plain  any length up to 1 MiB; padded unless the type is a key wrap
 *   out    grows by SEAL_OVERHEAD + padded length
 * Fails: TOO_LARGE · NO_MEMORY. */
fallible seal_box(
	const struct seal_key *key, const struct seal_context *context, struct span plain, struct buf *out);

/* seal_open - append the plaintext of a record to plain; the caller gives it back with buf or secret wiping.
 *
 * Fails: FORGED another key, place, header or content · CORRUPT not a record we know. Nothing is appended
 * then. */
fallible seal_open(const struct seal_key *key, const struct seal_context *context, struct span record,
	struct buf *plain);

/* seal_wrap / seal_unwrap - the same for a 32-byte key, without padding: SEAL_WRAPPED bytes. */
fallible seal_wrap(const struct seal_key *key, const struct seal_context *context,
	const uint8_t inner[static SEAL_KEY], uint8_t out[static SEAL_WRAPPED]);
fallible seal_unwrap(const struct seal_key *key, const struct seal_context *context, struct span record,
	uint8_t inner[static SEAL_KEY]);

/* seal_epoch - the key epoch that a record's header names; 0 when it is no record. Anybody may have written it, until the
 * record has opened. */
uint32_t seal_epoch(struct span record);
