/* SPDX-License-Identifier: Apache-2.0 */
/* takeout_taking - check, write, open, say what left. */
#include "server/core/vault/takeout_taking.h"

#include "base/json_out.h"
#include "base/text.h"
#include "server/core/detail.h"
#include "server/core/proof.h"
#include "server/core/vault/credentials.h"
#include "server/core/vault/fields.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/exposure.h"
#include "store/nouns/person.h"

#include <stdio.h>

enum { DETAIL_BYTES = 512, NUMBER_TEXT = 24 };

/* ---- may it be taken ---- */

static fallible check_state(const struct takeout *takeout, struct instant now)
{
	if (takeout->state == TAKEOUT_TAKEN)
		return FAIL(EXPIRED, "the takeout was taken");
	if (!takeout_is_open(takeout, now))
		return FAIL(EXPIRED, "the takeout is over");
	return takeout->state == TAKEOUT_APPROVED
		? OK
		: FAIL_CODE(APPROVAL_PENDING, "nobody has approved the takeout yet");
}

static fallible check_proof(const struct scene *scene, struct takeout_taking *taking)
{
	char id[ID_TEXT + 1];
	uint8_t expected[HASH_SHA256];
	const struct caller *caller = scene->caller;
	ids_print(ID_TAKEOUT, taking->takeout.id, id);
	const struct proof_field fields[] = {{"takeout", span_of(id, ID_TEXT)}};
	TRY(proof_action_hash("takeout", fields, 1, expected));
	struct err err = proof_find(
		scene->view, caller, caller->person, taking->verification, scene->now, &taking->proof);
	if (err.code == CODE_PERSON_UNPROVEN)
		return FAIL_CODE(STEPUP_REQUIRED, "the takeout is not confirmed");
	TRY(err);
	bool holds = taking->proof.is_action && !taking->proof.weak &&
		memcmp(expected, taking->proof.action_hash, sizeof expected) == 0;
	return holds ? OK : FAIL_CODE(STEPUP_REQUIRED, "something else was confirmed than this takeout");
}

/* ---- what is written of it ---- */

static fallible print_detail(const struct scene *scene, const struct takeout_taking *taking,
	enum credential_kind kind, struct span *detail)
{
	char takeout[ID_TEXT + 1];
	scoped(buf) text = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&text);
	unsigned fields = credential_revealable(kind);
	ids_print(ID_TAKEOUT, taking->takeout.id, takeout);
	json_out_open(&out, NULL);
	json_out_text(&out, "takeout", takeout);
	json_out_open_array(&out, "fields");
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++)
		if (fields & 1u << field)
			json_out_text(&out, NULL, credentials_field_name((enum credential_field)field));
	json_out_close_array(&out);
	json_out_number(&out, "step_up_age_s", (scene->now.ms - taking->proof.decided.ms) / 1000);
	json_out_close(&out);
	return buf_keep(&text, scene->arena, detail);
}

static fallible seal_one(const struct scene *scene, const struct takeout_taking *taking,
	const struct takeouts_item *item, struct event_draft *draft)
{
	struct event event = takeouts_event(scene, ACTION_CREDENTIAL_EXPORTED, &taking->takeout);
	event.object_kind = ID_CREDENTIAL;
	event.ids[LEAF_ID_OBJECT] = item->credential;
	event.texts[LEAF_TEXT_LABEL] = item->title;
	TRY(print_detail(scene, taking, item->kind, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

static fallible seal_all(const struct scene *scene, struct takeout_taking *taking)
{
	const struct takeouts_plan *plan = &taking->plan;
	size_t sealed = 0;
	taking->drafts = arena_alloc(scene->arena, plan->leaves * sizeof *taking->drafts);
	if (!taking->drafts)
		return FAIL(NO_MEMORY, "a call has no memory for a takeout");
	for (size_t i = 0; i < plan->count; i++)
		if (plan->items[i].left == TAKEOUTS_LEAVES)
			TRY(seal_one(scene, taking, &plan->items[i], &taking->drafts[sealed++]));
	return OK;
}

static fallible seal_letters(
	const struct scene *scene, const struct client *client, struct takeout_taking *taking)
{
	char count[NUMBER_TEXT], time[TELL_TIME + 1];
	struct span name;
	struct person approver;
	const struct takeout *takeout = &taking->takeout;
	TRY(scene_actor(scene, &name));
	TRY(person_get(scene->view, takeout->tenant, takeout->decider, scene->arena, &approver));
	snprintf(count, sizeof count, "%u", (unsigned)takeout->count);
	const struct message_value values[] = {{"actor", name}, {"label", client->name},
		{"count", span_text(count)}, {"reason", takeout->purpose}, {"approver", approver.name},
		tell_time(scene->now, time)};
	const struct tell_ask tell = {.kind = NOTICE_TAKEOUT_TAKEN,
		.about = takeout->id,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = scene->now};
	return takeouts_tell(scene, client, &tell, &taking->told);
}

fallible takeout_taking_prepare(const struct scene *scene, struct takeout_taking *taking)
{
	struct client client;
	struct person person;
	struct takeout *takeout = &taking->takeout;
	const struct caller *caller = scene->caller;
	if (!health_is_whole(scene->server->health))
		return FAIL(BUSY, "the store was changed by hand: nothing is released");
	if (!ids_equal(caller->person, takeout->requester))
		return FAIL(DENIED, "a takeout is taken by who asked for it");
	TRY(check_state(takeout, scene->now));
	TRY(check_proof(scene, taking));
	TRY(takeouts_check_requester(scene, takeout->client));
	TRY(client_get(scene->view, takeout->tenant, takeout->client, scene->arena, &client));
	TRY(takeouts_check_client(&client));
	TRY(person_get_clear(scene->view, takeout->tenant, caller->person, scene->arena, &person));
	TRY(takeouts_plan(scene, client.id, takeout->created, &taking->plan));
	if (taking->plan.leaves == 0)
		return FAIL(CONFLICT, "the client has no credential that may leave");
	taking->client_row = client.version;
	taking->person_row = person.version;
	taking->title = client.name;
	takeout->state = TAKEOUT_TAKEN;
	takeout->ended = scene->now;
	takeout->count = (uint32_t)taking->plan.leaves;
	TRY(seal_all(scene, taking));
	return seal_letters(scene, &client, taking);
}

/* ---- the act ---- */

static fallible still(struct act *act, enum table table, struct id tenant, struct id id, uint64_t row)
{
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	return noun_still(act, table, noun_key_span(&key), row);
}

/* Roles are rows of their own: the act asks again. */
static fallible check_rows(struct act *act, const struct takeout_taking *taking)
{
	struct person person;
	uint64_t held;
	struct view view = view_act(act);
	const struct takeout *takeout = &taking->takeout;
	TRY(still(act, TABLE_TAKEOUT, takeout->tenant, takeout->id, takeout->version));
	TRY(still(act, TABLE_CLIENT, takeout->tenant, takeout->client, taking->client_row));
	TRY(still(act, TABLE_PERSON, takeout->tenant, takeout->requester, taking->person_row));
	TRY(person_get_clear(&view, takeout->tenant, takeout->requester, act->arena, &person));
	TRY(person_capabilities(&view, &person, &held));
	return held & CAPABILITY_BIT(CREDENTIAL_REVEAL)
		? OK
		: FAIL_CODE(STALE, "whoever takes the credentials out may not see them any more");
}

static fallible write_one(struct act *act, const struct takeout_taking *taking,
	const struct takeouts_item *item, struct event_draft *draft)
{
	const struct takeout *takeout = &taking->takeout;
	const struct exposure seen = {.tenant = takeout->tenant,
		.person = takeout->requester,
		.credential = item->credential,
		.number = item->known,
		.client = takeout->client,
		.device = draft->leaf.ids[LEAF_ID_DEVICE],
		.class = EXPOSURE_KNOWS,
		.how = EXPOSURE_EXPORTED};
	TRY(still(act, TABLE_CREDENTIAL, takeout->tenant, item->credential, item->row));
	TRY(exposure_add(act, &seen));
	return event_add(act, takeout->tenant, &draft->leaf, NULL);
}

fallible takeout_taking_write(struct act *act, struct takeout_taking *taking)
{
	const struct takeout *takeout = &taking->takeout;
	const struct takeouts_plan *plan = &taking->plan;
	size_t written = 0;
	TRY(check_rows(act, taking));
	if (act->now.ms >= takeout->until.ms)
		return FAIL(EXPIRED, "the takeout is over");
	TRY(proof_use(act, takeout->tenant, &taking->proof));
	TRY(takeout_change(act, takeout));
	for (size_t i = 0; i < plan->count; i++)
		if (plan->items[i].left == TAKEOUTS_LEAVES)
			TRY(write_one(act, taking, &plan->items[i], &taking->drafts[written++]));
	return letters_write(act, &taking->told);
}

/* ---- opening ---- */

static fallible open_field(const struct scene *scene, const struct version *current,
	const struct credential *credential, enum credential_field field, struct arena *row,
	struct takeout_entry *entry)
{
	struct version holder = *current;
	const struct version_field *stands = version_field(current, field);
	if (!stands)
		return OK;
	if (stands->held_by != current->number)
		TRY(version_get(
			scene->view, current->tenant, current->credential, stands->held_by, row, &holder));
	TRY(fields_open(scene->server, &holder, credential->client, field, &entry->secrets[entry->count]));
	entry->fields[entry->count++] = field;
	return OK;
}

static fallible open_entry(const struct scene *scene, const struct takeout *takeout,
	const struct takeouts_item *item, struct arena *row, struct takeout_entry *entry)
{
	struct version version;
	struct credential *credential = &entry->credential;
	TRY(credential_get(scene->view, takeout->tenant, item->credential, row, credential));
	TRY(version_get(scene->view, takeout->tenant, item->credential, item->number, row, &version));
	unsigned fields = credential_revealable(credential->kind);
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++)
		if (fields & 1u << field)
			TRY(open_field(
				scene, &version, credential, (enum credential_field)field, row, entry));
	return OK;
}

bool takeout_taking_next(const struct scene *scene, struct takeout_taking *taking, struct arena *row,
	struct takeout_entry *entry, struct err *err)
{
	const struct takeouts_plan *plan = &taking->plan;
	*err = OK;
	while (taking->at < plan->count && plan->items[taking->at].left != TAKEOUTS_LEAVES)
		taking->at++;
	if (taking->at == plan->count)
		return false;
	const struct takeouts_item *item = &plan->items[taking->at++];
	*entry = (struct takeout_entry){.count = 0};
	*err = open_entry(scene, &taking->takeout, item, row, entry);
	if (!err_failed(*err))
		return true;
	taking->failed = item->credential;
	takeout_entry_done(entry);
	return false;
}

void takeout_entry_done(struct takeout_entry *entry)
{
	for (size_t i = 0; i < TAKEOUT_FIELDS_MAX; i++)
		secret_done(&entry->secrets[i]);
}

struct span takeout_entry_field(const struct takeout_entry *entry, enum credential_field field)
{
	for (size_t i = 0; i < entry->count; i++)
		if (entry->fields[i] == field)
			return secret_span(&entry->secrets[i]);
	return SPAN_NONE;
}

/* ---- what became of it ---- */

struct ending {
	const struct takeout *takeout; /* NULL = the row stays as it is */
	struct id tenant;
	struct event_draft draft;
};

/* Nobody else changes the row of a takeout that was taken. */
static fallible write_ending(struct act *act, void *context)
{
	struct ending *ending = context;
	if (ending->takeout)
		TRY(takeout_change(act, ending->takeout));
	return event_add(act, ending->tenant, &ending->draft.leaf, NULL);
}

static fallible commit(const struct scene *scene, struct ending *ending)
{
	return committer_run(scene->server->committer,
		(struct act_job){.kind = ACT_EVENT, .run = write_ending, .context = ending});
}

static fallible seal_finish(
	const struct scene *scene, const struct takeout *takeout, struct event_draft *draft)
{
	char approver[ID_TEXT + 1], bytes[NUMBER_TEXT];
	scoped(buf) hash = BUF(2 * HASH_SHA256);
	struct event event = takeouts_event(scene, ACTION_CREDENTIAL_BULK_EXPORTED, takeout);
	text_put_hex(&hash, SPAN_BYTES(takeout->sha256));
	TRY(buf_check(&hash));
	ids_print(ID_PERSON, takeout->decider, approver);
	snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)takeout->bytes);
	const struct detail_field fields[] = {{"file_hash", buf_span(&hash), DETAIL_TEXT},
		{"bytes", span_text(bytes), DETAIL_NUMBER},
		{"format", span_text(takeout_format_name(takeout->format)), DETAIL_TEXT},
		{"approver", span_of(approver, ID_TEXT), DETAIL_TEXT}};
	TRY(detail_print(
		fields, sizeof fields / sizeof fields[0], scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

fallible takeout_taking_finish(const struct scene *scene, struct takeout_taking *taking, struct span file)
{
	struct takeout *takeout = &taking->takeout;
	struct ending ending = {.takeout = takeout, .tenant = takeout->tenant};
	takeout->bytes = file.len;
	hash_sha256(file, takeout->sha256);
	TRY(seal_finish(scene, takeout, &ending.draft));
	return commit(scene, &ending);
}

fallible takeout_taking_fail(const struct scene *scene, const struct takeout_taking *taking)
{
	struct ending ending = {.tenant = taking->takeout.tenant};
	struct event event = takeouts_event(scene, ACTION_CREDENTIAL_RELEASE_FAILED, &taking->takeout);
	event.outcome = LEAF_FAILED;
	event.reason = REASON_UNSEALABLE;
	if (!ids_is_none(taking->failed)) {
		event.object_kind = ID_CREDENTIAL;
		event.ids[LEAF_ID_OBJECT] = taking->failed;
	}
	TRY(scene_seal(scene, &event, &ending.draft));
	return commit(scene, &ending);
}
