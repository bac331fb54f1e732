/* SPDX-License-Identifier: Apache-2.0 */
/* porch - who answers while the store is sealed: alive, not ready, and 503 `sealed` to everything that takes a key. */
#pragma once

#include "server/doors.h"
#include "server/env/journal.h"

struct porch {
	struct journal *journal;
	struct health health;
	struct server server; /* without a store and without keys */
	struct doors doors;
};

/* porch_open - into a zeroed one, which stays where it is. Fails: as doors_bind and doors_open. */
fallible porch_open(
	const struct conf *conf, struct journal *journal, struct doors_places *places, struct porch *porch);

/* porch_close - after somebody else answers at the same places, or at the end. Takes a zeroed one. */
void porch_close(const struct conf *conf, struct porch *porch);
