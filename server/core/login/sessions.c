/* SPDX-License-Identifier: Apache-2.0 */
/* sessions - begin, touch, end. */
#include "server/core/login/sessions.h"

#include "base/text.h"
#include "crypto/random.h"
#include "server/core/detail.h"
#include "server/core/login/remembering.h"
#include "server/core/tell.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"

enum { HASH_SHOWN = 8 /* bytes of the hash of a cookie that tell sessions from each other */ };

/* ---- events ---- */

static struct event begin_event(const struct session *session, enum action action)
{
	struct event event = {.action = action,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_SESSION};
	event.ids[LEAF_ID_OBJECT] = session->id;
	event.ids[LEAF_ID_DEVICE] = session->device;
	return event;
}

/* What the log says of every session: which one, and one thing more if there is one. */
static fallible print_detail(const struct session *session, const char *name, struct span value,
	struct arena *arena, struct span *detail)
{
	scoped(buf) hash = BUF(2 * HASH_SHOWN + 1);
	text_put_hex(&hash, span_of(session->hash, HASH_SHOWN));
	TRY(buf_check(&hash));
	const struct detail_field fields[] = {
		{"session_hash", buf_span(&hash), DETAIL_TEXT}, {name, value, DETAIL_TEXT}};
	return detail_print(fields, value.len ? 2 : 1, arena, detail);
}

/* ---- begun ---- */

static fallible seal_started(const struct scene *scene, struct sessions_start *start)
{
	char id[ID_TEXT + 1], until[TELL_TIME + 1];
	const struct session *session = &start->session;
	struct event event = begin_event(session, ACTION_SESSION_STARTED);
	event.actor = LEAF_PERSON;
	event.ids[LEAF_ID_ACTOR] = session->person;
	event.ids[LEAF_ID_BRANCH] = start->verification->branch;
	device_put_texts(&start->verification->device, &event);
	event.texts[LEAF_TEXT_ROLES] = start->verification->roles;
	event.texts[LEAF_TEXT_TRACE] = scene->trace;
	ids_print(ID_SESSION, session->id, id);
	event.texts[LEAF_TEXT_SESSION] = span_text(id);
	struct span expires = tell_time(session->expires, until).value;
	TRY(print_detail(session, "expires", expires, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(scene->server->volume.keys, session->tenant, &event, scene->now, scene->arena,
		&start->started);
}

static fallible seal_row(const struct scene *scene, struct session *session)
{
	scoped(buf) sealed = BUF(SESSION_SEALED_MAX);
	TRY(session_seal(scene->server->volume.keys, session, &sealed));
	return scene_copy(scene, buf_span(&sealed), &session->sealed);
}

/* What it may do, and how long: as the roles are now. */
static fallible weigh(const struct scene *scene, const struct verifications_ask *how, struct session *session)
{
	struct person person;
	TRY(person_get_clear(scene->view, session->tenant, session->person, scene->arena, &person));
	TRY(person_capabilities(scene->view, &person, &session->capabilities));
	session->privileged = how->signin.least == ROLES_FACTOR_TOTP;
	session->idle_ms = session->privileged ? SESSION_IDLE_STRICT_MS : SESSION_IDLE_MS;
	session->lacks = (uint8_t)((how->methods.to_enroll ? SESSION_LACKS_FACTOR : 0u) |
		(how->lacks_notice ? SESSION_LACKS_NOTICE : 0u));
	return OK;
}

fallible sessions_start_prepare(const struct scene *scene, struct sessions_start *start)
{
	const struct verifications_ask *how = start->verification;
	const struct span text = span_of(start->text, TOKEN_TEXT);
	start->session = (struct session){.tenant = how->verification.tenant,
		.id = random_id(scene->now),
		.person = how->verification.person,
		.device = how->verification.device,
		.verification = how->verification.id,
		.created = scene->now,
		.last_used = scene->now,
		.expires = {scene->now.ms + SESSION_LIFE_MS},
		.ip = how->device.ip,
		.user_agent = how->device.user_agent,
		.browser = how->device.name,
		.system = how->device.platform};
	tokens_make(TOKEN_SESSION, start->text);
	keeper_hash(scene->server->keeper, KEEPER_TOKEN, &text, 1, start->session.hash);
	TRY(weigh(scene, how, &start->session));
	TRY(seal_row(scene, &start->session));
	return seal_started(scene, start);
}

static unsigned means_of(const struct verifications_ask *how)
{
	static const unsigned BY_TYPE[FACTOR_TYPES] = {
		[FACTOR_TOTP] = SESSION_BY_TOTP, [FACTOR_HOTP] = SESSION_BY_HOTP};
	const struct method *used = methods_of_factor(&how->methods, how->verification.factor);
	if (how->spend)
		return SESSION_BY_RECOVERY;
	if (how->remembering && how->remembering->opened)
		return SESSION_BY_DEVICE;
	return used ? BY_TYPE[used->type] : 0;
}

fallible sessions_start_write(struct act *act, struct sessions_start *start)
{
	struct session *session = &start->session;
	session->means = (uint8_t)(SESSION_BY_EMAIL | means_of(start->verification));
	session->proven = !start->verification->verification.weak;
	TRY(session_add(act, session));
	event_decide(&start->started, ACTION_SESSION_STARTED, LEAF_SUCCESS, REASON_NONE);
	start->started.leaf.flags |= session->proven ? LEAF_PROVEN : 0;
	return event_add(act, session->tenant, &start->started.leaf, NULL);
}

/* ---- used ---- */

fallible sessions_touch(struct act *act, const struct caller *caller)
{
	struct session session;
	struct view view = view_act(act);
	struct err err = session_get_clear(&view, caller->tenant, caller->session, &session);
	if (err.kind == ERR_NOT_FOUND)
		return OK; /* it ended meanwhile, and the next request is told so */
	TRY(err);
	if (act->now.ms - session.last_used.ms < SESSION_TOUCH_MS)
		return OK;
	session.last_used = act->now;
	if (caller->is_strict && session.idle_ms > SESSION_IDLE_STRICT_MS)
		session.idle_ms = SESSION_IDLE_STRICT_MS;
	return session_put(act, &session);
}

fallible sessions_set_up(struct act *act, const struct caller *caller, const struct sessions_news *news)
{
	struct session session;
	struct view view = view_act(act);
	if (ids_is_none(caller->session))
		return OK;
	struct err err = session_get_clear(&view, caller->tenant, caller->session, &session);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	session.lacks &= (uint8_t)~news->what;
	session.means |= (uint8_t)news->means;
	session.proven = session.proven || news->proven;
	return session_put(act, &session);
}

fallible sessions_step_up(
	struct act *act, const struct caller *caller, const struct verifications_ask *verification)
{
	const struct sessions_news news = {.what = SESSION_LACKS_FACTOR,
		.means = means_of(verification),
		.proven = !verification->verification.weak};
	bool limited = caller->kind == TOKEN_SESSION && (caller->lacks & SESSION_LACKS_STEP_UP);
	if (!limited || verification->decision != VERIFICATIONS_ALLOW || !news.means)
		return OK;
	return sessions_set_up(act, caller, &news);
}

/* ---- ended ---- */

static const struct ending {
	enum action action;
	const char *word;
} ENDINGS[SESSIONS_CAUSES] = {
	[SESSIONS_LOGOUT] = {ACTION_SESSION_ENDED, "logout"},
	[SESSIONS_IDLE] = {ACTION_SESSION_ENDED, "idle"},
	[SESSIONS_ABSOLUTE] = {ACTION_SESSION_ENDED, "absolute"},
	[SESSIONS_PERSON] = {ACTION_SESSION_REVOKED, "person"},
	[SESSIONS_OTHER] = {ACTION_SESSION_REVOKED, "other"},
	[SESSIONS_DEVICE] = {ACTION_SESSION_REVOKED, "device"},
	[SESSIONS_FACTOR] = {ACTION_SESSION_REVOKED, "factor"},
	[SESSIONS_EMAIL] = {ACTION_SESSION_REVOKED, "email"},
	[SESSIONS_SUSPENDED] = {ACTION_SESSION_REVOKED, "suspended"},
	[SESSIONS_REMOVED] = {ACTION_SESSION_REVOKED, "removed"},
};

/* Who does it is the actor, from where they do it; what happens by itself the server does. */
static struct event end_event(
	const struct session *session, enum action action, const struct caller *by, struct span id)
{
	struct event event = begin_event(session, action);
	if (by) {
		struct event called = caller_event(by, action);
		called.has_object_kind = true;
		called.object_kind = ID_SESSION;
		called.ids[LEAF_ID_OBJECT] = session->id;
		event = called;
	}
	event.texts[LEAF_TEXT_SESSION] = id;
	return event;
}

fallible sessions_end(
	struct act *act, const struct session *session, enum sessions_cause cause, const struct caller *by)
{
	char id[ID_TEXT + 1];
	const struct ending *ending = &ENDINGS[cause];
	bool ends = ending->action == ACTION_SESSION_ENDED;
	struct span word = span_text(ending->word);
	ids_print(ID_SESSION, session->id, id);
	struct event event = end_event(session, ending->action, by, span_text(id));
	event.texts[LEAF_TEXT_REASON] = ends ? word : SPAN_NONE;
	TRY(print_detail(
		session, "revoked_by", ends ? SPAN_NONE : word, act->arena, &event.texts[LEAF_TEXT_DETAIL]));
	TRY(session_drop(act, session));
	return event_say(act, session->tenant, &event);
}

static fallible end_by_clock(struct act *act, const struct session *session)
{
	bool used_up = session->expires.ms <= act->now.ms;
	return sessions_end(act, session, used_up ? SESSIONS_ABSOLUTE : SESSIONS_IDLE, NULL);
}

/* The next one of those that are meant; false at the end. */
static bool next_of(const struct view *view, const struct sessions_of *of, struct id *at,
	struct session *session, struct err *err)
{
	while (session_next(view, of->tenant, of->person, at, session, err)) {
		bool meant = ids_is_none(of->device) || ids_equal(of->device, session->device);
		if (meant && !ids_equal(of->but, session->id))
			return true;
	}
	return false;
}

fallible sessions_end_all(struct act *act, const struct sessions_of *of, enum sessions_cause cause,
	const struct caller *by, uint32_t *ended)
{
	struct session session;
	struct id at = {0};
	struct err err = OK;
	struct view view = view_act(act);
	while (next_of(&view, of, &at, &session, &err)) {
		bool stands = session_ends(&session).ms > act->now.ms;
		TRY(stands ? sessions_end(act, &session, cause, by) : end_by_clock(act, &session));
		*ended += stands;
	}
	return err;
}

fallible sessions_count(
	const struct view *view, const struct sessions_of *of, struct instant now, uint32_t *count)
{
	struct session session;
	struct id at = {0};
	struct err err = OK;
	*count = 0;
	while (next_of(view, of, &at, &session, &err))
		*count += session_ends(&session).ms > now.ms;
	return err;
}

bool sessions_may_end(const struct caller *caller, struct id person)
{
	const uint64_t either = CAPABILITY_BIT(FACTORS_MANAGE) | CAPABILITY_BIT(PEOPLE_WRITE);
	return ids_equal(caller->person, person) || (caller->capabilities & either);
}

fallible sessions_find(const struct scene *scene, struct id id, struct session *session)
{
	struct session found;
	struct err err = session_get_clear(scene->view, scene->caller->tenant, id, &found);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	/* One answer, whether there is none or only none for this caller (FOUNDATIONS 13). */
	if (err_failed(err) || !sessions_may_end(scene->caller, found.person))
		return FAIL(NOT_FOUND, "there is no such session here");
	*session = found;
	return OK;
}

fallible sessions_erase(struct act *act, struct id tenant, struct id person)
{
	struct session session;
	struct id at = {0};
	struct err err = OK;
	struct view view = view_act(act);
	while (session_next(&view, tenant, person, &at, &session, &err))
		TRY(session_drop(act, &session));
	return err;
}

fallible sessions_sweep(struct act *act, const struct expiry *expiry)
{
	struct session session;
	struct view view = view_act(act);
	struct expiry later = *expiry;
	struct err err = session_get_clear(&view, expiry->tenant, expiry->id, &session);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	later.at = session_ends(&session);
	if (later.at.ms > act->now.ms)
		return expiry_put(act, &later);
	return end_by_clock(act, &session);
}
