/* SPDX-License-Identifier: Apache-2.0 */
/* sealings - many tenants' events in one act, so that a host of thousands is not long about it. */
#include "server/core/sealings.h"

#include "server/core/detail.h"
#include "server/core/letters.h"
#include "store/event.h"
#include "store/nouns/event_add.h"

#include <stdio.h>

enum { AT_ONCE = 64, TOLD_MEMORY = 16 * 1024 * 1024, NUMBER_MAX = 24, FIELDS_MAX = 3 };

/* The events of one act. */
struct telling {
	struct id tenants[AT_ONCE];
	struct event_draft drafts[AT_ONCE];
	struct letters *told[AT_ONCE]; /* NULL = nobody */
	size_t count;
};

static fallible run_telling(struct act *act, void *context)
{
	struct telling *telling = context;
	for (size_t i = 0; i < telling->count; i++) {
		TRY(event_add(act, telling->tenants[i], &telling->drafts[i].leaf, NULL));
		if (telling->told[i])
			TRY(letters_write(act, telling->told[i]));
	}
	return OK;
}

/* What the tenant's reader is told; the field that an action has and another has not is last. */
static fallible print_detail(const struct sealings_ask *ask, struct arena *arena, struct span *text)
{
	char number[NUMBER_MAX];
	struct detail_field fields[FIELDS_MAX] = {
		{"key_id", SPAN_LIT("root"), DETAIL_TEXT}, {"operators", ask->operators, DETAIL_LIST}};
	size_t count = 2;
	snprintf(number, sizeof number, "%u", ask->tries);
	if (ask->action == ACTION_KEY_UNSEAL_FAILED)
		fields[count++] = (struct detail_field){"tries", span_text(number), DETAIL_NUMBER};
	else if (ask->by.len)
		fields[count++] = (struct detail_field){"by", ask->by, DETAIL_TEXT};
	return detail_print(fields, count, arena, text);
}

static fallible seal_one(const struct server *server, const struct sealings_ask *ask, struct id tenant,
	struct arena *arena, struct event_draft *draft)
{
	struct instant now = volume_now(&server->volume);
	struct event event = {.action = ask->action,
		.source = LEAF_SERVER,
		.outcome = ask->action == ACTION_KEY_UNSEAL_FAILED ? LEAF_FAILED : LEAF_SUCCESS,
		.time = now,
		.actor = LEAF_SYSTEM};
	TRY(print_detail(ask, arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(server->volume.keys, tenant, &event, now, arena, draft);
}

/* Whoever has no keys sends no mail: that the store is open again is the first that can be told. */
static fallible write_letters(const struct server *server, const struct sealings_ask *ask, struct id tenant,
	struct arena *arena, struct letters **told)
{
	char time[TELL_TIME + 1], number[NUMBER_MAX];
	scoped(reading) reading = {0};
	struct instant now = volume_now(&server->volume);
	*told = NULL;
	if (ask->action != ACTION_KEY_UNSEALED)
		return OK;
	struct letters *letters = arena_alloc(arena, sizeof *letters);
	if (!letters)
		return FAIL(NO_MEMORY, "there is no memory for the owners' mails");
	letters->count = 0;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	const struct letters_desk desk = {server, &view, tenant, arena};
	snprintf(number, sizeof number, "%u", ask->tries);
	const struct message_value values[] = {{"count", span_text(number)}, tell_time(now, time)};
	const struct tell_ask mail = {.kind = NOTICE_KEYS_UNSEALED,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = now};
	TRY(letters_add_owners(&desk, &mail, (struct id){0}, letters));
	*told = letters;
	return OK;
}

/* The tenants from a number on, as many as one act takes. */
static void take_tenants(struct tail *tail, uint32_t from, struct telling *telling)
{
	tail_lock(tail);
	size_t all = tail_tenant_count(tail);
	telling->count = 0;
	for (uint32_t number = from; number < all && telling->count < AT_ONCE; number++)
		telling->tenants[telling->count++] = tail_tenant_id(tail, number);
	tail_unlock(tail);
}

static fallible tell_some(
	const struct server *server, const struct sealings_ask *ask, struct telling *telling)
{
	scoped(arena) arena = ARENA(TOLD_MEMORY);
	for (size_t i = 0; i < telling->count; i++) {
		TRY(seal_one(server, ask, telling->tenants[i], &arena, &telling->drafts[i]));
		TRY(write_letters(server, ask, telling->tenants[i], &arena, &telling->told[i]));
	}
	return committer_run(server->committer,
		(struct act_job){.kind = ACT_EVENT, .run = run_telling, .context = telling});
}

fallible sealings_tell(const struct server *server, const struct sealings_ask *ask)
{
	struct telling telling;
	uint32_t told = 0;
	for (;;) {
		take_tenants(server->volume.tail, told, &telling);
		if (telling.count == 0)
			break;
		TRY(tell_some(server, ask, &telling));
		told += (uint32_t)telling.count;
	}
	return OK;
}
