/* SPDX-License-Identifier: Apache-2.0 */
/* checkout - who holds a credential, or all credentials of a client, for themselves for a while. Source:
 * docs/formats.md "checkout". */
#pragma once

#include "store/nouns/noun.h"

struct checkout {
	struct id tenant;
	struct id client;
	struct id credential; /* the client's own id: all of the client's */
	struct id grant;
	struct id person;
	struct instant since, until;
};

/* checkout_get - whoever holds it, or held it and let the time go by. Fails: NOT_FOUND nobody · FORGED · CORRUPT. Cost: of
 * a row that is not there, one look-up and no MAC. */
fallible checkout_get(const struct view *view, struct id tenant, struct id client, struct id credential,
	struct checkout *checkout);

/* checkout_next - walk those of a client; `after` none = from the first. False at the end: check
 * *err. */
bool checkout_next(const struct view *view, struct id tenant, struct id client, struct id *after,
	struct checkout *checkout, struct err *err);

/* checkout_put, checkout_drop - inside an act. */
fallible checkout_put(struct act *act, const struct checkout *checkout);
fallible checkout_drop(struct act *act, const struct checkout *checkout);
