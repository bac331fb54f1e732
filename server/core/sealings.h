/* SPDX-License-Identifier: Apache-2.0 */
/* sealings - that the store was opened or sealed by hand stands on every tenant's log: all their keys came, or went. */
#pragma once

#include "policies/actions.h"
#include "server/core/server.h"

struct sealings_ask {
	enum action action;    /* KEY_UNSEALED, KEY_UNSEAL_FAILED or KEY_SEALED */
	struct span by;        /* what opened the store, or empty */
	struct span operators; /* who did it, or tried: "uid:1000 uid:0" */
	uint32_t tries;        /* of KEY_UNSEAL_FAILED */
};

/* sealings_tell - one event for each tenant, all durable on return; some of them may be when it fails. Fails: BUSY the
 * queue is full · FULL · IO · NO_MEMORY. */
fallible sealings_tell(const struct server *server, const struct sealings_ask *ask);
