/* SPDX-License-Identifier: Apache-2.0 */
/* methods - with what a person can prove who they are here and now; the codes that would be right are
 * computed, none compared. */
#pragma once

#include "policies/signin.h"
#include "server/core/caller.h"
#include "store/nouns/factor.h"
#include "store/nouns/person.h"

/* One way. */
struct method {
	enum factor_type type;
	struct id factor;                  /* none: the person's own address, of who has no factor */
	bool proven;                       /* of the factor */
	int drift;                         /* totp: of the factor, half steps */
	struct span hint;                  /* label, or masked address */
	struct span address;               /* email */
	struct totp_shape shape;           /* totp, hotp */
	uint64_t centre_step;              /* totp: the window that the codes below are of */
	struct totp_candidates candidates; /* totp */
	uint64_t last_step;                /* totp, hotp: of the factor, as the act finds it */
};

struct methods {
	struct method items[FACTOR_MAX];
	size_t count;
	/* Apps and tokens that prove nothing here: a code that they show besides is used up in them too. */
	struct method aside[FACTOR_MAX];
	size_t aside_count;
	enum reason none; /* why there is none: NO_FACTOR or WEAK_METHOD */
	struct instant
		changed; /* when the last factor came, or the address moved: no code mailed before counts */
	bool to_enroll;  /* an authenticator is asked for, and the person has none */
};

/* For whom, and what for. */
struct methods_ask {
	const struct person *person;
	const struct signin *signin; /* what the policies ask for */
	bool is_action;
	struct span mailed; /* an address that was proven just now, on the way to a session; empty */
	struct instant now;
};

/* methods_list - in prepare. An action takes proven factors only. Where an authenticator is asked for, an address
 * counts until the person has one or the grace is over; it never counts for a client whose mailbox an assistant
 * runs. On the way to a session the address that was proven counts until the person has one, grace or not, and no other does;
 * also where it is the person's own and no factor (factor none): then nobody vouched for it. Fails: BUSY sealed · FORGED · NO_MEMORY. */
fallible methods_list(const struct server *server, const struct view *view, const struct methods_ask *ask,
	struct arena *arena, struct methods *methods);

/* methods_email_beside_totp - whether a mailed code still counts for who has something stronger. */
bool methods_email_beside_totp(const struct signin *signin);

/* methods_hide_labels - what people call their devices is for those whom it tells nothing new: of anybody else's eyes the names
 * would say who has an account. */
void methods_hide_labels(struct methods *methods);

/* methods_compute - the codes of a seed around an instant, by the shape, drift and last step in *method. */
fallible methods_compute(struct method *method, struct span seed, struct instant now);

/* methods_drop_timed - the clock is in doubt: codes that are computed from it do not count, and nothing weaker takes their
 * place. Without any other way, why there is none becomes CLOCK_UNSYNCED. */
void methods_drop_timed(struct methods *methods);

/* methods_mailbox_is_delegated - whether an assistant reads the mail of a client's contact: no code goes there. */
fallible methods_mailbox_is_delegated(
	const struct view *view, const struct person *person, struct arena *arena, bool *delegated);

/* methods_find - the first of a type, or the one of this factor; NULL when there is none. */
const struct method *methods_find(const struct methods *methods, enum factor_type type, struct id factor);

/* methods_of_factor - the one of this factor, whatever its type; none: the person's own address. NULL when there is none. */
const struct method *methods_of_factor(const struct methods *methods, struct id factor);

/* methods_find_device - the first that shows codes by itself; NULL when every one is mailed. */
const struct method *methods_find_device(const struct methods *methods);
