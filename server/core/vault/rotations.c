/* SPDX-License-Identifier: Apache-2.0 */
/* rotations - look the line up, see who asks, note it. */
#include "server/core/vault/rotations.h"

#include "base/json_out.h"
#include "server/core/change_news.h"
#include "server/core/grants_seen.h"
#include "store/nouns/credential.h"
#include "store/nouns/event_add.h"
#include "store/nouns/person.h"

enum { SEALED_MAX = 4096, NOTE_DETAIL_MAX = 2048 };

/* ---- which line ---- */

fallible rotations_knows(
	const struct view *view, struct id tenant, struct id person, struct id client, bool *knows)
{
	struct exposure_place at = {.len = 0};
	struct exposure seen;
	struct err err = OK;
	bool found = false;
	while (!found && exposure_of_person(view, tenant, person, &at, &seen, &err))
		found = ids_equal(seen.client, client);
	TRY(err);
	*knows = found;
	return OK;
}

/* The newest line of a person about a credential. */
static fallible find_line(
	const struct scene *scene, const struct exposures_ask *ask, struct exposures_item *newest)
{
	struct exposures exposures;
	struct exposures_item item;
	struct err err = OK;
	bool found = false;
	TRY(exposures_open(scene->view, ask, scene->arena, &exposures));
	while (exposures_next(&exposures, &item, &err)) {
		*newest = item;
		found = true;
	}
	TRY(err);
	return found ? OK : FAIL(NOT_FOUND, "the person knows nothing of the credential");
}

static fallible find(const struct scene *scene, struct rotations_note *note, struct sight *sight)
{
	struct id credential, person;
	struct credential found;
	TRY(grants_sight(scene->view, scene->caller, scene->arena, sight));
	TRY(ids_parse(ID_CREDENTIAL, note->credential, &credential));
	TRY(credential_get(scene->view, scene->caller->tenant, credential, scene->arena, &found));
	if (!sight_has_client(sight, found.client))
		return FAIL(NOT_FOUND, "the credential is outside what the caller sees");
	TRY(person_find(scene->view, scene->caller->tenant, note->person, &person));
	const struct exposures_ask ask = {.tenant = scene->caller->tenant,
		.person = person,
		.client = found.client,
		.credential = credential,
		.now = scene->now};
	return find_line(scene, &ask, &note->item);
}

/* ---- who may ---- */

/* What the client decided, the client alone changes: and a person of it, not an application in its name. */
static fallible check_client(const struct scene *scene, const struct sight *sight)
{
	if (ids_is_none(sight->client))
		return FAIL(DENIED, "only the client waives a rotation");
	if (!scene->caller->proven)
		return FAIL_CODE(PERSON_UNPROVEN, "who waives a rotation proves who they are");
	return OK;
}

static fallible check(const struct scene *scene, const struct sight *sight, struct rotations_note *note)
{
	enum rotation_state state = note->item.state;
	if (note->note == ROTATION_NOTE_WAIVED || note->before.note == ROTATION_NOTE_WAIVED)
		TRY(check_client(scene, sight));
	if (state == ROTATION_NONE || state == ROTATION_DONE)
		return FAIL(CONFLICT, "nothing is owed: there is a newer version, or the person may use it");
	if (note->note == ROTATION_NOTE_PLANNED && note->due.ms <= scene->now.ms) {
		note->fault = "due";
		return FAIL(INVALID, "a rotation is planned for a time to come");
	}
	return OK;
}

/* ---- the row and its event ---- */

static fallible put_detail(const struct rotation *row, struct arena *arena, struct span *detail)
{
	scoped(buf) text = BUF(NOTE_DETAIL_MAX);
	struct json_out out = JSON_OUT(&text);
	json_out_open(&out, NULL);
	json_out_id(&out, "person", ID_PERSON, row->person);
	json_out_number(&out, "version", (int64_t)row->number);
	if (row->due.ms)
		json_out_time(&out, "due", row->due);
	if (row->note == ROTATION_NOTE_NONE)
		json_out_text(&out, "cause", "taken_back");
	json_out_close(&out);
	return buf_keep(&text, arena, detail);
}

static fallible seal_event(
	const struct scene *scene, const struct rotations_note *note, struct event_draft *draft)
{
	const struct rotation *row = &note->row;
	struct event event = scene_event(scene,
		row->note == ROTATION_NOTE_WAIVED ? ACTION_CREDENTIAL_ROTATION_WAIVED
						  : ACTION_CREDENTIAL_ROTATION_PLANNED);
	event.has_object_kind = true;
	event.object_kind = ID_CREDENTIAL;
	event.ids[LEAF_ID_OBJECT] = row->credential;
	event.ids[LEAF_ID_CLIENT] = row->client;
	event.texts[LEAF_TEXT_PURPOSE] = row->reason;
	TRY(put_detail(row, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

static void fill_row(const struct scene *scene, struct rotations_note *note)
{
	const struct exposure *seen = &note->item.seen;
	const struct caller *caller = scene->caller;
	bool by_person = !ids_is_none(caller->person);
	note->row = (struct rotation){.tenant = seen->tenant,
		.person = seen->person,
		.credential = seen->credential,
		.number = seen->number,
		.client = seen->client,
		.note = note->note,
		.by = by_person ? caller->person : caller->application,
		.by_person = by_person,
		.noted = scene->now,
		.due = note->note == ROTATION_NOTE_PLANNED ? note->due : (struct instant){0},
		.reason = note->note == ROTATION_NOTE_WAIVED ? note->reason : SPAN_NONE};
	note->before = note->row;
}

static fallible tell_waived(const struct scene *scene, struct rotations_note *note)
{
	struct credential credential;
	struct change_news news = {
		.action = ACTION_CREDENTIAL_ROTATION_WAIVED, .about = note->row.credential};
	note->told.count = 0;
	if (note->row.note != ROTATION_NOTE_WAIVED)
		return OK;
	TRY(credential_get(scene->view, note->row.tenant, note->row.credential, scene->arena, &credential));
	news.label = credential.title;
	return change_news_tell_owners(scene, &news, 0, &note->told);
}

fallible rotations_note_prepare(const struct scene *scene, struct rotations_note *note)
{
	struct sight sight;
	scoped(buf) sealed = BUF(SEALED_MAX);
	TRY(find(scene, note, &sight));
	fill_row(scene, note);
	TRY(rotation_get_note(scene->view, &note->before));
	TRY(check(scene, &sight, note));
	TRY(rotation_seal(scene->server->volume.keys, &note->row, &sealed));
	TRY(buf_keep(&sealed, scene->arena, &note->sealed));
	TRY(tell_waived(scene, note));
	return seal_event(scene, note, &note->draft);
}

/* The client's word of a moment ago is not overwritten by who has not read it. */
static fallible check_still(struct act *act, const struct rotations_note *note)
{
	struct view view = view_act(act);
	struct rotation now = note->row;
	TRY(rotation_get_note(&view, &now));
	return now.note == note->before.note ? OK : FAIL_CODE(STALE, "a rotation was noted meanwhile");
}

fallible rotations_note_write(struct act *act, struct rotations_note *note)
{
	TRY(check_still(act, note));
	TRY(rotation_put(act, &note->row, note->sealed));
	TRY(letters_write(act, &note->told));
	return event_add(act, note->row.tenant, &note->draft.leaf, NULL);
}
