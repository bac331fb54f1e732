/* SPDX-License-Identifier: Apache-2.0 */
/* leaf - the bytes of one event in the log: a clear envelope of numbers, closed codes and random ids, then
 * sealed parts.
 *
 * The same content always gives the same bytes. Nothing that a caller typed stands in clear (FOUNDATIONS 5).
 * Source: docs/formats.md "audit leaf". */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/ids.h"
#include "crypto/merkle.h"
#include "crypto/part.h"

struct words; /* store/words.h */

/* A leaf is of version 2 when it has a branch, else of version 1: each leaf has one encoding. */
enum { LEAF_VERSION = 1, LEAF_VERSION_BRANCH = 2, LEAF_MAX = 65535, LEAF_PARTS_MAX = 4 };

/* Stored numbers: never renumber. */
enum leaf_source { LEAF_SERVER = 0, LEAF_APPLICATION = 1, LEAF_IMPORT = 2 };
enum leaf_outcome { LEAF_SUCCESS = 0, LEAF_DENIED = 1, LEAF_FAILED = 2 };
enum leaf_actor {
	LEAF_SYSTEM = 0,
	LEAF_PERSON = 1,
	LEAF_BY_APPLICATION = 2,
	LEAF_UNKNOWN = 3,
	LEAF_OPERATOR = 4
};

/* The ids of a leaf, in stored order; each is absent or 16 bytes. */
enum leaf_id {
	LEAF_ID_ACTOR,
	LEAF_ID_IN_PLACE_OF,
	LEAF_ID_CLIENT,
	LEAF_ID_OBJECT,
	LEAF_ID_DEVICE,
	LEAF_ID_REPORTER, /* the application that said it */
	LEAF_ID_GRANT,
	LEAF_ID_BRANCH, /* of who acted, else of the client, as they were then */
	LEAF_ID_COUNT
};

enum leaf_flag {
	LEAF_CRITICAL = 1u << 0,
	LEAF_COUNTED = 1u << 1,
	LEAF_SKEWED = 1u << 2,
	LEAF_PROVEN = 1u << 3
};

struct leaf_part {
	enum part_kind kind; /* whose key: ACTOR the actor, CLIENT the client, PERSON the object, TENANT the
				month's log key */
	struct span record;  /* borrowed; as part_seal made it */
};

struct leaf {
	struct id event;
	struct instant time;     /* the caller's */
	struct instant received; /* ours */
	uint16_t action;         /* code of policies/actions.def */
	uint16_t reason;         /* code of policies/reasons.def; 0 = none */
	enum leaf_source source;
	enum leaf_outcome outcome;
	uint8_t severity; /* 0 info, 1 notice, 2 warning, 3 alert */
	uint8_t flags;    /* enum leaf_flag */
	enum leaf_actor actor;
	uint8_t object_kind; /* enum id_kind + 1; 0 = none or the caller's own kind of thing */
	uint64_t count;      /* with LEAF_COUNTED */
	struct id ids[LEAF_ID_COUNT];
	struct leaf_part parts[LEAF_PARTS_MAX];
	size_t part_count;
	const struct words
		*words; /* what the sealed texts are found by; never stored with them. NULL = unknown */
};

/* leaf_encode - append the bytes; parts in the order of their kinds, whatever order they are given in.
 * Fails: TOO_LARGE over LEAF_MAX · NO_MEMORY · BUG a value that no version knows, or two parts of one kind.
 */
fallible leaf_encode(const struct leaf *leaf, struct buf *out);

/* leaf_decode - spans of leaf borrow from bytes; what is read encodes to the same bytes. Fails: CORRUPT. */
fallible leaf_decode(struct span bytes, struct leaf *leaf);

/* The tagged texts inside a part, each tag at most once, in rising order. Stored numbers: never renumber. */
enum leaf_text {
	LEAF_TEXT_IP = 1,
	LEAF_TEXT_USER_AGENT = 2,
	LEAF_TEXT_DEVICE = 3, /* the application's own id of it */
	LEAF_TEXT_DEVICE_NAME = 4,
	LEAF_TEXT_PLATFORM = 5,
	LEAF_TEXT_MODEL = 6,
	LEAF_TEXT_TRUNCATED = 7, /* "1": the user agent was cut */
	LEAF_TEXT_SESSION = 8,
	LEAF_TEXT_ROLES = 9, /* names at that time, separated by a space */
	LEAF_TEXT_TRACE = 10,
	LEAF_TEXT_PEER = 11, /* the proxy of ours that the address came through */
	LEAF_TEXT_OBJECT_TYPE = 16,
	LEAF_TEXT_OBJECT = 17,
	LEAF_TEXT_LABEL = 18,
	LEAF_TEXT_PURPOSE = 19,
	LEAF_TEXT_TASK = 20,
	LEAF_TEXT_REASON = 21,
	LEAF_TEXT_CHANGES = 22, /* JSON array */
	LEAF_TEXT_DETAIL = 23,  /* JSON object */
	LEAF_TEXT_COUNT = 24,
};

/* leaf_put_texts - the plaintext of a part from the texts whose tag is in [first, end); empty ones are left
 * out. */
void leaf_put_texts(
	struct buf *out, const struct span texts[static LEAF_TEXT_COUNT], unsigned first, unsigned end);

/* leaf_read_texts - fill texts (borrowed) from a part's plaintext. Fails: CORRUPT. */
fallible leaf_read_texts(struct span plain, struct span texts[static LEAF_TEXT_COUNT]);
