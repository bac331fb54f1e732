/* SPDX-License-Identifier: Apache-2.0 */
/* passphrase - what a person remembers, stretched by Argon2id until guessing costs more than it is worth.
 *
 * The cost is drawn into facts that lie beside whatever the secret opens; the limits keep changed facts from costing
 * the reader his memory. Source: RFC 9106; docs/formats.md "passphrase facts". */
#pragma once

#include "base/err.h"
#include "base/span.h"

enum {
	PASSPHRASE_FACTS = 24, /* bytes */
	PASSPHRASE_SECRET = 32,
	PASSPHRASE_LEAST = 12, /* characters of a new one */
	PASSPHRASE_MAX = 1024, /* bytes */
};

struct passphrase_cost {
	uint32_t passes;     /* 1 to 16 */
	uint32_t memory_kib; /* 8 MiB to 1 GiB */
};

/* What an unseal slot costs: about a second and 256 MiB. */
static const struct passphrase_cost PASSPHRASE_UNSEAL = {3, 256 * 1024};

/* passphrase_draw - facts with a fresh salt. Fails: INPUT a cost outside its limits. */
fallible passphrase_draw(const struct passphrase_cost *cost, uint8_t facts[static PASSPHRASE_FACTS]);

/* passphrase_read - the cost that facts ask for. Fails: CORRUPT facts of another form, or outside the limits. */
fallible passphrase_read(struct span facts, struct passphrase_cost *cost);

/* passphrase_stretch - the secret of a text under its facts.
 *
 *   text  at most PASSPHRASE_MAX bytes, taken as they are
 * Fails: INPUT too long · CORRUPT as passphrase_read · NO_MEMORY. Cost: as the facts say. */
fallible passphrase_stretch(struct span facts, struct span text, uint8_t secret[static PASSPHRASE_SECRET]);
