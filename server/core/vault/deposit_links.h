/* SPDX-License-Identifier: Apache-2.0 */
/* deposit_links - the client's side of a deposit: whoever holds the link and was told the words. Nobody is known here, so
 * nothing but this one link is said anything of. */
#pragma once

#include "server/core/vault/deposits.h"

/* deposit_links_find - the deposit of a link that is still open. Looking spends nothing: scanners of mails look.
 * Fails: NOT_FOUND no such link · LINK_USED · LINK_DEAD · EXPIRED its time is over. */
fallible deposit_links_find(const struct view *view, struct span text, struct instant now,
	struct arena *arena, struct deposit *deposit);

/* deposit_links_open - what was sealed to the link's key: the fields as the sender's program wrote them.
 *
 *   plain  wiped by the caller
 * Fails: INVALID it was sealed to something else · BUSY sealed. */
fallible deposit_links_open(
	const struct server *server, const struct deposit *deposit, struct span box, struct buf *plain);

struct deposit_links_use {
	/* asked */
	struct deposit deposit;        /* as deposit_links_find found it */
	unsigned words[DEPOSIT_WORDS]; /* SPOKEN_WORDS_COUNT: none of them */
	struct span trace;
	struct span username;
	struct credentials_secret secret; /* checked against what is asked for; read in prepare alone */
	/* prepared */
	uint8_t said[HASH_BLAKE];
	uint32_t day;
	struct span content;
	struct event_draft used, wrong, dead;
	struct letters told, warned;
	/* written */
	struct err refusal; /* WRONG_CODE */
};

/* deposit_links_use_prepare - seal what came. deposit_links_use_write - charge a try, compare, take it or not; the link is
 * dead after DEPOSIT_TRIES wrong words, and all who have to do with it are told. */
fallible deposit_links_use_prepare(const struct server *server, const struct view *view, struct instant now,
	struct arena *arena, struct deposit_links_use *use);
fallible deposit_links_use_write(struct act *act, struct deposit_links_use *use);
