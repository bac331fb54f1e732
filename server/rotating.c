/* SPDX-License-Identifier: Apache-2.0 */
/* rotating - open the store at rest, step by step to the end. */
#include "server/rotating.h"

#include "server/core/key_rotations.h"
#include "server/start.h"

enum { ROTATING_TEXT = 512 };

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

fallible rotating_run(const struct conf *conf, struct journal *journal)
{
	struct start start;
	TRY(start_open(conf, START_OPEN, journal, &start));
	struct err err = rotate(conf, &start.server, journal);
	start_close(&start);
	return err;
}
