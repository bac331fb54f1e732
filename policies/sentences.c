/* SPDX-License-Identifier: Apache-2.0 */
/* sentences - an action's text in strings.json, action.noun_verb: one that lacks it does not compile. */
#include "policies/sentences.h"

#include "policies/messages.h"

#include <assert.h>

static const enum message MESSAGES[ACTION_COUNT] = {
#define ACTION(code, name, text, class, severity, critical, fields, told, retention, reserved, also) \
	[ACTION_##name] = MESSAGE_ACTION_##name,
#include "policies/actions.def"
#undef ACTION
};

const char *sentences_text(enum action action, enum language language)
{
	assert(action > ACTION_NONE && action < ACTION_COUNT);
	return messages_text(language, MESSAGES[action]);
}
