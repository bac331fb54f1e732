/* SPDX-License-Identifier: Apache-2.0 */
/* setup - make a store and say its tokens once. */
#include "server/setup.h"

#include "base/json_out.h"
#include "server/core/people/tenants.h"
#include "server/start.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum {
	SETUP_LINE = 1024,
	SETUP_ARENA = 1024 * 1024,
	SETUP_PATH = 8192,
	OPERATOR_DAYS = APPLICATION_EXPIRES_DAYS_MAX,
	DAY_MS = 86400000
};

struct setup {
	const struct server *server;
	struct tenants_add add;
	char operator_token[TOKEN_TEXT + 1];
	struct token operator_row;
	uint8_t operator_hash[HASH_BLAKE];
};

static fallible prepare(const struct conf *conf, struct instant now, struct arena *arena, struct setup *setup)
{
	struct caller caller = {.kind = TOKEN_OPERATOR};
	struct span text = span_of(setup->operator_token, TOKEN_TEXT);
	setup->add = (struct tenants_add){.name = span_text(conf->tenant),
		.time_zone = span_text(conf->time_zone),
		.demo = conf->demo,
		.token_ttl_s = conf->token_ttl * 3600};
	if (!languages_find(span_text(conf->language), &setup->add.language))
		return FAIL(INPUT, "--language takes en, bg, sv, ru, hu or fi");
	tokens_make(TOKEN_OPERATOR, setup->operator_token);
	keeper_hash(setup->server->keeper, KEEPER_TOKEN, &text, 1, setup->operator_hash);
	setup->operator_row =
		(struct token){.kind = TOKEN_OPERATOR, .expires = {now.ms + (int64_t)OPERATOR_DAYS * DAY_MS}};
	return tenants_add_prepare(setup->server, &caller, now, arena, &setup->add);
}

static fallible write_all(struct act *act, void *context)
{
	struct setup *setup = context;
	TRY(token_put(act, setup->operator_hash, &setup->operator_row));
	return tenants_add_write(act, &setup->add);
}

static void put_line(const struct setup *setup, struct buf *line)
{
	struct json_out out = JSON_OUT(line);
	json_out_open(&out, NULL);
	json_out_id(&out, "tenant", ID_TENANT, setup->add.tenant.id);
	json_out_text(&out, "token", setup->add.token);
	json_out_text(&out, "operator_token", setup->operator_token);
	json_out_time(&out, "token_expires_at", setup->add.application.expires);
	json_out_close(&out);
	buf_put_text(line, "\n");
}

/* The file is made by us, before the store is: whoever made it before us could read along. */
static fallible make_file(const char *path, int *file)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? FAIL(CONFLICT, "the token file is there already")
				       : FAIL(IO, "the token file cannot be made");
	*file = fd;
	return OK;
}

static fallible write_file(int file, struct span line)
{
	bool whole = write(file, line.at, line.len) == (ssize_t)line.len && fsync(file) == 0;
	return whole ? OK : FAIL(IO, "the token file cannot be written");
}

static fallible say(int file, struct journal *journal, const struct setup *setup)
{
	scoped(buf) line = BUF(SETUP_LINE);
	put_line(setup, &line);
	struct err err = buf_check(&line);
	if (!err_failed(err))
		err = file >= 0 ? write_file(file, buf_span(&line)) : journal_print(journal, buf_span(&line));
	secret_wipe(line.data, line.len);
	return err;
}

static fallible run(const struct conf *conf, int file, struct start *start)
{
	struct arena arena = ARENA(SETUP_ARENA);
	struct setup setup = {.server = &start->server};
	struct err err = prepare(conf, clock_now(), &arena, &setup);
	if (!err_failed(err))
		err = committer_run(start->server.committer,
			(struct act_job){.kind = ACT_EVENT, .run = write_all, .context = &setup});
	if (!err_failed(err))
		err = say(file, start->journal, &setup);
	secret_wipe(&setup, sizeof setup);
	arena_done(&arena);
	return err;
}

static fallible make_store(const struct conf *conf, int file, struct journal *journal)
{
	struct start start;
	TRY(start_open(conf, START_CREATE, journal, &start));
	struct err err = run(conf, file, &start);
	start_close(&start);
	return err;
}

/* Whether something of a store lies there. */
static bool is_begun(const struct conf *conf)
{
	char path[SETUP_PATH];
	int length = snprintf(path, sizeof path, "%s/keyring", conf->data);
	return length > 0 && length < SETUP_PATH && access(path, F_OK) == 0;
}

/* What was half made, or made and has tokens that nobody knows, is in the way of the next try: whoever began it takes it away. */
static void tell_what_is_left(const struct conf *conf, struct journal *journal)
{
	scoped(buf) text = BUF(SETUP_PATH);
	buf_printf(
		&text, "what was begun is left: remove %s and its key file before the next try", conf->data);
	if (!err_failed(buf_check(&text)))
		journal_complain(journal, buf_span(&text));
}

fallible setup_run(const struct conf *conf, struct journal *journal)
{
	int file = -1;
	bool was_begun = is_begun(conf);
	if (conf->token_file[0])
		TRY(make_file(conf->token_file, &file));
	struct err err = make_store(conf, file, journal);
	if (file >= 0)
		close(file);
	if (err_failed(err) && file >= 0)
		unlink(conf->token_file);
	if (err_failed(err) && !was_begun && is_begun(conf))
		tell_what_is_left(conf, journal);
	return err;
}
