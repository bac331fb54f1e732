/* SPDX-License-Identifier: Apache-2.0 */
/* passing_on - who knows, what is exposed, who is told. */
#include "server/core/vault/passing_on.h"

#include "server/core/detail.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/exposure.h"
#include "store/nouns/person.h"

static const char *const NAMES[PASSING_CHANNEL_COUNT] = {
	"api", "self_link", "phone", "letter", "encrypted_im", "messenger", "email"};

const char *passing_on_name(enum passing_channel channel)
{
	return NAMES[channel];
}

bool passing_on_find(struct span word, enum passing_channel *channel)
{
	for (unsigned i = PASSING_PHONE; i < PASSING_CHANNEL_COUNT; i++)
		if (span_is(word, NAMES[i])) {
			*channel = (enum passing_channel)i;
			return true;
		}
	return false;
}

static bool is_exposed(const struct passing_on *passing)
{
	return passing->channel == PASSING_MESSENGER || passing->channel == PASSING_EMAIL;
}

/* ---- preparing ---- */

/* A client's own contact knows it anyway. */
static fallible find_who_knows(
	const struct caller *caller, const struct view *view, struct arena *arena, struct passing_on *passing)
{
	struct person person;
	bool named = passing->channel >= PASSING_PHONE;
	passing->knows = (struct id){0};
	if (ids_is_none(caller->person))
		return named ? FAIL_CODE(PERSON_UNPROVEN, "somebody took it in: name the person who acts")
			     : OK;
	TRY(person_get_clear(view, caller->tenant, caller->person, arena, &person));
	bool handed = passing->channel != PASSING_SELF_LINK && !passing->in_file;
	if (handed && person.kind != PERSON_OF_CLIENT)
		passing->knows = person.id;
	return OK;
}

static fallible seal_event(const struct server *server, const struct caller *caller,
	const struct credential *credential, enum action action, const struct detail_field *fields,
	struct instant now, struct arena *arena, struct event_draft *draft)
{
	struct event event = caller_event(caller, action);
	event.has_object_kind = true;
	event.object_kind = ID_CREDENTIAL;
	event.ids[LEAF_ID_OBJECT] = credential->id;
	event.ids[LEAF_ID_CLIENT] = credential->client;
	event.texts[LEAF_TEXT_LABEL] = credential->title;
	TRY(detail_print(fields, 2, arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(server->volume.keys, credential->tenant, &event, now, arena, draft);
}

static fallible tell(const struct letters_desk *desk, const struct credential *credential, struct instant now,
	struct message_value due, struct letters *told)
{
	struct client client;
	const struct message_value values[] = {{"label", credential->title}, due};
	struct tell_ask ask = {.kind = NOTICE_CREDENTIAL_EXPOSED,
		.about = credential->id,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = now};
	TRY(client_get(desk->view, desk->tenant, credential->client, desk->arena, &client));
	TRY(letters_add_contacts(desk, &ask, &client, (struct id){0}, told));
	return letters_add_owners(desk, &ask, (struct id){0}, told);
}

fallible passing_on_prepare(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, const struct credential *credential,
	struct passing_on *passing)
{
	char person[ID_TEXT + 1], due[TELL_TIME + 1];
	const struct letters_desk desk = {server, view, credential->tenant, arena};
	const struct message_value by = tell_time((struct instant){now.ms + PASSING_DUE_MS}, due);
	TRY(find_who_knows(caller, view, arena, passing));
	passing->told.count = 0;
	if (!is_exposed(passing))
		return OK;
	ids_print(ID_PERSON, caller->person, person);
	const struct detail_field exposed[] = {
		{"how", span_text(passing_on_name(passing->channel)), DETAIL_TEXT},
		{"reported_by", span_of(person, ID_TEXT), DETAIL_TEXT}};
	const struct detail_field change[] = {
		{"cause", SPAN_LIT("exposed"), DETAIL_TEXT}, {"due", by.value, DETAIL_TEXT}};
	TRY(seal_event(server, caller, credential, ACTION_CREDENTIAL_EXPOSED, exposed, now, arena,
		&passing->exposed));
	TRY(seal_event(server, caller, credential, ACTION_CREDENTIAL_ROTATION_DUE, change, now, arena,
		&passing->due));
	return tell(&desk, credential, now, by, &passing->told);
}

/* ---- writing ---- */

fallible passing_on_write(struct act *act, const struct credential *credential, struct passing_on *passing)
{
	const struct exposure seen = {.tenant = credential->tenant,
		.person = passing->knows,
		.credential = credential->id,
		.number = credential->known,
		.client = credential->client,
		.class = EXPOSURE_KNOWS,
		.how = EXPOSURE_DEPOSITED};
	if (!ids_is_none(passing->knows))
		TRY(exposure_add(act, &seen));
	if (!is_exposed(passing))
		return OK;
	TRY(letters_write(act, &passing->told));
	TRY(event_add(act, credential->tenant, &passing->exposed.leaf, NULL));
	return event_add(act, credential->tenant, &passing->due.leaf, NULL);
}
