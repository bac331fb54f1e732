/* SPDX-License-Identifier: Apache-2.0 */
/* test_passwords - what is drawn has its length and its classes, and no other letters. */
#include "server/core/vault/passwords.h"

#include <criterion/criterion.h>

static bool has_any(struct span text, const char *letters)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr(letters, text.at[i]))
			return true;
	return false;
}

static unsigned classes_in(struct span text)
{
	static const char *const LETTERS[PASSWORDS_CLASS_COUNT] = {
		"abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-_.+!"};
	unsigned found = 0;
	for (unsigned class = 0; class < PASSWORDS_CLASS_COUNT; class ++)
		found |= has_any(text, LETTERS[class]) ? 1u << class : 0;
	return found;
}

Test(passwords, each_length_has_every_class)
{
	scoped(arena) arena = ARENA(64 * 1024);
	for (size_t length = PASSWORDS_MIN; length <= PASSWORDS_MAX; length++) {
		struct span text;
		cr_assert(!err_failed(
			passwords_draw(&(struct passwords_ask){length, PASSWORDS_ALL}, &arena, &text)));
		cr_assert(text.len == length && classes_in(text) == PASSWORDS_ALL);
		cr_assert(!has_any(text, "lIO01"), "letters that look like others");
	}
}

Test(passwords, of_each_choice_of_classes_exactly_these_stand_in_it)
{
	scoped(arena) arena = ARENA(256 * 1024);
	for (unsigned classes = 1; classes <= PASSWORDS_ALL; classes++)
		for (int i = 0; i < 50; i++) {
			struct span text;
			cr_assert(!err_failed(passwords_draw(
				&(struct passwords_ask){PASSWORDS_MIN, classes}, &arena, &text)));
			cr_assert(classes_in(text) == classes, "%u", classes);
		}
}

Test(passwords, every_letter_comes_up_and_none_much_more_often)
{
	enum { DRAWS = 2000, LETTERS = 25 + 24 + 8 + 5 };
	size_t counts[256] = {0}, kinds = 0;
	scoped(arena) arena = ARENA(1024 * 1024);
	const struct passwords_ask ask = {PASSWORDS_MAX, PASSWORDS_ALL};
	for (int i = 0; i < DRAWS; i++, arena_clear(&arena)) {
		struct span text;
		cr_assert(!err_failed(passwords_draw(&ask, &arena, &text)));
		for (size_t k = 0; k < text.len; k++)
			counts[text.at[k]]++;
	}
	for (size_t c = 0; c < 256; c++) {
		size_t mean = (size_t)DRAWS * PASSWORDS_MAX / LETTERS;
		kinds += counts[c] > 0;
		cr_assert(counts[c] == 0 || (counts[c] > mean * 8 / 10 && counts[c] < mean * 12 / 10), "%c",
			(int)c);
	}
	cr_assert(kinds == LETTERS);
}
