/* SPDX-License-Identifier: Apache-2.0 */
/* slots - from what was brought to a slot's secret, and from there to the root key. */
#include "server/keeper/slots.h"

#include "base/reader.h"
#include "base/text.h"
#include "crypto/random.h"
#include "crypto/secret.h"

/* A slot's secret while it is in use. */
struct held {
	uint8_t bytes[SLOT_SECRET];
};

static void held_done(struct held *held)
{
	secret_wipe(held, sizeof *held);
}

/* ---- which root key ---- */

static const char NOTE[] = "root"; /* in the keyring, from the first rotation on */

enum { NOTE_VERSION = 1, NOTE_BODY = 1 + 4 + 8, NOTE_MAC = 16, NOTE_BYTES = NOTE_BODY + NOTE_MAC };

static void note_mac(const struct seal_key *root, struct span body, uint8_t mac[static NOTE_MAC])
{
	struct mac_key key;
	uint8_t wide[HASH_BLAKE];
	const struct span parts[] = {SPAN_LIT("root"), body};
	hash_derive(root->bytes, "mn.rootm", SPAN_NONE, key.bytes);
	hash_mac(&key, parts, 2, wide);
	memcpy(mac, wide, NOTE_MAC);
	mac_key_done(&key);
}

static fallible read_note(struct keyring *keyring, struct buf *note)
{
	TRY(keyring_note(keyring, NOTE, note));
	if (note->len != NOTE_BYTES || note->data[0] != NOTE_VERSION)
		return FAIL(CORRUPT, "what the keyring says of the root key is in no known form");
	return OK;
}

/* A slot of an earlier root key that somebody put back opens nothing. */
static fallible check_root(struct keyring *keyring, const struct seal_key *root)
{
	scoped(buf) note = BUF(NOTE_BYTES);
	uint8_t mac[NOTE_MAC];
	struct err err = read_note(keyring, &note);
	if (err.kind == ERR_NOT_FOUND)
		return OK; /* the first one */
	TRY(err);
	note_mac(root, span_first(buf_span(&note), NOTE_BODY), mac);
	return secret_equal(SPAN_BYTES(mac), span_from(buf_span(&note), NOTE_BODY))
		? OK
		: FAIL(FORGED, "the root key was rotated since this slot was written");
}

fallible slots_generation(struct keyring *keyring, uint32_t *generation, struct instant *since)
{
	scoped(buf) note = BUF(NOTE_BYTES);
	struct err err = read_note(keyring, &note);
	if (err.kind == ERR_NOT_FOUND) {
		*generation = 1;
		since->ms = 0;
		return OK;
	}
	TRY(err);
	struct reader reader = READER(span_from(buf_span(&note), 1));
	*generation = reader_u32(&reader);
	since->ms = reader_i64(&reader);
	return OK;
}

static fallible put_note(struct keyring_batch *batch, const struct seal_key *root, struct instant now)
{
	scoped(buf) note = BUF(NOTE_BYTES);
	uint8_t mac[NOTE_MAC];
	uint32_t generation;
	struct instant since;
	TRY(slots_generation(batch->keyring, &generation, &since));
	buf_put_u8(&note, NOTE_VERSION);
	buf_put_u32(&note, generation + 1);
	buf_put_i64(&note, now.ms);
	TRY(buf_check(&note));
	note_mac(root, buf_span(&note), mac);
	buf_put(&note, SPAN_BYTES(mac));
	return keyring_batch_put_note(batch, NOTE, buf_span(&note));
}

/* ---- opening ---- */

static fallible secret_of_shares(
	struct span set, const struct slots_secret *secret, uint8_t out[static SLOT_SECRET])
{
	for (size_t i = 0; i < secret->count; i++)
		TRY(share_is_of(set, &secret->shares[i]));
	return share_combine(secret->shares, secret->count, out);
}

/* ---- passphrases ---- */

enum { WORDS_ROOM = 16 * PASSPHRASE_MAX };

/* Another keyboard writes the same letters in other bytes. */
static fallible same_words(struct span typed, struct arena *arena, struct span *words)
{
	if (typed.len > PASSPHRASE_MAX)
		return FAIL(INPUT, "a passphrase is too long");
	*words = typed;
	return text_is_utf8(typed) ? text_normalise(typed, arena, words) : OK;
}

static fallible secret_of_words(struct span facts, struct span typed, uint8_t out[static SLOT_SECRET])
{
	struct span words;
	scoped(arena) arena = ARENA(WORDS_ROOM);
	TRY(same_words(typed, &arena, &words));
	return passphrase_stretch(facts, words, out);
}

static fallible check_words(struct span typed)
{
	size_t count = 0;
	struct span words;
	scoped(arena) arena = ARENA(WORDS_ROOM);
	TRY(same_words(typed, &arena, &words));
	for (size_t i = 0; i < words.len; i++)
		count += (words.at[i] & 0xc0) != 0x80;
	return count >= PASSPHRASE_LEAST ? OK : FAIL(INPUT, "a passphrase has at least twelve characters");
}

/* ---- a slot's secret ---- */

static fallible secret_for(
	const struct slot_method *method, const struct slots_secret *secret, uint8_t out[static SLOT_SECRET])
{
	switch (method->kind) {
	case SLOT_KEY_FILE:
	case SLOT_CREDENTIAL:
		memcpy(out, secret->text.at, SLOT_SECRET);
		return OK;
	case SLOT_PASSPHRASE:
		return secret_of_words(method->facts, secret->text, out);
	case SLOT_SHARES:
		return secret_of_shares(method->facts, secret, out);
	}
	return FAIL(CORRUPT, "an unseal slot is of an unknown kind");
}

static fallible check_brought(const struct slots_secret *secret)
{
	bool is_raw = secret->kind == SLOT_KEY_FILE || secret->kind == SLOT_CREDENTIAL;
	if (is_raw && secret->text.len != SLOT_SECRET)
		return FAIL(INPUT, "an unseal secret has 32 bytes");
	if (secret->kind == SLOT_PASSPHRASE && secret->text.len == 0)
		return FAIL(INPUT, "an empty passphrase opens nothing");
	if (secret->kind == SLOT_SHARES && secret->count == 0)
		return FAIL(INPUT, "there are not enough shares");
	return OK;
}

/* One slot. NOT_FOUND: it is opened in another way. */
static fallible try_slot(
	struct keyring *keyring, uint32_t number, const struct slots_secret *secret, struct seal_key *root)
{
	scoped(buf) record = BUF(KEYRING_SLOTS_RECORD_MAX);
	scoped(held) held = {0};
	struct slot_method method;
	TRY(keyring_slots_get(keyring, number, &record));
	TRY(slot_read(buf_span(&record), &method));
	if (method.kind != secret->kind)
		return FAIL(NOT_FOUND, "this slot is opened in another way");
	TRY(secret_for(&method, secret, held.bytes));
	scoped(seal_key) opened = {0};
	struct err err = slot_open(buf_span(&record), held.bytes, &opened);
	TRY(err.kind == ERR_FORGED ? FAIL(FORGED, "what was brought does not open the store") : err);
	TRY(check_root(keyring, &opened));
	*root = opened;
	return OK;
}

/* A slot that does not open, or that is broken, is no reason to leave out the next one; what is said in the end is what
 * the last one of this kind said. */
fallible slots_open(struct keyring *keyring, const struct slots_secret *secret, struct seal_key *root)
{
	uint32_t numbers[KEYRING_SLOTS_MAX];
	size_t count;
	TRY(check_brought(secret));
	TRY(keyring_slots_list(keyring, numbers, &count));
	struct err err = FAIL(FORGED, "the store is not opened in this way; munimentd keys lists the ways");
	for (size_t i = 0; i < count; i++) {
		struct err tried = try_slot(keyring, numbers[i], secret, root);
		if (!err_failed(tried))
			return OK;
		if (tried.kind != ERR_NOT_FOUND)
			err = tried;
	}
	return err;
}

fallible slots_check_share(struct keyring *keyring, const struct share *share, uint8_t *least)
{
	uint32_t numbers[KEYRING_SLOTS_MAX];
	size_t count;
	TRY(keyring_slots_list(keyring, numbers, &count));
	struct err err = FAIL(FORGED, "the share is of no set of this store");
	for (size_t i = 0; i < count; i++) {
		scoped(buf) record = BUF(KEYRING_SLOTS_RECORD_MAX);
		struct slot_method method;
		TRY(keyring_slots_get(keyring, numbers[i], &record));
		if (err_failed(slot_read(buf_span(&record), &method)) || method.kind != SLOT_SHARES)
			continue;
		err = share_is_of(method.facts, share);
		if (!err_failed(err)) {
			*least = share->least;
			return OK;
		}
	}
	return err;
}

/* ---- making ---- */

/* The secret of a new slot, and the facts that it is made by later on. */
static fallible draw_secret(
	const struct slots_ask *ask, struct share *shares, struct held *held, struct buf *facts)
{
	uint8_t cost[PASSPHRASE_FACTS];
	switch (ask->kind) {
	case SLOT_KEY_FILE:
	case SLOT_CREDENTIAL:
		if (ask->text.len != SLOT_SECRET)
			return FAIL(INPUT, "an unseal secret has 32 bytes");
		memcpy(held->bytes, ask->text.at, SLOT_SECRET);
		return OK;
	case SLOT_PASSPHRASE:
		TRY(check_words(ask->text));
		TRY(passphrase_draw(&ask->cost, cost));
		buf_put(facts, SPAN_BYTES(cost));
		return secret_of_words(SPAN_BYTES(cost), ask->text, held->bytes);
	case SLOT_SHARES:
		random_fill(held->bytes, sizeof held->bytes);
		TRY(share_split(held->bytes, ask->least, ask->count, shares));
		share_put_set(shares, facts);
		return OK;
	}
	return FAIL(INPUT, "there is no such kind of unseal slot");
}

static fallible put_slot(struct keyring *keyring, const struct slot_method *method, const struct held *held,
	const struct seal_key *root, uint32_t *number)
{
	scoped(buf) record = BUF(KEYRING_SLOTS_RECORD_MAX);
	TRY(slot_make(method, held->bytes, root, &record));
	return keyring_slots_add(keyring, buf_span(&record), number);
}

fallible slots_make_first(
	struct keyring *keyring, const struct slots_secret *secret, const struct seal_key *root)
{
	scoped(held) held = {0};
	const struct slot_method method = {.kind = secret->kind};
	uint32_t number;
	if (secret->kind != SLOT_KEY_FILE)
		return FAIL(INPUT, "a new store is opened by a key file");
	TRY(check_brought(secret));
	memcpy(held.bytes, secret->text.at, SLOT_SECRET);
	return put_slot(keyring, &method, &held, root, &number);
}

fallible slots_add(struct keyring *keyring, const struct slots_secret *by, const struct slots_ask *ask,
	struct share *shares, uint32_t *number)
{
	scoped(seal_key) root = {0};
	scoped(held) held = {0};
	scoped(buf) facts = BUF(SLOT_FACTS_MAX);
	TRY(slots_open(keyring, by, &root));
	TRY(draw_secret(ask, shares, &held, &facts));
	TRY(buf_check(&facts));
	const struct slot_method method = {ask->kind, buf_span(&facts)};
	return put_slot(keyring, &method, &held, &root, number);
}

/* ---- another root key ---- */

fallible slots_reseal(struct keyring_batch *batch, const struct seal_key *before,
	const struct seal_key *after, struct instant now)
{
	uint32_t numbers[KEYRING_SLOTS_MAX];
	size_t count;
	TRY(keyring_slots_list(batch->keyring, numbers, &count));
	for (size_t i = 0; i < count; i++) {
		scoped(buf) record = BUF(KEYRING_SLOTS_RECORD_MAX);
		scoped(buf) sealed = BUF(KEYRING_SLOTS_RECORD_MAX);
		TRY(keyring_slots_get(batch->keyring, numbers[i], &record));
		TRY(slot_reseal(buf_span(&record), before, after, &sealed));
		TRY(keyring_slots_put(batch, numbers[i], buf_span(&sealed)));
	}
	return put_note(batch, after, now);
}
