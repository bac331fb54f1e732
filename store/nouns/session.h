/* SPDX-License-Identifier: Apache-2.0 */
/* session - a person who signed in to the pages: what the cookie of a browser stands for. The cookie is looked up by its
 * hash in the token table; from where it was begun is sealed under the person. Source: docs/formats.md "session". */
#pragma once

#include "base/arena.h"
#include "crypto/hash.h"
#include "store/nouns/noun.h"

enum {
	SESSION_LIFE_MS = 8 * 60 * 60 * 1000,    /* of any session, used or not */
	SESSION_IDLE_MS = 8 * 60 * 60 * 1000,    /* without a request */
	SESSION_IDLE_STRICT_MS = 15 * 60 * 1000, /* the same of a privileged role */
	SESSION_TOUCH_MS = 60 * 1000,            /* last_used is written so often at most */
	SESSION_SEALED_MAX = 1024,
};

/* How its person was known. Stored bits: never renumber. */
enum session_means {
	SESSION_BY_EMAIL = 1u << 0,
	SESSION_BY_TOTP = 1u << 1,
	SESSION_BY_RECOVERY = 1u << 2,
	SESSION_BY_DEVICE = 1u << 3, /* a remembered one */
	SESSION_BY_HOTP = 1u << 4,
	SESSION_MEANS = (1u << 5) - 1,
};

/* What is to be set up before the session opens anything else. Stored bits: never renumber. */
enum session_lack {
	SESSION_LACKS_FACTOR = 1u << 0, /* a role asks for an authenticator, and the person has none */
	SESSION_LACKS_NOTICE = 1u << 1, /* the monitoring notice was not acknowledged */
	SESSION_LACKS = (1u << 2) - 1,  /* what is stored */
	SESSION_LACKS_STEP_UP =
		1u << 2, /* the person's authenticator was not shown: server/core/session_rule.h */
};

struct session {
	struct id tenant;
	struct id id;
	struct id person;
	struct id device;       /* our id of the browser; none */
	struct id verification; /* that let the person in */
	struct instant created;
	struct instant last_used; /* at most SESSION_TOUCH_MS too early */
	struct instant expires;   /* whatever is done */
	uint32_t idle_ms;         /* without a request until it ends */
	bool proven;              /* by a factor that somebody vouched for */
	bool privileged;          /* a role of the person asks for an authenticator */
	uint8_t means;            /* enum session_means */
	uint8_t lacks;            /* enum session_lack */
	uint64_t capabilities;    /* of the person when it began: with more of them it opens nothing */
	uint8_t hash[HASH_BLAKE]; /* the key of its row in the token table */
	struct span ip, user_agent, browser, system; /* sealed */
	struct span sealed;                          /* as it was read; dies with the view's transaction */
	uint64_t version;
};

/* session_get_clear - all but the sealed texts. Fails: NOT_FOUND · FORGED · CORRUPT. */
fallible session_get_clear(const struct view *view, struct id tenant, struct id id, struct session *session);

/* session_open_texts - the sealed ones, into the arena; of an erased person they are empty. Fails: FORGED · CORRUPT ·
 * NO_MEMORY. */
fallible session_open_texts(const struct keys *keys, struct arena *arena, struct session *session);

/* session_seal - the texts, in prepare. */
fallible session_seal(const struct keys *keys, const struct session *session, struct buf *sealed);

/* session_add - a new one: the row, the cookie's row and the person's list, and the queue of what ends. session_put - the
 * row again, with session->sealed. session_drop - all of it, but for the queue, which passes over what is gone. Inside an
 * act. */
fallible session_add(struct act *act, const struct session *session);
fallible session_put(struct act *act, const struct session *session);
fallible session_drop(struct act *act, const struct session *session);

/* session_next - a person's, in the order in which they began; sealed texts stay closed. False at the end: check *err.
 *
 *   after  none = from the first; set to the id found */
bool session_next(const struct view *view, struct id tenant, struct id person, struct id *after,
	struct session *session, struct err *err);

/* session_ends - when it ends unless it is used before. */
struct instant session_ends(const struct session *session);
