/* SPDX-License-Identifier: Apache-2.0 */
/* test_share - the text of a share says what was printed, and each slip, foreign share and forgery is refused. */
#include "crypto/share.h"

#include "tests/support/vectors.h"

#include <criterion/criterion.h>

#include <ctype.h>

enum { COUNT = 5, LEAST = 3 };

static const uint8_t SECRET[SHAMIR_SECRET] = "a secret of thirty-two bytes...";

static void split(struct share shares[static COUNT])
{
	cr_assert(!err_failed(share_split(SECRET, LEAST, COUNT, shares)));
}

static struct err parsed(const char *text, struct share *share)
{
	return share_parse(span_text(text), share);
}

Test(share, says_the_same_after_it_was_printed_and_typed)
{
	struct share shares[COUNT], read;
	char text[SHARE_TEXT + 1];
	for (unsigned round = 0; round < 50; round++) {
		split(shares);
		for (size_t i = 0; i < COUNT; i++) {
			share_print(&shares[i], text);
			cr_assert(strlen(text) == SHARE_TEXT, "%s", text);
			cr_assert(!err_failed(parsed(text, &read)), "%s", text);
			cr_assert(memcmp(&read, &shares[i], sizeof read) == 0, "%s", text);
		}
	}
}

Test(share, is_read_as_people_type_it)
{
	struct share shares[COUNT], read;
	char text[SHARE_TEXT + 1], typed[SHARE_TYPED_MAX];
	size_t at = 0;
	split(shares);
	share_print(&shares[1], text);
	for (size_t i = 0; text[i]; i++) {
		char c = text[i];
		if (i >= 3)
			c = c == '1' ? (i % 2 ? 'l' : 'I') : c == '0' ? 'o' : (char)tolower(c);
		typed[at++] = c == '-' ? (i % 3 ? ' ' : '\n') : c;
		if (i % 7 == 0)
			typed[at++] = '-';
	}
	cr_assert(!err_failed(share_parse(span_of(typed, at), &read)));
	cr_assert(memcmp(&read, &shares[1], sizeof read) == 0);
}

Test(share, with_any_one_character_wrong_is_refused)
{
	static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	struct share shares[COUNT], read = {.least = 99};
	char text[SHARE_TEXT + 1];
	split(shares);
	share_print(&shares[0], text);
	for (size_t i = 0; i < SHARE_TEXT; i++) {
		char right = text[i];
		if (right == '-')
			continue;
		for (size_t j = 0; ALPHABET[j]; j++) {
			text[i] = ALPHABET[j];
			if (toupper(right) == ALPHABET[j])
				continue;
			cr_assert(parsed(text, &read).kind == ERR_INPUT, "%s", text);
		}
		text[i] = right;
	}
	cr_assert(read.least == 99, "a refusal says nothing");
}

Test(share, too_short_too_long_or_strange_is_refused)
{
	struct share shares[COUNT], read;
	char text[SHARE_TEXT + 2];
	split(shares);
	share_print(&shares[0], text);
	for (size_t len = 0; len < SHARE_TEXT; len++)
		cr_assert(share_parse(span_of(text, len), &read).kind == ERR_INPUT, "%zu", len);
	memcpy(text + SHARE_TEXT, "0", 2);
	cr_assert(parsed(text, &read).kind == ERR_INPUT);
	text[SHARE_TEXT] = '\0';
	for (unsigned c = 1; c < 256; c++) {
		bool meant = isalnum((int)c) && c < 128 && !strchr("uU", (int)c);
		if (meant || strchr(" -\t\r\n", (int)c))
			continue;
		text[10] = (char)c;
		cr_assert(parsed(text, &read).kind == ERR_INPUT, "character %u", c);
	}
	cr_assert(parsed("", &read).kind == ERR_INPUT);
}

Test(share, that_claims_a_place_outside_its_set_is_refused)
{
	static const uint8_t WRONG[][3] = {{3, 5, 0}, {3, 5, 6}, {6, 5, 1}, {1, 5, 1}, {2, 2, 200}};
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
		struct share share = {.least = WRONG[i][0], .count = WRONG[i][1], .point.x = WRONG[i][2]},
			     read;
		char text[SHARE_TEXT + 1];
		share_print(&share, text);
		cr_assert(parsed(text, &read).kind == ERR_INPUT, "%s", text);
	}
}

Test(share, has_a_check_that_every_change_of_it_breaks)
{
	struct share shares[COUNT];
	uint8_t right[SHARE_CHECK], other[SHARE_CHECK];
	split(shares);
	share_check(&shares[0], right);
	share_check(&shares[0], other);
	cr_assert(memcmp(right, other, sizeof right) == 0, "the same share has the same check");
	for (size_t at = 0; at < SHARE_SET + 3 + SHAMIR_SECRET; at++) {
		struct share changed = shares[0];
		((uint8_t *)&changed)[at] ^= 1;
		share_check(&changed, other);
		cr_assert(memcmp(right, other, sizeof right) != 0, "byte %zu", at);
	}
}

Test(share, any_three_of_five_give_the_secret)
{
	struct share shares[COUNT];
	split(shares);
	for (unsigned a = 0; a < COUNT; a++)
		for (unsigned b = 0; b < COUNT; b++)
			for (unsigned c = 0; c < COUNT; c++) {
				const struct share some[] = {shares[a], shares[b], shares[c]};
				uint8_t secret[SHAMIR_SECRET];
				struct err err = share_combine(some, 3, secret);
				bool apart = a != b && b != c && a != c;
				cr_assert(apart == !err_failed(err), "%u %u %u", a, b, c);
				cr_assert(!apart || memcmp(secret, SECRET, sizeof secret) == 0);
			}
}

Test(share, too_few_or_foreign_ones_are_not_combined)
{
	struct share ours[COUNT], theirs[COUNT];
	uint8_t secret[SHAMIR_SECRET];
	split(ours);
	split(theirs);
	cr_assert(share_combine(ours, 0, secret).kind == ERR_INPUT);
	cr_assert(share_combine(ours, LEAST - 1, secret).kind == ERR_INPUT);
	ours[2] = theirs[2];
	cr_assert(share_combine(ours, LEAST, secret).kind == ERR_INPUT);
}

/* ---- what is kept of a set ---- */

Test(share, of_the_set_is_known_and_a_wrong_or_foreign_one_is_named)
{
	struct share ours[COUNT], theirs[COUNT];
	scoped(buf) set = BUF(SHARE_SET_MAX);
	uint8_t least, count;
	split(ours);
	split(theirs);
	share_put_set(ours, &set);
	cr_assert(!err_failed(share_read_set(buf_span(&set), &least, &count)));
	cr_assert(least == LEAST && count == COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		struct share wrong = ours[i];
		wrong.point.y[i] ^= 1;
		cr_assert(!err_failed(share_is_of(buf_span(&set), &ours[i])));
		cr_assert(share_is_of(buf_span(&set), &wrong).kind == ERR_FORGED);
		wrong = ours[i];
		wrong.point.x = (uint8_t)(wrong.point.x % COUNT + 1);
		cr_assert(share_is_of(buf_span(&set), &wrong).kind == ERR_FORGED, "at another place");
		cr_assert(share_is_of(buf_span(&set), &theirs[i]).kind == ERR_FORGED);
	}
}

Test(share, facts_of_a_set_in_another_form_are_refused)
{
	struct share shares[COUNT];
	scoped(buf) set = BUF(SHARE_SET_MAX);
	uint8_t least, count;
	split(shares);
	share_put_set(shares, &set);
	for (size_t len = 0; len < set.len; len++)
		cr_assert(share_read_set(span_of(set.data, len), &least, &count).kind == ERR_CORRUPT);
	for (unsigned packed = 0; packed < 256; packed++) {
		set.data[SHARE_SET] = (uint8_t)packed;
		bool good = (packed & 15) == COUNT - 1 && packed >> 4 >= 1 && packed >> 4 <= COUNT - 1;
		cr_assert(good == !err_failed(share_read_set(buf_span(&set), &least, &count)), "%x", packed);
	}
}

Test(share, its_golden_texts_open_for_ever)
{
	scoped(buf) file = BUF(4096);
	struct share shares[COUNT];
	struct span rest, line;
	uint8_t secret[SHAMIR_SECRET];
	size_t count = 0;
	vectors_read("golden/shares_1.txt", &file);
	rest = buf_span(&file);
	while (count < COUNT && span_cut(&rest, '\n', &line)) {
		char text[SHARE_TEXT + 1];
		cr_assert(!err_failed(share_parse(line, &shares[count])));
		share_print(&shares[count++], text);
		cr_assert(span_is(line, text), "it prints as it was printed");
	}
	cr_assert(count == COUNT && shares[0].least == LEAST && shares[0].count == COUNT);
	cr_assert(!err_failed(share_combine(shares + 2, LEAST, secret)));
	cr_assert(memcmp(secret, SECRET, sizeof secret) == 0);
}
