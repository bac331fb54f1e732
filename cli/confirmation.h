/* SPDX-License-Identifier: Apache-2.0 */
/* confirmation - a person confirms one action with a code of their own authenticator, and has a verification of it then. */
#pragma once

#include "base/json_in.h"
#include "cli/session.h"

enum { CONFIRMATION_FIELDS_MAX = 4, CONFIRMATION_ID = 64 };

/* What is confirmed: the server compares type and fields with what is then asked for. */
struct confirmation_ask {
	const char *type;
	const char *text; /* what it is for, in words */
	struct {
		const char *name, *value;
	} fields[CONFIRMATION_FIELDS_MAX];
	size_t count;
};

/* confirmation_get - open a verification of the action, read a code, confirm.
 *
 *   id  ver_…, ended by a NUL
 * Fails: DENIED the code does not confirm it · as session_fetch, secret_in_read. */
fallible confirmation_get(struct session *session, struct commands_call *call,
	const struct confirmation_ask *ask, char id[static CONFIRMATION_ID]);
