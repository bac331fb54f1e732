/* SPDX-License-Identifier: Apache-2.0 */
/* extension - somebody asked that a stand-in lasts longer, and a second person has not decided yet: at most one a
 * handover. Numbers and ids only: there is nothing in it to be sealed. Source: docs/formats.md "extension". */
#pragma once

#include "policies/handover_rules.h"
#include "store/nouns/noun.h"

struct extension {
	struct id tenant;
	struct id handover;
	enum handover_reason reason;
	struct instant until; /* the end that is asked for */
	struct instant asked;
	struct id asker; /* a person */
	uint64_t row;    /* version of the row */
};

/* extension_find - what is asked of a handover. Fails: NOT_FOUND nothing is · FORGED · CORRUPT. */
fallible extension_find(
	const struct view *view, struct id tenant, struct id handover, struct extension *extension);

/* extension_put, extension_drop - inside an act; dropping what is not there is no failure. */
fallible extension_put(struct act *act, const struct extension *extension);
fallible extension_drop(struct act *act, struct id tenant, struct id handover);

/* extension_next - walk a tenant's in the order of their handovers' ids; `after` none = from the first. False at the end:
 * check *err. */
bool extension_next(const struct view *view, struct id tenant, struct id *after, struct extension *extension,
	struct err *err);
