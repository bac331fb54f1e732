/* SPDX-License-Identifier: Apache-2.0 */
/* house - what a running server is: the directory and the addresses are its own from start to end; while it is sealed a
 * porch stands at them, while it is open the service. */
#pragma once

#include "server/porch.h"
#include "server/service.h"

struct house {
	const struct conf *conf;
	struct journal *journal;
	int lock; /* descriptor + 1; 0 = none */
	struct doors_places places;
	bool is_open;
	struct porch porch;
	struct service service;
};

/* house_open - own the directory, and open the store by what the settings say, or start sealed where they say that. The
 * house stays where it is.
 *
 * Fails: NOT_FOUND no store · LOCKED_DIRECTORY another process has it · whatever service_open and porch_open fail with.
 * Half of it may stand then: house_close. */
fallible house_open(const struct conf *conf, struct journal *journal, struct house *house);
void house_close(struct house *house);

/* house_say - one line on standard output: ready or sealed, and where. Fails: IO nobody reads it. */
fallible house_say(const struct house *house);

/* house_unseal - from sealed to open, by what was brought. It stays sealed when that fails.
 *
 * Fails: FORGED it does not open the store · whatever service_open fails with. */
fallible house_unseal(struct house *house, const struct slots_secret *secret);

/* house_seal - from open to sealed: what is under way ends or is cut off, and every key is wiped. When nobody can answer
 * afterwards it fails, and the keys are gone all the same.
 *
 * Fails: IO · NO_MEMORY. Cost: as long as shutdown.wait_ms. */
fallible house_seal(struct house *house);
