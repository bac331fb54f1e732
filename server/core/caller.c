/* SPDX-License-Identifier: Apache-2.0 */
/* caller - from token and headers to who acts, and from who acts to the first half of an event. */
#include "server/core/caller.h"

#include "base/buf.h"
#include "base/reader.h"
#include "crypto/random.h"
#include "server/core/session_rule.h"
#include "store/nouns/application.h"
#include "store/nouns/person.h"
#include "store/nouns/rescue.h"
#include "store/nouns/session.h"

/* ---- tokens ---- */

static fallible as_application(
	const struct view *view, struct id tenant, struct id id, struct instant now, struct caller *caller)
{
	struct application application;
	TRY(application_get_clear(view, tenant, id, &application));
	if (application.state != APPLICATION_ACTIVE || application.expires.ms <= now.ms)
		return FAIL(STRANGER, "the application's token has ended");
	caller->application = id;
	caller->scopes = scopes_expand(application.scopes);
	caller->capabilities = CAPABILITY_ALL;
	return OK;
}

static fallible become(const struct view *view, struct caller *caller, struct id id, struct arena *arena,
	struct person *person)
{
	TRY(person_get_clear(view, caller->tenant, id, arena, person));
	if (person->state != PERSON_ACTIVE)
		return FAIL(NOT_FOUND, "the person is not active");
	TRY(person_capabilities(view, person, &caller->capabilities));
	TRY(person_print_roles(person, arena, &caller->roles));
	caller->person = id;
	caller->branch = person->branch;
	return OK;
}

/* A token was had by proving something that may have been reset since. */
static fallible as_person(const struct view *view, const struct token *token, struct arena *arena,
	struct caller *caller, struct person *person)
{
	struct err err = rescue_check_since(view, token->tenant, token->owner, ids_time(token->id));
	if (err.kind == ERR_EXPIRED)
		return FAIL(STRANGER, "the token has ended");
	TRY(err);
	caller->scopes = SCOPE_ALL;
	caller->proven = true;
	return become(view, caller, token->owner, arena, person);
}

/* Whoever came to more power since signs in anew, as the policies ask of such a one; and nothing goes on from a device that
 * was lost. */
static fallible check_session(const struct view *view, const struct session *session, struct instant ends,
	struct instant now, const struct caller *caller)
{
	bool is_lost;
	if (ends.ms <= now.ms)
		return FAIL(STRANGER, "the session has ended");
	if (caller->capabilities & ~session->capabilities)
		return FAIL(STRANGER, "the person may do more than when the session began");
	TRY(device_record_is_lost(view, session->tenant, session->device, &is_lost));
	return is_lost ? FAIL(STRANGER, "the session's device was lost") : OK;
}

/* Who has yet to set up an authenticator adds it by the factor that she came in by, as in an application; once there is one, by
 * whomever it was set up, no session gets past it that did not show it. */
static void limit(const struct session *session, const struct session_rule *rule, struct caller *caller)
{
	caller->proven = session->proven && !(rule->lacks & SESSION_LACKS_STEP_UP);
	caller->lacks = rule->lacks;
	caller->capabilities = rule->lacks ? 0 : caller->capabilities;
	caller->is_strict = rule->privileged;
}

static fallible as_session(const struct view *view, const struct token *token, struct arena *arena,
	struct instant now, struct caller *caller)
{
	struct session session;
	struct session_rule rule;
	struct person person;
	TRY(session_get_clear(view, token->tenant, token->id, &session));
	TRY(as_person(view, token, arena, caller, &person));
	TRY(session_rule_read(view, &session, &person, now, arena, &rule));
	TRY(check_session(view, &session, rule.ends, now, caller));
	caller->session = session.id;
	ids_print(ID_SESSION, session.id, caller->session_text);
	limit(&session, &rule, caller);
	caller->is_untouched = now.ms - session.last_used.ms >= SESSION_TOUCH_MS;
	return OK;
}

static fallible by_kind(const struct view *view, const struct token *token, struct arena *arena,
	struct instant now, struct caller *caller)
{
	struct person person;
	caller->tenant = token->tenant;
	switch (token->kind) {
	case TOKEN_APPLICATION:
		return as_application(view, token->tenant, token->owner, now, caller);
	case TOKEN_PERSON:
		return as_person(view, token, arena, caller, &person);
	case TOKEN_SESSION:
		return as_session(view, token, arena, now, caller);
	case TOKEN_OPERATOR:
		break;
	}
	return OK;
}

/* by_hash - who holds the token whose keyed hash is this. */
static fallible by_hash(const struct view *view, const uint8_t hash[static HASH_BLAKE], enum token_kind kind,
	struct instant now, struct arena *arena, struct caller *caller)
{
	struct token token;
	struct caller made = {.kind = kind};
	memcpy(made.token, hash, sizeof made.token);
	struct err err = token_get(view, hash, &token);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL(STRANGER, "nobody has this token");
	TRY(err);
	if (token.kind != kind || token.revoked || token.expires.ms <= now.ms)
		return FAIL(STRANGER, "the token has ended");
	err = by_kind(view, &token, arena, now, &made);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL(STRANGER, "the token's owner is gone");
	TRY(err);
	*caller = made;
	return OK;
}

fallible caller_from_token(const struct server *server, const struct view *view, struct span text,
	struct instant now, struct arena *arena, struct caller *caller)
{
	enum token_kind kind;
	uint8_t hash[HASH_BLAKE];
	TRY(tokens_check(text, &kind));
	if (kind == TOKEN_SESSION)
		return FAIL(STRANGER, "a session's token comes in its cookie alone");
	keeper_hash(server->keeper, KEEPER_TOKEN, &text, 1, hash);
	return by_hash(view, hash, kind, now, arena, caller);
}

fallible caller_from_session(const struct server *server, const struct view *view, struct span text,
	struct instant now, struct arena *arena, struct caller *caller)
{
	enum token_kind kind;
	uint8_t hash[HASH_BLAKE];
	TRY(tokens_check(text, &kind));
	if (kind != TOKEN_SESSION)
		return FAIL(STRANGER, "another token than a session's stands in its cookie");
	keeper_hash(server->keeper, KEEPER_TOKEN, &text, 1, hash);
	return by_hash(view, hash, kind, now, arena, caller);
}

fallible caller_from_application(const struct view *view, struct id tenant, struct id application,
	struct instant now, struct caller *caller)
{
	struct caller made = {.kind = TOKEN_APPLICATION, .tenant = tenant};
	TRY(as_application(view, tenant, application, now, &made));
	*caller = made;
	return OK;
}

fallible caller_renew(const struct view *view, struct instant now, struct arena *arena, struct caller *caller)
{
	struct caller today;
	struct person person;
	TRY(by_hash(view, caller->token, caller->kind, now, arena, &today));
	if (ids_is_none(today.person) && !ids_is_none(caller->person)) {
		struct err err = become(view, &today, caller->person, arena, &person);
		if (err.kind == ERR_NOT_FOUND)
			return FAIL(STRANGER, "the person is gone");
		TRY(err);
	}
	caller->scopes = today.scopes;
	caller->capabilities = today.capabilities;
	caller->branch = today.branch;
	return OK;
}

fallible caller_keep(const struct caller *caller, struct arena *arena, struct caller *kept)
{
	struct caller copy = *caller;
	struct span *texts[] = {&copy.roles, &copy.device.id, &copy.device.ip, &copy.device.user_agent,
		&copy.device.name, &copy.device.platform, &copy.device.model};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		TRY(arena_keep(arena, *texts[i], texts[i]));
	*kept = copy;
	return OK;
}

fallible caller_act_for(
	const struct view *view, struct caller *caller, struct span person, struct arena *arena)
{
	struct id id;
	struct person who;
	struct caller acting = *caller;
	struct err err = person_find(view, caller->tenant, person, &id);
	if (!err_failed(err))
		err = become(view, &acting, id, arena, &who);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL_CODE(UNKNOWN_PERSON, "the header Muniment-Actor names nobody");
	TRY(err);
	*caller = acting;
	return OK;
}

bool caller_has(const struct caller *caller, uint32_t scopes, uint64_t capabilities)
{
	return scopes_allow(caller->scopes, scopes) && (caller->capabilities & capabilities) == capabilities;
}

/* ---- devices ---- */

/* Nobody acts from a device that its person reported lost. Only what stands in the registry can have been. */
static fallible check_device(const struct view *view, struct id tenant, const struct device_sight *sight)
{
	bool is_lost = false;
	if (sight->is_person && sight->seen.ms)
		TRY(device_record_is_lost(view, tenant, sight->id, &is_lost));
	return is_lost ? FAIL_CODE(DEVICE_REVOKED, "the device was reported lost") : OK;
}

fallible caller_set_device(const struct view *view, struct caller *caller, const struct device *device,
	struct instant now, struct arena *arena)
{
	struct device_sight sight = {caller->person, .is_person = !ids_is_none(caller->person)};
	if (!sight.is_person)
		sight.subject = caller->application;
	caller->device = *device;
	TRY(device_find(view, caller->tenant, device, now, &sight));
	caller->device_id = sight.id;
	TRY(device_note_prepare(view, caller->tenant, &sight, device, now, arena, &caller->device_note));
	return check_device(view, caller->tenant, &sight);
}

fallible caller_put_device(struct act *act, const struct caller *caller)
{
	struct id id;
	return device_note_write(act, caller->device_note, &id, NULL);
}

/* ---- events ---- */

struct event caller_event(const struct caller *caller, enum action action)
{
	struct event event = {.action = action, .source = LEAF_SERVER, .proven = caller->proven};
	bool person = !ids_is_none(caller->person);
	event.actor = caller->kind == TOKEN_OPERATOR ? LEAF_OPERATOR : LEAF_BY_APPLICATION;
	if (person)
		event.actor = LEAF_PERSON;
	event.ids[LEAF_ID_ACTOR] = person ? caller->person : caller->application;
	event.ids[LEAF_ID_REPORTER] = caller->application;
	event.ids[LEAF_ID_DEVICE] = caller->device_id;
	event.ids[LEAF_ID_BRANCH] = caller->branch;
	event.texts[LEAF_TEXT_ROLES] = caller->roles;
	event.texts[LEAF_TEXT_SESSION] = span_text(caller->session_text);
	device_put_texts(&caller->device, &event);
	return event;
}
