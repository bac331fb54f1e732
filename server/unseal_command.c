/* SPDX-License-Identifier: Apache-2.0 */
/* unseal_command - ask, say what was answered, ask again. */
#include "server/unseal_command.h"

#include "base/clock.h"
#include "crypto/secret.h"
#include "server/control.h"
#include "server/env/prompt.h"
#include "server/unseal_order.h"
#include "server/unsealing.h"

enum { COMMAND_TEXT = 512, SECOND_MS = 1000, COMMAND_WAITS = 10 };

/* One run of a command. */
struct errand {
	const struct conf *conf;
	struct journal *journal;
	struct buf heard; /* the last answer; its text points into it */
	struct unseal_answer answer;
	size_t accepted; /* shares that this run brought */
};

static void errand_done(struct errand *errand)
{
	buf_done(&errand->heard);
}

static struct errand begin(const struct conf *conf, struct journal *journal)
{
	return (struct errand){.conf = conf, .journal = journal, .heard = BUF(UNSEAL_ANSWER_MAX)};
}

/* ---- asking ---- */

static fallible ask_once(struct errand *errand, const struct unseal_order *order)
{
	scoped(buf) line = BUF(UNSEAL_ORDER_MAX);
	buf_room(&line, UNSEAL_ORDER_MAX); /* once: a buffer that grows leaves copies of a secret behind */
	buf_clear(&line);
	buf_clear(&errand->heard);
	struct err err = unseal_order_print(order, &line);
	if (!err_failed(err))
		err = control_ask(errand->conf->data, buf_span(&line), &errand->heard);
	if (line.data)
		secret_wipe(line.data, UNSEAL_ORDER_MAX);
	TRY(err);
	return unseal_order_read(buf_span(&errand->heard), &errand->answer);
}

static void wait_for_turn(const struct errand *errand)
{
	scoped(buf) text = BUF(COMMAND_TEXT);
	buf_printf(&text, "a try before this one was wrong: waiting %lld seconds",
		(long long)((errand->answer.wait_ms + SECOND_MS - 1) / SECOND_MS));
	journal_complain(errand->journal, buf_span(&text));
	clock_sleep_ms(errand->answer.wait_ms);
}

/* Whoever comes after a wrong try waits; not for ever, where somebody else goes on trying. */
static fallible ask(struct errand *errand, const struct unseal_order *order)
{
	TRY(ask_once(errand, order));
	for (unsigned waits = 0; waits < COMMAND_WAITS && errand->answer.verdict == UNSEAL_LATER; waits++) {
		wait_for_turn(errand);
		TRY(ask_once(errand, order));
	}
	return OK;
}

static fallible ask_plain(struct errand *errand, enum unseal_verb verb)
{
	const struct unseal_order order = {.verb = verb};
	return ask(errand, &order);
}

/* What the server answered, as the end of the command. */
static fallible verdict_of(const struct errand *errand)
{
	switch (errand->answer.verdict) {
	case UNSEAL_DONE:
		return OK;
	case UNSEAL_WRONG:
		return FAIL(FORGED, "the server did not take it");
	case UNSEAL_REFUSED:
		return FAIL(INPUT, "the server did not take it");
	case UNSEAL_LATER:
		return FAIL(BUSY, "somebody else goes on trying what is wrong; the journal says who");
	case UNSEAL_FAILED:
	case UNSEAL_VERDICT_COUNT:
		break;
	}
	return FAIL(IO, "the server could not do it");
}

/* What it said: to whoever watches, or where results go. */
static fallible say(const struct errand *errand)
{
	scoped(buf) line = BUF(UNSEAL_ANSWER_MAX);
	if (errand->answer.verdict != UNSEAL_DONE) {
		journal_complain(errand->journal, errand->answer.text);
		return OK;
	}
	buf_put(&line, errand->answer.text);
	if (line.len == 0 || line.data[line.len - 1] != '\n') /* a list ends its last line itself */
		buf_put_u8(&line, '\n');
	TRY(buf_check(&line));
	return journal_print(errand->journal, buf_span(&line));
}

static fallible conclude(const struct errand *errand)
{
	TRY(say(errand));
	return verdict_of(errand);
}

/* ---- one secret ---- */

static enum unseal_verb verb_for(enum slot_kind kind)
{
	switch (kind) {
	case SLOT_KEY_FILE:
		return UNSEAL_KEY_FILE;
	case SLOT_CREDENTIAL:
		return UNSEAL_CREDENTIAL;
	case SLOT_PASSPHRASE:
		return UNSEAL_PASSPHRASE;
	case SLOT_SHARES:
		break;
	}
	return UNSEAL_SHARE;
}

static fallible bring(struct errand *errand, const struct slots_secret *secret)
{
	scoped(unseal_order) order = {.verb = verb_for(secret->kind), .text = secret->text};
	if (order.verb != UNSEAL_PASSPHRASE)
		memcpy(order.key, secret->text.at, SLOT_SECRET);
	TRY(ask(errand, &order));
	return conclude(errand);
}

static fallible bring_as(struct errand *errand, enum conf_unseal how)
{
	scoped(unsealing) unsealing = {0};
	struct conf conf = *errand->conf;
	conf.unseal = how;
	TRY(unsealing_read(&conf, errand->journal, &unsealing));
	return bring(errand, &unsealing.secret);
}

/* ---- shares ---- */

/* The end of standard input, or an empty line: the next holder goes on in a call of his own. */
static fallible read_share(struct errand *errand, struct buf *line)
{
	scoped(buf) question = BUF(COMMAND_TEXT);
	if (errand->answer.need)
		buf_printf(&question, "share %u of %u (it is not shown; none: leave it to the next holder):",
			errand->answer.have + 1u, errand->answer.need);
	else
		buf_put_text(&question, "a share (it is not shown):");
	buf_put_u8(&question, 0);
	TRY(buf_check(&question));
	struct err err = prompt_line(errand->journal, (const char *)question.data, line);
	if (err.kind == ERR_INPUT && errand->accepted > 0)
		return OK;
	return err;
}

static fallible bring_share(struct errand *errand, bool *ended)
{
	scoped(buf) line = BUF(SHARE_TYPED_MAX);
	struct err err = read_share(errand, &line);
	*ended = !err_failed(err) && line.len == 0;
	if (!err_failed(err) && !*ended) {
		const struct unseal_order order = {.verb = UNSEAL_SHARE, .text = buf_span(&line)};
		err = ask(errand, &order);
	}
	if (line.data)
		secret_wipe(line.data, line.len);
	return err;
}

static fallible bring_shares(struct errand *errand)
{
	bool ended = false;
	while (!errand->answer.is_open) {
		TRY(bring_share(errand, &ended));
		if (ended)
			break;
		TRY(say(errand));
		struct err verdict = verdict_of(errand);
		if (err_failed(verdict) && !prompt_is_watched())
			return verdict;
		errand->accepted += !err_failed(verdict);
	}
	return errand->accepted ? OK : FAIL(INPUT, "no share was brought");
}

/* ---- which way ---- */

/* The key file where there is one, else what the store's slots leave to people. */
static fallible find_way(struct errand *errand)
{
	unsigned by_people = errand->answer.ways & (1u << SLOT_PASSPHRASE | 1u << SLOT_SHARES);
	struct err err = bring_as(errand, CONF_UNSEAL_AUTO);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	if (by_people == 1u << SLOT_PASSPHRASE)
		return bring_as(errand, CONF_UNSEAL_PASSPHRASE);
	if (by_people == 1u << SLOT_SHARES)
		return bring_shares(errand);
	return by_people ? FAIL(INPUT, "say which: --unseal passphrase or --unseal shares") : err;
}

fallible unseal_command_run(const struct conf *conf, struct journal *journal)
{
	scoped(errand) errand = begin(conf, journal);
	TRY(secret_setup());
	TRY(ask_plain(&errand, UNSEAL_STATUS));
	if (errand.answer.verdict != UNSEAL_DONE || errand.answer.is_open)
		return conclude(&errand);
	switch ((enum conf_unseal)conf->unseal) {
	case CONF_UNSEAL_AUTO:
		return find_way(&errand);
	case CONF_UNSEAL_SHARES:
		return bring_shares(&errand);
	case CONF_UNSEAL_KEY_FILE:
	case CONF_UNSEAL_CREDENTIAL:
	case CONF_UNSEAL_PASSPHRASE:
		break;
	}
	return bring_as(&errand, (enum conf_unseal)conf->unseal);
}

fallible unseal_command_seal(const struct conf *conf, struct journal *journal)
{
	scoped(errand) errand = begin(conf, journal);
	TRY(ask_plain(&errand, UNSEAL_SEAL));
	return conclude(&errand);
}

fallible unseal_command_list(const struct conf *conf, struct journal *journal)
{
	scoped(errand) errand = begin(conf, journal);
	TRY(ask_plain(&errand, UNSEAL_SLOTS));
	return conclude(&errand);
}
