/* SPDX-License-Identifier: Apache-2.0 */
/* rotation_watch - from the queue of times to an act each. */
#include "server/core/vault/rotation_watch.h"

#include "server/core/detail.h"
#include "server/core/due.h"
#include "server/core/letters.h"
#include "server/core/vault/exposures.h"
#include "store/event.h"
#include "store/nouns/client.h"
#include "store/nouns/departure.h"
#include "store/nouns/event_add.h"
#include "store/nouns/rotation.h"

#include <stdio.h>

enum {
	MEMORY = 16 * 1024 * 1024,
	OWED_MAX = 100, /* of one act: further ones are told by the next look */
	COUNT_TEXT = 24,
	LETS_KNOW = MODE_BIT(REVEAL) | MODE_BIT(INJECT),
};

/* ---- the queue ---- */

static fallible watch(struct act *act, const struct grant *grant, struct instant at)
{
	const struct expiry look = {EXPIRY_GRANT, at, grant->tenant, grant->id};
	return grant->modes & LETS_KNOW && !grant->breakglass ? expiry_put(act, &look) : OK;
}

fallible rotation_watch_until(struct act *act, const struct grant *grant)
{
	return watch(act, grant, grant->until);
}

fallible rotation_watch_now(struct act *act, const struct grant *grant)
{
	return watch(act, grant, act->now);
}

/* ---- one look ---- */

struct look {
	const struct expiry *due;
	struct grant grant;
	bool is_there;                         /* the grant is */
	struct exposures_item *owed[OWED_MAX]; /* and not told yet */
	size_t count;
	bool more;
	struct letters letters;
	struct arena arena;
};

static void look_done(struct look *look)
{
	arena_done(&look->arena);
}

/* The day on which somebody leaves tells of all they know. */
static fallible is_leaving(const struct view *view, const struct grant *grant, bool *leaving)
{
	struct departure departure;
	struct err err = departure_get(view, grant->tenant, grant->person, &departure);
	*leaving = !err_failed(err) && departure.state == DEPARTURE_LEFT;
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static struct rotation told_of(const struct exposures_item *item)
{
	return (struct rotation){.tenant = item->seen.tenant,
		.person = item->seen.person,
		.credential = item->seen.credential,
		.number = item->seen.number};
}

/* Together, so that ten grants that end in one moment are one mail. */
static fallible find_owed(const struct view *view, struct instant now, struct look *look)
{
	const struct exposures_ask ask = {.tenant = look->grant.tenant,
		.person = look->grant.person,
		.client = look->grant.client,
		.now = now};
	struct exposures_list list;
	TRY(exposures_due(view, &ask, &look->arena, &list));
	for (struct exposures_item *item = list.first; item; item = item->next) {
		const struct rotation rotation = told_of(item);
		bool told;
		TRY(rotation_is_told(view, &rotation, &told));
		if (told || item->state != ROTATION_OWED)
			continue;
		look->more = look->count == OWED_MAX;
		if (look->more)
			return OK;
		look->owed[look->count++] = item;
	}
	return OK;
}

static fallible seal_letters(
	const struct server *server, const struct view *view, struct instant now, struct look *look)
{
	const struct letters_desk desk = {server, view, look->grant.tenant, &look->arena};
	char count[COUNT_TEXT];
	struct client client;
	snprintf(count, sizeof count, "%zu", look->count);
	const struct message_value value = {"count", span_text(count)};
	struct tell_ask ask = {.kind = NOTICE_ROTATION_DUE,
		.about = look->grant.id,
		.values = &value,
		.count = 1,
		.now = now};
	TRY(client_get(view, look->grant.tenant, look->grant.client, &look->arena, &client));
	return letters_add_contacts(&desk, &ask, &client, (struct id){0}, &look->letters);
}

static fallible prepare(const struct server *server, struct instant now, struct look *look)
{
	scoped(reading) reading = {0};
	bool leaving;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	struct err err = grant_get(&view, look->due->tenant, look->due->id, &look->arena, &look->grant);
	look->is_there = !err_failed(err);
	if (!look->is_there)
		return err.kind == ERR_NOT_FOUND ? OK : err;
	TRY(is_leaving(&view, &look->grant, &leaving));
	if (leaving)
		return OK;
	TRY(find_owed(&view, now, look));
	return look->count ? seal_letters(server, &view, now, look) : OK;
}

/* ---- the act ---- */

static fallible say_owed(struct act *act, const struct look *look, const struct exposures_item *item)
{
	char due[TELL_TIME + 1], person[ID_TEXT + 1];
	struct event event = {.action = ACTION_CREDENTIAL_ROTATION_DUE,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_CREDENTIAL};
	ids_print(ID_PERSON, item->seen.person, person);
	const struct detail_field fields[] = {{"cause", SPAN_LIT("grant_ended"), DETAIL_TEXT},
		{"due", tell_time(act->now, due).value, DETAIL_TEXT},
		{"person", span_text(person), DETAIL_TEXT}};
	event.ids[LEAF_ID_OBJECT] = item->seen.credential;
	event.ids[LEAF_ID_CLIENT] = item->seen.client;
	event.ids[LEAF_ID_GRANT] = item->seen.grant;
	TRY(detail_print(fields, 3, act->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_say(act, look->grant.tenant, &event);
}

static fallible write(struct act *act, void *context)
{
	struct look *look = context;
	if (!look->more)
		TRY(expiry_drop(act, look->due));
	for (size_t i = 0; i < look->count; i++) {
		const struct rotation rotation = told_of(look->owed[i]);
		TRY(rotation_put_told(act, &rotation));
		TRY(say_owed(act, look, look->owed[i]));
	}
	return letters_write(act, &look->letters);
}

static fallible look_at_one(const struct server *server, const struct expiry *due, struct instant now)
{
	scoped(look) look = {.due = due, .arena = ARENA(MEMORY)};
	TRY(prepare(server, now, &look));
	return committer_run(server->committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = write, .context = &look});
}

fallible rotation_watch_turn(const struct server *server, struct instant now, size_t *done)
{
	return due_turn(server, EXPIRY_GRANT, now, look_at_one, done);
}
