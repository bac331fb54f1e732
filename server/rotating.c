/* SPDX-License-Identifier: Apache-2.0 */
/* rotating - open the store at rest, step by step to the end; or let the server do it that has it open. */
#include "server/rotating.h"

#include "server/control.h"
#include "server/rotator.h"
#include "server/start.h"
#include "server/unseal_order.h"

enum { ROTATING_TEXT = 512, WATCH_EVERY_MS = 200 };

/* ---- at rest ---- */

static void put_name(const struct key_rotation *rotation, struct buf *text)
{
	char id[ID_TEXT + 1];
	switch (rotation->what) {
	case KEY_ROTATION_ROOT:
		buf_put_text(text, "the root key");
		return;
	case KEY_ROTATION_TENANT:
		ids_print(ID_TENANT, rotation->tenant, id);
		break;
	case KEY_ROTATION_CLIENT:
		ids_print(ID_CLIENT, rotation->client, id);
		break;
	}
	buf_printf(text, "%s of %s", rotation->deep ? "the secrets" : "the key", id);
}

static fallible say(struct journal *journal, const struct key_rotation *rotation)
{
	scoped(buf) text = BUF(ROTATING_TEXT);
	buf_put_text(&text, "rotated ");
	put_name(rotation, &text);
	buf_printf(&text, ": %llu keys lie under the new one", (unsigned long long)rotation->done);
	if (rotation->left)
		buf_printf(
			&text, "; %llu were left, they open by nothing", (unsigned long long)rotation->left);
	buf_put_text(&text, "\n");
	TRY(buf_check(&text));
	return journal_print(journal, buf_span(&text));
}

static fallible finish(const struct server *server, struct journal *journal, struct key_rotation *rotation)
{
	bool over = false;
	while (!over) {
		TRY(key_rotations_step(server, rotation, &over));
		journal_progress(journal, rotation->done, rotation->all);
	}
	return say(journal, rotation);
}

static bool is_asked(const struct key_rotations_ask *ask, const struct key_rotation *rotation)
{
	return ask->what == rotation->what && ask->deep == rotation->deep &&
		ids_equal(ask->tenant, rotation->tenant) && ids_equal(ask->client, rotation->client);
}

static fallible rotate(const struct conf *conf, const struct server *server, struct journal *journal)
{
	struct key_rotations_ask ask;
	struct key_rotation rotation;
	TRY(key_rotations_parse(server, span_text(conf->rotate), conf->deep, &ask));
	struct err err = key_rotations_find(server, &rotation);
	if (!err_failed(err)) {
		TRY(finish(server, journal, &rotation));
		if (is_asked(&ask, &rotation))
			return OK;
	} else if (err.kind != ERR_NOT_FOUND) {
		return err;
	}
	TRY(key_rotations_begin(server, &ask, &rotation));
	return finish(server, journal, &rotation);
}

static fallible rotate_at_rest(const struct conf *conf, struct journal *journal, struct start *start)
{
	struct err err = rotate(conf, &start->server, journal);
	start_close(start);
	return err;
}

/* ---- while a server runs ---- */

/* What the server was asked, and what it said last. */
struct errand {
	const struct conf *conf;
	struct journal *journal;
	struct buf heard;
	struct rotator_report report;
	struct span why;
};

static void errand_done(struct errand *errand)
{
	buf_done(&errand->heard);
}

static fallible ask_server(struct errand *errand, const struct unseal_order *order)
{
	scoped(buf) line = BUF(UNSEAL_ORDER_MAX);
	struct unseal_answer answer;
	buf_clear(&errand->heard);
	TRY(unseal_order_print(order, &line));
	TRY(control_ask(errand->conf->data, buf_span(&line), &errand->heard));
	TRY(unseal_order_read(buf_span(&errand->heard), &answer));
	if (answer.verdict == UNSEAL_DONE)
		return rotator_read(answer.text, &errand->report, &errand->why);
	journal_complain(errand->journal, answer.text);
	return answer.verdict == UNSEAL_REFUSED ? FAIL(INPUT, "the server did not take it")
						: FAIL(IO, "the server could not do it");
}

static fallible say_report(const struct errand *errand)
{
	scoped(buf) text = BUF(ROTATING_TEXT);
	buf_printf(&text, "rotated %s, while the server runs: %llu keys lie under the new one",
		errand->conf->rotate, (unsigned long long)errand->report.done);
	if (errand->report.left)
		buf_printf(&text, "; %llu were left, they open by nothing",
			(unsigned long long)errand->report.left);
	buf_put_text(&text, "\n");
	TRY(buf_check(&text));
	return journal_print(errand->journal, buf_span(&text));
}

/* A server that ends meanwhile goes on with it when it starts again. */
static fallible watch(struct errand *errand)
{
	const struct unseal_order look = {.verb = UNSEAL_ROTATION};
	while (errand->report.state == ROTATOR_RUNNING) {
		clock_sleep_ms(WATCH_EVERY_MS);
		TRY(ask_server(errand, &look));
		journal_progress(errand->journal, errand->report.done, errand->report.all);
	}
	if (errand->report.state == ROTATOR_IDLE)
		return say_report(errand);
	journal_complain(errand->journal, errand->why);
	return FAIL(BUSY, "the rotation is stuck; the server tries it again and again");
}

static fallible rotate_online(const struct conf *conf, struct journal *journal)
{
	scoped(errand) errand = {.conf = conf, .journal = journal, .heard = BUF(UNSEAL_ANSWER_MAX)};
	scoped(buf) text = BUF(ROTATING_TEXT);
	buf_printf(&text, "%s%s", conf->deep ? "deep " : "", conf->rotate);
	TRY(buf_check(&text));
	const struct unseal_order order = {.verb = UNSEAL_ROTATE, .text = buf_span(&text)};
	TRY(ask_server(&errand, &order));
	return watch(&errand);
}

fallible rotating_run(const struct conf *conf, struct journal *journal)
{
	struct start start;
	struct err err = start_open(conf, START_OPEN, journal, &start);
	if (err.code == CODE_LOCKED_DIRECTORY)
		return rotate_online(conf, journal);
	TRY(err);
	return rotate_at_rest(conf, journal, &start);
}
