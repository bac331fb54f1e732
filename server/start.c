/* SPDX-License-Identifier: Apache-2.0 */
/* start - open the parts in their order, and close them in the reverse one. */
#include "server/start.h"

#include "server/core/clocks.h"
#include "server/embedded.h"
#include "server/keyfile.h"
#include "server/unsealing.h"
#include "store/index/mount.h"
#include "store/volume.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { START_PATH = 4096, START_HOUR_MS = 60 * 60 * 1000 };

static fallible key_path(const struct conf *conf, struct buf *path)
{
	if (conf->key_file[0])
		buf_printf(path, "%s", conf->key_file);
	else
		buf_printf(path, "%s.key", conf->data);
	buf_put_u8(path, 0);
	return buf_check(path);
}

static fallible open_secrets(const struct conf *conf, struct start *start)
{
	bool locked;
	enum secret_lock lock = conf->allow_unlocked ? SECRET_LOCK_WANTED : SECRET_LOCK_NEEDED;
	TRY(secret_setup());
	TRY(secret_arena_open((size_t)conf->secrets_arena_bytes, lock, &start->server.secrets, &locked));
	start->health.unlocked = !locked;
	return OK;
}

/* A key that lies on the disk that it protects is taken with it. */
static void compare_places(const char *key_path, const char *data, struct start *start)
{
	struct stat key, store;
	if (stat(key_path, &key) == 0 && stat(data, &store) == 0)
		start->health.key_beside_data = key.st_dev == store.st_dev;
}

/* Before a key file is made for a store that is there already. */
static fallible check_none(const struct conf *conf)
{
	scoped(buf) path = BUF(START_PATH);
	buf_printf(&path, "%s/keyring/shred", conf->data);
	buf_put_u8(&path, 0);
	TRY(buf_check(&path));
	return access((const char *)path.data, F_OK) == 0
		? FAIL(CONFLICT, "there is a store in this directory already")
		: OK;
}

/* What opens the store: drawn into a new key file for a new one. */
static fallible bring_secret(
	const struct start_ask *ask, enum start_mode mode, const char *key_path, struct unsealing *unsealing)
{
	if (ask->secret) {
		unsealing->secret = *ask->secret;
		return OK;
	}
	if (mode == START_OPEN)
		return unsealing_read(ask->conf, ask->journal, unsealing);
	TRY(check_none(ask->conf));
	TRY(keyfile_make(key_path, unsealing->key));
	unsealing->secret = (struct slots_secret){.kind = SLOT_KEY_FILE, .text = SPAN_BYTES(unsealing->key)};
	return OK;
}

static fallible open_keeper(const struct start_ask *ask, enum start_mode mode, struct start *start)
{
	scoped(unsealing) unsealing = {0};
	scoped(buf) path = BUF(START_PATH);
	TRY(key_path(ask->conf, &path));
	const char *key_path = (const char *)path.data;
	TRY(bring_secret(ask, mode, key_path, &unsealing));
	compare_places(key_path, ask->conf->data, start);
	struct keeper_ask keeper = {.backend = &kv_lmdb,
		.directory = ask->conf->data,
		.unseal = unsealing.secret,
		.arena = start->server.secrets,
		.create = mode == START_CREATE};
	return keeper_open(&keeper, &start->server.keeper);
}

/* Nobody knows what the disk holds: the next start reads what is really there. */
static void end_process(void *context, struct err err)
{
	journal_err(context, JOURNAL_ERROR, err, SPAN_NONE);
	_exit(1);
}

static fallible own_directory(const struct start_ask *ask, struct start *start)
{
	int lock;
	if (ask->locked)
		return OK;
	TRY(volume_lock(ask->conf->data, &lock));
	start->lock = lock + 1;
	return OK;
}

static fallible open_parts(const struct start_ask *ask, enum start_mode mode, struct start *start)
{
	const struct conf *conf = ask->conf;
	struct server *server = &start->server;
	if (!conf->data[0])
		return FAIL(INPUT, "name the store's directory with --data DIR");
	/* A write over a file's limit shall be an error, not the end; a client that goes away likewise. */
	sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	TRY(open_secrets(conf, start));
	if (mode == START_OPEN && access(conf->data, F_OK) != 0)
		return FAIL(NOT_FOUND, "there is no store in this directory: make one with munimentd init");
	TRY(own_directory(ask, start));
	TRY(open_keeper(ask, mode, start));
	struct mount_ask mount = {.directory = conf->data,
		.backend = &kv_lmdb,
		.keys = keeper_keys(server->keeper),
		.max_bytes = conf->store_max_bytes,
		.create = mode == START_CREATE};
	TRY(mount_open(&mount, &server->volume));
	server->volume.clock = &start->clock;
	TRY(clocks_begin(server));
	return committer_open(
		&server->volume, (struct alarm){start->journal, end_process}, &server->committer);
}

static fallible open_store(const struct start_ask *ask, enum start_mode mode, struct start *start)
{
	const struct conf *conf = ask->conf;
	*start = (struct start){.journal = ask->journal,
		.server = {.trusted_proxies = &start->proxies,
			.forwarded_form = conf->forwarded_header,
			.mailing_bounds = {(uint32_t)conf->verify_mails_per_network,
				(uint32_t)conf->verify_mails_per_application,
				(uint32_t)conf->verify_mails_in_all},
			.event_bounds = {(uint32_t)conf->events_per_minute, (uint32_t)conf->events_per_day},
			.import_bounds = {(uint32_t)conf->imports_per_minute,
				(uint32_t)conf->imports_per_day},
			.log_name = conf->log_name,
			.app_name = conf->app_name,
			.public_url = conf->public_url,
			.pages = embedded_pages(),
			.erasure_wait_ms = conf->erasure_wait_hours * START_HOUR_MS,
			.backup_days = conf->backup_days}};
	start->server.health = &start->health;
	start->server.exports = &start->exports;
	struct err err = conf_read_proxies(conf, &start->proxies);
	if (!err_failed(err))
		err = open_parts(ask, mode, start);
	if (err_failed(err))
		start_close(start);
	return err;
}

fallible start_open(
	const struct conf *conf, enum start_mode mode, struct journal *journal, struct start *start)
{
	const struct start_ask ask = {.conf = conf, .journal = journal};
	return open_store(&ask, mode, start);
}

fallible start_open_by(const struct start_ask *ask, struct start *start)
{
	return open_store(ask, START_OPEN, start);
}

static fallible open_keys(const struct conf *conf, struct start *start)
{
	int lock;
	TRY(open_secrets(conf, start));
	struct err err = volume_lock(conf->data, &lock);
	if (err.code == CODE_LOCKED_DIRECTORY)
		return err;
	if (!err_failed(err)) /* a copy on a medium that can't be written has nobody to keep out */
		start->lock = lock + 1;
	const struct start_ask ask = {.conf = conf, .journal = start->journal};
	return open_keeper(&ask, START_OPEN, start);
}

fallible start_open_keys(const struct conf *conf, struct journal *journal, struct start *start)
{
	*start = (struct start){.journal = journal};
	struct err err = open_keys(conf, start);
	if (err_failed(err))
		start_close(start);
	return err;
}

void start_close(struct start *start)
{
	struct server *server = &start->server;
	committer_close(server->committer);
	volume_close(&server->volume);
	keeper_close(server->keeper);
	secret_arena_close(server->secrets);
	if (start->lock)
		volume_unlock(start->lock - 1);
	*start = (struct start){0};
}
