/* SPDX-License-Identifier: Apache-2.0 */
/* caller - who calls: an application as itself, an application for an asserted or proven person, a person,
 * the operator; and what that allows (FOUNDATIONS 1, 3, 4). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "crypto/tokens.h"
#include "policies/capabilities.h"
#include "policies/scopes.h"
#include "server/core/device_note.h"
#include "server/core/server.h"
#include "store/event.h"
#include "store/nouns/noun.h"

/* A person who proved who they are, by a verification that the same application obtained. Checked again and
 * used up in the act. */
struct proof {
	bool given;
	bool is_action; /* purpose action: once, at most 5 minutes old; else a login, at most 8 hours old */
	bool weak;      /* by a factor nobody vouched for: for a plain login and mode code; proves nobody */
	struct id verification;
	struct id person;
	struct id application;
	struct id device; /* on which it was proven; none: not known */
	struct instant decided;
	uint8_t action_hash[HASH_SHA256]; /* of the action that was confirmed */
};

struct caller {
	enum token_kind kind;
	uint8_t token[HASH_BLAKE]; /* its keyed hash: under it the token's row is found again */
	struct id tenant;          /* none for the operator */
	struct id application;     /* none for a personal token */
	uint32_t scopes;           /* expanded; all for a personal token, whose capabilities decide */
	struct id person;          /* none: the application acts as itself */
	bool proven;               /* the person proved who they are: personal token, session or proof */
	uint64_t capabilities;     /* of the person, expanded; all for an application as itself */
	struct id branch;          /* of the person; none: of no branch */
	struct span roles;         /* names separated by a space, as of now */
	struct device device;
	struct id device_id;             /* our random id of it; none without a device */
	struct device_note *device_note; /* what the act has to note of it; NULL = nothing */
	struct proof proof;
	struct id session;              /* of the pages, by which the person calls; none */
	char session_text[ID_TEXT + 1]; /* the same; "" */
	unsigned lacks;    /* enum session_lack: until it is made good the session opens nothing else */
	bool is_strict;    /* the session ends as soon as those of privileged roles do */
	bool is_untouched; /* the session was not noted as used for SESSION_TOUCH_MS */
};

/* caller_is_own - a person by a token or a session of their own, and not through an application. */
static inline bool caller_is_own(const struct caller *caller)
{
	return caller->kind == TOKEN_PERSON || caller->kind == TOKEN_SESSION;
}

/* caller_opener - whose the verifications are that the caller opens, and that prove its person: an application's, a
 * session's, or of a personal token the person's own. */
static inline struct id caller_opener(const struct caller *caller)
{
	if (caller->kind == TOKEN_PERSON)
		return caller->person;
	return caller->kind == TOKEN_SESSION ? caller->session : caller->application;
}

/* caller_from_token - who holds a bearer token; a session's is none. Fails: STRANGER whatever is wrong with it, in the same
 * time. */
fallible caller_from_token(const struct server *server, const struct view *view, struct span token,
	struct instant now, struct arena *arena, struct caller *caller);

/* caller_from_session - who holds the token of a session, as the cookie says it. Fails: as caller_from_token. */
fallible caller_from_session(const struct server *server, const struct view *view, struct span token,
	struct instant now, struct arena *arena, struct caller *caller);

/* caller_from_application - an application that was known by its signature, as itself; it has no token, so caller_renew is not
 * for it. Fails: NOT_FOUND · STRANGER revoked or expired. */
fallible caller_from_application(const struct view *view, struct id tenant, struct id application,
	struct instant now, struct caller *caller);

/* caller_renew - the same caller now: the token still stands, the application, and the person it acts for, are still
 * active; scopes and capabilities are what they are today. Roles, device and proof stay those of the call.
 * Fails: STRANGER · as caller_from_token. */
fallible caller_renew(
	const struct view *view, struct instant now, struct arena *arena, struct caller *caller);

/* caller_keep - a caller that outlives its call: the texts are copied. Fails: NO_MEMORY. */
fallible caller_keep(const struct caller *caller, struct arena *arena, struct caller *kept);

/* caller_act_for - the application acts for an asserted person: capabilities and roles become that person's.
 * Fails: UNKNOWN_PERSON · NOT_FOUND. */
fallible caller_act_for(
	const struct view *view, struct caller *caller, struct span person, struct arena *arena);

/* caller_set_device - the device of the person who acts; finds (or draws) our id of it. Fails: DEVICE_REVOKED it was
 * reported lost; the caller knows it all the same, so that the refusal can name it · BUSY sealed · IO · NO_MEMORY. */
fallible caller_set_device(const struct view *view, struct caller *caller, const struct device *device,
	struct instant now, struct arena *arena);

/* caller_put_device - inside the act: note that the device was seen. */
fallible caller_put_device(struct act *act, const struct caller *caller);

/* caller_has - every scope and capability asked for. */
bool caller_has(const struct caller *caller, uint32_t scopes, uint64_t capabilities);

/* caller_event - begin an event of this caller: actor, reporter, device, texts of the actor's part. The rest
 * is zero. */
struct event caller_event(const struct caller *caller, enum action action);
