/* SPDX-License-Identifier: Apache-2.0 */
/* desk - one order at a time, each with its answer. */
#include "server/desk.h"

#include "base/clock.h"
#include "server/core/sealings.h"
#include "server/slot_list.h"
#include "server/unseal_order.h"

enum {
	DESK_SECRETS = 64 * 1024,
	DESK_TEXT = 512,
	DESK_OPERATORS = 512,
};

static const char BY_SHARES[] = "shares";

/* One who asks, and what he is told. */
struct visit {
	struct desk *desk;
	unsigned user;
	int64_t now_ms;
	struct unseal_answer answer;
	struct buf text;    /* of the answer */
	struct err failure; /* after which the server can't go on */
};

static void visit_done(struct visit *visit)
{
	buf_done(&visit->text);
}

/* ---- opening and closing ---- */

fallible desk_open(struct house *house, struct desk *desk)
{
	bool locked;
	const struct conf *conf = house->conf;
	enum secret_lock lock = conf->allow_unlocked ? SECRET_LOCK_WANTED : SECRET_LOCK_NEEDED;
	*desk = (struct desk){.house = house};
	TRY(secret_setup());
	TRY(secret_arena_open(DESK_SECRETS, lock, &desk->arena, &locked));
	TRY(attempt_init(desk->arena, &desk->attempt));
	return control_open(conf->data, &desk->control);
}

void desk_close(struct desk *desk)
{
	control_close(&desk->control);
	attempt_done(&desk->attempt);
	secret_arena_close(desk->arena);
	*desk = (struct desk){.house = desk->house};
}

int64_t desk_pause_ms(const struct desk *desk)
{
	int64_t left_ms = desk->attempt.until_ms - clock_monotonic_ms();
	if (desk->attempt.until_ms == 0)
		return -1;
	return left_ms > 0 ? left_ms : 0;
}

void desk_look(struct desk *desk)
{
	(void)attempt_bundle(&desk->attempt, clock_monotonic_ms());
}

/* ---- what is said ---- */

static void say(struct visit *visit, enum unseal_verdict verdict, const char *why)
{
	visit->answer.verdict = verdict;
	buf_clear(&visit->text);
	buf_put_text(&visit->text, why);
}

/* No secret is ever quoted, here or in the journal. */
static void say_failure(struct visit *visit, struct err err)
{
	say(visit,
		err.kind == ERR_FORGED          ? UNSEAL_WRONG
			: err.kind == ERR_INPUT ? UNSEAL_REFUSED
						: UNSEAL_FAILED,
		err.why);
	JOURNAL(visit->desk->house->journal, WARN, "the store was not opened over the local socket",
		JOURNAL_TEXT("found", span_text(err.why)), JOURNAL_NUMBER("uid", visit->user),
		JOURNAL_NUMBER("wrong", visit->desk->attempt.wrong));
}

static void say_progress(struct visit *visit)
{
	const struct bundle *bundle = attempt_bundle(&visit->desk->attempt, visit->now_ms);
	visit->answer.have = bundle->count;
	visit->answer.need = bundle->least;
	if (bundle->count)
		visit->answer.wait_ms = visit->desk->attempt.until_ms - visit->now_ms;
	visit->answer.is_open = visit->desk->house->is_open;
}

/* ---- the log ---- */

/* Shares are of several; whatever else is of him who asks. */
static void put_operators(const struct visit *visit, const char *by, struct buf *out)
{
	const struct attempt *attempt = &visit->desk->attempt;
	if (strcmp(by, BY_SHARES) != 0) {
		buf_printf(out, "uid:%u", visit->user);
		return;
	}
	for (size_t i = 0; i < attempt->helper_count; i++)
		buf_printf(out, "%suid:%u", i ? " " : "", attempt->helpers[i]);
}

static fallible tell(const struct visit *visit, enum action action, const char *by)
{
	scoped(buf) operators = BUF(DESK_OPERATORS);
	const struct desk *desk = visit->desk;
	put_operators(visit, by, &operators);
	TRY(buf_check(&operators));
	const struct sealings_ask ask = {.action = action,
		.by = span_text(by),
		.operators = buf_span(&operators),
		.tries = desk->attempt.wrong};
	return sealings_tell(&desk->house->service.start.server, &ask);
}

/* A log that may not be written, or is full, is served all the same; the journal has what the log lacks. */
static void tell_opening(const struct visit *visit, const char *by)
{
	struct journal *journal = visit->desk->house->journal;
	struct err err = OK;
	JOURNAL(journal, INFO, "the store was opened over the local socket",
		JOURNAL_TEXT("by", span_text(by)), JOURNAL_NUMBER("uid", visit->user));
	if (visit->desk->attempt.wrong > 0)
		err = tell(visit, ACTION_KEY_UNSEAL_FAILED, "");
	if (!err_failed(err))
		err = tell(visit, ACTION_KEY_UNSEALED, by);
	if (err_failed(err))
		journal_err(journal, JOURNAL_ERROR, err, SPAN_LIT("key.unsealed"));
	if (visit->desk->house->service.courier) /* owners are told */
		courier_wake(visit->desk->house->service.courier);
}

/* ---- unsealing ---- */

static void unseal(struct visit *visit, const struct slots_secret *secret, const char *by)
{
	struct desk *desk = visit->desk;
	struct err err = house_unseal(desk->house, secret);
	visit->now_ms = clock_monotonic_ms();
	if (err_failed(err)) {
		if (err.kind == ERR_FORGED)
			attempt_note_wrong(&desk->attempt, visit->now_ms);
		if (secret->kind == SLOT_SHARES) /* they are in the way of others */
			attempt_forget(&desk->attempt);
		say_failure(visit, err);
		return;
	}
	tell_opening(visit, by);
	attempt_reset(&desk->attempt);
	say(visit, UNSEAL_DONE, "the store is open");
}

static void take_share(struct visit *visit, struct span typed)
{
	struct desk *desk = visit->desk;
	struct keyring *keyring;
	struct err err = keyring_open(&kv_lmdb, desk->house->conf->data, false, &keyring);
	if (!err_failed(err)) {
		err = attempt_add(&desk->attempt, keyring, typed, visit->user, visit->now_ms);
		keyring_close(keyring);
	}
	if (err_failed(err)) {
		say_failure(visit, err);
		return;
	}
	const struct bundle *bundle = attempt_bundle(&desk->attempt, visit->now_ms);
	if (bundle_is_full(bundle)) {
		struct slots_secret secret = bundle_secret(bundle);
		unseal(visit, &secret, BY_SHARES);
		return;
	}
	say(visit, UNSEAL_DONE, "");
	buf_printf(&visit->text, "%u of %u shares", bundle->count, bundle->least);
}

static void take_secret(struct visit *visit, const struct unseal_order *order)
{
	struct slots_secret secret = {.text = order->text};
	switch (order->verb) {
	case UNSEAL_PASSPHRASE:
		secret.kind = SLOT_PASSPHRASE;
		unseal(visit, &secret, "passphrase");
		return;
	case UNSEAL_KEY_FILE:
		secret = (struct slots_secret){.kind = SLOT_KEY_FILE, .text = SPAN_BYTES(order->key)};
		unseal(visit, &secret, "key file");
		return;
	case UNSEAL_CREDENTIAL:
		secret = (struct slots_secret){.kind = SLOT_CREDENTIAL, .text = SPAN_BYTES(order->key)};
		unseal(visit, &secret, "credential");
		return;
	case UNSEAL_SHARE:
		take_share(visit, order->text);
		return;
	case UNSEAL_STATUS:
	case UNSEAL_SLOTS:
	case UNSEAL_FORGET:
	case UNSEAL_SEAL:
	case UNSEAL_ROTATE:
	case UNSEAL_ROTATION:
	case UNSEAL_VERB_COUNT:
		return;
	}
}

static void try_opening(struct visit *visit, const struct unseal_order *order)
{
	int64_t wait_ms = attempt_wait_ms(&visit->desk->attempt, visit->now_ms);
	if (visit->desk->house->is_open) {
		say(visit, UNSEAL_DONE, "the store is open already");
		return;
	}
	if (wait_ms > 0) {
		say(visit, UNSEAL_LATER, "what was tried last was wrong: the next try has to wait");
		visit->answer.wait_ms = wait_ms;
		return;
	}
	take_secret(visit, order);
}

/* ---- sealing ---- */

/* The event first: it takes the keys that are about to go. A log that nobody may write can't hold it, and is no reason
 * to keep them. */
static void seal(struct visit *visit)
{
	struct house *house = visit->desk->house;
	if (!house->is_open) {
		say(visit, UNSEAL_DONE, "the store is sealed already");
		return;
	}
	attempt_reset(&visit->desk->attempt);
	struct err err =
		house->service.start.server.volume.read_only ? OK : tell(visit, ACTION_KEY_SEALED, "");
	if (err_failed(err)) {
		say_failure(visit, err);
		return;
	}
	JOURNAL(house->journal, INFO, "the store is being sealed", JOURNAL_NUMBER("uid", visit->user));
	visit->failure = house_seal(house);
	if (err_failed(visit->failure))
		say(visit, UNSEAL_FAILED, "the keys are wiped, but the server can't go on and ends");
	else
		say(visit, UNSEAL_DONE, "the store is sealed");
}

/* ---- what there is ---- */

static fallible look_into(struct visit *visit, struct keyring *keyring, bool listed)
{
	TRY(slot_list_ways(keyring, &visit->answer.ways));
	return listed ? slot_list_put(keyring, &visit->text) : OK;
}

/* LMDB lets a process have an environment open once: while the store is open that is the keeper's. */
static void describe(struct visit *visit, bool listed)
{
	const struct house *house = visit->desk->house;
	struct keyring *keyring;
	struct err err;
	say(visit, UNSEAL_DONE, listed ? "" : house->is_open ? "the store is open" : "the store is sealed");
	if (house->is_open) {
		err = look_into(visit, keeper_keyring(house->service.start.server.keeper), listed);
	} else {
		err = keyring_open(&kv_lmdb, house->conf->data, false, &keyring);
		if (!err_failed(err)) {
			err = look_into(visit, keyring, listed);
			keyring_close(keyring);
		}
	}
	if (err_failed(err))
		say_failure(visit, err);
}

/* ---- rotating keys ---- */

/* It is begun here, and done by a thread of its own; whoever asks looks how far that is. */
static void rotate(struct visit *visit, const struct unseal_order *order)
{
	const struct house *house = visit->desk->house;
	struct rotator *rotator = house->is_open ? house->service.rotator : NULL;
	struct rotator_report report;
	if (!rotator) {
		say(visit, UNSEAL_FAILED, "the store is sealed, or takes no writes");
		return;
	}
	struct err err = order->verb == UNSEAL_ROTATE ? rotator_ask(rotator, order->text) : OK;
	if (err_failed(err)) {
		say(visit, err.kind == ERR_INPUT ? UNSEAL_REFUSED : UNSEAL_FAILED, err.why);
		return;
	}
	say(visit, UNSEAL_DONE, "");
	rotator_look(rotator, &report);
	rotator_print(&report, &visit->text);
	if (order->verb == UNSEAL_ROTATE)
		JOURNAL(house->journal, INFO, "a rotation of keys begins", JOURNAL_TEXT("of", order->text),
			JOURNAL_NUMBER("uid", visit->user));
}

/* ---- the desk ---- */

static void do_order(struct visit *visit, const struct unseal_order *order)
{
	switch (order->verb) {
	case UNSEAL_STATUS:
		describe(visit, false);
		break;
	case UNSEAL_SLOTS:
		describe(visit, true);
		break;
	case UNSEAL_FORGET:
		attempt_forget(&visit->desk->attempt);
		say(visit, UNSEAL_DONE, "the shares that were brought are forgotten");
		break;
	case UNSEAL_SEAL:
		seal(visit);
		break;
	case UNSEAL_SHARE:
	case UNSEAL_PASSPHRASE:
	case UNSEAL_KEY_FILE:
	case UNSEAL_CREDENTIAL:
		try_opening(visit, order);
		break;
	case UNSEAL_ROTATE:
	case UNSEAL_ROTATION:
		rotate(visit, order);
		break;
	case UNSEAL_VERB_COUNT:
		break;
	}
}

static void answer(struct visit *visit, const struct control_talk *talk)
{
	scoped(buf) out = BUF(UNSEAL_ANSWER_MAX);
	int64_t wait_ms = visit->answer.wait_ms;
	say_progress(visit);
	if (visit->answer.verdict == UNSEAL_LATER)
		visit->answer.wait_ms = wait_ms;
	visit->answer.text = buf_span(&visit->text);
	unseal_order_answer(&visit->answer, &out);
	struct err err = buf_check(&out);
	if (!err_failed(err))
		err = control_answer(talk, buf_span(&out));
	if (err_failed(err))
		journal_err(visit->desk->house->journal, JOURNAL_WARN, err, SPAN_LIT("control"));
}

fallible desk_serve(struct desk *desk)
{
	scoped(control_talk) talk = {.line = BUF(UNSEAL_ORDER_MAX)};
	scoped(unseal_order) order = {.verb = UNSEAL_STATUS};
	scoped(visit) visit = {.desk = desk, .text = BUF(UNSEAL_ANSWER_MAX / 2)};
	struct err err = control_hear(&desk->control, &talk);
	if (err_failed(err)) {
		journal_err(desk->house->journal, JOURNAL_WARN, err, SPAN_LIT("control"));
		return OK;
	}
	visit.user = talk.user;
	visit.now_ms = clock_monotonic_ms();
	err = unseal_order_parse(buf_span(&talk.line), &order);
	if (err_failed(err))
		say(&visit, UNSEAL_REFUSED, err.why);
	else
		do_order(&visit, &order);
	answer(&visit, &talk);
	return visit.failure;
}
