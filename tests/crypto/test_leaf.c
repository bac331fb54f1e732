/* SPDX-License-Identifier: Apache-2.0 */
/* test_leaf - the bytes of an event: one content, one encoding, and nothing strange gets in. */
#include "crypto/leaf.h"

#include "tests/support/dice.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>

static const uint8_t RECORDS[2][64] = {{1, 2, 3}, {4, 5, 6}};

/* Every field has another value than zero. */
static struct leaf example(void)
{
	struct dice dice = {21};
	struct leaf leaf = {
		.time.ms = 1795262400123,
		.received.ms = 1795262400456,
		.action = 0x0102,
		.reason = 0x0304,
		.source = LEAF_APPLICATION,
		.outcome = LEAF_DENIED,
		.severity = 2,
		.flags = LEAF_CRITICAL | LEAF_COUNTED | LEAF_PROVEN,
		.actor = LEAF_PERSON,
		.object_kind = ID_CREDENTIAL + 1,
		.count = 17,
		.part_count = 2,
	};
	dice_fill(&dice, leaf.event.bytes, sizeof leaf.event.bytes);
	for (size_t i = 0; i < LEAF_ID_COUNT; i++)
		dice_fill(&dice, leaf.ids[i].bytes, sizeof leaf.ids[i].bytes);
	leaf.parts[0] = (struct leaf_part){PART_ACTOR, SPAN_BYTES(RECORDS[0])};
	leaf.parts[1] = (struct leaf_part){PART_CLIENT, SPAN_BYTES(RECORDS[1])};
	return leaf;
}

static void encode(const struct leaf *leaf, struct buf *out)
{
	buf_clear(out);
	struct err err = leaf_encode(leaf, out);
	cr_assert(!err_failed(err), "%s", err.why);
}

static bool same_part(const struct leaf_part *a, const struct leaf_part *b)
{
	return a->kind == b->kind && span_equal(a->record, b->record);
}

static bool same(const struct leaf *a, const struct leaf *b)
{
	bool parts = a->part_count == b->part_count;
	for (size_t i = 0; parts && i < a->part_count; i++)
		parts = same_part(&a->parts[i], &b->parts[i]);
	return parts && ids_equal(a->event, b->event) && a->time.ms == b->time.ms &&
		a->received.ms == b->received.ms && a->action == b->action && a->reason == b->reason &&
		a->source == b->source && a->outcome == b->outcome && a->severity == b->severity &&
		a->flags == b->flags && a->actor == b->actor && a->object_kind == b->object_kind &&
		a->count == b->count && memcmp(a->ids, b->ids, sizeof a->ids) == 0;
}

Test(leaf, what_is_encoded_is_decoded)
{
	struct leaf leaf = example(), read;
	scoped(buf) bytes = BUF(LEAF_MAX);
	encode(&leaf, &bytes);
	cr_assert(!err_failed(leaf_decode(buf_span(&bytes), &read)));
	cr_assert(same(&leaf, &read));
}

Test(leaf, any_ids_may_be_absent)
{
	scoped(buf) bytes = BUF(LEAF_MAX);
	for (unsigned present = 0; present < 1u << LEAF_ID_COUNT; present++) {
		struct leaf leaf = example(), read;
		for (unsigned i = 0; i < LEAF_ID_COUNT; i++)
			if (!(present & 1u << i))
				leaf.ids[i] = (struct id){0};
		encode(&leaf, &bytes);
		cr_assert(!err_failed(leaf_decode(buf_span(&bytes), &read)));
		cr_assert(same(&leaf, &read), "ids %x", present);
	}
}

Test(leaf, parts_are_stored_in_the_order_of_their_kinds)
{
	struct leaf leaf = example(), turned = example();
	scoped(buf) one = BUF(LEAF_MAX);
	scoped(buf) other = BUF(LEAF_MAX);
	turned.parts[0] = leaf.parts[1];
	turned.parts[1] = leaf.parts[0];
	encode(&leaf, &one);
	encode(&turned, &other);
	cr_assert(span_equal(buf_span(&one), buf_span(&other)));
}

Test(leaf, refuses_to_encode_two_parts_of_one_kind)
{
	struct leaf leaf = example();
	scoped(buf) bytes = BUF(LEAF_MAX);
	leaf.parts[1].kind = PART_ACTOR;
	cr_assert(leaf_encode(&leaf, &bytes).kind == ERR_BUG);
}

Test(leaf, refuses_to_encode_what_it_could_not_read)
{
	struct leaf severe = example(), flagged = example(), strange = example(), many = example();
	scoped(buf) bytes = BUF(LEAF_MAX);
	severe.severity = 4;
	flagged.flags = 0x10;
	strange.object_kind = ID_KIND_COUNT + 1;
	many.part_count = LEAF_PARTS_MAX + 1;
	cr_assert(leaf_encode(&severe, &bytes).kind == ERR_BUG);
	cr_assert(leaf_encode(&flagged, &bytes).kind == ERR_BUG);
	cr_assert(leaf_encode(&strange, &bytes).kind == ERR_BUG);
	cr_assert(leaf_encode(&many, &bytes).kind == ERR_BUG);
}

Test(leaf, refuses_to_grow_past_its_maximum)
{
	static uint8_t large[LEAF_MAX];
	struct leaf leaf = example();
	scoped(buf) bytes = BUF(2 * LEAF_MAX);
	encode(&leaf, &bytes);
	size_t rest = bytes.len - sizeof RECORDS[0];
	leaf.parts[0].record = span_of(large, LEAF_MAX - rest);
	encode(&leaf, &bytes);
	cr_assert(bytes.len == LEAF_MAX);
	leaf.parts[0].record.len++;
	buf_clear(&bytes);
	cr_assert(leaf_encode(&leaf, &bytes).kind == ERR_TOO_LARGE);
}

Test(leaf, refuses_bytes_that_end_too_early_or_too_late)
{
	struct leaf leaf = example(), read = {.action = 99};
	scoped(buf) bytes = BUF(LEAF_MAX);
	encode(&leaf, &bytes);
	for (size_t len = 0; len < bytes.len; len++)
		cr_assert(leaf_decode(span_of(bytes.data, len), &read).kind == ERR_CORRUPT, "%zu bytes", len);
	buf_put_u8(&bytes, 0);
	cr_assert(leaf_decode(buf_span(&bytes), &read).kind == ERR_CORRUPT);
	cr_assert(read.action == 99, "nothing is set by a failure");
}

/* What any reader accepts, it accepts in one form only. */
Test(leaf, whatever_decodes_encodes_to_the_same_bytes)
{
	struct dice dice = {22};
	scoped(buf) bytes = BUF(LEAF_MAX);
	scoped(buf) again = BUF(LEAF_MAX);
	size_t accepted = 0;
	for (int i = 0; i < 200000; i++) {
		struct leaf leaf = example(), read;
		if (dice_below(&dice, 2))
			leaf.ids[dice_below(&dice, LEAF_ID_COUNT)] = (struct id){0};
		encode(&leaf, &bytes);
		for (size_t changes = 1 + dice_below(&dice, 3); changes > 0; changes--)
			bytes.data[dice_below(&dice, bytes.len)] ^= (uint8_t)(1u << dice_below(&dice, 8));
		if (err_failed(leaf_decode(buf_span(&bytes), &read)))
			continue;
		accepted++;
		encode(&read, &again);
		cr_assert(span_equal(buf_span(&bytes), buf_span(&again)));
	}
	cr_assert(accepted > 1000);
}

Test(leaf, refuses_an_id_that_is_none)
{
	struct leaf leaf = {.event.bytes = {1}, .ids[LEAF_ID_ACTOR].bytes = {7}}, read;
	scoped(buf) bytes = BUF(LEAF_MAX);
	encode(&leaf, &bytes);
	uint8_t *seven = memchr(bytes.data + 17, 7, bytes.len - 17);
	cr_assert(seven);
	*seven = 0;
	cr_assert(leaf_decode(buf_span(&bytes), &read).kind == ERR_CORRUPT);
}

Test(leaf, reads_its_golden_file_for_ever)
{
	struct leaf leaf = example(), read;
	scoped(buf) golden = BUF(LEAF_MAX);
	scoped(buf) bytes = BUF(LEAF_MAX);
	leaf.ids[LEAF_ID_BRANCH] = (struct id){0};
	encode(&leaf, &bytes);
	vectors_read_hex("golden/leaf_1.hex", &golden);
	cr_assert(!err_failed(leaf_decode(buf_span(&golden), &read)));
	cr_assert(same(&leaf, &read));
	cr_assert(span_equal(buf_span(&bytes), buf_span(&golden)), "the encoding is the golden one");
}

Test(leaf, reads_its_golden_file_with_a_branch_for_ever)
{
	struct leaf leaf = example(), read;
	scoped(buf) golden = BUF(LEAF_MAX);
	scoped(buf) bytes = BUF(LEAF_MAX);
	memset(leaf.ids[LEAF_ID_BRANCH].bytes, 0xB7, sizeof leaf.ids[LEAF_ID_BRANCH].bytes);
	encode(&leaf, &bytes);
	vectors_read_hex("golden/leaf_2.hex", &golden);
	cr_assert(!err_failed(leaf_decode(buf_span(&golden), &read)));
	cr_assert(same(&leaf, &read));
	cr_assert(span_equal(buf_span(&bytes), buf_span(&golden)), "the encoding is the golden one");
}

Test(leaf, refuses_a_branch_in_version_1_and_none_in_version_2)
{
	static const char *const FILES[] = {"golden/leaf_1.hex", "golden/leaf_2.hex"};
	for (size_t i = 0; i < 2; i++) {
		struct leaf read;
		scoped(buf) bytes = BUF(LEAF_MAX);
		vectors_read_hex(FILES[i], &bytes);
		bytes.data[0] = i ? LEAF_VERSION : LEAF_VERSION_BRANCH;
		cr_assert(leaf_decode(buf_span(&bytes), &read).kind == ERR_CORRUPT, "%s", FILES[i]);
	}
}

/* ---- the texts of a part ---- */

Test(leaf, texts_come_back_by_their_tags)
{
	struct span texts[LEAF_TEXT_COUNT] = {[LEAF_TEXT_IP] = SPAN_LIT("192.0.2.7"),
		[LEAF_TEXT_LABEL] = SPAN_LIT("Finanzamt Hamburg"),
		[LEAF_TEXT_DETAIL] = SPAN_LIT("{}")};
	struct span read[LEAF_TEXT_COUNT] = {0};
	scoped(buf) plain = BUF(1024);
	leaf_put_texts(&plain, texts, 0, LEAF_TEXT_COUNT);
	cr_assert(!err_failed(leaf_read_texts(buf_span(&plain), read)));
	for (size_t i = 0; i < LEAF_TEXT_COUNT; i++)
		cr_assert(span_equal(texts[i], read[i]), "text %zu", i);
}

Test(leaf, only_texts_of_the_range_are_put)
{
	struct span texts[LEAF_TEXT_COUNT] = {
		[LEAF_TEXT_IP] = SPAN_LIT("192.0.2.7"), [LEAF_TEXT_LABEL] = SPAN_LIT("label")};
	struct span read[LEAF_TEXT_COUNT] = {0};
	scoped(buf) plain = BUF(1024);
	leaf_put_texts(&plain, texts, LEAF_TEXT_OBJECT_TYPE, LEAF_TEXT_COUNT);
	cr_assert(!err_failed(leaf_read_texts(buf_span(&plain), read)));
	cr_assert(read[LEAF_TEXT_IP].len == 0 && span_is(read[LEAF_TEXT_LABEL], "label"));
}

Test(leaf, refuses_texts_that_are_out_of_order_unknown_empty_or_cut)
{
	static const struct span BAD[] = {
		SPAN_LIT("\x02\x01"
			 "b\x01\x01"
			 "a"),
		SPAN_LIT("\x01\x01"
			 "a\x01\x01"
			 "b"),
		SPAN_LIT("\x00\x01"
			 "a"),
		SPAN_LIT("\x18\x01"
			 "a"),
		SPAN_LIT("\x01\x00"),
		SPAN_LIT("\x01\x02"
			 "a"),
		SPAN_LIT("\x01\x81\x00"
			 "a"),
		SPAN_LIT("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
			 "a"),
		SPAN_LIT("\x01\x81"),
		SPAN_LIT("\x01"),
	};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		struct span texts[LEAF_TEXT_COUNT] = {0};
		cr_assert(leaf_read_texts(BAD[i], texts).kind == ERR_CORRUPT, "text %zu", i);
		cr_assert(texts[LEAF_TEXT_IP].len == 0 && texts[LEAF_TEXT_USER_AGENT].len == 0,
			"nothing is set by a failure");
	}
}
