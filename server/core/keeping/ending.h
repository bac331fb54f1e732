/* SPDX-License-Identifier: Apache-2.0 */
/* ending - what ends with a person or client who is erased, or with a credential that is shredded: factors and grants. By
 * the server, inside its acts. */
#pragma once

#include "store/keys.h"
#include "store/nouns/credential.h"

/* ending_begun - say that the erasure of this one has begun: person.changed or client.changed, by the server. */
fallible ending_begun(struct act *act, struct id tenant, const struct subject *subject);

/* ending_factors - end a person's factors; the seeds are dropped, and views of the log that the person saved. A client has none. */
fallible ending_factors(struct act *act, struct id tenant, const struct subject *subject);

/* ending_grants - revoke grants to a person, or on a client's credentials, until *ended is `max`.
 *
 *   ended  grows by how many */
fallible ending_grants(
	struct act *act, struct id tenant, const struct subject *subject, size_t max, size_t *ended);

/* ending_grants_of - the same for the grants on one credential. */
fallible ending_grants_of(struct act *act, const struct credential *credential, size_t max, size_t *ended);
