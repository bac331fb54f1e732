/* SPDX-License-Identifier: Apache-2.0 */
/* deposits - links through which clients hand in credentials: the staff's side. The client's side is deposit_links.h.
 *
 * Who opens a link tells the client three words on the phone. What is handed in waits until a proven person accepts it:
 * only then is there a credential, and only for a credential there are grants (FOUNDATIONS 25). */
#pragma once

#include "crypto/box.h"
#include "server/core/letters.h"
#include "server/core/scene.h"
#include "server/core/vault/credentials.h"
#include "store/nouns/deposit.h"

enum { DEPOSITS_URL_MAX = 512 };

struct deposits_add {
	/* asked */
	struct span client;     /* id or ref */
	struct deposit deposit; /* kind, fields, modes_max, ask, url; ends.ms 0 = in DEPOSIT_OPEN_MS */
	/* prepared */
	struct span sealed;
	uint64_t client_row;
	const char *words[DEPOSIT_WORDS];
	char link[DEPOSITS_URL_MAX]; /* with the public key of the box behind the # */
	struct event_draft draft;
	struct letters told;
};

/* deposits_add_prepare - Fails: UNKNOWN_CLIENT also one that the caller does not see · CONFLICT the client has left.
 * deposits_add_write - Fails: STALE. */
fallible deposits_add_prepare(const struct scene *scene, struct deposits_add *add);
fallible deposits_add_write(struct act *act, struct deposits_add *add);

/* deposits_find - one that the caller sees, by the id in a path. Fails: NOT_FOUND. */
fallible deposits_find(const struct scene *scene, struct span text, struct deposit *deposit);

struct deposits_decide {
	struct deposit deposit; /* as deposits_find found it; then as it will be */
	bool approve;           /* asked */
	/* prepared */
	struct credentials_put put; /* of what it becomes */
	struct event_draft refused;
};

/* deposits_decide_prepare - by a proven person. Fails: PERSON_UNPROVEN · CONFLICT nothing waits there · EXPIRED · as
 * credentials_add_prepare. deposits_decide_write - for the act. */
fallible deposits_decide_prepare(const struct scene *scene, struct deposits_decide *decide);
fallible deposits_decide_write(struct act *act, struct deposits_decide *decide);

/* deposits_hash_words - the keyed hash of three words, by their numbers. */
void deposits_hash_words(const struct keeper *keeper, const struct deposit *deposit,
	const unsigned words[static DEPOSIT_WORDS], uint8_t hash[static HASH_BLAKE]);

/* deposits_event - begin an event about one: object, client, label, by whom the caller is. deposits_shown - the state that
 * it shows itself in: over time it expires, whatever its row says yet. */
void deposits_event(const struct deposit *deposit, struct event *event);
enum deposit_state deposits_shown(const struct deposit *deposit, struct instant now);

/* deposits_print_end - the detail of its end: {"cause"}. */
fallible deposits_print_end(const char *cause, struct arena *arena, struct span *detail);

/* deposits_sweep - in housekeeping, when one is due: it expires, with its event, or its row goes. */
struct expiry; /* store/nouns/expiry.h */
fallible deposits_sweep(struct act *act, const struct expiry *expiry);
