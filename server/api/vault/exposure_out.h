/* SPDX-License-Identifier: Apache-2.0 */
/* exposure_out - a line of the ledger, judged, as the API shows it. */
#pragma once

#include "server/api/name_out.h"
#include "server/core/vault/exposures.h"

/* exposure_out_put - the members of one line into the open object; a client's contact is shown no devices
 * (FOUNDATIONS 14). */
void exposure_out_put(struct json_out *out, const struct sight *sight, const struct exposures_item *item);

/* exposure_out_put_name - the member "name": how a person is called, empty after the erasure. Fails: as
 * person_get. */
fallible exposure_out_put_name(
	struct json_out *out, const struct view *view, struct id tenant, struct id person);

/* exposure_out_put_names - the members "credential_title" and "client_name", when they are wanted. Fails: as
 * name_out_title. */
fallible exposure_out_put_names(struct json_out *out, struct name_out *names, const struct sight *sight,
	const struct exposures_item *item);
