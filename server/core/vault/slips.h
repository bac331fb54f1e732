/* SPDX-License-Identifier: Apache-2.0 */
/* slips - secrets that burn when they are read: for one person, once, within minutes. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/slip.h"

struct slips_add {
	/* asked */
	struct span to; /* id or ref */
	struct span
		client;   /* id or ref; empty = of the reader's client, if they are a contact, else of none */
	struct span text; /* 1 to SLIP_TEXT_MAX bytes */
	struct span task;
	int64_t ttl_s; /* SLIP_TTL_MIN_S to SLIP_TTL_MAX_S */
	/* prepared */
	struct slip slip;
	struct span sealed;  /* the task */
	uint64_t reader_row; /* version of the reader's row */
	uint64_t client_row; /* of the client's, if there is one */
	struct event_draft draft;
};

/* slips_add_prepare - Fails: UNKNOWN_PERSON nobody here who is active; for a client's contact also another client's ·
 * UNKNOWN_CLIENT also one that the caller does not see · FROZEN the client has stopped all use, whoever writes.
 * slips_add_write - Fails: STALE. */
fallible slips_add_prepare(const struct scene *scene, struct slips_add *add);
fallible slips_add_write(struct act *act, struct slips_add *add);

struct slips_read {
	/* prepared */
	struct slip slip;
	struct event_draft draft;
	struct letters told;
	/* written */
	struct err refusal; /* on record: EXPIRED it was read, or its time is over · FROZEN it waits on */
};

/* slips_read_prepare - by the person whom it is for, proven. Fails: PERSON_UNPROVEN · NOT_FOUND also when it is for
 * somebody else. slips_read_write - burns it. While its client has stopped all use it is not read and not used up; its time goes
 * on. */
fallible slips_read_prepare(const struct scene *scene, struct span id, struct slips_read *read);
fallible slips_read_write(struct act *act, struct slips_read *read);

/* slips_open - after the commit only: what stood in it. Fails: NOT_FOUND its key is gone · CORRUPT · BUSY sealed. */
fallible slips_open(const struct server *server, const struct slips_read *read, struct buf *text);

/* slips_sweep - in housekeeping, when one is due: it expires unread, with its event, or its row goes. */
struct expiry; /* store/nouns/expiry.h */
fallible slips_sweep(struct act *act, const struct expiry *expiry);
