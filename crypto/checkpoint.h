/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint - the text that a log signs (C2SP tlog-checkpoint), and tlog-proof files. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "crypto/merkle.h"
#include "crypto/note.h"

struct checkpoint {
	struct span origin; /* borrowed */
	uint64_t size;
	struct merkle_hash root;
};

/* checkpoint_put - origin LF size LF base64(root) LF. */
void checkpoint_put(struct buf *out, const struct checkpoint *checkpoint);

/* checkpoint_parse - the signed text; extension lines are allowed and passed over. Fails: INPUT. */
fallible checkpoint_parse(struct span text, struct checkpoint *checkpoint);

/* checkpoint_put_proof - a c2sp.org/tlog-proof@v1 text: index, inclusion hashes, the signed note verbatim. */
void checkpoint_put_proof(
	struct buf *out, uint64_t index, const struct merkle_proof *proof, struct span note);

struct checkpoint_proof {
	struct span extra; /* base64 as it stands, or empty */
	uint64_t index;
	struct merkle_proof path;
	struct span note; /* borrowed */
};

/* checkpoint_parse_proof - Fails: INPUT. */
fallible checkpoint_parse_proof(struct span text, struct checkpoint_proof *proof);

/* checkpoint_check_proof - the whole way: signature, origin equal to the verifier's name, path from leaf to
 * root.
 * Fails: FORGED · INPUT. */
fallible checkpoint_check_proof(struct span text, const struct note_verifier *verifier,
	const struct merkle_hash *leaf, struct checkpoint *checkpoint, uint64_t *index);
