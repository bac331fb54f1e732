/* SPDX-License-Identifier: Apache-2.0 */
/* factors - starting, confirming, proving and removing what a person proves who they are with. No factor can
 * be planted: a person who has one gains or loses one only by proving who they are (FOUNDATIONS 2). */
#pragma once

#include "server/core/login/braking.h"
#include "server/core/login/factor_news.h"
#include "server/core/login/mailcodes.h"
#include "server/core/login/methods.h"
#include "server/core/login/twins.h"

enum { FACTORS_CODE_MIN = 6, FACTORS_CODE_MAX = 8 };

/* What a person has, as prepared; the act compares. */
struct factors_held {
	unsigned count, active, proven;
};

/* ---- POST /v1/people/{person}/factors ---- */

struct factors_start {
	/* asked */
	struct span person; /* id or ref */
	enum factor_type type;
	struct totp_shape shape;
	struct span label;
	struct span address; /* email; empty = the person's own */
	struct span seed;    /* totp: of a device that has one already; empty = one is drawn */
	struct span trace;
	/* prepared */
	struct person who;
	struct factors_held held;
	struct factor factor;
	struct span secret; /* base32; shown once */
	struct span uri;    /* otpauth; shown once */
	struct span hint;   /* masked address */
	struct mailcodes_code mail;
	struct braking braking; /* on that mail */
	int64_t wait_ms;        /* with SLOW_DOWN */
	struct event_draft event;
};

/* factors_start_prepare - draw the seed or the code, seal.
 * Fails: NOT_FOUND the person · DENIED · PERSON_UNPROVEN the person has a factor and did not prove themself ·
 * INVALID an e-mail factor without any address · CONFLICT FACTOR_MAX; a mailbox that an assistant runs ·
 * SLOW_DOWN as many codes were mailed as may be. */
fallible factors_start_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct factors_start *start);
fallible factors_start_write(struct act *act, struct factors_start *start);

/* ---- POST /v1/factors/{id}/confirm, /v1/factors/{id}/prove; DELETE /v1/factors/{id} ---- */

enum factors_change_kind { FACTORS_CONFIRM, FACTORS_PROVE, FACTORS_REMOVE };

struct factors_change {
	/* asked */
	enum factors_change_kind kind;
	struct id id;
	char code[FACTORS_CODE_MAX + 1]; /* confirm */
	struct span enrolment;           /* confirm: may be empty; prove */
	struct span trace;
	/* prepared */
	struct person who;
	struct factor factor; /* decided: as it is written */
	struct factors_held held;
	struct method method; /* confirm, TOTP: the right codes */
	struct twins twins;   /* confirm, TOTP: show them as well */
	uint8_t code_hash[HASH_BLAKE];
	uint8_t enrolment_hash[HASH_BLAKE];
	struct factor_news news;
	struct event_draft changed, failed, ended;
	/* decided */
	struct err refusal; /* a wrong code: the act stands, with its event */
	bool compared;
};

/* factors_change_prepare - Fails: NOT_FOUND · DENIED · PERSON_UNPROVEN · CONFLICT another state · EXPIRED it
 * ended while pending · MALFORMED_CODE the enrolment code. */
fallible factors_change_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct factors_change *change);

/* factors_change_write - five wrong codes end a pending factor. Fails: STALE · CONFLICT · EXPIRED. */
fallible factors_change_write(struct act *act, struct factors_change *change);

/* factors_count - what a person has. factors_check_unchanged - in the act: still, and the person is the same.
 * Fails: STALE. */
fallible factors_count(
	const struct view *view, struct id tenant, struct id person, struct factors_held *held);
fallible factors_check_unchanged(struct act *act, const struct person *who, const struct factors_held *held);

/* factors_weigh - who stands behind a change of a person's factors. Fails: DENIED · PERSON_UNPROVEN. */
fallible factors_weigh(const struct caller *caller, struct id person, const struct factors_held *held,
	enum factor_vouch *vouch);

/* factors_shows_clock - who is told by how much an app's clock is off: the person, and those who manage factors; no application as
 * itself, which has no use for it but to tell a guess from a late code. */
bool factors_shows_clock(const struct caller *caller, struct id person);

/* factors_hint - label of an app, masked address. */
fallible factors_hint(
	const struct server *server, const struct factor *factor, struct arena *arena, struct span *hint);
