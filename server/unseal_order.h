/* SPDX-License-Identifier: Apache-2.0 */
/* unseal_order - what is asked and answered over the local socket: one line each way, then the connection is closed.
 *
 *	status | slots | forget | seal | rotate TEXT | rotation | share TEXT | passphrase TEXT | key-file BASE64 | credential BASE64
 *	VERDICT sealed|open HAVE NEED WAIT_MS WAYS TEXT
 *
 * The text of an answer goes to its end, over several lines where slots are listed. Source: docs/formats.md "local
 * socket". */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "crypto/slot.h"

enum {
	UNSEAL_ORDER_MAX = 2048,  /* bytes of a line */
	UNSEAL_ANSWER_MAX = 8192, /* bytes, text included */
	UNSEAL_SHARES_MAX = 255,
	UNSEAL_WAIT_MAX_MS = 3600 * 1000,
};

enum unseal_verb {
	UNSEAL_STATUS,
	UNSEAL_SLOTS,
	UNSEAL_FORGET,
	UNSEAL_SEAL,
	UNSEAL_SHARE,
	UNSEAL_PASSPHRASE,
	UNSEAL_KEY_FILE,
	UNSEAL_CREDENTIAL,
	UNSEAL_ROTATE,
	UNSEAL_ROTATION,
	UNSEAL_VERB_COUNT
};

struct unseal_order {
	enum unseal_verb verb;
	struct span text;         /* a share or a passphrase as it was typed, or what to rotate; borrowed */
	uint8_t key[SLOT_SECRET]; /* of a key file or a credential */
};

void unseal_order_done(struct unseal_order *order); /* wipes */

/* unseal_order_parse - a line without its end. Fails: INPUT anything else.
 * unseal_order_print - with its end; the caller wipes the line. A text with a line break can't be said: INPUT. */
fallible unseal_order_parse(struct span line, struct unseal_order *order);
fallible unseal_order_print(const struct unseal_order *order, struct buf *line);

enum unseal_verdict {
	UNSEAL_DONE,    /* or it was so already */
	UNSEAL_WRONG,   /* what was brought does not open the store */
	UNSEAL_REFUSED, /* it is no share, or was given already */
	UNSEAL_LATER,   /* try again after wait_ms */
	UNSEAL_FAILED,  /* the server could not do it; the text says why */
	UNSEAL_VERDICT_COUNT
};

struct unseal_answer {
	enum unseal_verdict verdict;
	bool is_open;
	uint8_t have, need; /* shares; 0 0 = none were brought */
	int64_t wait_ms;    /* LATER: until the next try; else until the shares are forgotten, or 0 */
	unsigned ways;      /* bits 1 << enum slot_kind: what would open the store */
	struct span text;   /* for people, perhaps empty; borrowed */
};

/* unseal_order_answer - print an answer. unseal_order_read - the other way; text points into it. Fails: INPUT. */
void unseal_order_answer(const struct unseal_answer *answer, struct buf *out);
fallible unseal_order_read(struct span text, struct unseal_answer *answer);
