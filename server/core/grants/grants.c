/* SPDX-License-Identifier: Apache-2.0 */
/* grants - look up, check against the credential, seal, write. */
#include "server/core/grants/grants.h"

#include "base/json_out.h"
#include "crypto/random.h"
#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "server/core/grants/approvals.h"
#include "server/core/grants/checkouts.h"
#include "server/core/grants/handover_scope.h"
#include "server/core/grants_seen.h"
#include "server/core/vault/rotation_watch.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/person.h"
#include "store/nouns/storm.h"

enum { SEALED_MAX = 8 * 1024, TERMS_MAX = 1024 };

static const int64_t DAY_MS = (int64_t)24 * 3600 * 1000;

static struct span key_of(struct noun_key *key, struct id tenant, struct id id)
{
	*key = noun_key(tenant, id_span(&id), SPAN_NONE);
	return noun_key_span(key);
}

/* ---- events ---- */

static fallible put_detail(
	const struct grant *grant, enum action action, struct arena *arena, struct span *detail)
{
	scoped(buf) text = BUF(TERMS_MAX);
	char modes[MODES_WORDS];
	struct json_out out = JSON_OUT(&text);
	json_out_open(&out, NULL);
	json_out_id(&out, "credential", ID_CREDENTIAL, grant->credential);
	json_out_id(&out, "grantee", ID_PERSON, grant->person);
	modes_put(&out, "modes", grant->modes);
	json_out_time(&out, "until", grant->until);
	if (action == ACTION_GRANT_REQUESTED) {
		modes_print(grant->modes, modes);
		json_out_text(&out, "mode", modes);
		json_out_number(&out, "approvals", grant->approvals_needed);
	} else {
		json_out_text(&out, "cause", action == ACTION_GRANT_REVOKED ? "taken_back" : "given");
	}
	json_out_close(&out);
	return buf_keep(&text, arena, detail);
}

/* What it is asked for: the mandate says it best. */
static struct span purpose_of(const struct grant *grant)
{
	struct span said = grant->mandate.len ? grant->mandate : grant->task;
	return said.len ? said : SPAN_LIT("-");
}

static fallible seal_event(const struct server *server, const struct caller *caller, enum action action,
	const struct grant *grant, struct instant now, struct arena *arena, struct event_draft *draft)
{
	struct event event = caller_event(caller, action);
	event.has_object_kind = true;
	event.object_kind = ID_GRANT;
	event.ids[LEAF_ID_OBJECT] = event.ids[LEAF_ID_GRANT] = grant->id;
	event.ids[LEAF_ID_CLIENT] = grant->client;
	event.texts[LEAF_TEXT_TASK] = grant->task;
	if (action == ACTION_GRANT_REQUESTED)
		event.texts[LEAF_TEXT_PURPOSE] = purpose_of(grant);
	TRY(put_detail(grant, action, arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(server->volume.keys, grant->tenant, &event, now, arena, draft);
}

/* ---- giving ---- */

static fallible find_credential(const struct caller *caller, const struct view *view, struct arena *arena,
	struct grants_add *add, struct credential *credential)
{
	struct id id;
	struct sight sight;
	struct client client;
	TRY(ids_parse(ID_CREDENTIAL, add->credential, &id));
	TRY(credential_get(view, caller->tenant, id, arena, credential));
	TRY(grants_sight(view, caller, arena, &sight));
	if (!sight_has_client(&sight, credential->client))
		return FAIL(NOT_FOUND, "the credential is outside what the caller sees");
	TRY(client_get(view, caller->tenant, credential->client, arena, &client));
	if (credential->state != CREDENTIAL_ACTIVE)
		return FAIL(CONFLICT, "the credential is archived");
	if (client.state != CLIENT_ACTIVE && client.state != CLIENT_PAUSED)
		return FAIL(CONFLICT, "the client has left");
	add->credential_row = credential->row;
	add->client_row = client.version;
	add->client = client;
	add->label = credential->title;
	add->grant.credential = id;
	add->grant.client = credential->client;
	return OK;
}

static fallible find_person(
	const struct caller *caller, const struct view *view, struct arena *arena, struct grants_add *add)
{
	struct person person;
	struct err err = person_find(view, caller->tenant, add->to, &add->grant.person);
	if (!err_failed(err))
		err = person_get(view, caller->tenant, add->grant.person, arena, &person);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL_CODE(UNKNOWN_PERSON, "the grant is for nobody here");
	TRY(err);
	if (person.state != PERSON_ACTIVE)
		return FAIL(CONFLICT, "the person is not active");
	add->person_row = person.version;
	add->assistant = person.name;
	add->kind = person.kind;
	return OK;
}

static struct instant earlier(struct instant a, struct instant b)
{
	return b.ms && b.ms < a.ms ? b : a;
}

static struct instant later(struct instant a, struct instant b)
{
	return b.ms > a.ms ? b : a;
}

/* Without an end a grant has the tenant's; one to somebody from outside does not outlive what they work under. */
static fallible set_times(const struct view *view, struct instant now, struct grants_add *add)
{
	struct grant *grant = &add->grant;
	struct instant end;
	bool is_said = grant->until.ms != 0;
	if (grant->from.ms == 0)
		grant->from = now;
	if (!is_said)
		grant->until.ms = later(grant->from, now).ms + add->rules.rules.grant_days * DAY_MS;
	TRY(gates_contract_end(view, add->kind, grant, &end));
	if (is_said && end.ms && end.ms < grant->until.ms) {
		add->fault = "until";
		return FAIL(INVALID, "a grant ends no later than what the person works under");
	}
	grant->until = earlier(grant->until, end);
	return OK;
}

/* What the tenant asks of every grant. */
static fallible check_rules(struct arena *arena, struct grants_add *add)
{
	const struct vault_rules *rules = &add->rules.rules;
	bool denied;
	TRY(vault_rules_denies_any(rules, SPAN_NONE, add->grant.task, arena, &denied));
	if (denied) {
		add->fault = "task";
		return FAIL(INVALID, "the tenant lets nothing be used for this task");
	}
	if (rules->mandate_required && add->grant.mandate.len == 0) {
		add->fault = "mandate";
		add->fault_code = "missing";
		return FAIL(INVALID, "the tenant asks for a mandate");
	}
	return OK;
}

static fallible check_terms(const struct credential *credential, struct instant now, struct grants_add *add)
{
	const struct grant *grant = &add->grant;
	if (grant->modes == 0 || (grant->modes & ~credential->modes_max) != 0) {
		add->fault = "modes";
		return FAIL(INVALID, "a grant's modes lie within the credential's");
	}
	if (grant->approvers == GRANT_BY_CLIENT && grant->approvals_needed > add->client.contact_count) {
		add->fault = "approval";
		return FAIL(INVALID, "the client has not so many people who could approve");
	}
	if (grant->until.ms <= now.ms || grant->until.ms <= grant->from.ms) {
		add->fault = "until";
		return FAIL(INVALID, "a grant ends after it has begun, and not before now");
	}
	return OK;
}

static fallible find_hours(
	const struct caller *caller, const struct view *view, struct arena *arena, struct grants_add *add)
{
	if (add->grant.calendar.len == 0)
		return OK;
	struct err err = calendars_find(view, caller->tenant, add->grant.calendar, arena, &add->hours);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	add->fault = "hours";
	return FAIL(INVALID, "a grant keeps the hours of a calendar that is not there");
}

static fallible seal_letters(const struct scene *scene, struct grants_add *add)
{
	struct approvals_letter letter;
	const struct letters_desk desk = {scene->server, scene->view, add->grant.tenant, scene->arena};
	const struct approvals_tell tell = {&add->grant, &add->client, &letter};
	add->letters.count = 0;
	TRY(approvals_letter(scene, &add->grant, add->label, add->assistant, &letter));
	return add->grant.approvals_needed ? approvals_tell(&desk, &tell, &add->letters)
					   : approvals_tell_given(&desk, &tell, &add->letters);
}

/* What has to be signed or consented to before anybody gets a grant. */
static fallible look_at_gates(const struct view *view, const struct grants_add *add, struct instant now,
	struct arena *arena, enum reason *missing)
{
	bool no_nda, no_consent = false;
	TRY(gates_nda(view, &add->rules.rules, add->kind, &add->grant, now, &no_nda));
	if (add->kind == PERSON_EXTERNAL)
		TRY(gates_consent(view, &add->grant, now, arena, &no_consent));
	*missing = no_consent ? REASON_CONSENT_MISSING : REASON_NONE;
	*missing = no_nda ? REASON_NDA_MISSING : *missing;
	return OK;
}

/* That somebody tried is on record. */
static fallible check_gates(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, struct grants_add *add)
{
	TRY(look_at_gates(view, add, now, arena, &add->missing));
	if (add->missing == REASON_NONE)
		return OK;
	struct event event = caller_event(caller, ACTION_CREDENTIAL_DENIED);
	event.has_object_kind = true;
	event.object_kind = ID_CREDENTIAL;
	event.ids[LEAF_ID_OBJECT] = add->grant.credential;
	event.ids[LEAF_ID_CLIENT] = add->grant.client;
	event.texts[LEAF_TEXT_LABEL] = add->label;
	return event_seal(server->volume.keys, caller->tenant, &event, now, arena, &add->denied);
}

static fallible refuse_add(struct act *act, struct grants_add *add)
{
	add->refusal = add->missing == REASON_NDA_MISSING
		? FAIL_CODE(NDA_MISSING, "the person has not signed what the tenant asks for")
		: FAIL_CODE(CONSENT_MISSING, "the client does not consent");
	event_decide(&add->denied, ACTION_CREDENTIAL_DENIED, LEAF_DENIED, add->missing);
	return storm_refuse(act, add->grant.tenant, &add->denied, NULL);
}

fallible grants_add_prepare(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, struct grants_add *add)
{
	struct credential credential;
	struct grant *grant = &add->grant;
	const struct scene scene = {server, caller, view, now, arena, SPAN_NONE};
	scoped(buf) sealed = BUF(SEALED_MAX);
	TRY(find_credential(caller, view, arena, add, &credential));
	TRY(find_person(caller, view, arena, add));
	TRY(vault_rules_row_get(view, caller->tenant, arena, &add->rules));
	grant->tenant = caller->tenant;
	TRY(set_times(view, now, add));
	TRY(check_rules(arena, add));
	TRY(check_terms(&credential, now, add));
	TRY(find_hours(caller, view, arena, add));
	grant->id = random_id(now);
	grant->created = now;
	grant->giver_is_person = !ids_is_none(caller->person);
	grant->giver = grant->giver_is_person ? caller->person : caller->application;
	TRY(grant_seal(server->volume.keys, grant, &sealed));
	TRY(buf_keep(&sealed, arena, &add->sealed));
	TRY(seal_letters(&scene, add));
	TRY(check_gates(server, caller, view, now, arena, add));
	TRY(gates_show(view, &add->rules.rules, grant, now, &add->gates));
	grant->state = grant->approvals_needed ? GRANT_WAITING : GRANT_ACTIVE;
	return seal_event(server, caller,
		grant->approvals_needed ? ACTION_GRANT_REQUESTED : ACTION_GRANT_ACTIVATED, grant, now, arena,
		&add->draft);
}

fallible grants_add_write(struct act *act, struct grants_add *add)
{
	const struct grant *grant = &add->grant;
	struct view view = view_act(act);
	struct noun_key key;
	enum reason missing;
	TRY(noun_still(
		act, TABLE_CREDENTIAL, key_of(&key, grant->tenant, grant->credential), add->credential_row));
	TRY(noun_still(act, TABLE_CLIENT, key_of(&key, grant->tenant, grant->client), add->client_row));
	TRY(noun_still(act, TABLE_PERSON, key_of(&key, grant->tenant, grant->person), add->person_row));
	TRY(vault_rules_row_still(act, &add->rules));
	TRY(look_at_gates(&view, add, act->now, act->arena, &missing));
	if (missing != add->missing)
		return FAIL_CODE(STALE, "somebody signed or consented, or took it back, meanwhile");
	add->refusal = OK;
	if (missing != REASON_NONE)
		return refuse_add(act, add);
	TRY(handover_scope_check_alone(act, grant));
	TRY(grant_put(act, grant, add->sealed));
	TRY(letters_write(act, &add->letters));
	return event_add(act, grant->tenant, &add->draft.leaf, NULL);
}

/* ---- taking back ---- */

fallible grants_revoke_prepare(const struct scene *scene, struct grants_revoke *revoke)
{
	struct credential credential;
	const struct grant *grant = &revoke->grant;
	struct change_news news = {.action = ACTION_GRANT_REVOKED, .about = grant->id};
	if (grant_has_ended(grant, scene->now))
		return FAIL(CONFLICT, "the grant has ended already");
	revoke->told.count = 0;
	TRY(credential_get(scene->view, grant->tenant, grant->credential, scene->arena, &credential));
	news.label = credential.title;
	TRY(change_news_tell(scene, &news, grant->person, &revoke->told));
	return seal_event(scene->server, scene->caller, ACTION_GRANT_REVOKED, grant, scene->now, scene->arena,
		&revoke->draft);
}

fallible grants_revoke_write(struct act *act, struct grants_revoke *revoke)
{
	struct grant grant;
	struct view view = view_act(act);
	TRY(grant_get(&view, revoke->grant.tenant, revoke->grant.id, act->arena, &grant));
	if (grant_has_ended(&grant, act->now))
		return FAIL(CONFLICT, "the grant has ended already");
	grant.state = GRANT_REVOKED;
	grant.ended = act->now;
	TRY(grant_change(act, &grant));
	TRY(checkouts_let_go(act, &grant));
	TRY(rotation_watch_now(act, &grant));
	TRY(letters_write(act, &revoke->told));
	revoke->grant.state = grant.state;
	revoke->grant.suspended_by = grant.suspended_by;
	return event_add(act, grant.tenant, &revoke->draft.leaf, NULL);
}

/* ---- the event of a move ---- */

static fallible put_cause(
	const struct grant *grant, const struct grants_cause *cause, struct arena *arena, struct span *detail)
{
	char grantee[ID_TEXT + 1], by[ID_TEXT + 1];
	ids_print(ID_PERSON, grant->person, grantee);
	ids_print(cause->kind, cause->by, by);
	const struct detail_field fields[] = {{"cause", span_text(cause->word), DETAIL_TEXT},
		{"grantee", span_of(grantee, ID_TEXT), DETAIL_TEXT},
		{"by", span_of(by, ID_TEXT), DETAIL_TEXT}};
	return detail_print(fields, ids_is_none(cause->by) ? 2 : 3, arena, detail);
}

static fallible add_move(
	struct act *act, enum action action, const struct grant *grant, const struct grants_cause *cause)
{
	struct event event = {.action = action,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_GRANT};
	event.ids[LEAF_ID_OBJECT] = event.ids[LEAF_ID_GRANT] = grant->id;
	event.ids[LEAF_ID_CLIENT] = grant->client;
	event.texts[LEAF_TEXT_TASK] = grant->task;
	TRY(put_cause(grant, cause, act->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_say(act, grant->tenant, &event);
}

static fallible move(
	struct act *act, enum action action, const struct grant *grant, const struct grants_cause *cause)
{
	TRY(grant_change(act, grant));
	if (grant->state == GRANT_SUSPENDED || grant->state == GRANT_REVOKED)
		TRY(checkouts_let_go(act, grant));
	if (grant->state == GRANT_REVOKED)
		TRY(rotation_watch_now(act, grant));
	return add_move(act, action, grant, cause);
}

/* ---- one grant ---- */

static fallible find_open(struct act *act, struct id tenant, struct id id, struct grant *grant)
{
	struct view view = view_act(act);
	TRY(grant_get(&view, tenant, id, act->arena, grant));
	return grant_has_ended(grant, act->now) ? FAIL(CONFLICT, "the grant has ended already") : OK;
}

fallible grants_suspend(struct act *act, struct id tenant, struct id id, const struct grants_cause *cause)
{
	struct grant grant;
	TRY(find_open(act, tenant, id, &grant));
	if (grant.state != GRANT_ACTIVE)
		return FAIL(CONFLICT, "only an active grant can be suspended");
	grant.state = GRANT_SUSPENDED;
	grant.suspended_by = cause->by;
	return move(act, ACTION_GRANT_SUSPENDED, &grant, cause);
}

fallible grants_restore(
	struct act *act, struct id tenant, struct id id, uint32_t uses, const struct grants_cause *cause)
{
	struct grant grant;
	TRY(find_open(act, tenant, id, &grant));
	if (grant.state != GRANT_SUSPENDED || !ids_equal(grant.suspended_by, cause->by))
		return FAIL(CONFLICT, "the grant is not suspended by this");
	grant.state = GRANT_ACTIVE;
	grant.suspended_by = (struct id){0};
	grant.uses_made = uses > GRANT_USES_MAX - grant.uses_made ? GRANT_USES_MAX : grant.uses_made + uses;
	return move(act, ACTION_GRANT_RESUMED, &grant, cause);
}

fallible grants_activate(struct act *act, struct id tenant, struct id id, const struct grants_cause *cause)
{
	struct grant grant;
	TRY(find_open(act, tenant, id, &grant));
	if (grant.state != GRANT_STANDBY)
		return FAIL(CONFLICT, "the grant does not stand by");
	grant.state = GRANT_ACTIVE;
	return move(act, ACTION_GRANT_ACTIVATED, &grant, cause);
}

fallible grants_end(struct act *act, struct id tenant, struct id id, const struct grants_cause *cause)
{
	struct grant grant;
	TRY(find_open(act, tenant, id, &grant));
	grant.state = GRANT_REVOKED;
	grant.ended = act->now;
	return move(act, ACTION_GRANT_REVOKED, &grant, cause);
}

/* ---- the same for somebody else ---- */

static fallible check_source(const struct grants_copy *copy, const struct grant *grant)
{
	bool suspended = grant->state == GRANT_SUSPENDED &&
		(copy->standby || ids_equal(grant->suspended_by, copy->cause.by));
	if (grant->state != GRANT_ACTIVE && !suspended)
		return FAIL(CONFLICT, "only an open grant is handed on");
	if (grant->uses_max && grant->uses_made >= grant->uses_max)
		return FAIL(CONFLICT, "the grant is used up");
	if (ids_equal(grant->person, copy->to))
		return FAIL(CONFLICT, "the grant is that person's already");
	return OK;
}

/* Never wider: the narrower of both spans of time, and only what is left of the uses. */
static fallible narrow(const struct grants_copy *copy, struct instant now, struct grant *grant)
{
	grant->id = random_id(now);
	grant->person = copy->to;
	grant->state = copy->standby ? GRANT_STANDBY : GRANT_ACTIVE;
	grant->handover = copy->cause.by;
	grant->suspended_by = (struct id){0};
	grant->created = now;
	grant->from = later(grant->from, copy->from);
	grant->until = earlier(grant->until, copy->until);
	grant->uses_max -= grant->uses_max ? grant->uses_made : 0;
	grant->uses_made = 0;
	return grant->until.ms > grant->from.ms && grant->until.ms > now.ms
		? OK
		: FAIL(CONFLICT, "nothing is left of the grant's time");
}

fallible grants_copy(struct act *act, const struct grants_copy *copy, struct id *made)
{
	struct grant grant;
	scoped(buf) sealed = BUF(SEALED_MAX);
	TRY(find_open(act, copy->tenant, copy->grant, &grant));
	TRY(check_source(copy, &grant));
	TRY(narrow(copy, act->now, &grant));
	TRY(grant_seal(act->volume->keys, &grant, &sealed));
	TRY(grant_put(act, &grant, buf_span(&sealed)));
	TRY(add_move(act, copy->standby ? ACTION_GRANT_STANDBY_SET : ACTION_GRANT_ACTIVATED, &grant,
		&copy->cause));
	*made = grant.id;
	return OK;
}

fallible grants_extend(struct act *act, const struct grants_extend *extend)
{
	struct grant source, copy;
	TRY(find_open(act, extend->tenant, extend->source, &source));
	TRY(find_open(act, extend->tenant, extend->copy, &copy));
	struct instant until = earlier(source.until, extend->until);
	if (until.ms <= copy.until.ms)
		return FAIL(CONFLICT, "the grant has no longer time than its copy");
	copy.until = until;
	TRY(move(act, ACTION_GRANT_EXTENDED, &copy, &extend->cause));
	return rotation_watch_until(act, &copy);
}
