/* SPDX-License-Identifier: Apache-2.0 */
/* agreements - put on record, and taken back. */
#include "server/core/people/agreements.h"

#include "base/text.h"
#include "crypto/random.h"
#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/person.h"

#include <stdio.h>

enum { NUMBER_TEXT = 24, HASH_TEXT = 2 * AGREEMENT_HASH };

static const int64_t YEAR_MS = (int64_t)366 * 24 * 3600 * 1000;

/* ---- who and for whom ---- */

/* What opens a vault is not what somebody writes down about themselves. */
static fallible check_recorder(const struct scene *scene, struct id person)
{
	return ids_equal(scene->caller->person, person)
		? FAIL(DENIED, "nobody puts on record that they signed themselves")
		: OK;
}

static fallible find_person(const struct scene *scene, struct agreements_add *add)
{
	struct person person;
	struct id tenant = scene->caller->tenant;
	struct err err = person_find(scene->view, tenant, add->person, &add->agreement.person);
	if (!err_failed(err))
		err = person_get_clear(scene->view, tenant, add->agreement.person, scene->arena, &person);
	if (err.kind == ERR_NOT_FOUND || (!err_failed(err) && person.kind == PERSON_OF_CLIENT))
		return FAIL_CODE(UNKNOWN_PERSON, "nobody of the business, nor from outside, is called so");
	TRY(err);
	if (person.state != PERSON_ACTIVE && person.state != PERSON_SUSPENDED)
		return FAIL(CONFLICT, "the person has gone");
	add->person_row = person.version;
	return check_recorder(scene, add->agreement.person);
}

static fallible find_client(const struct scene *scene, struct agreements_add *add)
{
	if (add->client.len == 0)
		return OK;
	struct err err = client_find(scene->view, scene->caller->tenant, add->client, &add->agreement.client);
	return err.kind == ERR_NOT_FOUND ? FAIL_CODE(UNKNOWN_CLIENT, "no client is called so") : err;
}

static fallible check_times(struct instant now, struct agreements_add *add)
{
	struct agreement *agreement = &add->agreement;
	if (agreement->signed_at.ms == 0)
		agreement->signed_at = now;
	add->fault = "signed_at";
	if (agreement->signed_at.ms > now.ms ||
		agreement->signed_at.ms < now.ms - AGREEMENTS_BACK_YEARS * YEAR_MS)
		return FAIL(INVALID, "what is on record as signed was signed by now");
	add->fault = "expires_at";
	if (agreement->expires.ms &&
		(agreement->expires.ms <= now.ms ||
			agreement->expires.ms > now.ms + AGREEMENTS_AHEAD_YEARS * YEAR_MS))
		return FAIL(INVALID, "an agreement ends in the future, and not too far in it");
	add->fault = NULL;
	return OK;
}

/* ---- events ---- */

static fallible print_detail(const struct agreement *agreement, struct arena *arena, struct span *detail)
{
	char party[ID_TEXT + 1], version[NUMBER_TEXT];
	scoped(buf) hash = BUF(HASH_TEXT);
	ids_print(ID_PERSON, agreement->person, party);
	snprintf(version, sizeof version, "%u", (unsigned)agreement->document);
	text_put_hex(&hash, span_of(agreement->hash, AGREEMENT_HASH));
	TRY(buf_check(&hash));
	const struct detail_field fields[] = {
		{"kind", span_text(agreement_kind_name(agreement->kind)), DETAIL_TEXT},
		{"party", span_text(party), DETAIL_TEXT}, {"version", span_text(version), DETAIL_NUMBER},
		{"document_hash", buf_span(&hash), DETAIL_TEXT}};
	return detail_print(fields, agreement->has_hash ? 4 : 3, arena, detail);
}

static fallible seal_event(const struct scene *scene, enum action action, const struct agreement *agreement,
	struct event_draft *draft)
{
	struct event event = scene_event(scene, action);
	event.has_object_kind = true;
	event.object_kind = ID_AGREEMENT;
	event.ids[LEAF_ID_OBJECT] = agreement->id;
	event.ids[LEAF_ID_CLIENT] = agreement->client;
	TRY(print_detail(agreement, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

/* ---- adding ---- */

fallible agreements_add_prepare(const struct scene *scene, struct agreements_add *add)
{
	struct agreement *agreement = &add->agreement;
	const struct caller *caller = scene->caller;
	TRY(find_person(scene, add));
	TRY(find_client(scene, add));
	TRY(check_times(scene->now, add));
	agreement->tenant = caller->tenant;
	agreement->id = random_id(scene->now);
	agreement->recorder_is_person = !ids_is_none(caller->person);
	agreement->recorder = agreement->recorder_is_person ? caller->person : caller->application;
	return seal_event(scene, ACTION_AGREEMENT_SIGNED, agreement, &add->added);
}

fallible agreements_add_write(struct act *act, struct agreements_add *add)
{
	const struct agreement *agreement = &add->agreement;
	struct noun_key key = noun_key(agreement->tenant, id_span(&agreement->person), SPAN_NONE);
	TRY(noun_still(act, TABLE_PERSON, noun_key_span(&key), add->person_row));
	TRY(agreement_put(act, agreement));
	return event_add(act, agreement->tenant, &add->added.leaf, NULL);
}

/* ---- looking ---- */

fallible agreements_sight(const struct scene *scene, struct sight *sight)
{
	return sight_of(scene->view, scene->caller, CAPABILITY_BIT(PEOPLE_READ), scene->arena, sight);
}

bool agreements_sees(const struct sight *sight, const struct agreement *agreement)
{
	return sight_has(sight, agreement->client, agreement->person);
}

/* ---- taking back ---- */

static fallible tell_owners(const struct scene *scene, struct agreements_end *end)
{
	struct person person;
	struct change_news news = {.action = ACTION_AGREEMENT_EXPIRED, .about = end->agreement.id};
	end->told.count = 0;
	TRY(person_get(scene->view, end->agreement.tenant, end->agreement.person, scene->arena, &person));
	news.label = person.name;
	return change_news_tell_owners(scene, &news, 0, &end->told);
}

fallible agreements_end_prepare(const struct scene *scene, struct agreements_end *end)
{
	struct id id;
	struct sight sight;
	struct agreement found;
	TRY(ids_parse(ID_AGREEMENT, end->agreement_id, &id));
	TRY(agreement_get(scene->view, scene->caller->tenant, id, &found));
	TRY(agreements_sight(scene, &sight));
	if (!agreements_sees(&sight, &found))
		return FAIL(NOT_FOUND, "the agreement is outside what the caller sees");
	TRY(check_recorder(scene, found.person));
	if (found.ended.ms)
		return FAIL(CONFLICT, "the agreement was taken back before");
	end->agreement = found;
	TRY(tell_owners(scene, end));
	return seal_event(scene, ACTION_AGREEMENT_EXPIRED, &found, &end->ended);
}

fallible agreements_end_write(struct act *act, struct agreements_end *end)
{
	struct agreement *agreement = &end->agreement;
	struct noun_key key = noun_key(agreement->tenant, id_span(&agreement->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_AGREEMENT, noun_key_span(&key), agreement->version));
	agreement->ended = act->now;
	TRY(agreement_put(act, agreement));
	TRY(letters_write(act, &end->told));
	return event_add(act, agreement->tenant, &end->ended.leaf, NULL);
}
