/* SPDX-License-Identifier: Apache-2.0 */
/* courier - from the outbox to a letter, and what became of it back into the store. */
#include "server/deliver/courier.h"

#include "base/json_out.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "crypto/random.h"
#include "server/deliver/deliveries.h"
#include "server/deliver/mail.h"
#include "server/env/pause.h"
#include "store/event.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/notice.h"
#include "store/nouns/person.h"
#include "store/nouns/tenant.h"
#include "store/nouns/wish.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	PARCEL_MAX = 256 * 1024, /* bytes of memory for one notice */
	VALUES_MAX = NOTICE_VALUES_MAX + 8,
	MINUTE_MS = 60000,
	ID_HEX = 2 * sizeof(struct id),
	DETAIL_MAX = 1024,
	PRETENCE_MAX_MS = 2000, /* that a mail to nobody takes */
};

/* What became of a notice. */
enum outcome { SENT, AGAIN, REFUSED, FAILED };

/* How the last mail to somebody went; nobody's goes the same way. */
struct experience {
	enum outcome outcome; /* SENT or AGAIN */
	int reply;
	int64_t took_ms;
};

struct courier {
	struct courier_ask ask;
	pthread_t thread;
	bool started;
	struct pause pause;
	pthread_mutex_t lock; /* around the counts */
	struct courier_counts counts;
	struct experience last;
};

/* One notice with all that its mail needs. */
struct parcel {
	struct arena arena;
	struct notice notice;
	struct person person;
	struct tenant tenant;
	struct span second; /* the second address, where it counts; else empty */
	struct message_value values[VALUES_MAX];
	size_t count;
	char id[ID_HEX + 1];
	char time[TIMESTAMP_TEXT + 1];
	enum outcome outcome;
	int reply;
	struct err err; /* why it was not sent */
};

static void parcel_done(struct parcel *parcel)
{
	arena_done(&parcel->arena);
}

/* A code for a person who does not exist: queued, waited for and told of like any other, and never sent. */
static bool is_to_nobody(const struct parcel *parcel)
{
	return ids_is_none(parcel->notice.person);
}

/* ---- gathering ---- */

static const struct message_value *find_value(const struct parcel *parcel, const char *name)
{
	for (size_t i = 0; i < parcel->count; i++)
		if (strcmp(parcel->values[i].name, name) == 0)
			return &parcel->values[i];
	return NULL;
}

static void fill_in(struct parcel *parcel, const char *name, struct span value)
{
	if (!find_value(parcel, name) && parcel->count < VALUES_MAX)
		parcel->values[parcel->count++] = (struct message_value){name, value};
}

static void fill_in_rest(struct parcel *parcel, const char *app)
{
	struct span contact = parcel->tenant.security_contact;
	fill_in(parcel, "name", parcel->person.name);
	fill_in(parcel, "login", parcel->person.name);
	fill_in(parcel, "to", parcel->second.len ? parcel->second : parcel->person.email);
	fill_in(parcel, "app", span_text(app));
	fill_in(parcel, "agency", parcel->tenant.name);
	fill_in(parcel, "contact", contact.len ? contact : parcel->tenant.name);
	timestamp_print(ids_time(parcel->notice.id), parcel->time);
	fill_in(parcel, "time", span_of(parcel->time, TIMESTAMP_TEXT));
}

static fallible open_values(const struct courier *courier, struct parcel *parcel)
{
	const struct notice *notice = &parcel->notice;
	scoped(buf) plain = BUF(NOTICE_SEALED_MAX);
	struct err err = keeper_open_short(
		courier->ask.keeper, notice->tenant, notice->day, notice->id, notice->sealed, &plain);
	if (!err_failed(err))
		err = notice_read_values(
			buf_span(&plain), &parcel->arena, parcel->values, NOTICE_VALUES_MAX, &parcel->count);
	/* A code may stand in it. */
	if (plain.data)
		explicit_bzero(plain.data, plain.cap);
	return err;
}

/* Where an assistant runs the client's mailbox, notices of what assistants do go past it. */
static fallible read_second(const struct view *view, struct parcel *parcel)
{
	const struct person *person = &parcel->person;
	struct client client;
	struct wish wish = {.tenant = person->tenant, .person = person->id};
	if (person->kind != PERSON_OF_CLIENT)
		return OK;
	struct err err = client_get(view, person->tenant, person->client, &parcel->arena, &client);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	if (!client.mailbox_delegated)
		return OK;
	TRY(wish_get(view, &parcel->arena, &wish));
	parcel->second = wish.second_address;
	return OK;
}

static fallible read_nouns(const struct view *view, struct parcel *parcel)
{
	const struct notice *notice = &parcel->notice;
	TRY(person_get(view, notice->tenant, notice->person, &parcel->arena, &parcel->person));
	TRY(read_second(view, parcel));
	return tenant_get(view, notice->tenant, &parcel->arena, &parcel->tenant);
}

static void print_id(struct id id, char text[static ID_HEX + 1])
{
	static const char HEX[] = "0123456789abcdef";
	for (size_t i = 0; i < sizeof id.bytes; i++) {
		text[2 * i] = HEX[id.bytes[i] >> 4];
		text[2 * i + 1] = HEX[id.bytes[i] & 15];
	}
	text[ID_HEX] = 0;
}

/* The next due notice and whom it is for; a failure of the notice itself lies in the parcel. */
static fallible gather(const struct courier *courier, struct id after, struct parcel *parcel, bool *found)
{
	scoped(reading) reading = {0};
	struct err err;
	TRY(reading_open(courier->ask.volume, &reading));
	struct view view = view_reading(&reading);
	*found = notice_next(
		&view, after, volume_now(courier->ask.volume), &parcel->arena, &parcel->notice, &err);
	TRY(err);
	if (*found && !is_to_nobody(parcel))
		parcel->err = read_nouns(&view, parcel);
	return OK;
}

/* ---- sending ---- */

/* What will be as it is tomorrow is not tried again. */
static enum outcome outcome_of_failure(struct err err)
{
	bool passes = err.kind == ERR_BUSY || err.kind == ERR_IO || err.kind == ERR_NO_MEMORY ||
		err.kind == ERR_FULL;
	return passes ? AGAIN : FAILED;
}

static fallible render(const struct courier *courier, const struct parcel *parcel, struct buf *message)
{
	const struct mail_ask mail = {
		.language = parcel->person.language,
		.kind = parcel->notice.kind,
		.id = parcel->id,
		.time = ids_time(parcel->notice.id),
		.from = span_text(courier->ask.from),
		.to = find_value(parcel, "to")->value,
		.sender = parcel->tenant.name,
		.values = parcel->values,
		.count = parcel->count,
	};
	return mail_render(&mail, message);
}

static void hand_over(struct courier *courier, struct parcel *parcel, struct span message)
{
	static const enum outcome OUTCOMES[] = {
		[LETTER_ACCEPTED] = SENT, [LETTER_LATER] = AGAIN, [LETTER_REFUSED] = REFUSED};
	/* The rendering has checked both: neither holds a NUL. */
	const char *to = arena_text(&parcel->arena, find_value(parcel, "to")->value);
	if (!to) {
		parcel->err = FAIL(NO_MEMORY, "there is no memory for a mail");
		parcel->outcome = AGAIN;
		return;
	}
	const struct letter letter = {
		.id = parcel->id, .from = courier->ask.from, .to = to, .message = message};
	int64_t began_ms = clock_monotonic_ms();
	struct letter_answer answer = courier->ask.way.send(courier->ask.way.way, &letter);
	parcel->outcome = OUTCOMES[answer.fate];
	parcel->reply = answer.reply;
	parcel->err = answer.err;
	/* What is refused for good says something about its recipient only. */
	if (answer.fate != LETTER_REFUSED)
		courier->last =
			(struct experience){parcel->outcome, answer.reply, clock_monotonic_ms() - began_ms};
}

/* Whoever watches how mails come along must not see in it who exists: so nobody's holds up the queue for as long as the
 * last one to somebody did, and comes to the same. */
static void pretend(const struct courier *courier, struct parcel *parcel)
{
	const struct experience *last = &courier->last;
	parcel->err = OK;
	parcel->outcome = courier->ask.way.send ? last->outcome : REFUSED;
	parcel->reply = last->reply;
	if (courier->ask.way.send)
		clock_sleep_ms(last->took_ms < PRETENCE_MAX_MS ? last->took_ms : PRETENCE_MAX_MS);
}

static fallible prepare(const struct courier *courier, struct parcel *parcel, struct buf *message)
{
	TRY(parcel->err);
	TRY(open_values(courier, parcel));
	fill_in_rest(parcel, courier->ask.app);
	return render(courier, parcel, message);
}

static void deliver(struct courier *courier, struct parcel *parcel)
{
	scoped(buf) message = BUF(LETTER_MAX);
	print_id(parcel->notice.id, parcel->id);
	if (is_to_nobody(parcel)) {
		pretend(courier, parcel);
		return;
	}
	parcel->err = prepare(courier, parcel, &message);
	if (!courier->ask.way.send) {
		parcel->outcome = REFUSED;
		parcel->err = FAIL(REMOTE, "mails are off");
	} else if (err_failed(parcel->err)) {
		parcel->outcome = parcel->err.kind == ERR_INVALID ? REFUSED : outcome_of_failure(parcel->err);
	} else {
		hand_over(courier, parcel, buf_span(&message));
	}
	if (message.data)
		explicit_bzero(message.data, message.cap);
}

/* A code that has run out is of no use to anybody; what its mail says of minutes is the end of trying. */
static int64_t give_up_ms(const struct courier *courier, const struct parcel *parcel)
{
	const struct message_value *minutes = find_value(parcel, "minutes");
	uint64_t count;
	if (minutes && span_number(minutes->value, (uint64_t)(courier->ask.give_up_ms / MINUTE_MS), &count))
		return (int64_t)count * MINUTE_MS;
	return courier->ask.give_up_ms;
}

/* Half of the delay is chance, so that what failed together does not come back together. */
static void put_off(struct parcel *parcel, struct instant now)
{
	int64_t delay = COURIER_FIRST_RETRY_MS;
	for (uint32_t i = 0; i < parcel->notice.tries && delay < COURIER_LAST_RETRY_MS; i++)
		delay *= 2;
	if (delay > COURIER_LAST_RETRY_MS)
		delay = COURIER_LAST_RETRY_MS;
	parcel->notice.tries++;
	parcel->notice.next.ms = now.ms + delay / 2 + random_below((uint32_t)(delay / 2) + 1);
}

/* ---- what became of it ---- */

/* As the application is told of a code's mail. */
static fallible note_delivery(struct act *act, const struct parcel *parcel)
{
	enum verification_mail delivery = VERIFICATION_MAIL_REFUSED;
	if (parcel->outcome == SENT)
		delivery = VERIFICATION_MAIL_ACCEPTED;
	else if (parcel->outcome == AGAIN)
		delivery = VERIFICATION_MAIL_QUEUED;
	else if (parcel->reply / 100 == 5)
		delivery = VERIFICATION_MAIL_BOUNCED;
	return deliveries_note(act, &parcel->notice, delivery, parcel->reply);
}

static fallible run_drop(struct act *act, void *context)
{
	const struct parcel *parcel = context;
	TRY(note_delivery(act, parcel));
	return notice_drop(act, parcel->notice.id);
}

static fallible run_put_off(struct act *act, void *context)
{
	const struct parcel *parcel = context;
	TRY(note_delivery(act, parcel));
	return notice_put(act, &parcel->notice);
}

/* The event that a mail did not arrive, and the end of the notice: together. */
struct ending {
	struct parcel *parcel;
	struct event_draft draft;
};

static fallible run_ending(struct act *act, void *context)
{
	struct ending *ending = context;
	TRY(event_add(act, ending->parcel->notice.tenant, &ending->draft.leaf, NULL));
	TRY(note_delivery(act, ending->parcel));
	return notice_drop(act, ending->parcel->notice.id);
}

static void put_detail(const struct parcel *parcel, struct buf *detail)
{
	const struct notice *notice = &parcel->notice;
	const struct notice_row *row = notices_row(notice->kind);
	scoped(buf) masked = BUF(PERSON_EMAIL_MAX + 8);
	struct json_out out = JSON_OUT(detail);
	json_out_open(&out, NULL);
	if (notices_is_code(notice->kind)) {
		json_out_id(&out, "challenge_id", ID_VERIFICATION, notice->about);
		json_out_text(&out, "channel", "email");
		json_out_number(&out, "smtp_class", parcel->reply / 100);
	} else {
		scoped(buf) name = BUF(64);
		if (row)
			notices_put_name(row, &name);
		text_mask_email(
			find_value(parcel, "to") ? find_value(parcel, "to")->value : SPAN_NONE, &masked);
		json_out_span(&out, "kind", buf_span(&name));
		json_out_span(&out, "to_masked", buf_span(&masked));
		json_out_hex(&out, "about", id_span(&notice->about));
		json_out_number(&out, "error_class", parcel->reply / 100);
	}
	json_out_close(&out);
}

static fallible seal_ending(const struct courier *courier, struct ending *ending, struct instant now)
{
	struct parcel *parcel = ending->parcel;
	const struct keys *keys = keeper_keys(courier->ask.keeper);
	scoped(buf) detail = BUF(DETAIL_MAX);
	put_detail(parcel, &detail);
	TRY(buf_check(&detail));
	struct event event = {
		.action = notices_is_code(parcel->notice.kind) ? ACTION_CHALLENGE_DELIVERY_FAILED
							       : ACTION_NOTIFICATION_FAILED,
		.source = LEAF_SERVER,
		.outcome = LEAF_FAILED,
		.reason = parcel->outcome == REFUSED ? REASON_DELIVERY_REFUSED : REASON_DELIVERY_FAILED,
		.time = now,
		.actor = LEAF_SYSTEM,
		.object_kind = ID_PERSON,
		.has_object_kind = true,
		.object_is_person = true,
	};
	event.ids[LEAF_ID_OBJECT] = parcel->notice.person;
	event.texts[LEAF_TEXT_DETAIL] = buf_span(&detail);
	struct err err = event_seal(keys, parcel->notice.tenant, &event, now, &parcel->arena, &ending->draft);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	/* The person was erased meanwhile: that a mail did not leave is said, the words are not. */
	event.texts[LEAF_TEXT_DETAIL] = SPAN_NONE;
	return event_seal(keys, parcel->notice.tenant, &event, now, &parcel->arena, &ending->draft);
}

static fallible end_badly(const struct courier *courier, struct parcel *parcel)
{
	struct ending ending = {.parcel = parcel};
	TRY(seal_ending(courier, &ending, volume_now(courier->ask.volume)));
	struct act_job job = {.kind = ACT_EVENT, .run = run_ending, .context = &ending};
	return committer_run(courier->ask.committer, job);
}

static fallible write_outcome(const struct courier *courier, struct parcel *parcel)
{
	struct act_job job = {.kind = ACT_HOUSEKEEPING, .run = run_drop, .context = parcel};
	switch (parcel->outcome) {
	case SENT:
		return committer_run(courier->ask.committer, job);
	case AGAIN:
		job.run = run_put_off;
		return committer_run(courier->ask.committer, job);
	case REFUSED:
	case FAILED:
		if (is_to_nobody(parcel))
			return committer_run(courier->ask.committer, job);
		return end_badly(courier, parcel);
	}
	return FAIL(BUG, "a notice came to no known outcome");
}

/* The notice was dropped by somebody else: an erasure. */
static bool is_settled(struct err err)
{
	return !err_failed(err) || err.kind == ERR_NOT_FOUND;
}

/* A mail whose sending can't be written down would be sent again and again: nothing else is done until it is.
 */
static void settle(struct courier *courier, struct parcel *parcel)
{
	struct err err = write_outcome(courier, parcel);
	while (!is_settled(err)) {
		journal_err(courier->ask.journal, JOURNAL_ERROR, err, SPAN_NONE);
		if (!pause_wait(&courier->pause, COURIER_POLL_MS))
			return;
		err = write_outcome(courier, parcel);
	}
}

static void note(struct courier *courier, const struct parcel *parcel)
{
	pthread_mutex_lock(&courier->lock);
	courier->counts.sent += parcel->outcome == SENT;
	courier->counts.later += parcel->outcome == AGAIN;
	courier->counts.refused += parcel->outcome == REFUSED;
	courier->counts.failed += parcel->outcome == FAILED;
	pthread_mutex_unlock(&courier->lock);
	if (parcel->outcome == SENT)
		return;
	const struct journal_field fields[] = {
		JOURNAL_TEXT("notice", span_text(parcel->id)),
		JOURNAL_NUMBER("reply", parcel->reply),
		JOURNAL_TEXT("mail", span_text(parcel->outcome == AGAIN ? "later" : "given-up")),
	};
	journal_write(courier->ask.journal, JOURNAL_WARN, parcel->err.at, parcel->err.why, fields, 3);
}

/* ---- passes ---- */

static void carry(struct courier *courier, struct parcel *parcel)
{
	deliver(courier, parcel);
	struct instant now = volume_now(courier->ask.volume);
	if (parcel->outcome == AGAIN &&
		now.ms - ids_time(parcel->notice.id).ms >= give_up_ms(courier, parcel))
		parcel->outcome = FAILED;
	if (parcel->outcome == AGAIN)
		put_off(parcel, now);
	if (!is_to_nobody(parcel))
		note(courier, parcel);
	settle(courier, parcel);
}

/* One notice behind `after`; *more tells whether the pass goes on. */
static fallible carry_next(struct courier *courier, struct id *after, bool *more)
{
	scoped(parcel) parcel = {.arena = ARENA(PARCEL_MAX)};
	bool found;
	TRY(gather(courier, *after, &parcel, &found));
	*more = found;
	if (!found)
		return OK;
	*after = parcel.notice.id;
	carry(courier, &parcel);
	/* Without a reply it was the way that failed, and it would fail the others, too. */
	*more = parcel.outcome != AGAIN || parcel.reply != 0;
	return OK;
}

fallible courier_pass(struct courier *courier)
{
	struct id after = {0};
	bool more = true;
	while (more && !pause_is_stopping(&courier->pause))
		TRY(carry_next(courier, &after, &more));
	return OK;
}

static void *run_thread(void *context)
{
	struct courier *courier = context;
	while (pause_wait(&courier->pause, COURIER_POLL_MS)) {
		struct err err = courier_pass(courier);
		if (err_failed(err))
			journal_err(courier->ask.journal, JOURNAL_ERROR, err, SPAN_NONE);
	}
	return NULL;
}

/* ---- outside ---- */

fallible courier_open(const struct courier_ask *ask, struct courier **courier)
{
	struct courier *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the courier cannot be made");
	made->ask = *ask;
	pause_init(&made->pause);
	pthread_mutex_init(&made->lock, NULL);
	*courier = made;
	return OK;
}

fallible courier_start(struct courier *courier)
{
	if (pthread_create(&courier->thread, NULL, run_thread, courier) != 0)
		return FAIL(NO_MEMORY, "the courier's thread cannot be started: raise RLIMIT_NPROC");
	courier->started = true;
	return OK;
}

void courier_stop(struct courier *courier)
{
	if (!courier || !courier->started)
		return;
	pause_stop(&courier->pause);
	pthread_join(courier->thread, NULL);
	courier->started = false;
}

void courier_close(struct courier *courier)
{
	if (!courier)
		return;
	courier_stop(courier);
	pause_done(&courier->pause);
	pthread_mutex_destroy(&courier->lock);
	free(courier);
}

void courier_wake(struct courier *courier)
{
	pause_wake(&courier->pause);
}

void courier_count(struct courier *courier, struct courier_counts *counts)
{
	pthread_mutex_lock(&courier->lock);
	*counts = courier->counts;
	pthread_mutex_unlock(&courier->lock);
}
