/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint - the three lines that a log signs, and the lines of a proof file before them. */
#include "crypto/checkpoint.h"

#include "base/text.h"

enum { HASH_TEXT = 44 }; /* characters of base64 for 32 bytes */

static const char PROOF_HEADER[] = "c2sp.org/tlog-proof@v1";

static void put_hash(struct buf *out, const struct merkle_hash *hash)
{
	text_put_base64(out, SPAN_BYTES(hash->bytes));
	buf_put_text(out, "\n");
}

static fallible parse_hash(struct span line, struct merkle_hash *hash)
{
	scoped(buf) bytes = BUF(HASH_TEXT);
	if (line.len != HASH_TEXT)
		return FAIL(INPUT, "a hash is not 32 bytes in base64");
	TRY(text_parse_base64(line, &bytes));
	if (bytes.len != MERKLE_HASH)
		return FAIL(INPUT, "a hash is not 32 bytes");
	memcpy(hash->bytes, bytes.data, MERKLE_HASH);
	return OK;
}

/* The next line without its LF; every line must have one. */
static fallible next_line(struct span *rest, struct span *line)
{
	if (!span_cut(rest, '\n', line) || !rest->at)
		return FAIL(INPUT, "a text ends inside a line");
	return OK;
}

void checkpoint_put(struct buf *out, const struct checkpoint *checkpoint)
{
	buf_put(out, checkpoint->origin);
	buf_printf(out, "\n%llu\n", (unsigned long long)checkpoint->size);
	put_hash(out, &checkpoint->root);
}

fallible checkpoint_parse(struct span text, struct checkpoint *checkpoint)
{
	struct span rest = text;
	struct span size;
	struct span root;
	struct span extension;
	struct checkpoint parsed = {0};
	TRY(next_line(&rest, &parsed.origin));
	TRY(next_line(&rest, &size));
	TRY(next_line(&rest, &root));
	if (parsed.origin.len == 0 || !span_number(size, UINT64_MAX, &parsed.size))
		return FAIL(INPUT, "a checkpoint has no origin or no size");
	TRY(parse_hash(root, &parsed.root));
	while (rest.len > 0) {
		TRY(next_line(&rest, &extension));
		if (extension.len == 0)
			return FAIL(INPUT, "a checkpoint has an empty line");
	}
	*checkpoint = parsed;
	return OK;
}

void checkpoint_put_proof(struct buf *out, uint64_t index, const struct merkle_proof *proof, struct span note)
{
	buf_printf(out, "%s\nindex %llu\n", PROOF_HEADER, (unsigned long long)index);
	for (size_t i = 0; i < proof->count; i++)
		put_hash(out, &proof->hash[i]);
	buf_put_text(out, "\n");
	buf_put(out, note);
}

/* "extra <base64>": kept as it stands, but it must be base64. */
static fallible parse_extra(struct span line, struct span *extra)
{
	struct span value = span_from(line, sizeof "extra " - 1);
	scoped(buf) bytes = BUF(NOTE_MAX);
	if (value.len == 0)
		return FAIL(INPUT, "a proof's extra line is empty");
	TRY(text_parse_base64(value, &bytes));
	*extra = value;
	return OK;
}

static fallible parse_path(struct span *rest, struct merkle_proof *path)
{
	struct span line;
	TRY(next_line(rest, &line));
	while (line.len > 0) {
		if (path->count == MERKLE_PROOF_MAX)
			return FAIL(INPUT, "a proof has more hashes than any tree");
		TRY(parse_hash(line, &path->hash[path->count]));
		path->count++;
		TRY(next_line(rest, &line));
	}
	return OK;
}

fallible checkpoint_parse_proof(struct span text, struct checkpoint_proof *proof)
{
	struct checkpoint_proof parsed = {0};
	struct span rest = text;
	struct span line;
	TRY(next_line(&rest, &line));
	if (!span_is(line, PROOF_HEADER))
		return FAIL(INPUT, "a text is not a tlog-proof of version 1");
	TRY(next_line(&rest, &line));
	if (span_starts(line, SPAN_LIT("extra "))) {
		TRY(parse_extra(line, &parsed.extra));
		TRY(next_line(&rest, &line));
	}
	if (!span_starts(line, SPAN_LIT("index ")) ||
		!span_number(span_from(line, 6), UINT64_MAX, &parsed.index))
		return FAIL(INPUT, "a proof has no index");
	TRY(parse_path(&rest, &parsed.path));
	if (rest.len == 0)
		return FAIL(INPUT, "a proof has no checkpoint");
	parsed.note = rest;
	*proof = parsed;
	return OK;
}

fallible checkpoint_check_proof(struct span text, const struct note_verifier *verifier,
	const struct merkle_hash *leaf, struct checkpoint *checkpoint, uint64_t *index)
{
	struct checkpoint_proof proof;
	struct checkpoint parsed;
	struct span signed_text;
	TRY(checkpoint_parse_proof(text, &proof));
	TRY(note_open(proof.note, verifier, 1, &signed_text));
	TRY(checkpoint_parse(signed_text, &parsed));
	if (!span_equal(parsed.origin, verifier->name))
		return FAIL(FORGED, "a checkpoint is of another log than the verifier key");
	TRY(merkle_check_inclusion(&proof.path, proof.index, parsed.size, leaf, &parsed.root));
	*checkpoint = parsed;
	*index = proof.index;
	return OK;
}
