/* SPDX-License-Identifier: Apache-2.0 */
/* note - C2SP signed notes: a text, an empty line, signature lines. Ed25519 (type 1). Source:
 * c2sp.org/signed-note v1. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "crypto/sign.h"

enum { NOTE_MAX = 1024 * 1024, NOTE_SIGNATURES_MAX = 100, NOTE_NAME_MAX = 255 };

/* Who may have signed: from a vkey text name+hash+base64. */
struct note_verifier {
	struct span name; /* borrowed from the arena of note_parse_vkey, or from the caller who fills it */
	uint32_t key_id;
	uint8_t public_key[SIGN_PUBLIC];
};

/* note_parse_vkey - Fails: INPUT not a vkey, an unknown type, or an id that does not fit · NO_MEMORY. */
fallible note_parse_vkey(struct span vkey, struct arena *arena, struct note_verifier *verifier);

/* note_put_vkey - the vkey text of a key; the name has at most NOTE_NAME_MAX bytes. */
void note_put_vkey(struct buf *out, struct span name, const uint8_t public_key[static SIGN_PUBLIC]);

/* note_sign - text (ends in LF, no control characters but LF), empty line, one signature line.
 * Fails: INPUT the text or the name is not allowed · TOO_LARGE · NO_MEMORY. */
fallible note_sign(struct span text, struct span name, const struct sign_key *key, struct buf *note);

/* note_open - check a note against the verifiers that we know.
 *
 *   text  set to the signed text with its last LF, borrowed from note
 * Fails: FORGED no known signature, or a known one is wrong · INPUT not a note · NO_MEMORY. Unknown
 * signatures (other names, keys or kinds, such as cosignatures) are passed over. */
fallible note_open(struct span note, const struct note_verifier *verifiers, size_t count, struct span *text);
