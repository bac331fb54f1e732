/* SPDX-License-Identifier: Apache-2.0 */
/* vault_rules - the rules of who set none, and what a denied purpose covers. */
#include "policies/vault_rules.h"

#include "base/text.h"

#include <string.h>

struct vault_rules vault_rules_default(void)
{
	return (struct vault_rules){.grant_days = VAULT_RULES_DAYS};
}

bool vault_rules_is_purpose(struct span text)
{
	struct span rest = text, word;
	bool one_line = true;
	for (size_t i = 0; i < text.len; i++)
		one_line = one_line && text.at[i] >= 0x20 && text.at[i] != 0x7f;
	return one_line && text_next_word(&rest, &word) && word.at == text.at;
}

fallible vault_rules_denies(struct span denied, struct span text, struct arena *arena, bool *denies)
{
	struct span needle, hay, word;
	*denies = false;
	if (denied.len == 0 || text.len == 0)
		return OK;
	TRY(text_fold_phrase(denied, arena, &needle));
	TRY(text_fold_phrase(text, arena, &hay));
	needle = span_trim(needle);
	if (needle.len == 0)
		return OK;
	struct span rest = hay;
	while (!*denies && text_next_word(&rest, &word)) {
		size_t left = (size_t)(hay.at + hay.len - word.at);
		*denies = needle.len <= left && memcmp(word.at, needle.at, needle.len) == 0;
	}
	return OK;
}

fallible vault_rules_denies_any(const struct vault_rules *rules, struct span lines, struct span text,
	struct arena *arena, bool *denies)
{
	struct span line;
	*denies = false;
	for (size_t i = 0; !*denies && i < rules->purpose_count; i++)
		TRY(vault_rules_denies(rules->purposes_denied[i], text, arena, denies));
	while (!*denies && span_cut(&lines, '\n', &line))
		TRY(vault_rules_denies(line, text, arena, denies));
	return OK;
}
