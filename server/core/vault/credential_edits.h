/* SPDX-License-Identifier: Apache-2.0 */
/* credential_edits - another label, another ceiling of modes. The ceiling lies inside what is sealed: to change it every
 * field is opened and sealed again, under another data key, and nothing leaves. */
#pragma once

#include "server/core/scene.h"
#include "store/nouns/version.h"

struct credential_edits {
	/* asked */
	struct credential before; /* of credentials_find */
	struct credential after;  /* the same with another label, another ceiling, or both */
	/* prepared */
	struct version
		versions[CREDENTIAL_FIELD_COUNT]; /* those that the current one rests on, sealed anew */
	size_t version_count;
	struct span sealed;
	struct event_draft draft;
};

/* credential_edits_prepare, _write - a ceiling is lowered by whoever may write, and raised by a proven owner alone.
 * Fails: CONFLICT it is archived · PERSON_UNPROVEN, DENIED somebody else raises the ceiling · CORRUPT a stored secret does
 * not open: it was changed by hand · STALE. */
fallible credential_edits_prepare(const struct scene *scene, struct credential_edits *edits);
fallible credential_edits_write(struct act *act, struct credential_edits *edits);

/* credential_edits_check_owner - the caller is an owner who proved it. Fails: PERSON_UNPROVEN · DENIED. */
fallible credential_edits_check_owner(const struct scene *scene);
