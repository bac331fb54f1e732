/* SPDX-License-Identifier: Apache-2.0 */
/* part - the sealed parts of an event, each under a key of its own that can be disclosed alone (FOUNDATIONS
 * 6).
 *
 *   part key = BLAKE2b-256(subject key; "mn.part" ‖ tenant ‖ event id ‖ kind)
 *   record   = suite (1 byte) ‖ key epoch (4) ‖ commitment (32) ‖ ciphertext ‖ tag (16)
 * Suite 2 is written, suite 1 opened for ever. Source: docs/formats.md "sealed part", docs/decisions/0033-suites-of-parts.md. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/ids.h"
#include "crypto/seal.h"

enum { PART_KEY = 32, PART_OVERHEAD = 53 };

struct part_key {
	uint8_t bytes[PART_KEY];
};

void part_key_done(struct part_key *key); /* wipes */

/* Which part of an event. Never renumber. */
enum part_kind {
	PART_ACTOR = 1,  /* under the actor's key */
	PART_CLIENT = 2, /* under the client's key */
	PART_PERSON = 3, /* under the key of the person who is the object */
	PART_TENANT = 4, /* under the tenant's log key of the month */
};

/* part_derive - the part's key from its subject's key. */
void part_derive(const struct seal_key *subject, struct id tenant, struct id event, enum part_kind kind,
	struct part_key *key);

/* part_seal - append one record. Fails: TOO_LARGE plain is over 32 KiB · NO_MEMORY. */
fallible part_seal(const struct part_key *key, uint32_t epoch, struct span plain, struct buf *out);

/* part_open - append the plaintext. Fails: FORGED · CORRUPT · as buf_check. */
fallible part_open(const struct part_key *key, struct span record, struct buf *plain);

/* part_open_at - the same into room of part_plain bytes. part_plain - how many those are; 0 for what is no record.
 * part_epoch - the key epoch a record names. Fail: FORGED · CORRUPT. */
fallible part_open_at(const struct part_key *key, struct span record, uint8_t *plain);
size_t part_plain(struct span record);
fallible part_epoch(struct span record, uint32_t *epoch);
