/* SPDX-License-Identifier: Apache-2.0 */
/* agreements - who signed what: the promise to keep what one learns, the terms somebody from outside works under. Where a
 * tenant's rules ask for it, nobody uses a client's credentials without one. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "server/core/sight.h"
#include "store/nouns/agreement.h"

enum { AGREEMENTS_BACK_YEARS = 50, AGREEMENTS_AHEAD_YEARS = 20 };

struct agreements_add {
	/* asked */
	struct span person;         /* id or ref */
	struct span client;         /* id or ref; empty: for all */
	struct agreement agreement; /* kind, document, hash, signed_at (ms 0 = now), expires */
	/* prepared */
	const char *fault; /* after INVALID: the member that is at fault; static */
	uint64_t person_row;
	struct event_draft added;
};

/* agreements_add_prepare, _write - by who may write people, and never for themselves; a person is proven. Fails:
 * UNKNOWN_PERSON also a client's own contact, who signs nothing to see what is their own · UNKNOWN_CLIENT · DENIED ·
 * INVALID with add->fault: signed in the future, or over before it was signed. */
fallible agreements_add_prepare(const struct scene *scene, struct agreements_add *add);
fallible agreements_add_write(struct act *act, struct agreements_add *add);

/* agreements_sight - what a caller sees: who reads people all, others what is their own. agreements_sees - one of them. */
fallible agreements_sight(const struct scene *scene, struct sight *sight);
bool agreements_sees(const struct sight *sight, const struct agreement *agreement);

/* Taking one back: from then on it counts no more. */
struct agreements_end {
	/* asked */
	struct span agreement_id; /* agr_… */
	/* prepared */
	struct agreement agreement;
	struct event_draft ended;
	struct letters told; /* the owners */
};

/* agreements_end_prepare, _write - as who may add one. Fails: NOT_FOUND · DENIED · CONFLICT it was taken back before. */
fallible agreements_end_prepare(const struct scene *scene, struct agreements_end *end);
fallible agreements_end_write(struct act *act, struct agreements_end *end);
