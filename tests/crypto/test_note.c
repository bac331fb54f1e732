/* SPDX-License-Identifier: Apache-2.0 */
/* test_note - signed notes: the published accept and reject table, every changed byte, and our own
 * signatures. */
#include "crypto/note.h"

#include "base/text.h"
#include "tests/crypto/json_vectors.h"

#include <criterion/criterion.h>

static const char NAME[] = "log.example.org/tenant";

static struct note_verifier verifier_of(struct span vkey, struct arena *arena)
{
	struct note_verifier verifier;
	cr_assert(!err_failed(note_parse_vkey(vkey, arena, &verifier)), "%.*s", SPAN_FMT(vkey));
	return verifier;
}

static bool accepts(struct span note, const struct note_verifier *verifiers, size_t count)
{
	struct span text;
	return !err_failed(note_open(note, verifiers, count, &text));
}

Test(note, agrees_with_the_accept_and_reject_table)
{
	json_t *file = json_vectors_load("vectors/notes.json");
	scoped(arena) arena = ARENA(4096);
	const json_t *example = json_object_get(file, "c2sp_published_example");
	struct note_verifier signer = verifier_of(json_vectors_text(file, "vkey"), &arena);
	struct note_verifier stranger = verifier_of(json_vectors_text(example, "vkey"), &arena);
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(file, "cases"), i, row)
	{
		scoped(buf) note = BUF(NOTE_MAX);
		/* This row's note is byte for byte the first row's, which is accepted: it means a reader who
		 * knows another key. */
		bool unknown = span_is(json_vectors_text(row, "name"), "only an unknown key signed");
		cr_assert(!err_failed(text_parse_base64(json_vectors_text(row, "note_base64"), &note)),
			"base64");
		bool expected = json_is_true(json_object_get(row, "accept"));
		struct span name = json_vectors_text(row, "name");
		const struct note_verifier *known = unknown ? &stranger : &signer;
		cr_assert(accepts(buf_span(&note), known, 1) == expected, "%.*s", SPAN_FMT(name));
	}
	json_decref(file);
}

Test(note, opens_the_example_of_the_standard)
{
	json_t *file = json_vectors_load("vectors/notes.json");
	const json_t *example = json_object_get(file, "c2sp_published_example");
	scoped(arena) arena = ARENA(4096);
	struct note_verifier verifier = verifier_of(json_vectors_text(example, "vkey"), &arena);
	struct span text;
	cr_assert(
		!err_failed(note_open(json_vectors_text(example, "note"), &verifier, 1, &text)), "it opens");
	cr_assert(span_is(text, "This is an example message.\n"), "its text");
	json_decref(file);
}

Test(note, refuses_the_note_with_any_byte_changed)
{
	json_t *file = json_vectors_load("vectors/notes.json");
	const json_t *example = json_object_get(file, "c2sp_published_example");
	scoped(arena) arena = ARENA(4096);
	scoped(buf) note = BUF(4096);
	struct note_verifier verifier = verifier_of(json_vectors_text(example, "vkey"), &arena);
	buf_put(&note, json_vectors_text(example, "note"));
	for (size_t i = 0; i < note.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			note.data[i] ^= (uint8_t)(1u << bit);
			cr_assert(!accepts(buf_span(&note), &verifier, 1), "byte %zu, bit %u", i, bit);
			note.data[i] ^= (uint8_t)(1u << bit);
		}
	}
	for (size_t len = 0; len < note.len; len++)
		cr_assert(!accepts(span_first(buf_span(&note), len), &verifier, 1), "cut to %zu", len);
	json_decref(file);
}

static void key_of(uint8_t first, struct sign_key *key)
{
	uint8_t seed[SIGN_SEED] = {first};
	sign_key_init(key, seed);
}

static struct note_verifier verifier_for(const struct sign_key *key, const char *name, struct arena *arena)
{
	uint8_t public_key[SIGN_PUBLIC];
	scoped(buf) vkey = BUF(1024);
	sign_key_public(key, public_key);
	note_put_vkey(&vkey, span_text(name), public_key);
	return verifier_of(buf_span(&vkey), arena);
}

Test(note, opens_what_it_signs_also_with_empty_lines_in_the_text)
{
	static const char *const TEXTS[] = {"one\n", "\n", "a\n\nb\n", "a\n\n", "\n\n\n", "\xc3\xa9\n"};
	scoped(arena) arena = ARENA(4096);
	scoped(sign_key) key;
	key_of(1, &key);
	struct note_verifier verifier = verifier_for(&key, NAME, &arena);
	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
		scoped(buf) note = BUF(1024);
		struct span text;
		cr_assert(!err_failed(note_sign(span_text(TEXTS[i]), span_text(NAME), &key, &note)),
			"signs %zu", i);
		cr_assert(!err_failed(note_open(buf_span(&note), &verifier, 1, &text)), "opens %zu", i);
		cr_assert(span_is(text, TEXTS[i]), "text %zu", i);
	}
}

Test(note, signs_only_texts_and_names_that_a_note_can_have)
{
	static const char *const TEXTS[] = {
		"", "no line end", "tab\there\n", "cr\r\n", "\x01\n", "\xff\n", "\xc3\n"};
	static const char *const NAMES[] = {"", "a b", "a+b", "a\tb", "a\nb", "a\xc2\xa0", "a\xe3\x80\x80",
		"a\xe2\x80\xa8", "\xff", "a\x01"};
	scoped(sign_key) key;
	scoped(buf) note = BUF(1024);
	key_of(1, &key);
	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
		struct err err = note_sign(span_text(TEXTS[i]), span_text(NAME), &key, &note);
		cr_assert(err.kind == ERR_INPUT, "text %zu", i);
	}
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
		struct err err = note_sign(SPAN_LIT("text\n"), span_text(NAMES[i]), &key, &note);
		cr_assert(err.kind == ERR_INPUT, "name %zu", i);
	}
	cr_assert(note_sign(SPAN_LIT("a\0b\n"), span_text(NAME), &key, &note).kind == ERR_INPUT, "NUL");
	cr_assert(note.len == 0, "a refused note leaves nothing");
}

/* A note with the signature lines of several keys under one text. */
static void sign_with(struct buf *note, const char *text, const uint8_t *firsts, size_t count)
{
	buf_put_text(note, text);
	buf_put_text(note, "\n");
	for (size_t i = 0; i < count; i++) {
		scoped(sign_key) key;
		scoped(buf) one = BUF(4096);
		key_of(firsts[i], &key);
		cr_assert(!err_failed(note_sign(span_text(text), span_text(NAME), &key, &one)), "signs");
		buf_put(note, span_from(buf_span(&one), strlen(text) + 1));
	}
}

Test(note, passes_over_unknown_signatures_but_not_over_a_wrong_known_one)
{
	static const uint8_t KEYS[] = {7, 1, 8};
	scoped(arena) arena = ARENA(4096);
	scoped(sign_key) first;
	scoped(sign_key) last;
	scoped(sign_key) absent;
	scoped(buf) note = BUF(4096);
	key_of(1, &first);
	key_of(8, &last);
	key_of(9, &absent);
	struct note_verifier known[] = {
		verifier_for(&first, NAME, &arena), verifier_for(&last, NAME, &arena)};
	struct note_verifier stranger = verifier_for(&absent, NAME, &arena);
	sign_with(&note, "text\n", KEYS, 3);
	cr_assert(accepts(buf_span(&note), known, 1), "one known");
	cr_assert(accepts(buf_span(&note), known, 2), "two known");
	struct span text = SPAN_LIT("kept");
	cr_assert(note_open(buf_span(&note), &stranger, 1, &text).kind == ERR_FORGED, "none known");
	cr_assert(note_open(buf_span(&note), known, 0, &text).kind == ERR_FORGED, "nobody is trusted");
	cr_assert(span_is(text, "kept"), "a refused note gives no text");
	/* The last signature's last whole character, before "\n" and one '=' of padding. */
	note.data[note.len - 4] ^= 1;
	cr_assert(accepts(buf_span(&note), known, 1), "a wrong signature of somebody unknown");
	cr_assert(
		note_open(buf_span(&note), known, 2, &text).kind == ERR_FORGED, "one of two known is wrong");
}

Test(note, trusts_a_key_under_its_own_name_only)
{
	scoped(arena) arena = ARENA(4096);
	scoped(sign_key) key;
	scoped(buf) note = BUF(4096);
	key_of(1, &key);
	struct note_verifier other = verifier_for(&key, "log.example.org/other", &arena);
	cr_assert(!err_failed(note_sign(SPAN_LIT("text\n"), span_text(NAME), &key, &note)), "signs");
	cr_assert(!accepts(buf_span(&note), &other, 1), "the same key under another name");
}

Test(note, takes_a_hundred_signatures_and_no_more)
{
	scoped(arena) arena = ARENA(4096);
	scoped(sign_key) key;
	scoped(buf) note = BUF(64 * 1024);
	uint8_t firsts[NOTE_SIGNATURES_MAX];
	for (size_t i = 0; i < sizeof firsts; i++)
		firsts[i] = (uint8_t)(i + 1);
	key_of(1, &key);
	struct note_verifier verifier = verifier_for(&key, NAME, &arena);
	sign_with(&note, "text\n", firsts, sizeof firsts);
	cr_assert(accepts(buf_span(&note), &verifier, 1), "a hundred");
	buf_put_text(&note, "\xe2\x80\x94 one.more AAAAAAAA\n");
	cr_assert(!accepts(buf_span(&note), &verifier, 1), "a hundred and one");
}

Test(note, refuses_lines_among_the_signatures_that_are_none)
{
	static const char *const LINES[] = {"\n", "x\n", "\xe2\x80\x94\n", "\xe2\x80\x94 \n",
		"\xe2\x80\x94 a\n", "\xe2\x80\x94 a \n", "\xe2\x80\x94  AAAAAAAA\n", "\xe2\x80\x94 a AAAA\n",
		"\xe2\x80\x94 a AAAAAA\n", "\xe2\x80\x94 a AAAA AAAA\n", "\xe2\x80\x94 a AAAAAAAA \n",
		"\xe2\x80\x94 a AAAAAAAA", "- a AAAAAAAA\n", "\xe2\x80\x93 a AAAAAAAA\n",
		"\xe2\x80\x94 a+b AAAAAAAA\n", "\xe2\x80\x94 a AAAAAAB=\n"};
	static const uint8_t KEYS[] = {1};
	scoped(arena) arena = ARENA(4096);
	scoped(sign_key) key;
	key_of(1, &key);
	struct note_verifier verifier = verifier_for(&key, NAME, &arena);
	for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++) {
		scoped(buf) note = BUF(4096);
		struct span text;
		sign_with(&note, "text\n", KEYS, 1);
		cr_assert(accepts(buf_span(&note), &verifier, 1), "as it is");
		buf_put_text(&note, LINES[i]);
		cr_assert(note_open(buf_span(&note), &verifier, 1, &text).kind == ERR_INPUT, "line %zu", i);
	}
}

Test(note, reads_only_verifier_keys_that_fit_themselves)
{
	json_t *file = json_vectors_load("vectors/checkpoints.json");
	scoped(arena) arena = ARENA(64 * 1024);
	scoped(buf) vkey = BUF(1024);
	struct note_verifier verifier;
	buf_put(&vkey, json_vectors_text(file, "log_vkey"));
	cr_assert(!err_failed(note_parse_vkey(buf_span(&vkey), &arena, &verifier)), "as it is");
	uint8_t expected[SIGN_PUBLIC];
	json_vectors_bytes(json_vectors_text(file, "log_ed25519_pubkey_hex"), expected, sizeof expected);
	cr_assert(memcmp(verifier.public_key, expected, sizeof expected) == 0, "the public key");
	cr_assert(verifier.key_id == 0xb86a4a29, "the id");
	cr_assert(span_equal(verifier.name, json_vectors_text(file, "origin")), "the name");
	for (size_t i = 0; i < vkey.len; i++) {
		vkey.data[i] ^= 1;
		cr_assert(
			note_parse_vkey(buf_span(&vkey), &arena, &verifier).kind == ERR_INPUT, "byte %zu", i);
		vkey.data[i] ^= 1;
		cr_assert(
			note_parse_vkey(span_first(buf_span(&vkey), i), &arena, &verifier).kind == ERR_INPUT,
			"cut %zu", i);
	}
	buf_put_text(&vkey, "=");
	cr_assert(note_parse_vkey(buf_span(&vkey), &arena, &verifier).kind == ERR_INPUT, "one more");
	json_decref(file);
}

Test(note, prints_the_verifier_key_that_it_reads)
{
	json_t *file = json_vectors_load("vectors/checkpoints.json");
	scoped(buf) vkey = BUF(1024);
	uint8_t public_key[SIGN_PUBLIC];
	json_vectors_bytes(json_vectors_text(file, "log_ed25519_pubkey_hex"), public_key, sizeof public_key);
	note_put_vkey(&vkey, json_vectors_text(file, "origin"), public_key);
	cr_assert(span_equal(buf_span(&vkey), json_vectors_text(file, "log_vkey")), "the same text");
	json_decref(file);
}

Test(note, does_not_read_a_cosigner_key_as_a_signer)
{
	json_t *file = json_vectors_load("vectors/checkpoints.json");
	const json_t *first = json_array_get(json_object_get(file, "checkpoints"), 0);
	const json_t *witness = json_array_get(json_object_get(first, "cosignatures"), 0);
	scoped(arena) arena = ARENA(4096);
	struct note_verifier verifier;
	struct err err = note_parse_vkey(json_vectors_text(witness, "vkey"), &arena, &verifier);
	cr_assert(err.kind == ERR_INPUT, "type 04 is another kind of key");
	json_decref(file);
}
