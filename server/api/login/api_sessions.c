/* SPDX-License-Identifier: Apache-2.0 */
/* api_sessions - the own session; the sessions of a person, and their end. */
#include "server/api/ask.h"
#include "server/api/call.h"
#include "server/api/login/session_out.h"
#include "server/api/own_pages.h"
#include "server/core/agent.h"
#include "server/core/letters.h"
#include "server/core/login/sessions.h"
#include "server/core/people/people.h"
#include "server/core/session_rule.h"

/* ---- GET /v1/session ---- */

static fallible read_own(struct call *call, const struct view *view, struct session *session)
{
	if (ids_is_none(call->caller.session))
		return FAIL(STRANGER, "no session stands behind the request");
	struct err err = session_get_clear(view, call->caller.tenant, call->caller.session, session);
	return err.kind == ERR_NOT_FOUND ? FAIL(STRANGER, "the session ended meanwhile") : err;
}

static fallible prepare_see(struct call *call)
{
	struct session session;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	return read_own(call, &stage.view, &session);
}

static fallible answer_see(struct call *call, struct json_out *out)
{
	struct session session;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(read_own(call, &stage.view, &session));
	return session_out_put(call, &stage.view, &session, out);
}

const struct handler api_session_see = {prepare_see, NULL, answer_see};

/* ---- DELETE /v1/session ---- */

static fallible write_end(struct act *act, struct call *call)
{
	struct session session;
	struct view view = view_act(act);
	TRY(read_own(call, &view, &session));
	return sessions_end(act, &session, SESSIONS_LOGOUT, &call->caller);
}

static fallible answer_end(struct call *call, struct json_out *out)
{
	(void)out;
	return own_pages_put_session(call, SPAN_NONE);
}

const struct handler api_session_end = {prepare_see, write_end, answer_end};

/* ---- GET /v1/people/{person}/sessions ---- */

/* From where somebody works is for who may read all of what that person did (FOUNDATIONS 14); others see what kind of device it is. */
static bool sees_from_where(const struct caller *caller, const struct person *person)
{
	bool same_branch = !ids_is_none(person->branch) && ids_equal(person->branch, caller->branch);
	return ids_equal(caller->person, person->id) ||
		(caller->capabilities & CAPABILITY_BIT(LOG_READ_TENANT)) ||
		(same_branch && (caller->capabilities & CAPABILITY_BIT(LOG_READ_BRANCH)));
}

static void put_from_where(const struct session *session, struct json_out *out)
{
	if (!ids_is_none(session->device))
		json_out_id(out, "id", ID_DEVICE, session->device);
	json_out_span(out, "ip", session->ip);
	json_out_span(out, "user_agent", session->user_agent);
}

static void put_device(struct call *call, const struct session *session, struct json_out *out)
{
	const struct ask_persons_page *list = call->ask;
	struct agent agent = {0};
	bool known = agent_parse(call->server->agents, session->user_agent, &agent);
	struct span browser = session->browser.len ? session->browser : span_text(known ? agent.browser : "");
	struct span system = session->system.len ? session->system : span_text(known ? agent.system : "");
	json_out_open(out, "device");
	if (sees_from_where(&call->caller, &list->person))
		put_from_where(session, out);
	if (browser.len)
		json_out_span(out, "browser", browser);
	if (system.len)
		json_out_span(out, "system", system);
	json_out_close(out);
}

static fallible put_item(
	struct call *call, struct session *session, struct instant ends, struct json_out *out)
{
	TRY(session_open_texts(call->server->volume.keys, call->arena, session));
	json_out_open(out, NULL);
	json_out_id(out, "id", ID_SESSION, session->id);
	json_out_time(out, "created", session->created);
	json_out_time(out, "last_used", session->last_used);
	json_out_time(out, "expires", ends);
	session_out_put_amr(out, session);
	put_device(call, session, out);
	json_out_bool(out, "current", ids_equal(session->id, call->caller.session));
	json_out_close(out);
	return OK;
}

/* By its person's roles and policies as they are now, as its next request would be told. */
static fallible find_end(
	struct call *call, const struct view *view, const struct session *session, struct instant *ends)
{
	struct session_rule rule;
	const struct ask_persons_page *list = call->ask;
	TRY(session_rule_read(view, session, &list->person, call->now, call->arena, &rule));
	*ends = rule.ends;
	return OK;
}

/* What is over waits for housekeeping, and is not shown. */
static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	struct ask_persons_page *list = call->ask;
	struct session session;
	struct id next = list->after;
	struct err err = OK;
	size_t count = 0;
	while (session_next(view, call->caller.tenant, list->person.id, &next, &session, &err)) {
		struct instant ends;
		TRY(find_end(call, view, &session, &ends));
		if (ends.ms <= call->now.ms)
			continue;
		if (count++ == list->page.limit) {
			*position = id_span(&list->after);
			return OK;
		}
		TRY(put_item(call, &session, ends, out));
		list->after = next;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct ask_persons_page *list = call->ask;
	return call_put_list(call, out, id_span(&list->person.id), put_items);
}

const struct handler api_sessions_list = {ask_persons_page, NULL, answer_list};

/* ---- DELETE /v1/sessions/{session}, /v1/people/{person}/sessions ---- */

/* What is to end. */
struct ending {
	struct id one; /* this one alone; none: all of `of` */
	struct sessions_of of;
	struct letters told;
	uint32_t ended;
};

/* Whoever is signed out by somebody else is told. */
static fallible tell(const struct scene *scene, struct ending *ending, uint32_t count)
{
	char time[TELL_TIME + 1];
	struct span actor;
	scoped(buf) number = BUF(16);
	const struct letters_desk desk = {scene->server, scene->view, ending->of.tenant, scene->arena};
	ending->told.count = 0;
	if (count == 0 || ids_equal(scene->caller->person, ending->of.person))
		return OK;
	TRY(scene_actor(scene, &actor));
	buf_printf(&number, "%u", (unsigned)count);
	TRY(buf_check(&number));
	const struct message_value values[] = {
		{"actor", actor}, {"count", buf_span(&number)}, tell_time(scene->now, time)};
	const struct tell_ask ask = {.person = ending->of.person,
		.kind = NOTICE_SESSIONS_ENDED,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = scene->now};
	return letters_add(&desk, &ask, &ending->told);
}

static fallible prepare_one(struct call *call)
{
	struct ending *ending;
	struct session session;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ending));
	TRY(ids_parse(ID_SESSION, call->parts[0], &ending->one));
	TRY(stage_open(call, &stage));
	TRY(sessions_find(&stage.scene, ending->one, &session));
	ending->of = (struct sessions_of){.tenant = session.tenant, .person = session.person};
	return tell(&stage.scene, ending, 1);
}

/* The one that asks stays, unless that is to end as well. */
static fallible prepare_all(struct call *call)
{
	struct ending *ending;
	struct person person;
	struct span all;
	uint32_t count;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ending));
	TRY(call_query(call, "all", &all));
	TRY(stage_open(call, &stage));
	TRY(people_find(&stage.scene, call->parts[0], &person));
	if (!sessions_may_end(&call->caller, person.id))
		return FAIL(
			DENIED, "sessions are ended by their person, or by who may change people or factors");
	ending->of = (struct sessions_of){.tenant = person.tenant, .person = person.id};
	if (!span_is(all, "1"))
		ending->of.but = call->caller.session;
	TRY(sessions_count(&stage.view, &ending->of, call->now, &count));
	call->act = count ? CALL_EVENT : CALL_NO_ACT;
	return tell(&stage.scene, ending, count);
}

static fallible write_ending(struct act *act, struct call *call)
{
	struct ending *ending = call->ask;
	struct session session;
	struct view view = view_act(act);
	const struct caller *caller = &call->caller;
	enum sessions_cause cause =
		ids_equal(caller->person, ending->of.person) ? SESSIONS_PERSON : SESSIONS_OTHER;
	ending->ended = 0;
	TRY(letters_write(act, &ending->told));
	if (!ids_is_none(ending->one)) {
		TRY(session_get_clear(&view, caller->tenant, ending->one, &session));
		ending->ended = 1;
		return sessions_end(act, &session, cause, caller);
	}
	TRY(sessions_end_all(act, &ending->of, cause, caller, &ending->ended));
	return ending->ended ? OK : FAIL_CODE(STALE, "they ended meanwhile");
}

static fallible answer_ending(struct call *call, struct json_out *out)
{
	const struct ending *ending = call->ask;
	struct id own = call->caller.session;
	bool all = ids_is_none(ending->one);
	bool own_ended = all
		? ids_equal(ending->of.person, call->caller.person) && ids_is_none(ending->of.but)
		: ids_equal(ending->one, own);
	json_out_number(out, "ended", ending->ended);
	return own_ended && !ids_is_none(own) ? own_pages_put_session(call, SPAN_NONE) : OK;
}

const struct handler api_sessions_end_one = {prepare_one, write_ending, answer_ending};
const struct handler api_sessions_end_all = {prepare_all, write_ending, answer_ending};
