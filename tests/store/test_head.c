/* SPDX-License-Identifier: Apache-2.0 */
/* test_head - sums that forget nothing, and a head row that nobody can rewrite. */
#include "store/head.h"

#include "tests/support/dice.h"
#include "tests/support/fake_keys.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>

enum { HEAD_BYTES = 1 + 8 + 32 + 64 + 16 };

static bool same(const struct head_sum *a, const struct head_sum *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

Test(head, subtracting_a_term_undoes_adding_it)
{
	struct dice dice = {1};
	struct head_sum sum = {0};
	for (int i = 0; i < 1000; i++) {
		uint8_t term[HASH_WIDE];
		dice_fill(&dice, term, sizeof term);
		/* Long runs of ones, so that carries go through many limbs. */
		if (i % 3 == 0)
			memset(term, 0xff, 8 * dice_below(&dice, 9));
		struct head_sum before = sum;
		head_add(&sum, term);
		struct head_sum after = sum;
		head_subtract(&sum, term);
		cr_assert(same(&sum, &before), "term %d is taken back", i);
		sum = after;
	}
}

Test(head, the_order_of_terms_does_not_matter)
{
	struct dice dice = {2};
	uint8_t terms[50][HASH_WIDE];
	struct head_sum up = {0}, down = {0};
	dice_fill(&dice, terms[0], sizeof terms);
	for (size_t i = 0; i < 50; i++) {
		head_add(&up, terms[i]);
		head_add(&down, terms[49 - i]);
	}
	cr_assert(same(&up, &down));
}

Test(head, joining_a_change_is_adding_and_subtracting_its_terms)
{
	struct dice dice = {3};
	uint8_t put[HASH_WIDE], dropped[HASH_WIDE];
	dice_fill(&dice, put, sizeof put);
	dice_fill(&dice, dropped, sizeof dropped);
	struct head_sum at_once = {0}, change = {0}, joined = {0};
	head_add(&at_once, dropped);
	joined = at_once;
	head_subtract(&at_once, dropped);
	head_add(&at_once, put);
	head_subtract(&change, dropped);
	head_add(&change, put);
	head_join(&joined, &change);
	cr_assert(same(&at_once, &joined));
}

Test(head, a_sum_wraps_at_512_bits)
{
	uint8_t ones[HASH_WIDE], one[HASH_WIDE] = {1};
	struct head_sum sum = {0}, zero = {0};
	memset(ones, 0xff, sizeof ones);
	head_add(&sum, ones);
	head_add(&sum, one);
	cr_assert(same(&sum, &zero));
}

static struct head example(void)
{
	struct dice dice = {4};
	struct head head = {.sequence = 0x0102030405060708};
	dice_fill(&dice, head.chain, sizeof head.chain);
	for (size_t i = 0; i < 8; i++)
		head.sum.limb[i] = dice_roll(&dice);
	return head;
}

Test(head, what_is_encoded_is_decoded)
{
	struct head head = example(), read;
	scoped(buf) row = BUF(512);
	head_encode(&head, fake_keys_table(), &row);
	cr_assert(row.len == HEAD_BYTES);
	cr_assert(!err_failed(head_decode(buf_span(&row), fake_keys_table(), &read)));
	cr_assert(read.sequence == head.sequence && same(&read.sum, &head.sum));
	cr_assert(memcmp(read.chain, head.chain, sizeof head.chain) == 0);
}

Test(head, refuses_a_row_with_any_bit_flipped)
{
	struct head head = example(), read;
	scoped(buf) row = BUF(512);
	head_encode(&head, fake_keys_table(), &row);
	for (size_t bit = 0; bit < row.len * 8; bit++) {
		row.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		struct err err = head_decode(buf_span(&row), fake_keys_table(), &read);
		cr_assert(err.kind == (bit < 8 ? ERR_CORRUPT : ERR_FORGED), "bit %zu", bit);
		row.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

Test(head, refuses_a_row_of_another_length)
{
	struct head head = example(), read;
	scoped(buf) row = BUF(512);
	head_encode(&head, fake_keys_table(), &row);
	for (size_t len = 0; len < row.len; len++)
		cr_assert(err_failed(head_decode(span_of(row.data, len), fake_keys_table(), &read)), "%zu",
			len);
	buf_put_u8(&row, 0);
	cr_assert(head_decode(buf_span(&row), NULL, &read).kind == ERR_CORRUPT);
}

Test(head, reads_its_golden_file_for_ever)
{
	struct head head = example(), read;
	scoped(buf) golden = BUF(HEAD_BYTES);
	scoped(buf) row = BUF(512);
	vectors_read_hex("golden/head_1.hex", &golden);
	cr_assert(!err_failed(head_decode(buf_span(&golden), fake_keys_table(), &read)));
	cr_assert(read.sequence == head.sequence && same(&read.sum, &head.sum));
	head_encode(&head, fake_keys_table(), &row);
	cr_assert(span_equal(buf_span(&row), buf_span(&golden)), "the encoding is the golden one");
}
