/* SPDX-License-Identifier: Apache-2.0 */
/* checkouts - one person at a time: an exclusive grant holds its credential, or its client, until it is handed back or its
 * time is over. Whoever holds it uses it; nobody else does, through whatever grant. */
#pragma once

#include "server/core/scene.h"
#include "store/nouns/checkout.h"
#include "store/nouns/grant.h"

enum { CHECKOUTS_MINUTES = 60, CHECKOUTS_MINUTES_MAX = 8 * 60 };

/* checkouts_find_other - who else holds the credential of a grant, or all of its client's.
 *
 *   until  when the longest of their check-outs ends; ms 0 = nobody else holds any */
fallible checkouts_find_other(
	const struct view *view, const struct grant *grant, struct instant now, struct instant *until);

/* checkouts_is_held - whether this very grant holds what it is exclusive of. */
fallible checkouts_is_held(
	const struct view *view, const struct grant *grant, struct instant now, bool *is_it);

/* What a check-out, and its event, say besides the grant. */
struct checkouts_ask {
	unsigned minutes;    /* 1 to CHECKOUTS_MINUTES_MAX; never longer than the grant */
	struct id device;    /* of the grantee; none */
	struct id reporter;  /* the application that asked; none */
	struct span purpose; /* empty = none was given */
	bool renew;          /* what the person holds already gets the new time, with an event of its own */
};

/* checkouts_take - in the act, of an exclusive grant that nobody else holds: hold it. Unless it is renewed, what the person holds
 * already stays as it is, without an event.
 *
 *   until  when it ends */
fallible checkouts_take(
	struct act *act, const struct grant *grant, const struct checkouts_ask *ask, struct instant *until);

/* checkouts_let_go - in the act that ends a grant: what it holds is free again, with its event. To hold nothing is no
 * failure. */
fallible checkouts_let_go(struct act *act, const struct grant *grant);

/* POST /v1/grants/{grant}/checkout: by the grantee. */
struct checkouts_out {
	/* asked */
	struct span grant_id;
	struct checkouts_ask ask;
	/* prepared and decided */
	struct grant grant;
	struct event_draft denied;
	struct instant until;
	struct err refusal; /* CHECKED_OUT: the act stands with its event */
};

/* checkouts_out_prepare, _write - Fails: NOT_FOUND also another person's grant · CONFLICT the grant is not exclusive, or not
 * open now · FROZEN. */
fallible checkouts_out_prepare(const struct scene *scene, struct checkouts_out *out);
fallible checkouts_out_write(struct act *act, struct checkouts_out *out);

/* checkouts_in_write - POST /v1/grants/{grant}/checkin, of grants_find: by the grantee, or by whoever sees the grant. Fails:
 * CONFLICT it holds nothing. */
fallible checkouts_in_write(struct act *act, const struct grant *grant);
