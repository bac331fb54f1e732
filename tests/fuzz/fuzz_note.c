/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_note - notes and verifier keys from strangers; what opens or is read must print back. */
#include "crypto/note.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A key that no input can have signed with is enough: the way to the signature check is what is fuzzed. */
static const struct note_verifier KNOWN = {
	.name = {(const uint8_t *)"example.com/foo", 15}, .key_id = 0x530d903a};

static void read_vkey(struct span text)
{
	scoped(arena) arena = ARENA(4096);
	scoped(buf) printed = BUF(1024);
	struct note_verifier verifier;
	if (err_failed(note_parse_vkey(text, &arena, &verifier)))
		return;
	note_put_vkey(&printed, verifier.name, verifier.public_key);
	assert(printed.len == text.len);
}

static void sign_and_open(struct span text)
{
	static const uint8_t SEED[SIGN_SEED] = {1};
	scoped(buf) note = BUF(2 * NOTE_MAX);
	scoped(sign_key) key;
	struct note_verifier verifier = {.name = SPAN_LIT("x")};
	struct span opened;
	sign_key_init(&key, SEED);
	if (text.len > NOTE_MAX / 2 || err_failed(note_sign(text, verifier.name, &key, &note)))
		return;
	/* The id is not known here, so the note must be whole and its signer unknown. */
	assert(note_open(buf_span(&note), &verifier, 1, &opened).kind == ERR_FORGED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = span_of(data, size);
	struct span text;
	if (!err_failed(note_open(input, &KNOWN, 1, &text)))
		assert(text.at == input.at && text.len < input.len && text.at[text.len - 1] == '\n');
	read_vkey(input);
	sign_and_open(input);
	return 0;
}
