/* SPDX-License-Identifier: Apache-2.0 */
/* part - that a part's key opens its own part only, and that the bytes stay what they were. */
#include "crypto/part.h"

#include "tests/support/vectors.h"

#include <criterion/criterion.h>
#include <sodium.h>

enum { EPOCH = 0x01020304, LARGEST = 32 * 1024 };

static const struct id TENANT = {{0xa0, 1}};
static const struct id EVENT = {{0xb0, 2}};

static struct part_key derived(struct id tenant, struct id event, enum part_kind kind, uint8_t first)
{
	struct seal_key subject;
	for (size_t i = 0; i < sizeof subject.bytes; i++)
		subject.bytes[i] = (uint8_t)(first + i);
	struct part_key key;
	part_derive(&subject, tenant, event, kind, &key);
	return key;
}

static struct part_key actor_key(void)
{
	return derived(TENANT, EVENT, PART_ACTOR, 0);
}

static void seal_some(struct buf *record)
{
	struct part_key key = actor_key();
	cr_assert(!err_failed(part_seal(&key, EPOCH, SPAN_LIT("Anna, from her tablet"), record)));
}

static enum err_kind opening(const struct part_key *key, struct span record)
{
	scoped(buf) plain = BUF(64 * 1024);
	buf_put_text(&plain, "before");
	struct err err = part_open(key, record, &plain);
	cr_assert(!err_failed(err) || span_is(buf_span(&plain), "before"));
	return err.kind;
}

Test(part, opens_what_it_sealed_and_appends_it)
{
	struct part_key key = actor_key();
	scoped(buf) record = BUF(1024);
	scoped(buf) plain = BUF(1024);
	seal_some(&record);
	cr_assert(record.len == PART_OVERHEAD + strlen("Anna, from her tablet"));
	buf_put_text(&plain, "> ");
	cr_assert(!err_failed(part_open(&key, buf_span(&record), &plain)));
	cr_assert(span_is(buf_span(&plain), "> Anna, from her tablet"));
}

Test(part, opens_into_room_of_the_size_that_it_says)
{
	uint8_t room[64] = {0};
	struct part_key key = actor_key(), other = derived(TENANT, EVENT, PART_CLIENT, 0);
	scoped(buf) record = BUF(1024);
	seal_some(&record);
	size_t bytes = part_plain(buf_span(&record));
	cr_assert(!err_failed(part_open_at(&key, buf_span(&record), room)));
	cr_assert(span_is(span_of(room, bytes), "Anna, from her tablet") && room[bytes] == 0);
	cr_assert(part_open_at(&other, buf_span(&record), room).kind == ERR_FORGED);
	record.data[record.len - 1] ^= 1;
	cr_assert(part_open_at(&key, buf_span(&record), room).kind == ERR_FORGED);
	cr_assert(part_plain(SPAN_LIT("short")) == 0);
	cr_assert(part_open_at(&key, SPAN_LIT("short"), room).kind == ERR_CORRUPT);
}

Test(part, seals_also_nothing_and_its_largest_text)
{
	struct part_key key = actor_key();
	static uint8_t large[LARGEST + 1];
	for (size_t n = 0; n <= LARGEST; n += LARGEST) {
		scoped(buf) record = BUF(64 * 1024);
		cr_assert(!err_failed(part_seal(&key, 1, span_of(large, n), &record)));
		cr_assert(record.len == PART_OVERHEAD + n);
		cr_assert(opening(&key, buf_span(&record)) == ERR_NONE);
	}
}

Test(part, refuses_a_text_over_32_kib_and_a_full_buffer)
{
	struct part_key key = actor_key();
	static uint8_t large[LARGEST + 1];
	scoped(buf) record = BUF(64 * 1024);
	cr_assert(part_seal(&key, 1, SPAN_BYTES(large), &record).kind == ERR_TOO_LARGE);
	cr_assert(record.len == 0);
	scoped(buf) small = BUF(PART_OVERHEAD + 3);
	cr_assert(part_seal(&key, 1, SPAN_LIT("four"), &small).kind == ERR_TOO_LARGE);
}

Test(part, refuses_a_record_with_any_byte_changed)
{
	struct part_key key = actor_key();
	scoped(buf) record = BUF(1024);
	seal_some(&record);
	for (size_t i = 0; i < record.len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			record.data[i] ^= (uint8_t)(1 << bit);
			enum err_kind expected = i == 0 ? ERR_CORRUPT : ERR_FORGED;
			cr_assert(opening(&key, buf_span(&record)) == expected, "byte %zu bit %d", i, bit);
			record.data[i] ^= (uint8_t)(1 << bit);
		}
	}
	cr_assert(opening(&key, buf_span(&record)) == ERR_NONE);
}

Test(part, refuses_a_record_of_any_other_length)
{
	struct part_key key = actor_key();
	scoped(buf) record = BUF(1024);
	seal_some(&record);
	for (size_t n = 0; n < record.len; n++) {
		enum err_kind kind = opening(&key, span_of(record.data, n));
		cr_assert(kind == (n < PART_OVERHEAD ? ERR_CORRUPT : ERR_FORGED), "%zu bytes", n);
	}
	buf_put_u8(&record, 0);
	cr_assert(opening(&key, buf_span(&record)) == ERR_FORGED);
}

Test(part, its_key_opens_no_part_of_another_subject_tenant_event_or_kind)
{
	scoped(buf) record = BUF(1024);
	seal_some(&record);
	const struct id other = {{0xc0}};
	const struct part_key strangers[] = {
		derived(TENANT, EVENT, PART_ACTOR, 1),
		derived(other, EVENT, PART_ACTOR, 0),
		derived(TENANT, other, PART_ACTOR, 0),
		derived(EVENT, TENANT, PART_ACTOR, 0),
		derived(TENANT, EVENT, PART_CLIENT, 0),
		derived(TENANT, EVENT, PART_PERSON, 0),
		derived(TENANT, EVENT, PART_TENANT, 0),
	};
	for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
		cr_assert(opening(&strangers[i], buf_span(&record)) == ERR_FORGED, "stranger %zu", i);
}

Test(part, refuses_another_commitment_also_under_a_right_tag)
{
	struct part_key key = actor_key();
	scoped(buf) record = BUF(1024);
	seal_some(&record);
	uint8_t message[12 + 5 + PART_KEY] = "mn.part.keys";
	uint8_t okm[64];
	memcpy(message + 12, record.data, 5);
	memcpy(message + 17, key.bytes, PART_KEY);
	crypto_generichash(okm, sizeof okm, message, sizeof message, NULL, 0);
	for (int flip = 0; flip < 2; flip++) {
		record.data[5] ^= (uint8_t)flip;
		crypto_aead_chacha20poly1305_ietf_encrypt(record.data + 37, NULL, (const uint8_t *)"plain", 5,
			record.data, 37, NULL, okm + 32, okm);
		enum err_kind kind = opening(&key, span_of(record.data, PART_OVERHEAD + 5));
		cr_assert(kind == (flip ? ERR_FORGED : ERR_NONE));
	}
}

Test(part, tells_the_epoch_of_a_record)
{
	scoped(buf) record = BUF(1024);
	seal_some(&record);
	uint32_t epoch = 0;
	cr_assert(!err_failed(part_epoch(buf_span(&record), &epoch)) && epoch == EPOCH);
	epoch = 7;
	cr_assert(part_epoch(span_of(record.data, PART_OVERHEAD - 1), &epoch).kind == ERR_CORRUPT);
	record.data[0] = 3;
	cr_assert(part_epoch(buf_span(&record), &epoch).kind == ERR_CORRUPT && epoch == 7);
}

Test(part, writes_the_golden_record_and_reads_it_for_ever)
{
	/* Nothing in a part is drawn, so the very bytes can be compared. */
	scoped(buf) record = BUF(1024);
	scoped(buf) golden = BUF(1024);
	seal_some(&record);
	vectors_read_hex("golden/part_actor_2.hex", &golden);
	cr_assert(span_equal(buf_span(&record), buf_span(&golden)));
}

Test(part, reads_the_golden_record_of_the_first_suite_for_ever)
{
	struct part_key key = actor_key(), other = derived(TENANT, EVENT, PART_CLIENT, 0);
	scoped(buf) record = BUF(1024);
	scoped(buf) plain = BUF(1024);
	uint32_t epoch;
	vectors_read_hex("golden/part_actor.hex", &record);
	cr_assert(!err_failed(part_epoch(buf_span(&record), &epoch)) && epoch == EPOCH);
	cr_assert(!err_failed(part_open(&key, buf_span(&record), &plain)));
	cr_assert(span_is(buf_span(&plain), "Anna, from her tablet"));
	cr_assert(opening(&other, buf_span(&record)) == ERR_FORGED);
	for (size_t i = 1; i < record.len; i++) {
		record.data[i] ^= 1;
		cr_assert(opening(&key, buf_span(&record)) == ERR_FORGED, "byte %zu", i);
		record.data[i] ^= 1;
	}
}

Test(part, opens_no_record_under_the_name_of_the_other_suite)
{
	struct part_key key = actor_key();
	scoped(buf) second = BUF(1024);
	scoped(buf) first = BUF(1024);
	seal_some(&second);
	vectors_read_hex("golden/part_actor.hex", &first);
	second.data[0] = 1;
	first.data[0] = 2;
	cr_assert(opening(&key, buf_span(&second)) == ERR_FORGED);
	cr_assert(opening(&key, buf_span(&first)) == ERR_FORGED);
}

Test(part, a_key_that_is_done_with_is_wiped)
{
	struct part_key key = actor_key();
	part_key_done(&key);
	static const struct part_key none;
	cr_assert(memcmp(&key, &none, sizeof key) == 0);
}
