/* SPDX-License-Identifier: Apache-2.0 */
/* needs - the fields that an action requires of a posted event: where each stands, and of what form it is.
 *
 * What has a field of its own in every event (object, count, reason, purpose, changes) stands there, all else
 * in `detail`. Some fields of detail may stand in one of the event's own instead. Source: docs/actions.md. */
#pragma once

#include "policies/actions.h"

enum { NEEDS_NAME_MAX = 32, NEEDS_MAX = 16 }; /* bytes of a field's name; fields of one action */

enum needs_place {
	NEEDS_OBJECT,
	NEEDS_COUNT,
	NEEDS_REASON,
	NEEDS_PURPOSE,
	NEEDS_CHANGES,
	NEEDS_DETAIL,
};

/* The event's own field that says the same as one of detail. */
enum needs_instead {
	NEEDS_NOTHING,
	NEEDS_CLIENT_INSTEAD,  /* client_id */
	NEEDS_TASK_INSTEAD,    /* task_ref */
	NEEDS_SESSION_INSTEAD, /* session_hash */
	NEEDS_COUNT_INSTEAD,   /* rows */
	NEEDS_GRANT_INSTEAD,   /* grant_id */
	NEEDS_DEVICE_INSTEAD,  /* ua, platform: what the device says of itself */
	NEEDS_OBJECT_INSTEAD,  /* the id that a row begins with, but client_id: what the event is about */
};

enum needs_form {
	NEEDS_ANYTHING, /* that is not empty */
	NEEDS_BOOL,
	NEEDS_NUMBER,
	NEEDS_LIST,
	NEEDS_WORD, /* of choices */
};

struct need {
	struct span name;    /* in detail "a|b": either will do */
	struct span choices; /* "a|b" with NEEDS_WORD */
	enum needs_place place;
	enum needs_instead instead;
	enum needs_form form;
	bool optional; /* only its form is checked */
};

/* needs_next - the next field that an action requires; false at the end.
 *
 *   required  the text of row->required
 *   rest      its part that is not read yet; starts as the whole
 * Cost: one pass over the text, no memory. */
bool needs_next(struct span required, struct span *rest, struct need *need);

/* needs_has_word - whether a word is one of "a|b". */
bool needs_has_word(struct span choices, struct span word);

/* needs_is_field - whether a text may be required of an action that a tenant declares: a name of a-z, 0-9 and
 * _ of at most NEEDS_NAME_MAX bytes that begins with a letter, then nothing, "[]", "(bool)" or "(number)". */
bool needs_is_field(struct span text);
