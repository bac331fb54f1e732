/* SPDX-License-Identifier: Apache-2.0 */
/* follow - rounds over those who follow: waves for those who are at the present, pages for the others. */
#include "server/api/log/follow.h"

#include "server/api/log/event_out.h"
#include "server/api/log/follower.h"
#include "server/core/log/log_live.h"
#include "server/http/push.h"

#include <stdlib.h>

enum {
	ROUND_ARENA_MAX = 64 * 1024 * 1024, /* waves and what they say */
	PAGE_ARENA_MAX = 16 * 1024 * 1024,
	MESSAGE_MAX = 768 * 1024, /* of one event: the longest leaf with every byte escaped */
};

/* An event of a wave as it is told to everybody who sees the whole tenant. */
struct shown {
	bool made;
	struct span message;
	struct span viewed; /* the detail of a log.viewed */
};

/* One tenant with followers. */
struct log_channel {
	struct id tenant;
	size_t followers;
	uint64_t seen;        /* where the next wave begins */
	uint64_t wanted;      /* or earlier than that, for one who missed a round; UINT64_MAX = nobody did */
	struct log_wave wave; /* of this round */
	struct shown *shown;  /* of its rows; made when the first is needed */
	struct log_names names;
	struct log_channel *next;
};

struct follow {
	struct follow_ask ask;
	struct push *push;
	struct push_app app;
	atomic_size_t ending; /* ends that are queued */
	_Atomic uint64_t messages;
	/* the pusher's thread alone: */
	struct log_channel *channels;
	struct follower *ended; /* whose end found the committer's queue full */
	struct arena arena;     /* of the round */
	struct arena page_arena;
	struct buf message;
	struct reading reading; /* opened when the round first needs it, after the waves */
	bool is_reading;
	int64_t agents_until_ms; /* that this round looks at new user agents */
	int64_t behind_ns;       /* spent on pages in this round */
	uint32_t rows[LOG_LIVE_ROWS];
};

/* ---- channels ---- */

static struct log_channel *log_channel_open(struct follow *follow, struct id tenant)
{
	struct log_channel *made = calloc(1, sizeof *made);
	if (!made)
		return NULL;
	made->tenant = tenant;
	made->seen = tail_size_of(follow->ask.server->volume.tail, tenant);
	made->wanted = UINT64_MAX;
	made->wave = (struct log_wave){.from = made->seen, .to = made->seen};
	made->next = follow->channels;
	follow->channels = made;
	return made;
}

static void log_channel_close(struct follow *follow, struct log_channel *channel)
{
	struct log_channel **at = &follow->channels;
	while (*at != channel)
		at = &(*at)->next;
	*at = channel->next;
	free(channel);
}

static fallible join_channel(struct follow *follow, struct follower *follower)
{
	struct log_channel *channel = follow->channels;
	while (channel && !ids_equal(channel->tenant, follower->reader.tenant))
		channel = channel->next;
	if (!channel)
		channel = log_channel_open(follow, follower->reader.tenant);
	if (!channel)
		return FAIL(NO_MEMORY, "there is no memory for a follower");
	channel->followers++;
	follower->channel = channel;
	return OK;
}

static void leave_channel(struct follow *follow, struct follower *follower)
{
	struct log_channel *channel = follower->channel;
	follower->channel = NULL;
	if (channel && --channel->followers == 0)
		log_channel_close(follow, channel);
}

/* ---- a round ---- */

static void flush_ended(struct follow *follow);

static void begin_round(void *context)
{
	struct follow *follow = context;
	flush_ended(follow);
	follow->behind_ns = 0;
	follow->agents_until_ms = clock_monotonic_ms() + FOLLOW_AGENTS_MS;
	for (struct log_channel *channel = follow->channels; channel; channel = channel->next) {
		log_live_wave(
			follow->ask.server, channel->tenant, channel->seen, &follow->arena, &channel->wave);
		channel->shown = NULL;
		channel->names = (struct log_names){0};
	}
}

static void end_round(void *context)
{
	struct follow *follow = context;
	for (struct log_channel *channel = follow->channels; channel; channel = channel->next) {
		uint64_t to = channel->wave.to;
		channel->seen = channel->wanted < to ? channel->wanted : to;
		channel->wave = (struct log_wave){.from = to, .to = to};
		channel->wanted = UINT64_MAX;
	}
	if (follow->is_reading)
		reading_done(&follow->reading);
	follow->is_reading = false;
	arena_clear(&follow->arena);
}

/* read_view - a snapshot that has all rows of the round's waves, and every token that was revoked before it. */
static fallible read_view(struct follow *follow, struct view *view)
{
	if (!follow->is_reading)
		TRY(reading_open(&follow->ask.server->volume, &follow->reading));
	follow->is_reading = true;
	*view = view_reading(&follow->reading);
	return OK;
}

/* ---- one event ---- */

/* JSON has line ends between its tokens only, where a space says the same; a line end would cut the message. */
static void flatten(struct buf *text, size_t from)
{
	for (size_t i = from; i < text->len; i++)
		if (text->data[i] == '\n' || text->data[i] == '\r')
			text->data[i] = ' ';
}

static void put_message(struct buf *out, const struct log_event *event)
{
	struct json_out json = JSON_OUT(out);
	const struct action_row *action = event->read.action;
	buf_printf(out, "id: %llu\nevent: %s\ndata: ", (unsigned long long)event->read.row.index,
		action ? action->name : "app");
	size_t from = out->len;
	json_out_open(&json, NULL);
	event_out_members(&json, event);
	json_out_close(&json);
	flatten(out, from);
	buf_put_text(out, "\n\n");
}

static struct span viewed_detail(const struct log_event *event)
{
	bool viewed = event->read.action && event->read.action->code == action_row(ACTION_LOG_VIEWED)->code;
	return viewed ? event->read.texts[LEAF_TEXT_DETAIL] : SPAN_NONE;
}

/* tell - put a message into the piece, unless the follower is not told of itself. */
static void tell(
	struct follow *follow, struct follower *follower, const struct shown *shown, struct buf *piece)
{
	if (follower_is_own(follower, shown->viewed))
		return;
	buf_put(piece, shown->message);
	follower->told++;
	follow->messages++;
}

static fallible print_event(struct follow *follow, const struct log_event *event, struct shown *shown)
{
	buf_clear(&follow->message);
	put_message(&follow->message, event);
	TRY(buf_check(&follow->message));
	*shown = (struct shown){true, buf_span(&follow->message), viewed_detail(event)};
	return OK;
}

/* ---- at the present ---- */

/* read_row - an event of this round's wave, printed; the message dies with the next one. */
static fallible read_row(
	struct follow *follow, const struct follower *follower, uint32_t number, struct shown *shown)
{
	struct view view;
	struct log_event event;
	struct log_channel *channel = follower->channel;
	TRY(read_view(follow, &view));
	if (!channel->names.arena)
		TRY(log_names_init(&channel->names, channel->tenant, &follow->arena));
	const struct log_rows rows = {follow->ask.server, &view, &channel->names, follow->agents_until_ms};
	TRY(log_read_row(&rows, &follower->reader, channel->wave.rows[number].sequence, &event));
	return print_event(follow, &event, shown);
}

/* read_shared - the same for who sees the whole tenant: made once, for all of them. */
static fallible read_shared(
	struct follow *follow, const struct follower *follower, uint32_t number, struct shown *shown)
{
	struct log_channel *channel = follower->channel;
	size_t rows = (size_t)(channel->wave.to - channel->wave.from);
	if (!channel->shown)
		channel->shown = arena_alloc(&follow->arena, rows * sizeof *channel->shown);
	if (!channel->shown)
		return FAIL(NO_MEMORY, "a round has no memory for its messages");
	if (!channel->shown[number].made) {
		struct shown made;
		TRY(read_row(follow, follower, number, &made));
		TRY(arena_keep(&follow->arena, made.message, &made.message));
		channel->shown[number] = made;
	}
	*shown = channel->shown[number];
	return OK;
}

static fallible tell_row(struct follow *follow, struct follower *follower, uint32_t number, struct buf *piece)
{
	struct shown shown = {0};
	bool whole = follower->reader.scope == CAPABILITY_LOG_TENANT;
	struct err err = whole ? read_shared(follow, follower, number, &shown)
			       : read_row(follow, follower, number, &shown);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	tell(follow, follower, &shown, piece);
	return OK;
}

static fallible tell_wave(struct follow *follow, struct follower *follower, struct buf *piece)
{
	const struct log_wave *wave = &follower->channel->wave;
	size_t count = log_live_find(wave, &follower->reader, &follower->query, follower->next, follow->rows);
	for (size_t i = 0; i < count; i++) {
		TRY(tell_row(follow, follower, follow->rows[i], piece));
		follower->next = wave->from + follow->rows[i] + 1;
		if (piece->len >= FOLLOW_PIECE)
			return OK;
	}
	if (follower->next < wave->to)
		follower->next = wave->to;
	return OK;
}

/* ---- behind it ---- */

static fallible tell_page(struct follow *follow, struct follower *follower, struct buf *piece)
{
	struct log_page page;
	const struct log_page_ask ask = {.filters = &follower->filters,
		.limit = FOLLOW_PAGE,
		.resumes = follower->next > 0,
		.after = follower->next - 1};
	TRY(log_read_page(follow->ask.server, &follower->reader, &ask, &follow->page_arena, &page));
	for (size_t i = 0; i < page.count; i++) {
		struct shown shown;
		TRY(print_event(follow, &page.events[i], &shown));
		tell(follow, follower, &shown, piece);
		follower->next = page.events[i].read.row.index + 1;
		if (piece->len >= FOLLOW_PIECE)
			return OK;
	}
	uint64_t looked = page.more ? page.last + 1 : page.scanned_to + 1;
	if ((page.more || page.scanned_from <= page.scanned_to) && looked > follower->next)
		follower->next = looked;
	return OK;
}

/* waits_for_wave - what the follower missed may still be had from the tail: then the next wave begins there, which costs less
 * than a page, and once for all who missed the same. If it is not there any more, a page it is. */
static bool waits_for_wave(struct log_channel *channel, struct follower *follower)
{
	bool near = channel->wave.to - follower->next <= LOG_LIVE_ROWS / 2;
	follower->waits = near && !follower->waits;
	if (follower->waits && follower->next < channel->wanted)
		channel->wanted = follower->next;
	return follower->waits;
}

/* Whoever is behind shares a bounded part of the round; the others of them wait for the next one. */
static fallible catch_up(struct follow *follow, struct follower *follower, struct buf *piece)
{
	if (follow->behind_ns > (int64_t)FOLLOW_CATCH_UP_MS * 1000000)
		return OK;
	int64_t began_ns = clock_monotonic_ns();
	struct err err = tell_page(follow, follower, piece);
	arena_clear(&follow->page_arena);
	follow->behind_ns += clock_monotonic_ns() - began_ns;
	return err;
}

/* ---- one follower's turn ---- */

static fallible renew(struct follow *follow, struct follower *follower, int64_t now_ms)
{
	struct view view;
	if (now_ms < follower->renew_ms)
		return OK;
	follower->renew_ms = now_ms + follow->ask.renew_ms;
	TRY(read_view(follow, &view));
	return follower_renew(follow->ask.server, &view, follower);
}

static fallible take_turn(struct follow *follow, struct follower *follower, int64_t now_ms, struct buf *piece)
{
	if (!follower->channel)
		TRY(join_channel(follow, follower));
	TRY(renew(follow, follower, now_ms));
	if (follower->next < follower->channel->wave.from)
		return waits_for_wave(follower->channel, follower) ? OK : catch_up(follow, follower, piece);
	follower->waits = false;
	/* By sealed texts it is the page that opens and compares. */
	if (query_needs_comparison(&follower->query) && follower->next < follower->channel->wave.to)
		return catch_up(follow, follower, piece);
	return tell_wave(follow, follower, piece);
}

/* So that a connection without events is not taken for a dead one; and whoever comes again need not begin where its last
 * event was. */
static void beat(struct follow *follow, struct follower *follower, int64_t now_ms, struct buf *piece)
{
	if (piece->len == 0 && now_ms - follower->said_ms >= follow->ask.heartbeat_ms) {
		buf_put_text(piece, ": still here\n");
		if (follower->next > 0)
			buf_printf(piece, "id: %llu\n", (unsigned long long)follower->next - 1);
		buf_put_text(piece, "\n");
	}
	if (piece->len)
		follower->said_ms = now_ms;
}

static enum push_then say(void *context, void *stream, struct buf *piece)
{
	struct follow *follow = context;
	struct follower *follower = stream;
	int64_t now_ms = clock_monotonic_ms();
	if (!follower->greeted)
		buf_printf(piece, "retry: %d\n\n", FOLLOW_RETRY_MS);
	follower->greeted = true;
	struct err err = take_turn(follow, follower, now_ms, piece);
	if (err_failed(err)) {
		bool refused = err.kind == ERR_STRANGER || err.kind == ERR_DENIED;
		if (!refused)
			follow->ask.failed(follow->ask.context, err);
		return PUSH_ENDS;
	}
	beat(follow, follower, now_ms, piece);
	return follower->next < follower->channel->wave.to ? PUSH_GOES_ON : PUSH_WAITS;
}

/* ---- ends ---- */

/* log_end - false when the committer has no place: then it is tried again. */
static bool log_end(struct follow *follow, struct follower *follower)
{
	struct err err = follower_log_end(follow->ask.server, follower, &follow->ending);
	if (err.kind == ERR_BUSY)
		return false;
	if (err_failed(err)) {
		follow->ask.failed(follow->ask.context, err);
		follower_close(follower);
	}
	return true;
}

static void flush_ended(struct follow *follow)
{
	while (follow->ended) {
		struct follower *follower = follow->ended, *after = follower->after;
		if (!log_end(follow, follower))
			return;
		follow->ended = after;
	}
}

static void end(void *context, void *stream)
{
	struct follow *follow = context;
	struct follower *follower = stream;
	leave_channel(follow, follower);
	if (!follower->logged) {
		follower_close(follower);
		return;
	}
	follower->after = follow->ended;
	follow->ended = follower;
	flush_ended(follow);
}

/* ---- from outside ---- */

fallible follow_open(const struct follow_ask *ask, struct follow **follow)
{
	struct follow *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for followers");
	made->ask = *ask;
	made->arena = ARENA(ROUND_ARENA_MAX);
	made->page_arena = ARENA(PAGE_ARENA_MAX);
	made->message = BUF(MESSAGE_MAX);
	made->app = (struct push_app){made, begin_round, say, end_round, end};
	const struct push_ask push = {
		.streams_max = ask->followers_max, .stall_ms = ask->stall_ms, .app = &made->app};
	struct err err = push_open(&push, &made->push);
	if (err_failed(err))
		free(made);
	else
		*follow = made;
	return err;
}

void follow_stop(struct follow *follow)
{
	if (follow)
		push_stop(follow->push);
}

/* The committer runs what is queued, so the ends come to theirs. */
void follow_close(struct follow *follow)
{
	if (!follow)
		return;
	push_close(follow->push);
	for (flush_ended(follow); follow->ended || follow->ending > 0; flush_ended(follow))
		clock_sleep_ms(1);
	arena_done(&follow->arena);
	arena_done(&follow->page_arena);
	buf_done(&follow->message);
	free(follow);
}

void follow_wake(void *context)
{
	struct follow *follow = context;
	push_wake(follow->push);
}

bool follow_has_room(const struct follow *follow)
{
	return follow && push_has_room(follow->push);
}

void follow_count(const struct follow *follow, struct follow_counts *counts)
{
	*counts = (struct follow_counts){0};
	if (!follow)
		return;
	counts->followers = push_count(follow->push);
	counts->messages = follow->messages;
}

fallible follow_add(struct follow *follow, struct call *call, const struct follower_ask *ask)
{
	struct follower *follower;
	TRY(follower_open(call, ask, &follower));
	follower->renew_ms = follower->said_ms + follow->ask.renew_ms;
	struct err err = push_add(follow->push, call->exchange, follower);
	/* Its beginning may be on the log already: then its end is too. */
	if (err_failed(err) &&
		(!ask->logged || err_failed(follower_log_end(call->server, follower, &follow->ending))))
		follower_close(follower);
	return err;
}
