/* SPDX-License-Identifier: Apache-2.0 */
/* age - seal a file to somebody's public key in the format of age, which programs on every system open: whoever carries it
 * sees ciphertext only, and never more than a chunk of it lies open here.
 * Source: age-encryption.org/v1 (X25519 recipients, STREAM of ChaCha20-Poly1305); BIP 173 (Bech32). */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/scoped.h"
#include "base/span.h"

enum {
	AGE_RECIPIENT = 32,      /* an X25519 public key */
	AGE_RECIPIENT_TEXT = 62, /* age1… */
	AGE_CHUNK = 64 * 1024,
	AGE_KEY = 32,
	AGE_NONCE = 12,
};

/* A file on its way; large, so it lies in an arena. Zeroed: nothing was begun. */
struct age {
	struct buf *out;
	uint8_t key[AGE_KEY];     /* of the payload */
	uint8_t nonce[AGE_NONCE]; /* a counter, and whether it is the last chunk */
	uint8_t chunk[AGE_CHUNK];
	size_t filled;
};

/* age_read_recipient - what `age-keygen` prints as the public key. Fails: INVALID it is none: another length, alphabet or
 * checksum, or a point of small order. */
fallible age_read_recipient(struct span text, uint8_t recipient[static AGE_RECIPIENT]);

/* age_print_recipient - the same text again, for people to compare. */
void age_print_recipient(
	const uint8_t recipient[static AGE_RECIPIENT], char text[static AGE_RECIPIENT_TEXT + 1]);

/* age_begin - a fresh file key, and the header. age_put - more of what is sealed. age_end - the rest: without it the file
 * opens nowhere to its end.
 *
 *   out  outlives the file; grows
 * Fails: INVALID the recipient is a point of small order · TOO_LARGE · NO_MEMORY. */
fallible age_begin(struct age *age, const uint8_t recipient[static AGE_RECIPIENT], struct buf *out);
fallible age_put(struct age *age, struct span plain);
fallible age_end(struct age *age);

/* age_done - key and chunk are overwritten. */
void age_done(struct age *age);
