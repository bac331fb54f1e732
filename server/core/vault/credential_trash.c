/* SPDX-License-Identifier: Apache-2.0 */
/* credential_trash - in, out, and gone. */
#include "server/core/vault/credential_trash.h"

#include "base/text.h"
#include "server/core/detail.h"
#include "server/core/keeping/ending.h"
#include "server/core/vault/credential_edits.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"
#include "store/nouns/hold.h"
#include "store/nouns/version.h"

enum {
	DAY_MS = 24 * 3600 * 1000,
	SEALED_MAX = 8 * 1024,
	ONE_NOUN = 128 * 1024,
	GRANTS_AT_ONCE = 40, /* so that a round of the sweep stays below the events of an act */
	COMMITMENT_AT = 48,  /* of an MNV1 record */
	COMMITMENT = 32,
};

static struct noun_key key_of(const struct credential *credential)
{
	return noun_key(credential->tenant, id_span(&credential->id), SPAN_NONE);
}

static struct expiry queue_of(const struct credential *credential, struct instant at)
{
	return (struct expiry){EXPIRY_CREDENTIAL, at, credential->tenant, credential->id};
}

/* ---- in and out ---- */

static struct event begin_event(
	const struct scene *scene, enum action action, const struct credential *credential)
{
	struct event event = scene_event(scene, action);
	event.has_object_kind = true;
	event.object_kind = ID_CREDENTIAL;
	event.ids[LEAF_ID_OBJECT] = credential->id;
	event.ids[LEAF_ID_CLIENT] = credential->client;
	event.texts[LEAF_TEXT_LABEL] = credential->title;
	return event;
}

static fallible check_there(const struct credential *credential)
{
	return credential->state == CREDENTIAL_SHREDDED ? FAIL(EXPIRED, "the credential was shredded") : OK;
}

static fallible prepare_move(const struct scene *scene, enum action action, struct credential_trash *trash)
{
	scoped(buf) sealed = BUF(SEALED_MAX);
	const struct credential *credential = &trash->credential;
	struct event event = begin_event(scene, action, credential);
	const struct detail_field fields[] = {
		{"kind", span_text(credential_kind_name(credential->kind)), DETAIL_TEXT}};
	TRY(detail_print(fields, 1, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	TRY(credential_seal(scene->server->volume.keys, credential, &sealed));
	TRY(scene_copy(scene, buf_span(&sealed), &trash->sealed));
	return scene_seal(scene, &event, &trash->draft);
}

static fallible write_move(struct act *act, struct credential_trash *trash)
{
	const struct credential *credential = &trash->credential;
	struct noun_key key = key_of(credential);
	TRY(noun_still(act, TABLE_CREDENTIAL, noun_key_span(&key), trash->row));
	TRY(credential_put(act, credential, trash->sealed));
	return event_add(act, credential->tenant, &trash->draft.leaf, NULL);
}

fallible credential_trash_archive_prepare(const struct scene *scene, struct credential_trash *trash)
{
	struct credential *credential = &trash->credential;
	TRY(check_there(credential));
	if (credential->state != CREDENTIAL_ACTIVE)
		return FAIL(CONFLICT, "the credential is archived already");
	trash->row = credential->row;
	credential->state = CREDENTIAL_ARCHIVED;
	credential->archived = scene->now;
	trash->ends = credential_trash_ends(credential);
	return prepare_move(scene, ACTION_CREDENTIAL_ARCHIVED, trash);
}

fallible credential_trash_archive_write(struct act *act, struct credential_trash *trash)
{
	const struct expiry queue = queue_of(&trash->credential, trash->ends);
	TRY(write_move(act, trash));
	return expiry_put(act, &queue);
}

static fallible check_client(const struct scene *scene, const struct credential *credential)
{
	struct client client;
	TRY(client_get(scene->view, credential->tenant, credential->client, scene->arena, &client));
	bool here = client.state == CLIENT_ACTIVE || client.state == CLIENT_PAUSED;
	return here ? OK : FAIL(CONFLICT, "the client has left");
}

fallible credential_trash_restore_prepare(const struct scene *scene, struct credential_trash *trash)
{
	struct credential *credential = &trash->credential;
	TRY(check_there(credential));
	if (credential->state != CREDENTIAL_ARCHIVED)
		return FAIL(CONFLICT, "the credential is not archived");
	TRY(check_client(scene, credential));
	trash->row = credential->row;
	trash->ends = credential_trash_ends(credential);
	credential->state = CREDENTIAL_ACTIVE;
	credential->archived = (struct instant){0};
	return prepare_move(scene, ACTION_CREDENTIAL_RESTORED, trash);
}

/* What was archived before times were kept, or was put off by a hold, stands elsewhere in the queue or nowhere; whoever finds
 * it there sees that it is active. */
static fallible leave_queue(struct act *act, const struct credential_trash *trash)
{
	const struct expiry queue = queue_of(&trash->credential, trash->ends);
	struct err err = expiry_drop(act, &queue);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

fallible credential_trash_restore_write(struct act *act, struct credential_trash *trash)
{
	TRY(write_move(act, trash));
	return leave_queue(act, trash);
}

/* ---- gone ---- */

/* Whether the client's holds let it go. */
static fallible check_hold(
	const struct view *view, const struct credential *credential, struct instant now, struct arena *arena)
{
	const struct hold_clearance *clearance;
	const struct subject client = {SUBJECT_CLIENT, credential->client};
	return hold_clear(view,
		&(struct hold_ask){.tenant = credential->tenant,
			.act = HOLD_ERASE,
			.subjects = &client,
			.count = 1,
			.now = now},
		arena, &clearance);
}

/* What a backup that still has the versions can be held against: BLAKE2b-256 over the commitments of their data keys' wraps,
 * from version 1 on. */
static fallible commit_to(
	const struct view *view, const struct credential *credential, uint8_t commitment[static HASH_BLAKE])
{
	scoped(arena) arena = ARENA(ONE_NOUN);
	uint8_t sum[HASH_BLAKE] = {0};
	for (uint64_t number = 1; number <= credential->current; number++, arena_clear(&arena)) {
		struct version version;
		TRY(version_get(view, credential->tenant, credential->id, number, &arena, &version));
		const struct span parts[] = {
			SPAN_BYTES(sum), span_of(version.wrapped + COMMITMENT_AT, COMMITMENT)};
		hash_blake(parts, number == 1 ? 0 : 1, sum);
	}
	memcpy(commitment, sum, sizeof sum);
	return OK;
}

/* With the rows of its versions the only wraps of its data keys are gone, and with the label every word about it. */
static fallible drop_all(struct act *act, struct credential *credential)
{
	for (uint64_t number = 1; number <= credential->current; number++)
		TRY(version_drop(act, credential->tenant, credential->id, number));
	*credential = (struct credential){.tenant = credential->tenant,
		.id = credential->id,
		.client = credential->client,
		.kind = credential->kind,
		.state = CREDENTIAL_SHREDDED,
		.modes_max = credential->modes_max,
		.created = credential->created,
		.archived = credential->archived,
		.current = credential->current,
		.known = credential->known,
		.strength = CREDENTIAL_STRENGTH_NONE};
	return credential_put(act, credential, SPAN_NONE);
}

/* The grants that one act has no room for end in the next round: they open nothing meanwhile. */
static fallible end_grants(struct act *act, const struct credential *credential)
{
	size_t ended = 0;
	TRY(ending_grants_of(act, credential, GRANTS_AT_ONCE, &ended));
	const struct expiry again = queue_of(credential, (struct instant){act->now.ms + 1});
	return ended == GRANTS_AT_ONCE ? expiry_put(act, &again) : OK;
}

static fallible print_detail(const struct credential *credential, const char *approver,
	const uint8_t commitment[static HASH_BLAKE], struct arena *arena, struct span *detail)
{
	char versions[24];
	scoped(buf) number = BUF(sizeof versions), hex = BUF(2 * HASH_BLAKE);
	buf_printf(&number, "%llu", (unsigned long long)credential->current);
	text_put_hex(&hex, span_of(commitment, HASH_BLAKE));
	TRY(buf_check(&number));
	TRY(buf_check(&hex));
	const struct detail_field fields[] = {
		{"kind", span_text(credential_kind_name(credential->kind)), DETAIL_TEXT},
		{"versions", buf_span(&number), DETAIL_NUMBER},
		{"approver", span_text(approver), DETAIL_TEXT}, {"commitment", buf_span(&hex), DETAIL_TEXT}};
	return detail_print(fields, sizeof fields / sizeof fields[0], arena, detail);
}

/* Of a client who was erased there is no key left to say anything under: the event says that it happened. */
static fallible say(struct act *act, struct id tenant, struct event *event)
{
	struct event_draft draft;
	struct err err = event_seal(act->volume->keys, tenant, event, act->now, act->arena, &draft);
	if (err.kind == ERR_NOT_FOUND) {
		memset(event->texts, 0, sizeof event->texts);
		err = event_seal(act->volume->keys, tenant, event, act->now, act->arena, &draft);
	}
	TRY(err);
	return event_add(act, tenant, &draft.leaf, NULL);
}

static fallible shred(
	struct act *act, struct credential *credential, struct event *event, const char *approver)
{
	uint8_t commitment[HASH_BLAKE];
	struct view view = view_act(act);
	TRY(check_hold(&view, credential, act->now, act->arena));
	TRY(commit_to(&view, credential, commitment));
	TRY(print_detail(credential, approver, commitment, act->arena, &event->texts[LEAF_TEXT_DETAIL]));
	TRY(drop_all(act, credential));
	TRY(say(act, credential->tenant, event));
	return end_grants(act, credential);
}

fallible credential_trash_shred_prepare(const struct scene *scene, struct credential_trash *trash)
{
	const struct credential *credential = &trash->credential;
	TRY(credential_edits_check_owner(scene));
	TRY(check_there(credential));
	TRY(check_hold(scene->view, credential, scene->now, scene->arena));
	trash->row = credential->row;
	trash->ends = credential_trash_ends(credential);
	trash->event = begin_event(scene, ACTION_CREDENTIAL_DESTROYED, credential);
	trash->event.reason = REASON_REVOKED;
	return OK;
}

fallible credential_trash_shred_write(struct act *act, struct credential_trash *trash)
{
	char approver[ID_TEXT + 1];
	struct noun_key key = key_of(&trash->credential);
	struct event event = trash->event;
	TRY(noun_still(act, TABLE_CREDENTIAL, noun_key_span(&key), trash->row));
	ids_print(ID_PERSON, event.ids[LEAF_ID_ACTOR], approver);
	TRY(leave_queue(act, trash));
	return shred(act, &trash->credential, &event, approver);
}

/* ---- the sweep ---- */

static fallible shred_due(struct act *act, struct credential *credential)
{
	struct event event = {.action = ACTION_CREDENTIAL_DESTROYED,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.reason = REASON_EXPIRED,
		.has_object_kind = true,
		.object_kind = ID_CREDENTIAL};
	event.ids[LEAF_ID_OBJECT] = credential->id;
	event.ids[LEAF_ID_CLIENT] = credential->client;
	event.texts[LEAF_TEXT_LABEL] = credential->title;
	return shred(act, credential, &event, "system");
}

static fallible put_off(struct act *act, const struct expiry *due, struct instant at)
{
	struct expiry later = *due;
	later.at = at;
	return expiry_put(act, &later);
}

static fallible sweep_archived(struct act *act, const struct expiry *due, struct credential *credential)
{
	struct instant ends = credential_trash_ends(credential);
	if (ends.ms > act->now.ms)
		return put_off(act, due, ends);
	struct err err = shred_due(act, credential);
	return err.code == CODE_HELD ? put_off(act, due, (struct instant){act->now.ms + DAY_MS}) : err;
}

static fallible sweep_one(struct act *act, const struct expiry *due)
{
	scoped(arena) arena = ARENA(ONE_NOUN);
	struct credential credential;
	struct view view = view_act(act);
	struct err err = credential_get(&view, due->tenant, due->id, &arena, &credential);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	switch (credential.state) {
	case CREDENTIAL_ARCHIVED:
		return sweep_archived(act, due, &credential);
	case CREDENTIAL_SHREDDED:
		return end_grants(act, &credential);
	case CREDENTIAL_ACTIVE:
	case CREDENTIAL_STATE_COUNT:
		break;
	}
	return OK;
}

fallible credential_trash_sweep(struct act *act, size_t max, struct due_round *round)
{
	struct err err = OK;
	size_t most = max < CREDENTIAL_TRASH_AT_ONCE ? max : CREDENTIAL_TRASH_AT_ONCE;
	while (round->done < most && !err_failed(err = due_sweep_next(act, EXPIRY_CREDENTIAL, round))) {
		TRY(sweep_one(act, &round->at));
		due_sweep_did(round);
	}
	return err.kind == ERR_NOT_FOUND ? OK : err;
}
