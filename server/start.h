/* SPDX-License-Identifier: Apache-2.0 */
/* start - from settings to an open store: lock, key file, keeper, volume, committer; and back. */
#pragma once

#include "base/arena.h"
#include "server/core/log/exports.h"
#include "server/core/server.h"
#include "server/env/conf.h"
#include "server/env/journal.h"

struct start {
	struct server server;
	struct health health;
	struct steady clock;
	struct exports_desk exports;
	struct journal *journal;
	struct address_nets proxies;
	int lock; /* descriptor + 1; 0 = none, or the caller's */
};

enum start_mode { START_CREATE, START_OPEN };

/* start_open - open (or make) the store that the settings name. On failure the log says why, and everything
 * is closed again.
 * Fails: NOT_FOUND no store, or no key file · CONFLICT one is there already · LOCKED_DIRECTORY · DENIED
 * others can read the key file · FORGED another key file · NO_MEMORY memory cannot be locked · CORRUPT ·
 * IO. */
fallible start_open(
	const struct conf *conf, enum start_mode mode, struct journal *journal, struct start *start);

/* What is there already when a store is opened late. */
struct start_ask {
	const struct conf *conf;
	struct journal *journal;
	const struct slots_secret *secret; /* what was brought; NULL = what the settings say */
	bool locked;                       /* the caller owns the directory: volume_lock */
};

/* start_open_by - open a store that is there. Fails: as start_open. */
fallible start_open_by(const struct start_ask *ask, struct start *start);

/* start_open_keys - the keeper alone, for looking at a store at rest or a copy of one that nobody writes.
 * Fails: NOT_FOUND there is no key file; as start_open otherwise. */
fallible start_open_keys(const struct conf *conf, struct journal *journal, struct start *start);

/* start_close - drain the committer, close everything; takes a zeroed one. */
void start_close(struct start *start);
