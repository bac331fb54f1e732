/* SPDX-License-Identifier: Apache-2.0 */
/* handover_news - who is told what, sheet by sheet. */
#include "server/core/grants/handover_news.h"

#include "base/timestamp.h"
#include "store/nouns/client.h"
#include "store/nouns/person.h"

#include <stdio.h>

enum { ONE_CLIENT = 64 * 1024, COUNT_TEXT = 12, SHEETS_MAX = 64, LABEL_BYTES = 2048 };

/* The words of a mail, and what they borrow. */
struct wording {
	char since[TIMESTAMP_TEXT + 1], until[TIMESTAMP_TEXT + 1], count[COUNT_TEXT];
	struct person from, to;
	struct message_value values[5];
	size_t value_count;
};

static struct span shown_time(struct instant at, char text[static TIMESTAMP_TEXT + 1])
{
	timestamp_print(at, text);
	return span_of(text, TIMESTAMP_TEXT);
}

static struct span shown_name(const struct person *person)
{
	return person->name.len ? person->name : SPAN_LIT("-");
}

static fallible word(const struct letters_desk *desk, const struct handover *handover, bool is_over,
	struct wording *wording)
{
	TRY(person_get(desk->view, desk->tenant, handover->from, desk->arena, &wording->from));
	TRY(person_get(desk->view, desk->tenant, handover->to, desk->arena, &wording->to));
	snprintf(wording->count, sizeof wording->count, "%u", (unsigned)handover->moved);
	const struct message_value values[] = {
		{"assistant", shown_name(is_over ? &wording->from : &wording->to)},
		{"absent", shown_name(&wording->from)},
		{"since", shown_time(handover->start, wording->since)},
		{"count", span_text(wording->count)},
		{"until", shown_time(handover->until, wording->until)},
	};
	memcpy(wording->values, values, sizeof values);
	/* What is for good has no end that a mail could name. */
	wording->value_count = handover->until.ms ? 5 : 4;
	return OK;
}

/* ---- sheets ---- */

static struct letters *last_sheet(struct handover_news *news)
{
	if (news->count && news->sheets[news->count - 1].count < LETTERS_MAX)
		return &news->sheets[news->count - 1];
	if (news->count == news->room)
		return NULL;
	struct letters *sheet = &news->sheets[news->count++];
	sheet->count = 0;
	return sheet;
}

static fallible add(const struct letters_desk *desk, const struct tell_ask *ask, struct handover_news *news)
{
	struct letters *sheet = last_sheet(news);
	if (!sheet)
		return FAIL(TOO_LARGE, "a handover has more people to tell than it has clients for");
	return letters_add(desk, ask, sheet);
}

/* Room for every contact that the clients may have, and the two people. */
static fallible begin(
	const struct letters_desk *desk, const struct handover *handover, struct handover_news *news)
{
	size_t letters = handover->client_count * CLIENT_CONTACTS_MAX + 2;
	size_t sheets = (letters + LETTERS_MAX - 1) / LETTERS_MAX;
	*news = (struct handover_news){.room = sheets < SHEETS_MAX ? sheets : SHEETS_MAX};
	news->sheets = arena_room(desk->arena, news->room * sizeof *news->sheets);
	return news->sheets ? OK : FAIL(NO_MEMORY, "there is no memory for the mails of a handover");
}

static fallible tell_client(
	const struct letters_desk *desk, struct id id, struct tell_ask *ask, struct handover_news *news)
{
	struct client client;
	scoped(arena) arena = ARENA(ONE_CLIENT);
	TRY(client_get(desk->view, desk->tenant, id, &arena, &client));
	bool is_there = client.state == CLIENT_ACTIVE || client.state == CLIENT_PAUSED;
	for (size_t i = 0; is_there && i < client.contact_count; i++) {
		ask->person = client.contacts[i];
		TRY(add(desk, ask, news));
	}
	return OK;
}

static fallible tell_clients(const struct letters_desk *desk, const struct handover *handover,
	struct tell_ask *ask, struct handover_news *news)
{
	for (size_t i = 0; i < handover->client_count; i++)
		TRY(tell_client(desk, handover->clients[i], ask, news));
	return OK;
}

fallible handover_news_begin(const struct letters_desk *desk, const struct handover *handover,
	struct instant now, struct handover_news *news)
{
	struct wording wording;
	struct tell_ask ask = {
		.kind = NOTICE_HANDOVER_STARTED, .about = handover->id, .values = wording.values, .now = now};
	TRY(begin(desk, handover, news));
	TRY(word(desk, handover, false, &wording));
	ask.count = wording.value_count;
	TRY(tell_clients(desk, handover, &ask, news));
	ask.kind = NOTICE_HANDOVER_BRIEFING;
	ask.person = handover->to;
	return add(desk, &ask, news);
}

fallible handover_news_extended(const struct letters_desk *desk, const struct handover *handover,
	struct instant now, struct handover_news *news)
{
	struct wording wording;
	struct tell_ask ask = {.kind = NOTICE_HANDOVER_EXTENDED,
		.about = handover->id,
		.values = wording.values,
		.now = now};
	TRY(begin(desk, handover, news));
	TRY(word(desk, handover, false, &wording));
	ask.count = wording.value_count;
	TRY(tell_clients(desk, handover, &ask, news));
	ask.person = handover->to;
	TRY(add(desk, &ask, news));
	ask.person = handover->from;
	return add(desk, &ask, news);
}

fallible handover_news_end(const struct letters_desk *desk, const struct handover *handover,
	struct instant now, struct handover_news *news)
{
	struct wording wording;
	struct tell_ask ask = {.kind = NOTICE_HANDOVER_FINISHED,
		.about = handover->id,
		.values = wording.values,
		.now = now};
	TRY(begin(desk, handover, news));
	TRY(word(desk, handover, true, &wording));
	ask.count = wording.value_count;
	return tell_clients(desk, handover, &ask, news);
}

fallible handover_news_label(
	const struct letters_desk *desk, struct id from, struct id to, struct span *label)
{
	struct person first, second;
	scoped(buf) text = BUF(LABEL_BYTES);
	TRY(person_get(desk->view, desk->tenant, from, desk->arena, &first));
	TRY(person_get(desk->view, desk->tenant, to, desk->arena, &second));
	buf_put(&text, shown_name(&first));
	buf_put_text(&text, " → ");
	buf_put(&text, shown_name(&second));
	return buf_keep(&text, desk->arena, label);
}

fallible handover_news_write(struct act *act, const struct handover_news *news)
{
	for (size_t i = 0; i < news->count; i++)
		TRY(letters_write(act, &news->sheets[i]));
	return OK;
}
