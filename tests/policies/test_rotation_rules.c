/* SPDX-License-Identifier: Apache-2.0 */
/* When a secret has to be changed because of what somebody knows: the whole table of facts. */
#include "policies/rotation_rules.h"

#include <criterion/criterion.h>

/* Somebody who has left knows a password that is in use. */
static struct rotation_facts leaver(void)
{
	return (struct rotation_facts){.class = 4, .is_current = true};
}

Test(rotation_rules, what_a_leaver_knows_is_owed)
{
	struct rotation_facts facts = leaver();
	cr_assert(rotation_rules_due(&facts) && rotation_rules_state(&facts) == ROTATION_OWED);
	facts.class = 3;
	cr_assert(rotation_rules_due(&facts), "who could know it counts as well");
}

Test(rotation_rules, nothing_is_owed_below_class_three_for_an_old_version_or_with_a_live_grant)
{
	for (unsigned class = 0; class <= 4; class ++)
		for (unsigned bits = 0; bits < 4; bits++) {
			const struct rotation_facts facts = {class, bits & 1, bits & 2, ROTATION_NOTE_NONE};
			cr_assert(rotation_rules_due(&facts) == (class >= 3 && bits == 1),
				"class %u, facts %u", class, bits);
		}
}

Test(rotation_rules, a_note_says_where_an_open_duty_stands_and_opens_none)
{
	struct rotation_facts facts = leaver();
	facts.note = ROTATION_NOTE_PLANNED;
	cr_assert(rotation_rules_state(&facts) == ROTATION_PLANNED);
	facts.note = ROTATION_NOTE_WAIVED;
	cr_assert(rotation_rules_state(&facts) == ROTATION_WAIVED);
	facts.has_live_grant = true;
	cr_assert(rotation_rules_state(&facts) == ROTATION_NONE);
}

Test(rotation_rules, a_new_version_closes_it_whatever_was_noted)
{
	for (unsigned note = 0; note < ROTATION_NOTE_COUNT; note++) {
		const struct rotation_facts facts = {4, false, note & 1, (enum rotation_note)note};
		cr_assert(rotation_rules_state(&facts) == ROTATION_DONE);
	}
}

Test(rotation_rules, each_state_has_its_word_and_no_other_word_has_a_state)
{
	enum rotation_state state;
	for (unsigned i = 0; i < ROTATION_STATE_COUNT; i++) {
		const char *word = rotation_rules_word((enum rotation_state)i);
		cr_assert(rotation_rules_find(span_text(word), &state) && state == i, "%s", word);
	}
	cr_assert(!rotation_rules_find(SPAN_LIT("Owed"), &state));
	cr_assert(!rotation_rules_find(SPAN_NONE, &state));
}
