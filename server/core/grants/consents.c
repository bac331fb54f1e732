/* SPDX-License-Identifier: Apache-2.0 */
/* consents - given and taken back by the client alone. */
#include "server/core/grants/consents.h"

#include "crypto/random.h"
#include "server/core/detail.h"
#include "server/core/grants/grants.h"
#include "store/nouns/client.h"
#include "store/nouns/credential.h"
#include "store/nouns/event_add.h"
#include "store/nouns/person.h"

#include <stdio.h>

enum { SEALED_MAX = 8 * 1024, NUMBER_TEXT = 24, ONE_GRANT = 64 * 1024 };

static const int64_t LONGEST_MS = (int64_t)CONSENTS_DAYS_MAX * 24 * 3600 * 1000;

/* ---- who ---- */

static fallible check_contact(const struct scene *scene, struct id client)
{
	struct client found;
	const struct caller *caller = scene->caller;
	if (ids_is_none(caller->person) || !caller->proven)
		return FAIL_CODE(PERSON_UNPROVEN, "the client's own people consent, and prove who they are");
	TRY(client_get(scene->view, caller->tenant, client, scene->arena, &found));
	return client_has_contact(&found, caller->person)
		? OK
		: FAIL(NOT_FOUND, "the person is no contact of this client");
}

static fallible find_client(const struct scene *scene, struct consents_give *give)
{
	struct err err = client_find(scene->view, scene->caller->tenant, give->client, &give->consent.client);
	if (!err_failed(err))
		err = check_contact(scene, give->consent.client);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL_CODE(UNKNOWN_CLIENT, "no such client of this person");
	return err;
}

static fallible find_party(const struct scene *scene, struct consents_give *give)
{
	struct person person;
	struct id tenant = scene->caller->tenant;
	struct err err = person_find(scene->view, tenant, give->party, &give->consent.party);
	if (!err_failed(err))
		err = person_get(scene->view, tenant, give->consent.party, scene->arena, &person);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL_CODE(UNKNOWN_PERSON, "the consent is for nobody here");
	TRY(err);
	if (person.kind == PERSON_EXTERNAL)
		return OK;
	give->fault = "party";
	return FAIL(INVALID, "a consent is for somebody outside the business");
}

static fallible find_credential(const struct scene *scene, struct consents_give *give)
{
	struct credential credential;
	if (give->credential.len == 0)
		return OK;
	TRY(ids_parse(ID_CREDENTIAL, give->credential, &give->consent.credential));
	TRY(credential_get(
		scene->view, scene->caller->tenant, give->consent.credential, scene->arena, &credential));
	return ids_equal(credential.client, give->consent.client)
		? OK
		: FAIL(NOT_FOUND, "the credential is another client's");
}

/* ---- events ---- */

static fallible seal_event(const struct keys *keys, struct event *event, const struct consent *consent,
	const struct detail_field *more, struct instant now, struct arena *arena, struct event_draft *draft)
{
	char id[ID_TEXT + 1], party[ID_TEXT + 1];
	ids_print(ID_CONSENT, consent->id, id);
	ids_print(ID_PERSON, consent->party, party);
	const struct detail_field fields[] = {{"consent_id", span_text(id), DETAIL_TEXT},
		{"party", span_text(party), DETAIL_TEXT}, more[0], more[1], more[2]};
	event->has_object_kind = true;
	event->object_kind = ID_CONSENT;
	event->ids[LEAF_ID_OBJECT] = consent->id;
	event->ids[LEAF_ID_CLIENT] = consent->client;
	event->texts[LEAF_TEXT_PURPOSE] = consent->purpose;
	TRY(detail_print(fields, 5, arena, &event->texts[LEAF_TEXT_DETAIL]));
	return event_seal(keys, consent->tenant, event, now, arena, draft);
}

static struct span scope_of(const struct consent *consent, char text[static ID_TEXT + 1])
{
	if (ids_is_none(consent->credential))
		return SPAN_LIT("client");
	ids_print(ID_CREDENTIAL, consent->credential, text);
	return span_of(text, ID_TEXT);
}

/* ---- giving ---- */

static fallible seal_given(const struct scene *scene, struct consents_give *give)
{
	char scope[ID_TEXT + 1], version[NUMBER_TEXT];
	struct event event = scene_event(scene, ACTION_CONSENT_GRANTED);
	snprintf(version, sizeof version, "%u", (unsigned)give->consent.text);
	const struct detail_field more[] = {{"scope", scope_of(&give->consent, scope), DETAIL_TEXT},
		{"method", SPAN_LIT("own_account"), DETAIL_TEXT},
		{"text_version", span_text(version), DETAIL_NUMBER}};
	return seal_event(scene->server->volume.keys, &event, &give->consent, more, scene->now, scene->arena,
		&give->given);
}

fallible consents_give_prepare(const struct scene *scene, struct consents_give *give)
{
	struct consent *consent = &give->consent;
	scoped(buf) sealed = BUF(SEALED_MAX);
	TRY(find_client(scene, give));
	TRY(find_party(scene, give));
	TRY(find_credential(scene, give));
	give->fault = "expires_at";
	if (consent->expires.ms <= scene->now.ms || consent->expires.ms > scene->now.ms + LONGEST_MS)
		return FAIL(INVALID, "a consent ends in the future, and not too far in it");
	give->fault = NULL;
	consent->tenant = scene->caller->tenant;
	consent->id = random_id(scene->now);
	consent->giver = scene->caller->person;
	consent->given = scene->now;
	TRY(consent_seal(scene->server->volume.keys, consent, &sealed));
	TRY(scene_copy(scene, buf_span(&sealed), &give->sealed));
	return seal_given(scene, give);
}

fallible consents_give_write(struct act *act, struct consents_give *give)
{
	TRY(consent_put(act, &give->consent, give->sealed));
	return event_add(act, give->consent.tenant, &give->given.leaf, NULL);
}

/* ---- withdrawing ---- */

/* Whoever gave the party what the consent was about asked for it, as far as anybody did. */
static fallible tell_givers(const struct letters_desk *desk, const struct consent *consent,
	struct tell_ask *ask, struct letters *told)
{
	struct id after = {0};
	struct grant grant;
	struct err err = OK;
	scoped(arena) row = ARENA(ONE_GRANT);
	for (; grant_next(desk->view, consent->tenant, consent->party, &after, &row, &grant, &err);
		arena_clear(&row)) {
		bool is_about = ids_equal(grant.client, consent->client) &&
			(ids_is_none(consent->credential) ||
				ids_equal(grant.credential, consent->credential));
		ask->person = grant.giver;
		if (is_about && grant.giver_is_person && !grant_has_ended(&grant, ask->now))
			TRY(letters_add_once(desk, ask, told));
	}
	return err;
}

static fallible tell_withdrawal(const struct scene *scene, struct consents_withdraw *withdraw)
{
	char time[TELL_TIME + 1];
	struct span actor;
	struct client client;
	struct person party;
	const struct consent *consent = &withdraw->consent;
	const struct letters_desk desk = {scene->server, scene->view, consent->tenant, scene->arena};
	withdraw->told.count = 0;
	TRY(scene_actor(scene, &actor));
	TRY(client_get(scene->view, consent->tenant, consent->client, scene->arena, &client));
	TRY(person_get(scene->view, consent->tenant, consent->party, scene->arena, &party));
	const struct message_value values[] = {{"label", client.name},
		{"assistant", party.name.len ? party.name : SPAN_LIT("-")}, {"actor", actor},
		tell_time(scene->now, time)};
	struct tell_ask ask = {.kind = NOTICE_CONSENT_WITHDRAWN,
		.about = consent->id,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = scene->now};
	TRY(letters_add_owners(&desk, &ask, scene->caller->person, &withdraw->told));
	ask.person = party.id;
	TRY(letters_add_once(&desk, &ask, &withdraw->told));
	return tell_givers(&desk, consent, &ask, &withdraw->told);
}

fallible consents_withdraw_prepare(const struct scene *scene, struct consents_withdraw *withdraw)
{
	struct id id;
	scoped(buf) sealed = BUF(SEALED_MAX);
	TRY(ids_parse(ID_CONSENT, withdraw->consent_id, &id));
	TRY(consent_get(scene->view, scene->caller->tenant, id, scene->arena, &withdraw->consent));
	TRY(check_contact(scene, withdraw->consent.client));
	withdraw->by = scene->caller->person;
	if (withdraw->consent.state != CONSENT_GIVEN)
		return FAIL(CONFLICT, "the consent was withdrawn already");
	TRY(tell_withdrawal(scene, withdraw));
	TRY(consent_seal(scene->server->volume.keys, &withdraw->consent, &sealed));
	return scene_copy(scene, buf_span(&sealed), &withdraw->sealed);
}

/* Whether a grant stood on the consent alone. */
static fallible stood_on(
	struct act *act, const struct consent *consent, const struct grant *grant, bool *alone)
{
	struct view view = view_act(act);
	struct consent other;
	const struct consent_ask ask = {
		grant->tenant, grant->client, grant->person, grant->credential, act->now};
	*alone = false;
	if (!ids_equal(grant->client, consent->client) || grant_has_ended(grant, act->now))
		return OK;
	struct err err = consent_find(&view, &ask, act->arena, &other);
	*alone = err.kind == ERR_NOT_FOUND;
	return *alone ? OK : err;
}

static fallible end_grants(struct act *act, struct consents_withdraw *withdraw)
{
	const struct consent *consent = &withdraw->consent;
	const struct grants_cause cause = {"consent_withdrawn", ID_CONSENT, consent->id};
	struct view view = view_act(act);
	struct id after = {0};
	struct err err = OK;
	withdraw->ended = 0;
	for (;;) {
		scoped(arena) arena = ARENA(ONE_GRANT);
		struct grant grant;
		bool alone;
		if (!grant_next(&view, consent->tenant, consent->party, &after, &arena, &grant, &err))
			return err;
		TRY(stood_on(act, consent, &grant, &alone));
		if (!alone)
			continue;
		TRY(grants_end(act, consent->tenant, grant.id, &cause));
		withdraw->ended++;
	}
}

static fallible say_withdrawn(struct act *act, const struct consents_withdraw *withdraw)
{
	char scope[ID_TEXT + 1], ended[NUMBER_TEXT];
	struct event_draft draft;
	struct event event = {.action = ACTION_CONSENT_WITHDRAWN,
		.source = LEAF_SERVER,
		.actor = LEAF_PERSON,
		.proven = true};
	event.ids[LEAF_ID_ACTOR] = withdraw->by;
	snprintf(ended, sizeof ended, "%zu", withdraw->ended);
	const struct detail_field more[] = {{"scope", scope_of(&withdraw->consent, scope), DETAIL_TEXT},
		{"method", SPAN_LIT("own_account"), DETAIL_TEXT},
		{"grants_revoked", span_text(ended), DETAIL_NUMBER}};
	TRY(seal_event(act->volume->keys, &event, &withdraw->consent, more, act->now, act->arena, &draft));
	return event_add(act, withdraw->consent.tenant, &draft.leaf, NULL);
}

fallible consents_withdraw_write(struct act *act, struct consents_withdraw *withdraw)
{
	struct consent *consent = &withdraw->consent;
	struct noun_key key = noun_key(consent->tenant, id_span(&consent->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_CONSENT, noun_key_span(&key), consent->version));
	consent->state = CONSENT_WITHDRAWN;
	consent->withdrawn = act->now;
	TRY(consent_put(act, consent, withdraw->sealed));
	TRY(end_grants(act, withdraw));
	TRY(letters_write(act, &withdraw->told));
	return say_withdrawn(act, withdraw);
}
