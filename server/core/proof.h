/* SPDX-License-Identifier: Apache-2.0 */
/* proof - a verification that stands for "this person proved who they are" (FOUNDATIONS 1). */
#pragma once

#include "base/err.h"
#include "server/core/caller.h"

enum { PROOF_LOGIN_MS = 8 * 3600 * 1000, PROOF_ACTION_MS = 5 * 60 * 1000 };

struct verification; /* store/nouns/verification.h */

/* proof_holds - whether an allowed verification still proves somebody, but for the device that it came from. */
bool proof_holds(const struct verification *verification, struct instant now);

/* proof_find - in prepare: an allow of `person` obtained by the caller's application: a login of at most 8
 * hours, or a confirmed action of at most 5 minutes that was not used yet. A login by a factor that nobody
 * vouched for yet gives a proof that is `weak`: it opens a plain login and mode code, and nothing for which a
 * person has to be proven (FOUNDATIONS 2). What was proven on a device that was reported lost since is no proof any more.
 *
 *   text  ver_…
 * Fails: PERSON_UNPROVEN whatever is wrong with it. */
fallible proof_find(const struct view *view, const struct caller *caller, struct id person, struct span text,
	struct instant now, struct proof *proof);

/* proof_use - in the act: check it again with the act's clock, and use it up when it confirmed an action.
 * Fails: PERSON_UNPROVEN. */
fallible proof_use(struct act *act, struct id tenant, const struct proof *proof);

/* One field of an action that is confirmed. */
struct proof_field {
	const char *name;
	struct span value; /* UTF-8 */
};

enum { PROOF_FIELDS_MAX = 8, PROOF_ACTION_MAX = 4096 };

/* proof_action_hash - what proof->action_hash of a confirmed action is, so that an act can tell whether this
 *very thing was confirmed: SHA-256 of {"fields":{…},"type":"…"}, compact, names in order. The text that the
 *person read is not in it; it is in the action_hash of the answer and of the receipt. A use is type "use"
 *with the fields grant (grt_…), mode and purpose.
 *
 *	const struct proof_field fields[] = {{"grant", grant}, {"mode", mode}, {"purpose", purpose}};
 *	TRY(proof_action_hash("use", fields, 3, expected));
 *	if (!proof->is_action || memcmp(expected, proof->action_hash, sizeof expected) != 0) …
 * Fails: TOO_LARGE over PROOF_ACTION_MAX · BUG names out of order, or too many. */
fallible proof_action_hash(
	const char *type, const struct proof_field *fields, size_t count, uint8_t hash[static HASH_SHA256]);

/* proof_hash_json - the same of fields that are compact JSON with sorted names already (json_in_raw); empty =
 * {}. */
fallible proof_hash_json(struct span type, struct span fields, uint8_t hash[static HASH_SHA256]);
