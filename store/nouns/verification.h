/* SPDX-License-Identifier: Apache-2.0 */
/* verification - one login (or one confirmed action) of one person: its tries, its mailed codes, and what
 * became of it.
 *
 * A person who does not exist has one as well, a decoy: the same record in one of 4,096 rows a tenant, made
 * of a keyed hash; the name that was asked for is stored nowhere (FOUNDATIONS 26). Source: docs/formats.md
 * "verification". */
#pragma once

#include "store/nouns/noun.h"

enum {
	VERIFICATION_TRIES = 5,
	VERIFICATION_CODES_MAX = 3,
	VERIFICATION_REF = 2, /* characters that name a mailed code on the screen and in the mail */
	VERIFICATION_BUCKETS = 4096,
	VERIFICATION_OPEN_MS = 10 * 60 * 1000,
	VERIFICATION_KEPT_MS = 60 * 60 * 1000,       /* it answers `expired` so long */
	VERIFICATION_PROVES_MS = 8 * 60 * 60 * 1000, /* an allowed one is kept so long */
	VERIFICATION_SEALED_MAX = 8 * 1024,
};

/* Stored numbers: never renumber. */
enum verification_state {
	VERIFICATION_OPEN = 0,
	VERIFICATION_ALLOWED = 1,
	VERIFICATION_LOCKED = 2,
	VERIFICATION_CANCELLED = 3,
	VERIFICATION_REFUSED = 4, /* it never could succeed: `reason` says why */
};

/* How far a mailed code has come. Stored numbers: never renumber. */
enum verification_mail {
	VERIFICATION_MAIL_QUEUED = 0,   /* not handed over yet; a reply of 4xx says why not */
	VERIFICATION_MAIL_ACCEPTED = 1, /* a mail server answers for it */
	VERIFICATION_MAIL_REFUSED = 2,  /* no mail server took it before it ran out, or mails are off */
	VERIFICATION_MAIL_BOUNCED = 3,  /* the mail server said 5xx */
	VERIFICATION_MAIL_COUNT
};

/* A mailed code. Only its keyed hash is kept. */
struct verification_code {
	char ref[VERIFICATION_REF + 1];
	uint8_t hash[HASH_BLAKE];
	struct instant made;
	struct id factor;
	enum verification_mail delivery;
	uint16_t reply; /* of the mail server, the last one; 0 = none */
};

struct verification {
	struct id tenant;
	struct id id;
	struct id application; /* that opened it: nobody else sees it; with by_session the session, none: a
				sign-in; the person: they did by a token of their own */
	bool by_session;       /* opened by a person's own session, or on the way to one */
	struct id person;      /* none: a decoy */
	struct id device;      /* our id of the person's device; none */
	bool is_action;        /* purpose action; else login */
	bool weak;  /* allowed by a factor that nobody vouched for: it opens a plain login, and proves little
		     */
	bool spent; /* an action that was confirmed is used up */
	enum verification_state state;
	uint16_t reason; /* enum reason, of REFUSED */
	uint8_t tries;   /* wrong codes so far */
	uint8_t aal;     /* of ALLOWED */
	struct instant opened;
	struct instant decided;           /* when it was allowed; ms 0 */
	struct id factor;                 /* that allowed it */
	uint8_t action_hash[HASH_SHA256]; /* of the whole action: repeated by later calls, in the receipt */
	uint8_t proves_hash[HASH_SHA256]; /* of its type and fields alone: what a use compares
					     (server/core/proof.h) */
	uint8_t used_code[HASH_BLAKE];    /* keyed hash of the code that allowed it */
	struct verification_code codes[VERIFICATION_CODES_MAX]; /* the newest last */
	size_t code_count;
	uint8_t mailed;            /* codes so far, also those that made room for others */
	struct id event;           /* that tells of the allow */
	uint8_t decoy[HASH_BLAKE]; /* what a decoy is made of; zero for others */
	struct span sealed;        /* device, nonce, text of the action: sealed by the use-case */
	uint64_t version;
};

static inline bool verification_is_decoy(const struct verification *verification)
{
	return ids_is_none(verification->person);
}

/* verification_is_by_person - opened by the person, by a token of their own. */
static inline bool verification_is_by_person(const struct verification *verification)
{
	return !verification->by_session && !verification_is_decoy(verification) &&
		ids_equal(verification->application, verification->person);
}

/* verification_application - who reports what became of it; none: the pages, or the person. */
static inline struct id verification_application(const struct verification *verification)
{
	bool own = verification->by_session || verification_is_by_person(verification);
	return own ? (struct id){0} : verification->application;
}

/* verification_get - of a person or of a decoy; `sealed` borrows from the view's transaction.
 * Fails: NOT_FOUND · FORGED · CORRUPT. */
fallible verification_get(
	const struct view *view, struct id tenant, struct id id, struct verification *verification);

/* verification_next - those of people, in the order in which they were opened; `after` none = from the first, or an id
 * made of an instant; set to the id found. False at the end: check *err. */
bool verification_next(const struct view *view, struct id tenant, struct id *after,
	struct verification *verification, struct err *err);

/* verification_put - inside an act; whoever waits for it is woken after the commit. Fails: FULL · IO. */
fallible verification_put(struct act *act, const struct verification *verification);

/* verification_put_shadow - a write beside a decoy's own, where a person's verification would have caused
 * one: an act is to write as much for nobody as for somebody. */
fallible verification_put_shadow(struct act *act, const struct verification *decoy, struct span bytes);

/* verification_note_delivery - what became of the code that was made at an instant; false when there is none or it was
 * known: then nothing is to be put. */
bool verification_note_delivery(struct verification *verification, struct instant made,
	enum verification_mail delivery, unsigned reply);

/* verification_delivery_name - as the API says it. */
const char *verification_delivery_name(enum verification_mail delivery);

/* verification_revision - another number after whatever an answer shows has changed; it tells nothing else. */
uint64_t verification_revision(const struct verification *verification);

/* verification_drop - housekeeping. Fails: NOT_FOUND · IO. */
fallible verification_drop(struct act *act, const struct verification *verification);

/* verification_newest_code - the code that was mailed last; NULL. */
const struct verification_code *verification_newest_code(const struct verification *verification);

/* verification_is_expired - whether an open one no longer takes codes. */
bool verification_is_expired(const struct verification *verification, struct instant now);

/* verification_ends - when its row may go. */
struct instant verification_ends(const struct verification *verification);
