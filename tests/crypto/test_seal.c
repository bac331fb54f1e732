/* SPDX-License-Identifier: Apache-2.0 */
/* seal - that a record opens under its own key, in its own place, unchanged, and in no other case. */
#include "crypto/seal.h"

#include "tests/support/vectors.h"

#include <criterion/criterion.h>
#include <sodium.h>

#include <signal.h>
#include <stdlib.h>

enum { LARGEST = 1024 * 1024, KNOWN_FORM = 8, COMMITMENT_AT = 48 };

static struct seal_key some_key(void)
{
	struct seal_key key;
	for (size_t i = 0; i < sizeof key.bytes; i++)
		key.bytes[i] = (uint8_t)i;
	return key;
}

/* The context of the golden records: tests/crypto/seal_oracle.py has the same. */
static struct seal_context some_place(enum seal_type type)
{
	struct seal_context place = {
		.tenant = {{0x11, 1}},
		.client = {{0x22, 2}},
		.object = {{0x33, 3}},
		.field = {{0x44, 4}},
		.version = 0x0102030405060708,
		.object_type = (uint8_t)type,
		.field_type = 9,
		.max_modes = 0x0a0b,
		.key_epoch = 0x0c0d0e0f,
	};
	for (size_t i = 0; i < sizeof place.policy; i++)
		place.policy[i] = (uint8_t)(0x80 + i);
	return place;
}

static void seal_some(struct buf *record, enum seal_type type)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(type);
	cr_assert(!err_failed(seal_box(&key, &place, SPAN_LIT("correct horse"), record)));
}

static enum err_kind opening(const struct seal_key *key, const struct seal_context *place, struct span record)
{
	scoped(buf) plain = BUF(2 * LARGEST);
	buf_put_text(&plain, "before");
	struct err err = seal_open(key, place, record, &plain);
	cr_assert(!err_failed(err) || span_is(buf_span(&plain), "before"));
	cr_assert(!err_failed(buf_check(&plain)));
	return err.kind;
}

Test(seal, opens_what_it_sealed_and_appends_it)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(SEAL_FIELD);
	scoped(buf) record = BUF(1024);
	scoped(buf) plain = BUF(1024);
	seal_some(&record, SEAL_FIELD);
	buf_put_text(&plain, "> ");
	cr_assert(!err_failed(seal_open(&key, &place, buf_span(&record), &plain)));
	cr_assert(span_is(buf_span(&plain), "> correct horse"));
}

Test(seal, appends_its_record_behind_what_stands_there)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(SEAL_LABEL);
	scoped(buf) row = BUF(1024);
	buf_put_text(&row, "row");
	seal_some(&row, SEAL_LABEL);
	cr_assert(span_starts(buf_span(&row), SPAN_LIT("rowMNV1")));
	cr_assert(opening(&key, &place, span_from(buf_span(&row), 3)) == ERR_NONE);
}

Test(seal, writes_the_header_byte_by_byte_as_documented)
{
	static const uint8_t fixed[16] = {
		'M', 'N', 'V', '1', 1, 1, SEAL_FIELD, 2, 0x0f, 0x0e, 0x0d, 0x0c, 1, 0, 0, 0};
	scoped(buf) record = BUF(1024);
	seal_some(&record, SEAL_FIELD);
	cr_assert(memcmp(record.data, fixed, sizeof fixed) == 0);
	scoped(buf) wrap = BUF(1024);
	seal_some(&wrap, SEAL_DATA_KEY);
	cr_assert(wrap.data[6] == SEAL_DATA_KEY && wrap.data[7] == 0);
}

Test(seal, pads_so_that_lengths_tell_little)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(SEAL_FIELD);
	static const uint8_t plain[200] = {0x80, 0x80};
	for (size_t n = 0; n <= sizeof plain; n++) {
		scoped(buf) record = BUF(1024);
		scoped(buf) back = BUF(1024);
		cr_assert(!err_failed(seal_box(&key, &place, span_of(plain, n), &record)));
		cr_assert(record.len == SEAL_OVERHEAD + (n / SEAL_PAD + 1) * SEAL_PAD, "%zu bytes", n);
		cr_assert(!err_failed(seal_open(&key, &place, buf_span(&record), &back)));
		cr_assert(span_equal(buf_span(&back), span_of(plain, n)), "%zu bytes", n);
	}
}

Test(seal, leaves_key_wraps_unpadded)
{
	static const enum seal_type wraps[] = {SEAL_DATA_KEY, SEAL_KEY_WRAP, SEAL_SLOT, SEAL_SHRED};
	for (size_t i = 0; i < 4; i++) {
		const struct seal_key key = some_key();
		const struct seal_context place = some_place(wraps[i]);
		scoped(buf) record = BUF(1024);
		seal_some(&record, wraps[i]);
		cr_assert(record.len == SEAL_OVERHEAD + strlen("correct horse"));
		cr_assert(opening(&key, &place, buf_span(&record)) == ERR_NONE);
	}
}

Test(seal, takes_1_mib_and_refuses_more)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(SEAL_FILE);
	uint8_t *large = calloc(1, LARGEST + 1);
	cr_assert(large);
	scoped(buf) record = BUF(2 * LARGEST);
	cr_assert(seal_box(&key, &place, span_of(large, LARGEST + 1), &record).kind == ERR_TOO_LARGE);
	cr_assert(record.len == 0);
	cr_assert(!err_failed(seal_box(&key, &place, span_of(large, LARGEST), &record)));
	cr_assert(opening(&key, &place, buf_span(&record)) == ERR_NONE);
	free(large);
}

Test(seal, refuses_buffers_without_room)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(SEAL_FIELD);
	scoped(buf) small = BUF(SEAL_OVERHEAD + SEAL_PAD - 1);
	cr_assert(seal_box(&key, &place, SPAN_LIT("x"), &small).kind == ERR_TOO_LARGE);
	scoped(buf) record = BUF(1024);
	seal_some(&record, SEAL_FIELD);
	scoped(buf) plain = BUF(SEAL_PAD - 1);
	cr_assert(seal_open(&key, &place, buf_span(&record), &plain).kind == ERR_TOO_LARGE);
}

Test(seal, never_writes_the_same_record_twice)
{
	scoped(buf) first = BUF(1024);
	scoped(buf) second = BUF(1024);
	seal_some(&first, SEAL_FIELD);
	seal_some(&second, SEAL_FIELD);
	cr_assert(memcmp(first.data + 24, second.data + 24, 24) != 0, "the nonces are one");
	cr_assert(memcmp(first.data + 48, second.data + 48, 32) != 0, "the commitments are one");
	cr_assert(memcmp(first.data + 80, second.data + 80, 64) != 0, "the ciphertexts are one");
}

/* Bytes that say which format it is may also be refused as an unknown one. */
static bool rightly_refused(enum err_kind kind, size_t at)
{
	bool names_the_format = at < KNOWN_FORM || (at >= 12 && at < 16);
	return kind == ERR_FORGED || (names_the_format && kind == ERR_CORRUPT);
}

static void refuse_every_flip(enum seal_type type)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(type);
	scoped(buf) record = BUF(1024);
	seal_some(&record, type);
	for (size_t i = 0; i < record.len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			record.data[i] ^= (uint8_t)(1 << bit);
			enum err_kind kind = opening(&key, &place, buf_span(&record));
			cr_assert(rightly_refused(kind, i), "byte %zu bit %d gives %d", i, bit, kind);
			record.data[i] ^= (uint8_t)(1 << bit);
		}
	}
	cr_assert(opening(&key, &place, buf_span(&record)) == ERR_NONE);
}

Test(seal, refuses_a_record_with_any_bit_changed)
{
	refuse_every_flip(SEAL_FIELD);
	refuse_every_flip(SEAL_KEY_WRAP);
}

Test(seal, refuses_a_record_of_any_other_length)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(SEAL_FIELD);
	scoped(buf) record = BUF(1024);
	seal_some(&record, SEAL_FIELD);
	for (size_t n = 0; n < record.len; n++) {
		enum err_kind kind = opening(&key, &place, span_of(record.data, n));
		cr_assert(kind == (n < SEAL_OVERHEAD ? ERR_CORRUPT : ERR_FORGED), "%zu bytes", n);
	}
	buf_put_u8(&record, 0);
	cr_assert(opening(&key, &place, buf_span(&record)) == ERR_FORGED);
}

Test(seal, refuses_a_record_beyond_its_maximum)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(SEAL_FIELD);
	scoped(buf) record = BUF(2 * LARGEST);
	seal_some(&record, SEAL_FIELD);
	uint8_t *more = buf_room(&record, LARGEST + 1);
	cr_assert(more);
	memset(more, 0, LARGEST + 1);
	cr_assert(opening(&key, &place, buf_span(&record)) == ERR_CORRUPT);
}

/* Every place that differs from some_place(SEAL_FIELD) in one bit of one field. */
static void refuse_every_other_place(
	struct span record, uint8_t *field, size_t bytes, const char *name, const struct seal_context *place)
{
	const struct seal_key key = some_key();
	for (size_t i = 0; i < bytes; i++) {
		for (int bit = 0; bit < 8; bit++) {
			field[i] ^= (uint8_t)(1 << bit);
			cr_assert(opening(&key, place, record) == ERR_FORGED, "%s, byte %zu", name, i);
			field[i] ^= (uint8_t)(1 << bit);
		}
	}
}

Test(seal, refuses_every_other_place)
{
	scoped(buf) record = BUF(1024);
	seal_some(&record, SEAL_FIELD);
	struct seal_context place = some_place(SEAL_FIELD);
	const struct {
		void *field;
		size_t bytes;
		const char *name;
	} fields[] = {
		{&place.tenant, 16, "tenant"},
		{&place.client, 16, "client"},
		{&place.object, 16, "object"},
		{&place.field, 16, "field"},
		{&place.version, 8, "version"},
		{&place.object_type, 1, "object type"},
		{&place.field_type, 1, "field type"},
		{&place.max_modes, 2, "modes"},
		{&place.key_epoch, 4, "key epoch"},
		{&place.policy, 32, "policy"},
	};
	size_t total = 0;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		refuse_every_other_place(
			buf_span(&record), fields[i].field, fields[i].bytes, fields[i].name, &place);
		total += fields[i].bytes;
	}
	cr_assert(total == SEAL_CONTEXT, "a field of the context is not tried");
}

Test(seal, refuses_ids_that_changed_places)
{
	const struct seal_key key = some_key();
	struct seal_context place = some_place(SEAL_FIELD);
	scoped(buf) record = BUF(1024);
	seal_some(&record, SEAL_FIELD);
	struct id tenant = place.tenant;
	place.tenant = place.client;
	place.client = tenant;
	cr_assert(opening(&key, &place, buf_span(&record)) == ERR_FORGED);
}

Test(seal, refuses_every_other_key)
{
	const struct seal_context place = some_place(SEAL_FIELD);
	scoped(buf) record = BUF(1024);
	seal_some(&record, SEAL_FIELD);
	for (size_t i = 0; i < SEAL_KEY; i++) {
		struct seal_key key = some_key();
		key.bytes[i] ^= 1;
		cr_assert(opening(&key, &place, buf_span(&record)) == ERR_FORGED, "byte %zu", i);
	}
}

Test(seal, refuses_a_record_made_of_two)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(SEAL_FIELD);
	scoped(buf) first = BUF(1024);
	scoped(buf) second = BUF(1024);
	seal_some(&first, SEAL_FIELD);
	seal_some(&second, SEAL_FIELD);
	memcpy(first.data + COMMITMENT_AT, second.data + COMMITMENT_AT, first.len - COMMITMENT_AT);
	cr_assert(opening(&key, &place, buf_span(&first)) == ERR_FORGED);
}

/* What somebody who has the key can do and we never do: encrypt rightly under a commitment that is another.
 */
static void close_under_another_commitment(const struct seal_key *key, uint8_t *record)
{
	/* The context is that of a zeroed place of type SEAL_KEY_WRAP. */
	uint8_t message[16 + 48 + 8 + SEAL_CONTEXT] = "muniment.aead.v1";
	uint8_t okm[64];
	memcpy(message + 16, record, 48);
	message[64] = SEAL_CONTEXT;
	message[72 + 72] = SEAL_KEY_WRAP;
	crypto_generichash(okm, sizeof okm, message, sizeof message, key->bytes, SEAL_KEY);
	cr_assert(memcmp(okm + 32, record + COMMITMENT_AT, 32) == 0, "the documented derivation is another");
	record[COMMITMENT_AT] ^= 1;
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		record + 80, NULL, key->bytes, SEAL_KEY, record, 80, NULL, record + 24, okm);
}

Test(seal, refuses_another_commitment_also_under_a_right_tag)
{
	const struct seal_key key = some_key();
	const struct seal_context place = {.object_type = SEAL_KEY_WRAP};
	uint8_t record[SEAL_WRAPPED];
	cr_assert(!err_failed(seal_wrap(&key, &place, key.bytes, record)));
	cr_assert(opening(&key, &place, SPAN_BYTES(record)) == ERR_NONE);
	close_under_another_commitment(&key, record);
	cr_assert(opening(&key, &place, SPAN_BYTES(record)) == ERR_FORGED);
}

Test(seal, refuses_types_flags_and_versions_that_it_does_not_know)
{
	static const struct {
		size_t at;
		uint8_t value;
	} unknown[] = {{0, 'm'}, {3, '2'}, {4, 2}, {5, 0}, {5, 2}, {6, 0}, {6, SEAL_SEED + 1}, {7, 1}, {7, 3},
		{7, 0x82}, {12, 2}, {15, 1}};
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(SEAL_FIELD);
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
		scoped(buf) record = BUF(1024);
		seal_some(&record, SEAL_FIELD);
		record.data[unknown[i].at] = unknown[i].value;
		cr_assert(opening(&key, &place, buf_span(&record)) == ERR_CORRUPT, "row %zu", i);
	}
}

Test(seal, does_not_seal_what_no_reader_would_open, .signal = SIGABRT)
{
	const struct seal_key key = some_key();
	const struct seal_context place = {.object_type = SEAL_SEED + 1};
	uint8_t wrapped[SEAL_WRAPPED];
	IGNORE(seal_wrap(&key, &place, key.bytes, wrapped)); /* It does not come back. */
}

Test(seal, wraps_a_key_in_128_bytes_and_unwraps_it)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(SEAL_KEY_WRAP);
	static const uint8_t inner[SEAL_KEY] = {7, 8, 9};
	uint8_t wrapped[SEAL_WRAPPED];
	uint8_t back[SEAL_KEY];
	cr_assert(!err_failed(seal_wrap(&key, &place, inner, wrapped)));
	cr_assert(!err_failed(seal_unwrap(&key, &place, SPAN_BYTES(wrapped), back)));
	cr_assert(memcmp(inner, back, SEAL_KEY) == 0);
	cr_assert(opening(&key, &place, SPAN_BYTES(wrapped)) == ERR_NONE);
}

Test(seal, unwraps_no_changed_bit_and_leaves_its_result_alone)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(SEAL_KEY_WRAP);
	static const uint8_t inner[SEAL_KEY] = {7, 8, 9};
	static const uint8_t untouched[SEAL_KEY] = {1};
	uint8_t wrapped[SEAL_WRAPPED];
	uint8_t back[SEAL_KEY] = {1};
	cr_assert(!err_failed(seal_wrap(&key, &place, inner, wrapped)));
	for (size_t i = 0; i < SEAL_WRAPPED; i++) {
		wrapped[i] ^= 0x10;
		enum err_kind kind = seal_unwrap(&key, &place, SPAN_BYTES(wrapped), back).kind;
		cr_assert(rightly_refused(kind, i), "byte %zu", i);
		wrapped[i] ^= 0x10;
	}
	struct seal_context other = place;
	other.object.bytes[0] ^= 1;
	cr_assert(seal_unwrap(&key, &other, SPAN_BYTES(wrapped), back).kind == ERR_FORGED);
	cr_assert(memcmp(back, untouched, SEAL_KEY) == 0);
}

Test(seal, unwraps_only_what_holds_32_bytes)
{
	const struct seal_key key = some_key();
	const struct seal_context wrap = some_place(SEAL_KEY_WRAP);
	const struct seal_context field = some_place(SEAL_FIELD);
	uint8_t back[SEAL_KEY];
	scoped(buf) shorter = BUF(1024);
	seal_some(&shorter, SEAL_KEY_WRAP);
	cr_assert(seal_unwrap(&key, &wrap, buf_span(&shorter), back).kind == ERR_CORRUPT);
	scoped(buf) longer = BUF(1024);
	cr_assert(!err_failed(seal_box(&key, &wrap, SPAN_LIT("one byte more than a key may have"), &longer)));
	cr_assert(longer.len == SEAL_WRAPPED + 1);
	cr_assert(seal_unwrap(&key, &wrap, buf_span(&longer), back).kind == ERR_CORRUPT);
	scoped(buf) padded = BUF(1024);
	seal_some(&padded, SEAL_FIELD);
	cr_assert(seal_unwrap(&key, &field, buf_span(&padded), back).kind == ERR_CORRUPT);
}

static void open_golden(const char *file, enum seal_type type, struct buf *plain)
{
	const struct seal_key key = some_key();
	const struct seal_context place = some_place(type);
	scoped(buf) record = BUF(1024);
	vectors_read_hex(file, &record);
	cr_assert(!err_failed(seal_open(&key, &place, buf_span(&record), plain)));
}

Test(seal, opens_the_golden_records_for_ever)
{
	scoped(buf) plain = BUF(1024);
	open_golden("golden/seal_field.hex", SEAL_FIELD, &plain);
	cr_assert(span_is(buf_span(&plain), "correct horse battery staple"));
	buf_clear(&plain);
	open_golden("golden/seal_key_wrap.hex", SEAL_KEY_WRAP, &plain);
	cr_assert(span_is(buf_span(&plain), "0123456789abcdef0123456789abcdef"));
}

Test(seal, a_key_that_is_done_with_is_wiped)
{
	struct seal_key key = some_key();
	seal_key_done(&key);
	static const struct seal_key none;
	cr_assert(memcmp(&key, &none, sizeof key) == 0);
}
