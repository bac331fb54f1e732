/* SPDX-License-Identifier: Apache-2.0 */
/* approvals - a grant that waits until the client, or staff, said yes to it: never whoever asked for it, and never who is to
 * get it. An approver never sees the secret. */
#pragma once

#include "server/core/grants/gates.h"
#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/client.h"
#include "store/nouns/grant.h"

enum { APPROVALS_REASON_MAX = 500 };

struct approvals_decide {
	/* asked */
	struct span grant_id;
	bool approve;
	struct span reason; /* empty = none */
	/* prepared and decided */
	struct grant grant;       /* as prepare read it */
	struct grant after;       /* as the decision left it */
	struct gates_shown gates; /* for the answer alone */
	struct id approver;
	struct event_draft decided, activated;
	struct letters
		told; /* the client's contacts, when staff alone opens it; who asked, when it is refused */
};

/* approvals_decide_prepare, _write - the approver is a proven person: of the client's contacts where the client may
 * approve, or of the staff with grant.approve where staff may. The last approval that is needed opens the grant; one no
 * ends it. Fails: NOT_FOUND a grant that the person does not see · DENIED may not, asked for it or is to get it · CONFLICT
 * it does not wait, or this person approved already ·
 * OTHER_ASSISTANT as handover_scope_check_alone · STALE. */
fallible approvals_decide_prepare(const struct scene *scene, struct approvals_decide *decide);
fallible approvals_decide_write(struct act *act, struct approvals_decide *decide);

/* approvals_check - whether the caller may decide this grant now, but for the proof of who they are. Fails: as
 * approvals_decide_prepare. */
fallible approvals_check(const struct scene *scene, const struct grant *grant);

/* What a mail says of a grant. */
enum { APPROVALS_VALUES = 6 };
struct approvals_letter {
	char since[TELL_TIME + 1], until[TELL_TIME + 1];
	struct message_value values[APPROVALS_VALUES];
};

/* approvals_letter - label and assistant are borrowed: what the credential and the grantee are called. The scene's caller gives it. */
fallible approvals_letter(const struct scene *scene, const struct grant *grant, struct span label,
	struct span assistant, struct approvals_letter *letter);

/* approvals_tell - in prepare of a grant that waits: the mails to whoever may approve it; APPROVALS_ESCALATE_MS later, unless
 * it was decided, to the next ones. The client's contacts come first where the client may approve, then the owners; of the
 * owners alone one comes first.
 *
 * Fails: as letters_add. */
enum { APPROVALS_ESCALATE_MS = 15 * 60 * 1000 };
struct approvals_tell {
	const struct grant *grant;
	const struct client *client;
	const struct approvals_letter *letter;
};
fallible approvals_tell(
	const struct letters_desk *desk, const struct approvals_tell *tell, struct letters *letters);

/* approvals_tell_given - the same of a grant that opens without the client's word: its contacts hear of it, whatever they wish to be
 * told of uses, so that nobody gives in silence. */
fallible approvals_tell_given(
	const struct letters_desk *desk, const struct approvals_tell *tell, struct letters *letters);

/* approvals_is_escalated - whether a grant waits for so long that the next approvers were told as well. */
bool approvals_is_escalated(const struct grant *grant, struct instant now);

/* approvals_role - as what a person approves for a client: one of enum grant_approver, or 0. */
unsigned approvals_role(const struct caller *caller, const struct client *client);
