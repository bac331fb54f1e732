/* SPDX-License-Identifier: Apache-2.0 */
/* verifications - does this person prove who they are: opened, tried, mailed, decided. One act decides,
 * charges and writes; what a person who does not exist gets is the same in shape, limits and work
 * (FOUNDATIONS 17, 26, 27).
 *
 * A right code is worth something once: a code of a used step is `replayed` and costs no try, a wrong one
 * costs one of five, and then nothing is compared any more. */
#pragma once

#include "policies/reasons.h"
#include "server/core/login/mailcodes.h"
#include "server/core/login/mailing.h"
#include "server/core/login/methods.h"
#include "store/nouns/verification.h"

enum {
	VERIFICATIONS_CODE_MIN =
		6, /* nobody's is shorter, so that being short tells nothing of whose it is */
	VERIFICATIONS_CODE_MAX = 8,
	VERIFICATIONS_NONCE_MAX = 128,
	VERIFICATIONS_TYPE_MAX = 64,
};

enum verifications_decision {
	VERIFICATIONS_ALLOW,
	VERIFICATIONS_DENY,
	VERIFICATIONS_CHALLENGE,
	VERIFICATIONS_ENROLL
};

/* What the committer has to do for it. */
enum verifications_act { VERIFICATIONS_NOTHING, VERIFICATIONS_HOUSEKEEPING, VERIFICATIONS_EVENT };

struct recoveries_spend; /* server/core/login/recoveries.h */
struct remembering;      /* server/core/login/remembering.h */

struct risk_note; /* server/core/login/risk.h */

/* How unusual a login is. */
struct risk {
	bool is_weighed;
	unsigned reasons;       /* bits by enum risk_reason */
	unsigned score;         /* 0 to RISKS_SCORE_MOST */
	struct risk_note *note; /* what the act has to write of it; NULL: nothing */
};

struct verifications_ask {
	/* asked, in the first call; texts are borrowed */
	struct span person; /* id or ref */
	struct span
		mailed; /* an address of the person that a code proved just now, on the way to a session; empty. Its own
			       code stands in for one that this verification mails */
	struct device device;
	struct span decoy_hint; /* of who does not exist, when the name is an address: decoys_hint */
	bool is_action;
	struct span action_type;
	struct span action_text;          /* what the person confirms, as a mail says it */
	struct id branch;                 /* of the person */
	uint8_t action_hash[HASH_SHA256]; /* also in later calls */
	uint8_t proves_hash[HASH_SHA256];
	struct span nonce;
	/* asked, in later calls */
	struct id id; /* none: open a new one */
	bool has_action_hash;
	struct span recovery; /* a recovery code as it was typed; empty */
	/* asked, in any */
	enum factor_type method; /* EMAIL: mail a code; 0 = none asked for */
	bool cancels;            /* one that is over stays as it ended */
	bool sees;               /* only looks how it stands */
	bool has_code;
	char code[VERIFICATIONS_CODE_MAX + 1];
	struct id factor; /* only this one; none */
	struct span trace;
	struct remembering
		*remembering; /* of a remembered device, one that is or is to be; NULL: nobody spoke of it */
	/* prepared */
	struct instant now;
	enum verifications_act act;
	bool is_new;
	struct verification prepared;
	struct verification verification; /* as it is written */
	struct signin signin;             /* what the policies ask for here and now */
	bool lacks_notice; /* on the way to a session: it will open nothing before the notice is acknowledged */
	struct methods methods;
	struct span sealed;
	struct span roles;
	uint64_t person_version;
	struct device_sight sight;       /* of a person's device */
	bool device_lost;                /* it was reported lost: whatever is typed there, it is refused */
	struct device_note *device_note; /* when it gets in */
	struct risk risk;
	struct event_draft first_seen; /* the same, when it is in no registry yet */
	struct notice new_device_mail; /* with it; not sealed: nobody is told */
	uint8_t code_hash[HASH_BLAKE];
	struct recoveries_spend *spend; /* of a recovery code; NULL */
	struct mailcodes_code mail;
	struct mailing mailing;
	struct event_draft drafts[FACTOR_TYPES]; /* by the type of the factor; 0 = of none */
	bool may_lock; /* set when prepare runs again: few calls lock, so that event is not sealed the first time */
	struct event_draft locked; /* when it may */
	struct notice lock_mail;   /* then; not sealed: nobody is told */
	/* decided */
	enum verifications_decision decision;
	enum reason reason;
	bool compared;          /* a code was compared in this act */
	int64_t wait_ms;        /* how long the person's lane takes no code: as budget_wait_ms */
	struct receipt receipt; /* of the event */
};

/* verifications_prepare - look up, compute the codes that would be right, seal. Compares nothing.
 * Fails: NOT_FOUND no such verification of this application or session · DENIED a session opens one for something else than
 * an action of its own person · INVALID the action's hash is missing or another
 * one · BUSY. */
fallible verifications_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct verifications_ask *ask);

/* verifications_write - decide. Fails: STALE the person, a factor or the time window is another one than
 * prepared. */
fallible verifications_write(struct act *act, struct verifications_ask *ask);
