/* SPDX-License-Identifier: Apache-2.0 */
/* emergencies - ask, confirm, open; how they end is emergency_ends.c. */
#include "server/core/grants/emergencies.h"

#include "crypto/random.h"
#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "server/core/owners.h"
#include "server/core/second.h"
#include "store/nouns/client.h"
#include "store/nouns/credential.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"
#include "store/nouns/person.h"
#include "store/nouns/tenant.h"

enum { SEALED_MAX = 4 * 1024, ONE_NOUN = 64 * 1024 };

static struct span key_of(struct noun_key *key, struct id tenant, struct id id)
{
	*key = noun_key(tenant, id_span(&id), SPAN_NONE);
	return noun_key_span(key);
}

/* ---- who may confirm ---- */

/* Custodians may confirm it; owners hear of it whatever their role may do. */
static fallible has_to_know(const struct view *view, const struct person *person, struct id except, bool *has)
{
	uint64_t held;
	*has = false;
	if (person->state != PERSON_ACTIVE || ids_equal(person->id, except))
		return OK;
	TRY(person_capabilities(view, person, &held));
	*has = owners_is(person) || (held & CAPABILITY_BIT(BREAKGLASS_CONFIRM));
	return OK;
}

/* The client, the custodians and the owners, but for who acts. */
static fallible tell_all(
	const struct scene *scene, const struct client *client, struct tell_ask *ask, struct letters *told)
{
	struct id after = {0};
	struct person person;
	struct err err = OK;
	scoped(arena) row = ARENA(ONE_NOUN);
	const struct letters_desk desk = {scene->server, scene->view, client->tenant, scene->arena};
	told->count = 0;
	TRY(letters_add_contacts(&desk, ask, client, (struct id){0}, told));
	for (; person_next(scene->view, client->tenant, &after, &row, &person, &err); arena_clear(&row)) {
		bool has;
		TRY(has_to_know(scene->view, &person, scene->caller->person, &has));
		ask->person = person.id;
		if (has)
			TRY(letters_add(&desk, ask, told));
	}
	return err;
}

fallible emergencies_check_custodian(const struct scene *scene, const struct breakglass *breakglass)
{
	struct person person;
	const struct caller *caller = scene->caller;
	TRY(second_check_other(scene, &breakglass->requester, 1));
	TRY(person_get_clear(scene->view, caller->tenant, caller->person, scene->arena, &person));
	bool is_client = person.kind == PERSON_OF_CLIENT && ids_equal(person.client, breakglass->client);
	bool may = person.kind != PERSON_OF_CLIENT &&
		(caller->capabilities & CAPABILITY_BIT(BREAKGLASS_CONFIRM));
	return is_client || may ? OK
				: FAIL(DENIED, "an emergency is confirmed by a custodian, or by the client");
}

/* ---- events ---- */

struct event emergencies_event(
	const struct scene *scene, enum action action, const struct breakglass *breakglass)
{
	struct event event = scene_event(scene, action);
	event.has_object_kind = true;
	event.object_kind = ID_BREAKGLASS;
	event.ids[LEAF_ID_OBJECT] = breakglass->id;
	event.ids[LEAF_ID_CLIENT] = breakglass->client;
	event.ids[LEAF_ID_GRANT] = breakglass->grant;
	event.texts[LEAF_TEXT_REASON] = breakglass->reason;
	return event;
}

static fallible seal_event(const struct scene *scene, enum action action, const struct breakglass *breakglass,
	struct event_draft *draft)
{
	char credential[ID_TEXT + 1], approver[ID_TEXT + 1], until[TELL_TIME + 1];
	struct event event = emergencies_event(scene, action, breakglass);
	ids_print(ID_CREDENTIAL, breakglass->credential, credential);
	ids_print(ID_PERSON, breakglass->custodian, approver);
	const struct detail_field fields[] = {{"scope", span_of(credential, ID_TEXT), DETAIL_TEXT},
		{"until", tell_time(breakglass->until, until).value, DETAIL_TEXT},
		{"approver", span_of(approver, ID_TEXT), DETAIL_TEXT}};
	size_t count = ids_is_none(breakglass->custodian) ? 2 : 3;
	TRY(detail_print(fields, count, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

/* ---- asking ---- */

/* Whoever broke the glass has to answer for it before it is broken again. */
static fallible check_none_before(const struct view *view, const struct breakglass *wanted)
{
	struct id after = {0};
	struct breakglass one;
	struct err err = OK;
	scoped(arena) row = ARENA(ONE_NOUN);
	for (; breakglass_next(view, wanted->tenant, &after, &row, &one, &err); arena_clear(&row)) {
		bool same = ids_equal(one.requester, wanted->requester) ||
			ids_equal(one.credential, wanted->credential);
		if (same && one.state == BREAKGLASS_REQUESTED)
			return FAIL(CONFLICT, "an emergency before this one waits for its second person");
		if (same && one.state <= BREAKGLASS_CLOSED)
			return FAIL(CONFLICT, "an emergency before this one is not reviewed yet");
	}
	return err;
}

static fallible find_credential(const struct scene *scene, struct span text, struct credential *credential)
{
	struct id id;
	TRY(ids_parse(ID_CREDENTIAL, text, &id));
	TRY(credential_get(scene->view, scene->caller->tenant, id, scene->arena, credential));
	if (credential->state != CREDENTIAL_ACTIVE)
		return FAIL(CONFLICT, "the credential is archived");
	if ((credential->modes_max & (MODE_BIT(CODE) | MODE_BIT(REVEAL))) == 0)
		return FAIL(CONFLICT, "the credential's ceiling has no mode for a person");
	return OK;
}

static fallible check_requester(const struct scene *scene)
{
	struct person person;
	const struct caller *caller = scene->caller;
	TRY(second_check_person(caller));
	TRY(person_get_clear(scene->view, caller->tenant, caller->person, scene->arena, &person));
	return person.kind == PERSON_STAFF ? OK : FAIL(DENIED, "emergencies are the staff's");
}

static fallible tell_request(
	const struct scene *scene, const struct credential *credential, struct emergencies_add *add)
{
	struct span name;
	struct client client;
	const struct breakglass *breakglass = &add->breakglass;
	TRY(scene_actor(scene, &name));
	TRY(client_get(scene->view, breakglass->tenant, breakglass->client, scene->arena, &client));
	const struct message_value values[] = {
		{"actor", name}, {"label", credential->title}, {"reason", breakglass->reason}};
	struct tell_ask ask = {.kind = NOTICE_BREAKGLASS_ASKED,
		.about = breakglass->id,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = scene->now};
	TRY(tell_all(scene, &client, &ask, &add->told));
	return add->told.count ? OK : FAIL(DENIED, "there is nobody else who could confirm it");
}

fallible emergencies_add_prepare(const struct scene *scene, struct emergencies_add *add)
{
	struct credential credential;
	struct breakglass *breakglass = &add->breakglass;
	scoped(buf) sealed = BUF(SEALED_MAX);
	TRY(check_requester(scene));
	TRY(find_credential(scene, add->credential, &credential));
	*breakglass = (struct breakglass){.tenant = scene->caller->tenant,
		.id = random_id(scene->now),
		.credential = credential.id,
		.client = credential.client,
		.requester = scene->caller->person,
		.created = scene->now,
		.until = {scene->now.ms + BREAKGLASS_WAITS_MS},
		.reason = add->reason};
	add->credential_row = credential.row;
	TRY(check_none_before(scene->view, breakglass));
	TRY(breakglass_seal(scene->server->volume.keys, breakglass, &sealed));
	TRY(buf_keep(&sealed, scene->arena, &add->sealed));
	TRY(seal_event(scene, ACTION_BREAKGLASS_REQUESTED, breakglass, &add->draft));
	return tell_request(scene, &credential, add);
}

fallible emergencies_add_write(struct act *act, struct emergencies_add *add)
{
	struct noun_key key;
	struct view view = view_act(act);
	const struct breakglass *breakglass = &add->breakglass;
	const struct expiry expiry = {
		EXPIRY_BREAKGLASS, breakglass->until, breakglass->tenant, breakglass->id};
	TRY(noun_still(act, TABLE_CREDENTIAL, key_of(&key, breakglass->tenant, breakglass->credential),
		add->credential_row));
	TRY(check_none_before(&view, breakglass));
	TRY(breakglass_add(act, breakglass, add->sealed));
	TRY(expiry_put(act, &expiry));
	TRY(letters_write(act, &add->told));
	return event_add(act, breakglass->tenant, &add->draft.leaf, NULL);
}

/* ---- looking ---- */

fallible emergencies_sees(const struct scene *scene, const struct breakglass *breakglass, bool *sees)
{
	struct person person;
	const struct caller *caller = scene->caller;
	*sees = true;
	if (ids_is_none(caller->person) || ids_equal(caller->person, breakglass->requester))
		return OK;
	TRY(person_get_clear(scene->view, caller->tenant, caller->person, scene->arena, &person));
	*sees = person.kind == PERSON_OF_CLIENT
		? ids_equal(person.client, breakglass->client)
		: (caller->capabilities & CAPABILITY_BIT(BREAKGLASS_CONFIRM)) != 0;
	return OK;
}

fallible emergencies_find(const struct scene *scene, struct span text, struct breakglass *breakglass)
{
	struct id id;
	bool sees;
	struct breakglass found;
	TRY(ids_parse(ID_BREAKGLASS, text, &id));
	TRY(breakglass_get(scene->view, scene->caller->tenant, id, scene->arena, &found));
	TRY(emergencies_sees(scene, &found, &sees));
	if (!sees)
		return FAIL(NOT_FOUND, "the emergency is outside what the caller sees");
	*breakglass = found;
	return OK;
}

/* ---- deciding ---- */

static fallible make_grant(
	const struct scene *scene, const struct credential *credential, struct emergencies_decide *decide)
{
	const struct breakglass *breakglass = &decide->breakglass;
	scoped(buf) sealed = BUF(SEALED_MAX);
	decide->grant = (struct grant){.tenant = breakglass->tenant,
		.id = breakglass->grant,
		.credential = breakglass->credential,
		.client = breakglass->client,
		.person = breakglass->requester,
		.giver = scene->caller->person,
		.giver_is_person = true,
		.state = GRANT_ACTIVE,
		.modes = credential->modes_max & (MODE_BIT(CODE) | MODE_BIT(REVEAL)),
		.notify = GRANT_NOTIFY_EACH,
		.created = scene->now,
		.from = scene->now,
		.until = breakglass->until,
		.breakglass = true,
		.mandate = breakglass->reason};
	TRY(grant_seal(scene->server->volume.keys, &decide->grant, &sealed));
	return buf_keep(&sealed, scene->arena, &decide->sealed);
}

/* The address for matters of security, when it is one. */
static fallible tell_security_contact(
	const struct letters_desk *desk, struct tell_ask ask, struct id owner, struct letters *told)
{
	static const struct span MAILTO = {(const uint8_t *)"mailto:", 7};
	struct tenant tenant;
	struct message_value values[NOTICE_VALUES_MAX];
	TRY(tenant_get(desk->view, desk->tenant, desk->arena, &tenant));
	struct span to = tenant.security_contact;
	if (span_starts(to, MAILTO))
		to = span_from(to, MAILTO.len);
	if (to.len == 0 || !memchr(to.at, '@', to.len) || memchr(to.at, ':', to.len))
		return OK;
	memcpy(values, ask.values, ask.count * sizeof values[0]);
	values[ask.count] = (struct message_value){"to", to};
	ask.values = values;
	ask.count++;
	ask.person = owner;
	return letters_add(desk, &ask, told);
}

static fallible tell_opening(
	const struct scene *scene, const struct credential *credential, struct emergencies_decide *decide)
{
	char time[TELL_TIME + 1];
	struct span custodian;
	struct person requester;
	struct client client;
	const struct breakglass *breakglass = &decide->breakglass;
	const struct letters_desk desk = {scene->server, scene->view, breakglass->tenant, scene->arena};
	TRY(scene_actor(scene, &custodian));
	TRY(person_get(scene->view, breakglass->tenant, breakglass->requester, scene->arena, &requester));
	TRY(client_get(scene->view, breakglass->tenant, breakglass->client, scene->arena, &client));
	const struct message_value values[] = {{"label", credential->title}, {"reason", breakglass->reason},
		{"actor", requester.name}, {"approver", custodian}, tell_time(breakglass->until, time)};
	struct tell_ask ask = {.kind = NOTICE_BREAKGLASS_OPENED,
		.about = breakglass->id,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = scene->now};
	TRY(tell_all(scene, &client, &ask, &decide->told));
	return tell_security_contact(&desk, ask, scene->caller->person, &decide->told);
}

static fallible tell_refusal(const struct scene *scene, struct emergencies_decide *decide)
{
	struct credential credential;
	const struct breakglass *breakglass = &decide->breakglass;
	struct change_news news = {.action = ACTION_BREAKGLASS_REFUSED, .about = breakglass->id};
	TRY(credential_get(
		scene->view, breakglass->tenant, breakglass->credential, scene->arena, &credential));
	news.label = credential.title;
	return change_news_tell(scene, &news, breakglass->requester, &decide->told);
}

static fallible prepare_opening(const struct scene *scene, struct emergencies_decide *decide)
{
	struct credential credential;
	struct breakglass *breakglass = &decide->breakglass;
	TRY(credential_get(
		scene->view, breakglass->tenant, breakglass->credential, scene->arena, &credential));
	if (credential.state != CREDENTIAL_ACTIVE)
		return FAIL(CONFLICT, "the credential is archived");
	decide->credential_row = credential.row;
	breakglass->state = BREAKGLASS_OPEN;
	breakglass->grant = random_id(scene->now);
	breakglass->until.ms = scene->now.ms + BREAKGLASS_OPEN_MS;
	TRY(make_grant(scene, &credential, decide));
	TRY(seal_event(scene, ACTION_BREAKGLASS_APPROVED, breakglass, &decide->decided));
	TRY(seal_event(scene, ACTION_BREAKGLASS_OPENED, breakglass, &decide->opened));
	return tell_opening(scene, &credential, decide);
}

fallible emergencies_decide_prepare(const struct scene *scene, struct emergencies_decide *decide)
{
	struct breakglass *breakglass = &decide->breakglass;
	TRY(emergencies_check_custodian(scene, breakglass));
	if (breakglass->state != BREAKGLASS_REQUESTED)
		return FAIL(CONFLICT, "the emergency does not wait for a decision");
	if (breakglass->until.ms <= scene->now.ms)
		return FAIL(EXPIRED, "nobody confirmed it in time");
	breakglass->custodian = scene->caller->person;
	if (decide->approve)
		return prepare_opening(scene, decide);
	breakglass->state = BREAKGLASS_REFUSED;
	decide->told.count = 0;
	TRY(tell_refusal(scene, decide));
	return seal_event(scene, ACTION_BREAKGLASS_REFUSED, breakglass, &decide->decided);
}

fallible emergencies_decide_write(struct act *act, struct emergencies_decide *decide)
{
	struct noun_key key;
	const struct breakglass *breakglass = &decide->breakglass;
	TRY(noun_still(act, TABLE_BREAKGLASS, key_of(&key, breakglass->tenant, breakglass->id),
		breakglass->version));
	TRY(breakglass_change(act, breakglass));
	TRY(letters_write(act, &decide->told));
	TRY(event_add(act, breakglass->tenant, &decide->decided.leaf, NULL));
	if (!decide->approve)
		return OK;
	TRY(noun_still(act, TABLE_CREDENTIAL, key_of(&key, breakglass->tenant, breakglass->credential),
		decide->credential_row));
	TRY(grant_put(act, &decide->grant, decide->sealed));
	return event_add(act, breakglass->tenant, &decide->opened.leaf, NULL);
}
