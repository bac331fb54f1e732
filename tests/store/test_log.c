/* SPDX-License-Identifier: Apache-2.0 */
/* test_log - rows of the log: their bytes, stubs, and the chain. */
#include "store/log.h"

#include "crypto/hash.h"
#include "tests/support/dice.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>

static const uint8_t LEAF[] = {1, 2, 3, 4, 5};

static struct log_row example(void)
{
	struct dice dice = {11};
	struct log_row row = {.sequence = 0x1122334455667788, .index = 0x0a0b0c, .leaf = SPAN_BYTES(LEAF)};
	dice_fill(&dice, row.tenant.bytes, sizeof row.tenant.bytes);
	dice_fill(&dice, row.chain, sizeof row.chain);
	row.leaf_hash = merkle_leaf(row.leaf);
	return row;
}

static fallible decode(uint64_t sequence, struct span value, struct log_row *row)
{
	uint8_t key[8];
	log_key(sequence, key);
	struct err err = log_decode(SPAN_BYTES(key), value, row);
	if (!err_failed(err))
		log_hash(row);
	return err;
}

static bool same(const struct log_row *a, const struct log_row *b)
{
	return a->sequence == b->sequence && a->index == b->index && ids_equal(a->tenant, b->tenant) &&
		memcmp(a->chain, b->chain, sizeof a->chain) == 0 &&
		memcmp(&a->leaf_hash, &b->leaf_hash, sizeof a->leaf_hash) == 0 &&
		span_equal(a->leaf, b->leaf);
}

Test(log, what_is_encoded_is_decoded)
{
	struct log_row row = example(), read;
	scoped(buf) value = BUF(512);
	log_encode(&row, &value);
	cr_assert(value.len == LOG_ROW_HEADER + sizeof LEAF && value.data[0] == LOG_ROW_LEAF);
	cr_assert(!err_failed(decode(row.sequence, buf_span(&value), &read)));
	cr_assert(same(&row, &read));
}

Test(log, a_row_without_its_leaf_is_a_stub)
{
	struct log_row row = example(), read;
	scoped(buf) value = BUF(512);
	row.leaf = SPAN_NONE;
	log_encode(&row, &value);
	cr_assert(value.len == LOG_STUB_SIZE && value.data[0] == LOG_ROW_STUB);
	cr_assert(!err_failed(decode(row.sequence, buf_span(&value), &read)));
	cr_assert(same(&row, &read));
}

Test(log, keys_sort_like_their_sequences)
{
	struct dice dice = {12};
	for (int i = 0; i < 1000; i++) {
		uint64_t a = dice_roll(&dice) >> dice_below(&dice, 64),
			 b = dice_roll(&dice) >> dice_below(&dice, 64);
		uint8_t left[8], right[8];
		log_key(a, left);
		log_key(b, right);
		int order = span_compare(SPAN_BYTES(left), SPAN_BYTES(right));
		cr_assert((order < 0) == (a < b) && (order == 0) == (a == b));
	}
}

static void refuses_pieces(struct span value, size_t least)
{
	struct log_row read;
	for (size_t len = 0; len < least; len++)
		cr_assert(decode(1, span_of(value.at, len), &read).kind == ERR_CORRUPT, "%zu bytes", len);
	cr_assert(!err_failed(decode(1, span_of(value.at, least), &read)));
}

Test(log, refuses_what_is_cut_short)
{
	struct log_row row = example();
	scoped(buf) whole = BUF(512);
	scoped(buf) stub = BUF(512);
	scoped(buf) hashed = BUF(512);
	log_encode(&row, &whole);
	refuses_pieces(buf_span(&whole), LOG_ROW_HEADER + 1);
	row.leaf = SPAN_NONE;
	log_encode(&row, &stub);
	refuses_pieces(buf_span(&stub), LOG_STUB_SIZE);
	vectors_read_hex("golden/log_row_1.hex", &hashed);
	refuses_pieces(buf_span(&hashed), LOG_STUB_SIZE + 1);
}

Test(log, refuses_what_is_no_row)
{
	struct log_row row = example(), read = {.sequence = 7};
	scoped(buf) value = BUF(512);
	log_encode(&row, &value);
	buf_put(&value, SPAN_BYTES(row.leaf_hash.bytes));
	for (unsigned version = 0; version < 256; version++) {
		value.data[0] = (uint8_t)version;
		bool fits = version == LOG_ROW_LEAF || version == LOG_ROW_HASHED;
		cr_assert(err_failed(decode(1, buf_span(&value), &read)) != fits, "version %u", version);
	}
	value.data[0] = LOG_ROW_LEAF;
	cr_assert(log_decode(SPAN_LIT("seven b"), buf_span(&value), &read).kind == ERR_CORRUPT);
	cr_assert(log_decode(SPAN_LIT("nine byte"), buf_span(&value), &read).kind == ERR_CORRUPT);
}

Test(log, a_link_covers_all_that_it_should)
{
	struct log_row row = example();
	uint8_t before[HASH_BLAKE] = {9}, link[HASH_BLAKE], other[HASH_BLAKE];
	log_chain(before, &row, link);
	struct log_row changed = row;
	changed.sequence++;
	log_chain(before, &changed, other);
	cr_assert(memcmp(link, other, sizeof link) != 0, "the sequence");
	changed = row;
	changed.tenant.bytes[15] ^= 1;
	log_chain(before, &changed, other);
	cr_assert(memcmp(link, other, sizeof link) != 0, "the tenant");
	changed = row;
	changed.index++;
	log_chain(before, &changed, other);
	cr_assert(memcmp(link, other, sizeof link) != 0, "the index");
	changed = row;
	changed.leaf_hash.bytes[31] ^= 1;
	log_chain(before, &changed, other);
	cr_assert(memcmp(link, other, sizeof link) != 0, "the leaf hash");
	before[31] ^= 1;
	log_chain(before, &row, other);
	cr_assert(memcmp(link, other, sizeof link) != 0, "the link before");
}

Test(log, a_link_is_the_hash_that_the_format_names)
{
	struct log_row row = example();
	uint8_t before[HASH_BLAKE] = {9}, link[HASH_BLAKE], expected[HASH_BLAKE];
	scoped(buf) message = BUF(512);
	buf_put(&message, SPAN_BYTES(before));
	buf_put_u64(&message, row.sequence);
	buf_put(&message, SPAN_BYTES(row.tenant.bytes));
	buf_put_u64(&message, row.index);
	buf_put(&message, SPAN_BYTES(row.leaf_hash.bytes));
	const struct span whole = buf_span(&message);
	hash_blake(&whole, 1, expected);
	log_chain(before, &row, link);
	cr_assert(memcmp(link, expected, sizeof link) == 0);
}

static void reads_golden(const char *file, const struct log_row *row)
{
	struct log_row read;
	scoped(buf) golden = BUF(512);
	vectors_read_hex(file, &golden);
	cr_assert(!err_failed(decode(row->sequence, buf_span(&golden), &read)), "%s", file);
	cr_assert(same(row, &read), "%s", file);
}

static void writes_golden(const char *file, const struct log_row *row)
{
	scoped(buf) golden = BUF(512);
	scoped(buf) value = BUF(512);
	vectors_read_hex(file, &golden);
	log_encode(row, &value);
	cr_assert(span_equal(buf_span(&value), buf_span(&golden)), "%s", file);
}

Test(log, reads_its_golden_files_for_ever_and_writes_the_newest)
{
	struct log_row row = example();
	reads_golden("golden/log_row_1.hex", &row);
	reads_golden("golden/log_row_3.hex", &row);
	writes_golden("golden/log_row_3.hex", &row);
	row.leaf = SPAN_NONE;
	reads_golden("golden/log_row_2.hex", &row);
	writes_golden("golden/log_row_2.hex", &row);
}

Test(log, a_stored_hash_is_told_from_one_that_was_made)
{
	struct log_row row = example(), read;
	scoped(buf) hashed = BUF(512);
	scoped(buf) value = BUF(512);
	vectors_read_hex("golden/log_row_1.hex", &hashed);
	hashed.data[hashed.len - 1] ^= 1;
	cr_assert(!err_failed(decode(row.sequence, buf_span(&hashed), &read)));
	cr_assert(read.hash_is_stored && memcmp(&read.leaf_hash, &row.leaf_hash, sizeof row.leaf_hash) == 0);
	log_encode(&row, &value);
	value.data[value.len - 1] ^= 1;
	cr_assert(!err_failed(decode(row.sequence, buf_span(&value), &read)));
	cr_assert(!read.hash_is_stored && memcmp(&read.leaf_hash, &row.leaf_hash, sizeof row.leaf_hash) != 0);
}
