/* SPDX-License-Identifier: Apache-2.0 */
/* note - signing, splitting and checking signed notes; what we don't know is passed over, what we know must
 * hold. */
#include "crypto/note.h"

#include "base/text.h"
#include "crypto/hash.h"

#include <assert.h>

enum {
	TYPE_ED25519 = 0x01,
	KEY_ID = 4,                             /* bytes, big-endian */
	VKEY_KEY = 1 + SIGN_PUBLIC,             /* bytes behind the second plus: type, public key */
	VKEY_KEY_TEXT = (VKEY_KEY + 2) / 3 * 4, /* characters of base64 */
};

static const char DASH[] = "\xe2\x80\x94 "; /* an em dash and a space open each signature line */

/* One signature line, taken apart. */
struct signature {
	struct span name;   /* borrowed */
	struct span base64; /* borrowed */
};

/* Unicode's White_Space in UTF-8; no key name may contain one. */
static const char *const SPACES[] = {
	" ",
	"\t",
	"\n",
	"\v",
	"\f",
	"\r",
	"\xc2\x85",
	"\xc2\xa0",
	"\xe1\x9a\x80",
	"\xe2\x80\x80",
	"\xe2\x80\x81",
	"\xe2\x80\x82",
	"\xe2\x80\x83",
	"\xe2\x80\x84",
	"\xe2\x80\x85",
	"\xe2\x80\x86",
	"\xe2\x80\x87",
	"\xe2\x80\x88",
	"\xe2\x80\x89",
	"\xe2\x80\x8a",
	"\xe2\x80\xa8",
	"\xe2\x80\xa9",
	"\xe2\x80\xaf",
	"\xe2\x81\x9f",
	"\xe3\x80\x80",
};

static bool name_is_allowed(struct span name)
{
	if (!name.at || name.len == 0 || name.len > NOTE_NAME_MAX || !text_is_utf8(name) ||
		memchr(name.at, '+', name.len))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (name.at[i] < 0x20)
			return false;
	}
	for (size_t i = 0; i < sizeof SPACES / sizeof *SPACES; i++) {
		if (memmem(name.at, name.len, SPACES[i], strlen(SPACES[i])))
			return false;
	}
	return true;
}

/* UTF-8 that ends in LF and has no other control character. */
static bool text_is_allowed(struct span text)
{
	if (text.len == 0 || text.len > NOTE_MAX || text.at[text.len - 1] != '\n')
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < 0x20 && text.at[i] != '\n')
			return false;
	}
	return text_is_utf8(text);
}

static uint32_t key_id(struct span name, const uint8_t public_key[static SIGN_PUBLIC])
{
	uint8_t message[NOTE_NAME_MAX + 2 + SIGN_PUBLIC];
	uint8_t digest[HASH_SHA256];
	assert(name.len <= NOTE_NAME_MAX);
	memcpy(message, name.at, name.len);
	message[name.len] = '\n';
	message[name.len + 1] = TYPE_ED25519;
	memcpy(message + name.len + 2, public_key, SIGN_PUBLIC);
	hash_sha256(span_of(message, name.len + 2 + SIGN_PUBLIC), digest);
	return (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 | digest[3];
}

static void put_id(uint8_t out[static KEY_ID], uint32_t id)
{
	for (size_t i = 0; i < KEY_ID; i++)
		out[i] = (uint8_t)(id >> (24 - 8 * i));
}

fallible note_parse_vkey(struct span vkey, struct arena *arena, struct note_verifier *verifier)
{
	struct span rest = vkey;
	struct span name;
	struct span id;
	/* Base64 may have plus signs of its own: only the first two part the text. */
	if (!span_cut(&rest, '+', &name) || !span_cut(&rest, '+', &id) || !name_is_allowed(name))
		return FAIL(INPUT, "a verifier key is not of the form name+id+key");
	uint8_t told[KEY_ID];
	uint8_t computed[KEY_ID];
	scoped(buf) key = BUF(VKEY_KEY_TEXT);
	TRY(text_parse_hex(id, told, KEY_ID));
	if (rest.len != VKEY_KEY_TEXT)
		return FAIL(INPUT, "a verifier key is not of the length of an Ed25519 key");
	TRY(text_parse_base64(rest, &key));
	if (key.len != VKEY_KEY || key.data[0] != TYPE_ED25519)
		return FAIL(INPUT, "a verifier key is not an Ed25519 key");
	struct note_verifier parsed = {.name = arena_copy(arena, name)};
	if (!parsed.name.at)
		return FAIL(NO_MEMORY, "there is no room for a verifier's name");
	memcpy(parsed.public_key, key.data + 1, SIGN_PUBLIC);
	parsed.key_id = key_id(name, parsed.public_key);
	put_id(computed, parsed.key_id);
	if (memcmp(told, computed, KEY_ID) != 0)
		return FAIL(INPUT, "a verifier key's id does not fit its name and key");
	*verifier = parsed;
	return OK;
}

void note_put_vkey(struct buf *out, struct span name, const uint8_t public_key[static SIGN_PUBLIC])
{
	uint8_t key[VKEY_KEY] = {TYPE_ED25519};
	memcpy(key + 1, public_key, SIGN_PUBLIC);
	buf_put(out, name);
	buf_printf(out, "+%08x+", key_id(name, public_key));
	text_put_base64(out, SPAN_BYTES(key));
}

fallible note_sign(struct span text, struct span name, const struct sign_key *key, struct buf *note)
{
	if (!text_is_allowed(text))
		return FAIL(INPUT, "a note's text has a control character or no line end");
	if (!name_is_allowed(name))
		return FAIL(INPUT, "a signer's name is empty, too long or has a space or a plus sign");
	uint8_t public_key[SIGN_PUBLIC];
	uint8_t signature[KEY_ID + SIGN_SIGNATURE];
	sign_key_public(key, public_key);
	put_id(signature, key_id(name, public_key));
	sign_message(key, text, signature + KEY_ID);
	buf_put(note, text);
	buf_put_text(note, "\n");
	buf_put_text(note, DASH);
	buf_put(note, name);
	buf_put_text(note, " ");
	text_put_base64(note, SPAN_BYTES(signature));
	buf_put_text(note, "\n");
	return buf_check(note);
}

/* The signed text with its last LF, and the signature lines behind the last empty line. */
static bool split(struct span note, struct span *text, struct span *lines)
{
	if (!text_is_allowed(note))
		return false;
	for (size_t i = note.len - 1; i > 0; i--) {
		if (note.at[i] == '\n' && note.at[i - 1] == '\n') {
			*text = span_first(note, i);
			*lines = span_from(note, i + 1);
			return lines->len > 0;
		}
	}
	return false;
}

static bool parse_line(struct span line, struct signature *signature)
{
	struct span rest = span_from(line, sizeof DASH - 1);
	if (!span_starts(line, span_text(DASH)) || !span_cut(&rest, ' ', &signature->name) || rest.len == 0)
		return false;
	signature->base64 = rest;
	return name_is_allowed(signature->name);
}

/* Counts the signature in *known when it is of one of the verifiers and holds. */
static fallible check_signature(struct span text, const struct signature *signature,
	const struct note_verifier *verifiers, size_t count, size_t *known)
{
	scoped(buf) bytes = BUF(NOTE_MAX);
	TRY(text_parse_base64(signature->base64, &bytes));
	if (bytes.len <= KEY_ID)
		return FAIL(INPUT, "a signature line has no signature");
	for (size_t i = 0; i < count; i++) {
		uint8_t id[KEY_ID];
		put_id(id, verifiers[i].key_id);
		if (!span_equal(verifiers[i].name, signature->name) || memcmp(id, bytes.data, KEY_ID) != 0)
			continue;
		TRY(sign_check(verifiers[i].public_key, text, span_from(buf_span(&bytes), KEY_ID)));
		++*known;
	}
	return OK;
}

fallible note_open(struct span note, const struct note_verifier *verifiers, size_t count, struct span *text)
{
	struct span signed_text;
	struct span lines;
	struct span line;
	size_t known = 0;
	size_t seen = 0;
	if (!split(note, &signed_text, &lines))
		return FAIL(INPUT, "a text is not a signed note");
	/* The last line's LF would otherwise leave an empty line behind it. */
	lines.len--;
	while (span_cut(&lines, '\n', &line)) {
		struct signature signature;
		if (++seen > NOTE_SIGNATURES_MAX)
			return FAIL(INPUT, "a note has too many signatures");
		if (!parse_line(line, &signature))
			return FAIL(INPUT, "a note has a line among its signatures that is none");
		TRY(check_signature(signed_text, &signature, verifiers, count, &known));
	}
	if (known == 0)
		return FAIL(FORGED, "a note has no signature of a known key");
	*text = signed_text;
	return OK;
}
