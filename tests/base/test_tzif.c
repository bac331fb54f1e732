/* SPDX-License-Identifier: Apache-2.0 */
/* test_tzif - a file of two turns and a rule, whole and damaged. */
#include "base/tzif.h"

#include <criterion/criterion.h>

#define ZEROES_15 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define NUMBER(n) "\0\0\0" n
/* How much of what follows: UT marks, standard marks, leap seconds, turns, offsets, letters. */
#define HEAD(version, turns, offsets, letters)                                                        \
	"TZif" version ZEROES_15 NUMBER("\0") NUMBER("\0") NUMBER("\0") NUMBER(turns) NUMBER(offsets) \
		NUMBER(letters)

/* The halves differ in how wide a time is. The last turn is at 0x100000000, in 2106. */
#define FILE_OF(version, second, rule)                                         \
	HEAD(version, "\1", "\1", "\4")                                        \
	"\0\0\0\1"                                                             \
	"\0"                                                                   \
	"\0\0\x0e\x10\0\0"                                                     \
	"LMT\0" HEAD(version, "\2", "\2", "\4") "\0\0\0\0\0\0\0\1"             \
						"\0\0\0\1\0\0\0\0"             \
						"\1" second "\0\0\x0e\x10\0\0" \
						"\xff\xff\xf8\xf8\1\0"         \
						"LMT\0" rule

#define GOOD FILE_OF("2", "\0", "\n<+01>-1\n")

static struct err read_text(const char *bytes, size_t len, struct tzif *tzif)
{
	return tzif_read(span_of(bytes, len), tzif);
}

#define READ(text, tzif) read_text(text, sizeof(text) - 1, tzif)

Test(tzif, what_a_file_says_of_its_turns_and_of_the_time_behind_them)
{
	struct tzif tzif;
	cr_assert(!err_failed(READ(GOOD, &tzif)));
	cr_assert(tzif.count == 2 && span_is(tzif.rule, "<+01>-1"));
	struct tzif_turn first = tzif_turn(&tzif, 0), second = tzif_turn(&tzif, 1);
	cr_assert(first.at_s == 1 && first.east_s == -1800, "%lld %d", (long long)first.at_s, first.east_s);
	cr_assert(second.at_s == 0x100000000 && second.east_s == 3600);
	cr_assert(!err_failed(READ(FILE_OF("3", "\0", "\n\n"), &tzif)) && tzif.rule.len == 0);
}

Test(tzif, a_file_cut_short_anywhere_is_refused_and_so_is_one_with_more)
{
	struct tzif tzif = {.count = 99};
	for (size_t len = 0; len < sizeof GOOD - 1; len++)
		cr_assert(read_text(GOOD, len, &tzif).kind == ERR_INVALID, "%zu", len);
	cr_assert(READ(GOOD "x", &tzif).kind == ERR_INVALID);
	cr_assert(tzif.count == 99);
}

Test(tzif, what_is_no_file_of_its_kind_is_refused)
{
	struct tzif tzif;
	cr_assert(READ("TZig" GOOD, &tzif).kind == ERR_INVALID);
	cr_assert(READ(FILE_OF("\0", "\0", "\n<+01>-1\n"), &tzif).kind == ERR_INVALID, "32 bits alone");
	cr_assert(
		READ(FILE_OF("2", "\2", "\n<+01>-1\n"), &tzif).kind == ERR_INVALID, "a third offset of two");
	cr_assert(READ(FILE_OF("2", "\0", "<+01>-1\n"), &tzif).kind == ERR_INVALID, "no line of its own");
	cr_assert(READ(HEAD("2", "\0", "\0", "\0") "TZif2" ZEROES_15
						   "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	                                           "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\n\n",
			  &tzif)
				.kind == ERR_INVALID,
		"more than there is");
}

Test(tzif, turns_that_do_not_rise_are_refused)
{
	static const char BACK[] = HEAD("2", "\0", "\0", "\0") HEAD("2", "\2", "\1", "\0") "\0\0\0\0\0\0\0\2"
											   "\0\0\0\0\0\0\0\2"
											   "\0\0"
											   "\0\0\0\0\0\0"
											   "\nUTC0\n";
	struct tzif tzif;
	cr_assert(READ(BACK, &tzif).kind == ERR_INVALID);
}
