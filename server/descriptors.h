/* SPDX-License-Identifier: Apache-2.0 */
/* descriptors - how many connections and followers the limit of open files lets this process have. The HTTP library takes what comes
 * until accept finds no descriptor, and may spin then: so no more is taken than there is room for. */
#pragma once

#include "server/env/conf.h"
#include "server/env/journal.h"

enum {
	DESCRIPTORS_OWN =
		160, /* databases, threads, mails, lingering connections, /metrics: what is not counted by the settings */
	DESCRIPTORS_LEAST = 32, /* connections and followers together */
};

/* What is taken of each. */
struct descriptors {
	uint64_t limit; /* of open files */
	unsigned connections;
	size_t followers;
	bool are_few; /* fewer than the settings say */
};

/* descriptors_raise - to the hard limit, since nothing here calls select; and say so in the journal where that is not enough for the
 * settings. Fails: INPUT not even the least can be had. */
fallible descriptors_raise(const struct conf *conf, struct journal *journal);

/* descriptors_share - by the limit as it stands. descriptors_share_of - by any: what the settings say, or of both the same part. */
struct descriptors descriptors_share(const struct conf *conf);
struct descriptors descriptors_share_of(const struct conf *conf, uint64_t limit);
