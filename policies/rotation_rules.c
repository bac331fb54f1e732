/* SPDX-License-Identifier: Apache-2.0 */
/* rotation_rules - one rule, and the words for what follows from it. */
#include "policies/rotation_rules.h"

bool rotation_rules_due(const struct rotation_facts *facts)
{
	return facts->class >= ROTATION_CLASS && facts->is_current && !facts->has_live_grant;
}

static enum rotation_state due_state(enum rotation_note note)
{
	switch (note) {
	case ROTATION_NOTE_PLANNED:
		return ROTATION_PLANNED;
	case ROTATION_NOTE_WAIVED:
		return ROTATION_WAIVED;
	case ROTATION_NOTE_NONE:
	case ROTATION_NOTE_COUNT:
		break;
	}
	return ROTATION_OWED;
}

enum rotation_state rotation_rules_state(const struct rotation_facts *facts)
{
	if (facts->class < ROTATION_CLASS)
		return ROTATION_NONE;
	if (!facts->is_current)
		return ROTATION_DONE;
	return rotation_rules_due(facts) ? due_state(facts->note) : ROTATION_NONE;
}

static const char *const WORDS[ROTATION_STATE_COUNT] = {
	[ROTATION_NONE] = "none",
	[ROTATION_OWED] = "owed",
	[ROTATION_PLANNED] = "planned",
	[ROTATION_WAIVED] = "waived",
	[ROTATION_DONE] = "done",
};

const char *rotation_rules_word(enum rotation_state state)
{
	return WORDS[state];
}

bool rotation_rules_find(struct span word, enum rotation_state *state)
{
	for (unsigned i = 0; i < ROTATION_STATE_COUNT; i++)
		if (span_is(word, WORDS[i])) {
			*state = (enum rotation_state)i;
			return true;
		}
	return false;
}
