/* SPDX-License-Identifier: Apache-2.0 */
/* test_vault_rules - what a denied purpose covers. */
#include "policies/vault_rules.h"

#include <criterion/criterion.h>

enum { MEMORY = 64 * 1024 };

static bool denies(const char *denied, const char *text)
{
	scoped(arena) arena = ARENA(MEMORY);
	bool answer = false;
	struct err err = vault_rules_denies(span_text(denied), span_text(text), &arena, &answer);
	cr_assert(!err_failed(err), "%s", err.why);
	return answer;
}

Test(vault_rules, a_purpose_denies_words_that_begin_like_it_whatever_their_case)
{
	cr_assert(denies("kirjanpi", "Kirjanpitoa toukokuulta") && denies("KIRJANPI", "see kirjanpito"));
	cr_assert(denies("страхов", "Оформить СТРАХОВКУ") && denies("pay roll", "do the pay rolls"));
	cr_assert(denies("book", "—bookkeeping") && denies("book", "\"book\""));
}

Test(vault_rules, what_only_contains_it_inside_a_word_is_not_denied)
{
	cr_assert(!denies("keep", "bookkeeping") && !denies("book", "buy a notebook"));
	cr_assert(!denies("kirjanpi", "kirjan") && !denies("book", "") && !denies("", "book"));
}

Test(vault_rules, how_it_is_written_lets_nobody_past_it)
{
	cr_assert(denies("pay roll", "PAY  Roll") && denies("pay  roll", "pay roll"));
	cr_assert(denies("pay roll", "pay\u00a0\u2003roll") && denies("pay roll", "pay\troll") &&
		denies("pay roll ", "pay roll"));
	cr_assert(denies("pay-roll", "pay\u2011roll") && denies("pay-roll", "pay\u2013roll"));
	cr_assert(denies("payroll", "ｐａｙｒｏｌｌ") && denies("payroll", "ℙay\u200broll") &&
		denies("payroll", "pay\u00adroll"));
	cr_assert(denies("Überweisung", "U\u0308BERWEISUNG") &&
		denies("überweisung", "u\u200b\u0308berweisung"));
	cr_assert(!denies("pay-roll", "pay roll") && !denies("pay roll", "payroll"));
	cr_assert(!denies("payroll", "рayroll"), "the first letter is another one");
	cr_assert(!denies("\u034f", "book"), "of a mark that is not seen nothing is left");
}

Test(vault_rules, no_bytes_that_are_no_text_pass_as_a_purpose)
{
	scoped(arena) arena = ARENA(MEMORY);
	bool answer;
	static const uint8_t BROKEN[] = {'b', 0xff, 'k'};
	cr_assert(err_failed(vault_rules_denies(SPAN_LIT("b"), SPAN_BYTES(BROKEN), &arena, &answer)));
	cr_assert(!vault_rules_is_purpose(SPAN_LIT("")) && !vault_rules_is_purpose(SPAN_LIT(" book")));
	cr_assert(!vault_rules_is_purpose(SPAN_LIT("two\nlines")) && !vault_rules_is_purpose(SPAN_LIT("-")));
	cr_assert(
		vault_rules_is_purpose(SPAN_LIT("book keeping")) && vault_rules_is_purpose(SPAN_LIT("ёлка")));
}

Test(vault_rules, the_tenants_and_the_grants_own_both_deny)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct vault_rules rules = vault_rules_default();
	bool answer;
	rules.purposes_denied[rules.purpose_count++] = SPAN_LIT("payroll");
	const struct span lines = SPAN_LIT("gambling\nloan");
	cr_assert(!err_failed(vault_rules_denies_any(&rules, lines, SPAN_LIT("Payroll"), &arena, &answer)));
	cr_assert(answer);
	cr_assert(!err_failed(vault_rules_denies_any(&rules, lines, SPAN_LIT("a loan"), &arena, &answer)));
	cr_assert(answer);
	cr_assert(!err_failed(vault_rules_denies_any(&rules, lines, SPAN_LIT("invoice"), &arena, &answer)));
	cr_assert(!answer);
	cr_assert(
		!err_failed(vault_rules_denies_any(&rules, SPAN_NONE, SPAN_LIT("a loan"), &arena, &answer)));
	cr_assert(!answer, "what one grant denies another one does not");
}
