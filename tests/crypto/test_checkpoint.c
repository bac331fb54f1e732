/* SPDX-License-Identifier: Apache-2.0 */
/* test_checkpoint - signed tree heads and proof files against the published vectors, and every change of
 * them. */
#include "crypto/checkpoint.h"

#include "tests/crypto/json_vectors.h"

#include <criterion/criterion.h>

static struct note_verifier log_verifier(struct arena *arena)
{
	json_t *file = json_vectors_load("vectors/checkpoints.json");
	struct note_verifier verifier;
	struct err err = note_parse_vkey(json_vectors_text(file, "log_vkey"), arena, &verifier);
	cr_assert(!err_failed(err), "the log's key");
	json_decref(file);
	return verifier;
}

Test(checkpoint, opens_and_reads_the_signed_checkpoints_of_the_vectors)
{
	json_t *file = json_vectors_load("vectors/checkpoints.json");
	scoped(arena) arena = ARENA(4096);
	struct note_verifier verifier = log_verifier(&arena);
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(file, "checkpoints"), i, row)
	{
		struct span text;
		struct checkpoint checkpoint;
		scoped(buf) printed = BUF(4096);
		struct err err = note_open(json_vectors_text(row, "signed_checkpoint"), &verifier, 1, &text);
		cr_assert(!err_failed(err), "row %zu opens", i);
		cr_assert(span_equal(text, json_vectors_text(row, "note_text")), "row %zu, text", i);
		cr_assert(!err_failed(checkpoint_parse(text, &checkpoint)), "row %zu is read", i);
		cr_assert(checkpoint.size == json_vectors_number(row, "size"), "row %zu, size", i);
		cr_assert(span_equal(checkpoint.origin, json_vectors_text(file, "origin")), "row %zu, origin",
			i);
		checkpoint_put(&printed, &checkpoint);
		cr_assert(span_equal(buf_span(&printed), text), "row %zu is printed alike", i);
	}
	json_decref(file);
}

Test(checkpoint, signs_exactly_as_the_vectors_do)
{
	json_t *file = json_vectors_load("vectors/checkpoints.json");
	uint8_t seed[SIGN_SEED];
	scoped(sign_key) key;
	json_vectors_bytes(json_vectors_text(file, "log_ed25519_seed_hex"), seed, sizeof seed);
	sign_key_init(&key, seed);
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(file, "checkpoints"), i, row)
	{
		scoped(buf) note = BUF(4096);
		struct span text = json_vectors_text(row, "note_text");
		cr_assert(!err_failed(note_sign(text, json_vectors_text(file, "origin"), &key, &note)),
			"row %zu", i);
		cr_assert(span_equal(buf_span(&note), json_vectors_text(row, "signed_checkpoint")), "row %zu",
			i);
	}
	json_decref(file);
}

Test(checkpoint, passes_over_the_cosignatures_of_witnesses)
{
	json_t *file = json_vectors_load("vectors/checkpoints.json");
	scoped(arena) arena = ARENA(4096);
	struct note_verifier verifier = log_verifier(&arena);
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(file, "checkpoints"), i, row)
	{
		scoped(buf) note = BUF(4096);
		struct span text;
		size_t n;
		json_t *cosignature;
		buf_put(&note, json_vectors_text(row, "signed_checkpoint"));
		json_array_foreach(json_object_get(row, "cosignatures"), n, cosignature)
			buf_put(&note, json_vectors_text(cosignature, "signature_line"));
		cr_assert(!err_failed(note_open(buf_span(&note), &verifier, 1, &text)), "row %zu", i);
	}
	json_decref(file);
}

static const char ROOT[] = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

static struct err parse_lines(const char *before, const char *root, const char *after)
{
	scoped(buf) text = BUF(4096);
	struct checkpoint checkpoint;
	buf_put_text(&text, before);
	buf_put_text(&text, root);
	buf_put_text(&text, after);
	return checkpoint_parse(buf_span(&text), &checkpoint);
}

Test(checkpoint, takes_extension_lines_and_every_size)
{
	cr_assert(!err_failed(parse_lines("log\n0\n", ROOT, "\n")), "plain");
	cr_assert(!err_failed(parse_lines("log\n0\n", ROOT, "\nmore\nand more\n")), "extensions");
	cr_assert(!err_failed(parse_lines("log\n18446744073709551615\n", ROOT, "\n")), "the greatest size");
}

Test(checkpoint, refuses_what_is_not_a_checkpoint)
{
	static const char *const BEFORE[] = {"", "log\n", "\n0\n", "log\n\n", "log\n00\n", "log\n01\n",
		"log\n-1\n", "log\n+1\n", "log\n1 \n", "log\n0x1\n", "log\n18446744073709551616\n",
		"log\n0\n\n", "log\n0\n "};
	static const char *const ROOTS[] = {"", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "AAAA",
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=",
		"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA",
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= "};
	static const char *const AFTER[] = {"", "\n\n", "\nmore", "\nmore\n\n", "\n\nmore\n"};
	for (size_t i = 0; i < sizeof BEFORE / sizeof *BEFORE; i++)
		cr_assert(parse_lines(BEFORE[i], ROOT, "\n").kind == ERR_INPUT, "before %zu", i);
	for (size_t i = 0; i < sizeof ROOTS / sizeof *ROOTS; i++)
		cr_assert(parse_lines("log\n0\n", ROOTS[i], "\n").kind == ERR_INPUT, "root %zu", i);
	for (size_t i = 0; i < sizeof AFTER / sizeof *AFTER; i++)
		cr_assert(parse_lines("log\n0\n", ROOT, AFTER[i]).kind == ERR_INPUT, "after %zu", i);
}

Test(checkpoint, accepts_the_proof_files_of_the_vectors)
{
	json_t *file = json_vectors_load("vectors/tlog_proofs.json");
	scoped(arena) arena = ARENA(4096);
	struct note_verifier verifier = log_verifier(&arena);
	size_t i;
	json_t *row;
	json_array_foreach(file, i, row)
	{
		struct merkle_hash leaf = merkle_leaf(json_vectors_text(row, "leaf_data"));
		struct checkpoint checkpoint;
		uint64_t index;
		struct span text = json_vectors_text(row, "file");
		cr_assert(!err_failed(checkpoint_check_proof(text, &verifier, &leaf, &checkpoint, &index)),
			"row %zu", i);
		cr_assert(index == json_vectors_number(row, "index"), "row %zu, index", i);
		cr_assert(checkpoint.size == json_vectors_number(row, "size"), "row %zu, size", i);
	}
	json_decref(file);
}

Test(checkpoint, prints_the_proof_files_that_it_reads)
{
	json_t *file = json_vectors_load("vectors/tlog_proofs.json");
	size_t i;
	json_t *row;
	json_array_foreach(file, i, row)
	{
		struct checkpoint_proof proof;
		scoped(buf) printed = BUF(8192);
		struct span text = json_vectors_text(row, "file");
		cr_assert(!err_failed(checkpoint_parse_proof(text, &proof)), "row %zu", i);
		if (proof.extra.len > 0)
			continue;
		checkpoint_put_proof(&printed, proof.index, &proof.path, proof.note);
		cr_assert(span_equal(buf_span(&printed), text), "row %zu", i);
	}
	json_decref(file);
}

/* The signature lines of witnesses at the end are not checked and may change; so may the extra line. */
static bool is_covered(struct span text, size_t i)
{
	static const char WITNESS[] = "\n\xe2\x80\x94 witness";
	const uint8_t *first = memmem(text.at, text.len, WITNESS, sizeof WITNESS - 1);
	const uint8_t *extra = memmem(text.at, text.len, "\nextra ", 7);
	const uint8_t *index = memmem(text.at, text.len, "\nindex ", 7);
	if (first && text.at + i > first)
		return false;
	return !extra || text.at + i < extra + 7 || text.at + i >= index;
}

Test(checkpoint, refuses_a_proof_file_with_any_byte_changed_or_cut_off)
{
	json_t *file = json_vectors_load("vectors/tlog_proofs.json");
	scoped(arena) arena = ARENA(4096);
	struct note_verifier verifier = log_verifier(&arena);
	size_t row_index;
	json_t *row;
	json_array_foreach(file, row_index, row)
	{
		struct merkle_hash leaf = merkle_leaf(json_vectors_text(row, "leaf_data"));
		struct checkpoint checkpoint;
		uint64_t index;
		scoped(buf) text = BUF(8192);
		buf_put(&text, json_vectors_text(row, "file"));
		for (size_t i = 0; i < text.len; i++) {
			if (!is_covered(json_vectors_text(row, "file"), i))
				continue;
			text.data[i] ^= 1;
			struct err err = checkpoint_check_proof(
				buf_span(&text), &verifier, &leaf, &checkpoint, &index);
			cr_assert(err.kind == ERR_INPUT || err.kind == ERR_FORGED, "row %zu, byte %zu",
				row_index, i);
			text.data[i] ^= 1;
			err = checkpoint_check_proof(
				span_first(buf_span(&text), i), &verifier, &leaf, &checkpoint, &index);
			cr_assert(err_failed(err), "row %zu, cut to %zu", row_index, i);
		}
	}
	json_decref(file);
}

Test(checkpoint, refuses_a_proof_of_another_leaf_or_index)
{
	json_t *file = json_vectors_load("vectors/tlog_proofs.json");
	const json_t *row = json_array_get(file, 1);
	scoped(arena) arena = ARENA(4096);
	struct note_verifier verifier = log_verifier(&arena);
	struct merkle_hash leaf = merkle_leaf(json_vectors_text(row, "leaf_data"));
	struct merkle_hash other = merkle_leaf(SPAN_LIT("4"));
	struct checkpoint checkpoint;
	struct checkpoint_proof proof;
	uint64_t index;
	struct span text = json_vectors_text(row, "file");
	struct err err = checkpoint_check_proof(text, &verifier, &other, &checkpoint, &index);
	cr_assert(err.kind == ERR_FORGED, "another leaf");
	cr_assert(!err_failed(checkpoint_parse_proof(text, &proof)), "it is read");
	for (uint64_t i = 0; i < 8; i++) {
		scoped(buf) made = BUF(8192);
		checkpoint_put_proof(&made, i, &proof.path, proof.note);
		err = checkpoint_check_proof(buf_span(&made), &verifier, &leaf, &checkpoint, &index);
		cr_assert((err.kind == ERR_NONE) == (i == proof.index), "index %zu", (size_t)i);
	}
	json_decref(file);
}

Test(checkpoint, refuses_a_proof_whose_checkpoint_is_of_another_origin)
{
	static const uint8_t SEED[SIGN_SEED] = {5};
	scoped(sign_key) key;
	scoped(arena) arena = ARENA(4096);
	scoped(buf) vkey = BUF(1024);
	struct merkle_hash leaf = merkle_leaf(SPAN_LIT("x"));
	static const char *const ORIGINS[] = {"a.example", "b.example"};
	uint8_t public_key[SIGN_PUBLIC];
	struct note_verifier verifier;
	sign_key_init(&key, SEED);
	sign_key_public(&key, public_key);
	note_put_vkey(&vkey, SPAN_LIT("a.example"), public_key);
	cr_assert(!err_failed(note_parse_vkey(buf_span(&vkey), &arena, &verifier)), "a key");
	for (size_t i = 0; i < 2; i++) {
		struct checkpoint made = {span_text(ORIGINS[i]), 1, leaf};
		struct merkle_proof none = {0};
		uint64_t index;
		scoped(buf) text = BUF(1024);
		scoped(buf) note = BUF(1024);
		scoped(buf) proof = BUF(4096);
		checkpoint_put(&text, &made);
		cr_assert(!err_failed(note_sign(buf_span(&text), SPAN_LIT("a.example"), &key, &note)),
			"a note");
		checkpoint_put_proof(&proof, 0, &none, buf_span(&note));
		struct err err = checkpoint_check_proof(buf_span(&proof), &verifier, &leaf, &made, &index);
		cr_assert(err.kind == (i == 0 ? ERR_NONE : ERR_FORGED), "%s", ORIGINS[i]);
	}
}

Test(checkpoint, refuses_what_is_not_a_proof_file)
{
	static const char *const WRONG[] = {"", "\n", "c2sp.org/tlog-proof@v2\nindex 0\n\nnote\n",
		"c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\nindex 0",
		"c2sp.org/tlog-proof@v1\nindex 0\n", "c2sp.org/tlog-proof@v1\nindex 0\n\n",
		"c2sp.org/tlog-proof@v1\nindex 00\n\nnote\n", "c2sp.org/tlog-proof@v1\nindex -1\n\nnote\n",
		"c2sp.org/tlog-proof@v1\nindex \n\nnote\n",
		"c2sp.org/tlog-proof@v1\nextra \nindex 0\n\nnote\n",
		"c2sp.org/tlog-proof@v1\nextra A\nindex 0\n\nnote\n",
		"c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\nnote\n",
		"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nnote\n",
		"c2sp.org/tlog-proof@v1\r\nindex 0\n\nnote\n"};
	struct checkpoint_proof proof;
	for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
		cr_assert(
			checkpoint_parse_proof(span_text(WRONG[i]), &proof).kind == ERR_INPUT, "text %zu", i);
}

Test(checkpoint, reads_63_hashes_of_a_path_and_no_more)
{
	for (size_t count = MERKLE_PROOF_MAX; count <= MERKLE_PROOF_MAX + 1; count++) {
		scoped(buf) text = BUF(8192);
		struct checkpoint_proof proof;
		buf_put_text(&text, "c2sp.org/tlog-proof@v1\nindex 0\n");
		for (size_t i = 0; i < count; i++)
			buf_printf(&text, "%s\n", ROOT);
		buf_put_text(&text, "\nnote\n");
		struct err err = checkpoint_parse_proof(buf_span(&text), &proof);
		cr_assert(
			err.kind == (count == MERKLE_PROOF_MAX ? ERR_NONE : ERR_INPUT), "%zu hashes", count);
	}
}
