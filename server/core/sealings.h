/* SPDX-License-Identifier: Apache-2.0 */
/* sealings - that the store was opened or sealed by hand stands on every tenant's log: all their keys came, or went. */
#pragma once

#include "policies/actions.h"
#include "server/core/server.h"

struct sealings_ask {
	enum action action;    /* KEY_UNSEALED, KEY_UNSEAL_FAILED or KEY_SEALED */
	struct span by;        /* what opened the store, or empty */
	struct span operators; /* who did it, or tried: "uid:1000 uid:0" */
	uint32_t tries;        /* that were wrong */
};

/* sealings_tell - one event for each tenant, all durable on return; some of them may be when it fails. Of KEY_UNSEALED its
 * owners get a mail in the same act, which also names the wrong tries before. Of sealing none could leave.
 *
 * Fails: BUSY the queue is full · FULL · IO · NO_MEMORY. Cost: of a mail a key of the day for each tenant. */
fallible sealings_tell(const struct server *server, const struct sealings_ask *ask);
